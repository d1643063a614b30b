/*
 * slo_replay - what would your SLOs have said about this log?
 *
 * Reads an access log, replays it in virtual time through libslo and prints the error
 * budget, the burn rates and the pages and tickets that would have fired. Lines are parsed in
 * slo_replay_input.c, options in slo_replay_options.c, and slo_replay_report.c prints; every
 * count, window, budget and alert is libslo's.
 *
 * The core never reorders, so a log whose lines step back a little is held here: each
 * whole step has a counter of its own until the newest line is --slack past it; then its
 * counts go to the monitor, and the monitor is ticked. What comes later still is counted in
 * the oldest step that is open, and as late.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <slo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "slo_replay_input.h"
#include "slo_replay_options.h"
#include "slo_replay_report.h"

enum { SLOS_MAX = 2 };

static const int64_t ALERT_SPAN_NS = 3 * SLO_DAY_NS;      /* the longest alert window */
static const int64_t CATALOG_PERIOD_NS = 30 * SLO_DAY_NS; /* `alerts` is always this workbook */
static const uint32_t QUANTILES_PPB[REPORT_QUANTILES] = {500000000, 900000000, 950000000, 990000000,
                                                         999000000};

typedef struct replay {
  const options *o;
  slo_monitor *monitor;
  slo_rule rule[SLOS_MAX];
  uint32_t slos;
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  uint32_t tier_count;
  /* the open slices: slice n ends at n * step_ns; its counters are in row n % rows */
  slo_counter **slice;
  int64_t *slice_number; /* whose events a row holds; -1: none */
  size_t rows;
  int64_t next;     /* the first slice not closed yet */
  int64_t occupied; /* the newest slice that held an event when it was closed */
  int64_t newest_ns, first_ns;
  int started, any;
  int counts; /* the input says itself what is bad */
  /* what is collected on the way */
  size_t next_moment;
  report_slo *report;
  uint64_t cursor[REPORT_RULES][SLOS_MAX];
  slo_transition began[REPORT_RULES][SLOS_MAX][SLO_SEVERITIES];
} replay;

/* ---- setting up ---- */

static slo_status replay_monitor(replay *r, slo_error *error) {
  const options *o = r->o;
  /* Exact: a reading at every step for the longest alert window; coarser beyond, for the budget. */
  slo_window_tier tiers[2] = {{o->step_ns, ALERT_SPAN_NS}, {o->step_ns, ALERT_SPAN_NS}};
  slo_window_config window = SLO_SIZED(slo_window_config);
  window.tiers = tiers;
  window.tier_count = 1;
  window.jump_max_ns = SLO_TIME_MAX_NS; /* the input's clock is checked where it is read */
  if (o->window_ns > ALERT_SPAN_NS) {
    int64_t grid = o->window_ns / 720 / o->step_ns * o->step_ns; /* 0.14 % of the period */
    tiers[1].step_ns = grid > o->step_ns ? grid : 2 * o->step_ns;
    tiers[1].span_ns = o->window_ns;
    window.tier_count = 2;
  }

  slo_hist_config latency = SLO_SIZED(slo_hist_config);
  latency.scale = 8;
  latency.lowest = 1;
  latency.highest = SLO_HIST_VALUE_MAX;
  latency.shards = 1;
  latency.thresholds = &o->threshold_ns;
  latency.threshold_count = o->threshold_ns > 0;

  slo_monitor_sli sli[SLOS_MAX] = {SLO_SIZED(slo_monitor_sli), SLO_SIZED(slo_monitor_sli)};
  slo_monitor_slo slo[REPORT_RULES * SLOS_MAX];
  slo_alert_config plain = SLO_SIZED(slo_alert_config), gated = SLO_SIZED(slo_alert_config);
  plain.gate[SLO_SEVERITY_PAGE].kind = plain.gate[SLO_SEVERITY_TICKET].kind = SLO_GATE_NONE;
  memset(slo, 0, sizeof slo);
  static const char *const names[SLOS_MAX] = {"availability", "latency"};
  for (uint32_t i = 0; i < r->slos; i++) {
    sli[i].name = names[i];
    sli[i].shards = 1;
    if (o->method != SLO_METHOD_OCCURRENCES) {
      sli[i].slice_ns = o->slice_ns;
      sli[i].slice_objective_ppb = o->objective_ppb;
    }
  }
  for (uint32_t i = 0; i < REPORT_RULES * r->slos; i++) { /* all plain ones, then all gated ones */
    slo[i].struct_size = sizeof slo[i];
    slo[i].sli = i % r->slos;
    slo[i].name = names[slo[i].sli];
    slo[i].alert = i < r->slos ? &plain : &gated;
    slo[i].objective_ppb = o->objective_ppb;
    slo[i].period_ns = o->window_ns;
    slo[i].tiers = r->tiers;
    slo[i].tier_count = r->tier_count;
    slo[i].method = o->method;
    slo[i].calendar.unit = o->calendar;
  }
  sli[0].latency = &latency;

  slo_monitor_config config = SLO_SIZED(slo_monitor_config);
  config.slis = sli;
  config.sli_count = r->slos;
  config.slos = slo;
  config.slo_count = REPORT_RULES * r->slos;
  config.window = &window;
  slo_status status = slo_monitor_create(&config, NULL, &r->monitor, error);
  for (uint32_t i = 0; i < o->removals && status == SLO_OK; i++) {
    status = slo_monitor_correct(r->monitor, &o->removed[i], NULL, error);
  }
  return status;
}

