/*
 * slo/candidate.h - a target that was not agreed on yet, held against the past.
 *
 * An objective, its period and its alerts are run over what was counted: how much budget would
 * have been spent, when would it have been gone, how often would somebody have been woken? And
 * sentences that say so to people who do not read numbers. The alerts are those that would run
 * (slo/alert.h), the budget is the one that would be kept (slo/budget.h), by occurrences.
 *
 *   slo_candidate_config ours = {.struct_size = sizeof ours, .slots = slots, .slot_count = n,
 *                                .objective_ppb = 999000000, .period_ns = 28 * SLO_DAY_NS};
 *   slo_candidate_eval(&ours, NULL, &result, &error);
 *   slo_candidate_format(&result, text, sizeof text);
 *
 * Any thread; nothing is kept.
 */
#ifndef SLO_CANDIDATE_H
#define SLO_CANDIDATE_H

#include "slo/alert.h"
#include "slo/memory.h"
#include "slo/target.h"

#define SLO_CANDIDATE_SLOTS_MAX 16777216
#define SLO_CANDIDATE_TEXT_MAX 1024

SLO_BEGIN

/*
 *   slots          slot_count (1..SLO_CANDIDATE_SLOTS_MAX) of them, ascending, not overlapping,
 *                  none empty. What lies between two of them was not measured, as after a restart
 *                  (SLO_PUSH_UNMEASURED). The shorter the slots, the truer the alerts: a minute is
 *                  good, a day tells budgets only
 *   objective_ppb  see slo/objective.h
 *   period_ns      of the budget, rolling, 1 s .. 3660 days
 *   alert          as in slo_monitor_slo, but with its tiers; NULL: gates for pages and tickets,
 *                  and pages silence tickets. Its objective_ppb and period_ns are 0: the above. Its
 *                  windows are 60 ms long at least; each gets what slo_window_tiers makes for it
 *   catalog        SLO_CATALOG_*, when the alert has no tiers, else 0
 */
typedef struct slo_candidate_config {
  uint32_t struct_size;
  uint32_t slot_count;
  const slo_target_day *slots;
  uint64_t objective_ppb;
  int64_t period_ns;
  const slo_alert_config *alert;
  uint32_t catalog;
  uint32_t reserved;
} slo_candidate_config;

/*
 *   span           from the first slot's start to the last one's end
 *   measured_ns    of the slots alone
 *   counts         of all slots
 *   consumed_ppm   of the budget of the whole span, rounded down
 *   worst_ppm      the most that any period_ns that ends with a slot had spent of its own budget,
 *                  rounded down: by the slots that lie within it whole and have valid events. It is
 *                  judged when they cover at least half of it, or are all there are and the span is
 *                  shorter than period_ns
 *   worst_end_ns   when that ended, the first of equals; 0: none was judged
 *   over_ns        how long budgets of such periods were overspent: the slots that ended so,
 *                  added up
 *   met            1: all of it together would have met the target (slo_target_missed), else 0
 *   slots          how many there are
 *   slots_valid    how many of them had valid events
 *   slots_missed   how many of these would have missed it by themselves (slo_target_missed)
 *   worst_slot     index of the one with the most bad events beyond what it was allowed; when none
 *                  had more than that, with the most bad events. The first of equals
 *   worst_period   its period
 *   worst_counts   and what was counted in it
 *   pages, tickets how often they would have begun to fire
 *   pages_per_month_ppm, tickets_per_month_ppm  in 30.4375 days of measured time, in millionths,
 *                  rounded up, at most UINT64_MAX
 */
typedef struct slo_candidate {
  uint32_t struct_size;
  uint32_t met;
  uint64_t objective_ppb;
  int64_t period_ns;
  slo_period span;
  int64_t measured_ns;
  slo_counts counts;
  uint64_t consumed_ppm;
  uint64_t worst_ppm;
  int64_t worst_end_ns;
  int64_t over_ns;
  uint32_t slots;
  uint32_t slots_valid;
  uint32_t slots_missed;
  uint32_t worst_slot;
  slo_period worst_period;
  slo_counts worst_counts;
  uint64_t pages;
  uint64_t tickets;
  uint64_t pages_per_month_ppm;
  uint64_t tickets_per_month_ppm;
} slo_candidate;

/* allocator NULL: the heap; what it gives is released again. SLO_ENODATA: nothing valid.
 * SLO_ERANGE (also more than 2^63 - 1 events in all), SLO_EVERSION, SLO_EINVAL, SLO_ENOMEM; error
 * names the field. */
SLO_API slo_status slo_candidate_eval(const slo_candidate_config *config,
                                      const slo_allocator *allocator, slo_candidate *candidate,
                                      slo_error *error);

/*
 * Writes what a product manager needs, in plain words, of a result that eval filled: "Of 1,000
 * requests 1 may fail (99.9 % over 28 days). In the 92 days from 2026-01-01 to 2026-04-03, 48 of
 * 100,000 did, 48 % of what was allowed: the target would have been met. ... Somebody would have
 * been woken 4 times, about 1.4 times a month." Shares and times are rounded up to one decimal,
 * moments are UTC, those at midnight dates. Cut to size - 1 bytes and terminated when size > 0;
 * buffer may be NULL when size is 0. Returns the length the whole has, below
 * SLO_CANDIDATE_TEXT_MAX; 0 for NULL and for what is no result.
 */
SLO_API size_t slo_candidate_format(const slo_candidate *candidate, char *buffer, size_t size);

SLO_END

#endif
