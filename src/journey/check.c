/* check.c - is it the definition of a journey? */
#include "base/fail.h"
#include "journey/journey.h"
#include "judge/catalog.h"
#include "judge/objective.h"
#include "slo/window.h"

/* The bytes of one UTF-8 character (RFC 3629), 0 when it is none, or a control character. */
static size_t check_character(const unsigned char *p) {
  unsigned lead = p[0], low = 0x80, high = 0xbf;
  size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (n == 1) return lead >= 0x20 && lead != 0x7f;
  if (n == 0 || lead > 0xf4) return 0;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf) {
    if (p[i] < low || p[i] > high) return 0;
  }
  return lead == 0xc2 && p[1] < 0xa0 ? 0 : n;
}

slo_status sloi_journey_text(const char *text, size_t min, size_t max, slo_error *error,
                             const char *field) {
  if (text == NULL) return min == 0 ? SLO_OK : sloi_fail(error, SLO_EINVAL, 0, "%s (NULL)", field);
  const unsigned char *p = (const unsigned char *)text;
  size_t n = 0, step;
  while (n <= max && p[n] != '\0') n++; /* first of all: it may have no end */
  if (n < min || n > max) {
    return sloi_fail_range(error, (int64_t)n, (int64_t)min, (int64_t)max, "%s (bytes)", field);
  }
  for (size_t at = 0; at < n; at += step) {
    step = check_character(p + at);
    if (step == 0) {
      return sloi_fail(error, SLO_EINVAL, (int64_t)at, "%s (no UTF-8, or a control character, at)",
                       field);
    }
  }
  return SLO_OK;
}

slo_status sloi_journey_name(const char *name, slo_error *error) {
  slo_status status = sloi_journey_text(name, 1, SLO_JOURNEY_NAME_MAX, error, "name");
  if (status != SLO_OK) return status;
  const char *slash = strchr(name, '/');
  return slash == NULL ? SLO_OK : sloi_fail(error, SLO_EINVAL, slash - name, "name (a '/' at)");
}

/* The names so far, of the steps and the indicators, or of the objectives. */
typedef struct check_names {
  uint32_t count;
  const char *name[1 + SLO_JOURNEY_STEPS_MAX + SLO_JOURNEY_SLIS_MAX]; /* 1: the limit's part */
} check_names;

_Static_assert(SLO_JOURNEY_SLOS_MAX <= 1 + SLO_JOURNEY_STEPS_MAX + SLO_JOURNEY_SLIS_MAX, "room");

/* A name joins them, unless it is one of them. */
static slo_status check_name(check_names *names, const char *name, slo_error *error) {
  slo_status status = sloi_journey_name(name, error);
  if (status != SLO_OK) return status;
  for (uint32_t i = 0; i < names->count; i++) {
    if (strcmp(name, names->name[i]) != 0) continue;
    return sloi_fail(error, SLO_EINVAL, 0, "name (there are two)");
  }
  names->name[names->count++] = name;
  return SLO_OK;
}

static slo_status check_step(const sloi_journey_source *s, uint32_t i, check_names *names,
                             slo_error *error) {
  slo_step step;
  s->step(s, i, &step);
  slo_status status = check_name(names, step.name, error);
  if (status == SLO_OK) {
    status = sloi_journey_text(step.actor, 0, SLO_JOURNEY_TEXT_MAX, error, "actor");
  }
  if (status == SLO_OK) {
    status = sloi_journey_text(step.component, 0, SLO_JOURNEY_TEXT_MAX, error, "component");
  }
  return status;
}

static slo_status check_sli(const slo_journey_config *c, const sloi_journey_source *s, uint32_t i,
                            check_names *names, slo_error *error) {
  slo_journey_sli sli;
  s->sli(s, i, &sli);
  slo_status status = check_name(names, sli.name, error);
  if (status != SLO_OK) return status;
  if ((sli.reserved[0] | sli.reserved[1]) != 0) {
    return sloi_fail(error, SLO_EVERSION, sloi_shown(sli.reserved[0]), "reserved");
  }
  if (sli.step > c->step_count) {
    return sloi_fail_range(error, sli.step, 0, c->step_count, "step");
  }
  status = slo_sli_check(&sli.sli, error);
  if (status != SLO_OK) return sloi_fail_within(status, error, "sli");
  slo_window_config window = {0};
  size_t size;
  window.struct_size = (uint32_t)sizeof window;
  window.unmeasured = sli.unmeasured;
  window.slice_ns = sli.slice_ns;
  window.slice_objective_ppb = sli.slice_objective_ppb;
  return slo_window_footprint(&window, &size, error);
}

