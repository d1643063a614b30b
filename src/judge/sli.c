#include "slo/sli.h"

#include <stdio.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/u128.h"
#include "slo/time.h"

#define SLI_LEAST_PER_HOUR_MAX INT64_C(1000000000000000)

static const slo_code sli_http[] = {{0, 0, SLO_BAD},
                                    {100, 399, SLO_GOOD},
                                    {429, 429, SLO_BAD},
                                    {400, 499, SLO_EXCLUDED},
                                    {500, 599, SLO_BAD}};
static const slo_code sli_grpc[] = {
    {0, 0, SLO_GOOD}, {2, 2, SLO_BAD}, {4, 4, SLO_BAD}, {8, 8, SLO_BAD}, {12, 15, SLO_BAD}};

static const struct {
  const char *name; /* in a sentence */
  const slo_code *codes;
  uint32_t count;
} sli_protocols[] = {{"answers", NULL, 0},
                     {"HTTP answers", sli_http, sizeof sli_http / sizeof sli_http[0]},
                     {"gRPC answers", sli_grpc, sizeof sli_grpc / sizeof sli_grpc[0]}};

enum { SLI_CODES = 1, SLI_THRESHOLD = 2, SLI_PPM = 4, SLI_PER_HOUR = 8, SLI_INTERVAL = 16 };

/* The menu: what a kind is called, which fields it has, and its rule with what it takes from them.
 */
static const struct {
  const char *name;
  uint32_t fields;
  const char *rule;
} sli_menu[] = {{"unknown indicator", 0, ""},
                {"availability", SLI_CODES, "%s that are no failures"},
                {"latency", SLI_CODES | SLI_THRESHOLD, "answered within %s"},
                {"quality", SLI_CODES | SLI_PPM, "answered with %s %% or more of what is usual"},
                {"freshness", SLI_THRESHOLD, "read data that is not older than %s"},
                {"correctness", 0, "results that were right, of those checked"},
                {"coverage", 0, "inputs that were processed, of those that should be"},
                {"throughput", SLI_PER_HOUR, "time in which %s an hour or more were processed"},
                {"durability", 0, "what was written could be read"},
                {"probe", SLI_INTERVAL, "the prober, every %s, was answered"},
                {"inventory", 0, "items that comply, of all items"}};

static const uint32_t sli_protocol_last = sizeof sli_protocols / sizeof sli_protocols[0] - 1;

const char *slo_sli_kind_name(uint32_t kind) {
  return sli_menu[kind <= SLO_SLI_INVENTORY ? kind : 0].name;
}

slo_status slo_sli_codes(uint32_t protocol, const slo_code **codes, uint32_t *count) {
  if (codes == NULL || count == NULL) return SLO_EINVAL;
  if (protocol > sli_protocol_last) return SLO_ERANGE;
  *codes = sli_protocols[protocol].codes;
  *count = sli_protocols[protocol].count;
  return SLO_OK;
}

/* A field in min..max when the kind has it, else 0. */
static slo_status sli_check_field(uint32_t has, int64_t value, int64_t min, int64_t max,
                                  slo_error *error, const char *field) {
  if (!has) min = max = 0;
  if (value >= min && value <= max) return SLO_OK;
  return sloi_fail_range(error, value, min, max, "%s", field);
}

static slo_status sli_check_codes(const slo_sli *s, uint32_t has, slo_error *error) {
  slo_status status = sli_check_field(has, s->protocol, 0, sli_protocol_last, error, "protocol");
  if (status == SLO_OK) {
    status = sli_check_field(has, s->code_count, 0, SLO_SLI_CODES_MAX, error, "code_count");
  }
  if (status != SLO_OK) return status;
  for (uint32_t i = 0; i < SLO_SLI_CODES_MAX; i++) {
    const slo_code *c = &s->codes[i];
    if (i >= s->code_count) {
      if (c->first == 0 && c->last == 0 && c->outcome == 0) continue;
      return sloi_fail(error, SLO_EINVAL, (int64_t)s->code_count, "codes[%u] (beyond code_count)",
                       (unsigned)i);
    }
    if (c->last < c->first) {
      return sloi_fail_range(error, c->last, c->first, INT32_MAX, "codes[%u].last", (unsigned)i);
    }
    if (c->outcome < SLO_GOOD || c->outcome > SLO_EXCLUDED) {
      return sloi_fail_range(error, c->outcome, SLO_GOOD, SLO_EXCLUDED, "codes[%u].outcome",
                             (unsigned)i);
    }
  }
  if (s->kind == SLO_SLI_AVAILABILITY && s->protocol == SLO_PROTOCOL_NONE && s->code_count == 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "protocol (0, and no codes)");
  }
  return SLO_OK;
}

