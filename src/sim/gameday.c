#include "slo/gameday.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/fail.h"

#define GAMEDAY_PPM 1000000
#define GAMEDAY_SUBJECT_MAX 64 /* with 40 bytes of an action's name */

typedef enum gameday_stage {
  GAMEDAY_PLAYING,
  GAMEDAY_MISSED, /* an expectation is over: only when it came after all is of interest */
  GAMEDAY_OVER
} gameday_stage;

typedef struct gameday {
  slo_gameday_config config;
  slo_traffic *traffic;
  slo_monitor *monitor;
  slo_gameday_event *events;
  size_t capacity;
  gameday_stage stage;
  uint64_t cursor;      /* of slo_alert_next */
  uint32_t next;        /* the expectation of FIRES, RESOLVES or ACTION that comes next */
  uint32_t next_budget; /* and of BUDGET */
  int known;            /* was anything valid? */
  int64_t consumed_ppm; /* the most so far; -1: nothing was valid yet */
  int64_t now_ns;       /* of the newest tick */
  slo_standing standing;
  slo_gameday_result result;
} gameday;

/* ---- check ---- */

/* Puts `to` in front of a part's field, in place of `from`, which it may begin with. */
static slo_status gameday_within(slo_error *error, slo_status status, const slo_error *part,
                                 const char *from, const char *to) {
  size_t n = strlen(from);
  const char *field = part->field;
  if (n != 0 && strncmp(field, from, n) == 0) {
    field += n;
  } else if (n != 0) {
    to = "";
  }
  if (part->min > part->max) return sloi_fail(error, status, part->value, "%s%.48s", to, field);
  return sloi_fail_range(error, part->value, part->min, part->max, "%s%.48s", to, field);
}

static slo_status gameday_check_expectation(const slo_gameday_config *c, uint32_t i,
                                            slo_error *error) {
  const slo_expectation *x = &c->expectations[i];
  unsigned n = (unsigned)i;
  if (x->kind < SLO_GAMEDAY_FIRES || x->kind > SLO_GAMEDAY_BUDGET) {
    return sloi_fail_range(error, x->kind, SLO_GAMEDAY_FIRES, SLO_GAMEDAY_BUDGET,
                           "expectations[%u].kind", n);
  }
  int fires = x->kind == SLO_GAMEDAY_FIRES || x->kind == SLO_GAMEDAY_RESOLVES;
  if (x->severity >= (fires ? SLO_SEVERITIES : 1)) {
    return sloi_fail_range(error, x->severity, 0, fires ? SLO_SEVERITIES - 1 : 0,
                           "expectations[%u].severity", n);
  }
  if (x->within.start_ns < 0 || x->within.start_ns >= c->end_ns) {
    return sloi_fail_range(error, x->within.start_ns, 0, c->end_ns - 1,
                           "expectations[%u].within.start_ns", n);
  }
  if (x->within.end_ns <= x->within.start_ns || x->within.end_ns > c->end_ns) {
    return sloi_fail_range(error, x->within.end_ns, x->within.start_ns + 1, c->end_ns,
                           "expectations[%u].within.end_ns", n);
  }
  if (x->kind == SLO_GAMEDAY_ACTION && c->action_count == 0) {
    return sloi_fail(error, SLO_EINVAL, x->action, "expectations[%u].action (there is none)", n);
  }
  uint32_t actions = x->kind == SLO_GAMEDAY_ACTION ? c->action_count : 1;
  if (x->action >= actions) {
    return sloi_fail_range(error, x->action, 0, (int64_t)actions - 1, "expectations[%u].action", n);
  }
  if (x->reserved != 0) {
    return sloi_fail(error, SLO_EVERSION, x->reserved, "expectations[%u].reserved", n);
  }
  int budget = x->kind == SLO_GAMEDAY_BUDGET;
  if (!budget && x->least_ppm != 0) {
    return sloi_fail_range(error, x->least_ppm, 0, 0, "expectations[%u].least_ppm", n);
  }
  if (x->most_ppm < x->least_ppm || (!budget && x->most_ppm != 0)) {
    return sloi_fail_range(error, x->most_ppm, x->least_ppm, budget ? GAMEDAY_PPM : 0,
                           "expectations[%u].most_ppm", n);
  }
  return SLO_OK;
}

