/*
 * heat_map - a day of latencies in virtual time, with an hour of slowness in it.
 *
 * Prints the median and the 99th percentile of the last hour at every full hour, as a service
 * could at any moment, and at the end the day as a heat map: a column per hour, a row per band,
 * and how many of the hour's requests lie in it: . below 1 %, - 5 %, + 20 %, * 50 %, # more.
 */
#include <slo.h>
#include <stdio.h>

enum { BANDS = 7, HOURS = 24, SLOW_HOUR = 14, PER_MINUTE = 120 };

static const int64_t MS = 1000000;
static const int64_t bands[BANDS] = {25000000,  50000000,  100000000, 200000000,
                                     400000000, 800000000, 1600000000};

/* 20..119 ms, one in 64 ten times as much; everything four times as much in the slow hour. */
static int64_t latency(uint64_t *random, int hour) {
  *random = *random * 6364136223846793005u + 1442695040888963407u;
  int64_t ns = (20 + (int64_t)(*random >> 40) % 100) * MS;
  if (*random >> 34 & 63) return hour == SLOW_HOUR ? 4 * ns : ns;
  return hour == SLOW_HOUR ? 40 * ns : 10 * ns;
}

static int shade(uint64_t in_band, uint64_t all) {
  uint64_t percent = 100 * in_band / all;
  if (in_band == 0) return ' ';
  return percent < 1 ? '.' : percent < 5 ? '-' : percent < 20 ? '+' : percent < 50 ? '*' : '#';
}

static void show_band(const slo_history *history, slo_snapshot *s, int64_t day, uint32_t band) {
  printf(band < BANDS ? "<= %4d ms |" : " > %4d ms |", (int)(bands[band - band / BANDS] / MS));
  for (int hour = 0; hour < HOURS; hour++) {
    slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
    int64_t threshold, start = day + hour * SLO_HOUR_NS;
    uint64_t within, before = 0, beyond = 0;
    if (slo_history_read(history, start, start + SLO_HOUR_NS, s, NULL) != SLO_OK) continue;
    if (slo_snapshot_summarize(s, &sum) != SLO_OK) continue;
    if (band > 0) slo_snapshot_threshold(s, band - 1, &threshold, &before, &beyond);
    within = sum.count;
    if (band < BANDS) slo_snapshot_threshold(s, band, &threshold, &within, &beyond);
    putchar(shade(within - before, sum.count));
  }
  puts("|");
}

int main(void) {
  slo_hist_config config = {.struct_size = sizeof config, .thresholds = bands};
  config.threshold_count = BANDS;
  slo_hist *hist;
  slo_history *history;
  slo_snapshot *s;
  if (slo_hist_create(&config, NULL, &hist, NULL) != SLO_OK) return 1;
  if (slo_history_create(hist, NULL, NULL, &history, NULL) != SLO_OK) return 1;
  if (slo_snapshot_create(hist, NULL, &s, NULL) != SLO_OK) return 1;
  uint64_t random = 42;
  int64_t day = 1767225600 * SLO_SECOND_NS; /* 2026-01-01, UTC */
  slo_history_push(history, day, hist, 0);
  for (int minute = 0; minute < HOURS * 60; minute++) {
    int64_t now_ns = day + (minute + 1) * SLO_MINUTE_NS;
    for (int i = 0; i < PER_MINUTE; i++) slo_hist_record(hist, latency(&random, minute / 60));
    slo_history_push(history, now_ns, hist, 0); /* from the thread that ticks, at any pace */
    if (minute % 60 != 59) continue;
    static const uint32_t quantiles[2] = {500000000, 990000000};
    int64_t p[2];
    if (slo_history_read(history, now_ns - SLO_HOUR_NS, now_ns, s, NULL) != SLO_OK) return 1;
    if (slo_snapshot_quantiles(s, quantiles, 2, p) != SLO_OK) return 1;
    printf("%02d:00  last hour: p50 %4d ms, p99 %5d ms\n", minute / 60 + 1, (int)(p[0] / MS),
           (int)(p[1] / MS));
  }
  for (uint32_t band = BANDS + 1; band-- > 0;) show_band(history, s, day, band);
  slo_snapshot_destroy(s);
  slo_history_destroy(history);
  slo_hist_destroy(hist);
}
