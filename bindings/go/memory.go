//go:build cgo

package slo

// #include "binding.h"
import "C"

import (
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"unsafe"
)

// block is the memory of one object and its parts. Blocks hold no pointers, so they can lie in
// Go's memory: nothing has to be freed, and a goroutine that still uses an object while another
// closes it finds its memory as long as it needs it.
type block struct {
	memory []byte // aligned to Align
	closed atomic.Bool
}

// object is what handles have in common.
type object struct {
	block *block
	at    unsafe.Pointer // in the block's memory; a part begins later
	part  bool
}

// open gives the address for C, or ErrClosed. An argument of a call into C stays alive during it.
func (o *object) open() (unsafe.Pointer, error) {
	if o.block == nil || o.block.closed.Load() {
		return nil, ErrClosed
	}
	return o.at, nil
}

// Close ends the use of the object, of its parts and of everything made of its memory: from then on
// their methods answer ErrClosed. Closing again, or a part of something else, does nothing. Any
// goroutine, at any time; memory that the caller gave may be unmapped when no call is under way.
func (o *object) Close() error {
	if o.block != nil && !o.part {
		o.block.closed.Store(true)
	}
	return nil
}

// Memory is the object's block, for copies of it; nil after Close and of a part.
func (o *object) Memory() []byte {
	if _, err := o.open(); err != nil || o.part {
		return nil
	}
	return o.block.memory
}

func (o *object) within(offset C.size_t) object {
	return object{o.block, unsafe.Add(o.at, offset), true}
}

// aligned is zeroed memory that begins on a cache line. The collector neither moves it nor looks for
// pointers in it.
func aligned(size uintptr) []byte {
	words := make([]uint64, (size+Align-8+7)/8+1)
	start := unsafe.Pointer(unsafe.SliceData(words))
	skip := -uintptr(start) & (Align - 1)
	return unsafe.Slice((*byte)(unsafe.Add(start, skip)), size)
}

type (
	footprint func(size *C.size_t, e *C.slo_error) C.slo_status
	layout    func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status
)

// lay makes an object in the caller's memory, or in Go's when that is nil.
func lay(a *arena, memory []byte, need footprint, init layout) (object, error) {
	if a.err != nil {
		return object{}, a.err
	}
	e := report()
	if memory == nil {
		size, err := footprintOf(a, need)
		if err != nil {
			return object{}, err
		}
		memory = aligned(uintptr(size))
	}
	at := unsafe.Pointer(unsafe.SliceData(memory))
	if err := checked(init(at, C.size_t(len(memory)), e), e); err != nil {
		return object{}, err
	}
	return object{&block{memory: memory}, at, false}, nil
}

func footprintOf(a *arena, need footprint) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	e := report()
	size := new(C.size_t)
	if err := checked(need(size, e), e); err != nil {
		return 0, err
	}
	if uint64(*size) > math.MaxInt-2*Align {
		return 0, &Error{Status: ErrNoMemory, Min: 1}
	}
	return int(*size), nil
}

// attach opens what init laid out.
func attach(memory []byte, valid func(unsafe.Pointer, C.size_t) C.slo_status) (object, error) {
	at := unsafe.Pointer(unsafe.SliceData(memory))
	if err := check(valid(at, C.size_t(len(memory)))); err != nil {
		return object{}, err
	}
	return object{&block{memory: memory}, at, false}, nil
}

// arena keeps what a call into C looks at where it is, until done.
type arena struct {
	pin runtime.Pinner
	err error
}

func (a *arena) done() { a.pin.Unpin() }

// keep pins Go's memory; of other memory there is nothing to pin, which older releases of Go
// answer with a panic.
func (a *arena) keep(p unsafe.Pointer) (same unsafe.Pointer) {
	same = p
	defer func() { _ = recover() }()
	a.pin.Pin(p)
	return
}

func (a *arena) fail(status Status, field string, value, least, most int64) {
	if a.err == nil {
		a.err = &Error{Status: status, Field: field, Value: value, Min: least, Max: most}
	}
}

// text is terminated; "" is NULL, which says nothing.
func (a *arena) text(s string) *C.char {
	if s == "" {
		return nil
	}
	return a.words(s)
}

// words is the same for what must be said.
func (a *arena) words(s string) *C.char {
	if i := strings.IndexByte(s, 0); i >= 0 {
		a.fail(ErrInvalid, "text (a zero byte in it)", int64(i), 1, 0)
	}
	terminated := make([]byte, len(s)+1)
	copy(terminated, s)
	return (*C.char)(pinned(a, terminated))
}

// chars writes into a struct's own text.
func (a *arena) chars(to []C.char, s, field string) {
	if i := strings.IndexByte(s, 0); i >= 0 {
		a.fail(ErrInvalid, field+" (a zero byte in it)", int64(i), 1, 0)
	}
	if len(s) >= len(to) {
		a.fail(ErrRange, field+" (bytes)", int64(len(s)), 0, int64(len(to)-1))
		return
	}
	for i := range to {
		to[i] = 0
	}
	for i := 0; i < len(s); i++ {
		to[i] = C.char(s[i])
	}
}

func (a *arena) count(n int) C.uint32_t { return counted(n) }

// block is the address of another object.
func (a *arena) block(o *object) unsafe.Pointer {
	p, err := o.open()
	if err != nil {
		if a.err == nil {
			a.err = err
		}
		return nil
	}
	return a.keep(p)
}

func pinned[T any](a *arena, s []T) unsafe.Pointer {
	if len(s) == 0 {
		return nil
	}
	return a.keep(unsafe.Pointer(unsafe.SliceData(s)))
}

// made is nil on an error.
func made[T any](v *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}
