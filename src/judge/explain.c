/* explain.c - a budget in words and figures, for somebody who doubts it. */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "judge/budget.h"

/* "36.8143 %": a part per million is the fourth decimal. */
static void explain_percent(sloi_text *t, int64_t ppm) {
  uint64_t size = ppm < 0 ? (uint64_t)0 - (uint64_t)ppm : (uint64_t)ppm;
  sloi_text_say(t, "%s%" PRIu64 ".%04" PRIu64 " %%", ppm < 0 ? "-" : "", size / 10000,
                size % 10000);
}

static void explain_span(sloi_text *t, int64_t ns) {
  char text[SLO_TIME_TEXT_MAX];
  sloi_text_say(t, "%s", slo_span_format(ns, text, sizeof text) == SLO_OK ? text : "?");
}

static void explain_period(sloi_text *t, int64_t from_ns, int64_t to_ns) {
  char from[SLO_TIME_TEXT_MAX], to[SLO_TIME_TEXT_MAX];
  if (slo_time_format(from_ns, from, sizeof from) != SLO_OK) from[0] = '\0';
  if (slo_time_format(to_ns, to, sizeof to) != SLO_OK) to[0] = '\0';
  sloi_text_say(t, "%s .. %s", from, to);
}

/* The budget as a percentage of what is counted, "0.1". */
static void explain_rest(sloi_text *t, uint64_t objective_ppb) {
  char text[SLO_OBJECTIVE_TEXT_MAX];
  uint64_t rest = SLO_OBJECTIVE_MAX_PPB + 1 - objective_ppb;
  sloi_text_say(t, "%s %%", slo_objective_format(rest, text, sizeof text) == SLO_OK ? text : "?");
}

/* Why there is less than was asked for. */
static const char *explain_short(const slo_window *window, const slo_budget *b) {
  slo_window_summary now = {0};
  now.struct_size = (uint32_t)sizeof now;
  if ((b->flags & SLO_DELTA_SHORT) == 0) return "";
  if (slo_window_summarize(window, &now) != SLO_OK || b->from_ns != now.first_ns) {
    return ", no more is kept";
  }
  return ", the history begins there";
}

static void explain_coverage(sloi_text *t, const slo_window *window, const slo_budget *b) {
  static const char *const policy[] = {"says nothing", "counts as bad", "counts as good", ""};
  sloi_text_say(t, "readings     ");
  explain_period(t, b->from_ns, b->to_ns);
  sloi_text_say(t, " (");
  explain_span(t, b->to_ns - b->from_ns);
  sloi_text_say(t, "; asked for ");
  explain_span(t, b->span_ns);
  sloi_text_say(t, "%s)\nmeasured     ", explain_short(window, b));
  explain_span(t, b->measured_ns);
  if (b->unresolved_ns != 0) {
    sloi_text_say(t, ", of it ");
    explain_span(t, b->unresolved_ns);
    sloi_text_say(t, " in gaps without a tick");
  }
  if (b->unmeasured_ns != 0) {
    sloi_text_say(t, "; unmeasured ");
    explain_span(t, b->unmeasured_ns);
    sloi_text_say(t, ", which %s", policy[b->policy & 3]);
  }
  if (b->frozen_ns != 0) {
    sloi_text_say(t, "; unmeasured ");
    explain_span(t, b->frozen_ns);
    sloi_text_say(t, ", in which time stood still");
  }
  if (b->corrected_ns != 0) {
    sloi_text_say(t, "; corrected ");
    explain_span(t, b->corrected_ns);
  }
  sloi_text_say(t,
                "\ncounted      %" PRIu64 " good + %" PRIu64 " bad = %" PRIu64
                " valid events; %" PRIu64 " excluded\n",
                b->counts.good, b->counts.bad, b->counts.good + b->counts.bad, b->counts.excluded);
}

/* A reason is somebody's text: it may not begin a line of its own. */
static void explain_plain(char *reason) {
  for (; *reason != '\0'; reason++) {
    if ((unsigned char)*reason < ' ' || *reason == 0x7f) *reason = ' ';
  }
}

static void explain_corrections(sloi_text *t, const slo_window *window, const slo_budget_config *c,
                                const slo_delta *delta) {
  uint32_t count = slo_ledger_count(c->ledger);
  for (uint32_t i = 0; i < count; i++) {
    slo_correction made = {0};
    slo_correction_effect e = {0};
    made.struct_size = (uint32_t)sizeof made;
    e.struct_size = (uint32_t)sizeof e;
    if (slo_ledger_effect(c->ledger, i, c->sli, window, delta, &e) != SLO_OK ||
        slo_ledger_read(c->ledger, i, &made, NULL) != SLO_OK) {
      continue;
    }
    explain_plain(made.reason);
    sloi_text_say(t, "correction   #%" PRIu32 " \"%s\": ", i, made.reason);
    explain_span(t, e.corrected_ns);
    sloi_text_say(t, e.kind == SLO_CORRECT_REMOVE ? " not counted, " : " counted as good, ");
    if (e.pieces > 1) sloi_text_say(t, "%" PRIu32 " pieces of ", e.pieces);
    explain_period(t, e.from_ns, e.to_ns);
    sloi_text_say(t, " (%" PRIu64 " good, %" PRIu64 " bad, %" PRIu64 " excluded", e.counts.good,
                  e.counts.bad, e.counts.excluded);
    if (delta->slice_ns != 0) {
      sloi_text_say(t, "; %" PRIu64 " good, %" PRIu64 " bad slices", e.slices.good, e.slices.bad);
    }
    sloi_text_say(t, ")\n");
  }
}

