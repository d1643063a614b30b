/*
 * test_lint.c - each known defect is found, and what is just outside its limit is not.
 *
 * The models are the judges themselves: a tier is dead when slo_burn_exceeds denies it although
 * everything fails, and one event alone fires it when slo_burn_exceeds says so of one bad of N.
 */
#include "check_main.h"
#include "slo/burn.h"
#include "slo/lint.h"
#include "slo/rule.h"

#define PPB UINT64_C(1000000000)
#define NONE INT64_MIN /* nothing to write instead */
#define DAYS(n) ((n) * SLO_DAY_NS)
#define HOURS(n) ((n) * SLO_HOUR_NS)
#define MINUTES(n) ((n) * SLO_MINUTE_NS)

enum { ROOM = 64 };
static slo_finding found[ROOM];
static uint32_t count;
static char text[SLO_FINDING_TEXT_MAX];

/* What finding i is, in all its parts and as a line. */
static void expect_at(int line, uint32_t i, uint32_t code, const char *field, int64_t value,
                      int64_t instead, const char *advice) {
  char whole[1024], shown[32] = "";
  check_that(i < count, "line %d: only %u found", line, (unsigned)count);
  const slo_finding *f = &found[i];
  (void)slo_finding_format(f, text, sizeof text);
  check_that(f->struct_size == sizeof *f, "line %d: struct_size", line);
  check_that(f->code == code && f->level == slo_lint_level(code), "line %d: %s", line, text);
  check_that(strcmp(f->field, field) == 0, "line %d: %s, not %s", line, text, field);
  check_that(f->value == value, "line %d: %s, not %" PRId64, line, text, value);
  check_that(strcmp(f->advice, advice) == 0, "line %d: '%s', not '%s'", line, f->advice, advice);
  check_that(f->has_instead == (instead != NONE), "line %d: has_instead", line);
  check_that(f->instead == (instead == NONE ? 0 : instead), "line %d: instead %" PRId64, line,
             f->instead);
  if (value != 0) (void)snprintf(shown, sizeof shown, " is %" PRId64, value);
  (void)snprintf(whole, sizeof whole, "%s%s: %s (%u): %s; %s", field, shown, slo_lint_name(code),
                 (unsigned)code, slo_lint_reason(code), advice);
  check_that(strcmp(text, whole) == 0, "line %d: %s", line, text);
}
#define expect(...) expect_at(__LINE__, __VA_ARGS__)

static void expect_count_at(int line, uint32_t n) {
  if (count == n) return;
  for (uint32_t i = 0; i < count; i++) {
    (void)slo_finding_format(&found[i], text, sizeof text);
    (void)fprintf(stderr, "%s\n", text);
  }
  ck_abort_msg("line %d: %u found, not %u", line, (unsigned)count, (unsigned)n);
}
#define expect_count(n) expect_count_at(__LINE__, n)

static int has(uint32_t code) {
  int n = 0;
  for (uint32_t i = 0; i < count; i++) n += found[i].code == code;
  return n;
}

static void clear(void) {
  memset(found, 0x5a, sizeof found);
  found[0].struct_size = (uint32_t)sizeof found[0];
  count = 12345;
}

/* ---- codes ---- */

static const uint32_t codes[] = {
#define CODE(name, code, level, text, why) name,
    SLO_LINT_MAP(CODE)
#undef CODE
};
enum { CODES = sizeof codes / sizeof codes[0] };

START_TEST(test_codes) {
  for (int i = 0; i < CODES; i++) {
    ck_assert(i == 0 || codes[i] > codes[i - 1]);
    ck_assert_uint_ge(slo_lint_level(codes[i]), SLO_LINT_ERROR);
    ck_assert_uint_le(slo_lint_level(codes[i]), SLO_LINT_NOTE);
    ck_assert_str_ne(slo_lint_name(codes[i]), "unknown finding");
    ck_assert_str_ne(slo_lint_reason(codes[i]), "");
    for (int k = 0; k < i; k++) {
      ck_assert_str_ne(slo_lint_name(codes[i]), slo_lint_name(codes[k]));
      ck_assert_str_ne(slo_lint_reason(codes[i]), slo_lint_reason(codes[k]));
    }
  }
  ck_assert_uint_eq(codes[CODES - 1], SLO_LINT_LAST);
  ck_assert_str_eq(slo_lint_name(101), "dead tier"); /* codes never change */
  ck_assert_str_eq(slo_lint_name(308), "unused indicator");
  ck_assert_uint_eq(slo_lint_level(SLO_LINT_DEAD_TIER), SLO_LINT_ERROR);
  ck_assert_uint_eq(slo_lint_level(SLO_LINT_GAP), SLO_LINT_WARNING);
  ck_assert_uint_eq(slo_lint_level(SLO_LINT_NO_POLICY), SLO_LINT_NOTE);
  static const uint32_t none[] = {0, 1, 100, 109, 309, UINT32_MAX};
  for (int i = 0; i < 6; i++) {
    ck_assert_str_eq(slo_lint_name(none[i]), "unknown finding");
    ck_assert_str_eq(slo_lint_reason(none[i]), "");
    ck_assert_uint_eq(slo_lint_level(none[i]), 0);
  }
}
END_TEST

START_TEST(test_format) {
  const char *line =
      "journeys[0].slos[1].tiers[2].factor_ppm is 933333: nagging tier (102): it fires at a burn "
      "rate below 1, for a service that keeps its promise; write 1000000 or more";
  slo_finding f = SLO_SIZED(slo_finding);
  char small[24];
  f.code = SLO_LINT_NAGGING_TIER;
  f.value = 933333;
  memcpy(f.field, "journeys[0].slos[1].tiers[2].factor_ppm", 40);
  memcpy(f.advice, "write 1000000 or more", 22);
  ck_assert_uint_eq(slo_finding_format(&f, text, sizeof text), strlen(line));
  ck_assert_str_eq(text, line);
  memset(small, 'x', sizeof small);
  ck_assert_uint_eq(slo_finding_format(&f, small, 12), strlen(line));
  ck_assert_str_eq(small, "journeys[0]");
  ck_assert_int_eq(small[12], 'x');
  ck_assert_uint_eq(slo_finding_format(&f, NULL, 0), strlen(line));
  ck_assert_uint_eq(slo_finding_format(&f, NULL, 10), strlen(line));
  ck_assert_uint_eq(slo_finding_format(&f, small, 0), strlen(line));
  ck_assert_str_eq(small, "journeys[0]");
  ck_assert_uint_eq(slo_finding_format(NULL, small, sizeof small), 0);
  ck_assert_str_eq(small, "");
  ck_assert_uint_eq(slo_finding_format(NULL, NULL, 0), 0);
  f.value = 0;
  f.code = 999;
  f.advice[0] = '\0';
  (void)slo_finding_format(&f, text, sizeof text);
  ck_assert_str_eq(text, "journeys[0].slos[1].tiers[2].factor_ppm: unknown finding (999)");
  f.struct_size = 0;
  ck_assert_uint_eq(slo_finding_format(&f, text, sizeof text), 0);
  ck_assert_str_eq(text, "");
}
END_TEST

/* The longest line there can be fits, and unterminated texts are not run over. */
START_TEST(test_format_longest) {
  slo_finding *f = check_memory(sizeof *f);
  f->struct_size = (uint32_t)sizeof *f;
  f->value = INT64_MIN;
  memset(f->field, 'f', sizeof f->field);
  memset(f->advice, 'a', sizeof f->advice);
  for (int i = 0; i < CODES; i++) {
    f->code = codes[i];
    size_t n = slo_finding_format(f, text, sizeof text);
    ck_assert_uint_lt(n, SLO_FINDING_TEXT_MAX);
    ck_assert_uint_eq(strlen(text), n);
    ck_assert_uint_eq(strspn(text, "f"), sizeof f->field - 1);
    ck_assert_uint_eq(strlen(strrchr(text, ';') + 2), sizeof f->advice - 1);
  }
  free(f);
}
END_TEST

/* ---- alerts ---- */

static slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
static slo_alert_config alert;

static slo_alert_tier tier(int64_t long_ns, int64_t short_ns, uint64_t factor_ppm) {
  slo_alert_tier t = {0};
  t.long_ns = long_ns;
  t.short_ns = short_ns;
  t.factor_ppm = factor_ppm;
  return t;
}

/* n clean tiers of 28 days: 14 in 1h and, as a ticket, 1 in 4d. */
static void clean(uint64_t objective_ppb) {
  slo_alert_config a = SLO_SIZED(slo_alert_config);
  memset(tiers, 0, sizeof tiers);
  tiers[0] = tier(HOURS(1), MINUTES(5), 14000000);
  tiers[1] = tier(DAYS(4), HOURS(6), 1000000);
  tiers[1].severity = SLO_SEVERITY_TICKET;
  alert = a;
  alert.tiers = tiers;
  alert.tier_count = 2;
  alert.objective_ppb = objective_ppb;
  alert.period_ns = DAYS(28);
}

static void look(uint64_t requests_per_hour) {
  clear();
  check_ok(slo_lint_alert(&alert, requests_per_hour, NULL, found, ROOM, &count, NULL));
}
/* So many are found. */
#define looks(requests_per_hour, n) (look(requests_per_hour), expect_count(n))

START_TEST(test_clean) {
  clean(999000000);
  looks(0, 0);
  looks(100, 0);
  looks(UINT64_MAX, 0);
}
END_TEST

START_TEST(test_dead) {
  clean(930555555); /* 14.4 is dead at or below 93.0555..% */
  tiers[0].factor_ppm = 14400000;
  looks(0, 1);
  expect(0, SLO_LINT_DEAD_TIER, "tiers[0].factor_ppm", 14400000, 14390000,
         "write at most 14390000 (burn rate 14.39)");
  alert.objective_ppb = 930555556;
  looks(0, 0);
  clean(833333333); /* and 6 at or below 83.333..% */
  tiers[0].factor_ppm = 6000000;
  look(0);
  expect(0, SLO_LINT_DEAD_TIER, "tiers[0].factor_ppm", 6000000, 5990000,
         "write at most 5990000 (burn rate 5.99)");
  alert.objective_ppb = 833333334;
  looks(0, 0);
  clean(900000000); /* equality: above 10 there is nothing, but at least 10 there is */
  tiers[0].factor_ppm = 10000000;
  looks(0, 1);
  expect(0, SLO_LINT_DEAD_TIER, "tiers[0].factor_ppm", 10000000, 9990000,
         "write at most 9990000 (burn rate 9.99)");
  tiers[0].flags = SLO_BURN_AT_LEAST;
  looks(0, 0);
  tiers[0].factor_ppm++;
  look(0);
  expect(1, SLO_LINT_DEAD_TIER, "tiers[0].factor_ppm", 10000001, 10000000,
         "write at most 10000000 (burn rate 10.00)");
  expect(0, SLO_LINT_NOISE, "tiers[0].factor_ppm", 10000001, 10000000, "write 10000000");
}
END_TEST

/* It is dead when it does not fire although everything fails. */
START_TEST(test_dead_random) {
  uint64_t state = 101;
  const slo_counts all = {0, 1, 0};
  int dead = 0;
  for (int i = 0; i < 20000; i++) {
    uint64_t objective = 1 + check_random_wide(&state) % (PPB - 1), maximum;
    if (i % 2 == 0) objective = PPB - objective;
    check_ok(slo_burn_maximum(objective, &maximum));
    clean(objective);
    alert.tier_count = 1;
    tiers[0].factor_ppm = 1 + check_random_wide(&state) % (uint64_t)SLO_BURN_FACTOR_MAX_PPM;
    if (i % 3 == 0) tiers[0].factor_ppm = maximum - 1 + check_random(&state) % 3;
    tiers[0].flags = (uint32_t)(check_random(&state) % 4);
    const uint64_t factor = tiers[0].factor_ppm;
    const uint32_t flags = tiers[0].flags & SLO_BURN_AT_LEAST;
    if (factor > (uint64_t)SLO_BURN_FACTOR_MAX_PPM) continue;
    look(0);
    int fires = slo_burn_exceeds(&all, objective, factor, flags);
    check_that(has(SLO_LINT_DEAD_TIER) == !fires, "%" PRIu64 " at %" PRIu64, factor, objective);
    for (uint32_t k = 0; k < count; k++) {
      if (found[k].code != SLO_LINT_DEAD_TIER) continue;
      uint64_t most = (uint64_t)found[k].instead;
      dead++;
      check_that(slo_burn_exceeds(&all, objective, most, flags) == 1, "instead fires");
      check_that(most == (uint64_t)SLO_BURN_FACTOR_MAX_PPM ||
                     slo_burn_exceeds(&all, objective, most + 10000, flags) == 0,
                 "and is the largest: %" PRIu64 " at %" PRIu64, most, objective);
      tiers[0].factor_ppm = most;
    }
    if (tiers[0].factor_ppm == factor) continue;
    look(0); /* whoever does as they are told has done enough */
    check_that(!has(SLO_LINT_DEAD_TIER) && !has(SLO_LINT_NOISE), "%" PRIu64, factor);
  }
  ck_assert_int_gt(dead, 2000);
}
END_TEST

