/*
 * slo/tier.h - what an alert looks at, and what it takes to believe it.
 *
 * A tier is one condition; an alert (slo/alert.h) has several. A gate says what makes the burn-rate
 * tiers of a severity believable. Pure data; functions may be called from any thread.
 */
#ifndef SLO_TIER_H
#define SLO_TIER_H

#include "slo/burn.h"
#include "slo/evidence.h"

#define SLO_ALERT_TIER_TEXT_MAX 80

SLO_BEGIN

enum {
  SLO_SEVERITY_PAGE = 0,  /* wake somebody */
  SLO_SEVERITY_TICKET = 1 /* during office hours */
};
#define SLO_SEVERITIES 2

/* What a tier looks at. */
enum {
  SLO_TIER_BURN = 0,   /* both windows burn faster than factor_ppm */
  SLO_TIER_SPENT = 1,  /* at least factor_ppm of the last long_ns' budget is spent: 500000 is half.
                          A fact: no gate is asked */
  SLO_TIER_SILENCE = 2 /* nothing valid came in the last short_ns, all of which was measured, though
                          at the rate of the last long_ns at least factor_ppm events, 20000000 is 20
                          (rounded up to whole ones), had to. Restarts are unmeasured, so a deploy
                          does not fire it; while it fires it waits for something to come. Nor does
                          a history shorter than long_ns fire it, or a correction
                          in the last short_ns. No gate */
};

enum {
  /* SLO_BURN_AT_LEAST = 1 */
  SLO_TIER_ANNOUNCE = 2 /* a transition when it begins to fire, also while its severity fires */
};

/*
 * A frozen value type.
 *   long_ns, short_ns  the windows, 0 < short_ns <= long_ns
 *   factor_ppm         1 .. SLO_BURN_FACTOR_MAX_PPM
 *   for_ns             how long it must hold before it fires; 0: at once
 *   keep_firing_ns     how long it keeps firing after it held last, with its gate open (Nobl9 calls
 *                      it the cool-down); 0: not at all
 *   severity           SLO_SEVERITY_*
 *   flags              SLO_BURN_AT_LEAST, SLO_TIER_ANNOUNCE
 *   kind               SLO_TIER_*
 *   group              tiers of one severity with the same group, if that is not 0, hold
 *                      when all of them do, wait for the longest for_ns of them, and ask the gate
 *                      when one of them is a burn; everything else is joined by or
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
  uint32_t kind;
  uint32_t group;
  uint64_t reserved;
} slo_alert_tier;

enum {
  SLO_GATE_EVIDENCE = 0, /* the default: burn tiers fire when it is real, too */
  SLO_GATE_NONE = 1      /* plain multi-window burn rates */
};

/*
 * The gate of one severity. It opens when a burn tier has held for its for_ns, at least two events
 * of the longest window were bad, and either evidence has reached 1 or the tier's long window has
 * at least a hundred bad events and a factor of at least twice healthy_burn_ppm (not again for what
 * opened it last). While it is open the severity fires. It closes when what came since is not what
 * the outage was, or when no tier holds and the short window of the one with the smallest factor
 * had enough events to tell; then evidence begins anew.
 *
 * A frozen value type; all 0 is the default.
 *   kind                 SLO_GATE_*
 *   alarms_per_year_ppm, dead_ns  see slo/evidence.h; 0: once a year for pages, once in 30 days
 *                        for tickets; 60 s
 *   least_burn_ppm       the weakest burn worth it; 0: the smallest factor of the severity's tiers
 *   healthy_burn_ppm     0: 1000000, or half of least_burn_ppm when that is less
 */
typedef struct slo_alert_gate {
  uint32_t kind;
  uint32_t reserved;
  uint64_t alarms_per_year_ppm;
  int64_t dead_ns;
  uint64_t healthy_burn_ppm;
  uint64_t least_burn_ppm;
} slo_alert_gate;

/* "1h/5m": the name of a tier. SLO_ESPACE (SLO_ALERT_TIER_TEXT_MAX bytes suffice), SLO_EINVAL. */
SLO_API slo_status slo_alert_tier_format(const slo_alert_tier *tier, char *buffer, size_t size);

SLO_END

#endif
