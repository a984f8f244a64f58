/* Strings of JSON text: their end, their characters, and what their escapes stand for. */
#ifndef STREAM_IMPORT_TEXT_H
#define STREAM_IMPORT_TEXT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* A string. `s` is its UTF-8, in the text itself or, if there were escapes, in the arena. */
typedef struct {
    const char *s;
    size_t len;    /* bytes */
    size_t chars;  /* code points */
    size_t spared; /* bytes by which the shortest escapes are shorter than those in the text */
    int escaped;
    int ascii;
    int odd;    /* a NUL, or half a surrogate pair */
    int half;   /* half a surrogate pair, in whose place a replacement character stands */
    int spelt;  /* a character of ASCII was written as \u00.. */
} Text;

/* Room for strings with escapes. It never moves: the strings point into it. */
typedef struct {
    char *room;
    size_t size, used;
} Arena;

/* The first byte at `p` or behind it that is a quote, a backslash or a control character. `*high` gets bits
   of the bytes passed, so that its sign bit tells of bytes beyond ASCII. There is always one: the text ends
   with a line feed or a NUL. Nothing is read behind `end`. */
static inline const char *text_special(const char *p, const char *end, unsigned *high)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x1f);
    while (end - p >= 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)p);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, slash));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(block, space), block));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit), above = (unsigned)_mm_movemask_epi8(block);
        if (mask) {
            unsigned at = (unsigned)__builtin_ctz(mask);
            *high |= above & ((1u << at) - 1);
            return p + at;
        }
        *high |= above;
        p += 16;
    }
#endif
    for (;; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\' || c < 0x20)
            return p;
        *high |= c & 0x80u;
    }
}

/* The length of the valid UTF-8 sequence at `p`, 0 if there is none. A byte that is no part of a sequence
   ends it, so nothing is read behind a NUL or a line feed. */
static inline int text_sequence(const unsigned char *p)
{
    unsigned char c = p[0];
    if (c < 0x80)
        return 1;
    if (c < 0xc2)
        return 0;
    if (c < 0xe0)
        return (p[1] & 0xc0) == 0x80 ? 2 : 0;
    if (c < 0xf0) {
        if ((p[1] & 0xc0) != 0x80 || (c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f))
            return 0;
        return (p[2] & 0xc0) == 0x80 ? 3 : 0;
    }
    if (c > 0xf4 || (p[1] & 0xc0) != 0x80 || (c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] > 0x8f))
        return 0;
    return (p[2] & 0xc0) == 0x80 && (p[3] & 0xc0) == 0x80 ? 4 : 0;
}

/* The code points of valid UTF-8, -1 if it isn't. */
static inline long long text_count(const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s, *end = p + len;
    long long chars = 0;
    while (p < end) {
        int n = text_sequence(p);
        if (!n)
            return -1;
        p += n;
        chars++;
    }
    return chars;
}

