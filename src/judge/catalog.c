#include "judge/catalog.h"

#include "base/fail.h"
#include "judge/objective.h"
#include "judge/tier.h"
#include "slo/catalog.h"

enum { CATALOG_TIERS = 4 };

typedef struct catalog_row {
  int64_t long_ns;
  int64_t short_ns;
  uint64_t share_ppm; /* of the period's budget; the factor follows */
  uint32_t severity;
} catalog_row;

#define CATALOG_HOURS(h) ((h) * SLO_HOUR_NS)
#define CATALOG_MINUTES(m) ((m) * SLO_MINUTE_NS)

/* The windows three of the catalogs share: 1h/5m, 6h/30m, 1d/2h, 3d/6h. */
static void catalog_rows(catalog_row *rows, const uint64_t *shares_ppm, int count) {
  static const int64_t long_hours[CATALOG_TIERS] = {1, 6, 24, 72};
  for (int i = 0; i < count; i++) {
    rows[i].long_ns = CATALOG_HOURS(long_hours[i]);
    rows[i].short_ns = rows[i].long_ns / 12;
    rows[i].share_ppm = shares_ppm[i];
    rows[i].severity = i < 2 ? SLO_SEVERITY_PAGE : SLO_SEVERITY_TICKET;
  }
}

static slo_status catalog_period(int64_t period_ns, slo_error *error) {
  return sloi_fail(error, SLO_ERANGE, period_ns, "period_ns (not one this catalog has)");
}

/* n / d rounded half up to whole minutes. */
static int64_t catalog_minutes(int64_t n, int64_t d) {
  int64_t minutes = (2 * n / d + SLO_MINUTE_NS) / (2 * SLO_MINUTE_NS);
  return CATALOG_MINUTES(minutes);
}

static slo_status catalog_pyrra(int64_t period_ns, slo_alert_tier *tiers, slo_error *error) {
  static const uint64_t factor[CATALOG_TIERS] = {14, 7, 2, 1};
  static const int64_t long_part[CATALOG_TIERS] = {28 * 24, 28 * 4, 28, 7};
  static const int64_t short_part[CATALOG_TIERS] = {28 * 288, 28 * 48, 28 * 12, 28 * 4};
  for (int i = 0; i < CATALOG_TIERS; i++) {
    tiers[i].long_ns = catalog_minutes(period_ns, long_part[i]);
    tiers[i].short_ns = catalog_minutes(period_ns, short_part[i]);
    tiers[i].factor_ppm = factor[i] * 1000000;
    tiers[i].severity = i < 2 ? SLO_SEVERITY_PAGE : SLO_SEVERITY_TICKET;
    if (tiers[i].short_ns == 0) return catalog_period(period_ns, error);
  }
  return SLO_OK;
}

slo_status slo_catalog_tiers(uint32_t catalog, int64_t period_ns, slo_alert_tier *tiers,
                             uint32_t capacity, uint32_t *count, slo_error *error) {
  static const uint64_t workbook[CATALOG_TIERS] = {20000, 50000, 100000, 100000};
  static const uint64_t sloth_week[CATALOG_TIERS] = {80000, 125000, 200000, 420000};
  static const uint64_t datadog_week[3] = {100000, 200000, 400000};
  static const uint64_t datadog_month[3] = {20000, 50000, 100000};
  static const uint64_t datadog_quarter[3] = {10000, 30000, 50000};
  slo_alert_tier made[CATALOG_TIERS] = {{0}};
  catalog_row rows[CATALOG_TIERS];
  uint32_t n = CATALOG_TIERS;
  const uint64_t *shares = NULL;
  uint32_t flags = 0;
  slo_status status = SLO_OK;
  if (tiers == NULL || count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (period_ns <= 0 || period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, period_ns, 1, SLOI_PERIOD_MAX_NS, "period_ns");
  }
  int64_t days = period_ns % SLO_DAY_NS == 0 ? period_ns / SLO_DAY_NS : 0;
  switch (catalog) {
    case SLO_CATALOG_WORKBOOK:
      shares = workbook;
      break;
    case SLO_CATALOG_SLOTH:
      if (days == 7) shares = sloth_week;
      if (days == 28 || days == 30) shares = workbook;
      break;
    case SLO_CATALOG_PYRRA:
      status = catalog_pyrra(period_ns, made, error);
      break;
    case SLO_CATALOG_DATADOG:
      n = 3;
      flags = SLO_BURN_AT_LEAST;
      if (days == 7) shares = datadog_week;
      if (days == 30) shares = datadog_month;
      if (days == 90) shares = datadog_quarter;
      break;
    default:
      return sloi_fail_range(error, catalog, SLO_CATALOG_WORKBOOK, SLO_CATALOG_DATADOG, "catalog");
  }
  if (status != SLO_OK) return status;
  if (catalog != SLO_CATALOG_PYRRA) {
    if (shares == NULL) return catalog_period(period_ns, error);
    catalog_rows(rows, shares, (int)n);
    for (uint32_t i = 0; i < n; i++) {
      made[i].long_ns = rows[i].long_ns;
      made[i].short_ns = rows[i].short_ns;
      made[i].severity = rows[i].severity;
      made[i].flags = flags;
      status = slo_burn_factor(rows[i].share_ppm, period_ns, rows[i].long_ns, &made[i].factor_ppm);
      if (status != SLO_OK || made[i].factor_ppm == 0) return catalog_period(period_ns, error);
    }
  }
  if (capacity < n) return sloi_fail_space(error, capacity, n, "capacity");
  memcpy(tiers, made, n * sizeof made[0]);
  *count = n;
  return SLO_OK;
}

