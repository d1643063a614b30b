//go:build cgo && !slo_system

package slo

// #cgo CFLAGS: -std=c11
// #cgo LDFLAGS: -lm
import "C"