START_TEST(test_nagging) {
  clean(999000000);
  tiers[1].factor_ppm = 933333;
  looks(0, 1);
  expect(0, SLO_LINT_NAGGING_TIER, "tiers[1].factor_ppm", 933333, 1000000, "write 1000000 or more");
  tiers[1].factor_ppm = 999999;
  looks(0, 2);
  ck_assert_int_eq(has(SLO_LINT_NOISE), 1); /* why it is so */
  ck_assert_int_eq(has(SLO_LINT_NAGGING_TIER), 1);
  tiers[1].factor_ppm = 1000000;
  looks(0, 0);
  /* of a group all must hold: it fires above its largest factor */
  tiers[1].factor_ppm = 500000;
  tiers[2] = tier(DAYS(1), HOURS(2), 1000000);
  tiers[2].severity = SLO_SEVERITY_TICKET;
  alert.tier_count = 3;
  look(0);
  ck_assert_int_eq(has(SLO_LINT_NAGGING_TIER), 1);
  tiers[1].group = tiers[2].group = 7;
  looks(0, 0);
  tiers[2].group = 8;
  look(0);
  ck_assert_int_eq(has(SLO_LINT_NAGGING_TIER), 1);
  tiers[2].group = 7;
  tiers[2].severity = SLO_SEVERITY_PAGE; /* groups are of one severity */
  look(0);
  ck_assert_int_eq(has(SLO_LINT_NAGGING_TIER), 1);
  tiers[2].severity = SLO_SEVERITY_TICKET;
  tiers[2].factor_ppm = 900000;
  look(0);
  ck_assert_int_eq(has(SLO_LINT_NAGGING_TIER), 2);
  tiers[2].kind = SLO_TIER_SPENT; /* half of it spent, and burning */
  look(0);
  ck_assert_int_eq(has(SLO_LINT_NAGGING_TIER), 1);
  tiers[2].kind = SLO_TIER_SILENCE;
  look(0);
  ck_assert_int_eq(has(SLO_LINT_NAGGING_TIER), 0);
}
END_TEST

START_TEST(test_gap) {
  clean(999000000);
  tiers[1].factor_ppm = 1010000;
  looks(0, 1);
  expect(0, SLO_LINT_GAP, "tiers[1].factor_ppm", 1010000, 1000000,
         "add a tier with 1000000 over some days, for a ticket");
  tiers[1].factor_ppm = 1000000;
  looks(0, 0);
  alert.tier_count = 1; /* once, at the smallest */
  tiers[1] = tier(HOURS(6), MINUTES(30), 6000000);
  tiers[2] = tier(HOURS(7), MINUTES(30), 7000000);
  alert.tier_count = 3;
  looks(0, 1);
  expect(0, SLO_LINT_GAP, "tiers[1].factor_ppm", 6000000, 1000000,
         "add a tier with 1000000 over some days, for a ticket");
  /* who is told that the budget is spent is told */
  tiers[3] = tier(DAYS(28), DAYS(1), 1000000);
  tiers[3].kind = SLO_TIER_SPENT;
  alert.tier_count = 4;
  looks(0, 0);
  tiers[3].factor_ppm = 2000000; /* twice */
  looks(0, 1);
  ck_assert_str_eq(found[0].field, "tiers[1].factor_ppm");
  /* a group with a larger factor, or with silence, does not tell either */
  tiers[3] = tier(DAYS(3), HOURS(6), 1000000);
  tiers[3].group = tiers[1].group = 1;
  looks(0, 1);
  tiers[3].group = 0;
  looks(0, 0);
  tiers[4] = tier(DAYS(1), HOURS(1), 1);
  tiers[4].kind = SLO_TIER_SILENCE;
  alert.tier_count = 5;
  tiers[3].group = tiers[4].group = 2;
  looks(0, 1);
  /* no burn tier at all: there is none to say it of */
  tiers[0] = tiers[4];
  alert.tier_count = 1;
  looks(0, 0);
  /* a tier without a window says nothing, but would close the gap */
  clean(999000000);
  tiers[1].short_ns = 0;
  looks(0, 1);
  ck_assert_int_eq(has(SLO_LINT_NO_WINDOW), 1);
  tiers[1].factor_ppm = 1500000;
  looks(0, 2);
  expect(0, SLO_LINT_GAP, "tiers[0].factor_ppm", 14000000, 1000000,
         "add a tier with 1000000 over some days, for a ticket");
}
END_TEST

START_TEST(test_too_late) {
  clean(999000000);
  tiers[1].long_ns = DAYS(28); /* 1 for all of the period */
  looks(0, 1);
  expect(0, SLO_LINT_TOO_LATE, "tiers[1].long_ns", DAYS(28), DAYS(28) - SLO_SECOND_NS,
         "write at most 27d23h59m59s");
  tiers[1].long_ns -= SLO_SECOND_NS;
  looks(0, 0);
  tiers[1].long_ns = DAYS(28) - 1;
  looks(0, 0);
  tiers[1].long_ns = DAYS(27); /* and what it waits */
  tiers[1].for_ns = DAYS(1);
  looks(0, 1);
  expect(0, SLO_LINT_TOO_LATE, "tiers[1].for_ns", DAYS(1), DAYS(1) - SLO_SECOND_NS,
         "write at most 23h59m59s");
  tiers[1].for_ns--;
  looks(0, 0);
  tiers[1].for_ns = DAYS(3);
  tiers[1].long_ns = DAYS(30); /* too long by itself: it keeps what it waits */
  look(0);
  expect(0, SLO_LINT_TOO_LATE, "tiers[1].long_ns", DAYS(30), DAYS(25) - SLO_SECOND_NS,
         "write at most 24d23h59m59s");
  tiers[1].for_ns = DAYS(40); /* both are */
  look(0);
  expect(0, SLO_LINT_TOO_LATE, "tiers[1].long_ns", DAYS(30), DAYS(28) - SLO_SECOND_NS,
         "write at most 27d23h59m59s");
  tiers[1].for_ns = INT64_MAX;
  tiers[1].long_ns = INT64_MAX;
  looks(0, 1);
  tiers[1].for_ns = INT64_MIN; /* no configuration, and no reason to wait */
  tiers[1].long_ns = DAYS(4);
  looks(0, 0);
  /* what can never happen does not come late */
  clean(900000000);
  tiers[0] = tier(DAYS(3), HOURS(6), 10000000);
  looks(0, 1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_DEAD_TIER);
  tiers[0].factor_ppm = 9990000;
  looks(0, 1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_TOO_LATE);
  ck_assert_str_eq(found[0].field, "tiers[0].long_ns");
}
END_TEST

/* In whole seconds everything fits 64 bits. What is to be written instead is found no more, and a
 * second more is. */
START_TEST(test_too_late_random) {
  uint64_t state = 104;
  int late = 0;
  for (int i = 0; i < 20000; i++) {
    clean(999999000);
    alert.tier_count = 1;
    uint64_t period = 86400 * (1 + check_random(&state) % 90);
    uint64_t factor = 1000000 + check_random(&state) % 20000000;
    uint64_t window = 1 + check_random(&state) % (period * 1100000 / factor);
    uint64_t hold = i % 2 == 0 ? 0 : check_random(&state) % (period * 300000 / factor);
    alert.period_ns = (int64_t)period * SLO_SECOND_NS;
    tiers[0] = tier((int64_t)window * SLO_SECOND_NS, SLO_SECOND_NS, factor);
    tiers[0].for_ns = (int64_t)hold * SLO_SECOND_NS;
    look(0);
    int gone = factor * (window + hold) >= period * 1000000;
    check_that(has(SLO_LINT_TOO_LATE) == gone, "%" PRIu64 " %" PRIu64, window, hold);
    if (!gone) continue;
    late++;
    const slo_finding f = found[0];
    int64_t *which =
        strcmp(f.field, "tiers[0].long_ns") == 0 ? &tiers[0].long_ns : &tiers[0].for_ns;
    check_that(f.value == *which && f.instead % SLO_SECOND_NS == 0, "%s", f.field);
    *which = f.instead;
    if (factor * hold >= period * 1000000) continue;
    look(0);
    check_that(has(SLO_LINT_TOO_LATE) == 0, "%s: %s", f.field, f.advice);
    *which += SLO_SECOND_NS;
    look(0);
    check_that(has(SLO_LINT_TOO_LATE) == 1, "%s: %s", f.field, f.advice);
  }
  ck_assert_int_gt(late, 1000);
}
END_TEST

static void ungated(uint64_t objective_ppb, uint64_t factor_ppm) {
  clean(objective_ppb);
  tiers[0].factor_ppm = factor_ppm;
  alert.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
}

START_TEST(test_single_event) {
  ungated(999000000, 14400000); /* fixtures: below 69.4 an hour at 99.9 %, 694.4 at 99.99 % */
  looks(69, 1);
  expect(0, SLO_LINT_SINGLE_EVENT, "tiers[0].factor_ppm", 14400000, NONE,
         "use the evidence gate: without it one failure fires this tier up to 69 requests an hour");
  looks(70, 0);
  looks(0, 0); /* not known */
  alert.objective_ppb = 999900000;
  looks(694, 1);
  looks(695, 0);
  alert.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_EVIDENCE;
  looks(1, 1);
  ck_assert_int_eq(has(SLO_LINT_NOT_SEEN), 1); /* instead */
  alert.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
  tiers[0].severity = SLO_SEVERITY_TICKET; /* wakes nobody */
  alert.gate[SLO_SEVERITY_TICKET].kind = SLO_GATE_NONE;
  looks(1, 0);
  /* one of a hundred is a burn rate of 10: above it at 99 requests, and at least it at 100 */
  ungated(999000000, 10000000);
  looks(99, 1);
  looks(100, 0);
  tiers[0].flags = SLO_BURN_AT_LEAST;
  looks(100, 1);
  looks(101, 0);
  /* it fires while the failure is in the short window, unless it waits as long */
  tiers[0].for_ns = MINUTES(5) - 1;
  looks(1, 1);
  tiers[0].for_ns = MINUTES(5);
  looks(1, 0);
  /* less than one event in the window is one event, when there is one */
  ungated(999000000, 14400000);
  tiers[0].long_ns = MINUTES(5);
  looks(1, 1);
  tiers[0].factor_ppm = 1000000000; /* but not when nothing fires it */
  looks(1, 1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_DEAD_TIER);
  /* each tier by itself */
  ungated(999000000, 14400000);
  tiers[2] = tier(HOURS(6), MINUTES(30), 6000000);
  alert.tier_count = 3;
  looks(27, 2); /* 1 / (6 * 6 * 0.001) = 27.8 */
  ck_assert_str_eq(found[1].field, "tiers[2].factor_ppm");
  looks(28, 1);
  /* of a group all must fire */
  tiers[0].group = tiers[2].group = 1;
  looks(28, 0);
  looks(27, 2);
  slo_alert_tier first = tiers[0]; /* in any order */
  tiers[0] = tiers[2];
  tiers[2] = first;
  looks(28, 0);
  looks(27, 2);
  tiers[2] = tiers[0];
  tiers[0] = first;
  tiers[2].for_ns = MINUTES(5); /* and wait for the longest */
  looks(27, 0);
  tiers[2].for_ns = 0;
  tiers[2].kind = SLO_TIER_SPENT; /* a fact of 6 h: at least six times its budget */
  tiers[2].short_ns = 1000000001;
  tiers[0].for_ns = MINUTES(4);
  looks(27, 1);
  looks(28, 0);
  tiers[2].factor_ppm = 10000000; /* 6 * N * 10 * 0.001 <= 1 up to 16.7 */
  tiers[2].long_ns = HOURS(10);   /* up to 10 */
  looks(10, 1);
  looks(11, 0);
  tiers[2].kind = SLO_TIER_SILENCE;
  looks(1, 0);
  tiers[2] = tier(HOURS(6), 0, 6000000);
  tiers[2].group = 1;
  looks(1, 1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_NO_WINDOW);
}
END_TEST

START_TEST(test_single_event_random) {
  uint64_t state = 105;
  int single = 0;
  for (int i = 0; i < 20000; i++) {
    uint64_t budget = 1 + check_random_wide(&state) % (PPB - 1);
    uint64_t hours = 1 + check_random(&state) % 72;
    uint64_t factor = 1000000 + check_random_wide(&state) % 100000000;
    uint64_t most = UINT64_C(1000000000000000) / (factor * budget == 0 ? 1 : factor * budget);
    uint64_t hourly = most / hours + check_random(&state) % 3;
    if (i % 3 == 0) hourly = check_random_wide(&state) % 1000000000;
    if (hourly == 0) hourly = 1;
    ungated(PPB - budget, factor);
    alert.tier_count = 1;
    tiers[0].long_ns = HOURS((int64_t)hours);
    tiers[0].flags = (uint32_t)(check_random(&state) % 2);
    look(hourly);
    const slo_counts one = {hourly * hours - 1, 1, 0};
    int fires = slo_burn_exceeds(&one, PPB - budget, factor, tiers[0].flags);
    check_that(has(SLO_LINT_SINGLE_EVENT) == fires, "%" PRIu64 " an hour at %" PRIu64, hourly,
               PPB - budget);
    single += fires;
  }
  ck_assert_int_gt(single, 2000);
  ck_assert_int_lt(single, 18000);
}
END_TEST

