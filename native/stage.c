#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of `staging`: no value, and the kind of rows for texts that may be what a record is called. */
#define NONE INT64_MIN
enum { LOOSE = 100 };
/* 2**64 divided by the golden ratio. */
#define GOLDEN 0x9e3779b97f4a7c15ull

static int add(Walk *walk, Rows *rows, int what, int64_t k1, int64_t k2, int64_t scope, int64_t part, int64_t instant,
               int64_t pos)
{
    if (rows->count == rows->room) {
        size_t room = rows->room ? rows->room * 2 : 1024;
        int8_t *larger = realloc(rows->what, room);
        int good = larger != NULL;
        rows->what = good ? larger : rows->what;
        for (int i = 0; i < COLUMNS && good; i++) {
            int64_t *column = realloc(rows->columns[i], room * sizeof *column);
            good = column != NULL;
            rows->columns[i] = good ? column : rows->columns[i];
        }
        if (!good) {
            walk->failed = 1;
            return 0;
        }
        rows->room = room;
    }
    size_t at = rows->count++;
    rows->what[at] = (int8_t)what;
    rows->columns[K1][at] = k1;
    rows->columns[K2][at] = k2;
    rows->columns[SCOPE][at] = scope;
    rows->columns[PART][at] = part;
    rows->columns[INSTANT][at] = instant;
    rows->columns[POS][at] = pos;
    return 1;
}

void stage_cut(Staged *staged, size_t keys, size_t refs)
{
    staged->keys.count = keys;
    staged->refs.count = refs;
}

void stage_free(Staged *staged)
{
    Rows *tables[] = {&staged->keys, &staged->refs};
    for (int t = 0; t < 2; t++) {
        free(tables[t]->what);
        for (int i = 0; i < COLUMNS; i++)
            free(tables[t]->columns[i]);
    }
}

/* ---------------------------------------------------------------- operands */

/* The value of an operand, NULL if it is not there. */
static const Value *operand(const Walk *walk, const Members *members, const Value *text, int which)
{
    if (which == -1)
        return text;
    const Members *of = which < OF_LINE ? members : walk->line_members;
    int i = which < OF_LINE ? which : which - OF_LINE;
    return of && of->there >> i & 1 ? &of->values[i] : NULL;
}

/* Whether a member is given: null and the empty string are as good as absent. */
static int is_given(const Value *value)
{
    return value && value->type != T_NULL && !(value->type == T_STRING && !value->len);
}

/* The text of some operands with `:` between them, in the walk's room for texts; strings only, or numbers too.
   Returns 0 if one is none. */
static int joined(Walk *walk, const Members *members, const Value *text, const Operands *of, int numbers, Item *found)
{
    const Value *values[MOST_OPERANDS];
    size_t size = of->prefix.len + 1;
    for (int i = 0; i < of->count; i++) {
        const Value *value = values[i] = operand(walk, members, text, of->members[i]);
        int good = value && ((value->type == T_STRING && value->len) || (numbers && value->type == T_INTEGER));
        if (!good)
            return 0;
        size += value->type == T_STRING ? value->len + 1 : 24;
    }
    if (of->count == 1 && !of->prefix.len && values[0]->type == T_STRING) {
        *found = (Item){values[0]->s, values[0]->len};
        return 1;
    }
    if (walk->joined_room < size) {
        char *larger = realloc(walk->joined, size * 2);
        if (!larger) {
            walk->failed = 1;
            return 0;
        }
        walk->joined = larger;
        walk->joined_room = size * 2;
    }
    char *out = walk->joined;
    memcpy(out, of->prefix.s, of->prefix.len);
    out += of->prefix.len;
    for (int i = 0; i < of->count; i++) {
        if (i)
            *out++ = ':';
        if (values[i]->type == T_STRING) {
            memcpy(out, values[i]->s, values[i]->len);
            out += values[i]->len;
        } else {
            out += snprintf(out, 24, "%lld", (long long)values[i]->number);
        }
    }
    *found = (Item){walk->joined, (size_t)(out - walk->joined)};
    return 1;
}

