/*
 * alerts_rules.h - the rules people put on top of burn-rate tiers so that chance does not page, as
 * the bench of alerts judges them: each adds one condition on a tier's long window. And the
 * binomial tail that some of them, and the bounds of the tables, need.
 */
#ifndef ALERTS_RULES_H
#define ALERTS_RULES_H

#include <math.h>
#include <slo.h>

enum {
  POLICY_PLAIN,   /* the library without a gate */
  POLICY_GATE,    /* the library's default */
  POLICY_NO_DEAD, /* with a dead time of 1 ns */
  POLICY_HUNDRED,
  POLICY_FIVE,
  POLICY_WILSON,
  POLICY_CLOPPER,
  POLICY_TAIL,
  POLICY_MASS,
  POLICIES,
  POLICY_RULES = POLICY_HUNDRED
};

static const char *const policy_names[POLICIES] = {
    "MWMBR",         "gate",       "gate, no dead time", "+ 100 requests", "+ 5 failures",
    "+ Wilson 3.09", "+ CP 0.001", "+ tail 1e-5",        "+ 5 % of budget"};

/* Is P(X >= x) < alpha for X binomial (n, p)? Exact but for rounding: the terms are summed from x
 * on, until they cannot matter. */
static inline int rule_tail_below(uint64_t n, uint64_t x, double p, double alpha) {
  if (x == 0) return 0;
  if ((double)x <= (double)n * p) return 0; /* such tails are about a half and more */
  double N = (double)n, X = (double)x;
  double term =
      exp(lgamma(N + 1) - lgamma(X + 1) - lgamma(N - X + 1) + X * log(p) + (N - X) * log1p(-p));
  double sum = 0;
  if (term < 1e-200) return 1;
  for (; X <= N && sum < alpha; X++) {
    sum += term;
    double ratio = (N - X) / (X + 1) * p / (1 - p);
    term *= ratio;
    if (ratio < 1 && term / (1 - ratio) < 1e-9 * sum) break;
  }
  return sum < alpha;
}

/* The lower end of Wilson's score interval. */
static inline double rule_wilson(uint64_t n, uint64_t x, double z) {
  double N = (double)n, share = (double)x / N, z2 = z * z;
  return (share + z2 / (2 * N) - z * sqrt(share * (1 - share) / N + z2 / (4 * N * N))) /
         (1 + z2 / N);
}

typedef struct rule_budget {
  double allowed; /* 1 - target */
  double month;   /* failures that a month's budget allows */
} rule_budget;

/* Does a tier that holds satisfy the rule, too? Limits of confidence are held against the tier's
 * factor, the tail against burn 1. */
static inline int rule_holds(int rule, const slo_counts *longer, double factor,
                             const rule_budget *budget) {
  uint64_t n = longer->good + longer->bad, x = longer->bad;
  switch (rule) {
    case POLICY_HUNDRED:
      return n >= 100;
    case POLICY_FIVE:
      return x >= 5;
    case POLICY_WILSON:
      return rule_wilson(n, x, 3.09) > factor * budget->allowed;
    case POLICY_CLOPPER:
      return rule_tail_below(n, x, factor * budget->allowed, 1e-3);
    case POLICY_TAIL:
      return rule_tail_below(n, x, budget->allowed, 1e-5);
    case POLICY_MASS:
      return (double)x >= 0.05 * budget->month;
    default:
      return 1;
  }
}

/* The upper 95 % bound of a Poisson mean of which `count` were seen. */
static inline double rule_poisson_bound(uint64_t count) {
  double low = (double)count, high = 2 * low + 10;
  for (int i = 0; i < 60; i++) {
    double mean = (low + high) / 2, term = exp(-mean), sum = 0;
    if (mean > 700) return (double)count + 1.645 * sqrt((double)count) + 1.6;
    for (uint64_t k = 0; k <= count; k++) {
      sum += term;
      term *= mean / (double)(k + 1);
    }
    if (sum > 0.05) {
      low = mean;
    } else {
      high = mean;
    }
  }
  return high;
}

#endif
