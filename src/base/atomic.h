/*
 * atomic.h - the only file that says memory_order.
 *
 * A cell is one 64-bit word of a flat block. The order is in the name of each
 * operation; docs/concurrency.md lists every ordered pair and why it suffices.
 */
#ifndef SLOI_ATOMIC_H
#define SLOI_ATOMIC_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#if ATOMIC_LLONG_LOCK_FREE != 2
#error \
    "libslo needs lock-free 64-bit atomics: build for a CPU that has them (i586 and up, ARMv7 and up)"
#endif

#if defined(__SANITIZE_THREAD__)
#define SLOI_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SLOI_TSAN 1
#endif
#endif

typedef _Atomic uint64_t sloi_cell;

_Static_assert(sizeof(sloi_cell) == 8, "a cell is a plain 64-bit word in shared memory");

/* Any number of writers. */
static inline void sloi_add_relaxed(sloi_cell *cell, uint64_t n) {
  (void)atomic_fetch_add_explicit(cell, n, memory_order_relaxed);
}

static inline uint64_t sloi_load_relaxed(const sloi_cell *cell) {
  return atomic_load_explicit(cell, memory_order_relaxed);
}

static inline void sloi_store_relaxed(sloi_cell *cell, uint64_t value) {
  atomic_store_explicit(cell, value, memory_order_relaxed);
}

/* Sees everything the matching store_release saw. */
static inline uint64_t sloi_load_acquire(const sloi_cell *cell) {
  return atomic_load_explicit(cell, memory_order_acquire);
}

static inline void sloi_store_release(sloi_cell *cell, uint64_t value) {
  atomic_store_explicit(cell, value, memory_order_release);
}

/* Asks for cache lines that will be needed: a hint, never a fault. */
static inline void sloi_fetch(const void *at, size_t lines) {
#if defined(__GNUC__)
  for (size_t i = 0; i < lines; i++) __builtin_prefetch((const char *)at + 64 * i);
#else
  (void)at, (void)lines;
#endif
}

/* Takes over what the owner before released; expected is not updated. */
static inline int sloi_claim_acq_rel(sloi_cell *cell, uint64_t expected, uint64_t value) {
  return atomic_compare_exchange_strong_explicit(cell, &expected, value, memory_order_acq_rel,
                                                 memory_order_relaxed);
}

#endif
