#include "slo_replay_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const int64_t REPORT_SPANS_NS[REPORT_SPANS] = {5 * SLO_MINUTE_NS, 30 * SLO_MINUTE_NS, SLO_HOUR_NS,
                                               2 * SLO_HOUR_NS,   6 * SLO_HOUR_NS,    SLO_DAY_NS,
                                               3 * SLO_DAY_NS};
const char *const REPORT_SPAN_NAMES[REPORT_SPANS] = {"5m", "30m", "1h", "2h", "6h", "1d", "3d"};

static const char *severity_name(uint32_t severity) {
  return severity == SLO_SEVERITY_PAGE ? "page" : "ticket";
}

/* ---- for machines ---- */

/* A number, or null. */
static void json_maybe(const char *key, int known, uint64_t value) {
  if (known) {
    printf("\"%s\":%" PRIu64, key, value);
  } else {
    printf("\"%s\":null", key);
  }
}

static void json_windows(const report_slo *s) {
  printf("\"windows\":[");
  for (size_t m = 0; m < s->moments; m++) {
    const report_moment *moment = &s->moment[m];
    for (int i = 0; i < REPORT_SPANS; i++) {
      const slo_delta *d = &moment->delta[i];
      printf("%s{\"at_ns\":%" PRId64 ",\"span_ns\":%" PRId64 ",\"valid\":%" PRIu64
             ",\"bad\":%" PRIu64 ",\"covered_ns\":%" PRId64 ",",
             m + (size_t)i > 0 ? "," : "", moment->at_ns, REPORT_SPANS_NS[i],
             d->counts.good + d->counts.bad, d->counts.bad, d->covered_ns);
      json_maybe("burn_ppm", moment->burn_known[i], moment->burn_ppm[i]);
      printf("}");
    }
  }
  printf("]");
}

/* The budget of the period in which the input ends; null when nothing was valid in it. */
static void json_period(const report_slo *s) {
  const slo_budget *b = &s->standing.budget;
  if (!s->standing_known) {
    printf("\"period\":null");
    return;
  }
  printf("\"period\":{\"start_ns\":%" PRId64 ",\"end_ns\":%" PRId64 ",\"from_ns\":%" PRId64
         ",\"to_ns\":%" PRId64 ",\"measured_ns\":%" PRId64 ",\"unmeasured_ns\":%" PRId64
         ",\"unresolved_ns\":%" PRId64 ",\"corrected_ns\":%" PRId64,
         s->standing.period.start_ns, s->standing.period.end_ns, b->from_ns, b->to_ns,
         b->measured_ns, b->unmeasured_ns, b->unresolved_ns, b->corrected_ns);
  printf(",\"good\":%" PRIu64 ",\"bad\":%" PRIu64 ",\"allowed\":%" PRIu64
         ",\"consumed_ppm\":%" PRIu64 ",\"remaining_ppm\":%" PRId64 ",\"best_ppm\":%" PRId64
         ",\"worst_ppm\":%" PRId64 ",\"corrections\":%" PRIu32 "}",
         b->good, b->bad, b->allowed, b->consumed_ppm, b->remaining_ppm, b->best_ppm, b->worst_ppm,
         b->corrections);
}

static void json_alerts(const char *key, const report_slo *s, int rule) {
  static const char *const causes[] = {"none", "burn", "evidence", "volume", "spent", "silence"};
  printf("\"%s\":[", key);
  for (size_t i = 0; i < s->alerts[rule].count; i++) {
    const report_alert *a = &s->alerts[rule].alert[i];
    const char *comma = "";
    printf("%s{\"severity\":\"%s\",\"from_ns\":%" PRId64 ",\"to_ns\":%" PRId64 ",\"tiers\":[",
           i > 0 ? "," : "", severity_name(a->severity), a->from_ns, a->to_ns);
    for (uint32_t t = 0; t < s->tier_count; t++) {
      char name[SLO_ALERT_TIER_TEXT_MAX];
      if (!(a->tiers >> t & 1) ||
          slo_alert_tier_format(&s->tiers[t], name, sizeof name) != SLO_OK) {
        continue;
      }
      printf("%s\"%s\"", comma, name);
      comma = ",";
    }
    printf("]");
    if (rule == REPORT_GATED) {
      printf(",\"cause\":\"%s\",\"evidence_from_ppb\":%" PRIu64 ",\"evidence_to_ppb\":%" PRIu64,
             causes[a->why.cause], a->why.evidence_ppb, a->evidence_end_ppb);
    }
    printf("}");
  }
  printf("]");
}

