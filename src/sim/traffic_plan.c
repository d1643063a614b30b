/* traffic_plan.c - from a configuration to the block of traffic, and back. */
#include <string.h>

#include "base/fail.h"
#include "sim/traffic.h"

#define TRAFFIC_PLAN_MAGIC SLOI_BLOCK_MAGIC('t', 'r')
#define TRAFFIC_PLAN_LAYOUT 1
#define TRAFFIC_PLAN_ALL 1000000
#define TRAFFIC_PLAN_RETRY_NS (5 * SLO_SECOND_NS)

/* ---- check ---- */

static slo_status traffic_plan_span(int64_t value, int64_t most, const char *field,
                                    slo_error *error) {
  if (value >= SLO_SECOND_NS && value <= most) return SLO_OK;
  return sloi_fail_range(error, value, SLO_SECOND_NS, most, "%s", field);
}

static slo_status traffic_plan_scalars(const sloi_traffic_plan *p, slo_error *error) {
  if (p->requests_per_day < 1 || p->requests_per_day > SLO_TRAFFIC_REQUESTS_MAX) {
    return sloi_fail_range(error, sloi_shown(p->requests_per_day), 1,
                           (int64_t)SLO_TRAFFIC_REQUESTS_MAX, "requests_per_day");
  }
  if (p->start_ns < 0 || p->start_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, p->start_ns, 0, SLO_TIME_MAX_NS, "start_ns");
  }
  slo_status status = traffic_plan_span(p->slot_ns, SLO_HOUR_NS, "slot_ns", error);
  if (status != SLO_OK) return status;
  if (p->diurnal_ppm > TRAFFIC_PLAN_ALL) {
    return sloi_fail_range(error, sloi_shown(p->diurnal_ppm), 0, TRAFFIC_PLAN_ALL, "diurnal_ppm");
  }
  if (p->peak_ns < 0 || p->peak_ns >= SLO_DAY_NS) {
    return sloi_fail_range(error, p->peak_ns, 0, SLO_DAY_NS - 1, "peak_ns");
  }
  if (p->weekend_ppm < 1 || p->weekend_ppm > SLO_TRAFFIC_FACTOR_MAX) {
    return sloi_fail_range(error, sloi_shown(p->weekend_ppm), 0, (int64_t)SLO_TRAFFIC_FACTOR_MAX,
                           "weekend_ppm");
  }
  if (p->error_ppb > 1000000000) {
    return sloi_fail_range(error, sloi_shown(p->error_ppb), 0, 1000000000, "error_ppb");
  }
  if (p->noise > SLO_NOISE_DRIFT) {
    return sloi_fail_range(error, sloi_shown(p->noise), 0, SLO_NOISE_DRIFT, "noise");
  }
  status = traffic_plan_span(p->noise_ns, SLO_HOUR_NS, "noise_ns", error);
  if (status != SLO_OK) return status;
  if (p->limit_ns < 0 || p->limit_ns > SLO_DAY_NS) {
    return sloi_fail_range(error, p->limit_ns, 0, SLO_DAY_NS, "limit_ns");
  }
  if (p->replicas < 1 || p->replicas > SLO_TRAFFIC_REPLICAS_MAX) {
    return sloi_fail_range(error, sloi_shown(p->replicas), 0, SLO_TRAFFIC_REPLICAS_MAX, "replicas");
  }
  return SLO_OK;
}

static slo_status traffic_plan_count(uint64_t count, uint64_t most, const void *array,
                                     const char *field, const char *count_field, slo_error *error) {
  if (count > most) {
    return sloi_fail_range(error, sloi_shown(count), 0, (int64_t)most, "%s", count_field);
  }
  if (count != 0 && array == NULL) return sloi_fail(error, SLO_EINVAL, 0, "%s (NULL)", field);
  return SLO_OK;
}

