//go:build cgo && slo_system

package slo

// #cgo CFLAGS: -std=c11 -DSLO_SYSTEM
// #cgo pkg-config: slo
import "C"
