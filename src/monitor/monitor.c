#include "monitor/monitor.h"

#include "base/fail.h"
#include "judge/alert.h"
#include "judge/ledger.h"
#include "window/window.h"

enum { MONITOR_LOOKS = 1000, MONITOR_AHEAD = 2 };

uint32_t slo_monitor_sli_count(const slo_monitor *monitor) {
  return monitor == NULL ? 0 : (uint32_t)monitor->sli_count;
}

uint32_t slo_monitor_slo_count(const slo_monitor *monitor) {
  return monitor == NULL ? 0 : (uint32_t)monitor->slo_count;
}

const char *slo_monitor_sli_name(const slo_monitor *monitor, uint32_t sli) {
  return sli < slo_monitor_sli_count(monitor) ? monitor->sli[sli].name : NULL;
}

const char *slo_monitor_slo_name(const slo_monitor *monitor, uint32_t slo) {
  return slo < slo_monitor_slo_count(monitor) ? sloi_monitor_slos_const(monitor)[slo].name : NULL;
}

static void *monitor_at(slo_monitor *m, uint64_t at) {
  return (char *)m + at;
}

static const void *monitor_at_const(const slo_monitor *m, uint64_t at) {
  return (const char *)m + at;
}

const slo_ledger *slo_monitor_ledger(const slo_monitor *monitor) {
  return monitor == NULL ? NULL : monitor_at_const(monitor, monitor->ledger_at);
}

slo_history *slo_monitor_history(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor) || monitor->sli[sli].history_at == 0) return NULL;
  return monitor_at(monitor, monitor->sli[sli].history_at);
}

slo_counter *slo_monitor_counter(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor) || sloi_monitor_is_part(monitor, sli)) return NULL;
  return monitor_at(monitor, monitor->sli[sli].counter_at);
}

slo_hist *slo_monitor_hist(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor) || monitor->sli[sli].hist_at == 0) return NULL;
  return monitor_at(monitor, monitor->sli[sli].hist_at);
}

slo_window *slo_monitor_window(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor)) return NULL;
  return monitor_at(monitor, monitor->sli[sli].window_at);
}

slo_alert *slo_monitor_alert(slo_monitor *monitor, uint32_t slo) {
  if (slo >= slo_monitor_slo_count(monitor)) return NULL;
  return monitor_at(monitor, sloi_monitor_slos(monitor)[slo].alert_at);
}

/* ---- periods and pins ---- */

/* The calendar period that a moment lies in. SLO_ERANGE: beyond the starts that were given. */
static slo_status monitor_period(const slo_monitor *m, const sloi_monitor_slo *s, int64_t at_ns,
                                 slo_period *period) {
  if (s->calendar.unit != 0) return slo_calendar_eval(&s->calendar, at_ns, period, NULL);
  return slo_calendar_find(monitor_at_const(m, s->starts_at), (size_t)s->start_count, at_ns,
                           period);
}

static const int64_t *monitor_starts(const slo_monitor *m, const sloi_monitor_slo *s) {
  return monitor_at_const(m, s->starts_at);
}

/* Whose objectives the pins of an SLI serve: its own, or, of a part of a journey, those of the
 * attempts, whose periods and corrections slo_monitor_blame asks about. */
static uint64_t monitor_served(const slo_monitor *m, uint64_t sli) {
  if (m->journey_count == 0) return sli;
  const sloi_monitor_origin *origin = &sloi_monitor_origins(m)[sli];
  if (origin->part == SLOI_MONITOR_NO_PART) return sli;
  return sloi_monitor_journeys(m)[origin->journey].sli;
}

/* A moment after `after`, before which no period of an SLO begins or ends. */
static int64_t monitor_next_start(const slo_monitor *m, const sloi_monitor_slo *s, int64_t after) {
  slo_period period;
  if (monitor_period(m, s, after + 1, &period) == SLO_OK) return period.end_ns;
  if (s->start_count == 0) return after + 1; /* its first one is still to come: look again */
  const int64_t *starts = monitor_starts(m, s);
  return after < starts[0] ? starts[0] : INT64_MAX;
}

