/*
 * binding.h - what the Go files see of C.
 *
 * Blocks lie in memory that Go gives. A pointer that comes back from C is told as an offset into
 * that memory, so that C never hands out a pointer of Go's.
 */
#ifndef SLO_GO_BINDING_H
#define SLO_GO_BINDING_H

#include <stddef.h>
#include <stdlib.h>

#if defined(SLO_SYSTEM)
#include <slo/../slo.h> /* not the one beside this file */
#else
#include "slo.h"
#endif

#define GO_INIT(noun, type)                                                         \
  static inline slo_status go_##noun##_init(void *memory, size_t size, type config, \
                                            slo_error *error) {                     \
    slo_##noun *made;                                                               \
    return slo_##noun##_init(memory, size, config, &made, error);                   \
  }
#define GO_ATTACH(noun)                                                    \
  static inline slo_status go_##noun##_attach(void *memory, size_t size) { \
    slo_##noun *made;                                                      \
    return slo_##noun##_attach(memory, size, &made);                       \
  }
#define GO_BLOCK(noun) GO_INIT(noun, const slo_##noun##_config *) GO_ATTACH(noun)

GO_BLOCK(counter)
GO_BLOCK(hist)
GO_BLOCK(window)
GO_BLOCK(evidence)
GO_BLOCK(alert)
GO_BLOCK(journey)
GO_BLOCK(monitor)
GO_BLOCK(traffic)
GO_INIT(backtest, const slo_backtest_config *)
GO_INIT(definition, const slo_definition_config *)
GO_INIT(ledger, uint32_t)
GO_ATTACH(ledger)
GO_INIT(snapshot, const slo_hist *)
GO_ATTACH(snapshot)
GO_ATTACH(history)

static inline slo_status go_history_init(void *memory, size_t size, const slo_hist *hist,
                                         const slo_history_config *config, slo_error *error) {
  slo_history *made;
  return slo_history_init(memory, size, hist, config, &made, error);
}

static inline slo_status go_snapshot_downscale(const slo_snapshot *src, uint32_t scale,
                                               void *memory, size_t size, slo_error *error) {
  slo_snapshot *made;
  return slo_snapshot_downscale(src, scale, memory, size, &made, error);
}

static inline slo_status go_definition_attach(const void *memory, size_t size, slo_error *error) {
  const slo_definition *made;
  return slo_definition_attach(memory, size, &made, error);
}

/* Bytes from the block's start; 0: there is none. */
static inline size_t go_offset(const void *from, const void *to) {
  return to == NULL ? 0 : (size_t)((const char *)to - (const char *)from);
}
#define GO_PART(part)                                                  \
  static inline size_t go_monitor_##part(slo_monitor *m, uint32_t i) { \
    return go_offset(m, slo_monitor_##part(m, i));                     \
  }
GO_PART(counter)
GO_PART(hist)
GO_PART(window)
GO_PART(alert)
GO_PART(history)
GO_PART(journey)
static inline size_t go_monitor_ledger(const slo_monitor *m) {
  return go_offset(m, slo_monitor_ledger(m));
}
static inline size_t go_monitor_definition(const slo_monitor *m) {
  return go_offset(m, slo_monitor_definition(m));
}

/* An attempt's words live in Go, without the journey. */
typedef struct go_attempt {
  int64_t begin_ns;
  uint64_t good;
  uint64_t bad;
  uint64_t flags;
} go_attempt;

static inline slo_outcome go_attempt_end(slo_journey *journey, int64_t begin_ns, uint64_t good,
                                         uint64_t bad, uint64_t flags, int64_t now_ns) {
  slo_attempt attempt = {journey, begin_ns, good, bad, flags};
  return slo_attempt_end(&attempt, now_ns);
}

static inline void go_attempt_step(slo_journey *journey, go_attempt *words, uint32_t step,
                                   slo_outcome outcome) {
  slo_attempt attempt = {journey, words->begin_ns, words->good, words->bad, words->flags};
  slo_attempt_step(&attempt, step, outcome);
  words->good = attempt.good;
  words->bad = attempt.bad;
}

static inline uint64_t go_attempt_excluded(void) {
  slo_attempt attempt = {0};
  slo_attempt_exclude(&attempt);
  return attempt.flags;
}

#endif
