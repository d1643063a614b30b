#define _POSIX_C_SOURCE 200809L
#include "slo_replay_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slo_replay_input.h"

void fail(slo_status status, const slo_error *error, const char *what, const char *value) {
  char text[160];
  (void)slo_error_format(error, text, sizeof text);
  fprintf(stderr, "slo_replay: %s%s%s%s: %s\n", what, value != NULL ? " '" : "",
          value != NULL ? value : "", value != NULL ? "'" : "",
          error != NULL && error->status != SLO_OK ? text : slo_strerror(status));
}

static void usage(FILE *to) {
  fputs(
      "usage: slo_replay [options] [FILE]\n"
      "Replays an access log and says what its SLOs would have: budget, burn rates, alerts.\n"
      "FILE defaults to standard input (-): zcat access.log.gz | slo_replay\n"
      "\n"
      "  --format combined    Apache or nginx combined lines; a last field such as 0.123 is\n"
      "                       nginx's request_time (default)\n"
      "  --format csv         a header naming ts_ms or ts_ns, and status [latency_ns] or valid, "
      "bad\n"
      "  --objective PERCENT  99.9 by default\n"
      "  --bad RULE           what is bad: 'status>=500' by default; comparisons of status (and\n"
      "                       latency) joined by ||: 'status>=500 || status==429'\n"
      "  --threshold-ms MS    also an SLO for latency: good is MS or faster\n"
      "  --window SPAN        the budget's period, 30d by default\n"
      "  --step SPAN          how often alerts are evaluated; divides 5m; 60s by default\n"
      "  --slack SPAN         how late a line may be and still be placed exactly; 120s by default\n"
      "  --at TIME            also the windows at that moment (repeatable): RFC 3339, or an\n"
      "                       integer with its unit, 1431894420s or ..ms, ..us, ..ns; between\n"
      "                       two whole steps: at the earlier one\n"
      "  --calendar UNIT      the budget of the day, week, month, quarter or year (UTC) in which\n"
      "                       the input ends, instead of the last --window\n"
      "  --method METHOD      occurrences (default), timeslices or ratio-timeslices\n"
      "  --slice SPAN         of the last two, 5m by default; a slice is good at --objective\n"
      "  --hole SPAN          a longer pause in the log is time that nobody measured\n"
      "  --remove FROM/TO=WHY do not count what lies between two moments (repeatable)\n"
      "  --explain            also how each budget came about, to check it by hand\n"
      "  --json               for machines\n"
      "  --version, --help\n",
      to);
}

/* "300" or "0.5", milliseconds: more than 0, at most a day. */
static int parse_milliseconds(const char *text, int64_t *ns) {
  int64_t whole = 0, place = 100000, fraction = 0;
  const char *p = text;
  for (; *p >= '0' && *p <= '9' && whole < 1000000000; p++) whole = whole * 10 + (*p - '0');
  if (p == text) return 0;
  if (*p == '.') {
    for (p++; *p >= '0' && *p <= '9' && place > 0; p++, place /= 10) fraction += (*p - '0') * place;
  }
  *ns = whole * 1000000 + fraction;
  return *p == '\0' && *ns > 0 && *ns <= SLO_DAY_NS;
}

static int parse_span(const char *name, const char *text, int64_t min_ns, int64_t max_ns,
                      int64_t *span_ns) {
  slo_error error = SLO_SIZED(slo_error);
  slo_status status = slo_span_parse(text, span_ns, &error);
  if (status != SLO_OK) {
    fail(status, &error, name, text);
    return 0;
  }
  if (*span_ns < min_ns || *span_ns > max_ns) {
    char low[SLO_TIME_TEXT_MAX], high[SLO_TIME_TEXT_MAX];
    (void)slo_span_format(min_ns, low, sizeof low);
    (void)slo_span_format(max_ns, high, sizeof high);
    fprintf(stderr, "slo_replay: %s: %s is not in %s..%s\n", name, text, low, high);
    return 0;
  }
  return 1;
}

