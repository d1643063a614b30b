/* layout.c - from a configuration to the block of a monitor, and back. */
#include <stdio.h>

#include "base/fail.h"
#include "monitor/monitor.h"
#include "slo/catalog.h"

#define LAYOUT_MAGIC SLOI_BLOCK_MAGIC('m', 'o')
#define LAYOUT_VERSION 1
#define LAYOUT_PERIOD_MAX (3660 * SLO_DAY_NS)

static uint64_t layout_front(uint64_t slis, uint64_t slos) {
  return sloi_round_up(
      sizeof(slo_monitor) + slis * sizeof(sloi_monitor_sli) + slos * sizeof(sloi_monitor_slo),
      SLO_ALIGN);
}

static slo_status layout_name(const char *name, const char *what, unsigned i, slo_error *error) {
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
typedef struct layout_walk {
  slo_monitor *monitor;
  uint64_t at;
  slo_error *error;
} layout_walk;

/* Prefixes the field of a part's error with the place of that part, "slis[3]". */
static slo_status layout_within(slo_status status, slo_error *error, const char *place) {
  if (status == SLO_OK || error == NULL || error->struct_size < sizeof *error) return status;
  char field[sizeof error->field];
  memcpy(field, error->field, sizeof field);
  field[sizeof field - 1] = '\0';
  int64_t value = error->value, min = error->min, max = error->max;
  (void)sloi_fail(error, status, value, "%s.%.40s", place, field);
  error->min = min;
  error->max = max;
  return status;
}

static char *layout_part(const layout_walk *walk) {
  return walk->monitor == NULL ? NULL : (char *)walk->monitor + walk->at;
}

static uint64_t layout_place(layout_walk *walk, size_t size) {
  uint64_t at = walk->at;
  walk->at = sloi_round_up(at + size, SLO_ALIGN);
  return at;
}

static slo_status layout_add_sli(layout_walk *walk, const slo_monitor_config *config, uint32_t i,
                                 sloi_monitor_sli *out) {
  slo_monitor_sli s, other;
  slo_error *error = walk->error;
  char place[24];
  size_t size;
  (void)snprintf(place, sizeof place, "slis[%u]", (unsigned)i);
  slo_status status = sloi_sized_element(&s, sizeof s, config->slis, i, error, place);
  if (status == SLO_OK) status = layout_name(s.name, "slis", i, error);
  if (status != SLO_OK) return status;
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
    status =
        sloi_sized_element(&other, sizeof other, config->slis, s.latency_of - 1, error, "slis[]");
    if (status != SLO_OK) return status;
    latency = other.latency;
    if (latency == NULL) {
      return sloi_fail(error, SLO_EINVAL, s.latency_of,
                       "slis[%u].latency_of (an SLI without latency)", (unsigned)i);
    }
  }
  slo_hist_config h = {0};
  status = sloi_sized_read(&h, sizeof h, latency, error, "latency");
  if (status != SLO_OK) return layout_within(status, error, place);
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
  c.writers = s.writers;
  status = slo_counter_footprint(&c, &size, error);
  if (status != SLO_OK) return layout_within(status, error, place);
  if (out != NULL) {
    out->counter_at = walk->at;
    (void)slo_counter_init(layout_part(walk), size, &c, &counter, NULL);
  }
  (void)layout_place(walk, size);

  if (s.latency != NULL) {
    slo_hist *hist;
    status = slo_hist_footprint(s.latency, &size, error);
    if (status != SLO_OK) return layout_within(status, error, place);
    if (out != NULL) {
      out->hist_at = walk->at;
      (void)slo_hist_init(layout_part(walk), size, s.latency, &hist, NULL);
    }
    (void)layout_place(walk, size);
  } else if (s.latency_of != 0 && out != NULL) {
    out->hist_at = walk->monitor->sli[s.latency_of - 1].hist_at;
  }

  slo_window *window;
  status = slo_window_footprint(config->window, &size, error);
  if (status != SLO_OK) return layout_within(status, error, "window");
  if (out != NULL) {
    out->window_at = walk->at;
    (void)slo_window_init(layout_part(walk), size, config->window, &window, NULL);
  }
  (void)layout_place(walk, size);
  return SLO_OK;
}

