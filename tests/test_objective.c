/* test_objective.c - percentages become parts per billion exactly, or are refused with the place.
 */
#include "check_main.h"
#include "slo/objective.h"
#include "slo/time.h"

/* A marker no call may leave behind, or write over when it fails. */
#define UNTOUCHED UINT64_C(0x0123456789abcdef)

static uint64_t parsed(const char *text) {
  uint64_t ppb = UNTOUCHED;
  slo_error error = SLO_SIZED(slo_error);
  ck_assert_msg(slo_objective_parse(text, &ppb, &error) == SLO_OK, "'%s' is refused: %s", text,
                error.field);
  ck_assert_int_eq(error.status, SLO_OK); /* success says nothing */
  return ppb;
}

static slo_error refused(const char *text, slo_status want) {
  uint64_t ppb = UNTOUCHED;
  slo_error error = SLO_SIZED(slo_error);
  slo_status status = slo_objective_parse(text, &ppb, &error);
  ck_assert_msg(status == want, "'%s': %s instead of %s", text, slo_status_name(status),
                slo_status_name(want));
  ck_assert_int_eq(error.status, want);
  ck_assert_uint_eq(ppb, UNTOUCHED);
  ck_assert_uint_eq(error.struct_size, sizeof error);
  ck_assert_int_eq(slo_objective_parse(text, &ppb, NULL), want); /* NULL error: the same */
  return error;
}

static void refused_at(const char *text, int64_t offset) {
  slo_error error = refused(text, SLO_EPARSE);
  ck_assert_msg(error.value == offset, "'%s': byte %" PRId64 " instead of %" PRId64, text,
                error.value, offset);
  ck_assert_int_gt(error.min, error.max); /* no range to name */
  ck_assert_ptr_nonnull(strstr(error.field, "objective"));
}

START_TEST(test_exact) {
  ck_assert_uint_eq(parsed("99.9"), 999000000);
  ck_assert_uint_eq(parsed("99.9%"), 999000000);
  ck_assert_uint_eq(parsed("99.90"), 999000000);
  ck_assert_uint_eq(parsed("99.95%"), 999500000);
  ck_assert_uint_eq(parsed("99.99"), 999900000);
  ck_assert_uint_eq(parsed("99.9999999"), SLO_OBJECTIVE_MAX_PPB);
  ck_assert_uint_eq(parsed("0.0000001"), SLO_OBJECTIVE_MIN_PPB);
  ck_assert_uint_eq(parsed("0.0000001%"), 1);
  ck_assert_uint_eq(parsed("50"), 500000000);
  ck_assert_uint_eq(parsed("99"), 990000000);
  ck_assert_uint_eq(parsed("99."), 990000000);
  ck_assert_uint_eq(parsed("099.5"), 995000000);
  ck_assert_uint_eq(parsed("0000000000000000000000000000099.5"), 995000000);
  ck_assert_uint_eq(parsed(".5"), 5000000);
  ck_assert_uint_eq(parsed("12.3456789"), 123456789);
}
END_TEST

/* The classic: (1 - 0.9) * 10^6 is 99999.99999999997 in binary, and its floor is wrong. */
START_TEST(test_nine_tenths) {
  ck_assert_uint_eq(UINT64_C(1000000000) - parsed("90"), 100000000);
  ck_assert_uint_eq((UINT64_C(1000000000) - parsed("90")) / 1000, 100000);
  ck_assert_uint_eq(UINT64_C(1000000000) - parsed("99.9"), 1000000);
  ck_assert_uint_eq(UINT64_C(1000000000) - parsed("99.9999"), 1000);
}
END_TEST

START_TEST(test_zeros_beyond_a_ppb) {
  ck_assert_uint_eq(parsed("99.90000000"), 999000000); /* the eighth decimal, a zero */
  ck_assert_uint_eq(parsed("99.99999990000000000000000000000000000000000000%"), 999999999);
  refused_at("99.99999991", 10); /* the eighth decimal that is not one */
  refused_at("99.00000001", 10);
  refused_at("99.000000000000000000009", 23);
  refused_at("0.00000001", 9);
  refused_at("12.345678901", 11); /* a zero, then a 1 that cannot be kept: the ninth */
}
END_TEST

