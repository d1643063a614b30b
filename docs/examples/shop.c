/* shop.c - a small shop, from the sequence diagram to the report.
 *
 *     shopper -> catalog     GET /search
 *     shopper -> cart        POST /cart
 *     shopper -> payments    POST /pay
 *
 * build/examples/shop LOG reads an access log of theirs (shop_log writes one) twice. First it asks
 * the past what may be promised: thresholds and targets on round numbers, and what they would have
 * meant. Then it opens a monitor from the definition, replays the log through it, attempt by
 * attempt, and reports: who was woken when, what is left, and who spent it. docs/journeys.md walks
 * through it.
 */
#include <inttypes.h>
#include <slo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEARCH, CART, PAY, STEPS };
enum { FAST, WORKS, SLIS }; /* the indicators we chose from the menu: 1 to 3 a journey */
enum { SHOPPERS = 256, IDLE_MINUTES = 30, MINUTES_MAX = 40 * 1440 };

static const slo_step steps[STEPS] = {
    {"search", "shopper", "catalog", SLO_STEP_CRITICAL, 0},
    {"cart", "shopper", "cart", SLO_STEP_CRITICAL, 0},
    {"pay", "shopper", "payments", SLO_STEP_CRITICAL, 0},
};

/* ---- the log ---- */

typedef struct line {
  int64_t at_ns;
  int step;
  unsigned shopper;
  slo_event event;
} line;

/* 192.0.2.3 - - [09/Mar/2026:00:00:09 +0000] "POST /cart HTTP/1.1" 200 1078 "-" "shop" 0.013 */
static int line_parse(const char *text, line *out) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  int day, year, hour, minute, second, status, seconds, millis;
  char month[4], path[32];
  if (sscanf(text,
             "%*d.%*d.%*d.%u - - [%d/%3s/%d:%d:%d:%d +0000] \"%*s %31[^? ]%*[^\"]\" %d %*d"
             " \"-\" \"shop\" %d.%3d",
             &out->shopper, &day, month, &year, &hour, &minute, &second, path, &status, &seconds,
             &millis) != 11) {
    return 0;
  }
  const char *m = strstr(months, month);
  out->step = strcmp(path, "/search") == 0 ? SEARCH
              : strcmp(path, "/cart") == 0 ? CART
              : strcmp(path, "/pay") == 0  ? PAY
                                           : STEPS;
  if (m == NULL || out->step == STEPS || out->shopper >= SHOPPERS) return 0;
  const slo_event event = {.known = SLO_EVENT_STATUS | SLO_EVENT_LATENCY,
                           .status = status,
                           .latency_ns = seconds * SLO_SECOND_NS + millis * INT64_C(1000000)};
  out->event = event;
  return slo_time_civil(year, (int)(m - months) / 3 + 1, day, hour, minute, second, 0,
                        &out->at_ns) == SLO_OK;
}

/* ---- attempts: everybody who is in the shop ---- */

static const slo_sli answered = {.kind = SLO_SLI_AVAILABILITY, .protocol = SLO_PROTOCOL_HTTP};

typedef struct shopper {
  slo_attempt attempt;
  int64_t seen_ns;
} shopper;

static void shopper_leaves(shopper *who) {
  (void)slo_attempt_end(&who->attempt, who->seen_ns);
}

static void shopper_steps(shopper *who, slo_journey *journey, const line *l) {
  if (l->at_ns - who->seen_ns > IDLE_MINUTES * SLO_MINUTE_NS) shopper_leaves(who);
  if (who->attempt.journey == NULL) slo_attempt_begin(&who->attempt, journey, l->at_ns);
  who->seen_ns = l->at_ns;
  slo_attempt_step(&who->attempt, (uint32_t)l->step, slo_sli_classify(&answered, &l->event));
  if (l->step == PAY) shopper_leaves(who);
}

static void everybody_leaves(shopper *shoppers) {
  for (int i = 0; i < SHOPPERS; i++) shopper_leaves(&shoppers[i]);
}

/* ---- first: what may be promised? ---- */

