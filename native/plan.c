/* Reads the tuples of a plan. What is wrong with them is a mistake in the package: a ValueError says where. */
#include "plan.h"

#include <string.h>

typedef struct {
    PyObject *tuple;
    Py_ssize_t at;
} Reader;

static int wrong(const char *what)
{
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "the plan is wrong: %s", what);
    return 0;
}

static PyObject *next(Reader *reader)
{
    if (!PyTuple_Check(reader->tuple)) {
        wrong("a tuple is missing");
        return NULL;
    }
    PyObject *item = PyTuple_GetItem(reader->tuple, reader->at);
    reader->at += item != NULL;
    return item;
}

static int number(Reader *reader, int64_t *value)
{
    PyObject *item = next(reader);
    if (!item)
        return 0;
    *value = PyLong_AsLongLong(item);
    return !PyErr_Occurred();
}

static int small(Reader *reader, int *value)
{
    int64_t wide;
    if (!number(reader, &wide))
        return 0;
    *value = (int)wide;
    return 1;
}

static int bits(Reader *reader, uint64_t *value)
{
    PyObject *item = next(reader);
    if (!item)
        return 0;
    *value = PyLong_AsUnsignedLongLong(item);
    return !PyErr_Occurred();
}

static int name(Reader *reader, Name *value)
{
    PyObject *item = next(reader);
    char *data;
    Py_ssize_t size;
    if (!item || PyBytes_AsStringAndSize(item, &data, &size) < 0)
        return 0;
    *value = (Name){data, (size_t)size}; /* the plan's source is kept */
    return 1;
}

static int pattern(Reader *reader, Pattern *value)
{
    Name accepts, table;
    Reader inner = {next(reader), 0};
    if (!inner.tuple)
        return 0;
    if (inner.tuple == Py_None)
        return 1;
    if (!name(&inner, &accepts) || !name(&inner, &table) || !small(&inner, &value->single))
        return 0;
    if (accepts.len < 2 || table.len != accepts.len * 512 || (uintptr_t)table.s % sizeof(uint16_t))
        return wrong("the table of a pattern");
    value->accepts = (const uint8_t *)accepts.s;
    value->next = (const uint16_t *)(const void *)table.s;
    for (size_t i = 0; i < accepts.len * 256; i++)
        if (value->next[i] >= accepts.len)
            return wrong("a state of a pattern");
    return 1;
}

/* Room for the items of a tuple, and a reader of it. */
static void *items(Reader *reader, Reader *inner, size_t size, int *count)
{
    *inner = (Reader){next(reader), 0};
    if (!inner->tuple || !PyTuple_Check(inner->tuple)) {
        wrong("a list is missing");
        return NULL;
    }
    *count = (int)PyTuple_Size(inner->tuple);
    void *room = PyMem_Calloc((size_t)*count + 1, size);
    if (!room)
        PyErr_NoMemory();
    return room;
}

static int inside(Reader *reader, Reader *inner)
{
    *inner = (Reader){next(reader), 0};
    return inner->tuple != NULL;
}

static int site_of(const Plan *plan, Reader *reader, int *site)
{
    if (!small(reader, site))
        return 0;
    return *site < plan->site_count ? 1 : wrong("a site");
}

static int check_of(const Plan *plan, Reader *reader, Check *check)
{
    Reader in, names;
    Name separator;
    if (!inside(reader, &in) || !small(&in, &check->op) || !site_of(plan, &in, &check->site) ||
        !bits(&in, &check->after) || !number(&in, &check->a) || !number(&in, &check->b) || !name(&in, &separator) ||
        !pattern(&in, &check->pattern))
        return 0;
    check->separator = separator.len ? separator.s[0] : 0;
    check->light = check->site >= 0 && plan->light[check->site];
    check->names = items(&in, &names, sizeof(Name), &check->count);
    if (!check->names)
        return 0;
    for (int i = 0; i < check->count; i++)
        if (!name(&names, &check->names[i]))
            return 0;
    int tested = check->op == C_PATTERN || check->op == C_PART_PATTERN;
    return tested && !check->pattern.next ? wrong("a check without its pattern") : 1;
}

