/* test_traffic.c - counts of slots: their means, how they cluster, the same everywhere. */
#include <math.h>

#include "base/block.h"
#include "check_main.h"
#include "slo/traffic.h"

#define START (INT64_C(1700000000) * SLO_SECOND_NS) /* a Tuesday, 22:13:20 */
#define BUSY UINT64_C(1000000000000)

static slo_traffic_config config(uint32_t noise, uint64_t requests_per_day, uint64_t error_ppb) {
  slo_traffic_config c = SLO_SIZED(slo_traffic_config);
  c.noise = noise;
  c.requests_per_day = requests_per_day;
  c.error_ppb = error_ppb;
  c.start_ns = START;
  c.seed = 1;
  return c;
}

static slo_traffic *create(const slo_traffic_config *c) {
  slo_traffic *t = NULL;
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_traffic_create(c, NULL, &t, &e);
  check_that(status == SLO_OK, "%s: %s", slo_status_name(status), e.field);
  return t;
}

static slo_traffic_slot next(slo_traffic *t) {
  slo_traffic_slot slot;
  check_ok(slo_traffic_next(t, &slot));
  check_that(slot.counts.excluded == 0 && slot.bad_by_faults <= slot.counts.bad, "a slot");
  return slot;
}

static double valid(const slo_traffic_slot *slot) {
  return (double)slot->counts.good + (double)slot->counts.bad;
}

/* ---- the background ---- */

/* Requests and failures of so many slots, within 5 sigma of what was asked for. */
static void expect_means(const slo_traffic_config *c, int slots) {
  slo_traffic *t = create(c);
  double slot_ns = (double)(c->slot_ns == 0 ? 10 * SLO_SECOND_NS : c->slot_ns);
  double e = (double)c->error_ppb / 1e9, seconds = slots * slot_ns / 1e9, all = 0, bad = 0;
  double want = (double)c->requests_per_day / 86400 * seconds, noise_s = (double)c->noise_ns / 1e9;
  for (int i = 0; i < slots; i++) {
    slo_traffic_slot slot = next(t);
    all += valid(&slot);
    bad += (double)slot.counts.bad;
  }
  /* variances of the number of requests, and of failures beyond it */
  double tries = 1, wide = 0;
  if (c->noise == SLO_NOISE_RETRIES) tries = 1 + (noise_s == 0 ? 60 : noise_s) / 3.3;
  if (c->noise == SLO_NOISE_BURSTS) { /* of an alternating renewal process */
    double on = noise_s == 0 ? 5 : noise_s;
    wide = on * e * (1 - e) * (1 - e) / seconds + on * on / seconds / seconds / 4;
  }
  if (c->noise == SLO_NOISE_DRIFT) wide = e * e * (noise_s == 0 ? 300 : noise_s) / seconds;
  double error_all = 5 * sqrt(want * (1 + e * (tries - 1))) + 1;
  double error_bad = 5 * sqrt(want * e * tries + want * want * wide) + 1;
  check_that(fabs(all - want) <= error_all, "noise %u, %g a day: %g requests for %g", c->noise,
             (double)c->requests_per_day, all, want);
  check_that(fabs(bad - want * e) <= error_bad, "noise %u, %g a day, %g: %g failures for %g +- %g",
             c->noise, (double)c->requests_per_day, e, bad, want * e, error_bad);
  if (c->error_ppb == 0) check_that(bad == 0, "failures");
  if (c->error_ppb == 1000000000) check_that(bad == all, "successes");
  slo_traffic_destroy(t);
}

START_TEST(test_means) {
  static const uint64_t rates[] = {1, 240, 24000, 2400000, 86400000, BUSY};
  static const uint64_t errors[] = {0,        1,         100000,    1000000,
                                    30000000, 500000000, 999999999, 1000000000};
  for (uint32_t noise = 0; noise <= SLO_NOISE_DRIFT; noise++) {
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
      for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++) {
        slo_traffic_config c = config(noise, rates[r], errors[e]);
        c.seed = r * 100 + e;
        expect_means(&c, 20000);
      }
    }
  }
}
END_TEST

START_TEST(test_means_slots) {
  static const int64_t spans[] = {1, 2, 3, 7, 10, 59, 600, 3600};
  for (uint32_t noise = 0; noise <= SLO_NOISE_DRIFT; noise++) {
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
      for (size_t k = 0; k < sizeof spans / sizeof spans[0]; k++) {
        slo_traffic_config c = config(noise, 100000000, 20000000);
        c.seed = i * 100 + k;
        c.slot_ns = spans[i] * SLO_SECOND_NS;
        c.noise_ns = spans[k] * SLO_SECOND_NS;
        expect_means(&c, i < 5 ? 3000 : 300);
      }
    }
  }
}
END_TEST

