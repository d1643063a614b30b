/*
 * test_definition.c - definitions as bytes, and back.
 *
 * What is valid goes through footprint, init, attach and expand and must come back field by field;
 * one definition is written out by hand, word for word. What is not is made by changing bytes with
 * the fingerprint made right again (written anew here): nothing may be read that is not there, and
 * whatever is accepted must be the very bytes that init writes of it. An encoder of its own is in
 * test_definition_model.py.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include <sys/mman.h>
#include <unistd.h>

#include "check_main.h"
#include "slo/catalog.h"
#include "slo/defined.h"
#include "slo/definition.h"
#include "slo/monitor.h"

enum { JOURNEYS = 3, STEPS = 6, SLIS = 5, SLOS = 5, TIERS = SLO_ALERT_TIERS_MAX };
enum { WIDTHS = 24, CODE = 4, ALERT = 7 }; /* where a definition says them, and of what type */

/* ---- bytes ---- */

static uint64_t load(const unsigned char *p) {
  uint64_t word = 0;
  for (int i = 7; i >= 0; i--) word = word << 8 | p[i];
  return word;
}

static void store(unsigned char *p, uint64_t word) {
  for (int i = 0; i < 8; i++) p[i] = (unsigned char)(word >> 8 * i);
}

/* The finalizer of MurmurHash3. */
static uint64_t mix(uint64_t k) {
  k ^= k >> 33;
  k *= UINT64_C(0xff51afd7ed558ccd);
  k ^= k >> 33;
  k *= UINT64_C(0xc4ceb9fe1a85ec53);
  k ^= k >> 33;
  return k;
}

static uint64_t fingerprint(const unsigned char *bytes, uint64_t size) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < size / 8; i++) sum = mix(sum ^ (i == 2 ? 0 : load(bytes + 8 * i)));
  for (uint64_t i = size / 8 * 8; i < size; i++) sum = mix(sum ^ bytes[i]);
  return sum;
}

/* Makes the fingerprint right again, of as many bytes as the definition says it has. */
static void seal(unsigned char *bytes, uint64_t room) {
  uint64_t size = load(bytes + 8);
  if (size >= 24 && size <= room) store(bytes + 16, fingerprint(bytes, size));
}

/* A definition in memory of just its size, `offset` bytes past an aligned address. */
typedef struct block {
  unsigned char *memory;
  unsigned char *bytes;
  size_t size;
} block;

static block block_of(size_t size, size_t offset) {
  block b = {malloc(size + offset), NULL, size};
  b.bytes = b.memory + offset;
  return b;
}

/* The same, in front of a page that nobody may read; unguard() it. */
static block guard(block of) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (of.size + page - 1) / page * page;
  block b = {mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
             NULL, of.size};
  check_that((void *)b.memory != MAP_FAILED, "mmap");
  check_that(mprotect(b.memory + room, page, PROT_NONE) == 0, "mprotect");
  b.bytes = b.memory + room - of.size;
  memcpy(b.bytes, of.bytes, of.size);
  free(of.memory);
  return b;
}

static void unguard(block b) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  check_that(munmap(b.memory, (b.size + page - 1) / page * page + page) == 0, "munmap");
}

static block encode(const slo_definition_config *config, size_t offset) {
  slo_error error = SLO_SIZED(slo_error);
  slo_definition *definition = NULL;
  size_t size = 0;
  slo_status status = slo_definition_footprint(config, &size, &error);
  check_that(status == SLO_OK, "%s: %s %" PRId64, slo_status_name(status), error.field,
             error.value);
  block b = block_of(size, offset);
  memset(b.bytes, 0xa5, size);
  check_ok(slo_definition_init(b.bytes, size, config, &definition, &error));
  check_that((unsigned char *)definition == b.bytes, "the definition is the memory");
  return b;
}

static const slo_definition *attach(const unsigned char *bytes, size_t size) {
  const slo_definition *definition = NULL;
  slo_error error = SLO_SIZED(slo_error);
  slo_status status = slo_definition_attach(bytes, size, &definition, &error);
  check_that(status == SLO_OK, "%s: %s", slo_status_name(status), error.field);
  check_that((const unsigned char *)definition == bytes, "the definition is the memory");
  return definition;
}

/* The structs again, in memory of just their size; free() it. */
static const slo_definition_config *expand(const slo_definition *definition) {
  const slo_definition_config *config = NULL;
  size_t size = 0;
  check_ok(slo_definition_expand_footprint(definition, &size));
  void *memory = check_memory(size);
  memset(memory, 0xa5, size);
  check_ok(slo_definition_expand(definition, memory, size, &config));
  check_that((const void *)config == memory, "the configuration is the memory");
  return config;
}

/* Of what was accepted: there is no other way to write it. */
static void check_canonical(const slo_definition *definition) {
  const slo_definition_config *config = expand(definition);
  size_t size = slo_definition_size(definition);
  block again = encode(config, 0);
  check_that(again.size == size && memcmp(again.bytes, definition, size) == 0,
             "accepted, but written otherwise");
  free(again.memory);
  free((void *)(uintptr_t)config);
}

/* ---- the model: the same, field by field ---- */

/* Texts of what was expanded lie in the definition. */
static void same_text(const char *given, const char *expanded, const block *in) {
  check_that((given == NULL) == (expanded == NULL), "NULL is not empty");
  if (given == NULL) return;
  check_that(strcmp(given, expanded) == 0, "'%s' became '%s'", given, expanded);
  const unsigned char *p = (const unsigned char *)expanded;
  check_that(p >= in->bytes && p < in->bytes + in->size, "a text outside");
}

#define same(field) check_that(a->field == b->field, "%s", #field)

static void same_sli(const slo_journey_sli *a, const slo_journey_sli *b, const block *in) {
  same_text(a->name, b->name, in);
  same(step);
  same(unmeasured);
  same(sli.kind);
  same(sli.protocol);
  same(sli.counted);
  same(sli.code_count);
  for (int i = 0; i < SLO_SLI_CODES_MAX; i++) {
    same(sli.codes[i].first);
    same(sli.codes[i].last);
    same(sli.codes[i].outcome);
  }
  same(sli.threshold_ns);
  same(sli.least_ppm);
  same(sli.least_per_hour);
  same(sli.interval_ns);
  same(slice_ns);
  same(slice_objective_ppb);
}

static void same_tier(const slo_alert_tier *a, const slo_alert_tier *b) {
  same(long_ns);
  same(short_ns);
  same(factor_ppm);
  same(for_ns);
  same(keep_firing_ns);
  same(severity);
  same(flags);
  same(kind);
  same(group);
  same(reserved);
}

static void same_alert(const slo_alert_config *a, const slo_alert_config *b) {
  check_that((a == NULL) == (b == NULL), "no alert is not an empty one");
  if (a == NULL) return;
  check_that(b->struct_size == sizeof *b, "struct_size");
  same(tier_count);
  same(tiers);
  same(objective_ppb);
  same(slot_ns);
  same(period_ns);
  same(flags);
  same(reserved);
  for (int i = 0; i < SLO_SEVERITIES; i++) {
    same(gate[i].kind);
    same(gate[i].reserved);
    same(gate[i].alarms_per_year_ppm);
    same(gate[i].dead_ns);
    same(gate[i].healthy_burn_ppm);
    same(gate[i].least_burn_ppm);
  }
}

static void same_slo(const slo_journey_slo *a, const slo_journey_slo *b, const block *in) {
  same_text(a->name, b->name, in);
  same(sli);
  same(method);
  same(objective_ppb);
  same(period_ns);
  same(calendar.unit);
  same(calendar.every);
  same(calendar.anchor_ns);
  same(catalog);
  same(tier_count);
  same(requests_per_hour);
  for (uint32_t i = 0; i < a->tier_count; i++) same_tier(&a->tiers[i], &b->tiers[i]);
  check_that(a->tier_count != 0 || b->tiers == NULL, "no tiers");
  same_alert(a->alert, b->alert);
}

static void same_journey(const slo_journey_config *a, const slo_journey_config *b,
                         const block *in) {
  check_that(b->struct_size == sizeof *b, "struct_size");
  same_text(a->name, b->name, in);
  same_text(a->summary, b->summary, in);
  same_text(a->owner, b->owner, in);
  same_text(a->policy, b->policy, in);
  same(review_ns);
  same(limit_ns);
  same(shards);
  same(step_count);
  same(sli_count);
  same(slo_count);
  same(reserved);
  for (uint32_t i = 0; i < a->step_count; i++) {
    same_text(a->steps[i].name, b->steps[i].name, in);
    same_text(a->steps[i].actor, b->steps[i].actor, in);
    same_text(a->steps[i].component, b->steps[i].component, in);
    same(steps[i].flags);
    same(steps[i].fallback_of);
  }
  check_that(a->sli_count != 0 || b->slis == NULL, "no slis");
  check_that(a->slo_count != 0 || b->slos == NULL, "no slos");
  for (uint32_t i = 0; i < a->sli_count; i++) same_sli(&a->slis[i], &b->slis[i], in);
  for (uint32_t i = 0; i < a->slo_count; i++) same_slo(&a->slos[i], &b->slos[i], in);
}

static void same_definition(const slo_definition_config *a, const slo_definition_config *b,
                            const block *in) {
  check_that(b->struct_size == sizeof *b, "struct_size");
  same_text(a->service, b->service, in);
  same(journey_count);
  for (uint32_t i = 0; i < a->journey_count; i++) {
    same_journey(&a->journeys[i], &b->journeys[i], in);
  }
}

/* ---- material: random definitions, all of them valid ---- */

typedef struct sample {
  uint64_t random;
  slo_definition_config config;
  slo_journey_config journeys[JOURNEYS];
  slo_step steps[JOURNEYS][STEPS];
  slo_journey_sli slis[JOURNEYS][SLIS];
  slo_journey_slo slos[JOURNEYS][SLOS];
  slo_alert_tier tiers[JOURNEYS][SLOS][TIERS];
  slo_alert_config alerts[JOURNEYS][SLOS];
  size_t used;
  char texts[65536];
} sample;

/* One of 0 .. n - 1. */
static uint32_t pick(sample *s, uint32_t n) {
  return (uint32_t)(check_random(&s->random) % n);
}

/* Large and small ones of min .. max. */
static uint64_t wide(sample *s, uint64_t min, uint64_t max) {
  switch (pick(s, 8)) {
    case 0:
      return min;
    case 1:
      return max;
    default:
      return min + check_random_wide(&s->random) % (max - min + 1);
  }
}

static int64_t wide_ns(sample *s, int64_t min, int64_t max) {
  return (int64_t)wide(s, (uint64_t)min, (uint64_t)max);
}

static char *text_room(sample *s, size_t size) {
  check_that(s->used + size <= sizeof s->texts, "more room for texts");
  s->used += size;
  return s->texts + s->used - size;
}

/* Characters of one to four bytes, `longest` bytes at most; "" and more of them. */
static size_t put_characters(sample *s, char *text, size_t longest, int with_slash) {
  static const char *const some[] = {"a",
                                     "Z",
                                     " ",
                                     "~",
                                     "-",
                                     "\xc3\xa9",
                                     "\"",
                                     "\xc2\xa0",
                                     "\xdf\xbf",
                                     "\xe0\xa0\x80",
                                     "\xed\x9f\xbf",
                                     "\xee\x80\x80",
                                     "\xef\xbf\xbf",
                                     "\xf0\x90\x80\x80",
                                     "\xf0\x9f\x98\x80",
                                     "\xf4\x8f\xbf\xbf",
                                     "/"};
  size_t length = 0, want = pick(s, 3) == 0 ? longest : pick(s, (uint32_t)longest + 1);
  while (length < want) {
    const char *c = some[pick(s, sizeof some / sizeof some[0] - !with_slash)];
    if (length + strlen(c) > want) c = "x";
    memcpy(text + length, c, strlen(c));
    length += strlen(c);
  }
  text[length] = '\0';
  return length;
}

static const char *random_text(sample *s) {
  char *text = text_room(s, SLO_JOURNEY_TEXT_MAX + 1);
  if (pick(s, 3) == 0) return NULL;
  if (pick(s, 3) == 0) return text[0] = '\0', text;
  (void)put_characters(s, text, pick(s, 4) == 0 ? SLO_JOURNEY_TEXT_MAX : 20, 1);
  return text;
}

