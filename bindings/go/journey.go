//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Journey counts attempts (Attempt) and its parts: 0 the attempts, 1 + i step i, 1 + steps the limit.
// Any number of goroutines, and processes, record.
type Journey struct {
	object
	steps uint32
}

func (v *JourneyConfig) c(a *arena) *C.slo_journey_config {
	c := new(C.slo_journey_config)
	v.set(a, c)
	return c
}

// Check says whether it is one, and so are its indicators and objectives. ErrRange, with the field.
func (v *JourneyConfig) Check() error {
	var a arena
	defer a.done()
	c := v.c(&a)
	if a.err != nil {
		return a.err
	}
	e := report()
	return checked(C.slo_journey_check(c, e), e)
}

// JourneyFootprint is how many bytes it needs; of the configuration only Steps, LimitNs and Shards are
// looked at. ErrRange, with the field.
func JourneyFootprint(config JourneyConfig) (int, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_journey_footprint(c, size, e)
	})
}

// NewJourney makes a journey. ErrRange, with the field.
func NewJourney(config JourneyConfig) (*Journey, error) { return InitJourney(nil, config) }

// InitJourney lays a journey out in memory, shared or mapped, aligned to Align. Also ErrSpace and
// ErrInvalid.
func InitJourney(memory []byte, config JourneyConfig) (*Journey, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_journey_footprint(c, size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_journey_init(memory, size, c, e)
	})
	return journeyOf(o, err)
}

// AttachJourney opens a journey that was laid out in memory. ErrInvalid, ErrSpace, ErrVersion,
// ErrCorrupt.
func AttachJourney(memory []byte) (*Journey, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_journey_attach(at, size)
	})
	return journeyOf(o, err)
}

func journeyOf(o object, err error) (*Journey, error) {
	if err != nil {
		return nil, err
	}
	return &Journey{o, uint32(C.slo_journey_part_count((*C.slo_journey)(o.at))) - 2}, nil
}

// PartCount is how many parts it has: steps + 2; 0 when closed.
func (v *Journey) PartCount() uint32 {
	at, err := v.open()
	if err != nil {
		return 0
	}
	return uint32(C.slo_journey_part_count((*C.slo_journey)(at)))
}

// Read is what was counted in a part so far. Any goroutine. ErrRange: no such part.
func (v *Journey) Read(part uint32) (CounterTally, error) {
	var tally CounterTally
	at, err := v.open()
	if err == nil {
		err = check(C.slo_journey_read((*C.slo_journey)(at), C.uint32_t(part), (*C.slo_counter_tally)(sized(&tally))))
	}
	return tally, err
}

// Blame says who spent the budget: parts 1 .. PartCount-1, in this order. Any goroutine.
func (v *Journey) Blame() ([]Blame, error) {
	at, err := v.open()
	if err != nil {
		return nil, err
	}
	blames := make([]Blame, v.steps+1)
	err = check(C.slo_journey_blame((*C.slo_journey)(at), (*C.slo_blame)(unsafe.Pointer(&blames[0])), counted(len(blames))))
	if err != nil {
		return nil, err
	}
	return blames, nil
}