static slo_status replay_slices(replay *r) {
  slo_counter_config config = SLO_SIZED(slo_counter_config);
  config.shards = 1;
  r->rows = (size_t)(r->o->slack_ns / r->o->step_ns) + 3;
  r->slice = calloc(r->rows * r->slos, sizeof(slo_counter *));
  r->slice_number = malloc(r->rows * sizeof *r->slice_number);
  if (r->slice == NULL || r->slice_number == NULL) return SLO_ENOMEM;
  for (size_t i = 0; i < r->rows; i++) r->slice_number[i] = -1;
  for (size_t i = 0; i < r->rows * r->slos; i++) {
    slo_status status = slo_counter_create(&config, NULL, &r->slice[i], NULL);
    if (status != SLO_OK) return status;
  }
  return SLO_OK;
}

static slo_status replay_open(replay *r, const options *o, report_slo *report, slo_error *error) {
  slo_status status;
  char rule[64];
  memset(r, 0, sizeof *r);
  r->o = o;
  r->report = report;
  r->slos = o->threshold_ns > 0 ? 2 : 1;
  for (uint32_t i = 0; i < r->slos; i++) r->rule[i].struct_size = sizeof r->rule[i];
  status = slo_rule_parse(o->bad, &r->rule[0], error);
  if (status != SLO_OK) return status;
  if (r->slos > 1) {
    (void)snprintf(rule, sizeof rule, "latency>%" PRId64 "ns", o->threshold_ns);
    status = slo_rule_parse(rule, &r->rule[1], error);
    if (status != SLO_OK) return status;
  }
  status = slo_catalog_tiers(SLO_CATALOG_WORKBOOK, CATALOG_PERIOD_NS, r->tiers, SLO_ALERT_TIERS_MAX,
                             &r->tier_count, error);
  if (status == SLO_OK) status = replay_monitor(r, error);
  if (status == SLO_OK) status = replay_slices(r);
  for (uint32_t i = 0; i < r->slos && status == SLO_OK; i++) {
    report[i].moment = calloc(o->moments + 1, sizeof *report[i].moment);
    if (report[i].moment == NULL) status = SLO_ENOMEM;
  }
  return status;
}

