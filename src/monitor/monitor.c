#include "slo/monitor.h"

#include "base/block.h"
#include "base/fail.h"
#include "judge/alert.h"
#include "slo/catalog.h"

#define MONITOR_MAGIC SLOI_BLOCK_MAGIC('m', 'o')
#define MONITOR_LAYOUT 1
#define MONITOR_PERIOD_MAX (3660 * SLO_DAY_NS)

/* Offsets are bytes from the block's start; 0 means that there is none. */
typedef struct monitor_sli {
  char name[SLO_MONITOR_NAME_MAX + 1];
  uint64_t with_threshold;
  uint64_t threshold;
  uint64_t counter_at;
  uint64_t hist_at; /* its own, or the one it shares */
  uint64_t window_at;
  uint64_t reserved[3];
} monitor_sli;

typedef struct monitor_slo {
  char name[SLO_MONITOR_NAME_MAX + 1];
  uint64_t sli;
  uint64_t objective_ppb;
  uint64_t period_ns;
  uint64_t alert_at;
  uint64_t reserved[4];
} monitor_slo;

struct slo_monitor {
  sloi_block block;
  uint64_t sli_count;
  uint64_t slo_count;
  uint64_t reserved[6];
  monitor_sli sli[]; /* sli_count of them, then slo_count monitor_slo */
};

static monitor_slo *monitor_slos(slo_monitor *m) {
  return (monitor_slo *)(void *)(m->sli + m->sli_count);
}

static const monitor_slo *monitor_slos_const(const slo_monitor *m) {
  return (const monitor_slo *)(const void *)(m->sli + m->sli_count);
}

static uint64_t monitor_front(uint64_t slis, uint64_t slos) {
  return sloi_round_up(
      sizeof(slo_monitor) + slis * sizeof(monitor_sli) + slos * sizeof(monitor_slo), SLO_ALIGN);
}

/* ---- configuration ---- */

/* Elements of an array whose stride is its first element's struct_size. */
static slo_status monitor_element(const void *array, uint32_t i, void *local, size_t size,
                                  slo_error *error, const char *what) {
  uint32_t stride;
  memcpy(&stride, array, sizeof stride);
  return sloi_sized_read(local, size, (const char *)array + (size_t)i * stride, error, what);
}

static slo_status monitor_name(const char *name, const char *what, unsigned i, slo_error *error) {
  if (name == NULL) return sloi_fail(error, SLO_EINVAL, 0, "%s[%u].name (NULL)", what, i);
  size_t n = 0;
  while (n <= SLO_MONITOR_NAME_MAX && name[n] != '\0') n++;
  if (n < 1 || n > SLO_MONITOR_NAME_MAX) {
    return sloi_fail_range(error, (int64_t)n, 1, SLO_MONITOR_NAME_MAX, "%s[%u].name (bytes)", what,
                           i);
  }
  return SLO_OK;
}

/* One walk over the configuration serves footprint (monitor NULL) and init: it places every
 * part at *at, and lays it out there when there is a monitor. */
typedef struct monitor_walk {
  slo_monitor *monitor;
  uint64_t at;
  slo_error *error;
} monitor_walk;

/* Prefixes the field of a part's error with the place of that part. */
static slo_status monitor_within(slo_status status, slo_error *error, const char *what,
                                 unsigned i) {
  if (status == SLO_OK || error == NULL || error->struct_size < sizeof *error) return status;
  char field[sizeof error->field];
  memcpy(field, error->field, sizeof field);
  field[sizeof field - 1] = '\0';
  int64_t value = error->value, min = error->min, max = error->max;
  (void)sloi_fail(error, status, value, "%s[%u].%.40s", what, i, field);
  error->min = min;
  error->max = max;
  return status;
}

static char *monitor_part(const monitor_walk *walk) {
  return walk->monitor == NULL ? NULL : (char *)walk->monitor + walk->at;
}

static uint64_t monitor_place(monitor_walk *walk, size_t size) {
  uint64_t at = walk->at;
  walk->at = sloi_round_up(at + size, SLO_ALIGN);
  return at;
}

