/*
 * slo/history.h - what latencies were like: p99 of the last hour, and heat maps.
 *
 * A history keeps readings of one histogram, coarsely: tier i one for each multiple of its
 * step, as far back as its span. Each reading is the whole histogram so far, written sparsely,
 * so what happened between two moments is the difference of two of them, whatever lies
 * between, as a snapshot with all its quantiles (slo/snapshot.h).
 *
 * Memory. A reading takes a byte per used cell and 1 to 10 for its count: 1.6 KiB when two million
 * latencies lie in 600 buckets, 3 KiB when a billion lie in 800. A tier has room for
 * (span / step + 2) readings of slot_bytes each; when readings are larger than that the oldest ones
 * go earlier, and the answer names the span it really used.
 *
 * One flat block (slo/memory.h). One owner at a time pushes; any number of threads and
 * processes may read meanwhile. A push that is killed at any instruction leaves the history as it
 * was, or as it was going to be, or without its oldest readings.
 */
#ifndef SLO_HISTORY_H
#define SLO_HISTORY_H

#include "slo/memory.h"
#include "slo/snapshot.h"
#include "slo/time.h"

#define SLO_HISTORY_TIERS_MAX 4
#define SLO_HISTORY_SLOTS_MAX 100000

SLO_BEGIN

typedef struct slo_history slo_history;

/* A frozen value type. One reading every step_ns, span_ns back: 1 s <= step_ns <= span_ns,
 * span_ns / step_ns <= SLO_HISTORY_SLOTS_MAX. */
typedef struct slo_history_tier {
  int64_t step_ns;
  int64_t span_ns;
} slo_history_tier;

/*
 *   tiers       tier_count (0..SLO_HISTORY_TIERS_MAX) of them, steps and spans strictly
 *               ascending; copied. 0: every 5 min for 6 h, every hour for 7 d
 *   slot_bytes  room for one reading on average, 64 .. 1 MiB; 0: 3072 (740 KiB in all with the
 *               default tiers). A tier always has room for two readings of every cell.
 */
typedef struct slo_history_config {
  uint32_t struct_size;
  uint32_t tier_count;
  const slo_history_tier *tiers;
  uint64_t slot_bytes;
} slo_history_config;

/* For readings of histograms with the grid, range and thresholds of hist. See slo/memory.h.
 * config NULL: all defaults. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE,
 * for create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_history_footprint(const slo_hist *hist, const slo_history_config *config,
                                         size_t *size, slo_error *error);
SLO_API slo_status slo_history_init(void *memory, size_t size, const slo_hist *hist,
                                    const slo_history_config *config, slo_history **history,
                                    slo_error *error);

/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_history_attach(void *memory, size_t size, slo_history **history);

/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_history_create(const slo_hist *hist, const slo_history_config *config,
                                      const slo_allocator *allocator, slo_history **history,
                                      slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_history_destroy(slo_history *history);

enum { SLO_HISTORY_REBASE = 1 /* accept an earlier moment, by beginning the history anew */ };

/*
 * Takes a reading of hist at now_ns into each tier whose newest reading lies in an earlier step:
 * the first push at or after a multiple of the step does, the others do nothing; nor does one at
 * an earlier moment than the newest reading, without SLO_HISTORY_REBASE. Counts lower than those of
 * the newest reading (the histogram's memory was lost, the history's was not) begin the history
 * anew: what came before cannot be subtracted from what follows. Owner only. SLO_ERANGE (now_ns is
 * no moment), SLO_EINVAL (NULL, unknown flags, or hist has another grid, range or thresholds): no
 * reading is taken.
 */
SLO_API slo_status slo_history_push(slo_history *history, int64_t now_ns, const slo_hist *hist,
                                    uint32_t flags);

/*
 * What was recorded in (from_ns, to_ns], as near as the readings allow: snapshot becomes the
 * newest reading at or before to_ns minus the newest one at or before from_ns, of whatever tier, or
 * minus the oldest one kept when there is none. *used, which may be NULL, says the moments of the
 * two. snapshot is one made for the same histogram, whose contents are replaced.
 * Any thread, each with a snapshot of its own. 0 <= from_ns <= to_ns.
 * SLO_ENODATA: no reading yet, or the two are the same one; snapshot is made empty, *used stays.
 * SLO_ERANGE, SLO_EINVAL (NULL, another shape).
 */
SLO_API slo_status slo_history_read(const slo_history *history, int64_t from_ns, int64_t to_ns,
                                    slo_snapshot *snapshot, slo_period *used);

/*
 * What was recorded since from_ns, up to this very moment: hist as it is now minus the newest
 * reading at or before from_ns, or the oldest one kept. hist is the one that is pushed. *used_ns,
 * which may be NULL, is the time of the reading used. Otherwise as slo_history_read; SLO_ENODATA:
 * no reading yet, or hist counts less than it.
 */
SLO_API slo_status slo_history_since(const slo_history *history, const slo_hist *hist,
                                     int64_t from_ns, slo_snapshot *snapshot, int64_t *used_ns);

SLO_END

#endif
