/*
 * fail_malloc.c - LD_PRELOAD this and the heap runs out at a chosen call.
 *
 *   FAIL_MALLOC=7   the seventh call fails, later ones succeed
 *   FAIL_MALLOC=7+  the seventh and every later call fails
 *
 * Calls to malloc, calloc, realloc and aligned_alloc are counted together, from the start of the
 * process. For single-threaded programs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct {
  void *(*malloc)(size_t);
  void *(*calloc)(size_t, size_t);
  void *(*realloc)(void *, size_t);
  void *(*aligned_alloc)(size_t, size_t);
} fail_real;

enum { FAIL_NEW, FAIL_LOOKING, FAIL_READY };
static int fail_state;
static unsigned long fail_calls, fail_at;
static int fail_rest;

/* ISO C has no cast from dlsym's object pointer to a function pointer. */
static void fail_look_up(const char *name, void *function, size_t size) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  memcpy(function, &found, size);
}

/* 1 when this call is to fail. */
static int fail_now(void) {
  if (fail_state == FAIL_LOOKING) return 1; /* dlsym itself asks: it can do without */
  if (fail_state == FAIL_NEW) {
    const char *at = getenv("FAIL_MALLOC");
    char *end = NULL;
    fail_state = FAIL_LOOKING;
    fail_look_up("malloc", &fail_real.malloc, sizeof fail_real.malloc);
    fail_look_up("calloc", &fail_real.calloc, sizeof fail_real.calloc);
    fail_look_up("realloc", &fail_real.realloc, sizeof fail_real.realloc);
    fail_look_up("aligned_alloc", &fail_real.aligned_alloc, sizeof fail_real.aligned_alloc);
    fail_at = at == NULL ? 0 : strtoul(at, &end, 10);
    fail_rest = end != NULL && *end == '+';
    fail_state = FAIL_READY;
  }
  fail_calls++;
  if (fail_at == 0 || fail_calls < fail_at || (fail_calls > fail_at && !fail_rest)) return 0;
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size) {
  return fail_now() ? NULL : fail_real.malloc(size);
}

void *calloc(size_t count, size_t size) {
  return fail_now() ? NULL : fail_real.calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  return fail_now() ? NULL : fail_real.realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return fail_now() ? NULL : fail_real.aligned_alloc(alignment, size);
}
