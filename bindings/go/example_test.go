//go:build cgo

package slo_test

import (
	"errors"
	"fmt"
	"time"

	slo "github.com/libslo/libslo/bindings/go"
)

func Example() {
	m, err := slo.NewMonitor(slo.MonitorConfig{
		SLIs: []slo.MonitorSLI{{
			Name:    "checkout",
			Latency: &slo.HistConfig{Thresholds: []int64{int64(300 * time.Millisecond)}},
			// what is within the threshold is good
			WithThreshold: 1,
		}},
		SLOs: []slo.MonitorSLO{{Name: "checkout is fast", ObjectivePpb: 990000000, PeriodNs: 28 * slo.DayNs}},
	})
	if err != nil {
		panic(err)
	}
	defer m.Close()
	latency, err := m.Hist(0) // looked up once
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	_ = m.Tick(slo.Nanos(start), 0)
	for i := 0; i < 1000; i++ { // any goroutine
		_ = latency.Record(int64(time.Duration(i%200) * 1510 * time.Microsecond))
	}
	_ = m.Tick(slo.Nanos(start.Add(time.Minute)), 0) // one goroutine, say every 10 s
	s, err := m.Read(0)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d of %d too slow, %.0f %% of the budget is left\n",
		s.Budget.Bad, s.Budget.Valid, float64(s.Budget.RemainingPpm)/1e4)
	// Output: 5 of 1000 too slow, 50 % of the budget is left
}

func ExampleError() {
	_, err := slo.NewWindow(slo.WindowConfig{Tiers: []slo.WindowTier{{StepNs: 1, SpanNs: 2}}})
	var e *slo.Error
	if errors.As(err, &e) && errors.Is(err, slo.ErrRange) {
		fmt.Println(e.Field, e.Value)
	}
	_, err = slo.EvalBudget(slo.Counts{}, 999000000)
	fmt.Println(errors.Is(err, slo.ErrNoData), err)
	// Output:
	// tiers[0].step_ns 1
	// true no data
}

func ExampleEvalBudget() {
	b, err := slo.EvalBudget(slo.Counts{Good: 99950, Bad: 50}, 999000000)
	fmt.Println(b.Allowed, b.RemainingPpm, err)
	// Output: 100 500000 <nil>
}

func ExampleCounter() {
	c, err := slo.NewCounter(slo.CounterConfig{})
	if err != nil {
		panic(err)
	}
	defer c.Close()
	_ = c.Record(slo.Good)
	_ = c.Record(slo.Bad)
	_ = c.RecordMany(slo.Counts{Good: 10})
	tally, _ := c.Read()
	fmt.Println(tally.Counts.Good, tally.Counts.Bad)
	// Output: 11 1
}

func ExampleSnapshot() {
	h, err := slo.NewHist(slo.HistConfig{})
	if err != nil {
		panic(err)
	}
	for i := int64(1); i <= 1000; i++ {
		_ = h.Record(i * int64(time.Millisecond))
	}
	s, _ := h.Snapshot()
	p, _ := s.Quantiles(500000000, 990000000)
	fmt.Println(time.Duration(p[0]).Round(time.Millisecond), time.Duration(p[1]).Round(time.Millisecond))
	// Output: 500ms 1s
}

// A month in a place with a clock that is put forward and back: Go knows its starts.
func ExampleFindPeriod() {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		fmt.Println("31d") // without a time zone database
		return
	}
	var starts []int64
	for month := time.January; month <= time.June; month++ {
		starts = append(starts, slo.Nanos(time.Date(2026, month, 1, 0, 0, 0, 0, zone)))
	}
	period, _ := slo.FindPeriod(starts, slo.Nanos(time.Date(2026, 3, 15, 12, 0, 0, 0, zone)))
	span, _ := slo.FormatSpan(period.EndNs - period.StartNs)
	fmt.Println(span)
	// Output: 30d23h
}

func ExampleNewDefinition() {
	d, err := slo.NewDefinition(slo.DefinitionConfig{Service: "shop", Journeys: []slo.JourneyConfig{{
		Name:  "buy",
		Steps: []slo.Step{{Name: "search", Flags: slo.StepCritical}, {Name: "pay", Flags: slo.StepCritical}},
		SLOs:  []slo.JourneySLO{{Name: "can buy", ObjectivePpb: 995000000, PeriodNs: 28 * slo.DayNs}},
	}}})
	if err != nil {
		panic(err)
	}
	same, err := slo.OpenDefinition(d.Bytes()) // C and Python read the same bytes
	if err != nil {
		panic(err)
	}
	m, err := slo.NewMonitor(slo.MonitorConfig{Definition: same})
	if err != nil {
		panic(err)
	}
	buy, _ := m.Journey(0)
	attempt := buy.Begin(0)
	_ = attempt.Step(0, slo.Good)
	_ = attempt.Step(1, slo.Bad)
	outcome, _ := attempt.End(int64(time.Minute))
	blames, _ := buy.Blame()
	fmt.Println(outcome == slo.Bad, m.SLIName(2), blames[1].SharePpm)
	// Output: true buy/pay 1000000
}
