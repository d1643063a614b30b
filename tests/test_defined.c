/*
 * test_defined.c - what a monitor can that was opened from a definition: names, order, the rules of
 * its indicators, attempts, who spent the budget; and blocks that were tampered with.
 */
#define _DEFAULT_SOURCE
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/block.h"
#include "check_main.h"
#include "monitor/monitor.h"
#include "slo/attempt.h"
#include "slo/catalog.h"
#include "slo/defined.h"
#include "slo/snapshot.h"

#define MS (SLO_SECOND_NS / 1000)
#define DAWN (INT64_C(20454) * SLO_DAY_NS) /* 2026-01-01T00:00:00Z */
/* Two months begin here, and those after the next 59 days: at no multiple of any ring's step. */
#define START (DAWN + 2 * SLO_DAY_NS + 7 * SLO_HOUR_NS + 40 * SLO_MINUTE_NS)

/* ---- one service ---- */

enum { BUY_STEPS = 4, MENU = SLO_SLI_INVENTORY };

static const slo_step BUY[BUY_STEPS] = {{"search", "shopper", "catalog", SLO_STEP_CRITICAL, 0},
                                        {"reserve", "cart", "stock", SLO_STEP_CRITICAL, 0},
                                        {"guess", "cart", "cart", 0, 2},
                                        {"pay", "shopper", "payments", SLO_STEP_CRITICAL, 0}};
static const slo_step BROWSE[1] = {{"limit", NULL, NULL, SLO_STEP_CRITICAL, 0}};
static const slo_step RETURN[2] = {{"ask", NULL, NULL, SLO_STEP_CRITICAL, 0},
                                   {"send", NULL, NULL, 0, 0}};

/* One indicator of each kind of the menu, and one more of a latency. */
static const slo_journey_sli BUY_SLIS[MENU + 1] = {
    {.name = "availability", .sli = {.kind = 1, .protocol = SLO_PROTOCOL_HTTP}},
    {.name = "latency",
     .step = 1,
     .sli = {.kind = 2, .protocol = SLO_PROTOCOL_HTTP, .threshold_ns = 300 * MS}},
    {.name = "quality", .sli = {.kind = 3, .least_ppm = 900000}},
    {.name = "freshness", .sli = {.kind = 4, .threshold_ns = 60 * SLO_SECOND_NS}},
    {.name = "correctness", .sli = {.kind = 5}},
    {.name = "coverage", .sli = {.kind = 6, .counted = SLO_EVENT_LOAD_TEST}},
    {.name = "throughput", .sli = {.kind = 7, .least_per_hour = 60}},
    {.name = "durability", .sli = {.kind = 8}},
    {.name = "probe", .sli = {.kind = 9, .interval_ns = SLO_MINUTE_NS}},
    {.name = "inventory", .unmeasured = SLO_UNMEASURED_FREEZE, .sli = {.kind = 10}},
    {.name = "latency of pay", .step = 4, .sli = {.kind = 2, .threshold_ns = 0}}};

static const slo_journey_sli RETURN_SLIS[2] = {{.name = "answers",
                                                .step = 1,
                                                .sli = {.kind = 1, .protocol = SLO_PROTOCOL_GRPC},
                                                .slice_ns = SLO_MINUTE_NS,
                                                .slice_objective_ppb = 1},
                                               {.name = "prober",
                                                .unmeasured = SLO_UNMEASURED_GOOD,
                                                .sli = {.kind = 9, .interval_ns = SLO_SECOND_NS}}};

static const slo_alert_tier TIERS[2] = {
    {.long_ns = SLO_HOUR_NS, .short_ns = 5 * SLO_MINUTE_NS, .factor_ppm = 10000000},
    {.long_ns = SLO_DAY_NS,
     .short_ns = 2 * SLO_HOUR_NS,
     .factor_ppm = 2000000,
     .severity = SLO_SEVERITY_TICKET}};
static const slo_alert_config PLAIN = {.struct_size = sizeof PLAIN,
                                       .gate = {{.kind = SLO_GATE_NONE}, {.kind = SLO_GATE_NONE}}};

static const slo_journey_slo BUY_SLOS[4] = {
    {.name = "most can buy", .objective_ppb = 990000000, .period_ns = 28 * SLO_DAY_NS},
    {.name = "this hour",
     .objective_ppb = 950000000,
     .period_ns = SLO_HOUR_NS,
     .tiers = TIERS,
     .tier_count = 2,
     .alert = &PLAIN},
    {.name = "search is fast", .sli = 2, .objective_ppb = 980000000, .period_ns = SLO_DAY_NS},
    {.name = "probed", .sli = 9, .objective_ppb = 999000000, .period_ns = 7 * SLO_DAY_NS}};
static const slo_journey_slo RETURN_SLOS[2] = {{.name = "minutes",
                                                .sli = 1,
                                                .method = SLO_METHOD_TIMESLICES,
                                                .objective_ppb = 990000000,
                                                .period_ns = SLO_DAY_NS},
                                               {.name = "two months",
                                                .objective_ppb = 970000000,
                                                .period_ns = 30 * SLO_DAY_NS,
                                                .calendar = {SLO_CALENDAR_MONTH, 2, START}}};

enum { JOURNEYS = 3 };

typedef struct service {
  slo_journey_config journeys[JOURNEYS];
  slo_definition_config definition;
  slo_definition *bytes;
  slo_monitor_config config;
  char *memory;
  size_t size;
  slo_monitor *m;
} service;

/* Everything but the monitor. */
static void service_define(service *s) {
  memset(s, 0, sizeof *s);
  const slo_journey_config journeys[JOURNEYS] = {
      {.struct_size = sizeof s->journeys[0],
       .shards = 1,
       .name = "buy",
       .limit_ns = SLO_MINUTE_NS,
       .steps = BUY,
       .step_count = BUY_STEPS,
       .slis = BUY_SLIS,
       .sli_count = MENU + 1,
       .slos = BUY_SLOS,
       .slo_count = 4},
      {.name = "browse", .steps = BROWSE, .step_count = 1},
      {.name = "return",
       .shards = 2,
       .limit_ns = SLO_HOUR_NS,
       .steps = RETURN,
       .step_count = 2,
       .slis = RETURN_SLIS,
       .sli_count = 2,
       .slos = RETURN_SLOS,
       .slo_count = 2}};
  memcpy(s->journeys, journeys, sizeof journeys);
  s->definition.struct_size = (uint32_t)sizeof s->definition;
  s->definition.service = "shop";
  s->definition.journeys = s->journeys;
  s->definition.journey_count = JOURNEYS;
  s->config.struct_size = (uint32_t)sizeof s->config;
}

static void service_open(service *s) {
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_definition_create(&s->definition, NULL, &s->bytes, &e);
  check_that(status == SLO_OK, "%s: %s", slo_status_name(status), e.field);
  s->config.definition = s->bytes;
  status = slo_monitor_footprint(&s->config, &s->size, &e);
  check_that(status == SLO_OK, "%s: %s", slo_status_name(status), e.field);
  s->memory = check_memory(s->size);
  ck_ok(slo_monitor_init(s->memory, s->size, &s->config, &s->m, &e));
}

static void service_new(service *s) {
  service_define(s);
  service_open(s);
}

static void service_end(service *s) {
  slo_definition_destroy(s->bytes);
  free(s->memory);
}

/* The names in the order that slo/monitor.h promises. */
static const char *const SLI_NAMES[] = {"buy",
                                        "buy/search",
                                        "buy/reserve",
                                        "buy/guess",
                                        "buy/pay",
                                        "buy/limit",
                                        "buy/availability",
                                        "buy/latency",
                                        "buy/quality",
                                        "buy/freshness",
                                        "buy/correctness",
                                        "buy/coverage",
                                        "buy/throughput",
                                        "buy/durability",
                                        "buy/probe",
                                        "buy/inventory",
                                        "buy/latency of pay",
                                        "browse",
                                        "browse/limit",
                                        "return",
                                        "return/ask",
                                        "return/send",
                                        "return/limit",
                                        "return/answers",
                                        "return/prober"};
enum { SLIS = sizeof SLI_NAMES / sizeof SLI_NAMES[0], BUY_RULES = 6, RETURN_FIRST = 19 };
static const char *const SLO_NAMES[] = {"buy/most can buy", "buy/this hour",  "buy/search is fast",
                                        "buy/probed",       "return/minutes", "return/two months"};
enum { SLOS = sizeof SLO_NAMES / sizeof SLO_NAMES[0] };
static const uint32_t SLO_SLIS[SLOS] = {0, 0, 7, 14, 23, 19};

static uint32_t sli(const slo_monitor *m, const char *name) {
  uint32_t i = UINT32_MAX;
  slo_status status = slo_monitor_find_sli(m, name, &i);
  check_that(status == SLO_OK, "%s: %d", name, status);
  return i;
}

static uint32_t slo(const slo_monitor *m, const char *name) {
  uint32_t i = UINT32_MAX;
  slo_status status = slo_monitor_find_slo(m, name, &i);
  check_that(status == SLO_OK, "%s: %d", name, status);
  return i;
}

static slo_counts counted(slo_monitor *m, uint32_t i) {
  slo_counter_tally t = SLO_SIZED(slo_counter_tally);
  if (slo_monitor_counter(m, i) == NULL) { /* a journey counts it */
    const sloi_monitor_origin *origin = &sloi_monitor_origins(m)[i];
    const slo_journey *journey = slo_monitor_journey(m, (uint32_t)origin->journey);
    check_ok(slo_journey_read(journey, (uint32_t)origin->part, &t));
  } else {
    check_ok(slo_counter_read(slo_monitor_counter(m, i), &t));
  }
  check_that(t.unknown == 0, "unknown of %u", i);
  return t.counts;
}