static slo_status gameday_check(const slo_gameday_config *c, slo_error *error) {
  int64_t after_ns = 0;
  if (c->traffic == NULL) return sloi_fail(error, SLO_EINVAL, 0, "traffic (NULL)");
  if (c->slo == NULL) return sloi_fail(error, SLO_EINVAL, 0, "slo (NULL)");
  if (c->expected_only > 1) {
    return sloi_fail_range(error, c->expected_only, 0, 1, "expected_only");
  }
  if (c->actions == NULL && c->action_count != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "actions (NULL)");
  }
  if (c->expectations == NULL && c->expectation_count != 0) {
    return sloi_fail(error, SLO_EINVAL, 0, "expectations (NULL)");
  }
  for (uint32_t i = 0; i < c->action_count; i++) {
    if (c->actions[i].name == NULL) {
      return sloi_fail(error, SLO_EINVAL, 0, "actions[%u].name (NULL)", (unsigned)i);
    }
  }
  for (uint32_t i = 0; i < c->expectation_count; i++) {
    const slo_expectation *x = &c->expectations[i];
    slo_status status = gameday_check_expectation(c, i, error);
    if (status != SLO_OK) return status;
    if (x->kind != SLO_GAMEDAY_BUDGET) continue;
    if (x->within.end_ns < after_ns) {
      return sloi_fail_range(error, x->within.end_ns, after_ns, c->end_ns,
                             "expectations[%u].within.end_ns", (unsigned)i);
    }
    after_ns = x->within.end_ns;
  }
  return SLO_OK;
}

/* ---- differences, in words ---- */

typedef struct gameday_words {
  char text[SLO_TIME_TEXT_MAX];
} gameday_words;

static gameday_words gameday_time(int64_t at_ns) {
  gameday_words w;
  (void)slo_time_format(at_ns, w.text, sizeof w.text);
  return w;
}

static gameday_words gameday_span(int64_t span_ns) {
  gameday_words w;
  (void)slo_span_format(span_ns, w.text, sizeof w.text);
  return w;
}

/* All digits there are, so that two numbers that differ never look the same. */
static gameday_words gameday_percent(int64_t ppm) {
  gameday_words w;
  uint64_t size = ppm < 0 ? 0 - (uint64_t)ppm : (uint64_t)ppm;
  (void)snprintf(w.text, sizeof w.text, "%s%" PRIu64 ".%04" PRIu64, ppm < 0 ? "-" : "",
                 size / 10000, size % 10000);
  return w;
}

/* "page fires", "page does not fire" */
static void gameday_subject(const gameday *g, uint32_t kind, uint32_t severity, uint32_t action,
                            int happens, char *text) {
  const char *who = severity == SLO_SEVERITY_PAGE ? "page" : "ticket";
  const char *fires = happens ? "fires" : "does not fire";
  const char *resolves = happens ? "resolves" : "does not resolve";
  if (kind == SLO_GAMEDAY_ACTION) {
    (void)snprintf(text, GAMEDAY_SUBJECT_MAX, "action \"%.40s\" is %sdue",
                   g->config.actions[action].name, happens ? "" : "not ");
  } else {
    (void)snprintf(text, GAMEDAY_SUBJECT_MAX, "%s %s", who,
                   kind == SLO_GAMEDAY_FIRES ? fires : resolves);
  }
}

static void gameday_differ(gameday *g, gameday_stage stage, uint32_t difference, int64_t at_ns) {
  g->stage = stage;
  g->result.passed = 0;
  g->result.difference = difference;
  g->result.at_ns = at_ns;
}

