//go:build cgo

package slo

// #include "binding.h"
import "C"

import (
	"math/bits"
	"unsafe"
)

// Attempt is one user on one journey. It lives in the caller's request or session and may go from
// goroutine to goroutine, one of them at a time; nothing is recorded before its end. The zero Attempt
// is one at nothing, of which nothing is recorded.
type Attempt struct {
	journey *Journey
	words   attemptWords
}

type attemptWords struct {
	beginNs          int64
	good, bad, flags uint64
}

const _ = -(unsafe.Sizeof(attemptWords{}) ^ unsafe.Sizeof(C.go_attempt{}))

var attemptExcluded = uint64(C.go_attempt_excluded())

// Begin begins an attempt. v nil: an attempt at nothing.
func (v *Journey) Begin(nowNs int64) Attempt {
	return Attempt{v, attemptWords{beginNs: nowNs}}
}

// Step notes how a step went; when it is told again, as after a retry, the last word counts. Excluded:
// that was not ours to get right. A step or an outcome that is none is counted as unknown and changes
// nothing. ErrClosed and nothing else.
func (a *Attempt) Step(step uint32, outcome Outcome) error {
	if a.journey == nil {
		return nil
	}
	at, err := a.journey.open()
	if err != nil {
		return err
	}
	if step >= a.journey.steps || outcome < Good || outcome > Excluded {
		C.go_attempt_step((*C.slo_journey)(at), (*C.go_attempt)(unsafe.Pointer(&a.words)), C.uint32_t(step),
			C.slo_outcome(outcome))
		return nil
	}
	// as slo_attempt_step, without a call
	bit := bits.RotateLeft64(1, int(step))
	a.words.good &^= bit
	a.words.bad &^= bit
	switch outcome {
	case Good:
		a.words.good |= bit
	case Bad:
		a.words.bad |= bit
	}
	return nil
}

// Exclude says that it is no user's: a health check, a load test. At its end it is excluded.
func (a *Attempt) Exclude() { a.words.flags |= attemptExcluded }

// End ends it, records it, and says how it went: Good, Bad (a critical step failed, or it took too
// long) or Excluded (abandoned). Ending again does nothing and answers Excluded. ErrClosed and nothing
// else.
func (a *Attempt) End(nowNs int64) (Outcome, error) {
	if a.journey == nil {
		return Excluded, nil
	}
	at, err := a.journey.open()
	if err != nil {
		return Excluded, err
	}
	a.journey = nil
	w := &a.words
	return Outcome(C.go_attempt_end((*C.slo_journey)(at), C.int64_t(w.beginNs), C.uint64_t(w.good),
		C.uint64_t(w.bad), C.uint64_t(w.flags), C.int64_t(nowNs))), nil
}
