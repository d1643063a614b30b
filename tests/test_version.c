/* The version that runs is the one that was compiled against. */
#include "check_main.h"
#include "slo/version.h"

START_TEST(test_number) {
  ck_assert_uint_eq(slo_version(),
                    SLO_VERSION_MAJOR * 1000000u + SLO_VERSION_MINOR * 1000u + SLO_VERSION_PATCH);
  ck_assert_int_lt(SLO_VERSION_MINOR, 1000); /* or two versions would share a number */
  ck_assert_int_lt(SLO_VERSION_PATCH, 1000);
}
END_TEST

START_TEST(test_string) {
  char text[32];
  snprintf(text, sizeof text, "%d.%d.%d", SLO_VERSION_MAJOR, SLO_VERSION_MINOR, SLO_VERSION_PATCH);
  ck_assert_str_eq(SLO_VERSION_STRING, text);
  ck_assert_str_eq(slo_version_string(), text);
  uint32_t n = slo_version(); /* the text says what the number says */
  snprintf(text, sizeof text, "%" PRIu32 ".%" PRIu32 ".%" PRIu32, n / 1000000, n / 1000 % 1000,
           n % 1000);
  ck_assert_str_eq(slo_version_string(), text);
}
END_TEST

CHECK_MAIN("version", tcase_add_test(tc, test_number); tcase_add_test(tc, test_string);)
