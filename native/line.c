#include "line.h"

#include <stdlib.h>
#include <string.h>

/* So many members of a line are kept until it is known what they mean. */
enum { MOST_HELD = 16 };

typedef struct {
    Text name;
    const char *value, *end;
} Held;

/* ---------------------------------------------------------------- findings */

static int is_wanted(const Lines *lines, const Row *row, size_t from)
{
    const uint8_t *active = lines->walk.plan->active;
    for (size_t i = from; i < row->count; i++)
        if (active[row->items[i]] && !lines->full[row->items[i]])
            return 1;
    return 0;
}

static void count_findings(Lines *lines, const Row *row)
{
    size_t first = lines->of_lines.count;
    for (size_t i = 0; i < row->count; i++) {
        int site = row->items[i];
        if (!lines->walk.plan->active[site])
            continue;
        lines->counts[site]++;
        if (!lines->with_lines)
            continue;
        Row *of_lines = &lines->of_lines;
        size_t at = first;
        while (at < of_lines->count && of_lines->items[at + 1] != site)
            at += 3;
        if (at < of_lines->count) {
            of_lines->items[at + 2]++;
        } else {
            row_add(&lines->walk, of_lines, (int)lines->line);
            row_add(&lines->walk, of_lines, site);
            row_add(&lines->walk, of_lines, 1);
        }
    }
}

static void cut_out(Lines *lines, int64_t index, int64_t start, int64_t end)
{
    Cuts *cuts = &lines->cuts;
    if (cuts->count == cuts->room) {
        size_t room = cuts->room ? cuts->room * 2 : 64;
        Cut *items = realloc(cuts->items, room * sizeof *items);
        if (!items) {
            lines->walk.failed = 1;
            return;
        }
        cuts->items = items;
        cuts->room = room;
    }
    cuts->items[cuts->count++] = (Cut){index, start, end};
}

/* ---------------------------------------------------------------- values whose turn has not come */

static const char *skip_string(const char *p, const char *end)
{
    unsigned high = 0;
    for (p++;; p += 2) {
        p = text_special(p, end, &high);
        if (*p == '"')
            return p + 1;
        if (*p != '\\' || (unsigned char)p[1] < 0x20)
            return NULL;
    }
}

/* The text behind a value, if it is JSON; NULL if it surely is not. */
static const char *skip(const char *p, const char *end)
{
    if (*p == '"')
        return skip_string(p, end);
    if (*p != '{' && *p != '[') {
        while (*p != ',' && *p != '}' && *p != ']' && (unsigned char)*p > ' ')
            p++;
        return p;
    }
    for (int64_t depth = 0;;) {
        unsigned char c = (unsigned char)*p;
        if (c == '"') {
            p = skip_string(p, end);
            if (!p)
                return NULL;
            continue;
        }
        if (c < 0x20 && c != '\t' && c != '\r')
            return NULL;
        p++;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (!depth)
            return p;
    }
}

/* ---------------------------------------------------------------- entries */

static int has_check(const Node *node, int op)
{
    for (int i = 0; i < node->check_count; i++)
        if (node->checks[i].op == op)
            return 1;
    return 0;
}

/* An entry from which a row is made, or which must be staged by others. */
static int is_staged(Lines *lines, const Value *entry, int64_t pos)
{
    Walk *walk = &lines->walk;
    const Members *members = entry->type == T_OBJECT && walk->entry_record ? &lines->entry : NULL;
    return !walk->stage || stage_entry(walk, &lines->staged, walk->stage, members, entry, pos);
}

