//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Evidence says whether failures are real, or chance. One owner at a time steps it; any number of
// goroutines read.
type Evidence struct{ object }

func (v *EvidenceConfig) c() *C.slo_evidence_config { return (*C.slo_evidence_config)(sized(v)) }

// EvidenceFootprint is how many bytes an evidence of this configuration needs. ErrRange, with the
// field.
func EvidenceFootprint(config EvidenceConfig) (int, error) {
	var a arena
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_evidence_footprint(config.c(), size, e)
	})
}

// NewEvidence makes one that is 0. ErrRange, with the field.
func NewEvidence(config EvidenceConfig) (*Evidence, error) { return InitEvidence(nil, config) }

// InitEvidence lays one out in memory, shared or mapped, aligned to Align. Also ErrSpace and
// ErrInvalid.
func InitEvidence(memory []byte, config EvidenceConfig) (*Evidence, error) {
	var a arena
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_evidence_footprint(config.c(), size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_evidence_init(memory, size, config.c(), e)
	})
	return made(&Evidence{o}, err)
}

// AttachEvidence opens one that was laid out in memory. ErrInvalid, ErrSpace, ErrVersion, ErrCorrupt.
func AttachEvidence(memory []byte) (*Evidence, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_evidence_attach(at, size)
	})
	return made(&Evidence{o}, err)
}

// Step takes what was counted in a slot of dtNs. Owner only. ErrRange.
func (v *Evidence) Step(dtNs int64, slot Counts) error {
	at, err := v.open()
	if err != nil {
		return err
	}
	return check(C.slo_evidence_step((*C.slo_evidence)(at), C.int64_t(dtNs), (*C.slo_counts)(unsafe.Pointer(&slot))))
}

// Restart forgets everything. Owner only.
func (v *Evidence) Restart() error {
	at, err := v.open()
	if err != nil {
		return err
	}
	return check(C.slo_evidence_restart((*C.slo_evidence)(at)))
}

// Read is the evidence in ppb: 10^9 is enough. Any goroutine.
func (v *Evidence) Read() (uint64, error) {
	var level C.uint64_t
	at, err := v.open()
	if err == nil {
		err = check(C.slo_evidence_read((*C.slo_evidence)(at), &level))
	}
	return uint64(level), err
}

// Detection is about how long it takes until there is evidence enough when a share of the requests
// fails. ErrNoData: never. ErrRange.
func (v EvidenceConfig) Detection(requestsPerHour, errorPpb uint64, slotNs int64) (int64, error) {
	var ns C.int64_t
	err := check(C.slo_evidence_detection(v.c(), C.uint64_t(requestsPerHour), C.uint64_t(errorPpb),
		C.int64_t(slotNs), &ns))
	return int64(ns), err
}
