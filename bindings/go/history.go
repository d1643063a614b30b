//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// History keeps readings of a histogram: p99 of the last hour, and heat maps. One owner at a time
// pushes; any number of goroutines, and processes, read, each with a snapshot of its own.
type History struct{ object }

func (v *HistoryConfig) c(a *arena) *C.slo_history_config {
	c := new(C.slo_history_config)
	v.set(a, c)
	return c
}

// HistoryFootprint is how many bytes a history of this histogram needs. ErrRange, with the field.
func HistoryFootprint(hist *Hist, config HistoryConfig) (int, error) {
	var a arena
	defer a.done()
	h, err := hist.open()
	if err != nil {
		return 0, err
	}
	c := config.c(&a)
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_history_footprint((*C.slo_hist)(h), c, size, e)
	})
}

// NewHistory makes a history of this histogram; the zero HistoryConfig is the default. ErrRange, with
// the field.
func NewHistory(hist *Hist, config HistoryConfig) (*History, error) {
	return InitHistory(nil, hist, config)
}

// InitHistory lays a history out in memory, shared or mapped, aligned to Align. Also ErrSpace and
// ErrInvalid.
func InitHistory(memory []byte, hist *Hist, config HistoryConfig) (*History, error) {
	var a arena
	defer a.done()
	h, err := hist.open()
	if err != nil {
		return nil, err
	}
	c := config.c(&a)
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_history_footprint((*C.slo_hist)(h), c, size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_history_init(memory, size, (*C.slo_hist)(h), c, e)
	})
	return made(&History{o}, err)
}

// AttachHistory opens a history that was laid out in memory. ErrInvalid, ErrSpace, ErrVersion,
// ErrCorrupt.
func AttachHistory(memory []byte) (*History, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_history_attach(at, size)
	})
	return made(&History{o}, err)
}

// Push takes a reading of hist where one is due. flags: 0 or HistoryRebase. Owner only. ErrRange,
// ErrInvalid: another grid, range or thresholds.
func (v *History) Push(nowNs int64, hist *Hist, flags uint32) error {
	at, err := v.open()
	if err != nil {
		return err
	}
	h, err := hist.open()
	if err != nil {
		return err
	}
	return check(C.slo_history_push((*C.slo_history)(at), C.int64_t(nowNs), (*C.slo_hist)(h), C.uint32_t(flags)))
}

// Read makes snapshot what was recorded in (from, to], as near as the readings allow, and gives the
// moments of the two. ErrNoData: no reading yet, or the two are the same. ErrRange, ErrInvalid.
func (v *History) Read(fromNs, toNs int64, snapshot *Snapshot) (Period, error) {
	var used Period
	at, err := v.open()
	if err != nil {
		return used, err
	}
	s, err := snapshot.open()
	if err == nil {
		err = check(C.slo_history_read((*C.slo_history)(at), C.int64_t(fromNs), C.int64_t(toNs),
			(*C.slo_snapshot)(s), (*C.slo_period)(unsafe.Pointer(&used))))
	}
	return used, err
}

// Since makes snapshot what was recorded since fromNs, up to now, and gives the moment of the reading
// used. ErrNoData, ErrRange, ErrInvalid.
func (v *History) Since(hist *Hist, fromNs int64, snapshot *Snapshot) (int64, error) {
	at, err := v.open()
	if err != nil {
		return 0, err
	}
	h, err := hist.open()
	if err != nil {
		return 0, err
	}
	var used C.int64_t
	s, err := snapshot.open()
	if err == nil {
		err = check(C.slo_history_since((*C.slo_history)(at), (*C.slo_hist)(h), C.int64_t(fromNs),
			(*C.slo_snapshot)(s), &used))
	}
	return int64(used), err
}
