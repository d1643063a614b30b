/* attach.c - is this the block of a monitor? */
#include <string.h>

#include "base/fail.h"
#include "judge/objective.h"
#include "monitor/monitor.h"
#include "monitor/plan.h"
#include "record/history.h"
#include "slo/defined.h"
#include "window/window.h"

/* The part expected at *at: it must attach, and moves *at behind it. */
typedef struct attach_cursor {
  char *base;
  uint64_t at;
  uint64_t size;
} attach_cursor;

static char *attach_place(const attach_cursor *cursor) {
  return cursor->base + cursor->at;
}

/* What is left for it: nothing, when rounding led beyond the end. */
static size_t attach_rest(const attach_cursor *cursor) {
  return cursor->at < cursor->size ? (size_t)(cursor->size - cursor->at) : 0;
}

static slo_status attach_pass(attach_cursor *cursor, uint64_t stored_at, slo_status attached) {
  if (attached != SLO_OK) return attached == SLO_EVERSION ? SLO_EVERSION : SLO_ECORRUPT;
  if (stored_at != cursor->at) return SLO_ECORRUPT;
  const sloi_block *part = (const sloi_block *)(const void *)attach_place(cursor);
  cursor->at = sloi_round_up(cursor->at + part->size, SLO_ALIGN);
  return SLO_OK;
}

static int attach_terminated(const char *name) {
  return name[0] != '\0' && name[SLO_MONITOR_NAME_MAX] == '\0';
}

/* The definition, and the journeys it has. */
static slo_status attach_definition(attach_cursor *cursor, const slo_monitor *m) {
  const slo_definition *definition;
  slo_journey *journey;
  slo_journey_config config;
  sloi_journey_source source;
  if (m->journey_count == 0) return m->definition_at == 0 ? SLO_OK : SLO_ECORRUPT;
  slo_status status =
      slo_definition_attach(attach_place(cursor), attach_rest(cursor), &definition, NULL);
  if (status != SLO_OK) return status == SLO_EVERSION ? SLO_EVERSION : SLO_ECORRUPT;
  uint64_t slis, slos;
  sloi_plan_count(definition, &slis, &slos);
  if (m->definition_at != cursor->at ||
      m->definition_print != slo_definition_fingerprint(definition) || slis != m->sli_count ||
      slos != m->slo_count || sloi_definition_journeys(definition) != m->journey_count) {
    return SLO_ECORRUPT;
  }
  cursor->at = sloi_round_up(cursor->at + slo_definition_size(definition), SLO_ALIGN);
  for (uint32_t j = 0; j < m->journey_count; j++) {
    const sloi_monitor_journey *of = &sloi_monitor_journeys(m)[j];
    status = attach_pass(cursor, of->at,
                         slo_journey_attach(attach_place(cursor), attach_rest(cursor), &journey));
    if (status != SLO_OK) return status;
    sloi_definition_journey(definition, j, &config, &source);
    if (of->sli != sloi_plan_attempts(definition, j) ||
        !sloi_journey_fits(journey, &config, &source)) {
      return SLO_ECORRUPT;
    }
  }
  return SLO_OK;
}

/* Does an SLI say what the definition says of it? The counter of a part is the journey's. */
static int attach_sli_defined(const slo_monitor *m, uint64_t i) {
  const sloi_monitor_sli *s = &m->sli[i];
  const sloi_monitor_origin *origin = &sloi_monitor_origins(m)[i];
  sloi_plan_sli plan;
  sloi_plan_sli_at(slo_monitor_definition(m), i, &plan);
  if (strcmp(s->name, plan.name) != 0 || memcmp(origin, &plan.origin, sizeof *origin) != 0 ||
      (s->threshold != 0) != plan.sli.with_threshold ||
      (s->hist_at != 0) != (plan.sli.latency != NULL)) {
    return 0;
  }
  if (origin->part == SLOI_MONITOR_NO_PART) return s->usual_at == 0;
  uint64_t at = sloi_monitor_journeys(m)[origin->journey].at, usual = 0;
  const slo_journey *journey = (const slo_journey *)(const void *)((const char *)m + at);
  if (sloi_journey_on_usual(journey, origin->part)) {
    usual = at + sloi_journey_counter_at(journey, sloi_journey_usual(journey));
  }
  return s->counter_at == at + sloi_journey_counter_at(journey, origin->part) &&
         s->usual_at == usual;
}

static int attach_slo_defined(const slo_monitor *m, uint64_t i) {
  const sloi_monitor_slo *s = &sloi_monitor_slos_const(m)[i];
  sloi_plan_slo plan;
  sloi_plan_slo_at(slo_monitor_definition(m), i, &plan);
  const slo_monitor_slo *p = &plan.slo;
  return strcmp(s->name, plan.name) == 0 && s->sli == p->sli && s->method == p->method &&
         s->objective_ppb == p->objective_ppb && s->period_ns == (uint64_t)p->period_ns &&
         memcmp(&s->calendar, &p->calendar, sizeof s->calendar) == 0 && s->start_count == 0;
}