/* The same for its corrections: of a part of a journey those of the attempts, too. */
static int64_t monitor_next_correction(const slo_monitor *m, uint64_t sli, int64_t after) {
  const uint64_t of[2] = {sli, monitor_served(m, sli)};
  int64_t edge, next = INT64_MAX;
  for (int i = 0; i < 1 + (of[0] != of[1]); i++) {
    if (slo_ledger_edge(slo_monitor_ledger(m), (uint32_t)of[i], after, &edge) != SLO_OK) continue;
    if (edge < next) next = edge;
  }
  return next;
}

/* The same for all calendar periods that an SLI serves, and corrections. */
static int64_t monitor_next_edge(const slo_monitor *m, uint64_t sli, int64_t after) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m);
  int64_t next = monitor_next_correction(m, sli, after);
  for (uint64_t i = m->sli[monitor_served(m, sli)].slos; i != 0; i = slos[i - 1].next) {
    if (!sloi_monitor_on_calendar(&slos[i - 1])) continue;
    int64_t edge = monitor_next_start(m, &slos[i - 1], after);
    if (edge < next) next = edge;
  }
  return next;
}

/* The end of the period that follows this one: as long somebody may ask for it. */
static int64_t monitor_period_kept(const slo_monitor *m, const sloi_monitor_slo *s,
                                   const slo_period *period) {
  slo_period next;
  if (period->end_ns == SLO_TIME_MAX_NS) return SLO_TIME_MAX_NS;
  return monitor_period(m, s, period->end_ns + 1, &next) == SLO_OK ? next.end_ns : SLO_TIME_MAX_NS;
}

/* How long the newest reading is kept when the period that now_ns lies in begins with it; -1 when
 * it does not. The end of the last period there is has nothing behind it. */
static int64_t monitor_start_kept(const slo_monitor *m, const sloi_monitor_slo *s, int64_t newest,
                                  int64_t now_ns) {
  slo_period period;
  if (monitor_period(m, s, now_ns, &period) == SLO_OK) {
    return period.start_ns >= newest ? monitor_period_kept(m, s, &period) : -1;
  }
  if (s->start_count == 0) return -1;
  int64_t last = monitor_starts(m, s)[s->start_count - 1];
  return newest <= last && last < now_ns ? SLO_TIME_MAX_NS : -1;
}

/* How long the edge of a correction is kept: as any budget may ask for it. */
static int64_t monitor_edge_kept(const slo_monitor *m, uint64_t sli, int64_t now_ns) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m);
  sli = monitor_served(m, sli);
  int64_t keep = (int64_t)m->sli[sli].keep;
  int64_t until = now_ns < SLO_TIME_MAX_NS - keep ? now_ns + keep : SLO_TIME_MAX_NS;
  slo_period period;
  for (uint64_t i = m->sli[sli].slos; i != 0; i = slos[i - 1].next) {
    const sloi_monitor_slo *s = &slos[i - 1];
    if (!sloi_monitor_on_calendar(s) || monitor_period(m, s, now_ns, &period) != SLO_OK) continue;
    int64_t kept = monitor_period_kept(m, s, &period);
    if (kept > until) until = kept;
  }
  return until;
}

/* A word of a window's state; the owner's own. */
static uint64_t monitor_word(const slo_window *w, size_t offset) {
  return sloi_commit_word(sloi_window_cells_const(w), sloi_window_words(&w->config), offset / 8);
}

/* The time of the newest reading; -1: none yet. */
static int64_t monitor_newest(const slo_window *w) {
  uint64_t mark = monitor_word(w, offsetof(sloi_window_state, newest));
  return mark > (uint64_t)SLO_TIME_MAX_NS ? -1 : (int64_t)mark - 1;
}

static int monitor_is_first(const slo_window *w, int64_t newest) {
  return monitor_word(w, offsetof(sloi_window_state, first)) == (uint64_t)newest;
}

/* 1 when nothing is to be pinned before `to`, as far as that is known without looking. */
static int monitor_quiet(slo_monitor *m, uint64_t sli, const slo_window *w, int64_t to) {
  const sloi_cell *cell = sloi_monitor_edges(m, sli); /* the owner's own */
  return sloi_load_relaxed(&cell[SLOI_MONITOR_HISTORY]) ==
             monitor_word(w, offsetof(sloi_window_state, history)) &&
         (uint64_t)to <= sloi_load_relaxed(&cell[SLOI_MONITOR_QUIET_TO]);
}

