/* Statuses and errors: the table, the unknown ones, and every shape of an error's line. */
#include "base/fail.h"
#include "check_main.h"

typedef struct entry {
  const char *name;
  slo_status status;
  int32_t value;
  const char *text;
} entry;

static const entry TABLE[] = {
#define ENTRY(name, value, text) {#name, name, value, text},
    SLO_STATUS_MAP(ENTRY)
#undef ENTRY
};
enum { TABLE_COUNT = sizeof TABLE / sizeof TABLE[0] };

START_TEST(test_every_status_has_name_and_text) {
  for (int i = 0; i < TABLE_COUNT; i++) {
    ck_assert_int_eq(TABLE[i].status, TABLE[i].value);
    ck_assert_int_eq(TABLE[i].status, -i); /* no holes: bindings keep a plain array */
    ck_assert_str_eq(slo_status_name(TABLE[i].status), TABLE[i].name);
    ck_assert_str_eq(slo_strerror(TABLE[i].status), TABLE[i].text);
    ck_assert_uint_gt(strlen(TABLE[i].text), 0);
    for (int j = 0; j < i; j++) ck_assert_str_ne(TABLE[i].text, TABLE[j].text);
  }
  ck_assert_int_eq(SLO_STATUS_LAST, TABLE[TABLE_COUNT - 1].value);
  ck_assert_int_eq(SLO_OK, 0);
}
END_TEST

/* Part of the ABI: a number never changes its meaning. */
START_TEST(test_numbers_are_frozen) {
  static const char *const frozen[] = {"SLO_OK",      "SLO_EINVAL",   "SLO_ERANGE",   "SLO_ENOMEM",
                                       "SLO_ENODATA", "SLO_EVERSION", "SLO_ECORRUPT", "SLO_ECLOCK",
                                       "SLO_EPARSE",  "SLO_ESPACE",   "SLO_ELOST"};
  for (int i = 0; i < (int)(sizeof frozen / sizeof frozen[0]); i++) {
    ck_assert_str_eq(slo_status_name(-i), frozen[i]);
  }
}
END_TEST

START_TEST(test_unknown_statuses) {
  static const slo_status none[] = {1,  2,         100,       SLO_STATUS_LAST - 1,
                                    42, INT32_MAX, INT32_MIN, INT32_MIN + 1};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    ck_assert_str_eq(slo_status_name(none[i]), "SLO_UNKNOWN");
    ck_assert_str_eq(slo_strerror(none[i]), "unknown status");
  }
  for (slo_status s = -5000; s <= 5000; s++) {
    int known = s <= 0 && s >= SLO_STATUS_LAST;
    check_that((strcmp(slo_status_name(s), "SLO_UNKNOWN") != 0) == known, "status %d", (int)s);
    check_that((strcmp(slo_strerror(s), "unknown status") != 0) == known, "status %d", (int)s);
  }
}
END_TEST

static slo_error error_of(slo_status status, const char *field, int64_t value, int64_t min,
                          int64_t max) {
  slo_error e = SLO_SIZED(slo_error);
  e.status = status;
  e.value = value;
  e.min = min;
  e.max = max;
  snprintf(e.field, sizeof e.field, "%s", field);
  return e;
}

/* The line at every buffer size: cut, terminated, never a byte too many, and always the
 * length that the whole has. */
static void expect_line(const slo_error *error, const char *line) {
  size_t length = strlen(line);
  char buffer[400];
  ck_assert_uint_lt(length + 8, sizeof buffer);
  ck_assert_uint_eq(slo_error_format(error, NULL, 0), length);
  memset(buffer, '#', sizeof buffer);
  ck_assert_uint_eq(slo_error_format(error, buffer, 0), length);
  ck_assert_int_eq(buffer[0], '#');
  for (size_t size = 1; size <= length + 4; size++) {
    memset(buffer, '#', sizeof buffer);
    ck_assert_uint_eq(slo_error_format(error, buffer, size), length);
    size_t kept = size - 1 < length ? size - 1 : length;
    ck_assert_msg(memcmp(buffer, line, kept) == 0, "size %zu: %.*s", size, (int)kept, buffer);
    ck_assert_int_eq(buffer[kept], '\0');
    for (size_t i = size; i < sizeof buffer; i++) check_that(buffer[i] == '#', "byte %zu", i);
  }
}

