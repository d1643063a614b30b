/*
 * slo/sli.h - the menu of indicators: what makes an event good, bad or excluded.
 *
 * An SLI is good events / valid events. Each kind on the menu (The Art of SLOs; The Site
 * Reliability Workbook, ch. 2) has one rule, from an event to an outcome, and the fields that this
 * rule needs; all others are 0. What cannot be known is not good: an event that lacks what the
 * rule asks for is excluded, and so are health checks and load tests, unless they are counted.
 *
 *   request and response  availability  its status is not a failure
 *                         latency       answered within threshold_ns
 *                         quality       answered with at least least_ppm of what is usual
 *   data processing       freshness     the data read is not older than threshold_ns
 *                         correctness   the result checked was right
 *                         coverage      the input that should be processed was
 *                         throughput    in this slot at least least_per_hour were processed
 *   storage               durability    what was written could be read
 *   outside               probe         the prober was answered
 *                         inventory     the item complies
 *
 * Of latency and quality only what did not fail is valid: failures are availability's, once.
 * Throughput is a share of time: an event is a slot, all slots being of one length. Whether a
 * probe can reach the service at all is a budget by timeslices with a slice_objective_ppb of 1: a
 * slice with any success is good. Rules of one's own are in slo/rule.h. Pure functions, any thread.
 */
#ifndef SLO_SLI_H
#define SLO_SLI_H

#include "slo/counts.h"

#define SLO_SLI_CODES_MAX 8

SLO_BEGIN

enum {
  SLO_SLI_AVAILABILITY = 1,
  SLO_SLI_LATENCY = 2,
  SLO_SLI_QUALITY = 3,
  SLO_SLI_FRESHNESS = 4,
  SLO_SLI_CORRECTNESS = 5,
  SLO_SLI_COVERAGE = 6,
  SLO_SLI_THROUGHPUT = 7,
  SLO_SLI_DURABILITY = 8,
  SLO_SLI_PROBE = 9,
  SLO_SLI_INVENTORY = 10
};

/* What is known of an event: bits of slo_event.known. The last two say what it is. */
enum {
  SLO_EVENT_STATUS = 1,
  SLO_EVENT_LATENCY = 2,
  SLO_EVENT_AGE = 4,
  SLO_EVENT_QUALITY = 8,
  SLO_EVENT_AMOUNT = 16,
  SLO_EVENT_OK = 32,
  SLO_EVENT_HEALTH_CHECK = 256,
  SLO_EVENT_LOAD_TEST = 512
};

/*
 * An event. A frozen value type.
 *   known        SLO_EVENT_*: which of the fields are
 *   status       a code of HTTP, gRPC or one's own; HTTP's 0: there was no answer
 *   latency_ns   below 0: a clock was set; that is not known
 *   age_ns       of the data, likewise
 *   quality_ppm  1000000: all that is usual
 *   amount       processed in span_ns, which is above 0, else that is not known
 *   ok           1: right, processed, read back, answered, compliant; 0: not; else: not known
 */
typedef struct slo_event {
  uint32_t known;
  int32_t status;
  int64_t latency_ns;
  int64_t age_ns;
  uint64_t quality_ppm;
  uint64_t amount;
  int64_t span_ns;
  uint32_t ok;
  uint32_t reserved;
} slo_event;

/* Codes first..last, both inclusive, are an outcome, SLO_GOOD, SLO_BAD or SLO_EXCLUDED. A frozen
 * value type. */
typedef struct slo_code {
  int32_t first;
  int32_t last;
  slo_outcome outcome;
} slo_code;

enum {
  SLO_PROTOCOL_NONE = 0,
  /* 1xx to 3xx good; 429 bad, for we turned it away; other 4xx excluded, the client's; 5xx bad, and
   * 0, which is no answer; everything else excluded */
  SLO_PROTOCOL_HTTP = 1,
  /* OK good; UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS bad (what
   * OpenTelemetry's conventions make an error of a server's span), and RESOURCE_EXHAUSTED, for we
   * turned it away; everything else excluded */
  SLO_PROTOCOL_GRPC = 2
};

/* The codes of a protocol, static: the first that holds decides, what none has is excluded; NULL
 * and 0 of SLO_PROTOCOL_NONE. SLO_ERANGE: no such protocol; SLO_EINVAL. */
SLO_API slo_status slo_sli_codes(uint32_t protocol, const slo_code **codes, uint32_t *count);

/*
 * An indicator. A frozen value type.
 *
 *   kind            SLO_SLI_*
 *   protocol        SLO_PROTOCOL_*, for availability, latency and quality. Availability needs it or
 *                   codes; for the others NONE without codes says that everything is valid
 *   counted         SLO_EVENT_HEALTH_CHECK, SLO_EVENT_LOAD_TEST: count these, too
 *   codes           code_count (0..SLO_SLI_CODES_MAX) exceptions: the first that holds decides,
 *                   then the protocol's do; what none of them has is excluded
 *   threshold_ns    latency, freshness: at most this, 0..SLO_SLI_THRESHOLD_MAX_NS
 *   least_ppm       quality: at least this, 1..1000000
 *   least_per_hour  throughput: at least this, 1..10^15
 *   interval_ns     probe: it is sent this often, 1 s .. 1 d
 *   reserved        0
 */
typedef struct slo_sli {
  uint32_t kind;
  uint32_t protocol;
  uint32_t counted;
  uint32_t code_count;
  slo_code codes[SLO_SLI_CODES_MAX];
  int64_t threshold_ns;
  uint64_t least_ppm;
  uint64_t least_per_hour;
  int64_t interval_ns;
  uint64_t reserved[2];
} slo_sli;

#define SLO_SLI_THRESHOLD_MAX_NS INT64_C(9007199254740991) /* 104 days: slo/hist.h's highest */
#define SLO_SLI_TEXT_MAX 448                               /* enough for slo_sli_format */

/* Is it one? SLO_ERANGE (error names the field; a field that the kind does not have must be 0),
 * SLO_EINVAL (NULL; an availability without protocol and codes; codes[] behind code_count that are
 * not 0), SLO_EVERSION (reserved). error may be NULL. */
SLO_API slo_status slo_sli_check(const slo_sli *sli, slo_error *error);

/* SLO_GOOD, SLO_BAD or SLO_EXCLUDED; SLO_EXCLUDED also for a NULL argument or no such kind. The
 * sli is taken as checked. */
SLO_API slo_outcome slo_sli_classify(const slo_sli *sli, const slo_event *event);

/* "availability"; "unknown indicator" for a number that is none. Never NULL; static. */
SLO_API const char *slo_sli_kind_name(uint32_t kind);

/* Writes the rule as a sentence, "latency: answered within 300ms, of HTTP answers that did not
 * fail". SLO_ESPACE (SLO_SLI_TEXT_MAX bytes suffice), SLO_EINVAL (NULL), else as slo_sli_check. */
SLO_API slo_status slo_sli_format(const slo_sli *sli, char *buffer, size_t size);

SLO_END

#endif
