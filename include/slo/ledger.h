/*
 * slo/ledger.h - what was taken out of the count, and why.
 *
 * Maintenance that was agreed on, a load test, a probe that was broken: corrections say that
 * a span of time shall not count, or that what was bad in it shall count as good. The two
 * differ: one hour down in a week less one day of REMOVE is 0.694 % bad, with GOOD for that day
 * it is 0.595 %.
 *
 * A ledger only grows. A correction is never changed; one that was wrong is taken back by
 * another. Every budget that a correction touches says so (slo/budget.h), and alerts judge the
 * corrected windows too. Corrections may be written down before or after: a span that begins
 * and ends at pinned readings (slo_window_pin, which the monitor does) is exact, one that is
 * written down later snaps to the readings that are still kept, and the answer names the span.
 *
 * One flat block (slo/memory.h). One owner at a time appends; any number of threads and
 * processes may read meanwhile.
 */
#ifndef SLO_LEDGER_H
#define SLO_LEDGER_H

#include "slo/memory.h"
#include "slo/window.h"

#define SLO_LEDGER_REASON_MAX 63 /* bytes */
#define SLO_LEDGER_ENTRIES_MAX 65536
#define SLO_LEDGER_ALL UINT32_MAX /* every SLI */

SLO_BEGIN

typedef struct slo_ledger slo_ledger;

enum {
  SLO_CORRECT_REMOVE = 0, /* events and time of the span are not counted */
  SLO_CORRECT_GOOD = 1,   /* what was bad in the span counts as good; what was not seen in it
                             counts as nothing: nobody knows how much it was */
  SLO_CORRECT_VOID = 2    /* takes an earlier correction back */
};

/*
 *   kind      SLO_CORRECT_*
 *   from_ns   (from_ns, to_ns], 0 <= from_ns < to_ns <= SLO_TIME_MAX_NS; both 0 for VOID
 *   to_ns
 *   made_ns   when it was written down, for the record; 0: not said
 *   sli       the index of the SLI it is for, or SLO_LEDGER_ALL; 0 for VOID
 *   voids     VOID: the sequence number of the correction that is taken back; else 0
 *   reason    1..SLO_LEDGER_REASON_MAX bytes of UTF-8, terminated: "deploy freeze test"
 */
typedef struct slo_correction {
  uint32_t struct_size;
  uint32_t kind;
  int64_t from_ns;
  int64_t to_ns;
  int64_t made_ns;
  uint32_t sli;
  uint32_t voids;
  char reason[SLO_LEDGER_REASON_MAX + 1];
} slo_correction;

/* entries: room for so many, 1..SLO_LEDGER_ENTRIES_MAX, 128 bytes each. See slo/memory.h.
 * SLO_EINVAL, SLO_ERANGE, for init also SLO_ESPACE, for create also SLO_ENOMEM. */
SLO_API slo_status slo_ledger_footprint(uint32_t entries, size_t *size, slo_error *error);
SLO_API slo_status slo_ledger_init(void *memory, size_t size, uint32_t entries, slo_ledger **ledger,
                                   slo_error *error);
/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_ledger_attach(void *memory, size_t size, slo_ledger **ledger);
/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_ledger_create(uint32_t entries, const slo_allocator *allocator,
                                     slo_ledger **ledger, slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_ledger_destroy(slo_ledger *ledger);

/*
 * Writes a correction down; copied. *sequence, which may be NULL, is its number: 0, 1, 2, ..
 * Owner only; seen by readers whole or not at all, also when it is killed.
 * SLO_ESPACE: the ledger is full. SLO_ERANGE, SLO_EINVAL (also: voids a VOID, or what is void
 * already), SLO_EVERSION; error names the field.
 */
SLO_API slo_status slo_ledger_append(slo_ledger *ledger, const slo_correction *correction,
                                     uint32_t *sequence, slo_error *error);

/* How many corrections there are; 0 for NULL. Any thread. */
SLO_API uint32_t slo_ledger_count(const slo_ledger *ledger);

/* Correction number `sequence`; *is_void, which may be NULL, is 1 when it was taken back, else 0.
 * Any thread. SLO_ERANGE: there is none. SLO_EINVAL. */
SLO_API slo_status slo_ledger_read(const slo_ledger *ledger, uint32_t sequence,
                                   slo_correction *correction, uint32_t *is_void);

/*
 * The first moment after after_ns at which a correction of the SLI that is not void begins or
 * ends: what to pin next. SLO_ENODATA: there is none. Any thread. SLO_EINVAL.
 */
SLO_API slo_status slo_ledger_edge(const slo_ledger *ledger, uint32_t sli, int64_t after_ns,
                                   int64_t *edge_ns);

/*
 * Corrects a delta of this window: its counts, slices, measured and unmeasured time, and what
 * follows from them. Where corrections overlap each moment is corrected once: REMOVE goes
 * before GOOD, and a lower sequence number before a higher one. *count, which may be NULL, is how
 * many corrections touched it. ledger NULL: none. Any thread; while the window is pushed to, what
 * is corrected near its newest reading may be newer than the delta. It takes as many steps as
 * there are corrections, times those that touch the delta; more where they overlap in chains.
 * SLO_EINVAL (NULL), SLO_EVERSION (a delta smaller than this library's), SLO_ENODATA (a window
 * that was never pushed to): the delta is untouched.
 */
SLO_API slo_status slo_ledger_correct(const slo_ledger *ledger, uint32_t sli,
                                      const slo_window *window, slo_delta *delta, uint32_t *count);

/*
 * What one correction does to a delta.
 *
 *   sequence      of the correction
 *   kind
 *   pieces        into how many the parts that are its own fall
 *   from_ns       the readings really used: the first piece begins and the last one ends here
 *   to_ns
 *   corrected_ns  how long the pieces are together
 *   counts        what was counted in them
 *   slices
 */
typedef struct slo_correction_effect {
  uint32_t struct_size;
  uint32_t sequence;
  uint32_t kind;
  uint32_t pieces;
  int64_t from_ns;
  int64_t to_ns;
  int64_t corrected_ns;
  slo_counts counts;
  slo_slices slices;
} slo_correction_effect;

/* What correction number `sequence` does to (from_ns, to_ns] of a delta of this window. Any
 * thread, as slo_ledger_correct. SLO_ENODATA: nothing. SLO_ERANGE: no such correction. SLO_EINVAL.
 */
SLO_API slo_status slo_ledger_effect(const slo_ledger *ledger, uint32_t sequence, uint32_t sli,
                                     const slo_window *window, const slo_delta *delta,
                                     slo_correction_effect *effect);

SLO_END

#endif
