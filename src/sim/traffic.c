#include "sim/traffic.h"

#include <string.h>

/* Streams of slots; noise has its own. */
enum { TRAFFIC_ARRIVALS = 2, TRAFFIC_HITS = 3, TRAFFIC_REPLICAS = 4 };

#define TRAFFIC_PPM 1e6 /* divided by, so that all of them are exactly 1 */

static double traffic_number(uint64_t value) {
  return (double)(int64_t)value;
}

static int traffic_weekend(int64_t at_ns) {
  return (at_ns / SLO_DAY_NS + 3) % 7 >= 5; /* the epoch is a Thursday */
}

double sloi_traffic_mean(const slo_traffic *t, int64_t start_ns, double factor) {
  const sloi_traffic_plan *p = &t->plan;
  int64_t at_ns = start_ns + p->slot_ns / 2;
  double mean = traffic_number(p->requests_per_day) / (double)SLO_DAY_NS * (double)p->slot_ns;
  if (p->diurnal_ppm != 0) {
    int64_t after_ns = (at_ns - p->peak_ns + SLO_DAY_NS) % SLO_DAY_NS;
    double wave = sloi_draw_cos_turn((double)after_ns / (double)SLO_DAY_NS);
    mean *= 1 + traffic_number(p->diurnal_ppm) / TRAFFIC_PPM * wave;
  }
  double weekend = traffic_number(p->weekend_ppm) / TRAFFIC_PPM;
  mean *= 7 / (5 + 2 * weekend);
  if (traffic_weekend(at_ns)) mean *= weekend;
  return mean * factor;
}

/* ---- the scene: sales and faults ---- */

/* With what probability the faults that are on make a request bad which is not so by itself. */
static double traffic_hit(const slo_traffic *t, const sloi_traffic_scene *scene, int64_t at_ns) {
  const sloi_traffic_plan *p = &t->plan;
  const slo_request_class *classes = sloi_traffic_at(t, p->classes_at);
  const slo_fault *faults = sloi_traffic_at(t, p->faults_at);
  const uint32_t *effects = sloi_traffic_at(t, p->effects_at);
  const uint32_t *active = sloi_traffic_at(t, p->active_at);
  double hit = 0, all = 0;
  for (uint64_t k = 0; k < p->class_count; k++) {
    double spared = 1, share = classes[k].share_ppm;
    if (p->limit_ns != 0 && classes[k].latency_ns > p->limit_ns) continue;
    for (uint64_t n = 0; n < scene->active_count && n < p->fault_count; n++) {
      uint64_t i = active[n] % p->fault_count;
      double touched = slo_fault_toxicity(&faults[i], at_ns) / TRAFFIC_PPM;
      spared *= 1 - touched * (effects[i * p->class_count + k] / TRAFFIC_PPM);
    }
    hit += share * (1 - spared);
    all += share;
  }
  return all > 0 ? hit / all : 0;
}

/* Does the period hold the moment? And nothing changes in (from, until] around it. */
static int traffic_within(const slo_period *period, int64_t at_ns, sloi_traffic_scene *scene) {
  const int64_t edges[2] = {period->start_ns, period->end_ns};
  for (int i = 0; i < 2; i++) {
    if (edges[i] < at_ns && edges[i] > scene->from_ns) scene->from_ns = edges[i];
    if (edges[i] >= at_ns && edges[i] < scene->until_ns) scene->until_ns = edges[i];
  }
  return period->start_ns < at_ns && at_ns <= period->end_ns;
}

static void traffic_look(slo_traffic *t, sloi_traffic_scene *scene, int64_t at_ns) {
  const sloi_traffic_plan *p = &t->plan;
  const slo_sale *sales = sloi_traffic_at(t, p->sales_at);
  const slo_fault *faults = sloi_traffic_at(t, p->faults_at);
  uint32_t *active = sloi_traffic_owned(t, p->active_at);
  const double most = traffic_number(SLO_TRAFFIC_FACTOR_MAX) / TRAFFIC_PPM;
  sloi_traffic_scene s = {-1, INT64_MAX, 1, 0, 0, 0};
  for (uint64_t i = 0; i < p->sale_count; i++) {
    if (traffic_within(&sales[i].period, at_ns, &s)) {
      s.factor *= traffic_number(sales[i].factor_ppm) / TRAFFIC_PPM;
    }
  }
  if (s.factor > most) s.factor = most;
  for (uint64_t i = 0; i < p->fault_count; i++) {
    if (!traffic_within(&faults[i].period, at_ns, &s)) continue;
    active[s.active_count++] = (uint32_t)i;
    s.ramps += faults[i].shape == SLO_FAULT_RAMP;
  }
  s.hit = traffic_hit(t, &s, at_ns);
  *scene = s;
}