/* The first slot is like any other: noise has been going on for long. */
START_TEST(test_first_slot) {
  enum { SEEDS = 4000, SLOTS = 3 };
  for (uint32_t noise = 0; noise <= SLO_NOISE_DRIFT; noise++) {
    double share[SLOTS] = {0};
    slo_traffic_config c = config(noise, 2400000, 400000000);
    c.slot_ns = c.noise_ns = SLO_HOUR_NS;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
      c.seed = seed;
      slo_traffic *t = create(&c);
      for (int i = 0; i < SLOTS; i++) {
        slo_traffic_slot slot = next(t);
        share[i] += (double)slot.counts.bad / valid(&slot);
      }
      slo_traffic_destroy(t);
    }
    for (int i = 0; i < SLOTS; i++) {
      check_that(fabs(share[i] / SEEDS - 0.4) < 5 * 0.5 / sqrt(SEEDS), "noise %u, slot %d: %g",
                 noise, i, share[i] / SEEDS);
    }
  }
}
END_TEST

/* A burst is noise_ns long, wherever it begins: at a rate at which the share of a slot that
 * fails says how much of it there was. */
START_TEST(test_bursts) {
  static const int64_t lengths[] = {1, 5, 37};
  for (int i = 0; i < 3; i++) {
    slo_traffic_config c = config(SLO_NOISE_BURSTS, BUSY, 10000000);
    c.noise_ns = lengths[i] * SLO_SECOND_NS;
    slo_traffic *t = create(&c);
    double run = 0;
    int bursts = 0;
    for (int k = 0; k < 100000; k++) {
      slo_traffic_slot slot = next(t);
      run += 10 * (double)slot.counts.bad / valid(&slot);
      if (slot.counts.bad != 0 || run == 0) continue;
      double whole = round(run / (double)lengths[i]); /* neighbours touch */
      check_that(fabs(run / (double)lengths[i] - whole) < 0.01, "%g seconds of %d", run,
                 (int)lengths[i]);
      bursts += (int)whole;
      run = 0;
    }
    double want = 1e6 * 0.01 / (double)lengths[i];
    check_that(fabs(bursts - want) < 5 * sqrt(want), "%d bursts, not %g", bursts, want);
    slo_traffic_destroy(t);
  }
}
END_TEST

/* Failures come 13 at a time: over hours their variance is 13 times their mean, less what lies
 * across an edge; one by one they do not. */
START_TEST(test_retries) {
  for (uint32_t noise = 0; noise <= SLO_NOISE_RETRIES; noise += 2) {
    slo_traffic_config c = config(noise, 240000, 5000000);
    c.slot_ns = 10 * SLO_SECOND_NS;
    slo_traffic *t = create(&c);
    enum { HOURS = 4000 };
    double sum = 0, square = 0;
    for (int h = 0; h < HOURS; h++) {
      double bad = 0;
      for (int i = 0; i < 360; i++) bad += (double)next(t).counts.bad;
      sum += bad;
      square += bad * bad;
    }
    double mean = sum / HOURS, ratio = (square / HOURS - mean * mean) / mean;
    double want = noise == SLO_NOISE_RETRIES ? 12.95 : 1;
    check_that(fabs(ratio / want - 1) < 0.12, "variance %g times the mean", ratio);
    slo_traffic_destroy(t);
  }
}
END_TEST

/* A lone first failure is followed by the same number of failures for as long. */
START_TEST(test_retries_chain) {
  slo_traffic_config c = config(SLO_NOISE_RETRIES, 24000, 100000);
  c.slot_ns = SLO_SECOND_NS;
  c.noise_ns = 20 * SLO_SECOND_NS;
  slo_traffic *t = create(&c);
  uint64_t seen[64] = {0}, chains = 0;
  for (int i = 0; i < 20000000 && chains < 20; i++) {
    memmove(seen + 1, seen, sizeof seen - sizeof seen[0]);
    seen[0] = next(t).counts.bad;
    if (seen[40] == 0) continue;
    uint64_t around = 0;
    for (int k = 0; k < 64; k++) around += seen[k];
    for (int k = 41; k < 64; k++) around += 100 * seen[k]; /* not the first one */
    if (around != 5) continue;
    for (int k = 20; k <= 40; k += 5) ck_assert_uint_eq(seen[k], 1);
    chains++;
  }
  ck_assert_uint_eq(chains, 20);
  slo_traffic_destroy(t);
}
END_TEST

/* The probability of a span is exponentially distributed (Kolmogorov, Smirnov), cut at 1. */
static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

START_TEST(test_drift) {
  enum { SPANS = 20000 };
  static double p[SPANS];
  slo_traffic_config c = config(SLO_NOISE_DRIFT, BUSY, 10000000);
  c.noise_ns = 30 * SLO_SECOND_NS;
  slo_traffic *t = create(&c);
  for (int i = 0; i < SPANS; i++) {
    double share[3];
    for (int k = 0; k < 3; k++) {
      slo_traffic_slot slot = next(t);
      share[k] = (double)slot.counts.bad / valid(&slot);
      check_that(fabs(share[k] - share[0]) < 1e-8 + 12 * sqrt(share[0] / 1e8), "%g and %g",
                 share[0], share[k]);
    }
    p[i] = (share[0] + share[1] + share[2]) / 3;
  }
  qsort(p, SPANS, sizeof p[0], compare_doubles);
  double most = 0;
  for (int i = 0; i < SPANS; i++) {
    most = fmax(most, fabs(1 - exp(-p[i] / 0.01) - (i + 0.5) / SPANS));
  }
  check_that(most * sqrt(SPANS) < 2.5, "distance %g", most * sqrt(SPANS)); /* 1 of 130,000 */
  slo_traffic_destroy(t);
}
END_TEST