static void replay_close(replay *r) {
  for (size_t i = 0; r->slice != NULL && i < r->rows * r->slos; i++) {
    slo_counter_destroy(r->slice[i]);
  }
  free(r->slice);
  free(r->slice_number);
  slo_monitor_destroy(r->monitor);
  for (uint32_t i = 0; i < r->slos; i++) {
    free(r->report[i].moment);
    for (int k = 0; k < REPORT_RULES; k++) free(r->report[i].alerts[k].alert);
  }
}

/* ---- what the library says along the way ---- */

static slo_status look_at_windows(replay *r, uint32_t slo, int64_t at_ns, report_moment *m) {
  m->at_ns = at_ns;
  m->delta[0].struct_size = sizeof m->delta[0];
  slo_status status =
      slo_window_read(slo_monitor_window(r->monitor, slo), REPORT_SPANS_NS, REPORT_SPANS, m->delta);
  for (int i = 0; i < REPORT_SPANS && status == SLO_OK; i++) { /* as alerts see them */
    status = slo_ledger_correct(slo_monitor_ledger(r->monitor), slo,
                                slo_monitor_window(r->monitor, slo), &m->delta[i], NULL);
  }
  if (status == SLO_ENODATA) { /* before the first step: nothing happened, nothing measured */
    memset(m->delta, 0, sizeof m->delta);
    status = SLO_OK;
  }
  for (int i = 0; i < REPORT_SPANS && status == SLO_OK; i++) {
    m->burn_known[i] =
        slo_burn_eval(&m->delta[i].counts, r->o->objective_ppb, &m->burn_ppm[i]) == SLO_OK;
  }
  return status;
}

/* The moments asked for at or before at_ns, as the windows stand now. */
static slo_status look_at_moments(replay *r, int64_t at_ns) {
  for (; r->next_moment < r->o->moments && r->o->at_ns[r->next_moment] <= at_ns; r->next_moment++) {
    for (uint32_t i = 0; i < r->slos; i++) {
      slo_status status =
          look_at_windows(r, i, r->o->at_ns[r->next_moment], &r->report[i].moment[r->next_moment]);
      if (status != SLO_OK) return status;
      r->report[i].moments = r->next_moment + 1;
    }
  }
  return SLO_OK;
}

static slo_status add_alert(report_alerts *all, const report_alert *a) {
  if (all->count == all->room) {
    size_t room = 2 * all->room + 16;
    report_alert *more = realloc(all->alert, room * sizeof *more);
    if (more == NULL) return SLO_ENOMEM;
    all->alert = more;
    all->room = room;
  }
  all->alert[all->count++] = *a;
  return SLO_OK;
}

static const slo_alert *alert_of(const replay *r, int rule, uint32_t slo) {
  return slo_monitor_alert(r->monitor, (uint32_t)rule * r->slos + slo);
}

/* Transitions since the last step: a run of firing steps ends with the one out of firing. */
static slo_status look_at_alerts(replay *r, int rule, uint32_t slo) {
  slo_transition t = SLO_SIZED(slo_transition);
  slo_status status;
  while ((status = slo_alert_next(alert_of(r, rule, slo), &r->cursor[rule][slo], &t)) == SLO_OK) {
    slo_transition *began = &r->began[rule][slo][t.severity];
    if (t.to == SLO_ALERT_FIRING) *began = t;
    if (t.from != SLO_ALERT_FIRING) continue;
    report_alert a = {t.severity, t.since_ns, t.last_ns, t.tiers, 0, *began, t.evidence_ppb};
    status = add_alert(&r->report[slo].alerts[rule], &a);
    if (status != SLO_OK) return status;
  }
  return status == SLO_ENODATA ? SLO_OK : status;
}

