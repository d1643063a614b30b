/* test_explain.c - budgets in words: the texts, cut anywhere, and each number checked. */
#include <inttypes.h>

#include "check_main.h"
#include "slo/budget.h"

#define SEC SLO_SECOND_NS
#define T0 (INT64_C(1431857100) * SEC) /* 2015-05-17T10:05:00Z */

enum { TEXT = 4096, SLI = 1 };

typedef struct scene {
  slo_window *window;
  slo_ledger *ledger;
  slo_counts total;
  int64_t at;
} scene;

static scene scene_begin(uint32_t policy, int64_t slice_ns) {
  scene s = {0};
  slo_window_tier tier = {10 * SEC, 4000 * SEC};
  slo_window_config config = SLO_SIZED(slo_window_config);
  config.tier_count = 1;
  config.tiers = &tier;
  config.unmeasured = policy;
  config.slice_ns = slice_ns;
  config.slice_objective_ppb = slice_ns != 0 ? 950000000 : 0;
  s.at = T0;
  ck_ok(slo_window_create(&config, NULL, &s.window, NULL));
  ck_ok(slo_ledger_create(8, NULL, &s.ledger, NULL));
  return s;
}

static void scene_end(scene *s) {
  slo_window_destroy(s->window);
  slo_ledger_destroy(s->ledger);
}

static void scene_push(scene *s, int64_t after, uint64_t good, uint64_t bad, uint32_t flags) {
  s->at += after;
  s->total.good += good;
  s->total.bad += bad;
  s->total.excluded += good / 100;
  ck_ok(slo_window_push(s->window, s->at, &s->total, flags));
}

/* An hour of hundred events every ten seconds, one of them bad now and then; a restart. */
static void scene_hour(scene *s, int restart) {
  scene_push(s, 0, 0, 0, 0);
  for (int i = 1; i <= 360; i++) {
    int down = restart && i > 100 && i <= 112;
    uint64_t bad = i % 10 == 0 ? 3 : 0;
    scene_push(s, 10 * SEC, down ? 0 : 100 - bad, down ? 0 : bad, down ? SLO_PUSH_UNMEASURED : 0);
  }
}

static void scene_correct(scene *s, uint32_t kind, int64_t from, int64_t to, const char *reason) {
  slo_correction c = SLO_SIZED(slo_correction);
  c.kind = kind;
  c.from_ns = T0 + from;
  c.to_ns = T0 + to;
  c.sli = SLI;
  memcpy(c.reason, reason, strlen(reason));
  ck_ok(slo_ledger_append(s->ledger, &c, NULL, NULL));
}

static slo_budget_config scene_config(const scene *s, uint32_t method, int64_t period_ns) {
  slo_budget_config c = SLO_SIZED(slo_budget_config);
  c.method = method;
  c.objective_ppb = 990000000;
  c.period_ns = period_ns;
  c.ledger = s->ledger;
  c.sli = SLI;
  return c;
}

/* The whole text; and cut at every size, with nothing written behind its end. */
static slo_status explained(const scene *s, const slo_budget_config *c, char *text) {
  static char cut[TEXT + 8];
  size_t length = 0, again = 0;
  slo_status status = slo_budget_explain(s->window, c, text, TEXT, &length);
  check_that(strlen(text) == length, "%zu bytes, not %zu", strlen(text), length);
  check_that(slo_budget_explain(s->window, c, NULL, 0, &again) == status && again == length,
             "without a buffer: %zu", again);
  check_that(slo_budget_explain(s->window, c, NULL, 0, NULL) == status, "without anything");
  for (size_t size = 1; size <= length + 2; size++) {
    memset(cut, 'x', sizeof cut);
    slo_status same = slo_budget_explain(s->window, c, cut, size, &again);
    size_t kept = size - 1 < length ? size - 1 : length;
    check_that(same == status && again == length, "%zu bytes: %d, %zu", size, same, again);
    check_that(memcmp(cut, text, kept) == 0 && cut[kept] == '\0', "%zu bytes: another text", size);
    for (size_t i = size; i < sizeof cut; i++) check_that(cut[i] == 'x', "written at %zu", i);
  }
  return status;
}

