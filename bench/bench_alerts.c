/*
 * Is a page worth waking for? Simulated services under the library's alerts with and without
 * their gate, and under the rules people use instead: how often do they page a healthy service,
 * how long does an outage take to page, how often does it page, and how long after its end does
 * that stop? Beside them the oracle (alerts_oracle.h), which nobody can beat by much. At the end,
 * what the gate costs.
 *
 * bench_alerts BUILD        a telling subset, a minute or two
 * bench_alerts BUILD full   the whole grid, an hour
 * bench_alerts BUILD check  are the shortcuts of alerts_sim.h exact?
 *
 * The same numbers every time, but for the times at the end.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alerts_oracle.h"
#include "alerts_sim.h"

enum { HEALTHY_MAX = 1024, OUTAGES_MAX = 1024, ROUNDS = 15, STEPS = 20000 };

typedef struct result {
  sim_outage sim;
  double p1;
  double oracle_s, lorden_s;
  double important_s; /* until the burn, were there no chance, exceeds a tier's factor */
} result;

typedef struct results { /* shared by all workers */
  int healthies, outages;
  uint32_t next;
  sim_healthy healthy[HEALTHY_MAX];
  result outage[OUTAGES_MAX];
} results;

static const uint64_t rates[] = {10, 100, 1000, 10000, 100000, 3600000};
static const uint64_t targets[] = {990000000, 999000000, 999900000};
static const double burns[] = {0.1, 0.3, 0.8, 1.0};
static const double errors[] = {1, 0.1, 0.02, 0.01, 0.005, 0.002};
#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* ---- the grid ---- */

static void add_healthy(results *r, sim_cell cell, double years) {
  if (r->healthies == HEALTHY_MAX) sim_die("too many cells");
  sim_healthy *h = &r->healthy[r->healthies++];
  h->cell = cell;
  h->years = years;
}

/* The sooner of the tiers, in a service whose events come evenly. */
static double important_s(const sim_cell *c, double p1) {
  static const double window_s[] = {3600, 21600}, factor[] = {14.4, 6};
  double best = INFINITY, b = sim_allowed(c);
  for (int i = 0; i < 2; i++) {
    double takes = (factor[i] - c->burn) * window_s[i] * b / (p1 - c->burn * b);
    if (takes < window_s[i] && takes < best) best = takes;
  }
  return best;
}

/* Only outages that are important: a tier's factor is well exceeded. */
static void add_outage(results *r, sim_cell cell, double error, int trials) {
  double b = sim_allowed(&cell), p1 = error + (1 - error) * cell.burn * b;
  if (p1 < 6.6 * b) return;
  if (r->outages == OUTAGES_MAX) sim_die("too many cells");
  result *o = &r->outage[r->outages++];
  double rate = (double)cell.rate, year = rate * 8766, hour = 3600 / rate;
  o->sim.cell = cell;
  o->sim.error = error;
  o->p1 = p1;
  o->lorden_s = oracle_lorden(b, p1, year) * hour;
  o->important_s = important_s(&cell, p1);
  double lasts = fmax(6 * 3600, 6 * fmax(o->lorden_s, o->important_s));
  if (error == 1) lasts = fmax(2 * 3600, 6 * o->lorden_s);
  double quiet = fmax(fmax(16 * 3600, 2000 * hour), lasts / 2);
  o->sim.lasts_s = floor(fmin(lasts, 100 * 86400) / 10) * 10;
  o->sim.quiet_s = floor(fmin(quiet, 40 * 86400) / 20) * 20;
  double most = 4e7 / (o->sim.lasts_s + o->sim.quiet_s);
  o->sim.trials = most < trials ? (int)fmax(20, most) : trials;
}

