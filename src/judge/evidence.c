#include "judge/evidence.h"

#include <math.h>
#include <string.h>

#include "base/block.h"
#include "base/commit.h"
#include "base/fail.h"
#include "judge/objective.h"

#define EVIDENCE_MAGIC SLOI_BLOCK_MAGIC('e', 'v')
#define EVIDENCE_LAYOUT 1
#define EVIDENCE_DEAD_NS (60 * SLO_SECOND_NS)
#define EVIDENCE_LEAST 6 /* healthy burns */
#define EVIDENCE_LEAST_MAX INT64_C(1000000)
#define EVIDENCE_CAP 10                                   /* E is kept at most this */
#define EVIDENCE_GAP_MAX (3600 * (uint64_t)SLO_SECOND_NS) /* a pause adds no more than an hour */
#define EVIDENCE_FACTOR_MAX ((UINT64_C(1) << 63) - 1)
#define EVIDENCE_BET_FIRST (SLOI_EVIDENCE_ONE40 / 10 * 9)
#define EVIDENCE_WEIGHT_MAX (UINT64_C(1) << 40) /* of a thousand a year it is below 2^40 */
#define EVIDENCE_PPM UINT64_C(1000000)

/* ---- configuration ---- */

/* floor(a * b / d), UINT64_MAX when it is larger; a * b is below 2^128. */
static uint64_t evidence_ratio(uint64_t a, uint64_t b, sloi_u128 d) {
  return sloi_u128_divide(sloi_u128_multiply(a, b), d);
}

static uint64_t evidence_inverse(uint64_t healthy) {
  uint64_t inverse = evidence_ratio(SLOI_PPB_PPM, SLOI_EVIDENCE_ONE40, sloi_u128_of(healthy));
  return inverse < EVIDENCE_FACTOR_MAX ? inverse : EVIDENCE_FACTOR_MAX;
}

/* 0.9, 0.3, 0.1, .. down to the bet that is best for the least burn: (least / healthy - 1) * p0 /
 * (1 - p0). */
static void evidence_plan_bets(const slo_evidence_config *c, sloi_evidence_plan *plan) {
  uint64_t bet = EVIDENCE_BET_FIRST;
  uint64_t above = evidence_ratio(c->least_burn_ppm - c->healthy_burn_ppm, SLOI_EVIDENCE_ONE40,
                                  sloi_u128_of(c->healthy_burn_ppm));
  uint64_t last = evidence_ratio(above, plan->healthy, sloi_u128_of(SLOI_PPB_PPM - plan->healthy));
  plan->bets = 0;
  for (; bet > last && plan->bets < SLO_EVIDENCE_BETS_MAX - 1; bet /= 3) {
    plan->bet[plan->bets++] = bet;
  }
  plan->bet[plan->bets] = plan->bets == 0 ? bet : last > 0 ? last : 1;
  plan->bets++;
}

slo_status sloi_evidence_plan_config(const slo_evidence_config *config, slo_evidence_config *c,
                                     sloi_evidence_plan *plan, slo_error *error) {
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_evidence_config");
  if (status != SLO_OK) return status;
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  status = sloi_objective_check(c->objective_ppb, error, "objective_ppb");
  if (status != SLO_OK) return status;
  if (c->alarms_per_year_ppm == 0) c->alarms_per_year_ppm = EVIDENCE_PPM;
  if (c->dead_ns == 0) c->dead_ns = EVIDENCE_DEAD_NS;
  if (c->healthy_burn_ppm == 0) c->healthy_burn_ppm = EVIDENCE_PPM;
  const uint64_t budget = SLOI_PPB - c->objective_ppb;
  const uint64_t healthy_max = (SLOI_PPB_PPM - 1) / budget;
  if (c->alarms_per_year_ppm > SLO_EVIDENCE_ALARMS_MAX_PPM) {
    return sloi_fail_range(error, sloi_shown(c->alarms_per_year_ppm), 0,
                           (int64_t)SLO_EVIDENCE_ALARMS_MAX_PPM, "alarms_per_year_ppm");
  }
  if (c->dead_ns < 0 || c->dead_ns > SLO_DAY_NS) {
    return sloi_fail_range(error, c->dead_ns, 0, SLO_DAY_NS, "dead_ns");
  }
  if (c->healthy_burn_ppm > healthy_max) {
    return sloi_fail_range(error, sloi_shown(c->healthy_burn_ppm), 0, sloi_shown(healthy_max),
                           "healthy_burn_ppm");
  }
  if (c->least_burn_ppm == 0) c->least_burn_ppm = EVIDENCE_LEAST * c->healthy_burn_ppm;
  const uint64_t healthy = c->healthy_burn_ppm;
  const sloi_u128 most = sloi_u128_multiply(healthy, (uint64_t)EVIDENCE_LEAST_MAX);
  if (c->least_burn_ppm < 2 * healthy ||
      sloi_u128_compare(sloi_u128_of(c->least_burn_ppm), most) > 0) {
    return sloi_fail_range(error, sloi_shown(c->least_burn_ppm), sloi_shown(2 * healthy),
                           most.hi != 0 ? INT64_MAX : sloi_shown(most.lo), "least_burn_ppm");
  }
  if (plan == NULL) return SLO_OK;
  memset(plan, 0, sizeof *plan);
  plan->healthy = healthy * budget;
  plan->inverse = evidence_inverse(plan->healthy);
  plan->dead = (uint64_t)c->dead_ns;
  plan->cap = EVIDENCE_CAP;
  evidence_plan_bets(c, plan);
  /* alarms * 2^84 / (10^6 * year * bets): alarms < 2^30, so the numerator is below 2^114 */
  sloi_u128 alarms = {c->alarms_per_year_ppm << 20, 0};
  plan->weight = sloi_u128_divide(
      alarms, sloi_u128_multiply((uint64_t)SLO_EVIDENCE_YEAR_NS, EVIDENCE_PPM * plan->bets));
  return SLO_OK;
}

