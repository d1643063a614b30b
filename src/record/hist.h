/* hist.h - the layout of a histogram, for those in this room who use it. */
#ifndef SLOI_HIST_H
#define SLOI_HIST_H

#include "base/block.h"
#include "record/shape.h"
#include "record/shard.h"

/* What every record reads: one cache line, derived from the rest. Offsets are bytes from the
 * block's start. */
typedef struct sloi_hist_hot {
  uint64_t low; /* values low .. low + range - 1 have buckets */
  uint64_t range;
  uint64_t bias;     /* the cell that bucket number 0 would have; wraps */
  int64_t threshold; /* the first one */
  uint64_t cpu_rows_at;
  uint64_t stride;        /* bytes from row to row */
  uint64_t straight_cpus; /* processors with a row; 0 when the shape is not the usual one */
  uint64_t intervals;
} sloi_hist_hot;

_Static_assert(sizeof(sloi_hist_hot) == 64, "one cache line");

/* The block: header, rows, what is hot, the shape with its words; then, on a line of its own
 * each, the rows; then the slots of the owned rows, a cell each. */
struct slo_hist {
  sloi_block block;
  sloi_rows rows;
  uint64_t rows_at; /* bytes from the block's start */
  uint64_t slots_at;
  uint64_t reserved[3];
  sloi_hist_hot hot;
  sloi_shape shape; /* with its words */
};

static inline sloi_cell *sloi_hist_row(slo_hist *hist, uint64_t row) {
  return (sloi_cell *)(void *)((char *)hist + hist->rows_at + row * hist->hot.stride);
}

static inline const sloi_cell *sloi_hist_row_const(const slo_hist *hist, uint64_t row) {
  return (const sloi_cell *)(const void *)((const char *)hist + hist->rows_at +
                                           row * hist->hot.stride);
}

static inline sloi_cell *sloi_hist_slot(slo_hist *hist, uint64_t slot) {
  return (sloi_cell *)(void *)((char *)hist + hist->slots_at) + slot;
}

#endif
