#include "monitor/monitor.h"

#include "base/fail.h"
#include "judge/alert.h"
#include "window/window.h"

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

slo_counter *slo_monitor_counter(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor)) return NULL;
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

/* ---- ticking and reading ---- */

static slo_counter_tally monitor_tally(const slo_monitor *m, uint64_t sli) {
  const sloi_monitor_sli *s = &m->sli[sli];
  slo_counter_tally tally = {0};
  tally.struct_size = (uint32_t)sizeof tally;
  (void)slo_counter_read(monitor_at_const(m, s->counter_at), &tally);
  if (s->with_threshold) {
    int64_t threshold;
    uint64_t within = 0, beyond = 0;
    (void)slo_hist_threshold(monitor_at_const(m, s->hist_at), (uint32_t)s->threshold, &threshold,
                             &within, &beyond);
    tally.counts.good += within;
    tally.counts.bad += beyond;
  }
  return tally;
}

slo_status slo_monitor_tick(slo_monitor *monitor, int64_t now_ns, uint32_t flags) {
  if (monitor == NULL || (flags & ~(uint32_t)(SLO_PUSH_UNMEASURED | SLO_PUSH_REBASE)) != 0) {
    return SLO_EINVAL;
  }
  slo_status first = SLO_OK;
  for (uint64_t i = 0; i < monitor->sli_count; i++) {
    slo_counter_tally tally = monitor_tally(monitor, i);
    slo_status status = slo_window_push(monitor_at(monitor, monitor->sli[i].window_at), now_ns,
                                        &tally.counts, flags);
    if (first == SLO_OK) first = status;
  }
  /* Whether a step is due is read off the two states, not remembered from above: so one that
   * a killed tick still owes is made up for. */
  for (uint64_t i = 0; i < monitor->slo_count; i++) {
    sloi_monitor_slo *s = &sloi_monitor_slos(monitor)[i];
    slo_alert *alert = monitor_at(monitor, s->alert_at);
    const slo_window *window = monitor_at_const(monitor, monitor->sli[s->sli].window_at);
    if (!sloi_alert_due(alert, window)) continue;
    slo_status status = slo_alert_step(alert, window);
    if (first == SLO_OK) first = status;
  }
  return first;
}

slo_status slo_monitor_read(const slo_monitor *monitor, uint32_t slo, slo_standing *standing) {
  if (monitor == NULL || standing == NULL) return SLO_EINVAL;
  if (slo >= monitor->slo_count) return SLO_ERANGE;
  const sloi_monitor_slo *s = &sloi_monitor_slos_const(monitor)[slo];
  const slo_window *window = monitor_at_const(monitor, monitor->sli[s->sli].window_at);
  slo_standing r = {0};
  slo_window_summary summary;
  slo_alert_status alert = {0};
  r.period.struct_size = (uint32_t)sizeof r.period;
  r.budget.struct_size = (uint32_t)sizeof r.budget;
  alert.struct_size = (uint32_t)sizeof alert;
  int64_t period_ns = (int64_t)s->period_ns;
  slo_status status = sloi_window_read(window, &period_ns, 1, &r.period, &summary);
  if (status != SLO_OK) return status;
  slo_counter_tally tally = monitor_tally(monitor, s->sli);
  r.sli = (uint32_t)s->sli;
  r.objective_ppb = s->objective_ppb;
  r.period_ns = period_ns;
  r.at_ns = summary.newest_ns;
  r.total = summary.counts;
  r.late = tally.late;
  r.unknown = tally.unknown;
  slo_status budget = slo_budget_eval(&r.period.counts, s->objective_ppb, &r.budget);
  status = slo_alert_read(monitor_at_const(monitor, s->alert_at), SLO_SEVERITY_PAGE, &alert);
  r.page = alert.state;
  if (status == SLO_OK) {
    status = slo_alert_read(monitor_at_const(monitor, s->alert_at), SLO_SEVERITY_TICKET, &alert);
  }
  r.ticket = alert.state;
  if (status == SLO_OK) status = sloi_sized_write(standing, &r, sizeof r);
  return status != SLO_OK ? status : budget;
}
