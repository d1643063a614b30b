/*
 * alerts_oracle.h - what nobody can beat by much: a CUSUM that sees every request by itself and
 * knows how many will fail.
 *
 * Its score adds ln(p1 / b) for a failure and ln((1 - p1) / (1 - b)) for a success, not below 0,
 * b being burn 1; it alarms at h. Excursions from 0 begin with a failure, at rate b, and are
 * alike, so the mean time to a false alarm is (1 / b + mean length) / P(an excursion reaches h).
 * That probability is estimated by importance sampling: drawn under p1, where reaching h is
 * common, each path that does weighs exp(-(score gained after its first failure)). h is the
 * smallest for which false alarms are a year apart.
 */
#ifndef ALERTS_ORACLE_H
#define ALERTS_ORACLE_H

#include <math.h>
#include <stdint.h>

typedef struct oracle_random {
  uint64_t state;
} oracle_random;

/* splitmix64 */
static inline uint64_t oracle_bits(oracle_random *r) {
  uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static inline double oracle_uniform(oracle_random *r) { /* in (0, 1) */
  return ((double)(oracle_bits(r) >> 12) + 0.5) / 4503599627370496.0;
}

/* Successes before the next failure. */
static inline double oracle_run(oracle_random *r, double p) {
  return p >= 1 ? 0 : floor(log(oracle_uniform(r)) / log1p(-p));
}

typedef struct oracle {
  double b, p1, up, down; /* down: what a success takes, positive, maybe infinite */
  double threshold;
  double requests; /* mean, to a false alarm */
} oracle;

/* P(an excursion reaches h), given that it began. */
static inline double oracle_reaches(const oracle *o, double h, uint64_t seed, int paths) {
  oracle_random r = {seed};
  double sum = 0;
  for (int i = 0; i < paths; i++) {
    double s = o->up;
    while (s < h) {
      double run = oracle_run(&r, o->p1);
      if (run > 0) s -= run * o->down;
      if (s <= 0) break;
      s += o->up;
    }
    if (s >= h) sum += exp(o->up - s);
  }
  return sum / paths;
}

/* The mean number of requests of an excursion in a service at burn 1. */
static inline double oracle_length(const oracle *o, double h, uint64_t seed, int paths) {
  oracle_random r = {seed};
  double sum = 0;
  for (int i = 0; i < paths; i++) {
    double s = o->up;
    sum += 1;
    while (s < h) {
      double run = oracle_run(&r, o->b);
      double most = isinf(o->down) ? 1 : ceil(s / o->down); /* successes that end it */
      if (run >= most) {
        sum += most;
        break;
      }
      sum += run + 1;
      if (run > 0) s -= run * o->down;
      s += o->up;
    }
  }
  return sum / paths;
}

static inline oracle oracle_make(double b, double p1, double requests) {
  enum { PATHS = 4000, STEPS = 40 };
  oracle o = {0};
  o.b = b;
  o.p1 = p1;
  o.up = log(p1 / b);
  o.down = p1 >= 1 ? INFINITY : log1p(-b) - log1p(-p1);
  double low = 0, high = log(requests) + 2 * o.up;
  double length = oracle_length(&o, log(requests), 7, PATHS);
  for (int i = 0; i < STEPS; i++) {
    double h = (low + high) / 2;
    if ((1 / b + length) / oracle_reaches(&o, h, 11, PATHS) < requests) {
      low = h;
    } else {
      high = h;
    }
  }
  o.threshold = high;
  o.requests = (1 / b + length) / oracle_reaches(&o, high, 11, PATHS);
  return o;
}

/* The mean number of requests until it alarms when p0 becomes p1, some time after it began. */
static inline double oracle_delay(const oracle *o, double p0, uint64_t seed, int paths) {
  oracle_random r = {seed};
  double sum = 0;
  for (int i = 0; i < paths; i++) {
    double s = 0, healthy = 20 / p0; /* requests, a time long before the change */
    while (p0 > 0) {
      double run = oracle_run(&r, p0);
      if (run > healthy) run = healthy;
      if (run > 0) s = fmax(0, s - run * o->down);
      healthy -= run + 1;
      if (healthy < 0) break;
      s += o->up;
      if (s >= o->threshold) s = 0; /* a false alarm, then anew */
    }
    do {
      double run = oracle_run(&r, o->p1);
      if (run > 0) s = fmax(0, s - run * o->down);
      s += o->up;
      sum += run + 1;
    } while (s < o->threshold);
  }
  return sum / paths;
}

/* p ln(p/q) + (1-p) ln((1-p)/(1-q)) */
static inline double oracle_divergence(double p, double q) {
  return p * log(p / q) + (p >= 1 ? 0 : (1 - p) * (log1p(-p) - log1p(-q)));
}

/* Lorden's first-order bound on the mean delay, in requests. */
static inline double oracle_lorden(double b, double p1, double requests) {
  return log(requests) / oracle_divergence(p1, b);
}

#endif