static void grid_quick(results *r) {
  static const struct {
    uint64_t rate;
    int target;
    double burn, years;
    unsigned noises; /* bit: NOISE_* */
  } healthy[] = {{10, 1, 0.8, 8, 0x67},  {10, 1, 0.8, 2.1, 0x08},  {10, 1, 0.8, 6, 0x10},
                 {10, 1, 1.0, 8, 0x25},  {10, 0, 0.8, 4, 0x25},    {100, 1, 0.8, 2.1, 0x37},
                 {100, 1, 1.0, 6, 0x01}, {1000, 1, 0.8, 2.1, 0x04}};
  static const struct {
    uint64_t rate;
    int target;
    unsigned errors; /* bit: index */
  } outages[] = {{10, 0, 3},   {10, 1, 7},      {100, 1, 7},   {1000, 1, 7},
                 {1000, 2, 7}, {10000, 1, 0xf}, {100000, 2, 7}};
  for (int i = 0; i < COUNT(healthy); i++) {
    for (int noise = 0; noise < NOISES; noise++) {
      sim_cell cell = {healthy[i].rate, targets[healthy[i].target], healthy[i].burn, noise};
      if (healthy[i].noises >> noise & 1) add_healthy(r, cell, healthy[i].years);
    }
  }
  for (int i = 0; i < COUNT(outages); i++) {
    for (int e = 0; e < COUNT(errors); e++) {
      sim_cell cell = {outages[i].rate, targets[outages[i].target], 0.3, NOISE_INDEPENDENT};
      if (outages[i].errors >> e & 1) add_outage(r, cell, errors[e], 60);
    }
  }
}

static void grid_full(results *r) {
  for (int i = COUNT(rates); i-- > 0;) { /* the long ones first */
    for (int t = 0; t < COUNT(targets); t++) {
      for (int u = 0; u < COUNT(burns); u++) {
        for (int noise = 0; noise < NOISES; noise++) {
          sim_cell cell = {rates[i], targets[t], burns[u], noise};
          double budget = sim_budget(&cell), years = 2.1; /* none in two years: below 1.5 a year */
          if (budget < 5000 && burns[u] > 0.5) years = 4;
          if (budget < 300) years = burns[u] < 0.5 ? 5 : rates[i] > 10 ? 15 : 25;
          add_healthy(r, cell, years);
          int apart = noise == NOISE_INDEPENDENT || (burns[u] == 0.3 && noise != NOISE_RESTARTS);
          for (int e = 0; e < COUNT(errors) && apart; e++) add_outage(r, cell, errors[e], 120);
        }
      }
    }
  }
}

/* ---- running it ---- */

static uint64_t seed_of(const sim_cell *c, double error) {
  oracle_random r = {c->rate * 31 + c->target_ppb};
  (void)oracle_bits(&r);
  r.state ^= (uint64_t)(c->burn * 1000) << 32 | (uint64_t)(error * 1e6) << 8 | (uint64_t)c->noise;
  return oracle_bits(&r);
}

static void run_outage(result *o) {
  const sim_cell *c = &o->sim.cell;
  double rate = (double)c->rate, b = sim_allowed(c);
  uint64_t seed = seed_of(c, o->sim.error);
  sim_run_outages(&o->sim, seed);
  oracle oracle = oracle_make(b, o->p1, rate * 8766);
  o->oracle_s = oracle_delay(&oracle, c->burn * b, seed, 4000) * 3600 / rate;
}

static void work(results *r) {
  const uint32_t outages = (uint32_t)r->outages, all = outages + (uint32_t)r->healthies;
  for (;;) {
    uint32_t i = __atomic_fetch_add(&r->next, 1, __ATOMIC_RELAXED);
    if (i >= all) return;
    if (i < outages) {
      run_outage(&r->outage[i]);
    } else {
      sim_healthy *h = &r->healthy[i - outages];
      sim_run_healthy(h, seed_of(&h->cell, 0), 0);
    }
    if ((i + 1) % 50 == 0) fprintf(stderr, "bench_alerts: %u of %u cells\n", i + 1, all);
  }
}

/* A process for each processor; which cell which of them runs does not matter. */
static void run_all(results *r) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  fflush(NULL);
  for (long i = 1; i < processors; i++) {
    pid_t child = fork();
    if (child == 0) {
      work(r);
      _exit(0);
    }
  }
  work(r);
  for (int status; wait(&status) > 0;) {
    if (status != 0) sim_die("a worker failed");
  }
}

/* ---- tables ---- */

static void name_cell(char *text, size_t size, const sim_cell *c) {
  (void)snprintf(text, size, "%g %%, %" PRIu64 "/h, burn %.1f", (double)c->target_ppb / 1e7,
                 c->rate, c->burn);
}

