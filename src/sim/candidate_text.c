/* candidate_text.c - what a candidate would have meant, for those who have to agree to it. */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "judge/objective.h"
#include "slo/candidate.h"

/* A number, a moment or a duration: a value, so that there is no buffer to share. */
typedef struct candidate_text_word {
  char text[64];
} candidate_text_word;

/* 1,234,567 */
static candidate_text_word candidate_text_number(uint64_t value) {
  candidate_text_word w;
  char digits[24];
  int n = snprintf(digits, sizeof digits, "%" PRIu64, value), o = 0;
  for (int i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0) w.text[o++] = ',';
    w.text[o++] = digits[i];
  }
  w.text[o] = '\0';
  return w;
}

/* value / unit, rounded up to one decimal: 48 or 95.9. */
static candidate_text_word candidate_text_tenths(uint64_t value, uint64_t unit) {
  const uint64_t tenths = value / (unit / 10) + (value % (unit / 10) != 0);
  candidate_text_word w = candidate_text_number(tenths / 10);
  const size_t n = strlen(w.text);
  if (tenths % 10 != 0) {
    (void)snprintf(w.text + n, sizeof w.text - n, ".%u", (unsigned)(tenths % 10));
  }
  return w;
}

static candidate_text_word candidate_text_percent(uint64_t ppm) {
  return candidate_text_tenths(ppm, 10000);
}

/* "28 days", "1 hour": in the largest unit that it reaches. */
static candidate_text_word candidate_text_span(int64_t ns) {
  static const struct {
    int64_t ns;
    const char *name;
  } units[] = {{SLO_DAY_NS, " day"},
               {SLO_HOUR_NS, " hour"},
               {SLO_MINUTE_NS, " minute"},
               {SLO_SECOND_NS, " second"}};
  int i = 0;
  while (i < 3 && ns < units[i].ns) i++;
  candidate_text_word w = candidate_text_tenths((uint64_t)ns, (uint64_t)units[i].ns);
  const size_t n = strlen(w.text);
  (void)snprintf(w.text + n, sizeof w.text - n, "%s%s", units[i].name,
                 ns == units[i].ns ? "" : "s");
  return w;
}

static candidate_text_word candidate_text_moment(int64_t ns) {
  candidate_text_word w;
  if (slo_time_format(ns, w.text, sizeof w.text) != SLO_OK) {
    (void)snprintf(w.text, sizeof w.text, "?");
  } else if (ns % SLO_DAY_NS == 0) {
    w.text[10] = '\0'; /* what is left is the date */
  }
  return w;
}

/* ---- sentences ---- */

/* "Of 1,000 requests 1 may fail": of the smallest power of ten that allows a whole number. */
static void candidate_text_promise(sloi_text *t, const slo_candidate *r) {
  char objective[SLO_OBJECTIVE_TEXT_MAX] = "?";
  uint64_t requests = SLOI_PPB, failures = SLOI_PPB - r->objective_ppb;
  for (; failures % 10 == 0; failures /= 10) requests /= 10;
  (void)slo_objective_format(r->objective_ppb, objective, sizeof objective);
  sloi_text_say(t, "Of %s requests %s may fail (%s %% over %s).",
                candidate_text_number(requests).text, candidate_text_number(failures).text,
                objective, candidate_text_span(r->period_ns).text);
}

static void candidate_text_whole(sloi_text *t, const slo_candidate *r) {
  const candidate_text_word span = candidate_text_span(r->span.end_ns - r->span.start_ns);
  const candidate_text_word measured = candidate_text_span(r->measured_ns);
  const candidate_text_word valid = candidate_text_number(r->counts.good + r->counts.bad);
  sloi_text_say(t, " In the %s from %s to %s, ", span.text,
                candidate_text_moment(r->span.start_ns).text,
                candidate_text_moment(r->span.end_ns).text);
  if (strcmp(measured.text, span.text) != 0) {
    sloi_text_say(t, "of which %s were measured, ", measured.text);
  }
  if (r->counts.bad == 0) {
    sloi_text_say(t, "none of %s did", valid.text);
  } else {
    sloi_text_say(t, "%s of %s did, %s %% of what was allowed",
                  candidate_text_number(r->counts.bad).text, valid.text,
                  candidate_text_percent(r->consumed_ppm).text);
  }
  sloi_text_say(t, ": the target would have been %s.", r->met ? "met" : "missed");
}