/* Payments minute by minute, how long searching takes, and the attempts. */
typedef struct past {
  slo_target_day *minutes;
  uint32_t count;
  slo_hist *search;
  slo_journey *journey;
  shopper shoppers[SHOPPERS];
} past;

static int past_add(past *p, const line *l) {
  int64_t start_ns = l->at_ns - l->at_ns % SLO_MINUTE_NS;
  if (p->count == 0 || p->minutes[p->count - 1].period.start_ns < start_ns) {
    int64_t next = p->count == 0 ? start_ns : p->minutes[p->count - 1].period.end_ns;
    for (; next <= start_ns; next += SLO_MINUTE_NS) { /* a quiet minute is one, too */
      if (p->count == MINUTES_MAX) return 0;
      const slo_target_day minute = {{next, next + SLO_MINUTE_NS}, {0, 0, 0}};
      p->minutes[p->count++] = minute;
    }
  }
  shopper_steps(&p->shoppers[l->shopper], p->journey, l);
  if (l->step == SEARCH) slo_hist_record(p->search, l->event.latency_ns);
  if (l->step != PAY) return 1;
  slo_outcome outcome = slo_sli_classify(&answered, &l->event);
  slo_counts *minute = &p->minutes[p->count - 1].counts;
  minute->good += outcome == SLO_GOOD;
  minute->bad += outcome == SLO_BAD;
  minute->excluded += outcome == SLO_EXCLUDED;
  return 1;
}

/* What we are going to promise. */
typedef struct promise {
  int64_t search_ns;
  uint64_t pay_ppb;
  uint64_t buy_ppb;
} promise;

static int propose_target(const char *what, const slo_counts *counts, uint64_t *target_ppb) {
  char percent[SLO_OBJECTIVE_TEXT_MAX];
  if (slo_target_objective(counts, 1000000, target_ppb, NULL) != SLO_OK) return 0;
  (void)slo_objective_format(*target_ppb, percent, sizeof percent);
  printf("%s: %" PRIu64 " of %" PRIu64 " were good, rounded down to a tenth of a percent: %s %%\n",
         what, counts->good, counts->good + counts->bad, percent);
  return 1;
}

/* Proposes a threshold and targets on round numbers, and says what they mean. */
static int past_propose(past *p, promise *promise) {
  slo_snapshot *snapshot;
  slo_coverage coverage = SLO_SIZED(slo_coverage);
  slo_candidate candidate = SLO_SIZED(slo_candidate);
  slo_counter_tally attempts = SLO_SIZED(slo_counter_tally);
  slo_candidate_config config = SLO_SIZED(slo_candidate_config);
  char text[SLO_CANDIDATE_TEXT_MAX];
  if (slo_snapshot_create(p->search, NULL, &snapshot, NULL) != SLO_OK ||
      slo_snapshot_read(snapshot, p->search) != SLO_OK ||
      slo_target_quantile(snapshot, 990000000, 50000000, &promise->search_ns, NULL) != SLO_OK ||
      slo_target_coverage(snapshot, promise->search_ns, &coverage, NULL) != SLO_OK ||
      slo_journey_read(p->journey, 0, &attempts) != SLO_OK) {
    return 0;
  }
  slo_snapshot_destroy(snapshot);
  (void)slo_span_format(promise->search_ns, text, sizeof text);
  printf("searching: 99 of 100 took %s or less, rounded up to 50ms: %.2f %% of %" PRIu64 "\n", text,
         (double)coverage.share_low_ppb / 1e7, coverage.total);
  slo_counts pay = {0, 0, 0};
  for (uint32_t i = 0; i < p->count; i++) {
    pay.good += p->minutes[i].counts.good;
    pay.bad += p->minutes[i].counts.bad;
  }
  if (!propose_target("paying", &pay, &promise->pay_ppb) ||
      !propose_target("attempts to buy", &attempts.counts, &promise->buy_ppb)) {
    return 0;
  }
  config.slots = p->minutes;
  config.slot_count = p->count;
  config.objective_ppb = promise->pay_ppb;
  config.period_ns = 28 * SLO_DAY_NS;
  config.catalog = SLO_CATALOG_PYRRA;
  if (slo_candidate_eval(&config, NULL, &candidate, NULL) != SLO_OK) return 0;
  (void)slo_candidate_format(&candidate, text, sizeof text);
  printf("\nfor the people who have to agree, of paying:\n%s\n", text);
  return 1;
}

