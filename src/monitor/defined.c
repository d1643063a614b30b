#include "slo/defined.h"

#include <string.h>

#include "monitor/monitor.h"
#include "slo/window.h"

slo_status slo_monitor_find_sli(const slo_monitor *monitor, const char *name, uint32_t *sli) {
  if (monitor == NULL || name == NULL || sli == NULL) return SLO_EINVAL;
  for (uint64_t i = 0; i < monitor->sli_count; i++) {
    if (strcmp(monitor->sli[i].name, name) != 0) continue;
    *sli = (uint32_t)i;
    return SLO_OK;
  }
  return SLO_ENODATA;
}

slo_status slo_monitor_find_slo(const slo_monitor *monitor, const char *name, uint32_t *slo) {
  if (monitor == NULL || name == NULL || slo == NULL) return SLO_EINVAL;
  for (uint64_t i = 0; i < monitor->slo_count; i++) {
    if (strcmp(sloi_monitor_slos_const(monitor)[i].name, name) != 0) continue;
    *slo = (uint32_t)i;
    return SLO_OK;
  }
  return SLO_ENODATA;
}

const slo_definition *slo_monitor_definition(const slo_monitor *monitor) {
  if (monitor == NULL || monitor->journey_count == 0) return NULL;
  return (const slo_definition *)(const void *)((const char *)monitor + monitor->definition_at);
}

uint32_t slo_monitor_journey_count(const slo_monitor *monitor) {
  return monitor == NULL ? 0 : (uint32_t)monitor->journey_count;
}

slo_journey *slo_monitor_journey(slo_monitor *monitor, uint32_t journey) {
  if (journey >= slo_monitor_journey_count(monitor)) return NULL;
  return (slo_journey *)(void *)((char *)monitor + sloi_monitor_journeys(monitor)[journey].at);
}

slo_outcome slo_monitor_record(slo_monitor *monitor, uint32_t sli, const slo_event *event) {
  if (monitor == NULL || event == NULL || monitor->journey_count == 0 ||
      sli >= monitor->sli_count) {
    return SLO_EXCLUDED;
  }
  if (sloi_monitor_is_part(monitor, sli)) return SLO_EXCLUDED;
  slo_outcome outcome = slo_sli_classify(&sloi_monitor_origins(monitor)[sli].rule, event);
  if (outcome != SLO_EXCLUDED && monitor->sli[sli].hist_at != 0) {
    slo_hist_record(slo_monitor_hist(monitor, sli), event->latency_ns);
  } else {
    slo_counter_record(slo_monitor_counter(monitor, sli), outcome);
  }
  return outcome;
}

slo_status slo_monitor_blame(const slo_monitor *monitor, uint32_t slo, slo_blame *blames,
                             uint32_t capacity, uint32_t *count) {
  slo_counts parts[SLO_JOURNEY_STEPS_MAX + 1] = {{0, 0, 0}};
  slo_budget_config config;
  if (monitor == NULL || blames == NULL) return SLO_EINVAL;
  if (slo >= monitor->slo_count || monitor->journey_count == 0) return SLO_ERANGE;
  uint64_t sli = sloi_monitor_slos_const(monitor)[slo].sli;
  const sloi_monitor_origin *origin = &sloi_monitor_origins(monitor)[sli];
  if (origin->part != 0) return SLO_ERANGE;
  uint64_t at = sloi_monitor_journeys(monitor)[origin->journey].at;
  const slo_journey *journey = (const slo_journey *)(const void *)((const char *)monitor + at);
  if (count != NULL) *count = (uint32_t)journey->steps + 1;
  if (capacity < journey->steps + 1) return SLO_ESPACE;
  config.struct_size = (uint32_t)sizeof config;
  slo_status status = slo_monitor_budget(monitor, slo, &config);
  if (status != SLO_OK) return status;
  uint64_t last = journey->steps + (journey->limit_ns != 0);
  for (uint64_t part = 1; part <= last; part++) {
    at = monitor->sli[sli + part].window_at;
    slo_budget budget = {0};
    budget.struct_size = (uint32_t)sizeof budget;
    status = slo_budget_read((const slo_window *)(const void *)((const char *)monitor + at),
                             &config, &budget);
    /* SLO_ERANGE: a tick is under way, and this part has not come to the new period yet */
    if (status != SLO_OK && status != SLO_ENODATA && status != SLO_ERANGE) return status;
    parts[part - 1] = budget.counts; /* also when nothing is valid in it */
  }
  sloi_journey_share(journey, parts, blames);
  return SLO_OK;
}
