/* slo.h - libslo 0.1.0 in two files, generated. SPDX-License-Identifier: Apache-2.0 */

/* ---- include/slo/status.h ---- */

/*
 * slo/status.h - what every function answers, and what was wrong.
 *
 * A function that can fail returns an slo_status: SLO_OK is 0, errors are
 * negative, results come back through out-parameters. On an error the
 * out-parameters are untouched unless the function says otherwise. A function
 * that takes an slo_error fills it with the field, the value and the allowed
 * range; NULL is always allowed there.
 *
 * Nothing here keeps state: there is no errno and no global message, so every
 * function in this header may be called from any thread.
 */
#ifndef SLO_STATUS_H
#define SLO_STATUS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define SLO_API __attribute__((visibility("default")))
#else
#define SLO_API
#endif

#ifdef __cplusplus
#define SLO_BEGIN extern "C" {
#define SLO_END }
#else
#define SLO_BEGIN
#define SLO_END
/* Initialises a config, result or error struct: slo_budget b = SLO_SIZED(slo_budget); */
#define SLO_SIZED(type) {.struct_size = sizeof(type)}
#endif

SLO_BEGIN

/* X(name, value, text): the one table behind the enum, slo_strerror and the bindings. */
#define SLO_STATUS_MAP(X)                                             \
  X(SLO_OK, 0, "ok")                                                  \
  X(SLO_EINVAL, -1, "invalid argument")                               \
  X(SLO_ERANGE, -2, "value out of range")                             \
  X(SLO_ENOMEM, -3, "out of memory")                                  \
  X(SLO_ENODATA, -4, "no data")                                       \
  X(SLO_EVERSION, -5, "made by a newer or incompatible version")      \
  X(SLO_ECORRUPT, -6, "not a valid block")                            \
  X(SLO_ECLOCK, -7, "the clock jumped further than allowed")          \
  X(SLO_EPARSE, -8, "cannot be read")                                 \
  X(SLO_ESPACE, -9, "the memory or buffer is too small")              \
  X(SLO_ELOST, -10, "entries were overwritten before they were read") \
  X(SLO_EBUSY, -11, "every one of them is in use")

typedef int32_t slo_status;

enum {
#define SLO_STATUS_ENUM(name, value, text) name = value,
  SLO_STATUS_MAP(SLO_STATUS_ENUM)
#undef SLO_STATUS_ENUM
      SLO_STATUS_LAST = -11 /* the lowest status in use */
};

/* The English text of a status; "unknown status" for a number that is none.
 * Never NULL; static, not to be freed. */
SLO_API const char *slo_strerror(slo_status status);

/* The name of a status ("SLO_EINVAL"); "SLO_UNKNOWN" for a number that is none. */
SLO_API const char *slo_status_name(slo_status status);

/*
 * What was wrong. Set struct_size (or use SLO_SIZED) before the call.
 *
 *   status  what the function returned
 *   field   the offending field, "tiers[2].factor_ppm"; always terminated
 *   value   what it was; for SLO_EPARSE the offset in bytes of the first
 *           character that could not be read
 *   min,max the allowed range, both inclusive; min > max: there is none to name
 *
 * An unsigned value above INT64_MAX is shown as INT64_MAX.
 */
typedef struct slo_error {
  uint32_t struct_size;
  slo_status status;
  int64_t value;
  int64_t min;
  int64_t max;
  char field[64];
} slo_error;

/*
 * Writes one line such as "tiers[2].factor_ppm: 0 is not in 1..1000000000000000
 * (value out of range)" into buffer, cut to size - 1 bytes and terminated when
 * size > 0. Returns the length the whole line has, like snprintf; buffer may be
 * NULL when size is 0. A NULL error gives "ok".
 */
SLO_API size_t slo_error_format(const slo_error *error, char *buffer, size_t size);

SLO_END

#endif

/* ---- include/slo/memory.h ---- */

/*
 * slo/memory.h - where objects live.
 *
 * Every stateful object is one flat block of memory without pointers inside,
 * aligned to SLO_ALIGN bytes. The caller may own that memory:
 *
 *   slo_hist_footprint(&config, &size, NULL);      how many bytes
 *   slo_hist_init(memory, size, &config, &h, NULL) lays it out; h == memory
 *   slo_hist_attach(memory, size, &h)              validates what init laid out
 *
 * so the same bytes work on the heap, in memory shared between processes and in
 * a mapped file. For those who just want an object, create and destroy do the
 * same over an slo_allocator.
 *
 * init must not run while anybody uses the block; attach may, any number of
 * times. A block holds native-endian data of one layout version: attach answers
 * SLO_EVERSION for another layout, SLO_ECORRUPT for anything else that init did
 * not write, including a block whose init was interrupted.
 */
#ifndef SLO_MEMORY_H
#define SLO_MEMORY_H


/* Alignment of every block, one cache line. */
#define SLO_ALIGN 64u

SLO_BEGIN

/*
 * allocate: size is a multiple of SLO_ALIGN; the result must be aligned to
 *   SLO_ALIGN (else create gives it back: SLO_EINVAL), NULL means out of memory. release: gets back
 * exactly what allocate returned. context is handed to both. The struct is copied, context must
 * live as long as any object created with it.
 *
 * A NULL slo_allocator means the C library's heap.
 */
typedef struct slo_allocator {
  void *(*allocate)(void *context, size_t size);
  void (*release)(void *context, void *memory);
  void *context;
} slo_allocator;

SLO_END

#endif

/* ---- include/slo/counts.h ---- */

/*
 * slo/counts.h - what everything is counted in.
 *
 * An event is exactly one of good, bad or excluded. valid = good + bad is always
 * derived, never stored, so no reading can contradict itself.
 */
#ifndef SLO_COUNTS_H
#define SLO_COUNTS_H


/* What an event was: the argument of slo_counter_record, the answer of slo_rule_classify. */
typedef int32_t slo_outcome;

enum {
  SLO_GOOD = 0,    /* served as promised */
  SLO_BAD = 1,     /* not served as promised: it spends error budget */
  SLO_EXCLUDED = 2 /* not part of the promise (health checks, unknowable ones) */
};

/*
 * Numbers of events. A frozen value type: it never grows, so it has no
 * struct_size and may be embedded. good + bad must stay below 2^63.
 */
typedef struct slo_counts {
  uint64_t good;
  uint64_t bad;
  uint64_t excluded;
} slo_counts;

#endif

/* ---- include/slo/time.h ---- */

/*
 * slo/time.h - moments and durations.
 *
 * The core has no clock. Moments are int64 nanoseconds since the Unix epoch, UTC
 * without leap seconds, in 0 .. SLO_TIME_MAX_NS (1970 to the end of 2261).
 * Durations are int64 nanoseconds. All functions are pure, know no locale, and
 * may be called from any thread.
 */
#ifndef SLO_TIME_H
#define SLO_TIME_H


#define SLO_TIME_MAX_NS INT64_C(9214646399999999999) /* 2261-12-31T23:59:59.999999999Z */

#define SLO_SECOND_NS INT64_C(1000000000)
#define SLO_MINUTE_NS (INT64_C(60) * SLO_SECOND_NS)
#define SLO_HOUR_NS (INT64_C(60) * SLO_MINUTE_NS)
#define SLO_DAY_NS (INT64_C(24) * SLO_HOUR_NS)

/* Enough room for what slo_time_format and slo_span_format write. */
#define SLO_TIME_TEXT_MAX 40

SLO_BEGIN

/* The moments t with start_ns < t <= end_ns: a period, an interval. A frozen value type. */
typedef struct slo_period {
  int64_t start_ns;
  int64_t end_ns;
} slo_period;

/*
 * The moment of a UTC calendar date and time of day (proleptic Gregorian).
 * month 1..12, day 1..the month's length, hour 0..23, minute 0..59, second 0..60
 * (a leap second is read as the second after it), nanosecond 0..999999999.
 * SLO_ERANGE when a part or the result is out of range.
 */
SLO_API slo_status slo_time_civil(int32_t year, int32_t month, int32_t day, int32_t hour,
                                  int32_t minute, int32_t second, int32_t nanosecond,
                                  int64_t *time_ns);

/*
 * Reads a moment: RFC 3339 ("2015-05-17T20:27:00Z", "2015-05-17 22:27:00.5+02:00")
 * or a decimal integer with its unit: "1431894420s", "1431894420000ms", "..us",
 * "..ns". A bare integer is refused: nobody can tell its unit. Digits beyond
 * nanoseconds must be zero.
 * SLO_EPARSE (error->value is the offset), SLO_ERANGE.
 */
SLO_API slo_status slo_time_parse(const char *text, int64_t *time_ns, slo_error *error);

/*
 * Writes RFC 3339 in UTC, with as many decimals (0, 3, 6 or 9) as needed.
 * buffer holds size bytes; SLO_ESPACE when it is too small (SLO_TIME_TEXT_MAX
 * suffices), SLO_ERANGE when time_ns is not a moment.
 */
SLO_API slo_status slo_time_format(int64_t time_ns, char *buffer, size_t size);

/*
 * Reads a duration: one or more integers each with a unit, largest first:
 * "30d", "1h30m", "250ms". Units: w d h m s ms us ns. `m` is a minute; months and
 * years have no fixed length and are refused (SLO_EPARSE), so is a bare integer.
 * SLO_ERANGE beyond int64 nanoseconds.
 */
SLO_API slo_status slo_span_parse(const char *text, int64_t *span_ns, slo_error *error);

/* Writes a duration so that slo_span_parse reads it back: "3d", "1h30m", "0s",
 * negative ones with a leading '-'. SLO_ESPACE as for slo_time_format. */
SLO_API slo_status slo_span_format(int64_t span_ns, char *buffer, size_t size);

SLO_END

#endif

/* ---- include/slo/tiers.h ---- */

/*
 * slo/tiers.h - how finely a window remembers, and which tiers serve given windows.
 *
 *   int64_t spans_ns[] = {386 * SLO_MINUTE_NS, 32 * SLO_MINUTE_NS, 31 * SLO_DAY_NS};
 *   slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
 *   slo_window_config config = SLO_SIZED(slo_window_config);
 *   slo_window_tiers(spans_ns, 3, tiers, SLO_WINDOW_TIERS_MAX, &config.tier_count, NULL);
 *   config.tiers = tiers;
 *
 * Pure functions, any thread.
 */
#ifndef SLO_TIERS_H
#define SLO_TIERS_H


#define SLO_WINDOW_TIERS_MAX 16
#define SLO_WINDOW_SLOTS_MAX 16777216
#define SLO_WINDOW_SPANS_MAX 256

SLO_BEGIN

/* A frozen value type. One reading every step_ns, span_ns back: 1 ms <= step_ns <=
 * span_ns, span_ns / step_ns <= SLO_WINDOW_SLOTS_MAX. 48 bytes a reading, 72 with slices. */
typedef struct slo_window_tier {
  int64_t step_ns;
  int64_t span_ns;
} slo_window_tier;

/*
 * Tiers that serve windows of these spans, in any order, each within 2 %: what to put into
 * slo_window_config for alerts whose windows the default tiers do not have. The periods of
 * rolling budgets are such spans, too. Each tier's step is at most a 60th of the smallest span it
 * serves, so that a reading may come late by a 300th of that. Spans share a tier where that takes
 * fewer readings, or when capacity leaves no choice; each step divides the next where that takes
 * at most a quarter more. No tier reaches further back than the longest span: for time that can
 * stand still (SLO_UNMEASURED_FREEZE) name a longer one, too.
 *
 * n >= 1; capacity is the room in tiers (SLO_WINDOW_TIERS_MAX suffices, more is not used), *count
 * how many there are. tiers may be NULL when capacity is 0.
 * SLO_ERANGE: n is 0, a span is not in 60 ms .. SLO_TIME_MAX_NS, more than SLO_WINDOW_SPANS_MAX
 * different ones. SLO_ESPACE: so few tiers would need more than SLO_WINDOW_SLOTS_MAX readings in
 * one; error->min is how many tiers it takes. SLO_EINVAL (NULL).
 */
SLO_API slo_status slo_window_tiers(const int64_t *spans_ns, size_t n, slo_window_tier *tiers,
                                    uint32_t capacity, uint32_t *count, slo_error *error);

SLO_END

#endif

/* ---- include/slo/window.h ---- */

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

/* ---- include/slo/ledger.h ---- */

/*
 * slo/ledger.h - what was taken out of the count, and why.
 *
 * Maintenance that was agreed on, a load test, a probe that was broken: corrections say that
 * a span of time shall not count, or that what was bad in it shall count as good. The two
 * differ: one hour down in a week less one day of REMOVE is 0.694 % bad, with GOOD for that day
 * it is 0.595 %.
 *
 * A ledger only grows. A correction is never changed; one that was wrong is taken back by
 * another. Every budget that a correction touches says so (slo/budget.h), and alerts judge the
 * corrected windows too. Corrections may be written down before or after: a span that begins
 * and ends at pinned readings (slo_window_pin, which the monitor does) is exact, one that is
 * written down later snaps to the readings that are still kept, and the answer names the span.
 *
 * One flat block (slo/memory.h). One owner at a time appends; any number of threads and
 * processes may read meanwhile.
 */
#ifndef SLO_LEDGER_H
#define SLO_LEDGER_H


#define SLO_LEDGER_REASON_MAX 63 /* bytes */
#define SLO_LEDGER_ENTRIES_MAX 65536
#define SLO_LEDGER_ALL UINT32_MAX /* every SLI */

SLO_BEGIN

typedef struct slo_ledger slo_ledger;

enum {
  SLO_CORRECT_REMOVE = 0, /* events and time of the span are not counted */
  SLO_CORRECT_GOOD = 1,   /* what was bad in the span counts as good; what was not seen in it
                             counts as nothing: nobody knows how much it was */
  SLO_CORRECT_VOID = 2    /* takes an earlier correction back */
};

/*
 *   kind      SLO_CORRECT_*
 *   from_ns   (from_ns, to_ns], 0 <= from_ns < to_ns <= SLO_TIME_MAX_NS; both 0 for VOID
 *   to_ns
 *   made_ns   when it was written down, for the record; 0: not said
 *   sli       the index of the SLI it is for, or SLO_LEDGER_ALL; 0 for VOID
 *   voids     VOID: the sequence number of the correction that is taken back; else 0
 *   reason    1..SLO_LEDGER_REASON_MAX bytes of UTF-8, terminated: "deploy freeze test"
 */
typedef struct slo_correction {
  uint32_t struct_size;
  uint32_t kind;
  int64_t from_ns;
  int64_t to_ns;
  int64_t made_ns;
  uint32_t sli;
  uint32_t voids;
  char reason[SLO_LEDGER_REASON_MAX + 1];
} slo_correction;

/* entries: room for so many, 1..SLO_LEDGER_ENTRIES_MAX, 128 bytes each. See slo/memory.h.
 * SLO_EINVAL, SLO_ERANGE, for init also SLO_ESPACE, for create also SLO_ENOMEM. */
SLO_API slo_status slo_ledger_footprint(uint32_t entries, size_t *size, slo_error *error);
SLO_API slo_status slo_ledger_init(void *memory, size_t size, uint32_t entries, slo_ledger **ledger,
                                   slo_error *error);
