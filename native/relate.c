/* Each question is about one relation; the answer is false only if its query would surely find nothing. What is found
   by equal hashes here is found there, too. */
#include "relate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Questions are answered side by side where there are threads as POSIX has them. */
#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#define SIDE_BY_SIDE 1
#else
#define SIDE_BY_SIDE 0
#endif
enum { MOST_THREADS = 16 };

#define NONE INT64_MIN
#define NO_ROW UINT32_MAX
/* Memory is asked for so many rows ahead. */
#define AHEAD 16

/* Columns behind `what`, in the order of `staging.Rows.COLUMNS`, as bits of a set. */
enum { K1 = 1, K2 = 2, SCOPE = 4, PART = 8, INSTANT = 16, POS = 32, COLUMN_COUNT = 6 };
/* The kinds of questions; the numbers are those of `native_relations.py`. */
enum { Q_UNIQUE, Q_CROWD, Q_REFERS, Q_EXCLUDES, Q_CHAIN, Q_AGREES, Q_NOT_BEFORE, Q_ORDER, Q_ORDER_FIRST, Q_ASK };

typedef struct {
    const int8_t *what;
    const int64_t *columns[COLUMN_COUNT];
    size_t count;
    Py_buffer held[COLUMN_COUNT + 1];
    int held_count;
} Table;

/* The rows of a table by some of its columns: of equal ones the first in the file. */
typedef struct {
    const Table *table;
    unsigned columns;
    int with_what; /* rows of different kinds are never equal */
    uint32_t *slots;
    size_t mask;
    int64_t *counts; /* of equal rows, by slot; NULL: they are not counted */
} Index;

static int64_t at(const Table *table, unsigned column, size_t row)
{
    return table->columns[__builtin_ctz(column)][row];
}

static uint64_t mixed(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
    return hash ^ hash >> 29;
}

static int is_row(const Index *index, size_t row, int what)
{
    if (what >= 0 && index->table->what[row] != what)
        return 0;
    for (unsigned left = index->columns; left; left &= left - 1)
        if (at(index->table, left & -left, row) == NONE)
            return 0;
    return 1;
}

/* Where the search for a key (the values of the columns in their order) begins. */
static size_t home_of(const Index *index, int what, const int64_t *key)
{
    uint64_t hash = index->with_what ? (uint64_t)what + 1 : 0;
    for (unsigned left = index->columns; left; left &= left - 1)
        hash = mixed(hash, (uint64_t)*key++);
    return (size_t)(hash ^ hash >> 32) & index->mask;
}

/* The slot of a key, which is empty if there is no such row. */
static size_t slot_of(const Index *index, int what, const int64_t *key)
{
    const int64_t *value;
    for (size_t slot = home_of(index, what, key);; slot = (slot + 1) & index->mask) {
        uint32_t row = index->slots[slot];
        if (row == NO_ROW)
            return slot;
        int same = !index->with_what || index->table->what[row] == what;
        value = key;
        for (unsigned left = index->columns; same && left; left &= left - 1)
            same = at(index->table, left & -left, row) == *value++;
        if (same)
            return slot;
    }
}

static void key_of(const Index *index, size_t row, int64_t *key)
{
    for (unsigned left = index->columns; left; left &= left - 1)
        *key++ = at(index->table, left & -left, row);
}

/* Indexes the rows of a kind (-1: of all kinds, apart). `repeated[what]` is set if there are equal ones. */
static int index_make(Index *index, const Table *table, unsigned columns, int what, int counting, uint8_t *repeated)
{
    size_t rows = 0, size = 64;
    *index = (Index){table, columns, what < 0, NULL, 0, NULL};
    for (size_t row = 0; row < table->count; row++)
        rows += is_row(index, row, what);
    while (size < rows + rows / 2)
        size *= 2;
    index->mask = size - 1;
    index->slots = malloc(size * sizeof *index->slots);
    index->counts = counting ? calloc(size, sizeof *index->counts) : NULL;
    if (!index->slots || (counting && !index->counts))
        return 0;
    memset(index->slots, 0xff, size * sizeof *index->slots);
    for (size_t row = 0; row < table->count; row++) {
        int64_t key[COLUMN_COUNT];
        if (row + AHEAD < table->count) {
            key_of(index, row + AHEAD, key);
            __builtin_prefetch(&index->slots[home_of(index, table->what[row + AHEAD], key)], 1);
        }
        if (!is_row(index, row, what))
            continue;
        key_of(index, row, key);
        size_t slot = slot_of(index, table->what[row], key);
        uint32_t other = index->slots[slot];
        if (counting)
            index->counts[slot]++;
        if (other == NO_ROW) {
            index->slots[slot] = (uint32_t)row;
            continue;
        }
        if (repeated)
            repeated[(uint8_t)table->what[row]] = 1;
        if (at(table, POS, row) < at(table, POS, other))
            index->slots[slot] = (uint32_t)row;
    }
    return 1;
}

