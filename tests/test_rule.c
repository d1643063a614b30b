/* test_sli.c - the grammar of rules, and what they make of events. */
#include "check_main.h"
#include "slo/rule.h"
#include "slo/time.h"

static slo_rule rule(const char *text) {
  slo_rule sli = SLO_SIZED(slo_rule);
  slo_error error = SLO_SIZED(slo_error);
  ck_assert_msg(slo_rule_parse(text, &sli, &error) == SLO_OK, "'%s' is refused at %" PRId64 ": %s",
                text, error.value, error.field);
  ck_assert_uint_eq(sli.struct_size, sizeof sli);
  return sli;
}

static void check_term(const slo_rule *sli, uint32_t i, uint32_t field, uint32_t op,
                       int64_t value) {
  ck_assert_uint_lt(i, sli->term_count);
  ck_assert_uint_eq(sli->terms[i].field, field);
  ck_assert_uint_eq(sli->terms[i].op, op);
  ck_assert_int_eq(sli->terms[i].value, value);
}

static void reads_as(const char *text, uint32_t field, uint32_t op, int64_t value) {
  slo_rule sli = rule(text);
  ck_assert_uint_eq(sli.term_count, 1);
  check_term(&sli, 0, field, op, value);
}

/* ---- the grammar ---- */

START_TEST(test_operators) {
  reads_as("status<500", SLO_FIELD_STATUS, SLO_OP_LT, 500);
  reads_as("status<=500", SLO_FIELD_STATUS, SLO_OP_LE, 500);
  reads_as("status==500", SLO_FIELD_STATUS, SLO_OP_EQ, 500);
  reads_as("status!=500", SLO_FIELD_STATUS, SLO_OP_NE, 500);
  reads_as("status>=500", SLO_FIELD_STATUS, SLO_OP_GE, 500);
  reads_as("status>500", SLO_FIELD_STATUS, SLO_OP_GT, 500);
  reads_as("latency>300ms", SLO_FIELD_LATENCY, SLO_OP_GT, 300000000);
  reads_as("latency>=1s", SLO_FIELD_LATENCY, SLO_OP_GE, SLO_SECOND_NS);
  reads_as("latency<1ns", SLO_FIELD_LATENCY, SLO_OP_LT, 1);
  reads_as("latency<=1h30m", SLO_FIELD_LATENCY, SLO_OP_LE, 90 * SLO_MINUTE_NS);
  reads_as("latency==0s", SLO_FIELD_LATENCY, SLO_OP_EQ, 0);
  reads_as("latency!=2us", SLO_FIELD_LATENCY, SLO_OP_NE, 2000);
}
END_TEST

START_TEST(test_values) {
  reads_as("status==0", SLO_FIELD_STATUS, SLO_OP_EQ, 0);
  reads_as("status==-1", SLO_FIELD_STATUS, SLO_OP_EQ, -1);
  reads_as("status==007", SLO_FIELD_STATUS, SLO_OP_EQ, 7);
  reads_as("status<=2147483647", SLO_FIELD_STATUS, SLO_OP_LE, INT32_MAX);
  reads_as("status>=-2147483648", SLO_FIELD_STATUS, SLO_OP_GE, INT32_MIN);
  reads_as("latency<-5ms", SLO_FIELD_LATENCY, SLO_OP_LT, -5000000);
  reads_as("latency>9223372036854775807ns", SLO_FIELD_LATENCY, SLO_OP_GT, INT64_MAX);
}
END_TEST

START_TEST(test_spaces) {
  reads_as("  status >= 500  ", SLO_FIELD_STATUS, SLO_OP_GE, 500);
  reads_as("\tstatus\t>=\t500\t", SLO_FIELD_STATUS, SLO_OP_GE, 500);
  static const char *const same[] = {"status>=500||status==429||latency>300ms",
                                     "status>=500 || status==429 || latency>300ms",
                                     " status >= 500|| status ==429 ||latency > 300ms ",
                                     "status>=500\t||\tstatus==429\t||\tlatency>300ms"};
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
    slo_rule sli = rule(same[i]);
    ck_assert_uint_eq(sli.term_count, 3);
    check_term(&sli, 0, SLO_FIELD_STATUS, SLO_OP_GE, 500);
    check_term(&sli, 1, SLO_FIELD_STATUS, SLO_OP_EQ, 429);
    check_term(&sli, 2, SLO_FIELD_LATENCY, SLO_OP_GT, 300000000);
  }
}
END_TEST

