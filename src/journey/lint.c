#include "journey/lint.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/u128.h"
#include "judge/objective.h"
#include "slo/burn.h"

#define LINT_SLOS_MAX 5
#define LINT_SLIS_MAX 3
#define LINT_PROBES_MIN 10          /* failed ones that a budget should have room for */
#define LINT_FIVE_DECIMALS_PPB 5000 /* less than that is 0.00000 */
#define LINT_PPM UINT64_C(1000000)
#define LINT_MILLISECOND_NS UINT64_C(1000000)
#define LINT_MONTH_NS (28 * SLO_DAY_NS)

/* ---- what is known of a code ---- */

const char *slo_lint_name(uint32_t code) {
  switch (code) {
#define LINT_NAME(name, code, level, text, why) \
  case name:                                    \
    return text;
    SLO_LINT_MAP(LINT_NAME)
#undef LINT_NAME
    default:
      return "unknown finding";
  }
}

const char *slo_lint_reason(uint32_t code) {
  switch (code) {
#define LINT_REASON(name, code, level, text, why) \
  case name:                                      \
    return why;
    SLO_LINT_MAP(LINT_REASON)
#undef LINT_REASON
    default:
      return "";
  }
}

uint32_t slo_lint_level(uint32_t code) {
  switch (code) {
#define LINT_LEVEL(name, code, level, text, why) \
  case name:                                     \
    return level;
    SLO_LINT_MAP(LINT_LEVEL)
#undef LINT_LEVEL
    default:
      return 0;
  }
}

size_t slo_finding_format(const slo_finding *finding, char *buffer, size_t size) {
  slo_finding f = {0};
  char value[32] = "";
  if (buffer == NULL) size = 0;
  if (finding == NULL || finding->struct_size < offsetof(slo_finding, advice)) {
    if (size > 0) buffer[0] = '\0';
    return 0;
  }
  memcpy(&f, finding, finding->struct_size < sizeof f ? finding->struct_size : sizeof f);
  f.field[sizeof f.field - 1] = '\0';
  f.advice[sizeof f.advice - 1] = '\0';
  const char *why = slo_lint_reason(f.code);
  if (f.value != 0) (void)snprintf(value, sizeof value, " is %" PRId64, f.value);
  int n = snprintf(buffer, size, "%s%s: %s (%" PRIu32 ")%s%s%s%s", f.field, value,
                   slo_lint_name(f.code), f.code, why[0] != '\0' ? ": " : "", why,
                   f.advice[0] != '\0' ? "; " : "", f.advice);
  return n < 0 ? 0 : (size_t)n;
}

/* ---- writing findings down ---- */

slo_status sloi_lint_begin(sloi_lint *lint, const char *place, slo_finding *findings,
                           uint32_t capacity, const uint32_t *count, slo_error *error) {
  memset(lint, 0, sizeof *lint);
  if (place != NULL) (void)snprintf(lint->place, sizeof lint->place, "%s", place);
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  if (capacity == 0) return SLO_OK;
  if (findings == NULL) return sloi_fail(error, SLO_EINVAL, 0, "findings (NULL)");
  const uint32_t stride = findings[0].struct_size;
  if (stride == 0 || stride > SLOI_SIZED_MAX || stride % sizeof(uint64_t) != 0) {
    return sloi_fail(error, SLO_EINVAL, stride, "findings[0].struct_size");
  }
  lint->out = (char *)findings;
  lint->capacity = capacity;
  lint->stride = stride;
  return SLO_OK;
}

void sloi_lint_field(sloi_lint *lint, const char *format, ...) {
  char *field = lint->found.field;
  const size_t size = sizeof lint->found.field;
  va_list args;
  memset(field, 0, size);
  int n = snprintf(field, size, "%s%s", lint->place, lint->place[0] == '\0' ? "" : ".");
  if (n < 0 || (size_t)n >= size) return;
  va_start(args, format);
  (void)vsnprintf(field + n, size - (size_t)n, format, args);
  va_end(args);
}

static void lint_write(sloi_lint *lint, uint32_t code, int64_t value, const char *advice,
                       va_list args) {
  slo_finding *f = &lint->found;
  memset(f->advice, 0, sizeof f->advice);
  (void)vsnprintf(f->advice, sizeof f->advice, advice, args);
  f->code = code;
  f->level = slo_lint_level(code);
  f->value = value;
  if (lint->count < lint->capacity) {
    char *out = lint->out + (size_t)lint->count * lint->stride;
    memcpy(out, &lint->stride, sizeof lint->stride);
    (void)sloi_sized_write(out, f, sizeof *f);
  }
  lint->count++;
}

