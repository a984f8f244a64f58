#include "walk.h"

#include <stdlib.h>
#include <string.h>

int row_add(Walk *walk, Row *row, int item)
{
    if (row->count == row->room) {
        size_t room = row->room ? row->room * 2 : 256;
        int *items = realloc(row->items, room * sizeof *items);
        if (!items) {
            walk->failed = 1;
            return 0;
        }
        row->items = items;
        row->room = room;
    }
    row->items[row->count++] = item;
    return 1;
}

int items_add(Walk *walk, Items *items, const char *s, size_t len)
{
    if (items->count == items->room) {
        size_t room = items->room ? items->room * 2 : 256;
        Item *larger = realloc(items->items, room * sizeof *larger);
        if (!larger) {
            walk->failed = 1;
            return 0;
        }
        items->items = larger;
        items->room = room;
    }
    items->items[items->count++] = (Item){s, len};
    return 1;
}

/* ---------------------------------------------------------------- names of members */

static int by_text(const void *a, const void *b)
{
    const Item *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return memcmp(x->s, y->s, x->len);
}

/* The names from number `base` on are those of one object; one that stands twice is odd. */
static void names_end(Walk *walk, size_t base)
{
    Item *names = walk->names.items + base;
    size_t count = walk->names.count - base;
    walk->names.count = base;
    if (count < 2)
        return;
    if (count <= 12) {
        for (size_t i = 1; i < count; i++)
            for (size_t j = 0; j < i; j++)
                if (names[i].len == names[j].len && !memcmp(names[i].s, names[j].s, names[i].len))
                    walk->suspect = 1;
        return;
    }
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 1; i < count; i++)
        walk->suspect |= !by_text(&names[i - 1], &names[i]);
}

/* ---------------------------------------------------------------- strings anywhere in a record */

static int in_base64(unsigned char c)
{
    unsigned char letter = c | 32;
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '_' ||
           c == '-' || c == '\r' || c == '\n';
}

/* Whether somebody should see if it is base64: a long run of its characters alone, or a mark of a data URI. */
static int maybe_binary(const Walk *walk, const Text *text, int64_t longest)
{
    const char *s = text->s, *end = s + text->len;
    if ((int64_t)text->len > longest) {
        const char *p = s;
        while (p < end && in_base64((unsigned char)*p))
            p++;
        if (end - p <= 2)
            return 1;
    }
    if (!walk->marks && !text->spelt)
        return 0;
    for (const char *p = s; (p = memchr(p, ';', (size_t)(end - p))) && end - p >= 8; p++)
        if ((p[1] | 32) == 'b' && (p[2] | 32) == 'a' && (p[3] | 32) == 's' && (p[4] | 32) == 'e' && p[5] == '6' &&
            p[6] == '4' && p[7] == ',')
            return 1;
    return 0;
}

/* Whether a string is in order, as far as it begins like a reference. */
static int is_sound(Walk *walk, const RecordCheck *check, const Text *text)
{
    for (int i = 0; i < check->prefix_count; i++) {
        const Prefix *prefix = &check->prefixes[i];
        if (text->len < prefix->prefix.len || memcmp(text->s, prefix->prefix.s, prefix->prefix.len))
            continue;
        if (plan_matches(&prefix->pattern, text->s, text->len) ||
            (!walk->referring && text_has_space(text->s, text->len)))
            return 1;
        walk->bad_references++;
        return check->light;
    }
    return 1;
}

static inline void anywhere(Walk *walk, const Text *text)
{
    int sound = 1;
    if (walk->no_binary && maybe_binary(walk, text, walk->no_binary->limit))
        walk->suspect = 1;
    if (walk->references && text->len && text->s[0] == walk->references->prefixes[0].prefix.s[0])
        sound = is_sound(walk, walk->references, text);
    if (walk->stage && walk->stage->prefixed_count && sound && !(walk->direct && walk->hushed))
        stage_reference(walk, text);
    walk->direct = 0;
}

/* ---------------------------------------------------------------- any JSON */

static const char *literal(const Walk *walk, const char *p, const char *word, size_t len)
{
    return (size_t)(walk->end - p) < len || memcmp(p, word, len) ? NULL : p + len;
}

/* A number: whole ones have a value. What a 64-bit float may change is odd. */
static const char *number(Walk *walk, const char *p, Value *value)
{
    const char *start = p;
    int negative = *p == '-';
    p += negative;
    const char *digits = p;
    uint64_t whole = 0;
    if (*p == '0') {
        p++;
    } else {
        while (*p >= '0' && *p <= '9') {
            if (p - digits < 18)
                whole = whole * 10 + (uint64_t)(*p - '0');
            p++;
        }
        if (p == digits)
            return NULL;
    }
    value->type = T_INTEGER;
    if (*p != '.' && (*p | 32) != 'e') {
        value->number = negative ? -(int64_t)whole : (int64_t)whole;
        if (p - digits > 18 || (int64_t)whole > walk->plan->largest)
            walk->suspect = 1;
        return p;
    }
    value->type = T_FRACTION;
    if (*p == '.') {
        const char *first = ++p;
        while (*p >= '0' && *p <= '9')
            p++;
        if (p == first)
            return NULL;
    }
    if ((*p | 32) == 'e') {
        p++;
        p += *p == '+' || *p == '-';
        const char *first = p;
        while (*p >= '0' && *p <= '9')
            p++;
        if (p == first)
            return NULL;
        walk->suspect = 1;
    }
    if (p - start > 16)
        walk->suspect = 1;
    return p;
}