static slo_status monitor_add_sli(monitor_walk *walk, const slo_monitor_config *config, uint32_t i,
                                  monitor_sli *out) {
  slo_monitor_sli s, other;
  slo_error *error = walk->error;
  size_t size;
  slo_status status = monitor_element(config->slis, i, &s, sizeof s, error, "slis[]");
  if (status == SLO_OK) status = monitor_name(s.name, "slis", i, error);
  if (status != SLO_OK) return status;
  if (s.reserved != 0) return sloi_fail(error, SLO_EVERSION, s.reserved, "slis[%u].reserved", i);
  if (s.latency != NULL && s.latency_of != 0) {
    return sloi_fail(error, SLO_EINVAL, s.latency_of, "slis[%u].latency_of (beside latency)",
                     (unsigned)i);
  }
  if (s.latency_of > i) {
    return sloi_fail_range(error, s.latency_of, 0, i, "slis[%u].latency_of", (unsigned)i);
  }
  if (s.with_threshold > 1) {
    return sloi_fail_range(error, s.with_threshold, 0, 1, "slis[%u].with_threshold", (unsigned)i);
  }
  const slo_hist_config *latency = s.latency;
  if (s.latency_of != 0) {
    status = monitor_element(config->slis, s.latency_of - 1, &other, sizeof other, error, "slis[]");
    if (status != SLO_OK) return status;
    latency = other.latency;
    if (latency == NULL) {
      return sloi_fail(error, SLO_EINVAL, s.latency_of,
                       "slis[%u].latency_of (an SLI without latency)", (unsigned)i);
    }
  }
  slo_hist_config h = {0};
  status = sloi_sized_read(&h, sizeof h, latency, error, "latency");
  if (status != SLO_OK) return monitor_within(status, error, "slis", i);
  if (s.with_threshold && s.threshold >= h.threshold_count) {
    return sloi_fail_range(error, s.threshold, 0, (int64_t)h.threshold_count - 1,
                           "slis[%u].threshold", (unsigned)i);
  }
  if (out != NULL) {
    memcpy(out->name, s.name, strlen(s.name));
    out->with_threshold = s.with_threshold;
    out->threshold = s.with_threshold ? s.threshold : 0;
  }

  slo_counter_config c = {0};
  slo_counter *counter;
  c.struct_size = (uint32_t)sizeof c;
  c.shards = s.shards;
  status = slo_counter_footprint(&c, &size, error);
  if (status != SLO_OK) return monitor_within(status, error, "slis", i);
  if (out != NULL) {
    out->counter_at = walk->at;
    (void)slo_counter_init(monitor_part(walk), size, &c, &counter, NULL);
  }
  (void)monitor_place(walk, size);

  if (s.latency != NULL) {
    slo_hist *hist;
    status = slo_hist_footprint(s.latency, &size, error);
    if (status != SLO_OK) return monitor_within(status, error, "slis", i);
    if (out != NULL) {
      out->hist_at = walk->at;
      (void)slo_hist_init(monitor_part(walk), size, s.latency, &hist, NULL);
    }
    (void)monitor_place(walk, size);
  } else if (s.latency_of != 0 && out != NULL) {
    out->hist_at = walk->monitor->sli[s.latency_of - 1].hist_at;
  }

  slo_window *window;
  status = slo_window_footprint(config->window, &size, error);
  if (status != SLO_OK) return monitor_within(status, error, "slis", i);
  if (out != NULL) {
    out->window_at = walk->at;
    (void)slo_window_init(monitor_part(walk), size, config->window, &window, NULL);
  }
  (void)monitor_place(walk, size);
  return SLO_OK;
}

