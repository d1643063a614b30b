/*
 * slo/alert.h - should somebody be woken?
 *
 * Two questions are asked. Is it important? Multi-window, multi-burn-rate tiers (The Site
 * Reliability Workbook, ch. 5) say: a tier holds when the burn rate of its long window and of its
 * short window both exceed its factor; catalogs of tiers are in slo/catalog.h. Is it real, or
 * chance? The gate says, by evidence (slo/evidence.h): with it a healthy service pages as often
 * a year as was asked for and no more, at any traffic; without it, at ten requests an hour, some
 * fifty times. docs/alerts.md explains both.
 *
 * An alert is the state of one objective: for each severity it is inactive, pending or firing,
 * and every change is a transition that says why.
 *
 * One flat block (slo/memory.h). One owner at a time steps it; any number of threads and
 * processes may read meanwhile. A step that is repeated does nothing; one that is
 * killed at any instruction leaves the state as it was, or as it was going to be,
 * and its transitions are neither lost nor doubled.
 */
#ifndef SLO_ALERT_H
#define SLO_ALERT_H

#include "slo/ledger.h"
#include "slo/memory.h"
#include "slo/tier.h"
#include "slo/window.h"

#define SLO_ALERT_TIERS_MAX 16
#define SLO_ALERT_TRANSITIONS_KEPT 28

SLO_BEGIN

enum { SLO_ALERT_SILENCE = 1 /* while it pages, no ticket begins to fire */ };

/*
 *   tiers          tier_count in 1..SLO_ALERT_TIERS_MAX of them; copied
 *   objective_ppb  see slo/objective.h
 *   gate           of each severity, SLO_SEVERITY_*
 *   slot_ns        evidence is weighed in slots of this, 1 s .. 1 h; 0: 10 s
 *   period_ns      of the budget, for what transitions say of it; 0: they say nothing
 *   flags          0 or SLO_ALERT_SILENCE
 */
typedef struct slo_alert_config {
  uint32_t struct_size;
  uint32_t tier_count;
  const slo_alert_tier *tiers;
  uint64_t objective_ppb;
  slo_alert_gate gate[SLO_SEVERITIES];
  int64_t slot_ns;
  int64_t period_ns;
  uint32_t flags;
  uint32_t reserved;
} slo_alert_config;

typedef struct slo_alert slo_alert;

/* See slo/memory.h. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE, for
 * create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_alert_footprint(const slo_alert_config *config, size_t *size,
                                       slo_error *error);
SLO_API slo_status slo_alert_init(void *memory, size_t size, const slo_alert_config *config,
                                  slo_alert **alert, slo_error *error);

/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_alert_attach(void *memory, size_t size, slo_alert **alert);

/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_alert_create(const slo_alert_config *config, const slo_allocator *allocator,
                                    slo_alert **alert, slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_alert_destroy(slo_alert *alert);

/*
 * Judges the windows that end at the window's newest reading and moves the state on, by
 * what the window's policy makes of unmeasured time (slo_delta.judged). Corrections of the SLI in
 * ledger, which may be NULL, are applied first: nobody is woken by maintenance. Owner only, of
 * alert and window. Stepping again without a newer reading does nothing.
 * SLO_ENODATA (no reading yet), SLO_EINVAL.
 */
SLO_API slo_status slo_alert_step(slo_alert *alert, const slo_window *window,
                                  const slo_ledger *ledger, uint32_t sli);

/* Notes that somebody has seen to it, until the severity stops firing. Owner only, now_ns
 * 1..SLO_TIME_MAX_NS. SLO_ENODATA: it does not fire. SLO_ERANGE (severity, now_ns), SLO_EINVAL. */
SLO_API slo_status slo_alert_acknowledge(slo_alert *alert, uint32_t severity, int64_t now_ns);

enum {
  SLO_ALERT_INACTIVE = 0,
  SLO_ALERT_PENDING = 1, /* a tier holds: for less than its for_ns, or it may be chance yet */
  SLO_ALERT_FIRING = 2
};

