/* hist.h - the layout of a histogram, for those in this room who read it. */
#ifndef SLOI_HIST_H
#define SLOI_HIST_H

#include "base/block.h"
#include "record/shape.h"

struct slo_hist {
  sloi_block block;
  uint64_t shards;  /* a power of two */
  uint64_t rows_at; /* bytes from the block's start */
  uint64_t stride;  /* cells from row to row */
  uint64_t reserved[5];
  sloi_shape shape; /* with its words */
};

static inline sloi_cell *sloi_hist_row(slo_hist *hist, uint64_t shard) {
  return (sloi_cell *)(void *)((char *)hist + hist->rows_at) + shard * hist->stride;
}

static inline const sloi_cell *sloi_hist_row_const(const slo_hist *hist, uint64_t shard) {
  return (const sloi_cell *)(const void *)((const char *)hist + hist->rows_at) +
         shard * hist->stride;
}

#endif