static int record_of(const Plan *plan, Reader *reader, Record **place);

static int node_of(const Plan *plan, Reader *reader, Node **place)
{
    Reader in, list;
    Node *node = *place = PyMem_Calloc(1, sizeof(Node));
    if (!node) {
        PyErr_NoMemory();
        return 0;
    }
    if (!inside(reader, &in) || !small(&in, &node->kind) || !small(&in, &node->types) ||
        !site_of(plan, &in, &node->type_site) || !small(&in, &node->nullable) || !small(&in, &node->blank) ||
        !small(&in, &node->feed_id) || !small(&in, &node->time) || !small(&in, &node->span))
        return 0;
    node->tolerated = items(&in, &list, sizeof(Tolerated), &node->tolerated_count);
    if (!node->tolerated)
        return 0;
    for (int i = 0; i < node->tolerated_count; i++) {
        Tolerated *form = &node->tolerated[i];
        Reader of;
        if (!inside(&list, &of) || !small(&of, &form->form) || !site_of(plan, &of, &form->site) ||
            !small(&of, &form->types) || !pattern(&of, &form->pattern))
            return 0;
        if (form->form == 1 && !form->pattern.next)
            return wrong("a text that is tolerated");
    }
    node->checks = items(&in, &list, sizeof(Check), &node->check_count);
    if (!node->checks)
        return 0;
    if (node->check_count > 64)
        return wrong("more than 64 checks of one value");
    for (int i = 0; i < node->check_count; i++)
        if (!check_of(plan, &list, &node->checks[i]))
            return 0;
    Reader quick;
    if (!inside(&in, &quick) || !number(&quick, &node->least) || !number(&quick, &node->most) ||
        !pattern(&quick, &node->quick) || !small(&quick, &node->plain_time) || !small(&quick, &node->digits) ||
        !number(&quick, &node->not_before) || !number(&quick, &node->not_after) || !number(&quick, &node->ahead) ||
        !bits(&quick, &node->rest) || !small(&quick, &node->tolerates))
        return 0;
    if (node->kind == V_LIST)
        return node_of(plan, &in, &node->items);
    return node->kind == V_RECORD ? record_of(plan, &in, &node->record) : 1;
}

static int record_check_of(const Plan *plan, Reader *reader, RecordCheck *check, int fields)
{
    Reader in, list;
    if (!inside(reader, &in) || !small(&in, &check->kind) || !site_of(plan, &in, &check->site) ||
        !bits(&in, &check->after) || !bits(&in, &check->given) || !bits(&in, &check->absent) ||
        !bits(&in, &check->members) || !small(&in, &check->first) || !small(&in, &check->second) ||
        !small(&in, &check->third) || !number(&in, &check->limit) || !pattern(&in, &check->pattern))
        return 0;
    check->light = check->site >= 0 && plan->light[check->site];
    if (check->first >= fields || check->second >= fields || check->third >= fields)
        return wrong("a member of a check");
    if (check->kind == R_KEY_PATTERN && !check->pattern.next)
        return wrong("names without their pattern");
    check->prefixes = items(&in, &list, sizeof(Prefix), &check->prefix_count);
    if (!check->prefixes)
        return 0;
    for (int i = 0; i < check->prefix_count; i++) {
        Reader of;
        Prefix *prefix = &check->prefixes[i];
        if (!inside(&list, &of) || !name(&of, &prefix->prefix) || !pattern(&of, &prefix->pattern))
            return 0;
        if (!prefix->pattern.next || !prefix->prefix.len)
            return wrong("a prefix");
    }
    return 1;
}

static unsigned slot_of(const char *s, size_t len)
{
    unsigned first = len ? (unsigned char)s[0] : 0, last = len ? (unsigned char)s[len - 1] : 0;
    return (unsigned)(len * 31 + first * 7 + last) % SLOTS;
}