static uint32_t find(const Index *index, int what, int64_t first, int64_t second)
{
    const int64_t key[] = {first, second};
    return index->slots[slot_of(index, what, key)];
}

/* The row that the reference in a row means, `NO_ROW` if there is none. */
static uint32_t meant(const Index *index, const Table *refs, size_t row, int reference, int to)
{
    if (row + AHEAD < refs->count && refs->what[row + AHEAD] == reference) {
        const int64_t later[] = {at(refs, K1, row + AHEAD), at(refs, K2, row + AHEAD)};
        __builtin_prefetch(&index->slots[home_of(index, to, later)]);
    }
    return find(index, to, at(refs, K1, row), at(refs, K2, row));
}

static void index_free(Index *index)
{
    free(index->slots);
    free(index->counts);
    *index = (Index){0};
}

/* ---------------------------------------------------------------- questions */

typedef struct {
    Table keys, refs;
    Index by_key;
    uint8_t repeated[256], there[256];
} Facts;

/* -1 stands for no memory in all of these. */

static int any_equal(const Facts *facts, int what, unsigned columns)
{
    if ((columns & (K1 | K2)) == (K1 | K2))
        return facts->repeated[(uint8_t)what];
    uint8_t repeated[256] = {0};
    Index index;
    int answer = index_make(&index, &facts->keys, columns, what, 0, repeated) ? repeated[(uint8_t)what] : -1;
    index_free(&index);
    return answer;
}

static int any_crowd(const Facts *facts, int what, unsigned columns, int64_t limit)
{
    Index index;
    int answer = index_make(&index, &facts->keys, columns, what, 1, NULL) ? 0 : -1;
    for (size_t slot = 0; !answer && slot <= index.mask; slot++)
        answer = index.counts[slot] > limit;
    index_free(&index);
    return answer;
}

/* Whether a reference of a kind means no record of a kind, not even one of those that are `known` to exist. With
   `parts` the record must have the part of the reference. */
static int any_lost(const Facts *facts, int reference, int to, int known, int parts, int if_any)
{
    if (if_any && !facts->there[(uint8_t)to])
        return 0;
    for (size_t row = 0; row < facts->refs.count; row++) {
        if (facts->refs.what[row] != reference)
            continue;
        int64_t k1 = at(&facts->refs, K1, row), k2 = at(&facts->refs, K2, row);
        uint32_t found = meant(&facts->by_key, &facts->refs, row, reference, to);
        if (found != NO_ROW && (!parts || at(&facts->keys, PART, found) == at(&facts->refs, PART, row)))
            continue;
        if (!facts->there[(uint8_t)known] || find(&facts->by_key, known, k1, k2) == NO_ROW)
            return 1;
    }
    return 0;
}

static int any_excluded(const Facts *facts, int what, int other)
{
    Index index;
    int answer = index_make(&index, &facts->keys, PART, other, 0, NULL) ? 0 : -1;
    for (size_t row = 0; !answer && row < facts->keys.count; row++)
        if (facts->keys.what[row] == what && at(&facts->keys, PART, row) != NONE) {
            int64_t part = at(&facts->keys, PART, row);
            answer = index.slots[slot_of(&index, other, &part)] != NO_ROW;
        }
    index_free(&index);
    return answer;
}

