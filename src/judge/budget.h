/* budget.h - what the explanation of a budget needs of it. */
#ifndef SLOI_BUDGET_H
#define SLOI_BUDGET_H

#include "slo/budget.h"

/* The delta that a budget is read from, with corrections; *corrections is how many there were.
 * Also checks config, which is completed in *c. */
slo_status sloi_budget_delta(const slo_window *window, const slo_budget_config *config,
                             slo_budget_config *c, slo_delta *delta, uint32_t *corrections);

/* The budget of such a delta. */
slo_status sloi_budget_of(const slo_budget_config *c, const slo_delta *delta, uint32_t corrections,
                          slo_budget *budget);

#endif
