/*
 * slo/definition.h - the journeys of a service as one block of bytes that everybody reads.
 *
 * A definition is what people agreed on, encoded: a monitor opens from it (slo_monitor_config),
 * and C, Python and Go read the same bytes. They are canonical: the same definition gives the same
 * bytes, whoever encodes it, on any machine, so its fingerprint says whether two processes mean
 * the same. They hold no pointers, need no alignment, and are little-endian everywhere, so they may
 * be written to a file or sent.
 *
 *   slo_definition_create(&config, NULL, &definition, &error);
 *   fwrite(definition, 1, slo_definition_size(definition), file);
 *   ...
 *   slo_definition_attach(bytes, size, &definition, &error);
 *   slo_definition_expand(definition, memory, size, &config);    the structs again
 *
 * The block never changes once it is made: any thread may read it.
 */
#ifndef SLO_DEFINITION_H
#define SLO_DEFINITION_H

#include "slo/journey.h"
#include "slo/memory.h"

#define SLO_DEFINITION_JOURNEYS_MAX 256
#define SLO_DEFINITION_SIZE_MAX UINT32_C(16777216)

SLO_BEGIN

typedef struct slo_definition slo_definition;

/*
 *   service   1..SLO_JOURNEY_NAME_MAX bytes; as all texts UTF-8 without control characters
 *   journeys  journey_count, 1..SLO_DEFINITION_JOURNEYS_MAX, an array whose element size is the
 *             struct_size of the first; each with a name of its own
 */
typedef struct slo_definition_config {
  uint32_t struct_size;
  uint32_t journey_count;
  const char *service;
  const slo_journey_config *journeys;
} slo_definition_config;

/* See slo/memory.h; memory needs no alignment. Everything slo_journey_check looks at is checked.
 * SLO_EINVAL, SLO_ERANGE (field "footprint": larger than SLO_DEFINITION_SIZE_MAX), SLO_EVERSION,
 * for init also SLO_ESPACE, for create also SLO_ENOMEM; error names the field,
 * "journeys[0].slos[1].period_ns".
 */
SLO_API slo_status slo_definition_footprint(const slo_definition_config *config, size_t *size,
                                            slo_error *error);
SLO_API slo_status slo_definition_init(void *memory, size_t size,
                                       const slo_definition_config *config,
                                       slo_definition **definition, slo_error *error);
SLO_API slo_status slo_definition_create(const slo_definition_config *config,
                                         const slo_allocator *allocator,
                                         slo_definition **definition, slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_definition_destroy(slo_definition *definition);

/*
 * Validates every offset and every field, also of bytes from somebody not trusted: what it accepts
 * is what slo_definition_init writes. size may be more than the definition's.
 * SLO_ESPACE: cut off; error says how many bytes there should be. SLO_EVERSION: made by a newer
 * version, says more than this one can read. SLO_ECORRUPT: changed, or never a definition.
 * SLO_ERANGE, SLO_EINVAL: well-formed, but of journeys that slo_journey_check refuses, also because
 * a newer version gave a meaning to a value; error names the field. SLO_EINVAL also for NULL.
 */
SLO_API slo_status slo_definition_attach(const void *memory, size_t size,
                                         const slo_definition **definition, slo_error *error);

/* The bytes it has; 0 for NULL. */
SLO_API size_t slo_definition_size(const slo_definition *definition);

/* The index of a journey, and of a step in it (slo/attempt.h), by name. SLO_ENODATA: there is none
 * of that name. SLO_ERANGE: no such journey. SLO_EINVAL. */
SLO_API slo_status slo_definition_find_journey(const slo_definition *definition, const char *name,
                                               uint32_t *journey);
SLO_API slo_status slo_definition_find_step(const slo_definition *definition, uint32_t journey,
                                            const char *name, uint32_t *step);

/* 64 bits that two different definitions hardly share (no guard against malice); 0 for NULL. A text
 * that is NULL and one that is empty, or a default and the same said aloud, are different. */
SLO_API uint64_t slo_definition_fingerprint(const slo_definition *definition);

/*
 * The structs again, laid out in memory (aligned to SLO_ALIGN, of at least the size that
 * expand_footprint says), with their texts inside the definition: both must outlive them. *config
 * is memory. Everything is as it was given: no default is filled in, what was NULL or 0 still is.
 * SLO_EINVAL, SLO_ESPACE.
 */
SLO_API slo_status slo_definition_expand_footprint(const slo_definition *definition, size_t *size);
SLO_API slo_status slo_definition_expand(const slo_definition *definition, void *memory,
                                         size_t size, const slo_definition_config **config);

SLO_END

#endif
