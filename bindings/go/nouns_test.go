//go:build cgo

package slo

import (
	"math/bits"
	"math/rand"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	now := time.Date(2026, 2, 28, 23, 59, 59, 123456789, time.FixedZone("", 3600))
	ns := must(ParseTime("2026-02-28T23:59:59.123456789+01:00"))(t)
	if ns != Nanos(now) || !Time(ns).Equal(now) || Time(ns).Location() != time.UTC {
		t.Error(ns)
	}
	if ns != must(CivilTime(2026, 2, 28, 22, 59, 59, 123456789))(t) {
		t.Error("civil")
	}
	if got := must(FormatTime(ns))(t); got != "2026-02-28T22:59:59.123456789Z" {
		t.Error(got)
	}
	month := 1
	month = month<<32 + 1 // on 32 bits: January
	if _, err := CivilTime(2026, month, 1, 0, 0, 0, 0); month != 1 && !is(err, ErrRange) {
		t.Error(err)
	}
	if got := must(FormatSpan(int64(90 * time.Minute)))(t); got != "1h30m" {
		t.Error(got)
	}
	if got := must(ParseSpan("30d"))(t); got != 30*DayNs {
		t.Error(got)
	}
}

func TestJudges(t *testing.T) {
	counts := Counts{Good: 999, Bad: 1}
	if got := must(Burn(counts, 999000000))(t); got != 1000000 {
		t.Error(got)
	}
	if yes := must(BurnExceeds(counts, 999000000, 1000000, BurnAtLeast))(t); !yes {
		t.Error("at least 1")
	}
	if yes := must(BurnExceeds(counts, 999000000, 1000000, 0))(t); yes {
		t.Error("not above 1")
	}
	if _, err := BurnExceeds(counts, 0, 1, 0); !is(err, ErrRange) {
		t.Error(err)
	}
	if ppb, ns, err := ParseQuantileObjective("p99 <= 300ms"); ppb != 990000000 || ns != 300000000 || err != nil {
		t.Error(ppb, ns, err)
	}
	sli := SLI{Kind: SLIAvailability, Codes: []Code{{404, 404, Bad}}, Protocol: ProtocolHTTP}
	for status, want := range map[int32]Outcome{200: Good, 404: Bad, 403: Excluded, 500: Bad} {
		if got := sli.Classify(&Event{Known: EventStatus, Status: status}); got != want {
			t.Error(status, got)
		}
	}
	sli.Codes = make([]Code, SLICodesMax+1)
	if err := sli.Check(); !is(err, ErrRange) || !strings.Contains(err.Error(), "code_count") {
		t.Error(err)
	}
	if codes := must(SLICodes(ProtocolGRPC))(t); len(codes) == 0 {
		t.Error("no codes")
	}
	rule := must(ParseRule("status>=500 || latency>300ms"))(t)
	if len(rule.Terms) != 2 || rule.Classify(&Event{Known: EventStatus, Status: 503}) != Bad ||
		rule.Classify(&Event{Known: EventStatus, Status: 200}) != Excluded {
		t.Error(rule)
	}
	r := must(ParseRecurrence("FREQ=DAILY"))(t)
	if all := must(r.Expand(0, HourNs, 0, 300*DayNs))(t); len(all) != 300 || all[299].StartNs != 299*DayNs {
		t.Error(len(all))
	}
	if tiers := must(WindowTiers([]int64{HourNs, 30 * DayNs}))(t); len(tiers) == 0 || tiers[0].StepNs == 0 {
		t.Error(tiers)
	}
	if tiers := must(CatalogByShare([]CatalogShare{{LongNs: HourNs, SharePpm: 20000}}, 30*DayNs))(t); tiers[0].FactorPpm != 14400000 {
		t.Error(tiers)
	} else if name := must(tiers[0].Format())(t); name != "1h/5m" {
		t.Error(name)
	}
	if _, err := CatalogTiers(99, DayNs); !is(err, ErrRange) {
		t.Error(err)
	}
	whole := must(DependSerial([]uint64{999000000, 990000000}))(t)
	if whole.LowPpb != 989000000 || whole.HighPpb != 990000000 || whole.IndependentPpb != 989010000 {
		t.Error(whole)
	}
	if _, err := DependSerial(nil); !is(err, ErrInvalid) {
		t.Error(err)
	}
	edges := []DependEdge{{From: 0, To: 1, Critical: 1}, {From: 1, To: 2, Critical: 1}, {From: 0, To: 3}}
	if found := must(DependCritical(edges, 4, 0))(t); len(found) != 2 || found[1] != 2 {
		t.Error(found)
	}
	parts := []CompositePart{{Slices: []Counts{{1, 0, 0}, {0, 1, 0}}, SliceObjectivePpb: 900000000, ObjectivePpb: 900000000},
		{Slices: []Counts{{1, 0, 0}, {1, 0, 0}}, SliceObjectivePpb: 900000000, ObjectivePpb: 900000000}}
	if c := must(EvalComposite(MethodTimeslices, 500000000, parts))(t); c.Bad != 1 || c.Valid != 2 || c.ConsumedPpm != 1000000 {
		t.Error(c)
	}
	parts[1].Slices = nil
	if _, err := EvalComposite(MethodTimeslices, 500000000, parts); !is(err, ErrRange) {
		t.Error(err)
	}
	fault := must(ParseFault("latency(300ms,50ms) 10% ramp"))(t)
	if fault.ToxicityPpm != 100000 || fault.Shape != FaultRamp || fault.Check() == nil {
		t.Error(fault)
	}
}

