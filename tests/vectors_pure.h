/* vectors_pure.h - the lines of pure functions; a part of vectors.c. */
#ifndef VECTORS_PURE_H
#define VECTORS_PURE_H

static void pure_open(const char *call) {
  comma = 0;
  put_open(NULL, '{');
  put_text("op", "pure");
  put_text("call", call);
  put_open("in", '{');
}

/* Closes the inputs; 1 when there is something to put out. */
static int pure_answer(slo_status status, const slo_error *error) {
  put_close('}');
  put_status(status);
  if (status != SLO_OK && error != NULL && error->status == status) {
    put_open("error", '{');
    put_text("field", error->field);
    put_i64("value", error->value);
    put_close('}');
  }
  return status == SLO_OK;
}

/* The answer is read after the function that wrote it has been called. */
static void pure_u64(slo_status status, const slo_error *error, const uint64_t *out) {
  if (pure_answer(status, error)) put_u64("out", *out);
  line_close();
}

static void pure_i64(slo_status status, const slo_error *error, const int64_t *out) {
  if (pure_answer(status, error)) put_i64("out", *out);
  line_close();
}

/* Of a function that cannot fail, or whose status is its answer. */
static void pure_number(slo_status status, int64_t out) {
  if (pure_answer(status < 0 ? status : SLO_OK, NULL)) put_i64("out", out);
  line_close();
}