static slo_status traffic_plan_sales(const slo_sale *sales, uint64_t count, slo_error *error) {
  for (uint64_t i = 0; i < count; i++) {
    const slo_period *p = &sales[i].period;
    unsigned n = (unsigned)i;
    if (p->start_ns < 0 || p->start_ns >= SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, p->start_ns, 0, SLO_TIME_MAX_NS - 1,
                             "sales[%u].period.start_ns", n);
    }
    if (p->end_ns <= p->start_ns || p->end_ns > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, p->end_ns, p->start_ns + 1, SLO_TIME_MAX_NS,
                             "sales[%u].period.end_ns", n);
    }
    if (sales[i].factor_ppm > SLO_TRAFFIC_FACTOR_MAX) {
      return sloi_fail_range(error, sloi_shown(sales[i].factor_ppm), 0,
                             (int64_t)SLO_TRAFFIC_FACTOR_MAX, "sales[%u].factor_ppm", n);
    }
  }
  return SLO_OK;
}

static slo_status traffic_plan_classes(const slo_request_class *classes, uint64_t count,
                                       slo_error *error) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < count; i++) {
    unsigned n = (unsigned)i;
    if (classes[i].share_ppm > TRAFFIC_PLAN_ALL) {
      return sloi_fail_range(error, classes[i].share_ppm, 0, TRAFFIC_PLAN_ALL,
                             "classes[%u].share_ppm", n);
    }
    if (classes[i].reserved != 0) {
      return sloi_fail(error, SLO_EVERSION, classes[i].reserved, "classes[%u].reserved", n);
    }
    if (classes[i].latency_ns < 0 || classes[i].latency_ns > SLO_DAY_NS) {
      return sloi_fail_range(error, classes[i].latency_ns, 0, SLO_DAY_NS, "classes[%u].latency_ns",
                             n);
    }
    sum += classes[i].share_ppm;
  }
  if (sum == TRAFFIC_PLAN_ALL) return SLO_OK;
  return sloi_fail_range(error, (int64_t)sum, TRAFFIC_PLAN_ALL, TRAFFIC_PLAN_ALL,
                         "classes, share_ppm of all");
}

static slo_status traffic_plan_faults(const slo_fault *faults, uint64_t count, slo_error *error) {
  for (uint64_t i = 0; i < count; i++) {
    slo_error e = {0};
    e.struct_size = (uint32_t)sizeof e;
    slo_status status = slo_fault_check(&faults[i], &e);
    if (status == SLO_OK) continue;
    if (e.min <= e.max) {
      return sloi_fail_range(error, e.value, e.min, e.max, "faults[%u].%.40s", (unsigned)i,
                             e.field);
    }
    return sloi_fail(error, status, e.value, "faults[%u].%.40s", (unsigned)i, e.field);
  }
  return SLO_OK;
}

/* ---- layout ---- */

static void traffic_plan_retries(sloi_traffic_plan *p) {
  uint64_t slot = (uint64_t)p->slot_ns, retry = (uint64_t)TRAFFIC_PLAN_RETRY_NS;
  p->tries = p->stride = p->cells = 0;
  if (p->noise != SLO_NOISE_RETRIES) return;
  p->cells = slot > retry ? (slot + retry / 2) / retry : 1;
  p->stride = slot > retry ? 1 : (retry + slot / 2) / slot;
  uint64_t retries = (uint64_t)p->noise_ns * p->cells / (slot * p->stride);
  p->tries = 1 + (retries == 0 ? 1 : retries);
}

static void traffic_plan_lay_out(sloi_traffic_plan *p) {
  traffic_plan_retries(p);
  p->sales_at = sizeof(slo_traffic);
  p->classes_at = p->sales_at + p->sale_count * sizeof(slo_sale);
  p->faults_at = p->classes_at + p->class_count * sizeof(slo_request_class);
  uint64_t at = p->faults_at + p->fault_count * sizeof(slo_fault);
  p->state_at = at = sloi_round_up(at, SLO_ALIGN);
  p->effects_at = at = sloi_round_up(at + sizeof(sloi_traffic_state), SLO_ALIGN);
  p->active_at = at = at + p->fault_count * p->class_count * sizeof(uint32_t);
  p->ring_at = at = sloi_round_up(at + p->fault_count * sizeof(uint32_t), SLO_ALIGN);
  p->size = sloi_round_up(at + p->tries * p->stride * sizeof(uint64_t), SLO_ALIGN);
}