START_TEST(test_refused) {
  refused_at("", 0);
  refused_at(".", 1);
  refused_at("%", 0);
  refused_at(".%", 1);
  refused_at("99,9", 2);
  refused_at("1e2", 1);
  refused_at(" 99", 0);
  refused_at("99 ", 2);
  refused_at("99.9 %", 4);
  refused_at("99.9%%", 5);
  refused_at("99.9%x", 5);
  refused_at("-1", 0);
  refused_at("+99", 0);
  refused_at("99.9.9", 4);
  refused_at("0x5a", 1);
  refused_at("nan", 0);
  refused_at("99.-9", 3);
  refused_at("\xd9\xa9\xd9\xa9", 0); /* Arabic-Indic digits */
}
END_TEST

START_TEST(test_no_objective) {
  static const char *const none[] = {"0",     "0%",    "0.0", "0.0000000",   "100", "100%",
                                     "100.0", "100.5", "101", "999.9999999", "1000"};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    slo_error error = refused(none[i], SLO_ERANGE);
    ck_assert_int_eq(error.min, (int64_t)SLO_OBJECTIVE_MIN_PPB);
    ck_assert_int_eq(error.max, (int64_t)SLO_OBJECTIVE_MAX_PPB);
    ck_assert(error.value < error.min || error.value > error.max);
    ck_assert_ptr_nonnull(strstr(error.field, "objective"));
  }
  ck_assert_int_eq(refused("100", SLO_ERANGE).value, 1000000000);
  ck_assert_int_eq(refused("0", SLO_ERANGE).value, 0);
}
END_TEST

START_TEST(test_overflow) {
  /* these wrap to something plausible modulo 2^64 when nobody stops them */
  static const char *const huge[] = {"1001",
                                     "10000",
                                     "1844674407370",         /* * 10^7 > 2^64 */
                                     "18446744073709551615",  /* 2^64 - 1 */
                                     "18446744073709551715",  /* 2^64 + 99 */
                                     "184467440737095516259", /* 10 * 2^64 + 99 */
                                     "99999999999999999999999999999999999999999999.9"};
  for (size_t i = 0; i < sizeof huge / sizeof huge[0]; i++) {
    slo_error error = refused(huge[i], SLO_ERANGE);
    ck_assert(error.value < error.min || error.value > error.max);
  }
}
END_TEST

START_TEST(test_null) {
  uint64_t ppb = UNTOUCHED;
  slo_error error = SLO_SIZED(slo_error);
  char buffer[SLO_OBJECTIVE_TEXT_MAX];
  ck_assert_int_eq(slo_objective_parse(NULL, &ppb, &error), SLO_EINVAL);
  ck_assert_int_eq(error.status, SLO_EINVAL);
  ck_assert_uint_eq(ppb, UNTOUCHED);
  ck_assert_int_eq(slo_objective_parse("99.9", NULL, &error), SLO_EINVAL);
  ck_assert_int_eq(slo_objective_format(999000000, NULL, 16), SLO_EINVAL);
  ck_assert_int_eq(slo_objective_format(0, buffer, sizeof buffer), SLO_ERANGE);
  ck_assert_int_eq(slo_objective_format(1000000000, buffer, sizeof buffer), SLO_ERANGE);
  ck_assert_int_eq(slo_objective_format(UINT64_MAX, buffer, sizeof buffer), SLO_ERANGE);
}
END_TEST

/* An older caller's shorter error struct is filled as far as it goes and no further. */
START_TEST(test_short_error) {
  uint64_t ppb = UNTOUCHED;
  slo_error error;
  memset(&error, 0x5a, sizeof error);
  error.struct_size = offsetof(slo_error, min);
  ck_assert_int_eq(slo_objective_parse("99,9", &ppb, &error), SLO_EPARSE);
  ck_assert_int_eq(error.status, SLO_EPARSE);
  ck_assert_int_eq(error.value, 2);
  ck_assert_int_eq(error.min, INT64_C(0x5a5a5a5a5a5a5a5a));
  ck_assert_int_eq(error.field[0], 0x5a);
  ck_assert_uint_eq(error.struct_size, offsetof(slo_error, min));
}
END_TEST

