/*
 * slo/attempt.h - one user on one journey.
 *
 *   slo_attempt a;
 *   slo_attempt_begin(&a, journey, now_ns);
 *   slo_attempt_step(&a, SEARCH, SLO_GOOD);
 *   slo_attempt_step(&a, PAY, SLO_BAD);
 *   slo_attempt_end(&a, now_ns);                bad, and PAY is to blame
 *
 * An attempt lives on the caller's stack, or in the caller's request or session; nothing is
 * allocated, and nothing is recorded before its end. It may go from thread to thread as any
 * other memory that one of them at a time uses; an attempt that is copied is ended once, by
 * whoever has the last copy. What is recorded is seen by everybody (slo/journey.h).
 *
 * None of these can fail, and none may be given NULL for attempt.
 */
#ifndef SLO_ATTEMPT_H
#define SLO_ATTEMPT_H

#include "slo/journey.h"

SLO_BEGIN

/* Bit i of good and bad: the last outcome of step i. Written by the functions below alone. A frozen
 * value type; all 0 is an attempt at nothing, of which nothing is recorded. */
typedef struct slo_attempt {
  slo_journey *journey;
  int64_t begin_ns;
  uint64_t good;
  uint64_t bad;
  uint64_t flags;
} slo_attempt;

/* Begins it. journey NULL: an attempt at nothing. */
SLO_API void slo_attempt_begin(slo_attempt *attempt, slo_journey *journey, int64_t now_ns);

/*
 * Notes how a step went; when it is told again, as after a retry, the last word counts.
 * SLO_EXCLUDED: that was not ours to get right, such as a request that the user took back. A step
 * or an outcome that is none is counted as unknown in the counter of attempts (slo_counter_tally)
 * and changes nothing.
 */
SLO_API void slo_attempt_step(slo_attempt *attempt, uint32_t step, slo_outcome outcome);

/* It is no user's: a health check, a load test. At its end it is excluded, and counted for no step.
 */
SLO_API void slo_attempt_exclude(slo_attempt *attempt);

/*
 * Ends it, records it, and says how it went. A critical step counts as good when it, or a fallback
 * of it, was.
 *
 *   SLO_BAD       a critical step failed: the first one in the order of the steps is to blame;
 *                 or every critical one was good, but now_ns - begin_ns is above the limit
 *   SLO_GOOD      every critical step was good, in time
 *   SLO_EXCLUDED  neither: it was abandoned, at the first critical step that was not good; or
 *                 slo_attempt_exclude was called; or there is a limit and the clock went back
 *
 * Ending again does nothing and answers SLO_EXCLUDED.
 */
SLO_API slo_outcome slo_attempt_end(slo_attempt *attempt, int64_t now_ns);

SLO_END

#endif