int sloi_evidence_plan_valid(const sloi_evidence_plan *plan) {
  if (plan->bets < 1 || plan->bets > SLO_EVIDENCE_BETS_MAX || plan->cap != EVIDENCE_CAP ||
      plan->healthy < 1 || plan->healthy >= SLOI_PPB_PPM || plan->weight > EVIDENCE_WEIGHT_MAX ||
      plan->dead < 1 || plan->dead > (uint64_t)SLO_DAY_NS ||
      plan->inverse != evidence_inverse(plan->healthy)) {
    return 0;
  }
  for (uint64_t k = 0; k < plan->bets; k++) {
    if (plan->bet[k] < 1 || plan->bet[k] > EVIDENCE_BET_FIRST) return 0;
    if (k > 0 && plan->bet[k] >= plan->bet[k - 1]) return 0;
  }
  return 1;
}

/* ---- arithmetic ---- */

sloi_u128 sloi_evidence_sum(const sloi_evidence_plan *plan, const sloi_evidence_state *state) {
  sloi_u128 sum = {0, 0};
  for (uint64_t k = 0; k < plan->bets; k++) sum = sloi_u128_add(sum, state->wealth[k]);
  return sum;
}

/* Brings E down to `to`, each bet in proportion; with 59 places of the ratio. */
static void evidence_scale(const sloi_evidence_plan *plan, sloi_evidence_state *state,
                           sloi_u128 sum, uint64_t to) {
  /* sum is at least `to`, so the ratio is at most 1 */
  sloi_u128 n = {to << 59, 0};
  uint64_t ratio = sloi_u128_divide(n, sum);
  for (uint64_t k = 0; k < plan->bets; k++) {
    state->wealth[k] = sloi_u128_scale(state->wealth[k], ratio, 59);
  }
}

void sloi_evidence_step(const sloi_evidence_plan *plan, sloi_evidence_state *state, uint64_t dt,
                        uint64_t valid, uint64_t bad) {
  uint64_t room =
      EVIDENCE_GAP_MAX - (state->elapsed < EVIDENCE_GAP_MAX ? state->elapsed : EVIDENCE_GAP_MAX);
  state->elapsed += dt < room ? dt : room;
  if (state->dead > plan->dead) state->dead = plan->dead; /* corrupt, and not deaf for ever */
  if (state->dead != 0) {
    state->dead -= dt < state->dead ? dt : state->dead;
    return;
  }
  if (valid == 0) return;
  /* what time adds: elapsed * weight has 84 places */
  sloi_u128 w = sloi_u128_multiply(state->elapsed, plan->weight);
  w.lo = w.hi << 44 | w.lo >> 20;
  w.hi >>= 20;
  state->elapsed = 0;
  if (sloi_u128_compare(sloi_u128_multiply(bad, SLOI_PPB_PPM),
                        sloi_u128_multiply(valid, plan->healthy)) > 0) {
    state->dead = plan->dead;
  }
  while (valid >> 32 != 0) { /* the ratio rounded down, in numbers that can be multiplied */
    valid = (valid >> 1) + (valid & 1);
    bad >>= 1;
  }
  uint64_t ratio = bad == 0 ? 0 : evidence_ratio(bad, plan->inverse, sloi_u128_of(valid));
  sloi_u128 sum = {0, 0};
  for (uint64_t k = 0; k < plan->bets; k++) {
    uint64_t bet = plan->bet[k], factor = SLOI_EVIDENCE_ONE40 - bet;
    if (ratio != 0) {
      sloi_u128 gain = sloi_u128_multiply(bet, ratio);
      uint64_t shifted = gain.hi << 24 | gain.lo >> 40; /* below 2^63: the bet is below 1 */
      factor += shifted;
      if (factor > EVIDENCE_FACTOR_MAX) factor = EVIDENCE_FACTOR_MAX;
    }
    state->wealth[k] = sloi_u128_scale(sloi_u128_add(state->wealth[k], w), factor, 40);
    sum = sloi_u128_add(sum, state->wealth[k]);
  }
  if (sum.hi >= plan->cap) evidence_scale(plan, state, sum, plan->cap);
}