/* How soon an incident would be told at the traffic there was; null: never. */
static void json_sights(const report_slo *s) {
  printf("\"requests_per_hour\":%" PRIu64 ",\"detection\":[", s->requests_per_hour);
  for (int i = 0; i < REPORT_SIGHTS && s->standing_known; i++) {
    const report_sight *sight = &s->sight[i];
    printf("%s{\"error_ppb\":%" PRIu64 ",", i > 0 ? "," : "", sight->error_ppb);
    for (uint32_t v = 0; v < SLO_SEVERITIES; v++) {
      char key[16];
      (void)snprintf(key, sizeof key, "%s_ns", severity_name(v));
      json_maybe(key, sight->detection_ns[v] >= 0, (uint64_t)sight->detection_ns[v]);
      printf(v + 1 < SLO_SEVERITIES ? "," : "}");
    }
  }
  printf("]");
}

static void json_latency(const report_latency *l) {
  static const char *const names[REPORT_QUANTILES] = {"p50_ns", "p90_ns", "p95_ns", "p99_ns",
                                                      "p999_ns"};
  printf(",\"latency\":{\"count\":%" PRIu64 ",\"sum_ns\":%" PRIu64, l->summary.count,
         l->summary.sum);
  for (int i = 0; i < REPORT_QUANTILES; i++) {
    printf(",\"%s\":%" PRId64, names[i], l->quantile_ns[i]);
  }
  printf(",\"max_ns\":%" PRId64 "}", l->summary.max);
}

void report_json(const report *r) {
  printf("{\"lines\":%" PRIu64 ",\"unparsed\":%" PRIu64 ",\"slos\":[", r->lines, r->unparsed);
  for (size_t i = 0; i < r->slos; i++) {
    const report_slo *s = &r->slo[i];
    int any = s->first_ns >= 0;
    printf("%s{\"name\":\"%s\",\"objective_ppb\":%" PRIu64 ",\"method\":\"%s\"", i > 0 ? "," : "",
           s->name, s->budget.objective_ppb, slo_method_name(s->standing.budget.method));
    printf(",\"valid\":%" PRIu64 ",\"good\":%" PRIu64 ",\"bad\":%" PRIu64 ",\"excluded\":%" PRIu64
           ",\"late\":%" PRIu64 ",",
           s->budget.valid, s->total.good, s->total.bad, s->total.excluded, s->late);
    json_maybe("first_ns", any, (uint64_t)s->first_ns);
    printf(",");
    json_maybe("last_ns", any, (uint64_t)s->last_ns);
    printf(",\"budget\":{\"allowed\":%" PRIu64 ",", s->budget.allowed);
    json_maybe("consumed_ppm", s->budget.valid != 0, s->budget.consumed_ppm);
    if (s->budget.valid != 0) {
      printf(",\"remaining_ppm\":%" PRId64 "},", s->budget.remaining_ppm);
    } else {
      printf(",\"remaining_ppm\":null},");
    }
    json_period(s);
    printf(",");
    json_windows(s);
    printf(",");
    json_alerts("alerts", s, REPORT_PLAIN);
    printf(",");
    json_alerts("gated_alerts", s, REPORT_GATED);
    printf(",");
    json_sights(s);
    if (s->latency.known) json_latency(&s->latency);
    printf("}");
  }
  printf("]}\n");
}

/* ---- for people ---- */

/* 1234567 as 1,234,567; one of a few static buffers, so that a printf may hold several. */
static const char *grouped(uint64_t value) {
  static char buffers[8][32];
  static unsigned turn;
  char digits[24];
  char *out = buffers[turn++ % 8];
  int n = snprintf(digits, sizeof digits, "%" PRIu64, value), o = 0;
  for (int i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0) out[o++] = ',';
    out[o++] = digits[i];
  }
  out[o] = '\0';
  return out;
}

