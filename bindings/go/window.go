//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Window keeps readings: what happened in the last W, and how much of it was measured. One owner at a
// time pushes and pins; any number of goroutines, and processes, read.
type Window struct{ object }

func (v *WindowConfig) c(a *arena) *C.slo_window_config {
	c := new(C.slo_window_config)
	v.set(a, c)
	return c
}

// WindowFootprint is how many bytes a window of this configuration needs. ErrRange, with the field.
func WindowFootprint(config WindowConfig) (int, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_window_footprint(c, size, e)
	})
}

// NewWindow makes a window; the zero WindowConfig is the default. ErrRange, with the field.
func NewWindow(config WindowConfig) (*Window, error) { return InitWindow(nil, config) }

// InitWindow lays a window out in memory, shared or mapped, aligned to Align. Also ErrSpace and
// ErrInvalid.
func InitWindow(memory []byte, config WindowConfig) (*Window, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_window_footprint(c, size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_window_init(memory, size, c, e)
	})
	return made(&Window{o}, err)
}

// AttachWindow opens a window that was laid out in memory. ErrInvalid, ErrSpace, ErrVersion,
// ErrCorrupt.
func AttachWindow(memory []byte) (*Window, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_window_attach(at, size)
	})
	return made(&Window{o}, err)
}

// Push takes a reading: everything counted so far, and the moment. flags: Push.. Owner only.
// ErrRange (a count lower than it was), ErrClock (a jump ahead): nothing is taken.
func (w *Window) Push(nowNs int64, total Counts, flags uint32) error {
	at, err := w.open()
	if err != nil {
		return err
	}
	return check(C.slo_window_push((*C.slo_window)(at), C.int64_t(nowNs),
		(*C.slo_counts)(unsafe.Pointer(&total)), C.uint32_t(flags)))
}

// Pin keeps the newest reading at or before atNs until untilNs. Owner only. ErrNoData, ErrRange,
// ErrSpace.
func (w *Window) Pin(atNs, untilNs int64) error {
	at, err := w.open()
	if err != nil {
		return err
	}
	return check(C.slo_window_pin((*C.slo_window)(at), C.int64_t(atNs), C.int64_t(untilNs)))
}

// Read gives windows of these spans that end at the newest reading, all of one state. Any goroutine.
// ErrNoData before the first push, ErrRange.
func (w *Window) Read(spansNs ...int64) ([]Delta, error) {
	at, err := w.open()
	if err != nil || len(spansNs) == 0 {
		return nil, err
	}
	deltas := make([]Delta, len(spansNs))
	err = check(C.slo_window_read((*C.slo_window)(at), (*C.int64_t)(&spansNs[0]), C.size_t(len(spansNs)),
		(*C.slo_delta)(sizedAll(deltas))))
	if err != nil {
		return nil, err
	}
	return deltas, nil
}

// Delta is what happened between two moments. Any goroutine. ErrNoData, ErrRange.
func (w *Window) Delta(fromNs, toNs int64) (Delta, error) {
	var delta Delta
	at, err := w.open()
	if err == nil {
		err = check(C.slo_window_delta((*C.slo_window)(at), C.int64_t(fromNs), C.int64_t(toNs),
			(*C.slo_delta)(sized(&delta))))
	}
	return delta, err
}

// Summarize says what the window has. Any goroutine. ErrNoData before the first push.
func (w *Window) Summarize() (WindowSummary, error) {
	var summary WindowSummary
	at, err := w.open()
	if err == nil {
		err = check(C.slo_window_summarize((*C.slo_window)(at), (*C.slo_window_summary)(sized(&summary))))
	}
	return summary, err
}