static void monitor_forget_edges(slo_monitor *m, uint64_t sli) {
  sloi_store_relaxed(&sloi_monitor_edges(m, sli)[SLOI_MONITOR_HISTORY], 0);
}

/*
 * Before a push: the newest reading is the one to keep for every edge that the push passes. Now it
 * is final, and a tick that was killed behind this does it again. The first one of a history,
 * where its first periods begin, is kept for good. When all pins are in use it is not kept beside
 * the rings, and budgets name the reading that they used.
 */
static void monitor_pin_passed(slo_monitor *m, uint64_t sli, int64_t now_ns, uint32_t flags) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m);
  slo_window *w = monitor_at(m, m->sli[sli].window_at);
  int64_t newest = monitor_newest(w), until = -1;
  if (newest < 0 || now_ns <= newest || now_ns > SLO_TIME_MAX_NS) return;
  if (monitor_quiet(m, sli, w, now_ns)) return;
  uint64_t ahead = (uint64_t)(now_ns - newest);
  if (ahead > sloi_window_jump_max(w, flags) && !(flags & SLO_PUSH_REBASE)) return;
  int first = monitor_is_first(w, newest);
  for (uint64_t i = m->sli[monitor_served(m, sli)].slos; i != 0; i = slos[i - 1].next) {
    if (!sloi_monitor_on_calendar(&slos[i - 1])) continue;
    int64_t kept = first ? SLO_TIME_MAX_NS : monitor_start_kept(m, &slos[i - 1], newest, now_ns);
    if (kept > until) until = kept;
  }
  if (monitor_next_correction(m, sli, newest - 1) < now_ns) {
    int64_t kept = monitor_edge_kept(m, sli, now_ns);
    if (kept > until) until = kept;
  }
  if (until >= 0) (void)slo_window_pin(w, newest, until);
}

/* After a push: when is there something to be pinned? */
static void monitor_look_ahead(slo_monitor *m, uint64_t sli) {
  const slo_window *w = monitor_at_const(m, m->sli[sli].window_at);
  int64_t newest = monitor_newest(w);
  if (monitor_quiet(m, sli, w, newest)) return;
  int64_t next = monitor_is_first(w, newest) ? newest : monitor_next_edge(m, sli, newest - 1);
  sloi_cell *cell = sloi_monitor_edges(m, sli);
  monitor_forget_edges(m, sli); /* killed in between, the two would not fit together */
  sloi_store_relaxed(&cell[SLOI_MONITOR_QUIET_TO], (uint64_t)next);
  sloi_store_relaxed(&cell[SLOI_MONITOR_HISTORY],
                     monitor_word(w, offsetof(sloi_window_state, history)));
}

slo_status slo_monitor_correct(slo_monitor *monitor, const slo_correction *correction,
                               uint32_t *sequence, slo_error *error) {
  slo_correction c;
  if (monitor == NULL) return sloi_fail(error, SLO_EINVAL, 0, "monitor (NULL)");
  if (correction == NULL) return sloi_fail(error, SLO_EINVAL, 0, "correction (NULL)");
  slo_status status = sloi_sized_read(&c, sizeof c, correction, error, "slo_correction");
  if (status != SLO_OK) return status;
  if (c.kind != SLO_CORRECT_VOID && c.sli != SLO_LEDGER_ALL && c.sli >= monitor->sli_count) {
    return sloi_fail_range(error, c.sli, 0, (int64_t)monitor->sli_count - 1, "sli");
  }
  status = sloi_ledger_check(slo_monitor_ledger(monitor), &c, error);
  if (status != SLO_OK) return status;
  for (uint64_t i = 0; i < monitor->sli_count && c.kind != SLO_CORRECT_VOID; i++) {
    if (c.sli != i && c.sli != monitor_served(monitor, i) && c.sli != SLO_LEDGER_ALL) continue;
    slo_window *w = monitor_at(monitor, monitor->sli[i].window_at);
    monitor_forget_edges(monitor, i);
    int64_t newest = monitor_newest(w); /* what it passes next is pinned then */
    if (c.from_ns >= newest) continue;
    int64_t until = monitor_edge_kept(monitor, i, newest);
    (void)slo_window_pin(w, c.from_ns, until);
    if (c.to_ns < newest) (void)slo_window_pin(w, c.to_ns, until);
  }
  /* last, so that it is there with its pins or not at all */
  return slo_ledger_append(monitor_at(monitor, monitor->ledger_at), correction, sequence, error);
}

