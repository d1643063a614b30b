/*
 * slo/depend.h - the calculus of service availability: what the parts say about the whole.
 *
 * A journey measured end to end needs none of this (slo/attempt.h). When only the availabilities
 * of its parts are known, nothing but bounds follows: parts may fail together, or one at a time
 * (M. Frechet, 1935). Every answer is therefore a number that holds if failures are
 * independent, between two that hold whatever they are; copies of one thing share their fate (a
 * deploy, a zone, a configuration), so do not count on more than the lower one.
 *
 * Availabilities are parts per billion, 0..10^9. The bounds are exact: low_ppb is rounded down,
 * high_ppb up. independent_ppb is rounded down, too, from a number that is exact for two parts,
 * and else never above the exact one and less than 2 * 10^-12 below it: when that is at or just
 * above a whole number of ppb, the answer may be the one before.
 *
 * B. Treynor, M. Dahlin, V. Rau, B. Beyer, "The Calculus of Service Availability", ACM Queue 15(2),
 * 2017. Pure functions, any thread.
 */
#ifndef SLO_DEPEND_H
#define SLO_DEPEND_H

#include "slo/objective.h"

#define SLO_DEPEND_PARTS_MAX 1024
#define SLO_DEPEND_ONE UINT64_C(1000000000) /* always available */

SLO_BEGIN

enum {
  SLO_DEPEND_INDEPENDENT = 1, /* independent_ppb takes for granted that failures are */
  SLO_DEPEND_COPIES = 2       /* and that of things which are alike: the weaker assumption of all */
};

/*
 * A frozen value type.
 *   low_ppb          whatever the failures have to do with each other, at least this
 *   independent_ppb  if they have nothing to do with each other
 *   high_ppb         at most this
 *   assumes          SLO_DEPEND_*; 0: independent_ppb takes nothing for granted, for low and
 *                    high are the same: of one part, or when all the others never fail
 *
 * low <= independent <= high always, and low and high can both be reached.
 */
typedef struct slo_availability {
  uint64_t low_ppb;
  uint64_t independent_ppb;
  uint64_t high_ppb;
  uint64_t assumes;
} slo_availability;

/*
 * All of n parts are needed: max(0, 1 - sum(1 - a)) .. product(a) .. min(a).
 * SLO_ERANGE: n not in 1..SLO_DEPEND_PARTS_MAX, a part above 10^9. SLO_EINVAL (NULL).
 * SLO_DEPEND_INDEPENDENT.
 */
SLO_API slo_status slo_depend_serial(const uint64_t *parts_ppb, uint32_t n, slo_availability *whole,
                                     slo_error *error);

/* Any one of n is enough: max(a) .. 1 - product(1 - a) .. min(1, sum(a)). Errors as serial.
 * SLO_DEPEND_INDEPENDENT and SLO_DEPEND_COPIES. */
SLO_API slo_status slo_depend_parallel(const uint64_t *parts_ppb, uint32_t n,
                                       slo_availability *whole, slo_error *error);

/*
 * Any k of n are enough, 1 <= k <= n; n of n is serial, 1 of n parallel, with what they assume.
 *
 * At most sum(a) / k, for each time that k are there counts k of the sum; and that holds without
 * the j most available ones, too, of which then k - j are there: the least of
 * (sum of the n - j smallest a) / (k - j) for 0 <= j < k, and 1 (B. Rueger, Metrika 25, 1978).
 * At least 1 less the same bound of n - k + 1 failures, which leaves out the least available
 * ones. In n * (n - k + 1) steps. Errors as serial; SLO_ERANGE: k.
 */
SLO_API slo_status slo_depend_quorum(const uint64_t *parts_ppb, uint32_t n, uint32_t k,
                                     slo_availability *whole, slo_error *error);