START_TEST(test_format_shapes) {
  slo_error e;
  expect_line(NULL, "ok");
  e = error_of(SLO_OK, "", 0, 0, 0);
  expect_line(&e, "ok");
  /* a range */
  e = error_of(SLO_ERANGE, "tiers[2].factor_ppm", 0, 1, INT64_C(1000000000000000));
  expect_line(&e, "tiers[2].factor_ppm: 0 is not in 1..1000000000000000 (value out of range)");
  e = error_of(SLO_ESPACE, "size", 10, 64, INT64_MAX);
  expect_line(&e, "size: 10 is not in 64..9223372036854775807 (the memory or buffer is too small)");
  e = error_of(SLO_ERANGE, "v", INT64_MAX, INT64_MIN, INT64_MIN);
  expect_line(&e,
              "v: 9223372036854775807 is not in -9223372036854775808..-9223372036854775808 "
              "(value out of range)");
  /* min == max is a range of one value */
  e = error_of(SLO_ERANGE, "v", 5, 7, 7);
  expect_line(&e, "v: 5 is not in 7..7 (value out of range)");
  /* no range to name */
  e = error_of(SLO_EINVAL, "thresholds (NULL)", 0, 1, 0);
  expect_line(&e, "thresholds (NULL): 0: invalid argument");
  e = error_of(SLO_ENOMEM, "memory (bytes)", 123456, INT64_MAX, INT64_MIN);
  expect_line(&e, "memory (bytes): 123456: out of memory");
  /* where the text stopped making sense; the range plays no part */
  e = error_of(SLO_EPARSE, "span", 3, 0, 100);
  expect_line(&e, "span: cannot be read from byte 3 on");
  e = error_of(SLO_EPARSE, "time", 0, 1, 0);
  expect_line(&e, "time: cannot be read from byte 0 on");
  /* no field: only the text */
  e = error_of(SLO_ECORRUPT, "", 7, 1, 9);
  expect_line(&e, "not a valid block");
  e = error_of(SLO_EPARSE, "", 7, 1, 0);
  expect_line(&e, "cannot be read");
  e = error_of(-77, "x", 1, 1, 0);
  expect_line(&e, "x: 1: unknown status");
}
END_TEST

START_TEST(test_format_every_status) {
  for (int i = 0; i < TABLE_COUNT; i++) {
    slo_error e = error_of(TABLE[i].status, "", 0, 1, 0);
    expect_line(&e, TABLE[i].text);
  }
}
END_TEST

START_TEST(test_format_longest_line) {
  char field[64], line[256];
  memset(field, 'f', sizeof field - 1);
  field[63] = '\0';
  slo_error e = error_of(SLO_EVERSION, field, INT64_MIN, INT64_MIN, INT64_MAX);
  snprintf(line, sizeof line,
           "%s: -9223372036854775808 is not in -9223372036854775808..9223372036854775807 "
           "(made by a newer or incompatible version)",
           field);
  expect_line(&e, line);
  /* a field somebody filled to the brim is cut, not read past its end */
  memset(e.field, 'f', sizeof e.field);
  expect_line(&e, line);
}
END_TEST

