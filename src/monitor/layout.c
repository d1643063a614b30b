/* layout.c - from a configuration to the block of a monitor, and back. */
#include <stdio.h>

#include "base/fail.h"
#include "judge/catalog.h"
#include "judge/objective.h"
#include "monitor/monitor.h"
#include "monitor/plan.h"
#include "record/history.h"

#define LAYOUT_CORRECTIONS 64
#define LAYOUT_CALENDARS_MAX 4u       /* of one SLI that have starts of their own */
#define LAYOUT_CORRECTIONS_AT_WORK 8u /* of one SLI at a time, when nothing is said */

static slo_status layout_name(const char *name, const char *what, unsigned i, slo_error *error) {
  if (name == NULL) return sloi_fail(error, SLO_EINVAL, 0, "%s[%u].name (NULL)", what, i);
  size_t n = 0;
  while (n <= SLO_MONITOR_NAME_MAX && name[n] != '\0') n++;
  if (n < 1 || n > SLO_MONITOR_NAME_MAX) {
    return sloi_fail_range(error, (int64_t)n, 1, SLO_MONITOR_NAME_MAX, "%s[%u].name (bytes)", what,
                           i);
  }
  return SLO_OK;
}

/* One walk over the configuration serves footprint (monitor NULL) and init: it places every
 * part at *at, and lays it out there when there is a monitor. */
typedef struct layout_walk {
  slo_monitor *monitor;
  uint64_t at;
  slo_error *error;
  uint32_t pins; /* that a window needs */
} layout_walk;

static char *layout_part(const layout_walk *walk) {
  return walk->monitor == NULL ? NULL : (char *)walk->monitor + walk->at;
}

static uint64_t layout_place(layout_walk *walk, size_t size) {
  uint64_t at = walk->at;
  walk->at = sloi_round_up(at + size, SLO_ALIGN);
  return at;
}

static slo_status layout_add_hist(layout_walk *walk, const slo_monitor_sli *s,
                                  sloi_monitor_sli *out, const char *place) {
  slo_hist *hist = NULL;
  slo_history *history;
  size_t size;
  slo_status status = slo_hist_footprint(s->latency, &size, walk->error);
  if (status != SLO_OK) return sloi_fail_within(status, walk->error, "%s", place);
  if (out != NULL) {
    out->hist_at = walk->at;
    (void)slo_hist_init(layout_part(walk), size, s->latency, &hist, NULL);
  }
  (void)layout_place(walk, size);
  if (s->history == NULL) return SLO_OK;
  status = sloi_history_footprint(s->latency, s->history, &size, walk->error);
  if (status != SLO_OK) {
    return sloi_fail_within(status, walk->error, "%s.history", place);
  }
  if (out != NULL) {
    out->history_at = walk->at;
    (void)slo_history_init(layout_part(walk), size, hist, s->history, &history, NULL);
  }
  (void)layout_place(walk, size);
  return SLO_OK;
}

/* The monitor's window, with what the SLI wants to be different. */
static slo_status layout_add_window(layout_walk *walk, const slo_window_config *config,
                                    const slo_monitor_sli *s, sloi_monitor_sli *out,
                                    const char *place) {
  slo_window_config w;
  slo_window *window;
  size_t size;
  slo_status status = sloi_sized_read(&w, sizeof w, config, walk->error, "slo_window_config");
  if (status != SLO_OK) return sloi_fail_within(status, walk->error, "window");
  w.struct_size = (uint32_t)sizeof w;
  if (s->unmeasured != 0) w.unmeasured = s->unmeasured;
  if (s->slice_ns != 0) w.slice_ns = s->slice_ns;
  if (s->slice_objective_ppb != 0) w.slice_objective_ppb = s->slice_objective_ppb;
  if (w.pins < walk->pins) w.pins = walk->pins;
  int own = s->unmeasured != 0 || s->slice_ns != 0 || s->slice_objective_ppb != 0;
  status = slo_window_footprint(&w, &size, walk->error);
  if (status != SLO_OK) return sloi_fail_within(status, walk->error, "%s", own ? place : "window");
  if (out != NULL) {
    out->window_at = walk->at;
    (void)slo_window_init(layout_part(walk), size, &w, &window, NULL);
  }
  (void)layout_place(walk, size);
  return SLO_OK;
}

