/*
 * slo/inline.h - recording through a handle, inlined (optional; GCC and Clang).
 *
 * For those who build everything from source and count half nanoseconds:
 * slo_hist_writer_record_inline is slo_hist_writer_record without the call. It knows the
 * layout of a handle, so a program that includes this header must be compiled anew for
 * each release of the library; everybody else includes slo/writer.h alone. The names that
 * begin with sloi_ are the library's own.
 */
#ifndef SLO_INLINE_H
#define SLO_INLINE_H

#include "slo/writer.h"

SLO_BEGIN

/* The place of the highest bit of value > 0. */
static inline uint64_t sloi_octave(uint64_t value) {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__LZCNT__)
  /* bsr waits for the old value of its result, which may come from the last event's cell:
   * a zero is always ready */
  uint64_t octave = 0;
  __asm__("bsrq %1, %0" : "+r"(octave) : "r"(value) : "cc");
  return octave;
#elif defined(__GNUC__)
  return 63 - (uint64_t)__builtin_clzll(value);
#else
  uint64_t octave = 0;
  while (value >>= 1) octave++;
  return octave;
#endif
}

/*
 * The bucket of 1 <= value < 2^53; src/record/bucket.h explains it. `table` is of scale 6, the
 * default, as often as not, and shifts by a constant are cheaper.
 */
static inline uint64_t sloi_bucket_at(const uint64_t *table, uint64_t scale, uint64_t octave,
                                      uint64_t leading) {
  return (octave << scale) + ((leading + table[leading >> (51 - scale)]) >> 52);
}

static inline uint64_t sloi_bucket_index(const uint64_t *table, uint64_t scale, uint64_t value) {
  uint64_t octave = sloi_octave(value);
  uint64_t leading = (value << (63 - octave)) >> 11; /* 2^52 + the mantissa */
  return scale == 6 ? sloi_bucket_at(table, 6, octave, leading)
                    : sloi_bucket_at(table, scale, octave, leading);
}

/*
 * An add by the only writer of a cell. One instruction on x86-64, so that a signal handler of
 * the same thread cannot come in between; elsewhere an atomic add, which is as safe, and
 * under ThreadSanitizer too, which sees no assembly.
 */
#if defined(__GNUC__) /* where uint64_t is aligned to 4, cells still are to 8 */
typedef uint64_t sloi_word __attribute__((aligned(8), may_alias));
#else
typedef uint64_t sloi_word;
#endif

static inline void sloi_add_owned(uint64_t *cell, uint64_t n) {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SLOI_SEEN_BY_TSAN 1
#endif
#endif
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_THREAD__) && \
    !defined(SLOI_SEEN_BY_TSAN)
  __asm__ volatile("addq %1, %0" : "+m"(*cell) : "er"(n) : "cc");
#else
  (void)__atomic_fetch_add((sloi_word *)(void *)cell, n, __ATOMIC_RELAXED);
#endif
}

/* What a record needs, on one line; all zero in a forked child. */
struct slo_hist_writer {
  uint64_t low;    /* values low .. low + range - 1 have buckets */
  uint64_t range;  /* 0: the handle is dead */
  uint64_t *cells; /* of bucket number 0, wherever that would be */
  const uint64_t *table;
  uint64_t *row; /* [0] sum, [5] the first interval */
  const uint64_t *thresholds;
  uint64_t intervals; /* thresholds + 1, or 0 */
  uint64_t scale;
};

/* As slo_hist_writer_record. */
static inline void slo_hist_writer_record_inline(slo_hist_writer *writer, int64_t value) {
  uint64_t v = (uint64_t)value;
  uint64_t *row = writer->row;
  if (v - writer->low >= writer->range) {
    slo_hist_writer_record_rare(writer, value);
    return;
  }
  uint64_t *cell = writer->cells + sloi_bucket_index(writer->table, writer->scale, v);
  if (writer->intervals != 0) {
    const uint64_t *thresholds = writer->thresholds;
    uint64_t above = value > (int64_t)thresholds[0];
    if (writer->intervals > 2) {
      for (uint64_t i = 2; i < writer->intervals; i++) above += value > (int64_t)thresholds[i - 1];
    }
    sloi_add_owned(row + 5 + above, 1);
  }
  sloi_add_owned(cell, 1);
  sloi_add_owned(row, v);
}

/* All zero in a forked child. */
struct slo_counter_writer {
  uint64_t *cells;
  uint64_t outcomes; /* 3; 0: the handle is dead */
};

/* As slo_counter_writer_record. */
static inline void slo_counter_writer_record_inline(slo_counter_writer *writer,
                                                    slo_outcome outcome) {
  uint64_t cell = (uint32_t)outcome;
  if (cell >= writer->outcomes) {
    slo_counter_writer_record_rare(writer, outcome);
    return;
  }
  sloi_add_owned(writer->cells + cell, 1);
}

SLO_END

#endif
