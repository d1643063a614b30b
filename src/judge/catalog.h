/* catalog.h - the alert of an objective, from what a definition says of it. */
#ifndef SLOI_CATALOG_H
#define SLOI_CATALOG_H

#include "slo/alert.h"

/*
 * *alert becomes a whole configuration: the tiers, or when tier_count is 0 those of a catalog,
 * which are put into room (SLO_ALERT_TIERS_MAX of them); the rest as given, or, when that is NULL,
 * gates and SLO_ALERT_SILENCE. rest must leave to us what it does not decide.
 */
slo_status sloi_catalog_alert(const slo_alert_config *rest, const slo_alert_tier *tiers,
                              uint32_t tier_count, uint32_t catalog, uint64_t objective_ppb,
                              int64_t period_ns, slo_alert_tier *room, slo_alert_config *alert,
                              slo_error *error);

#endif
