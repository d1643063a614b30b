//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Eval is the period that a moment lies in, StartNs < at <= EndNs. ErrRange, with the field.
func (v Calendar) Eval(atNs int64) (Period, error) {
	var period Period
	e := report()
	err := checked(C.slo_calendar_eval((*C.slo_calendar)(unsafe.Pointer(&v)), C.int64_t(atNs),
		(*C.slo_period)(unsafe.Pointer(&period)), e), e)
	return period, err
}

// FindPeriod is the same among starts that are given, ascending, for a time zone: time.Date knows
// them. ErrRange: at lies outside of them; ErrInvalid: fewer than two.
func FindPeriod(startsNs []int64, atNs int64) (Period, error) {
	var period Period
	err := check(C.slo_calendar_find((*C.int64_t)(unsafe.SliceData(startsNs)), C.size_t(len(startsNs)),
		C.int64_t(atNs), (*C.slo_period)(unsafe.Pointer(&period))))
	return period, err
}
