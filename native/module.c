/* The extension module `stream_import_rules._native`: one type, which looks at the lines of a chunk. */
#include "line.h"
#include "relate.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    PyObject_HEAD
    Plan plan;
    Lines lines;
} Scanner;

static void reset(Lines *lines)
{
    const Plan *plan = lines->walk.plan;
    memset(lines->counts, 0, ((size_t)plan->site_count + 1) * sizeof *lines->counts);
    memset(lines->entries, 0, ((size_t)plan->instruction_count + 1) * sizeof *lines->entries);
    for (int i = 0; i < lines->walk.group_table.count; i++)
        lines->walk.group_table.entries[i].count = 0;
    lines->first = INT64_MAX;
    lines->last = INT64_MIN;
}

static PyObject *scanner_new(PyTypeObject *type, PyObject *args, PyObject *names)
{
    PyObject *source;
    if (names && PyDict_Size(names)) {
        PyErr_SetString(PyExc_TypeError, "Scanner takes its plan alone");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "O!:Scanner", &PyTuple_Type, &source))
        return NULL;
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Scanner *self = (Scanner *)alloc(type, 0);
    if (!self)
        return NULL;
    Lines *lines = &self->lines;
    lines->walk.plan = &self->plan;
    if (!plan_make(&self->plan, source)) {
        Py_DECREF(self);
        return NULL;
    }
    lines->full = PyMem_Calloc((size_t)self->plan.site_count + 1, sizeof *lines->full);
    lines->counts = PyMem_Calloc((size_t)self->plan.site_count + 1, sizeof *lines->counts);
    lines->entries = PyMem_Calloc((size_t)self->plan.instruction_count + 1, sizeof *lines->entries);
    lines->sizes = PyMem_Calloc((size_t)self->plan.instruction_count + 1, sizeof *lines->sizes);
    if (!lines->full || !lines->counts || !lines->entries || !lines->sizes) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    reset(lines);
    return (PyObject *)self;
}

