#include "journey/journey.h"

#include "base/fail.h"
#include "base/u128.h"

#define JOURNEY_MAGIC SLOI_BLOCK_MAGIC('j', 'o')
#define JOURNEY_LAYOUT 1
#define JOURNEY_PARTS(steps) ((steps) + UINT64_C(2))
#define JOURNEY_COUNTERS(steps) (JOURNEY_PARTS(steps) + 1)

_Static_assert(SLO_JOURNEY_STEPS_MAX <= 64, "a bit for each step");

static uint64_t journey_usual(uint64_t steps, uint64_t fallbacks) {
  return ((UINT64_C(1) << steps) - 1) & ~fallbacks;
}

slo_status sloi_journey_front(const slo_journey_config *config, const sloi_journey_source *source,
                              slo_journey *front, slo_error *error) {
  memset(front, 0, sizeof *front);
  if (config->step_count < 1 || config->step_count > SLO_JOURNEY_STEPS_MAX) {
    return sloi_fail_range(error, config->step_count, 1, SLO_JOURNEY_STEPS_MAX, "step_count");
  }
  if (config->limit_ns < 0) {
    return sloi_fail_range(error, config->limit_ns, 0, INT64_MAX, "limit_ns");
  }
  front->steps = config->step_count;
  front->limit_ns = (uint64_t)config->limit_ns;
  for (uint32_t i = 0; i < config->step_count; i++) {
    slo_step s;
    source->step(source, i, &s);
    if (s.flags > SLO_STEP_CRITICAL) {
      return sloi_fail_range(error, s.flags, 0, SLO_STEP_CRITICAL, "steps[%u].flags", i);
    }
    if (s.fallback_of > i) {
      return sloi_fail_range(error, s.fallback_of, 0, i, "steps[%u].fallback_of", i);
    }
    if (s.flags & SLO_STEP_CRITICAL) front->critical |= UINT64_C(1) << i;
    if (s.fallback_of == 0) continue;
    if (s.flags & SLO_STEP_CRITICAL) {
      return sloi_fail(error, SLO_EINVAL, s.flags, "steps[%u].flags (critical, and a fallback)", i);
    }
    if (front->fallbacks >> (s.fallback_of - 1) & 1) {
      return sloi_fail(error, SLO_EINVAL, s.fallback_of,
                       "steps[%u].fallback_of (a fallback itself)", i);
    }
    front->fallbacks |= UINT64_C(1) << i;
    front->fallback_of[i] = (uint8_t)(s.fallback_of - 1);
  }
  front->usual = journey_usual(front->steps, front->fallbacks);
  return front->critical != 0 ? SLO_OK
                              : sloi_fail(error, SLO_EINVAL, 0, "steps (none is critical)");
}

/* What lies behind the header of a block and its front-to-be. */
enum { JOURNEY_CONFIG = sizeof(slo_journey) - sizeof(sloi_block) };

int sloi_journey_fits(const slo_journey *journey, const slo_journey_config *config,
                      const sloi_journey_source *source) {
  slo_journey front;
  if (sloi_journey_front(config, source, &front, NULL) != SLO_OK) return 0;
  front.counter_size = journey->counter_size;
  return memcmp(&journey->block + 1, &front.block + 1, JOURNEY_CONFIG) == 0;
}

static void journey_step(const sloi_journey_source *source, uint32_t i, slo_step *step) {
  *step = ((const slo_journey_config *)source->from)->steps[i];
}

static void journey_sli(const sloi_journey_source *source, uint32_t i, slo_journey_sli *sli) {
  *sli = ((const slo_journey_config *)source->from)->slis[i];
}

static void journey_slo(const sloi_journey_source *source, uint32_t i, sloi_journey_slo *slo) {
  slo->slo = ((const slo_journey_config *)source->from)->slos[i];
}

/* A copy of config, and where its parts are. */
static slo_status journey_read(const slo_journey_config *config, slo_journey_config *copy,
                               sloi_journey_source *source, slo_error *error) {
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_sized_read(copy, sizeof *copy, config, error, "slo_journey_config");
  if (status != SLO_OK) return status;
  if (copy->steps == NULL && copy->step_count != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "steps (NULL)");
  }
  const sloi_journey_source structs = {copy, 0, journey_step, journey_sli, journey_slo};
  *source = structs;
  return SLO_OK;
}

