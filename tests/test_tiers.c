/*
 * test_tiers.c - windows from a configuration to a block and back: what is refused, and that no
 * block leads astray, whatever it holds.
 */
#include "base/block.h"
#include "check_main.h"
#include "slo/window.h"

#define SEC SLO_SECOND_NS

static const slo_window_tier default_tiers[] = {
    {5 * SEC, 300 * SEC},          {30 * SEC, 1800 * SEC},     {60 * SEC, 3600 * SEC},
    {120 * SEC, 7200 * SEC},       {360 * SEC, 21600 * SEC},   {1440 * SEC, 86400 * SEC},
    {4320 * SEC, 259200 * SEC},    {8640 * SEC, 604800 * SEC}, {43200 * SEC, 2592000 * SEC},
    {129600 * SEC, 7776000 * SEC},
};

static const slo_window_tier minute[] = {{SEC, 60 * SEC}};

/* ---- configuration ---- */

static void config_refused(const slo_window_config *config, slo_status expected, const char *field,
                           int64_t value) {
  slo_error error = SLO_SIZED(slo_error);
  size_t size = 4711;
  slo_window *w = NULL;
  ck_assert_int_eq(slo_window_footprint(config, &size, &error), expected);
  ck_assert_int_eq(error.status, expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.value, value);
  if (expected == SLO_ERANGE) {
    ck_assert_int_le(error.min, error.max);
    ck_assert(value < error.min || value > error.max);
  }
  ck_assert_uint_eq(size, 4711);
  memset(&error, 0, sizeof error);
  error.struct_size = (uint32_t)sizeof error;
  ck_assert_int_eq(slo_window_create(config, NULL, &w, &error), expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_ptr_null(w);
  ck_assert_int_eq(slo_window_footprint(config, &size, NULL), expected);
}

START_TEST(test_config_errors) {
  const int64_t too_many = (int64_t)SLO_WINDOW_SLOTS_MAX * SEC + 1;
  const struct {
    slo_window_tier tiers[3];
    const char *field;
    int64_t value;
  } bad_tiers[] = {
      {{{999999, 60 * SEC}}, "tiers[0].step_ns", 999999},
      {{{0, 60 * SEC}}, "tiers[0].step_ns", 0},
      {{{-1, 60 * SEC}}, "tiers[0].step_ns", -1},
      {{{SLO_TIME_MAX_NS + 1, INT64_MAX}}, "tiers[0].step_ns", SLO_TIME_MAX_NS + 1},
      {{{SEC, SEC - 1}}, "tiers[0].span_ns", SEC - 1},
      {{{SEC, INT64_MIN}}, "tiers[0].span_ns", INT64_MIN},
      {{{SEC, too_many}}, "tiers[0].span_ns", too_many},
      {{{SLO_HOUR_NS, INT64_MAX}}, "tiers[0].span_ns", INT64_MAX},
      {{{SEC, 60 * SEC}, {SEC, 90 * SEC}}, "tiers[1].step_ns", SEC},
      {{{SEC, 60 * SEC}, {2 * SEC, 60 * SEC}}, "tiers[1].span_ns", 60 * SEC},
      {{{SEC, 60 * SEC}, {2 * SEC, 90 * SEC}, {SEC, 99 * SEC}}, "tiers[2].step_ns", SEC},
      {{{SEC, 60 * SEC}, {2 * SEC, 90 * SEC}, {3 * SEC, 9 * SEC}}, "tiers[2].span_ns", 9 * SEC},
  };
  slo_window_config c = SLO_SIZED(slo_window_config);
  for (size_t i = 0; i < sizeof bad_tiers / sizeof bad_tiers[0]; i++) {
    c.tiers = bad_tiers[i].tiers;
    c.tier_count = (uint32_t)(bad_tiers[i].field[6] - '0') + 1;
    config_refused(&c, SLO_ERANGE, bad_tiers[i].field, bad_tiers[i].value);
  }
  c.tiers = minute;
  c.tier_count = SLO_WINDOW_TIERS_MAX + 1;
  config_refused(&c, SLO_ERANGE, "tier_count", SLO_WINDOW_TIERS_MAX + 1);
  c.tiers = NULL;
  c.tier_count = 1;
  config_refused(&c, SLO_EINVAL, "tiers (NULL)", 0);
  c.tiers = minute;
  const int64_t jumps[] = {-1, SEC - 1, SLO_TIME_MAX_NS + 1, INT64_MIN};
  for (size_t i = 0; i < 4; i++) {
    c.jump_max_ns = jumps[i];
    config_refused(&c, SLO_ERANGE, "jump_max_ns", jumps[i]);
  }
  c.jump_max_ns = 0;
  const int64_t gaps[] = {-1, INT64_MIN, SLO_TIME_MAX_NS + 1, INT64_MAX};
  const int64_t slices[] = {-1, 1, 10 * SEC - 1, SLO_DAY_NS + 1, INT64_MIN, INT64_MAX};
  for (size_t i = 0; i < 4; i++) {
    c.gap_ns = gaps[i];
    config_refused(&c, SLO_ERANGE, "gap_ns", gaps[i]);
  }
  c.gap_ns = 0;
  c.slice_objective_ppb = 500000000;
  for (size_t i = 0; i < 6; i++) {
    c.slice_ns = slices[i];
    config_refused(&c, SLO_ERANGE, "slice_ns", slices[i]);
  }
  c.slice_ns = 0; /* an objective of no slices */
  config_refused(&c, SLO_ERANGE, "slice_objective_ppb", 500000000);
  c.slice_ns = SLO_DAY_NS;
  c.slice_objective_ppb = 0;
  config_refused(&c, SLO_ERANGE, "slice_objective_ppb", 0);
  c.slice_objective_ppb = 1000000001;
  config_refused(&c, SLO_ERANGE, "slice_objective_ppb", 1000000001);
  c.slice_objective_ppb = UINT64_MAX;
  config_refused(&c, SLO_ERANGE, "slice_objective_ppb", INT64_MAX);
  c.slice_objective_ppb = 1000000000;
  c.unmeasured = SLO_UNMEASURED_FREEZE + 1;
  config_refused(&c, SLO_ERANGE, "unmeasured", SLO_UNMEASURED_FREEZE + 1);
  c.unmeasured = SLO_UNMEASURED_FREEZE;
  c.pins = SLO_WINDOW_PINS_MAX + 1;
  config_refused(&c, SLO_ERANGE, "pins", SLO_WINDOW_PINS_MAX + 1);
  c.pins = SLO_WINDOW_PINS_MAX;
  c.gap_ns = SLO_TIME_MAX_NS;
  size_t most;
  ck_ok(slo_window_footprint(&c, &most, NULL)); /* every field at its end */
  c.slice_ns = 10 * SEC;
  c.slice_objective_ppb = 1;
  c.gap_ns = 1;
  ck_ok(slo_window_footprint(&c, &most, NULL));
  memset(&c, 0, sizeof c);
  config_refused(&c, SLO_ERANGE, "slo_window_config.struct_size", 0);
  struct {
    slo_window_config config;
    uint64_t more;
  } newer = {SLO_SIZED(slo_window_config), 0};
  newer.config.struct_size = (uint32_t)sizeof newer;
  size_t size, same;
  ck_ok(slo_window_footprint(&newer.config, &size, NULL)); /* a tail of zeros means nothing */
  ck_ok(slo_window_footprint(NULL, &same, NULL));
  ck_assert_uint_eq(size, same);
  newer.more = 1;
  ck_assert_int_eq(slo_window_footprint(&newer.config, &size, NULL), SLO_EVERSION);
}
END_TEST

START_TEST(test_footprint) {
  size_t size, given;
  slo_window_config c = SLO_SIZED(slo_window_config);
  ck_ok(slo_window_footprint(NULL, &size, NULL));
  ck_assert_uint_le(size, 32 * 1024);
  c.tiers = default_tiers; /* the defaults are what the header says they are */
  c.tier_count = 10;
  ck_ok(slo_window_footprint(&c, &given, NULL));
  ck_assert_uint_eq(given, size);
  /* 48 bytes a reading: 100 more of them are at most 4800 bytes and a cache line more */
  slo_window_tier tier = {SEC, 1000 * SEC};
  c.tiers = &tier;
  c.tier_count = 1;
  ck_ok(slo_window_footprint(&c, &size, NULL));
  tier.span_ns += 100 * SEC;
  ck_ok(slo_window_footprint(&c, &given, NULL));
  ck_assert_uint_ge(given, size + 4800 - SLO_ALIGN);
  ck_assert_uint_le(given, size + 4800 + SLO_ALIGN);
  /* 72 with slices; 64 bytes a pin, 88 with slices */
  const struct {
    int64_t slice_ns;
    size_t reading, pin;
  } sizes[] = {{0, 48, 64}, {SLO_MINUTE_NS, 72, 88}};
  for (size_t i = 0; i < 2; i++) {
    c.slice_ns = sizes[i].slice_ns;
    c.slice_objective_ppb = i;
    c.pins = 1;
    ck_ok(slo_window_footprint(&c, &size, NULL));
    c.pins = 101;
    ck_ok(slo_window_footprint(&c, &given, NULL));
    ck_assert_uint_le(given, size + 100 * sizes[i].pin + SLO_ALIGN);
    ck_assert_uint_ge(given, size + 100 * sizes[i].pin - SLO_ALIGN);
    tier.span_ns += 100 * SEC;
    ck_ok(slo_window_footprint(&c, &size, NULL));
    ck_assert_uint_le(size, given + 100 * sizes[i].reading + SLO_ALIGN);
    ck_assert_uint_ge(size, given + 100 * sizes[i].reading - SLO_ALIGN);
  }
  c.slice_ns = 0;
  c.slice_objective_ppb = 0;
  c.pins = 0;
  tier.step_ns = SLO_TIME_MAX_NS; /* the extremes */
  tier.span_ns = SLO_TIME_MAX_NS;
  ck_ok(slo_window_footprint(&c, &size, NULL));
  tier.step_ns = 1000000;
  tier.span_ns = tier.step_ns * SLO_WINDOW_SLOTS_MAX;
  ck_ok(slo_window_footprint(&c, &size, NULL));
  ck_assert_uint_ge(size, (size_t)48 * SLO_WINDOW_SLOTS_MAX);
}
END_TEST

/* ---- attaching to what is not quite a window ---- */

static const slo_window_tier three[] = {{SEC, 20 * SEC}, {3 * SEC, 40 * SEC}, {5 * SEC, 60 * SEC}};

/* A window with a history, as plain bytes. */
static char *filled_block(size_t *size) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  slo_counts total = {0, 0, 0};
  config.tiers = three;
  config.tier_count = 3;
  config.slice_ns = 10 * SEC;
  config.slice_objective_ppb = 500000000;
  config.unmeasured = SLO_UNMEASURED_FREEZE;
  config.pins = 3;
  ck_ok(slo_window_footprint(&config, size, NULL));
  char *memory = check_memory(*size);
  ck_ok(slo_window_init(memory, *size, &config, &w, NULL));
  for (int64_t t = 1000; t < 1100; t++) {
    total.good += 7;
    total.bad += (uint64_t)t % 2;
    ck_ok(slo_window_push(w, t * SEC, &total, t % 7 == 0 ? SLO_PUSH_UNMEASURED : 0));
    if (t % 49 == 0) ck_ok(slo_window_pin(w, t * SEC, SLO_TIME_MAX_NS));
  }
  return memory;
}

