//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Run plays the game day and gives its result, with at most `capacity` of what happened up to the
// difference. A difference is no error: Passed is 0. ErrRange, ErrInvalid, with the field, ErrNoMemory,
// ErrClock.
func (v *GamedayConfig) Run(capacity int) (GamedayResult, []GamedayEvent, error) {
	var a arena
	defer a.done()
	var result GamedayResult
	c, r := new(C.slo_gameday_config), new(C.slo_gameday_result)
	v.set(&a, c)
	if a.err != nil {
		return result, nil, a.err
	}
	if capacity < 0 {
		capacity = 0
	}
	events := make([]GamedayEvent, capacity)
	e := report()
	err := checked(C.slo_gameday_run(c, nil, (*C.slo_gameday_event)(unsafe.Pointer(unsafe.SliceData(events))),
		C.size_t(capacity), (*C.slo_gameday_result)(sized(r)), e), e)
	if err != nil {
		return result, nil, err
	}
	result.get(r)
	if int(result.Events) < capacity {
		events = events[:result.Events]
	}
	return result, events, nil
}
