/*
 * A committed state: killed at any store, it is the old one or the new one, and no reader sees
 * a mix.
 *
 * The real writer is killed, not a copy of it: its stores go through a hook that leaves it by
 * longjmp after any number of them.
 */
#include <pthread.h>
#include <setjmp.h>

#include "base/atomic.h"
#include "check_main.h"

static jmp_buf killed;
static long stores_left = -1; /* of the writer's life; -1: it is not to be killed */
static long stores_done;
static sloi_cell *last_stored;

static void hooked_store_release(sloi_cell *cell, uint64_t value) {
  if (stores_left == 0) longjmp(killed, 1);
  if (stores_left > 0) stores_left--;
  sloi_store_release(cell, value);
  last_stored = cell;
  stores_done++;
}

#define sloi_store_release hooked_store_release
#include "base/commit.h"
#undef sloi_store_release

enum { WORDS_MAX = 9 };

static void state_of(uint64_t *state, size_t words, uint64_t number) {
  for (size_t i = 0; i < words; i++) state[i] = number * 100 + i + 1;
}

static int state_is(const sloi_cell *cells, size_t words, uint64_t number) {
  uint64_t loaded[WORDS_MAX], expected[WORDS_MAX];
  state_of(expected, words, number);
  sloi_commit_load(cells, words, loaded);
  return memcmp(loaded, expected, words * sizeof loaded[0]) == 0;
}

/* Commits state `number`, killed before the store after the `stores`-th. Was it finished? */
static int commit_killed(sloi_cell *cells, size_t words, uint64_t number, long stores) {
  uint64_t state[WORDS_MAX];
  state_of(state, words, number);
  stores_left = stores;
  if (setjmp(killed) == 0) {
    sloi_commit_store(cells, words, state);
    stores_left = -1;
    return 1;
  }
  stores_left = -1;
  return 0;
}

START_TEST(test_words) {
  for (size_t words = 1; words <= WORDS_MAX; words++) {
    sloi_cell cells[1 + 2 * WORDS_MAX] = {0};
    ck_assert_uint_eq(sloi_commit_words(words), 1 + 2 * words);
    /* the copies are the words behind the number, and do not overlap */
    ck_assert_ptr_eq(sloi_commit_copy(cells, words, 0), cells + 1);
    ck_assert_ptr_eq(sloi_commit_copy(cells, words, 1), cells + 1 + words);
    ck_assert_ptr_eq(sloi_commit_copy(cells, words, 2), cells + 1);
    ck_assert_ptr_eq(sloi_commit_copy(cells, words, UINT64_MAX), cells + 1 + words);
  }
}
END_TEST

START_TEST(test_store_and_load) {
  for (size_t words = 1; words <= WORDS_MAX; words++) {
    sloi_cell cells[1 + 2 * WORDS_MAX + 1] = {0};
    uint64_t loaded[WORDS_MAX];
    sloi_cell *guard = &cells[sloi_commit_words(words)];
    sloi_store_relaxed(guard, 77);
    sloi_commit_load(cells, words, loaded); /* zeroed memory is the state of zeroes */
    for (size_t i = 0; i < words; i++) ck_assert_uint_eq(loaded[i], 0);
    for (uint64_t number = 1; number <= 10; number++) {
      stores_done = 0;
      ck_assert_int_eq(commit_killed(cells, words, number, -1), 1);
      ck_assert_int_eq(stores_done, (long)words + 1);
      ck_assert_ptr_eq(last_stored, &cells[0]); /* published last */
      ck_assert(state_is(cells, words, number));
      ck_assert_uint_eq(sloi_load_relaxed(&cells[0]), number);
      ck_assert_uint_eq(sloi_load_relaxed(guard), 77);
    }
  }
}
END_TEST

/* Killed after each number of stores, any number of times in a row: the old state, until all
 * of them are done; and the next writer commits as if nothing had been. */
START_TEST(test_killed_at_every_store) {
  for (size_t words = 1; words <= WORDS_MAX; words++) {
    for (uint64_t old = 0; old < 4; old++) {
      for (long stores = 0; stores <= (long)words + 1; stores++) {
        for (int times = 1; times <= 3; times++) {
          sloi_cell cells[1 + 2 * WORDS_MAX] = {0};
          for (uint64_t n = 1; n <= old; n++) ck_assert(commit_killed(cells, words, n, -1));
          uint64_t now = old;
          for (int t = 1; t <= times; t++) {
            uint64_t next = 1000 + (uint64_t)t;
            int finished = commit_killed(cells, words, next, stores);
            ck_assert_int_eq(finished, stores > (long)words);
            if (finished) now = next;
            if (now == 0) {
              uint64_t loaded[WORDS_MAX];
              sloi_commit_load(cells, words, loaded);
              for (size_t i = 0; i < words; i++) ck_assert_uint_eq(loaded[i], 0);
            } else {
              ck_assert_msg(state_is(cells, words, now), "%zu words, killed after %ld", words,
                            stores);
            }
          }
          ck_assert(commit_killed(cells, words, 5000, -1));
          ck_assert(state_is(cells, words, 5000));
        }
      }
    }
  }
}
END_TEST