static slo_status monitor_add_slo(monitor_walk *walk, const slo_monitor_config *config, uint32_t i,
                                  monitor_slo *out) {
  slo_monitor_slo s;
  slo_error *error = walk->error;
  slo_alert_tier workbook[SLO_ALERT_TIERS_MAX];
  slo_alert_config a = {0};
  slo_alert *alert;
  size_t size;
  slo_status status = monitor_element(config->slos, i, &s, sizeof s, error, "slos[]");
  if (status == SLO_OK) status = monitor_name(s.name, "slos", i, error);
  if (status != SLO_OK) return status;
  if (s.reserved != 0) return sloi_fail(error, SLO_EVERSION, s.reserved, "slos[%u].reserved", i);
  if (s.sli >= config->sli_count) {
    return sloi_fail_range(error, s.sli, 0, (int64_t)config->sli_count - 1, "slos[%u].sli",
                           (unsigned)i);
  }
  if (s.period_ns < SLO_SECOND_NS || s.period_ns > MONITOR_PERIOD_MAX) {
    return sloi_fail_range(error, s.period_ns, SLO_SECOND_NS, MONITOR_PERIOD_MAX,
                           "slos[%u].period_ns", (unsigned)i);
  }
  a.struct_size = (uint32_t)sizeof a;
  a.objective_ppb = s.objective_ppb;
  a.tiers = s.tiers;
  a.tier_count = s.tier_count;
  if (s.tier_count == 0) {
    status = slo_catalog_tiers(SLO_CATALOG_WORKBOOK, s.period_ns, workbook, SLO_ALERT_TIERS_MAX,
                               &a.tier_count, error);
    if (status != SLO_OK) return monitor_within(status, error, "slos", i);
    a.tiers = workbook;
  }
  status = slo_alert_footprint(&a, &size, error);
  if (status != SLO_OK) return monitor_within(status, error, "slos", i);
  if (out != NULL) {
    memcpy(out->name, s.name, strlen(s.name));
    out->sli = s.sli;
    out->objective_ppb = s.objective_ppb;
    out->period_ns = (uint64_t)s.period_ns;
    out->alert_at = walk->at;
    (void)slo_alert_init(monitor_part(walk), size, &a, &alert, NULL);
  }
  (void)monitor_place(walk, size);
  return SLO_OK;
}

static slo_status monitor_walk_config(monitor_walk *walk, const slo_monitor_config *c) {
  slo_status status = SLO_OK;
  walk->at = monitor_front(c->sli_count, c->slo_count);
  for (uint32_t i = 0; i < c->sli_count && status == SLO_OK; i++) {
    status = monitor_add_sli(walk, c, i, walk->monitor == NULL ? NULL : &walk->monitor->sli[i]);
  }
  for (uint32_t i = 0; i < c->slo_count && status == SLO_OK; i++) {
    monitor_slo *out = walk->monitor == NULL ? NULL : monitor_slos(walk->monitor) + i;
    status = monitor_add_slo(walk, c, i, out);
  }
  if (status == SLO_OK && walk->at > SLOI_BLOCK_MAX) {
    status =
        sloi_fail_range(walk->error, sloi_shown(walk->at), 0, (int64_t)SLOI_BLOCK_MAX, "footprint");
  }
  return status;
}

static slo_status monitor_check(const slo_monitor_config *config, slo_monitor_config *c,
                                uint64_t *size, slo_error *error) {
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_monitor_config");
  if (status != SLO_OK) return status;
  if (c->sli_count < 1 || c->sli_count > SLO_MONITOR_SLIS_MAX) {
    return sloi_fail_range(error, c->sli_count, 1, SLO_MONITOR_SLIS_MAX, "sli_count");
  }
  if (c->slo_count > SLO_MONITOR_SLOS_MAX) {
    return sloi_fail_range(error, c->slo_count, 0, SLO_MONITOR_SLOS_MAX, "slo_count");
  }
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  if (c->slis == NULL) return sloi_fail(error, SLO_EINVAL, 0, "slis (NULL)");
  if (c->slos == NULL && c->slo_count != 0) return sloi_fail(error, SLO_EINVAL, 0, "slos (NULL)");
  monitor_walk walk = {NULL, 0, error};
  status = monitor_walk_config(&walk, c);
  *size = walk.at;
  return status;
}