/* What a caller with a shorter slo_error does not have is not looked at. */
START_TEST(test_format_short_struct) {
  slo_error e = error_of(SLO_ERANGE, "field", 5, 6, 7);
  e.struct_size = offsetof(slo_error, field);
  expect_line(&e, "value out of range");
  e.struct_size = offsetof(slo_error, field) + 3;
  expect_line(&e, "fie: 5 is not in 6..7 (value out of range)");
  e.struct_size = sizeof e - 1;
  expect_line(&e, "field: 5 is not in 6..7 (value out of range)");
  e.struct_size = sizeof e + 100; /* a newer caller: nothing past our own end is read */
  expect_line(&e, "field: 5 is not in 6..7 (value out of range)");
  e.struct_size = UINT32_MAX;
  expect_line(&e, "field: 5 is not in 6..7 (value out of range)");
  e.struct_size = 0; /* never set: nothing is known */
  expect_line(&e, "ok");
}
END_TEST

/* A short struct that has the status must not be called "ok". */
START_TEST(test_format_status_only) {
  slo_error e = error_of(SLO_ERANGE, "field", 5, 6, 7);
  for (uint32_t size = 8; size < offsetof(slo_error, field); size++) {
    e.struct_size = size;
    expect_line(&e, "value out of range");
  }
}
END_TEST

/* ---- filling errors ---- */

