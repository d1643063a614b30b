/*
 * slo/defined.h - a monitor that was opened from a definition (slo/definition.h).
 *
 *   slo_monitor_config config = {.struct_size = sizeof config, .definition = definition};
 *   slo_monitor_create(&config, NULL, &monitor, &error);
 *   slo_monitor_find_sli(monitor, "buy/pay works", &pay);
 *   ...
 *   slo_attempt_begin(&attempt, slo_monitor_journey(monitor, 0), now_ns);    any thread
 *   slo_monitor_record(monitor, pay, &event);                               any thread
 *   ...
 *   slo_monitor_blame(monitor, 0, blames, capacity, &count);                any thread
 *
 * slo/monitor.h says which SLIs and SLOs it has, and has everything else.
 */
#ifndef SLO_DEFINED_H
#define SLO_DEFINED_H

#include "slo/definition.h"
#include "slo/monitor.h"

SLO_BEGIN

/* The SLI or SLO of that name, of any monitor. SLO_ENODATA: there is none; SLO_EINVAL. Any thread.
 */
SLO_API slo_status slo_monitor_find_sli(const slo_monitor *monitor, const char *name,
                                        uint32_t *sli);
SLO_API slo_status slo_monitor_find_slo(const slo_monitor *monitor, const char *name,
                                        uint32_t *slo);

/* What it was opened from, inside the block; NULL when that were slis and slos. Any thread. */
SLO_API const slo_definition *slo_monitor_definition(const slo_monitor *monitor);

/* The journeys of that definition, for attempts (slo/attempt.h); 0 and NULL when there is none. */
SLO_API uint32_t slo_monitor_journey_count(const slo_monitor *monitor);
SLO_API slo_journey *slo_monitor_journey(slo_monitor *monitor, uint32_t journey);

/*
 * Classifies an event by the rule of a definition's indicator, counts it (a latency that is valid
 * in its histogram, everything else in its counter), and says what it was. Any thread. SLO_EXCLUDED
 * also, and nothing is counted, for NULL, or when there is no such SLI or it has no rule: a
 * journey's attempts and steps are counted by slo_attempt_end.
 */
SLO_API slo_outcome slo_monitor_record(slo_monitor *monitor, uint32_t sli, const slo_event *event);

/*
 * Who spent the budget of an objective about a journey's attempts: slo_journey_blame of its period,
 * corrections of the attempts included, as of the newest tick; during a tick some parts may still
 * be those of the one before. *count, unless count is NULL, is how many blames there are,
 * slo_journey_part_count - 1, also when that is more than capacity (SLO_ESPACE, nothing else is
 * written). Any thread. SLO_ERANGE: no such SLO, one of something else, or as slo_monitor_budget.
 * SLO_ENODATA: never ticked. SLO_EINVAL.
 */
SLO_API slo_status slo_monitor_blame(const slo_monitor *monitor, uint32_t slo, slo_blame *blames,
                                     uint32_t capacity, uint32_t *count);

SLO_END

#endif
