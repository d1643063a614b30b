/*
 * test_memory.c - where objects live: every allocation failing in turn, and no byte beyond.
 */
#include "check_main.h"
#include "slo/alert.h"
#include "slo/counter.h"
#include "slo/hist.h"
#include "slo/monitor.h"
#include "slo/snapshot.h"
#include "slo/window.h"

/* ---- the six nouns, alike ---- */

typedef struct noun {
  const char *name;
  slo_status (*footprint)(size_t *size);
  slo_status (*init)(void *memory, size_t size, void **object, slo_error *error);
  slo_status (*attach)(void *memory, size_t size, void **object);
  slo_status (*create)(const slo_allocator *allocator, void **object, slo_error *error);
  void (*destroy)(void *object);
} noun;

static const int64_t threshold = 300000000;
static const slo_window_tier window_tiers[] = {{SLO_SECOND_NS, 61 * SLO_SECOND_NS}};
static const slo_alert_tier alert_tier = {
    .long_ns = SLO_HOUR_NS, .short_ns = SLO_MINUTE_NS, .factor_ppm = 14400000};

static const slo_counter_config counter_config = {.struct_size = sizeof(slo_counter_config),
                                                  .shards = 4};
static const slo_hist_config hist_config = {.struct_size = sizeof(slo_hist_config),
                                            .scale = 3,
                                            .thresholds = &threshold,
                                            .threshold_count = 1,
                                            .shards = 2};
static const slo_window_config window_config = {
    .struct_size = sizeof(slo_window_config), .tier_count = 1, .tiers = window_tiers};
static const slo_alert_config alert_config = {.struct_size = sizeof(slo_alert_config),
                                              .tier_count = 1,
                                              .tiers = &alert_tier,
                                              .objective_ppb = 999000000};
static const slo_monitor_sli slis[] = {
    {.struct_size = sizeof(slo_monitor_sli), .name = "one", .latency = &hist_config, .shards = 1},
    {.struct_size = sizeof(slo_monitor_sli), .name = "two", .shards = 1}};
static const slo_monitor_slo slos[] = {{.struct_size = sizeof(slo_monitor_slo),
                                        .sli = 1,
                                        .name = "goal",
                                        .objective_ppb = 999000000,
                                        .period_ns = 30 * SLO_DAY_NS}};
static const slo_monitor_config monitor_config = {.struct_size = sizeof(slo_monitor_config),
                                                  .sli_count = 2,
                                                  .slis = slis,
                                                  .slos = slos,
                                                  .window = &window_config,
                                                  .slo_count = 1};

/* Wrappers of one type, so that one loop tests all. An object comes back as it was handed in
 * when the call leaves it alone. */
#define NOUN_CALLS(noun)                                                                      \
  static slo_status noun##_footprint(size_t *size) {                                          \
    return slo_##noun##_footprint(&noun##_config, size, NULL);                                \
  }                                                                                           \
  static slo_status noun##_init(void *memory, size_t size, void **object, slo_error *error) { \
    slo_##noun *o = *object;                                                                  \
    slo_status status = slo_##noun##_init(memory, size, &noun##_config, &o, error);           \
    *object = o;                                                                              \
    return status;                                                                            \
  }                                                                                           \
  static slo_status noun##_create(const slo_allocator *allocator, void **object,              \
                                  slo_error *error) {                                         \
    slo_##noun *o = *object;                                                                  \
    slo_status status = slo_##noun##_create(&noun##_config, allocator, &o, error);            \
    *object = o;                                                                              \
    return status;                                                                            \
  }                                                                                           \
  NOUN_ENDS(noun)

#define NOUN_ENDS(noun)                                                       \
  static slo_status noun##_attach(void *memory, size_t size, void **object) { \
    slo_##noun *o = *object;                                                  \
    slo_status status = slo_##noun##_attach(memory, size, &o);                \
    *object = o;                                                              \
    return status;                                                            \
  }                                                                           \
  static void noun##_destroy(void *object) {                                  \
    slo_##noun##_destroy(object);                                             \
  }

NOUN_CALLS(counter)
NOUN_CALLS(hist)
NOUN_CALLS(window)
NOUN_CALLS(alert)
NOUN_CALLS(monitor)

