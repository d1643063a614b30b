/* test_catalog.c - the tiers of every catalog, written out by hand. */
#include "check_main.h"
#include "slo/catalog.h"
#include "slo/time.h"

#define D SLO_DAY_NS
#define H SLO_HOUR_NS
#define M SLO_MINUTE_NS

enum { PAGE = SLO_SEVERITY_PAGE, TICKET = SLO_SEVERITY_TICKET };

/* In loops: ck_assert notes every call, which is slow. */
#define must(condition, ...)                     \
  do {                                           \
    if (!(condition)) ck_abort_msg(__VA_ARGS__); \
  } while (0)

typedef struct expected {
  const char *name;
  int64_t long_ns, short_ns;
  uint64_t factor_ppm;
} expected;

/* n tiers, the first two of them pages; written to the last element of the room and no further. */
static void check_catalog(uint32_t catalog, int64_t period_ns, uint32_t n, const expected *want) {
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX], untouched;
  slo_error error = SLO_SIZED(slo_error);
  uint32_t count = 99;
  memset(tiers, 0x5a, sizeof tiers);
  untouched = tiers[0];
  ck_ok(slo_catalog_tiers(catalog, period_ns, tiers, n, &count, &error));
  ck_assert_int_eq(error.status, SLO_OK);
  ck_assert_uint_eq(count, n);
  for (uint32_t i = 0; i < n; i++) {
    char name[SLO_ALERT_TIER_TEXT_MAX];
    ck_assert_int_eq(tiers[i].long_ns, want[i].long_ns);
    ck_assert_int_eq(tiers[i].short_ns, want[i].short_ns);
    ck_assert_uint_eq(tiers[i].factor_ppm, want[i].factor_ppm);
    ck_assert_uint_eq(tiers[i].severity, i < 2 ? PAGE : TICKET);
    ck_assert_uint_eq(tiers[i].flags, catalog == SLO_CATALOG_DATADOG ? SLO_BURN_AT_LEAST : 0);
    ck_assert_int_eq(tiers[i].for_ns, 0);
    ck_assert_int_eq(tiers[i].keep_firing_ns, 0);
    ck_assert_uint_eq(tiers[i].kind, SLO_TIER_BURN);
    ck_assert_uint_eq(tiers[i].group, 0);
    ck_assert_uint_eq(tiers[i].reserved, 0);
    ck_ok(slo_alert_tier_format(&tiers[i], name, sizeof name));
    ck_assert_str_eq(name, want[i].name);
  }
  ck_assert_mem_eq(&tiers[n], &untouched, sizeof untouched);

  /* an alert accepts what a catalog writes */
  slo_alert_config config = SLO_SIZED(slo_alert_config);
  size_t size = 0;
  config.tier_count = n;
  config.tiers = tiers;
  config.objective_ppb = 999000000;
  ck_ok(slo_alert_footprint(&config, &size, &error));

  /* one tier too little room, and none */
  slo_alert_tier few[SLO_ALERT_TIERS_MAX];
  for (uint32_t capacity = 0; capacity < n; capacity += n - 1) {
    memset(few, 0x5a, sizeof few);
    count = 99;
    ck_assert_int_eq(slo_catalog_tiers(catalog, period_ns, few, capacity, &count, &error),
                     SLO_ESPACE);
    ck_assert_int_eq(error.status, SLO_ESPACE);
    ck_assert_str_eq(error.field, "capacity");
    ck_assert_int_eq(error.value, capacity);
    ck_assert_int_eq(error.min, n);
    ck_assert_uint_eq(count, 99);
    ck_assert_mem_eq(&few[0], &untouched, sizeof untouched);
    ck_assert_int_eq(slo_catalog_tiers(catalog, period_ns, few, capacity, &count, NULL),
                     SLO_ESPACE);
  }
}

static void refused(uint32_t catalog, int64_t period_ns, const char *field) {
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX], untouched;
  slo_error error = SLO_SIZED(slo_error);
  uint32_t count = 99;
  memset(tiers, 0x5a, sizeof tiers);
  untouched = tiers[0];
  slo_status status =
      slo_catalog_tiers(catalog, period_ns, tiers, SLO_ALERT_TIERS_MAX, &count, &error);
  ck_assert_msg(status == SLO_ERANGE, "catalog %u, period %" PRId64 ": %s", catalog, period_ns,
                slo_status_name(status));
  ck_assert_int_eq(error.status, SLO_ERANGE);
  ck_assert_msg(strncmp(error.field, field, strlen(field)) == 0, "%s", error.field);
  ck_assert_uint_eq(count, 99);
  ck_assert_mem_eq(&tiers[0], &untouched, sizeof untouched);
}

