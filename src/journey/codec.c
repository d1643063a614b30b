#include "journey/codec.h"

#include <string.h>

#include "base/block.h"
#include "base/fail.h"

#define CODEC_MAGIC \
  UINT64_C(0x01006665646f6c73) /* "slodef", 0, and the version of this layout: 1 */

/* Numbers, then texts, then records: behind a pointer, inside the struct, or behind one that has
 * no count. */
enum { CODEC_U32, CODEC_I32, CODEC_64, CODEC_TEXT, CODEC_LIST, CODEC_INSIDE, CODEC_ONE };

/* A field of a struct, in the order in which they are written. The order never changes; new ones
 * come at the end. */
typedef struct codec_field {
  uint8_t kind;
  uint8_t child;     /* type of the records of a list */
  uint16_t max;      /* of them */
  uint16_t at;       /* in the struct: the value, the pointer, or the array inside it */
  uint16_t count_at; /* in the struct: how many */
} codec_field;

typedef struct codec_type {
  const codec_field *fields;
  uint32_t count;
  uint32_t size;
  uint32_t sized; /* the struct begins with struct_size */
} codec_type;

#define CODEC_VALUE(kind, type, field) {kind, 0, 0, offsetof(type, field), 0}
#define CODEC_MANY(kind, child, max, type, field, n) \
  {kind, child, max, offsetof(type, field), offsetof(type, n)}

static const codec_field codec_service[] = {
    CODEC_VALUE(CODEC_TEXT, slo_definition_config, service),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_JOURNEY, SLO_DEFINITION_JOURNEYS_MAX, slo_definition_config,
               journeys, journey_count)};

static const codec_field codec_journey[] = {
    CODEC_VALUE(CODEC_TEXT, slo_journey_config, name),
    CODEC_VALUE(CODEC_TEXT, slo_journey_config, summary),
    CODEC_VALUE(CODEC_TEXT, slo_journey_config, owner),
    CODEC_VALUE(CODEC_TEXT, slo_journey_config, policy),
    CODEC_VALUE(CODEC_64, slo_journey_config, review_ns),
    CODEC_VALUE(CODEC_64, slo_journey_config, limit_ns),
    CODEC_VALUE(CODEC_U32, slo_journey_config, shards),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_STEP, SLO_JOURNEY_STEPS_MAX, slo_journey_config, steps,
               step_count),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_SLI, SLO_JOURNEY_SLIS_MAX, slo_journey_config, slis,
               sli_count),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_SLO, SLO_JOURNEY_SLOS_MAX, slo_journey_config, slos,
               slo_count)};

static const codec_field codec_step[] = {
    CODEC_VALUE(CODEC_TEXT, slo_step, name), CODEC_VALUE(CODEC_TEXT, slo_step, actor),
    CODEC_VALUE(CODEC_TEXT, slo_step, component), CODEC_VALUE(CODEC_U32, slo_step, flags),
    CODEC_VALUE(CODEC_U32, slo_step, fallback_of)};

static const codec_field codec_sli[] = {CODEC_VALUE(CODEC_TEXT, slo_journey_sli, name),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, step),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, sli.kind),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, sli.protocol),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, sli.counted),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, sli.threshold_ns),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, sli.least_ppm),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, sli.least_per_hour),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, sli.interval_ns),
                                        CODEC_VALUE(CODEC_U32, slo_journey_sli, unmeasured),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, slice_ns),
                                        CODEC_VALUE(CODEC_64, slo_journey_sli, slice_objective_ppb),
                                        CODEC_MANY(CODEC_INSIDE, SLOI_CODEC_CODE, SLO_SLI_CODES_MAX,
                                                   slo_journey_sli, sli.codes, sli.code_count)};

static const codec_field codec_code[] = {CODEC_VALUE(CODEC_I32, slo_code, first),
                                         CODEC_VALUE(CODEC_I32, slo_code, last),
                                         CODEC_VALUE(CODEC_I32, slo_code, outcome)};

static const codec_field codec_slo[] = {
    CODEC_VALUE(CODEC_TEXT, slo_journey_slo, name),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, sli),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, method),
    CODEC_VALUE(CODEC_64, slo_journey_slo, objective_ppb),
    CODEC_VALUE(CODEC_64, slo_journey_slo, period_ns),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, calendar.unit),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, calendar.every),
    CODEC_VALUE(CODEC_64, slo_journey_slo, calendar.anchor_ns),
    CODEC_VALUE(CODEC_U32, slo_journey_slo, catalog),
    CODEC_VALUE(CODEC_64, slo_journey_slo, requests_per_hour),
    CODEC_MANY(CODEC_LIST, SLOI_CODEC_TIER, SLO_ALERT_TIERS_MAX, slo_journey_slo, tiers,
               tier_count),
    {CODEC_ONE, SLOI_CODEC_ALERT, 1, offsetof(slo_journey_slo, alert), 0}};