static uint64_t layout_origin_at(const slo_monitor *m, uint64_t i) {
  return (uint64_t)((const char *)&sloi_monitor_origins(m)[i] - (const char *)m);
}

/* SLI i, which a definition says, or the caller. */
static slo_status layout_read_sli(const slo_monitor_config *config, uint32_t i, slo_monitor_sli *s,
                                  sloi_plan_sli *plan, slo_error *error) {
  char place[24];
  if (config->definition != NULL) {
    sloi_plan_sli_at(config->definition, i, plan);
    *s = plan->sli;
    return SLO_OK;
  }
  (void)snprintf(place, sizeof place, "slis[%u]", (unsigned)i);
  return sloi_sized_element(s, sizeof *s, config->slis, i, error, place);
}

static slo_status layout_read_slo(const slo_monitor_config *config, uint32_t i, slo_monitor_slo *s,
                                  sloi_plan_slo *plan, slo_error *error) {
  char place[24];
  if (config->definition != NULL) {
    sloi_plan_slo_at(config->definition, i, plan);
    *s = plan->slo;
    return SLO_OK;
  }
  (void)snprintf(place, sizeof place, "slos[%u]", (unsigned)i);
  return sloi_sized_element(s, sizeof *s, config->slos, i, error, place);
}

/* The counter of an SLI: its own, or that of a part of a journey. */
static slo_status layout_add_counter(layout_walk *walk, const slo_monitor_sli *s,
                                     const sloi_monitor_origin *origin, sloi_monitor_sli *out) {
  slo_counter_config c = {0};
  slo_counter *counter;
  size_t size;
  if (origin != NULL && origin->part != SLOI_MONITOR_NO_PART) {
    if (out == NULL) return SLO_OK;
    slo_monitor *m = walk->monitor;
    uint64_t at = sloi_monitor_journeys(m)[origin->journey].at;
    const slo_journey *journey = (const slo_journey *)(const void *)((char *)m + at);
    out->counter_at = at + sloi_journey_counter_at(journey, origin->part);
    if (sloi_journey_on_usual(journey, origin->part)) {
      out->usual_at = at + sloi_journey_counter_at(journey, sloi_journey_usual(journey));
    }
    return SLO_OK;
  }
  c.struct_size = (uint32_t)sizeof c;
  c.shards = s->shards;
  c.writers = s->writers;
  slo_status status = slo_counter_footprint(&c, &size, walk->error);
  if (status != SLO_OK) return status;
  if (out != NULL) {
    out->counter_at = walk->at;
    (void)slo_counter_init(layout_part(walk), size, &c, &counter, NULL);
  }
  (void)layout_place(walk, size);
  return SLO_OK;
}