static void check_text(const scene *s, const slo_budget_config *c, slo_status expected,
                       const char *golden) {
  static char text[TEXT];
  slo_status status = explained(s, c, text);
  ck_assert_int_eq(status, expected);
  ck_assert_str_eq(text, golden);
}

/* ---- golden texts ---- */

START_TEST(test_rolling) {
  scene s = scene_begin(0, 0);
  slo_budget_config c = scene_config(&s, 0, SLO_HOUR_NS);
  scene_hour(&s, 0);
  check_text(&s, &c, SLO_OK,
             "method       occurrences: bad events / valid events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       rolling, the last 1h\n"
             "readings     2015-05-17T10:05:00Z .. 2015-05-17T11:05:00Z (1h; asked for 1h)\n"
             "measured     1h\n"
             "counted      35892 good + 108 bad = 36000 valid events; 324 excluded\n"
             "allowed      360 (1 % of 36000, rounded down)\n"
             "spent        108 / (1 % of 36000) = 30.0000 %\n"
             "left         70.0000 %\n");
  c.period_ns = SLO_DAY_NS; /* more than there is */
  c.objective_ppb = 999950000;
  check_text(&s, &c, SLO_OK,
             "method       occurrences: bad events / valid events\n"
             "objective    99.995 %: 0.005 % may be bad\n"
             "period       rolling, the last 1d\n"
             "readings     2015-05-17T10:05:00Z .. 2015-05-17T11:05:00Z (1h; asked for 1d, the "
             "history begins there)\n"
             "measured     1h\n"
             "counted      35892 good + 108 bad = 36000 valid events; 324 excluded\n"
             "allowed      1 (0.005 % of 36000, rounded down)\n"
             "spent        108 / (0.005 % of 36000) = 6000.0000 %\n"
             "left         -5900.0000 %\n");
  for (int i = 0; i < 100; i++) scene_push(&s, 10 * SEC, 10, 0, 0); /* the ring has 4010 s */
  check_text(&s, &c, SLO_OK,
             "method       occurrences: bad events / valid events\n"
             "objective    99.995 %: 0.005 % may be bad\n"
             "period       rolling, the last 1d\n"
             "readings     2015-05-17T10:14:50Z .. 2015-05-17T11:21:40Z (1h6m50s; asked for 1d, no "
             "more is kept)\n"
             "measured     1h6m50s\n"
             "counted      31007 good + 93 bad = 31100 valid events; 270 excluded\n"
             "allowed      1 (0.005 % of 31100, rounded down)\n"
             "spent        93 / (0.005 % of 31100) = 5980.7073 %\n"
             "left         -5880.7073 %\n");
  scene_end(&s);
}
END_TEST

START_TEST(test_calendar) {
  scene s = scene_begin(0, 0);
  slo_budget_config c = scene_config(&s, 0, 0);
  scene_hour(&s, 0);
  c.start_ns = T0 + 600 * SEC;
  c.end_ns = T0 + SLO_DAY_NS;
  check_text(&s, &c, SLO_OK,
             "method       occurrences: bad events / valid events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       2015-05-17T10:15:00Z .. 2015-05-18T10:05:00Z\n"
             "readings     2015-05-17T10:15:00Z .. 2015-05-17T11:05:00Z (50m; asked for 50m)\n"
             "measured     50m\n"
             "counted      29910 good + 90 bad = 30000 valid events; 270 excluded\n"
             "allowed      300 (1 % of 30000, rounded down)\n"
             "spent        90 / (1 % of 30000) = 30.0000 %\n"
             "left         70.0000 %\n");
  c.start_ns = T0 - 300 * SEC; /* the history begins within it */
  check_text(&s, &c, SLO_OK,
             "method       occurrences: bad events / valid events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       2015-05-17T10:00:00Z .. 2015-05-18T10:05:00Z\n"
             "readings     2015-05-17T10:05:00Z .. 2015-05-17T11:05:00Z (1h; asked for 1h5m, the "
             "history begins there)\n"
             "measured     1h\n"
             "counted      35892 good + 108 bad = 36000 valid events; 324 excluded\n"
             "allowed      360 (1 % of 36000, rounded down)\n"
             "spent        108 / (1 % of 36000) = 30.0000 %\n"
             "left         70.0000 %\n");
  scene_end(&s);
}
END_TEST