static const char *duration(double s, char *text) {
  if (!isfinite(s)) return "-";
  if (s < 9.95) {
    (void)snprintf(text, 16, "%.1fs", s);
  } else if (s < 119.5) {
    (void)snprintf(text, 16, "%.0fs", s);
  } else if (s < 7170) {
    (void)snprintf(text, 16, "%.1fm", s / 60);
  } else {
    (void)snprintf(text, 16, "%.1fh", s / 3600);
  }
  return text;
}

static double a_year(const sim_healthy *h, int policy) {
  return (double)h->pages[policy] / h->years;
}

static double a_year_bound(const sim_healthy *h, int policy) {
  return rule_poisson_bound(h->pages[policy]) / h->years;
}

static void print_policies(const char *title) {
  printf("\n%s\n", title);
  for (int p = 0; p < POLICIES; p++) {
    if (p != POLICY_NO_DEAD) printf("  %*s", p == 0 ? 42 : 15, policy_names[p]);
    if (p == POLICY_GATE) printf("  %15s", "no dead time");
  }
  printf("\n");
}

/* Pages of several policies, each with its upper bound. */
static void print_pages(const char *name, const double *pages, const double *bounds) {
  printf("  %-27s", name);
  for (int p = 0; p < POLICIES; p++) {
    char text[32];
    (void)snprintf(text, sizeof text, pages[p] < 9.95 ? "%.2f <%.2f" : "%.0f <%.0f", pages[p],
                   bounds[p]);
    printf("  %*s", p == 0 ? 13 : 15, text);
  }
  printf("\n");
}

static void print_healthy(const results *r, int every) {
  for (int noise = 0; noise < NOISES && every; noise++) {
    char title[128];
    (void)snprintf(title, sizeof title,
                   "False pages a year of a healthy service (< upper 95 %% bound): %s",
                   noise_names[noise]);
    print_policies(title);
    for (int i = 0; i < r->healthies; i++) {
      const sim_healthy *h = &r->healthy[i];
      double pages[POLICIES], bounds[POLICIES];
      char name[64];
      if (h->cell.noise != noise) continue;
      name_cell(name, sizeof name, &h->cell);
      for (int p = 0; p < POLICIES; p++) pages[p] = a_year(h, p), bounds[p] = a_year_bound(h, p);
      print_pages(name, pages, bounds);
    }
  }
  print_policies("False pages a year, the worst cell of each noise");
  for (int at_one = 0; at_one < 2; at_one++) {
    for (int noise = 0; noise < NOISES; noise++) {
      double pages[POLICIES] = {0}, bounds[POLICIES] = {0};
      char name[64];
      int cells = 0;
      for (int i = 0; i < r->healthies; i++) {
        const sim_healthy *h = &r->healthy[i];
        if (h->cell.noise != noise || (h->cell.burn > 0.9) != at_one) continue;
        cells++;
        for (int p = 0; p < POLICIES; p++) {
          if (cells > 1 && a_year(h, p) < pages[p]) continue;
          if (cells > 1 && a_year(h, p) == pages[p] && a_year_bound(h, p) < bounds[p]) continue;
          pages[p] = a_year(h, p);
          bounds[p] = a_year_bound(h, p);
        }
      }
      (void)snprintf(name, sizeof name, "%s, burn %s", noise_names[noise],
                     at_one ? "1.0" : "<= 0.8");
      if (cells > 0) print_pages(name, pages, bounds);
    }
  }
}

static double ratio(double a, double b) {
  return b > 0 ? a / b : INFINITY;
}

/* A policy that missed outages has no mean. */
static double mean_delay(const result *o, int policy) {
  const sim_policy *p = &o->sim.policy[policy];
  return p->missed > 0 || p->seen == 0 ? INFINITY : p->mean_s;
}

static double pages_each(const result *o, int policy) {
  const sim_policy *p = &o->sim.policy[policy];
  return p->seen > 0 ? (double)p->pages / p->seen : 0;
}

