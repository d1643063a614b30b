/*
 * test_periods.c - calendar budgets and corrections of a monitor, over years of virtual time.
 *
 * The windows here remember three days. The model remembers every tick; a budget must be what
 * it says however long ago its period began.
 */
#include "check_main.h"
#include "slo/monitor.h"

#define SEC SLO_SECOND_NS
#define DAY SLO_DAY_NS
#define BEGIN (INT64_C(1431857100) * SEC) /* 2015-05-17T10:05:00Z, a Sunday */

/* ---- what happened ---- */

enum { TICKS = 20000 };

typedef struct past {
  int n;
  struct {
    int64_t at;
    slo_counts total; /* at the end of that moment */
  } tick[TICKS];
} past;

static void past_note(past *p, int64_t at, const slo_counts *total) {
  if (p->n > 0 && p->tick[p->n - 1].at == at) p->n--;
  check_that(p->n < TICKS, "too much of a past");
  p->tick[p->n].at = at;
  p->tick[p->n++].total = *total;
}

/* The newest reading at or before a moment; the first one when there is none. */
static int past_at(const past *p, int64_t at) {
  int low = 0, high = p->n;
  while (high - low > 1) {
    int middle = (low + high) / 2;
    if (p->tick[middle].at <= at) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

static slo_counts past_counts(const past *p, int64_t from, int64_t to) {
  const slo_counts *a = &p->tick[past_at(p, from)].total, *z = &p->tick[past_at(p, to)].total;
  slo_counts d = {z->good - a->good, z->bad - a->bad, z->excluded - a->excluded};
  return d;
}

/* ---- a monitor of one SLI with short windows ---- */

enum { SLOS_MAX = 12 };

typedef struct plan {
  slo_window_tier tiers[2];
  slo_window_config window;
  slo_alert_tier alert;
  slo_monitor_sli sli[2];
  slo_monitor_slo slo[SLOS_MAX];
  slo_monitor_config config;
} plan;

static void plan_fill(plan *p) {
  memset(p, 0, sizeof *p);
  p->tiers[0].step_ns = SLO_MINUTE_NS * 10;
  p->tiers[0].span_ns = 6 * SLO_HOUR_NS;
  p->tiers[1].step_ns = SLO_HOUR_NS;
  p->tiers[1].span_ns = 3 * DAY;
  p->window.struct_size = sizeof p->window;
  p->window.tiers = p->tiers;
  p->window.tier_count = 2;
  p->window.jump_max_ns = 5 * DAY;
  p->window.gap_ns = DAY;
  p->alert.long_ns = SLO_HOUR_NS;
  p->alert.short_ns = 10 * SLO_MINUTE_NS;
  p->alert.factor_ppm = 10000000;
  for (int i = 0; i < 2; i++) {
    p->sli[i].struct_size = sizeof p->sli[i];
    p->sli[i].name = i == 0 ? "first" : "second";
    p->sli[i].shards = 1;
  }
  p->config.struct_size = sizeof p->config;
  p->config.slis = p->sli;
  p->config.sli_count = 2;
  p->config.slos = p->slo;
  p->config.window = &p->window;
}

static slo_monitor_slo *plan_add(plan *p, uint32_t unit) {
  slo_monitor_slo *s = &p->slo[p->config.slo_count++];
  s->struct_size = sizeof *s;
  s->name = "an objective";
  s->objective_ppb = 990000000;
  s->period_ns = 28 * DAY; /* nominal */
  s->tiers = &p->alert;
  s->tier_count = 1;
  s->calendar.unit = unit;
  return s;
}

/* A monitor in a block of its own that can be moved. */
typedef struct place {
  size_t size;
  slo_monitor *m;
} place;

static place place_new(const plan *p) {
  place k;
  slo_error error = SLO_SIZED(slo_error);
  slo_status status = slo_monitor_footprint(&p->config, &k.size, &error);
  check_that(status == SLO_OK, "%s: %d", error.field, status);
  ck_ok(slo_monitor_init(check_memory(k.size), k.size, &p->config, &k.m, NULL));
  return k;
}

static void place_move(place *k) {
  void *elsewhere = check_memory(k->size), *old = k->m;
  memcpy(elsewhere, old, k->size);
  memset(old, 0xff, k->size);
  free(old);
  ck_ok(slo_monitor_attach(elsewhere, k->size, &k->m));
}

static void record(slo_monitor *m, uint32_t sli, slo_counts *total, uint64_t good, uint64_t bad) {
  slo_counts counts = {good, bad, good / 10};
  slo_counter_record_many(slo_monitor_counter(m, sli), &counts);
  total->good += counts.good;
  total->bad += counts.bad;
  total->excluded += counts.excluded;
}

/* ---- periods ---- */

static slo_status expected_period(const slo_monitor_slo *s, int64_t at, slo_period *period) {
  if (s->start_count != 0) return slo_calendar_find(s->starts_ns, s->start_count, at, period);
  return slo_calendar_eval(&s->calendar, at, period, NULL);
}

static uint64_t edges_checked, edges_near;

/* Is the reading that was used the newest one at or before the edge? When the rings have just
 * forgotten that, a window prefers the one behind the edge as long as it is nearer. */
static int used_for(const past *p, int64_t edge, int64_t used, const char *which) {
  int before = past_at(p, edge), at = past_at(p, used);
  check_that(p->tick[at].at == used, "%s period: no reading at %" PRId64, which, used);
  check_that(at == before || (used > edge && used - edge < edge - p->tick[before].at),
             "%s period at %" PRId64 ": the reading at %" PRId64 " for %" PRId64 ", not %" PRId64,
             which, p->tick[p->n - 1].at, used, edge, p->tick[before].at);
  edges_checked++;
  edges_near += at != before;
  return at;
}

static void check_period(const past *p, slo_monitor *m, const slo_budget_config *c,
                         const char *which) {
  slo_budget b = SLO_SIZED(slo_budget);
  const int64_t now = p->tick[p->n - 1].at, until = c->end_ns < now ? c->end_ns : now;
  slo_status status = slo_budget_read(slo_monitor_window(m, 0), c, &b);
  check_that(status == SLO_OK || status == SLO_ENODATA, "status %d", status);
  int from = used_for(p, c->start_ns, b.from_ns, which), to = used_for(p, until, b.to_ns, which);
  const slo_counts *a = &p->tick[from].total, *z = &p->tick[to].total;
  const slo_counts counts = {z->good - a->good, z->bad - a->bad, z->excluded - a->excluded};
  check_that(status == (counts.good + counts.bad == 0 ? SLO_ENODATA : SLO_OK), "status %d", status);
  check_that(memcmp(&b.counts, &counts, sizeof counts) == 0,
             "%s period at %" PRId64 ": %" PRIu64 " good, not %" PRIu64, which, now, b.counts.good,
             counts.good);
  check_that(b.span_ns == until - c->start_ns, "%s period: span", which);
  int whole = p->tick[0].at <= c->start_ns && b.from_ns <= c->start_ns && b.to_ns <= until;
  check_that(((b.flags & SLO_DELTA_SHORT) == 0) == whole, "%s: short", which);
}

/* This period of every objective, and the one before it. */
static void check_periods(const plan *plan, const past *p, slo_monitor *m) {
  const int64_t now = p->tick[p->n - 1].at;
  for (uint32_t i = 0; i < plan->config.slo_count; i++) {
    const slo_monitor_slo *s = &plan->slo[i];
    slo_budget_config c = SLO_SIZED(slo_budget_config);
    slo_standing r = SLO_SIZED(slo_standing);
    slo_period period, before;
    if (s->calendar.unit == 0 && s->start_count == 0) continue;
    slo_status status = expected_period(s, now, &period);
    check_that(slo_monitor_budget(m, i, &c) == status, "objective %u: status %d", i, status);
    slo_status read = slo_monitor_read(m, i, &r);
    if (status != SLO_OK) {
      check_that(read == SLO_ERANGE && r.at_ns == 0, "objective %u: %d", i, read);
      continue;
    }
    check_that(read == SLO_OK || read == SLO_ENODATA, "objective %u: %d", i, read);
    check_that(r.period.start_ns == period.start_ns && r.period.end_ns == period.end_ns,
               "objective %u at %" PRId64 ": another period", i, now);
    check_that(c.start_ns == period.start_ns && c.end_ns == period.end_ns && c.period_ns == 0 &&
                   c.ledger == slo_monitor_ledger(m) && c.sli == s->sli && c.method == s->method &&
                   c.objective_ppb == s->objective_ppb,
               "objective %u: another budget", i);
    check_that(r.at_ns == now && r.period_ns == s->period_ns, "objective %u: another moment", i);
    check_period(p, m, &c, "this");
    if (expected_period(s, period.start_ns, &before) != SLO_OK) continue;
    if (before.end_ns < p->tick[0].at) continue; /* before there was anything */
    c.start_ns = before.start_ns;
    c.end_ns = before.end_ns;
    check_period(p, m, &c, "last");
  }
}

/* Days of a place whose clock goes forward and back: 23 and 25 hours. */
static int64_t zone_days[800];

static uint32_t zone_fill(int64_t first, int n) {
  int64_t at = first;
  for (int i = 0; i < n; i++) {
    zone_days[i] = at;
    at += i % 180 == 90 ? 25 * SLO_HOUR_NS : i % 180 == 3 ? 23 * SLO_HOUR_NS : DAY;
  }
  return (uint32_t)n;
}

static const uint32_t units[] = {SLO_CALENDAR_DAY, SLO_CALENDAR_WEEK, SLO_CALENDAR_MONTH,
                                 SLO_CALENDAR_QUARTER, SLO_CALENDAR_YEAR};

static void plan_calendars(plan *p) {
  plan_fill(p);
  for (int i = 0; i < 5; i++) plan_add(p, units[i]);
  slo_monitor_slo *fortnight = plan_add(p, SLO_CALENDAR_WEEK);
  fortnight->calendar.every = 2;
  fortnight->calendar.anchor_ns = BEGIN - 100 * DAY + 12345; /* at no whole second */
  slo_monitor_slo *zone = plan_add(p, 0);
  zone->starts_ns = zone_days;
  zone->start_count = zone_fill(BEGIN - 5 * DAY - 3 * SLO_HOUR_NS, 700);
  (void)plan_add(p, 0); /* rolling */
}

enum { EVERY_REBASE = 1, MOVES = 2, RESTARTS = 4, TWICE = 8 };

/* Two years, by ticks every hour or so, some of them just when a day begins. */
static void years(uint32_t how, uint64_t seed) {
  static past past_of_it;
  past *p = &past_of_it;
  plan plan;
  uint64_t random = seed;
  slo_counts total = {0, 0, 0};
  plan_calendars(&plan);
  place k = place_new(&plan);
  int64_t now = BEGIN;
  p->n = 0;
  for (int i = 0; now < BEGIN + 730 * DAY; i++) {
    uint32_t flags = how & EVERY_REBASE ? SLO_PUSH_REBASE : 0;
    if (how & RESTARTS && check_random(&random) % 50 == 0) flags |= SLO_PUSH_UNMEASURED;
    record(k.m, 0, &total, check_random(&random) % 1000, check_random(&random) % 10);
    check_ok(slo_monitor_tick(k.m, now, flags));
    past_note(p, now, &total);
    if (how & TWICE && check_random(&random) % 3 == 0) { /* it is brought up to date */
      record(k.m, 0, &total, check_random(&random) % 1000, 1);
      check_ok(slo_monitor_tick(k.m, now, flags & ~(uint32_t)SLO_PUSH_UNMEASURED));
      past_note(p, now, &total);
    }
    if (how & MOVES && check_random(&random) % 500 == 0) place_move(&k);
    if (i % 5 == 0) check_periods(&plan, p, k.m);
    int64_t midnight = (now / DAY + 1) * DAY, next = now + SLO_HOUR_NS;
    next += (int64_t)(check_random(&random) % (uint64_t)SLO_HOUR_NS) - SLO_HOUR_NS / 2;
    if (check_random(&random) % 100 == 0) next += (int64_t)(check_random(&random) % 4) * DAY;
    now = next > midnight && now < midnight && check_random(&random) % 2 ? midnight : next;
  }
  check_periods(&plan, p, k.m);
  ck_assert_uint_lt(edges_near, edges_checked / 100);
  free(k.m);
}

START_TEST(test_years) {
  years(0, 1);
}
END_TEST

START_TEST(test_years_of_restarts) {
  years(MOVES | RESTARTS, 2);
}
END_TEST

START_TEST(test_years_of_rebases) {
  years(EVERY_REBASE, 3);
}
END_TEST

START_TEST(test_years_of_ticks_at_one_moment) {
  years(TWICE | MOVES, 4);
}
END_TEST

/* Ticks every second, periods that begin between the steps of every tier. */
START_TEST(test_between_steps) {
  static past p;
  plan plan;
  slo_counts total = {0, 0, 0};
  plan_fill(&plan);
  plan_add(&plan, SLO_CALENDAR_DAY)->calendar.anchor_ns = BEGIN + 1234 * SEC;
  plan_add(&plan, SLO_CALENDAR_DAY)->calendar.anchor_ns = BEGIN + 4321 * SEC + 7;
  place k = place_new(&plan);
  p.n = 0;
  for (int64_t t = 0; t < 2 * 86400; t += t % 86400 < 5000 ? 1 : 600) {
    record(k.m, 0, &total, 10, 1);
    ck_ok(slo_monitor_tick(k.m, BEGIN + t * SEC, 0));
    past_note(&p, BEGIN + t * SEC, &total);
    if (t % 50 == 0) check_periods(&plan, &p, k.m);
  }
  check_periods(&plan, &p, k.m);
  free(k.m);
}
END_TEST

/* From the epoch on, each alone: there the first week has no start, and the first year has one. */
START_TEST(test_from_the_epoch) {
  static past p;
  for (int i = 0; i < 6; i++) {
    plan plan;
    slo_counts total = {0, 0, 0};
    plan_fill(&plan);
    if (i < 5) {
      plan_add(&plan, units[i]);
    } else {
      plan_add(&plan, SLO_CALENDAR_YEAR)->calendar.anchor_ns = 1234567 * INT64_C(1000) * SEC;
    }
    place k = place_new(&plan);
    p.n = 0;
    for (int64_t t = 0; t < 500 * DAY; t += 5 * SLO_HOUR_NS) {
      record(k.m, 0, &total, 100, 1);
      ck_ok(slo_monitor_tick(k.m, t, 0));
      past_note(&p, t, &total);
      check_periods(&plan, &p, k.m);
    }
    free(k.m);
  }
}
END_TEST

/* To the end of time, which is amid most periods. */
START_TEST(test_to_the_end) {
  static past p;
  plan plan;
  slo_counts total = {0, 0, 0};
  plan_fill(&plan);
  for (int i = 0; i < 5; i++) plan_add(&plan, units[i]);
  place k = place_new(&plan);
  p.n = 0;
  for (int64_t t = SLO_TIME_MAX_NS - 100 * DAY;;) {
    record(k.m, 0, &total, 100, 1);
    ck_ok(slo_monitor_tick(k.m, t, 0));
    past_note(&p, t, &total);
    slo_standing r = SLO_SIZED(slo_standing);
    for (uint32_t i = 0; i < 5; i++) {
      slo_period period;
      slo_status status = slo_calendar_eval(&plan.slo[i].calendar, t, &period, NULL);
      slo_status read = slo_monitor_read(k.m, i, &r);
      ck_assert_int_eq(read == SLO_ERANGE, status == SLO_ERANGE);
    }
    if (t == SLO_TIME_MAX_NS) break;
    t = t < SLO_TIME_MAX_NS - 5 * SLO_HOUR_NS ? t + 5 * SLO_HOUR_NS : SLO_TIME_MAX_NS;
  }
  ck_assert_int_eq(slo_monitor_tick(k.m, SLO_TIME_MAX_NS + 1, SLO_PUSH_REBASE), SLO_ERANGE);
  ck_assert_int_eq(slo_monitor_tick(k.m, INT64_MAX, SLO_PUSH_REBASE), SLO_ERANGE);
  ck_assert_int_eq(slo_monitor_tick(k.m, INT64_MIN, SLO_PUSH_REBASE), SLO_ERANGE);
  free(k.m);
}
END_TEST

/* Starts that begin later and run out; what was the last period can still be asked for. */
START_TEST(test_starts) {
  static past p;
  plan plan;
  slo_counts total = {0, 0, 0};
  const int64_t starts[] = {BEGIN + 10 * DAY + 1, BEGIN + 20 * DAY, BEGIN + 60 * DAY};
  plan_fill(&plan);
  plan_add(&plan, 0);
  plan.slo[0].starts_ns = starts;
  plan.slo[0].start_count = 3;
  place k = place_new(&plan);
  slo_budget_config c = SLO_SIZED(slo_budget_config), b = c;
  slo_standing r = SLO_SIZED(slo_standing);
  c.objective_ppb = 990000000;
  c.start_ns = starts[1];
  c.end_ns = starts[2];
  p.n = 0;
  ck_assert_int_eq(slo_monitor_budget(k.m, 0, &b), SLO_ENODATA); /* never ticked */
  for (int64_t t = BEGIN; t < BEGIN + 100 * DAY; t += 5 * SLO_HOUR_NS) {
    record(k.m, 0, &total, 100, 1);
    ck_ok(slo_monitor_tick(k.m, t, 0));
    past_note(&p, t, &total);
    check_periods(&plan, &p, k.m);
    slo_status expected = t <= starts[0] || t > starts[2] ? SLO_ERANGE : SLO_OK;
    ck_assert_int_eq(slo_monitor_budget(k.m, 0, &b), expected);
    if (t > starts[1]) check_period(&p, k.m, &c, "the last of all");
  }
  ck_assert_int_eq(slo_monitor_read(k.m, 0, &r), SLO_ERANGE);
  ck_assert_int_eq(slo_monitor_budget(NULL, 0, &b), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_budget(k.m, 0, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_budget(k.m, 1, &b), SLO_ERANGE);
  free(k.m);
}
END_TEST

/* Down for longer than a ticked clock may jump, over starts: what is known before is still kept. */
START_TEST(test_down_over_a_start) {
  static past p;
  plan plan;
  slo_counts total = {0, 0, 0};
  plan_fill(&plan);
  plan.window.jump_max_ns = 0; /* an hour while it is ticked, three days after a restart */
  plan_add(&plan, SLO_CALENDAR_WEEK);
  plan_add(&plan, SLO_CALENDAR_MONTH);
  place k = place_new(&plan);
  p.n = 0;
  for (int64_t t = BEGIN; t < BEGIN + 100 * DAY; t += 5 * SLO_HOUR_NS) {
    record(k.m, 0, &total, 100, 1);
    if (t != BEGIN) ck_assert_int_eq(slo_monitor_tick(k.m, t, 0), SLO_ECLOCK);
    ck_ok(slo_monitor_tick(k.m, t, SLO_PUSH_UNMEASURED));
    past_note(&p, t, &total);
    check_periods(&plan, &p, k.m);
  }
  free(k.m);
}
END_TEST

/* The clock is set forward over a start, and back: another history, with its own first reading. */
START_TEST(test_clock) {
  static past p;
  plan plan;
  slo_counts total = {0, 0, 0};
  plan_calendars(&plan);
  place k = place_new(&plan);
  p.n = 0;
  int64_t now = BEGIN;
  for (int i = 0; i < 4000; i++) {
    uint32_t flags = 0;
    record(k.m, 0, &total, 100, 1);
    if (i % 1000 == 300) { /* refused, then forced */
      now += 40 * DAY;
      ck_assert_int_eq(slo_monitor_tick(k.m, now, 0), SLO_ECLOCK);
      check_periods(&plan, &p, k.m);
      flags = SLO_PUSH_REBASE;
    }
    if (i % 1000 == 700) {
      now -= 45 * DAY;
      flags = SLO_PUSH_REBASE;
      p.n = 0;
    }
    if (i % 100 == 50) { /* back a little: the counts are taken, the time stays */
      ck_ok(slo_monitor_tick(k.m, now - 3 * SLO_HOUR_NS, 0));
      past_note(&p, p.tick[p.n - 1].at, &total);
      check_periods(&plan, &p, k.m);
    }
    ck_ok(slo_monitor_tick(k.m, now, flags));
    past_note(&p, now, &total);
    check_periods(&plan, &p, k.m);
    now += SLO_HOUR_NS;
  }
  free(k.m);
}
END_TEST

/* ---- corrections ---- */

static void correct(slo_monitor *m, uint32_t kind, uint32_t sli, int64_t from, int64_t to) {
  slo_correction c = SLO_SIZED(slo_correction);
  c.kind = kind;
  c.from_ns = from;
  c.to_ns = to;
  c.sli = sli;
  memcpy(c.reason, "agreed", 7);
  ck_ok(slo_monitor_correct(m, &c, NULL, NULL));
}

static slo_budget budget_now(slo_monitor *m, uint32_t slo) {
  slo_standing r = SLO_SIZED(slo_standing);
  ck_ok(slo_monitor_read(m, slo, &r));
  ck_assert_uint_eq(r.budget.struct_size, sizeof r.budget);
  return r.budget;
}

/* Said before, as many as there is room for, at odd moments, with a tick at each: exact for a
 * year, whatever the rings forget; those of the other SLI touch nothing. */
START_TEST(test_said_before) {
  static past p;
  plan plan;
  slo_counts total = {0, 0, 0}, other = total, removed = total, set_right = total;
  int64_t removed_ns = 0;
  uint64_t random = 6;
  plan_calendars(&plan);
  plan.config.corrections = 64;
  plan_add(&plan, SLO_CALENDAR_YEAR)->sli = 1;
  place k = place_new(&plan);
  int64_t now = (BEGIN / DAY + 300) * DAY; /* 2016-03 */
  static struct {
    int64_t from, to;
    uint32_t kind, sli;
  } span[64];
  p.n = 0;
  for (int i = 0; i < 64; i++) {
    span[i].from = now + (1 + 3 * i) * DAY + (int64_t)(check_random(&random) % (uint64_t)DAY);
    span[i].to = span[i].from + 1 + (int64_t)(check_random(&random) % (uint64_t)DAY);
    span[i].kind = (uint32_t)i % 2;
    span[i].sli = i % 5 == 0 ? 1 : i % 3 == 0 ? SLO_LEDGER_ALL : 0;
    if (i < 32) correct(k.m, span[i].kind, span[i].sli, span[i].from, span[i].to);
  }
  int said = 32;
  for (int64_t end = now + 250 * DAY; now < end;) {
    record(k.m, 0, &total, check_random(&random) % 1000, check_random(&random) % 10);
    record(k.m, 1, &other, check_random(&random) % 1000, check_random(&random) % 10);
    ck_ok(slo_monitor_tick(k.m, now, 0));
    past_note(&p, now, &total);
    if (said < 64 && now > span[said - 4].from) { /* the rest later, some of them just begun */
      correct(k.m, span[said].kind, span[said].sli, span[said].from, span[said].to);
      said++;
    }
    if (check_random(&random) % 300 == 0) place_move(&k);
    int64_t next = now + SLO_HOUR_NS + (int64_t)(check_random(&random) % 1000) * SEC;
    for (int i = 0; i < 64; i++) {
      if (span[i].from > now && span[i].from < next) next = span[i].from;
      if (span[i].to > now && span[i].to < next) next = span[i].to;
    }
    now = next;
  }
  for (int i = 0; i < 64; i++) {
    if (span[i].sli == 1) continue;
    slo_counts counts = past_counts(&p, span[i].from, span[i].to);
    slo_counts *sum = span[i].kind == SLO_CORRECT_REMOVE ? &removed : &set_right;
    sum->good += counts.good;
    sum->bad += counts.bad;
    sum->excluded += counts.excluded;
    removed_ns += span[i].kind == SLO_CORRECT_REMOVE ? span[i].to - span[i].from : 0;
  }
  slo_budget b = budget_now(k.m, 4); /* the year */
  slo_counts all = past_counts(&p, b.from_ns, b.to_ns);
  ck_assert_int_eq(b.from_ns, p.tick[0].at);
  ck_assert_uint_eq(b.counts.bad, all.bad - removed.bad - set_right.bad);
  ck_assert_uint_eq(b.counts.good, all.good - removed.good + set_right.bad);
  ck_assert_uint_eq(b.counts.excluded, all.excluded - removed.excluded);
  ck_assert_int_eq(b.corrected_ns, removed_ns);
  ck_assert_uint_eq(b.corrections, 64 - 13);
  ck_assert_uint_gt(removed.bad, 1000);
  ck_assert_uint_gt(set_right.bad, 1000);
  /* each says the very moments */
  slo_budget_config c = SLO_SIZED(slo_budget_config);
  slo_delta d = SLO_SIZED(slo_delta);
  ck_ok(slo_monitor_budget(k.m, 4, &c));
  ck_ok(slo_window_delta(slo_monitor_window(k.m, 0), b.from_ns, b.to_ns, &d));
  for (uint32_t i = 0; i < 64; i++) {
    slo_correction_effect e = SLO_SIZED(slo_correction_effect);
    slo_status status = slo_ledger_effect(c.ledger, i, 0, slo_monitor_window(k.m, 0), &d, &e);
    ck_assert_int_eq(status, span[i].sli == 1 ? SLO_ENODATA : SLO_OK);
    if (status != SLO_OK) continue;
    ck_assert_int_eq(e.from_ns, span[i].from);
    ck_assert_int_eq(e.to_ns, span[i].to);
  }
  ck_assert_uint_eq(budget_now(k.m, plan.config.slo_count - 1).corrections, 13 + 17);
  free(k.m);
}
END_TEST

/* Said long after: it snaps to readings that are still kept, and says which. */
START_TEST(test_said_after) {
  static past p;
  plan plan;
  slo_counts total = {0, 0, 0};
  plan_fill(&plan);
  plan_add(&plan, SLO_CALENDAR_YEAR);
  place k = place_new(&plan);
  p.n = 0;
  for (int i = 0; i <= 20 * 144; i++) { /* ten minutes, twenty days */
    record(k.m, 0, &total, 100, 1);
    ck_ok(slo_monitor_tick(k.m, BEGIN + i * 10 * SLO_MINUTE_NS, 0));
    past_note(&p, BEGIN + i * 10 * SLO_MINUTE_NS, &total);
  }
  const int64_t now = p.tick[p.n - 1].at;
  const struct {
    int64_t from, to; /* before now */
  } cases[] = {
      {2 * SLO_HOUR_NS, SLO_HOUR_NS},               /* fine ring: exact */
      {60 * SLO_HOUR_NS + 1, 50 * SLO_HOUR_NS - 1}, /* coarse ring: back to an hour */
      {60 * SLO_HOUR_NS, -DAY},                     /* and on into the future */
      {10 * DAY, 5 * DAY},                          /* forgotten: there is nothing */
      {10 * DAY, 50 * SLO_HOUR_NS},                 /* half of it is */
  };
  for (uint32_t i = 0; i < 5; i++) {
    slo_budget_config c = SLO_SIZED(slo_budget_config);
    slo_budget b = SLO_SIZED(slo_budget);
    slo_delta d = SLO_SIZED(slo_delta);
    slo_correction_effect e = SLO_SIZED(slo_correction_effect);
    slo_correction undo = SLO_SIZED(slo_correction);
    slo_budget before = budget_now(k.m, 0);
    correct(k.m, SLO_CORRECT_REMOVE, 0, now - cases[i].from, now - cases[i].to);
    ck_ok(slo_monitor_budget(k.m, 0, &c));
    ck_ok(slo_budget_read(slo_monitor_window(k.m, 0), &c, &b));
    ck_ok(slo_window_delta(slo_monitor_window(k.m, 0), before.from_ns, before.to_ns, &d));
    ck_ok(slo_ledger_effect(c.ledger, 2 * i, 0, slo_monitor_window(k.m, 0), &d, &e));
    /* what is said to be removed is removed, by readings at or before the edges asked for */
    slo_counts gone = past_counts(&p, e.from_ns, e.to_ns);
    ck_assert_uint_eq(b.counts.good, before.counts.good - gone.good);
    ck_assert_uint_eq(b.counts.bad, before.counts.bad - gone.bad);
    ck_assert_int_eq(b.corrected_ns, e.to_ns - e.from_ns);
    ck_assert_int_eq(p.tick[past_at(&p, e.from_ns)].at, e.from_ns);
    ck_assert_int_eq(p.tick[past_at(&p, e.to_ns)].at, e.to_ns);
    if (i < 3) {
      int64_t coarse = i == 0 ? 10 * SLO_MINUTE_NS : SLO_HOUR_NS;
      ck_assert_int_le(e.from_ns, now - cases[i].from);
      ck_assert_int_gt(e.from_ns, now - cases[i].from - coarse);
    }
    if (i == 0) ck_assert_int_eq(e.to_ns - e.from_ns, SLO_HOUR_NS);
    if (i == 2) ck_assert_int_eq(e.to_ns, now);
    undo.kind = SLO_CORRECT_VOID;
    undo.voids = 2 * i;
    memcpy(undo.reason, "no", 3);
    ck_ok(slo_monitor_correct(k.m, &undo, NULL, NULL));
    slo_budget again = budget_now(k.m, 0);
    ck_assert_mem_eq(&again, &before, sizeof again);
  }
  free(k.m);
}
END_TEST

/* Said a little later, both edges are still there, and from then on they are kept. */
START_TEST(test_said_soon_after) {
  static past p;
  plan plan;
  slo_counts total = {0, 0, 0};
  plan_fill(&plan);
  plan_add(&plan, SLO_CALENDAR_YEAR);
  place k = place_new(&plan);
  const int64_t from = BEGIN / SLO_HOUR_NS * SLO_HOUR_NS + 50 * SLO_HOUR_NS;
  const int64_t to = from + 2 * SLO_HOUR_NS + 10 * SLO_MINUTE_NS;
  p.n = 0;
  for (int64_t t = from - 2 * DAY; t < from + 60 * DAY; t += 10 * SLO_MINUTE_NS) {
    record(k.m, 0, &total, 100, 1);
    ck_ok(slo_monitor_tick(k.m, t, 0));
    past_note(&p, t, &total);
    if (t < to + SLO_HOUR_NS) continue;
    if (t == to + SLO_HOUR_NS) correct(k.m, SLO_CORRECT_REMOVE, 0, from, to);
    slo_counts all = past_counts(&p, 0, t), gone = past_counts(&p, from, to);
    slo_budget b = budget_now(k.m, 0);
    check_that(b.corrected_ns == to - from && b.counts.bad == all.bad - gone.bad,
               "at %" PRId64 ": %" PRId64 " corrected", t, b.corrected_ns);
  }
  free(k.m);
}
END_TEST

/* Said while it was going on: the begin is still there, the end is waited for. */
START_TEST(test_said_meanwhile) {
  static past p;
  plan plan;
  slo_counts total = {0, 0, 0};
  plan_fill(&plan);
  plan_add(&plan, SLO_CALENDAR_QUARTER);
  place k = place_new(&plan);
  const int64_t from = BEGIN + 10 * SLO_HOUR_NS, to = from + 33 * SLO_HOUR_NS + 7 * SEC;
  p.n = 0;
  for (int64_t t = BEGIN; t < BEGIN + 40 * DAY;) {
    record(k.m, 0, &total, 100, 1);
    ck_ok(slo_monitor_tick(k.m, t, 0));
    past_note(&p, t, &total);
    if (t == from + SLO_HOUR_NS) correct(k.m, SLO_CORRECT_GOOD, SLO_LEDGER_ALL, from, to);
    t = t < to && t + SLO_HOUR_NS > to ? to : t + SLO_HOUR_NS;
  }
  slo_budget b = budget_now(k.m, 0);
  slo_counts right = past_counts(&p, from, to), all = past_counts(&p, BEGIN, INT64_MAX);
  ck_assert_uint_eq(b.counts.bad, all.bad - right.bad);
  ck_assert_uint_eq(b.counts.good, all.good + right.bad);
  ck_assert_int_eq(b.corrected_ns, 0); /* all of it was measured */
  free(k.m);
}
END_TEST

START_TEST(test_correct_errors) {
  plan plan;
  slo_error error = SLO_SIZED(slo_error);
  slo_correction c = SLO_SIZED(slo_correction);
  uint32_t sequence = 4711;
  plan_fill(&plan);
  plan_add(&plan, 0);
  plan.config.corrections = 2;
  place k = place_new(&plan);
  c.to_ns = 1;
  memcpy(c.reason, "r", 2);
  ck_assert_int_eq(slo_monitor_correct(NULL, &c, NULL, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "monitor (NULL)");
  ck_assert_int_eq(slo_monitor_correct(k.m, NULL, NULL, &error), SLO_EINVAL);
  ck_assert_str_eq(error.field, "correction (NULL)");
  c.sli = 2;
  ck_assert_int_eq(slo_monitor_correct(k.m, &c, &sequence, &error), SLO_ERANGE);
  ck_assert_str_eq(error.field, "sli");
  ck_assert_int_eq(error.value, 2);
  ck_assert_int_eq(error.max, 1);
  c.sli = 1;
  c.from_ns = 1;
  ck_assert_int_eq(slo_monitor_correct(k.m, &c, &sequence, &error), SLO_ERANGE);
  ck_assert_str_eq(error.field, "to_ns");
  c.from_ns = 0;
  c.struct_size = 0;
  ck_assert_int_eq(slo_monitor_correct(k.m, &c, &sequence, NULL), SLO_ERANGE);
  c.struct_size = sizeof c;
  ck_assert_uint_eq(sequence, 4711);
  ck_assert_uint_eq(slo_ledger_count(slo_monitor_ledger(k.m)), 0);
  for (uint32_t i = 0; i < 2; i++) {
    ck_ok(slo_monitor_correct(k.m, &c, &sequence, NULL));
    ck_assert_uint_eq(sequence, i);
  }
  ck_assert_int_eq(slo_monitor_correct(k.m, &c, NULL, &error), SLO_ESPACE);
  ck_assert_ptr_null(slo_monitor_ledger(NULL));
  free(k.m);
}
END_TEST

/* ---- alerts ---- */

static uint32_t page(slo_monitor *m, uint32_t slo) {
  slo_standing r = SLO_SIZED(slo_standing);
  slo_status status = slo_monitor_read(m, slo, &r);
  check_that(status == SLO_OK || status == SLO_ENODATA, "status %d", status);
  return r.page;
}

static void minutes(slo_monitor *m, int64_t *now, int n, uint64_t good, uint64_t bad) {
  for (int i = 0; i < n; i++) {
    slo_counts counts = {good, bad, 0};
    *now += SLO_MINUTE_NS;
    for (uint32_t sli = 0; sli < 2; sli++) {
      slo_counter_record_many(slo_monitor_counter(m, sli), &counts);
    }
    ck_ok(slo_monitor_tick(m, *now, 0));
  }
}

/* Nobody is woken by an outage that is corrected; when it no longer is, or for another SLI,
 * somebody is. */
START_TEST(test_alerts_are_corrected) {
  for (uint32_t kind = SLO_CORRECT_REMOVE; kind <= SLO_CORRECT_GOOD; kind++) {
    plan plan;
    slo_correction undo = SLO_SIZED(slo_correction);
    int64_t now = BEGIN;
    plan_fill(&plan);
    plan.tiers[0].step_ns = SLO_MINUTE_NS;
    plan_add(&plan, 0);
    plan_add(&plan, 0)->sli = 1;
    place k = place_new(&plan);
    minutes(k.m, &now, 120, 100, 0);
    correct(k.m, kind, 0, now, now + 30 * SLO_MINUTE_NS);
    minutes(k.m, &now, 30, 0, 100);
    ck_assert_uint_eq(page(k.m, 0), SLO_ALERT_INACTIVE);
    ck_assert_uint_eq(page(k.m, 1), SLO_ALERT_FIRING);
    minutes(k.m, &now, 1, 100, 0);
    ck_assert_uint_eq(page(k.m, 0), SLO_ALERT_INACTIVE);
    undo.kind = SLO_CORRECT_VOID;
    memcpy(undo.reason, "it was no maintenance", 22);
    ck_ok(slo_monitor_correct(k.m, &undo, NULL, NULL));
    minutes(k.m, &now, 1, 100, 0);
    ck_assert_uint_eq(page(k.m, 0), SLO_ALERT_FIRING);
    uint64_t cursor = 0;
    slo_transition t = SLO_SIZED(slo_transition);
    ck_ok(slo_alert_next(slo_monitor_alert(k.m, 0), &cursor, &t));
    ck_assert_uint_eq(t.long_counts.bad, 3000); /* as judged: nothing is corrected any more */
    ck_assert_uint_eq(t.long_counts.good, 3000);
    correct(k.m, kind, SLO_LEDGER_ALL, now - DAY, now); /* and after the fact */
    minutes(k.m, &now, 1, 100, 0);
    ck_assert_uint_eq(page(k.m, 0), SLO_ALERT_INACTIVE);
    ck_assert_uint_eq(page(k.m, 1), SLO_ALERT_INACTIVE);
    free(k.m);
  }
}
END_TEST

/* A restart of twenty minutes that nobody measured. */
START_TEST(test_alerts_of_unmeasured_time) {
  for (uint32_t policy = 0; policy < 4; policy++) {
    for (int firing = 0; firing < 2; firing++) {
      plan plan;
      int64_t now = BEGIN;
      plan_fill(&plan);
      plan.tiers[0].step_ns = SLO_MINUTE_NS;
      plan.sli[0].unmeasured = policy; /* the other one has the monitor's: ignore */
      static const slo_alert_config plain = {
          .struct_size = sizeof plain, .gate = {{.kind = SLO_GATE_NONE}, {.kind = SLO_GATE_NONE}}};
      plan_add(&plan, 0)->alert = &plain; /* what the windows say, without asking for evidence */
      slo_monitor_slo *other = plan_add(&plan, 0);
      other->sli = 1;
      other->alert = &plain;
      place k = place_new(&plan);
      minutes(k.m, &now, 120, 100, 0);
      if (firing) minutes(k.m, &now, 15, 0, 100);
      ck_assert_uint_eq(page(k.m, 0), firing ? SLO_ALERT_FIRING : SLO_ALERT_INACTIVE);
      now += 20 * SLO_MINUTE_NS;
      ck_ok(slo_monitor_tick(k.m, now, SLO_PUSH_UNMEASURED));
      slo_standing r = SLO_SIZED(slo_standing);
      ck_ok(slo_monitor_read(k.m, 0, &r));
      ck_assert_uint_eq(r.budget.policy, policy);
      static const uint32_t expected[4][2] = {
          {SLO_ALERT_INACTIVE, SLO_ALERT_INACTIVE}, /* nothing in the short window */
          {SLO_ALERT_FIRING, SLO_ALERT_FIRING},
          {SLO_ALERT_INACTIVE, SLO_ALERT_INACTIVE},
          {SLO_ALERT_INACTIVE, SLO_ALERT_FIRING}, /* as it was */
      };
      check_that(r.page == expected[policy][firing], "policy %u, %d before: %u", policy, firing,
                 r.page);
      ck_assert_uint_eq(page(k.m, 1), SLO_ALERT_INACTIVE);
      int64_t lost = policy == SLO_UNMEASURED_FREEZE ? r.budget.frozen_ns : r.budget.unmeasured_ns;
      ck_assert_int_eq(lost, 20 * SLO_MINUTE_NS);
      if (policy == SLO_UNMEASURED_BAD) {
        uint64_t cursor = 0;
        slo_transition t = SLO_SIZED(slo_transition);
        ck_ok(slo_alert_next(slo_monitor_alert(k.m, 0), &cursor, &t));
        if (!firing) ck_assert_uint_eq(t.long_counts.bad, 2000); /* at 100 a minute */
        if (!firing) ck_assert_uint_ge(t.short_counts.bad, 1);
        ck_assert_int_eq(r.budget.remaining_ppm, r.budget.worst_ppm);
        ck_assert_int_lt(r.budget.remaining_ppm, r.budget.best_ppm);
      }
      free(k.m);
    }
  }
}
END_TEST

/* ---- slices and latencies of an SLI ---- */

START_TEST(test_slices_of_one) {
  plan plan;
  int64_t now = (BEGIN / SLO_HOUR_NS) * SLO_HOUR_NS;
  plan_fill(&plan);
  plan.sli[1].slice_ns = SLO_MINUTE_NS;
  plan.sli[1].slice_objective_ppb = 950000000;
  for (uint32_t method = 0; method < 3; method++) {
    plan_add(&plan, method == 0 ? 0 : SLO_CALENDAR_MONTH)->sli = 1;
    plan.slo[method].method = method;
  }
  place k = place_new(&plan);
  ck_ok(slo_monitor_tick(k.m, now, 0));
  for (uint32_t i = 0; i < 9 * 24 * 60; i++) minutes(k.m, &now, 1, 90 + i % 3 * 5, 10 - i % 3 * 5);
  const uint64_t n = 9 * 24 * 60;
  ck_assert_uint_eq(budget_now(k.m, 1).bad, n / 3); /* 90, 95 and 100 % */
  ck_assert_uint_eq(budget_now(k.m, 1).valid, n);
  ck_assert_uint_eq(budget_now(k.m, 2).bad, n / 3 * (SLO_SLICE_RATIO_ONE / 10 * 3 / 2));
  ck_assert_uint_eq(budget_now(k.m, 2).valid, n * SLO_SLICE_RATIO_ONE);
  ck_assert_uint_eq(budget_now(k.m, 2).method, SLO_METHOD_RATIO_TIMESLICES);
  free(k.m);
}
END_TEST

START_TEST(test_history) {
  plan plan;
  int64_t now = BEGIN, value = 0;
  int64_t thresholds[] = {300};
  slo_hist_config latency = SLO_SIZED(slo_hist_config);
  slo_history_config history = SLO_SIZED(slo_history_config);
  slo_history_tier tier = {5 * SLO_MINUTE_NS, DAY};
  slo_period used;
  slo_snapshot *snapshot = NULL;
  latency.thresholds = thresholds;
  latency.threshold_count = 1;
  latency.lowest = 1;
  latency.highest = 1000000;
  history.tiers = &tier;
  history.tier_count = 1;
  plan_fill(&plan);
  plan.sli[0].latency = &latency;
  plan.sli[0].with_threshold = 1;
  plan.sli[0].history = &history;
  plan.sli[1].latency_of = 1;
  plan_add(&plan, SLO_CALENDAR_DAY);
  place k = place_new(&plan);
  ck_assert_ptr_nonnull(slo_monitor_history(k.m, 0));
  ck_assert_ptr_null(slo_monitor_history(k.m, 1));
  ck_assert_ptr_null(slo_monitor_history(k.m, 2));
  ck_assert_ptr_null(slo_monitor_history(NULL, 0));
  for (int i = 0; i < 300; i++) {
    if (i == 150) place_move(&k);
    for (int n = 0; n < 100; n++) slo_hist_record(slo_monitor_hist(k.m, 0), i < 200 ? 100 : 1000);
    now += SLO_MINUTE_NS;
    ck_ok(slo_monitor_tick(k.m, now, 0));
  }
  ck_ok(slo_snapshot_create(slo_monitor_hist(k.m, 0), NULL, &snapshot, NULL));
  ck_ok(slo_history_read(slo_monitor_history(k.m, 0), BEGIN + SLO_HOUR_NS, BEGIN + 2 * SLO_HOUR_NS,
                         snapshot, &used));
  ck_assert_int_eq(used.start_ns, BEGIN + SLO_HOUR_NS);
  ck_assert_int_eq(used.end_ns, BEGIN + 2 * SLO_HOUR_NS);
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  ck_ok(slo_snapshot_summarize(snapshot, &sum));
  ck_assert_uint_eq(sum.count, 6000);
  ck_ok(slo_snapshot_quantile(snapshot, 990000000, &value));
  ck_assert_int_lt(value, 102);
  slo_snapshot_destroy(snapshot);
  ck_assert_uint_eq(budget_now(k.m, 0).counts.bad, 10000);
  free(k.m);
}
END_TEST

CHECK_MAIN("periods", tcase_add_test(tc, test_years); tcase_add_test(tc, test_years_of_restarts);
           tcase_add_test(tc, test_years_of_rebases);
           tcase_add_test(tc, test_years_of_ticks_at_one_moment);
           tcase_add_test(tc, test_between_steps); tcase_add_test(tc, test_from_the_epoch);
           tcase_add_test(tc, test_to_the_end); tcase_add_test(tc, test_starts);
           tcase_add_test(tc, test_down_over_a_start); tcase_add_test(tc, test_clock);
           tcase_add_test(tc, test_said_before); tcase_add_test(tc, test_said_after);
           tcase_add_test(tc, test_said_soon_after); tcase_add_test(tc, test_said_meanwhile);
           tcase_add_test(tc, test_correct_errors); tcase_add_test(tc, test_alerts_are_corrected);
           tcase_add_test(tc, test_alerts_of_unmeasured_time);
           tcase_add_test(tc, test_slices_of_one); tcase_add_test(tc, test_history);)
