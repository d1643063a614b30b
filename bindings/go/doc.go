// Package slo is SLI/SLO math inside the process: it records every request in nanoseconds and says at
// any moment how much error budget is left, how fast it burns, and whether somebody should be woken.
//
// It is libslo, a C library, through cgo; its source lies beside the Go files, so go get is all there
// is to install but a C compiler. With the build tag slo_system it uses the installed library
// (pkg-config slo) instead. Counters and histograms are recorded into without a call into C.
//
// The types and constants are those of libslo's headers, which are the contract. Integers stay
// integers: moments and durations are int64 nanoseconds (Time, Nanos, time.Duration), ratios parts per
// billion or million. Configurations are plain structs whose zero value is the default; pointers to
// objects in them must outlive the call only.
//
// Errors are *Error, with the offending field, its value and its range; errors.Is(err, ErrNoData) asks
// for a status. After Close every method answers ErrClosed.
//
// Every object is one flat block. NewX puts it into Go's memory, so nothing has to be freed; InitX and
// AttachX use the caller's, aligned to Align, such as a shared mapping of a file, for objects that
// survive the process or are shared with others: syscall.Mmap gives it, and it may be unmapped after
// Close, when no call is under way.
package slo