void sloi_lint_add(sloi_lint *lint, uint32_t code, int64_t value, const char *advice, ...) {
  va_list args;
  lint->found.has_instead = 0;
  lint->found.instead = 0;
  va_start(args, advice);
  lint_write(lint, code, value, advice, args);
  va_end(args);
}

void sloi_lint_replace(sloi_lint *lint, uint32_t code, int64_t value, int64_t instead,
                       const char *advice, ...) {
  va_list args;
  lint->found.has_instead = 1;
  lint->found.instead = instead;
  va_start(args, advice);
  lint_write(lint, code, value, advice, args);
  va_end(args);
}

uint64_t sloi_lint_noise(uint64_t value, uint64_t grid, uint64_t end) {
  if (value < grid || value > (uint64_t)INT64_MAX) return 0;
  const uint64_t round = (value + 2) / grid * grid;
  const uint64_t distance = value > round ? value - round : round - value;
  return distance >= 1 && distance <= 2 && round < end ? round : 0;
}

/* ---- definitions ---- */

static void lint_place(sloi_lint *lint, const char *format, ...) {
  va_list args;
  va_start(args, format);
  (void)vsnprintf(lint->place, sizeof lint->place, format, args);
  va_end(args);
}

static void lint_noise_ns(sloi_lint *lint, int64_t ns) {
  char text[SLO_TIME_TEXT_MAX] = "";
  if (ns < 0) return;
  const uint64_t round = sloi_lint_noise((uint64_t)ns, LINT_MILLISECOND_NS, INT64_MAX);
  if (round == 0) return;
  (void)slo_span_format((int64_t)round, text, sizeof text);
  sloi_lint_replace(lint, SLO_LINT_NOISE, ns, (int64_t)round, "write %" PRIu64 " (%s)", round,
                    text);
}

/* 100 % and what is a budget of one or two parts less are not noise, but a mistake or meant. */
static void lint_noise_ppb(sloi_lint *lint, uint64_t ppb) {
  char text[SLO_OBJECTIVE_TEXT_MAX] = "";
  const uint64_t round = sloi_lint_noise(ppb, SLOI_LINT_GRID, SLOI_PPB);
  if (round == 0) return;
  (void)slo_objective_format(round, text, sizeof text);
  sloi_lint_replace(lint, SLO_LINT_NOISE, sloi_shown(ppb), (int64_t)round,
                    "write %" PRIu64 " (%s %%)", round, text);
}

static void lint_sli(sloi_lint *lint, const slo_journey_config *j, uint32_t i) {
  const slo_journey_sli *s = &j->slis[i];
  int used = 0;
  for (uint32_t k = 0; k < j->slo_count; k++) used |= j->slos[k].sli == i + 1;
  if (!used && j->slo_count != 0) {
    sloi_lint_field(lint, "slis[%" PRIu32 "].name", i);
    sloi_lint_add(lint, SLO_LINT_UNUSED_SLI, 0, "give it an objective, or take it out");
  }
  sloi_lint_field(lint, "slis[%" PRIu32 "].sli.threshold_ns", i);
  lint_noise_ns(lint, s->sli.threshold_ns);
  const uint64_t round = sloi_lint_noise(s->sli.least_ppm, SLOI_LINT_GRID, LINT_PPM);
  if (round != 0) {
    sloi_lint_field(lint, "slis[%" PRIu32 "].sli.least_ppm", i);
    sloi_lint_replace(lint, SLO_LINT_NOISE, sloi_shown(s->sli.least_ppm), (int64_t)round,
                      "write %" PRIu64, round);
  }
  sloi_lint_field(lint, "slis[%" PRIu32 "].slice_objective_ppb", i);
  lint_noise_ppb(lint, s->slice_objective_ppb);
}

