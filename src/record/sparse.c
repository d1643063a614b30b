#include "record/sparse.h"

static size_t sparse_put(unsigned char *bytes, uint64_t value) {
  size_t n = 0;
  for (; value > 127; value >>= 7) bytes[n++] = (unsigned char)(value | 128);
  bytes[n++] = (unsigned char)value;
  return n;
}

size_t sloi_sparse_encode(const uint64_t *counts, size_t n, uint64_t *gap, unsigned char *bytes) {
  size_t size = 0;
  for (size_t i = 0; i < n; i++) {
    if (counts[i] == 0) {
      ++*gap;
      continue;
    }
    size += sparse_put(bytes + size, *gap);
    size += sparse_put(bytes + size, counts[i]);
    *gap = 0;
  }
  return size;
}

static void sparse_store(sloi_sparse_writer *w) {
  sloi_store_release(&w->ring[w->index], w->word);
  w->index = w->index + 1 == w->words ? 0 : w->index + 1;
  w->word = 0;
}

void sloi_sparse_append(sloi_sparse_writer *writer, const unsigned char *bytes, size_t n) {
  for (size_t i = 0; i < n; i++) {
    writer->word |= (uint64_t)bytes[i] << 8 * (writer->bytes % 8);
    if (++writer->bytes % 8 == 0) sparse_store(writer);
  }
}

void sloi_sparse_end(sloi_sparse_writer *writer) {
  if (writer->bytes % 8 != 0) sparse_store(writer);
}

/* 0: the bytes end before the number does, or it has more than 64 bits. */
static int sparse_take(sloi_sparse_reader *r, uint64_t *value) {
  uint64_t byte = 128;
  *value = 0;
  for (unsigned shift = 0; byte > 127; shift += 7) {
    if (r->bytes == 0 || shift > 63) return 0;
    if (r->ahead == 0) {
      r->word = sloi_load_acquire(&r->ring[r->index]);
      r->index = r->index + 1 == r->words ? 0 : r->index + 1;
      r->ahead = 8;
    }
    byte = r->word & 255;
    if (shift == 63 && byte > 1) return 0;
    *value |= (byte & 127) << shift;
    r->word >>= 8;
    r->ahead--;
    r->bytes--;
  }
  return 1;
}

int sloi_sparse_next(sloi_sparse_reader *reader, uint64_t *cell, uint64_t *count) {
  uint64_t gap;
  if (reader->bytes == 0) return 0;
  if (!sparse_take(reader, &gap) || gap >= reader->cells - reader->cell) return -1;
  if (!sparse_take(reader, count)) return -1;
  *cell = reader->cell + gap;
  reader->cell = *cell + 1;
  return 1;
}
