//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Burn is the burn rate in ppm, floored: 14400000 is 14.4. ErrNoData: nothing valid. ErrRange.
func Burn(counts Counts, objectivePpb uint64) (uint64, error) {
	var burn C.uint64_t
	err := check(C.slo_burn_eval((*C.slo_counts)(unsafe.Pointer(&counts)), C.uint64_t(objectivePpb), &burn))
	return uint64(burn), err
}

// BurnExceeds says, exactly, whether the burn rate is above the factor, or with BurnAtLeast at least
// it; false when nothing is valid. ErrRange, ErrInvalid.
func BurnExceeds(counts Counts, objectivePpb, factorPpm uint64, flags uint32) (bool, error) {
	said := C.slo_burn_exceeds((*C.slo_counts)(unsafe.Pointer(&counts)), C.uint64_t(objectivePpb),
		C.uint64_t(factorPpm), C.uint32_t(flags))
	if said < 0 {
		return false, check(said)
	}
	return said == 1, nil
}

// BurnMaximum is the largest burn rate there is, when everything fails. ErrRange.
func BurnMaximum(objectivePpb uint64) (uint64, error) {
	var burn C.uint64_t
	err := check(C.slo_burn_maximum(C.uint64_t(objectivePpb), &burn))
	return uint64(burn), err
}

// BurnFactor is the factor that has spent a share of a period's budget when it has filled the window.
// ErrRange.
func BurnFactor(sharePpm uint64, periodNs, windowNs int64) (uint64, error) {
	var factor C.uint64_t
	err := check(C.slo_burn_factor(C.uint64_t(sharePpm), C.int64_t(periodNs), C.int64_t(windowNs), &factor))
	return uint64(factor), err
}

// BurnDetection is how long a step to an error ratio takes to lift a window over the factor.
// ErrNoData: it never does. ErrRange.
func BurnDetection(objectivePpb, errorPpb, factorPpm uint64, windowNs int64) (int64, error) {
	var ns C.int64_t
	err := check(C.slo_burn_detection(C.uint64_t(objectivePpb), C.uint64_t(errorPpb),
		C.uint64_t(factorPpm), C.int64_t(windowNs), &ns))
	return int64(ns), err
}

// BurnReset is how long after an outage the window falls to the factor again; 0 when the outage never
// lifted it over. ErrRange.
func BurnReset(objectivePpb, errorPpb uint64, durationNs int64, factorPpm uint64, windowNs int64) (int64, error) {
	var ns C.int64_t
	err := check(C.slo_burn_reset(C.uint64_t(objectivePpb), C.uint64_t(errorPpb), C.int64_t(durationNs),
		C.uint64_t(factorPpm), C.int64_t(windowNs), &ns))
	return int64(ns), err
}

// BurnExhaustion is how long until the budget is gone at a constant burn; 0 when nothing remains.
// ErrNoData: never.
func BurnExhaustion(remainingPpm int64, burnPpm uint64, periodNs int64) (int64, error) {
	var ns C.int64_t
	err := check(C.slo_burn_exhaustion(C.int64_t(remainingPpm), C.uint64_t(burnPpm), C.int64_t(periodNs), &ns))
	return int64(ns), err
}
