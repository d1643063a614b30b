/*
 * slo/window.h - what happened in the last W, and how much of it was measured.
 *
 * A window keeps readings: cumulative counts with the moment they were taken. What
 * happened in (t - W, t] is the newest reading minus the newest one at or before
 * t - W, in constant time, for any W up to the longest tier. Nothing is ever reset.
 *
 * Tiers. Readings are kept in rings: tier i keeps one reading for each multiple of its
 * step since the epoch, as far back as its span. The first reading at or after a multiple
 * stands for it, with its own time. A window's old edge is the newest reading kept at or
 * before t - W, so it lies at most one step of the finest tier that reaches it (and the delay
 * of the reading there) before; the last two readings are kept in any case. The answer names the
 * span used. Push at every whole step and
 * windows at whole steps are exact. Readings beyond the rings, such as the start of this
 * year, are kept by pinning them.
 *
 * Time is measured, or it is not: nobody could record (SLO_PUSH_UNMEASURED: a restart). What
 * that means is a policy of the indicator. Measured time in which nobody pushed for longer than
 * gap_ns is a resolution gap: the counts are exact, their place in time is not.
 *
 * Clocks. One that steps back does not move the window back: the counts are taken, the time
 * stays, steps_back counts it. One that jumps ahead further than jump_max_ns is refused with
 * SLO_ECLOCK and counted, until a push says SLO_PUSH_REBASE: a wrong clock must not freeze
 * alerts until that date.
 *
 * Slices. With slice_ns a window also judges time in slices ((k-1) * slice_ns, k * slice_ns],
 * each by its own counts: what budgets by timeslices need (slo/budget.h). A slice is closed by
 * the first push at or after its end; one without valid events counts as neither good nor
 * bad. Slices that ended together in a resolution gap are judged alike by the counts of all of
 * it, as many of them as there were valid events at most; of those that ended together in
 * unmeasured time only one, by what was counted before.
 *
 * A window is one flat block (slo/memory.h). One owner at a time pushes and pins; any number
 * of threads and processes may read meanwhile. A push that is killed at any instruction
 * leaves the window as it was, or as it was going to be.
 */
#ifndef SLO_WINDOW_H
#define SLO_WINDOW_H

#include "slo/counts.h"
#include "slo/memory.h"
#include "slo/tiers.h"
#include "slo/time.h"

#define SLO_WINDOW_PINS_MAX 4096
#define SLO_WINDOW_SLICE_MIN_NS (INT64_C(10) * SLO_SECOND_NS)
#define SLO_SLICE_RATIO_ONE \
  UINT64_C(100000000000) /* 10^11: slo_slices.ratio_sum of one bad slice */

SLO_BEGIN

typedef struct slo_window slo_window;

/* What unmeasured time means. */
enum {
  SLO_UNMEASURED_IGNORE = 0, /* nothing: what was counted stands for all. For requests */
  SLO_UNMEASURED_BAD = 1,    /* all that was not seen was bad. For probes */
  SLO_UNMEASURED_GOOD = 2,   /* all that was not seen was good */
  SLO_UNMEASURED_FREEZE = 3  /* time stood still: the last W is the last W of measured time */
};

/*
 *   tiers        tier_count (0..SLO_WINDOW_TIERS_MAX) of them, steps and spans strictly
 *                ascending; copied. 0: 5m 30m 1h 2h 6h 1d 3d 7d 30d 90d, each with a
 *                60th of it as step (7d: a 70th), 31.4 KiB in all. Read at whole steps they serve
 *                within 2 % windows of 5/6 (7d: 5/7) of each of these spans up to all of it, such
 *                as 25m..30m, 5h..6h and 25d..30d: those of the Workbook, not 45m, 6h26m or 31d,
 *                for which there is slo_window_tiers (slo/tiers.h).
 *   jump_max_ns  the furthest a push may be after the one before, >= the finest
 *                step; 0: the longest span with SLO_PUSH_UNMEASURED, else an hour, but no less
 *                than the finest step and no more than the longest span
 *   gap_ns       a push later than this after the one before leaves a resolution gap, > 0; 0: a
 *                minute, or twice the finest step when that is more.
 *   slice_ns     0: no slices; else SLO_WINDOW_SLICE_MIN_NS .. 1 day, and
 *   slice_objective_ppb  a slice is good when good >= slice_objective_ppb / 10^9 * valid,
 *                1..10^9; 0 without slices.
 *   unmeasured   SLO_UNMEASURED_*
 *   pins         readings that can be pinned at a time, up to SLO_WINDOW_PINS_MAX, 64 bytes
 *                each, 88 with slices; 0: 16
 */
