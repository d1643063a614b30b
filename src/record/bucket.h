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
 * so (m + table[c]) >> 52 is rank, or rank + 1 when m > bound: no branch.
 */
#ifndef SLOI_BUCKET_H
#define SLOI_BUCKET_H

#include <stdint.h>

#define SLOI_BUCKET_VALUE_MAX ((UINT64_C(1) << 53) - 1)

static inline int sloi_clz(uint64_t v) { /* v > 0 */
#if defined(__GNUC__)
  return __builtin_clzll(v);
#else
  int n = 0;
  while (!(v >> 63)) v <<= 1, n++;
  return n;
#endif
}

/* 52 bits after the leading one of 1 <= value < 2^53. */
static inline uint64_t sloi_bucket_mantissa(uint64_t value) {
  return ((value << sloi_clz(value)) << 1) >> 12;
}

/* The bucket of 1 <= value < 2^53. */
static inline uint64_t sloi_bucket_index(const uint64_t *table, uint32_t scale, uint64_t value) {
  uint64_t m = sloi_bucket_mantissa(value);
  uint64_t octave = 63 - (uint64_t)sloi_clz(value);
  return (octave << scale) + ((m + table[m >> (51 - scale)]) >> 52);
}

/* The largest integer in bucket `index`. */
static inline uint64_t sloi_bucket_upper(const uint64_t *bounds, uint32_t scale, uint64_t index) {
  uint64_t octave = index >> scale;
  uint64_t m = bounds[index & (((uint64_t)1 << scale) - 1)] | (uint64_t)1 << 52;
  return octave >= 52 ? m << (octave - 52) : m >> (52 - octave);
}

/* bounds: 2^scale words, table: 2^(scale+1) words; 3 <= scale <= 9, 1 <= per_unit < 2^53.
 * origin: see above. */
void sloi_bucket_derive(uint32_t scale, uint64_t per_unit, uint64_t *bounds, uint64_t *table,
                        uint64_t *origin);

#endif