/* Whether somewhere so many records follow each other by a reference, or it may be a circle. */
static int any_chain(const Facts *facts, int reference, int to, int64_t most)
{
    Index by_place;
    int answer = index_make(&by_place, &facts->refs, POS, reference, 0, NULL) ? 0 : -1;
    for (size_t row = 0; !answer && row < facts->refs.count; row++) {
        if (facts->refs.what[row] != reference)
            continue;
        size_t child = row;
        for (int64_t level = 0;; level++) {
            uint32_t parent = find(&facts->by_key, to, at(&facts->refs, K1, child), at(&facts->refs, K2, child));
            if (parent == NO_ROW)
                break;
            if (level + 1 >= most) {
                answer = 1;
                break;
            }
            int64_t place = at(&facts->keys, POS, parent);
            uint32_t next = by_place.slots[slot_of(&by_place, reference, &place)];
            if (next == NO_ROW)
                break;
            child = next;
        }
    }
    index_free(&by_place);
    return answer;
}

/* Whether a reference and the record that it means differ in their scope, or in the order of their instants or places. */
static int any_odd(const Facts *facts, int kind, int reference, int to)
{
    for (size_t row = 0; row < facts->refs.count; row++) {
        if (facts->refs.what[row] != reference)
            continue;
        uint32_t found = meant(&facts->by_key, &facts->refs, row, reference, to);
        if (found == NO_ROW)
            continue;
        unsigned column = kind == Q_AGREES ? SCOPE : kind == Q_NOT_BEFORE ? INSTANT : POS;
        int64_t mine = at(&facts->refs, column, row), its = at(&facts->keys, column, found);
        if (mine != NONE && its != NONE && (kind == Q_AGREES ? mine != its : mine < its))
            return 1;
    }
    return 0;
}

/* Whether a record stands before the first one of another kind whose scope is its part. */
static int any_early(const Facts *facts, int what, int to)
{
    Index index;
    int answer = index_make(&index, &facts->keys, SCOPE, to, 0, NULL) ? 0 : -1;
    for (size_t row = 0; !answer && row < facts->keys.count; row++)
        if (facts->keys.what[row] == what && at(&facts->keys, PART, row) != NONE) {
            int64_t part = at(&facts->keys, PART, row);
            uint32_t first = index.slots[slot_of(&index, to, &part)];
            answer = first != NO_ROW && at(&facts->keys, POS, row) < at(&facts->keys, POS, first);
        }
    index_free(&index);
    return answer;
}

static int answer_of(const Facts *facts, const int64_t *question)
{
    int a = (int)question[1], b = (int)question[2];
    switch (question[0]) {
    case Q_UNIQUE: return any_equal(facts, a, (unsigned)question[2]);
    case Q_CROWD: return any_crowd(facts, a, (unsigned)question[2], question[3]);
    case Q_REFERS: return any_lost(facts, a, b, (int)question[3], (int)question[4], (int)question[5]);
    case Q_EXCLUDES: return any_excluded(facts, a, b);
    case Q_CHAIN: return any_chain(facts, a, b, question[3]);
    case Q_AGREES:
    case Q_NOT_BEFORE:
    case Q_ORDER: return any_odd(facts, (int)question[0], a, b);
    case Q_ORDER_FIRST: return any_early(facts, a, b);
    default: return 1;
    }
}

/* ---------------------------------------------------------------- side by side */

typedef struct {
    const Facts *facts;
    const int64_t (*asked)[6];
    int *found;
    long count;
    long next; /* the first question that nobody has taken */
#if SIDE_BY_SIDE
    pthread_mutex_t lock;
#endif
} Round;

static long taken(Round *round)
{
#if SIDE_BY_SIDE
    pthread_mutex_lock(&round->lock);
    long next = round->next++;
    pthread_mutex_unlock(&round->lock);
    return next;
#else
    return round->next++;
#endif
}

static void *answer_some(void *argument)
{
    Round *round = argument;
    for (long i; (i = taken(round)) < round->count;)
        round->found[i] = answer_of(round->facts, round->asked[i]);
    return NULL;
}

/* Answers all questions, some of them in threads of their own if there are any to be had. */
static void answer_all(Round *round, long threads)
{
#if SIDE_BY_SIDE
    pthread_t others[MOST_THREADS];
    long started = 0;
    pthread_mutex_init(&round->lock, NULL);
    while (started < threads - 1 && started < MOST_THREADS && !pthread_create(&others[started], NULL, answer_some, round))
        started++;
    answer_some(round);
    while (started > 0)
        pthread_join(others[--started], NULL);
    pthread_mutex_destroy(&round->lock);
#else
    (void)threads;
    answer_some(round);
#endif
}

/* ---------------------------------------------------------------- arguments */