START_TEST(test_no_window) {
  static const int64_t below[] = {0, -1, INT64_MIN, 1, 999999999};
  for (int i = 0; i < 5; i++) {
    clean(999000000);
    tiers[0].short_ns = below[i];
    looks(0, 1);
    expect(0, SLO_LINT_NO_WINDOW, "tiers[0].short_ns", below[i], MINUTES(5),
           "write 5m, a twelfth of the long window");
    tiers[0].long_ns = 1999999999; /* the factor makes it nothing else */
    looks(0, 1);
    expect(0, SLO_LINT_NO_WINDOW, "tiers[0].short_ns", below[i], SLO_SECOND_NS,
           "write at least 1s");
    tiers[0].long_ns = below[i]; /* nor is anything else said of it */
    tiers[0].factor_ppm = 1;
    alert.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
    looks(1, 2);
    expect(0, SLO_LINT_NO_WINDOW, "tiers[0].long_ns", below[i], SLO_SECOND_NS, "write at least 1s");
    expect(1, SLO_LINT_NO_WINDOW, "tiers[0].short_ns", below[i], SLO_SECOND_NS,
           "write at least 1s");
  }
  clean(999000000);
  tiers[0].short_ns = SLO_SECOND_NS;
  looks(0, 0);
  tiers[0].long_ns = SLO_SECOND_NS;
  looks(0, 0);
  tiers[0].factor_ppm = 500000; /* which is looked at */
  looks(0, 1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_NAGGING_TIER);
  tiers[0].kind = SLO_TIER_SPENT; /* only burn tiers are looked at */
  tiers[0].long_ns = tiers[0].short_ns = 0;
  looks(0, 0);
}
END_TEST

START_TEST(test_not_seen) {
  slo_evidence_config e = SLO_SIZED(slo_evidence_config);
  int64_t ns;
  clean(500000000); /* half may fail: a total outage is hardly anything */
  tiers[0] = tier(HOURS(1), MINUTES(5), 1000000);
  alert.tier_count = 1;
  e.objective_ppb = 500000000;
  e.least_burn_ppm = 1000000;
  e.healthy_burn_ppm = 500000;
  check_ok(slo_evidence_detection(&e, 1, PPB, 10 * SLO_SECOND_NS, &ns));
  ck_assert_int_gt(ns, HOURS(2));
  alert.period_ns = 2 * ns;
  looks(1, 0);
  alert.period_ns = 2 * ns - 1;
  looks(1, 1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_NOT_SEEN);
  ck_assert_str_eq(found[0].field, "gate[0].kind");
  looks(0, 0); /* not known */
  looks(2, 0);
  alert.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
  alert.period_ns = HOURS(2);
  looks(2, 0);
  /* a ticket has time, and with no tier of its severity a page has nothing to see */
  alert.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_EVIDENCE;
  alert.slot_ns = MINUTES(20); /* how it is looked at */
  check_ok(slo_evidence_detection(&e, 1, PPB, MINUTES(20), &ns));
  alert.period_ns = 2 * ns;
  looks(1, 0);
  alert.period_ns = 2 * ns - 1;
  looks(1, 1);
  tiers[0].kind = SLO_TIER_SPENT;
  looks(1, 0);
  tiers[0].kind = SLO_TIER_BURN;
  tiers[0].severity = SLO_SEVERITY_TICKET;
  looks(1, 0);
  tiers[0].severity = SLO_SEVERITY_PAGE;
  looks(1, 1);
  /* what no gate can be is not said to be slow */
  alert.gate[SLO_SEVERITY_PAGE].dead_ns = -1;
  looks(1, 0);
  alert.gate[SLO_SEVERITY_PAGE].dead_ns = 0;
  alert.gate[SLO_SEVERITY_PAGE].kind = 2;
  looks(1, 0);
}
END_TEST

/* Above what no service ever reaches: once in a million years. */
START_TEST(test_not_seen_never) {
  clean(500000000);
  alert.tier_count = 1;
  alert.gate[SLO_SEVERITY_PAGE].alarms_per_year_ppm = 1;
  alert.gate[SLO_SEVERITY_PAGE].healthy_burn_ppm = 1999999;
  alert.gate[SLO_SEVERITY_PAGE].least_burn_ppm = 4000000;
  tiers[0].factor_ppm = 1000000;
  looks(1, 1);
  expect(0, SLO_LINT_NOT_SEEN, "gate[0].kind", 0, NONE,
         "promise less, count probes, too, or allow more alarms: at 1 an hour it takes for ever");
}
END_TEST

/* The catalogs as published, and what is wrong with them. */
START_TEST(test_catalogs) {
  static const struct {
    uint32_t catalog, days, nagging, gap;
  } published[] = {
      {SLO_CATALOG_WORKBOOK, 7, 2, 0},  {SLO_CATALOG_WORKBOOK, 28, 1, 0},
      {SLO_CATALOG_WORKBOOK, 30, 0, 0}, {SLO_CATALOG_WORKBOOK, 90, 0, 1},
      {SLO_CATALOG_SLOTH, 7, 1, 0},     {SLO_CATALOG_SLOTH, 28, 1, 0},
      {SLO_CATALOG_SLOTH, 30, 0, 0},    {SLO_CATALOG_PYRRA, 7, 0, 0},
      {SLO_CATALOG_PYRRA, 28, 0, 0},    {SLO_CATALOG_PYRRA, 30, 0, 0},
      {SLO_CATALOG_PYRRA, 90, 0, 0},    {SLO_CATALOG_DATADOG, 7, 0, 1},
      {SLO_CATALOG_DATADOG, 30, 0, 1},  {SLO_CATALOG_DATADOG, 90, 0, 1},
  };
  static const uint64_t objectives[] = {990000000, 999000000, 999900000};
  for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
    for (int o = 0; o < 3; o++) {
      uint32_t n;
      clean(objectives[o]);
      alert.period_ns = DAYS((int64_t)published[i].days);
      check_ok(slo_catalog_tiers(published[i].catalog, alert.period_ns, tiers, SLO_ALERT_TIERS_MAX,
                                 &n, NULL));
      alert.tier_count = n;
      for (int t = 0; t < 3; t++) {
        static const uint64_t hourly[] = {0, 100, 1000000};
        if (t == 1 && o != 1) continue; /* it takes a while */
        look(hourly[t]);
        ck_assert_int_eq(has(SLO_LINT_NAGGING_TIER), (int)published[i].nagging);
        ck_assert_int_eq(has(SLO_LINT_GAP), (int)published[i].gap);
        /* four nines of a week last a minute: that no page is in time is true of any catalog */
        expect_count(published[i].nagging + published[i].gap + (uint32_t)has(SLO_LINT_NOT_SEEN));
        if (objectives[o] < 999900000) ck_assert_int_eq(has(SLO_LINT_NOT_SEEN), 0);
      }
    }
  }
  clean(999000000);
  alert.period_ns = DAYS(28);
  check_ok(slo_catalog_tiers(SLO_CATALOG_SLOTH, DAYS(28), tiers, 16, &alert.tier_count, NULL));
  look(0);
  expect(0, SLO_LINT_NAGGING_TIER, "tiers[3].factor_ppm", 933333, 1000000, "write 1000000 or more");
  check_ok(slo_catalog_tiers(SLO_CATALOG_DATADOG, DAYS(7), tiers, 16, &alert.tier_count, NULL));
  look(0);
  expect(0, SLO_LINT_GAP, "tiers[2].factor_ppm", 2800000, 1000000,
         "add a tier with 1000000 over some days, for a ticket");
  /* factors that follow from a share are as they are: not noise, and in time */
  for (int64_t days = 1; days <= 3660; days++) {
    for (uint32_t catalog = 0; catalog < 4; catalog++) {
      alert.period_ns = DAYS(days);
      if (slo_catalog_tiers(catalog, DAYS(days), tiers, 16, &alert.tier_count, NULL) != SLO_OK) {
        continue;
      }
      look(0);
      ck_assert_int_eq(has(SLO_LINT_NOISE), 0);
      ck_assert_int_eq(has(SLO_LINT_TOO_LATE), 0);
      ck_assert_int_eq(has(SLO_LINT_NO_WINDOW), 0);
    }
  }
}
END_TEST

START_TEST(test_factor_noise) {
  clean(999000000);
  static const uint64_t noise[] = {14399998, 14399999, 14400001, 14400002};
  for (int i = 0; i < 4; i++) {
    tiers[0].factor_ppm = noise[i];
    looks(0, 1);
    expect(0, SLO_LINT_NOISE, "tiers[0].factor_ppm", (int64_t)noise[i], 14400000, "write 14400000");
  }
  static const uint64_t fine[] = {14399997, 14400000, 14400003, 1033333, 1666666, 13440000};
  for (int i = 0; i < 6; i++) {
    tiers[0].factor_ppm = fine[i];
    looks(0, 0);
  }
}
END_TEST

/* Whatever is in the structs: found or not, nothing breaks. */
START_TEST(test_alert_garbage) {
  uint64_t state = 107;
  for (int i = 0; i < 20000; i++) {
    clean(1 + check_random_wide(&state) % (PPB - 1));
    alert.tier_count = 1 + (uint32_t)(check_random(&state) % SLO_ALERT_TIERS_MAX);
    alert.period_ns = (int64_t)(1 + check_random_wide(&state) % (uint64_t)SLO_TIME_MAX_NS);
    alert.slot_ns = (int64_t)check_random_wide(&state);
    for (uint32_t k = 0; k < alert.tier_count; k++) {
      slo_alert_tier *t = &tiers[k];
      t->long_ns = (int64_t)check_random_wide(&state);
      t->short_ns = (int64_t)check_random_wide(&state);
      t->for_ns = (int64_t)check_random_wide(&state);
      t->factor_ppm = check_random_wide(&state);
      t->severity = (uint32_t)(check_random_wide(&state) % 4);
      t->kind = (uint32_t)(check_random_wide(&state) % 5);
      t->flags = (uint32_t)check_random_wide(&state);
      t->group = (uint32_t)(check_random(&state) % 3);
    }
    for (int s = 0; s < SLO_SEVERITIES; s++) {
      alert.gate[s].kind = 1 + (uint32_t)(check_random_wide(&state) % 3);
      if (i % 1000 == 0) alert.gate[s].kind = 0; /* slow */
    }
    look(check_random_wide(&state));
    check_that(count < 5 * SLO_ALERT_TIERS_MAX, "%u", (unsigned)count);
    for (uint32_t k = 0; k < count && k < ROOM; k++) {
      check_that(slo_finding_format(&found[k], text, sizeof text) < sizeof text, "%s", text);
    }
  }
}
END_TEST

static void refused_alert(slo_status status, const char *field, int64_t value, int64_t min,
                          int64_t max) {
  slo_error error = SLO_SIZED(slo_error);
  static slo_finding before[ROOM];
  clear();
  memcpy(before, found, sizeof before);
  ck_assert_int_eq(slo_lint_alert(&alert, 1, NULL, found, ROOM, &count, &error), status);
  ck_assert_int_eq(slo_lint_alert(&alert, 1, NULL, found, ROOM, &count, NULL), status);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.value, value);
  ck_assert_int_eq(error.min, min);
  ck_assert_int_eq(error.max, max);
  ck_assert_uint_eq(count, 12345);
  ck_assert_mem_eq(before, found, sizeof before);
}

