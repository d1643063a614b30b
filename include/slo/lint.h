/*
 * slo/lint.h - what is wrong with a definition before anybody is woken by it.
 *
 * Each finding has a code that never changes, the field, its value, why it hurts, and what to write
 * instead. They are the defects found in definitions in use, ours and others'. A finding is
 * an opinion with a reason: definitions with findings work. What does not work at all is refused by
 * slo_definition_init; but these functions also look at structs that it would refuse, so that all
 * of it is told at once.
 *
 *   slo_finding found[32];
 *   found[0].struct_size = sizeof found[0];
 *   slo_lint_definition(&config, now_ns, found, 32, &count, &error);
 *   for (i = 0; i < count && i < 32; i++) {
 *     slo_finding_format(&found[i], text, sizeof text);
 *     puts(text);
 *   }
 *
 * Pure functions, any thread.
 */
#ifndef SLO_LINT_H
#define SLO_LINT_H

#include "slo/catalog.h"
#include "slo/definition.h"
#include "slo/window.h"

#define SLO_FINDING_TEXT_MAX 640

SLO_BEGIN

/*
 * X(name, code, level, text, why). The one table behind the enum, slo_lint_name, slo_lint_reason
 * and the bindings. Codes are never reused.
 */
#define SLO_LINT_MAP(X)                                                                            \
  X(SLO_LINT_DEAD_TIER, 101, SLO_LINT_ERROR, "dead tier",                                          \
    "nothing can burn that fast: even when everything fails the tier never fires")                 \
  X(SLO_LINT_NAGGING_TIER, 102, SLO_LINT_WARNING, "nagging tier",                                  \
    "it fires at a burn rate below 1, for a service that keeps its promise")                       \
  X(SLO_LINT_GAP, 103, SLO_LINT_WARNING, "gap",                                                    \
    "a burn rate between 1 and the smallest factor spends the whole budget and nobody is told")    \
  X(SLO_LINT_TOO_LATE, 104, SLO_LINT_ERROR, "too late",                                            \
    "at the burn rate it looks for, the budget is gone before it can fire")                        \
  X(SLO_LINT_SINGLE_EVENT, 105, SLO_LINT_WARNING, "single event",                                  \
    "at this traffic one failure alone fires it, and one failure is chance")                       \
  X(SLO_LINT_NO_WINDOW, 106, SLO_LINT_ERROR, "no window",                                          \
    "it is less than a second, and becomes 0 where windows are written in seconds")                \
  X(SLO_LINT_NOT_SEEN, 107, SLO_LINT_WARNING, "not seen",                                          \
    "at this traffic a total outage has spent the budget before it can be told from chance")       \
  X(SLO_LINT_MINUTE, 201, SLO_LINT_WARNING, "minute for month",                                    \
    "the period is minutes long; `m` is a minute, a month is `M`")                                 \
  X(SLO_LINT_PERFECT, 202, SLO_LINT_ERROR, "perfect objective",                                    \
    "100 % leaves no budget: every failure breaks it, and no change could ever be made")           \
  X(SLO_LINT_NOISE, 203, SLO_LINT_WARNING, "noise",                                                \
    "it is a round number that went through floating point")                                       \
  X(SLO_LINT_ROUNDED_BUDGET, 204, SLO_LINT_WARNING, "rounded budget",                              \
    "written with five decimals the error budget is 0, and every burn rate infinite")              \
  X(SLO_LINT_ROUNDED_BURN, 205, SLO_LINT_ERROR, "rounded burn",                                    \
    "the burn rate is rounded before it is compared: what is just above the factor is not seen")   \
  X(SLO_LINT_INVERTED, 206, SLO_LINT_ERROR, "inverted", "it fires when the burn rate is low")      \
  X(SLO_LINT_METHODS, 207, SLO_LINT_WARNING, "methods disagree",                                   \
    "on this data one way of counting says the objective was met, and another that it was missed") \
  X(SLO_LINT_COARSE_PROBE, 208, SLO_LINT_WARNING, "coarse probe",                                  \
    "its whole budget is a handful of failed probes: luck decides")                                \
  X(SLO_LINT_LOW, 209, SLO_LINT_WARNING, "low objective",                                          \
    "more may fail than succeed: it looks like a number with a digit missing")                     \
  X(SLO_LINT_NO_OWNER, 301, SLO_LINT_WARNING, "no owner",                                          \
    "nobody answers for it, so nobody acts on it")                                                 \
  X(SLO_LINT_NO_REVIEW, 302, SLO_LINT_WARNING, "no review",                                        \
    "what is never looked at again is soon wrong")                                                 \
  X(SLO_LINT_REVIEW_OVERDUE, 303, SLO_LINT_WARNING, "review overdue",                              \
    "the day on which it was to be looked at again has passed")                                    \
  X(SLO_LINT_NO_POLICY, 304, SLO_LINT_NOTE, "no policy",                                           \
    "nobody has agreed on what happens when the budget is spent")                                  \
  X(SLO_LINT_TOO_MANY_SLOS, 305, SLO_LINT_WARNING, "too many objectives",                          \
    "nobody steers by more than five")                                                             \
  X(SLO_LINT_TOO_MANY_SLIS, 306, SLO_LINT_WARNING, "too many indicators",                          \
    "one to three say how a journey is; more say how the machines are")                            \
  X(SLO_LINT_NO_SLO, 307, SLO_LINT_WARNING, "no objective",                                        \
    "it is measured, and nothing is promised")                                                     \
  X(SLO_LINT_UNUSED_SLI, 308, SLO_LINT_NOTE, "unused indicator", "no objective is about it")

