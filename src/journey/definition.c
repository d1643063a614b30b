#include "journey/definition.h"

#include <stdio.h>

#include "base/fail.h"
#include "journey/codec.h"

static const unsigned char *definition_bytes(const slo_definition *definition) {
  return (const unsigned char *)definition;
}

/* ---- reading ---- */

static uint64_t definition_item(const sloi_journey_source *s, size_t field, uint32_t i) {
  return sloi_codec_item(s->from, SLOI_CODEC_JOURNEY, s->at, field, i);
}

static void definition_step(const sloi_journey_source *s, uint32_t i, slo_step *step) {
  sloi_codec_read(s->from, SLOI_CODEC_STEP,
                  definition_item(s, offsetof(slo_journey_config, steps), i), 1, step);
}

static void definition_sli(const sloi_journey_source *s, uint32_t i, slo_journey_sli *sli) {
  sloi_codec_read(s->from, SLOI_CODEC_SLI,
                  definition_item(s, offsetof(slo_journey_config, slis), i), 1, sli);
}

static void definition_slo(const sloi_journey_source *s, uint32_t i, sloi_journey_slo *slo) {
  uint64_t at = definition_item(s, offsetof(slo_journey_config, slos), i);
  sloi_codec_read(s->from, SLOI_CODEC_SLO, at, 1, &slo->slo);
  if (slo->slo.tier_count != 0) {
    uint64_t tiers =
        sloi_codec_item(s->from, SLOI_CODEC_SLO, at, offsetof(slo_journey_slo, tiers), 0);
    sloi_codec_read(s->from, SLOI_CODEC_TIER, tiers, slo->slo.tier_count, slo->tiers);
    slo->slo.tiers = slo->tiers;
  }
  uint64_t alert =
      sloi_codec_item(s->from, SLOI_CODEC_SLO, at, offsetof(slo_journey_slo, alert), 0);
  if (alert == 0) return;
  sloi_codec_read(s->from, SLOI_CODEC_ALERT, alert, 1, &slo->alert);
  slo->slo.alert = &slo->alert;
}

static slo_definition_config definition_root(const unsigned char *bytes) {
  slo_definition_config c;
  sloi_codec_read(bytes, SLOI_CODEC_SERVICE, SLOI_CODEC_ROOT, 1, &c);
  return c;
}

uint32_t sloi_definition_journeys(const slo_definition *definition) {
  return definition_root(definition_bytes(definition)).journey_count;
}

void sloi_definition_journey(const slo_definition *definition, uint32_t j,
                             slo_journey_config *journey, sloi_journey_source *source) {
  const unsigned char *bytes = definition_bytes(definition);
  const sloi_journey_source s = {bytes,
                                 sloi_codec_item(bytes, SLOI_CODEC_SERVICE, SLOI_CODEC_ROOT,
                                                 offsetof(slo_definition_config, journeys), j),
                                 definition_step, definition_sli, definition_slo};
  sloi_codec_read(bytes, SLOI_CODEC_JOURNEY, s.at, 1, journey);
  *source = s;
}

/* ---- making ---- */

static slo_status definition_service(const slo_definition_config *c, slo_error *error) {
  slo_status status = sloi_journey_text(c->service, 1, SLO_JOURNEY_NAME_MAX, error, "service");
  if (status != SLO_OK) return status;
  if (c->journey_count >= 1 && c->journey_count <= SLO_DEFINITION_JOURNEYS_MAX) return SLO_OK;
  return sloi_fail_range(error, c->journey_count, 1, SLO_DEFINITION_JOURNEYS_MAX, "journey_count");
}

/* The name of journey j joins those before it, unless it is one of them. */
static slo_status definition_name(const char **names, uint32_t j, const char *name,
                                  slo_error *error) {
  for (uint32_t k = 0; k < j; k++) {
    if (strcmp(name, names[k]) != 0) continue;
    return sloi_fail(error, SLO_EINVAL, 0, "journeys[%u].name (there are two)", (unsigned)j);
  }
  names[j] = name;
  return SLO_OK;
}

static slo_status definition_check(const slo_definition_config *config, slo_definition_config *c,
                                   uint64_t *size, slo_error *error) {
  slo_journey_config journey;
  const char *names[SLO_DEFINITION_JOURNEYS_MAX];
  char place[24];
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_definition_config");
  if (status == SLO_OK) status = definition_service(c, error);
  if (status == SLO_OK && c->journeys == NULL) {
    status = sloi_fail(error, SLO_EINVAL, 0, "journeys (NULL)");
  }
  for (uint32_t j = 0; j < c->journey_count && status == SLO_OK; j++) {
    (void)snprintf(place, sizeof place, "journeys[%u]", (unsigned)j);
    status = sloi_sized_element(&journey, sizeof journey, c->journeys, j, error, place);
    if (status != SLO_OK) return status;
    journey.struct_size = (uint32_t)sizeof journey;
    status = sloi_fail_within(slo_journey_check(&journey, error), error, "%s", place);
    if (status == SLO_OK) status = definition_name(names, j, journey.name, error);
  }
  if (status != SLO_OK) return status;
  c->struct_size = (uint32_t)sizeof *c;
  *size = sloi_codec_size(c);
  if (*size <= SLO_DEFINITION_SIZE_MAX) return SLO_OK;
  return sloi_fail_range(error, sloi_shown(*size), 0, SLO_DEFINITION_SIZE_MAX, "footprint");
}

