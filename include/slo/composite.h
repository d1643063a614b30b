/*
 * slo/composite.h - one SLO out of several, as others define it.
 *
 * A journey that is measured end to end is better (slo/attempt.h): a composite of parts cannot
 * tell whether they failed for the same users. These are the definitions of OpenSLO
 * (composite SLOs of v1 objectives, one for each budgeting method) and of Elastic, so that
 * definitions of theirs can be evaluated. Pure functions, any thread.
 */
#ifndef SLO_COMPOSITE_H
#define SLO_COMPOSITE_H

#include "slo/budget.h"

#define SLO_COMPOSITE_PARTS_MAX 256
#define SLO_COMPOSITE_WEIGHT_MAX_PPM UINT64_C(1000000000) /* a thousand */

SLO_BEGIN

/*
 * A part. A frozen value type.
 *   counts         of the whole period; for the slice methods not looked at
 *   slices         of slice_count slices, the same ones for every part; for occurrences NULL
 *   objective_ppb  its own: what occurrences judge it by
 *   slice_objective_ppb  timeslices: a slice of it with at least this share of good is good,
 *                  1..10^9; else 0
 *   weight_ppm     1..SLO_COMPOSITE_WEIGHT_MAX_PPM; 1000000 is one. For timeslices 0: they know
 *                  none
 */
typedef struct slo_composite_part {
  slo_counts counts;
  const slo_counts *slices;
  uint64_t objective_ppb;
  uint64_t slice_objective_ppb;
  uint64_t weight_ppm;
} slo_composite_part;

/*
 *   method         SLO_METHOD_*
 *   objective_ppb  of the composite. For occurrences only checked and repeated: every part burns
 *                  by its own
 *   valid          good + bad
 *   good, bad      timeslices: slices; ratio timeslices: slices in units of 10^-11
 *                  (SLO_SLICE_RATIO_ONE); occurrences: 0, for events of different parts are not
 *                  added
 *   consumed_ppm   how much of the budget is spent, rounded down
 *   parts          how many of them had data
 */
typedef struct slo_composite {
  uint32_t struct_size;
  uint32_t method;
  uint64_t objective_ppb;
  uint64_t valid;
  uint64_t good;
  uint64_t bad;
  uint64_t consumed_ppm;
  uint32_t parts;
  uint32_t reserved;
} slo_composite;

/*
 * OpenSLO. n in 1..SLO_COMPOSITE_PARTS_MAX parts.
 *
 *   occurrences       the sum of every part's own burn (by its own objective) times its weight:
 *                     weight * bad * 10^15 / ((10^9 - objective_ppb) * valid) ppm, 2^63 - 1 at most
 *   timeslices        a slice is bad when it is bad in any part, valid when it is valid in any
 *   ratio timeslices  of a slice, what is missing from 1 in every part (bad / valid, to the nearest
 *                     10^-11 as in slo_slices) is added up by weight, to the nearest again and 1 at
 *                     most: 95 % and 95 % make 90 %
 *
 * The slices' budget is spent as in slo_budget: floor(bad * 10^15 / ((10^9 - objective_ppb) *
 * valid)). A sum of fractions is rounded down once: one that is less than 10^-33 below a whole
 * number is that, and thirds add up.
 *
 * Parts without valid events (in the slice) say nothing. SLO_ENODATA: there is none with data
 * (*composite untouched). SLO_ERANGE (method, objective_ppb, n, slice_count not in 1..2^24 for
 * slices or not 0 for occurrences, a field of a part, good + bad above 2^63 - 1), SLO_EINVAL (NULL,
 * slices that are not NULL, struct_size).
 */
SLO_API slo_status slo_composite_eval(uint32_t method, uint64_t objective_ppb,
                                      const slo_composite_part *parts, uint32_t n,
                                      uint32_t slice_count, slo_composite *composite,
                                      slo_error *error);

/* Elastic: the mean of the parts' SLIs over those with data, sum(w * good / valid) / sum(w), in
 * ppb, rounded down in the same way. Only counts and weight_ppm, 1..SLO_COMPOSITE_WEIGHT_MAX_PPM,
 * are looked at. SLO_ERANGE (n, these), SLO_ENODATA, SLO_EINVAL (NULL). */
SLO_API slo_status slo_composite_mean(const slo_composite_part *parts, uint32_t n,
                                      uint64_t *mean_ppb, slo_error *error);

SLO_END

#endif