START_TEST(test_timeslices) {
  scene s = scene_begin(0, 20 * SEC);
  slo_budget_config c = scene_config(&s, SLO_METHOD_TIMESLICES, SLO_HOUR_NS);
  scene_hour(&s, 0);
  scene_push(&s, 20 * SEC, 50, 50, 0);
  scene_push(&s, 20 * SEC, 0, 0, 0);
  check_text(&s, &c, SLO_OK,
             "method       timeslices: bad slices / slices with valid events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       rolling, the last 1h\n"
             "readings     2015-05-17T10:05:40Z .. 2015-05-17T11:05:40Z (1h; asked for 1h)\n"
             "measured     1h\n"
             "counted      35542 good + 158 bad = 35700 valid events; 320 excluded\n"
             "slices       178 good + 1 bad of 20s; the rest had no valid event\n"
             "allowed      1 (1 % of 179, rounded down)\n"
             "spent        1 / (1 % of 179) = 55.8659 %\n"
             "left         44.1341 %\n");
  c.method = SLO_METHOD_RATIO_TIMESLICES;
  check_text(&s, &c, SLO_OK,
             "method       ratio timeslices: the mean of bad / valid events over slices with valid "
             "events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       rolling, the last 1h\n"
             "readings     2015-05-17T10:05:40Z .. 2015-05-17T11:05:40Z (1h; asked for 1h)\n"
             "measured     1h\n"
             "counted      35542 good + 158 bad = 35700 valid events; 320 excluded\n"
             "slices       178 good + 1 bad of 20s; the rest had no valid event\n"
             "allowed      1.79000000000 (1 % of 179.00000000000, rounded down)\n"
             "spent        1.04000000000 / (1 % of 179.00000000000) = 58.1005 %\n"
             "left         41.8995 %\n");
  scene_end(&s);
}
END_TEST

START_TEST(test_corrections) {
  scene s = scene_begin(0, 20 * SEC);
  slo_budget_config c = scene_config(&s, 0, SLO_HOUR_NS);
  scene_hour(&s, 0);
  scene_correct(&s, SLO_CORRECT_GOOD, 1000 * SEC, 2000 * SEC, "a probe that was broken");
  scene_correct(&s, SLO_CORRECT_REMOVE, 1500 * SEC, 1800 * SEC, "maintenance,\nagreed\x7fon");
  scene_correct(&s, SLO_CORRECT_REMOVE, SLO_HOUR_NS, SLO_DAY_NS, "still to come");
  check_text(&s, &c, SLO_OK,
             "method       occurrences: bad events / valid events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       rolling, the last 1h\n"
             "readings     2015-05-17T10:05:00Z .. 2015-05-17T11:05:00Z (1h; asked for 1h)\n"
             "measured     55m; corrected 5m\n"
             "counted      32922 good + 78 bad = 33000 valid events; 297 excluded\n"
             "correction   #0 \"a probe that was broken\": 11m40s counted as good, 2 pieces of "
             "2015-05-17T10:21:40Z .. 2015-05-17T10:38:20Z (6979 good, 21 bad, 63 excluded; 35 "
             "good, 0 bad slices)\n"
             "correction   #1 \"maintenance, agreed on\": 5m not counted, 2015-05-17T10:30:00Z .. "
             "2015-05-17T10:35:00Z (2991 good, 9 bad, 27 excluded; 15 good, 0 bad slices)\n"
             "allowed      330 (1 % of 33000, rounded down)\n"
             "spent        78 / (1 % of 33000) = 23.6363 %\n"
             "left         76.3637 %\n");
  c.sli = SLI + 1; /* none of its own */
  check_text(&s, &c, SLO_OK,
             "method       occurrences: bad events / valid events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       rolling, the last 1h\n"
             "readings     2015-05-17T10:05:00Z .. 2015-05-17T11:05:00Z (1h; asked for 1h)\n"
             "measured     1h\n"
             "counted      35892 good + 108 bad = 36000 valid events; 324 excluded\n"
             "allowed      360 (1 % of 36000, rounded down)\n"
             "spent        108 / (1 % of 36000) = 30.0000 %\n"
             "left         70.0000 %\n");
  scene_end(&s);
}
END_TEST