// A day of a shop: an outage, maintenance, who is told, and how the numbers came about.
func TestMonitorDay(t *testing.T) {
	start := must(ParseTime("2026-03-09T00:00:00Z"))(t)
	m := must(NewMonitor(MonitorConfig{
		SLIs: []MonitorSLI{{Name: "a", Latency: &HistConfig{Thresholds: []int64{300000000}}, WithThreshold: 1,
			History: &HistoryConfig{}}},
		SLOs: []MonitorSLO{{Name: "a", ObjectivePpb: 990000000, PeriodNs: DayNs}},
	}))(t)
	hist := must(m.Hist(0))(t)
	outage := Period{start + 6*HourNs, start + 7*HourNs}
	for now := start; now <= start+DayNs; now += MinuteNs {
		latency := int64(100000000)
		if now > outage.StartNs && now <= outage.EndNs {
			latency = 900000000
		}
		if now > start {
			_ = hist.RecordTimes(latency, 100)
		}
		if err := m.Tick(now, 0); err != nil {
			t.Fatal(err)
		}
		if now == outage.StartNs || now == outage.EndNs { // for a correction after the fact
			if err := must(m.Window(0))(t).Pin(now, start+2*DayNs); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := must(m.Read(0))(t)
	if s.Budget.Bad != 6000 || s.Budget.Valid != 144000 || s.Budget.ConsumedPpm != 4166666 || s.AtNs != start+DayNs {
		t.Errorf("%+v", s)
	}
	alert := must(m.Alert(0))(t)
	var cursor uint64
	fired := map[uint32]int{}
	for {
		tr, err := alert.Next(&cursor)
		if is(err, ErrNoData) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if tr.To == AlertFiring {
			fired[tr.Severity]++
			if tr.Severity == SeverityPage && (tr.AtNs <= outage.StartNs || tr.AtNs > outage.StartNs+20*MinuteNs) {
				t.Errorf("%+v", tr)
			}
		}
	}
	if fired[SeverityPage] != 1 {
		t.Error(fired)
	}
	window, budget := must(m.Window(0))(t), must(m.Budget(0))(t)
	cost, delta, err := budget.Cost(window, outage.StartNs, outage.EndNs)
	if err != nil || cost != s.Budget.ConsumedPpm || delta.Counts.Bad != 6000 {
		t.Error(cost, delta, err)
	}
	if points := must(budget.Burndown(window, 24))(t); points[23].RemainingPpm != s.Budget.RemainingPpm || points[2].RemainingPpm != 1000000 {
		t.Error(points)
	}
	if f := must(budget.Forecast(window, HourNs, HourNs))(t); f.BurnPpm != 0 || f.Violated != 1 {
		t.Errorf("%+v", f)
	}
	text := must(budget.Explain(window))(t)
	if !strings.Contains(text, "144") || len(text) < 100 || strings.Contains(text, "\x00") {
		t.Error(text)
	}
	if n := must(m.Correct(Correction{Kind: CorrectRemove, FromNs: outage.StartNs, ToNs: outage.EndNs, Reason: "agreed on"}))(t); n != 0 {
		t.Error(n)
	}
	s = must(m.Read(0))(t)
	if s.Budget.Bad != 0 || s.Budget.Valid != 138000 || s.Budget.Corrections != 1 || s.Budget.CorrectedNs != HourNs {
		t.Errorf("%+v", s.Budget)
	}
	budget = must(m.Budget(0))(t)
	if b := must(budget.Read(window))(t); b != s.Budget {
		t.Errorf("%+v", b)
	}
	ledger := must(m.Ledger())(t)
	c, void, err := ledger.Read(0)
	if err != nil || void || c.Reason != "agreed on" || ledger.Count() != 1 {
		t.Error(c, void, err)
	}
	deltas := must(window.Read(HourNs, DayNs))(t)
	if touched := must(ledger.Correct(0, window, &deltas[1]))(t); touched != 1 || deltas[1].Counts.Bad != 0 || deltas[0].Counts.Good != 6000 {
		t.Error(touched, deltas)
	}
	snapshot := must(NewSnapshot(hist))(t)
	used := must(must(m.History(0))(t).Read(outage.StartNs, outage.EndNs, snapshot))(t)
	if p := must(snapshot.Quantile(500000000))(t); p < 900000000 || used.EndNs-used.StartNs != HourNs {
		t.Error(p, used)
	}
	if f := must(budget.LintMethods(window, ""))(t); len(f) != 0 {
		t.Error(f)
	}
}

// Steps in Go do what C's do: all of it against a journey that is told through C alone.
func TestAttempts(t *testing.T) {
	config := shop().Journeys[0]
	ours, model := must(NewJourney(config))(t), map[string]int{}
	r := rand.New(rand.NewSource(2))
	unknown := uint64(0)
	for i := 0; i < 20000; i++ {
		a := ours.Begin(0)
		var good, bad uint64
		for k := r.Intn(8); k > 0; k-- {
			step, outcome := uint32(r.Intn(5)), Outcome(r.Intn(4))
			if r.Intn(3) > 0 {
				outcome = Good
			}
			if err := a.Step(step, outcome); err != nil {
				t.Fatal(err)
			}
			if step > 3 || outcome > Excluded {
				unknown++
				continue
			}
			good &^= 1 << step
			bad &^= 1 << step
			if outcome == Good {
				good |= 1 << step
			} else if outcome == Bad {
				bad |= 1 << step
			}
		}
		if a.words.good != good || a.words.bad != bad {
			t.Fatal("not the last word")
		}
		if r.Intn(50) == 0 {
			a.Exclude()
			bad, good = 0, 0
		}
		// critical: 0, for which 1 stands in, and 3
		served := good | good>>1&1
		want := Good
		if failed := bad &^ served & 9; failed != 0 {
			want = Bad
			model[string(rune('0'+bits.TrailingZeros64(failed)))]++
		} else if served&9 != 9 {
			want = Excluded
		}
		end := int64(MinuteNs)
		if want == Good && r.Intn(10) == 0 {
			end, want = config.LimitNs+1, Bad
			model["limit"]++
		}
		if got, err := a.End(end); err != nil || got != want {
			t.Fatal(i, got, want, err)
		}
		if got, err := a.End(end); err != nil || got != Excluded {
			t.Fatal("ended twice")
		}
	}
	blames := must(ours.Blame())(t)
	if int(blames[0].Counts.Bad) != model["0"] || int(blames[3].Counts.Bad) != model["3"] || int(blames[4].Counts.Bad) != model["limit"] {
		t.Error(blames, model)
	}
	tally := must(ours.Read(0))(t)
	if n := tally.Counts.Good + tally.Counts.Bad + tally.Counts.Excluded; n != 20000 || tally.Unknown != unknown {
		t.Error(tally)
	}
	var nothing Attempt
	if got, err := nothing.End(1); got != Excluded || err != nil || nothing.Step(99, 99) != nil {
		t.Error("an attempt at nothing")
	}
}

func TestDefinitions(t *testing.T) {
	d := must(NewDefinition(shop()))(t)
	encoded := d.Bytes()
	same := must(OpenDefinition(append(encoded, 1, 2, 3)))(t)
	if string(same.Bytes()) != string(encoded) || same.Fingerprint() != d.Fingerprint() || d.Fingerprint() == 0 {
		t.Error("not the same bytes")
	}
	if _, err := OpenDefinition(encoded[:len(encoded)-1]); !is(err, ErrSpace) {
		t.Error(err)
	}
	if _, err := OpenDefinition(nil); !is(err, ErrSpace) {
		t.Error(err)
	}
	for i := range encoded {
		broken := append([]byte(nil), encoded...)
		broken[i] ^= 0x40
		if _, err := OpenDefinition(broken); err == nil {
			t.Errorf("byte %d may be anything", i)
		}
	}
	for j, journey := range shop().Journeys {
		if got := must(d.FindJourney(journey.Name))(t); got != uint32(j) {
			t.Error(journey.Name, got)
		}
		for i, step := range journey.Steps {
			if got := must(d.FindStep(uint32(j), step.Name))(t); got != uint32(i) {
				t.Error(step.Name, got)
			}
		}
	}
	if _, err := d.FindStep(0, "no such step"); !is(err, ErrNoData) {
		t.Error(err)
	}
	if _, err := d.FindStep(99, "x"); !is(err, ErrRange) {
		t.Error(err)
	}
	m := must(NewMonitor(MonitorConfig{Definition: d}))(t)
	if must(m.Definition())(t).Fingerprint() != d.Fingerprint() || m.JourneyCount() != 1 {
		t.Error("the monitor has another definition")
	}
	fast := must(m.FindSLI("buy/fast"))(t)
	event := Event{Known: EventStatus | EventLatency, Status: 200, LatencyNs: 400000000}
	if got := must(m.Record(fast, &event))(t); got != Bad {
		t.Error(got)
	}
	config := shop()
	config.Journeys[0].SLOs[1].PeriodNs = 1
	if _, err := NewDefinition(config); !is(err, ErrRange) || !strings.Contains(err.Error(), "journeys[0].slos[1].period_ns") {
		t.Error(err)
	}
	found := must(config.Lint(0))(t)
	if len(found) == 0 || found[0].Format() == "" || LintName(found[0].Code) == "unknown finding" || LintLevel(found[0].Code) != found[0].Level {
		t.Error(found)
	}
	many := DefinitionConfig{Service: "shop", Journeys: make([]JourneyConfig, 40)}
	if found := must(many.Lint(0))(t); len(found) < 40 || found[len(found)-1].Field == "" {
		t.Error(len(found))
	}
	if found := must((&Written{Objective: "100"}).Lint())(t); len(found) != 1 || found[0].Code != LintPerfect {
		t.Error(found)
	}
}

// A year of traffic, back-tested, and a game day.
func TestSimulations(t *testing.T) {
	start := must(ParseTime("2026-01-01T00:00:00Z"))(t)
	down := Fault{Kind: FaultDown, Period: Period{start + 20*DayNs, start + 20*DayNs + HourNs}}
	config := TrafficConfig{RequestsPerDay: 24000, StartNs: start, SlotNs: MinuteNs, ErrorPpb: 100000, Seed: 1,
		Faults: []Fault{down}, Classes: []RequestClass{{SharePpm: 1000000, LatencyNs: 1000000, Bytes: 10}}, Replicas: 3}
	traffic := must(NewTraffic(config))(t)
	tiers := must(CatalogTiers(CatalogWorkbook, 30*DayNs))(t)
	backtest := must(NewBacktest(BacktestConfig{PeriodNs: 30 * DayNs, Incidents: []Incident{{Period: down.Period}},
		GraceNs: HourNs, Policies: []AlertConfig{{ObjectivePpb: 999000000, Tiers: tiers}}}))(t)
	var days []TargetDay
	for now := start; now < start+30*DayNs; {
		slot := must(traffic.Next())(t)
		now = slot.Period.EndNs
		days = append(days, TargetDay{slot.Period, slot.Counts})
		if err := backtest.Step(now, slot.Counts); err != nil {
			t.Fatal(err)
		}
		var sum uint64
		for i := uint32(0); i < 3; i++ {
			sum += must(traffic.Replica(i))(t).Good
		}
		if sum != slot.Counts.Good {
			t.Fatal("replicas")
		}
	}
	result := must(backtest.Read(0))(t)
	if result.Detected != 1 || result.Pages < 1 || result.RecallPpm != 1000000 {
		t.Errorf("%+v", result)
	}
	candidate := must((&CandidateConfig{Slots: days, ObjectivePpb: 999000000, PeriodNs: 28 * DayNs}).Eval())(t)
	if candidate.Pages < 1 || candidate.Slots != uint32(len(days)) || !strings.Contains(candidate.Format(), "99.9 %") {
		t.Errorf("%+v %s", candidate, candidate.Format())
	}
	if missed := must(TargetMissed(days, 999000000))(t); len(missed) < 60 {
		t.Error(len(missed))
	}
	day := GamedayConfig{Traffic: &config, SLO: &MonitorSLO{Name: "a", ObjectivePpb: 999000000, PeriodNs: 28 * DayNs},
		EndNs: start + 21*DayNs, Actions: []GamedayAction{{ConsumedPpm: 500000, Name: "freeze"}}, ExpectedOnly: 1,
		Expectations: []Expectation{{Kind: GamedayFires, Severity: SeverityPage, Within: Period{down.Period.StartNs, down.Period.StartNs + HourNs}},
			{Kind: GamedayDue, Within: down.Period}}}
	played, events, err := day.Run(16)
	if err != nil || played.Passed != 1 || len(events) < 2 {
		t.Errorf("%+v %v %v", played, events, err)
	}
	day.Expectations[0].Within = Period{start, start + DayNs}
	if played, _, err := day.Run(0); err != nil || played.Passed != 0 || played.Text == "" {
		t.Errorf("%+v %v", played, err)
	}
}

func TestTargets(t *testing.T) {
	if got := must(TargetObjective(Counts{Good: 9996, Bad: 4}, 1000000))(t); got != 999000000 {
		t.Error(got)
	}
	if got := must(TargetThreshold(432000000, 50000000))(t); got != 450000000 {
		t.Error(got)
	}
	c := must(TargetCoverageMany([]int64{1, 2, 3}, []uint64{1, 1, 8}, 2))(t)
	if c.WithinLow != 2 || c.Total != 10 {
		t.Error(c)
	}
	if _, err := TargetCoverageMany([]int64{1}, []uint64{1, 2}, 1); !is(err, ErrInvalid) {
		t.Error(err)
	}
}

func TestSnapshots(t *testing.T) {
	h := must(NewHist(HistConfig{Thresholds: []int64{50}, PerUnit: 1, Lowest: 1, Highest: 1000}))(t)
	for i := int64(1); i <= 100; i++ {
		_ = h.Record(i)
	}
	a := must(h.Snapshot())(t)
	_ = h.Record(7)
	b := must(h.Snapshot())(t)
	if err := b.Subtract(a); err != nil {
		t.Fatal(err)
	}
	if s := must(b.Summarize())(t); s.Count != 1 || s.Sum != 7 {
		t.Error(s)
	}
	if err := b.Subtract(a); !is(err, ErrRange) {
		t.Error(err)
	}
	if err := b.Merge(a); err != nil {
		t.Error(err)
	}
	coarse := must(b.Downscale(4))(t)
	if s := must(coarse.Summarize())(t); s.Count != 101 || s.Scale != 4 {
		t.Error(s)
	}
	if _, err := b.Downscale(7); !is(err, ErrRange) {
		t.Error(err)
	}
	if m := must(a.Mean())(t); m != 50.5 {
		t.Error(m)
	}
	if at, within, beyond, err := a.Threshold(0); at != 50 || within != 50 || beyond != 50 || err != nil {
		t.Error(at, within, beyond, err)
	}
	if err := a.Prepare(); err != nil {
		t.Error(err)
	}
	if n := must(a.CountLE(1000))(t); n != 100 {
		t.Error(n)
	}
	if must(a.TargetQuantile(500000000, 10))(t) != 60 && must(a.TargetQuantile(500000000, 10))(t) != 50 {
		t.Error("the median on a grid")
	}
	if c := must(a.TargetCoverage(50))(t); c.Total != 100 {
		t.Error(c)
	}
	if _, err := a.Quantiles(2, 1); !is(err, ErrRange) {
		t.Error(err)
	}
	if _, err := must(NewSnapshot(h))(t).Quantile(1); !is(err, ErrNoData) {
		t.Error(err)
	}
}

// From an import to a sentence.
func TestQuickstart(t *testing.T) {
	out, err := exec.Command("go", "run", "./quickstart").CombinedOutput()
	if err != nil || string(out) != "your budget is at 63 %, nothing to do\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// Without cgo there is a reason to read.
func TestWithoutCgo(t *testing.T) {
	build := exec.Command("go", "build", ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "libslo_is_C__set_CGO_ENABLED_to_1") {
		t.Errorf("%v: %s", err, out)
	}
}