START_TEST(test_alert_errors) {
  slo_error error = SLO_SIZED(slo_error);
  clean(0);
  refused_alert(SLO_ERANGE, "objective_ppb", 0, 1, 999999999);
  clean(PPB);
  refused_alert(SLO_ERANGE, "objective_ppb", 1000000000, 1, 999999999);
  clean(999000000);
  alert.period_ns = 0;
  refused_alert(SLO_ERANGE, "period_ns", 0, 1, SLO_TIME_MAX_NS);
  alert.period_ns = SLO_TIME_MAX_NS + 1;
  refused_alert(SLO_ERANGE, "period_ns", SLO_TIME_MAX_NS + 1, 1, SLO_TIME_MAX_NS);
  clean(999000000);
  alert.tier_count = 0;
  refused_alert(SLO_ERANGE, "tier_count", 0, 1, SLO_ALERT_TIERS_MAX);
  alert.tier_count = SLO_ALERT_TIERS_MAX + 1;
  refused_alert(SLO_ERANGE, "tier_count", SLO_ALERT_TIERS_MAX + 1, 1, SLO_ALERT_TIERS_MAX);
  clean(999000000);
  alert.tiers = NULL;
  refused_alert(SLO_EINVAL, "tiers (NULL)", 0, 1, 0);
  clean(999000000);
  alert.struct_size = 3;
  refused_alert(SLO_ERANGE, "slo_alert_config.struct_size", 3, 4, 4096);
  clean(999000000);
  clear();
  ck_assert_int_eq(slo_lint_alert(NULL, 0, NULL, found, ROOM, &count, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "config (NULL)");
  ck_assert_int_eq(slo_lint_alert(&alert, 0, NULL, found, ROOM, NULL, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "count (NULL)");
  ck_assert_int_eq(slo_lint_alert(&alert, 0, NULL, NULL, 1, &count, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "findings (NULL)");
  static const uint32_t sizes[] = {0, 4, 12, sizeof(slo_finding) + 4, 4104};
  for (int i = 0; i < 5; i++) {
    found[0].struct_size = sizes[i];
    ck_assert_int_eq(slo_lint_alert(&alert, 0, NULL, found, 1, &count, &error), SLO_EINVAL);
    ck_assert_str_eq(error.field, "findings[0].struct_size");
    ck_assert_int_eq(error.value, sizes[i]);
  }
  ck_assert_uint_eq(count, 12345);
  ck_ok(slo_lint_alert(&alert, 0, NULL, NULL, 0, &count, &error));
  ck_assert_uint_eq(count, 0);
}
END_TEST

/* A config of an older or newer caller. */
START_TEST(test_alert_sizes) {
  struct {
    slo_alert_config config;
    uint64_t more;
  } longer = {.more = 0};
  clean(999000000);
  longer.config = alert;
  longer.config.struct_size = (uint32_t)sizeof longer;
  clear();
  ck_ok(slo_lint_alert(&longer.config, 0, NULL, found, ROOM, &count, NULL));
  expect_count(0);
  longer.more = 1;
  ck_assert_int_eq(slo_lint_alert(&longer.config, 0, NULL, found, ROOM, &count, NULL),
                   SLO_EVERSION);
  alert.struct_size = offsetof(slo_alert_config, period_ns);
  ck_assert_int_eq(slo_lint_alert(&alert, 0, NULL, found, ROOM, &count, NULL), SLO_ERANGE);
}
END_TEST

START_TEST(test_names) {
  char name[200];
  clean(999000000);
  tiers[1].factor_ppm = 500000;
  clear();
  ck_ok(slo_lint_alert(&alert, 0, "", found, ROOM, &count, NULL));
  ck_assert_str_eq(found[0].field, "tiers[1].factor_ppm");
  ck_ok(slo_lint_alert(&alert, 0, "shop.checkout", found, ROOM, &count, NULL));
  ck_assert_str_eq(found[0].field, "shop.checkout.tiers[1].factor_ppm");
  for (size_t n = 60; n < 130; n++) { /* cut, and always terminated */
    memset(name, 'n', n);
    name[n] = '\0';
    clear();
    ck_ok(slo_lint_alert(&alert, 0, name, found, ROOM, &count, NULL));
    (void)snprintf(text, sizeof text, "%s.tiers[1].factor_ppm", name);
    text[sizeof found[0].field - 1] = '\0';
    ck_assert_str_eq(found[0].field, text);
  }
}
END_TEST

/* What does not fit is counted, and not written; elements are of the caller's size. */
START_TEST(test_capacity) {
  clean(999000000);
  for (int i = 0; i < 5; i++) tiers[i] = tier(HOURS(1), MINUTES(5), 100000 + (uint64_t)i);
  alert.tier_count = 5;
  for (uint32_t capacity = 0; capacity <= 6; capacity++) {
    clear();
    ck_ok(slo_lint_alert(&alert, 0, NULL, capacity == 0 ? NULL : found, capacity, &count, NULL));
    ck_assert_uint_eq(count, 5 + 2); /* all nag, and 100001 and 100002 are noise */
    for (uint32_t i = 0; i < ROOM; i++) {
      if (i < capacity) {
        ck_assert_uint_eq(found[i].struct_size, sizeof found[0]);
      } else {
        ck_assert_uint_eq(found[i].code, 0x5a5a5a5a);
      }
    }
  }
}
END_TEST

START_TEST(test_element_sizes) {
  struct longer {
    slo_finding finding;
    uint64_t more;
  } longer[4];
  clean(999000000);
  tiers[0].factor_ppm = 500000;
  tiers[1].factor_ppm = 600000;
  memset(longer, 0x5a, sizeof longer);
  longer[0].finding.struct_size = (uint32_t)sizeof longer[0];
  ck_ok(slo_lint_alert(&alert, 0, NULL, &longer[0].finding, 4, &count, NULL));
  ck_assert_uint_eq(count, 2);
  ck_assert_str_eq(longer[1].finding.field, "tiers[1].factor_ppm");
  ck_assert_str_eq(longer[1].finding.advice, "write 1000000 or more");
  ck_assert_uint_eq(longer[1].finding.struct_size, sizeof longer[0]);
  ck_assert_uint_eq(longer[1].more, UINT64_C(0x5a5a5a5a5a5a5a5a));
  ck_assert_uint_gt(slo_finding_format(&longer[1].finding, text, sizeof text), 50);
  /* an older caller, who knows up to `value` */
  uint64_t older[2][4];
  memset(older, 0x5a, sizeof older);
  const uint32_t size = sizeof older[0];
  memcpy(older[0], &size, sizeof size);
  ck_ok(slo_lint_alert(&alert, 0, NULL, (slo_finding *)(void *)older, 2, &count, NULL));
  ck_assert_uint_eq(count, 2);
  ck_assert_uint_eq(older[0][2], 500000);
  ck_assert_uint_eq(older[1][2], 600000);
  ck_assert_uint_eq(older[1][3], 1000000);
}
END_TEST

/* ---- definitions ---- */

#define NOW (INT64_C(1800000000) * SLO_SECOND_NS) /* 2027-01-15T08:00:00Z */

enum { JOURNEYS = 4, SLIS = 4, SLOS = 8 };
static slo_journey_config journeys[JOURNEYS];
static slo_journey_sli slis[JOURNEYS][SLIS];
static slo_journey_slo slos[JOURNEYS][SLOS];
static slo_step step;
static slo_definition_config definition;

/* One journey with an objective for its attempts and one for its latency; nothing is wrong. */
static void sound(void) {
  slo_definition_config d = SLO_SIZED(slo_definition_config);
  memset(journeys, 0, sizeof journeys);
  memset(slis, 0, sizeof slis);
  memset(slos, 0, sizeof slos);
  memset(&step, 0, sizeof step);
  step.name = "pay";
  step.flags = SLO_STEP_CRITICAL;
  for (int j = 0; j < JOURNEYS; j++) {
    slo_journey_config *c = &journeys[j];
    c->struct_size = (uint32_t)sizeof *c;
    c->name = "checkout";
    c->owner = "payments";
    c->policy = "https://example.org/policy";
    c->review_ns = NOW;
    c->limit_ns = 30 * SLO_SECOND_NS;
    c->steps = &step;
    c->step_count = 1;
    c->slis = slis[j];
    c->sli_count = 1;
    c->slos = slos[j];
    c->slo_count = 2;
    for (int i = 0; i < SLIS; i++) {
      slis[j][i].name = "fast";
      slis[j][i].sli.kind = SLO_SLI_LATENCY;
      slis[j][i].sli.threshold_ns = 300000000;
    }
    for (int k = 0; k < SLOS; k++) {
      slos[j][k].name = "month";
      slos[j][k].sli = k == 1;
      slos[j][k].objective_ppb = 999000000;
      slos[j][k].period_ns = DAYS(30);
      slos[j][k].requests_per_hour = 1000000;
    }
  }
  definition = d;
  definition.service = "shop";
  definition.journeys = journeys;
  definition.journey_count = 1;
}

static void read_all(int64_t now_ns) {
  clear();
  check_ok(slo_lint_definition(&definition, now_ns, found, ROOM, &count, NULL));
}
#define reads(now_ns, n) (read_all(now_ns), expect_count(n))

START_TEST(test_sound) {
  sound();
  reads(0, 0);
  reads(NOW, 0);
  journeys[0].steps = NULL; /* not looked at */
  definition.service = NULL;
  reads(NOW, 0);
  definition.journey_count = 0;
  definition.journeys = NULL;
  reads(NOW, 0);
}
END_TEST

START_TEST(test_people) {
  for (int empty = 0; empty < 2; empty++) {
    sound();
    journeys[0].owner = empty ? "" : NULL;
    journeys[0].policy = empty ? "" : NULL;
    journeys[0].review_ns = 0;
    reads(NOW, 3);
    expect(0, SLO_LINT_NO_OWNER, "journeys[0].owner", 0, NONE, "write a team that can be asked");
    expect(1, SLO_LINT_NO_POLICY, "journeys[0].policy", 0, NONE,
           "agree on it, and write where it stands");
    expect(2, SLO_LINT_NO_REVIEW, "journeys[0].review_ns", 0, NONE,
           "write a day within the next quarter");
  }
  sound();
  journeys[0].review_ns = -1;
  reads(NOW, 1);
  expect(0, SLO_LINT_NO_REVIEW, "journeys[0].review_ns", -1, NONE,
         "write a day within the next quarter");
  journeys[0].review_ns = NOW - 1;
  reads(0, 0); /* nobody knows what day it is */
  reads(-1, 0);
  journeys[0].review_ns = NOW - DAYS(1);
  reads(NOW, 1);
  expect(0, SLO_LINT_REVIEW_OVERDUE, "journeys[0].review_ns", NOW - DAYS(1), NONE,
         "look at it, and write the next day: it was due 2027-01-14T08:00:00Z");
  journeys[0].review_ns = NOW - 1;
  reads(NOW, 1);
  reads(NOW - 1, 0); /* due now */
}
END_TEST

START_TEST(test_too_many) {
  sound();
  journeys[0].slo_count = 5;
  reads(0, 0);
  journeys[0].slo_count = 6;
  reads(0, 1);
  expect(0, SLO_LINT_TOO_MANY_SLOS, "journeys[].slo_count", 6, 5,
         "keep the 5 that users would miss first");
  /* of the service, not of a journey; first of all */
  sound();
  definition.journey_count = 2;
  journeys[1].slo_count = 3;
  reads(0, 0);
  journeys[1].slo_count = 4;
  journeys[0].owner = NULL;
  reads(0, 2);
  ck_assert_uint_eq(found[0].code, SLO_LINT_TOO_MANY_SLOS);
  expect(1, SLO_LINT_NO_OWNER, "journeys[0].owner", 0, NONE, "write a team that can be asked");
  /* indicators of a journey */
  sound();
  definition.journey_count = 2;
  for (int i = 0; i < 4; i++) slos[1][i].sli = (uint32_t)i + 1;
  journeys[0].slo_count = 1;
  slos[0][0].sli = 1;
  journeys[1].sli_count = journeys[1].slo_count = 3;
  reads(0, 0);
  journeys[1].sli_count = journeys[1].slo_count = 4;
  reads(0, 1);
  expect(0, SLO_LINT_TOO_MANY_SLIS, "journeys[1].sli_count", 4, 3, "keep 3, and chart the others");
}
END_TEST

START_TEST(test_unused) {
  sound();
  slos[0][1].sli = 0;
  reads(0, 1);
  expect(0, SLO_LINT_UNUSED_SLI, "journeys[0].slis[0].name", 0, NONE,
         "give it an objective, or take it out");
  journeys[0].sli_count = 2;
  slos[0][1].sli = 2;
  reads(0, 1);
  ck_assert_str_eq(found[0].field, "journeys[0].slis[0].name");
  slos[0][1].sli = 1;
  read_all(0);
  ck_assert_str_eq(found[0].field, "journeys[0].slis[1].name");
  slos[0][1].sli = 33; /* there is none: definition_init says so */
  reads(0, 2);
  sound();
  journeys[0].slo_count = 0;
  journeys[0].slos = NULL;
  reads(0, 1);
  expect(0, SLO_LINT_NO_SLO, "journeys[0].slo_count", 0, NONE,
         "promise something of it, or take it out");
  journeys[0].sli_count = 0;
  journeys[0].slis = NULL;
  reads(0, 1);
}
END_TEST

START_TEST(test_perfect) {
  sound();
  slos[0][0].objective_ppb = PPB;
  reads(0, 1);
  expect(0, SLO_LINT_PERFECT, "journeys[0].slos[0].objective_ppb", (int64_t)PPB, NONE,
         "write less: 999900000 (99.99 %) still allows 4 minutes of outage in 28 days");
  slos[0][0].objective_ppb = UINT64_MAX;
  reads(0, 1);
  ck_assert_int_eq(found[0].value, INT64_MAX);
  /* its tiers are looked at, but for what needs a budget */
  slos[0][0].period_ns = DAYS(28);
  reads(0, 2);
  expect(1, SLO_LINT_NAGGING_TIER, "journeys[0].slos[0].catalog.tiers[3].factor_ppm", 933333,
         1000000, "take another catalog, or in tiers of your own write 1000000 or more");
  slos[0][0].objective_ppb = 0; /* promises nothing: definition_init says so */
  reads(0, 1);
}
END_TEST

/* Parts per billion with a digit missing. */
START_TEST(test_low) {
  sound();
  journeys[0].slo_count = 2;
  slos[0][1].requests_per_hour = 0;
  static const struct {
    uint64_t ppb, meant;
  } low[] = {{99900000, 999000000}, {9990000, 999000000}, {999, 999000000}, {1, 0}, {490000000, 0}};
  for (size_t i = 0; i < sizeof low / sizeof low[0]; i++) {
    slos[0][1].objective_ppb = low[i].ppb;
    read_all(0);
    ck_assert_int_eq(has(SLO_LINT_LOW), 1);
    for (uint32_t k = 0; k < count; k++) {
      if (found[k].code != SLO_LINT_LOW) continue;
      ck_assert_str_eq(found[k].field, "journeys[0].slos[1].objective_ppb");
      ck_assert_int_eq(found[k].value, (int64_t)low[i].ppb);
      ck_assert_uint_eq(found[k].has_instead, low[i].meant != 0);
      ck_assert_int_eq(found[k].instead, (int64_t)low[i].meant);
      ck_assert_str_eq(found[k].advice, "write parts per billion: 999000000 is 99.9 %");
    }
  }
  static const uint64_t others[] = {0, 500000000, 500010000, 990000000, 1000000000};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    slos[0][1].objective_ppb = others[i];
    read_all(0);
    ck_assert_int_eq(has(SLO_LINT_LOW), 0);
  }
}
END_TEST

START_TEST(test_rounded_budget) {
  sound();
  slos[0][1].requests_per_hour = 0;
  slos[0][1].objective_ppb = 999995000; /* 0.000005 is not 0.00000 */
  reads(0, 0);
  slos[0][1].objective_ppb = 999999000;
  reads(0, 1);
  expect(0, SLO_LINT_ROUNDED_BUDGET, "journeys[0].slos[1].objective_ppb", 999999000, NONE,
         "wherever the budget is written, write 0.000001000");
  slos[0][1].objective_ppb = 999995003; /* no noise, and just above */
  reads(0, 1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_ROUNDED_BUDGET);
}
END_TEST

START_TEST(test_objective_noise) {
  static const uint64_t noise[][2] = {{998999999, 999000000}, {998999998, 999000000},
                                      {999000001, 999000000}, {999000002, 999000000},
                                      {989999999, 990000000}, {999949999, 999950000},
                                      {899999999, 900000000}, {9999999, 10000000}};
  static const uint64_t fine[] = {998999997, 999000000, 999000003, 999999900, 999999990, 999999998,
                                  999999999, 999950000, 1,         2,         970000000};
  for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++) {
    sound();
    slos[0][0].objective_ppb = noise[i][0];
    slos[0][0].tiers = tiers;
    clean(1);
    slos[0][0].tier_count = 1;
    tiers[0].factor_ppm = 1000000;
    reads(0, 1 + (noise[i][0] < 500000000)); /* and low */
    ck_assert_uint_eq(found[0].code, SLO_LINT_NOISE);
    ck_assert_int_eq(found[0].value, (int64_t)noise[i][0]);
    ck_assert_int_eq(found[0].instead, (int64_t)noise[i][1]);
  }
  for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
    sound();
    slos[0][0].objective_ppb = fine[i];
    slis[0][0].slice_objective_ppb = fine[i];
    read_all(0);
    ck_assert_int_eq(has(SLO_LINT_NOISE), 0);
  }
  sound();
  slos[0][0].objective_ppb = 998999999;
  slis[0][0].slice_objective_ppb = 949999999;
  reads(0, 2);
  expect(0, SLO_LINT_NOISE, "journeys[0].slis[0].slice_objective_ppb", 949999999, 950000000,
         "write 950000000 (95 %)");
  expect(1, SLO_LINT_NOISE, "journeys[0].slos[0].objective_ppb", 998999999, 999000000,
         "write 999000000 (99.9 %)");
  slis[0][0].slice_objective_ppb = PPB; /* a slice may be asked to be perfect */
  slos[0][0].objective_ppb = 999000000;
  reads(0, 0);
}
END_TEST