/* A snapshot is configured by a histogram. */
static slo_hist *snapshot_hist;

static slo_status snapshot_footprint(size_t *size) {
  return slo_snapshot_footprint(snapshot_hist, size);
}

static slo_status snapshot_init(void *memory, size_t size, void **object, slo_error *error) {
  slo_snapshot *o = *object;
  slo_status status = slo_snapshot_init(memory, size, snapshot_hist, &o, error);
  *object = o;
  return status;
}

static slo_status snapshot_create(const slo_allocator *allocator, void **object, slo_error *error) {
  slo_snapshot *o = *object;
  slo_status status = slo_snapshot_create(snapshot_hist, allocator, &o, error);
  *object = o;
  return status;
}

NOUN_ENDS(snapshot)

#define NOUN(noun) \
  {#noun, noun##_footprint, noun##_init, noun##_attach, noun##_create, noun##_destroy}

enum { NOUNS = 6 };

static const noun nouns[NOUNS] = {NOUN(counter), NOUN(hist),  NOUN(snapshot),
                                  NOUN(window),  NOUN(alert), NOUN(monitor)};

static void setup(void) {
  ck_ok(slo_hist_create(&hist_config, NULL, &snapshot_hist, NULL));
}

static void teardown(void) {
  slo_hist_destroy(snapshot_hist);
}

/* ---- an allocator that is watched ---- */

typedef struct heap {
  uint64_t fail_at; /* which allocation fails, counted from 1 */
  uint64_t allocated, released;
  void *live[8];
  size_t sizes[8];
} heap;

static void *heap_allocate(void *context, size_t size) {
  heap *h = context;
  ck_assert_uint_eq(size % SLO_ALIGN, 0);
  ck_assert_uint_gt(size, 0);
  if (++h->allocated == h->fail_at) return NULL;
  for (int i = 0; i < 8; i++) {
    if (h->live[i] != NULL) continue;
    void *memory = check_memory(size);
    memset(memory, 0xa5, size); /* what is not laid out is not zero either */
    h->live[i] = memory;
    h->sizes[i] = size;
    return memory;
  }
  ck_abort_msg("too many allocations");
  return NULL;
}

static void heap_release(void *context, void *memory) {
  heap *h = context;
  ck_assert_ptr_nonnull(memory);
  for (int i = 0; i < 8; i++) {
    if (h->live[i] != memory) continue;
    free(memory);
    h->live[i] = NULL;
    h->released++;
    return;
  }
  ck_abort_msg("released what was not allocated, or twice");
}

static uint64_t heap_live(const heap *h) {
  uint64_t n = 0;
  for (int i = 0; i < 8; i++) n += h->live[i] != NULL;
  return n;
}

/* ---- create and destroy ---- */

START_TEST(test_every_allocation_fails_in_turn) {
  for (int i = 0; i < NOUNS; i++) {
    const noun *n = &nouns[i];
    size_t size;
    ck_ok(n->footprint(&size));
    slo_status status = SLO_ENOMEM;
    for (uint64_t fail_at = 1; status != SLO_OK; fail_at++) {
      heap h = {.fail_at = fail_at};
      slo_allocator allocator = {heap_allocate, heap_release, &h};
      slo_error error = SLO_SIZED(slo_error);
      void *untouched = &h, *object = untouched;
      status = n->create(&allocator, &object, &error);
      memset(&allocator, 0x5a, sizeof allocator); /* it was copied */
      if (status != SLO_OK) {
        check_that(status == SLO_ENOMEM, "%s: %d", n->name, status);
        check_that(h.allocated == fail_at, "%s: failed before it was out of memory", n->name);
        check_that(heap_live(&h) == 0, "%s: leaked", n->name);
        check_that(object == untouched, "%s: no object, but something handed out", n->name);
        check_that(strcmp(error.field, "memory (bytes)") == 0 && error.status == SLO_ENOMEM,
                   "%s: \"%s\"", n->name, error.field);
        check_that(error.value >= (int64_t)size, "%s: of %" PRId64 " bytes", n->name, error.value);
        check_that(error.min > error.max, "%s: names a range", n->name);
      } else {
        check_that(h.allocated < fail_at, "%s: an allocation failed and nobody noticed", n->name);
        check_that(fail_at > 1, "%s: allocates nothing", n->name);
        check_that(heap_live(&h) == h.allocated, "%s: released too early", n->name);
        check_that((uintptr_t)object % SLO_ALIGN == 0, "%s: misaligned", n->name);
        n->destroy(object);
        check_that(heap_live(&h) == 0 && h.released == h.allocated, "%s: leaked", n->name);
      }
      ck_assert_uint_lt(fail_at, 100);
    }
    heap h = {.fail_at = 1};
    slo_allocator allocator = {heap_allocate, heap_release, &h};
    void *object = NULL;
    ck_assert_int_eq(n->create(&allocator, &object, NULL), SLO_ENOMEM);
  }
}
END_TEST

START_TEST(test_allocators) {
  for (int i = 0; i < NOUNS; i++) {
    const noun *n = &nouns[i];
    heap h = {0};
    void *object = &h;
    slo_allocator none = {NULL, heap_release, &h}, forever = {heap_allocate, NULL, &h};
    slo_error error = SLO_SIZED(slo_error);
    check_that(n->create(&none, &object, &error) == SLO_EINVAL, "%s", n->name);
    check_that(error.status == SLO_EINVAL, "%s: %d", n->name, error.status);
    check_that(n->create(&forever, &object, NULL) == SLO_EINVAL, "%s", n->name);
    check_that(object == (void *)&h && h.allocated == 0, "%s: allocated all the same", n->name);
    ck_ok(n->create(NULL, &object, NULL)); /* the heap */
    size_t size;
    void *again = NULL;
    ck_ok(n->footprint(&size));
    ck_ok(n->attach(object, size, &again)); /* an object is a block */
    ck_assert_ptr_eq(again, object);
    n->destroy(object);
    n->destroy(NULL);
  }
}
END_TEST

/* ---- init ---- */

enum { GUARD = 256, PATTERN = 0xc3 };

static void expect_pattern(const noun *n, const unsigned char *bytes, size_t size,
                           const char *where) {
  for (size_t i = 0; i < size; i++) {
    check_that(bytes[i] == PATTERN, "%s: wrote %s, at %zu", n->name, where, i);
  }
}

START_TEST(test_init_keeps_to_its_memory) {
  for (int i = 0; i < NOUNS; i++) {
    const noun *n = &nouns[i];
    size_t size;
    ck_ok(n->footprint(&size));
    unsigned char *memory = check_memory(size + 2 * GUARD);
    unsigned char *block = memory + GUARD;
    for (size_t more = 0; more <= GUARD; more += GUARD / 2) { /* told of more, uses no more */
      void *object = NULL;
      memset(memory, PATTERN, size + 2 * GUARD);
      ck_ok(n->init(block, size + more, &object, NULL));
      ck_assert_ptr_eq(object, block);
      expect_pattern(n, memory, GUARD, "in front of its memory");
      expect_pattern(n, block + size, GUARD, "behind its memory");
      ck_ok(n->attach(block, size, &object));
    }
    free(memory);
    memory = check_memory(size); /* exactly: under AddressSanitizer a byte more is a crash */
    void *object = NULL;
    ck_ok(n->init(memory, size, &object, NULL));
    ck_ok(n->attach(memory, size, &object));
    ck_assert_int_eq(n->attach(memory, size - 1, &object), SLO_ESPACE);
    free(memory);
  }
}
END_TEST

/* Same memory, same configuration: the same bytes, whatever was there before. */
START_TEST(test_init_leaves_nothing_behind) {
  for (int i = 0; i < NOUNS; i++) {
    const noun *n = &nouns[i];
    size_t size;
    void *object = NULL;
    ck_ok(n->footprint(&size));
    char *a = check_memory(size), *b = check_memory(size);
    memset(a, 0xff, size);
    ck_ok(n->init(a, size, &object, NULL));
    ck_ok(n->init(b, size, &object, NULL));
    check_that(memcmp(a, b, size) == 0, "%s: init depends on what was there", n->name);
    ck_ok(n->init(a, size, &object, NULL)); /* and over itself */
    check_that(memcmp(a, b, size) == 0, "%s: init depends on what was there", n->name);
    free(a);
    free(b);
  }
}
END_TEST

START_TEST(test_init_refuses_bad_memory) {
  for (int i = 0; i < NOUNS; i++) {
    const noun *n = &nouns[i];
    size_t size;
    ck_ok(n->footprint(&size));
    unsigned char *memory = check_memory(size + 2 * GUARD);
    memset(memory, PATTERN, size + 2 * GUARD);
    void *untouched = &size, *object = untouched;
    slo_error error = SLO_SIZED(slo_error);

    check_that(n->init(NULL, size, &object, &error) == SLO_EINVAL, "%s: NULL", n->name);
    check_that(strncmp(error.field, "memory", 6) == 0, "%s: \"%s\"", n->name, error.field);
    for (size_t off = 1; off < SLO_ALIGN; off++) {
      memset(&error, 0, sizeof error);
      error.struct_size = (uint32_t)sizeof error;
      check_that(n->init(memory + off, size + GUARD, &object, &error) == SLO_EINVAL,
                 "%s: misaligned by %zu", n->name, off);
      check_that(strncmp(error.field, "memory", 6) == 0 && error.value == (int64_t)off,
                 "%s: \"%s\" %" PRId64, n->name, error.field, error.value);
    }
    const size_t sizes[] = {size - 1, size / 2, 64, 63, 8, 1, 0};
    for (int k = 0; k < 7; k++) {
      memset(&error, 0, sizeof error);
      error.struct_size = (uint32_t)sizeof error;
      check_that(n->init(memory, sizes[k], &object, &error) == SLO_ESPACE, "%s: %zu of %zu bytes",
                 n->name, sizes[k], size);
      check_that(error.status == SLO_ESPACE && strcmp(error.field, "size") == 0, "%s: \"%s\"",
                 n->name, error.field);
      check_that(error.value == (int64_t)sizes[k] && error.min == (int64_t)size,
                 "%s: says %" PRId64 " of %" PRId64, n->name, error.value, error.min);
      check_that(n->init(memory, sizes[k], &object, NULL) == SLO_ESPACE, "%s", n->name);
    }
    check_that(object == untouched, "%s: refused and handed out", n->name);
    expect_pattern(n, memory, size + 2 * GUARD, "into memory that it refused");
    free(memory);
  }
}
END_TEST

/* ---- attach ---- */

/* One noun's block is not another's; nor is a block that was never laid out. */
START_TEST(test_attach_knows_its_own) {
  for (int i = 0; i < NOUNS; i++) {
    size_t size;
    void *object = NULL, *untouched = &size, *other = untouched;
    ck_ok(nouns[i].footprint(&size));
    char *memory = check_memory(size);
    for (int k = 0; k < NOUNS; k++) {
      check_that(nouns[k].attach(memory, size, &other) == SLO_ECORRUPT, "zeros as %s",
                 nouns[k].name);
    }
    ck_ok(nouns[i].init(memory, size, &object, NULL));
    for (int k = 0; k < NOUNS; k++) {
      if (k == i) continue;
      check_that(nouns[k].attach(memory, size, &other) == SLO_ECORRUPT, "a %s as %s", nouns[i].name,
                 nouns[k].name);
    }
    memset(memory, 0xff, size);
    check_that(nouns[i].attach(memory, size, &other) == SLO_ECORRUPT, "0xff as %s", nouns[i].name);
    check_that(nouns[i].attach(NULL, size, &other) == SLO_EINVAL, "NULL as %s", nouns[i].name);
    check_that(nouns[i].attach(memory, 0, &other) == SLO_ESPACE, "nothing as %s", nouns[i].name);
    ck_assert_ptr_eq(other, untouched);
    free(memory);
  }
}
END_TEST

CHECK_MAIN("memory", tcase_add_checked_fixture(tc, setup, teardown);
           tcase_add_test(tc, test_every_allocation_fails_in_turn);
           tcase_add_test(tc, test_allocators); tcase_add_test(tc, test_init_keeps_to_its_memory);
           tcase_add_test(tc, test_init_leaves_nothing_behind);
           tcase_add_test(tc, test_init_refuses_bad_memory);
           tcase_add_test(tc, test_attach_knows_its_own);)
