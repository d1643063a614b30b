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

#include "slo/monitor.h"
#include "slo/traffic.h"

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
