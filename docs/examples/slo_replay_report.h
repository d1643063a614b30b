/* slo_replay_report.h - what is printed: nothing is computed here. */
#ifndef SLO_REPLAY_REPORT_H
#define SLO_REPLAY_REPORT_H

#include <slo.h>

enum {
  REPORT_SPANS = 7,
  REPORT_POINTS = 48,
  REPORT_QUANTILES = 5,
  REPORT_PACE = 4, /* 6h */
  REPORT_EXPLANATION = 16384,
  REPORT_SIGHTS = 4
};

extern const int64_t REPORT_SPANS_NS[REPORT_SPANS];
extern const char *const REPORT_SPAN_NAMES[REPORT_SPANS];

/* The windows of an objective at one moment. */
typedef struct report_moment {
  int64_t at_ns;
  slo_delta delta[REPORT_SPANS];
  uint64_t burn_ppm[REPORT_SPANS];
  int burn_known[REPORT_SPANS];
} report_moment;

/* One unbroken run of firing steps. */
typedef struct report_alert {
  uint32_t severity;
  int64_t from_ns, to_ns;
  uint64_t tiers;
  int still_firing;
  slo_transition why;        /* the one that began it */
  uint64_t evidence_end_ppb; /* when it ended */
} report_alert;

typedef struct report_alerts {
  report_alert *alert;
  size_t count, room;
} report_alerts;

/* The same tiers without and with a gate. */
enum { REPORT_PLAIN = 0, REPORT_GATED = 1, REPORT_RULES = 2 };

/* How soon an incident of this size would be told at the traffic there is; -1: never. */
typedef struct report_sight {
  uint64_t error_ppb;
  int64_t detection_ns[SLO_SEVERITIES];
} report_sight;

typedef struct report_latency {
  int known;
  slo_snapshot_summary summary;
  int64_t quantile_ns[REPORT_QUANTILES]; /* 50, 90, 95, 99, 99.9 % */
  int64_t threshold_ns;                  /* 0: none */
  uint64_t within, beyond;
} report_latency;

/* Everything there is to say of one SLO. */
typedef struct report_slo {
  const char *name;
  const char *rule;
  slo_budget budget; /* of the whole input */
  slo_counts total;
  uint64_t late;
  int64_t first_ns, last_ns;
  slo_standing standing; /* at the end of the input */
  int standing_known;
  slo_forecast forecast; /* at the pace of the last 6h */
  int forecast_known;
  char explanation[REPORT_EXPLANATION];
  report_moment now;
  slo_budget_point point[REPORT_POINTS];
  size_t points;
  const slo_alert_tier *tiers;
  uint32_t tier_count;
  report_moment *moment; /* one for each --at */
  size_t moments;
  report_alerts alerts[REPORT_RULES];
  uint64_t requests_per_hour;
  report_sight sight[REPORT_SIGHTS];
  report_latency latency;
} report_slo;

typedef struct report {
  const char *source;
  uint64_t lines, unparsed, wrong_clock;
  int64_t step_ns, slack_ns;
  int explain;
  report_slo *slo;
  size_t slos;
} report;

void report_json(const report *r);
void report_text(const report *r);

#endif
