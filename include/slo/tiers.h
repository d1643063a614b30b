/*
 * slo/tiers.h - how finely a window remembers, and which tiers serve given windows.
 *
 *   int64_t spans_ns[] = {386 * SLO_MINUTE_NS, 32 * SLO_MINUTE_NS, 31 * SLO_DAY_NS};
 *   slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
 *   slo_window_config config = SLO_SIZED(slo_window_config);
 *   slo_window_tiers(spans_ns, 3, tiers, SLO_WINDOW_TIERS_MAX, &config.tier_count, NULL);
 *   config.tiers = tiers;
 *
 * Pure functions, any thread.
 */
#ifndef SLO_TIERS_H
#define SLO_TIERS_H

#include "slo/time.h"

#define SLO_WINDOW_TIERS_MAX 16
#define SLO_WINDOW_SLOTS_MAX 16777216
#define SLO_WINDOW_SPANS_MAX 256

SLO_BEGIN

/* A frozen value type. One reading every step_ns, span_ns back: 1 ms <= step_ns <=
 * span_ns, span_ns / step_ns <= SLO_WINDOW_SLOTS_MAX. 48 bytes a reading, 72 with slices. */
typedef struct slo_window_tier {
  int64_t step_ns;
  int64_t span_ns;
} slo_window_tier;

/*
 * Tiers that serve windows of these spans, in any order, each within 2 %: what to put into
 * slo_window_config for alerts whose windows the default tiers do not have. The periods of
 * rolling budgets are such spans, too. Each tier's step is at most a 60th of the smallest span it
 * serves, so that a reading may come late by a 300th of that. Spans share a tier where that takes
 * fewer readings, or when capacity leaves no choice; each step divides the next where that takes
 * at most a quarter more. No tier reaches further back than the longest span: for time that can
 * stand still (SLO_UNMEASURED_FREEZE) name a longer one, too.
 *
 * n >= 1; capacity is the room in tiers (SLO_WINDOW_TIERS_MAX suffices, more is not used), *count
 * how many there are. tiers may be NULL when capacity is 0.
 * SLO_ERANGE: n is 0, a span is not in 60 ms .. SLO_TIME_MAX_NS, more than SLO_WINDOW_SPANS_MAX
 * different ones. SLO_ESPACE: so few tiers would need more than SLO_WINDOW_SLOTS_MAX readings in
 * one; error->min is how many tiers it takes. SLO_EINVAL (NULL).
 */
SLO_API slo_status slo_window_tiers(const int64_t *spans_ns, size_t n, slo_window_tier *tiers,
                                    uint32_t capacity, uint32_t *count, slo_error *error);

SLO_END

#endif