START_TEST(test_refused) {
  static const struct {
    const char *text;
    int64_t offset;
  } wrong[] = {
      {"", 0},
      {"   ", 3},
      {"500", 0},
      {"Status>=500", 0},
      {"code>=500", 0},
      {"|| status>=500", 0},
      {"(status>=500)", 0},
      {"!status==1", 0},
      {"\nstatus>=500", 0},
      /* the operator */
      {"status", 6},
      {"status 500", 7},
      {"status=500", 6},
      {"status=>500", 6},
      {"status~500", 6},
      {"status5>=500", 6},
      {"statuses>=500", 6},
      {"status ! = 500", 7},
      {"status\n>=500", 6},
      /* the value */
      {"status>=", 8},
      {"status>= ", 9},
      {"status>==500", 8},
      {"status> =500", 8},
      {"status>=>500", 8},
      {"status>=5xx", 8},
      {"status>=500ms", 8},
      {"status>=500.0", 8},
      {"status>=+500", 8},
      {"status>=-", 8},
      {"status>=--5", 8},
      {"status>=0x1f4", 8},
      {"status>=||status==1", 8},
      {"status>=99999999999999999999", 8},
      {"status>=18446744073709552116", 8}, /* 2^64 + 500 */
      {"latency>300", 8},
      {"latency>300 ms", 8},
      {"latency>0.3s", 8},
      {"latency>300MS", 8},
      {"latency>ms", 8},
      {"latency>1mo", 8},
      {"latency>9223372036854775808ns", 8},
      /* what follows */
      {"status>=500 status==429", 12},
      {"status>=500 && latency>1s", 12},
      {"status>=500 or status==1", 12},
      {"status>=500 |", 12},
      {"status>=500 | status==1", 12},
      {"status>=500|status==1", 11},
      {"status>=500 ||", 14},
      {"status>=500 || ", 15},
      {"status>=500 || || status==1", 15},
      {"status>=500 || 429", 15},
      {"status>=500|||status==1", 13},
      {"status>=500 || status==429 || latency>x", 38},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    slo_rule sli, before;
    slo_error error = SLO_SIZED(slo_error);
    memset(&sli, 0x5a, sizeof sli);
    sli.struct_size = sizeof sli;
    before = sli;
    slo_status status = slo_rule_parse(wrong[i].text, &sli, &error);
    ck_assert_msg(status == SLO_EPARSE, "'%s': %s", wrong[i].text, slo_status_name(status));
    ck_assert_msg(error.value == wrong[i].offset, "'%s': byte %" PRId64 ", not %" PRId64,
                  wrong[i].text, error.value, wrong[i].offset);
    ck_assert_int_eq(error.status, SLO_EPARSE);
    ck_assert_ptr_nonnull(strstr(error.field, "rule"));
    ck_assert_mem_eq(&sli, &before, sizeof sli);
    ck_assert_int_eq(slo_rule_parse(wrong[i].text, &sli, NULL), SLO_EPARSE);
  }
}
END_TEST

/* The message says what was expected there. */
START_TEST(test_messages) {
  static const char *const wanted[][2] = {
      {"code==1", "status or latency"},
      {"status=5", "< <= == != >= >"},
      {"status>=5xx", "integer"},
      {"status>=99999999999999", "integer"},
      {"latency>300", "duration"},
      {"status==1 ||", "status or latency"},
      {"status==1 && latency>1s", "|| or its end"},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    slo_rule sli = SLO_SIZED(slo_rule);
    slo_error error = SLO_SIZED(slo_error);
    char text[160];
    ck_assert_int_eq(slo_rule_parse(wanted[i][0], &sli, &error), SLO_EPARSE);
    (void)slo_error_format(&error, text, sizeof text);
    ck_assert_msg(strstr(text, wanted[i][1]) != NULL, "'%s': %s", wanted[i][0], text);
  }
}
END_TEST

/* A value longer than any number: refused, not cut. */
START_TEST(test_long_value) {
  char text[4096] = "status>=";
  slo_rule sli = SLO_SIZED(slo_rule);
  slo_error error = SLO_SIZED(slo_error);
  for (size_t digits = 1; digits < 4000; digits += 13) {
    memset(text + 8, '0', digits);
    memcpy(text + 8 + digits, "500", 4);
    if (slo_rule_parse(text, &sli, &error) == SLO_OK) { /* it may be read, but as nothing else */
      ck_assert_uint_eq(sli.term_count, 1);
      check_term(&sli, 0, SLO_FIELD_STATUS, SLO_OP_GE, 500);
    } else {
      ck_assert_int_eq(error.status, SLO_EPARSE);
      ck_assert_int_ge(error.value, 8);
    }
  }
}
END_TEST

