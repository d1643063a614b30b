#include "sim/draw.h"

#include <math.h>
#include <string.h>

/* Below it a count is found by adding up probabilities from 0 on. */
#define DRAW_SMALL 10.0
/* More than that is less likely than 2^-53 where the mean is below DRAW_SMALL. */
#define DRAW_SMALL_MOST 60
#define DRAW_TAU 6.283185307179586
#define DRAW_HALF_LOG_TAU 0.9189385332046728

/* ---- functions ---- */

/* log((1+s)/(1-s)) = 2 (s + s^3/3 + s^5/5 + ..); |s| <= 0.1716, what is left out is below 1e-18 */
static double draw_log_ratio(double s) {
  double z = s * s, sum = 1.0 / 21;
  sum = sum * z + 1.0 / 19;
  sum = sum * z + 1.0 / 17;
  sum = sum * z + 1.0 / 15;
  sum = sum * z + 1.0 / 13;
  sum = sum * z + 1.0 / 11;
  sum = sum * z + 1.0 / 9;
  sum = sum * z + 1.0 / 7;
  sum = sum * z + 1.0 / 5;
  sum = sum * z + 1.0 / 3;
  return 2 * s + 2 * s * (sum * z);
}

/* log 2 in two parts, of which the first has 20 zero bits at its end: exact times an exponent */
static const double DRAW_LN2_HIGH = 0.693147180369123816490;
static const double DRAW_LN2_LOW = 1.90821492927058770002e-10;

double sloi_draw_log(double x) {
  uint64_t bits;
  double m;
  memcpy(&bits, &x, sizeof bits);
  int64_t e = (int64_t)(bits >> 52) - 1023;
  bits = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023) << 52;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e++;
  }
  double r = draw_log_ratio((m - 1) / (m + 1));
  return (double)e * DRAW_LN2_HIGH + ((double)e * DRAW_LN2_LOW + r);
}

/* log(1 - p), as exact for small p; 0 <= p < 1 */
static double draw_log_rest(double p) {
  return p < 0.25 ? -draw_log_ratio(p / (2 - p)) : sloi_draw_log(1 - p);
}

double sloi_draw_exp(double x) {
  if (!(x > -700)) return 0;
  if (x > 700) x = 700;
  int64_t e = (int64_t)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
  double r = (x - (double)e * DRAW_LN2_HIGH) - (double)e * DRAW_LN2_LOW;
  /* |r| <= 0.35, what is left out is below 4e-18 */
  double sum = 1.0 / 6227020800;
  sum = sum * r + 1.0 / 479001600;
  sum = sum * r + 1.0 / 39916800;
  sum = sum * r + 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = 1 + (r + r * r * sum);
  uint64_t bits = (uint64_t)(e + 1023) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return sum * scale;
}

double sloi_draw_cos_turn(double part) {
  double sign = 1;
  if (part > 0.5) part = 1 - part;
  if (part > 0.25) {
    part = 0.5 - part;
    sign = -1;
  }
  double y = part * DRAW_TAU, z = y * y;
  /* |y| <= pi / 2, what is left out is below 2e-17 */
  double sum = 1.0 / 2432902008176640000;
  sum = sum * z - 1.0 / 6402373705728000;
  sum = sum * z + 1.0 / 20922789888000;
  sum = sum * z - 1.0 / 87178291200;
  sum = sum * z + 1.0 / 479001600;
  sum = sum * z - 1.0 / 3628800;
  sum = sum * z + 1.0 / 40320;
  sum = sum * z - 1.0 / 720;
  sum = sum * z + 1.0 / 24;
  sum = sum * z - 0.5;
  return sign * (1 + z * sum);
}

/* ---- probabilities, after Loader: "Fast and accurate computation of binomial
 * probabilities", 2000. Nothing large is subtracted from anything large. ---- */

/* log k! minus Stirling's formula, log sqrt(2 pi k) + k log k - k; k >= 1 */
static double draw_stirling(double k) {
  if (k < 16) {
    double product = 1;
    for (double i = 2; i <= k; i++) product *= i;
    return sloi_draw_log(product) - (k + 0.5) * sloi_draw_log(k) + k - DRAW_HALF_LOG_TAU;
  }
  double z = 1 / (k * k); /* what is left out is below 2e-16 */
  return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 * z) * z) * z) * z) / k;
}

