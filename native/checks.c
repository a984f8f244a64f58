/* What each check tests: of a string, of a list, of a record. The findings are as many as `explain` finds. */
#include "hash.h"
#include "walk.h"

#include <stdio.h>
#include <string.h>

static void fail(Walk *walk, const Check *check, uint64_t bit, uint64_t *failed, Value *value)
{
    *failed |= bit;
    value->wrong |= !check->light;
    walk_finding(walk, check->site, check->light);
}

/* Part number `check->a` of a text that has `check->b` parts; 0 if it has another number of them. */
static int part(const Check *check, const Text *text, Item *found)
{
    const char *p = text->s, *end = p + text->len;
    for (int64_t i = 0;; i++) {
        const char *stop = memchr(p, check->separator, (size_t)(end - p));
        if (i == check->a)
            *found = (Item){p, (size_t)((stop ? stop : end) - p)};
        if (!stop)
            return i + 1 == check->b;
        p = stop + 1;
    }
}

static int splits(const Check *check, const Text *text)
{
    const char *p = text->s, *end = p + text->len;
    for (int64_t parts = 1;; parts++) {
        const char *stop = memchr(p, check->separator, (size_t)(end - p));
        if ((stop ? stop : end) == p)
            return 0;
        if (!stop)
            return parts == check->a;
        p = stop + 1;
    }
}

static int one_of(const Check *check, const char *s, size_t len)
{
    for (int i = 0; i < check->count; i++)
        if (text_same(check->names[i].s, check->names[i].len, s, len))
            return 1;
    return 0;
}

static int time_holds(const Walk *walk, const Check *check, const Time *time)
{
    switch (check->op) {
    case C_TIME_OFFSET: return time->has_offset;
    case C_TIME_UTC: return !time->offset;
    case C_TIME_ZULU: return time->zulu || !time->has_offset || time->offset;
    case C_TIME_UPPERCASE: return time->uppercase;
    case C_TIME_PRECISION: return time->digits <= check->a;
    case C_TIME_NOT_BEFORE: return time->micros >= check->a;
    case C_TIME_NOT_AFTER: return time->micros <= check->a;
    default: return time->micros <= walk->now + check->a;
    }
}

static int holds(Walk *walk, const Check *check, const Text *text, const Time *time, const Value *value)
{
    Item found = {NULL, 0};
    switch (check->op) {
    case C_NOT_EMPTY: return text->len != 0;
    case C_MAX_LENGTH: return (int64_t)text->chars <= check->a;
    case C_MAX_BYTES: return (int64_t)text->len <= check->a;
    case C_PATTERN: return plan_matches(&check->pattern, text->s, text->len);
    case C_CHOICES: return one_of(check, text->s, text->len);
    case C_SPLIT: return splits(check, text);
    case C_PART_PATTERN: return !part(check, text, &found) || plan_matches(&check->pattern, found.s, found.len);
    case C_PART_NOT_IN: return !part(check, text, &found) || !one_of(check, found.s, found.len);
    case C_DIFFERS_FROM_LINE: {
        const Value *own = &walk->line_members->values[check->a];
        if (!(walk->line_members->there >> check->a & 1) || own->type != T_STRING)
            return 1;
        return !text_same(own->s, own->len, text->s, text->len);
    }
    case C_ALWAYS: return 0;
    case C_TIME_FORMAT: return value->has_time;
    case C_TIME_OFFSET:
    case C_TIME_UTC:
    case C_TIME_ZULU:
    case C_TIME_UPPERCASE:
    case C_TIME_PRECISION:
    case C_TIME_NOT_BEFORE:
    case C_TIME_NOT_AFTER:
    case C_TIME_NOT_AHEAD: return !value->has_time || time_holds(walk, check, time);
    default: walk->suspect = 1; return 1;
    }
}

/* Counts the group of a feed id, or whatever has the form of one. */
static void see_group(Walk *walk, const char *s, size_t len, const Value *value)
{
    walk->news |= value->half;
    const char *colon = memchr(s, ':', len);
    if (!colon || colon == s || memchr(colon + 1, ':', len - (size_t)(colon + 1 - s)))
        return;
    int group = table_find(&walk->group_table, s, (size_t)(colon - s), walk->open_groups);
    walk->failed |= group == -2;
    if (group < 0)
        walk->news = 1;
    else
        row_add(walk, &walk->groups, group);
}

