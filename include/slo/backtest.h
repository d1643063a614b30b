/*
 * slo/backtest.h - what would these alerts have made of that?
 *
 * A back-test takes a trace, real or simulated (slo/traffic.h), slot by slot, and the incidents
 * that were in it, and runs several alert policies over it in virtual time: how often did each
 * page, how often rightly, how soon, how long did it go on, and what had been spent by then. What
 * counts is the severity asked for; everything is what slo_alert_step does, nothing is estimated.
 *
 *   slo_backtest_step(b, slot.period.end_ns, &slot.counts);       for every slot, in order
 *   slo_backtest_read(b, policy, &result);
 *
 * One flat block (slo/memory.h); one thread at a time.
 */
#ifndef SLO_BACKTEST_H
#define SLO_BACKTEST_H

#include "slo/alert.h"
#include "slo/memory.h"
#include "slo/window.h"

#define SLO_BACKTEST_POLICIES_MAX 32
#define SLO_BACKTEST_INCIDENTS_MAX 100000

SLO_BEGIN

typedef struct slo_backtest slo_backtest;

/* An incident: (start_ns, end_ns], and what share of requests it made fail (0..10^9; 0: not said).
 * A frozen value type. */
typedef struct slo_incident {
  slo_period period;
  uint64_t error_ppb;
} slo_incident;

/*
 *   policies     policy_count (1..SLO_BACKTEST_POLICIES_MAX) alert configurations, an array whose
 *                element size is the first's struct_size; copied. All of one objective
 *                (SLO_ERANGE)
 *   incidents    incident_count (0..SLO_BACKTEST_INCIDENTS_MAX), ascending, not overlapping; copied
 *   severity     whose transitions count, SLO_SEVERITY_*
 *   period_ns    of the budget, for what had been spent by the page; > 0
 *   grace_ns     a page this long after an incident's end is still its page, >= 0
 *   shift_ns     how long somebody is on call; 0: 12 h
 *   window       NULL: the defaults
 */
typedef struct slo_backtest_config {
  uint32_t struct_size;
  uint32_t policy_count;
  const slo_alert_config *policies;
  const slo_incident *incidents;
  const slo_window_config *window;
  uint32_t incident_count;
  uint32_t severity;
  int64_t period_ns;
  int64_t grace_ns;
  int64_t shift_ns;
} slo_backtest_config;

/* See slo/memory.h. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE, for
 * create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_backtest_footprint(const slo_backtest_config *config, size_t *size,
                                          slo_error *error);
SLO_API slo_status slo_backtest_init(void *memory, size_t size, const slo_backtest_config *config,
                                     slo_backtest **backtest, slo_error *error);
/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_backtest_create(const slo_backtest_config *config,
                                       const slo_allocator *allocator, slo_backtest **backtest,
                                       slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_backtest_destroy(slo_backtest *backtest);

/* What was counted in the slot that ends at end_ns, after the one before. The first call begins the
 * history at end_ns and its counts are not judged. SLO_ERANGE (end_ns not after the one before, or
 * no moment; more than 2^63 - 1 events in all), SLO_ECLOCK (further ahead than the window allows),
 * SLO_EINVAL: nothing was taken. */
SLO_API slo_status slo_backtest_step(slo_backtest *backtest, int64_t end_ns,
                                     const slo_counts *slot);

/* A restart at the end of the newest slot: windows and alerts begin with nothing, as they would
 * without memory that survives, so what fired does not any more, and may page again. What was
 * found so far stays. SLO_EINVAL. */
SLO_API slo_status slo_backtest_restart(slo_backtest *backtest);

/*
 * What a policy did. Times are ns. Incidents are those that the trace has touched so far. One is
 * detected by a page that began to fire within (start, end + grace], or was firing when the
 * incident began: then at once, with nothing spent. A page may be that of several incidents.
 *
 *   span_ns          of the trace
 *   incidents, detected
 *   pages            how often it began to fire
 *   pages_true       of these, within an incident and its grace
 *   precision_ppm    pages_true / pages; 0 without pages
 *   recall_ppm       detected / incidents; 0 without incidents
 *   detection_*_ns   of detected incidents, from their start to the page: mean, median, 95 %
 *                    (nearest rank); 0 without any, as all that follows
 *   reset_*_ns       of those that have ended, from their end until the last of their pages
 *                    stopped firing, or the trace ended; 0 when that was before
 *   false_per_year_ppm  pages - pages_true a year (365.25 days) of the trace outside incidents and
 *                    grace, in millionths; with its exact 95 % interval (F. Garwood, "Fiducial
 *                    limits for the Poisson distribution", 1936), rounded outwards: without a false
 *                    page 0 .. 3.689 over that time. UINT64_MAX: no time to tell
 *   spent_median_ppm what share of the budget detected incidents had spent by the page: what was
 *                    bad in the slots that touch them, of the budget that period_ns has at the
 *                    mean rate of the whole trace
 *   shifts           how many the trace has, from its start, begun ones counted whole
 *   pages_shift_max  the most pages in one of them
 *   pages_shift_ppm  pages / shifts, in millionths
 *   closed_detection_median_ns, closed_reset_median_ns  of the detected incidents whose error_ppb
 *                    is said and lifts some burn tier of the severity over its factor: by
 *                    slo_burn_detection (and for_ns) the soonest, by slo_burn_reset (and
 *                    keep_firing_ns) the latest tier. Of tiers alone, without gates and groups, and
 *                    without a background
 */
typedef struct slo_backtest_result {
  uint32_t struct_size;
  uint32_t policy;
  int64_t span_ns;
  uint64_t incidents;
  uint64_t detected;
  uint64_t pages;
  uint64_t pages_true;
  uint64_t precision_ppm;
  uint64_t recall_ppm;
  int64_t detection_mean_ns;
  int64_t detection_median_ns;
  int64_t detection_p95_ns;
  int64_t reset_mean_ns;
  int64_t reset_median_ns;
  uint64_t false_per_year_ppm;
  uint64_t false_low_ppm;
  uint64_t false_high_ppm;
  uint64_t spent_median_ppm;
  uint64_t shifts;
  uint64_t pages_shift_max;
  uint64_t pages_shift_ppm;
  int64_t closed_detection_median_ns;
  int64_t closed_reset_median_ns;
} slo_backtest_result;

/* SLO_ENODATA: nothing was judged yet. SLO_ERANGE: no such policy. SLO_EINVAL. */
SLO_API slo_status slo_backtest_read(const slo_backtest *backtest, uint32_t policy,
                                     slo_backtest_result *result);

SLO_END

#endif
