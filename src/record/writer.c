/*
 * writer.c - handles on owned rows.
 *
 * A slot is a word: 0 free; 1 an owner without a lock; 2, 4, 6, .. owners with a lock, one
 * after the other. Opening claims it by one compare-and-swap, so two openers never get the
 * same row; a slot with a locked owner is claimed only by who holds that lock, which the
 * kernel grants when the owner is dead. tests/test_model.py explores the protocol, with
 * planted bugs.
 */
#define _DEFAULT_SOURCE /* madvise, MAP_ANONYMOUS */
#include "slo/writer.h"

#include <sys/mman.h>

#include "base/fail.h"
#include "record/counter.h"
#include "record/hist.h"
#include "slo/inline.h"

/* The hot half of a handle is wiped on fork, the cold half is not and says where to go then.
 * The distance suits the largest pages there are. */
#define WRITER_COLD_AT ((size_t)65536)

typedef struct writer_cold {
  void *object; /* the histogram or counter */
  sloi_cell *slot;
  uint64_t number;
  int locked;
  slo_writer_lock lock;
} writer_cold;

static writer_cold *writer_cold_of(void *hot) {
  return (writer_cold *)(void *)((char *)hot + WRITER_COLD_AT);
}

static void *writer_allocate(void) {
  void *hot = mmap(NULL, WRITER_COLD_AT + sizeof(writer_cold), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (hot == MAP_FAILED) return NULL;
#if defined(MADV_WIPEONFORK)
  (void)madvise(hot, WRITER_COLD_AT, MADV_WIPEONFORK); /* an old kernel: see the header */
#endif
  return hot;
}

static void writer_free(void *hot) {
  (void)munmap(hot, WRITER_COLD_AT + sizeof(writer_cold));
}

enum { WRITER_FREE = 0, WRITER_UNLOCKED = 1 };

/* Claims one slot; 0 when it has an owner that lives, or may. */
static int writer_claim(sloi_cell *slot, uint32_t number, const slo_writer_lock *lock) {
  if (lock == NULL) return sloi_claim_acq_rel(slot, WRITER_FREE, WRITER_UNLOCKED);
  if (!lock->acquire(lock->context, number)) return 0;
  /* what we see now was left by a dead owner, or by one that closed */
  uint64_t seen = sloi_load_relaxed(slot);
  if (seen != WRITER_UNLOCKED && sloi_claim_acq_rel(slot, seen, (seen | 1) + 1)) return 1;
  lock->release(lock->context, number);
  return 0;
}

static slo_status writer_open(void *object, sloi_cell *slots, uint64_t count,
                              const slo_writer_lock *lock, void **writer) {
  if (lock != NULL && (lock->acquire == NULL || lock->release == NULL)) return SLO_EINVAL;
  void *hot = writer_allocate();
  if (hot == NULL) return SLO_ENOMEM;
  writer_cold *cold = writer_cold_of(hot);
  for (uint64_t i = 0; i < count; i++) {
    if (!writer_claim(&slots[i], (uint32_t)i, lock)) continue;
    cold->object = object;
    cold->slot = &slots[i];
    cold->number = i;
    cold->locked = lock != NULL;
    if (lock != NULL) cold->lock = *lock;
    *writer = hot;
    return SLO_OK;
  }
  writer_free(hot);
  return SLO_EBUSY;
}

static void writer_close(void *hot, int alive) {
  if (alive) { /* else the row is the parent's */
    const writer_cold *cold = writer_cold_of(hot);
    sloi_store_release(cold->slot, WRITER_FREE);
    if (cold->locked) cold->lock.release(cold->lock.context, (uint32_t)cold->number);
  }
  writer_free(hot);
}

/* ---- histograms ---- */

slo_status slo_hist_writer_open(slo_hist *hist, const slo_writer_lock *lock,
                                slo_hist_writer **writer) {
  void *hot;
  if (hist == NULL || writer == NULL) return SLO_EINVAL;
  slo_status status = writer_open(hist, sloi_hist_slot(hist, 0), hist->rows.owned, lock, &hot);
  if (status != SLO_OK) return status;
  const sloi_shape *shape = &hist->shape;
  slo_hist_writer *w = hot;
  uint64_t number = hist->rows.shared + hist->rows.cpus + writer_cold_of(hot)->number;
  /* only its owner writes this row, and readers load its cells atomically */
  w->row = (uint64_t *)(void *)sloi_hist_row(hist, number);
  w->cells = w->row + sloi_shape_bucket_cell(shape) - shape->first;
  w->table = sloi_shape_table(shape);
  w->scale = shape->scale;
  w->thresholds = sloi_shape_thresholds(shape);
  w->intervals = shape->intervals;
  w->low = hist->hot.low;
  w->range = hist->hot.range;
  *writer = w;
  return SLO_OK;
}

void slo_hist_writer_close(slo_hist_writer *writer) {
  if (writer != NULL) writer_close(writer, writer->row != NULL);
}

void slo_hist_writer_record(slo_hist_writer *writer, int64_t value) {
  slo_hist_writer_record_inline(writer, value);
}

void slo_hist_writer_record_rare(slo_hist_writer *writer, int64_t value) {
  slo_hist *hist = writer_cold_of(writer)->object;
  if (writer->row == NULL) {
    slo_hist_record(hist, value);
    return;
  }
  sloi_add_owned(&writer->row[sloi_shape_cell(&hist->shape, value)], 1);
  if (value > 0) sloi_add_owned(&writer->row[SLOI_SHAPE_SUM], (uint64_t)value);
  if (writer->intervals != 0) {
    sloi_add_owned(&writer->row[SLOI_SHAPE_FIXED + sloi_shape_interval(&hist->shape, value)], 1);
  }
}

void slo_hist_writer_record_many(slo_hist_writer *writer, const int64_t *values, size_t n) {
  for (size_t i = 0; i < n; i++) slo_hist_writer_record_inline(writer, values[i]);
}

/* ---- counters ---- */

slo_status slo_counter_writer_open(slo_counter *counter, const slo_writer_lock *lock,
                                   slo_counter_writer **writer) {
  void *hot;
  if (counter == NULL || writer == NULL) return SLO_EINVAL;
  slo_status status =
      writer_open(counter, sloi_counter_slot(counter, 0), counter->rows.owned, lock, &hot);
  if (status != SLO_OK) return status;
  slo_counter_writer *w = hot;
  uint64_t number = counter->rows.shared + counter->rows.cpus + writer_cold_of(hot)->number;
  w->cells = (uint64_t *)(void *)counter->row[number].cell;
  w->outcomes = SLOI_COUNTER_UNKNOWN;
  *writer = w;
  return SLO_OK;
}

void slo_counter_writer_close(slo_counter_writer *writer) {
  if (writer != NULL) writer_close(writer, writer->cells != NULL);
}

void slo_counter_writer_record(slo_counter_writer *writer, slo_outcome outcome) {
  slo_counter_writer_record_inline(writer, outcome);
}

void slo_counter_writer_record_rare(slo_counter_writer *writer, slo_outcome outcome) {
  if (writer->cells == NULL) {
    slo_counter_record(writer_cold_of(writer)->object, outcome);
    return;
  }
  sloi_add_owned(&writer->cells[sloi_counter_cell(outcome)], 1);
}
