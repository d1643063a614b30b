//go:build cgo

package slo

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// ---- between JSON and Go ----

// key is what names of C and of Go have in common: generate.py changes nothing else.
func key(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

func keyed(object map[string]any) map[string]any {
	all := map[string]any{}
	for name, value := range object {
		all[key(name)] = value
	}
	return all
}

// spoken are the fields that have a name: all but what is reserved, sizes and handles.
func spoken(v reflect.Value) []int {
	var all []int
	handle := reflect.TypeOf((*interface{ Memory() []byte })(nil)).Elem()
	for i := 0; i < v.NumField(); i++ {
		if f := v.Type().Field(i); f.Name != "_" && !f.Type.Implements(handle) {
			all = append(all, i)
		}
	}
	return all
}

// digits are those of an integer: a number, or a text where a number would not be exact.
func digits(from any) string {
	switch n := from.(type) {
	case json.Number:
		return n.String()
	case string:
		return n
	}
	return fmt.Sprintf("%v, which is no integer", from)
}

// load sets a value of Go to what the JSON says. A struct is an object, in which only what may be nil
// can be absent, or a list of all its fields.
func load(to reflect.Value, from any) error {
	switch to.Kind() {
	case reflect.Map:
		object, is := from.(map[string]any)
		if !is {
			return fmt.Errorf("%v is no object", from)
		}
		to.Set(reflect.ValueOf(object))
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return load(to.Elem(), from)
	case reflect.Struct:
		fields := spoken(to)
		if list, is := from.([]any); is {
			if len(list) != len(fields) {
				return fmt.Errorf("%d values for %v", len(list), to.Type())
			}
			for n, i := range fields {
				if err := load(to.Field(i), list[n]); err != nil {
					return err
				}
			}
			return nil
		}
		object, is := from.(map[string]any)
		if !is {
			return fmt.Errorf("%v is no %v", from, to.Type())
		}
		all := keyed(object)
		used := 0
		for _, i := range fields {
			f := to.Type().Field(i)
			value, is := all[key(f.Name)]
			if !is && f.Type.Kind() != reflect.Pointer {
				return fmt.Errorf("no %v.%s", to.Type(), f.Name)
			}
			if is {
				used++
				if err := load(to.Field(i), value); err != nil {
					return fmt.Errorf("%s: %w", f.Name, err)
				}
			}
		}
		if used != len(object) {
			return fmt.Errorf("%v has not all of %v", to.Type(), object)
		}
	case reflect.Slice, reflect.Array:
		list, is := from.([]any)
		if to.Kind() == reflect.Slice {
			to.Set(reflect.MakeSlice(to.Type(), len(list), len(list)))
		}
		if !is || to.Len() != len(list) {
			return fmt.Errorf("%v is no %v", from, to.Type())
		}
		for i, value := range list {
			if err := load(to.Index(i), value); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
	case reflect.String:
		text, is := from.(string)
		if !is && from != nil {
			return fmt.Errorf("%v is no text", from)
		}
		to.SetString(text)
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(digits(from), 10, to.Type().Bits())
		to.SetInt(n)
		return err
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(digits(from), 10, to.Type().Bits())
		to.SetUint(n)
		return err
	default:
		return fmt.Errorf("no way to load %v", to.Type())
	}
	return nil
}

// differ is where a value of Go is not what C wrote; "" when it is, in every field, both ways.
func differ(at string, got reflect.Value, want any) string {
	wrong := func() string { return fmt.Sprintf("%s: %v, C has %v", at, got, want) }
	object, isObject := want.(map[string]any)
	list, isList := want.([]any)
	switch got.Kind() {
	case reflect.Interface, reflect.Pointer:
		if got.IsNil() {
			return wrong()
		}
		return differ(at, got.Elem(), want)
	case reflect.Struct:
		fields := spoken(got)
		if isList && len(list) == len(fields) {
			for n, i := range fields {
				if d := differ(at+"."+got.Type().Field(i).Name, got.Field(i), list[n]); d != "" {
					return d
				}
			}
			return ""
		}
		if !isObject {
			return wrong()
		}
		all, used := keyed(object), 0
		for _, i := range fields {
			f, value := got.Type().Field(i), got.Field(i)
			there := at + "." + f.Name
			said, is := all[key(f.Name)]
			if is {
				used++
				if d := differ(there, value, said); d != "" {
					return d
				}
			} else if k := value.Kind(); k != reflect.Pointer && k != reflect.Slice || !value.IsZero() {
				return fmt.Sprintf("%s: %v, of which C says nothing", there, value)
			}
		}
		if used != len(object) {
			return fmt.Sprintf("%s: %v has not all of %v", at, got.Type(), object)
		}
	case reflect.Map:
		for name, value := range object {
			one := got.MapIndex(reflect.ValueOf(name))
			if !one.IsValid() {
				return fmt.Sprintf("%s.%s is missing, C has %v", at, name, value)
			}
			if d := differ(at+"."+name, one, value); d != "" {
				return d
			}
		}
		if !isObject || got.Len() != len(object) {
			return wrong()
		}
	case reflect.Slice, reflect.Array:
		if !isList || got.Len() != len(list) {
			return wrong()
		}
		for i, value := range list {
			if d := differ(fmt.Sprintf("%s[%d]", at, i), got.Index(i), value); d != "" {
				return d
			}
		}
	case reflect.String:
		if text, is := want.(string); got.String() != text || !is && want != nil {
			return wrong()
		}
	case reflect.Bool:
		if digits(want) != map[bool]string{false: "0", true: "1"}[got.Bool()] {
			return wrong()
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if digits(want) != strconv.FormatInt(got.Int(), 10) {
			return wrong()
		}
	case reflect.Uint32, reflect.Uint64:
		if digits(want) != strconv.FormatUint(got.Uint(), 10) {
			return wrong()
		}
	default:
		return fmt.Sprintf("%s: no way to compare %v", at, got.Type())
	}
	return ""
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := differ(what, reflect.ValueOf(&got).Elem(), want); d != "" {
		t.Fatal(d)
	}
}

// line is one object of the file.
type line map[string]any

// get is what the line says of name.
func get[T any](t testing.TB, l line, name string) T {
	t.Helper()
	var v T
	from, is := l[name]
	if !is {
		t.Fatalf("no %s", name)
	}
	if err := load(reflect.ValueOf(&v).Elem(), from); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

func fine(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// statusOf is what C answered, 0 when that was no error.
func statusOf(t testing.TB, err error) Status {
	t.Helper()
	var status Status
	if err != nil && !errors.As(err, &status) {
		t.Fatal(err)
	}
	return status
}

// ---- pure functions ----

// pure are the functions of Go and the arguments' names in C; a last "?" is left out at times.
var pure = map[string]struct {
	function any
	names    string
}{
	"time_parse":               {ParseTime, "text"},
	"time_format":              {FormatTime, "time_ns"},
	"time_civil":               {CivilTime, "year month day hour minute second nanosecond"},
	"span_parse":               {ParseSpan, "text"},
	"span_format":              {FormatSpan, "span_ns"},
	"objective_parse":          {ParseObjective, "text"},
	"objective_format":         {FormatObjective, "objective_ppb"},
	"objective_parse_quantile": {ParseQuantileObjective, "text"},
	"sli_check":                {(*SLI).Check, "sli"},
	"sli_format":               {(*SLI).Format, "sli"},
	"sli_classify":             {(*SLI).Classify, "sli event"},
	"rule_parse":               {ParseRule, "text"},
	"rule_classify":            {(*Rule).Classify, "rule event"},
	"calendar_eval":            {Calendar.Eval, "calendar at_ns"},
	"calendar_find":            {FindPeriod, "starts_ns at_ns"},
	"recurrence_parse":         {ParseRecurrence, "text"},
	"recurrence_expand":        {Recurrence.Expand, "recurrence first_ns duration_ns from_ns to_ns"},
	"burn_eval":                {Burn, "counts objective_ppb"},
	"burn_exceeds":             {BurnExceeds, "counts objective_ppb factor_ppm flags"},
	"burn_maximum":             {BurnMaximum, "objective_ppb"},
	"burn_factor":              {BurnFactor, "share_ppm period_ns window_ns"},
	"burn_detection":           {BurnDetection, "objective_ppb error_ppb factor_ppm window_ns"},
	"burn_reset":               {BurnReset, "objective_ppb error_ppb duration_ns factor_ppm window_ns"},
	"burn_exhaustion":          {BurnExhaustion, "remaining_ppm burn_ppm period_ns"},
	"budget_eval":              {EvalBudget, "counts objective_ppb"},
	"catalog_tiers":            {CatalogTiers, "catalog period_ns"},
	"catalog_by_share":         {CatalogByShare, "shares period_ns"},
	"alert_tier_format":        {AlertTier.Format, "tier"},
	"alert_detection":          {(*AlertConfig).Detection, "config severity requests_per_hour error_ppb"},
	"lint_alert": {func(config *AlertConfig, requestsPerHour uint64) ([]Finding, error) {
		return config.Lint(requestsPerHour, "")
	}, "config requests_per_hour"},
	"lint_written": {(*Written).Lint, "written"},
	"window_tiers": {WindowTiers, "spans_ns"},
	"fault_parse": {func(text string, period Period) (Fault, error) {
		fault, err := ParseFault(text)
		fault.Period = period
		return fault, err
	}, "text period"},
	"fault_check":          {Fault.Check, "fault"},
	"fault_toxicity":       {Fault.Toxicity, "fault at_ns"},
	"fault_effect":         {Fault.Effect, "fault latency_ns bytes limit_ns"},
	"depend_serial":        {DependSerial, "parts_ppb"},
	"depend_parallel":      {DependParallel, "parts_ppb"},
	"depend_quorum":        {DependQuorum, "parts_ppb k"},
	"depend_fallback":      {DependFallback, "a_ppb f_ppb"},
	"depend_repair":        {DependRepair, "mttf_ns mttr_ns"},
	"depend_downtime":      {DependDowntime, "availability_ppb period_ns"},
	"depend_needed":        {DependNeeded, "objective_ppb n share_ppm"},
	"depend_taken":         {DependTaken, "objective_ppb parts_ppb"},
	"depend_critical":      {DependCritical, "edges node_count root"},
	"depend_eval":          {DependEval, "edges own_ppb root"},
	"composite_eval":       {EvalComposite, "method objective_ppb parts"},
	"composite_mean":       {CompositeMean, "parts"},
	"target_objective":     {TargetObjective, "counts grid_ppb"},
	"target_threshold":     {TargetThreshold, "latency_ns grid_ns"},
	"target_missed":        {TargetMissed, "days objective_ppb"},
	"target_coverage_many": {TargetCoverageMany, "values weights? threshold"},
	"candidate_eval":       {(*CandidateConfig).Eval, "config"},
	"candidate_format":     {Candidate.Format, "candidate"},
	"evidence_detection":   {EvidenceConfig.Detection, "config requests_per_hour error_ppb slot_ns"},
}

// called gives all results but the error, and that.
func called(t testing.TB, function any, names string, in line) (out []any, err error) {
	t.Helper()
	f, used := reflect.ValueOf(function), 0
	var given []reflect.Value
	for i, name := range strings.Fields(names) {
		to := reflect.New(f.Type().In(i)).Elem()
		name, optional := strings.CutSuffix(name, "?")
		if from, is := in[name]; is {
			used++
			if err := load(to, from); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		} else if !optional {
			t.Fatalf("no %s", name)
		}
		given = append(given, to)
	}
	if used != len(in) {
		t.Fatalf("%d arguments of %v", used, in)
	}
	for _, result := range f.Call(given) {
		if result.Type() != reflect.TypeOf((*error)(nil)).Elem() {
			out = append(out, result.Interface())
		} else if !result.IsNil() {
			err = result.Interface().(error)
		}
	}
	return out, err
}

func replayPure(t testing.TB, l line) {
	call := get[string](t, l, "call")
	f, is := pure[call]
	if !is {
		t.Fatalf("no replay of the function %s", call)
	}
	out, err := called(t, f.function, f.names, get[map[string]any](t, l, "in"))
	var status Status
	if _, is := l["status"]; is {
		status = get[Status](t, l, "status")
	}
	if got := statusOf(t, err); got != status {
		t.Fatalf("%s, C has %s", got.Name(), status.Name())
	}
	if _, is := l["error"]; is {
		want := get[struct {
			Field string
			Value int64
		}](t, l, "error")
		var e *Error
		if !errors.As(err, &e) || e.Field != want.Field || e.Value != want.Value {
			t.Fatalf("%+v, C has %+v", e, want)
		}
	}
	want, is := l["out"]
	switch {
	case is && len(out) == 1:
		same(t, "out", out[0], want)
	case is:
		same(t, "out", out, want)
	case status == 0 && len(out) > 0:
		t.Fatalf("%v, of which C says nothing", out)
	}
}

// ---- objects ----

type answers = map[string]any

// answer has what came out only when C has it too: given a filled struct, also without data.
func answer(t testing.TB, err error, filled bool, out any) answers {
	status := statusOf(t, err)
	all := answers{"status": status}
	if status == 0 || filled && status == ErrNoData {
		all["out"] = out
	}
	return all
}

func replayCounter(t testing.TB, l line) any {
	c := must(NewCounter(get[CounterConfig](t, l, "config")))(t)
	for _, r := range get[[]struct {
		Outcome Outcome
		Times   int
	}](t, l, "records") {
		for i := 0; i < r.Times; i++ {
			fine(t, c.Record(r.Outcome))
		}
	}
	fine(t, c.RecordLate(get[uint64](t, l, "late")))
	return must(c.Read())(t)
}

func drawn(seed uint64, n int) []int64 {
	values := make([]int64, n)
	for i := range values {
		seed = seed*6364136223846793005 + 1442695040888963407
		values[i] = int64(seed >> 1 >> (seed >> 58))
	}
	return values
}

// every way to record a batch
var recordings = []func(h *Hist, values []int64) error{
	func(h *Hist, values []int64) (err error) {
		for _, value := range values {
			err = errors.Join(err, h.Record(value))
		}
		return err
	},
	func(h *Hist, values []int64) (err error) {
		for _, value := range values {
			err = errors.Join(err, h.RecordTimes(value, 1))
		}
		return err
	},
	(*Hist).RecordMany,
}

func replayHist(t testing.TB, l line) any {
	config := get[HistConfig](t, l, "config")
	var values []int64
	if _, is := l["draw"]; is {
		draw := get[struct {
			Seed uint64
			N    int
		}](t, l, "draw")
		values = drawn(draw.Seed, draw.N)
	} else {
		values = get[[]int64](t, l, "values")
	}
	quantiles := func(s *Snapshot) []int64 {
		found, err := s.Quantiles(get[[]uint32](t, l, "quantiles_ppb")...)
		if err != nil && !is(err, ErrNoData) {
			t.Fatal(err)
		}
		return found
	}
	var out answers
	for way, record := range recordings {
		h := must(NewHist(config))(t)
		first := must(NewSnapshot(h))(t)
		fine(t, record(h, values[:len(values)/2]))
		fine(t, first.Read(h))
		fine(t, record(h, values[len(values)/2:]))
		s := must(h.Snapshot())(t)
		summary, err := s.Summarize()
		if err != nil && !is(err, ErrNoData) {
			t.Fatal(err)
		}
		thresholds, le, buckets := [][3]any{}, []uint64{}, []Bucket{}
		for i := range config.Thresholds {
			at, within, beyond, err := h.Threshold(uint32(i))
			fine(t, err)
			thresholds = append(thresholds, [3]any{at, within, beyond})
			at, within, beyond, err = s.Threshold(uint32(i))
			if err != nil || thresholds[i] != [3]any{at, within, beyond} {
				t.Fatal("threshold of the snapshot", i, at, within, beyond, err)
			}
		}
		for _, value := range get[[]int64](t, l, "le") {
			le = append(le, must(s.CountLE(value))(t))
		}
		for i := uint32(0); ; i++ {
			bucket, err := s.Bucket(i)
			if is(err, ErrRange) {
				break
			}
			fine(t, err)
			if bucket.Count != 0 {
				buckets = append(buckets, bucket)
			}
		}
		out = answers{"summary": summary, "quantiles": quantiles(s), "thresholds": thresholds,
			"le": le, "buckets": buckets, "coarse": quantiles(must(s.Downscale(3))(t))}
		fine(t, s.Prepare())
		for i, ppb := range get[[]uint32](t, l, "quantiles_ppb") {
			if one, err := s.Quantile(ppb); err == nil && one != quantiles(s)[i] {
				t.Fatal("one quantile", ppb, one)
			}
		}
		fine(t, s.Subtract(first))
		out["half"] = quantiles(s)
		fine(t, s.Merge(first))
		if again, _ := s.Summarize(); len(values) > 0 && again != summary {
			t.Fatal("subtracted and merged", again, summary)
		}
		same(t, fmt.Sprintf("out (recording %d)", way), out, l["out"])
	}
	return out
}

func replayHistory(t testing.TB, l line) any {
	h := must(NewHist(get[HistConfig](t, l, "config")))(t)
	kept := must(NewHistory(h, get[HistoryConfig](t, l, "history")))(t)
	for _, push := range get[[]struct {
		NowNs  int64
		Values []int64
	}](t, l, "pushes") {
		for _, value := range push.Values {
			fine(t, h.Record(value))
		}
		fine(t, kept.Push(push.NowNs, h, 0))
	}
	s, found := must(NewSnapshot(h))(t), []any{}
	for _, span := range get[[][2]int64](t, l, "reads") {
		used, err := kept.Read(span[0], span[1], s)
		one := answers{"status": statusOf(t, err)}
		if err == nil {
			one["used"], one["count"] = used, must(s.Summarize())(t).Count
			one["p50"], one["p99"] = must(s.Quantile(500000000))(t), must(s.Quantile(990000000))(t)
		}
		found = append(found, one)
	}
	return found
}

// replayBudget is all that a window says of a budget.
func replayBudget(t testing.TB, w *Window, config BudgetConfig, edges [2]int64, windows []Delta) any {
	budget, err := config.Read(w)
	one := answers{"status": statusOf(t, err)}
	if err == nil || is(err, ErrNoData) && budget.ObjectivePpb != 0 {
		one["budget"] = budget
	}
	text, err := config.Explain(w)
	if one["status"] != statusOf(t, err) {
		t.Fatal("explain", err)
	}
	one["explain"] = text
	points, err := config.Burndown(w, 5)
	_ = statusOf(t, err)
	one["burndown"] = points
	forecast, err := config.Forecast(w, HourNs, DayNs)
	one["forecast"] = answer(t, err, false, forecast)
	cost, incident, err := config.Cost(w, edges[0], edges[1])
	spent := answers{"status": statusOf(t, err)}
	if err == nil {
		spent["cost_ppm"], spent["incident"] = cost, incident
	}
	one["cost"] = spent
	effects := []any{}
	for _, delta := range windows {
		if config.Ledger.Count() == 0 {
			break
		}
		effect, err := config.Ledger.Effect(0, config.SLI, w, delta)
		if err != nil {
			effects = append(effects, statusOf(t, err))
		} else {
			effects = append(effects, effect)
		}
	}
	one["effects"] = effects
	return one
}

func replayWindow(t testing.TB, l line) any {
	w, ledger := must(NewWindow(get[WindowConfig](t, l, "config")))(t), must(NewLedger(16))(t)
	for i, push := range get[[]struct {
		NowNs  int64
		Total  Counts
		Flags  uint32
		Status Status
	}](t, l, "pushes") {
		if got := statusOf(t, w.Push(push.NowNs, push.Total, push.Flags)); got != push.Status {
			t.Fatalf("push %d: %s, C has %s", i, got.Name(), push.Status.Name())
		}
	}
	for _, correction := range get[[]Correction](t, l, "corrections") {
		must(ledger.Append(correction))(t)
	}
	windows := must(w.Read(get[[]int64](t, l, "spans_ns")...))(t)
	edges, deltas, corrected, budgets := get[[][2]int64](t, l, "deltas"), []Delta{}, []any{}, []any{}
	for _, edge := range edges {
		deltas = append(deltas, must(w.Delta(edge[0], edge[1]))(t))
	}
	for _, delta := range windows {
		n := must(ledger.Correct(0, w, &delta))(t)
		corrected = append(corrected, []any{delta, n})
	}
	for _, config := range get[[]BudgetConfig](t, l, "budgets") {
		config.Ledger = ledger
		budgets = append(budgets, replayBudget(t, w, config, edges[0], windows))
	}
	return answers{"windows": windows, "deltas": deltas, "corrected": corrected,
		"summary": must(w.Summarize())(t), "budgets": budgets}
}

func replayEvidence(t testing.TB, l line) any {
	evidence, levels := must(NewEvidence(get[EvidenceConfig](t, l, "config")))(t), []uint64{}
	for _, step := range get[[]struct {
		DtNs      int64
		Good, Bad uint64
	}](t, l, "steps") {
		fine(t, evidence.Step(step.DtNs, Counts{Good: step.Good, Bad: step.Bad}))
		levels = append(levels, must(evidence.Read())(t))
	}
	return levels
}

func standings(t testing.TB, m *Monitor) []any {
	all := []any{}
	for i := uint32(0); i < m.SLOCount(); i++ {
		standing, err := m.Read(i)
		all = append(all, answer(t, err, standing.ObjectivePpb != 0, standing))
	}
	return all
}

func replayMonitor(t testing.TB, l line) any {
	m := must(NewMonitor(get[MonitorConfig](t, l, "config")))(t)
	corrections, read := map[int]Correction{}, map[int]bool{}
	for _, c := range get[[]struct {
		At         int
		Correction Correction
	}](t, l, "corrections") {
		corrections[c.At] = c.Correction
	}
	for _, at := range get[[]int](t, l, "reads") {
		read[at] = true
	}
	stood, transitions, statuses, budgets := []any{}, []any{}, []any{}, []any{}
	for i, step := range get[[]struct {
		NowNs  int64
		Flags  uint32
		Status Status
		Counts []Counts
	}](t, l, "steps") {
		if correction, is := corrections[i]; is {
			must(m.Correct(correction))(t)
		}
		for k, counts := range step.Counts {
			fine(t, must(m.Counter(uint32(k)))(t).RecordMany(counts))
		}
		if got := statusOf(t, m.Tick(step.NowNs, step.Flags)); got != step.Status {
			t.Fatalf("tick %d: %s, C has %s", i, got.Name(), step.Status.Name())
		}
		if read[i] {
			stood = append(stood, standings(t, m))
		}
	}
	for i := uint32(0); i < m.SLOCount(); i++ {
		alert, all, both := must(m.Alert(i))(t), []Transition{}, []AlertStatus{}
		for cursor := uint64(0); ; {
			transition, err := alert.Next(&cursor)
			if is(err, ErrNoData) {
				break
			}
			if err == nil {
				all = append(all, transition)
			} else if !is(err, ErrLost) {
				t.Fatal(err)
			}
		}
		for severity := uint32(0); severity < Severities; severity++ {
			both = append(both, must(alert.Read(severity))(t))
		}
		transitions, statuses = append(transitions, all), append(statuses, both)
		config, err := m.Budget(i)
		one := answers{"status": statusOf(t, err)}
		if err == nil {
			standing, err := m.Read(i)
			_ = statusOf(t, err)
			text, err := config.Explain(must(m.Window(standing.SLI))(t))
			_ = statusOf(t, err)
			one["config"], one["explain"] = config, text
		}
		budgets = append(budgets, one)
	}
	return answers{"standings": stood, "transitions": transitions, "statuses": statuses, "budgets": budgets}
}

func replayAttempts(t testing.TB, l line, journey *Journey) {
	for i, tried := range get[[]struct {
		BeginNs, EndNs int64
		Exclude        uint32
		Steps          []struct {
			Step    uint32
			Outcome Outcome
		}
		Outcome Outcome
	}](t, l, "attempts") {
		attempt := journey.Begin(tried.BeginNs)
		for _, step := range tried.Steps {
			fine(t, attempt.Step(step.Step, step.Outcome))
		}
		if tried.Exclude != 0 {
			attempt.Exclude()
		}
		if got := must(attempt.End(tried.EndNs))(t); got != tried.Outcome {
			t.Fatalf("attempt %d: %d, C has %d", i, got, tried.Outcome)
		}
	}
}

func replayJourney(t testing.TB, l line) any {
	journey, parts := must(NewJourney(get[JourneyConfig](t, l, "config")))(t), []any{}
	replayAttempts(t, l, journey)
	for i := uint32(0); i < journey.PartCount(); i++ {
		tally := must(journey.Read(i))(t)
		parts = append(parts, []any{tally.Counts, tally.Unknown})
	}
	return answers{"parts": parts, "blame": must(journey.Blame())(t)}
}

func replayDefinition(t testing.TB, l line) any {
	config := get[DefinitionConfig](t, l, "config")
	fine(t, config.Journeys[0].Check())
	made := must(NewDefinition(config))(t)
	encoded := must(hex.DecodeString(get[string](t, get[map[string]any](t, l, "out"), "bytes")))(t)
	opened := must(OpenDefinition(encoded))(t)
	expanded := must(opened.Config())(t)
	same(t, "what C wrote", expanded, l["config"])
	if string(must(NewDefinition(expanded))(t).Bytes()) != string(encoded) {
		t.Fatal("what C wrote, and back")
	}
	m := must(NewMonitor(MonitorConfig{Definition: opened}))(t)
	if string(must(m.Definition())(t).Bytes()) != string(encoded) {
		t.Fatal("the monitor's definition")
	}
	slis, slos, texts := []string{}, []string{}, []string{}
	for i := uint32(0); i < m.SLICount(); i++ {
		slis = append(slis, m.SLIName(i))
	}
	for i := uint32(0); i < m.SLOCount(); i++ {
		slos = append(slos, m.SLOName(i))
	}
	same(t, "slis", slis, l["slis"])
	same(t, "slos", slos, l["slos"])
	fine(t, m.Tick(get[int64](t, l, "begin_ns"), 0))
	for i, told := range get[[]struct {
		SLI     uint32
		Event   Event
		Outcome Outcome
	}](t, l, "events") {
		if got := must(m.Record(told.SLI, &told.Event))(t); got != told.Outcome {
			t.Fatalf("event %d: %d, C has %d", i, got, told.Outcome)
		}
	}
	replayAttempts(t, l, must(m.Journey(0))(t))
	fine(t, m.Tick(get[int64](t, l, "end_ns"), 0))
	findings := must(config.Lint(get[int64](t, l, "now_ns")))(t)
	for i := range findings {
		texts = append(texts, findings[i].Format())
	}
	return answers{"bytes": hex.EncodeToString(made.Bytes()), "fingerprint": made.Fingerprint(),
		"findings": findings, "texts": texts, "standings": standings(t, m), "blame": must(m.Blame(0))(t)}
}

func replayTraffic(t testing.TB, l line) any {
	traffic, slots, replicas := must(NewTraffic(get[TrafficConfig](t, l, "config")))(t), []any{}, []Counts{}
	for i := get[int](t, l, "n"); i > 0; i-- {
		slot := must(traffic.Next())(t)
		slots = append(slots, []any{slot.Counts.Good, slot.Counts.Bad, slot.BadByFaults})
	}
	for i := range get[[]Counts](t, l, "replicas") {
		replicas = append(replicas, must(traffic.Replica(uint32(i)))(t))
	}
	same(t, "replicas", replicas, l["replicas"])
	return slots
}

func replayBacktest(t testing.TB, l line) any {
	config, found := get[BacktestConfig](t, l, "config"), []any{}
	backtest := must(NewBacktest(config))(t)
	traffic := must(NewTraffic(get[TrafficConfig](t, l, "traffic")))(t)
	for i := 0; i < get[int](t, l, "n"); i++ {
		if i > 0 && i == get[int](t, l, "restart") {
			fine(t, backtest.Restart())
		}
		slot := must(traffic.Next())(t)
		fine(t, backtest.Step(slot.Period.EndNs, slot.Counts))
	}
	for i := range config.Policies {
		result, err := backtest.Read(uint32(i))
		found = append(found, answer(t, err, false, result))
	}
	return found
}

func replayGameday(t testing.TB, l line) any {
	config := get[GamedayConfig](t, l, "config")
	result, events, err := config.Run(64)
	fine(t, err)
	return answers{"result": result, "events": events}
}

var replays = map[string]func(testing.TB, line) any{
	"counter":    replayCounter,
	"hist":       replayHist,
	"history":    replayHistory,
	"window":     replayWindow,
	"evidence":   replayEvidence,
	"monitor":    replayMonitor,
	"journey":    replayJourney,
	"definition": replayDefinition,
	"traffic":    replayTraffic,
	"backtest":   replayBacktest,
	"gameday":    replayGameday,
}

// Every line that C wrote (tests/vectors.c) is replayed here, and every number compared.
func TestVectors(t *testing.T) {
	path := os.Getenv("SLO_VECTORS")
	if path == "" {
		path = "../../build/vectors.jsonl"
	}
	file, err := os.Open(path)
	if err != nil {
		t.Skipf("%v: make vectors writes it", err)
	}
	defer file.Close()
	replayed, lines := map[string]int{}, 0
	d := json.NewDecoder(file)
	d.UseNumber() // 64 bits stay exact
	for d.More() {
		var l line
		fine(t, d.Decode(&l))
		lines++
		op := get[string](t, l, "op")
		of := "name"
		if op == "pure" {
			of = "call"
		}
		name := get[string](t, l, of)
		t.Run(fmt.Sprintf("line %d, %s %s", lines, op, name), func(t *testing.T) {
			if op == "pure" {
				replayPure(t, l)
				op = name
			} else if replay, is := replays[op]; is {
				same(t, "out", replay(t, l), l["out"])
			} else {
				t.Fatalf("no replay of %s", op)
			}
			replayed[op]++
		})
	}
	if lines == 0 {
		t.Fatalf("%s: not one line", path)
	}
	for op := range pure {
		if replayed[op] == 0 {
			t.Errorf("no line of %s was replayed", op)
		}
	}
	for op := range replays {
		if replayed[op] == 0 {
			t.Errorf("no line of %s was replayed", op)
		}
	}
	t.Logf("%d lines, %d operations", lines, len(replayed))
}
