/*
 * slo/catalog.h - the burn-rate tiers the world uses, by name.
 *
 * Each catalog is computed for a period: the windows and the share of the budget they
 * stand for decide the factors. Pure functions, any thread.
 */
#ifndef SLO_CATALOG_H
#define SLO_CATALOG_H

#include "slo/alert.h"

SLO_BEGIN

enum {
  /* The Site Reliability Workbook, table 5-8 and its listing: page 2 % in 1h/5m and 5 % in
   * 6h/30m, ticket 10 % in 1d/2h and 10 % in 3d/6h. 14.4, 6, 3, 1 over 30 days; scaled by
   * share for any other period. */
  SLO_CATALOG_WORKBOOK = 0,
  /* sloth's built-in windows: as workbook for 28 and 30 days; for 7 days its example with
   * 8, 12.5, 20 and 42 %. Other periods: SLO_ERANGE. */
  SLO_CATALOG_SLOTH = 1,
  /* pyrra: factors 14, 7, 2, 1; the windows are those of 28 days (1h/5m, 6h/30m, 1d/2h,
   * 4d/6h) scaled to the period and rounded to minutes. */
  SLO_CATALOG_PYRRA = 2,
  /* Datadog's recommendations over 1h/5m, 6h/30m, 1d/2h: 10, 20, 40 % of 7 days, 2, 5,
   * 10 % of 30, 1, 3, 5 % of 90. Compared with >=. Other periods: SLO_ERANGE. */
  SLO_CATALOG_DATADOG = 3
};

/*
 * Writes the tiers of a catalog for a period, pages first, and their number. capacity is
 * the room in tiers (SLO_ESPACE when too small; SLO_ALERT_TIERS_MAX suffices).
 * SLO_ERANGE: no such catalog, a period that is not positive, over 3660 days, or not
 * served by the catalog, or so short that a window rounds to nothing. SLO_EINVAL.
 */
SLO_API slo_status slo_catalog_tiers(uint32_t catalog, int64_t period_ns, slo_alert_tier *tiers,
                                     uint32_t capacity, uint32_t *count, slo_error *error);

/*
 * One tier by what it stands for: a share of the budget that has gone when a burn has filled the
 * long window. A frozen value type.
 *   short_ns   0: a twelfth of long_ns, as the Workbook has it
 *   share_ppm  1..1000000
 *   severity   SLO_SEVERITY_*
 *   flags      as in slo_alert_tier
 */
typedef struct slo_catalog_share {
  int64_t long_ns;
  int64_t short_ns;
  uint64_t share_ppm;
  uint32_t severity;
  uint32_t flags;
} slo_catalog_share;

/*
 * Writes n tiers (1..SLO_ALERT_TIERS_MAX) for a period: tiers[i] has the factor share * period /
 * long window, rounded down. tiers has room for n. SLO_ERANGE (error names the field; also a
 * factor that is none), SLO_EINVAL.
 */
SLO_API slo_status slo_catalog_by_share(const slo_catalog_share *shares, uint32_t n,
                                        int64_t period_ns, slo_alert_tier *tiers, slo_error *error);

SLO_END

#endif
