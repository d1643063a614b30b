/* vectors_objects.h - the lines of objects, by generated traces and real ones; a part of
 * vectors.c. */
#ifndef VECTORS_OBJECTS_H
#define VECTORS_OBJECTS_H

#define BEGIN_NS INT64_C(1767225600000000000) /* 2026-01-01 */
#define MINUTES(n) ((int64_t)(n) * SLO_MINUTE_NS)

/* ---- counter, hist, history ---- */

static void object_counter(void) {
  static const int64_t records[][2] = {{0, 3}, {1, 2}, {2, 1}, {7, 1}, {-1, 1}, {0, 100}};
  slo_counter_config config = SLO_SIZED(slo_counter_config);
  config.shards = 2;
  config.path = SLO_PATH_SHARED;
  slo_counter *counter;
  slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
  must(slo_counter_create(&config, NULL, &counter, NULL));
  line_open("counter", "every outcome");
  PUT("config", slo_counter_config, &config);
  put_open("records", '[');
  for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
    put_open(NULL, '[');
    put_element(records[i][0]);
    put_element(records[i][1]);
    put_close(']');
    for (int64_t n = 0; n < records[i][1]; n++) {
      slo_counter_record(counter, (slo_outcome)records[i][0]);
    }
  }
  put_close(']');
  slo_counter_record_late(counter, 5);
  put_u64("late", 5);
  must(slo_counter_read(counter, &tally));
  PUT("out", slo_counter_tally, &tally);
  line_close();
  slo_counter_destroy(counter);
}

static int64_t draw(uint64_t *x) {
  *x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (int64_t)((*x >> 1) >> (*x >> 58));
}

static const uint32_t quantiles[] = {0, 500000000, 900000000, 990000000, 999000000, 1000000000};
#define QUANTILES (sizeof quantiles / sizeof quantiles[0])

static void put_quantiles(const char *key, const slo_snapshot *s) {
  int64_t values[QUANTILES];
  slo_status status = slo_snapshot_quantiles(s, quantiles, QUANTILES, values);
  put_open(key, '[');
  for (size_t i = 0; status == SLO_OK && i < QUANTILES; i++) put_element(values[i]);
  put_close(']');
}

static void put_hist(slo_hist *hist, slo_snapshot *first, uint32_t thresholds, const int64_t *le) {
  slo_snapshot *s, *half;
  slo_snapshot_summary summary = SLO_SIZED(slo_snapshot_summary);
  must(slo_snapshot_create(hist, NULL, &s, NULL));
  must(slo_snapshot_read(s, hist));
  put_open("out", '{');
  slo_status status = slo_snapshot_summarize(s, &summary);
  if (status != SLO_ENODATA) must(status);
  PUT("summary", slo_snapshot_summary, &summary);
  put_quantiles("quantiles", s);
  put_open("thresholds", '[');
  for (uint32_t i = 0; i < thresholds; i++) {
    int64_t threshold;
    uint64_t within, beyond;
    must(slo_hist_threshold(hist, i, &threshold, &within, &beyond));
    put_open(NULL, '[');
    put_i64(NULL, threshold);
    put_u64(NULL, within);
    put_u64(NULL, beyond);
    put_close(']');
  }
  put_close(']');
  put_open("le", '[');
  for (int i = 0; i < 3; i++) {
    uint64_t count;
    must(slo_snapshot_count_le(s, le[i], &count));
    put_u64(NULL, count);
  }
  put_close(']');
  put_open("buckets", '[');
  slo_bucket bucket = SLO_SIZED(slo_bucket);
  for (uint32_t i = 0; slo_snapshot_bucket(s, i, &bucket) == SLO_OK; i++) {
    if (bucket.count == 0) continue;
    put_open(NULL, '[');
    put_i64(NULL, bucket.index);
    put_i64(NULL, bucket.lower);
    put_i64(NULL, bucket.upper);
    put_u64(NULL, bucket.count);
    put_close(']');
  }
  put_close(']');
  size_t size;
  must(slo_snapshot_downscale_footprint(s, 3, &size));
  void *memory = aligned_alloc(SLO_ALIGN, (size + SLO_ALIGN - 1) / SLO_ALIGN * SLO_ALIGN);
  must(slo_snapshot_downscale(s, 3, memory, size, &half, NULL));
  put_quantiles("coarse", half);
  free(memory);
  must(slo_snapshot_subtract(s, first));
  put_quantiles("half", s);
  put_close('}');
  slo_snapshot_destroy(s);
}

/* values NULL: drawn from seed. */
static void object_hist(const char *name, const slo_hist_config *config, const int64_t *values,
                        uint64_t seed, size_t n) {
  static const int64_t le[] = {1000, 300000000, SLO_HIST_VALUE_MAX};
  slo_hist *hist;
  slo_snapshot *first;
  uint64_t x = seed;
  must(slo_hist_create(config, NULL, &hist, NULL));
  must(slo_snapshot_create(hist, NULL, &first, NULL));
  line_open("hist", name);
  PUT("config", slo_hist_config, config);
  if (values == NULL) {
    put_open("draw", '{');
    put_u64("seed", seed);
    put_u64("n", n);
    put_close('}');
  } else {
    put_open("values", '[');
    for (size_t i = 0; i < n; i++) put_element(values[i]);
    put_close(']');
  }
  put_open("quantiles_ppb", '[');
  for (size_t i = 0; i < QUANTILES; i++) put_element(quantiles[i]);
  put_close(']');
  put_open("le", '[');
  for (int i = 0; i < 3; i++) put_element(le[i]);
  put_close(']');
  for (size_t i = 0; i < n; i++) {
    if (i == n / 2) must(slo_snapshot_read(first, hist));
    slo_hist_record(hist, values == NULL ? draw(&x) : values[i]);
  }
  put_hist(hist, first, config->threshold_count, le);
  line_close();
  slo_snapshot_destroy(first);
  slo_hist_destroy(hist);
}

