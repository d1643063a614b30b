/* backtest.h - what the block of a back-test holds: backtest_plan.c lays it out, backtest.c moves
 * it on, backtest_read.c adds up. */
#ifndef SLOI_BACKTEST_H
#define SLOI_BACKTEST_H

#include "base/block.h"
#include "slo/backtest.h"

/* Configurations without their tiers, which lie at tiers_at. Offsets are bytes from the block's
 * start. */
typedef struct sloi_backtest_policy {
  slo_alert_config config;
  uint64_t tiers_at;
  uint64_t alert_at;
  uint64_t alert_size;
  uint64_t found_at; /* a sloi_backtest_found of each incident */
  uint64_t cursor;   /* of slo_alert_next */
  int64_t fired_ns;  /* since when it fires; -1: it does not */
  uint64_t first;    /* of the incidents that this page may be of */
  uint64_t pages;
  uint64_t pages_true;
  uint64_t shift; /* the newest with a page, how many, and the most of one */
  uint64_t shift_pages;
  uint64_t shift_most;
} sloi_backtest_policy;

/* What a policy made of an incident. */
typedef struct sloi_backtest_found {
  int64_t detected_ns;         /* after its start; -1: not */
  uint64_t spent;              /* bad events by then */
  int64_t stopped_ns;          /* when its last page did */
  int64_t closed_detection_ns; /* -1: never, or not said */
  int64_t closed_reset_ns;
} sloi_backtest_found;

struct slo_backtest {
  sloi_block block;
  uint64_t policy_count;
  uint64_t incident_count;
  uint64_t severity;
  uint64_t objective_ppb;
  int64_t period_ns;
  int64_t grace_ns;
  int64_t shift_ns;
  slo_window_config window;
  uint64_t window_tiers_at;
  uint64_t window_at;
  uint64_t window_size;
  uint64_t incidents_at;
  uint64_t spent_at; /* uint64_t of each incident: what was bad in it so far */
  /* from here on it changes */
  uint64_t slots;
  int64_t first_ns;
  int64_t newest_ns;
  slo_counts total;
  uint64_t due; /* the first incident whose grace is not over */
  sloi_backtest_policy policy[];
};

static inline void *sloi_backtest_at(slo_backtest *b, uint64_t at) {
  return (char *)b + at;
}

static inline const void *sloi_backtest_at_const(const slo_backtest *b, uint64_t at) {
  return (const char *)b + at;
}

static inline const slo_incident *sloi_backtest_incidents(const slo_backtest *b) {
  return sloi_backtest_at_const(b, b->incidents_at);
}

/* When the last page that is still an incident's may come. */
static inline int64_t sloi_backtest_until(const slo_backtest *b, const slo_incident *incident) {
  int64_t end_ns = incident->period.end_ns;
  return b->grace_ns < SLO_TIME_MAX_NS - end_ns ? end_ns + b->grace_ns : SLO_TIME_MAX_NS;
}

/* Window and alerts as if nothing had happened. */
void sloi_backtest_lay_out(slo_backtest *backtest);

#endif