START_TEST(test_sixteen_terms) {
  char text[1024] = "";
  slo_rule sli = SLO_SIZED(slo_rule);
  slo_error error = SLO_SIZED(slo_error);
  for (int i = 0; i < SLO_RULE_TERMS_MAX; i++) {
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%sstatus==%d",
                   i > 0 ? " || " : "", 500 + i);
  }
  ck_ok(slo_rule_parse(text, &sli, &error));
  ck_assert_uint_eq(sli.term_count, SLO_RULE_TERMS_MAX);
  for (uint32_t i = 0; i < SLO_RULE_TERMS_MAX; i++) {
    check_term(&sli, i, SLO_FIELD_STATUS, SLO_OP_EQ, 500 + (int64_t)i);
  }
  slo_event event = {.known = SLO_EVENT_STATUS, .status = 515};
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_BAD); /* the last one counts */
  event.status = 516;
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_GOOD);

  slo_rule before = sli;
  (void)snprintf(text + strlen(text), sizeof text - strlen(text), " || status==516");
  ck_assert_int_eq(slo_rule_parse(text, &sli, &error), SLO_ERANGE);
  ck_assert_int_eq(error.status, SLO_ERANGE);
  ck_assert_int_eq(error.value, SLO_RULE_TERMS_MAX + 1);
  ck_assert_int_eq(error.min, 1);
  ck_assert_int_eq(error.max, SLO_RULE_TERMS_MAX);
  ck_assert_ptr_nonnull(strstr(error.field, "terms"));
  ck_assert_mem_eq(&sli, &before, sizeof sli);
}
END_TEST

START_TEST(test_sizes_and_nulls) {
  slo_error error = SLO_SIZED(slo_error);
  struct {
    slo_rule sli;
    uint64_t newer;
  } larger;
  memset(&larger, 0x5a, sizeof larger);
  /* no room for the terms: an older caller whose struct has fewer */
  for (uint32_t size = 0; size < sizeof(slo_rule); size++) {
    larger.sli.struct_size = size;
    error.status = SLO_OK;
    ck_assert_int_eq(slo_rule_parse("status>=500", &larger.sli, &error), SLO_EVERSION);
    ck_assert_int_eq(error.status, SLO_EVERSION);
    ck_assert_uint_eq(larger.sli.term_count, 0x5a5a5a5a);
  }
  larger.sli.struct_size = sizeof larger;
  ck_ok(slo_rule_parse("status>=500", &larger.sli, &error));
  ck_assert_uint_eq(larger.sli.struct_size, sizeof larger);
  ck_assert_uint_eq(larger.sli.term_count, 1);
  ck_assert_uint_eq(larger.newer, UINT64_C(0x5a5a5a5a5a5a5a5a));
  ck_assert_int_eq(slo_rule_parse(NULL, &larger.sli, &error), SLO_EINVAL);
  ck_assert_int_eq(error.status, SLO_EINVAL);
  error.status = SLO_OK;
  ck_assert_int_eq(slo_rule_parse("status>=500", NULL, &error), SLO_EINVAL);
  ck_assert_int_eq(error.status, SLO_EINVAL);
}
END_TEST

/* ---- classifying ---- */

static slo_outcome outcome(const char *text, uint32_t known, int32_t status, int64_t latency_ns) {
  slo_rule sli = rule(text);
  slo_event event = {.known = known, .status = status, .latency_ns = latency_ns};
  return slo_rule_classify(&sli, &event);
}

/* Every operator below, at and above its value, of both fields, at the ends of their types too. */
START_TEST(test_truth) {
  static const struct {
    uint32_t op;
    int below, at, above;
  } table[] = {{SLO_OP_LT, 1, 0, 0}, {SLO_OP_LE, 1, 1, 0}, {SLO_OP_EQ, 0, 1, 0},
               {SLO_OP_NE, 1, 0, 1}, {SLO_OP_GE, 0, 1, 1}, {SLO_OP_GT, 0, 0, 1}};
  static const int64_t statuses[] = {500, 0, -1, INT32_MAX - 1, INT32_MIN + 1};
  static const int64_t latencies[] = {300000000,       0, -1, INT64_MAX - 1, INT64_MIN + 1,
                                      INT64_C(1) << 32};
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    slo_rule sli = SLO_SIZED(slo_rule);
    sli.term_count = 1;
    sli.terms[0].op = table[i].op;
    for (int64_t step = -1; step <= 1; step++) {
      int holds = step < 0 ? table[i].below : step == 0 ? table[i].at : table[i].above;
      slo_event event = {.known = SLO_EVENT_STATUS};
      sli.terms[0].field = SLO_FIELD_STATUS;
      for (size_t s = 0; s < sizeof statuses / sizeof statuses[0]; s++) {
        sli.terms[0].value = statuses[s];
        event.status = (int32_t)(statuses[s] + step);
        ck_assert_int_eq(slo_rule_classify(&sli, &event), holds ? SLO_BAD : SLO_GOOD);
      }
      event.known = SLO_EVENT_LATENCY;
      sli.terms[0].field = SLO_FIELD_LATENCY;
      for (size_t l = 0; l < sizeof latencies / sizeof latencies[0]; l++) {
        sli.terms[0].value = latencies[l];
        event.latency_ns = latencies[l] + step;
        ck_assert_int_eq(slo_rule_classify(&sli, &event), holds ? SLO_BAD : SLO_GOOD);
      }
    }
  }
}
END_TEST

