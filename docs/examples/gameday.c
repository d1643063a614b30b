/*
 * gameday - rehearse an outage before it happens.
 *
 * A shop of 24,000 requests a day promises 99.9 % over 28 days and has agreed to freeze deploys
 * when half of that budget is spent. After three quiet weeks everything fails for 20 minutes, and
 * an hour later every tenth request for two hours: who is woken, when, and what is due? Tickets are
 * shown, but nobody has to expect them.
 */
#include <inttypes.h>
#include <slo.h>
#include <stdio.h>

enum { EVENTS_MAX = 16, FREEZE = 0 };

static int64_t at(const char *text) {
  int64_t time_ns = 0;
  if (slo_time_parse(text, &time_ns, NULL) != SLO_OK) fprintf(stderr, "gameday: %s?\n", text);
  return time_ns;
}

static slo_fault fault(const char *what, const char *from, int64_t span_ns) {
  slo_fault f = {0};
  if (slo_fault_parse(what, &f, NULL) != SLO_OK) fprintf(stderr, "gameday: %s?\n", what);
  f.period.start_ns = at(from);
  f.period.end_ns = f.period.start_ns + span_ns;
  return f;
}

static slo_expectation expect(uint32_t kind, const char *from, int64_t span_ns) {
  slo_expectation x = {0};
  x.kind = kind;
  x.within.start_ns = at(from);
  x.within.end_ns = x.within.start_ns + span_ns;
  return x;
}

static void print(const slo_gameday_event *e, const slo_gameday_action *actions) {
  char when[SLO_TIME_TEXT_MAX];
  if (slo_time_format(e->at_ns, when, sizeof when) != SLO_OK) return;
  const char *who = e->severity == SLO_SEVERITY_PAGE ? "page" : "ticket";
  printf("%s  %8.2f %% left  ", when, (double)e->remaining_ppm / 1e4);
  if (e->kind == SLO_GAMEDAY_ACTION) {
    printf("due: %s\n", actions[e->action].name);
  } else {
    printf("%s %s\n", who, e->kind == SLO_GAMEDAY_FIRES ? "fires" : "resolves");
  }
}

int main(void) {
  const slo_fault faults[] = {
      fault("down", "2026-11-23T14:00:00Z", 20 * SLO_MINUTE_NS),
      fault("down 10%", "2026-11-23T15:20:00Z", 2 * SLO_HOUR_NS),
  };
  slo_traffic_config traffic = SLO_SIZED(slo_traffic_config);
  traffic.requests_per_day = 24000;
  traffic.seed = 7;
  traffic.start_ns = at("2026-11-01T00:00:00Z");
  traffic.diurnal_ppm = 600000;
  traffic.peak_ns = 19 * SLO_HOUR_NS;
  traffic.error_ppb = 200000;
  traffic.faults = faults;
  traffic.fault_count = sizeof faults / sizeof faults[0];

  slo_monitor_slo slo = SLO_SIZED(slo_monitor_slo);
  slo.name = "checkout";
  slo.objective_ppb = 999000000;
  slo.period_ns = 28 * SLO_DAY_NS;

  const slo_gameday_action actions[] = {{500000, "freeze deploys at 50 %"}};
  slo_expectation budget = expect(SLO_GAMEDAY_BUDGET, "2026-11-23T14:00:00Z", 6 * SLO_HOUR_NS);
  budget.least_ppm = -500000;
  budget.most_ppm = 200000;
  const slo_expectation expectations[] = {
      expect(SLO_GAMEDAY_FIRES, "2026-11-23T14:00:00Z", 5 * SLO_MINUTE_NS),
      expect(SLO_GAMEDAY_ACTION, "2026-11-23T14:00:00Z", 20 * SLO_MINUTE_NS),
      expect(SLO_GAMEDAY_RESOLVES, "2026-11-23T14:20:00Z", 30 * SLO_MINUTE_NS),
      expect(SLO_GAMEDAY_FIRES, "2026-11-23T15:20:00Z", 30 * SLO_MINUTE_NS),
      expect(SLO_GAMEDAY_RESOLVES, "2026-11-23T17:20:00Z", SLO_HOUR_NS),
      budget,
  };
  slo_gameday_config day = SLO_SIZED(slo_gameday_config);
  day.traffic = &traffic;
  day.slo = &slo;
  day.end_ns = at("2026-11-24T00:00:00Z");
  day.actions = actions;
  day.expected_only = 1;
  day.action_count = sizeof actions / sizeof actions[0];
  day.expectations = expectations;
  day.expectation_count = sizeof expectations / sizeof expectations[0];

  slo_gameday_event events[EVENTS_MAX];
  slo_gameday_result result = SLO_SIZED(slo_gameday_result);
  slo_error error = SLO_SIZED(slo_error);
  if (slo_gameday_run(&day, NULL, events, EVENTS_MAX, &result, &error) != SLO_OK) {
    fprintf(stderr, "gameday: %s: %s\n", error.field, slo_strerror(error.status));
    return 1;
  }
  for (uint32_t i = 0; i < result.events && i < EVENTS_MAX; i++) print(&events[i], actions);
  printf("%s: %s\n", result.passed ? "passed" : "failed", result.text);
  return result.passed ? 0 : 1;
}