/* The deviance x log(x / mean) + mean - x; x >= 0, mean > 0 */
static double draw_deviance(double x, double mean) {
  double d = x - mean;
  if (x == 0) return mean;
  if (d >= 0.1 * (x + mean) || -d >= 0.1 * (x + mean)) return x * sloi_draw_log(x / mean) - d;
  double v = d / (x + mean), sum = d * v, term = 2 * x * v;
  for (int i = 3; i < 99; i += 2) {
    term *= v * v;
    double next = sum + term / i;
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

static double draw_poisson_log(double k, double mean) {
  if (k == 0) return -mean;
  return -draw_stirling(k) - draw_deviance(k, mean) - DRAW_HALF_LOG_TAU - 0.5 * sloi_draw_log(k);
}

static double draw_binomial_log(double k, double n, double p) {
  if (k == 0) return n * draw_log_rest(p);
  if (k == n) return n * sloi_draw_log(p);
  double rest = n - k;
  double log_f = draw_stirling(n) - draw_stirling(k) - draw_stirling(rest);
  log_f -= draw_deviance(k, n * p) + draw_deviance(rest, n * (1 - p));
  return log_f - DRAW_HALF_LOG_TAU + 0.5 * sloi_draw_log(n / k / rest);
}

/* ---- counts ---- */

double sloi_draw_exponential(sloi_draw *draw) {
  return -sloi_draw_log(sloi_draw_uniform(draw));
}

static uint64_t draw_poisson_small(sloi_draw *draw, double mean) {
  for (;;) {
    double u = sloi_draw_uniform(draw);
    if (u < 1 - mean) return 0; /* e^-mean is more */
    double f = sloi_draw_exp(-mean);
    for (int k = 0; k < DRAW_SMALL_MOST; f *= mean / ++k) {
      if (u < f) return (uint64_t)k;
      u -= f;
    }
  }
}

/* The candidate of a transformed rejection: a hat of the shape of k = (2a / us + b) u + c, whose
 * inverse distribution function that is. 0 where there is no such count up to `most`. */
static int draw_candidate(double u, double us, double a, double b, double c, double most,
                          double *k) {
  double x = (2 * a / us + b) * u + c;
  if (!(x >= 0 && x < most + 1)) return 0;
  *k = (double)(int64_t)x;
  return 1;
}

/* PTRS of Hormann: "The transformed rejection method for generating Poisson random variables",
 * Insurance: Mathematics and Economics 12, 1993. mean >= 10 */
static uint64_t draw_poisson_large(sloi_draw *draw, double mean) {
  double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
  double scale = 1.1239 + 1.1328 / (b - 3.4), sure = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    double u = sloi_draw_uniform(draw) - 0.5, v = sloi_draw_uniform(draw), k;
    double us = 0.5 - (u < 0 ? -u : u);
    if (!draw_candidate(u, us, a, b, mean + 0.43, 2.0 * SLOI_DRAW_MAX, &k)) continue;
    if (us >= 0.07 && v <= sure) return (uint64_t)k;
    if (us < 0.013 && v > us) continue;
    if (sloi_draw_log(v * scale / (a / (us * us) + b)) <= draw_poisson_log(k, mean)) {
      return (uint64_t)k;
    }
  }
}

uint64_t sloi_draw_poisson(sloi_draw *draw, double mean) {
  if (!(mean > 0)) return 0;
  if (mean < DRAW_SMALL) return draw_poisson_small(draw, mean);
  return draw_poisson_large(draw, mean < SLOI_DRAW_MAX ? mean : SLOI_DRAW_MAX);
}

static uint64_t draw_binomial_small(sloi_draw *draw, double n, double p) {
  double odds = p / (1 - p);
  for (;;) {
    double u = sloi_draw_uniform(draw);
    if (u < 1 - n * p) return 0; /* (1 - p)^n is more */
    double f = sloi_draw_exp(n * draw_log_rest(p));
    for (int k = 0; k < DRAW_SMALL_MOST && k <= n; f *= odds * (n - k) / (k + 1), k++) {
      if (u < f) return (uint64_t)k;
      u -= f;
    }
  }
}

/* BTRS of Hormann: "The generation of binomial random variates", Journal of Statistical
 * Computation and Simulation 46, 1993. n p >= 10, p <= 0.5 */
static uint64_t draw_binomial_large(sloi_draw *draw, double n, double p) {
  double deviation = sqrt(n * p * (1 - p));
  double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p;
  double scale = (2.83 + 5.1 / b) * deviation, sure = 0.92 - 4.2 / b, mode = 1;
  for (;;) {
    double u = sloi_draw_uniform(draw) - 0.5, v = sloi_draw_uniform(draw), k;
    double us = 0.5 - (u < 0 ? -u : u);
    if (!draw_candidate(u, us, a, b, n * p + 0.5, n, &k)) continue;
    if (us >= 0.07 && v <= sure) return (uint64_t)k;
    if (mode > 0) mode = draw_binomial_log((double)(int64_t)((n + 1) * p), n, p);
    if (sloi_draw_log(v * scale / (a / (us * us) + b)) <= draw_binomial_log(k, n, p) - mode) {
      return (uint64_t)k;
    }
  }
}

uint64_t sloi_draw_binomial(sloi_draw *draw, uint64_t n, double p) {
  if (n > (uint64_t)SLOI_DRAW_MAX) n = (uint64_t)SLOI_DRAW_MAX;
  if (n == 0 || !(p > 0)) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - sloi_draw_binomial(draw, n, 1 - p);
  double count = (double)(int64_t)n;
  return count * p < DRAW_SMALL ? draw_binomial_small(draw, count, p)
                                : draw_binomial_large(draw, count, p);
}
