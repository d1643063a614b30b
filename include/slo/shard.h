/*
 * slo/shard.h - the three kinds of cells that threads record into.
 *
 * A counter or histogram has several rows of cells and is their sum. A row belongs to one
 * kind for ever: a plain add and an atomic add on one cell would lose counts.
 *
 *   shared   any thread, any process: an atomic add on the row of the thread's hash.
 *   per CPU  any thread, any process, Linux on x86-64 and aarch64: a plain add on the
 *            processor's row inside a restartable sequence (rseq), which the kernel restarts
 *            if the thread is moved or interrupted before the add.
 *   owned    one thread through a handle (slo/writer.h): a plain add.
 *
 * Between vfork and exec nothing may be recorded, nor by a raw clone that shares its parent's
 * thread-local storage: the kernel does not watch over restartable sequences there.
 *
 * Which of the first two a recording without a handle takes is chosen at init and stored in
 * the block; a process in which the C library did not register rseq, and a processor with a
 * number beyond the rows, take the shared rows.
 */
#ifndef SLO_SHARD_H
#define SLO_SHARD_H

#include "slo/status.h"

#define SLO_SHARDS_MAX 4096
#define SLO_WRITERS_MAX 4096

SLO_BEGIN

enum {
  SLO_PATH_AUTO = 0,   /* per CPU where this process can, else shared */
  SLO_PATH_SHARED = 1, /* no per-CPU rows */
  SLO_PATH_CPU = 2     /* per-CPU rows, whether or not this process can use them */
};

/* What SLO_PATH_AUTO means in this thread now: SLO_PATH_SHARED or SLO_PATH_CPU. Any thread. */
SLO_API uint32_t slo_shard_path(void);

SLO_END

#endif