static void object_history(void) {
  static const slo_history_tier tiers[] = {{10 * SLO_SECOND_NS, 5 * SLO_MINUTE_NS},
                                           {SLO_MINUTE_NS, SLO_HOUR_NS}};
  slo_hist_config config = SLO_SIZED(slo_hist_config);
  slo_history_config keep = SLO_SIZED(slo_history_config);
  keep.tiers = tiers;
  keep.tier_count = 2;
  slo_hist *hist;
  slo_history *history;
  slo_snapshot *s;
  must(slo_hist_create(&config, NULL, &hist, NULL));
  must(slo_history_create(hist, &keep, NULL, &history, NULL));
  must(slo_snapshot_create(hist, NULL, &s, NULL));
  line_open("history", "half an hour");
  PUT("config", slo_hist_config, &config);
  PUT("history", slo_history_config, &keep);
  put_open("pushes", '[');
  uint64_t x = 7;
  for (int i = 0; i <= 180; i++) {
    put_open(NULL, '[');
    put_i64(NULL, BEGIN_NS + i * 10 * SLO_SECOND_NS);
    put_open(NULL, '[');
    for (int k = 0; k < 4; k++) {
      int64_t value = draw(&x) % 5000000000;
      put_element(value);
      slo_hist_record(hist, value);
    }
    put_close(']');
    put_close(']');
    must(slo_history_push(history, BEGIN_NS + i * 10 * SLO_SECOND_NS, hist, 0));
  }
  put_close(']');
  static const int64_t reads[][2] = {{0, 1800}, {1500, 1800}, {1795, 1795}, {600, 1200}, {0, 61}};
  put_open("reads", '[');
  for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
    put_open(NULL, '[');
    put_i64(NULL, BEGIN_NS + reads[i][0] * SLO_SECOND_NS);
    put_i64(NULL, BEGIN_NS + reads[i][1] * SLO_SECOND_NS);
    put_close(']');
  }
  put_close(']');
  put_open("out", '[');
  for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
    slo_period used;
    slo_snapshot_summary summary = SLO_SIZED(slo_snapshot_summary);
    int64_t p50, p99;
    slo_status status = slo_history_read(history, BEGIN_NS + reads[i][0] * SLO_SECOND_NS,
                                         BEGIN_NS + reads[i][1] * SLO_SECOND_NS, s, &used);
    put_open(NULL, '{');
    put_i32("status", status);
    if (status == SLO_OK) {
      must(slo_snapshot_quantile(s, 500000000, &p50));
      must(slo_snapshot_quantile(s, 990000000, &p99));
      must(slo_snapshot_summarize(s, &summary));
      PUT("used", slo_period, &used);
      put_i64("p50", p50);
      put_i64("p99", p99);
      put_u64("count", summary.count);
    }
    put_close('}');
  }
  put_close(']');
  line_close();
  slo_snapshot_destroy(s);
  slo_history_destroy(history);
  slo_hist_destroy(hist);
}

/* ---- window and budgets ---- */

typedef struct push {
  int64_t now_ns;
  slo_counts total;
  uint32_t flags;
} push;

#define SPANS 5
static const int64_t spans[SPANS] = {0, MINUTES(5), SLO_HOUR_NS, SLO_DAY_NS, 28 * SLO_DAY_NS};

static void put_budget(const slo_window *w, const slo_ledger *ledger, slo_budget_config *config,
                       const int64_t *edges, const slo_delta *deltas) {
  char text[4096];
  slo_budget budget = SLO_SIZED(slo_budget);
  slo_forecast forecast = SLO_SIZED(slo_forecast);
  slo_delta incident = SLO_SIZED(slo_delta);
  slo_budget_point points[5];
  uint64_t cost;
  slo_status status;
  config->ledger = ledger;
  put_open(NULL, '{');
  status = slo_budget_read(w, config, &budget);
  put_i32("status", status);
  if (status == SLO_OK || (status == SLO_ENODATA && budget.objective_ppb != 0)) {
    PUT("budget", slo_budget, &budget);
  }
  status = slo_budget_explain(w, config, text, sizeof text, NULL);
  put_text("explain", status == SLO_OK || status == SLO_ENODATA ? text : NULL);
  status = slo_budget_burndown(w, config, 5, points);
  put_open("burndown", '[');
  for (int i = 0; status == SLO_OK && i < 5; i++) put_slo_budget_point(&points[i]);
  put_close(']');
  status = slo_budget_forecast(w, config, SLO_HOUR_NS, SLO_DAY_NS, &forecast);
  put_open("forecast", '{');
  put_i32("status", status);
  if (status == SLO_OK) PUT("out", slo_forecast, &forecast);
  put_close('}');
  status = slo_budget_cost(w, config, edges[0], edges[1], &cost, &incident);
  put_open("cost", '{');
  put_i32("status", status);
  if (status == SLO_OK) {
    put_u64("cost_ppm", cost);
    PUT("incident", slo_delta, &incident);
  }
  put_close('}');
  put_open("effects", '[');
  for (int i = 0; i < SPANS && slo_ledger_count(ledger) > 0; i++) {
    slo_correction_effect effect = SLO_SIZED(slo_correction_effect);
    status = slo_ledger_effect(ledger, 0, config->sli, w, &deltas[i], &effect);
    if (status == SLO_OK) {
      put_slo_correction_effect(&effect);
    } else {
      put_element(status);
    }
  }
  put_close(']');
  put_close('}');
}

