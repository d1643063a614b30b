/*
 * slo/rule.h - a rule of one's own that makes an event bad, as text.
 *
 * A rule is a list of comparisons; an event is bad when any of them holds. An event
 * that lacks a field the rule needs, and is not bad by another, is excluded: what
 * cannot be known is not good. Pure functions, any thread.
 */
#ifndef SLO_RULE_H
#define SLO_RULE_H

#include "slo/sli.h"

#define SLO_RULE_TERMS_MAX 16

SLO_BEGIN

enum {
  SLO_FIELD_STATUS = 0, /* an integer outcome code, such as HTTP's */
  SLO_FIELD_LATENCY = 1 /* nanoseconds */
};

enum { SLO_OP_LT = 0, SLO_OP_LE, SLO_OP_EQ, SLO_OP_NE, SLO_OP_GE, SLO_OP_GT };

/* field op value. A frozen value type. */
typedef struct slo_rule_term {
  uint32_t field;
  uint32_t op;
  int64_t value;
} slo_rule_term;

/* bad when any of term_count (1..SLO_RULE_TERMS_MAX) terms holds. */
typedef struct slo_rule {
  uint32_t struct_size;
  uint32_t term_count;
  slo_rule_term terms[SLO_RULE_TERMS_MAX];
} slo_rule;

/*
 * Reads "status>=500", "status>=500 || status==429", "latency>300ms". Fields: status (an
 * integer), latency (a duration, slo/time.h). Operators: < <= == != >= >. Terms joined by
 * ||. Spaces are allowed between them.
 * SLO_EPARSE (error->value is the offset), SLO_ERANGE (too many terms), SLO_EINVAL, SLO_EVERSION.
 */
SLO_API slo_status slo_rule_parse(const char *text, slo_rule *rule, slo_error *error);

/* SLO_GOOD, SLO_BAD or SLO_EXCLUDED; SLO_EXCLUDED also for a NULL argument. Terms with a
 * field or operator that is none never hold, and no event has that field. */
SLO_API slo_outcome slo_rule_classify(const slo_rule *rule, const slo_event *event);

SLO_END

#endif