static int table_of(Table *table, PyObject *columns)
{
    if (!PyTuple_Check(columns) || PyTuple_Size(columns) != COLUMN_COUNT + 1) {
        PyErr_SetString(PyExc_TypeError, "a table is a tuple of seven columns");
        return 0;
    }
    for (int i = 0; i <= COLUMN_COUNT; i++) {
        Py_buffer *held = &table->held[i];
        Py_ssize_t width = i ? (Py_ssize_t)sizeof(int64_t) : 1;
        if (PyObject_GetBuffer(PyTuple_GetItem(columns, i), held, PyBUF_SIMPLE) < 0)
            return 0;
        table->held_count = i + 1;
        if (!i)
            table->count = (size_t)held->len;
        if (held->len != (Py_ssize_t)table->count * width || table->count >= NO_ROW ||
            (table->count && (uintptr_t)held->buf % (uintptr_t)width)) { /* an empty buffer may stand anywhere */
            PyErr_SetString(PyExc_ValueError, "the columns of a table differ in length, or do not stand as numbers must");
            return 0;
        }
        if (i)
            table->columns[i - 1] = held->buf;
        else
            table->what = held->buf;
    }
    return 1;
}

static void table_release(Table *table)
{
    for (int i = 0; i < table->held_count; i++)
        PyBuffer_Release(&table->held[i]);
}

static int question_of(PyObject *tuple, int64_t *question)
{
    memset(question, 0, 6 * sizeof *question);
    if (!PyTuple_Check(tuple) || PyTuple_Size(tuple) < 1 || PyTuple_Size(tuple) > 6) {
        PyErr_SetString(PyExc_TypeError, "a question is a tuple of numbers");
        return 0;
    }
    for (Py_ssize_t i = 0; i < PyTuple_Size(tuple); i++) {
        question[i] = PyLong_AsLongLong(PyTuple_GetItem(tuple, i));
        if (PyErr_Occurred())
            return 0;
    }
    int by_columns = question[0] == Q_UNIQUE || question[0] == Q_CROWD;
    if (by_columns && (question[2] <= 0 || question[2] >= 1 << COLUMN_COUNT)) {
        PyErr_SetString(PyExc_ValueError, "there are no such columns");
        return 0;
    }
    return 1;
}

PyObject *relate_may(PyObject *module, PyObject *args)
{
    Facts facts;
    PyObject *keys, *refs, *questions, *answers = NULL;
    (void)module;
    memset(&facts, 0, sizeof facts);
    long threads;
    if (!PyArg_ParseTuple(args, "OOO!l:relations_may", &keys, &refs, &PyTuple_Type, &questions, &threads))
        return NULL;
    Py_ssize_t count = PyTuple_Size(questions);
    int64_t(*asked)[6] = PyMem_Calloc((size_t)count + 1, sizeof *asked);
    int *found = PyMem_Calloc((size_t)count + 1, sizeof *found), good = asked && found;
    if (!good)
        PyErr_NoMemory();
    good = good && table_of(&facts.keys, keys) && table_of(&facts.refs, refs);
    for (Py_ssize_t i = 0; good && i < count; i++)
        good = question_of(PyTuple_GetItem(questions, i), asked[i]);
    if (good) {
        PyThreadState *state = PyEval_SaveThread();
        good = index_make(&facts.by_key, &facts.keys, K1 | K2, -1, 0, facts.repeated);
        for (size_t row = 0; row < facts.keys.count; row++)
            facts.there[(uint8_t)facts.keys.what[row]] = 1;
        if (good) {
            Round round = {.facts = &facts, .asked = (const int64_t(*)[6])asked, .found = found, .count = (long)count};
            answer_all(&round, threads);
        }
        for (Py_ssize_t i = 0; i < count; i++)
            good &= found[i] >= 0;
        PyEval_RestoreThread(state);
        if (!good)
            PyErr_NoMemory();
    }
    if (good)
        answers = PyTuple_New(count);
    for (Py_ssize_t i = 0; answers && i < count; i++)
        if (PyTuple_SetItem(answers, i, PyBool_FromLong(found[i])) < 0)
            Py_CLEAR(answers);
    index_free(&facts.by_key);
    table_release(&facts.keys);
    table_release(&facts.refs);
    PyMem_Free(asked);
    PyMem_Free(found);
    return answers;
}