static void print_outages(const results *r) {
  printf(
      "\nDetection: median, 95th percentile and mean; Lorden's bound; pages per outage; reset\n");
  printf("  %-40s%26s%26s%9s%7s%7s%8s%13s%15s\n", "independent noise", "MWMBR       ",
         "gate       ", "oracle", "gate/", "gate/", "Lorden", "pages", "mean reset");
  printf("  %-40s%52s%9s%7s%7s%8s%13s%15s\n", "", "", "", "oracle", "MWMBR", "", "MWMBR, gate",
         "MWMBR, gate");
  for (int i = 0; i < r->outages; i++) {
    const result *o = &r->outage[i];
    const sim_policy *plain = &o->sim.policy[POLICY_PLAIN], *gate = &o->sim.policy[POLICY_GATE];
    const sim_cell *c = &o->sim.cell;
    char name[64], a[16], b[16], d[16], e[16], f[16], g[16], h[16], k[16], m[16], n[16];
    if (c->noise != NOISE_INDEPENDENT || c->burn != 0.3) continue;
    name_cell(name, sizeof name, c);
    printf("  %-27s %5.1f %% fail%9s%8s%8s%10s%8s%8s%9s%7.2f%7.2f%8s%7.2f%6.2f%8s%7s", name,
           o->sim.error * 100, duration(plain->median_s, a), duration(plain->p95_s, b),
           duration(mean_delay(o, POLICY_PLAIN), d), duration(gate->median_s, e),
           duration(gate->p95_s, f), duration(mean_delay(o, POLICY_GATE), g),
           duration(o->oracle_s, h), ratio(mean_delay(o, POLICY_GATE), o->oracle_s),
           ratio(mean_delay(o, POLICY_GATE), mean_delay(o, POLICY_PLAIN)), duration(o->lorden_s, k),
           pages_each(o, POLICY_PLAIN), pages_each(o, POLICY_GATE), duration(plain->reset_s, m),
           duration(gate->reset_s, n));
    if (gate->missed > 0) printf("  missed %d of %d", gate->missed, o->sim.trials);
    printf("\n");
  }
}

/* The mean over cells of the logarithm of delay / floor. */
static double geometric(const results *r, int policy, double budget_max, int floor_important,
                        int *missed) {
  double sum = 0;
  int cells = 0;
  *missed = 0;
  for (int i = 0; i < r->outages; i++) {
    const result *o = &r->outage[i];
    if (sim_budget(&o->sim.cell) >= budget_max) continue;
    double least = floor_important ? fmax(o->oracle_s, o->important_s) : o->oracle_s;
    if (o->sim.policy[policy].missed * 10 > o->sim.trials) {
      *missed += 1;
      continue;
    }
    sum += log(o->sim.policy[policy].mean_s / least);
    cells++;
  }
  return cells > 0 ? exp(sum / cells) : 0;
}

static void print_rules(const results *r) {
  printf(
      "\nMean delay, geometric mean over the cells, as a multiple of the oracle's, and of the\n"
      "larger of that and the time to importance; cells where it misses an outage in ten\n");
  printf("  %-20s %12s %12s %12s %8s %15s\n", "", "B < 300", "B < 300", "all", "misses",
         "most pages");
  printf("  %-20s %12s %12s %12s %8s %15s\n", "", "oracle", "importance", "importance", "cells",
         "an outage");
  for (int p = 0; p < POLICIES; p++) {
    int missed;
    double most = 0;
    for (int i = 0; i < r->outages; i++) most = fmax(most, pages_each(&r->outage[i], p));
    double low = geometric(r, p, 300, 0, &missed), floor = geometric(r, p, 300, 1, &missed);
    double all = geometric(r, p, INFINITY, 1, &missed);
    printf("  %-20s %12.2f %12.2f %12.2f %8d %15.2f\n", policy_names[p], low, floor, all, missed,
           most);
  }
}

/* ---- targets ---- */

typedef struct target {
  const char *what;
  int cells, missed;
  double worst, limit;
  char text[4096]; /* the cells that miss it */
} target;

static void target_cell(target *t, const char *name, double value, double limit) {
  t->cells++;
  if (value - limit > t->worst - t->limit || t->cells == 1) {
    t->worst = value;
    t->limit = limit;
  }
  if (value <= limit) return;
  t->missed++;
  size_t used = strlen(t->text);
  (void)snprintf(t->text + used, sizeof t->text - used, "      %s: %.4g, not %.4g\n", name, value,
                 limit);
}