/* Whether all checks hold but those of `node->rest`, which are still to be looked at. */
static int is_plain(const Walk *walk, const Node *node, const Text *text, const Time *time, const Value *value)
{
    if ((int64_t)text->len < node->least || (int64_t)text->len > node->most)
        return 0;
    if (node->plain_time)
        return value->has_time && time->zulu && time->uppercase && time->digits <= node->digits &&
               time->micros >= node->not_before && time->micros <= node->not_after &&
               (node->ahead < 0 || time->micros <= walk->now + node->ahead);
    return !node->quick.next || plan_matches(&node->quick, text->s, text->len);
}

static int day_of(int64_t micros)
{
    const int64_t day = 86400000000ll;
    return (int)(micros >= 0 ? micros / day : -((day - 1 - micros) / day));
}

void walk_text(Walk *walk, const Node *node, const Text *text, Value *value)
{
    Time time = {0};
    if (node->time) {
        value->has_time = time_parse(text->s, text->len, &time);
        value->micros = value->has_time ? time.micros : 0;
        if (node->span && value->has_time && time.micros >= walk->plan->first && time.micros <= walk->plan->last) {
            walk->first = time.micros < walk->first ? time.micros : walk->first;
            walk->last = time.micros > walk->last ? time.micros : walk->last;
            if (walk->days)
                row_add(walk, walk->days, day_of(time.micros));
        }
    }
    if (node->feed_id)
        see_group(walk, text->s, text->len, value);
    if (node->blank && !text->len)
        return;
    int plain = is_plain(walk, node, text, &time, value);
    for (int i = 0; i < node->tolerated_count && !(plain && !node->tolerates); i++) {
        const Tolerated *form = &node->tolerated[i];
        if (form->form == 0 ? form->types & T_STRING
                            : form->form == 1 && plan_matches(&form->pattern, text->s, text->len)) {
            value->wrong = 1;
            walk_finding(walk, form->site, walk->plan->light[form->site]);
            return;
        }
    }
    uint64_t failed = 0, left = node->check_count == 64 ? ~0ull : (1ull << node->check_count) - 1;
    if (plain)
        left = node->rest;
    for (; left; left &= left - 1) {
        int i = __builtin_ctzll(left);
        const Check *check = &node->checks[i];
        if (!(failed & check->after) && !holds(walk, check, text, &time, value))
            fail(walk, check, 1ull << i, &failed, value);
    }
}

void walk_list_checks(Walk *walk, const Node *node, size_t count, const Item *items, size_t strings, Value *value)
{
    uint64_t failed = 0;
    for (int i = 0; i < node->check_count; i++) {
        const Check *check = &node->checks[i];
        if (failed & check->after)
            continue;
        if (check->op == C_DISTINCT) {
            int64_t repeated = strings < 2 ? 0 : table_repeated(items, strings);
            walk->failed |= repeated < 0;
            for (int64_t n = 0; n < repeated; n++)
                fail(walk, check, 1ull << i, &failed, value);
        } else if (check->op == C_NOT_EMPTY ? !count : check->op == C_MAX_ITEMS ? (int64_t)count > check->a : 0) {
            fail(walk, check, 1ull << i, &failed, value);
        } else if (check->op != C_NOT_EMPTY && check->op != C_MAX_ITEMS) {
            walk->suspect = 1;
        }
    }
}

/* ---------------------------------------------------------------- records */

/* Which members are present; which are absent; and of which that is not to be said, for null is a mistake. */
static uint64_t present(const Members *members)
{
    return members->there & ~members->null & ~members->blank;
}

static uint64_t absent(const Record *record, const Members *members)
{
    return ~members->there | (members->null & record->nullable) | members->blank;
}

/* Whether a check is to be looked at. */
static int is_asked(const Record *record, const Members *members, const RecordCheck *check)
{
    if (check->given & ~present(members) || check->absent & ~absent(record, members))
        return 0;
    switch (check->kind) {
    case R_DIFFER:
    case R_ORDERED:
    case R_DERIVED_ID: return !(check->members & (~members->there | members->wrong));
    case R_ANY_OF:
    case R_TOGETHER:
    case R_REQUIRES: return !(check->members & members->null & ~record->nullable);
    default: return 1;
    }
}

