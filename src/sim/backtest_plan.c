/* backtest_plan.c - from a configuration to the block of a back-test. */
#include <stddef.h>
#include <stdio.h>

#include "base/fail.h"
#include "sim/backtest.h"

#define BACKTEST_PLAN_MAGIC SLOI_BLOCK_MAGIC('b', 't')
#define BACKTEST_PLAN_LAYOUT 1
#define BACKTEST_PLAN_SHIFT_NS (12 * SLO_HOUR_NS)
#define BACKTEST_PLAN_ALL_PPB 1000000000

/* ---- check ---- */

/* Calls a part's error by the place of that part, "policies[3]". */
static slo_status backtest_plan_within(slo_error *error, slo_status status, const slo_error *part,
                                       const char *place) {
  if (part->min > part->max) {
    return sloi_fail(error, status, part->value, "%s.%.40s", place, part->field);
  }
  return sloi_fail_range(error, part->value, part->min, part->max, "%s.%.40s", place, part->field);
}

static slo_status backtest_plan_scalars(const slo_backtest_config *c, slo_error *error) {
  if (c->policy_count < 1 || c->policy_count > SLO_BACKTEST_POLICIES_MAX) {
    return sloi_fail_range(error, c->policy_count, 1, SLO_BACKTEST_POLICIES_MAX, "policy_count");
  }
  if (c->policies == NULL) return sloi_fail(error, SLO_EINVAL, 0, "policies (NULL)");
  if (c->incident_count > SLO_BACKTEST_INCIDENTS_MAX) {
    return sloi_fail_range(error, c->incident_count, 0, SLO_BACKTEST_INCIDENTS_MAX,
                           "incident_count");
  }
  if (c->incidents == NULL && c->incident_count != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "incidents (NULL)");
  }
  if (c->severity >= SLO_SEVERITIES) {
    return sloi_fail_range(error, c->severity, 0, SLO_SEVERITIES - 1, "severity");
  }
  if (c->period_ns < 1 || c->period_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->period_ns, 1, SLO_TIME_MAX_NS, "period_ns");
  }
  if (c->grace_ns < 0 || c->grace_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->grace_ns, 0, SLO_TIME_MAX_NS, "grace_ns");
  }
  if (c->shift_ns < 0 || c->shift_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->shift_ns, 0, SLO_TIME_MAX_NS, "shift_ns");
  }
  return SLO_OK;
}

static slo_status backtest_plan_incidents(const slo_backtest_config *c, slo_error *error) {
  int64_t after_ns = 0;
  for (uint32_t i = 0; i < c->incident_count; i++) {
    const slo_incident *incident = &c->incidents[i];
    const slo_period *p = &incident->period;
    unsigned n = (unsigned)i;
    if (p->start_ns < after_ns || p->start_ns >= SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, p->start_ns, after_ns, SLO_TIME_MAX_NS - 1,
                             "incidents[%u].period.start_ns", n);
    }
    if (p->end_ns <= p->start_ns || p->end_ns > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, p->end_ns, p->start_ns + 1, SLO_TIME_MAX_NS,
                             "incidents[%u].period.end_ns", n);
    }
    if (incident->error_ppb > BACKTEST_PLAN_ALL_PPB) {
      return sloi_fail_range(error, sloi_shown(incident->error_ppb), 0, BACKTEST_PLAN_ALL_PPB,
                             "incidents[%u].error_ppb", n);
    }
    after_ns = p->end_ns;
  }
  return SLO_OK;
}

/* ---- closed forms ---- */

static int64_t backtest_plan_sum(int64_t a, int64_t b) {
  return a < SLO_TIME_MAX_NS - b ? a + b : SLO_TIME_MAX_NS;
}

/* When a tier that an incident lifts over its factor fires, and until when after the end. 0 when
 * it does not. */
static int backtest_plan_closed_tier(const slo_alert_config *config, const slo_alert_tier *t,
                                     const slo_incident *incident, int64_t *detection_ns,
                                     int64_t *reset_ns) {
  uint64_t objective = config->objective_ppb, error = incident->error_ppb;
  int64_t lasts_ns = incident->period.end_ns - incident->period.start_ns, short_ns;
  if (slo_burn_detection(objective, error, t->factor_ppm, t->long_ns, detection_ns) != SLO_OK ||
      slo_burn_reset(objective, error, lasts_ns, t->factor_ppm, t->long_ns, reset_ns) != SLO_OK ||
      slo_burn_reset(objective, error, lasts_ns, t->factor_ppm, t->short_ns, &short_ns) != SLO_OK ||
      *reset_ns == 0) {
    return 0;
  }
  if (short_ns < *reset_ns) *reset_ns = short_ns;
  /* it may hold for long enough only because the windows fall late */
  int64_t held_ns = backtest_plan_sum(lasts_ns - *detection_ns, *reset_ns);
  if (t->for_ns > held_ns) return 0;
  *detection_ns = backtest_plan_sum(*detection_ns, t->for_ns);
  *reset_ns = backtest_plan_sum(*reset_ns, t->keep_firing_ns);
  return 1;
}