/* Everything one can do to a window; the answers are whatever they are, of those documented. */
static void use(slo_window *w, uint64_t *random) {
  enum { SPANS = 24 };
  slo_delta d[SPANS];
  slo_window_summary s = SLO_SIZED(slo_window_summary);
  int64_t spans[SPANS] = {0, 1, SEC, 20 * SEC, 40 * SEC, 60 * SEC, INT64_MAX, SLO_TIME_MAX_NS};
  for (int i = 8; i < SPANS; i++) spans[i] = (int64_t)(check_random_wide(random) >> 1);
  for (int round = 0; round < 3; round++) {
    d[0].struct_size = (uint32_t)sizeof d[0];
    slo_status status = slo_window_read(w, spans, SPANS, d);
    check_that(status == SLO_OK || status == SLO_ENODATA, "read: %d", status);
    for (int i = 0; i < SPANS && status == SLO_OK; i++) {
      check_that(d[i].measured_ns >= 0 && d[i].unresolved_ns >= 0 && d[i].covered_ns >= 0 &&
                     d[i].unresolved_ns <= d[i].measured_ns && d[i].covered_ns <= d[i].measured_ns,
                 "read: %" PRId64 " measured, %" PRId64 " unresolved, %" PRId64 " covered",
                 d[i].measured_ns, d[i].unresolved_ns, d[i].covered_ns);
    }
    status = slo_window_summarize(w, &s);
    check_that(status == SLO_OK || status == SLO_ENODATA, "summarize: %d", status);
    for (int i = 0; i < 8; i++) {
      int64_t a = (int64_t)(check_random_wide(random) % (uint64_t)SLO_TIME_MAX_NS);
      int64_t b = 1000 * SEC + (int64_t)(check_random(random) % (uint64_t)(120 * SEC));
      status = slo_window_delta(w, a < b ? a : b, a < b ? b : a, d);
      check_that(status == SLO_OK || status == SLO_ENODATA, "delta: %d", status);
      status = slo_window_delta(w, b, b + 5 * SEC, d);
      check_that(status == SLO_OK || status == SLO_ENODATA, "delta: %d", status);
    }
    int64_t at = 1000 * SEC + (int64_t)(check_random(random) % (uint64_t)(120 * SEC));
    status = slo_window_pin(w, at, at + round * 50 * SEC);
    check_that(
        status == SLO_OK || status == SLO_ENODATA || status == SLO_ERANGE || status == SLO_ESPACE,
        "pin: %d", status);
    slo_counts total = {check_random_wide(random), UINT64_MAX, UINT64_MAX};
    if (check_random(random) % 2) total.good = UINT64_MAX;
    int64_t now = check_random(random) % 2 ? (int64_t)(check_random_wide(random) >> 1) : 1100 * SEC;
    status = slo_window_push(w, now, &total, (uint32_t)check_random(random) & 3);
    check_that(status == SLO_OK || status == SLO_ERANGE || status == SLO_ECLOCK, "push: %d",
               status);
  }
}

