/* Proves cells of a CSV valid, in bulk.
 *
 * It never judges: a cell that it cannot prove valid is handed back as a doubt, a record of another
 * shape than expected is marked, and Frictionless decides both. So the one thing that must hold is
 * that whatever is proved here, Frictionless finds valid too.
 *
 * Records are those of Python's csv.reader: delimiter and quote are one ASCII character each,
 * quotes are doubled, CR, LF and CRLF end a record outside quotes, nothing is strict. Text is UTF-8.
 * Behind the end of every buffer that is scanned stand 16 line feeds or more.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define MOST_DIGITS 18
#define LARGEST_DOUBT 65536
#define EMPTY_PART 5 /* of a key: a cell without a value */

#ifndef SOURCE
#define SOURCE "" /* the digest of this text, said by the build */
#endif

typedef const uint8_t *Bytes;

const char *hub_source(void) { return SOURCE; }

/* ---- Hashes ------------------------------------------------------------------------------- */

static inline uint64_t mixed(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xd6e8feb86659fd93u);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t eight_bytes(Bytes p) {
    uint64_t word;
    memcpy(&word, p, 8);
    return word;
}

uint64_t hub_hash(Bytes p, uint64_t length, uint64_t seed) {
    uint64_t hash = mixed(seed, length + 1);
    while (length >= 8) {
        hash = mixed(hash, eight_bytes(p));
        p += 8;
        length -= 8;
    }
    uint64_t rest = 0;
    memcpy(&rest, p, length);
    return mixed(hash, rest + 1);
}

static uint64_t number_hash(int64_t mantissa, int64_t scale, uint64_t seed) {
    return mixed(mixed(seed, (uint64_t)mantissa), (uint64_t)scale + 77);
}

/* ---- Exact sets of cells ------------------------------------------------------------------ */

typedef struct {
    uint64_t hash;
    uint64_t at; /* in the arena; an empty slot has hash 0 */
    uint64_t length;
} Slot;

typedef struct {
    Slot *slots;
    uint64_t mask, count;
    uint8_t *arena;
    uint64_t used, size;
    uint64_t lengths; /* bit n: a cell of n bytes is in; bit 63: one of 63 or more */
} Set;

Set *hub_set_new(void) {
    Set *set = calloc(1, sizeof *set);
    if (!set) return NULL;
    set->mask = 63;
    set->size = 1024;
    set->slots = calloc(64, sizeof *set->slots);
    set->arena = malloc(set->size);
    if (!set->slots || !set->arena) {
        free(set->slots);
        free(set->arena);
        free(set);
        return NULL;
    }
    return set;
}

void hub_set_free(Set *set) {
    if (!set) return;
    free(set->slots);
    free(set->arena);
    free(set);
}

static inline uint64_t length_bit(uint64_t length) { return 1ull << (length < 63 ? length : 63); }

static Slot *slot_of(const Set *set, Bytes p, uint64_t length, uint64_t hash) {
    uint64_t at = hash & set->mask;
    while (set->slots[at].hash) {
        Slot *slot = &set->slots[at];
        if (slot->hash == hash && slot->length == length &&
            !memcmp(set->arena + slot->at, p, length))
            return slot;
        at = (at + 1) & set->mask;
    }
    return &set->slots[at];
}

static inline int set_has(const Set *set, Bytes p, uint64_t length, uint64_t seed) {
    if (!(set->lengths & length_bit(length))) return 0;
    return slot_of(set, p, length, hub_hash(p, length, seed) | 1)->hash != 0;
}

static int set_grow(Set *set) {
    uint64_t old = set->mask + 1;
    Slot *slots = calloc(old * 2, sizeof *slots);
    if (!slots) return 0;
    uint64_t mask = old * 2 - 1;
    for (uint64_t i = 0; i < old; i++) {
        if (!set->slots[i].hash) continue;
        uint64_t at = set->slots[i].hash & mask;
        while (slots[at].hash) at = (at + 1) & mask;
        slots[at] = set->slots[i];
    }
    free(set->slots);
    set->slots = slots;
    set->mask = mask;
    return 1;
}