/* ---- then: the definition, and the log through it ---- */

static int define(const promise *promise, slo_definition **definition) {
  const slo_journey_sli slis[SLIS] = {
      [FAST] = {.name = "search is fast",
                .step = 1 + SEARCH,
                .sli = {SLO_SLI_LATENCY, SLO_PROTOCOL_HTTP, .threshold_ns = promise->search_ns}},
      [WORKS] = {.name = "pay works", .step = 1 + PAY, .sli = answered}};
  const slo_journey_slo slos[] = {
      {.name = "can buy", .sli = 0, .objective_ppb = promise->buy_ppb},
      {.name = "search is fast", .sli = 1 + FAST, .objective_ppb = 990000000},
      {.name = "pay works", .sli = 1 + WORKS, .objective_ppb = promise->pay_ppb}};
  enum { SLOS = sizeof slos / sizeof slos[0] };
  slo_journey_slo all[SLOS];
  for (int i = 0; i < SLOS; i++) { /* four of each weekday, and tiers that do not nag */
    all[i] = slos[i];
    all[i].period_ns = 28 * SLO_DAY_NS;
    all[i].catalog = SLO_CATALOG_PYRRA;
  }
  slo_journey_config buy = {.struct_size = sizeof buy, .name = "buy", .owner = "team-shop"};
  buy.summary = "somebody looks for something, and has paid for it";
  buy.policy = "docs/error-budget-policy.md";
  buy.review_ns = 1780272000 * SLO_SECOND_NS;
  buy.steps = steps;
  buy.step_count = STEPS;
  buy.slis = slis;
  buy.sli_count = SLIS;
  buy.slos = all;
  buy.slo_count = SLOS;
  const slo_definition_config shop = {sizeof shop, 1, "shop", &buy};

  slo_error error = SLO_SIZED(slo_error);
  slo_finding found[8] = {SLO_SIZED(slo_finding)};
  char text[SLO_FINDING_TEXT_MAX];
  uint32_t n = 0;
  if (slo_lint_definition(&shop, 0, found, 8, &n, &error) != SLO_OK) return 0;
  for (uint32_t i = 0; i < n && i < 8; i++) {
    (void)slo_finding_format(&found[i], text, sizeof text);
    printf("lint: %s\n", text);
  }
  printf("%" PRIu32 " findings of the linter\n", n);
  if (slo_definition_create(&shop, NULL, definition, &error) == SLO_OK) return 1;
  (void)slo_error_format(&error, text, sizeof text);
  fprintf(stderr, "%s\n", text);
  return 0;
}

static void report_alerts(slo_monitor *m, uint64_t *cursors) {
  static const char *const severity[] = {"page", "ticket"};
  for (uint32_t i = 0; i < slo_monitor_slo_count(m); i++) {
    slo_transition t = SLO_SIZED(slo_transition);
    while (slo_alert_next(slo_monitor_alert(m, i), &cursors[i], &t) == SLO_OK) {
      char when[SLO_TIME_TEXT_MAX];
      int began = t.to == SLO_ALERT_FIRING;
      if (!began && t.from != SLO_ALERT_FIRING) continue;
      (void)slo_time_format(t.at_ns, when, sizeof when);
      printf("%.16s  %s %s: %s", when, severity[t.severity], began ? "begins" : "ends",
             slo_monitor_slo_name(m, i));
      if (began) {
        printf(" burns at %.1f, %" PRIu64 " of %" PRIu64 " failed", (double)t.long_burn_ppm / 1e6,
               t.long_counts.bad, t.long_counts.good + t.long_counts.bad);
      }
      printf("\n");
    }
  }
}

