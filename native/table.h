/* Names and how often each was seen. */
#ifndef STREAM_IMPORT_TABLE_H
#define STREAM_IMPORT_TABLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *s;
    size_t len;
    uint64_t hash;
    int64_t count;
} Entry;

typedef struct {
    Entry *entries;
    int count, room;
    int *slots;
    int slot_count; /* a power of two */
    int latest;
} Table;

void table_free(Table *table);

/* The number of a name, -1 if it is not in the table, and -2 if `add` is set and there is no memory for it. */
int table_find(Table *table, const char *s, size_t len, int add);

/* How many of some texts stand in the list before. -1 if there is no memory. */
typedef struct {
    const char *s;
    size_t len;
} Item;
int64_t table_repeated(const Item *items, size_t count);

#endif
