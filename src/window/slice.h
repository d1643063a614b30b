/* slice.h - how a slice of time is judged by its counts, whoever has them. */
#ifndef SLOI_SLICE_H
#define SLOI_SLICE_H

#include "slo/counts.h"

/* Both of a slice with valid events; valid = good + bad. */
int sloi_slice_kept(const slo_counts *counts, uint64_t objective_ppb);

/* bad / valid in units of 10^-11 (SLO_SLICE_RATIO_ONE), to the nearest. */
uint64_t sloi_slice_ratio(const slo_counts *counts);

#endif
