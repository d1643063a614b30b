/* counter.h - the layout of a counter. */
#ifndef SLOI_COUNTER_H
#define SLOI_COUNTER_H

#include "base/block.h"
#include "record/shard.h"
#include "slo/counter.h"

/* good, bad and excluded are cells 0, 1 and 2: the outcome is the index. */
enum { SLOI_COUNTER_UNKNOWN = 3, SLOI_COUNTER_LATE = 4, SLOI_COUNTER_CELLS = 8 };

typedef struct sloi_counter_row {
  sloi_cell cell[SLOI_COUNTER_CELLS];
} sloi_counter_row;

struct slo_counter {
  sloi_block block;
  sloi_rows rows;
  uint64_t reserved[5];
  sloi_counter_row row[]; /* then the slots of the owned rows, a cell each */
};

static inline sloi_cell *sloi_counter_slot(slo_counter *counter, uint64_t slot) {
  return (sloi_cell *)(void *)(counter->row + sloi_rows_count(&counter->rows)) + slot;
}

static inline uint32_t sloi_counter_cell(slo_outcome outcome) {
  return (uint32_t)outcome < SLOI_COUNTER_UNKNOWN ? (uint32_t)outcome : SLOI_COUNTER_UNKNOWN;
}

#endif
