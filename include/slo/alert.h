/*
 * slo/alert.h - should somebody be woken?
 *
 * Multi-window, multi-burn-rate alerts (The Site Reliability Workbook, ch. 5). A tier
 * holds when the burn rate of its long window and of its short window both exceed its
 * factor; catalogs of tiers are in slo/catalog.h. An alert is the state of one
 * objective's tiers: for each severity it is inactive, pending or firing, and every
 * change is a transition that says why.
 *
 * One flat block (slo/memory.h). One owner at a time steps it; any number of threads and
 * processes may read meanwhile. A step that is repeated does nothing; one that is
 * killed at any instruction leaves the state as it was, or as it was going to be,
 * and its transitions are neither lost nor doubled.
 */
#ifndef SLO_ALERT_H
#define SLO_ALERT_H

#include "slo/burn.h"
#include "slo/ledger.h"
#include "slo/memory.h"
#include "slo/window.h"

#define SLO_ALERT_TIERS_MAX 16
#define SLO_ALERT_TRANSITIONS_KEPT 28
#define SLO_ALERT_TIER_TEXT_MAX 80

SLO_BEGIN

enum {
  SLO_SEVERITY_PAGE = 0,  /* wake somebody */
  SLO_SEVERITY_TICKET = 1 /* during office hours */
};
#define SLO_SEVERITIES 2

/*
 * A frozen value type.
 *   long_ns, short_ns  the windows, 0 < short_ns <= long_ns
 *   factor_ppm         1 .. SLO_BURN_FACTOR_MAX_PPM
 *   for_ns             how long it must hold before it fires; 0: at once
 *   keep_firing_ns     how long it keeps firing after it held last; 0: not at all
 *   severity           SLO_SEVERITY_*
 *   flags              0 or SLO_BURN_AT_LEAST
 *   reserved           0
 */
typedef struct slo_alert_tier {
  int64_t long_ns;
  int64_t short_ns;
  uint64_t factor_ppm;
  int64_t for_ns;
  int64_t keep_firing_ns;
  uint32_t severity;
  uint32_t flags;
  uint64_t reserved[2];
} slo_alert_tier;

/* tier_count in 1..SLO_ALERT_TIERS_MAX, tiers copied. */
typedef struct slo_alert_config {
  uint32_t struct_size;
  uint32_t tier_count;
  const slo_alert_tier *tiers;
  uint64_t objective_ppb;
} slo_alert_config;

typedef struct slo_alert slo_alert;

/* "1h/5m": the name of a tier. SLO_ESPACE (SLO_ALERT_TIER_TEXT_MAX bytes suffice), SLO_EINVAL. */
SLO_API slo_status slo_alert_tier_format(const slo_alert_tier *tier, char *buffer, size_t size);

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

enum {
  SLO_ALERT_INACTIVE = 0,
  SLO_ALERT_PENDING = 1, /* a tier holds, for less than its for_ns */
  SLO_ALERT_FIRING = 2
};

/*
 *   state        SLO_ALERT_*
 *   since_ns     when it became so (0 before the first step)
 *   last_ns      the newest step
 *   tiers        bit i: tier i is firing now, or, when none is, pending
 *   tiers_fired  bit i: tier i has fired since since_ns (state firing only)
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
} slo_alert_status;

/* The state of one severity. Any thread. SLO_ERANGE (no such severity), SLO_EINVAL. */
SLO_API slo_status slo_alert_read(const slo_alert *alert, uint32_t severity,
                                  slo_alert_status *status);

/*
 * A change of state: from -> to. Firing to anything else is a resolution.
 *
 *   sequence     0, 1, 2, .. per alert
 *   at_ns        when
 *   since_ns     when the state left behind began
 *   last_ns      the last step at which the state left behind was in force
 *   tiers        to: pending or firing tiers; when resolving, the tiers that had fired
 *   tier         the one the numbers are of: the first in `tiers`
 *   long_counts  its windows at that moment, as judged
 *   short_counts
 *   long_burn_ppm, short_burn_ppm  their burn rates, 0 when nothing was valid
 */
typedef struct slo_transition {
  uint32_t struct_size;
  uint32_t severity;
  uint32_t from;
  uint32_t to;
  uint32_t tier;
  uint32_t reserved;
  uint64_t sequence;
  int64_t at_ns;
  int64_t since_ns;
  int64_t last_ns;
  uint64_t tiers;
  slo_counts long_counts;
  slo_counts short_counts;
  uint64_t long_burn_ppm;
  uint64_t short_burn_ppm;
} slo_transition;

/*
 * The transition with sequence number *cursor, which is moved on; begin with 0. Any
 * thread, each with a cursor of its own. SLO_ENODATA: none yet. SLO_ELOST: it was
 * overwritten, *cursor is at the oldest of the SLO_ALERT_TRANSITIONS_KEPT that are
 * still there and *transition untouched: call again. SLO_EINVAL.
 */
SLO_API slo_status slo_alert_next(const slo_alert *alert, uint64_t *cursor,
                                  slo_transition *transition);

SLO_END

#endif
