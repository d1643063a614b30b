#include "judge/ledger.h"

#include <string.h>

#include "base/block.h"
#include "base/fail.h"
#include "window/window.h"

#define LEDGER_MAGIC SLOI_BLOCK_MAGIC('l', 'e')
#define LEDGER_LAYOUT 1
#define LEDGER_LATE_NS (10 * SLO_SECOND_NS)

/* Written before `count` says that it is there, and never changed, but for voided_by. */
typedef struct ledger_entry {
  uint64_t kind;
  int64_t from;
  int64_t to;
  int64_t made;
  uint64_t sli;
  uint64_t voids;
  sloi_cell voided_by; /* 1 + a sequence number, if that entry says so too */
  uint64_t reserved;
  char reason[SLO_LEDGER_REASON_MAX + 1];
} ledger_entry;

struct slo_ledger {
  sloi_block block;
  uint64_t entries;
  uint64_t reserved[5];
  sloi_cell latest; /* no correction ends after this; behind what the block's checksum covers */
  sloi_cell count;
  ledger_entry entry[];
};

#define LEDGER_CONFIG_SIZE (offsetof(slo_ledger, latest) - sizeof(sloi_block))

static uint64_t ledger_size(uint64_t entries) {
  return sloi_round_up(sizeof(slo_ledger) + entries * sizeof(ledger_entry), SLO_ALIGN);
}

static slo_status ledger_check(uint32_t entries, slo_error *error) {
  if (entries >= 1 && entries <= SLO_LEDGER_ENTRIES_MAX) return SLO_OK;
  return sloi_fail_range(error, entries, 1, SLO_LEDGER_ENTRIES_MAX, "entries");
}

slo_status slo_ledger_footprint(uint32_t entries, size_t *size, slo_error *error) {
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = ledger_check(entries, error);
  if (status == SLO_OK) *size = (size_t)ledger_size(entries);
  return status;
}

slo_status slo_ledger_init(void *memory, size_t size, uint32_t entries, slo_ledger **ledger,
                           slo_error *error) {
  if (ledger == NULL) return sloi_fail(error, SLO_EINVAL, 0, "ledger (NULL)");
  slo_status status = ledger_check(entries, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, ledger_size(entries), LEDGER_MAGIC, LEDGER_LAYOUT,
                           LEDGER_CONFIG_SIZE, error);
  if (status != SLO_OK) return status;
  slo_ledger *l = memory;
  l->entries = entries;
  sloi_block_ready(&l->block);
  *ledger = l;
  return SLO_OK;
}

slo_status slo_ledger_attach(void *memory, size_t size, slo_ledger **ledger) {
  if (ledger == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, LEDGER_MAGIC, LEDGER_LAYOUT, LEDGER_CONFIG_SIZE);
  if (status != SLO_OK) return status;
  slo_ledger *l = memory;
  if (l->entries < 1 || l->entries > SLO_LEDGER_ENTRIES_MAX ||
      l->block.config_size != LEDGER_CONFIG_SIZE || l->block.size != ledger_size(l->entries)) {
    return SLO_ECORRUPT;
  }
  *ledger = l;
  return SLO_OK;
}