slo_status slo_monitor_footprint(const slo_monitor_config *config, size_t *size, slo_error *error) {
  slo_monitor_config c;
  uint64_t need;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = monitor_check(config, &c, &need, error);
  if (status == SLO_OK) *size = (size_t)need;
  return status;
}

slo_status slo_monitor_init(void *memory, size_t size, const slo_monitor_config *config,
                            slo_monitor **monitor, slo_error *error) {
  slo_monitor_config c;
  uint64_t need;
  if (monitor == NULL) return sloi_fail(error, SLO_EINVAL, 0, "monitor (NULL)");
  slo_status status = monitor_check(config, &c, &need, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, need, MONITOR_MAGIC, MONITOR_LAYOUT,
                           monitor_front(c.sli_count, c.slo_count) - sizeof(sloi_block), error);
  if (status != SLO_OK) return status;
  slo_monitor *m = memory;
  m->sli_count = c.sli_count;
  m->slo_count = c.slo_count;
  monitor_walk walk = {m, 0, error};
  status = monitor_walk_config(&walk, &c);
  if (status != SLO_OK) return status;
  sloi_block_ready(&m->block);
  *monitor = m;
  return SLO_OK;
}

/* ---- attaching ---- */

/* The part expected at *at: it must attach, and moves *at behind it. */
typedef struct monitor_cursor {
  char *base;
  uint64_t at;
  uint64_t size;
} monitor_cursor;

static slo_status monitor_pass(monitor_cursor *cursor, uint64_t stored_at, slo_status attached) {
  if (attached != SLO_OK) return attached == SLO_EVERSION ? SLO_EVERSION : SLO_ECORRUPT;
  if (stored_at != cursor->at) return SLO_ECORRUPT;
  const sloi_block *part = (const sloi_block *)(const void *)(cursor->base + cursor->at);
  cursor->at = sloi_round_up(cursor->at + part->size, SLO_ALIGN);
  return SLO_OK;
}

static int monitor_terminated(const char *name) {
  return name[0] != '\0' && name[SLO_MONITOR_NAME_MAX] == '\0';
}

static slo_status monitor_attach_sli(monitor_cursor *cursor, slo_monitor *m, uint64_t i) {
  const monitor_sli *s = &m->sli[i];
  slo_counter *counter;
  slo_window *window;
  slo_hist *hist = NULL;
  if (!monitor_terminated(s->name) || s->with_threshold > 1) return SLO_ECORRUPT;
  slo_status status = monitor_pass(
      cursor, s->counter_at,
      slo_counter_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &counter));
  if (status != SLO_OK) return status;
  if (s->hist_at == cursor->at) {
    status = monitor_pass(
        cursor, s->hist_at,
        slo_hist_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &hist));
    if (status != SLO_OK) return status;
  } else if (s->hist_at != 0) {
    /* shared: it must be the very one of an earlier SLI */
    for (uint64_t j = 0; j < i && hist == NULL; j++) {
      if (m->sli[j].hist_at == s->hist_at) {
        hist = (slo_hist *)(void *)(cursor->base + s->hist_at);
      }
    }
    if (hist == NULL) return SLO_ECORRUPT;
  }
  if (s->with_threshold) {
    int64_t threshold;
    uint64_t within, beyond;
    if (s->threshold > UINT32_MAX || hist == NULL ||
        slo_hist_threshold(hist, (uint32_t)s->threshold, &threshold, &within, &beyond) != SLO_OK) {
      return SLO_ECORRUPT;
    }
  }
  return monitor_pass(
      cursor, s->window_at,
      slo_window_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &window));
}

static slo_status monitor_attach_slo(monitor_cursor *cursor, const slo_monitor *m,
                                     const monitor_slo *s) {
  slo_alert *alert;
  if (!monitor_terminated(s->name) || s->sli >= m->sli_count ||
      s->objective_ppb < SLO_OBJECTIVE_MIN_PPB || s->objective_ppb > SLO_OBJECTIVE_MAX_PPB ||
      s->period_ns < (uint64_t)SLO_SECOND_NS || s->period_ns > (uint64_t)MONITOR_PERIOD_MAX) {
    return SLO_ECORRUPT;
  }
  return monitor_pass(
      cursor, s->alert_at,
      slo_alert_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &alert));
}

