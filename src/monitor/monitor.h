/* monitor.h - the layout of a monitor: layout.c makes and validates it, monitor.c uses it. */
#ifndef SLOI_MONITOR_H
#define SLOI_MONITOR_H

#include "base/block.h"
#include "slo/monitor.h"

/* Offsets are bytes from the block's start; 0 means that there is none. */
typedef struct sloi_monitor_sli {
  char name[SLO_MONITOR_NAME_MAX + 1];
  uint64_t with_threshold;
  uint64_t threshold;
  uint64_t counter_at;
  uint64_t hist_at; /* its own, or the one it shares */
  uint64_t window_at;
  uint64_t reserved[3];
} sloi_monitor_sli;

typedef struct sloi_monitor_slo {
  char name[SLO_MONITOR_NAME_MAX + 1];
  uint64_t sli;
  uint64_t objective_ppb;
  uint64_t period_ns;
  uint64_t alert_at;
  uint64_t reserved[4];
} sloi_monitor_slo;

struct slo_monitor {
  sloi_block block;
  uint64_t sli_count;
  uint64_t slo_count;
  uint64_t reserved[6];
  sloi_monitor_sli sli[]; /* sli_count of them, then slo_count sloi_monitor_slo */
};

static inline sloi_monitor_slo *sloi_monitor_slos(slo_monitor *m) {
  return (sloi_monitor_slo *)(void *)(m->sli + m->sli_count);
}

static inline const sloi_monitor_slo *sloi_monitor_slos_const(const slo_monitor *m) {
  return (const sloi_monitor_slo *)(const void *)(m->sli + m->sli_count);
}

#endif
