/* Times: RFC 3339 text to an instant in microseconds, as the module `times` of the package reads it. */
#ifndef STREAM_IMPORT_TIMES_H
#define STREAM_IMPORT_TIMES_H

#include <stdint.h>
#include <stddef.h>

typedef struct {
    int64_t micros; /* since 1970, UTC; without an offset the time is taken as UTC */
    int64_t offset; /* seconds east of UTC */
    int digits;     /* behind the point of the seconds */
    int has_offset, zulu, uppercase;
} Time;

static inline int time_two(const char *p, int most)
{
    int tens = p[0] - '0', ones = p[1] - '0';
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || tens * 10 + ones > most)
        return -1;
    return tens * 10 + ones;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, which is taken to exist. */
static inline int64_t time_days(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Whether the text is a time; what it says. */
static inline int time_parse(const char *s, size_t len, Time *time)
{
    static const uint8_t month_days[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (len < 19 || s[4] != '-' || s[7] != '-' || (s[10] | 32) != 't' || s[13] != ':' || s[16] != ':')
        return 0;
    int century = time_two(s, 99), of_century = time_two(s + 2, 99);
    int month = time_two(s + 5, 12), day = time_two(s + 8, 31);
    int hour = time_two(s + 11, 23), minute = time_two(s + 14, 59), second = time_two(s + 17, 59);
    if ((century | of_century | month | day | hour | minute | second) < 0)
        return 0;
    int year = century * 100 + of_century;
    if (!year || !month || !day || day > month_days[month])
        return 0;
    if (month == 2 && day == 29 && (year % 4 || (year % 100 == 0 && year % 400)))
        return 0;
    size_t at = 19;
    int64_t fraction = 0;
    time->digits = 0;
    if (at < len && s[at] == '.') {
        size_t first = ++at;
        while (at < len && s[at] >= '0' && s[at] <= '9') {
            if (at - first < 6)
                fraction = fraction * 10 + (s[at] - '0');
            at++;
        }
        if (at == first)
            return 0;
        for (size_t i = at - first; i < 6; i++)
            fraction *= 10;
        time->digits = (int)(at - first < 1000 ? at - first : 1000);
    }
    time->offset = 0;
    time->has_offset = time->zulu = 0;
    time->uppercase = s[10] == 'T';
    if (at < len) {
        time->has_offset = 1;
        if ((s[at] | 32) == 'z' && at + 1 == len) {
            time->zulu = 1;
            time->uppercase &= s[at] == 'Z';
        } else if ((s[at] == '+' || s[at] == '-') && at + 6 == len && s[at + 3] == ':') {
            int off_hour = time_two(s + at + 1, 23), off_minute = time_two(s + at + 4, 59);
            if ((off_hour | off_minute) < 0)
                return 0;
            time->offset = (off_hour * 3600 + off_minute * 60) * (s[at] == '-' ? -1 : 1);
        } else {
            return 0;
        }
    }
    int64_t seconds = time_days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - time->offset;
    time->micros = seconds * 1000000 + fraction;
    return 1;
}

#endif