/* A reader that copied while the owner committed must be told to try again, and one that
 * copied while the owner only wrote the other copy must not. */
START_TEST(test_peek_and_still) {
  enum { WORDS = 4 };
  sloi_cell cells[1 + 2 * WORDS] = {0};
  uint64_t state[WORDS], expected[WORDS];
  ck_assert(commit_killed(cells, WORDS, 1, -1));
  state_of(expected, WORDS, 1);
  for (long stores = 0; stores <= WORDS; stores++) {
    uint64_t sequence = sloi_commit_peek(cells, WORDS, state);
    ck_assert_int_eq(commit_killed(cells, WORDS, 2, stores), 0);
    ck_assert(sloi_commit_still(cells, sequence));
    ck_assert_mem_eq(state, expected, sizeof state);
  }
  uint64_t sequence = sloi_commit_peek(cells, WORDS, state);
  ck_assert(commit_killed(cells, WORDS, 2, -1));
  ck_assert(!sloi_commit_still(cells, sequence));
  /* two commits later the same copy is current again, and it is still not the same state */
  ck_assert(commit_killed(cells, WORDS, 3, -1));
  ck_assert(!sloi_commit_still(cells, sequence));
  ck_assert(state_is(cells, WORDS, 3));
}
END_TEST

/* ---- readers beside a writer ---- */

enum { STRESS_WORDS = 12, STRESS_COMMITS = 150000, STRESS_READERS = 2 };

typedef struct stress {
  sloi_cell cells[1 + 2 * STRESS_WORDS];
  sloi_cell done;
  sloi_cell waiting; /* readers that are not running yet */
} stress;

typedef struct stress_result {
  stress *shared;
  uint64_t reads, mixed, backwards, wrong_peeks;
} stress_result;

static void *stress_read(void *argument) {
  stress_result *r = argument;
  uint64_t state[STRESS_WORDS], last = 0, done;
  sloi_add_relaxed(&r->shared->waiting, UINT64_MAX); /* minus one */
  do {
    done = sloi_load_acquire(&r->shared->done);
    sloi_commit_load(r->shared->cells, STRESS_WORDS, state);
    for (int i = 1; i < STRESS_WORDS; i++) r->mixed += state[i] != state[0];
    r->backwards += state[0] < last;
    last = state[0];
    r->reads++;
    uint64_t sequence = sloi_commit_peek(r->shared->cells, STRESS_WORDS, state);
    if (sloi_commit_still(r->shared->cells, sequence)) {
      for (int i = 0; i < STRESS_WORDS; i++) r->wrong_peeks += state[i] != sequence;
    }
  } while (!done);
  return NULL;
}

START_TEST(test_readers_never_see_a_mix) {
  stress *shared = check_memory(sizeof *shared);
  pthread_t thread[STRESS_READERS];
  stress_result result[STRESS_READERS];
  sloi_store_relaxed(&shared->waiting, STRESS_READERS);
  for (int i = 0; i < STRESS_READERS; i++) {
    memset(&result[i], 0, sizeof result[i]);
    result[i].shared = shared;
    ck_assert_int_eq(pthread_create(&thread[i], NULL, stress_read, &result[i]), 0);
  }
  while (sloi_load_relaxed(&shared->waiting) != 0) continue;
  uint64_t state[STRESS_WORDS];
  for (uint64_t n = 1; n <= STRESS_COMMITS; n++) {
    for (int i = 0; i < STRESS_WORDS; i++) state[i] = n;
    sloi_commit_store(shared->cells, STRESS_WORDS, state);
  }
  sloi_store_release(&shared->done, 1);
  for (int i = 0; i < STRESS_READERS; i++) {
    ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
    ck_assert_uint_gt(result[i].reads, 0);
    ck_assert_uint_eq(result[i].mixed, 0);
    ck_assert_uint_eq(result[i].backwards, 0);
    ck_assert_uint_eq(result[i].wrong_peeks, 0);
  }
  sloi_commit_load(shared->cells, STRESS_WORDS, state);
  for (int i = 0; i < STRESS_WORDS; i++) ck_assert_uint_eq(state[i], STRESS_COMMITS);
  free(shared);
}
END_TEST

CHECK_MAIN("commit", tcase_add_test(tc, test_words); tcase_add_test(tc, test_store_and_load);
           tcase_add_test(tc, test_killed_at_every_store); tcase_add_test(tc, test_peek_and_still);
           tcase_add_test(tc, test_readers_never_see_a_mix);)
