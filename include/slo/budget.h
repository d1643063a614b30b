/*
 * slo/budget.h - how much unreliability is left, and how that number came about.
 *
 * The error budget is the number of bad events (or slices of time) that the objective allows in
 * a period. Numbers are integers; remaining is signed and never clamped: -5200000 ppm means
 * 620 % is spent. What was not measured makes it an interval, [worst, best].
 *
 *   slo_budget_config month = {sizeof month, SLO_METHOD_OCCURRENCES, 999000000};
 *   month.start_ns = ...; month.end_ns = ...;     or period_ns = 28 * SLO_DAY_NS
 *   slo_budget_read(window, &month, &budget);
 *   slo_budget_explain(window, &month, text, sizeof text, NULL);
 *
 * Three methods of counting give three numbers for the same events (OpenSLO's
 * budgetingMethod): good = 2,10,12,13,13,12,13,13,12,11 of valid =
 * 4,10,12,13,14,15,14,13,12,11 in ten slices spend 118.64, 800 and 168.57 % of a 95 % budget.
 * Every answer names its method. Weighted events, such as revenue, are events: record the
 * weight (cents) instead of 1.
 *
 * Any thread. Functions that ask a window several times (those with corrections, burndown,
 * forecast) say what was true of one moment only while nobody pushes.
 */
#ifndef SLO_BUDGET_H
#define SLO_BUDGET_H

#include "slo/counts.h"
#include "slo/ledger.h"
#include "slo/objective.h"
#include "slo/window.h"

SLO_BEGIN

/* How a budget is counted. The last two need a window with slices. */
enum {
  SLO_METHOD_OCCURRENCES = 0,     /* bad events / valid events */
  SLO_METHOD_TIMESLICES = 1,      /* bad slices / slices with valid events */
  SLO_METHOD_RATIO_TIMESLICES = 2 /* the mean of bad / valid over slices with valid events */
};

/* "occurrences", "timeslices", "ratio timeslices"; "unknown method" for a number that is none.
 * Never NULL; static. */
SLO_API const char *slo_method_name(uint32_t method);

/*
 * Which budget.
 *
 *   method         SLO_METHOD_*
 *   objective_ppb  see slo/objective.h
 *   period_ns      rolling: the last period_ns, > 0; then start_ns and end_ns are 0
 *   start_ns       calendar: of (start_ns, end_ns] (slo/calendar.h) what there is so far, from
 *   end_ns         the history's begin up to the newest reading; then period_ns is 0
 *   ledger         corrections; NULL: none
 *   sli            whose corrections, an index or SLO_LEDGER_ALL
 */
typedef struct slo_budget_config {
  uint32_t struct_size;
  uint32_t method;
  uint64_t objective_ppb;
  int64_t period_ns;
  int64_t start_ns;
  int64_t end_ns;
  const slo_ledger *ledger;
  uint32_t sli;
  uint32_t reserved;
} slo_budget_config;

/* Is it one? SLO_OK, or SLO_ERANGE, SLO_EVERSION, SLO_EINVAL (NULL), and error names the field:
 * the functions below answer the same without saying which. error may be NULL. */
SLO_API slo_status slo_budget_check(const slo_budget_config *config, slo_error *error);

/*
 * By occurrences everything counts events, by timeslices slices, and by ratio timeslices slices
 * in units of 10^-11 (SLO_SLICE_RATIO_ONE), bad being the sum of their ratios; of 92 million
 * slices at most, 29 years of the shortest ones.
 *
 *   valid          good + bad
 *   allowed        floor((10^9 - objective_ppb) * valid / 10^9)
 *   consumed_ppm   floor(bad * 10^15 / ((10^9 - objective_ppb) * valid)): from the exact budget,
 *                  not from `allowed`
 *   remaining_ppm  1000000 - consumed_ppm
 *   best_ppm       remaining if all that was not seen was good,
 *   worst_ppm      and if it was bad. consumed_ppm is judged by the SLI's policy (`policy`).
 *   unseen         how many that may be, see slo_delta
 *   counts         what was counted, with corrections, events in any method
 *   span_ns .. covered_ns  as in slo_delta, with corrections
 *   corrections    how many corrections touched it
 *   flags, policy  SLO_DELTA_*, SLO_UNMEASURED_*
 *   slices .. unseen_slices  as in slo_delta, with corrections, by any method: what good, bad and
 *                  unseen of timeslices are counted from, and of ratio timeslices computed
 */
typedef struct slo_budget {
  uint32_t struct_size;
  uint32_t method;
  uint64_t objective_ppb;
  uint64_t valid;
  uint64_t good;
  uint64_t bad;
  uint64_t allowed;
  uint64_t consumed_ppm;
  int64_t remaining_ppm;
  int64_t best_ppm;
  int64_t worst_ppm;
  uint64_t unseen;
  slo_counts counts;
  int64_t span_ns;
  int64_t from_ns;
  int64_t to_ns;
  int64_t measured_ns;
  int64_t unresolved_ns;
  int64_t unmeasured_ns;
  int64_t frozen_ns;
  int64_t corrected_ns;
  int64_t covered_ns;
  uint32_t corrections;
  uint32_t flags;
  uint32_t policy;
  uint32_t reserved;
  slo_slices slices;
  int64_t slice_ns;
  uint64_t unseen_slices;
} slo_budget;

