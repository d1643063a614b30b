/* attach.c - is this the block of a monitor? */
#include <string.h>

#include "base/fail.h"
#include "monitor/monitor.h"
#include "record/history.h"
#include "window/window.h"

/* The part expected at *at: it must attach, and moves *at behind it. */
typedef struct attach_cursor {
  char *base;
  uint64_t at;
  uint64_t size;
} attach_cursor;

static slo_status attach_pass(attach_cursor *cursor, uint64_t stored_at, slo_status attached) {
  if (attached != SLO_OK) return attached == SLO_EVERSION ? SLO_EVERSION : SLO_ECORRUPT;
  if (stored_at != cursor->at) return SLO_ECORRUPT;
  const sloi_block *part = (const sloi_block *)(const void *)(cursor->base + cursor->at);
  cursor->at = sloi_round_up(cursor->at + part->size, SLO_ALIGN);
  return SLO_OK;
}

static int attach_terminated(const char *name) {
  return name[0] != '\0' && name[SLO_MONITOR_NAME_MAX] == '\0';
}

static slo_status attach_sli(attach_cursor *cursor, slo_monitor *m, uint64_t i) {
  const sloi_monitor_sli *s = &m->sli[i];
  slo_counter *counter;
  slo_window *window;
  slo_hist *hist = NULL;
  slo_history *history;
  if (!attach_terminated(s->name) || s->with_threshold > 1 || s->slos > m->slo_count ||
      s->keep > 2 * (uint64_t)SLOI_MONITOR_PERIOD_MAX) {
    return SLO_ECORRUPT;
  }
  slo_status status = attach_pass(
      cursor, s->counter_at,
      slo_counter_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &counter));
  if (status != SLO_OK) return status;
  if (s->hist_at == cursor->at) {
    status = attach_pass(
        cursor, s->hist_at,
        slo_hist_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &hist));
    if (status != SLO_OK) return status;
  } else if (s->hist_at != 0) {
    /* shared: it must be the very one of an earlier SLI */
    for (uint64_t j = 0; j < i && hist == NULL; j++) {
      if (m->sli[j].hist_at == s->hist_at) {
        hist = (slo_hist *)(void *)(cursor->base + s->hist_at);
      }
    }
    if (hist == NULL) return SLO_ECORRUPT;
  }
  if (s->history_at != 0) {
    status = attach_pass(cursor, s->history_at,
                         slo_history_attach(cursor->base + cursor->at,
                                            (size_t)(cursor->size - cursor->at), &history));
    if (status != SLO_OK) return status;
    if (hist == NULL || !sloi_history_fits(history, hist)) return SLO_ECORRUPT;
  }
  if (s->with_threshold) {
    int64_t threshold;
    uint64_t within, beyond;
    if (s->threshold > UINT32_MAX || hist == NULL ||
        slo_hist_threshold(hist, (uint32_t)s->threshold, &threshold, &within, &beyond) != SLO_OK) {
      return SLO_ECORRUPT;
    }
  }
  return attach_pass(
      cursor, s->window_at,
      slo_window_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &window));
}

static slo_status attach_starts(attach_cursor *cursor, const sloi_monitor_slo *s) {
  slo_period some;
  if (s->start_count == 0) {
    if (s->starts_at != 0) return SLO_ECORRUPT;
    if (s->calendar.unit == 0) return SLO_OK;
    return slo_calendar_eval(&s->calendar, SLOI_MONITOR_SOME_TIME, &some, NULL) == SLO_OK
               ? SLO_OK
               : SLO_ECORRUPT;
  }
  uint64_t size = s->start_count * sizeof(int64_t);
  if (s->calendar.unit != 0 || s->start_count < 2 || s->start_count > SLO_MONITOR_STARTS_MAX ||
      s->starts_at != cursor->at || size > cursor->size - cursor->at) {
    return SLO_ECORRUPT;
  }
  const int64_t *starts = (const int64_t *)(const void *)(cursor->base + cursor->at);
  for (uint64_t k = 0; k < s->start_count; k++) {
    if (starts[k] < (k == 0 ? 0 : starts[k - 1] + 1) || starts[k] > SLO_TIME_MAX_NS) {
      return SLO_ECORRUPT;
    }
  }
  cursor->at = sloi_round_up(cursor->at + size, SLO_ALIGN);
  return SLO_OK;
}