typedef struct slo_window_config {
  uint32_t struct_size;
  uint32_t tier_count;
  const slo_window_tier *tiers;
  int64_t jump_max_ns;
  int64_t gap_ns;
  int64_t slice_ns;
  uint64_t slice_objective_ppb;
  uint32_t unmeasured;
  uint32_t pins;
} slo_window_config;

/* See slo/memory.h. config NULL: all defaults. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION,
 * for init also SLO_ESPACE, for create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_window_footprint(const slo_window_config *config, size_t *size,
                                        slo_error *error);
SLO_API slo_status slo_window_init(void *memory, size_t size, const slo_window_config *config,
                                   slo_window **window, slo_error *error);

/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_window_attach(void *memory, size_t size, slo_window **window);

/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_window_create(const slo_window_config *config,
                                     const slo_allocator *allocator, slo_window **window,
                                     slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_window_destroy(slo_window *window);

enum {
  SLO_PUSH_UNMEASURED = 1, /* nobody could record since the last push: a restart */
  SLO_PUSH_REBASE = 2      /* accept this moment, whatever the clock said before */
};

/*
 * Takes a reading: total is everything counted so far, now_ns the moment. The first
 * push begins the history. Owner only.
 *
 * now_ns equal to the newest reading's time brings that reading up to date; earlier, it
 * does so and counts a step back. With SLO_PUSH_REBASE an earlier moment, and counts lower than
 * they were (the counters' memory was lost, the window's was not), are accepted by starting
 * the history anew.
 *
 * SLO_EINVAL (NULL, unknown flags), SLO_ERANGE (now_ns is no moment; a count of total is
 * lower than it was, without SLO_PUSH_REBASE), SLO_ECLOCK (a jump ahead, see above): the reading is
 * not taken.
 */
SLO_API slo_status slo_window_push(slo_window *window, int64_t now_ns, const slo_counts *total,
                                   uint32_t flags);

/*
 * Keeps the newest reading at or before at_ns, as long as the newest one is not after until_ns:
 * the start of a budget's period, the edge of a correction. Exact when called after the first
 * push at or after at_ns and before the next; later it keeps what the rings still have. Pinning
 * a reading again keeps it longer. Owner only.
 * SLO_ENODATA: at_ns is before the history or what is kept of it (or nothing was pushed).
 * SLO_ERANGE: at_ns is no moment or after the newest reading, until_ns is no moment or before
 * at_ns. SLO_ESPACE: all pins are in use. SLO_EINVAL.
 */
SLO_API slo_status slo_window_pin(slo_window *window, int64_t at_ns, int64_t until_ns);

/* Slices with valid events. ratio_sum: the sum of their bad / valid, each rounded to the nearest
 * 10^-11 and in that unit. A frozen value type. */
typedef struct slo_slices {
  uint64_t good;
  uint64_t bad;
  uint64_t ratio_sum;
} slo_slices;

enum {
  SLO_DELTA_SHORT = 1,  /* the history, or what is kept of it, begins after the moment asked for */
  SLO_DELTA_COARSE = 2, /* the readings reach beyond the span by more than 2 % of it */
  SLO_DELTA_SNAPPED = 4 /* a correction's edges are not those of the readings used for it, by more
                           than 2 % of it and ten seconds (slo/ledger.h); never from a window */
};