/* Of counts alone, by occurrences: the fields up to remaining_ppm; best and worst are the same
 * as that, the rest is 0. SLO_ENODATA when valid is 0: the budget is filled, with consumed 0
 * and remaining 0, which means nothing. SLO_ERANGE (objective), SLO_EINVAL. */
SLO_API slo_status slo_budget_eval(const slo_counts *counts, uint64_t objective_ppb,
                                   slo_budget *budget);

/*
 * Of a window. SLO_ENODATA: no reading yet (budget untouched), or nothing valid in the period
 * (filled, objective_ppb too: the coverage says why, the numbers mean nothing). SLO_ERANGE:
 * objective, method, period; a calendar period that begins after the newest reading. SLO_EINVAL:
 * NULL, or a method that needs slices where there are none. SLO_EVERSION.
 */
SLO_API slo_status slo_budget_read(const slo_window *window, const slo_budget_config *config,
                                   slo_budget *budget);

/*
 * What an incident cost: the share of the period's budget that was spent in (from_ns, to_ns], in
 * ppm: floor(bad in it * 10^15 / ((10^9 - objective_ppb) * valid in the period)). *incident, which
 * may be NULL, is the delta it was read from, with corrections: the readings really used. It may
 * lie outside the period, too. Costs of adjacent spans add up, but for what was not seen.
 * Errors as slo_budget_read; SLO_ERANGE also when from_ns > to_ns.
 */
SLO_API slo_status slo_budget_cost(const slo_window *window, const slo_budget_config *config,
                                   int64_t from_ns, int64_t to_ns, uint64_t *cost_ppm,
                                   slo_delta *incident);

/* What was left of the budget at a moment. A frozen value type. */
typedef struct slo_budget_point {
  int64_t at_ns;
  int64_t remaining_ppm;
} slo_budget_point;

/*
 * The burn-down: n >= 1 points evenly spread over the part of the period that the history has, the
 * last one now. Measured against the budget of the whole part, so it never rises.
 * Errors as slo_budget_read; SLO_ERANGE also when n is 0.
 */
SLO_API slo_status slo_budget_burndown(const slo_window *window, const slo_budget_config *config,
                                       size_t n, slo_budget_point *points);

/*
 *   burn_ppm          now: of the last lookback_ns, floored
 *   exhaustion_ns     from here until the budget is gone, rounded down; 0: it is gone. INT64_MAX:
 *                     never. Rolling: remaining * period / burn, as if nothing left the period
 *                     meanwhile: see `violated`. Calendar: when what is bad reaches what all the
 *                     events up to the period's end allow, if they keep coming; never, when it
 *                     does not by then
 *   from_full_ns      the same from a full budget: period / burn
 *   horizon_ns        how far it looks: as asked, in a calendar period no further than its end
 *   remaining_ppm     of the budget at the horizon, if events keep coming as in the last
 *                     lookback_ns, in whole events, rounded down; a rolling period loses its
 *                     oldest part meanwhile, by what was really counted then
 *   violated          1 when that is below 0, decided by those events exactly; else 0
 *   method            how it counts
 *   lookback_from_ns .. lookback_measured_ns  the readings that the burn was read from, with
 *                     corrections, as in slo_delta: what the forecast rests on
 *   corrections       how many corrections touched them
 *   flags             SLO_DELTA_* of them
 */
typedef struct slo_forecast {
  uint32_t struct_size;
  uint32_t violated;
  uint64_t burn_ppm;
  int64_t exhaustion_ns;
  int64_t from_full_ns;
  int64_t horizon_ns;
  int64_t remaining_ppm;
  uint32_t method;
  uint32_t flags;
  int64_t lookback_from_ns;
  int64_t lookback_to_ns;
  int64_t lookback_measured_ns;
  uint32_t corrections;
  uint32_t reserved;
} slo_forecast;

/* Where the budget goes at the present burn. lookback_ns > 0, horizon_ns >= 0. SLO_ENODATA: as
 * slo_budget_read, or nothing valid, or no slice ended, in the last lookback_ns. SLO_ERANGE,
 * SLO_EINVAL, SLO_EVERSION. */
SLO_API slo_status slo_budget_forecast(const slo_window *window, const slo_budget_config *config,
                                       int64_t lookback_ns, int64_t horizon_ns,
                                       slo_forecast *forecast);

/*
 * How the number of slo_budget_read came about, in some ten lines that can be checked by hand:
 * method, objective, the readings used, what was measured, what was counted, each correction
 * (slo_ledger_effect has the same as structs), and the division. Cut to size - 1 bytes and
 * terminated when size > 0; *length, which may be NULL, is what the whole text has; buffer may be
 * NULL when size is 0. Errors as slo_budget_read; with SLO_ENODATA the text says why.
 */
SLO_API slo_status slo_budget_explain(const slo_window *window, const slo_budget_config *config,
                                      char *buffer, size_t size, size_t *length);

SLO_END

#endif
