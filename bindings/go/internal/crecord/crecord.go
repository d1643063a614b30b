// Package crecord records in C, for the tests: one by one, and from a thread that Go knows nothing of.
package crecord

// #cgo LDFLAGS: -pthread
// #include <pthread.h>
// #include <stdint.h>
// #include <stdlib.h>
//
// typedef struct crecord_work {
//   void (*counter_record)(void *, int32_t);
//   void (*hist_record)(void *, int64_t);
//   void *counter, *hist;
//   int64_t n;
//   pthread_t thread;
// } crecord_work;
//
// static void crecord_each(void *record, void *hist, const int64_t *values, size_t n) {
//   void (*one)(void *, int64_t) = (void (*)(void *, int64_t))record;
//   for (size_t i = 0; i < n; i++) one(hist, values[i]);
// }
//
// static void *crecord_run(void *context) {
//   crecord_work *w = context;
//   for (int64_t i = 0; i < w->n; i++) {
//     w->counter_record(w->counter, (int32_t)(i % 3));
//     w->hist_record(w->hist, i % 1000 * 1000000);
//   }
//   return NULL;
// }
//
// static crecord_work *crecord_start(void *counter_record, void *hist_record, void *counter,
//                                    void *hist, int64_t n) {
//   crecord_work *w = malloc(sizeof *w);
//   if (w == NULL) return NULL;
//   w->counter_record = (void (*)(void *, int32_t))counter_record;
//   w->hist_record = (void (*)(void *, int64_t))hist_record;
//   w->counter = counter;
//   w->hist = hist;
//   w->n = n;
//   if (pthread_create(&w->thread, NULL, crecord_run, w) == 0) return w;
//   free(w);
//   return NULL;
// }
//
// static int crecord_join(crecord_work *w) {
//   int failed = pthread_join(w->thread, NULL);
//   free(w);
//   return failed;
// }
import "C"

import (
	"runtime"
	"unsafe"
)

// Each calls record, slo_hist_record, for each value.
func Each(record, hist unsafe.Pointer, values []int64) {
	C.crecord_each(record, hist, (*C.int64_t)(unsafe.SliceData(values)), C.size_t(len(values)))
}

// Thread starts a thread that records n events into both, outcomes 0, 1, 2 by turns and latencies of 0
// to 999 ms; what it gives waits for it and says whether all went well.
func Thread(counterRecord, histRecord, counter, hist unsafe.Pointer, n int64) (wait func() bool) {
	var pin runtime.Pinner // the thread keeps their addresses
	pin.Pin(counter)
	pin.Pin(hist)
	work := C.crecord_start(counterRecord, histRecord, counter, hist, C.int64_t(n))
	return func() bool {
		defer pin.Unpin()
		return work != nil && C.crecord_join(work) == 0
	}
}