/* An attempt at "buy", by what is said of each step: '+', '-', 'x' excluded, ' ' nothing. */
static slo_outcome attempt(slo_monitor *m, uint32_t journey, const char *said, int64_t took_ns) {
  slo_attempt a;
  slo_attempt_begin(&a, slo_monitor_journey(m, journey), 0);
  for (uint32_t i = 0; said[i] != '\0'; i++) {
    if (said[i] == '+') slo_attempt_step(&a, i, SLO_GOOD);
    if (said[i] == '-') slo_attempt_step(&a, i, SLO_BAD);
    if (said[i] == 'x') slo_attempt_step(&a, i, SLO_EXCLUDED);
  }
  return slo_attempt_end(&a, took_ns);
}

/* ---- names and order ---- */

START_TEST(test_names) {
  service s;
  service_new(&s);
  ck_assert_uint_eq(slo_monitor_sli_count(s.m), SLIS);
  ck_assert_uint_eq(slo_monitor_slo_count(s.m), SLOS);
  for (uint32_t i = 0; i < SLIS; i++) {
    ck_assert_str_eq(slo_monitor_sli_name(s.m, i), SLI_NAMES[i]);
    ck_assert_uint_eq(sli(s.m, SLI_NAMES[i]), i);
  }
  ck_ok(slo_monitor_tick(s.m, DAWN, 0));
  for (uint32_t i = 0; i < SLOS; i++) {
    slo_standing standing = SLO_SIZED(slo_standing);
    ck_assert_str_eq(slo_monitor_slo_name(s.m, i), SLO_NAMES[i]);
    ck_assert_uint_eq(slo(s.m, SLO_NAMES[i]), i);
    ck_assert_int_eq(slo_monitor_read(s.m, i, &standing), SLO_ENODATA);
    const slo_journey_slo *of = i < 4 ? &BUY_SLOS[i] : &RETURN_SLOS[i - 4];
    ck_assert_uint_eq(standing.sli, SLO_SLIS[i]);
    ck_assert_uint_eq(standing.objective_ppb, of->objective_ppb);
    ck_assert_int_eq(standing.period_ns, of->period_ns);
    ck_assert_uint_eq(standing.budget.method, of->method);
  }
  service_end(&s);
}
END_TEST

/* Byte for byte the alerts that the definition asks for: tiers or catalog, gates, objective. */
START_TEST(test_alerts) {
  service s;
  service_define(&s);
  slo_journey_slo slos[2];
  memcpy(slos, RETURN_SLOS, sizeof slos);
  slos[0].catalog = SLO_CATALOG_PYRRA;
  slos[0].period_ns = 28 * SLO_DAY_NS;
  s.journeys[2].slos = slos;
  service_open(&s);
  for (uint32_t i = 0; i < SLOS; i++) {
    const slo_journey_slo *of = i < 4 ? &BUY_SLOS[i] : &slos[i - 4];
    slo_alert_config c = SLO_SIZED(slo_alert_config);
    slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
    slo_alert *alert;
    size_t size;
    if (of->alert != NULL) c = *of->alert;
    if (of->alert == NULL) c.flags = SLO_ALERT_SILENCE;
    c.objective_ppb = of->objective_ppb;
    c.period_ns = of->period_ns;
    c.tiers = of->tier_count != 0 ? of->tiers : tiers;
    c.tier_count = of->tier_count;
    if (c.tier_count == 0) {
      ck_ok(slo_catalog_tiers(of->catalog, of->period_ns, tiers, SLO_ALERT_TIERS_MAX, &c.tier_count,
                              NULL));
    }
    ck_ok(slo_alert_footprint(&c, &size, NULL));
    void *memory = check_memory(size);
    ck_ok(slo_alert_init(memory, size, &c, &alert, NULL));
    check_that(memcmp(alert, slo_monitor_alert(s.m, i), size) == 0, "%s", SLO_NAMES[i]);
    free(memory);
  }
  service_end(&s);
}
END_TEST