static void report(const slo_monitor *m) {
  slo_blame blames[STEPS + 1];
  for (uint32_t i = 0; i < slo_monitor_slo_count(m); i++) {
    slo_standing s = SLO_SIZED(slo_standing);
    if (slo_monitor_read(m, i, &s) != SLO_OK) continue;
    printf("%-20s %5" PRIu64 " of %6" PRIu64 " failed, %" PRIu64
           " may: %.1f %% of the budget is left\n",
           slo_monitor_slo_name(m, i), s.budget.bad, s.budget.valid, s.budget.allowed,
           (double)s.budget.remaining_ppm / 1e4);
  }
  if (slo_monitor_blame(m, 0, blames, STEPS + 1, NULL) != SLO_OK) return;
  for (int i = 0; i < STEPS; i++) {
    printf("  %-8s %6" PRIu64 " went on, %4" PRIu64 " failed (%.0f %% of the failures), %4" PRIu64
           " left without it\n",
           steps[i].name, blames[i].counts.good, blames[i].counts.bad,
           (double)blames[i].share_ppm / 1e4, blames[i].counts.excluded);
  }
}

static int replay(FILE *log, slo_monitor *m) {
  static shopper shoppers[SHOPPERS];
  uint64_t cursors[3] = {0, 0, 0};
  uint32_t fast, works;
  int64_t next_ns = 0;
  char text[512];
  line l;
  if (slo_monitor_find_sli(m, "buy/search is fast", &fast) != SLO_OK ||
      slo_monitor_find_sli(m, "buy/pay works", &works) != SLO_OK) {
    return 0;
  }
  while (fgets(text, sizeof text, log) != NULL) {
    if (!line_parse(text, &l)) continue;
    if (next_ns == 0) next_ns = l.at_ns;
    for (; next_ns < l.at_ns; next_ns += 10 * SLO_SECOND_NS) {
      if (slo_monitor_tick(m, next_ns, 0) != SLO_OK) return 0;
      report_alerts(m, cursors);
    }
    shopper_steps(&shoppers[l.shopper], slo_monitor_journey(m, 0), &l);
    if (l.step == SEARCH) (void)slo_monitor_record(m, fast, &l.event);
    if (l.step == PAY) (void)slo_monitor_record(m, works, &l.event);
  }
  everybody_leaves(shoppers);
  if (slo_monitor_tick(m, next_ns, 0) != SLO_OK) return 0;
  report_alerts(m, cursors);
  return 1;
}

int main(int argc, char **argv) {
  static slo_target_day minutes[MINUTES_MAX];
  static past p = {.minutes = minutes};
  const slo_journey_config attempts = {
      .struct_size = sizeof attempts, .steps = steps, .step_count = STEPS};
  slo_definition *definition;
  slo_monitor *m;
  promise promise;
  char text[512];
  line l;
  FILE *log = argc > 1 ? fopen(argv[1], "r") : NULL;
  if (log == NULL) return fprintf(stderr, "usage: shop LOG (shop_log writes one)\n"), 1;
  if (slo_hist_create(NULL, NULL, &p.search, NULL) != SLO_OK ||
      slo_journey_create(&attempts, NULL, &p.journey, NULL) != SLO_OK) {
    return 1;
  }

  printf("WHAT MAY BE PROMISED\n");
  while (fgets(text, sizeof text, log) != NULL) {
    if (line_parse(text, &l) && !past_add(&p, &l)) return 1;
  }
  everybody_leaves(p.shoppers);
  if (!past_propose(&p, &promise)) return 1;

  printf("\nWHAT IS PROMISED\n");
  if (!define(&promise, &definition)) return 1;
  const slo_monitor_config config = {.struct_size = sizeof config, .definition = definition};
  if (slo_monitor_create(&config, NULL, &m, NULL) != SLO_OK) return 1;
  printf("definition %016" PRIx64 ", %zu bytes\n", slo_definition_fingerprint(definition),
         slo_definition_size(definition));

  printf("\nTHE DAY\n");
  rewind(log);
  if (!replay(log, m)) return 1;
  printf("\nTHE EVENING\n");
  report(m);

  slo_monitor_destroy(m);
  slo_definition_destroy(definition);
  slo_journey_destroy(p.journey);
  slo_hist_destroy(p.search);
  return fclose(log) != 0;
}
