/* plan.c - from the journeys of a definition to the SLIs and SLOs of a monitor. */
#include "monitor/plan.h"

#include <stdio.h>
#include <string.h>

_Static_assert(2 * SLO_JOURNEY_NAME_MAX + 1 <= SLO_MONITOR_NAME_MAX, "two names and a slash");

/* The SLIs of its attempts, its steps and its limit. */
static uint64_t plan_parts(const slo_journey_config *journey) {
  return UINT64_C(1) + journey->step_count + (journey->limit_ns != 0);
}

void sloi_plan_count(const slo_definition *definition, uint64_t *slis, uint64_t *slos) {
  slo_journey_config journey;
  sloi_journey_source source;
  *slis = *slos = 0;
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); j++) {
    sloi_definition_journey(definition, j, &journey, &source);
    *slis += plan_parts(&journey) + journey.sli_count;
    *slos += journey.slo_count;
  }
}

static void plan_name(char *name, const char *journey, const char *of_it) {
  (void)snprintf(name, SLO_MONITOR_NAME_MAX + 1, "%s%s%s", journey, of_it[0] == '\0' ? "" : "/",
                 of_it);
}

static void plan_indicator(const slo_journey_sli *of, sloi_plan_sli *p) {
  p->origin.part = SLOI_MONITOR_NO_PART;
  p->origin.rule = of->sli;
  p->sli.unmeasured = of->unmeasured;
  if (of->unmeasured == 0 && of->sli.kind == SLO_SLI_PROBE) p->sli.unmeasured = SLO_UNMEASURED_BAD;
  p->sli.slice_ns = of->slice_ns;
  p->sli.slice_objective_ppb = of->slice_objective_ppb;
  if (of->sli.kind != SLO_SLI_LATENCY) return;
  p->threshold = of->sli.threshold_ns;
  p->latency.struct_size = (uint32_t)sizeof p->latency;
  p->latency.thresholds = &p->threshold;
  p->latency.threshold_count = 1;
  p->sli.latency = &p->latency;
  p->sli.with_threshold = 1;
}

void sloi_plan_sli_at(const slo_definition *definition, uint64_t i, sloi_plan_sli *p) {
  slo_journey_config journey;
  sloi_journey_source source;
  slo_journey_sli sli;
  slo_step step;
  const char *name = "";
  memset(p, 0, sizeof *p);
  p->sli.struct_size = (uint32_t)sizeof p->sli;
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); j++) {
    sloi_definition_journey(definition, j, &journey, &source);
    uint64_t parts = plan_parts(&journey);
    p->origin.journey = j;
    if (i < parts) {
      p->origin.part = i;
      if (i > journey.step_count) {
        name = SLO_JOURNEY_LIMIT;
      } else if (i != 0) {
        source.step(&source, (uint32_t)i - 1, &step);
        name = step.name;
      }
      break;
    }
    i -= parts;
    if (i < journey.sli_count) {
      source.sli(&source, (uint32_t)i, &sli);
      plan_indicator(&sli, p);
      p->sli.shards = journey.shards;
      p->latency.shards = journey.shards;
      name = sli.name;
      break;
    }
    i -= journey.sli_count;
  }
  plan_name(p->name, journey.name, name);
  p->sli.name = p->name;
}

uint64_t sloi_plan_attempts(const slo_definition *definition, uint32_t j) {
  slo_journey_config journey;
  sloi_journey_source source;
  uint64_t first = 0;
  for (uint32_t k = 0; k < j; k++) {
    sloi_definition_journey(definition, k, &journey, &source);
    first += plan_parts(&journey) + journey.sli_count;
  }
  return first;
}

void sloi_plan_slo_at(const slo_definition *definition, uint64_t i, sloi_plan_slo *p) {
  slo_journey_config journey;
  sloi_journey_source source;
  memset(p, 0, sizeof *p);
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); i -= journey.slo_count, j++) {
    sloi_definition_journey(definition, j, &journey, &source);
    if (i >= journey.slo_count) continue;
    source.slo(&source, (uint32_t)i, &p->of);
    const slo_journey_slo *of = &p->of.slo;
    uint64_t at = sloi_plan_attempts(definition, j);
    if (of->sli != 0) at += plan_parts(&journey) + of->sli - 1;
    plan_name(p->name, journey.name, of->name);
    p->slo.struct_size = (uint32_t)sizeof p->slo;
    p->slo.name = p->name;
    p->slo.sli = (uint32_t)at;
    p->slo.objective_ppb = of->objective_ppb;
    p->slo.period_ns = of->period_ns;
    p->slo.tiers = of->tiers;
    p->slo.tier_count = of->tier_count;
    p->slo.method = of->method;
    p->slo.calendar = of->calendar;
    p->slo.alert = of->alert;
    p->slo.catalog = of->catalog;
    return;
  }
}
