/*
 * slo/writer.h - a row of cells of one's own: recording at the price of an increment.
 *
 * A handle owns one of the `writers` rows of a histogram or counter and adds to it without
 * atomic instructions. One thread uses it; a signal handler that interrupts that thread may
 * use it too. Readers see its counts like all others.
 *
 * A row is never lost: whoever opens it next goes on counting where the last owner
 * stopped. close gives it back. The row of an owner that died without closing is taken
 * over only when a lock that the kernel drops with its owner proves the death
 * (slo_writer_lock); otherwise it stays retired, and is summed like any other.
 *
 * A handle does not survive fork: in the child it is dead. Recording through it there loses
 * nothing, it goes the way of recording without a handle; the child closes it and opens one
 * of its own. (Linux 4.14 and later. Elsewhere, and where memory that is wiped on fork
 * cannot be had, the child must not use it at all.)
 */
#ifndef SLO_WRITER_H
#define SLO_WRITER_H

#include "slo/counter.h"
#include "slo/hist.h"

SLO_BEGIN

/*
 * A lock for each row that the kernel drops when its holder dies: an fcntl record lock on
 * byte `slot` of a file, say (docs/examples/writer_lock.c).
 *   acquire  1: this process holds it now, whether or not it did before; 0: another living one
 *            does. Never waits. May be called again while it is held.
 *   release  gives it up
 *   context  handed to both; lives as long as any handle opened with it
 * A forked child must not inherit it: fcntl's F_SETLK is right, flock and open file description
 * locks are not, unless the file is opened anew in each process.
 * All openers of an object pass equivalent locks, or none does: rows opened without a lock
 * are never taken over.
 */
typedef struct slo_writer_lock {
  int32_t (*acquire)(void *context, uint32_t slot);
  void (*release)(void *context, uint32_t slot);
  void *context;
} slo_writer_lock;

typedef struct slo_hist_writer slo_hist_writer;
typedef struct slo_counter_writer slo_counter_writer;

/*
 * Opens a free row, or one whose owner is proven dead. lock may be NULL; the struct is copied.
 * SLO_EBUSY: every row has an owner; record without a handle then. SLO_ENOMEM (a page for the
 * handle), SLO_EINVAL. Any thread.
 */
SLO_API slo_status slo_hist_writer_open(slo_hist *hist, const slo_writer_lock *lock,
                                        slo_hist_writer **writer);
SLO_API slo_status slo_counter_writer_open(slo_counter *counter, const slo_writer_lock *lock,
                                           slo_counter_writer **writer);

/* Gives the row back and frees the handle; NULL is allowed. In a forked child it frees the
 * child's copy of the handle and leaves the row to the parent. The object must still exist. */
SLO_API void slo_hist_writer_close(slo_hist_writer *writer);
SLO_API void slo_counter_writer_close(slo_counter_writer *writer);

/* As slo_hist_record and slo_counter_record. The handle's thread only. */
SLO_API void slo_hist_writer_record(slo_hist_writer *writer, int64_t value);
SLO_API void slo_counter_writer_record(slo_counter_writer *writer, slo_outcome outcome);

/* As slo_hist_record_many: n values, NULL only when n is 0. */
SLO_API void slo_hist_writer_record_many(slo_hist_writer *writer, const int64_t *values, size_t n);

/* What slo/inline.h calls for values without a bucket, unknown outcomes and dead handles. The
 * same contract as the two above. */
SLO_API void slo_hist_writer_record_rare(slo_hist_writer *writer, int64_t value);
SLO_API void slo_counter_writer_record_rare(slo_counter_writer *writer, slo_outcome outcome);

SLO_END

#endif