static const codec_field codec_tier[] = {CODEC_VALUE(CODEC_64, slo_alert_tier, long_ns),
                                         CODEC_VALUE(CODEC_64, slo_alert_tier, short_ns),
                                         CODEC_VALUE(CODEC_64, slo_alert_tier, factor_ppm),
                                         CODEC_VALUE(CODEC_64, slo_alert_tier, for_ns),
                                         CODEC_VALUE(CODEC_64, slo_alert_tier, keep_firing_ns),
                                         CODEC_VALUE(CODEC_U32, slo_alert_tier, severity),
                                         CODEC_VALUE(CODEC_U32, slo_alert_tier, flags),
                                         CODEC_VALUE(CODEC_U32, slo_alert_tier, kind),
                                         CODEC_VALUE(CODEC_U32, slo_alert_tier, group)};

#define CODEC_GATE(i)                                                       \
  CODEC_VALUE(CODEC_U32, slo_alert_config, gate[i].kind),                   \
      CODEC_VALUE(CODEC_64, slo_alert_config, gate[i].alarms_per_year_ppm), \
      CODEC_VALUE(CODEC_64, slo_alert_config, gate[i].dead_ns),             \
      CODEC_VALUE(CODEC_64, slo_alert_config, gate[i].healthy_burn_ppm),    \
      CODEC_VALUE(CODEC_64, slo_alert_config, gate[i].least_burn_ppm)

static const codec_field codec_alert[] = {CODEC_VALUE(CODEC_64, slo_alert_config, slot_ns),
                                          CODEC_VALUE(CODEC_U32, slo_alert_config, flags),
                                          CODEC_GATE(SLO_SEVERITY_PAGE),
                                          CODEC_GATE(SLO_SEVERITY_TICKET)};

#define CODEC_TYPE(fields, type, sized) \
  {fields, sizeof fields / sizeof fields[0], sizeof(type), sized}

static const codec_type codec_types[SLOI_CODEC_TYPES] = {
    CODEC_TYPE(codec_service, slo_definition_config, 1),
    CODEC_TYPE(codec_journey, slo_journey_config, 1),
    CODEC_TYPE(codec_step, slo_step, 0),
    CODEC_TYPE(codec_sli, slo_journey_sli, 0),
    CODEC_TYPE(codec_code, slo_code, 0),
    CODEC_TYPE(codec_slo, slo_journey_slo, 0),
    CODEC_TYPE(codec_tier, slo_alert_tier, 0),
    CODEC_TYPE(codec_alert, slo_alert_config, 1)};

_Static_assert(SLOI_CODEC_TYPES == 8, "a byte of the header's word for each");

enum { CODEC_AT_MAGIC = 0, CODEC_AT_SIZE = 8, CODEC_AT_FINGERPRINT = 16, CODEC_AT_WIDTHS = 24 };

