//go:build cgo

package slo

// #include "binding.h"
import "C"

import (
	"math/bits"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// ShardPath is what PathAuto means in this process for recording in C: PathShared or PathCPU.
func ShardPath() uint32 { return uint32(C.slo_shard_path()) }

// rows is where the shared rows of a block are.
type rows struct {
	at     unsafe.Pointer
	stride uintptr
	shift  uint // 64 minus the bits of their number
}

func rowsOf(at unsafe.Pointer, stride, count uint64) rows {
	return rows{at, uintptr(stride), uint(64 - bits.TrailingZeros64(count))}
}

// here is the goroutine's row, by a hash of the place of its stack, which tells those that run at the
// same time apart, mostly: stacks side by side have rows far apart. Two goroutines may meet on a row,
// which costs speed and nothing else.
func (r *rows) here() unsafe.Pointer {
	var here byte
	hash := uint64(uintptr(unsafe.Pointer(&here))>>11) * 0x9e3779b97f4a7c15
	return unsafe.Add(r.at, uintptr(hash>>r.shift)*r.stride)
}

// add is the one way in which Go changes a cell.
func add(row unsafe.Pointer, cell uint64, n uint64) {
	atomic.AddUint64((*uint64)(unsafe.Add(row, cell*8)), n)
}

// goShards is how many shared rows suit goroutines: four for each processor, so that they seldom meet.
func goShards() uint32 {
	n := 4 << bits.Len(uint(runtime.NumCPU()-1))
	if n > ShardsMax {
		return ShardsMax
	}
	return uint32(n)
}

func word32(at unsafe.Pointer, offset uintptr) uint32 { return *(*uint32)(unsafe.Add(at, offset)) }
func word64(at unsafe.Pointer, offset uintptr) uint64 { return *(*uint64)(unsafe.Add(at, offset)) }