/* ---- day, week, sales, faults: slot by slot against a slow model ---- */

static double model_mean(const slo_traffic_config *c, int64_t middle_ns) {
  double mean = (double)c->requests_per_day * (double)c->slot_ns / (double)SLO_DAY_NS;
  double turn = (double)((middle_ns - c->peak_ns) % SLO_DAY_NS) / (double)SLO_DAY_NS;
  mean *= 1 + c->diurnal_ppm / 1e6 * cos(turn * 6.283185307179586);
  double weekend = c->weekend_ppm == 0 ? 1 : c->weekend_ppm / 1e6, factor = 1;
  int64_t day = (middle_ns / SLO_DAY_NS + 4) % 7; /* 0 Sunday */
  mean *= (day == 0 || day == 6 ? weekend : 1) * 7 / (5 + 2 * weekend);
  for (uint32_t i = 0; i < c->sale_count; i++) {
    const slo_period *p = &c->sales[i].period;
    if (middle_ns > p->start_ns && middle_ns <= p->end_ns) {
      factor *= (double)c->sales[i].factor_ppm / 1e6;
    }
  }
  return mean * fmin(factor, 1000);
}

static double model_hit(const slo_traffic_config *c, int64_t middle_ns) {
  double hit = 0, all = 0;
  for (uint32_t k = 0; k < c->class_count; k++) {
    const slo_request_class *class = &c->classes[k];
    double spared = 1;
    if (c->limit_ns != 0 && class->latency_ns > c->limit_ns) continue;
    for (uint32_t i = 0; i < c->fault_count; i++) {
      uint32_t ppm = 0;
      check_ok(slo_fault_effect(&c->faults[i], class->latency_ns, class->bytes, c->limit_ns, &ppm));
      spared *= 1 - slo_fault_toxicity(&c->faults[i], middle_ns) / 1e6 * (ppm / 1e6);
    }
    hit += class->share_ppm * (1 - spared);
    all += class->share_ppm;
  }
  return all == 0 ? 0 : hit / all;
}

static double model_slow(const slo_traffic_config *c) {
  double slow = 0;
  for (uint32_t k = 0; k < c->class_count; k++) {
    if (c->limit_ns != 0 && c->classes[k].latency_ns > c->limit_ns) slow += c->classes[k].share_ppm;
  }
  return slow / 1e6;
}

static void expect_near(double got, double mean, double variance, const char *what, int i) {
  check_that(fabs(got - mean) <= 6.5 * sqrt(variance) + 1e-10 * mean, "slot %d: %s %g, not %g", i,
             what, got, mean);
}

static void expect_model(const slo_traffic_config *c, int slots) {
  slo_traffic_config calm = *c;
  calm.fault_count = 0;
  slo_traffic *t = create(c), *without = create(&calm);
  double e = (double)c->error_ppb / 1e9, slow = model_slow(c);
  for (int i = 0; i < slots; i++) {
    slo_traffic_slot slot = next(t), other = next(without);
    int64_t start_ns = c->start_ns + i * c->slot_ns, middle_ns = start_ns + c->slot_ns / 2;
    check_that(slot.period.start_ns == start_ns && slot.period.end_ns == start_ns + c->slot_ns,
               "slot %d", i);
    double mean = model_mean(c, middle_ns), hit = model_hit(c, middle_ns);
    double failed = (double)(slot.counts.bad - slot.bad_by_faults);
    double spared = (double)slot.counts.good + (double)slot.bad_by_faults;
    expect_near(valid(&slot), mean, mean, "requests", i);
    expect_near(failed, valid(&slot) * (e + (1 - e) * slow), mean * (e + slow), "failures", i);
    expect_near((double)slot.bad_by_faults, spared * hit, spared * hit * (1 - hit), "hits", i);
    /* the background does not know of faults */
    check_that(other.counts.bad == slot.counts.bad - slot.bad_by_faults &&
                   other.counts.good == slot.counts.good + slot.bad_by_faults &&
                   other.bad_by_faults == 0,
               "slot %d differs without faults", i);
  }
  slo_traffic_destroy(t);
  slo_traffic_destroy(without);
}

START_TEST(test_week) {
  slo_traffic_config c = config(SLO_NOISE_INDEPENDENT, BUSY, 1000000);
  c.slot_ns = SLO_HOUR_NS / 7;
  c.diurnal_ppm = 700000;
  c.peak_ns = 15 * SLO_HOUR_NS;
  c.weekend_ppm = 300000;
  expect_model(&c, 24 * 7 * 15);
  c.diurnal_ppm = 1000000;
  c.weekend_ppm = 3000000;
  c.slot_ns = SLO_HOUR_NS;
  slo_traffic *t = create(&c);
  double all = 0;
  for (int i = 0; i < 24 * 7; i++) {
    slo_traffic_slot slot = next(t);
    all += valid(&slot);
  }
  check_that(fabs(all / 7e12 - 1) < 2e-6, "%g in a week", all); /* the mean is kept */
  slo_traffic_destroy(t);
}
END_TEST