static slo_status layout_add_sli(layout_walk *walk, const slo_monitor_config *config, uint32_t i,
                                 sloi_monitor_sli *out) {
  slo_monitor_sli s, other;
  sloi_plan_sli plan;
  slo_error *error = walk->error;
  char place[24];
  (void)snprintf(place, sizeof place, "slis[%u]", (unsigned)i);
  slo_status status = layout_read_sli(config, i, &s, &plan, error);
  if (status == SLO_OK) status = layout_name(s.name, "slis", i, error);
  if (status != SLO_OK) return status;
  if (s.reserved != 0) return sloi_fail(error, SLO_EVERSION, s.reserved, "slis[%u].reserved", i);
  if (s.history != NULL && s.latency == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "slis[%u].history (without latency)", (unsigned)i);
  }
  if (s.latency != NULL && s.latency_of != 0) {
    return sloi_fail(error, SLO_EINVAL, s.latency_of, "slis[%u].latency_of (beside latency)",
                     (unsigned)i);
  }
  if (s.latency_of > i) {
    return sloi_fail_range(error, s.latency_of, 0, i, "slis[%u].latency_of", (unsigned)i);
  }
  if (s.with_threshold > 1) {
    return sloi_fail_range(error, s.with_threshold, 0, 1, "slis[%u].with_threshold", (unsigned)i);
  }
  const slo_hist_config *latency = s.latency;
  if (s.latency_of != 0) {
    status =
        sloi_sized_element(&other, sizeof other, config->slis, s.latency_of - 1, error, "slis[]");
    if (status != SLO_OK) return status;
    latency = other.latency;
    if (latency == NULL) {
      return sloi_fail(error, SLO_EINVAL, s.latency_of,
                       "slis[%u].latency_of (an SLI without latency)", (unsigned)i);
    }
  }
  slo_hist_config h = {0};
  status = sloi_sized_read(&h, sizeof h, latency, error, "latency");
  if (status != SLO_OK) return sloi_fail_within(status, error, "%s", place);
  if (s.with_threshold && s.threshold >= h.threshold_count) {
    return sloi_fail_range(error, s.threshold, 0, (int64_t)h.threshold_count - 1,
                           "slis[%u].threshold", (unsigned)i);
  }
  if (out != NULL) {
    memcpy(out->name, s.name, strlen(s.name));
    out->threshold = s.with_threshold ? UINT64_C(1) + s.threshold : 0;
  }

  const sloi_monitor_origin *origin = config->definition == NULL ? NULL : &plan.origin;
  status = layout_add_counter(walk, &s, origin, out);
  if (status != SLO_OK) return sloi_fail_within(status, error, "%s", place);
  if (out != NULL && origin != NULL) {
    memcpy((char *)walk->monitor + layout_origin_at(walk->monitor, i), origin, sizeof *origin);
  }

  if (s.latency != NULL) {
    status = layout_add_hist(walk, &s, out, place);
    if (status != SLO_OK) return status;
  } else if (s.latency_of != 0 && out != NULL) {
    out->hist_at = walk->monitor->sli[s.latency_of - 1].hist_at;
  }
  return layout_add_window(walk, config->window, &s, out, place);
}

/* The periods of a calendar: the rule is checked, or the starts are copied. */
static slo_status layout_add_starts(layout_walk *walk, const slo_monitor_slo *s, unsigned i,
                                    sloi_monitor_slo *out) {
  slo_error *error = walk->error;
  if (s->calendar.unit != 0) {
    return sloi_fail(error, SLO_EINVAL, s->start_count, "slos[%u].start_count (beside calendar)",
                     i);
  }
  if (s->start_count < 2 || s->start_count > SLO_MONITOR_STARTS_MAX) {
    return sloi_fail_range(error, s->start_count, 2, SLO_MONITOR_STARTS_MAX, "slos[%u].start_count",
                           i);
  }
  if (s->starts_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "slos[%u].starts_ns (NULL)", i);
  int64_t min = 0;
  for (uint32_t k = 0; k < s->start_count; k++) {
    if (s->starts_ns[k] < min || s->starts_ns[k] > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, s->starts_ns[k], min, SLO_TIME_MAX_NS, "slos[%u].starts_ns[%u]",
                             i, (unsigned)k);
    }
    min = s->starts_ns[k] + 1;
  }
  if (out != NULL) {
    out->starts_at = walk->at;
    out->start_count = s->start_count;
    memcpy(layout_part(walk), s->starts_ns, s->start_count * sizeof s->starts_ns[0]);
  }
  (void)layout_place(walk, s->start_count * sizeof s->starts_ns[0]);
  return SLO_OK;
}