static slo_status check_slo(const slo_journey_config *c, const sloi_journey_source *s, uint32_t i,
                            check_names *names, slo_error *error) {
  sloi_journey_slo slo;
  slo_journey_sli sli = {0};
  slo_alert_config alert;
  slo_alert_tier room[SLO_ALERT_TIERS_MAX];
  slo_budget_config budget = {0};
  slo_period some;
  size_t size;
  s->slo(s, i, &slo);
  slo_status status = check_name(names, slo.slo.name, error);
  if (status != SLO_OK) return status;
  if ((slo.slo.reserved[0] | slo.slo.reserved[1]) != 0) {
    return sloi_fail(error, SLO_EVERSION, sloi_shown(slo.slo.reserved[0]), "reserved");
  }
  if (slo.slo.sli > c->sli_count) {
    return sloi_fail_range(error, slo.slo.sli, 0, c->sli_count, "sli");
  }
  if (slo.slo.period_ns < SLO_SECOND_NS || slo.slo.period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, slo.slo.period_ns, SLO_SECOND_NS, SLOI_PERIOD_MAX_NS,
                           "period_ns");
  }
  budget.struct_size = (uint32_t)sizeof budget;
  budget.method = slo.slo.method;
  budget.objective_ppb = slo.slo.objective_ppb;
  budget.period_ns = slo.slo.period_ns;
  status = slo_budget_check(&budget, error);
  if (status != SLO_OK) return status;
  if (slo.slo.sli != 0) s->sli(s, slo.slo.sli - 1, &sli);
  if (slo.slo.method != SLO_METHOD_OCCURRENCES && sli.slice_ns == 0) {
    return sloi_fail(error, SLO_EINVAL, slo.slo.method,
                     "method (of an indicator without slice_ns)");
  }
  if (slo.slo.calendar.unit != 0) {
    status = slo_calendar_eval(&slo.slo.calendar, SLOI_JOURNEY_SOME_TIME, &some, error);
    if (status != SLO_OK) return sloi_fail_within(status, error, "calendar");
  } else if (slo.slo.calendar.every != 0 || slo.slo.calendar.anchor_ns != 0) {
    return sloi_fail(error, SLO_EINVAL, slo.slo.calendar.every, "calendar (without a unit)");
  }
  status = sloi_catalog_alert(slo.slo.alert, slo.slo.tiers, slo.slo.tier_count, slo.slo.catalog,
                              slo.slo.objective_ppb, slo.slo.period_ns, room, &alert, error);
  return status == SLO_OK ? slo_alert_footprint(&alert, &size, error) : status;
}

slo_status sloi_journey_check(const slo_journey_config *config, const sloi_journey_source *source,
                              slo_error *error) {
  const slo_journey_config *c = config;
  static const struct {
    const char *field;
    size_t at;
  } texts[] = {{"summary", offsetof(slo_journey_config, summary)},
               {"owner", offsetof(slo_journey_config, owner)},
               {"policy", offsetof(slo_journey_config, policy)}};
  slo_journey front;
  slo_counter_config rows = {0};
  check_names parts = {0, {SLO_JOURNEY_LIMIT}}, slos = {0};
  size_t size;
  slo_status status = sloi_journey_name(c->name, error);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0] && status == SLO_OK; i++) {
    const char *text;
    memcpy(&text, (const char *)c + texts[i].at, sizeof text);
    status = sloi_journey_text(text, 0, SLO_JOURNEY_TEXT_MAX, error, texts[i].field);
  }
  if (status != SLO_OK) return status;
  if (c->review_ns < 0 || c->review_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->review_ns, 0, SLO_TIME_MAX_NS, "review_ns");
  }
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  if (c->sli_count > SLO_JOURNEY_SLIS_MAX) {
    return sloi_fail_range(error, c->sli_count, 0, SLO_JOURNEY_SLIS_MAX, "sli_count");
  }
  if (c->slo_count > SLO_JOURNEY_SLOS_MAX) {
    return sloi_fail_range(error, c->slo_count, 0, SLO_JOURNEY_SLOS_MAX, "slo_count");
  }
  rows.struct_size = (uint32_t)sizeof rows;
  rows.shards = c->shards;
  status = slo_counter_footprint(&rows, &size, error);
  if (status == SLO_OK) status = sloi_journey_front(c, source, &front, error);
  if (c->limit_ns != 0) parts.count = 1;
  for (uint32_t i = 0; i < c->step_count && status == SLO_OK; i++) {
    status = sloi_fail_within(check_step(source, i, &parts, error), error, "steps[%u]", i);
  }
  for (uint32_t i = 0; i < c->sli_count && status == SLO_OK; i++) {
    status = sloi_fail_within(check_sli(c, source, i, &parts, error), error, "slis[%u]", i);
  }
  for (uint32_t i = 0; i < c->slo_count && status == SLO_OK; i++) {
    status = sloi_fail_within(check_slo(c, source, i, &slos, error), error, "slos[%u]", i);
  }
  return status;
}
