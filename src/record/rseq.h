/*
 * rseq.h - a plain add on this processor's row, by a restartable sequence (Linux).
 *
 * Overview. The C library registers one struct rseq per thread (glibc 2.35 and later); the
 * kernel keeps the processor's number in it. A section of code named by rseq_cs is
 * restarted at its abort address if the thread is preempted, moved or takes a signal inside
 * it. So: name the section; compare the processor's number with the one the row was
 * computed from; add. Nobody else on that processor can have run in between.
 *
 * Reference. sloi_rseq_here gives the thread's struct, NULL when nothing is registered. It
 * may differ from thread to thread and is never kept. sloi_rseq_add does one add and says
 * whether it did: 0 means that the section was restarted before its last instruction, so
 * nothing was added, and the caller asks for the processor again. sloi_rseq_done must
 * follow the last add of a call: the kernel reads the section's descriptor on the next
 * preemption, and by then this library may be unloaded.
 *
 * Implementation. The add is the section's last instruction and its only store to memory
 * that others see: a section with two of them could count twice when it is restarted in
 * between. On x86-64 it is one read-modify-write instruction; on aarch64 the store commits.
 * The descriptor and the abort code follow Documentation/userspace-api/rseq.rst and the
 * signatures of the kernel's uapi; mm_cid is never used: it is per process, and a row in
 * shared memory is not.
 */
#ifndef SLOI_RSEQ_H
#define SLOI_RSEQ_H

#include "base/atomic.h"

/* The head of the kernel's struct rseq, which is all there is to know. */
typedef struct sloi_rseq {
  uint32_t cpu_id_start;
  uint32_t cpu_id;
  uint64_t rseq_cs;
} sloi_rseq;

#if defined(__linux__) && defined(__GNUC__) && (defined(__x86_64__) || defined(__aarch64__)) && \
    !defined(SLOI_TSAN) && !defined(__ILP32__)
#define SLOI_RSEQ 1
#endif

#if defined(SLOI_RSEQ)

/* Weak: a C library without it leaves it at address 0. Where it is, every thread has the
 * struct, whose cpu_id is huge when the registration was refused or turned off: so one test
 * less than asking __rseq_size. */
extern const ptrdiff_t __rseq_offset __attribute__((weak));

#if defined(__x86_64__) && !defined(__clang__) && __GNUC__ < 11 /* without the builtin */
static inline char *sloi_rseq_thread(void) {
  char *thread;
  __asm__("movq %%fs:0, %0" : "=r"(thread));
  return thread;
}
#define SLOI_RSEQ_THREAD() sloi_rseq_thread()
#else
#define SLOI_RSEQ_THREAD() ((char *)__builtin_thread_pointer())
#endif

static inline sloi_rseq *sloi_rseq_here(void) {
  if (&__rseq_offset == NULL) return NULL;
  return (sloi_rseq *)(void *)(SLOI_RSEQ_THREAD() + __rseq_offset);
}

/* The processor's number; huge when the kernel refused the registration (cpu_id_start would
 * be 0 then, and an add would never succeed). */
static inline uint32_t sloi_rseq_cpu(const sloi_rseq *here) {
  return *(const volatile uint32_t *)&here->cpu_id;
}

#if defined(__x86_64__)

static inline int sloi_rseq_add(sloi_rseq *here, uint64_t cpu, sloi_cell *cell, uint64_t n) {
  __asm__ goto(
      ".pushsection __rseq_cs, \"aw\"\n\t"
      ".balign 32\n"
      "3:\n\t"
      ".long 0, 0\n\t" /* version, flags */
      ".quad 1f, 2f - 1f, 4f\n\t"
      ".popsection\n\t"
      "leaq 3b(%%rip), %%rax\n\t"
      "movq %%rax, %[rseq_cs]\n"
      "1:\n\t"
      "cmpl %k[cpu], %[cpu_id]\n\t"
      "jne 4f\n\t"
      "addq %[n], %[cell]\n"
      "2:\n\t"
      ".pushsection __rseq_failure, \"ax\"\n\t"
      ".byte 0x0f, 0xb9, 0x3d\n\t" /* ud1, carrying the signature in front of the abort */
      ".long 0x53053053\n"
      "4:\n\t"
      "jmp %l[aborted]\n\t"
      ".popsection"
      :
      : [cpu] "r"(cpu), [cpu_id] "m"(here->cpu_id), [rseq_cs] "m"(here->rseq_cs), [cell] "m"(*cell),
        [n] "er"(n)
      : "memory", "cc", "rax"
      : aborted);
  return 1;
aborted:
  return 0;
}

#else /* aarch64 */

static inline int sloi_rseq_add(sloi_rseq *here, uint64_t cpu, sloi_cell *cell, uint64_t n) {
  __asm__ goto(
      ".pushsection __rseq_cs, \"aw\"\n\t"
      ".balign 32\n"
      "3:\n\t"
      ".long 0, 0\n\t"
      ".quad 1f, 2f - 1f, 4f\n\t"
      ".popsection\n\t"
      "adrp x15, 3b\n\t"
      "add x15, x15, :lo12:3b\n\t"
      "str x15, %[rseq_cs]\n"
      "1:\n\t"
      "ldr w15, %[cpu_id]\n\t"
      "cmp w15, %w[cpu]\n\t"
      "b.ne %l[aborted]\n\t" /* not 4: it may be too far for a conditional branch */
      "ldr x15, %[cell]\n\t"
      "add x15, x15, %[n]\n\t"
      "str x15, %[cell]\n"
      "2:\n\t"
      ".pushsection __rseq_failure, \"ax\"\n\t"
      ".inst 0xd428bc00\n" /* brk #0x45e0: the signature in front of the abort */
      "4:\n\t"
      "b %l[aborted]\n\t"
      ".popsection"
      :
      : [cpu] "r"(cpu), [cpu_id] "Qo"(here->cpu_id), [rseq_cs] "m"(here->rseq_cs),
        [cell] "Qo"(*cell), [n] "r"(n)
      : "memory", "cc", "x15"
      : aborted);
  return 1;
aborted:
  return 0;
}

#endif

static inline void sloi_rseq_done(sloi_rseq *here) {
  *(volatile uint64_t *)&here->rseq_cs = 0;
}

#else /* elsewhere nothing is ever registered */

static inline sloi_rseq *sloi_rseq_here(void) {
  return NULL;
}

static inline uint32_t sloi_rseq_cpu(const sloi_rseq *here) {
  (void)here;
  return UINT32_MAX;
}

static inline int sloi_rseq_add(sloi_rseq *here, uint64_t cpu, sloi_cell *cell, uint64_t n) {
  (void)here, (void)cpu, (void)cell, (void)n;
  return 0;
}

static inline void sloi_rseq_done(sloi_rseq *here) {
  (void)here;
}

#endif

#endif