static void object_window(const char *name, const slo_window_config *config, const push *pushes,
                          size_t n, const slo_correction *corrections, size_t correction_count,
                          slo_budget_config *budgets, size_t budget_count) {
  slo_window *w;
  slo_ledger *ledger;
  must(slo_window_create(config, NULL, &w, NULL));
  must(slo_ledger_create(16, NULL, &ledger, NULL));
  line_open("window", name);
  PUT("config", slo_window_config, config);
  put_open("pushes", '[');
  for (size_t i = 0; i < n; i++) {
    put_open(NULL, '[');
    put_i64(NULL, pushes[i].now_ns);
    put_counts_list(&pushes[i].total);
    put_u32(NULL, pushes[i].flags);
    put_i32(NULL, slo_window_push(w, pushes[i].now_ns, &pushes[i].total, pushes[i].flags));
    put_close(']');
  }
  put_close(']');
  put_open("corrections", '[');
  for (size_t i = 0; i < correction_count; i++) {
    put_slo_correction(&corrections[i]);
    must(slo_ledger_append(ledger, &corrections[i], NULL, NULL));
  }
  put_close(']');
  put_open("spans_ns", '[');
  for (int i = 0; i < SPANS; i++) put_element(spans[i]);
  put_close(']');
  int64_t last = pushes[n - 1].now_ns, middle = pushes[n / 2].now_ns;
  const int64_t edges[][2] = {{middle, last}, {middle - SLO_HOUR_NS, middle}, {last, last}};
  put_open("deltas", '[');
  for (int i = 0; i < 3; i++) {
    put_open(NULL, '[');
    put_i64(NULL, edges[i][0]);
    put_i64(NULL, edges[i][1]);
    put_close(']');
  }
  put_close(']');
  put_open("budgets", '[');
  for (size_t i = 0; i < budget_count; i++) put_slo_budget_config(&budgets[i]);
  put_close(']');

  slo_delta deltas[SPANS] = {SLO_SIZED(slo_delta)};
  slo_window_summary summary = SLO_SIZED(slo_window_summary);
  must(slo_window_read(w, spans, SPANS, deltas));
  must(slo_window_summarize(w, &summary));
  put_open("out", '{');
  put_open("windows", '[');
  for (int i = 0; i < SPANS; i++) put_slo_delta(&deltas[i]);
  put_close(']');
  put_open("deltas", '[');
  for (int i = 0; i < 3; i++) {
    slo_delta delta = SLO_SIZED(slo_delta);
    must(slo_window_delta(w, edges[i][0], edges[i][1], &delta));
    put_slo_delta(&delta);
  }
  put_close(']');
  put_open("corrected", '[');
  for (int i = 0; i < SPANS; i++) {
    slo_delta delta = deltas[i];
    delta.struct_size = sizeof delta;
    uint32_t count;
    must(slo_ledger_correct(ledger, 0, w, &delta, &count));
    put_open(NULL, '[');
    put_slo_delta(&delta);
    put_u32(NULL, count);
    put_close(']');
  }
  put_close(']');
  PUT("summary", slo_window_summary, &summary);
  for (int i = 0; i < SPANS; i++) deltas[i].struct_size = sizeof deltas[i];
  put_open("budgets", '[');
  for (size_t i = 0; i < budget_count; i++) put_budget(w, ledger, &budgets[i], edges[0], deltas);
  put_close(']');
  put_close('}');
  line_close();
  slo_ledger_destroy(ledger);
  slo_window_destroy(w);
}

/* Two days of a service, with a restart, a clock that steps back, a gap, a jump and corrections. */
static void vectors_window(void) {
  enum { N = 600 };
  static push pushes[N];
  static const char *const policies[] = {"ignore", "bad", "good", "freeze"};
  slo_counts total = {0, 0, 0};
  uint64_t x = 11;
  int64_t now = BEGIN_NS;
  for (int i = 0; i < N; i++) {
    total.good += (uint64_t)draw(&x) % 1000;
    total.bad += i % 90 < 6 ? (uint64_t)draw(&x) % 50 : (uint64_t)draw(&x) % 2;
    total.excluded += (uint64_t)draw(&x) % 3;
    pushes[i] = (push){now, total, 0};
    now += MINUTES(5);
    if (i == 100) pushes[i].flags = SLO_PUSH_UNMEASURED;
    if (i == 99) now += MINUTES(47);
    if (i == 200) now -= MINUTES(20);
    if (i == 300) now += MINUTES(33);
    if (i == 400) pushes[i].now_ns += 10 * SLO_DAY_NS; /* refused */
  }
  const slo_correction corrections[] = {
      {.struct_size = sizeof(slo_correction),
       .kind = SLO_CORRECT_REMOVE,
       .from_ns = BEGIN_NS + MINUTES(450),
       .to_ns = BEGIN_NS + MINUTES(480),
       .made_ns = BEGIN_NS,
       .reason = "load test"},
      {.struct_size = sizeof(slo_correction),
       .kind = SLO_CORRECT_GOOD,
       .from_ns = BEGIN_NS + MINUTES(1800),
       .to_ns = BEGIN_NS + MINUTES(2001),
       .sli = SLO_LEDGER_ALL,
       .reason = "the prober was broken"},
      {.struct_size = sizeof(slo_correction), .kind = SLO_CORRECT_VOID, .voids = 1, .reason = "no"},
  };
  for (uint32_t policy = 0; policy < 4; policy++) {
    for (int sliced = 0; sliced < 2; sliced++) {
      slo_window_config config = SLO_SIZED(slo_window_config);
      config.unmeasured = policy;
      config.gap_ns = policy % 2 == 1 ? MINUTES(6) : 0;
      config.jump_max_ns = policy > 1 ? MINUTES(180) : 0;
      config.slice_ns = sliced ? SLO_MINUTE_NS : 0;
      config.slice_objective_ppb = sliced ? 990000000 : 0;
      slo_budget_config budgets[4];
      for (uint32_t method = 0; method < 4; method++) {
        const slo_budget_config b = {.struct_size = sizeof b,
                                     .method = method % 3,
                                     .objective_ppb = 990000000,
                                     .period_ns = method < 3 ? 28 * SLO_DAY_NS : 0,
                                     .start_ns = method < 3 ? 0 : BEGIN_NS,
                                     .end_ns = method < 3 ? 0 : BEGIN_NS + 31 * SLO_DAY_NS};
        budgets[method] = b;
      }
      char name[64];
      (void)snprintf(name, sizeof name, "two days, unmeasured is %s%s", policies[policy],
                     sliced ? ", slices" : "");
      object_window(name, &config, pushes, N, corrections, (size_t)(policy < 2 ? 3 : 2), budgets,
                    4);
    }
  }
}

/* ---- evidence ---- */

static void object_evidence(void) {
  slo_evidence_config config = SLO_SIZED(slo_evidence_config);
  config.objective_ppb = 999000000;
  slo_evidence *evidence;
  uint64_t x = 3, levels[300];
  must(slo_evidence_create(&config, NULL, &evidence, NULL));
  line_open("evidence", "healthy, then not");
  PUT("config", slo_evidence_config, &config);
  put_open("steps", '[');
  for (int i = 0; i < 300; i++) {
    slo_counts slot = {(uint64_t)draw(&x) % 40, 0, 0};
    slot.bad = i > 150 && i < 220 ? (uint64_t)draw(&x) % 4 : (uint64_t)(i % 97 == 0);
    must(slo_evidence_step(evidence, 10 * SLO_SECOND_NS, &slot));
    must(slo_evidence_read(evidence, &levels[i]));
    put_open(NULL, '[');
    put_i64(NULL, 10 * SLO_SECOND_NS);
    put_u64(NULL, slot.good);
    put_u64(NULL, slot.bad);
    put_close(']');
  }
  put_close(']');
  put_open("out", '[');
  for (int i = 0; i < 300; i++) put_u64(NULL, levels[i]);
  put_close(']');
  line_close();
  slo_evidence_destroy(evidence);
}

