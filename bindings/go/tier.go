//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Format gives the name of a tier, "1h/5m".
func (v AlertTier) Format() (string, error) {
	return formatted(AlertTierTextMax, func(b *C.char, size C.size_t) C.slo_status {
		return C.slo_alert_tier_format((*C.slo_alert_tier)(unsafe.Pointer(&v)), b, size)
	})
}
