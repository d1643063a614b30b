/* What does an attempt at a journey of four steps cost, beyond the caller's two clock reads? Beside
 * it: the five counts it ends in, recorded by themselves, classifying an event by the rule of an
 * indicator, and recording it. */
#include "bench.h"

enum { ROUNDS = 31, TIMES = 2000000, STEPS = 4 };

static slo_journey *journey;
static slo_counter *counters[STEPS + 1];
static slo_monitor *monitor;
static uint32_t works, fast;

static void run_counts(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    for (uint32_t part = 0; part <= STEPS; part++) {
      slo_counter_record(counters[part], SLO_GOOD);
    }
  }
}

/* context: the step that fails, or none. */
static void run_attempts(void *context, uint64_t n) {
  const uint32_t failing = *(const uint32_t *)context;
  for (uint64_t i = 0; i < n; i++) {
    slo_attempt a;
    slo_attempt_begin(&a, journey, (int64_t)i);
    for (uint32_t step = 0; step < STEPS; step++) {
      slo_attempt_step(&a, step, step == failing ? SLO_BAD : SLO_GOOD);
    }
    BENCH_KEEP(slo_attempt_end(&a, (int64_t)i + 5));
  }
}

static void run_abandoned(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    slo_attempt a;
    slo_attempt_begin(&a, journey, (int64_t)i);
    slo_attempt_step(&a, 0, SLO_GOOD);
    slo_attempt_step(&a, 1, SLO_GOOD);
    BENCH_KEEP(slo_attempt_end(&a, (int64_t)i + 5));
  }
}

static void run_classify(void *context, uint64_t n) {
  static const slo_sli rule = {.kind = SLO_SLI_AVAILABILITY, .protocol = SLO_PROTOCOL_HTTP};
  slo_event event = {.known = SLO_EVENT_STATUS, .status = 200};
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    event.status = 200 + (int32_t)(i & 255);
    BENCH_KEEP(slo_sli_classify(&rule, &event));
  }
}

/* context: which indicator. */
static void run_record(void *context, uint64_t n) {
  slo_event event = {.known = SLO_EVENT_STATUS | SLO_EVENT_LATENCY, .status = 200};
  for (uint64_t i = 0; i < n; i++) {
    event.latency_ns = 1000000 + (int64_t)(i & 1023) * 1000000;
    BENCH_KEEP(slo_monitor_record(monitor, *(const uint32_t *)context, &event));
  }
}

/* 200 journeys of ten steps, two indicators and two objectives each: attach validates all of it. */
static slo_definition *large;
static void *copy;

static void run_attach(void *context, uint64_t n) {
  const slo_definition *d;
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    if (slo_definition_attach(copy, slo_definition_size(large), &d, NULL) != SLO_OK) exit(1);
  }
}

static int make_large(void) {
  enum { JOURNEYS = 200, EACH = 10 };
  static char names[JOURNEYS][16], parts[EACH][16];
  static slo_step steps[EACH];
  static slo_journey_config journeys[JOURNEYS];
  static const slo_journey_sli slis[] = {
      {.name = "works", .step = 1, .sli = {SLO_SLI_AVAILABILITY, SLO_PROTOCOL_HTTP}},
      {.name = "fast", .step = 1, .sli = {SLO_SLI_LATENCY, .threshold_ns = 300000000}}};
  static const slo_journey_slo slos[] = {
      {.name = "done", .objective_ppb = 995000000, .period_ns = 28 * SLO_DAY_NS},
      {.name = "fast", .sli = 2, .objective_ppb = 990000000, .period_ns = 28 * SLO_DAY_NS}};
  for (uint32_t i = 0; i < EACH; i++) {
    (void)snprintf(parts[i], sizeof parts[i], "step %u", i);
    steps[i].name = parts[i];
    steps[i].flags = SLO_STEP_CRITICAL;
  }
  for (uint32_t j = 0; j < JOURNEYS; j++) {
    (void)snprintf(names[j], sizeof names[j], "journey %u", j);
    slo_journey_config c = {.struct_size = sizeof c, .name = names[j], .owner = "sre"};
    c.steps = steps;
    c.slis = slis;
    c.slos = slos;
    c.step_count = EACH;
    c.sli_count = c.slo_count = 2;
    journeys[j] = c;
  }
  const slo_definition_config config = {sizeof config, JOURNEYS, "large", journeys};
  if (slo_definition_create(&config, NULL, &large, NULL) != SLO_OK) return 0;
  copy = malloc(slo_definition_size(large));
  if (copy == NULL) return 0;
  memcpy(copy, large, slo_definition_size(large));
  return 1;
}

