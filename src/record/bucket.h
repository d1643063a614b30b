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

#include "slo/inline.h" /* sloi_bucket_index, which inlined recording shares */

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
