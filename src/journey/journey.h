/*
 * journey.h - the layout of a journey's block, and what checks a definition of one.
 *
 * One event, one cell: nearly all attempts go the usual way, every step that is no fallback good
 * and in time. They are counted once, in a counter behind those of the parts, and each part that is
 * on that way has them, too.
 */
#ifndef SLOI_JOURNEY_H
#define SLOI_JOURNEY_H

#include "base/block.h"
#include "slo/journey.h"

#define SLOI_JOURNEY_SOME_TIME (SLO_TIME_MAX_NS / 2) /* amid all calendar periods there are */

struct slo_journey {
  sloi_block block;
  uint64_t steps;
  uint64_t critical;  /* bit i: step i is */
  uint64_t fallbacks; /* bit i: step i stands in for another one */
  uint64_t usual;     /* bit i: step i is on the usual way */
  uint64_t limit_ns;
  uint64_t counter_size; /* of each part's */
  uint64_t reserved[2];
  uint8_t fallback_of[64]; /* of a fallback: which */
};

/* The counter behind those of the parts. */
static inline uint64_t sloi_journey_usual(const slo_journey *j) {
  return j->steps + 2;
}

static inline uint64_t sloi_journey_counter_at(const slo_journey *j, uint64_t part) {
  return sizeof(slo_journey) + part * j->counter_size;
}

static inline slo_counter *sloi_journey_counter(slo_journey *j, uint64_t part) {
  return (slo_counter *)(void *)((char *)j + sloi_journey_counter_at(j, part));
}

/* Does a part have the attempts that went the usual way, too? */
int sloi_journey_on_usual(const slo_journey *journey, uint64_t part);

/* Fills blames[i] with the counts of part i + 1, and what follows from them. */
void sloi_journey_share(const slo_journey *journey, const slo_counts *parts, slo_blame *blames);

/* An objective with room for what it points to. */
typedef struct sloi_journey_slo {
  slo_journey_slo slo;
  slo_alert_config alert;
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
} sloi_journey_slo;

/* Where the parts of a journey are read from: structs, or the bytes of a definition. */
typedef struct sloi_journey_source sloi_journey_source;
struct sloi_journey_source {
  const void *from;
  uint64_t at;
  void (*step)(const sloi_journey_source *source, uint32_t i, slo_step *step);
  void (*sli)(const sloi_journey_source *source, uint32_t i, slo_journey_sli *sli);
  void (*slo)(const sloi_journey_source *source, uint32_t i, sloi_journey_slo *slo);
};

/* The front of a journey's block, without its size, from its steps. Of config, whose arrays
 * are not looked at, this needs step_count and limit_ns. */
slo_status sloi_journey_front(const slo_journey_config *config, const sloi_journey_source *source,
                              slo_journey *front, slo_error *error);

/* Is this the block of a journey with these steps and this limit? */
int sloi_journey_fits(const slo_journey *journey, const slo_journey_config *config,
                      const sloi_journey_source *source);

/* All of it; the arrays of config are not looked at. */
slo_status sloi_journey_check(const slo_journey_config *config, const sloi_journey_source *source,
                              slo_error *error);

/* min..max bytes of UTF-8 without control characters; NULL is one when min is 0. */
slo_status sloi_journey_text(const char *text, size_t min, size_t max, slo_error *error,
                             const char *field);
slo_status sloi_journey_name(const char *name, slo_error *error);

#endif