/*
 * a, and when it fails f serves instead: max(a, f) .. 1 - (1 - a)(1 - f) .. min(1, a + f). As
 * parallel of two, but a fallback is no copy: SLO_DEPEND_INDEPENDENT alone. Where f was measured
 * only while a was failing, independent_ppb holds whatever they have to do with each other.
 * Errors as serial.
 */
SLO_API slo_status slo_depend_fallback(uint64_t a_ppb, uint64_t f_ppb, slo_availability *whole,
                                       slo_error *error);

/* MTTF / (MTTF + MTTR), rounded down; both above 0. SLO_ERANGE, SLO_EINVAL (NULL). */
SLO_API slo_status slo_depend_repair(int64_t mttf_ns, int64_t mttr_ns, uint64_t *availability_ppb,
                                     slo_error *error);

/* How long it may be away in a period: (1 - a) * period_ns, rounded down. At 99.99 % that is
 * 52.56 min of 365 days. a 0..10^9, period_ns > 0. SLO_ERANGE, SLO_EINVAL (NULL). */
SLO_API slo_status slo_depend_downtime(uint64_t availability_ppb, int64_t period_ns,
                                       int64_t *downtime_ns, slo_error *error);

/*
 * What each of n critical dependencies must have if together they may take share_ppm (1..1000000)
 * of the budget: 1 - (1 - objective) * share / n, rounded up. The rule of the extra nine gives each
 * of them a tenth of it: n 1, share_ppm 100000. SLO_ERANGE (share_ppm; n not in
 * 1..SLO_DEPEND_PARTS_MAX; objective_ppb; each_ppb: the result is 100 %, which is no objective),
 * SLO_EINVAL (NULL).
 */
SLO_API slo_status slo_depend_needed(uint64_t objective_ppb, uint32_t n, uint64_t share_ppm,
                                     uint64_t *each_ppb, slo_error *error);

/*
 * What is the share of the budget that critical dependencies take already: sum(1 - a) / (1 -
 * objective), in ppm, rounded up. Five of 99.999 % take half of 99.99 %. Above 1000000 the
 * objective is not kept, whatever the service itself does, unless they fail together. Errors as
 * serial; SLO_ERANGE: objective.
 */
SLO_API slo_status slo_depend_taken(uint64_t objective_ppb, const uint64_t *parts_ppb, uint32_t n,
                                    uint64_t *taken_ppm, slo_error *error);

/* `from` cannot do without `to` (critical 1), or only does less (0). reserved is 0. A frozen value
 * type. */
typedef struct slo_depend_edge {
  uint32_t from;
  uint32_t to;
  uint32_t critical;
  uint32_t reserved;
} slo_depend_edge;

/*
 * The critical dependencies of root among node_count nodes (1..SLO_DEPEND_PARTS_MAX): everything
 * that critical edges lead to, at any depth, each once, root itself not; ascending. Edges may go in
 * circles. found has room for `capacity`, and may be NULL when that is 0; *count is how many there
 * are, also when that is more (SLO_ESPACE, found is filled as far as it goes). edges may be NULL
 * when there are none. Edges are passed over as often as the way to the deepest is long.
 * SLO_ERANGE (node_count, root, an end of an edge, critical), SLO_EVERSION (reserved), SLO_EINVAL
 * (NULL).
 */
SLO_API slo_status slo_depend_critical(const slo_depend_edge *edges, uint32_t edge_count,
                                       uint32_t node_count, uint32_t root, uint32_t *found,
                                       uint32_t capacity, uint32_t *count, slo_error *error);

/*
 * The availability of root from what each node has by itself, own_ppb[node_count] (all of them are
 * checked): serial over root and its critical dependencies, each once, however many ways lead to
 * it. Errors as slo_depend_critical and serial.
 */
SLO_API slo_status slo_depend_eval(const slo_depend_edge *edges, uint32_t edge_count,
                                   const uint64_t *own_ppb, uint32_t node_count, uint32_t root,
                                   slo_availability *whole, slo_error *error);

SLO_END

#endif