static void target_print(const target *t) {
  if (t->cells == 0) return;
  printf("  %-8s %s (%d of %d; worst %.4g of %.4g)\n%s", t->missed ? "NOT MET" : "met", t->what,
         t->cells - t->missed, t->cells, t->worst, t->limit, t->text);
}

static void targets_healthy(const results *r) {
  target bound = {.what = "false pages a year at burn <= 1: upper bound <= 1.5"};
  target low = {.what = "false pages a year at burn <= 0.8: <= 0.2"};
  target other = {.what = "beyond the promise, 5 min drift and 40 s blips: <= 1 a year"};
  for (int i = 0; i < r->healthies; i++) {
    const sim_healthy *h = &r->healthy[i];
    char cell[64], name[128];
    name_cell(cell, sizeof cell, &h->cell);
    (void)snprintf(name, sizeof name, "%s, %s", cell, noise_names[h->cell.noise]);
    if (h->cell.noise == NOISE_DRIFT || h->cell.noise == NOISE_BLIPS) {
      target_cell(&other, name, a_year(h, POLICY_GATE), 1);
      continue;
    }
    target_cell(&bound, name, a_year_bound(h, POLICY_GATE), 1.5);
    if (h->cell.burn <= 0.8) target_cell(&low, name, a_year(h, POLICY_GATE), 0.2);
  }
  target_print(&bound);
  target_print(&low);
  target_print(&other);
}

static void targets_outages(const results *r) {
  target low = {.what = "mean delay at 10/h, 100 % and 10 %: <= 1.1 x the oracle's"};
  target big = {.what = "mean delay at B >= 5,000: no more than MWMBR's, s"};
  target middle = {.what = "mean delay at B 300-5,000: <= 90 s more than MWMBR's"};
  target pages = {.what = "pages per outage: <= 1.2"};
  target reset = {.what = "mean reset after a total outage, 100/h and more: <= 150 s"};
  target slow = {.what = "mean reset after a total outage, 10/h: <= 3 x detection"};
  target all = {.what = "mean delay, geometric mean over B < 300: <= 1.5 x the oracle's"};
  int missed;
  target_cell(&all, "all", geometric(r, POLICY_GATE, 300, 0, &missed), 1.5);
  for (int i = 0; i < r->outages; i++) {
    const result *o = &r->outage[i];
    const sim_policy *gate = &o->sim.policy[POLICY_GATE];
    const sim_cell *c = &o->sim.cell;
    double budget = sim_budget(c), mean = mean_delay(o, POLICY_GATE);
    double more = mean - mean_delay(o, POLICY_PLAIN);
    char cell[64], name[128];
    name_cell(cell, sizeof cell, c);
    (void)snprintf(name, sizeof name, "%s, %s, %g %% fail", cell, noise_names[c->noise],
                   o->sim.error * 100);
    if (c->rate == 10 && o->sim.error >= 0.1) target_cell(&low, name, mean / o->oracle_s, 1.1);
    if (budget >= 5000) target_cell(&big, name, more, 0);
    if (budget >= 300 && budget < 5000) target_cell(&middle, name, more, 90);
    target_cell(&pages, name, pages_each(o, POLICY_GATE), 1.2);
    if (o->sim.error < 1) continue;
    if (c->rate >= 100) {
      target_cell(&reset, name, gate->reset_s, 150);
    } else {
      target_cell(&slow, name, gate->reset_s, 3 * mean);
    }
  }
  target_print(&all);
  target_print(&low);
  target_print(&big);
  target_print(&middle);
  target_print(&pages);
  target_print(&reset);
  target_print(&slow);
}

/* ---- what it costs ---- */

typedef struct cost {
  slo_evidence *evidence;
  slo_window *window;
  slo_alert *alert;
  slo_counts total, slot;
  int64_t now;
  int apart; /* a failure every so many slots; 0: none */
  uint64_t i;
} cost;

static void cost_evidence(void *context, uint64_t n) {
  cost *c = context;
  for (uint64_t i = 0; i < n; i++) (void)slo_evidence_step(c->evidence, sim_slot, &c->slot);
}

