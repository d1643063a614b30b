/*
 * slo/monitor.h - all SLIs and SLOs of a service in one block.
 *
 * A monitor is counters, histograms, windows and alerts laid out together: threads
 * record into its counters and histograms, one owner ticks it with the time, and any
 * thread asks where an objective stands. It decides nothing that the parts do not.
 *
 *   slo_counter_record(slo_monitor_counter(m, CHECKOUT), SLO_GOOD);     any thread
 *   slo_monitor_tick(m, now_ns, 0);                                    the owner
 *   slo_monitor_read(m, 0, &standing);                                 any thread
 *
 * One flat block (slo/memory.h): with init in a mapped file or shared memory it
 * survives restarts and is fed by several processes. A tick that is repeated, or killed
 * at any instruction, does no harm.
 */
#ifndef SLO_MONITOR_H
#define SLO_MONITOR_H

#include "slo/alert.h"
#include "slo/budget.h"
#include "slo/calendar.h"
#include "slo/counter.h"
#include "slo/definition.h"
#include "slo/hist.h"
#include "slo/history.h"
#include "slo/ledger.h"
#include "slo/window.h"

#define SLO_MONITOR_NAME_MAX 63 /* bytes */
#define SLO_MONITOR_SLIS_MAX 100000
#define SLO_MONITOR_SLOS_MAX 400000
#define SLO_MONITOR_STARTS_MAX 100000

SLO_BEGIN

typedef struct slo_monitor slo_monitor;

/*
 * An indicator: what is measured. Its counts are those of its counter plus, with
 * with_threshold 1, those of its histogram: within the threshold is good, beyond is bad.
 *
 *   name            1..SLO_MONITOR_NAME_MAX bytes; copied
 *   latency         its histogram; NULL: none, or that of latency_of
 *   latency_of      0, or 1 + the index of an earlier SLI whose histogram it shares
 *   with_threshold  0 or 1
 *   threshold       index into the histogram's thresholds
 *   shards, writers rows of its counter, as in slo_counter_config
 *   unmeasured      SLO_UNMEASURED_*; 0: as in the monitor's window
 *   slice_ns, slice_objective_ppb  slices of its window, for budgets by timeslices; 0: as in the
 *                   monitor's window
 *   history         of its latency (NULL: none); needs a histogram of its own
 */
typedef struct slo_monitor_sli {
  uint32_t struct_size;
  uint32_t shards;
  const char *name;
  const slo_hist_config *latency;
  uint32_t latency_of;
  uint32_t with_threshold;
  uint32_t threshold;
  uint32_t writers;
  const slo_history_config *history;
  int64_t slice_ns;
  uint64_t slice_objective_ppb;
  uint32_t unmeasured;
  uint32_t reserved;
} slo_monitor_sli;

/*
 * An objective for an indicator.
 *
 *   name           1..SLO_MONITOR_NAME_MAX bytes; copied
 *   sli            index of its SLI
 *   objective_ppb  see slo/objective.h
 *   period_ns      the budget's rolling period, 1 s .. 3660 days, weeks by preference (28 days
 *                  have four of each weekday, 30 do not); the window's longest tier should reach
 *                  it, else the budget is of what is kept. With a calendar: its nominal length,
 *                  which the alert's factors follow from
 *   tiers          of its alert, tier_count of them; 0: those of the catalog for the period
 *   catalog        SLO_CATALOG_*, when there are no tiers; 0: the workbook
 *   alert          the rest of its alert (slo/alert.h); NULL: gates for pages and tickets, and
 *                  pages silence tickets. Its tiers, objective_ppb and period_ns are 0: the above
 *   method         SLO_METHOD_*; all but occurrences need an SLI with slices. Of the budget:
 *                  alerts always judge events
 *   calendar       unit 0: rolling; else the budget's periods in UTC (slo/calendar.h), whose
 *                  starts are pinned, so that also a year is exact. The one before the newest is
 *                  kept, too, for slo_budget_read with its start and end
 *   starts_ns      the same as data, for a time zone: start_count (0, or 2 ..
 *                  SLO_MONITOR_STARTS_MAX) starts, strictly ascending; copied. After the last
 *                  one the budget ends: give more than are needed
 */
typedef struct slo_monitor_slo {
  uint32_t struct_size;
  uint32_t sli;
  const char *name;
  uint64_t objective_ppb;
  int64_t period_ns;
  const slo_alert_tier *tiers;
  uint32_t tier_count;
  uint32_t method;
  slo_calendar calendar;
  const int64_t *starts_ns;
  const slo_alert_config *alert;
  uint32_t start_count;
  uint32_t catalog;
} slo_monitor_slo;

/*
 * Either slis and slos, or a definition, which says both (slo/definition.h; it is copied): then
 * each journey is, in this order, an SLI of its attempts, "buy", one of each step, "buy/pay", one
 * of its limit, if it has one, "buy/limit", and its indicators, "buy/pay works"; and its objectives
 * are the SLOs, "buy/most can buy". Latencies have a histogram with the default grid. What such a
 * monitor can besides is in slo/defined.h.
 *
 * slis and slos are arrays whose element size is the struct_size of the first; copied.
 * sli_count in 1..SLO_MONITOR_SLIS_MAX, slo_count in 0..SLO_MONITOR_SLOS_MAX. window: of
 * every SLI, NULL for the defaults. corrections: room in the ledger, up to
 * SLO_LEDGER_ENTRIES_MAX; 0: 64. Each window gets pins for the edges of so many corrections of its
 * SLI at a time (within its longest period), 64 at most, 8 when corrections is 0, and for the
 * starts of 4 calendars; give window.pins when there are more: a budget whose correction's edges
 * could not be pinned is flagged SLO_DELTA_SNAPPED, slo_window_summary counts pins_refused.
 */
