/*
 * shard.h - which of the shards the calling thread writes to.
 *
 * The thread pointer, hashed: no state, no system call, one multiplication. Two
 * threads may meet on a shard, which costs speed and nothing else, since every
 * write is an atomic add.
 */
#ifndef SLOI_SHARD_H
#define SLOI_SHARD_H

#include <stddef.h>
#include <stdint.h>

#include "slo/status.h"

#define SLOI_SHARD_MAX 4096

#if defined(__has_builtin)
#if __has_builtin(__builtin_thread_pointer)
#define SLOI_SHARD_THREAD() ((uintptr_t)__builtin_thread_pointer())
#endif
#endif
#if !defined(SLOI_SHARD_THREAD)
/* Any address on this thread's stack: frames of one thread lie close together. */
#define SLOI_SHARD_THREAD() ((uintptr_t)__builtin_frame_address(0) >> 16)
#endif

/* shards: a power of two in 1..SLOI_SHARD_MAX. */
static inline size_t sloi_shard_here(uint64_t shards) {
  uint64_t hash = ((uint64_t)SLOI_SHARD_THREAD() >> 6) * UINT64_C(0x9e3779b97f4a7c15);
  return (size_t)((hash >> 52) & (shards - 1)); /* 52: 64 minus the bits of SLOI_SHARD_MAX */
}

/* The count to use for a configured one: 0 is one per configured CPU. */
slo_status sloi_shard_count(uint32_t configured, uint64_t *shards, slo_error *error);

#endif