START_TEST(test_threshold_noise) {
  static const int64_t noise[][2] = {{299999999, 300000000}, {299999998, 300000000},
                                     {300000001, 300000000}, {300000002, 300000000},
                                     {1000001, 1000000},     {1999998, 2000000}};
  static const int64_t fine[] = {0,         1,         2,        999998,  999999,
                                 1000000,   1000003,   1999997,  -999999, 299999997,
                                 300000003, INT64_MIN, INT64_MAX};
  for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++) {
    sound();
    slis[0][0].sli.threshold_ns = noise[i][0];
    reads(0, 1);
    ck_assert_str_eq(found[0].field, "journeys[0].slis[0].sli.threshold_ns");
    ck_assert_int_eq(found[0].instead, noise[i][1]);
    slis[0][0].sli.threshold_ns = 0;
    journeys[0].limit_ns = noise[i][0];
    reads(0, 1);
    ck_assert_str_eq(found[0].field, "journeys[0].limit_ns");
  }
  expect(0, SLO_LINT_NOISE, "journeys[0].limit_ns", 1999998, 2000000, "write 2000000 (2ms)");
  for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
    sound();
    slis[0][0].sli.threshold_ns = journeys[0].limit_ns = fine[i];
    reads(0, 0);
  }
  sound();
  slis[0][0].sli.least_ppm = 899999;
  reads(0, 1);
  expect(0, SLO_LINT_NOISE, "journeys[0].slis[0].sli.least_ppm", 899999, 900000, "write 900000");
  static const uint64_t usual[] = {0, 1, 900000, 899997, 999999, 1000000, 999998, UINT64_MAX};
  for (int i = 0; i < 8; i++) {
    slis[0][0].sli.least_ppm = usual[i];
    reads(0, 0);
  }
}
END_TEST

START_TEST(test_period) {
  sound();
  slos[0][0].period_ns = MINUTES(1); /* "1m" */
  reads(0, 1);
  expect(0, SLO_LINT_MINUTE, "journeys[0].slos[0].period_ns", MINUTES(1), DAYS(28),
         "write 28 days, 2419200000000000, or a calendar's month");
  slos[0][0].period_ns = SLO_HOUR_NS - 1;
  reads(0, 1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_MINUTE);
  slos[0][0].period_ns = SLO_SECOND_NS;
  reads(0, 1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_MINUTE);
  slos[0][0].period_ns = SLO_SECOND_NS - 1;
  reads(0, 1);
  expect(0, SLO_LINT_NO_WINDOW, "journeys[0].slos[0].period_ns", SLO_SECOND_NS - 1, DAYS(28),
         "write 28 days, 2419200000000000, or a calendar's month");
  static const int64_t odd[] = {0, -1, INT64_MIN};
  for (int i = 0; i < 3; i++) {
    slos[0][0].period_ns = odd[i];
    reads(0, 1);
    ck_assert_uint_eq(found[0].code, SLO_LINT_NO_WINDOW);
  }
  /* its own tiers are looked at, but for what follows from the period */
  clean(999000000);
  tiers[0].factor_ppm = 1000000000;
  tiers[1].long_ns = DAYS(40);
  slos[0][0].tiers = tiers;
  slos[0][0].tier_count = 2;
  slos[0][0].period_ns = MINUTES(1);
  reads(0, 2);
  expect(1, SLO_LINT_DEAD_TIER, "journeys[0].slos[0].tiers[0].factor_ppm", 1000000000, 999990000,
         "write at most 999990000 (burn rate 999.99)");
  tiers[0].factor_ppm = 14000000;
  slos[0][0].period_ns = SLO_HOUR_NS; /* an hour is a period */
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_MINUTE), 0);
  ck_assert_int_eq(has(SLO_LINT_TOO_LATE), 2);
  slos[0][0].period_ns = INT64_MAX; /* longer than any catalog serves */
  slos[0][0].tier_count = 0;
  reads(0, 0);
}
END_TEST

START_TEST(test_coarse_probe) {
  sound();
  slis[0][0].sli.kind = SLO_SLI_PROBE;
  slis[0][0].sli.threshold_ns = 0;
  slis[0][0].sli.interval_ns = MINUTES(1);
  slos[0][1].objective_ppb = 999900000;
  slos[0][1].period_ns = DAYS(28);
  read_all(0); /* 4.03 */
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 1);
  expect(0, SLO_LINT_COARSE_PROBE, "journeys[0].slos[1].objective_ppb", 999900000, 999750000,
         "probe more often, or write at most 999750000 (99.975 %): now 4 may fail");
  slos[0][1].objective_ppb = 999751984; /* 10.00000512 */
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 0);
  slos[0][1].objective_ppb = 999751985; /* 9.99996 */
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 1);
  slos[0][1].objective_ppb = 999000000; /* 40.3 */
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 0);
  /* exactly ten are enough */
  slos[0][1].period_ns = 10000 * SLO_MINUTE_NS;
  slos[0][1].objective_ppb = 999000010;
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 1);
  ck_assert_int_eq(found[0].instead, 999000000);
  slos[0][1].objective_ppb = 999000000;
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 0);
  slos[0][1].period_ns--;
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 1);
  /* no probe, no interval, another indicator, a wrong period */
  slis[0][0].sli.interval_ns = 0;
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 0);
  slis[0][0].sli.interval_ns = MINUTES(1);
  slis[0][0].sli.kind = SLO_SLI_LATENCY;
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 0);
  slis[0][0].sli.kind = SLO_SLI_PROBE;
  slos[0][1].sli = 0;
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 0);
  slos[0][1].sli = 2; /* there is none, whatever stands there */
  slis[0][1].sli = slis[0][0].sli;
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 0);
  slos[0][1].sli = 1;
  slos[0][1].period_ns = MINUTES(1);
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 0);
  /* where no objective would do, none is named */
  slis[0][0].sli.interval_ns = DAYS(1);
  slos[0][1].period_ns = DAYS(10);
  read_all(0);
  expect(0, SLO_LINT_COARSE_PROBE, "journeys[0].slos[1].objective_ppb", 999000000, NONE,
         "probe more often: now 0 may fail");
  slis[0][0].sli.interval_ns = INT64_MAX;
  slos[0][1].period_ns = SLO_HOUR_NS;
  slos[0][1].objective_ppb = 1;
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_COARSE_PROBE), 1);
  for (uint32_t i = 0; i < count; i++) {
    if (found[i].code == SLO_LINT_COARSE_PROBE) ck_assert_uint_eq(found[i].has_instead, 0);
  }
}
END_TEST

START_TEST(test_slo_alert) {
  slo_alert_config rest = SLO_SIZED(slo_alert_config);
  sound();
  definition.journey_count = 3;
  for (int j = 0; j < 3; j++) journeys[j].slo_count = 1, journeys[j].sli_count = 0;
  journeys[2].slo_count = 2;
  /* gates are the default, so no single event, whatever the traffic */
  slos[2][1].requests_per_hour = 1;
  slos[2][1].objective_ppb = 900000000; /* 14.4 is dead there */
  reads(0, 1);
  expect(0, SLO_LINT_DEAD_TIER, "journeys[2].slos[1].catalog.tiers[0].factor_ppm", 14400000,
         9990000,
         "take another catalog, or in tiers of your own write at most 9990000 (burn rate 9.99)");
  slos[2][1].objective_ppb = 999000000;
  rest.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
  slos[2][1].alert = &rest;
  reads(0, 2);
  expect(1, SLO_LINT_SINGLE_EVENT, "journeys[2].slos[1].catalog.tiers[1].factor_ppm", 6000000, NONE,
         "use the evidence gate: without it one failure fires this tier up to 27 requests an hour");
  slos[2][1].requests_per_hour = 0;
  reads(0, 0);
  /* the alert's own objective, period and tiers are not those */
  rest.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_EVIDENCE;
  rest.objective_ppb = 1;
  rest.period_ns = 1;
  rest.tier_count = 77;
  slos[2][1].requests_per_hour = 100;
  reads(0, 0);
  /* tiers of its own, which are looked at in place of the catalog */
  clean(1);
  tiers[1].factor_ppm = 2000000;
  slos[2][1].tiers = tiers;
  slos[2][1].tier_count = 2;
  slos[2][1].catalog = 99;
  reads(0, 1);
  expect(0, SLO_LINT_GAP, "journeys[2].slos[1].tiers[1].factor_ppm", 2000000, 1000000,
         "add a tier with 1000000 over some days, for a ticket");
  slos[2][1].tier_count = 0; /* no such catalog: definition_init says so */
  reads(0, 0);
  slos[2][1].catalog = SLO_CATALOG_DATADOG;
  reads(0, 1);
  ck_assert_str_eq(found[0].field, "journeys[2].slos[1].catalog.tiers[2].factor_ppm");
  slos[2][1].period_ns = DAYS(28); /* it serves no such period */
  reads(0, 0);
  /* a gate that takes too long, by its own name */
  slos[2][1].alert = NULL;
  slos[2][1].catalog = SLO_CATALOG_PYRRA;
  slos[2][1].objective_ppb = 100;
  slos[2][1].requests_per_hour = 1;
  read_all(0);
  ck_assert_int_eq(has(SLO_LINT_NOT_SEEN), 1);
  ck_assert_str_eq(found[count - 1].field, "journeys[2].slos[1].alert.gate[0].kind");
}
END_TEST

