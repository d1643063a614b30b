/* journey.c - a shop's checkout as a journey: the definition, attempts, and who spent the budget.
 *
 *     shopper -> catalog    search
 *     shopper -> cart       add to cart
 *     cart    -> stock      reserve          (when it is down: a guess from yesterday's numbers)
 *     shopper -> payments   pay
 */
#include <slo.h>
#include <stdio.h>

enum { SEARCH, CART, STOCK, GUESS, PAY };
enum { FAST };

static const slo_step steps[] = {
    {"search", "shopper", "catalog", SLO_STEP_CRITICAL, 0},
    {"add to cart", "shopper", "cart", SLO_STEP_CRITICAL, 0},
    {"reserve", "cart", "stock", SLO_STEP_CRITICAL, 0},
    {"guess", "cart", "cart", 0, .fallback_of = 1 + STOCK},
    {"pay", "shopper", "payments", SLO_STEP_CRITICAL, 0},
};
static const slo_journey_sli slis[] = {
    {.name = "search is fast",
     .step = 1 + SEARCH,
     .sli = {SLO_SLI_LATENCY, SLO_PROTOCOL_HTTP, .threshold_ns = 300000000}},
};
static const slo_journey_slo slos[] = {
    {"most can buy", 0, 0, 995000000, 28 * SLO_DAY_NS, .catalog = SLO_CATALOG_PYRRA},
    {"search is fast", 1 + FAST, 0, 990000000, 28 * SLO_DAY_NS, .catalog = SLO_CATALOG_PYRRA},
};
static const slo_journey_config checkout = {
    .struct_size = sizeof checkout,
    .name = "checkout",
    .summary = "a shopper finds something, and has bought it",
    .owner = "team-checkout",
    .policy = "https://wiki.example/error-budget-policy",
    .review_ns = 1798761600 * SLO_SECOND_NS,
    .limit_ns = 30 * SLO_MINUTE_NS,
    .steps = steps,
    .step_count = 5,
    .slis = slis,
    .sli_count = 1,
    .slos = slos,
    .slo_count = 2};
static const slo_definition_config shop = {sizeof shop, 1, "shop", &checkout};

/* What a service would do for one of its users; i says how it goes. */
static void one_shopper(slo_monitor *monitor, uint32_t fast, int i, int64_t now_ns) {
  slo_attempt attempt;
  slo_event search = {.known = SLO_EVENT_STATUS | SLO_EVENT_LATENCY, .status = 200};
  slo_attempt_begin(&attempt, slo_monitor_journey(monitor, 0), now_ns);
  search.latency_ns = i % 200 == 0 ? 450000000 : 80000000;
  slo_monitor_record(monitor, fast, &search);
  slo_attempt_step(&attempt, SEARCH, SLO_GOOD);
  slo_attempt_step(&attempt, CART, i % 900 == 0 ? SLO_BAD : SLO_GOOD);
  slo_attempt_step(&attempt, STOCK, i % 50 == 0 ? SLO_BAD : SLO_GOOD);
  if (i % 50 == 0) slo_attempt_step(&attempt, GUESS, SLO_GOOD);
  if (i % 4 != 3) slo_attempt_step(&attempt, PAY, i % 350 == 0 ? SLO_BAD : SLO_GOOD);
  slo_attempt_end(&attempt, now_ns + 5 * SLO_MINUTE_NS); /* one in four never paid: abandoned */
}

int main(void) {
  slo_error error = SLO_SIZED(slo_error);
  slo_definition *definition;
  slo_monitor *monitor;
  char text[256];
  if (slo_definition_create(&shop, NULL, &definition, &error) != SLO_OK) {
    (void)slo_error_format(&error, text, sizeof text);
    return fprintf(stderr, "%s\n", text), 1;
  }
  uint32_t findings;
  if (slo_lint_definition(&shop, 0, NULL, 0, &findings, &error) != SLO_OK) return 1;
  printf("%u findings of the linter\n", (unsigned)findings);
  const slo_monitor_config config = {.struct_size = sizeof config, .definition = definition};
  if (slo_monitor_create(&config, NULL, &monitor, &error) != SLO_OK) return 1;
  uint32_t fast;
  if (slo_monitor_find_sli(monitor, "checkout/search is fast", &fast) != SLO_OK) return 1;

  int64_t now_ns = 1767225600 * SLO_SECOND_NS;
  slo_monitor_tick(monitor, now_ns, 0);
  for (int i = 1; i <= 10000; i++) one_shopper(monitor, fast, i, now_ns);
  slo_monitor_tick(monitor, now_ns + SLO_HOUR_NS, 0);

  for (uint32_t i = 0; i < slo_monitor_slo_count(monitor); i++) {
    slo_standing s = SLO_SIZED(slo_standing);
    if (slo_monitor_read(monitor, i, &s) != SLO_OK) continue;
    printf("%-24s %llu of %llu failed, %.1f %% of the budget is left\n",
           slo_monitor_slo_name(monitor, i), (unsigned long long)s.budget.bad,
           (unsigned long long)s.budget.valid, (double)s.budget.remaining_ppm / 1e4);
  }
  slo_blame blames[6];
  if (slo_monitor_blame(monitor, 0, blames, 6, NULL) != SLO_OK) return 1;
  printf("what was spent of %s:\n", slo_monitor_slo_name(monitor, 0));
  for (int i = 0; i < 6; i++) {
    const char *name = i < 5 ? steps[i].name : "took too long";
    if (blames[i].share_ppm != 0) {
      printf("  %-14s ate %.0f %% of it\n", name, (double)blames[i].share_ppm / 1e4);
    }
    if (blames[i].counts.excluded != 0) {
      printf("  %-14s is where %llu gave up\n", name,
             (unsigned long long)blames[i].counts.excluded);
    }
  }
  slo_monitor_destroy(monitor);
  slo_definition_destroy(definition);
  return 0;
}