static int record_of(const Plan *plan, Reader *reader, Record **place)
{
    Reader in, list;
    Record *record = *place = PyMem_Calloc(1, sizeof(Record));
    if (!record) {
        PyErr_NoMemory();
        return 0;
    }
    if (!inside(reader, &in) || !site_of(plan, &in, &record->unknown) || !bits(&in, &record->early))
        return 0;
    record->fields = items(&in, &list, sizeof(Field), &record->field_count);
    if (!record->fields)
        return 0;
    if (record->field_count > MOST_FIELDS)
        return wrong("more than 64 members of one record");
    memset(record->slots, -1, sizeof record->slots);
    memset(record->chain, -1, sizeof record->chain);
    memset(record->follows, -1, sizeof record->follows);
    for (int i = 0; i < record->field_count; i++) {
        Reader of;
        Field *field = &record->fields[i];
        if (!inside(&list, &of) || !name(&of, &field->name) || !node_of(plan, &of, &field->node) ||
            !site_of(plan, &of, &field->required) || !small(&of, &field->defined) || !small(&of, &field->known) ||
            !small(&of, &field->refers))
            return 0;
        record->required |= (uint64_t)(field->required >= 0) << i;
        record->nullable |= (uint64_t)field->node->nullable << i;
        unsigned slot = slot_of(field->name.s, field->name.len);
        record->chain[i] = record->slots[slot];
        record->slots[slot] = (int8_t)i;
    }
    record->checks = items(&in, &list, sizeof(RecordCheck), &record->check_count);
    if (!record->checks)
        return 0;
    if (record->check_count > 64)
        return wrong("more than 64 checks of one record");
    for (int i = 0; i < record->check_count; i++) {
        RecordCheck *check = &record->checks[i];
        if (!record_check_of(plan, &list, check, record->field_count))
            return 0;
        if (check->kind == R_KEY_PATTERN)
            record->key_pattern = check;
        else if (check->kind == R_NO_BINARY)
            record->no_binary = check;
        else if (check->kind == R_REFERENCES)
            record->references = check;
    }
    return 1;
}

/* ---------------------------------------------------------------- what is staged of entries */

static int operands(Reader *reader, Operands *value)
{
    Reader in, list;
    if (!inside(reader, &in) || !inside(&in, &list) || !small(&in, &value->given) || !name(&in, &value->prefix))
        return 0;
    value->count = PyTuple_Check(list.tuple) ? (int)PyTuple_Size(list.tuple) : -1;
    if (value->count < 0 || value->count > MOST_OPERANDS)
        return wrong("the operands of a key");
    for (int i = 0; i < value->count; i++)
        if (!small(&list, &value->members[i]))
            return 0;
    return 1;
}

static int stage_of(Reader *reader, Instruction *instruction)
{
    Reader in, list;
    if (!inside(reader, &in))
        return 0;
    if (in.tuple == Py_None)
        return 1;
    Stage *stage = instruction->stage = PyMem_Calloc(1, sizeof(Stage));
    if (!stage) {
        PyErr_NoMemory();
        return 0;
    }
    if (!small(&in, &stage->number) || !small(&in, &stage->derived) || !operands(&in, &stage->key) ||
        !small(&in, &stage->has_scope) || !operands(&in, &stage->scope) || !small(&in, &stage->has_part) ||
        !operands(&in, &stage->part) || !small(&in, &stage->at) || !bits(&in, &stage->unspaced) || !inside(&in, &list))
        return 0;
    stage->about_count = PyTuple_Check(list.tuple) ? (int)PyTuple_Size(list.tuple) : MOST_OPERANDS + 1;
    if (stage->about_count > MOST_OPERANDS || (stage->derived && stage->key.count != 2))
        return wrong("a record");
    for (int i = 0; i < stage->about_count; i++)
        if (!small(&list, &stage->about[i]))
            return 0;
    stage->named = items(&in, &list, sizeof(Named), &stage->named_count);
    if (!stage->named)
        return 0;
    for (int i = 0; i < stage->named_count; i++) {
        Reader of;
        Named *named = &stage->named[i];
        if (!inside(&list, &of) || !small(&of, &named->number) || !small(&of, &named->by_id) ||
            !small(&of, &named->to_itself) || !small(&of, &named->to_derived) || !small(&of, &named->with_part) ||
            !operands(&of, &named->members) || !operands(&of, &named->absent))
            return 0;
        if (!named->members.count || (named->to_derived && !named->by_id && named->members.count != 2))
            return wrong("a reference");
    }
    for (int i = 0; i < stage->about_count; i++)
        if (stage->about[i] < 0 || stage->about[i] >= stage->named_count)
            return wrong("what a record is about");
    stage->prefixed = items(&in, &list, sizeof(Prefixed), &stage->prefixed_count);
    if (!stage->prefixed)
        return 0;
    for (int i = 0; i < stage->prefixed_count; i++) {
        Reader of;
        Prefixed *prefixed = &stage->prefixed[i];
        if (!inside(&list, &of) || !small(&of, &prefixed->number) || !small(&of, &prefixed->by_id) ||
            !small(&of, &prefixed->several) || !name(&of, &prefixed->prefix))
            return 0;
        if (!prefixed->prefix.len)
            return wrong("a reference without its prefix");
    }
    return 1;
}

