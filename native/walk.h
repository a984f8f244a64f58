/* The state of a scan, and the walk through the values of a line that tests them as the plan says. */
#ifndef STREAM_IMPORT_WALK_H
#define STREAM_IMPORT_WALK_H

#include "plan.h"
#include "table.h"
#include "text.h"
#include "times.h"

/* Containers deeper than this are for somebody else: the walk goes deep into the stack. */
enum { MOST_DEPTH = 400 };

/* Whole numbers in a row: the sites of findings, the groups that were seen. */
typedef struct {
    int *items;
    size_t count, room;
} Row;

typedef struct {
    Item *items;
    size_t count, room;
} Items;

/* A value that was walked through: as much of it as checks over several members may ask for. */
typedef struct {
    int type; /* 0: it is not there */
    int wrong;
    int64_t number;
    const char *s; /* of a string */
    size_t len;
    int half; /* the string has half a surrogate pair */
    int has_time;
    int64_t micros;
    size_t count; /* of a list */
} Value;

/* The members of a record: which are there at all, are null, are an empty string that counts as absent, or are
   wrong, as bits of its fields. */
typedef struct {
    uint64_t there, null, blank, wrong;
    uint64_t grave; /* more than advice is to be said at their own place */
    Value values[MOST_FIELDS]; /* of those that are there */
} Members;

/* What a reference means, as its row says it. */
typedef struct {
    int64_t k1, k2, scope, part;
} Target;

/* A string that refers by its prefix, and the member of the entry that it is (-1: it is deeper, or another one's). */
typedef struct {
    int number, field;
    Target target;
} Reference;

typedef struct {
    Reference *items;
    size_t count, room;
} References;

typedef struct {
    Plan *plan;
    const char *end; /* of the data */
    int marks;       /* the data has the mark of a data URI somewhere */
    int64_t now;
    Arena arena;

    /* Of the line at hand. */
    int failed;   /* there was no memory */
    int suspect;  /* of the entry at hand (or, outside of one, the line) more must be known */
    int news; /* the whole line is for others: it has a feed group that was not known, or what cannot be counted */
    int64_t space, spared; /* bytes of white space, and by which shorter escapes are shorter */
    int64_t grave;         /* findings that are more than advice */
    Row *found;            /* where findings go: those of the line, or those of the entry */
    Row of_line, of_entries, groups;
    Items names, texts;
    const Members *line_members;
    const RecordCheck *no_binary, *references; /* of the record at hand, for the strings in it */
    int referring; /* the member at hand is one that refers */
    const Record *entry_record; /* of entries */
    Members *entry; /* the members of the entry at hand */
    const Stage *stage; /* NULL: nothing is staged */
    References prefixed;
    int direct; /* what comes next is the value of a member of the entry */
    int member; /* the number of that member, -1: it has none */
    int hushed; /* and its name is wrong, so that what it says does not refer */
    char *joined; /* room for the texts of keys */
    size_t joined_room;
    int64_t bad_references;
    int64_t first, last; /* the span of times */
    Row *days;           /* NULL: they are not kept */

    /* Of all lines. */
    Table group_table;
    int open_groups; /* groups need not be known */
} Walk;

/* The value at `p` is tested as the node says. The text behind it, NULL if it is not JSON or cannot be walked. */
const char *walk_value(Walk *walk, const Node *node, const char *p, int depth, Value *value);

/* Any value; it is only looked at for what the record around it forbids anywhere. */
const char *walk_free(Walk *walk, const char *p, int depth);

/* What the record checks say of its members. `size`: the bytes of its shortest JSON text; `bad_names`: names that it
   must not have; `strange`: members that it does not define. Those that had to be there and are not are told too. */
void walk_record_checks(Walk *walk, const Record *record, Members *members, int64_t size, int64_t bad_names,
                        int64_t strange);

/* Takes note of a member that was walked through. */
static inline void walk_member(Members *members, const Record *record, int i)
{
    const Value *value = &members->values[i];
    members->there |= 1ull << i;
    members->wrong |= (uint64_t)(value->wrong != 0) << i;
    if (value->type == T_NULL)
        members->null |= 1ull << i;
    else if (value->type == T_STRING && !value->len && record->fields[i].node->blank)
        members->blank |= 1ull << i;
}

/* Empty members. */
static inline void walk_no_members(Members *members)
{
    members->there = members->null = members->blank = members->wrong = members->grave = 0;
}

/* A string of the text, whose values may be counted and tested. */
void walk_text(Walk *walk, const Node *node, const Text *text, Value *value);

/* The checks of a list, whose strings are `items`. */
void walk_list_checks(Walk *walk, const Node *node, size_t count, const Item *items, size_t strings, Value *value);

int row_add(Walk *walk, Row *row, int item);
int items_add(Walk *walk, Items *items, const char *s, size_t len);

/* A string that begins with a prefix of a reference refers, if it is one; defined in stage.c. */
void stage_reference(Walk *walk, const Text *text);

static inline void walk_finding(Walk *walk, int site, int light)
{
    walk->grave += !light;
    row_add(walk, walk->found, site);
}

static inline const char *walk_space(Walk *walk, const char *p)
{
    if ((unsigned char)*p > ' ')
        return p;
    const char *start = p;
    while (*p == ' ' || *p == '\t' || *p == '\r')
        p++;
    walk->space += p - start;
    return p;
}

/* A string from its opening quote on, which has to be there. */
static inline const char *walk_string(Walk *walk, const char *p, Text *text)
{
    p = text_string(p + 1, walk->end, &walk->arena, text);
    if (p) {
        walk->spared += (int64_t)text->spared;
        walk->suspect |= text->odd;
    }
    return p;
}

#endif