/* ---- monitor ---- */

#define SLIS_MAX 4

typedef struct step {
  int64_t now_ns;
  slo_counts counts[SLIS_MAX];
  uint32_t flags;
} step;

static void put_monitor_out(slo_monitor *m) {
  put_open("transitions", '[');
  for (uint32_t i = 0; i < slo_monitor_slo_count(m); i++) {
    uint64_t cursor = 0;
    slo_status status;
    slo_transition t = SLO_SIZED(slo_transition);
    put_open(NULL, '[');
    while ((status = slo_alert_next(slo_monitor_alert(m, i), &cursor, &t)) != SLO_ENODATA) {
      if (status == SLO_OK) put_slo_transition(&t);
    }
    put_close(']');
  }
  put_close(']');
  put_open("statuses", '[');
  for (uint32_t i = 0; i < slo_monitor_slo_count(m); i++) {
    put_open(NULL, '[');
    for (uint32_t severity = 0; severity < SLO_SEVERITIES; severity++) {
      slo_alert_status status = SLO_SIZED(slo_alert_status);
      must(slo_alert_read(slo_monitor_alert(m, i), severity, &status));
      put_slo_alert_status(&status);
    }
    put_close(']');
  }
  put_close(']');
  put_open("budgets", '[');
  for (uint32_t i = 0; i < slo_monitor_slo_count(m); i++) {
    char text[4096];
    slo_budget_config config = SLO_SIZED(slo_budget_config);
    slo_standing standing = SLO_SIZED(slo_standing);
    put_open(NULL, '{');
    slo_status status = slo_monitor_budget(m, i, &config);
    put_i32("status", status);
    if (status == SLO_OK) {
      PUT("config", slo_budget_config, &config);
      status = slo_monitor_read(m, i, &standing);
      if (status != SLO_ENODATA) must(status);
      status =
          slo_budget_explain(slo_monitor_window(m, standing.sli), &config, text, sizeof text, NULL);
      if (status != SLO_ENODATA) must(status);
      put_text("explain", text);
    }
    put_close('}');
  }
  put_close(']');
}

static void put_standing(const slo_monitor *m, uint32_t slo) {
  slo_standing standing = SLO_SIZED(slo_standing);
  slo_status status = slo_monitor_read(m, slo, &standing);
  put_open(NULL, '{');
  put_i32("status", status);
  if (status == SLO_OK || (status == SLO_ENODATA && standing.objective_ppb != 0)) {
    PUT("out", slo_standing, &standing);
  }
  put_close('}');
}

static void object_monitor(const char *name, const slo_monitor_config *config, const step *steps,
                           size_t n, size_t every, const slo_correction *correction,
                           size_t correction_at) {
  slo_monitor *m;
  must(slo_monitor_create(config, NULL, &m, NULL));
  line_open("monitor", name);
  PUT("config", slo_monitor_config, config);
  put_open("corrections", '[');
  if (correction != NULL) {
    put_open(NULL, '[');
    put_u64(NULL, correction_at);
    put_slo_correction(correction);
    put_close(']');
  }
  put_close(']');
  put_open("reads", '[');
  for (size_t i = 0; i < n; i++) {
    if (i % every == every - 1) put_u64(NULL, i);
  }
  put_close(']');
  int *statuses = calloc(n, sizeof *statuses);
  put_open("out", '{');
  put_open("standings", '[');
  for (size_t i = 0; i < n; i++) {
    if (correction != NULL && i == correction_at)
      must(slo_monitor_correct(m, correction, NULL, NULL));
    for (uint32_t k = 0; k < config->sli_count; k++) {
      slo_counter_record_many(slo_monitor_counter(m, k), &steps[i].counts[k]);
    }
    statuses[i] = slo_monitor_tick(m, steps[i].now_ns, steps[i].flags);
    if (i % every != every - 1) continue;
    put_open(NULL, '[');
    for (uint32_t k = 0; k < config->slo_count; k++) put_standing(m, k);
    put_close(']');
  }
  put_close(']');
  put_monitor_out(m);
  put_close('}');
  put_open("steps", '[');
  for (size_t i = 0; i < n; i++) {
    put_open(NULL, '[');
    put_i64(NULL, steps[i].now_ns);
    put_u32(NULL, steps[i].flags);
    put_i32(NULL, statuses[i]);
    put_open(NULL, '[');
    for (uint32_t k = 0; k < config->sli_count; k++) put_counts_list(&steps[i].counts[k]);
    put_close(']');
    put_close(']');
  }
  put_close(']');
  line_close();
  free(statuses);
  slo_monitor_destroy(m);
}

static slo_traffic_config an_outage(uint64_t requests_per_day) {
  static slo_fault faults[2];
  slo_traffic_config config = SLO_SIZED(slo_traffic_config);
  must(slo_fault_parse("down 20%", &faults[0], NULL));
  must(slo_fault_parse("latency(300ms,100ms) 50% ramp", &faults[1], NULL));
  faults[0].period.start_ns = BEGIN_NS + MINUTES(200);
  faults[0].period.end_ns = BEGIN_NS + MINUTES(240);
  faults[1].period.start_ns = BEGIN_NS + MINUTES(500);
  faults[1].period.end_ns = BEGIN_NS + MINUTES(560);
  config.requests_per_day = requests_per_day;
  config.seed = 42;
  config.start_ns = BEGIN_NS;
  config.slot_ns = SLO_MINUTE_NS;
  config.diurnal_ppm = 500000;
  config.peak_ns = 14 * SLO_HOUR_NS;
  config.error_ppb = 300000;
  config.noise = SLO_NOISE_BURSTS;
  config.limit_ns = 350000000;
  config.faults = faults;
  config.fault_count = 2;
  config.replicas = 3;
  return config;
}