/* What cannot be known is not good: excluded, unless another term makes it bad anyway. */
START_TEST(test_missing_fields) {
  enum { NONE = 0, STATUS = SLO_EVENT_STATUS, LATENCY = SLO_EVENT_LATENCY, BOTH = 3 };
  static const char *const both = "status>=500 || latency>300ms";
  const int64_t fast = 1, slow = SLO_SECOND_NS;
  ck_assert_int_eq(outcome("status>=500", STATUS, 500, fast), SLO_BAD);
  ck_assert_int_eq(outcome("status>=500", STATUS, 499, slow), SLO_GOOD);
  ck_assert_int_eq(outcome("status>=500", LATENCY, 500, fast), SLO_EXCLUDED);
  ck_assert_int_eq(outcome("status>=500", NONE, 500, fast), SLO_EXCLUDED);
  ck_assert_int_eq(outcome("latency>300ms", STATUS, 200, slow), SLO_EXCLUDED);
  ck_assert_int_eq(outcome("latency>300ms", LATENCY, 500, slow), SLO_BAD);
  ck_assert_int_eq(outcome(both, BOTH, 200, fast), SLO_GOOD);
  ck_assert_int_eq(outcome(both, BOTH, 200, slow), SLO_BAD);
  ck_assert_int_eq(outcome(both, BOTH, 500, fast), SLO_BAD);
  ck_assert_int_eq(outcome(both, BOTH, 500, slow), SLO_BAD);
  ck_assert_int_eq(outcome(both, STATUS, 500, fast), SLO_BAD);
  ck_assert_int_eq(outcome(both, STATUS, 200, slow), SLO_EXCLUDED);
  ck_assert_int_eq(outcome(both, LATENCY, 500, slow), SLO_BAD);
  ck_assert_int_eq(outcome(both, LATENCY, 500, fast), SLO_EXCLUDED);
  ck_assert_int_eq(outcome(both, NONE, 500, slow), SLO_EXCLUDED);
  /* the order of the terms does not matter */
  ck_assert_int_eq(outcome("latency>300ms || status>=500", STATUS, 500, fast), SLO_BAD);
  ck_assert_int_eq(outcome("latency>300ms || status>=500", STATUS, 200, fast), SLO_EXCLUDED);
  /* what else may be known one day changes nothing */
  ck_assert_int_eq(outcome("status>=500", ~(uint32_t)SLO_EVENT_STATUS, 500, fast), SLO_EXCLUDED);
  ck_assert_int_eq(outcome("status>=500", UINT32_MAX, 500, fast), SLO_BAD);
}
END_TEST

/* Rules that slo_rule_parse would not write. */
START_TEST(test_unknown_rules) {
  slo_event event = {.known = SLO_EVENT_STATUS | SLO_EVENT_LATENCY, .status = 500};
  slo_rule sli = rule("status>=500");
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_BAD);
  ck_assert_int_eq(slo_rule_classify(NULL, &event), SLO_EXCLUDED);
  ck_assert_int_eq(slo_rule_classify(&sli, NULL), SLO_EXCLUDED);
  ck_assert_int_eq(slo_rule_classify(NULL, NULL), SLO_EXCLUDED);

  sli.terms[0].op = 6; /* never holds */
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_GOOD);
  sli.terms[0].op = UINT32_MAX;
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_GOOD);
  sli.terms[0].op = SLO_OP_GE;
  sli.terms[0].field = 2; /* no event has it */
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_EXCLUDED);
  sli.terms[0].field = UINT32_MAX;
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_EXCLUDED);

  sli.term_count = 0; /* no rule: nothing is known to be good */
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_EXCLUDED);
  sli = rule("status==1");
  for (uint32_t i = 0; i < SLO_RULE_TERMS_MAX; i++) sli.terms[i] = sli.terms[0];
  sli.term_count = UINT32_MAX; /* garbage: no further than the terms there are */
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_GOOD);
  sli.terms[SLO_RULE_TERMS_MAX - 1].value = 500;
  ck_assert_int_eq(slo_rule_classify(&sli, &event), SLO_BAD);
}
END_TEST

CHECK_MAIN("sli", tcase_add_test(tc, test_operators); tcase_add_test(tc, test_values);
           tcase_add_test(tc, test_spaces); tcase_add_test(tc, test_refused);
           tcase_add_test(tc, test_messages); tcase_add_test(tc, test_long_value);
           tcase_add_test(tc, test_sixteen_terms); tcase_add_test(tc, test_sizes_and_nulls);
           tcase_add_test(tc, test_truth); tcase_add_test(tc, test_missing_fields);
           tcase_add_test(tc, test_unknown_rules);)