START_TEST(test_sales_and_faults) {
  uint64_t random = 9;
  for (int round = 0; round < 30; round++) {
    enum { SLOTS = 600 };
    slo_traffic_config c = config(SLO_NOISE_INDEPENDENT, BUSY / 1000, 1000000);
    slo_sale sales[8];
    slo_fault faults[40];
    slo_request_class classes[3] = {
        {600000, 0, 50000000, 2000}, {300000, 0, 200000000, 50000}, {100000, 0, 900000000, 900000}};
    static const char *const texts[] = {"down",
                                        "down 3%",
                                        "latency(400ms,100ms) 20%",
                                        "latency(1s,1s) ramp",
                                        "timeout 1%",
                                        "reset_peer ramp",
                                        "bandwidth(100000)",
                                        "slicer(1000,10ms) 50%",
                                        "limit_data(10000) 10% ramp"};
    c.slot_ns = 10 * SLO_SECOND_NS;
    c.limit_ns = round % 3 == 0 ? 0 : round % 3 == 1 ? SLO_SECOND_NS : 800000000;
    c.classes = classes;
    c.class_count = 3;
    c.sales = sales;
    c.sale_count = 8;
    c.faults = faults;
    c.fault_count = round < 5 ? (uint32_t)round : 40;
    for (int i = 0; i < 8; i++) {
      sales[i].period.start_ns = START + (int64_t)(check_random(&random) % SLOTS) * c.slot_ns;
      sales[i].period.end_ns =
          sales[i].period.start_ns + 1 + (int64_t)(check_random(&random) % (100 * SLO_SECOND_NS));
      sales[i].factor_ppm = check_random(&random) % 30000000 * (check_random(&random) % 8 != 0);
    }
    for (int i = 0; i < 40; i++) {
      /* on slots' middles too, to the nanosecond */
      int64_t at = START + (int64_t)(check_random(&random) % SLOTS) * c.slot_ns / 2;
      faults[i].period.start_ns = at + (int64_t)(check_random(&random) % 3) - 1;
      faults[i].period.end_ns = at + (int64_t)(check_random(&random) % 60 + 1) * c.slot_ns / 2;
      ck_ok(slo_fault_parse(texts[check_random(&random) % 9], &faults[i], NULL));
    }
    expect_model(&c, SLOTS);
  }
}
END_TEST

/* Nothing but: everything down is all bad, and nobody is left whose request the fault hit. */
START_TEST(test_down) {
  for (uint32_t noise = 0; noise <= SLO_NOISE_DRIFT; noise++) {
    slo_traffic_config c = config(noise, 1000000, 100000000);
    slo_fault f = {0};
    f.period.start_ns = START + 100 * SLO_SECOND_NS;
    f.period.end_ns = START + 200 * SLO_SECOND_NS;
    ck_ok(slo_fault_parse("down", &f, NULL));
    c.faults = &f;
    c.fault_count = 1;
    slo_traffic *t = create(&c);
    for (int i = 0; i < 30; i++) {
      slo_traffic_slot slot = next(t);
      if (i >= 10 && i < 20) {
        ck_assert_uint_eq(slot.counts.good, 0);
      } else {
        ck_assert_uint_eq(slot.bad_by_faults, 0);
      }
    }
    slo_traffic_destroy(t);
  }
}
END_TEST

/* ---- replicas ---- */

START_TEST(test_replicas) {
  static const uint32_t fleets[] = {0, 1, 2, 3, 7, 64, 1000, 4096};
  for (size_t f = 0; f < sizeof fleets / sizeof fleets[0]; f++) {
    uint32_t n = fleets[f] == 0 ? 1 : fleets[f];
    slo_traffic_config c = config(SLO_NOISE_INDEPENDENT, 86400 * 1000, 50000000);
    c.replicas = fleets[f];
    slo_traffic *t = create(&c);
    slo_counts counts, again;
    ck_assert_int_eq(slo_traffic_replica(t, 0, &counts), SLO_ENODATA);
    ck_assert_int_eq(slo_traffic_replica(t, n, &counts), SLO_ERANGE);
    ck_assert_int_eq(slo_traffic_replica(NULL, 0, &counts), SLO_EINVAL);
    double chi = 0;
    int slots = n < 100 ? 300 : 8;
    for (int i = 0; i < slots; i++) {
      slo_traffic_slot slot = next(t);
      uint64_t good = 0, bad = 0;
      double want = valid(&slot) / n;
      for (uint32_t r = 0; r < n; r++) {
        check_ok(slo_traffic_replica(t, r, &counts));
        check_ok(slo_traffic_replica(t, r, &again));
        check_that(memcmp(&counts, &again, sizeof counts) == 0 && counts.excluded == 0, "%u", r);
        good += counts.good;
        bad += counts.bad;
        double had = (double)(counts.good + counts.bad);
        chi += (had - want) * (had - want) / want;
      }
      ck_assert_uint_eq(good, slot.counts.good);
      ck_assert_uint_eq(bad, slot.counts.bad);
    }
    double degrees = slots * (n - 1.0);
    check_that(n == 1 || fabs(chi - degrees) < 5 * sqrt(2 * degrees), "%u: %g of %g", n, chi,
               degrees);
    ck_assert_int_eq(slo_traffic_replica(t, 0, NULL), SLO_EINVAL);
    slo_traffic_destroy(t);
  }
}
END_TEST