/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_ledger_attach(void *memory, size_t size, slo_ledger **ledger);
/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_ledger_create(uint32_t entries, const slo_allocator *allocator,
                                     slo_ledger **ledger, slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_ledger_destroy(slo_ledger *ledger);

/*
 * Writes a correction down; copied. *sequence, which may be NULL, is its number: 0, 1, 2, ..
 * Owner only; seen by readers whole or not at all, also when it is killed.
 * SLO_ESPACE: the ledger is full. SLO_ERANGE, SLO_EINVAL (also: voids a VOID, or what is void
 * already), SLO_EVERSION; error names the field.
 */
SLO_API slo_status slo_ledger_append(slo_ledger *ledger, const slo_correction *correction,
                                     uint32_t *sequence, slo_error *error);

/* How many corrections there are; 0 for NULL. Any thread. */
SLO_API uint32_t slo_ledger_count(const slo_ledger *ledger);

/* Correction number `sequence`; *is_void, which may be NULL, is 1 when it was taken back, else 0.
 * Any thread. SLO_ERANGE: there is none. SLO_EINVAL. */
SLO_API slo_status slo_ledger_read(const slo_ledger *ledger, uint32_t sequence,
                                   slo_correction *correction, uint32_t *is_void);

/*
 * The first moment after after_ns at which a correction of the SLI that is not void begins or
 * ends: what to pin next. SLO_ENODATA: there is none. Any thread. SLO_EINVAL.
 */
SLO_API slo_status slo_ledger_edge(const slo_ledger *ledger, uint32_t sli, int64_t after_ns,
                                   int64_t *edge_ns);

/*
 * Corrects a delta of this window: its counts, slices, measured and unmeasured time, and what
 * follows from them. Where corrections overlap each moment is corrected once: REMOVE goes
 * before GOOD, and a lower sequence number before a higher one. *count, which may be NULL, is how
 * many corrections touched it. ledger NULL: none. Any thread; while the window is pushed to, what
 * is corrected near its newest reading may be newer than the delta. It takes as many steps as
 * there are corrections, times those that touch the delta; more where they overlap in chains.
 * SLO_EINVAL (NULL), SLO_EVERSION (a delta smaller than this library's), SLO_ENODATA (a window
 * that was never pushed to): the delta is untouched.
 */
SLO_API slo_status slo_ledger_correct(const slo_ledger *ledger, uint32_t sli,
                                      const slo_window *window, slo_delta *delta, uint32_t *count);

/*
 * What one correction does to a delta.
 *
 *   sequence      of the correction
 *   kind
 *   pieces        into how many the parts that are its own fall
 *   from_ns       the readings really used: the first piece begins and the last one ends here
 *   to_ns
 *   corrected_ns  how long the pieces are together
 *   counts        what was counted in them
 *   slices
 */
typedef struct slo_correction_effect {
  uint32_t struct_size;
  uint32_t sequence;
  uint32_t kind;
  uint32_t pieces;
  int64_t from_ns;
  int64_t to_ns;
  int64_t corrected_ns;
  slo_counts counts;
  slo_slices slices;
} slo_correction_effect;

/* What correction number `sequence` does to (from_ns, to_ns] of a delta of this window. Any
 * thread, as slo_ledger_correct. SLO_ENODATA: nothing. SLO_ERANGE: no such correction. SLO_EINVAL.
 */
SLO_API slo_status slo_ledger_effect(const slo_ledger *ledger, uint32_t sequence, uint32_t sli,
                                     const slo_window *window, const slo_delta *delta,
                                     slo_correction_effect *effect);

SLO_END

#endif

/* ---- include/slo/objective.h ---- */

/*
 * slo/objective.h - targets as integers.
 *
 * An objective is a number of parts per billion: 99.9 % is 999000000. The error
 * budget is what is left, 10^9 - objective_ppb. 0 and 100 % are no objectives: one
 * promises nothing, the other leaves no budget to manage, so the range is
 * SLO_OBJECTIVE_MIN_PPB .. SLO_OBJECTIVE_MAX_PPB. Pure functions, any thread.
 */
#ifndef SLO_OBJECTIVE_H
#define SLO_OBJECTIVE_H


#define SLO_OBJECTIVE_MIN_PPB UINT64_C(1)
#define SLO_OBJECTIVE_MAX_PPB UINT64_C(999999999)
#define SLO_OBJECTIVE_TEXT_MAX 16 /* enough for slo_objective_format */

SLO_BEGIN

/* Reads a percentage, "99.9" or "99.95%", exactly: at most 7 decimals that are not 0.
 * SLO_EPARSE (error->value is the offset), SLO_ERANGE, SLO_EINVAL. */
SLO_API slo_status slo_objective_parse(const char *text, uint64_t *objective_ppb, slo_error *error);

/*
 * Reads a promise about a quantile, "p99 <= 300ms" or "p99.9<=1s", as what it is: an objective of
 * 99 % for events within 300 ms. The two are the same, exactly: the quantile q of n values by
 * nearest rank (slo/snapshot.h) is at most X when, and only when, good >= q * valid, good being
 * the values <= X. So a quantile objective is a latency SLO whose threshold is X
 * (slo_hist_config), and has a budget. threshold_ns > 0.
 * SLO_EPARSE (error->value is the offset), SLO_ERANGE, SLO_EINVAL.
 */
SLO_API slo_status slo_objective_parse_quantile(const char *text, uint64_t *objective_ppb,
                                                int64_t *threshold_ns, slo_error *error);

/* Writes the shortest percentage without the sign, "99.95". SLO_ESPACE, SLO_ERANGE, SLO_EINVAL. */
SLO_API slo_status slo_objective_format(uint64_t objective_ppb, char *buffer, size_t size);

SLO_END

#endif

/* ---- include/slo/burn.h ---- */

/*
 * slo/burn.h - how fast the budget is spent, decided in integers.
 *
 * burn rate = error ratio / (1 - objective): at 1 the budget lasts exactly its
 * period, at 14.4 an hour eats 2 % of a 30-day budget (The Site Reliability
 * Workbook, ch. 5). Factors and burn rates are parts per million (14.4 is
 * 14400000), ratios and objectives parts per billion. Comparisons are one exact
 * 128-bit cross multiplication; no rounding takes part in a decision. Pure
 * functions, any thread.
 */
#ifndef SLO_BURN_H
#define SLO_BURN_H


#define SLO_BURN_FACTOR_MAX_PPM INT64_C(1000000000000000) /* 10^9: nothing can burn faster */

SLO_BEGIN

/* floor(bad * 10^15 / ((10^9 - objective_ppb) * valid)).
 * SLO_ENODATA when valid is 0, SLO_ERANGE (objective), SLO_EINVAL. */
SLO_API slo_status slo_burn_eval(const slo_counts *counts, uint64_t objective_ppb,
                                 uint64_t *burn_ppm);

enum { SLO_BURN_AT_LEAST = 1 /* compare with >= instead of > (Nobl9, Datadog) */ };

/* 1 when the burn rate is strictly greater than factor_ppm (or at least it, with
 * SLO_BURN_AT_LEAST), 0 when it is not or valid is 0; SLO_ERANGE (objective, factor 0 or
 * above SLO_BURN_FACTOR_MAX_PPM), SLO_EINVAL. */
SLO_API int32_t slo_burn_exceeds(const slo_counts *counts, uint64_t objective_ppb,
                                 uint64_t factor_ppm, uint32_t flags);

/* The largest burn rate there is, when everything fails: floor(10^15 / (10^9 - objective_ppb)).
 * SLO_ERANGE, SLO_EINVAL. */
SLO_API slo_status slo_burn_maximum(uint64_t objective_ppb, uint64_t *burn_ppm);

/* The factor that has spent share_ppm of a period's budget when it has filled the window:
 * floor(share_ppm * period_ns / window_ns). SLO_ERANGE: period or window not positive,
 * share above 10^6, or a factor above SLO_BURN_FACTOR_MAX_PPM; SLO_EINVAL. */
SLO_API slo_status slo_burn_factor(uint64_t share_ppm, int64_t period_ns, int64_t window_ns,
                                   uint64_t *factor_ppm);

/*
 * How long a step from no errors to error_ppb takes to lift a window over the factor:
 * (1 - objective) / e * factor * window, rounded down. SLO_ENODATA when it never does
 * (e <= factor * budget). SLO_ERANGE: error_ppb not in 1..10^9, or as above.
 */
SLO_API slo_status slo_burn_detection(uint64_t objective_ppb, uint64_t error_ppb,
                                      uint64_t factor_ppm, int64_t window_ns,
                                      int64_t *detection_ns);

/*
 * How long after an outage of error_ppb that lasted duration_ns the window falls to the
 * factor again: window * (1 - factor * budget / e), rounded up. 0 when the outage never
 * lifted it over the factor (min(duration, window) * e <= factor * budget * window).
 */
SLO_API slo_status slo_burn_reset(uint64_t objective_ppb, uint64_t error_ppb, int64_t duration_ns,
                                  uint64_t factor_ppm, int64_t window_ns, int64_t *reset_ns);

/*
 * Until the budget is gone at a constant burn: remaining * period / burn, rounded down;
 * remaining_ppm 1000000 gives the time from a full budget. 0 when nothing remains,
 * SLO_ENODATA when burn_ppm is 0 or the answer lies beyond int64 nanoseconds: never.
 */
SLO_API slo_status slo_burn_exhaustion(int64_t remaining_ppm, uint64_t burn_ppm, int64_t period_ns,
                                       int64_t *exhaustion_ns);

SLO_END

#endif

/* ---- include/slo/evidence.h ---- */

/*
 * slo/evidence.h - is it real, or is it chance?
 *
 * At ten requests an hour one failure is a burn rate of 100: important, if it is not luck.
 * Evidence is a number E that a service which meets its promise keeps small: the mean time
 * until it first reaches 1 is at least the one that was asked for, at any traffic, however often
 * one looks, and whatever failures that come together depend on each other. A service that
 * fails lifts it fast. An alert asks a burn rate whether it is important, and this whether it is
 * real (slo/alert.h does).
 *
 * It is a mixture of Shiryaev-Roberts e-detectors on the share of bad events in a slot (J. Shin,
 * A. Ramdas, A. Rinaldo, "E-detectors", 2022; bets as in I. Waudby-Smith, A. Ramdas, "Estimating
 * means of bounded random variables by betting", 2020): with p0 = healthy burn * (1 - objective),
 * each bet l has M <- (M + w) * (1 + l * (bad / valid / p0 - 1)), and E is the sum of all M. While
 * the mean of bad / valid is at most p0 the factor's mean is at most 1, so E minus what was added
 * cannot be expected to grow. The bets are 0.9, 0.3, 0.1, .. down to the one that is best for
 * the weakest burn worth an alert. A dead time after each bad slot makes failures that come
 * together one piece of evidence. All of it is 128-bit fixed point, rounded down: the same bits
 * everywhere, and never more evidence than there is.
 *
 * One flat block (slo/memory.h). One owner at a time steps it; any number of threads may read.
 */
#ifndef SLO_EVIDENCE_H
#define SLO_EVIDENCE_H


#define SLO_EVIDENCE_BETS_MAX 24
#define SLO_EVIDENCE_ALARMS_MAX_PPM UINT64_C(1000000000)   /* a thousand a year */
#define SLO_EVIDENCE_YEAR_NS (INT64_C(8766) * SLO_HOUR_NS) /* 365.25 days */

SLO_BEGIN

typedef struct slo_evidence slo_evidence;

/*
 *   objective_ppb        see slo/objective.h
 *   alarms_per_year_ppm  how often E may reach 1 in a year although the service is healthy, in
 *                        millionths, 1..SLO_EVIDENCE_ALARMS_MAX_PPM; 0: 1000000, once
 *   dead_ns              failures this close together are one piece of evidence, 1 ns .. 1 d;
 *                        0: 60 s
 *   healthy_burn_ppm     the burn rate up to which the service is healthy; 0: 1000000.
 *                        healthy_burn * (1 - objective) must be below 1
 *   least_burn_ppm       the weakest burn rate worth an alert, at least twice healthy_burn_ppm and
 *                        at most 10^6 times it; 0: six times it
 */
typedef struct slo_evidence_config {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t objective_ppb;
  uint64_t alarms_per_year_ppm;
  int64_t dead_ns;
  uint64_t healthy_burn_ppm;
  uint64_t least_burn_ppm;
} slo_evidence_config;

/* See slo/memory.h. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE, for
 * create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_evidence_footprint(const slo_evidence_config *config, size_t *size,
                                          slo_error *error);
SLO_API slo_status slo_evidence_init(void *memory, size_t size, const slo_evidence_config *config,
                                     slo_evidence **evidence, slo_error *error);
/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_evidence_attach(void *memory, size_t size, slo_evidence **evidence);
/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_evidence_create(const slo_evidence_config *config,
                                       const slo_allocator *allocator, slo_evidence **evidence,
                                       slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_evidence_destroy(slo_evidence *evidence);

/*
 * Takes what was counted in a slot of dt_ns, of all replicas together: slots of about 10 s are what
 * the dead time is made for. Owner only. SLO_ERANGE (dt_ns negative), SLO_EINVAL.
 */
SLO_API slo_status slo_evidence_step(slo_evidence *evidence, int64_t dt_ns, const slo_counts *slot);

/* Forgets everything: for a change of what is measured. Owner only. SLO_EINVAL. */
SLO_API slo_status slo_evidence_restart(slo_evidence *evidence);

/* E, in parts per billion, rounded down: 10^9 and more is evidence enough. It is kept at 10
 * when it gets above that. Any thread. SLO_EINVAL. */
SLO_API slo_status slo_evidence_read(const slo_evidence *evidence, uint64_t *level_ppb);

/*
 * How long it takes until E reaches 1 when of requests_per_hour (1..10^12) a share of error_ppb
 * (1..10^9) fails, in slots of slot_ns (1 ms .. 1 h): about, for planning and for showing
 * (floating point). What takes longer than the budget lasts cannot be seen at this traffic.
 * SLO_ENODATA: never, or beyond a hundred years. SLO_ERANGE, SLO_EINVAL, SLO_EVERSION.
 */
SLO_API slo_status slo_evidence_detection(const slo_evidence_config *config,
                                          uint64_t requests_per_hour, uint64_t error_ppb,
                                          int64_t slot_ns, int64_t *detection_ns);

SLO_END

#endif

/* ---- include/slo/tier.h ---- */

/*
 * slo/tier.h - what an alert looks at, and what it takes to believe it.
 *
 * A tier is one condition; an alert (slo/alert.h) has several. A gate says what makes the burn-rate
 * tiers of a severity believable. Pure data; functions may be called from any thread.
 */
#ifndef SLO_TIER_H
#define SLO_TIER_H


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

/* ---- include/slo/alert.h ---- */

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

/* ---- include/slo/budget.h ---- */

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

/* ---- include/slo/calendar.h ---- */

/*
 * slo/calendar.h - days, weeks, months, quarters and years as periods of a budget.
 *
 * A month is not 30 days and a day is not always 24 hours. The periods of UTC are computed
 * here. Those of a place with a clock that is put forward and back are data: whoever has
 * a time zone database (libc's mktime, Python's zoneinfo, Go's time) lists their starts, and
 * slo_calendar_find looks them up.
 *
 * A period is (start_ns, end_ns], as windows are: the moment at which it ends is its own, and
 * the end of one is the start of the next. Pure functions, any thread.
 */
#ifndef SLO_CALENDAR_H
#define SLO_CALENDAR_H


#define SLO_CALENDAR_EVERY_MAX 1000

SLO_BEGIN

enum {
  SLO_CALENDAR_DAY = 1,
  SLO_CALENDAR_WEEK = 2, /* ISO 8601: begins on Monday */
  SLO_CALENDAR_MONTH = 3,
  SLO_CALENDAR_QUARTER = 4,
  SLO_CALENDAR_YEAR = 5
};

/*
 * A rule for periods in UTC. A frozen value type.
 *
 *   unit       SLO_CALENDAR_*
 *   every      how many units make a period, 1..SLO_CALENDAR_EVERY_MAX; 0: 1
 *   anchor_ns  any start of a period: it gives the time of day, the day of the week, month or
 *              year, and, when every is above 1, which of them. 0..SLO_TIME_MAX_NS; 0: midnight,
 *              Monday (the first one is 1970-01-05), the 1st, January. Periods are counted from it
 *              in both directions; where a month has no such day, its last day serves, and the
 *              day comes back in the next month that has it.
 */
typedef struct slo_calendar {
  uint32_t unit;
  uint32_t every;
  int64_t anchor_ns;
} slo_calendar;

/* The period that at_ns lies in, start_ns < at_ns <= end_ns.
 * SLO_ERANGE (a field of calendar, at_ns, or a start or end outside 0..SLO_TIME_MAX_NS),
 * SLO_EINVAL (NULL). error may be NULL. */
SLO_API slo_status slo_calendar_eval(const slo_calendar *calendar, int64_t at_ns,
                                     slo_period *period, slo_error *error);

/*
 * The same among n starts that are given, strictly ascending, each the end of the period before:
 * n starts hold n - 1 periods. Only the ones looked at are checked.
 * SLO_ERANGE: at_ns lies before or at the first start, or after the last; starts that do not
 * ascend. SLO_EINVAL (NULL, n < 2).
 */
SLO_API slo_status slo_calendar_find(const int64_t *starts_ns, size_t n, int64_t at_ns,
                                     slo_period *period);

SLO_END

#endif

/* ---- include/slo/shard.h ---- */

/*
 * slo/shard.h - the three kinds of cells that threads record into.
 *
 * A counter or histogram has several rows of cells and is their sum. A row belongs to one
 * kind for ever: a plain add and an atomic add on one cell would lose counts.
 *
 *   shared   any thread, any process: an atomic add on the row of the thread's hash.
 *   per CPU  any thread, any process, Linux on x86-64 and aarch64: a plain add on the
 *            processor's row inside a restartable sequence (rseq), which the kernel restarts
 *            if the thread is moved or interrupted before the add.
 *   owned    one thread through a handle (slo/writer.h): a plain add.
 *
 * Between vfork and exec nothing may be recorded, nor by a raw clone that shares its parent's
 * thread-local storage: the kernel does not watch over restartable sequences there.
 *
 * Which of the first two a recording without a handle takes is chosen at init and stored in
 * the block; a process in which the C library did not register rseq, and a processor with a
 * number beyond the rows, take the shared rows.
 */
#ifndef SLO_SHARD_H
#define SLO_SHARD_H


#define SLO_SHARDS_MAX 4096
#define SLO_WRITERS_MAX 4096

SLO_BEGIN

enum {
  SLO_PATH_AUTO = 0,   /* per CPU where this process can, else shared */
  SLO_PATH_SHARED = 1, /* no per-CPU rows */
  SLO_PATH_CPU = 2     /* per-CPU rows, whether or not this process can use them */
};

/* What SLO_PATH_AUTO means in this thread now: SLO_PATH_SHARED or SLO_PATH_CPU. Any thread. */
SLO_API uint32_t slo_shard_path(void);

SLO_END

#endif

/* ---- include/slo/counter.h ---- */

/*
 * slo/counter.h - counting good, bad and excluded events from any thread.
 *
 * A counter is the recording end of an SLI. It only grows; whoever wants a window
 * takes the difference of two readings (slo/window.h). Recording takes no lock,
 * reads no clock, allocates nothing and cannot fail: one add on a row of cells chosen
 * by processor or thread (slo/shard.h), or owned through a handle (slo/writer.h).
 *
 * A counter is one flat block (slo/memory.h). record*, read and late may be called
 * by any number of threads, and of processes sharing the block, at any time.
 */
#ifndef SLO_COUNTER_H
#define SLO_COUNTER_H


SLO_BEGIN

typedef struct slo_counter slo_counter;

/*
 * Rows, of 64 bytes each:
 *   shards   shared by threads: a power of two up to SLO_SHARDS_MAX; 0: 1 beside per-CPU rows,
 *            else the number of configured CPUs rounded up to one
 *   path     SLO_PATH_*: is there a row for each processor? AUTO: where this process can use
 *            them, unless shards is given and cpus is not
 *   cpus     how many of those, up to SLO_SHARDS_MAX; 0: the configured CPUs
 *   writers  owned rows, up to SLO_WRITERS_MAX; 0: none
 */
typedef struct slo_counter_config {
  uint32_t struct_size;
  uint32_t shards;
  uint32_t writers;
  uint32_t path;
  uint32_t cpus;
  uint32_t reserved;
} slo_counter_config;

/* The bytes a counter of this configuration needs. config NULL: all defaults.
 * SLO_ERANGE, SLO_EVERSION, SLO_EINVAL (size NULL); error may be NULL. */
SLO_API slo_status slo_counter_footprint(const slo_counter_config *config, size_t *size,
                                         slo_error *error);

/* Lays out a counter in memory and sets *counter to it. memory: aligned to SLO_ALIGN
 * and at least the footprint (SLO_EINVAL, SLO_ESPACE); else as footprint. */
SLO_API slo_status slo_counter_init(void *memory, size_t size, const slo_counter_config *config,
                                    slo_counter **counter, slo_error *error);

/* Validates a block that init laid out. SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_counter_attach(void *memory, size_t size, slo_counter **counter);

/* footprint + allocate + init; also SLO_ENOMEM. destroy takes what create gave, or NULL. */
SLO_API slo_status slo_counter_create(const slo_counter_config *config,
                                      const slo_allocator *allocator, slo_counter **counter,
                                      slo_error *error);
SLO_API void slo_counter_destroy(slo_counter *counter);

/* Counts one event. An outcome that is none of SLO_GOOD, SLO_BAD, SLO_EXCLUDED is
 * counted apart (slo_counter_tally.unknown), never dropped. counter must not be NULL. */
SLO_API void slo_counter_record(slo_counter *counter, slo_outcome outcome);

/* Counts a batch: one add for each of good, bad and excluded that is not 0. */
SLO_API void slo_counter_record_many(slo_counter *counter, const slo_counts *counts);

/* Notes that n events, recorded by the calls above, came after their slice was closed. */
SLO_API void slo_counter_record_late(slo_counter *counter, uint64_t n);

/* Everything recorded since init. good, bad and excluded partition the events; late
 * is how many of them came late; unknown are events with an outcome that is none. */
typedef struct slo_counter_tally {
  uint32_t struct_size;
  uint32_t shards; /* the rows the block was laid out with */
  uint32_t cpus;   /* not 0: recording without a handle is per CPU */
  uint32_t writers;
  slo_counts counts;
  uint64_t late;
  uint64_t unknown;
} slo_counter_tally;

/* Sums the shards. Every event recorded before the call is in it; one recorded
 * during the call may be. SLO_EINVAL: an argument is NULL or tally->struct_size is not set. */
SLO_API slo_status slo_counter_read(const slo_counter *counter, slo_counter_tally *tally);

SLO_END

#endif

/* ---- include/slo/sli.h ---- */

/*
 * slo/sli.h - the menu of indicators: what makes an event good, bad or excluded.
 *
 * An SLI is good events / valid events. Each kind on the menu (The Art of SLOs; The Site
 * Reliability Workbook, ch. 2) has one rule, from an event to an outcome, and the fields that this
 * rule needs; all others are 0. What cannot be known is not good: an event that lacks what the
 * rule asks for is excluded, and so are health checks and load tests, unless they are counted.
 *
 *   request and response  availability  its status is not a failure
 *                         latency       answered within threshold_ns
 *                         quality       answered with at least least_ppm of what is usual
 *   data processing       freshness     the data read is not older than threshold_ns
 *                         correctness   the result checked was right
 *                         coverage      the input that should be processed was
 *                         throughput    in this slot at least least_per_hour were processed
 *   storage               durability    what was written could be read
 *   outside               probe         the prober was answered
 *                         inventory     the item complies
 *
 * Of latency and quality only what did not fail is valid: failures are availability's, once.
 * Throughput is a share of time: an event is a slot, all slots being of one length. Whether a
 * probe can reach the service at all is a budget by timeslices with a slice_objective_ppb of 1: a
 * slice with any success is good. Rules of one's own are in slo/rule.h. Pure functions, any thread.
 */
#ifndef SLO_SLI_H
#define SLO_SLI_H


#define SLO_SLI_CODES_MAX 8

SLO_BEGIN

enum {
  SLO_SLI_AVAILABILITY = 1,
  SLO_SLI_LATENCY = 2,
  SLO_SLI_QUALITY = 3,
  SLO_SLI_FRESHNESS = 4,
  SLO_SLI_CORRECTNESS = 5,
  SLO_SLI_COVERAGE = 6,
  SLO_SLI_THROUGHPUT = 7,
  SLO_SLI_DURABILITY = 8,
  SLO_SLI_PROBE = 9,
  SLO_SLI_INVENTORY = 10
};

/* What is known of an event: bits of slo_event.known. The last two say what it is. */
enum {
  SLO_EVENT_STATUS = 1,
  SLO_EVENT_LATENCY = 2,
  SLO_EVENT_AGE = 4,
  SLO_EVENT_QUALITY = 8,
  SLO_EVENT_AMOUNT = 16,
  SLO_EVENT_OK = 32,
  SLO_EVENT_HEALTH_CHECK = 256,
  SLO_EVENT_LOAD_TEST = 512
};

/*
 * An event. A frozen value type.
 *   known        SLO_EVENT_*: which of the fields are
 *   status       a code of HTTP, gRPC or one's own; HTTP's 0: there was no answer
 *   latency_ns   below 0: a clock was set; that is not known
 *   age_ns       of the data, likewise
 *   quality_ppm  1000000: all that is usual
 *   amount       processed in span_ns, which is above 0, else that is not known
 *   ok           1: right, processed, read back, answered, compliant; 0: not; else: not known
 */
typedef struct slo_event {
  uint32_t known;
  int32_t status;
  int64_t latency_ns;
  int64_t age_ns;
  uint64_t quality_ppm;
  uint64_t amount;
  int64_t span_ns;
  uint32_t ok;
  uint32_t reserved;
} slo_event;

/* Codes first..last, both inclusive, are an outcome, SLO_GOOD, SLO_BAD or SLO_EXCLUDED. A frozen
 * value type. */
typedef struct slo_code {
  int32_t first;
  int32_t last;
  slo_outcome outcome;
} slo_code;

enum {
  SLO_PROTOCOL_NONE = 0,
  /* 1xx to 3xx good; 429 bad, for we turned it away; other 4xx excluded, the client's; 5xx bad, and
   * 0, which is no answer; everything else excluded */
  SLO_PROTOCOL_HTTP = 1,
  /* OK good; UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS bad (what
   * OpenTelemetry's conventions make an error of a server's span), and RESOURCE_EXHAUSTED, for we
   * turned it away; everything else excluded */
  SLO_PROTOCOL_GRPC = 2
};

/* The codes of a protocol, static: the first that holds decides, what none has is excluded; NULL
 * and 0 of SLO_PROTOCOL_NONE. SLO_ERANGE: no such protocol; SLO_EINVAL. */
SLO_API slo_status slo_sli_codes(uint32_t protocol, const slo_code **codes, uint32_t *count);

/*
 * An indicator. A frozen value type.
 *
 *   kind            SLO_SLI_*
 *   protocol        SLO_PROTOCOL_*, for availability, latency and quality. Availability needs it or
 *                   codes; for the others NONE without codes says that everything is valid
 *   counted         SLO_EVENT_HEALTH_CHECK, SLO_EVENT_LOAD_TEST: count these, too
 *   codes           code_count (0..SLO_SLI_CODES_MAX) exceptions: the first that holds decides,
 *                   then the protocol's do; what none of them has is excluded
 *   threshold_ns    latency, freshness: at most this, 0..SLO_SLI_THRESHOLD_MAX_NS
 *   least_ppm       quality: at least this, 1..1000000
 *   least_per_hour  throughput: at least this, 1..10^15
 *   interval_ns     probe: it is sent this often, 1 s .. 1 d
 *   reserved        0
 */
typedef struct slo_sli {
  uint32_t kind;
  uint32_t protocol;
  uint32_t counted;
  uint32_t code_count;
  slo_code codes[SLO_SLI_CODES_MAX];
  int64_t threshold_ns;
  uint64_t least_ppm;
  uint64_t least_per_hour;
  int64_t interval_ns;
  uint64_t reserved[2];
} slo_sli;

#define SLO_SLI_THRESHOLD_MAX_NS INT64_C(9007199254740991) /* 104 days: slo/hist.h's highest */
#define SLO_SLI_TEXT_MAX 448                               /* enough for slo_sli_format */

/* Is it one? SLO_ERANGE (error names the field; a field that the kind does not have must be 0),
 * SLO_EINVAL (NULL; an availability without protocol and codes; codes[] behind code_count that are
 * not 0), SLO_EVERSION (reserved). error may be NULL. */
SLO_API slo_status slo_sli_check(const slo_sli *sli, slo_error *error);

/* SLO_GOOD, SLO_BAD or SLO_EXCLUDED; SLO_EXCLUDED also for a NULL argument or no such kind. The
 * sli is taken as checked. */
SLO_API slo_outcome slo_sli_classify(const slo_sli *sli, const slo_event *event);

/* "availability"; "unknown indicator" for a number that is none. Never NULL; static. */
SLO_API const char *slo_sli_kind_name(uint32_t kind);

/* Writes the rule as a sentence, "latency: answered within 300ms, of HTTP answers that did not
 * fail". SLO_ESPACE (SLO_SLI_TEXT_MAX bytes suffice), SLO_EINVAL (NULL), else as slo_sli_check. */
SLO_API slo_status slo_sli_format(const slo_sli *sli, char *buffer, size_t size);

SLO_END

#endif

/* ---- include/slo/journey.h ---- */

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

/* ---- include/slo/attempt.h ---- */

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

/* ---- include/slo/backtest.h ---- */

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

/* ---- include/slo/hist.h ---- */

/*
 * slo/hist.h - a histogram of integers, usually latencies in nanoseconds.
 *
 * Buckets are base-2 exponential: base = 2^(2^-scale), bucket i holds
 * (base^i, base^(i+1)] export units, which is the grid of OTLP exponential and
 * (index + 1) of Prometheus native histograms, so an export loses nothing. The
 * index is exact at every boundary, by integer arithmetic.
 *
 * A latency objective does not lean on bucket boundaries: each threshold has
 * counts of its own, exact to the nanosecond.
 *
 * Nothing is dropped: negative values, zero, values below the lowest and above
 * the highest bucket have cells of their own. A histogram only grows and is read
 * through slo/snapshot.h.
 *
 * One flat block (slo/memory.h). record* may be called by any number of threads
 * and processes at any time; it takes no lock and cannot fail.
 */
#ifndef SLO_HIST_H
#define SLO_HIST_H


#define SLO_HIST_SCALE_MIN 3
#define SLO_HIST_SCALE_MAX 9
#define SLO_HIST_THRESHOLDS_MAX 64
#define SLO_HIST_VALUE_MAX INT64_C(9007199254740991) /* 2^53 - 1: the last value with a bucket */

SLO_BEGIN

typedef struct slo_hist slo_hist;

/*
 *   scale       3..9; 0: 6. A bucket is 2^(2^-scale) - 1 wide relative to its lower
 *               bound: 2.19 % at 5, 1.09 % at 6, 0.54 % at 7, 0.27 % at 8.
 *   per_unit    recorded integers in one export unit, 1..10^15; 0: 10^9
 *               (nanoseconds in, seconds out). 1: exported as they are.
 *   lowest      the range that gets buckets, 1 <= lowest <= highest <=
 *   highest     SLO_HIST_VALUE_MAX; 0: a millionth of a unit, 3600 units (1 us..1 h).
 *               Memory per row: 8 bytes times scale-th power of two per octave,
 *               15.9 KiB for the defaults.
 *   thresholds  threshold_count (0..64) values in 0..SLO_HIST_VALUE_MAX, strictly
 *               ascending; copied. NULL when the count is 0.
 *   shards, writers, path, cpus  rows, as in slo_counter_config.
 */
typedef struct slo_hist_config {
  uint32_t struct_size;
  uint32_t scale;
  uint64_t per_unit;
  int64_t lowest;
  int64_t highest;
  const int64_t *thresholds;
  uint32_t threshold_count;
  uint32_t shards;
  uint32_t writers;
  uint32_t path;
  uint32_t cpus;
  uint32_t reserved;
} slo_hist_config;

/* See slo/memory.h. config NULL: all defaults. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION,
 * for init also SLO_ESPACE, for create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_hist_footprint(const slo_hist_config *config, size_t *size,
                                      slo_error *error);
SLO_API slo_status slo_hist_init(void *memory, size_t size, const slo_hist_config *config,
                                 slo_hist **hist, slo_error *error);

/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_hist_attach(void *memory, size_t size, slo_hist **hist);

/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_hist_create(const slo_hist_config *config, const slo_allocator *allocator,
                                   slo_hist **hist, slo_error *error);

/* Takes what create gave, or NULL. */
SLO_API void slo_hist_destroy(slo_hist *hist);

/* Records one value, any int64, in the integer unit of per_unit. hist not NULL. */
SLO_API void slo_hist_record(slo_hist *hist, int64_t value);

/* Records the same value n times at the cost of once. */
SLO_API void slo_hist_record_times(slo_hist *hist, int64_t value, uint64_t n);

/* Records an array of n values; the sum and the thresholds are added once for all of them.
 * values may be NULL when n is 0. */
SLO_API void slo_hist_record_many(slo_hist *hist, const int64_t *values, size_t n);

/* SLO_PATH_CPU when recording without a handle is per CPU in this block, else SLO_PATH_SHARED;
 * 0 for NULL. Any thread. */
SLO_API uint32_t slo_hist_path(const slo_hist *hist);

/* How many of the events recorded so far were <= the index-th threshold (within) and
 * above it (beyond), exactly. SLO_ERANGE when there is no such threshold, SLO_EINVAL on NULL. */
SLO_API slo_status slo_hist_threshold(const slo_hist *hist, uint32_t index, int64_t *threshold,
                                      uint64_t *within, uint64_t *beyond);

SLO_END

#endif

/* ---- include/slo/snapshot.h ---- */

/*
 * slo/snapshot.h - a reading of a histogram, and the questions one asks it.
 *
 * A snapshot is plain memory of its own: taking one disturbs no writer, the
 * difference of two is what was recorded in between, and the sum of several is
 * the histogram of a fleet. Functions that take it const may run at the same
 * time, the others need it for themselves.
 *
 * Definitions. The quantile q of n values is the nearest rank: the value with rank
 * ceil(q * n), at least 1. What is answered is the upper bound of its bucket, so
 * the true value v satisfies v <= answer <= v * 2^(2^-scale): at most 1.09 % high
 * at scale 6. Nothing recorded is SLO_ENODATA.
 */
#ifndef SLO_SNAPSHOT_H
#define SLO_SNAPSHOT_H


SLO_BEGIN

typedef struct slo_snapshot slo_snapshot;

/* An empty snapshot with the grid, range and thresholds of hist. init and attach as in
 * slo/memory.h: SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT; create also SLO_ENOMEM. */
SLO_API slo_status slo_snapshot_footprint(const slo_hist *hist, size_t *size);
SLO_API slo_status slo_snapshot_init(void *memory, size_t size, const slo_hist *hist,
                                     slo_snapshot **snapshot, slo_error *error);
SLO_API slo_status slo_snapshot_attach(void *memory, size_t size, slo_snapshot **snapshot);
SLO_API slo_status slo_snapshot_create(const slo_hist *hist, const slo_allocator *allocator,
                                       slo_snapshot **snapshot, slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_snapshot_destroy(slo_snapshot *snapshot);

/* Replaces the contents by everything recorded in hist so far. SLO_EINVAL: NULL, or
 * another grid, range or thresholds. */
SLO_API slo_status slo_snapshot_read(slo_snapshot *snapshot, const slo_hist *hist);

/* dst += src. SLO_EINVAL: NULL, or another grid, range or thresholds. */
SLO_API slo_status slo_snapshot_merge(slo_snapshot *dst, const slo_snapshot *src);

/* dst -= src, where src is an earlier reading of the same histogram. SLO_EINVAL as merge;
 * SLO_ERANGE, and dst untouched, when src counts something that dst does not. */
SLO_API slo_status slo_snapshot_subtract(slo_snapshot *dst, const slo_snapshot *src);

/*
 * The same values at a coarser scale: neighbouring buckets are added, exactly; underflow and
 * overflow stay what they were. scale is in SLO_HIST_SCALE_MIN .. that of src. dst is a new
 * snapshot in memory, as for init.
 * SLO_ERANGE (scale), SLO_EINVAL, SLO_ESPACE.
 */
SLO_API slo_status slo_snapshot_downscale_footprint(const slo_snapshot *src, uint32_t scale,
                                                    size_t *size);
SLO_API slo_status slo_snapshot_downscale(const slo_snapshot *src, uint32_t scale, void *memory,
                                          size_t size, slo_snapshot **dst, slo_error *error);

/*
 *   count      every value recorded = the cells below + all buckets
 *   sum        of the values >= 0, modulo 2^64
 *   negative   values below 0
 *   zero       values equal to 0
 *   underflow  values above 0 and below the first bucket
 *   overflow   values above the last bucket
 *   min, max   the bounds of the lowest and highest value: lower bound of its bucket
 *              (exclusive unless 0), upper bound of its bucket. Negative values count
 *              as -1. max is INT64_MAX when overflow is not 0.
 */
typedef struct slo_snapshot_summary {
  uint32_t struct_size;
  uint32_t scale;
  uint64_t count;
  uint64_t sum;
  uint64_t negative;
  uint64_t zero;
  uint64_t underflow;
  uint64_t overflow;
  int64_t min;
  int64_t max;
} slo_snapshot_summary;

/* SLO_ENODATA when count is 0 (the summary is filled all the same), SLO_EINVAL. */
SLO_API slo_status slo_snapshot_summarize(const slo_snapshot *snapshot,
                                          slo_snapshot_summary *summary);

/* Makes slo_snapshot_quantile constant-time, until the contents change next. SLO_EINVAL. */
SLO_API slo_status slo_snapshot_prepare(slo_snapshot *snapshot);

/* One quantile, 0..10^9 parts per billion: as slo_snapshot_quantiles, in a few nanoseconds on a
 * prepared snapshot. SLO_ENODATA, SLO_ERANGE, SLO_EINVAL. */
SLO_API slo_status slo_snapshot_quantile(const slo_snapshot *snapshot, uint32_t quantile_ppb,
                                         int64_t *value);

/*
 * n quantiles in one pass. quantiles_ppb: ascending, each 0..10^9 (999000000 is 99.9 %).
 * values[i] is the answer, INT64_MAX for a quantile above the last bucket. SLO_OK,
 * SLO_ENODATA, SLO_ERANGE (a quantile out of range or not ascending), SLO_EINVAL.
 */
SLO_API slo_status slo_snapshot_quantiles(const slo_snapshot *snapshot,
                                          const uint32_t *quantiles_ppb, size_t n, int64_t *values);

/* How many values are surely <= value: those in buckets whose upper bound is, exact
 * when value is a bucket's upper bound. For an exact count at any value make it a
 * threshold. SLO_EINVAL. */
SLO_API slo_status slo_snapshot_count_le(const slo_snapshot *snapshot, int64_t value,
                                         uint64_t *count);

/* sum / count over the values >= 0, for showing. SLO_ENODATA, SLO_EINVAL. */
SLO_API slo_status slo_snapshot_mean(const slo_snapshot *snapshot, double *mean);

/* As slo_hist_threshold, at the time of the snapshot. */
SLO_API slo_status slo_snapshot_threshold(const slo_snapshot *snapshot, uint32_t index,
                                          int64_t *threshold, uint64_t *within, uint64_t *beyond);

/* One bucket: integers v with lower < v <= upper; index is the OTLP bucket index. */
typedef struct slo_bucket {
  uint32_t struct_size;
  int32_t index;
  int64_t lower;
  int64_t upper;
  uint64_t count;
} slo_bucket;

/* The i-th bucket, ascending, 0 <= i < the number of buckets; SLO_ERANGE beyond: count
 * up until then. SLO_EINVAL. */
SLO_API slo_status slo_snapshot_bucket(const slo_snapshot *snapshot, uint32_t i,
                                       slo_bucket *bucket);

SLO_END

#endif

/* ---- include/slo/target.h ---- */

/*
 * slo/target.h - from what was to what may be promised.
 *
 * A first target is what the service achieved, rounded down to a grid; a first latency threshold
 * the quantile that was achieved, rounded up (The Site Reliability Workbook, ch. 2 and appendix A).
 * By construction such a target is met over its own sample; which of its days would have missed it
 * says more. How many requests, users or how much revenue a threshold covers is told with how
 * far off that may be. What alerts would have made of it, and a sentence for people who have to
 * agree, is slo/candidate.h's. Pure functions, any thread.
 */
#ifndef SLO_TARGET_H
#define SLO_TARGET_H


SLO_BEGIN

/*
 * The availability good / valid, rounded down to a multiple of grid_ppb (1..500000000; 10000000 is
 * one percent). When nothing was bad that would be 100 %, which is no objective: then the highest
 * multiple below it. SLO_ENODATA: nothing valid. SLO_ERANGE: grid_ppb; less than one step of the
 * grid was achieved; good + bad beyond 2^63 - 1. SLO_EINVAL.
 */
SLO_API slo_status slo_target_objective(const slo_counts *counts, uint64_t grid_ppb,
                                        uint64_t *objective_ppb, slo_error *error);

/* A latency (0 .. 2^53 - 1), rounded up to a multiple of grid_ns > 0: 432 ms become 450 on a
 * grid of 50 ms, 450 stay. SLO_ERANGE (also a result above 2^53 - 1), SLO_EINVAL. */
SLO_API slo_status slo_target_threshold(int64_t latency_ns, int64_t grid_ns, int64_t *threshold_ns,
                                        slo_error *error);

/* The same of a quantile of what was recorded: nearest rank, the upper bound of its bucket
 * (slo/snapshot.h); 0 when that is below 0. SLO_ENODATA, SLO_ERANGE (quantile_ppb, grid_ns, a
 * quantile above the last bucket), SLO_EINVAL. */
SLO_API slo_status slo_target_quantile(const slo_snapshot *snapshot, uint32_t quantile_ppb,
                                       int64_t grid_ns, int64_t *threshold_ns, slo_error *error);

/* What was counted in a stretch of the past, a day as a rule. A frozen value type. */
typedef struct slo_target_day {
  slo_period period;
  slo_counts counts;
} slo_target_day;

/*
 * Which of n days (at most 2^31) would have missed it: bad * 10^9 > (10^9 - objective) * valid, as
 * a budget of its own. Their indices go to missed, as many as `capacity` allows (missed NULL when
 * that is 0); *count is how many there are. Days without valid events miss nothing.
 * SLO_ERANGE (objective_ppb, n, more than 2^63 - 1 events in a day), SLO_EINVAL.
 */
SLO_API slo_status slo_target_missed(const slo_target_day *days, uint32_t n, uint64_t objective_ppb,
                                     uint32_t *missed, uint32_t capacity, uint32_t *count,
                                     slo_error *error);

/*
 * How much lies within a threshold.
 *
 *   threshold        as asked
 *   total            all of it: requests, or their weights
 *   within_low       surely within; within_high: at most. The same but for a threshold that is no
 *                    bucket's edge
 *   share_low_ppb    within_low / total, rounded down
 *   share_high_ppb   within_high / total, rounded up
 *   interval_low_ppb, interval_high_ppb  where, with 95 %, the share of the population is of which
 *                    this is a sample: E. B. Wilson's interval (JASA 22, 1927) around share_low and
 *                    share_high, for `sample` independent ones; rounded outwards. Floating point,
 *                    for showing
 *   sample           how many they are: total, or of weighted ones (sum w)^2 / sum w^2 rounded down
 *                    (L. Kish, "Survey Sampling", 1965), which is their number when weights are
 *                    equal
 */
typedef struct slo_coverage {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t threshold;
  uint64_t total;
  uint64_t within_low;
  uint64_t within_high;
  uint64_t share_low_ppb;
  uint64_t share_high_ppb;
  uint64_t interval_low_ppb;
  uint64_t interval_high_ppb;
  uint64_t sample;
} slo_coverage;

/* Of what was recorded in a snapshot, at any threshold >= 0; exact at the histogram's own ones.
 * Values below 0 are within. When weights were recorded (a value n times) the interval takes each
 * for an observation of its own, and is too narrow: use slo_target_coverage_many. SLO_ENODATA,
 * SLO_ERANGE (threshold; more than 2^63 - 1 in all), SLO_EINVAL. */
SLO_API slo_status slo_target_coverage(const slo_snapshot *snapshot, int64_t threshold,
                                       slo_coverage *coverage, slo_error *error);

/*
 * Of n values, any, each with a weight: what a user bought, say, or NULL: 1 each. Any threshold.
 * SLO_ENODATA: n, or all weights, 0. SLO_ERANGE: weights add up to more than 2^63 - 1. SLO_EINVAL.
 */
SLO_API slo_status slo_target_coverage_many(const int64_t *values, const uint64_t *weights,
                                            size_t n, int64_t threshold, slo_coverage *coverage,
                                            slo_error *error);

SLO_END

#endif

/* ---- include/slo/candidate.h ---- */

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

/* ---- include/slo/catalog.h ---- */

/*
 * slo/catalog.h - the burn-rate tiers the world uses, by name.
 *
 * Each catalog is computed for a period: the windows and the share of the budget they
 * stand for decide the factors. Pure functions, any thread.
 */
#ifndef SLO_CATALOG_H
#define SLO_CATALOG_H


SLO_BEGIN

enum {
  /* The Site Reliability Workbook, table 5-8 and its listing: page 2 % in 1h/5m and 5 % in
   * 6h/30m, ticket 10 % in 1d/2h and 10 % in 3d/6h. 14.4, 6, 3, 1 over 30 days; scaled by
   * share for any other period. */
  SLO_CATALOG_WORKBOOK = 0,
  /* sloth's built-in windows: as workbook for 28 and 30 days; for 7 days its example with
   * 8, 12.5, 20 and 42 %. Other periods: SLO_ERANGE. */
  SLO_CATALOG_SLOTH = 1,
  /* pyrra: factors 14, 7, 2, 1; the windows are those of 28 days (1h/5m, 6h/30m, 1d/2h,
   * 4d/6h) scaled to the period and rounded to minutes. */
  SLO_CATALOG_PYRRA = 2,
  /* Datadog's recommendations over 1h/5m, 6h/30m, 1d/2h: 10, 20, 40 % of 7 days, 2, 5,
   * 10 % of 30, 1, 3, 5 % of 90. Compared with >=. Other periods: SLO_ERANGE. */
  SLO_CATALOG_DATADOG = 3
};

/*
 * Writes the tiers of a catalog for a period, pages first, and their number. capacity is
 * the room in tiers (SLO_ESPACE when too small; SLO_ALERT_TIERS_MAX suffices).
 * SLO_ERANGE: no such catalog, a period that is not positive, over 3660 days, or not
 * served by the catalog, or so short that a window rounds to nothing. SLO_EINVAL.
 */
SLO_API slo_status slo_catalog_tiers(uint32_t catalog, int64_t period_ns, slo_alert_tier *tiers,
                                     uint32_t capacity, uint32_t *count, slo_error *error);

/*
 * One tier by what it stands for: a share of the budget that has gone when a burn has filled the
 * long window. A frozen value type.
 *   short_ns   0: a twelfth of long_ns, as the Workbook has it
 *   share_ppm  1..1000000
 *   severity   SLO_SEVERITY_*
 *   flags      as in slo_alert_tier
 */
typedef struct slo_catalog_share {
  int64_t long_ns;
  int64_t short_ns;
  uint64_t share_ppm;
  uint32_t severity;
  uint32_t flags;
} slo_catalog_share;

/*
 * Writes n tiers (1..SLO_ALERT_TIERS_MAX) for a period: tiers[i] has the factor share * period /
 * long window, rounded down. tiers has room for n. SLO_ERANGE (error names the field; also a
 * factor that is none), SLO_EINVAL.
 */
SLO_API slo_status slo_catalog_by_share(const slo_catalog_share *shares, uint32_t n,
                                        int64_t period_ns, slo_alert_tier *tiers, slo_error *error);

SLO_END

#endif

/* ---- include/slo/composite.h ---- */

/*
 * slo/composite.h - one SLO out of several, as others define it.
 *
 * A journey that is measured end to end is better (slo/attempt.h): a composite of parts cannot
 * tell whether they failed for the same users. These are the definitions of OpenSLO
 * (composite SLOs of v1 objectives, one for each budgeting method) and of Elastic, so that
 * definitions of theirs can be evaluated. Pure functions, any thread.
 */
#ifndef SLO_COMPOSITE_H
#define SLO_COMPOSITE_H


#define SLO_COMPOSITE_PARTS_MAX 256
#define SLO_COMPOSITE_WEIGHT_MAX_PPM UINT64_C(1000000000) /* a thousand */

SLO_BEGIN

/*
 * A part. A frozen value type.
 *   counts         of the whole period; for the slice methods not looked at
 *   slices         of slice_count slices, the same ones for every part; for occurrences NULL
 *   objective_ppb  its own: what occurrences judge it by
 *   slice_objective_ppb  timeslices: a slice of it with at least this share of good is good,
 *                  1..10^9; else 0
 *   weight_ppm     1..SLO_COMPOSITE_WEIGHT_MAX_PPM; 1000000 is one. For timeslices 0: they know
 *                  none
 */
typedef struct slo_composite_part {
  slo_counts counts;
  const slo_counts *slices;
  uint64_t objective_ppb;
  uint64_t slice_objective_ppb;
  uint64_t weight_ppm;
} slo_composite_part;

/*
 *   method         SLO_METHOD_*
 *   objective_ppb  of the composite. For occurrences only checked and repeated: every part burns
 *                  by its own
 *   valid          good + bad
 *   good, bad      timeslices: slices; ratio timeslices: slices in units of 10^-11
 *                  (SLO_SLICE_RATIO_ONE); occurrences: 0, for events of different parts are not
 *                  added
 *   consumed_ppm   how much of the budget is spent, rounded down
 *   parts          how many of them had data
 */
typedef struct slo_composite {
  uint32_t struct_size;
  uint32_t method;
  uint64_t objective_ppb;
  uint64_t valid;
  uint64_t good;
  uint64_t bad;
  uint64_t consumed_ppm;
  uint32_t parts;
  uint32_t reserved;
} slo_composite;

/*
 * OpenSLO. n in 1..SLO_COMPOSITE_PARTS_MAX parts.
 *
 *   occurrences       the sum of every part's own burn (by its own objective) times its weight:
 *                     weight * bad * 10^15 / ((10^9 - objective_ppb) * valid) ppm, 2^63 - 1 at most
 *   timeslices        a slice is bad when it is bad in any part, valid when it is valid in any
 *   ratio timeslices  of a slice, what is missing from 1 in every part (bad / valid, to the nearest
 *                     10^-11 as in slo_slices) is added up by weight, to the nearest again and 1 at
 *                     most: 95 % and 95 % make 90 %
 *
 * The slices' budget is spent as in slo_budget: floor(bad * 10^15 / ((10^9 - objective_ppb) *
 * valid)). A sum of fractions is rounded down once: one that is less than 10^-33 below a whole
 * number is that, and thirds add up.
 *
 * Parts without valid events (in the slice) say nothing. SLO_ENODATA: there is none with data
 * (*composite untouched). SLO_ERANGE (method, objective_ppb, n, slice_count not in 1..2^24 for
 * slices or not 0 for occurrences, a field of a part, good + bad above 2^63 - 1), SLO_EINVAL (NULL,
 * slices that are not NULL, struct_size).
 */
SLO_API slo_status slo_composite_eval(uint32_t method, uint64_t objective_ppb,
                                      const slo_composite_part *parts, uint32_t n,
                                      uint32_t slice_count, slo_composite *composite,
                                      slo_error *error);

/* Elastic: the mean of the parts' SLIs over those with data, sum(w * good / valid) / sum(w), in
 * ppb, rounded down in the same way. Only counts and weight_ppm, 1..SLO_COMPOSITE_WEIGHT_MAX_PPM,
 * are looked at. SLO_ERANGE (n, these), SLO_ENODATA, SLO_EINVAL (NULL). */
SLO_API slo_status slo_composite_mean(const slo_composite_part *parts, uint32_t n,
                                      uint64_t *mean_ppb, slo_error *error);

SLO_END

#endif

/* ---- include/slo/definition.h ---- */

/*
 * slo/definition.h - the journeys of a service as one block of bytes that everybody reads.
 *
 * A definition is what people agreed on, encoded: a monitor opens from it (slo_monitor_config),
 * and C, Python and Go read the same bytes. They are canonical: the same definition gives the same
 * bytes, whoever encodes it, on any machine, so its fingerprint says whether two processes mean
 * the same. They hold no pointers, need no alignment, and are little-endian everywhere, so they may
 * be written to a file or sent.
 *
 *   slo_definition_create(&config, NULL, &definition, &error);
 *   fwrite(definition, 1, slo_definition_size(definition), file);
 *   ...
 *   slo_definition_attach(bytes, size, &definition, &error);
 *   slo_definition_expand(definition, memory, size, &config);    the structs again
 *
 * The block never changes once it is made: any thread may read it.
 */
#ifndef SLO_DEFINITION_H
#define SLO_DEFINITION_H


#define SLO_DEFINITION_JOURNEYS_MAX 256
#define SLO_DEFINITION_SIZE_MAX UINT32_C(16777216)

SLO_BEGIN

typedef struct slo_definition slo_definition;

/*
 *   service   1..SLO_JOURNEY_NAME_MAX bytes; as all texts UTF-8 without control characters
 *   journeys  journey_count, 1..SLO_DEFINITION_JOURNEYS_MAX, an array whose element size is the
 *             struct_size of the first; each with a name of its own
 */
typedef struct slo_definition_config {
  uint32_t struct_size;
  uint32_t journey_count;
  const char *service;
  const slo_journey_config *journeys;
} slo_definition_config;

/* See slo/memory.h; memory needs no alignment. Everything slo_journey_check looks at is checked.
 * SLO_EINVAL, SLO_ERANGE (field "footprint": larger than SLO_DEFINITION_SIZE_MAX), SLO_EVERSION,
 * for init also SLO_ESPACE, for create also SLO_ENOMEM; error names the field,
 * "journeys[0].slos[1].period_ns".
 */
SLO_API slo_status slo_definition_footprint(const slo_definition_config *config, size_t *size,
                                            slo_error *error);
SLO_API slo_status slo_definition_init(void *memory, size_t size,
                                       const slo_definition_config *config,
                                       slo_definition **definition, slo_error *error);
SLO_API slo_status slo_definition_create(const slo_definition_config *config,
                                         const slo_allocator *allocator,
                                         slo_definition **definition, slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_definition_destroy(slo_definition *definition);

/*
 * Validates every offset and every field, also of bytes from somebody not trusted: what it accepts
 * is what slo_definition_init writes. size may be more than the definition's.
 * SLO_ESPACE: cut off; error says how many bytes there should be. SLO_EVERSION: made by a newer
 * version, says more than this one can read. SLO_ECORRUPT: changed, or never a definition.
 * SLO_ERANGE, SLO_EINVAL: well-formed, but of journeys that slo_journey_check refuses, also because
 * a newer version gave a meaning to a value; error names the field. SLO_EINVAL also for NULL.
 */
SLO_API slo_status slo_definition_attach(const void *memory, size_t size,
                                         const slo_definition **definition, slo_error *error);

/* The bytes it has; 0 for NULL. */
SLO_API size_t slo_definition_size(const slo_definition *definition);

/* The index of a journey, and of a step in it (slo/attempt.h), by name. SLO_ENODATA: there is none
 * of that name. SLO_ERANGE: no such journey. SLO_EINVAL. */
SLO_API slo_status slo_definition_find_journey(const slo_definition *definition, const char *name,
                                               uint32_t *journey);
SLO_API slo_status slo_definition_find_step(const slo_definition *definition, uint32_t journey,
                                            const char *name, uint32_t *step);

/* 64 bits that two different definitions hardly share (no guard against malice); 0 for NULL. A text
 * that is NULL and one that is empty, or a default and the same said aloud, are different. */
SLO_API uint64_t slo_definition_fingerprint(const slo_definition *definition);

/*
 * The structs again, laid out in memory (aligned to SLO_ALIGN, of at least the size that
 * expand_footprint says), with their texts inside the definition: both must outlive them. *config
 * is memory. Everything is as it was given: no default is filled in, what was NULL or 0 still is.
 * SLO_EINVAL, SLO_ESPACE.
 */
SLO_API slo_status slo_definition_expand_footprint(const slo_definition *definition, size_t *size);
SLO_API slo_status slo_definition_expand(const slo_definition *definition, void *memory,
                                         size_t size, const slo_definition_config **config);

SLO_END

#endif

/* ---- include/slo/history.h ---- */

/*
 * slo/history.h - what latencies were like: p99 of the last hour, and heat maps.
 *
 * A history keeps readings of one histogram, coarsely: tier i one for each multiple of its
 * step, as far back as its span. Each reading is the whole histogram so far, written sparsely,
 * so what happened between two moments is the difference of two of them, whatever lies
 * between, as a snapshot with all its quantiles (slo/snapshot.h).
 *
 * Memory. A reading takes a byte per used cell and 1 to 10 for its count: 1.6 KiB when two million
 * latencies lie in 600 buckets, 3 KiB when a billion lie in 800. A tier has room for
 * (span / step + 2) readings of slot_bytes each; when readings are larger than that the oldest ones
 * go earlier, and the answer names the span it really used.
 *
 * One flat block (slo/memory.h). One owner at a time pushes; any number of threads and
 * processes may read meanwhile. A push that is killed at any instruction leaves the history as it
 * was, or as it was going to be, or without its oldest readings.
 */
#ifndef SLO_HISTORY_H
#define SLO_HISTORY_H


#define SLO_HISTORY_TIERS_MAX 4
#define SLO_HISTORY_SLOTS_MAX 100000

SLO_BEGIN

typedef struct slo_history slo_history;

/* A frozen value type. One reading every step_ns, span_ns back: 1 s <= step_ns <= span_ns,
 * span_ns / step_ns <= SLO_HISTORY_SLOTS_MAX. */
typedef struct slo_history_tier {
  int64_t step_ns;
  int64_t span_ns;
} slo_history_tier;

/*
 *   tiers       tier_count (0..SLO_HISTORY_TIERS_MAX) of them, steps and spans strictly
 *               ascending; copied. 0: every 5 min for 6 h, every hour for 7 d
 *   slot_bytes  room for one reading on average, 64 .. 1 MiB; 0: 3072 (740 KiB in all with the
 *               default tiers). A tier always has room for two readings of every cell.
 */
typedef struct slo_history_config {
  uint32_t struct_size;
  uint32_t tier_count;
  const slo_history_tier *tiers;
  uint64_t slot_bytes;
} slo_history_config;

/* For readings of histograms with the grid, range and thresholds of hist. See slo/memory.h.
 * config NULL: all defaults. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE,
 * for create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_history_footprint(const slo_hist *hist, const slo_history_config *config,
                                         size_t *size, slo_error *error);
SLO_API slo_status slo_history_init(void *memory, size_t size, const slo_hist *hist,
                                    const slo_history_config *config, slo_history **history,
                                    slo_error *error);

/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_history_attach(void *memory, size_t size, slo_history **history);

/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_history_create(const slo_hist *hist, const slo_history_config *config,
                                      const slo_allocator *allocator, slo_history **history,
                                      slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_history_destroy(slo_history *history);

enum { SLO_HISTORY_REBASE = 1 /* accept an earlier moment, by beginning the history anew */ };

/*
 * Takes a reading of hist at now_ns into each tier whose newest reading lies in an earlier step:
 * the first push at or after a multiple of the step does, the others do nothing; nor does one at
 * an earlier moment than the newest reading, without SLO_HISTORY_REBASE. Counts lower than those of
 * the newest reading (the histogram's memory was lost, the history's was not) begin the history
 * anew: what came before cannot be subtracted from what follows. Owner only. SLO_ERANGE (now_ns is
 * no moment), SLO_EINVAL (NULL, unknown flags, or hist has another grid, range or thresholds): no
 * reading is taken.
 */
SLO_API slo_status slo_history_push(slo_history *history, int64_t now_ns, const slo_hist *hist,
                                    uint32_t flags);

/*
 * What was recorded in (from_ns, to_ns], as near as the readings allow: snapshot becomes the
 * newest reading at or before to_ns minus the newest one at or before from_ns, of whatever tier, or
 * minus the oldest one kept when there is none. *used, which may be NULL, says the moments of the
 * two. snapshot is one made for the same histogram, whose contents are replaced.
 * Any thread, each with a snapshot of its own. 0 <= from_ns <= to_ns.
 * SLO_ENODATA: no reading yet, or the two are the same one; snapshot is made empty, *used stays.
 * SLO_ERANGE, SLO_EINVAL (NULL, another shape).
 */
SLO_API slo_status slo_history_read(const slo_history *history, int64_t from_ns, int64_t to_ns,
                                    slo_snapshot *snapshot, slo_period *used);

/*
 * What was recorded since from_ns, up to this very moment: hist as it is now minus the newest
 * reading at or before from_ns, or the oldest one kept. hist is the one that is pushed. *used_ns,
 * which may be NULL, is the time of the reading used. Otherwise as slo_history_read; SLO_ENODATA:
 * no reading yet, or hist counts less than it.
 */
SLO_API slo_status slo_history_since(const slo_history *history, const slo_hist *hist,
                                     int64_t from_ns, slo_snapshot *snapshot, int64_t *used_ns);

SLO_END

#endif

/* ---- include/slo/monitor.h ---- */

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

/* ---- include/slo/defined.h ---- */

/*
 * slo/defined.h - a monitor that was opened from a definition (slo/definition.h).
 *
 *   slo_monitor_config config = {.struct_size = sizeof config, .definition = definition};
 *   slo_monitor_create(&config, NULL, &monitor, &error);
 *   slo_monitor_find_sli(monitor, "buy/pay works", &pay);
 *   ...
 *   slo_attempt_begin(&attempt, slo_monitor_journey(monitor, 0), now_ns);    any thread
 *   slo_monitor_record(monitor, pay, &event);                               any thread
 *   ...
 *   slo_monitor_blame(monitor, 0, blames, capacity, &count);                any thread
 *
 * slo/monitor.h says which SLIs and SLOs it has, and has everything else.
 */
#ifndef SLO_DEFINED_H
#define SLO_DEFINED_H


SLO_BEGIN

/* The SLI or SLO of that name, of any monitor. SLO_ENODATA: there is none; SLO_EINVAL. Any thread.
 */
SLO_API slo_status slo_monitor_find_sli(const slo_monitor *monitor, const char *name,
                                        uint32_t *sli);
SLO_API slo_status slo_monitor_find_slo(const slo_monitor *monitor, const char *name,
                                        uint32_t *slo);

/* What it was opened from, inside the block; NULL when that were slis and slos. Any thread. */
SLO_API const slo_definition *slo_monitor_definition(const slo_monitor *monitor);

/* The journeys of that definition, for attempts (slo/attempt.h); 0 and NULL when there is none. */
SLO_API uint32_t slo_monitor_journey_count(const slo_monitor *monitor);
SLO_API slo_journey *slo_monitor_journey(slo_monitor *monitor, uint32_t journey);

/*
 * Classifies an event by the rule of a definition's indicator, counts it (a latency that is valid
 * in its histogram, everything else in its counter), and says what it was. Any thread. SLO_EXCLUDED
 * also, and nothing is counted, for NULL, or when there is no such SLI or it has no rule: a
 * journey's attempts and steps are counted by slo_attempt_end.
 */
SLO_API slo_outcome slo_monitor_record(slo_monitor *monitor, uint32_t sli, const slo_event *event);

/*
 * Who spent the budget of an objective about a journey's attempts: slo_journey_blame of its period,
 * corrections of the attempts included, as of the newest tick; during a tick some parts may still
 * be those of the one before. *count, unless count is NULL, is how many blames there are,
 * slo_journey_part_count - 1, also when that is more than capacity (SLO_ESPACE, nothing else is
 * written). Any thread. SLO_ERANGE: no such SLO, one of something else, or as slo_monitor_budget.
 * SLO_ENODATA: never ticked. SLO_EINVAL.
 */
SLO_API slo_status slo_monitor_blame(const slo_monitor *monitor, uint32_t slo, slo_blame *blames,
                                     uint32_t capacity, uint32_t *count);

SLO_END

#endif

/* ---- include/slo/depend.h ---- */

/*
 * slo/depend.h - the calculus of service availability: what the parts say about the whole.
 *
 * A journey measured end to end needs none of this (slo/attempt.h). When only the availabilities
 * of its parts are known, nothing but bounds follows: parts may fail together, or one at a time
 * (M. Frechet, 1935). Every answer is therefore a number that holds if failures are
 * independent, between two that hold whatever they are; copies of one thing share their fate (a
 * deploy, a zone, a configuration), so do not count on more than the lower one.
 *
 * Availabilities are parts per billion, 0..10^9. The bounds are exact: low_ppb is rounded down,
 * high_ppb up. independent_ppb is rounded down, too, from a number that is exact for two parts,
 * and else never above the exact one and less than 2 * 10^-12 below it: when that is at or just
 * above a whole number of ppb, the answer may be the one before.
 *
 * B. Treynor, M. Dahlin, V. Rau, B. Beyer, "The Calculus of Service Availability", ACM Queue 15(2),
 * 2017. Pure functions, any thread.
 */
#ifndef SLO_DEPEND_H
#define SLO_DEPEND_H


#define SLO_DEPEND_PARTS_MAX 1024
#define SLO_DEPEND_ONE UINT64_C(1000000000) /* always available */

SLO_BEGIN

enum {
  SLO_DEPEND_INDEPENDENT = 1, /* independent_ppb takes for granted that failures are */
  SLO_DEPEND_COPIES = 2       /* and that of things which are alike: the weaker assumption of all */
};

/*
 * A frozen value type.
 *   low_ppb          whatever the failures have to do with each other, at least this
 *   independent_ppb  if they have nothing to do with each other
 *   high_ppb         at most this
 *   assumes          SLO_DEPEND_*; 0: independent_ppb takes nothing for granted, for low and
 *                    high are the same: of one part, or when all the others never fail
 *
 * low <= independent <= high always, and low and high can both be reached.
 */
typedef struct slo_availability {
  uint64_t low_ppb;
  uint64_t independent_ppb;
  uint64_t high_ppb;
  uint64_t assumes;
} slo_availability;

/*
 * All of n parts are needed: max(0, 1 - sum(1 - a)) .. product(a) .. min(a).
 * SLO_ERANGE: n not in 1..SLO_DEPEND_PARTS_MAX, a part above 10^9. SLO_EINVAL (NULL).
 * SLO_DEPEND_INDEPENDENT.
 */
SLO_API slo_status slo_depend_serial(const uint64_t *parts_ppb, uint32_t n, slo_availability *whole,
                                     slo_error *error);

/* Any one of n is enough: max(a) .. 1 - product(1 - a) .. min(1, sum(a)). Errors as serial.
 * SLO_DEPEND_INDEPENDENT and SLO_DEPEND_COPIES. */
SLO_API slo_status slo_depend_parallel(const uint64_t *parts_ppb, uint32_t n,
                                       slo_availability *whole, slo_error *error);

/*
 * Any k of n are enough, 1 <= k <= n; n of n is serial, 1 of n parallel, with what they assume.
 *
 * At most sum(a) / k, for each time that k are there counts k of the sum; and that holds without
 * the j most available ones, too, of which then k - j are there: the least of
 * (sum of the n - j smallest a) / (k - j) for 0 <= j < k, and 1 (B. Rueger, Metrika 25, 1978).
 * At least 1 less the same bound of n - k + 1 failures, which leaves out the least available
 * ones. In n * (n - k + 1) steps. Errors as serial; SLO_ERANGE: k.
 */
SLO_API slo_status slo_depend_quorum(const uint64_t *parts_ppb, uint32_t n, uint32_t k,
                                     slo_availability *whole, slo_error *error);

/*
 * a, and when it fails f serves instead: max(a, f) .. 1 - (1 - a)(1 - f) .. min(1, a + f). As
 * parallel of two, but a fallback is no copy: SLO_DEPEND_INDEPENDENT alone. Where f was measured
 * only while a was failing, independent_ppb holds whatever they have to do with each other.
 * Errors as serial.
 */
SLO_API slo_status slo_depend_fallback(uint64_t a_ppb, uint64_t f_ppb, slo_availability *whole,
                                       slo_error *error);

/* MTTF / (MTTF + MTTR), rounded down; both above 0. SLO_ERANGE, SLO_EINVAL (NULL). */
SLO_API slo_status slo_depend_repair(int64_t mttf_ns, int64_t mttr_ns, uint64_t *availability_ppb,
                                     slo_error *error);

/* How long it may be away in a period: (1 - a) * period_ns, rounded down. At 99.99 % that is
 * 52.56 min of 365 days. a 0..10^9, period_ns > 0. SLO_ERANGE, SLO_EINVAL (NULL). */
SLO_API slo_status slo_depend_downtime(uint64_t availability_ppb, int64_t period_ns,
                                       int64_t *downtime_ns, slo_error *error);

/*
 * What each of n critical dependencies must have if together they may take share_ppm (1..1000000)
 * of the budget: 1 - (1 - objective) * share / n, rounded up. The rule of the extra nine gives each
 * of them a tenth of it: n 1, share_ppm 100000. SLO_ERANGE (share_ppm; n not in
 * 1..SLO_DEPEND_PARTS_MAX; objective_ppb; each_ppb: the result is 100 %, which is no objective),
 * SLO_EINVAL (NULL).
 */
SLO_API slo_status slo_depend_needed(uint64_t objective_ppb, uint32_t n, uint64_t share_ppm,
                                     uint64_t *each_ppb, slo_error *error);

/*
 * What is the share of the budget that critical dependencies take already: sum(1 - a) / (1 -
 * objective), in ppm, rounded up. Five of 99.999 % take half of 99.99 %. Above 1000000 the
 * objective is not kept, whatever the service itself does, unless they fail together. Errors as
 * serial; SLO_ERANGE: objective.
 */
SLO_API slo_status slo_depend_taken(uint64_t objective_ppb, const uint64_t *parts_ppb, uint32_t n,
                                    uint64_t *taken_ppm, slo_error *error);

/* `from` cannot do without `to` (critical 1), or only does less (0). reserved is 0. A frozen value
 * type. */
typedef struct slo_depend_edge {
  uint32_t from;
  uint32_t to;
  uint32_t critical;
  uint32_t reserved;
} slo_depend_edge;

/*
 * The critical dependencies of root among node_count nodes (1..SLO_DEPEND_PARTS_MAX): everything
 * that critical edges lead to, at any depth, each once, root itself not; ascending. Edges may go in
 * circles. found has room for `capacity`, and may be NULL when that is 0; *count is how many there
 * are, also when that is more (SLO_ESPACE, found is filled as far as it goes). edges may be NULL
 * when there are none. Edges are passed over as often as the way to the deepest is long.
 * SLO_ERANGE (node_count, root, an end of an edge, critical), SLO_EVERSION (reserved), SLO_EINVAL
 * (NULL).
 */
SLO_API slo_status slo_depend_critical(const slo_depend_edge *edges, uint32_t edge_count,
                                       uint32_t node_count, uint32_t root, uint32_t *found,
                                       uint32_t capacity, uint32_t *count, slo_error *error);

/*
 * The availability of root from what each node has by itself, own_ppb[node_count] (all of them are
 * checked): serial over root and its critical dependencies, each once, however many ways lead to
 * it. Errors as slo_depend_critical and serial.
 */
SLO_API slo_status slo_depend_eval(const slo_depend_edge *edges, uint32_t edge_count,
                                   const uint64_t *own_ppb, uint32_t node_count, uint32_t root,
                                   slo_availability *whole, slo_error *error);

SLO_END

#endif

/* ---- include/slo/fault.h ---- */

/*
 * slo/fault.h - what goes wrong, when, and for whom.
 *
 * A fault is one of Toxiproxy's toxics over a span of virtual time: it makes the requests it
 * touches slower, or fail. The simulator (slo/traffic.h) asks what that does to a request.
 * Pure functions, any thread.
 */
#ifndef SLO_FAULT_H
#define SLO_FAULT_H


SLO_BEGIN

enum {
  SLO_FAULT_LATENCY = 1,    /* adds latency_ns, and jitter uniform in [-jitter_ns, jitter_ns) */
  SLO_FAULT_DOWN = 2,       /* every request fails at once */
  SLO_FAULT_TIMEOUT = 3,    /* no answer ever comes: the request fails when its limit is over */
  SLO_FAULT_RESET_PEER = 4, /* the connection is reset: the request fails */
  SLO_FAULT_BANDWIDTH = 5,  /* adds bytes / rate_per_s */
  SLO_FAULT_SLICER = 6,     /* the answer comes in slices, the last one maybe shorter: adds a
                               delay between each two */
  SLO_FAULT_LIMIT_DATA = 7  /* answers longer than limit_bytes are cut off: they fail */
};

/* How much of the traffic it touches over its span. */
enum {
  SLO_FAULT_STEP = 0, /* toxicity_ppm all the time */
  SLO_FAULT_RAMP = 1  /* rising evenly from nothing to toxicity_ppm at the end */
};

/*
 * A frozen value type; fields of other kinds are 0.
 *
 *   kind          SLO_FAULT_*
 *   shape         SLO_FAULT_STEP or SLO_FAULT_RAMP
 *   period        when: (start_ns, end_ns], of moments; not empty
 *   toxicity_ppm  the share of requests it touches, 1..1000000; 0: all
 *   reserved      0
 *   latency_ns    LATENCY; SLICER: the delay between two slices; 0..SLO_DAY_NS
 *   jitter_ns     LATENCY: 0..latency_ns, so that it never makes a request faster
 *   rate_per_s    BANDWIDTH: bytes a second, > 0
 *   bytes         SLICER: of a slice, LIMIT_DATA: of the longest answer that arrives; > 0
 */
typedef struct slo_fault {
  uint32_t kind;
  uint32_t shape;
  slo_period period;
  uint32_t toxicity_ppm;
  uint32_t reserved;
  int64_t latency_ns;
  int64_t jitter_ns;
  uint64_t rate_per_s;
  uint64_t bytes;
} slo_fault;

/* Is it one? SLO_ERANGE, SLO_EINVAL (NULL), SLO_EVERSION (reserved); error names the field. */
SLO_API slo_status slo_fault_check(const slo_fault *fault, slo_error *error);

/* Reads "down", "timeout", "reset_peer", "latency(300ms)", "latency(300ms,50ms)",
 * "bandwidth(10000)", "slicer(100,10ms)", "limit_data(1000)", each with an optional toxicity,
 * "down 10%" (at most four decimals), and shape, "latency(1s) 50% ramp" or "step". Blanks
 * between words and numbers do not matter. Without a toxicity it is 1000000. The period is left
 * as it is. SLO_EPARSE (error->value is the offset), SLO_ERANGE (error names the field),
 * SLO_EINVAL (NULL). */
SLO_API slo_status slo_fault_parse(const char *text, slo_fault *fault, slo_error *error);

/* The share of requests touched at at_ns, ppm, of a ramp rounded down; 0 outside the period, for
 * NULL too. */
SLO_API uint32_t slo_fault_toxicity(const slo_fault *fault, int64_t at_ns);

/*
 * With what probability a request that it touches ends badly: it fails, or its latency, which
 * would be latency_ns for an answer of `bytes`, exceeds limit_ns (0: no limit; then only failures
 * count, TIMEOUT among them). Parts per million, rounded to the nearest: jitter, of whole
 * nanoseconds, makes it a probability. latency_ns and limit_ns are 0..SLO_TIME_MAX_NS. The
 * period is not looked at. SLO_EINVAL (NULL), SLO_ERANGE, SLO_EVERSION.
 */
SLO_API slo_status slo_fault_effect(const slo_fault *fault, int64_t latency_ns, uint64_t bytes,
                                    int64_t limit_ns, uint32_t *bad_ppm);

SLO_END

#endif

/* ---- include/slo/traffic.h ---- */

/*
 * slo/traffic.h - a service that does not exist, in virtual time.
 *
 * Requests arrive at a rate that may follow the day, the week and a sale; a background of them
 * fails, as failures do: one by one, in bursts, because somebody retries, or worse for a while;
 * and faults (slo/fault.h) hit them. What is drawn are the counts of a slot, not single
 * requests, so a year of a busy service takes seconds. The same seed gives the same counts on
 * every platform that calculates with IEEE 754 doubles and no others (not x87), and with other
 * faults the same requests and the same background failures. For back-tests and game days
 * (slo/backtest.h, slo/gameday.h), and for any test.
 *
 * One flat block (slo/memory.h); one thread at a time.
 */
#ifndef SLO_TRAFFIC_H
#define SLO_TRAFFIC_H


#define SLO_TRAFFIC_FAULTS_MAX 1024
#define SLO_TRAFFIC_SALES_MAX 64
#define SLO_TRAFFIC_CLASSES_MAX 16
#define SLO_TRAFFIC_REPLICAS_MAX 4096
#define SLO_TRAFFIC_REQUESTS_MAX UINT64_C(1000000000000) /* requests_per_day */
#define SLO_TRAFFIC_FACTOR_MAX UINT64_C(1000000000)      /* ppm */

SLO_BEGIN

typedef struct slo_traffic slo_traffic;

/*
 * How background failures come. Their share over a long time is error_ppb in any case.
 *
 * BURSTS  a burst is noise_ns long, wherever slots begin; from the end of one to the start of the
 *         next it is exponentially distributed, noise_ns * (1 - e) / e in the mean, e being the
 *         share. So bursts never overlap.
 * RETRIES a first failure is followed by one failed retry every 5 s until noise_ns is over, at
 *         least one; instead of 5 s it is the divisor or multiple of slot_ns that is nearest.
 *         With 10 s slots and 60 s that is 12: failures come 13 at a time. Retries are requests:
 *         requests_per_day and error_ppb are those of all together.
 * DRIFT   the probability is cut at 1, and its mean before that is so much higher that the share
 *         is error_ppb nonetheless.
 */
enum {
  SLO_NOISE_INDEPENDENT = 0, /* each request by itself */
  SLO_NOISE_BURSTS = 1,      /* everything fails for noise_ns, now and then */
  SLO_NOISE_RETRIES = 2,     /* who fails tries again and again for noise_ns, and fails */
  SLO_NOISE_DRIFT = 3        /* the probability itself varies: gamma distributed, shape 1, anew
                                every noise_ns */
};

/* A time of more, or less, traffic. A frozen value type. factor_ppm is 0..SLO_TRAFFIC_FACTOR_MAX;
 * 1000000 changes nothing. */
typedef struct slo_sale {
  slo_period period;
  uint64_t factor_ppm;
} slo_sale;

/* A kind of request: its share, its latency (0..SLO_DAY_NS), the size of its answer; reserved is 0.
 * A frozen value type. */
typedef struct slo_request_class {
  uint32_t share_ppm;
  uint32_t reserved;
  int64_t latency_ns;
  uint64_t bytes;
} slo_request_class;

/*
 * What rate, probability and faults are in the middle of a slot they are for all of it.
 *
 *   requests_per_day  the mean, 1..SLO_TRAFFIC_REQUESTS_MAX
 *   seed              any
 *   start_ns          the first slot begins here
 *   slot_ns           1 s .. 1 h; 0: 10 s
 *   diurnal_ppm       amplitude of a sine over the day, 0..1000000; peak at peak_ns of the day
 *                     (UTC), 0..SLO_DAY_NS - 1
 *   weekend_ppm       the rate on Saturdays and Sundays (UTC) relative to other days,
 *                     1..1000000000; 0: the same. The mean over the week stays requests_per_day
 *   sales             sale_count (0..SLO_TRAFFIC_SALES_MAX) of them; overlapping factors multiply,
 *                     up to SLO_TRAFFIC_FACTOR_MAX together
 *   error_ppb         the share of requests that fail in the background, 0..10^9, over time
 *   noise             SLO_NOISE_*, over noise_ns (0: 5 s for BURSTS, 60 s for RETRIES, 5 min for
 *                     DRIFT; 1 s .. 1 h)
 *   classes           class_count (0..SLO_TRAFFIC_CLASSES_MAX), shares adding up to 1000000; 0: one
 *                     of 100 ms and 10000 bytes
 *   limit_ns          a request that takes longer is bad, 1..SLO_DAY_NS; 0: none is. All requests
 *                     of a class that takes longer are bad, in the background, beside error_ppb
 *   faults            fault_count (0..SLO_TRAFFIC_FAULTS_MAX), copied as are the others; a request
 *                     touched by several is bad if any by itself makes it so
 *   replicas          among how many the requests are spread evenly, 1..SLO_TRAFFIC_REPLICAS_MAX;
 *                     0: 1. A fault touches all of them; toxicity is the way to touch some
 */
typedef struct slo_traffic_config {
  uint32_t struct_size;
  uint32_t noise;
  uint64_t requests_per_day;
  uint64_t seed;
  int64_t start_ns;
  int64_t slot_ns;
  int64_t peak_ns;
  uint32_t diurnal_ppm;
  uint32_t weekend_ppm;
  uint64_t error_ppb;
  int64_t noise_ns;
  int64_t limit_ns;
  const slo_sale *sales;
  const slo_request_class *classes;
  const slo_fault *faults;
  uint32_t sale_count;
  uint32_t class_count;
  uint32_t fault_count;
  uint32_t replicas;
} slo_traffic_config;

/* See slo/memory.h. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE, for
 * create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_traffic_footprint(const slo_traffic_config *config, size_t *size,
                                         slo_error *error);
SLO_API slo_status slo_traffic_init(void *memory, size_t size, const slo_traffic_config *config,
                                    slo_traffic **traffic, slo_error *error);
/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_traffic_attach(void *memory, size_t size, slo_traffic **traffic);
/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_traffic_create(const slo_traffic_config *config,
                                      const slo_allocator *allocator, slo_traffic **traffic,
                                      slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_traffic_destroy(slo_traffic *traffic);

/* What happened in (start_ns, end_ns]: of background and faults together, and which part of bad
 * the faults caused: requests that were not bad without them. counts.excluded is 0. A frozen value
 * type. */
typedef struct slo_traffic_slot {
  slo_period period;
  slo_counts counts;
  uint64_t bad_by_faults;
} slo_traffic_slot;

/* Draws the next slot. SLO_ENODATA: virtual time ends at SLO_TIME_MAX_NS. SLO_EINVAL. A copy of the
 * block, attached, goes on with the same slots. */
SLO_API slo_status slo_traffic_next(slo_traffic *traffic, slo_traffic_slot *slot);

/* Deals the counts of the slot drawn last out to the replicas: how many of them replica number
 * `replica` had, always the same. The sum over all is the slot. SLO_ERANGE, SLO_ENODATA (none
 * drawn), SLO_EINVAL. */
SLO_API slo_status slo_traffic_replica(const slo_traffic *traffic, uint32_t replica,
                                       slo_counts *counts);

SLO_END

#endif

/* ---- include/slo/gameday.h ---- */

/*
 * slo/gameday.h - rehearse an outage before it happens.
 *
 * A game day is a script: simulated traffic with faults (slo/traffic.h), an objective with its
 * alerts, and what should come of it: who is paged and when, when it is over, how much budget is
 * left, and which agreed action is due. It is played in virtual time and either passes or shows the
 * first difference. Anything that was not expected is a difference, too.
 *
 * Pure but for the memory it takes meanwhile; any thread.
 */
#ifndef SLO_GAMEDAY_H
#define SLO_GAMEDAY_H


#define SLO_GAMEDAY_TEXT_MAX 256

SLO_BEGIN

enum {
  SLO_GAMEDAY_FIRES = 1,    /* the severity begins to fire */
  SLO_GAMEDAY_RESOLVES = 2, /* the severity stops firing */
  SLO_GAMEDAY_ACTION = 3,   /* the action becomes due */
  SLO_GAMEDAY_BUDGET = 4    /* at within.end_ns, by the newest tick, so much is left */
};

/*
 * What should happen. FIRES, RESOLVES and ACTION are expected in this order, each in (within.start,
 * within.end], 0 <= start < end <= the game day's end. A frozen value type; fields of other kinds
 * are 0, and so is reserved.
 *   severity   FIRES, RESOLVES
 *   action     ACTION: an index
 *   least_ppm, most_ppm  BUDGET: least <= remaining <= most; never while nothing was valid
 */
typedef struct slo_expectation {
  uint32_t kind;
  uint32_t severity;
  slo_period within;
  uint32_t action;
  uint32_t reserved;
  int64_t least_ppm;
  int64_t most_ppm;
} slo_expectation;

/* Something that was agreed on: due from the first tick on at which at least consumed_ppm of the
 * budget is spent, once. A frozen value type. */
typedef struct slo_gameday_action {
  uint64_t consumed_ppm;
  const char *name;
} slo_gameday_action;

/*
 *   traffic       the script's faults are in it
 *
 *   slo           the objective; its sli is 0
 *
 *   sli           unmeasured, slices, name; a histogram stays empty. NULL: defaults
 *
 *   window        NULL: the defaults
 *
 *   end_ns        until when it is played, after the traffic's start: the slots that end by then
 *
 *   actions       action_count of them
 *
 *   expectations  expectation_count of them; those of kind BUDGET in the order of their end
 *
 *   expected_only 1: what happens beyond the expectations, such as a page before its time, is no
 *                 difference
 */
typedef struct slo_gameday_config {
  uint32_t struct_size;
  uint32_t expected_only;
  const slo_traffic_config *traffic;
  const slo_monitor_slo *slo;
  const slo_monitor_sli *sli;
  const slo_window_config *window;
  int64_t end_ns;
  const slo_gameday_action *actions;
  const slo_expectation *expectations;
  uint32_t action_count;
  uint32_t expectation_count;
} slo_gameday_config;

/* What happened, in order: of one tick transitions first, then actions by index. remaining_ppm is 0
 * while nothing was valid. A frozen value type; fields of other kinds are 0. */
typedef struct slo_gameday_event {
  uint32_t kind; /* FIRES, RESOLVES, ACTION */
  uint32_t severity;
  int64_t at_ns;
  uint32_t action;
  uint32_t cause; /* SLO_CAUSE_* */
  int64_t remaining_ppm;
} slo_gameday_event;

/*
 *   passed      1 or 0
 *   difference  the first expectation that was not met, in time or in order; expectation_count
 *               when it was something that nobody expected, or no more; passed: the same
 *   at_ns       when the difference showed: what happened, or the end of an expectation; passed:
 *               the newest tick
 *   events      how many things happened until then, also beyond capacity
 *   counts, remaining_ppm  as of the newest tick by then
 *   text        in words: "ticket fires at 2026-11-01T10:05:00Z, expected: page fires within ..",
 *               "page fires at .., 2m10s too late: expected within ..", also when it was long after
 *               at_ns, "budget at ..: 12.3400 % left, expected 20.0000 .. 100.0000 %"
 */
typedef struct slo_gameday_result {
  uint32_t struct_size;
  uint32_t passed;
  uint32_t difference;
  uint32_t events;
  int64_t at_ns;
  slo_counts counts;
  int64_t remaining_ppm;
  char text[SLO_GAMEDAY_TEXT_MAX];
} slo_gameday_result;

/*
 * Plays it, with a tick at its start and at the end of each of the traffic's slots. events, which
 * may be NULL when capacity is 0, gets the first `capacity` of what happened up to the difference.
 * allocator NULL: the heap. A difference is SLO_OK with passed 0. SLO_EINVAL, SLO_ERANGE,
 * SLO_EVERSION (error names the field), SLO_ENOMEM, SLO_ECLOCK (slots longer than the window lets
 * time jump).
 */
SLO_API slo_status slo_gameday_run(const slo_gameday_config *config, const slo_allocator *allocator,
                                   slo_gameday_event *events, size_t capacity,
                                   slo_gameday_result *result, slo_error *error);

SLO_END

#endif

/* ---- include/slo/lint.h ---- */

/*
 * slo/lint.h - what is wrong with a definition before anybody is woken by it.
 *
 * Each finding has a code that never changes, the field, its value, why it hurts, and what to write
 * instead. They are the defects found in definitions in use, ours and others'. A finding is
 * an opinion with a reason: definitions with findings work. What does not work at all is refused by
 * slo_definition_init; but these functions also look at structs that it would refuse, so that all
 * of it is told at once.
 *
 *   slo_finding found[32];
 *   found[0].struct_size = sizeof found[0];
 *   slo_lint_definition(&config, now_ns, found, 32, &count, &error);
 *   for (i = 0; i < count && i < 32; i++) {
 *     slo_finding_format(&found[i], text, sizeof text);
 *     puts(text);
 *   }
 *
 * Pure functions, any thread.
 */
#ifndef SLO_LINT_H
#define SLO_LINT_H


#define SLO_FINDING_TEXT_MAX 640

SLO_BEGIN

/*
 * X(name, code, level, text, why). The one table behind the enum, slo_lint_name, slo_lint_reason
 * and the bindings. Codes are never reused.
 */
#define SLO_LINT_MAP(X)                                                                            \
  X(SLO_LINT_DEAD_TIER, 101, SLO_LINT_ERROR, "dead tier",                                          \
    "nothing can burn that fast: even when everything fails the tier never fires")                 \
  X(SLO_LINT_NAGGING_TIER, 102, SLO_LINT_WARNING, "nagging tier",                                  \
    "it fires at a burn rate below 1, for a service that keeps its promise")                       \
  X(SLO_LINT_GAP, 103, SLO_LINT_WARNING, "gap",                                                    \
    "a burn rate between 1 and the smallest factor spends the whole budget and nobody is told")    \
  X(SLO_LINT_TOO_LATE, 104, SLO_LINT_ERROR, "too late",                                            \
    "at the burn rate it looks for, the budget is gone before it can fire")                        \
  X(SLO_LINT_SINGLE_EVENT, 105, SLO_LINT_WARNING, "single event",                                  \
    "at this traffic one failure alone fires it, and one failure is chance")                       \
  X(SLO_LINT_NO_WINDOW, 106, SLO_LINT_ERROR, "no window",                                          \
    "it is less than a second, and becomes 0 where windows are written in seconds")                \
  X(SLO_LINT_NOT_SEEN, 107, SLO_LINT_WARNING, "not seen",                                          \
    "at this traffic a total outage has spent the budget before it can be told from chance")       \
  X(SLO_LINT_MINUTE, 201, SLO_LINT_WARNING, "minute for month",                                    \
    "the period is minutes long; `m` is a minute, a month is `M`")                                 \
  X(SLO_LINT_PERFECT, 202, SLO_LINT_ERROR, "perfect objective",                                    \
    "100 % leaves no budget: every failure breaks it, and no change could ever be made")           \
  X(SLO_LINT_NOISE, 203, SLO_LINT_WARNING, "noise",                                                \
    "it is a round number that went through floating point")                                       \
  X(SLO_LINT_ROUNDED_BUDGET, 204, SLO_LINT_WARNING, "rounded budget",                              \
    "written with five decimals the error budget is 0, and every burn rate infinite")              \
  X(SLO_LINT_ROUNDED_BURN, 205, SLO_LINT_ERROR, "rounded burn",                                    \
    "the burn rate is rounded before it is compared: what is just above the factor is not seen")   \
  X(SLO_LINT_INVERTED, 206, SLO_LINT_ERROR, "inverted", "it fires when the burn rate is low")      \
  X(SLO_LINT_METHODS, 207, SLO_LINT_WARNING, "methods disagree",                                   \
    "on this data one way of counting says the objective was met, and another that it was missed") \
  X(SLO_LINT_COARSE_PROBE, 208, SLO_LINT_WARNING, "coarse probe",                                  \
    "its whole budget is a handful of failed probes: luck decides")                                \
  X(SLO_LINT_LOW, 209, SLO_LINT_WARNING, "low objective",                                          \
    "more may fail than succeed: it looks like a number with a digit missing")                     \
  X(SLO_LINT_NO_OWNER, 301, SLO_LINT_WARNING, "no owner",                                          \
    "nobody answers for it, so nobody acts on it")                                                 \
  X(SLO_LINT_NO_REVIEW, 302, SLO_LINT_WARNING, "no review",                                        \
    "what is never looked at again is soon wrong")                                                 \
  X(SLO_LINT_REVIEW_OVERDUE, 303, SLO_LINT_WARNING, "review overdue",                              \
    "the day on which it was to be looked at again has passed")                                    \
  X(SLO_LINT_NO_POLICY, 304, SLO_LINT_NOTE, "no policy",                                           \
    "nobody has agreed on what happens when the budget is spent")                                  \
  X(SLO_LINT_TOO_MANY_SLOS, 305, SLO_LINT_WARNING, "too many objectives",                          \
    "nobody steers by more than five")                                                             \
  X(SLO_LINT_TOO_MANY_SLIS, 306, SLO_LINT_WARNING, "too many indicators",                          \
    "one to three say how a journey is; more say how the machines are")                            \
  X(SLO_LINT_NO_SLO, 307, SLO_LINT_WARNING, "no objective",                                        \
    "it is measured, and nothing is promised")                                                     \
  X(SLO_LINT_UNUSED_SLI, 308, SLO_LINT_NOTE, "unused indicator", "no objective is about it")

enum { SLO_LINT_ERROR = 1, SLO_LINT_WARNING = 2, SLO_LINT_NOTE = 3 };

enum {
#define SLO_LINT_ENUM(name, code, level, text, why) name = code,
  SLO_LINT_MAP(SLO_LINT_ENUM)
#undef SLO_LINT_ENUM
      SLO_LINT_LAST = 308 /* the highest code in use */
};

/* "dead tier", and why it hurts; "unknown finding" and "" for a code that is none. Never NULL;
 * static. */
SLO_API const char *slo_lint_name(uint32_t code);
SLO_API const char *slo_lint_reason(uint32_t code);
/* SLO_LINT_ERROR, .. of a code; 0 for one that is none. */
SLO_API uint32_t slo_lint_level(uint32_t code);

/*
 *   code     SLO_LINT_*; level of it
 *   value    of the field, in its unit; 0 also where there is none, because the field is a text
 *   instead  what to write instead, in the field's unit; meaningless unless has_instead is 1
 *   field    "journeys[0].slos[1].tiers[2].factor_ppm"; always terminated
 *   advice   what to do, as a text: "write at most 1000000 (burn rate 1)"; always terminated
 */
typedef struct slo_finding {
  uint32_t struct_size;
  uint32_t code;
  uint32_t level;
  uint32_t has_instead;
  int64_t value;
  int64_t instead;
  char field[96];   /* cut when longer */
  char advice[160]; /* likewise */
} slo_finding;

/*
 * Writes one line, "journeys[0].slos[1].tiers[2].factor_ppm is 933333: nagging tier (102): it fires
 * ..; write 1000000 or more", cut to size - 1 bytes and terminated when size > 0; a value of 0 is
 * left out. buffer may be NULL when size is 0. Returns the length of the whole, below
 * SLO_FINDING_TEXT_MAX; 0 for NULL.
 */
SLO_API size_t slo_finding_format(const slo_finding *finding, char *buffer, size_t size);

/*
 * All functions below write findings to an array of `capacity` elements, whose element size is the
 * struct_size of the first (which therefore must be set, to a multiple of 8, when capacity is not
 * 0; findings may be NULL when it is), in the order of journeys, indicators, objectives and tiers.
 * *count is how many there are, also when that is more than capacity: what does not fit is not
 * written. They return SLO_OK whatever they find; SLO_EINVAL (NULL, that struct_size),
 * SLO_EVERSION, SLO_ERANGE where said. On an error nothing is written. error may be NULL.
 */

/*
 * The tiers of an alert, under the name `field` ("" or NULL: "tiers[0].."). Only burn tiers are
 * looked at, each as what it is joined with by its group; config has objective_ppb and period_ns.
 *
 *   NO_WINDOW      a window below a second; nothing else is said of such a tier
 *   TOO_LATE       factor * (long_ns + for_ns) >= period
 *   NOISE          a factor that misses a multiple of 0.01 by one or two millionths
 *   DEAD_TIER      factor * (1 - objective) >= 1 (with SLO_BURN_AT_LEAST: above 1)
 *   NAGGING_TIER   factor < 1
 *   GAP            every factor is above 1, of SLO_TIER_SPENT too; once, of the smallest
 *   SINGLE_EVENT   of pages with SLO_GATE_NONE, when for_ns is shorter than the short window:
 *                  events in the long window * factor * (1 - objective) < 1. 69 requests an hour
 *                  for 14.4 in 1h at 99.9 %
 *   NOT_SEEN       of pages with the gate: slo_evidence_detection of a total outage is longer
 *                  than the budget lasts in one, (1 - objective) * period
 *
 * requests_per_hour 0: not known, so the last two are not looked for. SLO_ERANGE: objective_ppb,
 * period_ns, tier_count.
 */
SLO_API slo_status slo_lint_alert(const slo_alert_config *config, uint64_t requests_per_hour,
                                  const char *field, slo_finding *findings, uint32_t capacity,
                                  uint32_t *count, slo_error *error);

/*
 * All of a definition; also one that slo_definition_init would refuse, as long as its arrays are
 * there (SLO_EINVAL) and not longer than they may be (SLO_ERANGE). now_ns: for overdue reviews; 0:
 * not looked for.
 *
 *   of the service      TOO_MANY_SLOS  more than five in all
 *   of a journey        NO_OWNER, NO_POLICY, NO_REVIEW, REVIEW_OVERDUE, NO_SLO
 *                       TOO_MANY_SLIS  more than three
 *   of an indicator     UNUSED_SLI     unless the journey has no objective at all
 *   of an objective     PERFECT
 *                       LOW            above 0 and below 50 %
 *                       ROUNDED_BUDGET above 99.9995 %
 *                       COARSE_PROBE   fewer than ten probes may fail in the period
 *                       NO_WINDOW, MINUTE  a period below a second, below an hour: then nothing is
 *                                      said of what follows from it
 *   of its alert        as slo_lint_alert; tiers of a catalog are called "catalog.tiers[0].."
 *   of any              NOISE          one or two off a round number: limit_ns and threshold_ns of
 *                                      whole milliseconds, objectives of 0.001 %, least_ppm of 1 %
 */
SLO_API slo_status slo_lint_definition(const slo_definition_config *config, int64_t now_ns,
                                       slo_finding *findings, uint32_t capacity, uint32_t *count,
                                       slo_error *error);

/* METHODS: was more than the budget spent, by each method the window has slices for? `budget` as
 * for slo_budget_read, its method is not looked at. Nothing valid, no slices, or no reading:
 * nothing is found. Else errors as slo_budget_read. */
SLO_API slo_status slo_lint_methods(const slo_window *window, const slo_budget_config *budget,
                                    const char *field, slo_finding *findings, uint32_t capacity,
                                    uint32_t *count, slo_error *error);

/*
 * What a file of another tool says, as it is written there; NULL and 0: it does not say. Numbers
 * are "99.9", ".999", "99.9%" or "1e-3"; spans as in slo/time.h, a bare "0", or calendar units
 * ("1M"). NOISE is a number of more than 12 digits that rounded to 12 has at most 9:
 * 0.0009999999999999432.
 *
 *   objective       "99.9", percent, or "0.999", a share: PERFECT when it is 100 or 1; NOISE;
 *                   ROUNDED_BUDGET when the budget is not written and five decimals make it 0
 *   budget          the error budget, a share: ROUNDED_BUDGET when it is written as a zero though
 *                   the objective is not perfect; NOISE
 *   threshold       any other number: NOISE
 *   period          of the budget: MINUTE for "1m", NO_WINDOW for "0s"
 *   window          of an alert: NO_WINDOW for "0m"
 *   op              1 + SLO_OP_* (slo/rule.h) of a condition that shall fire when the burn rate
 *                   exceeds the factor: INVERTED for < and <=
 *   burn_decimals   1 + the decimals to which the burn rate is rounded before it is compared:
 *                   ROUNDED_BURN
 */
typedef struct slo_written {
  uint32_t struct_size;
  uint32_t op;
  const char *objective;
  const char *budget;
  const char *threshold;
  const char *period;
  const char *window;
  uint32_t burn_decimals;
  uint32_t reserved;
} slo_written;

/* SLO_EPARSE: a number or span that is none (error->value is the offset, error->field names it).
 * SLO_ERANGE: op, a span beyond int64 nanoseconds. */
SLO_API slo_status slo_lint_written(const slo_written *written, slo_finding *findings,
                                    uint32_t capacity, uint32_t *count, slo_error *error);

SLO_END

#endif

/* ---- include/slo/recurrence.h ---- */

/*
 * slo/recurrence.h - maintenance that comes again every day or week.
 *
 * Reads a recurrence rule of RFC 5545 (iCalendar), of which it knows FREQ=DAILY and
 * FREQ=WEEKLY with INTERVAL, BYDAY (without numbers), WKST=MO and one of UNTIL and COUNT, and
 * expands it into intervals that corrections are made of (slo/ledger.h). Weeks begin on Monday.
 *
 * Times are taken as they are, without a time zone: for a rule in local time expand it in local
 * time, as if that were UTC, and let your time zone database turn each start into a moment.
 * Pure functions, any thread.
 */
#ifndef SLO_RECURRENCE_H
#define SLO_RECURRENCE_H


#define SLO_RECURRENCE_MAX 10000 /* the largest interval and count */

SLO_BEGIN

enum { SLO_RECUR_DAILY = 1, SLO_RECUR_WEEKLY = 2 };

/*
 *   frequency  SLO_RECUR_*
 *   interval   every so many days or weeks, 1..SLO_RECURRENCE_MAX; 0: 1
 *   days       bit 0 Monday .. bit 6 Sunday; 0: every day, or weekly the first one's weekday
 *   count      how many in all, 1..SLO_RECURRENCE_MAX; 0: no such limit
 *   until_ns   none that starts later, 1..SLO_TIME_MAX_NS; 0: no such limit
 *   reserved   0 (SLO_EVERSION)
 *
 * At most one of count and until_ns.
 */
typedef struct slo_recurrence {
  uint32_t struct_size;
  uint32_t frequency;
  uint32_t interval;
  uint32_t days;
  uint32_t count;
  uint32_t reserved;
  int64_t until_ns;
} slo_recurrence;

/* Reads "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;COUNT=10", with or without "RRULE:" before it; parts
 * in any order, each once, upper or lower case. UNTIL is 20271231T235959Z, 20271231T235959
 * (as it is) or 20271231 (the whole day), after the epoch. SLO_EPARSE (error->value is the offset,
 * error->field begins with the name of the part that cannot be read or is not known), SLO_ERANGE,
 * SLO_EINVAL (NULL), SLO_EVERSION (a struct_size without room for it). */
SLO_API slo_status slo_recurrence_parse(const char *text, slo_recurrence *recurrence,
                                        slo_error *error);

/*
 * The intervals that overlap (from_ns, to_ns], ascending. The first one starts at first_ns, which
 * gives the time of day and is counted even when BYDAY does not name its weekday (RFC 5545,
 * DTSTART); each is duration_ns long, 1 ns .. 366 days, and they may overlap each other. They are
 * not cut to (from_ns, to_ns], only at SLO_TIME_MAX_NS; with from_ns = to_ns there is none.
 * *count is how many there are, also when capacity is smaller: then the first `capacity` are
 * written and SLO_ESPACE is returned. periods may be NULL when capacity is 0.
 * first_ns and from_ns <= to_ns are in 0..SLO_TIME_MAX_NS. SLO_ERANGE (error names the field),
 * SLO_EINVAL (NULL), SLO_EVERSION. Work is bounded by the days up to to_ns; without a count, by
 * those from from_ns - duration_ns on.
 */
SLO_API slo_status slo_recurrence_expand(const slo_recurrence *recurrence, int64_t first_ns,
                                         int64_t duration_ns, int64_t from_ns, int64_t to_ns,
                                         slo_period *periods, size_t capacity, size_t *count,
                                         slo_error *error);

SLO_END

#endif

/* ---- include/slo/rule.h ---- */

/*
 * slo/rule.h - a rule of one's own that makes an event bad, as text.
 *
 * A rule is a list of comparisons; an event is bad when any of them holds. An event
 * that lacks a field the rule needs, and is not bad by another, is excluded: what
 * cannot be known is not good. Pure functions, any thread.
 */
#ifndef SLO_RULE_H
#define SLO_RULE_H


#define SLO_RULE_TERMS_MAX 16

SLO_BEGIN

enum {
  SLO_FIELD_STATUS = 0, /* an integer outcome code, such as HTTP's */
  SLO_FIELD_LATENCY = 1 /* nanoseconds */
};

enum { SLO_OP_LT = 0, SLO_OP_LE, SLO_OP_EQ, SLO_OP_NE, SLO_OP_GE, SLO_OP_GT };

/* field op value. A frozen value type. */
typedef struct slo_rule_term {
  uint32_t field;
  uint32_t op;
  int64_t value;
} slo_rule_term;

/* bad when any of term_count (1..SLO_RULE_TERMS_MAX) terms holds. */
typedef struct slo_rule {
  uint32_t struct_size;
  uint32_t term_count;
  slo_rule_term terms[SLO_RULE_TERMS_MAX];
} slo_rule;

/*
 * Reads "status>=500", "status>=500 || status==429", "latency>300ms". Fields: status (an
 * integer), latency (a duration, slo/time.h). Operators: < <= == != >= >. Terms joined by
 * ||. Spaces are allowed between them.
 * SLO_EPARSE (error->value is the offset), SLO_ERANGE (too many terms), SLO_EINVAL, SLO_EVERSION.
 */
SLO_API slo_status slo_rule_parse(const char *text, slo_rule *rule, slo_error *error);

/* SLO_GOOD, SLO_BAD or SLO_EXCLUDED; SLO_EXCLUDED also for a NULL argument. Terms with a
 * field or operator that is none never hold, and no event has that field. */
SLO_API slo_outcome slo_rule_classify(const slo_rule *rule, const slo_event *event);

SLO_END

#endif

/* ---- include/slo/version.h ---- */

/*
 * slo/version.h - which libslo this is.
 *
 * The macros say what the program was compiled against, the functions what it
 * runs with. Compatible while the major numbers are equal (before 1.0: the
 * minor ones too). Any thread may call them.
 */
#ifndef SLO_VERSION_H
#define SLO_VERSION_H


#define SLO_VERSION_MAJOR 0
#define SLO_VERSION_MINOR 1
#define SLO_VERSION_PATCH 0
#define SLO_VERSION_STRING "0.1.0"

SLO_BEGIN

/* MAJOR * 1000000 + MINOR * 1000 + PATCH of the library in use. */
SLO_API uint32_t slo_version(void);

/* The same as text, "0.1.0". Static. */
SLO_API const char *slo_version_string(void);

SLO_END

#endif

/* ---- include/slo/writer.h ---- */

/*
 * slo/writer.h - a row of cells of one's own: recording at the price of an increment.
 *
 * A handle owns one of the `writers` rows of a histogram or counter and adds to it without
 * atomic instructions. One thread uses it; a signal handler that interrupts that thread may
 * use it too. Readers see its counts like all others.
 *
 * A row is never lost: whoever opens it next goes on counting where the last owner
 * stopped. close gives it back. The row of an owner that died without closing is taken
 * over only when a lock that the kernel drops with its owner proves the death
 * (slo_writer_lock); otherwise it stays retired, and is summed like any other.
 *
 * A handle does not survive fork: in the child it is dead. Recording through it there loses
 * nothing, it goes the way of recording without a handle; the child closes it and opens one
 * of its own. (Linux 4.14 and later. Elsewhere, and where memory that is wiped on fork
 * cannot be had, the child must not use it at all.)
 */
#ifndef SLO_WRITER_H
#define SLO_WRITER_H


SLO_BEGIN

/*
 * A lock for each row that the kernel drops when its holder dies: an fcntl record lock on
 * byte `slot` of a file, say (docs/examples/writer_lock.c).
 *   acquire  1: this process holds it now, whether or not it did before; 0: another living one
 *            does. Never waits. May be called again while it is held.
 *   release  gives it up
 *   context  handed to both; lives as long as any handle opened with it
 * A forked child must not inherit it: fcntl's F_SETLK is right, flock and open file description
 * locks are not, unless the file is opened anew in each process.
 * All openers of an object pass equivalent locks, or none does: rows opened without a lock
 * are never taken over.
 */
typedef struct slo_writer_lock {
  int32_t (*acquire)(void *context, uint32_t slot);
  void (*release)(void *context, uint32_t slot);
  void *context;
} slo_writer_lock;

typedef struct slo_hist_writer slo_hist_writer;
typedef struct slo_counter_writer slo_counter_writer;

/*
 * Opens a free row, or one whose owner is proven dead. lock may be NULL; the struct is copied.
 * SLO_EBUSY: every row has an owner; record without a handle then. SLO_ENOMEM (a page for the
 * handle), SLO_EINVAL. Any thread.
 */
SLO_API slo_status slo_hist_writer_open(slo_hist *hist, const slo_writer_lock *lock,
                                        slo_hist_writer **writer);
SLO_API slo_status slo_counter_writer_open(slo_counter *counter, const slo_writer_lock *lock,
                                           slo_counter_writer **writer);

/* Gives the row back and frees the handle; NULL is allowed. In a forked child it frees the
 * child's copy of the handle and leaves the row to the parent. The object must still exist. */
SLO_API void slo_hist_writer_close(slo_hist_writer *writer);
SLO_API void slo_counter_writer_close(slo_counter_writer *writer);

/* As slo_hist_record and slo_counter_record. The handle's thread only. */
SLO_API void slo_hist_writer_record(slo_hist_writer *writer, int64_t value);
SLO_API void slo_counter_writer_record(slo_counter_writer *writer, slo_outcome outcome);

/* As slo_hist_record_many: n values, NULL only when n is 0. */
SLO_API void slo_hist_writer_record_many(slo_hist_writer *writer, const int64_t *values, size_t n);

/* What slo/inline.h calls for values without a bucket, unknown outcomes and dead handles. The
 * same contract as the two above. */
SLO_API void slo_hist_writer_record_rare(slo_hist_writer *writer, int64_t value);
SLO_API void slo_counter_writer_record_rare(slo_counter_writer *writer, slo_outcome outcome);

SLO_END

#endif

/* ---- include/slo.h ---- */

/*
 * slo.h - libslo: SLI/SLO math inside the process.
 *
 *   record   slo/counter.h    good, bad and excluded events
 *            slo/hist.h       latencies
 *            slo/writer.h     a row of cells of one's own: the price of an increment
 *            slo/snapshot.h   quantiles and thresholds of them
 *            slo/history.h    the same of the last hour, or day
 *   window   slo/window.h     what happened in the last W
 *            slo/tiers.h      how finely, and how far back
 *            slo/calendar.h   days, weeks, months as periods of a budget
 *            slo/recurrence.h maintenance that comes again every week
 *   judge    slo/sli.h        the menu: event -> good, bad, excluded
 *            slo/rule.h       a rule of one's own, as text
 *            slo/objective.h  targets
 *            slo/ledger.h     what was taken out of the count, and why
 *            slo/budget.h     how much unreliability is left
 *            slo/burn.h       how fast it goes
 *            slo/evidence.h   is it real, or chance
 *            slo/tier.h       what an alert looks at
 *            slo/alert.h      should somebody be woken
 *            slo/catalog.h    the tiers the world uses
 *   journey  slo/journey.h    what a user does, and what we promise about it
 *            slo/attempt.h    one user on one journey
 *            slo/definition.h journeys as bytes that everybody reads
 *            slo/lint.h       what is wrong with them
 *            slo/depend.h     what the parts say about the whole
 *            slo/composite.h  one SLO out of several, as others define it
 *   act      slo/target.h     from what was to what may be promised
 *   all      slo/monitor.h    everything above in one block
 *            slo/defined.h    opened from a definition
 *   simulate slo/fault.h      what goes wrong
 *            slo/traffic.h    a service that does not exist
 *            slo/backtest.h   what would these alerts have made of that
 *            slo/gameday.h    rehearse an outage
 *            slo/candidate.h  a target held against the past
 *   base     slo/status.h slo/version.h slo/memory.h slo/counts.h slo/time.h slo/shard.h
 */
#ifndef SLO_H
#define SLO_H


#endif

/* ---- include/slo/inline.h ---- */

#if defined(SLO_WITH_INLINE)

/*
 * slo/inline.h - recording through a handle, inlined (optional; GCC and Clang).
 *
 * For those who build everything from source and count half nanoseconds:
 * slo_hist_writer_record_inline is slo_hist_writer_record without the call. It knows the
 * layout of a handle, so a program that includes this header must be compiled anew for
 * each release of the library; everybody else includes slo/writer.h alone. The names that
 * begin with sloi_ are the library's own.
 */
#ifndef SLO_INLINE_H
#define SLO_INLINE_H


SLO_BEGIN

/* The place of the highest bit of value > 0. */
static inline uint64_t sloi_octave(uint64_t value) {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__LZCNT__)
  /* bsr waits for the old value of its result, which may come from the last event's cell:
   * a zero is always ready */
  uint64_t octave = 0;
  __asm__("bsrq %1, %0" : "+r"(octave) : "r"(value) : "cc");
  return octave;
#elif defined(__GNUC__)
  return 63 - (uint64_t)__builtin_clzll(value);
#else
  uint64_t octave = 0;
  while (value >>= 1) octave++;
  return octave;
#endif
}

/*
 * The bucket of 1 <= value < 2^53; src/record/bucket.h explains it. `table` is of scale 6, the
 * default, as often as not, and shifts by a constant are cheaper.
 */
static inline uint64_t sloi_bucket_at(const uint64_t *table, uint64_t scale, uint64_t octave,
                                      uint64_t leading) {
  return (octave << scale) + ((leading + table[leading >> (51 - scale)]) >> 52);
}

static inline uint64_t sloi_bucket_index(const uint64_t *table, uint64_t scale, uint64_t value) {
  uint64_t octave = sloi_octave(value);
  uint64_t leading = (value << (63 - octave)) >> 11; /* 2^52 + the mantissa */
  return scale == 6 ? sloi_bucket_at(table, 6, octave, leading)
                    : sloi_bucket_at(table, scale, octave, leading);
}

/*
 * An add by the only writer of a cell. One instruction on x86-64, so that a signal handler of
 * the same thread cannot come in between; elsewhere an atomic add, which is as safe, and
 * under ThreadSanitizer too, which sees no assembly.
 */
#if defined(__GNUC__) /* where uint64_t is aligned to 4, cells still are to 8 */
typedef uint64_t sloi_word __attribute__((aligned(8), may_alias));
#else
typedef uint64_t sloi_word;
#endif

static inline void sloi_add_owned(uint64_t *cell, uint64_t n) {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SLOI_SEEN_BY_TSAN 1
#endif
#endif
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_THREAD__) && \
    !defined(SLOI_SEEN_BY_TSAN)
  __asm__ volatile("addq %1, %0" : "+m"(*cell) : "er"(n) : "cc");
#else
  (void)__atomic_fetch_add((sloi_word *)(void *)cell, n, __ATOMIC_RELAXED);
#endif
}