/*
 *   state           SLO_ALERT_*
 *   since_ns        when it became so (0 before the first step)
 *   last_ns         the newest step
 *   tiers           bit i: tier i is firing now, or, when none is, pending. May be 0 while firing:
 *                   a gate keeps a severity firing until it closes
 *   tiers_fired     bit i: tier i has fired since since_ns (state firing only)
 *   evidence_ppb    the gate's evidence, 10^9 is enough; 0 without a gate
 *   acknowledged_ns when somebody saw to it; 0: nobody yet
 */
typedef struct slo_alert_status {
  uint32_t struct_size;
  uint32_t severity;
  uint32_t state;
  uint32_t reserved;
  int64_t since_ns;
  int64_t last_ns;
  uint64_t tiers;
  uint64_t tiers_fired;
  uint64_t evidence_ppb;
  int64_t acknowledged_ns;
} slo_alert_status;

/* The state of one severity. Any thread. SLO_ERANGE (no such severity), SLO_EINVAL. */
SLO_API slo_status slo_alert_read(const slo_alert *alert, uint32_t severity,
                                  slo_alert_status *status);

/* Why a severity began to fire. */
enum {
  SLO_CAUSE_NONE = 0,     /* it did not */
  SLO_CAUSE_BURN = 1,     /* it burns fast; no gate was asked */
  SLO_CAUSE_EVIDENCE = 2, /* it burns fast, and that is no chance */
  SLO_CAUSE_VOLUME = 3,   /* it burns fast, and so much is spent that chance does not matter */
  SLO_CAUSE_SPENT = 4,
  SLO_CAUSE_SILENCE = 5
};

/*
 * A change of state: from -> to. Firing to anything else is a resolution; firing to firing is an
 * announcement (SLO_TIER_ANNOUNCE), of which a tier makes one as long as its severity fires.
 *
 *   sequence     0, 1, 2, .. per alert
 *   at_ns        when
 *   since_ns     when the state left behind began
 *   last_ns      the last step at which the state left behind was in force
 *   tiers        to: pending or firing tiers; when resolving, the tiers that had fired
 *   tier         the one the numbers are of: the first in `tiers`
 *   cause        SLO_CAUSE_* of that one, when it begins to fire or announces
 *   long_counts  its windows at that moment, as judged
 *   short_counts
 *   long_burn_ppm, short_burn_ppm  their burn rates, 0 when nothing was valid
 *   evidence_ppb   as in slo_alert_status
 *   at_stake_ppm   what share of the period's budget the long window has spent; 0 without period_ns
 *   exhaustion_ns  until the period's budget is gone at the long window's burn; INT64_MAX: never,
 *                  or without period_ns
 */
typedef struct slo_transition {
  uint32_t struct_size;
  uint32_t severity;
  uint32_t from;
  uint32_t to;
  uint32_t tier;
  uint32_t cause;
  uint64_t sequence;
  int64_t at_ns;
  int64_t since_ns;
  int64_t last_ns;
  uint64_t tiers;
  slo_counts long_counts;
  slo_counts short_counts;
  uint64_t long_burn_ppm;
  uint64_t short_burn_ppm;
  uint64_t evidence_ppb;
  uint64_t at_stake_ppm;
  int64_t exhaustion_ns;
} slo_transition;

/*
 * The transition with sequence number *cursor, which is moved on; begin with 0. Any
 * thread, each with a cursor of its own. SLO_ENODATA: none yet. SLO_ELOST: it was
 * overwritten, *cursor is at the oldest of the SLO_ALERT_TRANSITIONS_KEPT that are
 * still there and *transition untouched: call again. SLO_EINVAL.
 */
SLO_API slo_status slo_alert_next(const slo_alert *alert, uint64_t *cursor,
                                  slo_transition *transition);

/*
 * How long after a healthy service, with requests_per_hour (1..10^12), begins to fail with
 * error_ppb (1..10^9) this severity fires: about, for planning and for showing. The sooner of its
 * burn tiers (slo_burn_detection, and for_ns; of a group the last one), but no sooner than the
 * gate (slo_evidence_detection).
 * SLO_ENODATA: never: such an incident cannot be seen, or is not important. SLO_ERANGE,
 * SLO_EINVAL, SLO_EVERSION.
 */
SLO_API slo_status slo_alert_detection(const slo_alert_config *config, uint32_t severity,
                                       uint64_t requests_per_hour, uint64_t error_ppb,
                                       int64_t *detection_ns);

SLO_END

#endif
