/* The plan: what the lines of one rule set are tested for, made once from tuples (see `native_plan.py`). */
#ifndef STREAM_IMPORT_PLAN_H
#define STREAM_IMPORT_PLAN_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* JSON types, as bits. */
enum { T_STRING = 1, T_INTEGER = 2, T_FRACTION = 4, T_BOOLEAN = 8, T_LIST = 16, T_OBJECT = 32, T_NULL = 64 };

/* What a value is made of. The numbers are those of `native_plan.py`. */
enum { V_ANY, V_SCALAR, V_LIST, V_RECORD, V_MAP };

/* Checks on one value. */
enum {
    C_NOT_EMPTY, C_MAX_LENGTH, C_MAX_BYTES, C_PATTERN, C_CHOICES, C_SPLIT, C_PART_PATTERN, C_PART_NOT_IN,
    C_DIFFERS_FROM_LINE, C_MAX_ITEMS, C_DISTINCT, C_RANGE, C_ALWAYS, C_TIME_FORMAT, C_TIME_OFFSET, C_TIME_UTC,
    C_TIME_ZULU, C_TIME_UPPERCASE, C_TIME_PRECISION, C_TIME_NOT_BEFORE, C_TIME_NOT_AFTER, C_TIME_NOT_AHEAD,
    C_CLOSER
};

/* Checks over several members of a record. */
enum {
    R_RESERVED, R_KEY_PATTERN, R_ANY_OF, R_TOGETHER, R_REQUIRES, R_DIFFER, R_ORDERED, R_DERIVED_ID, R_MAX_BYTES,
    R_NO_BINARY, R_REFERENCES, R_CLOSER
};

enum { MOST_FIELDS = 64, SLOTS = 128 };

typedef struct {
    const uint8_t *accepts;
    const uint16_t *next; /* 256 for each state; 0 is the state that nothing leads out of, 1 the first */
    int single;           /* one class of characters, once or more: no need to follow states */
} Pattern;

typedef struct {
    char *s;
    size_t len;
} Name;

typedef struct {
    int form; /* 0: another type, 1: a text, 2: a pair */
    int site;
    int types;
    Pattern pattern;
} Tolerated;

typedef struct {
    int op, site, light;
    uint64_t after; /* bits of the checks of the same value that must have held */
    int64_t a, b;
    char separator;
    Pattern pattern;
    int count;
    Name *names;
} Check;

typedef struct Record Record;
typedef struct Node Node;

struct Node {
    int kind, types, type_site;
    int nullable, blank;
    int feed_id; /* its group is counted */
    int time;    /* it is read as a time */
    int span;    /* its times are counted */
    int tolerated_count, check_count;
    Tolerated *tolerated;
    Check *checks;
    Node *items;
    Record *record;

    /* What settles most checks of a string at once: so many bytes, the pattern, and of a time that it is in UTC
       and spelt as it should be, with so many digits, not before and not after some instants. */
    int64_t least, most;
    Pattern quick;
    int plain_time, digits;
    int64_t not_before, not_after, ahead;
    uint64_t rest;  /* bits of the checks that it does not settle */
    int tolerates; /* what it settles may have a form that is tolerated */
};

typedef struct {
    Name name;
    Node *node;
    int required; /* the site of its absence, -1: it may be absent */
    int defined, known;
    int refers; /* strings in it are references even if there is white space in them */
} Field;

typedef struct {
    Name prefix;
    Pattern pattern;
} Prefix;

typedef struct {
    int kind, site, light;
    uint64_t after;
    uint64_t given, absent, members; /* bits of fields */
    int first, second, third;        /* numbers of fields */
    int64_t limit;
    Pattern pattern;
    int prefix_count;
    Prefix *prefixes;
} RecordCheck;

struct Record {
    int field_count, check_count;
    Field *fields;
    RecordCheck *checks;
    int unknown; /* the site of members that it does not define, -1: they may be there */
    const RecordCheck *key_pattern, *no_binary, *references;
    uint64_t early; /* fields of a line that its entries are compared with */
    uint64_t required, nullable;
    int8_t slots[SLOTS], chain[MOST_FIELDS], follows[MOST_FIELDS + 1];
};

/* What a key is made of: a member of the entry by its number, the entry itself (-1), or a member of the line
   (`OF_LINE` and its number). */
enum { OF_LINE = MOST_FIELDS, MOST_OPERANDS = 8 };

typedef struct {
    int count, members[MOST_OPERANDS];
    int given; /* there is nothing where this is absent or empty; -2: always */
    Name prefix;
} Operands;

/* A reference by members. `to_itself`: it means another record of the same kind; `to_derived`: its key is derived. */
typedef struct {
    int number, by_id, to_itself, to_derived, with_part;
    Operands members, absent;
} Named;

/* A reference that is a string with a prefix. `several`: the key that it means has several operands. */
typedef struct {
    int number, by_id, several;
    Name prefix;
} Prefixed;

typedef struct {
    int number, derived;
    Operands key, scope, part;
    int has_scope, has_part;
    int at; /* -2: it has no time */
    int about_count, about[MOST_OPERANDS]; /* numbers of references in `named` */
    int named_count, prefixed_count;
    Named *named;
    Prefixed *prefixed;
    uint64_t unspaced; /* members in which a prefix always refers, whether there is white space behind it or not */
} Stage;

typedef struct {
    Name name;
    Node *line;
    int payload; /* the number of its field */
    Stage *stage; /* NULL: nothing is staged of it */
} Instruction;

typedef struct {
    Name discriminator, payload;
    int instruction_count;
    Instruction *instructions;
    int site_count;
    uint8_t *light;  /* of each site: the rule is advice */
    uint8_t *active; /* of each site: its findings count */
    int depth;       /* containers may be nested so deep */
    int64_t largest; /* and integers be so large */
    int64_t first, last; /* times outside of these are not counted in the span */
    PyObject *source; /* keeps the bytes of the patterns alive */
} Plan;

/* Fills in a plan; 0 and a Python error if it can't be. Memory is taken from the heap and freed by plan_free. */
int plan_make(Plan *plan, PyObject *source);
void plan_free(Plan *plan);

/* The number of the field of this name, -1 if there is none. `before` is the field found before it, from -1:
   members mostly come in the same order. */
int plan_find(Record *record, const char *name, size_t len, int before);

static inline int plan_field(Record *record, const char *name, size_t len, int before)
{
    int i = record->follows[before + 1];
    if (i >= 0 && record->fields[i].name.len == len && !memcmp(record->fields[i].name.s, name, len))
        return i;
    return plan_find(record, name, len, before);
}

/* Whether the whole text matches. */
static inline int plan_matches(const Pattern *pattern, const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s, *end = p + len;
    const uint16_t *next = pattern->next;
    if (pattern->single) { /* no step waits for the one before */
        if (!len)
            return 0;
        unsigned in = 1;
        for (next += 256; p < end; p++)
            in &= next[*p] != 0;
        return (int)in;
    }
    unsigned state = 1;
    for (; p < end; p++)
        state = next[state << 8 | *p];
    return pattern->accepts[state];
}

#endif
