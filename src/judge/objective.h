/* objective.h - the one range check of objectives. */
#ifndef SLOI_OBJECTIVE_H
#define SLOI_OBJECTIVE_H

#include "slo/objective.h"

#define SLOI_PPB UINT64_C(1000000000)
#define SLOI_PERIOD_MAX_NS (INT64_C(3660) * 24 * 3600 * 1000000000) /* of any budget */
#define SLOI_PPB_PPM UINT64_C(1000000000000000)                     /* 10^9 * 10^6 */

slo_status sloi_objective_check(uint64_t objective_ppb, slo_error *error, const char *field);

#endif
