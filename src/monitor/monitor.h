/* monitor.h - the layout of a monitor: layout.c makes it, attach.c validates it, monitor.c uses
 * it. */
#ifndef SLOI_MONITOR_H
#define SLOI_MONITOR_H

#include "base/block.h"
#include "journey/journey.h"
#include "slo/monitor.h"

#define SLOI_MONITOR_MAGIC SLOI_BLOCK_MAGIC('m', 'o')
#define SLOI_MONITOR_LAYOUT 3
/* Cells of an SLI: nothing is to be pinned before `quiet_to`, in this history of its window; 0:
 * look. */
enum { SLOI_MONITOR_HISTORY, SLOI_MONITOR_QUIET_TO, SLOI_MONITOR_EDGES };

/* Offsets are bytes from the block's start; 0 means that there is none. */
typedef struct sloi_monitor_sli {
  char name[SLO_MONITOR_NAME_MAX + 1];
  uint64_t threshold; /* 1 + its index in the histogram; 0: its events are those of the counter */
  uint64_t counter_at;
  uint64_t usual_at; /* of a journey's part on the usual way: that counter, too */
  uint64_t hist_at;  /* its own, or the one it shares */
  uint64_t history_at;
  uint64_t window_at;
  uint64_t slos; /* 1 + its last SLO; 0: none */
  uint64_t keep; /* twice the longest rolling period, ns: how long its pins are kept */
} sloi_monitor_sli;

typedef struct sloi_monitor_slo {
  char name[SLO_MONITOR_NAME_MAX + 1];
  uint64_t sli;
  uint64_t objective_ppb;
  uint64_t period_ns;
  uint64_t alert_at;
  uint64_t method;
  slo_calendar calendar;
  uint64_t starts_at;
  uint64_t start_count;
  uint64_t next; /* 1 + the SLO of the same SLI before it; 0: none */
  uint64_t reserved;
} sloi_monitor_slo;

/* What an SLI is in a definition. */
typedef struct sloi_monitor_origin {
  uint64_t journey; /* its index */
  uint64_t part;    /* of the journey; SLOI_MONITOR_NO_PART: an indicator */
  slo_sli rule;     /* of an indicator */
} sloi_monitor_origin;

#define SLOI_MONITOR_NO_PART UINT64_MAX

typedef struct sloi_monitor_journey {
  uint64_t at;
  uint64_t sli; /* that of its attempts; those of its steps and limit follow */
} sloi_monitor_journey;

struct slo_monitor {
  sloi_block block;
  uint64_t sli_count;
  uint64_t slo_count;
  uint64_t ledger_at;
  uint64_t edges_at; /* SLOI_MONITOR_EDGES cells for each SLI */
  uint64_t definition_at;
  uint64_t definition_print; /* its fingerprint: everything else here was made from that one */
  uint64_t journey_count;
  uint64_t reserved[1];
  sloi_monitor_sli sli[]; /* sli_count of them, then slo_count sloi_monitor_slo; with journeys also
                             sli_count sloi_monitor_origin and the journeys */
};

/* Bytes of the front: the header and the tables, what its checksum covers. */
static inline uint64_t sloi_monitor_front(uint64_t slis, uint64_t slos, uint64_t journeys) {
  return sloi_round_up(sizeof(slo_monitor) + slis * sizeof(sloi_monitor_sli) +
                           slos * sizeof(sloi_monitor_slo) +
                           (journeys != 0 ? slis * sizeof(sloi_monitor_origin) : 0) +
                           journeys * sizeof(sloi_monitor_journey),
                       SLO_ALIGN);
}

static inline sloi_monitor_slo *sloi_monitor_slos(slo_monitor *m) {
  return (sloi_monitor_slo *)(void *)(m->sli + m->sli_count);
}

static inline const sloi_monitor_slo *sloi_monitor_slos_const(const slo_monitor *m) {
  return (const sloi_monitor_slo *)(const void *)(m->sli + m->sli_count);
}

/* Only with journeys. */
static inline const sloi_monitor_origin *sloi_monitor_origins(const slo_monitor *m) {
  return (const sloi_monitor_origin *)(const void *)(sloi_monitor_slos_const(m) + m->slo_count);
}

static inline const sloi_monitor_journey *sloi_monitor_journeys(const slo_monitor *m) {
  return (const sloi_monitor_journey *)(const void *)(sloi_monitor_origins(m) + m->sli_count);
}

/* Is it counted by a journey? */
static inline int sloi_monitor_is_part(const slo_monitor *m, uint64_t sli) {
  return m->journey_count != 0 && sloi_monitor_origins(m)[sli].part != SLOI_MONITOR_NO_PART;
}

static inline sloi_cell *sloi_monitor_edges(slo_monitor *m, uint64_t sli) {
  return (sloi_cell *)(void *)((char *)m + m->edges_at) + sli * SLOI_MONITOR_EDGES;
}

static inline int sloi_monitor_on_calendar(const sloi_monitor_slo *s) {
  return s->calendar.unit != 0 || s->start_count != 0;
}

#endif
