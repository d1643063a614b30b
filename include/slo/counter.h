/*
 * slo/counter.h - counting good, bad and excluded events from any thread.
 *
 * A counter is the recording end of an SLI. It only grows; whoever wants a window
 * takes the difference of two readings (slo/window.h). Recording takes no lock,
 * reads no clock, allocates nothing and cannot fail: one add on a row of cells chosen
 * by processor or thread (slo/shard.h), or owned through a handle (slo/writer.h).
 *
 * A counter is one flat block (slo/memory.h). record*, read and late may be called
 * by any number of threads, and of processes sharing the block, at any time.
 */
#ifndef SLO_COUNTER_H
#define SLO_COUNTER_H

#include "slo/counts.h"
#include "slo/memory.h"
#include "slo/shard.h"

SLO_BEGIN

typedef struct slo_counter slo_counter;

/*
 * Rows, of 64 bytes each:
 *   shards   shared by threads: a power of two up to SLO_SHARDS_MAX; 0: 1 beside per-CPU rows,
 *            else the number of configured CPUs rounded up to one
 *   path     SLO_PATH_*: is there a row for each processor? AUTO: where this process can use
 *            them, unless shards is given and cpus is not
 *   cpus     how many of those, up to SLO_SHARDS_MAX; 0: the configured CPUs
 *   writers  owned rows, up to SLO_WRITERS_MAX; 0: none
 */
typedef struct slo_counter_config {
  uint32_t struct_size;
  uint32_t shards;
  uint32_t writers;
  uint32_t path;
  uint32_t cpus;
  uint32_t reserved;
} slo_counter_config;

/* The bytes a counter of this configuration needs. config NULL: all defaults.
 * SLO_ERANGE, SLO_EVERSION, SLO_EINVAL (size NULL); error may be NULL. */
SLO_API slo_status slo_counter_footprint(const slo_counter_config *config, size_t *size,
                                         slo_error *error);

/* Lays out a counter in memory and sets *counter to it. memory: aligned to SLO_ALIGN
 * and at least the footprint (SLO_EINVAL, SLO_ESPACE); else as footprint. */
SLO_API slo_status slo_counter_init(void *memory, size_t size, const slo_counter_config *config,
                                    slo_counter **counter, slo_error *error);

/* Validates a block that init laid out. SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_counter_attach(void *memory, size_t size, slo_counter **counter);

/* footprint + allocate + init; also SLO_ENOMEM. destroy takes what create gave, or NULL. */
SLO_API slo_status slo_counter_create(const slo_counter_config *config,
                                      const slo_allocator *allocator, slo_counter **counter,
                                      slo_error *error);
SLO_API void slo_counter_destroy(slo_counter *counter);

/* Counts one event. An outcome that is none of SLO_GOOD, SLO_BAD, SLO_EXCLUDED is
 * counted apart (slo_counter_tally.unknown), never dropped. counter must not be NULL. */
SLO_API void slo_counter_record(slo_counter *counter, slo_outcome outcome);

/* Counts a batch: one add for each of good, bad and excluded that is not 0. */
SLO_API void slo_counter_record_many(slo_counter *counter, const slo_counts *counts);

/* Notes that n events, recorded by the calls above, came after their slice was closed. */
SLO_API void slo_counter_record_late(slo_counter *counter, uint64_t n);

/* Everything recorded since init. good, bad and excluded partition the events; late
 * is how many of them came late; unknown are events with an outcome that is none. */
typedef struct slo_counter_tally {
  uint32_t struct_size;
  uint32_t shards; /* the rows the block was laid out with */
  uint32_t cpus;   /* not 0: recording without a handle is per CPU */
  uint32_t writers;
  slo_counts counts;
  uint64_t late;
  uint64_t unknown;
} slo_counter_tally;

/* Sums the shards. Every event recorded before the call is in it; one recorded
 * during the call may be. SLO_EINVAL: an argument is NULL or tally->struct_size is not set. */
SLO_API slo_status slo_counter_read(const slo_counter *counter, slo_counter_tally *tally);

SLO_END

#endif
