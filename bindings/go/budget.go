//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// MethodName is "occurrences", "timeslices", "ratio timeslices" or "unknown method".
func MethodName(method uint32) string { return C.GoString(C.slo_method_name(C.uint32_t(method))) }

// EvalBudget is the budget of counts alone, by occurrences. ErrNoData: nothing valid; the numbers
// mean nothing. ErrRange.
func EvalBudget(counts Counts, objectivePpb uint64) (Budget, error) {
	var budget Budget
	err := check(C.slo_budget_eval((*C.slo_counts)(unsafe.Pointer(&counts)), C.uint64_t(objectivePpb),
		(*C.slo_budget)(sized(&budget))))
	return budget, err
}

// c is the configuration for one call; a.err says what was closed.
func (v *BudgetConfig) c(a *arena) *C.slo_budget_config {
	c := new(C.slo_budget_config)
	v.set(a, c)
	return c
}

// asked is what a question about a window needs.
func (v *BudgetConfig) asked(a *arena, window *Window) (*C.slo_window, *C.slo_budget_config, error) {
	at, err := window.open()
	if err != nil {
		return nil, nil, err
	}
	c := v.c(a)
	return (*C.slo_window)(at), c, a.err
}

// Check says whether it is one. ErrRange, with the field.
func (v *BudgetConfig) Check() error {
	var a arena
	defer a.done()
	c := v.c(&a)
	if a.err != nil {
		return a.err
	}
	e := report()
	return checked(C.slo_budget_check(c, e), e)
}

// Read is the budget of a window. ErrNoData: no reading yet, or nothing valid in the period, then
// with the coverage that says why. ErrRange, ErrInvalid: a method that needs slices where there are
// none. Any goroutine.
func (v *BudgetConfig) Read(window *Window) (Budget, error) {
	var a arena
	defer a.done()
	var budget Budget
	w, c, err := v.asked(&a, window)
	if err == nil {
		err = check(C.slo_budget_read(w, c, (*C.slo_budget)(sized(&budget))))
	}
	return budget, err
}

// Cost is the share of the period's budget, in ppm, that was spent in (from, to], and the readings it
// was read from. Errors as Read. Any goroutine.
func (v *BudgetConfig) Cost(window *Window, fromNs, toNs int64) (uint64, Delta, error) {
	var a arena
	defer a.done()
	var cost C.uint64_t
	var incident Delta
	w, c, err := v.asked(&a, window)
	if err == nil {
		err = check(C.slo_budget_cost(w, c, C.int64_t(fromNs), C.int64_t(toNs), &cost,
			(*C.slo_delta)(sized(&incident))))
	}
	return uint64(cost), incident, err
}

// Burndown is what was left of the budget at n >= 1 moments, the last one now. Errors as Read. Any
// goroutine.
func (v *BudgetConfig) Burndown(window *Window, n int) ([]BudgetPoint, error) {
	var a arena
	defer a.done()
	w, c, err := v.asked(&a, window)
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, &Error{Status: ErrRange, Field: "n", Value: int64(n), Min: 1, Max: TimeMaxNs}
	}
	points := make([]BudgetPoint, n)
	err = check(C.slo_budget_burndown(w, c, C.size_t(n), (*C.slo_budget_point)(unsafe.Pointer(&points[0]))))
	if err != nil {
		return nil, err
	}
	return points, nil
}

// Forecast is where the budget goes at the burn of the last lookbackNs. ErrNoData, also when nothing
// valid was in those. Any goroutine.
func (v *BudgetConfig) Forecast(window *Window, lookbackNs, horizonNs int64) (Forecast, error) {
	var a arena
	defer a.done()
	var forecast Forecast
	w, c, err := v.asked(&a, window)
	if err == nil {
		err = check(C.slo_budget_forecast(w, c, C.int64_t(lookbackNs), C.int64_t(horizonNs),
			(*C.slo_forecast)(sized(&forecast))))
	}
	return forecast, err
}

// Explain says in some ten lines how the number of Read came about. Errors as Read; with ErrNoData
// the text says why. Any goroutine.
func (v *BudgetConfig) Explain(window *Window) (string, error) {
	var a arena
	defer a.done()
	w, c, err := v.asked(&a, window)
	if err != nil {
		return "", err
	}
	return measured(2048, func(b *C.char, size C.size_t) (C.size_t, error) {
		var length C.size_t
		err := check(C.slo_budget_explain(w, c, b, size, &length))
		return length, err
	})
}
