/* slice.c - what a window judges by itself: slices as they end, and what was not seen. */
#include "window/slice.h"

#include "base/u128.h"
#include "window/window.h"

int sloi_slice_kept(const slo_counts *counts, uint64_t objective_ppb) {
  return sloi_u128_compare(sloi_u128_multiply(counts->good, UINT64_C(1000000000)),
                           sloi_u128_multiply(objective_ppb, counts->good + counts->bad)) >= 0;
}

uint64_t sloi_slice_ratio(const slo_counts *counts) {
  const uint64_t valid = counts->good + counts->bad;
  sloi_u128 twice = sloi_u128_multiply(2 * SLO_SLICE_RATIO_ONE, counts->bad);
  twice = sloi_u128_add(twice, sloi_u128_of(valid)); /* + 1/2: to the nearest */
  return sloi_u128_divide(twice, sloi_u128_multiply(2, valid));
}

/* A sum that only grows: after half a century of nothing but bad slices it stays at its end. */
static uint64_t slice_sum(uint64_t sum, uint64_t judged, uint64_t ratio) {
  sloi_u128 more = sloi_u128_add(sloi_u128_multiply(judged, ratio), sloi_u128_of(sum));
  return more.hi != 0 ? UINT64_MAX : more.lo;
}

void sloi_window_close_slices(const sloi_window_config *config, sloi_window_state *state,
                              uint64_t time, const slo_counts *total, int measured) {
  uint64_t number = time / config->slice, ended = number - state->slice;
  if (ended == 0) return;
  const slo_counts of_it = {total->good - state->slice_good, total->bad - state->slice_bad, 0};
  uint64_t valid = of_it.good + of_it.bad, judged = measured ? ended : 1;
  if (judged > valid) judged = valid;
  if (judged != 0) {
    int kept = sloi_slice_kept(&of_it, config->slice_objective);
    state->newest_slices.good += kept ? judged : 0;
    state->newest_slices.bad += kept ? 0 : judged;
    state->newest_slices.ratio_sum =
        slice_sum(state->newest_slices.ratio_sum, judged, sloi_slice_ratio(&of_it));
  }
  state->slice = number;
  state->slice_good = total->good;
  state->slice_bad = total->bad;
}

void sloi_window_judge(slo_delta *d) {
  uint64_t valid = d->counts.good + d->counts.bad;
  d->judged = d->counts;
  d->unseen = 0;
  d->unseen_slices = d->slice_ns > 0 ? (uint64_t)(d->unmeasured_ns / d->slice_ns) : 0;
  if (d->unmeasured_ns <= 0) return;
  /* rounded up, and never none: an interval must hold the truth */
  d->unseen = valid;
  if (d->measured_ns > 0) {
    const uint64_t measured = (uint64_t)d->measured_ns;
    const sloi_u128 n = sloi_u128_multiply(valid, (uint64_t)d->unmeasured_ns);
    d->unseen =
        sloi_u128_divide(sloi_u128_add(n, sloi_u128_of(measured - 1)), sloi_u128_of(measured));
  }
  if (d->unseen == 0) d->unseen = 1;
  uint64_t room = valid < (uint64_t)INT64_MAX ? (uint64_t)INT64_MAX - valid : 0;
  if (d->unseen > room) d->unseen = room; /* counts stay below 2^63 */
  if (d->policy == SLO_UNMEASURED_BAD) d->judged.bad += d->unseen;
  if (d->policy == SLO_UNMEASURED_GOOD) d->judged.good += d->unseen;
}