static int make_journey(void) {
  static const slo_step steps[STEPS] = {{"search", NULL, NULL, SLO_STEP_CRITICAL, 0},
                                        {"cart", NULL, NULL, SLO_STEP_CRITICAL, 0},
                                        {"address", NULL, NULL, SLO_STEP_CRITICAL, 0},
                                        {"pay", NULL, NULL, SLO_STEP_CRITICAL, 0}};
  static const slo_journey_sli slis[] = {
      {.name = "works", .step = 1, .sli = {SLO_SLI_AVAILABILITY, SLO_PROTOCOL_HTTP}},
      {.name = "fast",
       .step = 1,
       .sli = {SLO_SLI_LATENCY, SLO_PROTOCOL_HTTP, .threshold_ns = 300000000}}};
  slo_journey_config config = {.struct_size = sizeof config, .name = "buy", .steps = steps};
  config.step_count = STEPS;
  config.slis = slis;
  config.sli_count = 2;
  const slo_definition_config all = {sizeof all, 1, "shop", &config};
  slo_definition *definition;
  for (int i = 0; i <= STEPS; i++) {
    if (slo_counter_create(NULL, NULL, &counters[i], NULL) != SLO_OK) return 0;
  }
  if (slo_journey_create(&config, NULL, &journey, NULL) != SLO_OK ||
      slo_definition_create(&all, NULL, &definition, NULL) != SLO_OK) {
    return 0;
  }
  slo_monitor_config of = {.struct_size = sizeof of, .definition = definition};
  if (slo_monitor_create(&of, NULL, &monitor, NULL) != SLO_OK) return 0;
  return slo_monitor_find_sli(monitor, "buy/works", &works) == SLO_OK &&
         slo_monitor_find_sli(monitor, "buy/fast", &fast) == SLO_OK;
}

int main(int argc, char **argv) {
  static uint32_t none = UINT32_MAX, pay = STEPS - 1;
  const char *build = argc > 1 ? argv[1] : "build";
  (void)bench_pin(0);
  if (!make_journey() || !make_large()) return 1;
  static bench_case cases[] = {
      {.name = "five counts by themselves, slo_counter_record", .run = run_counts, .n = TIMES},
      {.name = "attempt, four steps, good", .run = run_attempts, .context = &none, .n = TIMES},
      {.name = "attempt, four steps, the last failed",
       .run = run_attempts,
       .context = &pay,
       .n = TIMES},
      {.name = "attempt, abandoned after two steps", .run = run_abandoned, .n = TIMES},
      {.name = "slo_sli_classify, HTTP", .run = run_classify, .n = TIMES},
      {.name = "slo_monitor_record, availability",
       .run = run_record,
       .context = &works,
       .n = TIMES},
      {.name = "slo_monitor_record, latency", .run = run_record, .context = &fast, .n = TIMES},
      {.name = "slo_definition_attach, 200 journeys", .run = run_attach, .n = 3},
  };
  enum { CASES = sizeof cases / sizeof cases[0] };
  bench_run(cases, CASES, ROUNDS);
  bench_print("journey", cases, CASES);
  printf("  the definition of 200 journeys: %zu bytes\n", slo_definition_size(large));
  return bench_json(build, "journey", cases, CASES);
}
