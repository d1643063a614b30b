//go:build cgo

package slo

// #include "binding.h"
import "C"

import (
	"math/bits"
	"unsafe"
)

// Hist is a histogram of integers, usually latencies in nanoseconds, with exact counts at its
// thresholds. It only grows and is read through a Snapshot. Recording is up to three atomic adds,
// without a call into C, on the rows that threads of C share (slo/shard.h).
type Hist struct {
	object
	rows rows
	// as in src/record/hist.h: values low .. low + span - 1 have buckets
	low       uint64
	span      uint64
	bias      uint64
	scale     uint64
	entries   unsafe.Pointer
	intervals uint64
	threshold int64 // the first one
	above     unsafe.Pointer
	lowest    uint64
	first     uint64
	buckets   uint64
}

// choose is as in counter.go.
func (v *HistConfig) choose(c *C.slo_hist_config) {
	if v.Path == PathAuto && v.Shards == 0 && v.CPUs == 0 {
		c.shards = C.uint32_t(goShards())
	}
}

func (v *HistConfig) c(a *arena) *C.slo_hist_config {
	c := new(C.slo_hist_config)
	v.set(a, c)
	return c
}

// HistFootprint is how many bytes a histogram of this configuration needs. ErrRange, with the field.
func HistFootprint(config HistConfig) (int, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_hist_footprint(c, size, e)
	})
}

// NewHist makes a histogram; the zero HistConfig is the default. ErrRange, with the field.
func NewHist(config HistConfig) (*Hist, error) { return InitHist(nil, config) }

// InitHist lays a histogram out in memory, shared or mapped, aligned to Align. Also ErrSpace and
// ErrInvalid.
func InitHist(memory []byte, config HistConfig) (*Hist, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_hist_footprint(c, size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_hist_init(memory, size, c, e)
	})
	if err != nil {
		return nil, err
	}
	return histOf(o)
}

// AttachHist opens a histogram that another process, or this one, laid out in memory. ErrInvalid,
// ErrSpace, ErrVersion, ErrCorrupt.
func AttachHist(memory []byte) (*Hist, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_hist_attach(at, size)
	})
	if err != nil {
		return nil, err
	}
	return histOf(o)
}

// histOf reads what recording needs of the block, once: attach has validated it.
func histOf(o object) (*Hist, error) {
	if word32(o.at, blockMagicAt) != histMagic || word32(o.at, blockLayoutAt) != histLayout {
		return nil, &Error{Status: ErrVersion, Min: 1} // the system's libslo is not the one this was made for
	}
	h := &Hist{
		object: o,
		rows: rowsOf(unsafe.Add(o.at, word64(o.at, histRowsAtAt)), word64(o.at, histStrideAt),
			word64(o.at, histSharedAt)),
		low: word64(o.at, histLowAt), span: word64(o.at, histRangeAt),
		bias: word64(o.at, histBiasAt), scale: word64(o.at, histScaleAt),
		entries:   unsafe.Add(o.at, histEntriesAt),
		intervals: word64(o.at, histIntervalsAt),
		lowest:    word64(o.at, histLowestAt),
		first:     word64(o.at, histFirstAt), buckets: word64(o.at, histBucketsAt),
	}
	// behind the entries, 2^(scale+1) of them, and 2^scale bounds
	h.above = unsafe.Add(h.entries, uintptr(3*8)<<h.scale)
	if h.intervals != 0 {
		h.threshold = *(*int64)(h.above)
	}
	return h, nil
}

// index is the bucket of 1 <= value < 2^53, as in src/record/bucket.h.
func (h *Hist) index(value uint64) uint64 {
	zeros := uint64(bits.LeadingZeros64(value))
	octave := 63 - zeros
	leading := value << (zeros & 63) >> 11 // 2^52 + the mantissa
	entry := leading>>((51-h.scale)&63) - 2<<(h.scale&63)
	return octave<<(h.scale&63) + (leading+*(*uint64)(unsafe.Add(h.entries, entry*8)))>>52
}

// interval is how many thresholds the value is above.
func (h *Hist) interval(value int64) uint64 {
	var above uint64
	for i := uint64(1); i < h.intervals; i++ {
		if value > *(*int64)(unsafe.Add(h.above, (i-1)*8)) {
			above++
		}
	}
	return above
}

// outside is the cell of a value that may have no bucket, as sloi_shape_cell of C.
func (h *Hist) outside(value int64) uint64 {
	v := uint64(value)
	if v-1 < HistValueMax {
		if bucket := h.index(v) - h.first; bucket < h.buckets {
			return h.bias + h.first + bucket
		}
		if v < h.lowest {
			return rowUnderflow
		}
		return rowOverflow
	}
	if value == 0 {
		return rowZero
	}
	if value < 0 {
		return rowNegative
	}
	return rowOverflow
}

func (h *Hist) recordTimes(value int64, n uint64) {
	row := h.rows.here()
	add(row, h.outside(value), n)
	if value > 0 {
		add(row, rowSum, uint64(value)*n)
	}
	if h.intervals != 0 {
		add(row, rowIntervals+h.interval(value), n)
	}
}

// Record records one value, any int64, in the integer unit of HistConfig.PerUnit: nanoseconds, as a
// rule. Nothing is dropped: values without a bucket have cells of their own. Any goroutine. ErrClosed
// and nothing else.
func (h *Hist) Record(value int64) error {
	if h.block == nil || h.block.closed.Load() {
		return ErrClosed
	}
	if uint64(value)-h.low >= h.span || h.intervals > 2 {
		h.recordTimes(value, 1)
		return nil
	}
	// every cell is found before the first add: a load behind a locked instruction waits for it
	row := h.rows.here()
	intervals, interval := h.intervals, uint64(rowIntervals)
	if value > h.threshold {
		interval++
	}
	add(row, h.bias+h.index(uint64(value)), 1)
	add(row, rowSum, uint64(value))
	if intervals != 0 {
		add(row, interval, 1)
	}
	return nil
}

// RecordTimes records the same value n times at the cost of once. Any goroutine.
func (h *Hist) RecordTimes(value int64, n uint64) error {
	if _, err := h.open(); err != nil {
		return err
	}
	h.recordTimes(value, n)
	return nil
}

// RecordMany records a batch by one call into C, which adds the sum and the thresholds once for all
// of them, on the rows that suit C. Any goroutine.
func (h *Hist) RecordMany(values []int64) error {
	at, err := h.open()
	if err != nil || len(values) == 0 {
		return err
	}
	C.slo_hist_record_many((*C.slo_hist)(at), (*C.int64_t)(unsafe.SliceData(values)), C.size_t(len(values)))
	return nil
}

// Path is PathCPU when C records into rows of processors in this block, else PathShared; 0 when
// closed.
func (h *Hist) Path() uint32 {
	at, err := h.open()
	if err != nil {
		return 0
	}
	return uint32(C.slo_hist_path((*C.slo_hist)(at)))
}

// Threshold is the index-th threshold, and how many of the events recorded so far were at most it and
// above it, exactly. Any goroutine. ErrRange: there is none.
func (h *Hist) Threshold(index uint32) (threshold int64, within, beyond uint64, err error) {
	at, err := h.open()
	if err != nil {
		return 0, 0, 0, err
	}
	var t C.int64_t
	var w, b C.uint64_t
	err = check(C.slo_hist_threshold((*C.slo_hist)(at), C.uint32_t(index), &t, &w, &b))
	return int64(t), uint64(w), uint64(b), err
}