static uint64_t traffic_plan_config_size(const sloi_traffic_plan *p) {
  return p->faults_at + p->fault_count * sizeof(slo_fault) - sizeof(sloi_block);
}

/* ---- from the outside ---- */

static int64_t traffic_plan_noise(uint32_t noise) {
  return noise == SLO_NOISE_BURSTS    ? 5 * SLO_SECOND_NS
         : noise == SLO_NOISE_RETRIES ? SLO_MINUTE_NS
                                      : 5 * SLO_MINUTE_NS;
}

/* The configuration's arrays stay in *c. */
static slo_status traffic_plan_config(const slo_traffic_config *config, slo_traffic_config *c,
                                      sloi_traffic_plan *p, slo_error *error) {
  static const slo_request_class defaults[] = {
      {TRAFFIC_PLAN_ALL, 0, 100 * (SLO_SECOND_NS / 1000), 10000}};
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_traffic_config");
  if (status != SLO_OK) return status;
  memset(p, 0, sizeof *p);
  status = traffic_plan_count(c->sale_count, SLO_TRAFFIC_SALES_MAX, c->sales, "sales", "sale_count",
                              error);
  if (status == SLO_OK) {
    status = traffic_plan_count(c->class_count, SLO_TRAFFIC_CLASSES_MAX, c->classes, "classes",
                                "class_count", error);
  }
  if (status == SLO_OK) {
    status = traffic_plan_count(c->fault_count, SLO_TRAFFIC_FAULTS_MAX, c->faults, "faults",
                                "fault_count", error);
  }
  if (status != SLO_OK) return status;
  if (c->class_count == 0) {
    c->classes = defaults;
    c->class_count = sizeof defaults / sizeof defaults[0];
  }
  p->start_ns = c->start_ns;
  p->slot_ns = c->slot_ns == 0 ? 10 * SLO_SECOND_NS : c->slot_ns;
  p->peak_ns = c->peak_ns;
  p->noise_ns = c->noise_ns == 0 ? traffic_plan_noise(c->noise) : c->noise_ns;
  p->limit_ns = c->limit_ns;
  p->requests_per_day = c->requests_per_day;
  p->seed = c->seed;
  p->noise = c->noise;
  p->error_ppb = c->error_ppb;
  p->diurnal_ppm = c->diurnal_ppm;
  p->weekend_ppm = c->weekend_ppm == 0 ? TRAFFIC_PLAN_ALL : c->weekend_ppm;
  p->sale_count = c->sale_count;
  p->class_count = c->class_count;
  p->fault_count = c->fault_count;
  p->replicas = c->replicas == 0 ? 1 : c->replicas;
  status = traffic_plan_scalars(p, error);
  if (status == SLO_OK) status = traffic_plan_sales(c->sales, c->sale_count, error);
  if (status == SLO_OK) status = traffic_plan_classes(c->classes, c->class_count, error);
  if (status == SLO_OK) status = traffic_plan_faults(c->faults, c->fault_count, error);
  if (status == SLO_OK) traffic_plan_lay_out(p);
  return status;
}

