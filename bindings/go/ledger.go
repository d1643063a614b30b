//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Ledger is what was taken out of the count, and why. It only grows. One owner at a time appends; any
// number of goroutines, and processes, read.
type Ledger struct{ object }

// maybe is NULL for nil.
func (v *Ledger) maybe() (unsafe.Pointer, error) {
	if v == nil {
		return nil, nil
	}
	return v.open()
}

// LedgerFootprint is how many bytes a ledger with room for so many corrections needs. ErrRange.
func LedgerFootprint(entries uint32) (int, error) {
	var a arena
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_ledger_footprint(C.uint32_t(entries), size, e)
	})
}

// NewLedger makes a ledger with room for so many corrections. ErrRange.
func NewLedger(entries uint32) (*Ledger, error) { return InitLedger(nil, entries) }

// InitLedger lays a ledger out in memory, shared or mapped, aligned to Align. Also ErrSpace and
// ErrInvalid.
func InitLedger(memory []byte, entries uint32) (*Ledger, error) {
	var a arena
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_ledger_footprint(C.uint32_t(entries), size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_ledger_init(memory, size, C.uint32_t(entries), e)
	})
	return made(&Ledger{o}, err)
}

// AttachLedger opens a ledger that was laid out in memory. ErrInvalid, ErrSpace, ErrVersion,
// ErrCorrupt.
func AttachLedger(memory []byte) (*Ledger, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_ledger_attach(at, size)
	})
	return made(&Ledger{o}, err)
}

// Append writes a correction down and gives its number: 0, 1, 2, .. Owner only. ErrSpace: the ledger
// is full. ErrRange, ErrInvalid, with the field.
func (v *Ledger) Append(correction Correction) (uint32, error) {
	var a arena
	at, err := v.open()
	if err != nil {
		return 0, err
	}
	c := new(C.slo_correction)
	correction.set(&a, c)
	if a.err != nil {
		return 0, a.err
	}
	var sequence C.uint32_t
	e := report()
	err = checked(C.slo_ledger_append((*C.slo_ledger)(at), c, &sequence, e), e)
	return uint32(sequence), err
}

// Count is how many corrections there are; 0 when closed. Any goroutine.
func (v *Ledger) Count() uint32 {
	at, err := v.maybe()
	if err != nil {
		return 0
	}
	return uint32(C.slo_ledger_count((*C.slo_ledger)(at)))
}

// Read is a correction, and whether it was taken back. Any goroutine. ErrRange: there is none.
func (v *Ledger) Read(sequence uint32) (correction Correction, void bool, err error) {
	at, err := v.open()
	if err != nil {
		return correction, false, err
	}
	c := new(C.slo_correction)
	var is C.uint32_t
	err = check(C.slo_ledger_read((*C.slo_ledger)(at), C.uint32_t(sequence), (*C.slo_correction)(sized(c)), &is))
	if err == nil {
		correction.get(c)
	}
	return correction, is == 1, err
}

// Edge is the first moment after afterNs at which a correction of the SLI that is not void begins or
// ends. Any goroutine. ErrNoData: there is none.
func (v *Ledger) Edge(sli uint32, afterNs int64) (int64, error) {
	var edge C.int64_t
	at, err := v.open()
	if err == nil {
		err = check(C.slo_ledger_edge((*C.slo_ledger)(at), C.uint32_t(sli), C.int64_t(afterNs), &edge))
	}
	return int64(edge), err
}

// Correct corrects a delta of this window, and says how many corrections touched it. v may be nil:
// none. Any goroutine. ErrNoData: the window was never pushed to.
func (v *Ledger) Correct(sli uint32, window *Window, delta *Delta) (uint32, error) {
	at, err := v.maybe()
	if err != nil {
		return 0, err
	}
	w, err := window.open()
	if err != nil {
		return 0, err
	}
	var count C.uint32_t
	err = check(C.slo_ledger_correct((*C.slo_ledger)(at), C.uint32_t(sli), (*C.slo_window)(w),
		(*C.slo_delta)(sized(delta)), &count))
	return uint32(count), err
}

// Effect is what one correction does to a delta of this window. Any goroutine. ErrNoData: nothing.
// ErrRange: there is no such correction.
func (v *Ledger) Effect(sequence, sli uint32, window *Window, delta Delta) (CorrectionEffect, error) {
	var effect CorrectionEffect
	at, err := v.open()
	if err != nil {
		return effect, err
	}
	w, err := window.open()
	if err != nil {
		return effect, err
	}
	err = check(C.slo_ledger_effect((*C.slo_ledger)(at), C.uint32_t(sequence), C.uint32_t(sli),
		(*C.slo_window)(w), (*C.slo_delta)(sized(&delta)), (*C.slo_correction_effect)(sized(&effect))))
	return effect, err
}
