//go:build cgo

package slo

// #include "binding.h"
import "C"

func compositeParts(a *arena, parts []CompositePart) (*C.slo_composite_part, C.uint32_t) {
	all := make([]C.slo_composite_part, len(parts))
	for i := range parts {
		parts[i].set(a, &all[i])
		if len(parts[i].Slices) != len(parts[0].Slices) {
			a.fail(ErrRange, "parts.slices (as many as of the first)", int64(len(parts[i].Slices)),
				int64(len(parts[0].Slices)), int64(len(parts[0].Slices)))
		}
	}
	return (*C.slo_composite_part)(pinned(a, all)), counted(len(parts))
}

// EvalComposite judges one SLO out of several as OpenSLO defines it, by a method, Method.. All parts
// have equally many slices, none for occurrences. ErrNoData: no part with data. ErrRange, with the
// field.
func EvalComposite(method uint32, objectivePpb uint64, parts []CompositePart) (Composite, error) {
	var a arena
	defer a.done()
	var composite Composite
	p, n := compositeParts(&a, parts)
	slices := 0
	if len(parts) > 0 {
		slices = len(parts[0].Slices)
	}
	if a.err != nil {
		return composite, a.err
	}
	e := report()
	err := checked(C.slo_composite_eval(C.uint32_t(method), C.uint64_t(objectivePpb), p, n, counted(slices),
		(*C.slo_composite)(sized(&composite)), e), e)
	return composite, err
}

// CompositeMean is the mean of the parts' SLIs in ppb, as Elastic defines it. Errors as EvalComposite.
func CompositeMean(parts []CompositePart) (uint64, error) {
	var a arena
	defer a.done()
	var mean C.uint64_t
	p, n := compositeParts(&a, parts)
	if a.err != nil {
		return 0, a.err
	}
	e := report()
	err := checked(C.slo_composite_mean(p, n, &mean, e), e)
	return uint64(mean), err
}