typedef struct slo_monitor_config {
  uint32_t struct_size;
  uint32_t sli_count;
  const slo_monitor_sli *slis;
  const slo_monitor_slo *slos;
  const slo_window_config *window;
  uint32_t slo_count;
  uint32_t corrections;
  const slo_definition *definition;
} slo_monitor_config;

/* See slo/memory.h. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE, for
 * create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_monitor_footprint(const slo_monitor_config *config, size_t *size,
                                         slo_error *error);
SLO_API slo_status slo_monitor_init(void *memory, size_t size, const slo_monitor_config *config,
                                    slo_monitor **monitor, slo_error *error);

/* Validates the whole block. SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_monitor_attach(void *memory, size_t size, slo_monitor **monitor);

/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_monitor_create(const slo_monitor_config *config,
                                      const slo_allocator *allocator, slo_monitor **monitor,
                                      slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_monitor_destroy(slo_monitor *monitor);

/* How many there are; 0 for NULL. Any thread. */
SLO_API uint32_t slo_monitor_sli_count(const slo_monitor *monitor);
SLO_API uint32_t slo_monitor_slo_count(const slo_monitor *monitor);

/* The name of an SLI or SLO, inside the block; NULL when there is none. Any thread. */
SLO_API const char *slo_monitor_sli_name(const slo_monitor *monitor, uint32_t sli);
SLO_API const char *slo_monitor_slo_name(const slo_monitor *monitor, uint32_t slo);

/*
 * The parts, inside the block; NULL when there is none. Look them up once and keep them:
 * they stay where they are. The rules of each part's header hold, with the monitor's owner
 * as their owner: pushing to a window or stepping an alert is the tick's business. Attempts and
 * parts of a journey have no counter here: slo_attempt_end counts them.
 */
SLO_API slo_counter *slo_monitor_counter(slo_monitor *monitor, uint32_t sli);
SLO_API slo_hist *slo_monitor_hist(slo_monitor *monitor, uint32_t sli);
SLO_API slo_window *slo_monitor_window(slo_monitor *monitor, uint32_t sli);
SLO_API slo_alert *slo_monitor_alert(slo_monitor *monitor, uint32_t slo);
SLO_API slo_history *slo_monitor_history(slo_monitor *monitor, uint32_t sli);
/* What corrections there are. Write them down with slo_monitor_correct. NULL for NULL. */
SLO_API const slo_ledger *slo_monitor_ledger(const slo_monitor *monitor);

/*
 * Takes a reading of every SLI into its window and, once in each slice of the window's
 * finest tier, steps the alerts: the first tick at or after each whole step does. flags as for
 * slo_window_push: SLO_PUSH_UNMEASURED for the first tick after a time in which nobody could
 * record. The first tick begins the history: what was recorded before it is in no window. Owner
 * only: one thread at a time.
 *
 * SLO_ERANGE (now_ns is no moment; counts lower than they were, which SLO_PUSH_REBASE accepts by
 * starting the history anew), SLO_ECLOCK (it jumped ahead too far: nothing was
 * taken), SLO_EINVAL. Every SLI is ticked even when one of them fails; the first failure
 * is returned.
 */
SLO_API slo_status slo_monitor_tick(slo_monitor *monitor, int64_t now_ns, uint32_t flags);

/*
 * Writes a correction down (slo_ledger_append) and pins the readings at its edges, also those
 * that are still to come, so that it is exact; when it was made after the fact, those that
 * are still kept. Owner only. Errors as slo_ledger_append; SLO_ERANGE: no such SLI.
 */
SLO_API slo_status slo_monitor_correct(slo_monitor *monitor, const slo_correction *correction,
                                       uint32_t *sequence, slo_error *error);

/*
 * The budget of an objective as of the newest tick, for the functions of slo/budget.h, with
 * slo_monitor_window of its SLI; valid while the monitor is. Any thread. SLO_ENODATA: never
 * ticked. SLO_ERANGE: no such SLO, or no calendar period has the newest tick: it lies before or at
 * the first start, or after the last. SLO_EINVAL.
 */
SLO_API slo_status slo_monitor_budget(const slo_monitor *monitor, uint32_t slo,
                                      slo_budget_config *budget);

/*
 * Where an objective stands as of the newest tick.
 *
 *   at_ns     the newest tick
 *   period    the budget's period: the last period_ns, or that of the calendar
 *   total     everything since the counters began; late and unknown of slo_counter_tally
 *   page      SLO_ALERT_* of each severity
 *   ticket
 *   budget    with how much of it was measured, and what was corrected; its struct_size is
 *             the library's
 */
typedef struct slo_standing {
  uint32_t struct_size;
  uint32_t sli;
  uint64_t objective_ppb;
  int64_t period_ns;
  int64_t at_ns;
  slo_period period;
  slo_counts total;
  uint64_t late;
  uint64_t unknown;
  uint32_t page;
  uint32_t ticket;
  uint64_t reserved[4];
  slo_budget budget;
} slo_standing;

/* Any thread. SLO_ENODATA: never ticked (*standing untouched), or nothing valid in the
 * period (filled, objective_ppb too; the budget means nothing). SLO_ERANGE: as slo_monitor_budget.
 * SLO_EINVAL. */
SLO_API slo_status slo_monitor_read(const slo_monitor *monitor, uint32_t slo,
                                    slo_standing *standing);

SLO_END

#endif