/* No two with the same mark and number are the same. */
static const char *random_name(sample *s, char mark, uint32_t i) {
  char *name = text_room(s, SLO_JOURNEY_NAME_MAX + 1);
  name[0] = mark;
  name[1] = (char)('0' + i);
  (void)put_characters(s, name + 2, SLO_JOURNEY_NAME_MAX - 2, 0);
  return name;
}

static void random_step(sample *s, uint32_t j, uint32_t i) {
  slo_step *step = &s->steps[j][i];
  step->name = random_name(s, 's', i);
  step->actor = random_text(s);
  step->component = random_text(s);
  step->flags = i == 0 || pick(s, 2) == 0 ? SLO_STEP_CRITICAL : 0;
  if (step->flags == 0 && pick(s, 2) == 0) {
    uint32_t of = pick(s, i);
    if (s->steps[j][of].fallback_of == 0) step->fallback_of = 1 + of;
  }
}

static void random_codes(sample *s, slo_sli *sli) {
  sli->code_count = 1 + pick(s, SLO_SLI_CODES_MAX);
  if (pick(s, 3) == 0) return; /* all of them 0: records without a word, if all are */
  for (uint32_t i = 0; i < sli->code_count; i++) {
    int32_t a = (int32_t)check_random_wide(&s->random), b = (int32_t)check_random(&s->random);
    if (pick(s, 4) == 0) a = INT32_MIN, b = INT32_MAX;
    sli->codes[i].first = a < b ? a : b;
    sli->codes[i].last = a < b ? b : a;
    sli->codes[i].outcome = (slo_outcome)pick(s, 3);
  }
}

static void random_sli(sample *s, uint32_t j, uint32_t i) {
  slo_journey_sli *sli = &s->slis[j][i];
  sli->name = random_name(s, 'i', i);
  sli->step = pick(s, s->journeys[j].step_count + 1);
  sli->unmeasured = pick(s, SLO_UNMEASURED_FREEZE + 1);
  sli->sli.kind = SLO_SLI_AVAILABILITY + pick(s, SLO_SLI_INVENTORY);
  sli->sli.counted = pick(s, 4) * SLO_EVENT_HEALTH_CHECK;
  if (sli->sli.kind <= SLO_SLI_QUALITY) {
    sli->sli.protocol = pick(s, SLO_PROTOCOL_GRPC + 1);
    if (pick(s, 2) == 0 || sli->sli.protocol == 0) random_codes(s, &sli->sli);
  }
  if (sli->sli.kind == SLO_SLI_LATENCY || sli->sli.kind == SLO_SLI_FRESHNESS) {
    sli->sli.threshold_ns = wide_ns(s, 0, SLO_SLI_THRESHOLD_MAX_NS);
  }
  if (sli->sli.kind == SLO_SLI_QUALITY) sli->sli.least_ppm = wide(s, 1, 1000000);
  if (sli->sli.kind == SLO_SLI_THROUGHPUT) {
    sli->sli.least_per_hour = wide(s, 1, UINT64_C(1000000000000000));
  }
  if (sli->sli.kind == SLO_SLI_PROBE) {
    sli->sli.interval_ns = wide_ns(s, SLO_SECOND_NS, SLO_DAY_NS);
  }
  if (pick(s, 2) == 0) return;
  sli->slice_ns = wide_ns(s, SLO_WINDOW_SLICE_MIN_NS, SLO_DAY_NS);
  sli->slice_objective_ppb = wide(s, 1, 1000000000);
}

static void random_tier(sample *s, slo_alert_tier *tier) {
  tier->long_ns = wide_ns(s, 1, SLO_TIME_MAX_NS);
  tier->short_ns = wide_ns(s, 1, tier->long_ns);
  tier->factor_ppm = wide(s, 1, (uint64_t)SLO_BURN_FACTOR_MAX_PPM);
  tier->for_ns = pick(s, 2) == 0 ? 0 : wide_ns(s, 0, SLO_TIME_MAX_NS);
  tier->keep_firing_ns = pick(s, 2) == 0 ? 0 : wide_ns(s, 0, SLO_TIME_MAX_NS);
  tier->severity = pick(s, SLO_SEVERITIES);
  tier->flags = pick(s, 4);
  tier->kind = pick(s, SLO_TIER_SILENCE + 1);
  tier->group = pick(s, 2) == 0 ? 0 : (uint32_t)wide(s, 0, UINT32_MAX);
}

/* Of gates without evidence nothing else is looked at. */
static void random_alert(sample *s, slo_alert_config *alert, int with_evidence) {
  alert->struct_size = (uint32_t)sizeof *alert;
  alert->slot_ns = pick(s, 2) == 0 ? 0 : wide_ns(s, SLO_SECOND_NS, SLO_HOUR_NS);
  alert->flags = pick(s, 2);
  for (int i = 0; i < SLO_SEVERITIES; i++) {
    slo_alert_gate *gate = &alert->gate[i];
    gate->kind = SLO_GATE_NONE;
    if (with_evidence && pick(s, 2) == 0) {
      gate->kind = SLO_GATE_EVIDENCE;
      gate->alarms_per_year_ppm = wide(s, 0, 100000000);
      gate->dead_ns = wide_ns(s, 0, SLO_DAY_NS);
      gate->healthy_burn_ppm = wide(s, 1, 1000000);
      gate->least_burn_ppm = wide(s, 2 * gate->healthy_burn_ppm, 3 * gate->healthy_burn_ppm);
    } else if (pick(s, 2) == 0) {
      gate->alarms_per_year_ppm = check_random_wide(&s->random);
      gate->dead_ns = (int64_t)check_random_wide(&s->random);
      gate->healthy_burn_ppm = check_random_wide(&s->random);
      gate->least_burn_ppm = check_random_wide(&s->random);
    }
  }
}

static void random_slo(sample *s, uint32_t j, uint32_t i) {
  static const int64_t days[] = {30, 30, 7, 90, 28};
  slo_journey_slo *slo = &s->slos[j][i];
  slo_alert_config *alert = &s->alerts[j][i];
  alert->struct_size = (uint32_t)sizeof *alert;
  slo->name = random_name(s, 'o', i);
  slo->sli = pick(s, s->journeys[j].sli_count + 1);
  if (slo->sli != 0 && s->slis[j][slo->sli - 1].slice_ns != 0) slo->method = pick(s, 3);
  slo->requests_per_hour = pick(s, 2) == 0 ? 0 : wide(s, 1, UINT64_C(1000000000000));
  if (pick(s, 2) == 0) {
    slo->calendar.unit = SLO_CALENDAR_DAY + pick(s, SLO_CALENDAR_YEAR);
    slo->calendar.every = pick(s, 21);
    slo->calendar.anchor_ns = pick(s, 2) == 0 ? 0 : wide_ns(s, 0, SLO_TIME_MAX_NS);
  }
  if (pick(s, 2) == 0) {
    slo->tier_count = 1 + pick(s, TIERS);
    slo->tiers = s->tiers[j][i];
    for (uint32_t k = 0; k < slo->tier_count; k++) random_tier(s, &s->tiers[j][i][k]);
    slo->objective_ppb = wide(s, SLO_OBJECTIVE_MIN_PPB, SLO_OBJECTIVE_MAX_PPB);
    slo->period_ns = wide_ns(s, SLO_SECOND_NS, 3660 * SLO_DAY_NS);
    slo->alert = alert;
    random_alert(s, alert, 0);
  } else {
    slo->catalog = pick(s, SLO_CATALOG_DATADOG + 1);
    slo->objective_ppb = wide(s, 900000000, 999990000);
    slo->period_ns = days[slo->catalog == 0 ? pick(s, 5) : pick(s, 3)] * SLO_DAY_NS;
    if (pick(s, 3) != 0) slo->alert = alert;
    if (pick(s, 2) != 0) random_alert(s, alert, 1);
  }
}

static void random_journey(sample *s, uint32_t j) {
  slo_journey_config *c = &s->journeys[j];
  c->struct_size = (uint32_t)sizeof *c;
  c->name = random_name(s, 'j', j);
  c->summary = random_text(s);
  c->owner = random_text(s);
  c->policy = random_text(s);
  c->review_ns = pick(s, 2) == 0 ? 0 : wide_ns(s, 0, SLO_TIME_MAX_NS);
  c->limit_ns = pick(s, 2) == 0 ? 0 : wide_ns(s, 0, INT64_MAX - 1);
  c->shards = pick(s, 2) == 0 ? 0 : UINT32_C(1) << pick(s, 13);
  c->steps = s->steps[j];
  c->slis = s->slis[j];
  c->slos = s->slos[j];
  c->step_count = 1 + pick(s, STEPS);
  c->sli_count = pick(s, SLIS + 1);
  c->slo_count = pick(s, SLOS + 1);
  for (uint32_t i = 0; i < c->step_count; i++) random_step(s, j, i);
  for (uint32_t i = 0; i < c->sli_count; i++) random_sli(s, j, i);
  for (uint32_t i = 0; i < c->slo_count; i++) random_slo(s, j, i);
}

/* The definition of a seed; small: of one journey. Structs are reused: a sample is large. */
static void random_definition(sample *s, uint64_t seed, int small) {
  memset(s, 0, sizeof *s);
  s->random = seed * UINT64_C(0x9e3779b97f4a7c15);
  s->config.struct_size = (uint32_t)sizeof s->config;
  s->config.service = random_name(s, '/', 0);
  s->config.journeys = s->journeys;
  s->config.journey_count = small ? 1 : 1 + pick(s, JOURNEYS);
  for (uint32_t j = 0; j < s->config.journey_count; j++) random_journey(s, j);
}

/* ---- there and back ---- */

/* What the samples of a run had, so that nobody makes them poorer unnoticed. */
enum {
  HAD_NO_TEXT = 1,
  HAD_EMPTY_TEXT = 2,
  HAD_NO_ALERT = 4,
  HAD_WIDTHLESS_ALERT = 8,
  HAD_WIDTHLESS_CODE = 16,
  HAD_ALL_TIERS = 32,
  HAD_ALL_CODES = 64,
  HAD_FALLBACK = 128,
  HAD_NEGATIVE_CODE = 256,
  HAD_CALENDAR = 512,
  HAD_SLICES = 1024,
  HAD_LONG_TEXT = 2048,
  HAD_EVERYTHING = 4095
};

static unsigned had(const slo_definition_config *config, const unsigned char *bytes) {
  unsigned seen = 0;
  for (uint32_t j = 0; j < config->journey_count; j++) {
    const slo_journey_config *c = &config->journeys[j];
    seen |= c->owner == NULL ? HAD_NO_TEXT : c->owner[0] == '\0' ? HAD_EMPTY_TEXT : 0;
    if (c->owner != NULL && strlen(c->owner) == SLO_JOURNEY_TEXT_MAX) seen |= HAD_LONG_TEXT;
    for (uint32_t i = 0; i < c->step_count; i++) {
      if (c->steps[i].fallback_of != 0) seen |= HAD_FALLBACK;
    }
    for (uint32_t i = 0; i < c->sli_count; i++) {
      const slo_sli *sli = &c->slis[i].sli;
      if (sli->code_count != 0 && bytes[WIDTHS + CODE] == 0) seen |= HAD_WIDTHLESS_CODE;
      if (sli->code_count == SLO_SLI_CODES_MAX) seen |= HAD_ALL_CODES;
      if (sli->codes[0].first < 0) seen |= HAD_NEGATIVE_CODE;
      if (c->slis[i].slice_ns != 0) seen |= HAD_SLICES;
    }
    for (uint32_t i = 0; i < c->slo_count; i++) {
      const slo_journey_slo *slo = &c->slos[i];
      if (slo->alert == NULL) seen |= HAD_NO_ALERT;
      if (slo->alert != NULL && bytes[WIDTHS + ALERT] == 0) seen |= HAD_WIDTHLESS_ALERT;
      if (slo->tier_count == TIERS) seen |= HAD_ALL_TIERS;
      if (slo->calendar.anchor_ns != 0) seen |= HAD_CALENDAR;
    }
  }
  return seen;
}