/* ---- edges ---- */

START_TEST(test_end_of_time) {
  slo_traffic_config c = config(SLO_NOISE_DRIFT, 1000, 1000);
  slo_traffic_slot slot;
  c.slot_ns = SLO_HOUR_NS;
  for (int64_t left = 0; left < 3; left++) {
    c.start_ns = SLO_TIME_MAX_NS - left * SLO_HOUR_NS;
    slo_traffic *t = create(&c);
    for (int64_t i = 0; i < left; i++) (void)next(t);
    memset(&slot, 0x33, sizeof slot);
    slo_traffic_slot before = slot;
    for (int i = 0; i < 2; i++) ck_assert_int_eq(slo_traffic_next(t, &slot), SLO_ENODATA);
    ck_assert_mem_eq(&slot, &before, sizeof slot);
    slo_traffic_destroy(t);
  }
  c.start_ns = SLO_TIME_MAX_NS - SLO_HOUR_NS + 1;
  slo_traffic *t = create(&c);
  ck_assert_int_eq(slo_traffic_next(t, &slot), SLO_ENODATA);
  ck_assert_int_eq(slo_traffic_next(NULL, &slot), SLO_EINVAL);
  ck_assert_int_eq(slo_traffic_next(t, NULL), SLO_EINVAL);
  slo_traffic_destroy(t);
}
END_TEST

START_TEST(test_most) {
  for (uint32_t noise = 0; noise <= SLO_NOISE_DRIFT; noise++) {
    slo_sale sales[2] = {{{0, SLO_TIME_MAX_NS}, SLO_TRAFFIC_FACTOR_MAX},
                         {{0, SLO_TIME_MAX_NS}, SLO_TRAFFIC_FACTOR_MAX}};
    slo_traffic_config c = config(noise, BUSY, 500000000);
    c.start_ns = 0;
    c.slot_ns = SLO_HOUR_NS;
    c.noise_ns = SLO_SECOND_NS;
    c.diurnal_ppm = 1000000;
    c.weekend_ppm = 1000000000;
    c.sales = sales;
    c.sale_count = 2;
    slo_traffic *t = create(&c);
    uint64_t most = 0;
    for (int i = 0; i < 24 * 7; i++) {
      slo_traffic_slot slot = next(t);
      if (slot.counts.good > most) most = slot.counts.good;
    }
    ck_assert_uint_gt(most, UINT64_C(100000000000000));
    ck_assert_uint_lt(most, UINT64_C(1) << 52);
    slo_traffic_destroy(t);
  }
}
END_TEST

static void expect_bad(const slo_traffic_config *c, slo_status want, const char *field,
                       int64_t value, int64_t min, int64_t max) {
  slo_error e = SLO_SIZED(slo_error);
  size_t size = 4242;
  slo_traffic *t = NULL;
  check_that(slo_traffic_footprint(c, &size, &e) == want, "%s: %d", field, (int)e.status);
  check_that(strcmp(e.field, field) == 0 && e.value == value && e.min == min && e.max == max,
             "%s %" PRId64 " in %" PRId64 "..%" PRId64 " instead of %s", e.field, e.value, e.min,
             e.max, field);
  check_that(size == 4242, "%s: a size", field);
  check_that(slo_traffic_create(c, NULL, &t, NULL) == want && t == NULL, "%s: created", field);
}

