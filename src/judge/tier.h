/* tier.h - the one check of tiers. */
#ifndef SLOI_TIER_H
#define SLOI_TIER_H

#include "slo/tier.h"

/* i is the place in the array, for the error's field. */
slo_status sloi_tier_check(const slo_alert_tier *tier, unsigned i, slo_error *error);

#endif