/* What a record needs, on one line; all zero in a forked child. */
struct slo_hist_writer {
  uint64_t low;    /* values low .. low + range - 1 have buckets */
  uint64_t range;  /* 0: the handle is dead */
  uint64_t *cells; /* of bucket number 0, wherever that would be */
  const uint64_t *table;
  uint64_t *row; /* [0] sum, [5] the first interval */
  const uint64_t *thresholds;
  uint64_t intervals; /* thresholds + 1, or 0 */
  uint64_t scale;
};

/* As slo_hist_writer_record. */
static inline void slo_hist_writer_record_inline(slo_hist_writer *writer, int64_t value) {
  uint64_t v = (uint64_t)value;
  uint64_t *row = writer->row;
  if (v - writer->low >= writer->range) {
    slo_hist_writer_record_rare(writer, value);
    return;
  }
  uint64_t *cell = writer->cells + sloi_bucket_index(writer->table, writer->scale, v);
  if (writer->intervals != 0) {
    const uint64_t *thresholds = writer->thresholds;
    uint64_t above = value > (int64_t)thresholds[0];
    if (writer->intervals > 2) {
      for (uint64_t i = 2; i < writer->intervals; i++) above += value > (int64_t)thresholds[i - 1];
    }
    sloi_add_owned(row + 5 + above, 1);
  }
  sloi_add_owned(cell, 1);
  sloi_add_owned(row, v);
}

/* All zero in a forked child. */
struct slo_counter_writer {
  uint64_t *cells;
  uint64_t outcomes; /* 3; 0: the handle is dead */
};

/* As slo_counter_writer_record. */
static inline void slo_counter_writer_record_inline(slo_counter_writer *writer,
                                                    slo_outcome outcome) {
  uint64_t cell = (uint32_t)outcome;
  if (cell >= writer->outcomes) {
    slo_counter_writer_record_rare(writer, outcome);
    return;
  }
  sloi_add_owned(writer->cells + cell, 1);
}

SLO_END

#endif

#endif
