#include "judge/tier.h"

#include <stdio.h>

#include "base/fail.h"

slo_status slo_alert_tier_format(const slo_alert_tier *tier, char *buffer, size_t size) {
  char text_long[SLO_TIME_TEXT_MAX], text_short[SLO_TIME_TEXT_MAX];
  if (tier == NULL || buffer == NULL) return SLO_EINVAL;
  slo_status status = slo_span_format(tier->long_ns, text_long, sizeof text_long);
  if (status == SLO_OK) status = slo_span_format(tier->short_ns, text_short, sizeof text_short);
  if (status != SLO_OK) return status;
  int n = snprintf(buffer, size, "%s/%s", text_long, text_short);
  return n < 0 || (size_t)n >= size ? SLO_ESPACE : SLO_OK;
}

slo_status sloi_tier_check(const slo_alert_tier *tier, unsigned i, slo_error *error) {
  if (tier->long_ns < 1 || tier->long_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, tier->long_ns, 1, SLO_TIME_MAX_NS, "tiers[%u].long_ns", i);
  }
  if (tier->short_ns < 1 || tier->short_ns > tier->long_ns) {
    return sloi_fail_range(error, tier->short_ns, 1, tier->long_ns, "tiers[%u].short_ns", i);
  }
  if (tier->factor_ppm < 1 || tier->factor_ppm > (uint64_t)SLO_BURN_FACTOR_MAX_PPM) {
    return sloi_fail_range(error, sloi_shown(tier->factor_ppm), 1, SLO_BURN_FACTOR_MAX_PPM,
                           "tiers[%u].factor_ppm", i);
  }
  if (tier->for_ns < 0 || tier->for_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, tier->for_ns, 0, SLO_TIME_MAX_NS, "tiers[%u].for_ns", i);
  }
  if (tier->keep_firing_ns < 0 || tier->keep_firing_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, tier->keep_firing_ns, 0, SLO_TIME_MAX_NS,
                           "tiers[%u].keep_firing_ns", i);
  }
  if (tier->severity >= SLO_SEVERITIES) {
    return sloi_fail_range(error, tier->severity, 0, SLO_SEVERITIES - 1, "tiers[%u].severity", i);
  }
  if (tier->flags > (SLO_BURN_AT_LEAST | SLO_TIER_ANNOUNCE)) {
    return sloi_fail_range(error, tier->flags, 0, SLO_BURN_AT_LEAST | SLO_TIER_ANNOUNCE,
                           "tiers[%u].flags", i);
  }
  if (tier->kind > SLO_TIER_SILENCE) {
    return sloi_fail_range(error, tier->kind, 0, SLO_TIER_SILENCE, "tiers[%u].kind", i);
  }
  if (tier->reserved != 0) {
    return sloi_fail(error, SLO_EVERSION, sloi_shown(tier->reserved), "tiers[%u].reserved", i);
  }
  return SLO_OK;
}
