/*
 * slo/evidence.h - is it real, or is it chance?
 *
 * At ten requests an hour one failure is a burn rate of 100: important, if it is not luck.
 * Evidence is a number E that a service which meets its promise keeps small: the mean time
 * until it first reaches 1 is at least the one that was asked for, at any traffic, however often
 * one looks, and whatever failures that come together depend on each other. A service that
 * fails lifts it fast. An alert asks a burn rate whether it is important, and this whether it is
 * real (slo/alert.h does).
 *
 * It is a mixture of Shiryaev-Roberts e-detectors on the share of bad events in a slot (J. Shin,
 * A. Ramdas, A. Rinaldo, "E-detectors", 2022; bets as in I. Waudby-Smith, A. Ramdas, "Estimating
 * means of bounded random variables by betting", 2020): with p0 = healthy burn * (1 - objective),
 * each bet l has M <- (M + w) * (1 + l * (bad / valid / p0 - 1)), and E is the sum of all M. While
 * the mean of bad / valid is at most p0 the factor's mean is at most 1, so E minus what was added
 * cannot be expected to grow. The bets are 0.9, 0.3, 0.1, .. down to the one that is best for
 * the weakest burn worth an alert. A dead time after each bad slot makes failures that come
 * together one piece of evidence. All of it is 128-bit fixed point, rounded down: the same bits
 * everywhere, and never more evidence than there is.
 *
 * One flat block (slo/memory.h). One owner at a time steps it; any number of threads may read.
 */
#ifndef SLO_EVIDENCE_H
#define SLO_EVIDENCE_H

#include "slo/counts.h"
#include "slo/memory.h"
#include "slo/objective.h"
#include "slo/time.h"

#define SLO_EVIDENCE_BETS_MAX 24
#define SLO_EVIDENCE_ALARMS_MAX_PPM UINT64_C(1000000000)   /* a thousand a year */
#define SLO_EVIDENCE_YEAR_NS (INT64_C(8766) * SLO_HOUR_NS) /* 365.25 days */

SLO_BEGIN

typedef struct slo_evidence slo_evidence;

/*
 *   objective_ppb        see slo/objective.h
 *   alarms_per_year_ppm  how often E may reach 1 in a year although the service is healthy, in
 *                        millionths, 1..SLO_EVIDENCE_ALARMS_MAX_PPM; 0: 1000000, once
 *   dead_ns              failures this close together are one piece of evidence, 1 ns .. 1 d;
 *                        0: 60 s
 *   healthy_burn_ppm     the burn rate up to which the service is healthy; 0: 1000000.
 *                        healthy_burn * (1 - objective) must be below 1
 *   least_burn_ppm       the weakest burn rate worth an alert, at least twice healthy_burn_ppm and
 *                        at most 10^6 times it; 0: six times it
 */
typedef struct slo_evidence_config {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t objective_ppb;
  uint64_t alarms_per_year_ppm;
  int64_t dead_ns;
  uint64_t healthy_burn_ppm;
  uint64_t least_burn_ppm;
} slo_evidence_config;

/* See slo/memory.h. SLO_EINVAL, SLO_ERANGE, SLO_EVERSION, for init also SLO_ESPACE, for
 * create also SLO_ENOMEM; error names the field. */
SLO_API slo_status slo_evidence_footprint(const slo_evidence_config *config, size_t *size,
                                          slo_error *error);
SLO_API slo_status slo_evidence_init(void *memory, size_t size, const slo_evidence_config *config,
                                     slo_evidence **evidence, slo_error *error);
/* SLO_EINVAL, SLO_ESPACE, SLO_EVERSION, SLO_ECORRUPT. */
SLO_API slo_status slo_evidence_attach(void *memory, size_t size, slo_evidence **evidence);
/* footprint, allocate and init in one; also SLO_ENOMEM. allocator NULL: the heap. */
SLO_API slo_status slo_evidence_create(const slo_evidence_config *config,
                                       const slo_allocator *allocator, slo_evidence **evidence,
                                       slo_error *error);
/* Takes what create gave, or NULL. */
SLO_API void slo_evidence_destroy(slo_evidence *evidence);

/*
 * Takes what was counted in a slot of dt_ns, of all replicas together: slots of about 10 s are what
 * the dead time is made for. Owner only. SLO_ERANGE (dt_ns negative), SLO_EINVAL.
 */
SLO_API slo_status slo_evidence_step(slo_evidence *evidence, int64_t dt_ns, const slo_counts *slot);

/* Forgets everything: for a change of what is measured. Owner only. SLO_EINVAL. */
SLO_API slo_status slo_evidence_restart(slo_evidence *evidence);

/* E, in parts per billion, rounded down: 10^9 and more is evidence enough. It is kept at 10
 * when it gets above that. Any thread. SLO_EINVAL. */
SLO_API slo_status slo_evidence_read(const slo_evidence *evidence, uint64_t *level_ppb);

/*
 * How long it takes until E reaches 1 when of requests_per_hour (1..10^12) a share of error_ppb
 * (1..10^9) fails, in slots of slot_ns (1 ms .. 1 h): about, for planning and for showing
 * (floating point). What takes longer than the budget lasts cannot be seen at this traffic.
 * SLO_ENODATA: never, or beyond a hundred years. SLO_ERANGE, SLO_EINVAL, SLO_EVERSION.
 */
SLO_API slo_status slo_evidence_detection(const slo_evidence_config *config,
                                          uint64_t requests_per_hour, uint64_t error_ppb,
                                          int64_t slot_ns, int64_t *detection_ns);

SLO_END

#endif