int plan_find(Record *record, const char *s, size_t len, int before)
{
    for (int i = record->slots[slot_of(s, len)]; i >= 0; i = record->chain[i])
        if (record->fields[i].name.len == len && !memcmp(record->fields[i].name.s, s, len)) {
            record->follows[before + 1] = (int8_t)i;
            return i;
        }
    return -1;
}

int plan_make(Plan *plan, PyObject *source)
{
    Reader in = {source, 0}, list;
    Name light, active;
    memset(plan, 0, sizeof *plan);
    plan->source = source;
    Py_INCREF(source);
    if (!name(&in, &plan->discriminator) || !name(&in, &plan->payload) || !name(&in, &light) || !name(&in, &active) ||
        !small(&in, &plan->depth) || !number(&in, &plan->largest) || !number(&in, &plan->first) ||
        !number(&in, &plan->last))
        return 0;
    plan->site_count = (int)light.len;
    plan->light = (uint8_t *)light.s;
    plan->active = (uint8_t *)active.s;
    if (light.len != active.len)
        return wrong("the sites");
    plan->instructions = items(&in, &list, sizeof(Instruction), &plan->instruction_count);
    if (!plan->instructions)
        return 0;
    for (int i = 0; i < plan->instruction_count; i++) {
        Reader of;
        Instruction *instruction = &plan->instructions[i];
        if (!inside(&list, &of) || !name(&of, &instruction->name) || !small(&of, &instruction->payload) ||
            !node_of(plan, &of, &instruction->line) || !stage_of(&of, instruction))
            return 0;
        const Record *record = instruction->line->record;
        if (!record || instruction->payload < 0 || instruction->payload >= record->field_count ||
            record->fields[instruction->payload].node->kind != V_LIST)
            return wrong("an instruction without a list of entries");
    }
    return 1;
}

static void node_free(Node *node)
{
    if (!node)
        return;
    for (int i = 0; i < node->check_count && node->checks; i++)
        PyMem_Free(node->checks[i].names);
    PyMem_Free(node->tolerated);
    PyMem_Free(node->checks);
    node_free(node->items);
    if (node->record) {
        Record *record = node->record;
        for (int i = 0; i < record->field_count && record->fields; i++)
            node_free(record->fields[i].node);
        for (int i = 0; i < record->check_count && record->checks; i++)
            PyMem_Free(record->checks[i].prefixes);
        PyMem_Free(record->fields);
        PyMem_Free(record->checks);
        PyMem_Free(record);
    }
    PyMem_Free(node);
}

void plan_free(Plan *plan)
{
    for (int i = 0; i < plan->instruction_count && plan->instructions; i++)
    {
        node_free(plan->instructions[i].line);
        if (plan->instructions[i].stage) {
            PyMem_Free(plan->instructions[i].stage->named);
            PyMem_Free(plan->instructions[i].stage->prefixed);
            PyMem_Free(plan->instructions[i].stage);
        }
    }
    PyMem_Free(plan->instructions);
    Py_XDECREF(plan->source);
}