static slo_status attach_slo(attach_cursor *cursor, const slo_monitor *m, uint64_t i) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m), *s = &slos[i];
  slo_alert *alert;
  if (!attach_terminated(s->name) || s->sli >= m->sli_count ||
      s->objective_ppb < SLO_OBJECTIVE_MIN_PPB || s->objective_ppb > SLO_OBJECTIVE_MAX_PPB ||
      s->period_ns < (uint64_t)SLO_SECOND_NS || s->period_ns > (uint64_t)SLOI_MONITOR_PERIOD_MAX ||
      s->method > SLO_METHOD_RATIO_TIMESLICES || s->next > i ||
      (s->next != 0 && slos[s->next - 1].sli != s->sli)) {
    return SLO_ECORRUPT;
  }
  const slo_window *window =
      (const slo_window *)(const void *)((const char *)m + m->sli[s->sli].window_at);
  if (s->method != SLO_METHOD_OCCURRENCES && window->config.slice == 0) return SLO_ECORRUPT;
  slo_status status = attach_pass(
      cursor, s->alert_at,
      slo_alert_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &alert));
  return status == SLO_OK ? attach_starts(cursor, s) : status;
}

/* Is every SLO in the chain of its SLI? The chains are strictly descending and of one SLI each, as
 * attach_slo saw. */
static slo_status attach_chains(const slo_monitor *m) {
  const sloi_monitor_slo *slos = sloi_monitor_slos_const(m);
  uint64_t count = 0;
  for (uint64_t i = 0; i < m->sli_count; i++) {
    uint64_t at = m->sli[i].slos;
    if (at != 0 && slos[at - 1].sli != i) return SLO_ECORRUPT;
    for (; at != 0; at = slos[at - 1].next) count++;
  }
  return count == m->slo_count ? SLO_OK : SLO_ECORRUPT;
}

slo_status slo_monitor_attach(void *memory, size_t size, slo_monitor **monitor) {
  if (monitor == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, SLOI_MONITOR_MAGIC, SLOI_MONITOR_LAYOUT,
                                       sizeof(slo_monitor) - sizeof(sloi_block));
  if (status != SLO_OK) return status;
  slo_monitor *m = memory;
  if (m->sli_count < 1 || m->sli_count > SLO_MONITOR_SLIS_MAX ||
      m->slo_count > SLO_MONITOR_SLOS_MAX ||
      m->block.config_size != sloi_monitor_front(m->sli_count, m->slo_count) - sizeof(sloi_block)) {
    return SLO_ECORRUPT;
  }
  attach_cursor cursor = {memory, sloi_monitor_front(m->sli_count, m->slo_count), m->block.size};
  slo_ledger *ledger;
  uint64_t edges = sloi_round_up(m->sli_count * SLOI_MONITOR_EDGES * sizeof(sloi_cell), SLO_ALIGN);
  if (m->edges_at != cursor.at || edges > cursor.size - cursor.at) return SLO_ECORRUPT;
  cursor.at += edges;
  status = attach_pass(
      &cursor, m->ledger_at,
      slo_ledger_attach(cursor.base + cursor.at, (size_t)(cursor.size - cursor.at), &ledger));
  for (uint64_t i = 0; i < m->sli_count && status == SLO_OK; i++) {
    status = attach_sli(&cursor, m, i);
  }
  for (uint64_t i = 0; i < m->slo_count && status == SLO_OK; i++) {
    status = attach_slo(&cursor, m, i);
  }
  if (status == SLO_OK) status = attach_chains(m);
  if (status == SLO_OK && cursor.at != m->block.size) status = SLO_ECORRUPT;
  if (status == SLO_OK) *monitor = m;
  return status;
}
