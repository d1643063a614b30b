/*
 * slo/fault.h - what goes wrong, when, and for whom.
 *
 * A fault is one of Toxiproxy's toxics over a span of virtual time: it makes the requests it
 * touches slower, or fail. The simulator (slo/traffic.h) asks what that does to a request.
 * Pure functions, any thread.
 */
#ifndef SLO_FAULT_H
#define SLO_FAULT_H

#include "slo/time.h"

SLO_BEGIN

enum {
  SLO_FAULT_LATENCY = 1,    /* adds latency_ns, and jitter uniform in [-jitter_ns, jitter_ns) */
  SLO_FAULT_DOWN = 2,       /* every request fails at once */
  SLO_FAULT_TIMEOUT = 3,    /* no answer ever comes: the request fails when its limit is over */
  SLO_FAULT_RESET_PEER = 4, /* the connection is reset: the request fails */
  SLO_FAULT_BANDWIDTH = 5,  /* adds bytes / rate_per_s */
  SLO_FAULT_SLICER = 6,     /* the answer comes in slices, the last one maybe shorter: adds a
                               delay between each two */
  SLO_FAULT_LIMIT_DATA = 7  /* answers longer than limit_bytes are cut off: they fail */
};

/* How much of the traffic it touches over its span. */
enum {
  SLO_FAULT_STEP = 0, /* toxicity_ppm all the time */
  SLO_FAULT_RAMP = 1  /* rising evenly from nothing to toxicity_ppm at the end */
};

/*
 * A frozen value type; fields of other kinds are 0.
 *
 *   kind          SLO_FAULT_*
 *   shape         SLO_FAULT_STEP or SLO_FAULT_RAMP
 *   period        when: (start_ns, end_ns], of moments; not empty
 *   toxicity_ppm  the share of requests it touches, 1..1000000; 0: all
 *   reserved      0
 *   latency_ns    LATENCY; SLICER: the delay between two slices; 0..SLO_DAY_NS
 *   jitter_ns     LATENCY: 0..latency_ns, so that it never makes a request faster
 *   rate_per_s    BANDWIDTH: bytes a second, > 0
 *   bytes         SLICER: of a slice, LIMIT_DATA: of the longest answer that arrives; > 0
 */
typedef struct slo_fault {
  uint32_t kind;
  uint32_t shape;
  slo_period period;
  uint32_t toxicity_ppm;
  uint32_t reserved;
  int64_t latency_ns;
  int64_t jitter_ns;
  uint64_t rate_per_s;
  uint64_t bytes;
} slo_fault;

/* Is it one? SLO_ERANGE, SLO_EINVAL (NULL), SLO_EVERSION (reserved); error names the field. */
SLO_API slo_status slo_fault_check(const slo_fault *fault, slo_error *error);

/* Reads "down", "timeout", "reset_peer", "latency(300ms)", "latency(300ms,50ms)",
 * "bandwidth(10000)", "slicer(100,10ms)", "limit_data(1000)", each with an optional toxicity,
 * "down 10%" (at most four decimals), and shape, "latency(1s) 50% ramp" or "step". Blanks
 * between words and numbers do not matter. Without a toxicity it is 1000000. The period is left
 * as it is. SLO_EPARSE (error->value is the offset), SLO_ERANGE (error names the field),
 * SLO_EINVAL (NULL). */
SLO_API slo_status slo_fault_parse(const char *text, slo_fault *fault, slo_error *error);

/* The share of requests touched at at_ns, ppm, of a ramp rounded down; 0 outside the period, for
 * NULL too. */
SLO_API uint32_t slo_fault_toxicity(const slo_fault *fault, int64_t at_ns);

/*
 * With what probability a request that it touches ends badly: it fails, or its latency, which
 * would be latency_ns for an answer of `bytes`, exceeds limit_ns (0: no limit; then only failures
 * count, TIMEOUT among them). Parts per million, rounded to the nearest: jitter, of whole
 * nanoseconds, makes it a probability. latency_ns and limit_ns are 0..SLO_TIME_MAX_NS. The
 * period is not looked at. SLO_EINVAL (NULL), SLO_ERANGE, SLO_EVERSION.
 */
SLO_API slo_status slo_fault_effect(const slo_fault *fault, int64_t latency_ns, uint64_t bytes,
                                    int64_t limit_ns, uint32_t *bad_ppm);

SLO_END

#endif
