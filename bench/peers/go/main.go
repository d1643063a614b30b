// Records the values of bench_record.c, by ours and by others; prints a line for each case: name,
// threads, ns a record.
package main

import (
	"context"
	"fmt"
	"runtime"
	"sort"
	"sync"
	"time"

	slo "github.com/libslo/libslo/bindings/go"
	"github.com/prometheus/client_golang/prometheus"
	sdk "go.opentelemetry.io/otel/sdk/metric"
)

const (
	n      = 100_000
	rounds = 21
)

// nanoseconds, and the same in seconds
func values() (ns []int64, seconds []float64) {
	state := uint64(1)
	for i := 0; i < 4096; i++ {
		state = state*6364136223846793005 + 1442695040888963407
		octave := uint64(1000) << ((state >> 33) % 20)
		ns = append(ns, int64(octave+(state>>20)%octave))
		seconds = append(seconds, float64(ns[i])/1e9)
	}
	return ns, seconds
}

type peer struct {
	name   string
	record func(n int)
}

// over records n of the values, again and again.
func over[T any](v []T, record func(T)) func(int) {
	return func(n int) {
		for i := 0; i < n; i++ {
			record(v[i%len(v)])
		}
	}
}

func once(threads int, record func(n int)) float64 {
	var wait sync.WaitGroup
	start := time.Now()
	for t := 0; t < threads; t++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			record(n)
		}()
	}
	wait.Wait()
	return float64(time.Since(start).Nanoseconds()) / n
}

// measure lets all of them take turns, so that a machine whose speed drifts slows all alike.
func measure(peers []peer) {
	for _, threads := range []int{1, runtime.GOMAXPROCS(0)} {
		ns := make([][]float64, len(peers))
		for round := -1; round < rounds; round++ {
			for i, p := range peers {
				if took := once(threads, p.record); round >= 0 {
					ns[i] = append(ns[i], took)
				}
			}
		}
		for i, p := range peers {
			sort.Float64s(ns[i])
			fmt.Printf("%s\t%d\t%.2f\n", p.name, threads, ns[i][rounds/2])
		}
	}
}

func main() {
	if runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2)
	}
	ns, seconds := values()
	hist, err := slo.NewHist(slo.HistConfig{Thresholds: []int64{300000000}})
	if err != nil {
		panic(err)
	}
	peers := []peer{{"libslo Go, sum and one threshold", over(ns, func(x int64) { _ = hist.Record(x) })}}
	counter, err := slo.NewCounter(slo.CounterConfig{})
	if err != nil {
		panic(err)
	}
	peers = append(peers, peer{"libslo Go, counter", over(ns, func(int64) { _ = counter.Record(slo.Good) })})
	classic := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "a"})
	peers = append(peers, peer{"client_golang, classic histogram", over(seconds, classic.Observe)})
	native := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "b", NativeHistogramBucketFactor: 1.1})
	peers = append(peers, peer{"client_golang, native histogram", over(seconds, native.Observe)})
	reader := sdk.NewManualReader()
	view := sdk.NewView(sdk.Instrument{Name: "*"},
		sdk.Stream{Aggregation: sdk.AggregationBase2ExponentialHistogram{MaxSize: 160, MaxScale: 20}})
	provider := sdk.NewMeterProvider(sdk.WithReader(reader), sdk.WithView(view))
	exponential, err := provider.Meter("bench").Float64Histogram("c")
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	peers = append(peers, peer{"OpenTelemetry Go, exponential histogram", over(seconds, func(x float64) { exponential.Record(ctx, x) })})
	measure(peers)
}