static void cost_step(void *context, uint64_t n) {
  cost *c = context;
  for (uint64_t i = 0; i < n; i++) {
    c->now += sim_slot;
    c->total.good += 100;
    if (c->apart != 0 && ++c->i % (uint64_t)c->apart == 0) c->total.bad++;
    (void)slo_window_push(c->window, c->now, &c->total, 0);
    if (c->alert != NULL) (void)slo_alert_step(c->alert, c->window, NULL, 0);
  }
}

static int run_costs(bench_case *cases, target *t) {
  static const char *const names[] = {"push",
                                      "push, alert step, no gate",
                                      "push, alert step, gate",
                                      "push, alert step, gate, some failures",
                                      "slo_evidence_step, healthy slot",
                                      "slo_evidence_step, slots with a failure"};
  enum { COSTS = COUNT(names) };
  static cost costs[COSTS];
  sim_cell cell = {36000, 999000000, 0.3, NOISE_INDEPENDENT};
  static sim s[COSTS];
  (void)bench_pin(0);
  for (int i = 0; i < COSTS; i++) {
    slo_evidence_config config = SLO_SIZED(slo_evidence_config);
    cost *c = &costs[i];
    sim_start(&s[i], &cell, 1, NULL, 0);
    config.objective_ppb = cell.target_ppb;
    config.dead_ns = i == COSTS - 1 ? 1 : 0;
    if (slo_evidence_create(&config, NULL, &c->evidence, NULL) != SLO_OK) sim_die("evidence");
    c->window = s[i].window;
    c->alert = i == 0 ? NULL : s[i].alert[i == 1 ? POLICY_PLAIN : POLICY_GATE];
    c->now = s[i].now;
    c->slot.good = 100;
    c->slot.bad = i == COSTS - 1;
    c->apart = i == 3 ? 50 : 0;
    cases[i].name = names[i];
    cases[i].run = i < 4 ? cost_step : cost_evidence;
    cases[i].context = c;
    cases[i].n = STEPS;
  }
  bench_run(cases, COSTS, ROUNDS);
  /* of the fastest rounds: a busy machine's medians differ by more than this */
  t->what = "evaluation of the gate, ns a slot and SLO: <= 25";
  target_cell(t, "step with a gate less step without", cases[2].ns[0] - cases[1].ns[0], 25);
  target_cell(t, "slo_evidence_step, healthy", cases[4].ns[0], 25);
  for (int i = 0; i < COSTS; i++) {
    slo_evidence_destroy(costs[i].evidence);
    sim_end(&s[i]);
  }
  return COSTS;
}

/* ---- JSON ---- */

static void json_number(FILE *f, const char *name, double value) {
  if (isfinite(value)) {
    fprintf(f, ",\"%s\":%.6g", name, value);
  } else {
    fprintf(f, ",\"%s\":null", name);
  }
}

static void json_cell(FILE *f, const sim_cell *c) {
  fprintf(f, "{\"rate\":%" PRIu64 ",\"target\":%.6g,\"burn\":%.1f,\"noise\":\"%s\",\"budget\":%.6g",
          c->rate, (double)c->target_ppb / 1e7, c->burn, noise_names[c->noise], sim_budget(c));
}