/* 1: the cell is in the set now; 0: no memory. */
int hub_set_add(Set *set, Bytes p, uint64_t length, uint64_t seed) {
    uint64_t hash = hub_hash(p, length, seed) | 1;
    if (slot_of(set, p, length, hash)->hash) return 1;
    if (set->count * 2 > set->mask && !set_grow(set)) return 0;
    if (set->used + length > set->size) {
        uint64_t size = (set->used + length) * 2;
        uint8_t *arena = realloc(set->arena, size);
        if (!arena) return 0;
        set->arena = arena;
        set->size = size;
    }
    Slot *slot = slot_of(set, p, length, hash);
    *slot = (Slot){hash, set->used, length};
    memcpy(set->arena + set->used, p, length);
    set->used += length;
    set->count++;
    set->lengths |= length_bit(length);
    return 1;
}

/* ---- Columns ------------------------------------------------------------------------------ */

enum Kind { TEXT, INTEGER, NUMBER, LAYOUT, NOTHING };
enum Bound { LEAST = 1, ABOVE = 2, MOST = 4, BELOW = 8 };
enum KeyHash { NO_KEY, BY_VALUE, BY_BYTES };

/* Every member is eight bytes wide, so that Python describes the same struct on every machine. */
typedef struct {
    int64_t kind;
    int64_t is_required;     /* an empty cell is no proof */
    int64_t key_hash;        /* what a key over this column compares */
    int64_t decimal;         /* the character between whole and part of a number */
    int64_t group_length;
    int64_t bounds;          /* flags of Bound */
    int64_t least, least_scale, most, most_scale; /* value = least / 10^least_scale */
    int64_t most_digits;     /* of a number that is proved */
    int64_t shortest, longest; /* code points of a text; longest -1: any */
    int64_t layout_length;
    Bytes layout;            /* pairs: Y m d H M S and 0, or a literal: 'l' and the byte */
    Bytes group;             /* what may stand between digits */
    const uint16_t *steps;   /* pattern as a DFA: state * 128 + byte; 0 is dead, 1 the start */
    Bytes ends;              /* by state: whether a text may end there */
    const Set *missing;      /* cells that say "empty" */
    const Set *proved;       /* cells that Frictionless was asked about before */
} Column;

enum Proof { DOUBT, SOUND, EMPTY };

typedef struct {
    int64_t mantissa, scale;
} Value;

static const int64_t TENS[19] = {1ll, 10ll, 100ll, 1000ll, 10000ll, 100000ll, 1000000ll, 10000000ll,
    100000000ll, 1000000000ll, 10000000000ll, 100000000000ll, 1000000000000ll, 10000000000000ll,
    100000000000000ll, 1000000000000000ll, 10000000000000000ll, 100000000000000000ll,
    1000000000000000000ll};

/* Exact: both sides stay under 10^36. */
static inline int compared(Value v, int64_t mantissa, int64_t scale) {
    __int128 ours = (__int128)v.mantissa * TENS[scale], theirs = (__int128)mantissa * TENS[v.scale];
    return (ours > theirs) - (ours < theirs);
}

static inline int is_within(const Column *c, Value v) {
    if (c->bounds & (LEAST | ABOVE)) {
        int order = compared(v, c->least, c->least_scale);
        if (order < 0 || (order == 0 && (c->bounds & ABOVE))) return 0;
    }
    if (c->bounds & (MOST | BELOW)) {
        int order = compared(v, c->most, c->most_scale);
        if (order > 0 || (order == 0 && (c->bounds & BELOW))) return 0;
    }
    return 1;
}

static int is_sound_text(const Column *c, Bytes p, uint64_t length) {
    if (c->steps) {
        uint16_t state = 1;
        for (uint64_t i = 0; i < length; i++) {
            if (p[i] >= 128) return 0;
            state = c->steps[(uint32_t)state * 128 + p[i]];
            if (!state) return 0;
        }
        if (!c->ends[state]) return 0;
    }
    if (c->shortest > 0 || c->longest >= 0) {
        int64_t points = 0;
        for (uint64_t i = 0; i < length; i++) points += (p[i] & 0xC0) != 0x80;
        if (points < c->shortest || (c->longest >= 0 && points > c->longest)) return 0;
    }
    return 1;
}

static int read_integer(Bytes p, uint64_t length, Value *v) {
    uint64_t i = 0;
    if (length && (p[0] == '-' || p[0] == '+')) i = 1;
    if (i == length || length - i > MOST_DIGITS) return 0;
    int64_t value = 0;
    for (uint64_t k = i; k < length; k++) {
        unsigned digit = (unsigned)(p[k] - '0');
        if (digit > 9) return 0;
        value = value * 10 + digit;
    }
    *v = (Value){p[0] == '-' ? -value : value, 0};
    return 1;
}