START_TEST(test_round_trip) {
  static sample s;
  unsigned seen = 0;
  for (uint64_t seed = 0; seed < 4000; seed++) {
    random_definition(&s, seed, seed % 3 == 0);
    block b = encode(&s.config, seed % 8);
    check_that(fingerprint(b.bytes, b.size) == load(b.bytes + 16), "the fingerprint");
    const slo_definition *d = attach(b.bytes, b.size);
    check_that(slo_definition_size(d) == b.size, "the size");
    check_that(slo_definition_fingerprint(d) == load(b.bytes + 16), "the fingerprint it says");
    const slo_definition_config *config = expand(d);
    same_definition(&s.config, config, &b);
    block again = encode(config, (seed / 8) % 8);
    check_that(again.size == b.size && memcmp(again.bytes, b.bytes, b.size) == 0,
               "the same definition, other bytes");
    seen |= had(&s.config, b.bytes);
    free((void *)(uintptr_t)config);
    free(again.memory);
    free(b.memory);
  }
  ck_assert_uint_eq(seen, HAD_EVERYTHING);
}
END_TEST

/* What lies behind the definition is nobody's business, nor what lay there before. */
START_TEST(test_more_memory_than_needed) {
  static sample s;
  random_definition(&s, 11, 0);
  block b = encode(&s.config, 0);
  unsigned char *more = malloc(b.size + 100);
  for (int fill = 0; fill < 256; fill += 85) {
    slo_definition *d = NULL;
    memset(more, fill, b.size + 100);
    ck_ok(slo_definition_init(more, b.size + 100, &s.config, &d, NULL));
    ck_assert_uint_eq(slo_definition_size(d), b.size);
    ck_assert_mem_eq(more, b.bytes, b.size);
    for (size_t i = b.size; i < b.size + 100; i++) ck_assert_int_eq(more[i], fill);
    ck_assert_uint_eq(slo_definition_size(attach(more, b.size + 100)), b.size);
  }
  free(more);
  free(b.memory);
}
END_TEST

/* ---- one by hand ---- */

static const slo_step golden_steps[] = {
    {"pay", "shopper", "payments", SLO_STEP_CRITICAL, 0},
    {"invoice", NULL, "billing", 0, 1},
};
static const slo_journey_sli golden_slis[] = {
    {.name = "fast",
     .step = 1,
     .sli = {.kind = SLO_SLI_LATENCY,
             .protocol = SLO_PROTOCOL_HTTP,
             .counted = SLO_EVENT_HEALTH_CHECK,
             .code_count = 1,
             .codes = {{-2, 404, SLO_EXCLUDED}},
             .threshold_ns = 300000000}},
    {.name = "complete",
     .unmeasured = SLO_UNMEASURED_BAD,
     .sli = {.kind = SLO_SLI_QUALITY, .least_ppm = 900000}},
    {.name = "keeps up",
     .sli = {.kind = SLO_SLI_THROUGHPUT, .least_per_hour = 3600},
     .slice_ns = SLO_MINUTE_NS,
     .slice_objective_ppb = 950000000},
    {.name = "caf\xc3\xa9", .sli = {.kind = SLO_SLI_PROBE, .interval_ns = 15 * SLO_SECOND_NS}},
};
static const slo_alert_tier golden_tiers[] = {
    {.long_ns = SLO_HOUR_NS,
     .short_ns = 5 * SLO_MINUTE_NS,
     .factor_ppm = 14400000,
     .for_ns = 2 * SLO_MINUTE_NS,
     .keep_firing_ns = 10 * SLO_MINUTE_NS,
     .flags = SLO_BURN_AT_LEAST,
     .group = 7},
    {.long_ns = SLO_DAY_NS,
     .short_ns = 2 * SLO_HOUR_NS,
     .factor_ppm = 500000,
     .severity = SLO_SEVERITY_TICKET,
     .flags = SLO_TIER_ANNOUNCE,
     .kind = SLO_TIER_SPENT},
};
static const slo_alert_config golden_alert = {
    .struct_size = sizeof golden_alert,
    .gate = {{.alarms_per_year_ppm = 2000000,
              .dead_ns = 120 * SLO_SECOND_NS,
              .healthy_burn_ppm = 500000,
              .least_burn_ppm = 3000000},
             {.kind = SLO_GATE_NONE,
              .alarms_per_year_ppm = 12000000,
              .dead_ns = 300 * SLO_SECOND_NS,
              .healthy_burn_ppm = 250000,
              .least_burn_ppm = 1000000}},
    .slot_ns = 30 * SLO_SECOND_NS,
    .flags = SLO_ALERT_SILENCE,
};
static const slo_journey_slo golden_slos[] = {
    {.name = "most can buy",
     .objective_ppb = 995000000,
     .period_ns = 28 * SLO_DAY_NS,
     .calendar = {SLO_CALENDAR_MONTH, 2, SLO_DAY_NS},
     .tier_count = 2,
     .tiers = golden_tiers,
     .alert = &golden_alert,
     .requests_per_hour = 12000},
    {.name = "keeps up",
     .sli = 3,
     .method = SLO_METHOD_TIMESLICES,
     .objective_ppb = 990000000,
     .period_ns = 30 * SLO_DAY_NS,
     .catalog = SLO_CATALOG_DATADOG},
};
static const slo_journey_config golden_journey = {
    .struct_size = sizeof golden_journey,
    .shards = 4,
    .name = "checkout",
    .summary = "to have bought it",
    .owner = "",
    .review_ns = 1798761600 * SLO_SECOND_NS,
    .limit_ns = 30 * SLO_MINUTE_NS,
    .steps = golden_steps,
    .slis = golden_slis,
    .slos = golden_slos,
    .step_count = 2,
    .sli_count = 4,
    .slo_count = 2,
};
static const slo_definition_config golden = {sizeof golden, 1, "shop", &golden_journey};

/* Its words, byte by byte, by the description in src/journey/codec.h. */
static const char golden_hex[] =
    /* what it is, bytes, fingerprint, widths */
    "736c6f6465660001 b104000000000000 6985b7a93024eac8 020a050d030c090c"
    /* 0x20: service */
    "0400000038040000 0100000030000000"
    /* 0x30: journey */
    "080000003d040000 1100000046040000 0000000058040000 0000000000000000"
    "00009d1b257cf618 00505c18a3010000 0400000000000000 0200000080000000"
    "04000000d0000000 0200000088020000"
    /* 0x80: step 0 */
    "0300000059040000 070000005d040000 0800000065040000 0100000000000000"
    "0000000000000000"
    /* 0xa8: step 1 */
    "070000006e040000 0000000000000000 0700000076040000 0000000000000000"
    "0100000000000000"
    /* 0xd0: indicator 0 */
    "040000007e040000 0100000000000000 0200000000000000 0100000000000000"
    "0001000000000000 00a3e11100000000 0000000000000000 0000000000000000"
    "0000000000000000 0000000000000000 0000000000000000 0000000000000000"
    "0100000070020000"
    /* 0x138: indicator 1 */
    "0800000083040000 0000000000000000 0300000000000000 0000000000000000"
    "0000000000000000 0000000000000000 a0bb0d0000000000 0000000000000000"
    "0000000000000000 0100000000000000 0000000000000000 0000000000000000"
    "0000000000000000"
    /* 0x1a0: indicator 2 */
    "080000008c040000 0000000000000000 0700000000000000 0000000000000000"
    "0000000000000000 0000000000000000 0000000000000000 100e000000000000"
    "0000000000000000 0000000000000000 005847f80d000000 80d99f3800000000"
    "0000000000000000"
    /* 0x208: indicator 3 */
    "0500000095040000 0000000000000000 0900000000000000 0000000000000000"
    "0000000000000000 0000000000000000 0000000000000000 0000000000000000"
    "00d6117e03000000 0000000000000000 0000000000000000 0000000000000000"
    "0000000000000000"
    /* 0x270: code */
    "feffffffffffffff 9401000000000000 0200000000000000"
    /* 0x288: objective 0 */
    "0c0000009b040000 0000000000000000 0000000000000000 c07e4e3b00000000"
    "0000a4e43f980800 0300000000000000 0200000000000000 00004f91944e0000"
    "0000000000000000 e02e000000000000 0200000048030000 01000000d8030000"
    /* 0x2e8: objective 1 */
    "08000000a8040000 0300000000000000 0100000000000000 8033023b00000000"
    "0000420769350900 0000000000000000 0000000000000000 0000000000000000"
    "0300000000000000 0000000000000000 0000000000000000 0000000000000000"
    /* 0x348: tier 0 */
    "00a0b83046030000 00b864d945000000 00badb0000000000 00b08ef01b000000"
    "0070c9b28b000000 0000000000000000 0100000000000000 0000000000000000"
    "0700000000000000"
    /* 0x390: tier 1 */
    "00004f91944e0000 004071618c060000 20a1070000000000 0000000000000000"
    "0000000000000000 0100000000000000 0200000000000000 0100000000000000"
    "0000000000000000"
    /* 0x3d8: alert */
    "00ac23fc06000000 0100000000000000 0000000000000000 80841e0000000000"
    "00b08ef01b000000 20a1070000000000 c0c62d0000000000 0100000000000000"
    "001bb70000000000 00b864d945000000 90d0030000000000 40420f0000000000";

/* Then its texts, in the order of the walk; the last 0 is the compiler's. */
static const char golden_texts[] =
    "shop\0checkout\0to have bought it\0\0"
    "pay\0shopper\0payments\0invoice\0billing\0"
    "fast\0complete\0keeps up\0caf\xc3\xa9\0"
    "most can buy\0keeps up";

enum { GOLDEN_WORDS = 135, GOLDEN_SIZE = 8 * GOLDEN_WORDS + sizeof golden_texts };
static const uint64_t golden_print = UINT64_C(0xc8ea2430a9b78569);

static block golden_bytes(size_t offset) {
  block b = block_of(GOLDEN_SIZE, offset);
  const char *p = golden_hex;
  for (size_t i = 0; i < 8 * GOLDEN_WORDS; i++, p += 2) {
    const char digits[] = {p[0], p[1], '\0'};
    b.bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
    if (i % 8 == 7 && p[2] == ' ') p++;
  }
  ck_assert_int_eq(*p, '\0');
  memcpy(b.bytes + 8 * GOLDEN_WORDS, golden_texts, sizeof golden_texts);
  return b;
}

START_TEST(test_golden) {
  block by_hand = golden_bytes(3), made = encode(&golden, 5);
  ck_assert_uint_eq(made.size, GOLDEN_SIZE);
  for (size_t at = 0; at < 8 * GOLDEN_WORDS; at += 8) {
    ck_assert_msg(memcmp(made.bytes + at, by_hand.bytes + at, 8) == 0, "the word at 0x%zx", at);
  }
  ck_assert_mem_eq(made.bytes, by_hand.bytes, GOLDEN_SIZE);
  ck_assert_mem_eq(made.bytes, "slodef\0\1", 8);
  const slo_definition *d = attach(by_hand.bytes, by_hand.size);
  ck_assert_uint_eq(slo_definition_fingerprint(d), golden_print);
  ck_assert_uint_eq(fingerprint(by_hand.bytes, by_hand.size), golden_print);
  const slo_definition_config *config = expand(d);
  same_definition(&golden, config, &by_hand);
  free((void *)(uintptr_t)config);
  free(by_hand.memory);
  free(made.memory);
}
END_TEST