static inline int text_hex(const char *p)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int c = (unsigned char)p[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static inline char *text_put(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* One escape, from its backslash on: writes what it stands for and returns the text behind it, NULL if it
   is none. */
static inline const char *text_escape(const char *p, char **out, Text *text)
{
    char *o = *out;
    switch (p[1]) {
    case '"': *o++ = '"'; break;
    case '\\': *o++ = '\\'; break;
    case '/': *o++ = '/'; text->spared += 1; break;
    case 'b': *o++ = '\b'; break;
    case 'f': *o++ = '\f'; break;
    case 'n': *o++ = '\n'; break;
    case 'r': *o++ = '\r'; break;
    case 't': *o++ = '\t'; break;
    case 'u': {
        int code = text_hex(p + 2);
        if (code < 0)
            return NULL;
        if (code >= 0xd800 && code < 0xe000) {
            int low = code < 0xdc00 && p[6] == '\\' && p[7] == 'u' ? text_hex(p + 8) : -1;
            if (low >= 0xdc00 && low < 0xe000) {
                *out = text_put(o, 0x10000u + ((unsigned)(code - 0xd800) << 10 | (unsigned)(low - 0xdc00)));
                text->spared += 8;
                text->ascii = 0;
                return p + 12;
            }
            text->odd = text->half = 1;
            code = 0xfffd;
        } else if (code < 0x20) {
            text->odd |= !code;
            text->spared += code == 8 || code == 9 || code == 10 || code == 12 || code == 13 ? 4 : 0;
        } else if (code < 0x80) {
            text->spelt = 1;
            text->spared += code == '"' || code == '\\' ? 4 : 5;
        } else {
            text->spared += code < 0x800 ? 4 : 3;
        }
        text->ascii &= code < 0x80;
        *out = text_put(o, (unsigned)code);
        return p + 6;
    }
    default: return NULL;
    }
    *out = o;
    return p + 2;
}

/* The rest of a string that has an escape at `p`; it starts at `start`. */
static inline const char *text_unescaped(const char *start, const char *p, const char *end, Arena *arena, Text *text)
{
    if (!arena->room) {
        arena->room = malloc(arena->size);
        if (!arena->room)
            return NULL;
    }
    char *base = arena->room + arena->used, *out = base;
    memcpy(out, start, (size_t)(p - start));
    out += p - start;
    text->escaped = 1;
    for (;;) {
        if (*p == '\\') {
            p = text_escape(p, &out, text);
            if (!p)
                return NULL;
            continue;
        }
        unsigned high = 0;
        const char *stop = text_special(p, end, &high);
        memcpy(out, p, (size_t)(stop - p));
        out += stop - p;
        if (high)
            text->ascii = 0;
        p = stop;
        if (*p == '"')
            break;
        if (*p != '\\')
            return NULL;
    }
    text->s = base;
    text->len = (size_t)(out - base);
    arena->used += text->len;
    return p + 1;
}

/* A string from behind its opening quote on; the text behind it, NULL if it is no string of valid UTF-8. */
static inline const char *text_string(const char *p, const char *end, Arena *arena, Text *text)
{
    unsigned high = 0;
    const char *stop = text_special(p, end, &high);
    text->escaped = text->odd = text->half = text->spelt = 0;
    text->spared = 0;
    text->ascii = !high;
    if (*stop == '"') {
        text->s = p;
        text->len = (size_t)(stop - p);
        p = stop + 1;
    } else if (*stop == '\\') {
        p = text_unescaped(p, stop, end, arena, text);
        if (!p)
            return NULL;
    } else {
        return NULL;
    }
    text->chars = text->len;
    if (!text->ascii) {
        long long chars = text_count(text->s, text->len);
        if (chars < 0)
            return NULL;
        text->chars = (size_t)chars;
    }
    return p;
}

/* Whether the mark `;base64,` of a data URI may stand there, written without escapes. */
static inline int text_has_mark(const char *p, const char *end)
{
    for (; (p = memchr(p, ';', (size_t)(end - p))) != NULL; p++)
        if ((p[1] | 32) == 'b')
            return 1;
    return 0;
}

/* Whether there is white space in valid UTF-8, of any kind that Unicode knows. */
static inline int text_has_space(const char *s, size_t len)
{
    for (const unsigned char *p = (const unsigned char *)s, *end = p + len; p < end; p++) {
        if (*p == ' ' || (*p >= 9 && *p <= 13) || (*p >= 28 && *p <= 31))
            return 1;
        if (*p < 0xc2)
            continue;
        if (*p == 0xc2 && (p[1] == 0x85 || p[1] == 0xa0))
            return 1;
        if (*p == 0xe1 && p[1] == 0x9a && p[2] == 0x80)
            return 1;
        if (*p == 0xe2 && p[1] == 0x80 && ((p[2] >= 0x80 && p[2] <= 0x8a) || p[2] == 0xa8 || p[2] == 0xa9 || p[2] == 0xaf))
            return 1;
        if ((*p == 0xe2 && p[1] == 0x81 && p[2] == 0x9f) || (*p == 0xe3 && p[1] == 0x80 && p[2] == 0x80))
            return 1;
    }
    return 0;
}

static inline int text_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && !memcmp(a, b, a_len);
}

#endif
