/* A line, its entries, and what is kept of them: counts, and which entries somebody else must look at. */
#ifndef STREAM_IMPORT_LINE_H
#define STREAM_IMPORT_LINE_H

#include "stage.h"

/* An entry that must be looked at: its number in the line, and where it stands in the data. */
typedef struct {
    int64_t index, start, end;
} Cut;

typedef struct {
    Cut *items;
    size_t count, room;
} Cuts;

typedef struct {
    Walk walk;
    Members entry;
    Staged staged;
    const Stage *stage; /* of the line's instruction */
    int number;         /* of that, once its entries were looked at; -1 until then */
    size_t sizes_before;
    int64_t line_start; /* in the data */
    int64_t place; /* of the data in the file; -1: nothing is staged */
    uint8_t *full;    /* of each site: no more details are wanted */
    int64_t *counts;  /* of each site */
    int64_t *entries; /* of each instruction */
    int64_t first, last;
    int with_lines; /* it is kept in which lines findings are counted */
    Row of_lines;   /* line, site and number of findings, one behind the other */
    int64_t line;   /* the number of the line at hand */
    int with_sizes; /* sizes of entries and days of times are kept */
    Row *sizes;     /* bytes of entries as compact JSON, by instruction */
    Row days;       /* since 1970, of the times in the span */
    Cuts cuts;
    int64_t list_start, list_end, list_count; /* of the entries of a cut line */
    int outer; /* what the line itself has against it must be told too */
} Lines;

enum { LINE_PASSED, LINE_CUT, LINE_CLOSER, LINE_NO_MEMORY };

/* Looks at the line that starts at `p`. `*after` is where the next one starts. What it says of a line to be
   looked at closer is not counted; of a cut one, all but the findings of the entries that were cut out. */
int line_walk(Lines *lines, const char *data, const char *p, const char **after);

#endif
