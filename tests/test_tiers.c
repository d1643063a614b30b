/*
 * test_tiers.c - tiers for given spans, and windows from a configuration to a block and back: what
 * is refused, and that no block leads astray, whatever it holds.
 */
#include "base/block.h"
#include "check_main.h"
#include "slo/catalog.h"
#include "slo/tiers.h"
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

/* ---- tiers for given spans ---- */

static uint64_t tier_readings(int64_t span, int64_t step) {
  return (uint64_t)((span - 1) / step) + 3;
}

/* Every span has a tier that is fine enough and no coarser one is asked before; a window takes
 * them. Returns how many readings they keep. */
static uint64_t tiers_serve(const int64_t *spans, size_t n, const slo_window_tier *tiers,
                            uint32_t count) {
  slo_window_config c = SLO_SIZED(slo_window_config);
  uint64_t readings = 0;
  size_t size;
  c.tiers = tiers;
  c.tier_count = count;
  check_that(count >= 1 && slo_window_footprint(&c, &size, NULL) == SLO_OK, "no tiers of a window");
  for (uint32_t i = 0; i < count; i++) {
    readings += tier_readings(tiers[i].span_ns, tiers[i].step_ns);
  }
  for (size_t i = 0; i < n; i++) {
    uint32_t at = 0;
    while (at < count && tiers[at].span_ns < spans[i]) at++;
    check_that(at < count, "no tier for %" PRId64, spans[i]);
    check_that(tiers[at].step_ns <= spans[i] / 60, "%" PRId64 ": every %" PRId64, spans[i],
               tiers[at].step_ns);
  }
  return readings;
}

static int64_t longest_of(const int64_t *spans, size_t n) {
  int64_t longest = 0;
  for (size_t i = 0; i < n; i++) longest = spans[i] > longest ? spans[i] : longest;
  return longest;
}

/* Pushes at every finest step, up to a tenth of one late, until the longest span is full; no
 * window is coarse then. Returns how many of the windows the default tiers serve coarsely. */
static int tiers_in_use(const int64_t *spans, size_t n, const slo_window_tier *tiers,
                        uint32_t count, uint64_t *random) {
  slo_window_config c = SLO_SIZED(slo_window_config);
  slo_window *ours, *usual;
  slo_counts total = {0, 0, 0};
  slo_delta d[32], e[32];
  int64_t step = tiers[0].step_ns, begin = 1000 * SLO_DAY_NS;
  int64_t full = begin + longest_of(spans, n) + longest_of(spans, n) / 8;
  uint32_t coarse = 0;
  c.tiers = tiers;
  c.tier_count = count;
  ck_ok(slo_window_create(&c, NULL, &ours, NULL));
  ck_ok(slo_window_create(NULL, NULL, &usual, NULL));
  d[0].struct_size = e[0].struct_size = (uint32_t)sizeof d[0];
  for (int64_t t = begin, k = 0; t <= full; t += step, k++) {
    int64_t late = (int64_t)(check_random(random) % (uint64_t)(step / 10));
    total.good++;
    check_ok(slo_window_push(ours, t + late, &total, 0));
    check_ok(slo_window_push(usual, t + late, &total, 0));
    if (k % 47 != 0) continue;
    check_ok(slo_window_read(ours, spans, n, d));
    check_ok(slo_window_read(usual, spans, n, e));
    for (size_t i = 0; i < n; i++) {
      check_that((d[i].flags & SLO_DELTA_COARSE) == 0, "%" PRId64 " is coarse", spans[i]);
      check_that(t < begin + spans[i] + step || (d[i].flags & SLO_DELTA_SHORT) == 0,
                 "%" PRId64 " is short", spans[i]);
      if ((e[i].flags & SLO_DELTA_COARSE) != 0) coarse |= UINT32_C(1) << i;
    }
  }
  slo_window_destroy(ours);
  slo_window_destroy(usual);
  return coarse != 0;
}

/* Every window of every catalog, at every period it has. */
START_TEST(test_tiers_of_catalogs) {
  static const int64_t days[] = {7, 28, 30, 31, 90};
  uint64_t random = 12;
  int catalogs = 0, coarse = 0;
  for (uint32_t catalog = SLO_CATALOG_WORKBOOK; catalog <= SLO_CATALOG_DATADOG; catalog++) {
    for (int i = 0; i < 5; i++) {
      slo_alert_tier alert[SLO_ALERT_TIERS_MAX];
      slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
      int64_t spans[2 * SLO_ALERT_TIERS_MAX];
      uint32_t alerts, count;
      if (slo_catalog_tiers(catalog, days[i] * SLO_DAY_NS, alert, SLO_ALERT_TIERS_MAX, &alerts,
                            NULL) != SLO_OK) {
        continue;
      }
      for (uint32_t k = 0; k < alerts; k++) {
        spans[2 * k] = alert[k].long_ns;
        spans[2 * k + 1] = alert[k].short_ns;
      }
      ck_ok(slo_window_tiers(spans, 2 * alerts, tiers, SLO_WINDOW_TIERS_MAX, &count, NULL));
      ck_assert_uint_le(tiers_serve(spans, 2 * alerts, tiers, count), 500);
      for (uint32_t k = 1; k < count; k++) { /* they are near enough to each other */
        ck_assert_int_eq(tiers[k].step_ns % tiers[k - 1].step_ns, 0);
      }
      coarse += tiers_in_use(spans, 2 * alerts, tiers, count, &random);
      catalogs++;
    }
  }
  ck_assert_int_eq(catalogs, 5 + 3 + 5 + 3);
  ck_assert_int_eq(coarse, 5); /* pyrra's, with the default tiers */
}
END_TEST

