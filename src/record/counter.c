#include "record/counter.h"

#include "base/fail.h"
#include "record/rseq.h"

#define COUNTER_MAGIC SLOI_BLOCK_MAGIC('c', 't')
#define COUNTER_LAYOUT 2

static uint64_t counter_size(const sloi_rows *rows) {
  return sizeof(slo_counter) + sloi_rows_count(rows) * sizeof(sloi_counter_row) +
         sloi_round_up(8 * rows->owned, SLO_ALIGN);
}

static slo_status counter_plan(const slo_counter_config *config, sloi_rows *rows,
                               slo_error *error) {
  slo_counter_config c;
  slo_status status = sloi_sized_read(&c, sizeof c, config, error, "slo_counter_config");
  if (status != SLO_OK) return status;
  if (c.reserved != 0) return sloi_fail(error, SLO_EVERSION, c.reserved, "reserved");
  return sloi_rows_plan(c.shards, c.cpus, c.writers, c.path, rows, error);
}

slo_status slo_counter_footprint(const slo_counter_config *config, size_t *size, slo_error *error) {
  sloi_rows rows;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = counter_plan(config, &rows, error);
  if (status == SLO_OK) *size = (size_t)counter_size(&rows);
  return status;
}

slo_status slo_counter_init(void *memory, size_t size, const slo_counter_config *config,
                            slo_counter **counter, slo_error *error) {
  sloi_rows rows;
  if (counter == NULL) return sloi_fail(error, SLO_EINVAL, 0, "counter (NULL)");
  slo_status status = counter_plan(config, &rows, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, counter_size(&rows), COUNTER_MAGIC, COUNTER_LAYOUT,
                           SLO_ALIGN, error);
  if (status != SLO_OK) return status;
  slo_counter *c = memory;
  c->rows = rows;
  sloi_block_ready(&c->block);
  *counter = c;
  return SLO_OK;
}

slo_status slo_counter_attach(void *memory, size_t size, slo_counter **counter) {
  if (counter == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, COUNTER_MAGIC, COUNTER_LAYOUT, SLO_ALIGN);
  if (status != SLO_OK) return status;
  slo_counter *c = memory;
  if (!sloi_rows_valid(&c->rows) || c->block.size != counter_size(&c->rows)) return SLO_ECORRUPT;
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

SLOI_SHARD_APART static void counter_add_shared(slo_counter *counter, uint32_t cell, uint64_t n) {
  sloi_add_relaxed(&counter->row[sloi_rows_shared_here(&counter->rows)].cell[cell], n);
}

/* Adds n to one cell: on the processor's row when there is one, else on a shared row. The
 * calls stand in the last place: the straight way saves no registers. */
static inline void counter_add(slo_counter *counter, uint32_t cell, uint64_t n) {
  sloi_rseq *here = sloi_rseq_here();
  for (;;) {
    uint32_t cpu = here != NULL ? sloi_rseq_cpu(here) : UINT32_MAX;
    if (cpu >= counter->rows.cpus) {
      if (here != NULL) sloi_rseq_done(here); /* a round before this one may have failed */
      counter_add_shared(counter, cell, n);
      return;
    }
    if (sloi_rseq_add(here, cpu, &counter->row[counter->rows.shared + cpu].cell[cell], n)) break;
  }
  sloi_rseq_done(here);
}

void slo_counter_record(slo_counter *counter, slo_outcome outcome) {
  counter_add(counter, sloi_counter_cell(outcome), 1);
}

void slo_counter_record_many(slo_counter *counter, const slo_counts *counts) {
  if (counts->good != 0) counter_add(counter, SLO_GOOD, counts->good);
  if (counts->bad != 0) counter_add(counter, SLO_BAD, counts->bad);
  if (counts->excluded != 0) counter_add(counter, SLO_EXCLUDED, counts->excluded);
}

void slo_counter_record_late(slo_counter *counter, uint64_t n) {
  counter_add(counter, SLOI_COUNTER_LATE, n);
}

slo_status slo_counter_read(const slo_counter *counter, slo_counter_tally *tally) {
  slo_counter_tally t = {0};
  if (counter == NULL || tally == NULL) return SLO_EINVAL;
  t.shards = (uint32_t)counter->rows.shared;
  t.cpus = (uint32_t)counter->rows.cpus;
  t.writers = (uint32_t)counter->rows.owned;
  for (uint64_t i = 0; i < sloi_rows_count(&counter->rows); i++) {
    const sloi_cell *cell = counter->row[i].cell;
    t.counts.good += sloi_load_relaxed(&cell[SLO_GOOD]);
    t.counts.bad += sloi_load_relaxed(&cell[SLO_BAD]);
    t.counts.excluded += sloi_load_relaxed(&cell[SLO_EXCLUDED]);
    t.unknown += sloi_load_relaxed(&cell[SLOI_COUNTER_UNKNOWN]);
    t.late += sloi_load_relaxed(&cell[SLOI_COUNTER_LATE]);
  }
  return sloi_sized_write(tally, &t, sizeof t);
}