/* Parts per million as a number with one or two decimals, rounded towards zero. */
static const char *ppm(int64_t value, int64_t unit) {
  static char buffers[16][32];
  static unsigned turn;
  char *out = buffers[turn++ % 16];
  uint64_t magnitude = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
  uint64_t whole = magnitude / (uint64_t)unit;
  uint64_t hundredths = magnitude % (uint64_t)unit * 100 / (uint64_t)unit;
  const char *sign = value < 0 ? "-" : "";
  if (whole >= 100) {
    (void)snprintf(out, 32, "%s%s", sign, grouped(whole));
  } else if (hundredths % 10 == 0) {
    (void)snprintf(out, 32, "%s%" PRIu64 ".%" PRIu64, sign, whole, hundredths / 10);
  } else {
    (void)snprintf(out, 32, "%s%" PRIu64 ".%02" PRIu64, sign, whole, hundredths);
  }
  return out;
}

static const char *percent(int64_t value_ppm) {
  return ppm(value_ppm, 10000);
}

static const char *burn(uint64_t value_ppm) {
  return ppm((int64_t)value_ppm, 1000000);
}

/* A duration to the two largest of its units, or to seconds: nobody plans by nanoseconds. */
static const char *duration(int64_t ns) {
  static char buffers[8][SLO_TIME_TEXT_MAX];
  static unsigned turn;
  char *out = buffers[turn++ % 8];
  int64_t grid = ns >= SLO_DAY_NS ? SLO_HOUR_NS : ns >= SLO_HOUR_NS ? SLO_MINUTE_NS : SLO_SECOND_NS;
  if (slo_span_format(ns - ns % grid, out, SLO_TIME_TEXT_MAX) != SLO_OK) return "?";
  return out;
}

/* 12.3 ms: three digits in the unit that suits. */
static const char *latency(int64_t ns) {
  static char buffers[8][32];
  static unsigned turn;
  static const struct {
    int64_t unit;
    const char *name;
  } units[] = {{SLO_SECOND_NS, "s"}, {1000000, "ms"}, {1000, "us"}, {1, "ns"}};
  char *out = buffers[turn++ % 8];
  if (ns == INT64_MAX) return "beyond range";
  int i = 0;
  while (i < 3 && ns < units[i].unit) i++;
  int64_t tenths = ns / (units[i].unit > 10 ? units[i].unit / 10 : 1);
  if (units[i].unit == 1) {
    (void)snprintf(out, 32, "%" PRId64 " ns", ns);
  } else if (tenths >= 1000) {
    (void)snprintf(out, 32, "%" PRId64 " %s", tenths / 10, units[i].name);
  } else {
    (void)snprintf(out, 32, "%" PRId64 ".%" PRId64 " %s", tenths / 10, tenths % 10, units[i].name);
  }
  return out;
}

/* "2015-05-17 10:05" in UTC, or a dash. */
static const char *moment(int64_t ns) {
  static char buffers[8][SLO_TIME_TEXT_MAX];
  static unsigned turn;
  char *out = buffers[turn++ % 8];
  if (ns < 0 || slo_time_format(ns - ns % SLO_SECOND_NS, out, SLO_TIME_TEXT_MAX) != SLO_OK) {
    return "-";
  }
  out[10] = ' ';
  out[19] = '\0'; /* without the Z: the header says UTC */
  return out;
}