/* A number of what the method counts: by ratio timeslices with its decimals. */
static void explain_units(sloi_text *t, uint32_t method, uint64_t units) {
  if (method != SLO_METHOD_RATIO_TIMESLICES) {
    sloi_text_say(t, "%" PRIu64, units);
  } else {
    sloi_text_say(t, "%" PRIu64 ".%011" PRIu64, units / SLO_SLICE_RATIO_ONE,
                  units % SLO_SLICE_RATIO_ONE);
  }
}

static void explain_result(sloi_text *t, const slo_budget *b, const slo_delta *delta, int no_data) {
  if (b->method != SLO_METHOD_OCCURRENCES) {
    sloi_text_say(t, "slices       %" PRIu64 " good + %" PRIu64 " bad of ", delta->slices.good,
                  delta->slices.bad);
    explain_span(t, delta->slice_ns);
    sloi_text_say(t, "; the rest had no valid event\n");
  }
  if (no_data) {
    sloi_text_say(t, "left         no data: nothing valid was counted\n");
    return;
  }
  if (b->unseen != 0) {
    sloi_text_say(t, "not seen     ");
    explain_units(t, b->method, b->unseen);
    sloi_text_say(t, " more, at the rate of what was measured\n");
  }
  sloi_text_say(t, "allowed      ");
  explain_units(t, b->method, b->allowed);
  sloi_text_say(t, " (");
  explain_rest(t, b->objective_ppb);
  sloi_text_say(t, " of ");
  explain_units(t, b->method, b->valid);
  sloi_text_say(t, ", rounded down)\nspent        ");
  explain_units(t, b->method, b->bad);
  sloi_text_say(t, " / (");
  explain_rest(t, b->objective_ppb);
  sloi_text_say(t, " of ");
  explain_units(t, b->method, b->valid);
  sloi_text_say(t, ") = ");
  explain_percent(t, 1000000 - b->remaining_ppm);
  sloi_text_say(t, "\nleft         ");
  explain_percent(t, b->remaining_ppm);
  if (b->unseen != 0) {
    sloi_text_say(t, "; between ");
    explain_percent(t, b->worst_ppm);
    sloi_text_say(t, ", had all that was not seen been bad, and ");
    explain_percent(t, b->best_ppm);
  }
  sloi_text_say(t, "\n");
}

slo_status slo_budget_explain(const slo_window *window, const slo_budget_config *config,
                              char *buffer, size_t size, size_t *length) {
  static const char *const formula[] = {
      "bad events / valid events", "bad slices / slices with valid events",
      "the mean of bad / valid events over slices with valid events"};
  sloi_text t = {buffer, size, 0};
  slo_budget_config c;
  slo_delta delta = {0};
  slo_budget b = {0};
  uint32_t corrections;
  char objective[SLO_OBJECTIVE_TEXT_MAX];
  if (buffer == NULL && size != 0) return SLO_EINVAL;
  if (size != 0) buffer[0] = '\0';
  if (length != NULL) *length = 0;
  slo_status status = sloi_budget_delta(window, config, &c, &delta, &corrections);
  int never = status == SLO_ENODATA; /* there is no reading yet */
  if (status == SLO_OK) status = sloi_budget_of(&c, &delta, corrections, &b);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  (void)slo_objective_format(c.objective_ppb, objective, sizeof objective);
  sloi_text_say(&t, "method       %s: %s\nobjective    %s %%: ", slo_method_name(c.method),
                formula[c.method], objective);
  explain_rest(&t, c.objective_ppb);
  sloi_text_say(&t, " may be bad\nperiod       ");
  if (c.period_ns != 0) {
    sloi_text_say(&t, "rolling, the last ");
    explain_span(&t, c.period_ns);
  } else {
    explain_period(&t, c.start_ns, c.end_ns);
  }
  sloi_text_say(&t, "\n");
  if (never) {
    sloi_text_say(&t, "left         no data: there is no reading yet\n");
  } else {
    explain_coverage(&t, window, &b);
    explain_corrections(&t, window, &c, &delta);
    explain_result(&t, &b, &delta, status == SLO_ENODATA);
  }
  if (length != NULL) *length = t.length;
  return status;
}