/* The text when an expected event came at the wrong time. */
static void gameday_say_when(gameday *g, const slo_expectation *x, int64_t at_ns) {
  char what[GAMEDAY_SUBJECT_MAX];
  int early = at_ns <= x->within.start_ns;
  gameday_subject(g, x->kind, x->severity, x->action, 1, what);
  (void)snprintf(g->result.text, sizeof g->result.text,
                 "%s at %.30s, %.36s too %s: expected within (%.30s, %.30s]", what,
                 gameday_time(at_ns).text,
                 gameday_span(early ? x->within.start_ns - at_ns : at_ns - x->within.end_ns).text,
                 early ? "early" : "late", gameday_time(x->within.start_ns).text,
                 gameday_time(x->within.end_ns).text);
}

static void gameday_say_other(gameday *g, const slo_gameday_event *event) {
  char what[GAMEDAY_SUBJECT_MAX], expected[GAMEDAY_SUBJECT_MAX];
  slo_gameday_result *r = &g->result;
  gameday_subject(g, event->kind, event->severity, event->action, 1, what);
  if (g->next == g->config.expectation_count) {
    (void)snprintf(r->text, sizeof r->text, "%s at %.30s, expected: nothing more", what,
                   gameday_time(event->at_ns).text);
    return;
  }
  const slo_expectation *x = &g->config.expectations[g->next];
  gameday_subject(g, x->kind, x->severity, x->action, 1, expected);
  (void)snprintf(r->text, sizeof r->text, "%s at %.30s, expected: %s within (%.30s, %.30s]", what,
                 gameday_time(event->at_ns).text, expected, gameday_time(x->within.start_ns).text,
                 gameday_time(x->within.end_ns).text);
}

static void gameday_say_budget(gameday *g, const slo_expectation *x) {
  (void)snprintf(
      g->result.text, sizeof g->result.text, "budget at %s: %s%s left, expected %s .. %s %%",
      gameday_time(x->within.end_ns).text,
      g->known ? gameday_percent(g->result.remaining_ppm).text : "nothing valid, unknown",
      g->known ? " %" : " what is", gameday_percent(x->least_ppm).text,
      gameday_percent(x->most_ppm).text);
}

/* ---- events ---- */

static uint32_t gameday_after(const gameday *g, uint32_t i, int budget) {
  const slo_gameday_config *c = &g->config;
  while (i < c->expectation_count &&
         (c->expectations[i].kind == SLO_GAMEDAY_BUDGET) != (budget != 0)) {
    i++;
  }
  return i;
}

static int gameday_matches(const slo_expectation *x, const slo_gameday_event *event) {
  return x->kind == event->kind && x->severity == event->severity && x->action == event->action;
}

/* Something that is none of the next expectation's: is it one of a later one's? */
static int gameday_later(const gameday *g, const slo_gameday_event *event) {
  for (uint32_t i = g->next; i < g->config.expectation_count; i++) {
    if (gameday_matches(&g->config.expectations[i], event)) return 1;
  }
  return 0;
}

static void gameday_happens(gameday *g, slo_gameday_event event) {
  const slo_gameday_config *c = &g->config;
  const slo_expectation *x = g->next < c->expectation_count ? &c->expectations[g->next] : NULL;
  int matches = x != NULL && gameday_matches(x, &event);
  if (g->stage == GAMEDAY_OVER) return;
  if (g->stage == GAMEDAY_MISSED) {
    if (!matches) return;
    g->stage = GAMEDAY_OVER;
    gameday_say_when(g, x, event.at_ns);
    return;
  }
  event.remaining_ppm = g->result.remaining_ppm;
  if (g->result.events < g->capacity) g->events[g->result.events] = event;
  g->result.events++;
  /* what comes after the end was missed before */
  if (matches && event.at_ns > x->within.start_ns) {
    g->next = gameday_after(g, g->next + 1, 0);
  } else if (c->expected_only) {
    return;
  } else if (matches) {
    gameday_differ(g, GAMEDAY_OVER, g->next, event.at_ns);
    gameday_say_when(g, x, event.at_ns);
  } else {
    gameday_differ(g, GAMEDAY_OVER, gameday_later(g, &event) ? g->next : c->expectation_count,
                   event.at_ns);
    gameday_say_other(g, &event);
  }
}