static slo_status attach_sli(attach_cursor *cursor, slo_monitor *m, uint64_t i) {
  const sloi_monitor_sli *s = &m->sli[i];
  slo_counter *counter;
  slo_window *window;
  slo_hist *hist = NULL;
  slo_history *history;
  if (!attach_terminated(s->name) || s->slos > m->slo_count ||
      s->keep > 2 * (uint64_t)SLOI_PERIOD_MAX_NS) {
    return SLO_ECORRUPT;
  }
  slo_status status = SLO_OK;
  int defined = m->journey_count != 0;
  if (defined ? !attach_sli_defined(m, i) : s->usual_at != 0) return SLO_ECORRUPT;
  if (!sloi_monitor_is_part(m, i)) {
    status = attach_pass(cursor, s->counter_at,
                         slo_counter_attach(attach_place(cursor), attach_rest(cursor), &counter));
  }
  if (status != SLO_OK) return status;
  if (s->hist_at == cursor->at) {
    status = attach_pass(cursor, s->hist_at,
                         slo_hist_attach(attach_place(cursor), attach_rest(cursor), &hist));
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
                         slo_history_attach(attach_place(cursor), attach_rest(cursor), &history));
    if (status != SLO_OK) return status;
    if (hist == NULL || !sloi_history_fits(history, hist)) return SLO_ECORRUPT;
  }
  if (s->threshold != 0) {
    int64_t threshold;
    uint64_t within, beyond;
    if (s->threshold > UINT32_MAX || hist == NULL ||
        slo_hist_threshold(hist, (uint32_t)s->threshold - 1, &threshold, &within, &beyond) !=
            SLO_OK ||
        (defined && threshold != sloi_monitor_origins(m)[i].rule.threshold_ns)) {
      return SLO_ECORRUPT;
    }
  }
  return attach_pass(cursor, s->window_at,
                     slo_window_attach(attach_place(cursor), attach_rest(cursor), &window));
}

static slo_status attach_starts(attach_cursor *cursor, const sloi_monitor_slo *s) {
  slo_period some;
  if (s->start_count == 0) {
    if (s->starts_at != 0) return SLO_ECORRUPT;
    if (s->calendar.unit == 0) return SLO_OK;
    return slo_calendar_eval(&s->calendar, SLOI_JOURNEY_SOME_TIME, &some, NULL) == SLO_OK
               ? SLO_OK
               : SLO_ECORRUPT;
  }
  uint64_t size = s->start_count * sizeof(int64_t);
  if (s->calendar.unit != 0 || s->start_count < 2 || s->start_count > SLO_MONITOR_STARTS_MAX ||
      s->starts_at != cursor->at || size > attach_rest(cursor)) {
    return SLO_ECORRUPT;
  }
  const int64_t *starts = (const int64_t *)(const void *)attach_place(cursor);
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
      s->period_ns < (uint64_t)SLO_SECOND_NS || s->period_ns > (uint64_t)SLOI_PERIOD_MAX_NS ||
      s->method > SLO_METHOD_RATIO_TIMESLICES || s->next > i ||
      (s->next != 0 && slos[s->next - 1].sli != s->sli)) {
    return SLO_ECORRUPT;
  }
  if (m->journey_count != 0 && !attach_slo_defined(m, i)) return SLO_ECORRUPT;
  const slo_window *window =
      (const slo_window *)(const void *)((const char *)m + m->sli[s->sli].window_at);
  if (s->method != SLO_METHOD_OCCURRENCES && window->config.slice == 0) return SLO_ECORRUPT;
  slo_status status = attach_pass(
      cursor, s->alert_at, slo_alert_attach(attach_place(cursor), attach_rest(cursor), &alert));
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
      m->slo_count > SLO_MONITOR_SLOS_MAX || m->journey_count > SLO_DEFINITION_JOURNEYS_MAX) {
    return SLO_ECORRUPT;
  }
  uint64_t front = sloi_monitor_front(m->sli_count, m->slo_count, m->journey_count);
  if (m->block.config_size != front - sizeof(sloi_block)) return SLO_ECORRUPT;
  attach_cursor cursor = {memory, front, m->block.size};
  slo_ledger *ledger;
  uint64_t edges = sloi_round_up(m->sli_count * SLOI_MONITOR_EDGES * sizeof(sloi_cell), SLO_ALIGN);
  if (m->edges_at != cursor.at || edges > attach_rest(&cursor)) return SLO_ECORRUPT;
  cursor.at += edges;
  status = attach_pass(&cursor, m->ledger_at,
                       slo_ledger_attach(attach_place(&cursor), attach_rest(&cursor), &ledger));
  if (status == SLO_OK) status = attach_definition(&cursor, m);
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