/* ---- ticking and reading ---- */

static slo_counter_tally monitor_tally(const slo_monitor *m, uint64_t sli) {
  const sloi_monitor_sli *s = &m->sli[sli];
  slo_counter_tally tally = {0};
  tally.struct_size = (uint32_t)sizeof tally;
  (void)slo_counter_read(monitor_at_const(m, s->counter_at), &tally);
  if (s->usual_at != 0) {
    slo_counter_tally usual = {0};
    usual.struct_size = (uint32_t)sizeof usual;
    (void)slo_counter_read(monitor_at_const(m, s->usual_at), &usual);
    tally.counts.good += usual.counts.good;
  }
  if (s->threshold != 0) {
    int64_t threshold;
    uint64_t within = 0, beyond = 0;
    (void)slo_hist_threshold(monitor_at_const(m, s->hist_at), (uint32_t)s->threshold - 1,
                             &threshold, &within, &beyond);
    tally.counts.good += within;
    tally.counts.bad += beyond;
  }
  return tally;
}

/* Takes the reading of one SLI, and keeps what it passes. */
static slo_status monitor_push(slo_monitor *m, uint64_t sli, int64_t now_ns, uint32_t flags) {
  const sloi_monitor_sli *s = &m->sli[sli];
  slo_counter_tally tally = monitor_tally(m, sli);
  monitor_pin_passed(m, sli, now_ns, flags);
  slo_status status = slo_window_push(monitor_at(m, s->window_at), now_ns, &tally.counts, flags);
  if (status != SLO_OK) return status;
  monitor_look_ahead(m, sli);
  if (s->history_at == 0) return SLO_OK;
  return slo_history_push(monitor_at(m, s->history_at), now_ns, monitor_at_const(m, s->hist_at),
                          flags & SLO_PUSH_REBASE ? SLO_HISTORY_REBASE : 0);
}

/* Steps the alerts of one SLI that are due. Whether one is due is read off the two states, not
 * remembered: so a step that a killed tick still owes is made up for. */
static slo_status monitor_judge(slo_monitor *m, uint64_t sli) {
  const slo_window *window = monitor_at_const(m, m->sli[sli].window_at);
  const sloi_monitor_slo *slos = sloi_monitor_slos(m);
  slo_status first = SLO_OK;
  for (uint64_t i = m->sli[sli].slos; i != 0; i = slos[i - 1].next) {
    slo_alert *alert = monitor_at(m, slos[i - 1].alert_at);
    if (!sloi_alert_due(alert, window)) continue;
    slo_status status = slo_alert_step(alert, window, slo_monitor_ledger(m), (uint32_t)sli);
    if (first == SLO_OK) first = status;
  }
  return first;
}

/* Many SLIs do not fit into any cache: while one is ticked, what the next ones begin with is on
 * its way. */
static void monitor_fetch(const slo_monitor *m, uint64_t sli) {
  enum { COUNTER_LINES = 6 };
  if (sli >= m->sli_count) return;
  const sloi_monitor_sli *s = &m->sli[sli];
  sloi_fetch(monitor_at_const(m, s->counter_at), COUNTER_LINES);
  sloi_window_fetch(monitor_at_const(m, s->window_at));
  if (s->slos != 0) {
    sloi_alert_fetch(monitor_at_const(m, sloi_monitor_slos_const(m)[s->slos - 1].alert_at));
  }
}

slo_status slo_monitor_tick(slo_monitor *monitor, int64_t now_ns, uint32_t flags) {
  if (monitor == NULL || (flags & ~(uint32_t)(SLO_PUSH_UNMEASURED | SLO_PUSH_REBASE)) != 0) {
    return SLO_EINVAL;
  }
  slo_status first = SLO_OK;
  for (uint64_t i = 0; i < monitor->sli_count; i++) {
    monitor_fetch(monitor, i + MONITOR_AHEAD);
    slo_status status = monitor_push(monitor, i, now_ns, flags);
    if (first == SLO_OK) first = status;
    status = monitor_judge(monitor, i);
    if (first == SLO_OK) first = status;
  }
  return first;
}

