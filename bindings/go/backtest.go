//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Backtest runs alert policies over a trace, in virtual time. One goroutine at a time.
type Backtest struct{ object }

func (v *BacktestConfig) c(a *arena) *C.slo_backtest_config {
	c := new(C.slo_backtest_config)
	v.set(a, c)
	return c
}

// BacktestFootprint is how many bytes it needs. ErrRange, with the field.
func BacktestFootprint(config BacktestConfig) (int, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_backtest_footprint(c, size, e)
	})
}

// NewBacktest makes one. ErrRange, with the field.
func NewBacktest(config BacktestConfig) (*Backtest, error) { return InitBacktest(nil, config) }

// InitBacktest lays one out in memory, aligned to Align. Also ErrSpace and ErrInvalid.
func InitBacktest(memory []byte, config BacktestConfig) (*Backtest, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_backtest_footprint(c, size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_backtest_init(memory, size, c, e)
	})
	return made(&Backtest{o}, err)
}

// Step takes what was counted in the slot that ends at endNs; the first call begins the history.
// ErrRange, ErrClock: nothing was taken.
func (v *Backtest) Step(endNs int64, slot Counts) error {
	at, err := v.open()
	if err != nil {
		return err
	}
	return check(C.slo_backtest_step((*C.slo_backtest)(at), C.int64_t(endNs), (*C.slo_counts)(unsafe.Pointer(&slot))))
}

// Restart is a restart of the service without memory that survives.
func (v *Backtest) Restart() error {
	at, err := v.open()
	if err != nil {
		return err
	}
	return check(C.slo_backtest_restart((*C.slo_backtest)(at)))
}

// Read is what a policy did. ErrNoData: nothing was judged yet. ErrRange: no such policy.
func (v *Backtest) Read(policy uint32) (BacktestResult, error) {
	var result BacktestResult
	at, err := v.open()
	if err == nil {
		err = check(C.slo_backtest_read((*C.slo_backtest)(at), C.uint32_t(policy), (*C.slo_backtest_result)(sized(&result))))
	}
	return result, err
}
