/*
 * sparse.h - a row of counts as bytes in a ring of words.
 *
 * For each cell that is not 0: how many cells were passed over, then the count; both as
 * varints, seven bits a byte, lowest first, the highest bit set on all bytes but the last. A row
 * begins with a word of its own.
 *
 * The words are cells, stored with release and loaded with acquire, because a reader may look at
 * what is just being overwritten (commit.h has the argument). It believes nothing: whatever the
 * words hold, it stays in the ring and in the row, and ends.
 */
#ifndef SLOI_SPARSE_H
#define SLOI_SPARSE_H

#include "base/atomic.h"

/* The most bytes a cell takes: one for no gap, ten for its count. A gap of more than one byte
 * passes over so many cells that a row of n cells never takes more than n times this. */
enum { SLOI_SPARSE_CELL_MAX = 11 };

/* ---- writing ---- */

typedef struct sloi_sparse_writer {
  sloi_cell *ring;
  uint64_t words; /* of the ring */
  uint64_t index; /* of the word that is being filled */
  uint64_t word;
  uint64_t bytes; /* written so far */
} sloi_sparse_writer;

/* n counts as bytes, at most n times SLOI_SPARSE_CELL_MAX and two more. *gap: cells passed over
 * so far, 0 at the row's begin. Returns how many bytes. */
size_t sloi_sparse_encode(const uint64_t *counts, size_t n, uint64_t *gap, unsigned char *bytes);

void sloi_sparse_append(sloi_sparse_writer *writer, const unsigned char *bytes, size_t n);

/* Stores what the last word has. */
void sloi_sparse_end(sloi_sparse_writer *writer);

/* ---- reading ---- */

typedef struct sloi_sparse_reader {
  const sloi_cell *ring;
  uint64_t words;
  uint64_t index; /* of the word to load next */
  uint64_t word;  /* what is left of the one before */
  uint64_t ahead; /* bytes in it */
  uint64_t bytes; /* left, with those */
  uint64_t cell;  /* the next one, if there is no gap */
  uint64_t cells; /* of the row */
} sloi_sparse_reader;

/* The next cell that is not 0 and its count. 1; 0 at the end; -1: nobody wrote that. */
int sloi_sparse_next(sloi_sparse_reader *reader, uint64_t *cell, uint64_t *count);

#endif