slo_status slo_traffic_footprint(const slo_traffic_config *config, size_t *size, slo_error *error) {
  slo_traffic_config c;
  sloi_traffic_plan plan;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = traffic_plan_config(config, &c, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

/* Everything that does not change later on, and the state before the first slot. */
static void traffic_plan_begin(slo_traffic *t) {
  const sloi_traffic_plan *p = &t->plan;
  const slo_request_class *classes = sloi_traffic_at(t, p->classes_at);
  const slo_fault *faults = sloi_traffic_at(t, p->faults_at);
  uint32_t *effects = sloi_traffic_owned(t, p->effects_at);
  sloi_traffic_state *state = sloi_traffic_owned(t, p->state_at);
  uint64_t slow = 0;
  for (uint64_t k = 0; k < p->class_count; k++) {
    if (p->limit_ns != 0 && classes[k].latency_ns > p->limit_ns) slow += classes[k].share_ppm;
    for (uint64_t i = 0; i < p->fault_count; i++) {
      (void)slo_fault_effect(&faults[i], classes[k].latency_ns, classes[k].bytes, p->limit_ns,
                             &effects[i * p->class_count + k]);
    }
  }
  state->slow = (double)(int64_t)slow / TRAFFIC_PLAN_ALL;
  sloi_noise_init(&state->noise, p, sloi_traffic_owned(t, p->ring_at),
                  sloi_traffic_mean(t, p->start_ns, 1));
}

slo_status slo_traffic_init(void *memory, size_t size, const slo_traffic_config *config,
                            slo_traffic **traffic, slo_error *error) {
  slo_traffic_config c;
  sloi_traffic_plan plan;
  if (traffic == NULL) return sloi_fail(error, SLO_EINVAL, 0, "traffic (NULL)");
  slo_status status = traffic_plan_config(config, &c, &plan, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, plan.size, TRAFFIC_PLAN_MAGIC, TRAFFIC_PLAN_LAYOUT,
                           traffic_plan_config_size(&plan), error);
  if (status != SLO_OK) return status;
  slo_traffic *t = memory;
  t->plan = plan;
  if (c.sale_count != 0) {
    memcpy(sloi_traffic_owned(t, plan.sales_at), c.sales, c.sale_count * sizeof *c.sales);
  }
  memcpy(sloi_traffic_owned(t, plan.classes_at), c.classes, c.class_count * sizeof *c.classes);
  if (c.fault_count != 0) {
    memcpy(sloi_traffic_owned(t, plan.faults_at), c.faults, c.fault_count * sizeof *c.faults);
  }
  traffic_plan_begin(t);
  sloi_block_ready(&t->block);
  *traffic = t;
  return SLO_OK;
}

/* Is what lies there a configuration, and the layout its? */
static int traffic_plan_valid(const slo_traffic *t) {
  sloi_traffic_plan plan = t->plan;
  if (plan.sale_count > SLO_TRAFFIC_SALES_MAX || plan.class_count > SLO_TRAFFIC_CLASSES_MAX ||
      plan.fault_count > SLO_TRAFFIC_FAULTS_MAX || traffic_plan_scalars(&plan, NULL) != SLO_OK) {
    return 0;
  }
  traffic_plan_lay_out(&plan);
  if (t->block.size != plan.size || t->block.config_size != traffic_plan_config_size(&plan) ||
      memcmp(&t->plan, &plan, sizeof plan) != 0) {
    return 0;
  }
  return traffic_plan_sales(sloi_traffic_at(t, plan.sales_at), plan.sale_count, NULL) == SLO_OK &&
         traffic_plan_classes(sloi_traffic_at(t, plan.classes_at), plan.class_count, NULL) ==
             SLO_OK &&
         traffic_plan_faults(sloi_traffic_at(t, plan.faults_at), plan.fault_count, NULL) == SLO_OK;
}

slo_status slo_traffic_attach(void *memory, size_t size, slo_traffic **traffic) {
  if (traffic == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, TRAFFIC_PLAN_MAGIC, TRAFFIC_PLAN_LAYOUT,
                                       sizeof(sloi_traffic_plan));
  if (status != SLO_OK) return status;
  if (!traffic_plan_valid(memory)) return SLO_ECORRUPT;
  *traffic = memory;
  return SLO_OK;
}

slo_status slo_traffic_create(const slo_traffic_config *config, const slo_allocator *allocator,
                              slo_traffic **traffic, slo_error *error) {
  size_t size;
  void *memory;
  if (traffic == NULL) return sloi_fail(error, SLO_EINVAL, 0, "traffic (NULL)");
  slo_status status = slo_traffic_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_traffic_init(memory, size, config, traffic, error);
}

void slo_traffic_destroy(slo_traffic *traffic) {
  sloi_block_release(traffic);
}
