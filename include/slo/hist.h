/*
 * slo/hist.h - a histogram of integers, usually latencies in nanoseconds.
 *
 * Buckets are base-2 exponential: base = 2^(2^-scale), bucket i holds
 * (base^i, base^(i+1)] export units, which is the grid of OTLP exponential and
 * (index + 1) of Prometheus native histograms, so an export loses nothing. The
 * index is exact at every boundary, by integer arithmetic.
 *
 * A latency objective does not lean on bucket boundaries: each threshold has
 * counts of its own, exact to the nanosecond.
 *
 * Nothing is dropped: negative values, zero, values below the lowest and above
 * the highest bucket have cells of their own. A histogram only grows and is read
 * through slo/snapshot.h.
 *
 * One flat block (slo/memory.h). record* may be called by any number of threads
 * and processes at any time; it takes no lock and cannot fail.
 */
#ifndef SLO_HIST_H
#define SLO_HIST_H

#include "slo/counts.h"
#include "slo/memory.h"
#include "slo/shard.h"

#define SLO_HIST_SCALE_MIN 3
#define SLO_HIST_SCALE_MAX 9
#define SLO_HIST_THRESHOLDS_MAX 64
#define SLO_HIST_VALUE_MAX INT64_C(9007199254740991) /* 2^53 - 1: the last value with a bucket */

SLO_BEGIN

typedef struct slo_hist slo_hist;

/*
 *   scale       3..9; 0: 6. A bucket is 2^(2^-scale) - 1 wide relative to its lower
 *               bound: 2.19 % at 5, 1.09 % at 6, 0.54 % at 7, 0.27 % at 8.
 *   per_unit    recorded integers in one export unit, 1..10^15; 0: 10^9
 *               (nanoseconds in, seconds out). 1: exported as they are.
 *   lowest      the range that gets buckets, 1 <= lowest <= highest <=
 *   highest     SLO_HIST_VALUE_MAX; 0: a millionth of a unit, 3600 units (1 us..1 h).
 *               Memory per row: 8 bytes times scale-th power of two per octave,
 *               15.9 KiB for the defaults.
 *   thresholds  threshold_count (0..64) values in 0..SLO_HIST_VALUE_MAX, strictly
 *               ascending; copied. NULL when the count is 0.
 *   shards, writers, path, cpus  rows, as in slo_counter_config.
 */
typedef struct slo_hist_config {
  uint32_t struct_size;
  uint32_t scale;
  uint64_t per_unit;
  int64_t lowest;
  int64_t highest;
  const int64_t *thresholds;
  uint32_t threshold_count;
  uint32_t shards;
  uint32_t writers;
  uint32_t path;
  uint32_t cpus;
  uint32_t reserved;
} slo_hist_config;

/* See slo/memory.h. config NULL: all defaults. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION,
 * for init also SLO_ESPACE, for create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_hist_footprint(const slo_hist_config *config, size_t *size,
                                      slo_error *error);
SLO_API slo_status slo_hist_init(void *memory, size_t size, const slo_hist_config *config,
                                 slo_hist **hist, slo_error *error);

/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_hist_attach(void *memory, size_t size, slo_hist **hist);

/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_hist_create(const slo_hist_config *config, const slo_allocator *allocator,
                                   slo_hist **hist, slo_error *error);

/* Takes what create gave, or NULL. */
SLO_API void slo_hist_destroy(slo_hist *hist);

/* Records one value, any int64, in the integer unit of per_unit. hist not NULL. */
SLO_API void slo_hist_record(slo_hist *hist, int64_t value);

/* Records the same value n times at the cost of once. */
SLO_API void slo_hist_record_times(slo_hist *hist, int64_t value, uint64_t n);

/* Records an array of n values; the sum and the thresholds are added once for all of them.
 * values may be NULL when n is 0. */
SLO_API void slo_hist_record_many(slo_hist *hist, const int64_t *values, size_t n);

/* SLO_PATH_CPU when recording without a handle is per CPU in this block, else SLO_PATH_SHARED;
 * 0 for NULL. Any thread. */
SLO_API uint32_t slo_hist_path(const slo_hist *hist);

/* How many of the events recorded so far were <= the index-th threshold (within) and
 * above it (beyond), exactly. SLO_ERANGE when there is no such threshold, SLO_EINVAL on NULL. */
SLO_API slo_status slo_hist_threshold(const slo_hist *hist, uint32_t index, int64_t *threshold,
                                      uint64_t *within, uint64_t *beyond);

SLO_END

#endif