/* So many probes may fail in a period: budget * period / interval. */
static void lint_probe(sloi_lint *lint, const slo_journey_config *j, const slo_journey_slo *s) {
  char text[SLO_OBJECTIVE_TEXT_MAX] = "";
  if (s->sli < 1 || s->sli > j->sli_count || s->period_ns < SLO_HOUR_NS) return;
  const slo_sli *sli = &j->slis[s->sli - 1].sli;
  if (sli->kind != SLO_SLI_PROBE || sli->interval_ns <= 0) return;
  const uint64_t period = (uint64_t)s->period_ns, interval = (uint64_t)sli->interval_ns;
  const uint64_t allowed = sloi_u128_divide(sloi_u128_multiply(SLOI_PPB - s->objective_ppb, period),
                                            sloi_u128_multiply(interval, SLOI_PPB));
  if (allowed >= LINT_PROBES_MIN) return;
  /* the largest budget without enough room; a part per billion more has it */
  const sloi_u128 enough = sloi_u128_multiply(interval, LINT_PROBES_MIN * SLOI_PPB);
  const uint64_t below =
      sloi_u128_divide(sloi_u128_subtract(enough, sloi_u128_of(1)), sloi_u128_of(period));
  if (below >= SLOI_PPB - 2) {
    sloi_lint_add(lint, SLO_LINT_COARSE_PROBE, (int64_t)s->objective_ppb,
                  "probe more often: now %" PRIu64 " may fail", allowed);
    return;
  }
  uint64_t most = SLOI_PPB - 1 - below;
  if (most > SLOI_LINT_GRID) most -= most % SLOI_LINT_GRID;
  (void)slo_objective_format(most, text, sizeof text);
  sloi_lint_replace(lint, SLO_LINT_COARSE_PROBE, (int64_t)s->objective_ppb, (int64_t)most,
                    "probe more often, or write at most %" PRIu64 " (%s %%): now %" PRIu64
                    " may fail",
                    most, text, allowed);
}

static void lint_objective(sloi_lint *lint, const slo_journey_config *j, const slo_journey_slo *s) {
  const uint64_t ppb = s->objective_ppb;
  if (ppb >= SLOI_PPB) {
    sloi_lint_add(lint, SLO_LINT_PERFECT, sloi_shown(ppb),
                  "write less: 999900000 (99.99 %%) still allows 4 minutes of outage in 28 days");
    return;
  }
  lint_noise_ppb(lint, ppb);
  if (ppb != 0 && ppb < SLOI_PPB / 2) {
    uint64_t meant = ppb;
    while (meant * 10 < SLOI_PPB) meant *= 10;
    const char *advice = "write parts per billion: 999000000 is 99.9 %";
    if (meant < SLOI_PPB / 2 || meant == ppb) {
      sloi_lint_add(lint, SLO_LINT_LOW, (int64_t)ppb, "%s", advice);
    } else {
      sloi_lint_replace(lint, SLO_LINT_LOW, (int64_t)ppb, (int64_t)meant, "%s", advice);
    }
  }
  if (SLOI_PPB - ppb < LINT_FIVE_DECIMALS_PPB) {
    sloi_lint_add(lint, SLO_LINT_ROUNDED_BUDGET, (int64_t)ppb,
                  "wherever the budget is written, write 0.%09" PRIu64, SLOI_PPB - ppb);
  }
  lint_probe(lint, j, s);
}

/* The alert of an objective. Where its period is wrong, nothing is said of what follows from it. */
static void lint_slo_alert(sloi_lint *lint, const slo_journey_slo *s, int period_wrong) {
  slo_alert_config c;
  slo_alert_tier catalog[SLO_ALERT_TIERS_MAX];
  (void)sloi_sized_read(&c, sizeof c, s->alert, NULL, "");
  c.objective_ppb = s->objective_ppb;
  c.period_ns = period_wrong ? 0 : s->period_ns;
  c.tiers = s->tiers;
  c.tier_count = s->tier_count;
  if (s->tier_count == 0) {
    c.tiers = catalog;
    if (slo_catalog_tiers(s->catalog, c.period_ns, catalog, SLO_ALERT_TIERS_MAX, &c.tier_count,
                          NULL) != SLO_OK) {
      return;
    }
  }
  sloi_lint_alert(lint, &c, s->requests_per_hour, s->tier_count == 0, "alert.gate");
}