slo_status slo_ledger_create(uint32_t entries, const slo_allocator *allocator, slo_ledger **ledger,
                             slo_error *error) {
  size_t size;
  void *memory;
  if (ledger == NULL) return sloi_fail(error, SLO_EINVAL, 0, "ledger (NULL)");
  slo_status status = slo_ledger_footprint(entries, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_ledger_init(memory, size, entries, ledger, error);
}

void slo_ledger_destroy(slo_ledger *ledger) {
  sloi_block_release(ledger);
}

/* ---- entries ---- */

uint32_t slo_ledger_count(const slo_ledger *ledger) {
  if (ledger == NULL) return 0;
  uint64_t count = sloi_load_acquire(&ledger->count); /* with it, the entries */
  return (uint32_t)(count < ledger->entries ? count : ledger->entries);
}

/* An entry that was being voided when its writer was killed names one that does not exist, or
 * that says something else. */
static int ledger_void(const slo_ledger *l, uint32_t count, uint32_t sequence) {
  uint64_t by = sloi_load_acquire(&l->entry[sequence].voided_by);
  return by != 0 && by <= count && l->entry[by - 1].kind == SLO_CORRECT_VOID &&
         l->entry[by - 1].voids == sequence;
}

static slo_status ledger_check_reason(const char *reason, slo_error *error) {
  size_t length = 0;
  while (length <= SLO_LEDGER_REASON_MAX && reason[length] != '\0') length++;
  if (length >= 1 && length <= SLO_LEDGER_REASON_MAX) return SLO_OK;
  return sloi_fail_range(error, (int64_t)length, 1, SLO_LEDGER_REASON_MAX, "reason (bytes)");
}

static slo_status ledger_check_entry(const slo_ledger *l, uint32_t count, const slo_correction *c,
                                     slo_error *error) {
  if (c->made_ns < 0 || c->made_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->made_ns, 0, SLO_TIME_MAX_NS, "made_ns");
  }
  if (c->kind > SLO_CORRECT_VOID) {
    return sloi_fail_range(error, c->kind, 0, SLO_CORRECT_VOID, "kind");
  }
  if (c->kind == SLO_CORRECT_VOID) {
    if (c->from_ns != 0) return sloi_fail_range(error, c->from_ns, 0, 0, "from_ns (of a VOID)");
    if (c->to_ns != 0) return sloi_fail_range(error, c->to_ns, 0, 0, "to_ns (of a VOID)");
    if (c->sli != 0) return sloi_fail_range(error, c->sli, 0, 0, "sli (of a VOID)");
    if (c->voids >= count) {
      return sloi_fail_range(error, c->voids, 0, (int64_t)count - 1, "voids");
    }
    if (l->entry[c->voids].kind == SLO_CORRECT_VOID) {
      return sloi_fail(error, SLO_EINVAL, c->voids, "voids (a VOID)");
    }
    if (ledger_void(l, count, c->voids)) {
      return sloi_fail(error, SLO_EINVAL, c->voids, "voids (void already)");
    }
    return SLO_OK;
  }
  if (c->voids != 0) return sloi_fail_range(error, c->voids, 0, 0, "voids (of no VOID)");
  if (c->from_ns < 0 || c->from_ns >= SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->from_ns, 0, SLO_TIME_MAX_NS - 1, "from_ns");
  }
  if (c->to_ns <= c->from_ns || c->to_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->to_ns, c->from_ns + 1, SLO_TIME_MAX_NS, "to_ns");
  }
  return SLO_OK;
}

slo_status sloi_ledger_check(const slo_ledger *ledger, const slo_correction *c, slo_error *error) {
  uint32_t count = slo_ledger_count(ledger);
  slo_status status = ledger_check_entry(ledger, count, c, error);
  if (status == SLO_OK) status = ledger_check_reason(c->reason, error);
  if (status == SLO_OK && count == ledger->entries) {
    status = sloi_fail_space(error, ledger->entries, (uint64_t)count + 1, "entries");
  }
  return status;
}

slo_status slo_ledger_append(slo_ledger *ledger, const slo_correction *correction,
                             uint32_t *sequence, slo_error *error) {
  slo_correction c;
  if (ledger == NULL || correction == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, ledger == NULL ? "ledger (NULL)" : "correction (NULL)");
  }
  slo_status status = sloi_sized_read(&c, sizeof c, correction, error, "slo_correction");
  if (status == SLO_OK) status = sloi_ledger_check(ledger, &c, error);
  if (status != SLO_OK) return status;
  uint32_t count = slo_ledger_count(ledger);
  ledger_entry *e = &ledger->entry[count];
  memset(e->reason, 0, sizeof e->reason);
  e->kind = c.kind;
  e->from = c.from_ns;
  e->to = c.to_ns;
  e->made = c.made_ns;
  e->sli = c.sli;
  e->voids = c.voids;
  memcpy(e->reason, c.reason, strlen(c.reason));
  sloi_store_release(&e->voided_by, 0);
  if (c.kind == SLO_CORRECT_VOID) {
    sloi_store_release(&ledger->entry[c.voids].voided_by, (uint64_t)count + 1);
  }
  if ((uint64_t)c.to_ns > sloi_load_relaxed(&ledger->latest)) {
    sloi_store_release(&ledger->latest, (uint64_t)c.to_ns);
  }
  sloi_store_release(&ledger->count, (uint64_t)count + 1); /* now it is there */
  if (sequence != NULL) *sequence = count;
  return SLO_OK;
}

slo_status slo_ledger_read(const slo_ledger *ledger, uint32_t sequence, slo_correction *correction,
                           uint32_t *is_void) {
  slo_correction c = {0};
  if (ledger == NULL || correction == NULL) return SLO_EINVAL;
  uint32_t count = slo_ledger_count(ledger);
  if (sequence >= count) return SLO_ERANGE;
  const ledger_entry *e = &ledger->entry[sequence];
  c.kind = (uint32_t)e->kind;
  c.from_ns = e->from;
  c.to_ns = e->to;
  c.made_ns = e->made;
  c.sli = (uint32_t)e->sli;
  c.voids = (uint32_t)e->voids;
  memcpy(c.reason, e->reason, sizeof c.reason - 1);
  if (is_void != NULL) *is_void = (uint32_t)ledger_void(ledger, count, sequence);
  return sloi_sized_write(correction, &c, sizeof c);
}

/* ---- correcting ---- */