static slo_status look_at_firing(replay *r, int rule, uint32_t slo) {
  for (uint32_t severity = 0; severity < SLO_SEVERITIES; severity++) {
    slo_alert_status now = SLO_SIZED(slo_alert_status);
    slo_status status = slo_alert_read(alert_of(r, rule, slo), severity, &now);
    if (status == SLO_OK && now.state == SLO_ALERT_FIRING) {
      report_alert a = {severity,
                        now.since_ns,
                        now.last_ns,
                        now.tiers_fired,
                        1,
                        r->began[rule][slo][severity],
                        now.evidence_ppb};
      status = add_alert(&r->report[slo].alerts[rule], &a);
    }
    if (status != SLO_OK) return status;
  }
  return SLO_OK;
}

/* ---- virtual time ---- */

/* Gives the counts of a slice to the monitor and its counters back to the next one. */
static slo_status hand_over(replay *r, int64_t number) {
  size_t row = (size_t)number % r->rows;
  slo_counter_config config = SLO_SIZED(slo_counter_config);
  config.shards = 1;
  if (r->slice_number[row] != number) return SLO_OK;
  r->slice_number[row] = -1;
  r->occupied = number;
  for (uint32_t i = 0; i < r->slos; i++) {
    slo_counter *slice = r->slice[row * r->slos + i];
    slo_counter *total = slo_monitor_counter(r->monitor, i);
    slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
    size_t size;
    slo_status status = slo_counter_read(slice, &tally);
    if (status != SLO_OK) return status;
    slo_counter_record_many(total, &tally.counts);
    slo_counter_record_late(total, tally.late);
    status = slo_counter_footprint(&config, &size, NULL);
    if (status == SLO_OK) status = slo_counter_init(slice, size, &config, &slice, NULL);
    if (status != SLO_OK) return status;
  }
  return SLO_OK;
}

static slo_status tick(replay *r, int64_t now_ns, uint32_t flags) {
  slo_status status = look_at_moments(r, now_ns - 1);
  if (status == SLO_OK) status = slo_monitor_tick(r->monitor, now_ns, flags);
  for (uint32_t i = 0; i < REPORT_RULES * r->slos && status == SLO_OK; i++) {
    status = look_at_alerts(r, (int)(i / r->slos), i % r->slos);
  }
  if (status == SLO_OK) status = look_at_moments(r, now_ns);
  return status;
}

/* The next slice from `next` on that holds an event, or `until`. */
static int64_t next_occupied(const replay *r, int64_t until) {
  int64_t to = until;
  for (size_t i = 0; i < r->rows; i++) {
    if (r->slice_number[i] >= r->next && r->slice_number[i] < to) to = r->slice_number[i];
  }
  return to;
}

/* Nothing can change while every window of every alert is empty: such a stretch is one step. */
static int64_t skip_silence(const replay *r, int64_t until) {
  int64_t silent = ALERT_SPAN_NS / r->o->step_ns + 2;
  if (r->next - r->occupied < silent) return r->next;
  int64_t to = next_occupied(r, until);
  if (r->next_moment < r->o->moments) {
    int64_t asked = r->o->at_ns[r->next_moment] / r->o->step_ns;
    if (asked < to) to = asked;
  }
  return to > r->next ? to - 1 : r->next;
}

/* A pause that is longer than any the log may have is time that nobody measured: one step. */
static slo_status pass_hole(replay *r, int64_t until) {
  int64_t to = next_occupied(r, until);
  if (r->o->hole_ns == 0 || (to - 1 - r->occupied) * r->o->step_ns <= r->o->hole_ns ||
      to == r->next) {
    return SLO_OK;
  }
  r->next = to;
  return tick(r, (to - 1) * r->o->step_ns, SLO_PUSH_UNMEASURED);
}

