/*
 * commit.h - a struct that is replaced whole, or not at all.
 *
 * Overview. The words of a state are kept twice. One owner computes the next
 * state into the copy that is not current and makes it current by one store of
 * the sequence number, whose lowest bit selects the copy. Killed at any
 * instruction, the state is the old one or the new one. Any thread may read.
 *
 * Why a reader cannot see a mix. It loads the sequence number s, the words of
 * copy s & 1, and the number again; it keeps the words only if the number is
 * still s. The owner writes into copy s & 1 only after it has stored s + 1. If a
 * word read came from such a later write, that write was a release store after
 * the store of s + 1, and the reader's acquire load of the word makes s + 1
 * visible to its second load of the number: it differs from s, and the reader
 * tries again. So the words need release/acquire and the second load only
 * relaxed order; no fence, which ThreadSanitizer could not see.
 *
 * A reader is retried only when the owner commits during its copy; the owner
 * never waits.
 */
#ifndef SLOI_COMMIT_H
#define SLOI_COMMIT_H

#include "base/atomic.h"

/* cells: [0] sequence number, then 2 * words of state. */
static inline size_t sloi_commit_words(size_t words) {
  return 1 + 2 * words;
}

static inline sloi_cell *sloi_commit_copy(sloi_cell *cells, size_t words, uint64_t sequence) {
  return cells + 1 + (size_t)(sequence & 1) * words;
}

/* Owner only. state is an array of words. */
static inline void sloi_commit_store(sloi_cell *cells, size_t words, const uint64_t *state) {
  uint64_t next = sloi_load_relaxed(&cells[0]) + 1; /* only the owner stores it */
  sloi_cell *copy = sloi_commit_copy(cells, words, next);
  for (size_t i = 0; i < words; i++) sloi_store_release(&copy[i], state[i]);
  sloi_store_release(&cells[0], next);
}

/* Owner only: one word of the state that stands. */
static inline uint64_t sloi_commit_word(const sloi_cell *cells, size_t words, size_t i) {
  return sloi_load_relaxed(cells + 1 + (size_t)(sloi_load_relaxed(&cells[0]) & 1) * words + i);
}

/* Any thread: one attempt. Returns the sequence number; the words are one state
 * if sloi_commit_still says so afterwards. */
static inline uint64_t sloi_commit_peek(const sloi_cell *cells, size_t words, uint64_t *state) {
  uint64_t sequence = sloi_load_acquire(&cells[0]);
  const sloi_cell *copy = cells + 1 + (size_t)(sequence & 1) * words;
  for (size_t i = 0; i < words; i++) state[i] = sloi_load_acquire(&copy[i]);
  return sequence;
}

static inline int sloi_commit_still(const sloi_cell *cells, uint64_t sequence) {
  return sloi_load_relaxed(&cells[0]) == sequence;
}

/* Any thread: the words of one committed state. */
static inline void sloi_commit_load(const sloi_cell *cells, size_t words, uint64_t *state) {
  uint64_t sequence;
  do {
    sequence = sloi_commit_peek(cells, words, state);
  } while (!sloi_commit_still(cells, sequence));
}

#endif
