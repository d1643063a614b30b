/*
 * slo/traffic.h - a service that does not exist, in virtual time.
 *
 * Requests arrive at a rate that may follow the day, the week and a sale; a background of them
 * fails, as failures do: one by one, in bursts, because somebody retries, or worse for a while;
 * and faults (slo/fault.h) hit them. What is drawn are the counts of a slot, not single
 * requests, so a year of a busy service takes seconds. The same seed gives the same counts on
 * every platform that calculates with IEEE 754 doubles and no others (not x87), and with other
 * faults the same requests and the same background failures. For back-tests and game days
 * (slo/backtest.h, slo/gameday.h), and for any test.
 *
 * One flat block (slo/memory.h); one thread at a time.
 */
#ifndef SLO_TRAFFIC_H
#define SLO_TRAFFIC_H

#include "slo/counts.h"
#include "slo/fault.h"
#include "slo/memory.h"

#define SLO_TRAFFIC_FAULTS_MAX 1024
#define SLO_TRAFFIC_SALES_MAX 64
#define SLO_TRAFFIC_CLASSES_MAX 16
#define SLO_TRAFFIC_REPLICAS_MAX 4096
#define SLO_TRAFFIC_REQUESTS_MAX UINT64_C(1000000000000) /* requests_per_day */
#define SLO_TRAFFIC_FACTOR_MAX UINT64_C(1000000000)      /* ppm */

SLO_BEGIN

typedef struct slo_traffic slo_traffic;

/*
 * How background failures come. Their share over a long time is error_ppb in any case.
 *
 * BURSTS  a burst is noise_ns long, wherever slots begin; from the end of one to the start of the
 *         next it is exponentially distributed, noise_ns * (1 - e) / e in the mean, e being the
 *         share. So bursts never overlap.
 * RETRIES a first failure is followed by one failed retry every 5 s until noise_ns is over, at
 *         least one; instead of 5 s it is the divisor or multiple of slot_ns that is nearest.
 *         With 10 s slots and 60 s that is 12: failures come 13 at a time. Retries are requests:
 *         requests_per_day and error_ppb are those of all together.
 * DRIFT   the probability is cut at 1, and its mean before that is so much higher that the share
 *         is error_ppb nonetheless.
 */
enum {
  SLO_NOISE_INDEPENDENT = 0, /* each request by itself */
  SLO_NOISE_BURSTS = 1,      /* everything fails for noise_ns, now and then */
  SLO_NOISE_RETRIES = 2,     /* who fails tries again and again for noise_ns, and fails */
  SLO_NOISE_DRIFT = 3        /* the probability itself varies: gamma distributed, shape 1, anew
                                every noise_ns */
};

/* A time of more, or less, traffic. A frozen value type. factor_ppm is 0..SLO_TRAFFIC_FACTOR_MAX;
 * 1000000 changes nothing. */
typedef struct slo_sale {
  slo_period period;
  uint64_t factor_ppm;
} slo_sale;

/* A kind of request: its share, its latency (0..SLO_DAY_NS), the size of its answer; reserved is 0.
 * A frozen value type. */
typedef struct slo_request_class {
  uint32_t share_ppm;
  uint32_t reserved;
  int64_t latency_ns;
  uint64_t bytes;
} slo_request_class;

/*
 * What rate, probability and faults are in the middle of a slot they are for all of it.
 *
 *   requests_per_day  the mean, 1..SLO_TRAFFIC_REQUESTS_MAX
 *   seed              any
 *   start_ns          the first slot begins here
 *   slot_ns           1 s .. 1 h; 0: 10 s
 *   diurnal_ppm       amplitude of a sine over the day, 0..1000000; peak at peak_ns of the day
 *                     (UTC), 0..SLO_DAY_NS - 1
 *   weekend_ppm       the rate on Saturdays and Sundays (UTC) relative to other days,
 *                     1..1000000000; 0: the same. The mean over the week stays requests_per_day
 *   sales             sale_count (0..SLO_TRAFFIC_SALES_MAX) of them; overlapping factors multiply,
 *                     up to SLO_TRAFFIC_FACTOR_MAX together
 *   error_ppb         the share of requests that fail in the background, 0..10^9, over time
 *   noise             SLO_NOISE_*, over noise_ns (0: 5 s for BURSTS, 60 s for RETRIES, 5 min for
 *                     DRIFT; 1 s .. 1 h)
 *   classes           class_count (0..SLO_TRAFFIC_CLASSES_MAX), shares adding up to 1000000; 0: one
 *                     of 100 ms and 10000 bytes
 *   limit_ns          a request that takes longer is bad, 1..SLO_DAY_NS; 0: none is. All requests
 *                     of a class that takes longer are bad, in the background, beside error_ppb
 *   faults            fault_count (0..SLO_TRAFFIC_FAULTS_MAX), copied as are the others; a request
 *                     touched by several is bad if any by itself makes it so
 *   replicas          among how many the requests are spread evenly, 1..SLO_TRAFFIC_REPLICAS_MAX;
 *                     0: 1. A fault touches all of them; toxicity is the way to touch some
 */
typedef struct slo_traffic_config {
  uint32_t struct_size;
  uint32_t noise;
  uint64_t requests_per_day;
  uint64_t seed;
  int64_t start_ns;
  int64_t slot_ns;
  int64_t peak_ns;
  uint32_t diurnal_ppm;
  uint32_t weekend_ppm;
  uint64_t error_ppb;
  int64_t noise_ns;
  int64_t limit_ns;
  const slo_sale *sales;
  const slo_request_class *classes;
  const slo_fault *faults;
  uint32_t sale_count;
  uint32_t class_count;
  uint32_t fault_count;
  uint32_t replicas;
} slo_traffic_config;

/* See slo/memory.h. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE, for
 * create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_traffic_footprint(const slo_traffic_config *config, size_t *size,
                                         slo_error *error);
SLO_API slo_status slo_traffic_init(void *memory, size_t size, const slo_traffic_config *config,
                                    slo_traffic **traffic, slo_error *error);
/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_traffic_attach(void *memory, size_t size, slo_traffic **traffic);
/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_traffic_create(const slo_traffic_config *config,
                                      const slo_allocator *allocator, slo_traffic **traffic,
                                      slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_traffic_destroy(slo_traffic *traffic);

/* What happened in (start_ns, end_ns]: of background and faults together, and which part of bad
 * the faults caused: requests that were not bad without them. counts.excluded is 0. A frozen value
 * type. */
typedef struct slo_traffic_slot {
  slo_period period;
  slo_counts counts;
  uint64_t bad_by_faults;
} slo_traffic_slot;

/* Draws the next slot. SLO_ENODATA: virtual time ends at SLO_TIME_MAX_NS. SLO_EINVAL. A copy of the
 * block, attached, goes on with the same slots. */
SLO_API slo_status slo_traffic_next(slo_traffic *traffic, slo_traffic_slot *slot);

/* Deals the counts of the slot drawn last out to the replicas: how many of them replica number
 * `replica` had, always the same. The sum over all is the slot. SLO_ERANGE, SLO_ENODATA (none
 * drawn), SLO_EINVAL. */
SLO_API slo_status slo_traffic_replica(const slo_traffic *traffic, uint32_t replica,
                                       slo_counts *counts);

SLO_END

#endif