/* Closes every slice before `until`. */
static slo_status close_slices(replay *r, int64_t until) {
  slo_status status = SLO_OK;
  if (!r->started && r->next < until) {
    r->started = 1;
    r->occupied = r->next;
    status = tick(r, (r->next - 1) * r->o->step_ns, 0);
  }
  for (; r->next < until && status == SLO_OK; r->next++) {
    status = pass_hole(r, until);
    if (status != SLO_OK || r->next == until) break;
    r->next = skip_silence(r, until);
    status = hand_over(r, r->next);
    if (status == SLO_OK) status = tick(r, r->next * r->o->step_ns, 0);
  }
  return status;
}

/* The slice an event at time_ns lies in: (n - 1, n] steps; the epoch itself goes to the first. */
static int64_t slice_of(const replay *r, int64_t time_ns) {
  return time_ns == 0 ? 1 : (time_ns - 1) / r->o->step_ns + 1;
}

static slo_status replay_event(replay *r, const input_event *e) {
  int64_t number = slice_of(r, e->time_ns);
  slo_status status = SLO_OK;
  if (!r->any || e->time_ns < r->first_ns) r->first_ns = e->time_ns;
  if (!r->any || e->time_ns > r->newest_ns) r->newest_ns = e->time_ns;
  if (!r->any) r->next = number;
  r->any = 1;
  /* the oldest slice that a line no later than the slack may still fall into */
  int64_t open = r->newest_ns <= r->o->slack_ns ? 1 : slice_of(r, r->newest_ns - r->o->slack_ns);
  int late = number < open;
  if (late) number = open;
  if (!r->started && number < r->next) r->next = number;
  status = close_slices(r, open);
  size_t row = (size_t)number % r->rows;
  r->slice_number[row] = number;
  for (uint32_t i = 0; i < r->slos && status == SLO_OK; i++) {
    slo_counter *slice = r->slice[row * r->slos + i];
    slo_counts counted = e->counts;
    if (counted.good + counted.bad == 0 && e->event.known != 0) {
      slo_counter_record(slice, slo_rule_classify(&r->rule[i], &e->event));
      if (late) slo_counter_record_late(slice, 1);
    } else {
      slo_counter_record_many(slice, &counted);
      if (late) slo_counter_record_late(slice, counted.good + counted.bad);
    }
  }
  if ((e->event.known & SLO_EVENT_LATENCY) != 0) {
    slo_hist_record(slo_monitor_hist(r->monitor, 0), e->event.latency_ns);
  }
  return status;
}

/* The end of the input: the whole steps up to it, then what came after the last of them. */
static slo_status replay_end(replay *r) {
  slo_status status = SLO_OK;
  if (!r->any) return look_at_moments(r, SLO_TIME_MAX_NS);
  int64_t last = r->newest_ns / r->o->step_ns;
  status = close_slices(r, last + 1);
  for (uint32_t i = 0; i < r->slos && status == SLO_OK; i++) {
    for (int k = 0; k < REPORT_RULES && status == SLO_OK; k++) status = look_at_firing(r, k, i);
    /* "now" is the last whole step: its windows are exact */
    if (status == SLO_OK) {
      status = look_at_windows(r, i, last * r->o->step_ns, &r->report[i].now);
    }
  }
  if (!r->started && status == SLO_OK) status = tick(r, (r->next - 1) * r->o->step_ns, 0);
  for (; r->next <= last + 1 && status == SLO_OK; r->next++) status = hand_over(r, r->next);
  if (status == SLO_OK) status = slo_monitor_tick(r->monitor, r->newest_ns, 0);
  return status;
}

/* ---- the report ---- */

static void report_budget(replay *r, uint32_t i, report_slo *s) {
  const slo_window *window = slo_monitor_window(r->monitor, i);
  slo_budget_config budget = SLO_SIZED(slo_budget_config);
  if (slo_monitor_budget(r->monitor, i, &budget) != SLO_OK) return;
  s->forecast.struct_size = sizeof s->forecast;
  s->forecast_known = slo_budget_forecast(window, &budget, REPORT_SPANS_NS[REPORT_PACE],
                                          r->o->window_ns, &s->forecast) == SLO_OK;
  if (slo_budget_burndown(window, &budget, REPORT_POINTS, s->point) == SLO_OK) {
    s->points = REPORT_POINTS;
  }
  (void)slo_budget_explain(window, &budget, s->explanation, sizeof s->explanation, NULL);
}

