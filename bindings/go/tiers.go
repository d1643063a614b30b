//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// WindowTiers gives tiers that serve windows of these spans, each within 2 %, for WindowConfig.Tiers.
// ErrRange, ErrSpace, with the field.
func WindowTiers(spansNs []int64) ([]WindowTier, error) {
	var count C.uint32_t
	e := report()
	tiers := make([]WindowTier, WindowTiersMax)
	err := checked(C.slo_window_tiers((*C.int64_t)(unsafe.SliceData(spansNs)), C.size_t(len(spansNs)),
		(*C.slo_window_tier)(unsafe.Pointer(&tiers[0])), WindowTiersMax, &count, e), e)
	return tiers[:count], err
}