/* The budget of an SLO whose window was last pushed to at at_ns. */
static slo_status monitor_budget(const slo_monitor *m, const sloi_monitor_slo *s, int64_t at_ns,
                                 slo_budget_config *b, slo_period *period) {
  memset(b, 0, sizeof *b);
  b->struct_size = (uint32_t)sizeof *b;
  b->method = (uint32_t)s->method;
  b->objective_ppb = s->objective_ppb;
  b->ledger = slo_monitor_ledger(m);
  b->sli = (uint32_t)s->sli;
  if (!sloi_monitor_on_calendar(s)) {
    b->period_ns = (int64_t)s->period_ns;
    period->start_ns = at_ns - b->period_ns;
    period->end_ns = at_ns;
    return SLO_OK;
  }
  slo_status status = monitor_period(m, s, at_ns, period);
  b->start_ns = period->start_ns;
  b->end_ns = period->end_ns;
  return status;
}

static slo_status monitor_now(const slo_monitor *m, const sloi_monitor_slo *s,
                              slo_window_summary *now) {
  memset(now, 0, sizeof *now);
  now->struct_size = (uint32_t)sizeof *now;
  return slo_window_summarize(monitor_at_const(m, m->sli[s->sli].window_at), now);
}

slo_status slo_monitor_budget(const slo_monitor *monitor, uint32_t slo, slo_budget_config *budget) {
  slo_budget_config b;
  slo_window_summary now;
  slo_period period = {0, 0};
  if (monitor == NULL || budget == NULL) return SLO_EINVAL;
  if (slo >= monitor->slo_count) return SLO_ERANGE;
  const sloi_monitor_slo *s = &sloi_monitor_slos_const(monitor)[slo];
  slo_status status = monitor_now(monitor, s, &now);
  if (status == SLO_OK) status = monitor_budget(monitor, s, now.newest_ns, &b, &period);
  return status == SLO_OK ? sloi_sized_write(budget, &b, sizeof b) : status;
}

slo_status slo_monitor_read(const slo_monitor *monitor, uint32_t slo, slo_standing *standing) {
  if (monitor == NULL || standing == NULL) return SLO_EINVAL;
  if (slo >= monitor->slo_count) return SLO_ERANGE;
  const sloi_monitor_slo *s = &sloi_monitor_slos_const(monitor)[slo];
  const slo_window *window = monitor_at_const(monitor, monitor->sli[s->sli].window_at);
  slo_standing r = {0};
  slo_window_summary now;
  slo_budget_config b;
  slo_alert_status alert = {0};
  alert.struct_size = (uint32_t)sizeof alert;
  slo_status status, budget = SLO_OK;
  uint64_t sequence;
  int looks = 0;
  do { /* until nobody has ticked in between; a budget with many corrections may never see that */
    sequence = sloi_window_sequence(window);
    status = monitor_now(monitor, s, &now);
    if (status == SLO_OK) status = monitor_budget(monitor, s, now.newest_ns, &b, &r.period);
    if (status != SLO_OK) return status;
    r.budget.struct_size = (uint32_t)sizeof r.budget;
    budget = slo_budget_read(window, &b, &r.budget);
    if (budget != SLO_OK && budget != SLO_ENODATA) return budget;
  } while (sloi_window_sequence(window) != sequence && ++looks < MONITOR_LOOKS);
  slo_counter_tally tally = monitor_tally(monitor, s->sli);
  r.sli = (uint32_t)s->sli;
  r.objective_ppb = s->objective_ppb;
  r.period_ns = (int64_t)s->period_ns;
  r.at_ns = now.newest_ns;
  r.total = now.counts;
  r.late = tally.late;
  r.unknown = tally.unknown;
  status = slo_alert_read(monitor_at_const(monitor, s->alert_at), SLO_SEVERITY_PAGE, &alert);
  r.page = alert.state;
  if (status == SLO_OK) {
    status = slo_alert_read(monitor_at_const(monitor, s->alert_at), SLO_SEVERITY_TICKET, &alert);
  }
  r.ticket = alert.state;
  if (status == SLO_OK) status = sloi_sized_write(standing, &r, sizeof r);
  return status != SLO_OK ? status : budget;
}