START_TEST(test_attach_flipped_bits) {
  size_t size;
  uint64_t random = 5;
  char *block = filled_block(&size), *copy = check_memory(size);
  const sloi_block *header = (const void *)block;
  size_t front = sizeof *header + (size_t)header->config_size, unused = 0;
  for (size_t bit = 0; bit < front * 8; bit++) {
    slo_window *w = NULL;
    memcpy(copy, block, size);
    copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
    slo_status status = slo_window_attach(copy, size, &w);
    if (status == SLO_OK) { /* only words that nothing reads yet */
      check_that(bit / 8 >= offsetof(sloi_block, reserved) && bit / 8 < sizeof(sloi_block),
                 "byte %zu was flipped and nobody noticed", bit / 8);
      unused++;
      use(w, &random);
    } else {
      check_that(status == SLO_ECORRUPT || status == SLO_EVERSION || status == SLO_ESPACE, "%d",
                 status);
      check_that(w == NULL, "refused and handed out");
    }
  }
  ck_assert_uint_le(unused, 8 * sizeof header->reserved);
  free(copy);
  free(block);
}
END_TEST

/* jump_max, gap, slice, its objective and the policy may say something else that is as good, so may
 * the step and span of a ring; nothing may that follows from them or moves a part. */
static int forged_is_as_good(size_t word) {
  return word < 16 ? word >= 1 && word <= 5 : (word - 16) % 4 < 2;
}

