#include "sim/backtest.h"

static slo_window *backtest_window(slo_backtest *b) {
  return sloi_backtest_at(b, b->window_at);
}

/* ---- incidents ---- */

static void backtest_detect(sloi_backtest_found *found, int64_t after_ns, uint64_t spent) {
  if (found->detected_ns >= 0) return; /* by an earlier page */
  found->detected_ns = after_ns;
  found->spent = spent;
}

static void backtest_page(slo_backtest *b, sloi_backtest_policy *p, int64_t at_ns) {
  const slo_incident *incidents = sloi_backtest_incidents(b);
  const uint64_t *spent = sloi_backtest_at_const(b, b->spent_at);
  sloi_backtest_found *found = sloi_backtest_at(b, p->found_at);
  uint64_t i = b->due, shift = (uint64_t)((at_ns - b->first_ns - 1) / b->shift_ns);
  p->fired_ns = at_ns;
  p->first = i;
  p->pages++;
  if (shift != p->shift) p->shift_pages = 0;
  p->shift = shift;
  if (++p->shift_pages > p->shift_most) p->shift_most = p->shift_pages;
  if (i < b->incident_count && incidents[i].period.start_ns < at_ns) p->pages_true++;
  for (; i < b->incident_count && incidents[i].period.start_ns < at_ns; i++) {
    backtest_detect(&found[i], at_ns - incidents[i].period.start_ns, spent[i]);
  }
}

/* It has stopped firing: the page was that of all incidents begun since, and of those before whose
 * grace was not over. */
static void backtest_stop(slo_backtest *b, sloi_backtest_policy *p, int64_t at_ns) {
  const slo_incident *incidents = sloi_backtest_incidents(b);
  sloi_backtest_found *found = sloi_backtest_at(b, p->found_at);
  for (uint64_t i = p->first; i < b->incident_count; i++) {
    if (incidents[i].period.start_ns >= at_ns) break;
    found[i].stopped_ns = at_ns;
  }
  p->fired_ns = -1;
}

/* What the slot means for incidents: those that it touches spend, and whose page fires already when
 * they begin are detected. */
static void backtest_incidents(slo_backtest *b, int64_t begin_ns, int64_t end_ns, uint64_t bad) {
  const slo_incident *incidents = sloi_backtest_incidents(b);
  uint64_t *spent = sloi_backtest_at(b, b->spent_at);
  for (uint64_t i = b->due; i < b->incident_count; i++) {
    const slo_period *period = &incidents[i].period;
    if (period->start_ns >= end_ns) break;
    if (period->end_ns > begin_ns) spent[i] += bad;
    for (uint64_t k = 0; k < b->policy_count && period->start_ns >= begin_ns; k++) {
      sloi_backtest_found *found = sloi_backtest_at(b, b->policy[k].found_at);
      if (b->policy[k].fired_ns >= 0) backtest_detect(&found[i], 0, 0);
    }
  }
  while (b->due < b->incident_count && sloi_backtest_until(b, &incidents[b->due]) < end_ns) {
    b->due++;
  }
}

/* ---- steps ---- */

static void backtest_follow(slo_backtest *b, sloi_backtest_policy *p) {
  slo_alert *alert = sloi_backtest_at(b, p->alert_at);
  slo_transition t = SLO_SIZED(slo_transition);
  (void)slo_alert_step(alert, backtest_window(b), NULL, 0);
  while (slo_alert_next(alert, &p->cursor, &t) == SLO_OK) { /* a step makes less than are kept */
    if (t.severity != b->severity || (t.from == SLO_ALERT_FIRING) == (t.to == SLO_ALERT_FIRING)) {
      continue;
    }
    if (t.to == SLO_ALERT_FIRING) {
      backtest_page(b, p, t.at_ns);
    } else {
      backtest_stop(b, p, t.at_ns);
    }
  }
}

slo_status slo_backtest_step(slo_backtest *backtest, int64_t end_ns, const slo_counts *slot) {
  slo_backtest *b = backtest;
  if (b == NULL || slot == NULL) return SLO_EINVAL;
  if (end_ns < 0 || end_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  if (b->slots != 0 && end_ns <= b->newest_ns) return SLO_ERANGE;
  slo_counts total = b->total;
  const uint64_t most = (uint64_t)INT64_MAX;
  if (slot->good > most - total.good - total.bad) return SLO_ERANGE;
  if (slot->bad > most - total.good - total.bad - slot->good) return SLO_ERANGE;
  if (slot->excluded > most - total.excluded) return SLO_ERANGE;
  if (b->slots != 0) {
    total.good += slot->good;
    total.bad += slot->bad;
    total.excluded += slot->excluded;
  }
  slo_status status = slo_window_push(backtest_window(b), end_ns, &total, 0);
  if (status != SLO_OK) return status;
  if (b->slots == 0) {
    b->first_ns = end_ns;
  } else {
    backtest_incidents(b, b->newest_ns, end_ns, slot->bad);
  }
  b->total = total;
  b->newest_ns = end_ns;
  b->slots++;
  for (uint64_t i = 0; i < b->policy_count; i++) backtest_follow(b, &b->policy[i]);
  return SLO_OK;
}

slo_status slo_backtest_restart(slo_backtest *backtest) {
  slo_backtest *b = backtest;
  if (b == NULL) return SLO_EINVAL;
  sloi_backtest_lay_out(b);
  if (b->slots == 0) return SLO_OK;
  (void)slo_window_push(backtest_window(b), b->newest_ns, &b->total, 0);
  for (uint64_t i = 0; i < b->policy_count; i++) {
    sloi_backtest_policy *p = &b->policy[i];
    if (p->fired_ns >= 0) backtest_stop(b, p, b->newest_ns);
    p->cursor = 0;
    backtest_follow(b, p);
  }
  return SLO_OK;
}