/* Does the SLI's window have what a method needs? */
static slo_status layout_check_method(const slo_monitor_config *config, const slo_monitor_slo *s,
                                      unsigned i, slo_error *error) {
  slo_monitor_sli sli;
  sloi_plan_sli plan;
  slo_window_config w;
  if (s->method > SLO_METHOD_RATIO_TIMESLICES) {
    return sloi_fail_range(error, s->method, 0, SLO_METHOD_RATIO_TIMESLICES, "slos[%u].method", i);
  }
  if (s->method == SLO_METHOD_OCCURRENCES) return SLO_OK;
  (void)layout_read_sli(config, s->sli, &sli, &plan, NULL); /* checked before */
  (void)sloi_sized_read(&w, sizeof w, config->window, NULL, "");
  if (sli.slice_ns != 0 || w.slice_ns != 0) return SLO_OK;
  return sloi_fail(error, SLO_EINVAL, s->method, "slos[%u].method (of an SLI without slice_ns)", i);
}

static slo_status layout_add_slo(layout_walk *walk, const slo_monitor_config *config, uint32_t i,
                                 sloi_monitor_slo *out) {
  slo_monitor_slo s;
  sloi_plan_slo plan;
  slo_error *error = walk->error;
  slo_alert_tier room[SLO_ALERT_TIERS_MAX];
  slo_alert_config a;
  slo_alert *alert;
  char place[32];
  size_t size;
  (void)snprintf(place, sizeof place, "slos[%u]", (unsigned)i);
  slo_status status = layout_read_slo(config, i, &s, &plan, error);
  if (status == SLO_OK) status = layout_name(s.name, "slos", i, error);
  if (status != SLO_OK) return status;
  if (s.sli >= config->sli_count) {
    return sloi_fail_range(error, s.sli, 0, (int64_t)config->sli_count - 1, "slos[%u].sli",
                           (unsigned)i);
  }
  status = layout_check_method(config, &s, i, error);
  if (status != SLO_OK) return status;
  if (s.calendar.unit != 0) {
    slo_period some;
    status = slo_calendar_eval(&s.calendar, SLOI_JOURNEY_SOME_TIME, &some, error);
    if (status != SLO_OK) return sloi_fail_within(status, error, "slos[%u].calendar", (unsigned)i);
  }
  if (s.period_ns < SLO_SECOND_NS || s.period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, s.period_ns, SLO_SECOND_NS, SLOI_PERIOD_MAX_NS,
                           "slos[%u].period_ns", (unsigned)i);
  }
  status = sloi_catalog_alert(s.alert, s.tiers, s.tier_count, s.catalog, s.objective_ppb,
                              s.period_ns, room, &a, error);
  if (status != SLO_OK) return sloi_fail_within(status, error, "%s", place);
  status = slo_alert_footprint(&a, &size, error);
  if (status != SLO_OK) return sloi_fail_within(status, error, "%s", place);
  if (out != NULL) {
    memcpy(out->name, s.name, strlen(s.name));
    out->sli = s.sli;
    out->objective_ppb = s.objective_ppb;
    out->period_ns = (uint64_t)s.period_ns;
    out->method = s.method;
    out->calendar = s.calendar;
    out->alert_at = walk->at;
    (void)slo_alert_init(layout_part(walk), size, &a, &alert, NULL);
  }
  (void)layout_place(walk, size);
  if (s.start_count != 0 || s.starts_ns != NULL) {
    status = layout_add_starts(walk, &s, i, out);
    if (status != SLO_OK) return status;
  }
  if (out != NULL) {
    sloi_monitor_sli *sli = &walk->monitor->sli[s.sli];
    uint64_t keep = out->period_ns + out->period_ns / 8; /* and what the readings reach beyond */
    if (keep > sli->keep) sli->keep = keep;
    out->next = sli->slos;
    sli->slos = (uint64_t)i + 1;
  }
  return SLO_OK;
}

/* What a window needs besides its own: with calendars the first reading and the starts of some
 * periods, and both edges of the corrections at work, as many as there may be. */