static slo_status layout_add_slo(layout_walk *walk, const slo_monitor_config *config, uint32_t i,
                                 sloi_monitor_slo *out) {
  slo_monitor_slo s;
  slo_error *error = walk->error;
  slo_alert_tier workbook[SLO_ALERT_TIERS_MAX];
  slo_alert_config a = {0};
  slo_alert *alert;
  char place[24];
  size_t size;
  (void)snprintf(place, sizeof place, "slos[%u]", (unsigned)i);
  slo_status status = sloi_sized_element(&s, sizeof s, config->slos, i, error, place);
  if (status == SLO_OK) status = layout_name(s.name, "slos", i, error);
  if (status != SLO_OK) return status;
  if (s.reserved != 0) return sloi_fail(error, SLO_EVERSION, s.reserved, "slos[%u].reserved", i);
  if (s.sli >= config->sli_count) {
    return sloi_fail_range(error, s.sli, 0, (int64_t)config->sli_count - 1, "slos[%u].sli",
                           (unsigned)i);
  }
  if (s.period_ns < SLO_SECOND_NS || s.period_ns > LAYOUT_PERIOD_MAX) {
    return sloi_fail_range(error, s.period_ns, SLO_SECOND_NS, LAYOUT_PERIOD_MAX,
                           "slos[%u].period_ns", (unsigned)i);
  }
  a.struct_size = (uint32_t)sizeof a;
  a.objective_ppb = s.objective_ppb;
  a.tiers = s.tiers;
  a.tier_count = s.tier_count;
  if (s.tier_count == 0) {
    status = slo_catalog_tiers(SLO_CATALOG_WORKBOOK, s.period_ns, workbook, SLO_ALERT_TIERS_MAX,
                               &a.tier_count, error);
    if (status != SLO_OK) return layout_within(status, error, place);
    a.tiers = workbook;
  }
  status = slo_alert_footprint(&a, &size, error);
  if (status != SLO_OK) return layout_within(status, error, place);
  if (out != NULL) {
    memcpy(out->name, s.name, strlen(s.name));
    out->sli = s.sli;
    out->objective_ppb = s.objective_ppb;
    out->period_ns = (uint64_t)s.period_ns;
    out->alert_at = walk->at;
    (void)slo_alert_init(layout_part(walk), size, &a, &alert, NULL);
  }
  (void)layout_place(walk, size);
  return SLO_OK;
}

static slo_status layout_walk_config(layout_walk *walk, const slo_monitor_config *c) {
  slo_status status = SLO_OK;
  walk->at = layout_front(c->sli_count, c->slo_count);
  for (uint32_t i = 0; i < c->sli_count && status == SLO_OK; i++) {
    status = layout_add_sli(walk, c, i, walk->monitor == NULL ? NULL : &walk->monitor->sli[i]);
  }
  for (uint32_t i = 0; i < c->slo_count && status == SLO_OK; i++) {
    sloi_monitor_slo *out = walk->monitor == NULL ? NULL : sloi_monitor_slos(walk->monitor) + i;
    status = layout_add_slo(walk, c, i, out);
  }
  if (status == SLO_OK && walk->at > SLOI_BLOCK_MAX) {
    status =
        sloi_fail_range(walk->error, sloi_shown(walk->at), 0, (int64_t)SLOI_BLOCK_MAX, "footprint");
  }
  return status;
}

static slo_status layout_check(const slo_monitor_config *config, slo_monitor_config *c,
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
  layout_walk walk = {NULL, 0, error};
  status = layout_walk_config(&walk, c);
  *size = walk.at;
  return status;
}

slo_status slo_monitor_footprint(const slo_monitor_config *config, size_t *size, slo_error *error) {
  slo_monitor_config c;
  uint64_t need;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = layout_check(config, &c, &need, error);
  if (status == SLO_OK) *size = (size_t)need;
  return status;
}

