//go:build !slo_system

/* slo.c - libslo 0.1.0 in two files, generated. SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#define SLO_WITH_INLINE
#include "slo.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wunused-function" /* of headers, here in the main file */
#elif defined(__GNUC__) && !defined(__STRICT_ANSI__)
#error "compile slo.c with -std=c11, as which it means the same numbers everywhere"
#endif

/* ---- src/base/fail.h ---- */

/* fail.h - filling slo_error, and structs that begin with struct_size. */
#ifndef SLOI_FAIL_H
#define SLOI_FAIL_H

#include <stdarg.h>
#include <string.h>


#if defined(__GNUC__)
#define SLOI_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define SLOI_PRINTF(fmt, args)
#endif

/* No config or result struct comes near it: a larger struct_size is garbage. */
#define SLOI_SIZED_MAX 4096

/* Both fill error when it is not NULL and return the status. */
slo_status sloi_fail(slo_error *error, slo_status status, int64_t value, const char *format, ...)
    SLOI_PRINTF(4, 5);
slo_status sloi_fail_range(slo_error *error, int64_t value, int64_t min, int64_t max,
                           const char *format, ...) SLOI_PRINTF(5, 6);

/* SLO_ESPACE: `value` where at least `min` is needed. */
slo_status sloi_fail_space(slo_error *error, uint64_t value, uint64_t min, const char *what);

/* Puts the place of a part in front of its error's field, "slis[3]." say; returns the status. */
slo_status sloi_fail_within(slo_status status, slo_error *error, const char *format, ...)
    SLOI_PRINTF(3, 4);

static inline int64_t sloi_shown(uint64_t value) {
  return value > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Config in: zero-extends a shorter one; a longer one is SLO_EVERSION unless its
 * tail is zero. given NULL means all zero: the defaults. */
slo_status sloi_sized_read(void *local, size_t size, const void *given, slo_error *error,
                           const char *what);

/* The same for element i of an array, whose size is what the first element says. */
slo_status sloi_sized_element(void *local, size_t size, const void *array, size_t i,
                              slo_error *error, const char *what);

/* Result out: writes min(size, the caller's struct_size), never struct_size itself. */
slo_status sloi_sized_write(void *given, const void *local, size_t size);

#endif

/* ---- src/base/u128.h ---- */

/*
 * u128.h - unsigned 128-bit integers for decisions.
 *
 * Native where the compiler has __int128, portable elsewhere; the portable
 * versions are always compiled so that the tests can hold one against the other.
 */
#ifndef SLOI_U128_H
#define SLOI_U128_H

#include <stdint.h>

typedef struct sloi_u128 {
  uint64_t hi, lo;
} sloi_u128;

static inline sloi_u128 sloi_u128_of(uint64_t value) {
  sloi_u128 r = {0, value};
  return r;
}

static inline int sloi_u128_compare(sloi_u128 a, sloi_u128 b) {
  if (a.hi != b.hi) return a.hi < b.hi ? -1 : 1;
  if (a.lo != b.lo) return a.lo < b.lo ? -1 : 1;
  return 0;
}

static inline sloi_u128 sloi_u128_add(sloi_u128 a, sloi_u128 b) {
  sloi_u128 r = {a.hi + b.hi, a.lo + b.lo};
  r.hi += r.lo < a.lo;
  return r;
}

static inline sloi_u128 sloi_u128_subtract(sloi_u128 a, sloi_u128 b) {
  sloi_u128 r = {a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo};
  return r;
}

static inline sloi_u128 sloi_u128_shift1(sloi_u128 a) {
  sloi_u128 r = {a.hi << 1 | a.lo >> 63, a.lo << 1};
  return r;
}

static inline sloi_u128 sloi_u128_multiply_portable(uint64_t a, uint64_t b) {
  uint64_t al = a & 0xffffffffu, ah = a >> 32;
  uint64_t bl = b & 0xffffffffu, bh = b >> 32;
  uint64_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
  uint64_t middle = (ll >> 32) + (lh & 0xffffffffu) + (hl & 0xffffffffu);
  sloi_u128 r = {hh + (lh >> 32) + (hl >> 32) + (middle >> 32), middle << 32 | (ll & 0xffffffffu)};
  return r;
}

/* floor(n / d), UINT64_MAX when the quotient is larger than that; d > 0. */
static inline uint64_t sloi_u128_divide_portable(sloi_u128 n, sloi_u128 d) {
  sloi_u128 rest = {0, 0};
  uint64_t quotient = 0;
  for (int i = 127; i >= 0; i--) {
    rest = sloi_u128_shift1(rest); /* below 2^127 until the last bit: it has fewer than n */
    rest.lo |= (i >= 64 ? n.hi >> (i - 64) : n.lo >> i) & 1;
    if (sloi_u128_compare(rest, d) >= 0) {
      if (i >= 64) return UINT64_MAX;
      rest = sloi_u128_subtract(rest, d);
      quotient |= (uint64_t)1 << i;
    }
  }
  return quotient;
}

#if defined(__SIZEOF_INT128__) && !defined(SLOI_U128_PORTABLE)

__extension__ typedef unsigned __int128 sloi_u128_native;

static inline sloi_u128 sloi_u128_multiply(uint64_t a, uint64_t b) {
  sloi_u128_native p = (sloi_u128_native)a * b;
  sloi_u128 r = {(uint64_t)(p >> 64), (uint64_t)p};
  return r;
}

static inline uint64_t sloi_u128_divide(sloi_u128 n, sloi_u128 d) {
  sloi_u128_native q =
      ((sloi_u128_native)n.hi << 64 | n.lo) / ((sloi_u128_native)d.hi << 64 | d.lo);
  return q > UINT64_MAX ? UINT64_MAX : (uint64_t)q;
}

#else

static inline sloi_u128 sloi_u128_multiply(uint64_t a, uint64_t b) {
  return sloi_u128_multiply_portable(a, b);
}

static inline uint64_t sloi_u128_divide(sloi_u128 n, sloi_u128 d) {
  return sloi_u128_divide_portable(n, d);
}

#endif

/* floor(value * factor / 2^places), where that is below 2^128; 0 < places < 64. */
static inline sloi_u128 sloi_u128_scale(sloi_u128 value, uint64_t factor, unsigned places) {
  sloi_u128 low = sloi_u128_multiply(value.lo, factor);
  sloi_u128 high = sloi_u128_multiply(value.hi, factor); /* weighs 2^64 */
  sloi_u128 a = {high.hi << (64 - places) | high.lo >> places, high.lo << (64 - places)};
  sloi_u128 b = {low.hi >> places, low.hi << (64 - places) | low.lo >> places};
  return sloi_u128_add(a, b);
}

#endif

/* ---- src/judge/objective.h ---- */

/* objective.h - the one range check of objectives. */
#ifndef SLOI_OBJECTIVE_H
#define SLOI_OBJECTIVE_H


#define SLOI_PPB UINT64_C(1000000000)
#define SLOI_PERIOD_MAX_NS (INT64_C(3660) * 24 * 3600 * 1000000000) /* of any budget */
#define SLOI_PPB_PPM UINT64_C(1000000000000000)                     /* 10^9 * 10^6 */

slo_status sloi_objective_check(uint64_t objective_ppb, slo_error *error, const char *field);

#endif

/* ---- src/act/target.c ---- */

#include <math.h>
#include <stdio.h>


#define TARGET_GRID_MAX_PPB UINT64_C(500000000)
#define TARGET_DAYS_MAX (UINT32_C(1) << 31)
#define TARGET_Z 1.959963984540054 /* the normal distribution's quantile of 97.5 % */

static slo_status target_check_counts(const slo_counts *counts, slo_error *error,
                                      const char *place) {
  const uint64_t most = (uint64_t)INT64_MAX;
  if (counts->good > most) {
    return sloi_fail_range(error, sloi_shown(counts->good), 0, INT64_MAX, "%s.good", place);
  }
  if (counts->bad > most - counts->good) {
    return sloi_fail_range(error, sloi_shown(counts->bad), 0, (int64_t)(most - counts->good),
                           "%s.bad", place);
  }
  return SLO_OK;
}

/* ---- first targets ---- */

slo_status slo_target_objective(const slo_counts *counts, uint64_t grid_ppb,
                                uint64_t *objective_ppb, slo_error *error) {
  if (counts == NULL) return sloi_fail(error, SLO_EINVAL, 0, "counts (NULL)");
  if (objective_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "objective_ppb (NULL)");
  if (grid_ppb < 1 || grid_ppb > TARGET_GRID_MAX_PPB) {
    return sloi_fail_range(error, sloi_shown(grid_ppb), 1, (int64_t)TARGET_GRID_MAX_PPB,
                           "grid_ppb");
  }
  slo_status status = target_check_counts(counts, error, "counts");
  if (status != SLO_OK) return status;
  uint64_t valid = counts->good + counts->bad;
  if (valid == 0) return sloi_fail(error, SLO_ENODATA, 0, "counts");
  uint64_t ppb = sloi_u128_divide(sloi_u128_multiply(counts->good, SLOI_PPB), sloi_u128_of(valid));
  if (ppb > SLO_OBJECTIVE_MAX_PPB) ppb = SLO_OBJECTIVE_MAX_PPB;
  if (ppb < grid_ppb) {
    return sloi_fail_range(error, (int64_t)ppb, (int64_t)grid_ppb, (int64_t)SLO_OBJECTIVE_MAX_PPB,
                           "counts (availability in ppb)");
  }
  *objective_ppb = ppb - ppb % grid_ppb;
  return SLO_OK;
}

slo_status slo_target_threshold(int64_t latency_ns, int64_t grid_ns, int64_t *threshold_ns,
                                slo_error *error) {
  if (threshold_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "threshold_ns (NULL)");
  if (latency_ns < 0 || latency_ns > SLO_HIST_VALUE_MAX) {
    return sloi_fail_range(error, latency_ns, 0, SLO_HIST_VALUE_MAX, "latency_ns");
  }
  if (grid_ns < 1) return sloi_fail_range(error, grid_ns, 1, INT64_MAX, "grid_ns");
  int64_t beyond = latency_ns % grid_ns;
  uint64_t threshold = (uint64_t)latency_ns + (uint64_t)(beyond != 0 ? grid_ns - beyond : 0);
  if (threshold > (uint64_t)SLO_HIST_VALUE_MAX) {
    return sloi_fail_range(error, sloi_shown(threshold), 0, SLO_HIST_VALUE_MAX, "threshold_ns");
  }
  *threshold_ns = (int64_t)threshold;
  return SLO_OK;
}

slo_status slo_target_quantile(const slo_snapshot *snapshot, uint32_t quantile_ppb, int64_t grid_ns,
                               int64_t *threshold_ns, slo_error *error) {
  int64_t latency_ns;
  if (snapshot == NULL) return sloi_fail(error, SLO_EINVAL, 0, "snapshot (NULL)");
  slo_status status = slo_snapshot_quantile(snapshot, quantile_ppb, &latency_ns);
  if (status == SLO_ERANGE) {
    return sloi_fail_range(error, quantile_ppb, 0, (int64_t)SLOI_PPB, "quantile_ppb");
  }
  if (status != SLO_OK) return sloi_fail(error, status, 0, "snapshot");
  return slo_target_threshold(latency_ns < 0 ? 0 : latency_ns, grid_ns, threshold_ns, error);
}

slo_status slo_target_missed(const slo_target_day *days, uint32_t n, uint64_t objective_ppb,
                             uint32_t *missed, uint32_t capacity, uint32_t *count,
                             slo_error *error) {
  if (days == NULL && n != 0) return sloi_fail(error, SLO_EINVAL, 0, "days (NULL)");
  if (missed == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "missed (NULL)");
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  if (n > TARGET_DAYS_MAX) return sloi_fail_range(error, n, 0, (int64_t)TARGET_DAYS_MAX, "n");
  slo_status status = sloi_objective_check(objective_ppb, error, "objective_ppb");
  for (uint32_t i = 0; i < n && status == SLO_OK; i++) {
    if (target_check_counts(&days[i].counts, NULL, "") == SLO_OK) continue;
    char place[32];
    (void)snprintf(place, sizeof place, "days[%u].counts", (unsigned)i);
    status = target_check_counts(&days[i].counts, error, place);
  }
  if (status != SLO_OK) return status;
  uint32_t found = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (slo_burn_exceeds(&days[i].counts, objective_ppb, 1000000, 0) != 1) continue;
    if (found < capacity) missed[found] = i;
    found++;
  }
  *count = found;
  return SLO_OK;
}

/* ---- coverage ---- */

/* One bound of Wilson's interval for a share p of n; side is -1 or 1. */
static double target_wilson(double p, double n, double side) {
  const double z2 = TARGET_Z * TARGET_Z;
  double middle = p + z2 / (2 * n);
  double half = TARGET_Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return (middle + side * half) / (1 + z2 / n);
}

/* Fills the rest from threshold, total, within_* and sample. */
static slo_status target_cover(slo_coverage *c, slo_coverage *coverage, slo_error *error) {
  const sloi_u128 total = sloi_u128_of(c->total);
  if (c->total == 0) return sloi_fail(error, SLO_ENODATA, 0, "total");
  if (c->total > (uint64_t)INT64_MAX) {
    return sloi_fail_range(error, sloi_shown(c->total), 1, INT64_MAX, "total");
  }
  c->share_low_ppb = sloi_u128_divide(sloi_u128_multiply(c->within_low, SLOI_PPB), total);
  c->share_high_ppb =
      SLOI_PPB - sloi_u128_divide(sloi_u128_multiply(c->total - c->within_high, SLOI_PPB), total);
  double n = (double)c->sample, all = (double)c->total, one = (double)SLOI_PPB;
  double low = floor(one * target_wilson((double)c->within_low / all, n, -1));
  double high = ceil(one * target_wilson((double)c->within_high / all, n, 1));
  c->interval_low_ppb = low > 0 ? (uint64_t)low : 0;
  /* a double may be 1 where the share is less */
  if (c->interval_low_ppb > c->share_low_ppb) c->interval_low_ppb = c->share_low_ppb;
  c->interval_high_ppb = high < one ? (uint64_t)high : SLOI_PPB;
  slo_status status = sloi_sized_write(coverage, c, sizeof *c);
  return status == SLO_OK ? status : sloi_fail(error, status, 0, "coverage.struct_size");
}

/* How many are in the cell that the threshold cuts in two. */
static uint64_t target_astride(const slo_snapshot *snapshot, const slo_snapshot_summary *s,
                               int64_t threshold) {
  slo_bucket b = {0};
  b.struct_size = (uint32_t)sizeof b;
  (void)slo_snapshot_bucket(snapshot, 0, &b);
  if (threshold < b.lower) return threshold > 0 ? s->underflow : 0;
  for (uint32_t i = 0; slo_snapshot_bucket(snapshot, i, &b) == SLO_OK; i++) {
    if (threshold <= b.lower) return 0;
    if (threshold < b.upper) return b.count;
  }
  return threshold > b.upper && threshold < INT64_MAX ? s->overflow : 0;
}

/* Has the snapshot exact counts at this threshold? */
static int target_exact(const slo_snapshot *snapshot, slo_coverage *c) {
  int64_t threshold;
  uint64_t within, beyond;
  for (uint32_t i = 0; slo_snapshot_threshold(snapshot, i, &threshold, &within, &beyond) == SLO_OK;
       i++) {
    if (threshold != c->threshold) continue;
    c->within_low = c->within_high = within;
    c->total = within + beyond; /* not that of the buckets: writers add to them one by one */
    return 1;
  }
  return 0;
}

slo_status slo_target_coverage(const slo_snapshot *snapshot, int64_t threshold,
                               slo_coverage *coverage, slo_error *error) {
  slo_coverage c = {0};
  slo_snapshot_summary s = {0};
  if (snapshot == NULL) return sloi_fail(error, SLO_EINVAL, 0, "snapshot (NULL)");
  if (coverage == NULL) return sloi_fail(error, SLO_EINVAL, 0, "coverage (NULL)");
  if (threshold < 0) return sloi_fail_range(error, threshold, 0, INT64_MAX, "threshold");
  c.threshold = threshold;
  if (!target_exact(snapshot, &c)) {
    s.struct_size = (uint32_t)sizeof s;
    (void)slo_snapshot_summarize(snapshot, &s);
    (void)slo_snapshot_count_le(snapshot, threshold, &c.within_low);
    c.total = s.count;
    c.within_high = c.within_low + target_astride(snapshot, &s, threshold);
  }
  c.sample = c.total;
  return target_cover(&c, coverage, error);
}

slo_status slo_target_coverage_many(const int64_t *values, const uint64_t *weights, size_t n,
                                    int64_t threshold, slo_coverage *coverage, slo_error *error) {
  slo_coverage c = {0};
  sloi_u128 squares = {0, 0};
  if (values == NULL && n != 0) return sloi_fail(error, SLO_EINVAL, 0, "values (NULL)");
  if (coverage == NULL) return sloi_fail(error, SLO_EINVAL, 0, "coverage (NULL)");
  c.threshold = threshold;
  for (size_t i = 0; i < n; i++) {
    const uint64_t weight = weights == NULL ? 1 : weights[i], room = (uint64_t)INT64_MAX - c.total;
    if (weight > room) {
      return sloi_fail_range(error, sloi_shown(weight), 0, (int64_t)room, "weights[%zu]", i);
    }
    c.total += weight;
    if (values[i] <= threshold) c.within_low += weight;
    squares = sloi_u128_add(squares, sloi_u128_multiply(weight, weight));
  }
  c.within_high = c.within_low;
  if (c.total != 0) c.sample = sloi_u128_divide(sloi_u128_multiply(c.total, c.total), squares);
  return target_cover(&c, coverage, error);
}

/* ---- src/base/atomic.h ---- */

/*
 * atomic.h - the only file that says memory_order.
 *
 * A cell is one 64-bit word of a flat block. The order is in the name of each
 * operation; docs/concurrency.md lists every ordered pair and why it suffices.
 */
#ifndef SLOI_ATOMIC_H
#define SLOI_ATOMIC_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#if ATOMIC_LLONG_LOCK_FREE != 2
#error \
    "libslo needs lock-free 64-bit atomics: build for a CPU that has them (i586 and up, ARMv7 and up)"
#endif

#if defined(__SANITIZE_THREAD__)
#define SLOI_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SLOI_TSAN 1
#endif
#endif

typedef _Atomic uint64_t sloi_cell;

_Static_assert(sizeof(sloi_cell) == 8, "a cell is a plain 64-bit word in shared memory");

/* Any number of writers. */
static inline void sloi_add_relaxed(sloi_cell *cell, uint64_t n) {
  (void)atomic_fetch_add_explicit(cell, n, memory_order_relaxed);
}

static inline uint64_t sloi_load_relaxed(const sloi_cell *cell) {
  return atomic_load_explicit(cell, memory_order_relaxed);
}

static inline void sloi_store_relaxed(sloi_cell *cell, uint64_t value) {
  atomic_store_explicit(cell, value, memory_order_relaxed);
}

/* Sees everything the matching store_release saw. */
static inline uint64_t sloi_load_acquire(const sloi_cell *cell) {
  return atomic_load_explicit(cell, memory_order_acquire);
}

static inline void sloi_store_release(sloi_cell *cell, uint64_t value) {
  atomic_store_explicit(cell, value, memory_order_release);
}

/* Asks for cache lines that will be needed: a hint, never a fault. */
static inline void sloi_fetch(const void *at, size_t lines) {
#if defined(__GNUC__)
  for (size_t i = 0; i < lines; i++) __builtin_prefetch((const char *)at + 64 * i);
#else
  (void)at, (void)lines;
#endif
}

/* Takes over what the owner before released; expected is not updated. */
static inline int sloi_claim_acq_rel(sloi_cell *cell, uint64_t expected, uint64_t value) {
  return atomic_compare_exchange_strong_explicit(cell, &expected, value, memory_order_acq_rel,
                                                 memory_order_relaxed);
}

#endif

/* ---- src/base/block.h ---- */

/*
 * block.h - the first cache line of every flat block, and what create/destroy share.
 *
 * init: block_init (not ready) -> the owner lays out the rest -> block_ready.
 * attach: block_check validates magic, layout, size, the checksum of the
 * configuration words, and that init had finished; the room checks the rest.
 */
#ifndef SLOI_BLOCK_H
#define SLOI_BLOCK_H


typedef struct sloi_block {
  uint32_t magic;
  uint32_t layout;
  uint64_t size;        /* bytes of the whole block */
  uint64_t config_size; /* bytes of configuration right behind this header */
  uint64_t config_sum;  /* sloi_block_sum over them */
  sloi_cell ready;      /* SLOI_BLOCK_READY once init has finished */
  uint64_t reserved[3];
} sloi_block;

_Static_assert(sizeof(sloi_block) == 64, "one cache line");

#define SLOI_BLOCK_READY UINT64_C(0x534c4f2072656479)
#define SLOI_BLOCK_MAGIC(a, b) \
  ((uint32_t)'S' << 24 | (uint32_t)'L' << 16 | (uint32_t)(a) << 8 | (uint32_t)(b))

/* Blocks stay far below what any offset arithmetic here could overflow. */
#define SLOI_BLOCK_MAX (UINT64_C(1) << 46)

static inline uint64_t sloi_round_up(uint64_t value, uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

uint64_t sloi_block_sum(const void *data, size_t size);

/* Is memory usable for a block of `need` bytes? Zeroes it and writes the header. */
slo_status sloi_block_init(void *memory, size_t size, uint64_t need, uint32_t magic,
                           uint32_t layout, uint64_t config_size, slo_error *error);
void sloi_block_ready(sloi_block *block);

/* `config_size` is at least what must be there to be looked at. */
slo_status sloi_block_check(const void *memory, size_t size, uint32_t magic, uint32_t layout,
                            uint64_t config_size);

/* Memory for create: the allocator is remembered in a line in front of it. */
slo_status sloi_block_allocate(const slo_allocator *allocator, uint64_t size, void **memory);
void sloi_block_release(void *memory);

#endif

/* ---- src/base/block.c ---- */

#include <stdlib.h>
#include <string.h>


/* FNV-1a over 64-bit words, then bytes: catches a stray write, not an adversary. */
uint64_t sloi_block_sum(const void *data, size_t size) {
  const unsigned char *p = data;
  uint64_t sum = UINT64_C(0xcbf29ce484222325);
  uint64_t word;
  for (; size >= sizeof word; size -= sizeof word, p += sizeof word) {
    memcpy(&word, p, sizeof word);
    sum = (sum ^ word) * UINT64_C(0x100000001b3);
    sum ^= sum >> 32;
  }
  for (; size > 0; size--, p++) sum = (sum ^ *p) * UINT64_C(0x100000001b3);
  return sum;
}

slo_status sloi_block_init(void *memory, size_t size, uint64_t need, uint32_t magic,
                           uint32_t layout, uint64_t config_size, slo_error *error) {
  if (memory == NULL) return sloi_fail(error, SLO_EINVAL, 0, "memory (NULL)");
  if ((uintptr_t)memory % SLO_ALIGN != 0) {
    return sloi_fail(error, SLO_EINVAL, (int64_t)((uintptr_t)memory % SLO_ALIGN),
                     "memory, bytes past an address aligned to SLO_ALIGN");
  }
  if (size < need) return sloi_fail_space(error, size, need, "size");
  sloi_block *block = memory;
  sloi_store_release(&block->ready, 0); /* whoever attaches now sees a block in the making */
  memset(memory, 0, (size_t)need);
  block->magic = magic;
  block->layout = layout;
  block->size = need;
  block->config_size = config_size;
  return SLO_OK;
}

void sloi_block_ready(sloi_block *block) {
  block->config_sum = sloi_block_sum(block + 1, (size_t)block->config_size);
  sloi_store_release(&block->ready, SLOI_BLOCK_READY);
}

slo_status sloi_block_check(const void *memory, size_t size, uint32_t magic, uint32_t layout,
                            uint64_t config_size) {
  const sloi_block *block = memory;
  if (memory == NULL || (uintptr_t)memory % SLO_ALIGN != 0) return SLO_EINVAL;
  if (size < sizeof *block) return SLO_ESPACE;
  if (sloi_load_acquire(&block->ready) != SLOI_BLOCK_READY) return SLO_ECORRUPT;
  if (block->magic != magic) return SLO_ECORRUPT;
  if (block->layout != layout) return SLO_EVERSION;
  if (block->size < sizeof *block || block->size > SLOI_BLOCK_MAX) return SLO_ECORRUPT;
  if (block->size > size) return SLO_ESPACE;
  if (block->config_size < config_size || block->config_size > block->size - sizeof *block) {
    return SLO_ECORRUPT;
  }
  if (block->config_sum != sloi_block_sum(block + 1, (size_t)block->config_size)) {
    return SLO_ECORRUPT;
  }
  return SLO_OK;
}

static void *block_heap_allocate(void *context, size_t size) {
  (void)context;
  return aligned_alloc(SLO_ALIGN, size);
}

static void block_heap_release(void *context, void *memory) {
  (void)context;
  free(memory);
}

slo_status sloi_block_allocate(const slo_allocator *allocator, uint64_t size, void **memory) {
  slo_allocator a = {block_heap_allocate, block_heap_release, NULL};
  _Static_assert(sizeof a <= SLO_ALIGN, "the allocator fits the line in front");
  if (allocator != NULL) a = *allocator;
  if (a.allocate == NULL || a.release == NULL) return SLO_EINVAL;
  if (size > SLOI_BLOCK_MAX || size + SLO_ALIGN > SIZE_MAX - SLO_ALIGN) return SLO_ENOMEM;
  char *line = a.allocate(a.context, (size_t)sloi_round_up(size, SLO_ALIGN) + SLO_ALIGN);
  if (line == NULL) return SLO_ENOMEM;
  if ((uintptr_t)line % SLO_ALIGN != 0) { /* not what was asked for: give it back */
    a.release(a.context, line);
    return SLO_EINVAL;
  }
  memcpy(line, &a, sizeof a);
  *memory = line + SLO_ALIGN;
  return SLO_OK;
}

void sloi_block_release(void *memory) {
  if (memory == NULL) return;
  slo_allocator a;
  char *line = (char *)memory - SLO_ALIGN;
  memcpy(&a, line, sizeof a);
  a.release(a.context, line);
}

/* ---- src/base/status.c ---- */

#include <inttypes.h>
#include <stdio.h>


const char *slo_strerror(slo_status status) {
  switch (status) {
#define STATUS_TEXT(name, value, text) \
  case name:                           \
    return text;
    SLO_STATUS_MAP(STATUS_TEXT)
#undef STATUS_TEXT
    default:
      return "unknown status";
  }
}

const char *slo_status_name(slo_status status) {
  switch (status) {
#define STATUS_NAME(name, value, text) \
  case name:                           \
    return #name;
    SLO_STATUS_MAP(STATUS_NAME)
#undef STATUS_NAME
    default:
      return "SLO_UNKNOWN";
  }
}

size_t slo_error_format(const slo_error *error, char *buffer, size_t size) {
  slo_error e = {0};
  int n;
  if (error == NULL || error->struct_size < offsetof(slo_error, value)) {
    n = snprintf(buffer, size, "%s", slo_strerror(SLO_OK));
  } else {
    size_t known = error->struct_size < sizeof e ? error->struct_size : sizeof e;
    memcpy(&e, error, known);
    e.field[sizeof e.field - 1] = '\0';
    const char *text = slo_strerror(e.status);
    if (e.field[0] == '\0') {
      n = snprintf(buffer, size, "%s", text);
    } else if (e.status == SLO_EPARSE) {
      n = snprintf(buffer, size, "%s: %s from byte %" PRId64 " on", e.field, text, e.value);
    } else if (e.min > e.max) {
      n = snprintf(buffer, size, "%s: %" PRId64 ": %s", e.field, e.value, text);
    } else {
      n = snprintf(buffer, size, "%s: %" PRId64 " is not in %" PRId64 "..%" PRId64 " (%s)", e.field,
                   e.value, e.min, e.max, text);
    }
  }
  return n < 0 ? 0 : (size_t)n;
}

static slo_status fail_fill(slo_error *error, slo_status status, int64_t value, int64_t min,
                            int64_t max, const char *format, va_list args) {
  if (error != NULL) {
    slo_error e = {0};
    e.struct_size = (uint32_t)sizeof e;
    e.status = status;
    e.value = value;
    e.min = min;
    e.max = max;
    (void)vsnprintf(e.field, sizeof e.field, format, args);
    (void)sloi_sized_write(error, &e, sizeof e);
  }
  return status;
}

slo_status sloi_fail(slo_error *error, slo_status status, int64_t value, const char *format, ...) {
  va_list args;
  va_start(args, format);
  status = fail_fill(error, status, value, 1, 0, format, args);
  va_end(args);
  return status;
}

slo_status sloi_fail_range(slo_error *error, int64_t value, int64_t min, int64_t max,
                           const char *format, ...) {
  va_list args;
  va_start(args, format);
  slo_status status = fail_fill(error, SLO_ERANGE, value, min, max, format, args);
  va_end(args);
  return status;
}

slo_status sloi_fail_space(slo_error *error, uint64_t value, uint64_t min, const char *what) {
  if (error == NULL) return SLO_ESPACE;
  slo_error e = {0};
  e.struct_size = (uint32_t)sizeof e;
  (void)sloi_fail_range(&e, sloi_shown(value), sloi_shown(min), INT64_MAX, "%s", what);
  e.status = SLO_ESPACE;
  (void)sloi_sized_write(error, &e, sizeof e);
  return SLO_ESPACE;
}

slo_status sloi_fail_within(slo_status status, slo_error *error, const char *format, ...) {
  if (status == SLO_OK || error == NULL || error->struct_size < sizeof *error) return status;
  char field[sizeof error->field];
  size_t rest = sizeof field;
  memcpy(field, error->field, rest);
  va_list args;
  va_start(args, format);
  int n = vsnprintf(error->field, rest, format, args);
  va_end(args);
  if (n < 0 || (size_t)n + 2 > rest) return status; /* cut */
  error->field[n] = '.';
  rest -= (size_t)n + 1;
  memcpy(error->field + n + 1, field, rest);
  error->field[sizeof field - 1] = '\0';
  return status;
}

slo_status sloi_sized_element(void *local, size_t size, const void *array, size_t i,
                              slo_error *error, const char *what) {
  uint32_t stride;
  memset(local, 0, size);
  memcpy(&stride, array, sizeof stride);
  if (stride < sizeof stride || stride > SLOI_SIZED_MAX) {
    return sloi_fail_range(error, stride, (int64_t)sizeof stride, SLOI_SIZED_MAX, "%s.struct_size",
                           what);
  }
  const unsigned char *given = (const unsigned char *)array + i * stride;
  for (size_t k = size; k < stride; k++) {
    if (given[k] != 0) return sloi_fail(error, SLO_EVERSION, (int64_t)k, "%s", what);
  }
  memcpy(local, given, stride < size ? stride : size);
  return SLO_OK;
}

slo_status sloi_sized_read(void *local, size_t size, const void *given, slo_error *error,
                           const char *what) {
  if (given == NULL) {
    memset(local, 0, size);
    return SLO_OK;
  }
  return sloi_sized_element(local, size, given, 0, error, what);
}

slo_status sloi_sized_write(void *given, const void *local, size_t size) {
  uint32_t given_size;
  if (given == NULL) return SLO_EINVAL;
  memcpy(&given_size, given, sizeof given_size);
  if (given_size < sizeof given_size || given_size > SLOI_SIZED_MAX) return SLO_EINVAL;
  size_t n = given_size < size ? given_size : size;
  memcpy((char *)given + sizeof given_size, (const char *)local + sizeof given_size,
         n - sizeof given_size);
  return SLO_OK;
}

/* ---- src/base/text.h ---- */

/* text.h - a text that is written bit by bit into a buffer which may be too short for it. */
#ifndef SLOI_TEXT_H
#define SLOI_TEXT_H


typedef struct sloi_text {
  char *buffer; /* of `size` bytes; what does not fit is cut off */
  size_t size;
  size_t length; /* of all that was said, also beyond the buffer */
} sloi_text;

void sloi_text_say(sloi_text *text, const char *format, ...) SLOI_PRINTF(2, 3);

#endif

/* ---- src/base/text.c ---- */

#include <stdio.h>

void sloi_text_say(sloi_text *text, const char *format, ...) {
  size_t room = text->length < text->size ? text->size - text->length : 0;
  va_list arguments;
  va_start(arguments, format);
  int n = vsnprintf(room != 0 ? text->buffer + text->length : NULL, room, format, arguments);
  va_end(arguments);
  text->length += n > 0 ? (size_t)n : 0;
}

/* ---- src/base/time.h ---- */

/* time.h - the proleptic Gregorian calendar behind moments. */
#ifndef SLOI_TIME_H
#define SLOI_TIME_H

#include <stdint.h>

/* Days since 1970-01-01 of a date, negative before it; month 1..12. */
int64_t sloi_time_days(int64_t year, int64_t month, int64_t day);

/* The date of a day: the inverse. */
void sloi_time_date(int64_t days, int64_t *year, int64_t *month, int64_t *day);

int64_t sloi_time_month_length(int64_t year, int64_t month);

#endif

/* ---- src/base/time.c ---- */

#include <inttypes.h>
#include <stdio.h>


/* Years are counted from March so that the leap day comes last (H. Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms"). */
int64_t sloi_time_days(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

void sloi_time_date(int64_t days, int64_t *year, int64_t *month, int64_t *day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t m = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * m + 2) / 5 + 1;
  *month = m + (m < 10 ? 3 : -9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

int64_t sloi_time_month_length(int64_t year, int64_t month) {
  static const int8_t length[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : length[month - 1];
}

/* Seconds since the epoch, negative before it. 0 when the parts are no date and time of day. */
static int time_from_parts(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
                           int32_t second, int64_t *seconds) {
  if (month < 1 || month > 12 || day < 1 || day > sloi_time_month_length(year, month) || hour < 0 ||
      hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
    return 0;
  }
  *seconds = sloi_time_days(year, month, day) * 86400 + hour * INT64_C(3600) +
             minute * INT64_C(60) + second;
  return 1;
}

/* Within the range of moments? Far seconds must not overflow on the way. */
static slo_status time_in_range(int64_t seconds, int32_t nanosecond, int64_t *time_ns) {
  if (seconds < 0 || seconds > SLO_TIME_MAX_NS / SLO_SECOND_NS) return SLO_ERANGE;
  *time_ns = seconds * SLO_SECOND_NS + nanosecond;
  return SLO_OK;
}

slo_status slo_time_civil(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
                          int32_t second, int32_t nanosecond, int64_t *time_ns) {
  int64_t seconds;
  if (time_ns == NULL) return SLO_EINVAL;
  if (year < 1970 || year > 2261 || nanosecond < 0 || nanosecond > 999999999 ||
      !time_from_parts(year, month, day, hour, minute, second, &seconds)) {
    return SLO_ERANGE;
  }
  return time_in_range(seconds, nanosecond, time_ns);
}

static int time_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Reads exactly n digits; -1, with *p at what is none, when they are not there. */
static int32_t time_digits(const char **p, int n) {
  int32_t value = 0;
  for (int i = 0; i < n; i++, ++*p) {
    if (!time_digit(**p)) return -1;
    value = value * 10 + (**p - '0');
  }
  return value;
}

typedef struct time_unit {
  char name[4];
  int64_t ns;
} time_unit;

/* Largest first: what is written, and the order in which parts may be read. */
static const time_unit TIME_UNITS[] = {
    {"w", 7 * SLO_DAY_NS}, {"d", SLO_DAY_NS}, {"h", SLO_HOUR_NS}, {"m", SLO_MINUTE_NS},
    {"s", SLO_SECOND_NS},  {"ms", 1000000},   {"us", 1000},       {"ns", 1},
};
enum { TIME_UNIT_COUNT = sizeof TIME_UNITS / sizeof TIME_UNITS[0], TIME_SECOND = 4 };

/* The unit that the letters at *p spell, from `first` on; -1 when none does. */
static int time_unit_read(const char **p, int first) {
  size_t n = 0;
  while (((*p)[n] >= 'a' && (*p)[n] <= 'z') || ((*p)[n] >= 'A' && (*p)[n] <= 'Z')) n++;
  for (int i = first; i < TIME_UNIT_COUNT; i++) {
    if (strlen(TIME_UNITS[i].name) == n && memcmp(TIME_UNITS[i].name, *p, n) == 0) {
      *p += n;
      return i;
    }
  }
  return -1;
}

/* Reads digits into value; 0 when there is none, or, with *p at a digit, too many. */
static int time_integer(const char **p, uint64_t *value) {
  const char *start = *p;
  *value = 0;
  for (; time_digit(**p); ++*p) {
    uint64_t digit = (uint64_t)(**p - '0');
    if (*value > (UINT64_MAX - digit) / 10) return 0;
    *value = *value * 10 + digit;
  }
  return *p != start;
}

static slo_status time_fail(slo_error *error, const char *what, const char *text, const char *at) {
  return sloi_fail(error, SLO_EPARSE, (int64_t)(at - text), "%s", what);
}

static slo_status time_parse_count(const char *text, int64_t *time_ns, slo_error *error) {
  const char *p = text;
  uint64_t value;
  if (!time_integer(&p, &value)) {
    if (time_digit(*p)) return sloi_fail_range(error, INT64_MAX, 0, SLO_TIME_MAX_NS, "time");
    return time_fail(error, "time", text, p);
  }
  const char *at = p;
  int unit = time_unit_read(&p, TIME_SECOND);
  if (unit < 0) return time_fail(error, "time (with its unit: s ms us ns)", text, at);
  if (*p != '\0') return time_fail(error, "time", text, p);
  int64_t max = SLO_TIME_MAX_NS / TIME_UNITS[unit].ns;
  if (value > (uint64_t)max) return sloi_fail_range(error, sloi_shown(value), 0, max, "time");
  *time_ns = (int64_t)value * TIME_UNITS[unit].ns;
  return SLO_OK;
}

/* ".5": decimals that fit nanoseconds. 0 and *p at the offender when they do not. */
static int time_fraction(const char **p, int32_t *nanosecond) {
  int32_t place = 100000000;
  const char *first = ++*p;
  for (; time_digit(**p); ++*p, place /= 10) {
    if (place == 0 && **p != '0') return 0;
    *nanosecond += (**p - '0') * place;
  }
  return *p != first;
}

/* "Z" or "+02:00". 0 and *p at the offender when it is neither. */
static int time_zone(const char **p, int64_t *offset_s) {
  if (**p == 'Z' || **p == 'z') {
    ++*p;
    return 1;
  }
  if (**p != '+' && **p != '-') return 0;
  int sign = *(*p)++ == '-' ? -1 : 1;
  const char *at = *p;
  int32_t hours = time_digits(p, 2), minutes = -1;
  if (hours >= 0 && **p == ':') {
    ++*p;
    minutes = time_digits(p, 2);
  }
  if (minutes < 0) return 0;
  if (hours > 23 || minutes > 59) {
    *p = at;
    return 0;
  }
  *offset_s = sign * (hours * INT64_C(3600) + minutes * INT64_C(60));
  return 1;
}

slo_status slo_time_parse(const char *text, int64_t *time_ns, slo_error *error) {
  if (text == NULL || time_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "time (NULL)");
  const char *p = text;
  int32_t part[6], nanosecond = 0;
  int64_t offset_s = 0, seconds;
  static const int width[6] = {4, 2, 2, 2, 2, 2};
  static const char after[6] = {'-', '-', 'T', ':', ':', '\0'};
  for (int i = 0; i < 6; i++) {
    part[i] = time_digits(&p, width[i]);
    int separated =
        after[i] == '\0' || *p == after[i] || (after[i] == 'T' && (*p == 't' || *p == ' '));
    if (part[i] < 0 || !separated) {
      return i == 0 ? time_parse_count(text, time_ns, error) : time_fail(error, "time", text, p);
    }
    p += after[i] != '\0';
  }
  if (*p == '.' && !time_fraction(&p, &nanosecond)) return time_fail(error, "time", text, p);
  if (!time_zone(&p, &offset_s)) {
    return time_fail(error, "time (with a zone: Z or +hh:mm)", text, p);
  }
  if (*p != '\0') return time_fail(error, "time", text, p);
  if (!time_from_parts(part[0], part[1], part[2], part[3], part[4], part[5], &seconds)) {
    return sloi_fail(error, SLO_ERANGE, part[0], "time, some part of it; year");
  }
  int64_t ns;
  if (time_in_range(seconds - offset_s, nanosecond, &ns) != SLO_OK) {
    return sloi_fail(error, SLO_ERANGE, part[0], "time, in UTC outside 1970..2261; year");
  }
  *time_ns = ns;
  return SLO_OK;
}

static slo_status time_put(char *buffer, size_t size, const char *text, int length) {
  if (length < 0 || (size_t)length >= size) return SLO_ESPACE;
  memcpy(buffer, text, (size_t)length + 1);
  return SLO_OK;
}

slo_status slo_time_format(int64_t time_ns, char *buffer, size_t size) {
  char text[SLO_TIME_TEXT_MAX + 24];
  if (buffer == NULL) return SLO_EINVAL;
  if (time_ns < 0 || time_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  int64_t year, month, day;
  int64_t second = time_ns / SLO_SECOND_NS % 86400;
  int32_t fraction = (int32_t)(time_ns % SLO_SECOND_NS);
  sloi_time_date(time_ns / SLO_DAY_NS, &year, &month, &day);
  int n =
      snprintf(text, sizeof text,
               "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64,
               year, month, day, second / 3600, second / 60 % 60, second % 60);
  char *end = text + n;
  size_t rest = sizeof text - (size_t)n;
  if (fraction == 0) {
    n += snprintf(end, rest, "Z");
  } else if (fraction % 1000000 == 0) {
    n += snprintf(end, rest, ".%03" PRId32 "Z", fraction / 1000000);
  } else if (fraction % 1000 == 0) {
    n += snprintf(end, rest, ".%06" PRId32 "Z", fraction / 1000);
  } else {
    n += snprintf(end, rest, ".%09" PRId32 "Z", fraction);
  }
  return time_put(buffer, size, text, n);
}

/* Beyond int64, so that no value can be named. */
static slo_status time_span_range(slo_error *error) {
  return sloi_fail_range(error, INT64_MAX, INT64_MIN, INT64_MAX, "span, nanoseconds beyond");
}

slo_status slo_span_parse(const char *text, int64_t *span_ns, slo_error *error) {
  if (text == NULL || span_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "span (NULL)");
  const char *p = text;
  int negative = *p == '-';
  p += negative;
  sloi_u128 total = {0, 0};
  int unit = -1;
  do {
    uint64_t value;
    const char *at = p;
    if (!time_integer(&p, &value)) {
      if (time_digit(*p)) return time_span_range(error);
      return time_fail(error, "span", text, at);
    }
    at = p;
    unit = time_unit_read(&p, unit + 1);
    if (unit < 0) return time_fail(error, "span (units: w d h m s ms us ns)", text, at);
    total = sloi_u128_add(total, sloi_u128_multiply(value, (uint64_t)TIME_UNITS[unit].ns));
    if (total.hi != 0 || total.lo > (uint64_t)INT64_MAX + (uint64_t)negative) {
      return time_span_range(error);
    }
  } while (*p != '\0');
  /* the lowest one has no positive counterpart */
  *span_ns =
      negative ? -(int64_t)(total.lo - (total.lo != 0)) - (total.lo != 0) : (int64_t)total.lo;
  return SLO_OK;
}

slo_status slo_span_format(int64_t span_ns, char *buffer, size_t size) {
  char text[96];
  int n = 0;
  if (buffer == NULL) return SLO_EINVAL;
  uint64_t rest = span_ns < 0 ? (uint64_t)0 - (uint64_t)span_ns : (uint64_t)span_ns;
  if (span_ns < 0) text[n++] = '-';
  if (rest == 0) n += snprintf(text + n, sizeof text - (size_t)n, "0s");
  for (int i = 1; i < TIME_UNIT_COUNT; i++) { /* weeks are read, never written */
    uint64_t count = rest / (uint64_t)TIME_UNITS[i].ns;
    rest %= (uint64_t)TIME_UNITS[i].ns;
    if (count != 0) {
      n += snprintf(text + n, sizeof text - (size_t)n, "%" PRIu64 "%s", count, TIME_UNITS[i].name);
    }
  }
  return time_put(buffer, size, text, n);
}

/* ---- src/base/version.c ---- */

uint32_t slo_version(void) {
  return SLO_VERSION_MAJOR * 1000000u + SLO_VERSION_MINOR * 1000u + SLO_VERSION_PATCH;
}

const char *slo_version_string(void) {
  return SLO_VERSION_STRING;
}

/* ---- src/journey/journey.h ---- */

/*
 * journey.h - the layout of a journey's block, and what checks a definition of one.
 *
 * One event, one cell: nearly all attempts go the usual way, every step that is no fallback good
 * and in time. They are counted once, in a counter behind those of the parts, and each part that is
 * on that way has them, too.
 */
#ifndef SLOI_JOURNEY_H
#define SLOI_JOURNEY_H


#define SLOI_JOURNEY_SOME_TIME (SLO_TIME_MAX_NS / 2) /* amid all calendar periods there are */

struct slo_journey {
  sloi_block block;
  uint64_t steps;
  uint64_t critical;  /* bit i: step i is */
  uint64_t fallbacks; /* bit i: step i stands in for another one */
  uint64_t usual;     /* bit i: step i is on the usual way */
  uint64_t limit_ns;
  uint64_t counter_size; /* of each part's */
  uint64_t reserved[2];
  uint8_t fallback_of[64]; /* of a fallback: which */
};

/* The counter behind those of the parts. */
static inline uint64_t sloi_journey_usual(const slo_journey *j) {
  return j->steps + 2;
}

static inline uint64_t sloi_journey_counter_at(const slo_journey *j, uint64_t part) {
  return sizeof(slo_journey) + part * j->counter_size;
}

static inline slo_counter *sloi_journey_counter(slo_journey *j, uint64_t part) {
  return (slo_counter *)(void *)((char *)j + sloi_journey_counter_at(j, part));
}

/* Does a part have the attempts that went the usual way, too? */
int sloi_journey_on_usual(const slo_journey *journey, uint64_t part);

/* Fills blames[i] with the counts of part i + 1, and what follows from them. */
void sloi_journey_share(const slo_journey *journey, const slo_counts *parts, slo_blame *blames);

/* An objective with room for what it points to. */
typedef struct sloi_journey_slo {
  slo_journey_slo slo;
  slo_alert_config alert;
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
} sloi_journey_slo;

/* Where the parts of a journey are read from: structs, or the bytes of a definition. */
typedef struct sloi_journey_source sloi_journey_source;
struct sloi_journey_source {
  const void *from;
  uint64_t at;
  void (*step)(const sloi_journey_source *source, uint32_t i, slo_step *step);
  void (*sli)(const sloi_journey_source *source, uint32_t i, slo_journey_sli *sli);
  void (*slo)(const sloi_journey_source *source, uint32_t i, sloi_journey_slo *slo);
};

/* The front of a journey's block, without its size, from its steps. Of config, whose arrays
 * are not looked at, this needs step_count and limit_ns. */
slo_status sloi_journey_front(const slo_journey_config *config, const sloi_journey_source *source,
                              slo_journey *front, slo_error *error);

/* Is this the block of a journey with these steps and this limit? */
int sloi_journey_fits(const slo_journey *journey, const slo_journey_config *config,
                      const sloi_journey_source *source);

/* All of it; the arrays of config are not looked at. */
slo_status sloi_journey_check(const slo_journey_config *config, const sloi_journey_source *source,
                              slo_error *error);

/* min..max bytes of UTF-8 without control characters; NULL is one when min is 0. */
slo_status sloi_journey_text(const char *text, size_t min, size_t max, slo_error *error,
                             const char *field);
slo_status sloi_journey_name(const char *name, slo_error *error);

#endif

/* ---- src/journey/attempt.c ---- */

#define ATTEMPT_NOBODYS 1u /* a flag: slo_attempt_exclude was called */

/* The place of the lowest bit of mask, which is not 0. */
static inline uint64_t attempt_lowest(uint64_t mask) {
#if defined(__GNUC__)
  return (uint64_t)__builtin_ctzll(mask);
#else
  uint64_t i = 0;
  while ((mask >> i & 1) == 0) i++;
  return i;
#endif
}

void slo_attempt_begin(slo_attempt *attempt, slo_journey *journey, int64_t now_ns) {
  attempt->journey = journey;
  attempt->begin_ns = now_ns;
  attempt->good = 0;
  attempt->bad = 0;
  attempt->flags = 0;
}

void slo_attempt_step(slo_attempt *attempt, uint32_t step, slo_outcome outcome) {
  slo_journey *j = attempt->journey;
  if (j == NULL) return;
  if (step >= j->steps || outcome < SLO_GOOD || outcome > SLO_EXCLUDED) {
    slo_counter_record(sloi_journey_counter(j, 0), -1);
    return;
  }
  uint64_t bit = UINT64_C(1) << step;
  attempt->good = (attempt->good & ~bit) | (outcome == SLO_GOOD ? bit : 0);
  attempt->bad = (attempt->bad & ~bit) | (outcome == SLO_BAD ? bit : 0);
}

void slo_attempt_exclude(slo_attempt *attempt) {
  attempt->flags |= ATTEMPT_NOBODYS;
}

/* Records one outcome of each step in mask. */
static void attempt_record(slo_journey *j, uint64_t mask, slo_outcome outcome) {
  for (; mask != 0; mask &= mask - 1) {
    slo_counter_record(sloi_journey_counter(j, 1 + attempt_lowest(mask)), outcome);
  }
}

/* The steps that were good, or had a fallback that was. */
static uint64_t attempt_served(const slo_journey *j, uint64_t good) {
  uint64_t served = good;
  for (uint64_t m = good & j->fallbacks; m != 0; m &= m - 1) {
    served |= UINT64_C(1) << j->fallback_of[attempt_lowest(m)];
  }
  return served;
}

static slo_outcome attempt_in_time(const slo_journey *j, int64_t begin_ns, int64_t end_ns) {
  if (j->limit_ns == 0) return SLO_GOOD;
  if (end_ns < begin_ns) return SLO_EXCLUDED; /* the clock went back: nobody knows */
  return (uint64_t)end_ns - (uint64_t)begin_ns <= j->limit_ns ? SLO_GOOD : SLO_BAD;
}

/* Every attempt but the usual ones. */
static slo_outcome attempt_settle(const slo_attempt *attempt, slo_journey *j, int64_t now_ns) {
  slo_outcome outcome = SLO_EXCLUDED;
  if ((attempt->flags & ATTEMPT_NOBODYS) == 0) {
    uint64_t served = attempt_served(j, attempt->good);
    uint64_t failed = attempt->bad & j->critical & ~served;
    uint64_t missing = j->critical & ~served;
    attempt_record(j, attempt->good, SLO_GOOD);
    attempt_record(j, attempt->bad & ~j->critical, SLO_BAD);
    if (failed != 0) {
      outcome = SLO_BAD;
      attempt_record(j, failed & (~failed + 1), SLO_BAD);
    } else if (missing != 0) {
      attempt_record(j, missing & (~missing + 1), SLO_EXCLUDED);
    } else {
      outcome = attempt_in_time(j, attempt->begin_ns, now_ns);
      if (j->limit_ns != 0) slo_counter_record(sloi_journey_counter(j, 1 + j->steps), outcome);
    }
  }
  slo_counter_record(sloi_journey_counter(j, 0), outcome);
  return outcome;
}

slo_outcome slo_attempt_end(slo_attempt *attempt, int64_t now_ns) {
  slo_journey *j = attempt->journey;
  if (j == NULL) return SLO_EXCLUDED;
  attempt->journey = NULL;
  if (attempt->good == j->usual && attempt->bad == 0 && attempt->flags == 0 &&
      attempt_in_time(j, attempt->begin_ns, now_ns) == SLO_GOOD) {
    slo_counter_record(sloi_journey_counter(j, sloi_journey_usual(j)), SLO_GOOD);
    return SLO_GOOD;
  }
  return attempt_settle(attempt, j, now_ns);
}

/* ---- src/judge/catalog.h ---- */

/* catalog.h - the alert of an objective, from what a definition says of it. */
#ifndef SLOI_CATALOG_H
#define SLOI_CATALOG_H


/*
 * *alert becomes a whole configuration: the tiers, or when tier_count is 0 those of a catalog,
 * which are put into room (SLO_ALERT_TIERS_MAX of them); the rest as given, or, when that is NULL,
 * gates and SLO_ALERT_SILENCE. rest must leave to us what it does not decide.
 */
slo_status sloi_catalog_alert(const slo_alert_config *rest, const slo_alert_tier *tiers,
                              uint32_t tier_count, uint32_t catalog, uint64_t objective_ppb,
                              int64_t period_ns, slo_alert_tier *room, slo_alert_config *alert,
                              slo_error *error);

#endif

/* ---- src/journey/check.c ---- */

/* check.c - is it the definition of a journey? */

/* The bytes of one UTF-8 character (RFC 3629), 0 when it is none, or a control character. */
static size_t check_character(const unsigned char *p) {
  unsigned lead = p[0], low = 0x80, high = 0xbf;
  size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (n == 1) return lead >= 0x20 && lead != 0x7f;
  if (n == 0 || lead > 0xf4) return 0;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf) {
    if (p[i] < low || p[i] > high) return 0;
  }
  return lead == 0xc2 && p[1] < 0xa0 ? 0 : n;
}

slo_status sloi_journey_text(const char *text, size_t min, size_t max, slo_error *error,
                             const char *field) {
  if (text == NULL) return min == 0 ? SLO_OK : sloi_fail(error, SLO_EINVAL, 0, "%s (NULL)", field);
  const unsigned char *p = (const unsigned char *)text;
  size_t n = 0, step;
  while (n <= max && p[n] != '\0') n++; /* first of all: it may have no end */
  if (n < min || n > max) {
    return sloi_fail_range(error, (int64_t)n, (int64_t)min, (int64_t)max, "%s (bytes)", field);
  }
  for (size_t at = 0; at < n; at += step) {
    step = check_character(p + at);
    if (step == 0) {
      return sloi_fail(error, SLO_EINVAL, (int64_t)at, "%s (no UTF-8, or a control character, at)",
                       field);
    }
  }
  return SLO_OK;
}

slo_status sloi_journey_name(const char *name, slo_error *error) {
  slo_status status = sloi_journey_text(name, 1, SLO_JOURNEY_NAME_MAX, error, "name");
  if (status != SLO_OK) return status;
  const char *slash = strchr(name, '/');
  return slash == NULL ? SLO_OK : sloi_fail(error, SLO_EINVAL, slash - name, "name (a '/' at)");
}

/* The names so far, of the steps and the indicators, or of the objectives. */
typedef struct check_names {
  uint32_t count;
  const char *name[1 + SLO_JOURNEY_STEPS_MAX + SLO_JOURNEY_SLIS_MAX]; /* 1: the limit's part */
} check_names;

_Static_assert(SLO_JOURNEY_SLOS_MAX <= 1 + SLO_JOURNEY_STEPS_MAX + SLO_JOURNEY_SLIS_MAX, "room");

/* A name joins them, unless it is one of them. */
static slo_status check_name(check_names *names, const char *name, slo_error *error) {
  slo_status status = sloi_journey_name(name, error);
  if (status != SLO_OK) return status;
  for (uint32_t i = 0; i < names->count; i++) {
    if (strcmp(name, names->name[i]) != 0) continue;
    return sloi_fail(error, SLO_EINVAL, 0, "name (there are two)");
  }
  names->name[names->count++] = name;
  return SLO_OK;
}

static slo_status check_step(const sloi_journey_source *s, uint32_t i, check_names *names,
                             slo_error *error) {
  slo_step step;
  s->step(s, i, &step);
  slo_status status = check_name(names, step.name, error);
  if (status == SLO_OK) {
    status = sloi_journey_text(step.actor, 0, SLO_JOURNEY_TEXT_MAX, error, "actor");
  }
  if (status == SLO_OK) {
    status = sloi_journey_text(step.component, 0, SLO_JOURNEY_TEXT_MAX, error, "component");
  }
  return status;
}

static slo_status check_sli(const slo_journey_config *c, const sloi_journey_source *s, uint32_t i,
                            check_names *names, slo_error *error) {
  slo_journey_sli sli;
  s->sli(s, i, &sli);
  slo_status status = check_name(names, sli.name, error);
  if (status != SLO_OK) return status;
  if ((sli.reserved[0] | sli.reserved[1]) != 0) {
    return sloi_fail(error, SLO_EVERSION, sloi_shown(sli.reserved[0]), "reserved");
  }
  if (sli.step > c->step_count) {
    return sloi_fail_range(error, sli.step, 0, c->step_count, "step");
  }
  status = slo_sli_check(&sli.sli, error);
  if (status != SLO_OK) return sloi_fail_within(status, error, "sli");
  slo_window_config window = {0};
  size_t size;
  window.struct_size = (uint32_t)sizeof window;
  window.unmeasured = sli.unmeasured;
  window.slice_ns = sli.slice_ns;
  window.slice_objective_ppb = sli.slice_objective_ppb;
  return slo_window_footprint(&window, &size, error);
}

static slo_status check_slo(const slo_journey_config *c, const sloi_journey_source *s, uint32_t i,
                            check_names *names, slo_error *error) {
  sloi_journey_slo slo;
  slo_journey_sli sli = {0};
  slo_alert_config alert;
  slo_alert_tier room[SLO_ALERT_TIERS_MAX];
  slo_budget_config budget = {0};
  slo_period some;
  size_t size;
  s->slo(s, i, &slo);
  slo_status status = check_name(names, slo.slo.name, error);
  if (status != SLO_OK) return status;
  if ((slo.slo.reserved[0] | slo.slo.reserved[1]) != 0) {
    return sloi_fail(error, SLO_EVERSION, sloi_shown(slo.slo.reserved[0]), "reserved");
  }
  if (slo.slo.sli > c->sli_count) {
    return sloi_fail_range(error, slo.slo.sli, 0, c->sli_count, "sli");
  }
  if (slo.slo.period_ns < SLO_SECOND_NS || slo.slo.period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, slo.slo.period_ns, SLO_SECOND_NS, SLOI_PERIOD_MAX_NS,
                           "period_ns");
  }
  budget.struct_size = (uint32_t)sizeof budget;
  budget.method = slo.slo.method;
  budget.objective_ppb = slo.slo.objective_ppb;
  budget.period_ns = slo.slo.period_ns;
  status = slo_budget_check(&budget, error);
  if (status != SLO_OK) return status;
  if (slo.slo.sli != 0) s->sli(s, slo.slo.sli - 1, &sli);
  if (slo.slo.method != SLO_METHOD_OCCURRENCES && sli.slice_ns == 0) {
    return sloi_fail(error, SLO_EINVAL, slo.slo.method,
                     "method (of an indicator without slice_ns)");
  }
  if (slo.slo.calendar.unit != 0) {
    status = slo_calendar_eval(&slo.slo.calendar, SLOI_JOURNEY_SOME_TIME, &some, error);
    if (status != SLO_OK) return sloi_fail_within(status, error, "calendar");
  } else if (slo.slo.calendar.every != 0 || slo.slo.calendar.anchor_ns != 0) {
    return sloi_fail(error, SLO_EINVAL, slo.slo.calendar.every, "calendar (without a unit)");
  }
  status = sloi_catalog_alert(slo.slo.alert, slo.slo.tiers, slo.slo.tier_count, slo.slo.catalog,
                              slo.slo.objective_ppb, slo.slo.period_ns, room, &alert, error);
  return status == SLO_OK ? slo_alert_footprint(&alert, &size, error) : status;
}

slo_status sloi_journey_check(const slo_journey_config *config, const sloi_journey_source *source,
                              slo_error *error) {
  const slo_journey_config *c = config;
  static const struct {
    const char *field;
    size_t at;
  } texts[] = {{"summary", offsetof(slo_journey_config, summary)},
               {"owner", offsetof(slo_journey_config, owner)},
               {"policy", offsetof(slo_journey_config, policy)}};
  slo_journey front;
  slo_counter_config rows = {0};
  check_names parts = {0, {SLO_JOURNEY_LIMIT}}, slos = {0};
  size_t size;
  slo_status status = sloi_journey_name(c->name, error);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0] && status == SLO_OK; i++) {
    const char *text;
    memcpy(&text, (const char *)c + texts[i].at, sizeof text);
    status = sloi_journey_text(text, 0, SLO_JOURNEY_TEXT_MAX, error, texts[i].field);
  }
  if (status != SLO_OK) return status;
  if (c->review_ns < 0 || c->review_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->review_ns, 0, SLO_TIME_MAX_NS, "review_ns");
  }
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  if (c->sli_count > SLO_JOURNEY_SLIS_MAX) {
    return sloi_fail_range(error, c->sli_count, 0, SLO_JOURNEY_SLIS_MAX, "sli_count");
  }
  if (c->slo_count > SLO_JOURNEY_SLOS_MAX) {
    return sloi_fail_range(error, c->slo_count, 0, SLO_JOURNEY_SLOS_MAX, "slo_count");
  }
  rows.struct_size = (uint32_t)sizeof rows;
  rows.shards = c->shards;
  status = slo_counter_footprint(&rows, &size, error);
  if (status == SLO_OK) status = sloi_journey_front(c, source, &front, error);
  if (c->limit_ns != 0) parts.count = 1;
  for (uint32_t i = 0; i < c->step_count && status == SLO_OK; i++) {
    status = sloi_fail_within(check_step(source, i, &parts, error), error, "steps[%u]", i);
  }
  for (uint32_t i = 0; i < c->sli_count && status == SLO_OK; i++) {
    status = sloi_fail_within(check_sli(c, source, i, &parts, error), error, "slis[%u]", i);
  }
  for (uint32_t i = 0; i < c->slo_count && status == SLO_OK; i++) {
    status = sloi_fail_within(check_slo(c, source, i, &slos, error), error, "slos[%u]", i);
  }
  return status;
}

/* ---- src/journey/codec.h ---- */

/*
 * codec.h - a definition as bytes.
 *
 * Overview. First come 64-bit little-endian words, then texts.
 *
 *   word 0   the bytes "slodef", a 0, and the version of this layout: 1
 *   word 1   how many bytes there are
 *   word 2   the fingerprint: sum = mix(sum ^ w), begun with 0, for each whole word w, this one
 *            taken as 0, then for each byte behind the last of them; mix is the finalizer of
 *            MurmurHash3 (fmix64)
 *   word 3   a byte for each type of record below: its width, the words each of them has
 *   word 4.. records, rows of words, one for each field, in the order of the tables in codec.c
 *
 * A number is its 64 bits, a negative one with its sign extended; a text is (offset << 32 | length)
 * of bytes that a 0 follows, a list (offset << 32 | count) of records that lie behind one another,
 * one that is empty, or a text or record that is not there (NULL), is 0. Records lie in the order
 * of a walk through the tree, which begins with the service; a list when the record that has it
 * is walked through, before what its own records have. Texts lie in the same order. So there is one
 * way to write a definition down, and whoever reads one walks it the same way and knows where
 * everything must be.
 *
 * Growth. A width is 1 + the last field that is not 0 in any record of the type, 0 when there is
 * none. A definition that uses no new field has the same bytes as before; one that does has more
 * words than an older reader knows: it refuses.
 */
#ifndef SLOI_CODEC_H
#define SLOI_CODEC_H


enum {
  SLOI_CODEC_SERVICE, /* slo_definition_config */
  SLOI_CODEC_JOURNEY,
  SLOI_CODEC_STEP,
  SLOI_CODEC_SLI,
  SLOI_CODEC_CODE,
  SLOI_CODEC_SLO,
  SLOI_CODEC_TIER,
  SLOI_CODEC_ALERT,
  SLOI_CODEC_TYPES
};

#define SLOI_CODEC_ROOT UINT64_C(32) /* where the one record of SLOI_CODEC_SERVICE lies */

/* The bytes a checked configuration needs. */
uint64_t sloi_codec_size(const slo_definition_config *config);

/* Writes them. */
void sloi_codec_write(const slo_definition_config *config, unsigned char *bytes);

/* Are these bytes in the one way to write them? Says nothing of what the fields mean.
 * SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
slo_status sloi_codec_validate(const unsigned char *bytes, uint64_t size);

uint64_t sloi_codec_bytes(const unsigned char *bytes);
uint64_t sloi_codec_fingerprint(const unsigned char *bytes);

/* count records of a type from `at` on, as an array of structs; lists are counted, their pointers
 * NULL. */
void sloi_codec_read(const unsigned char *bytes, uint32_t type, uint64_t at, uint32_t count,
                     void *records);

/* Where record i of the list that the struct has at `field` lies; i is below its count, or 0 of
 * the one that may be missing: 0. */
uint64_t sloi_codec_item(const unsigned char *bytes, uint32_t type, uint64_t at, size_t field,
                         uint32_t i);

/* All of it as structs. memory NULL: only the bytes that takes. */
uint64_t sloi_codec_expand(const unsigned char *bytes, void *memory);

#endif

/* ---- src/journey/codec.c ---- */

#include <string.h>


#define CODEC_MAGIC \
  UINT64_C(0x01006665646f6c73) /* "slodef", 0, and the version of this layout: 1 */

/* Numbers, then texts, then records: behind a pointer, inside the struct, or behind one that has
 * no count. */
enum { CODEC_U32, CODEC_I32, CODEC_64, CODEC_TEXT, CODEC_LIST, CODEC_INSIDE, CODEC_ONE };

/* A field of a struct, in the order in which they are written. The order never changes; new ones
 * come at the end. */
typedef struct codec_field {
  uint8_t kind;
  uint8_t child;     /* type of the records of a list */
  uint16_t max;      /* of them */
  uint16_t at;       /* in the struct: the value, the pointer, or the array inside it */
  uint16_t count_at; /* in the struct: how many */
} codec_field;

typedef struct codec_type {
  const codec_field *fields;
  uint32_t count;
  uint32_t size;
  uint32_t sized; /* the struct begins with struct_size */
} codec_type;

#define CODEC_VALUE(kind, type, field) {kind, 0, 0, offsetof(type, field), 0}
#define CODEC_MANY(kind, child, max, type, field, n) \
  {kind, child, max, offsetof(type, field), offsetof(type, n)}

static const codec_field codec_service[] = {
    CODEC_VALUE(CODEC_TEXT, slo_definition_config, service),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_JOURNEY, SLO_DEFINITION_JOURNEYS_MAX, slo_definition_config,
               journeys, journey_count)};

static const codec_field codec_journey[] = {
    CODEC_VALUE(CODEC_TEXT, slo_journey_config, name),
    CODEC_VALUE(CODEC_TEXT, slo_journey_config, summary),
    CODEC_VALUE(CODEC_TEXT, slo_journey_config, owner),
    CODEC_VALUE(CODEC_TEXT, slo_journey_config, policy),
    CODEC_VALUE(CODEC_64, slo_journey_config, review_ns),
    CODEC_VALUE(CODEC_64, slo_journey_config, limit_ns),
    CODEC_VALUE(CODEC_U32, slo_journey_config, shards),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_STEP, SLO_JOURNEY_STEPS_MAX, slo_journey_config, steps,
               step_count),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_SLI, SLO_JOURNEY_SLIS_MAX, slo_journey_config, slis,
               sli_count),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_SLO, SLO_JOURNEY_SLOS_MAX, slo_journey_config, slos,
               slo_count)};

static const codec_field codec_step[] = {
    CODEC_VALUE(CODEC_TEXT, slo_step, name), CODEC_VALUE(CODEC_TEXT, slo_step, actor),
    CODEC_VALUE(CODEC_TEXT, slo_step, component), CODEC_VALUE(CODEC_U32, slo_step, flags),
    CODEC_VALUE(CODEC_U32, slo_step, fallback_of)};

static const codec_field codec_sli[] = {CODEC_VALUE(CODEC_TEXT, slo_journey_sli, name),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, step),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, sli.kind),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, sli.protocol),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, sli.counted),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, sli.threshold_ns),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, sli.least_ppm),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, sli.least_per_hour),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, sli.interval_ns),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, unmeasured),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, slice_ns),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, slice_objective_ppb),
                                        CODEC_MANY(CODEC_INSIDE, SLOI_CODEC_CODE, SLO_SLI_CODES_MAX,
                                                   slo_journey_sli, sli.codes, sli.code_count)};

static const codec_field codec_code[] = {CODEC_VALUE(CODEC_I32, slo_code, first),
                                         CODEC_VALUE(CODEC_I32, slo_code, last),
                                         CODEC_VALUE(CODEC_I32, slo_code, outcome)};

static const codec_field codec_slo[] = {
    CODEC_VALUE(CODEC_TEXT, slo_journey_slo, name),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, sli),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, method),
    CODEC_VALUE(CODEC_64, slo_journey_slo, objective_ppb),
    CODEC_VALUE(CODEC_64, slo_journey_slo, period_ns),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, calendar.unit),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, calendar.every),
    CODEC_VALUE(CODEC_64, slo_journey_slo, calendar.anchor_ns),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, catalog),
    CODEC_VALUE(CODEC_64, slo_journey_slo, requests_per_hour),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_TIER, SLO_ALERT_TIERS_MAX, slo_journey_slo, tiers,
               tier_count),
    {CODEC_ONE, SLOI_CODEC_ALERT, 1, offsetof(slo_journey_slo, alert), 0}};

static const codec_field codec_tier[] = {CODEC_VALUE(CODEC_64, slo_alert_tier, long_ns),
                                         CODEC_VALUE(CODEC_64, slo_alert_tier, short_ns),
                                         CODEC_VALUE(CODEC_64, slo_alert_tier, factor_ppm),
                                         CODEC_VALUE(CODEC_64, slo_alert_tier, for_ns),
                                         CODEC_VALUE(CODEC_64, slo_alert_tier, keep_firing_ns),
                                         CODEC_VALUE(CODEC_U32, slo_alert_tier, severity),
                                         CODEC_VALUE(CODEC_U32, slo_alert_tier, flags),
                                         CODEC_VALUE(CODEC_U32, slo_alert_tier, kind),
                                         CODEC_VALUE(CODEC_U32, slo_alert_tier, group)};

#define CODEC_GATE(i)                                                       \
  CODEC_VALUE(CODEC_U32, slo_alert_config, gate[i].kind),                   \
      CODEC_VALUE(CODEC_64, slo_alert_config, gate[i].alarms_per_year_ppm), \
      CODEC_VALUE(CODEC_64, slo_alert_config, gate[i].dead_ns),             \
      CODEC_VALUE(CODEC_64, slo_alert_config, gate[i].healthy_burn_ppm),    \
      CODEC_VALUE(CODEC_64, slo_alert_config, gate[i].least_burn_ppm)

static const codec_field codec_alert[] = {CODEC_VALUE(CODEC_64, slo_alert_config, slot_ns),
                                          CODEC_VALUE(CODEC_U32, slo_alert_config, flags),
                                          CODEC_GATE(SLO_SEVERITY_PAGE),
                                          CODEC_GATE(SLO_SEVERITY_TICKET)};

#define CODEC_TYPE(fields, type, sized) \
  {fields, sizeof fields / sizeof fields[0], sizeof(type), sized}

static const codec_type codec_types[SLOI_CODEC_TYPES] = {
    CODEC_TYPE(codec_service, slo_definition_config, 1),
    CODEC_TYPE(codec_journey, slo_journey_config, 1),
    CODEC_TYPE(codec_step, slo_step, 0),
    CODEC_TYPE(codec_sli, slo_journey_sli, 0),
    CODEC_TYPE(codec_code, slo_code, 0),
    CODEC_TYPE(codec_slo, slo_journey_slo, 0),
    CODEC_TYPE(codec_tier, slo_alert_tier, 0),
    CODEC_TYPE(codec_alert, slo_alert_config, 1)};

_Static_assert(SLOI_CODEC_TYPES == 8, "a byte of the header's word for each");

enum { CODEC_AT_MAGIC = 0, CODEC_AT_SIZE = 8, CODEC_AT_FINGERPRINT = 16, CODEC_AT_WIDTHS = 24 };

static uint64_t codec_load(const unsigned char *bytes, uint64_t at) {
  const unsigned char *p = bytes + at; /* spelled out: compilers make one load of it */
  return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
         (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static void codec_store(unsigned char *bytes, uint64_t at, uint64_t word) {
  for (uint64_t i = 0; i < 8; i++, word >>= 8) bytes[at + i] = (unsigned char)word;
}

static uint64_t codec_width(const unsigned char *bytes, uint32_t type) {
  return bytes[CODEC_AT_WIDTHS + type];
}

/* All of MurmurHash3's finalizer: with one multiplication a change of three letters can cancel. */
static uint64_t codec_mix(uint64_t x) {
  x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
  x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
  return x ^ x >> 33;
}

static uint64_t codec_hash(const unsigned char *bytes, uint64_t size) {
  uint64_t sum = 0, at = 0;
  for (; size - at >= 8; at += 8) {
    sum = codec_mix(sum ^ (at == CODEC_AT_FINGERPRINT ? 0 : codec_load(bytes, at)));
  }
  while (at < size) sum = codec_mix(sum ^ bytes[at++]);
  return sum;
}

/* ---- from structs to bytes ---- */

/* What is read from: an array of structs, or one. */
typedef struct codec_array {
  uint32_t type;
  uint32_t count;
  const void *first;
} codec_array;

static void codec_element(const codec_array *array, uint32_t i, void *element) {
  const codec_type *t = &codec_types[array->type];
  if (t->sized) {
    (void)sloi_sized_element(element, t->size, array->first, i, NULL, "");
  } else {
    memcpy(element, (const char *)array->first + (size_t)i * t->size, t->size);
  }
}

static uint32_t codec_u32(const void *element, size_t at) {
  uint32_t value;
  memcpy(&value, (const char *)element + at, sizeof value);
  return value;
}

static const void *codec_pointer(const void *element, size_t at) {
  const void *pointer;
  memcpy(&pointer, (const char *)element + at, sizeof pointer);
  return pointer;
}

/* The records that a field of an element stands for. */
static codec_array codec_children(const codec_field *f, const void *element) {
  codec_array a = {f->child, 0, (const char *)element + f->at};
  if (f->kind != CODEC_INSIDE) a.first = codec_pointer(element, f->at);
  a.count = f->kind == CODEC_ONE ? a.first != NULL : codec_u32(element, f->count_at);
  return a;
}

static uint64_t codec_scalar(const codec_field *f, const void *element) {
  uint64_t value;
  if (f->kind == CODEC_U32) return codec_u32(element, f->at);
  if (f->kind == CODEC_I32) return (uint64_t)(int64_t)(int32_t)codec_u32(element, f->at);
  memcpy(&value, (const char *)element + f->at, sizeof value);
  return value;
}

/* bytes NULL: a first walk, which finds the widths, numbers of records and bytes of text. */
typedef struct codec_writer {
  unsigned char *bytes;
  uint64_t at;      /* the next record */
  uint64_t text_at; /* the next text */
  uint64_t records[SLOI_CODEC_TYPES];
  uint64_t width[SLOI_CODEC_TYPES];
} codec_writer;

static uint64_t codec_put(codec_writer *w, const codec_array *array);

static uint64_t codec_put_text(codec_writer *w, const char *text) {
  if (text == NULL) return 0;
  uint64_t length = strlen(text), at = w->text_at;
  if (w->bytes != NULL) memcpy(w->bytes + at, text, (size_t)length + 1);
  w->text_at += length + 1;
  return at << 32 | length;
}

static uint64_t codec_put_field(codec_writer *w, const codec_field *f, const void *element) {
  if (f->kind < CODEC_TEXT) return codec_scalar(f, element);
  if (f->kind == CODEC_TEXT) return codec_put_text(w, codec_pointer(element, f->at));
  codec_array children = codec_children(f, element);
  return codec_put(w, &children);
}

static uint64_t codec_put(codec_writer *w, const codec_array *array) {
  const codec_type *t = &codec_types[array->type];
  union {
    slo_definition_config service;
    slo_journey_config journey;
    slo_step step;
    slo_journey_sli sli;
    slo_code code;
    slo_journey_slo slo;
    slo_alert_tier tier;
    slo_alert_config alert;
  } element;
  if (array->count == 0) return 0;
  uint64_t list = w->at, width = w->width[array->type];
  w->records[array->type] += array->count;
  w->at += array->count * width * 8;
  for (uint32_t i = 0; i < array->count; i++) {
    codec_element(array, i, &element);
    for (uint32_t k = 0; k < t->count; k++) {
      uint64_t word = codec_put_field(w, &t->fields[k], &element);
      if (w->bytes == NULL) {
        if (word != 0 && k >= w->width[array->type]) w->width[array->type] = k + 1;
      } else if (k < width) {
        codec_store(w->bytes, list + (i * width + k) * 8, word);
      }
    }
  }
  return list << 32 | array->count;
}

/* The first walk; afterwards records begin at `at`, texts at `text_at`, and *size is known. */
static codec_writer codec_measure(const slo_definition_config *config, uint64_t *size) {
  codec_writer w = {0};
  const codec_array root = {SLOI_CODEC_SERVICE, 1, config};
  w.at = w.text_at = SLOI_CODEC_ROOT; /* so that nothing that is there lies at 0 */
  (void)codec_put(&w, &root);
  uint64_t texts = w.text_at - SLOI_CODEC_ROOT;
  w.at = w.text_at = SLOI_CODEC_ROOT;
  for (uint32_t type = 0; type < SLOI_CODEC_TYPES; type++) {
    w.text_at += w.records[type] * w.width[type] * 8;
  }
  *size = w.text_at + texts;
  return w;
}

uint64_t sloi_codec_size(const slo_definition_config *config) {
  uint64_t size;
  (void)codec_measure(config, &size);
  return size;
}

void sloi_codec_write(const slo_definition_config *config, unsigned char *bytes) {
  const codec_array root = {SLOI_CODEC_SERVICE, 1, config};
  uint64_t size;
  codec_writer w = codec_measure(config, &size);
  w.bytes = bytes;
  codec_store(bytes, CODEC_AT_MAGIC, CODEC_MAGIC);
  codec_store(bytes, CODEC_AT_SIZE, size);
  for (uint32_t type = 0; type < SLOI_CODEC_TYPES; type++) {
    bytes[CODEC_AT_WIDTHS + type] = (unsigned char)w.width[type];
  }
  (void)codec_put(&w, &root);
  codec_store(bytes, CODEC_AT_FINGERPRINT, codec_hash(bytes, size));
}

/* ---- from bytes to structs ---- */

uint64_t sloi_codec_bytes(const unsigned char *bytes) {
  return codec_load(bytes, CODEC_AT_SIZE);
}

uint64_t sloi_codec_fingerprint(const unsigned char *bytes) {
  return codec_load(bytes, CODEC_AT_FINGERPRINT);
}

/* The same walk again, which says where everything must be. */
typedef struct codec_reader {
  const unsigned char *bytes;
  uint64_t size;
  uint64_t at;
  uint64_t text_at;
  uint64_t records_end;
  uint64_t width[SLOI_CODEC_TYPES]; /* of what was met */
} codec_reader;

static int codec_text_valid(codec_reader *r, uint64_t word) {
  uint64_t at = word >> 32, length = (uint32_t)word;
  if (word == 0) return 1;
  if (at != r->text_at || at < r->records_end || length >= r->size - at) return 0;
  if (memchr(r->bytes + at, 0, (size_t)length + 1) != r->bytes + at + length) return 0;
  r->text_at += length + 1;
  return 1;
}

static int codec_list_valid(codec_reader *r, uint32_t type, uint64_t max, uint64_t word);

static int codec_field_valid(codec_reader *r, const codec_field *f, uint64_t word) {
  switch (f->kind) {
    case CODEC_U32:
      return word <= UINT32_MAX;
    case CODEC_I32:
      return word + 0x80000000u <= UINT32_MAX; /* a sign extended */
    case CODEC_64:
      return 1;
    case CODEC_TEXT:
      return codec_text_valid(r, word);
    default:
      return codec_list_valid(r, f->child, f->max, word);
  }
}

static int codec_list_valid(codec_reader *r, uint32_t type, uint64_t max, uint64_t word) {
  const codec_type *t = &codec_types[type];
  uint64_t at = word >> 32, count = (uint32_t)word, width = codec_width(r->bytes, type);
  if (word == 0) return 1;
  if (at != r->at || count < 1 || count > max || width > t->count ||
      count * width * 8 > r->records_end - r->at) {
    return 0;
  }
  r->at += count * width * 8;
  for (uint64_t i = 0; i < count; i++) {
    for (uint64_t k = 0; k < width; k++) {
      word = codec_load(r->bytes, at + (i * width + k) * 8);
      if (word != 0 && k >= r->width[type]) r->width[type] = k + 1;
      if (!codec_field_valid(r, &t->fields[k], word)) return 0;
    }
  }
  return 1;
}

slo_status sloi_codec_validate(const unsigned char *bytes, uint64_t size) {
  codec_reader r = {0};
  if (size < SLOI_CODEC_ROOT) return SLO_ESPACE;
  uint64_t magic = codec_load(bytes, CODEC_AT_MAGIC);
  if ((magic ^ CODEC_MAGIC) << 8 != 0) return SLO_ECORRUPT;
  if (magic != CODEC_MAGIC) return SLO_EVERSION;
  r.size = sloi_codec_bytes(bytes);
  if (r.size > SLO_DEFINITION_SIZE_MAX) return SLO_ECORRUPT;
  if (r.size > size) return SLO_ESPACE;
  if (codec_hash(bytes, r.size) != sloi_codec_fingerprint(bytes)) return SLO_ECORRUPT;
  for (uint32_t type = 0; type < SLOI_CODEC_TYPES; type++) {
    if (codec_width(bytes, type) > codec_types[type].count) return SLO_EVERSION;
  }
  r.bytes = bytes;
  r.at = SLOI_CODEC_ROOT;
  if (r.size < SLOI_CODEC_ROOT + 8) return SLO_ECORRUPT;
  r.records_end = r.text_at = codec_load(bytes, SLOI_CODEC_ROOT) >> 32; /* the service's name */
  if (r.records_end < SLOI_CODEC_ROOT || r.records_end > r.size) return SLO_ECORRUPT;
  if (!codec_list_valid(&r, SLOI_CODEC_SERVICE, 1, SLOI_CODEC_ROOT << 32 | 1) ||
      r.at != r.records_end || r.text_at != r.size) {
    return SLO_ECORRUPT;
  }
  for (uint32_t type = 0; type < SLOI_CODEC_TYPES; type++) {
    if (r.width[type] != codec_width(bytes, type)) return SLO_ECORRUPT;
  }
  return SLO_OK;
}

/* The word of field k of the record at `at`. */
static uint64_t codec_word(const unsigned char *bytes, uint32_t type, uint64_t at, uint32_t k) {
  return k < codec_width(bytes, type) ? codec_load(bytes, at + k * UINT64_C(8)) : 0;
}

static void codec_read_record(const unsigned char *bytes, uint32_t type, uint64_t at, char *out) {
  const codec_type *t = &codec_types[type];
  memset(out, 0, t->size);
  if (t->sized) memcpy(out, &t->size, sizeof t->size);
  for (uint32_t k = 0; k < t->count; k++) {
    const codec_field *f = &t->fields[k];
    uint64_t word = codec_word(bytes, type, at, k);
    uint32_t low = (uint32_t)word;
    if (f->kind == CODEC_U32 || f->kind == CODEC_I32) {
      memcpy(out + f->at, &low, sizeof low);
    } else if (f->kind == CODEC_64) {
      memcpy(out + f->at, &word, sizeof word);
    } else if (f->kind == CODEC_TEXT && word != 0) {
      const unsigned char *text = bytes + (word >> 32);
      memcpy(out + f->at, &text, sizeof text);
    } else if (f->kind == CODEC_LIST || f->kind == CODEC_INSIDE) {
      memcpy(out + f->count_at, &low, sizeof low);
      if (f->kind == CODEC_INSIDE) sloi_codec_read(bytes, f->child, word >> 32, low, out + f->at);
    }
  }
}

void sloi_codec_read(const unsigned char *bytes, uint32_t type, uint64_t at, uint32_t count,
                     void *records) {
  for (uint32_t i = 0; i < count; i++, at += 8 * codec_width(bytes, type)) {
    codec_read_record(bytes, type, at, (char *)records + (size_t)i * codec_types[type].size);
  }
}

uint64_t sloi_codec_item(const unsigned char *bytes, uint32_t type, uint64_t at, size_t field,
                         uint32_t i) {
  const codec_type *t = &codec_types[type];
  for (uint32_t k = 0; k < t->count; k++) {
    const codec_field *f = &t->fields[k];
    if (f->at != field || f->kind < CODEC_LIST) continue;
    uint64_t word = codec_word(bytes, type, at, k);
    return (word >> 32) + i * 8 * codec_width(bytes, f->child);
  }
  return 0;
}

/* An arena: structs one behind the other. */
typedef struct codec_arena {
  char *memory;
  uint64_t used;
} codec_arena;

/* Room for count records that lie at `at`, and all they have; where it begins. */
static char *codec_unfold(const unsigned char *bytes, codec_arena *arena, uint32_t type,
                          uint64_t at, uint32_t count) {
  const codec_type *t = &codec_types[type];
  char *records = arena->memory == NULL ? NULL : arena->memory + arena->used;
  arena->used = sloi_round_up(arena->used + (uint64_t)count * t->size, 8);
  if (records != NULL) sloi_codec_read(bytes, type, at, count, records);
  for (uint32_t i = 0; i < count; i++, at += 8 * codec_width(bytes, type)) {
    for (uint32_t k = 0; k < t->count; k++) {
      const codec_field *f = &t->fields[k];
      uint64_t word = codec_word(bytes, type, at, k);
      if ((f->kind != CODEC_LIST && f->kind != CODEC_ONE) || word == 0) continue;
      const char *list = codec_unfold(bytes, arena, f->child, word >> 32, (uint32_t)word);
      if (records != NULL) memcpy(records + (size_t)i * t->size + f->at, &list, sizeof list);
    }
  }
  return records;
}

uint64_t sloi_codec_expand(const unsigned char *bytes, void *memory) {
  codec_arena arena = {memory, 0};
  (void)codec_unfold(bytes, &arena, SLOI_CODEC_SERVICE, SLOI_CODEC_ROOT, 1);
  return arena.used;
}

/* ---- src/window/slice.h ---- */

/* slice.h - how a slice of time is judged by its counts, whoever has them. */
#ifndef SLOI_SLICE_H
#define SLOI_SLICE_H


/* Both of a slice with valid events; valid = good + bad. */
int sloi_slice_kept(const slo_counts *counts, uint64_t objective_ppb);

/* bad / valid in units of 10^-11 (SLO_SLICE_RATIO_ONE), to the nearest. */
uint64_t sloi_slice_ratio(const slo_counts *counts);

#endif

/* ---- src/journey/composite.c ---- */

#define COMPOSITE_SLICES_MAX (UINT32_C(1) << 24)
#define COMPOSITE_PPM UINT64_C(1000000)

/* ---- a sum of fractions, rounded once ---- */

/* rest is in units of 10^-36: 256 of them are below 2^128. */
typedef struct composite_sum {
  sloi_u128 whole;
  sloi_u128 rest;
} composite_sum;

/* Where the product is below 2^128. */
static sloi_u128 composite_times(sloi_u128 a, uint64_t b) {
  sloi_u128 product = sloi_u128_multiply(a.lo, b);
  product.hi += a.hi * b;
  return product;
}

/* Adds n / d, by long division in nine digits at a time, and 10^-36: so thirds add up, while one
 * part alone reaches no whole number that it does not have, for n is below 2^123, d below 2^93. */
static void composite_add(composite_sum *sum, sloi_u128 n, sloi_u128 d) {
  sloi_u128 digits = {0, 0};
  for (int i = 0; i < 5; i++) {
    uint64_t quotient = sloi_u128_divide(n, d);
    n = composite_times(sloi_u128_subtract(n, composite_times(d, quotient)), SLOI_PPB);
    if (i == 0) {
      sum->whole = sloi_u128_add(sum->whole, sloi_u128_of(quotient));
    } else {
      digits = sloi_u128_add(composite_times(digits, SLOI_PPB), sloi_u128_of(quotient));
    }
  }
  digits = sloi_u128_add(digits, sloi_u128_of(1));
  sum->rest = sloi_u128_add(sum->rest, digits);
}

/* floor(sum / d), UINT64_MAX when it is larger. */
static uint64_t composite_floor(const composite_sum *sum, uint64_t d) {
  const sloi_u128 one = sloi_u128_multiply(SLOI_PPB * SLOI_PPB, SLOI_PPB * SLOI_PPB);
  sloi_u128 whole = sloi_u128_add(sum->whole, sloi_u128_of(sloi_u128_divide(sum->rest, one)));
  return sloi_u128_divide(whole, sloi_u128_of(d));
}

/* ---- what is given ---- */

static int composite_countable(const slo_counts *c) {
  return c->good <= (uint64_t)INT64_MAX && c->bad <= (uint64_t)INT64_MAX - c->good;
}

static slo_status composite_check_n(const slo_composite_part *parts, uint32_t n, slo_error *error) {
  if (parts == NULL) return sloi_fail(error, SLO_EINVAL, 0, "parts (NULL)");
  if (n >= 1 && n <= SLO_COMPOSITE_PARTS_MAX) return SLO_OK;
  return sloi_fail_range(error, n, 1, SLO_COMPOSITE_PARTS_MAX, "n");
}

static slo_status composite_check_field(uint64_t value, uint64_t min, uint64_t max, uint32_t part,
                                        const char *field, slo_error *error) {
  if (value >= min && value <= max) return SLO_OK;
  return sloi_fail_range(error, sloi_shown(value), (int64_t)min, (int64_t)max, "parts[%u].%s", part,
                         field);
}

/* What a part counts, of the whole period, and how much it weighs. */
static slo_status composite_check_counts(const slo_composite_part *p, uint32_t part,
                                         slo_error *error) {
  if (!composite_countable(&p->counts)) {
    return sloi_fail(error, SLO_ERANGE, INT64_MAX, "parts[%u].counts (good + bad)", part);
  }
  return composite_check_field(p->weight_ppm, 1, SLO_COMPOSITE_WEIGHT_MAX_PPM, part, "weight_ppm",
                               error);
}

/* The same of its slices, which weigh nothing but by their ratio. */
static slo_status composite_check_slices(const slo_composite_part *p, uint32_t part,
                                         uint32_t weighed, uint32_t slice_count, slo_error *error) {
  if (p->slices == NULL) return sloi_fail(error, SLO_EINVAL, 0, "parts[%u].slices (NULL)", part);
  for (uint32_t s = 0; s < slice_count; s++) {
    if (!composite_countable(&p->slices[s])) {
      return sloi_fail(error, SLO_ERANGE, INT64_MAX, "parts[%u].slices[%u] (good + bad)", part, s);
    }
  }
  return composite_check_field(p->weight_ppm, weighed, weighed ? SLO_COMPOSITE_WEIGHT_MAX_PPM : 0,
                               part, "weight_ppm", error);
}

static slo_status composite_check(uint32_t method, uint64_t objective_ppb,
                                  const slo_composite_part *parts, uint32_t n, uint32_t slice_count,
                                  slo_error *error) {
  const uint32_t sliced = method != SLO_METHOD_OCCURRENCES;
  const uint32_t judged = method == SLO_METHOD_TIMESLICES;
  if (method > SLO_METHOD_RATIO_TIMESLICES) {
    return sloi_fail_range(error, method, 0, SLO_METHOD_RATIO_TIMESLICES, "method");
  }
  slo_status status = sloi_objective_check(objective_ppb, error, "objective_ppb");
  if (status == SLO_OK) status = composite_check_n(parts, n, error);
  if (status != SLO_OK) return status;
  if (slice_count < sliced || slice_count > sliced * COMPOSITE_SLICES_MAX) {
    return sloi_fail_range(error, slice_count, sliced, sliced * COMPOSITE_SLICES_MAX,
                           "slice_count");
  }
  for (uint32_t i = 0; i < n && status == SLO_OK; i++) {
    const slo_composite_part *p = &parts[i];
    status = composite_check_field(p->objective_ppb, SLO_OBJECTIVE_MIN_PPB, SLO_OBJECTIVE_MAX_PPB,
                                   i, "objective_ppb", error);
    if (status == SLO_OK) {
      status = composite_check_field(p->slice_objective_ppb, judged, judged * SLOI_PPB, i,
                                     "slice_objective_ppb", error);
    }
    if (status != SLO_OK) return status;
    if (sliced) {
      status = composite_check_slices(p, i, 1 - judged, slice_count, error);
    } else if (p->slices != NULL) {
      status = sloi_fail(error, SLO_EINVAL, 0, "parts[%u].slices (not NULL)", i);
    } else {
      status = composite_check_counts(p, i, error);
    }
  }
  return status;
}

/* ---- the three methods ---- */

static slo_status composite_occurrences(const slo_composite_part *parts, uint32_t n,
                                        slo_composite *c) {
  composite_sum sum = {{0, 0}, {0, 0}};
  for (uint32_t i = 0; i < n; i++) {
    const slo_counts *counts = &parts[i].counts;
    const uint64_t valid = counts->good + counts->bad;
    if (valid == 0) continue;
    c->parts++;
    /* weight / 10^6 * bad * 10^15 / (budget * valid) */
    composite_add(&sum,
                  composite_times(sloi_u128_multiply(parts[i].weight_ppm, SLOI_PPB), counts->bad),
                  sloi_u128_multiply(SLOI_PPB - parts[i].objective_ppb, valid));
  }
  c->consumed_ppm = (uint64_t)sloi_shown(composite_floor(&sum, 1));
  return c->parts != 0 ? SLO_OK : SLO_ENODATA;
}

/* One slice of every part, in units of the method: 1, or SLO_SLICE_RATIO_ONE for a whole one. */
static void composite_slice(const slo_composite_part *parts, uint32_t n, uint32_t slice,
                            slo_composite *c, uint8_t *seen) {
  const int judged = c->method == SLO_METHOD_TIMESLICES;
  const uint64_t one = judged ? 1 : SLO_SLICE_RATIO_ONE;
  sloi_u128 missing = {0, 0}; /* in 10^-6 of the unit */
  int valid = 0;
  for (uint32_t i = 0; i < n; i++) {
    const slo_counts *counts = &parts[i].slices[slice];
    if (counts->good + counts->bad == 0) continue;
    valid = seen[i] = 1;
    if (!judged) {
      missing =
          sloi_u128_add(missing, sloi_u128_multiply(parts[i].weight_ppm, sloi_slice_ratio(counts)));
    } else if (!sloi_slice_kept(counts, parts[i].slice_objective_ppb)) {
      missing = sloi_u128_of(COMPOSITE_PPM);
    }
  }
  if (!valid) return;
  missing = sloi_u128_add(missing, sloi_u128_of(COMPOSITE_PPM / 2)); /* to the nearest */
  uint64_t bad = sloi_u128_divide(missing, sloi_u128_of(COMPOSITE_PPM));
  c->valid += one;
  c->bad += bad < one ? bad : one;
}

static slo_status composite_slices(const slo_composite_part *parts, uint32_t n,
                                   uint32_t slice_count, slo_composite *c) {
  uint8_t seen[SLO_COMPOSITE_PARTS_MAX] = {0};
  for (uint32_t s = 0; s < slice_count; s++) composite_slice(parts, n, s, c, seen);
  for (uint32_t i = 0; i < n; i++) c->parts += seen[i];
  c->good = c->valid - c->bad;
  const slo_counts units = {c->good, c->bad, 0};
  return slo_burn_eval(&units, c->objective_ppb, &c->consumed_ppm);
}

slo_status slo_composite_eval(uint32_t method, uint64_t objective_ppb,
                              const slo_composite_part *parts, uint32_t n, uint32_t slice_count,
                              slo_composite *composite, slo_error *error) {
  slo_composite c = {0};
  c.method = method;
  c.objective_ppb = objective_ppb;
  if (composite == NULL) return sloi_fail(error, SLO_EINVAL, 0, "composite (NULL)");
  slo_status status = composite_check(method, objective_ppb, parts, n, slice_count, error);
  if (status != SLO_OK) return status;
  status = method == SLO_METHOD_OCCURRENCES ? composite_occurrences(parts, n, &c)
                                            : composite_slices(parts, n, slice_count, &c);
  if (status != SLO_OK) return sloi_fail(error, status, 0, "parts");
  status = sloi_sized_write(composite, &c, sizeof c);
  return status == SLO_OK ? SLO_OK : sloi_fail(error, status, 0, "composite.struct_size");
}

slo_status slo_composite_mean(const slo_composite_part *parts, uint32_t n, uint64_t *mean_ppb,
                              slo_error *error) {
  composite_sum sum = {{0, 0}, {0, 0}};
  uint64_t weights = 0;
  if (mean_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "mean_ppb (NULL)");
  slo_status status = composite_check_n(parts, n, error);
  for (uint32_t i = 0; i < n && status == SLO_OK; i++) {
    status = composite_check_counts(&parts[i], i, error);
    const slo_counts *counts = &parts[i].counts;
    const uint64_t valid = counts->good + counts->bad;
    if (status != SLO_OK || valid == 0) continue;
    weights += parts[i].weight_ppm;
    composite_add(&sum,
                  composite_times(sloi_u128_multiply(parts[i].weight_ppm, SLOI_PPB), counts->good),
                  sloi_u128_of(valid));
  }
  if (status != SLO_OK) return status;
  if (weights == 0) return sloi_fail(error, SLO_ENODATA, 0, "parts");
  *mean_ppb = composite_floor(&sum, weights);
  return SLO_OK;
}

/* ---- src/journey/definition.h ---- */

/* definition.h - a definition read part by part, without memory of one's own. */
#ifndef SLOI_DEFINITION_H
#define SLOI_DEFINITION_H


uint32_t sloi_definition_journeys(const slo_definition *definition);

/* Journey j, its arrays NULL, and where they are read from. */
void sloi_definition_journey(const slo_definition *definition, uint32_t j,
                             slo_journey_config *journey, sloi_journey_source *source);

#endif

/* ---- src/journey/definition.c ---- */

#include <stdio.h>


static const unsigned char *definition_bytes(const slo_definition *definition) {
  return (const unsigned char *)definition;
}

/* ---- reading ---- */

static uint64_t definition_item(const sloi_journey_source *s, size_t field, uint32_t i) {
  return sloi_codec_item(s->from, SLOI_CODEC_JOURNEY, s->at, field, i);
}

static void definition_step(const sloi_journey_source *s, uint32_t i, slo_step *step) {
  sloi_codec_read(s->from, SLOI_CODEC_STEP,
                  definition_item(s, offsetof(slo_journey_config, steps), i), 1, step);
}

static void definition_sli(const sloi_journey_source *s, uint32_t i, slo_journey_sli *sli) {
  sloi_codec_read(s->from, SLOI_CODEC_SLI,
                  definition_item(s, offsetof(slo_journey_config, slis), i), 1, sli);
}

static void definition_slo(const sloi_journey_source *s, uint32_t i, sloi_journey_slo *slo) {
  uint64_t at = definition_item(s, offsetof(slo_journey_config, slos), i);
  sloi_codec_read(s->from, SLOI_CODEC_SLO, at, 1, &slo->slo);
  if (slo->slo.tier_count != 0) {
    uint64_t tiers =
        sloi_codec_item(s->from, SLOI_CODEC_SLO, at, offsetof(slo_journey_slo, tiers), 0);
    sloi_codec_read(s->from, SLOI_CODEC_TIER, tiers, slo->slo.tier_count, slo->tiers);
    slo->slo.tiers = slo->tiers;
  }
  uint64_t alert =
      sloi_codec_item(s->from, SLOI_CODEC_SLO, at, offsetof(slo_journey_slo, alert), 0);
  if (alert == 0) return;
  sloi_codec_read(s->from, SLOI_CODEC_ALERT, alert, 1, &slo->alert);
  slo->slo.alert = &slo->alert;
}

static slo_definition_config definition_root(const unsigned char *bytes) {
  slo_definition_config c;
  sloi_codec_read(bytes, SLOI_CODEC_SERVICE, SLOI_CODEC_ROOT, 1, &c);
  return c;
}

uint32_t sloi_definition_journeys(const slo_definition *definition) {
  return definition_root(definition_bytes(definition)).journey_count;
}

void sloi_definition_journey(const slo_definition *definition, uint32_t j,
                             slo_journey_config *journey, sloi_journey_source *source) {
  const unsigned char *bytes = definition_bytes(definition);
  const sloi_journey_source s = {bytes,
                                 sloi_codec_item(bytes, SLOI_CODEC_SERVICE, SLOI_CODEC_ROOT,
                                                 offsetof(slo_definition_config, journeys), j),
                                 definition_step, definition_sli, definition_slo};
  sloi_codec_read(bytes, SLOI_CODEC_JOURNEY, s.at, 1, journey);
  *source = s;
}

/* ---- making ---- */

static slo_status definition_service(const slo_definition_config *c, slo_error *error) {
  slo_status status = sloi_journey_text(c->service, 1, SLO_JOURNEY_NAME_MAX, error, "service");
  if (status != SLO_OK) return status;
  if (c->journey_count >= 1 && c->journey_count <= SLO_DEFINITION_JOURNEYS_MAX) return SLO_OK;
  return sloi_fail_range(error, c->journey_count, 1, SLO_DEFINITION_JOURNEYS_MAX, "journey_count");
}

/* The name of journey j joins those before it, unless it is one of them. */
static slo_status definition_name(const char **names, uint32_t j, const char *name,
                                  slo_error *error) {
  for (uint32_t k = 0; k < j; k++) {
    if (strcmp(name, names[k]) != 0) continue;
    return sloi_fail(error, SLO_EINVAL, 0, "journeys[%u].name (there are two)", (unsigned)j);
  }
  names[j] = name;
  return SLO_OK;
}

static slo_status definition_check(const slo_definition_config *config, slo_definition_config *c,
                                   uint64_t *size, slo_error *error) {
  slo_journey_config journey;
  const char *names[SLO_DEFINITION_JOURNEYS_MAX];
  char place[24];
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_definition_config");
  if (status == SLO_OK) status = definition_service(c, error);
  if (status == SLO_OK && c->journeys == NULL) {
    status = sloi_fail(error, SLO_EINVAL, 0, "journeys (NULL)");
  }
  for (uint32_t j = 0; j < c->journey_count && status == SLO_OK; j++) {
    (void)snprintf(place, sizeof place, "journeys[%u]", (unsigned)j);
    status = sloi_sized_element(&journey, sizeof journey, c->journeys, j, error, place);
    if (status != SLO_OK) return status;
    journey.struct_size = (uint32_t)sizeof journey;
    status = sloi_fail_within(slo_journey_check(&journey, error), error, "%s", place);
    if (status == SLO_OK) status = definition_name(names, j, journey.name, error);
  }
  if (status != SLO_OK) return status;
  c->struct_size = (uint32_t)sizeof *c;
  *size = sloi_codec_size(c);
  if (*size <= SLO_DEFINITION_SIZE_MAX) return SLO_OK;
  return sloi_fail_range(error, sloi_shown(*size), 0, SLO_DEFINITION_SIZE_MAX, "footprint");
}

slo_status slo_definition_footprint(const slo_definition_config *config, size_t *size,
                                    slo_error *error) {
  slo_definition_config c;
  uint64_t need;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = definition_check(config, &c, &need, error);
  if (status == SLO_OK) *size = (size_t)need;
  return status;
}

slo_status slo_definition_init(void *memory, size_t size, const slo_definition_config *config,
                               slo_definition **definition, slo_error *error) {
  slo_definition_config c;
  uint64_t need;
  if (memory == NULL) return sloi_fail(error, SLO_EINVAL, 0, "memory (NULL)");
  if (definition == NULL) return sloi_fail(error, SLO_EINVAL, 0, "definition (NULL)");
  slo_status status = definition_check(config, &c, &need, error);
  if (status != SLO_OK) return status;
  if (size < need) return sloi_fail_space(error, size, need, "size");
  sloi_codec_write(&c, memory);
  *definition = memory;
  return SLO_OK;
}

slo_status slo_definition_create(const slo_definition_config *config,
                                 const slo_allocator *allocator, slo_definition **definition,
                                 slo_error *error) {
  size_t size;
  void *memory;
  if (definition == NULL) return sloi_fail(error, SLO_EINVAL, 0, "definition (NULL)");
  slo_status status = slo_definition_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_definition_init(memory, size, config, definition, error);
}

void slo_definition_destroy(slo_definition *definition) {
  sloi_block_release(definition);
}

slo_status slo_definition_attach(const void *memory, size_t size, const slo_definition **definition,
                                 slo_error *error) {
  slo_journey_config journey;
  sloi_journey_source source;
  const char *names[SLO_DEFINITION_JOURNEYS_MAX];
  if (memory == NULL) return sloi_fail(error, SLO_EINVAL, 0, "memory (NULL)");
  if (definition == NULL) return sloi_fail(error, SLO_EINVAL, 0, "definition (NULL)");
  slo_status status = sloi_codec_validate(memory, size);
  if (status == SLO_ESPACE) {
    uint64_t need = size < SLOI_CODEC_ROOT ? SLOI_CODEC_ROOT : sloi_codec_bytes(memory);
    return sloi_fail_space(error, size, need, "size");
  }
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  const slo_definition *d = memory;
  const slo_definition_config c = definition_root(memory);
  status = definition_service(&c, error);
  for (uint32_t j = 0; j < c.journey_count && status == SLO_OK; j++) {
    sloi_definition_journey(d, j, &journey, &source);
    status =
        sloi_fail_within(sloi_journey_check(&journey, &source, error), error, "journeys[%u]", j);
    if (status == SLO_OK) status = definition_name(names, j, journey.name, error);
  }
  if (status == SLO_OK) *definition = d;
  return status;
}

slo_status slo_definition_find_journey(const slo_definition *definition, const char *name,
                                       uint32_t *journey) {
  slo_journey_config config;
  sloi_journey_source source;
  if (definition == NULL || name == NULL || journey == NULL) return SLO_EINVAL;
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); j++) {
    sloi_definition_journey(definition, j, &config, &source);
    if (strcmp(config.name, name) != 0) continue;
    *journey = j;
    return SLO_OK;
  }
  return SLO_ENODATA;
}

slo_status slo_definition_find_step(const slo_definition *definition, uint32_t journey,
                                    const char *name, uint32_t *step) {
  slo_journey_config config;
  sloi_journey_source source;
  slo_step s;
  if (definition == NULL || name == NULL || step == NULL) return SLO_EINVAL;
  if (journey >= sloi_definition_journeys(definition)) return SLO_ERANGE;
  sloi_definition_journey(definition, journey, &config, &source);
  for (uint32_t i = 0; i < config.step_count; i++) {
    source.step(&source, i, &s);
    if (strcmp(s.name, name) != 0) continue;
    *step = i;
    return SLO_OK;
  }
  return SLO_ENODATA;
}

size_t slo_definition_size(const slo_definition *definition) {
  return definition == NULL ? 0 : (size_t)sloi_codec_bytes(definition_bytes(definition));
}

uint64_t slo_definition_fingerprint(const slo_definition *definition) {
  return definition == NULL ? 0 : sloi_codec_fingerprint(definition_bytes(definition));
}

slo_status slo_definition_expand_footprint(const slo_definition *definition, size_t *size) {
  if (definition == NULL || size == NULL) return SLO_EINVAL;
  *size = (size_t)sloi_codec_expand(definition_bytes(definition), NULL);
  return SLO_OK;
}

slo_status slo_definition_expand(const slo_definition *definition, void *memory, size_t size,
                                 const slo_definition_config **config) {
  size_t need;
  if (memory == NULL || (uintptr_t)memory % SLO_ALIGN != 0 || config == NULL) return SLO_EINVAL;
  slo_status status = slo_definition_expand_footprint(definition, &need);
  if (status != SLO_OK) return status;
  if (size < need) return SLO_ESPACE;
  (void)sloi_codec_expand(definition_bytes(definition), memory);
  *config = memory;
  return SLO_OK;
}

/* ---- src/journey/depend.c ---- */

#define DEPEND_SCALE UINT64_C(1000000000000000000) /* 10^18 */

static slo_status depend_check_part(uint64_t ppb, slo_error *error, const char *field) {
  if (ppb <= SLO_DEPEND_ONE) return SLO_OK;
  return sloi_fail_range(error, sloi_shown(ppb), 0, (int64_t)SLO_DEPEND_ONE, "%s", field);
}

static slo_status depend_check(const uint64_t *parts_ppb, uint32_t n, const char *parts,
                               const char *count, slo_error *error) {
  if (parts_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "%s (NULL)", parts);
  if (n < 1 || n > SLO_DEPEND_PARTS_MAX) {
    return sloi_fail_range(error, n, 1, SLO_DEPEND_PARTS_MAX, "%s", count);
  }
  for (uint32_t i = 0; i < n; i++) {
    if (parts_ppb[i] > SLO_DEPEND_ONE) {
      return sloi_fail_range(error, sloi_shown(parts_ppb[i]), 0, (int64_t)SLO_DEPEND_ONE, "%s[%u]",
                             parts, i);
    }
  }
  return SLO_OK;
}

/* ---- the whole out of its parts ---- */

/* sum(min(p, v)) - k * v; `failing`: p is what is missing from 1. */
static int64_t depend_spare(const uint64_t *parts, uint32_t n, uint32_t k, int failing,
                            uint64_t v) {
  int64_t spare = -(int64_t)(k * v);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t p = failing ? SLO_DEPEND_ONE - parts[i] : parts[i];
    spare += (int64_t)(p < v ? p : v);
  }
  return spare;
}

/*
 * The largest chance v that at least k of n events may have together, rounded up: the largest v
 * whose spare is not negative. No more, for with j parts above v that is Rueger's bound. No less,
 * for events of chance min(p, v), laid one behind the other on a circle of length v, cover all of
 * it k times. The spare is concave in v, 0 at 0, and linear between whole v.
 */
static uint64_t depend_most(const uint64_t *parts, uint32_t n, uint32_t k, int failing) {
  uint64_t v = 0;
  for (uint64_t above = SLO_DEPEND_ONE + 1; above - v > 1;) {
    uint64_t middle = v + (above - v) / 2;
    if (depend_spare(parts, n, k, failing, middle) >= 0) {
      v = middle;
    } else {
      above = middle;
    }
  }
  return v < SLO_DEPEND_ONE && depend_spare(parts, n, k, failing, v) > 0 ? v + 1 : v;
}

/* The chance that at most n - k of n fail independently, part after part, in units of 10^-18:
 * every one of n * (n - k + 1) steps rounds down by less than one. Decimal, so that two parts,
 * and 99.9 % and its like more often, are exact. */
static uint64_t depend_independent(const uint64_t *parts, uint32_t n, uint32_t k) {
  uint64_t chance[SLO_DEPEND_PARTS_MAX + 1] = {0, DEPEND_SCALE}; /* [1 + failures]; [0] stays 0 */
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t f = n - k + 1; f > 0; f--) {
      sloi_u128 there = sloi_u128_multiply(chance[f], parts[i]);
      sloi_u128 fails = sloi_u128_multiply(chance[f - 1], SLO_DEPEND_ONE - parts[i]);
      chance[f] = sloi_u128_divide(sloi_u128_add(there, fails), sloi_u128_of(SLO_DEPEND_ONE));
    }
  }
  for (uint32_t f = 1; f <= n - k + 1; f++) sum += chance[f];
  return sum / (DEPEND_SCALE / SLO_DEPEND_ONE);
}

static slo_availability depend_whole(const uint64_t *parts, uint32_t n, uint32_t k) {
  slo_availability w = {0};
  w.low_ppb = SLO_DEPEND_ONE - depend_most(parts, n, n - k + 1, 1);
  w.high_ppb = depend_most(parts, n, k, 0);
  w.independent_ppb = depend_independent(parts, n, k);
  if (w.independent_ppb < w.low_ppb) w.independent_ppb = w.low_ppb; /* what rounding took */
  if (w.low_ppb != w.high_ppb) {
    w.assumes = k == n ? SLO_DEPEND_INDEPENDENT : SLO_DEPEND_INDEPENDENT | SLO_DEPEND_COPIES;
  }
  return w;
}

slo_status slo_depend_quorum(const uint64_t *parts_ppb, uint32_t n, uint32_t k,
                             slo_availability *whole, slo_error *error) {
  slo_status status = depend_check(parts_ppb, n, "parts_ppb", "n", error);
  if (status != SLO_OK) return status;
  if (k < 1 || k > n) return sloi_fail_range(error, k, 1, n, "k");
  if (whole == NULL) return sloi_fail(error, SLO_EINVAL, 0, "whole (NULL)");
  *whole = depend_whole(parts_ppb, n, k);
  return SLO_OK;
}

slo_status slo_depend_serial(const uint64_t *parts_ppb, uint32_t n, slo_availability *whole,
                             slo_error *error) {
  return slo_depend_quorum(parts_ppb, n, n, whole, error);
}

slo_status slo_depend_parallel(const uint64_t *parts_ppb, uint32_t n, slo_availability *whole,
                               slo_error *error) {
  return slo_depend_quorum(parts_ppb, n, 1, whole, error);
}

slo_status slo_depend_fallback(uint64_t a_ppb, uint64_t f_ppb, slo_availability *whole,
                               slo_error *error) {
  const uint64_t parts[2] = {a_ppb, f_ppb};
  slo_status status = depend_check_part(a_ppb, error, "a_ppb");
  if (status == SLO_OK) status = depend_check_part(f_ppb, error, "f_ppb");
  if (status == SLO_OK) status = slo_depend_parallel(parts, 2, whole, error);
  if (status == SLO_OK) whole->assumes &= SLO_DEPEND_INDEPENDENT;
  return status;
}

/* ---- time and budget ---- */

static slo_status depend_check_ns(int64_t ns, slo_error *error, const char *field) {
  return ns > 0 ? SLO_OK : sloi_fail_range(error, ns, 1, INT64_MAX, "%s", field);
}

slo_status slo_depend_repair(int64_t mttf_ns, int64_t mttr_ns, uint64_t *availability_ppb,
                             slo_error *error) {
  if (availability_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "availability_ppb (NULL)");
  slo_status status = depend_check_ns(mttf_ns, error, "mttf_ns");
  if (status == SLO_OK) status = depend_check_ns(mttr_ns, error, "mttr_ns");
  if (status != SLO_OK) return status;
  *availability_ppb = sloi_u128_divide(sloi_u128_multiply((uint64_t)mttf_ns, SLO_DEPEND_ONE),
                                       sloi_u128_of((uint64_t)mttf_ns + (uint64_t)mttr_ns));
  return SLO_OK;
}

slo_status slo_depend_downtime(uint64_t availability_ppb, int64_t period_ns, int64_t *downtime_ns,
                               slo_error *error) {
  if (downtime_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "downtime_ns (NULL)");
  slo_status status = depend_check_part(availability_ppb, error, "availability_ppb");
  if (status == SLO_OK) status = depend_check_ns(period_ns, error, "period_ns");
  if (status != SLO_OK) return status;
  *downtime_ns = (int64_t)sloi_u128_divide(
      sloi_u128_multiply(SLO_DEPEND_ONE - availability_ppb, (uint64_t)period_ns),
      sloi_u128_of(SLO_DEPEND_ONE));
  return SLO_OK;
}

slo_status slo_depend_needed(uint64_t objective_ppb, uint32_t n, uint64_t share_ppm,
                             uint64_t *each_ppb, slo_error *error) {
  if (each_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "each_ppb (NULL)");
  slo_status status = sloi_objective_check(objective_ppb, error, "objective_ppb");
  if (status != SLO_OK) return status;
  if (n < 1 || n > SLO_DEPEND_PARTS_MAX) {
    return sloi_fail_range(error, n, 1, SLO_DEPEND_PARTS_MAX, "n");
  }
  if (share_ppm < 1 || share_ppm > 1000000) {
    return sloi_fail_range(error, sloi_shown(share_ppm), 1, 1000000, "share_ppm");
  }
  uint64_t each = SLOI_PPB - (SLOI_PPB - objective_ppb) * share_ppm / (UINT64_C(1000000) * n);
  status = sloi_objective_check(each, error, "each_ppb");
  if (status == SLO_OK) *each_ppb = each;
  return status;
}

slo_status slo_depend_taken(uint64_t objective_ppb, const uint64_t *parts_ppb, uint32_t n,
                            uint64_t *taken_ppm, slo_error *error) {
  if (taken_ppm == NULL) return sloi_fail(error, SLO_EINVAL, 0, "taken_ppm (NULL)");
  slo_status status = sloi_objective_check(objective_ppb, error, "objective_ppb");
  if (status == SLO_OK) status = depend_check(parts_ppb, n, "parts_ppb", "n", error);
  if (status != SLO_OK) return status;
  const uint64_t budget = SLOI_PPB - objective_ppb;
  uint64_t taken = 0; /* at most 1024 * 10^9 */
  for (uint32_t i = 0; i < n; i++) taken += SLO_DEPEND_ONE - parts_ppb[i];
  *taken_ppm = (taken * UINT64_C(1000000) + budget - 1) / budget;
  return SLO_OK;
}

/* ---- graphs ---- */

static slo_status depend_check_edge(const slo_depend_edge *edge, uint32_t i, uint32_t node_count,
                                    slo_error *error) {
  if (edge->from >= node_count) {
    return sloi_fail_range(error, edge->from, 0, (int64_t)node_count - 1, "edges[%u].from", i);
  }
  if (edge->to >= node_count) {
    return sloi_fail_range(error, edge->to, 0, (int64_t)node_count - 1, "edges[%u].to", i);
  }
  if (edge->critical > 1) {
    return sloi_fail_range(error, edge->critical, 0, 1, "edges[%u].critical", i);
  }
  if (edge->reserved != 0) {
    return sloi_fail(error, SLO_EVERSION, edge->reserved, "edges[%u].reserved", i);
  }
  return SLO_OK;
}

/* Sets reached[] of root and of all that it cannot do without. */
static slo_status depend_reach(const slo_depend_edge *edges, uint32_t edge_count,
                               uint32_t node_count, uint32_t root,
                               uint8_t reached[SLO_DEPEND_PARTS_MAX], slo_error *error) {
  if (edges == NULL && edge_count != 0) return sloi_fail(error, SLO_EINVAL, 0, "edges (NULL)");
  if (node_count < 1 || node_count > SLO_DEPEND_PARTS_MAX) {
    return sloi_fail_range(error, node_count, 1, SLO_DEPEND_PARTS_MAX, "node_count");
  }
  if (root >= node_count) {
    return sloi_fail_range(error, root, 0, (int64_t)node_count - 1, "root");
  }
  for (uint32_t i = 0; i < edge_count; i++) {
    slo_status status = depend_check_edge(&edges[i], i, node_count, error);
    if (status != SLO_OK) return status;
  }
  memset(reached, 0, SLO_DEPEND_PARTS_MAX);
  reached[root] = 1;
  for (int more = 1; more;) {
    more = 0;
    for (uint32_t i = 0; i < edge_count; i++) {
      const slo_depend_edge *e = &edges[i];
      if (e->critical && reached[e->from] && !reached[e->to]) reached[e->to] = 1, more = 1;
    }
  }
  return SLO_OK;
}

slo_status slo_depend_critical(const slo_depend_edge *edges, uint32_t edge_count,
                               uint32_t node_count, uint32_t root, uint32_t *found,
                               uint32_t capacity, uint32_t *count, slo_error *error) {
  uint8_t reached[SLO_DEPEND_PARTS_MAX];
  uint32_t n = 0;
  if (found == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "found (NULL)");
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  slo_status status = depend_reach(edges, edge_count, node_count, root, reached, error);
  if (status != SLO_OK) return status;
  for (uint32_t node = 0; node < node_count; node++) {
    if (!reached[node] || node == root) continue;
    if (n < capacity) found[n] = node;
    n++;
  }
  *count = n;
  return n > capacity ? sloi_fail_space(error, capacity, n, "capacity") : SLO_OK;
}

slo_status slo_depend_eval(const slo_depend_edge *edges, uint32_t edge_count,
                           const uint64_t *own_ppb, uint32_t node_count, uint32_t root,
                           slo_availability *whole, slo_error *error) {
  uint8_t reached[SLO_DEPEND_PARTS_MAX];
  uint64_t parts[SLO_DEPEND_PARTS_MAX];
  uint32_t n = 0;
  slo_status status = depend_check(own_ppb, node_count, "own_ppb", "node_count", error);
  if (status == SLO_OK) status = depend_reach(edges, edge_count, node_count, root, reached, error);
  if (status != SLO_OK) return status;
  for (uint32_t node = 0; node < node_count; node++) {
    if (reached[node]) parts[n++] = own_ppb[node];
  }
  return slo_depend_serial(parts, n, whole, error);
}

/* ---- src/journey/journey.c ---- */

#define JOURNEY_MAGIC SLOI_BLOCK_MAGIC('j', 'o')
#define JOURNEY_LAYOUT 1
#define JOURNEY_PARTS(steps) ((steps) + UINT64_C(2))
#define JOURNEY_COUNTERS(steps) (JOURNEY_PARTS(steps) + 1)

_Static_assert(SLO_JOURNEY_STEPS_MAX <= 64, "a bit for each step");

static uint64_t journey_usual(uint64_t steps, uint64_t fallbacks) {
  return ((UINT64_C(1) << steps) - 1) & ~fallbacks;
}

slo_status sloi_journey_front(const slo_journey_config *config, const sloi_journey_source *source,
                              slo_journey *front, slo_error *error) {
  memset(front, 0, sizeof *front);
  if (config->step_count < 1 || config->step_count > SLO_JOURNEY_STEPS_MAX) {
    return sloi_fail_range(error, config->step_count, 1, SLO_JOURNEY_STEPS_MAX, "step_count");
  }
  if (config->limit_ns < 0) {
    return sloi_fail_range(error, config->limit_ns, 0, INT64_MAX, "limit_ns");
  }
  front->steps = config->step_count;
  front->limit_ns = (uint64_t)config->limit_ns;
  for (uint32_t i = 0; i < config->step_count; i++) {
    slo_step s;
    source->step(source, i, &s);
    if (s.flags > SLO_STEP_CRITICAL) {
      return sloi_fail_range(error, s.flags, 0, SLO_STEP_CRITICAL, "steps[%u].flags", i);
    }
    if (s.fallback_of > i) {
      return sloi_fail_range(error, s.fallback_of, 0, i, "steps[%u].fallback_of", i);
    }
    if (s.flags & SLO_STEP_CRITICAL) front->critical |= UINT64_C(1) << i;
    if (s.fallback_of == 0) continue;
    if (s.flags & SLO_STEP_CRITICAL) {
      return sloi_fail(error, SLO_EINVAL, s.flags, "steps[%u].flags (critical, and a fallback)", i);
    }
    if (front->fallbacks >> (s.fallback_of - 1) & 1) {
      return sloi_fail(error, SLO_EINVAL, s.fallback_of,
                       "steps[%u].fallback_of (a fallback itself)", i);
    }
    front->fallbacks |= UINT64_C(1) << i;
    front->fallback_of[i] = (uint8_t)(s.fallback_of - 1);
  }
  front->usual = journey_usual(front->steps, front->fallbacks);
  return front->critical != 0 ? SLO_OK
                              : sloi_fail(error, SLO_EINVAL, 0, "steps (none is critical)");
}

/* What lies behind the header of a block and its front-to-be. */
enum { JOURNEY_CONFIG = sizeof(slo_journey) - sizeof(sloi_block) };

int sloi_journey_fits(const slo_journey *journey, const slo_journey_config *config,
                      const sloi_journey_source *source) {
  slo_journey front;
  if (sloi_journey_front(config, source, &front, NULL) != SLO_OK) return 0;
  front.counter_size = journey->counter_size;
  return memcmp(&journey->block + 1, &front.block + 1, JOURNEY_CONFIG) == 0;
}

static void journey_step(const sloi_journey_source *source, uint32_t i, slo_step *step) {
  *step = ((const slo_journey_config *)source->from)->steps[i];
}

static void journey_sli(const sloi_journey_source *source, uint32_t i, slo_journey_sli *sli) {
  *sli = ((const slo_journey_config *)source->from)->slis[i];
}

static void journey_slo(const sloi_journey_source *source, uint32_t i, sloi_journey_slo *slo) {
  slo->slo = ((const slo_journey_config *)source->from)->slos[i];
}

/* A copy of config, and where its parts are. */
static slo_status journey_read(const slo_journey_config *config, slo_journey_config *copy,
                               sloi_journey_source *source, slo_error *error) {
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_sized_read(copy, sizeof *copy, config, error, "slo_journey_config");
  if (status != SLO_OK) return status;
  if (copy->steps == NULL && copy->step_count != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "steps (NULL)");
  }
  const sloi_journey_source structs = {copy, 0, journey_step, journey_sli, journey_slo};
  *source = structs;
  return SLO_OK;
}

slo_status slo_journey_check(const slo_journey_config *config, slo_error *error) {
  slo_journey_config c;
  sloi_journey_source source;
  slo_status status = journey_read(config, &c, &source, error);
  if (status != SLO_OK) return status;
  if (c.slis == NULL && c.sli_count != 0) return sloi_fail(error, SLO_EINVAL, 0, "slis (NULL)");
  if (c.slos == NULL && c.slo_count != 0) return sloi_fail(error, SLO_EINVAL, 0, "slos (NULL)");
  return sloi_journey_check(&c, &source, error);
}

/* The front of the block, all of it in front, and the configuration of its counters. */
static slo_status journey_plan(const slo_journey_config *config, slo_journey *front,
                               slo_counter_config *rows, slo_error *error) {
  slo_journey_config c;
  sloi_journey_source source;
  size_t size = 0;
  slo_status status = journey_read(config, &c, &source, error);
  if (status == SLO_OK) status = sloi_journey_front(&c, &source, front, error);
  if (status != SLO_OK) return status;
  memset(rows, 0, sizeof *rows);
  rows->struct_size = (uint32_t)sizeof *rows;
  rows->shards = c.shards;
  status = slo_counter_footprint(rows, &size, error);
  front->counter_size = sloi_round_up(size, SLO_ALIGN);
  return status;
}

static uint64_t journey_size(const slo_journey *j) {
  return sloi_journey_counter_at(j, JOURNEY_COUNTERS(j->steps));
}

slo_status slo_journey_footprint(const slo_journey_config *config, size_t *size, slo_error *error) {
  slo_journey front;
  slo_counter_config rows;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = journey_plan(config, &front, &rows, error);
  if (status == SLO_OK) *size = (size_t)journey_size(&front);
  return status;
}

slo_status slo_journey_init(void *memory, size_t size, const slo_journey_config *config,
                            slo_journey **journey, slo_error *error) {
  slo_journey front;
  slo_counter_config rows;
  slo_counter *counter;
  if (journey == NULL) return sloi_fail(error, SLO_EINVAL, 0, "journey (NULL)");
  slo_status status = journey_plan(config, &front, &rows, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, journey_size(&front), JOURNEY_MAGIC, JOURNEY_LAYOUT,
                           JOURNEY_CONFIG, error);
  if (status != SLO_OK) return status;
  slo_journey *j = memory;
  memcpy(&j->block + 1, &front.block + 1, JOURNEY_CONFIG);
  for (uint64_t part = 0; part < JOURNEY_COUNTERS(j->steps); part++) {
    (void)slo_counter_init(sloi_journey_counter(j, part), (size_t)j->counter_size, &rows, &counter,
                           NULL);
  }
  sloi_block_ready(&j->block);
  *journey = j;
  return SLO_OK;
}

slo_status slo_journey_attach(void *memory, size_t size, slo_journey **journey) {
  if (journey == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, JOURNEY_MAGIC, JOURNEY_LAYOUT, JOURNEY_CONFIG);
  if (status != SLO_OK) return status;
  slo_journey *j = memory;
  uint64_t steps = j->steps;
  if (j->block.config_size != JOURNEY_CONFIG || steps < 1 || steps > SLO_JOURNEY_STEPS_MAX ||
      j->limit_ns > INT64_MAX || (j->critical | j->fallbacks) >> steps != 0 || j->critical == 0 ||
      (j->critical & j->fallbacks) != 0 || j->usual != journey_usual(steps, j->fallbacks) ||
      j->counter_size < SLO_ALIGN || j->counter_size % SLO_ALIGN != 0 ||
      j->counter_size > (j->block.size - sizeof *j) / JOURNEY_COUNTERS(steps) ||
      j->block.size != journey_size(j)) {
    return SLO_ECORRUPT;
  }
  for (uint64_t i = 0; i < steps; i++) {
    if ((j->fallbacks >> i & 1) &&
        (j->fallback_of[i] >= i || (j->fallbacks >> j->fallback_of[i] & 1))) {
      return SLO_ECORRUPT;
    }
  }
  for (uint64_t part = 0; part < JOURNEY_COUNTERS(steps); part++) {
    slo_counter *counter = sloi_journey_counter(j, part);
    const sloi_block *block = (const sloi_block *)(const void *)counter;
    status = slo_counter_attach(counter, (size_t)j->counter_size, &counter);
    if (status != SLO_OK) return status == SLO_EVERSION ? status : SLO_ECORRUPT;
    if (sloi_round_up(block->size, SLO_ALIGN) != j->counter_size) return SLO_ECORRUPT;
  }
  *journey = j;
  return SLO_OK;
}

slo_status slo_journey_create(const slo_journey_config *config, const slo_allocator *allocator,
                              slo_journey **journey, slo_error *error) {
  size_t size;
  void *memory;
  if (journey == NULL) return sloi_fail(error, SLO_EINVAL, 0, "journey (NULL)");
  slo_status status = slo_journey_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_journey_init(memory, size, config, journey, error);
}

void slo_journey_destroy(slo_journey *journey) {
  sloi_block_release(journey);
}

uint32_t slo_journey_part_count(const slo_journey *journey) {
  return journey == NULL ? 0 : (uint32_t)JOURNEY_PARTS(journey->steps);
}

static void journey_counter_read(const slo_journey *j, uint64_t part, slo_counter_tally *tally) {
  const char *counter = (const char *)j + sloi_journey_counter_at(j, part);
  memset(tally, 0, sizeof *tally);
  tally->struct_size = (uint32_t)sizeof *tally;
  (void)slo_counter_read((const slo_counter *)(const void *)counter, tally);
}

int sloi_journey_on_usual(const slo_journey *journey, uint64_t part) {
  if (part == 0) return 1;
  if (part > journey->steps) return journey->limit_ns != 0;
  return (int)(journey->usual >> (part - 1) & 1);
}

slo_status slo_journey_read(const slo_journey *journey, uint32_t part, slo_counter_tally *tally) {
  slo_counter_tally t, usual;
  if (journey == NULL || tally == NULL) return SLO_EINVAL;
  if (part >= slo_journey_part_count(journey)) return SLO_ERANGE;
  journey_counter_read(journey, part, &t);
  if (sloi_journey_on_usual(journey, part)) {
    journey_counter_read(journey, sloi_journey_usual(journey), &usual);
    t.counts.good += usual.counts.good;
  }
  return sloi_sized_write(tally, &t, sizeof t);
}

void sloi_journey_share(const slo_journey *journey, const slo_counts *parts, slo_blame *blames) {
  uint64_t failed = 0;
  uint32_t n = (uint32_t)journey->steps + 1; /* the limit is the last one */
  for (uint32_t i = 0; i < n; i++) {
    blames[i].part = i + 1;
    blames[i].critical = i == n - 1 || (journey->critical >> i & 1);
    blames[i].counts = parts[i];
    if (blames[i].critical) failed += parts[i].bad;
  }
  for (uint32_t i = 0; i < n; i++) {
    blames[i].share_ppm = 0;
    if (!blames[i].critical || failed == 0) continue;
    blames[i].share_ppm =
        sloi_u128_divide(sloi_u128_multiply(parts[i].bad, 1000000), sloi_u128_of(failed));
  }
}

slo_status slo_journey_blame(const slo_journey *journey, slo_blame *blames, uint32_t capacity) {
  slo_counts parts[SLO_JOURNEY_STEPS_MAX + 1];
  if (journey == NULL || blames == NULL) return SLO_EINVAL;
  uint32_t n = (uint32_t)journey->steps + 1;
  if (capacity < n) return SLO_ESPACE;
  for (uint32_t i = 0; i < n; i++) {
    slo_counter_tally tally = {0};
    tally.struct_size = (uint32_t)sizeof tally;
    (void)slo_journey_read(journey, i + 1, &tally);
    parts[i] = tally.counts;
  }
  sloi_journey_share(journey, parts, blames);
  return SLO_OK;
}

/* ---- src/journey/lint.h ---- */

/* lint.h - how findings are written down, and the tiers of an alert inside a definition. */
#ifndef SLOI_LINT_H
#define SLOI_LINT_H


/* The caller's array, and the finding that is being made. */
typedef struct sloi_lint {
  char *out;
  uint32_t capacity;
  uint32_t stride;
  uint32_t count;
  char place[96]; /* "journeys[0].slos[1]", or "" */
  slo_finding found;
} sloi_lint;

/* place may be NULL. SLO_EINVAL: count NULL, findings NULL with a capacity, elements of no size
 * that can be. */
slo_status sloi_lint_begin(sloi_lint *lint, const char *place, slo_finding *findings,
                           uint32_t capacity, const uint32_t *count, slo_error *error);

/* Which field of the place is looked at: findings are of it until the next call. */
void sloi_lint_field(sloi_lint *lint, const char *format, ...) SLOI_PRINTF(2, 3);

/* Finds something. */
void sloi_lint_add(sloi_lint *lint, uint32_t code, int64_t value, const char *advice, ...)
    SLOI_PRINTF(4, 5);
/* The same, with the value to write instead. */
void sloi_lint_replace(sloi_lint *lint, uint32_t code, int64_t value, int64_t instead,
                       const char *advice, ...) SLOI_PRINTF(5, 6);

/* The round number below `end` that value misses by one or two; 0: there is none. */
uint64_t sloi_lint_noise(uint64_t value, uint64_t grid, uint64_t end);
#define SLOI_LINT_GRID 10000 /* 0.001 % of an objective, 0.01 of a burn rate */

/*
 * slo_lint_alert of a configuration with usable counts; its tiers are those of a catalog, or the
 * caller's, and gates is what those are called there. What needs an objective, a period or the
 * traffic is not looked for where that is none: objective_ppb out of its range, period_ns or
 * requests_per_hour 0.
 */
void sloi_lint_alert(sloi_lint *lint, const slo_alert_config *config, uint64_t requests_per_hour,
                     int catalog, const char *gates);

#endif

/* ---- src/journey/lint.c ---- */

#include <inttypes.h>
#include <stdio.h>


#define LINT_SLOS_MAX 5
#define LINT_SLIS_MAX 3
#define LINT_PROBES_MIN 10          /* failed ones that a budget should have room for */
#define LINT_FIVE_DECIMALS_PPB 5000 /* less than that is 0.00000 */
#define LINT_PPM UINT64_C(1000000)
#define LINT_MILLISECOND_NS UINT64_C(1000000)
#define LINT_MONTH_NS (28 * SLO_DAY_NS)

/* ---- what is known of a code ---- */

const char *slo_lint_name(uint32_t code) {
  switch (code) {
#define LINT_NAME(name, code, level, text, why) \
  case name:                                    \
    return text;
    SLO_LINT_MAP(LINT_NAME)
#undef LINT_NAME
    default:
      return "unknown finding";
  }
}

const char *slo_lint_reason(uint32_t code) {
  switch (code) {
#define LINT_REASON(name, code, level, text, why) \
  case name:                                      \
    return why;
    SLO_LINT_MAP(LINT_REASON)
#undef LINT_REASON
    default:
      return "";
  }
}

uint32_t slo_lint_level(uint32_t code) {
  switch (code) {
#define LINT_LEVEL(name, code, level, text, why) \
  case name:                                     \
    return level;
    SLO_LINT_MAP(LINT_LEVEL)
#undef LINT_LEVEL
    default:
      return 0;
  }
}

size_t slo_finding_format(const slo_finding *finding, char *buffer, size_t size) {
  slo_finding f = {0};
  char value[32] = "";
  if (buffer == NULL) size = 0;
  if (finding == NULL || finding->struct_size < offsetof(slo_finding, advice)) {
    if (size > 0) buffer[0] = '\0';
    return 0;
  }
  memcpy(&f, finding, finding->struct_size < sizeof f ? finding->struct_size : sizeof f);
  f.field[sizeof f.field - 1] = '\0';
  f.advice[sizeof f.advice - 1] = '\0';
  const char *why = slo_lint_reason(f.code);
  if (f.value != 0) (void)snprintf(value, sizeof value, " is %" PRId64, f.value);
  int n = snprintf(buffer, size, "%s%s: %s (%" PRIu32 ")%s%s%s%s", f.field, value,
                   slo_lint_name(f.code), f.code, why[0] != '\0' ? ": " : "", why,
                   f.advice[0] != '\0' ? "; " : "", f.advice);
  return n < 0 ? 0 : (size_t)n;
}

/* ---- writing findings down ---- */

slo_status sloi_lint_begin(sloi_lint *lint, const char *place, slo_finding *findings,
                           uint32_t capacity, const uint32_t *count, slo_error *error) {
  memset(lint, 0, sizeof *lint);
  if (place != NULL) (void)snprintf(lint->place, sizeof lint->place, "%s", place);
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  if (capacity == 0) return SLO_OK;
  if (findings == NULL) return sloi_fail(error, SLO_EINVAL, 0, "findings (NULL)");
  const uint32_t stride = findings[0].struct_size;
  if (stride == 0 || stride > SLOI_SIZED_MAX || stride % sizeof(uint64_t) != 0) {
    return sloi_fail(error, SLO_EINVAL, stride, "findings[0].struct_size");
  }
  lint->out = (char *)findings;
  lint->capacity = capacity;
  lint->stride = stride;
  return SLO_OK;
}

void sloi_lint_field(sloi_lint *lint, const char *format, ...) {
  char *field = lint->found.field;
  const size_t size = sizeof lint->found.field;
  va_list args;
  memset(field, 0, size);
  int n = snprintf(field, size, "%s%s", lint->place, lint->place[0] == '\0' ? "" : ".");
  if (n < 0 || (size_t)n >= size) return;
  va_start(args, format);
  (void)vsnprintf(field + n, size - (size_t)n, format, args);
  va_end(args);
}

static void lint_write(sloi_lint *lint, uint32_t code, int64_t value, const char *advice,
                       va_list args) {
  slo_finding *f = &lint->found;
  memset(f->advice, 0, sizeof f->advice);
  (void)vsnprintf(f->advice, sizeof f->advice, advice, args);
  f->code = code;
  f->level = slo_lint_level(code);
  f->value = value;
  if (lint->count < lint->capacity) {
    char *out = lint->out + (size_t)lint->count * lint->stride;
    memcpy(out, &lint->stride, sizeof lint->stride);
    (void)sloi_sized_write(out, f, sizeof *f);
  }
  lint->count++;
}

void sloi_lint_add(sloi_lint *lint, uint32_t code, int64_t value, const char *advice, ...) {
  va_list args;
  lint->found.has_instead = 0;
  lint->found.instead = 0;
  va_start(args, advice);
  lint_write(lint, code, value, advice, args);
  va_end(args);
}

void sloi_lint_replace(sloi_lint *lint, uint32_t code, int64_t value, int64_t instead,
                       const char *advice, ...) {
  va_list args;
  lint->found.has_instead = 1;
  lint->found.instead = instead;
  va_start(args, advice);
  lint_write(lint, code, value, advice, args);
  va_end(args);
}

uint64_t sloi_lint_noise(uint64_t value, uint64_t grid, uint64_t end) {
  if (value < grid || value > (uint64_t)INT64_MAX) return 0;
  const uint64_t round = (value + 2) / grid * grid;
  const uint64_t distance = value > round ? value - round : round - value;
  return distance >= 1 && distance <= 2 && round < end ? round : 0;
}

/* ---- definitions ---- */

static void lint_place(sloi_lint *lint, const char *format, ...) {
  va_list args;
  va_start(args, format);
  (void)vsnprintf(lint->place, sizeof lint->place, format, args);
  va_end(args);
}

static void lint_noise_ns(sloi_lint *lint, int64_t ns) {
  char text[SLO_TIME_TEXT_MAX] = "";
  if (ns < 0) return;
  const uint64_t round = sloi_lint_noise((uint64_t)ns, LINT_MILLISECOND_NS, INT64_MAX);
  if (round == 0) return;
  (void)slo_span_format((int64_t)round, text, sizeof text);
  sloi_lint_replace(lint, SLO_LINT_NOISE, ns, (int64_t)round, "write %" PRIu64 " (%s)", round,
                    text);
}

/* 100 % and what is a budget of one or two parts less are not noise, but a mistake or meant. */
static void lint_noise_ppb(sloi_lint *lint, uint64_t ppb) {
  char text[SLO_OBJECTIVE_TEXT_MAX] = "";
  const uint64_t round = sloi_lint_noise(ppb, SLOI_LINT_GRID, SLOI_PPB);
  if (round == 0) return;
  (void)slo_objective_format(round, text, sizeof text);
  sloi_lint_replace(lint, SLO_LINT_NOISE, sloi_shown(ppb), (int64_t)round,
                    "write %" PRIu64 " (%s %%)", round, text);
}

static void lint_sli(sloi_lint *lint, const slo_journey_config *j, uint32_t i) {
  const slo_journey_sli *s = &j->slis[i];
  int used = 0;
  for (uint32_t k = 0; k < j->slo_count; k++) used |= j->slos[k].sli == i + 1;
  if (!used && j->slo_count != 0) {
    sloi_lint_field(lint, "slis[%" PRIu32 "].name", i);
    sloi_lint_add(lint, SLO_LINT_UNUSED_SLI, 0, "give it an objective, or take it out");
  }
  sloi_lint_field(lint, "slis[%" PRIu32 "].sli.threshold_ns", i);
  lint_noise_ns(lint, s->sli.threshold_ns);
  const uint64_t round = sloi_lint_noise(s->sli.least_ppm, SLOI_LINT_GRID, LINT_PPM);
  if (round != 0) {
    sloi_lint_field(lint, "slis[%" PRIu32 "].sli.least_ppm", i);
    sloi_lint_replace(lint, SLO_LINT_NOISE, sloi_shown(s->sli.least_ppm), (int64_t)round,
                      "write %" PRIu64, round);
  }
  sloi_lint_field(lint, "slis[%" PRIu32 "].slice_objective_ppb", i);
  lint_noise_ppb(lint, s->slice_objective_ppb);
}

/* So many probes may fail in a period: budget * period / interval. */
static void lint_probe(sloi_lint *lint, const slo_journey_config *j, const slo_journey_slo *s) {
  char text[SLO_OBJECTIVE_TEXT_MAX] = "";
  if (s->sli < 1 || s->sli > j->sli_count || s->period_ns < SLO_HOUR_NS) return;
  const slo_sli *sli = &j->slis[s->sli - 1].sli;
  if (sli->kind != SLO_SLI_PROBE || sli->interval_ns <= 0) return;
  const uint64_t period = (uint64_t)s->period_ns, interval = (uint64_t)sli->interval_ns;
  const uint64_t allowed = sloi_u128_divide(sloi_u128_multiply(SLOI_PPB - s->objective_ppb, period),
                                            sloi_u128_multiply(interval, SLOI_PPB));
  if (allowed >= LINT_PROBES_MIN) return;
  /* the largest budget without enough room; a part per billion more has it */
  const sloi_u128 enough = sloi_u128_multiply(interval, LINT_PROBES_MIN * SLOI_PPB);
  const uint64_t below =
      sloi_u128_divide(sloi_u128_subtract(enough, sloi_u128_of(1)), sloi_u128_of(period));
  if (below >= SLOI_PPB - 2) {
    sloi_lint_add(lint, SLO_LINT_COARSE_PROBE, (int64_t)s->objective_ppb,
                  "probe more often: now %" PRIu64 " may fail", allowed);
    return;
  }
  uint64_t most = SLOI_PPB - 1 - below;
  if (most > SLOI_LINT_GRID) most -= most % SLOI_LINT_GRID;
  (void)slo_objective_format(most, text, sizeof text);
  sloi_lint_replace(lint, SLO_LINT_COARSE_PROBE, (int64_t)s->objective_ppb, (int64_t)most,
                    "probe more often, or write at most %" PRIu64 " (%s %%): now %" PRIu64
                    " may fail",
                    most, text, allowed);
}

static void lint_objective(sloi_lint *lint, const slo_journey_config *j, const slo_journey_slo *s) {
  const uint64_t ppb = s->objective_ppb;
  if (ppb >= SLOI_PPB) {
    sloi_lint_add(lint, SLO_LINT_PERFECT, sloi_shown(ppb),
                  "write less: 999900000 (99.99 %%) still allows 4 minutes of outage in 28 days");
    return;
  }
  lint_noise_ppb(lint, ppb);
  if (ppb != 0 && ppb < SLOI_PPB / 2) {
    uint64_t meant = ppb;
    while (meant * 10 < SLOI_PPB) meant *= 10;
    const char *advice = "write parts per billion: 999000000 is 99.9 %";
    if (meant < SLOI_PPB / 2 || meant == ppb) {
      sloi_lint_add(lint, SLO_LINT_LOW, (int64_t)ppb, "%s", advice);
    } else {
      sloi_lint_replace(lint, SLO_LINT_LOW, (int64_t)ppb, (int64_t)meant, "%s", advice);
    }
  }
  if (SLOI_PPB - ppb < LINT_FIVE_DECIMALS_PPB) {
    sloi_lint_add(lint, SLO_LINT_ROUNDED_BUDGET, (int64_t)ppb,
                  "wherever the budget is written, write 0.%09" PRIu64, SLOI_PPB - ppb);
  }
  lint_probe(lint, j, s);
}

/* The alert of an objective. Where its period is wrong, nothing is said of what follows from it. */
static void lint_slo_alert(sloi_lint *lint, const slo_journey_slo *s, int period_wrong) {
  slo_alert_config c;
  slo_alert_tier catalog[SLO_ALERT_TIERS_MAX];
  (void)sloi_sized_read(&c, sizeof c, s->alert, NULL, "");
  c.objective_ppb = s->objective_ppb;
  c.period_ns = period_wrong ? 0 : s->period_ns;
  c.tiers = s->tiers;
  c.tier_count = s->tier_count;
  if (s->tier_count == 0) {
    c.tiers = catalog;
    if (slo_catalog_tiers(s->catalog, c.period_ns, catalog, SLO_ALERT_TIERS_MAX, &c.tier_count,
                          NULL) != SLO_OK) {
      return;
    }
  }
  sloi_lint_alert(lint, &c, s->requests_per_hour, s->tier_count == 0, "alert.gate");
}

static void lint_slo(sloi_lint *lint, const slo_journey_config *j, const slo_journey_slo *s) {
  const int wrong = s->period_ns < SLO_HOUR_NS;
  sloi_lint_field(lint, "objective_ppb");
  lint_objective(lint, j, s);
  sloi_lint_field(lint, "period_ns");
  if (wrong) {
    sloi_lint_replace(lint, s->period_ns < SLO_SECOND_NS ? SLO_LINT_NO_WINDOW : SLO_LINT_MINUTE,
                      s->period_ns, LINT_MONTH_NS,
                      "write 28 days, %" PRId64 ", or a calendar's month", LINT_MONTH_NS);
  }
  lint_slo_alert(lint, s, wrong);
}

static void lint_journey(sloi_lint *lint, const slo_journey_config *j, uint32_t index,
                         int64_t now_ns) {
  char text[SLO_TIME_TEXT_MAX] = "";
  lint_place(lint, "journeys[%" PRIu32 "]", index);
  if (j->owner == NULL || j->owner[0] == '\0') {
    sloi_lint_field(lint, "owner");
    sloi_lint_add(lint, SLO_LINT_NO_OWNER, 0, "write a team that can be asked");
  }
  if (j->policy == NULL || j->policy[0] == '\0') {
    sloi_lint_field(lint, "policy");
    sloi_lint_add(lint, SLO_LINT_NO_POLICY, 0, "agree on it, and write where it stands");
  }
  sloi_lint_field(lint, "review_ns");
  if (j->review_ns <= 0) {
    sloi_lint_add(lint, SLO_LINT_NO_REVIEW, j->review_ns, "write a day within the next quarter");
  } else if (j->review_ns < now_ns) {
    (void)slo_time_format(j->review_ns, text, sizeof text);
    sloi_lint_add(lint, SLO_LINT_REVIEW_OVERDUE, j->review_ns,
                  "look at it, and write the next day: it was due %s", text);
  }
  sloi_lint_field(lint, "limit_ns");
  lint_noise_ns(lint, j->limit_ns);
  if (j->sli_count > LINT_SLIS_MAX) {
    sloi_lint_field(lint, "sli_count");
    sloi_lint_replace(lint, SLO_LINT_TOO_MANY_SLIS, j->sli_count, LINT_SLIS_MAX,
                      "keep %d, and chart the others", LINT_SLIS_MAX);
  }
  for (uint32_t i = 0; i < j->sli_count; i++) lint_sli(lint, j, i);
  if (j->slo_count == 0) {
    sloi_lint_field(lint, "slo_count");
    sloi_lint_add(lint, SLO_LINT_NO_SLO, 0, "promise something of it, or take it out");
  }
  for (uint32_t i = 0; i < j->slo_count; i++) {
    lint_place(lint, "journeys[%" PRIu32 "].slos[%" PRIu32 "]", index, i);
    lint_slo(lint, j, &j->slos[i]);
  }
}

/* Can all of it be looked at? */
static slo_status lint_journey_check(const slo_journey_config *j, uint32_t i, slo_error *error) {
  slo_alert_config alert;
  char name[64];
  if (j->sli_count > SLO_JOURNEY_SLIS_MAX) {
    return sloi_fail_range(error, j->sli_count, 0, SLO_JOURNEY_SLIS_MAX,
                           "journeys[%" PRIu32 "].sli_count", i);
  }
  if (j->slo_count > SLO_JOURNEY_SLOS_MAX) {
    return sloi_fail_range(error, j->slo_count, 0, SLO_JOURNEY_SLOS_MAX,
                           "journeys[%" PRIu32 "].slo_count", i);
  }
  if (j->sli_count != 0 && j->slis == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "journeys[%" PRIu32 "].slis (NULL)", i);
  }
  if (j->slo_count != 0 && j->slos == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "journeys[%" PRIu32 "].slos (NULL)", i);
  }
  for (uint32_t k = 0; k < j->slo_count; k++) {
    const slo_journey_slo *s = &j->slos[k];
    (void)snprintf(name, sizeof name, "journeys[%" PRIu32 "].slos[%" PRIu32 "].alert", i, k);
    slo_status status = sloi_sized_read(&alert, sizeof alert, s->alert, error, name);
    if (status != SLO_OK) return status;
    if (s->tier_count > SLO_ALERT_TIERS_MAX) {
      return sloi_fail_range(error, s->tier_count, 0, SLO_ALERT_TIERS_MAX,
                             "journeys[%" PRIu32 "].slos[%" PRIu32 "].tier_count", i, k);
    }
    if (s->tier_count != 0 && s->tiers == NULL) {
      return sloi_fail(error, SLO_EINVAL, 0, "journeys[%" PRIu32 "].slos[%" PRIu32 "].tiers (NULL)",
                       i, k);
    }
  }
  return SLO_OK;
}

slo_status slo_lint_definition(const slo_definition_config *config, int64_t now_ns,
                               slo_finding *findings, uint32_t capacity, uint32_t *count,
                               slo_error *error) {
  slo_definition_config c;
  slo_journey_config j;
  sloi_lint lint;
  uint32_t slos = 0;
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_lint_begin(&lint, NULL, findings, capacity, count, error);
  if (status == SLO_OK) {
    status = sloi_sized_read(&c, sizeof c, config, error, "slo_definition_config");
  }
  if (status != SLO_OK) return status;
  if (c.journey_count > SLO_DEFINITION_JOURNEYS_MAX) {
    return sloi_fail_range(error, c.journey_count, 0, SLO_DEFINITION_JOURNEYS_MAX, "journey_count");
  }
  if (c.journey_count != 0 && c.journeys == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "journeys (NULL)");
  }
  for (uint32_t i = 0; i < c.journey_count; i++) {
    status = sloi_sized_element(&j, sizeof j, c.journeys, i, error, "journeys");
    if (status == SLO_OK) status = lint_journey_check(&j, i, error);
    if (status != SLO_OK) return status;
    slos += j.slo_count;
  }
  if (slos > LINT_SLOS_MAX) {
    sloi_lint_field(&lint, "journeys[].slo_count");
    sloi_lint_replace(&lint, SLO_LINT_TOO_MANY_SLOS, slos, LINT_SLOS_MAX,
                      "keep the %d that users would miss first", LINT_SLOS_MAX);
  }
  for (uint32_t i = 0; i < c.journey_count; i++) {
    (void)sloi_sized_element(&j, sizeof j, c.journeys, i, NULL, "");
    lint_journey(&lint, &j, i, now_ns);
  }
  *count = lint.count;
  return SLO_OK;
}

/* ---- methods ---- */

slo_status slo_lint_methods(const slo_window *window, const slo_budget_config *budget,
                            const char *field, slo_finding *findings, uint32_t capacity,
                            uint32_t *count, slo_error *error) {
  slo_budget_config c;
  sloi_lint lint;
  slo_budget b = {0};
  uint32_t answers = 0;
  char text[160];
  size_t length = 0;
  if (window == NULL) return sloi_fail(error, SLO_EINVAL, 0, "window (NULL)");
  if (budget == NULL) return sloi_fail(error, SLO_EINVAL, 0, "budget (NULL)");
  slo_status status = sloi_lint_begin(&lint, field, findings, capacity, count, error);
  if (status == SLO_OK) status = sloi_sized_read(&c, sizeof c, budget, error, "slo_budget_config");
  if (status != SLO_OK) return status;
  c.struct_size = (uint32_t)sizeof c;
  b.struct_size = (uint32_t)sizeof b;
  for (c.method = 0; c.method <= SLO_METHOD_RATIO_TIMESLICES; c.method++) {
    status = slo_budget_check(&c, error);
    if (status != SLO_OK) return status;
    status = slo_budget_read(window, &c, &b);
    if (status == SLO_ENODATA) continue;
    if (status == SLO_EINVAL && c.method != SLO_METHOD_OCCURRENCES) break; /* no slices */
    if (status != SLO_OK) return sloi_fail(error, status, c.start_ns, "start_ns");
    /* before any rounding */
    const slo_counts units = {b.good, b.bad, 0};
    answers |= UINT32_C(1) << slo_burn_exceeds(&units, c.objective_ppb, LINT_PPM, 0);
    int n = snprintf(text + length, sizeof text - length, "%s%s %" PRIu64 ".%02" PRIu64 " %%",
                     length == 0 ? "" : ", ", slo_method_name(c.method), b.consumed_ppm / 10000,
                     b.consumed_ppm / 100 % 100);
    if (n > 0 && (size_t)n < sizeof text - length) length += (size_t)n;
  }
  if (answers == 3) {
    sloi_lint_field(&lint, "method");
    sloi_lint_add(&lint, SLO_LINT_METHODS, 0, "agree on one, and name it with the number: %s",
                  text);
  }
  *count = lint.count;
  return SLO_OK;
}

/* ---- src/judge/evidence.h ---- */

/* evidence.h - evidence without a block of its own: what an alert embeds. */
#ifndef SLOI_EVIDENCE_H
#define SLOI_EVIDENCE_H


/* Numbers with 40 binary places, and with 64 of them in two words. */
#define SLOI_EVIDENCE_ONE40 (UINT64_C(1) << 40)

/* What follows from a configuration; words only. */
typedef struct sloi_evidence_plan {
  uint64_t healthy;                    /* p0, 10^-15 */
  uint64_t inverse;                    /* 1 / p0, 40 places, at most 2^63 - 1 */
  uint64_t weight;                     /* what a nanosecond adds to each bet, 84 places */
  uint64_t dead;                       /* ns */
  uint64_t cap;                        /* E is kept at most this */
  uint64_t bets;                       /* how many */
  uint64_t bet[SLO_EVIDENCE_BETS_MAX]; /* 40 places, descending */
} sloi_evidence_plan;

/* What is carried from slot to slot; words only, so that it can be part of a committed state. */
typedef struct sloi_evidence_state {
  uint64_t elapsed;                        /* ns, since the last slot that counted */
  uint64_t dead;                           /* ns, until failures count again */
  sloi_u128 wealth[SLO_EVIDENCE_BETS_MAX]; /* 64 places */
} sloi_evidence_state;

/* Words of a state in use. */
static inline size_t sloi_evidence_words(const sloi_evidence_plan *plan) {
  return offsetof(sloi_evidence_state, wealth) / 8 + 2 * (size_t)plan->bets;
}

/* Checks a configuration and completes it in *c. plan may be NULL. */
slo_status sloi_evidence_plan_config(const slo_evidence_config *config, slo_evidence_config *c,
                                     sloi_evidence_plan *plan, slo_error *error);

/* Is a stored plan one that can be worked with? */
int sloi_evidence_plan_valid(const sloi_evidence_plan *plan);

void sloi_evidence_step(const sloi_evidence_plan *plan, sloi_evidence_state *state, uint64_t dt,
                        uint64_t valid, uint64_t bad);

/* E with 64 places. */
sloi_u128 sloi_evidence_sum(const sloi_evidence_plan *plan, const sloi_evidence_state *state);

/* Lifts E to at least 1, when what says so is not evidence. */
void sloi_evidence_lift(const sloi_evidence_plan *plan, sloi_evidence_state *state);

/* A number with 64 places in parts per billion, rounded down; UINT64_MAX when it is larger. */
uint64_t sloi_evidence_ppb(sloi_u128 value);

#endif

/* ---- src/judge/gate.h ---- */

/*
 * gate.h - may a severity that is important fire, and has it recovered?
 *
 * A gate opens when burn tiers hold and evidence, or sheer volume, says that it is real. It closes
 * when the evidence is gone, when what came lately is not what the outage looked like, or when the
 * windows themselves are healthy again. Then evidence begins anew.
 */
#ifndef SLOI_GATE_H
#define SLOI_GATE_H


/* Words only: part of an alert's configuration. */
typedef struct sloi_gate_plan {
  uint64_t kind;    /* SLO_GATE_*; NONE also when the severity has no burn tier */
  uint64_t longest; /* the burn tier with the longest window */
  uint64_t slowest; /* the burn tier with the smallest factor */
  uint64_t volume;  /* the least factor whose tier may fire by volume, ppm */
  uint64_t apart;   /* valid events per bad one at the least burn */
  sloi_evidence_plan evidence;
} sloi_gate_plan;

/* Words only: part of an alert's state. */
typedef struct sloi_gate_state {
  uint64_t open;   /* 0, or SLO_CAUSE_* */
  uint64_t locked; /* 1: not by volume, until the long windows are empty of what opened it last */
  uint64_t valid;  /* what was counted since evidence rose, up to the last slot with a bad event */
  uint64_t bad;
  uint64_t since;    /* valid events since that slot */
  uint64_t slots;    /* weighed since it opened */
  sloi_u128 healthy; /* how well what came lately speaks against what came before; 64 places */
  sloi_evidence_state evidence;
} sloi_gate_state;

static inline size_t sloi_gate_words(const sloi_gate_plan *plan) {
  if (plan->kind == SLO_GATE_NONE) return 0;
  return offsetof(sloi_gate_state, evidence) / 8 + sloi_evidence_words(&plan->evidence);
}

/* The gate of one severity with these tiers. error names the field. */
slo_status sloi_gate_plan_config(const slo_alert_gate *gate, uint32_t severity,
                                 const slo_alert_tier *tiers, uint64_t tier_count,
                                 uint64_t objective_ppb, sloi_gate_plan *plan, slo_error *error);

/* The evidence that this gate would want, for planning. */
void sloi_gate_evidence(const slo_alert_gate *gate, uint32_t severity, const slo_alert_tier *tiers,
                        uint64_t tier_count, uint64_t objective_ppb, slo_evidence_config *config);

/* Weighs what was counted in a slot, of which dt was measured. */
void sloi_gate_weigh(const sloi_gate_plan *plan, sloi_gate_state *state, uint64_t dt,
                     const slo_counts *slot);

/* What the windows of a severity say at a step. */
typedef struct sloi_gate_view {
  int holds;          /* some burn tier holds */
  int ready;          /* some burn tier has held for long enough */
  int volume;         /* one of those has a hundred bad events and a factor that allows it */
  int above;          /* some long window exceeds its factor */
  int calm;           /* the slowest tier's short window could tell, and does not exceed */
  slo_counts longest; /* the longest window */
} sloi_gate_view;

/* Opens or closes the gate. */
void sloi_gate_decide(const sloi_gate_plan *plan, sloi_gate_state *state,
                      const sloi_gate_view *view);

#endif

/* ---- src/journey/lint_alert.c ---- */

#define LINT_ALERT_PPM UINT64_C(1000000)
#define LINT_ALERT_TRAFFIC_MAX UINT64_C(1000000000000) /* of slo_evidence_detection */
#define LINT_ALERT_SLOT_NS (10 * SLO_SECOND_NS)        /* slot_ns 0, see slo/alert.h */

typedef struct lint_alert {
  const slo_alert_config *c;
  uint64_t budget; /* ppb; 0: not known */
  uint64_t requests_per_hour;
  const char *tiers;
  const char *gates;
  const char *where; /* nobody can write into a catalog */
} lint_alert;

static int lint_alert_joined(const slo_alert_tier *a, const slo_alert_tier *b) {
  return a == b || (a->group != 0 && a->group == b->group && a->severity == b->severity);
}

/* Nothing can burn as fast as that. */
static int lint_alert_dead(const slo_alert_tier *t, uint64_t budget) {
  if (budget == 0) return 0;
  int order =
      sloi_u128_compare(sloi_u128_multiply(t->factor_ppm, budget), sloi_u128_of(SLOI_PPB_PPM));
  return order > 0 || (order == 0 && (t->flags & SLO_BURN_AT_LEAST) == 0);
}

static int lint_alert_windowless(const slo_alert_tier *t) {
  return t->long_ns < SLO_SECOND_NS || t->short_ns < SLO_SECOND_NS;
}

/* The burn rate from which it may fire: of a group the largest factor, and none at all when the
 * group waits for silence, too. */
static uint64_t lint_alert_from(const slo_alert_config *c, const slo_alert_tier *t) {
  uint64_t from = 0;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const slo_alert_tier *other = &c->tiers[i];
    if (!lint_alert_joined(t, other)) continue;
    if (other->kind == SLO_TIER_SILENCE) return UINT64_MAX;
    if (other->factor_ppm > from) from = other->factor_ppm;
  }
  return from;
}

/* The burn tier that tells last, when no tier tells of a burn rate between 1 and its own. */
static const slo_alert_tier *lint_alert_gap(const slo_alert_config *c) {
  const slo_alert_tier *last = NULL;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const slo_alert_tier *t = &c->tiers[i];
    if (lint_alert_from(c, t) <= LINT_ALERT_PPM) return NULL;
    if (t->kind != SLO_TIER_BURN || lint_alert_windowless(t)) continue;
    if (last == NULL || lint_alert_from(c, t) < lint_alert_from(c, last)) last = t;
  }
  return last;
}

/*
 * Up to how many requests an hour one failure alone fires it. Of N events in the long window it is
 * a burn rate of 1 / (N * budget), and in the short one, which has fewer, no less. It must stay in
 * the short window for for_ns.
 */
static uint64_t lint_alert_alone(const slo_alert_config *c, const slo_alert_tier *tier,
                                 uint64_t budget) {
  uint64_t most = UINT64_MAX;
  int64_t for_ns = 0, short_ns = INT64_MAX;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const slo_alert_tier *t = &c->tiers[i];
    if (!lint_alert_joined(tier, t)) continue;
    if (t->kind == SLO_TIER_SILENCE || lint_alert_windowless(t) || lint_alert_dead(t, budget)) {
      return 0;
    }
    if (t->for_ns > for_ns) for_ns = t->for_ns;
    if (t->kind == SLO_TIER_BURN && t->short_ns < short_ns) short_ns = t->short_ns;
    if (t->factor_ppm == 0) continue; /* any failure at any traffic */
    sloi_u128 one = sloi_u128_multiply((uint64_t)SLO_HOUR_NS, SLOI_PPB_PPM);
    if (t->kind == SLO_TIER_BURN && (t->flags & SLO_BURN_AT_LEAST) == 0) {
      one = sloi_u128_subtract(one, sloi_u128_of(1)); /* equal is not above */
    }
    uint64_t alone =
        sloi_u128_divide(one, sloi_u128_multiply(t->factor_ppm * budget, (uint64_t)t->long_ns));
    if (alone < most) most = alone;
  }
  return for_ns < short_ns ? most : 0;
}

static void lint_alert_field(sloi_lint *lint, const lint_alert *a, uint32_t i, const char *name) {
  sloi_lint_field(lint, "%s[%u].%s", a->tiers, (unsigned)i, name);
}

static void lint_alert_window(sloi_lint *lint, const lint_alert *a, uint32_t i) {
  const slo_alert_tier *t = &a->c->tiers[i];
  char text[SLO_TIME_TEXT_MAX] = "";
  if (t->long_ns < SLO_SECOND_NS) {
    lint_alert_field(lint, a, i, "long_ns");
    sloi_lint_replace(lint, SLO_LINT_NO_WINDOW, t->long_ns, SLO_SECOND_NS, "write at least 1s");
  }
  if (t->short_ns < SLO_SECOND_NS) {
    int64_t usual = t->long_ns / 12 < SLO_SECOND_NS ? SLO_SECOND_NS : t->long_ns / 12;
    (void)slo_span_format(usual, text, sizeof text);
    lint_alert_field(lint, a, i, "short_ns");
    sloi_lint_replace(
        lint, SLO_LINT_NO_WINDOW, t->short_ns, usual,
        usual == SLO_SECOND_NS ? "write at least %s" : "write %s, a twelfth of the long window",
        text);
  }
}

/* A burn of the factor spends factor * t / period of the budget in t. */
static void lint_alert_late(sloi_lint *lint, const lint_alert *a, uint32_t i) {
  const slo_alert_tier *t = &a->c->tiers[i];
  char text[SLO_TIME_TEXT_MAX] = "";
  if (a->c->period_ns <= 0 || t->factor_ppm == 0) return;
  const sloi_u128 period = sloi_u128_multiply((uint64_t)a->c->period_ns, LINT_ALERT_PPM);
  const uint64_t room =
      sloi_u128_divide(sloi_u128_subtract(period, sloi_u128_of(1)), sloi_u128_of(t->factor_ppm));
  const uint64_t window = (uint64_t)t->long_ns, hold = t->for_ns > 0 ? (uint64_t)t->for_ns : 0;
  if (window + hold <= room) return;
  const int by_window = window > room;
  const uint64_t other = by_window ? hold : window;
  uint64_t most = other <= room ? room - other : room;
  if (most > (uint64_t)SLO_SECOND_NS) most -= most % (uint64_t)SLO_SECOND_NS;
  (void)slo_span_format((int64_t)most, text, sizeof text);
  lint_alert_field(lint, a, i, by_window ? "long_ns" : "for_ns");
  sloi_lint_replace(lint, SLO_LINT_TOO_LATE, by_window ? t->long_ns : t->for_ns, (int64_t)most,
                    "write at most %s", text);
}

static void lint_alert_factor(sloi_lint *lint, const lint_alert *a, uint32_t i,
                              const slo_alert_tier *gap) {
  const slo_alert_tier *t = &a->c->tiers[i];
  const int64_t value = sloi_shown(t->factor_ppm);
  const uint64_t round = sloi_lint_noise(t->factor_ppm, SLOI_LINT_GRID, INT64_MAX);
  lint_alert_field(lint, a, i, "factor_ppm");
  if (round != 0) {
    sloi_lint_replace(lint, SLO_LINT_NOISE, value, (int64_t)round, "write %lld", (long long)round);
  }
  if (lint_alert_dead(t, a->budget)) {
    uint64_t most = (SLOI_PPB_PPM - ((t->flags & SLO_BURN_AT_LEAST) == 0 ? 1 : 0)) / a->budget;
    most -= most % SLOI_LINT_GRID; /* 9999999 would be noise, and 10000000 dead again */
    sloi_lint_replace(lint, SLO_LINT_DEAD_TIER, value, (int64_t)most,
                      "%swrite at most %lld (burn rate %lld.%02lld)", a->where, (long long)most,
                      (long long)(most / LINT_ALERT_PPM),
                      (long long)(most % LINT_ALERT_PPM / SLOI_LINT_GRID));
  }
  if (lint_alert_from(a->c, t) < LINT_ALERT_PPM) {
    sloi_lint_replace(lint, SLO_LINT_NAGGING_TIER, value, (int64_t)LINT_ALERT_PPM,
                      "%swrite 1000000 or more", a->where);
  }
  if (t == gap) {
    sloi_lint_replace(lint, SLO_LINT_GAP, value, (int64_t)LINT_ALERT_PPM,
                      "%sadd a tier with 1000000 over some days, for a ticket", a->where);
  }
  if (t->severity != SLO_SEVERITY_PAGE || a->c->gate[SLO_SEVERITY_PAGE].kind != SLO_GATE_NONE ||
      a->budget == 0 || a->requests_per_hour == 0) {
    return;
  }
  const uint64_t most = lint_alert_alone(a->c, t, a->budget);
  if (a->requests_per_hour <= most) {
    sloi_lint_add(lint, SLO_LINT_SINGLE_EVENT, value,
                  "use the evidence gate: without it one failure fires this tier up to %lld "
                  "requests an hour",
                  (long long)sloi_shown(most));
  }
}

/* Of pages: a ticket has time. */
static void lint_alert_gate(sloi_lint *lint, const lint_alert *a) {
  const uint32_t severity = SLO_SEVERITY_PAGE;
  const slo_alert_config *c = a->c;
  const slo_alert_gate *gate = &c->gate[severity];
  slo_evidence_config evidence;
  char text[SLO_TIME_TEXT_MAX] = "";
  int64_t ns = 0;
  int burns = 0;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    burns |= c->tiers[i].kind == SLO_TIER_BURN && c->tiers[i].severity == severity;
  }
  if (!burns || gate->kind != SLO_GATE_EVIDENCE || a->budget == 0 || c->period_ns <= 0 ||
      a->requests_per_hour == 0) {
    return;
  }
  const uint64_t hourly =
      a->requests_per_hour < LINT_ALERT_TRAFFIC_MAX ? a->requests_per_hour : LINT_ALERT_TRAFFIC_MAX;
  sloi_gate_evidence(gate, severity, c->tiers, c->tier_count, c->objective_ppb, &evidence);
  slo_status status = slo_evidence_detection(
      &evidence, hourly, SLOI_PPB, c->slot_ns != 0 ? c->slot_ns : LINT_ALERT_SLOT_NS, &ns);
  /* a total outage spends the budget in this time */
  const uint64_t lasts = sloi_u128_divide(sloi_u128_multiply(a->budget, (uint64_t)c->period_ns),
                                          sloi_u128_of(SLOI_PPB));
  /* whoever asks for a gate that cannot be is told by slo_alert_init */
  if ((status != SLO_OK && status != SLO_ENODATA) || (status == SLO_OK && (uint64_t)ns <= lasts)) {
    return;
  }
  (void)slo_span_format(ns - ns % SLO_SECOND_NS, text, sizeof text);
  sloi_lint_field(lint, "%s[%u].kind", a->gates, (unsigned)severity);
  sloi_lint_add(
      lint, SLO_LINT_NOT_SEEN, gate->kind,
      "promise less, count probes, too, or allow more alarms: at %lld an hour it takes %s",
      (long long)hourly, status == SLO_OK ? text : "for ever");
}

void sloi_lint_alert(sloi_lint *lint, const slo_alert_config *config, uint64_t requests_per_hour,
                     int catalog, const char *gates) {
  lint_alert a = {config, 0, requests_per_hour, "tiers", gates, ""};
  if (catalog) {
    a.tiers = "catalog.tiers";
    a.where = "take another catalog, or in tiers of your own ";
  }
  if (sloi_objective_check(config->objective_ppb, NULL, "") == SLO_OK) {
    a.budget = SLOI_PPB - config->objective_ppb;
  }
  const slo_alert_tier *gap = lint_alert_gap(config);
  for (uint32_t i = 0; i < config->tier_count; i++) {
    const slo_alert_tier *t = &config->tiers[i];
    if (t->kind != SLO_TIER_BURN) continue;
    lint_alert_window(lint, &a, i);
    if (lint_alert_windowless(t)) continue;
    if (!lint_alert_dead(t, a.budget)) lint_alert_late(lint, &a, i);
    lint_alert_factor(lint, &a, i, gap);
  }
  lint_alert_gate(lint, &a);
}

slo_status slo_lint_alert(const slo_alert_config *config, uint64_t requests_per_hour,
                          const char *field, slo_finding *findings, uint32_t capacity,
                          uint32_t *count, slo_error *error) {
  slo_alert_config c;
  sloi_lint lint;
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_lint_begin(&lint, field, findings, capacity, count, error);
  if (status == SLO_OK) status = sloi_sized_read(&c, sizeof c, config, error, "slo_alert_config");
  if (status == SLO_OK) status = sloi_objective_check(c.objective_ppb, error, "objective_ppb");
  if (status != SLO_OK) return status;
  if (c.period_ns < 1 || c.period_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c.period_ns, 1, SLO_TIME_MAX_NS, "period_ns");
  }
  if (c.tier_count < 1 || c.tier_count > SLO_ALERT_TIERS_MAX) {
    return sloi_fail_range(error, c.tier_count, 1, SLO_ALERT_TIERS_MAX, "tier_count");
  }
  if (c.tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  sloi_lint_alert(&lint, &c, requests_per_hour, 0, "gate");
  *count = lint.count;
  return SLO_OK;
}

/* ---- src/journey/lint_written.c ---- */

#include <inttypes.h>
#include <stdio.h>


#define LINT_WRITTEN_DIGITS 12 /* more than these are noise when .. */
#define LINT_WRITTEN_ROUND 9   /* .. they stand for a number of no more than these */
#define LINT_WRITTEN_KEPT (LINT_WRITTEN_DIGITS + 6)
#define LINT_WRITTEN_ONE UINT64_C(1000000000000000000)     /* shares have 18 places */
#define LINT_WRITTEN_FIVE_DECIMALS UINT64_C(5000000000000) /* less than that is 0.00000 */
#define LINT_WRITTEN_EXPONENT_MAX 1000000
#define LINT_WRITTEN_TEXT_MAX 64

/* 0.d0 d1 d2 .. * 10^point, as it stands there. */
typedef struct lint_written {
  uint8_t digit[LINT_WRITTEN_KEPT]; /* the first ones; the first of all is not 0 */
  uint64_t count;                   /* up to the last one that is not 0; 0: it is zero */
  int64_t point;
  int negative;
  int percent;
} lint_written;

/* ---- reading ---- */

static int lint_written_digit(char c) {
  return c >= '0' && c <= '9';
}

/* "e-3", if it is there. *p is left where it ends, or at what is no exponent. */
static int64_t lint_written_exponent(const char **p) {
  const char *at = *p;
  int64_t value = 0;
  if (*at != 'e' && *at != 'E') return 0;
  at++;
  const int negative = *at == '-';
  at += *at == '-' || *at == '+';
  if (!lint_written_digit(*at)) return 0;
  for (; lint_written_digit(*at); at++) {
    if (value < LINT_WRITTEN_EXPONENT_MAX) value = value * 10 + (*at - '0');
  }
  *p = at;
  return negative ? -value : value;
}

/* "99.9", ".999", "99.9%", "1e-3". NULL is zero. */
static slo_status lint_written_read(const char *text, const char *field, lint_written *n,
                                    slo_error *error) {
  uint64_t place = 0; /* digits since the first that is not 0 */
  int any = 0, fraction = 0;
  memset(n, 0, sizeof *n);
  if (text == NULL) return SLO_OK;
  const char *p = text;
  n->negative = *p == '-';
  p += *p == '-' || *p == '+';
  for (;; p++) {
    if (*p == '.' && !fraction) {
      fraction = 1;
      continue;
    }
    if (!lint_written_digit(*p)) break;
    any = 1;
    if (place == 0 && *p == '0') {
      n->point -= fraction;
      continue;
    }
    if (place < LINT_WRITTEN_KEPT) n->digit[place] = (uint8_t)(*p - '0');
    place++;
    if (*p != '0') n->count = place;
    n->point += !fraction;
  }
  if (any) {
    n->point += lint_written_exponent(&p);
    if (p[0] == ' ' && p[1] == '%') p++;
    if (*p == '%') {
      n->percent = 1;
      p++;
    }
  }
  if (!any || *p != '\0') return sloi_fail(error, SLO_EPARSE, p - text, "%s", field);
  return SLO_OK;
}

/* A span; months and what is longer have no fixed length, and are INT64_MAX. NULL likewise. */
static slo_status lint_written_span(const char *text, const char *field, int64_t *ns,
                                    slo_error *error) {
  slo_error inner = {0};
  inner.struct_size = (uint32_t)sizeof inner;
  *ns = INT64_MAX;
  if (text == NULL) return SLO_OK;
  const size_t zeros = strspn(text, "0"), digits = strspn(text, "0123456789");
  const int bare = text[digits] == '\0';
  const int calendar = !bare && strchr("MQYy", text[digits]) != NULL && text[digits + 1] == '\0';
  if (digits > 0 && (calendar || (bare && zeros == digits))) {
    if (zeros == digits) *ns = 0;
    return SLO_OK;
  }
  slo_status status = slo_span_parse(text, ns, &inner);
  if (status == SLO_OK) return SLO_OK;
  return sloi_fail(error, status, inner.value, "%s", field);
}

/* ---- what it is ---- */

/* To LINT_WRITTEN_DIGITS digits. */
static lint_written lint_written_rounded(const lint_written *n) {
  lint_written r = *n;
  if (n->count <= LINT_WRITTEN_DIGITS) return r;
  int up = n->digit[LINT_WRITTEN_DIGITS] >= 5;
  for (int i = LINT_WRITTEN_DIGITS - 1; i >= 0 && up; i--) {
    up = r.digit[i] == 9;
    r.digit[i] = up ? 0 : (uint8_t)(r.digit[i] + 1);
  }
  if (up) {
    r.digit[0] = 1;
    r.point++;
  }
  r.count = LINT_WRITTEN_DIGITS;
  while (r.digit[r.count - 1] == 0) r.count--;
  return r;
}

static uint64_t lint_written_fixed(const lint_written *n, int64_t point) {
  uint64_t value = 0, weight = LINT_WRITTEN_ONE;
  if (n->negative || n->count == 0) return 0;
  if (point > 1) return UINT64_MAX;
  for (; point < 1 && weight != 0; point++) weight /= 10;
  for (uint64_t i = 0; i < n->count && i < LINT_WRITTEN_KEPT; i++, weight /= 10) {
    value += n->digit[i] * weight;
  }
  return value;
}

/* An objective's share in 10^-18, of percent or of a share. */
static uint64_t lint_written_share(const lint_written *n) {
  const uint64_t share = lint_written_fixed(n, n->point);
  return n->percent || share > LINT_WRITTEN_ONE ? lint_written_fixed(n, n->point - 2) : share;
}

/* ---- writing ---- */

/* A rounded number; with an exponent where it is far from 1. */
static void lint_written_format(const lint_written *n, char *text, size_t size) {
  char *p = text;
  const int far = n->point < -9 || n->point > 15;
  const int64_t point = far ? 1 : n->point, count = (int64_t)n->count;
  if (n->negative) *p++ = '-';
  if (point <= 0) *p++ = '0';
  for (int64_t i = point < 0 ? point : 0; i < point || i < count; i++) {
    if (i == point) *p++ = '.';
    *p++ = (char)('0' + (i < 0 || i >= count ? 0 : n->digit[i]));
  }
  *p = '\0';
  size -= (size_t)(p - text);
  if (far) (void)snprintf(p, size, "e%" PRId64, n->point - 1);
  if (n->percent) memcpy(p + strlen(p), "%", 2);
}

static void lint_written_noise(sloi_lint *lint, const lint_written *n) {
  char text[LINT_WRITTEN_TEXT_MAX];
  const lint_written r = lint_written_rounded(n);
  if (n->count <= LINT_WRITTEN_DIGITS || r.count > LINT_WRITTEN_ROUND) return;
  lint_written_format(&r, text, sizeof text);
  sloi_lint_add(lint, SLO_LINT_NOISE, 0, "write %s", text);
}

/* What is left of a share for the budget, "0.001", is what five decimals should have said. */
static void lint_written_zero(sloi_lint *lint, uint64_t share) {
  char text[32];
  int n = snprintf(text, sizeof text, "0.%018" PRIu64, LINT_WRITTEN_ONE - share);
  while (text[n - 1] == '0') n--;
  text[n] = '\0';
  sloi_lint_add(lint, SLO_LINT_ROUNDED_BUDGET, 0, "write %s", text);
}

static void lint_written_objective(sloi_lint *lint, const slo_written *w,
                                   const lint_written *objective, const lint_written *budget) {
  const lint_written rounded = lint_written_rounded(objective);
  const int perfect = lint_written_share(&rounded) >= LINT_WRITTEN_ONE;
  const uint64_t share = lint_written_share(objective);
  sloi_lint_field(lint, "objective");
  if (perfect) {
    sloi_lint_add(lint, SLO_LINT_PERFECT, 0,
                  "write less: 99.99 %% still allows 4 minutes of outage in 28 days");
  } else {
    lint_written_noise(lint, objective);
    if (w->budget == NULL && LINT_WRITTEN_ONE - share < LINT_WRITTEN_FIVE_DECIMALS) {
      lint_written_zero(lint, share);
    }
  }
  sloi_lint_field(lint, "budget");
  lint_written_noise(lint, budget);
  if (w->budget == NULL || budget->count != 0 || perfect) return;
  if (w->objective != NULL && share != 0) {
    lint_written_zero(lint, share);
  } else {
    sloi_lint_add(lint, SLO_LINT_ROUNDED_BUDGET, 0, "write it with more decimals");
  }
}

slo_status slo_lint_written(const slo_written *written, slo_finding *findings, uint32_t capacity,
                            uint32_t *count, slo_error *error) {
  slo_written w;
  sloi_lint lint;
  lint_written objective, budget, threshold;
  int64_t period, window;
  if (written == NULL) return sloi_fail(error, SLO_EINVAL, 0, "written (NULL)");
  slo_status status = sloi_lint_begin(&lint, NULL, findings, capacity, count, error);
  if (status == SLO_OK) status = sloi_sized_read(&w, sizeof w, written, error, "slo_written");
  if (status != SLO_OK) return status;
  if (w.reserved != 0) return sloi_fail(error, SLO_EVERSION, w.reserved, "reserved");
  if (w.op > 1 + SLO_OP_GT) return sloi_fail_range(error, w.op, 0, 1 + SLO_OP_GT, "op");
  status = lint_written_read(w.objective, "objective", &objective, error);
  if (status == SLO_OK) status = lint_written_read(w.budget, "budget", &budget, error);
  if (status == SLO_OK) status = lint_written_read(w.threshold, "threshold", &threshold, error);
  if (status == SLO_OK) status = lint_written_span(w.period, "period", &period, error);
  if (status == SLO_OK) status = lint_written_span(w.window, "window", &window, error);
  if (status != SLO_OK) return status;
  if (w.op == 1 + SLO_OP_LT || w.op == 1 + SLO_OP_LE) {
    const int strict = w.op == 1 + SLO_OP_LT;
    sloi_lint_field(&lint, "op");
    sloi_lint_replace(&lint, SLO_LINT_INVERTED, w.op, 1 + (strict ? SLO_OP_GT : SLO_OP_GE),
                      "write %s", strict ? ">" : ">=");
  }
  lint_written_objective(&lint, &w, &objective, &budget);
  sloi_lint_field(&lint, "threshold");
  lint_written_noise(&lint, &threshold);
  sloi_lint_field(&lint, "period");
  if (period < SLO_HOUR_NS) {
    sloi_lint_add(&lint, period < SLO_SECOND_NS ? SLO_LINT_NO_WINDOW : SLO_LINT_MINUTE, 0,
                  "write 28d, or a calendar's month");
  }
  sloi_lint_field(&lint, "window");
  if (window < SLO_SECOND_NS) {
    sloi_lint_add(&lint, SLO_LINT_NO_WINDOW, 0, "write at least 1s, before it is rounded");
  }
  sloi_lint_field(&lint, "burn_decimals");
  if (w.burn_decimals != 0) {
    sloi_lint_replace(&lint, SLO_LINT_ROUNDED_BURN, w.burn_decimals, 0,
                      "compare first, and round what is shown");
  }
  *count = lint.count;
  return SLO_OK;
}

/* ---- src/base/commit.h ---- */

/*
 * commit.h - a struct that is replaced whole, or not at all.
 *
 * Overview. The words of a state are kept twice. One owner computes the next
 * state into the copy that is not current and makes it current by one store of
 * the sequence number, whose lowest bit selects the copy. Killed at any
 * instruction, the state is the old one or the new one. Any thread may read.
 *
 * Why a reader cannot see a mix. It loads the sequence number s, the words of
 * copy s & 1, and the number again; it keeps the words only if the number is
 * still s. The owner writes into copy s & 1 only after it has stored s + 1. If a
 * word read came from such a later write, that write was a release store after
 * the store of s + 1, and the reader's acquire load of the word makes s + 1
 * visible to its second load of the number: it differs from s, and the reader
 * tries again. So the words need release/acquire and the second load only
 * relaxed order; no fence, which ThreadSanitizer could not see.
 *
 * A reader is retried only when the owner commits during its copy; the owner
 * never waits.
 */
#ifndef SLOI_COMMIT_H
#define SLOI_COMMIT_H


/* cells: [0] sequence number, then 2 * words of state. */
static inline size_t sloi_commit_words(size_t words) {
  return 1 + 2 * words;
}

static inline sloi_cell *sloi_commit_copy(sloi_cell *cells, size_t words, uint64_t sequence) {
  return cells + 1 + (size_t)(sequence & 1) * words;
}

/* Owner only. state is an array of words. */
static inline void sloi_commit_store(sloi_cell *cells, size_t words, const uint64_t *state) {
  uint64_t next = sloi_load_relaxed(&cells[0]) + 1; /* only the owner stores it */
  sloi_cell *copy = sloi_commit_copy(cells, words, next);
  for (size_t i = 0; i < words; i++) sloi_store_release(&copy[i], state[i]);
  sloi_store_release(&cells[0], next);
}

/* Owner only: one word of the state that stands. */
static inline uint64_t sloi_commit_word(const sloi_cell *cells, size_t words, size_t i) {
  return sloi_load_relaxed(cells + 1 + (size_t)(sloi_load_relaxed(&cells[0]) & 1) * words + i);
}

/* Any thread: one attempt. Returns the sequence number; the words are one state
 * if sloi_commit_still says so afterwards. */
static inline uint64_t sloi_commit_peek(const sloi_cell *cells, size_t words, uint64_t *state) {
  uint64_t sequence = sloi_load_acquire(&cells[0]);
  const sloi_cell *copy = cells + 1 + (size_t)(sequence & 1) * words;
  for (size_t i = 0; i < words; i++) state[i] = sloi_load_acquire(&copy[i]);
  return sequence;
}

static inline int sloi_commit_still(const sloi_cell *cells, uint64_t sequence) {
  return sloi_load_relaxed(&cells[0]) == sequence;
}

/* Any thread: the words of one committed state. */
static inline void sloi_commit_load(const sloi_cell *cells, size_t words, uint64_t *state) {
  uint64_t sequence;
  do {
    sequence = sloi_commit_peek(cells, words, state);
  } while (!sloi_commit_still(cells, sequence));
}

#endif

/* ---- src/judge/alert.h ---- */

/* alert.h - the layout of an alert: alert.c makes, validates and reads it, alert_step.c moves it.
 */
#ifndef SLOI_ALERT_H
#define SLOI_ALERT_H


/* One step makes at most one transition of each severity: a change, or an announcement of all tiers
 * that begin. The slots it writes are beyond the ones a reader of the committed state may ask for.
 */
enum { SLOI_ALERT_STEP_MAX = SLO_SEVERITIES };
enum { SLOI_ALERT_SLOTS = SLO_ALERT_TRANSITIONS_KEPT + 2 * SLOI_ALERT_STEP_MAX };

typedef struct sloi_alert_timer {
  uint64_t held;   /* time + 1 since when the tier holds without a break; 0: it does not */
  uint64_t last;   /* time + 1 it held last while firing */
  uint64_t firing; /* 0 or 1 */
} sloi_alert_timer;

typedef struct sloi_alert_severity {
  uint64_t state;
  uint64_t since;
  uint64_t last;
  uint64_t tiers;
  uint64_t fired;
  uint64_t acknowledged; /* time; 0: not */
} sloi_alert_severity;

/* What a step replaces whole; words only. What is committed is the front, the timers of the tiers
 * that there are, and the gates as far as they are in use, one behind the other. */
typedef struct sloi_alert_front {
  uint64_t stepped; /* time + 1 of the newest step; 0: none */
  uint64_t transitions;
  uint64_t weighed; /* time + 1 of the newest reading that was weighed; 0: none */
  uint64_t good;    /* what had been counted, and measured, by then */
  uint64_t bad;
  uint64_t measured;
  sloi_alert_severity severity[SLO_SEVERITIES];
} sloi_alert_front;

typedef struct sloi_alert_state {
  sloi_alert_front front;
  sloi_alert_timer timer[SLO_ALERT_TIERS_MAX];
  sloi_gate_state gate[SLO_SEVERITIES];
} sloi_alert_state;

enum { SLOI_ALERT_WORDS_MAX = sizeof(sloi_alert_state) / 8 };

typedef struct sloi_alert_slot {
  uint64_t mark; /* sequence + 1; 0: empty, or being written */
  uint64_t severity, from, to, tier, cause;
  uint64_t at, since, last, tiers;
  slo_counts long_counts, short_counts;
  uint64_t long_burn, short_burn;
  uint64_t evidence, at_stake, exhaustion;
} sloi_alert_slot;

enum { SLOI_ALERT_SLOT_WORDS = sizeof(sloi_alert_slot) / 8 };

/* Offsets are bytes from the block's start. */
struct slo_alert {
  sloi_block block;
  uint64_t objective_ppb;
  uint64_t tier_count;
  uint64_t slot_ns;
  uint64_t period_ns;
  uint64_t flags;
  uint64_t words; /* of a state */
  uint64_t state_at;
  uint64_t slots_at;
  sloi_gate_plan gate[SLO_SEVERITIES];
  slo_alert_tier tier[]; /* tier_count of them; then the state, then the transitions */
};

static inline sloi_cell *sloi_alert_cells(slo_alert *a) {
  return (sloi_cell *)(void *)((char *)a + a->state_at);
}

static inline const sloi_cell *sloi_alert_cells_const(const slo_alert *a) {
  return (const sloi_cell *)(const void *)((const char *)a + a->state_at);
}

static inline sloi_cell *sloi_alert_slot_cells(slo_alert *a, uint64_t sequence) {
  return (sloi_cell *)(void *)((char *)a + a->slots_at) +
         sequence % SLOI_ALERT_SLOTS * SLOI_ALERT_SLOT_WORDS;
}

/* Between a state and the words of it that are committed. */
void sloi_alert_unpack(const slo_alert *alert, const uint64_t *words, sloi_alert_state *state);
void sloi_alert_pack(const slo_alert *alert, const sloi_alert_state *state, uint64_t *words);

/* 1 when the window has begun a slice in which the alert has not been stepped. Owner only. */
int sloi_alert_due(const slo_alert *alert, const slo_window *window);

/* Asks for the lines that a step begins with. */
void sloi_alert_fetch(const slo_alert *alert);

#endif

/* ---- src/judge/tier.h ---- */

/* tier.h - the one check of tiers. */
#ifndef SLOI_TIER_H
#define SLOI_TIER_H


/* i is the place in the array, for the error's field. */
slo_status sloi_tier_check(const slo_alert_tier *tier, unsigned i, slo_error *error);

#endif

/* ---- src/judge/alert.c ---- */

#include <stddef.h>


#define ALERT_MAGIC SLOI_BLOCK_MAGIC('a', 'l')
#define ALERT_LAYOUT 3
#define ALERT_SLOT_NS (10 * SLO_SECOND_NS)

/* ---- configuration ---- */

/* The block that a configuration asks for, but for the header and the tiers. */
typedef struct alert_plan {
  slo_alert_config config; /* complete */
  sloi_gate_plan gate[SLO_SEVERITIES];
  uint64_t words;
  uint64_t state_at;
  uint64_t slots_at;
  uint64_t size;
} alert_plan;

static void alert_lay_out(alert_plan *plan) {
  uint64_t at = offsetof(slo_alert, tier) + plan->config.tier_count * sizeof(slo_alert_tier);
  plan->words =
      sizeof(sloi_alert_front) / 8 + plan->config.tier_count * (sizeof(sloi_alert_timer) / 8);
  for (int s = 0; s < SLO_SEVERITIES; s++) plan->words += sloi_gate_words(&plan->gate[s]);
  plan->state_at = sloi_round_up(at, SLO_ALIGN);
  at = plan->state_at + 8 * sloi_commit_words((size_t)plan->words);
  plan->slots_at = sloi_round_up(at, SLO_ALIGN);
  plan->size =
      sloi_round_up(plan->slots_at + 8 * SLOI_ALERT_SLOTS * SLOI_ALERT_SLOT_WORDS, SLO_ALIGN);
}

static slo_status alert_check(const slo_alert_config *config, alert_plan *plan, slo_error *error) {
  slo_alert_config *c = &plan->config;
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_alert_config");
  if (status == SLO_OK) status = sloi_objective_check(c->objective_ppb, error, "objective_ppb");
  if (status != SLO_OK) return status;
  if (c->tier_count < 1 || c->tier_count > SLO_ALERT_TIERS_MAX) {
    return sloi_fail_range(error, c->tier_count, 1, SLO_ALERT_TIERS_MAX, "tier_count");
  }
  if (c->tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (c->slot_ns == 0) c->slot_ns = ALERT_SLOT_NS;
  if (c->slot_ns < SLO_SECOND_NS || c->slot_ns > SLO_HOUR_NS) {
    return sloi_fail_range(error, c->slot_ns, SLO_SECOND_NS, SLO_HOUR_NS, "slot_ns");
  }
  if (c->period_ns < 0 || c->period_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->period_ns, 0, SLO_TIME_MAX_NS, "period_ns");
  }
  if (c->flags > SLO_ALERT_SILENCE) {
    return sloi_fail_range(error, c->flags, 0, SLO_ALERT_SILENCE, "flags");
  }
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  for (uint32_t i = 0; i < c->tier_count && status == SLO_OK; i++) {
    status = sloi_tier_check(&c->tiers[i], i, error);
  }
  for (uint32_t s = 0; s < SLO_SEVERITIES && status == SLO_OK; s++) {
    status = sloi_gate_plan_config(&c->gate[s], s, c->tiers, c->tier_count, c->objective_ppb,
                                   &plan->gate[s], error);
  }
  if (status == SLO_OK) alert_lay_out(plan);
  return status;
}

static uint64_t alert_config_size(uint64_t tier_count) {
  return offsetof(slo_alert, tier) + tier_count * sizeof(slo_alert_tier) - sizeof(sloi_block);
}

slo_status slo_alert_footprint(const slo_alert_config *config, size_t *size, slo_error *error) {
  alert_plan plan;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = alert_check(config, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

slo_status slo_alert_init(void *memory, size_t size, const slo_alert_config *config,
                          slo_alert **alert, slo_error *error) {
  alert_plan plan;
  if (alert == NULL) return sloi_fail(error, SLO_EINVAL, 0, "alert (NULL)");
  slo_status status = alert_check(config, &plan, error);
  if (status != SLO_OK) return status;
  const slo_alert_config *c = &plan.config;
  status = sloi_block_init(memory, size, plan.size, ALERT_MAGIC, ALERT_LAYOUT,
                           alert_config_size(c->tier_count), error);
  if (status != SLO_OK) return status;
  slo_alert *a = memory;
  a->objective_ppb = c->objective_ppb;
  a->tier_count = c->tier_count;
  a->slot_ns = (uint64_t)c->slot_ns;
  a->period_ns = (uint64_t)c->period_ns;
  a->flags = c->flags;
  a->words = plan.words;
  a->state_at = plan.state_at;
  a->slots_at = plan.slots_at;
  memcpy(a->gate, plan.gate, sizeof a->gate);
  memcpy(a->tier, c->tiers, c->tier_count * sizeof a->tier[0]);
  sloi_block_ready(&a->block);
  *alert = a;
  return SLO_OK;
}

/* Believes the checksum that the gates' plans are what init made of some configuration, and checks
 * what an index or a length follows from. */
static int alert_gate_valid(const slo_alert *a, const sloi_gate_plan *g) {
  if (g->kind == SLO_GATE_NONE) return 1;
  if (g->kind != SLO_GATE_EVIDENCE || g->longest >= a->tier_count || g->slowest >= a->tier_count) {
    return 0;
  }
  return sloi_evidence_plan_valid(&g->evidence);
}

slo_status slo_alert_attach(void *memory, size_t size, slo_alert **alert) {
  alert_plan plan;
  if (alert == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, ALERT_MAGIC, ALERT_LAYOUT, alert_config_size(0));
  if (status != SLO_OK) return status;
  slo_alert *a = memory;
  if (a->tier_count < 1 || a->tier_count > SLO_ALERT_TIERS_MAX ||
      a->block.config_size != alert_config_size(a->tier_count) ||
      a->objective_ppb < SLO_OBJECTIVE_MIN_PPB || a->objective_ppb > SLO_OBJECTIVE_MAX_PPB ||
      a->slot_ns < (uint64_t)SLO_SECOND_NS || a->slot_ns > (uint64_t)SLO_HOUR_NS ||
      a->period_ns > (uint64_t)SLO_TIME_MAX_NS || a->flags > SLO_ALERT_SILENCE) {
    return SLO_ECORRUPT;
  }
  for (uint64_t i = 0; i < a->tier_count; i++) {
    if (sloi_tier_check(&a->tier[i], (unsigned)i, NULL) != SLO_OK) return SLO_ECORRUPT;
  }
  for (int s = 0; s < SLO_SEVERITIES; s++) {
    if (!alert_gate_valid(a, &a->gate[s])) return SLO_ECORRUPT;
    plan.gate[s] = a->gate[s];
  }
  plan.config.tier_count = (uint32_t)a->tier_count;
  alert_lay_out(&plan);
  if (a->words != plan.words || a->state_at != plan.state_at || a->slots_at != plan.slots_at ||
      a->block.size != plan.size) {
    return SLO_ECORRUPT;
  }
  *alert = a;
  return SLO_OK;
}

slo_status slo_alert_create(const slo_alert_config *config, const slo_allocator *allocator,
                            slo_alert **alert, slo_error *error) {
  size_t size;
  void *memory;
  if (alert == NULL) return sloi_fail(error, SLO_EINVAL, 0, "alert (NULL)");
  slo_status status = slo_alert_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_alert_init(memory, size, config, alert, error);
}

void slo_alert_destroy(slo_alert *alert) {
  sloi_block_release(alert);
}

/* ---- states ---- */

void sloi_alert_unpack(const slo_alert *a, const uint64_t *words, sloi_alert_state *state) {
  const size_t timers = (size_t)a->tier_count * sizeof state->timer[0];
  memcpy(&state->front, words, sizeof state->front);
  words += sizeof state->front / 8;
  memcpy(state->timer, words, timers);
  words += timers / 8;
  for (int s = 0; s < SLO_SEVERITIES; s++) {
    const size_t n = sloi_gate_words(&a->gate[s]);
    memcpy(&state->gate[s], words, n * 8);
    words += n;
  }
}

void sloi_alert_pack(const slo_alert *a, const sloi_alert_state *state, uint64_t *words) {
  const size_t timers = (size_t)a->tier_count * sizeof state->timer[0];
  memcpy(words, &state->front, sizeof state->front);
  words += sizeof state->front / 8;
  memcpy(words, state->timer, timers);
  words += timers / 8;
  for (int s = 0; s < SLO_SEVERITIES; s++) {
    const size_t n = sloi_gate_words(&a->gate[s]);
    memcpy(words, &state->gate[s], n * 8);
    words += n;
  }
}

slo_status slo_alert_acknowledge(slo_alert *alert, uint32_t severity, int64_t now_ns) {
  sloi_alert_front front;
  uint64_t words[SLOI_ALERT_WORDS_MAX];
  if (alert == NULL) return SLO_EINVAL;
  if (severity >= SLO_SEVERITIES || now_ns < 1 || now_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)sloi_commit_peek(sloi_alert_cells(alert), (size_t)alert->words, words);
  memcpy(&front, words, sizeof front);
  if (front.severity[severity].state != SLO_ALERT_FIRING) return SLO_ENODATA;
  front.severity[severity].acknowledged = (uint64_t)now_ns;
  memcpy(words, &front, sizeof front);
  sloi_commit_store(sloi_alert_cells(alert), (size_t)alert->words, words);
  return SLO_OK;
}

slo_status slo_alert_read(const slo_alert *alert, uint32_t severity, slo_alert_status *status) {
  sloi_alert_state state;
  uint64_t words[SLOI_ALERT_WORDS_MAX];
  if (alert == NULL || status == NULL) return SLO_EINVAL;
  if (severity >= SLO_SEVERITIES) return SLO_ERANGE;
  sloi_commit_load(sloi_alert_cells_const(alert), (size_t)alert->words, words);
  sloi_alert_unpack(alert, words, &state);
  const sloi_alert_severity *from = &state.front.severity[severity];
  const sloi_gate_plan *gate = &alert->gate[severity];
  slo_alert_status s = {0};
  s.severity = severity;
  s.state = (uint32_t)from->state;
  s.since_ns = (int64_t)from->since;
  s.last_ns = (int64_t)from->last;
  s.tiers = from->tiers;
  s.tiers_fired = from->fired;
  s.acknowledged_ns = (int64_t)from->acknowledged;
  if (gate->kind == SLO_GATE_EVIDENCE) {
    s.evidence_ppb =
        sloi_evidence_ppb(sloi_evidence_sum(&gate->evidence, &state.gate[severity].evidence));
  }
  return sloi_sized_write(status, &s, sizeof s);
}

static slo_transition alert_transition(const sloi_alert_slot *s) {
  slo_transition t = {0};
  t.severity = (uint32_t)s->severity;
  t.from = (uint32_t)s->from;
  t.to = (uint32_t)s->to;
  t.tier = (uint32_t)s->tier;
  t.cause = (uint32_t)s->cause;
  t.sequence = s->mark - 1;
  t.at_ns = (int64_t)s->at;
  t.since_ns = (int64_t)s->since;
  t.last_ns = (int64_t)s->last;
  t.tiers = s->tiers;
  t.long_counts = s->long_counts;
  t.short_counts = s->short_counts;
  t.long_burn_ppm = s->long_burn;
  t.short_burn_ppm = s->short_burn;
  t.evidence_ppb = s->evidence;
  t.at_stake_ppm = s->at_stake;
  t.exhaustion_ns = (int64_t)s->exhaustion;
  return t;
}

slo_status slo_alert_next(const slo_alert *alert, uint64_t *cursor, slo_transition *transition) {
  sloi_alert_slot s;
  uint64_t words[SLOI_ALERT_WORDS_MAX];
  if (alert == NULL || cursor == NULL || transition == NULL) return SLO_EINVAL;
  sloi_commit_load(sloi_alert_cells_const(alert), (size_t)alert->words, words);
  const uint64_t transitions = words[offsetof(sloi_alert_front, transitions) / 8];
  if (*cursor >= transitions) return SLO_ENODATA;
  uint64_t oldest =
      transitions > SLO_ALERT_TRANSITIONS_KEPT ? transitions - SLO_ALERT_TRANSITIONS_KEPT : 0;
  if (*cursor >= oldest) {
    const sloi_cell *cell = sloi_alert_slot_cells((slo_alert *)(uintptr_t)alert, *cursor);
    for (size_t i = 0; i < SLOI_ALERT_SLOT_WORDS; i++) words[i] = sloi_load_acquire(&cell[i]);
    memcpy(&s, words, sizeof s);
    if (s.mark == *cursor + 1 && sloi_load_relaxed(&cell[0]) == s.mark) {
      slo_transition t = alert_transition(&s);
      slo_status status = sloi_sized_write(transition, &t, sizeof t);
      if (status == SLO_OK) ++*cursor;
      return status;
    }
    oldest = *cursor + 1; /* overwritten while we read */
  }
  *cursor = oldest;
  return SLO_ELOST;
}

/* ---- planning ---- */

/* When a burn tier would have held for long enough: its long window is the later one to exceed the
 * factor. INT64_MAX: never. */
static int64_t alert_importance(const slo_alert_config *c, const slo_alert_tier *t,
                                uint64_t error_ppb) {
  int64_t ns;
  if (slo_burn_detection(c->objective_ppb, error_ppb, t->factor_ppm, t->long_ns, &ns) != SLO_OK) {
    return INT64_MAX;
  }
  return t->for_ns < INT64_MAX - ns ? ns + t->for_ns : INT64_MAX;
}

slo_status slo_alert_detection(const slo_alert_config *config, uint32_t severity,
                               uint64_t requests_per_hour, uint64_t error_ppb,
                               int64_t *detection_ns) {
  alert_plan plan;
  if (config == NULL || detection_ns == NULL) return SLO_EINVAL;
  slo_status status = alert_check(config, &plan, NULL);
  if (status != SLO_OK) return status;
  const slo_alert_config *c = &plan.config;
  if (severity >= SLO_SEVERITIES || requests_per_hour < 1 ||
      requests_per_hour > UINT64_C(1000000000000) || error_ppb < 1 || error_ppb > SLOI_PPB) {
    return SLO_ERANGE;
  }
  int64_t soonest = INT64_MAX, real = 0;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const slo_alert_tier *t = &c->tiers[i];
    if (t->severity != severity || t->kind != SLO_TIER_BURN) continue;
    int64_t ns = alert_importance(c, t, error_ppb);
    for (uint32_t k = 0; k < c->tier_count && t->group != 0; k++) { /* all of a group */
      const slo_alert_tier *other = &c->tiers[k];
      if (other->group != t->group || other->severity != severity) continue;
      if (other->kind != SLO_TIER_BURN) continue;
      int64_t other_ns = alert_importance(c, other, error_ppb);
      if (other_ns > ns) ns = other_ns;
    }
    if (ns < soonest) soonest = ns;
  }
  if (soonest == INT64_MAX) return SLO_ENODATA;
  if (plan.gate[severity].kind == SLO_GATE_EVIDENCE) {
    slo_evidence_config e;
    sloi_gate_evidence(&c->gate[severity], severity, c->tiers, c->tier_count, c->objective_ppb, &e);
    status = slo_evidence_detection(&e, requests_per_hour, error_ppb, c->slot_ns, &real);
    if (status != SLO_OK) return status;
  }
  *detection_ns = soonest > real ? soonest : real;
  return SLO_OK;
}

/* ---- src/judge/ledger.h ---- */

/* ledger.h - what alerts need of a ledger beyond its public face. */
#ifndef SLOI_LEDGER_H
#define SLOI_LEDGER_H


/* 1 when some correction of the SLI touches (from_ns, to_ns]. Any thread; ledger may be NULL. */
int sloi_ledger_any(const slo_ledger *ledger, uint32_t sli, int64_t from_ns, int64_t to_ns);

/* Could it be appended? Errors as slo_ledger_append; *correction is complete. */
slo_status sloi_ledger_check(const slo_ledger *ledger, const slo_correction *correction,
                             slo_error *error);

#endif

/* ---- src/window/window.h ---- */

/* window.h - the layout of a window: tiers.c makes and validates it, window.c uses it. */
#ifndef SLOI_WINDOW_H
#define SLOI_WINDOW_H


/* A reading, the words of a slot; the last three only where there are slices. */
typedef struct sloi_window_reading {
  uint64_t mark; /* time + 1; 0: empty, or being written */
  uint64_t good;
  uint64_t bad;
  uint64_t excluded;
  uint64_t measured;
  uint64_t unresolved;
  slo_slices slices;
} sloi_window_reading;

enum {
  SLOI_WINDOW_WORDS = offsetof(sloi_window_reading, slices) / 8,
  SLOI_WINDOW_WORDS_SLICED = sizeof(sloi_window_reading) / 8,
  SLOI_WINDOW_PIN_EXTRA = 2 /* words of a pin behind its reading: until, history */
};

/*
 * What a push replaces whole. newest[0], its mark, is 0 before the first push.
 *
 * The rings are written from a committed state only: the next push writes the slots that the
 * newest reading opened before it does anything else. Until then a reader takes them from the
 * state: the newest slot holds the newest reading, slots that were passed over the one before
 * it. So a push touches nothing that the state it began with could ask for, and may be
 * killed anywhere.
 */
typedef struct sloi_window_state {
  uint64_t newest[SLOI_WINDOW_WORDS];
  uint64_t previous[SLOI_WINDOW_WORDS];
  uint64_t first;   /* time of the oldest reading of this history */
  uint64_t history; /* which one it is: 1, 2, .. */
  uint64_t steps_back;
  uint64_t jumps_refused;
  uint64_t rebases;
  uint64_t pins_refused;
  uint64_t
      gap[2]; /* the longest between two pushes: since the longest span last began, and before */
  uint64_t refreshed; /* 1: the newest reading is not what it was first: nor are its pins */
  /* from here on only where there are slices */
  slo_slices newest_slices;
  slo_slices previous_slices;
  uint64_t slice; /* the number of slices that ended, since the epoch */
  uint64_t slice_good;
  uint64_t slice_bad; /* the counts at which the open one began */
} sloi_window_state;

typedef struct sloi_window_ring {
  uint64_t step;
  uint64_t span;
  uint64_t slots;
  uint64_t at; /* bytes from the block's start */
} sloi_window_ring;

/* What a window was configured to be, and what follows from it. Offsets are bytes from the
 * block's start. */
typedef struct sloi_window_config {
  uint64_t tier_count;
  uint64_t jump_max;
  uint64_t jump_unmeasured_max;
  uint64_t gap;
  uint64_t slice;           /* 0: none */
  uint64_t slice_objective; /* ppb */
  uint64_t unmeasured;
  uint64_t pins;
  uint64_t pins_at;
  uint64_t state_at;
  uint64_t nested;        /* 1: every step divides the next one */
  uint64_t reading_words; /* of a slot */
  uint64_t jump_given;    /* jump_max_ns of the configuration; 0: the defaults */
  uint64_t reserved[3];
} sloi_window_config;

struct slo_window {
  sloi_block block;
  sloi_window_config config;
  sloi_window_ring ring[]; /* tier_count of them */
};

/* Words of a state in use. */
static inline size_t sloi_window_words(const sloi_window_config *c) {
  return (c->slice != 0 ? sizeof(sloi_window_state) : offsetof(sloi_window_state, newest_slices)) /
         8;
}

static inline sloi_cell *sloi_window_cells(slo_window *w) {
  return (sloi_cell *)(void *)((char *)w + w->config.state_at);
}

static inline const sloi_cell *sloi_window_cells_const(const slo_window *w) {
  return (const sloi_cell *)(const void *)((const char *)w + w->config.state_at);
}

/* How far a push with these flags may be ahead. After a restart the clock may be far ahead; while
 * somebody ticks it may not. */
static inline uint64_t sloi_window_jump_max(const slo_window *w, uint32_t flags) {
  return (flags & SLO_PUSH_UNMEASURED) != 0 ? w->config.jump_unmeasured_max : w->config.jump_max;
}

/* slo_window_read and slo_window_summarize of one state. Arguments are not checked. */
slo_status sloi_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                            slo_delta *deltas, slo_window_summary *summary);

/* Asks for the lines that a push and a read begin with. */
static inline void sloi_window_fetch(const slo_window *w) {
  enum { LINES = 13 }; /* header, default tiers, state */
  sloi_fetch(w, LINES);
}

/* Changes whenever the state does. Any thread. */
static inline uint64_t sloi_window_sequence(const slo_window *w) {
  return sloi_load_acquire(sloi_window_cells_const(w));
}

/* Judges the slices that end at or before `time`. */
void sloi_window_close_slices(const sloi_window_config *config, sloi_window_state *state,
                              uint64_t time, const slo_counts *total, int measured);

/* Recomputes what follows from a delta's counts, measured and unmeasured time: unseen, judged. */
void sloi_window_judge(slo_delta *delta);

/* When the slice of the finest tier that the newest reading lies in began: a multiple of its
 * step. SLO_ENODATA before the first push. Owner only. */
slo_status sloi_window_slice(const slo_window *window, int64_t *begin_ns, int64_t *newest_ns);

#endif

/* ---- src/judge/alert_step.c ---- */

/* alert_step.c - what a step does to an alert. */
#include <stddef.h>


#define ALERT_STEP_PPM UINT64_C(1000000)
#define ALERT_STEP_VOLUME 100 /* bad events that need no proof */
#define ALERT_STEP_EXPECTED 3 /* bad events at the threshold that a calm window must expect */

/* Everything a step looks at. */
typedef struct alert_step {
  slo_alert *alert;
  const slo_window *window;
  const slo_ledger *ledger;
  uint32_t sli;
  uint64_t now; /* time */
  slo_window_summary summary;
  slo_delta delta[2 * SLO_ALERT_TIERS_MAX]; /* long and short, for each tier */
  int holds[SLO_ALERT_TIERS_MAX];
  sloi_alert_state state;
} alert_step;

static int alert_step_exceeds(const alert_step *s, uint64_t tier, const slo_counts *counts) {
  const slo_alert_tier *t = &s->alert->tier[tier];
  uint32_t flags = t->kind == SLO_TIER_SPENT ? SLO_BURN_AT_LEAST : t->flags & SLO_BURN_AT_LEAST;
  return slo_burn_exceeds(counts, s->alert->objective_ppb, t->factor_ppm, flags) == 1;
}

/* Nothing valid in a short window that was measured whole, though the long one's rate wants it.
 * Before there is a whole long window its rate is not known: a morning says nothing of the night.
 * Whoever writes a correction down knows about the silence. */
static int alert_step_silent(const alert_step *s, uint64_t tier) {
  const slo_alert_tier *t = &s->alert->tier[tier];
  const slo_delta *long_delta = &s->delta[2 * tier], *short_delta = &s->delta[2 * tier + 1];
  const slo_counts *before = &long_delta->counts, *now = &short_delta->counts;
  if (now->good + now->bad != 0 || short_delta->covered_ns < t->short_ns) return 0;
  if (s->now - (uint64_t)s->summary.first_ns < (uint64_t)t->long_ns) return 0;
  if (long_delta->measured_ns <= 0) return 0;
  if (sloi_ledger_any(s->ledger, s->sli, short_delta->from_ns, short_delta->to_ns)) return 0;
  if (s->state.timer[tier].firing) return 1; /* the silence itself makes the rate small */
  uint64_t expected =
      sloi_u128_divide(sloi_u128_multiply(before->good + before->bad, (uint64_t)t->short_ns),
                       sloi_u128_of((uint64_t)long_delta->measured_ns));
  return expected >= t->factor_ppm / ALERT_STEP_PPM + (t->factor_ppm % ALERT_STEP_PPM != 0);
}

static int alert_step_condition(const alert_step *s, uint64_t i) {
  const slo_alert_tier *t = &s->alert->tier[i];
  const slo_delta *long_delta = &s->delta[2 * i], *short_delta = &s->delta[2 * i + 1];
  if (t->kind == SLO_TIER_SILENCE) return alert_step_silent(s, i);
  if (!alert_step_exceeds(s, i, &long_delta->judged)) return 0;
  return t->kind == SLO_TIER_SPENT || alert_step_exceeds(s, i, &short_delta->judged);
}

/* A group holds when all of its tiers do. */
static void alert_step_conditions(alert_step *s) {
  const slo_alert *a = s->alert;
  int alone[SLO_ALERT_TIERS_MAX];
  for (uint64_t i = 0; i < a->tier_count; i++) alone[i] = alert_step_condition(s, i);
  for (uint64_t i = 0; i < a->tier_count; i++) {
    s->holds[i] = alone[i];
    if (a->tier[i].group == 0) continue;
    for (uint64_t k = 0; k < a->tier_count; k++) {
      if (a->tier[k].group == a->tier[i].group && a->tier[k].severity == a->tier[i].severity) {
        s->holds[i] &= alone[k];
      }
    }
  }
}

/* How long since *mark, which a clock that was rebased to before it moves along. */
static uint64_t alert_step_age(uint64_t now, uint64_t *mark) {
  if (*mark > now) *mark = now;
  return now - *mark;
}

static void alert_step_hold(sloi_alert_timer *timer, uint64_t now, int holds) {
  if (!holds) {
    timer->held = 0;
  } else if (timer->held == 0) {
    timer->held = now;
  }
}

/* A group waits for the one of its tiers that waits longest. */
static slo_alert_tier alert_step_grouped(const slo_alert *a, uint64_t tier) {
  slo_alert_tier t = a->tier[tier];
  for (uint64_t k = 0; k < a->tier_count && t.group != 0; k++) {
    const slo_alert_tier *other = &a->tier[k];
    if (other->group != t.group || other->severity != t.severity) continue;
    if (other->for_ns > t.for_ns) t.for_ns = other->for_ns;
  }
  return t;
}

/* Has it held for long enough? */
static int alert_step_ready(const slo_alert_tier *tier, sloi_alert_timer *timer, uint64_t now) {
  return timer->held != 0 && alert_step_age(now, &timer->held) >= (uint64_t)tier->for_ns;
}

/* may: its gate lets it. What fired keeps firing for a while after it held, and might, last. */
static void alert_step_fire(const slo_alert_tier *tier, sloi_alert_timer *timer, uint64_t now,
                            int may) {
  if (may && timer->held != 0) {
    if (alert_step_ready(tier, timer, now)) timer->firing = 1;
    if (timer->firing) timer->last = now;
  } else if (alert_step_age(now, &timer->last) >= (uint64_t)tier->keep_firing_ns) {
    timer->firing = 0;
  }
}

/* ---- gates ---- */

/* What corrections made of a number: as much less, but not less than nothing, or more. */
static uint64_t alert_step_amend(uint64_t value, uint64_t before, uint64_t after) {
  if (after >= before) return value + (after - before);
  return before - after < value ? value - (before - after) : 0;
}

/* What was counted since the newest reading that was weighed. Corrections take it out. The window
 * may have kept an older reading than that one only: so what corrections change is applied, and not
 * what the window says. */
static slo_counts alert_step_slot(const alert_step *s, const sloi_alert_front *front) {
  slo_counts slot = {s->summary.counts.good - front->good, s->summary.counts.bad - front->bad, 0};
  int64_t from_ns = (int64_t)(front->weighed - 1);
  if (!sloi_ledger_any(s->ledger, s->sli, from_ns, (int64_t)s->now)) return slot;
  slo_delta d = {0};
  d.struct_size = (uint32_t)sizeof d;
  if (slo_window_delta(s->window, from_ns, (int64_t)s->now, &d) != SLO_OK) return slot;
  const slo_counts counted = d.counts;
  if (slo_ledger_correct(s->ledger, s->sli, s->window, &d, NULL) != SLO_OK) return slot;
  slot.good = alert_step_amend(slot.good, counted.good, d.counts.good);
  slot.bad = alert_step_amend(slot.bad, counted.bad, d.counts.bad);
  return slot;
}

/* Once a slot has ended its counts are weighed; what came late goes into the next one. */
static void alert_step_weigh(alert_step *s) {
  sloi_alert_front *front = &s->state.front;
  const slo_alert *a = s->alert;
  const slo_window_summary *now = &s->summary;
  int anew = front->weighed == 0 || front->weighed - 1 > s->now || now->counts.good < front->good ||
             now->counts.bad < front->bad || (uint64_t)now->measured_ns < front->measured;
  if (!anew && (front->weighed - 1) / a->slot_ns == s->now / a->slot_ns) return;
  if (!anew) {
    const slo_counts slot = alert_step_slot(s, front);
    const uint64_t dt = (uint64_t)now->measured_ns - front->measured;
    for (int i = 0; i < SLO_SEVERITIES; i++) {
      if (a->gate[i].kind == SLO_GATE_NONE) continue;
      sloi_gate_weigh(&a->gate[i], &s->state.gate[i], dt, &slot);
    }
  }
  front->weighed = s->now + 1;
  front->good = now->counts.good;
  front->bad = now->counts.bad;
  front->measured = (uint64_t)now->measured_ns;
}

/* Could the window tell a burn of the factor, had there been one, and shows not half of it? The
 * factor itself is no end: a live outage near it falls below by chance. */
static int alert_step_calm(const alert_step *s, uint64_t tier) {
  const slo_counts *c = &s->delta[2 * tier + 1].judged;
  const uint64_t factor_ppm = s->alert->tier[tier].factor_ppm;
  const sloi_u128 allowed = sloi_u128_multiply(factor_ppm, SLOI_PPB - s->alert->objective_ppb);
  const uint64_t share = allowed.hi != 0 || allowed.lo > SLOI_PPB_PPM ? SLOI_PPB_PPM : allowed.lo;
  const uint64_t half_ppm = factor_ppm > 1 ? factor_ppm / 2 : 1;
  return sloi_u128_compare(sloi_u128_multiply(share, c->good + c->bad),
                           sloi_u128_multiply(ALERT_STEP_EXPECTED, SLOI_PPB_PPM)) >= 0 &&
         slo_burn_exceeds(c, s->alert->objective_ppb, half_ppm, 0) == 0;
}

static void alert_step_gate(alert_step *s, uint32_t severity) {
  const slo_alert *a = s->alert;
  const sloi_gate_plan *plan = &a->gate[severity];
  sloi_gate_view view = {0, 0, 0, 0, 0, {0, 0, 0}};
  for (uint64_t i = 0; i < a->tier_count; i++) {
    const slo_alert_tier *t = &a->tier[i];
    if (t->severity != severity || t->kind != SLO_TIER_BURN) continue;
    const slo_counts *longer = &s->delta[2 * i].judged;
    view.holds |= s->holds[i];
    view.above |= alert_step_exceeds(s, i, longer);
    const slo_alert_tier grouped = alert_step_grouped(a, i);
    if (!alert_step_ready(&grouped, &s->state.timer[i], s->now + 1)) continue;
    view.ready = 1;
    view.volume |= longer->bad >= ALERT_STEP_VOLUME && t->factor_ppm >= plan->volume;
  }
  view.calm = alert_step_calm(s, plan->slowest) || /* or nothing counts now: it was corrected */
              sloi_ledger_any(s->ledger, s->sli, (int64_t)s->now - 1, (int64_t)s->now);
  view.longest = s->delta[2 * plan->longest].judged;
  sloi_gate_decide(plan, &s->state.gate[severity], &view);
}

/* ---- transitions ---- */

static uint64_t alert_step_burn(const slo_alert *a, const slo_counts *counts) {
  uint64_t burn_ppm = 0;
  (void)slo_burn_eval(counts, a->objective_ppb, &burn_ppm);
  return burn_ppm;
}

/* What the burn of a long window means for the budget of the period. */
static void alert_step_stakes(const alert_step *s, uint64_t tier, sloi_alert_slot *slot) {
  const slo_alert *a = s->alert;
  const slo_delta *d = &s->delta[2 * tier];
  int64_t period = (int64_t)a->period_ns, exhaustion;
  slo_delta whole = {0};
  uint64_t consumed;
  slot->exhaustion = (uint64_t)INT64_MAX;
  if (period == 0) return;
  slot->at_stake = sloi_u128_divide(
      sloi_u128_multiply(slot->long_burn, (uint64_t)d->to_ns - (uint64_t)d->from_ns),
      sloi_u128_of(a->period_ns));
  whole.struct_size = (uint32_t)sizeof whole;
  if (slo_window_read(s->window, &period, 1, &whole) != SLO_OK ||
      slo_ledger_correct(s->ledger, s->sli, s->window, &whole, NULL) != SLO_OK ||
      slo_burn_eval(&whole.judged, a->objective_ppb, &consumed) != SLO_OK) {
    return;
  }
  if (slo_burn_exhaustion((int64_t)ALERT_STEP_PPM - sloi_shown(consumed), slot->long_burn, period,
                          &exhaustion) == SLO_OK) {
    slot->exhaustion = (uint64_t)exhaustion;
  }
}

static void alert_step_write(slo_alert *a, const sloi_alert_slot *s) {
  uint64_t words[SLOI_ALERT_SLOT_WORDS];
  sloi_cell *cell = sloi_alert_slot_cells(a, s->mark - 1);
  memcpy(words, s, sizeof words);
  sloi_store_release(&cell[0], 0);
  for (size_t i = 1; i < SLOI_ALERT_SLOT_WORDS; i++) sloi_store_release(&cell[i], words[i]);
  sloi_store_release(&cell[0], words[0]);
}

/* Writes down a change, and why. */
static void alert_step_note(alert_step *s, uint32_t which, const sloi_alert_severity *before,
                            uint64_t tiers, uint64_t cause) {
  slo_alert *a = s->alert;
  const sloi_gate_plan *gate = &a->gate[which];
  sloi_alert_slot slot = {0};
  slot.mark = ++s->state.front.transitions;
  slot.severity = which;
  slot.from = before->state;
  slot.to = s->state.front.severity[which].state;
  slot.cause = cause;
  slot.at = s->now;
  slot.since = before->since;
  slot.last = before->last;
  slot.tiers = tiers;
  while (slot.tier + 1 < a->tier_count && !(tiers >> slot.tier & 1)) slot.tier++;
  slot.long_counts = s->delta[2 * slot.tier].judged;
  slot.short_counts = s->delta[2 * slot.tier + 1].judged;
  slot.long_burn = alert_step_burn(a, &slot.long_counts);
  slot.short_burn = alert_step_burn(a, &slot.short_counts);
  if (gate->kind == SLO_GATE_EVIDENCE) {
    slot.evidence =
        sloi_evidence_ppb(sloi_evidence_sum(&gate->evidence, &s->state.gate[which].evidence));
  }
  alert_step_stakes(s, slot.tier, &slot);
  alert_step_write(a, &slot);
}

/* Is there a gate that this tier must pass, and is it shut? */
static int alert_step_shut(const alert_step *s, uint64_t tier) {
  const slo_alert *a = s->alert;
  const slo_alert_tier *t = &a->tier[tier];
  if (a->gate[t->severity].kind != SLO_GATE_EVIDENCE || s->state.gate[t->severity].open) return 0;
  if (t->kind == SLO_TIER_BURN) return 1;
  for (uint64_t k = 0; k < a->tier_count && t->group != 0; k++) { /* nor may one of its group */
    const slo_alert_tier *other = &a->tier[k];
    if (other->group == t->group && other->severity == t->severity &&
        other->kind == SLO_TIER_BURN) {
      return 1;
    }
  }
  return 0;
}

/* May this severity not begin to fire, because the other one does? */
static int alert_step_silenced(const alert_step *s, uint32_t severity) {
  const slo_alert *a = s->alert;
  if (severity == SLO_SEVERITY_PAGE || (a->flags & SLO_ALERT_SILENCE) == 0) return 0;
  if (s->state.front.severity[SLO_SEVERITY_PAGE].state == SLO_ALERT_FIRING) return 1;
  return a->gate[SLO_SEVERITY_PAGE].kind == SLO_GATE_EVIDENCE &&
         s->state.gate[SLO_SEVERITY_PAGE].open != 0;
}

/* Which tiers of a severity fire, which are pending. What fires although its gate is shut may keep
 * a severity firing, not begin it. */
static void alert_step_tiers(const alert_step *s, uint32_t which, uint64_t *firing,
                             uint64_t *pending) {
  const slo_alert *a = s->alert;
  const int fires = s->state.front.severity[which].state == SLO_ALERT_FIRING;
  *firing = *pending = 0;
  for (uint64_t i = 0; i < a->tier_count; i++) {
    const sloi_alert_timer *timer = &s->state.timer[i];
    if (a->tier[i].severity != which) continue;
    if (timer->firing && (fires || !alert_step_shut(s, i))) {
      *firing |= UINT64_C(1) << i;
    } else if (timer->firing || timer->held != 0) {
      *pending |= UINT64_C(1) << i;
    }
  }
}

/* What it is that makes the first of these tiers fire. */
static uint64_t alert_step_cause(const alert_step *s, uint64_t tiers) {
  const slo_alert *a = s->alert;
  uint64_t i = 0;
  while (i + 1 < a->tier_count && !(tiers >> i & 1)) i++;
  const slo_alert_tier *t = &a->tier[i];
  if (t->kind == SLO_TIER_SPENT) return SLO_CAUSE_SPENT;
  if (t->kind == SLO_TIER_SILENCE) return SLO_CAUSE_SILENCE;
  return a->gate[t->severity].kind == SLO_GATE_EVIDENCE ? s->state.gate[t->severity].open
                                                        : SLO_CAUSE_BURN;
}

/* Moves one severity on. silenced: it may not begin to fire now. */
static void alert_step_severity(alert_step *s, uint32_t which, int silenced) {
  const slo_alert *a = s->alert;
  sloi_alert_severity *severity = &s->state.front.severity[which];
  const sloi_alert_severity before = *severity;
  uint64_t firing, pending, announced = 0;
  alert_step_tiers(s, which, &firing, &pending);
  int open = a->gate[which].kind == SLO_GATE_EVIDENCE && s->state.gate[which].open != 0;
  int fires = firing != 0 || (open && before.state == SLO_ALERT_FIRING);
  if (silenced && before.state != SLO_ALERT_FIRING && fires) {
    pending |= firing;
    firing = 0;
    fires = 0;
  }
  severity->state = fires          ? SLO_ALERT_FIRING
                    : pending != 0 ? SLO_ALERT_PENDING
                                   : SLO_ALERT_INACTIVE;
  severity->tiers = firing != 0 ? firing : pending;
  severity->last = s->now;
  if (severity->state == before.state) {
    for (uint64_t i = 0; i < a->tier_count; i++) {
      if (a->tier[i].flags & SLO_TIER_ANNOUNCE) {
        announced |= firing & ~before.fired & UINT64_C(1) << i;
      }
    }
    severity->fired |= firing;
    if (announced == 0) return;
    alert_step_note(s, which, &before, announced, alert_step_cause(s, announced));
    return;
  }
  severity->since = s->now;
  severity->fired = firing;
  if (!fires) severity->acknowledged = 0;
  uint64_t tiers = before.state == SLO_ALERT_FIRING ? before.fired
                   : severity->tiers != 0           ? severity->tiers
                                                    : before.tiers;
  alert_step_note(s, which, &before, tiers, fires ? alert_step_cause(s, tiers) : SLO_CAUSE_NONE);
}

/* ---- the step ---- */

static slo_status alert_step_correct(alert_step *s) {
  const uint64_t n = 2 * s->alert->tier_count;
  int64_t oldest = s->delta[0].to_ns;
  if (slo_ledger_count(s->ledger) == 0) return SLO_OK;
  for (uint64_t i = 0; i < n; i++) {
    if (s->delta[i].from_ns < oldest) oldest = s->delta[i].from_ns;
  }
  if (!sloi_ledger_any(s->ledger, s->sli, oldest, s->delta[0].to_ns)) return SLO_OK;
  for (uint64_t i = 0; i < n; i++) {
    slo_status status = slo_ledger_correct(s->ledger, s->sli, s->window, &s->delta[i], NULL);
    if (status != SLO_OK) return status;
  }
  return SLO_OK;
}

slo_status slo_alert_step(slo_alert *alert, const slo_window *window, const slo_ledger *ledger,
                          uint32_t sli) {
  int64_t spans[2 * SLO_ALERT_TIERS_MAX];
  uint64_t words[SLOI_ALERT_WORDS_MAX];
  alert_step s;
  if (alert == NULL || window == NULL) return SLO_EINVAL;
  s.alert = alert;
  s.window = window;
  s.ledger = ledger;
  s.sli = sli;
  for (uint64_t i = 0; i < alert->tier_count; i++) {
    spans[2 * i] = alert->tier[i].long_ns;
    spans[2 * i + 1] = alert->tier[i].short_ns;
  }
  s.delta[0].struct_size = (uint32_t)sizeof s.delta[0];
  slo_status status =
      sloi_window_read(window, spans, (size_t)(2 * alert->tier_count), s.delta, &s.summary);
  if (status == SLO_OK) status = alert_step_correct(&s);
  if (status != SLO_OK) return status;
  (void)sloi_commit_peek(sloi_alert_cells(alert), (size_t)alert->words, words);
  sloi_alert_unpack(alert, words, &s.state);
  s.now = (uint64_t)s.delta[0].to_ns;
  if (s.state.front.stepped == s.now + 1) return SLO_OK;
  s.state.front.stepped = s.now + 1;
  alert_step_weigh(&s);
  alert_step_conditions(&s);
  for (uint64_t i = 0; i < alert->tier_count; i++) {
    alert_step_hold(&s.state.timer[i], s.now + 1, s.holds[i]);
  }
  for (uint32_t i = 0; i < SLO_SEVERITIES; i++) {
    if (alert->gate[i].kind != SLO_GATE_EVIDENCE) continue;
    /* what is silenced opens no gate: when it may fire, it must be real then */
    if (s.state.gate[i].open || !alert_step_silenced(&s, i)) alert_step_gate(&s, i);
  }
  for (uint64_t i = 0; i < alert->tier_count; i++) {
    const slo_alert_tier tier = alert_step_grouped(alert, i);
    alert_step_fire(&tier, &s.state.timer[i], s.now + 1, !alert_step_shut(&s, i));
  }
  for (uint32_t i = 0; i < SLO_SEVERITIES; i++) {
    alert_step_severity(&s, i, alert_step_silenced(&s, i));
  }
  sloi_alert_pack(alert, &s.state, words);
  sloi_commit_store(sloi_alert_cells(alert), (size_t)alert->words, words);
  return SLO_OK;
}

int sloi_alert_due(const slo_alert *alert, const slo_window *window) {
  int64_t begin_ns, newest_ns;
  if (sloi_window_slice(window, &begin_ns, &newest_ns) != SLO_OK) return 0;
  uint64_t stepped = sloi_commit_word(sloi_alert_cells_const(alert), (size_t)alert->words,
                                      offsetof(sloi_alert_front, stepped) / 8);
  int64_t stepped_ns = (int64_t)stepped - 1;
  return stepped == 0 || stepped_ns < begin_ns || stepped_ns > newest_ns;
}

void sloi_alert_fetch(const slo_alert *alert) {
  enum { FRONT = 16, STATE = 16 };
  sloi_fetch(alert, FRONT);
  sloi_fetch(sloi_alert_cells_const(alert), STATE);
}

/* ---- src/judge/budget.h ---- */

/* budget.h - what the explanation of a budget needs of it. */
#ifndef SLOI_BUDGET_H
#define SLOI_BUDGET_H


/* The delta that a budget is read from, with corrections; *corrections is how many there were.
 * Also checks config, which is completed in *c. */
slo_status sloi_budget_delta(const slo_window *window, const slo_budget_config *config,
                             slo_budget_config *c, slo_delta *delta, uint32_t *corrections);

/* The budget of such a delta. */
slo_status sloi_budget_of(const slo_budget_config *c, const slo_delta *delta, uint32_t corrections,
                          slo_budget *budget);

#endif

/* ---- src/judge/budget.c ---- */

const char *slo_method_name(uint32_t method) {
  static const char *const names[] = {"occurrences", "timeslices", "ratio timeslices"};
  return method < sizeof names / sizeof names[0] ? names[method] : "unknown method";
}

/* The share of a budget that bad of valid spend is their burn rate over its period. */
static slo_status budget_spent(const slo_counts *units, uint64_t objective_ppb,
                               uint64_t *consumed_ppm, int64_t *remaining_ppm) {
  slo_status status = slo_burn_eval(units, objective_ppb, consumed_ppm);
  if (status == SLO_OK) *remaining_ppm = 1000000 - sloi_shown(*consumed_ppm);
  return status;
}

static slo_status budget_fill(const slo_counts *units, slo_budget *b) {
  b->good = units->good;
  b->bad = units->bad;
  b->valid = units->good + units->bad;
  b->allowed = sloi_u128_divide(sloi_u128_multiply(SLOI_PPB - b->objective_ppb, b->valid),
                                sloi_u128_of(SLOI_PPB));
  return budget_spent(units, b->objective_ppb, &b->consumed_ppm, &b->remaining_ppm);
}

slo_status slo_budget_eval(const slo_counts *counts, uint64_t objective_ppb, slo_budget *budget) {
  slo_budget b = {0};
  if (counts == NULL || budget == NULL) return SLO_EINVAL;
  b.method = SLO_METHOD_OCCURRENCES;
  b.objective_ppb = objective_ppb;
  slo_status status = budget_fill(counts, &b);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  b.counts = *counts;
  b.best_ppm = b.worst_ppm = b.remaining_ppm;
  slo_status written = sloi_sized_write(budget, &b, sizeof b);
  return written != SLO_OK ? written : status;
}

/* ---- units: what a method counts, so that everything else is the same for all of them ---- */

typedef struct budget_units {
  slo_counts judged;
  slo_counts counted;
  uint64_t unseen;
} budget_units;

static slo_counts budget_with(const slo_counts *units, uint32_t policy, uint64_t unseen) {
  slo_counts with = *units;
  if (policy == SLO_UNMEASURED_BAD) with.bad += unseen;
  if (policy == SLO_UNMEASURED_GOOD) with.good += unseen;
  return with;
}

static uint64_t budget_least(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static budget_units budget_count(const slo_delta *d, uint32_t method) {
  budget_units u = {{0, 0, 0}, {0, 0, 0}, 0};
  if (method == SLO_METHOD_OCCURRENCES) {
    u.counted.good = d->counts.good;
    u.counted.bad = d->counts.bad;
    u.unseen = d->unseen;
  } else {
    /* what is stored may be anything; in units of their ratio so many are below 2^63. They are 29
     * years of the shortest slices */
    const uint64_t most = 92000000;
    u.counted.good = budget_least(d->slices.good, most);
    u.counted.bad = budget_least(d->slices.bad, most - u.counted.good);
    u.unseen = budget_least(d->unseen_slices, most - u.counted.good - u.counted.bad);
  }
  if (method == SLO_METHOD_RATIO_TIMESLICES) {
    uint64_t valid = (u.counted.good + u.counted.bad) * SLO_SLICE_RATIO_ONE;
    u.counted.bad = budget_least(d->slices.ratio_sum, valid);
    u.counted.good = valid - u.counted.bad;
    u.unseen *= SLO_SLICE_RATIO_ONE;
  }
  u.judged = budget_with(&u.counted, d->policy, u.unseen);
  return u;
}

/* ---- of a window ---- */

static slo_status budget_check(const slo_budget_config *config, slo_budget_config *c,
                               slo_error *error) {
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_budget_config");
  if (status != SLO_OK) return status;
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  if (c->method > SLO_METHOD_RATIO_TIMESLICES) {
    return sloi_fail_range(error, c->method, 0, SLO_METHOD_RATIO_TIMESLICES, "method");
  }
  if (c->period_ns < 0 || c->period_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->period_ns, 0, SLO_TIME_MAX_NS, "period_ns");
  }
  int64_t max = c->period_ns != 0 ? 0 : SLO_TIME_MAX_NS - 1; /* one or the other */
  if (c->start_ns < 0 || c->start_ns > max) {
    return sloi_fail_range(error, c->start_ns, 0, max, "start_ns");
  }
  int64_t min = c->period_ns != 0 ? 0 : c->start_ns + 1;
  max = c->period_ns != 0 ? 0 : SLO_TIME_MAX_NS;
  if (c->end_ns < min || c->end_ns > max) {
    return sloi_fail_range(error, c->end_ns, min, max, "end_ns");
  }
  return sloi_objective_check(c->objective_ppb, error, "objective_ppb");
}

slo_status slo_budget_check(const slo_budget_config *config, slo_error *error) {
  slo_budget_config c;
  return budget_check(config, &c, error);
}

static slo_status budget_between(const slo_window *window, const slo_budget_config *c,
                                 int64_t from_ns, int64_t to_ns, slo_delta *delta,
                                 uint32_t *corrections) {
  delta->struct_size = (uint32_t)sizeof *delta;
  slo_status status = slo_window_delta(window, from_ns, to_ns, delta);
  if (status == SLO_OK) status = slo_ledger_correct(c->ledger, c->sli, window, delta, corrections);
  return status;
}

static slo_status budget_rolling(const slo_window *window, const slo_budget_config *c,
                                 int64_t span_ns, slo_delta *delta, uint32_t *corrections) {
  delta->struct_size = (uint32_t)sizeof *delta;
  slo_status status = slo_window_read(window, &span_ns, 1, delta);
  if (status == SLO_OK) status = slo_ledger_correct(c->ledger, c->sli, window, delta, corrections);
  return status;
}

/* A history that begins within the period is asked for from there on: its first reading may be
 * pinned, and that is more than what the rings still have. */
static slo_status budget_calendar(const slo_window *window, const slo_budget_config *c,
                                  const slo_window_summary *now, slo_delta *delta,
                                  uint32_t *corrections) {
  int64_t from_ns = c->start_ns;
  int64_t to_ns = c->end_ns < now->newest_ns ? c->end_ns : now->newest_ns;
  if (from_ns < now->first_ns) from_ns = now->first_ns < to_ns ? now->first_ns : to_ns;
  slo_status status = budget_between(window, c, from_ns, to_ns, delta, corrections);
  if (status != SLO_OK) return status;
  if (from_ns != c->start_ns) delta->flags |= SLO_DELTA_SHORT;
  delta->span_ns = to_ns - c->start_ns;
  return SLO_OK;
}

slo_status sloi_budget_delta(const slo_window *window, const slo_budget_config *config,
                             slo_budget_config *c, slo_delta *delta, uint32_t *corrections) {
  slo_window_summary now = {0};
  now.struct_size = (uint32_t)sizeof now;
  slo_status status = budget_check(config, c, NULL);
  if (status == SLO_OK) status = slo_window_summarize(window, &now);
  if (status != SLO_OK) return status;
  if (c->period_ns != 0) {
    status = budget_rolling(window, c, c->period_ns, delta, corrections);
  } else if (c->start_ns > now.newest_ns) {
    return SLO_ERANGE;
  } else {
    status = budget_calendar(window, c, &now, delta, corrections);
  }
  if (status == SLO_OK && c->method != SLO_METHOD_OCCURRENCES && delta->slice_ns == 0) {
    return SLO_EINVAL;
  }
  return status;
}

slo_status sloi_budget_of(const slo_budget_config *c, const slo_delta *d, uint32_t corrections,
                          slo_budget *b) {
  const budget_units units = budget_count(d, c->method);
  uint64_t ignored;
  memset(b, 0, sizeof *b);
  b->method = c->method;
  b->objective_ppb = c->objective_ppb;
  slo_status status = budget_fill(&units.judged, b);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  const slo_counts best = budget_with(&units.counted, SLO_UNMEASURED_GOOD, units.unseen);
  const slo_counts worst = budget_with(&units.counted, SLO_UNMEASURED_BAD, units.unseen);
  (void)budget_spent(&best, c->objective_ppb, &ignored, &b->best_ppm);
  (void)budget_spent(&worst, c->objective_ppb, &ignored, &b->worst_ppm);
  b->unseen = units.unseen;
  b->counts = d->counts;
  b->span_ns = d->span_ns;
  b->from_ns = d->from_ns;
  b->to_ns = d->to_ns;
  b->measured_ns = d->measured_ns;
  b->unresolved_ns = d->unresolved_ns;
  b->unmeasured_ns = d->unmeasured_ns;
  b->frozen_ns = d->frozen_ns;
  b->corrected_ns = d->corrected_ns;
  b->covered_ns = d->covered_ns;
  b->corrections = corrections;
  b->flags = d->flags;
  b->policy = d->policy;
  b->slices = d->slices;
  b->slice_ns = d->slice_ns;
  b->unseen_slices = d->unseen_slices;
  return status;
}

slo_status slo_budget_read(const slo_window *window, const slo_budget_config *config,
                           slo_budget *budget) {
  slo_budget_config c;
  slo_delta delta = {0};
  slo_budget b;
  uint32_t corrections;
  if (budget == NULL) return SLO_EINVAL;
  slo_status status = sloi_budget_delta(window, config, &c, &delta, &corrections);
  if (status != SLO_OK) return status;
  status = sloi_budget_of(&c, &delta, corrections, &b);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  slo_status written = sloi_sized_write(budget, &b, sizeof b);
  return written != SLO_OK ? written : status;
}

slo_status slo_budget_cost(const slo_window *window, const slo_budget_config *config,
                           int64_t from_ns, int64_t to_ns, uint64_t *cost_ppm,
                           slo_delta *incident) {
  slo_budget_config c;
  slo_delta whole = {0}, part = {0};
  uint32_t corrections;
  if (cost_ppm == NULL) return SLO_EINVAL;
  slo_status status = sloi_budget_delta(window, config, &c, &whole, &corrections);
  if (status == SLO_OK) status = budget_between(window, &c, from_ns, to_ns, &part, &corrections);
  if (status != SLO_OK) return status;
  const slo_counts units = budget_count(&whole, c.method).judged;
  const uint64_t valid = units.good + units.bad;
  if (valid == 0) return SLO_ENODATA;
  if (incident != NULL) status = sloi_sized_write(incident, &part, sizeof part);
  if (status != SLO_OK) return status;
  *cost_ppm =
      sloi_u128_divide(sloi_u128_multiply(budget_count(&part, c.method).judged.bad, SLOI_PPB_PPM),
                       sloi_u128_multiply(SLOI_PPB - c.objective_ppb, valid));
  return SLO_OK;
}

/* floor(a * b / d), as far as it is below 2^64. */
static uint64_t budget_share(uint64_t a, uint64_t b, uint64_t d) {
  return sloi_u128_divide(sloi_u128_multiply(a, b), sloi_u128_of(d));
}

/* What was not seen is spread over unmeasured time evenly, so that nothing is ever regained. */
static uint64_t budget_unseen(const budget_units *all, const slo_delta *whole,
                              const slo_delta *part) {
  if (whole->unmeasured_ns <= 0 || part->unmeasured_ns <= 0) return 0;
  return budget_share(all->unseen, (uint64_t)part->unmeasured_ns, (uint64_t)whole->unmeasured_ns);
}

slo_status slo_budget_burndown(const slo_window *window, const slo_budget_config *config, size_t n,
                               slo_budget_point *points) {
  slo_budget_config c;
  slo_delta whole = {0}, part = {0};
  uint32_t corrections;
  if (points == NULL) return SLO_EINVAL;
  if (n == 0) return SLO_ERANGE;
  slo_status status = sloi_budget_delta(window, config, &c, &whole, &corrections);
  if (status != SLO_OK) return status;
  const budget_units all = budget_count(&whole, c.method);
  const uint64_t valid = all.judged.good + all.judged.bad;
  if (valid == 0) return SLO_ENODATA;
  /* unsigned: what is stored may be anything, and must not overflow here */
  const uint64_t span = (uint64_t)whole.to_ns - (uint64_t)whole.from_ns;
  for (size_t i = 0; i < n; i++) {
    points[i].at_ns = (int64_t)((uint64_t)whole.from_ns + budget_share(span, i + 1, n));
    status = budget_between(window, &c, whole.from_ns, points[i].at_ns, &part, &corrections);
    if (status != SLO_OK) return status;
    uint64_t consumed_ppm, bad = budget_count(&part, c.method).counted.bad;
    if (whole.policy == SLO_UNMEASURED_BAD) bad += budget_unseen(&all, &whole, &part);
    if (bad > valid) bad = valid;
    slo_counts so_far = {valid - bad, bad, 0};
    status = budget_spent(&so_far, c.objective_ppb, &consumed_ppm, &points[i].remaining_ppm);
    if (status != SLO_OK) return status;
  }
  return SLO_OK;
}

/* ---- what comes ---- */

/* Adds what `span` of events like those of `rate`, which took `took`, would be, rounded down.
 * When counts would leave their range everything is scaled down by 2^result. */
static int budget_add(slo_counts *units, const slo_counts *rate, int64_t span, int64_t took) {
  const uint64_t most = UINT64_C(1) << 61;
  for (int scale = 0;; scale++, span /= 2, units->good /= 2, units->bad /= 2) {
    uint64_t good = budget_share(rate->good, (uint64_t)span, (uint64_t)took);
    uint64_t bad = budget_share(rate->bad, (uint64_t)span, (uint64_t)took);
    if (scale < 63 && (good > most || bad > most || units->good > most || units->bad > most)) {
      continue;
    }
    units->good += good;
    units->bad += bad;
    return scale;
  }
}

static int64_t budget_longest(uint64_t ns) {
  return ns > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)ns;
}

/* In a calendar period: when the bad that is there and what comes reach what its whole traffic
 * allows, of which a fraction of an event counts too. */
static int64_t budget_exhaustion(const slo_counts *units, const slo_counts *rate, int64_t took,
                                 int64_t left_ns, uint64_t objective_ppb) {
  slo_counts whole = *units;
  int scale = budget_add(&whole, rate, left_ns, took);
  uint64_t bad = units->bad >> scale;
  sloi_u128 allowed = sloi_u128_multiply(SLOI_PPB - objective_ppb, whole.good + whole.bad);
  sloi_u128 spent = sloi_u128_multiply(SLOI_PPB, bad); /* both in 10^-9 events */
  if (sloi_u128_compare(spent, allowed) >= 0) return 0;
  if (sloi_u128_compare(sloi_u128_multiply(SLOI_PPB, whole.bad), allowed) < 0) return INT64_MAX;
  sloi_u128 left = sloi_u128_subtract(allowed, spent);
  if (left.hi == 0 && scale == 0) {
    return budget_longest(sloi_u128_divide(sloi_u128_multiply(left.lo, (uint64_t)took),
                                           sloi_u128_multiply(rate->bad, SLOI_PPB)));
  }
  /* more than 10^10 events: a fraction of one makes no difference */
  uint64_t events = sloi_u128_divide(left, sloi_u128_of(SLOI_PPB));
  if (scale == 0) return budget_longest(budget_share(events, (uint64_t)took, rate->bad));
  return budget_longest(budget_share(events, (uint64_t)left_ns, whole.bad - bad));
}

/* What a forecast rests on. */
static slo_forecast budget_foresight(uint32_t method, const slo_delta *recent,
                                     uint32_t corrections) {
  slo_forecast f = {0};
  f.method = method;
  f.flags = recent->flags;
  f.lookback_from_ns = recent->from_ns;
  f.lookback_to_ns = recent->to_ns;
  f.lookback_measured_ns = recent->measured_ns;
  f.corrections = corrections;
  return f;
}

static int64_t budget_never(slo_status status, int64_t ns) {
  return status == SLO_OK ? ns : INT64_MAX;
}

slo_status slo_budget_forecast(const slo_window *window, const slo_budget_config *config,
                               int64_t lookback_ns, int64_t horizon_ns, slo_forecast *forecast) {
  slo_budget_config c;
  slo_delta whole = {0}, recent = {0}, kept = {0};
  uint32_t corrections;
  int64_t ns = 0;
  if (forecast == NULL) return SLO_EINVAL;
  if (lookback_ns <= 0 || horizon_ns < 0) return SLO_ERANGE;
  slo_status status = sloi_budget_delta(window, config, &c, &whole, &corrections);
  if (status == SLO_OK) status = budget_rolling(window, &c, lookback_ns, &recent, &corrections);
  if (status != SLO_OK) return status;
  slo_forecast f = budget_foresight(c.method, &recent, corrections);
  const budget_units all = budget_count(&whole, c.method);
  const slo_counts units = all.judged;
  const slo_counts rate = budget_count(&recent, c.method).judged;
  int64_t took = recent.measured_ns;
  if (recent.policy == SLO_UNMEASURED_BAD || recent.policy == SLO_UNMEASURED_GOOD) {
    took += recent.unmeasured_ns; /* the rate has those events, too */
  }
  uint64_t consumed_ppm;
  int64_t remaining_ppm;
  status = budget_spent(&units, c.objective_ppb, &consumed_ppm, &remaining_ppm);
  if (status == SLO_OK) status = slo_burn_eval(&rate, c.objective_ppb, &f.burn_ppm);
  if (status == SLO_OK && took <= 0) status = SLO_ENODATA;
  if (status != SLO_OK) return status;

  slo_counts then = units;
  f.horizon_ns = horizon_ns;
  if (c.period_ns != 0) {
    /* what is still in the period then, and what has come by then */
    int64_t span = horizon_ns < c.period_ns ? horizon_ns : c.period_ns;
    status = budget_rolling(window, &c, c.period_ns - span, &kept, &corrections);
    if (status != SLO_OK) return status;
    const slo_counts counted = budget_count(&kept, c.method).counted;
    then = budget_with(&counted, kept.policy, budget_unseen(&all, &whole, &kept));
    (void)budget_add(&then, &rate, span, took);
    status = slo_burn_exhaustion(remaining_ppm, f.burn_ppm, c.period_ns, &ns);
    f.exhaustion_ns = budget_never(status, ns);
  } else {
    int64_t left = c.end_ns > whole.to_ns ? c.end_ns - whole.to_ns : 0;
    if (f.horizon_ns > left) f.horizon_ns = left;
    (void)budget_add(&then, &rate, f.horizon_ns, took);
    f.exhaustion_ns = budget_exhaustion(&units, &rate, took, left, c.objective_ppb);
  }
  int64_t period = c.period_ns != 0 ? c.period_ns : c.end_ns - c.start_ns;
  status = slo_burn_exhaustion(1000000, f.burn_ppm, period, &ns);
  f.from_full_ns = budget_never(status, ns);
  status = budget_spent(&then, c.objective_ppb, &consumed_ppm, &f.remaining_ppm);
  if (status != SLO_OK) return status;
  f.violated =
      sloi_u128_compare(sloi_u128_multiply(then.bad, SLOI_PPB),
                        sloi_u128_multiply(SLOI_PPB - c.objective_ppb, then.good + then.bad)) > 0;
  return sloi_sized_write(forecast, &f, sizeof f);
}

/* ---- src/judge/burn.c ---- */

slo_status slo_burn_eval(const slo_counts *counts, uint64_t objective_ppb, uint64_t *burn_ppm) {
  if (counts == NULL || burn_ppm == NULL) return SLO_EINVAL;
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK) return SLO_ERANGE;
  uint64_t valid = counts->good + counts->bad;
  if (valid == 0) return SLO_ENODATA;
  *burn_ppm = sloi_u128_divide(sloi_u128_multiply(counts->bad, SLOI_PPB_PPM),
                               sloi_u128_multiply(SLOI_PPB - objective_ppb, valid));
  return SLO_OK;
}

/* factor * budget in units of 10^-15, at most SLOI_PPB_PPM; that or more means that no error
 * ratio exceeds it: a dead tier. */
static uint64_t burn_threshold(uint64_t objective_ppb, uint64_t factor_ppm) {
  sloi_u128 product = sloi_u128_multiply(factor_ppm, SLOI_PPB - objective_ppb);
  return product.hi != 0 || product.lo > SLOI_PPB_PPM ? SLOI_PPB_PPM : product.lo;
}

static int burn_factor_valid(uint64_t factor_ppm) {
  return factor_ppm >= 1 && factor_ppm <= (uint64_t)SLO_BURN_FACTOR_MAX_PPM;
}

int32_t slo_burn_exceeds(const slo_counts *counts, uint64_t objective_ppb, uint64_t factor_ppm,
                         uint32_t flags) {
  if (counts == NULL || (flags & ~(uint32_t)SLO_BURN_AT_LEAST) != 0) return SLO_EINVAL;
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK || !burn_factor_valid(factor_ppm)) {
    return SLO_ERANGE;
  }
  uint64_t valid = counts->good + counts->bad;
  if (valid == 0) return 0;
  /* bad / valid / budget > factor, cross multiplied; the left side is the same for every
   * factor, the right one is below 2^114. A factor that a ratio of 1 only equals, or not
   * even that, is cut to 1: then nothing exceeds it. */
  sloi_u128 exact = sloi_u128_multiply(factor_ppm, SLOI_PPB - objective_ppb);
  if (exact.hi != 0 || exact.lo > SLOI_PPB_PPM) return 0;
  int order = sloi_u128_compare(sloi_u128_multiply(counts->bad, SLOI_PPB_PPM),
                                sloi_u128_multiply(exact.lo, valid));
  return order > 0 || (order == 0 && (flags & SLO_BURN_AT_LEAST) != 0);
}

slo_status slo_burn_maximum(uint64_t objective_ppb, uint64_t *burn_ppm) {
  if (burn_ppm == NULL) return SLO_EINVAL;
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK) return SLO_ERANGE;
  *burn_ppm = SLOI_PPB_PPM / (SLOI_PPB - objective_ppb);
  return SLO_OK;
}

slo_status slo_burn_factor(uint64_t share_ppm, int64_t period_ns, int64_t window_ns,
                           uint64_t *factor_ppm) {
  if (factor_ppm == NULL) return SLO_EINVAL;
  if (share_ppm > 1000000 || period_ns <= 0 || window_ns <= 0) return SLO_ERANGE;
  uint64_t factor = sloi_u128_divide(sloi_u128_multiply(share_ppm, (uint64_t)period_ns),
                                     sloi_u128_of((uint64_t)window_ns));
  if (factor > (uint64_t)SLO_BURN_FACTOR_MAX_PPM) return SLO_ERANGE;
  *factor_ppm = factor;
  return SLO_OK;
}

static slo_status burn_step_check(uint64_t objective_ppb, uint64_t error_ppb, uint64_t factor_ppm,
                                  int64_t window_ns) {
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK || error_ppb < 1 ||
      error_ppb > SLOI_PPB || !burn_factor_valid(factor_ppm) || window_ns <= 0) {
    return SLO_ERANGE;
  }
  return SLO_OK;
}

/* floor(window * factor * budget / e); factor * budget < e, so it is below the window. */
static int64_t burn_crossing(uint64_t threshold, uint64_t error_ppb, int64_t window_ns) {
  return (int64_t)sloi_u128_divide(sloi_u128_multiply((uint64_t)window_ns, threshold),
                                   sloi_u128_of(error_ppb * UINT64_C(1000000)));
}

slo_status slo_burn_detection(uint64_t objective_ppb, uint64_t error_ppb, uint64_t factor_ppm,
                              int64_t window_ns, int64_t *detection_ns) {
  if (detection_ns == NULL) return SLO_EINVAL;
  slo_status status = burn_step_check(objective_ppb, error_ppb, factor_ppm, window_ns);
  if (status != SLO_OK) return status;
  uint64_t threshold = burn_threshold(objective_ppb, factor_ppm);
  if (error_ppb * UINT64_C(1000000) <= threshold) return SLO_ENODATA;
  *detection_ns = burn_crossing(threshold, error_ppb, window_ns);
  return SLO_OK;
}

slo_status slo_burn_reset(uint64_t objective_ppb, uint64_t error_ppb, int64_t duration_ns,
                          uint64_t factor_ppm, int64_t window_ns, int64_t *reset_ns) {
  if (reset_ns == NULL) return SLO_EINVAL;
  slo_status status = burn_step_check(objective_ppb, error_ppb, factor_ppm, window_ns);
  if (status != SLO_OK) return status;
  if (duration_ns < 0) return SLO_ERANGE;
  uint64_t threshold = burn_threshold(objective_ppb, factor_ppm);
  uint64_t held = (uint64_t)(duration_ns < window_ns ? duration_ns : window_ns);
  int lifted = sloi_u128_compare(sloi_u128_multiply(held, error_ppb * UINT64_C(1000000)),
                                 sloi_u128_multiply((uint64_t)window_ns, threshold)) > 0;
  *reset_ns = lifted ? window_ns - burn_crossing(threshold, error_ppb, window_ns) : 0;
  return SLO_OK;
}

slo_status slo_burn_exhaustion(int64_t remaining_ppm, uint64_t burn_ppm, int64_t period_ns,
                               int64_t *exhaustion_ns) {
  if (exhaustion_ns == NULL) return SLO_EINVAL;
  if (period_ns <= 0) return SLO_ERANGE;
  if (remaining_ppm <= 0) {
    *exhaustion_ns = 0;
    return SLO_OK;
  }
  if (burn_ppm == 0) return SLO_ENODATA;
  uint64_t ns = sloi_u128_divide(sloi_u128_multiply((uint64_t)remaining_ppm, (uint64_t)period_ns),
                                 sloi_u128_of(burn_ppm));
  if (ns > (uint64_t)INT64_MAX) return SLO_ENODATA;
  *exhaustion_ns = (int64_t)ns;
  return SLO_OK;
}

/* ---- src/judge/catalog.c ---- */

enum { CATALOG_TIERS = 4 };

typedef struct catalog_row {
  int64_t long_ns;
  int64_t short_ns;
  uint64_t share_ppm; /* of the period's budget; the factor follows */
  uint32_t severity;
} catalog_row;

#define CATALOG_HOURS(h) ((h) * SLO_HOUR_NS)
#define CATALOG_MINUTES(m) ((m) * SLO_MINUTE_NS)

/* The windows three of the catalogs share: 1h/5m, 6h/30m, 1d/2h, 3d/6h. */
static void catalog_rows(catalog_row *rows, const uint64_t *shares_ppm, int count) {
  static const int64_t long_hours[CATALOG_TIERS] = {1, 6, 24, 72};
  for (int i = 0; i < count; i++) {
    rows[i].long_ns = CATALOG_HOURS(long_hours[i]);
    rows[i].short_ns = rows[i].long_ns / 12;
    rows[i].share_ppm = shares_ppm[i];
    rows[i].severity = i < 2 ? SLO_SEVERITY_PAGE : SLO_SEVERITY_TICKET;
  }
}

static slo_status catalog_period(int64_t period_ns, slo_error *error) {
  return sloi_fail(error, SLO_ERANGE, period_ns, "period_ns (not one this catalog has)");
}

/* n / d rounded half up to whole minutes. */
static int64_t catalog_minutes(int64_t n, int64_t d) {
  int64_t minutes = (2 * n / d + SLO_MINUTE_NS) / (2 * SLO_MINUTE_NS);
  return CATALOG_MINUTES(minutes);
}

static slo_status catalog_pyrra(int64_t period_ns, slo_alert_tier *tiers, slo_error *error) {
  static const uint64_t factor[CATALOG_TIERS] = {14, 7, 2, 1};
  static const int64_t long_part[CATALOG_TIERS] = {28 * 24, 28 * 4, 28, 7};
  static const int64_t short_part[CATALOG_TIERS] = {28 * 288, 28 * 48, 28 * 12, 28 * 4};
  for (int i = 0; i < CATALOG_TIERS; i++) {
    tiers[i].long_ns = catalog_minutes(period_ns, long_part[i]);
    tiers[i].short_ns = catalog_minutes(period_ns, short_part[i]);
    tiers[i].factor_ppm = factor[i] * 1000000;
    tiers[i].severity = i < 2 ? SLO_SEVERITY_PAGE : SLO_SEVERITY_TICKET;
    if (tiers[i].short_ns == 0) return catalog_period(period_ns, error);
  }
  return SLO_OK;
}

slo_status slo_catalog_tiers(uint32_t catalog, int64_t period_ns, slo_alert_tier *tiers,
                             uint32_t capacity, uint32_t *count, slo_error *error) {
  static const uint64_t workbook[CATALOG_TIERS] = {20000, 50000, 100000, 100000};
  static const uint64_t sloth_week[CATALOG_TIERS] = {80000, 125000, 200000, 420000};
  static const uint64_t datadog_week[3] = {100000, 200000, 400000};
  static const uint64_t datadog_month[3] = {20000, 50000, 100000};
  static const uint64_t datadog_quarter[3] = {10000, 30000, 50000};
  slo_alert_tier made[CATALOG_TIERS] = {{0}};
  catalog_row rows[CATALOG_TIERS];
  uint32_t n = CATALOG_TIERS;
  const uint64_t *shares = NULL;
  uint32_t flags = 0;
  slo_status status = SLO_OK;
  if (tiers == NULL || count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (period_ns <= 0 || period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, period_ns, 1, SLOI_PERIOD_MAX_NS, "period_ns");
  }
  int64_t days = period_ns % SLO_DAY_NS == 0 ? period_ns / SLO_DAY_NS : 0;
  switch (catalog) {
    case SLO_CATALOG_WORKBOOK:
      shares = workbook;
      break;
    case SLO_CATALOG_SLOTH:
      if (days == 7) shares = sloth_week;
      if (days == 28 || days == 30) shares = workbook;
      break;
    case SLO_CATALOG_PYRRA:
      status = catalog_pyrra(period_ns, made, error);
      break;
    case SLO_CATALOG_DATADOG:
      n = 3;
      flags = SLO_BURN_AT_LEAST;
      if (days == 7) shares = datadog_week;
      if (days == 30) shares = datadog_month;
      if (days == 90) shares = datadog_quarter;
      break;
    default:
      return sloi_fail_range(error, catalog, SLO_CATALOG_WORKBOOK, SLO_CATALOG_DATADOG, "catalog");
  }
  if (status != SLO_OK) return status;
  if (catalog != SLO_CATALOG_PYRRA) {
    if (shares == NULL) return catalog_period(period_ns, error);
    catalog_rows(rows, shares, (int)n);
    for (uint32_t i = 0; i < n; i++) {
      made[i].long_ns = rows[i].long_ns;
      made[i].short_ns = rows[i].short_ns;
      made[i].severity = rows[i].severity;
      made[i].flags = flags;
      status = slo_burn_factor(rows[i].share_ppm, period_ns, rows[i].long_ns, &made[i].factor_ppm);
      if (status != SLO_OK || made[i].factor_ppm == 0) return catalog_period(period_ns, error);
    }
  }
  if (capacity < n) return sloi_fail_space(error, capacity, n, "capacity");
  memcpy(tiers, made, n * sizeof made[0]);
  *count = n;
  return SLO_OK;
}

slo_status slo_catalog_by_share(const slo_catalog_share *shares, uint32_t n, int64_t period_ns,
                                slo_alert_tier *tiers, slo_error *error) {
  if (shares == NULL) return sloi_fail(error, SLO_EINVAL, 0, "shares (NULL)");
  if (tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (n < 1 || n > SLO_ALERT_TIERS_MAX) {
    return sloi_fail_range(error, n, 1, SLO_ALERT_TIERS_MAX, "n");
  }
  if (period_ns <= 0 || period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, period_ns, 1, SLOI_PERIOD_MAX_NS, "period_ns");
  }
  slo_alert_tier made[SLO_ALERT_TIERS_MAX] = {{0}};
  for (uint32_t i = 0; i < n; i++) {
    const slo_catalog_share *s = &shares[i];
    slo_alert_tier *t = &made[i];
    if (s->long_ns < 1 || s->long_ns > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, s->long_ns, 1, SLO_TIME_MAX_NS, "shares[%u].long_ns",
                             (unsigned)i);
    }
    if (s->share_ppm < 1 || s->share_ppm > 1000000) {
      return sloi_fail_range(error, sloi_shown(s->share_ppm), 1, 1000000, "shares[%u].share_ppm",
                             (unsigned)i);
    }
    t->long_ns = s->long_ns;
    t->short_ns = s->short_ns != 0 ? s->short_ns : s->long_ns / 12;
    t->severity = s->severity;
    t->flags = s->flags;
    if (slo_burn_factor(s->share_ppm, period_ns, s->long_ns, &t->factor_ppm) != SLO_OK ||
        t->factor_ppm == 0) {
      return sloi_fail(error, SLO_ERANGE, s->long_ns, "shares[%u].long_ns (its factor is none)",
                       (unsigned)i);
    }
    slo_status status = sloi_tier_check(t, (unsigned)i, error);
    if (status != SLO_OK) return status;
  }
  memcpy(tiers, made, n * sizeof made[0]);
  return SLO_OK;
}

slo_status sloi_catalog_alert(const slo_alert_config *rest, const slo_alert_tier *tiers,
                              uint32_t tier_count, uint32_t catalog, uint64_t objective_ppb,
                              int64_t period_ns, slo_alert_tier *room, slo_alert_config *alert,
                              slo_error *error) {
  slo_alert_config a;
  slo_status status = sloi_sized_read(&a, sizeof a, rest, error, "slo_alert_config");
  if (status != SLO_OK) return status;
  if (a.tiers != NULL || a.tier_count != 0) {
    return sloi_fail(error, SLO_EINVAL, a.tier_count, "alert (tiers not 0)");
  }
  if (a.objective_ppb != 0 || a.period_ns != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "alert (objective_ppb or period_ns not 0)");
  }
  if (rest == NULL) a.flags = SLO_ALERT_SILENCE;
  a.struct_size = (uint32_t)sizeof a;
  a.objective_ppb = objective_ppb;
  a.period_ns = period_ns;
  a.tiers = tiers;
  a.tier_count = tier_count;
  if (tier_count == 0) {
    status = slo_catalog_tiers(catalog, period_ns, room, SLO_ALERT_TIERS_MAX, &a.tier_count, error);
    if (status != SLO_OK) return status;
    a.tiers = room;
  } else if (catalog != 0) {
    return sloi_fail(error, SLO_EINVAL, catalog, "catalog (beside tiers)");
  }
  *alert = a;
  return SLO_OK;
}

/* ---- src/judge/evidence.c ---- */

#include <math.h>
#include <string.h>


#define EVIDENCE_MAGIC SLOI_BLOCK_MAGIC('e', 'v')
#define EVIDENCE_LAYOUT 1
#define EVIDENCE_DEAD_NS (60 * SLO_SECOND_NS)
#define EVIDENCE_LEAST 6 /* healthy burns */
#define EVIDENCE_LEAST_MAX INT64_C(1000000)
#define EVIDENCE_CAP 10                                   /* E is kept at most this */
#define EVIDENCE_GAP_MAX (3600 * (uint64_t)SLO_SECOND_NS) /* a pause adds no more than an hour */
#define EVIDENCE_FACTOR_MAX ((UINT64_C(1) << 63) - 1)
#define EVIDENCE_BET_FIRST (SLOI_EVIDENCE_ONE40 / 10 * 9)
#define EVIDENCE_WEIGHT_MAX (UINT64_C(1) << 40) /* of a thousand a year it is below 2^40 */
#define EVIDENCE_PPM UINT64_C(1000000)

/* ---- configuration ---- */

/* floor(a * b / d), UINT64_MAX when it is larger; a * b is below 2^128. */
static uint64_t evidence_ratio(uint64_t a, uint64_t b, sloi_u128 d) {
  return sloi_u128_divide(sloi_u128_multiply(a, b), d);
}

static uint64_t evidence_inverse(uint64_t healthy) {
  uint64_t inverse = evidence_ratio(SLOI_PPB_PPM, SLOI_EVIDENCE_ONE40, sloi_u128_of(healthy));
  return inverse < EVIDENCE_FACTOR_MAX ? inverse : EVIDENCE_FACTOR_MAX;
}

/* 0.9, 0.3, 0.1, .. down to the bet that is best for the least burn: (least / healthy - 1) * p0 /
 * (1 - p0). */
static void evidence_plan_bets(const slo_evidence_config *c, sloi_evidence_plan *plan) {
  uint64_t bet = EVIDENCE_BET_FIRST;
  uint64_t above = evidence_ratio(c->least_burn_ppm - c->healthy_burn_ppm, SLOI_EVIDENCE_ONE40,
                                  sloi_u128_of(c->healthy_burn_ppm));
  uint64_t last = evidence_ratio(above, plan->healthy, sloi_u128_of(SLOI_PPB_PPM - plan->healthy));
  plan->bets = 0;
  for (; bet > last && plan->bets < SLO_EVIDENCE_BETS_MAX - 1; bet /= 3) {
    plan->bet[plan->bets++] = bet;
  }
  plan->bet[plan->bets] = plan->bets == 0 ? bet : last > 0 ? last : 1;
  plan->bets++;
}

slo_status sloi_evidence_plan_config(const slo_evidence_config *config, slo_evidence_config *c,
                                     sloi_evidence_plan *plan, slo_error *error) {
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_evidence_config");
  if (status != SLO_OK) return status;
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  status = sloi_objective_check(c->objective_ppb, error, "objective_ppb");
  if (status != SLO_OK) return status;
  if (c->alarms_per_year_ppm == 0) c->alarms_per_year_ppm = EVIDENCE_PPM;
  if (c->dead_ns == 0) c->dead_ns = EVIDENCE_DEAD_NS;
  if (c->healthy_burn_ppm == 0) c->healthy_burn_ppm = EVIDENCE_PPM;
  const uint64_t budget = SLOI_PPB - c->objective_ppb;
  const uint64_t healthy_max = (SLOI_PPB_PPM - 1) / budget;
  if (c->alarms_per_year_ppm > SLO_EVIDENCE_ALARMS_MAX_PPM) {
    return sloi_fail_range(error, sloi_shown(c->alarms_per_year_ppm), 0,
                           (int64_t)SLO_EVIDENCE_ALARMS_MAX_PPM, "alarms_per_year_ppm");
  }
  if (c->dead_ns < 0 || c->dead_ns > SLO_DAY_NS) {
    return sloi_fail_range(error, c->dead_ns, 0, SLO_DAY_NS, "dead_ns");
  }
  if (c->healthy_burn_ppm > healthy_max) {
    return sloi_fail_range(error, sloi_shown(c->healthy_burn_ppm), 0, sloi_shown(healthy_max),
                           "healthy_burn_ppm");
  }
  if (c->least_burn_ppm == 0) c->least_burn_ppm = EVIDENCE_LEAST * c->healthy_burn_ppm;
  const uint64_t healthy = c->healthy_burn_ppm;
  const sloi_u128 most = sloi_u128_multiply(healthy, (uint64_t)EVIDENCE_LEAST_MAX);
  if (c->least_burn_ppm < 2 * healthy ||
      sloi_u128_compare(sloi_u128_of(c->least_burn_ppm), most) > 0) {
    return sloi_fail_range(error, sloi_shown(c->least_burn_ppm), sloi_shown(2 * healthy),
                           most.hi != 0 ? INT64_MAX : sloi_shown(most.lo), "least_burn_ppm");
  }
  if (plan == NULL) return SLO_OK;
  memset(plan, 0, sizeof *plan);
  plan->healthy = healthy * budget;
  plan->inverse = evidence_inverse(plan->healthy);
  plan->dead = (uint64_t)c->dead_ns;
  plan->cap = EVIDENCE_CAP;
  evidence_plan_bets(c, plan);
  /* alarms * 2^84 / (10^6 * year * bets): alarms < 2^30, so the numerator is below 2^114 */
  sloi_u128 alarms = {c->alarms_per_year_ppm << 20, 0};
  plan->weight = sloi_u128_divide(
      alarms, sloi_u128_multiply((uint64_t)SLO_EVIDENCE_YEAR_NS, EVIDENCE_PPM * plan->bets));
  return SLO_OK;
}

int sloi_evidence_plan_valid(const sloi_evidence_plan *plan) {
  if (plan->bets < 1 || plan->bets > SLO_EVIDENCE_BETS_MAX || plan->cap != EVIDENCE_CAP ||
      plan->healthy < 1 || plan->healthy >= SLOI_PPB_PPM || plan->weight > EVIDENCE_WEIGHT_MAX ||
      plan->dead < 1 || plan->dead > (uint64_t)SLO_DAY_NS ||
      plan->inverse != evidence_inverse(plan->healthy)) {
    return 0;
  }
  for (uint64_t k = 0; k < plan->bets; k++) {
    if (plan->bet[k] < 1 || plan->bet[k] > EVIDENCE_BET_FIRST) return 0;
    if (k > 0 && plan->bet[k] >= plan->bet[k - 1]) return 0;
  }
  return 1;
}

/* ---- arithmetic ---- */

sloi_u128 sloi_evidence_sum(const sloi_evidence_plan *plan, const sloi_evidence_state *state) {
  sloi_u128 sum = {0, 0};
  for (uint64_t k = 0; k < plan->bets; k++) sum = sloi_u128_add(sum, state->wealth[k]);
  return sum;
}

/* Brings E down to `to`, each bet in proportion; with 59 places of the ratio. */
static void evidence_scale(const sloi_evidence_plan *plan, sloi_evidence_state *state,
                           sloi_u128 sum, uint64_t to) {
  /* sum is at least `to`, so the ratio is at most 1 */
  sloi_u128 n = {to << 59, 0};
  uint64_t ratio = sloi_u128_divide(n, sum);
  for (uint64_t k = 0; k < plan->bets; k++) {
    state->wealth[k] = sloi_u128_scale(state->wealth[k], ratio, 59);
  }
}

void sloi_evidence_step(const sloi_evidence_plan *plan, sloi_evidence_state *state, uint64_t dt,
                        uint64_t valid, uint64_t bad) {
  uint64_t room =
      EVIDENCE_GAP_MAX - (state->elapsed < EVIDENCE_GAP_MAX ? state->elapsed : EVIDENCE_GAP_MAX);
  state->elapsed += dt < room ? dt : room;
  if (state->dead > plan->dead) state->dead = plan->dead; /* corrupt, and not deaf for ever */
  if (state->dead != 0) {
    state->dead -= dt < state->dead ? dt : state->dead;
    return;
  }
  if (valid == 0) return;
  /* what time adds: elapsed * weight has 84 places */
  sloi_u128 w = sloi_u128_multiply(state->elapsed, plan->weight);
  w.lo = w.hi << 44 | w.lo >> 20;
  w.hi >>= 20;
  state->elapsed = 0;
  if (sloi_u128_compare(sloi_u128_multiply(bad, SLOI_PPB_PPM),
                        sloi_u128_multiply(valid, plan->healthy)) > 0) {
    state->dead = plan->dead;
  }
  while (valid >> 32 != 0) { /* the ratio rounded down, in numbers that can be multiplied */
    valid = (valid >> 1) + (valid & 1);
    bad >>= 1;
  }
  uint64_t ratio = bad == 0 ? 0 : evidence_ratio(bad, plan->inverse, sloi_u128_of(valid));
  sloi_u128 sum = {0, 0};
  for (uint64_t k = 0; k < plan->bets; k++) {
    uint64_t bet = plan->bet[k], factor = SLOI_EVIDENCE_ONE40 - bet;
    if (ratio != 0) {
      sloi_u128 gain = sloi_u128_multiply(bet, ratio);
      uint64_t shifted = gain.hi << 24 | gain.lo >> 40; /* below 2^63: the bet is below 1 */
      factor += shifted;
      if (factor > EVIDENCE_FACTOR_MAX) factor = EVIDENCE_FACTOR_MAX;
    }
    state->wealth[k] = sloi_u128_scale(sloi_u128_add(state->wealth[k], w), factor, 40);
    sum = sloi_u128_add(sum, state->wealth[k]);
  }
  if (sum.hi >= plan->cap) evidence_scale(plan, state, sum, plan->cap);
}

void sloi_evidence_lift(const sloi_evidence_plan *plan, sloi_evidence_state *state) {
  sloi_u128 one = {1, 0};
  sloi_u128 sum = sloi_evidence_sum(plan, state);
  if (sum.hi != 0) return;
  sloi_u128 missing = sloi_u128_subtract(one, sum); /* to the largest bet, which forgets soonest */
  state->wealth[0] = sloi_u128_add(state->wealth[0], missing);
}

uint64_t sloi_evidence_ppb(sloi_u128 value) {
  sloi_u128 high = sloi_u128_multiply(value.hi, SLOI_PPB);
  sloi_u128 low = sloi_u128_multiply(value.lo, SLOI_PPB);
  return high.hi != 0 || high.lo > UINT64_MAX - low.hi ? UINT64_MAX : high.lo + low.hi;
}

/* ---- the block ---- */

struct slo_evidence {
  sloi_block block;
  sloi_evidence_plan plan;
  sloi_cell state[1 + 2 * sizeof(sloi_evidence_state) / 8];
};

#define EVIDENCE_CONFIG_SIZE (offsetof(slo_evidence, state) - sizeof(sloi_block))
#define EVIDENCE_SIZE sloi_round_up(sizeof(slo_evidence), SLO_ALIGN)

slo_status slo_evidence_footprint(const slo_evidence_config *config, size_t *size,
                                  slo_error *error) {
  slo_evidence_config c;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = sloi_evidence_plan_config(config, &c, NULL, error);
  if (status == SLO_OK) *size = (size_t)EVIDENCE_SIZE;
  return status;
}

slo_status slo_evidence_init(void *memory, size_t size, const slo_evidence_config *config,
                             slo_evidence **evidence, slo_error *error) {
  slo_evidence_config c;
  sloi_evidence_plan plan;
  if (evidence == NULL) return sloi_fail(error, SLO_EINVAL, 0, "evidence (NULL)");
  slo_status status = sloi_evidence_plan_config(config, &c, &plan, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, EVIDENCE_SIZE, EVIDENCE_MAGIC, EVIDENCE_LAYOUT,
                           EVIDENCE_CONFIG_SIZE, error);
  if (status != SLO_OK) return status;
  slo_evidence *e = memory;
  e->plan = plan;
  sloi_block_ready(&e->block);
  *evidence = e;
  return SLO_OK;
}

slo_status slo_evidence_attach(void *memory, size_t size, slo_evidence **evidence) {
  if (evidence == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, EVIDENCE_MAGIC, EVIDENCE_LAYOUT, EVIDENCE_CONFIG_SIZE);
  if (status != SLO_OK) return status;
  slo_evidence *e = memory;
  if (e->block.size != EVIDENCE_SIZE || e->block.config_size != EVIDENCE_CONFIG_SIZE ||
      !sloi_evidence_plan_valid(&e->plan)) {
    return SLO_ECORRUPT;
  }
  *evidence = e;
  return SLO_OK;
}

slo_status slo_evidence_create(const slo_evidence_config *config, const slo_allocator *allocator,
                               slo_evidence **evidence, slo_error *error) {
  size_t size;
  void *memory;
  if (evidence == NULL) return sloi_fail(error, SLO_EINVAL, 0, "evidence (NULL)");
  slo_status status = slo_evidence_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_evidence_init(memory, size, config, evidence, error);
}

void slo_evidence_destroy(slo_evidence *evidence) {
  sloi_block_release(evidence);
}

slo_status slo_evidence_step(slo_evidence *evidence, int64_t dt_ns, const slo_counts *slot) {
  sloi_evidence_state state;
  if (evidence == NULL || slot == NULL) return SLO_EINVAL;
  if (dt_ns < 0) return SLO_ERANGE;
  const size_t words = sloi_evidence_words(&evidence->plan);
  (void)sloi_commit_peek(evidence->state, words, (uint64_t *)&state);
  sloi_evidence_step(&evidence->plan, &state, (uint64_t)dt_ns, slot->good + slot->bad, slot->bad);
  sloi_commit_store(evidence->state, words, (const uint64_t *)&state);
  return SLO_OK;
}

slo_status slo_evidence_restart(slo_evidence *evidence) {
  sloi_evidence_state state;
  if (evidence == NULL) return SLO_EINVAL;
  memset(&state, 0, sizeof state);
  sloi_commit_store(evidence->state, sloi_evidence_words(&evidence->plan),
                    (const uint64_t *)&state);
  return SLO_OK;
}

slo_status slo_evidence_read(const slo_evidence *evidence, uint64_t *level_ppb) {
  sloi_evidence_state state;
  if (evidence == NULL || level_ppb == NULL) return SLO_EINVAL;
  sloi_commit_load(evidence->state, sloi_evidence_words(&evidence->plan), (uint64_t *)&state);
  *level_ppb = sloi_evidence_ppb(sloi_evidence_sum(&evidence->plan, &state));
  return SLO_OK;
}

/* ---- planning ---- */

/* What a slot of the traffic does to one bet, on average. */
typedef struct evidence_pace {
  double growth; /* of the logarithm of its wealth, per slot with events */
  double slot_s; /* how long such a slot takes, dead time and empty slots included */
} evidence_pace;

/* good and bad events of a slot are Poisson with these means, by themselves. */
static evidence_pace evidence_walk(double good, double bad, double p0, double bet, double slot_s,
                                   double dead_s) {
  enum { MANY = 60, TERMS = 200 };
  evidence_pace pace = {0, slot_s};
  if (good + bad > MANY) { /* every slot is like the mean */
    double share = bad / (good + bad);
    pace.growth = log1p(bet * (share / p0 - 1));
    if (share > p0) pace.slot_s += dead_s;
    return pace;
  }
  double any = 0, after_bad = 0, p_bad = exp(-bad);
  for (int x = 0; x < TERMS; x++) {
    double p = p_bad * exp(-good);
    for (int g = 0; g < TERMS && p > 0; g++) {
      if (x + g > 0) {
        double share = (double)x / (x + g);
        any += p;
        pace.growth += p * log1p(bet * (share / p0 - 1));
        if (share > p0) after_bad += p;
      }
      p *= good / (g + 1);
    }
    p_bad *= bad / (x + 1);
  }
  pace.growth /= any;
  pace.slot_s = slot_s / any + dead_s * after_bad / any;
  return pace;
}

slo_status slo_evidence_detection(const slo_evidence_config *config, uint64_t requests_per_hour,
                                  uint64_t error_ppb, int64_t slot_ns, int64_t *detection_ns) {
  slo_evidence_config c;
  sloi_evidence_plan plan;
  if (config == NULL || detection_ns == NULL) return SLO_EINVAL;
  slo_status status = sloi_evidence_plan_config(config, &c, &plan, NULL);
  if (status != SLO_OK) return status;
  if (requests_per_hour < 1 || requests_per_hour > UINT64_C(1000000000000) || error_ppb < 1 ||
      error_ppb > SLOI_PPB || slot_ns < 1000000 || slot_ns > SLO_HOUR_NS) {
    return SLO_ERANGE;
  }
  const double year_s = (double)(SLO_EVIDENCE_YEAR_NS / SLO_SECOND_NS);
  const double slot_s = (double)slot_ns / 1e9, dead_s = (double)plan.dead / 1e9;
  const double mean = (double)requests_per_hour * slot_s / 3600, e = (double)error_ppb / 1e9;
  const double p0 = (double)plan.healthy / 1e15;
  double best_s = 100 * year_s;
  for (uint64_t k = 0; k < plan.bets; k++) {
    double bet = (double)plan.bet[k] / (double)SLOI_EVIDENCE_ONE40;
    evidence_pace pace = evidence_walk(mean * (1 - e), mean * e, p0, bet, slot_s, dead_s);
    if (pace.growth <= 0) continue;
    /* w added at each slot grows to w * (exp(g j) - 1) / (1 - exp(-g)) after j of them */
    double w = pace.slot_s * (double)c.alarms_per_year_ppm / 1e6 / year_s / (double)plan.bets;
    double slots = log1p(-expm1(-pace.growth) / w) / pace.growth;
    if (slots < 1) slots = 1;
    if (slots * pace.slot_s < best_s) best_s = slots * pace.slot_s;
  }
  if (best_s >= 100 * year_s) return SLO_ENODATA;
  *detection_ns = (int64_t)(best_s * 1e9);
  return SLO_OK;
}

/* ---- src/judge/explain.c ---- */

/* explain.c - a budget in words and figures, for somebody who doubts it. */
#include <inttypes.h>
#include <stdio.h>


/* "36.8143 %": a part per million is the fourth decimal. */
static void explain_percent(sloi_text *t, int64_t ppm) {
  uint64_t size = ppm < 0 ? (uint64_t)0 - (uint64_t)ppm : (uint64_t)ppm;
  sloi_text_say(t, "%s%" PRIu64 ".%04" PRIu64 " %%", ppm < 0 ? "-" : "", size / 10000,
                size % 10000);
}

static void explain_span(sloi_text *t, int64_t ns) {
  char text[SLO_TIME_TEXT_MAX];
  sloi_text_say(t, "%s", slo_span_format(ns, text, sizeof text) == SLO_OK ? text : "?");
}

static void explain_period(sloi_text *t, int64_t from_ns, int64_t to_ns) {
  char from[SLO_TIME_TEXT_MAX], to[SLO_TIME_TEXT_MAX];
  if (slo_time_format(from_ns, from, sizeof from) != SLO_OK) from[0] = '\0';
  if (slo_time_format(to_ns, to, sizeof to) != SLO_OK) to[0] = '\0';
  sloi_text_say(t, "%s .. %s", from, to);
}

/* The budget as a percentage of what is counted, "0.1". */
static void explain_rest(sloi_text *t, uint64_t objective_ppb) {
  char text[SLO_OBJECTIVE_TEXT_MAX];
  uint64_t rest = SLO_OBJECTIVE_MAX_PPB + 1 - objective_ppb;
  sloi_text_say(t, "%s %%", slo_objective_format(rest, text, sizeof text) == SLO_OK ? text : "?");
}

/* Why there is less than was asked for. */
static const char *explain_short(const slo_window *window, const slo_budget *b) {
  slo_window_summary now = {0};
  now.struct_size = (uint32_t)sizeof now;
  if ((b->flags & SLO_DELTA_SHORT) == 0) return "";
  if (slo_window_summarize(window, &now) != SLO_OK || b->from_ns != now.first_ns) {
    return ", no more is kept";
  }
  return ", the history begins there";
}

static void explain_coverage(sloi_text *t, const slo_window *window, const slo_budget *b) {
  static const char *const policy[] = {"says nothing", "counts as bad", "counts as good", ""};
  sloi_text_say(t, "readings     ");
  explain_period(t, b->from_ns, b->to_ns);
  sloi_text_say(t, " (");
  explain_span(t, b->to_ns - b->from_ns);
  sloi_text_say(t, "; asked for ");
  explain_span(t, b->span_ns);
  sloi_text_say(t, "%s)\nmeasured     ", explain_short(window, b));
  explain_span(t, b->measured_ns);
  if (b->unresolved_ns != 0) {
    sloi_text_say(t, ", of it ");
    explain_span(t, b->unresolved_ns);
    sloi_text_say(t, " in gaps without a tick");
  }
  if (b->unmeasured_ns != 0) {
    sloi_text_say(t, "; unmeasured ");
    explain_span(t, b->unmeasured_ns);
    sloi_text_say(t, ", which %s", policy[b->policy & 3]);
  }
  if (b->frozen_ns != 0) {
    sloi_text_say(t, "; unmeasured ");
    explain_span(t, b->frozen_ns);
    sloi_text_say(t, ", in which time stood still");
  }
  if (b->corrected_ns != 0) {
    sloi_text_say(t, "; corrected ");
    explain_span(t, b->corrected_ns);
  }
  sloi_text_say(t,
                "\ncounted      %" PRIu64 " good + %" PRIu64 " bad = %" PRIu64
                " valid events; %" PRIu64 " excluded\n",
                b->counts.good, b->counts.bad, b->counts.good + b->counts.bad, b->counts.excluded);
}

/* A reason is somebody's text: it may not begin a line of its own. */
static void explain_plain(char *reason) {
  for (; *reason != '\0'; reason++) {
    if ((unsigned char)*reason < ' ' || *reason == 0x7f) *reason = ' ';
  }
}

static void explain_corrections(sloi_text *t, const slo_window *window, const slo_budget_config *c,
                                const slo_delta *delta) {
  uint32_t count = slo_ledger_count(c->ledger);
  for (uint32_t i = 0; i < count; i++) {
    slo_correction made = {0};
    slo_correction_effect e = {0};
    made.struct_size = (uint32_t)sizeof made;
    e.struct_size = (uint32_t)sizeof e;
    if (slo_ledger_effect(c->ledger, i, c->sli, window, delta, &e) != SLO_OK ||
        slo_ledger_read(c->ledger, i, &made, NULL) != SLO_OK) {
      continue;
    }
    explain_plain(made.reason);
    sloi_text_say(t, "correction   #%" PRIu32 " \"%s\": ", i, made.reason);
    explain_span(t, e.corrected_ns);
    sloi_text_say(t, e.kind == SLO_CORRECT_REMOVE ? " not counted, " : " counted as good, ");
    if (e.pieces > 1) sloi_text_say(t, "%" PRIu32 " pieces of ", e.pieces);
    explain_period(t, e.from_ns, e.to_ns);
    sloi_text_say(t, " (%" PRIu64 " good, %" PRIu64 " bad, %" PRIu64 " excluded", e.counts.good,
                  e.counts.bad, e.counts.excluded);
    if (delta->slice_ns != 0) {
      sloi_text_say(t, "; %" PRIu64 " good, %" PRIu64 " bad slices", e.slices.good, e.slices.bad);
    }
    sloi_text_say(t, ")\n");
  }
}

/* A number of what the method counts: by ratio timeslices with its decimals. */
static void explain_units(sloi_text *t, uint32_t method, uint64_t units) {
  if (method != SLO_METHOD_RATIO_TIMESLICES) {
    sloi_text_say(t, "%" PRIu64, units);
  } else {
    sloi_text_say(t, "%" PRIu64 ".%011" PRIu64, units / SLO_SLICE_RATIO_ONE,
                  units % SLO_SLICE_RATIO_ONE);
  }
}

static void explain_result(sloi_text *t, const slo_budget *b, const slo_delta *delta, int no_data) {
  if (b->method != SLO_METHOD_OCCURRENCES) {
    sloi_text_say(t, "slices       %" PRIu64 " good + %" PRIu64 " bad of ", delta->slices.good,
                  delta->slices.bad);
    explain_span(t, delta->slice_ns);
    sloi_text_say(t, "; the rest had no valid event\n");
  }
  if (no_data) {
    sloi_text_say(t, "left         no data: nothing valid was counted\n");
    return;
  }
  if (b->unseen != 0) {
    sloi_text_say(t, "not seen     ");
    explain_units(t, b->method, b->unseen);
    sloi_text_say(t, " more, at the rate of what was measured\n");
  }
  sloi_text_say(t, "allowed      ");
  explain_units(t, b->method, b->allowed);
  sloi_text_say(t, " (");
  explain_rest(t, b->objective_ppb);
  sloi_text_say(t, " of ");
  explain_units(t, b->method, b->valid);
  sloi_text_say(t, ", rounded down)\nspent        ");
  explain_units(t, b->method, b->bad);
  sloi_text_say(t, " / (");
  explain_rest(t, b->objective_ppb);
  sloi_text_say(t, " of ");
  explain_units(t, b->method, b->valid);
  sloi_text_say(t, ") = ");
  explain_percent(t, 1000000 - b->remaining_ppm);
  sloi_text_say(t, "\nleft         ");
  explain_percent(t, b->remaining_ppm);
  if (b->unseen != 0) {
    sloi_text_say(t, "; between ");
    explain_percent(t, b->worst_ppm);
    sloi_text_say(t, ", had all that was not seen been bad, and ");
    explain_percent(t, b->best_ppm);
  }
  sloi_text_say(t, "\n");
}

slo_status slo_budget_explain(const slo_window *window, const slo_budget_config *config,
                              char *buffer, size_t size, size_t *length) {
  static const char *const formula[] = {
      "bad events / valid events", "bad slices / slices with valid events",
      "the mean of bad / valid events over slices with valid events"};
  sloi_text t = {buffer, size, 0};
  slo_budget_config c;
  slo_delta delta = {0};
  slo_budget b = {0};
  uint32_t corrections;
  char objective[SLO_OBJECTIVE_TEXT_MAX];
  if (buffer == NULL && size != 0) return SLO_EINVAL;
  if (size != 0) buffer[0] = '\0';
  if (length != NULL) *length = 0;
  slo_status status = sloi_budget_delta(window, config, &c, &delta, &corrections);
  int never = status == SLO_ENODATA; /* there is no reading yet */
  if (status == SLO_OK) status = sloi_budget_of(&c, &delta, corrections, &b);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  (void)slo_objective_format(c.objective_ppb, objective, sizeof objective);
  sloi_text_say(&t, "method       %s: %s\nobjective    %s %%: ", slo_method_name(c.method),
                formula[c.method], objective);
  explain_rest(&t, c.objective_ppb);
  sloi_text_say(&t, " may be bad\nperiod       ");
  if (c.period_ns != 0) {
    sloi_text_say(&t, "rolling, the last ");
    explain_span(&t, c.period_ns);
  } else {
    explain_period(&t, c.start_ns, c.end_ns);
  }
  sloi_text_say(&t, "\n");
  if (never) {
    sloi_text_say(&t, "left         no data: there is no reading yet\n");
  } else {
    explain_coverage(&t, window, &b);
    explain_corrections(&t, window, &c, &delta);
    explain_result(&t, &b, &delta, status == SLO_ENODATA);
  }
  if (length != NULL) *length = t.length;
  return status;
}

/* ---- src/judge/gate.c ---- */

/* E below this is no evidence at all: 0.02 with 64 places. */
#define GATE_NOTHING UINT64_C(368934881474191032)
/* How likely an outage may seem to be over by chance: in its slot n, less than 1 in 64 (n + 16). */
#define GATE_HEALTHY 64
#define GATE_HEALTHY_FIRST 16
#define GATE_OUTAGE_MAX (SLOI_EVIDENCE_ONE40 / 10 * 9)
#define GATE_TICKETS_PPM UINT64_C(12175000) /* a year: one in 30 days */
#define GATE_PPM UINT64_C(1000000)
#define GATE_LEAST_MAX UINT64_C(1000000) /* healthy burns */
#define GATE_ENOUGH 2                    /* bad events in the longest window, at least */

/* ---- configuration ---- */

void sloi_gate_evidence(const slo_alert_gate *gate, uint32_t severity, const slo_alert_tier *tiers,
                        uint64_t tier_count, uint64_t objective_ppb, slo_evidence_config *config) {
  slo_evidence_config c = {0};
  c.struct_size = (uint32_t)sizeof c;
  c.objective_ppb = objective_ppb;
  c.alarms_per_year_ppm = gate->alarms_per_year_ppm;
  if (c.alarms_per_year_ppm == 0 && severity != SLO_SEVERITY_PAGE) {
    c.alarms_per_year_ppm = GATE_TICKETS_PPM;
  }
  c.dead_ns = gate->dead_ns;
  c.least_burn_ppm = gate->least_burn_ppm;
  for (uint64_t i = 0; i < tier_count && gate->least_burn_ppm == 0; i++) {
    const slo_alert_tier *t = &tiers[i];
    if (t->severity != severity || t->kind != SLO_TIER_BURN) continue;
    if (c.least_burn_ppm == 0 || t->factor_ppm < c.least_burn_ppm) c.least_burn_ppm = t->factor_ppm;
  }
  c.healthy_burn_ppm = gate->healthy_burn_ppm;
  if (c.healthy_burn_ppm == 0) {
    c.healthy_burn_ppm = c.least_burn_ppm < 2 * GATE_PPM ? c.least_burn_ppm / 2 : GATE_PPM;
    if (c.healthy_burn_ppm == 0) c.healthy_burn_ppm = 1; /* and not the default of 0 */
  }
  if (gate->least_burn_ppm == 0 && c.least_burn_ppm / GATE_LEAST_MAX >= c.healthy_burn_ppm) {
    c.least_burn_ppm = GATE_LEAST_MAX * c.healthy_burn_ppm; /* more is as good as that */
  }
  *config = c;
}

slo_status sloi_gate_plan_config(const slo_alert_gate *gate, uint32_t severity,
                                 const slo_alert_tier *tiers, uint64_t tier_count,
                                 uint64_t objective_ppb, sloi_gate_plan *plan, slo_error *error) {
  slo_evidence_config config, checked;
  slo_error inner = {0};
  memset(plan, 0, sizeof *plan);
  plan->kind = SLO_GATE_NONE;
  if (gate->kind > SLO_GATE_NONE) {
    return sloi_fail_range(error, gate->kind, 0, SLO_GATE_NONE, "gate[%u].kind", severity);
  }
  if (gate->reserved != 0) {
    return sloi_fail(error, SLO_EVERSION, gate->reserved, "gate[%u].reserved", severity);
  }
  const slo_alert_tier *longest = NULL, *slowest = NULL;
  for (uint64_t i = 0; i < tier_count; i++) {
    const slo_alert_tier *t = &tiers[i];
    if (t->severity != severity || t->kind != SLO_TIER_BURN) continue;
    if (longest == NULL || t->long_ns > longest->long_ns) longest = t;
    if (slowest == NULL || t->factor_ppm < slowest->factor_ppm) slowest = t;
  }
  if (gate->kind == SLO_GATE_NONE || longest == NULL) return SLO_OK;
  sloi_gate_evidence(gate, severity, tiers, tier_count, objective_ppb, &config);
  inner.struct_size = (uint32_t)sizeof inner;
  slo_status status = sloi_evidence_plan_config(&config, &checked, &plan->evidence, &inner);
  if (status != SLO_OK) {
    (void)sloi_fail_range(error, inner.value, inner.min, inner.max, "gate[%u].%.40s", severity,
                          inner.field);
    return status;
  }
  plan->kind = SLO_GATE_EVIDENCE;
  plan->longest = (uint64_t)(longest - tiers);
  plan->slowest = (uint64_t)(slowest - tiers);
  plan->volume = 2 * checked.healthy_burn_ppm;
  plan->apart =
      sloi_u128_divide(sloi_u128_of(SLOI_PPB_PPM),
                       sloi_u128_multiply(checked.least_burn_ppm, SLOI_PPB - objective_ppb));
  return SLO_OK;
}

/* ---- state ---- */

static int gate_nothing(const sloi_gate_plan *plan, const sloi_gate_state *state) {
  sloi_u128 sum = sloi_evidence_sum(&plan->evidence, &state->evidence);
  return sum.hi == 0 && sum.lo < GATE_NOTHING;
}

static uint64_t gate_root(uint64_t n) {
  uint64_t root = 0;
  for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1) {
    if ((root | bit) * (root | bit) <= n) root |= bit;
  }
  return root;
}

/* The share of bad events that the outage has at least: a standard deviation below what was
 * counted, 40 places. Only up to the last bad event: what comes after may be its end. */
static uint64_t gate_outage(const sloi_gate_state *state) {
  uint64_t valid = state->valid, bad = state->bad;
  while (valid >> 23 != 0) { /* so that a share has 40 places in 64 bits */
    valid >>= 1;
    bad >>= 1;
  }
  if (valid == 0 || bad > valid) return 0;
  uint64_t share = ((bad - gate_root(bad)) << 40) / valid;
  return share < GATE_OUTAGE_MAX ? share : GATE_OUTAGE_MAX;
}

/*
 * Is it over? While the outage lasts the share y of bad events in a slot has at least the mean p,
 * so the product of 1 + 0.9 * (p - y) / (1 - p) cannot be expected to grow; in a healthy service it
 * grows by log(1 + 0.9 * p / (1 - p)) a slot: the worse the outage was, the sooner its end is
 * believed. Kept at 1 at least, so that the end may come in any slot (a CUSUM).
 */
static void gate_weigh_health(sloi_gate_state *state, uint64_t valid, uint64_t bad) {
  const uint64_t one = SLOI_EVIDENCE_ONE40, p = gate_outage(state);
  while (valid >> 23 != 0) {
    valid >>= 1;
    bad >>= 1;
  }
  if (valid == 0 || bad > valid) return;
  state->slots++;
  uint64_t y = (bad << 40) / valid;
  uint64_t apart = (p > y ? p - y : y - p) / 10 * 9;
  uint64_t bet = sloi_u128_divide(sloi_u128_multiply(apart, one), sloi_u128_of(one - p));
  uint64_t factor = p > y ? one + bet : bet < one ? one - bet : 0;
  state->healthy = sloi_u128_scale(state->healthy, factor, 40);
  if (state->healthy.hi == 0) {
    state->healthy.hi = 1;
    state->healthy.lo = 0;
  }
}

/* The more slots the outage has had, the more of them could look like its end by chance. */
static int gate_recovered(const sloi_gate_plan *plan, const sloi_gate_state *state) {
  if (state->healthy.hi / GATE_HEALTHY >= state->slots + GATE_HEALTHY_FIRST) return 1;
  /* evidence that is gone is half the answer */
  return gate_nothing(plan, state) && state->healthy.hi >= state->slots;
}

void sloi_gate_weigh(const sloi_gate_plan *plan, sloi_gate_state *state, uint64_t dt,
                     const slo_counts *slot) {
  const uint64_t valid = slot->good + slot->bad;
  sloi_evidence_step(&plan->evidence, &state->evidence, dt, valid, slot->bad);
  if (state->open) gate_weigh_health(state, valid, slot->bad);
  if (slot->bad == 0) {
    state->since += valid;
    return;
  }
  if (state->bad == 0 || (!state->open && state->since > plan->apart)) { /* a run begins */
    state->valid = state->bad = state->since = 0;
  }
  state->valid += state->since + valid;
  state->bad += slot->bad;
  state->since = 0;
}

static void gate_open(const sloi_gate_plan *plan, sloi_gate_state *state,
                      const sloi_gate_view *view, uint64_t cause) {
  state->open = cause;
  state->slots = 0;
  state->healthy.hi = 1;
  state->healthy.lo = 0;
  if (state->bad < GATE_ENOUGH) { /* no run: what the longest window looks like */
    state->bad = view->longest.bad;
    state->valid = view->longest.good + view->longest.bad;
  }
  if (cause == SLO_CAUSE_VOLUME) sloi_evidence_lift(&plan->evidence, &state->evidence);
}

static void gate_close(sloi_gate_state *state) {
  memset(state, 0, sizeof *state);
  state->locked = 1;
}

void sloi_gate_decide(const sloi_gate_plan *plan, sloi_gate_state *state,
                      const sloi_gate_view *view) {
  if (!view->above) state->locked = 0;
  if (state->open) {
    if (gate_recovered(plan, state) || (view->calm && !view->holds)) {
      gate_close(state);
      if (!view->above) state->locked = 0;
    }
    return;
  }
  if (!view->ready || view->longest.bad < GATE_ENOUGH) return;
  if (sloi_evidence_sum(&plan->evidence, &state->evidence).hi != 0) {
    gate_open(plan, state, view, SLO_CAUSE_EVIDENCE);
  } else if (view->volume && !state->locked) {
    gate_open(plan, state, view, SLO_CAUSE_VOLUME);
  }
}

/* ---- src/judge/ledger.c ---- */

#include <string.h>


#define LEDGER_MAGIC SLOI_BLOCK_MAGIC('l', 'e')
#define LEDGER_LAYOUT 1
#define LEDGER_LATE_NS (10 * SLO_SECOND_NS)

/* Written before `count` says that it is there, and never changed, but for voided_by. */
typedef struct ledger_entry {
  uint64_t kind;
  int64_t from;
  int64_t to;
  int64_t made;
  uint64_t sli;
  uint64_t voids;
  sloi_cell voided_by; /* 1 + a sequence number, if that entry says so too */
  uint64_t reserved;
  char reason[SLO_LEDGER_REASON_MAX + 1];
} ledger_entry;

struct slo_ledger {
  sloi_block block;
  uint64_t entries;
  uint64_t reserved[5];
  sloi_cell latest; /* no correction ends after this; behind what the block's checksum covers */
  sloi_cell count;
  ledger_entry entry[];
};

#define LEDGER_CONFIG_SIZE (offsetof(slo_ledger, latest) - sizeof(sloi_block))

static uint64_t ledger_size(uint64_t entries) {
  return sloi_round_up(sizeof(slo_ledger) + entries * sizeof(ledger_entry), SLO_ALIGN);
}

static slo_status ledger_check(uint32_t entries, slo_error *error) {
  if (entries >= 1 && entries <= SLO_LEDGER_ENTRIES_MAX) return SLO_OK;
  return sloi_fail_range(error, entries, 1, SLO_LEDGER_ENTRIES_MAX, "entries");
}

slo_status slo_ledger_footprint(uint32_t entries, size_t *size, slo_error *error) {
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = ledger_check(entries, error);
  if (status == SLO_OK) *size = (size_t)ledger_size(entries);
  return status;
}

slo_status slo_ledger_init(void *memory, size_t size, uint32_t entries, slo_ledger **ledger,
                           slo_error *error) {
  if (ledger == NULL) return sloi_fail(error, SLO_EINVAL, 0, "ledger (NULL)");
  slo_status status = ledger_check(entries, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, ledger_size(entries), LEDGER_MAGIC, LEDGER_LAYOUT,
                           LEDGER_CONFIG_SIZE, error);
  if (status != SLO_OK) return status;
  slo_ledger *l = memory;
  l->entries = entries;
  sloi_block_ready(&l->block);
  *ledger = l;
  return SLO_OK;
}

slo_status slo_ledger_attach(void *memory, size_t size, slo_ledger **ledger) {
  if (ledger == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, LEDGER_MAGIC, LEDGER_LAYOUT, LEDGER_CONFIG_SIZE);
  if (status != SLO_OK) return status;
  slo_ledger *l = memory;
  if (l->entries < 1 || l->entries > SLO_LEDGER_ENTRIES_MAX ||
      l->block.config_size != LEDGER_CONFIG_SIZE || l->block.size != ledger_size(l->entries)) {
    return SLO_ECORRUPT;
  }
  *ledger = l;
  return SLO_OK;
}

slo_status slo_ledger_create(uint32_t entries, const slo_allocator *allocator, slo_ledger **ledger,
                             slo_error *error) {
  size_t size;
  void *memory;
  if (ledger == NULL) return sloi_fail(error, SLO_EINVAL, 0, "ledger (NULL)");
  slo_status status = slo_ledger_footprint(entries, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_ledger_init(memory, size, entries, ledger, error);
}

void slo_ledger_destroy(slo_ledger *ledger) {
  sloi_block_release(ledger);
}

/* ---- entries ---- */

uint32_t slo_ledger_count(const slo_ledger *ledger) {
  if (ledger == NULL) return 0;
  uint64_t count = sloi_load_acquire(&ledger->count); /* with it, the entries */
  return (uint32_t)(count < ledger->entries ? count : ledger->entries);
}

/* An entry that was being voided when its writer was killed names one that does not exist, or
 * that says something else. */
static int ledger_void(const slo_ledger *l, uint32_t count, uint32_t sequence) {
  uint64_t by = sloi_load_acquire(&l->entry[sequence].voided_by);
  return by != 0 && by <= count && l->entry[by - 1].kind == SLO_CORRECT_VOID &&
         l->entry[by - 1].voids == sequence;
}

static slo_status ledger_check_reason(const char *reason, slo_error *error) {
  size_t length = 0;
  while (length <= SLO_LEDGER_REASON_MAX && reason[length] != '\0') length++;
  if (length >= 1 && length <= SLO_LEDGER_REASON_MAX) return SLO_OK;
  return sloi_fail_range(error, (int64_t)length, 1, SLO_LEDGER_REASON_MAX, "reason (bytes)");
}

static slo_status ledger_check_entry(const slo_ledger *l, uint32_t count, const slo_correction *c,
                                     slo_error *error) {
  if (c->made_ns < 0 || c->made_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->made_ns, 0, SLO_TIME_MAX_NS, "made_ns");
  }
  if (c->kind > SLO_CORRECT_VOID) {
    return sloi_fail_range(error, c->kind, 0, SLO_CORRECT_VOID, "kind");
  }
  if (c->kind == SLO_CORRECT_VOID) {
    if (c->from_ns != 0) return sloi_fail_range(error, c->from_ns, 0, 0, "from_ns (of a VOID)");
    if (c->to_ns != 0) return sloi_fail_range(error, c->to_ns, 0, 0, "to_ns (of a VOID)");
    if (c->sli != 0) return sloi_fail_range(error, c->sli, 0, 0, "sli (of a VOID)");
    if (c->voids >= count) {
      return sloi_fail_range(error, c->voids, 0, (int64_t)count - 1, "voids");
    }
    if (l->entry[c->voids].kind == SLO_CORRECT_VOID) {
      return sloi_fail(error, SLO_EINVAL, c->voids, "voids (a VOID)");
    }
    if (ledger_void(l, count, c->voids)) {
      return sloi_fail(error, SLO_EINVAL, c->voids, "voids (void already)");
    }
    return SLO_OK;
  }
  if (c->voids != 0) return sloi_fail_range(error, c->voids, 0, 0, "voids (of no VOID)");
  if (c->from_ns < 0 || c->from_ns >= SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->from_ns, 0, SLO_TIME_MAX_NS - 1, "from_ns");
  }
  if (c->to_ns <= c->from_ns || c->to_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->to_ns, c->from_ns + 1, SLO_TIME_MAX_NS, "to_ns");
  }
  return SLO_OK;
}

slo_status sloi_ledger_check(const slo_ledger *ledger, const slo_correction *c, slo_error *error) {
  uint32_t count = slo_ledger_count(ledger);
  slo_status status = ledger_check_entry(ledger, count, c, error);
  if (status == SLO_OK) status = ledger_check_reason(c->reason, error);
  if (status == SLO_OK && count == ledger->entries) {
    status = sloi_fail_space(error, ledger->entries, (uint64_t)count + 1, "entries");
  }
  return status;
}

slo_status slo_ledger_append(slo_ledger *ledger, const slo_correction *correction,
                             uint32_t *sequence, slo_error *error) {
  slo_correction c;
  if (ledger == NULL || correction == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, ledger == NULL ? "ledger (NULL)" : "correction (NULL)");
  }
  slo_status status = sloi_sized_read(&c, sizeof c, correction, error, "slo_correction");
  if (status == SLO_OK) status = sloi_ledger_check(ledger, &c, error);
  if (status != SLO_OK) return status;
  uint32_t count = slo_ledger_count(ledger);
  ledger_entry *e = &ledger->entry[count];
  memset(e->reason, 0, sizeof e->reason);
  e->kind = c.kind;
  e->from = c.from_ns;
  e->to = c.to_ns;
  e->made = c.made_ns;
  e->sli = c.sli;
  e->voids = c.voids;
  memcpy(e->reason, c.reason, strlen(c.reason));
  sloi_store_release(&e->voided_by, 0);
  if (c.kind == SLO_CORRECT_VOID) {
    sloi_store_release(&ledger->entry[c.voids].voided_by, (uint64_t)count + 1);
  }
  if ((uint64_t)c.to_ns > sloi_load_relaxed(&ledger->latest)) {
    sloi_store_release(&ledger->latest, (uint64_t)c.to_ns);
  }
  sloi_store_release(&ledger->count, (uint64_t)count + 1); /* now it is there */
  if (sequence != NULL) *sequence = count;
  return SLO_OK;
}

slo_status slo_ledger_read(const slo_ledger *ledger, uint32_t sequence, slo_correction *correction,
                           uint32_t *is_void) {
  slo_correction c = {0};
  if (ledger == NULL || correction == NULL) return SLO_EINVAL;
  uint32_t count = slo_ledger_count(ledger);
  if (sequence >= count) return SLO_ERANGE;
  const ledger_entry *e = &ledger->entry[sequence];
  c.kind = (uint32_t)e->kind;
  c.from_ns = e->from;
  c.to_ns = e->to;
  c.made_ns = e->made;
  c.sli = (uint32_t)e->sli;
  c.voids = (uint32_t)e->voids;
  memcpy(c.reason, e->reason, sizeof c.reason - 1);
  if (is_void != NULL) *is_void = (uint32_t)ledger_void(ledger, count, sequence);
  return sloi_sized_write(correction, &c, sizeof c);
}

/* ---- correcting ---- */

/* Does this entry correct something of the SLI within (from, to]? */
static int ledger_touches(const slo_ledger *l, uint32_t count, uint32_t sequence, uint32_t sli,
                          int64_t from, int64_t to) {
  const ledger_entry *e = &l->entry[sequence];
  return e->kind <= SLO_CORRECT_GOOD && e->from < e->to && e->from < to && e->to > from &&
         (e->sli == sli || e->sli == SLO_LEDGER_ALL) && !ledger_void(l, count, sequence);
}

/* How many there are to look at: none when all of them end before. Old corrections cost nothing. */
static uint32_t ledger_count_after(const slo_ledger *l, int64_t from_ns) {
  uint32_t count = slo_ledger_count(l);
  if (count == 0) return 0;
  uint64_t latest = sloi_load_relaxed(&l->latest);
  return latest <= (uint64_t)INT64_MAX && (int64_t)latest <= from_ns ? 0 : count;
}

int sloi_ledger_any(const slo_ledger *ledger, uint32_t sli, int64_t from_ns, int64_t to_ns) {
  uint32_t count = ledger_count_after(ledger, from_ns);
  for (uint32_t i = 0; i < count; i++) {
    if (ledger_touches(ledger, count, i, sli, from_ns, to_ns)) return 1;
  }
  return 0;
}

slo_status slo_ledger_edge(const slo_ledger *ledger, uint32_t sli, int64_t after_ns,
                           int64_t *edge_ns) {
  if (ledger == NULL || edge_ns == NULL) return SLO_EINVAL;
  uint32_t count = slo_ledger_count(ledger);
  int64_t next = INT64_MAX;
  for (uint32_t i = 0; i < count; i++) {
    const ledger_entry *e = &ledger->entry[i];
    if (!ledger_touches(ledger, count, i, sli, after_ns, INT64_MAX)) continue;
    int64_t edge = e->from > after_ns ? e->from : e->to;
    if (edge < next) next = edge;
  }
  if (next == INT64_MAX) return SLO_ENODATA;
  *edge_ns = next;
  return SLO_OK;
}

/* A correction at work: which part of (from, to] is its own. */
typedef struct ledger_walk {
  const slo_ledger *ledger;
  uint32_t count;
  uint32_t sequence;
  uint32_t sli;
  int64_t from, to;
} ledger_walk;

static int ledger_goes_before(const ledger_walk *walk, uint32_t other) {
  const ledger_entry *mine = &walk->ledger->entry[walk->sequence];
  const ledger_entry *theirs = &walk->ledger->entry[other];
  if (theirs->kind != mine->kind) return theirs->kind == SLO_CORRECT_REMOVE;
  return other < walk->sequence;
}

/* The next piece after *at that no correction of higher rank covers; 0 when there is none. */
static int ledger_piece(const ledger_walk *walk, int64_t *at, int64_t *end) {
  for (;;) {
    int64_t covered = *at;
    *end = walk->to;
    for (uint32_t i = 0; i < walk->count; i++) {
      const ledger_entry *e = &walk->ledger->entry[i];
      if (i == walk->sequence || !ledger_goes_before(walk, i) ||
          !ledger_touches(walk->ledger, walk->count, i, walk->sli, *at, walk->to)) {
        continue;
      }
      if (e->from > covered) {
        if (e->from < *end) *end = e->from;
      } else if (e->to > covered) {
        covered = e->to; /* so whole chains in one look, when they were written down in order */
      }
    }
    if (covered == *at) return *at < walk->to;
    *at = covered; /* look again from there */
    if (*at >= walk->to) return 0;
  }
}

/* 1 and the walk of an entry over (from, to], when it has a part in it. */
static int ledger_begin(const slo_ledger *l, uint32_t count, uint32_t sequence, uint32_t sli,
                        const slo_delta *delta, ledger_walk *walk) {
  if (!ledger_touches(l, count, sequence, sli, delta->from_ns, delta->to_ns)) return 0;
  const ledger_entry *e = &l->entry[sequence];
  walk->ledger = l;
  walk->count = count;
  walk->sequence = sequence;
  walk->sli = sli;
  walk->from = e->from > delta->from_ns ? e->from : delta->from_ns;
  walk->to = e->to < delta->to_ns ? e->to : delta->to_ns;
  return 1;
}

static uint64_t ledger_less(uint64_t *from, uint64_t amount) {
  uint64_t taken = amount < *from ? amount : *from;
  *from -= taken;
  return taken;
}

static int64_t ledger_less_time(int64_t *from, int64_t amount) {
  int64_t taken = amount < *from ? amount : *from;
  *from -= taken;
  return taken;
}

/* Takes a piece out of d, or sets it right. Never more than d has: it may be older. */
static void ledger_apply(uint64_t kind, const slo_delta *piece, slo_delta *d) {
  uint64_t bad = ledger_less(&d->counts.bad, piece->counts.bad);
  uint64_t bad_slices = ledger_less(&d->slices.bad, piece->slices.bad);
  (void)ledger_less(&d->slices.ratio_sum, piece->slices.ratio_sum);
  d->corrected_ns += ledger_less_time(&d->unmeasured_ns, piece->unmeasured_ns);
  if (kind == SLO_CORRECT_GOOD) {
    d->counts.good += bad;
    d->slices.good += bad_slices;
    return;
  }
  (void)ledger_less(&d->counts.good, piece->counts.good);
  (void)ledger_less(&d->counts.excluded, piece->counts.excluded);
  (void)ledger_less(&d->slices.good, piece->slices.good);
  (void)ledger_less_time(&d->unresolved_ns, piece->unresolved_ns);
  (void)ledger_less_time(&d->covered_ns, piece->measured_ns);
  d->corrected_ns += ledger_less_time(&d->measured_ns, piece->measured_ns);
  d->corrected_ns += ledger_less_time(&d->frozen_ns, piece->frozen_ns);
}

/* Do the readings lie noticeably away from the edges? A tick is no more than some seconds late. */
static int ledger_snapped(int64_t from, int64_t to, const slo_delta *piece) {
  int64_t before = from - piece->from_ns, after = to - piece->to_ns;
  int64_t most = (to - from) / 50 > LEDGER_LATE_NS ? (to - from) / 50 : LEDGER_LATE_NS;
  return before > most || before < -most || after > most || after < -most;
}

/* Adds what one correction does to the effect, and applies it to d, if these are given. */
static slo_status ledger_walk_pieces(const ledger_walk *walk, const slo_window *window,
                                     slo_correction_effect *effect, slo_delta *d) {
  int64_t at = walk->from, end;
  for (; ledger_piece(walk, &at, &end); at = end) {
    slo_delta piece = {0};
    piece.struct_size = (uint32_t)sizeof piece;
    slo_status status = slo_window_delta(window, at, end, &piece);
    if (status != SLO_OK) return status;
    if (d != NULL) {
      ledger_apply(walk->ledger->entry[walk->sequence].kind, &piece, d);
      if (ledger_snapped(at, end, &piece)) d->flags |= SLO_DELTA_SNAPPED;
    }
    if (effect == NULL) continue;
    if (effect->pieces++ == 0) effect->from_ns = piece.from_ns;
    effect->to_ns = piece.to_ns;
    effect->corrected_ns += piece.to_ns - piece.from_ns;
    effect->counts.good += piece.counts.good;
    effect->counts.bad += piece.counts.bad;
    effect->counts.excluded += piece.counts.excluded;
    effect->slices.good += piece.slices.good;
    effect->slices.bad += piece.slices.bad;
    effect->slices.ratio_sum += piece.slices.ratio_sum;
  }
  return SLO_OK;
}

slo_status slo_ledger_correct(const slo_ledger *ledger, uint32_t sli, const slo_window *window,
                              slo_delta *delta, uint32_t *count) {
  if (window == NULL || delta == NULL) return SLO_EINVAL;
  if (delta->struct_size < sizeof *delta) return SLO_EVERSION;
  uint32_t entries = ledger_count_after(ledger, delta->from_ns), touched = 0;
  slo_delta d = *delta; /* all of it or nothing */
  for (uint32_t i = 0; i < entries; i++) {
    ledger_walk walk;
    if (!ledger_begin(ledger, entries, i, sli, &d, &walk)) continue;
    slo_correction_effect effect = {0};
    slo_status status = ledger_walk_pieces(&walk, window, &effect, &d);
    if (status != SLO_OK) return status;
    touched += effect.pieces != 0;
  }
  if (touched != 0) {
    sloi_window_judge(&d);
    *delta = d;
  }
  if (count != NULL) *count = touched;
  return SLO_OK;
}

slo_status slo_ledger_effect(const slo_ledger *ledger, uint32_t sequence, uint32_t sli,
                             const slo_window *window, const slo_delta *delta,
                             slo_correction_effect *effect) {
  slo_correction_effect e = {0};
  ledger_walk walk;
  if (ledger == NULL || window == NULL || delta == NULL || effect == NULL) return SLO_EINVAL;
  uint32_t count = slo_ledger_count(ledger);
  if (sequence >= count) return SLO_ERANGE;
  if (!ledger_begin(ledger, count, sequence, sli, delta, &walk)) return SLO_ENODATA;
  slo_status status = ledger_walk_pieces(&walk, window, &e, NULL);
  if (status != SLO_OK) return status;
  if (e.pieces == 0) return SLO_ENODATA;
  e.sequence = sequence;
  e.kind = (uint32_t)ledger->entry[sequence].kind;
  return sloi_sized_write(effect, &e, sizeof e);
}

/* ---- src/judge/objective.c ---- */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>


slo_status sloi_objective_check(uint64_t objective_ppb, slo_error *error, const char *field) {
  if (objective_ppb < SLO_OBJECTIVE_MIN_PPB || objective_ppb > SLO_OBJECTIVE_MAX_PPB) {
    return sloi_fail_range(error, sloi_shown(objective_ppb), (int64_t)SLO_OBJECTIVE_MIN_PPB,
                           (int64_t)SLO_OBJECTIVE_MAX_PPB, "%s", field);
  }
  return SLO_OK;
}

slo_status slo_objective_parse(const char *text, uint64_t *objective_ppb, slo_error *error) {
  if (text == NULL || objective_ppb == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "objective (NULL)");
  }
  /* 1 % is 10^7 ppb: the digits after the point weigh 10^6 .. 1 */
  uint64_t ppb = 0, weight = UINT64_C(1000000);
  const char *p = text;
  const char *start = p;
  for (; *p >= '0' && *p <= '9'; p++) {
    ppb = ppb * 10 + (uint64_t)(*p - '0');
    if (ppb > 1000) { /* beyond any percentage: stop before it overflows */
      return sloi_fail_range(error, (int64_t)ppb, 0, 99, "objective (percent)");
    }
  }
  size_t digits = (size_t)(p - start);
  ppb *= UINT64_C(10000000);
  if (*p == '.') {
    for (p++; *p >= '0' && *p <= '9'; p++, weight /= 10, digits++) {
      if (weight == 0 && *p != '0') break; /* finer than a part per billion */
      ppb += (uint64_t)(*p - '0') * weight;
    }
  }
  if (*p == '%' && digits != 0) p++;
  if (digits == 0 || *p != '\0') {
    return sloi_fail(error, SLO_EPARSE, (int64_t)(p - text), "objective (percent)");
  }
  slo_status status = sloi_objective_check(ppb, error, "objective (ppb)");
  if (status == SLO_OK) *objective_ppb = ppb;
  return status;
}

slo_status slo_objective_parse_quantile(const char *text, uint64_t *objective_ppb,
                                        int64_t *threshold_ns, slo_error *error) {
  static const char what[] = "quantile (such as p99 <= 300ms)";
  char percent[64];
  slo_error inner = {0};
  uint64_t ppb;
  int64_t ns;
  if (text == NULL || objective_ppb == NULL || threshold_ns == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "quantile (NULL)");
  }
  if (text[0] != 'p' && text[0] != 'P') return sloi_fail(error, SLO_EPARSE, 0, what);
  const char *p = text + 1;
  size_t n = strcspn(p, " <");
  if (n == 0 || n >= sizeof percent) return sloi_fail(error, SLO_EPARSE, 1, what);
  memcpy(percent, p, n);
  percent[n] = '\0';
  inner.struct_size = (uint32_t)sizeof inner;
  slo_status status = slo_objective_parse(percent, &ppb, &inner);
  if (status == SLO_EPARSE || percent[n - 1] == '%') {
    int64_t at = status == SLO_EPARSE ? inner.value + 1 : (int64_t)n;
    return sloi_fail(error, SLO_EPARSE, at, what);
  }
  if (status != SLO_OK) {
    return sloi_fail_range(error, inner.value, inner.min, inner.max, "%s", inner.field);
  }
  p += n;
  p += strspn(p, " ");
  if (p[0] != '<' || p[1] != '=') return sloi_fail(error, SLO_EPARSE, p - text, what);
  p += 2;
  p += strspn(p, " ");
  status = slo_span_parse(p, &ns, &inner);
  if (status == SLO_EPARSE) return sloi_fail(error, SLO_EPARSE, p - text + inner.value, what);
  if (status != SLO_OK || ns < 1) {
    return sloi_fail_range(error, status != SLO_OK ? inner.value : ns, 1, INT64_MAX,
                           "threshold_ns");
  }
  *objective_ppb = ppb;
  *threshold_ns = ns;
  return SLO_OK;
}

slo_status slo_objective_format(uint64_t objective_ppb, char *buffer, size_t size) {
  char text[32];
  if (buffer == NULL) return SLO_EINVAL;
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK) return SLO_ERANGE;
  int n = snprintf(text, sizeof text, "%" PRIu64 ".%07" PRIu64, objective_ppb / 10000000,
                   objective_ppb % 10000000);
  while (text[n - 1] == '0') n--;
  if (text[n - 1] == '.') n--;
  if ((size_t)n >= size) return SLO_ESPACE;
  memcpy(buffer, text, (size_t)n);
  buffer[n] = '\0';
  return SLO_OK;
}

/* ---- src/judge/rule.c ---- */

static const char *rule_spaces(const char *p) {
  while (*p == ' ' || *p == '\t') p++;
  return p;
}

/* The length of `word` when *p begins with it, else 0. */
static size_t rule_word(const char *p, const char *word) {
  size_t n = strlen(word);
  return strncmp(p, word, n) == 0 ? n : 0;
}

static int rule_op(const char **p, uint32_t *op) {
  /* two characters before one: "<=" begins with "<" */
  static const struct {
    char text[4];
    uint32_t op;
  } ops[] = {{"<=", SLO_OP_LE}, {">=", SLO_OP_GE}, {"==", SLO_OP_EQ},
             {"!=", SLO_OP_NE}, {"<", SLO_OP_LT},  {">", SLO_OP_GT}};
  for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
    size_t n = rule_word(*p, ops[i].text);
    if (n != 0) {
      *p += n;
      *op = ops[i].op;
      return 1;
    }
  }
  return 0;
}

static int rule_value(const char **p, uint32_t field, int64_t *value) {
  char word[48];
  size_t n = 0;
  const char *q = *p;
  while (n + 1 < sizeof word && *q != '\0' && *q != ' ' && *q != '\t' && *q != '|')
    word[n++] = *q++;
  word[n] = '\0';
  if (field == SLO_FIELD_LATENCY) {
    if (slo_span_parse(word, value, NULL) != SLO_OK) return 0;
  } else {
    size_t i = word[0] == '-';
    int64_t v = 0;
    if (word[i] == '\0') return 0;
    for (; word[i] != '\0'; i++) {
      if (word[i] < '0' || word[i] > '9' || v > INT32_MAX) return 0;
      v = v * 10 + (word[i] - '0');
    }
    *value = word[0] == '-' ? -v : v;
  }
  *p = q;
  return 1;
}

slo_status slo_rule_parse(const char *text, slo_rule *rule, slo_error *error) {
  slo_rule s = {0};
  if (text == NULL) return sloi_fail(error, SLO_EINVAL, 0, "rule (NULL)");
  if (rule == NULL) return sloi_fail(error, SLO_EINVAL, 0, "rule (NULL)");
  const char *p = text;
  for (;;) {
    if (s.term_count == SLO_RULE_TERMS_MAX) {
      return sloi_fail_range(error, s.term_count + INT64_C(1), 1, SLO_RULE_TERMS_MAX,
                             "rule (terms)");
    }
    slo_rule_term *term = &s.terms[s.term_count];
    p = rule_spaces(p);
    const char *at = p;
    size_t n = rule_word(p, "status");
    term->field = n != 0 ? SLO_FIELD_STATUS : SLO_FIELD_LATENCY;
    if (n == 0) n = rule_word(p, "latency");
    if (n == 0) return sloi_fail(error, SLO_EPARSE, at - text, "rule (status or latency)");
    at = p = rule_spaces(p + n);
    if (!rule_op(&p, &term->op)) {
      return sloi_fail(error, SLO_EPARSE, at - text, "rule (one of < <= == != >= >)");
    }
    at = p = rule_spaces(p);
    if (!rule_value(&p, term->field, &term->value)) {
      return sloi_fail(error, SLO_EPARSE, at - text,
                       term->field == SLO_FIELD_STATUS ? "rule (an integer)"
                                                       : "rule (a duration such as 300ms)");
    }
    s.term_count++;
    p = rule_spaces(p);
    if (*p == '\0') break;
    if (rule_word(p, "||") == 0)
      return sloi_fail(error, SLO_EPARSE, p - text, "rule (|| or its end)");
    p += 2;
  }
  /* a caller with a shorter struct has no room for the terms */
  if (rule->struct_size < sizeof s)
    return sloi_fail(error, SLO_EVERSION, rule->struct_size, "slo_rule");
  return sloi_sized_write(rule, &s, sizeof s);
}

static int rule_holds(const slo_rule_term *term, int64_t x) {
  switch (term->op) {
    case SLO_OP_LT:
      return x < term->value;
    case SLO_OP_LE:
      return x <= term->value;
    case SLO_OP_EQ:
      return x == term->value;
    case SLO_OP_NE:
      return x != term->value;
    case SLO_OP_GE:
      return x >= term->value;
    case SLO_OP_GT:
      return x > term->value;
    default:
      return 0;
  }
}

slo_outcome slo_rule_classify(const slo_rule *rule, const slo_event *event) {
  if (rule == NULL || event == NULL) return SLO_EXCLUDED;
  int unknown = 0;
  for (uint32_t i = 0; i < rule->term_count && i < SLO_RULE_TERMS_MAX; i++) {
    const slo_rule_term *term = &rule->terms[i];
    if (term->field == SLO_FIELD_STATUS && (event->known & SLO_EVENT_STATUS) != 0) {
      if (rule_holds(term, event->status)) return SLO_BAD;
    } else if (term->field == SLO_FIELD_LATENCY && (event->known & SLO_EVENT_LATENCY) != 0) {
      if (rule_holds(term, event->latency_ns)) return SLO_BAD;
    } else {
      unknown = 1;
    }
  }
  return unknown || rule->term_count == 0 ? SLO_EXCLUDED : SLO_GOOD;
}

/* ---- src/judge/sli.c ---- */

#include <stdio.h>


#define SLI_LEAST_PER_HOUR_MAX INT64_C(1000000000000000)

static const slo_code sli_http[] = {{0, 0, SLO_BAD},
                                    {100, 399, SLO_GOOD},
                                    {429, 429, SLO_BAD},
                                    {400, 499, SLO_EXCLUDED},
                                    {500, 599, SLO_BAD}};
static const slo_code sli_grpc[] = {
    {0, 0, SLO_GOOD}, {2, 2, SLO_BAD}, {4, 4, SLO_BAD}, {8, 8, SLO_BAD}, {12, 15, SLO_BAD}};

static const struct {
  const char *name; /* in a sentence */
  const slo_code *codes;
  uint32_t count;
} sli_protocols[] = {{"answers", NULL, 0},
                     {"HTTP answers", sli_http, sizeof sli_http / sizeof sli_http[0]},
                     {"gRPC answers", sli_grpc, sizeof sli_grpc / sizeof sli_grpc[0]}};

enum { SLI_CODES = 1, SLI_THRESHOLD = 2, SLI_PPM = 4, SLI_PER_HOUR = 8, SLI_INTERVAL = 16 };

/* The menu: what a kind is called, which fields it has, and its rule with what it takes from them.
 */
static const struct {
  const char *name;
  uint32_t fields;
  const char *rule;
} sli_menu[] = {{"unknown indicator", 0, ""},
                {"availability", SLI_CODES, "%s that are no failures"},
                {"latency", SLI_CODES | SLI_THRESHOLD, "answered within %s"},
                {"quality", SLI_CODES | SLI_PPM, "answered with %s %% or more of what is usual"},
                {"freshness", SLI_THRESHOLD, "read data that is not older than %s"},
                {"correctness", 0, "results that were right, of those checked"},
                {"coverage", 0, "inputs that were processed, of those that should be"},
                {"throughput", SLI_PER_HOUR, "time in which %s an hour or more were processed"},
                {"durability", 0, "what was written could be read"},
                {"probe", SLI_INTERVAL, "the prober, every %s, was answered"},
                {"inventory", 0, "items that comply, of all items"}};

static const uint32_t sli_protocol_last = sizeof sli_protocols / sizeof sli_protocols[0] - 1;

const char *slo_sli_kind_name(uint32_t kind) {
  return sli_menu[kind <= SLO_SLI_INVENTORY ? kind : 0].name;
}

slo_status slo_sli_codes(uint32_t protocol, const slo_code **codes, uint32_t *count) {
  if (codes == NULL || count == NULL) return SLO_EINVAL;
  if (protocol > sli_protocol_last) return SLO_ERANGE;
  *codes = sli_protocols[protocol].codes;
  *count = sli_protocols[protocol].count;
  return SLO_OK;
}

/* A field in min..max when the kind has it, else 0. */
static slo_status sli_check_field(uint32_t has, int64_t value, int64_t min, int64_t max,
                                  slo_error *error, const char *field) {
  if (!has) min = max = 0;
  if (value >= min && value <= max) return SLO_OK;
  return sloi_fail_range(error, value, min, max, "%s", field);
}

static slo_status sli_check_codes(const slo_sli *s, uint32_t has, slo_error *error) {
  slo_status status = sli_check_field(has, s->protocol, 0, sli_protocol_last, error, "protocol");
  if (status == SLO_OK) {
    status = sli_check_field(has, s->code_count, 0, SLO_SLI_CODES_MAX, error, "code_count");
  }
  if (status != SLO_OK) return status;
  for (uint32_t i = 0; i < SLO_SLI_CODES_MAX; i++) {
    const slo_code *c = &s->codes[i];
    if (i >= s->code_count) {
      if (c->first == 0 && c->last == 0 && c->outcome == 0) continue;
      return sloi_fail(error, SLO_EINVAL, (int64_t)s->code_count, "codes[%u] (beyond code_count)",
                       (unsigned)i);
    }
    if (c->last < c->first) {
      return sloi_fail_range(error, c->last, c->first, INT32_MAX, "codes[%u].last", (unsigned)i);
    }
    if (c->outcome < SLO_GOOD || c->outcome > SLO_EXCLUDED) {
      return sloi_fail_range(error, c->outcome, SLO_GOOD, SLO_EXCLUDED, "codes[%u].outcome",
                             (unsigned)i);
    }
  }
  if (s->kind == SLO_SLI_AVAILABILITY && s->protocol == SLO_PROTOCOL_NONE && s->code_count == 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "protocol (0, and no codes)");
  }
  return SLO_OK;
}

slo_status slo_sli_check(const slo_sli *sli, slo_error *error) {
  if (sli == NULL) return sloi_fail(error, SLO_EINVAL, 0, "sli (NULL)");
  if (sli->kind < SLO_SLI_AVAILABILITY || sli->kind > SLO_SLI_INVENTORY) {
    return sloi_fail_range(error, sli->kind, SLO_SLI_AVAILABILITY, SLO_SLI_INVENTORY, "kind");
  }
  if ((sli->reserved[0] | sli->reserved[1]) != 0) {
    return sloi_fail(error, SLO_EVERSION, sloi_shown(sli->reserved[0]), "reserved");
  }
  uint32_t has = sli_menu[sli->kind].fields;
  if ((sli->counted & ~(uint32_t)(SLO_EVENT_HEALTH_CHECK | SLO_EVENT_LOAD_TEST)) != 0) {
    return sloi_fail(error, SLO_ERANGE, sli->counted,
                     "counted (SLO_EVENT_HEALTH_CHECK, .._LOAD_TEST)");
  }
  slo_status status = sli_check_codes(sli, has & SLI_CODES, error);
  if (status == SLO_OK) {
    status = sli_check_field(has & SLI_THRESHOLD, sli->threshold_ns, 0, SLO_SLI_THRESHOLD_MAX_NS,
                             error, "threshold_ns");
  }
  if (status == SLO_OK) {
    status =
        sli_check_field(has & SLI_PPM, sloi_shown(sli->least_ppm), 1, 1000000, error, "least_ppm");
  }
  if (status == SLO_OK) {
    status = sli_check_field(has & SLI_PER_HOUR, sloi_shown(sli->least_per_hour), 1,
                             SLI_LEAST_PER_HOUR_MAX, error, "least_per_hour");
  }
  if (status == SLO_OK) {
    status = sli_check_field(has & SLI_INTERVAL, sli->interval_ns, SLO_SECOND_NS, SLO_DAY_NS, error,
                             "interval_ns");
  }
  return status;
}

static slo_outcome sli_code(const slo_code *codes, uint32_t count, int32_t code,
                            slo_outcome otherwise) {
  for (uint32_t i = 0; i < count; i++) {
    if (code >= codes[i].first && code <= codes[i].last) return codes[i].outcome;
  }
  return otherwise;
}

static slo_outcome sli_status(const slo_sli *s, const slo_event *e) {
  if (s->code_count == 0 && s->protocol == SLO_PROTOCOL_NONE) return SLO_GOOD; /* none asked for */
  if ((e->known & SLO_EVENT_STATUS) == 0) return SLO_EXCLUDED;
  uint32_t count = s->code_count <= SLO_SLI_CODES_MAX ? s->code_count : SLO_SLI_CODES_MAX;
  slo_outcome otherwise = SLO_EXCLUDED;
  if (s->protocol <= sli_protocol_last) {
    otherwise = sli_code(sli_protocols[s->protocol].codes, sli_protocols[s->protocol].count,
                         e->status, SLO_EXCLUDED);
  }
  return sli_code(s->codes, count, e->status, otherwise);
}

/* amount / span >= least / hour, without rounding */
static int sli_fast_enough(uint64_t amount, uint64_t span_ns, uint64_t least_per_hour) {
  return sloi_u128_compare(sloi_u128_multiply(amount, (uint64_t)SLO_HOUR_NS),
                           sloi_u128_multiply(least_per_hour, span_ns)) >= 0;
}

slo_outcome slo_sli_classify(const slo_sli *sli, const slo_event *event) {
  enum { NOBODYS = SLO_EVENT_HEALTH_CHECK | SLO_EVENT_LOAD_TEST };
  if (sli == NULL || event == NULL) return SLO_EXCLUDED;
  if ((event->known & NOBODYS & ~sli->counted) != 0) return SLO_EXCLUDED;
  uint32_t needs = 0;
  int good = 0;
  switch (sli->kind) {
    case SLO_SLI_AVAILABILITY:
      return sli_status(sli, event);
    case SLO_SLI_LATENCY:
      if (event->latency_ns < 0 || sli_status(sli, event) != SLO_GOOD) return SLO_EXCLUDED;
      needs = SLO_EVENT_LATENCY;
      good = event->latency_ns <= sli->threshold_ns;
      break;
    case SLO_SLI_QUALITY:
      if (sli_status(sli, event) != SLO_GOOD) return SLO_EXCLUDED;
      needs = SLO_EVENT_QUALITY;
      good = event->quality_ppm >= sli->least_ppm;
      break;
    case SLO_SLI_FRESHNESS:
      if (event->age_ns < 0) return SLO_EXCLUDED;
      needs = SLO_EVENT_AGE;
      good = event->age_ns <= sli->threshold_ns;
      break;
    case SLO_SLI_THROUGHPUT:
      if (event->span_ns <= 0) return SLO_EXCLUDED;
      needs = SLO_EVENT_AMOUNT;
      good = sli_fast_enough(event->amount, (uint64_t)event->span_ns, sli->least_per_hour);
      break;
    case SLO_SLI_CORRECTNESS:
    case SLO_SLI_COVERAGE:
    case SLO_SLI_DURABILITY:
    case SLO_SLI_PROBE:
    case SLO_SLI_INVENTORY:
      if (event->ok > 1) return SLO_EXCLUDED;
      needs = SLO_EVENT_OK;
      good = event->ok == 1;
      break;
    default:
      return SLO_EXCLUDED;
  }
  if ((event->known & needs) == 0) return SLO_EXCLUDED;
  return good ? SLO_GOOD : SLO_BAD;
}

/* ---- as a sentence ---- */

/* A share without the decimals that are 0: 12.5 */
static void sli_percent(uint64_t ppm, char *text, size_t size) {
  int n = snprintf(text, size, "%u.%04u", (unsigned)(ppm / 10000), (unsigned)(ppm % 10000));
  while (n > 0 && text[n - 1] == '0') text[--n] = '\0';
  if (n > 0 && text[n - 1] == '.') text[n - 1] = '\0';
}

static void sli_code_text(const slo_code *c, char *text, size_t size) {
  static const char *const outcomes[] = {"good", "bad", "excluded"};
  const char *outcome = outcomes[c->outcome];
  if (c->first == c->last) {
    (void)snprintf(text, size, "%d %s", (int)c->first, outcome);
  } else {
    (void)snprintf(text, size, "%d..%d %s", (int)c->first, (int)c->last, outcome);
  }
}

slo_status slo_sli_format(const slo_sli *sli, char *buffer, size_t size) {
  char whole[SLO_SLI_TEXT_MAX], part[SLO_TIME_TEXT_MAX];
  sloi_text text = {whole, sizeof whole, 0};
  slo_status status = slo_sli_check(sli, NULL);
  if (status != SLO_OK) return status;
  if (buffer == NULL) return SLO_EINVAL;
  uint32_t fields = sli_menu[sli->kind].fields;
  const char *answers = sli_protocols[sli->protocol].name;
  if (fields & SLI_THRESHOLD) (void)slo_span_format(sli->threshold_ns, part, sizeof part);
  if (fields & SLI_INTERVAL) (void)slo_span_format(sli->interval_ns, part, sizeof part);
  if (fields & SLI_PPM) sli_percent(sli->least_ppm, part, sizeof part);
  if (fields & SLI_PER_HOUR) {
    (void)snprintf(part, sizeof part, "%llu", (unsigned long long)sli->least_per_hour);
  }
  sloi_text_say(&text, "%s: ", sli_menu[sli->kind].name);
  sloi_text_say(&text, sli_menu[sli->kind].rule, fields == SLI_CODES ? answers : part);
  if (fields != SLI_CODES && (sli->protocol != SLO_PROTOCOL_NONE || sli->code_count != 0)) {
    sloi_text_say(&text, ", of %s that did not fail", answers);
  }
  for (uint32_t i = 0; i < sli->code_count; i++) {
    sli_code_text(&sli->codes[i], part, sizeof part);
    sloi_text_say(&text, i == 0 ? " (%s" : ", %s", part);
  }
  if (sli->code_count != 0) sloi_text_say(&text, ")");
  if (sli->counted & SLO_EVENT_HEALTH_CHECK) sloi_text_say(&text, ", health checks too");
  if (sli->counted & SLO_EVENT_LOAD_TEST) sloi_text_say(&text, ", load tests too");
  if (text.length >= size || text.length >= sizeof whole) return SLO_ESPACE;
  memcpy(buffer, whole, text.length + 1);
  return SLO_OK;
}

/* ---- src/judge/tier.c ---- */

#include <stdio.h>


slo_status slo_alert_tier_format(const slo_alert_tier *tier, char *buffer, size_t size) {
  char text_long[SLO_TIME_TEXT_MAX], text_short[SLO_TIME_TEXT_MAX];
  if (tier == NULL || buffer == NULL) return SLO_EINVAL;
  slo_status status = slo_span_format(tier->long_ns, text_long, sizeof text_long);
  if (status == SLO_OK) status = slo_span_format(tier->short_ns, text_short, sizeof text_short);
  if (status != SLO_OK) return status;
  int n = snprintf(buffer, size, "%s/%s", text_long, text_short);
  return n < 0 || (size_t)n >= size ? SLO_ESPACE : SLO_OK;
}

slo_status sloi_tier_check(const slo_alert_tier *tier, unsigned i, slo_error *error) {
  if (tier->long_ns < 1 || tier->long_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, tier->long_ns, 1, SLO_TIME_MAX_NS, "tiers[%u].long_ns", i);
  }
  if (tier->short_ns < 1 || tier->short_ns > tier->long_ns) {
    return sloi_fail_range(error, tier->short_ns, 1, tier->long_ns, "tiers[%u].short_ns", i);
  }
  if (tier->factor_ppm < 1 || tier->factor_ppm > (uint64_t)SLO_BURN_FACTOR_MAX_PPM) {
    return sloi_fail_range(error, sloi_shown(tier->factor_ppm), 1, SLO_BURN_FACTOR_MAX_PPM,
                           "tiers[%u].factor_ppm", i);
  }
  if (tier->for_ns < 0 || tier->for_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, tier->for_ns, 0, SLO_TIME_MAX_NS, "tiers[%u].for_ns", i);
  }
  if (tier->keep_firing_ns < 0 || tier->keep_firing_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, tier->keep_firing_ns, 0, SLO_TIME_MAX_NS,
                           "tiers[%u].keep_firing_ns", i);
  }
  if (tier->severity >= SLO_SEVERITIES) {
    return sloi_fail_range(error, tier->severity, 0, SLO_SEVERITIES - 1, "tiers[%u].severity", i);
  }
  if (tier->flags > (SLO_BURN_AT_LEAST | SLO_TIER_ANNOUNCE)) {
    return sloi_fail_range(error, tier->flags, 0, SLO_BURN_AT_LEAST | SLO_TIER_ANNOUNCE,
                           "tiers[%u].flags", i);
  }
  if (tier->kind > SLO_TIER_SILENCE) {
    return sloi_fail_range(error, tier->kind, 0, SLO_TIER_SILENCE, "tiers[%u].kind", i);
  }
  if (tier->reserved != 0) {
    return sloi_fail(error, SLO_EVERSION, sloi_shown(tier->reserved), "tiers[%u].reserved", i);
  }
  return SLO_OK;
}

/* ---- src/monitor/monitor.h ---- */

/* monitor.h - the layout of a monitor: layout.c makes it, attach.c validates it, monitor.c uses
 * it. */
#ifndef SLOI_MONITOR_H
#define SLOI_MONITOR_H


#define SLOI_MONITOR_MAGIC SLOI_BLOCK_MAGIC('m', 'o')
#define SLOI_MONITOR_LAYOUT 3
/* Cells of an SLI: nothing is to be pinned before `quiet_to`, in this history of its window; 0:
 * look. */
enum { SLOI_MONITOR_HISTORY, SLOI_MONITOR_QUIET_TO, SLOI_MONITOR_EDGES };

/* Offsets are bytes from the block's start; 0 means that there is none. */
typedef struct sloi_monitor_sli {
  char name[SLO_MONITOR_NAME_MAX + 1];
  uint64_t threshold; /* 1 + its index in the histogram; 0: its events are those of the counter */
  uint64_t counter_at;
  uint64_t usual_at; /* of a journey's part on the usual way: that counter, too */
  uint64_t hist_at;  /* its own, or the one it shares */
  uint64_t history_at;
  uint64_t window_at;
  uint64_t slos; /* 1 + its last SLO; 0: none */
  uint64_t keep; /* twice the longest rolling period, ns: how long its pins are kept */
} sloi_monitor_sli;

typedef struct sloi_monitor_slo {
  char name[SLO_MONITOR_NAME_MAX + 1];
  uint64_t sli;
  uint64_t objective_ppb;
  uint64_t period_ns;
  uint64_t alert_at;
  uint64_t method;
  slo_calendar calendar;
  uint64_t starts_at;
  uint64_t start_count;
  uint64_t next; /* 1 + the SLO of the same SLI before it; 0: none */
  uint64_t reserved;
} sloi_monitor_slo;

/* What an SLI is in a definition. */
typedef struct sloi_monitor_origin {
  uint64_t journey; /* its index */
  uint64_t part;    /* of the journey; SLOI_MONITOR_NO_PART: an indicator */
  slo_sli rule;     /* of an indicator */
} sloi_monitor_origin;

#define SLOI_MONITOR_NO_PART UINT64_MAX

typedef struct sloi_monitor_journey {
  uint64_t at;
  uint64_t sli; /* that of its attempts; those of its steps and limit follow */
} sloi_monitor_journey;

struct slo_monitor {
  sloi_block block;
  uint64_t sli_count;
  uint64_t slo_count;
  uint64_t ledger_at;
  uint64_t edges_at; /* SLOI_MONITOR_EDGES cells for each SLI */
  uint64_t definition_at;
  uint64_t definition_print; /* its fingerprint: everything else here was made from that one */
  uint64_t journey_count;
  uint64_t reserved[1];
  sloi_monitor_sli sli[]; /* sli_count of them, then slo_count sloi_monitor_slo; with journeys also
                             sli_count sloi_monitor_origin and the journeys */
};

/* Bytes of the front: the header and the tables, what its checksum covers. */
static inline uint64_t sloi_monitor_front(uint64_t slis, uint64_t slos, uint64_t journeys) {
  return sloi_round_up(sizeof(slo_monitor) + slis * sizeof(sloi_monitor_sli) +
                           slos * sizeof(sloi_monitor_slo) +
                           (journeys != 0 ? slis * sizeof(sloi_monitor_origin) : 0) +
                           journeys * sizeof(sloi_monitor_journey),
                       SLO_ALIGN);
}

static inline sloi_monitor_slo *sloi_monitor_slos(slo_monitor *m) {
  return (sloi_monitor_slo *)(void *)(m->sli + m->sli_count);
}

static inline const sloi_monitor_slo *sloi_monitor_slos_const(const slo_monitor *m) {
  return (const sloi_monitor_slo *)(const void *)(m->sli + m->sli_count);
}

/* Only with journeys. */
static inline const sloi_monitor_origin *sloi_monitor_origins(const slo_monitor *m) {
  return (const sloi_monitor_origin *)(const void *)(sloi_monitor_slos_const(m) + m->slo_count);
}

static inline const sloi_monitor_journey *sloi_monitor_journeys(const slo_monitor *m) {
  return (const sloi_monitor_journey *)(const void *)(sloi_monitor_origins(m) + m->sli_count);
}

/* Is it counted by a journey? */
static inline int sloi_monitor_is_part(const slo_monitor *m, uint64_t sli) {
  return m->journey_count != 0 && sloi_monitor_origins(m)[sli].part != SLOI_MONITOR_NO_PART;
}

static inline sloi_cell *sloi_monitor_edges(slo_monitor *m, uint64_t sli) {
  return (sloi_cell *)(void *)((char *)m + m->edges_at) + sli * SLOI_MONITOR_EDGES;
}

static inline int sloi_monitor_on_calendar(const sloi_monitor_slo *s) {
  return s->calendar.unit != 0 || s->start_count != 0;
}

#endif

/* ---- src/monitor/plan.h ---- */

/* plan.h - the SLIs and SLOs of a definition, as a monitor has them. */
#ifndef SLOI_PLAN_H
#define SLOI_PLAN_H


/* An SLI, and what its pointers point to. */
typedef struct sloi_plan_sli {
  slo_monitor_sli sli;
  sloi_monitor_origin origin;
  slo_hist_config latency;
  int64_t threshold;
  char name[SLO_MONITOR_NAME_MAX + 1];
} sloi_plan_sli;

typedef struct sloi_plan_slo {
  slo_monitor_slo slo;
  sloi_journey_slo of;
  char name[SLO_MONITOR_NAME_MAX + 1];
} sloi_plan_slo;

/* How many there are. */
void sloi_plan_count(const slo_definition *definition, uint64_t *slis, uint64_t *slos);

/* Not to be copied: they point into themselves, and into the definition. */
void sloi_plan_sli_at(const slo_definition *definition, uint64_t i, sloi_plan_sli *sli);
void sloi_plan_slo_at(const slo_definition *definition, uint64_t i, sloi_plan_slo *slo);

/* The SLI of journey j's attempts. */
uint64_t sloi_plan_attempts(const slo_definition *definition, uint32_t j);

#endif

/* ---- src/record/bucket.h ---- */

/*
 * bucket.h - the base-2 exponential grid, exact in integers.
 *
 * Overview. The boundaries are per_unit * 2^(k / 2^scale) for every integer k; a
 * bucket's upper bound belongs to it. Since the boundaries of one octave are
 * those of any other times a power of two, 2^scale mantissas describe them all.
 *
 * Reference. Boundaries are numbered by G = (octave << scale) + rank, where
 * octave is the power of two below and rank the order within the octave. A value
 * lies in bucket J when boundary J is the first one not below it; bucket J's
 * upper bound is boundary J, its OTLP index is J - origin.
 *
 * Implementation. A mantissa is 52 bits after the leading one. Each interval of
 * 2^-(scale+1) holds at most one boundary, because neighbouring boundaries are at
 * least ln(2) * 2^-scale apart. For an interval with `rank` boundaries below it
 * and one inside at mantissa `bound`, table[c] = ((rank + 1) << 52) - 1 - bound,
 * so (m + table[c]) >> 52 is rank, or rank + 1 when m > bound: no branch. The leading
 * one stays where it is, at bit 52: the entries have 2^52 taken off for it, and the
 * pointer that is handed around points as many entries before the first as it adds.
 */
#ifndef SLOI_BUCKET_H
#define SLOI_BUCKET_H


#define SLOI_BUCKET_VALUE_MAX ((UINT64_C(1) << 53) - 1)

/* The table that sloi_bucket_index wants. */
static inline const uint64_t *sloi_bucket_table(const uint64_t *entries, uint64_t scale) {
  return entries - ((size_t)2 << scale);
}

/* The largest integer in bucket `index`. */
static inline uint64_t sloi_bucket_upper(const uint64_t *bounds, uint32_t scale, uint64_t index) {
  uint64_t octave = index >> scale;
  uint64_t m = bounds[index & (((uint64_t)1 << scale) - 1)] | (uint64_t)1 << 52;
  return octave >= 52 ? m << (octave - 52) : m >> (52 - octave);
}

/* bounds: 2^scale words, entries: 2^(scale+1) words; 3 <= scale <= 9, 1 <= per_unit < 2^53.
 * origin: see above. */
void sloi_bucket_derive(uint32_t scale, uint64_t per_unit, uint64_t *bounds, uint64_t *entries,
                        uint64_t *origin);

#endif

/* ---- src/record/shape.h ---- */

/*
 * shape.h - the layout that histograms and snapshots share.
 *
 * A row is: fixed cells, one cell per interval between thresholds, the buckets. A
 * histogram has a row of atomic cells for each shard, a snapshot one of plain words.
 *
 * k ascending thresholds cut the values into k + 1 intervals, and a value counts
 * in exactly one of them; within and beyond of every threshold are sums, so they
 * cannot disagree and k thresholds cost one add.
 */
#ifndef SLOI_SHAPE_H
#define SLOI_SHAPE_H


enum {
  SLOI_SHAPE_SUM = 0,
  SLOI_SHAPE_NEGATIVE = 1,
  SLOI_SHAPE_ZERO = 2,
  SLOI_SHAPE_UNDERFLOW = 3,
  SLOI_SHAPE_OVERFLOW = 4,
  SLOI_SHAPE_FIXED = 5 /* intervals begin here */
};

/* 64-bit words only: part of the block, covered by its checksum, compared whole. */
typedef struct sloi_shape {
  uint64_t scale;
  uint64_t per_unit;
  uint64_t lowest; /* the first value with a bucket, also where a coarser one begins below it */
  uint64_t highest;
  uint64_t first;     /* bucket number of the first bucket */
  uint64_t buckets;   /* how many */
  uint64_t origin;    /* bucket number minus OTLP index */
  uint64_t intervals; /* thresholds + 1, or 0 when there is none */
} sloi_shape;         /* behind it, in words: entries of the table, bounds, thresholds */

static inline const uint64_t *sloi_shape_entries(const sloi_shape *shape) {
  return (const uint64_t *)(const void *)(shape + 1);
}

static inline const uint64_t *sloi_shape_table(const sloi_shape *shape) {
  return sloi_bucket_table(sloi_shape_entries(shape), shape->scale);
}

static inline const uint64_t *sloi_shape_bounds(const sloi_shape *shape) {
  return sloi_shape_entries(shape) + ((size_t)2 << shape->scale);
}

static inline const uint64_t *sloi_shape_thresholds(const sloi_shape *shape) {
  return sloi_shape_entries(shape) + ((size_t)3 << shape->scale);
}

static inline uint64_t sloi_shape_threshold_count(const sloi_shape *shape) {
  return shape->intervals == 0 ? 0 : shape->intervals - 1;
}

static inline uint64_t sloi_shape_size(const sloi_shape *shape) {
  return sizeof *shape + 8 * (((uint64_t)3 << shape->scale) + sloi_shape_threshold_count(shape));
}

/* Cells of a row: where the buckets begin, and all of it. */
static inline uint64_t sloi_shape_bucket_cell(const sloi_shape *shape) {
  return SLOI_SHAPE_FIXED + shape->intervals;
}

static inline uint64_t sloi_shape_row(const sloi_shape *shape) {
  return sloi_shape_bucket_cell(shape) + shape->buckets;
}

/* The interval of a value: how many thresholds it is above. */
static inline uint64_t sloi_shape_interval(const sloi_shape *shape, int64_t value) {
  const uint64_t *thresholds = sloi_shape_thresholds(shape);
  uint64_t above = 0;
  for (uint64_t i = 1; i < shape->intervals; i++) above += value > (int64_t)thresholds[i - 1];
  return above;
}

/* Where a row counts a value: the cell's index. */
static inline uint64_t sloi_shape_cell(const sloi_shape *shape, int64_t value) {
  uint64_t v = (uint64_t)value;
  if (v - 1 < SLOI_BUCKET_VALUE_MAX) {
    uint64_t bucket = sloi_bucket_index(sloi_shape_table(shape), shape->scale, v) - shape->first;
    if (bucket < shape->buckets) return sloi_shape_bucket_cell(shape) + bucket;
    return v < shape->lowest ? SLOI_SHAPE_UNDERFLOW : SLOI_SHAPE_OVERFLOW;
  }
  if (value == 0) return SLOI_SHAPE_ZERO;
  return value < 0 ? SLOI_SHAPE_NEGATIVE : SLOI_SHAPE_OVERFLOW;
}

/* The upper bound of bucket i of the row: of the values it may hold, so that the last one ends
 * with the last value that has a bucket. */
static inline int64_t sloi_shape_upper(const sloi_shape *shape, uint64_t i) {
  uint64_t upper =
      sloi_bucket_upper(sloi_shape_bounds(shape), (uint32_t)shape->scale, shape->first + i);
  return (int64_t)(upper < SLOI_BUCKET_VALUE_MAX ? upper : SLOI_BUCKET_VALUE_MAX);
}

/* The lower bound (exclusive) of bucket i of the row; 0 below the first boundary. */
int64_t sloi_shape_lower(const sloi_shape *shape, uint64_t i);

/* Validates what a configuration asks for and computes everything but the words. */
slo_status sloi_shape_plan(const slo_hist_config *config, sloi_shape *shape, slo_error *error);

/* The plan of the same shape at a coarser scale. SLO_ERANGE: it is not coarser, or too coarse. */
slo_status sloi_shape_coarser(const sloi_shape *shape, uint32_t scale, sloi_shape *plan,
                              slo_error *error);

/* Lays out a planned shape, words and all. */
void sloi_shape_fill(sloi_shape *shape, const sloi_shape *plan, const int64_t *thresholds);

/* Is a stored shape of `size` bytes one that plan and fill could have made? */
int sloi_shape_valid(const sloi_shape *shape, uint64_t size);

int sloi_shape_equal(const sloi_shape *a, const sloi_shape *b);

#endif

/* ---- src/record/history.h ---- */

/* history.h - the layout of a history: history_plan.c makes and validates it, history.c uses it. */
#ifndef SLOI_HISTORY_H
#define SLOI_HISTORY_H


/* Two rings: a directory of entries, and the words that they stand for. */
typedef struct sloi_history_tier {
  uint64_t step;
  uint64_t span;
  uint64_t entries;
  uint64_t entries_at; /* bytes from the block's start */
  uint64_t words;
  uint64_t words_at;
} sloi_history_tier;

/* The configuration and what follows from it; words only. */
typedef struct sloi_history_plan {
  uint64_t tier_count;
  uint64_t slot_bytes;
  uint64_t state_at;
  uint64_t size;
  sloi_history_tier tier[SLO_HISTORY_TIERS_MAX];
} sloi_history_plan;

struct slo_history {
  sloi_block block;
  sloi_history_plan plan;
  sloi_shape shape; /* with its words; then the state, then the rings of each tier */
};

/* What a tier holds. Numbers and places grow for ever and are taken modulo their ring. */
typedef struct sloi_history_ring {
  uint64_t head;  /* the next reading's number */
  uint64_t tail;  /* the oldest one's */
  uint64_t end;   /* the next reading's place, in words */
  uint64_t begin; /* the oldest one's */
} sloi_history_ring;

/* What is replaced whole (commit.h). A push writes only what the committed state does not hold:
 * old readings are dropped and that is committed before their words change, and a new reading is
 * there when all of it has been written. */
typedef struct sloi_history_state {
  uint64_t newest; /* time + 1 of the newest reading; 0: there is none */
  sloi_history_ring ring[SLO_HISTORY_TIERS_MAX];
} sloi_history_state;

enum { SLOI_HISTORY_ENTRY_WORDS = 3 }; /* time + 1, place, bytes */

static inline size_t sloi_history_state_words(const sloi_history_plan *plan) {
  return (offsetof(sloi_history_state, ring) +
          (size_t)plan->tier_count * sizeof(sloi_history_ring)) /
         8;
}

static inline uint64_t sloi_history_words(uint64_t bytes) {
  return (bytes + 7) / 8;
}

/* slo_history_footprint before there is a histogram, and whether the two belong together. */
slo_status sloi_history_footprint(const slo_hist_config *latency, const slo_history_config *config,
                                  size_t *size, slo_error *error);
int sloi_history_fits(const slo_history *history, const slo_hist *hist);

#endif

/* ---- src/monitor/attach.c ---- */

/* attach.c - is this the block of a monitor? */
#include <string.h>


/* The part expected at *at: it must attach, and moves *at behind it. */
typedef struct attach_cursor {
  char *base;
  uint64_t at;
  uint64_t size;
} attach_cursor;

static char *attach_place(const attach_cursor *cursor) {
  return cursor->base + cursor->at;
}

/* What is left for it: nothing, when rounding led beyond the end. */
static size_t attach_rest(const attach_cursor *cursor) {
  return cursor->at < cursor->size ? (size_t)(cursor->size - cursor->at) : 0;
}

static slo_status attach_pass(attach_cursor *cursor, uint64_t stored_at, slo_status attached) {
  if (attached != SLO_OK) return attached == SLO_EVERSION ? SLO_EVERSION : SLO_ECORRUPT;
  if (stored_at != cursor->at) return SLO_ECORRUPT;
  const sloi_block *part = (const sloi_block *)(const void *)attach_place(cursor);
  cursor->at = sloi_round_up(cursor->at + part->size, SLO_ALIGN);
  return SLO_OK;
}

static int attach_terminated(const char *name) {
  return name[0] != '\0' && name[SLO_MONITOR_NAME_MAX] == '\0';
}

/* The definition, and the journeys it has. */
static slo_status attach_definition(attach_cursor *cursor, const slo_monitor *m) {
  const slo_definition *definition;
  slo_journey *journey;
  slo_journey_config config;
  sloi_journey_source source;
  if (m->journey_count == 0) return m->definition_at == 0 ? SLO_OK : SLO_ECORRUPT;
  slo_status status =
      slo_definition_attach(attach_place(cursor), attach_rest(cursor), &definition, NULL);
  if (status != SLO_OK) return status == SLO_EVERSION ? SLO_EVERSION : SLO_ECORRUPT;
  uint64_t slis, slos;
  sloi_plan_count(definition, &slis, &slos);
  if (m->definition_at != cursor->at ||
      m->definition_print != slo_definition_fingerprint(definition) || slis != m->sli_count ||
      slos != m->slo_count || sloi_definition_journeys(definition) != m->journey_count) {
    return SLO_ECORRUPT;
  }
  cursor->at = sloi_round_up(cursor->at + slo_definition_size(definition), SLO_ALIGN);
  for (uint32_t j = 0; j < m->journey_count; j++) {
    const sloi_monitor_journey *of = &sloi_monitor_journeys(m)[j];
    status = attach_pass(cursor, of->at,
                         slo_journey_attach(attach_place(cursor), attach_rest(cursor), &journey));
    if (status != SLO_OK) return status;
    sloi_definition_journey(definition, j, &config, &source);
    if (of->sli != sloi_plan_attempts(definition, j) ||
        !sloi_journey_fits(journey, &config, &source)) {
      return SLO_ECORRUPT;
    }
  }
  return SLO_OK;
}

/* Does an SLI say what the definition says of it? The counter of a part is the journey's. */
static int attach_sli_defined(const slo_monitor *m, uint64_t i) {
  const sloi_monitor_sli *s = &m->sli[i];
  const sloi_monitor_origin *origin = &sloi_monitor_origins(m)[i];
  sloi_plan_sli plan;
  sloi_plan_sli_at(slo_monitor_definition(m), i, &plan);
  if (strcmp(s->name, plan.name) != 0 || memcmp(origin, &plan.origin, sizeof *origin) != 0 ||
      (s->threshold != 0) != plan.sli.with_threshold ||
      (s->hist_at != 0) != (plan.sli.latency != NULL)) {
    return 0;
  }
  if (origin->part == SLOI_MONITOR_NO_PART) return s->usual_at == 0;
  uint64_t at = sloi_monitor_journeys(m)[origin->journey].at, usual = 0;
  const slo_journey *journey = (const slo_journey *)(const void *)((const char *)m + at);
  if (sloi_journey_on_usual(journey, origin->part)) {
    usual = at + sloi_journey_counter_at(journey, sloi_journey_usual(journey));
  }
  return s->counter_at == at + sloi_journey_counter_at(journey, origin->part) &&
         s->usual_at == usual;
}

static int attach_slo_defined(const slo_monitor *m, uint64_t i) {
  const sloi_monitor_slo *s = &sloi_monitor_slos_const(m)[i];
  sloi_plan_slo plan;
  sloi_plan_slo_at(slo_monitor_definition(m), i, &plan);
  const slo_monitor_slo *p = &plan.slo;
  return strcmp(s->name, plan.name) == 0 && s->sli == p->sli && s->method == p->method &&
         s->objective_ppb == p->objective_ppb && s->period_ns == (uint64_t)p->period_ns &&
         memcmp(&s->calendar, &p->calendar, sizeof s->calendar) == 0 && s->start_count == 0;
}

static slo_status attach_sli(attach_cursor *cursor, slo_monitor *m, uint64_t i) {
  const sloi_monitor_sli *s = &m->sli[i];
  slo_counter *counter;
  slo_window *window;
  slo_hist *hist = NULL;
  slo_history *history;
  if (!attach_terminated(s->name) || s->slos > m->slo_count ||
      s->keep > 2 * (uint64_t)SLOI_PERIOD_MAX_NS) {
    return SLO_ECORRUPT;
  }
  slo_status status = SLO_OK;
  int defined = m->journey_count != 0;
  if (defined ? !attach_sli_defined(m, i) : s->usual_at != 0) return SLO_ECORRUPT;
  if (!sloi_monitor_is_part(m, i)) {
    status = attach_pass(cursor, s->counter_at,
                         slo_counter_attach(attach_place(cursor), attach_rest(cursor), &counter));
  }
  if (status != SLO_OK) return status;
  if (s->hist_at == cursor->at) {
    status = attach_pass(cursor, s->hist_at,
                         slo_hist_attach(attach_place(cursor), attach_rest(cursor), &hist));
    if (status != SLO_OK) return status;
  } else if (s->hist_at != 0) {
    /* shared: it must be the very one of an earlier SLI */
    for (uint64_t j = 0; j < i && hist == NULL; j++) {
      if (m->sli[j].hist_at == s->hist_at) {
        hist = (slo_hist *)(void *)(cursor->base + s->hist_at);
      }
    }
    if (hist == NULL) return SLO_ECORRUPT;
  }
  if (s->history_at != 0) {
    status = attach_pass(cursor, s->history_at,
                         slo_history_attach(attach_place(cursor), attach_rest(cursor), &history));
    if (status != SLO_OK) return status;
    if (hist == NULL || !sloi_history_fits(history, hist)) return SLO_ECORRUPT;
  }
  if (s->threshold != 0) {
    int64_t threshold;
    uint64_t within, beyond;
    if (s->threshold > UINT32_MAX || hist == NULL ||
        slo_hist_threshold(hist, (uint32_t)s->threshold - 1, &threshold, &within, &beyond) !=
            SLO_OK ||
        (defined && threshold != sloi_monitor_origins(m)[i].rule.threshold_ns)) {
      return SLO_ECORRUPT;
    }
  }
  return attach_pass(cursor, s->window_at,
                     slo_window_attach(attach_place(cursor), attach_rest(cursor), &window));
}

static slo_status attach_starts(attach_cursor *cursor, const sloi_monitor_slo *s) {
  slo_period some;
  if (s->start_count == 0) {
    if (s->starts_at != 0) return SLO_ECORRUPT;
    if (s->calendar.unit == 0) return SLO_OK;
    return slo_calendar_eval(&s->calendar, SLOI_JOURNEY_SOME_TIME, &some, NULL) == SLO_OK
               ? SLO_OK
               : SLO_ECORRUPT;
  }
  uint64_t size = s->start_count * sizeof(int64_t);
  if (s->calendar.unit != 0 || s->start_count < 2 || s->start_count > SLO_MONITOR_STARTS_MAX ||
      s->starts_at != cursor->at || size > attach_rest(cursor)) {
    return SLO_ECORRUPT;
  }
  const int64_t *starts = (const int64_t *)(const void *)attach_place(cursor);
  for (uint64_t k = 0; k < s->start_count; k++) {
    if (starts[k] < (k == 0 ? 0 : starts[k - 1] + 1) || starts[k] > SLO_TIME_MAX_NS) {
      return SLO_ECORRUPT;
    }
  }
  cursor->at = sloi_round_up(cursor->at + size, SLO_ALIGN);
  return SLO_OK;
}

static slo_status attach_slo(attach_cursor *cursor, const slo_monitor *m, uint64_t i) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m), *s = &slos[i];
  slo_alert *alert;
  if (!attach_terminated(s->name) || s->sli >= m->sli_count ||
      s->objective_ppb < SLO_OBJECTIVE_MIN_PPB || s->objective_ppb > SLO_OBJECTIVE_MAX_PPB ||
      s->period_ns < (uint64_t)SLO_SECOND_NS || s->period_ns > (uint64_t)SLOI_PERIOD_MAX_NS ||
      s->method > SLO_METHOD_RATIO_TIMESLICES || s->next > i ||
      (s->next != 0 && slos[s->next - 1].sli != s->sli)) {
    return SLO_ECORRUPT;
  }
  if (m->journey_count != 0 && !attach_slo_defined(m, i)) return SLO_ECORRUPT;
  const slo_window *window =
      (const slo_window *)(const void *)((const char *)m + m->sli[s->sli].window_at);
  if (s->method != SLO_METHOD_OCCURRENCES && window->config.slice == 0) return SLO_ECORRUPT;
  slo_status status = attach_pass(
      cursor, s->alert_at, slo_alert_attach(attach_place(cursor), attach_rest(cursor), &alert));
  return status == SLO_OK ? attach_starts(cursor, s) : status;
}

/* Is every SLO in the chain of its SLI? The chains are strictly descending and of one SLI each, as
 * attach_slo saw. */
static slo_status attach_chains(const slo_monitor *m) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m);
  uint64_t count = 0;
  for (uint64_t i = 0; i < m->sli_count; i++) {
    uint64_t at = m->sli[i].slos;
    if (at != 0 && slos[at - 1].sli != i) return SLO_ECORRUPT;
    for (; at != 0; at = slos[at - 1].next) count++;
  }
  return count == m->slo_count ? SLO_OK : SLO_ECORRUPT;
}

slo_status slo_monitor_attach(void *memory, size_t size, slo_monitor **monitor) {
  if (monitor == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, SLOI_MONITOR_MAGIC, SLOI_MONITOR_LAYOUT,
                                       sizeof(slo_monitor) - sizeof(sloi_block));
  if (status != SLO_OK) return status;
  slo_monitor *m = memory;
  if (m->sli_count < 1 || m->sli_count > SLO_MONITOR_SLIS_MAX ||
      m->slo_count > SLO_MONITOR_SLOS_MAX || m->journey_count > SLO_DEFINITION_JOURNEYS_MAX) {
    return SLO_ECORRUPT;
  }
  uint64_t front = sloi_monitor_front(m->sli_count, m->slo_count, m->journey_count);
  if (m->block.config_size != front - sizeof(sloi_block)) return SLO_ECORRUPT;
  attach_cursor cursor = {memory, front, m->block.size};
  slo_ledger *ledger;
  uint64_t edges = sloi_round_up(m->sli_count * SLOI_MONITOR_EDGES * sizeof(sloi_cell), SLO_ALIGN);
  if (m->edges_at != cursor.at || edges > attach_rest(&cursor)) return SLO_ECORRUPT;
  cursor.at += edges;
  status = attach_pass(&cursor, m->ledger_at,
                       slo_ledger_attach(attach_place(&cursor), attach_rest(&cursor), &ledger));
  if (status == SLO_OK) status = attach_definition(&cursor, m);
  for (uint64_t i = 0; i < m->sli_count && status == SLO_OK; i++) {
    status = attach_sli(&cursor, m, i);
  }
  for (uint64_t i = 0; i < m->slo_count && status == SLO_OK; i++) {
    status = attach_slo(&cursor, m, i);
  }
  if (status == SLO_OK) status = attach_chains(m);
  if (status == SLO_OK && cursor.at != m->block.size) status = SLO_ECORRUPT;
  if (status == SLO_OK) *monitor = m;
  return status;
}

/* ---- src/monitor/defined.c ---- */

#include <string.h>


slo_status slo_monitor_find_sli(const slo_monitor *monitor, const char *name, uint32_t *sli) {
  if (monitor == NULL || name == NULL || sli == NULL) return SLO_EINVAL;
  for (uint64_t i = 0; i < monitor->sli_count; i++) {
    if (strcmp(monitor->sli[i].name, name) != 0) continue;
    *sli = (uint32_t)i;
    return SLO_OK;
  }
  return SLO_ENODATA;
}

slo_status slo_monitor_find_slo(const slo_monitor *monitor, const char *name, uint32_t *slo) {
  if (monitor == NULL || name == NULL || slo == NULL) return SLO_EINVAL;
  for (uint64_t i = 0; i < monitor->slo_count; i++) {
    if (strcmp(sloi_monitor_slos_const(monitor)[i].name, name) != 0) continue;
    *slo = (uint32_t)i;
    return SLO_OK;
  }
  return SLO_ENODATA;
}

const slo_definition *slo_monitor_definition(const slo_monitor *monitor) {
  if (monitor == NULL || monitor->journey_count == 0) return NULL;
  return (const slo_definition *)(const void *)((const char *)monitor + monitor->definition_at);
}

uint32_t slo_monitor_journey_count(const slo_monitor *monitor) {
  return monitor == NULL ? 0 : (uint32_t)monitor->journey_count;
}

slo_journey *slo_monitor_journey(slo_monitor *monitor, uint32_t journey) {
  if (journey >= slo_monitor_journey_count(monitor)) return NULL;
  return (slo_journey *)(void *)((char *)monitor + sloi_monitor_journeys(monitor)[journey].at);
}

slo_outcome slo_monitor_record(slo_monitor *monitor, uint32_t sli, const slo_event *event) {
  if (monitor == NULL || event == NULL || monitor->journey_count == 0 ||
      sli >= monitor->sli_count) {
    return SLO_EXCLUDED;
  }
  if (sloi_monitor_is_part(monitor, sli)) return SLO_EXCLUDED;
  slo_outcome outcome = slo_sli_classify(&sloi_monitor_origins(monitor)[sli].rule, event);
  if (outcome != SLO_EXCLUDED && monitor->sli[sli].hist_at != 0) {
    slo_hist_record(slo_monitor_hist(monitor, sli), event->latency_ns);
  } else {
    slo_counter_record(slo_monitor_counter(monitor, sli), outcome);
  }
  return outcome;
}

slo_status slo_monitor_blame(const slo_monitor *monitor, uint32_t slo, slo_blame *blames,
                             uint32_t capacity, uint32_t *count) {
  slo_counts parts[SLO_JOURNEY_STEPS_MAX + 1] = {{0, 0, 0}};
  slo_budget_config config;
  if (monitor == NULL || blames == NULL) return SLO_EINVAL;
  if (slo >= monitor->slo_count || monitor->journey_count == 0) return SLO_ERANGE;
  uint64_t sli = sloi_monitor_slos_const(monitor)[slo].sli;
  const sloi_monitor_origin *origin = &sloi_monitor_origins(monitor)[sli];
  if (origin->part != 0) return SLO_ERANGE;
  uint64_t at = sloi_monitor_journeys(monitor)[origin->journey].at;
  const slo_journey *journey = (const slo_journey *)(const void *)((const char *)monitor + at);
  if (count != NULL) *count = (uint32_t)journey->steps + 1;
  if (capacity < journey->steps + 1) return SLO_ESPACE;
  config.struct_size = (uint32_t)sizeof config;
  slo_status status = slo_monitor_budget(monitor, slo, &config);
  if (status != SLO_OK) return status;
  uint64_t last = journey->steps + (journey->limit_ns != 0);
  for (uint64_t part = 1; part <= last; part++) {
    at = monitor->sli[sli + part].window_at;
    slo_budget budget = {0};
    budget.struct_size = (uint32_t)sizeof budget;
    status = slo_budget_read((const slo_window *)(const void *)((const char *)monitor + at),
                             &config, &budget);
    /* SLO_ERANGE: a tick is under way, and this part has not come to the new period yet */
    if (status != SLO_OK && status != SLO_ENODATA && status != SLO_ERANGE) return status;
    parts[part - 1] = budget.counts; /* also when nothing is valid in it */
  }
  sloi_journey_share(journey, parts, blames);
  return SLO_OK;
}

/* ---- src/monitor/layout.c ---- */

/* layout.c - from a configuration to the block of a monitor, and back. */
#include <stdio.h>


#define LAYOUT_CORRECTIONS 64
#define LAYOUT_CALENDARS_MAX 4u       /* of one SLI that have starts of their own */
#define LAYOUT_CORRECTIONS_AT_WORK 8u /* of one SLI at a time, when nothing is said */

static slo_status layout_name(const char *name, const char *what, unsigned i, slo_error *error) {
  if (name == NULL) return sloi_fail(error, SLO_EINVAL, 0, "%s[%u].name (NULL)", what, i);
  size_t n = 0;
  while (n <= SLO_MONITOR_NAME_MAX && name[n] != '\0') n++;
  if (n < 1 || n > SLO_MONITOR_NAME_MAX) {
    return sloi_fail_range(error, (int64_t)n, 1, SLO_MONITOR_NAME_MAX, "%s[%u].name (bytes)", what,
                           i);
  }
  return SLO_OK;
}

/* One walk over the configuration serves footprint (monitor NULL) and init: it places every
 * part at *at, and lays it out there when there is a monitor. */
typedef struct layout_walk {
  slo_monitor *monitor;
  uint64_t at;
  slo_error *error;
  uint32_t pins; /* that a window needs */
} layout_walk;

static char *layout_part(const layout_walk *walk) {
  return walk->monitor == NULL ? NULL : (char *)walk->monitor + walk->at;
}

static uint64_t layout_place(layout_walk *walk, size_t size) {
  uint64_t at = walk->at;
  walk->at = sloi_round_up(at + size, SLO_ALIGN);
  return at;
}

static slo_status layout_add_hist(layout_walk *walk, const slo_monitor_sli *s,
                                  sloi_monitor_sli *out, const char *place) {
  slo_hist *hist = NULL;
  slo_history *history;
  size_t size;
  slo_status status = slo_hist_footprint(s->latency, &size, walk->error);
  if (status != SLO_OK) return sloi_fail_within(status, walk->error, "%s", place);
  if (out != NULL) {
    out->hist_at = walk->at;
    (void)slo_hist_init(layout_part(walk), size, s->latency, &hist, NULL);
  }
  (void)layout_place(walk, size);
  if (s->history == NULL) return SLO_OK;
  status = sloi_history_footprint(s->latency, s->history, &size, walk->error);
  if (status != SLO_OK) {
    return sloi_fail_within(status, walk->error, "%s.history", place);
  }
  if (out != NULL) {
    out->history_at = walk->at;
    (void)slo_history_init(layout_part(walk), size, hist, s->history, &history, NULL);
  }
  (void)layout_place(walk, size);
  return SLO_OK;
}

/* The monitor's window, with what the SLI wants to be different. */
static slo_status layout_add_window(layout_walk *walk, const slo_window_config *config,
                                    const slo_monitor_sli *s, sloi_monitor_sli *out,
                                    const char *place) {
  slo_window_config w;
  slo_window *window;
  size_t size;
  slo_status status = sloi_sized_read(&w, sizeof w, config, walk->error, "slo_window_config");
  if (status != SLO_OK) return sloi_fail_within(status, walk->error, "window");
  w.struct_size = (uint32_t)sizeof w;
  if (s->unmeasured != 0) w.unmeasured = s->unmeasured;
  if (s->slice_ns != 0) w.slice_ns = s->slice_ns;
  if (s->slice_objective_ppb != 0) w.slice_objective_ppb = s->slice_objective_ppb;
  if (w.pins < walk->pins) w.pins = walk->pins;
  int own = s->unmeasured != 0 || s->slice_ns != 0 || s->slice_objective_ppb != 0;
  status = slo_window_footprint(&w, &size, walk->error);
  if (status != SLO_OK) return sloi_fail_within(status, walk->error, "%s", own ? place : "window");
  if (out != NULL) {
    out->window_at = walk->at;
    (void)slo_window_init(layout_part(walk), size, &w, &window, NULL);
  }
  (void)layout_place(walk, size);
  return SLO_OK;
}

static uint64_t layout_origin_at(const slo_monitor *m, uint64_t i) {
  return (uint64_t)((const char *)&sloi_monitor_origins(m)[i] - (const char *)m);
}

/* SLI i, which a definition says, or the caller. */
static slo_status layout_read_sli(const slo_monitor_config *config, uint32_t i, slo_monitor_sli *s,
                                  sloi_plan_sli *plan, slo_error *error) {
  char place[24];
  if (config->definition != NULL) {
    sloi_plan_sli_at(config->definition, i, plan);
    *s = plan->sli;
    return SLO_OK;
  }
  (void)snprintf(place, sizeof place, "slis[%u]", (unsigned)i);
  return sloi_sized_element(s, sizeof *s, config->slis, i, error, place);
}

static slo_status layout_read_slo(const slo_monitor_config *config, uint32_t i, slo_monitor_slo *s,
                                  sloi_plan_slo *plan, slo_error *error) {
  char place[24];
  if (config->definition != NULL) {
    sloi_plan_slo_at(config->definition, i, plan);
    *s = plan->slo;
    return SLO_OK;
  }
  (void)snprintf(place, sizeof place, "slos[%u]", (unsigned)i);
  return sloi_sized_element(s, sizeof *s, config->slos, i, error, place);
}

/* The counter of an SLI: its own, or that of a part of a journey. */
static slo_status layout_add_counter(layout_walk *walk, const slo_monitor_sli *s,
                                     const sloi_monitor_origin *origin, sloi_monitor_sli *out) {
  slo_counter_config c = {0};
  slo_counter *counter;
  size_t size;
  if (origin != NULL && origin->part != SLOI_MONITOR_NO_PART) {
    if (out == NULL) return SLO_OK;
    slo_monitor *m = walk->monitor;
    uint64_t at = sloi_monitor_journeys(m)[origin->journey].at;
    const slo_journey *journey = (const slo_journey *)(const void *)((char *)m + at);
    out->counter_at = at + sloi_journey_counter_at(journey, origin->part);
    if (sloi_journey_on_usual(journey, origin->part)) {
      out->usual_at = at + sloi_journey_counter_at(journey, sloi_journey_usual(journey));
    }
    return SLO_OK;
  }
  c.struct_size = (uint32_t)sizeof c;
  c.shards = s->shards;
  c.writers = s->writers;
  slo_status status = slo_counter_footprint(&c, &size, walk->error);
  if (status != SLO_OK) return status;
  if (out != NULL) {
    out->counter_at = walk->at;
    (void)slo_counter_init(layout_part(walk), size, &c, &counter, NULL);
  }
  (void)layout_place(walk, size);
  return SLO_OK;
}

static slo_status layout_add_sli(layout_walk *walk, const slo_monitor_config *config, uint32_t i,
                                 sloi_monitor_sli *out) {
  slo_monitor_sli s, other;
  sloi_plan_sli plan;
  slo_error *error = walk->error;
  char place[24];
  (void)snprintf(place, sizeof place, "slis[%u]", (unsigned)i);
  slo_status status = layout_read_sli(config, i, &s, &plan, error);
  if (status == SLO_OK) status = layout_name(s.name, "slis", i, error);
  if (status != SLO_OK) return status;
  if (s.reserved != 0) return sloi_fail(error, SLO_EVERSION, s.reserved, "slis[%u].reserved", i);
  if (s.history != NULL && s.latency == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "slis[%u].history (without latency)", (unsigned)i);
  }
  if (s.latency != NULL && s.latency_of != 0) {
    return sloi_fail(error, SLO_EINVAL, s.latency_of, "slis[%u].latency_of (beside latency)",
                     (unsigned)i);
  }
  if (s.latency_of > i) {
    return sloi_fail_range(error, s.latency_of, 0, i, "slis[%u].latency_of", (unsigned)i);
  }
  if (s.with_threshold > 1) {
    return sloi_fail_range(error, s.with_threshold, 0, 1, "slis[%u].with_threshold", (unsigned)i);
  }
  const slo_hist_config *latency = s.latency;
  if (s.latency_of != 0) {
    status =
        sloi_sized_element(&other, sizeof other, config->slis, s.latency_of - 1, error, "slis[]");
    if (status != SLO_OK) return status;
    latency = other.latency;
    if (latency == NULL) {
      return sloi_fail(error, SLO_EINVAL, s.latency_of,
                       "slis[%u].latency_of (an SLI without latency)", (unsigned)i);
    }
  }
  slo_hist_config h = {0};
  status = sloi_sized_read(&h, sizeof h, latency, error, "latency");
  if (status != SLO_OK) return sloi_fail_within(status, error, "%s", place);
  if (s.with_threshold && s.threshold >= h.threshold_count) {
    return sloi_fail_range(error, s.threshold, 0, (int64_t)h.threshold_count - 1,
                           "slis[%u].threshold", (unsigned)i);
  }
  if (out != NULL) {
    memcpy(out->name, s.name, strlen(s.name));
    out->threshold = s.with_threshold ? UINT64_C(1) + s.threshold : 0;
  }

  const sloi_monitor_origin *origin = config->definition == NULL ? NULL : &plan.origin;
  status = layout_add_counter(walk, &s, origin, out);
  if (status != SLO_OK) return sloi_fail_within(status, error, "%s", place);
  if (out != NULL && origin != NULL) {
    memcpy((char *)walk->monitor + layout_origin_at(walk->monitor, i), origin, sizeof *origin);
  }

  if (s.latency != NULL) {
    status = layout_add_hist(walk, &s, out, place);
    if (status != SLO_OK) return status;
  } else if (s.latency_of != 0 && out != NULL) {
    out->hist_at = walk->monitor->sli[s.latency_of - 1].hist_at;
  }
  return layout_add_window(walk, config->window, &s, out, place);
}

/* The periods of a calendar: the rule is checked, or the starts are copied. */
static slo_status layout_add_starts(layout_walk *walk, const slo_monitor_slo *s, unsigned i,
                                    sloi_monitor_slo *out) {
  slo_error *error = walk->error;
  if (s->calendar.unit != 0) {
    return sloi_fail(error, SLO_EINVAL, s->start_count, "slos[%u].start_count (beside calendar)",
                     i);
  }
  if (s->start_count < 2 || s->start_count > SLO_MONITOR_STARTS_MAX) {
    return sloi_fail_range(error, s->start_count, 2, SLO_MONITOR_STARTS_MAX, "slos[%u].start_count",
                           i);
  }
  if (s->starts_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "slos[%u].starts_ns (NULL)", i);
  int64_t min = 0;
  for (uint32_t k = 0; k < s->start_count; k++) {
    if (s->starts_ns[k] < min || s->starts_ns[k] > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, s->starts_ns[k], min, SLO_TIME_MAX_NS, "slos[%u].starts_ns[%u]",
                             i, (unsigned)k);
    }
    min = s->starts_ns[k] + 1;
  }
  if (out != NULL) {
    out->starts_at = walk->at;
    out->start_count = s->start_count;
    memcpy(layout_part(walk), s->starts_ns, s->start_count * sizeof s->starts_ns[0]);
  }
  (void)layout_place(walk, s->start_count * sizeof s->starts_ns[0]);
  return SLO_OK;
}

/* Does the SLI's window have what a method needs? */
static slo_status layout_check_method(const slo_monitor_config *config, const slo_monitor_slo *s,
                                      unsigned i, slo_error *error) {
  slo_monitor_sli sli;
  sloi_plan_sli plan;
  slo_window_config w;
  if (s->method > SLO_METHOD_RATIO_TIMESLICES) {
    return sloi_fail_range(error, s->method, 0, SLO_METHOD_RATIO_TIMESLICES, "slos[%u].method", i);
  }
  if (s->method == SLO_METHOD_OCCURRENCES) return SLO_OK;
  (void)layout_read_sli(config, s->sli, &sli, &plan, NULL); /* checked before */
  (void)sloi_sized_read(&w, sizeof w, config->window, NULL, "");
  if (sli.slice_ns != 0 || w.slice_ns != 0) return SLO_OK;
  return sloi_fail(error, SLO_EINVAL, s->method, "slos[%u].method (of an SLI without slice_ns)", i);
}

static slo_status layout_add_slo(layout_walk *walk, const slo_monitor_config *config, uint32_t i,
                                 sloi_monitor_slo *out) {
  slo_monitor_slo s;
  sloi_plan_slo plan;
  slo_error *error = walk->error;
  slo_alert_tier room[SLO_ALERT_TIERS_MAX];
  slo_alert_config a;
  slo_alert *alert;
  char place[32];
  size_t size;
  (void)snprintf(place, sizeof place, "slos[%u]", (unsigned)i);
  slo_status status = layout_read_slo(config, i, &s, &plan, error);
  if (status == SLO_OK) status = layout_name(s.name, "slos", i, error);
  if (status != SLO_OK) return status;
  if (s.sli >= config->sli_count) {
    return sloi_fail_range(error, s.sli, 0, (int64_t)config->sli_count - 1, "slos[%u].sli",
                           (unsigned)i);
  }
  status = layout_check_method(config, &s, i, error);
  if (status != SLO_OK) return status;
  if (s.calendar.unit != 0) {
    slo_period some;
    status = slo_calendar_eval(&s.calendar, SLOI_JOURNEY_SOME_TIME, &some, error);
    if (status != SLO_OK) return sloi_fail_within(status, error, "slos[%u].calendar", (unsigned)i);
  }
  if (s.period_ns < SLO_SECOND_NS || s.period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, s.period_ns, SLO_SECOND_NS, SLOI_PERIOD_MAX_NS,
                           "slos[%u].period_ns", (unsigned)i);
  }
  status = sloi_catalog_alert(s.alert, s.tiers, s.tier_count, s.catalog, s.objective_ppb,
                              s.period_ns, room, &a, error);
  if (status != SLO_OK) return sloi_fail_within(status, error, "%s", place);
  status = slo_alert_footprint(&a, &size, error);
  if (status != SLO_OK) return sloi_fail_within(status, error, "%s", place);
  if (out != NULL) {
    memcpy(out->name, s.name, strlen(s.name));
    out->sli = s.sli;
    out->objective_ppb = s.objective_ppb;
    out->period_ns = (uint64_t)s.period_ns;
    out->method = s.method;
    out->calendar = s.calendar;
    out->alert_at = walk->at;
    (void)slo_alert_init(layout_part(walk), size, &a, &alert, NULL);
  }
  (void)layout_place(walk, size);
  if (s.start_count != 0 || s.starts_ns != NULL) {
    status = layout_add_starts(walk, &s, i, out);
    if (status != SLO_OK) return status;
  }
  if (out != NULL) {
    sloi_monitor_sli *sli = &walk->monitor->sli[s.sli];
    uint64_t keep = out->period_ns + out->period_ns / 8; /* and what the readings reach beyond */
    if (keep > sli->keep) sli->keep = keep;
    out->next = sli->slos;
    sli->slos = (uint64_t)i + 1;
  }
  return SLO_OK;
}

/* What a window needs besides its own: with calendars the first reading and the starts of some
 * periods, and both edges of the corrections at work, as many as there may be. */
static uint32_t layout_pins(const slo_monitor_config *c) {
  slo_monitor_slo s;
  sloi_plan_slo plan;
  uint32_t calendars = 0, corrections = LAYOUT_CORRECTIONS_AT_WORK;
  for (uint32_t i = 0; i < c->slo_count && calendars < LAYOUT_CALENDARS_MAX; i++) {
    if (layout_read_slo(c, i, &s, &plan, NULL) != SLO_OK) continue; /* seen below */
    calendars += s.calendar.unit != 0 || s.start_count != 0;
  }
  if (c->corrections != 0) {
    corrections = c->corrections < LAYOUT_CORRECTIONS ? c->corrections : LAYOUT_CORRECTIONS;
  }
  return (calendars != 0 ? 1 + 3 * calendars : 0) + 2 * corrections;
}

static uint64_t layout_front(const slo_monitor_config *c) {
  uint32_t journeys = c->definition == NULL ? 0 : sloi_definition_journeys(c->definition);
  return sloi_monitor_front(c->sli_count, c->slo_count, journeys);
}

/* The definition, a copy, and its journeys. */
static void layout_add_definition(layout_walk *walk, const slo_definition *definition) {
  slo_monitor *m = walk->monitor;
  uint64_t at = layout_place(walk, slo_definition_size(definition));
  if (m != NULL) {
    m->definition_at = at;
    m->definition_print = slo_definition_fingerprint(definition);
    memcpy((char *)m + at, definition, slo_definition_size(definition));
  }
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); j++) {
    slo_journey_config config;
    sloi_journey_source source;
    slo_step steps[SLO_JOURNEY_STEPS_MAX];
    slo_journey *journey;
    size_t size = 0;
    sloi_definition_journey(definition, j, &config, &source);
    for (uint32_t i = 0; i < config.step_count; i++) source.step(&source, i, &steps[i]);
    config.steps = steps;
    (void)slo_journey_footprint(&config, &size, NULL); /* the definition was checked */
    if (m != NULL) {
      sloi_monitor_journey *out = (sloi_monitor_journey *)(void *)sloi_monitor_journeys(m) + j;
      out->at = walk->at;
      out->sli = sloi_plan_attempts(definition, j);
      (void)slo_journey_init(layout_part(walk), size, &config, &journey, NULL);
    }
    (void)layout_place(walk, size);
  }
}

static slo_status layout_walk_config(layout_walk *walk, const slo_monitor_config *c) {
  slo_ledger *ledger;
  size_t size;
  uint32_t corrections = c->corrections != 0 ? c->corrections : LAYOUT_CORRECTIONS;
  walk->at = layout_front(c);
  if (walk->monitor != NULL) walk->monitor->edges_at = walk->at;
  (void)layout_place(walk, c->sli_count * SLOI_MONITOR_EDGES * sizeof(sloi_cell));
  slo_status status = slo_ledger_footprint(corrections, &size, NULL);
  if (status != SLO_OK) {
    return sloi_fail_range(walk->error, corrections, 0, SLO_LEDGER_ENTRIES_MAX, "corrections");
  }
  walk->pins = layout_pins(c);
  if (walk->monitor != NULL) {
    walk->monitor->ledger_at = walk->at;
    (void)slo_ledger_init(layout_part(walk), size, corrections, &ledger, NULL);
  }
  (void)layout_place(walk, size);
  if (c->definition != NULL) layout_add_definition(walk, c->definition);
  for (uint32_t i = 0; i < c->sli_count && status == SLO_OK; i++) {
    status = layout_add_sli(walk, c, i, walk->monitor == NULL ? NULL : &walk->monitor->sli[i]);
  }
  for (uint32_t i = 0; i < c->slo_count && status == SLO_OK; i++) {
    sloi_monitor_slo *out = walk->monitor == NULL ? NULL : sloi_monitor_slos(walk->monitor) + i;
    status = layout_add_slo(walk, c, i, out);
  }
  if (status == SLO_OK && walk->at > SLOI_BLOCK_MAX) {
    status =
        sloi_fail_range(walk->error, sloi_shown(walk->at), 0, (int64_t)SLOI_BLOCK_MAX, "footprint");
  }
  return status;
}

/* slis and slos are what the definition says. */
static slo_status layout_define(slo_monitor_config *c, slo_error *error) {
  uint64_t slis, slos;
  if (c->slis != NULL || c->slos != NULL || c->sli_count != 0 || c->slo_count != 0) {
    return sloi_fail(error, SLO_EINVAL, c->sli_count, "definition (beside slis or slos)");
  }
  sloi_plan_count(c->definition, &slis, &slos);
  c->sli_count = (uint32_t)slis;
  c->slo_count = (uint32_t)slos;
  return SLO_OK;
}

static slo_status layout_check(const slo_monitor_config *config, slo_monitor_config *c,
                               uint64_t *size, slo_error *error) {
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_monitor_config");
  if (status != SLO_OK) return status;
  if (c->definition != NULL) {
    status = layout_define(c, error);
    if (status != SLO_OK) return status;
  }
  if (c->sli_count < 1 || c->sli_count > SLO_MONITOR_SLIS_MAX) {
    return sloi_fail_range(error, c->sli_count, 1, SLO_MONITOR_SLIS_MAX, "sli_count");
  }
  if (c->slo_count > SLO_MONITOR_SLOS_MAX) {
    return sloi_fail_range(error, c->slo_count, 0, SLO_MONITOR_SLOS_MAX, "slo_count");
  }
  if (c->definition == NULL) {
    if (c->slis == NULL) return sloi_fail(error, SLO_EINVAL, 0, "slis (NULL)");
    if (c->slos == NULL && c->slo_count != 0) return sloi_fail(error, SLO_EINVAL, 0, "slos (NULL)");
  }
  layout_walk walk = {NULL, 0, error, 0};
  status = layout_walk_config(&walk, c);
  *size = walk.at;
  return status;
}

slo_status slo_monitor_footprint(const slo_monitor_config *config, size_t *size, slo_error *error) {
  slo_monitor_config c;
  uint64_t need;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = layout_check(config, &c, &need, error);
  if (status == SLO_OK) *size = (size_t)need;
  return status;
}

slo_status slo_monitor_init(void *memory, size_t size, const slo_monitor_config *config,
                            slo_monitor **monitor, slo_error *error) {
  slo_monitor_config c;
  uint64_t need;
  if (monitor == NULL) return sloi_fail(error, SLO_EINVAL, 0, "monitor (NULL)");
  slo_status status = layout_check(config, &c, &need, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, need, SLOI_MONITOR_MAGIC, SLOI_MONITOR_LAYOUT,
                           layout_front(&c) - sizeof(sloi_block), error);
  if (status != SLO_OK) return status;
  slo_monitor *m = memory;
  m->sli_count = c.sli_count;
  m->slo_count = c.slo_count;
  m->journey_count = c.definition == NULL ? 0 : sloi_definition_journeys(c.definition);
  layout_walk walk = {m, 0, error, 0};
  status = layout_walk_config(&walk, &c);
  if (status != SLO_OK) return status;
  sloi_block_ready(&m->block);
  *monitor = m;
  return SLO_OK;
}

/* ---- objects ---- */

slo_status slo_monitor_create(const slo_monitor_config *config, const slo_allocator *allocator,
                              slo_monitor **monitor, slo_error *error) {
  size_t size;
  void *memory;
  if (monitor == NULL) return sloi_fail(error, SLO_EINVAL, 0, "monitor (NULL)");
  slo_status status = slo_monitor_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_monitor_init(memory, size, config, monitor, error);
}

void slo_monitor_destroy(slo_monitor *monitor) {
  sloi_block_release(monitor);
}

/* ---- src/monitor/monitor.c ---- */

enum { MONITOR_LOOKS = 1000, MONITOR_AHEAD = 2 };

uint32_t slo_monitor_sli_count(const slo_monitor *monitor) {
  return monitor == NULL ? 0 : (uint32_t)monitor->sli_count;
}

uint32_t slo_monitor_slo_count(const slo_monitor *monitor) {
  return monitor == NULL ? 0 : (uint32_t)monitor->slo_count;
}

const char *slo_monitor_sli_name(const slo_monitor *monitor, uint32_t sli) {
  return sli < slo_monitor_sli_count(monitor) ? monitor->sli[sli].name : NULL;
}

const char *slo_monitor_slo_name(const slo_monitor *monitor, uint32_t slo) {
  return slo < slo_monitor_slo_count(monitor) ? sloi_monitor_slos_const(monitor)[slo].name : NULL;
}

static void *monitor_at(slo_monitor *m, uint64_t at) {
  return (char *)m + at;
}

static const void *monitor_at_const(const slo_monitor *m, uint64_t at) {
  return (const char *)m + at;
}

const slo_ledger *slo_monitor_ledger(const slo_monitor *monitor) {
  return monitor == NULL ? NULL : monitor_at_const(monitor, monitor->ledger_at);
}

slo_history *slo_monitor_history(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor) || monitor->sli[sli].history_at == 0) return NULL;
  return monitor_at(monitor, monitor->sli[sli].history_at);
}

slo_counter *slo_monitor_counter(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor) || sloi_monitor_is_part(monitor, sli)) return NULL;
  return monitor_at(monitor, monitor->sli[sli].counter_at);
}

slo_hist *slo_monitor_hist(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor) || monitor->sli[sli].hist_at == 0) return NULL;
  return monitor_at(monitor, monitor->sli[sli].hist_at);
}

slo_window *slo_monitor_window(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor)) return NULL;
  return monitor_at(monitor, monitor->sli[sli].window_at);
}

slo_alert *slo_monitor_alert(slo_monitor *monitor, uint32_t slo) {
  if (slo >= slo_monitor_slo_count(monitor)) return NULL;
  return monitor_at(monitor, sloi_monitor_slos(monitor)[slo].alert_at);
}

/* ---- periods and pins ---- */

/* The calendar period that a moment lies in. SLO_ERANGE: beyond the starts that were given. */
static slo_status monitor_period(const slo_monitor *m, const sloi_monitor_slo *s, int64_t at_ns,
                                 slo_period *period) {
  if (s->calendar.unit != 0) return slo_calendar_eval(&s->calendar, at_ns, period, NULL);
  return slo_calendar_find(monitor_at_const(m, s->starts_at), (size_t)s->start_count, at_ns,
                           period);
}

static const int64_t *monitor_starts(const slo_monitor *m, const sloi_monitor_slo *s) {
  return monitor_at_const(m, s->starts_at);
}

/* Whose objectives the pins of an SLI serve: its own, or, of a part of a journey, those of the
 * attempts, whose periods and corrections slo_monitor_blame asks about. */
static uint64_t monitor_served(const slo_monitor *m, uint64_t sli) {
  if (m->journey_count == 0) return sli;
  const sloi_monitor_origin *origin = &sloi_monitor_origins(m)[sli];
  if (origin->part == SLOI_MONITOR_NO_PART) return sli;
  return sloi_monitor_journeys(m)[origin->journey].sli;
}

/* A moment after `after`, before which no period of an SLO begins or ends. */
static int64_t monitor_next_start(const slo_monitor *m, const sloi_monitor_slo *s, int64_t after) {
  slo_period period;
  if (monitor_period(m, s, after + 1, &period) == SLO_OK) return period.end_ns;
  if (s->start_count == 0) return after + 1; /* its first one is still to come: look again */
  const int64_t *starts = monitor_starts(m, s);
  return after < starts[0] ? starts[0] : INT64_MAX;
}

/* The same for its corrections: of a part of a journey those of the attempts, too. */
static int64_t monitor_next_correction(const slo_monitor *m, uint64_t sli, int64_t after) {
  const uint64_t of[2] = {sli, monitor_served(m, sli)};
  int64_t edge, next = INT64_MAX;
  for (int i = 0; i < 1 + (of[0] != of[1]); i++) {
    if (slo_ledger_edge(slo_monitor_ledger(m), (uint32_t)of[i], after, &edge) != SLO_OK) continue;
    if (edge < next) next = edge;
  }
  return next;
}

/* The same for all calendar periods that an SLI serves, and corrections. */
static int64_t monitor_next_edge(const slo_monitor *m, uint64_t sli, int64_t after) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m);
  int64_t next = monitor_next_correction(m, sli, after);
  for (uint64_t i = m->sli[monitor_served(m, sli)].slos; i != 0; i = slos[i - 1].next) {
    if (!sloi_monitor_on_calendar(&slos[i - 1])) continue;
    int64_t edge = monitor_next_start(m, &slos[i - 1], after);
    if (edge < next) next = edge;
  }
  return next;
}

/* The end of the period that follows this one: as long somebody may ask for it. */
static int64_t monitor_period_kept(const slo_monitor *m, const sloi_monitor_slo *s,
                                   const slo_period *period) {
  slo_period next;
  if (period->end_ns == SLO_TIME_MAX_NS) return SLO_TIME_MAX_NS;
  return monitor_period(m, s, period->end_ns + 1, &next) == SLO_OK ? next.end_ns : SLO_TIME_MAX_NS;
}

/* How long the newest reading is kept when the period that now_ns lies in begins with it; -1 when
 * it does not. The end of the last period there is has nothing behind it. */
static int64_t monitor_start_kept(const slo_monitor *m, const sloi_monitor_slo *s, int64_t newest,
                                  int64_t now_ns) {
  slo_period period;
  if (monitor_period(m, s, now_ns, &period) == SLO_OK) {
    return period.start_ns >= newest ? monitor_period_kept(m, s, &period) : -1;
  }
  if (s->start_count == 0) return -1;
  int64_t last = monitor_starts(m, s)[s->start_count - 1];
  return newest <= last && last < now_ns ? SLO_TIME_MAX_NS : -1;
}

/* How long the edge of a correction is kept: as any budget may ask for it. */
static int64_t monitor_edge_kept(const slo_monitor *m, uint64_t sli, int64_t now_ns) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m);
  sli = monitor_served(m, sli);
  int64_t keep = (int64_t)m->sli[sli].keep;
  int64_t until = now_ns < SLO_TIME_MAX_NS - keep ? now_ns + keep : SLO_TIME_MAX_NS;
  slo_period period;
  for (uint64_t i = m->sli[sli].slos; i != 0; i = slos[i - 1].next) {
    const sloi_monitor_slo *s = &slos[i - 1];
    if (!sloi_monitor_on_calendar(s) || monitor_period(m, s, now_ns, &period) != SLO_OK) continue;
    int64_t kept = monitor_period_kept(m, s, &period);
    if (kept > until) until = kept;
  }
  return until;
}

/* A word of a window's state; the owner's own. */
static uint64_t monitor_word(const slo_window *w, size_t offset) {
  return sloi_commit_word(sloi_window_cells_const(w), sloi_window_words(&w->config), offset / 8);
}

/* The time of the newest reading; -1: none yet. */
static int64_t monitor_newest(const slo_window *w) {
  uint64_t mark = monitor_word(w, offsetof(sloi_window_state, newest));
  return mark > (uint64_t)SLO_TIME_MAX_NS ? -1 : (int64_t)mark - 1;
}

static int monitor_is_first(const slo_window *w, int64_t newest) {
  return monitor_word(w, offsetof(sloi_window_state, first)) == (uint64_t)newest;
}

/* 1 when nothing is to be pinned before `to`, as far as that is known without looking. */
static int monitor_quiet(slo_monitor *m, uint64_t sli, const slo_window *w, int64_t to) {
  const sloi_cell *cell = sloi_monitor_edges(m, sli); /* the owner's own */
  return sloi_load_relaxed(&cell[SLOI_MONITOR_HISTORY]) ==
             monitor_word(w, offsetof(sloi_window_state, history)) &&
         (uint64_t)to <= sloi_load_relaxed(&cell[SLOI_MONITOR_QUIET_TO]);
}

static void monitor_forget_edges(slo_monitor *m, uint64_t sli) {
  sloi_store_relaxed(&sloi_monitor_edges(m, sli)[SLOI_MONITOR_HISTORY], 0);
}

/*
 * Before a push: the newest reading is the one to keep for every edge that the push passes. Now it
 * is final, and a tick that was killed behind this does it again. The first one of a history,
 * where its first periods begin, is kept for good. When all pins are in use it is not kept beside
 * the rings, and budgets name the reading that they used.
 */
static void monitor_pin_passed(slo_monitor *m, uint64_t sli, int64_t now_ns, uint32_t flags) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m);
  slo_window *w = monitor_at(m, m->sli[sli].window_at);
  int64_t newest = monitor_newest(w), until = -1;
  if (newest < 0 || now_ns <= newest || now_ns > SLO_TIME_MAX_NS) return;
  if (monitor_quiet(m, sli, w, now_ns)) return;
  uint64_t ahead = (uint64_t)(now_ns - newest);
  if (ahead > sloi_window_jump_max(w, flags) && !(flags & SLO_PUSH_REBASE)) return;
  int first = monitor_is_first(w, newest);
  for (uint64_t i = m->sli[monitor_served(m, sli)].slos; i != 0; i = slos[i - 1].next) {
    if (!sloi_monitor_on_calendar(&slos[i - 1])) continue;
    int64_t kept = first ? SLO_TIME_MAX_NS : monitor_start_kept(m, &slos[i - 1], newest, now_ns);
    if (kept > until) until = kept;
  }
  if (monitor_next_correction(m, sli, newest - 1) < now_ns) {
    int64_t kept = monitor_edge_kept(m, sli, now_ns);
    if (kept > until) until = kept;
  }
  if (until >= 0) (void)slo_window_pin(w, newest, until);
}

/* After a push: when is there something to be pinned? */
static void monitor_look_ahead(slo_monitor *m, uint64_t sli) {
  const slo_window *w = monitor_at_const(m, m->sli[sli].window_at);
  int64_t newest = monitor_newest(w);
  if (monitor_quiet(m, sli, w, newest)) return;
  int64_t next = monitor_is_first(w, newest) ? newest : monitor_next_edge(m, sli, newest - 1);
  sloi_cell *cell = sloi_monitor_edges(m, sli);
  monitor_forget_edges(m, sli); /* killed in between, the two would not fit together */
  sloi_store_relaxed(&cell[SLOI_MONITOR_QUIET_TO], (uint64_t)next);
  sloi_store_relaxed(&cell[SLOI_MONITOR_HISTORY],
                     monitor_word(w, offsetof(sloi_window_state, history)));
}

slo_status slo_monitor_correct(slo_monitor *monitor, const slo_correction *correction,
                               uint32_t *sequence, slo_error *error) {
  slo_correction c;
  if (monitor == NULL) return sloi_fail(error, SLO_EINVAL, 0, "monitor (NULL)");
  if (correction == NULL) return sloi_fail(error, SLO_EINVAL, 0, "correction (NULL)");
  slo_status status = sloi_sized_read(&c, sizeof c, correction, error, "slo_correction");
  if (status != SLO_OK) return status;
  if (c.kind != SLO_CORRECT_VOID && c.sli != SLO_LEDGER_ALL && c.sli >= monitor->sli_count) {
    return sloi_fail_range(error, c.sli, 0, (int64_t)monitor->sli_count - 1, "sli");
  }
  status = sloi_ledger_check(slo_monitor_ledger(monitor), &c, error);
  if (status != SLO_OK) return status;
  for (uint64_t i = 0; i < monitor->sli_count && c.kind != SLO_CORRECT_VOID; i++) {
    if (c.sli != i && c.sli != monitor_served(monitor, i) && c.sli != SLO_LEDGER_ALL) continue;
    slo_window *w = monitor_at(monitor, monitor->sli[i].window_at);
    monitor_forget_edges(monitor, i);
    int64_t newest = monitor_newest(w); /* what it passes next is pinned then */
    if (c.from_ns >= newest) continue;
    int64_t until = monitor_edge_kept(monitor, i, newest);
    (void)slo_window_pin(w, c.from_ns, until);
    if (c.to_ns < newest) (void)slo_window_pin(w, c.to_ns, until);
  }
  /* last, so that it is there with its pins or not at all */
  return slo_ledger_append(monitor_at(monitor, monitor->ledger_at), correction, sequence, error);
}

/* ---- ticking and reading ---- */

static slo_counter_tally monitor_tally(const slo_monitor *m, uint64_t sli) {
  const sloi_monitor_sli *s = &m->sli[sli];
  slo_counter_tally tally = {0};
  tally.struct_size = (uint32_t)sizeof tally;
  (void)slo_counter_read(monitor_at_const(m, s->counter_at), &tally);
  if (s->usual_at != 0) {
    slo_counter_tally usual = {0};
    usual.struct_size = (uint32_t)sizeof usual;
    (void)slo_counter_read(monitor_at_const(m, s->usual_at), &usual);
    tally.counts.good += usual.counts.good;
  }
  if (s->threshold != 0) {
    int64_t threshold;
    uint64_t within = 0, beyond = 0;
    (void)slo_hist_threshold(monitor_at_const(m, s->hist_at), (uint32_t)s->threshold - 1,
                             &threshold, &within, &beyond);
    tally.counts.good += within;
    tally.counts.bad += beyond;
  }
  return tally;
}

/* Takes the reading of one SLI, and keeps what it passes. */
static slo_status monitor_push(slo_monitor *m, uint64_t sli, int64_t now_ns, uint32_t flags) {
  const sloi_monitor_sli *s = &m->sli[sli];
  slo_counter_tally tally = monitor_tally(m, sli);
  monitor_pin_passed(m, sli, now_ns, flags);
  slo_status status = slo_window_push(monitor_at(m, s->window_at), now_ns, &tally.counts, flags);
  if (status != SLO_OK) return status;
  monitor_look_ahead(m, sli);
  if (s->history_at == 0) return SLO_OK;
  return slo_history_push(monitor_at(m, s->history_at), now_ns, monitor_at_const(m, s->hist_at),
                          flags & SLO_PUSH_REBASE ? SLO_HISTORY_REBASE : 0);
}

/* Steps the alerts of one SLI that are due. Whether one is due is read off the two states, not
 * remembered: so a step that a killed tick still owes is made up for. */
static slo_status monitor_judge(slo_monitor *m, uint64_t sli) {
  const slo_window *window = monitor_at_const(m, m->sli[sli].window_at);
  const sloi_monitor_slo *slos = sloi_monitor_slos(m);
  slo_status first = SLO_OK;
  for (uint64_t i = m->sli[sli].slos; i != 0; i = slos[i - 1].next) {
    slo_alert *alert = monitor_at(m, slos[i - 1].alert_at);
    if (!sloi_alert_due(alert, window)) continue;
    slo_status status = slo_alert_step(alert, window, slo_monitor_ledger(m), (uint32_t)sli);
    if (first == SLO_OK) first = status;
  }
  return first;
}

/* Many SLIs do not fit into any cache: while one is ticked, what the next ones begin with is on
 * its way. */
static void monitor_fetch(const slo_monitor *m, uint64_t sli) {
  enum { COUNTER_LINES = 6 };
  if (sli >= m->sli_count) return;
  const sloi_monitor_sli *s = &m->sli[sli];
  sloi_fetch(monitor_at_const(m, s->counter_at), COUNTER_LINES);
  sloi_window_fetch(monitor_at_const(m, s->window_at));
  if (s->slos != 0) {
    sloi_alert_fetch(monitor_at_const(m, sloi_monitor_slos_const(m)[s->slos - 1].alert_at));
  }
}

slo_status slo_monitor_tick(slo_monitor *monitor, int64_t now_ns, uint32_t flags) {
  if (monitor == NULL || (flags & ~(uint32_t)(SLO_PUSH_UNMEASURED | SLO_PUSH_REBASE)) != 0) {
    return SLO_EINVAL;
  }
  slo_status first = SLO_OK;
  for (uint64_t i = 0; i < monitor->sli_count; i++) {
    monitor_fetch(monitor, i + MONITOR_AHEAD);
    slo_status status = monitor_push(monitor, i, now_ns, flags);
    if (first == SLO_OK) first = status;
    status = monitor_judge(monitor, i);
    if (first == SLO_OK) first = status;
  }
  return first;
}

/* The budget of an SLO whose window was last pushed to at at_ns. */
static slo_status monitor_budget(const slo_monitor *m, const sloi_monitor_slo *s, int64_t at_ns,
                                 slo_budget_config *b, slo_period *period) {
  memset(b, 0, sizeof *b);
  b->struct_size = (uint32_t)sizeof *b;
  b->method = (uint32_t)s->method;
  b->objective_ppb = s->objective_ppb;
  b->ledger = slo_monitor_ledger(m);
  b->sli = (uint32_t)s->sli;
  if (!sloi_monitor_on_calendar(s)) {
    b->period_ns = (int64_t)s->period_ns;
    period->start_ns = at_ns - b->period_ns;
    period->end_ns = at_ns;
    return SLO_OK;
  }
  slo_status status = monitor_period(m, s, at_ns, period);
  b->start_ns = period->start_ns;
  b->end_ns = period->end_ns;
  return status;
}

static slo_status monitor_now(const slo_monitor *m, const sloi_monitor_slo *s,
                              slo_window_summary *now) {
  memset(now, 0, sizeof *now);
  now->struct_size = (uint32_t)sizeof *now;
  return slo_window_summarize(monitor_at_const(m, m->sli[s->sli].window_at), now);
}

slo_status slo_monitor_budget(const slo_monitor *monitor, uint32_t slo, slo_budget_config *budget) {
  slo_budget_config b;
  slo_window_summary now;
  slo_period period = {0, 0};
  if (monitor == NULL || budget == NULL) return SLO_EINVAL;
  if (slo >= monitor->slo_count) return SLO_ERANGE;
  const sloi_monitor_slo *s = &sloi_monitor_slos_const(monitor)[slo];
  slo_status status = monitor_now(monitor, s, &now);
  if (status == SLO_OK) status = monitor_budget(monitor, s, now.newest_ns, &b, &period);
  return status == SLO_OK ? sloi_sized_write(budget, &b, sizeof b) : status;
}

slo_status slo_monitor_read(const slo_monitor *monitor, uint32_t slo, slo_standing *standing) {
  if (monitor == NULL || standing == NULL) return SLO_EINVAL;
  if (slo >= monitor->slo_count) return SLO_ERANGE;
  const sloi_monitor_slo *s = &sloi_monitor_slos_const(monitor)[slo];
  const slo_window *window = monitor_at_const(monitor, monitor->sli[s->sli].window_at);
  slo_standing r = {0};
  slo_window_summary now;
  slo_budget_config b;
  slo_alert_status alert = {0};
  alert.struct_size = (uint32_t)sizeof alert;
  slo_status status, budget = SLO_OK;
  uint64_t sequence;
  int looks = 0;
  do { /* until nobody has ticked in between; a budget with many corrections may never see that */
    sequence = sloi_window_sequence(window);
    status = monitor_now(monitor, s, &now);
    if (status == SLO_OK) status = monitor_budget(monitor, s, now.newest_ns, &b, &r.period);
    if (status != SLO_OK) return status;
    r.budget.struct_size = (uint32_t)sizeof r.budget;
    budget = slo_budget_read(window, &b, &r.budget);
    if (budget != SLO_OK && budget != SLO_ENODATA) return budget;
  } while (sloi_window_sequence(window) != sequence && ++looks < MONITOR_LOOKS);
  slo_counter_tally tally = monitor_tally(monitor, s->sli);
  r.sli = (uint32_t)s->sli;
  r.objective_ppb = s->objective_ppb;
  r.period_ns = (int64_t)s->period_ns;
  r.at_ns = now.newest_ns;
  r.total = now.counts;
  r.late = tally.late;
  r.unknown = tally.unknown;
  status = slo_alert_read(monitor_at_const(monitor, s->alert_at), SLO_SEVERITY_PAGE, &alert);
  r.page = alert.state;
  if (status == SLO_OK) {
    status = slo_alert_read(monitor_at_const(monitor, s->alert_at), SLO_SEVERITY_TICKET, &alert);
  }
  r.ticket = alert.state;
  if (status == SLO_OK) status = sloi_sized_write(standing, &r, sizeof r);
  return status != SLO_OK ? status : budget;
}

/* ---- src/monitor/plan.c ---- */

/* plan.c - from the journeys of a definition to the SLIs and SLOs of a monitor. */

#include <stdio.h>
#include <string.h>

_Static_assert(2 * SLO_JOURNEY_NAME_MAX + 1 <= SLO_MONITOR_NAME_MAX, "two names and a slash");

/* The SLIs of its attempts, its steps and its limit. */
static uint64_t plan_parts(const slo_journey_config *journey) {
  return UINT64_C(1) + journey->step_count + (journey->limit_ns != 0);
}

void sloi_plan_count(const slo_definition *definition, uint64_t *slis, uint64_t *slos) {
  slo_journey_config journey;
  sloi_journey_source source;
  *slis = *slos = 0;
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); j++) {
    sloi_definition_journey(definition, j, &journey, &source);
    *slis += plan_parts(&journey) + journey.sli_count;
    *slos += journey.slo_count;
  }
}

static void plan_name(char *name, const char *journey, const char *of_it) {
  (void)snprintf(name, SLO_MONITOR_NAME_MAX + 1, "%s%s%s", journey, of_it[0] == '\0' ? "" : "/",
                 of_it);
}

static void plan_indicator(const slo_journey_sli *of, sloi_plan_sli *p) {
  p->origin.part = SLOI_MONITOR_NO_PART;
  p->origin.rule = of->sli;
  p->sli.unmeasured = of->unmeasured;
  if (of->unmeasured == 0 && of->sli.kind == SLO_SLI_PROBE) p->sli.unmeasured = SLO_UNMEASURED_BAD;
  p->sli.slice_ns = of->slice_ns;
  p->sli.slice_objective_ppb = of->slice_objective_ppb;
  if (of->sli.kind != SLO_SLI_LATENCY) return;
  p->threshold = of->sli.threshold_ns;
  p->latency.struct_size = (uint32_t)sizeof p->latency;
  p->latency.thresholds = &p->threshold;
  p->latency.threshold_count = 1;
  p->sli.latency = &p->latency;
  p->sli.with_threshold = 1;
}

void sloi_plan_sli_at(const slo_definition *definition, uint64_t i, sloi_plan_sli *p) {
  slo_journey_config journey;
  sloi_journey_source source;
  slo_journey_sli sli;
  slo_step step;
  const char *name = "";
  memset(p, 0, sizeof *p);
  p->sli.struct_size = (uint32_t)sizeof p->sli;
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); j++) {
    sloi_definition_journey(definition, j, &journey, &source);
    uint64_t parts = plan_parts(&journey);
    p->origin.journey = j;
    if (i < parts) {
      p->origin.part = i;
      if (i > journey.step_count) {
        name = SLO_JOURNEY_LIMIT;
      } else if (i != 0) {
        source.step(&source, (uint32_t)i - 1, &step);
        name = step.name;
      }
      break;
    }
    i -= parts;
    if (i < journey.sli_count) {
      source.sli(&source, (uint32_t)i, &sli);
      plan_indicator(&sli, p);
      p->sli.shards = journey.shards;
      p->latency.shards = journey.shards;
      name = sli.name;
      break;
    }
    i -= journey.sli_count;
  }
  plan_name(p->name, journey.name, name);
  p->sli.name = p->name;
}

uint64_t sloi_plan_attempts(const slo_definition *definition, uint32_t j) {
  slo_journey_config journey;
  sloi_journey_source source;
  uint64_t first = 0;
  for (uint32_t k = 0; k < j; k++) {
    sloi_definition_journey(definition, k, &journey, &source);
    first += plan_parts(&journey) + journey.sli_count;
  }
  return first;
}

void sloi_plan_slo_at(const slo_definition *definition, uint64_t i, sloi_plan_slo *p) {
  slo_journey_config journey;
  sloi_journey_source source;
  memset(p, 0, sizeof *p);
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); i -= journey.slo_count, j++) {
    sloi_definition_journey(definition, j, &journey, &source);
    if (i >= journey.slo_count) continue;
    source.slo(&source, (uint32_t)i, &p->of);
    const slo_journey_slo *of = &p->of.slo;
    uint64_t at = sloi_plan_attempts(definition, j);
    if (of->sli != 0) at += plan_parts(&journey) + of->sli - 1;
    plan_name(p->name, journey.name, of->name);
    p->slo.struct_size = (uint32_t)sizeof p->slo;
    p->slo.name = p->name;
    p->slo.sli = (uint32_t)at;
    p->slo.objective_ppb = of->objective_ppb;
    p->slo.period_ns = of->period_ns;
    p->slo.tiers = of->tiers;
    p->slo.tier_count = of->tier_count;
    p->slo.method = of->method;
    p->slo.calendar = of->calendar;
    p->slo.alert = of->alert;
    p->slo.catalog = of->catalog;
    return;
  }
}

/* ---- src/record/bucket.c ---- */

/* Numbers in [1, 2) with 127 bits after the point. Every operation rounds down. */

/* floor(a * b / 2^127) for a, b >= 2^127, below 2^129: returned shifted right until it
 * is in [1, 2) again; *carried tells whether it was. */
static sloi_u128 bucket_multiply(sloi_u128 a, sloi_u128 b, int *carried) {
  sloi_u128 hh = sloi_u128_multiply(a.hi, b.hi), hl = sloi_u128_multiply(a.hi, b.lo);
  sloi_u128 lh = sloi_u128_multiply(a.lo, b.hi), ll = sloi_u128_multiply(a.lo, b.lo);
  /* words of the 256-bit product, from the second lowest up */
  sloi_u128 w1 = sloi_u128_add(sloi_u128_of(ll.hi), sloi_u128_of(hl.lo));
  w1 = sloi_u128_add(w1, sloi_u128_of(lh.lo));
  sloi_u128 top = sloi_u128_add(hh, sloi_u128_of(hl.hi));
  top = sloi_u128_add(top, sloi_u128_of(lh.hi));
  top = sloi_u128_add(top, sloi_u128_of(w1.hi));
  *carried = (int)(top.hi >> 63); /* the product is 2 or more */
  if (*carried) return top;
  sloi_u128 r = sloi_u128_shift1(top);
  r.lo |= w1.lo >> 63;
  return r;
}

/* sqrt(a) for a in [1, 2] given as a / 2^127; the largest r with r * r <= a. */
static sloi_u128 bucket_sqrt(sloi_u128 a, int is_two) {
  sloi_u128 r = {(uint64_t)1 << 63, 0};
  for (int bit = 126; bit >= 0; bit--) {
    sloi_u128 t = r;
    int carried;
    if (bit >= 64) {
      t.hi |= (uint64_t)1 << (bit - 64);
    } else {
      t.lo |= (uint64_t)1 << bit;
    }
    sloi_u128 square = bucket_multiply(t, t, &carried);
    /* carried: t * t >= 2 (as a number), too large for any a < 2 and, being
     * irrational at 2, for a = 2 as well */
    if (!carried && (is_two || sloi_u128_compare(square, a) <= 0)) r = t;
  }
  return r;
}

void sloi_bucket_derive(uint32_t scale, uint64_t per_unit, uint64_t *bounds, uint64_t *entries,
                        uint64_t *origin) {
  uint64_t n = (uint64_t)1 << scale;
  sloi_u128 one = {(uint64_t)1 << 63, 0};
  sloi_u128 root[10]; /* root[i] = 2^(2^-i) */
  int carried = 0;
  root[1] = bucket_sqrt(one, 1);
  for (uint32_t i = 2; i <= scale; i++) root[i] = bucket_sqrt(root[i - 1], 0);

  int shift = 63 - (int)sloi_octave(per_unit);
  sloi_u128 unit = {per_unit << shift, 0}; /* its mantissa, exact */
  uint64_t octave = 63 - (uint64_t)shift;

  /* Boundaries k = 0 .. n-1 ascend; those that pass into the next octave rank first there.
   * Each is irrational but for k = 0, which is exact; the error of the others is below
   * 10 units of 2^-127, far from deciding the 52nd bit: the tests hold every one of them
   * against an independent computation. */
  uint64_t ascending[1 << 9];
  uint64_t wrapped = 0;
  for (uint64_t k = 0; k < n; k++) {
    sloi_u128 b = unit;
    int over = 0;
    for (uint32_t i = 1; i <= scale; i++) {
      if (k >> (scale - i) & 1) {
        b = bucket_multiply(b, root[i], &carried);
        over |= carried;
      }
    }
    ascending[k] = (b.hi << 1) >> 12;
    wrapped += (uint64_t)over;
  }
  for (uint64_t k = 0; k < n; k++) bounds[(k + wrapped) & (n - 1)] = ascending[k];
  *origin = (octave << scale) + wrapped + 1;

  uint64_t rank = 0;
  for (uint64_t c = 0; c < 2 * n; c++) {
    uint64_t end = (c + 1) << (51 - scale); /* first mantissa of the next interval */
    if (rank < n && bounds[rank] < end) {
      entries[c] = (rank << 52) - 1 - bounds[rank];
      rank++;
    } else {
      entries[c] = (rank << 52) - ((uint64_t)1 << 52); /* no boundary here */
    }
  }
}

/* ---- src/record/shard.h ---- */

/*
 * shard.h - rows of cells: how many of each kind, and which one a thread writes to.
 *
 * The shared row is the thread pointer, hashed: no state, no system call, one
 * multiplication. Two threads may meet on a row, which costs speed and nothing else, since
 * every write there is an atomic add. The row of a processor is rseq.h's business.
 */
#ifndef SLOI_SHARD_H
#define SLOI_SHARD_H

#include <stddef.h>


/* A way out of the straight one: kept apart from it, so that it saves no registers. */
#if defined(__GNUC__)
#define SLOI_SHARD_APART __attribute__((noinline))
#else
#define SLOI_SHARD_APART
#endif

#if defined(__has_builtin)
#if __has_builtin(__builtin_thread_pointer)
#define SLOI_SHARD_THREAD() ((uintptr_t)__builtin_thread_pointer())
#endif
#endif
#if !defined(SLOI_SHARD_THREAD)
/* Any address on this thread's stack: frames of one thread lie close together. */
#define SLOI_SHARD_THREAD() ((uintptr_t)__builtin_frame_address(0) >> 16)
#endif

/* The rows of a block, in this order; words, part of the block's configuration. */
typedef struct sloi_rows {
  uint64_t shared; /* a power of two, at least 1 */
  uint64_t cpus;
  uint64_t owned;
} sloi_rows;

static inline uint64_t sloi_rows_count(const sloi_rows *rows) {
  return rows->shared + rows->cpus + rows->owned;
}

static inline uint64_t sloi_rows_shared_here(const sloi_rows *rows) {
  uint64_t hash = ((uint64_t)SLOI_SHARD_THREAD() >> 6) * UINT64_C(0x9e3779b97f4a7c15);
  return (hash >> 52) & (rows->shared - 1); /* 52: 64 minus the bits of SLO_SHARDS_MAX */
}

/* From configuration fields; 0 is the default of each. */
slo_status sloi_rows_plan(uint32_t shards, uint32_t cpus, uint32_t writers, uint32_t path,
                          sloi_rows *rows, slo_error *error);

/* Could sloi_rows_plan have made it? */
int sloi_rows_valid(const sloi_rows *rows);

#endif

/* ---- src/record/counter.h ---- */

/* counter.h - the layout of a counter. */
#ifndef SLOI_COUNTER_H
#define SLOI_COUNTER_H


/* good, bad and excluded are cells 0, 1 and 2: the outcome is the index. */
enum { SLOI_COUNTER_UNKNOWN = 3, SLOI_COUNTER_LATE = 4, SLOI_COUNTER_CELLS = 8 };

typedef struct sloi_counter_row {
  sloi_cell cell[SLOI_COUNTER_CELLS];
} sloi_counter_row;

struct slo_counter {
  sloi_block block;
  sloi_rows rows;
  uint64_t reserved[5];
  sloi_counter_row row[]; /* then the slots of the owned rows, a cell each */
};

static inline sloi_cell *sloi_counter_slot(slo_counter *counter, uint64_t slot) {
  return (sloi_cell *)(void *)(counter->row + sloi_rows_count(&counter->rows)) + slot;
}

static inline uint32_t sloi_counter_cell(slo_outcome outcome) {
  return (uint32_t)outcome < SLOI_COUNTER_UNKNOWN ? (uint32_t)outcome : SLOI_COUNTER_UNKNOWN;
}

#endif

/* ---- src/record/rseq.h ---- */

/*
 * rseq.h - a plain add on this processor's row, by a restartable sequence (Linux).
 *
 * Overview. The C library registers one struct rseq per thread (glibc 2.35 and later); the
 * kernel keeps the processor's number in it. A section of code named by rseq_cs is
 * restarted at its abort address if the thread is preempted, moved or takes a signal inside
 * it. So: name the section; compare the processor's number with the one the row was
 * computed from; add. Nobody else on that processor can have run in between.
 *
 * Reference. sloi_rseq_here gives the thread's struct, NULL when nothing is registered. It
 * may differ from thread to thread and is never kept. sloi_rseq_add does one add and says
 * whether it did: 0 means that the section was restarted before its last instruction, so
 * nothing was added, and the caller asks for the processor again. sloi_rseq_done must
 * follow the last add of a call: the kernel reads the section's descriptor on the next
 * preemption, and by then this library may be unloaded.
 *
 * Implementation. The add is the section's last instruction and its only store to memory
 * that others see: a section with two of them could count twice when it is restarted in
 * between. On x86-64 it is one read-modify-write instruction; on aarch64 the store commits.
 * The descriptor and the abort code follow Documentation/userspace-api/rseq.rst and the
 * signatures of the kernel's uapi; mm_cid is never used: it is per process, and a row in
 * shared memory is not.
 */
#ifndef SLOI_RSEQ_H
#define SLOI_RSEQ_H


/* The head of the kernel's struct rseq, which is all there is to know. */
typedef struct sloi_rseq {
  uint32_t cpu_id_start;
  uint32_t cpu_id;
  uint64_t rseq_cs;
} sloi_rseq;

#if defined(__linux__) && defined(__GNUC__) && (defined(__x86_64__) || defined(__aarch64__)) && \
    !defined(SLOI_TSAN) && !defined(__ILP32__)
#define SLOI_RSEQ 1
#endif

#if defined(SLOI_RSEQ)

/* Weak: a C library without it leaves it at address 0. Where it is, every thread has the
 * struct, whose cpu_id is huge when the registration was refused or turned off: so one test
 * less than asking __rseq_size. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));

#if defined(__x86_64__) && !defined(__clang__) && __GNUC__ < 11 /* without the builtin */
static inline char *sloi_rseq_thread(void) {
  char *thread;
  __asm__("movq %%fs:0, %0" : "=r"(thread));
  return thread;
}
#define SLOI_RSEQ_THREAD() sloi_rseq_thread()
#else
#define SLOI_RSEQ_THREAD() ((char *)__builtin_thread_pointer())
#endif

static inline sloi_rseq *sloi_rseq_here(void) {
  if (&__rseq_offset == NULL) return NULL;
  return (sloi_rseq *)(void *)(SLOI_RSEQ_THREAD() + __rseq_offset);
}

/* The processor's number; huge when the kernel refused the registration (cpu_id_start would
 * be 0 then, and an add would never succeed). */
static inline uint32_t sloi_rseq_cpu(const sloi_rseq *here) {
  return *(const volatile uint32_t *)&here->cpu_id;
}

#if defined(__x86_64__)

static inline int sloi_rseq_add(sloi_rseq *here, uint64_t cpu, sloi_cell *cell, uint64_t n) {
  __asm__ goto(
      ".pushsection __rseq_cs, \"aw\"\n\t"
      ".balign 32\n"
      "3:\n\t"
      ".long 0, 0\n\t" /* version, flags */
      ".quad 1f, 2f - 1f, 4f\n\t"
      ".popsection\n\t"
      "leaq 3b(%%rip), %%rax\n\t"
      "movq %%rax, %[rseq_cs]\n"
      "1:\n\t"
      "cmpl %k[cpu], %[cpu_id]\n\t"
      "jne 4f\n\t"
      "addq %[n], %[cell]\n"
      "2:\n\t"
      ".pushsection __rseq_failure, \"ax\"\n\t"
      ".byte 0x0f, 0xb9, 0x3d\n\t" /* ud1, carrying the signature in front of the abort */
      ".long 0x53053053\n"
      "4:\n\t"
      "jmp %l[aborted]\n\t"
      ".popsection"
      :
      : [cpu] "r"(cpu), [cpu_id] "m"(here->cpu_id), [rseq_cs] "m"(here->rseq_cs), [cell] "m"(*cell),
        [n] "er"(n)
      : "memory", "cc", "rax"
      : aborted);
  return 1;
aborted:
  return 0;
}

#else /* aarch64 */

static inline int sloi_rseq_add(sloi_rseq *here, uint64_t cpu, sloi_cell *cell, uint64_t n) {
  __asm__ goto(
      ".pushsection __rseq_cs, \"aw\"\n\t"
      ".balign 32\n"
      "3:\n\t"
      ".long 0, 0\n\t"
      ".quad 1f, 2f - 1f, 4f\n\t"
      ".popsection\n\t"
      "adrp x15, 3b\n\t"
      "add x15, x15, :lo12:3b\n\t"
      "str x15, %[rseq_cs]\n"
      "1:\n\t"
      "ldr w15, %[cpu_id]\n\t"
      "cmp w15, %w[cpu]\n\t"
      "b.ne %l[aborted]\n\t" /* not 4: it may be too far for a conditional branch */
      "ldr x15, %[cell]\n\t"
      "add x15, x15, %[n]\n\t"
      "str x15, %[cell]\n"
      "2:\n\t"
      ".pushsection __rseq_failure, \"ax\"\n\t"
      ".inst 0xd428bc00\n" /* brk #0x45e0: the signature in front of the abort */
      "4:\n\t"
      "b %l[aborted]\n\t"
      ".popsection"
      :
      : [cpu] "r"(cpu), [cpu_id] "Qo"(here->cpu_id), [rseq_cs] "m"(here->rseq_cs),
        [cell] "Qo"(*cell), [n] "r"(n)
      : "memory", "cc", "x15"
      : aborted);
  return 1;
aborted:
  return 0;
}

#endif

static inline void sloi_rseq_done(sloi_rseq *here) {
  *(volatile uint64_t *)&here->rseq_cs = 0;
}

#else /* elsewhere nothing is ever registered */

static inline sloi_rseq *sloi_rseq_here(void) {
  return NULL;
}

static inline uint32_t sloi_rseq_cpu(const sloi_rseq *here) {
  (void)here;
  return UINT32_MAX;
}

static inline int sloi_rseq_add(sloi_rseq *here, uint64_t cpu, sloi_cell *cell, uint64_t n) {
  (void)here, (void)cpu, (void)cell, (void)n;
  return 0;
}

static inline void sloi_rseq_done(sloi_rseq *here) {
  (void)here;
}

#endif

#endif

/* ---- src/record/counter.c ---- */

#define COUNTER_MAGIC SLOI_BLOCK_MAGIC('c', 't')
#define COUNTER_LAYOUT 2

static uint64_t counter_size(const sloi_rows *rows) {
  return sizeof(slo_counter) + sloi_rows_count(rows) * sizeof(sloi_counter_row) +
         sloi_round_up(8 * rows->owned, SLO_ALIGN);
}

static slo_status counter_plan(const slo_counter_config *config, sloi_rows *rows,
                               slo_error *error) {
  slo_counter_config c;
  slo_status status = sloi_sized_read(&c, sizeof c, config, error, "slo_counter_config");
  if (status != SLO_OK) return status;
  if (c.reserved != 0) return sloi_fail(error, SLO_EVERSION, c.reserved, "reserved");
  return sloi_rows_plan(c.shards, c.cpus, c.writers, c.path, rows, error);
}

slo_status slo_counter_footprint(const slo_counter_config *config, size_t *size, slo_error *error) {
  sloi_rows rows;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = counter_plan(config, &rows, error);
  if (status == SLO_OK) *size = (size_t)counter_size(&rows);
  return status;
}

slo_status slo_counter_init(void *memory, size_t size, const slo_counter_config *config,
                            slo_counter **counter, slo_error *error) {
  sloi_rows rows;
  if (counter == NULL) return sloi_fail(error, SLO_EINVAL, 0, "counter (NULL)");
  slo_status status = counter_plan(config, &rows, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, counter_size(&rows), COUNTER_MAGIC, COUNTER_LAYOUT,
                           SLO_ALIGN, error);
  if (status != SLO_OK) return status;
  slo_counter *c = memory;
  c->rows = rows;
  sloi_block_ready(&c->block);
  *counter = c;
  return SLO_OK;
}

slo_status slo_counter_attach(void *memory, size_t size, slo_counter **counter) {
  if (counter == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, COUNTER_MAGIC, COUNTER_LAYOUT, SLO_ALIGN);
  if (status != SLO_OK) return status;
  slo_counter *c = memory;
  if (!sloi_rows_valid(&c->rows) || c->block.size != counter_size(&c->rows)) return SLO_ECORRUPT;
  *counter = c;
  return SLO_OK;
}

slo_status slo_counter_create(const slo_counter_config *config, const slo_allocator *allocator,
                              slo_counter **counter, slo_error *error) {
  size_t size;
  void *memory;
  if (counter == NULL) return sloi_fail(error, SLO_EINVAL, 0, "counter (NULL)");
  slo_status status = slo_counter_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_counter_init(memory, size, config, counter, error);
}

void slo_counter_destroy(slo_counter *counter) {
  sloi_block_release(counter);
}

SLOI_SHARD_APART static void counter_add_shared(slo_counter *counter, uint32_t cell, uint64_t n) {
  sloi_add_relaxed(&counter->row[sloi_rows_shared_here(&counter->rows)].cell[cell], n);
}

/* Adds n to one cell: on the processor's row when there is one, else on a shared row. The
 * calls stand in the last place: the straight way saves no registers. */
static inline void counter_add(slo_counter *counter, uint32_t cell, uint64_t n) {
  sloi_rseq *here = sloi_rseq_here();
  for (;;) {
    uint32_t cpu = here != NULL ? sloi_rseq_cpu(here) : UINT32_MAX;
    if (cpu >= counter->rows.cpus) {
      if (here != NULL) sloi_rseq_done(here); /* a round before this one may have failed */
      counter_add_shared(counter, cell, n);
      return;
    }
    if (sloi_rseq_add(here, cpu, &counter->row[counter->rows.shared + cpu].cell[cell], n)) break;
  }
  sloi_rseq_done(here);
}

void slo_counter_record(slo_counter *counter, slo_outcome outcome) {
  counter_add(counter, sloi_counter_cell(outcome), 1);
}

void slo_counter_record_many(slo_counter *counter, const slo_counts *counts) {
  if (counts->good != 0) counter_add(counter, SLO_GOOD, counts->good);
  if (counts->bad != 0) counter_add(counter, SLO_BAD, counts->bad);
  if (counts->excluded != 0) counter_add(counter, SLO_EXCLUDED, counts->excluded);
}

void slo_counter_record_late(slo_counter *counter, uint64_t n) {
  counter_add(counter, SLOI_COUNTER_LATE, n);
}

slo_status slo_counter_read(const slo_counter *counter, slo_counter_tally *tally) {
  slo_counter_tally t = {0};
  if (counter == NULL || tally == NULL) return SLO_EINVAL;
  t.shards = (uint32_t)counter->rows.shared;
  t.cpus = (uint32_t)counter->rows.cpus;
  t.writers = (uint32_t)counter->rows.owned;
  for (uint64_t i = 0; i < sloi_rows_count(&counter->rows); i++) {
    const sloi_cell *cell = counter->row[i].cell;
    t.counts.good += sloi_load_relaxed(&cell[SLO_GOOD]);
    t.counts.bad += sloi_load_relaxed(&cell[SLO_BAD]);
    t.counts.excluded += sloi_load_relaxed(&cell[SLO_EXCLUDED]);
    t.unknown += sloi_load_relaxed(&cell[SLOI_COUNTER_UNKNOWN]);
    t.late += sloi_load_relaxed(&cell[SLOI_COUNTER_LATE]);
  }
  return sloi_sized_write(tally, &t, sizeof t);
}

/* ---- src/record/hist.h ---- */

/* hist.h - the layout of a histogram, for those in this room who use it. */
#ifndef SLOI_HIST_H
#define SLOI_HIST_H


/* What every record reads: one cache line, derived from the rest. Offsets are bytes from the
 * block's start. */
typedef struct sloi_hist_hot {
  uint64_t low; /* values low .. low + range - 1 have buckets */
  uint64_t range;
  uint64_t bias;     /* the cell that bucket number 0 would have; wraps */
  int64_t threshold; /* the first one */
  uint64_t cpu_rows_at;
  uint64_t stride;        /* bytes from row to row */
  uint64_t straight_cpus; /* processors with a row; 0 when the shape is not the usual one */
  uint64_t intervals;
} sloi_hist_hot;

_Static_assert(sizeof(sloi_hist_hot) == 64, "one cache line");

/* The block: header, rows, what is hot, the shape with its words; then, on a line of its own
 * each, the rows; then the slots of the owned rows, a cell each. */
struct slo_hist {
  sloi_block block;
  sloi_rows rows;
  uint64_t rows_at; /* bytes from the block's start */
  uint64_t slots_at;
  uint64_t reserved[3];
  sloi_hist_hot hot;
  sloi_shape shape; /* with its words */
};

static inline sloi_cell *sloi_hist_row(slo_hist *hist, uint64_t row) {
  return (sloi_cell *)(void *)((char *)hist + hist->rows_at + row * hist->hot.stride);
}

static inline const sloi_cell *sloi_hist_row_const(const slo_hist *hist, uint64_t row) {
  return (const sloi_cell *)(const void *)((const char *)hist + hist->rows_at +
                                           row * hist->hot.stride);
}

static inline sloi_cell *sloi_hist_slot(slo_hist *hist, uint64_t slot) {
  return (sloi_cell *)(void *)((char *)hist + hist->slots_at) + slot;
}

#endif

/* ---- src/record/hist.c ---- */

#include <string.h>


#define HIST_MAGIC SLOI_BLOCK_MAGIC('h', 'i')
#define HIST_LAYOUT 2

/* The straight way of slo_hist_record is compiled for this scale and at most one threshold. */
#define HIST_USUAL_SCALE 6

static uint64_t hist_rows_at(const sloi_shape *shape) {
  return sloi_round_up(offsetof(slo_hist, shape) + sloi_shape_size(shape), SLO_ALIGN);
}

static uint64_t hist_stride(const sloi_shape *shape) {
  return sloi_round_up(8 * sloi_shape_row(shape), SLO_ALIGN);
}

static uint64_t hist_slots_at(const sloi_shape *shape, const sloi_rows *rows) {
  return hist_rows_at(shape) + sloi_rows_count(rows) * hist_stride(shape);
}

static uint64_t hist_size(const sloi_shape *shape, const sloi_rows *rows) {
  return hist_slots_at(shape, rows) + sloi_round_up(8 * rows->owned, SLO_ALIGN);
}

static sloi_hist_hot hist_hot(const sloi_shape *shape, const sloi_rows *rows) {
  sloi_hist_hot hot;
  memset(&hot, 0, sizeof hot);
  hot.low = (uint64_t)sloi_shape_lower(shape, 0) + 1;
  hot.range = (uint64_t)sloi_shape_upper(shape, shape->buckets - 1) - hot.low + 1;
  hot.bias = sloi_shape_bucket_cell(shape) - shape->first;
  if (shape->intervals != 0) hot.threshold = (int64_t)sloi_shape_thresholds(shape)[0];
  hot.stride = hist_stride(shape);
  hot.cpu_rows_at = hist_rows_at(shape) + rows->shared * hot.stride;
  int usual = shape->scale == HIST_USUAL_SCALE && shape->intervals <= 2;
  hot.straight_cpus = usual ? rows->cpus : 0;
  hot.intervals = shape->intervals;
  return hot;
}

static slo_status hist_plan(const slo_hist_config *config, slo_hist_config *c, sloi_shape *shape,
                            sloi_rows *rows, slo_error *error) {
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_hist_config");
  if (status != SLO_OK) return status;
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  status = sloi_rows_plan(c->shards, c->cpus, c->writers, c->path, rows, error);
  if (status == SLO_OK) status = sloi_shape_plan(c, shape, error);
  return status;
}

slo_status slo_hist_footprint(const slo_hist_config *config, size_t *size, slo_error *error) {
  slo_hist_config c;
  sloi_shape shape;
  sloi_rows rows;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = hist_plan(config, &c, &shape, &rows, error);
  if (status == SLO_OK) *size = (size_t)hist_size(&shape, &rows);
  return status;
}

slo_status slo_hist_init(void *memory, size_t size, const slo_hist_config *config, slo_hist **hist,
                         slo_error *error) {
  slo_hist_config c;
  sloi_shape shape;
  sloi_rows rows;
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  slo_status status = hist_plan(config, &c, &shape, &rows, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, hist_size(&shape, &rows), HIST_MAGIC, HIST_LAYOUT,
                           offsetof(slo_hist, shape) - sizeof(sloi_block) + sloi_shape_size(&shape),
                           error);
  if (status != SLO_OK) return status;
  slo_hist *h = memory;
  h->rows = rows;
  h->rows_at = hist_rows_at(&shape);
  h->slots_at = hist_slots_at(&shape, &rows);
  sloi_shape_fill(&h->shape, &shape, c.thresholds);
  h->shape.lowest = (uint64_t)sloi_shape_lower(&h->shape, 0) + 1;
  h->hot = hist_hot(&h->shape, &rows);
  sloi_block_ready(&h->block);
  *hist = h;
  return SLO_OK;
}

slo_status slo_hist_attach(void *memory, size_t size, slo_hist **hist) {
  uint64_t front = offsetof(slo_hist, shape) - sizeof(sloi_block);
  if (hist == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, HIST_MAGIC, HIST_LAYOUT, front + sizeof(sloi_shape));
  if (status != SLO_OK) return status;
  slo_hist *h = memory;
  if (!sloi_shape_valid(&h->shape, h->block.config_size - front) || !sloi_rows_valid(&h->rows) ||
      h->rows_at != hist_rows_at(&h->shape) || h->slots_at != hist_slots_at(&h->shape, &h->rows) ||
      h->block.size != hist_size(&h->shape, &h->rows)) {
    return SLO_ECORRUPT;
  }
  sloi_hist_hot hot = hist_hot(&h->shape, &h->rows);
  if (memcmp(&h->hot, &hot, sizeof hot) != 0) return SLO_ECORRUPT;
  *hist = h;
  return SLO_OK;
}

slo_status slo_hist_create(const slo_hist_config *config, const slo_allocator *allocator,
                           slo_hist **hist, slo_error *error) {
  size_t size;
  void *memory;
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  slo_status status = slo_hist_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_hist_init(memory, size, config, hist, error);
}

void slo_hist_destroy(slo_hist *hist) {
  sloi_block_release(hist);
}

/* ---- recording ---- */

/* The way that the adds of one event take. */
typedef struct hist_way {
  sloi_rseq *here; /* NULL: atomic adds */
  uint32_t cpu;
  sloi_cell *row;
} hist_way;

static inline hist_way hist_choose(slo_hist *hist) {
  hist_way way = {hist->rows.cpus != 0 ? sloi_rseq_here() : NULL, 0, NULL};
  if (way.here != NULL && (way.cpu = sloi_rseq_cpu(way.here)) < hist->rows.cpus) {
    way.row = sloi_hist_row(hist, hist->rows.shared + way.cpu);
  } else {
    way.here = NULL;
    way.row = sloi_hist_row(hist, sloi_rows_shared_here(&hist->rows));
  }
  return way;
}

/* One add. When the processor was lost before it, a way is chosen anew: an event is up to
 * three cells and each may end in another row, since the rows are summed anyway. */
static inline void hist_add(slo_hist *hist, hist_way *way, uint64_t cell, uint64_t n) {
  while (way->here != NULL) {
    if (sloi_rseq_add(way->here, way->cpu, &way->row[cell], n)) return;
    *way = hist_choose(hist);
  }
  sloi_add_relaxed(&way->row[cell], n);
}

static inline void hist_done(const slo_hist *hist) {
  sloi_rseq *here = hist->rows.cpus != 0 ? sloi_rseq_here() : NULL;
  if (here != NULL) sloi_rseq_done(here);
}

/* Any value has a cell; those with a bucket are found faster. */
static inline uint64_t hist_cell(const slo_hist *hist, int64_t value) {
  if ((uint64_t)value - hist->hot.low >= hist->hot.range) {
    return sloi_shape_cell(&hist->shape, value);
  }
  return hist->hot.bias +
         sloi_bucket_index(sloi_shape_table(&hist->shape), hist->shape.scale, (uint64_t)value);
}

/* Any value, shape and way. Every cell is found before the first add: a load behind a locked
 * instruction waits for it. */
SLOI_SHARD_APART static void hist_record_any(slo_hist *hist, int64_t value, uint64_t n) {
  uint64_t cell = hist_cell(hist, value);
  uint64_t interval = SLOI_SHAPE_FIXED + sloi_shape_interval(&hist->shape, value);
  hist_way way = hist_choose(hist);
  hist_add(hist, &way, cell, n);
  if (value > 0) hist_add(hist, &way, SLOI_SHAPE_SUM, (uint64_t)value * n);
  if (hist->hot.intervals != 0) hist_add(hist, &way, interval, n);
  hist_done(hist);
}

/* What is left of an event of the straight way when its second or third add lost the
 * processor. */
SLOI_SHARD_APART static void hist_record_rest(slo_hist *hist, int64_t value, int with_sum) {
  hist_way way = hist_choose(hist);
  if (with_sum) hist_add(hist, &way, SLOI_SHAPE_SUM, (uint64_t)value);
  if (hist->hot.intervals != 0) {
    hist_add(hist, &way, SLOI_SHAPE_FIXED + sloi_shape_interval(&hist->shape, value), 1);
  }
  hist_done(hist);
}

/* The straight way: a value with a bucket, the usual shape, a processor with a row. Every way
 * out of it is a call in the last place, so that it saves no registers. */
void slo_hist_record(slo_hist *hist, int64_t value) {
  const sloi_hist_hot *hot = &hist->hot;
  sloi_rseq *here = sloi_rseq_here();
  uint64_t cpu = here != NULL ? sloi_rseq_cpu(here) : UINT32_MAX;
  if (cpu >= hot->straight_cpus || (uint64_t)value - hot->low >= hot->range) {
    hist_record_any(hist, value, 1);
    return;
  }
  sloi_cell *row = (sloi_cell *)(void *)((char *)hist + hot->cpu_rows_at + cpu * hot->stride);
  const uint64_t *table =
      sloi_bucket_table((const uint64_t *)(const void *)(&hist->shape + 1), HIST_USUAL_SCALE);
  sloi_cell *bucket = &row[hot->bias + sloi_bucket_index(table, HIST_USUAL_SCALE, (uint64_t)value)];
  sloi_cell *interval = &row[SLOI_SHAPE_FIXED + (value > hot->threshold)];
  if (!sloi_rseq_add(here, cpu, bucket, 1)) {
    hist_record_any(hist, value, 1);
    return;
  }
  if (!sloi_rseq_add(here, cpu, &row[SLOI_SHAPE_SUM], (uint64_t)value)) {
    hist_record_rest(hist, value, 1);
    return;
  }
  if (hot->intervals != 0 && !sloi_rseq_add(here, cpu, interval, 1)) {
    hist_record_rest(hist, value, 0);
    return;
  }
  sloi_rseq_done(here);
}

void slo_hist_record_times(slo_hist *hist, int64_t value, uint64_t n) {
  hist_record_any(hist, value, n);
}

void slo_hist_record_many(slo_hist *hist, const int64_t *values, size_t n) {
  uint64_t interval[SLO_HIST_THRESHOLDS_MAX + 1] = {0}, sum = 0;
  hist_way way = hist_choose(hist);
  for (size_t i = 0; i < n; i++) {
    hist_add(hist, &way, hist_cell(hist, values[i]), 1);
    if (values[i] > 0) sum += (uint64_t)values[i];
    interval[sloi_shape_interval(&hist->shape, values[i])]++;
  }
  if (sum != 0) hist_add(hist, &way, SLOI_SHAPE_SUM, sum);
  for (uint64_t i = 0; i < hist->hot.intervals; i++) {
    if (interval[i] != 0) hist_add(hist, &way, SLOI_SHAPE_FIXED + i, interval[i]);
  }
  hist_done(hist);
}

/* ---- reading ---- */

uint32_t slo_hist_path(const slo_hist *hist) {
  if (hist == NULL) return 0;
  return hist->rows.cpus != 0 ? SLO_PATH_CPU : SLO_PATH_SHARED;
}

slo_status slo_hist_threshold(const slo_hist *hist, uint32_t index, int64_t *threshold,
                              uint64_t *within, uint64_t *beyond) {
  if (hist == NULL || threshold == NULL || within == NULL || beyond == NULL) return SLO_EINVAL;
  if (index >= sloi_shape_threshold_count(&hist->shape)) return SLO_ERANGE;
  uint64_t w = 0, b = 0;
  for (uint64_t s = 0; s < sloi_rows_count(&hist->rows); s++) {
    const sloi_cell *row = sloi_hist_row_const(hist, s);
    for (uint64_t i = 0; i < hist->shape.intervals; i++) {
      uint64_t n = sloi_load_relaxed(&row[SLOI_SHAPE_FIXED + i]);
      if (i <= index) {
        w += n;
      } else {
        b += n;
      }
    }
  }
  *threshold = (int64_t)sloi_shape_thresholds(&hist->shape)[index];
  *within = w;
  *beyond = b;
  return SLO_OK;
}

/* ---- src/record/snapshot.h ---- */

/* snapshot.h - the row of a snapshot, for those in this room who fill one. */
#ifndef SLOI_SNAPSHOT_H
#define SLOI_SNAPSHOT_H


/* The row, to be changed: what slo_snapshot_prepare derived from it is forgotten. NULL when the
 * snapshot has another shape. */
uint64_t *sloi_snapshot_row(slo_snapshot *snapshot, const sloi_shape *shape);

#endif

/* ---- src/record/sparse.h ---- */

/*
 * sparse.h - a row of counts as bytes in a ring of words.
 *
 * For each cell that is not 0: how many cells were passed over, then the count; both as
 * varints, seven bits a byte, lowest first, the highest bit set on all bytes but the last. A row
 * begins with a word of its own.
 *
 * The words are cells, stored with release and loaded with acquire, because a reader may look at
 * what is just being overwritten (commit.h has the argument). It believes nothing: whatever the
 * words hold, it stays in the ring and in the row, and ends.
 */
#ifndef SLOI_SPARSE_H
#define SLOI_SPARSE_H


/* The most bytes a cell takes: one for no gap, ten for its count. A gap of more than one byte
 * passes over so many cells that a row of n cells never takes more than n times this. */
enum { SLOI_SPARSE_CELL_MAX = 11 };

/* ---- writing ---- */

typedef struct sloi_sparse_writer {
  sloi_cell *ring;
  uint64_t words; /* of the ring */
  uint64_t index; /* of the word that is being filled */
  uint64_t word;
  uint64_t bytes; /* written so far */
} sloi_sparse_writer;

/* n counts as bytes, at most n times SLOI_SPARSE_CELL_MAX and two more. *gap: cells passed over
 * so far, 0 at the row's begin. Returns how many bytes. */
size_t sloi_sparse_encode(const uint64_t *counts, size_t n, uint64_t *gap, unsigned char *bytes);

void sloi_sparse_append(sloi_sparse_writer *writer, const unsigned char *bytes, size_t n);

/* Stores what the last word has. */
void sloi_sparse_end(sloi_sparse_writer *writer);

/* ---- reading ---- */

typedef struct sloi_sparse_reader {
  const sloi_cell *ring;
  uint64_t words;
  uint64_t index; /* of the word to load next */
  uint64_t word;  /* what is left of the one before */
  uint64_t ahead; /* bytes in it */
  uint64_t bytes; /* left, with those */
  uint64_t cell;  /* the next one, if there is no gap */
  uint64_t cells; /* of the row */
} sloi_sparse_reader;

/* The next cell that is not 0 and its count. 1; 0 at the end; -1: nobody wrote that. */
int sloi_sparse_next(sloi_sparse_reader *reader, uint64_t *cell, uint64_t *count);

#endif

/* ---- src/record/history.c ---- */

#include <string.h>


/* Cells that are summed and written at a time: small enough for anybody's stack. */
enum { HISTORY_AT_ONCE = 32 };

/* An entry of the directory, and whose. */
typedef struct history_reading {
  uint64_t tier;
  uint64_t mark; /* time + 1 */
  uint64_t at;   /* place of its first word */
  uint64_t bytes;
} history_reading;

static const sloi_cell *history_cells(const slo_history *h, uint64_t at) {
  return (const sloi_cell *)(const void *)((const char *)h + at);
}

static sloi_cell *history_cells_owned(slo_history *h, uint64_t at) {
  return (sloi_cell *)(void *)((char *)h + at);
}

/* One attempt at the committed state (commit.h). A tier whose numbers cannot be is an empty one. */
static uint64_t history_peek(const slo_history *h, sloi_history_state *state) {
  uint64_t sequence = sloi_commit_peek(history_cells(h, h->plan.state_at),
                                       sloi_history_state_words(&h->plan), (uint64_t *)state);
  if (state->newest - 1 > (uint64_t)SLO_TIME_MAX_NS) state->newest = 0;
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    sloi_history_ring *ring = &state->ring[i];
    if (ring->head - ring->tail <= h->plan.tier[i].entries &&
        ring->end - ring->begin <= h->plan.tier[i].words) {
      continue;
    }
    ring->tail = ring->head;
    ring->begin = ring->end;
  }
  return sequence;
}

/* Was all that was loaded since of that state? Its words are overwritten after another one has
 * been committed, and who sees such a word sees that commit. */
static int history_still(const slo_history *h, uint64_t sequence) {
  return sloi_commit_still(history_cells(h, h->plan.state_at), sequence);
}

static void history_commit(slo_history *h, const sloi_history_state *state) {
  sloi_commit_store(history_cells_owned(h, h->plan.state_at), sloi_history_state_words(&h->plan),
                    (const uint64_t *)state);
}

static uint64_t history_entry_at(const sloi_history_tier *tier, uint64_t number) {
  return tier->entries_at + 8 * SLOI_HISTORY_ENTRY_WORDS * (number % tier->entries);
}

static history_reading history_look(const slo_history *h, uint64_t tier, uint64_t number) {
  const sloi_cell *entry = history_cells(h, history_entry_at(&h->plan.tier[tier], number));
  history_reading r = {tier, sloi_load_acquire(&entry[0]), sloi_load_acquire(&entry[1]),
                       sloi_load_acquire(&entry[2])};
  return r;
}

static sloi_sparse_reader history_open(const slo_history *h, const history_reading *r) {
  const sloi_history_tier *tier = &h->plan.tier[r->tier];
  sloi_sparse_reader reader = {history_cells(h, tier->words_at), tier->words, 0, 0, 0, 0, 0, 0};
  reader.index = r->at % tier->words;
  reader.bytes = r->bytes;
  reader.cells = sloi_shape_row(&h->shape);
  return reader;
}

/* ---- pushing ---- */

/* Cells at .. at + n - 1 of all rows. */
static void history_sum(const slo_hist *hist, uint64_t at, uint64_t n, uint64_t *counts) {
  memset(counts, 0, (size_t)n * sizeof *counts);
  for (uint64_t r = 0; r < sloi_rows_count(&hist->rows); r++) {
    const sloi_cell *row = sloi_hist_row_const(hist, r) + at;
    for (uint64_t i = 0; i < n; i++) counts[i] += sloi_load_relaxed(&row[i]);
  }
}

/* Does the histogram count all that its newest reading does? */
static int history_grew(const slo_history *h, const sloi_history_state *state,
                        const slo_hist *hist) {
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    const sloi_history_ring *ring = &state->ring[i];
    if (ring->head == ring->tail) continue;
    history_reading r = history_look(h, i, ring->head - 1);
    if (r.mark != state->newest) continue;
    sloi_sparse_reader reader = history_open(h, &r);
    uint64_t cell, before, now;
    int more;
    while ((more = sloi_sparse_next(&reader, &cell, &before)) > 0) {
      history_sum(hist, cell, 1, &now);
      if (now < before && cell != SLOI_SHAPE_SUM) return 0;
    }
    return more == 0;
  }
  return 1;
}

static void history_drop_oldest(const slo_history *h, sloi_history_ring *ring, uint64_t tier) {
  uint64_t begin = ring->end;
  ring->tail++;
  if (ring->tail != ring->head) begin = history_look(h, tier, ring->tail).at;
  if (begin - ring->begin > ring->end - ring->begin) { /* what is stored there is no place */
    ring->tail = ring->head;
    begin = ring->end;
  }
  ring->begin = begin;
}

/* Drops readings until there is a free entry and the words before place `to` are free. */
static void history_make_room(slo_history *h, sloi_history_state *state, uint64_t tier,
                              uint64_t to) {
  const sloi_history_tier *t = &h->plan.tier[tier];
  sloi_history_ring *ring = &state->ring[tier];
  uint64_t tail = ring->tail;
  while (ring->tail != ring->head &&
         (to - ring->begin > t->words || ring->head - ring->tail >= t->entries)) {
    history_drop_oldest(h, ring, tier);
  }
  if (ring->tail != tail) history_commit(h, state);
}

/* Writes one reading behind the newest ones of the tiers that are due (bits): summed once, so that
 * it is the same in all of them. Returns its bytes. */
static uint64_t history_write(slo_history *h, sloi_history_state *state, uint64_t due,
                              uint64_t mark, const slo_hist *hist) {
  sloi_sparse_writer writer[SLO_HISTORY_TIERS_MAX];
  uint64_t cells = sloi_shape_row(&h->shape), gap = 0, written = 0, counts[HISTORY_AT_ONCE];
  unsigned char bytes[HISTORY_AT_ONCE * SLOI_SPARSE_CELL_MAX + 2];
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    const sloi_history_tier *t = &h->plan.tier[i];
    sloi_sparse_writer begin = {history_cells_owned(h, t->words_at), t->words,
                                state->ring[i].end % t->words, 0, 0};
    writer[i] = begin;
  }
  for (uint64_t at = 0; at < cells; at += HISTORY_AT_ONCE) {
    uint64_t n = cells - at < HISTORY_AT_ONCE ? cells - at : HISTORY_AT_ONCE;
    history_sum(hist, at, n, counts);
    size_t size = sloi_sparse_encode(counts, (size_t)n, &gap, bytes);
    written += size;
    for (uint64_t i = 0; i < h->plan.tier_count; i++) {
      if (!(due >> i & 1)) continue;
      history_make_room(h, state, i, state->ring[i].end + sloi_history_words(written));
      sloi_sparse_append(&writer[i], bytes, size);
    }
  }
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    if (!(due >> i & 1)) continue;
    sloi_sparse_end(&writer[i]);
    sloi_cell *entry =
        history_cells_owned(h, history_entry_at(&h->plan.tier[i], state->ring[i].head));
    sloi_store_release(&entry[0], mark);
    sloi_store_release(&entry[1], state->ring[i].end);
    sloi_store_release(&entry[2], written);
  }
  return written;
}

slo_status slo_history_push(slo_history *history, int64_t now_ns, const slo_hist *hist,
                            uint32_t flags) {
  slo_history *h = history;
  sloi_history_state state;
  uint64_t due = 0;
  if (h == NULL || hist == NULL) return SLO_EINVAL;
  if ((flags & ~(uint32_t)SLO_HISTORY_REBASE) != 0) return SLO_EINVAL;
  if (now_ns < 0 || now_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  if (!sloi_shape_equal(&h->shape, &hist->shape)) return SLO_EINVAL;
  (void)history_peek(h, &state); /* the owner's own state stands still */
  uint64_t now = (uint64_t)now_ns, newest = state.newest - 1;
  const uint64_t all = (UINT64_C(1) << h->plan.tier_count) - 1;
  int anew = state.newest != 0 && now < newest && (flags & SLO_HISTORY_REBASE) != 0;
  if (state.newest == 0 || anew) {
    due = all;
  } else if (now > newest) {
    /* every tier has a reading in the step of the newest one: that push saw to it */
    for (uint64_t i = 0; i < h->plan.tier_count; i++) {
      uint64_t step = h->plan.tier[i].step;
      if (now / step != newest / step) due |= UINT64_C(1) << i;
    }
  }
  if (due == 0) return SLO_OK;
  if (anew || !history_grew(h, &state, hist)) {
    for (uint64_t i = 0; i < h->plan.tier_count; i++) {
      state.ring[i].tail = state.ring[i].head;
      state.ring[i].begin = state.ring[i].end;
    }
    state.newest = 0; /* killed from here on, the next push begins the history */
    history_commit(h, &state);
    due = all;
  }
  uint64_t words = sloi_history_words(history_write(h, &state, due, now + 1, hist));
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    if (!(due >> i & 1)) continue;
    state.ring[i].head++;
    state.ring[i].end += words;
  }
  state.newest = now + 1;
  history_commit(h, &state); /* everything else is done */
  return SLO_OK;
}

/* ---- reading ---- */

/* The newest reading of any tier at or before a moment, or the oldest one when there is none.
 * Readings of different tiers compare: each counts everything up to its time. 0: no reading. */
static int history_edge(const slo_history *h, const sloi_history_state *state, uint64_t time,
                        history_reading *edge) {
  int found = 0, reached = 0;
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    const sloi_history_ring *ring = &state->ring[i];
    uint64_t low = 0, high = ring->head - ring->tail; /* how many are at or before it */
    if (high == 0) continue;
    while (low < high) {
      uint64_t middle = low + (high - low) / 2;
      if (history_look(h, i, ring->tail + middle).mark - 1 <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    history_reading r = history_look(h, i, ring->tail + (low == 0 ? 0 : low - 1));
    int nearer = low != 0 ? !reached || r.mark > edge->mark : !reached && r.mark < edge->mark;
    if (!found || nearer) *edge = r;
    found = 1;
    reached |= low != 0;
  }
  return found && edge->mark - 1 <= (uint64_t)SLO_TIME_MAX_NS;
}

/* row += the reading. 0: what is stored is no reading. */
static int history_add(const slo_history *h, const history_reading *r, uint64_t *row) {
  sloi_sparse_reader reader = history_open(h, r);
  uint64_t cell, count;
  int more;
  while ((more = sloi_sparse_next(&reader, &cell, &count)) > 0) row[cell] += count;
  return more == 0;
}

/* row -= the reading. 0: it is none, or counts what the row does not. */
static int history_subtract(const slo_history *h, const history_reading *r, uint64_t *row) {
  sloi_sparse_reader reader = history_open(h, r);
  uint64_t cell, count;
  int more;
  while ((more = sloi_sparse_next(&reader, &cell, &count)) > 0) {
    if (count > row[cell] && cell != SLOI_SHAPE_SUM) return 0; /* the sum is modulo 2^64 */
    row[cell] -= count;
  }
  return more == 0;
}

static void history_clear(const slo_history *h, uint64_t *row) {
  memset(row, 0, (size_t)(8 * sloi_shape_row(&h->shape)));
}

slo_status slo_history_read(const slo_history *history, int64_t from_ns, int64_t to_ns,
                            slo_snapshot *snapshot, slo_period *used) {
  const slo_history *h = history;
  sloi_history_state state;
  history_reading from, to;
  uint64_t sequence;
  int good;
  if (h == NULL || snapshot == NULL) return SLO_EINVAL;
  if (from_ns < 0 || to_ns > SLO_TIME_MAX_NS || from_ns > to_ns) return SLO_ERANGE;
  uint64_t *row = sloi_snapshot_row(snapshot, &h->shape);
  if (row == NULL) return SLO_EINVAL;
  do {
    sequence = history_peek(h, &state);
    history_clear(h, row);
    good = history_edge(h, &state, (uint64_t)to_ns, &to) &&
           history_edge(h, &state, (uint64_t)from_ns, &from) && from.mark < to.mark &&
           history_add(h, &to, row) && history_subtract(h, &from, row);
  } while (!history_still(h, sequence));
  if (!good) {
    history_clear(h, row);
    return SLO_ENODATA;
  }
  if (used != NULL) {
    used->start_ns = (int64_t)(from.mark - 1);
    used->end_ns = (int64_t)(to.mark - 1);
  }
  return SLO_OK;
}

slo_status slo_history_since(const slo_history *history, const slo_hist *hist, int64_t from_ns,
                             slo_snapshot *snapshot, int64_t *used_ns) {
  const slo_history *h = history;
  sloi_history_state state;
  history_reading from;
  uint64_t sequence;
  int good;
  if (h == NULL || hist == NULL || snapshot == NULL) return SLO_EINVAL;
  if (from_ns < 0 || from_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  uint64_t *row = sloi_snapshot_row(snapshot, &h->shape);
  if (row == NULL || !sloi_shape_equal(&h->shape, &hist->shape)) return SLO_EINVAL;
  do {
    sequence = history_peek(h, &state);
    /* the histogram after its reading: so it has all that the reading counts */
    good = history_edge(h, &state, (uint64_t)from_ns, &from) &&
           slo_snapshot_read(snapshot, hist) == SLO_OK && history_subtract(h, &from, row);
  } while (!history_still(h, sequence));
  if (!good) {
    history_clear(h, row);
    return SLO_ENODATA;
  }
  if (used_ns != NULL) *used_ns = (int64_t)(from.mark - 1);
  return SLO_OK;
}

/* ---- src/record/history_plan.c ---- */

/* history_plan.c - from a configuration to the block of a history, and back. */
#include <string.h>


#define HISTORY_PLAN_MAGIC SLOI_BLOCK_MAGIC('h', 'y')
#define HISTORY_PLAN_LAYOUT 1
#define HISTORY_PLAN_SLOT_MIN 64
#define HISTORY_PLAN_SLOT_MAX (1 << 20)
#define HISTORY_PLAN_SLOT 3072

static void history_plan_lay_out(sloi_history_plan *plan, const sloi_shape *shape) {
  uint64_t at = sloi_round_up(offsetof(slo_history, shape) + sloi_shape_size(shape), SLO_ALIGN);
  uint64_t largest = sloi_history_words(SLOI_SPARSE_CELL_MAX * sloi_shape_row(shape));
  plan->state_at = at;
  at = sloi_round_up(at + 8 * sloi_commit_words(sloi_history_state_words(plan)), SLO_ALIGN);
  for (uint64_t i = 0; i < plan->tier_count; i++) {
    sloi_history_tier *tier = &plan->tier[i];
    /* to the one that holds t - span, and one more in case that the reading of that one came late;
     * and a free entry, so that a push need not drop an old reading that has room */
    uint64_t slots = (tier->span + tier->step - 1) / tier->step + 2;
    tier->entries = slots + 1;
    tier->entries_at = at;
    at = sloi_round_up(at + 8 * SLOI_HISTORY_ENTRY_WORDS * tier->entries, SLO_ALIGN);
    tier->words = slots * sloi_history_words(plan->slot_bytes);
    if (tier->words < 2 * largest) tier->words = 2 * largest;
    tier->words_at = at;
    at = sloi_round_up(at + 8 * tier->words, SLO_ALIGN);
  }
  plan->size = at;
}

static slo_status history_plan_check(const slo_history_tier *tiers, uint32_t count,
                                     uint64_t slot_bytes, sloi_history_plan *plan,
                                     slo_error *error) {
  int64_t step_min = SLO_SECOND_NS, span_min = 0;
  memset(plan, 0, sizeof *plan);
  for (uint32_t i = 0; i < count; i++) {
    int64_t step = tiers[i].step_ns, span = tiers[i].span_ns;
    if (step < step_min || step > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, step, step_min, SLO_TIME_MAX_NS, "tiers[%u].step_ns",
                             (unsigned)i);
    }
    int64_t most = SLO_TIME_MAX_NS / SLO_HISTORY_SLOTS_MAX;
    int64_t span_max = step > most ? SLO_TIME_MAX_NS : step * SLO_HISTORY_SLOTS_MAX;
    int64_t least = span_min > step ? span_min : step;
    if (span < least || span > span_max) {
      return sloi_fail_range(error, span, least, span_max, "tiers[%u].span_ns", (unsigned)i);
    }
    plan->tier[i].step = (uint64_t)step;
    plan->tier[i].span = (uint64_t)span;
    step_min = step + 1;
    span_min = span + 1;
  }
  if (slot_bytes < HISTORY_PLAN_SLOT_MIN || slot_bytes > HISTORY_PLAN_SLOT_MAX) {
    return sloi_fail_range(error, sloi_shown(slot_bytes), HISTORY_PLAN_SLOT_MIN,
                           HISTORY_PLAN_SLOT_MAX, "slot_bytes");
  }
  plan->tier_count = count;
  plan->slot_bytes = slot_bytes;
  return SLO_OK;
}

static slo_status history_plan_config(const sloi_shape *shape, const slo_history_config *config,
                                      sloi_history_plan *plan, slo_error *error) {
  static const slo_history_tier defaults[] = {{5 * SLO_MINUTE_NS, 6 * SLO_HOUR_NS},
                                              {SLO_HOUR_NS, 7 * SLO_DAY_NS}};
  slo_history_config c;
  slo_status status = sloi_sized_read(&c, sizeof c, config, error, "slo_history_config");
  if (status != SLO_OK) return status;
  if (c.tier_count > SLO_HISTORY_TIERS_MAX) {
    return sloi_fail_range(error, c.tier_count, 0, SLO_HISTORY_TIERS_MAX, "tier_count");
  }
  if (c.tier_count != 0 && c.tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (c.tier_count == 0) {
    c.tiers = defaults;
    c.tier_count = sizeof defaults / sizeof defaults[0];
  }
  if (c.slot_bytes == 0) c.slot_bytes = HISTORY_PLAN_SLOT;
  status = history_plan_check(c.tiers, c.tier_count, c.slot_bytes, plan, error);
  if (status == SLO_OK) history_plan_lay_out(plan, shape);
  return status;
}

slo_status slo_history_footprint(const slo_hist *hist, const slo_history_config *config,
                                 size_t *size, slo_error *error) {
  sloi_history_plan plan;
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = history_plan_config(&hist->shape, config, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

slo_status sloi_history_footprint(const slo_hist_config *latency, const slo_history_config *config,
                                  size_t *size, slo_error *error) {
  sloi_history_plan plan;
  sloi_shape shape;
  slo_hist_config c;
  slo_status status = sloi_sized_read(&c, sizeof c, latency, error, "slo_hist_config");
  if (status == SLO_OK) status = sloi_shape_plan(&c, &shape, error);
  if (status == SLO_OK) status = history_plan_config(&shape, config, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

int sloi_history_fits(const slo_history *history, const slo_hist *hist) {
  return sloi_shape_equal(&history->shape, &hist->shape);
}

slo_status slo_history_init(void *memory, size_t size, const slo_hist *hist,
                            const slo_history_config *config, slo_history **history,
                            slo_error *error) {
  sloi_history_plan plan;
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  if (history == NULL) return sloi_fail(error, SLO_EINVAL, 0, "history (NULL)");
  slo_status status = history_plan_config(&hist->shape, config, &plan, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, plan.size, HISTORY_PLAN_MAGIC, HISTORY_PLAN_LAYOUT,
                           sizeof plan + sloi_shape_size(&hist->shape), error);
  if (status != SLO_OK) return status;
  slo_history *h = memory;
  h->plan = plan;
  memcpy(&h->shape, &hist->shape, (size_t)sloi_shape_size(&hist->shape));
  sloi_block_ready(&h->block);
  *history = h;
  return SLO_OK;
}

slo_status slo_history_attach(void *memory, size_t size, slo_history **history) {
  sloi_history_plan plan;
  slo_history_tier tiers[SLO_HISTORY_TIERS_MAX];
  if (history == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, HISTORY_PLAN_MAGIC, HISTORY_PLAN_LAYOUT,
                                       sizeof plan + sizeof(sloi_shape));
  if (status != SLO_OK) return status;
  slo_history *h = memory;
  if (h->plan.tier_count < 1 || h->plan.tier_count > SLO_HISTORY_TIERS_MAX ||
      !sloi_shape_valid(&h->shape, h->block.config_size - sizeof plan)) {
    return SLO_ECORRUPT;
  }
  uint32_t count = (uint32_t)h->plan.tier_count;
  for (uint32_t i = 0; i < count; i++) {
    tiers[i].step_ns = (int64_t)h->plan.tier[i].step;
    tiers[i].span_ns = (int64_t)h->plan.tier[i].span;
  }
  if (history_plan_check(tiers, count, h->plan.slot_bytes, &plan, NULL) != SLO_OK)
    return SLO_ECORRUPT;
  history_plan_lay_out(&plan, &h->shape);
  if (h->block.size != plan.size || memcmp(&h->plan, &plan, sizeof plan) != 0) return SLO_ECORRUPT;
  *history = h;
  return SLO_OK;
}

slo_status slo_history_create(const slo_hist *hist, const slo_history_config *config,
                              const slo_allocator *allocator, slo_history **history,
                              slo_error *error) {
  size_t size;
  void *memory;
  if (history == NULL) return sloi_fail(error, SLO_EINVAL, 0, "history (NULL)");
  slo_status status = slo_history_footprint(hist, config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_history_init(memory, size, hist, config, history, error);
}

void slo_history_destroy(slo_history *history) {
  sloi_block_release(history);
}

/* ---- src/record/shape.c ---- */

#include <string.h>


#define SHAPE_PER_UNIT_MAX INT64_C(1000000000000000)

static uint64_t shape_or(uint64_t value, uint64_t when_zero) {
  return value != 0 ? value : when_zero;
}

/* first, buckets and origin from the rest. */
static void shape_derive(sloi_shape *shape) {
  uint64_t bounds[1 << SLO_HIST_SCALE_MAX], entries[2 << SLO_HIST_SCALE_MAX];
  uint32_t scale = (uint32_t)shape->scale;
  sloi_bucket_derive(scale, shape->per_unit, bounds, entries, &shape->origin);
  const uint64_t *table = sloi_bucket_table(entries, scale);
  shape->first = sloi_bucket_index(table, scale, shape->lowest);
  shape->buckets = sloi_bucket_index(table, scale, shape->highest) - shape->first + 1;
}

slo_status sloi_shape_plan(const slo_hist_config *config, sloi_shape *shape, slo_error *error) {
  uint64_t max = (uint64_t)SLO_HIST_VALUE_MAX;
  memset(shape, 0, sizeof *shape);
  shape->scale = shape_or(config->scale, 6);
  if (shape->scale < SLO_HIST_SCALE_MIN || shape->scale > SLO_HIST_SCALE_MAX) {
    return sloi_fail_range(error, (int64_t)shape->scale, SLO_HIST_SCALE_MIN, SLO_HIST_SCALE_MAX,
                           "scale");
  }
  shape->per_unit = shape_or(config->per_unit, UINT64_C(1000000000));
  if (shape->per_unit > SHAPE_PER_UNIT_MAX) {
    return sloi_fail_range(error, sloi_shown(shape->per_unit), 1, SHAPE_PER_UNIT_MAX, "per_unit");
  }
  if (config->lowest < 0 || config->lowest > SLO_HIST_VALUE_MAX) {
    return sloi_fail_range(error, config->lowest, 0, SLO_HIST_VALUE_MAX, "lowest");
  }
  shape->lowest = shape_or((uint64_t)config->lowest, shape_or(shape->per_unit / 1000000, 1));
  if (config->highest < 0 || config->highest > SLO_HIST_VALUE_MAX) {
    return sloi_fail_range(error, config->highest, 0, SLO_HIST_VALUE_MAX, "highest");
  }
  uint64_t hour = shape->per_unit > max / 3600 ? max : shape->per_unit * 3600;
  shape->highest = shape_or((uint64_t)config->highest, hour);
  if (shape->highest < shape->lowest) {
    return sloi_fail_range(error, (int64_t)shape->highest, (int64_t)shape->lowest,
                           SLO_HIST_VALUE_MAX, "highest");
  }
  if (config->threshold_count > SLO_HIST_THRESHOLDS_MAX) {
    return sloi_fail_range(error, config->threshold_count, 0, SLO_HIST_THRESHOLDS_MAX,
                           "threshold_count");
  }
  if (config->threshold_count != 0 && config->thresholds == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "thresholds (NULL)");
  }
  for (uint32_t i = 0; i < config->threshold_count; i++) {
    int64_t least = i == 0 ? 0 : config->thresholds[i - 1] + 1;
    if (config->thresholds[i] < least || config->thresholds[i] > SLO_HIST_VALUE_MAX) {
      return sloi_fail_range(error, config->thresholds[i], least, SLO_HIST_VALUE_MAX,
                             "thresholds[%u]", (unsigned)i);
    }
  }
  shape->intervals = config->threshold_count == 0 ? 0 : config->threshold_count + UINT64_C(1);
  shape_derive(shape);
  return SLO_OK;
}

void sloi_shape_fill(sloi_shape *shape, const sloi_shape *plan, const int64_t *thresholds) {
  uint64_t origin;
  memcpy(shape, plan, sizeof *shape);
  uint64_t *entries = (uint64_t *)(void *)(shape + 1);
  uint64_t *bounds = entries + ((size_t)2 << plan->scale);
  uint64_t *stored = bounds + ((size_t)1 << plan->scale);
  sloi_bucket_derive((uint32_t)plan->scale, plan->per_unit, bounds, entries, &origin);
  for (uint64_t i = 0; i < sloi_shape_threshold_count(plan); i++) {
    stored[i] = (uint64_t)thresholds[i];
  }
}

/* The plan of a shape's own configuration, at another scale or its own. */
static slo_status shape_plan_again(const sloi_shape *shape, uint32_t scale, sloi_shape *plan,
                                   slo_error *error) {
  slo_hist_config config = {0};
  int64_t thresholds[SLO_HIST_THRESHOLDS_MAX];
  config.scale = scale;
  config.per_unit = shape->per_unit;
  config.lowest = (int64_t)shape->lowest;
  config.highest = (int64_t)shape->highest;
  config.threshold_count = (uint32_t)sloi_shape_threshold_count(shape);
  config.thresholds = thresholds;
  for (uint32_t i = 0; i < config.threshold_count; i++) {
    thresholds[i] = (int64_t)sloi_shape_thresholds(shape)[i];
  }
  return sloi_shape_plan(&config, plan, error);
}

slo_status sloi_shape_coarser(const sloi_shape *shape, uint32_t scale, sloi_shape *plan,
                              slo_error *error) {
  if (scale < SLO_HIST_SCALE_MIN || scale > shape->scale) {
    return sloi_fail_range(error, scale, SLO_HIST_SCALE_MIN, (int64_t)shape->scale, "scale");
  }
  return shape_plan_again(shape, scale, plan, error);
}

int sloi_shape_valid(const sloi_shape *shape, uint64_t size) {
  if (size < sizeof *shape) return 0;
  if (shape->scale < SLO_HIST_SCALE_MIN || shape->scale > SLO_HIST_SCALE_MAX ||
      shape->intervals > SLO_HIST_THRESHOLDS_MAX + 1 || shape->intervals == 1 ||
      sloi_shape_size(shape) != size) {
    return 0;
  }
  /* Plan it again from what it says it was configured with: everything must agree. */
  sloi_shape plan;
  if (shape->per_unit == 0 || shape->lowest == 0 || shape->highest == 0) return 0;
  if (shape_plan_again(shape, (uint32_t)shape->scale, &plan, NULL) != SLO_OK) return 0;
  uint64_t bounds[1 << SLO_HIST_SCALE_MAX], entries[2 << SLO_HIST_SCALE_MAX], origin;
  sloi_bucket_derive((uint32_t)shape->scale, shape->per_unit, bounds, entries, &origin);
  return memcmp(shape, &plan, sizeof *shape) == 0 &&
         memcmp(sloi_shape_entries(shape), entries, (size_t)16 << shape->scale) == 0 &&
         memcmp(sloi_shape_bounds(shape), bounds, (size_t)8 << shape->scale) == 0;
}

int sloi_shape_equal(const sloi_shape *a, const sloi_shape *b) {
  return sloi_shape_size(a) == sloi_shape_size(b) && memcmp(a, b, (size_t)sloi_shape_size(a)) == 0;
}

int64_t sloi_shape_lower(const sloi_shape *shape, uint64_t i) {
  if (shape->first + i == 0) return 0;
  return (int64_t)sloi_bucket_upper(sloi_shape_bounds(shape), (uint32_t)shape->scale,
                                    shape->first + i - 1);
}

/* ---- src/record/shard.c ---- */


#include <unistd.h>


uint32_t slo_shard_path(void) {
  sloi_rseq *here = sloi_rseq_here();
  return here != NULL && sloi_rseq_cpu(here) < SLO_SHARDS_MAX ? SLO_PATH_CPU : SLO_PATH_SHARED;
}

/* Configured, not online: a CPU may come back. */
static uint64_t shard_cpus(void) {
  long cpus = sysconf(_SC_NPROCESSORS_CONF);
  if (cpus < 1) return 1;
  return cpus > SLO_SHARDS_MAX ? SLO_SHARDS_MAX : (uint64_t)cpus;
}

static int shard_power_of_two(uint64_t n) {
  return n != 0 && (n & (n - 1)) == 0;
}

slo_status sloi_rows_plan(uint32_t shards, uint32_t cpus, uint32_t writers, uint32_t path,
                          sloi_rows *rows, slo_error *error) {
  if (shards > SLO_SHARDS_MAX || (shards != 0 && !shard_power_of_two(shards))) {
    return sloi_fail_range(error, shards, 0, SLO_SHARDS_MAX, "shards (a power of two, or 0)");
  }
  if (cpus > SLO_SHARDS_MAX) return sloi_fail_range(error, cpus, 0, SLO_SHARDS_MAX, "cpus");
  if (writers > SLO_WRITERS_MAX) {
    return sloi_fail_range(error, writers, 0, SLO_WRITERS_MAX, "writers");
  }
  if (path > SLO_PATH_CPU) return sloi_fail_range(error, path, 0, SLO_PATH_CPU, "path");
  /* an explicit number of shared rows asks for them, unless per-CPU rows are asked for too */
  if (path == SLO_PATH_AUTO) path = shards != 0 && cpus == 0 ? SLO_PATH_SHARED : slo_shard_path();
  rows->cpus = path == SLO_PATH_CPU ? (cpus != 0 ? cpus : shard_cpus()) : 0;
  rows->shared = shards;
  if (shards == 0) {
    uint64_t wanted = path == SLO_PATH_CPU ? 1 : shard_cpus();
    for (rows->shared = 1; rows->shared < wanted;) rows->shared *= 2;
  }
  rows->owned = writers;
  return SLO_OK;
}

int sloi_rows_valid(const sloi_rows *rows) {
  return rows->shared <= SLO_SHARDS_MAX && shard_power_of_two(rows->shared) &&
         rows->cpus <= SLO_SHARDS_MAX && rows->owned <= SLO_WRITERS_MAX;
}

/* ---- src/record/snapshot.c ---- */

#include <string.h>


#define SNAPSHOT_MAGIC SLOI_BLOCK_MAGIC('s', 'n')
#define SNAPSHOT_LAYOUT 2
#define SNAPSHOT_PPB UINT32_C(1000000000)

/* The cells in the order of their values: negative, zero, underflow, buckets, overflow. */
enum { SNAPSHOT_FIRST_BUCKET = 3, SNAPSHOT_OUTSIDE = 4 };

/* Where to begin looking for a rank: one entry for each 256th of them. */
enum { SNAPSHOT_GUIDE = 256 };

typedef struct snapshot_prepared {
  uint64_t valid; /* 0: the contents have changed since */
  uint64_t count;
  uint64_t shift;
  uint64_t guide[SNAPSHOT_GUIDE];
} snapshot_prepared;

struct slo_snapshot {
  sloi_block block;
  sloi_shape shape; /* with its words, then the row, then snapshot_prepared and running sums */
};

static uint64_t snapshot_positions(const sloi_shape *shape) {
  return shape->buckets + SNAPSHOT_OUTSIDE;
}

static uint64_t snapshot_size(const sloi_shape *shape) {
  return sizeof(sloi_block) + sloi_shape_size(shape) + 8 * sloi_shape_row(shape) +
         sizeof(snapshot_prepared) + 8 * snapshot_positions(shape);
}

static uint64_t *snapshot_row(slo_snapshot *s) {
  return (uint64_t *)(void *)((char *)&s->shape + sloi_shape_size(&s->shape));
}

static const uint64_t *snapshot_row_const(const slo_snapshot *s) {
  return (const uint64_t *)(const void *)((const char *)&s->shape + sloi_shape_size(&s->shape));
}

static snapshot_prepared *snapshot_prepared_of(slo_snapshot *s) {
  return (snapshot_prepared *)(void *)(snapshot_row(s) + sloi_shape_row(&s->shape));
}

static const snapshot_prepared *snapshot_prepared_const(const slo_snapshot *s) {
  return (const snapshot_prepared *)(const void *)(snapshot_row_const(s) +
                                                   sloi_shape_row(&s->shape));
}

static slo_snapshot *snapshot_lay_out(void *memory, const sloi_shape *shape) {
  slo_snapshot *s = memory;
  memcpy(&s->shape, shape, (size_t)sloi_shape_size(shape));
  sloi_block_ready(&s->block);
  return s;
}

slo_status slo_snapshot_footprint(const slo_hist *hist, size_t *size) {
  if (hist == NULL || size == NULL) return SLO_EINVAL;
  *size = (size_t)snapshot_size(&hist->shape);
  return SLO_OK;
}

slo_status slo_snapshot_init(void *memory, size_t size, const slo_hist *hist,
                             slo_snapshot **snapshot, slo_error *error) {
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  if (snapshot == NULL) return sloi_fail(error, SLO_EINVAL, 0, "snapshot (NULL)");
  slo_status status = sloi_block_init(memory, size, snapshot_size(&hist->shape), SNAPSHOT_MAGIC,
                                      SNAPSHOT_LAYOUT, sloi_shape_size(&hist->shape), error);
  if (status != SLO_OK) return status;
  *snapshot = snapshot_lay_out(memory, &hist->shape);
  return SLO_OK;
}

slo_status slo_snapshot_attach(void *memory, size_t size, slo_snapshot **snapshot) {
  if (snapshot == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, SNAPSHOT_MAGIC, SNAPSHOT_LAYOUT, sizeof(sloi_shape));
  if (status != SLO_OK) return status;
  slo_snapshot *s = memory;
  if (!sloi_shape_valid(&s->shape, s->block.config_size) ||
      s->block.size != snapshot_size(&s->shape)) {
    return SLO_ECORRUPT;
  }
  *snapshot = s;
  return SLO_OK;
}

slo_status slo_snapshot_create(const slo_hist *hist, const slo_allocator *allocator,
                               slo_snapshot **snapshot, slo_error *error) {
  size_t size;
  void *memory;
  if (snapshot == NULL) return sloi_fail(error, SLO_EINVAL, 0, "snapshot (NULL)");
  slo_status status = slo_snapshot_footprint(hist, &size);
  if (status != SLO_OK) return sloi_fail(error, status, 0, "hist (NULL)");
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_snapshot_init(memory, size, hist, snapshot, error);
}

void slo_snapshot_destroy(slo_snapshot *snapshot) {
  sloi_block_release(snapshot);
}

uint64_t *sloi_snapshot_row(slo_snapshot *snapshot, const sloi_shape *shape) {
  if (!sloi_shape_equal(&snapshot->shape, shape)) return NULL;
  snapshot_prepared_of(snapshot)->valid = 0;
  return snapshot_row(snapshot);
}

slo_status slo_snapshot_read(slo_snapshot *snapshot, const slo_hist *hist) {
  if (snapshot == NULL || hist == NULL) return SLO_EINVAL;
  uint64_t *row = sloi_snapshot_row(snapshot, &hist->shape);
  if (row == NULL) return SLO_EINVAL;
  uint64_t cells = sloi_shape_row(&snapshot->shape);
  const sloi_cell *first = sloi_hist_row_const(hist, 0);
  for (uint64_t i = 0; i < cells; i++) row[i] = sloi_load_relaxed(&first[i]);
  for (uint64_t s = 1; s < sloi_rows_count(&hist->rows); s++) {
    const sloi_cell *more = sloi_hist_row_const(hist, s);
    for (uint64_t i = 0; i < cells; i++) row[i] += sloi_load_relaxed(&more[i]);
  }
  return SLO_OK;
}

/* Four cells at a time: an x86-64 without AVX2 has instructions for two, which still helps. */
#if defined(__GNUC__)
typedef uint64_t snapshot_cells __attribute__((vector_size(32), aligned(8), may_alias));
#define SNAPSHOT_ADD                                                    \
  uint64_t i = 0;                                                       \
  for (; i + 4 <= n; i += 4) {                                          \
    *(snapshot_cells *)(to + i) += *(const snapshot_cells *)(from + i); \
  }                                                                     \
  for (; i < n; i++) to[i] += from[i];
#else
#define SNAPSHOT_ADD \
  for (uint64_t i = 0; i < n; i++) to[i] += from[i];
#endif

static void snapshot_add_any(uint64_t *to, const uint64_t *from, uint64_t n) {
  SNAPSHOT_ADD
}

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2"))) static void snapshot_add_avx2(uint64_t *to, const uint64_t *from,
                                                              uint64_t n) {
  SNAPSHOT_ADD
}

static void snapshot_add(uint64_t *to, const uint64_t *from, uint64_t n) {
  if (__builtin_cpu_supports("avx2")) {
    snapshot_add_avx2(to, from, n);
  } else {
    snapshot_add_any(to, from, n);
  }
}
#else
static void snapshot_add(uint64_t *to, const uint64_t *from, uint64_t n) {
  snapshot_add_any(to, from, n);
}
#endif

slo_status slo_snapshot_merge(slo_snapshot *dst, const slo_snapshot *src) {
  if (dst == NULL || src == NULL || !sloi_shape_equal(&dst->shape, &src->shape)) return SLO_EINVAL;
  uint64_t *to = snapshot_row(dst);
  const uint64_t *from = snapshot_row_const(src);
  snapshot_prepared_of(dst)->valid = 0;
  snapshot_add(to, from, sloi_shape_row(&dst->shape));
  return SLO_OK;
}

slo_status slo_snapshot_subtract(slo_snapshot *dst, const slo_snapshot *src) {
  if (dst == NULL || src == NULL || !sloi_shape_equal(&dst->shape, &src->shape)) return SLO_EINVAL;
  uint64_t *to = snapshot_row(dst);
  const uint64_t *from = snapshot_row_const(src);
  uint64_t cells = sloi_shape_row(&dst->shape);
  for (uint64_t i = SLOI_SHAPE_SUM + 1; i < cells; i++) {
    if (from[i] > to[i]) return SLO_ERANGE;
  }
  snapshot_prepared_of(dst)->valid = 0;
  for (uint64_t i = 0; i < cells; i++) to[i] -= from[i]; /* the sum is modulo 2^64 anyway */
  return SLO_OK;
}

slo_status slo_snapshot_summarize(const slo_snapshot *snapshot, slo_snapshot_summary *summary) {
  if (snapshot == NULL || summary == NULL) return SLO_EINVAL;
  const sloi_shape *shape = &snapshot->shape;
  const uint64_t *row = snapshot_row_const(snapshot);
  const uint64_t *bucket = row + sloi_shape_bucket_cell(shape);
  slo_snapshot_summary s = {0};
  s.scale = (uint32_t)shape->scale;
  s.sum = row[SLOI_SHAPE_SUM];
  s.negative = row[SLOI_SHAPE_NEGATIVE];
  s.zero = row[SLOI_SHAPE_ZERO];
  s.underflow = row[SLOI_SHAPE_UNDERFLOW];
  s.overflow = row[SLOI_SHAPE_OVERFLOW];
  s.count = s.negative + s.zero + s.underflow + s.overflow;
  uint64_t low = shape->buckets, high = 0; /* used buckets; high is one past the last */
  for (uint64_t i = 0; i < shape->buckets; i++) {
    if (bucket[i] == 0) continue;
    if (high == 0) low = i;
    high = i + 1;
    s.count += bucket[i];
  }
  int64_t top = sloi_shape_upper(shape, shape->buckets - 1);
  if (s.negative != 0) {
    s.min = -1;
  } else if (s.zero == 0 && s.underflow == 0) {
    s.min = high != 0 ? sloi_shape_lower(shape, low) : top;
  }
  if (s.overflow != 0) {
    s.max = INT64_MAX;
  } else if (high != 0) {
    s.max = sloi_shape_upper(shape, high - 1);
  } else if (s.underflow != 0) {
    s.max = (int64_t)shape->lowest - 1;
  } else if (s.zero == 0) {
    s.max = -1;
  }
  if (s.count == 0) s.min = s.max = 0;
  slo_status status = sloi_sized_write(summary, &s, sizeof s);
  if (status != SLO_OK) return status;
  return s.count == 0 ? SLO_ENODATA : SLO_OK;
}

slo_status slo_snapshot_downscale_footprint(const slo_snapshot *src, uint32_t scale, size_t *size) {
  sloi_shape plan;
  if (src == NULL || size == NULL) return SLO_EINVAL;
  slo_status status = sloi_shape_coarser(&src->shape, scale, &plan, NULL);
  if (status == SLO_OK) *size = (size_t)snapshot_size(&plan);
  return status;
}

slo_status slo_snapshot_downscale(const slo_snapshot *src, uint32_t scale, void *memory,
                                  size_t size, slo_snapshot **dst, slo_error *error) {
  sloi_shape plan;
  if (src == NULL) return sloi_fail(error, SLO_EINVAL, 0, "src (NULL)");
  if (dst == NULL) return sloi_fail(error, SLO_EINVAL, 0, "dst (NULL)");
  slo_status status = sloi_shape_coarser(&src->shape, scale, &plan, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, snapshot_size(&plan), SNAPSHOT_MAGIC, SNAPSHOT_LAYOUT,
                           sloi_shape_size(&plan), error);
  if (status != SLO_OK) return status;
  slo_snapshot *s = memory;
  sloi_shape_fill(&s->shape, &plan, (const int64_t *)sloi_shape_thresholds(&src->shape));
  sloi_block_ready(&s->block);
  uint64_t *to = snapshot_row(s);
  const uint64_t *from = snapshot_row_const(src);
  uint64_t before = sloi_shape_bucket_cell(&plan);
  memcpy(to, from, (size_t)(8 * before));
  for (uint64_t i = 0; i < src->shape.buckets; i++) {
    /* a coarser grid has a subset of the boundaries: any value inside leads to the right one */
    uint64_t inside = (uint64_t)sloi_shape_upper(&src->shape, i);
    uint64_t bucket = sloi_bucket_index(sloi_shape_table(&s->shape), plan.scale, inside);
    to[before + bucket - plan.first] += from[before + i];
  }
  *dst = s;
  return SLO_OK;
}

/* ---- quantiles ---- */

/* The upper bound of the cell at a position in the order of values. */
static int64_t snapshot_upper(const sloi_shape *shape, uint64_t position) {
  if (position - SNAPSHOT_FIRST_BUCKET < shape->buckets) {
    return sloi_shape_upper(shape, position - SNAPSHOT_FIRST_BUCKET);
  }
  if (position == 0) return -1;
  if (position == 1) return 0;
  return position == 2 ? (int64_t)shape->lowest - 1 : INT64_MAX;
}

static uint64_t snapshot_cell(const slo_snapshot *s, uint64_t position) {
  const uint64_t *row = snapshot_row_const(s);
  uint64_t bucket = position - SNAPSHOT_FIRST_BUCKET;
  if (bucket < s->shape.buckets) return row[sloi_shape_bucket_cell(&s->shape) + bucket];
  if (position < SNAPSHOT_FIRST_BUCKET) return row[SLOI_SHAPE_NEGATIVE + position];
  return row[SLOI_SHAPE_OVERFLOW];
}

static uint64_t snapshot_count(const slo_snapshot *s) {
  const uint64_t *row = snapshot_row_const(s);
  const uint64_t *bucket = row + sloi_shape_bucket_cell(&s->shape);
  uint64_t count = row[SLOI_SHAPE_NEGATIVE] + row[SLOI_SHAPE_ZERO] + row[SLOI_SHAPE_UNDERFLOW] +
                   row[SLOI_SHAPE_OVERFLOW];
  for (uint64_t i = 0; i < s->shape.buckets; i++) count += bucket[i];
  return count;
}

/* ceil(q * count), at least 1. */
static uint64_t snapshot_rank(uint64_t count, uint32_t quantile_ppb) {
  uint64_t rank;
  if (count < UINT64_C(1) << 33) { /* fits, and is the common case */
    rank = (count * quantile_ppb + SNAPSHOT_PPB - 1) / SNAPSHOT_PPB;
  } else {
    sloi_u128 product = sloi_u128_multiply(count, quantile_ppb);
    product = sloi_u128_add(product, sloi_u128_of(SNAPSHOT_PPB - 1));
    rank = sloi_u128_divide(product, sloi_u128_of(SNAPSHOT_PPB));
  }
  return rank != 0 ? rank : 1;
}

slo_status slo_snapshot_prepare(slo_snapshot *snapshot) {
  if (snapshot == NULL) return SLO_EINVAL;
  snapshot_prepared *p = snapshot_prepared_of(snapshot);
  uint64_t *running = (uint64_t *)(void *)(p + 1);
  uint64_t positions = snapshot_positions(&snapshot->shape), sum = 0;
  for (uint64_t i = 0; i < positions; i++) running[i] = sum += snapshot_cell(snapshot, i);
  p->count = sum;
  for (p->shift = 0; sum != 0 && (sum - 1) >> p->shift >= SNAPSHOT_GUIDE;) p->shift++;
  for (uint64_t g = 0, i = 0; g < SNAPSHOT_GUIDE; g++) {
    while (i + 1 < positions && running[i] <= g << p->shift) i++;
    p->guide[g] = i;
  }
  p->valid = 1;
  return SLO_OK;
}

slo_status slo_snapshot_quantile(const slo_snapshot *snapshot, uint32_t quantile_ppb,
                                 int64_t *value) {
  if (snapshot == NULL || value == NULL) return SLO_EINVAL;
  const snapshot_prepared *p = snapshot_prepared_const(snapshot);
  if (p->valid != 1) return slo_snapshot_quantiles(snapshot, &quantile_ppb, 1, value);
  if (quantile_ppb > SNAPSHOT_PPB) return SLO_ERANGE;
  if (p->count == 0) return SLO_ENODATA;
  const uint64_t *running = (const uint64_t *)(const void *)(p + 1);
  uint64_t rank = snapshot_rank(p->count, quantile_ppb);
  uint64_t last = snapshot_positions(&snapshot->shape) - 1;
  uint64_t position = p->guide[((rank - 1) >> (p->shift & 63)) & (SNAPSHOT_GUIDE - 1)];
  while (position < last && running[position] < rank) position++;
  *value = snapshot_upper(&snapshot->shape, position);
  return SLO_OK;
}

slo_status slo_snapshot_quantiles(const slo_snapshot *snapshot, const uint32_t *quantiles_ppb,
                                  size_t n, int64_t *values) {
  if (snapshot == NULL || ((quantiles_ppb == NULL || values == NULL) && n != 0)) return SLO_EINVAL;
  for (size_t i = 0; i < n; i++) {
    if (quantiles_ppb[i] > SNAPSHOT_PPB) return SLO_ERANGE;
    if (i > 0 && quantiles_ppb[i] < quantiles_ppb[i - 1]) return SLO_ERANGE;
  }
  uint64_t count = snapshot_count(snapshot), last = snapshot_positions(&snapshot->shape) - 1;
  if (count == 0) return SLO_ENODATA;
  uint64_t position = 0, seen = snapshot_cell(snapshot, 0);
  for (size_t i = 0; i < n; i++) {
    uint64_t rank = snapshot_rank(count, quantiles_ppb[i]);
    while (seen < rank && position < last) seen += snapshot_cell(snapshot, ++position);
    values[i] = snapshot_upper(&snapshot->shape, position);
  }
  return SLO_OK;
}

slo_status slo_snapshot_count_le(const slo_snapshot *snapshot, int64_t value, uint64_t *count) {
  if (snapshot == NULL || count == NULL) return SLO_EINVAL;
  uint64_t sum = 0;
  for (uint64_t p = 0; p < snapshot_positions(&snapshot->shape); p++) {
    if (snapshot_upper(&snapshot->shape, p) > value) break;
    sum += snapshot_cell(snapshot, p);
  }
  *count = sum;
  return SLO_OK;
}

slo_status slo_snapshot_mean(const slo_snapshot *snapshot, double *mean) {
  slo_snapshot_summary s = {0};
  s.struct_size = (uint32_t)sizeof s;
  if (mean == NULL) return SLO_EINVAL;
  slo_status status = slo_snapshot_summarize(snapshot, &s);
  if (status != SLO_OK) return status;
  if (s.count == s.negative) return SLO_ENODATA;
  *mean = (double)s.sum / (double)(s.count - s.negative);
  return SLO_OK;
}

slo_status slo_snapshot_threshold(const slo_snapshot *snapshot, uint32_t index, int64_t *threshold,
                                  uint64_t *within, uint64_t *beyond) {
  if (snapshot == NULL || threshold == NULL || within == NULL || beyond == NULL) return SLO_EINVAL;
  const sloi_shape *shape = &snapshot->shape;
  if (index >= sloi_shape_threshold_count(shape)) return SLO_ERANGE;
  const uint64_t *interval = snapshot_row_const(snapshot) + SLOI_SHAPE_FIXED;
  uint64_t w = 0, b = 0;
  for (uint64_t i = 0; i <= index; i++) w += interval[i];
  for (uint64_t i = index + UINT64_C(1); i < shape->intervals; i++) b += interval[i];
  *threshold = (int64_t)sloi_shape_thresholds(shape)[index];
  *within = w;
  *beyond = b;
  return SLO_OK;
}

slo_status slo_snapshot_bucket(const slo_snapshot *snapshot, uint32_t i, slo_bucket *bucket) {
  if (snapshot == NULL || bucket == NULL) return SLO_EINVAL;
  const sloi_shape *shape = &snapshot->shape;
  if (i >= shape->buckets) return SLO_ERANGE;
  slo_bucket b = {0};
  b.index = (int32_t)((int64_t)(shape->first + i) - (int64_t)shape->origin);
  b.lower = sloi_shape_lower(shape, i);
  b.upper = sloi_shape_upper(shape, i);
  b.count = snapshot_row_const(snapshot)[sloi_shape_bucket_cell(shape) + i];
  return sloi_sized_write(bucket, &b, sizeof b);
}

/* ---- src/record/sparse.c ---- */

static size_t sparse_put(unsigned char *bytes, uint64_t value) {
  size_t n = 0;
  for (; value > 127; value >>= 7) bytes[n++] = (unsigned char)(value | 128);
  bytes[n++] = (unsigned char)value;
  return n;
}

size_t sloi_sparse_encode(const uint64_t *counts, size_t n, uint64_t *gap, unsigned char *bytes) {
  size_t size = 0;
  for (size_t i = 0; i < n; i++) {
    if (counts[i] == 0) {
      ++*gap;
      continue;
    }
    size += sparse_put(bytes + size, *gap);
    size += sparse_put(bytes + size, counts[i]);
    *gap = 0;
  }
  return size;
}

static void sparse_store(sloi_sparse_writer *w) {
  sloi_store_release(&w->ring[w->index], w->word);
  w->index = w->index + 1 == w->words ? 0 : w->index + 1;
  w->word = 0;
}

void sloi_sparse_append(sloi_sparse_writer *writer, const unsigned char *bytes, size_t n) {
  for (size_t i = 0; i < n; i++) {
    writer->word |= (uint64_t)bytes[i] << 8 * (writer->bytes % 8);
    if (++writer->bytes % 8 == 0) sparse_store(writer);
  }
}

void sloi_sparse_end(sloi_sparse_writer *writer) {
  if (writer->bytes % 8 != 0) sparse_store(writer);
}

/* 0: the bytes end before the number does, or it has more than 64 bits. */
static int sparse_take(sloi_sparse_reader *r, uint64_t *value) {
  uint64_t byte = 128;
  *value = 0;
  for (unsigned shift = 0; byte > 127; shift += 7) {
    if (r->bytes == 0 || shift > 63) return 0;
    if (r->ahead == 0) {
      r->word = sloi_load_acquire(&r->ring[r->index]);
      r->index = r->index + 1 == r->words ? 0 : r->index + 1;
      r->ahead = 8;
    }
    byte = r->word & 255;
    if (shift == 63 && byte > 1) return 0;
    *value |= (byte & 127) << shift;
    r->word >>= 8;
    r->ahead--;
    r->bytes--;
  }
  return 1;
}

int sloi_sparse_next(sloi_sparse_reader *reader, uint64_t *cell, uint64_t *count) {
  uint64_t gap;
  if (reader->bytes == 0) return 0;
  if (!sparse_take(reader, &gap) || gap >= reader->cells - reader->cell) return -1;
  if (!sparse_take(reader, count)) return -1;
  *cell = reader->cell + gap;
  reader->cell = *cell + 1;
  return 1;
}

/* ---- src/record/writer.c ---- */

/*
 * writer.c - handles on owned rows.
 *
 * A slot is a word: its owner in the upper half (nobody, somebody without a lock, or the process
 * of one with a lock) and the owner's turn in the lower one, so that no value comes back.
 * Opening claims it by one compare-and-swap: two openers never get the same row. A slot with a
 * locked owner of another process is claimed only by who was given that lock, which the
 * kernel does when the owner is dead.
 *
 * Locks of the kernel belong to processes: it grants one again to another thread of its holder,
 * and that thread's release would drop it for both. So slots of this process are left alone,
 * a lock is confirmed after the claim (the last owner's release comes before its slot is
 * free, so none can come later), and only closing releases one, before it frees the slot.
 * tests/test_model.py explores both, with planted bugs.
 */

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif


/* The hot half of a handle is wiped on fork, the cold half is not and says where to go then.
 * The distance suits the largest pages there are. */
#define WRITER_COLD_AT ((size_t)65536)

typedef struct writer_cold {
  void *object; /* the histogram or counter */
  sloi_cell *slot;
  uint64_t number;
  uint64_t mine; /* what the slot holds while it is ours */
  int locked;
  slo_writer_lock lock;
} writer_cold;

static writer_cold *writer_cold_of(void *hot) {
  return (writer_cold *)(void *)((char *)hot + WRITER_COLD_AT);
}

static void *writer_allocate(void) {
  void *hot = mmap(NULL, WRITER_COLD_AT + sizeof(writer_cold), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (hot == MAP_FAILED) return NULL;
#if defined(MADV_WIPEONFORK)
  (void)madvise(hot, WRITER_COLD_AT, MADV_WIPEONFORK); /* an old kernel: see the header */
#endif
  return hot;
}

static void writer_free(void *hot) {
  (void)munmap(hot, WRITER_COLD_AT + sizeof(writer_cold));
}

/* The upper half of a slot; processes are odd. */
enum { WRITER_FREE = 0, WRITER_UNLOCKED = 2 };

/* This process: an accident of 1 in 2^31 makes a dead owner's row stay retired, nothing worse.
 * The number alone would not do: in containers all begin with 1. The 16 random bytes that the
 * kernel gives at every exec also guard stacks and pointers: each half hides the other in what
 * is written down. */
static uint64_t writer_process(void) {
  uint64_t id = (uint64_t)getpid();
#if defined(__linux__)
  const void *random = (const void *)getauxval(AT_RANDOM);
  uint64_t half[2] = {0, 0};
  if (random != NULL) memcpy(half, random, sizeof half);
  id = (id ^ half[0]) * UINT64_C(0x9e3779b97f4a7c15);
  id = (id ^ id >> 32) + half[1];
#endif
  id *= UINT64_C(0x9e3779b97f4a7c15);
  return id >> 32 | 1;
}

/* The same slot with another owner, or none; each one has a turn of its own. */
static uint64_t writer_owned_by(uint64_t slot, uint64_t owner) {
  return owner << 32 | (uint32_t)(slot + (owner != WRITER_FREE));
}

/* Is it nobody's, or that of an owner in another process, who may be dead? */
static int writer_claimable(uint64_t slot, uint64_t process) {
  return slot >> 32 != WRITER_UNLOCKED && slot >> 32 != process;
}

/* Claims one slot; 0 when it has an owner that lives, or may. *mine: what the slot holds then. */
static int writer_claim(sloi_cell *slot, uint32_t number, const slo_writer_lock *lock,
                        uint64_t *mine) {
  uint64_t seen = sloi_load_relaxed(slot);
  if (lock == NULL) {
    *mine = writer_owned_by(seen, WRITER_UNLOCKED);
    return seen >> 32 == WRITER_FREE && sloi_claim_acq_rel(slot, seen, *mine);
  }
  uint64_t process = writer_process();
  if (!writer_claimable(seen, process) || !lock->acquire(lock->context, number)) return 0;
  /* From here on the lock is not released on failure: it may be another thread's of ours. */
  seen = sloi_load_relaxed(slot);
  *mine = writer_owned_by(seen, process);
  if (!writer_claimable(seen, process) || !sloi_claim_acq_rel(slot, seen, *mine)) return 0;
  if (lock->acquire(lock->context, number)) return 1;
  /* lost in between; nothing was added */
  (void)sloi_claim_acq_rel(slot, *mine, writer_owned_by(*mine, WRITER_FREE));
  return 0;
}

static slo_status writer_open(void *object, sloi_cell *slots, uint64_t count,
                              const slo_writer_lock *lock, void **writer) {
  if (lock != NULL && (lock->acquire == NULL || lock->release == NULL)) return SLO_EINVAL;
  void *hot = writer_allocate();
  if (hot == NULL) return SLO_ENOMEM;
  writer_cold *cold = writer_cold_of(hot);
  for (uint64_t i = 0; i < count; i++) {
    if (!writer_claim(&slots[i], (uint32_t)i, lock, &cold->mine)) continue;
    cold->object = object;
    cold->slot = &slots[i];
    cold->number = i;
    cold->locked = lock != NULL;
    if (lock != NULL) cold->lock = *lock;
    *writer = hot;
    return SLO_OK;
  }
  writer_free(hot);
  return SLO_EBUSY;
}

static void writer_close(void *hot, int alive) {
  if (alive) { /* else the row is the parent's */
    const writer_cold *cold = writer_cold_of(hot);
    /* Whoever is given the lock in between takes the row over: nothing is added any more. */
    if (cold->locked) cold->lock.release(cold->lock.context, (uint32_t)cold->number);
    (void)sloi_claim_acq_rel(cold->slot, cold->mine, writer_owned_by(cold->mine, WRITER_FREE));
  }
  writer_free(hot);
}

/* ---- histograms ---- */

slo_status slo_hist_writer_open(slo_hist *hist, const slo_writer_lock *lock,
                                slo_hist_writer **writer) {
  void *hot;
  if (hist == NULL || writer == NULL) return SLO_EINVAL;
  slo_status status = writer_open(hist, sloi_hist_slot(hist, 0), hist->rows.owned, lock, &hot);
  if (status != SLO_OK) return status;
  const sloi_shape *shape = &hist->shape;
  slo_hist_writer *w = hot;
  uint64_t number = hist->rows.shared + hist->rows.cpus + writer_cold_of(hot)->number;
  /* only its owner writes this row, and readers load its cells atomically */
  w->row = (uint64_t *)(void *)sloi_hist_row(hist, number);
  w->cells = w->row + sloi_shape_bucket_cell(shape) - shape->first;
  w->table = sloi_shape_table(shape);
  w->scale = shape->scale;
  w->thresholds = sloi_shape_thresholds(shape);
  w->intervals = shape->intervals;
  w->low = hist->hot.low;
  w->range = hist->hot.range;
  *writer = w;
  return SLO_OK;
}

void slo_hist_writer_close(slo_hist_writer *writer) {
  if (writer != NULL) writer_close(writer, writer->row != NULL);
}

void slo_hist_writer_record(slo_hist_writer *writer, int64_t value) {
  slo_hist_writer_record_inline(writer, value);
}

void slo_hist_writer_record_rare(slo_hist_writer *writer, int64_t value) {
  slo_hist *hist = writer_cold_of(writer)->object;
  if (writer->row == NULL) {
    slo_hist_record(hist, value);
    return;
  }
  sloi_add_owned(&writer->row[sloi_shape_cell(&hist->shape, value)], 1);
  if (value > 0) sloi_add_owned(&writer->row[SLOI_SHAPE_SUM], (uint64_t)value);
  if (writer->intervals != 0) {
    sloi_add_owned(&writer->row[SLOI_SHAPE_FIXED + sloi_shape_interval(&hist->shape, value)], 1);
  }
}

void slo_hist_writer_record_many(slo_hist_writer *writer, const int64_t *values, size_t n) {
  for (size_t i = 0; i < n; i++) slo_hist_writer_record_inline(writer, values[i]);
}

/* ---- counters ---- */

slo_status slo_counter_writer_open(slo_counter *counter, const slo_writer_lock *lock,
                                   slo_counter_writer **writer) {
  void *hot;
  if (counter == NULL || writer == NULL) return SLO_EINVAL;
  slo_status status =
      writer_open(counter, sloi_counter_slot(counter, 0), counter->rows.owned, lock, &hot);
  if (status != SLO_OK) return status;
  slo_counter_writer *w = hot;
  uint64_t number = counter->rows.shared + counter->rows.cpus + writer_cold_of(hot)->number;
  w->cells = (uint64_t *)(void *)counter->row[number].cell;
  w->outcomes = SLOI_COUNTER_UNKNOWN;
  *writer = w;
  return SLO_OK;
}

void slo_counter_writer_close(slo_counter_writer *writer) {
  if (writer != NULL) writer_close(writer, writer->cells != NULL);
}

void slo_counter_writer_record(slo_counter_writer *writer, slo_outcome outcome) {
  slo_counter_writer_record_inline(writer, outcome);
}

void slo_counter_writer_record_rare(slo_counter_writer *writer, slo_outcome outcome) {
  if (writer->cells == NULL) {
    slo_counter_record(writer_cold_of(writer)->object, outcome);
    return;
  }
  sloi_add_owned(&writer->cells[sloi_counter_cell(outcome)], 1);
}

/* ---- src/sim/backtest.h ---- */

/* backtest.h - what the block of a back-test holds: backtest_plan.c lays it out, backtest.c moves
 * it on, backtest_read.c adds up. */
#ifndef SLOI_BACKTEST_H
#define SLOI_BACKTEST_H


/* Configurations without their tiers, which lie at tiers_at. Offsets are bytes from the block's
 * start. */
typedef struct sloi_backtest_policy {
  slo_alert_config config;
  uint64_t tiers_at;
  uint64_t alert_at;
  uint64_t alert_size;
  uint64_t found_at; /* a sloi_backtest_found of each incident */
  uint64_t cursor;   /* of slo_alert_next */
  int64_t fired_ns;  /* since when it fires; -1: it does not */
  uint64_t first;    /* of the incidents that this page may be of */
  uint64_t pages;
  uint64_t pages_true;
  uint64_t shift; /* the newest with a page, how many, and the most of one */
  uint64_t shift_pages;
  uint64_t shift_most;
} sloi_backtest_policy;

/* What a policy made of an incident. */
typedef struct sloi_backtest_found {
  int64_t detected_ns;         /* after its start; -1: not */
  uint64_t spent;              /* bad events by then */
  int64_t stopped_ns;          /* when its last page did */
  int64_t closed_detection_ns; /* -1: never, or not said */
  int64_t closed_reset_ns;
} sloi_backtest_found;

struct slo_backtest {
  sloi_block block;
  uint64_t policy_count;
  uint64_t incident_count;
  uint64_t severity;
  uint64_t objective_ppb;
  int64_t period_ns;
  int64_t grace_ns;
  int64_t shift_ns;
  slo_window_config window;
  uint64_t window_tiers_at;
  uint64_t window_at;
  uint64_t window_size;
  uint64_t incidents_at;
  uint64_t spent_at; /* uint64_t of each incident: what was bad in it so far */
  /* from here on it changes */
  uint64_t slots;
  int64_t first_ns;
  int64_t newest_ns;
  slo_counts total;
  uint64_t due; /* the first incident whose grace is not over */
  sloi_backtest_policy policy[];
};

static inline void *sloi_backtest_at(slo_backtest *b, uint64_t at) {
  return (char *)b + at;
}

static inline const void *sloi_backtest_at_const(const slo_backtest *b, uint64_t at) {
  return (const char *)b + at;
}

static inline const slo_incident *sloi_backtest_incidents(const slo_backtest *b) {
  return sloi_backtest_at_const(b, b->incidents_at);
}

/* When the last page that is still an incident's may come. */
static inline int64_t sloi_backtest_until(const slo_backtest *b, const slo_incident *incident) {
  int64_t end_ns = incident->period.end_ns;
  return b->grace_ns < SLO_TIME_MAX_NS - end_ns ? end_ns + b->grace_ns : SLO_TIME_MAX_NS;
}

/* Window and alerts as if nothing had happened. */
void sloi_backtest_lay_out(slo_backtest *backtest);

#endif

/* ---- src/sim/backtest.c ---- */

static slo_window *backtest_window(slo_backtest *b) {
  return sloi_backtest_at(b, b->window_at);
}

/* ---- incidents ---- */

static void backtest_detect(sloi_backtest_found *found, int64_t after_ns, uint64_t spent) {
  if (found->detected_ns >= 0) return; /* by an earlier page */
  found->detected_ns = after_ns;
  found->spent = spent;
}

static void backtest_page(slo_backtest *b, sloi_backtest_policy *p, int64_t at_ns) {
  const slo_incident *incidents = sloi_backtest_incidents(b);
  const uint64_t *spent = sloi_backtest_at_const(b, b->spent_at);
  sloi_backtest_found *found = sloi_backtest_at(b, p->found_at);
  uint64_t i = b->due, shift = (uint64_t)((at_ns - b->first_ns - 1) / b->shift_ns);
  p->fired_ns = at_ns;
  p->first = i;
  p->pages++;
  if (shift != p->shift) p->shift_pages = 0;
  p->shift = shift;
  if (++p->shift_pages > p->shift_most) p->shift_most = p->shift_pages;
  if (i < b->incident_count && incidents[i].period.start_ns < at_ns) p->pages_true++;
  for (; i < b->incident_count && incidents[i].period.start_ns < at_ns; i++) {
    backtest_detect(&found[i], at_ns - incidents[i].period.start_ns, spent[i]);
  }
}

/* It has stopped firing: the page was that of all incidents begun since, and of those before whose
 * grace was not over. */
static void backtest_stop(slo_backtest *b, sloi_backtest_policy *p, int64_t at_ns) {
  const slo_incident *incidents = sloi_backtest_incidents(b);
  sloi_backtest_found *found = sloi_backtest_at(b, p->found_at);
  for (uint64_t i = p->first; i < b->incident_count; i++) {
    if (incidents[i].period.start_ns >= at_ns) break;
    found[i].stopped_ns = at_ns;
  }
  p->fired_ns = -1;
}

/* What the slot means for incidents: those that it touches spend, and whose page fires already when
 * they begin are detected. */
static void backtest_incidents(slo_backtest *b, int64_t begin_ns, int64_t end_ns, uint64_t bad) {
  const slo_incident *incidents = sloi_backtest_incidents(b);
  uint64_t *spent = sloi_backtest_at(b, b->spent_at);
  for (uint64_t i = b->due; i < b->incident_count; i++) {
    const slo_period *period = &incidents[i].period;
    if (period->start_ns >= end_ns) break;
    if (period->end_ns > begin_ns) spent[i] += bad;
    for (uint64_t k = 0; k < b->policy_count && period->start_ns >= begin_ns; k++) {
      sloi_backtest_found *found = sloi_backtest_at(b, b->policy[k].found_at);
      if (b->policy[k].fired_ns >= 0) backtest_detect(&found[i], 0, 0);
    }
  }
  while (b->due < b->incident_count && sloi_backtest_until(b, &incidents[b->due]) < end_ns) {
    b->due++;
  }
}

/* ---- steps ---- */

static void backtest_follow(slo_backtest *b, sloi_backtest_policy *p) {
  slo_alert *alert = sloi_backtest_at(b, p->alert_at);
  slo_transition t = SLO_SIZED(slo_transition);
  (void)slo_alert_step(alert, backtest_window(b), NULL, 0);
  while (slo_alert_next(alert, &p->cursor, &t) == SLO_OK) { /* a step makes less than are kept */
    if (t.severity != b->severity || (t.from == SLO_ALERT_FIRING) == (t.to == SLO_ALERT_FIRING)) {
      continue;
    }
    if (t.to == SLO_ALERT_FIRING) {
      backtest_page(b, p, t.at_ns);
    } else {
      backtest_stop(b, p, t.at_ns);
    }
  }
}

slo_status slo_backtest_step(slo_backtest *backtest, int64_t end_ns, const slo_counts *slot) {
  slo_backtest *b = backtest;
  if (b == NULL || slot == NULL) return SLO_EINVAL;
  if (end_ns < 0 || end_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  if (b->slots != 0 && end_ns <= b->newest_ns) return SLO_ERANGE;
  slo_counts total = b->total;
  const uint64_t most = (uint64_t)INT64_MAX;
  if (slot->good > most - total.good - total.bad) return SLO_ERANGE;
  if (slot->bad > most - total.good - total.bad - slot->good) return SLO_ERANGE;
  if (slot->excluded > most - total.excluded) return SLO_ERANGE;
  if (b->slots != 0) {
    total.good += slot->good;
    total.bad += slot->bad;
    total.excluded += slot->excluded;
  }
  slo_status status = slo_window_push(backtest_window(b), end_ns, &total, 0);
  if (status != SLO_OK) return status;
  if (b->slots == 0) {
    b->first_ns = end_ns;
  } else {
    backtest_incidents(b, b->newest_ns, end_ns, slot->bad);
  }
  b->total = total;
  b->newest_ns = end_ns;
  b->slots++;
  for (uint64_t i = 0; i < b->policy_count; i++) backtest_follow(b, &b->policy[i]);
  return SLO_OK;
}

slo_status slo_backtest_restart(slo_backtest *backtest) {
  slo_backtest *b = backtest;
  if (b == NULL) return SLO_EINVAL;
  sloi_backtest_lay_out(b);
  if (b->slots == 0) return SLO_OK;
  (void)slo_window_push(backtest_window(b), b->newest_ns, &b->total, 0);
  for (uint64_t i = 0; i < b->policy_count; i++) {
    sloi_backtest_policy *p = &b->policy[i];
    if (p->fired_ns >= 0) backtest_stop(b, p, b->newest_ns);
    p->cursor = 0;
    backtest_follow(b, p);
  }
  return SLO_OK;
}

/* ---- src/sim/backtest_plan.c ---- */

/* backtest_plan.c - from a configuration to the block of a back-test. */
#include <stddef.h>
#include <stdio.h>


#define BACKTEST_PLAN_MAGIC SLOI_BLOCK_MAGIC('b', 't')
#define BACKTEST_PLAN_LAYOUT 1
#define BACKTEST_PLAN_SHIFT_NS (12 * SLO_HOUR_NS)
#define BACKTEST_PLAN_ALL_PPB 1000000000

/* ---- check ---- */

/* Calls a part's error by the place of that part, "policies[3]". */
static slo_status backtest_plan_within(slo_error *error, slo_status status, const slo_error *part,
                                       const char *place) {
  if (part->min > part->max) {
    return sloi_fail(error, status, part->value, "%s.%.40s", place, part->field);
  }
  return sloi_fail_range(error, part->value, part->min, part->max, "%s.%.40s", place, part->field);
}

static slo_status backtest_plan_scalars(const slo_backtest_config *c, slo_error *error) {
  if (c->policy_count < 1 || c->policy_count > SLO_BACKTEST_POLICIES_MAX) {
    return sloi_fail_range(error, c->policy_count, 1, SLO_BACKTEST_POLICIES_MAX, "policy_count");
  }
  if (c->policies == NULL) return sloi_fail(error, SLO_EINVAL, 0, "policies (NULL)");
  if (c->incident_count > SLO_BACKTEST_INCIDENTS_MAX) {
    return sloi_fail_range(error, c->incident_count, 0, SLO_BACKTEST_INCIDENTS_MAX,
                           "incident_count");
  }
  if (c->incidents == NULL && c->incident_count != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "incidents (NULL)");
  }
  if (c->severity >= SLO_SEVERITIES) {
    return sloi_fail_range(error, c->severity, 0, SLO_SEVERITIES - 1, "severity");
  }
  if (c->period_ns < 1 || c->period_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->period_ns, 1, SLO_TIME_MAX_NS, "period_ns");
  }
  if (c->grace_ns < 0 || c->grace_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->grace_ns, 0, SLO_TIME_MAX_NS, "grace_ns");
  }
  if (c->shift_ns < 0 || c->shift_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->shift_ns, 0, SLO_TIME_MAX_NS, "shift_ns");
  }
  return SLO_OK;
}

static slo_status backtest_plan_incidents(const slo_backtest_config *c, slo_error *error) {
  int64_t after_ns = 0;
  for (uint32_t i = 0; i < c->incident_count; i++) {
    const slo_incident *incident = &c->incidents[i];
    const slo_period *p = &incident->period;
    unsigned n = (unsigned)i;
    if (p->start_ns < after_ns || p->start_ns >= SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, p->start_ns, after_ns, SLO_TIME_MAX_NS - 1,
                             "incidents[%u].period.start_ns", n);
    }
    if (p->end_ns <= p->start_ns || p->end_ns > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, p->end_ns, p->start_ns + 1, SLO_TIME_MAX_NS,
                             "incidents[%u].period.end_ns", n);
    }
    if (incident->error_ppb > BACKTEST_PLAN_ALL_PPB) {
      return sloi_fail_range(error, sloi_shown(incident->error_ppb), 0, BACKTEST_PLAN_ALL_PPB,
                             "incidents[%u].error_ppb", n);
    }
    after_ns = p->end_ns;
  }
  return SLO_OK;
}

/* ---- closed forms ---- */

static int64_t backtest_plan_sum(int64_t a, int64_t b) {
  return a < SLO_TIME_MAX_NS - b ? a + b : SLO_TIME_MAX_NS;
}

/* When a tier that an incident lifts over its factor fires, and until when after the end. 0 when
 * it does not. */
static int backtest_plan_closed_tier(const slo_alert_config *config, const slo_alert_tier *t,
                                     const slo_incident *incident, int64_t *detection_ns,
                                     int64_t *reset_ns) {
  uint64_t objective = config->objective_ppb, error = incident->error_ppb;
  int64_t lasts_ns = incident->period.end_ns - incident->period.start_ns, short_ns;
  if (slo_burn_detection(objective, error, t->factor_ppm, t->long_ns, detection_ns) != SLO_OK ||
      slo_burn_reset(objective, error, lasts_ns, t->factor_ppm, t->long_ns, reset_ns) != SLO_OK ||
      slo_burn_reset(objective, error, lasts_ns, t->factor_ppm, t->short_ns, &short_ns) != SLO_OK ||
      *reset_ns == 0) {
    return 0;
  }
  if (short_ns < *reset_ns) *reset_ns = short_ns;
  /* it may hold for long enough only because the windows fall late */
  int64_t held_ns = backtest_plan_sum(lasts_ns - *detection_ns, *reset_ns);
  if (t->for_ns > held_ns) return 0;
  *detection_ns = backtest_plan_sum(*detection_ns, t->for_ns);
  *reset_ns = backtest_plan_sum(*reset_ns, t->keep_firing_ns);
  return 1;
}

static void backtest_plan_closed(const slo_backtest *b, const slo_alert_config *config,
                                 const slo_incident *incident, sloi_backtest_found *found) {
  int64_t detection_ns, reset_ns;
  found->detected_ns = found->closed_detection_ns = found->closed_reset_ns = -1;
  if (incident->error_ppb == 0) return;
  for (uint32_t i = 0; i < config->tier_count; i++) {
    const slo_alert_tier *t = &config->tiers[i];
    if (t->severity != b->severity || t->kind != SLO_TIER_BURN) continue;
    if (!backtest_plan_closed_tier(config, t, incident, &detection_ns, &reset_ns)) continue;
    if (found->closed_detection_ns < 0 || detection_ns < found->closed_detection_ns) {
      found->closed_detection_ns = detection_ns;
    }
    if (reset_ns > found->closed_reset_ns) found->closed_reset_ns = reset_ns;
  }
}

/* ---- layout ---- */

/* One walk over the configuration serves footprint (backtest NULL) and init. */
typedef struct backtest_plan_walk {
  slo_backtest *backtest;
  uint64_t at;
  slo_error *error;
} backtest_plan_walk;

static uint64_t backtest_plan_place(backtest_plan_walk *walk, uint64_t size) {
  uint64_t at = walk->at;
  walk->at = sloi_round_up(at + size, SLO_ALIGN);
  return at;
}

static slo_status backtest_plan_window(backtest_plan_walk *walk, const slo_backtest_config *c) {
  slo_backtest *b = walk->backtest;
  slo_window_config w;
  slo_error e = SLO_SIZED(slo_error);
  size_t size;
  slo_status status = sloi_sized_read(&w, sizeof w, c->window, walk->error, "window");
  if (status != SLO_OK) return status;
  w.struct_size = (uint32_t)sizeof w;
  status = slo_window_footprint(&w, &size, &e);
  if (status != SLO_OK) return backtest_plan_within(walk->error, status, &e, "window");
  uint64_t tiers = w.tier_count * sizeof(slo_window_tier);
  uint64_t tiers_at = backtest_plan_place(walk, tiers), window_at = backtest_plan_place(walk, size);
  if (b == NULL) return SLO_OK;
  b->window = w;
  b->window.tiers = NULL;
  b->window_tiers_at = tiers_at;
  b->window_at = window_at;
  b->window_size = size;
  if (tiers != 0) memcpy(sloi_backtest_at(b, tiers_at), w.tiers, tiers);
  return SLO_OK;
}

static slo_status backtest_plan_policy(backtest_plan_walk *walk, const slo_backtest_config *c,
                                       uint32_t i, uint64_t *objective_ppb) {
  slo_backtest *b = walk->backtest;
  slo_alert_config a;
  slo_error e = SLO_SIZED(slo_error);
  char place[24];
  size_t size;
  (void)snprintf(place, sizeof place, "policies[%u]", (unsigned)i);
  slo_status status = sloi_sized_element(&a, sizeof a, c->policies, i, walk->error, place);
  if (status != SLO_OK) return status;
  a.struct_size = (uint32_t)sizeof a;
  status = slo_alert_footprint(&a, &size, &e);
  if (status != SLO_OK) return backtest_plan_within(walk->error, status, &e, place);
  if (i == 0) *objective_ppb = a.objective_ppb;
  if (a.objective_ppb != *objective_ppb) {
    return sloi_fail_range(walk->error, sloi_shown(a.objective_ppb), (int64_t)*objective_ppb,
                           (int64_t)*objective_ppb, "%s.objective_ppb", place);
  }
  uint64_t tiers_at = backtest_plan_place(walk, a.tier_count * sizeof(slo_alert_tier));
  uint64_t alert_at = backtest_plan_place(walk, size);
  uint64_t found_at =
      backtest_plan_place(walk, c->incident_count * (uint64_t)sizeof(sloi_backtest_found));
  if (b == NULL) return SLO_OK;
  sloi_backtest_policy *p = &b->policy[i];
  p->config = a;
  p->config.tiers = NULL;
  p->tiers_at = tiers_at;
  p->alert_at = alert_at;
  p->alert_size = size;
  p->found_at = found_at;
  p->fired_ns = -1;
  memcpy(sloi_backtest_at(b, tiers_at), a.tiers, a.tier_count * sizeof(slo_alert_tier));
  sloi_backtest_found *found = sloi_backtest_at(b, found_at);
  for (uint32_t k = 0; k < c->incident_count; k++) {
    backtest_plan_closed(b, &a, &c->incidents[k], &found[k]);
  }
  return SLO_OK;
}

static slo_status backtest_plan_walk_config(backtest_plan_walk *walk,
                                            const slo_backtest_config *c) {
  slo_backtest *b = walk->backtest;
  uint64_t objective_ppb = 0;
  walk->at = 0;
  (void)backtest_plan_place(
      walk, offsetof(slo_backtest, policy) + c->policy_count * sizeof(sloi_backtest_policy));
  uint64_t incidents = c->incident_count * (uint64_t)sizeof(slo_incident);
  uint64_t incidents_at = backtest_plan_place(walk, incidents);
  uint64_t spent_at = backtest_plan_place(walk, c->incident_count * (uint64_t)sizeof(uint64_t));
  if (b != NULL) {
    b->incidents_at = incidents_at;
    b->spent_at = spent_at;
    if (incidents != 0) memcpy(sloi_backtest_at(b, incidents_at), c->incidents, incidents);
  }
  slo_status status = backtest_plan_window(walk, c);
  for (uint32_t i = 0; i < c->policy_count && status == SLO_OK; i++) {
    status = backtest_plan_policy(walk, c, i, &objective_ppb);
  }
  if (b != NULL) b->objective_ppb = objective_ppb;
  if (status == SLO_OK && walk->at > SLOI_BLOCK_MAX) {
    status =
        sloi_fail_range(walk->error, sloi_shown(walk->at), 0, (int64_t)SLOI_BLOCK_MAX, "footprint");
  }
  return status;
}

void sloi_backtest_lay_out(slo_backtest *b) {
  slo_window_config w = b->window;
  slo_window *window;
  slo_alert *alert;
  w.tiers = sloi_backtest_at(b, b->window_tiers_at);
  (void)slo_window_init(sloi_backtest_at(b, b->window_at), (size_t)b->window_size, &w, &window,
                        NULL);
  for (uint64_t i = 0; i < b->policy_count; i++) {
    const sloi_backtest_policy *p = &b->policy[i];
    slo_alert_config a = p->config;
    a.tiers = sloi_backtest_at(b, p->tiers_at);
    (void)slo_alert_init(sloi_backtest_at(b, p->alert_at), (size_t)p->alert_size, &a, &alert, NULL);
  }
}

/* ---- from the outside ---- */

static slo_status backtest_plan_check(const slo_backtest_config *config, slo_backtest_config *c,
                                      uint64_t *size, slo_error *error) {
  backtest_plan_walk walk = {NULL, 0, error};
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_backtest_config");
  if (status == SLO_OK) status = backtest_plan_scalars(c, error);
  if (status == SLO_OK) status = backtest_plan_incidents(c, error);
  if (status == SLO_OK) status = backtest_plan_walk_config(&walk, c);
  *size = walk.at;
  return status;
}

slo_status slo_backtest_footprint(const slo_backtest_config *config, size_t *size,
                                  slo_error *error) {
  slo_backtest_config c;
  uint64_t need;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = backtest_plan_check(config, &c, &need, error);
  if (status == SLO_OK) *size = (size_t)need;
  return status;
}

slo_status slo_backtest_init(void *memory, size_t size, const slo_backtest_config *config,
                             slo_backtest **backtest, slo_error *error) {
  slo_backtest_config c;
  uint64_t need;
  if (backtest == NULL) return sloi_fail(error, SLO_EINVAL, 0, "backtest (NULL)");
  slo_status status = backtest_plan_check(config, &c, &need, error);
  if (status != SLO_OK) return status;
  status =
      sloi_block_init(memory, size, need, BACKTEST_PLAN_MAGIC, BACKTEST_PLAN_LAYOUT,
                      offsetof(slo_backtest, slots) - offsetof(slo_backtest, policy_count), error);
  if (status != SLO_OK) return status;
  slo_backtest *b = memory;
  b->policy_count = c.policy_count;
  b->incident_count = c.incident_count;
  b->severity = c.severity;
  b->period_ns = c.period_ns;
  b->grace_ns = c.grace_ns;
  b->shift_ns = c.shift_ns == 0 ? BACKTEST_PLAN_SHIFT_NS : c.shift_ns;
  backtest_plan_walk walk = {b, 0, error};
  status = backtest_plan_walk_config(&walk, &c);
  if (status != SLO_OK) return status;
  sloi_backtest_lay_out(b);
  sloi_block_ready(&b->block);
  *backtest = b;
  return SLO_OK;
}

slo_status slo_backtest_create(const slo_backtest_config *config, const slo_allocator *allocator,
                               slo_backtest **backtest, slo_error *error) {
  size_t size;
  void *memory;
  if (backtest == NULL) return sloi_fail(error, SLO_EINVAL, 0, "backtest (NULL)");
  slo_status status = slo_backtest_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_backtest_init(memory, size, config, backtest, error);
}

void slo_backtest_destroy(slo_backtest *backtest) {
  sloi_block_release(backtest);
}

/* ---- src/sim/draw.h ---- */

/*
 * draw.h - random numbers that are the same everywhere.
 *
 * A stream is one word, the state of splitmix64 (Steele, Lea, Flood: "Fast splittable
 * pseudorandom number generators", OOPSLA 2014); streams are made by hashing what they are for.
 * Doubles see + - * / and sqrt alone, which IEEE 754 defines to the last bit; so no libm here,
 * and no fused multiply-add. (With excess precision, as on x87, the bits differ.)
 */
#ifndef SLOI_DRAW_H
#define SLOI_DRAW_H

#include <stdint.h>

/* Counts and means are at most that: integers of it are exact in a double. */
#define SLOI_DRAW_MAX (INT64_C(1) << 52)

typedef uint64_t sloi_draw;

static inline uint64_t sloi_draw_mix(uint64_t z) {
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* A stream for number `index` of purpose `what`. */
static inline sloi_draw sloi_draw_of(uint64_t seed, uint64_t what, uint64_t index) {
  uint64_t z = sloi_draw_mix(seed + UINT64_C(0x9e3779b97f4a7c15) * (what + 1));
  return sloi_draw_mix(z + UINT64_C(0xd1342543de82ef95) * (index + 1));
}

static inline uint64_t sloi_draw_word(sloi_draw *draw) {
  return sloi_draw_mix(*draw += UINT64_C(0x9e3779b97f4a7c15));
}

/* Uniform, never 0 or 1: the middles of 2^52 equal parts. */
static inline double sloi_draw_uniform(sloi_draw *draw) {
  return ((double)(int64_t)(sloi_draw_word(draw) >> 12) + 0.5) * (1.0 / 4503599627370496.0);
}

/* Mean 1. */
double sloi_draw_exponential(sloi_draw *draw);

/* A mean below 0 or none at all is 0; above SLOI_DRAW_MAX it is that. */
uint64_t sloi_draw_poisson(sloi_draw *draw, double mean);

/* How many of n happen that have probability p each; n and p are cut to their ranges. */
uint64_t sloi_draw_binomial(sloi_draw *draw, uint64_t n, double p);

/* The natural logarithm of a normal positive number; e^x, 0 below -700, for x up to 700; the
 * cosine of `part` of a turn, 0..1. Within 4e-16 of the truth, for the first two relative to it. */
double sloi_draw_log(double x);
double sloi_draw_exp(double x);
double sloi_draw_cos_turn(double part);

#endif

/* ---- src/sim/backtest_read.c ---- */

/* backtest_read.c - what a policy did, added up. */
#include <float.h>


#define BACKTEST_READ_PPM UINT64_C(1000000)

typedef struct backtest_read {
  const slo_backtest *b;
  const sloi_backtest_policy *policy;
  const slo_incident *incidents;
  const sloi_backtest_found *found;
} backtest_read;

/* ---- of incidents ---- */

typedef enum backtest_read_what {
  BACKTEST_READ_SEEN,
  BACKTEST_READ_DETECTION,
  BACKTEST_READ_RESET,
  BACKTEST_READ_SPENT,
  BACKTEST_READ_CLOSED_DETECTION,
  BACKTEST_READ_CLOSED_RESET
} backtest_read_what;

/* A number >= 0 of an incident; -1: it has none. */
static int64_t backtest_read_of(const backtest_read *r, uint64_t i, backtest_read_what what) {
  const slo_period *period = &r->incidents[i].period;
  const sloi_backtest_found *found = &r->found[i];
  const slo_backtest *b = r->b;
  if (period->end_ns <= b->first_ns || period->start_ns >= b->newest_ns) return -1;
  if (what == BACKTEST_READ_SEEN) return 0;
  if (found->detected_ns < 0) return -1;
  switch (what) {
    case BACKTEST_READ_DETECTION:
      return found->detected_ns;
    case BACKTEST_READ_SPENT:
      return (int64_t)found->spent;
    case BACKTEST_READ_CLOSED_DETECTION:
      return found->closed_detection_ns;
    case BACKTEST_READ_CLOSED_RESET:
      return found->closed_reset_ns;
    default:
      break;
  }
  if (period->end_ns > b->newest_ns) return -1;
  int fires = r->policy->fired_ns >= 0 && i >= r->policy->first;
  int64_t stopped_ns = fires ? b->newest_ns : found->stopped_ns;
  return stopped_ns > period->end_ns ? stopped_ns - period->end_ns : 0;
}

/* How many have a number, up to `most`. */
static uint64_t backtest_read_count(const backtest_read *r, backtest_read_what what, int64_t most) {
  uint64_t n = 0;
  for (uint64_t i = 0; i < r->b->incident_count; i++) {
    int64_t value = backtest_read_of(r, i, what);
    n += value >= 0 && value <= most;
  }
  return n;
}

/* Nearest rank: the least number that `percent` of them do not exceed. Bisection needs no room to
 * sort in. */
static int64_t backtest_read_quantile(const backtest_read *r, backtest_read_what what,
                                      uint64_t percent) {
  uint64_t rank = (backtest_read_count(r, what, INT64_MAX) * percent + 99) / 100;
  int64_t low = 0, high = INT64_MAX;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (backtest_read_count(r, what, middle) >= rank) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

static int64_t backtest_read_mean(const backtest_read *r, backtest_read_what what) {
  sloi_u128 sum = {0, 0};
  uint64_t n = 0;
  for (uint64_t i = 0; i < r->b->incident_count; i++) {
    int64_t value = backtest_read_of(r, i, what);
    if (value < 0) continue;
    sum = sloi_u128_add(sum, sloi_u128_of((uint64_t)value));
    n++;
  }
  return n == 0 ? 0 : (int64_t)sloi_u128_divide(sum, sloi_u128_of(n));
}

/* ---- rates: floating point, for showing ---- */

static double backtest_read_double(uint64_t value) {
  return (double)(int64_t)value;
}

static uint64_t backtest_read_floor(double value) {
  return value >= (double)INT64_MAX ? UINT64_MAX : (uint64_t)(int64_t)value;
}

static uint64_t backtest_read_share(uint64_t part, uint64_t all) {
  if (all == 0) return 0;
  return sloi_u128_divide(sloi_u128_multiply(part, BACKTEST_READ_PPM), sloi_u128_of(all));
}

/* `bad`, of the budget that a period has at the mean rate of the trace. */
static uint64_t backtest_read_spent(const slo_backtest *b, uint64_t bad) {
  uint64_t valid = b->total.good + b->total.bad;
  if (valid == 0) return 0;
  double share = backtest_read_double(UINT64_C(1000000000) - b->objective_ppb) / 1e9;
  double rate = backtest_read_double(valid) / (double)(b->newest_ns - b->first_ns);
  double budget = share * rate * (double)b->period_ns;
  return backtest_read_floor(backtest_read_double(bad) / budget * 1e6);
}

/* P(X >= k), above: P(X <= k), of a Poisson number of that mean, which lies beyond k on the other
 * side: so terms only fall from that of k on. */
static double backtest_read_tail(uint64_t k, double log_factorial, double mean, int above) {
  double n = backtest_read_double(k);
  double term = sloi_draw_exp(n * sloi_draw_log(mean) - mean - log_factorial), sum = 0;
  while (term > sum * DBL_EPSILON) {
    sum += term;
    if (above) {
      if (n == 0) break;
      term *= n / mean;
      n -= 1;
    } else {
      n += 1;
      term *= mean / n;
    }
  }
  return sum;
}

/* The limit of Garwood's 95 % interval: the mean at which 2.5 % of the numbers are that far off. */
static double backtest_read_limit(uint64_t k, int above) {
  double n = backtest_read_double(k), log_factorial = 0;
  if (k == 0 && !above) return 0;
  for (double i = 2; i <= n; i += 1) log_factorial += sloi_draw_log(i);
  double low = above ? n : 0, high = above ? 2 * n + 8 : n;
  for (;;) {
    double mean = low + (high - low) / 2;
    if (!(mean > low && mean < high)) return mean;
    double tail = backtest_read_tail(k, log_factorial, mean, above);
    if ((tail < 0.025) == (above != 0)) {
      high = mean;
    } else {
      low = mean;
    }
  }
}

/* How much of the trace is neither incident nor grace. */
static int64_t backtest_read_outside(const slo_backtest *b, const slo_incident *incidents) {
  int64_t outside_ns = b->newest_ns - b->first_ns, seen_ns = b->first_ns;
  for (uint64_t i = 0; i < b->incident_count; i++) {
    int64_t from_ns = incidents[i].period.start_ns, to_ns = sloi_backtest_until(b, &incidents[i]);
    if (from_ns < seen_ns) from_ns = seen_ns;
    if (to_ns > b->newest_ns) to_ns = b->newest_ns;
    if (to_ns <= from_ns) continue;
    outside_ns -= to_ns - from_ns;
    seen_ns = to_ns;
  }
  return outside_ns;
}

static void backtest_read_false(const backtest_read *r, slo_backtest_result *out) {
  int64_t outside_ns = backtest_read_outside(r->b, r->incidents);
  uint64_t pages = out->pages - out->pages_true;
  out->false_high_ppm = UINT64_MAX;
  if (outside_ns <= 0) return;
  double years = (double)outside_ns / (double)SLO_EVIDENCE_YEAR_NS;
  out->false_per_year_ppm = sloi_u128_divide(
      sloi_u128_multiply(pages * BACKTEST_READ_PPM, (uint64_t)SLO_EVIDENCE_YEAR_NS),
      sloi_u128_of((uint64_t)outside_ns));
  out->false_low_ppm = backtest_read_floor(backtest_read_limit(pages, 0) / years * 1e6);
  out->false_high_ppm = backtest_read_floor(backtest_read_limit(pages, 1) / years * 1e6);
  if (out->false_high_ppm != UINT64_MAX) out->false_high_ppm++;
}

/* ---- all of it ---- */

slo_status slo_backtest_read(const slo_backtest *backtest, uint32_t policy,
                             slo_backtest_result *result) {
  const slo_backtest *b = backtest;
  slo_backtest_result out = {0};
  if (b == NULL || result == NULL) return SLO_EINVAL;
  if (policy >= b->policy_count) return SLO_ERANGE;
  if (b->slots < 2) return SLO_ENODATA;
  const sloi_backtest_policy *p = &b->policy[policy];
  const backtest_read r = {b, p, sloi_backtest_incidents(b),
                           sloi_backtest_at_const(b, p->found_at)};
  out.policy = policy;
  out.span_ns = b->newest_ns - b->first_ns;
  out.incidents = backtest_read_count(&r, BACKTEST_READ_SEEN, INT64_MAX);
  out.detected = backtest_read_count(&r, BACKTEST_READ_DETECTION, INT64_MAX);
  out.pages = p->pages;
  out.pages_true = p->pages_true;
  out.precision_ppm = backtest_read_share(out.pages_true, out.pages);
  out.recall_ppm = backtest_read_share(out.detected, out.incidents);
  out.detection_mean_ns = backtest_read_mean(&r, BACKTEST_READ_DETECTION);
  out.detection_median_ns = backtest_read_quantile(&r, BACKTEST_READ_DETECTION, 50);
  out.detection_p95_ns = backtest_read_quantile(&r, BACKTEST_READ_DETECTION, 95);
  out.reset_mean_ns = backtest_read_mean(&r, BACKTEST_READ_RESET);
  out.reset_median_ns = backtest_read_quantile(&r, BACKTEST_READ_RESET, 50);
  backtest_read_false(&r, &out);
  out.spent_median_ppm =
      backtest_read_spent(b, (uint64_t)backtest_read_quantile(&r, BACKTEST_READ_SPENT, 50));
  out.shifts = (uint64_t)((out.span_ns - 1) / b->shift_ns) + 1;
  out.pages_shift_max = p->shift_most;
  out.pages_shift_ppm = backtest_read_share(out.pages, out.shifts);
  out.closed_detection_median_ns = backtest_read_quantile(&r, BACKTEST_READ_CLOSED_DETECTION, 50);
  out.closed_reset_median_ns = backtest_read_quantile(&r, BACKTEST_READ_CLOSED_RESET, 50);
  return sloi_sized_write(result, &out, sizeof out);
}

/* ---- src/sim/candidate.c ---- */

#define CANDIDATE_MONTH_NS (INT64_C(730) * SLO_HOUR_NS + INT64_C(1800) * SLO_SECOND_NS)
#define CANDIDATE_WINDOW_MIN (INT64_C(60) * 1000000) /* as slo_window_tiers has it */
#define CANDIDATE_PPM UINT64_C(1000000)

/* ---- what is asked ---- */

static slo_status candidate_check(const slo_candidate_config *config, slo_candidate_config *c,
                                  slo_error *error) {
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_candidate_config");
  if (status != SLO_OK) return status;
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  if (c->slot_count < 1 || c->slot_count > SLO_CANDIDATE_SLOTS_MAX) {
    return sloi_fail_range(error, c->slot_count, 1, SLO_CANDIDATE_SLOTS_MAX, "slot_count");
  }
  if (c->slots == NULL) return sloi_fail(error, SLO_EINVAL, 0, "slots (NULL)");
  if (c->period_ns < SLO_SECOND_NS || c->period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, c->period_ns, SLO_SECOND_NS, SLOI_PERIOD_MAX_NS, "period_ns");
  }
  return sloi_objective_check(c->objective_ppb, error, "objective_ppb");
}

static void candidate_add(slo_counts *sum, const slo_counts *counts) {
  sum->good += counts->good;
  sum->bad += counts->bad;
  sum->excluded += counts->excluded;
}

static slo_status candidate_check_counts(const slo_counts *sum, const slo_counts *counts,
                                         unsigned i, slo_error *error) {
  const uint64_t most = (uint64_t)INT64_MAX, room = most - sum->good - sum->bad;
  if (counts->good > room) {
    return sloi_fail_range(error, sloi_shown(counts->good), 0, (int64_t)room,
                           "slots[%u].counts.good", i);
  }
  if (counts->bad > room - counts->good) {
    return sloi_fail_range(error, sloi_shown(counts->bad), 0, (int64_t)(room - counts->good),
                           "slots[%u].counts.bad", i);
  }
  if (counts->excluded > most - sum->excluded) {
    return sloi_fail_range(error, sloi_shown(counts->excluded), 0, (int64_t)(most - sum->excluded),
                           "slots[%u].counts.excluded", i);
  }
  return SLO_OK;
}

/* Checks the slots and adds them up. */
static slo_status candidate_sum(const slo_candidate_config *c, slo_candidate *r, slo_error *error) {
  int64_t after_ns = 0;
  for (uint32_t i = 0; i < c->slot_count; i++) {
    const slo_target_day *s = &c->slots[i];
    if (s->period.start_ns < after_ns || s->period.start_ns >= SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, s->period.start_ns, after_ns, SLO_TIME_MAX_NS - 1,
                             "slots[%u].period.start_ns", (unsigned)i);
    }
    if (s->period.end_ns <= s->period.start_ns || s->period.end_ns > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, s->period.end_ns, s->period.start_ns + 1, SLO_TIME_MAX_NS,
                             "slots[%u].period.end_ns", (unsigned)i);
    }
    slo_status status = candidate_check_counts(&r->counts, &s->counts, (unsigned)i, error);
    if (status != SLO_OK) return status;
    candidate_add(&r->counts, &s->counts);
    r->measured_ns += s->period.end_ns - s->period.start_ns;
    r->slots_valid += s->counts.good + s->counts.bad != 0;
    after_ns = s->period.end_ns;
  }
  r->objective_ppb = c->objective_ppb;
  r->period_ns = c->period_ns;
  r->slots = c->slot_count;
  r->span.start_ns = c->slots[0].period.start_ns;
  r->span.end_ns = after_ns;
  return SLO_OK;
}

/* ---- alerts ---- */

/* The alert's configuration, complete; room is for the tiers of a catalog. */
static slo_status candidate_alert(const slo_candidate_config *c, slo_alert_config *a,
                                  slo_alert_tier *room, slo_error *error) {
  slo_status status = sloi_sized_read(a, sizeof *a, c->alert, error, "alert");
  if (status != SLO_OK) return status;
  const slo_alert_tier *tiers = a->tiers;
  const uint32_t count = a->tier_count;
  a->struct_size = (uint32_t)sizeof *a;
  a->tiers = NULL;
  a->tier_count = 0;
  return sloi_catalog_alert(c->alert == NULL ? NULL : a, tiers, count, c->catalog, c->objective_ppb,
                            c->period_ns, room, a, error);
}

/* A window that serves the alert's and takes any slot; a checks out. */
static slo_status candidate_window(const slo_alert_config *a, const slo_allocator *allocator,
                                   slo_window **window, slo_error *error) {
  slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
  slo_window_config w = {0};
  int64_t spans_ns[2 * SLO_ALERT_TIERS_MAX];
  for (uint32_t i = 0; i < a->tier_count; i++) {
    const slo_alert_tier *t = &a->tiers[i];
    if (t->short_ns < CANDIDATE_WINDOW_MIN) {
      return sloi_fail_range(error, t->short_ns, CANDIDATE_WINDOW_MIN, t->long_ns,
                             "alert.tiers[%u].short_ns", (unsigned)i);
    }
    spans_ns[2 * i] = t->long_ns;
    spans_ns[2 * i + 1] = t->short_ns;
  }
  slo_status status = slo_window_tiers(spans_ns, 2 * (size_t)a->tier_count, tiers,
                                       SLO_WINDOW_TIERS_MAX, &w.tier_count, error);
  if (status != SLO_OK) return status;
  w.struct_size = (uint32_t)sizeof w;
  w.tiers = tiers;
  w.jump_max_ns = SLO_TIME_MAX_NS;
  return slo_window_create(&w, allocator, window, error);
}

typedef struct candidate_run {
  slo_alert *alert;
  slo_window *window;
  slo_counts total;
  uint64_t cursor;
  uint64_t fired[SLO_SEVERITIES];
} candidate_run;

static slo_status candidate_tick(candidate_run *run, int64_t now_ns, uint32_t flags) {
  slo_transition t = {0};
  t.struct_size = (uint32_t)sizeof t;
  slo_status status = slo_window_push(run->window, now_ns, &run->total, flags);
  if (status == SLO_OK) status = slo_alert_step(run->alert, run->window, NULL, 0);
  while (status == SLO_OK && slo_alert_next(run->alert, &run->cursor, &t) == SLO_OK) {
    if (t.from != SLO_ALERT_FIRING && t.to == SLO_ALERT_FIRING) run->fired[t.severity]++;
  }
  return status;
}

/* As whoever ticks would have done it: at the end of each slot, and first thing after a gap. */
static slo_status candidate_replay(candidate_run *run, const slo_candidate_config *c) {
  slo_status status = SLO_OK;
  int64_t now_ns = -1;
  for (uint32_t i = 0; i < c->slot_count && status == SLO_OK; i++) {
    const slo_target_day *s = &c->slots[i];
    if (s->period.start_ns > now_ns) {
      status = candidate_tick(run, s->period.start_ns, SLO_PUSH_UNMEASURED);
      if (status != SLO_OK) break;
    }
    candidate_add(&run->total, &s->counts);
    now_ns = s->period.end_ns;
    status = candidate_tick(run, now_ns, 0);
  }
  return status;
}

static slo_status candidate_alerts(const slo_candidate_config *c, const slo_allocator *allocator,
                                   slo_candidate *r, slo_error *error) {
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  slo_alert_config a;
  candidate_run run = {0};
  slo_status status = candidate_alert(c, &a, tiers, error);
  if (status != SLO_OK) return status;
  status = slo_alert_create(&a, allocator, &run.alert, error);
  if (status != SLO_OK) return sloi_fail_within(status, error, "alert");
  status = candidate_window(&a, allocator, &run.window, error);
  if (status == SLO_OK) status = candidate_replay(&run, c);
  slo_window_destroy(run.window);
  slo_alert_destroy(run.alert);
  r->pages = run.fired[SLO_SEVERITY_PAGE];
  r->tickets = run.fired[SLO_SEVERITY_TICKET];
  return status;
}

/* ceil(n * 10^6 * a month / measured_ns) */
static uint64_t candidate_per_month(uint64_t n, int64_t measured_ns) {
  const sloi_u128 least = sloi_u128_multiply(n * CANDIDATE_PPM, (uint64_t)CANDIDATE_MONTH_NS);
  return sloi_u128_divide(sloi_u128_add(least, sloi_u128_of((uint64_t)measured_ns - 1)),
                          sloi_u128_of((uint64_t)measured_ns));
}

/* ---- budgets ---- */

static int candidate_overspent(const slo_counts *counts, uint64_t objective_ppb) {
  return slo_burn_exceeds(counts, objective_ppb, CANDIDATE_PPM, 0) == 1;
}

/* Of two with valid events: does the first one have a higher share of bad ones? */
static int candidate_worse(const slo_counts *a, const slo_counts *b) {
  return sloi_u128_compare(sloi_u128_multiply(a->bad, b->good + b->bad),
                           sloi_u128_multiply(b->bad, a->good + a->bad)) > 0;
}

/* A period ends with every slot; `first` is the oldest slot that lies within it whole. */
static void candidate_periods(const slo_candidate_config *c, slo_candidate *r) {
  const int whole = r->span.end_ns - r->span.start_ns < c->period_ns;
  slo_counts in = {0, 0, 0}, worst = {0, 0, 0};
  int64_t covered_ns = 0;
  for (uint32_t i = 0, first = 0; i < c->slot_count; i++) {
    const slo_period *p = &c->slots[i].period;
    candidate_add(&in, &c->slots[i].counts);
    covered_ns += p->end_ns - p->start_ns;
    for (; first <= i && c->slots[first].period.start_ns < p->end_ns - c->period_ns; first++) {
      const slo_target_day *left = &c->slots[first];
      in.good -= left->counts.good;
      in.bad -= left->counts.bad;
      covered_ns -= left->period.end_ns - left->period.start_ns;
    }
    if (2 * covered_ns < c->period_ns && !(whole && i + 1 == c->slot_count)) continue;
    if (in.good + in.bad == 0) continue;
    if (candidate_overspent(&in, c->objective_ppb)) r->over_ns += p->end_ns - p->start_ns;
    if (r->worst_end_ns != 0 && !candidate_worse(&in, &worst)) continue;
    worst = in;
    r->worst_end_ns = p->end_ns;
  }
  (void)slo_burn_eval(&worst, c->objective_ppb, &r->worst_ppm);
}

/* Bad events beyond what was allowed, in 10^-9 events. */
static sloi_u128 candidate_excess(const slo_counts *counts, uint64_t objective_ppb) {
  const sloi_u128 bad = sloi_u128_multiply(counts->bad, SLOI_PPB);
  const sloi_u128 allowed =
      sloi_u128_multiply(SLOI_PPB - objective_ppb, counts->good + counts->bad);
  return sloi_u128_compare(bad, allowed) > 0 ? sloi_u128_subtract(bad, allowed) : sloi_u128_of(0);
}

static void candidate_worst_slot(const slo_candidate_config *c, slo_candidate *r) {
  sloi_u128 most = candidate_excess(&c->slots[0].counts, c->objective_ppb);
  for (uint32_t i = 1; i < c->slot_count; i++) {
    const slo_counts *counts = &c->slots[i].counts;
    const sloi_u128 excess = candidate_excess(counts, c->objective_ppb);
    const int order = sloi_u128_compare(excess, most);
    if (order < 0 || (order == 0 && counts->bad <= c->slots[r->worst_slot].counts.bad)) continue;
    most = excess;
    r->worst_slot = i;
  }
  r->worst_period = c->slots[r->worst_slot].period;
  r->worst_counts = c->slots[r->worst_slot].counts;
}

slo_status slo_candidate_eval(const slo_candidate_config *config, const slo_allocator *allocator,
                              slo_candidate *candidate, slo_error *error) {
  slo_candidate_config c;
  slo_candidate r = {0};
  if (candidate == NULL) return sloi_fail(error, SLO_EINVAL, 0, "candidate (NULL)");
  slo_status status = candidate_check(config, &c, error);
  if (status == SLO_OK) status = candidate_sum(&c, &r, error);
  if (status == SLO_OK) status = candidate_alerts(&c, allocator, &r, error);
  if (status != SLO_OK) return status;
  status = slo_burn_eval(&r.counts, c.objective_ppb, &r.consumed_ppm);
  if (status != SLO_OK) return sloi_fail(error, status, 0, "slots");
  r.met = !candidate_overspent(&r.counts, c.objective_ppb);
  status =
      slo_target_missed(c.slots, c.slot_count, c.objective_ppb, NULL, 0, &r.slots_missed, NULL);
  if (status != SLO_OK) return status;
  candidate_periods(&c, &r);
  candidate_worst_slot(&c, &r);
  r.pages_per_month_ppm = candidate_per_month(r.pages, r.measured_ns);
  r.tickets_per_month_ppm = candidate_per_month(r.tickets, r.measured_ns);
  status = sloi_sized_write(candidate, &r, sizeof r);
  return status == SLO_OK ? status : sloi_fail(error, status, 0, "candidate.struct_size");
}

/* ---- src/sim/candidate_text.c ---- */

/* candidate_text.c - what a candidate would have meant, for those who have to agree to it. */
#include <inttypes.h>
#include <stdio.h>


/* A number, a moment or a duration: a value, so that there is no buffer to share. */
typedef struct candidate_text_word {
  char text[64];
} candidate_text_word;

/* 1,234,567 */
static candidate_text_word candidate_text_number(uint64_t value) {
  candidate_text_word w;
  char digits[24];
  int n = snprintf(digits, sizeof digits, "%" PRIu64, value), o = 0;
  for (int i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0) w.text[o++] = ',';
    w.text[o++] = digits[i];
  }
  w.text[o] = '\0';
  return w;
}

/* value / unit, rounded up to one decimal: 48 or 95.9. */
static candidate_text_word candidate_text_tenths(uint64_t value, uint64_t unit) {
  const uint64_t tenths = value / (unit / 10) + (value % (unit / 10) != 0);
  candidate_text_word w = candidate_text_number(tenths / 10);
  const size_t n = strlen(w.text);
  if (tenths % 10 != 0) {
    (void)snprintf(w.text + n, sizeof w.text - n, ".%u", (unsigned)(tenths % 10));
  }
  return w;
}

static candidate_text_word candidate_text_percent(uint64_t ppm) {
  return candidate_text_tenths(ppm, 10000);
}

/* "28 days", "1 hour": in the largest unit that it reaches. */
static candidate_text_word candidate_text_span(int64_t ns) {
  static const struct {
    int64_t ns;
    const char *name;
  } units[] = {{SLO_DAY_NS, " day"},
               {SLO_HOUR_NS, " hour"},
               {SLO_MINUTE_NS, " minute"},
               {SLO_SECOND_NS, " second"}};
  int i = 0;
  while (i < 3 && ns < units[i].ns) i++;
  candidate_text_word w = candidate_text_tenths((uint64_t)ns, (uint64_t)units[i].ns);
  const size_t n = strlen(w.text);
  (void)snprintf(w.text + n, sizeof w.text - n, "%s%s", units[i].name,
                 ns == units[i].ns ? "" : "s");
  return w;
}

static candidate_text_word candidate_text_moment(int64_t ns) {
  candidate_text_word w;
  if (slo_time_format(ns, w.text, sizeof w.text) != SLO_OK) {
    (void)snprintf(w.text, sizeof w.text, "?");
  } else if (ns % SLO_DAY_NS == 0) {
    w.text[10] = '\0'; /* what is left is the date */
  }
  return w;
}

/* ---- sentences ---- */

/* "Of 1,000 requests 1 may fail": of the smallest power of ten that allows a whole number. */
static void candidate_text_promise(sloi_text *t, const slo_candidate *r) {
  char objective[SLO_OBJECTIVE_TEXT_MAX] = "?";
  uint64_t requests = SLOI_PPB, failures = SLOI_PPB - r->objective_ppb;
  for (; failures % 10 == 0; failures /= 10) requests /= 10;
  (void)slo_objective_format(r->objective_ppb, objective, sizeof objective);
  sloi_text_say(t, "Of %s requests %s may fail (%s %% over %s).",
                candidate_text_number(requests).text, candidate_text_number(failures).text,
                objective, candidate_text_span(r->period_ns).text);
}

static void candidate_text_whole(sloi_text *t, const slo_candidate *r) {
  const candidate_text_word span = candidate_text_span(r->span.end_ns - r->span.start_ns);
  const candidate_text_word measured = candidate_text_span(r->measured_ns);
  const candidate_text_word valid = candidate_text_number(r->counts.good + r->counts.bad);
  sloi_text_say(t, " In the %s from %s to %s, ", span.text,
                candidate_text_moment(r->span.start_ns).text,
                candidate_text_moment(r->span.end_ns).text);
  if (strcmp(measured.text, span.text) != 0) {
    sloi_text_say(t, "of which %s were measured, ", measured.text);
  }
  if (r->counts.bad == 0) {
    sloi_text_say(t, "none of %s did", valid.text);
  } else {
    sloi_text_say(t, "%s of %s did, %s %% of what was allowed",
                  candidate_text_number(r->counts.bad).text, valid.text,
                  candidate_text_percent(r->consumed_ppm).text);
  }
  sloi_text_say(t, ": the target would have been %s.", r->met ? "met" : "missed");
}

static void candidate_text_periods(sloi_text *t, const slo_candidate *r) {
  const candidate_text_word period = candidate_text_span(r->period_ns);
  if (r->worst_end_ns == 0) {
    sloi_text_say(t, " What was measured is not enough to look back %s at a time.", period.text);
    return;
  }
  sloi_text_say(t, " Looking back %s at a time, ", period.text);
  if (r->over_ns == 0) {
    sloi_text_say(t, "never too many would have failed");
  } else {
    sloi_text_say(t, "too many would have failed for %s in all",
                  candidate_text_span(r->over_ns).text);
  }
  sloi_text_say(t, ", at worst %s %% of what was allowed (up to %s).",
                candidate_text_percent(r->worst_ppm).text,
                candidate_text_moment(r->worst_end_ns).text);
}

/* What to call one slot, and several: "day" when they are that on average. */
static const char *const *candidate_text_unit(const slo_candidate *r) {
  static const int64_t units_ns[] = {SLO_DAY_NS, SLO_HOUR_NS, SLO_MINUTE_NS};
  static const char *const names[][2] = {
      {"day", "days"}, {"hour", "hours"}, {"minute", "minutes"}, {"stretch", "stretches"}};
  int i = 0;
  while (i < 3 && (r->measured_ns % units_ns[i] != 0 || r->measured_ns / units_ns[i] != r->slots)) {
    i++;
  }
  return names[i];
}

static void candidate_text_slots(sloi_text *t, const slo_candidate *r) {
  const char *const *unit = candidate_text_unit(r);
  const slo_period *p = &r->worst_period;
  const slo_counts *counts = &r->worst_counts;
  sloi_text_say(t, " The worst %s was %s", unit[0], candidate_text_moment(p->start_ns).text);
  if (p->start_ns % SLO_DAY_NS != 0 || p->end_ns - p->start_ns != SLO_DAY_NS) {
    sloi_text_say(t, " to %s", candidate_text_moment(p->end_ns).text);
  }
  sloi_text_say(t, ": %s of %s failed. Taken alone, %s of %s %s would have missed the target.",
                candidate_text_number(counts->bad).text,
                candidate_text_number(counts->good + counts->bad).text,
                r->slots_missed == 0 ? "none" : candidate_text_number(r->slots_missed).text,
                candidate_text_number(r->slots_valid).text, unit[r->slots_valid != 1]);
}

static void candidate_text_alerts(sloi_text *t, const slo_candidate *r) {
  if (r->pages == 0) {
    sloi_text_say(t, " Nobody would have been woken, and ");
  } else {
    sloi_text_say(t, " Somebody would have been woken %s%s (%s a month), and ",
                  r->pages == 1 ? "once" : candidate_text_number(r->pages).text,
                  r->pages == 1 ? "" : " times",
                  candidate_text_tenths(r->pages_per_month_ppm, 1000000).text);
  }
  if (r->tickets == 0) {
    sloi_text_say(t, "no tickets would have been opened.");
  } else {
    sloi_text_say(t, "%s ticket%s (%s a month) would have been opened.",
                  candidate_text_number(r->tickets).text, r->tickets == 1 ? "" : "s",
                  candidate_text_tenths(r->tickets_per_month_ppm, 1000000).text);
  }
}

static int candidate_text_possible(const slo_period *p) {
  return p->start_ns >= 0 && p->start_ns < p->end_ns && p->end_ns <= SLO_TIME_MAX_NS;
}

size_t slo_candidate_format(const slo_candidate *candidate, char *buffer, size_t size) {
  slo_candidate r;
  sloi_text t = {buffer, buffer == NULL ? 0 : size, 0};
  if (t.size > 0) buffer[0] = '\0';
  if (candidate == NULL || sloi_sized_read(&r, sizeof r, candidate, NULL, "candidate") != SLO_OK ||
      sloi_objective_check(r.objective_ppb, NULL, "") != SLO_OK ||
      !candidate_text_possible(&r.span) || !candidate_text_possible(&r.worst_period)) {
    return 0;
  }
  candidate_text_promise(&t, &r);
  candidate_text_whole(&t, &r);
  if (r.counts.bad != 0) {
    candidate_text_periods(&t, &r);
    candidate_text_slots(&t, &r);
  }
  candidate_text_alerts(&t, &r);
  return t.length;
}

/* ---- src/sim/draw.c ---- */

#include <math.h>
#include <string.h>

/* Below it a count is found by adding up probabilities from 0 on. */
#define DRAW_SMALL 10.0
/* More than that is less likely than 2^-53 where the mean is below DRAW_SMALL. */
#define DRAW_SMALL_MOST 60
#define DRAW_TAU 6.283185307179586
#define DRAW_HALF_LOG_TAU 0.9189385332046728

/* ---- functions ---- */

/* log((1+s)/(1-s)) = 2 (s + s^3/3 + s^5/5 + ..); |s| <= 0.1716, what is left out is below 1e-18 */
static double draw_log_ratio(double s) {
  double z = s * s, sum = 1.0 / 21;
  sum = sum * z + 1.0 / 19;
  sum = sum * z + 1.0 / 17;
  sum = sum * z + 1.0 / 15;
  sum = sum * z + 1.0 / 13;
  sum = sum * z + 1.0 / 11;
  sum = sum * z + 1.0 / 9;
  sum = sum * z + 1.0 / 7;
  sum = sum * z + 1.0 / 5;
  sum = sum * z + 1.0 / 3;
  return 2 * s + 2 * s * (sum * z);
}

/* log 2 in two parts, of which the first has 20 zero bits at its end: exact times an exponent */
static const double DRAW_LN2_HIGH = 0.693147180369123816490;
static const double DRAW_LN2_LOW = 1.90821492927058770002e-10;

double sloi_draw_log(double x) {
  uint64_t bits;
  double m;
  memcpy(&bits, &x, sizeof bits);
  int64_t e = (int64_t)(bits >> 52) - 1023;
  bits = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023) << 52;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e++;
  }
  double r = draw_log_ratio((m - 1) / (m + 1));
  return (double)e * DRAW_LN2_HIGH + ((double)e * DRAW_LN2_LOW + r);
}

/* log(1 - p), as exact for small p; 0 <= p < 1 */
static double draw_log_rest(double p) {
  return p < 0.25 ? -draw_log_ratio(p / (2 - p)) : sloi_draw_log(1 - p);
}

double sloi_draw_exp(double x) {
  if (!(x > -700)) return 0;
  if (x > 700) x = 700;
  int64_t e = (int64_t)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
  double r = (x - (double)e * DRAW_LN2_HIGH) - (double)e * DRAW_LN2_LOW;
  /* |r| <= 0.35, what is left out is below 4e-18 */
  double sum = 1.0 / 6227020800;
  sum = sum * r + 1.0 / 479001600;
  sum = sum * r + 1.0 / 39916800;
  sum = sum * r + 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = 1 + (r + r * r * sum);
  uint64_t bits = (uint64_t)(e + 1023) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return sum * scale;
}

double sloi_draw_cos_turn(double part) {
  double sign = 1;
  if (part > 0.5) part = 1 - part;
  if (part > 0.25) {
    part = 0.5 - part;
    sign = -1;
  }
  double y = part * DRAW_TAU, z = y * y;
  /* |y| <= pi / 2, what is left out is below 2e-17 */
  double sum = 1.0 / 2432902008176640000;
  sum = sum * z - 1.0 / 6402373705728000;
  sum = sum * z + 1.0 / 20922789888000;
  sum = sum * z - 1.0 / 87178291200;
  sum = sum * z + 1.0 / 479001600;
  sum = sum * z - 1.0 / 3628800;
  sum = sum * z + 1.0 / 40320;
  sum = sum * z - 1.0 / 720;
  sum = sum * z + 1.0 / 24;
  sum = sum * z - 0.5;
  return sign * (1 + z * sum);
}

/* ---- probabilities, after Loader: "Fast and accurate computation of binomial
 * probabilities", 2000. Nothing large is subtracted from anything large. ---- */

/* log k! minus Stirling's formula, log sqrt(2 pi k) + k log k - k; k >= 1 */
static double draw_stirling(double k) {
  if (k < 16) {
    double product = 1;
    for (double i = 2; i <= k; i++) product *= i;
    return sloi_draw_log(product) - (k + 0.5) * sloi_draw_log(k) + k - DRAW_HALF_LOG_TAU;
  }
  double z = 1 / (k * k); /* what is left out is below 2e-16 */
  return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 * z) * z) * z) * z) / k;
}

/* The deviance x log(x / mean) + mean - x; x >= 0, mean > 0 */
static double draw_deviance(double x, double mean) {
  double d = x - mean;
  if (x == 0) return mean;
  if (d >= 0.1 * (x + mean) || -d >= 0.1 * (x + mean)) return x * sloi_draw_log(x / mean) - d;
  double v = d / (x + mean), sum = d * v, term = 2 * x * v;
  for (int i = 3; i < 99; i += 2) {
    term *= v * v;
    double next = sum + term / i;
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

static double draw_poisson_log(double k, double mean) {
  if (k == 0) return -mean;
  return -draw_stirling(k) - draw_deviance(k, mean) - DRAW_HALF_LOG_TAU - 0.5 * sloi_draw_log(k);
}

static double draw_binomial_log(double k, double n, double p) {
  if (k == 0) return n * draw_log_rest(p);
  if (k == n) return n * sloi_draw_log(p);
  double rest = n - k;
  double log_f = draw_stirling(n) - draw_stirling(k) - draw_stirling(rest);
  log_f -= draw_deviance(k, n * p) + draw_deviance(rest, n * (1 - p));
  return log_f - DRAW_HALF_LOG_TAU + 0.5 * sloi_draw_log(n / k / rest);
}

/* ---- counts ---- */

double sloi_draw_exponential(sloi_draw *draw) {
  return -sloi_draw_log(sloi_draw_uniform(draw));
}

static uint64_t draw_poisson_small(sloi_draw *draw, double mean) {
  for (;;) {
    double u = sloi_draw_uniform(draw);
    if (u < 1 - mean) return 0; /* e^-mean is more */
    double f = sloi_draw_exp(-mean);
    for (int k = 0; k < DRAW_SMALL_MOST; f *= mean / ++k) {
      if (u < f) return (uint64_t)k;
      u -= f;
    }
  }
}

/* The candidate of a transformed rejection: a hat of the shape of k = (2a / us + b) u + c, whose
 * inverse distribution function that is. 0 where there is no such count up to `most`. */
static int draw_candidate(double u, double us, double a, double b, double c, double most,
                          double *k) {
  double x = (2 * a / us + b) * u + c;
  if (!(x >= 0 && x < most + 1)) return 0;
  *k = (double)(int64_t)x;
  return 1;
}

/* PTRS of Hormann: "The transformed rejection method for generating Poisson random variables",
 * Insurance: Mathematics and Economics 12, 1993. mean >= 10 */
static uint64_t draw_poisson_large(sloi_draw *draw, double mean) {
  double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
  double scale = 1.1239 + 1.1328 / (b - 3.4), sure = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    double u = sloi_draw_uniform(draw) - 0.5, v = sloi_draw_uniform(draw), k;
    double us = 0.5 - (u < 0 ? -u : u);
    if (!draw_candidate(u, us, a, b, mean + 0.43, 2.0 * SLOI_DRAW_MAX, &k)) continue;
    if (us >= 0.07 && v <= sure) return (uint64_t)k;
    if (us < 0.013 && v > us) continue;
    if (sloi_draw_log(v * scale / (a / (us * us) + b)) <= draw_poisson_log(k, mean)) {
      return (uint64_t)k;
    }
  }
}

uint64_t sloi_draw_poisson(sloi_draw *draw, double mean) {
  if (!(mean > 0)) return 0;
  if (mean < DRAW_SMALL) return draw_poisson_small(draw, mean);
  return draw_poisson_large(draw, mean < SLOI_DRAW_MAX ? mean : SLOI_DRAW_MAX);
}

static uint64_t draw_binomial_small(sloi_draw *draw, double n, double p) {
  double odds = p / (1 - p);
  for (;;) {
    double u = sloi_draw_uniform(draw);
    if (u < 1 - n * p) return 0; /* (1 - p)^n is more */
    double f = sloi_draw_exp(n * draw_log_rest(p));
    for (int k = 0; k < DRAW_SMALL_MOST && k <= n; f *= odds * (n - k) / (k + 1), k++) {
      if (u < f) return (uint64_t)k;
      u -= f;
    }
  }
}

/* BTRS of Hormann: "The generation of binomial random variates", Journal of Statistical
 * Computation and Simulation 46, 1993. n p >= 10, p <= 0.5 */
static uint64_t draw_binomial_large(sloi_draw *draw, double n, double p) {
  double deviation = sqrt(n * p * (1 - p));
  double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p;
  double scale = (2.83 + 5.1 / b) * deviation, sure = 0.92 - 4.2 / b, mode = 1;
  for (;;) {
    double u = sloi_draw_uniform(draw) - 0.5, v = sloi_draw_uniform(draw), k;
    double us = 0.5 - (u < 0 ? -u : u);
    if (!draw_candidate(u, us, a, b, n * p + 0.5, n, &k)) continue;
    if (us >= 0.07 && v <= sure) return (uint64_t)k;
    if (mode > 0) mode = draw_binomial_log((double)(int64_t)((n + 1) * p), n, p);
    if (sloi_draw_log(v * scale / (a / (us * us) + b)) <= draw_binomial_log(k, n, p) - mode) {
      return (uint64_t)k;
    }
  }
}

uint64_t sloi_draw_binomial(sloi_draw *draw, uint64_t n, double p) {
  if (n > (uint64_t)SLOI_DRAW_MAX) n = (uint64_t)SLOI_DRAW_MAX;
  if (n == 0 || !(p > 0)) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - sloi_draw_binomial(draw, n, 1 - p);
  double count = (double)(int64_t)n;
  return count * p < DRAW_SMALL ? draw_binomial_small(draw, count, p)
                                : draw_binomial_large(draw, count, p);
}

/* ---- src/sim/fault.c ---- */

#define FAULT_ALL UINT32_C(1000000)

static const struct {
  const char *name;
  uint32_t kind;
  const char *arguments; /* a letter each: l latency_ns, j jitter_ns, r rate_per_s, b bytes */
  int least;
} FAULT_KIND[] = {
    {"latency", SLO_FAULT_LATENCY, "lj", 1},      {"down", SLO_FAULT_DOWN, "", 0},
    {"timeout", SLO_FAULT_TIMEOUT, "", 0},        {"reset_peer", SLO_FAULT_RESET_PEER, "", 0},
    {"bandwidth", SLO_FAULT_BANDWIDTH, "r", 1},   {"slicer", SLO_FAULT_SLICER, "bl", 2},
    {"limit_data", SLO_FAULT_LIMIT_DATA, "b", 1},
};
enum { FAULT_KINDS = sizeof FAULT_KIND / sizeof FAULT_KIND[0] };

/* ---- check ---- */

static int fault_takes(uint32_t kind, char argument) {
  return strchr(FAULT_KIND[kind - 1].arguments, argument) != NULL;
}

/* Everything but when. */
static slo_status fault_check_what(const slo_fault *f, slo_error *error) {
  if (f->kind < SLO_FAULT_LATENCY || f->kind > SLO_FAULT_LIMIT_DATA) {
    return sloi_fail_range(error, f->kind, SLO_FAULT_LATENCY, SLO_FAULT_LIMIT_DATA, "kind");
  }
  if (f->shape > SLO_FAULT_RAMP) {
    return sloi_fail_range(error, f->shape, SLO_FAULT_STEP, SLO_FAULT_RAMP, "shape");
  }
  if (f->toxicity_ppm > FAULT_ALL) {
    return sloi_fail_range(error, f->toxicity_ppm, 0, FAULT_ALL, "toxicity_ppm");
  }
  if (f->reserved != 0) return sloi_fail(error, SLO_EVERSION, f->reserved, "reserved");
  int64_t most = fault_takes(f->kind, 'l') ? SLO_DAY_NS : 0;
  if (f->latency_ns < 0 || f->latency_ns > most) {
    return sloi_fail_range(error, f->latency_ns, 0, most, "latency_ns");
  }
  most = fault_takes(f->kind, 'j') ? f->latency_ns : 0;
  if (f->jitter_ns < 0 || f->jitter_ns > most) {
    return sloi_fail_range(error, f->jitter_ns, 0, most, "jitter_ns");
  }
  int takes = fault_takes(f->kind, 'r');
  if ((f->rate_per_s != 0) != takes) {
    return sloi_fail_range(error, sloi_shown(f->rate_per_s), takes, takes ? INT64_MAX : 0,
                           "rate_per_s");
  }
  takes = fault_takes(f->kind, 'b');
  if ((f->bytes != 0) != takes) {
    return sloi_fail_range(error, sloi_shown(f->bytes), takes, takes ? INT64_MAX : 0, "bytes");
  }
  return SLO_OK;
}

slo_status slo_fault_check(const slo_fault *fault, slo_error *error) {
  if (fault == NULL) return sloi_fail(error, SLO_EINVAL, 0, "fault (NULL)");
  slo_status status = fault_check_what(fault, error);
  if (status != SLO_OK) return status;
  const slo_period *p = &fault->period;
  if (p->start_ns < 0 || p->start_ns >= SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, p->start_ns, 0, SLO_TIME_MAX_NS - 1, "period.start_ns");
  }
  if (p->end_ns <= p->start_ns || p->end_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, p->end_ns, p->start_ns + 1, SLO_TIME_MAX_NS, "period.end_ns");
  }
  return SLO_OK;
}

/* ---- parse ---- */

typedef struct fault_text {
  const char *text, *at;
  slo_error *error;
} fault_text;

static slo_status fault_text_fail(const fault_text *t, const char *what) {
  return sloi_fail(t->error, SLO_EPARSE, t->at - t->text, "%s", what);
}

static void fault_text_skip(fault_text *t) {
  while (*t->at == ' ' || *t->at == '\t') t->at++;
}

/* Steps over `c` and the blanks around it. */
static int fault_text_sign(fault_text *t, char c) {
  fault_text_skip(t);
  if (*t->at != c) return 0;
  t->at++;
  fault_text_skip(t);
  return 1;
}

static int fault_letter(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

static int fault_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Steps over `word` when it is a whole one. */
static int fault_text_word(fault_text *t, const char *word) {
  size_t n = strlen(word);
  if (strncmp(t->at, word, n) != 0 || fault_letter(t->at[n]) || fault_digit(t->at[n])) return 0;
  t->at += n;
  return 1;
}

static slo_status fault_text_integer(fault_text *t, const char *field, uint64_t *value) {
  uint64_t v = 0;
  if (!fault_digit(*t->at)) return fault_text_fail(t, field);
  for (; fault_digit(*t->at); t->at++) {
    uint64_t digit = (uint64_t)(*t->at - '0');
    if (v > (UINT64_MAX - digit) / 10) {
      return sloi_fail_range(t->error, INT64_MAX, 1, INT64_MAX, "%s", field);
    }
    v = v * 10 + digit;
  }
  *value = v;
  return SLO_OK;
}

static slo_status fault_text_span(fault_text *t, const char *field, int64_t *span_ns) {
  char span[64];
  size_t n = 0;
  slo_error e = {0};
  e.struct_size = (uint32_t)sizeof e;
  while (n < sizeof span - 1 && (fault_letter(t->at[n]) || fault_digit(t->at[n]))) n++;
  memcpy(span, t->at, n);
  span[n] = '\0';
  slo_status status = slo_span_parse(span, span_ns, &e);
  if (status == SLO_OK) {
    t->at += n;
  } else if (status == SLO_EPARSE) {
    t->at += e.value;
    return sloi_fail(t->error, status, t->at - t->text, "%s, a span such as 300ms", field);
  } else {
    return sloi_fail_range(t->error, INT64_MAX, 0, SLO_DAY_NS, "%s", field);
  }
  return status;
}

static slo_status fault_text_argument(fault_text *t, char argument, slo_fault *f) {
  switch (argument) {
    case 'l':
      return fault_text_span(t, "latency_ns", &f->latency_ns);
    case 'j':
      return fault_text_span(t, "jitter_ns", &f->jitter_ns);
    case 'r':
      return fault_text_integer(t, "rate_per_s", &f->rate_per_s);
    default:
      return fault_text_integer(t, "bytes", &f->bytes);
  }
}

static slo_status fault_text_arguments(fault_text *t, int kind, slo_fault *f) {
  const char *arguments = FAULT_KIND[kind].arguments;
  if (*arguments == '\0') return SLO_OK;
  if (!fault_text_sign(t, '(')) return fault_text_fail(t, "( and what the fault takes");
  for (int i = 0; arguments[i] != '\0'; i++) {
    if (i > 0 && !fault_text_sign(t, ',')) {
      if (i >= FAULT_KIND[kind].least) break;
      return fault_text_fail(t, ", and what else the fault takes");
    }
    slo_status status = fault_text_argument(t, arguments[i], f);
    if (status != SLO_OK) return status;
  }
  return fault_text_sign(t, ')') ? SLO_OK : fault_text_fail(t, ")");
}

/* "12.3456%", of which there is a digit */
static slo_status fault_text_toxicity(fault_text *t, uint32_t *ppm) {
  uint64_t whole, part = 0, unit = 10000;
  slo_status status = fault_text_integer(t, "toxicity_ppm", &whole);
  if (status != SLO_OK) return status;
  if (*t->at == '.') {
    t->at++;
    if (!fault_digit(*t->at)) return fault_text_fail(t, "toxicity (a number and %)");
    for (; fault_digit(*t->at) && unit > 1; t->at++) {
      unit /= 10;
      part += unit * (uint64_t)(*t->at - '0');
    }
  }
  if (!fault_text_sign(t, '%')) return fault_text_fail(t, "toxicity (a number and %)");
  if (whole <= 100) part += whole * 10000;
  if (whole > 100 || part < 1 || part > FAULT_ALL) {
    int64_t shown = whole > INT64_MAX / 10000 - 1 ? INT64_MAX : (int64_t)(whole * 10000 + part);
    return sloi_fail_range(t->error, whole > 100 ? shown : (int64_t)part, 1, FAULT_ALL,
                           "toxicity_ppm");
  }
  *ppm = (uint32_t)part;
  return SLO_OK;
}

slo_status slo_fault_parse(const char *text, slo_fault *fault, slo_error *error) {
  if (text == NULL) return sloi_fail(error, SLO_EINVAL, 0, "text (NULL)");
  if (fault == NULL) return sloi_fail(error, SLO_EINVAL, 0, "fault (NULL)");
  fault_text t = {text, text, error};
  slo_fault f = {0};
  int kind = 0;
  fault_text_skip(&t);
  while (kind < FAULT_KINDS && !fault_text_word(&t, FAULT_KIND[kind].name)) kind++;
  if (kind == FAULT_KINDS) {
    return fault_text_fail(&t, "fault (latency(300ms), down, timeout, reset_peer, ..)");
  }
  f.kind = FAULT_KIND[kind].kind;
  f.period = fault->period;
  f.toxicity_ppm = FAULT_ALL;
  slo_status status = fault_text_arguments(&t, kind, &f);
  fault_text_skip(&t);
  if (status == SLO_OK && fault_digit(*t.at)) status = fault_text_toxicity(&t, &f.toxicity_ppm);
  if (status != SLO_OK) return status;
  if (fault_text_word(&t, "ramp")) {
    f.shape = SLO_FAULT_RAMP;
  } else {
    (void)fault_text_word(&t, "step");
  }
  fault_text_skip(&t);
  if (*t.at != '\0') return fault_text_fail(&t, "fault, what follows it (10%, ramp)");
  status = fault_check_what(&f, error);
  if (status == SLO_OK) *fault = f;
  return status;
}

/* ---- what it does ---- */

uint32_t slo_fault_toxicity(const slo_fault *fault, int64_t at_ns) {
  if (fault == NULL) return 0;
  const slo_period *p = &fault->period;
  if (at_ns <= p->start_ns || at_ns > p->end_ns) return 0;
  uint32_t all = fault->toxicity_ppm == 0 ? FAULT_ALL : fault->toxicity_ppm;
  if (fault->shape != SLO_FAULT_RAMP) return all;
  uint64_t passed = (uint64_t)at_ns - (uint64_t)p->start_ns;
  uint64_t whole = (uint64_t)p->end_ns - (uint64_t)p->start_ns;
  return (uint32_t)sloi_u128_divide(sloi_u128_multiply(passed, all), sloi_u128_of(whole));
}

/* Is latency + a * b / unit beyond the limit? latency <= limit */
static int fault_exceeds(uint64_t room_ns, uint64_t a, uint64_t b, uint64_t unit) {
  return sloi_u128_compare(sloi_u128_multiply(a, b), sloi_u128_multiply(room_ns, unit)) > 0;
}

/* How many ppm of the whole numbers in [-jitter, jitter) exceed the room that is left. */
static uint32_t fault_jitter_ppm(int64_t room_ns, int64_t jitter_ns) {
  if (room_ns < -jitter_ns) return FAULT_ALL;
  if (room_ns >= jitter_ns - 1) return 0;
  uint64_t beyond = (uint64_t)(jitter_ns - 1 - room_ns), all = 2 * (uint64_t)jitter_ns;
  sloi_u128 rounded = sloi_u128_add(sloi_u128_multiply(beyond, FAULT_ALL), sloi_u128_of(all / 2));
  return (uint32_t)sloi_u128_divide(rounded, sloi_u128_of(all));
}

static uint32_t fault_effect(const slo_fault *f, int64_t latency_ns, uint64_t bytes,
                             int64_t limit_ns) {
  switch (f->kind) {
    case SLO_FAULT_DOWN:
    case SLO_FAULT_TIMEOUT:
    case SLO_FAULT_RESET_PEER:
      return FAULT_ALL;
    case SLO_FAULT_LIMIT_DATA:
      if (bytes > f->bytes) return FAULT_ALL;
      break;
    default:
      break;
  }
  if (limit_ns == 0) return 0;
  if (latency_ns > limit_ns) return FAULT_ALL; /* nothing here makes it faster */
  int64_t room_ns = limit_ns - latency_ns;
  int exceeds = 0;
  if (f->kind == SLO_FAULT_LATENCY) return fault_jitter_ppm(room_ns - f->latency_ns, f->jitter_ns);
  if (f->kind == SLO_FAULT_BANDWIDTH) {
    exceeds = fault_exceeds((uint64_t)room_ns, bytes, (uint64_t)SLO_SECOND_NS, f->rate_per_s);
  } else if (f->kind == SLO_FAULT_SLICER) {
    uint64_t delays = bytes == 0 ? 0 : (bytes - 1) / f->bytes;
    exceeds = fault_exceeds((uint64_t)room_ns, delays, (uint64_t)f->latency_ns, 1);
  }
  return exceeds ? FAULT_ALL : 0;
}

slo_status slo_fault_effect(const slo_fault *fault, int64_t latency_ns, uint64_t bytes,
                            int64_t limit_ns, uint32_t *bad_ppm) {
  if (fault == NULL || bad_ppm == NULL) return SLO_EINVAL;
  slo_status status = fault_check_what(fault, NULL);
  if (status != SLO_OK) return status;
  if (latency_ns < 0 || latency_ns > SLO_TIME_MAX_NS || limit_ns < 0 ||
      limit_ns > SLO_TIME_MAX_NS) {
    return SLO_ERANGE;
  }
  *bad_ppm = fault_effect(fault, latency_ns, bytes, limit_ns);
  return SLO_OK;
}

/* ---- src/sim/gameday.c ---- */

#include <inttypes.h>
#include <stdio.h>


#define GAMEDAY_PPM 1000000
#define GAMEDAY_SUBJECT_MAX 64 /* with 40 bytes of an action's name */

typedef enum gameday_stage {
  GAMEDAY_PLAYING,
  GAMEDAY_MISSED, /* an expectation is over: only when it came after all is of interest */
  GAMEDAY_OVER
} gameday_stage;

typedef struct gameday {
  slo_gameday_config config;
  slo_traffic *traffic;
  slo_monitor *monitor;
  slo_gameday_event *events;
  size_t capacity;
  gameday_stage stage;
  uint64_t cursor;      /* of slo_alert_next */
  uint32_t next;        /* the expectation of FIRES, RESOLVES or ACTION that comes next */
  uint32_t next_budget; /* and of BUDGET */
  int known;            /* was anything valid? */
  int64_t consumed_ppm; /* the most so far; -1: nothing was valid yet */
  int64_t now_ns;       /* of the newest tick */
  slo_standing standing;
  slo_gameday_result result;
} gameday;

/* ---- check ---- */

/* Puts `to` in front of a part's field, in place of `from`, which it may begin with. */
static slo_status gameday_within(slo_error *error, slo_status status, const slo_error *part,
                                 const char *from, const char *to) {
  size_t n = strlen(from);
  const char *field = part->field;
  if (n != 0 && strncmp(field, from, n) == 0) {
    field += n;
  } else if (n != 0) {
    to = "";
  }
  if (part->min > part->max) return sloi_fail(error, status, part->value, "%s%.48s", to, field);
  return sloi_fail_range(error, part->value, part->min, part->max, "%s%.48s", to, field);
}

static slo_status gameday_check_expectation(const slo_gameday_config *c, uint32_t i,
                                            slo_error *error) {
  const slo_expectation *x = &c->expectations[i];
  unsigned n = (unsigned)i;
  if (x->kind < SLO_GAMEDAY_FIRES || x->kind > SLO_GAMEDAY_BUDGET) {
    return sloi_fail_range(error, x->kind, SLO_GAMEDAY_FIRES, SLO_GAMEDAY_BUDGET,
                           "expectations[%u].kind", n);
  }
  int fires = x->kind == SLO_GAMEDAY_FIRES || x->kind == SLO_GAMEDAY_RESOLVES;
  if (x->severity >= (fires ? SLO_SEVERITIES : 1)) {
    return sloi_fail_range(error, x->severity, 0, fires ? SLO_SEVERITIES - 1 : 0,
                           "expectations[%u].severity", n);
  }
  if (x->within.start_ns < 0 || x->within.start_ns >= c->end_ns) {
    return sloi_fail_range(error, x->within.start_ns, 0, c->end_ns - 1,
                           "expectations[%u].within.start_ns", n);
  }
  if (x->within.end_ns <= x->within.start_ns || x->within.end_ns > c->end_ns) {
    return sloi_fail_range(error, x->within.end_ns, x->within.start_ns + 1, c->end_ns,
                           "expectations[%u].within.end_ns", n);
  }
  if (x->kind == SLO_GAMEDAY_ACTION && c->action_count == 0) {
    return sloi_fail(error, SLO_EINVAL, x->action, "expectations[%u].action (there is none)", n);
  }
  uint32_t actions = x->kind == SLO_GAMEDAY_ACTION ? c->action_count : 1;
  if (x->action >= actions) {
    return sloi_fail_range(error, x->action, 0, (int64_t)actions - 1, "expectations[%u].action", n);
  }
  if (x->reserved != 0) {
    return sloi_fail(error, SLO_EVERSION, x->reserved, "expectations[%u].reserved", n);
  }
  int budget = x->kind == SLO_GAMEDAY_BUDGET;
  if (!budget && x->least_ppm != 0) {
    return sloi_fail_range(error, x->least_ppm, 0, 0, "expectations[%u].least_ppm", n);
  }
  if (x->most_ppm < x->least_ppm || (!budget && x->most_ppm != 0)) {
    return sloi_fail_range(error, x->most_ppm, x->least_ppm, budget ? GAMEDAY_PPM : 0,
                           "expectations[%u].most_ppm", n);
  }
  return SLO_OK;
}

static slo_status gameday_check(const slo_gameday_config *c, slo_error *error) {
  int64_t after_ns = 0;
  if (c->traffic == NULL) return sloi_fail(error, SLO_EINVAL, 0, "traffic (NULL)");
  if (c->slo == NULL) return sloi_fail(error, SLO_EINVAL, 0, "slo (NULL)");
  if (c->expected_only > 1) {
    return sloi_fail_range(error, c->expected_only, 0, 1, "expected_only");
  }
  if (c->actions == NULL && c->action_count != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "actions (NULL)");
  }
  if (c->expectations == NULL && c->expectation_count != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "expectations (NULL)");
  }
  for (uint32_t i = 0; i < c->action_count; i++) {
    if (c->actions[i].name == NULL) {
      return sloi_fail(error, SLO_EINVAL, 0, "actions[%u].name (NULL)", (unsigned)i);
    }
  }
  for (uint32_t i = 0; i < c->expectation_count; i++) {
    const slo_expectation *x = &c->expectations[i];
    slo_status status = gameday_check_expectation(c, i, error);
    if (status != SLO_OK) return status;
    if (x->kind != SLO_GAMEDAY_BUDGET) continue;
    if (x->within.end_ns < after_ns) {
      return sloi_fail_range(error, x->within.end_ns, after_ns, c->end_ns,
                             "expectations[%u].within.end_ns", (unsigned)i);
    }
    after_ns = x->within.end_ns;
  }
  return SLO_OK;
}

/* ---- differences, in words ---- */

typedef struct gameday_words {
  char text[SLO_TIME_TEXT_MAX];
} gameday_words;

static gameday_words gameday_time(int64_t at_ns) {
  gameday_words w;
  (void)slo_time_format(at_ns, w.text, sizeof w.text);
  return w;
}

static gameday_words gameday_span(int64_t span_ns) {
  gameday_words w;
  (void)slo_span_format(span_ns, w.text, sizeof w.text);
  return w;
}

/* All digits there are, so that two numbers that differ never look the same. */
static gameday_words gameday_percent(int64_t ppm) {
  gameday_words w;
  uint64_t size = ppm < 0 ? 0 - (uint64_t)ppm : (uint64_t)ppm;
  (void)snprintf(w.text, sizeof w.text, "%s%" PRIu64 ".%04" PRIu64, ppm < 0 ? "-" : "",
                 size / 10000, size % 10000);
  return w;
}

/* "page fires", "page does not fire" */
static void gameday_subject(const gameday *g, uint32_t kind, uint32_t severity, uint32_t action,
                            int happens, char *text) {
  const char *who = severity == SLO_SEVERITY_PAGE ? "page" : "ticket";
  const char *fires = happens ? "fires" : "does not fire";
  const char *resolves = happens ? "resolves" : "does not resolve";
  if (kind == SLO_GAMEDAY_ACTION) {
    (void)snprintf(text, GAMEDAY_SUBJECT_MAX, "action \"%.40s\" is %sdue",
                   g->config.actions[action].name, happens ? "" : "not ");
  } else {
    (void)snprintf(text, GAMEDAY_SUBJECT_MAX, "%s %s", who,
                   kind == SLO_GAMEDAY_FIRES ? fires : resolves);
  }
}

static void gameday_differ(gameday *g, gameday_stage stage, uint32_t difference, int64_t at_ns) {
  g->stage = stage;
  g->result.passed = 0;
  g->result.difference = difference;
  g->result.at_ns = at_ns;
}

/* The text when an expected event came at the wrong time. */
static void gameday_say_when(gameday *g, const slo_expectation *x, int64_t at_ns) {
  char what[GAMEDAY_SUBJECT_MAX];
  int early = at_ns <= x->within.start_ns;
  gameday_subject(g, x->kind, x->severity, x->action, 1, what);
  (void)snprintf(g->result.text, sizeof g->result.text,
                 "%s at %.30s, %.36s too %s: expected within (%.30s, %.30s]", what,
                 gameday_time(at_ns).text,
                 gameday_span(early ? x->within.start_ns - at_ns : at_ns - x->within.end_ns).text,
                 early ? "early" : "late", gameday_time(x->within.start_ns).text,
                 gameday_time(x->within.end_ns).text);
}

static void gameday_say_other(gameday *g, const slo_gameday_event *event) {
  char what[GAMEDAY_SUBJECT_MAX], expected[GAMEDAY_SUBJECT_MAX];
  slo_gameday_result *r = &g->result;
  gameday_subject(g, event->kind, event->severity, event->action, 1, what);
  if (g->next == g->config.expectation_count) {
    (void)snprintf(r->text, sizeof r->text, "%s at %.30s, expected: nothing more", what,
                   gameday_time(event->at_ns).text);
    return;
  }
  const slo_expectation *x = &g->config.expectations[g->next];
  gameday_subject(g, x->kind, x->severity, x->action, 1, expected);
  (void)snprintf(r->text, sizeof r->text, "%s at %.30s, expected: %s within (%.30s, %.30s]", what,
                 gameday_time(event->at_ns).text, expected, gameday_time(x->within.start_ns).text,
                 gameday_time(x->within.end_ns).text);
}

static void gameday_say_budget(gameday *g, const slo_expectation *x) {
  (void)snprintf(
      g->result.text, sizeof g->result.text, "budget at %s: %s%s left, expected %s .. %s %%",
      gameday_time(x->within.end_ns).text,
      g->known ? gameday_percent(g->result.remaining_ppm).text : "nothing valid, unknown",
      g->known ? " %" : " what is", gameday_percent(x->least_ppm).text,
      gameday_percent(x->most_ppm).text);
}

/* ---- events ---- */

static uint32_t gameday_after(const gameday *g, uint32_t i, int budget) {
  const slo_gameday_config *c = &g->config;
  while (i < c->expectation_count &&
         (c->expectations[i].kind == SLO_GAMEDAY_BUDGET) != (budget != 0)) {
    i++;
  }
  return i;
}

static int gameday_matches(const slo_expectation *x, const slo_gameday_event *event) {
  return x->kind == event->kind && x->severity == event->severity && x->action == event->action;
}

/* Something that is none of the next expectation's: is it one of a later one's? */
static int gameday_later(const gameday *g, const slo_gameday_event *event) {
  for (uint32_t i = g->next; i < g->config.expectation_count; i++) {
    if (gameday_matches(&g->config.expectations[i], event)) return 1;
  }
  return 0;
}

static void gameday_happens(gameday *g, slo_gameday_event event) {
  const slo_gameday_config *c = &g->config;
  const slo_expectation *x = g->next < c->expectation_count ? &c->expectations[g->next] : NULL;
  int matches = x != NULL && gameday_matches(x, &event);
  if (g->stage == GAMEDAY_OVER) return;
  if (g->stage == GAMEDAY_MISSED) {
    if (!matches) return;
    g->stage = GAMEDAY_OVER;
    gameday_say_when(g, x, event.at_ns);
    return;
  }
  event.remaining_ppm = g->result.remaining_ppm;
  if (g->result.events < g->capacity) g->events[g->result.events] = event;
  g->result.events++;
  /* what comes after the end was missed before */
  if (matches && event.at_ns > x->within.start_ns) {
    g->next = gameday_after(g, g->next + 1, 0);
  } else if (c->expected_only) {
    return;
  } else if (matches) {
    gameday_differ(g, GAMEDAY_OVER, g->next, event.at_ns);
    gameday_say_when(g, x, event.at_ns);
  } else {
    gameday_differ(g, GAMEDAY_OVER, gameday_later(g, &event) ? g->next : c->expectation_count,
                   event.at_ns);
    gameday_say_other(g, &event);
  }
}

/* Expectations that ended before now_ns: nothing that meets them can come any more. */
static void gameday_judge(gameday *g, int64_t now_ns) {
  const slo_gameday_config *c = &g->config;
  char what[GAMEDAY_SUBJECT_MAX];
  while (g->stage == GAMEDAY_PLAYING) {
    uint32_t n = c->expectation_count, i = g->next, k = g->next_budget;
    int64_t missed_ns = i < n ? c->expectations[i].within.end_ns : INT64_MAX;
    int64_t budget_ns = k < n ? c->expectations[k].within.end_ns : INT64_MAX;
    const slo_expectation *x = missed_ns <= budget_ns ? &c->expectations[i] : &c->expectations[k];
    if ((missed_ns <= budget_ns ? missed_ns : budget_ns) >= now_ns) return;
    if (missed_ns <= budget_ns) {
      gameday_differ(g, GAMEDAY_MISSED, i, missed_ns);
      gameday_subject(g, x->kind, x->severity, x->action, 0, what);
      (void)snprintf(g->result.text, sizeof g->result.text, "%s, expected within (%.30s, %.30s]",
                     what, gameday_time(x->within.start_ns).text, gameday_time(missed_ns).text);
    } else if (g->known && g->result.remaining_ppm >= x->least_ppm &&
               g->result.remaining_ppm <= x->most_ppm) {
      g->next_budget = gameday_after(g, k + 1, 1);
    } else {
      gameday_differ(g, GAMEDAY_OVER, k, budget_ns);
      gameday_say_budget(g, x);
    }
  }
}

/* ---- the day ---- */

static slo_status gameday_create(gameday *g, const slo_allocator *allocator, slo_error *error) {
  const slo_gameday_config *c = &g->config;
  slo_error e = SLO_SIZED(slo_error);
  slo_monitor_sli sli = SLO_SIZED(slo_monitor_sli);
  slo_monitor_config m = SLO_SIZED(slo_monitor_config);
  sli.name = "requests";
  m.slis = c->sli != NULL ? c->sli : &sli;
  m.sli_count = 1;
  m.slos = c->slo;
  m.slo_count = 1;
  m.window = c->window;
  slo_status status = slo_traffic_create(c->traffic, allocator, &g->traffic, &e);
  if (status != SLO_OK) return gameday_within(error, status, &e, "", "traffic.");
  status = slo_monitor_create(&m, allocator, &g->monitor, &e);
  if (status == SLO_OK) return SLO_OK;
  int of_slo = strncmp(e.field, "slos[0].", 8) == 0;
  return gameday_within(error, status, &e, of_slo ? "slos[0]." : "slis[0].",
                        of_slo ? "slo." : "sli.");
}

static slo_status gameday_tick(gameday *g, int64_t now_ns) {
  slo_transition t = SLO_SIZED(slo_transition);
  g->now_ns = now_ns;
  slo_status status = slo_monitor_tick(g->monitor, now_ns, 0);
  if (status == SLO_OK) status = slo_monitor_read(g->monitor, 0, &g->standing);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  g->known = status == SLO_OK;
  if (g->stage == GAMEDAY_PLAYING) {
    g->result.at_ns = now_ns;
    g->result.counts = g->standing.total;
    g->result.remaining_ppm = g->known ? g->standing.budget.remaining_ppm : 0;
  }
  while (slo_alert_next(slo_monitor_alert(g->monitor, 0), &g->cursor, &t) == SLO_OK) {
    slo_gameday_event event = {0, t.severity, t.at_ns, 0, t.cause, 0};
    if ((t.from == SLO_ALERT_FIRING) == (t.to == SLO_ALERT_FIRING)) continue;
    event.kind = t.to == SLO_ALERT_FIRING ? SLO_GAMEDAY_FIRES : SLO_GAMEDAY_RESOLVES;
    gameday_happens(g, event);
  }
  const int64_t consumed_ppm = g->known ? sloi_shown(g->standing.budget.consumed_ppm) : -1;
  for (uint32_t i = 0; i < g->config.action_count; i++) {
    int64_t due_ppm = sloi_shown(g->config.actions[i].consumed_ppm);
    slo_gameday_event event = {SLO_GAMEDAY_ACTION, 0, now_ns, i, 0, 0};
    if (due_ppm > g->consumed_ppm && due_ppm <= consumed_ppm) gameday_happens(g, event);
  }
  if (consumed_ppm > g->consumed_ppm) g->consumed_ppm = consumed_ppm;
  return SLO_OK;
}

static slo_status gameday_play(gameday *g, int64_t start_ns) {
  slo_traffic_slot slot;
  slo_status status = gameday_tick(g, start_ns);
  while (status == SLO_OK && g->stage != GAMEDAY_OVER) {
    if (slo_traffic_next(g->traffic, &slot) != SLO_OK || slot.period.end_ns > g->config.end_ns) {
      break;
    }
    gameday_judge(g, slot.period.end_ns);
    slo_counter_record_many(slo_monitor_counter(g->monitor, 0), &slot.counts);
    status = gameday_tick(g, slot.period.end_ns);
  }
  gameday_judge(g, INT64_MAX);
  if (g->stage == GAMEDAY_PLAYING) {
    g->result.passed = 1;
    g->result.difference = g->config.expectation_count;
    (void)snprintf(g->result.text, sizeof g->result.text,
                   g->known ? "as expected: %u events, %s %% of the budget left"
                            : "as expected: %u events, and nothing valid",
                   (unsigned)g->result.events, gameday_percent(g->result.remaining_ppm).text);
  }
  return status;
}

slo_status slo_gameday_run(const slo_gameday_config *config, const slo_allocator *allocator,
                           slo_gameday_event *events, size_t capacity, slo_gameday_result *result,
                           slo_error *error) {
  gameday g;
  slo_traffic_config traffic;
  memset(&g, 0, sizeof g);
  g.standing.struct_size = (uint32_t)sizeof g.standing;
  if (result == NULL) return sloi_fail(error, SLO_EINVAL, 0, "result (NULL)");
  if (events == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "events (NULL)");
  slo_gameday_config *c = &g.config;
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_gameday_config");
  if (status != SLO_OK) return status;
  if (c->traffic == NULL) return sloi_fail(error, SLO_EINVAL, 0, "traffic (NULL)");
  status = sloi_sized_read(&traffic, sizeof traffic, c->traffic, error, "traffic");
  if (status != SLO_OK) return status;
  int valid = traffic.start_ns >= 0 && traffic.start_ns <= SLO_TIME_MAX_NS; /* or create says so */
  int64_t least_ns = valid ? traffic.start_ns + 1 : 1;
  if (c->end_ns < least_ns || c->end_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->end_ns, least_ns, SLO_TIME_MAX_NS, "end_ns");
  }
  status = gameday_check(c, error);
  if (status != SLO_OK) return status;
  g.events = events;
  g.capacity = capacity;
  g.consumed_ppm = -1;
  g.next = gameday_after(&g, 0, 0);
  g.next_budget = gameday_after(&g, 0, 1);
  status = gameday_create(&g, allocator, error);
  if (status == SLO_OK) {
    status = gameday_play(&g, traffic.start_ns);
    if (status != SLO_OK) (void)sloi_fail(error, status, g.now_ns, "tick, at its now_ns");
  }
  if (status == SLO_OK) {
    status = sloi_sized_write(result, &g.result, sizeof g.result);
    if (status != SLO_OK) (void)sloi_fail(error, status, 0, "result.struct_size");
  }
  slo_monitor_destroy(g.monitor);
  slo_traffic_destroy(g.traffic);
  return status;
}

/* ---- src/sim/traffic.h ---- */

/* traffic.h - what a block of traffic holds, and its noise. */
#ifndef SLOI_TRAFFIC_H
#define SLOI_TRAFFIC_H


/* Of the configuration, defaults filled in, and of the block. Sales, classes and faults lie right
 * behind it, from then on what changes. */
typedef struct sloi_traffic_plan {
  int64_t start_ns;
  int64_t slot_ns;
  int64_t peak_ns;
  int64_t noise_ns;
  int64_t limit_ns;
  uint64_t requests_per_day;
  uint64_t seed;
  uint64_t noise;
  uint64_t error_ppb;
  uint64_t diurnal_ppm;
  uint64_t weekend_ppm;
  uint64_t sale_count;
  uint64_t class_count;
  uint64_t fault_count;
  uint64_t replicas;
  uint64_t sales_at;
  uint64_t classes_at;
  uint64_t faults_at;
  uint64_t state_at;
  uint64_t effects_at; /* uint32_t of each fault and class: slo_fault_effect */
  uint64_t active_at;  /* uint32_t: faults that are on */
  uint64_t ring_at;    /* of RETRIES: first failures, a cell each, as long as they are retried */
  /* a first failure and its retries, how far apart in cells, and how many cells a slot has */
  uint64_t tries;
  uint64_t stride;
  uint64_t cells;
  uint64_t size;
} sloi_traffic_plan;

/* What RETRIES have at most: noise of 1 h, a retry every 10/3 s; and a stride of 5 cells of 1 s */
#define SLOI_TRAFFIC_STRIDE_MAX 5

/* Noise goes on by itself: it draws from a stream of its own, whatever else is drawn. */
typedef struct sloi_noise {
  sloi_draw draw;
  double mean;        /* DRIFT: of the probability, before it is cut at 1 */
  double probability; /* DRIFT: until until_ns */
  int64_t until_ns;
  int64_t burst_ns;                         /* BURSTS: start of this one or the next */
  uint64_t position;                        /* RETRIES: in the ring */
  uint64_t trying[SLOI_TRAFFIC_STRIDE_MAX]; /* RETRIES: sum of every stride-th cell of the ring */
} sloi_noise;

/* What stays the same for all slots whose middle is in (from_ns, until_ns]. */
typedef struct sloi_traffic_scene {
  int64_t from_ns;
  int64_t until_ns;
  double factor; /* of sales */
  double hit;    /* probability that a request is bad by faults; computed anew when ramps != 0 */
  uint64_t active_count;
  uint64_t ramps;
} sloi_traffic_scene;

typedef struct sloi_traffic_state {
  uint64_t drawn; /* slots; the counts are the last one's */
  slo_counts counts;
  double slow; /* share of the requests whose class takes too long */
  sloi_noise noise;
  sloi_traffic_scene scene;
} sloi_traffic_state;

struct slo_traffic {
  sloi_block block;
  sloi_traffic_plan plan;
};

static inline const void *sloi_traffic_at(const slo_traffic *t, uint64_t at) {
  return (const char *)t + at;
}

static inline void *sloi_traffic_owned(slo_traffic *t, uint64_t at) {
  return (char *)t + at;
}

/* The mean number of requests of the slot that begins at start_ns. */
double sloi_traffic_mean(const slo_traffic *t, int64_t start_ns, double factor);

/* `ring` is the plan's, `mean` the requests of a slot: retries began before the first one. */
void sloi_noise_init(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring, double mean);

/* The share of requests that fail in the slot from start_ns; not for RETRIES. */
double sloi_noise_share(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t start_ns);

/* The failures of the next slot, in which `mean` requests are expected; for RETRIES. */
uint64_t sloi_noise_retries(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring,
                            double mean);

#endif

/* ---- src/sim/noise.c ---- */

/* noise.c - when the background fails. */
#include <string.h>


enum { NOISE_STREAM = 1 };

static double noise_error(const sloi_traffic_plan *plan) {
  return (double)(int64_t)plan->error_ppb / 1e9;
}

/* ---- BURSTS: on for noise_ns, off for an exponential time ---- */

static void noise_burst_next(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t from_ns) {
  double error = noise_error(plan);
  double gap = (double)plan->noise_ns * (1 - error) / error * sloi_draw_exponential(&noise->draw);
  noise->burst_ns =
      gap < (double)(SLO_TIME_MAX_NS - from_ns) ? from_ns + (int64_t)(gap + 0.5) : SLO_TIME_MAX_NS;
}

static double noise_bursts(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t start_ns) {
  int64_t end_ns = start_ns + plan->slot_ns, length = plan->noise_ns, covered = 0;
  if (plan->error_ppb == 0) return 0;
  if (plan->error_ppb == 1000000000) return 1;
  if (noise->burst_ns < start_ns - length) noise->burst_ns = start_ns - length;
  while (noise->burst_ns < end_ns) {
    int64_t over_ns = noise->burst_ns + length;
    int64_t from = noise->burst_ns > start_ns ? noise->burst_ns : start_ns;
    int64_t to = over_ns < end_ns ? over_ns : end_ns;
    covered += to - from;
    if (over_ns > end_ns) break;
    noise_burst_next(noise, plan, over_ns);
  }
  return (double)covered / (double)plan->slot_ns;
}

/* ---- DRIFT: p = min(1, mean * exponential) ---- */

/* The mean with which E min(1, mean * X) = mean (1 - exp(-1 / mean)) is the error; it grows
 * with the mean, so halving finds it. */
static double noise_drift_mean(double error) {
  double low = error, high = 1e9; /* above it 1 is near enough */
  for (int i = 0; i < 200 && low < high; i++) {
    double middle = low + (high - low) / 2;
    if (middle * (1 - sloi_draw_exp(-1 / middle)) < error) {
      if (middle == low) break;
      low = middle;
    } else {
      if (middle == high) break;
      high = middle;
    }
  }
  return low;
}

static double noise_drift(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t start_ns) {
  int64_t at_ns = start_ns, end_ns = start_ns + plan->slot_ns;
  double sum = 0;
  if (plan->error_ppb == 0) return 0;
  if (plan->error_ppb == 1000000000) return 1;
  while (at_ns < end_ns) {
    if (noise->until_ns <= at_ns) {
      double p = noise->mean * sloi_draw_exponential(&noise->draw);
      noise->probability = p < 1 ? p : 1;
      noise->until_ns = at_ns + plan->noise_ns;
    }
    int64_t to_ns = noise->until_ns < end_ns ? noise->until_ns : end_ns;
    sum += noise->probability * (double)(to_ns - at_ns);
    at_ns = to_ns;
  }
  return sum / (double)plan->slot_ns;
}

double sloi_noise_share(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t start_ns) {
  switch (plan->noise) {
    case SLO_NOISE_BURSTS:
      return noise_bursts(noise, plan, start_ns);
    case SLO_NOISE_DRIFT:
      return noise_drift(noise, plan, start_ns);
    default:
      return noise_error(plan);
  }
}

/* ---- RETRIES: the failures of a cell are the first ones of it and of `tries` - 1 cells before
 * it, a stride apart ---- */

static uint64_t noise_cell(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring,
                           double mean) {
  uint64_t at = noise->position % (plan->tries * plan->stride), *sum;
  uint64_t first = sloi_draw_poisson(&noise->draw, mean);
  sum = &noise->trying[at % plan->stride];
  *sum += first - ring[at];
  ring[at] = first;
  noise->position = at + 1;
  return *sum;
}

/* First failures expected in a cell. */
static double noise_first(const sloi_traffic_plan *plan, double mean) {
  return mean * noise_error(plan) / (double)(int64_t)(plan->tries * plan->cells);
}

uint64_t sloi_noise_retries(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring,
                            double mean) {
  uint64_t failed = 0;
  for (uint64_t i = 0; i < plan->cells; i++) {
    failed += noise_cell(noise, plan, ring, noise_first(plan, mean));
  }
  return failed;
}

void sloi_noise_init(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring,
                     double mean) {
  memset(noise, 0, sizeof *noise);
  noise->draw = sloi_draw_of(plan->seed, NOISE_STREAM, 0);
  noise->until_ns = plan->start_ns;
  noise->burst_ns = SLO_TIME_MAX_NS;
  switch (plan->noise) {
    case SLO_NOISE_BURSTS: /* as if it had begun long ago: in the midst of one, or not */
      if (sloi_draw_uniform(&noise->draw) < noise_error(plan)) {
        double passed = (double)plan->noise_ns * sloi_draw_uniform(&noise->draw);
        noise->burst_ns = plan->start_ns - (int64_t)passed;
      } else if (plan->error_ppb != 0) {
        noise_burst_next(noise, plan, plan->start_ns);
      }
      break;
    case SLO_NOISE_DRIFT:
      noise->mean = noise_drift_mean(noise_error(plan));
      break;
    case SLO_NOISE_RETRIES:
      for (uint64_t i = 0; i < plan->tries * plan->stride; i++) {
        (void)noise_cell(noise, plan, ring, noise_first(plan, mean));
      }
      break;
    default:
      break;
  }
}

/* ---- src/sim/traffic.c ---- */

#include <string.h>

/* Streams of slots; noise has its own. */
enum { TRAFFIC_ARRIVALS = 2, TRAFFIC_HITS = 3, TRAFFIC_REPLICAS = 4 };

#define TRAFFIC_PPM 1e6 /* divided by, so that all of them are exactly 1 */

static double traffic_number(uint64_t value) {
  return (double)(int64_t)value;
}

static int traffic_weekend(int64_t at_ns) {
  return (at_ns / SLO_DAY_NS + 3) % 7 >= 5; /* the epoch is a Thursday */
}

double sloi_traffic_mean(const slo_traffic *t, int64_t start_ns, double factor) {
  const sloi_traffic_plan *p = &t->plan;
  int64_t at_ns = start_ns + p->slot_ns / 2;
  double mean = traffic_number(p->requests_per_day) / (double)SLO_DAY_NS * (double)p->slot_ns;
  if (p->diurnal_ppm != 0) {
    int64_t after_ns = (at_ns - p->peak_ns + SLO_DAY_NS) % SLO_DAY_NS;
    double wave = sloi_draw_cos_turn((double)after_ns / (double)SLO_DAY_NS);
    mean *= 1 + traffic_number(p->diurnal_ppm) / TRAFFIC_PPM * wave;
  }
  double weekend = traffic_number(p->weekend_ppm) / TRAFFIC_PPM;
  mean *= 7 / (5 + 2 * weekend);
  if (traffic_weekend(at_ns)) mean *= weekend;
  return mean * factor;
}

/* ---- the scene: sales and faults ---- */

/* With what probability the faults that are on make a request bad which is not so by itself. */
static double traffic_hit(const slo_traffic *t, const sloi_traffic_scene *scene, int64_t at_ns) {
  const sloi_traffic_plan *p = &t->plan;
  const slo_request_class *classes = sloi_traffic_at(t, p->classes_at);
  const slo_fault *faults = sloi_traffic_at(t, p->faults_at);
  const uint32_t *effects = sloi_traffic_at(t, p->effects_at);
  const uint32_t *active = sloi_traffic_at(t, p->active_at);
  double hit = 0, all = 0;
  for (uint64_t k = 0; k < p->class_count; k++) {
    double spared = 1, share = classes[k].share_ppm;
    if (p->limit_ns != 0 && classes[k].latency_ns > p->limit_ns) continue;
    for (uint64_t n = 0; n < scene->active_count && n < p->fault_count; n++) {
      uint64_t i = active[n] % p->fault_count;
      double touched = slo_fault_toxicity(&faults[i], at_ns) / TRAFFIC_PPM;
      spared *= 1 - touched * (effects[i * p->class_count + k] / TRAFFIC_PPM);
    }
    hit += share * (1 - spared);
    all += share;
  }
  return all > 0 ? hit / all : 0;
}

/* Does the period hold the moment? And nothing changes in (from, until] around it. */
static int traffic_within(const slo_period *period, int64_t at_ns, sloi_traffic_scene *scene) {
  const int64_t edges[2] = {period->start_ns, period->end_ns};
  for (int i = 0; i < 2; i++) {
    if (edges[i] < at_ns && edges[i] > scene->from_ns) scene->from_ns = edges[i];
    if (edges[i] >= at_ns && edges[i] < scene->until_ns) scene->until_ns = edges[i];
  }
  return period->start_ns < at_ns && at_ns <= period->end_ns;
}

static void traffic_look(slo_traffic *t, sloi_traffic_scene *scene, int64_t at_ns) {
  const sloi_traffic_plan *p = &t->plan;
  const slo_sale *sales = sloi_traffic_at(t, p->sales_at);
  const slo_fault *faults = sloi_traffic_at(t, p->faults_at);
  uint32_t *active = sloi_traffic_owned(t, p->active_at);
  const double most = traffic_number(SLO_TRAFFIC_FACTOR_MAX) / TRAFFIC_PPM;
  sloi_traffic_scene s = {-1, INT64_MAX, 1, 0, 0, 0};
  for (uint64_t i = 0; i < p->sale_count; i++) {
    if (traffic_within(&sales[i].period, at_ns, &s)) {
      s.factor *= traffic_number(sales[i].factor_ppm) / TRAFFIC_PPM;
    }
  }
  if (s.factor > most) s.factor = most;
  for (uint64_t i = 0; i < p->fault_count; i++) {
    if (!traffic_within(&faults[i].period, at_ns, &s)) continue;
    active[s.active_count++] = (uint32_t)i;
    s.ramps += faults[i].shape == SLO_FAULT_RAMP;
  }
  s.hit = traffic_hit(t, &s, at_ns);
  *scene = s;
}

/* ---- slots ---- */

slo_status slo_traffic_next(slo_traffic *traffic, slo_traffic_slot *slot) {
  slo_traffic *t = traffic;
  if (t == NULL || slot == NULL) return SLO_EINVAL;
  const sloi_traffic_plan *p = &t->plan;
  sloi_traffic_state *state = sloi_traffic_owned(t, p->state_at);
  sloi_traffic_scene *scene = &state->scene;
  uint64_t number = state->drawn;
  if (number >= (uint64_t)(SLO_TIME_MAX_NS - p->start_ns) / (uint64_t)p->slot_ns) {
    return SLO_ENODATA;
  }
  int64_t start_ns = p->start_ns + (int64_t)number * p->slot_ns;
  int64_t middle_ns = start_ns + p->slot_ns / 2;
  if (middle_ns <= scene->from_ns || middle_ns > scene->until_ns) {
    traffic_look(t, scene, middle_ns);
  } else if (scene->ramps != 0) {
    scene->hit = traffic_hit(t, scene, middle_ns);
  }

  /* requests that fail and requests that do not are independent: a Poisson number of requests,
   * each of which fails with the same probability, is two Poisson numbers */
  sloi_draw draw = sloi_draw_of(p->seed, TRAFFIC_ARRIVALS, number);
  double mean = sloi_traffic_mean(t, start_ns, scene->factor);
  uint64_t failed, rest;
  if (p->noise == SLO_NOISE_RETRIES) {
    failed = sloi_noise_retries(&state->noise, p, sloi_traffic_owned(t, p->ring_at), mean);
    rest = sloi_draw_poisson(&draw, mean * (1 - traffic_number(p->error_ppb) / 1e9));
  } else {
    double share = sloi_noise_share(&state->noise, p, start_ns);
    failed = sloi_draw_poisson(&draw, mean * share);
    rest = sloi_draw_poisson(&draw, mean * (1 - share));
  }
  uint64_t slow = sloi_draw_binomial(&draw, rest, state->slow);
  rest -= slow;
  draw = sloi_draw_of(p->seed, TRAFFIC_HITS, number);
  uint64_t hit = sloi_draw_binomial(&draw, rest, scene->hit);

  slot->period.start_ns = start_ns;
  slot->period.end_ns = start_ns + p->slot_ns;
  slot->counts.good = rest - hit;
  slot->counts.bad = failed + slow + hit;
  slot->counts.excluded = 0;
  slot->bad_by_faults = hit;
  state->counts = slot->counts;
  state->drawn = number + 1;
  return SLO_OK;
}

/* The replicas are halved until one is left, each half drawing its part: a multinomial
 * distribution, and log2(replicas) steps. A cut is made once, so it numbers a stream. */
slo_status slo_traffic_replica(const slo_traffic *traffic, uint32_t replica, slo_counts *counts) {
  const slo_traffic *t = traffic;
  if (t == NULL || counts == NULL) return SLO_EINVAL;
  const sloi_traffic_state *state = sloi_traffic_at(t, t->plan.state_at);
  if (replica >= t->plan.replicas) return SLO_ERANGE;
  if (state->drawn == 0) return SLO_ENODATA;
  uint64_t low = 0, high = t->plan.replicas;
  uint64_t seed = sloi_draw_of(t->plan.seed, TRAFFIC_REPLICAS, state->drawn);
  slo_counts c = state->counts;
  while (high - low > 1) {
    uint64_t cut = low + (high - low) / 2;
    double part = traffic_number(cut - low) / traffic_number(high - low);
    sloi_draw draw = sloi_draw_of(seed, TRAFFIC_REPLICAS, cut);
    uint64_t good = sloi_draw_binomial(&draw, c.good, part);
    uint64_t bad = sloi_draw_binomial(&draw, c.bad, part);
    if (replica < cut) {
      c.good = good;
      c.bad = bad;
      high = cut;
    } else {
      c.good -= good;
      c.bad -= bad;
      low = cut;
    }
  }
  *counts = c;
  return SLO_OK;
}

/* ---- src/sim/traffic_plan.c ---- */

/* traffic_plan.c - from a configuration to the block of traffic, and back. */
#include <string.h>


#define TRAFFIC_PLAN_MAGIC SLOI_BLOCK_MAGIC('t', 'r')
#define TRAFFIC_PLAN_LAYOUT 1
#define TRAFFIC_PLAN_ALL 1000000
#define TRAFFIC_PLAN_RETRY_NS (5 * SLO_SECOND_NS)

/* ---- check ---- */

static slo_status traffic_plan_span(int64_t value, int64_t most, const char *field,
                                    slo_error *error) {
  if (value >= SLO_SECOND_NS && value <= most) return SLO_OK;
  return sloi_fail_range(error, value, SLO_SECOND_NS, most, "%s", field);
}

static slo_status traffic_plan_scalars(const sloi_traffic_plan *p, slo_error *error) {
  if (p->requests_per_day < 1 || p->requests_per_day > SLO_TRAFFIC_REQUESTS_MAX) {
    return sloi_fail_range(error, sloi_shown(p->requests_per_day), 1,
                           (int64_t)SLO_TRAFFIC_REQUESTS_MAX, "requests_per_day");
  }
  if (p->start_ns < 0 || p->start_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, p->start_ns, 0, SLO_TIME_MAX_NS, "start_ns");
  }
  slo_status status = traffic_plan_span(p->slot_ns, SLO_HOUR_NS, "slot_ns", error);
  if (status != SLO_OK) return status;
  if (p->diurnal_ppm > TRAFFIC_PLAN_ALL) {
    return sloi_fail_range(error, sloi_shown(p->diurnal_ppm), 0, TRAFFIC_PLAN_ALL, "diurnal_ppm");
  }
  if (p->peak_ns < 0 || p->peak_ns >= SLO_DAY_NS) {
    return sloi_fail_range(error, p->peak_ns, 0, SLO_DAY_NS - 1, "peak_ns");
  }
  if (p->weekend_ppm < 1 || p->weekend_ppm > SLO_TRAFFIC_FACTOR_MAX) {
    return sloi_fail_range(error, sloi_shown(p->weekend_ppm), 0, (int64_t)SLO_TRAFFIC_FACTOR_MAX,
                           "weekend_ppm");
  }
  if (p->error_ppb > 1000000000) {
    return sloi_fail_range(error, sloi_shown(p->error_ppb), 0, 1000000000, "error_ppb");
  }
  if (p->noise > SLO_NOISE_DRIFT) {
    return sloi_fail_range(error, sloi_shown(p->noise), 0, SLO_NOISE_DRIFT, "noise");
  }
  status = traffic_plan_span(p->noise_ns, SLO_HOUR_NS, "noise_ns", error);
  if (status != SLO_OK) return status;
  if (p->limit_ns < 0 || p->limit_ns > SLO_DAY_NS) {
    return sloi_fail_range(error, p->limit_ns, 0, SLO_DAY_NS, "limit_ns");
  }
  if (p->replicas < 1 || p->replicas > SLO_TRAFFIC_REPLICAS_MAX) {
    return sloi_fail_range(error, sloi_shown(p->replicas), 0, SLO_TRAFFIC_REPLICAS_MAX, "replicas");
  }
  return SLO_OK;
}

static slo_status traffic_plan_count(uint64_t count, uint64_t most, const void *array,
                                     const char *field, const char *count_field, slo_error *error) {
  if (count > most) {
    return sloi_fail_range(error, sloi_shown(count), 0, (int64_t)most, "%s", count_field);
  }
  if (count != 0 && array == NULL) return sloi_fail(error, SLO_EINVAL, 0, "%s (NULL)", field);
  return SLO_OK;
}

static slo_status traffic_plan_sales(const slo_sale *sales, uint64_t count, slo_error *error) {
  for (uint64_t i = 0; i < count; i++) {
    const slo_period *p = &sales[i].period;
    unsigned n = (unsigned)i;
    if (p->start_ns < 0 || p->start_ns >= SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, p->start_ns, 0, SLO_TIME_MAX_NS - 1,
                             "sales[%u].period.start_ns", n);
    }
    if (p->end_ns <= p->start_ns || p->end_ns > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, p->end_ns, p->start_ns + 1, SLO_TIME_MAX_NS,
                             "sales[%u].period.end_ns", n);
    }
    if (sales[i].factor_ppm > SLO_TRAFFIC_FACTOR_MAX) {
      return sloi_fail_range(error, sloi_shown(sales[i].factor_ppm), 0,
                             (int64_t)SLO_TRAFFIC_FACTOR_MAX, "sales[%u].factor_ppm", n);
    }
  }
  return SLO_OK;
}

static slo_status traffic_plan_classes(const slo_request_class *classes, uint64_t count,
                                       slo_error *error) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < count; i++) {
    unsigned n = (unsigned)i;
    if (classes[i].share_ppm > TRAFFIC_PLAN_ALL) {
      return sloi_fail_range(error, classes[i].share_ppm, 0, TRAFFIC_PLAN_ALL,
                             "classes[%u].share_ppm", n);
    }
    if (classes[i].reserved != 0) {
      return sloi_fail(error, SLO_EVERSION, classes[i].reserved, "classes[%u].reserved", n);
    }
    if (classes[i].latency_ns < 0 || classes[i].latency_ns > SLO_DAY_NS) {
      return sloi_fail_range(error, classes[i].latency_ns, 0, SLO_DAY_NS, "classes[%u].latency_ns",
                             n);
    }
    sum += classes[i].share_ppm;
  }
  if (sum == TRAFFIC_PLAN_ALL) return SLO_OK;
  return sloi_fail_range(error, (int64_t)sum, TRAFFIC_PLAN_ALL, TRAFFIC_PLAN_ALL,
                         "classes, share_ppm of all");
}

static slo_status traffic_plan_faults(const slo_fault *faults, uint64_t count, slo_error *error) {
  for (uint64_t i = 0; i < count; i++) {
    slo_error e = {0};
    e.struct_size = (uint32_t)sizeof e;
    slo_status status = slo_fault_check(&faults[i], &e);
    if (status == SLO_OK) continue;
    if (e.min <= e.max) {
      return sloi_fail_range(error, e.value, e.min, e.max, "faults[%u].%.40s", (unsigned)i,
                             e.field);
    }
    return sloi_fail(error, status, e.value, "faults[%u].%.40s", (unsigned)i, e.field);
  }
  return SLO_OK;
}

/* ---- layout ---- */

static void traffic_plan_retries(sloi_traffic_plan *p) {
  uint64_t slot = (uint64_t)p->slot_ns, retry = (uint64_t)TRAFFIC_PLAN_RETRY_NS;
  p->tries = p->stride = p->cells = 0;
  if (p->noise != SLO_NOISE_RETRIES) return;
  p->cells = slot > retry ? (slot + retry / 2) / retry : 1;
  p->stride = slot > retry ? 1 : (retry + slot / 2) / slot;
  uint64_t retries = (uint64_t)p->noise_ns * p->cells / (slot * p->stride);
  p->tries = 1 + (retries == 0 ? 1 : retries);
}

static void traffic_plan_lay_out(sloi_traffic_plan *p) {
  traffic_plan_retries(p);
  p->sales_at = sizeof(slo_traffic);
  p->classes_at = p->sales_at + p->sale_count * sizeof(slo_sale);
  p->faults_at = p->classes_at + p->class_count * sizeof(slo_request_class);
  uint64_t at = p->faults_at + p->fault_count * sizeof(slo_fault);
  p->state_at = at = sloi_round_up(at, SLO_ALIGN);
  p->effects_at = at = sloi_round_up(at + sizeof(sloi_traffic_state), SLO_ALIGN);
  p->active_at = at = at + p->fault_count * p->class_count * sizeof(uint32_t);
  p->ring_at = at = sloi_round_up(at + p->fault_count * sizeof(uint32_t), SLO_ALIGN);
  p->size = sloi_round_up(at + p->tries * p->stride * sizeof(uint64_t), SLO_ALIGN);
}

static uint64_t traffic_plan_config_size(const sloi_traffic_plan *p) {
  return p->faults_at + p->fault_count * sizeof(slo_fault) - sizeof(sloi_block);
}

/* ---- from the outside ---- */

static int64_t traffic_plan_noise(uint32_t noise) {
  return noise == SLO_NOISE_BURSTS    ? 5 * SLO_SECOND_NS
         : noise == SLO_NOISE_RETRIES ? SLO_MINUTE_NS
                                      : 5 * SLO_MINUTE_NS;
}

/* The configuration's arrays stay in *c. */
static slo_status traffic_plan_config(const slo_traffic_config *config, slo_traffic_config *c,
                                      sloi_traffic_plan *p, slo_error *error) {
  static const slo_request_class defaults[] = {
      {TRAFFIC_PLAN_ALL, 0, 100 * (SLO_SECOND_NS / 1000), 10000}};
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_traffic_config");
  if (status != SLO_OK) return status;
  memset(p, 0, sizeof *p);
  status = traffic_plan_count(c->sale_count, SLO_TRAFFIC_SALES_MAX, c->sales, "sales", "sale_count",
                              error);
  if (status == SLO_OK) {
    status = traffic_plan_count(c->class_count, SLO_TRAFFIC_CLASSES_MAX, c->classes, "classes",
                                "class_count", error);
  }
  if (status == SLO_OK) {
    status = traffic_plan_count(c->fault_count, SLO_TRAFFIC_FAULTS_MAX, c->faults, "faults",
                                "fault_count", error);
  }
  if (status != SLO_OK) return status;
  if (c->class_count == 0) {
    c->classes = defaults;
    c->class_count = sizeof defaults / sizeof defaults[0];
  }
  p->start_ns = c->start_ns;
  p->slot_ns = c->slot_ns == 0 ? 10 * SLO_SECOND_NS : c->slot_ns;
  p->peak_ns = c->peak_ns;
  p->noise_ns = c->noise_ns == 0 ? traffic_plan_noise(c->noise) : c->noise_ns;
  p->limit_ns = c->limit_ns;
  p->requests_per_day = c->requests_per_day;
  p->seed = c->seed;
  p->noise = c->noise;
  p->error_ppb = c->error_ppb;
  p->diurnal_ppm = c->diurnal_ppm;
  p->weekend_ppm = c->weekend_ppm == 0 ? TRAFFIC_PLAN_ALL : c->weekend_ppm;
  p->sale_count = c->sale_count;
  p->class_count = c->class_count;
  p->fault_count = c->fault_count;
  p->replicas = c->replicas == 0 ? 1 : c->replicas;
  status = traffic_plan_scalars(p, error);
  if (status == SLO_OK) status = traffic_plan_sales(c->sales, c->sale_count, error);
  if (status == SLO_OK) status = traffic_plan_classes(c->classes, c->class_count, error);
  if (status == SLO_OK) status = traffic_plan_faults(c->faults, c->fault_count, error);
  if (status == SLO_OK) traffic_plan_lay_out(p);
  return status;
}

slo_status slo_traffic_footprint(const slo_traffic_config *config, size_t *size, slo_error *error) {
  slo_traffic_config c;
  sloi_traffic_plan plan;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = traffic_plan_config(config, &c, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

/* Everything that does not change later on, and the state before the first slot. */
static void traffic_plan_begin(slo_traffic *t) {
  const sloi_traffic_plan *p = &t->plan;
  const slo_request_class *classes = sloi_traffic_at(t, p->classes_at);
  const slo_fault *faults = sloi_traffic_at(t, p->faults_at);
  uint32_t *effects = sloi_traffic_owned(t, p->effects_at);
  sloi_traffic_state *state = sloi_traffic_owned(t, p->state_at);
  uint64_t slow = 0;
  for (uint64_t k = 0; k < p->class_count; k++) {
    if (p->limit_ns != 0 && classes[k].latency_ns > p->limit_ns) slow += classes[k].share_ppm;
    for (uint64_t i = 0; i < p->fault_count; i++) {
      (void)slo_fault_effect(&faults[i], classes[k].latency_ns, classes[k].bytes, p->limit_ns,
                             &effects[i * p->class_count + k]);
    }
  }
  state->slow = (double)(int64_t)slow / TRAFFIC_PLAN_ALL;
  sloi_noise_init(&state->noise, p, sloi_traffic_owned(t, p->ring_at),
                  sloi_traffic_mean(t, p->start_ns, 1));
}

slo_status slo_traffic_init(void *memory, size_t size, const slo_traffic_config *config,
                            slo_traffic **traffic, slo_error *error) {
  slo_traffic_config c;
  sloi_traffic_plan plan;
  if (traffic == NULL) return sloi_fail(error, SLO_EINVAL, 0, "traffic (NULL)");
  slo_status status = traffic_plan_config(config, &c, &plan, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, plan.size, TRAFFIC_PLAN_MAGIC, TRAFFIC_PLAN_LAYOUT,
                           traffic_plan_config_size(&plan), error);
  if (status != SLO_OK) return status;
  slo_traffic *t = memory;
  t->plan = plan;
  if (c.sale_count != 0) {
    memcpy(sloi_traffic_owned(t, plan.sales_at), c.sales, c.sale_count * sizeof *c.sales);
  }
  memcpy(sloi_traffic_owned(t, plan.classes_at), c.classes, c.class_count * sizeof *c.classes);
  if (c.fault_count != 0) {
    memcpy(sloi_traffic_owned(t, plan.faults_at), c.faults, c.fault_count * sizeof *c.faults);
  }
  traffic_plan_begin(t);
  sloi_block_ready(&t->block);
  *traffic = t;
  return SLO_OK;
}

/* Is what lies there a configuration, and the layout its? */
static int traffic_plan_valid(const slo_traffic *t) {
  sloi_traffic_plan plan = t->plan;
  if (plan.sale_count > SLO_TRAFFIC_SALES_MAX || plan.class_count > SLO_TRAFFIC_CLASSES_MAX ||
      plan.fault_count > SLO_TRAFFIC_FAULTS_MAX || traffic_plan_scalars(&plan, NULL) != SLO_OK) {
    return 0;
  }
  traffic_plan_lay_out(&plan);
  if (t->block.size != plan.size || t->block.config_size != traffic_plan_config_size(&plan) ||
      memcmp(&t->plan, &plan, sizeof plan) != 0) {
    return 0;
  }
  return traffic_plan_sales(sloi_traffic_at(t, plan.sales_at), plan.sale_count, NULL) == SLO_OK &&
         traffic_plan_classes(sloi_traffic_at(t, plan.classes_at), plan.class_count, NULL) ==
             SLO_OK &&
         traffic_plan_faults(sloi_traffic_at(t, plan.faults_at), plan.fault_count, NULL) == SLO_OK;
}

slo_status slo_traffic_attach(void *memory, size_t size, slo_traffic **traffic) {
  if (traffic == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, TRAFFIC_PLAN_MAGIC, TRAFFIC_PLAN_LAYOUT,
                                       sizeof(sloi_traffic_plan));
  if (status != SLO_OK) return status;
  if (!traffic_plan_valid(memory)) return SLO_ECORRUPT;
  *traffic = memory;
  return SLO_OK;
}

slo_status slo_traffic_create(const slo_traffic_config *config, const slo_allocator *allocator,
                              slo_traffic **traffic, slo_error *error) {
  size_t size;
  void *memory;
  if (traffic == NULL) return sloi_fail(error, SLO_EINVAL, 0, "traffic (NULL)");
  slo_status status = slo_traffic_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_traffic_init(memory, size, config, traffic, error);
}

void slo_traffic_destroy(slo_traffic *traffic) {
  sloi_block_release(traffic);
}

/* ---- src/window/calendar.c ---- */

/* What starts are computed from. Both kinds of unit count steps from an origin: days and weeks in
 * days since the epoch, months, quarters and years in months since January of the year 0. */
typedef struct calendar_grid {
  int by_month;
  int64_t step;
  int64_t origin;
  int64_t day; /* of the month, 1..31; clamped anew in each month, so it comes back */
  int64_t in_day_ns;
} calendar_grid;

static int64_t calendar_month(int64_t days, int64_t *day) {
  int64_t year, month;
  sloi_time_date(days, &year, &month, day);
  return year * 12 + month - 1;
}

/* The start k periods after the anchor; the nearest of int64 when that has no room for it. */
static int64_t calendar_start(const calendar_grid *grid, int64_t k) {
  int64_t days = grid->origin + k * grid->step;
  if (grid->by_month) {
    int64_t year = days / 12, month = days % 12 + 1; /* every reaches back to the year 970 */
    int64_t last = sloi_time_month_length(year, month);
    days = sloi_time_days(year, month, grid->day < last ? grid->day : last);
  }
  if (days >= INT64_MAX / SLO_DAY_NS) return INT64_MAX;
  if (days < INT64_MIN / SLO_DAY_NS) return INT64_MIN;
  return days * SLO_DAY_NS + grid->in_day_ns;
}

static slo_status calendar_grid_of(const slo_calendar *calendar, calendar_grid *grid,
                                   slo_error *error) {
  static const int64_t units[] = {0, 1, 7, 1, 3, 12};
  uint32_t unit = calendar->unit, every = calendar->every;
  int64_t anchor_ns = calendar->anchor_ns;
  if (unit < SLO_CALENDAR_DAY || unit > SLO_CALENDAR_YEAR) {
    return sloi_fail_range(error, unit, SLO_CALENDAR_DAY, SLO_CALENDAR_YEAR, "unit");
  }
  if (every > SLO_CALENDAR_EVERY_MAX) {
    return sloi_fail_range(error, every, 0, SLO_CALENDAR_EVERY_MAX, "every");
  }
  if (anchor_ns < 0 || anchor_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, anchor_ns, 0, SLO_TIME_MAX_NS, "anchor_ns");
  }
  /* the epoch is a Thursday */
  if (unit == SLO_CALENDAR_WEEK && anchor_ns == 0) anchor_ns = 4 * SLO_DAY_NS;
  grid->by_month = unit >= SLO_CALENDAR_MONTH;
  grid->step = units[unit] * (every == 0 ? 1 : every);
  grid->origin = anchor_ns / SLO_DAY_NS;
  grid->in_day_ns = anchor_ns % SLO_DAY_NS;
  if (grid->by_month) grid->origin = calendar_month(grid->origin, &grid->day);
  return SLO_OK;
}

slo_status slo_calendar_eval(const slo_calendar *calendar, int64_t at_ns, slo_period *period,
                             slo_error *error) {
  calendar_grid grid = {0};
  slo_period p;
  if (calendar == NULL) return sloi_fail(error, SLO_EINVAL, 0, "calendar (NULL)");
  if (period == NULL) return sloi_fail(error, SLO_EINVAL, 0, "period (NULL)");
  slo_status status = calendar_grid_of(calendar, &grid, error);
  if (status != SLO_OK) return status;
  if (at_ns < 0 || at_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, at_ns, 0, SLO_TIME_MAX_NS, "at_ns");
  }
  int64_t here = at_ns / SLO_DAY_NS, unused;
  if (grid.by_month) here = calendar_month(here, &unused);
  /* rounded towards the anchor: the start of the period, or its end */
  int64_t k = (here - grid.origin) / grid.step;
  p.end_ns = calendar_start(&grid, k);
  if (p.end_ns < at_ns) p.end_ns = calendar_start(&grid, ++k);
  p.start_ns = calendar_start(&grid, k - 1);
  if (p.start_ns < 0) {
    return sloi_fail_range(error, p.start_ns, 0, SLO_TIME_MAX_NS, "at_ns, its period's start");
  }
  if (p.end_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, p.end_ns, 0, SLO_TIME_MAX_NS, "at_ns, its period's end");
  }
  *period = p;
  return SLO_OK;
}

slo_status slo_calendar_find(const int64_t *starts_ns, size_t n, int64_t at_ns,
                             slo_period *period) {
  if (starts_ns == NULL || period == NULL || n < 2) return SLO_EINVAL;
  size_t low = 0, high = n - 1;
  if (at_ns <= starts_ns[low] || at_ns > starts_ns[high]) return SLO_ERANGE;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (starts_ns[middle] <= starts_ns[low] || starts_ns[middle] >= starts_ns[high]) {
      return SLO_ERANGE;
    }
    if (starts_ns[middle] < at_ns) {
      low = middle;
    } else {
      high = middle;
    }
  }
  period->start_ns = starts_ns[low];
  period->end_ns = starts_ns[high];
  return SLO_OK;
}

/* ---- src/window/find.h ---- */

/* find.h - which reading is the newest at or before a moment? find.c knows, window.c asks. */
#ifndef SLOI_FIND_H
#define SLOI_FIND_H

#include <string.h>


/* The mark is 0 while the words change; commit.h has the argument for these orders. */
static inline void sloi_window_slot_store(sloi_cell *cell, const uint64_t *words, size_t n) {
  sloi_store_release(&cell[0], 0);
  for (size_t i = 1; i < n; i++) sloi_store_release(&cell[i], words[i]);
  sloi_store_release(&cell[0], words[0]);
}

/* 0 when the slot is empty or being written. */
static inline int sloi_window_slot_load(const sloi_cell *cell, uint64_t *words, size_t n) {
  for (size_t i = 0; i < n; i++) words[i] = sloi_load_acquire(&cell[i]);
  return words[0] != 0 && sloi_load_relaxed(&cell[0]) == words[0];
}

/* The state that stands now, as far as it is in use. Returns the number for commit_still. */
static inline uint64_t sloi_window_peek(const slo_window *w, sloi_window_state *state) {
  return sloi_commit_peek(sloi_window_cells_const(w), sloi_window_words(&w->config),
                          (uint64_t *)state);
}

static inline int sloi_window_still(const slo_window *w, uint64_t sequence) {
  return sloi_commit_still(sloi_window_cells_const(w), sequence);
}

static inline sloi_window_reading sloi_window_reading_of(const slo_window *w, const uint64_t *words,
                                                         const slo_slices *slices) {
  sloi_window_reading r;
  memcpy(&r, words, SLOI_WINDOW_WORDS * sizeof *words);
  if (w->config.slice != 0) {
    r.slices = *slices;
  } else {
    memset(&r.slices, 0, sizeof r.slices);
  }
  return r;
}

static inline sloi_window_reading sloi_window_newest(const slo_window *w,
                                                     const sloi_window_state *state) {
  return sloi_window_reading_of(w, state->newest, &state->newest_slices);
}

static inline sloi_window_reading sloi_window_previous(const slo_window *w,
                                                       const sloi_window_state *state) {
  return sloi_window_reading_of(w, state->previous, &state->previous_slices);
}

static inline uint64_t sloi_window_time(const sloi_window_state *state) {
  return state->newest[0] - 1;
}

/* The first of the slots that the newest reading opened. */
static inline uint64_t sloi_window_opened(const sloi_window_state *state, uint64_t step,
                                          uint64_t head) {
  if (state->previous[0] == 0) return head; /* the history begins */
  return (state->previous[0] - 1) / step + 1;
}

/* A state with what is looked up in it. */
typedef struct sloi_window_view {
  const slo_window *w;
  const sloi_window_state *state;
  sloi_window_reading newest;
} sloi_window_view;

/* Could r be an edge of something that ends at `to`? Readers look at memory that other
 * processes write: they believe nothing. */
static inline int sloi_window_usable(const sloi_window_reading *r, uint64_t at_most,
                                     const sloi_window_reading *to) {
  return r->mark - 1 <= at_most && r->good <= to->good && r->bad <= to->bad &&
         r->excluded <= to->excluded && r->measured <= to->measured &&
         r->unresolved <= to->unresolved && r->slices.good <= to->slices.good &&
         r->slices.bad <= to->slices.bad && r->slices.ratio_sum <= to->slices.ratio_sum;
}

/* The newest reading at or before `edge` that there is, and 1; else, and 0, the oldest. `exactly`
 * looks at pins in any case, not only where the rings end. */
int sloi_window_edge(const sloi_window_view *v, int64_t edge, int exactly, sloi_window_reading *r);

#endif

/* ---- src/window/find.c ---- */

/* find.c - readings in the state, the rings and the pins. */

static uint64_t find_oldest(const sloi_window_view *v, const sloi_window_ring *ring,
                            uint64_t head) {
  uint64_t first = v->state->first / ring->step;
  uint64_t kept = head + 1 > ring->slots ? head + 1 - ring->slots : 0;
  return first > kept ? first : kept;
}

/* The reading of a slot; 0 when there is none, or it is being written. */
static inline int find_look(const sloi_window_view *v, const sloi_window_ring *ring, uint64_t head,
                            uint64_t number, sloi_window_reading *r) {
  if (number >= sloi_window_opened(v->state, ring->step, head)) {
    *r = number == head ? v->newest : sloi_window_previous(v->w, v->state);
    return 1;
  }
  const sloi_cell *cell = (const sloi_cell *)(const void *)((const char *)v->w + ring->at) +
                          number % ring->slots * v->w->config.reading_words;
  memset(&r->slices, 0, sizeof r->slices);
  return sloi_window_slot_load(cell, (uint64_t *)r, (size_t)v->w->config.reading_words);
}

/* The newest reading at or before x that a tier has. The slot behind x's may stand for a gap and
 * hold a later reading of the same slice; the one before serves when the reading came late. And
 * when those are gone, the oldest slot that is left may have been passed over by a gap. */
static inline int find_seek(const sloi_window_view *v, const sloi_window_ring *ring, uint64_t x,
                            sloi_window_reading *r) {
  const uint64_t *gaps = v->state->gap;
  uint64_t newest = v->newest.mark - 1, back = newest - x;
  uint64_t gap = gaps[0] > gaps[1] ? gaps[0] : gaps[1];
  if (back > ring->span) { /* surely not kept: no need to divide */
    uint64_t beyond = back - ring->span;
    if (beyond / 4 >= ring->step && (beyond - 4 * ring->step) > gap) return 0;
  }
  uint64_t head = newest / ring->step, number = x / ring->step + 1;
  uint64_t oldest = find_oldest(v, ring, head);
  if (number < oldest) { /* nothing is kept of it, but by a gap */
    return oldest <= head && find_look(v, ring, head, oldest, r) &&
           sloi_window_usable(r, x, &v->newest);
  }
  for (int looks = 0; looks < 3 && number >= oldest; looks++, number--) {
    if (number <= head && find_look(v, ring, head, number, r) &&
        sloi_window_usable(r, x, &v->newest)) {
      return 1;
    }
    if (number == 0) break;
  }
  return 0;
}

/* The newest pinned reading of this history at or before x. */
static int find_seek_pin(const sloi_window_view *v, uint64_t x, sloi_window_reading *r) {
  const sloi_window_config *c = &v->w->config;
  const sloi_cell *cell = (const sloi_cell *)(const void *)((const char *)v->w + c->pins_at);
  size_t words = (size_t)c->reading_words;
  sloi_window_reading seen;
  int found = 0;
  memset(&seen, 0, sizeof seen);
  for (uint64_t i = 0; i < c->pins; i++, cell += words + SLOI_WINDOW_PIN_EXTRA) {
    uint64_t mark = sloi_load_relaxed(&cell[0]);
    if (mark == 0 || mark - 1 > x || (found && mark <= r->mark)) continue;
    if (sloi_load_acquire(&cell[words + 1]) != v->state->history) continue;
    if (!sloi_window_slot_load(cell, (uint64_t *)&seen, words)) continue;
    if (seen.mark - 1 < v->state->first || !sloi_window_usable(&seen, x, &v->newest)) continue;
    *r = seen;
    found = 1;
  }
  return found;
}

/* The oldest reading that the rings have; the newest one when there is no other. */
static void find_seek_oldest(const sloi_window_view *v, sloi_window_reading *r) {
  const sloi_window_ring *ring = &v->w->ring[v->w->config.tier_count - 1];
  uint64_t newest = v->newest.mark - 1, head = newest / ring->step;
  uint64_t oldest = find_oldest(v, ring, head);
  for (uint64_t n = 0; n < ring->slots && oldest + n <= head; n++) {
    if (find_look(v, ring, head, oldest + n, r) && sloi_window_usable(r, newest, &v->newest))
      return;
  }
  *r = v->newest;
}

/* The newest reading at or before `edge` that there is; else, and 0, the oldest. The state itself
 * has the last two. When every step divides the next one, the finest tier that reaches the edge
 * has all that a coarser one has. Where the rings end a pinned reading serves when it is nearer
 * than they are; `exactly` looks at those in any case. */
int sloi_window_edge(const sloi_window_view *v, int64_t edge, int exactly, sloi_window_reading *r) {
  const sloi_window_config *c = &v->w->config;
  sloi_window_reading seen, pinned;
  uint64_t at = (uint64_t)edge + 1; /* as a mark */
  int found = 0;
  *r = v->newest;
  if (edge >= (int64_t)(v->newest.mark - 1)) return 1;
  if (edge < (int64_t)v->state->first) {
    find_seek_oldest(v, r);
    return 0;
  }
  if (v->state->previous[0] != 0 && v->state->previous[0] <= at) {
    *r = sloi_window_previous(v->w, v->state);
    if (sloi_window_usable(r, (uint64_t)edge, &v->newest)) return 1;
  }
  for (uint64_t i = 0; i < c->tier_count && !(found && c->nested); i++) {
    if (!find_seek(v, &v->w->ring[i], (uint64_t)edge, &seen)) continue;
    if (!found || seen.mark > r->mark) *r = seen;
    found = 1;
  }
  if (found && !exactly) return 1;
  if (!found) { /* further back than the longest tier, or in a gap that is */
    find_seek_oldest(v, r);
    found = r->mark <= at;
  }
  if (!find_seek_pin(v, (uint64_t)edge, &pinned)) return found;
  if (found ? pinned.mark > r->mark : at - pinned.mark <= r->mark - at) {
    *r = pinned;
    found = 1;
  }
  return found;
}

/* ---- src/window/recurrence.c ---- */

enum { RECURRENCE_DAYS_ALL = 127 };

/* ---- parse ---- */

static const char RECURRENCE_DAY[7][3] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

static const struct {
  const char *name;
  const char *what; /* for those who have to mend the text */
} RECURRENCE_PART[] = {
    {"FREQ", "FREQ (DAILY or WEEKLY)"},
    {"INTERVAL", "INTERVAL (an integer)"},
    {"BYDAY", "BYDAY (MO TU WE TH FR SA SU)"},
    {"COUNT", "COUNT (an integer)"},
    {"UNTIL", "UNTIL (20271231 or 20271231T235959Z)"},
    {"WKST", "WKST (MO: weeks begin on Monday)"},
};
enum {
  RECURRENCE_FREQ,
  RECURRENCE_INTERVAL,
  RECURRENCE_BYDAY,
  RECURRENCE_COUNT,
  RECURRENCE_UNTIL,
  RECURRENCE_WKST
};
enum { RECURRENCE_PARTS = sizeof RECURRENCE_PART / sizeof RECURRENCE_PART[0] };

static char recurrence_upper(char c) {
  return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Steps over `word`, whatever its case, when *p begins with it. */
static int recurrence_word(const char **p, const char *word) {
  const char *q = *p;
  for (; *word != '\0'; word++, q++) {
    if (recurrence_upper(*q) != *word) return 0;
  }
  *p = q;
  return 1;
}

static int recurrence_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Reads n digits, or all there are when n is 0; -1, with *p at what is none, when they are not
 * there. Far beyond every range it stops growing. */
static int32_t recurrence_integer(const char **p, int n) {
  int32_t value = 0, read = 0;
  for (; (n == 0 || read < n) && recurrence_digit(**p); ++*p, read++) {
    if (value < 100000000) value = value * 10 + (**p - '0');
  }
  return read == 0 || (n != 0 && read < n) ? -1 : value;
}

static slo_status recurrence_number(const char **p, const char *text, int part, uint32_t *number,
                                    slo_error *error) {
  int32_t value = recurrence_integer(p, 0);
  if (value < 0) return sloi_fail(error, SLO_EPARSE, *p - text, "%s", RECURRENCE_PART[part].what);
  if (value < 1 || value > SLO_RECURRENCE_MAX) {
    return sloi_fail_range(error, value, 1, SLO_RECURRENCE_MAX, "%s", RECURRENCE_PART[part].name);
  }
  *number = (uint32_t)value;
  return SLO_OK;
}

static slo_status recurrence_until(const char **p, const char *text, int64_t *until_ns,
                                   slo_error *error) {
  const char *what = RECURRENCE_PART[RECURRENCE_UNTIL].what;
  static const int width[6] = {4, 2, 2, 2, 2, 2};
  int32_t part[6] = {0};
  int64_t ns, last_ns = SLO_DAY_NS - 1; /* a date is the whole day */
  for (int i = 0; i < 6; i++) {
    if (i == 3) {
      if (!recurrence_word(p, "T")) break;
      last_ns = 0;
    }
    part[i] = recurrence_integer(p, width[i]);
    if (part[i] < 0) return sloi_fail(error, SLO_EPARSE, *p - text, "%s", what);
  }
  if (last_ns == 0) (void)recurrence_word(p, "Z");
  if (slo_time_civil(part[0], part[1], part[2], part[3], part[4], part[5], 0, &ns) != SLO_OK) {
    return sloi_fail(error, SLO_ERANGE, part[0], "UNTIL, some part of it; year");
  }
  if (ns + last_ns == 0) return sloi_fail_range(error, 0, 1, SLO_TIME_MAX_NS, "UNTIL");
  *until_ns = ns + last_ns;
  return SLO_OK;
}

static slo_status recurrence_days(const char **p, const char *text, uint32_t *days,
                                  slo_error *error) {
  do {
    int day = 0;
    while (day < 7 && !recurrence_word(p, RECURRENCE_DAY[day])) day++;
    if (day == 7) {
      return sloi_fail(error, SLO_EPARSE, *p - text, "%s", RECURRENCE_PART[RECURRENCE_BYDAY].what);
    }
    *days |= UINT32_C(1) << day;
  } while (recurrence_word(p, ","));
  return SLO_OK;
}

/* Which part begins at *p, as its name says; the error names what is not known. */
static slo_status recurrence_part(const char **p, const char *text, uint32_t seen, int *part,
                                  slo_error *error) {
  const char *at = *p;
  for (int i = 0; i < RECURRENCE_PARTS; i++) {
    const char *q = at;
    if (!recurrence_word(&q, RECURRENCE_PART[i].name) || *q != '=') continue;
    if ((seen >> i & 1) != 0) {
      return sloi_fail(error, SLO_EPARSE, at - text, "%s (twice)", RECURRENCE_PART[i].name);
    }
    uint32_t limits = UINT32_C(1) << RECURRENCE_COUNT | UINT32_C(1) << RECURRENCE_UNTIL;
    if ((limits >> i & 1) != 0 && (seen & limits) != 0) {
      return sloi_fail(error, SLO_EPARSE, at - text, "%s (COUNT or UNTIL, not both)",
                       RECURRENCE_PART[i].name);
    }
    *part = i;
    *p = q + 1;
    return SLO_OK;
  }
  int n = 0;
  for (char c = recurrence_upper(at[0]); n < 32 && ((c >= 'A' && c <= 'Z') || c == '-');) {
    c = recurrence_upper(at[++n]);
  }
  if (n == 0) return sloi_fail(error, SLO_EPARSE, at - text, "rule (FREQ=..;..)");
  return sloi_fail(error, SLO_EPARSE, at - text, "%.*s", n, at);
}

static slo_status recurrence_value(const char **p, const char *text, int part, slo_recurrence *r,
                                   slo_error *error) {
  switch (part) {
    case RECURRENCE_FREQ:
      r->frequency = recurrence_word(p, "DAILY")    ? SLO_RECUR_DAILY
                     : recurrence_word(p, "WEEKLY") ? SLO_RECUR_WEEKLY
                                                    : 0;
      if (r->frequency != 0) return SLO_OK;
      return sloi_fail(error, SLO_EPARSE, *p - text, "%s", RECURRENCE_PART[part].what);
    case RECURRENCE_INTERVAL:
      return recurrence_number(p, text, part, &r->interval, error);
    case RECURRENCE_BYDAY:
      return recurrence_days(p, text, &r->days, error);
    case RECURRENCE_COUNT:
      return recurrence_number(p, text, part, &r->count, error);
    case RECURRENCE_WKST: /* what it would be without it */
      if (recurrence_word(p, "MO")) return SLO_OK;
      return sloi_fail(error, SLO_EPARSE, *p - text, "%s", RECURRENCE_PART[part].what);
    default:
      return recurrence_until(p, text, &r->until_ns, error);
  }
}

slo_status slo_recurrence_parse(const char *text, slo_recurrence *recurrence, slo_error *error) {
  slo_recurrence r = {0};
  if (text == NULL) return sloi_fail(error, SLO_EINVAL, 0, "rule (NULL)");
  if (recurrence == NULL) return sloi_fail(error, SLO_EINVAL, 0, "recurrence (NULL)");
  const char *p = text;
  uint32_t seen = 0;
  r.interval = 1;
  (void)recurrence_word(&p, "RRULE:");
  do {
    int part = 0;
    slo_status status = recurrence_part(&p, text, seen, &part, error);
    if (status == SLO_OK) status = recurrence_value(&p, text, part, &r, error);
    if (status != SLO_OK) return status;
    if (*p != ';' && *p != '\0') {
      return sloi_fail(error, SLO_EPARSE, p - text, "%s", RECURRENCE_PART[part].what);
    }
    seen |= UINT32_C(1) << part;
  } while (*p++ == ';');
  if ((seen >> RECURRENCE_FREQ & 1) == 0) {
    return sloi_fail(error, SLO_EPARSE, p - 1 - text, "FREQ (missing)");
  }
  /* a caller with a shorter struct has no room for the limits */
  if (recurrence->struct_size < sizeof r) {
    return sloi_fail(error, SLO_EVERSION, recurrence->struct_size, "slo_recurrence");
  }
  slo_status status = sloi_sized_write(recurrence, &r, sizeof r);
  return status == SLO_OK ? status
                          : sloi_fail(error, status, recurrence->struct_size, "struct_size");
}

/* ---- expand ---- */

static slo_status recurrence_check(const slo_recurrence *r, slo_error *error) {
  if (r->frequency < SLO_RECUR_DAILY || r->frequency > SLO_RECUR_WEEKLY) {
    return sloi_fail_range(error, r->frequency, SLO_RECUR_DAILY, SLO_RECUR_WEEKLY, "frequency");
  }
  if (r->interval > SLO_RECURRENCE_MAX) {
    return sloi_fail_range(error, r->interval, 0, SLO_RECURRENCE_MAX, "interval");
  }
  if (r->days > RECURRENCE_DAYS_ALL) {
    return sloi_fail_range(error, r->days, 0, RECURRENCE_DAYS_ALL, "days");
  }
  if (r->count > SLO_RECURRENCE_MAX) {
    return sloi_fail_range(error, r->count, 0, SLO_RECURRENCE_MAX, "count");
  }
  if (r->reserved != 0) return sloi_fail(error, SLO_EVERSION, r->reserved, "reserved");
  int64_t until_max = r->count == 0 ? SLO_TIME_MAX_NS : 0; /* one limit, not two */
  if (r->until_ns < 0 || r->until_ns > until_max) {
    return sloi_fail_range(error, r->until_ns, 0, until_max, "until_ns");
  }
  return SLO_OK;
}

static slo_status recurrence_check_times(int64_t first_ns, int64_t duration_ns, int64_t from_ns,
                                         int64_t to_ns, slo_error *error) {
  if (first_ns < 0 || first_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, first_ns, 0, SLO_TIME_MAX_NS, "first_ns");
  }
  if (duration_ns < 1 || duration_ns > 366 * SLO_DAY_NS) {
    return sloi_fail_range(error, duration_ns, 1, 366 * SLO_DAY_NS, "duration_ns");
  }
  if (from_ns < 0 || from_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, from_ns, 0, SLO_TIME_MAX_NS, "from_ns");
  }
  if (to_ns < from_ns || to_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, to_ns, from_ns, SLO_TIME_MAX_NS, "to_ns");
  }
  return SLO_OK;
}

/* Where a rule's days are, since the epoch. Blocks of `length` days (a day, or a week from its
 * Monday) begin `step` apart; the named days of each are in `days`, and `first` is one anyway. */
typedef struct recurrence_grid {
  int64_t first;
  int64_t base;
  int64_t step;
  int64_t length;
  uint32_t days;
} recurrence_grid;

static uint32_t recurrence_weekday(int64_t day) {
  return UINT32_C(1) << (day + 3) % 7; /* the epoch is a Thursday */
}

static recurrence_grid recurrence_grid_of(const slo_recurrence *r, int64_t first) {
  recurrence_grid grid = {first, first, 1, 1, r->days};
  if (r->frequency == SLO_RECUR_WEEKLY) {
    grid.length = 7;
    grid.base -= (first + 3) % 7;
    if (grid.days == 0) grid.days = recurrence_weekday(first);
  }
  if (grid.days == 0) grid.days = RECURRENCE_DAYS_ALL;
  grid.step = grid.length * (r->interval == 0 ? 1 : r->interval);
  return grid;
}

static int recurrence_on(const recurrence_grid *grid, int64_t day) {
  return day == grid->first || (day > grid->first && (grid->days & recurrence_weekday(day)) != 0);
}

slo_status slo_recurrence_expand(const slo_recurrence *recurrence, int64_t first_ns,
                                 int64_t duration_ns, int64_t from_ns, int64_t to_ns,
                                 slo_period *periods, size_t capacity, size_t *count,
                                 slo_error *error) {
  slo_recurrence r;
  if (recurrence == NULL) return sloi_fail(error, SLO_EINVAL, 0, "recurrence (NULL)");
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  if (periods == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "periods (NULL)");
  slo_status status = sloi_sized_read(&r, sizeof r, recurrence, error, "recurrence");
  if (status == SLO_OK) status = recurrence_check(&r, error);
  if (status == SLO_OK) {
    status = recurrence_check_times(first_ns, duration_ns, from_ns, to_ns, error);
  }
  if (status != SLO_OK) return status;

  recurrence_grid grid = recurrence_grid_of(&r, first_ns / SLO_DAY_NS);
  int64_t in_day_ns = first_ns % SLO_DAY_NS, last = to_ns / SLO_DAY_NS;
  int64_t after_ns = from_ns - duration_ns; /* what starts later reaches beyond from_ns */
  int64_t base = grid.base;
  /* blocks that end before the day of after_ns are over; a count has to count them */
  if (r.count == 0 && after_ns / SLO_DAY_NS > base) {
    base += (after_ns / SLO_DAY_NS - base) / grid.step * grid.step;
  }
  size_t found = 0;
  uint32_t started = 0;
  int over = from_ns == to_ns; /* nothing overlaps nothing */
  for (; !over && base <= last; base += grid.step) {
    for (int64_t day = base; day < base + grid.length; day++) {
      if (!recurrence_on(&grid, day)) continue;
      int64_t start_ns = day * SLO_DAY_NS + in_day_ns;
      over = start_ns >= to_ns || (r.until_ns != 0 && start_ns > r.until_ns) ||
             (r.count != 0 && started == r.count);
      if (over) break;
      started++;
      if (start_ns <= after_ns) continue;
      if (found < capacity) {
        periods[found].start_ns = start_ns;
        periods[found].end_ns =
            start_ns > SLO_TIME_MAX_NS - duration_ns ? SLO_TIME_MAX_NS : start_ns + duration_ns;
      }
      found++;
    }
  }
  *count = found;
  return found > capacity ? sloi_fail_space(error, capacity, found, "capacity") : SLO_OK;
}

/* ---- src/window/slice.c ---- */

/* slice.c - what a window judges by itself: slices as they end, and what was not seen. */


int sloi_slice_kept(const slo_counts *counts, uint64_t objective_ppb) {
  return sloi_u128_compare(sloi_u128_multiply(counts->good, UINT64_C(1000000000)),
                           sloi_u128_multiply(objective_ppb, counts->good + counts->bad)) >= 0;
}

uint64_t sloi_slice_ratio(const slo_counts *counts) {
  const uint64_t valid = counts->good + counts->bad;
  sloi_u128 twice = sloi_u128_multiply(2 * SLO_SLICE_RATIO_ONE, counts->bad);
  twice = sloi_u128_add(twice, sloi_u128_of(valid)); /* + 1/2: to the nearest */
  return sloi_u128_divide(twice, sloi_u128_multiply(2, valid));
}

/* A sum that only grows: after half a century of nothing but bad slices it stays at its end. */
static uint64_t slice_sum(uint64_t sum, uint64_t judged, uint64_t ratio) {
  sloi_u128 more = sloi_u128_add(sloi_u128_multiply(judged, ratio), sloi_u128_of(sum));
  return more.hi != 0 ? UINT64_MAX : more.lo;
}

void sloi_window_close_slices(const sloi_window_config *config, sloi_window_state *state,
                              uint64_t time, const slo_counts *total, int measured) {
  uint64_t number = time / config->slice, ended = number - state->slice;
  if (ended == 0) return;
  const slo_counts of_it = {total->good - state->slice_good, total->bad - state->slice_bad, 0};
  uint64_t valid = of_it.good + of_it.bad, judged = measured ? ended : 1;
  if (judged > valid) judged = valid;
  if (judged != 0) {
    int kept = sloi_slice_kept(&of_it, config->slice_objective);
    state->newest_slices.good += kept ? judged : 0;
    state->newest_slices.bad += kept ? 0 : judged;
    state->newest_slices.ratio_sum =
        slice_sum(state->newest_slices.ratio_sum, judged, sloi_slice_ratio(&of_it));
  }
  state->slice = number;
  state->slice_good = total->good;
  state->slice_bad = total->bad;
}

void sloi_window_judge(slo_delta *d) {
  uint64_t valid = d->counts.good + d->counts.bad;
  d->judged = d->counts;
  d->unseen = 0;
  d->unseen_slices = d->slice_ns > 0 ? (uint64_t)(d->unmeasured_ns / d->slice_ns) : 0;
  if (d->unmeasured_ns <= 0) return;
  /* rounded up, and never none: an interval must hold the truth */
  d->unseen = valid;
  if (d->measured_ns > 0) {
    const uint64_t measured = (uint64_t)d->measured_ns;
    const sloi_u128 n = sloi_u128_multiply(valid, (uint64_t)d->unmeasured_ns);
    d->unseen =
        sloi_u128_divide(sloi_u128_add(n, sloi_u128_of(measured - 1)), sloi_u128_of(measured));
  }
  if (d->unseen == 0) d->unseen = 1;
  uint64_t room = valid < (uint64_t)INT64_MAX ? (uint64_t)INT64_MAX - valid : 0;
  if (d->unseen > room) d->unseen = room; /* counts stay below 2^63 */
  if (d->policy == SLO_UNMEASURED_BAD) d->judged.bad += d->unseen;
  if (d->policy == SLO_UNMEASURED_GOOD) d->judged.good += d->unseen;
}

/* ---- src/window/tiers.c ---- */

/* tiers.c - from the spans of windows to tiers, from a configuration to a block, and back. */

#include <string.h>


#define TIERS_MAGIC SLOI_BLOCK_MAGIC('w', 'i')
#define TIERS_LAYOUT 2
#define TIERS_STEP_MIN INT64_C(1000000)
#define TIERS_PINS 16
#define TIERS_JUMP_NS SLO_HOUR_NS
#define TIERS_SLICE_OBJECTIVE_MAX INT64_C(1000000000)

/* From the newest slot back to the one that holds t - span, and one more in case that the
 * reading of that one came late. */
static uint64_t tiers_slots(uint64_t span, uint64_t step) {
  return (span + step - 1) / step + 2;
}

typedef struct tiers_plan {
  sloi_window_config config;
  sloi_window_ring ring[SLO_WINDOW_TIERS_MAX];
  uint64_t size;
} tiers_plan;

static uint64_t tiers_place(uint64_t *at, uint64_t size) {
  uint64_t place = sloi_round_up(*at, SLO_ALIGN);
  *at = place + size;
  return place;
}

static void tiers_lay_out(tiers_plan *plan) {
  sloi_window_config *w = &plan->config;
  uint64_t at = sizeof(slo_window) + w->tier_count * sizeof(sloi_window_ring);
  w->reading_words = w->slice != 0 ? SLOI_WINDOW_WORDS_SLICED : SLOI_WINDOW_WORDS;
  w->state_at = tiers_place(&at, 8 * sloi_commit_words(sloi_window_words(w)));
  w->pins_at = tiers_place(&at, 8 * w->pins * (w->reading_words + SLOI_WINDOW_PIN_EXTRA));
  at = sloi_round_up(at, SLO_ALIGN);
  for (uint64_t i = 0; i < w->tier_count; i++) {
    sloi_window_ring *ring = &plan->ring[i];
    ring->slots = tiers_slots(ring->span, ring->step);
    ring->at = at;
    at += 8 * ring->slots * w->reading_words;
  }
  plan->size = sloi_round_up(at, SLO_ALIGN);
  w->nested = 1;
  for (uint64_t i = 1; i < w->tier_count; i++) {
    if (plan->ring[i].step % plan->ring[i - 1].step != 0) w->nested = 0;
  }
}

static slo_status tiers_check(const slo_window_tier *tiers, uint32_t count, tiers_plan *plan,
                              slo_error *error) {
  int64_t step_min = TIERS_STEP_MIN, span_min = 0;
  plan->config.tier_count = count;
  for (uint32_t i = 0; i < count; i++) {
    int64_t step = tiers[i].step_ns, span = tiers[i].span_ns;
    if (step < step_min || step > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, step, step_min, SLO_TIME_MAX_NS, "tiers[%u].step_ns",
                             (unsigned)i);
    }
    int64_t span_max = step > SLO_TIME_MAX_NS / SLO_WINDOW_SLOTS_MAX ? SLO_TIME_MAX_NS
                                                                     : step * SLO_WINDOW_SLOTS_MAX;
    int64_t least = span_min > step ? span_min : step;
    if (span < least || span > span_max) {
      return sloi_fail_range(error, span, least, span_max, "tiers[%u].span_ns", (unsigned)i);
    }
    plan->ring[i].step = (uint64_t)step;
    plan->ring[i].span = (uint64_t)span;
    step_min = step + 1;
    span_min = span + 1;
  }
  return SLO_OK;
}

/* Everything but the tiers, which are checked. */
static slo_status tiers_plan_rest(const slo_window_config *c, tiers_plan *plan, slo_error *error) {
  sloi_window_config *w = &plan->config;
  int64_t step = (int64_t)plan->ring[0].step;
  int64_t longest = (int64_t)plan->ring[w->tier_count - 1].span;
  if (c->jump_max_ns != 0 && (c->jump_max_ns < step || c->jump_max_ns > SLO_TIME_MAX_NS)) {
    return sloi_fail_range(error, c->jump_max_ns, step, SLO_TIME_MAX_NS, "jump_max_ns");
  }
  if (c->gap_ns < 0 || c->gap_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->gap_ns, 0, SLO_TIME_MAX_NS, "gap_ns");
  }
  if (c->slice_ns != 0 && (c->slice_ns < SLO_WINDOW_SLICE_MIN_NS || c->slice_ns > SLO_DAY_NS)) {
    return sloi_fail_range(error, c->slice_ns, SLO_WINDOW_SLICE_MIN_NS, SLO_DAY_NS, "slice_ns");
  }
  int64_t least = c->slice_ns != 0, most = c->slice_ns != 0 ? TIERS_SLICE_OBJECTIVE_MAX : 0;
  if (sloi_shown(c->slice_objective_ppb) < least || sloi_shown(c->slice_objective_ppb) > most) {
    return sloi_fail_range(error, sloi_shown(c->slice_objective_ppb), least, most,
                           "slice_objective_ppb");
  }
  if (c->unmeasured > SLO_UNMEASURED_FREEZE) {
    return sloi_fail_range(error, c->unmeasured, 0, SLO_UNMEASURED_FREEZE, "unmeasured");
  }
  if (c->pins > SLO_WINDOW_PINS_MAX) {
    return sloi_fail_range(error, c->pins, 0, SLO_WINDOW_PINS_MAX, "pins");
  }
  uint64_t gap = 2 * plan->ring[0].step;
  if (gap < (uint64_t)SLO_MINUTE_NS) gap = (uint64_t)SLO_MINUTE_NS;
  if (gap > (uint64_t)SLO_TIME_MAX_NS) gap = (uint64_t)SLO_TIME_MAX_NS;
  if (c->gap_ns != 0) gap = (uint64_t)c->gap_ns;
  int64_t ticked = longest < TIERS_JUMP_NS ? longest : step > TIERS_JUMP_NS ? step : TIERS_JUMP_NS;
  w->jump_given = (uint64_t)c->jump_max_ns;
  w->jump_max = (uint64_t)(c->jump_max_ns != 0 ? c->jump_max_ns : ticked);
  w->jump_unmeasured_max = (uint64_t)(c->jump_max_ns != 0 ? c->jump_max_ns : longest);
  w->gap = gap;
  w->slice = (uint64_t)c->slice_ns;
  w->slice_objective = c->slice_objective_ppb;
  w->unmeasured = c->unmeasured;
  w->pins = c->pins != 0 ? c->pins : TIERS_PINS;
  tiers_lay_out(plan);
  return SLO_OK;
}

static slo_status tiers_plan_config(const slo_window_config *config, tiers_plan *plan,
                                    slo_error *error) {
  static const int64_t spans[] = {
      5 * SLO_MINUTE_NS, 30 * SLO_MINUTE_NS, SLO_HOUR_NS,    2 * SLO_HOUR_NS, 6 * SLO_HOUR_NS,
      SLO_DAY_NS,        3 * SLO_DAY_NS,     7 * SLO_DAY_NS, 30 * SLO_DAY_NS, 90 * SLO_DAY_NS};
  enum { SPANS = sizeof spans / sizeof spans[0] };
  slo_window_tier defaults[SPANS];
  slo_window_config c;
  memset(plan, 0, sizeof *plan);
  slo_status status = sloi_sized_read(&c, sizeof c, config, error, "slo_window_config");
  if (status != SLO_OK) return status;
  if (c.tier_count > SLO_WINDOW_TIERS_MAX) {
    return sloi_fail_range(error, c.tier_count, 0, SLO_WINDOW_TIERS_MAX, "tier_count");
  }
  if (c.tier_count != 0 && c.tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (c.tier_count == 0) {
    for (int i = 0; i < SPANS; i++) {
      defaults[i].step_ns = spans[i] / (i == 7 ? 70 : 60); /* so that each divides the next */
      defaults[i].span_ns = spans[i];
    }
    c.tiers = defaults;
    c.tier_count = SPANS;
  }
  status = tiers_check(c.tiers, c.tier_count, plan, error);
  if (status != SLO_OK) return status;
  return tiers_plan_rest(&c, plan, error);
}

/* ---- tiers for given spans ---- */

enum { TIERS_PER_SPAN = 60 }; /* readings; 50 are 2 %, the rest is for those that come late */

/* Spans, ascending, each once. */
typedef struct tiers_spans {
  int64_t span[SLO_WINDOW_SPANS_MAX];
  uint32_t count;
} tiers_spans;

static slo_status tiers_sort(const int64_t *spans_ns, size_t n, tiers_spans *s, slo_error *error) {
  s->count = 0;
  for (size_t i = 0; i < n; i++) {
    int64_t span = spans_ns[i], least = TIERS_PER_SPAN * TIERS_STEP_MIN;
    if (span < least || span > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, span, least, SLO_TIME_MAX_NS, "spans_ns[%zu]", i);
    }
    uint32_t at = s->count;
    while (at > 0 && s->span[at - 1] > span) at--;
    if (at > 0 && s->span[at - 1] == span) continue;
    if (s->count == SLO_WINDOW_SPANS_MAX) {
      return sloi_fail_range(error, SLO_WINDOW_SPANS_MAX + 1, 1, SLO_WINDOW_SPANS_MAX,
                             "n (different spans)");
    }
    memmove(&s->span[at + 1], &s->span[at], (s->count - at) * sizeof s->span[0]);
    s->span[at] = span;
    s->count++;
  }
  return SLO_OK;
}

/* How many readings these tiers keep; UINT64_MAX when they cannot be tiers of a window. */
static uint64_t tiers_readings(const slo_window_tier *tiers, uint32_t count) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t span = (uint64_t)tiers[i].span_ns, step = (uint64_t)tiers[i].step_ns;
    if (i > 0 && tiers[i].step_ns <= tiers[i - 1].step_ns) return UINT64_MAX;
    if ((span - 1) / step >= SLO_WINDOW_SLOTS_MAX) return UINT64_MAX;
    sum += tiers_slots(span, step);
  }
  return sum;
}

/* The tier of the spans from..to - 1. */
static slo_window_tier tiers_shared(const tiers_spans *s, uint32_t from, uint32_t to) {
  slo_window_tier tier = {s->span[from] / TIERS_PER_SPAN, s->span[to - 1]};
  return tier;
}

/* Spans that are neighbours share tiers. For every number of tiers the cheapest way to cut the
 * first `to` spans: where its last tier begins, given the cheapest ways with one tier less. */
typedef struct tiers_cuts {
  uint64_t cost[SLO_WINDOW_TIERS_MAX + 1]; /* of all spans; UINT64_MAX: cannot be done */
  uint16_t from[SLO_WINDOW_TIERS_MAX + 1][SLO_WINDOW_SPANS_MAX + 1];
} tiers_cuts;

static void tiers_cut(const tiers_spans *s, tiers_cuts *cuts) {
  uint64_t cost[SLO_WINDOW_SPANS_MAX + 1]; /* of the first so many spans */
  memset(cost, 0xff, sizeof cost);
  cost[0] = 0;
  for (uint32_t k = 1; k <= SLO_WINDOW_TIERS_MAX; k++) {
    for (uint32_t to = s->count; to > 0; to--) { /* downwards: below is what k - 1 tiers cost */
      uint64_t best = UINT64_MAX;
      for (uint32_t from = to; from-- > 0;) {
        slo_window_tier tier = tiers_shared(s, from, to);
        uint64_t more = tiers_readings(&tier, 1);
        if (more == UINT64_MAX) break; /* nor with a smaller span in it */
        if (from > 0 && tiers_shared(s, from - 1, to).step_ns == tier.step_ns) continue;
        if (cost[from] == UINT64_MAX || cost[from] + more >= best) continue;
        best = cost[from] + more;
        cuts->from[k][to] = (uint16_t)from;
      }
      cost[to] = best;
    }
    cost[0] = UINT64_MAX; /* no spans in k tiers */
    cuts->cost[k] = cost[s->count];
  }
}

slo_status slo_window_tiers(const int64_t *spans_ns, size_t n, slo_window_tier *tiers,
                            uint32_t capacity, uint32_t *count, slo_error *error) {
  slo_window_tier plain[SLO_WINDOW_TIERS_MAX], nested[SLO_WINDOW_TIERS_MAX];
  tiers_spans s;
  tiers_cuts cuts;
  if (spans_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "spans_ns (NULL)");
  if (tiers == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  if (n == 0) return sloi_fail_range(error, 0, 1, SLO_WINDOW_SPANS_MAX, "n");
  slo_status status = tiers_sort(spans_ns, n, &s, error);
  if (status != SLO_OK) return status;
  tiers_cut(&s, &cuts);
  uint32_t least = 1; /* three are always enough, one of them for a ratio of 279,620 */
  while (cuts.cost[least] == UINT64_MAX) least++;
  if (capacity < least) return sloi_fail_space(error, capacity, least, "capacity");
  uint32_t made = least;
  for (uint32_t k = least; k <= capacity && k <= SLO_WINDOW_TIERS_MAX; k++) {
    if (cuts.cost[k] < cuts.cost[made]) made = k;
  }
  for (uint32_t k = made, to = s.count; k > 0; to = cuts.from[k--][to]) {
    plain[k - 1] = tiers_shared(&s, cuts.from[k][to], to);
  }
  memcpy(nested, plain, made * sizeof plain[0]);
  for (uint32_t i = 1; i < made; i++)
    nested[i].step_ns -= nested[i].step_ns % nested[i - 1].step_ns;
  uint64_t most = cuts.cost[made] + cuts.cost[made] / 4;
  memcpy(tiers, tiers_readings(nested, made) <= most ? nested : plain, made * sizeof plain[0]);
  *count = made;
  return SLO_OK;
}

/* ---- the block ---- */

slo_status slo_window_footprint(const slo_window_config *config, size_t *size, slo_error *error) {
  tiers_plan plan;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = tiers_plan_config(config, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

slo_status slo_window_init(void *memory, size_t size, const slo_window_config *config,
                           slo_window **window, slo_error *error) {
  tiers_plan plan;
  if (window == NULL) return sloi_fail(error, SLO_EINVAL, 0, "window (NULL)");
  slo_status status = tiers_plan_config(config, &plan, error);
  if (status != SLO_OK) return status;
  uint64_t config_size =
      sizeof(slo_window) - sizeof(sloi_block) + plan.config.tier_count * sizeof(sloi_window_ring);
  status = sloi_block_init(memory, size, plan.size, TIERS_MAGIC, TIERS_LAYOUT, config_size, error);
  if (status != SLO_OK) return status;
  slo_window *w = memory;
  w->config = plan.config;
  memcpy(w->ring, plan.ring, (size_t)plan.config.tier_count * sizeof w->ring[0]);
  sloi_block_ready(&w->block);
  *window = w;
  return SLO_OK;
}

slo_status slo_window_attach(void *memory, size_t size, slo_window **window) {
  tiers_plan plan;
  slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
  uint64_t front = sizeof(slo_window) - sizeof(sloi_block);
  if (window == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, TIERS_MAGIC, TIERS_LAYOUT, front);
  if (status != SLO_OK) return status;
  slo_window *w = memory;
  const uint64_t tier_count = w->config.tier_count;
  if (tier_count < 1 || tier_count > SLO_WINDOW_TIERS_MAX ||
      w->block.config_size != front + tier_count * sizeof(sloi_window_ring)) {
    return SLO_ECORRUPT;
  }
  slo_window_config c = SLO_SIZED(slo_window_config);
  for (uint64_t i = 0; i < tier_count; i++) {
    tiers[i].step_ns = (int64_t)w->ring[i].step;
    tiers[i].span_ns = (int64_t)w->ring[i].span;
  }
  if (w->config.unmeasured > UINT32_MAX || w->config.pins > UINT32_MAX) return SLO_ECORRUPT;
  c.jump_max_ns = (int64_t)w->config.jump_given;
  c.gap_ns = (int64_t)w->config.gap;
  c.slice_ns = (int64_t)w->config.slice;
  c.slice_objective_ppb = w->config.slice_objective;
  c.unmeasured = (uint32_t)w->config.unmeasured;
  c.pins = (uint32_t)w->config.pins;
  memset(&plan, 0, sizeof plan);
  /* what was planned once is planned the same again */
  if (tiers_check(tiers, (uint32_t)tier_count, &plan, NULL) != SLO_OK ||
      tiers_plan_rest(&c, &plan, NULL) != SLO_OK || w->block.size != plan.size ||
      memcmp(&w->config, &plan.config, sizeof plan.config) != 0 ||
      memcmp(w->ring, plan.ring, (size_t)plan.config.tier_count * sizeof w->ring[0]) != 0) {
    return SLO_ECORRUPT;
  }
  *window = w;
  return SLO_OK;
}

slo_status slo_window_create(const slo_window_config *config, const slo_allocator *allocator,
                             slo_window **window, slo_error *error) {
  size_t size;
  void *memory;
  if (window == NULL) return sloi_fail(error, SLO_EINVAL, 0, "window (NULL)");
  slo_status status = slo_window_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_window_init(memory, size, config, window, error);
}

void slo_window_destroy(slo_window *window) {
  sloi_block_release(window);
}

/* ---- src/window/window.c ---- */

static sloi_cell *window_slot(slo_window *w, const sloi_window_ring *ring, uint64_t number) {
  return (sloi_cell *)(void *)((char *)w + ring->at) +
         number % ring->slots * w->config.reading_words;
}

static void window_commit(slo_window *w, const sloi_window_state *state) {
  sloi_commit_store(sloi_window_cells(w), sloi_window_words(&w->config), (const uint64_t *)state);
}

/* ---- pushing ---- */

/* The newest reading may have been pinned before it was brought up to date. In place, since a kill
 * must not lose a pin; nobody can ask for one of the newest reading yet. */
static void window_settle_pins(slo_window *w, const sloi_window_state *state,
                               const sloi_window_reading *newest) {
  size_t words = (size_t)w->config.reading_words;
  sloi_cell *cell = (sloi_cell *)(void *)((char *)w + w->config.pins_at);
  for (uint64_t i = 0; i < w->config.pins; i++, cell += words + SLOI_WINDOW_PIN_EXTRA) {
    if (sloi_load_relaxed(&cell[0]) != newest->mark) continue;
    if (sloi_load_relaxed(&cell[words + 1]) != state->history) continue;
    for (size_t k = 1; k < words; k++) sloi_store_release(&cell[k], ((const uint64_t *)newest)[k]);
  }
}

/* Writes what the committed state says and the rings and pins do not hold yet. Doing it again does
 * no harm. */
static void window_settle(slo_window *w, const sloi_window_state *state) {
  const sloi_window_reading newest = sloi_window_newest(w, state);
  const sloi_window_reading previous = sloi_window_previous(w, state);
  size_t words = (size_t)w->config.reading_words;
  if (state->refreshed != 0) window_settle_pins(w, state, &newest);
  for (uint64_t i = 0; i < w->config.tier_count; i++) {
    const sloi_window_ring *ring = &w->ring[i];
    uint64_t head = sloi_window_time(state) / ring->step;
    uint64_t from = sloi_window_opened(state, ring->step, head);
    if (from > head) { /* opened none here, so none in the coarser ones either */
      if (w->config.nested) break;
      continue;
    }
    if (head - from >= ring->slots) from = head - ring->slots + 1;
    for (; from < head; from++) {
      sloi_window_slot_store(window_slot(w, ring, from), (const uint64_t *)&previous, words);
    }
    sloi_window_slot_store(window_slot(w, ring, head), (const uint64_t *)&newest, words);
  }
}

static void window_begin(const slo_window *w, sloi_window_state *state, uint64_t time,
                         const slo_counts *total) {
  state->first = time;
  state->history++;
  state->refreshed = 0;
  state->gap[0] = state->gap[1] = 0;
  memset(state->previous, 0, sizeof state->previous);
  if (w->config.slice == 0) return;
  memset(&state->newest_slices, 0, sizeof state->newest_slices);
  memset(&state->previous_slices, 0, sizeof state->previous_slices);
  state->slice = time / w->config.slice;
  state->slice_good = total->good;
  state->slice_bad = total->bad;
}

/* Slots that were passed over hold a reading from before: how far before, at most. Forgotten once
 * no ring can hold it. */
static void window_note_gap(const slo_window *w, sloi_window_state *state, uint64_t before,
                            uint64_t time) {
  const uint64_t longest = w->ring[w->config.tier_count - 1].slots;
  const uint64_t step = w->ring[w->config.tier_count - 1].step;
  uint64_t epoch = time / step / longest, last = before / step / longest;
  if (epoch != last) {
    state->gap[1] = epoch == last + 1 ? state->gap[0] : 0;
    state->gap[0] = 0;
  }
  if (time - before > state->gap[0]) state->gap[0] = time - before;
}

slo_status slo_window_push(slo_window *window, int64_t now_ns, const slo_counts *total,
                           uint32_t flags) {
  slo_window *w = window;
  sloi_window_state state;
  if (w == NULL || total == NULL) return SLO_EINVAL;
  if ((flags & ~(uint32_t)(SLO_PUSH_UNMEASURED | SLO_PUSH_REBASE)) != 0) return SLO_EINVAL;
  if (now_ns < 0 || now_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)sloi_window_peek(w, &state); /* the owner's own state stands still */
  sloi_window_reading now = sloi_window_newest(w, &state);
  int rebase = (flags & SLO_PUSH_REBASE) != 0;
  int lower = total->good < now.good || total->bad < now.bad || total->excluded < now.excluded;
  if (lower && !rebase) return SLO_ERANGE;
  uint64_t time = (uint64_t)now_ns, newest = now.mark - 1;
  if (now.mark == 0 || (rebase && (time < newest || lower))) {
    state.rebases += now.mark != 0;
    memset(&now, 0, sizeof now); /* of the new history nothing is measured yet */
    now.mark = time + 1;
    window_begin(w, &state, time, total);
  } else if (time > newest && time - newest > sloi_window_jump_max(w, flags) && !rebase) {
    state.jumps_refused++;
    window_commit(w, &state);
    return SLO_ECLOCK;
  } else if (time > newest) {
    int measured = (flags & SLO_PUSH_UNMEASURED) == 0;
    window_settle(w, &state);
    state.rebases += time - newest > sloi_window_jump_max(w, flags);
    memcpy(state.previous, state.newest, sizeof state.previous);
    state.refreshed = 0;
    window_note_gap(w, &state, newest, time);
    now.mark = time + 1;
    now.measured += measured ? time - newest : 0;
    now.unresolved += measured && time - newest > w->config.gap ? time - newest : 0;
    if (w->config.slice != 0) {
      state.previous_slices = state.newest_slices;
      sloi_window_close_slices(&w->config, &state, time, total, measured);
    }
  } else {
    state.steps_back += time < newest; /* time stays, the counts are taken */
    state.refreshed = 1;
  }
  now.good = total->good;
  now.bad = total->bad;
  now.excluded = total->excluded;
  memcpy(state.newest, &now, sizeof state.newest);
  window_commit(w, &state); /* everything else is done */
  return SLO_OK;
}

slo_status slo_window_pin(slo_window *window, int64_t at_ns, int64_t until_ns) {
  sloi_window_state state;
  sloi_window_reading r;
  uint64_t words[SLOI_WINDOW_WORDS_SLICED + SLOI_WINDOW_PIN_EXTRA];
  if (window == NULL) return SLO_EINVAL;
  if (at_ns < 0 || until_ns < at_ns || until_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)sloi_window_peek(window, &state);
  if (state.newest[0] == 0) return SLO_ENODATA;
  sloi_window_view v = {window, &state, sloi_window_newest(window, &state)};
  if (at_ns > (int64_t)sloi_window_time(&state)) return SLO_ERANGE;
  if (!sloi_window_edge(&v, at_ns, 1, &r)) return SLO_ENODATA;
  size_t n = (size_t)window->config.reading_words;
  sloi_cell *cell = (sloi_cell *)(void *)((char *)window + window->config.pins_at);
  sloi_cell *free_cell = NULL;
  for (uint64_t i = 0; i < window->config.pins; i++, cell += n + SLOI_WINDOW_PIN_EXTRA) {
    uint64_t mark = sloi_load_relaxed(&cell[0]), until = sloi_load_relaxed(&cell[n]);
    int ours = mark != 0 && sloi_load_relaxed(&cell[n + 1]) == state.history;
    if (ours && mark == r.mark) {
      if (until < (uint64_t)until_ns) sloi_store_release(&cell[n], (uint64_t)until_ns);
      return SLO_OK;
    }
    if (free_cell == NULL && (!ours || until < sloi_window_time(&state))) free_cell = cell;
  }
  if (free_cell == NULL) {
    state.pins_refused++;
    window_commit(window, &state);
    return SLO_ESPACE;
  }
  memcpy(words, &r, n * sizeof words[0]);
  words[n] = (uint64_t)until_ns;
  words[n + 1] = state.history;
  sloi_window_slot_store(free_cell, words, n + SLOI_WINDOW_PIN_EXTRA);
  return SLO_OK;
}

/* ---- reading ---- */

static slo_delta window_subtract(const sloi_window_view *v, const sloi_window_reading *to,
                                 const sloi_window_reading *from, int64_t span_ns, int reached) {
  const sloi_window_config *c = &v->w->config;
  slo_delta d = {0};
  if (!sloi_window_usable(from, to->mark - 1, to)) from = to;
  d.struct_size = (uint32_t)sizeof d;
  d.flags = reached ? 0 : SLO_DELTA_SHORT;
  d.policy = (uint32_t)c->unmeasured;
  d.slice_ns = (int64_t)c->slice;
  d.span_ns = span_ns;
  d.from_ns = (int64_t)(from->mark - 1);
  d.to_ns = (int64_t)(to->mark - 1);
  /* unsigned: what is stored may be anything, and must not overflow here */
  uint64_t used = to->mark - from->mark, measured = to->measured - from->measured;
  uint64_t unresolved = to->unresolved - from->unresolved;
  if (measured > used) measured = used;
  if (unresolved > measured) unresolved = measured;
  uint64_t lost = used - measured;
  d.measured_ns = (int64_t)measured;
  d.unresolved_ns = (int64_t)unresolved;
  if (c->unmeasured == SLO_UNMEASURED_FREEZE) {
    d.frozen_ns = (int64_t)lost;
  } else {
    d.unmeasured_ns = (int64_t)lost;
  }
  d.counts.good = to->good - from->good;
  d.counts.bad = to->bad - from->bad;
  d.counts.excluded = to->excluded - from->excluded;
  d.slices.good = to->slices.good - from->slices.good;
  d.slices.bad = to->slices.bad - from->slices.bad;
  d.slices.ratio_sum = to->slices.ratio_sum - from->slices.ratio_sum;
  sloi_window_judge(&d);
  return d;
}

/* Where time can stand still: the newest reading with span_ns of measured time behind it. It lies
 * at least what is missing before any that has less (`high`), and not before one that has enough
 * (`low`). The first looks are enough where little stood still, halving bounds the rest. */
static int window_thaw(const sloi_window_view *v, uint64_t span, sloi_window_reading *from) {
  enum { STRIDES = 8, LOOKS = STRIDES + 2 * 64 };
  const sloi_window_reading *to = &v->newest;
  uint64_t low = v->state->first, high = to->mark - 1 - span;
  for (int look = 0; look < LOOKS && to->measured >= span; look++) {
    uint64_t edge = look >= STRIDES && look % 2 == 0 && low < high ? low + (high - low) / 2 : high;
    int reached = sloi_window_edge(v, (int64_t)edge, 0, from);
    uint64_t run = to->measured - from->measured;
    if (run < span && !reached) return 0; /* what is kept has no more */
    if (run >= span && edge == high) return reached;
    if (run < span) high = from->mark - 1 - (span - run);
    if (run >= span) low = reached ? edge : from->mark - 1;
  }
  return sloi_window_edge(v, -1, 0, from);
}

/* How far the readings reach beyond what was asked for. */
static void window_reach(slo_delta *d, uint64_t beyond) {
  uint64_t measured = (uint64_t)d->measured_ns;
  d->covered_ns = measured > beyond ? (int64_t)(measured - beyond) : 0;
  if (beyond > (uint64_t)d->span_ns / 50) d->flags |= SLO_DELTA_COARSE;
}

/* The window of span_ns that ends now. */
static slo_delta window_rolling(const sloi_window_view *v, int64_t span_ns) {
  sloi_window_reading from;
  int64_t edge = (int64_t)(v->newest.mark - 1 - (uint64_t)span_ns);
  int reached = v->w->config.unmeasured == SLO_UNMEASURED_FREEZE
                    ? window_thaw(v, (uint64_t)span_ns, &from)
                    : sloi_window_edge(v, edge, 0, &from);
  slo_delta d = window_subtract(v, &v->newest, &from, span_ns, reached);
  uint64_t used = (uint64_t)d.measured_ns + (uint64_t)d.unmeasured_ns; /* time that ran */
  window_reach(&d, used > (uint64_t)span_ns ? used - (uint64_t)span_ns : 0);
  return d;
}

static slo_window_summary window_summary(const sloi_window_view *v) {
  const sloi_window_state *state = v->state;
  slo_window_summary s = {0};
  s.struct_size = (uint32_t)sizeof s;
  s.tier_count = (uint32_t)v->w->config.tier_count;
  s.first_ns = (int64_t)state->first;
  s.newest_ns = (int64_t)(v->newest.mark - 1);
  s.measured_ns = (int64_t)v->newest.measured;
  s.unresolved_ns = (int64_t)v->newest.unresolved;
  s.counts.good = v->newest.good;
  s.counts.bad = v->newest.bad;
  s.counts.excluded = v->newest.excluded;
  s.steps_back = state->steps_back;
  s.jumps_refused = state->jumps_refused;
  s.rebases = state->rebases;
  s.pins_refused = state->pins_refused;
  return s;
}

slo_status sloi_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                            slo_delta *deltas, slo_window_summary *summary) {
  uint32_t stride = n == 0 ? 0 : deltas[0].struct_size;
  slo_status status;
  sloi_window_state state;
  uint64_t sequence;
  do {
    sequence = sloi_window_peek(window, &state);
    status = state.newest[0] == 0 ? SLO_ENODATA : SLO_OK;
    sloi_window_view v = {window, &state, sloi_window_newest(window, &state)};
    if (status == SLO_OK) *summary = window_summary(&v);
    for (size_t i = 0; i < n && status == SLO_OK; i++) {
      slo_delta d = window_rolling(&v, spans_ns[i]);
      slo_delta *out = (slo_delta *)(void *)((char *)deltas + i * stride);
      if (stride == sizeof d) { /* the usual case: a copy of a known size */
        *out = d;
      } else {
        out->struct_size = stride;
        status = sloi_sized_write(out, &d, sizeof d);
      }
    }
  } while (!sloi_window_still(window, sequence));
  return status;
}

slo_status slo_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                           slo_delta *deltas) {
  slo_window_summary summary;
  if (window == NULL || ((spans_ns == NULL || deltas == NULL) && n != 0)) return SLO_EINVAL;
  if (n > 1 && deltas[0].struct_size % sizeof(uint64_t) != 0) return SLO_EINVAL;
  for (size_t i = 0; i < n; i++) {
    if (spans_ns[i] < 0) return SLO_ERANGE;
  }
  return sloi_window_read(window, spans_ns, n, deltas, &summary);
}

slo_status slo_window_delta(const slo_window *window, int64_t from_ns, int64_t to_ns,
                            slo_delta *delta) {
  if (window == NULL || delta == NULL) return SLO_EINVAL;
  if (from_ns < 0 || to_ns > SLO_TIME_MAX_NS || from_ns > to_ns) return SLO_ERANGE;
  sloi_window_state state;
  slo_delta d = {0};
  uint64_t sequence;
  do {
    sequence = sloi_window_peek(window, &state);
    if (state.newest[0] == 0) continue;
    sloi_window_reading from, to;
    sloi_window_view v = {window, &state, sloi_window_newest(window, &state)};
    int reached = sloi_window_edge(&v, to_ns, 1, &to);
    reached &= sloi_window_edge(&v, from_ns, 1, &from);
    d = window_subtract(&v, &to, &from, to_ns - from_ns, reached);
    uint64_t beyond =
        0; /* at both ends: where one falls short, the other is not the better for it */
    if (d.from_ns < d.to_ns && d.from_ns < from_ns) beyond = (uint64_t)(from_ns - d.from_ns);
    if (d.from_ns < d.to_ns && d.to_ns > to_ns) beyond += (uint64_t)(d.to_ns - to_ns);
    window_reach(&d, beyond);
  } while (!sloi_window_still(window, sequence));
  if (state.newest[0] == 0) return SLO_ENODATA;
  return sloi_sized_write(delta, &d, sizeof d);
}

slo_status slo_window_summarize(const slo_window *window, slo_window_summary *summary) {
  slo_window_summary s;
  if (window == NULL || summary == NULL) return SLO_EINVAL;
  slo_status status = sloi_window_read(window, NULL, 0, NULL, &s);
  return status == SLO_OK ? sloi_sized_write(summary, &s, sizeof s) : status;
}

slo_status sloi_window_slice(const slo_window *window, int64_t *begin_ns, int64_t *newest_ns) {
  uint64_t mark =
      sloi_commit_word(sloi_window_cells_const(window), sloi_window_words(&window->config),
                       offsetof(sloi_window_state, newest) / 8);
  if (mark == 0) return SLO_ENODATA;
  uint64_t time = mark - 1;
  *begin_ns = (int64_t)(time - time % window->ring[0].step);
  *newest_ns = (int64_t)time;
  return SLO_OK;
}