START_TEST(test_unmeasured) {
  static const char *const golden[] = {
      "method       occurrences: bad events / valid events\n"
      "objective    99 %: 1 % may be bad\n"
      "period       rolling, the last 1h\n"
      "readings     2015-05-17T10:05:00Z .. 2015-05-17T11:05:00Z (1h; asked for 1h)\n"
      "measured     58m; unmeasured 2m, which says nothing\n"
      "counted      34695 good + 105 bad = 34800 valid events; 313 excluded\n"
      "not seen     1200 more, at the rate of what was measured\n"
      "allowed      348 (1 % of 34800, rounded down)\n"
      "spent        105 / (1 % of 34800) = 30.1724 %\n"
      "left         69.8276 %; between -262.5000 %, had all that was not seen been bad, and "
      "70.8334 %\n",
      "method       occurrences: bad events / valid events\n"
      "objective    99 %: 1 % may be bad\n"
      "period       rolling, the last 1h\n"
      "readings     2015-05-17T10:05:00Z .. 2015-05-17T11:05:00Z (1h; asked for 1h)\n"
      "measured     58m; unmeasured 2m, which counts as bad\n"
      "counted      34695 good + 105 bad = 34800 valid events; 313 excluded\n"
      "not seen     1200 more, at the rate of what was measured\n"
      "allowed      360 (1 % of 36000, rounded down)\n"
      "spent        1305 / (1 % of 36000) = 362.5000 %\n"
      "left         -262.5000 %; between -262.5000 %, had all that was not seen been bad, and "
      "70.8334 %\n",
      "method       occurrences: bad events / valid events\n"
      "objective    99 %: 1 % may be bad\n"
      "period       rolling, the last 1h\n"
      "readings     2015-05-17T10:05:00Z .. 2015-05-17T11:05:00Z (1h; asked for 1h)\n"
      "measured     58m; unmeasured 2m, which counts as good\n"
      "counted      34695 good + 105 bad = 34800 valid events; 313 excluded\n"
      "not seen     1200 more, at the rate of what was measured\n"
      "allowed      360 (1 % of 36000, rounded down)\n"
      "spent        105 / (1 % of 36000) = 29.1666 %\n"
      "left         70.8334 %; between -262.5000 %, had all that was not seen been bad, and "
      "70.8334 %\n",
      "method       occurrences: bad events / valid events\n"
      "objective    99 %: 1 % may be bad\n"
      "period       rolling, the last 1h\n"
      "readings     2015-05-17T10:05:00Z .. 2015-05-17T11:05:00Z (1h; asked for 1h, the history "
      "begins there)\n"
      "measured     58m; unmeasured 2m, in which time stood still\n"
      "counted      34695 good + 105 bad = 34800 valid events; 313 excluded\n"
      "allowed      348 (1 % of 34800, rounded down)\n"
      "spent        105 / (1 % of 34800) = 30.1724 %\n"
      "left         69.8276 %\n"};
  for (uint32_t policy = 0; policy < 4; policy++) {
    scene s = scene_begin(policy, 20 * SEC);
    slo_budget_config c = scene_config(&s, 0, SLO_HOUR_NS);
    scene_hour(&s, 1);
    check_text(&s, &c, SLO_OK, golden[policy]);
    scene_end(&s);
  }
}
END_TEST

