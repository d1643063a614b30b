#include "slo/counter.h"

#include "base/block.h"
#include "base/fail.h"
#include "record/shard.h"

#define COUNTER_MAGIC SLOI_BLOCK_MAGIC('c', 't')
#define COUNTER_LAYOUT 1

/* good, bad and excluded are cells 0, 1 and 2: the outcome is the index. */
enum { COUNTER_UNKNOWN = 3, COUNTER_LATE = 4, COUNTER_CELLS = 8 };

typedef struct counter_shard {
  sloi_cell cell[COUNTER_CELLS];
} counter_shard;

struct slo_counter {
  sloi_block block;
  uint64_t shards; /* configuration: a power of two */
  uint64_t reserved[7];
  counter_shard shard[];
};

static slo_status counter_shape(const slo_counter_config *config, uint64_t *shards, uint64_t *size,
                                slo_error *error) {
  slo_counter_config c;
  slo_status status = sloi_sized_read(&c, sizeof c, config, error, "slo_counter_config");
  if (status == SLO_OK) status = sloi_shard_count(c.shards, shards, error);
  if (status == SLO_OK) *size = sizeof(slo_counter) + *shards * sizeof(counter_shard);
  return status;
}

slo_status slo_counter_footprint(const slo_counter_config *config, size_t *size, slo_error *error) {
  uint64_t shards, need;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = counter_shape(config, &shards, &need, error);
  if (status == SLO_OK) *size = (size_t)need;
  return status;
}

slo_status slo_counter_init(void *memory, size_t size, const slo_counter_config *config,
                            slo_counter **counter, slo_error *error) {
  uint64_t shards, need;
  if (counter == NULL) return sloi_fail(error, SLO_EINVAL, 0, "counter (NULL)");
  slo_status status = counter_shape(config, &shards, &need, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, need, COUNTER_MAGIC, COUNTER_LAYOUT, SLO_ALIGN, error);
  if (status != SLO_OK) return status;
  slo_counter *c = memory;
  c->shards = shards;
  sloi_block_ready(&c->block);
  *counter = c;
  return SLO_OK;
}

slo_status slo_counter_attach(void *memory, size_t size, slo_counter **counter) {
  if (counter == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, COUNTER_MAGIC, COUNTER_LAYOUT, SLO_ALIGN);
  if (status != SLO_OK) return status;
  slo_counter *c = memory;
  if (c->shards < 1 || c->shards > SLOI_SHARD_MAX || (c->shards & (c->shards - 1)) != 0 ||
      c->block.size != sizeof *c + c->shards * sizeof(counter_shard)) {
    return SLO_ECORRUPT;
  }
  *counter = c;
  return SLO_OK;
}

slo_status slo_counter_create(const slo_counter_config *config, const slo_allocator *allocator,
                              slo_counter **counter, slo_error *error) {
  size_t size;
  void *memory;
  if (counter == NULL) return sloi_fail(error, SLO_EINVAL, 0, "counter (NULL)");
  slo_status status = slo_counter_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_counter_init(memory, size, config, counter, error);
}

void slo_counter_destroy(slo_counter *counter) {
  sloi_block_release(counter);
}

void slo_counter_record(slo_counter *counter, slo_outcome outcome) {
  counter_shard *shard = &counter->shard[sloi_shard_here(counter->shards)];
  uint32_t cell = (uint32_t)outcome < COUNTER_UNKNOWN ? (uint32_t)outcome : COUNTER_UNKNOWN;
  sloi_add_relaxed(&shard->cell[cell], 1);
}

void slo_counter_record_many(slo_counter *counter, const slo_counts *counts) {
  counter_shard *shard = &counter->shard[sloi_shard_here(counter->shards)];
  if (counts->good != 0) sloi_add_relaxed(&shard->cell[SLO_GOOD], counts->good);
  if (counts->bad != 0) sloi_add_relaxed(&shard->cell[SLO_BAD], counts->bad);
  if (counts->excluded != 0) sloi_add_relaxed(&shard->cell[SLO_EXCLUDED], counts->excluded);
}

void slo_counter_record_late(slo_counter *counter, uint64_t n) {
  sloi_add_relaxed(&counter->shard[sloi_shard_here(counter->shards)].cell[COUNTER_LATE], n);
}

slo_status slo_counter_read(const slo_counter *counter, slo_counter_tally *tally) {
  slo_counter_tally t = {0};
  if (counter == NULL || tally == NULL) return SLO_EINVAL;
  t.shards = (uint32_t)counter->shards;
  for (uint64_t i = 0; i < counter->shards; i++) {
    const sloi_cell *cell = counter->shard[i].cell;
    t.counts.good += sloi_load_relaxed(&cell[SLO_GOOD]);
    t.counts.bad += sloi_load_relaxed(&cell[SLO_BAD]);
    t.counts.excluded += sloi_load_relaxed(&cell[SLO_EXCLUDED]);
    t.unknown += sloi_load_relaxed(&cell[COUNTER_UNKNOWN]);
    t.late += sloi_load_relaxed(&cell[COUNTER_LATE]);
  }
  return sloi_sized_write(tally, &t, sizeof t);
}