static int read_number(const Column *c, Bytes p, uint64_t length, Value *v) {
    uint64_t i = 0;
    int64_t mantissa = 0, digits = 0, scale = -1;
    if (length && (p[0] == '-' || p[0] == '+')) i = 1;
    if (i == length || (unsigned)(p[i] - '0') > 9) return 0;
    while (i < length) {
        unsigned digit = (unsigned)(p[i] - '0');
        if (digit <= 9) {
            if (++digits > c->most_digits) return 0;
            mantissa = mantissa * 10 + digit;
            if (scale >= 0) scale++;
            i++;
        } else if (p[i] == c->decimal && scale < 0) {
            scale = 0;
            i++;
        } else if (c->group_length && length - i >= (uint64_t)c->group_length &&
                   !memcmp(p + i, c->group, c->group_length)) {
            i += c->group_length;
        } else {
            return 0;
        }
    }
    *v = (Value){p[0] == '-' ? -mantissa : mantissa, scale < 0 ? 0 : scale};
    return 1;
}

static inline int64_t digits_at(Bytes p, int count) {
    int64_t value = 0;
    for (int i = 0; i < count; i++) {
        unsigned digit = (unsigned)(p[i] - '0');
        if (digit > 9) return -1;
        value = value * 10 + digit;
    }
    return value;
}

static int days_in(int64_t year, int64_t month) {
    static const uint8_t DAYS[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return DAYS[month] + (month == 2 && is_leap);
}

/* A day, month, year or time of fixed width, as the number YYYYMMDDHHMMSS. */
static int read_layout(const Column *c, Bytes p, uint64_t length, Value *v) {
    int64_t year = 1900, month = 1, day = 1, hour = 0, minute = 0, second = 0;
    uint64_t at = 0;
    for (int64_t i = 0; i < c->layout_length; i += 2) {
        uint8_t item = c->layout[i];
        uint64_t width = item == 'Y' ? 4 : item == 'l' ? 1 : 2;
        if (at + width > length) return 0;
        if (item == 'l') {
            if (p[at] != c->layout[i + 1]) return 0;
        } else {
            int64_t value = digits_at(p + at, (int)width);
            if (value < 0) return 0;
            switch (item) {
            case 'Y': year = value; break;
            case 'm': month = value; break;
            case 'd': day = value; break;
            case 'H': hour = value; break;
            case 'M': minute = value; break;
            default: second = value;
            }
        }
        at += width;
    }
    if (at != length || year < 1 || month < 1 || month > 12 || day < 1) return 0;
    if (day > days_in(year, month) || hour > 23 || minute > 59 || second > 59) return 0;
    *v = (Value){((((year * 100 + month) * 100 + day) * 100 + hour) * 100 + minute) * 100 + second, 0};
    return 1;
}

static inline uint64_t key_hash(const Column *c, Bytes p, uint64_t length, Value v, uint64_t seed) {
    if (c->key_hash == BY_BYTES) return hub_hash(p, length, seed);
    while (v.scale > 0 && v.mantissa % 10 == 0) v = (Value){v.mantissa / 10, v.scale - 1};
    return number_hash(v.mantissa, v.scale, seed);
}

uint64_t hub_value_hash(int64_t mantissa, int64_t scale, uint64_t seed) {
    return number_hash(mantissa, scale, seed);
}

/* What can be said of one cell. `hash` is that of its value, 0 when that is not known. */
static enum Proof proof_of(const Column *c, Bytes p, uint64_t length, uint64_t seed, uint64_t *hash) {
    Value v = {0, 0};
    *hash = 0;
    if (set_has(c->missing, p, length, seed)) return c->is_required ? DOUBT : EMPTY;
    int is_sound = 0;
    switch (c->kind) {
    case TEXT: is_sound = is_sound_text(c, p, length); break;
    case INTEGER: is_sound = read_integer(p, length, &v) && is_within(c, v); break;
    case NUMBER: is_sound = read_number(c, p, length, &v) && is_within(c, v); break;
    case LAYOUT: is_sound = read_layout(c, p, length, &v) && is_within(c, v); break;
    }
    if (!is_sound) is_sound = set_has(c->proved, p, length, seed);
    if (c->key_hash && (is_sound || c->kind == TEXT)) *hash = key_hash(c, p, length, v, seed);
    return is_sound ? SOUND : DOUBT;
}

/* ---- Records ------------------------------------------------------------------------------ */

typedef struct {
    uint64_t row;      /* in this scan, from 0 */
    uint64_t column;
    uint64_t at;       /* of the cell's text in the texts of the doubts */
    uint64_t length;   /* more than LARGEST_DOUBT: the text is not there */
} Doubt;

typedef struct {
    int64_t is_primary;     /* all empty is a fault; else an empty cell is no value */
    int64_t column_count;
    const int64_t *columns;
    uint64_t *hashes;       /* one a row: 0 is no value, 1 unknown */
} Key;

typedef struct {
    int64_t delimiter, quote, column_count, key_count;
    uint64_t seed;
    const Column *columns;
    Key *keys;
    uint64_t row_limit, doubt_limit, text_limit; /* room for what follows */
    uint64_t base;       /* where the buffer starts in the file */
    uint64_t *ends;      /* by row: where it ends in the file */
    uint8_t *marks;      /* by row: 1 when its shape is wrong or its primary key is empty */
    Doubt *doubts;
    uint8_t *texts;
    uint64_t rows, doubt_count, text_used; /* how much of the room is used */
    uint64_t unknown_keys; /* how many keys of these rows Python must hash */
    uint64_t *row_hashes;  /* by row, of its cells as they stand; NULL when nobody asks */
    uint64_t *cell_hashes; /* room for one record: the values of its cells */
    uint8_t *is_empty;
} Scan;

typedef struct {
    Bytes p, end;
    int is_last;      /* nothing follows the buffer */
    uint8_t delimiter, quote;
    uint8_t *unquoted; /* room for a cell with doubled quotes */
    uint64_t room;
} Reader;

enum CellEnd { CELL, RECORD, UNFINISHED, NO_MEMORY };

static inline Bytes next_special(Bytes p, uint8_t delimiter) {
#ifdef __SSE2__
    const __m128i d = _mm_set1_epi8((char)delimiter), n = _mm_set1_epi8('\n'), r = _mm_set1_epi8('\r');
    for (;; p += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)p);
        __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(block, d),
                                    _mm_or_si128(_mm_cmpeq_epi8(block, n), _mm_cmpeq_epi8(block, r)));
        int mask = _mm_movemask_epi8(hits);
        if (mask) return p + __builtin_ctz((unsigned)mask);
    }
