/* slo_replay_options.h - the command line of slo_replay. */
#ifndef SLO_REPLAY_OPTIONS_H
#define SLO_REPLAY_OPTIONS_H

#include <slo.h>

enum { MOMENTS_MAX = 4096, REMOVED_MAX = 64 };

typedef struct options {
  const char *path;
  const char *bad;
  slo_rule rule; /* what bad says */
  int bad_given;
  int format;
  uint64_t objective_ppb;
  int64_t threshold_ns; /* 0: no latency SLO */
  int64_t window_ns, step_ns, slack_ns;
  int64_t hole_ns;   /* a longer pause is time that nobody measured; 0: there is none */
  uint32_t calendar; /* SLO_CALENDAR_*; 0: the last window_ns */
  uint32_t method;   /* SLO_METHOD_* */
  int64_t slice_ns;
  slo_correction removed[REMOVED_MAX];
  uint32_t removals;
  int explain;
  int64_t at_ns[MOMENTS_MAX];
  size_t moments;
  int json;
} options;

/* 1 to go on, 0 when that was all (--help), -1 after a message. */
int parse_options(int argc, char **argv, options *o);

/* A message on stderr: what, its value unless NULL, and why. */
void fail(slo_status status, const slo_error *error, const char *what, const char *value);

#endif
