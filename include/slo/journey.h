/*
 * slo/journey.h - a critical user journey: what a user does, and what we promise about it.
 *
 * A journey is the sequence diagram of something a user came for: steps in order, each with who
 * acts, which component serves it, and whether the user can go on without it. On it stand
 * indicators (slo/sli.h) and objectives, who owns it, what is done when its budget is spent, and
 * when that is looked at again. slo_journey_config says all that in plain structs, which a service
 * writes with designated initialisers; slo/definition.h makes one block of bytes of it, and a
 * monitor measures it (slo_monitor_config.definition).
 *
 * slo_journey is the part that counts attempts (slo/attempt.h). An attempt is good when every
 * critical step was, and all of it took no longer than the limit; bad once, at the first critical
 * step that failed; excluded when it was abandoned. So each journey counts its attempts, and
 * its parts, whose bad ones add up to the journey's:
 *
 *   part 0            the attempts
 *   part 1 + i        step i: good when it succeeded; bad when the attempt failed there (of a step
 *                     that is not critical: when it failed); excluded when it was abandoned there
 *                     (of a step that is not critical: never). A critical step that failed while
 *                     its fallback was good is none of these: the fallback's good counts
 *   part 1 + steps    the limit: of attempts whose critical steps all were good; bad when it took
 *                     longer, excluded when the clock went back; nothing without a limit
 *
 * One flat block (slo/memory.h), which any number of threads and processes may record into.
 */
#ifndef SLO_JOURNEY_H
#define SLO_JOURNEY_H

#include "slo/alert.h"
#include "slo/budget.h"
#include "slo/calendar.h"
#include "slo/counter.h"
#include "slo/sli.h"

#define SLO_JOURNEY_NAME_MAX 31   /* bytes: two of them and a slash name a monitor's SLI */
#define SLO_JOURNEY_TEXT_MAX 255  /* bytes, of any other text */
#define SLO_JOURNEY_LIMIT "limit" /* the name of that part, when there is a limit */
#define SLO_JOURNEY_STEPS_MAX 62
#define SLO_JOURNEY_SLIS_MAX 32
#define SLO_JOURNEY_SLOS_MAX 64

SLO_BEGIN

/* Names and other texts are UTF-8 without control characters. */

enum { SLO_STEP_CRITICAL = 1 /* without it the user does not get what they came for */ };

/*
 * A step of the sequence. A frozen value type.
 *   name         1..SLO_JOURNEY_NAME_MAX bytes, no '/'; of its own in the journey, and not
 *                SLO_JOURNEY_LIMIT when there is a limit
 *   actor        who asks, "shopper" or a component; NULL: not said
 *   component    who answers; NULL: not said
 *   flags        0 or SLO_STEP_CRITICAL
 *   fallback_of  0, or 1 + the index of an earlier step it stands in for when that one fails: then
 *                it is not critical itself, and has no fallback of its own
 */
typedef struct slo_step {
  const char *name;
  const char *actor;
  const char *component;
  uint32_t flags;
  uint32_t fallback_of;
} slo_step;

/*
 * An indicator of a journey. A frozen value type.
 *   name           as that of a step; of its own among steps and indicators
 *   step           0: of the whole journey; 1 + the index of its step
 *   unmeasured     SLO_UNMEASURED_*; 0: of a probe bad, else as in the monitor's window
 *   sli            what is good
 *   slice_ns       for budgets by timeslices, see slo/window.h; 0: none
 *   slice_objective_ppb
 *   reserved       0
 */
typedef struct slo_journey_sli {
  const char *name;
  uint32_t step;
  uint32_t unmeasured;
  slo_sli sli;
  int64_t slice_ns;
  uint64_t slice_objective_ppb;
  uint64_t reserved[2];
} slo_journey_sli;

/*
 * An objective of a journey. A frozen value type.
 *   name               1..SLO_JOURNEY_NAME_MAX bytes, no '/'; of its own among the objectives
 *   sli                0: the attempts; 1 + the index of an indicator
 *   method             SLO_METHOD_*; all but occurrences need an indicator with slice_ns
 *   objective_ppb      see slo/objective.h
 *   period_ns, calendar  as in slo_monitor_slo
 *   catalog            SLO_CATALOG_*, when there are no tiers
 *   tier_count, tiers  of its alert; 0: the catalog's
 *   alert              the rest of its alert, as in slo_monitor_slo; NULL: gates for pages and
 *                      tickets, and pages silence tickets
 *   requests_per_hour  what is expected, for those who check the definition; 0: not said
 *   reserved           0
 */