enum { SLO_LINT_ERROR = 1, SLO_LINT_WARNING = 2, SLO_LINT_NOTE = 3 };

enum {
#define SLO_LINT_ENUM(name, code, level, text, why) name = code,
  SLO_LINT_MAP(SLO_LINT_ENUM)
#undef SLO_LINT_ENUM
      SLO_LINT_LAST = 308 /* the highest code in use */
};

/* "dead tier", and why it hurts; "unknown finding" and "" for a code that is none. Never NULL;
 * static. */
SLO_API const char *slo_lint_name(uint32_t code);
SLO_API const char *slo_lint_reason(uint32_t code);
/* SLO_LINT_ERROR, .. of a code; 0 for one that is none. */
SLO_API uint32_t slo_lint_level(uint32_t code);

/*
 *   code     SLO_LINT_*; level of it
 *   value    of the field, in its unit; 0 also where there is none, because the field is a text
 *   instead  what to write instead, in the field's unit; meaningless unless has_instead is 1
 *   field    "journeys[0].slos[1].tiers[2].factor_ppm"; always terminated
 *   advice   what to do, as a text: "write at most 1000000 (burn rate 1)"; always terminated
 */
typedef struct slo_finding {
  uint32_t struct_size;
  uint32_t code;
  uint32_t level;
  uint32_t has_instead;
  int64_t value;
  int64_t instead;
  char field[96];   /* cut when longer */
  char advice[160]; /* likewise */
} slo_finding;

/*
 * Writes one line, "journeys[0].slos[1].tiers[2].factor_ppm is 933333: nagging tier (102): it fires
 * ..; write 1000000 or more", cut to size - 1 bytes and terminated when size > 0; a value of 0 is
 * left out. buffer may be NULL when size is 0. Returns the length of the whole, below
 * SLO_FINDING_TEXT_MAX; 0 for NULL.
 */
SLO_API size_t slo_finding_format(const slo_finding *finding, char *buffer, size_t size);

/*
 * All functions below write findings to an array of `capacity` elements, whose element size is the
 * struct_size of the first (which therefore must be set, to a multiple of 8, when capacity is not
 * 0; findings may be NULL when it is), in the order of journeys, indicators, objectives and tiers.
 * *count is how many there are, also when that is more than capacity: what does not fit is not
 * written. They return SLO_OK whatever they find; SLO_EINVAL (NULL, that struct_size),
 * SLO_EVERSION, SLO_ERANGE where said. On an error nothing is written. error may be NULL.
 */

/*
 * The tiers of an alert, under the name `field` ("" or NULL: "tiers[0].."). Only burn tiers are
 * looked at, each as what it is joined with by its group; config has objective_ppb and period_ns.
 *
 *   NO_WINDOW      a window below a second; nothing else is said of such a tier
 *   TOO_LATE       factor * (long_ns + for_ns) >= period
 *   NOISE          a factor that misses a multiple of 0.01 by one or two millionths
 *   DEAD_TIER      factor * (1 - objective) >= 1 (with SLO_BURN_AT_LEAST: above 1)
 *   NAGGING_TIER   factor < 1
 *   GAP            every factor is above 1, of SLO_TIER_SPENT too; once, of the smallest
 *   SINGLE_EVENT   of pages with SLO_GATE_NONE, when for_ns is shorter than the short window:
 *                  events in the long window * factor * (1 - objective) < 1. 69 requests an hour
 *                  for 14.4 in 1h at 99.9 %
 *   NOT_SEEN       of pages with the gate: slo_evidence_detection of a total outage is longer
 *                  than the budget lasts in one, (1 - objective) * period
 *
 * requests_per_hour 0: not known, so the last two are not looked for. SLO_ERANGE: objective_ppb,
 * period_ns, tier_count.
 */