static int compare_moments(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int add_moment(options *o, const char *text) {
  slo_error error = SLO_SIZED(slo_error);
  if (o->moments == MOMENTS_MAX) {
    fprintf(stderr, "slo_replay: --at: more than %d of them\n", MOMENTS_MAX);
    return 0;
  }
  slo_status status = slo_time_parse(text, &o->at_ns[o->moments], &error);
  if (status != SLO_OK) {
    fail(status, &error, "--at", text);
    return 0;
  }
  o->moments++;
  return 1;
}

/* The index of a word in a list that ends with NULL; -1 after a message when it is none. */
static int parse_word(const char *name, const char *text, const char *const *words) {
  for (int i = 0; words[i] != NULL; i++) {
    if (strcmp(text, words[i]) == 0) return i;
  }
  fprintf(stderr, "slo_replay: %s: '%s' is none of", name, text);
  for (int i = 0; words[i] != NULL; i++) fprintf(stderr, "%s %s", i > 0 ? "," : "", words[i]);
  fputc('\n', stderr);
  return -1;
}

/* "FROM/TO=WHY" */
static int add_removal(options *o, const char *text) {
  slo_error error = SLO_SIZED(slo_error);
  char part[2 * SLO_TIME_TEXT_MAX];
  slo_correction *c = &o->removed[o->removals];
  const char *why = strchr(text, '=');
  size_t length = why == NULL ? 0 : (size_t)(why - text);
  if (o->removals == REMOVED_MAX) {
    fprintf(stderr, "slo_replay: --remove: more than %d of them\n", REMOVED_MAX);
    return 0;
  }
  char *to = NULL;
  if (length > 0 && length < sizeof part) {
    memcpy(part, text, length);
    part[length] = '\0';
    to = strchr(part, '/');
  }
  if (to == NULL || strlen(why + 1) > SLO_LEDGER_REASON_MAX || why[1] == '\0') {
    fprintf(stderr, "slo_replay: --remove: '%s' is not FROM/TO=WHY (WHY up to %d bytes)\n", text,
            SLO_LEDGER_REASON_MAX);
    return 0;
  }
  *to++ = '\0';
  slo_status status = slo_time_parse(part, &c->from_ns, &error);
  if (status == SLO_OK) status = slo_time_parse(to, &c->to_ns, &error);
  if (status != SLO_OK) {
    fail(status, &error, "--remove", text);
    return 0;
  }
  if (c->from_ns >= c->to_ns) {
    fprintf(stderr, "slo_replay: --remove: '%s' ends before it begins\n", text);
    return 0;
  }
  c->struct_size = sizeof *c;
  c->kind = SLO_CORRECT_REMOVE;
  c->sli = SLO_LEDGER_ALL;
  memcpy(c->reason, why + 1, strlen(why + 1) + 1);
  o->removals++;
  return 1;
}

int parse_options(int argc, char **argv, options *o) {
  enum {
    FORMAT = 1,
    OBJECTIVE,
    BAD,
    THRESHOLD,
    WINDOW,
    STEP,
    SLACK,
    AT,
    CALENDAR,
    METHOD,
    SLICE,
    HOLE,
    REMOVE,
    EXPLAIN,
    JSON,
    VERSION,
    HELP
  };
  static const char *const calendars[] = {"rolling", "day",  "week", "month",
                                          "quarter", "year", NULL};
  static const char *const methods[] = {"occurrences", "timeslices", "ratio-timeslices", NULL};
  static const struct option names[] = {{"format", required_argument, NULL, FORMAT},
                                        {"objective", required_argument, NULL, OBJECTIVE},
                                        {"bad", required_argument, NULL, BAD},
                                        {"threshold-ms", required_argument, NULL, THRESHOLD},
                                        {"window", required_argument, NULL, WINDOW},
                                        {"step", required_argument, NULL, STEP},
                                        {"slack", required_argument, NULL, SLACK},
                                        {"at", required_argument, NULL, AT},
                                        {"calendar", required_argument, NULL, CALENDAR},
                                        {"method", required_argument, NULL, METHOD},
                                        {"slice", required_argument, NULL, SLICE},
                                        {"hole", required_argument, NULL, HOLE},
                                        {"remove", required_argument, NULL, REMOVE},
                                        {"explain", no_argument, NULL, EXPLAIN},
                                        {"json", no_argument, NULL, JSON},
                                        {"version", no_argument, NULL, VERSION},
                                        {"help", no_argument, NULL, HELP},
                                        {NULL, 0, NULL, 0}};
  slo_error error = SLO_SIZED(slo_error);
  slo_status status;
  const char *window = "30d";
  int c, word;
  o->path = "-";
  o->bad = "status>=500";
  o->rule.struct_size = sizeof o->rule;
  (void)slo_rule_parse(o->bad, &o->rule, NULL);
  o->format = INPUT_COMBINED;
  o->objective_ppb = 999000000;
  o->window_ns = 30 * SLO_DAY_NS;
  o->step_ns = SLO_MINUTE_NS;
  o->slack_ns = 2 * SLO_MINUTE_NS;
  o->slice_ns = 5 * SLO_MINUTE_NS;
  while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
    switch (c) {
      case FORMAT:
        if (strcmp(optarg, "combined") != 0 && strcmp(optarg, "csv") != 0) {
          fprintf(stderr, "slo_replay: --format: '%s' is neither combined nor csv\n", optarg);
          return -1;
        }
        o->format = strcmp(optarg, "csv") == 0 ? INPUT_CSV : INPUT_COMBINED;
        break;
      case OBJECTIVE:
        status = slo_objective_parse(optarg, &o->objective_ppb, &error);
        if (status != SLO_OK) {
          fail(status, &error, "--objective", optarg);
          return -1;
        }
        break;
      case BAD:
        o->bad = optarg;
        o->bad_given = 1;
        status = slo_rule_parse(optarg, &o->rule, &error);
        if (status != SLO_OK) {
          fail(status, &error, "--bad", optarg);
          return -1;
        }
        break;
      case THRESHOLD:
        if (!parse_milliseconds(optarg, &o->threshold_ns)) {
          fprintf(stderr, "slo_replay: --threshold-ms: '%s' is not in 0.000001..86400000\n",
                  optarg);
          return -1;
        }
        break;
      case WINDOW:
        window = optarg;
        if (!parse_span("--window", optarg, SLO_HOUR_NS, 366 * SLO_DAY_NS, &o->window_ns))
          return -1;
        break;
      case STEP:
        if (!parse_span("--step", optarg, SLO_SECOND_NS, 5 * SLO_MINUTE_NS, &o->step_ns)) return -1;
        if (5 * SLO_MINUTE_NS % o->step_ns != 0) {
          fprintf(stderr, "slo_replay: --step: %s does not divide 5m, the shortest window\n",
                  optarg);
          return -1;
        }
        break;
      case SLACK:
        if (!parse_span("--slack", optarg, 0, SLO_DAY_NS, &o->slack_ns)) return -1;
        break;
      case AT:
        if (!add_moment(o, optarg)) return -1;
        break;
      case CALENDAR:
        if ((word = parse_word("--calendar", optarg, calendars)) < 0) return -1;
        o->calendar = (uint32_t)word;
        break;
      case METHOD:
        if ((word = parse_word("--method", optarg, methods)) < 0) return -1;
        o->method = (uint32_t)word;
        break;
      case SLICE:
        if (!parse_span("--slice", optarg, SLO_WINDOW_SLICE_MIN_NS, SLO_DAY_NS, &o->slice_ns))
          return -1;
        break;
      case HOLE:
        if (!parse_span("--hole", optarg, SLO_SECOND_NS, 3660 * SLO_DAY_NS, &o->hole_ns)) return -1;
        break;
      case REMOVE:
        if (!add_removal(o, optarg)) return -1;
        break;
      case EXPLAIN:
        o->explain = 1;
        break;
      case JSON:
        o->json = 1;
        break;
      case VERSION:
        printf("slo_replay, libslo %s\n", slo_version_string());
        return 0;
      case HELP:
        usage(stdout);
        return 0;
      default:
        usage(stderr);
        return -1;
    }
  }
  if (argc - optind > 1) {
    fprintf(stderr, "slo_replay: one FILE, not %d\n", argc - optind);
    return -1;
  }
  if (optind < argc) o->path = argv[optind];
  if (o->window_ns % o->step_ns != 0) {
    char step[SLO_TIME_TEXT_MAX];
    (void)slo_span_format(o->step_ns, step, sizeof step);
    fprintf(stderr, "slo_replay: --window: %s is not a multiple of --step %s\n", window, step);
    return -1;
  }
  if (o->slice_ns % o->step_ns != 0) {
    char step[SLO_TIME_TEXT_MAX];
    (void)slo_span_format(o->step_ns, step, sizeof step);
    fprintf(stderr, "slo_replay: --slice: not a multiple of --step %s\n", step);
    return -1;
  }
  for (size_t i = 0; i < o->moments; i++) o->at_ns[i] -= o->at_ns[i] % o->step_ns;
  qsort(o->at_ns, o->moments, sizeof o->at_ns[0], compare_moments);
  return 1;
}
