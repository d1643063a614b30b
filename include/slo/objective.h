/*
 * slo/objective.h - targets as integers.
 *
 * An objective is a number of parts per billion: 99.9 % is 999000000. The error
 * budget is what is left, 10^9 - objective_ppb. 0 and 100 % are no objectives: one
 * promises nothing, the other leaves no budget to manage, so the range is
 * SLO_OBJECTIVE_MIN_PPB .. SLO_OBJECTIVE_MAX_PPB. Pure functions, any thread.
 */
#ifndef SLO_OBJECTIVE_H
#define SLO_OBJECTIVE_H

#include "slo/status.h"

#define SLO_OBJECTIVE_MIN_PPB UINT64_C(1)
#define SLO_OBJECTIVE_MAX_PPB UINT64_C(999999999)
#define SLO_OBJECTIVE_TEXT_MAX 16 /* enough for slo_objective_format */

SLO_BEGIN

/* Reads a percentage, "99.9" or "99.95%", exactly: at most 7 decimals that are not 0.
 * SLO_EPARSE (error->value is the offset), SLO_ERANGE, SLO_EINVAL. */
SLO_API slo_status slo_objective_parse(const char *text, uint64_t *objective_ppb, slo_error *error);

/*
 * Reads a promise about a quantile, "p99 <= 300ms" or "p99.9<=1s", as what it is: an objective of
 * 99 % for events within 300 ms. The two are the same, exactly: the quantile q of n values by
 * nearest rank (slo/snapshot.h) is at most X when, and only when, good >= q * valid, good being
 * the values <= X. So a quantile objective is a latency SLO whose threshold is X
 * (slo_hist_config), and has a budget. threshold_ns > 0.
 * SLO_EPARSE (error->value is the offset), SLO_ERANGE, SLO_EINVAL.
 */
SLO_API slo_status slo_objective_parse_quantile(const char *text, uint64_t *objective_ppb,
                                                int64_t *threshold_ns, slo_error *error);

/* Writes the shortest percentage without the sign, "99.95". SLO_ESPACE, SLO_ERANGE, SLO_EINVAL. */
SLO_API slo_status slo_objective_format(uint64_t objective_ppb, char *buffer, size_t size);

SLO_END

#endif
