/*
 * shard.h - rows of cells: how many of each kind, and which one a thread writes to.
 *
 * The shared row is the thread pointer, hashed: no state, no system call, one
 * multiplication. Two threads may meet on a row, which costs speed and nothing else, since
 * every write there is an atomic add. The row of a processor is rseq.h's business.
 */
#ifndef SLOI_SHARD_H
#define SLOI_SHARD_H

#include <stddef.h>

#include "base/atomic.h"
#include "slo/shard.h"

/* A way out of the straight one: kept apart from it, so that it saves no registers. */
#if defined(__GNUC__)
#define SLOI_SHARD_APART __attribute__((noinline))
#else
#define SLOI_SHARD_APART
#endif

#if defined(__has_builtin)
#if __has_builtin(__builtin_thread_pointer)
#define SLOI_SHARD_THREAD() ((uintptr_t)__builtin_thread_pointer())
#endif
#endif
#if !defined(SLOI_SHARD_THREAD)
/* Any address on this thread's stack: frames of one thread lie close together. */
#define SLOI_SHARD_THREAD() ((uintptr_t)__builtin_frame_address(0) >> 16)
#endif

/* The rows of a block, in this order; words, part of the block's configuration. */
typedef struct sloi_rows {
  uint64_t shared; /* a power of two, at least 1 */
  uint64_t cpus;
  uint64_t owned;
} sloi_rows;

static inline uint64_t sloi_rows_count(const sloi_rows *rows) {
  return rows->shared + rows->cpus + rows->owned;
}

static inline uint64_t sloi_rows_shared_here(const sloi_rows *rows) {
  uint64_t hash = ((uint64_t)SLOI_SHARD_THREAD() >> 6) * UINT64_C(0x9e3779b97f4a7c15);
  return (hash >> 52) & (rows->shared - 1); /* 52: 64 minus the bits of SLO_SHARDS_MAX */
}

/* From configuration fields; 0 is the default of each. */
slo_status sloi_rows_plan(uint32_t shards, uint32_t cpus, uint32_t writers, uint32_t path,
                          sloi_rows *rows, slo_error *error);

/* Could sloi_rows_plan have made it? */
int sloi_rows_valid(const sloi_rows *rows);

#endif