START_TEST(test_no_data) {
  scene s = scene_begin(0, 0);
  slo_budget_config c = scene_config(&s, 0, SLO_HOUR_NS);
  check_text(&s, &c, SLO_ENODATA,
             "method       occurrences: bad events / valid events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       rolling, the last 1h\n"
             "left         no data: there is no reading yet\n");
  scene_push(&s, 0, 1000, 10, 0);
  check_text(&s, &c, SLO_ENODATA,
             "method       occurrences: bad events / valid events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       rolling, the last 1h\n"
             "readings     2015-05-17T10:05:00Z .. 2015-05-17T10:05:00Z (0s; asked for 1h, the "
             "history begins there)\n"
             "measured     0s\n"
             "counted      0 good + 0 bad = 0 valid events; 0 excluded\n"
             "left         no data: nothing valid was counted\n");
  scene_push(&s, 300 * SEC, 0, 0, SLO_PUSH_UNMEASURED);
  scene_push(&s, 300 * SEC, 0, 0, 0); /* a gap without a tick */
  check_text(&s, &c, SLO_ENODATA,
             "method       occurrences: bad events / valid events\n"
             "objective    99 %: 1 % may be bad\n"
             "period       rolling, the last 1h\n"
             "readings     2015-05-17T10:05:00Z .. 2015-05-17T10:15:00Z (10m; asked for 1h, the "
             "history begins there)\n"
             "measured     5m, of it 5m in gaps without a tick; unmeasured 5m, which says nothing\n"
             "counted      0 good + 0 bad = 0 valid events; 0 excluded\n"
             "left         no data: nothing valid was counted\n");
  scene_end(&s);
}
END_TEST

/* ---- every number can be recomputed ---- */

static uint64_t number_after(const char *text, const char *label, int which) {
  const char *line = strstr(text, label);
  check_that(line != NULL, "no \"%s\" in\n%s", label, text);
  for (line += strlen(label); which > 0 || *line < '0' || *line > '9';) {
    if (*line >= '0' && *line <= '9') {
      while (*line >= '0' && *line <= '9') line++;
      which--;
    } else {
      check_that(*line != '\n' && *line != '\0', "too few numbers after %s in\n%s", label, text);
      line++;
    }
  }
  return strtoull(line, NULL, 10);
}

/* "12.3456 %" or "-12.3456 %" after a label, in ppm. */
static int64_t percent_after(const char *text, const char *label) {
  const char *at = strstr(text, label);
  char *end;
  check_that(at != NULL, "no \"%s\" in\n%s", label, text);
  at += strlen(label);
  while (*at == ' ') at++;
  int negative = *at == '-';
  int64_t whole = strtoll(at + negative, &end, 10);
  check_that(*end == '.', "no percentage after %s in\n%s", label, text);
  int64_t part = strtoll(end + 1, &end, 10);
  check_that(strncmp(end, " %", 2) == 0, "no percentage after %s in\n%s", label, text);
  return (negative ? -1 : 1) * (whole * 10000 + part);
}