/* The default tiers: what their comment says of them, and what is outside. */
START_TEST(test_default_tiers_serve) {
  static const struct {
    int64_t seconds;
    int coarse;
  } window[] = {
      {250, 0},    {300, 0},    {1500, 0},   {1800, 0},   {3000, 0},   {3600, 0},
      {6000, 0},   {7200, 0},   {18000, 0},  {21600, 0},  {72000, 0},  {86400, 0},
      {216000, 0}, {259200, 0}, {432000, 0}, {604800, 0}, {1200, 1},   {2700, 1},
      {5000, 1},   {14000, 1},  {23160, 1},  {60000, 1},  {150000, 1}, {370260, 1},
  };
  enum { WINDOWS = sizeof window / sizeof window[0] };
  int64_t spans[WINDOWS];
  int coarse[WINDOWS] = {0};
  slo_window *w;
  slo_counts total = {0, 0, 0};
  slo_delta d[WINDOWS];
  for (int i = 0; i < WINDOWS; i++) spans[i] = window[i].seconds * SEC;
  ck_ok(slo_window_create(NULL, NULL, &w, NULL));
  d[0].struct_size = (uint32_t)sizeof d[0];
  for (int64_t t = 0; t < 900000; t += 5) {
    check_ok(slo_window_push(w, t * SEC, &total, 0));
    check_ok(slo_window_read(w, spans, WINDOWS, d));
    for (int i = 0; i < WINDOWS; i++) coarse[i] |= (d[i].flags & SLO_DELTA_COARSE) != 0;
  }
  for (int i = 0; i < WINDOWS; i++) {
    ck_assert_msg(coarse[i] == window[i].coarse, "%" PRId64 " s: %d", window[i].seconds, coarse[i]);
  }
  slo_window_destroy(w);
}
END_TEST

/* The fewest readings of all ways to cut the sorted spans, with at most `capacity` tiers. */
static uint64_t fewest_readings(const int64_t *spans, uint32_t n, uint32_t capacity) {
  uint64_t fewest = UINT64_MAX;
  for (uint32_t cut = 0; cut < UINT32_C(1) << (n - 1); cut++) {
    uint64_t sum = 0;
    uint32_t tiers = 0, from = 0;
    for (uint32_t to = 1; to <= n; to++) {
      if (to < n && (cut >> (to - 1) & 1) == 0) continue;
      uint64_t readings = tier_readings(spans[to - 1], spans[from] / 60);
      sum = readings > SLO_WINDOW_SLOTS_MAX + 2 || sum == UINT64_MAX ? UINT64_MAX : sum + readings;
      tiers++;
      from = to;
    }
    if (tiers <= capacity && sum < fewest) fewest = sum;
  }
  return fewest;
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

START_TEST(test_tiers_of_random_spans) {
  uint64_t random = 13, nested = 0, shared = 0, refused = 0;
  for (int run = 0; run < 4000; run++) {
    enum { MOST = 9 };
    int64_t spans[2 * MOST];
    slo_window_tier tiers[SLO_WINDOW_TIERS_MAX + 1];
    slo_error error = SLO_SIZED(slo_error);
    uint32_t n = 1 + (uint32_t)(check_random(&random) % MOST), count = 4711;
    uint32_t capacity = 1 + (uint32_t)(check_random(&random) % SLO_WINDOW_TIERS_MAX);
    uint64_t widest = run % 3 == 0 ? 60 : 10 + check_random(&random) % 20;
    for (uint32_t i = 0; i < n; i++) {
      uint64_t wide = check_random_wide(&random) >> (run % 3 == 0 ? 0 : 64 - widest);
      int64_t span = (int64_t)(wide % (uint64_t)(SLO_TIME_MAX_NS - 60000000)) + 60000000;
      if (run % 3 == 1) span = 60000000 + (int64_t)wide % 200; /* steps that are the same */
      if (run % 3 == 2) span = SLO_MINUTE_NS * (1 + (int64_t)wide % 50000);
      spans[i] = spans[n + i] = span;
    }
    memset(tiers, 0x5a, sizeof tiers);
    slo_status status = slo_window_tiers(spans, 2 * n, tiers, capacity, &count, &error);
    qsort(spans, 2 * n, sizeof spans[0], ascending);
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < 2 * n; i += 1) {
      if (distinct == 0 || spans[distinct - 1] != spans[i]) spans[distinct++] = spans[i];
    }
    uint64_t fewest = fewest_readings(spans, distinct, capacity);
    if (status != SLO_OK) { /* then so many are needed indeed */
      check_that(status == SLO_ESPACE && fewest == UINT64_MAX && count == 4711, "%d", status);
      check_that(error.value == (int64_t)capacity && strcmp(error.field, "capacity") == 0 &&
                     fewest_readings(spans, distinct, (uint32_t)error.min) != UINT64_MAX &&
                     fewest_readings(spans, distinct, (uint32_t)error.min - 1) == UINT64_MAX,
                 "%" PRId64 " tiers", error.min);
      refused++;
      continue;
    }
    check_that(count <= capacity && tiers[count].step_ns == INT64_C(0x5a5a5a5a5a5a5a5a),
               "%" PRIu32 " tiers of %" PRIu32, count, capacity);
    uint64_t readings = tiers_serve(spans, distinct, tiers, count);
    check_that(readings >= fewest && readings <= fewest + fewest / 4,
               "%" PRIu64 " readings, not %" PRIu64, readings, fewest);
    int divides = 1;
    for (uint32_t k = 1; k < count; k++) divides &= tiers[k].step_ns % tiers[k - 1].step_ns == 0;
    check_that(divides || readings == fewest, "neither nested nor the fewest");
    nested += divides && count > 2;
    shared += count < distinct;
  }
  ck_assert_uint_gt(nested, 300);
  ck_assert_uint_gt(shared, 300);
  ck_assert_uint_gt(refused, 20);
}
END_TEST

