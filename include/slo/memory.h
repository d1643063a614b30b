/*
 * slo/memory.h - where objects live.
 *
 * Every stateful object is one flat block of memory without pointers inside,
 * aligned to SLO_ALIGN bytes. The caller may own that memory:
 *
 *   slo_hist_footprint(&config, &size, NULL);      how many bytes
 *   slo_hist_init(memory, size, &config, &h, NULL) lays it out; h == memory
 *   slo_hist_attach(memory, size, &h)              validates what init laid out
 *
 * so the same bytes work on the heap, in memory shared between processes and in
 * a mapped file. For those who just want an object, create and destroy do the
 * same over an slo_allocator.
 *
 * init must not run while anybody uses the block; attach may, any number of
 * times. A block holds native-endian data of one layout version: attach answers
 * SLO_EVERSION for another layout, SLO_ECORRUPT for anything else that init did
 * not write, including a block whose init was interrupted.
 */
#ifndef SLO_MEMORY_H
#define SLO_MEMORY_H

#include "slo/status.h"

/* Alignment of every block, one cache line. */
#define SLO_ALIGN 64u

SLO_BEGIN

/*
 * allocate: size is a multiple of SLO_ALIGN; the result must be aligned to
 *   SLO_ALIGN (else create gives it back: SLO_EINVAL), NULL means out of memory. release: gets back
 * exactly what allocate returned. context is handed to both. The struct is copied, context must
 * live as long as any object created with it.
 *
 * A NULL slo_allocator means the C library's heap.
 */
typedef struct slo_allocator {
  void *(*allocate)(void *context, size_t size);
  void (*release)(void *context, void *memory);
  void *context;
} slo_allocator;

SLO_END

#endif