static int64_t facet(Walk *walk, const Members *members, const Value *text, const Operands *of)
{
    Item found;
    if (!joined(walk, members, text, of, 1, &found))
        return NONE;
    if (of->given != -2) {
        const Value *given = operand(walk, members, text, of->given);
        if (!is_given(given) || (given->type == T_LIST && !given->count))
            return NONE;
    }
    return hash_128(found.s, found.len).k1;
}

/* ---------------------------------------------------------------- keys */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The key of an activity id, as `activity_id.key_of_id` says; 0 if the text is no UUID. */
static int key_of_id(const char *s, size_t len, Key *key)
{
    uint64_t half[2] = {0, 0};
    int digits = 0;
    if (len != 36)
        return 0;
    for (int i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (s[i] != '-')
                return 0;
            continue;
        }
        int digit = hex_digit(s[i]);
        if (digit < 0)
            return 0;
        half[digits / 16] = half[digits / 16] << 4 | (uint64_t)digit;
        digits++;
    }
    const uint64_t always = 0x800000000000ull, positive = 0x100000000ull;
    uint64_t low = half[0] >> 32, mid = half[0] >> 16 & 0xffff, high = half[0] & 0xffff;
    uint64_t bits = (half[1] & 0xffffffffffffull) ^ always;
    int64_t ticks = (int64_t)((high & 0xfff) << 48 | mid << 32 | low) - 122192928000000000ll;
    if (high >> 12 == 1 && half[1] >> 48 == 0x8080 && bits < positive << 1 && ticks % 10 == 0) {
        int64_t hash = bits & positive ? (int64_t)(bits ^ positive) : -(int64_t)bits;
        if (bits & positive ? hash > 0 && hash < 1ll << 31 : hash >= -(1ll << 31)) {
            *key = (Key){ticks / 10, hash};
            return 1;
        }
    }
    int64_t second = (int64_t)half[1];
    *key = (Key){(int64_t)half[0], second >= -(1ll << 31) && second < 1ll << 31 ? second ^ 1ll << 62 : second};
    return 1;
}

int stage_target(const Prefixed *prefixed, const char *s, size_t len, Target *target)
{
    Key key;
    *target = (Target){0, 0, NONE, NONE};
    if (prefixed->by_id) {
        if (!key_of_id(s, len, &key))
            return 0;
    } else {
        if (!len)
            return 0;
        key = hash_128(s, len);
    }
    target->k1 = key.k1;
    target->k2 = key.k2;
    if (!prefixed->by_id && prefixed->several) {
        const char *colon = memchr(s, ':', len);
        size_t first = colon ? (size_t)(colon - s) : len;
        target->scope = hash_128(s, first).k1;
        target->part = hash_128(s + first + (colon != NULL), len - first - (colon != NULL)).k1;
    }
    return 1;
}

void stage_reference(Walk *walk, const Text *text)
{
    const Stage *stage = walk->stage;
    References *found = &walk->prefixed;
    for (int i = 0; i < stage->prefixed_count; i++) {
        const Prefixed *prefixed = &stage->prefixed[i];
        size_t len = prefixed->prefix.len;
        if (text->len < len || memcmp(text->s, prefixed->prefix.s, len))
            continue;
        int always = walk->direct && walk->member >= 0 && stage->unspaced >> walk->member & 1;
        if (!always && text_has_space(text->s, text->len))
            return; /* prose */
        Reference reference = {prefixed->number, walk->direct ? walk->member : -1, {0, 0, 0, 0}};
        if (!stage_target(prefixed, text->s + len, text->len - len, &reference.target))
            return;
        if (found->count == found->room) {
            size_t room = found->room ? found->room * 2 : 64;
            Reference *larger = realloc(found->items, room * sizeof *larger);
            if (!larger) {
                walk->failed = 1;
                return;
            }
            found->items = larger;
            found->room = room;
        }
        found->items[found->count++] = reference;
        return;
    }
}

static int derived_key(const Value *foreign_id, const Value *time, Key *key)
{
    if (!foreign_id || foreign_id->type != T_STRING || !foreign_id->len || !time || !time->has_time)
        return 0;
    *key = (Key){time->micros, hash_32(foreign_id->s, foreign_id->len)};
    return 1;
}