/* Does this entry correct something of the SLI within (from, to]? */
static int ledger_touches(const slo_ledger *l, uint32_t count, uint32_t sequence, uint32_t sli,
                          int64_t from, int64_t to) {
  const ledger_entry *e = &l->entry[sequence];
  return e->kind <= SLO_CORRECT_GOOD && e->from < e->to && e->from < to && e->to > from &&
         (e->sli == sli || e->sli == SLO_LEDGER_ALL) && !ledger_void(l, count, sequence);
}

/* How many there are to look at: none when all of them end before. Old corrections cost nothing. */
static uint32_t ledger_count_after(const slo_ledger *l, int64_t from_ns) {
  uint32_t count = slo_ledger_count(l);
  if (count == 0) return 0;
  uint64_t latest = sloi_load_relaxed(&l->latest);
  return latest <= (uint64_t)INT64_MAX && (int64_t)latest <= from_ns ? 0 : count;
}

int sloi_ledger_any(const slo_ledger *ledger, uint32_t sli, int64_t from_ns, int64_t to_ns) {
  uint32_t count = ledger_count_after(ledger, from_ns);
  for (uint32_t i = 0; i < count; i++) {
    if (ledger_touches(ledger, count, i, sli, from_ns, to_ns)) return 1;
  }
  return 0;
}

slo_status slo_ledger_edge(const slo_ledger *ledger, uint32_t sli, int64_t after_ns,
                           int64_t *edge_ns) {
  if (ledger == NULL || edge_ns == NULL) return SLO_EINVAL;
  uint32_t count = slo_ledger_count(ledger);
  int64_t next = INT64_MAX;
  for (uint32_t i = 0; i < count; i++) {
    const ledger_entry *e = &ledger->entry[i];
    if (!ledger_touches(ledger, count, i, sli, after_ns, INT64_MAX)) continue;
    int64_t edge = e->from > after_ns ? e->from : e->to;
    if (edge < next) next = edge;
  }
  if (next == INT64_MAX) return SLO_ENODATA;
  *edge_ns = next;
  return SLO_OK;
}

/* A correction at work: which part of (from, to] is its own. */
typedef struct ledger_walk {
  const slo_ledger *ledger;
  uint32_t count;
  uint32_t sequence;
  uint32_t sli;
  int64_t from, to;
} ledger_walk;

static int ledger_goes_before(const ledger_walk *walk, uint32_t other) {
  const ledger_entry *mine = &walk->ledger->entry[walk->sequence];
  const ledger_entry *theirs = &walk->ledger->entry[other];
  if (theirs->kind != mine->kind) return theirs->kind == SLO_CORRECT_REMOVE;
  return other < walk->sequence;
}

/* The next piece after *at that no correction of higher rank covers; 0 when there is none. */
static int ledger_piece(const ledger_walk *walk, int64_t *at, int64_t *end) {
  for (;;) {
    int64_t covered = *at;
    *end = walk->to;
    for (uint32_t i = 0; i < walk->count; i++) {
      const ledger_entry *e = &walk->ledger->entry[i];
      if (i == walk->sequence || !ledger_goes_before(walk, i) ||
          !ledger_touches(walk->ledger, walk->count, i, walk->sli, *at, walk->to)) {
        continue;
      }
      if (e->from > covered) {
        if (e->from < *end) *end = e->from;
      } else if (e->to > covered) {
        covered = e->to; /* so whole chains in one look, when they were written down in order */
      }
    }
    if (covered == *at) return *at < walk->to;
    *at = covered; /* look again from there */
    if (*at >= walk->to) return 0;
  }
}

/* 1 and the walk of an entry over (from, to], when it has a part in it. */
static int ledger_begin(const slo_ledger *l, uint32_t count, uint32_t sequence, uint32_t sli,
                        const slo_delta *delta, ledger_walk *walk) {
  if (!ledger_touches(l, count, sequence, sli, delta->from_ns, delta->to_ns)) return 0;
  const ledger_entry *e = &l->entry[sequence];
  walk->ledger = l;
  walk->count = count;
  walk->sequence = sequence;
  walk->sli = sli;
  walk->from = e->from > delta->from_ns ? e->from : delta->from_ns;
  walk->to = e->to < delta->to_ns ? e->to : delta->to_ns;
  return 1;
}

static uint64_t ledger_less(uint64_t *from, uint64_t amount) {
  uint64_t taken = amount < *from ? amount : *from;
  *from -= taken;
  return taken;
}

static int64_t ledger_less_time(int64_t *from, int64_t amount) {
  int64_t taken = amount < *from ? amount : *from;
  *from -= taken;
  return taken;
}

