/*
 * check_main.h - what every C test shares: Check, a main, and aligned memory.
 *
 * A test file ends with
 *
 *   CHECK_MAIN("window", tcase_add_test(tc, test_a); tcase_add_test(tc, test_b);)
 */
#ifndef CHECK_MAIN_H
#define CHECK_MAIN_H

#include <check.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slo/status.h"

#define ck_ok(call) ck_assert_int_eq((call), SLO_OK)

/* ck_assert for loops of millions: Check writes a message per assertion, this only per failure.
 * The message is not optional: say which case it was. */
#define check_that(expr, ...)    \
  do {                           \
    if (!(expr)) {               \
      ck_abort_msg(__VA_ARGS__); \
    }                            \
  } while (0)

#define check_ok(call) check_that((call) == SLO_OK, "%s", #call)

/* -std=c11 hides it; a test that needs more of POSIX defines _DEFAULT_SOURCE in its first line. */
extern int posix_memalign(void **memory, size_t alignment, size_t size);

/* Zeroed memory aligned as every block must be, of exactly `size` bytes, so that
 * AddressSanitizer sees a step past the end; free() it. */
static inline void *check_memory(size_t size) {
  void *memory = NULL;
  ck_assert_int_eq(posix_memalign(&memory, 64, size == 0 ? 1 : size), 0);
  memset(memory, 0, size);
  return memory;
}

/* Pseudo-random words that are the same everywhere (splitmix64). */
static inline uint64_t check_random(uint64_t *state) {
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* A pseudo-random number of 0..64 bits: small and large ones alike. */
static inline uint64_t check_random_wide(uint64_t *state) {
  uint64_t bits = check_random(state) % 65;
  uint64_t value = check_random(state);
  return bits == 0 ? 0 : value >> (64 - bits);
}

#define CHECK_MAIN(name, ...)                   \
  int main(void) {                              \
    Suite *suite = suite_create(name);          \
    TCase *tc = tcase_create(name);             \
    tcase_set_timeout(tc, 120);                 \
    __VA_ARGS__                                 \
    suite_add_tcase(suite, tc);                 \
    SRunner *runner = srunner_create(suite);    \
    srunner_run_all(runner, CK_NORMAL);         \
    int failed = srunner_ntests_failed(runner); \
    srunner_free(runner);                       \
    return failed == 0 ? 0 : 1;                 \
  }

#endif