static void pure_text(slo_status status, const slo_error *error, const char *out) {
  if (pure_answer(status, error)) put_text("out", out);
  line_close();
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define ERROR slo_error e = SLO_SIZED(slo_error)

static void vectors_time(void) {
  static const char *const times[] = {
      "2015-05-17T20:27:00Z", "2015-05-17 22:27:00.5+02:00",    "1431894420s",
      "1431894420000ms",      "2261-12-31T23:59:59.999999999Z", "1431894420",
      "2015-13-01T00:00:00Z", "2015-05-17T20:27:00.123456789Z"};
  static const char *const spans[] = {"30d", "1h30m", "250ms", "0s", "-1h", "1M", "5", "300000w"};
  char text[SLO_TIME_TEXT_MAX];
  for (size_t i = 0; i < COUNT(times); i++) {
    ERROR;
    int64_t t = 0;
    pure_open("time_parse");
    put_text("text", times[i]);
    slo_status status = slo_time_parse(times[i], &t, &e);
    pure_i64(status, &e, &t);
    if (status != SLO_OK) continue;
    pure_open("time_format");
    put_i64("time_ns", t);
    pure_text(slo_time_format(t, text, sizeof text), NULL, text);
  }
  for (size_t i = 0; i < COUNT(spans); i++) {
    ERROR;
    int64_t t = 0;
    pure_open("span_parse");
    put_text("text", spans[i]);
    slo_status status = slo_span_parse(spans[i], &t, &e);
    pure_i64(status, &e, &t);
    if (status != SLO_OK) continue;
    pure_open("span_format");
    put_i64("span_ns", t);
    pure_text(slo_span_format(t, text, sizeof text), NULL, text);
  }
  static const int32_t civil[][7] = {{2024, 2, 29, 12, 30, 60, 999999999},
                                     {1970, 1, 1, 0, 0, 0, 0},
                                     {2023, 2, 29, 0, 0, 0, 0},
                                     {2262, 1, 1, 0, 0, 0, 0}};
  for (size_t i = 0; i < COUNT(civil); i++) {
    const int32_t *c = civil[i];
    int64_t t = 0;
    pure_open("time_civil");
    static const char *const names[] = {"year",   "month",  "day",       "hour",
                                        "minute", "second", "nanosecond"};
    for (int k = 0; k < 7; k++) put_i32(names[k], c[k]);
    pure_i64(slo_time_civil(c[0], c[1], c[2], c[3], c[4], c[5], c[6], &t), NULL, &t);
  }
}

static void vectors_objective(void) {
  static const char *const texts[] = {"99.9", "99.95%",      "99.9999999", "100",
                                      "0",    "99.99999999", "abc",        "50"};
  static const char *const quantiles[] = {"p99 <= 300ms", "p99.9<=1s", "p100 <= 1s", "p50 < 1s"};
  for (size_t i = 0; i < COUNT(texts); i++) {
    ERROR;
    uint64_t ppb = 0;
    char text[SLO_OBJECTIVE_TEXT_MAX];
    pure_open("objective_parse");
    put_text("text", texts[i]);
    slo_status status = slo_objective_parse(texts[i], &ppb, &e);
    pure_u64(status, &e, &ppb);
    if (status != SLO_OK) continue;
    pure_open("objective_format");
    put_u64("objective_ppb", ppb);
    pure_text(slo_objective_format(ppb, text, sizeof text), NULL, text);
  }
  for (size_t i = 0; i < COUNT(quantiles); i++) {
    ERROR;
    uint64_t ppb = 0;
    int64_t threshold = 0;
    pure_open("objective_parse_quantile");
    put_text("text", quantiles[i]);
    if (pure_answer(slo_objective_parse_quantile(quantiles[i], &ppb, &threshold, &e), &e)) {
      put_open("out", '[');
      put_u64(NULL, ppb);
      put_i64(NULL, threshold);
      put_close(']');
    }
    line_close();
  }
}

static void vectors_sli(void) {
  static const char *const rules[] = {"status>=500", "status>=500 || status==429 || latency>300ms",
                                      "status>", "size>5"};
  static const slo_sli slis[] = {
      {.kind = SLO_SLI_AVAILABILITY, .protocol = SLO_PROTOCOL_HTTP},
      {.kind = SLO_SLI_AVAILABILITY,
       .protocol = SLO_PROTOCOL_GRPC,
       .counted = SLO_EVENT_LOAD_TEST,
       .code_count = 1,
       .codes = {{5, 5, SLO_BAD}}},
      {.kind = SLO_SLI_LATENCY, .protocol = SLO_PROTOCOL_HTTP, .threshold_ns = 300000000},
      {.kind = SLO_SLI_QUALITY, .least_ppm = 900000},
      {.kind = SLO_SLI_FRESHNESS, .threshold_ns = 60000000000},
      {.kind = SLO_SLI_CORRECTNESS},
      {.kind = SLO_SLI_COVERAGE},
      {.kind = SLO_SLI_THROUGHPUT, .least_per_hour = 3600},
      {.kind = SLO_SLI_DURABILITY},
      {.kind = SLO_SLI_PROBE, .interval_ns = 30000000000},
      {.kind = SLO_SLI_INVENTORY},
      {.kind = SLO_SLI_INVENTORY, .least_ppm = 1},
      {.kind = SLO_SLI_AVAILABILITY}};
  static const slo_event events[] = {
      {.known = 0},
      {.known = SLO_EVENT_STATUS, .status = 200},
      {.known = SLO_EVENT_STATUS, .status = 503},
      {.known = SLO_EVENT_STATUS, .status = 404},
      {.known = SLO_EVENT_STATUS, .status = 5},
      {.known = SLO_EVENT_STATUS | SLO_EVENT_HEALTH_CHECK, .status = 200},
      {.known = SLO_EVENT_STATUS | SLO_EVENT_LOAD_TEST, .status = 5},
      {.known = SLO_EVENT_STATUS | SLO_EVENT_LATENCY, .status = 200, .latency_ns = 300000000},
      {.known = SLO_EVENT_STATUS | SLO_EVENT_LATENCY, .status = 200, .latency_ns = 300000001},
      {.known = SLO_EVENT_STATUS | SLO_EVENT_LATENCY, .status = 500, .latency_ns = -1},
      {.known = SLO_EVENT_AGE, .age_ns = 59999999999},
      {.known = SLO_EVENT_QUALITY, .quality_ppm = 900000},
      {.known = SLO_EVENT_QUALITY, .quality_ppm = 899999},
      {.known = SLO_EVENT_AMOUNT, .amount = 1, .span_ns = 1000000000},
      {.known = SLO_EVENT_AMOUNT, .amount = 1, .span_ns = 1000000001},
      {.known = SLO_EVENT_OK, .ok = 1},
      {.known = SLO_EVENT_OK, .ok = 0}};
  for (size_t i = 0; i < COUNT(slis); i++) {
    ERROR;
    char text[SLO_SLI_TEXT_MAX];
    pure_open("sli_check");
    PUT("sli", slo_sli, &slis[i]);
    slo_status status = slo_sli_check(&slis[i], &e);
    (void)pure_answer(status, &e);
    line_close();
    if (status != SLO_OK) continue;
    must(slo_sli_format(&slis[i], text, sizeof text));
    pure_open("sli_format");
    PUT("sli", slo_sli, &slis[i]);
    pure_text(SLO_OK, NULL, text);
    for (size_t k = 0; k < COUNT(events); k++) {
      pure_open("sli_classify");
      PUT("sli", slo_sli, &slis[i]);
      PUT("event", slo_event, &events[k]);
      pure_number(SLO_OK, slo_sli_classify(&slis[i], &events[k]));
    }
  }
  for (size_t i = 0; i < COUNT(rules); i++) {
    ERROR;
    slo_rule rule = SLO_SIZED(slo_rule);
    pure_open("rule_parse");
    put_text("text", rules[i]);
    slo_status status = slo_rule_parse(rules[i], &rule, &e);
    if (pure_answer(status, &e)) PUT("out", slo_rule, &rule);
    line_close();
    for (size_t k = 0; status == SLO_OK && k < COUNT(events); k++) {
      pure_open("rule_classify");
      PUT("rule", slo_rule, &rule);
      PUT("event", slo_event, &events[k]);
      pure_number(SLO_OK, slo_rule_classify(&rule, &events[k]));
    }
  }
}

static void vectors_calendar(void) {
  static const slo_calendar calendars[] = {{SLO_CALENDAR_DAY, 0, 0},
                                           {SLO_CALENDAR_WEEK, 2, 0},
                                           {SLO_CALENDAR_MONTH, 0, 0},
                                           {SLO_CALENDAR_MONTH, 1, INT64_C(1706702400000000000)},
                                           {SLO_CALENDAR_QUARTER, 0, 0},
                                           {SLO_CALENDAR_YEAR, 1, 0},
                                           {9, 0, 0}};
  static const int64_t at[] = {0, 1, INT64_C(1709164800000000000), INT64_C(1767225600000000000),
                               INT64_C(1767225600000000001)};
  for (size_t i = 0; i < COUNT(calendars); i++) {
    for (size_t k = 0; k < COUNT(at); k++) {
      ERROR;
      slo_period period;
      pure_open("calendar_eval");
      PUT("calendar", slo_calendar, &calendars[i]);
      put_i64("at_ns", at[k]);
      if (pure_answer(slo_calendar_eval(&calendars[i], at[k], &period, &e), &e)) {
        PUT("out", slo_period, &period);
      }
      line_close();
    }
  }
  static const int64_t starts[] = {100, 200, 250, 1000};
  static const int64_t find[] = {100, 101, 200, 201, 1000, 1001};
  for (size_t k = 0; k < COUNT(find); k++) {
    slo_period period;
    pure_open("calendar_find");
    put_open("starts_ns", '[');
    for (size_t i = 0; i < COUNT(starts); i++) put_element(starts[i]);
    put_close(']');
    put_i64("at_ns", find[k]);
    if (pure_answer(slo_calendar_find(starts, COUNT(starts), find[k], &period), NULL)) {
      PUT("out", slo_period, &period);
    }
    line_close();
  }
  static const char *const rules[] = {"FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;COUNT=10",
                                      "RRULE:FREQ=DAILY;UNTIL=20260115", "FREQ=MONTHLY",
                                      "FREQ=DAILY"};
  for (size_t i = 0; i < COUNT(rules); i++) {
    ERROR;
    slo_recurrence r = SLO_SIZED(slo_recurrence);
    static slo_period periods[1024];
    size_t count = 0;
    int64_t first = INT64_C(1767225600000000000) + 3 * SLO_HOUR_NS;
    pure_open("recurrence_parse");
    put_text("text", rules[i]);
    slo_status status = slo_recurrence_parse(rules[i], &r, &e);
    if (pure_answer(status, &e)) PUT("out", slo_recurrence, &r);
    line_close();
    if (status != SLO_OK) continue;
    must(slo_recurrence_expand(&r, first, SLO_HOUR_NS, first, first + 100 * SLO_DAY_NS, periods,
                               1024, &count, &e));
    pure_open("recurrence_expand");
    PUT("recurrence", slo_recurrence, &r);
    put_i64("first_ns", first);
    put_i64("duration_ns", SLO_HOUR_NS);
    put_i64("from_ns", first);
    put_i64("to_ns", first + 100 * SLO_DAY_NS);
    put_close('}');
    put_open("out", '[');
    for (size_t k = 0; k < count; k++) put_slo_period(&periods[k]);
    put_close(']');
    line_close();
  }
}

static void vectors_burn(void) {
  static const slo_counts counts[] = {{999, 1, 5},
                                      {0, 0, 7},
                                      {985600, 14400, 0},
                                      {985599, 14401, 0},
                                      {UINT64_C(1) << 62, UINT64_C(1) << 61, 0},
                                      {0, 1, 0}};
  static const uint64_t objectives[] = {999000000, 1, 999999999, 950000000, 0, 1000000000};
  for (size_t i = 0; i < COUNT(counts); i++) {
    for (size_t k = 0; k < COUNT(objectives); k++) {
      uint64_t burn = 0;
      slo_budget b = SLO_SIZED(slo_budget);
      pure_open("burn_eval");
      PUT("counts", slo_counts, &counts[i]);
      put_u64("objective_ppb", objectives[k]);
      pure_u64(slo_burn_eval(&counts[i], objectives[k], &burn), NULL, &burn);
      for (uint32_t flags = 0; flags < 2; flags++) {
        int32_t exceeds = slo_burn_exceeds(&counts[i], objectives[k], 14400000, flags);
        pure_open("burn_exceeds");
        PUT("counts", slo_counts, &counts[i]);
        put_u64("objective_ppb", objectives[k]);
        put_u64("factor_ppm", 14400000);
        put_u32("flags", flags);
        pure_number(exceeds, exceeds);
      }
      pure_open("budget_eval");
      PUT("counts", slo_counts, &counts[i]);
      put_u64("objective_ppb", objectives[k]);
      slo_status status = slo_budget_eval(&counts[i], objectives[k], &b);
      (void)pure_answer(status, NULL);
      if (status == SLO_OK || status == SLO_ENODATA) PUT("out", slo_budget, &b);
      line_close();
    }
  }
  static const uint64_t errors[] = {1000000000, 100000000, 14400000, 10, 0};
  for (size_t i = 0; i < COUNT(errors); i++) {
    int64_t t = 0;
    pure_open("burn_detection");
    put_u64("objective_ppb", 999000000);
    put_u64("error_ppb", errors[i]);
    put_u64("factor_ppm", 14400000);
    put_i64("window_ns", SLO_HOUR_NS);
    pure_i64(slo_burn_detection(999000000, errors[i], 14400000, SLO_HOUR_NS, &t), NULL, &t);
    pure_open("burn_reset");
    put_u64("objective_ppb", 999000000);
    put_u64("error_ppb", errors[i]);
    put_i64("duration_ns", 20 * SLO_MINUTE_NS);
    put_u64("factor_ppm", 14400000);
    put_i64("window_ns", SLO_HOUR_NS);
    pure_i64(slo_burn_reset(999000000, errors[i], 20 * SLO_MINUTE_NS, 14400000, SLO_HOUR_NS, &t),
             NULL, &t);
    pure_open("burn_exhaustion");
    put_i64("remaining_ppm", 630000);
    put_u64("burn_ppm", errors[i]);
    put_i64("period_ns", 28 * SLO_DAY_NS);
    pure_i64(slo_burn_exhaustion(630000, errors[i], 28 * SLO_DAY_NS, &t), NULL, &t);
  }
  uint64_t ppm = 0;
  pure_open("burn_maximum");
  put_u64("objective_ppb", 999500000);
  pure_u64(slo_burn_maximum(999500000, &ppm), NULL, &ppm);
  pure_open("burn_factor");
  put_u64("share_ppm", 20000);
  put_i64("period_ns", 30 * SLO_DAY_NS);
  put_i64("window_ns", SLO_HOUR_NS);
  pure_u64(slo_burn_factor(20000, 30 * SLO_DAY_NS, SLO_HOUR_NS, &ppm), NULL, &ppm);
}

static void put_tiers(const slo_alert_tier *tiers, uint32_t n) {
  put_open("out", '[');
  for (uint32_t i = 0; i < n; i++) put_slo_alert_tier(&tiers[i]);
  put_close(']');
  line_close();
}

static void vectors_tiers(void) {
  static const int64_t periods[] = {7 * SLO_DAY_NS, 28 * SLO_DAY_NS, 30 * SLO_DAY_NS,
                                    90 * SLO_DAY_NS, 45 * SLO_DAY_NS};
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  char text[SLO_ALERT_TIER_TEXT_MAX];
  uint32_t n = 0;
  for (uint32_t catalog = 0; catalog < 5; catalog++) {
    for (size_t i = 0; i < COUNT(periods); i++) {
      ERROR;
      pure_open("catalog_tiers");
      put_u32("catalog", catalog);
      put_i64("period_ns", periods[i]);
      slo_status status =
          slo_catalog_tiers(catalog, periods[i], tiers, SLO_ALERT_TIERS_MAX, &n, &e);
      if (pure_answer(status, &e)) {
        put_tiers(tiers, n);
      } else {
        line_close();
      }
      if (status != SLO_OK) continue;
      for (uint32_t k = 0; k < n; k++) {
        must(slo_alert_tier_format(&tiers[k], text, sizeof text));
        pure_open("alert_tier_format");
        PUT("tier", slo_alert_tier, &tiers[k]);
        pure_text(SLO_OK, NULL, text);
      }
      slo_alert_config config = SLO_SIZED(slo_alert_config);
      config.tiers = tiers;
      config.tier_count = n;
      config.objective_ppb = 999000000;
      config.period_ns = periods[i];
      for (uint64_t rate = 10; rate <= 100000; rate *= 100) {
        int64_t t = 0;
        pure_open("alert_detection");
        PUT("config", slo_alert_config, &config);
        put_u32("severity", SLO_SEVERITY_PAGE);
        put_u64("requests_per_hour", rate);
        put_u64("error_ppb", 300000000);
        pure_i64(slo_alert_detection(&config, SLO_SEVERITY_PAGE, rate, 300000000, &t), NULL, &t);
        slo_finding found[32] = {SLO_SIZED(slo_finding)};
        uint32_t count = 0;
        must(slo_lint_alert(&config, rate, "", found, 32, &count, &e));
        pure_open("lint_alert");
        PUT("config", slo_alert_config, &config);
        put_u64("requests_per_hour", rate);
        put_close('}');
        put_open("out", '[');
        for (uint32_t k = 0; k < count; k++) put_slo_finding(&found[k]);
        put_close(']');
        line_close();
      }
    }
  }
  static const slo_catalog_share shares[] = {
      {SLO_HOUR_NS, 0, 20000, SLO_SEVERITY_PAGE, 0},
      {3 * SLO_DAY_NS, 6 * SLO_HOUR_NS, 100000, SLO_SEVERITY_TICKET, SLO_BURN_AT_LEAST}};
  must(slo_catalog_by_share(shares, 2, 30 * SLO_DAY_NS, tiers, NULL));
  pure_open("catalog_by_share");
  put_open("shares", '[');
  for (int i = 0; i < 2; i++) put_slo_catalog_share(&shares[i]);
  put_close(']');
  put_i64("period_ns", 30 * SLO_DAY_NS);
  put_close('}');
  put_tiers(tiers, 2);
  static const int64_t spans[] = {386 * SLO_MINUTE_NS, 32 * SLO_MINUTE_NS, 31 * SLO_DAY_NS};
  slo_window_tier made[SLO_WINDOW_TIERS_MAX];
  must(slo_window_tiers(spans, 3, made, SLO_WINDOW_TIERS_MAX, &n, NULL));
  pure_open("window_tiers");
  put_open("spans_ns", '[');
  for (int i = 0; i < 3; i++) put_element(spans[i]);
  put_close(']');
  put_close('}');
  put_open("out", '[');
  for (uint32_t i = 0; i < n; i++) put_slo_window_tier(&made[i]);
  put_close(']');
  line_close();
}

static void vectors_fault(void) {
  static const char *const texts[] = {"down",
                                      "timeout",
                                      "reset_peer 10%",
                                      "latency(300ms,50ms) 50% ramp",
                                      "bandwidth(10000)",
                                      "slicer(100,10ms)",
                                      "limit_data(1000)",
                                      "latency(1s,2s)",
                                      "flood"};
  const slo_period period = {SLO_HOUR_NS, 2 * SLO_HOUR_NS};
  for (size_t i = 0; i < COUNT(texts); i++) {
    ERROR;
    slo_fault fault = {.period = period};
    uint32_t ppm = 0;
    pure_open("fault_parse");
    put_text("text", texts[i]);
    PUT("period", slo_period, &period);
    slo_status status = slo_fault_parse(texts[i], &fault, &e);
    if (pure_answer(status, &e)) PUT("out", slo_fault, &fault);
    line_close();
    if (status != SLO_OK) continue;
    pure_open("fault_check");
    PUT("fault", slo_fault, &fault);
    (void)pure_answer(slo_fault_check(&fault, &e), &e);
    line_close();
    pure_open("fault_toxicity");
    PUT("fault", slo_fault, &fault);
    put_i64("at_ns", SLO_HOUR_NS + SLO_MINUTE_NS * 7);
    pure_number(SLO_OK, slo_fault_toxicity(&fault, SLO_HOUR_NS + SLO_MINUTE_NS * 7));
    pure_open("fault_effect");
    PUT("fault", slo_fault, &fault);
    put_i64("latency_ns", 80000000);
    put_u64("bytes", 5000);
    put_i64("limit_ns", 400000000);
    status = slo_fault_effect(&fault, 80000000, 5000, 400000000, &ppm);
    pure_number(status, ppm);
  }
}

static void put_parts(const uint64_t *parts, uint32_t n) {
  put_open("parts_ppb", '[');
  for (uint32_t i = 0; i < n; i++) put_u64(NULL, parts[i]);
  put_close(']');
}

static void pure_availability(slo_status status, const slo_error *e, const slo_availability *a) {
  if (pure_answer(status, e)) PUT("out", slo_availability, a);
  line_close();
}

static void vectors_depend(void) {
  static const uint64_t parts[] = {999000000, 995000000, 999900000, 500000000, 1000000001};
  slo_availability a;
  for (uint32_t n = 1; n <= 5; n++) {
    ERROR;
    pure_open("depend_serial");
    put_parts(parts, n);
    pure_availability(slo_depend_serial(parts, n, &a, &e), &e, &a);
    pure_open("depend_parallel");
    put_parts(parts, n);
    pure_availability(slo_depend_parallel(parts, n, &a, &e), &e, &a);
    for (uint32_t k = 1; k <= n; k++) {
      pure_open("depend_quorum");
      put_parts(parts, n);
      put_u32("k", k);
      pure_availability(slo_depend_quorum(parts, n, k, &a, &e), &e, &a);
    }
    uint64_t ppm = 0;
    pure_open("depend_taken");
    put_u64("objective_ppb", 999000000);
    put_parts(parts, n);
    slo_status status = slo_depend_taken(999000000, parts, n, &ppm, &e);
    pure_u64(status, &e, &ppm);
    pure_open("depend_needed");
    put_u64("objective_ppb", 999000000);
    put_u32("n", n);
    put_u64("share_ppm", 100000);
    status = slo_depend_needed(999000000, n, 100000, &ppm, &e);
    pure_u64(status, &e, &ppm);
  }
  ERROR;
  uint64_t ppb = 0;
  int64_t down = 0;
  pure_open("depend_fallback");
  put_u64("a_ppb", parts[0]);
  put_u64("f_ppb", parts[3]);
  pure_availability(slo_depend_fallback(parts[0], parts[3], &a, &e), &e, &a);
  pure_open("depend_repair");
  put_i64("mttf_ns", 30 * SLO_DAY_NS);
  put_i64("mttr_ns", SLO_HOUR_NS);
  pure_u64(slo_depend_repair(30 * SLO_DAY_NS, SLO_HOUR_NS, &ppb, &e), &e, &ppb);
  pure_open("depend_downtime");
  put_u64("availability_ppb", 999900000);
  put_i64("period_ns", 365 * SLO_DAY_NS);
  pure_i64(slo_depend_downtime(999900000, 365 * SLO_DAY_NS, &down, &e), &e, &down);
  static const slo_depend_edge edges[] = {
      {0, 1, 1, 0}, {1, 2, 1, 0}, {2, 0, 1, 0}, {0, 3, 0, 0}, {3, 4, 1, 0}};
  uint32_t found[5], count = 0;
  must(slo_depend_critical(edges, 5, 5, 0, found, 5, &count, &e));
  pure_open("depend_critical");
  put_open("edges", '[');
  for (int i = 0; i < 5; i++) put_slo_depend_edge(&edges[i]);
  put_close(']');
  put_u32("node_count", 5);
  put_u32("root", 0);
  put_close('}');
  put_open("out", '[');
  for (uint32_t i = 0; i < count; i++) put_element(found[i]);
  put_close(']');
  line_close();
  static const uint64_t own[] = {999900000, 999500000, 999990000, 990000000, 900000000};
  for (uint32_t root = 0; root < 4; root += 3) {
    pure_open("depend_eval");
    put_open("edges", '[');
    for (int i = 0; i < 5; i++) put_slo_depend_edge(&edges[i]);
    put_close(']');
    put_open("own_ppb", '[');
    for (int i = 0; i < 5; i++) put_u64(NULL, own[i]);
    put_close(']');
    put_u32("root", root);
    pure_availability(slo_depend_eval(edges, 5, own, 5, root, &a, &e), &e, &a);
  }
}

static void put_composite_parts(const slo_composite_part *parts, uint32_t n, uint32_t slices) {
  put_open("parts", '[');
  for (uint32_t i = 0; i < n; i++) {
    put_open(NULL, '{');
    PUT("counts", slo_counts, &parts[i].counts);
    put_open("slices", '[');
    for (uint32_t k = 0; k < slices; k++) put_slo_counts(&parts[i].slices[k]);
    put_close(']');
    put_u64("objective_ppb", parts[i].objective_ppb);
    put_u64("slice_objective_ppb", parts[i].slice_objective_ppb);
    put_u64("weight_ppm", parts[i].weight_ppm);
    put_close('}');
  }
  put_close(']');
}

static void vectors_composite(void) {
  static const slo_counts slices[2][4] = {{{95, 5, 0}, {100, 0, 0}, {0, 0, 0}, {80, 20, 0}},
                                          {{95, 5, 0}, {90, 10, 0}, {0, 0, 0}, {0, 0, 9}}};
  for (uint32_t method = 0; method < 4; method++) {
    ERROR;
    slo_composite c = SLO_SIZED(slo_composite);
    uint64_t mean = 0;
    slo_composite_part parts[2];
    memset(parts, 0, sizeof parts);
    for (int i = 0; i < 2; i++) {
      parts[i].objective_ppb = 990000000;
      parts[i].counts.good = 1000 + (uint64_t)i;
      parts[i].counts.bad = 7;
      parts[i].weight_ppm = method == SLO_METHOD_TIMESLICES ? 0 : 1000000 + 500000 * (uint64_t)i;
      if (method == SLO_METHOD_OCCURRENCES) continue;
      parts[i].slices = slices[i];
      parts[i].slice_objective_ppb = method == SLO_METHOD_TIMESLICES ? 950000000 : 0;
    }
    uint32_t n = method == SLO_METHOD_OCCURRENCES ? 0 : 4;
    pure_open("composite_eval");
    put_u32("method", method);
    put_u64("objective_ppb", 990000000);
    put_composite_parts(parts, 2, n);
    slo_status status = slo_composite_eval(method, 990000000, parts, 2, n, &c, &e);
    if (pure_answer(status, &e)) PUT("out", slo_composite, &c);
    line_close();
    pure_open("composite_mean");
    put_composite_parts(parts, 2, n);
    status = slo_composite_mean(parts, 2, &mean, &e);
    pure_u64(status, &e, &mean);
  }
}

static void vectors_target(void) {
  static const slo_target_day days[] = {{{0, SLO_DAY_NS}, {9990, 10, 0}},
                                        {{SLO_DAY_NS, 2 * SLO_DAY_NS}, {9989, 11, 3}},
                                        {{2 * SLO_DAY_NS, 3 * SLO_DAY_NS}, {0, 0, 0}},
                                        {{3 * SLO_DAY_NS, 4 * SLO_DAY_NS}, {0, 1, 0}}};
  ERROR;
  uint64_t ppb = 0;
  int64_t threshold = 0;
  uint32_t missed[4], count = 0;
  for (size_t i = 0; i < COUNT(days); i++) {
    pure_open("target_objective");
    PUT("counts", slo_counts, &days[i].counts);
    put_u64("grid_ppb", 1000000);
    slo_status status = slo_target_objective(&days[i].counts, 1000000, &ppb, &e);
    pure_u64(status, &e, &ppb);
  }
  pure_open("target_threshold");
  put_i64("latency_ns", 432000000);
  put_i64("grid_ns", 50000000);
  must(slo_target_threshold(432000000, 50000000, &threshold, &e));
  pure_i64(SLO_OK, NULL, &threshold);
  must(slo_target_missed(days, COUNT(days), 999000000, missed, 4, &count, &e));
  pure_open("target_missed");
  put_open("days", '[');
  for (size_t i = 0; i < COUNT(days); i++) put_slo_target_day(&days[i]);
  put_close(']');
  put_u64("objective_ppb", 999000000);
  put_close('}');
  put_open("out", '[');
  for (uint32_t i = 0; i < count; i++) put_element(missed[i]);
  put_close(']');
  line_close();

  static const int64_t values[] = {100, 200, 300, 400, 500};
  static const uint64_t weights[] = {1, 1, 5, 1, 2};
  for (int weighted = 0; weighted < 2; weighted++) {
    slo_coverage c = SLO_SIZED(slo_coverage);
    pure_open("target_coverage_many");
    put_open("values", '[');
    for (size_t i = 0; i < COUNT(values); i++) put_element(values[i]);
    put_close(']');
    if (weighted) {
      put_open("weights", '[');
      for (size_t i = 0; i < COUNT(weights); i++) put_u64(NULL, weights[i]);
      put_close(']');
    }
    put_i64("threshold", 300);
    must(slo_target_coverage_many(values, weighted ? weights : NULL, COUNT(values), 300, &c, &e));
    (void)pure_answer(SLO_OK, NULL);
    PUT("out", slo_coverage, &c);
    line_close();
  }

  slo_candidate_config config = SLO_SIZED(slo_candidate_config);
  slo_candidate candidate = SLO_SIZED(slo_candidate);
  char text[SLO_CANDIDATE_TEXT_MAX];
  config.slots = days;
  config.slot_count = COUNT(days);
  config.objective_ppb = 999000000;
  config.period_ns = 28 * SLO_DAY_NS;
  pure_open("candidate_eval");
  PUT("config", slo_candidate_config, &config);
  must(slo_candidate_eval(&config, NULL, &candidate, &e));
  (void)pure_answer(SLO_OK, NULL);
  PUT("out", slo_candidate, &candidate);
  line_close();
  pure_open("candidate_format");
  PUT("candidate", slo_candidate, &candidate);
  (void)slo_candidate_format(&candidate, text, sizeof text);
  pure_text(SLO_OK, NULL, text);

  slo_written written = SLO_SIZED(slo_written);
  written.objective = "100";
  written.budget = "0.0009999999999999432";
  written.period = "1m";
  written.window = "0m";
  written.op = 1 + SLO_OP_LE;
  written.burn_decimals = 2;
  slo_finding found[16] = {SLO_SIZED(slo_finding)};
  must(slo_lint_written(&written, found, 16, &count, &e));
  pure_open("lint_written");
  PUT("written", slo_written, &written);
  put_close('}');
  put_open("out", '[');
  for (uint32_t i = 0; i < count; i++) put_slo_finding(&found[i]);
  put_close(']');
  line_close();

  slo_evidence_config evidence = SLO_SIZED(slo_evidence_config);
  evidence.objective_ppb = 999000000;
  pure_open("evidence_detection");
  PUT("config", slo_evidence_config, &evidence);
  put_u64("requests_per_hour", 1000);
  put_u64("error_ppb", 100000000);
  put_i64("slot_ns", 10 * SLO_SECOND_NS);
  must(slo_evidence_detection(&evidence, 1000, 100000000, 10 * SLO_SECOND_NS, &threshold));
  pure_i64(SLO_OK, NULL, &threshold);
}

static void vectors_pure(void) {
  vectors_time();
  vectors_objective();
  vectors_sli();
  vectors_calendar();
  vectors_burn();
  vectors_tiers();
  vectors_fault();
  vectors_depend();
  vectors_composite();
  vectors_target();
}

#endif