slo_status slo_definition_footprint(const slo_definition_config *config, size_t *size,
                                    slo_error *error) {
  slo_definition_config c;
  uint64_t need;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = definition_check(config, &c, &need, error);
  if (status == SLO_OK) *size = (size_t)need;
  return status;
}

slo_status slo_definition_init(void *memory, size_t size, const slo_definition_config *config,
                               slo_definition **definition, slo_error *error) {
  slo_definition_config c;
  uint64_t need;
  if (memory == NULL) return sloi_fail(error, SLO_EINVAL, 0, "memory (NULL)");
  if (definition == NULL) return sloi_fail(error, SLO_EINVAL, 0, "definition (NULL)");
  slo_status status = definition_check(config, &c, &need, error);
  if (status != SLO_OK) return status;
  if (size < need) return sloi_fail_space(error, size, need, "size");
  sloi_codec_write(&c, memory);
  *definition = memory;
  return SLO_OK;
}

slo_status slo_definition_create(const slo_definition_config *config,
                                 const slo_allocator *allocator, slo_definition **definition,
                                 slo_error *error) {
  size_t size;
  void *memory;
  if (definition == NULL) return sloi_fail(error, SLO_EINVAL, 0, "definition (NULL)");
  slo_status status = slo_definition_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_definition_init(memory, size, config, definition, error);
}

void slo_definition_destroy(slo_definition *definition) {
  sloi_block_release(definition);
}

slo_status slo_definition_attach(const void *memory, size_t size, const slo_definition **definition,
                                 slo_error *error) {
  slo_journey_config journey;
  sloi_journey_source source;
  const char *names[SLO_DEFINITION_JOURNEYS_MAX];
  if (memory == NULL) return sloi_fail(error, SLO_EINVAL, 0, "memory (NULL)");
  if (definition == NULL) return sloi_fail(error, SLO_EINVAL, 0, "definition (NULL)");
  slo_status status = sloi_codec_validate(memory, size);
  if (status == SLO_ESPACE) {
    uint64_t need = size < SLOI_CODEC_ROOT ? SLOI_CODEC_ROOT : sloi_codec_bytes(memory);
    return sloi_fail_space(error, size, need, "size");
  }
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  const slo_definition *d = memory;
  const slo_definition_config c = definition_root(memory);
  status = definition_service(&c, error);
  for (uint32_t j = 0; j < c.journey_count && status == SLO_OK; j++) {
    sloi_definition_journey(d, j, &journey, &source);
    status =
        sloi_fail_within(sloi_journey_check(&journey, &source, error), error, "journeys[%u]", j);
    if (status == SLO_OK) status = definition_name(names, j, journey.name, error);
  }
  if (status == SLO_OK) *definition = d;
  return status;
}

slo_status slo_definition_find_journey(const slo_definition *definition, const char *name,
                                       uint32_t *journey) {
  slo_journey_config config;
  sloi_journey_source source;
  if (definition == NULL || name == NULL || journey == NULL) return SLO_EINVAL;
  for (uint32_t j = 0; j < sloi_definition_journeys(definition); j++) {
    sloi_definition_journey(definition, j, &config, &source);
    if (strcmp(config.name, name) != 0) continue;
    *journey = j;
    return SLO_OK;
  }
  return SLO_ENODATA;
}

slo_status slo_definition_find_step(const slo_definition *definition, uint32_t journey,
                                    const char *name, uint32_t *step) {
  slo_journey_config config;
  sloi_journey_source source;
  slo_step s;
  if (definition == NULL || name == NULL || step == NULL) return SLO_EINVAL;
  if (journey >= sloi_definition_journeys(definition)) return SLO_ERANGE;
  sloi_definition_journey(definition, journey, &config, &source);
  for (uint32_t i = 0; i < config.step_count; i++) {
    source.step(&source, i, &s);
    if (strcmp(s.name, name) != 0) continue;
    *step = i;
    return SLO_OK;
  }
  return SLO_ENODATA;
}

size_t slo_definition_size(const slo_definition *definition) {
  return definition == NULL ? 0 : (size_t)sloi_codec_bytes(definition_bytes(definition));
}

uint64_t slo_definition_fingerprint(const slo_definition *definition) {
  return definition == NULL ? 0 : sloi_codec_fingerprint(definition_bytes(definition));
}

slo_status slo_definition_expand_footprint(const slo_definition *definition, size_t *size) {
  if (definition == NULL || size == NULL) return SLO_EINVAL;
  *size = (size_t)sloi_codec_expand(definition_bytes(definition), NULL);
  return SLO_OK;
}

slo_status slo_definition_expand(const slo_definition *definition, void *memory, size_t size,
                                 const slo_definition_config **config) {
  size_t need;
  if (memory == NULL || (uintptr_t)memory % SLO_ALIGN != 0 || config == NULL) return SLO_EINVAL;
  slo_status status = slo_definition_expand_footprint(definition, &need);
  if (status != SLO_OK) return status;
  if (size < need) return SLO_ESPACE;
  (void)sloi_codec_expand(definition_bytes(definition), memory);
  *config = memory;
  return SLO_OK;
}