START_TEST(test_find) {
  service s;
  service_new(&s);
  uint32_t i = 77;
  static const char *const none[] = {
      "", "bu", "buy/", "buy/pay ", "/pay", "pay", "BUY", "buy/most can buy", "return/limit/"};
  for (size_t k = 0; k < sizeof none / sizeof none[0]; k++) {
    ck_assert_int_eq(slo_monitor_find_sli(s.m, none[k], &i), SLO_ENODATA);
  }
  ck_assert_int_eq(slo_monitor_find_slo(s.m, "", &i), SLO_ENODATA);
  ck_assert_int_eq(slo_monitor_find_slo(s.m, "buy", &i), SLO_ENODATA);
  ck_assert_int_eq(slo_monitor_find_slo(s.m, "most can buy", &i), SLO_ENODATA);
  ck_assert_int_eq(slo_monitor_find_sli(NULL, "buy", &i), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_find_sli(s.m, NULL, &i), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_find_sli(s.m, "buy", NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_find_slo(NULL, "buy/probed", &i), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_find_slo(s.m, NULL, &i), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_find_slo(s.m, "buy/probed", NULL), SLO_EINVAL);
  ck_assert_uint_eq(i, 77);
  service_end(&s);
}
END_TEST

START_TEST(test_definition_and_journeys) {
  service s;
  service_new(&s);
  const slo_definition *d = slo_monitor_definition(s.m);
  ck_assert_ptr_ne(d, s.bytes); /* a copy */
  ck_assert_uint_eq(slo_definition_size(d), slo_definition_size(s.bytes));
  ck_assert_mem_eq(d, s.bytes, slo_definition_size(d));
  ck_assert_uint_eq(slo_monitor_journey_count(s.m), JOURNEYS);
  static const uint32_t first[JOURNEYS] = {0, 17, 19}, parts[JOURNEYS] = {6, 2, 4};
  for (uint32_t j = 0; j < JOURNEYS; j++) {
    slo_journey *journey = slo_monitor_journey(s.m, j);
    ck_assert_ptr_nonnull(journey);
    for (uint32_t p = 0; p < parts[j]; p++) {
      ck_assert_ptr_null(slo_monitor_counter(s.m, first[j] + p)); /* the journey counts it */
    }
    if (j != 1) ck_assert_ptr_nonnull(slo_monitor_counter(s.m, first[j] + parts[j]));
  }
  ck_assert_uint_eq(slo_journey_part_count(slo_monitor_journey(s.m, 1)), 3);
  ck_assert_ptr_null(slo_monitor_journey(s.m, JOURNEYS));
  ck_assert_ptr_null(slo_monitor_journey(s.m, UINT32_MAX));
  ck_assert_ptr_null(slo_monitor_journey(NULL, 0));
  ck_assert_uint_eq(slo_monitor_journey_count(NULL), 0);
  ck_assert_ptr_null(slo_monitor_definition(NULL));
  for (uint32_t i = 0; i < SLIS; i++) { /* a histogram for latencies alone */
    int latency = i == 7 || i == 16;
    ck_assert_int_eq(slo_monitor_hist(s.m, i) != NULL, latency);
    ck_assert_ptr_null(slo_monitor_history(s.m, i));
  }
  slo_counter_tally t = SLO_SIZED(slo_counter_tally); /* shards are the journey's */
  ck_ok(slo_journey_read(slo_monitor_journey(s.m, 2), 1, &t));
  ck_assert_uint_eq(t.shards, 2);
  ck_ok(slo_counter_read(slo_monitor_counter(s.m, sli(s.m, "return/prober")), &t));
  ck_assert_uint_eq(t.shards, 2);
  ck_ok(slo_counter_read(slo_monitor_counter(s.m, sli(s.m, "buy/quality")), &t));
  ck_assert_uint_eq(t.shards, 1);
  service_end(&s);
}
END_TEST

/* ---- opening ---- */

START_TEST(test_definition_beside_others) {
  service s;
  service_new(&s);
  slo_monitor_sli a = {.struct_size = sizeof a, .name = "a"};
  slo_monitor_slo b = {.struct_size = sizeof b, .name = "b"};
  for (int i = 0; i < 4; i++) {
    slo_monitor_config c = s.config;
    slo_error e = SLO_SIZED(slo_error);
    slo_monitor *m = NULL;
    size_t size = 7;
    if (i == 0) c.slis = &a;
    if (i == 1) c.slos = &b;
    if (i == 2) c.sli_count = 3;
    if (i == 3) c.slo_count = 1;
    ck_assert_int_eq(slo_monitor_footprint(&c, &size, &e), SLO_EINVAL);
    ck_assert_str_eq(e.field, "definition (beside slis or slos)");
    ck_assert_int_eq(slo_monitor_create(&c, NULL, &m, &e), SLO_EINVAL);
    ck_assert_int_eq(slo_monitor_init(s.memory, s.size, &c, &m, NULL), SLO_EINVAL);
    ck_assert_uint_eq(size, 7);
    ck_assert_ptr_null(m);
  }
  slo_monitor_config c = s.config; /* an older caller knows of no definition */
  slo_error e = SLO_SIZED(slo_error);
  c.struct_size = offsetof(slo_monitor_config, definition);
  ck_assert_int_eq(slo_monitor_footprint(&c, &s.size, &e), SLO_ERANGE);
  ck_assert_str_eq(e.field, "sli_count");
  service_end(&s);
}
END_TEST

/* The other fields of the configuration hold as ever. */
START_TEST(test_window_and_corrections) {
  service s;
  service_define(&s);
  slo_window_tier tiers[2] = {{SLO_MINUTE_NS, 2 * SLO_HOUR_NS}, {SLO_HOUR_NS, 60 * SLO_DAY_NS}};
  slo_window_config w = SLO_SIZED(slo_window_config);
  w.tiers = tiers;
  w.tier_count = 2;
  w.unmeasured = SLO_UNMEASURED_FREEZE;
  s.config.window = &w;
  s.config.corrections = 3;
  service_open(&s);
  ck_ok(slo_monitor_tick(s.m, DAWN, 0));
  for (uint32_t i = 0; i < SLIS; i++) {
    slo_delta d = SLO_SIZED(slo_delta);
    slo_window_summary summary = SLO_SIZED(slo_window_summary);
    int64_t span = SLO_HOUR_NS;
    ck_ok(slo_window_read(slo_monitor_window(s.m, i), &span, 1, &d));
    ck_ok(slo_window_summarize(slo_monitor_window(s.m, i), &summary));
    ck_assert_uint_eq(summary.tier_count, 2);
    uint32_t policy = i == 14   ? SLO_UNMEASURED_BAD /* a probe's own default */
                      : i == 24 ? SLO_UNMEASURED_GOOD
                                : SLO_UNMEASURED_FREEZE;
    ck_assert_uint_eq(d.policy, policy);
    ck_assert_int_eq(d.slice_ns, i == 23 ? SLO_MINUTE_NS : 0);
  }
  slo_correction c = SLO_SIZED(slo_correction);
  c.to_ns = 1;
  c.reason[0] = 'r';
  for (int i = 0; i < 3; i++) ck_ok(slo_monitor_correct(s.m, &c, NULL, NULL));
  ck_assert_int_eq(slo_monitor_correct(s.m, &c, NULL, NULL), SLO_ESPACE);
  c.sli = SLIS;
  ck_assert_int_eq(slo_monitor_correct(s.m, &c, NULL, NULL), SLO_ERANGE);
  service_end(&s);
  service_define(&s); /* a window that cannot be is refused as ever */
  slo_error e = SLO_SIZED(slo_error);
  ck_ok(slo_definition_create(&s.definition, NULL, &s.bytes, NULL));
  s.config.definition = s.bytes;
  w.unmeasured = 9;
  s.config.window = &w;
  ck_assert_int_eq(slo_monitor_footprint(&s.config, &s.size, &e), SLO_ERANGE);
  ck_assert_str_eq(e.field, "window.unmeasured");
  service_end(&s);
}
END_TEST

/* Dirty memory, and more than is needed, make the same block; too little is refused. */
START_TEST(test_init_over_dirt) {
  service s;
  service_new(&s);
  slo_error e = SLO_SIZED(slo_error);
  slo_monitor *m = NULL;
  char *dirt = check_memory(s.size + 64);
  memset(dirt, 0xd1, s.size + 64);
  ck_assert_int_eq(slo_monitor_init(dirt, s.size - 1, &s.config, &m, &e), SLO_ESPACE);
  ck_assert_int_eq(e.min, (int64_t)s.size);
  ck_assert_ptr_null(m);
  ck_ok(slo_monitor_init(dirt, s.size + 64, &s.config, &m, &e));
  ck_assert_mem_eq(dirt, s.memory, s.size);
  for (size_t i = s.size; i < s.size + 64; i++) ck_assert_int_eq((unsigned char)dirt[i], 0xd1);
  free(dirt);
  service_end(&s);
}
END_TEST

/* The definition may go once the monitor is there. */
START_TEST(test_definition_is_copied) {
  service s;
  service_new(&s);
  ck_assert_int_eq(attempt(s.m, 0, "++ +", 1), SLO_GOOD);
  memset(s.bytes, 0, slo_definition_size(s.bytes));
  slo_event e = {.known = SLO_EVENT_OK, .ok = 1};
  ck_assert_int_eq(slo_monitor_record(s.m, sli(s.m, "buy/inventory"), &e), SLO_GOOD);
  ck_ok(slo_monitor_attach(s.memory, s.size, &s.m));
  service_end(&s);
}
END_TEST

/* ---- recording ---- */

/* Good by every rule of BUY_SLIS; bad by every one; known is what the kind needs. */
static slo_event event(uint32_t kind, int good) {
  slo_event e = {0};
  static const uint32_t known[MENU + 1] = {0,
                                           SLO_EVENT_STATUS,
                                           SLO_EVENT_STATUS | SLO_EVENT_LATENCY,
                                           SLO_EVENT_QUALITY,
                                           SLO_EVENT_AGE,
                                           SLO_EVENT_OK,
                                           SLO_EVENT_OK,
                                           SLO_EVENT_AMOUNT,
                                           SLO_EVENT_OK,
                                           SLO_EVENT_OK,
                                           SLO_EVENT_OK};
  e.known = known[kind];
  e.status = kind == SLO_SLI_AVAILABILITY && !good ? 500 : 200;
  e.latency_ns = good ? 300 * MS : 300 * MS + 1;
  e.age_ns = good ? 60 * SLO_SECOND_NS : 61 * SLO_SECOND_NS;
  e.quality_ppm = good ? 900000 : 1;
  e.amount = (uint64_t)good;
  e.span_ns = SLO_MINUTE_NS;
  e.ok = (uint32_t)good;
  return e;
}

/* So many of each kind that no two counters agree; and every other SLI stays as it was. */
START_TEST(test_record) {
  service s;
  service_new(&s);
  for (uint32_t kind = 1; kind <= MENU; kind++) {
    uint32_t i = BUY_RULES + kind - 1;
    slo_event good = event(kind, 1), bad = event(kind, 0), nobodys = good, lacking = good;
    nobodys.known |= SLO_EVENT_HEALTH_CHECK;
    lacking.known = 0;
    for (uint32_t n = 0; n < 10 + kind; n++) {
      check_that(slo_monitor_record(s.m, i, &good) == SLO_GOOD, "kind %u", kind);
    }
    for (uint32_t n = 0; n < 100 + kind; n++) {
      check_that(slo_monitor_record(s.m, i, &bad) == SLO_BAD, "kind %u", kind);
    }
    for (uint32_t n = 0; n < 1000 + kind; n++) {
      const slo_event *e = n % 2 == 0 ? &nobodys : &lacking;
      check_that(slo_monitor_record(s.m, i, e) == SLO_EXCLUDED, "kind %u", kind);
    }
  }
  slo_event test = event(SLO_SLI_COVERAGE, 1); /* which counts load tests, too */
  test.known |= SLO_EVENT_LOAD_TEST;
  ck_assert_int_eq(slo_monitor_record(s.m, sli(s.m, "buy/coverage"), &test), SLO_GOOD);
  ck_assert_int_eq(slo_monitor_record(s.m, sli(s.m, "buy/durability"), &test), SLO_EXCLUDED);
  ck_ok(slo_monitor_tick(s.m, DAWN, 0));
  for (uint32_t i = 0; i < SLIS; i++) {
    slo_window_summary summary = SLO_SIZED(slo_window_summary);
    slo_counts c = counted(s.m, i), none = {0, 0, 0};
    ck_ok(slo_window_summarize(slo_monitor_window(s.m, i), &summary));
    if (i < BUY_RULES || i >= BUY_RULES + MENU) {
      ck_assert_mem_eq(&c, &none, sizeof c);
      ck_assert_mem_eq(&summary.counts, &none, sizeof c);
      continue;
    }
    uint32_t kind = i - BUY_RULES + 1;
    int hist = kind == SLO_SLI_LATENCY;
    uint64_t more = kind == SLO_SLI_COVERAGE, less = kind == SLO_SLI_DURABILITY;
    ck_assert_uint_eq(c.good, hist ? 0 : 10 + kind + more);
    ck_assert_uint_eq(c.bad, hist ? 0 : 100 + kind);
    ck_assert_uint_eq(c.excluded, 1000 + kind + less);
    ck_assert_uint_eq(summary.counts.good, 10 + kind + more); /* what the window is told of both */
    ck_assert_uint_eq(summary.counts.bad, 100 + kind);
    ck_assert_uint_eq(summary.counts.excluded, 1000 + kind + less);
  }
  service_end(&s);
}
END_TEST

/* A latency is in its histogram, with the exact threshold of the rule. */
START_TEST(test_record_latency) {
  service s;
  service_new(&s);
  uint32_t i = sli(s.m, "buy/latency"), zero = sli(s.m, "buy/latency of pay");
  uint64_t random = 4, within = 0, beyond = 0;
  for (int64_t n = 1; n <= 1000; n++) {
    slo_event e = event(SLO_SLI_LATENCY, 1);
    e.latency_ns = n * MS;
    if (n > 290 && n < 310) e.latency_ns = 300 * MS + n - 300; /* about the threshold */
    int good = e.latency_ns <= 300 * MS;
    within += (uint64_t)good;
    beyond += (uint64_t)!good;
    check_that(slo_monitor_record(s.m, i, &e) == (good ? SLO_GOOD : SLO_BAD), "%" PRId64, n);
    e.status = check_random(&random) % 2 == 0 ? 503 : 404; /* failed: not a latency */
    check_that(slo_monitor_record(s.m, i, &e) == SLO_EXCLUDED, "%" PRId64, n);
    e.status = 200;
    e.latency_ns = -n;
    check_that(slo_monitor_record(s.m, i, &e) == SLO_EXCLUDED, "%" PRId64, n);
    check_that(slo_monitor_record(s.m, zero, &e) == SLO_EXCLUDED, "%" PRId64, n);
    e.latency_ns = 0; /* no one's status is asked for here, and 0 is within 0 */
    e.status = 503;
    check_that(slo_monitor_record(s.m, zero, &e) == SLO_GOOD, "%" PRId64, n);
  }
  int64_t threshold;
  uint64_t in, out;
  ck_ok(slo_hist_threshold(slo_monitor_hist(s.m, i), 0, &threshold, &in, &out));
  ck_assert_int_eq(threshold, 300 * MS);
  ck_assert_uint_eq(in, within);
  ck_assert_uint_eq(out, beyond);
  ck_assert_int_eq(slo_hist_threshold(slo_monitor_hist(s.m, i), 1, &threshold, &in, &out),
                   SLO_ERANGE);
  ck_ok(slo_hist_threshold(slo_monitor_hist(s.m, zero), 0, &threshold, &in, &out));
  ck_assert(threshold == 0 && in == 1000 && out == 0);
  slo_snapshot *snapshot;
  ck_ok(slo_snapshot_create(slo_monitor_hist(s.m, i), NULL, &snapshot, NULL));
  ck_ok(slo_snapshot_read(snapshot, slo_monitor_hist(s.m, i)));
  for (uint32_t percent = 1; percent <= 100; percent++) {
    int64_t q;
    ck_ok(slo_snapshot_quantile(snapshot, percent * 10000000, &q));
    int64_t exact = percent * 10 * MS; /* the n-th of 1000 is n ms, but for those at 300 */
    check_that(percent == 30 || (q >= exact && q <= exact + exact / 80), "p%u: %" PRId64, percent,
               q);
  }
  slo_snapshot_summary summary = SLO_SIZED(slo_snapshot_summary);
  ck_ok(slo_snapshot_summarize(snapshot, &summary));
  ck_assert_uint_eq(summary.count, 1000);
  ck_assert_uint_eq(summary.negative, 0);
  slo_snapshot_destroy(snapshot);
  ck_assert_uint_eq(counted(s.m, i).excluded, 2000);
  ck_ok(slo_monitor_tick(s.m, DAWN, 0));
  slo_standing standing = SLO_SIZED(slo_standing);
  ck_assert_int_eq(slo_monitor_read(s.m, slo(s.m, "buy/search is fast"), &standing), SLO_ENODATA);
  ck_assert_uint_eq(standing.total.good, within);
  ck_assert_uint_eq(standing.total.bad, beyond);
  service_end(&s);
}
END_TEST

START_TEST(test_record_misuse) {
  service s;
  service_new(&s);
  slo_event e = {.known = SLO_EVENT_OK, .ok = 1};
  ck_assert_int_eq(slo_monitor_record(NULL, 10, &e), SLO_EXCLUDED);
  ck_assert_int_eq(slo_monitor_record(s.m, 10, NULL), SLO_EXCLUDED);
  ck_assert_int_eq(slo_monitor_record(s.m, 7, NULL), SLO_EXCLUDED);
  ck_assert_int_eq(slo_monitor_record(s.m, SLIS, &e), SLO_EXCLUDED);
  ck_assert_int_eq(slo_monitor_record(s.m, UINT32_MAX, &e), SLO_EXCLUDED);
  for (uint32_t i = 0; i < SLIS; i++) { /* attempts, steps and limits have no rule */
    int rule = (i >= BUY_RULES && i < 17) || i >= 23;
    if (!rule) ck_assert_int_eq(slo_monitor_record(s.m, i, &e), SLO_EXCLUDED);
  }
  for (uint32_t i = 0; i < SLIS; i++) {
    slo_counts c = counted(s.m, i);
    ck_assert_uint_eq(c.good + c.bad + c.excluded, 0);
  }
  service_end(&s);
  slo_monitor_sli one = {.struct_size = sizeof one, .name = "a"}; /* without a definition */
  slo_monitor_config c = {.struct_size = sizeof c, .slis = &one, .sli_count = 1};
  slo_monitor *m;
  slo_blame blame;
  ck_ok(slo_monitor_create(&c, NULL, &m, NULL));
  ck_assert_int_eq(slo_monitor_record(m, 0, &e), SLO_EXCLUDED);
  ck_assert_uint_eq(counted(m, 0).excluded, 0);
  ck_assert_uint_eq(slo_monitor_journey_count(m), 0);
  ck_assert_ptr_null(slo_monitor_journey(m, 0));
  ck_assert_ptr_null(slo_monitor_definition(m));
  ck_assert_uint_eq(sli(m, "a"), 0);
  ck_assert_int_eq(slo_monitor_blame(m, 0, &blame, 1, NULL), SLO_ERANGE);
  slo_monitor_destroy(m);
}
END_TEST

/* What a probe did not see was bad; of requests nothing is said. */
START_TEST(test_unmeasured) {
  service s;
  service_new(&s);
  uint32_t probe = sli(s.m, "buy/probe");
  slo_event e = {.known = SLO_EVENT_OK, .ok = 1};
  ck_ok(slo_monitor_tick(s.m, DAWN, 0));
  for (int i = 1; i <= 60; i++) {
    ck_assert_int_eq(slo_monitor_record(s.m, probe, &e), SLO_GOOD);
    (void)attempt(s.m, 0, "++ +", 1);
    ck_ok(slo_monitor_tick(s.m, DAWN + i * SLO_MINUTE_NS, 0));
  }
  ck_ok(slo_monitor_tick(s.m, DAWN + 2 * SLO_HOUR_NS, SLO_PUSH_UNMEASURED));
  slo_standing standing = SLO_SIZED(slo_standing);
  ck_ok(slo_monitor_read(s.m, slo(s.m, "buy/probed"), &standing));
  ck_assert_uint_eq(standing.budget.policy, SLO_UNMEASURED_BAD);
  ck_assert_uint_eq(standing.budget.unseen, 60);
  ck_assert_uint_eq(standing.budget.bad, 60);
  ck_assert_uint_eq(standing.budget.good, 60);
  ck_ok(slo_monitor_read(s.m, slo(s.m, "buy/most can buy"), &standing));
  ck_assert_uint_eq(standing.budget.policy, SLO_UNMEASURED_IGNORE);
  ck_assert_uint_eq(standing.budget.bad, 0);
  service_end(&s);
}
END_TEST

/* Timeslices: a minute with any success is good. */
START_TEST(test_slices) {
  service s;
  service_new(&s);
  uint32_t answers = sli(s.m, "return/answers");
  ck_ok(slo_monitor_tick(s.m, DAWN, 0));
  for (int i = 1; i <= 50; i++) {
    slo_event e = {.known = SLO_EVENT_STATUS, .status = 14};
    for (int k = 0; k < 9; k++) (void)slo_monitor_record(s.m, answers, &e);
    e.status = 0;
    if (i % 5 != 0) (void)slo_monitor_record(s.m, answers, &e);
    ck_ok(slo_monitor_tick(s.m, DAWN + i * SLO_MINUTE_NS, 0));
  }
  slo_standing standing = SLO_SIZED(slo_standing);
  ck_ok(slo_monitor_read(s.m, slo(s.m, "return/minutes"), &standing));
  ck_assert_uint_eq(standing.budget.method, SLO_METHOD_TIMESLICES);
  ck_assert_uint_eq(standing.budget.good, 40);
  ck_assert_uint_eq(standing.budget.bad, 10);
  ck_assert_uint_eq(standing.budget.counts.bad, 450);
  service_end(&s);
}
END_TEST

/* ---- who spent it ---- */

/* What the counters of "buy" or "return" stood at, tick by tick: a window is a difference. */
enum { TICKS_MAX = 8000, PARTS = 7 };

typedef struct diary {
  slo_monitor *m;
  uint32_t journey, first, parts; /* without part 0 */
  int64_t at[TICKS_MAX];
  slo_counts total[TICKS_MAX][PARTS];
  int ticks;
} diary;

static diary *diary_new(slo_monitor *m, uint32_t journey) {
  diary *d = calloc(1, sizeof *d);
  ck_assert_ptr_nonnull(d);
  d->m = m;
  d->journey = journey;
  d->first = journey == 0 ? 0 : RETURN_FIRST;
  d->parts = journey == 0 ? 5 : 3;
  return d;
}

static void diary_tick(diary *d, int64_t now_ns) {
  check_that(d->ticks < TICKS_MAX, "a longer diary");
  for (uint32_t i = 0; i <= d->parts; i++) {
    d->total[d->ticks][i] = counted(d->m, d->first + i);
  }
  d->at[d->ticks++] = now_ns;
  check_ok(slo_monitor_tick(d->m, now_ns, 0));
}

/* The totals at the newest tick at or before a moment; none before the first one. */
static const slo_counts *diary_at(const diary *d, int64_t at_ns) {
  int i = d->ticks - 1;
  while (i > 0 && d->at[i] > at_ns) i--;
  return d->total[i];
}

typedef struct amends {
  int64_t from, to;
  int remove;
} amends;

/* Part by part in (from, now], with corrections, which do not overlap. */
static void diary_sum(const diary *d, int64_t from_ns, const amends *a, int n, slo_counts *sum) {
  const slo_counts *to = diary_at(d, INT64_MAX), *from = diary_at(d, from_ns);
  for (uint32_t i = 0; i <= d->parts; i++) {
    sum[i].good = to[i].good - from[i].good;
    sum[i].bad = to[i].bad - from[i].bad;
    sum[i].excluded = to[i].excluded - from[i].excluded;
    for (int k = 0; k < n; k++) {
      if (a[k].to <= from_ns) continue;
      const slo_counts *end = diary_at(d, a[k].to);
      const slo_counts *begin = diary_at(d, a[k].from > from_ns ? a[k].from : from_ns);
      uint64_t bad = end[i].bad - begin[i].bad;
      sum[i].bad -= bad;
      if (!a[k].remove) {
        sum[i].good += bad;
      } else {
        sum[i].good -= end[i].good - begin[i].good;
        sum[i].excluded -= end[i].excluded - begin[i].excluded;
      }
    }
  }
}

/* slo_monitor_blame against the diary, and against the budget of the attempts. */
static uint64_t diary_compare(const diary *d, uint32_t of, int64_t from_ns, const amends *a,
                              int n) {
  slo_counts sum[PARTS];
  slo_blame blames[PARTS];
  slo_standing standing = SLO_SIZED(slo_standing);
  uint64_t failed = 0;
  memset(blames, 0x66, sizeof blames);
  diary_sum(d, from_ns, a, n, sum);
  slo_status status = slo_monitor_read(d->m, of, &standing);
  check_that(status == SLO_OK || status == SLO_ENODATA, "%d", status);
  status = slo_monitor_blame(d->m, of, blames, d->parts, NULL);
  check_that(status == SLO_OK, "blame: %d", status);
  const slo_step *steps = d->journey == 0 ? BUY : RETURN;
  for (uint32_t i = 1; i <= d->parts; i++) {
    const slo_blame *b = &blames[i - 1];
    uint32_t critical = i == d->parts || steps[i - 1].flags != 0;
    check_that(b->part == i && b->critical == critical, "part %u", i);
    check_that(memcmp(&b->counts, &sum[i], sizeof sum[i]) == 0,
               "at day %d, hour %d, part %u: %d/%d/%d instead of %d/%d/%d",
               (int)((standing.at_ns - DAWN) / SLO_DAY_NS),
               (int)((standing.at_ns - DAWN) / SLO_HOUR_NS % 24), i, (int)b->counts.good,
               (int)b->counts.bad, (int)b->counts.excluded, (int)sum[i].good, (int)sum[i].bad,
               (int)sum[i].excluded);
    if (critical) failed += sum[i].bad;
  }
  for (uint32_t i = 1; i <= d->parts; i++) {
    const slo_blame *b = &blames[i - 1];
    uint64_t share = b->critical && failed != 0 ? sum[i].bad * 1000000 / failed : 0;
    check_that(b->share_ppm == share, "share of %u: %" PRIu64, i, b->share_ppm);
  }
  check_that(memcmp(&standing.budget.counts, &sum[0], sizeof sum[0]) == 0, "the attempts");
  check_that(failed == standing.budget.counts.bad, "%" PRIu64 " blamed of %" PRIu64, failed,
             standing.budget.counts.bad);
  return failed;
}

static void random_attempts(slo_monitor *m, uint32_t journey, uint64_t *random, int n) {
  for (int i = 0; i < n; i++) {
    char said[BUY_STEPS + 1] = {0};
    for (int k = 0; k < (journey == 0 ? BUY_STEPS : 2); k++) {
      uint64_t luck = check_random(random) % 20;
      said[k] = luck < 15 ? '+' : luck < 17 ? '-' : luck < 18 ? 'x' : ' ';
    }
    int64_t limit = journey == 0 ? SLO_MINUTE_NS : SLO_HOUR_NS, took = limit;
    if (check_random(random) % 10 == 0) took = limit + 1;
    if (check_random(random) % 30 == 0) took = -1;
    (void)attempt(m, journey, said, took);
  }
}

/* A rolling hour: what failed before it is forgotten. */
START_TEST(test_blame_rolling) {
  service s;
  service_new(&s);
  diary *d = diary_new(s.m, 0);
  uint32_t hour = slo(s.m, "buy/this hour"), most = slo(s.m, "buy/most can buy");
  uint64_t random = 9, failed = 0;
  diary_tick(d, DAWN);
  for (int minute = 1; minute <= 200; minute++) {
    int64_t now = DAWN + minute * SLO_MINUTE_NS;
    if (minute < 50 || minute > 130) random_attempts(s.m, 0, &random, 5);
    diary_tick(d, now);
    failed += diary_compare(d, hour, now - SLO_HOUR_NS, NULL, 0);
    failed += diary_compare(d, most, 0, NULL, 0);
    if (minute == 120) { /* the hour is empty: nobody is to blame */
      slo_blame blames[5];
      ck_ok(slo_monitor_blame(s.m, hour, blames, 5, NULL));
      for (int i = 0; i < 5; i++) ck_assert_uint_eq(blames[i].counts.bad, 0);
    }
  }
  ck_assert_uint_gt(failed, 1000);
  free(d);
  service_end(&s);
}
END_TEST

/* Calendar periods to the tick, long after the rings forgot where they began; and corrections, made
 * before and after the fact, with edges that no ring has. */
START_TEST(test_blame_calendar) {
  service s;
  service_new(&s);
  diary *d = diary_new(s.m, 2);
  amends a[4];
  int amended = 0, compared = 0;
  uint32_t months = slo(s.m, "return/two months");
  uint64_t random = 10, failed = 0;
  const int64_t step = 20 * SLO_MINUTE_NS, next = START + 59 * SLO_DAY_NS;
  const int day = 72;
  diary_tick(d, START - 8 * SLO_DAY_NS);
  for (int since = 1 - 8 * day; since <= 97 * day; since++) {
    int64_t now = START + since * step;
    random_attempts(s.m, 2, &random, 15);
    diary_tick(d, now);
    slo_correction c = SLO_SIZED(slo_correction);
    c.reason[0] = 'r';
    c.sli = RETURN_FIRST;
    if (since == 3 * day + 5) { /* in advance */
      c.kind = SLO_CORRECT_REMOVE;
      c.from_ns = now + 7 * step;
      c.to_ns = now + 14 * step;
    } else if (since == 6 * day + 10) { /* after the fact, while it is fresh */
      c.kind = SLO_CORRECT_GOOD;
      c.from_ns = now - 2 * step;
      c.to_ns = now - step;
    } else if (since == 60 * day + 1) { /* of everything */
      c.kind = SLO_CORRECT_GOOD;
      c.from_ns = now + step;
      c.to_ns = now + 3 * step;
      c.sli = SLO_LEDGER_ALL;
    }
    if (c.to_ns != 0) {
      a[amended].from = c.from_ns;
      a[amended].to = c.to_ns;
      a[amended++].remove = c.kind == SLO_CORRECT_REMOVE;
      ck_ok(slo_monitor_correct(s.m, &c, NULL, NULL));
      c.sli = RETURN_FIRST + 1; /* of a step alone: not what the attempts are judged by */
      ck_ok(slo_monitor_correct(s.m, &c, NULL, NULL));
    }
    int past = 0; /* those that are still to come, or in the midst of it, are for later */
    while (past < amended && a[past].to <= now) past++;
    if (since <= 0 || since % 50 != 0 || past != amended) continue;
    int64_t begin = now > next ? next : START;
    int first = 0;
    while (first < amended && a[first].to <= begin) first++;
    failed += diary_compare(d, months, begin, a + first, amended - first);
    compared++;
  }
  ck_assert_int_eq(amended, 3);
  ck_assert_int_gt(compared, 130);
  ck_assert_uint_gt(failed, 1000);
  free(d);
  service_end(&s);
}
END_TEST

/* Corrections of a step alone, before and after the fact: its own window has their edges, too, long
 * after the rings forgot them. */
START_TEST(test_correct_a_step) {
  service s;
  service_new(&s);
  diary *d = diary_new(s.m, 2);
  const uint32_t ask = RETURN_FIRST + 1;
  const int64_t step = 20 * SLO_MINUTE_NS, dawn = START;
  uint64_t random = 12;
  amends a[2];
  int amended = 0;
  for (int64_t now = dawn; now <= dawn + 20 * SLO_DAY_NS; now += step) {
    random_attempts(s.m, 2, &random, 2);
    diary_tick(d, now);
    const int64_t since = (now - dawn) / step;
    slo_correction c = SLO_SIZED(slo_correction);
    if (since != 100 && since != 200) continue;
    c.reason[0] = 'r';
    c.sli = ask;
    c.kind = SLO_CORRECT_REMOVE;
    c.from_ns = since == 100 ? now + 4 * step : now - 2 * step;
    c.to_ns = c.from_ns + step;
    ck_ok(slo_monitor_correct(s.m, &c, NULL, NULL));
    const amends one = {c.from_ns, c.to_ns, 1};
    a[amended++] = one;
  }
  slo_counts sum[PARTS];
  slo_budget_config config = SLO_SIZED(slo_budget_config);
  slo_budget budget = SLO_SIZED(slo_budget);
  ck_ok(slo_monitor_budget(s.m, slo(s.m, "return/two months"), &config));
  config.sli = ask;
  ck_ok(slo_budget_read(slo_monitor_window(s.m, ask), &config, &budget));
  diary_sum(d, dawn, a, amended, sum);
  ck_assert_int_eq(budget.corrected_ns, 2 * step);
  ck_assert_uint_eq(budget.flags & SLO_DELTA_SNAPPED, 0);
  ck_assert_mem_eq(&budget.counts, &sum[1], sizeof sum[1]);
  free(d);
  service_end(&s);
}
END_TEST

START_TEST(test_blame_misuse) {
  service s;
  service_new(&s);
  slo_blame blames[8], clean[8];
  memset(blames, 0x33, sizeof blames);
  memset(clean, 0x33, sizeof clean);
  for (int ticked = 0; ticked < 2; ticked++) {
    ck_assert_int_eq(slo_monitor_blame(NULL, 0, blames, 8, NULL), SLO_EINVAL);
    ck_assert_int_eq(slo_monitor_blame(s.m, 0, NULL, 8, NULL), SLO_EINVAL);
    ck_assert_int_eq(slo_monitor_blame(s.m, SLOS, blames, 8, NULL), SLO_ERANGE);
    ck_assert_int_eq(slo_monitor_blame(s.m, UINT32_MAX, blames, 8, NULL), SLO_ERANGE);
    for (uint32_t i = 0; i < SLOS; i++) {
      int of_attempts = i == 0 || i == 1 || i == 5;
      uint32_t parts = i == 5 ? 3 : 5;
      for (uint32_t capacity = 0; capacity < parts; capacity++) {
        ck_assert_int_eq(slo_monitor_blame(s.m, i, blames, capacity, NULL),
                         of_attempts ? SLO_ESPACE : SLO_ERANGE);
      }
      if (of_attempts && ticked) continue;
      ck_assert_int_eq(slo_monitor_blame(s.m, i, blames, 8, NULL),
                       of_attempts ? SLO_ENODATA : SLO_ERANGE);
    }
    ck_assert_mem_eq(blames, clean, sizeof blames);
    if (!ticked) ck_ok(slo_monitor_tick(s.m, DAWN, 0));
  }
  ck_ok(slo_monitor_blame(s.m, 0, blames, 8, NULL)); /* nothing happened: nobody is to blame */
  for (uint32_t i = 0; i < 5; i++) {
    ck_assert_uint_eq(blames[i].part, i + 1);
    ck_assert_uint_eq(blames[i].critical, i != 2);
    ck_assert_uint_eq(blames[i].share_ppm + blames[i].counts.good + blames[i].counts.bad +
                          blames[i].counts.excluded,
                      0);
  }
  ck_assert_mem_eq(&blames[5], clean, 3 * sizeof clean[0]);
  service_end(&s);
  service_new(&s); /* the last month there is has no end */
  ck_ok(slo_monitor_tick(s.m, SLO_TIME_MAX_NS - 1, 0));
  ck_assert_int_eq(slo_monitor_blame(s.m, 5, clean, 8, NULL), SLO_ERANGE);
  ck_ok(slo_monitor_blame(s.m, 0, clean, 8, NULL));
  service_end(&s);
}
END_TEST

/* Without a limit there is nothing behind the steps, and the next journey's SLI is not mistaken for
 * it. */
START_TEST(test_blame_without_limit) {
  static const slo_journey_slo of = {
      .name = "x", .objective_ppb = 990000000, .period_ns = SLO_DAY_NS};
  service s;
  service_define(&s);
  s.journeys[1].slos = &of;
  s.journeys[1].slo_count = 1;
  service_open(&s);
  ck_ok(slo_monitor_tick(s.m, DAWN, 0));
  for (int i = 0; i < 5; i++) {
    ck_assert_int_eq(attempt(s.m, 2, "+", SLO_DAY_NS), SLO_BAD); /* "return" took too long */
    ck_assert_int_eq(attempt(s.m, 1, "-", INT64_MAX), SLO_BAD);
    ck_assert_int_eq(attempt(s.m, 1, "+", INT64_MIN), SLO_GOOD);
  }
  ck_ok(slo_monitor_tick(s.m, DAWN + SLO_MINUTE_NS, 0));
  slo_blame blames[2];
  uint32_t i = slo(s.m, "browse/x");
  ck_assert_uint_eq(i, 4);
  ck_assert_int_eq(slo_monitor_blame(s.m, i, blames, 1, NULL), SLO_ESPACE);
  ck_ok(slo_monitor_blame(s.m, i, blames, 2, NULL));
  ck_assert_uint_eq(blames[0].counts.bad, 5);
  ck_assert_uint_eq(blames[0].counts.good, 5);
  ck_assert_uint_eq(blames[0].share_ppm, 1000000);
  ck_assert_uint_eq(blames[1].part, 2);
  ck_assert_uint_eq(blames[1].counts.good + blames[1].counts.bad + blames[1].counts.excluded, 0);
  ck_assert_uint_eq(blames[1].share_ppm, 0);
  service_end(&s);
}
END_TEST

/* A tick under way: the attempts have come to a new period, their parts have not. */
START_TEST(test_blame_during_a_tick) {
  service s;
  service_new(&s);
  ck_ok(slo_monitor_tick(s.m, START - 2 * SLO_MINUTE_NS, 0));
  ck_assert_int_eq(attempt(s.m, 2, "-", 1), SLO_BAD);
  ck_ok(slo_monitor_tick(s.m, START - SLO_MINUTE_NS, 0));
  slo_blame blames[3];
  ck_ok(slo_monitor_blame(s.m, 5, blames, 3, NULL));
  ck_assert_uint_eq(blames[0].counts.bad, 1);
  slo_counts counts = counted(s.m, RETURN_FIRST);
  ck_ok(slo_window_push(slo_monitor_window(s.m, RETURN_FIRST), START + SLO_MINUTE_NS, &counts, 0));
  ck_ok(slo_monitor_blame(s.m, 5, blames, 3, NULL));
  for (int i = 0; i < 3; i++) ck_assert_uint_eq(blames[i].counts.bad, 0);
  service_end(&s);
}
END_TEST

/* ---- blocks ---- */

static void live(slo_monitor *m, int64_t now, uint64_t *random) {
  for (uint32_t j = 0; j < JOURNEYS; j += 2) random_attempts(m, j, random, 3);
  (void)attempt(m, 1, "-", 1);
  for (uint32_t kind = 1; kind <= MENU; kind++) {
    slo_event e = event(kind, check_random(random) % 4 != 0);
    (void)slo_monitor_record(m, BUY_RULES + kind - 1, &e);
  }
  check_ok(slo_monitor_tick(m, now, 0));
}

static void compare_monitors(slo_monitor *a, slo_monitor *b) {
  for (uint32_t i = 0; i < SLIS; i++) {
    slo_counts ca = counted(a, i), cb = counted(b, i);
    slo_window_summary sa = SLO_SIZED(slo_window_summary), sb = sa;
    check_that(memcmp(&ca, &cb, sizeof ca) == 0, "counter %u", i);
    check_ok(slo_window_summarize(slo_monitor_window(a, i), &sa));
    check_ok(slo_window_summarize(slo_monitor_window(b, i), &sb));
    check_that(memcmp(&sa, &sb, sizeof sa) == 0, "window %u", i);
    check_that(strcmp(slo_monitor_sli_name(a, i), slo_monitor_sli_name(b, i)) == 0, "name %u", i);
  }
  for (uint32_t i = 0; i < SLOS; i++) {
    slo_standing sa = SLO_SIZED(slo_standing), sb = sa;
    slo_blame ba[5], bb[5];
    memset(ba, 0, sizeof ba);
    memset(bb, 0, sizeof bb);
    check_that(slo_monitor_read(a, i, &sa) == slo_monitor_read(b, i, &sb), "standing %u", i);
    check_that(memcmp(&sa, &sb, sizeof sa) == 0, "standing %u", i);
    check_that(slo_monitor_blame(a, i, ba, 5, NULL) == slo_monitor_blame(b, i, bb, 5, NULL),
               "blame %u", i);
    check_that(memcmp(ba, bb, sizeof ba) == 0, "blame %u", i);
  }
}

/* Restarted from its bytes, anywhere, it goes on like the one that never was. */
START_TEST(test_attach) {
  service s;
  service_new(&s);
  uint64_t random = 3;
  int64_t now = DAWN;
  for (int i = 0; i < 30; i++) live(s.m, now += SLO_MINUTE_NS, &random);
  char *elsewhere = check_memory(s.size + 192);
  for (int at = 0; at <= 128; at += 64) {
    slo_monitor *m = NULL;
    memcpy(elsewhere + at, s.memory, s.size);
    ck_ok(slo_monitor_attach(elsewhere + at, s.size + 64, &m));
    ck_assert_ptr_eq((char *)m, elsewhere + at);
    compare_monitors(s.m, m);
    for (int i = 0; i < 10; i++) {
      uint64_t same = random;
      now += SLO_MINUTE_NS;
      live(s.m, now, &random);
      live(m, now, &same);
      compare_monitors(s.m, m);
    }
    ck_assert_mem_eq(slo_monitor_definition(m), s.bytes, slo_definition_size(s.bytes));
  }
  free(elsewhere);
  service_end(&s);
}
END_TEST

/* Recorded into by other processes, ticked by this one. */
START_TEST(test_processes) {
  enum { PROCESSES = 3, EACH = 2000 };
  service s;
  service_new(&s);
  slo_monitor *m;
  pid_t child[PROCESSES];
  void *memory = mmap(NULL, s.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(memory, MAP_FAILED);
  ck_ok(slo_monitor_init(memory, s.size, &s.config, &m, NULL));
  ck_ok(slo_monitor_tick(m, DAWN, 0));
  for (int i = 0; i < PROCESSES; i++) {
    child[i] = fork();
    ck_assert_int_ge(child[i], 0);
    if (child[i] != 0) continue;
    slo_monitor *mine;
    if (slo_monitor_attach(memory, s.size, &mine) != SLO_OK) _exit(1);
    for (int k = 0; k < EACH; k++) {
      slo_event fast = event(SLO_SLI_LATENCY, k % 4 != 0);
      (void)slo_monitor_record(mine, 7, &fast);
      (void)attempt(mine, 0, k % 10 == 0 ? "+-" : k % 10 == 1 ? "+" : "+-++", 1);
    }
    _exit(0);
  }
  for (int i = 0; i < PROCESSES; i++) {
    int status;
    ck_assert_int_eq(waitpid(child[i], &status, 0), child[i]);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  ck_ok(slo_monitor_tick(m, DAWN + SLO_MINUTE_NS, 0));
  slo_standing standing = SLO_SIZED(slo_standing);
  slo_blame blames[5];
  const uint64_t all = PROCESSES * EACH;
  ck_ok(slo_monitor_read(m, 0, &standing));
  ck_assert_uint_eq(standing.budget.bad, all / 10);
  ck_assert_uint_eq(standing.budget.good, all * 8 / 10);
  ck_assert_uint_eq(standing.budget.counts.excluded, all / 10);
  ck_ok(slo_monitor_blame(m, 0, blames, 5, NULL));
  ck_assert_uint_eq(blames[1].counts.bad, all / 10);
  ck_assert_uint_eq(blames[1].counts.excluded, all / 10);
  ck_assert_uint_eq(blames[2].counts.good, all * 8 / 10);
  ck_assert_uint_eq(blames[1].share_ppm, 1000000);
  ck_ok(slo_monitor_read(m, 2, &standing));
  ck_assert_uint_eq(standing.budget.bad, all / 4);
  ck_assert_uint_eq(standing.budget.good, all * 3 / 4);
  munmap(memory, s.size);
  service_end(&s);
}
END_TEST

/* ---- blocks that were tampered with ---- */

static void reseal(void *block_at) {
  sloi_block *block = block_at;
  block->config_sum = sloi_block_sum(block + 1, (size_t)block->config_size);
}

/* Everything that a definition brought. */
static void use(slo_monitor *m) {
  slo_blame blames[SLO_JOURNEY_STEPS_MAX + 1];
  for (uint32_t i = 0; i < slo_monitor_sli_count(m); i++) {
    slo_event e = {.known = 63, .status = 200, .span_ns = 1};
    (void)slo_monitor_record(m, i, &e);
    check_that(strlen(slo_monitor_sli_name(m, i)) <= SLO_MONITOR_NAME_MAX, "a name without end");
  }
  for (uint32_t j = 0; j < slo_monitor_journey_count(m); j++) {
    for (int i = 0; i < 4; i++) (void)attempt(m, j, i % 2 == 0 ? "+++-" : "+-x+", 1);
  }
  slo_correction c = SLO_SIZED(slo_correction);
  c.from_ns = DAWN;
  c.to_ns = DAWN + SLO_MINUTE_NS;
  c.sli = SLO_LEDGER_ALL;
  c.reason[0] = 'r';
  check_ok(slo_monitor_correct(m, &c, NULL, NULL));
  for (int64_t t = 1; t < 3; t++) {
    slo_status status = slo_monitor_tick(m, DAWN + t * SLO_HOUR_NS, 0);
    check_that(status == SLO_OK || status == SLO_ERANGE, "tick: %d", status);
  }
  for (uint32_t i = 0; i < slo_monitor_slo_count(m); i++) {
    slo_standing s = SLO_SIZED(slo_standing);
    (void)slo_monitor_read(m, i, &s);
    slo_status status = slo_monitor_blame(m, i, blames, SLO_JOURNEY_STEPS_MAX + 1, NULL);
    check_that(status == SLO_OK || status == SLO_ERANGE, "blame: %d", status);
  }
}

/* May a word of the front be something else in the block of a definition? Names behind their end,
 * how long pins are kept, and what nobody looks at. */
static int is_free(const slo_monitor *m, size_t at) {
  size_t slos = (size_t)((const char *)sloi_monitor_slos_const(m) - (const char *)m);
  size_t origins = (size_t)((const char *)sloi_monitor_origins(m) - (const char *)m);
  size_t journeys = (size_t)((const char *)sloi_monitor_journeys(m) - (const char *)m);
  if (at < sizeof *m) return at >= offsetof(slo_monitor, reserved);
  if (at < slos) {
    size_t field = (at - sizeof *m) % sizeof(sloi_monitor_sli);
    return field < sizeof m->sli[0].name || field == offsetof(sloi_monitor_sli, keep);
  }
  if (at < origins) {
    size_t field = (at - slos) % sizeof(sloi_monitor_slo);
    return field < SLO_MONITOR_NAME_MAX + 1 || field == offsetof(sloi_monitor_slo, reserved);
  }
  return at >= journeys + JOURNEYS * sizeof(sloi_monitor_journey); /* rounded up */
}

/* Each word of the tables: what the definition says of it, or refused. */
START_TEST(test_attach_forged_front) {
  service s;
  service_new(&s);
  ck_ok(slo_monitor_tick(s.m, DAWN, 0));
  uint64_t random = 6, accepted = 0, refused = 0;
  char *copy = check_memory(s.size);
  size_t end = sizeof(sloi_block) + (size_t)s.m->block.config_size;
  memcpy(copy, s.memory, s.size);
  for (size_t at = sizeof(sloi_block); at < end; at += 8) {
    uint64_t was;
    memcpy(&was, s.memory + at, sizeof was);
    for (int i = 0; i < 22; i++) {
      const uint64_t fixed[] = {0,
                                1,
                                2,
                                was + 1,
                                was - 1,
                                was + 64,
                                was - 64,
                                UINT64_MAX,
                                UINT64_C(1) << 63,
                                s.size,
                                was ^ UINT64_C(1) << 32,
                                3,
                                64,
                                s.m->sli[7].hist_at, /* of another one */
                                s.m->sli[16].hist_at};
      uint64_t word = i < 15 ? fixed[i] : check_random_wide(&random);
      if (i >= 19) word = check_random(&random) % (s.size / 64) * 64;
      if (word == was) continue;
      slo_monitor *m = NULL;
      memcpy(copy + at, &word, sizeof word);
      reseal(copy);
      slo_status status = slo_monitor_attach(copy, s.size, &m);
      check_that(status == SLO_OK || status == SLO_ECORRUPT || status == SLO_EVERSION, "%d",
                 status);
      check_that(status != SLO_OK || is_free(s.m, at),
                 "word %zu (%" PRIu64 "): %" PRIu64 " was accepted", at / 8, was, word);
      refused += status != SLO_OK;
      if (status == SLO_OK) {
        accepted++;
        use(m);
        memcpy(copy, s.memory, s.size);
      }
      memcpy(copy + at, &was, sizeof was);
    }
  }
  ck_assert_uint_gt(refused, 5000);
  ck_assert_uint_gt(accepted, 0);
  free(copy);
  service_end(&s);
}
END_TEST

/* A histogram that counts by another threshold than the rule has. */
START_TEST(test_attach_other_threshold) {
  service s;
  service_new(&s);
  slo_monitor *m = NULL;
  slo_hist *hist = slo_monitor_hist(s.m, 7);
  for (int64_t threshold = 300 * MS - 1; threshold <= 300 * MS + 1; threshold++) {
    slo_hist_config c = SLO_SIZED(slo_hist_config);
    size_t size;
    c.thresholds = &threshold;
    c.threshold_count = 1;
    c.shards = 1;
    ck_ok(slo_hist_footprint(&c, &size, NULL));
    ck_assert_uint_eq(size, ((const sloi_block *)(const void *)hist)->size);
    ck_ok(slo_hist_init(hist, size, &c, &hist, NULL));
    ck_assert_int_eq(slo_monitor_attach(s.memory, s.size, &m),
                     threshold == 300 * MS ? SLO_OK : SLO_ECORRUPT);
  }
  service_end(&s);
}
END_TEST

/* Periods as data, which no definition has, at the end of a larger block. */
START_TEST(test_attach_starts) {
  service s;
  service_define(&s);
  s.journeys[2].slo_count = 1;
  service_open(&s);
  slo_monitor *m = NULL;
  char *larger = check_memory(s.size + 64);
  memcpy(larger, s.memory, s.size);
  slo_monitor *forged = (slo_monitor *)(void *)larger;
  const int64_t starts[2] = {DAWN, DAWN + SLO_DAY_NS};
  memcpy(larger + s.size, starts, sizeof starts);
  sloi_monitor_slo *last = sloi_monitor_slos(forged) + forged->slo_count - 1;
  last->starts_at = s.size;
  last->start_count = 2;
  forged->block.size = s.size + 64;
  reseal(larger);
  ck_assert_int_eq(slo_monitor_attach(larger, s.size + 64, &m), SLO_ECORRUPT);
  free(larger);
  service_end(&s);
  slo_monitor_sli one = {.struct_size = sizeof one, .name = "a"}; /* and no definition at all */
  slo_monitor_config c = {.struct_size = sizeof c, .slis = &one, .sli_count = 1};
  slo_monitor *plain;
  size_t size;
  ck_ok(slo_monitor_footprint(&c, &size, NULL));
  ck_ok(slo_monitor_create(&c, NULL, &plain, NULL));
  plain->definition_at = plain->edges_at;
  reseal(plain);
  ck_assert_int_eq(slo_monitor_attach(plain, size, &m), SLO_ECORRUPT);
  plain->definition_at = 0;
  reseal(plain);
  ck_ok(slo_monitor_attach(plain, size, &m));
  slo_monitor_destroy(plain);
}
END_TEST

/* A front that says there is no definition, though its bytes are there; or one too many. */
START_TEST(test_attach_forged_counts) {
  service s;
  service_new(&s);
  slo_monitor *forged = (slo_monitor *)(void *)s.memory, *m = NULL;
  const slo_monitor original = *forged;
  for (uint64_t journeys = 0; journeys < 6; journeys++) {
    for (uint64_t slis = SLIS - 1; slis <= SLIS + 1; slis++) {
      for (uint64_t slos = SLOS - 1; slos <= SLOS + 1; slos++) {
        for (uint64_t at = 0; at < 2; at++) {
          forged->journey_count = journeys;
          forged->sli_count = slis;
          forged->slo_count = slos;
          forged->definition_at = at == 0 ? 0 : original.definition_at;
          forged->block.config_size = sloi_monitor_front(slis, slos, journeys) - sizeof(sloi_block);
          reseal(forged);
          int same = journeys == JOURNEYS && slis == SLIS && slos == SLOS && at == 1;
          slo_status status = slo_monitor_attach(s.memory, s.size, &m);
          check_that((status == SLO_OK) == same, "%d: %s", (int)journeys, slo_status_name(status));
        }
      }
    }
  }
  service_end(&s);
}
END_TEST

/* A journey's own block, consistent in itself, but not the one that was defined. */
START_TEST(test_attach_forged_journeys) {
  service s;
  service_new(&s);
  slo_monitor *m = NULL;
  char *copy = check_memory(s.size);
  for (uint32_t j = 0; j < JOURNEYS; j++) {
    size_t at = (size_t)((char *)slo_monitor_journey(s.m, j) - s.memory);
    for (int i = 0; i < 8; i++) {
      memcpy(copy, s.memory, s.size);
      slo_journey *forged = (slo_journey *)(void *)(copy + at);
      int changed = 1;
      if (i == 0) forged->limit_ns ^= 1;
      if (i == 1) forged->limit_ns = 0;
      if (i == 2) forged->critical |= (UINT64_C(1) << forged->steps) - 1 - forged->fallbacks;
      if (i == 3) forged->critical &= ~forged->critical + 1; /* only the first */
      if (i == 4) forged->fallbacks = 0;
      if (i == 5) forged->fallback_of[2] = 0;
      if (i == 6) forged->reserved[1] = 1;
      if (i == 7) forged->fallback_of[63] = 1;
      changed = memcmp(copy + at, s.memory + at, sizeof *forged) != 0;
      reseal(forged);
      slo_status status = slo_monitor_attach(copy, s.size, &m);
      check_that(status == (changed ? SLO_ECORRUPT : SLO_OK), "journey %u, %d: %s", j, i,
                 slo_status_name(status));
    }
    /* one step less, the memory of its counter unused: an attempt would blame the wrong ones */
    memcpy(copy, s.memory, s.size);
    slo_journey *forged = (slo_journey *)(void *)(copy + at);
    if (forged->steps < 2) continue;
    forged->steps--;
    forged->critical = 1;
    forged->fallbacks = 0;
    forged->block.size -= forged->counter_size;
    reseal(forged);
    ck_assert_int_eq(slo_monitor_attach(copy, s.size, &m), SLO_ECORRUPT);
  }
  free(copy);
  service_end(&s);
}
END_TEST

/* Another definition of the same size in its place: what it says must be what the block does. */
START_TEST(test_attach_other_definition) {
  static slo_step steps[BUY_STEPS];
  static slo_journey_sli slis[MENU + 1];
  static slo_journey_slo slos[4], returns[2];
  for (int i = 0; i < 15; i++) {
    service s, other;
    slo_monitor *m = NULL;
    service_new(&s);
    service_define(&other);
    memcpy(steps, BUY, sizeof steps);
    memcpy(slis, BUY_SLIS, sizeof slis);
    memcpy(slos, BUY_SLOS, sizeof slos);
    memcpy(returns, RETURN_SLOS, sizeof returns);
    other.journeys[0].steps = steps;
    other.journeys[0].slis = slis;
    other.journeys[0].slos = slos;
    other.journeys[2].slos = returns;
    if (i == 1) steps[0].name = "Search";
    if (i == 2) steps[3].flags = 0;
    if (i == 3) slis[2].name = "Quality";
    if (i == 4) slis[2].sli.least_ppm++;
    if (i == 5) slis[1].sli.threshold_ns++;
    if (i == 6) slis[0].sli.protocol = SLO_PROTOCOL_GRPC;
    if (i == 7) slos[0].name = "some can buy";
    if (i == 8) slos[0].objective_ppb++;
    if (i == 9) slos[0].period_ns += SLO_DAY_NS;
    if (i == 10) slos[2].sli = 1;
    if (i == 11) returns[1].calendar.unit = SLO_CALENDAR_WEEK;
    if (i == 12) returns[0].method = SLO_METHOD_RATIO_TIMESLICES;
    if (i == 13) other.journeys[1].name = "Browse";
    if (i == 14) slis[5].sli.counted = SLO_EVENT_HEALTH_CHECK;
    service_open(&other);
    ck_assert_uint_eq(slo_definition_size(other.bytes), slo_definition_size(s.bytes));
    memcpy(s.memory + s.m->definition_at, other.bytes, slo_definition_size(other.bytes));
    slo_status status = slo_monitor_attach(s.memory, s.size, &m);
    check_that(status == (i == 0 ? SLO_OK : SLO_ECORRUPT), "%d: %s", i, slo_status_name(status));
    service_end(&other);
    service_end(&s);
  }
}
END_TEST

/* One indicator or objective more, or less, at the very end, in as many bytes. */
START_TEST(test_attach_definition_of_another_length) {
  static char text[SLO_JOURNEY_TEXT_MAX + 1];
  slo_journey_sli slis[3] = {RETURN_SLIS[0], RETURN_SLIS[1], RETURN_SLIS[1]};
  slo_journey_slo slos[3] = {RETURN_SLOS[0], RETURN_SLOS[1], RETURN_SLOS[1]};
  slis[2].name = "more";
  slos[2].name = "more";
  memset(text, 'x', SLO_JOURNEY_TEXT_MAX);
  for (int i = 0; i < 4; i++) {
    service s, other;
    slo_monitor *m = NULL;
    size_t length = SLO_JOURNEY_TEXT_MAX + 1, size;
    service_define(&s);
    s.journeys[0].summary = text + (i % 2 == 0 ? 255 : 0);
    service_open(&s);
    service_define(&other);
    other.journeys[2].slis = slis;
    other.journeys[2].slos = slos;
    if (i < 2) other.journeys[2].sli_count = i == 0 ? 1 : 3;
    if (i >= 2) other.journeys[2].slo_count = i == 2 ? 1 : 3;
    do { /* what the text must give or take */
      check_that(length-- > 0, "%d: no text is short enough", i);
      other.journeys[0].summary = text + SLO_JOURNEY_TEXT_MAX - length;
      ck_ok(slo_definition_footprint(&other.definition, &size, NULL));
    } while (size != slo_definition_size(s.bytes));
    service_open(&other);
    ck_assert_uint_eq(slo_definition_size(other.bytes), slo_definition_size(s.bytes));
    memcpy(s.memory + s.m->definition_at, other.bytes, slo_definition_size(s.bytes));
    ck_assert_int_eq(slo_monitor_attach(s.memory, s.size, &m), SLO_ECORRUPT);
    service_end(&other);
    service_end(&s);
  }
}
END_TEST

/* Every byte of the definition is watched, by its own checksum. */
START_TEST(test_attach_flipped_definition) {
  service s;
  service_new(&s);
  slo_monitor *m = NULL;
  size_t at = (size_t)s.m->definition_at, size = slo_definition_size(s.bytes);
  for (size_t i = 0; i < size; i++) {
    s.memory[at + i] ^= 0x10;
    slo_status status = slo_monitor_attach(s.memory, s.size, &m);
    check_that(status == SLO_ECORRUPT || (i < 8 && status == SLO_EVERSION), "byte %zu: %s", i,
               slo_status_name(status));
    s.memory[at + i] ^= 0x10;
  }
  s.memory[at + 7]++; /* the version of its layout */
  ck_assert_int_eq(slo_monitor_attach(s.memory, s.size, &m), SLO_EVERSION);
  s.memory[at + 7]--;
  ck_ok(slo_monitor_attach(s.memory, s.size, &m));
  service_end(&s);
}
END_TEST

/* Claims to end anywhere about any of its parts, and the memory ends there: nothing behind is
 * looked at. */
START_TEST(test_attach_cut) {
  service s;
  service_new(&s);
  slo_monitor *m = NULL;
  for (uint32_t part = 0; part < 2 + JOURNEYS + SLIS; part++) {
    const char *end = s.memory + s.m->definition_at;
    if (part == 1) end += slo_definition_size(s.bytes);
    if (part > 1) end = (char *)slo_monitor_journey(s.m, part - 2);
    if (part >= 2 + JOURNEYS) end = (char *)slo_monitor_window(s.m, part - 2 - JOURNEYS);
    for (int off = -72; off <= 72; off++) {
      size_t claimed = (size_t)(end - s.memory) + (size_t)off;
      sloi_block *copy = check_memory(claimed);
      memcpy(copy, s.memory, claimed);
      copy->size = claimed;
      check_that(slo_monitor_attach(copy, claimed, &m) == SLO_ECORRUPT, "%u, %d", part, off);
      free(copy);
    }
  }
  service_end(&s);
}
END_TEST

CHECK_MAIN("defined", tcase_add_test(tc, test_names); tcase_add_test(tc, test_find);
           tcase_add_test(tc, test_alerts); tcase_add_test(tc, test_definition_and_journeys);
           tcase_add_test(tc, test_definition_beside_others);
           tcase_add_test(tc, test_window_and_corrections); tcase_add_test(tc, test_init_over_dirt);
           tcase_add_test(tc, test_definition_is_copied); tcase_add_test(tc, test_record);
           tcase_add_test(tc, test_record_latency); tcase_add_test(tc, test_record_misuse);
           tcase_add_test(tc, test_unmeasured); tcase_add_test(tc, test_slices);
           tcase_add_test(tc, test_blame_rolling); tcase_add_test(tc, test_blame_calendar);
           tcase_add_test(tc, test_correct_a_step); tcase_add_test(tc, test_blame_misuse);
           tcase_add_test(tc, test_blame_without_limit);
           tcase_add_test(tc, test_blame_during_a_tick); tcase_add_test(tc, test_attach);
           tcase_add_test(tc, test_processes); tcase_add_test(tc, test_attach_forged_front);
           tcase_add_test(tc, test_attach_forged_counts);
           tcase_add_test(tc, test_attach_other_threshold); tcase_add_test(tc, test_attach_starts);
           tcase_add_test(tc, test_attach_forged_journeys);
           tcase_add_test(tc, test_attach_other_definition);
           tcase_add_test(tc, test_attach_definition_of_another_length);
           tcase_add_test(tc, test_attach_flipped_definition); tcase_add_test(tc, test_attach_cut);)