/* Expectations that ended before now_ns: nothing that meets them can come any more. */
static void gameday_judge(gameday *g, int64_t now_ns) {
  const slo_gameday_config *c = &g->config;
  char what[GAMEDAY_SUBJECT_MAX];
  while (g->stage == GAMEDAY_PLAYING) {
    uint32_t n = c->expectation_count, i = g->next, k = g->next_budget;
    int64_t missed_ns = i < n ? c->expectations[i].within.end_ns : INT64_MAX;
    int64_t budget_ns = k < n ? c->expectations[k].within.end_ns : INT64_MAX;
    const slo_expectation *x = missed_ns <= budget_ns ? &c->expectations[i] : &c->expectations[k];
    if ((missed_ns <= budget_ns ? missed_ns : budget_ns) >= now_ns) return;
    if (missed_ns <= budget_ns) {
      gameday_differ(g, GAMEDAY_MISSED, i, missed_ns);
      gameday_subject(g, x->kind, x->severity, x->action, 0, what);
      (void)snprintf(g->result.text, sizeof g->result.text, "%s, expected within (%.30s, %.30s]",
                     what, gameday_time(x->within.start_ns).text, gameday_time(missed_ns).text);
    } else if (g->known && g->result.remaining_ppm >= x->least_ppm &&
               g->result.remaining_ppm <= x->most_ppm) {
      g->next_budget = gameday_after(g, k + 1, 1);
    } else {
      gameday_differ(g, GAMEDAY_OVER, k, budget_ns);
      gameday_say_budget(g, x);
    }
  }
}

/* ---- the day ---- */

static slo_status gameday_create(gameday *g, const slo_allocator *allocator, slo_error *error) {
  const slo_gameday_config *c = &g->config;
  slo_error e = SLO_SIZED(slo_error);
  slo_monitor_sli sli = SLO_SIZED(slo_monitor_sli);
  slo_monitor_config m = SLO_SIZED(slo_monitor_config);
  sli.name = "requests";
  m.slis = c->sli != NULL ? c->sli : &sli;
  m.sli_count = 1;
  m.slos = c->slo;
  m.slo_count = 1;
  m.window = c->window;
  slo_status status = slo_traffic_create(c->traffic, allocator, &g->traffic, &e);
  if (status != SLO_OK) return gameday_within(error, status, &e, "", "traffic.");
  status = slo_monitor_create(&m, allocator, &g->monitor, &e);
  if (status == SLO_OK) return SLO_OK;
  int of_slo = strncmp(e.field, "slos[0].", 8) == 0;
  return gameday_within(error, status, &e, of_slo ? "slos[0]." : "slis[0].",
                        of_slo ? "slo." : "sli.");
}

static slo_status gameday_tick(gameday *g, int64_t now_ns) {
  slo_transition t = SLO_SIZED(slo_transition);
  g->now_ns = now_ns;
  slo_status status = slo_monitor_tick(g->monitor, now_ns, 0);
  if (status == SLO_OK) status = slo_monitor_read(g->monitor, 0, &g->standing);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  g->known = status == SLO_OK;
  if (g->stage == GAMEDAY_PLAYING) {
    g->result.at_ns = now_ns;
    g->result.counts = g->standing.total;
    g->result.remaining_ppm = g->known ? g->standing.budget.remaining_ppm : 0;
  }
  while (slo_alert_next(slo_monitor_alert(g->monitor, 0), &g->cursor, &t) == SLO_OK) {
    slo_gameday_event event = {0, t.severity, t.at_ns, 0, t.cause, 0};
    if ((t.from == SLO_ALERT_FIRING) == (t.to == SLO_ALERT_FIRING)) continue;
    event.kind = t.to == SLO_ALERT_FIRING ? SLO_GAMEDAY_FIRES : SLO_GAMEDAY_RESOLVES;
    gameday_happens(g, event);
  }
  const int64_t consumed_ppm = g->known ? sloi_shown(g->standing.budget.consumed_ppm) : -1;
  for (uint32_t i = 0; i < g->config.action_count; i++) {
    int64_t due_ppm = sloi_shown(g->config.actions[i].consumed_ppm);
    slo_gameday_event event = {SLO_GAMEDAY_ACTION, 0, now_ns, i, 0, 0};
    if (due_ppm > g->consumed_ppm && due_ppm <= consumed_ppm) gameday_happens(g, event);
  }
  if (consumed_ppm > g->consumed_ppm) g->consumed_ppm = consumed_ppm;
  return SLO_OK;
}

