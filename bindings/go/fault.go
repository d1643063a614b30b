//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

func (v *Fault) c() *C.slo_fault { return (*C.slo_fault)(unsafe.Pointer(v)) }

// ParseFault reads "latency(300ms,50ms) 10% ramp"; the period is left empty. ErrParse, ErrRange.
func ParseFault(text string) (Fault, error) {
	return parsed(text, func(t *C.char, fault *Fault, e *C.slo_error) C.slo_status {
		return C.slo_fault_parse(t, fault.c(), e)
	})
}

// Check says whether it is one. ErrRange, with the field.
func (v Fault) Check() error {
	e := report()
	return checked(C.slo_fault_check(v.c(), e), e)
}

// Toxicity is the share of requests touched at a moment, ppm; 0 outside the period.
func (v Fault) Toxicity(atNs int64) uint32 {
	return uint32(C.slo_fault_toxicity(v.c(), C.int64_t(atNs)))
}

// Effect is with what probability, ppm, a request that it touches ends badly. ErrRange.
func (v Fault) Effect(latencyNs int64, bytes uint64, limitNs int64) (uint32, error) {
	var bad C.uint32_t
	err := check(C.slo_fault_effect(v.c(), C.int64_t(latencyNs), C.uint64_t(bytes), C.int64_t(limitNs), &bad))
	return uint32(bad), err
}