static void tiers_refused(const int64_t *spans, size_t n, slo_status expected, const char *field,
                          int64_t value, int64_t min) {
  slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
  slo_error error = SLO_SIZED(slo_error);
  uint32_t count = 4711;
  ck_assert_int_eq(slo_window_tiers(spans, n, tiers, 16, &count, &error), expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.value, value);
  ck_assert_int_eq(error.min, min);
  ck_assert_uint_eq(count, 4711);
  ck_assert_int_eq(slo_window_tiers(spans, n, tiers, 16, &count, NULL), expected);
}

START_TEST(test_tiers_errors) {
  static int64_t spans[1000];
  slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
  slo_error error = SLO_SIZED(slo_error);
  uint32_t count = 0;
  for (int i = 0; i < 1000; i++) spans[i] = (1 + (i * 77 + 5) % 256) * SLO_MINUTE_NS;
  ck_ok(slo_window_tiers(spans, 1000, tiers, 16, &count, &error)); /* 256 different ones */
  (void)tiers_serve(spans, 1000, tiers, count);
  spans[300] = 257 * SLO_MINUTE_NS;
  tiers_refused(spans, 1000, SLO_ERANGE, "n (different spans)", 257, 1);
  tiers_refused(spans, 0, SLO_ERANGE, "n", 0, 1);
  tiers_refused(NULL, 1, SLO_EINVAL, "spans_ns (NULL)", 0, 1);
  const int64_t bad[] = {INT64_MIN, -1, 0, 59999999, SLO_TIME_MAX_NS + 1, INT64_MAX};
  for (int i = 0; i < 6; i++) {
    spans[2] = bad[i];
    tiers_refused(spans, 3, SLO_ERANGE, "spans_ns[2]", bad[i], 60000000);
  }
  spans[0] = SLO_TIME_MAX_NS; /* both ends: three tiers, the middle one for nothing but itself */
  spans[1] = 60000000;
  spans[2] = SLO_DAY_NS;
  ck_assert_int_eq(slo_window_tiers(spans, 3, tiers, 1, &count, &error), SLO_ESPACE);
  ck_assert_int_eq(error.min, 2);
  ck_ok(slo_window_tiers(spans, 3, tiers, 16, &count, NULL));
  ck_assert_uint_eq(count, 3);
  (void)tiers_serve(spans, 3, tiers, count);
  ck_assert_int_eq(slo_window_tiers(spans, 3, NULL, 0, &count, &error), SLO_ESPACE);
  ck_assert_int_eq(error.min, 2);
  ck_assert_int_eq(error.value, 0);
  ck_assert_int_eq(slo_window_tiers(spans, 3, NULL, 1, &count, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_window_tiers(spans, 3, tiers, 16, NULL, NULL), SLO_EINVAL);
  ck_ok(slo_window_tiers(spans + 1, 1, tiers, 1, &count, NULL)); /* the smallest there is */
  ck_assert_int_eq(tiers[0].step_ns, 1000000);
  ck_assert_int_eq(tiers[0].span_ns, 60000000);
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

/* gap, slice, its objective and the policy may say something else that is as good, so may
 * the step and span of a ring; nothing may that follows from them or moves a part. */
static int forged_is_as_good(size_t word) {
  return word < 16 ? word >= 3 && word <= 6 : (word - 16) % 4 < 2;
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
           tcase_add_test(tc, test_tiers_of_catalogs); tcase_add_test(tc, test_default_tiers_serve);
           tcase_add_test(tc, test_tiers_of_random_spans); tcase_add_test(tc, test_tiers_errors);
           tcase_add_test(tc, test_attach_flipped_bits);
           tcase_add_test(tc, test_attach_forged_configuration);
           tcase_add_test(tc, test_attach_truncated); tcase_add_test(tc, test_garbage);)