static void vectors_monitor(void) {
  enum { N = 720 };
  static step steps[N];
  slo_traffic *traffic;
  slo_traffic_config busy = an_outage(2000000), quiet = an_outage(2000);
  must(slo_traffic_create(&busy, NULL, &traffic, NULL));
  for (int i = 0; i < N; i++) {
    slo_traffic_slot slot;
    must(slo_traffic_next(traffic, &slot));
    steps[i] = (step){.now_ns = slot.period.end_ns, .counts = {slot.counts}};
  }
  slo_traffic_destroy(traffic);
  must(slo_traffic_create(&quiet, NULL, &traffic, NULL));
  for (int i = 0; i < N; i++) {
    slo_traffic_slot slot;
    must(slo_traffic_next(traffic, &slot));
    steps[i].counts[1] = slot.counts;
    steps[i].counts[1].excluded = i % 7 == 0;
  }
  slo_traffic_destroy(traffic);
  steps[600].flags = SLO_PUSH_UNMEASURED;
  for (int i = 600; i < N; i++) steps[i].now_ns += MINUTES(15);
  steps[700].now_ns += 2 * SLO_DAY_NS; /* refused */

  static const slo_alert_config no_gate = {
      .struct_size = sizeof no_gate,
      .gate = {{.kind = SLO_GATE_NONE}, {.kind = SLO_GATE_NONE}},
      .flags = SLO_ALERT_SILENCE};
  static const int64_t starts[] = {BEGIN_NS - SLO_DAY_NS, BEGIN_NS + MINUTES(300),
                                   BEGIN_NS + 2 * SLO_DAY_NS};
  const slo_monitor_sli slis[] = {{.struct_size = sizeof slis[0], .name = "busy"},
                                  {.struct_size = sizeof slis[0],
                                   .name = "quiet",
                                   .slice_ns = SLO_MINUTE_NS,
                                   .slice_objective_ppb = 900000000,
                                   .unmeasured = SLO_UNMEASURED_BAD}};
  const slo_monitor_slo slos[] = {{.struct_size = sizeof slos[0],
                                   .name = "with gate",
                                   .objective_ppb = 999000000,
                                   .period_ns = 28 * SLO_DAY_NS},
                                  {.struct_size = sizeof slos[0],
                                   .name = "burn alone",
                                   .objective_ppb = 999000000,
                                   .period_ns = 30 * SLO_DAY_NS,
                                   .alert = &no_gate,
                                   .catalog = SLO_CATALOG_PYRRA},
                                  {.struct_size = sizeof slos[0],
                                   .name = "this month",
                                   .objective_ppb = 995000000,
                                   .period_ns = 30 * SLO_DAY_NS,
                                   .calendar = {SLO_CALENDAR_MONTH, 1, 0}},
                                  {.struct_size = sizeof slos[0],
                                   .name = "minutes",
                                   .sli = 1,
                                   .objective_ppb = 990000000,
                                   .period_ns = 28 * SLO_DAY_NS,
                                   .method = SLO_METHOD_TIMESLICES},
                                  {.struct_size = sizeof slos[0],
                                   .name = "quiet with gate",
                                   .sli = 1,
                                   .objective_ppb = 990000000,
                                   .period_ns = 28 * SLO_DAY_NS,
                                   .method = SLO_METHOD_RATIO_TIMESLICES},
                                  {.struct_size = sizeof slos[0],
                                   .name = "a place's days",
                                   .sli = 1,
                                   .objective_ppb = 990000000,
                                   .period_ns = SLO_DAY_NS,
                                   .alert = &no_gate,
                                   .starts_ns = starts,
                                   .start_count = 3}};
  const slo_monitor_config config = {
      .struct_size = sizeof config, .sli_count = 2, .slis = slis, .slos = slos, .slo_count = 6};
  const slo_correction maintenance = {.struct_size = sizeof maintenance,
                                      .kind = SLO_CORRECT_REMOVE,
                                      .from_ns = BEGIN_NS + MINUTES(205),
                                      .to_ns = BEGIN_NS + MINUTES(215),
                                      .reason = "agreed on"};
  object_monitor("two outages", &config, steps, N, 60, NULL, 0);
  object_monitor("two outages, maintenance", &config, steps, N, 60, &maintenance, 190);
  object_monitor("two outages, corrected later", &config, steps, N, 60, &maintenance, 400);
}

/* ---- journey, definition ---- */

enum { SEARCH, CART, STOCK, GUESS, PAY };
static const slo_step steps_of_buy[] = {{"search", "shopper", "catalog", SLO_STEP_CRITICAL, 0},
                                        {"add to cart", "shopper", "cart", SLO_STEP_CRITICAL, 0},
                                        {"reserve", "cart", "stock", SLO_STEP_CRITICAL, 0},
                                        {"guess", "cart", NULL, 0, 1 + STOCK},
                                        {"pay", NULL, "payments", SLO_STEP_CRITICAL, 0}};

static void put_step(slo_attempt *attempt, uint32_t step, slo_outcome outcome) {
  put_open(NULL, '[');
  put_u32(NULL, step);
  put_i32(NULL, outcome);
  put_close(']');
  slo_attempt_step(attempt, step, outcome);
}

/* Puts and does attempts, which begin a second apart; returns when the last one began. */
static int64_t put_attempts(slo_journey *journey, int64_t begin_ns, int n, uint64_t seed) {
  uint64_t x = seed;
  int64_t at = begin_ns;
  put_open("attempts", '[');
  for (int i = 0; i < n; i++, at += SLO_SECOND_NS) {
    int exclude = i % 41 == 0;
    int64_t end = at + draw(&x) % MINUTES(40) - (i % 53 == 0 ? SLO_HOUR_NS : 0);
    slo_attempt a;
    slo_attempt_begin(&a, journey, at);
    put_open(NULL, '[');
    put_i64(NULL, at);
    put_i64(NULL, end);
    put_element(exclude);
    put_open(NULL, '[');
    for (uint32_t s = 0; s < 5; s++) {
      uint64_t luck = (uint64_t)draw(&x) % 40;
      if (s == GUESS && luck < 10) continue;
      uint32_t told = luck == 5 ? 99 : s;
      slo_outcome outcome = luck == 0 ? SLO_BAD : luck == 1 ? SLO_EXCLUDED : SLO_GOOD;
      if (luck >= 6 && luck < 9) { /* told again: the last word counts */
        put_step(&a, s, luck == 7 ? SLO_BAD : SLO_GOOD);
        outcome = luck == 6 ? SLO_EXCLUDED : luck == 7 ? SLO_GOOD : SLO_BAD;
      }
      put_step(&a, told, outcome);
      if (luck == 2) break; /* abandoned */
    }
    put_close(']');
    if (exclude) slo_attempt_exclude(&a);
    put_i32(NULL, slo_attempt_end(&a, end));
    put_close(']');
  }
  put_close(']');
  return at;
}