/* ---- slots ---- */

slo_status slo_traffic_next(slo_traffic *traffic, slo_traffic_slot *slot) {
  slo_traffic *t = traffic;
  if (t == NULL || slot == NULL) return SLO_EINVAL;
  const sloi_traffic_plan *p = &t->plan;
  sloi_traffic_state *state = sloi_traffic_owned(t, p->state_at);
  sloi_traffic_scene *scene = &state->scene;
  uint64_t number = state->drawn;
  if (number >= (uint64_t)(SLO_TIME_MAX_NS - p->start_ns) / (uint64_t)p->slot_ns) {
    return SLO_ENODATA;
  }
  int64_t start_ns = p->start_ns + (int64_t)number * p->slot_ns;
  int64_t middle_ns = start_ns + p->slot_ns / 2;
  if (middle_ns <= scene->from_ns || middle_ns > scene->until_ns) {
    traffic_look(t, scene, middle_ns);
  } else if (scene->ramps != 0) {
    scene->hit = traffic_hit(t, scene, middle_ns);
  }

  /* requests that fail and requests that do not are independent: a Poisson number of requests,
   * each of which fails with the same probability, is two Poisson numbers */
  sloi_draw draw = sloi_draw_of(p->seed, TRAFFIC_ARRIVALS, number);
  double mean = sloi_traffic_mean(t, start_ns, scene->factor);
  uint64_t failed, rest;
  if (p->noise == SLO_NOISE_RETRIES) {
    failed = sloi_noise_retries(&state->noise, p, sloi_traffic_owned(t, p->ring_at), mean);
    rest = sloi_draw_poisson(&draw, mean * (1 - traffic_number(p->error_ppb) / 1e9));
  } else {
    double share = sloi_noise_share(&state->noise, p, start_ns);
    failed = sloi_draw_poisson(&draw, mean * share);
    rest = sloi_draw_poisson(&draw, mean * (1 - share));
  }
  uint64_t slow = sloi_draw_binomial(&draw, rest, state->slow);
  rest -= slow;
  draw = sloi_draw_of(p->seed, TRAFFIC_HITS, number);
  uint64_t hit = sloi_draw_binomial(&draw, rest, scene->hit);

  slot->period.start_ns = start_ns;
  slot->period.end_ns = start_ns + p->slot_ns;
  slot->counts.good = rest - hit;
  slot->counts.bad = failed + slow + hit;
  slot->counts.excluded = 0;
  slot->bad_by_faults = hit;
  state->counts = slot->counts;
  state->drawn = number + 1;
  return SLO_OK;
}

/* The replicas are halved until one is left, each half drawing its part: a multinomial
 * distribution, and log2(replicas) steps. A cut is made once, so it numbers a stream. */
slo_status slo_traffic_replica(const slo_traffic *traffic, uint32_t replica, slo_counts *counts) {
  const slo_traffic *t = traffic;
  if (t == NULL || counts == NULL) return SLO_EINVAL;
  const sloi_traffic_state *state = sloi_traffic_at(t, t->plan.state_at);
  if (replica >= t->plan.replicas) return SLO_ERANGE;
  if (state->drawn == 0) return SLO_ENODATA;
  uint64_t low = 0, high = t->plan.replicas;
  uint64_t seed = sloi_draw_of(t->plan.seed, TRAFFIC_REPLICAS, state->drawn);
  slo_counts c = state->counts;
  while (high - low > 1) {
    uint64_t cut = low + (high - low) / 2;
    double part = traffic_number(cut - low) / traffic_number(high - low);
    sloi_draw draw = sloi_draw_of(seed, TRAFFIC_REPLICAS, cut);
    uint64_t good = sloi_draw_binomial(&draw, c.good, part);
    uint64_t bad = sloi_draw_binomial(&draw, c.bad, part);
    if (replica < cut) {
      c.good = good;
      c.bad = bad;
      high = cut;
    } else {
      c.good -= good;
      c.bad -= bad;
      low = cut;
    }
  }
  *counts = c;
  return SLO_OK;
}
