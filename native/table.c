#include "table.h"

#include "hash.h"

#include <stdlib.h>
#include <string.h>

static int same(const Entry *entry, const char *s, size_t len)
{
    return entry->len == len && !memcmp(entry->s, s, len);
}

static int grow(Table *table)
{
    int count = table->slot_count ? table->slot_count * 2 : 64;
    int *slots = malloc((size_t)count * sizeof *slots);
    Entry *entries = realloc(table->entries, (size_t)count / 2 * sizeof *entries);
    if (entries)
        table->entries = entries;
    if (!slots || !entries) {
        free(slots);
        return 0;
    }
    memset(slots, -1, (size_t)count * sizeof *slots);
    for (int i = 0; i < table->count; i++) {
        unsigned at = (unsigned)table->entries[i].hash & (unsigned)(count - 1);
        while (slots[at] >= 0)
            at = (at + 1) & (unsigned)(count - 1);
        slots[at] = i;
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = count;
    table->room = count / 2;
    return 1;
}

int table_find(Table *table, const char *s, size_t len, int add)
{
    if (table->count && same(&table->entries[table->latest], s, len))
        return table->latest;
    uint64_t hash = (uint64_t)hash_128(s, len).k1;
    if (table->slot_count) {
        unsigned mask = (unsigned)table->slot_count - 1, at = (unsigned)hash & mask;
        for (; table->slots[at] >= 0; at = (at + 1) & mask) {
            Entry *entry = &table->entries[table->slots[at]];
            if (entry->hash == hash && same(entry, s, len))
                return table->latest = table->slots[at];
        }
    }
    if (!add)
        return -1;
    if (table->count == table->room && !grow(table))
        return -2;
    Entry *entry = &table->entries[table->count];
    entry->s = malloc(len + 1);
    if (!entry->s)
        return -2;
    memcpy(entry->s, s, len);
    entry->len = len;
    entry->hash = hash;
    entry->count = 0;
    unsigned mask = (unsigned)table->slot_count - 1, at = (unsigned)hash & mask;
    while (table->slots[at] >= 0)
        at = (at + 1) & mask;
    table->slots[at] = table->count;
    return table->latest = table->count++;
}

void table_free(Table *table)
{
    for (int i = 0; i < table->count; i++)
        free(table->entries[i].s);
    free(table->entries);
    free(table->slots);
    memset(table, 0, sizeof *table);
}

int64_t table_repeated(const Item *items, size_t count)
{
    int64_t repeated = 0;
    if (count <= 8) {
        for (size_t i = 1; i < count; i++)
            for (size_t j = 0; j < i; j++)
                if (items[i].len == items[j].len && !memcmp(items[i].s, items[j].s, items[i].len)) {
                    repeated++;
                    break;
                }
        return repeated;
    }
    size_t slots = 32;
    while (slots < 2 * count)
        slots *= 2;
    uint32_t *table = calloc(slots, sizeof *table);
    if (!table)
        return -1;
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)hash_128(items[i].s, items[i].len).k1 & (slots - 1);
        for (; table[at]; at = (at + 1) & (slots - 1)) {
            const Item *other = &items[table[at] - 1];
            if (other->len == items[i].len && !memcmp(other->s, items[i].s, other->len)) {
                repeated++;
                break;
            }
        }
        if (!table[at])
            table[at] = (uint32_t)i + 1;
    }
    free(table);
    return repeated;
}