START_TEST(test_fail) {
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(sloi_fail(NULL, SLO_EINVAL, 5, "x"), SLO_EINVAL);
  ck_assert_int_eq(sloi_fail_range(NULL, 5, 6, 7, "x"), SLO_ERANGE);
  ck_assert_int_eq(sloi_fail(&e, SLO_ENOMEM, 5, "tiers[%d].%s", 2, "step_ns"), SLO_ENOMEM);
  ck_assert_int_eq(e.status, SLO_ENOMEM);
  ck_assert_int_eq(e.value, 5);
  ck_assert_int_gt(e.min, e.max); /* no range to name */
  ck_assert_str_eq(e.field, "tiers[2].step_ns");
  ck_assert_uint_eq(e.struct_size, sizeof e);
  ck_assert_int_eq(sloi_fail_range(&e, INT64_MIN, -1, INT64_MAX, "y"), SLO_ERANGE);
  ck_assert_int_eq(e.status, SLO_ERANGE);
  ck_assert_int_eq(e.value, INT64_MIN);
  ck_assert_int_eq(e.min, -1);
  ck_assert_int_eq(e.max, INT64_MAX);
  ck_assert_str_eq(e.field, "y");
  /* a field that is too long is cut and terminated */
  char name[200];
  memset(name, 'n', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  sloi_fail(&e, SLO_EINVAL, 0, "%s", name);
  ck_assert_uint_eq(strlen(e.field), sizeof e.field - 1);
  /* a caller that did not say how much room there is gets nothing, one with less room less */
  for (uint32_t size = 0; size <= sizeof e; size++) {
    slo_error small;
    memset(&small, 0xee, sizeof small);
    small.struct_size = size;
    ck_assert_int_eq(sloi_fail(&small, SLO_EINVAL, 5, "%s", name), SLO_EINVAL);
    ck_assert_uint_eq(small.struct_size, size);
    const unsigned char *bytes = (const unsigned char *)&small;
    for (size_t i = size < 4 ? 4 : size; i < sizeof small; i++)
      check_that(bytes[i] == 0xee, "byte %zu", i);
    ck_assert_int_eq(small.status == SLO_EINVAL, size >= 8);
  }
  ck_assert_int_eq(sloi_shown(0), 0);
  ck_assert_int_eq(sloi_shown(INT64_MAX), INT64_MAX);
  ck_assert_int_eq(sloi_shown((uint64_t)INT64_MAX + 1), INT64_MAX);
  ck_assert_int_eq(sloi_shown(UINT64_MAX), INT64_MAX);
}
END_TEST

/* Config in: shorter ones are extended by zeroes, longer ones need a tail of zeroes. */
START_TEST(test_sized_read) {
  enum { OURS = 24 };
  unsigned char given[5000], local[OURS + 8];
  for (uint32_t size = 0; size <= 4200; size += size < 64 ? 1 : 37) {
    slo_error e = SLO_SIZED(slo_error);
    memset(given, 0, sizeof given);
    memset(given, 0xab, size < OURS ? size : OURS);
    memcpy(given, &size, sizeof size);
    memset(local, 0xee, sizeof local);
    slo_status status = sloi_sized_read(local, OURS, given, &e, "thing");
    if (size < 4 || size > SLOI_SIZED_MAX) {
      ck_assert_int_eq(status, SLO_ERANGE);
      ck_assert_str_eq(e.field, "thing.struct_size");
      ck_assert_int_eq(e.value, size);
      ck_assert_int_eq(e.min, 4);
      ck_assert_int_eq(e.max, SLOI_SIZED_MAX);
      continue;
    }
    ck_ok(status);
    ck_assert_mem_eq(local, given, size < OURS ? size : OURS);
    for (size_t i = size; i < OURS; i++) check_that(local[i] == 0, "byte %zu", i);
    for (size_t i = OURS; i < sizeof local; i++) check_that(local[i] == 0xee, "byte %zu", i);
    for (size_t i = OURS; i < size; i += 1 + i / 8) {
      given[i] = 1;
      ck_assert_int_eq(sloi_sized_read(local, OURS, given, &e, "thing"), SLO_EVERSION);
      ck_assert_str_eq(e.field, "thing");
      ck_assert_int_eq(e.value, (int64_t)i); /* where it begins to be unknown */
      given[i] = 0;
    }
  }
  memset(local, 0xee, sizeof local);
  ck_ok(sloi_sized_read(local, OURS, NULL, NULL, "thing"));
  for (size_t i = 0; i < OURS; i++) check_that(local[i] == 0, "byte %zu", i);
}
END_TEST

/* Result out: never past what the caller has, never over its struct_size. */
START_TEST(test_sized_write) {
  enum { OURS = 24 };
  unsigned char given[64], local[OURS];
  memset(local, 0xcd, sizeof local);
  for (uint32_t size = 0; size <= 64; size++) {
    memset(given, 0xee, sizeof given);
    memcpy(given, &size, sizeof size);
    slo_status status = sloi_sized_write(given, local, OURS);
    ck_assert_int_eq(status, size < 4 ? SLO_EINVAL : SLO_OK);
    ck_assert_mem_eq(given, &size, sizeof size);
    for (size_t i = 4; i < sizeof given; i++) {
      check_that(given[i] == (i < size && i < OURS ? 0xcd : 0xee), "byte %zu of %u", i, size);
    }
  }
  uint32_t garbage = SLOI_SIZED_MAX + 1;
  memcpy(given, &garbage, sizeof garbage);
  ck_assert_int_eq(sloi_sized_write(given, local, OURS), SLO_EINVAL);
  ck_assert_int_eq(sloi_sized_write(NULL, local, OURS), SLO_EINVAL);
}
END_TEST

START_TEST(test_layout) {
  ck_assert_uint_eq(offsetof(slo_error, struct_size), 0);
  ck_assert_uint_eq(offsetof(slo_error, status), 4);
  ck_assert_uint_eq(offsetof(slo_error, value), 8);
  ck_assert_uint_eq(offsetof(slo_error, min), 16);
  ck_assert_uint_eq(offsetof(slo_error, max), 24);
  ck_assert_uint_eq(offsetof(slo_error, field), 32);
  ck_assert_uint_eq(sizeof(slo_error), 96);
  ck_assert_uint_eq(sizeof(slo_status), 4);
}
END_TEST

CHECK_MAIN("status", tcase_add_test(tc, test_every_status_has_name_and_text);
           tcase_add_test(tc, test_numbers_are_frozen); tcase_add_test(tc, test_unknown_statuses);
           tcase_add_test(tc, test_format_shapes); tcase_add_test(tc, test_format_every_status);
           tcase_add_test(tc, test_format_longest_line);
           tcase_add_test(tc, test_format_short_struct);
           tcase_add_test(tc, test_format_status_only); tcase_add_test(tc, test_fail);
           tcase_add_test(tc, test_sized_read); tcase_add_test(tc, test_sized_write);
           tcase_add_test(tc, test_layout);)
