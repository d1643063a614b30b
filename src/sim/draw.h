/*
 * draw.h - random numbers that are the same everywhere.
 *
 * A stream is one word, the state of splitmix64 (Steele, Lea, Flood: "Fast splittable
 * pseudorandom number generators", OOPSLA 2014); streams are made by hashing what they are for.
 * Doubles see + - * / and sqrt alone, which IEEE 754 defines to the last bit; so no libm here,
 * and no fused multiply-add. (With excess precision, as on x87, the bits differ.)
 */
#ifndef SLOI_DRAW_H
#define SLOI_DRAW_H

#include <stdint.h>

/* Counts and means are at most that: integers of it are exact in a double. */
#define SLOI_DRAW_MAX (INT64_C(1) << 52)

typedef uint64_t sloi_draw;

static inline uint64_t sloi_draw_mix(uint64_t z) {
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* A stream for number `index` of purpose `what`. */
static inline sloi_draw sloi_draw_of(uint64_t seed, uint64_t what, uint64_t index) {
  uint64_t z = sloi_draw_mix(seed + UINT64_C(0x9e3779b97f4a7c15) * (what + 1));
  return sloi_draw_mix(z + UINT64_C(0xd1342543de82ef95) * (index + 1));
}

static inline uint64_t sloi_draw_word(sloi_draw *draw) {
  return sloi_draw_mix(*draw += UINT64_C(0x9e3779b97f4a7c15));
}

/* Uniform, never 0 or 1: the middles of 2^52 equal parts. */
static inline double sloi_draw_uniform(sloi_draw *draw) {
  return ((double)(int64_t)(sloi_draw_word(draw) >> 12) + 0.5) * (1.0 / 4503599627370496.0);
}

/* Mean 1. */
double sloi_draw_exponential(sloi_draw *draw);

/* A mean below 0 or none at all is 0; above SLOI_DRAW_MAX it is that. */
uint64_t sloi_draw_poisson(sloi_draw *draw, double mean);

/* How many of n happen that have probability p each; n and p are cut to their ranges. */
uint64_t sloi_draw_binomial(sloi_draw *draw, uint64_t n, double p);

/* The natural logarithm of a normal positive number; e^x, 0 below -700, for x up to 700; the
 * cosine of `part` of a turn, 0..1. Within 4e-16 of the truth, for the first two relative to it. */
double sloi_draw_log(double x);
double sloi_draw_exp(double x);
double sloi_draw_cos_turn(double part);

#endif