static void text_sparkline(const report_slo *s) {
  static const char *const level[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (s->points == 0) return;
  printf("  burn-down  100 %% ");
  for (size_t i = 0; i < s->points; i++) {
    int64_t left = s->point[i].remaining_ppm;
    if (left <= 0) {
      printf("×");
    } else {
      printf("%s", level[left >= 1000000 ? 7 : left * 8 / 1000000]);
    }
  }
  printf(" %s %%%s\n", percent(s->point[s->points - 1].remaining_ppm),
         s->point[s->points - 1].remaining_ppm < 0 ? "   (× is overspent)" : "");
}

static void text_pace(const report_slo *s) {
  const slo_counts *pace = &s->now.delta[REPORT_PACE].counts;
  int calendar = s->standing.period.end_ns != s->standing.at_ns;
  if (s->standing.budget.remaining_ppm <= 0) {
    printf("  exhausted  already; it recovers only as %s\n",
           calendar ? "good events come, or with the next period" : "bad events leave the period");
  } else if (!s->forecast_known || pace->good + pace->bad == 0) {
    printf("  exhausted  unknown: nothing happened in the last 6h\n");
  } else if (pace->bad == 0) {
    printf("  exhausted  never at the pace of the last 6h: nothing bad in it\n");
  } else if (s->forecast.exhaustion_ns == INT64_MAX) {
    printf("  exhausted  not %s at the pace of the last 6h\n",
           calendar ? "in this period" : "for centuries");
  } else {
    printf("  exhausted  in %s at the pace of the last 6h\n", duration(s->forecast.exhaustion_ns));
  }
}

static void text_budget(const report_slo *s) {
  const slo_budget *b = &s->standing.budget;
  if (!s->standing_known) {
    printf("  budget     unknown: nothing valid in the period\n");
    return;
  }
  if (b->method == SLO_METHOD_OCCURRENCES) {
    printf("  budget     %s %% used, %s %% left: %s bad, %s allowed (rounded down) of %s%s\n",
           percent((int64_t)b->consumed_ppm), percent(b->remaining_ppm), grouped(b->bad),
           grouped(b->allowed), grouped(b->valid), b->remaining_ppm < 0 ? "   OVERSPENT" : "");
  } else {
    printf("  budget     %s %% used, %s %% left%s\n", percent((int64_t)b->consumed_ppm),
           percent(b->remaining_ppm), b->remaining_ppm < 0 ? "   OVERSPENT" : "");
  }
  if (b->best_ppm != b->worst_ppm) {
    printf("             between %s %% and %s %% left, whatever happened while nobody measured\n",
           percent(b->worst_ppm), percent(b->best_ppm));
  }
  printf("             of what was measured: %s of the %s period%s\n", duration(b->covered_ns),
         duration(b->span_ns),
         (b->flags & SLO_DELTA_SHORT) != 0 ? "; the rest is unknown, neither good nor bad" : "");
  if (b->corrections != 0) {
    printf("             %s taken out by %" PRIu32 " correction%s\n", duration(b->corrected_ns),
           b->corrections, b->corrections > 1 ? "s" : "");
  }
  text_pace(s);
}

static void text_burn(const report_slo *s) {
  printf("  burn       at %s: ", moment(s->now.at_ns));
  for (int i = 0; i < REPORT_SPANS; i++) {
    printf(" %s %s%s", REPORT_SPAN_NAMES[i],
           s->now.burn_known[i] ? burn(s->now.burn_ppm[i]) : "no data",
           i + 1 < REPORT_SPANS ? " " : "\n");
  }
}

static void text_latency(const report_latency *l) {
  if (!l->known) return;
  printf("  latency    p50 %s  p90 %s  p95 %s  p99 %s  p99.9 %s  max %s  (%s timed, +0.27 %%)\n",
         latency(l->quantile_ns[0]), latency(l->quantile_ns[1]), latency(l->quantile_ns[2]),
         latency(l->quantile_ns[3]), latency(l->quantile_ns[4]), latency(l->summary.max),
         grouped(l->summary.count));
  if (l->threshold_ns > 0) {
    printf("             %s within %s, %s beyond, exactly\n", grouped(l->within),
           latency(l->threshold_ns), grouped(l->beyond));
  }
}

static void text_why(const report_slo *s, const report_alert *a) {
  char name[SLO_ALERT_TIER_TEXT_MAX];
  const slo_alert_tier *tier = &s->tiers[a->why.tier];
  if (slo_alert_tier_format(tier, name, sizeof name) != SLO_OK) return;
  char spans[2][SLO_TIME_TEXT_MAX];
  (void)slo_span_format(tier->long_ns, spans[0], sizeof spans[0]);
  (void)slo_span_format(tier->short_ns, spans[1], sizeof spans[1]);
  printf("burn %s over %s (%s bad of %s) and %s over %s, above %s\n", burn(a->why.long_burn_ppm),
         spans[0], grouped(a->why.long_counts.bad),
         grouped(a->why.long_counts.good + a->why.long_counts.bad), burn(a->why.short_burn_ppm),
         spans[1], burn(tier->factor_ppm));
}

static void text_cause(const report_alert *a) {
  if (a->why.cause == SLO_CAUSE_VOLUME) {
    printf("             by its volume: so much is spent that chance does not matter\n");
  } else {
    printf("             no chance: evidence %s when it began, %s at its end\n",
           ppm((int64_t)(a->why.evidence_ppb / 1000), 1000000),
           ppm((int64_t)(a->evidence_end_ppb / 1000), 1000000));
  }
}

static void text_alerts(const report_slo *s, int64_t step_ns, int rule) {
  static const char *const names[] = {"alerts   ", "gated    "};
  static const char *const rules[] = {
      "multi-window burn rates of the workbook",
      "the same, when it is no chance: at most one false page a year, one ticket a month"};
  const report_alerts *all = &s->alerts[rule];
  if (all->count == 0) {
    printf("  %s  none would have fired (%s)\n", names[rule], rules[rule]);
    return;
  }
  printf("  %s  that would have fired (%s):\n", names[rule], rules[rule]);
  for (size_t i = 0; i < all->count; i++) {
    const report_alert *a = &all->alert[i];
    printf("    %-6s  %s .. %s  %7s  ", severity_name(a->severity), moment(a->from_ns),
           a->still_firing ? "still firing       " : moment(a->to_ns),
           duration(a->to_ns > a->from_ns ? a->to_ns - a->from_ns : step_ns));
    text_why(s, a);
    if (rule == REPORT_GATED) text_cause(a);
  }
}

/* What cannot be seen must be said. */
static void text_sights(const report_slo *s) {
  if (!s->standing_known) return;
  printf("  in sight   at %s requests an hour:", grouped(s->requests_per_hour));
  for (int i = 0; i < REPORT_SIGHTS; i++) {
    int64_t ns = s->sight[i].detection_ns[SLO_SEVERITY_PAGE];
    printf("%s %s %% failing %s%s", i > 0 ? "," : "",
           percent((int64_t)s->sight[i].error_ppb / 1000), ns < 0 ? "pages never" : "pages after ",
           ns < 0 ? "" : duration(ns));
  }
  printf("\n");
}

static void text_moments(const report_slo *s) {
  for (size_t m = 0; m < s->moments; m++) {
    printf("  at %s\n", moment(s->moment[m].at_ns));
    for (int i = 0; i < REPORT_SPANS; i++) {
      const report_moment *w = &s->moment[m];
      const slo_delta *d = &w->delta[i];
      printf("    %-3s  %s bad of %s, burn %s, measured %s\n", REPORT_SPAN_NAMES[i],
             grouped(d->counts.bad), grouped(d->counts.good + d->counts.bad),
             w->burn_known[i] ? burn(w->burn_ppm[i]) : "no data", duration(d->covered_ns));
    }
  }
}

/* "30d", or "2026-11-01 .. 2026-12-01". */
static const char *text_period(const report_slo *s) {
  static char text[2 * SLO_TIME_TEXT_MAX];
  const slo_period *p = &s->standing.period;
  if (p->end_ns == s->standing.at_ns) return duration(s->standing.period_ns);
  (void)snprintf(text, sizeof text, "%.10s .. %.10s", moment(p->start_ns), moment(p->end_ns));
  return text;
}

/* The explanation, indented as the rest is. */
static void text_explanation(const char *line) {
  if (*line == '\0') return;
  printf("  explained\n");
  while (*line != '\0') {
    size_t length = strcspn(line, "\n");
    printf("    %.*s\n", (int)length, line);
    line += length + (line[length] != '\0');
  }
}

void report_text(const report *r) {
  const report_slo *first = &r->slo[0];
  printf("%s: %s lines, %s unparsed", r->source, grouped(r->lines), grouped(r->unparsed));
  if (r->wrong_clock > 0) {
    printf(" (%s of them over a year from their neighbours)", grouped(r->wrong_clock));
  }
  printf("\n%s .. %s UTC\n", moment(first->first_ns), moment(first->last_ns));
  for (size_t i = 0; i < r->slos; i++) {
    const report_slo *s = &r->slo[i];
    char objective[SLO_OBJECTIVE_TEXT_MAX];
    if (slo_objective_format(s->budget.objective_ppb, objective, sizeof objective) != SLO_OK)
      continue;
    printf("\n%s   %s %% over %s, by %s   bad: %s\n", s->name, objective, text_period(s),
           slo_method_name(s->standing.budget.method), s->rule);
    printf("  counts     %s valid = %s good + %s bad; %s excluded, %s late%s\n",
           grouped(s->budget.valid), grouped(s->total.good), grouped(s->total.bad),
           grouped(s->total.excluded), grouped(s->late),
           s->standing.budget.corrections != 0 ? " (all of the input, nothing removed)" : "");
    text_budget(s);
    text_burn(s);
    text_sparkline(s);
    text_latency(&s->latency);
    text_alerts(s, r->step_ns, REPORT_PLAIN);
    text_alerts(s, r->step_ns, REPORT_GATED);
    text_sights(s);
    text_moments(s);
    if (r->explain) text_explanation(s->explanation);
  }
}