START_TEST(test_workbook) {
  static const expected month[] = {{"1h/5m", H, 5 * M, 14400000},
                                   {"6h/30m", 6 * H, 30 * M, 6000000},
                                   {"1d/2h", D, 2 * H, 3000000},
                                   {"3d/6h", 3 * D, 6 * H, 1000000}};
  static const expected four_weeks[] = {{"1h/5m", H, 5 * M, 13440000},
                                        {"6h/30m", 6 * H, 30 * M, 5600000},
                                        {"1d/2h", D, 2 * H, 2800000},
                                        {"3d/6h", 3 * D, 6 * H, 933333}};
  static const expected week[] = {{"1h/5m", H, 5 * M, 3360000},
                                  {"6h/30m", 6 * H, 30 * M, 1400000},
                                  {"1d/2h", D, 2 * H, 700000},
                                  {"3d/6h", 3 * D, 6 * H, 233333}};
  static const expected quarter[] = {{"1h/5m", H, 5 * M, 43200000},
                                     {"6h/30m", 6 * H, 30 * M, 18000000},
                                     {"1d/2h", D, 2 * H, 9000000},
                                     {"3d/6h", 3 * D, 6 * H, 3000000}};
  check_catalog(SLO_CATALOG_WORKBOOK, 30 * D, 4, month);
  check_catalog(SLO_CATALOG_WORKBOOK, 28 * D, 4, four_weeks);
  check_catalog(SLO_CATALOG_WORKBOOK, 7 * D, 4, week);
  check_catalog(SLO_CATALOG_WORKBOOK, 90 * D, 4, quarter);
}
END_TEST

START_TEST(test_sloth) {
  static const expected month[] = {{"1h/5m", H, 5 * M, 14400000},
                                   {"6h/30m", 6 * H, 30 * M, 6000000},
                                   {"1d/2h", D, 2 * H, 3000000},
                                   {"3d/6h", 3 * D, 6 * H, 1000000}};
  static const expected four_weeks[] = {{"1h/5m", H, 5 * M, 13440000},
                                        {"6h/30m", 6 * H, 30 * M, 5600000},
                                        {"1d/2h", D, 2 * H, 2800000},
                                        {"3d/6h", 3 * D, 6 * H, 933333}};
  static const expected week[] = {{"1h/5m", H, 5 * M, 13440000},
                                  {"6h/30m", 6 * H, 30 * M, 3500000},
                                  {"1d/2h", D, 2 * H, 1400000},
                                  {"3d/6h", 3 * D, 6 * H, 980000}};
  check_catalog(SLO_CATALOG_SLOTH, 30 * D, 4, month);
  check_catalog(SLO_CATALOG_SLOTH, 28 * D, 4, four_weeks);
  check_catalog(SLO_CATALOG_SLOTH, 7 * D, 4, week);
  refused(SLO_CATALOG_SLOTH, 90 * D, "period_ns");
  refused(SLO_CATALOG_SLOTH, 29 * D, "period_ns");
  refused(SLO_CATALOG_SLOTH, 28 * D + 1, "period_ns");
  refused(SLO_CATALOG_SLOTH, 30 * D - 1, "period_ns");
}
END_TEST

/* 14, 7, 2, 1; 7.5 minutes round up, as time.Duration.Round does. */
START_TEST(test_pyrra) {
  static const expected week[] = {{"15m/1m", 15 * M, M, 14000000},
                                  {"1h30m/8m", 90 * M, 8 * M, 7000000},
                                  {"6h/30m", 6 * H, 30 * M, 2000000},
                                  {"1d/1h30m", D, 90 * M, 1000000}};
  static const expected four_weeks[] = {{"1h/5m", H, 5 * M, 14000000},
                                        {"6h/30m", 6 * H, 30 * M, 7000000},
                                        {"1d/2h", D, 2 * H, 2000000},
                                        {"4d/6h", 4 * D, 6 * H, 1000000}};
  static const expected month[] = {{"1h4m/5m", 64 * M, 5 * M, 14000000},
                                   {"6h26m/32m", 386 * M, 32 * M, 7000000},
                                   {"1d1h43m/2h9m", 1543 * M, 129 * M, 2000000},
                                   {"4d6h51m/6h26m", 6171 * M, 386 * M, 1000000}};
  static const expected quarter[] = {{"3h13m/16m", 193 * M, 16 * M, 14000000},
                                     {"19h17m/1h36m", 1157 * M, 96 * M, 7000000},
                                     {"3d5h9m/6h26m", 4629 * M, 386 * M, 2000000},
                                     {"12d20h34m/19h17m", 18514 * M, 1157 * M, 1000000}};
  check_catalog(SLO_CATALOG_PYRRA, 7 * D, 4, week);
  check_catalog(SLO_CATALOG_PYRRA, 28 * D, 4, four_weeks);
  check_catalog(SLO_CATALOG_PYRRA, 30 * D, 4, month);
  check_catalog(SLO_CATALOG_PYRRA, 90 * D, 4, quarter);
}
END_TEST

