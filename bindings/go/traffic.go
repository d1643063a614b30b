//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Traffic is a service that does not exist, in virtual time. One goroutine at a time.
type Traffic struct{ object }

func (v *TrafficConfig) c(a *arena) *C.slo_traffic_config {
	c := new(C.slo_traffic_config)
	v.set(a, c)
	return c
}

// TrafficFootprint is how many bytes it needs. ErrRange, with the field.
func TrafficFootprint(config TrafficConfig) (int, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_traffic_footprint(c, size, e)
	})
}

// NewTraffic makes one. ErrRange, with the field.
func NewTraffic(config TrafficConfig) (*Traffic, error) { return InitTraffic(nil, config) }

// InitTraffic lays one out in memory, aligned to Align. Also ErrSpace and ErrInvalid.
func InitTraffic(memory []byte, config TrafficConfig) (*Traffic, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_traffic_footprint(c, size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_traffic_init(memory, size, c, e)
	})
	return made(&Traffic{o}, err)
}

// AttachTraffic opens one that was laid out in memory, a copy too: it goes on with the same slots.
// ErrInvalid, ErrSpace, ErrVersion, ErrCorrupt.
func AttachTraffic(memory []byte) (*Traffic, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_traffic_attach(at, size)
	})
	return made(&Traffic{o}, err)
}

// Next draws the next slot. ErrNoData: virtual time has ended.
func (v *Traffic) Next() (TrafficSlot, error) {
	var slot TrafficSlot
	at, err := v.open()
	if err == nil {
		err = check(C.slo_traffic_next((*C.slo_traffic)(at), (*C.slo_traffic_slot)(unsafe.Pointer(&slot))))
	}
	return slot, err
}

// Replica is how many of the newest slot a replica had. ErrRange, ErrNoData: none was drawn.
func (v *Traffic) Replica(replica uint32) (Counts, error) {
	var counts Counts
	at, err := v.open()
	if err == nil {
		err = check(C.slo_traffic_replica((*C.slo_traffic)(at), C.uint32_t(replica), (*C.slo_counts)(unsafe.Pointer(&counts))))
	}
	return counts, err
}
