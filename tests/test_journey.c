/*
 * test_journey.c - is it a journey, and what its block is: every refusal by name, value and range,
 * and a block that was tampered with.
 */
#include "base/block.h"
#include "check_main.h"
#include "journey/journey.h"
#include "slo/attempt.h"
#include "slo/catalog.h"
#include "slo/window.h"

/* ---- one journey, with everything in it ---- */

enum { STEPS = 4, SLIS = 3, SLOS = 3 };

typedef struct blueprint {
  slo_step steps[SLO_JOURNEY_STEPS_MAX + 1];
  slo_journey_sli slis[SLO_JOURNEY_SLIS_MAX + 1];
  slo_journey_slo slos[SLO_JOURNEY_SLOS_MAX + 1];
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX + 1];
  slo_alert_config alert;
  slo_journey_config config;
} blueprint;

/* Not to be copied: it points into itself. */
static blueprint *blueprint_new(void) {
  blueprint *b = calloc(1, sizeof *b);
  ck_assert_ptr_nonnull(b);
  b->steps[0] = (slo_step){"search", "shopper", "catalog", SLO_STEP_CRITICAL, 0};
  b->steps[1] = (slo_step){"reserve", NULL, "stock", SLO_STEP_CRITICAL, 0};
  b->steps[2] = (slo_step){"guess", "cart", NULL, 0, 2};
  b->steps[3] = (slo_step){"rate", NULL, NULL, 0, 0};
  b->slis[0].name = "fast";
  b->slis[0].step = 1;
  b->slis[0].sli.kind = SLO_SLI_LATENCY;
  b->slis[0].sli.threshold_ns = 300000000;
  b->slis[1].name = "works";
  b->slis[1].sli.kind = SLO_SLI_AVAILABILITY;
  b->slis[1].sli.protocol = SLO_PROTOCOL_GRPC;
  b->slis[1].slice_ns = SLO_MINUTE_NS;
  b->slis[1].slice_objective_ppb = 990000000;
  b->slis[2].name = "probed";
  b->slis[2].sli.kind = SLO_SLI_PROBE;
  b->slis[2].sli.interval_ns = SLO_MINUTE_NS;
  b->slis[2].unmeasured = SLO_UNMEASURED_GOOD;
  for (int i = 0; i < SLOS; i++) {
    b->slos[i].name = i == 0 ? "most can" : i == 1 ? "most minutes" : "this month";
    b->slos[i].sli = i == 1 ? 2 : 0;
    b->slos[i].objective_ppb = 990000000;
    b->slos[i].period_ns = 28 * SLO_DAY_NS;
  }
  b->slos[1].method = SLO_METHOD_TIMESLICES;
  b->slos[2].calendar.unit = SLO_CALENDAR_MONTH;
  b->tiers[0] = (slo_alert_tier){
      .long_ns = SLO_HOUR_NS, .short_ns = 5 * SLO_MINUTE_NS, .factor_ppm = 14400000};
  b->slos[2].tiers = b->tiers;
  b->slos[2].tier_count = 1;
  b->alert.struct_size = (uint32_t)sizeof b->alert;
  b->slos[2].alert = &b->alert;
  b->config.struct_size = (uint32_t)sizeof b->config;
  b->config.shards = 1;
  b->config.name = "buy";
  b->config.summary = "a shopper has what they came for";
  b->config.owner = "team-checkout";
  b->config.policy = "https://wiki.example/policy";
  b->config.review_ns = 1798761600 * SLO_SECOND_NS;
  b->config.limit_ns = SLO_HOUR_NS;
  b->config.steps = b->steps;
  b->config.slis = b->slis;
  b->config.slos = b->slos;
  b->config.step_count = STEPS;
  b->config.sli_count = SLIS;
  b->config.slo_count = SLOS;
  return b;
}

/* ---- check ---- */

static void refused(const blueprint *b, int line, slo_status status, const char *field,
                    int64_t value, int64_t min, int64_t max) {
  slo_error e = SLO_SIZED(slo_error);
  slo_status got = slo_journey_check(&b->config, &e);
  check_that(got == status && e.status == status, "line %d: %s, %s", line, slo_status_name(got),
             e.field);
  check_that(strcmp(e.field, field) == 0, "line %d: '%s'", line, e.field);
  check_that(e.value == value, "line %d: %" PRId64, line, e.value);
  check_that(min > max ? e.min > e.max : e.min == min && e.max == max,
             "line %d: %" PRId64 "..%" PRId64, line, e.min, e.max);
  check_that(slo_journey_check(&b->config, NULL) == status, "line %d: without error", line);
}

/* With a change it is refused, and the error says that and no more. */
#define REFUSED(change, status, field, value, min, max)              \
  do {                                                               \
    blueprint *b = blueprint_new();                                  \
    change;                                                          \
    refused(b, __LINE__, status, field, (int64_t)(value), min, max); \
    free(b);                                                         \
  } while (0)

#define INVALID(change, field, value) REFUSED(change, SLO_EINVAL, field, value, 1, 0)
#define RANGE(change, field, value, min, max) REFUSED(change, SLO_ERANGE, field, value, min, max)

#define ACCEPTED(change)                                                                         \
  do {                                                                                           \
    blueprint *b = blueprint_new();                                                              \
    slo_error e = SLO_SIZED(slo_error);                                                          \
    change;                                                                                      \
    slo_status status = slo_journey_check(&b->config, &e);                                       \
    check_that(status == SLO_OK, "line %d: %s: %s", __LINE__, slo_status_name(status), e.field); \
    free(b);                                                                                     \
  } while (0)

