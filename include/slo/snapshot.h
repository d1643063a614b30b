/*
 * slo/snapshot.h - a reading of a histogram, and the questions one asks it.
 *
 * A snapshot is plain memory of its own: taking one disturbs no writer, the
 * difference of two is what was recorded in between, and the sum of several is
 * the histogram of a fleet. Functions that take it const may run at the same
 * time, the others need it for themselves.
 *
 * Definitions. The quantile q of n values is the nearest rank: the value with rank
 * ceil(q * n), at least 1. What is answered is the upper bound of its bucket, so
 * the true value v satisfies v <= answer <= v * 2^(2^-scale): at most 1.09 % high
 * at scale 6. Nothing recorded is SLO_ENODATA.
 */
#ifndef SLO_SNAPSHOT_H
#define SLO_SNAPSHOT_H

#include "slo/hist.h"

SLO_BEGIN

typedef struct slo_snapshot slo_snapshot;

/* An empty snapshot with the grid, range and thresholds of hist. init and attach as in
 * slo/memory.h: SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT; create also SLO_ENOMEM. */
SLO_API slo_status slo_snapshot_footprint(const slo_hist *hist, size_t *size);
SLO_API slo_status slo_snapshot_init(void *memory, size_t size, const slo_hist *hist,
                                     slo_snapshot **snapshot, slo_error *error);
SLO_API slo_status slo_snapshot_attach(void *memory, size_t size, slo_snapshot **snapshot);
SLO_API slo_status slo_snapshot_create(const slo_hist *hist, const slo_allocator *allocator,
                                       slo_snapshot **snapshot, slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_snapshot_destroy(slo_snapshot *snapshot);

/* Replaces the contents by everything recorded in hist so far. SLO_EINVAL: NULL, or
 * another grid, range or thresholds. */
SLO_API slo_status slo_snapshot_read(slo_snapshot *snapshot, const slo_hist *hist);

/* dst += src. SLO_EINVAL: NULL, or another grid, range or thresholds. */
SLO_API slo_status slo_snapshot_merge(slo_snapshot *dst, const slo_snapshot *src);

/* dst -= src, where src is an earlier reading of the same histogram. SLO_EINVAL as merge;
 * SLO_ERANGE, and dst untouched, when src counts something that dst does not. */
SLO_API slo_status slo_snapshot_subtract(slo_snapshot *dst, const slo_snapshot *src);

/*
 * The same values at a coarser scale: neighbouring buckets are added, exactly; underflow and
 * overflow stay what they were. scale is in SLO_HIST_SCALE_MIN .. that of src. dst is a new
 * snapshot in memory, as for init.
 * SLO_ERANGE (scale), SLO_EINVAL, SLO_ESPACE.
 */
SLO_API slo_status slo_snapshot_downscale_footprint(const slo_snapshot *src, uint32_t scale,
                                                    size_t *size);
SLO_API slo_status slo_snapshot_downscale(const slo_snapshot *src, uint32_t scale, void *memory,
                                          size_t size, slo_snapshot **dst, slo_error *error);

/*
 *   count      every value recorded = the cells below + all buckets
 *   sum        of the values >= 0, modulo 2^64
 *   negative   values below 0
 *   zero       values equal to 0
 *   underflow  values above 0 and below the first bucket
 *   overflow   values above the last bucket
 *   min, max   the bounds of the lowest and highest value: lower bound of its bucket
 *              (exclusive unless 0), upper bound of its bucket. Negative values count
 *              as -1. max is INT64_MAX when overflow is not 0.
 */
typedef struct slo_snapshot_summary {
  uint32_t struct_size;
  uint32_t scale;
  uint64_t count;
  uint64_t sum;
  uint64_t negative;
  uint64_t zero;
  uint64_t underflow;
  uint64_t overflow;
  int64_t min;
  int64_t max;
} slo_snapshot_summary;

/* SLO_ENODATA when count is 0 (the summary is filled all the same), SLO_EINVAL. */
SLO_API slo_status slo_snapshot_summarize(const slo_snapshot *snapshot,
                                          slo_snapshot_summary *summary);

/* Makes slo_snapshot_quantile constant-time, until the contents change next. SLO_EINVAL. */
SLO_API slo_status slo_snapshot_prepare(slo_snapshot *snapshot);

/* One quantile, 0..10^9 parts per billion: as slo_snapshot_quantiles, in a few nanoseconds on a
 * prepared snapshot. SLO_ENODATA, SLO_ERANGE, SLO_EINVAL. */
SLO_API slo_status slo_snapshot_quantile(const slo_snapshot *snapshot, uint32_t quantile_ppb,
                                         int64_t *value);

/*
 * n quantiles in one pass. quantiles_ppb: ascending, each 0..10^9 (999000000 is 99.9 %).
 * values[i] is the answer, INT64_MAX for a quantile above the last bucket. SLO_OK,
 * SLO_ENODATA, SLO_ERANGE (a quantile out of range or not ascending), SLO_EINVAL.
 */
SLO_API slo_status slo_snapshot_quantiles(const slo_snapshot *snapshot,
                                          const uint32_t *quantiles_ppb, size_t n, int64_t *values);

/* How many values are surely <= value: those in buckets whose upper bound is, exact
 * when value is a bucket's upper bound. For an exact count at any value make it a
 * threshold. SLO_EINVAL. */
SLO_API slo_status slo_snapshot_count_le(const slo_snapshot *snapshot, int64_t value,
                                         uint64_t *count);

/* sum / count over the values >= 0, for showing. SLO_ENODATA, SLO_EINVAL. */
SLO_API slo_status slo_snapshot_mean(const slo_snapshot *snapshot, double *mean);

/* As slo_hist_threshold, at the time of the snapshot. */
SLO_API slo_status slo_snapshot_threshold(const slo_snapshot *snapshot, uint32_t index,
                                          int64_t *threshold, uint64_t *within, uint64_t *beyond);

/* One bucket: integers v with lower < v <= upper; index is the OTLP bucket index. */
typedef struct slo_bucket {
  uint32_t struct_size;
  int32_t index;
  int64_t lower;
  int64_t upper;
  uint64_t count;
} slo_bucket;

/* The i-th bucket, ascending, 0 <= i < the number of buckets; SLO_ERANGE beyond: count
 * up until then. SLO_EINVAL. */
SLO_API slo_status slo_snapshot_bucket(const slo_snapshot *snapshot, uint32_t i,
                                       slo_bucket *bucket);

SLO_END

#endif
