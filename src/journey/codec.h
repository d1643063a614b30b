/*
 * codec.h - a definition as bytes.
 *
 * Overview. First come 64-bit little-endian words, then texts.
 *
 *   word 0   the bytes "slodef", a 0, and the version of this layout: 1
 *   word 1   how many bytes there are
 *   word 2   the fingerprint: sum = mix(sum ^ w), begun with 0, for each whole word w, this one
 *            taken as 0, then for each byte behind the last of them; mix is the finalizer of
 *            MurmurHash3 (fmix64)
 *   word 3   a byte for each type of record below: its width, the words each of them has
 *   word 4.. records, rows of words, one for each field, in the order of the tables in codec.c
 *
 * A number is its 64 bits, a negative one with its sign extended; a text is (offset << 32 | length)
 * of bytes that a 0 follows, a list (offset << 32 | count) of records that lie behind one another,
 * one that is empty, or a text or record that is not there (NULL), is 0. Records lie in the order
 * of a walk through the tree, which begins with the service; a list when the record that has it
 * is walked through, before what its own records have. Texts lie in the same order. So there is one
 * way to write a definition down, and whoever reads one walks it the same way and knows where
 * everything must be.
 *
 * Growth. A width is 1 + the last field that is not 0 in any record of the type, 0 when there is
 * none. A definition that uses no new field has the same bytes as before; one that does has more
 * words than an older reader knows: it refuses.
 */
#ifndef SLOI_CODEC_H
#define SLOI_CODEC_H

#include "slo/definition.h"

enum {
  SLOI_CODEC_SERVICE, /* slo_definition_config */
  SLOI_CODEC_JOURNEY,
  SLOI_CODEC_STEP,
  SLOI_CODEC_SLI,
  SLOI_CODEC_CODE,
  SLOI_CODEC_SLO,
  SLOI_CODEC_TIER,
  SLOI_CODEC_ALERT,
  SLOI_CODEC_TYPES
};

#define SLOI_CODEC_ROOT UINT64_C(32) /* where the one record of SLOI_CODEC_SERVICE lies */

/* The bytes a checked configuration needs. */
uint64_t sloi_codec_size(const slo_definition_config *config);

/* Writes them. */
void sloi_codec_write(const slo_definition_config *config, unsigned char *bytes);

/* Are these bytes in the one way to write them? Says nothing of what the fields mean.
 * SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
slo_status sloi_codec_validate(const unsigned char *bytes, uint64_t size);

uint64_t sloi_codec_bytes(const unsigned char *bytes);
uint64_t sloi_codec_fingerprint(const unsigned char *bytes);

/* count records of a type from `at` on, as an array of structs; lists are counted, their pointers
 * NULL. */
void sloi_codec_read(const unsigned char *bytes, uint32_t type, uint64_t at, uint32_t count,
                     void *records);

/* Where record i of the list that the struct has at `field` lies; i is below its count, or 0 of
 * the one that may be missing: 0. */
uint64_t sloi_codec_item(const unsigned char *bytes, uint32_t type, uint64_t at, size_t field,
                         uint32_t i);

/* All of it as structs. memory NULL: only the bytes that takes. */
uint64_t sloi_codec_expand(const unsigned char *bytes, void *memory);

#endif