/*
 * The difference of two readings.
 *
 *   span_ns        asked for
 *   from_ns        the readings really used; events in (from_ns, to_ns] are counted
 *   to_ns
 *   measured_ns    to_ns - from_ns = measured_ns + unmeasured_ns + frozen_ns + corrected_ns
 *   covered_ns     of span_ns, how much was measured at least: measured_ns less what the
 *                  readings reach beyond the span
 *   counts         what was counted
 *   unresolved_ns  of measured_ns, how much lies in resolution gaps
 *   unmeasured_ns
 *   frozen_ns      unmeasured, where the policy is SLO_UNMEASURED_FREEZE
 *   corrected_ns   taken out or set right by corrections (slo/ledger.h); 0 from a window
 *   unseen         how many valid events unmeasured_ns may have had: at the mean rate of
 *                  measured_ns, rounded up, at least one (when nothing was measured: as many as
 *                  were counted). So between from_ns and to_ns the truth lies between bad and
 *                  bad + unseen of valid + unseen; of what lies before the history nothing is said
 *   judged         counts, with unseen in good or bad when the policy is GOOD or BAD: what
 *                  alerts and budgets are judged by
 *   slices         those that ended in (from_ns, to_ns]; 0 without slices
 *   unseen_slices  how many whole ones of slice_ns fit into unmeasured_ns
 *   slice_ns       0 without slices
 *   policy         SLO_UNMEASURED_*
 */
typedef struct slo_delta {
  uint32_t struct_size;
  uint32_t flags; /* SLO_DELTA_* */
  int64_t span_ns;
  int64_t from_ns;
  int64_t to_ns;
  int64_t measured_ns;
  int64_t covered_ns;
  slo_counts counts;
  int64_t unresolved_ns;
  int64_t unmeasured_ns;
  int64_t frozen_ns;
  int64_t corrected_ns;
  uint64_t unseen;
  slo_counts judged;
  slo_slices slices;
  uint64_t unseen_slices;
  int64_t slice_ns;
  uint32_t policy;
  uint32_t reserved;
} slo_delta;

/*
 * n windows that end at the newest reading, all of one state. spans_ns[i] >= 0;
 * deltas is an array of n elements whose size is deltas[0].struct_size, a multiple of 8
 * (SLO_EINVAL). Any thread.
 * SLO_ENODATA before the first push, SLO_ERANGE (a negative span), SLO_EINVAL.
 */
SLO_API slo_status slo_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                                   slo_delta *deltas);

/*
 * What happened between two moments: the newest reading at or before to_ns minus that at
 * or before from_ns. 0 <= from_ns <= to_ns. Any thread. SLO_ENODATA before the first push,
 * SLO_ERANGE, SLO_EINVAL.
 */
SLO_API slo_status slo_window_delta(const slo_window *window, int64_t from_ns, int64_t to_ns,
                                    slo_delta *delta);

/*
 *   first_ns, newest_ns  the history's begin and end
 *   measured_ns          how much of it was measured
 *   unresolved_ns        of that, in resolution gaps
 *   counts               the newest reading: since the counters began
 *   steps_back           pushes earlier than the one before
 *   jumps_refused        pushes refused with SLO_ECLOCK
 *   rebases              pushes that only SLO_PUSH_REBASE made acceptable
 *   pins_refused         readings that were to be pinned when all pins were in use: give it more
 */
typedef struct slo_window_summary {
  uint32_t struct_size;
  uint32_t tier_count;
  int64_t first_ns;
  int64_t newest_ns;
  int64_t measured_ns;
  slo_counts counts;
  uint64_t steps_back;
  uint64_t jumps_refused;
  uint64_t rebases;
  int64_t unresolved_ns;
  uint64_t pins_refused;
} slo_window_summary;

/* Any thread. SLO_ENODATA before the first push, SLO_EINVAL. */
SLO_API slo_status slo_window_summarize(const slo_window *window, slo_window_summary *summary);

SLO_END

#endif