static void refused_definition(slo_status status, const char *field, int64_t value) {
  slo_error error = SLO_SIZED(slo_error);
  static slo_finding before[ROOM];
  journeys[0].owner = NULL; /* something to be found */
  clear();
  memcpy(before, found, sizeof before);
  ck_assert_int_eq(slo_lint_definition(&definition, 1, found, ROOM, &count, &error), status);
  ck_assert_int_eq(slo_lint_definition(&definition, 1, found, ROOM, &count, NULL), status);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.value, value);
  ck_assert_uint_eq(count, 12345);
  ck_assert_mem_eq(before, found, sizeof before);
}

START_TEST(test_definition_errors) {
  slo_alert_config rest = SLO_SIZED(slo_alert_config);
  slo_error error = SLO_SIZED(slo_error);
  sound();
  definition.journey_count = SLO_DEFINITION_JOURNEYS_MAX + 1;
  refused_definition(SLO_ERANGE, "journey_count", SLO_DEFINITION_JOURNEYS_MAX + 1);
  definition.journey_count = UINT32_MAX;
  refused_definition(SLO_ERANGE, "journey_count", UINT32_MAX);
  definition.journey_count = 1;
  definition.journeys = NULL;
  refused_definition(SLO_EINVAL, "journeys (NULL)", 0);
  sound();
  definition.journey_count = 2;
  journeys[1].sli_count = SLO_JOURNEY_SLIS_MAX + 1;
  refused_definition(SLO_ERANGE, "journeys[1].sli_count", SLO_JOURNEY_SLIS_MAX + 1);
  journeys[1].sli_count = 1;
  journeys[1].slo_count = SLO_JOURNEY_SLOS_MAX + 1;
  refused_definition(SLO_ERANGE, "journeys[1].slo_count", SLO_JOURNEY_SLOS_MAX + 1);
  journeys[1].slo_count = 2;
  journeys[1].slis = NULL;
  refused_definition(SLO_EINVAL, "journeys[1].slis (NULL)", 0);
  journeys[1].slis = slis[1];
  journeys[1].slos = NULL;
  refused_definition(SLO_EINVAL, "journeys[1].slos (NULL)", 0);
  journeys[1].slos = slos[1];
  slos[1][1].tier_count = SLO_ALERT_TIERS_MAX + 1;
  slos[1][1].tiers = tiers;
  refused_definition(SLO_ERANGE, "journeys[1].slos[1].tier_count", SLO_ALERT_TIERS_MAX + 1);
  slos[1][1].tier_count = 1;
  slos[1][1].tiers = NULL;
  refused_definition(SLO_EINVAL, "journeys[1].slos[1].tiers (NULL)", 0);
  slos[1][1].tier_count = 0;
  rest.struct_size = 5000;
  slos[1][1].alert = &rest;
  refused_definition(SLO_ERANGE, "journeys[1].slos[1].alert.struct_size", 5000);
  slos[1][1].alert = NULL;
  journeys[0].struct_size = 1;
  refused_definition(SLO_ERANGE, "journeys.struct_size", 1);
  sound();
  definition.struct_size = 0;
  refused_definition(SLO_ERANGE, "slo_definition_config.struct_size", 0);
  sound();
  clear();
  ck_assert_int_eq(slo_lint_definition(NULL, 1, found, ROOM, &count, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "config (NULL)");
  ck_assert_int_eq(slo_lint_definition(&definition, 1, found, ROOM, NULL, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "count (NULL)");
  ck_assert_int_eq(slo_lint_definition(&definition, 1, NULL, 1, &count, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "findings (NULL)");
  /* the most there may be */
  sound();
  static slo_journey_config many[SLO_DEFINITION_JOURNEYS_MAX];
  static slo_journey_slo most[SLO_JOURNEY_SLOS_MAX];
  for (int k = 0; k < SLO_JOURNEY_SLOS_MAX; k++) most[k] = slos[0][1];
  for (int j = 0; j < SLO_DEFINITION_JOURNEYS_MAX; j++) {
    many[j] = journeys[0];
    many[j].slos = most;
    many[j].slo_count = j == 255 ? SLO_JOURNEY_SLOS_MAX : 0;
  }
  definition.journeys = many;
  definition.journey_count = SLO_DEFINITION_JOURNEYS_MAX;
  read_all(0);
  ck_assert_uint_eq(count, 1 + 255);
  most[63].objective_ppb = PPB;
  read_all(0);
  ck_assert_uint_eq(count, 1 + 255 + 1);
}
END_TEST

/* Journeys of an older or newer caller. */
START_TEST(test_journey_sizes) {
  struct longer {
    slo_journey_config config;
    uint64_t more;
  } longer[2];
  sound();
  memset(longer, 0, sizeof longer);
  longer[0].config = longer[1].config = journeys[0];
  longer[0].config.struct_size = (uint32_t)sizeof longer[0];
  longer[1].config.owner = NULL;
  definition.journeys = &longer[0].config;
  definition.journey_count = 2;
  reads(0, 1);
  ck_assert_str_eq(found[0].field, "journeys[1].owner");
  longer[1].more = 1;
  ck_assert_int_eq(slo_lint_definition(&definition, 1, found, ROOM, &count, NULL), SLO_EVERSION);
}
END_TEST

START_TEST(test_definition_garbage) {
  uint64_t state = 108;
  slo_alert_config rest = SLO_SIZED(slo_alert_config);
  for (int i = 0; i < 5000; i++) {
    sound();
    definition.journey_count = (uint32_t)(check_random(&state) % (JOURNEYS + 1));
    for (int j = 0; j < JOURNEYS; j++) {
      journeys[j].sli_count = (uint32_t)(check_random(&state) % (SLIS + 1));
      journeys[j].slo_count = (uint32_t)(check_random(&state) % (SLOS + 1));
      journeys[j].review_ns = (int64_t)check_random_wide(&state);
      journeys[j].limit_ns = (int64_t)check_random_wide(&state);
      for (int k = 0; k < SLIS; k++) {
        slo_journey_sli *s = &slis[j][k];
        s->sli.kind = (uint32_t)(check_random(&state) % 12);
        s->sli.threshold_ns = (int64_t)check_random_wide(&state);
        s->sli.least_ppm = check_random_wide(&state);
        s->sli.interval_ns = (int64_t)check_random_wide(&state);
        s->slice_objective_ppb = check_random_wide(&state);
      }
      for (int k = 0; k < SLOS; k++) {
        slo_journey_slo *s = &slos[j][k];
        s->sli = (uint32_t)check_random_wide(&state) % 6;
        s->objective_ppb = check_random_wide(&state);
        s->period_ns = (int64_t)check_random_wide(&state);
        s->catalog = (uint32_t)(check_random(&state) % 6);
        s->requests_per_hour = i % 1000 == 0 ? check_random_wide(&state) : 0;
        s->alert = k % 2 == 0 ? &rest : NULL;
      }
    }
    read_all((int64_t)check_random_wide(&state));
    for (uint32_t k = 0; k < count && k < ROOM; k++) {
      check_that(slo_finding_format(&found[k], text, sizeof text) < sizeof text, "%s", text);
    }
  }
}
END_TEST

/* ---- methods ---- */

#define SLICE (10 * SLO_SECOND_NS)
#define T0 (INT64_C(1700000000) * SLO_SECOND_NS)

/* n slices of these events; 95 % of a slice must be good. */
static slo_window *sliced(const uint64_t *good, const uint64_t *valid, int n, int64_t slice_ns) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *window;
  slo_counts total = {0, 0, 0};
  config.slice_ns = slice_ns;
  config.slice_objective_ppb = slice_ns == 0 ? 0 : 950000000;
  ck_ok(slo_window_create(&config, NULL, &window, NULL));
  ck_ok(slo_window_push(window, T0, &total, 0));
  for (int i = 0; i < n; i++) {
    total.good += good[i];
    total.bad += valid[i] - good[i];
    ck_ok(slo_window_push(window, T0 + (i + 1) * SLICE, &total, 0));
  }
  return window;
}

static slo_budget_config budget_of(uint64_t objective_ppb) {
  slo_budget_config c = SLO_SIZED(slo_budget_config);
  c.objective_ppb = objective_ppb;
  c.period_ns = SLO_HOUR_NS;
  return c;
}

static void methods(slo_window *window, const slo_budget_config *budget, const char *field) {
  clear();
  ck_ok(slo_lint_methods(window, budget, field, found, ROOM, &count, NULL));
  slo_window_destroy(window);
}

START_TEST(test_methods) {
  /* one data set, three answers, and all of them say that it was missed */
  static const uint64_t good[] = {2, 10, 12, 13, 13, 12, 13, 13, 12, 11};
  static const uint64_t valid[] = {4, 10, 12, 13, 14, 15, 14, 13, 12, 11};
  slo_budget_config budget = budget_of(950000000);
  methods(sliced(good, valid, 10, SLICE), &budget, NULL);
  expect_count(0);
  /* at 94 % the events say met: 7 of 7.08 */
  budget.objective_ppb = 940000000;
  budget.method = 77; /* not looked at */
  methods(sliced(good, valid, 10, SLICE), &budget, "checkout.month");
  expect_count(1);
  expect(0, SLO_LINT_METHODS, "checkout.month.method", 0, NONE,
         "agree on one, and name it with the number: occurrences 98.87 %, timeslices 666.66 %, "
         "ratio timeslices 140.47 %");
  methods(sliced(good, valid, 10, SLICE), &budget, "");
  ck_assert_str_eq(found[0].field, "method");
  budget.objective_ppb = 500000000; /* all say that it was met */
  methods(sliced(good, valid, 10, SLICE), &budget, NULL);
  expect_count(0);
  budget.objective_ppb = 940000000; /* without slices there is only one */
  methods(sliced(good, valid, 10, 0), &budget, NULL);
  expect_count(0);
  methods(sliced(good, valid, 0, SLICE), &budget, NULL); /* nothing valid */
  expect_count(0);
}
END_TEST

/* Only the last method differs: two slices of one failure each, at the budget and above it. */
START_TEST(test_methods_last) {
  static const uint64_t good[] = {97, 995};
  static const uint64_t valid[] = {100, 1000};
  slo_budget_config budget = budget_of(983000000); /* 0.03 and 0.005: a mean of 0.0175 */
  methods(sliced(good, valid, 2, SLICE), &budget, NULL);
  expect_count(1);
  budget.objective_ppb = 982000000;
  methods(sliced(good, valid, 2, SLICE), &budget, NULL);
  expect_count(0);
  budget.objective_ppb = 982500000; /* spent, and not more than that */
  methods(sliced(good, valid, 2, SLICE), &budget, NULL);
  expect_count(0);
  budget.objective_ppb = 982500001;
  methods(sliced(good, valid, 2, SLICE), &budget, NULL);
  expect_count(1);
}
END_TEST

/* Decided before rounding: ten events more than the budget are 1000000 ppm of it, and missed. */
START_TEST(test_methods_exact) {
  static const uint64_t good[] = {0, UINT64_C(950000000000)};
  static const uint64_t valid[] = {10, UINT64_C(1000000000000)};
  slo_budget_config budget = budget_of(950000000);
  slo_budget b = SLO_SIZED(slo_budget);
  slo_window *window = sliced(good, valid, 2, SLICE);
  ck_ok(slo_budget_read(window, &budget, &b));
  ck_assert_uint_eq(b.consumed_ppm, 1000000);
  methods(window, &budget, NULL); /* as half of the slices say, and the mean of ratios */
  expect_count(0);
}
END_TEST

START_TEST(test_methods_errors) {
  slo_error error = SLO_SIZED(slo_error);
  slo_window *window;
  slo_budget_config budget = budget_of(0);
  ck_ok(slo_window_create(NULL, NULL, &window, NULL));
  clear();
  ck_assert_int_eq(slo_lint_methods(window, &budget, NULL, found, ROOM, &count, &error),
                   SLO_ERANGE);
  ck_assert_str_eq(error.field, "objective_ppb");
  budget = budget_of(999000000);
  ck_assert_int_eq(slo_lint_methods(NULL, &budget, NULL, found, ROOM, &count, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "window (NULL)");
  ck_assert_int_eq(slo_lint_methods(window, NULL, NULL, found, ROOM, &count, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "budget (NULL)");
  ck_assert_int_eq(slo_lint_methods(window, &budget, NULL, found, ROOM, NULL, &error), SLO_EINVAL);
  ck_assert_int_eq(slo_lint_methods(window, &budget, NULL, NULL, 1, &count, &error), SLO_EINVAL);
  budget.reserved = 1;
  ck_assert_int_eq(slo_lint_methods(window, &budget, NULL, found, ROOM, &count, &error),
                   SLO_EVERSION);
  budget = budget_of(999000000);
  budget.struct_size = 5000;
  ck_assert_int_eq(slo_lint_methods(window, &budget, NULL, found, ROOM, &count, &error),
                   SLO_ERANGE);
  budget = budget_of(999000000);
  budget.period_ns = 0;
  budget.start_ns = T0 + 1;
  budget.end_ns = T0 + 2;
  ck_assert_uint_eq(count, 12345);
  ck_ok(slo_lint_methods(window, &budget, NULL, found, ROOM, &count, &error)); /* no reading */
  ck_assert_uint_eq(count, 0);
  slo_counts total = {1, 0, 0};
  ck_ok(slo_window_push(window, T0, &total, 0));
  count = 12345;
  ck_assert_int_eq(slo_lint_methods(window, &budget, NULL, found, ROOM, &count, &error),
                   SLO_ERANGE);
  ck_assert_str_eq(error.field, "start_ns");
  ck_assert_int_eq(error.value, T0 + 1);
  ck_assert_uint_eq(count, 12345);
  slo_window_destroy(window);
}
END_TEST

/* ---- what is written ---- */

static slo_written written;

static void blank(void) {
  slo_written w = SLO_SIZED(slo_written);
  written = w;
}

static void read_written(void) {
  clear();
  check_ok(slo_lint_written(&written, found, ROOM, &count, NULL));
}
#define says(n) (read_written(), expect_count(n))

START_TEST(test_written_noise) {
  static const char *const noise[][2] = {
      {"0.0009999999999999432", "write 0.001"},
      {".0009999999999999432", "write 0.001"},
      {"0.30000000000000004", "write 0.3"},
      {"14.399999999999999", "write 14.4"},
      {"99.899999999999999999999999999", "write 99.9"},
      {"28.999999999999996%", "write 29%"},
      {"28.999999999999996 %", "write 29%"},
      {"-0.30000000000000004", "write -0.3"},
      {"+0.30000000000000004", "write 0.3"},
      {"0.9999999999999", "write 1"},          /* 13 digits */
      {"1.000000000001", "write 1"},           /* 13 digits, the last of which is noise */
      {"1.2345678900001", "write 1.23456789"}, /* leaves nine */
      {"1.2345678899999999", "write 1.23456789"},
      {"999999999.9999999", "write 1000000000"},
      {"9999999999999999999", "write 1e19"},
      {"100000000000000.001", "write 100000000000000"},
      {"9.999999999999999e-4", "write 0.001"},
      {"9.999999999999999E+3", "write 10000"},
      {"0.0000000001000000000000001", "write 0.0000000001"},
      {"0.00000000001000000000000001", "write 1e-11"},
      {"1.2300000000000001e-300", "write 1.23e-300"},
      {"1.2300000000000001e99999999999999999999%", "write 1.23e9999999%"},
      {"000000000000000000000.30000000000000004", "write 0.3"}};
  static const char *const fine[] = {"0",
                                     "0.001",
                                     "000.00100000000000000000000",
                                     "0.999999999999", /* 12 digits */
                                     "0.3333333333333333",
                                     "0.3000000000005", /* half is rounded up */
                                     "3.141592653589793",
                                     "1.00000000000100",   /* 13, with what follows */
                                     "1.2345678910000001", /* leaves ten */
                                     "123456789012",
                                     "1e-3",
                                     "1.e3",
                                     "99.9%",
                                     "1000000000000000000000000000000",
                                     "-5"};
  for (size_t i = 0; i < sizeof noise / sizeof noise[0]; i++) {
    blank();
    written.threshold = noise[i][0];
    read_written();
    check_that(count == 1, "%s", noise[i][0]);
    expect(0, SLO_LINT_NOISE, "threshold", 0, NONE, noise[i][1]);
    blank();
    written.budget = noise[i][0];
    read_written();
    expect(0, SLO_LINT_NOISE, "budget", 0, NONE, noise[i][1]);
  }
  for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
    blank();
    written.threshold = fine[i];
    read_written();
    if (strcmp(fine[i], "1.00000000000100") == 0) {
      expect_count(1); /* zeros at the end are no digits, but it has 13 without them */
    } else {
      check_that(count == 0, "%s", fine[i]);
    }
  }
}
END_TEST

START_TEST(test_written_objective) {
  static const char *const perfect[] = {"100",      "100.0", "1",     "1.000",
                                        "100%",     "100 %", "1e2",   "1e0",
                                        "0.1e1",    "150",   "1000%", "99.99999999999999",
                                        "10000e-2", "00100"};
  static const char *const fine[] = {"99.9", "0.999", ".999", "99.9%", "999e-3", "1%", "0.9",
                                     "1.5",  "0",     "-1",   "50",    "99",     "2",  "10"};
  for (size_t i = 0; i < sizeof perfect / sizeof perfect[0]; i++) {
    blank();
    written.objective = perfect[i];
    read_written();
    check_that(count == 1, "%s: %u", perfect[i], (unsigned)count);
    expect(0, SLO_LINT_PERFECT, "objective", 0, NONE,
           "write less: 99.99 % still allows 4 minutes of outage in 28 days");
    written.budget = "0.0000"; /* as it is */
    says(1);
  }
  for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
    blank();
    written.objective = fine[i];
    read_written();
    check_that(count == 0, "%s: %u", fine[i], (unsigned)count);
  }
  blank();
  written.objective = "99.899999999999999";
  says(1);
  expect(0, SLO_LINT_NOISE, "objective", 0, NONE, "write 99.9");
}
END_TEST

START_TEST(test_written_budget) {
  static const char *const rounded[][2] = {
      {"99.9999", "write 0.000001"},          {"0.999999", "write 0.000001"},
      {"99.9999%", "write 0.000001"},         {"99.99950001", "write 0.0000049999"},
      {"0.9999999999", "write 0.0000000001"}, {"99.9999999999", "write 0.000000000001"}};
  static const char *const fine[] = {"99.9995", "0.999995", "99.999", "99.9994"};
  for (size_t i = 0; i < sizeof rounded / sizeof rounded[0]; i++) {
    blank();
    written.objective = rounded[i][0];
    read_written();
    check_that(has(SLO_LINT_ROUNDED_BUDGET) == 1, "%s", rounded[i][0]);
    expect(count - 1, SLO_LINT_ROUNDED_BUDGET, "objective", 0, NONE, rounded[i][1]);
    written.budget = "0.00000";
    read_written();
    expect(count - 1, SLO_LINT_ROUNDED_BUDGET, "budget", 0, NONE, rounded[i][1]);
    written.budget = "0.000001"; /* so it is not rounded */
    read_written();
    ck_assert_int_eq(has(SLO_LINT_ROUNDED_BUDGET), 0);
  }
  for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
    blank();
    written.objective = fine[i];
    read_written();
    check_that(count == 0, "%s", fine[i]);
  }
  static const char *const zero[] = {"0", "0.0", "0.00000", ".0", "0%", "0e5", "-0"};
  for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++) {
    blank();
    written.budget = zero[i];
    says(1);
    expect(0, SLO_LINT_ROUNDED_BUDGET, "budget", 0, NONE, "write it with more decimals");
  }
  written.objective = "99.9"; /* whoever rounded that */
  says(1);
  expect(0, SLO_LINT_ROUNDED_BUDGET, "budget", 0, NONE, "write 0.001");
  written.objective = "0"; /* nothing is promised */
  read_written();
  expect(0, SLO_LINT_ROUNDED_BUDGET, "budget", 0, NONE, "write it with more decimals");
  blank();
  written.budget = "0.00001";
  says(0);
}
END_TEST