START_TEST(test_pyrra_rounding) {
  static const int64_t whole[4][2] = {{H, 5 * M}, {6 * H, 30 * M}, {D, 2 * H}, {4 * D, 6 * H}};
  uint64_t state = 1;
  slo_alert_tier tiers[4];
  uint32_t count;
  /* 5m scaled is half a minute at the shortest: a nanosecond less rounds to nothing */
  const int64_t shortest = 28 * D / 10;
  refused(SLO_CATALOG_PYRRA, shortest - 1, "period_ns");
  refused(SLO_CATALOG_PYRRA, 1, "period_ns");
  ck_ok(slo_catalog_tiers(SLO_CATALOG_PYRRA, shortest, tiers, 4, &count, NULL));
  ck_assert_int_eq(tiers[0].short_ns, M);
  for (int i = 0; i < 20000; i++) {
    int64_t period = shortest + (int64_t)(check_random(&state) % (uint64_t)(3600 * D));
    if (i % 2) period -= period % (21 * M); /* where halves are common */
    if (period < shortest || period > 3660 * D) continue;
    must(slo_catalog_tiers(SLO_CATALOG_PYRRA, period, tiers, 4, &count, NULL) == SLO_OK, "%" PRId64,
         period);
    for (int t = 0; t < 4; t++) {
      const int64_t got[2] = {tiers[t].long_ns, tiers[t].short_ns};
      for (int w = 0; w < 2; w++) {
        /* |got - period * whole / 28 d| <= half a minute, and up at exactly half; 28 d is a
         * multiple of every window */
        int64_t part = 28 * D / whole[t][w];
        must(got[w] % M == 0, "no whole minute: %" PRId64, got[w]);
        int64_t minutes = got[w] / M, twice = 2 * period; /* 2 * period / part in half minutes */
        must((2 * minutes - 1) * M * part <= twice && twice < (2 * minutes + 1) * M * part,
             "%" PRId64 ": %" PRId64, period, got[w]);
      }
    }
  }
}
END_TEST

START_TEST(test_datadog) {
  static const expected week[] = {{"1h/5m", H, 5 * M, 16800000},
                                  {"6h/30m", 6 * H, 30 * M, 5600000},
                                  {"1d/2h", D, 2 * H, 2800000}};
  static const expected month[] = {{"1h/5m", H, 5 * M, 14400000},
                                   {"6h/30m", 6 * H, 30 * M, 6000000},
                                   {"1d/2h", D, 2 * H, 3000000}};
  static const expected quarter[] = {{"1h/5m", H, 5 * M, 21600000},
                                     {"6h/30m", 6 * H, 30 * M, 10800000},
                                     {"1d/2h", D, 2 * H, 4500000}};
  check_catalog(SLO_CATALOG_DATADOG, 7 * D, 3, week);
  check_catalog(SLO_CATALOG_DATADOG, 30 * D, 3, month);
  check_catalog(SLO_CATALOG_DATADOG, 90 * D, 3, quarter);
  refused(SLO_CATALOG_DATADOG, 28 * D, "period_ns");
  refused(SLO_CATALOG_DATADOG, 7 * D + 1, "period_ns");
}
END_TEST