slo_status slo_journey_check(const slo_journey_config *config, slo_error *error) {
  slo_journey_config c;
  sloi_journey_source source;
  slo_status status = journey_read(config, &c, &source, error);
  if (status != SLO_OK) return status;
  if (c.slis == NULL && c.sli_count != 0) return sloi_fail(error, SLO_EINVAL, 0, "slis (NULL)");
  if (c.slos == NULL && c.slo_count != 0) return sloi_fail(error, SLO_EINVAL, 0, "slos (NULL)");
  return sloi_journey_check(&c, &source, error);
}

/* The front of the block, all of it in front, and the configuration of its counters. */
static slo_status journey_plan(const slo_journey_config *config, slo_journey *front,
                               slo_counter_config *rows, slo_error *error) {
  slo_journey_config c;
  sloi_journey_source source;
  size_t size = 0;
  slo_status status = journey_read(config, &c, &source, error);
  if (status == SLO_OK) status = sloi_journey_front(&c, &source, front, error);
  if (status != SLO_OK) return status;
  memset(rows, 0, sizeof *rows);
  rows->struct_size = (uint32_t)sizeof *rows;
  rows->shards = c.shards;
  status = slo_counter_footprint(rows, &size, error);
  front->counter_size = sloi_round_up(size, SLO_ALIGN);
  return status;
}

static uint64_t journey_size(const slo_journey *j) {
  return sloi_journey_counter_at(j, JOURNEY_COUNTERS(j->steps));
}

slo_status slo_journey_footprint(const slo_journey_config *config, size_t *size, slo_error *error) {
  slo_journey front;
  slo_counter_config rows;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = journey_plan(config, &front, &rows, error);
  if (status == SLO_OK) *size = (size_t)journey_size(&front);
  return status;
}

slo_status slo_journey_init(void *memory, size_t size, const slo_journey_config *config,
                            slo_journey **journey, slo_error *error) {
  slo_journey front;
  slo_counter_config rows;
  slo_counter *counter;
  if (journey == NULL) return sloi_fail(error, SLO_EINVAL, 0, "journey (NULL)");
  slo_status status = journey_plan(config, &front, &rows, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, journey_size(&front), JOURNEY_MAGIC, JOURNEY_LAYOUT,
                           JOURNEY_CONFIG, error);
  if (status != SLO_OK) return status;
  slo_journey *j = memory;
  memcpy(&j->block + 1, &front.block + 1, JOURNEY_CONFIG);
  for (uint64_t part = 0; part < JOURNEY_COUNTERS(j->steps); part++) {
    (void)slo_counter_init(sloi_journey_counter(j, part), (size_t)j->counter_size, &rows, &counter,
                           NULL);
  }
  sloi_block_ready(&j->block);
  *journey = j;
  return SLO_OK;
}

slo_status slo_journey_attach(void *memory, size_t size, slo_journey **journey) {
  if (journey == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, JOURNEY_MAGIC, JOURNEY_LAYOUT, JOURNEY_CONFIG);
  if (status != SLO_OK) return status;
  slo_journey *j = memory;
  uint64_t steps = j->steps;
  if (j->block.config_size != JOURNEY_CONFIG || steps < 1 || steps > SLO_JOURNEY_STEPS_MAX ||
      j->limit_ns > INT64_MAX || (j->critical | j->fallbacks) >> steps != 0 || j->critical == 0 ||
      (j->critical & j->fallbacks) != 0 || j->usual != journey_usual(steps, j->fallbacks) ||
      j->counter_size < SLO_ALIGN || j->counter_size % SLO_ALIGN != 0 ||
      j->counter_size > (j->block.size - sizeof *j) / JOURNEY_COUNTERS(steps) ||
      j->block.size != journey_size(j)) {
    return SLO_ECORRUPT;
  }
  for (uint64_t i = 0; i < steps; i++) {
    if ((j->fallbacks >> i & 1) &&
        (j->fallback_of[i] >= i || (j->fallbacks >> j->fallback_of[i] & 1))) {
      return SLO_ECORRUPT;
    }
  }
  for (uint64_t part = 0; part < JOURNEY_COUNTERS(steps); part++) {
    slo_counter *counter = sloi_journey_counter(j, part);
    const sloi_block *block = (const sloi_block *)(const void *)counter;
    status = slo_counter_attach(counter, (size_t)j->counter_size, &counter);
    if (status != SLO_OK) return status == SLO_EVERSION ? status : SLO_ECORRUPT;
    if (sloi_round_up(block->size, SLO_ALIGN) != j->counter_size) return SLO_ECORRUPT;
  }
  *journey = j;
  return SLO_OK;
}

