//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// SLICodes is the codes of a protocol, Protocol.. ErrRange: no such protocol.
func SLICodes(protocol uint32) ([]Code, error) {
	var codes *C.slo_code
	var count C.uint32_t
	if err := check(C.slo_sli_codes(C.uint32_t(protocol), &codes, &count)); err != nil {
		return nil, err
	}
	return append([]Code(nil), unsafe.Slice((*Code)(unsafe.Pointer(codes)), count)...), nil
}

// SLIKindName is "availability", or "unknown indicator".
func SLIKindName(kind uint32) string { return C.GoString(C.slo_sli_kind_name(C.uint32_t(kind))) }

func (v *SLI) c() *C.slo_sli {
	var a arena // nothing to pin
	c := new(C.slo_sli)
	v.set(&a, c)
	return c
}

// Check says whether it is one. ErrRange, with the field, ErrInvalid.
func (v *SLI) Check() error {
	e := report()
	return checked(C.slo_sli_check(v.c(), e), e)
}

// Classify says whether the event is Good, Bad or Excluded; v is taken as checked.
func (v *SLI) Classify(event *Event) Outcome {
	return Outcome(C.slo_sli_classify(v.c(), (*C.slo_event)(unsafe.Pointer(event))))
}

// Format writes the rule as a sentence. Errors as Check.
func (v *SLI) Format() (string, error) {
	c := v.c()
	return formatted(SLITextMax, func(b *C.char, size C.size_t) C.slo_status {
		return C.slo_sli_format(c, b, size)
	})
}