static void object_journey(void) {
  slo_journey_config config = SLO_SIZED(slo_journey_config);
  config.name = "buy";
  config.limit_ns = MINUTES(30);
  config.steps = steps_of_buy;
  config.step_count = 5;
  slo_journey *journey;
  slo_blame blames[6];
  must(slo_journey_create(&config, NULL, &journey, NULL));
  line_open("journey", "buy");
  PUT("config", slo_journey_config, &config);
  (void)put_attempts(journey, BEGIN_NS, 400, 5);
  put_open("out", '{');
  put_open("parts", '[');
  for (uint32_t i = 0; i < slo_journey_part_count(journey); i++) {
    slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
    must(slo_journey_read(journey, i, &tally));
    put_open(NULL, '[');
    put_counts_list(&tally.counts);
    put_u64(NULL, tally.unknown);
    put_close(']');
  }
  put_close(']');
  must(slo_journey_blame(journey, blames, 6));
  put_open("blame", '[');
  for (int i = 0; i < 6; i++) put_slo_blame(&blames[i]);
  put_close(']');
  put_close('}');
  line_close();
  slo_journey_destroy(journey);
}

static void put_defined(slo_monitor *m, int64_t begin_ns) {
  put_open("slis", '[');
  for (uint32_t i = 0; i < slo_monitor_sli_count(m); i++)
    put_text(NULL, slo_monitor_sli_name(m, i));
  put_close(']');
  put_open("slos", '[');
  for (uint32_t i = 0; i < slo_monitor_slo_count(m); i++)
    put_text(NULL, slo_monitor_slo_name(m, i));
  put_close(']');
  put_i64("begin_ns", begin_ns);
  must(slo_monitor_tick(m, begin_ns, 0));
  put_open("events", '[');
  for (uint32_t sli = 0; sli < slo_monitor_sli_count(m); sli++) {
    for (int i = 0; i < 40; i++) {
      const slo_event event = {.known = SLO_EVENT_STATUS | SLO_EVENT_LATENCY,
                               .status = i % 9 == 0 ? 500 : 200,
                               .latency_ns = INT64_C(17000000) * i};
      put_open(NULL, '[');
      put_u32(NULL, sli);
      put_slo_event(&event);
      put_i32(NULL, slo_monitor_record(m, sli, &event));
      put_close(']');
    }
  }
  put_close(']');
  int64_t end_ns = put_attempts(slo_monitor_journey(m, 0), begin_ns, 300, 9);
  put_i64("end_ns", end_ns);
  must(slo_monitor_tick(m, end_ns, 0));
}

static void object_definition(void) {
  static const slo_alert_tier tier = {.long_ns = SLO_HOUR_NS,
                                      .short_ns = MINUTES(5),
                                      .factor_ppm = 100000,
                                      .severity = SLO_SEVERITY_PAGE};
  static const slo_alert_config gates = {.struct_size = sizeof gates,
                                         .gate = {{.kind = SLO_GATE_NONE}, {0}}};
  static const slo_journey_sli slis[] = {
      {.name = "search is fast",
       .step = 1 + SEARCH,
       .sli = {SLO_SLI_LATENCY, SLO_PROTOCOL_HTTP, .threshold_ns = 300000000}},
      {.name = "pay works",
       .step = 1 + PAY,
       .slice_ns = SLO_MINUTE_NS,
       .slice_objective_ppb = 990000000,
       .sli = {SLO_SLI_AVAILABILITY, SLO_PROTOCOL_HTTP, .code_count = 1, .codes = {{418, 418, 0}}}},
  };
  static const slo_journey_slo slos[] = {
      {.name = "most can buy", .objective_ppb = 995000000, .period_ns = 28 * SLO_DAY_NS},
      {.name = "search is fast",
       .sli = 1,
       .objective_ppb = 990000000,
       .period_ns = 28 * SLO_DAY_NS,
       .requests_per_hour = 20,
       .tier_count = 1,
       .tiers = &tier,
       .alert = &gates},
      {.name = "pay works, by minutes",
       .sli = 2,
       .method = SLO_METHOD_TIMESLICES,
       .objective_ppb = 990000000,
       .period_ns = 30 * SLO_DAY_NS,
       .calendar = {SLO_CALENDAR_MONTH, 1, 0}}};
  slo_journey_config buy = {.struct_size = sizeof buy, .name = "buy", .owner = "team \"shop\""};
  buy.summary = "somebody has bought something";
  buy.review_ns = BEGIN_NS;
  buy.limit_ns = MINUTES(30);
  buy.steps = steps_of_buy;
  buy.step_count = 5;
  buy.slis = slis;
  buy.sli_count = 2;
  buy.slos = slos;
  buy.slo_count = 3;
  const slo_definition_config config = {sizeof config, 1, "shop", &buy};
  slo_definition *definition;
  must(slo_definition_create(&config, NULL, &definition, NULL));
  const slo_monitor_config whole = {.struct_size = sizeof whole, .definition = definition};
  slo_monitor *m;
  must(slo_monitor_create(&whole, NULL, &m, NULL));

  line_open("definition", "shop");
  PUT("config", slo_definition_config, &config);
  put_i64("now_ns", BEGIN_NS + SLO_DAY_NS);
  put_defined(m, BEGIN_NS);
  put_open("out", '{');
  put_key("bytes");
  fputc('"', file);
  const unsigned char *bytes = (const unsigned char *)definition;
  for (size_t i = 0; i < slo_definition_size(definition); i++) fprintf(file, "%02x", bytes[i]);
  fputc('"', file);
  comma = 1;
  put_u64("fingerprint", slo_definition_fingerprint(definition));
  slo_finding found[32] = {SLO_SIZED(slo_finding)};
  slo_error e = SLO_SIZED(slo_error);
  char text[SLO_FINDING_TEXT_MAX];
  uint32_t n = 0;
  must(slo_lint_definition(&config, BEGIN_NS + SLO_DAY_NS, found, 32, &n, &e));
  put_open("findings", '[');
  for (uint32_t i = 0; i < n; i++) put_slo_finding(&found[i]);
  put_close(']');
  put_open("texts", '[');
  for (uint32_t i = 0; i < n; i++) {
    (void)slo_finding_format(&found[i], text, sizeof text);
    put_text(NULL, text);
  }
  put_close(']');
  put_open("standings", '[');
  for (uint32_t i = 0; i < slo_monitor_slo_count(m); i++) put_standing(m, i);
  put_close(']');
  slo_blame blames[6];
  must(slo_monitor_blame(m, 0, blames, 6, NULL));
  put_open("blame", '[');
  for (int i = 0; i < 6; i++) put_slo_blame(&blames[i]);
  put_close(']');
  put_close('}');
  line_close();
  slo_monitor_destroy(m);
  slo_definition_destroy(definition);
}