static uint32_t layout_pins(const slo_monitor_config *c) {
  slo_monitor_slo s;
  sloi_plan_slo plan;
  uint32_t calendars = 0, corrections = LAYOUT_CORRECTIONS_AT_WORK;
  for (uint32_t i = 0; i < c->slo_count && calendars < LAYOUT_CALENDARS_MAX; i++) {
    if (layout_read_slo(c, i, &s, &plan, NULL) != SLO_OK) continue; /* seen below */
    calendars += s.calendar.unit != 0 || s.start_count != 0;
  }
  if (c->corrections != 0) {
    corrections = c->corrections < LAYOUT_CORRECTIONS ? c->corrections : LAYOUT_CORRECTIONS;
  }
  return (calendars != 0 ? 1 + 3 * calendars : 0) + 2 * corrections;
}

static uint64_t layout_front(const slo_monitor_config *c) {
  uint32_t journeys = c->definition == NULL ? 0 : sloi_definition_journeys(c->definition);
  return sloi_monitor_front(c->sli_count, c->slo_count, journeys);
}

/* The definition, a copy, and its journeys. */
static void layout_add_definition(layout_walk *walk, const slo_definition *definition) {
  slo_monitor *m = walk->monitor;
  uint64_t at = layout_place(walk, slo_definition_size(definition));
  if (m != NULL) {
    m->definition_at = at;
    m->definition_print = slo_definition_fingerprint(definition);
    memcpy((char *)m + at, definition, slo_definition_size(definition));
  }
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); j++) {
    slo_journey_config config;
    sloi_journey_source source;
    slo_step steps[SLO_JOURNEY_STEPS_MAX];
    slo_journey *journey;
    size_t size = 0;
    sloi_definition_journey(definition, j, &config, &source);
    for (uint32_t i = 0; i < config.step_count; i++) source.step(&source, i, &steps[i]);
    config.steps = steps;
    (void)slo_journey_footprint(&config, &size, NULL); /* the definition was checked */
    if (m != NULL) {
      sloi_monitor_journey *out = (sloi_monitor_journey *)(void *)sloi_monitor_journeys(m) + j;
      out->at = walk->at;
      out->sli = sloi_plan_attempts(definition, j);
      (void)slo_journey_init(layout_part(walk), size, &config, &journey, NULL);
    }
    (void)layout_place(walk, size);
  }
}

static slo_status layout_walk_config(layout_walk *walk, const slo_monitor_config *c) {
  slo_ledger *ledger;
  size_t size;
  uint32_t corrections = c->corrections != 0 ? c->corrections : LAYOUT_CORRECTIONS;
  walk->at = layout_front(c);
  if (walk->monitor != NULL) walk->monitor->edges_at = walk->at;
  (void)layout_place(walk, c->sli_count * SLOI_MONITOR_EDGES * sizeof(sloi_cell));
  slo_status status = slo_ledger_footprint(corrections, &size, NULL);
  if (status != SLO_OK) {
    return sloi_fail_range(walk->error, corrections, 0, SLO_LEDGER_ENTRIES_MAX, "corrections");
  }
  walk->pins = layout_pins(c);
  if (walk->monitor != NULL) {
    walk->monitor->ledger_at = walk->at;
    (void)slo_ledger_init(layout_part(walk), size, corrections, &ledger, NULL);
  }
  (void)layout_place(walk, size);
  if (c->definition != NULL) layout_add_definition(walk, c->definition);
  for (uint32_t i = 0; i < c->sli_count && status == SLO_OK; i++) {
    status = layout_add_sli(walk, c, i, walk->monitor == NULL ? NULL : &walk->monitor->sli[i]);
  }
  for (uint32_t i = 0; i < c->slo_count && status == SLO_OK; i++) {
    sloi_monitor_slo *out = walk->monitor == NULL ? NULL : sloi_monitor_slos(walk->monitor) + i;
    status = layout_add_slo(walk, c, i, out);
  }
  if (status == SLO_OK && walk->at > SLOI_BLOCK_MAX) {
    status =
        sloi_fail_range(walk->error, sloi_shown(walk->at), 0, (int64_t)SLOI_BLOCK_MAX, "footprint");
  }
  return status;
}