static const char *scalar(Walk *walk, const char *p, Value *value)
{
    switch (*p) {
    case 't': value->type = T_BOOLEAN; return literal(walk, p, "true", 4);
    case 'f': value->type = T_BOOLEAN; return literal(walk, p, "false", 5);
    case 'n': value->type = T_NULL; return literal(walk, p, "null", 4);
    default: return number(walk, p, value);
    }
}

/* The name of a member and the colon: the text behind them. */
static const char *name(Walk *walk, const char *p, Text *text)
{
    if (*p != '"')
        return NULL;
    p = walk_string(walk, p, text);
    if (!p)
        return NULL;
    p = walk_space(walk, p);
    return *p == ':' ? walk_space(walk, p + 1) : NULL;
}

/* What stands behind a member or an item: the text behind a comma, or the closing bracket. */
static inline const char *separator(Walk *walk, const char *p, char closing)
{
    p = walk_space(walk, p);
    if (*p == ',') {
        p = walk_space(walk, p + 1);
        return *p == closing ? NULL : p;
    }
    return *p == closing ? p : NULL;
}

const char *walk_free(Walk *walk, const char *p, int depth)
{
    Text text;
    Value value;
    if (*p == '"') {
        p = walk_string(walk, p, &text);
        if (p)
            anywhere(walk, &text);
        return p;
    }
    if (*p != '{' && *p != '[')
        return scalar(walk, p, &value);
    if (++depth > walk->plan->depth) {
        walk->suspect = 1;
        if (depth > MOST_DEPTH)
            return NULL;
    }
    walk->direct = 0;
    char closing = *p == '{' ? '}' : ']';
    size_t base = walk->names.count;
    p = walk_space(walk, p + 1);
    while (*p != closing) {
        if (closing == '}') {
            p = name(walk, p, &text);
            if (!p || !items_add(walk, &walk->names, text.s, text.len))
                return NULL;
        }
        p = walk_free(walk, p, depth);
        if (!p || !(p = separator(walk, p, closing)))
            return NULL;
    }
    names_end(walk, base);
    return p + 1;
}

/* ---------------------------------------------------------------- lists and records */

static const char *list(Walk *walk, const Node *node, const char *p, int depth, Value *value)
{
    size_t count = 0, base = walk->texts.count;
    int wrong = 0;
    walk->direct = 0;
    if (depth > walk->plan->depth)
        walk->suspect = 1;
    p = walk_space(walk, p + 1);
    while (*p != ']') {
        Value item;
        p = walk_value(walk, node->items, p, depth, &item);
        if (!p)
            return NULL;
        wrong |= item.wrong;
        count++;
        if (item.type == T_STRING && !items_add(walk, &walk->texts, item.s, item.len))
            return NULL;
        walk->news |= item.half;
        if (!(p = separator(walk, p, ']')))
            return NULL;
    }
    walk_list_checks(walk, node, count, walk->texts.items + base, walk->texts.count - base, value);
    walk->texts.count = base;
    value->wrong |= wrong;
    value->count = count;
    return p + 1;
}