START_TEST(test_check_front) {
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(slo_journey_check(NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_journey_check(NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "config (NULL)");
  ACCEPTED((void)b);
  INVALID(b->config.name = NULL, "name (NULL)", 0);
  RANGE(b->config.name = "", "name (bytes)", 0, 1, 31);
  ACCEPTED(b->config.name = "0123456789012345678901234567890");
  RANGE(b->config.name = "01234567890123456789012345678901", "name (bytes)", 32, 1, 31);
  INVALID(b->config.name = "buy/it", "name (a '/' at)", 3);
  INVALID(b->config.name = "/", "name (a '/' at)", 0);
  RANGE(b->config.review_ns = -1, "review_ns", -1, 0, SLO_TIME_MAX_NS);
  RANGE(b->config.review_ns = INT64_MAX, "review_ns", INT64_MAX, 0, SLO_TIME_MAX_NS);
  RANGE(b->config.review_ns = SLO_TIME_MAX_NS + 1, "review_ns", SLO_TIME_MAX_NS + 1, 0,
        SLO_TIME_MAX_NS);
  ACCEPTED(b->config.review_ns = 0);
  ACCEPTED(b->config.review_ns = SLO_TIME_MAX_NS);
  RANGE(b->config.limit_ns = -1, "limit_ns", -1, 0, INT64_MAX);
  RANGE(b->config.limit_ns = INT64_MIN, "limit_ns", INT64_MIN, 0, INT64_MAX);
  ACCEPTED(b->config.limit_ns = 0);
  ACCEPTED(b->config.limit_ns = 1);
  ACCEPTED(b->config.limit_ns = INT64_MAX);
  REFUSED(b->config.reserved = 7, SLO_EVERSION, "reserved", 7, 1, 0);
  RANGE(b->config.shards = 3, "shards (a power of two, or 0)", 3, 0, SLO_SHARDS_MAX);
  RANGE(b->config.shards = 2 * SLO_SHARDS_MAX, "shards (a power of two, or 0)", 2 * SLO_SHARDS_MAX,
        0, SLO_SHARDS_MAX);
  ACCEPTED(b->config.shards = 0);
  ACCEPTED(b->config.shards = SLO_SHARDS_MAX);
  RANGE(b->config.struct_size = 3, "slo_journey_config.struct_size", 3, 4, 4096);
  RANGE(b->config.struct_size = 0, "slo_journey_config.struct_size", 0, 4, 4096);
  RANGE(b->config.struct_size = 4097, "slo_journey_config.struct_size", 4097, 4, 4096);
}
END_TEST

START_TEST(test_check_counts) {
  RANGE(b->config.step_count = 0, "step_count", 0, 1, 62);
  RANGE((b->config.step_count = 0, b->config.steps = NULL, b->config.sli_count = 0,
         b->config.slo_count = 0),
        "step_count", 0, 1, 62);
  RANGE(b->config.step_count = 63, "step_count", 63, 1, 62);
  RANGE(b->config.step_count = UINT32_MAX, "step_count", UINT32_MAX, 1, 62);
  INVALID(b->config.steps = NULL, "steps (NULL)", 0);
  RANGE(b->config.sli_count = 33, "sli_count", 33, 0, 32);
  RANGE(b->config.sli_count = UINT32_MAX, "sli_count", UINT32_MAX, 0, 32);
  INVALID(b->config.slis = NULL, "slis (NULL)", 0);
  ACCEPTED((b->config.sli_count = 0, b->config.slis = NULL, b->config.slo_count = 1));
  RANGE(b->config.slo_count = 65, "slo_count", 65, 0, 64);
  RANGE(b->config.slo_count = UINT32_MAX, "slo_count", UINT32_MAX, 0, 64);
  INVALID(b->config.slos = NULL, "slos (NULL)", 0);
  ACCEPTED((b->config.slo_count = 0, b->config.slos = NULL));
}
END_TEST

/* As many of each as there may be, each with the longest name. */
START_TEST(test_check_most) {
  static char names[3][SLO_JOURNEY_SLOS_MAX][SLO_JOURNEY_NAME_MAX + 17];
  blueprint *b = blueprint_new();
  for (int i = 0; i < SLO_JOURNEY_SLOS_MAX; i++) {
    for (int k = 0; k < 3; k++) {
      (void)snprintf(names[k][i], sizeof names[k][i], "%c%028d%02d", "abc"[k], 0, i);
    }
    if (i < SLO_JOURNEY_STEPS_MAX) {
      b->steps[i].name = names[0][i];
      b->steps[i].flags = i % 2 == 0;
      b->steps[i].fallback_of = i % 2 == 0 ? 0 : (uint32_t)i;
    }
    if (i < SLO_JOURNEY_SLIS_MAX) {
      b->slis[i] = b->slis[1];
      b->slis[i].name = names[1][i];
      b->slis[i].step = 2 * (uint32_t)i;
    }
    b->slos[i].name = names[2][i];
    b->slos[i].sli = (uint32_t)i % (SLO_JOURNEY_SLIS_MAX + 1);
    b->slos[i].objective_ppb = 900000000;
    b->slos[i].period_ns = 7 * SLO_DAY_NS;
    b->slos[i].method = b->slos[i].sli == 0 ? 0 : (uint32_t)i % 3;
  }
  b->config.step_count = SLO_JOURNEY_STEPS_MAX;
  b->config.sli_count = SLO_JOURNEY_SLIS_MAX;
  b->config.slo_count = SLO_JOURNEY_SLOS_MAX;
  slo_error e = SLO_SIZED(slo_error);
  check_that(slo_journey_check(&b->config, &e) == SLO_OK, "%s", e.field);
  /* the last of each is looked at, too */
  b->steps[61].name = names[0][0];
  refused(b, __LINE__, SLO_EINVAL, "steps[61].name (there are two)", 0, 1, 0);
  b->steps[61].name = names[0][61];
  b->slis[31].name = names[0][61];
  refused(b, __LINE__, SLO_EINVAL, "slis[31].name (there are two)", 0, 1, 0);
  b->slis[31].name = names[1][30];
  refused(b, __LINE__, SLO_EINVAL, "slis[31].name (there are two)", 0, 1, 0);
  b->slis[31].name = names[1][31];
  b->slis[31].step = 62;
  b->slos[63].name = names[2][62];
  refused(b, __LINE__, SLO_EINVAL, "slos[63].name (there are two)", 0, 1, 0);
  b->slos[63].name = names[2][0];
  refused(b, __LINE__, SLO_EINVAL, "slos[63].name (there are two)", 0, 1, 0);
  b->slos[63].name = names[1][0]; /* what is not an objective has names of its own */
  ck_ok(slo_journey_check(&b->config, NULL));
  free(b);
}
END_TEST

START_TEST(test_check_steps) {
  INVALID(b->steps[1].name = NULL, "steps[1].name (NULL)", 0);
  RANGE(b->steps[3].name = "", "steps[3].name (bytes)", 0, 1, 31);
  RANGE(b->steps[0].name = "01234567890123456789012345678901", "steps[0].name (bytes)", 32, 1, 31);
  INVALID(b->steps[2].name = "a/b", "steps[2].name (a '/' at)", 1);
  INVALID(b->steps[2].name = "a\n", "steps[2].name (no UTF-8, or a control character, at)", 1);
  INVALID(b->steps[3].name = "search", "steps[3].name (there are two)", 0);
  ACCEPTED(b->steps[3].name = "Search");
  ACCEPTED(b->steps[3].name = "buy"); /* the journey's */
  INVALID(b->steps[3].name = "limit", "steps[3].name (there are two)", 0);
  ACCEPTED((b->steps[3].name = "limit", b->config.limit_ns = 0));
  RANGE(b->steps[0].flags = 2, "steps[0].flags", 2, 0, 1);
  RANGE(b->steps[3].flags = UINT32_MAX, "steps[3].flags", UINT32_MAX, 0, 1);
  INVALID((b->steps[0].flags = 0, b->steps[1].flags = 0), "steps (none is critical)", 0);
  ACCEPTED(b->steps[0].flags = 0);
  RANGE(b->steps[2].fallback_of = 3, "steps[2].fallback_of", 3, 0, 2); /* itself */
  RANGE(b->steps[2].fallback_of = 4, "steps[2].fallback_of", 4, 0, 2);
  RANGE((b->steps[0].flags = 0, b->steps[0].fallback_of = 1), "steps[0].fallback_of", 1, 0, 0);
  RANGE(b->steps[3].fallback_of = UINT32_MAX, "steps[3].fallback_of", UINT32_MAX, 0, 3);
  INVALID(b->steps[3].fallback_of = 3, "steps[3].fallback_of (a fallback itself)", 3);
  ACCEPTED(b->steps[3].fallback_of = 2); /* two for one */
  ACCEPTED(b->steps[3].fallback_of = 1);
  ACCEPTED((b->steps[1].flags = 0)); /* of a step that is not critical */
  INVALID(b->steps[2].flags = 1, "steps[2].flags (critical, and a fallback)", 1);
}
END_TEST

START_TEST(test_check_slis) {
  INVALID(b->slis[1].name = NULL, "slis[1].name (NULL)", 0);
  REFUSED(b->slis[1].reserved[0] = 3, SLO_EVERSION, "slis[1].reserved", 3, 1, 0);
  REFUSED(b->slis[1].reserved[1] = 3, SLO_EVERSION, "slis[1].reserved", 0, 1, 0);
  REFUSED(b->slis[0].sli.reserved[0] = 3, SLO_EVERSION, "slis[0].sli.reserved", 3, 1, 0);
  REFUSED(b->slos[0].reserved[0] = 3, SLO_EVERSION, "slos[0].reserved", 3, 1, 0);
  REFUSED(b->slos[0].reserved[1] = 3, SLO_EVERSION, "slos[0].reserved", 0, 1, 0);
  RANGE(b->slis[2].name = "", "slis[2].name (bytes)", 0, 1, 31);
  INVALID(b->slis[2].name = "ok/", "slis[2].name (a '/' at)", 2);
  INVALID(b->slis[0].name = "rate", "slis[0].name (there are two)", 0); /* a step's */
  INVALID(b->slis[2].name = "fast", "slis[2].name (there are two)", 0);
  INVALID(b->slis[2].name = "limit", "slis[2].name (there are two)", 0);
  ACCEPTED((b->slis[2].name = "limit", b->config.limit_ns = 0));
  ACCEPTED(b->slis[2].name = "buy");
  RANGE(b->slis[1].step = STEPS + 1, "slis[1].step", 5, 0, 4);
  ACCEPTED(b->slis[1].step = STEPS);
  RANGE(b->slis[2].sli.kind = 11, "slis[2].sli.kind", 11, 1, 10);
  RANGE(b->slis[0].sli.threshold_ns = -1, "slis[0].sli.threshold_ns", -1, 0,
        SLO_SLI_THRESHOLD_MAX_NS);
  INVALID(b->slis[1].sli.codes[0].last = -1, "slis[1].sli.codes[0] (beyond code_count)", 0);
  RANGE((b->slis[1].sli.codes[0].last = -1, b->slis[1].sli.code_count = 1),
        "slis[1].sli.codes[0].last", -1, 0, INT32_MAX);
  RANGE(b->slis[2].unmeasured = 4, "slis[2].unmeasured", 4, 0, 3);
  ACCEPTED(b->slis[2].unmeasured = SLO_UNMEASURED_FREEZE);
  RANGE(b->slis[1].slice_ns = SLO_WINDOW_SLICE_MIN_NS - 1, "slis[1].slice_ns",
        SLO_WINDOW_SLICE_MIN_NS - 1, SLO_WINDOW_SLICE_MIN_NS, SLO_DAY_NS);
  RANGE(b->slis[1].slice_ns = SLO_DAY_NS + 1, "slis[1].slice_ns", SLO_DAY_NS + 1,
        SLO_WINDOW_SLICE_MIN_NS, SLO_DAY_NS);
  RANGE(b->slis[1].slice_objective_ppb = 0, "slis[1].slice_objective_ppb", 0, 1, 1000000000);
  RANGE(b->slis[0].slice_objective_ppb = 1, "slis[0].slice_objective_ppb", 1, 0, 0);
}
END_TEST

START_TEST(test_check_slos) {
  INVALID(b->slos[1].name = NULL, "slos[1].name (NULL)", 0);
  INVALID(b->slos[2].name = "a/", "slos[2].name (a '/' at)", 1);
  INVALID(b->slos[2].name = "most can", "slos[2].name (there are two)", 0);
  ACCEPTED(b->slos[2].name = "fast");
  ACCEPTED(b->slos[2].name = "search");
  ACCEPTED(b->slos[2].name = "limit");
  RANGE(b->slos[1].sli = SLIS + 1, "slos[1].sli", 4, 0, 3);
  RANGE(b->slos[0].period_ns = SLO_SECOND_NS - 1, "slos[0].period_ns", SLO_SECOND_NS - 1,
        SLO_SECOND_NS, 3660 * SLO_DAY_NS);
  RANGE(b->slos[0].period_ns = 3660 * SLO_DAY_NS + 1, "slos[0].period_ns", 3660 * SLO_DAY_NS + 1,
        SLO_SECOND_NS, 3660 * SLO_DAY_NS);
  ACCEPTED(b->slos[0].period_ns = 3660 * SLO_DAY_NS);
  RANGE(b->slos[1].method = 3, "slos[1].method", 3, 0, 2);
  ACCEPTED(b->slos[1].method = SLO_METHOD_RATIO_TIMESLICES);
  INVALID(b->slos[1].sli = 1, "slos[1].method (of an indicator without slice_ns)", 1);
  INVALID(b->slos[1].sli = 0, "slos[1].method (of an indicator without slice_ns)", 1);
  RANGE(b->slos[0].objective_ppb = 0, "slos[0].objective_ppb", 0, 1, 999999999);
  RANGE(b->slos[0].objective_ppb = 1000000000, "slos[0].objective_ppb", 1000000000, 1, 999999999);
  RANGE(b->slos[2].calendar.unit = 6, "slos[2].calendar.unit", 6, 1, 5);
  RANGE(b->slos[2].calendar.every = 1001, "slos[2].calendar.every", 1001, 0, 1000);
  RANGE(b->slos[2].calendar.anchor_ns = -1, "slos[2].calendar.anchor_ns", -1, 0, SLO_TIME_MAX_NS);
  INVALID(b->slos[0].calendar.every = 3, "slos[0].calendar (without a unit)", 3);
  INVALID(b->slos[0].calendar.anchor_ns = 3, "slos[0].calendar (without a unit)", 0);
  RANGE(b->slos[0].catalog = 4, "slos[0].catalog", 4, 0, 3);
  ACCEPTED(b->slos[0].catalog = SLO_CATALOG_PYRRA);
  INVALID(b->slos[2].catalog = 1, "slos[2].catalog (beside tiers)", 1);
  REFUSED((b->slos[0].catalog = SLO_CATALOG_SLOTH, b->slos[0].period_ns = 5 * SLO_DAY_NS),
          SLO_ERANGE, "slos[0].period_ns (not one this catalog has)", 5 * SLO_DAY_NS, 1, 0);
  INVALID(b->slos[2].tiers = NULL, "slos[2].tiers (NULL)", 0);
  RANGE(b->slos[2].tier_count = SLO_ALERT_TIERS_MAX + 1, "slos[2].tier_count",
        SLO_ALERT_TIERS_MAX + 1, 1, SLO_ALERT_TIERS_MAX);
  RANGE(b->tiers[0].factor_ppm = 0, "slos[2].tiers[0].factor_ppm", 0, 1, SLO_BURN_FACTOR_MAX_PPM);
  RANGE(b->tiers[0].severity = 2, "slos[2].tiers[0].severity", 2, 0, 1);
  INVALID(b->alert.tier_count = 1, "slos[2].alert (tiers not 0)", 1);
  INVALID(b->alert.period_ns = 1, "slos[2].alert (objective_ppb or period_ns not 0)", 0);
  RANGE(b->alert.flags = 4, "slos[2].flags", 4, 0, SLO_ALERT_SILENCE);
  RANGE(b->alert.struct_size = 1, "slos[2].slo_alert_config.struct_size", 1, 4, 4096);
  ACCEPTED(b->slos[2].alert = NULL);
  ACCEPTED(b->slos[2].requests_per_hour = UINT64_MAX);
}
END_TEST

/* ---- struct_size ---- */

START_TEST(test_struct_size) {
  blueprint *b = blueprint_new();
  struct {
    slo_journey_config config;
    unsigned char more[64];
  } longer = {b->config, {0}};
  longer.config.struct_size = (uint32_t)sizeof longer;
  ck_ok(slo_journey_check(&longer.config, NULL));
  for (size_t i = 0; i < sizeof longer.more; i++) { /* says what this library does not know */
    size_t size;
    slo_error e = SLO_SIZED(slo_error);
    longer.more[i] = 1;
    ck_assert_int_eq(slo_journey_check(&longer.config, &e), SLO_EVERSION);
    ck_assert_str_eq(e.field, "slo_journey_config");
    ck_assert_int_eq(e.value, (int64_t)(sizeof longer.config + i));
    ck_assert_int_eq(slo_journey_footprint(&longer.config, &size, NULL), SLO_EVERSION);
    longer.more[i] = 0;
  }
  for (uint32_t n = 4; n <= sizeof b->config; n++) { /* shorter: the rest is 0, whatever it is */
    slo_journey_config cut, full;
    slo_error ec = SLO_SIZED(slo_error), ef = ec;
    memset(&cut, 0x7b, sizeof cut);
    memset(&full, 0, sizeof full);
    memcpy(&cut, &b->config, n);
    memcpy(&full, &b->config, n);
    cut.struct_size = n;
    if (n >= offsetof(slo_journey_config, name) && n % 8 != 0) continue; /* half a pointer */
    slo_status status = slo_journey_check(&full, &ef);
    check_that(slo_journey_check(&cut, &ec) == status, "%u bytes", n);
    check_that(status == SLO_OK || memcmp(&ec, &ef, sizeof ec) == 0, "%u bytes: %s", n, ec.field);
    int named = n > offsetof(slo_journey_config, step_count);
    check_that((status == SLO_OK) == named, "%u bytes: %d", n, status);
  }
  free(b);
}
END_TEST

/* ---- texts ---- */

/* Decodes by the definition (RFC 3629, section 3): the length of the first character, 0 when it is
 * none; the longest form and surrogates are found out by their value. */
static size_t decode(const unsigned char *p, size_t n) {
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  size_t length = 0;
  uint32_t value = p[0];
  if (p[0] >> 7 == 0) length = 1;
  if (p[0] >> 5 == 6) length = 2, value = p[0] & 0x1f;
  if (p[0] >> 4 == 14) length = 3, value = p[0] & 0x0f;
  if (p[0] >> 3 == 30) length = 4, value = p[0] & 0x07;
  if (length == 0 || length > n) return 0;
  for (size_t i = 1; i < length; i++) {
    if (p[i] >> 6 != 2) return 0;
    value = value << 6 | (p[i] & 0x3f);
  }
  if (value < least[length] || value > 0x10ffff || value >> 11 == 0x1b) return 0;
  if (value < 0x20 || (value >= 0x7f && value < 0xa0)) return 0; /* control characters */
  return length;
}

/* A text as the model sees it: -1, or the offset of what is wrong. */
static int64_t wrong_at(const unsigned char *text) {
  size_t n = strlen((const char *)text), at = 0;
  while (at < n) {
    size_t length = decode(text + at, n - at);
    if (length == 0) return (int64_t)at;
    at += length;
  }
  return -1;
}

static void text_like_model(const unsigned char *text) {
  slo_error e = SLO_SIZED(slo_error);
  int64_t at = wrong_at(text);
  slo_status status = sloi_journey_text((const char *)text, 0, 255, &e, "it");
  check_that(status == (at < 0 ? SLO_OK : SLO_EINVAL), "%02x %02x %02x %02x", text[0], text[1],
             text[2], text[3]);
  if (at < 0) return;
  check_that(e.value == at, "at %" PRId64 " instead of %" PRId64, e.value, at);
}

/* Every text of up to three bytes, and of four those that may be one character. */
START_TEST(test_utf8) {
  for (uint32_t i = 0; i < 1 << 16; i++) {
    const unsigned char text[5] = {(unsigned char)(i >> 8), (unsigned char)i, 0, 0, 0};
    text_like_model(text);
  }
  static const unsigned char third[] = {1,    0x1f, 0x20, 0x7e, 0x7f, 0x80,
                                        0x9f, 0xa0, 0xbf, 0xc0, 0xff};
  for (uint32_t i = 0; i < 1 << 16; i++) {
    for (size_t k = 0; k < sizeof third; k++) {
      unsigned char text[6] = {(unsigned char)(i >> 8), (unsigned char)i, third[k], 0, 0, 0};
      text_like_model(text);
      for (size_t n = 0; n < sizeof third; n++) {
        text[3] = third[n];
        if (text[0] >= 0xe0) text_like_model(text);
      }
    }
  }
  uint32_t characters = 0; /* and each there is, once more, the other way round */
  for (uint32_t c = 0x20; c <= 0x10ffff; c++) {
    unsigned char text[5] = {0};
    if (c < 0x80) {
      text[0] = (unsigned char)c;
    } else if (c < 0x800) {
      text[0] = (unsigned char)(0xc0 | c >> 6);
      text[1] = (unsigned char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
      text[0] = (unsigned char)(0xe0 | c >> 12);
      text[1] = (unsigned char)(0x80 | (c >> 6 & 63));
      text[2] = (unsigned char)(0x80 | (c & 63));
    } else {
      text[0] = (unsigned char)(0xf0 | c >> 18);
      text[1] = (unsigned char)(0x80 | (c >> 12 & 63));
      text[2] = (unsigned char)(0x80 | (c >> 6 & 63));
      text[3] = (unsigned char)(0x80 | (c & 63));
    }
    characters += sloi_journey_text((const char *)text, 1, 4, NULL, "") == SLO_OK;
  }
  ck_assert_uint_eq(characters, 0x110000 - 0x20 - 33 - 0x800);
}
END_TEST

static const char *const BAD_TEXTS[] = {"a\x01",
                                        "a\x1f",
                                        "a\x7f",
                                        "a\xc2\x85",
                                        "a\x80",
                                        "a\xc0\xaf",
                                        "a\xc1\xbf",
                                        "a\xe0\x80\xaf",
                                        "a\xe0\x9f\xbf",
                                        "a\xed\xa0\x80",
                                        "a\xed\xbf\xbf",
                                        "a\xf0\x80\x80\xaf",
                                        "a\xf0\x8f\xbf\xbf",
                                        "a\xf4\x90\x80\x80",
                                        "a\xf5\x80\x80\x80",
                                        "a\xff",
                                        "a\xc3",
                                        "a\xe2\x82",
                                        "a\xf0\x9f\x92",
                                        "a\xc3("};

/* Where a text stands in a configuration, and what its field is called. */
static const char **text_at(blueprint *b, int i, const char **field, size_t *max) {
  static const char *const fields[] = {"name",         "steps[1].name",  "slis[1].name",
                                       "slos[1].name", "summary",        "owner",
                                       "policy",       "steps[1].actor", "steps[1].component"};
  const char **const at[] = {&b->config.name,   &b->steps[1].name,  &b->slis[1].name,
                             &b->slos[1].name,  &b->config.summary, &b->config.owner,
                             &b->config.policy, &b->steps[1].actor, &b->steps[1].component};
  *field = fields[i];
  *max = i < 4 ? SLO_JOURNEY_NAME_MAX : SLO_JOURNEY_TEXT_MAX;
  return at[i];
}

START_TEST(test_texts) {
  for (int i = 0; i < 9; i++) {
    blueprint *b = blueprint_new();
    const char *name;
    char field[128], text[400];
    size_t max;
    const char **at = text_at(b, i, &name, &max);
    for (size_t k = 0; k < sizeof BAD_TEXTS / sizeof BAD_TEXTS[0]; k++) {
      *at = BAD_TEXTS[k];
      (void)snprintf(field, sizeof field, "%s (no UTF-8, or a control character, at)", name);
      field[63] = '\0';
      refused(b, __LINE__, SLO_EINVAL, field, 1, 1, 0);
    }
    *at = "\xc2\xa0\xc3\xa9\xe2\x82\xac\xf0\x9f\x9b\x92\xf4\x8f\xbf\xbf"; /* up to the last one */
    ck_ok(slo_journey_check(&b->config, NULL));
    memset(text, 'x', sizeof text);
    *at = text;
    text[max] = '\0';
    ck_ok(slo_journey_check(&b->config, NULL));
    (void)snprintf(field, sizeof field, "%s (bytes)", name);
    text[max] = 'x';
    text[max + 1] = '\0';
    refused(b, __LINE__, SLO_ERANGE, field, (int64_t)max + 1, i < 4, (int64_t)max);
    text[max + 1] = 'x';
    text[399] = '\0';
    refused(b, __LINE__, SLO_ERANGE, field, (int64_t)max + 1, i < 4, (int64_t)max);
    memcpy(text + max - 1, "\xe2\x82\xac", 4); /* a character across the end */
    refused(b, __LINE__, SLO_ERANGE, field, (int64_t)max + 1, i < 4, (int64_t)max);
    for (int lead = 0; lead < 2;
         lead++) { /* without an end: nothing behind max + 1 bytes is read */
      char *endless = malloc(max + 1);
      ck_assert_ptr_nonnull(endless);
      memset(endless, 'x', max + 1);
      if (lead) endless[max] = '\xf0';
      *at = endless;
      refused(b, __LINE__, SLO_ERANGE, field, (int64_t)max + 1, i < 4, (int64_t)max);
      free(endless);
    }
    *at = text;
    memcpy(text, "a/b", 4);
    if (i >= 4) {
      ck_ok(slo_journey_check(&b->config, NULL));
      *at = ""; /* said, but nothing */
      ck_ok(slo_journey_check(&b->config, NULL));
      *at = NULL;
      ck_ok(slo_journey_check(&b->config, NULL));
    }
    free(b);
  }
}
END_TEST

/* ---- the block ---- */

static slo_journey *journey_in(const slo_journey_config *config, size_t *size) {
  slo_journey *j;
  slo_error e = SLO_SIZED(slo_error);
  check_that(slo_journey_footprint(config, size, &e) == SLO_OK, "%s", e.field);
  void *memory = check_memory(*size);
  check_ok(slo_journey_init(memory, *size, config, &j, NULL));
  check_that((void *)j == memory, "not where it lies");
  return j;
}

START_TEST(test_footprint) {
  static const uint32_t shards[] = {0, 1, 2, 8};
  for (size_t s = 0; s < 4; s++) {
    slo_counter_config rows = SLO_SIZED(slo_counter_config);
    size_t counter, size, before = 0;
    rows.shards = shards[s];
    ck_ok(slo_counter_footprint(&rows, &counter, NULL));
    for (uint32_t steps = 1; steps <= SLO_JOURNEY_STEPS_MAX; steps++) {
      slo_step step[SLO_JOURNEY_STEPS_MAX] = {{"a", NULL, NULL, 1, 0}};
      slo_journey_config c = SLO_SIZED(slo_journey_config);
      c.steps = step;
      c.step_count = steps;
      c.shards = shards[s];
      ck_ok(slo_journey_footprint(&c, &size, NULL));
      ck_assert_uint_eq(size % SLO_ALIGN, 0);
      if (steps > 1) ck_assert_uint_eq(size - before, counter);
      if (steps == 1)
        ck_assert_uint_eq(size, 192 + 4 * counter); /* a step, the usual way, all, the limit */
      before = size;
    }
  }
}
END_TEST

/* Nothing but steps, limit_ns and shards is looked at. */
START_TEST(test_init_looks_at_steps_alone) {
  blueprint *b = blueprint_new();
  size_t size, other;
  slo_journey *j = journey_in(&b->config, &size);
  slo_journey_config c = b->config;
  c.name = c.summary = c.owner = c.policy = "//\x01";
  c.review_ns = -1;
  c.slis = NULL;
  c.slos = NULL;
  c.reserved = 9;
  b->steps[0].name = b->steps[0].actor = b->steps[1].component = NULL;
  b->steps[2].name = b->steps[3].name;
  slo_journey *k = journey_in(&c, &other);
  ck_assert_uint_eq(size, other);
  ck_assert_mem_eq(j, k, size);
  free(j);
  free(k);
  static const slo_status none = SLO_ERANGE;
  c.steps = NULL;
  ck_assert_int_eq(slo_journey_footprint(&c, &other, NULL), SLO_EINVAL);
  c.step_count = 0;
  ck_assert_int_eq(slo_journey_footprint(&c, &other, NULL), none);
  c.steps = b->steps;
  c.step_count = 63;
  ck_assert_int_eq(slo_journey_footprint(&c, &other, NULL), none);
  c.step_count = 62; /* the last ones all 0, and that is a step, too */
  ck_ok(slo_journey_footprint(&c, &other, NULL));
  c.limit_ns = -1;
  ck_assert_int_eq(slo_journey_footprint(&c, &other, NULL), none);
  c.limit_ns = 0;
  c.shards = 5;
  ck_assert_int_eq(slo_journey_footprint(&c, &other, NULL), none);
  c.shards = 1;
  b->steps[2].fallback_of = 3;
  ck_assert_int_eq(slo_journey_footprint(&c, &other, NULL), none);
  free(b);
}
END_TEST

START_TEST(test_init_misuse) {
  blueprint *b = blueprint_new();
  slo_error e = SLO_SIZED(slo_error);
  size_t size = 77;
  slo_journey *j = NULL;
  ck_assert_int_eq(slo_journey_footprint(NULL, &size, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "config (NULL)");
  ck_assert_int_eq(slo_journey_footprint(&b->config, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "size (NULL)");
  b->config.step_count = 0;
  ck_assert_int_eq(slo_journey_footprint(&b->config, &size, &e), SLO_ERANGE);
  ck_assert_uint_eq(size, 77);
  b->config.step_count = STEPS;
  ck_ok(slo_journey_footprint(&b->config, &size, &e));
  unsigned char *memory = check_memory(size + 64), *clean = check_memory(size + 64);
  memset(memory, 0xa5, size + 64);
  memset(clean, 0xa5, size + 64);
  ck_assert_int_eq(slo_journey_init(memory, size - 1, &b->config, &j, &e), SLO_ESPACE);
  ck_assert_str_eq(e.field, "size");
  ck_assert_int_eq(e.value, (int64_t)size - 1);
  ck_assert_int_eq(e.min, (int64_t)size);
  ck_assert_int_eq(slo_journey_init(NULL, size, &b->config, &j, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "memory (NULL)");
  ck_assert_int_eq(slo_journey_init(memory + 8, size, &b->config, &j, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_journey_init(memory, size, NULL, &j, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "config (NULL)");
  ck_assert_int_eq(slo_journey_init(memory, size, &b->config, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "journey (NULL)");
  b->steps[0].flags = 9;
  ck_assert_int_eq(slo_journey_init(memory, size, &b->config, &j, &e), SLO_ERANGE);
  ck_assert_str_eq(e.field, "steps[0].flags");
  b->steps[0].flags = 1;
  ck_assert_ptr_null(j);
  ck_assert_mem_eq(memory, clean, size + 64);
  /* dirt, and room behind it, make no difference */
  ck_ok(slo_journey_init(memory, size + 64, &b->config, &j, &e));
  ck_assert_mem_eq(memory + size, clean + size, 64);
  memset(clean, 0, size);
  ck_ok(slo_journey_init(clean, size, &b->config, &j, NULL));
  ck_assert_mem_eq(memory, clean, size);
  free(memory);
  free(clean);
  free(b);
}
END_TEST

typedef struct heap {
  int allocated, released, refuse;
} heap;

static void *heap_allocate(void *context, size_t size) {
  heap *h = context;
  if (h->refuse) return NULL;
  h->allocated++;
  return check_memory(size);
}

static void heap_release(void *context, void *memory) {
  ((heap *)context)->released++;
  free(memory);
}

START_TEST(test_create) {
  blueprint *b = blueprint_new();
  heap h = {0, 0, 0};
  slo_allocator a = {heap_allocate, heap_release, &h};
  slo_error e = SLO_SIZED(slo_error);
  slo_journey *j = NULL;
  ck_assert_int_eq(slo_journey_create(&b->config, &a, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "journey (NULL)");
  ck_assert_int_eq(slo_journey_create(NULL, &a, &j, &e), SLO_EINVAL);
  b->config.limit_ns = -1;
  ck_assert_int_eq(slo_journey_create(&b->config, &a, &j, &e), SLO_ERANGE);
  ck_assert_str_eq(e.field, "limit_ns");
  b->config.limit_ns = 0;
  h.refuse = 1;
  ck_assert_int_eq(slo_journey_create(&b->config, &a, &j, &e), SLO_ENOMEM);
  ck_assert_ptr_null(j);
  h.refuse = 0;
  ck_ok(slo_journey_create(&b->config, &a, &j, &e));
  ck_assert_int_eq(h.allocated, 1);
  slo_journey_destroy(j);
  ck_assert_int_eq(h.released, 1);
  ck_ok(slo_journey_create(&b->config, NULL, &j, NULL));
  slo_journey_destroy(j);
  slo_journey_destroy(NULL);
  free(b);
}
END_TEST

/* What goes the usual way is counted once, and is in every part that is on it. */
START_TEST(test_usual_way) {
  blueprint *b = blueprint_new();
  size_t size;
  slo_journey *j = journey_in(&b->config, &size);
  slo_counts usual = {1000, 0, 0}, some = {7, 2, 3};
  slo_counter_record_many(sloi_journey_counter(j, sloi_journey_usual(j)), &usual);
  for (uint32_t part = 0; part < STEPS + 2; part++) {
    slo_counter_record_many(sloi_journey_counter(j, part), &some);
  }
  for (uint32_t part = 0; part < STEPS + 2; part++) {
    slo_counter_tally t = SLO_SIZED(slo_counter_tally);
    int on = part == 0                ? 1
             : part <= STEPS          ? b->config.steps[part - 1].fallback_of == 0
             : b->config.limit_ns > 0 ? 1
                                      : 0;
    ck_ok(slo_journey_read(j, part, &t));
    ck_assert_uint_eq(t.counts.good, on ? 1007 : 7);
    ck_assert_uint_eq(t.counts.bad, 2);
    ck_assert_uint_eq(t.counts.excluded, 3);
  }
  free(j);
  free(b);
}
END_TEST

START_TEST(test_parts) {
  blueprint *b = blueprint_new();
  size_t size;
  slo_journey *j = journey_in(&b->config, &size);
  ck_assert_uint_eq(slo_journey_part_count(NULL), 0);
  ck_assert_uint_eq(slo_journey_part_count(j), STEPS + 2);
  for (uint32_t part = 0; part < STEPS + 2; part++) {
    slo_counts counts = {part + 1, 10 * part, 100 * part};
    slo_counter_record_many(sloi_journey_counter(j, part), &counts);
  }
  for (uint32_t part = 0; part < STEPS + 2; part++) {
    slo_counter_tally t = SLO_SIZED(slo_counter_tally);
    ck_ok(slo_journey_read(j, part, &t));
    ck_assert_uint_eq(t.counts.good, part + 1);
    ck_assert_uint_eq(t.counts.bad, UINT64_C(10) * part);
    ck_assert_uint_eq(t.counts.excluded, UINT64_C(100) * part);
  }
  slo_counter_tally t = SLO_SIZED(slo_counter_tally), none = {0};
  ck_assert_int_eq(slo_journey_read(j, STEPS + 2, &t), SLO_ERANGE);
  ck_assert_int_eq(slo_journey_read(j, UINT32_MAX, &t), SLO_ERANGE);
  ck_assert_int_eq(slo_journey_read(NULL, 0, &t), SLO_EINVAL);
  ck_assert_int_eq(slo_journey_read(j, 0, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_journey_read(j, 0, &none), SLO_EINVAL);
  free(j);
  free(b);
}
END_TEST

/* ---- blame ---- */

/* floor(a * 10^6 / b) by hand, bit by bit; a <= b < 2^62 */
static uint64_t millionths(uint64_t a, uint64_t b) {
  uint64_t quotient = 0, rest = 0;
  for (int bit = 19; bit >= 0; bit--) {
    quotient *= 2;
    rest = 2 * rest + ((1000000 >> bit & 1) != 0 ? a : 0);
    for (; rest >= b; rest -= b) quotient++;
  }
  return quotient;
}

START_TEST(test_blame) {
  blueprint *b = blueprint_new();
  uint64_t random = 11;
  ck_assert_uint_eq(millionths(1, 3), 333333);
  ck_assert_uint_eq(millionths(UINT64_C(1) << 61, UINT64_C(1) << 61), 1000000);
  for (int round = 0; round < 500; round++) {
    size_t size;
    slo_journey *j = journey_in(&b->config, &size);
    slo_counts given[STEPS + 1];
    slo_blame blames[STEPS + 2], clean[STEPS + 2];
    uint64_t failed = 0;
    int bits = round % 58;
    for (uint32_t i = 0; i < STEPS + 1; i++) {
      given[i].good = check_random(&random) >> (63 - bits);
      given[i].bad = check_random(&random) % 4 == 0 ? 0 : check_random(&random) >> (63 - bits);
      given[i].excluded = check_random(&random) >> 20;
      if (round < 3) given[i].bad = 0;
      slo_counter_record_many(sloi_journey_counter(j, 1 + i), &given[i]);
      if (i == 0 || i == 1 || i == STEPS) failed += given[i].bad;
    }
    slo_counts attempts = {1, 2, 3}; /* of no matter */
    slo_counter_record_many(sloi_journey_counter(j, 0), &attempts);
    memset(blames, 0x5c, sizeof blames);
    memset(clean, 0x5c, sizeof clean);
    for (uint32_t capacity = 0; capacity < STEPS + 1; capacity++) {
      check_that(slo_journey_blame(j, blames, capacity) == SLO_ESPACE, "%u", capacity);
    }
    ck_assert_int_eq(slo_journey_blame(NULL, blames, 100), SLO_EINVAL);
    ck_assert_int_eq(slo_journey_blame(j, NULL, 100), SLO_EINVAL);
    ck_assert_mem_eq(blames, clean, sizeof blames);
    ck_ok(slo_journey_blame(j, blames, round % 2 == 0 ? STEPS + 1 : UINT32_MAX));
    for (uint32_t i = 0; i < STEPS + 1; i++) {
      uint32_t critical = i == 0 || i == 1 || i == STEPS;
      uint64_t share = critical && failed != 0 ? millionths(given[i].bad, failed) : 0;
      check_that(blames[i].part == i + 1 && blames[i].critical == critical, "part %u", i);
      check_that(memcmp(&blames[i].counts, &given[i], sizeof given[i]) == 0, "counts of %u", i);
      check_that(blames[i].share_ppm == share, "%" PRIu64 " of %" PRIu64 ": %" PRIu64, given[i].bad,
                 failed, blames[i].share_ppm);
    }
    ck_assert_mem_eq(&blames[STEPS + 1], clean, sizeof clean[0]);
    free(j);
  }
  free(b);
}
END_TEST

/* ---- attach ---- */

/* Everything there is, for the sanitizers to watch. */
static void use(slo_journey *j) {
  slo_blame blames[SLO_JOURNEY_STEPS_MAX + 1];
  uint32_t parts = slo_journey_part_count(j);
  check_that(parts >= 3 && parts <= SLO_JOURNEY_STEPS_MAX + 2, "%u parts", parts);
  for (uint32_t mode = 0; mode < 16; mode++) {
    slo_attempt a;
    slo_attempt_begin(&a, j, 0);
    for (uint32_t i = 0; i < parts; i++) {
      slo_attempt_step(&a, i, mode < 4 ? (slo_outcome)mode : (slo_outcome)((i + mode) % 3));
    }
    slo_attempt_step(&a, 63 + mode, SLO_GOOD);
    (void)slo_attempt_end(&a, mode % 2 == 0 ? 1 : INT64_MAX);
  }
  check_ok(slo_journey_blame(j, blames, SLO_JOURNEY_STEPS_MAX + 1));
  for (uint32_t i = 0; i < parts; i++) {
    slo_counter_tally t = SLO_SIZED(slo_counter_tally);
    check_ok(slo_journey_read(j, i, &t));
  }
}

START_TEST(test_attach) {
  blueprint *b = blueprint_new();
  size_t size;
  slo_journey *j = journey_in(&b->config, &size), *k = NULL;
  use(j);
  ck_assert_int_eq(slo_journey_attach(j, size, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_journey_attach(NULL, size, &k), SLO_EINVAL);
  ck_assert_int_eq(slo_journey_attach((char *)j + 8, size - 8, &k), SLO_EINVAL);
  for (size_t n = 0; n < size; n += 8) {
    void *part = check_memory(n);
    memcpy(part, j, n);
    check_that(slo_journey_attach(part, n, &k) == SLO_ESPACE, "%zu bytes", n);
    free(part);
  }
  ck_assert_ptr_null(k);
  char *elsewhere = check_memory(size + 128);
  memcpy(elsewhere + 64, j, size);
  ck_ok(slo_journey_attach(elsewhere + 64, size + 64, &k));
  ck_assert_ptr_eq((char *)k, elsewhere + 64);
  use(j); /* both live on alike */
  use(k);
  ck_assert_mem_eq(j, k, size);
  sloi_block *block = (sloi_block *)(void *)j;
  block->layout++;
  ck_assert_int_eq(slo_journey_attach(j, size, &k), SLO_EVERSION);
  block->layout--;
  sloi_store_relaxed(&block->ready, 0);
  ck_assert_int_eq(slo_journey_attach(j, size, &k), SLO_ECORRUPT);
  free(elsewhere);
  free(j);
  free(b);
}
END_TEST

/* A checksum that fits, as a faulty program would write it. */
static void reseal(void *block_at) {
  sloi_block *block = block_at;
  block->config_sum = sloi_block_sum(block + 1, (size_t)block->config_size);
}

/* May a block say so? By the words of the header alone. */
static int credible(const slo_journey *j, const slo_journey *original) {
  if (j->steps != original->steps || j->counter_size != original->counter_size) return 0;
  if (j->limit_ns > INT64_MAX || j->critical == 0) return 0;
  for (uint64_t i = 0; i < 64; i++) {
    if ((j->usual >> i & 1) != (i < j->steps && (j->fallbacks >> i & 1) == 0)) return 0;
    int critical = j->critical >> i & 1, fallback = j->fallbacks >> i & 1;
    if ((critical || fallback) && i >= j->steps) return 0;
    if (critical && fallback) return 0;
    if (fallback && j->fallback_of[i] >= i) return 0;
    if (fallback && (j->fallbacks >> j->fallback_of[i] & 1)) return 0;
  }
  return 1;
}

/* Each word of the front: what attaches is what could be, and nothing else does. */
START_TEST(test_attach_forged) {
  blueprint *b = blueprint_new();
  size_t size;
  b->steps[3].fallback_of = 1;
  slo_journey *original = journey_in(&b->config, &size), *j = NULL;
  char *copy = check_memory(size);
  uint64_t random = 5, accepted = 0, refusals = 0;
  for (size_t at = sizeof(sloi_block); at < sizeof(slo_journey); at += 8) {
    for (int i = 0; i < 400; i++) {
      uint64_t was, word;
      memcpy(&was, (char *)original + at, sizeof was);
      const uint64_t fixed[] = {0,
                                1,
                                2,
                                3,
                                4,
                                was + 1,
                                was - 1,
                                was * 2,
                                was + 64,
                                was - 64,
                                62,
                                63,
                                64,
                                UINT64_MAX,
                                UINT64_C(1) << 63,
                                INT64_MAX,
                                size,
                                size / 2,
                                size - 192,
                                UINT64_MAX - 63,
                                (size - 192) / 3};
      word = i < 21   ? fixed[i]
             : i < 85 ? was ^ UINT64_C(1) << (i - 21)
                      : check_random_wide(&random);
      if (i >= 300) word = check_random(&random) & 0x0303030303030303u; /* small bytes */
      memcpy(copy, original, size);
      memcpy(copy + at, &word, sizeof word);
      reseal(copy);
      int expected = credible((slo_journey *)(void *)copy, original);
      slo_status status = slo_journey_attach(copy, size, &j);
      check_that(status == (expected ? SLO_OK : SLO_ECORRUPT), "word %zu: %" PRIx64 ": %s", at / 8,
                 word, slo_status_name(status));
      accepted += (uint64_t)expected;
      refusals += (uint64_t)!expected;
      if (expected) use(j);
    }
  }
  ck_assert_uint_gt(accepted, 100);
  ck_assert_uint_gt(refusals, 1000);
  free(copy);
  free(original);
  free(b);
}
END_TEST

/* A block that says it has fewer or more steps, and lies in as much memory. */
START_TEST(test_attach_other_sizes) {
  blueprint *b = blueprint_new();
  size_t size;
  slo_journey *original = journey_in(&b->config, &size), *j = NULL;
  uint64_t counter = original->counter_size;
  for (uint64_t steps = 0; steps <= 66; steps++) {
    for (int step = -64; step <= 64; step += 64) {
      size_t claimed = sizeof(slo_journey) + (size_t)((steps + 3) * counter) + (size_t)step;
      slo_journey *copy = check_memory(claimed);
      memcpy(copy, original, claimed < size ? claimed : size);
      copy->steps = steps;
      copy->critical = 1;
      copy->fallbacks = 0;
      copy->usual = steps < 64 ? (UINT64_C(1) << steps) - 1 : UINT64_MAX;
      copy->block.size = claimed;
      for (uint64_t part = STEPS + 3; part < steps + 3 && step == 0; part++) {
        memcpy(sloi_journey_counter(copy, part), sloi_journey_counter(original, 0), counter);
      }
      reseal(copy);
      int fits = steps >= 1 && steps <= SLO_JOURNEY_STEPS_MAX && step == 0;
      check_that(slo_journey_attach(copy, claimed, &j) == (fits ? SLO_OK : SLO_ECORRUPT),
                 "%d steps, %d", (int)steps, step);
      if (fits) use(j);
      free(copy);
    }
  }
  for (size_t claimed = 64; claimed < size + 256; claimed += 8) {
    if (claimed == size) continue;
    slo_journey *copy = check_memory(claimed);
    memcpy(copy, original, claimed < size ? claimed : size);
    copy->block.size = claimed;
    check_that(slo_journey_attach(copy, claimed, &j) == SLO_ECORRUPT, "%zu", claimed);
    free(copy);
  }
  for (size_t config = 0; config < size; config += 8) { /* what the checksum covers */
    slo_journey *copy = check_memory(size);
    memcpy(copy, original, size);
    copy->block.config_size = config;
    if (config <= size - 64) reseal(copy);
    int same = config == original->block.config_size;
    check_that(slo_journey_attach(copy, size, &j) == (same ? SLO_OK : SLO_ECORRUPT), "%zu", config);
    free(copy);
  }
  free(original);
  free(b);
}
END_TEST

/* A part's counter that claims other rows: refused, or of the very same size. */
START_TEST(test_attach_forged_counters) {
  blueprint *b = blueprint_new();
  size_t size;
  b->config.shards = 4;
  slo_journey *original = journey_in(&b->config, &size), *j = NULL;
  slo_journey *copy = check_memory(size);
  uint64_t random = 17, accepted = 0;
  for (uint32_t part = 0; part < STEPS + 3; part++) { /* and that of the usual way */
    for (size_t word = 0; word < 8 + 3; word++) {     /* the header, and the rows */
      for (int i = 0; i < 100; i++) {
        memcpy(copy, original, size);
        uint64_t *counter = (uint64_t *)(void *)sloi_journey_counter(copy, part);
        counter[word] = i < 9 ? (uint64_t)i : check_random_wide(&random);
        if (i == 99) counter[word] = counter[word] + 64;
        if (((sloi_block *)(void *)counter)->config_size <= SLO_ALIGN) reseal(counter);
        slo_status status = slo_journey_attach(copy, size, &j);
        check_that(status == SLO_OK || status == SLO_ECORRUPT || status == SLO_EVERSION, "%s",
                   slo_status_name(status));
        if (status != SLO_OK) continue;
        accepted++;
        use(j);
      }
    }
    /* fewer rows, consistently: not the size that the journey says */
    slo_counter_config rows = SLO_SIZED(slo_counter_config);
    slo_counter *smaller;
    rows.shards = 2;
    memcpy(copy, original, size);
    ck_ok(slo_counter_init(sloi_journey_counter(copy, part), (size_t)copy->counter_size, &rows,
                           &smaller, NULL));
    ck_assert_int_eq(slo_journey_attach(copy, size, &j), SLO_ECORRUPT);
    ((sloi_block *)(void *)smaller)->layout++; /* made by another version */
    ck_assert_int_eq(slo_journey_attach(copy, size, &j), SLO_EVERSION);
  }
  ck_assert_uint_gt(accepted, 0);
  free(copy);
  free(original);
  free(b);
}
END_TEST

/* Every bit of the front is watched. */
START_TEST(test_attach_flipped) {
  blueprint *b = blueprint_new();
  size_t size;
  slo_journey *j = journey_in(&b->config, &size), *k = NULL;
  for (size_t bit = 0; bit < 8 * sizeof *j; bit++) {
    unsigned char *byte = (unsigned char *)j + bit / 8;
    *byte = (unsigned char)(*byte ^ 1 << bit % 8);
    int padding = bit / 8 >= offsetof(sloi_block, reserved) && bit / 8 < sizeof(sloi_block);
    check_that((slo_journey_attach(j, size, &k) == SLO_OK) == padding, "bit %zu", bit);
    *byte = (unsigned char)(*byte ^ 1 << bit % 8);
  }
  ck_ok(slo_journey_attach(j, size, &k));
  free(j);
  free(b);
}
END_TEST

CHECK_MAIN("journey", tcase_add_test(tc, test_check_front); tcase_add_test(tc, test_check_counts);
           tcase_add_test(tc, test_check_most); tcase_add_test(tc, test_check_steps);
           tcase_add_test(tc, test_check_slis); tcase_add_test(tc, test_check_slos);
           tcase_add_test(tc, test_struct_size); tcase_add_test(tc, test_utf8);
           tcase_add_test(tc, test_texts); tcase_add_test(tc, test_footprint);
           tcase_add_test(tc, test_init_looks_at_steps_alone); tcase_add_test(tc, test_init_misuse);
           tcase_add_test(tc, test_create); tcase_add_test(tc, test_parts);
           tcase_add_test(tc, test_usual_way); tcase_add_test(tc, test_blame);
           tcase_add_test(tc, test_attach); tcase_add_test(tc, test_attach_forged);
           tcase_add_test(tc, test_attach_other_sizes);
           tcase_add_test(tc, test_attach_forged_counters);
           tcase_add_test(tc, test_attach_flipped);)
