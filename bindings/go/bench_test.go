//go:build cgo

package slo

import (
	"sync/atomic"
	"testing"
)

func latencies() []int64 {
	state := uint64(1)
	out := make([]int64, 4096)
	for i := range out {
		state = state*6364136223846793005 + 1442695040888963407
		octave := int64(1000) << ((state >> 33) % 20)
		out[i] = octave + int64(state>>20)&0x7fffffffffff%octave
	}
	return out
}

func BenchmarkCounter(b *testing.B) {
	c, err := NewCounter(CounterConfig{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("one", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			_ = c.Record(Good)
		}
	})
	b.Run("contending", func(b *testing.B) {
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				_ = c.Record(Good)
			}
		})
	})
}

func BenchmarkHist(b *testing.B) {
	h, err := NewHist(HistConfig{Thresholds: []int64{300000000}})
	if err != nil {
		b.Fatal(err)
	}
	v := latencies()
	b.Run("one", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			_ = h.Record(v[i%len(v)])
		}
	})
	b.Run("contending", func(b *testing.B) {
		b.RunParallel(func(p *testing.PB) {
			for i := 0; p.Next(); i++ {
				_ = h.Record(v[i%len(v)])
			}
		})
	})
	b.Run("one row", func(b *testing.B) {
		h, err := NewHist(HistConfig{Thresholds: []int64{300000000}, Shards: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.RunParallel(func(p *testing.PB) {
			for i := 0; p.Next(); i++ {
				_ = h.Record(v[i%len(v)])
			}
		})
	})
	b.Run("many", func(b *testing.B) {
		for i := 0; i < b.N; i += len(v) {
			_ = h.RecordMany(v)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	var line [16]uint64
	for i := 0; i < b.N; i++ {
		atomic.AddUint64(&line[8], 1)
	}
}

// What a call into C costs.
func BenchmarkCalls(b *testing.B) {
	d, err := NewDefinition(shop())
	if err != nil {
		b.Fatal(err)
	}
	m, err := NewMonitor(MonitorConfig{Definition: d})
	if err != nil {
		b.Fatal(err)
	}
	fast, _ := m.FindSLI("buy/fast")
	buy, _ := m.Journey(0)
	b.Run("event", func(b *testing.B) {
		event := Event{Known: EventStatus | EventLatency, Status: 200, LatencyNs: 80000000}
		for i := 0; i < b.N; i++ {
			_, _ = m.Record(fast, &event)
		}
	})
	b.Run("attempt", func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			a := buy.Begin(0)
			_ = a.Step(0, Good)
			_ = a.Step(3, Good)
			_, _ = a.End(1)
		}
	})
	b.Run("read", func(b *testing.B) {
		_ = m.Tick(0, 0)
		for i := 0; i < b.N; i++ {
			_, _ = m.Read(0)
		}
	})
}