#else
    while (*p != delimiter && *p != '\n' && *p != '\r') p++;
    return p;
#endif
}

/* Step over what ended a cell at r->p. */
static enum CellEnd ended(Reader *r) {
    if (r->p == r->end) return r->is_last ? RECORD : UNFINISHED;
    if (*r->p == r->delimiter) {
        r->p++;
        return CELL;
    }
    if (*r->p == '\r') {
        if (r->p + 1 == r->end && !r->is_last) return UNFINISHED;
        r->p++;
        if (r->p == r->end || *r->p != '\n') return RECORD;
    }
    r->p++;
    return RECORD;
}

static int make_room(Reader *r, uint64_t length) {
    if (length <= r->room) return 1;
    uint8_t *larger = realloc(r->unquoted, length * 2);
    if (!larger) return 0;
    r->unquoted = larger;
    r->room = length * 2;
    return 1;
}

/* A cell that starts with a quote and is more than text between two quotes. */
static enum CellEnd read_quoted(Reader *r, Bytes *text, uint64_t *length) {
    uint64_t used = 0;
    int is_inside = 1;
    r->p++;
    for (;;) {
        Bytes from = r->p;
        if (is_inside) {
            Bytes quote = memchr(from, r->quote, (size_t)(r->end - from));
            r->p = quote ? quote : r->end;
        } else {
            r->p = next_special(from, r->delimiter);
            if (r->p > r->end) r->p = r->end;
        }
        if (!make_room(r, used + (uint64_t)(r->p - from) + 1)) return NO_MEMORY;
        memcpy(r->unquoted + used, from, (size_t)(r->p - from));
        used += (uint64_t)(r->p - from);
        *text = r->unquoted;
        *length = used;
        if (!is_inside || r->p == r->end) return ended(r);
        r->p++; /* behind the quote */
        if (r->p == r->end) return ended(r);
        if (*r->p == r->quote) {
            r->unquoted[used++] = r->quote;
            r->p++;
        } else {
            is_inside = 0;
        }
    }
}