/* What the gated alerts could see at the traffic there was, and how soon. */
static void report_sights(const replay *r, report_slo *s) {
  static const uint64_t errors_ppb[REPORT_SIGHTS] = {1000000000, 100000000, 20000000, 10000000};
  const slo_budget *b = &s->standing.budget;
  slo_alert_config config = SLO_SIZED(slo_alert_config);
  uint64_t valid = b->counts.good + b->counts.bad;
  uint64_t minutes = (uint64_t)(b->measured_ns / SLO_MINUTE_NS);
  s->requests_per_hour = minutes > 0 ? valid * 60 / minutes : 0;
  config.tiers = r->tiers;
  config.tier_count = r->tier_count;
  config.objective_ppb = r->o->objective_ppb;
  config.slot_ns = r->o->step_ns;
  for (int i = 0; i < REPORT_SIGHTS; i++) {
    s->sight[i].error_ppb = errors_ppb[i];
    for (uint32_t severity = 0; severity < SLO_SEVERITIES; severity++) {
      int64_t *ns = &s->sight[i].detection_ns[severity];
      if (slo_alert_detection(&config, severity, s->requests_per_hour, errors_ppb[i], ns) !=
          SLO_OK) {
        *ns = -1;
      }
    }
  }
}

static slo_status report_timings(replay *r, report_latency *l) {
  slo_snapshot *snapshot = NULL;
  const slo_hist *hist = slo_monitor_hist(r->monitor, 0);
  l->summary.struct_size = sizeof l->summary;
  slo_status status = slo_snapshot_create(hist, NULL, &snapshot, NULL);
  if (status == SLO_OK) status = slo_snapshot_read(snapshot, hist);
  if (status == SLO_OK) status = slo_snapshot_summarize(snapshot, &l->summary);
  if (status == SLO_OK) {
    status = slo_snapshot_quantiles(snapshot, QUANTILES_PPB, REPORT_QUANTILES, l->quantile_ns);
    l->known = 1;
    /* no threshold was configured: SLO_ERANGE, and the line stays away */
    (void)slo_snapshot_threshold(snapshot, 0, &l->threshold_ns, &l->within, &l->beyond);
  }
  slo_snapshot_destroy(snapshot);
  return status == SLO_ENODATA ? SLO_OK : status;
}

/* In the order in which somebody would have been told. */
static int compare_alerts(const void *a, const void *b) {
  const report_alert *x = a, *y = b;
  if (x->from_ns != y->from_ns) return x->from_ns < y->from_ns ? -1 : 1;
  return (x->severity > y->severity) - (x->severity < y->severity);
}

static slo_status report_slos(replay *r) {
  slo_status status = SLO_OK;
  for (uint32_t i = 0; i < r->slos && status == SLO_OK; i++) {
    report_slo *s = &r->report[i];
    slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
    s->name = slo_monitor_slo_name(r->monitor, i);
    s->rule = i > 0 ? "slower than the threshold" : r->counts ? "as counted" : r->o->bad;
    s->tiers = r->tiers;
    s->tier_count = r->tier_count;
    for (int k = 0; k < REPORT_RULES; k++) {
      report_alerts *a = &s->alerts[k];
      if (a->count > 0) qsort(a->alert, a->count, sizeof a->alert[0], compare_alerts);
    }
    s->first_ns = r->any ? r->first_ns : -1;
    s->last_ns = r->any ? r->newest_ns : -1;
    s->standing.struct_size = sizeof s->standing;
    s->standing.period_ns = r->o->window_ns;
    s->budget.struct_size = sizeof s->budget;
    status = slo_counter_read(slo_monitor_counter(r->monitor, i), &tally);
    if (status != SLO_OK) break;
    s->total = tally.counts;
    s->late = tally.late;
    status = slo_budget_eval(&s->total, r->o->objective_ppb, &s->budget);
    if (status != SLO_OK && status != SLO_ENODATA) break;
    status = slo_monitor_read(r->monitor, i, &s->standing);
    s->standing_known = status == SLO_OK;
    if (status != SLO_OK && status != SLO_ENODATA) break;
    status = SLO_OK;
    if (r->any) report_budget(r, i, s);
    if (s->standing_known) report_sights(r, s);
  }
  if (status == SLO_OK) status = report_timings(r, &r->report[0].latency);
  return status;
}