/* Takes a piece out of d, or sets it right. Never more than d has: it may be older. */
static void ledger_apply(uint64_t kind, const slo_delta *piece, slo_delta *d) {
  uint64_t bad = ledger_less(&d->counts.bad, piece->counts.bad);
  uint64_t bad_slices = ledger_less(&d->slices.bad, piece->slices.bad);
  (void)ledger_less(&d->slices.ratio_sum, piece->slices.ratio_sum);
  d->corrected_ns += ledger_less_time(&d->unmeasured_ns, piece->unmeasured_ns);
  if (kind == SLO_CORRECT_GOOD) {
    d->counts.good += bad;
    d->slices.good += bad_slices;
    return;
  }
  (void)ledger_less(&d->counts.good, piece->counts.good);
  (void)ledger_less(&d->counts.excluded, piece->counts.excluded);
  (void)ledger_less(&d->slices.good, piece->slices.good);
  (void)ledger_less_time(&d->unresolved_ns, piece->unresolved_ns);
  (void)ledger_less_time(&d->covered_ns, piece->measured_ns);
  d->corrected_ns += ledger_less_time(&d->measured_ns, piece->measured_ns);
  d->corrected_ns += ledger_less_time(&d->frozen_ns, piece->frozen_ns);
}

/* Do the readings lie noticeably away from the edges? A tick is no more than some seconds late. */
static int ledger_snapped(int64_t from, int64_t to, const slo_delta *piece) {
  int64_t before = from - piece->from_ns, after = to - piece->to_ns;
  int64_t most = (to - from) / 50 > LEDGER_LATE_NS ? (to - from) / 50 : LEDGER_LATE_NS;
  return before > most || before < -most || after > most || after < -most;
}

/* Adds what one correction does to the effect, and applies it to d, if these are given. */
static slo_status ledger_walk_pieces(const ledger_walk *walk, const slo_window *window,
                                     slo_correction_effect *effect, slo_delta *d) {
  int64_t at = walk->from, end;
  for (; ledger_piece(walk, &at, &end); at = end) {
    slo_delta piece = {0};
    piece.struct_size = (uint32_t)sizeof piece;
    slo_status status = slo_window_delta(window, at, end, &piece);
    if (status != SLO_OK) return status;
    if (d != NULL) {
      ledger_apply(walk->ledger->entry[walk->sequence].kind, &piece, d);
      if (ledger_snapped(at, end, &piece)) d->flags |= SLO_DELTA_SNAPPED;
    }
    if (effect == NULL) continue;
    if (effect->pieces++ == 0) effect->from_ns = piece.from_ns;
    effect->to_ns = piece.to_ns;
    effect->corrected_ns += piece.to_ns - piece.from_ns;
    effect->counts.good += piece.counts.good;
    effect->counts.bad += piece.counts.bad;
    effect->counts.excluded += piece.counts.excluded;
    effect->slices.good += piece.slices.good;
    effect->slices.bad += piece.slices.bad;
    effect->slices.ratio_sum += piece.slices.ratio_sum;
  }
  return SLO_OK;
}

slo_status slo_ledger_correct(const slo_ledger *ledger, uint32_t sli, const slo_window *window,
                              slo_delta *delta, uint32_t *count) {
  if (window == NULL || delta == NULL) return SLO_EINVAL;
  if (delta->struct_size < sizeof *delta) return SLO_EVERSION;
  uint32_t entries = ledger_count_after(ledger, delta->from_ns), touched = 0;
  slo_delta d = *delta; /* all of it or nothing */
  for (uint32_t i = 0; i < entries; i++) {
    ledger_walk walk;
    if (!ledger_begin(ledger, entries, i, sli, &d, &walk)) continue;
    slo_correction_effect effect = {0};
    slo_status status = ledger_walk_pieces(&walk, window, &effect, &d);
    if (status != SLO_OK) return status;
    touched += effect.pieces != 0;
  }
  if (touched != 0) {
    sloi_window_judge(&d);
    *delta = d;
  }
  if (count != NULL) *count = touched;
  return SLO_OK;
}

slo_status slo_ledger_effect(const slo_ledger *ledger, uint32_t sequence, uint32_t sli,
                             const slo_window *window, const slo_delta *delta,
                             slo_correction_effect *effect) {
  slo_correction_effect e = {0};
  ledger_walk walk;
  if (ledger == NULL || window == NULL || delta == NULL || effect == NULL) return SLO_EINVAL;
  uint32_t count = slo_ledger_count(ledger);
  if (sequence >= count) return SLO_ERANGE;
  if (!ledger_begin(ledger, count, sequence, sli, delta, &walk)) return SLO_ENODATA;
  slo_status status = ledger_walk_pieces(&walk, window, &e, NULL);
  if (status != SLO_OK) return status;
  if (e.pieces == 0) return SLO_ENODATA;
  e.sequence = sequence;
  e.kind = (uint32_t)ledger->entry[sequence].kind;
  return sloi_sized_write(effect, &e, sizeof e);
}
