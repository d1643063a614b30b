// Records the values of bench_record.c; prints a line for each case: name, threads, ns a record.
package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdk "go.opentelemetry.io/otel/sdk/metric"
)

const n = 500_000

func values() []float64 {
	state := uint64(1)
	out := make([]float64, 4096)
	for i := range out {
		state = state*6364136223846793005 + 1442695040888963407
		octave := uint64(1000) << ((state >> 33) % 20)
		out[i] = float64(octave+(state>>20)%octave) / 1e9
	}
	return out
}

func measure(name string, record func(float64)) {
	v := values()
	for _, threads := range []int{1, 2} {
		var wait sync.WaitGroup
		start := time.Now()
		for t := 0; t < threads; t++ {
			wait.Add(1)
			go func() {
				defer wait.Done()
				for i := 0; i < n; i++ {
					record(v[i%len(v)])
				}
			}()
		}
		wait.Wait()
		fmt.Printf("%s\t%d\t%.2f\n", name, threads, float64(time.Since(start).Nanoseconds())/n)
	}
}

func main() {
	runtime.GOMAXPROCS(2)
	classic := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "a"})
	measure("client_golang, classic histogram", classic.Observe)
	native := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "b", NativeHistogramBucketFactor: 1.1})
	measure("client_golang, native histogram", native.Observe)
	reader := sdk.NewManualReader()
	view := sdk.NewView(sdk.Instrument{Name: "*"},
		sdk.Stream{Aggregation: sdk.AggregationBase2ExponentialHistogram{MaxSize: 160, MaxScale: 20}})
	provider := sdk.NewMeterProvider(sdk.WithReader(reader), sdk.WithView(view))
	exponential, err := provider.Meter("bench").Float64Histogram("c")
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	measure("OpenTelemetry Go, exponential histogram", func(x float64) { exponential.Record(ctx, x) })
}
