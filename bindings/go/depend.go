//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Availabilities are parts per billion, 0 .. DependOne.

func ppbs(v []uint64) (*C.uint64_t, C.uint32_t) {
	return (*C.uint64_t)(unsafe.SliceData(v)), counted(len(v))
}

func (v *Availability) c() *C.slo_availability { return (*C.slo_availability)(unsafe.Pointer(v)) }

// DependSerial: all parts are needed. ErrRange, with the field.
func DependSerial(partsPpb []uint64) (Availability, error) {
	var whole Availability
	e := report()
	p, n := ppbs(partsPpb)
	err := checked(C.slo_depend_serial(p, n, whole.c(), e), e)
	return whole, err
}

// DependParallel: any one part is enough. ErrRange, with the field.
func DependParallel(partsPpb []uint64) (Availability, error) {
	var whole Availability
	e := report()
	p, n := ppbs(partsPpb)
	err := checked(C.slo_depend_parallel(p, n, whole.c(), e), e)
	return whole, err
}

// DependQuorum: any k parts are enough. ErrRange, with the field.
func DependQuorum(partsPpb []uint64, k uint32) (Availability, error) {
	var whole Availability
	e := report()
	p, n := ppbs(partsPpb)
	err := checked(C.slo_depend_quorum(p, n, C.uint32_t(k), whole.c(), e), e)
	return whole, err
}

// DependFallback: when a fails, f serves instead. ErrRange, with the field.
func DependFallback(aPpb, fPpb uint64) (Availability, error) {
	var whole Availability
	e := report()
	err := checked(C.slo_depend_fallback(C.uint64_t(aPpb), C.uint64_t(fPpb), whole.c(), e), e)
	return whole, err
}

// DependRepair is the availability of what fails every mttfNs and is away for mttrNs. ErrRange.
func DependRepair(mttfNs, mttrNs int64) (uint64, error) {
	var ppb C.uint64_t
	e := report()
	err := checked(C.slo_depend_repair(C.int64_t(mttfNs), C.int64_t(mttrNs), &ppb, e), e)
	return uint64(ppb), err
}

// DependDowntime is how long it may be away in a period. ErrRange.
func DependDowntime(availabilityPpb uint64, periodNs int64) (int64, error) {
	var ns C.int64_t
	e := report()
	err := checked(C.slo_depend_downtime(C.uint64_t(availabilityPpb), C.int64_t(periodNs), &ns, e), e)
	return int64(ns), err
}

// DependNeeded is what each of n critical dependencies must have if together they may take a share of
// the budget. ErrRange.
func DependNeeded(objectivePpb uint64, n uint32, sharePpm uint64) (uint64, error) {
	var each C.uint64_t
	e := report()
	err := checked(C.slo_depend_needed(C.uint64_t(objectivePpb), C.uint32_t(n), C.uint64_t(sharePpm), &each, e), e)
	return uint64(each), err
}

// DependTaken is the share of the budget, ppm, that dependencies take already. ErrRange.
func DependTaken(objectivePpb uint64, partsPpb []uint64) (uint64, error) {
	var taken C.uint64_t
	e := report()
	p, n := ppbs(partsPpb)
	err := checked(C.slo_depend_taken(C.uint64_t(objectivePpb), p, n, &taken, e), e)
	return uint64(taken), err
}

// DependCritical gives the critical dependencies of root among nodeCount nodes, at any depth, each
// once, ascending. ErrRange, with the field.
func DependCritical(edges []DependEdge, nodeCount, root uint32) ([]uint32, error) {
	var count C.uint32_t
	e := report()
	found := make([]uint32, DependPartsMax)
	err := checked(C.slo_depend_critical((*C.slo_depend_edge)(unsafe.Pointer(unsafe.SliceData(edges))),
		counted(len(edges)), C.uint32_t(nodeCount), C.uint32_t(root), (*C.uint32_t)(&found[0]),
		DependPartsMax, &count, e), e)
	return found[:count], err
}

// DependEval is the availability of root from what each node has by itself. ErrRange, with the field.
func DependEval(edges []DependEdge, ownPpb []uint64, root uint32) (Availability, error) {
	var whole Availability
	e := report()
	own, n := ppbs(ownPpb)
	err := checked(C.slo_depend_eval((*C.slo_depend_edge)(unsafe.Pointer(unsafe.SliceData(edges))),
		counted(len(edges)), own, n, C.uint32_t(root), whole.c(), e), e)
	return whole, err
}