static void lint_slo(sloi_lint *lint, const slo_journey_config *j, const slo_journey_slo *s) {
  const int wrong = s->period_ns < SLO_HOUR_NS;
  sloi_lint_field(lint, "objective_ppb");
  lint_objective(lint, j, s);
  sloi_lint_field(lint, "period_ns");
  if (wrong) {
    sloi_lint_replace(lint, s->period_ns < SLO_SECOND_NS ? SLO_LINT_NO_WINDOW : SLO_LINT_MINUTE,
                      s->period_ns, LINT_MONTH_NS,
                      "write 28 days, %" PRId64 ", or a calendar's month", LINT_MONTH_NS);
  }
  lint_slo_alert(lint, s, wrong);
}

static void lint_journey(sloi_lint *lint, const slo_journey_config *j, uint32_t index,
                         int64_t now_ns) {
  char text[SLO_TIME_TEXT_MAX] = "";
  lint_place(lint, "journeys[%" PRIu32 "]", index);
  if (j->owner == NULL || j->owner[0] == '\0') {
    sloi_lint_field(lint, "owner");
    sloi_lint_add(lint, SLO_LINT_NO_OWNER, 0, "write a team that can be asked");
  }
  if (j->policy == NULL || j->policy[0] == '\0') {
    sloi_lint_field(lint, "policy");
    sloi_lint_add(lint, SLO_LINT_NO_POLICY, 0, "agree on it, and write where it stands");
  }
  sloi_lint_field(lint, "review_ns");
  if (j->review_ns <= 0) {
    sloi_lint_add(lint, SLO_LINT_NO_REVIEW, j->review_ns, "write a day within the next quarter");
  } else if (j->review_ns < now_ns) {
    (void)slo_time_format(j->review_ns, text, sizeof text);
    sloi_lint_add(lint, SLO_LINT_REVIEW_OVERDUE, j->review_ns,
                  "look at it, and write the next day: it was due %s", text);
  }
  sloi_lint_field(lint, "limit_ns");
  lint_noise_ns(lint, j->limit_ns);
  if (j->sli_count > LINT_SLIS_MAX) {
    sloi_lint_field(lint, "sli_count");
    sloi_lint_replace(lint, SLO_LINT_TOO_MANY_SLIS, j->sli_count, LINT_SLIS_MAX,
                      "keep %d, and chart the others", LINT_SLIS_MAX);
  }
  for (uint32_t i = 0; i < j->sli_count; i++) lint_sli(lint, j, i);
  if (j->slo_count == 0) {
    sloi_lint_field(lint, "slo_count");
    sloi_lint_add(lint, SLO_LINT_NO_SLO, 0, "promise something of it, or take it out");
  }
  for (uint32_t i = 0; i < j->slo_count; i++) {
    lint_place(lint, "journeys[%" PRIu32 "].slos[%" PRIu32 "]", index, i);
    lint_slo(lint, j, &j->slos[i]);
  }
}

/* Can all of it be looked at? */
static slo_status lint_journey_check(const slo_journey_config *j, uint32_t i, slo_error *error) {
  slo_alert_config alert;
  char name[64];
  if (j->sli_count > SLO_JOURNEY_SLIS_MAX) {
    return sloi_fail_range(error, j->sli_count, 0, SLO_JOURNEY_SLIS_MAX,
                           "journeys[%" PRIu32 "].sli_count", i);
  }
  if (j->slo_count > SLO_JOURNEY_SLOS_MAX) {
    return sloi_fail_range(error, j->slo_count, 0, SLO_JOURNEY_SLOS_MAX,
                           "journeys[%" PRIu32 "].slo_count", i);
  }
  if (j->sli_count != 0 && j->slis == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "journeys[%" PRIu32 "].slis (NULL)", i);
  }
  if (j->slo_count != 0 && j->slos == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "journeys[%" PRIu32 "].slos (NULL)", i);
  }
  for (uint32_t k = 0; k < j->slo_count; k++) {
    const slo_journey_slo *s = &j->slos[k];
    (void)snprintf(name, sizeof name, "journeys[%" PRIu32 "].slos[%" PRIu32 "].alert", i, k);
    slo_status status = sloi_sized_read(&alert, sizeof alert, s->alert, error, name);
    if (status != SLO_OK) return status;
    if (s->tier_count > SLO_ALERT_TIERS_MAX) {
      return sloi_fail_range(error, s->tier_count, 0, SLO_ALERT_TIERS_MAX,
                             "journeys[%" PRIu32 "].slos[%" PRIu32 "].tier_count", i, k);
    }
    if (s->tier_count != 0 && s->tiers == NULL) {
      return sloi_fail(error, SLO_EINVAL, 0, "journeys[%" PRIu32 "].slos[%" PRIu32 "].tiers (NULL)",
                       i, k);
    }
  }
  return SLO_OK;
}