/* factor * window / period is the share of the budget again. */
START_TEST(test_shares) {
  static const uint64_t workbook[] = {20000, 50000, 100000, 100000};
  static const uint64_t sloth_week[] = {80000, 125000, 200000, 420000};
  slo_alert_tier tiers[4];
  uint32_t count;
  for (int64_t days = 1; days <= 3660; days++) {
    ck_ok(slo_catalog_tiers(SLO_CATALOG_WORKBOOK, days * D, tiers, 4, &count, NULL));
    for (int i = 0; i < 4; i++) {
      uint64_t hours = (uint64_t)(tiers[i].long_ns / H), of = (uint64_t)days * 24;
      must(tiers[i].factor_ppm * hours <= workbook[i] * of &&
               (tiers[i].factor_ppm + 1) * hours > workbook[i] * of,
           "%" PRId64 " days: %" PRIu64, days, tiers[i].factor_ppm);
    }
  }
  ck_ok(slo_catalog_tiers(SLO_CATALOG_SLOTH, 7 * D, tiers, 4, &count, NULL));
  for (int i = 0; i < 4; i++) {
    ck_assert_uint_eq(tiers[i].factor_ppm * (uint64_t)(tiers[i].long_ns / H),
                      sloth_week[i] * 7 * 24);
  }
}
END_TEST