slo_status slo_monitor_attach(void *memory, size_t size, slo_monitor **monitor) {
  if (monitor == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, MONITOR_MAGIC, MONITOR_LAYOUT,
                                       sizeof(slo_monitor) - sizeof(sloi_block));
  if (status != SLO_OK) return status;
  slo_monitor *m = memory;
  if (m->sli_count < 1 || m->sli_count > SLO_MONITOR_SLIS_MAX ||
      m->slo_count > SLO_MONITOR_SLOS_MAX ||
      m->block.config_size != monitor_front(m->sli_count, m->slo_count) - sizeof(sloi_block)) {
    return SLO_ECORRUPT;
  }
  monitor_cursor cursor = {memory, monitor_front(m->sli_count, m->slo_count), m->block.size};
  for (uint64_t i = 0; i < m->sli_count && status == SLO_OK; i++) {
    status = monitor_attach_sli(&cursor, m, i);
  }
  for (uint64_t i = 0; i < m->slo_count && status == SLO_OK; i++) {
    status = monitor_attach_slo(&cursor, m, monitor_slos_const(m) + i);
  }
  if (status == SLO_OK && cursor.at != m->block.size) status = SLO_ECORRUPT;
  if (status == SLO_OK) *monitor = m;
  return status;
}

slo_status slo_monitor_create(const slo_monitor_config *config, const slo_allocator *allocator,
                              slo_monitor **monitor, slo_error *error) {
  size_t size;
  void *memory;
  if (monitor == NULL) return sloi_fail(error, SLO_EINVAL, 0, "monitor (NULL)");
  slo_status status = slo_monitor_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_monitor_init(memory, size, config, monitor, error);
}

void slo_monitor_destroy(slo_monitor *monitor) {
  sloi_block_release(monitor);
}

/* ---- the parts ---- */

uint32_t slo_monitor_sli_count(const slo_monitor *monitor) {
  return monitor == NULL ? 0 : (uint32_t)monitor->sli_count;
}

uint32_t slo_monitor_slo_count(const slo_monitor *monitor) {
  return monitor == NULL ? 0 : (uint32_t)monitor->slo_count;
}

const char *slo_monitor_sli_name(const slo_monitor *monitor, uint32_t sli) {
  return sli < slo_monitor_sli_count(monitor) ? monitor->sli[sli].name : NULL;
}

const char *slo_monitor_slo_name(const slo_monitor *monitor, uint32_t slo) {
  return slo < slo_monitor_slo_count(monitor) ? monitor_slos_const(monitor)[slo].name : NULL;
}

static void *monitor_at(slo_monitor *m, uint64_t at) {
  return (char *)m + at;
}

static const void *monitor_at_const(const slo_monitor *m, uint64_t at) {
  return (const char *)m + at;
}

slo_counter *slo_monitor_counter(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor)) return NULL;
  return monitor_at(monitor, monitor->sli[sli].counter_at);
}

slo_hist *slo_monitor_hist(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor) || monitor->sli[sli].hist_at == 0) return NULL;
  return monitor_at(monitor, monitor->sli[sli].hist_at);
}

slo_window *slo_monitor_window(slo_monitor *monitor, uint32_t sli) {
  if (sli >= slo_monitor_sli_count(monitor)) return NULL;
  return monitor_at(monitor, monitor->sli[sli].window_at);
}

slo_alert *slo_monitor_alert(slo_monitor *monitor, uint32_t slo) {
  if (slo >= slo_monitor_slo_count(monitor)) return NULL;
  return monitor_at(monitor, monitor_slos(monitor)[slo].alert_at);
}

/* ---- ticking and reading ---- */

