//go:build !cgo

package slo

// This does not compile: without cgo there is no libslo to talk to.
const _ = libslo_is_C__set_CGO_ENABLED_to_1_and_install_a_C_compiler