slo_status slo_catalog_by_share(const slo_catalog_share *shares, uint32_t n, int64_t period_ns,
                                slo_alert_tier *tiers, slo_error *error) {
  if (shares == NULL) return sloi_fail(error, SLO_EINVAL, 0, "shares (NULL)");
  if (tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (n < 1 || n > SLO_ALERT_TIERS_MAX) {
    return sloi_fail_range(error, n, 1, SLO_ALERT_TIERS_MAX, "n");
  }
  if (period_ns <= 0 || period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, period_ns, 1, SLOI_PERIOD_MAX_NS, "period_ns");
  }
  slo_alert_tier made[SLO_ALERT_TIERS_MAX] = {{0}};
  for (uint32_t i = 0; i < n; i++) {
    const slo_catalog_share *s = &shares[i];
    slo_alert_tier *t = &made[i];
    if (s->long_ns < 1 || s->long_ns > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, s->long_ns, 1, SLO_TIME_MAX_NS, "shares[%u].long_ns",
                             (unsigned)i);
    }
    if (s->share_ppm < 1 || s->share_ppm > 1000000) {
      return sloi_fail_range(error, sloi_shown(s->share_ppm), 1, 1000000, "shares[%u].share_ppm",
                             (unsigned)i);
    }
    t->long_ns = s->long_ns;
    t->short_ns = s->short_ns != 0 ? s->short_ns : s->long_ns / 12;
    t->severity = s->severity;
    t->flags = s->flags;
    if (slo_burn_factor(s->share_ppm, period_ns, s->long_ns, &t->factor_ppm) != SLO_OK ||
        t->factor_ppm == 0) {
      return sloi_fail(error, SLO_ERANGE, s->long_ns, "shares[%u].long_ns (its factor is none)",
                       (unsigned)i);
    }
    slo_status status = sloi_tier_check(t, (unsigned)i, error);
    if (status != SLO_OK) return status;
  }
  memcpy(tiers, made, n * sizeof made[0]);
  return SLO_OK;
}

slo_status sloi_catalog_alert(const slo_alert_config *rest, const slo_alert_tier *tiers,
                              uint32_t tier_count, uint32_t catalog, uint64_t objective_ppb,
                              int64_t period_ns, slo_alert_tier *room, slo_alert_config *alert,
                              slo_error *error) {
  slo_alert_config a;
  slo_status status = sloi_sized_read(&a, sizeof a, rest, error, "slo_alert_config");
  if (status != SLO_OK) return status;
  if (a.tiers != NULL || a.tier_count != 0) {
    return sloi_fail(error, SLO_EINVAL, a.tier_count, "alert (tiers not 0)");
  }
  if (a.objective_ppb != 0 || a.period_ns != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "alert (objective_ppb or period_ns not 0)");
  }
  if (rest == NULL) a.flags = SLO_ALERT_SILENCE;
  a.struct_size = (uint32_t)sizeof a;
  a.objective_ppb = objective_ppb;
  a.period_ns = period_ns;
  a.tiers = tiers;
  a.tier_count = tier_count;
  if (tier_count == 0) {
    status = slo_catalog_tiers(catalog, period_ns, room, SLO_ALERT_TIERS_MAX, &a.tier_count, error);
    if (status != SLO_OK) return status;
    a.tiers = room;
  } else if (catalog != 0) {
    return sloi_fail(error, SLO_EINVAL, catalog, "catalog (beside tiers)");
  }
  *alert = a;
  return SLO_OK;
}
