//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// ParseRule reads "status>=500 || latency>300ms". ErrParse, with the offset in Value, ErrRange.
func ParseRule(text string) (Rule, error) {
	var rule Rule
	c, err := parsed(text, func(t *C.char, rule *C.slo_rule, e *C.slo_error) C.slo_status {
		sized(rule)
		return C.slo_rule_parse(t, rule, e)
	})
	if err == nil {
		rule.get(&c)
	}
	return rule, err
}

// Classify says whether the event is Good, Bad or Excluded.
func (v *Rule) Classify(event *Event) Outcome {
	var a arena // nothing to pin
	c := new(C.slo_rule)
	v.set(&a, c)
	return Outcome(C.slo_rule_classify(c, (*C.slo_event)(unsafe.Pointer(event))))
}