/* ---- simulated ---- */

static void object_traffic(uint32_t noise) {
  slo_traffic_config config = an_outage(500000);
  const slo_sale sale = {{BEGIN_NS + MINUTES(100), BEGIN_NS + MINUTES(160)}, 3000000};
  const slo_request_class classes[] = {{700000, 0, 50000000, 2000}, {300000, 0, 200000000, 90000}};
  config.noise = noise;
  config.error_ppb = 2000000;
  config.weekend_ppm = 400000;
  config.sales = &sale;
  config.sale_count = 1;
  config.classes = classes;
  config.class_count = 2;
  slo_traffic *traffic;
  slo_traffic_slot slot;
  must(slo_traffic_create(&config, NULL, &traffic, NULL));
  line_open("traffic", "noise of every kind");
  PUT("config", slo_traffic_config, &config);
  put_u64("n", 600);
  put_open("out", '[');
  for (int i = 0; i < 600; i++) {
    must(slo_traffic_next(traffic, &slot));
    put_open(NULL, '[');
    put_u64(NULL, slot.counts.good);
    put_u64(NULL, slot.counts.bad);
    put_u64(NULL, slot.bad_by_faults);
    put_close(']');
  }
  put_close(']');
  put_open("replicas", '[');
  for (uint32_t i = 0; i < 3; i++) {
    slo_counts counts;
    must(slo_traffic_replica(traffic, i, &counts));
    put_counts_list(&counts);
  }
  put_close(']');
  line_close();
  slo_traffic_destroy(traffic);
}

static void object_backtest(void) {
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  slo_alert_config policies[2] = {SLO_SIZED(slo_alert_config), SLO_SIZED(slo_alert_config)};
  uint32_t n = 0;
  must(slo_catalog_tiers(SLO_CATALOG_WORKBOOK, 28 * SLO_DAY_NS, tiers, SLO_ALERT_TIERS_MAX, &n,
                         NULL));
  for (int i = 0; i < 2; i++) {
    policies[i].tiers = tiers;
    policies[i].tier_count = n;
    policies[i].objective_ppb = 999000000;
    policies[i].gate[0].kind = policies[i].gate[1].kind =
        i == 0 ? SLO_GATE_NONE : SLO_GATE_EVIDENCE;
  }
  static const slo_incident incidents[] = {
      {{BEGIN_NS + MINUTES(200), BEGIN_NS + MINUTES(240)}, 200000000},
      {{BEGIN_NS + MINUTES(500), BEGIN_NS + MINUTES(560)}, 0}};
  slo_backtest_config config = SLO_SIZED(slo_backtest_config);
  config.policies = policies;
  config.policy_count = 2;
  config.incidents = incidents;
  config.incident_count = 2;
  config.period_ns = 28 * SLO_DAY_NS;
  config.grace_ns = MINUTES(60);
  for (uint64_t restart = 0; restart <= 900; restart += 900) {
    slo_traffic_config trace = an_outage(200000);
    slo_traffic *traffic;
    slo_backtest *backtest;
    must(slo_traffic_create(&trace, NULL, &traffic, NULL));
    must(slo_backtest_create(&config, NULL, &backtest, NULL));
    for (uint64_t i = 0; i < 1440; i++) {
      slo_traffic_slot slot;
      must(slo_traffic_next(traffic, &slot));
      if (restart != 0 && i == restart) must(slo_backtest_restart(backtest));
      must(slo_backtest_step(backtest, slot.period.end_ns, &slot.counts));
    }
    line_open("backtest", "a day with two incidents");
    PUT("config", slo_backtest_config, &config);
    PUT("traffic", slo_traffic_config, &trace);
    put_u64("n", 1440);
    put_u64("restart", restart);
    put_open("out", '[');
    for (uint32_t i = 0; i < 2; i++) {
      slo_backtest_result result = SLO_SIZED(slo_backtest_result);
      slo_status status = slo_backtest_read(backtest, i, &result);
      put_open(NULL, '{');
      put_i32("status", status);
      if (status == SLO_OK) PUT("out", slo_backtest_result, &result);
      put_close('}');
    }
    put_close(']');
    line_close();
    slo_backtest_destroy(backtest);
    slo_traffic_destroy(traffic);
  }
}

static void object_gameday(void) {
  const slo_traffic_config traffic = an_outage(300000);
  const slo_monitor_slo slo = {.struct_size = sizeof slo,
                               .name = "checkout",
                               .objective_ppb = 999000000,
                               .period_ns = 28 * SLO_DAY_NS};
  static const slo_gameday_action actions[] = {{500000, "freeze"}};
  const slo_expectation expectations[] = {
      {.kind = SLO_GAMEDAY_FIRES,
       .severity = SLO_SEVERITY_PAGE,
       .within = {BEGIN_NS + MINUTES(200), BEGIN_NS + MINUTES(215)}}};
  for (uint32_t expected_only = 0; expected_only < 2; expected_only++) {
    slo_gameday_config config = SLO_SIZED(slo_gameday_config);
    config.traffic = &traffic;
    config.slo = &slo;
    config.end_ns = BEGIN_NS + MINUTES(720);
    config.actions = actions;
    config.action_count = 1;
    config.expectations = expectations;
    config.expectation_count = 1;
    config.expected_only = expected_only;
    slo_gameday_event events[64];
    slo_gameday_result result = SLO_SIZED(slo_gameday_result);
    must(slo_gameday_run(&config, NULL, events, 64, &result, NULL));
    line_open("gameday", "an outage rehearsed");
    PUT("config", slo_gameday_config, &config);
    put_open("out", '{');
    PUT("result", slo_gameday_result, &result);
    put_open("events", '[');
    for (uint32_t i = 0; i < result.events && i < 64; i++) put_slo_gameday_event(&events[i]);
    put_close(']');
    put_close('}');
    line_close();
  }
}

