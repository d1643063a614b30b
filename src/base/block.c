#include "base/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

/* FNV-1a over 64-bit words, then bytes: catches a stray write, not an adversary. */
uint64_t sloi_block_sum(const void *data, size_t size) {
  const unsigned char *p = data;
  uint64_t sum = UINT64_C(0xcbf29ce484222325);
  uint64_t word;
  for (; size >= sizeof word; size -= sizeof word, p += sizeof word) {
    memcpy(&word, p, sizeof word);
    sum = (sum ^ word) * UINT64_C(0x100000001b3);
    sum ^= sum >> 32;
  }
  for (; size > 0; size--, p++) sum = (sum ^ *p) * UINT64_C(0x100000001b3);
  return sum;
}

slo_status sloi_block_init(void *memory, size_t size, uint64_t need, uint32_t magic,
                           uint32_t layout, uint64_t config_size, slo_error *error) {
  if (memory == NULL) return sloi_fail(error, SLO_EINVAL, 0, "memory (NULL)");
  if ((uintptr_t)memory % SLO_ALIGN != 0) {
    return sloi_fail(error, SLO_EINVAL, (int64_t)((uintptr_t)memory % SLO_ALIGN),
                     "memory, bytes past an address aligned to SLO_ALIGN");
  }
  if (size < need) return sloi_fail_space(error, size, need, "size");
  sloi_block *block = memory;
  sloi_store_release(&block->ready, 0); /* whoever attaches now sees a block in the making */
  memset(memory, 0, (size_t)need);
  block->magic = magic;
  block->layout = layout;
  block->size = need;
  block->config_size = config_size;
  return SLO_OK;
}

void sloi_block_ready(sloi_block *block) {
  block->config_sum = sloi_block_sum(block + 1, (size_t)block->config_size);
  sloi_store_release(&block->ready, SLOI_BLOCK_READY);
}

slo_status sloi_block_check(const void *memory, size_t size, uint32_t magic, uint32_t layout,
                            uint64_t config_size) {
  const sloi_block *block = memory;
  if (memory == NULL || (uintptr_t)memory % SLO_ALIGN != 0) return SLO_EINVAL;
  if (size < sizeof *block) return SLO_ESPACE;
  if (sloi_load_acquire(&block->ready) != SLOI_BLOCK_READY) return SLO_ECORRUPT;
  if (block->magic != magic) return SLO_ECORRUPT;
  if (block->layout != layout) return SLO_EVERSION;
  if (block->size < sizeof *block || block->size > SLOI_BLOCK_MAX) return SLO_ECORRUPT;
  if (block->size > size) return SLO_ESPACE;
  if (block->config_size < config_size || block->config_size > block->size - sizeof *block) {
    return SLO_ECORRUPT;
  }
  if (block->config_sum != sloi_block_sum(block + 1, (size_t)block->config_size)) {
    return SLO_ECORRUPT;
  }
  return SLO_OK;
}

static void *block_heap_allocate(void *context, size_t size) {
  (void)context;
  return aligned_alloc(SLO_ALIGN, size);
}

static void block_heap_release(void *context, void *memory) {
  (void)context;
  free(memory);
}

slo_status sloi_block_allocate(const slo_allocator *allocator, uint64_t size, void **memory) {
  slo_allocator a = {block_heap_allocate, block_heap_release, NULL};
  _Static_assert(sizeof a <= SLO_ALIGN, "the allocator fits the line in front");
  if (allocator != NULL) a = *allocator;
  if (a.allocate == NULL || a.release == NULL) return SLO_EINVAL;
  if (size > SLOI_BLOCK_MAX || size + SLO_ALIGN > SIZE_MAX - SLO_ALIGN) return SLO_ENOMEM;
  char *line = a.allocate(a.context, (size_t)sloi_round_up(size, SLO_ALIGN) + SLO_ALIGN);
  if (line == NULL) return SLO_ENOMEM;
  if ((uintptr_t)line % SLO_ALIGN != 0) { /* not what was asked for: give it back */
    a.release(a.context, line);
    return SLO_EINVAL;
  }
  memcpy(line, &a, sizeof a);
  *memory = line + SLO_ALIGN;
  return SLO_OK;
}

void sloi_block_release(void *memory) {
  if (memory == NULL) return;
  slo_allocator a;
  char *line = (char *)memory - SLO_ALIGN;
  memcpy(&a, line, sizeof a);
  a.release(a.context, line);
}