static void scanner_dealloc(PyObject *object)
{
    Scanner *self = (Scanner *)object;
    Lines *lines = &self->lines;
    Walk *walk = &lines->walk;
    plan_free(&self->plan);
    PyMem_Free(lines->full);
    PyMem_Free(lines->counts);
    PyMem_Free(lines->entries);
    for (int i = 0; i < self->plan.instruction_count && lines->sizes; i++)
        free(lines->sizes[i].items);
    PyMem_Free(lines->sizes);
    free(lines->days.items);
    free(lines->of_lines.items);
    free(lines->cuts.items);
    free(walk->of_line.items);
    free(walk->of_entries.items);
    free(walk->groups.items);
    free(walk->names.items);
    free(walk->texts.items);
    free(walk->arena.room);
    free(walk->prefixed.items);
    free(walk->joined);
    stage_free(&lines->staged);
    table_free(&walk->group_table);
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static PyObject *cuts_of(const Lines *lines)
{
    const Cuts *cuts = &lines->cuts;
    PyObject *list = PyList_New((Py_ssize_t)cuts->count + 1);
    PyObject *all = Py_BuildValue("(LLL)", (long long)lines->list_count, (long long)lines->list_start,
                                  (long long)lines->list_end);
    if (list && (!all || PyList_SetItem(list, 0, all) < 0))
        Py_CLEAR(list);
    for (size_t i = 0; list && i < cuts->count; i++) {
        const Cut *cut = &cuts->items[i];
        PyObject *item = Py_BuildValue("(LLL)", (long long)cut->index, (long long)cut->start, (long long)cut->end);
        if (!item || PyList_SetItem(list, (Py_ssize_t)i + 1, item) < 0)
            Py_CLEAR(list);
    }
    return list;
}

PyDoc_STRVAR(scan_doc,
             "scan(data, start, now, place, line) -> (kind, lines, stop, after, cuts, outer)\n\n"
             "Looks at the lines of some bytes from an offset on. `lines` have passed; the next one stands from\n"
             "`stop` to `after`. `kind` says what of it: 0 there is none, 1 it must be judged as a whole, 2 only\n"
             "some entries. `cuts` then has the number, start and end of each, behind the number of all entries\n"
             "with the start and end of their list; `outer`: what the line has against it beside its entries must\n"
             "be told too. `now` is in microseconds since 1970, `place` that of the data in the file; if it is not\n"
             "negative, entries are staged. `line` is the number of the first line.");

static PyObject *scanner_scan(PyObject *object, PyObject *args)
{
    Scanner *self = (Scanner *)object;
    Lines *lines = &self->lines;
    PyObject *data;
    char *text;
    Py_ssize_t start, size;
    long long now, place, line, passed = 0;
    if (!PyArg_ParseTuple(args, "OnLLL:scan", &data, &start, &now, &place, &line) || PyBytes_AsStringAndSize(data, &text, &size) < 0)
        return NULL;
    if (start < 0 || start > size) {
        PyErr_SetString(PyExc_ValueError, "the start is outside of the data");
        return NULL;
    }
    lines->walk.end = text + size;
    lines->walk.now = now;
    lines->place = place;
    if (lines->walk.arena.size < (size_t)size + 64) {
        free(lines->walk.arena.room);
        lines->walk.arena = (Arena){NULL, (size_t)size + 64, 0};
    }
    const char *p = text + start, *after = p;
    lines->walk.marks = text_has_mark(p, lines->walk.end);
    int kind = LINE_PASSED;
    PyThreadState *state = PyEval_SaveThread();
    while (p < lines->walk.end) {
        lines->line = line + passed;
        kind = line_walk(lines, text, p, &after);
        if (kind != LINE_PASSED)
            break;
        passed++;
        p = after;
    }
    PyEval_RestoreThread(state);
    if (kind == LINE_NO_MEMORY)
        return PyErr_NoMemory();
    PyObject *cuts = kind == LINE_CUT ? cuts_of(lines) : PyList_New(0);
    if (!cuts)
        return NULL;
    int told = kind == LINE_CLOSER ? 1 : kind == LINE_CUT ? 2 : 0;
    return Py_BuildValue("(iLnnNN)", told, passed, (Py_ssize_t)(p - text), (Py_ssize_t)(after - text), cuts,
                         PyBool_FromLong(lines->outer));
}

PyDoc_STRVAR(take_doc, "take() -> (counts, entries, groups, first, last)\n\n"
                       "What was counted since the last time: findings by site and uses by feed group, each as a list\n"
                       "of pairs; entries by instruction; the span of times in microseconds, None if there were none.");

static int pair(PyObject *list, PyObject *item)
{
    int done = item && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return done;
}

static PyObject *scanner_take(PyObject *object, PyObject *unused)
{
    Scanner *self = (Scanner *)object;
    Lines *lines = &self->lines;
    const Table *groups = &lines->walk.group_table;
    PyObject *counts = PyList_New(0), *entries = PyList_New(0), *uses = PyList_New(0), *result = NULL;
    int good = counts && entries && uses;
    (void)unused;
    for (int i = 0; good && i < self->plan.site_count; i++)
        if (lines->counts[i])
            good = pair(counts, Py_BuildValue("(iL)", i, (long long)lines->counts[i]));
    for (int i = 0; good && i < self->plan.instruction_count; i++)
        good = pair(entries, PyLong_FromLongLong(lines->entries[i]));
    for (int i = 0; good && i < groups->count; i++)
        if (groups->entries[i].count)
            good = pair(uses, Py_BuildValue("(y#L)", groups->entries[i].s, (Py_ssize_t)groups->entries[i].len,
                                            (long long)groups->entries[i].count));
    if (good && lines->last >= lines->first)
        result = Py_BuildValue("(OOOLL)", counts, entries, uses, (long long)lines->first, (long long)lines->last);
    else if (good)
        result = Py_BuildValue("(OOOOO)", counts, entries, uses, Py_None, Py_None);
    Py_XDECREF(counts);
    Py_XDECREF(entries);
    Py_XDECREF(uses);
    if (result)
        reset(lines);
    return result;
}

PyDoc_STRVAR(rows_doc, "rows() -> (keys, refs)\n\n"
                       "The rows that were staged since the last time, each table as the bytes of its columns.");

static PyObject *columns_of(const Rows *rows)
{
    PyObject *columns = PyTuple_New(COLUMNS + 1);
    for (int i = 0; columns && i <= COLUMNS; i++) {
        const char *bytes = i ? (const char *)rows->columns[i - 1] : (const char *)rows->what;
        size_t size = i ? sizeof(int64_t) : 1;
        PyObject *column = PyBytes_FromStringAndSize(rows->count ? bytes : "", (Py_ssize_t)(rows->count * size));
        if (!column || PyTuple_SetItem(columns, i, column) < 0)
            Py_CLEAR(columns);
    }
    return columns;
}

static PyObject *scanner_rows(PyObject *object, PyObject *unused)
{
    Staged *staged = &((Scanner *)object)->lines.staged;
    PyObject *keys = columns_of(&staged->keys), *refs = columns_of(&staged->refs);
    (void)unused;
    if (!keys || !refs) {
        Py_XDECREF(keys);
        Py_XDECREF(refs);
        return NULL;
    }
    stage_cut(staged, 0, 0);
    return Py_BuildValue("(NN)", keys, refs);
}

PyDoc_STRVAR(where_doc, "where() -> bytes\n\n"
                        "Line, site and number of the findings that were counted since the last time, as C ints. The first\n"
                        "call tells that they are wanted.");

static PyObject *row_of(Row *row);

static PyObject *scanner_where(PyObject *object, PyObject *unused)
{
    Lines *lines = &((Scanner *)object)->lines;
    (void)unused;
    lines->with_lines = 1;
    return row_of(&lines->of_lines);
}

PyDoc_STRVAR(sizes_doc, "sizes() -> (sizes, days)\n\n"
                        "The bytes of the entries of each instruction, and the days of the times in the span, since the last\n"
                        "time, as the bytes of C ints. The first call tells that they are wanted.");

static PyObject *row_of(Row *row)
{
    PyObject *bytes = PyBytes_FromStringAndSize(row->count ? (const char *)row->items : "",
                                                (Py_ssize_t)(row->count * sizeof *row->items));
    if (bytes)
        row->count = 0;
    return bytes;
}

static PyObject *scanner_sizes(PyObject *object, PyObject *unused)
{
    Scanner *self = (Scanner *)object;
    Lines *lines = &self->lines;
    PyObject *sizes = PyTuple_New(self->plan.instruction_count);
    (void)unused;
    for (int i = 0; sizes && i < self->plan.instruction_count; i++) {
        PyObject *row = row_of(&lines->sizes[i]);
        if (!row || PyTuple_SetItem(sizes, i, row) < 0)
            Py_CLEAR(sizes);
    }
    PyObject *days = sizes ? row_of(&lines->days) : NULL;
    if (!days) {
        Py_XDECREF(sizes);
        return NULL;
    }
    lines->with_sizes = 1;
    return Py_BuildValue("(NN)", sizes, days);
}

PyDoc_STRVAR(full_doc, "full(sites)\n\nOf the findings of these sites only the numbers are wanted from now on.");

static PyObject *scanner_full(PyObject *object, PyObject *sites)
{
    Scanner *self = (Scanner *)object;
    if (!PyTuple_Check(sites)) {
        PyErr_SetString(PyExc_TypeError, "a tuple of sites is expected");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_Size(sites); i++) {
        long site = PyLong_AsLong(PyTuple_GetItem(sites, i));
        if (site == -1 && PyErr_Occurred())
            return NULL;
        if (site < 0 || site >= self->plan.site_count) {
            PyErr_SetString(PyExc_ValueError, "there is no such site");
            return NULL;
        }
        self->lines.full[site] = 1;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(know_doc, "know(groups)\n\nLines with these feed groups (a tuple of UTF-8 bytes) may pass; with None, any.");

static PyObject *scanner_know(PyObject *object, PyObject *groups)
{
    Scanner *self = (Scanner *)object;
    if (groups == Py_None) {
        self->lines.walk.open_groups = 1;
        Py_RETURN_NONE;
    }
    if (!PyTuple_Check(groups)) {
        PyErr_SetString(PyExc_TypeError, "a tuple of groups is expected");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_Size(groups); i++) {
        char *name;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(groups, i), &name, &size) < 0)
            return NULL;
        if (table_find(&self->lines.walk.group_table, name, (size_t)size, 1) < 0)
            return PyErr_NoMemory();
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"scan", scanner_scan, METH_VARARGS, scan_doc},
    {"take", scanner_take, METH_NOARGS, take_doc},
    {"rows", scanner_rows, METH_NOARGS, rows_doc},
    {"where", scanner_where, METH_NOARGS, where_doc},
    {"sizes", scanner_sizes, METH_NOARGS, sizes_doc},
    {"full", scanner_full, METH_O, full_doc},
    {"know", scanner_know, METH_O, know_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Scanner(plan)\n\nLooks at lines of one rule set as its plan says."},
    {Py_tp_new, (void *)scanner_new},
    {Py_tp_dealloc, (void *)scanner_dealloc},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {"stream_import_rules._native.Scanner", sizeof(Scanner), 0, Py_TPFLAGS_DEFAULT, slots};

static int module_exec(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&spec);
    if (!type || PyModule_AddObject(module, "Scanner", type) < 0) {
        Py_XDECREF(type);
        return -1;
    }
    return 0;
}

PyDoc_STRVAR(may_doc, "relations_may(keys, refs, questions, threads) -> tuple\n\n"
                      "For each question whether its relation may be broken somewhere in the rows of two tables, which are\n"
                      "tuples of buffers, a column each; see native_relations.");

PyDoc_STRVAR(feeds_doc, "line_feeds(data, start, end) -> int\n\nHow many line feeds stand between two offsets of some bytes.");

static PyObject *line_feeds(PyObject *module, PyObject *args)
{
    PyObject *data;
    char *text;
    Py_ssize_t size, start, end, count = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "Onn:line_feeds", &data, &start, &end) ||
        PyBytes_AsStringAndSize(data, &text, &size) < 0)
        return NULL;
    if (start < 0 || end > size) {
        PyErr_SetString(PyExc_ValueError, "the offsets are outside of the data");
        return NULL;
    }
    for (Py_ssize_t i = start; i < end; i++)
        count += text[i] == '\n';
    return PyLong_FromSsize_t(count);
}

static PyMethodDef functions[] = {
    {"line_feeds", line_feeds, METH_VARARGS, feeds_doc},
    {"relations_may", relate_may, METH_VARARGS, may_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, (void *)module_exec}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_native", "Looks at the lines of an import file, as fast as they can be parsed.", 0, functions,
    module_slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module); }
