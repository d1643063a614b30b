/* plan.h - the SLIs and SLOs of a definition, as a monitor has them. */
#ifndef SLOI_PLAN_H
#define SLOI_PLAN_H

#include "journey/definition.h"
#include "monitor/monitor.h"

/* An SLI, and what its pointers point to. */
typedef struct sloi_plan_sli {
  slo_monitor_sli sli;
  sloi_monitor_origin origin;
  slo_hist_config latency;
  int64_t threshold;
  char name[SLO_MONITOR_NAME_MAX + 1];
} sloi_plan_sli;

typedef struct sloi_plan_slo {
  slo_monitor_slo slo;
  sloi_journey_slo of;
  char name[SLO_MONITOR_NAME_MAX + 1];
} sloi_plan_slo;

/* How many there are. */
void sloi_plan_count(const slo_definition *definition, uint64_t *slis, uint64_t *slos);

/* Not to be copied: they point into themselves, and into the definition. */
void sloi_plan_sli_at(const slo_definition *definition, uint64_t i, sloi_plan_sli *sli);
void sloi_plan_slo_at(const slo_definition *definition, uint64_t i, sloi_plan_slo *slo);

/* The SLI of journey j's attempts. */
uint64_t sloi_plan_attempts(const slo_definition *definition, uint32_t j);

#endif