static const char *entries(Lines *lines, const Node *node, const char *data, const char *p, Value *value)
{
    Walk *walk = &lines->walk;
    int64_t place = lines->place + lines->line_start;
    int distinct = has_check(node, C_DISTINCT);
    int64_t count = 0;
    lines->sizes_before = lines->sizes[lines->number].count;
    if (*p != '[')
        return NULL;
    value->type = T_LIST;
    value->wrong = 0;
    lines->list_start = p - data;
    p = walk_space(walk, p + 1);
    walk->found = &walk->of_entries;
    walk->entry_record = node->items->record;
    walk->stage = lines->place < 0 ? NULL : lines->stage;
    while (*p != ']') {
        Value entry;
        const char *start = p;
        size_t mark = walk->of_entries.count;
        walk->suspect = walk->direct = 0;
        walk->prefixed.count = 0;
        int64_t spare = walk->space + walk->spared;
        p = walk_value(walk, node->items, p, 2, &entry);
        if (!p || walk->news)
            return NULL;
        if (lines->with_sizes)
            row_add(walk, &lines->sizes[lines->number], (int)(p - start - (walk->space + walk->spared - spare)));
        if (walk->suspect || is_wanted(lines, &walk->of_entries, mark) || !is_staged(lines, &entry, place + count)) {
            walk->of_entries.count = mark;
            cut_out(lines, count, start - data, p - data);
        }
        if (distinct && entry.type == T_STRING && !items_add(walk, &walk->texts, entry.s, entry.len))
            return NULL;
        if (distinct && entry.half)
            return NULL;
        count++;
        p = walk_space(walk, p);
        if (*p == ',') {
            p = walk_space(walk, p + 1);
            if (*p == ']')
                return NULL;
        } else if (*p != ']') {
            return NULL;
        }
    }
    walk->found = &walk->of_line;
    walk->suspect = 0;
    walk->stage = NULL;
    walk_list_checks(walk, node, (size_t)count, walk->texts.items, walk->texts.count, value);
    value->count = (size_t)count;
    lines->list_count = count;
    lines->list_end = p + 1 - data;
    return p + 1;
}

/* ---------------------------------------------------------------- the line */

static int instruction_of(const Plan *plan, const Text *text)
{
    for (int i = 0; i < plan->instruction_count; i++)
        if (text_same(plan->instructions[i].name.s, plan->instructions[i].name.len, text->s, text->len))
            return i;
    return -1;
}

typedef struct {
    Members members;
    const Instruction *instruction;
    int number; /* of the instruction, -1: it is not known yet */
    int before;
} Envelope;

/* A member whose meaning is known. The text behind it, NULL if somebody must look closer. */
static const char *member(Lines *lines, Envelope *line, const Text *name, const char *data, const char *p)
{
    Record *record = line->instruction->line->record;
    int i = plan_field(record, name->s, name->len, line->before);
    if (i < 0 || line->members.there >> i & 1 || !record->fields[i].known)
        return NULL;
    line->before = i;
    if (i == line->instruction->payload) {
        lines->stage = line->instruction->stage;
        lines->number = line->number;
        p = entries(lines, record->fields[i].node, data, p, &line->members.values[i]);
    } else {
        p = walk_value(&lines->walk, record->fields[i].node, p, 1, &line->members.values[i]);
    }
    if (p)
        walk_member(&line->members, record, i);
    return p;
}

static int is_early(const Envelope *line, const Plan *plan, const Text *name)
{
    const Record *record = line->instruction->line->record;
    int entries = text_same(name->s, name->len, plan->payload.s, plan->payload.len);
    return entries && (line->members.there & record->early) != record->early;
}