/* slis and slos are what the definition says. */
static slo_status layout_define(slo_monitor_config *c, slo_error *error) {
  uint64_t slis, slos;
  if (c->slis != NULL || c->slos != NULL || c->sli_count != 0 || c->slo_count != 0) {
    return sloi_fail(error, SLO_EINVAL, c->sli_count, "definition (beside slis or slos)");
  }
  sloi_plan_count(c->definition, &slis, &slos);
  c->sli_count = (uint32_t)slis;
  c->slo_count = (uint32_t)slos;
  return SLO_OK;
}

static slo_status layout_check(const slo_monitor_config *config, slo_monitor_config *c,
                               uint64_t *size, slo_error *error) {
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_monitor_config");
  if (status != SLO_OK) return status;
  if (c->definition != NULL) {
    status = layout_define(c, error);
    if (status != SLO_OK) return status;
  }
  if (c->sli_count < 1 || c->sli_count > SLO_MONITOR_SLIS_MAX) {
    return sloi_fail_range(error, c->sli_count, 1, SLO_MONITOR_SLIS_MAX, "sli_count");
  }
  if (c->slo_count > SLO_MONITOR_SLOS_MAX) {
    return sloi_fail_range(error, c->slo_count, 0, SLO_MONITOR_SLOS_MAX, "slo_count");
  }
  if (c->definition == NULL) {
    if (c->slis == NULL) return sloi_fail(error, SLO_EINVAL, 0, "slis (NULL)");
    if (c->slos == NULL && c->slo_count != 0) return sloi_fail(error, SLO_EINVAL, 0, "slos (NULL)");
  }
  layout_walk walk = {NULL, 0, error, 0};
  status = layout_walk_config(&walk, c);
  *size = walk.at;
  return status;
}

slo_status slo_monitor_footprint(const slo_monitor_config *config, size_t *size, slo_error *error) {
  slo_monitor_config c;
  uint64_t need;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = layout_check(config, &c, &need, error);
  if (status == SLO_OK) *size = (size_t)need;
  return status;
}

slo_status slo_monitor_init(void *memory, size_t size, const slo_monitor_config *config,
                            slo_monitor **monitor, slo_error *error) {
  slo_monitor_config c;
  uint64_t need;
  if (monitor == NULL) return sloi_fail(error, SLO_EINVAL, 0, "monitor (NULL)");
  slo_status status = layout_check(config, &c, &need, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, need, SLOI_MONITOR_MAGIC, SLOI_MONITOR_LAYOUT,
                           layout_front(&c) - sizeof(sloi_block), error);
  if (status != SLO_OK) return status;
  slo_monitor *m = memory;
  m->sli_count = c.sli_count;
  m->slo_count = c.slo_count;
  m->journey_count = c.definition == NULL ? 0 : sloi_definition_journeys(c.definition);
  layout_walk walk = {m, 0, error, 0};
  status = layout_walk_config(&walk, &c);
  if (status != SLO_OK) return status;
  sloi_block_ready(&m->block);
  *monitor = m;
  return SLO_OK;
}

/* ---- objects ---- */

slo_status slo_monitor_create(const slo_monitor_config *config, const slo_allocator *allocator,
                              slo_monitor **monitor, slo_error *error) {
  size_t size;
  void *memory;
  if (monitor == NULL) return sloi_fail(error, SLO_EINVAL, 0, "monitor (NULL)");
  slo_status status = slo_monitor_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_monitor_init(memory, size, config, monitor, error);
}

void slo_monitor_destroy(slo_monitor *monitor) {
  sloi_block_release(monitor);
}