slo_status slo_sli_check(const slo_sli *sli, slo_error *error) {
  if (sli == NULL) return sloi_fail(error, SLO_EINVAL, 0, "sli (NULL)");
  if (sli->kind < SLO_SLI_AVAILABILITY || sli->kind > SLO_SLI_INVENTORY) {
    return sloi_fail_range(error, sli->kind, SLO_SLI_AVAILABILITY, SLO_SLI_INVENTORY, "kind");
  }
  if ((sli->reserved[0] | sli->reserved[1]) != 0) {
    return sloi_fail(error, SLO_EVERSION, sloi_shown(sli->reserved[0]), "reserved");
  }
  uint32_t has = sli_menu[sli->kind].fields;
  if ((sli->counted & ~(uint32_t)(SLO_EVENT_HEALTH_CHECK | SLO_EVENT_LOAD_TEST)) != 0) {
    return sloi_fail(error, SLO_ERANGE, sli->counted,
                     "counted (SLO_EVENT_HEALTH_CHECK, .._LOAD_TEST)");
  }
  slo_status status = sli_check_codes(sli, has & SLI_CODES, error);
  if (status == SLO_OK) {
    status = sli_check_field(has & SLI_THRESHOLD, sli->threshold_ns, 0, SLO_SLI_THRESHOLD_MAX_NS,
                             error, "threshold_ns");
  }
  if (status == SLO_OK) {
    status =
        sli_check_field(has & SLI_PPM, sloi_shown(sli->least_ppm), 1, 1000000, error, "least_ppm");
  }
  if (status == SLO_OK) {
    status = sli_check_field(has & SLI_PER_HOUR, sloi_shown(sli->least_per_hour), 1,
                             SLI_LEAST_PER_HOUR_MAX, error, "least_per_hour");
  }
  if (status == SLO_OK) {
    status = sli_check_field(has & SLI_INTERVAL, sli->interval_ns, SLO_SECOND_NS, SLO_DAY_NS, error,
                             "interval_ns");
  }
  return status;
}

static slo_outcome sli_code(const slo_code *codes, uint32_t count, int32_t code,
                            slo_outcome otherwise) {
  for (uint32_t i = 0; i < count; i++) {
    if (code >= codes[i].first && code <= codes[i].last) return codes[i].outcome;
  }
  return otherwise;
}

static slo_outcome sli_status(const slo_sli *s, const slo_event *e) {
  if (s->code_count == 0 && s->protocol == SLO_PROTOCOL_NONE) return SLO_GOOD; /* none asked for */
  if ((e->known & SLO_EVENT_STATUS) == 0) return SLO_EXCLUDED;
  uint32_t count = s->code_count <= SLO_SLI_CODES_MAX ? s->code_count : SLO_SLI_CODES_MAX;
  slo_outcome otherwise = SLO_EXCLUDED;
  if (s->protocol <= sli_protocol_last) {
    otherwise = sli_code(sli_protocols[s->protocol].codes, sli_protocols[s->protocol].count,
                         e->status, SLO_EXCLUDED);
  }
  return sli_code(s->codes, count, e->status, otherwise);
}

/* amount / span >= least / hour, without rounding */
static int sli_fast_enough(uint64_t amount, uint64_t span_ns, uint64_t least_per_hour) {
  return sloi_u128_compare(sloi_u128_multiply(amount, (uint64_t)SLO_HOUR_NS),
                           sloi_u128_multiply(least_per_hour, span_ns)) >= 0;
}