START_TEST(test_written_spans) {
  static const char *const minutes[] = {"1m", "59m59s", "3599s", "1s", "30m", "59m59s999ms"};
  static const char *const none[] = {"0s", "0m", "0", "000", "0M", "999ms", "999ms999us999ns",
                                     "-1h"};
  static const char *const fine[] = {"1h", "60m", "3600s", "30d", "4w",
                                     "1M", "12M", "1Q",    "1Y",  "1y"};
  for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
    blank();
    written.period = minutes[i];
    says(1);
    expect(0, SLO_LINT_MINUTE, "period", 0, NONE, "write 28d, or a calendar's month");
    written.window = minutes[i]; /* as a window it is one */
    says(1);
  }
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    blank();
    written.period = none[i];
    says(1);
    expect(0, SLO_LINT_NO_WINDOW, "period", 0, NONE, "write 28d, or a calendar's month");
    blank();
    written.window = none[i];
    says(1);
    expect(0, SLO_LINT_NO_WINDOW, "window", 0, NONE, "write at least 1s, before it is rounded");
  }
  for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
    blank();
    written.period = written.window = fine[i];
    read_written();
    check_that(count == 0, "%s", fine[i]);
  }
}
END_TEST

START_TEST(test_written_rules) {
  static const int inverted[] = {1, 1, 0, 0, 0, 0}; /* < <= == != >= > */
  for (uint32_t op = SLO_OP_LT; op <= SLO_OP_GT; op++) {
    blank();
    written.op = 1 + op;
    says((uint32_t)inverted[op]);
  }
  written.op = 1 + SLO_OP_LT;
  read_written();
  expect(0, SLO_LINT_INVERTED, "op", 1, 1 + SLO_OP_GT, "write >");
  written.op = 1 + SLO_OP_LE;
  read_written();
  expect(0, SLO_LINT_INVERTED, "op", 2, 1 + SLO_OP_GE, "write >=");
  blank();
  written.burn_decimals = 1; /* to whole numbers: 9.04 does not exceed 9 */
  says(1);
  expect(0, SLO_LINT_ROUNDED_BURN, "burn_decimals", 1, 0, "compare first, and round what is shown");
  written.burn_decimals = UINT32_MAX;
  says(1);
}
END_TEST

START_TEST(test_written_errors) {
  slo_error error = SLO_SIZED(slo_error);
  static const struct {
    const char *number;
    int64_t at;
  } bad[] = {{"", 0},    {"abc", 0}, {".", 1},     {"-", 1},     {"1.2.3", 3},
             {"1e", 1},  {"1e+", 1}, {"99.9x", 4}, {" 1", 0},    {"1 ", 1},
             {"%", 0},   {"5%%", 2}, {"1,5", 1},   {"0x10", 1},  {"nan", 0},
             {"inf", 0}, {"--1", 1}, {"1e5.5", 3}, {"99.9 x", 4}};
  static const struct {
    const char *span;
    int64_t at;
  } odd[] = {{"", 0}, {"30", 2}, {"5", 1}, {"1x", 1}, {"M", 0}, {"1MM", 1}, {"1.5h", 1}, {"h", 0}};
  blank();
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    for (int which = 0; which < 3; which++) {
      static const char *const names[] = {"objective", "budget", "threshold"};
      blank();
      written.burn_decimals = 1; /* something to be found */
      if (which == 0) written.objective = bad[i].number;
      if (which == 1) written.budget = bad[i].number;
      if (which == 2) written.threshold = bad[i].number;
      clear();
      ck_assert_int_eq(slo_lint_written(&written, found, ROOM, &count, &error), SLO_EPARSE);
      ck_assert_int_eq(slo_lint_written(&written, found, ROOM, &count, NULL), SLO_EPARSE);
      ck_assert_str_eq(error.field, names[which]);
      check_that(error.value == bad[i].at, "'%s': %" PRId64, bad[i].number, error.value);
      ck_assert_uint_eq(count, 12345);
      ck_assert_uint_eq(found[0].code, 0x5a5a5a5a);
    }
  }
  for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
    blank();
    written.period = odd[i].span;
    ck_assert_int_eq(slo_lint_written(&written, found, ROOM, &count, &error), SLO_EPARSE);
    ck_assert_str_eq(error.field, "period");
    check_that(error.value == odd[i].at, "'%s': %" PRId64, odd[i].span, error.value);
    written.period = NULL;
    written.window = odd[i].span;
    ck_assert_int_eq(slo_lint_written(&written, found, ROOM, &count, &error), SLO_EPARSE);
    ck_assert_str_eq(error.field, "window");
  }
  blank();
  written.window = "99999999999999d";
  ck_assert_int_eq(slo_lint_written(&written, found, ROOM, &count, &error), SLO_ERANGE);
  ck_assert_str_eq(error.field, "window");
  blank();
  written.op = 2 + SLO_OP_GT;
  ck_assert_int_eq(slo_lint_written(&written, found, ROOM, &count, &error), SLO_ERANGE);
  ck_assert_str_eq(error.field, "op");
  ck_assert_int_eq(error.value, 7);
  ck_assert_int_eq(error.max, 6);
  blank();
  written.reserved = 1;
  ck_assert_int_eq(slo_lint_written(&written, found, ROOM, &count, &error), SLO_EVERSION);
  ck_assert_str_eq(error.field, "reserved");
  blank();
  ck_assert_int_eq(slo_lint_written(NULL, found, ROOM, &count, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "written (NULL)");
  ck_assert_int_eq(slo_lint_written(&written, found, ROOM, NULL, &error), SLO_EINVAL);
  ck_assert_int_eq(slo_lint_written(&written, NULL, 1, &count, &error), SLO_EINVAL);
  written.struct_size = 2;
  ck_assert_int_eq(slo_lint_written(&written, found, ROOM, &count, &error), SLO_ERANGE);
  written.struct_size = offsetof(slo_written, budget); /* an older caller */
  written.objective = "100";
  written.threshold = "nonsense that is not read";
  says(1);
  ck_assert_uint_eq(found[0].code, SLO_LINT_PERFECT);
}
END_TEST

