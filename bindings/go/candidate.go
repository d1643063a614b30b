//go:build cgo

package slo

// #include "binding.h"
import "C"

// Eval holds the target against the past. ErrNoData: nothing valid. ErrRange, with the field.
func (v *CandidateConfig) Eval() (Candidate, error) {
	var a arena
	defer a.done()
	var candidate Candidate
	c := new(C.slo_candidate_config)
	v.set(&a, c)
	if a.err != nil {
		return candidate, a.err
	}
	e := report()
	err := checked(C.slo_candidate_eval(c, nil, (*C.slo_candidate)(sized(&candidate)), e), e)
	return candidate, err
}

// Format says it to people who do not read numbers.
func (v Candidate) Format() string {
	text, _ := measured(CandidateTextMax, func(b *C.char, size C.size_t) (C.size_t, error) {
		return C.slo_candidate_format((*C.slo_candidate)(sized(&v)), b, size), nil
	})
	return text
}