/* The key that a reference by members means; 0 if there is none. */
static int meant(Walk *walk, const Members *members, const Value *text, const Named *named, Key *key)
{
    for (int i = 0; i < named->absent.count; i++)
        if (is_given(operand(walk, members, text, named->absent.members[i])))
            return 0;
    const Value *first = operand(walk, members, text, named->members.members[0]);
    if (named->by_id)
        return first && first->type == T_STRING && key_of_id(first->s, first->len, key);
    if (named->to_derived)
        return derived_key(first, operand(walk, members, text, named->members.members[1]), key);
    Item found;
    if (!joined(walk, members, text, &named->members, 0, &found))
        return 0;
    *key = hash_128(found.s, found.len);
    return 1;
}

/* ---------------------------------------------------------------- entries */

static int is_grave(const Members *members, const Operands *of)
{
    for (int i = 0; members && i < of->count; i++)
        if (of->members[i] >= 0 && of->members[i] < OF_LINE && members->grave >> of->members[i] & 1)
            return 1;
    return 0;
}

int stage_entry(Walk *walk, Staged *staged, const Stage *stage, const Members *members, const Value *text, int64_t pos)
{
    Key key, keys[MOST_OPERANDS];
    int is_meant[MOST_OPERANDS];
    if (stage->named_count > MOST_OPERANDS)
        return 0;
    const Value *time = stage->at == -2 ? NULL : operand(walk, members, text, stage->at);
    int64_t instant = time && time->has_time ? time->micros : NONE;
    if (stage->derived) {
        const Value *first = operand(walk, members, text, stage->key.members[0]);
        if (!derived_key(first, operand(walk, members, text, stage->key.members[1]), &key))
            return 0;
    } else {
        Item found;
        if (!joined(walk, members, text, &stage->key, 1, &found))
            return 0;
        key = hash_128(found.s, found.len);
    }
    for (int i = 0; i < stage->named_count; i++)
        is_meant[i] = meant(walk, members, text, &stage->named[i], &keys[i]);
    int64_t scope = stage->has_scope ? facet(walk, members, text, &stage->scope) : NONE;
    if (stage->about_count) {
        scope = NONE;
        for (int i = stage->about_count - 1; i >= 0; i--)
            if (is_meant[stage->about[i]]) {
                const Key *about = &keys[stage->about[i]];
                scope = (int64_t)((uint64_t)about->k1 * GOLDEN + (uint64_t)about->k2);
            }
    }
    int64_t part = stage->has_part ? facet(walk, members, text, &stage->part) : NONE;
    if (stage->derived && members && members->grave >> stage->key.members[1] & 1) {
        /* Its instant is not as sure as its foreign id: any reference to that may mean it. */
        if (part != NONE)
            add(walk, &staged->keys, stage->number, NONE, key.k2, NONE, part, NONE, NONE);
        else if (instant != NONE)
            add(walk, &staged->keys, stage->number, NONE, NONE, NONE, NONE, instant, NONE);
    }
    add(walk, &staged->keys, stage->number, key.k1, key.k2, scope, part, instant, pos);
    for (int i = 0; i < stage->named_count; i++) {
        const Named *named = &stage->named[i];
        if (!is_meant[i] || (named->to_itself && keys[i].k1 == key.k1 && keys[i].k2 == key.k2))
            continue;
        if (is_grave(members, &named->members)) {
            /* It may lead somewhere all the same; that it does not is no second finding. */
            if (!named->to_itself)
                continue;
            add(walk, &staged->keys, LOOSE, keys[i].k1, keys[i].k2, NONE, NONE, NONE, NONE);
        }
        int64_t called = NONE;
        if (named->with_part) {
            const Value *first = operand(walk, members, text, named->members.members[0]);
            called = hash_128(first->s, first->len).k1;
        }
        add(walk, &staged->refs, named->number, keys[i].k1, keys[i].k2, scope, called, instant, pos);
    }
    for (size_t i = 0; i < walk->prefixed.count; i++) {
        const Reference *reference = &walk->prefixed.items[i];
        if (reference->field >= 0 && members->grave >> reference->field & 1)
            continue;
        const Target *target = &reference->target;
        add(walk, &staged->refs, reference->number, target->k1, target->k2, target->scope, target->part, NONE, pos);
    }
    return 1;
}
