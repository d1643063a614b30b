//go:build cgo

package slo

// #include "binding.h"
import "C"

import (
	"errors"
	"math"
	"unsafe"
)

// ErrClosed is what every method of an object answers after Close.
var ErrClosed = errors.New("slo: closed")

// Status is what a function of libslo answered: one of the Err constants. It is an error, for
// errors.Is(err, slo.ErrNoData); what functions return is an *Error that wraps it.
type Status int32

// Error gives the English text of a status, or "unknown status".
func (s Status) Error() string { return C.GoString(C.slo_strerror(C.slo_status(s))) }

// Name gives the name in C, "SLO_ENODATA", or "SLO_UNKNOWN".
func (s Status) Name() string { return C.GoString(C.slo_status_name(C.slo_status(s))) }

// Error is what was wrong.
type Error struct {
	Status Status
	// the offending field as C names it, "tiers[2].factor_ppm"; "" where there is none to name
	Field string
	// what it was; for ErrParse the offset in bytes of the first character that could not be read
	Value int64
	// the allowed range, both inclusive; Min > Max: there is none to name
	Min, Max int64
}

// Error gives one line, "tiers[2].factor_ppm: 0 is not in 1..1000000000000000 (value out of range)".
func (e *Error) Error() string {
	if e.Field == "" {
		return e.Status.Error()
	}
	c := C.slo_error{struct_size: C.sizeof_slo_error, status: C.slo_status(e.Status)}
	c.value, c.min, c.max = C.int64_t(e.Value), C.int64_t(e.Min), C.int64_t(e.Max)
	for i := 0; i < len(e.Field) && i < len(c.field)-1; i++ {
		c.field[i] = C.char(e.Field[i])
	}
	var line [256]C.char
	n := C.slo_error_format(&c, &line[0], C.size_t(len(line)))
	return C.GoStringN(&line[0], C.int(min64(int64(n), int64(len(line)-1))))
}

// Unwrap gives the Status.
func (e *Error) Unwrap() error { return e.Status }

func report() *C.slo_error {
	return &C.slo_error{struct_size: C.sizeof_slo_error}
}

func check(status C.slo_status) error {
	if status == C.SLO_OK {
		return nil
	}
	return &Error{Status: Status(status), Min: 1}
}

func checked(status C.slo_status, e *C.slo_error) error {
	if status == C.SLO_OK {
		return nil
	}
	if e.status != status {
		return check(status)
	}
	return &Error{
		Status: Status(status), Field: chars(e.field[:]),
		Value: int64(e.value), Min: int64(e.min), Max: int64(e.max),
	}
}

// chars reads a terminated text.
func chars(text []C.char) string {
	for i, c := range text {
		if c == 0 {
			return C.GoStringN(&text[0], C.int(i))
		}
	}
	return C.GoStringN(&text[0], C.int(len(text)))
}

func min64(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// formatted calls what writes a text of at most size-1 bytes.
func formatted(size int, write func(buffer *C.char, size C.size_t) C.slo_status) (string, error) {
	buffer := make([]C.char, size)
	if err := check(write(&buffer[0], C.size_t(size))); err != nil {
		return "", err
	}
	return chars(buffer), nil
}

// measured calls what answers how long the whole text is, with a first guess of the size.
func measured(guess int, write func(buffer *C.char, size C.size_t) (C.size_t, error)) (string, error) {
	for {
		buffer := make([]C.char, guess)
		n, err := write(&buffer[0], C.size_t(guess))
		if int(n) < guess {
			return C.GoStringN(&buffer[0], C.int(n)), err
		}
		guess = int(n) + 1
	}
}

// sized fills in the size that results begin with.
func sized[T any](v *T) unsafe.Pointer {
	*(*uint32)(unsafe.Pointer(v)) = uint32(unsafe.Sizeof(*v))
	return unsafe.Pointer(v)
}

// sizedAll does that for all of an array.
func sizedAll[T any](v []T) unsafe.Pointer {
	for i := range v {
		sized(&v[i])
	}
	return unsafe.Pointer(unsafe.SliceData(v))
}

func counted(n int) C.uint32_t {
	if n > math.MaxUint32 {
		return math.MaxUint32
	}
	return C.uint32_t(n)
}
