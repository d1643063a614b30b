/*
 * writer.c - handles on owned rows.
 *
 * A slot is a word: its owner in the upper half (nobody, somebody without a lock, or the process
 * of one with a lock) and the owner's turn in the lower one, so that no value comes back.
 * Opening claims it by one compare-and-swap: two openers never get the same row. A slot with a
 * locked owner of another process is claimed only by who was given that lock, which the
 * kernel does when the owner is dead.
 *
 * Locks of the kernel belong to processes: it grants one again to another thread of its holder,
 * and that thread's release would drop it for both. So slots of this process are left alone,
 * a lock is confirmed after the claim (the last owner's release comes before its slot is
 * free, so none can come later), and only closing releases one, before it frees the slot.
 * tests/test_model.py explores both, with planted bugs.
 */
#define _DEFAULT_SOURCE /* madvise, MAP_ANONYMOUS */
#include "slo/writer.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

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
  uint64_t mine; /* what the slot holds while it is ours */
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

/* The upper half of a slot; processes are odd. */
enum { WRITER_FREE = 0, WRITER_UNLOCKED = 2 };

/* This process: an accident of 1 in 2^31 makes a dead owner's row stay retired, nothing worse.
 * The number alone would not do: in containers all begin with 1. The 16 random bytes that the
 * kernel gives at every exec also guard stacks and pointers: each half hides the other in what
 * is written down. */
static uint64_t writer_process(void) {
  uint64_t id = (uint64_t)getpid();
#if defined(__linux__)
  const void *random = (const void *)getauxval(AT_RANDOM);
  uint64_t half[2] = {0, 0};
  if (random != NULL) memcpy(half, random, sizeof half);
  id = (id ^ half[0]) * UINT64_C(0x9e3779b97f4a7c15);
  id = (id ^ id >> 32) + half[1];
#endif
  id *= UINT64_C(0x9e3779b97f4a7c15);
  return id >> 32 | 1;
}

/* The same slot with another owner, or none; each one has a turn of its own. */
static uint64_t writer_owned_by(uint64_t slot, uint64_t owner) {
  return owner << 32 | (uint32_t)(slot + (owner != WRITER_FREE));
}

/* Is it nobody's, or that of an owner in another process, who may be dead? */
static int writer_claimable(uint64_t slot, uint64_t process) {
  return slot >> 32 != WRITER_UNLOCKED && slot >> 32 != process;
}

/* Claims one slot; 0 when it has an owner that lives, or may. *mine: what the slot holds then. */
static int writer_claim(sloi_cell *slot, uint32_t number, const slo_writer_lock *lock,
                        uint64_t *mine) {
  uint64_t seen = sloi_load_relaxed(slot);
  if (lock == NULL) {
    *mine = writer_owned_by(seen, WRITER_UNLOCKED);
    return seen >> 32 == WRITER_FREE && sloi_claim_acq_rel(slot, seen, *mine);
  }
  uint64_t process = writer_process();
  if (!writer_claimable(seen, process) || !lock->acquire(lock->context, number)) return 0;
  /* From here on the lock is not released on failure: it may be another thread's of ours. */
  seen = sloi_load_relaxed(slot);
  *mine = writer_owned_by(seen, process);
  if (!writer_claimable(seen, process) || !sloi_claim_acq_rel(slot, seen, *mine)) return 0;
  if (lock->acquire(lock->context, number)) return 1;
  /* lost in between; nothing was added */
  (void)sloi_claim_acq_rel(slot, *mine, writer_owned_by(*mine, WRITER_FREE));
  return 0;
}

static slo_status writer_open(void *object, sloi_cell *slots, uint64_t count,
                              const slo_writer_lock *lock, void **writer) {
  if (lock != NULL && (lock->acquire == NULL || lock->release == NULL)) return SLO_EINVAL;
  void *hot = writer_allocate();
  if (hot == NULL) return SLO_ENOMEM;
  writer_cold *cold = writer_cold_of(hot);
  for (uint64_t i = 0; i < count; i++) {
    if (!writer_claim(&slots[i], (uint32_t)i, lock, &cold->mine)) continue;
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
    /* Whoever is given the lock in between takes the row over: nothing is added any more. */
    if (cold->locked) cold->lock.release(cold->lock.context, (uint32_t)cold->number);
    (void)sloi_claim_acq_rel(cold->slot, cold->mine, writer_owned_by(cold->mine, WRITER_FREE));
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