START_TEST(test_ranges) {
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  slo_error error = SLO_SIZED(slo_error);
  uint32_t count = 99;
  for (uint32_t catalog = SLO_CATALOG_WORKBOOK; catalog <= SLO_CATALOG_DATADOG; catalog++) {
    refused(catalog, 0, "period_ns");
    refused(catalog, -1, "period_ns");
    refused(catalog, INT64_MIN, "period_ns");
    refused(catalog, 3660 * D + 1, "period_ns");
    refused(catalog, INT64_MAX, "period_ns");
    refused(catalog, 1, "period_ns");
  }
  ck_ok(slo_catalog_tiers(SLO_CATALOG_WORKBOOK, 3660 * D, tiers, 16, &count, &error));
  ck_ok(slo_catalog_tiers(SLO_CATALOG_PYRRA, 3660 * D, tiers, 16, &count, &error));
  refused(4, 30 * D, "catalog");
  refused(UINT32_MAX, 30 * D, "catalog");
  ck_assert_int_eq(slo_catalog_tiers(4, 30 * D, tiers, 16, &count, &error), SLO_ERANGE);
  ck_assert_int_eq(error.value, 4);
  ck_assert_int_eq(error.min, SLO_CATALOG_WORKBOOK);
  ck_assert_int_eq(error.max, SLO_CATALOG_DATADOG);
  ck_assert_int_eq(slo_catalog_tiers(4, 30 * D, tiers, 16, &count, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_catalog_tiers(0, 3660 * D + 1, tiers, 16, &count, &error), SLO_ERANGE);
  ck_assert_str_eq(error.field, "period_ns");
  ck_assert_int_eq(error.value, 3660 * D + 1);
  ck_assert_int_eq(error.min, 1);
  ck_assert_int_eq(error.max, 3660 * D);
  /* a factor that rounds to nothing: 3d of a period of 2.592 s is the last that has one */
  ck_ok(slo_catalog_tiers(SLO_CATALOG_WORKBOOK, INT64_C(2592000000), tiers, 16, &count, &error));
  ck_assert_uint_eq(tiers[3].factor_ppm, 1);
  refused(SLO_CATALOG_WORKBOOK, INT64_C(2591999999), "period_ns");

  ck_assert_int_eq(slo_catalog_tiers(0, 30 * D, NULL, 16, &count, &error), SLO_EINVAL);
  ck_assert_int_eq(error.status, SLO_EINVAL);
  ck_assert_int_eq(slo_catalog_tiers(0, 30 * D, tiers, 16, NULL, &error), SLO_EINVAL);
}
END_TEST

START_TEST(test_names) {
  slo_alert_tier tier = {0};
  char name[SLO_ALERT_TIER_TEXT_MAX];
  tier.long_ns = 90 * M;
  tier.short_ns = 7 * M + 30 * SLO_SECOND_NS;
  ck_ok(slo_alert_tier_format(&tier, name, sizeof name));
  ck_assert_str_eq(name, "1h30m/7m30s");
  ck_ok(slo_alert_tier_format(&tier, name, strlen("1h30m/7m30s") + 1));
  ck_assert_int_eq(slo_alert_tier_format(&tier, name, strlen("1h30m/7m30s")), SLO_ESPACE);
  ck_assert_int_eq(slo_alert_tier_format(&tier, name, 0), SLO_ESPACE);
  ck_assert_int_eq(slo_alert_tier_format(NULL, name, sizeof name), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_tier_format(&tier, NULL, sizeof name), SLO_EINVAL);
  /* the longest there is, of any tier and of any an alert takes */
  tier.long_ns = tier.short_ns = INT64_MIN;
  ck_ok(slo_alert_tier_format(&tier, name, sizeof name));
  tier.long_ns = tier.short_ns = SLO_TIME_MAX_NS;
  ck_ok(slo_alert_tier_format(&tier, name, sizeof name));
  ck_assert_str_eq(name, "106650d23h59m59s999ms999us999ns/106650d23h59m59s999ms999us999ns");
}
END_TEST

START_TEST(test_by_share) {
  static const slo_catalog_share shares[] = {{SLO_HOUR_NS, 0, 20000, SLO_SEVERITY_PAGE, 0},
                                             {6 * SLO_HOUR_NS, 0, 50000, SLO_SEVERITY_PAGE, 0},
                                             {SLO_DAY_NS, 0, 100000, SLO_SEVERITY_TICKET, 0},
                                             {3 * SLO_DAY_NS, 0, 100000, SLO_SEVERITY_TICKET, 0}};
  static const int64_t days[] = {1, 7, 28, 30, 31, 90, 365};
  slo_alert_tier ours[4], theirs[SLO_ALERT_TIERS_MAX];
  slo_error error = SLO_SIZED(slo_error);
  for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
    uint32_t n; /* the workbook is these four */
    ck_ok(slo_catalog_tiers(SLO_CATALOG_WORKBOOK, days[i] * SLO_DAY_NS, theirs, SLO_ALERT_TIERS_MAX,
                            &n, NULL));
    ck_ok(slo_catalog_by_share(shares, 4, days[i] * SLO_DAY_NS, ours, NULL));
    ck_assert_uint_eq(n, 4);
    ck_assert_mem_eq(ours, theirs, sizeof ours);
  }
  slo_catalog_share own = {2 * SLO_HOUR_NS, SLO_MINUTE_NS, 250000, SLO_SEVERITY_TICKET,
                           SLO_BURN_AT_LEAST};
  ck_ok(slo_catalog_by_share(&own, 1, 4 * SLO_DAY_NS, ours, NULL));
  ck_assert_uint_eq(ours[0].factor_ppm, 12000000); /* a quarter of 96 h in 2 h */
  ck_assert_int_eq(ours[0].short_ns, SLO_MINUTE_NS);
  ck_assert_uint_eq(ours[0].severity, SLO_SEVERITY_TICKET);
  ck_assert_uint_eq(ours[0].flags, SLO_BURN_AT_LEAST);
#define REFUSED(change, status, name)                                                    \
  do {                                                                                   \
    slo_catalog_share s = own;                                                           \
    slo_alert_tier kept = ours[0];                                                       \
    change;                                                                              \
    ck_assert_int_eq(slo_catalog_by_share(&s, 1, 4 * SLO_DAY_NS, ours, &error), status); \
    ck_assert_msg(strncmp(error.field, name, strlen(name)) == 0, "%s", error.field);     \
    ck_assert_mem_eq(&kept, &ours[0], sizeof kept);                                      \
  } while (0)
  REFUSED(s.long_ns = 0, SLO_ERANGE, "shares[0].long_ns");
  REFUSED(s.share_ppm = 0, SLO_ERANGE, "shares[0].share_ppm");
  REFUSED(s.share_ppm = 1000001, SLO_ERANGE, "shares[0].share_ppm");
  REFUSED(s.short_ns = 3 * SLO_HOUR_NS, SLO_ERANGE, "tiers[0].short_ns");
  REFUSED(s.severity = 2, SLO_ERANGE, "tiers[0].severity");
  REFUSED(s.flags = 4, SLO_ERANGE, "tiers[0].flags");
  REFUSED((s.share_ppm = 1, s.long_ns = SLO_TIME_MAX_NS), SLO_ERANGE, "shares[0].long_ns");
  ck_assert_int_eq(slo_catalog_by_share(NULL, 1, SLO_DAY_NS, ours, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_catalog_by_share(&own, 1, SLO_DAY_NS, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_catalog_by_share(&own, 0, SLO_DAY_NS, ours, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_catalog_by_share(&own, 17, SLO_DAY_NS, ours, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_catalog_by_share(&own, 1, 0, ours, NULL), SLO_ERANGE);
}
END_TEST

CHECK_MAIN("catalog", tcase_add_test(tc, test_by_share); tcase_add_test(tc, test_workbook);
           tcase_add_test(tc, test_sloth); tcase_add_test(tc, test_pyrra);
           tcase_add_test(tc, test_pyrra_rounding); tcase_add_test(tc, test_datadog);
           tcase_add_test(tc, test_shares); tcase_add_test(tc, test_ranges);
           tcase_add_test(tc, test_names);)
