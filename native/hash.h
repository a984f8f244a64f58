/* MurmurHash3 by Austin Appleby (public domain): x86 32-bit for the ids of activities, x64 128-bit for keys. */
#ifndef STREAM_IMPORT_HASH_H
#define STREAM_IMPORT_HASH_H

#include <stdint.h>
#include <string.h>

static inline uint32_t hash_rotl32(uint32_t x, int r) { return x << r | x >> (32 - r); }
static inline uint64_t hash_rotl64(uint64_t x, int r) { return x << r | x >> (64 - r); }

static inline uint64_t hash_little(const unsigned char *p, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value |= (uint64_t)p[i] << (8 * i);
    return value;
}

static inline uint32_t hash_word32(const unsigned char *p)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint32_t value;
    memcpy(&value, p, 4);
    return value;
#else
    return (uint32_t)hash_little(p, 4);
#endif
}

static inline uint64_t hash_word64(const unsigned char *p)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t value;
    memcpy(&value, p, 8);
    return value;
#else
    return hash_little(p, 8);
#endif
}

/* The 32-bit hash with seed 0, signed. */
static inline int32_t hash_32(const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s;
    const uint32_t c1 = 0xcc9e2d51u, c2 = 0x1b873593u;
    uint32_t h = 0;
    size_t left = len;
    for (; left >= 4; left -= 4, p += 4) {
        h ^= hash_rotl32(hash_word32(p) * c1, 15) * c2;
        h = hash_rotl32(h, 13) * 5 + 0xe6546b64u;
    }
    if (left)
        h ^= hash_rotl32((uint32_t)hash_little(p, left) * c1, 15) * c2;
    h ^= (uint32_t)len;
    h ^= h >> 16;
    h *= 0x85ebca6bu;
    h ^= h >> 13;
    h *= 0xc2b2ae35u;
    h ^= h >> 16;
    return (int32_t)h;
}

static inline uint64_t hash_finish(uint64_t k)
{
    k ^= k >> 33;
    k *= 0xff51afd7ed558ccdull;
    k ^= k >> 33;
    k *= 0xc4ceb9fe1a85ec53ull;
    return k ^ k >> 33;
}

typedef struct {
    int64_t k1, k2;
} Key;

/* The 128-bit hash with seed 0, as two signed numbers. */
static inline Key hash_128(const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s;
    const uint64_t c1 = 0x87c37b91114253d5ull, c2 = 0x4cf5ad432745937full;
    uint64_t h1 = 0, h2 = 0;
    size_t left = len;
    for (; left >= 16; left -= 16, p += 16) {
        h1 ^= hash_rotl64(hash_word64(p) * c1, 31) * c2;
        h1 = (hash_rotl64(h1, 27) + h2) * 5 + 0x52dce729u;
        h2 ^= hash_rotl64(hash_word64(p + 8) * c2, 33) * c1;
        h2 = (hash_rotl64(h2, 31) + h1) * 5 + 0x38495ab5u;
    }
    if (left > 8)
        h2 ^= hash_rotl64(hash_little(p + 8, left - 8) * c2, 33) * c1;
    if (left)
        h1 ^= hash_rotl64(hash_little(p, left < 8 ? left : 8) * c1, 31) * c2;
    h1 ^= len;
    h2 ^= len;
    h1 += h2;
    h2 += h1;
    h1 = hash_finish(h1);
    h2 = hash_finish(h2);
    h1 += h2;
    h2 += h1;
    return (Key){(int64_t)h1, (int64_t)h2};
}

#endif