slo_status slo_lint_definition(const slo_definition_config *config, int64_t now_ns,
                               slo_finding *findings, uint32_t capacity, uint32_t *count,
                               slo_error *error) {
  slo_definition_config c;
  slo_journey_config j;
  sloi_lint lint;
  uint32_t slos = 0;
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_lint_begin(&lint, NULL, findings, capacity, count, error);
  if (status == SLO_OK) {
    status = sloi_sized_read(&c, sizeof c, config, error, "slo_definition_config");
  }
  if (status != SLO_OK) return status;
  if (c.journey_count > SLO_DEFINITION_JOURNEYS_MAX) {
    return sloi_fail_range(error, c.journey_count, 0, SLO_DEFINITION_JOURNEYS_MAX, "journey_count");
  }
  if (c.journey_count != 0 && c.journeys == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "journeys (NULL)");
  }
  for (uint32_t i = 0; i < c.journey_count; i++) {
    status = sloi_sized_element(&j, sizeof j, c.journeys, i, error, "journeys");
    if (status == SLO_OK) status = lint_journey_check(&j, i, error);
    if (status != SLO_OK) return status;
    slos += j.slo_count;
  }
  if (slos > LINT_SLOS_MAX) {
    sloi_lint_field(&lint, "journeys[].slo_count");
    sloi_lint_replace(&lint, SLO_LINT_TOO_MANY_SLOS, slos, LINT_SLOS_MAX,
                      "keep the %d that users would miss first", LINT_SLOS_MAX);
  }
  for (uint32_t i = 0; i < c.journey_count; i++) {
    (void)sloi_sized_element(&j, sizeof j, c.journeys, i, NULL, "");
    lint_journey(&lint, &j, i, now_ns);
  }
  *count = lint.count;
  return SLO_OK;
}

/* ---- methods ---- */

slo_status slo_lint_methods(const slo_window *window, const slo_budget_config *budget,
                            const char *field, slo_finding *findings, uint32_t capacity,
                            uint32_t *count, slo_error *error) {
  slo_budget_config c;
  sloi_lint lint;
  slo_budget b = {0};
  uint32_t answers = 0;
  char text[160];
  size_t length = 0;
  if (window == NULL) return sloi_fail(error, SLO_EINVAL, 0, "window (NULL)");
  if (budget == NULL) return sloi_fail(error, SLO_EINVAL, 0, "budget (NULL)");
  slo_status status = sloi_lint_begin(&lint, field, findings, capacity, count, error);
  if (status == SLO_OK) status = sloi_sized_read(&c, sizeof c, budget, error, "slo_budget_config");
  if (status != SLO_OK) return status;
  c.struct_size = (uint32_t)sizeof c;
  b.struct_size = (uint32_t)sizeof b;
  for (c.method = 0; c.method <= SLO_METHOD_RATIO_TIMESLICES; c.method++) {
    status = slo_budget_check(&c, error);
    if (status != SLO_OK) return status;
    status = slo_budget_read(window, &c, &b);
    if (status == SLO_ENODATA) continue;
    if (status == SLO_EINVAL && c.method != SLO_METHOD_OCCURRENCES) break; /* no slices */
    if (status != SLO_OK) return sloi_fail(error, status, c.start_ns, "start_ns");
    /* before any rounding */
    const slo_counts units = {b.good, b.bad, 0};
    answers |= UINT32_C(1) << slo_burn_exceeds(&units, c.objective_ppb, LINT_PPM, 0);
    int n = snprintf(text + length, sizeof text - length, "%s%s %" PRIu64 ".%02" PRIu64 " %%",
                     length == 0 ? "" : ", ", slo_method_name(c.method), b.consumed_ppm / 10000,
                     b.consumed_ppm / 100 % 100);
    if (n > 0 && (size_t)n < sizeof text - length) length += (size_t)n;
  }
  if (answers == 3) {
    sloi_lint_field(&lint, "method");
    sloi_lint_add(&lint, SLO_LINT_METHODS, 0, "agree on one, and name it with the number: %s",
                  text);
  }
  *count = lint.count;
  return SLO_OK;
}