/* The members of a line, and what its own checks say; the text behind it. */
static const char *members(Lines *lines, Envelope *line, const char *data, const char *p)
{
    Walk *walk = &lines->walk;
    const Plan *plan = walk->plan;
    Held held[MOST_HELD];
    int held_count = 0;
    if (*p != '{')
        return NULL;
    p = walk_space(walk, p + 1);
    while (*p != '}') {
        Text name;
        if (*p != '"' || !(p = walk_string(walk, p, &name)) || *(p = walk_space(walk, p)) != ':')
            return NULL;
        p = walk_space(walk, p + 1);
        if (line->number < 0 && text_same(name.s, name.len, plan->discriminator.s, plan->discriminator.len)) {
            Text text;
            if (*p != '"' || !walk_string(walk, p, &text) || (line->number = instruction_of(plan, &text)) < 0)
                return NULL;
            line->instruction = &plan->instructions[line->number];
        }
        if (line->number < 0 || is_early(line, plan, &name)) {
            if (held_count == MOST_HELD)
                return NULL;
            held[held_count] = (Held){name, p, skip(p, walk->end)};
            p = held[held_count++].end;
        } else {
            p = member(lines, line, &name, data, p);
        }
        if (!p || walk->suspect)
            return NULL;
        p = walk_space(walk, p);
        if (*p == ',') {
            p = walk_space(walk, p + 1);
            if (*p != '"')
                return NULL;
        } else if (*p != '}') {
            return NULL;
        }
    }
    if (line->number < 0)
        return NULL;
    /* The entries come last: what they are compared with must be known. */
    for (int last = 0; last < 2; last++)
        for (int i = 0; i < held_count; i++) {
            const Text *name = &held[i].name;
            if (text_same(name->s, name->len, plan->payload.s, plan->payload.len) != last)
                continue;
            if (member(lines, line, name, data, held[i].value) != held[i].end || walk->suspect)
                return NULL;
        }
    const Record *record = line->instruction->line->record;
    if (!(line->members.there >> line->instruction->payload & 1))
        return NULL;
    walk_record_checks(walk, record, &line->members, 0, 0, 0);
    return walk->suspect || walk->news ? NULL : p + 1;
}

static void begin(Lines *lines)
{
    Walk *walk = &lines->walk;
    walk->suspect = walk->news = walk->failed = walk->referring = walk->direct = walk->hushed = 0;
    walk->entry_record = NULL;
    walk->entry = &lines->entry;
    walk->stage = NULL;
    walk->prefixed.count = 0;
    walk->arena.used = 0;
    walk->found = &walk->of_line;
    walk->of_line.count = walk->of_entries.count = walk->groups.count = 0;
    walk->names.count = walk->texts.count = 0;
    walk->no_binary = walk->references = NULL;
    walk->first = INT64_MAX;
    walk->last = INT64_MIN;
    lines->cuts.count = 0;
}

static void commit(Lines *lines, const Envelope *line)
{
    Walk *walk = &lines->walk;
    if (!lines->outer)
        count_findings(lines, &walk->of_line);
    count_findings(lines, &walk->of_entries);
    for (size_t i = 0; i < walk->groups.count; i++)
        walk->group_table.entries[walk->groups.items[i]].count++;
    lines->entries[line->number] += (int64_t)line->members.values[line->instruction->payload].count;
    lines->first = walk->first < lines->first ? walk->first : lines->first;
    lines->last = walk->last > lines->last ? walk->last : lines->last;
}

int line_walk(Lines *lines, const char *data, const char *p, const char **after)
{
    Walk *walk = &lines->walk;
    Envelope line;
    const char *start = p;
    size_t keys = lines->staged.keys.count, refs = lines->staged.refs.count, days = lines->days.count;
    begin(lines);
    lines->line_start = p - data;
    lines->number = -1;
    walk->days = lines->with_sizes ? &lines->days : NULL;
    walk_no_members(&line.members);
    line.instruction = NULL;
    line.number = line.before = -1;
    walk->line_members = &line.members;
    p = members(lines, &line, data, walk_space(walk, p));
    if (p) {
        p = walk_space(walk, p);
        if (p < walk->end && *p != '\n')
            p = NULL;
    }
    if (walk->failed)
        return LINE_NO_MEMORY;
    lines->outer = p && is_wanted(lines, &walk->of_line, 0);
    if (!p || (lines->outer && walk->texts.count)) { /* which texts stand there twice is seen in all of them */
        const char *feed = memchr(start, '\n', (size_t)(walk->end - start));
        *after = feed ? feed + 1 : walk->end;
        stage_cut(&lines->staged, keys, refs);
        lines->days.count = days;
        if (lines->number >= 0)
            lines->sizes[lines->number].count = lines->sizes_before;
        return LINE_CLOSER;
    }
    commit(lines, &line);
    if (walk->failed)
        return LINE_NO_MEMORY;
    *after = p < walk->end ? p + 1 : p;
    return lines->cuts.count || lines->outer ? LINE_CUT : LINE_PASSED;
}