slo_outcome slo_sli_classify(const slo_sli *sli, const slo_event *event) {
  enum { NOBODYS = SLO_EVENT_HEALTH_CHECK | SLO_EVENT_LOAD_TEST };
  if (sli == NULL || event == NULL) return SLO_EXCLUDED;
  if ((event->known & NOBODYS & ~sli->counted) != 0) return SLO_EXCLUDED;
  uint32_t needs = 0;
  int good = 0;
  switch (sli->kind) {
    case SLO_SLI_AVAILABILITY:
      return sli_status(sli, event);
    case SLO_SLI_LATENCY:
      if (event->latency_ns < 0 || sli_status(sli, event) != SLO_GOOD) return SLO_EXCLUDED;
      needs = SLO_EVENT_LATENCY;
      good = event->latency_ns <= sli->threshold_ns;
      break;
    case SLO_SLI_QUALITY:
      if (sli_status(sli, event) != SLO_GOOD) return SLO_EXCLUDED;
      needs = SLO_EVENT_QUALITY;
      good = event->quality_ppm >= sli->least_ppm;
      break;
    case SLO_SLI_FRESHNESS:
      if (event->age_ns < 0) return SLO_EXCLUDED;
      needs = SLO_EVENT_AGE;
      good = event->age_ns <= sli->threshold_ns;
      break;
    case SLO_SLI_THROUGHPUT:
      if (event->span_ns <= 0) return SLO_EXCLUDED;
      needs = SLO_EVENT_AMOUNT;
      good = sli_fast_enough(event->amount, (uint64_t)event->span_ns, sli->least_per_hour);
      break;
    case SLO_SLI_CORRECTNESS:
    case SLO_SLI_COVERAGE:
    case SLO_SLI_DURABILITY:
    case SLO_SLI_PROBE:
    case SLO_SLI_INVENTORY:
      if (event->ok > 1) return SLO_EXCLUDED;
      needs = SLO_EVENT_OK;
      good = event->ok == 1;
      break;
    default:
      return SLO_EXCLUDED;
  }
  if ((event->known & needs) == 0) return SLO_EXCLUDED;
  return good ? SLO_GOOD : SLO_BAD;
}

/* ---- as a sentence ---- */

/* A share without the decimals that are 0: 12.5 */
static void sli_percent(uint64_t ppm, char *text, size_t size) {
  int n = snprintf(text, size, "%u.%04u", (unsigned)(ppm / 10000), (unsigned)(ppm % 10000));
  while (n > 0 && text[n - 1] == '0') text[--n] = '\0';
  if (n > 0 && text[n - 1] == '.') text[n - 1] = '\0';
}

static void sli_code_text(const slo_code *c, char *text, size_t size) {
  static const char *const outcomes[] = {"good", "bad", "excluded"};
  const char *outcome = outcomes[c->outcome];
  if (c->first == c->last) {
    (void)snprintf(text, size, "%d %s", (int)c->first, outcome);
  } else {
    (void)snprintf(text, size, "%d..%d %s", (int)c->first, (int)c->last, outcome);
  }
}

slo_status slo_sli_format(const slo_sli *sli, char *buffer, size_t size) {
  char whole[SLO_SLI_TEXT_MAX], part[SLO_TIME_TEXT_MAX];
  sloi_text text = {whole, sizeof whole, 0};
  slo_status status = slo_sli_check(sli, NULL);
  if (status != SLO_OK) return status;
  if (buffer == NULL) return SLO_EINVAL;
  uint32_t fields = sli_menu[sli->kind].fields;
  const char *answers = sli_protocols[sli->protocol].name;
  if (fields & SLI_THRESHOLD) (void)slo_span_format(sli->threshold_ns, part, sizeof part);
  if (fields & SLI_INTERVAL) (void)slo_span_format(sli->interval_ns, part, sizeof part);
  if (fields & SLI_PPM) sli_percent(sli->least_ppm, part, sizeof part);
  if (fields & SLI_PER_HOUR) {
    (void)snprintf(part, sizeof part, "%llu", (unsigned long long)sli->least_per_hour);
  }
  sloi_text_say(&text, "%s: ", sli_menu[sli->kind].name);
  sloi_text_say(&text, sli_menu[sli->kind].rule, fields == SLI_CODES ? answers : part);
  if (fields != SLI_CODES && (sli->protocol != SLO_PROTOCOL_NONE || sli->code_count != 0)) {
    sloi_text_say(&text, ", of %s that did not fail", answers);
  }
  for (uint32_t i = 0; i < sli->code_count; i++) {
    sli_code_text(&sli->codes[i], part, sizeof part);
    sloi_text_say(&text, i == 0 ? " (%s" : ", %s", part);
  }
  if (sli->code_count != 0) sloi_text_say(&text, ")");
  if (sli->counted & SLO_EVENT_HEALTH_CHECK) sloi_text_say(&text, ", health checks too");
  if (sli->counted & SLO_EVENT_LOAD_TEST) sloi_text_say(&text, ", load tests too");
  if (text.length >= size || text.length >= sizeof whole) return SLO_ESPACE;
  memcpy(buffer, whole, text.length + 1);
  return SLO_OK;
}