static uint64_t codec_load(const unsigned char *bytes, uint64_t at) {
  const unsigned char *p = bytes + at; /* spelled out: compilers make one load of it */
  return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
         (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static void codec_store(unsigned char *bytes, uint64_t at, uint64_t word) {
  for (uint64_t i = 0; i < 8; i++, word >>= 8) bytes[at + i] = (unsigned char)word;
}

static uint64_t codec_width(const unsigned char *bytes, uint32_t type) {
  return bytes[CODEC_AT_WIDTHS + type];
}

/* All of MurmurHash3's finalizer: with one multiplication a change of three letters can cancel. */
static uint64_t codec_mix(uint64_t x) {
  x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
  x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
  return x ^ x >> 33;
}

static uint64_t codec_hash(const unsigned char *bytes, uint64_t size) {
  uint64_t sum = 0, at = 0;
  for (; size - at >= 8; at += 8) {
    sum = codec_mix(sum ^ (at == CODEC_AT_FINGERPRINT ? 0 : codec_load(bytes, at)));
  }
  while (at < size) sum = codec_mix(sum ^ bytes[at++]);
  return sum;
}

/* ---- from structs to bytes ---- */

/* What is read from: an array of structs, or one. */
typedef struct codec_array {
  uint32_t type;
  uint32_t count;
  const void *first;
} codec_array;

static void codec_element(const codec_array *array, uint32_t i, void *element) {
  const codec_type *t = &codec_types[array->type];
  if (t->sized) {
    (void)sloi_sized_element(element, t->size, array->first, i, NULL, "");
  } else {
    memcpy(element, (const char *)array->first + (size_t)i * t->size, t->size);
  }
}

static uint32_t codec_u32(const void *element, size_t at) {
  uint32_t value;
  memcpy(&value, (const char *)element + at, sizeof value);
  return value;
}

static const void *codec_pointer(const void *element, size_t at) {
  const void *pointer;
  memcpy(&pointer, (const char *)element + at, sizeof pointer);
  return pointer;
}

/* The records that a field of an element stands for. */
static codec_array codec_children(const codec_field *f, const void *element) {
  codec_array a = {f->child, 0, (const char *)element + f->at};
  if (f->kind != CODEC_INSIDE) a.first = codec_pointer(element, f->at);
  a.count = f->kind == CODEC_ONE ? a.first != NULL : codec_u32(element, f->count_at);
  return a;
}

static uint64_t codec_scalar(const codec_field *f, const void *element) {
  uint64_t value;
  if (f->kind == CODEC_U32) return codec_u32(element, f->at);
  if (f->kind == CODEC_I32) return (uint64_t)(int64_t)(int32_t)codec_u32(element, f->at);
  memcpy(&value, (const char *)element + f->at, sizeof value);
  return value;
}

/* bytes NULL: a first walk, which finds the widths, numbers of records and bytes of text. */
typedef struct codec_writer {
  unsigned char *bytes;
  uint64_t at;      /* the next record */
  uint64_t text_at; /* the next text */
  uint64_t records[SLOI_CODEC_TYPES];
  uint64_t width[SLOI_CODEC_TYPES];
} codec_writer;

static uint64_t codec_put(codec_writer *w, const codec_array *array);

static uint64_t codec_put_text(codec_writer *w, const char *text) {
  if (text == NULL) return 0;
  uint64_t length = strlen(text), at = w->text_at;
  if (w->bytes != NULL) memcpy(w->bytes + at, text, (size_t)length + 1);
  w->text_at += length + 1;
  return at << 32 | length;
}

static uint64_t codec_put_field(codec_writer *w, const codec_field *f, const void *element) {
  if (f->kind < CODEC_TEXT) return codec_scalar(f, element);
  if (f->kind == CODEC_TEXT) return codec_put_text(w, codec_pointer(element, f->at));
  codec_array children = codec_children(f, element);
  return codec_put(w, &children);
}

static uint64_t codec_put(codec_writer *w, const codec_array *array) {
  const codec_type *t = &codec_types[array->type];
  union {
    slo_definition_config service;
    slo_journey_config journey;
    slo_step step;
    slo_journey_sli sli;
    slo_code code;
    slo_journey_slo slo;
    slo_alert_tier tier;
    slo_alert_config alert;
  } element;
  if (array->count == 0) return 0;
  uint64_t list = w->at, width = w->width[array->type];
  w->records[array->type] += array->count;
  w->at += array->count * width * 8;
  for (uint32_t i = 0; i < array->count; i++) {
    codec_element(array, i, &element);
    for (uint32_t k = 0; k < t->count; k++) {
      uint64_t word = codec_put_field(w, &t->fields[k], &element);
      if (w->bytes == NULL) {
        if (word != 0 && k >= w->width[array->type]) w->width[array->type] = k + 1;
      } else if (k < width) {
        codec_store(w->bytes, list + (i * width + k) * 8, word);
      }
    }
  }
  return list << 32 | array->count;
}

/* The first walk; afterwards records begin at `at`, texts at `text_at`, and *size is known. */
static codec_writer codec_measure(const slo_definition_config *config, uint64_t *size) {
  codec_writer w = {0};
  const codec_array root = {SLOI_CODEC_SERVICE, 1, config};
  w.at = w.text_at = SLOI_CODEC_ROOT; /* so that nothing that is there lies at 0 */
  (void)codec_put(&w, &root);
  uint64_t texts = w.text_at - SLOI_CODEC_ROOT;
  w.at = w.text_at = SLOI_CODEC_ROOT;
  for (uint32_t type = 0; type < SLOI_CODEC_TYPES; type++) {
    w.text_at += w.records[type] * w.width[type] * 8;
  }
  *size = w.text_at + texts;
  return w;
}

uint64_t sloi_codec_size(const slo_definition_config *config) {
  uint64_t size;
  (void)codec_measure(config, &size);
  return size;
}

void sloi_codec_write(const slo_definition_config *config, unsigned char *bytes) {
  const codec_array root = {SLOI_CODEC_SERVICE, 1, config};
  uint64_t size;
  codec_writer w = codec_measure(config, &size);
  w.bytes = bytes;
  codec_store(bytes, CODEC_AT_MAGIC, CODEC_MAGIC);
  codec_store(bytes, CODEC_AT_SIZE, size);
  for (uint32_t type = 0; type < SLOI_CODEC_TYPES; type++) {
    bytes[CODEC_AT_WIDTHS + type] = (unsigned char)w.width[type];
  }
  (void)codec_put(&w, &root);
  codec_store(bytes, CODEC_AT_FINGERPRINT, codec_hash(bytes, size));
}

/* ---- from bytes to structs ---- */

uint64_t sloi_codec_bytes(const unsigned char *bytes) {
  return codec_load(bytes, CODEC_AT_SIZE);
}

uint64_t sloi_codec_fingerprint(const unsigned char *bytes) {
  return codec_load(bytes, CODEC_AT_FINGERPRINT);
}

/* The same walk again, which says where everything must be. */
typedef struct codec_reader {
  const unsigned char *bytes;
  uint64_t size;
  uint64_t at;
  uint64_t text_at;
  uint64_t records_end;
  uint64_t width[SLOI_CODEC_TYPES]; /* of what was met */
} codec_reader;

static int codec_text_valid(codec_reader *r, uint64_t word) {
  uint64_t at = word >> 32, length = (uint32_t)word;
  if (word == 0) return 1;
  if (at != r->text_at || at < r->records_end || length >= r->size - at) return 0;
  if (memchr(r->bytes + at, 0, (size_t)length + 1) != r->bytes + at + length) return 0;
  r->text_at += length + 1;
  return 1;
}

static int codec_list_valid(codec_reader *r, uint32_t type, uint64_t max, uint64_t word);

static int codec_field_valid(codec_reader *r, const codec_field *f, uint64_t word) {
  switch (f->kind) {
    case CODEC_U32:
      return word <= UINT32_MAX;
    case CODEC_I32:
      return word + 0x80000000u <= UINT32_MAX; /* a sign extended */
    case CODEC_64:
      return 1;
    case CODEC_TEXT:
      return codec_text_valid(r, word);
    default:
      return codec_list_valid(r, f->child, f->max, word);
  }
}

static int codec_list_valid(codec_reader *r, uint32_t type, uint64_t max, uint64_t word) {
  const codec_type *t = &codec_types[type];
  uint64_t at = word >> 32, count = (uint32_t)word, width = codec_width(r->bytes, type);
  if (word == 0) return 1;
  if (at != r->at || count < 1 || count > max || width > t->count ||
      count * width * 8 > r->records_end - r->at) {
    return 0;
  }
  r->at += count * width * 8;
  for (uint64_t i = 0; i < count; i++) {
    for (uint64_t k = 0; k < width; k++) {
      word = codec_load(r->bytes, at + (i * width + k) * 8);
      if (word != 0 && k >= r->width[type]) r->width[type] = k + 1;
      if (!codec_field_valid(r, &t->fields[k], word)) return 0;
    }
  }
  return 1;
}

slo_status sloi_codec_validate(const unsigned char *bytes, uint64_t size) {
  codec_reader r = {0};
  if (size < SLOI_CODEC_ROOT) return SLO_ESPACE;
  uint64_t magic = codec_load(bytes, CODEC_AT_MAGIC);
  if ((magic ^ CODEC_MAGIC) << 8 != 0) return SLO_ECORRUPT;
  if (magic != CODEC_MAGIC) return SLO_EVERSION;
  r.size = sloi_codec_bytes(bytes);
  if (r.size > SLO_DEFINITION_SIZE_MAX) return SLO_ECORRUPT;
  if (r.size > size) return SLO_ESPACE;
  if (codec_hash(bytes, r.size) != sloi_codec_fingerprint(bytes)) return SLO_ECORRUPT;
  for (uint32_t type = 0; type < SLOI_CODEC_TYPES; type++) {
    if (codec_width(bytes, type) > codec_types[type].count) return SLO_EVERSION;
  }
  r.bytes = bytes;
  r.at = SLOI_CODEC_ROOT;
  if (r.size < SLOI_CODEC_ROOT + 8) return SLO_ECORRUPT;
  r.records_end = r.text_at = codec_load(bytes, SLOI_CODEC_ROOT) >> 32; /* the service's name */
  if (r.records_end < SLOI_CODEC_ROOT || r.records_end > r.size) return SLO_ECORRUPT;
  if (!codec_list_valid(&r, SLOI_CODEC_SERVICE, 1, SLOI_CODEC_ROOT << 32 | 1) ||
      r.at != r.records_end || r.text_at != r.size) {
    return SLO_ECORRUPT;
  }
  for (uint32_t type = 0; type < SLOI_CODEC_TYPES; type++) {
    if (r.width[type] != codec_width(bytes, type)) return SLO_ECORRUPT;
  }
  return SLO_OK;
}

/* The word of field k of the record at `at`. */
static uint64_t codec_word(const unsigned char *bytes, uint32_t type, uint64_t at, uint32_t k) {
  return k < codec_width(bytes, type) ? codec_load(bytes, at + k * UINT64_C(8)) : 0;
}

static void codec_read_record(const unsigned char *bytes, uint32_t type, uint64_t at, char *out) {
  const codec_type *t = &codec_types[type];
  memset(out, 0, t->size);
  if (t->sized) memcpy(out, &t->size, sizeof t->size);
  for (uint32_t k = 0; k < t->count; k++) {
    const codec_field *f = &t->fields[k];
    uint64_t word = codec_word(bytes, type, at, k);
    uint32_t low = (uint32_t)word;
    if (f->kind == CODEC_U32 || f->kind == CODEC_I32) {
      memcpy(out + f->at, &low, sizeof low);
    } else if (f->kind == CODEC_64) {
      memcpy(out + f->at, &word, sizeof word);
    } else if (f->kind == CODEC_TEXT && word != 0) {
      const unsigned char *text = bytes + (word >> 32);
      memcpy(out + f->at, &text, sizeof text);
    } else if (f->kind == CODEC_LIST || f->kind == CODEC_INSIDE) {
      memcpy(out + f->count_at, &low, sizeof low);
      if (f->kind == CODEC_INSIDE) sloi_codec_read(bytes, f->child, word >> 32, low, out + f->at);
    }
  }
}

void sloi_codec_read(const unsigned char *bytes, uint32_t type, uint64_t at, uint32_t count,
                     void *records) {
  for (uint32_t i = 0; i < count; i++, at += 8 * codec_width(bytes, type)) {
    codec_read_record(bytes, type, at, (char *)records + (size_t)i * codec_types[type].size);
  }
}

uint64_t sloi_codec_item(const unsigned char *bytes, uint32_t type, uint64_t at, size_t field,
                         uint32_t i) {
  const codec_type *t = &codec_types[type];
  for (uint32_t k = 0; k < t->count; k++) {
    const codec_field *f = &t->fields[k];
    if (f->at != field || f->kind < CODEC_LIST) continue;
    uint64_t word = codec_word(bytes, type, at, k);
    return (word >> 32) + i * 8 * codec_width(bytes, f->child);
  }
  return 0;
}

/* An arena: structs one behind the other. */
typedef struct codec_arena {
  char *memory;
  uint64_t used;
} codec_arena;

/* Room for count records that lie at `at`, and all they have; where it begins. */
static char *codec_unfold(const unsigned char *bytes, codec_arena *arena, uint32_t type,
                          uint64_t at, uint32_t count) {
  const codec_type *t = &codec_types[type];
  char *records = arena->memory == NULL ? NULL : arena->memory + arena->used;
  arena->used = sloi_round_up(arena->used + (uint64_t)count * t->size, 8);
  if (records != NULL) sloi_codec_read(bytes, type, at, count, records);
  for (uint32_t i = 0; i < count; i++, at += 8 * codec_width(bytes, type)) {
    for (uint32_t k = 0; k < t->count; k++) {
      const codec_field *f = &t->fields[k];
      uint64_t word = codec_word(bytes, type, at, k);
      if ((f->kind != CODEC_LIST && f->kind != CODEC_ONE) || word == 0) continue;
      const char *list = codec_unfold(bytes, arena, f->child, word >> 32, (uint32_t)word);
      if (records != NULL) memcpy(records + (size_t)i * t->size + f->at, &list, sizeof list);
    }
  }
  return records;
}

uint64_t sloi_codec_expand(const unsigned char *bytes, void *memory) {
  codec_arena arena = {memory, 0};
  (void)codec_unfold(bytes, &arena, SLOI_CODEC_SERVICE, SLOI_CODEC_ROOT, 1);
  return arena.used;
}
