/*
 * block.h - the first cache line of every flat block, and what create/destroy share.
 *
 * init: block_init (not ready) -> the owner lays out the rest -> block_ready.
 * attach: block_check validates magic, layout, size, the checksum of the
 * configuration words, and that init had finished; the room checks the rest.
 */
#ifndef SLOI_BLOCK_H
#define SLOI_BLOCK_H

#include "base/atomic.h"
#include "slo/memory.h"

typedef struct sloi_block {
  uint32_t magic;
  uint32_t layout;
  uint64_t size;        /* bytes of the whole block */
  uint64_t config_size; /* bytes of configuration right behind this header */
  uint64_t config_sum;  /* sloi_block_sum over them */
  sloi_cell ready;      /* SLOI_BLOCK_READY once init has finished */
  uint64_t reserved[3];
} sloi_block;

_Static_assert(sizeof(sloi_block) == 64, "one cache line");

#define SLOI_BLOCK_READY UINT64_C(0x534c4f2072656479)
#define SLOI_BLOCK_MAGIC(a, b) \
  ((uint32_t)'S' << 24 | (uint32_t)'L' << 16 | (uint32_t)(a) << 8 | (uint32_t)(b))

/* Blocks stay far below what any offset arithmetic here could overflow. */
#define SLOI_BLOCK_MAX (UINT64_C(1) << 46)

static inline uint64_t sloi_round_up(uint64_t value, uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

uint64_t sloi_block_sum(const void *data, size_t size);

/* Is memory usable for a block of `need` bytes? Zeroes it and writes the header. */
slo_status sloi_block_init(void *memory, size_t size, uint64_t need, uint32_t magic,
                           uint32_t layout, uint64_t config_size, slo_error *error);
void sloi_block_ready(sloi_block *block);

/* `config_size` is at least what must be there to be looked at. */
slo_status sloi_block_check(const void *memory, size_t size, uint32_t magic, uint32_t layout,
                            uint64_t config_size);

/* Memory for create: the allocator is remembered in a line in front of it. */
slo_status sloi_block_allocate(const slo_allocator *allocator, uint64_t size, void **memory);
void sloi_block_release(void *memory);

#endif