static void formats_as(uint64_t ppb, const char *want) {
  char buffer[SLO_OBJECTIVE_TEXT_MAX];
  size_t length = strlen(want);
  memset(buffer, '#', sizeof buffer);
  ck_ok(slo_objective_format(ppb, buffer, sizeof buffer));
  ck_assert_str_eq(buffer, want);
  /* to the byte: exactly enough, one too few, nothing */
  memset(buffer, '#', sizeof buffer);
  ck_ok(slo_objective_format(ppb, buffer, length + 1));
  ck_assert_str_eq(buffer, want);
  ck_assert_int_eq(buffer[length + 1], '#');
  memset(buffer, '#', sizeof buffer);
  ck_assert_int_eq(slo_objective_format(ppb, buffer, length), SLO_ESPACE);
  ck_assert_int_eq(slo_objective_format(ppb, buffer, 0), SLO_ESPACE);
  ck_assert_int_eq(buffer[0], '#');
}

START_TEST(test_shortest) {
  formats_as(999000000, "99.9");
  formats_as(999500000, "99.95");
  formats_as(990000000, "99");
  formats_as(900000000, "90");
  formats_as(100000000, "10"); /* its zero is no trailing one */
  formats_as(10000000, "1");
  formats_as(1000000, "0.1");
  formats_as(SLO_OBJECTIVE_MIN_PPB, "0.0000001");
  formats_as(SLO_OBJECTIVE_MAX_PPB, "99.9999999");
  formats_as(100000001, "10.0000001");
  formats_as(123456789, "12.3456789");
  formats_as(999999000, "99.9999"); /* not 0 % of budget, as five decimals would have it */
}
END_TEST

/* In loops: ck_assert notes every call, which is slow. */
static void round_trip(uint64_t ppb) {
  char buffer[SLO_OBJECTIVE_TEXT_MAX] = "";
  uint64_t again = UNTOUCHED;
  if (slo_objective_format(ppb, buffer, sizeof buffer) != SLO_OK ||
      slo_objective_parse(buffer, &again, NULL) != SLO_OK || again != ppb) {
    ck_abort_msg("%" PRIu64 " became '%s' became %" PRIu64, ppb, buffer, again);
  }
  /* nothing shorter says the same: no zero at the end of a fraction, no lonely point */
  char last = buffer[strlen(buffer) - 1];
  if (strchr(buffer, '.') != NULL && (last == '0' || last == '.')) ck_abort_msg("'%s'", buffer);
}

START_TEST(test_round_trip) {
  uint64_t state = 1;
  for (uint64_t ppb = 1; ppb <= 2000; ppb++) {
    round_trip(ppb);
    round_trip(1000000000 - ppb);
  }
  for (uint64_t unit = 1; unit < 1000000000; unit *= 10) {
    for (uint64_t n = 1; n < 1000 && n * unit < 1000000000; n++) round_trip(n * unit);
  }
  for (int i = 0; i < 200000; i++) round_trip(1 + check_random(&state) % 999999999);
}
END_TEST

/* Every decimal text of up to seven places is read as the integer its digits spell. */
START_TEST(test_against_digits) {
  uint64_t state = 2;
  for (int i = 0; i < 100000; i++) {
    int places = (int)(check_random(&state) % 8);
    uint64_t scale = 1;
    for (int k = 0; k < places; k++) scale *= 10;
    uint64_t whole = check_random(&state) % 100, fraction = check_random(&state) % scale;
    uint64_t want = whole * 10000000 + fraction * (10000000 / scale);
    char text[32];
    if (places == 0) {
      (void)snprintf(text, sizeof text, "%" PRIu64 "%s", whole, i % 2 ? "%" : "");
    } else {
      (void)snprintf(text, sizeof text, "%" PRIu64 ".%0*" PRIu64 "%s", whole, places, fraction,
                     i % 2 ? "%" : "");
    }
    uint64_t ppb = UNTOUCHED;
    slo_status status = slo_objective_parse(text, &ppb, NULL);
    if (want == 0 ? status != SLO_ERANGE || ppb != UNTOUCHED : status != SLO_OK || ppb != want) {
      ck_abort_msg("'%s': %s, %" PRIu64, text, slo_status_name(status), ppb);
    }
  }
}
END_TEST

