/*
 * bench.h - the harness: cases are run in turn, round after round, so that a machine whose
 * speed drifts slows all of them alike; a case is its median, and what counts are ratios
 * between medians of one run.
 *
 * A program prints a table and writes it to BUILD/bench/NAME.json, BUILD being its first
 * argument ("build" without one).
 */
#ifndef BENCH_H
#define BENCH_H

#include <inttypes.h>
#include <slo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#if defined(__linux__)
#include <sched.h>
#endif

enum { BENCH_ROUNDS_MAX = 101 };

typedef struct bench_case {
  const char *name;
  void (*run)(void *context, uint64_t n); /* does the thing n times */
  void *context;
  uint64_t n;
  double ns[BENCH_ROUNDS_MAX]; /* per thing, a round each; sorted by bench_run */
  int rounds;
} bench_case;

static inline double bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Keeps a value, and whatever it was computed from, from being optimised away. */
#define BENCH_KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

/* 1 when the kernel gave us this processor alone to run on. */
static inline int bench_pin(int cpu) {
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((unsigned)cpu, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
#else
  (void)cpu;
  return 0;
#endif
}

static inline int bench_compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* One uncounted round, then `rounds` of all cases in turn. */
static inline void bench_run(bench_case *cases, size_t count, int rounds) {
  for (int r = -1; r < rounds; r++) {
    for (size_t i = 0; i < count; i++) {
      bench_case *c = &cases[i];
      double start = bench_now();
      c->run(c->context, c->n);
      double took = (bench_now() - start) / (double)c->n;
      if (r >= 0) c->ns[r] = took;
    }
  }
  for (size_t i = 0; i < count; i++) {
    cases[i].rounds = rounds;
    qsort(cases[i].ns, (size_t)rounds, sizeof cases[i].ns[0], bench_compare);
  }
}

static inline double bench_median(const bench_case *c) {
  return c->ns[c->rounds / 2];
}

/* cases[0] is what the ratios are of. */
static inline void bench_print(const char *title, const bench_case *cases, size_t count) {
  struct utsname machine;
  if (uname(&machine) != 0) memset(&machine, 0, sizeof machine);
  printf("%s   libslo %s, %s, %s %s\n", title, slo_version_string(), __VERSION__, machine.sysname,
         machine.machine);
  printf("  %-46s %10s %10s %10s %8s\n", "", "median ns", "min", "max", "ratio");
  for (size_t i = 0; i < count; i++) {
    const bench_case *c = &cases[i];
    printf("  %-46s %10.2f %10.2f %10.2f %7.2fx\n", c->name, bench_median(c), c->ns[0],
           c->ns[c->rounds - 1], bench_median(c) / bench_median(&cases[0]));
  }
}

static inline int bench_json(const char *build, const char *name, const bench_case *cases,
                             size_t count) {
  char path[512];
  (void)snprintf(path, sizeof path, "%s/bench/%s.json", build, name);
  FILE *f = fopen(path, "w");
  if (f == NULL) {
    perror(path);
    return 1;
  }
  fprintf(f, "{\"bench\":\"%s\",\"libslo\":\"%s\",\"compiler\":\"%s\",\"cases\":[", name,
          slo_version_string(), __VERSION__);
  for (size_t i = 0; i < count; i++) {
    const bench_case *c = &cases[i];
    fprintf(
        f,
        "%s\n{\"name\":\"%s\",\"median_ns\":%.3f,\"min_ns\":%.3f,\"max_ns\":%.3f,\"ratio\":%.4f}",
        i > 0 ? "," : "", c->name, bench_median(c), c->ns[0], c->ns[c->rounds - 1],
        bench_median(c) / bench_median(&cases[0]));
  }
  fprintf(f, "\n]}\n");
  return fclose(f) != 0;
}

#endif
