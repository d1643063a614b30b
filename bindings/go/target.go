//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// TargetObjective is the availability, rounded down to a multiple of gridPpb. ErrNoData, ErrRange.
func TargetObjective(counts Counts, gridPpb uint64) (uint64, error) {
	var ppb C.uint64_t
	e := report()
	err := checked(C.slo_target_objective((*C.slo_counts)(unsafe.Pointer(&counts)), C.uint64_t(gridPpb), &ppb, e), e)
	return uint64(ppb), err
}

// TargetThreshold is a latency, rounded up to a multiple of gridNs. ErrRange.
func TargetThreshold(latencyNs, gridNs int64) (int64, error) {
	var ns C.int64_t
	e := report()
	err := checked(C.slo_target_threshold(C.int64_t(latencyNs), C.int64_t(gridNs), &ns, e), e)
	return int64(ns), err
}

// TargetQuantile is the same of a quantile of what was recorded. ErrNoData, ErrRange.
func (v *Snapshot) TargetQuantile(quantilePpb uint32, gridNs int64) (int64, error) {
	var ns C.int64_t
	at, err := v.open()
	if err == nil {
		e := report()
		err = checked(C.slo_target_quantile((*C.slo_snapshot)(at), C.uint32_t(quantilePpb), C.int64_t(gridNs), &ns, e), e)
	}
	return int64(ns), err
}

// TargetMissed gives the indices of the days that would have missed the objective. ErrRange.
func TargetMissed(days []TargetDay, objectivePpb uint64) ([]uint32, error) {
	var count C.uint32_t
	e := report()
	missed := make([]uint32, len(days))
	err := checked(C.slo_target_missed((*C.slo_target_day)(unsafe.Pointer(unsafe.SliceData(days))),
		counted(len(days)), C.uint64_t(objectivePpb), (*C.uint32_t)(unsafe.SliceData(missed)),
		counted(len(days)), &count, e), e)
	if err != nil {
		return nil, err
	}
	return missed[:count], nil
}

// TargetCoverage is how much of what was recorded lies within a threshold. ErrNoData, ErrRange.
func (v *Snapshot) TargetCoverage(threshold int64) (Coverage, error) {
	var coverage Coverage
	at, err := v.open()
	if err == nil {
		e := report()
		err = checked(C.slo_target_coverage((*C.slo_snapshot)(at), C.int64_t(threshold),
			(*C.slo_coverage)(sized(&coverage)), e), e)
	}
	return coverage, err
}

// TargetCoverageMany is the same of values, each with a weight; weights nil: 1 each. ErrNoData,
// ErrRange; ErrInvalid: not as many weights as values.
func TargetCoverageMany(values []int64, weights []uint64, threshold int64) (Coverage, error) {
	var coverage Coverage
	if weights != nil && len(weights) != len(values) {
		return coverage, &Error{Status: ErrInvalid, Field: "weights (as many as values)",
			Value: int64(len(weights)), Min: int64(len(values)), Max: int64(len(values))}
	}
	var w *C.uint64_t
	if len(weights) > 0 {
		w = (*C.uint64_t)(&weights[0])
	}
	e := report()
	err := checked(C.slo_target_coverage_many((*C.int64_t)(unsafe.SliceData(values)), w,
		C.size_t(len(values)), C.int64_t(threshold), (*C.slo_coverage)(sized(&coverage)), e), e)
	return coverage, err
}
