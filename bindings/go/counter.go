//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Outcome is what an event was: Good, Bad or Excluded.
type Outcome int32

// Counter counts good, bad and excluded events from any goroutine. It only grows; what happened in a
// window is the difference of two readings (Window). Recording is a check and one atomic add, without
// a call into C, on the rows that threads of C share (slo/shard.h), so both may record at a time, in
// several processes, too.
type Counter struct {
	object
	rows rows
}

// c: recording from Go goes to the shared rows, of which there are as many as suit goroutines, unless
// the configuration says something else.
func (v CounterConfig) c() *C.slo_counter_config {
	if v.Path == PathAuto && v.Shards == 0 && v.CPUs == 0 {
		v.Shards = goShards()
	}
	return (*C.slo_counter_config)(sized(&v))
}

// CounterFootprint is how many bytes a counter of this configuration needs.
// ErrRange, with the field.
func CounterFootprint(config CounterConfig) (int, error) {
	var a arena
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_counter_footprint(config.c(), size, e)
	})
}

// NewCounter makes a counter; the zero CounterConfig is the default. ErrRange, with the field.
func NewCounter(config CounterConfig) (*Counter, error) { return InitCounter(nil, config) }

// InitCounter lays a counter out in memory, shared or mapped, aligned to Align. Also ErrSpace and
// ErrInvalid.
func InitCounter(memory []byte, config CounterConfig) (*Counter, error) {
	var a arena
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_counter_footprint(config.c(), size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_counter_init(memory, size, config.c(), e)
	})
	if err != nil {
		return nil, err
	}
	return counterOf(o)
}

// AttachCounter opens a counter that another process, or this one, laid out in memory. ErrInvalid,
// ErrSpace, ErrVersion, ErrCorrupt.
func AttachCounter(memory []byte) (*Counter, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_counter_attach(at, size)
	})
	if err != nil {
		return nil, err
	}
	return counterOf(o)
}

// counterOf reads where the shared rows are, once.
func counterOf(o object) (*Counter, error) {
	if word32(o.at, blockMagicAt) != counterMagic || word32(o.at, blockLayoutAt) != counterLayout {
		return nil, &Error{Status: ErrVersion, Min: 1} // the system's libslo is not the one this was made for
	}
	return &Counter{o, rowsOf(unsafe.Add(o.at, counterRowsAt), counterRow, word64(o.at, counterSharedAt))}, nil
}

// Record counts one event. An outcome that is none of Good, Bad and Excluded is counted apart
// (CounterTally.Unknown). Any goroutine. ErrClosed and nothing else.
func (c *Counter) Record(outcome Outcome) error {
	if c.block == nil || c.block.closed.Load() {
		return ErrClosed
	}
	cell := uint64(uint32(outcome))
	if cell > uint64(Excluded) {
		cell = counterUnknown
	}
	add(c.rows.here(), cell, 1)
	return nil
}

// RecordMany counts a batch: one add for each of good, bad and excluded that is not 0. Any goroutine.
func (c *Counter) RecordMany(counts Counts) error {
	if _, err := c.open(); err != nil {
		return err
	}
	for cell, n := range [...]uint64{Good: counts.Good, Bad: counts.Bad, Excluded: counts.Excluded} {
		if n != 0 {
			add(c.rows.here(), uint64(cell), n)
		}
	}
	return nil
}

// RecordLate notes that n events, recorded by the calls above, came after their slice was closed.
func (c *Counter) RecordLate(n uint64) error {
	if _, err := c.open(); err != nil {
		return err
	}
	add(c.rows.here(), counterLate, n)
	return nil
}

// Read sums the rows. Every event recorded before the call is in it; one recorded meanwhile may be.
// Any goroutine.
func (c *Counter) Read() (CounterTally, error) {
	var tally CounterTally
	at, err := c.open()
	if err == nil {
		err = check(C.slo_counter_read((*C.slo_counter)(at), (*C.slo_counter_tally)(sized(&tally))))
	}
	return tally, err
}
