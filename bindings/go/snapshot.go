//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Snapshot is a reading of a histogram, in memory of its own. Methods that do not change it may run
// at the same time; Read, Merge, Subtract and Prepare need it for themselves.
type Snapshot struct{ object }

// SnapshotFootprint is how many bytes a snapshot of this histogram needs.
func SnapshotFootprint(hist *Hist) (int, error) {
	var a arena
	h, err := hist.open()
	if err != nil {
		return 0, err
	}
	return footprintOf(&a, func(size *C.size_t, _ *C.slo_error) C.slo_status {
		return C.slo_snapshot_footprint((*C.slo_hist)(h), size)
	})
}

// NewSnapshot makes an empty snapshot with the grid, range and thresholds of hist.
func NewSnapshot(hist *Hist) (*Snapshot, error) { return InitSnapshot(nil, hist) }

// InitSnapshot lays an empty snapshot out in memory, aligned to Align. ErrSpace, ErrInvalid.
func InitSnapshot(memory []byte, hist *Hist) (*Snapshot, error) {
	var a arena
	h, err := hist.open()
	if err != nil {
		return nil, err
	}
	o, err := lay(&a, memory, func(size *C.size_t, _ *C.slo_error) C.slo_status {
		return C.slo_snapshot_footprint((*C.slo_hist)(h), size)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_snapshot_init(memory, size, (*C.slo_hist)(h), e)
	})
	return made(&Snapshot{o}, err)
}

// AttachSnapshot opens a snapshot that was laid out in memory. ErrInvalid, ErrSpace, ErrVersion,
// ErrCorrupt.
func AttachSnapshot(memory []byte) (*Snapshot, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_snapshot_attach(at, size)
	})
	return made(&Snapshot{o}, err)
}

// Snapshot makes a snapshot and reads everything recorded so far. Any goroutine.
func (h *Hist) Snapshot() (*Snapshot, error) {
	s, err := NewSnapshot(h)
	if err == nil {
		err = s.Read(h)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Read replaces the contents by everything recorded in hist so far. ErrInvalid: another grid, range or
// thresholds.
func (v *Snapshot) Read(hist *Hist) error {
	at, err := v.open()
	if err != nil {
		return err
	}
	h, err := hist.open()
	if err != nil {
		return err
	}
	return check(C.slo_snapshot_read((*C.slo_snapshot)(at), (*C.slo_hist)(h)))
}

// Merge adds src. ErrInvalid: another grid, range or thresholds.
func (v *Snapshot) Merge(src *Snapshot) error {
	at, err := v.open()
	if err != nil {
		return err
	}
	s, err := src.open()
	if err != nil {
		return err
	}
	return check(C.slo_snapshot_merge((*C.slo_snapshot)(at), (*C.slo_snapshot)(s)))
}

// Subtract takes away src, an earlier reading of the same histogram. ErrRange, and nothing is changed,
// when src counts something that v does not; ErrInvalid.
func (v *Snapshot) Subtract(src *Snapshot) error {
	at, err := v.open()
	if err != nil {
		return err
	}
	s, err := src.open()
	if err != nil {
		return err
	}
	return check(C.slo_snapshot_subtract((*C.slo_snapshot)(at), (*C.slo_snapshot)(s)))
}

// Downscale is the same values at a coarser scale, exactly. ErrRange.
func (v *Snapshot) Downscale(scale uint32) (*Snapshot, error) {
	var a arena
	at, err := v.open()
	if err != nil {
		return nil, err
	}
	o, err := lay(&a, nil, func(size *C.size_t, _ *C.slo_error) C.slo_status {
		return C.slo_snapshot_downscale_footprint((*C.slo_snapshot)(at), C.uint32_t(scale), size)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_snapshot_downscale((*C.slo_snapshot)(at), C.uint32_t(scale), memory, size, e)
	})
	if err != nil {
		return nil, err
	}
	return &Snapshot{o}, nil
}

// Summarize counts what there is. ErrNoData when nothing is, with the summary all the same.
func (v *Snapshot) Summarize() (SnapshotSummary, error) {
	var summary SnapshotSummary
	at, err := v.open()
	if err == nil {
		err = check(C.slo_snapshot_summarize((*C.slo_snapshot)(at), (*C.slo_snapshot_summary)(sized(&summary))))
	}
	return summary, err
}

// Prepare makes Quantile constant-time, until the contents change next.
func (v *Snapshot) Prepare() error {
	at, err := v.open()
	if err != nil {
		return err
	}
	return check(C.slo_snapshot_prepare((*C.slo_snapshot)(at)))
}

// Quantile is one quantile, 0..10^9 parts per billion: nearest rank, the upper bound of its bucket.
// ErrNoData, ErrRange.
func (v *Snapshot) Quantile(quantilePpb uint32) (int64, error) {
	var value C.int64_t
	at, err := v.open()
	if err == nil {
		err = check(C.slo_snapshot_quantile((*C.slo_snapshot)(at), C.uint32_t(quantilePpb), &value))
	}
	return int64(value), err
}

// Quantiles is several, ascending, in one pass. ErrNoData, ErrRange.
func (v *Snapshot) Quantiles(quantilesPpb ...uint32) ([]int64, error) {
	at, err := v.open()
	if err != nil || len(quantilesPpb) == 0 {
		return nil, err
	}
	values := make([]int64, len(quantilesPpb))
	err = check(C.slo_snapshot_quantiles((*C.slo_snapshot)(at), (*C.uint32_t)(&quantilesPpb[0]),
		C.size_t(len(values)), (*C.int64_t)(&values[0])))
	if err != nil {
		return nil, err
	}
	return values, nil
}

// CountLE is how many values are surely <= value.
func (v *Snapshot) CountLE(value int64) (uint64, error) {
	var count C.uint64_t
	at, err := v.open()
	if err == nil {
		err = check(C.slo_snapshot_count_le((*C.slo_snapshot)(at), C.int64_t(value), &count))
	}
	return uint64(count), err
}

// Mean is sum / count over the values >= 0, for showing. ErrNoData.
func (v *Snapshot) Mean() (float64, error) {
	var mean C.double
	at, err := v.open()
	if err == nil {
		err = check(C.slo_snapshot_mean((*C.slo_snapshot)(at), &mean))
	}
	return float64(mean), err
}

// Threshold is as Hist.Threshold, at the time of the snapshot. ErrRange: there is none.
func (v *Snapshot) Threshold(index uint32) (threshold int64, within, beyond uint64, err error) {
	at, err := v.open()
	if err != nil {
		return 0, 0, 0, err
	}
	var t C.int64_t
	var w, b C.uint64_t
	err = check(C.slo_snapshot_threshold((*C.slo_snapshot)(at), C.uint32_t(index), &t, &w, &b))
	return int64(t), uint64(w), uint64(b), err
}

// Bucket is the i-th bucket, ascending. ErrRange: count up until then.
func (v *Snapshot) Bucket(i uint32) (Bucket, error) {
	var bucket Bucket
	at, err := v.open()
	if err == nil {
		err = check(C.slo_snapshot_bucket((*C.slo_snapshot)(at), C.uint32_t(i), (*C.slo_bucket)(sized(&bucket))))
	}
	return bucket, err
}
