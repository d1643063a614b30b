//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// ParseRecurrence reads a rule of RFC 5545, "FREQ=WEEKLY;BYDAY=SA,SU;COUNT=10". ErrParse, with the
// offset in Value, ErrRange.
func ParseRecurrence(text string) (Recurrence, error) {
	return parsed(text, func(t *C.char, r *Recurrence, e *C.slo_error) C.slo_status {
		return C.slo_recurrence_parse(t, (*C.slo_recurrence)(sized(r)), e)
	})
}

// Expand gives the intervals that overlap (from, to], ascending; the first one starts at firstNs and
// each lasts durationNs, 1 ns .. 366 days. ErrRange, with the field.
func (v Recurrence) Expand(firstNs, durationNs, fromNs, toNs int64) ([]Period, error) {
	var count C.size_t
	periods := make([]Period, 64)
	for {
		e := report()
		err := checked(C.slo_recurrence_expand((*C.slo_recurrence)(sized(&v)), C.int64_t(firstNs),
			C.int64_t(durationNs), C.int64_t(fromNs), C.int64_t(toNs),
			(*C.slo_period)(unsafe.Pointer(&periods[0])), C.size_t(len(periods)), &count, e), e)
		if int(count) <= len(periods) {
			return periods[:count], err
		}
		periods = make([]Period, count)
	}
}