static enum CellEnd read_cell(Reader *r, Bytes *text, uint64_t *length) {
    if (r->p < r->end && *r->p == r->quote) {
        Bytes from = r->p + 1;
        Bytes quote = memchr(from, r->quote, (size_t)(r->end - from));
        if (!quote && !r->is_last) return UNFINISHED;
        if (quote && quote + 1 < r->end &&
            (quote[1] == r->delimiter || quote[1] == '\n' || quote[1] == '\r')) {
            *text = from;
            *length = (uint64_t)(quote - from);
            r->p = quote + 1;
            return ended(r);
        }
        return read_quoted(r, text, length);
    }
    *text = r->p;
    r->p = next_special(r->p, r->delimiter);
    if (r->p > r->end) r->p = r->end;
    *length = (uint64_t)(r->p - *text);
    return ended(r);
}

/* 0 when there is no room left for another doubt. */
static int add_doubt(Scan *s, uint64_t column, Bytes text, uint64_t length) {
    uint64_t kept = length > LARGEST_DOUBT ? 0 : length;
    if (s->doubt_count == s->doubt_limit || s->text_used + kept > s->text_limit) {
        if (s->rows || s->doubt_count == s->doubt_limit) return 0;
        length = LARGEST_DOUBT + 1; /* one record with more doubtful text than there is room */
        kept = 0;
    }
    s->doubts[s->doubt_count++] = (Doubt){s->rows, column, s->text_used, length};
    memcpy(s->texts + s->text_used, text, kept);
    s->text_used += kept;
    return 1;
}

/* A key's hash: 63 bits, and neither "no value" nor "unknown". */
static inline uint64_t named(uint64_t hash) { return (hash >> 1) < 2 ? (hash >> 1) + 2 : hash >> 1; }

uint64_t hub_key_hash(const uint64_t *parts, uint64_t count, uint64_t seed) {
    uint64_t hash = mixed(seed, 7);
    for (uint64_t i = 0; i < count; i++) hash = mixed(hash, parts[i]);
    return named(hash);
}

static void hash_keys(Scan *s, int is_short) {
    for (int64_t k = 0; k < s->key_count; k++) {
        Key *key = &s->keys[k];
        uint64_t hash = mixed(s->seed, 7);
        int is_known = !is_short, empties = 0;
        for (int64_t i = 0; is_known && i < key->column_count; i++) {
            int64_t column = key->columns[i];
            empties += s->is_empty[column];
            is_known = s->is_empty[column] || s->cell_hashes[column];
            hash = mixed(hash, s->is_empty[column] ? EMPTY_PART : s->cell_hashes[column]);
        }
        if (!is_known) {
            key->hashes[s->rows] = 1;
            s->unknown_keys++;
        } else if (empties == key->column_count) {
            key->hashes[s->rows] = 0;
            if (key->is_primary) s->marks[s->rows] = 1;
        } else {
            key->hashes[s->rows] = named(hash);
        }
    }
}

enum Outcome { WHOLE, FULL, UNDONE, FAILED };

static enum Outcome scan_record(Scan *s, Reader *r) {
    int64_t column = 0, empties = 0;
    uint64_t row_hash = mixed(s->seed, 11);
    s->marks[s->rows] = 0;
    if (*r->p == '\n' || *r->p == '\r') { /* a blank line has no cells at all */
        enum CellEnd end = ended(r);
        if (end == UNFINISHED) return UNDONE;
        s->marks[s->rows] = 1;
        if (s->row_hashes) s->row_hashes[s->rows] = named(row_hash);
        hash_keys(s, 1);
        return WHOLE;
    }
    for (;; column++) {
        Bytes text;
        uint64_t length, hash;
        enum CellEnd end = read_cell(r, &text, &length);
        if (end == UNFINISHED) return UNDONE;
        if (end == NO_MEMORY) return FAILED;
        if (s->row_hashes) row_hash = mixed(row_hash, hub_hash(text, length, s->seed));
        if (column < s->column_count) {
            enum Proof proof = proof_of(&s->columns[column], text, length, s->seed, &hash);
            s->cell_hashes[column] = hash;
            s->is_empty[column] = proof == EMPTY;
            empties += proof == EMPTY;
            if (proof == DOUBT && !add_doubt(s, (uint64_t)column, text, length)) return FULL;
        }
        if (end == RECORD) break;
    }
    if (s->row_hashes) s->row_hashes[s->rows] = named(row_hash);
    /* A record without any value is a finding of its own. */
    if (column + 1 != s->column_count || empties == s->column_count) s->marks[s->rows] = 1;
    hash_keys(s, column + 1 < s->column_count);
    return WHOLE;
}