static slo_status gameday_play(gameday *g, int64_t start_ns) {
  slo_traffic_slot slot;
  slo_status status = gameday_tick(g, start_ns);
  while (status == SLO_OK && g->stage != GAMEDAY_OVER) {
    if (slo_traffic_next(g->traffic, &slot) != SLO_OK || slot.period.end_ns > g->config.end_ns) {
      break;
    }
    gameday_judge(g, slot.period.end_ns);
    slo_counter_record_many(slo_monitor_counter(g->monitor, 0), &slot.counts);
    status = gameday_tick(g, slot.period.end_ns);
  }
  gameday_judge(g, INT64_MAX);
  if (g->stage == GAMEDAY_PLAYING) {
    g->result.passed = 1;
    g->result.difference = g->config.expectation_count;
    (void)snprintf(g->result.text, sizeof g->result.text,
                   g->known ? "as expected: %u events, %s %% of the budget left"
                            : "as expected: %u events, and nothing valid",
                   (unsigned)g->result.events, gameday_percent(g->result.remaining_ppm).text);
  }
  return status;
}

slo_status slo_gameday_run(const slo_gameday_config *config, const slo_allocator *allocator,
                           slo_gameday_event *events, size_t capacity, slo_gameday_result *result,
                           slo_error *error) {
  gameday g;
  slo_traffic_config traffic;
  memset(&g, 0, sizeof g);
  g.standing.struct_size = (uint32_t)sizeof g.standing;
  if (result == NULL) return sloi_fail(error, SLO_EINVAL, 0, "result (NULL)");
  if (events == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "events (NULL)");
  slo_gameday_config *c = &g.config;
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_gameday_config");
  if (status != SLO_OK) return status;
  if (c->traffic == NULL) return sloi_fail(error, SLO_EINVAL, 0, "traffic (NULL)");
  status = sloi_sized_read(&traffic, sizeof traffic, c->traffic, error, "traffic");
  if (status != SLO_OK) return status;
  int valid = traffic.start_ns >= 0 && traffic.start_ns <= SLO_TIME_MAX_NS; /* or create says so */
  int64_t least_ns = valid ? traffic.start_ns + 1 : 1;
  if (c->end_ns < least_ns || c->end_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->end_ns, least_ns, SLO_TIME_MAX_NS, "end_ns");
  }
  status = gameday_check(c, error);
  if (status != SLO_OK) return status;
  g.events = events;
  g.capacity = capacity;
  g.consumed_ppm = -1;
  g.next = gameday_after(&g, 0, 0);
  g.next_budget = gameday_after(&g, 0, 1);
  status = gameday_create(&g, allocator, error);
  if (status == SLO_OK) {
    status = gameday_play(&g, traffic.start_ns);
    if (status != SLO_OK) (void)sloi_fail(error, status, g.now_ns, "tick, at its now_ns");
  }
  if (status == SLO_OK) {
    status = sloi_sized_write(result, &g.result, sizeof g.result);
    if (status != SLO_OK) (void)sloi_fail(error, status, 0, "result.struct_size");
  }
  slo_monitor_destroy(g.monitor);
  slo_traffic_destroy(g.traffic);
  return status;
}