static void backtest_plan_closed(const slo_backtest *b, const slo_alert_config *config,
                                 const slo_incident *incident, sloi_backtest_found *found) {
  int64_t detection_ns, reset_ns;
  found->detected_ns = found->closed_detection_ns = found->closed_reset_ns = -1;
  if (incident->error_ppb == 0) return;
  for (uint32_t i = 0; i < config->tier_count; i++) {
    const slo_alert_tier *t = &config->tiers[i];
    if (t->severity != b->severity || t->kind != SLO_TIER_BURN) continue;
    if (!backtest_plan_closed_tier(config, t, incident, &detection_ns, &reset_ns)) continue;
    if (found->closed_detection_ns < 0 || detection_ns < found->closed_detection_ns) {
      found->closed_detection_ns = detection_ns;
    }
    if (reset_ns > found->closed_reset_ns) found->closed_reset_ns = reset_ns;
  }
}

/* ---- layout ---- */

/* One walk over the configuration serves footprint (backtest NULL) and init. */
typedef struct backtest_plan_walk {
  slo_backtest *backtest;
  uint64_t at;
  slo_error *error;
} backtest_plan_walk;

static uint64_t backtest_plan_place(backtest_plan_walk *walk, uint64_t size) {
  uint64_t at = walk->at;
  walk->at = sloi_round_up(at + size, SLO_ALIGN);
  return at;
}

static slo_status backtest_plan_window(backtest_plan_walk *walk, const slo_backtest_config *c) {
  slo_backtest *b = walk->backtest;
  slo_window_config w;
  slo_error e = SLO_SIZED(slo_error);
  size_t size;
  slo_status status = sloi_sized_read(&w, sizeof w, c->window, walk->error, "window");
  if (status != SLO_OK) return status;
  w.struct_size = (uint32_t)sizeof w;
  status = slo_window_footprint(&w, &size, &e);
  if (status != SLO_OK) return backtest_plan_within(walk->error, status, &e, "window");
  uint64_t tiers = w.tier_count * sizeof(slo_window_tier);
  uint64_t tiers_at = backtest_plan_place(walk, tiers), window_at = backtest_plan_place(walk, size);
  if (b == NULL) return SLO_OK;
  b->window = w;
  b->window.tiers = NULL;
  b->window_tiers_at = tiers_at;
  b->window_at = window_at;
  b->window_size = size;
  if (tiers != 0) memcpy(sloi_backtest_at(b, tiers_at), w.tiers, tiers);
  return SLO_OK;
}

static slo_status backtest_plan_policy(backtest_plan_walk *walk, const slo_backtest_config *c,
                                       uint32_t i, uint64_t *objective_ppb) {
  slo_backtest *b = walk->backtest;
  slo_alert_config a;
  slo_error e = SLO_SIZED(slo_error);
  char place[24];
  size_t size;
  (void)snprintf(place, sizeof place, "policies[%u]", (unsigned)i);
  slo_status status = sloi_sized_element(&a, sizeof a, c->policies, i, walk->error, place);
  if (status != SLO_OK) return status;
  a.struct_size = (uint32_t)sizeof a;
  status = slo_alert_footprint(&a, &size, &e);
  if (status != SLO_OK) return backtest_plan_within(walk->error, status, &e, place);
  if (i == 0) *objective_ppb = a.objective_ppb;
  if (a.objective_ppb != *objective_ppb) {
    return sloi_fail_range(walk->error, sloi_shown(a.objective_ppb), (int64_t)*objective_ppb,
                           (int64_t)*objective_ppb, "%s.objective_ppb", place);
  }
  uint64_t tiers_at = backtest_plan_place(walk, a.tier_count * sizeof(slo_alert_tier));
  uint64_t alert_at = backtest_plan_place(walk, size);
  uint64_t found_at =
      backtest_plan_place(walk, c->incident_count * (uint64_t)sizeof(sloi_backtest_found));
  if (b == NULL) return SLO_OK;
  sloi_backtest_policy *p = &b->policy[i];
  p->config = a;
  p->config.tiers = NULL;
  p->tiers_at = tiers_at;
  p->alert_at = alert_at;
  p->alert_size = size;
  p->found_at = found_at;
  p->fired_ns = -1;
  memcpy(sloi_backtest_at(b, tiers_at), a.tiers, a.tier_count * sizeof(slo_alert_tier));
  sloi_backtest_found *found = sloi_backtest_at(b, found_at);
  for (uint32_t k = 0; k < c->incident_count; k++) {
    backtest_plan_closed(b, &a, &c->incidents[k], &found[k]);
  }
  return SLO_OK;
}