static int bits_of(uint64_t bits)
{
    int count = 0;
    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

static int is_derived(const Value *given, const Value *foreign_id, const Value *time)
{
    uint64_t ticks = 122192928000000000ull + (uint64_t)time->micros * 10;
    int64_t hash = hash_32(foreign_id->s, foreign_id->len);
    uint64_t node = (uint64_t)(hash > 0 ? hash | 0x100000000ll : -hash) | 0x800000000000ull;
    char derived[40];
    snprintf(derived, sizeof derived, "%08llx-%04llx-%04llx-8080-%012llx", (unsigned long long)(ticks & 0xffffffff),
             (unsigned long long)(ticks >> 32 & 0xffff), (unsigned long long)(0x1000 | (ticks >> 48 & 0xffff)),
             (unsigned long long)node);
    if (given->len != 36)
        return 0;
    for (int i = 0; i < 36; i++) {
        unsigned char c = (unsigned char)given->s[i];
        if ((c >= 'A' && c <= 'Z' ? c | 32 : c) != (unsigned char)derived[i])
            return 0;
    }
    return 1;
}

/* How often a check is broken. */
static int64_t broken(Walk *walk, const Members *members, const RecordCheck *check, int64_t size, int64_t bad_names)
{
    uint64_t here = present(members);
    switch (check->kind) {
    case R_RESERVED: return bits_of(check->members & members->there);
    case R_KEY_PATTERN: return bad_names;
    case R_ANY_OF: return !(check->members & here);
    case R_TOGETHER: return check->members & here ? bits_of(check->members & ~here) : 0;
    case R_REQUIRES: return (here >> check->first & 1) && !(here >> check->second & 1);
    case R_MAX_BYTES: return size > check->limit;
    case R_NO_BINARY: return 0; /* what may be is for somebody else, see `anywhere` */
    case R_REFERENCES: return walk->bad_references;
    case R_DIFFER:
    case R_ORDERED:
    case R_DERIVED_ID: break;
    default: walk->suspect = 1; return 0;
    }
    /* These are looked at only if all their members are there. */
    const Value *first = &members->values[check->first], *second = &members->values[check->second];
    if (check->kind == R_DIFFER) {
        if (first->type == T_STRING && second->type == T_STRING)
            return first->len && text_same(first->s, first->len, second->s, second->len);
        walk->suspect |= first->type == second->type && first->type != T_NULL;
        return 0;
    }
    if (check->kind == R_ORDERED)
        return first->has_time && second->has_time && first->micros < second->micros;
    const Value *third = &members->values[check->third];
    if (first->type != T_STRING || second->type != T_STRING || !third->has_time)
        return 0;
    return !is_derived(first, second, third);
}

/* Of which members something is told where they stand. */
static uint64_t told_at(const Members *members, const RecordCheck *check)
{
    switch (check->kind) {
    case R_RESERVED: return check->members & members->there;
    case R_TOGETHER: return check->members & ~present(members);
    case R_REQUIRES:
    case R_DIFFER:
    case R_ORDERED:
    case R_DERIVED_ID: return 1ull << check->first;
    default: return 0;
    }
}

void walk_record_checks(Walk *walk, const Record *record, Members *members, int64_t size, int64_t bad_names,
                        int64_t strange)
{
    uint64_t failed = 0, missing = record->required & ~members->there;
    int64_t at_names = 0;
    int unsure = missing != 0; /* names that stand there may be meant for others that are missing */
    for (; missing; missing &= missing - 1) {
        int site = record->fields[__builtin_ctzll(missing)].required;
        walk_finding(walk, site, walk->plan->light[site]);
    }
    for (int i = 0; i < record->check_count; i++) {
        const RecordCheck *check = &record->checks[i];
        if (failed & check->after || !is_asked(record, members, check))
            continue;
        int64_t count = broken(walk, members, check, size, bad_names);
        if (!count)
            continue;
        failed |= 1ull << i;
        members->grave |= check->light ? 0 : told_at(members, check);
        if (check->kind == R_RESERVED || check->kind == R_KEY_PATTERN)
            at_names += count;
        unsure |= check->kind == R_ANY_OF || check->kind == R_TOGETHER || check->kind == R_REQUIRES;
        for (int64_t n = 0; n < count; n++)
            walk_finding(walk, check->site, check->light);
    }
    if (record->unknown >= 0) {
        at_names += strange;
        for (int64_t n = 0; n < strange; n++)
            walk_finding(walk, record->unknown, walk->plan->light[record->unknown]);
    }
    if (at_names && unsure)
        walk->suspect = 1;
}