void sloi_evidence_lift(const sloi_evidence_plan *plan, sloi_evidence_state *state) {
  sloi_u128 one = {1, 0};
  sloi_u128 sum = sloi_evidence_sum(plan, state);
  if (sum.hi != 0) return;
  sloi_u128 missing = sloi_u128_subtract(one, sum); /* to the largest bet, which forgets soonest */
  state->wealth[0] = sloi_u128_add(state->wealth[0], missing);
}

uint64_t sloi_evidence_ppb(sloi_u128 value) {
  sloi_u128 high = sloi_u128_multiply(value.hi, SLOI_PPB);
  sloi_u128 low = sloi_u128_multiply(value.lo, SLOI_PPB);
  return high.hi != 0 || high.lo > UINT64_MAX - low.hi ? UINT64_MAX : high.lo + low.hi;
}

/* ---- the block ---- */

struct slo_evidence {
  sloi_block block;
  sloi_evidence_plan plan;
  sloi_cell state[1 + 2 * sizeof(sloi_evidence_state) / 8];
};

#define EVIDENCE_CONFIG_SIZE (offsetof(slo_evidence, state) - sizeof(sloi_block))
#define EVIDENCE_SIZE sloi_round_up(sizeof(slo_evidence), SLO_ALIGN)

slo_status slo_evidence_footprint(const slo_evidence_config *config, size_t *size,
                                  slo_error *error) {
  slo_evidence_config c;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = sloi_evidence_plan_config(config, &c, NULL, error);
  if (status == SLO_OK) *size = (size_t)EVIDENCE_SIZE;
  return status;
}

slo_status slo_evidence_init(void *memory, size_t size, const slo_evidence_config *config,
                             slo_evidence **evidence, slo_error *error) {
  slo_evidence_config c;
  sloi_evidence_plan plan;
  if (evidence == NULL) return sloi_fail(error, SLO_EINVAL, 0, "evidence (NULL)");
  slo_status status = sloi_evidence_plan_config(config, &c, &plan, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, EVIDENCE_SIZE, EVIDENCE_MAGIC, EVIDENCE_LAYOUT,
                           EVIDENCE_CONFIG_SIZE, error);
  if (status != SLO_OK) return status;
  slo_evidence *e = memory;
  e->plan = plan;
  sloi_block_ready(&e->block);
  *evidence = e;
  return SLO_OK;
}

slo_status slo_evidence_attach(void *memory, size_t size, slo_evidence **evidence) {
  if (evidence == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, EVIDENCE_MAGIC, EVIDENCE_LAYOUT, EVIDENCE_CONFIG_SIZE);
  if (status != SLO_OK) return status;
  slo_evidence *e = memory;
  if (e->block.size != EVIDENCE_SIZE || e->block.config_size != EVIDENCE_CONFIG_SIZE ||
      !sloi_evidence_plan_valid(&e->plan)) {
    return SLO_ECORRUPT;
  }
  *evidence = e;
  return SLO_OK;
}

slo_status slo_evidence_create(const slo_evidence_config *config, const slo_allocator *allocator,
                               slo_evidence **evidence, slo_error *error) {
  size_t size;
  void *memory;
  if (evidence == NULL) return sloi_fail(error, SLO_EINVAL, 0, "evidence (NULL)");
  slo_status status = slo_evidence_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_evidence_init(memory, size, config, evidence, error);
}

void slo_evidence_destroy(slo_evidence *evidence) {
  sloi_block_release(evidence);
}

slo_status slo_evidence_step(slo_evidence *evidence, int64_t dt_ns, const slo_counts *slot) {
  sloi_evidence_state state;
  if (evidence == NULL || slot == NULL) return SLO_EINVAL;
  if (dt_ns < 0) return SLO_ERANGE;
  const size_t words = sloi_evidence_words(&evidence->plan);
  (void)sloi_commit_peek(evidence->state, words, (uint64_t *)&state);
  sloi_evidence_step(&evidence->plan, &state, (uint64_t)dt_ns, slot->good + slot->bad, slot->bad);
  sloi_commit_store(evidence->state, words, (const uint64_t *)&state);
  return SLO_OK;
}