SLO_API slo_status slo_lint_alert(const slo_alert_config *config, uint64_t requests_per_hour,
                                  const char *field, slo_finding *findings, uint32_t capacity,
                                  uint32_t *count, slo_error *error);

/*
 * All of a definition; also one that slo_definition_init would refuse, as long as its arrays are
 * there (SLO_EINVAL) and not longer than they may be (SLO_ERANGE). now_ns: for overdue reviews; 0:
 * not looked for.
 *
 *   of the service      TOO_MANY_SLOS  more than five in all
 *   of a journey        NO_OWNER, NO_POLICY, NO_REVIEW, REVIEW_OVERDUE, NO_SLO
 *                       TOO_MANY_SLIS  more than three
 *   of an indicator     UNUSED_SLI     unless the journey has no objective at all
 *   of an objective     PERFECT
 *                       LOW            above 0 and below 50 %
 *                       ROUNDED_BUDGET above 99.9995 %
 *                       COARSE_PROBE   fewer than ten probes may fail in the period
 *                       NO_WINDOW, MINUTE  a period below a second, below an hour: then nothing is
 *                                      said of what follows from it
 *   of its alert        as slo_lint_alert; tiers of a catalog are called "catalog.tiers[0].."
 *   of any              NOISE          one or two off a round number: limit_ns and threshold_ns of
 *                                      whole milliseconds, objectives of 0.001 %, least_ppm of 1 %
 */
SLO_API slo_status slo_lint_definition(const slo_definition_config *config, int64_t now_ns,
                                       slo_finding *findings, uint32_t capacity, uint32_t *count,
                                       slo_error *error);

/* METHODS: was more than the budget spent, by each method the window has slices for? `budget` as
 * for slo_budget_read, its method is not looked at. Nothing valid, no slices, or no reading:
 * nothing is found. Else errors as slo_budget_read. */
SLO_API slo_status slo_lint_methods(const slo_window *window, const slo_budget_config *budget,
                                    const char *field, slo_finding *findings, uint32_t capacity,
                                    uint32_t *count, slo_error *error);

/*
 * What a file of another tool says, as it is written there; NULL and 0: it does not say. Numbers
 * are "99.9", ".999", "99.9%" or "1e-3"; spans as in slo/time.h, a bare "0", or calendar units
 * ("1M"). NOISE is a number of more than 12 digits that rounded to 12 has at most 9:
 * 0.0009999999999999432.
 *
 *   objective       "99.9", percent, or "0.999", a share: PERFECT when it is 100 or 1; NOISE;
 *                   ROUNDED_BUDGET when the budget is not written and five decimals make it 0
 *   budget          the error budget, a share: ROUNDED_BUDGET when it is written as a zero though
 *                   the objective is not perfect; NOISE
 *   threshold       any other number: NOISE
 *   period          of the budget: MINUTE for "1m", NO_WINDOW for "0s"
 *   window          of an alert: NO_WINDOW for "0m"
 *   op              1 + SLO_OP_* (slo/rule.h) of a condition that shall fire when the burn rate
 *                   exceeds the factor: INVERTED for < and <=
 *   burn_decimals   1 + the decimals to which the burn rate is rounded before it is compared:
 *                   ROUNDED_BURN
 */
typedef struct slo_written {
  uint32_t struct_size;
  uint32_t op;
  const char *objective;
  const char *budget;
  const char *threshold;
  const char *period;
  const char *window;
  uint32_t burn_decimals;
  uint32_t reserved;
} slo_written;

/* SLO_EPARSE: a number or span that is none (error->value is the offset, error->field names it).
 * SLO_ERANGE: op, a span beyond int64 nanoseconds. */
SLO_API slo_status slo_lint_written(const slo_written *written, slo_finding *findings,
                                    uint32_t capacity, uint32_t *count, slo_error *error);

SLO_END

#endif