START_TEST(test_numbers) {
  static char text[TEXT];
  uint64_t random = 5, corrected = 0, unseen = 0;
  for (int run = 0; run < 120; run++) {
    uint32_t policy = (uint32_t)(check_random(&random) % 4);
    uint32_t method = (uint32_t)(check_random(&random) % 2);
    scene s = scene_begin(policy, 20 * SEC);
    slo_budget_config c = scene_config(&s, method, SLO_HOUR_NS / (1 + run % 3));
    slo_budget b = SLO_SIZED(slo_budget);
    int down = 0;
    for (int i = 0; i < 400; i++) {
      if (check_random(&random) % 50 == 0) down = (int)(check_random(&random) % 9);
      scene_push(&s, 10 * SEC, check_random(&random) % 300, check_random(&random) % 9,
                 down > 0 ? SLO_PUSH_UNMEASURED : 0);
      down--;
    }
    for (int i = 0; i < run % 3; i++) {
      int64_t from = (int64_t)(check_random(&random) % 3900) * SEC;
      scene_correct(&s, (uint32_t)(check_random(&random) % 2), from, from + 200 * SEC, "r");
    }
    ck_ok(slo_budget_read(s.window, &c, &b));
    ck_ok(explained(&s, &c, text));
    uint64_t good = number_after(text, "counted ", 0), bad = number_after(text, "counted ", 1);
    ck_assert_uint_eq(good + bad, number_after(text, "counted ", 2));
    ck_assert_uint_eq(good, b.counts.good);
    ck_assert_uint_eq(bad, b.counts.bad);
    ck_assert_uint_eq(number_after(text, "counted ", 3), b.counts.excluded);
    if (method == SLO_METHOD_TIMESLICES) {
      good = number_after(text, "slices       ", 0);
      bad = number_after(text, "slices       ", 1);
    }
    uint64_t more = strstr(text, "not seen ") != NULL ? number_after(text, "not seen ", 0) : 0;
    ck_assert_uint_eq(more, b.unseen);
    uint64_t seen_good = good, seen_bad = bad, valid = good + bad + more;
    if (policy == SLO_UNMEASURED_BAD) bad += more;
    if (policy == SLO_UNMEASURED_GOOD) good += more;
    /* spent = bad / (1 % of valid), in ppm, rounded down */
    uint64_t spent = bad * 100 * 1000000 / (good + bad);
    ck_assert_uint_eq(number_after(text, "spent ", 0), bad);
    ck_assert_uint_eq(number_after(text, "spent ", 2), good + bad); /* 1 is the 1 % */
    ck_assert_uint_eq(number_after(text, "allowed ", 0), (good + bad) / 100);
    ck_assert_uint_eq(number_after(text, "allowed ", 2), good + bad);
    ck_assert_int_eq(percent_after(text, ") = "), (int64_t)spent);
    ck_assert_int_eq(percent_after(text, "left "), 1000000 - (int64_t)spent);
    if (more != 0) {
      ck_assert_int_eq(percent_after(text, "; between "),
                       1000000 - (int64_t)((seen_bad + more) * 100 * 1000000 / valid));
      ck_assert_int_eq(percent_after(text, " and "),
                       1000000 - (int64_t)(seen_bad * 100 * 1000000 / valid));
      ck_assert_uint_eq(seen_good + seen_bad + more, valid);
      unseen++;
    }
    corrected += strstr(text, "correction ") != NULL;
    ck_assert_int_eq(strstr(text, "correction ") != NULL, b.corrections != 0);
    scene_end(&s);
  }
  ck_assert_uint_gt(unseen, 20);
  ck_assert_uint_gt(corrected, 20);
}
END_TEST

START_TEST(test_arguments) {
  scene s = scene_begin(0, 0);
  slo_budget_config c = scene_config(&s, 0, SLO_HOUR_NS);
  char text[8] = "before";
  size_t length = 4711;
  scene_hour(&s, 0);
  ck_assert_int_eq(slo_budget_explain(s.window, &c, NULL, 8, &length), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_explain(NULL, &c, text, sizeof text, &length), SLO_EINVAL);
  ck_assert_str_eq(text, "");
  ck_assert_uint_eq(length, 0);
  ck_assert_int_eq(slo_budget_explain(s.window, NULL, text, sizeof text, NULL), SLO_EINVAL);
  c.method = SLO_METHOD_TIMESLICES;
  ck_assert_int_eq(slo_budget_explain(s.window, &c, text, sizeof text, NULL), SLO_EINVAL);
  scene_end(&s);
}
END_TEST

CHECK_MAIN("explain", tcase_add_test(tc, test_rolling); tcase_add_test(tc, test_calendar);
           tcase_add_test(tc, test_timeslices); tcase_add_test(tc, test_corrections);
           tcase_add_test(tc, test_unmeasured); tcase_add_test(tc, test_no_data);
           tcase_add_test(tc, test_numbers); tcase_add_test(tc, test_arguments);)