/* Scan whole records of a buffer. Gives the bytes that were used up; -1 when memory ran out. What
 * is left over is an unfinished record, or did not find room: call again with it. */
int64_t hub_scan(Scan *s, Bytes buffer, uint64_t length, int64_t is_last) {
    Reader r = {buffer, buffer + length, (int)is_last, (uint8_t)s->delimiter, (uint8_t)s->quote, NULL, 0};
    Bytes done = buffer;
    enum Outcome outcome = WHOLE;
    s->rows = s->doubt_count = s->text_used = s->unknown_keys = 0;
    while (r.p < r.end && s->rows < s->row_limit) {
        uint64_t doubts = s->doubt_count, texts = s->text_used;
        outcome = scan_record(s, &r);
        if (outcome != WHOLE) {
            s->doubt_count = doubts;
            s->text_used = texts;
            break;
        }
        done = r.p;
        s->ends[s->rows++] = s->base + (uint64_t)(done - buffer);
    }
    free(r.unquoted);
    return outcome == FAILED ? -1 : (int64_t)(done - buffer);
}

/* How many bytes the first `count` records take; -1 when they do not end in the buffer. */
int64_t hub_skip(Bytes buffer, uint64_t length, int64_t count, int64_t delimiter, int64_t quote,
                 int64_t is_last) {
    Reader r = {buffer, buffer + length, (int)is_last, (uint8_t)delimiter, (uint8_t)quote, NULL, 0};
    enum CellEnd end = RECORD;
    while (end == RECORD && count-- > 0 && (r.p < r.end || !is_last)) {
        if (r.p < r.end && (*r.p == '\n' || *r.p == '\r')) {
            end = ended(&r);
            continue;
        }
        Bytes text;
        uint64_t size;
        while ((end = read_cell(&r, &text, &size)) == CELL) {}
    }
    free(r.unquoted);
    return end == RECORD ? (int64_t)(r.p - buffer) : -1;
}

/* ---- Duplicates --------------------------------------------------------------------------- */

#define NOTED (1ull << 63)

/* Put those hashes that fall on `turn` of `turns` into `table` (a power of two, zeroed). A hash that
 * is there already is noted once in `twice`. Gives how many were noted, -1 when that had no room. */
int64_t hub_duplicates(const uint64_t *hashes, uint64_t count, uint64_t turn, uint64_t turns,
                       uint64_t *table, uint64_t mask, uint64_t *twice, uint64_t noted, uint64_t limit) {
    for (uint64_t i = 0; i < count; i++) {
        uint64_t hash = hashes[i];
        if (hash < 2 || (hash >> 40) % turns != turn) continue;
        uint64_t at = hash & mask;
        while (table[at] && (table[at] & ~NOTED) != hash) at = (at + 1) & mask;
        if (!table[at]) {
            table[at] = hash;
        } else if (!(table[at] & NOTED)) {
            if (noted == limit) return -1;
            table[at] |= NOTED;
            twice[noted++] = hash;
        }
    }
    return (int64_t)noted;
}

static int by_size(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void hub_sort(uint64_t *hashes, uint64_t count) { qsort(hashes, count, sizeof *hashes, by_size); }

/* Mark the rows whose hash is in a sorted list. */
void hub_mark(const uint64_t *hashes, uint64_t count, const uint64_t *sorted, uint64_t size, uint8_t *marks) {
    if (!size) return;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t low = 0, high = size;
        while (low < high) {
            uint64_t middle = (low + high) / 2;
            if (sorted[middle] < hashes[i]) low = middle + 1;
            else high = middle;
        }
        if (low < size && sorted[low] == hashes[i]) marks[i] = 1;
    }
}