/* Words of the configuration replaced and the checksum made to fit. */
START_TEST(test_attach_forged_configuration) {
  size_t size;
  uint64_t random = 6, refused = 0;
  char *block = filled_block(&size), *copy = check_memory(size);
  sloi_block *header = (void *)copy;
  memcpy(copy, block, size);
  size_t words = (size_t)header->config_size / 8;
  for (size_t at = 0; at < words; at++) {
    for (int i = 0; i < 60; i++) {
      slo_window *w = NULL;
      uint64_t word;
      memcpy(copy, block, size);
      char *where = copy + sizeof *header + 8 * at;
      memcpy(&word, where, sizeof word);
      switch (i) {
        case 0:
          word = 0;
          break;
        case 1:
          word = UINT64_MAX;
          break;
        case 2:
          word++;
          break;
        case 3:
          word--;
          break;
        case 4:
          word = (uint64_t)INT64_MAX;
          break;
        case 5:
          word += UINT64_C(1) << 32;
          break;
        default:
          word = check_random_wide(&random);
          break;
      }
      memcpy(where, &word, sizeof word);
      header->config_sum = sloi_block_sum(header + 1, (size_t)header->config_size);
      slo_status status = slo_window_attach(copy, size, &w);
      check_that(status == SLO_OK || status == SLO_ECORRUPT || status == SLO_ESPACE, "%d", status);
      int same = memcmp(copy, block, sizeof *header + (size_t)header->config_size) == 0;
      check_that(status != SLO_OK || same || forged_is_as_good(at),
                 "word %zu is %" PRIu64 " and nobody noticed", at, word);
      if (status == SLO_OK) use(w, &random);
      refused += status != SLO_OK;
    }
  }
  ck_assert_uint_gt(refused, 9 * 60); /* steps, spans, slots and places of three rings at least */
  free(copy);
  free(block);
}
END_TEST