static int json_all(const char *build, const results *r, const bench_case *cases, int costs) {
  char path[512];
  (void)snprintf(path, sizeof path, "%s/bench/alerts.json", build);
  FILE *f = fopen(path, "w");
  if (f == NULL) {
    perror(path);
    return 1;
  }
  fprintf(f, "{\"bench\":\"alerts\",\"libslo\":\"%s\",\"healthy\":[", slo_version_string());
  for (int i = 0; i < r->healthies; i++) {
    const sim_healthy *h = &r->healthy[i];
    fprintf(f, i > 0 ? ",\n" : "\n");
    json_cell(f, &h->cell);
    json_number(f, "years", h->years);
    fprintf(f, ",\"policies\":{");
    for (int p = 0; p < POLICIES; p++) {
      fprintf(f, "%s\"%s\":{\"pages\":%" PRIu64, p > 0 ? "," : "", policy_names[p], h->pages[p]);
      json_number(f, "a_year", a_year(h, p));
      json_number(f, "upper", a_year_bound(h, p));
      fprintf(f, "}");
    }
    fprintf(f, "}}");
  }
  fprintf(f, "\n],\"outages\":[");
  for (int i = 0; i < r->outages; i++) {
    const result *o = &r->outage[i];
    fprintf(f, i > 0 ? ",\n" : "\n");
    json_cell(f, &o->sim.cell);
    json_number(f, "error", o->sim.error);
    json_number(f, "oracle_s", o->oracle_s);
    json_number(f, "lorden_s", o->lorden_s);
    json_number(f, "important_s", o->important_s);
    json_number(f, "lasts_s", o->sim.lasts_s);
    fprintf(f, ",\"policies\":{");
    for (int p = 0; p < POLICIES; p++) {
      const sim_policy *s = &o->sim.policy[p];
      fprintf(f, "%s\"%s\":{\"seen\":%d,\"missed\":%d", p > 0 ? "," : "", policy_names[p], s->seen,
              s->missed);
      json_number(f, "median_s", s->median_s);
      json_number(f, "p95_s", s->p95_s);
      json_number(f, "mean_s", s->seen > 0 ? s->mean_s : INFINITY);
      json_number(f, "pages", pages_each(o, p));
      json_number(f, "reset_s", s->resets > 0 ? s->reset_s : INFINITY);
      json_number(f, "reset_median_s", s->resets > 0 ? s->reset_median_s : INFINITY);
      fprintf(f, "}");
    }
    fprintf(f, "}}");
  }
  fprintf(f, "\n],\"cases\":[");
  for (int i = 0; i < costs; i++) {
    fprintf(f, "%s\n{\"name\":\"%s\",\"median_ns\":%.3f,\"min_ns\":%.3f}", i > 0 ? "," : "",
            cases[i].name, bench_median(&cases[i]), cases[i].ns[0]);
  }
  fprintf(f, "\n]}\n");
  return fclose(f) != 0;
}

/* ---- */

static int check(void) {
  static const sim_cell cells[] = {{10, 990000000, 1.0, NOISE_RETRIES},
                                   {10, 999000000, 1.0, NOISE_BURSTS},
                                   {100, 999900000, 1.0, NOISE_DRIFT},
                                   {100, 999000000, 1.0, NOISE_RESTARTS},
                                   {1000, 999900000, 1.0, NOISE_BLIPS}};
  int differ = 0;
  for (int i = 0; i < COUNT(cells); i++) {
    sim_healthy h[2] = {{.cell = cells[i], .years = 0.25}, {.cell = cells[i], .years = 0.25}};
    char name[64];
    name_cell(name, sizeof name, &cells[i]);
    printf("  %s, %s:", name, noise_names[cells[i].noise]);
    for (int exact = 0; exact < 2; exact++) sim_run_healthy(&h[exact], 5, exact);
    for (int p = 0; p < POLICIES; p++) {
      printf(" %" PRIu64, h[1].pages[p]);
      differ |= h[0].pages[p] != h[1].pages[p];
    }
    printf("%s\n", differ ? " differ" : "");
  }
  return differ;
}

int main(int argc, char **argv) {
  const char *build = argc > 1 ? argv[1] : "build";
  const char *how = argc > 2 ? argv[2] : "quick";
  static bench_case cases[8];
  static target cost;
  if (strcmp(how, "check") == 0) return check();
  int full = strcmp(how, "full") == 0;
  results *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (r == MAP_FAILED) sim_die("memory");
  if (full) {
    grid_full(r);
  } else {
    grid_quick(r);
    printf("alerts: a subset of the grid; make bench-alerts runs all of it, in an hour.\n");
  }
  double began = bench_now();
  run_all(r);
  double took = (bench_now() - began) / 1e9;
  printf(
      "alerts: B = failures that a month's budget allows; 10 s slots; pages 14.4 over 1h/5m and "
      "6 over 6h/30m; %d healthy services, %d kinds of outages\n",
      r->healthies, r->outages);
  print_healthy(r, !full);
  print_outages(r);
  print_rules(r);
  printf("\n");
  int costs = run_costs(cases, &cost);
  bench_print("alerts, per slot", cases, (size_t)costs);
  printf("\nTargets, for the gate\n");
  targets_healthy(r);
  targets_outages(r);
  target_print(&cost);
  fprintf(stderr, "bench_alerts: %.0f s\n", took);
  return json_all(build, r, cases, costs);
}