/* A type's records end with the last field that any of them uses. */
START_TEST(test_trimmed) {
  slo_step steps[2] = {{.name = "a", .flags = SLO_STEP_CRITICAL}, {.name = "b"}};
  slo_journey_sli sli = {.name = "i", .sli = {.kind = SLO_SLI_COVERAGE}};
  slo_alert_config alert = SLO_SIZED(slo_alert_config);
  slo_journey_slo slos[2] = {
      {.name = "o", .objective_ppb = 990000000, .period_ns = 30 * SLO_DAY_NS},
      {.name = "p", .objective_ppb = 990000000, .period_ns = 30 * SLO_DAY_NS}};
  slo_journey_config journey = {
      .struct_size = sizeof journey, .name = "j", .steps = steps, .slis = &sli, .slos = slos};
  slo_definition_config config = {sizeof config, 1, "s", &journey};
  struct {
    uint32_t steps, fallback_of, slis, codes, slos, alerts;
    int32_t outcome;
    int64_t slot_ns;
    uint64_t words;
    size_t texts;
    char widths[9];
  } rows[] = {
      {1, 0, 0, 0, 0, 0, 0, 0, 2 + 8 + 4, 3, "\2\10\4\0\0\0\0"},
      {2, 0, 0, 0, 0, 0, 0, 0, 2 + 8 + 2 * 4, 4, "\2\10\4\0\0\0\0"},
      {2, 1, 0, 0, 0, 0, 0, 0, 2 + 8 + 2 * 5, 4, "\2\10\5\0\0\0\0"},
      {1, 0, 1, 0, 0, 0, 0, 0, 2 + 9 + 4 + 3, 4, "\2\11\4\3\0\0\0"},
      {1, 0, 1, 1, 0, 0, 0, 0, 2 + 9 + 4 + 13, 4, "\2\11\4\15\0\0\0"},
      {1, 0, 1, 8, 0, 0, 0, 0, 2 + 9 + 4 + 13, 4, "\2\11\4\15\0\0\0"},
      {1, 0, 1, 2, 0, 0, SLO_BAD, 0, 2 + 9 + 4 + 13 + 2 * 3, 4, "\2\11\4\15\3\0\0"},
      {1, 0, 0, 0, 1, 0, 0, 0, 2 + 10 + 4 + 5, 4, "\2\12\4\0\0\5\0"},
      {1, 0, 0, 0, 2, 0, 0, 0, 2 + 10 + 4 + 2 * 5, 5, "\2\12\4\0\0\5\0"},
      {1, 0, 0, 0, 2, 1, 0, 0, 2 + 10 + 4 + 2 * 12, 5, "\2\12\4\0\0\14\0"},
      {1, 0, 0, 0, 2, 2, 0, 0, 2 + 10 + 4 + 2 * 12, 5, "\2\12\4\0\0\14\0"},
      {1, 0, 0, 0, 2, 2, 0, SLO_SECOND_NS, 2 + 10 + 4 + 2 * 12 + 2, 5, "\2\12\4\0\0\14\0\1"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    journey.step_count = rows[i].steps;
    steps[1].fallback_of = rows[i].fallback_of;
    journey.sli_count = rows[i].slis;
    sli.sli.kind = rows[i].codes != 0 ? SLO_SLI_AVAILABILITY : SLO_SLI_COVERAGE;
    sli.sli.code_count = rows[i].codes;
    sli.sli.codes[0].outcome = rows[i].outcome;
    journey.slo_count = rows[i].slos;
    slos[0].alert = rows[i].alerts > 0 ? &alert : NULL;
    slos[1].alert = rows[i].alerts > 1 ? &alert : NULL;
    alert.slot_ns = rows[i].slot_ns;
    block b = encode(&config, i % 8);
    ck_assert_msg(memcmp(b.bytes + WIDTHS, rows[i].widths, 8) == 0, "row %zu", i);
    ck_assert_msg(b.size == 8 * (4 + rows[i].words) + 2 * rows[i].texts, "row %zu: %zu", i, b.size);
    const slo_definition_config *back = expand(attach(b.bytes, b.size));
    same_definition(&config, back, &b);
    free((void *)(uintptr_t)back);
    free(b.memory);
  }
}
END_TEST

/* ---- bytes that are none ---- */

static const unsigned char elsewhere[1] = {0};
#define UNTOUCHED ((const slo_definition *)(const void *)elsewhere)

static slo_status attach_status(const unsigned char *bytes, size_t size) {
  const slo_definition *definition = UNTOUCHED;
  slo_error error = SLO_SIZED(slo_error);
  slo_status status = slo_definition_attach(bytes, size, &definition, &error);
  check_that(error.status == status, "the error says %s", slo_status_name(error.status));
  check_that((definition == UNTOUCHED) == (status != SLO_OK), "touched");
  return status;
}

START_TEST(test_bit_flips) {
  static sample s;
  for (uint64_t seed = 0; seed < 4; seed++) {
    random_definition(&s, seed, 1);
    block b = seed == 0 ? golden_bytes(0) : encode(&s.config, seed);
    for (size_t bit = 0; bit < 8 * b.size; bit++) {
      size_t at = bit / 8;
      b.bytes[at] ^= (unsigned char)(1u << bit % 8);
      slo_status status = attach_status(b.bytes, b.size);
      slo_status expected = at == 7                                     ? SLO_EVERSION
                            : at / 8 == 1 && load(b.bytes + 8) > b.size ? SLO_ESPACE
                                                                        : SLO_ECORRUPT;
      if (load(b.bytes + 8) > SLO_DEFINITION_SIZE_MAX) expected = SLO_ECORRUPT;
      check_that(status == expected, "bit %zu: %s", bit, slo_status_name(status));
      b.bytes[at] ^= (unsigned char)(1u << bit % 8);
    }
    (void)attach(b.bytes, b.size);
    free(b.memory);
  }
}
END_TEST

START_TEST(test_truncation) {
  block b = golden_bytes(0);
  for (size_t size = 0; size < b.size; size++) {
    const slo_definition *d = UNTOUCHED;
    slo_error error = SLO_SIZED(slo_error);
    block cut = block_of(size, 0);
    memcpy(cut.bytes, b.bytes, size);
    cut = guard(cut);
    ck_assert_int_eq(slo_definition_attach(cut.bytes, size, &d, &error), SLO_ESPACE);
    ck_assert_int_eq(error.status, SLO_ESPACE);
    ck_assert_str_eq(error.field, "size");
    ck_assert_int_eq(error.value, (int64_t)size);
    ck_assert_int_eq(error.min, size < 32 ? 32 : GOLDEN_SIZE);
    ck_assert_ptr_eq(d, UNTOUCHED);
    unguard(cut);
  }
  free(b.memory);
}
END_TEST

/* The size is right, and so is the fingerprint, but what follows is missing, or more than it
 * should be. */
START_TEST(test_sizes) {
  for (size_t size = 32; size <= GOLDEN_SIZE + 16; size++) {
    block b = golden_bytes(0), other = block_of(size, 0);
    memset(other.bytes, 0, size);
    memcpy(other.bytes, b.bytes, size < b.size ? size : b.size);
    other = guard(other);
    store(other.bytes + 8, size);
    seal(other.bytes, size);
    ck_assert_int_eq(attach_status(other.bytes, size), size == b.size ? SLO_OK : SLO_ECORRUPT);
    unguard(other);
    free(b.memory);
  }
}
END_TEST

START_TEST(test_versions) {
  block b = golden_bytes(0);
  for (int version = 0; version < 256; version++) {
    b.bytes[7] = (unsigned char)version;
    slo_status expected = version == 1 ? SLO_OK : SLO_EVERSION;
    ck_assert_int_eq(attach_status(b.bytes, b.size), version == 1 ? SLO_OK : SLO_EVERSION);
    seal(b.bytes, b.size);
    ck_assert_int_eq(attach_status(b.bytes, b.size), expected);
    b.bytes[7] = 1;
    seal(b.bytes, b.size);
  }
  for (int type = 0; type < 8; type++) {
    const unsigned char known = b.bytes[WIDTHS + type]; /* it uses every field there is */
    for (int width = 0; width < 256; width++) {
      slo_status expected = width == known ? SLO_OK : width < known ? SLO_ECORRUPT : SLO_EVERSION;
      b.bytes[WIDTHS + type] = (unsigned char)width;
      seal(b.bytes, b.size);
      ck_assert_int_eq(attach_status(b.bytes, b.size), expected);
    }
    b.bytes[WIDTHS + type] = known;
  }
  free(b.memory);
}
END_TEST

/* Word i of the golden one as it must not be, though the fingerprint is right. */
START_TEST(test_structure) {
  const uint64_t one = UINT64_C(1) << 32, end = 8 * (uint64_t)GOLDEN_WORDS;
  block b = guard(golden_bytes(0));
  const uint64_t service = load(b.bytes + 0x20), journeys = load(b.bytes + 0x28);
  const uint64_t name = load(b.bytes + 0x30), steps = load(b.bytes + 0x68);
  const uint64_t codes = load(b.bytes + 0x130), tiers = load(b.bytes + 0x2d8);
  const uint64_t alert = load(b.bytes + 0x2e0);
  const struct {
    size_t at;
    uint64_t word;
  } rows[] = {/* the size */
              {8, 0},
              {8, 31},
              {8, 32},
              {8, 40},
              {8, GOLDEN_SIZE - 1},
              {8, 16777217},
              {8, UINT64_MAX},
              /* the service's name: none, elsewhere, longer, shorter, without an end */
              {0x20, 0},
              {0x20, service + one},
              {0x20, service - one},
              {0x20, service + 1},
              {0x20, service - 1},
              {0x20, 8 * one | 4},
              {0x20, 32 * one | 4},
              {0x20, end * one | UINT32_MAX},
              {0x20, GOLDEN_SIZE * one},
              {0x20, UINT64_MAX},
              /* its journeys: none, elsewhere, more, fewer, too many */
              {0x28, 0},
              {0x28, journeys + 8 * one},
              {0x28, journeys + 1},
              {0x28, journeys - 1},
              {0x28, journeys + 256},
              {0x28, 32 * one | 1},
              {0x28, UINT64_MAX},
              /* the next text */
              {0x30, 0},
              {0x30, service},
              {0x30, name + one},
              {0x30, name + 9},
              /* shards, first and outcome of a code: beyond 32 bits, a sign not extended */
              {0x60, one | 4},
              {0x60, UINT64_MAX},
              {0x270, 0xfffffffe},
              {0x270, 0x80000000},
              {0x270, UINT64_C(0xffffffff7fffffff)},
              {0x278, one},
              {0x280, one | 2},
              {0x280, 0x80000002},
              /* the last text, which ends with the definition */
              {0x2e8, load(b.bytes + 0x2e8) + 1},
              {0x2e8, load(b.bytes + 0x2e8) - 1},
              {0x2e8, load(b.bytes + 0x2e8) + 2},
              /* steps, codes, tiers and the alert */
              {0x68, steps + 61},
              {0x130, 0},
              {0x130, codes + 1},
              {0x130, codes + 8},
              {0x2d8, tiers + 1},
              {0x2d8, tiers - 1},
              {0x2d8, tiers + 8 * one},
              {0x2e0, alert + 1},
              {0x2e0, 0},
              {0x2e0, alert - one},
              {0x340, alert}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const uint64_t right = load(b.bytes + rows[i].at);
    store(b.bytes + rows[i].at, rows[i].word);
    seal(b.bytes, b.size);
    slo_status status = attach_status(b.bytes, b.size);
    ck_assert_msg(status == SLO_ECORRUPT, "row %zu: %s", i, slo_status_name(status));
    store(b.bytes + rows[i].at, right);
  }
  seal(b.bytes, b.size);
  ck_assert_int_eq(attach_status(b.bytes, b.size), SLO_OK);
  unguard(b);
}
END_TEST

/* A list that goes on through the texts and beyond them: of tiers without any number that has only
 * 32 bits every word will do. */
START_TEST(test_list_without_end) {
  slo_step step = {.name = "a", .flags = SLO_STEP_CRITICAL};
  slo_alert_tier tier = {
      .long_ns = SLO_HOUR_NS, .short_ns = 5 * SLO_MINUTE_NS, .factor_ppm = 14400000};
  slo_journey_slo slo = {.name = "o",
                         .objective_ppb = 990000000,
                         .period_ns = 30 * SLO_DAY_NS,
                         .tier_count = 1,
                         .tiers = &tier};
  slo_journey_config journey = {.struct_size = sizeof journey,
                                .name = "j",
                                .steps = &step,
                                .slos = &slo,
                                .step_count = 1,
                                .slo_count = 1};
  slo_definition_config config = {sizeof config, 1, "s", &journey};
  block b = guard(encode(&config, 0));
  const size_t tiers = b.size - 8 - 24, list = tiers - 8;
  ck_assert_uint_eq(load(b.bytes + list), (uint64_t)tiers << 32 | 1);
  for (uint64_t n = 1; n <= TIERS + 1; n++) {
    store(b.bytes + list, (uint64_t)tiers << 32 | n);
    seal(b.bytes, b.size);
    ck_assert_int_eq(attach_status(b.bytes, b.size), n == 1 ? SLO_OK : SLO_ECORRUPT);
  }
  /* texts in front of the records, where nobody would look for an end: the zeros of the size */
  const size_t names[] = {32, 48, 128, 160};
  for (uint64_t i = 0; i < 4; i++) store(b.bytes + names[i], (10 + i) << 32);
  store(b.bytes + list, (uint64_t)tiers << 32 | TIERS);
  seal(b.bytes, b.size);
  ck_assert_int_eq(attach_status(b.bytes, b.size), SLO_ECORRUPT);
  unguard(b);
}
END_TEST

/* Accepted, or refused for a reason the header has. What is accepted must be canonical. */
static int try_mutant(unsigned char *bytes, size_t room) {
  const slo_definition *d = NULL;
  seal(bytes, room);
  slo_status status = slo_definition_attach(bytes, room, &d, NULL);
  if (status == SLO_OK) check_canonical(d);
  check_that(status == SLO_OK || status == SLO_EVERSION || status == SLO_ECORRUPT ||
                 status == SLO_ESPACE || status == SLO_ERANGE || status == SLO_EINVAL,
             "%s", slo_status_name(status));
  return status == SLO_OK;
}

/* Every byte, and every word, one at a time. */
START_TEST(test_single_mutations) {
  static sample s;
  unsigned accepted = 0, tried = 0;
  for (uint64_t seed = 0; seed < 4; seed++) {
    random_definition(&s, seed + 100, 1);
    block b = guard(seed == 0 ? golden_bytes(0) : encode(&s.config, 0));
    unsigned char *was = malloc(b.size);
    memcpy(was, b.bytes, b.size);
    for (size_t at = 0; at < b.size; at++) {
      const unsigned char old = was[at];
      const unsigned char to[] = {0,
                                  1,
                                  0x20,
                                  '/',
                                  0x7f,
                                  0x80,
                                  0xc3,
                                  0xff,
                                  (unsigned char)(old + 1),
                                  (unsigned char)(old - 1),
                                  (unsigned char)(old ^ 0x40)};
      for (size_t k = 0; k < sizeof to; k++, tried++) {
        b.bytes[at] = to[k];
        accepted += (unsigned)try_mutant(b.bytes, b.size);
        memcpy(b.bytes + 16, was + 16, 8);
      }
      b.bytes[at] = old;
    }
    for (size_t at = 0; at + 8 <= b.size; at += 8) {
      const uint64_t old = load(was + at), one = UINT64_C(1) << 32;
      const uint64_t to[] = {0,
                             1,
                             UINT64_MAX,
                             one,
                             INT64_MAX,
                             old + 1,
                             old - 1,
                             old + 8,
                             old - 8,
                             old + one,
                             ~old,
                             old - one,
                             old + 8 * one,
                             old - 8 * one,
                             old >> 32 | old << 32,
                             old * 2,
                             old | one >> 1};
      for (size_t k = 0; k < sizeof to / sizeof to[0]; k++, tried++) {
        store(b.bytes + at, to[k]);
        accepted += (unsigned)try_mutant(b.bytes, b.size);
        memcpy(b.bytes + 16, was + 16, 8);
      }
      store(b.bytes + at, old);
    }
    free(was);
    unguard(b);
  }
  ck_assert_uint_gt(tried, 40000);
  ck_assert_uint_gt(accepted, tried / 20);
}
END_TEST

/* Changes something in `size` bytes, of which it may cut off some. */
static size_t mutate(sample *s, unsigned char *bytes, size_t size) {
  size_t words = size / 8, at = 8 * (size_t)pick(s, (uint32_t)words);
  uint64_t word = load(bytes + at), other = load(bytes + 8 * (size_t)pick(s, (uint32_t)words));
  switch (pick(s, 10)) {
    case 0:
      bytes[pick(s, (uint32_t)size)] = (unsigned char)pick(s, 256);
      break;
    case 1:
      bytes[WIDTHS + pick(s, 8)] = (unsigned char)pick(s, 14);
      break;
    case 2:
      store(bytes + at, check_random_wide(&s->random));
      break;
    case 3:
      store(bytes + at, other);
      break;
    case 4:
      store(bytes + at, word + pick(s, 17) - 8);
      break;
    case 5:
      store(bytes + at, word + ((uint64_t)pick(s, 17) - 8) * (UINT64_C(1) << 32));
      break;
    case 6:
      store(bytes + at, (word & UINT64_C(0xffffffff00000000)) | (uint32_t)other);
      break;
    case 7: { /* a word less, and all that points behind it */
      if (at < 32 || size < 64) break;
      memmove(bytes + at, bytes + at + 8, size - at - 8);
      size -= 8;
      for (size_t k = 32; k + 8 <= size; k += 8) {
        word = load(bytes + k);
        if (word >> 32 > at && word >> 32 < size + 8) store(bytes + k, word - (UINT64_C(8) << 32));
      }
      store(bytes + 8, size);
      break;
    }
    case 8:
      size -= pick(s, 4);
      store(bytes + 8, size);
      break;
    default: { /* two neighbours of the last kind: texts */
      size_t k = size - 1 - pick(s, 60);
      unsigned char t = bytes[k];
      bytes[k] = bytes[k - 1];
      bytes[k - 1] = t;
    }
  }
  return size;
}

START_TEST(test_fuzz) {
  static sample s;
  unsigned accepted = 0, tried = 0;
  for (uint64_t seed = 0; seed < 120; seed++) {
    random_definition(&s, seed + 1000, 1);
    block b = guard(encode(&s.config, 0));
    unsigned char *was = malloc(b.size);
    memcpy(was, b.bytes, b.size);
    for (int i = 0; i < 500; i++, tried++) {
      size_t size = b.size;
      for (uint32_t n = 1 + pick(&s, 3); n != 0; n--) size = mutate(&s, b.bytes, size);
      accepted += (unsigned)try_mutant(b.bytes, b.size);
      memcpy(b.bytes, was, b.size);
    }
    free(was);
    unguard(b);
  }
  ck_assert_uint_eq(tried, 60000);
  ck_assert_uint_gt(accepted, tried / 50);
}
END_TEST

/* ---- what is refused, and what it says ---- */

/* Two journeys that use most of what there is. */
typedef struct base {
  slo_definition_config config;
  slo_journey_config journeys[2];
  slo_step steps[2][2];
  slo_journey_sli slis[2][2];
  slo_journey_slo slos[2][2];
  slo_alert_tier tiers[3];
  slo_alert_config alert;
} base;

static void fresh(base *b) {
  static const char *const names[2][7] = {{"buy", "look", "pay", "fast", "right", "most", "all"},
                                          {"ask", "open", "send", "old", "news", "many", "each"}};
  memset(b, 0, sizeof *b);
  b->config.struct_size = (uint32_t)sizeof b->config;
  b->config.service = "shop";
  b->config.journeys = b->journeys;
  b->config.journey_count = 2;
  for (int j = 0; j < 2; j++) {
    slo_journey_config *c = &b->journeys[j];
    c->struct_size = (uint32_t)sizeof *c;
    c->name = names[j][0];
    c->summary = "a sentence";
    c->steps = b->steps[j];
    c->slis = b->slis[j];
    c->slos = b->slos[j];
    c->step_count = c->sli_count = c->slo_count = 2;
    for (int i = 0; i < 2; i++) {
      b->steps[j][i].name = names[j][1 + i];
      b->steps[j][i].flags = SLO_STEP_CRITICAL;
      b->slis[j][i].name = names[j][3 + i];
      b->slis[j][i].sli.kind = i == 0 ? SLO_SLI_LATENCY : SLO_SLI_COVERAGE;
      b->slos[j][i].name = names[j][5 + i];
      b->slos[j][i].objective_ppb = 999000000;
      b->slos[j][i].period_ns = 28 * SLO_DAY_NS;
    }
  }
  b->slos[0][0].calendar.unit = SLO_CALENDAR_DAY;
  b->slos[1][0].tier_count = 3;
  b->slos[1][0].tiers = b->tiers;
  for (int i = 0; i < 3; i++) {
    b->tiers[i].long_ns = SLO_HOUR_NS;
    b->tiers[i].short_ns = 5 * SLO_MINUTE_NS;
    b->tiers[i].factor_ppm = 14400000;
  }
  b->alert.struct_size = (uint32_t)sizeof b->alert;
  b->slos[1][0].alert = &b->alert;
}

static void check_error(const slo_error *error, slo_status status, const char *field, int64_t value,
                        int64_t min, int64_t max) {
  ck_assert_int_eq(error->status, status);
  ck_assert_str_eq(error->field, field);
  ck_assert_int_eq(error->value, value);
  ck_assert_int_eq(error->min, min);
  ck_assert_int_eq(error->max, max);
}

/* By footprint, init and create alike; nothing is touched. */
static void refused(const slo_definition_config *config, slo_status status, const char *field,
                    int64_t value, int64_t min, int64_t max) {
  static unsigned char memory[4096], before[sizeof memory];
  slo_definition *definition = (slo_definition *)(void *)memory;
  slo_error error = SLO_SIZED(slo_error);
  size_t size = 12345;
  ck_assert_int_eq(slo_definition_footprint(config, &size, &error), status);
  check_error(&error, status, field, value, min, max);
  ck_assert_uint_eq(size, 12345);
  memset(&error, 0, sizeof error);
  error.struct_size = (uint32_t)sizeof error;
  memcpy(before, memory, sizeof memory);
  ck_assert_int_eq(slo_definition_init(memory, sizeof memory, config, &definition, &error), status);
  check_error(&error, status, field, value, min, max);
  ck_assert_mem_eq(before, memory, sizeof memory);
  memset(&error, 0, sizeof error);
  error.struct_size = (uint32_t)sizeof error;
  ck_assert_int_eq(slo_definition_create(config, NULL, &definition, &error), status);
  check_error(&error, status, field, value, min, max);
  ck_assert_ptr_eq(definition, memory);
  ck_assert_int_eq(slo_definition_footprint(config, &size, NULL), status);
}

/* What attach says of bytes with a word, or some letters, changed. */
static void forged(const slo_definition_config *config, const void *from, const void *to,
                   size_t length, slo_status status, const char *field, int64_t value, int64_t min,
                   int64_t max) {
  const slo_definition *definition = UNTOUCHED;
  slo_error error = SLO_SIZED(slo_error);
  block b = encode(config, 3);
  size_t found = 0, times = 0;
  for (size_t at = 32; at + length <= b.size; at++) {
    if (memcmp(b.bytes + at, from, length) == 0) found = at, times++;
  }
  ck_assert_msg(times == 1, "%s: found %zu times", field, times);
  memcpy(b.bytes + found, to, length);
  seal(b.bytes, b.size);
  ck_assert_int_eq(slo_definition_attach(b.bytes, b.size, &definition, &error), status);
  check_error(&error, status, field, value, min, max);
  ck_assert_ptr_eq(definition, UNTOUCHED);
  ck_assert_int_eq(slo_definition_attach(b.bytes, b.size, &definition, NULL), status);
  free(b.memory);
}

static void forged_number(const slo_definition_config *config, uint64_t from, uint64_t to,
                          slo_status status, const char *field, int64_t value, int64_t min,
                          int64_t max) {
  unsigned char a[8], b[8];
  store(a, from);
  store(b, to);
  forged(config, a, b, 8, status, field, value, min, max);
}

#define NO_RANGE 1, 0
#define REFUSED(change, ...)         \
  do {                               \
    fresh(&b);                       \
    change;                          \
    refused(&b.config, __VA_ARGS__); \
  } while (0)

/* A number that is refused in structs and in bytes, in the same words; rare: one that is valid
 * there, and nowhere else among the bytes. */
#define REFUSED_NUMBER(place, rare, wrong, ...)                                 \
  do {                                                                          \
    REFUSED((place) = (wrong), __VA_ARGS__);                                    \
    fresh(&b);                                                                  \
    (place) = (rare);                                                           \
    forged_number(&b.config, (uint64_t)(rare), (uint64_t)(wrong), __VA_ARGS__); \
  } while (0)

/* Letters of a text that are refused in structs and in bytes; one is the text in the structs. */
#define REFUSED_TEXT(place, rare, wrong, ...)                          \
  do {                                                                 \
    REFUSED((place) = (wrong), __VA_ARGS__);                           \
    fresh(&b);                                                         \
    (place) = (rare);                                                  \
    forged(&b.config, (rare), (wrong), sizeof(rare) - 1, __VA_ARGS__); \
  } while (0)

START_TEST(test_errors) {
  base b;
  char long_name[33], long_text[257];
  memset(long_name, 'n', 32);
  memset(long_text, 't', 256);
  long_name[32] = long_text[256] = '\0';
  fresh(&b);
  block valid = encode(&b.config, 0);
  ck_assert_uint_lt(valid.size, 4096); /* the room that refused() has */
  free(valid.memory);

  REFUSED(b.config.struct_size = 3, SLO_ERANGE, "slo_definition_config.struct_size", 3, 4, 4096);
  REFUSED(b.config.service = NULL, SLO_EINVAL, "service (NULL)", 0, NO_RANGE);
  REFUSED(b.config.service = "", SLO_ERANGE, "service (bytes)", 0, 1, 31);
  REFUSED(b.config.service = long_name, SLO_ERANGE, "service (bytes)", 32, 1, 31);
  REFUSED(b.config.journey_count = 0, SLO_ERANGE, "journey_count", 0, 1, 256);
  REFUSED(b.config.journey_count = 257, SLO_ERANGE, "journey_count", 257, 1, 256);
  REFUSED(b.config.journeys = NULL, SLO_EINVAL, "journeys (NULL)", 0, NO_RANGE);
  REFUSED(b.journeys[0].struct_size = 3, SLO_ERANGE, "journeys[0].struct_size", 3, 4, 4096);
  REFUSED(b.journeys[0].struct_size = 4097, SLO_ERANGE, "journeys[0].struct_size", 4097, 4, 4096);
  REFUSED(b.journeys[1].name = NULL, SLO_EINVAL, "journeys[1].name (NULL)", 0, NO_RANGE);
  REFUSED(b.journeys[1].name = "", SLO_ERANGE, "journeys[1].name (bytes)", 0, 1, 31);
  REFUSED(b.journeys[0].name = long_name, SLO_ERANGE, "journeys[0].name (bytes)", 32, 1, 31);
  REFUSED(b.journeys[1].owner = long_text, SLO_ERANGE, "journeys[1].owner (bytes)", 256, 0, 255);
  REFUSED(b.journeys[1].reserved = 9, SLO_EVERSION, "journeys[1].reserved", 9, NO_RANGE);
  REFUSED(b.journeys[1].steps = NULL, SLO_EINVAL, "journeys[1].steps (NULL)", 0, NO_RANGE);
  REFUSED(b.journeys[1].slis = NULL, SLO_EINVAL, "journeys[1].slis (NULL)", 0, NO_RANGE);
  REFUSED(b.journeys[1].slos = NULL, SLO_EINVAL, "journeys[1].slos (NULL)", 0, NO_RANGE);
  REFUSED(b.journeys[1].step_count = 63, SLO_ERANGE, "journeys[1].step_count", 63, 1, 62);
  REFUSED(b.journeys[1].sli_count = 33, SLO_ERANGE, "journeys[1].sli_count", 33, 0, 32);
  REFUSED(b.journeys[1].slo_count = 65, SLO_ERANGE, "journeys[1].slo_count", 65, 0, 64);
  REFUSED(b.steps[1][1].component = long_text, SLO_ERANGE, "journeys[1].steps[1].component (bytes)",
          256, 0, 255);
  REFUSED(b.slis[0][1].name = NULL, SLO_EINVAL, "journeys[0].slis[1].name (NULL)", 0, NO_RANGE);
  REFUSED(b.slos[1][0].tiers = NULL, SLO_EINVAL, "journeys[1].slos[0].tiers (NULL)", 0, NO_RANGE);
  REFUSED(b.slos[1][0].tier_count = 17, SLO_ERANGE, "journeys[1].slos[0].tier_count", 17, 1, 16);
  REFUSED(b.tiers[2].reserved = 5, SLO_EVERSION, "journeys[1].slos[0].tiers[2].reserved", 5,
          NO_RANGE);
  REFUSED(b.alert.gate[1].reserved = 4, SLO_EVERSION, "journeys[1].slos[0].gate[1].reserved", 4,
          NO_RANGE);

  REFUSED_TEXT(b.config.service, "shop", "sh\tp", SLO_EINVAL,
               "service (no UTF-8, or a control character, at)", 2, NO_RANGE);
  REFUSED_TEXT(b.journeys[1].name, "call", "c\xc3ll", SLO_EINVAL,
               "journeys[1].name (no UTF-8, or a control character, at)", 1, NO_RANGE);
  REFUSED_TEXT(b.journeys[1].name, "bux", "buy", SLO_EINVAL, "journeys[1].name (there are two)", 0,
               NO_RANGE);
  REFUSED_TEXT(b.steps[1][1].name, "sen+", "sen/", SLO_EINVAL,
               "journeys[1].steps[1].name (a '/' at)", 3, NO_RANGE);
  REFUSED_TEXT(b.steps[0][1].name, "lool", "look", SLO_EINVAL,
               "journeys[0].steps[1].name (there are two)", 0, NO_RANGE);
  REFUSED_TEXT(b.slis[0][0].name, "lool", "look", SLO_EINVAL,
               "journeys[0].slis[0].name (there are two)", 0, NO_RANGE);
  REFUSED_TEXT(b.slos[1][1].name, "mani", "many", SLO_EINVAL,
               "journeys[1].slos[1].name (there are two)", 0, NO_RANGE);

  const int64_t rare = 123456789;
  REFUSED_NUMBER(b.journeys[0].review_ns, rare, -1, SLO_ERANGE, "journeys[0].review_ns", -1, 0,
                 SLO_TIME_MAX_NS);
  REFUSED_NUMBER(b.journeys[1].limit_ns, rare, -5, SLO_ERANGE, "journeys[1].limit_ns", -5, 0,
                 INT64_MAX);
  REFUSED_NUMBER(b.journeys[1].shards, 4096, 3, SLO_ERANGE,
                 "journeys[1].shards (a power of two, or 0)", 3, 0, 4096);
  REFUSED_NUMBER(b.slis[1][0].sli.threshold_ns, rare, -7, SLO_ERANGE,
                 "journeys[1].slis[0].sli.threshold_ns", -7, 0, SLO_SLI_THRESHOLD_MAX_NS);
  REFUSED_NUMBER(b.slos[0][1].objective_ppb, 987654321, 1000000000, SLO_ERANGE,
                 "journeys[0].slos[1].objective_ppb", 1000000000, 1, 999999999);
  REFUSED_NUMBER(b.slos[0][1].period_ns, 27 * SLO_DAY_NS, 7, SLO_ERANGE,
                 "journeys[0].slos[1].period_ns", 7, SLO_SECOND_NS, 3660 * SLO_DAY_NS);
  REFUSED_NUMBER(b.tiers[2].factor_ppm, 14400001, 0, SLO_ERANGE,
                 "journeys[1].slos[0].tiers[2].factor_ppm", 0, 1, SLO_BURN_FACTOR_MAX_PPM);
  REFUSED_NUMBER(b.tiers[0].keep_firing_ns, rare, -2, SLO_ERANGE,
                 "journeys[1].slos[0].tiers[0].keep_firing_ns", -2, 0, SLO_TIME_MAX_NS);
  REFUSED_NUMBER(b.alert.slot_ns, 2 * SLO_SECOND_NS, 1, SLO_ERANGE, "journeys[1].slos[0].slot_ns",
                 1, SLO_SECOND_NS, SLO_HOUR_NS);
  REFUSED_NUMBER(b.alert.gate[0].dead_ns, rare, -3, SLO_ERANGE,
                 "journeys[1].slos[0].gate[0].dead_ns", -3, 0, SLO_DAY_NS);
  REFUSED_NUMBER(b.slos[0][0].calendar.anchor_ns, rare, -9, SLO_ERANGE,
                 "journeys[0].slos[0].calendar.anchor_ns", -9, 0, SLO_TIME_MAX_NS);
}
END_TEST

/* 256 journeys of one step each; the names need room. */
typedef struct crowd {
  slo_definition_config config;
  slo_journey_config journeys[SLO_DEFINITION_JOURNEYS_MAX + 1];
  slo_step step;
  char names[SLO_DEFINITION_JOURNEYS_MAX + 1][SLO_JOURNEY_NAME_MAX + 1];
} crowd;

static void gather(crowd *c) {
  memset(c, 0, sizeof *c);
  c->config.struct_size = (uint32_t)sizeof c->config;
  c->config.service = "s";
  c->config.journeys = c->journeys;
  c->config.journey_count = SLO_DEFINITION_JOURNEYS_MAX;
  c->step.name = "only";
  c->step.flags = SLO_STEP_CRITICAL;
  for (unsigned j = 0; j <= SLO_DEFINITION_JOURNEYS_MAX; j++) {
    c->journeys[j].struct_size = (uint32_t)sizeof c->journeys[j];
    c->journeys[j].name = c->names[j];
    (void)snprintf(c->names[j], sizeof c->names[j], "a journey, the number %03u", j % 1000);
    c->journeys[j].steps = &c->step;
    c->journeys[j].step_count = 1;
  }
}

/* The place is never cut, what is said of it in brackets may be. */
START_TEST(test_long_paths) {
  static crowd c;
  slo_journey_sli slis[SLO_JOURNEY_SLIS_MAX];
  slo_journey_slo slos[SLO_JOURNEY_SLOS_MAX];
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  slo_alert_config alert = SLO_SIZED(slo_alert_config);
  char names[SLO_JOURNEY_SLOS_MAX][8];
  memset(slis, 0, sizeof slis);
  memset(slos, 0, sizeof slos);
  memset(tiers, 0, sizeof tiers);
  for (unsigned i = 0; i < SLO_JOURNEY_SLOS_MAX; i++) {
    (void)snprintf(names[i], sizeof names[i], "n%u", i);
    slos[i].name = names[i];
    slos[i].objective_ppb = 999000000;
    slos[i].period_ns = 30 * SLO_DAY_NS;
    if (i >= SLO_JOURNEY_SLIS_MAX) continue;
    slis[i].name = names[i];
    slis[i].sli.kind = SLO_SLI_COVERAGE;
    if (i >= SLO_ALERT_TIERS_MAX) continue;
    tiers[i].long_ns = SLO_HOUR_NS;
    tiers[i].short_ns = SLO_MINUTE_NS;
    tiers[i].factor_ppm = 5000000;
  }
  gather(&c);
  slo_journey_config *last = &c.journeys[255];
  last->slis = slis;
  last->slos = slos;
  last->sli_count = SLO_JOURNEY_SLIS_MAX;
  last->slo_count = SLO_JOURNEY_SLOS_MAX;
  slos[63].tiers = tiers;
  slos[63].tier_count = SLO_ALERT_TIERS_MAX;
  slos[63].alert = &alert;
  free(encode(&c.config, 0).memory);

  tiers[15].keep_firing_ns = -1;
  refused(&c.config, SLO_ERANGE, "journeys[255].slos[63].tiers[15].keep_firing_ns", -1, 0,
          SLO_TIME_MAX_NS);
  tiers[15].keep_firing_ns = 0;
  alert.gate[0].alarms_per_year_ppm = UINT64_MAX;
  refused(&c.config, SLO_ERANGE, "journeys[255].slos[63].gate[0].alarms_per_year_ppm", INT64_MAX, 0,
          (int64_t)SLO_EVIDENCE_ALARMS_MAX_PPM);
  alert.gate[0].alarms_per_year_ppm = 0;
  slis[31].sli.kind = SLO_SLI_AVAILABILITY;
  refused(&c.config, SLO_EINVAL, "journeys[255].slis[31].sli.protocol (0, and no codes)", 0,
          NO_RANGE);
  slis[31].sli.code_count = 8;
  slis[31].sli.codes[7].outcome = 3;
  refused(&c.config, SLO_ERANGE, "journeys[255].slis[31].sli.codes[7].outcome", 3, 0, 2);
  slis[31].sli.kind = SLO_SLI_COVERAGE;
  slis[31].sli.code_count = 0;
  slis[31].sli.codes[7].outcome = 0;
  slis[31].slice_ns = 1;
  slis[31].slice_objective_ppb = 0;
  refused(&c.config, SLO_ERANGE, "journeys[255].slis[31].slice_ns", 1, SLO_WINDOW_SLICE_MIN_NS,
          SLO_DAY_NS);
  slis[31].slice_ns = SLO_MINUTE_NS;
  refused(&c.config, SLO_ERANGE, "journeys[255].slis[31].slice_objective_ppb", 0, 1, 1000000000);

  /* an error struct with less room is filled as far as that goes, and no further */
  slo_error errors[2] = {SLO_SIZED(slo_error), SLO_SIZED(slo_error)};
  size_t size;
  memset(errors, 0x5a, sizeof errors);
  errors[0].struct_size = offsetof(slo_error, field);
  ck_assert_int_eq(slo_definition_footprint(&c.config, &size, &errors[0]), SLO_ERANGE);
  ck_assert_int_eq(errors[0].status, SLO_ERANGE);
  ck_assert_int_eq(errors[0].max, 1000000000);
  ck_assert_int_eq(errors[0].field[0], 0x5a);
  ck_assert_mem_eq(errors[0].field, errors[1].field, sizeof errors[0].field);
}
END_TEST

/* By name: journeys, and steps within one. */
START_TEST(test_find) {
  base b;
  fresh(&b);
  block made = encode(&b.config, 0);
  const slo_definition *d = (const slo_definition *)(const void *)made.bytes;
  for (uint32_t j = 0; j < b.config.journey_count; j++) {
    const slo_journey_config *journey = &b.config.journeys[j];
    uint32_t at = 77;
    ck_ok(slo_definition_find_journey(d, journey->name, &at));
    ck_assert_uint_eq(at, j);
    for (uint32_t i = 0; i < journey->step_count; i++) {
      ck_ok(slo_definition_find_step(d, j, journey->steps[i].name, &at));
      ck_assert_uint_eq(at, i);
    }
    at = 77;
    ck_assert_int_eq(slo_definition_find_step(d, j, journey->name, &at), SLO_ENODATA);
    ck_assert_int_eq(slo_definition_find_step(d, j, "", &at), SLO_ENODATA);
    ck_assert_int_eq(slo_definition_find_step(d, j, NULL, &at), SLO_EINVAL);
    ck_assert_int_eq(slo_definition_find_step(d, j, "x", NULL), SLO_EINVAL);
    ck_assert_int_eq(slo_definition_find_journey(d, journey->steps[0].name, &at), SLO_ENODATA);
    ck_assert_uint_eq(at, 77);
  }
  uint32_t at = 77;
  ck_assert_int_eq(slo_definition_find_step(d, b.config.journey_count, "x", &at), SLO_ERANGE);
  ck_assert_int_eq(slo_definition_find_step(NULL, 0, "x", &at), SLO_EINVAL);
  ck_assert_int_eq(slo_definition_find_journey(NULL, "x", &at), SLO_EINVAL);
  ck_assert_int_eq(slo_definition_find_journey(d, NULL, &at), SLO_EINVAL);
  ck_assert_int_eq(slo_definition_find_journey(d, "x", NULL), SLO_EINVAL);
  ck_assert_uint_eq(at, 77);
  free(made.memory);
}
END_TEST

/* Callers that know less, and more, than this library does. */
START_TEST(test_struct_sizes) {
  enum {
    LONGER = sizeof(slo_journey_config) + 24,
    SHORTER = offsetof(slo_journey_config, reserved)
  };
  unsigned char journeys[2 * LONGER], config[sizeof(slo_definition_config) + 16];
  unsigned char alert[sizeof(slo_alert_config) + 8];
  slo_definition_config c;
  base b;
  fresh(&b);
  block plain = encode(&b.config, 0);
  const uint32_t strides[] = {SHORTER, sizeof(slo_journey_config), LONGER};
  for (size_t i = 0; i < 3; i++) {
    const uint32_t stride = strides[i];
    size_t known = stride < sizeof b.journeys[0] ? stride : sizeof b.journeys[0];
    memset(journeys, 0, sizeof journeys);
    b.journeys[0].struct_size = stride;
    b.journeys[1].struct_size = 77; /* the first one's says it */
    memcpy(journeys, &b.journeys[0], known);
    memcpy(journeys + stride, &b.journeys[1], known);
    memset(config, 0, sizeof config);
    c = b.config;
    c.struct_size = (uint32_t)sizeof config;
    c.journeys = (const slo_journey_config *)(void *)journeys;
    memcpy(config, &c, sizeof c);
    memset(alert, 0, sizeof alert);
    b.alert.struct_size = (uint32_t)sizeof alert;
    memcpy(alert, &b.alert, sizeof b.alert);
    b.slos[1][0].alert = (const slo_alert_config *)(void *)alert;
    block again = encode((const slo_definition_config *)(void *)config, i);
    ck_assert_uint_eq(again.size, plain.size);
    ck_assert_mem_eq(again.bytes, plain.bytes, plain.size);
    free(again.memory);
  }
  /* tails that say something: what it is nobody here knows */
  journeys[2 * LONGER - 1] = 1;
  refused((const slo_definition_config *)(void *)config, SLO_EVERSION, "journeys[1]", LONGER - 1,
          NO_RANGE);
  journeys[2 * LONGER - 1] = 0;
  config[sizeof config - 1] = 1;
  refused((const slo_definition_config *)(void *)config, SLO_EVERSION, "slo_definition_config",
          sizeof config - 1, NO_RANGE);
  config[sizeof config - 1] = 0;
  alert[sizeof alert - 1] = 1;
  refused((const slo_definition_config *)(void *)config, SLO_EVERSION,
          "journeys[1].slos[0].slo_alert_config", sizeof alert - 1, NO_RANGE);

  /* a shorter alert is one whose rest is 0 */
  fresh(&b);
  b.alert.flags = SLO_ALERT_SILENCE;
  b.alert.slot_ns = SLO_MINUTE_NS;
  b.alert.struct_size = offsetof(slo_alert_config, flags);
  block shorter = encode(&b.config, 0);
  b.alert.struct_size = (uint32_t)sizeof b.alert;
  b.alert.flags = 0;
  block zero = encode(&b.config, 0);
  ck_assert_uint_eq(shorter.size, zero.size);
  ck_assert_mem_eq(shorter.bytes, zero.bytes, zero.size);
  free(shorter.memory);
  free(zero.memory);
  free(plain.memory);
}
END_TEST

/* As much of everything as there may be, short of SLO_DEFINITION_SIZE_MAX. */
typedef struct giant {
  crowd crowd;
  slo_step steps[SLO_JOURNEY_STEPS_MAX];
  slo_journey_sli slis[SLO_JOURNEY_SLIS_MAX];
  slo_journey_slo slos[SLO_JOURNEY_SLOS_MAX];
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  slo_alert_config alert;
  char names[3][SLO_JOURNEY_SLOS_MAX][SLO_JOURNEY_NAME_MAX + 1];
  char text[SLO_JOURNEY_TEXT_MAX + 1];
} giant;

static void grow(giant *g) {
  memset(g, 0, sizeof *g);
  gather(&g->crowd);
  memset(g->text, 't', SLO_JOURNEY_TEXT_MAX);
  g->alert.struct_size = (uint32_t)sizeof g->alert;
  g->alert.slot_ns = SLO_MINUTE_NS;
  for (unsigned i = 0; i < SLO_JOURNEY_SLOS_MAX; i++) {
    for (int k = 0; k < 3; k++) {
      (void)snprintf(g->names[k][i], sizeof g->names[k][i], "%c, and of them number %02u", "abc"[k],
                     i);
    }
    g->slos[i].name = g->names[0][i];
    g->slos[i].objective_ppb = 999000000;
    g->slos[i].period_ns = 30 * SLO_DAY_NS;
    g->slos[i].tier_count = SLO_ALERT_TIERS_MAX;
    g->slos[i].tiers = g->tiers;
    g->slos[i].alert = &g->alert;
    if (i < SLO_JOURNEY_STEPS_MAX) {
      g->steps[i].name = g->names[1][i];
      g->steps[i].actor = g->steps[i].component = g->text;
      g->steps[i].flags = SLO_STEP_CRITICAL;
    }
    if (i < SLO_JOURNEY_SLIS_MAX) {
      g->slis[i].name = g->names[2][i];
      g->slis[i].sli.kind = SLO_SLI_AVAILABILITY;
      g->slis[i].sli.code_count = SLO_SLI_CODES_MAX;
      for (int k = 0; k < SLO_SLI_CODES_MAX; k++) g->slis[i].sli.codes[k].last = 100 * k;
    }
    if (i < SLO_ALERT_TIERS_MAX) {
      g->tiers[i].long_ns = SLO_HOUR_NS;
      g->tiers[i].short_ns = SLO_MINUTE_NS;
      g->tiers[i].factor_ppm = 5000000;
      g->tiers[i].group = 1;
    }
  }
}

static void full_journey(giant *g, uint32_t j) {
  slo_journey_config *c = &g->crowd.journeys[j];
  c->summary = c->owner = c->policy = g->text;
  c->steps = g->steps;
  c->slis = g->slis;
  c->slos = g->slos;
  c->step_count = SLO_JOURNEY_STEPS_MAX;
  c->sli_count = SLO_JOURNEY_SLIS_MAX;
  c->slo_count = SLO_JOURNEY_SLOS_MAX;
}

START_TEST(test_maxima) {
  static giant g;
  grow(&g);
  full_journey(&g, 0);
  full_journey(&g, 255);
  block b = encode(&g.crowd.config, 0);
  const slo_definition_config *config = expand(attach(b.bytes, b.size));
  same_definition(&g.crowd.config, config, &b);
  free((void *)(uintptr_t)config);
  free(b.memory);
  g.crowd.config.journey_count = 257;
  refused(&g.crowd.config, SLO_ERANGE, "journey_count", 257, 1, 256);
  g.crowd.config.journey_count = 256;
  g.crowd.journeys[255].name = g.crowd.names[0];
  refused(&g.crowd.config, SLO_EINVAL, "journeys[255].name (there are two)", 0, NO_RANGE);
  g.crowd.journeys[255].name = g.crowd.names[255];
}
END_TEST

static size_t size_of(const slo_definition_config *config) {
  size_t size = 0;
  ck_ok(slo_definition_footprint(config, &size, NULL));
  return size;
}

/* To the last byte. */
START_TEST(test_size_max) {
  static giant g;
  char last[2][SLO_JOURNEY_TEXT_MAX + 1];
  size_t size = 0, left;
  uint32_t n = 1;
  grow(&g);
  slo_definition_config *c = &g.crowd.config;
  c->journey_count = 1;
  full_journey(&g, 0);
  size = size_of(c);
  /* full journeys, then such with a step and texts, then shorter ones, then single letters */
  for (; size < SLO_DEFINITION_SIZE_MAX; size = size_of(c)) {
    left = SLO_DEFINITION_SIZE_MAX - size;
    ck_assert_uint_lt(n, SLO_DEFINITION_JOURNEYS_MAX);
    if (left > 200000) full_journey(&g, n);
    if (left <= 200000 && left > 3000) {
      g.crowd.journeys[n].summary = g.crowd.journeys[n].owner = g.crowd.journeys[n].policy = g.text;
      g.crowd.journeys[n].steps = g.steps;
    }
    c->journey_count = ++n;
    if (left < 600) break;
  }
  size = size_of(c); /* of texts still to come there are 512 bytes: */
  left = SLO_DEFINITION_SIZE_MAX - size;
  ck_assert_uint_gt(left, 2);
  ck_assert_uint_le(left, 2 * sizeof last[0]);
  for (int i = 0; i < 2; i++) {
    size_t length = i == 0 ? (left - 2) / 2 : left - 2 - (left - 2) / 2;
    memset(last[i], 'l', sizeof last[i]);
    last[i][length] = '\0';
  }
  g.crowd.journeys[n - 1].summary = last[0];
  g.crowd.journeys[n - 1].owner = last[1];
  ck_assert_uint_eq(size_of(c), SLO_DEFINITION_SIZE_MAX);
  block b = encode(c, 1);
  ck_assert_uint_eq(slo_definition_size(attach(b.bytes, b.size)), SLO_DEFINITION_SIZE_MAX);
  free(b.memory);

  g.crowd.journeys[0].policy = NULL; /* 256 less */
  ck_assert_uint_eq(size_of(c), SLO_DEFINITION_SIZE_MAX - 256);
  g.crowd.journeys[0].policy = g.text;
  memcpy(last[1] + strlen(last[1]), "l", 2);
  refused(c, SLO_ERANGE, "footprint", SLO_DEFINITION_SIZE_MAX + 1, 0, SLO_DEFINITION_SIZE_MAX);

  /* of bytes that are not there the first 32 say so */
  block head = golden_bytes(0);
  store(head.bytes + 8, SLO_DEFINITION_SIZE_MAX);
  ck_assert_int_eq(attach_status(head.bytes, 32), SLO_ESPACE);
  store(head.bytes + 8, SLO_DEFINITION_SIZE_MAX + 1);
  ck_assert_int_eq(attach_status(head.bytes, 32), SLO_ECORRUPT);
  free(head.memory);
}
END_TEST

/* Words apart by three letters: with one multiplication a word, some of them met. */
static int compare_words(const void *a, const void *b) {
  uint64_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

START_TEST(test_fingerprints_apart) {
  enum { LETTERS = 26, ALL = LETTERS * LETTERS * LETTERS };
  static uint64_t prints[ALL];
  char service[] = "0123456789012345678901234567890";
  slo_step step = {.name = "a", .flags = SLO_STEP_CRITICAL};
  slo_journey_config journey = {
      .struct_size = sizeof journey, .name = "j", .steps = &step, .step_count = 1};
  slo_definition_config config = {sizeof config, 1, service, &journey};
  block b = encode(&config, 0);
  size_t at = (size_t)(load(b.bytes + 32) >> 32);
  size_t high = 7 - at % 8 + (at % 8 > 7 ? 8 : 0); /* the last byte of a word */
  for (int i = 0; i < ALL; i++) {
    slo_definition *d;
    service[high] = (char)('a' + i % LETTERS);
    service[high + 4] = (char)('a' + i / LETTERS % LETTERS);
    service[high + 8] = (char)('a' + i / LETTERS / LETTERS);
    check_ok(slo_definition_init(b.bytes, b.size, &config, &d, NULL));
    prints[i] = slo_definition_fingerprint(d);
  }
  qsort(prints, ALL, sizeof prints[0], compare_words);
  for (int i = 1; i < ALL; i++) check_that(prints[i] != prints[i - 1], "two with one fingerprint");
  free(b.memory);
}
END_TEST

/* ---- memory ---- */

typedef struct heap {
  size_t allocated;
  int releases;
  int mode; /* 0: gives; 1: refuses; 2: gives what is not aligned */
  void *given;
} heap;

static void *heap_allocate(void *context, size_t size) {
  heap *h = context;
  h->allocated = size;
  if (h->mode == 1) return NULL;
  h->given = (char *)check_memory(size + 64) + (h->mode == 2 ? 8 : 0);
  return h->given;
}

static void heap_release(void *context, void *memory) {
  heap *h = context;
  ck_assert_ptr_eq(memory, h->given);
  h->releases++;
  free((char *)memory - (h->mode == 2 ? 8 : 0));
}

START_TEST(test_create) {
  heap h = {0, 0, 0, NULL};
  slo_allocator allocator = {heap_allocate, heap_release, &h};
  slo_definition *d = NULL, *untouched;
  slo_error error = SLO_SIZED(slo_error);
  ck_ok(slo_definition_create(&golden, NULL, &d, &error));
  ck_assert_uint_eq(slo_definition_size(d), GOLDEN_SIZE);
  slo_definition_destroy(d);
  slo_definition_destroy(NULL);
  ck_ok(slo_definition_create(&golden, &allocator, &d, &error));
  ck_assert_uint_eq(h.allocated % SLO_ALIGN, 0);
  ck_assert_uint_eq(slo_definition_fingerprint(d), golden_print);
  slo_definition_destroy(d);
  ck_assert_int_eq(h.releases, 1);
  untouched = d;
  h.mode = 1;
  ck_assert_int_eq(slo_definition_create(&golden, &allocator, &d, &error), SLO_ENOMEM);
  check_error(&error, SLO_ENOMEM, "memory (bytes)", GOLDEN_SIZE, NO_RANGE);
  h.mode = 2;
  ck_assert_int_eq(slo_definition_create(&golden, &allocator, &d, &error), SLO_EINVAL);
  ck_assert_int_eq(h.releases, 2);
  ck_assert_ptr_eq(d, untouched);
}
END_TEST

START_TEST(test_arguments) {
  block b = golden_bytes(0);
  slo_definition *d = NULL;
  const slo_definition *a = UNTOUCHED;
  const slo_definition_config *c = NULL;
  slo_error error = SLO_SIZED(slo_error);
  size_t size = 77;
  ck_assert_int_eq(slo_definition_footprint(&golden, NULL, &error), SLO_EINVAL);
  check_error(&error, SLO_EINVAL, "size (NULL)", 0, NO_RANGE);
  ck_assert_int_eq(slo_definition_footprint(NULL, &size, &error), SLO_EINVAL);
  check_error(&error, SLO_EINVAL, "config (NULL)", 0, NO_RANGE);
  ck_assert_int_eq(slo_definition_init(NULL, 9999, &golden, &d, &error), SLO_EINVAL);
  check_error(&error, SLO_EINVAL, "memory (NULL)", 0, NO_RANGE);
  ck_assert_int_eq(slo_definition_init(b.bytes, b.size, NULL, &d, &error), SLO_EINVAL);
  check_error(&error, SLO_EINVAL, "config (NULL)", 0, NO_RANGE);
  ck_assert_int_eq(slo_definition_init(b.bytes, b.size, &golden, NULL, &error), SLO_EINVAL);
  check_error(&error, SLO_EINVAL, "definition (NULL)", 0, NO_RANGE);
  memset(b.bytes, 0x77, b.size);
  ck_assert_int_eq(slo_definition_init(b.bytes, b.size - 1, &golden, &d, &error), SLO_ESPACE);
  check_error(&error, SLO_ESPACE, "size", GOLDEN_SIZE - 1, GOLDEN_SIZE, INT64_MAX);
  for (size_t i = 0; i < b.size; i++) ck_assert_uint_eq(b.bytes[i], 0x77);
  ck_assert_ptr_null(d);
  ck_assert_int_eq(slo_definition_create(&golden, NULL, NULL, &error), SLO_EINVAL);
  check_error(&error, SLO_EINVAL, "definition (NULL)", 0, NO_RANGE);
  ck_assert_int_eq(slo_definition_create(NULL, NULL, &d, &error), SLO_EINVAL);
  check_error(&error, SLO_EINVAL, "config (NULL)", 0, NO_RANGE);
  ck_assert_int_eq(slo_definition_attach(NULL, 9999, &a, &error), SLO_EINVAL);
  check_error(&error, SLO_EINVAL, "memory (NULL)", 0, NO_RANGE);
  ck_assert_int_eq(slo_definition_attach(b.bytes, b.size, NULL, &error), SLO_EINVAL);
  check_error(&error, SLO_EINVAL, "definition (NULL)", 0, NO_RANGE);
  ck_assert_int_eq(slo_definition_attach(b.bytes, b.size, &a, &error), SLO_ECORRUPT);
  check_error(&error, SLO_ECORRUPT, "memory (bytes)", GOLDEN_SIZE, NO_RANGE);
  ck_assert_ptr_eq(a, UNTOUCHED);
  ck_assert_uint_eq(slo_definition_size(NULL), 0);
  ck_assert_uint_eq(slo_definition_fingerprint(NULL), 0);

  ck_ok(slo_definition_init(b.bytes, b.size, &golden, &d, NULL));
  ck_assert_int_eq(slo_definition_expand_footprint(NULL, &size), SLO_EINVAL);
  ck_assert_uint_eq(size, 77);
  ck_assert_int_eq(slo_definition_expand_footprint(d, NULL), SLO_EINVAL);
  ck_ok(slo_definition_expand_footprint(d, &size));
  unsigned char *memory = check_memory(size + 64);
  ck_assert_int_eq(slo_definition_expand(NULL, memory, size, &c), SLO_EINVAL);
  ck_assert_int_eq(slo_definition_expand(d, NULL, size, &c), SLO_EINVAL);
  ck_assert_int_eq(slo_definition_expand(d, memory, size, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_definition_expand(d, memory + 8, size, &c), SLO_EINVAL);
  ck_assert_int_eq(slo_definition_expand(d, memory, size - 1, &c), SLO_ESPACE);
  for (size_t i = 0; i < size; i++) ck_assert_uint_eq(memory[i], 0);
  ck_assert_ptr_null(c);
  free(memory);
  free(b.memory);
}
END_TEST

/* ---- in a monitor ---- */

/* The definition in a monitor's block is the one it was opened with. */
START_TEST(test_in_a_monitor) {
  base b;
  slo_monitor *monitor = NULL, *again = NULL;
  size_t size;
  fresh(&b);
  b.journeys[0].slo_count = b.journeys[1].slo_count = 1;
  block given = encode(&b.config, 1);
  slo_monitor_config config = SLO_SIZED(slo_monitor_config);
  config.definition = attach(given.bytes, given.size);
  ck_ok(slo_monitor_footprint(&config, &size, NULL));
  void *memory = check_memory(size);
  ck_ok(slo_monitor_init(memory, size, &config, &monitor, NULL));
  memset(given.bytes, 0, given.size); /* it has a copy */
  ck_ok(slo_monitor_attach(memory, size, &again));
  const slo_definition *kept = slo_monitor_definition(again);
  unsigned char *bytes = (unsigned char *)(uintptr_t)kept;
  ck_assert_uint_eq(slo_definition_size(kept), given.size);
  memcpy(given.bytes, bytes, given.size);
  for (size_t at = 0; at < given.size; at++) {
    bytes[at] ^= 0x10;
    ck_assert_int_eq(slo_monitor_attach(memory, size, &again),
                     at == 7 ? SLO_EVERSION : SLO_ECORRUPT);
    bytes[at] ^= 0x10;
  }
  ck_ok(slo_monitor_attach(memory, size, &again));

  /* others of the same size, with as many SLIs and SLOs: other words, another sequence */
  static const char *const changes[] = {"objective", "name", "fallback", "critical", "step or sli"};
  for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
    fresh(&b);
    b.journeys[0].slo_count = b.journeys[1].slo_count = 1;
    if (i == 0) b.slos[0][0].objective_ppb = 998000000;
    if (i == 1) b.journeys[0].name = "bus";
    if (i == 2) b.steps[0][1].flags = 0;
    if (i == 3) b.steps[1][0].flags = 0;
    if (i == 4) b.slis[0][0].sli.kind = SLO_SLI_FRESHNESS;
    block other = encode(&b.config, 0);
    ck_assert_uint_eq(other.size, given.size);
    memcpy(bytes, other.bytes, other.size);
    ck_assert_msg(slo_monitor_attach(memory, size, &again) == SLO_ECORRUPT, "%s", changes[i]);
    free(other.memory);
  }
  memcpy(bytes, given.bytes, given.size);
  ck_ok(slo_monitor_attach(memory, size, &again));

  /* nor do other journeys stand beside it */
  for (int i = 0; i < 4; i++) {
    slo_journey *journey = slo_monitor_journey(again, 1);
    size_t place;
    fresh(&b);
    b.journeys[1].limit_ns = i == 1;
    b.steps[1][1].flags = i < 2 ? SLO_STEP_CRITICAL : 0;
    b.steps[1][1].fallback_of = i == 3;
    ck_ok(slo_journey_footprint(&b.journeys[1], &place, NULL));
    ck_ok(slo_journey_init(journey, place, &b.journeys[1], &journey, NULL));
    ck_assert_int_eq(slo_monitor_attach(memory, size, &again), i == 0 ? SLO_OK : SLO_ECORRUPT);
  }
  free(memory);
  free(given.memory);
}
END_TEST

CHECK_MAIN("definition", tcase_add_test(tc, test_round_trip);
           tcase_add_test(tc, test_more_memory_than_needed); tcase_add_test(tc, test_golden);
           tcase_add_test(tc, test_trimmed); tcase_add_test(tc, test_bit_flips);
           tcase_add_test(tc, test_truncation); tcase_add_test(tc, test_sizes);
           tcase_add_test(tc, test_versions); tcase_add_test(tc, test_structure);
           tcase_add_test(tc, test_list_without_end); tcase_add_test(tc, test_single_mutations);
           tcase_add_test(tc, test_fuzz); tcase_add_test(tc, test_find);
           tcase_add_test(tc, test_errors); tcase_add_test(tc, test_long_paths);
           tcase_add_test(tc, test_struct_sizes); tcase_add_test(tc, test_maxima);
           tcase_add_test(tc, test_size_max); tcase_add_test(tc, test_fingerprints_apart);
           tcase_add_test(tc, test_create); tcase_add_test(tc, test_arguments);
           tcase_add_test(tc, test_in_a_monitor);)
