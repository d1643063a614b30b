//go:build cgo

package slo

import (
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

func shop() DefinitionConfig {
	return DefinitionConfig{Service: "shop", Journeys: []JourneyConfig{{
		Name: "buy", Summary: "somebody has bought it", Owner: "team-shop", ReviewNs: 1780272000 * SecondNs,
		LimitNs: 30 * MinuteNs,
		Steps: []Step{
			{Name: "search", Actor: "shopper", Component: "catalog", Flags: StepCritical},
			{Name: "guess", FallbackOf: 1},
			{Name: "rate", Component: "stars"},
			{Name: "pay", Flags: StepCritical},
		},
		SLIs: []JourneySLI{
			{Name: "fast", Step: 1, SLI: SLI{Kind: SLILatency, Protocol: ProtocolHTTP, ThresholdNs: 300000000}},
			{Name: "works", Step: 4, SLI: SLI{Kind: SLIAvailability, Codes: []Code{{200, 299, Good}, {500, 599, Bad}}},
				SliceNs: MinuteNs, SliceObjectivePpb: 950000000},
		},
		SLOs: []JourneySLO{
			{Name: "can buy", ObjectivePpb: 995000000, PeriodNs: 28 * DayNs},
			{Name: "works", SLI: 2, ObjectivePpb: 999000000, PeriodNs: 30 * DayNs, Method: MethodTimeslices,
				Calendar: Calendar{Unit: CalendarMonth}, RequestsPerHour: 1000,
				Tiers: []AlertTier{{LongNs: HourNs, ShortNs: 5 * MinuteNs, FactorPpm: 14400000}},
				Alert: &AlertConfig{SlotNs: 20 * SecondNs, Gate: [2]AlertGate{{Kind: GateNone}}}},
		},
	}}}
}

// everything is an open object of each kind.
func everything(t testing.TB) map[string]any {
	hist := must(NewHist(HistConfig{Thresholds: []int64{1}}))(t)
	definition := must(NewDefinition(shop()))(t)
	tiers := must(CatalogTiers(CatalogWorkbook, 30*DayNs))(t)
	return map[string]any{
		"Counter":    must(NewCounter(CounterConfig{}))(t),
		"Hist":       hist,
		"Snapshot":   must(hist.Snapshot())(t),
		"History":    must(NewHistory(hist, HistoryConfig{}))(t),
		"Window":     must(NewWindow(WindowConfig{}))(t),
		"Ledger":     must(NewLedger(4))(t),
		"Evidence":   must(NewEvidence(EvidenceConfig{ObjectivePpb: 999000000}))(t),
		"Alert":      must(NewAlert(AlertConfig{ObjectivePpb: 999000000, Tiers: tiers}))(t),
		"Journey":    must(NewJourney(shop().Journeys[0]))(t),
		"Definition": definition,
		"Monitor":    must(NewMonitor(MonitorConfig{Definition: definition}))(t),
		"Traffic":    must(NewTraffic(TrafficConfig{RequestsPerDay: 1000}))(t),
		"Backtest": must(NewBacktest(BacktestConfig{PeriodNs: 30 * DayNs,
			Policies: []AlertConfig{{ObjectivePpb: 999000000, Tiers: tiers}}}))(t),
	}
}

// arguments are zeros, but for objects, which are open.
func arguments(method reflect.Type, open map[string]any, skip int) []reflect.Value {
	var in []reflect.Value
	for i := skip; i < method.NumIn(); i++ {
		kind := method.In(i)
		if method.IsVariadic() && i == method.NumIn()-1 {
			in = append(in, reflect.Zero(kind.Elem()))
			continue
		}
		if kind.Kind() == reflect.Pointer {
			if o, ok := open[kind.Elem().Name()]; ok {
				in = append(in, reflect.ValueOf(o))
			} else {
				in = append(in, reflect.New(kind.Elem()))
			}
			continue
		}
		in = append(in, reflect.Zero(kind))
	}
	return in
}

var failure = reflect.TypeOf((*error)(nil)).Elem()

// Every method of every object says ErrClosed after Close, or has nothing to say; so does every
// function that is given a closed one.
func TestUseAfterClose(t *testing.T) {
	open, closed := everything(t), everything(t)
	for name, o := range closed {
		if err := o.(interface{ Close() error }).Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	asked := 0
	for name, o := range closed {
		v := reflect.ValueOf(o)
		for i := 0; i < v.NumMethod(); i++ {
			method := v.Type().Method(i)
			if method.Name == "Close" || method.Name == "Begin" {
				continue
			}
			out := v.Method(i).Call(arguments(method.Type, open, 1))
			last := out[len(out)-1]
			if last.Type() == failure {
				if err, _ := last.Interface().(error); err != ErrClosed {
					t.Errorf("%s.%s: %v", name, method.Name, err)
				}
				asked++
			} else if !last.IsZero() {
				t.Errorf("%s.%s: %v", name, method.Name, last)
			}
			for k := 0; k < method.Type.NumIn()-1; k++ { // an open one that is given a closed one
				kind := method.Type.In(k + 1)
				if kind.Kind() != reflect.Pointer || closed[kind.Elem().Name()] == nil || last.Type() != failure {
					continue
				}
				in := arguments(method.Type, open, 1)
				in[k] = reflect.ValueOf(closed[kind.Elem().Name()])
				out := reflect.ValueOf(open[name]).Method(i).Call(in)
				if err, _ := out[len(out)-1].Interface().(error); err != ErrClosed {
					t.Errorf("%s.%s of a closed %s: %v", name, method.Name, kind.Elem().Name(), err)
				}
				asked++
			}
		}
		if err := o.(interface{ Close() error }).Close(); err != nil {
			t.Errorf("%s: closed twice: %v", name, err)
		}
	}
	if asked < 60 {
		t.Errorf("only %d methods were asked", asked)
	}
	window := open["Window"].(*Window)
	budget := BudgetConfig{ObjectivePpb: 999000000, PeriodNs: HourNs, Ledger: closed["Ledger"].(*Ledger)}
	for name, err := range map[string]error{
		"history":  second(NewHistory(closed["Hist"].(*Hist), HistoryConfig{})),
		"snapshot": second(NewSnapshot(closed["Hist"].(*Hist))),
		"monitor":  second(NewMonitor(MonitorConfig{Definition: closed["Definition"].(*Definition)})),
		"ledger":   second(budget.Read(window)),
		"check":    budget.Check(),
		"explain":  second(budget.Explain(window)),
		"window":   second((&BudgetConfig{}).Read(closed["Window"].(*Window))),
		"zero":     (&Counter{}).Record(Good),
		"attempt":  ended(closed["Journey"].(*Journey)),
	} {
		if err != ErrClosed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func ended(j *Journey) error {
	a := j.Begin(0)
	if err := a.Step(0, Good); err != ErrClosed {
		return err
	}
	_, err := a.End(0)
	return err
}

// Parts end with the monitor, and the monitor does not end with a part.
func TestParts(t *testing.T) {
	m := must(NewMonitor(MonitorConfig{SLIs: []MonitorSLI{{Name: "a", Latency: &HistConfig{}}}}))(t)
	counter, hist := must(m.Counter(0))(t), must(m.Hist(0))(t)
	_ = counter.Close()
	if err := counter.Record(Good); err != nil {
		t.Error(err)
	}
	if counter.Memory() != nil || m.Memory() == nil {
		t.Error("the memory is the whole's")
	}
	_ = m.Close()
	if counter.Record(Good) != ErrClosed || hist.Record(1) != ErrClosed || hist.RecordMany([]int64{1}) != ErrClosed {
		t.Error("a part outlived the whole")
	}
	if _, err := m.Counter(0); err != ErrClosed {
		t.Error(err)
	}
}

// There is none of what is not there.
func TestNoPart(t *testing.T) {
	m := must(NewMonitor(MonitorConfig{SLIs: []MonitorSLI{{Name: "a"}}}))(t)
	for name, err := range map[string]error{
		"counter": second(m.Counter(1)), "hist": second(m.Hist(0)), "window": second(m.Window(1)),
		"alert": second(m.Alert(0)), "history": second(m.History(0)), "journey": second(m.Journey(0)),
		"definition": second(m.Definition()),
	} {
		if !is(err, ErrRange) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if m.SLIName(1) != "" || m.SLOName(0) != "" || m.SLIName(0) != "a" {
		t.Error("names")
	}
}

// Memory of the caller's: as large as needed, aligned, and the same bytes for everybody.
func TestMemory(t *testing.T) {
	for skip := 0; skip < 256; skip += 8 {
		memory := aligned(4096)
		if uintptr(unsafe.Pointer(&memory[0]))%Align != 0 || len(memory) != 4096 {
			t.Fatal("not aligned")
		}
	}
	config := HistConfig{Thresholds: []int64{5}}
	size := must(HistFootprint(config))(t)
	memory := aligned(uintptr(size))
	h := must(InitHist(memory, config))(t)
	_ = h.Record(4)
	again := must(AttachHist(memory))(t)
	if _, within, _, _ := again.Threshold(0); within != 1 {
		t.Error("not the same bytes")
	}
	_ = h.Close()
	if again.Record(5) != nil {
		t.Error("another handle of the same bytes was closed")
	}
	if _, err := InitHist(memory[:size-64], config); !is(err, ErrSpace) {
		t.Error(err)
	}
	if _, err := InitHist(memory[8:], config); !is(err, ErrInvalid) {
		t.Error(err)
	}
	if _, err := AttachHist(memory[:64]); !is(err, ErrSpace) {
		t.Error(err)
	}
	if _, err := AttachHist(nil); !is(err, ErrInvalid) {
		t.Error(err)
	}
	for name, o := range everything(t) {
		if o, ok := o.(interface{ Memory() []byte }); ok && len(o.Memory()) == 0 {
			t.Errorf("%s has no memory", name)
		}
	}
}

// Objects that come and go while others record, with a collector that never rests.
func TestCollector(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	rounds := scaled(4000)
	var all sync.WaitGroup
	for g := 0; g < 4; g++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 0; i < rounds/10; i++ {
				counter, hist, snapshot := parts(t)
				for k := 0; k < 100; k++ {
					if counter.Record(Good) != nil || hist.Record(int64(k)) != nil {
						t.Error("a part of a monitor that nobody holds any more")
						return
					}
				}
				if err := snapshot.Read(hist); err != nil {
					t.Error(err)
				}
				tally, err := counter.Read()
				summary, err2 := snapshot.Summarize()
				if err != nil || err2 != nil || tally.Counts.Good != 100 || summary.Count != 100 {
					t.Errorf("%+v %+v %v %v", tally, summary, err, err2)
					return
				}
			}
		}()
	}
	all.Wait()
}

// parts keeps nothing of the monitor but these.
func parts(t *testing.T) (*Counter, *Hist, *Snapshot) {
	d := must(NewDefinition(shop()))(t)
	if config := must(d.Config())(t); !reflect.DeepEqual(config, shop()) {
		t.Errorf("%+v", config)
	}
	m := must(NewMonitor(MonitorConfig{SLIs: []MonitorSLI{{Name: "a", Latency: &HistConfig{}}},
		SLOs: []MonitorSLO{{Name: "a", ObjectivePpb: 999000000, PeriodNs: DayNs}}}))(t)
	hist := must(m.Hist(0))(t)
	return must(m.Counter(0))(t), hist, must(NewSnapshot(hist))(t)
}

// Closing while others record is an error for them, and nothing worse.
func TestCloseMeanwhile(t *testing.T) {
	for i := 0; i < 50; i++ {
		m := must(NewMonitor(MonitorConfig{SLIs: []MonitorSLI{{Name: "a", Latency: &HistConfig{}}}}))(t)
		counter, hist := must(m.Counter(0))(t), must(m.Hist(0))(t)
		var all sync.WaitGroup
		for g := 0; g < 3; g++ {
			all.Add(1)
			go func(owner bool) {
				defer all.Done()
				for now := int64(0); counter.Record(Good) == nil && hist.Record(5) == nil; now += SecondNs {
					if !owner {
						continue
					}
					if err := m.Tick(now, 0); err != nil && err != ErrClosed {
						t.Error(err)
					}
				}
			}(g == 0)
		}
		runtime.Gosched()
		_ = m.Close()
		all.Wait()
	}
}

// A million objects leave nothing behind.
func TestLeaks(t *testing.T) {
	resident := func() int {
		text, err := os.ReadFile("/proc/self/statm")
		if err != nil {
			t.Skip("no /proc to read the memory from")
		}
		return must(strconv.Atoi(strings.Fields(string(text))[1]))(t) * os.Getpagesize()
	}
	one := func() {
		c := must(NewCounter(CounterConfig{Shards: 1}))(t)
		e := must(NewEvidence(EvidenceConfig{ObjectivePpb: 999000000}))(t)
		_, err := NewHist(HistConfig{Scale: 1})
		if c.Record(Bad) != nil || e.Step(1, Counts{1, 1, 0}) != nil || !is(err, ErrRange) {
			t.Fatal("does not work")
		}
		_, _ = c.Close(), e.Close()
	}
	n := scaled(1000000)
	for i := 0; i < n/10; i++ {
		one()
	}
	before := resident()
	for i := 0; i < n; i++ {
		one()
		if i%100 == 0 {
			_, _, _ = parts(t)
		}
	}
	if after := resident(); after > before+64<<20 {
		t.Errorf("%d MiB before, %d MiB after", before>>20, after>>20)
	}
}