/* In the order of the fields. */
START_TEST(test_written_all) {
  static const uint32_t order[] = {SLO_LINT_INVERTED,    SLO_LINT_NOISE,  SLO_LINT_ROUNDED_BUDGET,
                                   SLO_LINT_NOISE,       SLO_LINT_MINUTE, SLO_LINT_NO_WINDOW,
                                   SLO_LINT_ROUNDED_BURN};
  blank();
  written.op = 1 + SLO_OP_LT;
  written.objective = "99.899999999999999";
  written.budget = "0.000";
  written.threshold = "0.30000000000000004";
  written.period = "1m";
  written.window = "0m";
  written.burn_decimals = 3;
  says(7);
  for (int i = 0; i < 7; i++) ck_assert_uint_eq(found[i].code, order[i]);
}
END_TEST

/* Any bytes: read or refused at a place inside. */
START_TEST(test_written_garbage) {
  static const char letters[] = "0123456789.eE+-%9999999000 mhdM";
  uint64_t state = 109;
  slo_error error = SLO_SIZED(slo_error);
  int fine = 0;
  for (int i = 0; i < 200000; i++) {
    size_t n = check_random(&state) % 30;
    char *s = check_memory(n + 1); /* of exactly that size */
    for (size_t k = 0; k < n; k++) s[k] = letters[check_random(&state) % (sizeof letters - 1)];
    blank();
    if (i % 2 == 0) written.objective = written.budget = written.threshold = s;
    if (i % 2 == 1) written.period = written.window = s;
    clear();
    slo_status status = slo_lint_written(&written, found, ROOM, &count, &error);
    if (status == SLO_EPARSE) {
      check_that(error.value >= 0 && error.value <= (int64_t)n, "'%s'", s);
    } else {
      check_that(status == SLO_OK || status == SLO_ERANGE, "'%s'", s);
      fine++;
    }
    free(s);
  }
  ck_assert_int_gt(fine, 1000);
}
END_TEST

/* Doubles that were round numbers before some arithmetic, as they are printed to be read back. */
START_TEST(test_written_doubles) {
  char number[40];
  int off = 0;
  for (int whole = 1; whole <= 9999; whole++) {
    double value = (double)whole / 10000 * 3;
    (void)snprintf(number, sizeof number, "%.17g", value);
    blank();
    written.threshold = number;
    read_written();
    char want[40], got[40] = "";
    (void)snprintf(want, sizeof want, "%d.%04d", whole * 3 / 10000, whole * 3 % 10000);
    char *end = want + strlen(want);
    while (end[-1] == '0') *--end = '\0';
    if (end[-1] == '.') *--end = '\0';
    if (count == 0) {
      check_that(strlen(number) < 14, "%s", number);
      continue;
    }
    off++;
    check_that(sscanf(found[0].advice, "write %39s", got) == 1, "%s", found[0].advice);
    check_that(strcmp(got, want) == 0, "%s for %s, not %s", got, number, want);
  }
  ck_assert_int_gt(off, 5000);
}
END_TEST

/* ---- as they are read by a person ---- */

static void expect_line(const char *line) {
  for (uint32_t i = 0; i < count; i++) {
    (void)slo_finding_format(&found[i], text, sizeof text);
    if (strcmp(text, line) == 0) return;
  }
  for (uint32_t i = 0; i < count; i++) {
    (void)slo_finding_format(&found[i], text, sizeof text);
    (void)fprintf(stderr, "%s\n", text);
  }
  ck_abort_msg("nowhere: %s", line);
}

static const char *const definition_lines[] = {
    "journeys[].slo_count is 6: too many objectives (305): nobody steers by more than five; keep "
    "the 5 that users would miss first",
    "journeys[0].owner: no owner (301): nobody answers for it, so nobody acts on it; write a team "
    "that can be asked",
    "journeys[0].policy: no policy (304): nobody has agreed on what happens when the budget is "
    "spent; agree on it, and write where it stands",
    "journeys[0].review_ns: no review (302): what is never looked at again is soon wrong; write a "
    "day within the next quarter",
    "journeys[0].sli_count is 4: too many indicators (306): one to three say how a journey is; "
    "more say how the machines are; keep 3, and chart the others",
    "journeys[0].slis[1].name: unused indicator (308): no objective is about it; give it an "
    "objective, or take it out",
    "journeys[0].slis[1].sli.threshold_ns is 299999999: noise (203): it is a round number that "
    "went through floating point; write 300000000 (300ms)",
    "journeys[0].slis[3].name: unused indicator (308): no objective is about it; give it an "
    "objective, or take it out",
    "journeys[0].slos[0].objective_ppb is 999900000: coarse probe (208): its whole budget is a "
    "handful of failed probes: luck decides; probe more often, or write at most 999760000 "
    "(99.976 %): now 4 may fail",
    "journeys[0].slos[2].objective_ppb is 1000000000: perfect objective (202): 100 % leaves no "
    "budget: every failure breaks it, and no change could ever be made; write less: 999900000 "
    "(99.99 %) still allows 4 minutes of outage in 28 days",
    "journeys[0].slos[3].objective_ppb is 999999999: rounded budget (204): written with five "
    "decimals the error budget is 0, and every burn rate infinite; wherever the budget is written, "
    "write 0.000000001",
    "journeys[0].slos[3].alert.gate[0].kind: not seen (107): at this traffic a total outage has "
    "spent the budget before it can be told from chance; promise less, count probes, too, or allow "
    "more alarms: at 1000000 an hour it takes 1m10s",
    "journeys[0].slos[4].period_ns is 60000000000: minute for month (201): the period is minutes "
    "long; `m` is a minute, a month is `M`; write 28 days, 2419200000000000, or a calendar's month",
    "journeys[0].slos[5].tiers[0].factor_ppm is 1000000000: dead tier (101): nothing can burn that "
    "fast: even when everything fails the tier never fires; write at most 999990000 (burn rate "
    "999.99)",
    "journeys[0].slos[5].tiers[1].short_ns: no window (106): it is less than a second, and becomes "
    "0 where windows are written in seconds; write 8h, a twelfth of the long window",
    "journeys[0].slos[5].tiers[2].long_ns is 2592000000000000: too late (104): at the burn rate it "
    "looks for, the budget is gone before it can fire; write at most 14d23h59m59s",
    "journeys[1].review_ns is 1797408000000000000: review overdue (303): the day on which it was "
    "to be looked at again has passed; look at it, and write the next day: it was due "
    "2026-12-16T08:00:00Z",
    "journeys[1].slo_count: no objective (307): it is measured, and nothing is promised; promise "
    "something of it, or take it out",
};

START_TEST(test_lines) {
  slo_alert_config rest = SLO_SIZED(slo_alert_config);
  sound();
  journeys[0].owner = journeys[0].policy = NULL;
  journeys[0].review_ns = 0;
  journeys[0].sli_count = 4;
  journeys[0].slo_count = 6;
  definition.journey_count = 2;
  journeys[1].slo_count = 0;
  journeys[1].review_ns = NOW - DAYS(30);
  slis[0][1].sli.threshold_ns = 299999999;
  slis[0][2].sli.kind = SLO_SLI_PROBE;
  slis[0][2].sli.interval_ns = MINUTES(1);
  slos[0][0].sli = 3;
  slos[0][0].objective_ppb = 999900000;
  slos[0][2].objective_ppb = PPB;
  slos[0][3].objective_ppb = 999999999;
  slos[0][4].period_ns = MINUTES(1);
  clean(1);
  tiers[0].factor_ppm = 1000000000;
  tiers[1].short_ns = 0;
  tiers[2] = tier(DAYS(30), HOURS(6), 2000000);
  rest.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
  slos[0][5].alert = &rest;
  slos[0][5].tiers = tiers;
  slos[0][5].tier_count = 3;
  slos[0][5].requests_per_hour = 0;
  reads(NOW, sizeof definition_lines / sizeof definition_lines[0]);
  for (uint32_t i = 0; i < count; i++) {
    (void)slo_finding_format(&found[i], text, sizeof text);
    ck_assert_str_eq(text, definition_lines[i]);
  }
}
END_TEST

START_TEST(test_lines_of_alerts) {
  clean(500000000);
  alert.period_ns = HOURS(3);
  tiers[0] = tier(MINUTES(30), MINUTES(5), 1500000);
  tiers[1].factor_ppm = 933333;
  tiers[1].long_ns = HOURS(1);
  tiers[1].short_ns = MINUTES(5);
  alert.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
  looks(1, 2);
  expect_line(
      "tiers[0].factor_ppm is 1500000: single event (105): at this traffic one failure alone fires "
      "it, and one failure is chance; use the evidence gate: without it one failure fires this "
      "tier up to 2 requests an hour");
  expect_line(
      "tiers[1].factor_ppm is 933333: nagging tier (102): it fires at a burn rate below 1, for a "
      "service that keeps its promise; write 1000000 or more");
}
END_TEST

START_TEST(test_lines_of_files) {
  blank();
  written.op = 1 + SLO_OP_LE;
  written.threshold = "0.0009999999999999432";
  written.window = "0m";
  written.burn_decimals = 1;
  says(4);
  expect_line("op is 2: inverted (206): it fires when the burn rate is low; write >=");
  expect_line(
      "threshold: noise (203): it is a round number that went through floating point; write 0.001");
  expect_line(
      "window: no window (106): it is less than a second, and becomes 0 where windows are written "
      "in seconds; write at least 1s, before it is rounded");
  expect_line(
      "burn_decimals is 1: rounded burn (205): the burn rate is rounded before it is compared: "
      "what is just above the factor is not seen; compare first, and round what is shown");
}
END_TEST

CHECK_MAIN("lint", tcase_add_test(tc, test_codes); tcase_add_test(tc, test_format);
           tcase_add_test(tc, test_format_longest); tcase_add_test(tc, test_clean);
           tcase_add_test(tc, test_dead); tcase_add_test(tc, test_dead_random);
           tcase_add_test(tc, test_nagging); tcase_add_test(tc, test_gap);
           tcase_add_test(tc, test_too_late); tcase_add_test(tc, test_too_late_random);
           tcase_add_test(tc, test_single_event); tcase_add_test(tc, test_single_event_random);
           tcase_add_test(tc, test_no_window); tcase_add_test(tc, test_not_seen);
           tcase_add_test(tc, test_not_seen_never); tcase_add_test(tc, test_catalogs);
           tcase_add_test(tc, test_factor_noise); tcase_add_test(tc, test_alert_garbage);
           tcase_add_test(tc, test_alert_errors); tcase_add_test(tc, test_alert_sizes);
           tcase_add_test(tc, test_names); tcase_add_test(tc, test_capacity);
           tcase_add_test(tc, test_element_sizes); tcase_add_test(tc, test_sound);
           tcase_add_test(tc, test_people); tcase_add_test(tc, test_too_many);
           tcase_add_test(tc, test_unused); tcase_add_test(tc, test_perfect);
           tcase_add_test(tc, test_rounded_budget); tcase_add_test(tc, test_low);
           tcase_add_test(tc, test_objective_noise); tcase_add_test(tc, test_threshold_noise);
           tcase_add_test(tc, test_period); tcase_add_test(tc, test_coarse_probe);
           tcase_add_test(tc, test_slo_alert); tcase_add_test(tc, test_definition_errors);
           tcase_add_test(tc, test_journey_sizes); tcase_add_test(tc, test_definition_garbage);
           tcase_add_test(tc, test_methods); tcase_add_test(tc, test_methods_last);
           tcase_add_test(tc, test_methods_exact); tcase_add_test(tc, test_methods_errors);
           tcase_add_test(tc, test_written_noise); tcase_add_test(tc, test_written_objective);
           tcase_add_test(tc, test_written_budget); tcase_add_test(tc, test_written_spans);
           tcase_add_test(tc, test_written_rules); tcase_add_test(tc, test_written_errors);
           tcase_add_test(tc, test_written_all); tcase_add_test(tc, test_written_garbage);
           tcase_add_test(tc, test_written_doubles); tcase_add_test(tc, test_lines);
           tcase_add_test(tc, test_lines_of_alerts); tcase_add_test(tc, test_lines_of_files);)