static slo_counter_tally monitor_tally(const slo_monitor *m, uint64_t sli) {
  const monitor_sli *s = &m->sli[sli];
  slo_counter_tally tally = {0};
  tally.struct_size = (uint32_t)sizeof tally;
  (void)slo_counter_read(monitor_at_const(m, s->counter_at), &tally);
  if (s->with_threshold) {
    int64_t threshold;
    uint64_t within = 0, beyond = 0;
    (void)slo_hist_threshold(monitor_at_const(m, s->hist_at), (uint32_t)s->threshold, &threshold,
                             &within, &beyond);
    tally.counts.good += within;
    tally.counts.bad += beyond;
  }
  return tally;
}

slo_status slo_monitor_tick(slo_monitor *monitor, int64_t now_ns, uint32_t flags) {
  if (monitor == NULL || (flags & ~(uint32_t)(SLO_PUSH_UNMEASURED | SLO_PUSH_REBASE)) != 0) {
    return SLO_EINVAL;
  }
  slo_status first = SLO_OK;
  for (uint64_t i = 0; i < monitor->sli_count; i++) {
    slo_counter_tally tally = monitor_tally(monitor, i);
    slo_status status = slo_window_push(monitor_at(monitor, monitor->sli[i].window_at), now_ns,
                                        &tally.counts, flags);
    if (first == SLO_OK) first = status;
  }
  /* Whether a step is due is read off the two states, not remembered from above: so one that
   * a killed tick still owes is made up for. */
  for (uint64_t i = 0; i < monitor->slo_count; i++) {
    monitor_slo *s = &monitor_slos(monitor)[i];
    slo_alert *alert = monitor_at(monitor, s->alert_at);
    const slo_window *window = monitor_at_const(monitor, monitor->sli[s->sli].window_at);
    if (!sloi_alert_due(alert, window)) continue;
    slo_status status = slo_alert_step(alert, window);
    if (first == SLO_OK) first = status;
  }
  return first;
}

slo_status slo_monitor_read(const slo_monitor *monitor, uint32_t slo, slo_standing *standing) {
  if (monitor == NULL || standing == NULL) return SLO_EINVAL;
  if (slo >= monitor->slo_count) return SLO_ERANGE;
  const monitor_slo *s = &monitor_slos_const(monitor)[slo];
  const slo_window *window = monitor_at_const(monitor, monitor->sli[s->sli].window_at);
  slo_standing r = {0};
  slo_window_summary summary = {0};
  slo_alert_status alert = {0};
  summary.struct_size = (uint32_t)sizeof summary;
  r.period.struct_size = (uint32_t)sizeof r.period;
  r.budget.struct_size = (uint32_t)sizeof r.budget;
  alert.struct_size = (uint32_t)sizeof alert;
  int64_t period_ns = (int64_t)s->period_ns;
  slo_status status;
  do { /* both of one tick */
    status = slo_window_summarize(window, &summary);
    if (status == SLO_OK) status = slo_window_read(window, &period_ns, 1, &r.period);
    if (status != SLO_OK) return status;
  } while (summary.newest_ns != r.period.to_ns);
  slo_counter_tally tally = monitor_tally(monitor, s->sli);
  r.sli = (uint32_t)s->sli;
  r.objective_ppb = s->objective_ppb;
  r.period_ns = period_ns;
  r.at_ns = summary.newest_ns;
  r.total = summary.counts;
  r.late = tally.late;
  r.unknown = tally.unknown;
  slo_status budget = slo_budget_eval(&r.period.counts, s->objective_ppb, &r.budget);
  status = slo_alert_read(monitor_at_const(monitor, s->alert_at), SLO_SEVERITY_PAGE, &alert);
  r.page = alert.state;
  if (status == SLO_OK) {
    status = slo_alert_read(monitor_at_const(monitor, s->alert_at), SLO_SEVERITY_TICKET, &alert);
  }
  r.ticket = alert.state;
  if (status == SLO_OK) status = sloi_sized_write(standing, &r, sizeof r);
  return status != SLO_OK ? status : budget;
}