/* Moments after the input: time goes on, and nobody measures. */
static slo_status replay_moments_after(replay *r) {
  slo_status status = SLO_OK;
  while (r->next_moment < r->o->moments && status == SLO_OK) {
    int64_t at_ns = r->o->at_ns[r->next_moment];
    if (at_ns > r->newest_ns) status = slo_monitor_tick(r->monitor, at_ns, SLO_PUSH_UNMEASURED);
    if (status == SLO_OK) status = look_at_moments(r, at_ns);
  }
  return status;
}

static void progress(const input *in, int *shown) {
  if (in->bytes >> 26 == (uint64_t)*shown || !isatty(STDERR_FILENO)) return;
  *shown = (int)(in->bytes >> 26);
  fprintf(stderr, "\r%" PRIu64 " MiB, %" PRIu64 " lines", in->bytes >> 20, in->lines);
}

static int run(const options *o, input *in) {
  static replay r;
  static report_slo slos[SLOS_MAX];
  slo_error error = SLO_SIZED(slo_error);
  input_event event;
  int shown = 0;
  if (o->threshold_ns > 0 && !input_may_have_latency(in)) {
    fprintf(stderr, "slo_replay: --threshold-ms: the csv has no latency_ns\n");
    return 2;
  }
  if (o->bad_given && input_has_counts(in)) {
    fprintf(stderr, "slo_replay: --bad '%s': the csv says itself what is bad\n", o->bad);
    return 2;
  }
  slo_status status = replay_open(&r, o, slos, &error);
  r.counts = input_has_counts(in);
  while (status == SLO_OK && input_next(in, &event)) {
    status = replay_event(&r, &event);
    progress(in, &shown);
  }
  if (shown > 0) fputc('\n', stderr);
  if (status == SLO_OK) status = replay_end(&r);
  if (status == SLO_OK) status = report_slos(&r);
  if (status == SLO_OK) status = replay_moments_after(&r);
  int code = 0;
  if (status != SLO_OK) {
    fail(status, &error, "replay", NULL);
    code = 1;
  } else if (in->failed) {
    fprintf(stderr, "slo_replay: %s: %s\n", o->path, strerror(in->failed));
    code = 1;
  } else {
    report all = {o->path,     in->lines,  in->unparsed, in->wrong_clock, o->step_ns,
                  o->slack_ns, o->explain, slos,         r.slos};
    if (o->json) {
      report_json(&all);
    } else if (r.any) {
      report_text(&all);
    }
    if (!r.any) {
      fprintf(stderr, "slo_replay: %s: no event in %" PRIu64 " lines (%s expected)\n", o->path,
              in->lines, o->format == INPUT_CSV ? "csv" : "combined log lines");
      code = 1;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
      fprintf(stderr, "slo_replay: standard output: cannot be written\n");
      code = 1;
    }
  }
  replay_close(&r);
  return code;
}

int main(int argc, char **argv) {
  static options o;
  static input in;
  int go = parse_options(argc, argv, &o);
  if (go <= 0) return go == 0 ? 0 : 2;
  int code = input_open(&in, o.path, o.format) == 0 ? run(&o, &in) : 1;
  input_close(&in);
  return code;
}