static const char *record(Walk *walk, Record *record, const char *p, int depth, Value *value)
{
    Members inner, *members = record == walk->entry_record ? walk->entry : &inner;
    const char *start = p;
    const RecordCheck *no_binary = walk->no_binary, *references = walk->references;
    int64_t space = walk->space, spared = walk->spared, grave = walk->grave, bad = walk->bad_references;
    int64_t bad_names = 0, strange = 0;
    int before = -1, referring = walk->referring;
    size_t base = walk->names.count;
    if (depth > walk->plan->depth)
        walk->suspect = 1;
    walk->direct = 0;
    walk_no_members(members);
    if (record->no_binary)
        walk->no_binary = record->no_binary;
    if (record->references) {
        walk->references = record->references;
        walk->bad_references = 0;
    }
    p = walk_space(walk, p + 1);
    while (*p != '}') {
        Text text;
        p = name(walk, p, &text);
        if (!p)
            return NULL;
        int i = plan_field(record, text.s, text.len, before);
        int defined = i >= 0 && record->fields[i].defined;
        int bad = !defined && record->key_pattern && !plan_matches(&record->key_pattern->pattern, text.s, text.len);
        bad_names += bad;
        if (record->references)
            walk->referring = i >= 0 && record->fields[i].refers;
        if (record == walk->entry_record) {
            walk->direct = 1;
            walk->member = i;
            walk->hushed = bad && !record->key_pattern->light;
        }
        if (i >= 0) {
            before = i;
            const Node *node = record->fields[i].node;
            Value *inside = &members->values[i];
            int64_t graver = walk->grave;
            if (members->there >> i & 1)
                walk->news = 1; /* what the first one says does not count */
            strange += !record->fields[i].known;
            p = walk_value(walk, node, p, depth, inside);
            if (!p)
                return NULL;
            walk_member(members, record, i);
            int deeper = (node->kind == V_LIST && inside->type == T_LIST) || (node->kind == V_RECORD && inside->type == T_OBJECT);
            if (walk->grave != graver && !deeper)
                members->grave |= 1ull << i;
        } else {
            strange++;
            if (!items_add(walk, &walk->names, text.s, text.len))
                return NULL;
            p = walk_free(walk, p, depth);
        }
        if (!p || !(p = separator(walk, p, '}')))
            return NULL;
    }
    names_end(walk, base);
    p++;
    int64_t size = p - start - (walk->space - space) - (walk->spared - spared);
    walk_record_checks(walk, record, members, size, bad_names, strange);
    walk->no_binary = no_binary;
    walk->references = references;
    if (record->references)
        walk->bad_references = bad;
    walk->referring = referring;
    value->wrong = walk->grave != grave;
    return p;
}

/* ---------------------------------------------------------------- a value under its node */

/* A value of a type that is not the one wanted. */
static void other_type(Walk *walk, const Node *node, Value *value)
{
    if (value->type == T_NULL && node->nullable)
        return;
    value->wrong = 1;
    for (int i = 0; i < node->tolerated_count; i++) {
        const Tolerated *form = &node->tolerated[i];
        if (form->form == 0 && form->types & value->type) {
            walk_finding(walk, form->site, walk->plan->light[form->site]);
            return;
        }
        if (form->form == 2 && value->type == T_LIST) {
            walk->suspect = 1; /* it depends on what is in it */
            return;
        }
    }
    if (value->type == T_FRACTION && node->types & T_INTEGER)
        walk->suspect = 1; /* it may be a whole number all the same */
    else
        walk_finding(walk, node->type_site, walk->plan->light[node->type_site]);
}

static void whole_number(Walk *walk, const Node *node, Value *value)
{
    uint64_t failed = 0;
    for (int i = 0; i < node->check_count; i++) {
        const Check *check = &node->checks[i];
        if (failed & check->after)
            continue;
        if (check->op == C_RANGE ? value->number < check->a || value->number > check->b : check->op == C_ALWAYS) {
            failed |= 1ull << i;
            value->wrong |= !check->light;
            walk_finding(walk, check->site, check->light);
        } else if (check->op != C_RANGE) {
            walk->suspect = 1;
        }
    }
}

static int is_empty(const char *p, char closing)
{
    for (p++; *p == ' ' || *p == '\t' || *p == '\r'; p++)
        ;
    return *p == closing;
}

const char *walk_value(Walk *walk, const Node *node, const char *p, int depth, Value *value)
{
    value->wrong = value->has_time = value->half = 0;
    value->s = NULL;
    value->len = 0;
    if (*p == '"') {
        Text text;
        p = walk_string(walk, p, &text);
        if (!p)
            return NULL;
        value->type = T_STRING;
        value->s = text.s;
        value->len = text.len;
        value->half = text.half;
        anywhere(walk, &text);
        if (node->kind == V_ANY)
            return p;
        if (node->types & T_STRING)
            walk_text(walk, node, &text, value);
        else
            other_type(walk, node, value);
        return p;
    }
    if (*p == '{') {
        value->type = T_OBJECT;
        if (node->kind == V_RECORD)
            return record(walk, node->record, p, depth + 1, value);
        int empty = is_empty(p, '}');
        p = walk_free(walk, p, depth);
        if (!p || node->kind == V_ANY)
            return p;
        if (node->kind != V_MAP) {
            other_type(walk, node, value);
            return p;
        }
        for (int i = 0; i < node->check_count; i++)
            if (node->checks[i].op != C_NOT_EMPTY) {
                walk->suspect = 1;
            } else if (empty) {
                value->wrong |= !node->checks[i].light;
                walk_finding(walk, node->checks[i].site, node->checks[i].light);
            }
        return p;
    }
    if (*p == '[') {
        value->type = T_LIST;
        if (node->kind == V_LIST)
            return list(walk, node, p, depth + 1, value);
        value->count = !is_empty(p, ']');
        p = walk_free(walk, p, depth);
    } else {
        p = scalar(walk, p, value);
    }
    if (!p || node->kind == V_ANY)
        return p;
    if (!(node->types & value->type)) {
        other_type(walk, node, value);
    } else if (value->type == T_INTEGER) {
        whole_number(walk, node, value);
    } else if (node->check_count) {
        walk->suspect = 1;
    }
    return p;
}
