//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Alert says whether somebody should be woken: the state of one objective. One owner at a time steps
// it; any number of goroutines, and processes, read.
type Alert struct{ object }

func (v *AlertConfig) c(a *arena) *C.slo_alert_config {
	c := new(C.slo_alert_config)
	v.set(a, c)
	return c
}

// AlertFootprint is how many bytes an alert of this configuration needs. ErrRange, with the field.
func AlertFootprint(config AlertConfig) (int, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_alert_footprint(c, size, e)
	})
}

// NewAlert makes an alert that is inactive. ErrRange, with the field.
func NewAlert(config AlertConfig) (*Alert, error) { return InitAlert(nil, config) }

// InitAlert lays an alert out in memory, shared or mapped, aligned to Align. Also ErrSpace and
// ErrInvalid.
func InitAlert(memory []byte, config AlertConfig) (*Alert, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_alert_footprint(c, size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_alert_init(memory, size, c, e)
	})
	return made(&Alert{o}, err)
}

// AttachAlert opens an alert that was laid out in memory. ErrInvalid, ErrSpace, ErrVersion,
// ErrCorrupt.
func AttachAlert(memory []byte) (*Alert, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_alert_attach(at, size)
	})
	return made(&Alert{o}, err)
}

// Step judges the windows that end at the newest reading and moves the state on. ledger may be nil.
// Owner only, of alert and window. ErrNoData: no reading yet.
func (v *Alert) Step(window *Window, ledger *Ledger, sli uint32) error {
	at, err := v.open()
	if err != nil {
		return err
	}
	w, err := window.open()
	if err != nil {
		return err
	}
	l, err := ledger.maybe()
	if err != nil {
		return err
	}
	return check(C.slo_alert_step((*C.slo_alert)(at), (*C.slo_window)(w), (*C.slo_ledger)(l), C.uint32_t(sli)))
}

// Acknowledge notes that somebody has seen to it. Owner only. ErrNoData: it does not fire. ErrRange.
func (v *Alert) Acknowledge(severity uint32, nowNs int64) error {
	at, err := v.open()
	if err != nil {
		return err
	}
	return check(C.slo_alert_acknowledge((*C.slo_alert)(at), C.uint32_t(severity), C.int64_t(nowNs)))
}

// Read is the state of one severity. Any goroutine. ErrRange.
func (v *Alert) Read(severity uint32) (AlertStatus, error) {
	var status AlertStatus
	at, err := v.open()
	if err == nil {
		err = check(C.slo_alert_read((*C.slo_alert)(at), C.uint32_t(severity), (*C.slo_alert_status)(sized(&status))))
	}
	return status, err
}

// Next is the transition with sequence number *cursor, which is moved on; begin with 0. Any goroutine,
// each with a cursor of its own. ErrNoData: none yet. ErrLost: it was overwritten, and the cursor is
// at the oldest one that is still there: call again.
func (v *Alert) Next(cursor *uint64) (Transition, error) {
	var transition Transition
	at, err := v.open()
	if err == nil {
		next := C.uint64_t(*cursor)
		err = check(C.slo_alert_next((*C.slo_alert)(at), &next, (*C.slo_transition)(sized(&transition))))
		*cursor = uint64(next)
	}
	return transition, err
}

// Detection is about how long after a healthy service begins to fail this severity fires. ErrNoData:
// never. ErrRange.
func (v *AlertConfig) Detection(severity uint32, requestsPerHour, errorPpb uint64) (int64, error) {
	var a arena
	defer a.done()
	var ns C.int64_t
	err := check(C.slo_alert_detection(v.c(&a), C.uint32_t(severity), C.uint64_t(requestsPerHour),
		C.uint64_t(errorPpb), &ns))
	return int64(ns), err
}