typedef struct slo_journey_slo {
  const char *name;
  uint32_t sli;
  uint32_t method;
  uint64_t objective_ppb;
  int64_t period_ns;
  slo_calendar calendar;
  uint32_t catalog;
  uint32_t tier_count;
  const slo_alert_tier *tiers;
  const slo_alert_config *alert;
  uint64_t requests_per_hour;
  uint64_t reserved[2];
} slo_journey_slo;

/*
 *   name        1..SLO_JOURNEY_NAME_MAX bytes, no '/'
 *   summary     what the user comes for, in a sentence; NULL: not said, as the next two
 *   owner       who answers for it
 *   policy      where it is written what is done when the budget is spent
 *   review_ns   when that is looked at again; 0: not said
 *   limit_ns    an attempt may take this long, from begin to end; 0: there is no limit
 *   steps       step_count, 1..SLO_JOURNEY_STEPS_MAX, in the order of the sequence; at least one of
 *               them critical
 *   slis        sli_count, 0..SLO_JOURNEY_SLIS_MAX
 *   slos        slo_count, 0..SLO_JOURNEY_SLOS_MAX
 *   shards      rows of each counter, as in slo_counter_config
 */
typedef struct slo_journey_config {
  uint32_t struct_size;
  uint32_t shards;
  const char *name;
  const char *summary;
  const char *owner;
  const char *policy;
  int64_t review_ns;
  int64_t limit_ns;
  const slo_step *steps;
  const slo_journey_sli *slis;
  const slo_journey_slo *slos;
  uint32_t step_count;
  uint32_t sli_count;
  uint32_t slo_count;
  uint32_t reserved;
} slo_journey_config;

typedef struct slo_journey slo_journey;

/* Is it one, and so are its indicators and objectives? SLO_ERANGE, SLO_EVERSION, SLO_EINVAL, and
 * error, which may be NULL, names the field, "slis[2].sli.threshold_ns". Pure. */
SLO_API slo_status slo_journey_check(const slo_journey_config *config, slo_error *error);

/* See slo/memory.h. Of the configuration only steps, limit_ns and shards are needed, and looked at.
 * SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE, for create also SLO_ENOMEM; error
 * names the field. */
SLO_API slo_status slo_journey_footprint(const slo_journey_config *config, size_t *size,
                                         slo_error *error);
SLO_API slo_status slo_journey_init(void *memory, size_t size, const slo_journey_config *config,
                                    slo_journey **journey, slo_error *error);
/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_journey_attach(void *memory, size_t size, slo_journey **journey);
/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_journey_create(const slo_journey_config *config,
                                      const slo_allocator *allocator, slo_journey **journey,
                                      slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_journey_destroy(slo_journey *journey);

/* How many parts it has: steps + 2; 0 for NULL. Any thread. */
SLO_API uint32_t slo_journey_part_count(const slo_journey *journey);

/* What was counted in a part so far; good, bad, excluded and unknown (slo/attempt.h). Any thread.
 * SLO_ERANGE: no such part. SLO_EINVAL. */
SLO_API slo_status slo_journey_read(const slo_journey *journey, uint32_t part,
                                    slo_counter_tally *tally);

/*
 * Who spent it.
 *   part       1 + the step; 1 + steps: the limit
 *   critical   1: a critical step, or the limit; else 0
 *   counts     of the part
 *   share_ppm  of the attempts that failed, how many failed here: floor(bad * 10^6 / the bad of all
 *              critical parts); 0 when nothing failed, and of a part that is not critical
 * A frozen value type.
 */
typedef struct slo_blame {
  uint32_t part;
  uint32_t critical;
  slo_counts counts;
  uint64_t share_ppm;
} slo_blame;

/*
 * Fills blames for parts 1 .. part_count - 1, in this order, with what was recorded so far;
 * capacity must be part_count - 1 at least (SLO_ESPACE). For a period see slo/defined.h. Any
 * thread. SLO_EINVAL.
 */
SLO_API slo_status slo_journey_blame(const slo_journey *journey, slo_blame *blames,
                                     uint32_t capacity);

SLO_END

#endif
