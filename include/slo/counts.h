/*
 * slo/counts.h - what everything is counted in.
 *
 * An event is exactly one of good, bad or excluded. valid = good + bad is always
 * derived, never stored, so no reading can contradict itself.
 */
#ifndef SLO_COUNTS_H
#define SLO_COUNTS_H

#include "slo/status.h"

/* What an event was: the argument of slo_counter_record, the answer of slo_rule_classify. */
typedef int32_t slo_outcome;

enum {
  SLO_GOOD = 0,    /* served as promised */
  SLO_BAD = 1,     /* not served as promised: it spends error budget */
  SLO_EXCLUDED = 2 /* not part of the promise (health checks, unknowable ones) */
};

/*
 * Numbers of events. A frozen value type: it never grows, so it has no
 * struct_size and may be embedded. good + bad must stay below 2^63.
 */
typedef struct slo_counts {
  uint64_t good;
  uint64_t bad;
  uint64_t excluded;
} slo_counts;

#endif
