/*
 * slo/target.h - from what was to what may be promised.
 *
 * A first target is what the service achieved, rounded down to a grid; a first latency threshold
 * the quantile that was achieved, rounded up (The Site Reliability Workbook, ch. 2 and appendix A).
 * By construction such a target is met over its own sample; which of its days would have missed it
 * says more. How many requests, users or how much revenue a threshold covers is told with how
 * far off that may be. What alerts would have made of it, and a sentence for people who have to
 * agree, is slo/candidate.h's. Pure functions, any thread.
 */
#ifndef SLO_TARGET_H
#define SLO_TARGET_H

#include "slo/counts.h"
#include "slo/objective.h"
#include "slo/snapshot.h"
#include "slo/time.h"

SLO_BEGIN

/*
 * The availability good / valid, rounded down to a multiple of grid_ppb (1..500000000; 10000000 is
 * one percent). When nothing was bad that would be 100 %, which is no objective: then the highest
 * multiple below it. SLO_ENODATA: nothing valid. SLO_ERANGE: grid_ppb; less than one step of the
 * grid was achieved; good + bad beyond 2^63 - 1. SLO_EINVAL.
 */
SLO_API slo_status slo_target_objective(const slo_counts *counts, uint64_t grid_ppb,
                                        uint64_t *objective_ppb, slo_error *error);

/* A latency (0 .. 2^53 - 1), rounded up to a multiple of grid_ns > 0: 432 ms become 450 on a
 * grid of 50 ms, 450 stay. SLO_ERANGE (also a result above 2^53 - 1), SLO_EINVAL. */
SLO_API slo_status slo_target_threshold(int64_t latency_ns, int64_t grid_ns, int64_t *threshold_ns,
                                        slo_error *error);

/* The same of a quantile of what was recorded: nearest rank, the upper bound of its bucket
 * (slo/snapshot.h); 0 when that is below 0. SLO_ENODATA, SLO_ERANGE (quantile_ppb, grid_ns, a
 * quantile above the last bucket), SLO_EINVAL. */
SLO_API slo_status slo_target_quantile(const slo_snapshot *snapshot, uint32_t quantile_ppb,
                                       int64_t grid_ns, int64_t *threshold_ns, slo_error *error);

/* What was counted in a stretch of the past, a day as a rule. A frozen value type. */
typedef struct slo_target_day {
  slo_period period;
  slo_counts counts;
} slo_target_day;

/*
 * Which of n days (at most 2^31) would have missed it: bad * 10^9 > (10^9 - objective) * valid, as
 * a budget of its own. Their indices go to missed, as many as `capacity` allows (missed NULL when
 * that is 0); *count is how many there are. Days without valid events miss nothing.
 * SLO_ERANGE (objective_ppb, n, more than 2^63 - 1 events in a day), SLO_EINVAL.
 */
SLO_API slo_status slo_target_missed(const slo_target_day *days, uint32_t n, uint64_t objective_ppb,
                                     uint32_t *missed, uint32_t capacity, uint32_t *count,
                                     slo_error *error);

/*
 * How much lies within a threshold.
 *
 *   threshold        as asked
 *   total            all of it: requests, or their weights
 *   within_low       surely within; within_high: at most. The same but for a threshold that is no
 *                    bucket's edge
 *   share_low_ppb    within_low / total, rounded down
 *   share_high_ppb   within_high / total, rounded up
 *   interval_low_ppb, interval_high_ppb  where, with 95 %, the share of the population is of which
 *                    this is a sample: E. B. Wilson's interval (JASA 22, 1927) around share_low and
 *                    share_high, for `sample` independent ones; rounded outwards. Floating point,
 *                    for showing
 *   sample           how many they are: total, or of weighted ones (sum w)^2 / sum w^2 rounded down
 *                    (L. Kish, "Survey Sampling", 1965), which is their number when weights are
 *                    equal
 */
typedef struct slo_coverage {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t threshold;
  uint64_t total;
  uint64_t within_low;
  uint64_t within_high;
  uint64_t share_low_ppb;
  uint64_t share_high_ppb;
  uint64_t interval_low_ppb;
  uint64_t interval_high_ppb;
  uint64_t sample;
} slo_coverage;

/* Of what was recorded in a snapshot, at any threshold >= 0; exact at the histogram's own ones.
 * Values below 0 are within. When weights were recorded (a value n times) the interval takes each
 * for an observation of its own, and is too narrow: use slo_target_coverage_many. SLO_ENODATA,
 * SLO_ERANGE (threshold; more than 2^63 - 1 in all), SLO_EINVAL. */
SLO_API slo_status slo_target_coverage(const slo_snapshot *snapshot, int64_t threshold,
                                       slo_coverage *coverage, slo_error *error);

/*
 * Of n values, any, each with a weight: what a user bought, say, or NULL: 1 each. Any threshold.
 * SLO_ENODATA: n, or all weights, 0. SLO_ERANGE: weights add up to more than 2^63 - 1. SLO_EINVAL.
 */
SLO_API slo_status slo_target_coverage_many(const int64_t *values, const uint64_t *weights,
                                            size_t n, int64_t threshold, slo_coverage *coverage,
                                            slo_error *error);

SLO_END

#endif
