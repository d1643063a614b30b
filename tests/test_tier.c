/* test_tier.c - tiers: the one check of what they may be, and their names. */
#include "check_main.h"
#include "judge/tier.h"

#define SEC SLO_SECOND_NS

static slo_alert_tier good_tier(void) {
  slo_alert_tier t = {0};
  t.long_ns = SLO_HOUR_NS;
  t.short_ns = 5 * SLO_MINUTE_NS;
  t.factor_ppm = 14400000;
  return t;
}

START_TEST(test_format) {
  static const struct {
    int64_t long_ns, short_ns;
    const char *text;
  } tiers[] = {{SLO_HOUR_NS, 5 * SLO_MINUTE_NS, "1h/5m"},
               {3 * SLO_DAY_NS, 6 * SLO_HOUR_NS, "3d/6h"},
               {SEC, SEC, "1s/1s"},
               {90 * SLO_MINUTE_NS, 1, "1h30m/1ns"}};
  for (size_t i = 0; i < sizeof tiers / sizeof tiers[0]; i++) {
    char text[SLO_ALERT_TIER_TEXT_MAX];
    slo_alert_tier t = good_tier();
    t.long_ns = tiers[i].long_ns;
    t.short_ns = tiers[i].short_ns;
    ck_ok(slo_alert_tier_format(&t, text, sizeof text));
    ck_assert_str_eq(text, tiers[i].text);
    size_t length = strlen(text);
    ck_ok(slo_alert_tier_format(&t, text, length + 1));
    ck_assert_int_eq(slo_alert_tier_format(&t, text, length), SLO_ESPACE);
    ck_assert_int_eq(slo_alert_tier_format(&t, text, 0), SLO_ESPACE);
  }
  slo_alert_tier t = good_tier();
  char text[SLO_ALERT_TIER_TEXT_MAX];
  ck_assert_int_eq(slo_alert_tier_format(NULL, text, sizeof text), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_tier_format(&t, NULL, sizeof text), SLO_EINVAL);
  /* the longest there is */
  t.long_ns = t.short_ns = SLO_TIME_MAX_NS;
  ck_ok(slo_alert_tier_format(&t, text, sizeof text));
}
END_TEST

static void refused(slo_alert_tier t, unsigned i, slo_status expected, const char *field,
                    int64_t value, int64_t min, int64_t max) {
  slo_error error = SLO_SIZED(slo_error);
  ck_assert_int_eq(sloi_tier_check(&t, i, &error), expected);
  ck_assert_int_eq(sloi_tier_check(&t, i, NULL), expected);
  ck_assert_int_eq(error.status, expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.value, value);
  if (expected != SLO_ERANGE) return;
  ck_assert_int_eq(error.min, min);
  ck_assert_int_eq(error.max, max);
}

/* The first and the last value of each field, and the ones beside them. */
START_TEST(test_check) {
  slo_alert_tier t;
#define REFUSED(i, member, bad, value, min, max)                                   \
  do {                                                                             \
    t = good_tier();                                                               \
    t.member = bad;                                                                \
    refused(t, i, SLO_ERANGE, "tiers[" #i "]." #member, value, min, (int64_t)max); \
  } while (0)
#define ACCEPTED(change)                 \
  do {                                   \
    t = good_tier();                     \
    change;                              \
    ck_ok(sloi_tier_check(&t, 0, NULL)); \
  } while (0)
  ACCEPTED(t.long_ns = t.short_ns = 1);
  ACCEPTED(t.long_ns = SLO_TIME_MAX_NS);
  REFUSED(0, long_ns, 0, 0, 1, SLO_TIME_MAX_NS);
  REFUSED(1, long_ns, SLO_TIME_MAX_NS + 1, SLO_TIME_MAX_NS + 1, 1, SLO_TIME_MAX_NS);
  REFUSED(2, long_ns, INT64_MIN, INT64_MIN, 1, SLO_TIME_MAX_NS);
  ACCEPTED(t.short_ns = t.long_ns);
  REFUSED(3, short_ns, 0, 0, 1, SLO_HOUR_NS);
  REFUSED(4, short_ns, SLO_HOUR_NS + 1, SLO_HOUR_NS + 1, 1, SLO_HOUR_NS);
  ACCEPTED(t.factor_ppm = 1);
  ACCEPTED(t.factor_ppm = (uint64_t)SLO_BURN_FACTOR_MAX_PPM);
  REFUSED(5, factor_ppm, 0, 0, 1, SLO_BURN_FACTOR_MAX_PPM);
  REFUSED(6, factor_ppm, (uint64_t)SLO_BURN_FACTOR_MAX_PPM + 1, SLO_BURN_FACTOR_MAX_PPM + 1, 1,
          SLO_BURN_FACTOR_MAX_PPM);
  REFUSED(7, factor_ppm, UINT64_MAX, INT64_MAX, 1, SLO_BURN_FACTOR_MAX_PPM);
  ACCEPTED(t.for_ns = SLO_TIME_MAX_NS);
  REFUSED(8, for_ns, -1, -1, 0, SLO_TIME_MAX_NS);
  REFUSED(8, for_ns, SLO_TIME_MAX_NS + 1, SLO_TIME_MAX_NS + 1, 0, SLO_TIME_MAX_NS);
  ACCEPTED(t.keep_firing_ns = SLO_TIME_MAX_NS);
  REFUSED(9, keep_firing_ns, -1, -1, 0, SLO_TIME_MAX_NS);
  REFUSED(9, keep_firing_ns, SLO_TIME_MAX_NS + 1, SLO_TIME_MAX_NS + 1, 0, SLO_TIME_MAX_NS);
  ACCEPTED(t.severity = SLO_SEVERITY_TICKET);
  REFUSED(10, severity, SLO_SEVERITIES, SLO_SEVERITIES, 0, SLO_SEVERITIES - 1);
  REFUSED(10, severity, UINT32_MAX, UINT32_MAX, 0, SLO_SEVERITIES - 1);
  ACCEPTED(t.flags = SLO_BURN_AT_LEAST);
  ACCEPTED(t.flags = SLO_TIER_ANNOUNCE);
  ACCEPTED(t.flags = SLO_BURN_AT_LEAST | SLO_TIER_ANNOUNCE);
  REFUSED(11, flags, 4, 4, 0, 3);
  REFUSED(11, flags, UINT32_MAX, UINT32_MAX, 0, 3);
  ACCEPTED(t.kind = SLO_TIER_SPENT);
  ACCEPTED(t.kind = SLO_TIER_SILENCE);
  REFUSED(12, kind, SLO_TIER_SILENCE + 1, SLO_TIER_SILENCE + 1, 0, SLO_TIER_SILENCE);
  REFUSED(12, kind, UINT32_MAX, UINT32_MAX, 0, SLO_TIER_SILENCE);
  ACCEPTED(t.group = UINT32_MAX);
  t = good_tier();
  t.reserved = 1;
  refused(t, 15, SLO_EVERSION, "tiers[15].reserved", 1, 0, 0);
#undef REFUSED
#undef ACCEPTED
}
END_TEST

CHECK_MAIN("tier", tcase_add_test(tc, test_format); tcase_add_test(tc, test_check);)
