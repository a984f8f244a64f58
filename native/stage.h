/* Staging: the rows by which entries are compared over a whole file, as the module `staging` of the package makes them. */
#ifndef STREAM_IMPORT_STAGE_H
#define STREAM_IMPORT_STAGE_H

#include "hash.h"
#include "walk.h"

/* A table by columns, in the order of `staging.Rows.COLUMNS` behind `what`. */
enum { K1, K2, SCOPE, PART, INSTANT, POS, COLUMNS };

typedef struct {
    int8_t *what;
    int64_t *columns[COLUMNS];
    size_t count, room;
} Rows;

typedef struct {
    Rows keys, refs;
} Staged;

/* Stages an entry with which nothing grave is wrong but what `members->grave` says; `text` is it if it is a string,
   `members` are those that it has if it is a record. 0 if not enough is known of it: nothing was staged then.
   `walk->failed` is set if there is no memory. */
int stage_entry(Walk *walk, Staged *staged, const Stage *stage, const Members *members, const Value *text, int64_t pos);

/* The target of a reference with a prefix, by the text behind it; 0 if it is no key. */
int stage_target(const Prefixed *prefixed, const char *s, size_t len, Target *target);

void stage_cut(Staged *staged, size_t keys, size_t refs);
void stage_free(Staged *staged);

#endif