slo_status slo_monitor_init(void *memory, size_t size, const slo_monitor_config *config,
                            slo_monitor **monitor, slo_error *error) {
  slo_monitor_config c;
  uint64_t need;
  if (monitor == NULL) return sloi_fail(error, SLO_EINVAL, 0, "monitor (NULL)");
  slo_status status = layout_check(config, &c, &need, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, need, LAYOUT_MAGIC, LAYOUT_VERSION,
                           layout_front(c.sli_count, c.slo_count) - sizeof(sloi_block), error);
  if (status != SLO_OK) return status;
  slo_monitor *m = memory;
  m->sli_count = c.sli_count;
  m->slo_count = c.slo_count;
  layout_walk walk = {m, 0, error};
  status = layout_walk_config(&walk, &c);
  if (status != SLO_OK) return status;
  sloi_block_ready(&m->block);
  *monitor = m;
  return SLO_OK;
}

/* ---- attaching ---- */

/* The part expected at *at: it must attach, and moves *at behind it. */
typedef struct layout_cursor {
  char *base;
  uint64_t at;
  uint64_t size;
} layout_cursor;

static slo_status layout_pass(layout_cursor *cursor, uint64_t stored_at, slo_status attached) {
  if (attached != SLO_OK) return attached == SLO_EVERSION ? SLO_EVERSION : SLO_ECORRUPT;
  if (stored_at != cursor->at) return SLO_ECORRUPT;
  const sloi_block *part = (const sloi_block *)(const void *)(cursor->base + cursor->at);
  cursor->at = sloi_round_up(cursor->at + part->size, SLO_ALIGN);
  return SLO_OK;
}

static int layout_terminated(const char *name) {
  return name[0] != '\0' && name[SLO_MONITOR_NAME_MAX] == '\0';
}

static slo_status layout_attach_sli(layout_cursor *cursor, slo_monitor *m, uint64_t i) {
  const sloi_monitor_sli *s = &m->sli[i];
  slo_counter *counter;
  slo_window *window;
  slo_hist *hist = NULL;
  if (!layout_terminated(s->name) || s->with_threshold > 1) return SLO_ECORRUPT;
  slo_status status = layout_pass(
      cursor, s->counter_at,
      slo_counter_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &counter));
  if (status != SLO_OK) return status;
  if (s->hist_at == cursor->at) {
    status = layout_pass(
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
  return layout_pass(
      cursor, s->window_at,
      slo_window_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &window));
}

static slo_status layout_attach_slo(layout_cursor *cursor, const slo_monitor *m,
                                    const sloi_monitor_slo *s) {
  slo_alert *alert;
  if (!layout_terminated(s->name) || s->sli >= m->sli_count ||
      s->objective_ppb < SLO_OBJECTIVE_MIN_PPB || s->objective_ppb > SLO_OBJECTIVE_MAX_PPB ||
      s->period_ns < (uint64_t)SLO_SECOND_NS || s->period_ns > (uint64_t)LAYOUT_PERIOD_MAX) {
    return SLO_ECORRUPT;
  }
  return layout_pass(
      cursor, s->alert_at,
      slo_alert_attach(cursor->base + cursor->at, (size_t)(cursor->size - cursor->at), &alert));
}

slo_status slo_monitor_attach(void *memory, size_t size, slo_monitor **monitor) {
  if (monitor == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, LAYOUT_MAGIC, LAYOUT_VERSION,
                                       sizeof(slo_monitor) - sizeof(sloi_block));
  if (status != SLO_OK) return status;
  slo_monitor *m = memory;
  if (m->sli_count < 1 || m->sli_count > SLO_MONITOR_SLIS_MAX ||
      m->slo_count > SLO_MONITOR_SLOS_MAX ||
      m->block.config_size != layout_front(m->sli_count, m->slo_count) - sizeof(sloi_block)) {
    return SLO_ECORRUPT;
  }
  layout_cursor cursor = {memory, layout_front(m->sli_count, m->slo_count), m->block.size};
  for (uint64_t i = 0; i < m->sli_count && status == SLO_OK; i++) {
    status = layout_attach_sli(&cursor, m, i);
  }
  for (uint64_t i = 0; i < m->slo_count && status == SLO_OK; i++) {
    status = layout_attach_slo(&cursor, m, sloi_monitor_slos_const(m) + i);
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