static void vectors_objects(void) {
  slo_hist_config config = SLO_SIZED(slo_hist_config);
  static const int64_t thresholds[] = {0, 1000000, 300000000};
  object_counter();
  object_hist("nothing", &config, NULL, 1, 0);
  object_hist("of all sizes", &config, NULL, 1, 5000);
  config.thresholds = thresholds;
  config.threshold_count = 3;
  config.lowest = 1;
  config.highest = SLO_HIST_VALUE_MAX;
  for (config.scale = SLO_HIST_SCALE_MIN; config.scale <= SLO_HIST_SCALE_MAX; config.scale += 2) {
    object_hist("three thresholds", &config, NULL, config.scale, 3000);
  }
  object_history();
  vectors_window();
  object_evidence();
  vectors_monitor();
  object_journey();
  object_definition();
  for (uint32_t noise = 0; noise < 4; noise++) object_traffic(noise);
  object_backtest();
  object_gameday();
}

/* ---- real data ---- */

static FILE *data_open(const char *directory, const char *name) {
  char path[4096], line[512];
  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *csv = fopen(path, "r");
  if (csv != NULL && fgets(line, sizeof line, csv) == NULL) exit(1); /* the heading */
  return csv;
}

/* Tokens that a language model generated: heavy-tailed integers. */
static void data_tokens(const char *directory) {
  enum { MAX = 20000 };
  static int64_t values[MAX];
  static const int64_t threshold[] = {500};
  char line[512];
  size_t n = 0;
  FILE *csv = data_open(directory, "azure-llm-2023/AzureLLMInferenceTrace_conv.csv");
  if (csv == NULL) return;
  while (n < MAX && fgets(line, sizeof line, csv) != NULL) {
    long long tokens;
    if (sscanf(line, "%*[^,],%*d,%lld", &tokens) == 1) values[n++] = tokens;
  }
  (void)fclose(csv);
  slo_hist_config config = SLO_SIZED(slo_hist_config);
  config.per_unit = 1;
  config.lowest = 1;
  config.highest = 100000;
  config.thresholds = threshold;
  config.threshold_count = 1;
  object_hist("tokens generated", &config, values, 0, n);
}

/* Latencies of an API. */
static void data_latencies(const char *directory) {
  enum { MAX = 2000 };
  static int64_t values[MAX];
  static const int64_t threshold[] = {300000000};
  char line[512];
  size_t n = 0;
  FILE *csv = data_open(directory, "openstack-nova-api/events.csv");
  if (csv == NULL) return;
  while (n < MAX && fgets(line, sizeof line, csv) != NULL) {
    long long latency;
    if (sscanf(line, "%*d,%*d,%lld", &latency) == 1) values[n++] = latency;
  }
  (void)fclose(csv);
  slo_hist_config config = SLO_SIZED(slo_hist_config);
  config.thresholds = threshold;
  config.threshold_count = 1;
  object_hist("an API's latencies", &config, values, 0, n);
}

/* Two components of a pet shop, five minutes a slice. */
static void data_petshop(const char *directory) {
  enum { MAX = 600 };
  static step steps[MAX];
  size_t n[2] = {0, 0};
  char line[512];
  FILE *csv = data_open(directory, "petshop-low/slices.csv");
  if (csv == NULL) return;
  while (fgets(line, sizeof line, csv) != NULL) {
    long long ts;
    char component[256];
    unsigned long long requests, bad;
    if (sscanf(line, "%lld,%255[^,],%llu,%llu", &ts, component, &requests, &bad) != 4) continue;
    int which = strcmp(component, "PetSite") == 0       ? 0
                : strcmp(component, "PetSearch_client") ? 2
                                                        : 1;
    if (which == 2 || n[which] == MAX) continue;
    step *s = &steps[n[which]++];
    s->now_ns = (ts + 300000) * 1000000;
    s->counts[which] = (slo_counts){requests - bad, bad, 0};
  }
  (void)fclose(csv);
  const slo_monitor_sli slis[] = {{.struct_size = sizeof slis[0], .name = "PetSite"},
                                  {.struct_size = sizeof slis[0], .name = "PetSearch"}};
  const slo_monitor_slo slos[] = {{.struct_size = sizeof slos[0],
                                   .name = "PetSite",
                                   .objective_ppb = 995000000,
                                   .period_ns = 28 * SLO_DAY_NS},
                                  {.struct_size = sizeof slos[0],
                                   .name = "PetSearch",
                                   .sli = 1,
                                   .objective_ppb = 999900000,
                                   .period_ns = 7 * SLO_DAY_NS,
                                   .catalog = SLO_CATALOG_SLOTH}};
  const slo_monitor_config config = {
      .struct_size = sizeof config, .sli_count = 2, .slis = slis, .slos = slos, .slo_count = 2};
  object_monitor("a pet shop", &config, steps, n[0], 50, NULL, 0);
}

/* Cumulative counters of a web server, five seconds apart. */
static void data_nginx(const char *directory) {
  enum { MAX = 600 };
  static push pushes[MAX];
  size_t n = 0;
  char line[512];
  FILE *csv = data_open(directory, "nginxplus-status/counters.csv");
  if (csv == NULL) return;
  while (n < MAX && fgets(line, sizeof line, csv) != NULL) {
    long long ts;
    char zone[128];
    unsigned long long failed, total;
    if (sscanf(line, "%lld,%127[^,],%*u,%*u,%*u,%*u,%*u,%llu,%llu", &ts, zone, &failed, &total) !=
            4 ||
        strcmp(zone, "hg.nginx.org") != 0) {
      continue;
    }
    pushes[n++] = (push){ts * 1000000, {total - failed, failed, 0}, 0};
  }
  (void)fclose(csv);
  slo_window_config config = SLO_SIZED(slo_window_config);
  config.slice_ns = SLO_MINUTE_NS;
  config.slice_objective_ppb = 990000000;
  slo_budget_config budgets[3];
  for (uint32_t method = 0; method < 3; method++) {
    const slo_budget_config b = {.struct_size = sizeof b,
                                 .method = method,
                                 .objective_ppb = 990000000,
                                 .period_ns = SLO_HOUR_NS};
    budgets[method] = b;
  }
  object_window("a web server", &config, pushes, n, NULL, 0, budgets, 3);
}

static void vectors_data(const char *directory) {
  if (directory == NULL) return;
  data_tokens(directory);
  data_latencies(directory);
  data_petshop(directory);
  data_nginx(directory);
}

#endif