START_TEST(test_attach_truncated) {
  size_t size;
  char *block = filled_block(&size);
  slo_window *w = NULL;
  for (size_t n = 0; n < size; n = n < 1024 ? n + 1 : n + 61) {
    char *part = check_memory(n);
    memcpy(part, block, n);
    ck_assert_int_eq(slo_window_attach(part, n, &w), SLO_ESPACE);
    free(part);
  }
  ck_assert_ptr_null(w);
  ck_assert_int_eq(slo_window_attach(block + 8, size - 8, &w), SLO_EINVAL);
  ck_assert_int_eq(slo_window_attach(block, size, NULL), SLO_EINVAL);
  sloi_block *header = (void *)block;
  sloi_store_release(&header->ready, 0);
  ck_assert_int_eq(slo_window_attach(block, size, &w), SLO_ECORRUPT); /* init was interrupted */
  ck_assert_ptr_null(w);
  free(block);
}
END_TEST

/* Whatever the state and the rings hold: no step outside, no loop without end. */
START_TEST(test_garbage) {
  size_t size;
  uint64_t random = 8;
  char *block = filled_block(&size), *copy = check_memory(size);
  const sloi_block *header = (const void *)block;
  size_t front = sizeof *header + (size_t)header->config_size;
  for (int round = 0; round < 3000; round++) {
    slo_window *w;
    memcpy(copy, block, size);
    if (round < 256) {
      memset(copy + front, round, size - front);
    } else if (round % 3 == 0) {
      for (size_t i = front; i < size; i++) copy[i] = (char)check_random(&random);
    } else if (round % 3 == 1) { /* words that look like something */
      for (size_t i = front; i + 8 <= size; i += 8) {
        uint64_t word = check_random_wide(&random);
        memcpy(copy + i, &word, sizeof word);
      }
    } else { /* a few words of a good one, the first of them in the state */
      for (int i = 0; i < 4; i++) {
        size_t words = (size - front) / 8;
        size_t at = front + 8 * (size_t)(check_random(&random) % (i == 0 ? 110 : words));
        uint64_t word = check_random_wide(&random);
        memcpy(copy + at, &word, sizeof word);
      }
    }
    check_that(slo_window_attach(copy, size, &w) == SLO_OK, "attach");
    use(w, &random);
  }
  ck_assert_mem_eq(copy, block, front);
  free(copy);
  free(block);
}
END_TEST

CHECK_MAIN("tiers", tcase_add_test(tc, test_config_errors); tcase_add_test(tc, test_footprint);
           tcase_add_test(tc, test_attach_flipped_bits);
           tcase_add_test(tc, test_attach_forged_configuration);
           tcase_add_test(tc, test_attach_truncated); tcase_add_test(tc, test_garbage);)
