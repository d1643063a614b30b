//go:build cgo

package slo

// #include "binding.h"
import "C"

// Version is major * 1000000 + minor * 1000 + patch of the C library in use.
func Version() uint32 { return uint32(C.slo_version()) }

// LibraryVersion is the same as text, "0.1.0"; VersionString is what this was compiled against.
func LibraryVersion() string { return C.GoString(C.slo_version_string()) }