START_TEST(test_parse_quantile) {
  static const struct {
    const char *text;
    uint64_t ppb;
    int64_t ns;
  } good[] = {{"p99<=300ms", 990000000, 300000000},
              {"p99.9 <= 1s", 999000000, SLO_SECOND_NS},
              {"P50  <=  1ns", 500000000, 1},
              {"p99.9999999<=1h30m", 999999999, 90 * SLO_MINUTE_NS},
              {"p0.0000001<=1w", 1, 7 * SLO_DAY_NS}};
  static const struct {
    const char *text;
    slo_status status;
    int64_t value;
  } bad[] = {
      {"", SLO_EPARSE, 0},
      {"99<=300ms", SLO_EPARSE, 0},
      {"p", SLO_EPARSE, 1},
      {"p<=300ms", SLO_EPARSE, 1},
      {"px<=1s", SLO_EPARSE, 1},
      {"p99x<=1s", SLO_EPARSE, 3},
      {"p99%<=1s", SLO_EPARSE, 3},
      {"p99", SLO_EPARSE, 3},
      {"p99 <1s", SLO_EPARSE, 4},
      {"p99 >= 1s", SLO_EPARSE, 4},
      {"p99<=", SLO_EPARSE, 5},
      {"p99<=300", SLO_EPARSE, 8},
      {"p99<=1s x", SLO_EPARSE, 7},
      {"p99<=0s", SLO_ERANGE, 0},
      {"p99<=-1s", SLO_ERANGE, -SLO_SECOND_NS},
      {"p100<=1s", SLO_ERANGE, 1000000000},
      {"p0<=1s", SLO_ERANGE, 0},
      {"p99.00000000000000000000000000000000000000000000000000000000000000001<=1s", SLO_EPARSE, 1}};
  slo_error error = SLO_SIZED(slo_error);
  uint64_t ppb = 7;
  int64_t ns = 7;
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    check_that(slo_objective_parse_quantile(good[i].text, &ppb, &ns, &error) == SLO_OK, "%s",
               good[i].text);
    check_that(ppb == good[i].ppb && ns == good[i].ns, "%s", good[i].text);
  }
  ppb = 7, ns = 7;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    slo_status status = slo_objective_parse_quantile(bad[i].text, &ppb, &ns, &error);
    check_that(status == bad[i].status && error.value == bad[i].value, "%s: %d, %" PRId64,
               bad[i].text, status, error.value);
    check_that(ppb == 7 && ns == 7, "%s: touched", bad[i].text);
  }
  ck_assert_int_eq(slo_objective_parse_quantile(NULL, &ppb, &ns, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_objective_parse_quantile("p99<=1s", NULL, &ns, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_objective_parse_quantile("p99<=1s", &ppb, NULL, NULL), SLO_EINVAL);
}
END_TEST

CHECK_MAIN("objective", tcase_add_test(tc, test_parse_quantile); tcase_add_test(tc, test_exact);
           tcase_add_test(tc, test_nine_tenths); tcase_add_test(tc, test_zeros_beyond_a_ppb);
           tcase_add_test(tc, test_refused); tcase_add_test(tc, test_no_objective);
           tcase_add_test(tc, test_overflow); tcase_add_test(tc, test_null);
           tcase_add_test(tc, test_short_error); tcase_add_test(tc, test_shortest);
           tcase_add_test(tc, test_round_trip); tcase_add_test(tc, test_against_digits);)
