//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// recordersOfC is where slo_counter_record and slo_hist_record are, which the tests hold Go's recording
// against.
func recordersOfC() (counter, hist unsafe.Pointer) {
	return unsafe.Pointer(C.slo_counter_record), unsafe.Pointer(C.slo_hist_record)
}
