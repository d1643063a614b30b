//go:build cgo

package slo

// #include "binding.h"
import "C"

// ParseObjective reads a percentage, "99.9" or "99.95%", exactly: 999000000 parts per billion.
// ErrParse, ErrRange.
func ParseObjective(text string) (uint64, error) {
	ppb, err := parsed(text, func(t *C.char, ppb *C.uint64_t, e *C.slo_error) C.slo_status {
		return C.slo_objective_parse(t, ppb, e)
	})
	return uint64(ppb), err
}

// ParseQuantileObjective reads "p99 <= 300ms": 99 % shall take at most 300 ms. ErrParse, ErrRange.
func ParseQuantileObjective(text string) (objectivePpb uint64, thresholdNs int64, err error) {
	var threshold C.int64_t
	ppb, err := parsed(text, func(t *C.char, ppb *C.uint64_t, e *C.slo_error) C.slo_status {
		return C.slo_objective_parse_quantile(t, ppb, &threshold, e)
	})
	return uint64(ppb), int64(threshold), err
}

// FormatObjective writes the shortest percentage without the sign, "99.95". ErrRange.
func FormatObjective(ppb uint64) (string, error) {
	return formatted(ObjectiveTextMax, func(b *C.char, size C.size_t) C.slo_status {
		return C.slo_objective_format(C.uint64_t(ppb), b, size)
	})
}