static void candidate_text_periods(sloi_text *t, const slo_candidate *r) {
  const candidate_text_word period = candidate_text_span(r->period_ns);
  if (r->worst_end_ns == 0) {
    sloi_text_say(t, " What was measured is not enough to look back %s at a time.", period.text);
    return;
  }
  sloi_text_say(t, " Looking back %s at a time, ", period.text);
  if (r->over_ns == 0) {
    sloi_text_say(t, "never too many would have failed");
  } else {
    sloi_text_say(t, "too many would have failed for %s in all",
                  candidate_text_span(r->over_ns).text);
  }
  sloi_text_say(t, ", at worst %s %% of what was allowed (up to %s).",
                candidate_text_percent(r->worst_ppm).text,
                candidate_text_moment(r->worst_end_ns).text);
}

/* What to call one slot, and several: "day" when they are that on average. */
static const char *const *candidate_text_unit(const slo_candidate *r) {
  static const int64_t units_ns[] = {SLO_DAY_NS, SLO_HOUR_NS, SLO_MINUTE_NS};
  static const char *const names[][2] = {
      {"day", "days"}, {"hour", "hours"}, {"minute", "minutes"}, {"stretch", "stretches"}};
  int i = 0;
  while (i < 3 && (r->measured_ns % units_ns[i] != 0 || r->measured_ns / units_ns[i] != r->slots)) {
    i++;
  }
  return names[i];
}

static void candidate_text_slots(sloi_text *t, const slo_candidate *r) {
  const char *const *unit = candidate_text_unit(r);
  const slo_period *p = &r->worst_period;
  const slo_counts *counts = &r->worst_counts;
  sloi_text_say(t, " The worst %s was %s", unit[0], candidate_text_moment(p->start_ns).text);
  if (p->start_ns % SLO_DAY_NS != 0 || p->end_ns - p->start_ns != SLO_DAY_NS) {
    sloi_text_say(t, " to %s", candidate_text_moment(p->end_ns).text);
  }
  sloi_text_say(t, ": %s of %s failed. Taken alone, %s of %s %s would have missed the target.",
                candidate_text_number(counts->bad).text,
                candidate_text_number(counts->good + counts->bad).text,
                r->slots_missed == 0 ? "none" : candidate_text_number(r->slots_missed).text,
                candidate_text_number(r->slots_valid).text, unit[r->slots_valid != 1]);
}

static void candidate_text_alerts(sloi_text *t, const slo_candidate *r) {
  if (r->pages == 0) {
    sloi_text_say(t, " Nobody would have been woken, and ");
  } else {
    sloi_text_say(t, " Somebody would have been woken %s%s (%s a month), and ",
                  r->pages == 1 ? "once" : candidate_text_number(r->pages).text,
                  r->pages == 1 ? "" : " times",
                  candidate_text_tenths(r->pages_per_month_ppm, 1000000).text);
  }
  if (r->tickets == 0) {
    sloi_text_say(t, "no tickets would have been opened.");
  } else {
    sloi_text_say(t, "%s ticket%s (%s a month) would have been opened.",
                  candidate_text_number(r->tickets).text, r->tickets == 1 ? "" : "s",
                  candidate_text_tenths(r->tickets_per_month_ppm, 1000000).text);
  }
}

static int candidate_text_possible(const slo_period *p) {
  return p->start_ns >= 0 && p->start_ns < p->end_ns && p->end_ns <= SLO_TIME_MAX_NS;
}

size_t slo_candidate_format(const slo_candidate *candidate, char *buffer, size_t size) {
  slo_candidate r;
  sloi_text t = {buffer, buffer == NULL ? 0 : size, 0};
  if (t.size > 0) buffer[0] = '\0';
  if (candidate == NULL || sloi_sized_read(&r, sizeof r, candidate, NULL, "candidate") != SLO_OK ||
      sloi_objective_check(r.objective_ppb, NULL, "") != SLO_OK ||
      !candidate_text_possible(&r.span) || !candidate_text_possible(&r.worst_period)) {
    return 0;
  }
  candidate_text_promise(&t, &r);
  candidate_text_whole(&t, &r);
  if (r.counts.bad != 0) {
    candidate_text_periods(&t, &r);
    candidate_text_slots(&t, &r);
  }
  candidate_text_alerts(&t, &r);
  return t.length;
}