slo_status slo_evidence_restart(slo_evidence *evidence) {
  sloi_evidence_state state;
  if (evidence == NULL) return SLO_EINVAL;
  memset(&state, 0, sizeof state);
  sloi_commit_store(evidence->state, sloi_evidence_words(&evidence->plan),
                    (const uint64_t *)&state);
  return SLO_OK;
}

slo_status slo_evidence_read(const slo_evidence *evidence, uint64_t *level_ppb) {
  sloi_evidence_state state;
  if (evidence == NULL || level_ppb == NULL) return SLO_EINVAL;
  sloi_commit_load(evidence->state, sloi_evidence_words(&evidence->plan), (uint64_t *)&state);
  *level_ppb = sloi_evidence_ppb(sloi_evidence_sum(&evidence->plan, &state));
  return SLO_OK;
}

/* ---- planning ---- */

/* What a slot of the traffic does to one bet, on average. */
typedef struct evidence_pace {
  double growth; /* of the logarithm of its wealth, per slot with events */
  double slot_s; /* how long such a slot takes, dead time and empty slots included */
} evidence_pace;

/* good and bad events of a slot are Poisson with these means, by themselves. */
static evidence_pace evidence_walk(double good, double bad, double p0, double bet, double slot_s,
                                   double dead_s) {
  enum { MANY = 60, TERMS = 200 };
  evidence_pace pace = {0, slot_s};
  if (good + bad > MANY) { /* every slot is like the mean */
    double share = bad / (good + bad);
    pace.growth = log1p(bet * (share / p0 - 1));
    if (share > p0) pace.slot_s += dead_s;
    return pace;
  }
  double any = 0, after_bad = 0, p_bad = exp(-bad);
  for (int x = 0; x < TERMS; x++) {
    double p = p_bad * exp(-good);
    for (int g = 0; g < TERMS && p > 0; g++) {
      if (x + g > 0) {
        double share = (double)x / (x + g);
        any += p;
        pace.growth += p * log1p(bet * (share / p0 - 1));
        if (share > p0) after_bad += p;
      }
      p *= good / (g + 1);
    }
    p_bad *= bad / (x + 1);
  }
  pace.growth /= any;
  pace.slot_s = slot_s / any + dead_s * after_bad / any;
  return pace;
}

slo_status slo_evidence_detection(const slo_evidence_config *config, uint64_t requests_per_hour,
                                  uint64_t error_ppb, int64_t slot_ns, int64_t *detection_ns) {
  slo_evidence_config c;
  sloi_evidence_plan plan;
  if (config == NULL || detection_ns == NULL) return SLO_EINVAL;
  slo_status status = sloi_evidence_plan_config(config, &c, &plan, NULL);
  if (status != SLO_OK) return status;
  if (requests_per_hour < 1 || requests_per_hour > UINT64_C(1000000000000) || error_ppb < 1 ||
      error_ppb > SLOI_PPB || slot_ns < 1000000 || slot_ns > SLO_HOUR_NS) {
    return SLO_ERANGE;
  }
  const double year_s = (double)(SLO_EVIDENCE_YEAR_NS / SLO_SECOND_NS);
  const double slot_s = (double)slot_ns / 1e9, dead_s = (double)plan.dead / 1e9;
  const double mean = (double)requests_per_hour * slot_s / 3600, e = (double)error_ppb / 1e9;
  const double p0 = (double)plan.healthy / 1e15;
  double best_s = 100 * year_s;
  for (uint64_t k = 0; k < plan.bets; k++) {
    double bet = (double)plan.bet[k] / (double)SLOI_EVIDENCE_ONE40;
    evidence_pace pace = evidence_walk(mean * (1 - e), mean * e, p0, bet, slot_s, dead_s);
    if (pace.growth <= 0) continue;
    /* w added at each slot grows to w * (exp(g j) - 1) / (1 - exp(-g)) after j of them */
    double w = pace.slot_s * (double)c.alarms_per_year_ppm / 1e6 / year_s / (double)plan.bets;
    double slots = log1p(-expm1(-pace.growth) / w) / pace.growth;
    if (slots < 1) slots = 1;
    if (slots * pace.slot_s < best_s) best_s = slots * pace.slot_s;
  }
  if (best_s >= 100 * year_s) return SLO_ENODATA;
  *detection_ns = (int64_t)(best_s * 1e9);
  return SLO_OK;
}
