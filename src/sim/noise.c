/* noise.c - when the background fails. */
#include <string.h>

#include "sim/traffic.h"

enum { NOISE_STREAM = 1 };

static double noise_error(const sloi_traffic_plan *plan) {
  return (double)(int64_t)plan->error_ppb / 1e9;
}

/* ---- BURSTS: on for noise_ns, off for an exponential time ---- */

static void noise_burst_next(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t from_ns) {
  double error = noise_error(plan);
  double gap = (double)plan->noise_ns * (1 - error) / error * sloi_draw_exponential(&noise->draw);
  noise->burst_ns =
      gap < (double)(SLO_TIME_MAX_NS - from_ns) ? from_ns + (int64_t)(gap + 0.5) : SLO_TIME_MAX_NS;
}

static double noise_bursts(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t start_ns) {
  int64_t end_ns = start_ns + plan->slot_ns, length = plan->noise_ns, covered = 0;
  if (plan->error_ppb == 0) return 0;
  if (plan->error_ppb == 1000000000) return 1;
  if (noise->burst_ns < start_ns - length) noise->burst_ns = start_ns - length;
  while (noise->burst_ns < end_ns) {
    int64_t over_ns = noise->burst_ns + length;
    int64_t from = noise->burst_ns > start_ns ? noise->burst_ns : start_ns;
    int64_t to = over_ns < end_ns ? over_ns : end_ns;
    covered += to - from;
    if (over_ns > end_ns) break;
    noise_burst_next(noise, plan, over_ns);
  }
  return (double)covered / (double)plan->slot_ns;
}

/* ---- DRIFT: p = min(1, mean * exponential) ---- */

/* The mean with which E min(1, mean * X) = mean (1 - exp(-1 / mean)) is the error; it grows
 * with the mean, so halving finds it. */
static double noise_drift_mean(double error) {
  double low = error, high = 1e9; /* above it 1 is near enough */
  for (int i = 0; i < 200 && low < high; i++) {
    double middle = low + (high - low) / 2;
    if (middle * (1 - sloi_draw_exp(-1 / middle)) < error) {
      if (middle == low) break;
      low = middle;
    } else {
      if (middle == high) break;
      high = middle;
    }
  }
  return low;
}

static double noise_drift(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t start_ns) {
  int64_t at_ns = start_ns, end_ns = start_ns + plan->slot_ns;
  double sum = 0;
  if (plan->error_ppb == 0) return 0;
  if (plan->error_ppb == 1000000000) return 1;
  while (at_ns < end_ns) {
    if (noise->until_ns <= at_ns) {
      double p = noise->mean * sloi_draw_exponential(&noise->draw);
      noise->probability = p < 1 ? p : 1;
      noise->until_ns = at_ns + plan->noise_ns;
    }
    int64_t to_ns = noise->until_ns < end_ns ? noise->until_ns : end_ns;
    sum += noise->probability * (double)(to_ns - at_ns);
    at_ns = to_ns;
  }
  return sum / (double)plan->slot_ns;
}

double sloi_noise_share(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t start_ns) {
  switch (plan->noise) {
    case SLO_NOISE_BURSTS:
      return noise_bursts(noise, plan, start_ns);
    case SLO_NOISE_DRIFT:
      return noise_drift(noise, plan, start_ns);
    default:
      return noise_error(plan);
  }
}

/* ---- RETRIES: the failures of a cell are the first ones of it and of `tries` - 1 cells before
 * it, a stride apart ---- */

static uint64_t noise_cell(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring,
                           double mean) {
  uint64_t at = noise->position % (plan->tries * plan->stride), *sum;
  uint64_t first = sloi_draw_poisson(&noise->draw, mean);
  sum = &noise->trying[at % plan->stride];
  *sum += first - ring[at];
  ring[at] = first;
  noise->position = at + 1;
  return *sum;
}

/* First failures expected in a cell. */
static double noise_first(const sloi_traffic_plan *plan, double mean) {
  return mean * noise_error(plan) / (double)(int64_t)(plan->tries * plan->cells);
}

uint64_t sloi_noise_retries(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring,
                            double mean) {
  uint64_t failed = 0;
  for (uint64_t i = 0; i < plan->cells; i++) {
    failed += noise_cell(noise, plan, ring, noise_first(plan, mean));
  }
  return failed;
}

void sloi_noise_init(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring,
                     double mean) {
  memset(noise, 0, sizeof *noise);
  noise->draw = sloi_draw_of(plan->seed, NOISE_STREAM, 0);
  noise->until_ns = plan->start_ns;
  noise->burst_ns = SLO_TIME_MAX_NS;
  switch (plan->noise) {
    case SLO_NOISE_BURSTS: /* as if it had begun long ago: in the midst of one, or not */
      if (sloi_draw_uniform(&noise->draw) < noise_error(plan)) {
        double passed = (double)plan->noise_ns * sloi_draw_uniform(&noise->draw);
        noise->burst_ns = plan->start_ns - (int64_t)passed;
      } else if (plan->error_ppb != 0) {
        noise_burst_next(noise, plan, plan->start_ns);
      }
      break;
    case SLO_NOISE_DRIFT:
      noise->mean = noise_drift_mean(noise_error(plan));
      break;
    case SLO_NOISE_RETRIES:
      for (uint64_t i = 0; i < plan->tries * plan->stride; i++) {
        (void)noise_cell(noise, plan, ring, noise_first(plan, mean));
      }
      break;
    default:
      break;
  }
}
