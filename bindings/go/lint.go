//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// LintName is the name of a finding's code, "dead tier"; "unknown finding" for one that is none.
func LintName(code uint32) string { return C.GoString(C.slo_lint_name(C.uint32_t(code))) }

// LintReason is why it hurts; "" for a code that is none.
func LintReason(code uint32) string { return C.GoString(C.slo_lint_reason(C.uint32_t(code))) }

// LintLevel is LintError, LintWarning or LintNote; 0 for a code that is none.
func LintLevel(code uint32) uint32 { return uint32(C.slo_lint_level(C.uint32_t(code))) }

// Format writes one line.
func (v *Finding) Format() string {
	var a arena
	c := new(C.slo_finding)
	v.set(&a, c)
	text, _ := measured(FindingTextMax, func(b *C.char, size C.size_t) (C.size_t, error) {
		return C.slo_finding_format(c, b, size), nil
	})
	return text
}

// findings asks again when there were more than expected.
func findings(look func(found *C.slo_finding, capacity C.uint32_t, count *C.uint32_t, e *C.slo_error) C.slo_status) ([]Finding, error) {
	var count C.uint32_t
	found := make([]C.slo_finding, 32)
	for {
		e := report()
		sizedAll(found)
		if err := checked(look(&found[0], counted(len(found)), &count, e), e); err != nil {
			return nil, err
		}
		if int(count) <= len(found) {
			break
		}
		found = make([]C.slo_finding, count)
	}
	all := make([]Finding, count)
	for i := range all {
		all[i].get(&found[i])
	}
	return all, nil
}

// Lint looks at the tiers of an alert. field is what it is called, "" for "tiers[0]..";
// requestsPerHour 0: not known. ErrRange, ErrInvalid, with the field.
func (v *AlertConfig) Lint(requestsPerHour uint64, field string) ([]Finding, error) {
	var a arena
	defer a.done()
	c, name := v.c(&a), a.text(field)
	if a.err != nil {
		return nil, a.err
	}
	return findings(func(found *C.slo_finding, capacity C.uint32_t, count *C.uint32_t, e *C.slo_error) C.slo_status {
		return C.slo_lint_alert(c, C.uint64_t(requestsPerHour), name, found, capacity, count, e)
	})
}

// Lint looks at all of a definition; nowNs is for overdue reviews, 0: not looked for. ErrInvalid.
func (v *DefinitionConfig) Lint(nowNs int64) ([]Finding, error) {
	var a arena
	defer a.done()
	c := v.c(&a)
	if a.err != nil {
		return nil, a.err
	}
	return findings(func(found *C.slo_finding, capacity C.uint32_t, count *C.uint32_t, e *C.slo_error) C.slo_status {
		return C.slo_lint_definition(c, C.int64_t(nowNs), found, capacity, count, e)
	})
}

// LintMethods says whether the ways of counting disagree on this window. Errors as Read.
func (v *BudgetConfig) LintMethods(window *Window, field string) ([]Finding, error) {
	var a arena
	defer a.done()
	w, c, err := v.asked(&a, window)
	name := a.text(field)
	if err == nil {
		err = a.err
	}
	if err != nil {
		return nil, err
	}
	return findings(func(found *C.slo_finding, capacity C.uint32_t, count *C.uint32_t, e *C.slo_error) C.slo_status {
		return C.slo_lint_methods(w, c, name, found, capacity, count, e)
	})
}

// Lint looks at what a file of another tool says. ErrParse, with the field.
func (v *Written) Lint() ([]Finding, error) {
	var a arena
	defer a.done()
	c := new(C.slo_written)
	v.set(&a, c)
	if a.err != nil {
		return nil, a.err
	}
	return findings(func(found *C.slo_finding, capacity C.uint32_t, count *C.uint32_t, e *C.slo_error) C.slo_status {
		return C.slo_lint_written((*C.slo_written)(unsafe.Pointer(c)), found, capacity, count, e)
	})
}
