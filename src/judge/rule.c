#include "slo/rule.h"

#include "base/fail.h"
#include "slo/time.h"

static const char *rule_spaces(const char *p) {
  while (*p == ' ' || *p == '\t') p++;
  return p;
}

/* The length of `word` when *p begins with it, else 0. */
static size_t rule_word(const char *p, const char *word) {
  size_t n = strlen(word);
  return strncmp(p, word, n) == 0 ? n : 0;
}

static int rule_op(const char **p, uint32_t *op) {
  /* two characters before one: "<=" begins with "<" */
  static const struct {
    char text[4];
    uint32_t op;
  } ops[] = {{"<=", SLO_OP_LE}, {">=", SLO_OP_GE}, {"==", SLO_OP_EQ},
             {"!=", SLO_OP_NE}, {"<", SLO_OP_LT},  {">", SLO_OP_GT}};
  for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
    size_t n = rule_word(*p, ops[i].text);
    if (n != 0) {
      *p += n;
      *op = ops[i].op;
      return 1;
    }
  }
  return 0;
}

static int rule_value(const char **p, uint32_t field, int64_t *value) {
  char word[48];
  size_t n = 0;
  const char *q = *p;
  while (n + 1 < sizeof word && *q != '\0' && *q != ' ' && *q != '\t' && *q != '|')
    word[n++] = *q++;
  word[n] = '\0';
  if (field == SLO_FIELD_LATENCY) {
    if (slo_span_parse(word, value, NULL) != SLO_OK) return 0;
  } else {
    size_t i = word[0] == '-';
    int64_t v = 0;
    if (word[i] == '\0') return 0;
    for (; word[i] != '\0'; i++) {
      if (word[i] < '0' || word[i] > '9' || v > INT32_MAX) return 0;
      v = v * 10 + (word[i] - '0');
    }
    *value = word[0] == '-' ? -v : v;
  }
  *p = q;
  return 1;
}

slo_status slo_rule_parse(const char *text, slo_rule *rule, slo_error *error) {
  slo_rule s = {0};
  if (text == NULL) return sloi_fail(error, SLO_EINVAL, 0, "rule (NULL)");
  if (rule == NULL) return sloi_fail(error, SLO_EINVAL, 0, "rule (NULL)");
  const char *p = text;
  for (;;) {
    if (s.term_count == SLO_RULE_TERMS_MAX) {
      return sloi_fail_range(error, s.term_count + INT64_C(1), 1, SLO_RULE_TERMS_MAX,
                             "rule (terms)");
    }
    slo_rule_term *term = &s.terms[s.term_count];
    p = rule_spaces(p);
    const char *at = p;
    size_t n = rule_word(p, "status");
    term->field = n != 0 ? SLO_FIELD_STATUS : SLO_FIELD_LATENCY;
    if (n == 0) n = rule_word(p, "latency");
    if (n == 0) return sloi_fail(error, SLO_EPARSE, at - text, "rule (status or latency)");
    at = p = rule_spaces(p + n);
    if (!rule_op(&p, &term->op)) {
      return sloi_fail(error, SLO_EPARSE, at - text, "rule (one of < <= == != >= >)");
    }
    at = p = rule_spaces(p);
    if (!rule_value(&p, term->field, &term->value)) {
      return sloi_fail(error, SLO_EPARSE, at - text,
                       term->field == SLO_FIELD_STATUS ? "rule (an integer)"
                                                       : "rule (a duration such as 300ms)");
    }
    s.term_count++;
    p = rule_spaces(p);
    if (*p == '\0') break;
    if (rule_word(p, "||") == 0)
      return sloi_fail(error, SLO_EPARSE, p - text, "rule (|| or its end)");
    p += 2;
  }
  /* a caller with a shorter struct has no room for the terms */
  if (rule->struct_size < sizeof s)
    return sloi_fail(error, SLO_EVERSION, rule->struct_size, "slo_rule");
  return sloi_sized_write(rule, &s, sizeof s);
}

static int rule_holds(const slo_rule_term *term, int64_t x) {
  switch (term->op) {
    case SLO_OP_LT:
      return x < term->value;
    case SLO_OP_LE:
      return x <= term->value;
    case SLO_OP_EQ:
      return x == term->value;
    case SLO_OP_NE:
      return x != term->value;
    case SLO_OP_GE:
      return x >= term->value;
    case SLO_OP_GT:
      return x > term->value;
    default:
      return 0;
  }
}

slo_outcome slo_rule_classify(const slo_rule *rule, const slo_event *event) {
  if (rule == NULL || event == NULL) return SLO_EXCLUDED;
  int unknown = 0;
  for (uint32_t i = 0; i < rule->term_count && i < SLO_RULE_TERMS_MAX; i++) {
    const slo_rule_term *term = &rule->terms[i];
    if (term->field == SLO_FIELD_STATUS && (event->known & SLO_EVENT_STATUS) != 0) {
      if (rule_holds(term, event->status)) return SLO_BAD;
    } else if (term->field == SLO_FIELD_LATENCY && (event->known & SLO_EVENT_LATENCY) != 0) {
      if (rule_holds(term, event->latency_ns)) return SLO_BAD;
    } else {
      unknown = 1;
    }
  }
  return unknown || rule->term_count == 0 ? SLO_EXCLUDED : SLO_GOOD;
}
