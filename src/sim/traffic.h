/* traffic.h - what a block of traffic holds, and its noise. */
#ifndef SLOI_TRAFFIC_H
#define SLOI_TRAFFIC_H

#include "base/block.h"
#include "sim/draw.h"
#include "slo/traffic.h"

/* Of the configuration, defaults filled in, and of the block. Sales, classes and faults lie right
 * behind it, from then on what changes. */
typedef struct sloi_traffic_plan {
  int64_t start_ns;
  int64_t slot_ns;
  int64_t peak_ns;
  int64_t noise_ns;
  int64_t limit_ns;
  uint64_t requests_per_day;
  uint64_t seed;
  uint64_t noise;
  uint64_t error_ppb;
  uint64_t diurnal_ppm;
  uint64_t weekend_ppm;
  uint64_t sale_count;
  uint64_t class_count;
  uint64_t fault_count;
  uint64_t replicas;
  uint64_t sales_at;
  uint64_t classes_at;
  uint64_t faults_at;
  uint64_t state_at;
  uint64_t effects_at; /* uint32_t of each fault and class: slo_fault_effect */
  uint64_t active_at;  /* uint32_t: faults that are on */
  uint64_t ring_at;    /* of RETRIES: first failures, a cell each, as long as they are retried */
  /* a first failure and its retries, how far apart in cells, and how many cells a slot has */
  uint64_t tries;
  uint64_t stride;
  uint64_t cells;
  uint64_t size;
} sloi_traffic_plan;

/* What RETRIES have at most: noise of 1 h, a retry every 10/3 s; and a stride of 5 cells of 1 s */
#define SLOI_TRAFFIC_STRIDE_MAX 5

/* Noise goes on by itself: it draws from a stream of its own, whatever else is drawn. */
typedef struct sloi_noise {
  sloi_draw draw;
  double mean;        /* DRIFT: of the probability, before it is cut at 1 */
  double probability; /* DRIFT: until until_ns */
  int64_t until_ns;
  int64_t burst_ns;                         /* BURSTS: start of this one or the next */
  uint64_t position;                        /* RETRIES: in the ring */
  uint64_t trying[SLOI_TRAFFIC_STRIDE_MAX]; /* RETRIES: sum of every stride-th cell of the ring */
} sloi_noise;

/* What stays the same for all slots whose middle is in (from_ns, until_ns]. */
typedef struct sloi_traffic_scene {
  int64_t from_ns;
  int64_t until_ns;
  double factor; /* of sales */
  double hit;    /* probability that a request is bad by faults; computed anew when ramps != 0 */
  uint64_t active_count;
  uint64_t ramps;
} sloi_traffic_scene;

typedef struct sloi_traffic_state {
  uint64_t drawn; /* slots; the counts are the last one's */
  slo_counts counts;
  double slow; /* share of the requests whose class takes too long */
  sloi_noise noise;
  sloi_traffic_scene scene;
} sloi_traffic_state;

struct slo_traffic {
  sloi_block block;
  sloi_traffic_plan plan;
};

static inline const void *sloi_traffic_at(const slo_traffic *t, uint64_t at) {
  return (const char *)t + at;
}

static inline void *sloi_traffic_owned(slo_traffic *t, uint64_t at) {
  return (char *)t + at;
}

/* The mean number of requests of the slot that begins at start_ns. */
double sloi_traffic_mean(const slo_traffic *t, int64_t start_ns, double factor);

/* `ring` is the plan's, `mean` the requests of a slot: retries began before the first one. */
void sloi_noise_init(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring, double mean);

/* The share of requests that fail in the slot from start_ns; not for RETRIES. */
double sloi_noise_share(sloi_noise *noise, const sloi_traffic_plan *plan, int64_t start_ns);

/* The failures of the next slot, in which `mean` requests are expected; for RETRIES. */
uint64_t sloi_noise_retries(sloi_noise *noise, const sloi_traffic_plan *plan, uint64_t *ring,
                            double mean);

#endif
