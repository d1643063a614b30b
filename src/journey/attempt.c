#include "slo/attempt.h"

#include "journey/journey.h"

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