static slo_status backtest_plan_walk_config(backtest_plan_walk *walk,
                                            const slo_backtest_config *c) {
  slo_backtest *b = walk->backtest;
  uint64_t objective_ppb = 0;
  walk->at = 0;
  (void)backtest_plan_place(
      walk, offsetof(slo_backtest, policy) + c->policy_count * sizeof(sloi_backtest_policy));
  uint64_t incidents = c->incident_count * (uint64_t)sizeof(slo_incident);
  uint64_t incidents_at = backtest_plan_place(walk, incidents);
  uint64_t spent_at = backtest_plan_place(walk, c->incident_count * (uint64_t)sizeof(uint64_t));
  if (b != NULL) {
    b->incidents_at = incidents_at;
    b->spent_at = spent_at;
    if (incidents != 0) memcpy(sloi_backtest_at(b, incidents_at), c->incidents, incidents);
  }
  slo_status status = backtest_plan_window(walk, c);
  for (uint32_t i = 0; i < c->policy_count && status == SLO_OK; i++) {
    status = backtest_plan_policy(walk, c, i, &objective_ppb);
  }
  if (b != NULL) b->objective_ppb = objective_ppb;
  if (status == SLO_OK && walk->at > SLOI_BLOCK_MAX) {
    status =
        sloi_fail_range(walk->error, sloi_shown(walk->at), 0, (int64_t)SLOI_BLOCK_MAX, "footprint");
  }
  return status;
}

void sloi_backtest_lay_out(slo_backtest *b) {
  slo_window_config w = b->window;
  slo_window *window;
  slo_alert *alert;
  w.tiers = sloi_backtest_at(b, b->window_tiers_at);
  (void)slo_window_init(sloi_backtest_at(b, b->window_at), (size_t)b->window_size, &w, &window,
                        NULL);
  for (uint64_t i = 0; i < b->policy_count; i++) {
    const sloi_backtest_policy *p = &b->policy[i];
    slo_alert_config a = p->config;
    a.tiers = sloi_backtest_at(b, p->tiers_at);
    (void)slo_alert_init(sloi_backtest_at(b, p->alert_at), (size_t)p->alert_size, &a, &alert, NULL);
  }
}

/* ---- from the outside ---- */

static slo_status backtest_plan_check(const slo_backtest_config *config, slo_backtest_config *c,
                                      uint64_t *size, slo_error *error) {
  backtest_plan_walk walk = {NULL, 0, error};
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_backtest_config");
  if (status == SLO_OK) status = backtest_plan_scalars(c, error);
  if (status == SLO_OK) status = backtest_plan_incidents(c, error);
  if (status == SLO_OK) status = backtest_plan_walk_config(&walk, c);
  *size = walk.at;
  return status;
}

slo_status slo_backtest_footprint(const slo_backtest_config *config, size_t *size,
                                  slo_error *error) {
  slo_backtest_config c;
  uint64_t need;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = backtest_plan_check(config, &c, &need, error);
  if (status == SLO_OK) *size = (size_t)need;
  return status;
}

slo_status slo_backtest_init(void *memory, size_t size, const slo_backtest_config *config,
                             slo_backtest **backtest, slo_error *error) {
  slo_backtest_config c;
  uint64_t need;
  if (backtest == NULL) return sloi_fail(error, SLO_EINVAL, 0, "backtest (NULL)");
  slo_status status = backtest_plan_check(config, &c, &need, error);
  if (status != SLO_OK) return status;
  status =
      sloi_block_init(memory, size, need, BACKTEST_PLAN_MAGIC, BACKTEST_PLAN_LAYOUT,
                      offsetof(slo_backtest, slots) - offsetof(slo_backtest, policy_count), error);
  if (status != SLO_OK) return status;
  slo_backtest *b = memory;
  b->policy_count = c.policy_count;
  b->incident_count = c.incident_count;
  b->severity = c.severity;
  b->period_ns = c.period_ns;
  b->grace_ns = c.grace_ns;
  b->shift_ns = c.shift_ns == 0 ? BACKTEST_PLAN_SHIFT_NS : c.shift_ns;
  backtest_plan_walk walk = {b, 0, error};
  status = backtest_plan_walk_config(&walk, &c);
  if (status != SLO_OK) return status;
  sloi_backtest_lay_out(b);
  sloi_block_ready(&b->block);
  *backtest = b;
  return SLO_OK;
}

slo_status slo_backtest_create(const slo_backtest_config *config, const slo_allocator *allocator,
                               slo_backtest **backtest, slo_error *error) {
  size_t size;
  void *memory;
  if (backtest == NULL) return sloi_fail(error, SLO_EINVAL, 0, "backtest (NULL)");
  slo_status status = slo_backtest_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_backtest_init(memory, size, config, backtest, error);
}

void slo_backtest_destroy(slo_backtest *backtest) {
  sloi_block_release(backtest);
}