slo_status slo_journey_create(const slo_journey_config *config, const slo_allocator *allocator,
                              slo_journey **journey, slo_error *error) {
  size_t size;
  void *memory;
  if (journey == NULL) return sloi_fail(error, SLO_EINVAL, 0, "journey (NULL)");
  slo_status status = slo_journey_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_journey_init(memory, size, config, journey, error);
}

void slo_journey_destroy(slo_journey *journey) {
  sloi_block_release(journey);
}

uint32_t slo_journey_part_count(const slo_journey *journey) {
  return journey == NULL ? 0 : (uint32_t)JOURNEY_PARTS(journey->steps);
}

static void journey_counter_read(const slo_journey *j, uint64_t part, slo_counter_tally *tally) {
  const char *counter = (const char *)j + sloi_journey_counter_at(j, part);
  memset(tally, 0, sizeof *tally);
  tally->struct_size = (uint32_t)sizeof *tally;
  (void)slo_counter_read((const slo_counter *)(const void *)counter, tally);
}

int sloi_journey_on_usual(const slo_journey *journey, uint64_t part) {
  if (part == 0) return 1;
  if (part > journey->steps) return journey->limit_ns != 0;
  return (int)(journey->usual >> (part - 1) & 1);
}

slo_status slo_journey_read(const slo_journey *journey, uint32_t part, slo_counter_tally *tally) {
  slo_counter_tally t, usual;
  if (journey == NULL || tally == NULL) return SLO_EINVAL;
  if (part >= slo_journey_part_count(journey)) return SLO_ERANGE;
  journey_counter_read(journey, part, &t);
  if (sloi_journey_on_usual(journey, part)) {
    journey_counter_read(journey, sloi_journey_usual(journey), &usual);
    t.counts.good += usual.counts.good;
  }
  return sloi_sized_write(tally, &t, sizeof t);
}

void sloi_journey_share(const slo_journey *journey, const slo_counts *parts, slo_blame *blames) {
  uint64_t failed = 0;
  uint32_t n = (uint32_t)journey->steps + 1; /* the limit is the last one */
  for (uint32_t i = 0; i < n; i++) {
    blames[i].part = i + 1;
    blames[i].critical = i == n - 1 || (journey->critical >> i & 1);
    blames[i].counts = parts[i];
    if (blames[i].critical) failed += parts[i].bad;
  }
  for (uint32_t i = 0; i < n; i++) {
    blames[i].share_ppm = 0;
    if (!blames[i].critical || failed == 0) continue;
    blames[i].share_ppm =
        sloi_u128_divide(sloi_u128_multiply(parts[i].bad, 1000000), sloi_u128_of(failed));
  }
}

slo_status slo_journey_blame(const slo_journey *journey, slo_blame *blames, uint32_t capacity) {
  slo_counts parts[SLO_JOURNEY_STEPS_MAX + 1];
  if (journey == NULL || blames == NULL) return SLO_EINVAL;
  uint32_t n = (uint32_t)journey->steps + 1;
  if (capacity < n) return SLO_ESPACE;
  for (uint32_t i = 0; i < n; i++) {
    slo_counter_tally tally = {0};
    tally.struct_size = (uint32_t)sizeof tally;
    (void)slo_journey_read(journey, i + 1, &tally);
    parts[i] = tally.counts;
  }
  sloi_journey_share(journey, parts, blames);
  return SLO_OK;
}