START_TEST(test_config) {
  const int64_t hour = SLO_HOUR_NS, second = SLO_SECOND_NS, day = SLO_DAY_NS;
  slo_traffic_config good = config(SLO_NOISE_INDEPENDENT, 1000, 1000), c;
  size_t size;
#define BAD(name, to, min, max)                                 \
  do {                                                          \
    c = good;                                                   \
    c.name = to;                                                \
    expect_bad(&c, SLO_ERANGE, #name, (int64_t)(to), min, max); \
  } while (0)
  BAD(requests_per_day, 0, 1, (int64_t)BUSY);
  BAD(requests_per_day, BUSY + 1, 1, (int64_t)BUSY);
  BAD(start_ns, -1, 0, SLO_TIME_MAX_NS);
  BAD(start_ns, SLO_TIME_MAX_NS + 1, 0, SLO_TIME_MAX_NS);
  BAD(slot_ns, -1, second, hour);
  BAD(slot_ns, second - 1, second, hour);
  BAD(slot_ns, hour + 1, second, hour);
  BAD(peak_ns, -1, 0, day - 1);
  BAD(peak_ns, day, 0, day - 1);
  BAD(diurnal_ppm, 1000001, 0, 1000000);
  BAD(weekend_ppm, 1000000001, 0, 1000000000);
  BAD(error_ppb, 1000000001, 0, 1000000000);
  BAD(noise, 4, 0, 3);
  BAD(noise_ns, 1, second, hour);
  BAD(noise_ns, hour + 1, second, hour);
  BAD(limit_ns, -1, 0, day);
  BAD(limit_ns, day + 1, 0, day);
  BAD(sale_count, 65, 0, 64);
  BAD(class_count, 17, 0, 16);
  BAD(fault_count, 1025, 0, 1024);
  BAD(replicas, 4097, 0, 4096);
#undef BAD
  c = good;
  c.sale_count = 1;
  expect_bad(&c, SLO_EINVAL, "sales (NULL)", 0, 1, 0);
  c = good;
  c.class_count = 1;
  expect_bad(&c, SLO_EINVAL, "classes (NULL)", 0, 1, 0);
  c = good;
  c.fault_count = 1;
  expect_bad(&c, SLO_EINVAL, "faults (NULL)", 0, 1, 0);
  expect_bad(NULL, SLO_ERANGE, "requests_per_day", 0, 1, (int64_t)BUSY);

  slo_sale sales[2] = {{{0, 1}, 1}, {{5, 5}, 1}};
  c = good;
  c.sales = sales;
  c.sale_count = 2;
  expect_bad(&c, SLO_ERANGE, "sales[1].period.end_ns", 5, 6, SLO_TIME_MAX_NS);
  sales[1].period.start_ns = -1;
  expect_bad(&c, SLO_ERANGE, "sales[1].period.start_ns", -1, 0, SLO_TIME_MAX_NS - 1);
  sales[1].period.start_ns = 0;
  sales[1].factor_ppm = SLO_TRAFFIC_FACTOR_MAX + 1;
  expect_bad(&c, SLO_ERANGE, "sales[1].factor_ppm", 1000000001, 0, 1000000000);

  slo_request_class classes[2] = {{500000, 0, 1, 1}, {500001, 0, 1, 1}};
  c = good;
  c.classes = classes;
  c.class_count = 2;
  expect_bad(&c, SLO_ERANGE, "classes, share_ppm of all", 1000001, 1000000, 1000000);
  classes[1].share_ppm = 1000001;
  expect_bad(&c, SLO_ERANGE, "classes[1].share_ppm", 1000001, 0, 1000000);
  classes[1].share_ppm = 500000;
  ck_ok(slo_traffic_footprint(&c, &size, NULL));
  classes[1].latency_ns = -1;
  expect_bad(&c, SLO_ERANGE, "classes[1].latency_ns", -1, 0, day);
  classes[0].reserved = 7;
  expect_bad(&c, SLO_EVERSION, "classes[0].reserved", 7, 1, 0);

  slo_fault faults[2] = {{0}, {0}};
  c = good;
  c.faults = faults;
  c.fault_count = 2;
  faults[0].period.end_ns = 1;
  ck_ok(slo_fault_parse("down", &faults[0], NULL));
  expect_bad(&c, SLO_ERANGE, "faults[1].kind", 0, 1, 7);
  faults[1] = faults[0];
  ck_ok(slo_traffic_footprint(&c, &size, NULL));
  faults[1].reserved = 9;
  expect_bad(&c, SLO_EVERSION, "faults[1].reserved", 9, 1, 0);

  struct {
    slo_traffic_config c;
    uint64_t more;
  } longer = {good, 0};
  longer.c.struct_size = sizeof longer;
  ck_ok(slo_traffic_footprint(&longer.c, &size, NULL));
  longer.more = 1;
  ck_assert_int_eq(slo_traffic_footprint(&longer.c, &size, NULL), SLO_EVERSION);
  ck_assert_int_eq(slo_traffic_footprint(&good, NULL, NULL), SLO_EINVAL);
}
END_TEST

static void *no_memory(void *context, size_t size) {
  (void)context;
  (void)size;
  return NULL;
}

static void no_release(void *context, void *memory) {
  (void)context;
  (void)memory;
}

START_TEST(test_memory) {
  slo_traffic_config c = config(SLO_NOISE_RETRIES, 1000, 1000);
  slo_allocator none = {no_memory, no_release, NULL};
  slo_traffic *t = NULL;
  size_t size;
  ck_assert_int_eq(slo_traffic_create(&c, &none, &t, NULL), SLO_ENOMEM);
  ck_assert_int_eq(slo_traffic_create(&c, NULL, NULL, NULL), SLO_EINVAL);
  ck_ok(slo_traffic_footprint(&c, &size, NULL));
  char *memory = check_memory(size);
  ck_assert_int_eq(slo_traffic_init(NULL, size, &c, &t, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_traffic_init(memory + 8, size - 8, &c, &t, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_traffic_init(memory, size - 1, &c, &t, NULL), SLO_ESPACE);
  ck_assert_int_eq(slo_traffic_init(memory, size, &c, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_traffic_attach(memory, size, &t), SLO_ECORRUPT);
  ck_assert_ptr_null(t);
  ck_ok(slo_traffic_init(memory, size, &c, &t, NULL));
  ck_assert_ptr_eq(t, memory);
  ck_assert_int_eq(slo_traffic_attach(NULL, size, &t), SLO_EINVAL);
  ck_assert_int_eq(slo_traffic_attach(memory, size, NULL), SLO_EINVAL);
  free(memory);
  slo_traffic_destroy(NULL);
}
END_TEST

/* ---- blocks ---- */

static slo_traffic_config rich(uint32_t noise) {
  static slo_sale sales[2] = {{{START, START + SLO_HOUR_NS}, 2000000},
                              {{START + SLO_MINUTE_NS, START + SLO_DAY_NS}, 500000}};
  static slo_request_class classes[2] = {{900000, 0, 100000000, 1000}, {100000, 0, 300000000, 9}};
  static slo_fault faults[3];
  slo_traffic_config c = config(noise, 10000000, 20000000);
  for (int i = 0; i < 3; i++) {
    static const char *const texts[] = {"down 10%", "latency(300ms,200ms) ramp", "timeout 1%"};
    faults[i].period.start_ns = START + (i + 1) * SLO_MINUTE_NS;
    faults[i].period.end_ns = START + (10 * i + 20) * SLO_MINUTE_NS;
    ck_ok(slo_fault_parse(texts[i], &faults[i], NULL));
  }
  c.sales = sales;
  c.sale_count = 2;
  c.classes = classes;
  c.class_count = 2;
  c.faults = faults;
  c.fault_count = 3;
  c.limit_ns = 500000000;
  c.replicas = 5;
  c.diurnal_ppm = 300000;
  c.weekend_ppm = 600000;
  return c;
}

START_TEST(test_saved) {
  for (uint32_t noise = 0; noise <= SLO_NOISE_DRIFT; noise++) {
    slo_traffic_config c = rich(noise);
    slo_traffic *t, *other = NULL;
    size_t size;
    ck_ok(slo_traffic_footprint(&c, &size, NULL));
    char *memory = check_memory(size), *copy = check_memory(size);
    ck_ok(slo_traffic_init(memory, size, &c, &t, NULL));
    for (int i = 0; i < 500; i++) {
      (void)next(t);
      if (i % 50 != 7) continue;
      memcpy(copy, memory, size);
      ck_ok(slo_traffic_attach(copy, size, &other));
      char *saved = check_memory(size);
      memcpy(saved, memory, size);
      for (int k = 0; k < 40; k++) {
        slo_traffic_slot a = next(t), b = next(other);
        slo_counts x, y;
        ck_assert_mem_eq(&a, &b, sizeof a);
        ck_ok(slo_traffic_replica(t, 3, &x));
        ck_ok(slo_traffic_replica(other, 3, &y));
        ck_assert_mem_eq(&x, &y, sizeof x);
      }
      memcpy(memory, saved, size); /* and back */
      free(saved);
    }
    free(memory);
    free(copy);
  }
}
END_TEST

static void use(slo_traffic *t) {
  for (uint32_t i = 0; i < 20; i++) {
    slo_traffic_slot slot;
    slo_counts counts;
    if (slo_traffic_next(t, &slot) != SLO_OK) break;
    (void)slo_traffic_replica(t, i % 5, &counts);
  }
}

START_TEST(test_forged) {
  uint64_t random = 3;
  for (uint32_t noise = 0; noise <= SLO_NOISE_DRIFT; noise++) {
    slo_traffic_config c = rich(noise);
    slo_traffic *t, *other = NULL;
    size_t size;
    ck_ok(slo_traffic_footprint(&c, &size, NULL));
    char *memory = check_memory(size);
    ck_ok(slo_traffic_init(memory, size, &c, &t, NULL));
    for (int i = 0; i < 100; i++) (void)next(t);
    for (size_t cut = 0; cut < size; cut += 8) {
      char *part = check_memory(cut);
      memcpy(part, memory, cut);
      slo_status status = slo_traffic_attach(part, cut, &other);
      check_that(status == SLO_ESPACE, "%zu bytes: %d", cut, (int)status);
      free(part);
    }
    char *copy = check_memory(size);
    size_t config_end = sizeof(sloi_block) + (size_t)((sloi_block *)(void *)memory)->config_size;
    int passed = 0;
    for (size_t at = 0; at < config_end; at++) { /* a stray write is noticed */
      memcpy(copy, memory, size);
      copy[at] = (char)(copy[at] ^ (1 << check_random(&random) % 8));
      if (at >= offsetof(sloi_block, reserved) && at < sizeof(sloi_block)) continue;
      check_that(slo_traffic_attach(copy, size, &other) != SLO_OK, "byte %zu", at);
    }
    for (int i = 0; i < 4000; i++) { /* whatever lies there, nothing is read astray */
      memcpy(copy, memory, size);
      sloi_block *block = (sloi_block *)(void *)copy;
      for (uint64_t n = check_random(&random) % 4 + 1; n > 0; n--) {
        size_t from = i % 2 == 0 ? config_end : sizeof *block;
        size_t to = i % 2 == 0 ? size : config_end;
        uint64_t word = check_random_wide(&random);
        size_t at = (from + check_random(&random) % (to - from)) / 8 * 8;
        memcpy(copy + at, &word, sizeof word);
      }
      sloi_block_ready(block); /* a right checksum of wrong things */
      if (slo_traffic_attach(copy, size, &other) != SLO_OK) continue;
      passed++;
      use(other);
    }
    ck_assert_int_ge(passed, 2000);
    memcpy(copy, memory, size);
    ((sloi_block *)(void *)copy)->layout++;
    ck_assert_int_eq(slo_traffic_attach(copy, size, &other), SLO_EVERSION);
    free(copy);
    free(memory);
  }
}
END_TEST

/* ---- the same everywhere ---- */

START_TEST(test_pinned) {
  static const struct {
    uint32_t noise;
    uint64_t requests_per_day;
    slo_counts counts[4]; /* of slots 0, 1, 99 and of 0 .. 9999 together */
  } want[] = {
      {SLO_NOISE_INDEPENDENT, UINT64_C(1000), {{0, 0, 0}, {1, 0, 0}, {0, 0, 0}, {755, 27, 6}}},
      {SLO_NOISE_INDEPENDENT,
       UINT64_C(2400000),
       {{800, 15, 0}, {788, 16, 0}, {292, 119, 110}, {1924113, 54026, 14703}}},
      {SLO_NOISE_INDEPENDENT,
       UINT64_C(86400000000),
       {{28066631, 572595, 0},
        {28064976, 573831, 0},
        {10620426, 3797813, 3509151},
        {69286514919, 1953938981, 529176419}}},
      {SLO_NOISE_BURSTS, UINT64_C(1000), {{0, 0, 0}, {1, 0, 0}, {0, 0, 0}, {757, 22, 5}}},
      {SLO_NOISE_BURSTS,
       UINT64_C(2400000),
       {{791, 0, 0}, {836, 0, 0}, {294, 117, 117}, {1924325, 52866, 14801}}},
      {SLO_NOISE_BURSTS,
       UINT64_C(86400000000),
       {{28634593, 0, 0},
        {28645231, 0, 0},
        {10839567, 3581533, 3581533},
        {69336250596, 1903920685, 531214017}}},
      {SLO_NOISE_RETRIES, UINT64_C(1000), {{0, 0, 0}, {1, 0, 0}, {0, 0, 0}, {754, 19, 6}}},
      {SLO_NOISE_RETRIES,
       UINT64_C(2400000),
       {{775, 10, 0}, {819, 9, 0}, {293, 122, 110}, {1922910, 53625, 14788}}},
      {SLO_NOISE_RETRIES,
       UINT64_C(86400000000),
       {{28061893, 320254, 0},
        {28072402, 364307, 0},
        {10622772, 3798126, 3509926},
        {69286223687, 1953884593, 529192233}}},
      {SLO_NOISE_DRIFT, UINT64_C(1000), {{0, 0, 0}, {1, 0, 0}, {0, 0, 0}, {752, 28, 6}}},
      {SLO_NOISE_DRIFT,
       UINT64_C(2400000),
       {{781, 0, 0}, {815, 0, 0}, {298, 112, 112}, {1925761, 52614, 14672}}},
      {SLO_NOISE_DRIFT,
       UINT64_C(86400000000),
       {{28635717, 3653, 0},
        {28634067, 3749, 0},
        {10835643, 3582328, 3580236},
        {69337180004, 1903226903, 530235401}}},
  };
  for (size_t w = 0; w < sizeof want / sizeof want[0]; w++) {
    slo_traffic_config c = rich(want[w].noise);
    c.requests_per_day = want[w].requests_per_day;
    slo_traffic *t = create(&c);
    slo_counts sum = {0};
    int same = 1;
    char text[400] = "";
    for (int i = 0; i < 10000; i++) {
      slo_traffic_slot slot = next(t);
      int k = i < 2 ? i : i == 99 ? 2 : i == 9999 ? 3 : -1;
      sum.good += slot.counts.good;
      sum.bad += slot.counts.bad;
      sum.excluded += slot.bad_by_faults;
      slot.counts.excluded = slot.bad_by_faults;
      if (k < 0) continue;
      const slo_counts *got = k == 3 ? &sum : &slot.counts;
      same &= memcmp(got, &want[w].counts[k], sizeof *got) == 0;
      (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                     "{%" PRIu64 ", %" PRIu64 ", %" PRIu64 "}, ", got->good, got->bad,
                     got->excluded);
    }
    check_that(same, "noise %u, %" PRIu64 " a day: %s", want[w].noise, want[w].requests_per_day,
               text);
    slo_traffic_destroy(t);
  }
}
END_TEST

CHECK_MAIN("traffic", tcase_add_test(tc, test_means); tcase_add_test(tc, test_means_slots);
           tcase_add_test(tc, test_first_slot); tcase_add_test(tc, test_bursts);
           tcase_add_test(tc, test_retries); tcase_add_test(tc, test_retries_chain);
           tcase_add_test(tc, test_drift); tcase_add_test(tc, test_week);
           tcase_add_test(tc, test_sales_and_faults); tcase_add_test(tc, test_down);
           tcase_add_test(tc, test_replicas); tcase_add_test(tc, test_end_of_time);
           tcase_add_test(tc, test_most); tcase_add_test(tc, test_config);
           tcase_add_test(tc, test_memory); tcase_add_test(tc, test_saved);
           tcase_add_test(tc, test_forged); tcase_add_test(tc, test_pinned);)
