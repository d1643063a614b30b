//go:build cgo

package slo

// #include "binding.h"
import "C"

import "time"

// Moments are int64 nanoseconds since the Unix epoch, 0 .. TimeMaxNs; durations are int64
// nanoseconds, which time.Duration is, too. libslo has no clock: Now is Go's.

// Now is this moment.
func Now() int64 { return time.Now().UnixNano() }

// Nanos is a moment of Go's. Outside of the years 1678 to 2262 the result means nothing.
func Nanos(t time.Time) int64 { return t.UnixNano() }

// Time is a moment for Go, in UTC.
func Time(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// CivilTime is the moment of a date and time of day in UTC. A leap second, 60, is the second after
// it. ErrRange.
func CivilTime(year, month, day, hour, minute, second, nanosecond int) (int64, error) {
	var at C.int64_t
	err := check(C.slo_time_civil(civil(year), civil(month), civil(day), civil(hour), civil(minute),
		civil(second), civil(nanosecond), &at))
	return int64(at), err
}

// civil is -1, which is no part of a date, for what C cannot be told.
func civil(part int) C.int32_t {
	if int(int32(part)) != part {
		return -1
	}
	return C.int32_t(part)
}

// parsed reads a text into a number.
func parsed[T any](text string, read func(*C.char, *T, *C.slo_error) C.slo_status) (T, error) {
	var a arena
	defer a.done()
	out, e, words := new(T), report(), a.words(text)
	if a.err != nil {
		return *out, a.err
	}
	err := checked(read(words, out, e), e)
	return *out, err
}

// ParseTime reads RFC 3339, "2015-05-17 22:27:00.5+02:00", or an integer with its unit,
// "1431894420s". ErrParse, with the offset in Value, and ErrRange.
func ParseTime(text string) (int64, error) {
	at, err := parsed(text, func(t *C.char, at *C.int64_t, e *C.slo_error) C.slo_status {
		return C.slo_time_parse(t, at, e)
	})
	return int64(at), err
}

// FormatTime writes RFC 3339 in UTC. ErrRange.
func FormatTime(ns int64) (string, error) {
	return formatted(TimeTextMax, func(b *C.char, size C.size_t) C.slo_status {
		return C.slo_time_format(C.int64_t(ns), b, size)
	})
}

// ParseSpan reads "30d", "1h30m", "250ms"; units w d h m s ms us ns. ErrParse, ErrRange.
func ParseSpan(text string) (int64, error) {
	span, err := parsed(text, func(t *C.char, span *C.int64_t, e *C.slo_error) C.slo_status {
		return C.slo_span_parse(t, span, e)
	})
	return int64(span), err
}

// FormatSpan writes a duration as ParseSpan reads it.
func FormatSpan(ns int64) (string, error) {
	return formatted(TimeTextMax, func(b *C.char, size C.size_t) C.slo_status {
		return C.slo_span_format(C.int64_t(ns), b, size)
	})
}
