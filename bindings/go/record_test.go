//go:build cgo

package slo

import (
	"math/rand"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"github.com/libslo/libslo/bindings/go/internal/crecord"
)

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// scaled is fewer under the race detector and -short, and as many as SLO_EVENTS says, if it does.
func scaled(n int) int {
	if asked, err := strconv.Atoi(os.Getenv("SLO_EVENTS")); err == nil {
		return asked
	}
	if raceEnabled || testing.Short() {
		return n / 20
	}
	return n
}

// valuesFor has every edge of a grid, and values of all sizes between.
func valuesFor(h *Hist, t testing.TB, n int) []int64 {
	values := []int64{0, 1, 2, -1, -1 << 63, 1<<63 - 1, HistValueMax - 1, HistValueMax, HistValueMax + 1}
	s := must(NewSnapshot(h))(t)
	for i := uint32(0); ; i++ {
		b, err := s.Bucket(i)
		if err != nil {
			break
		}
		values = append(values, b.Lower-1, b.Lower, b.Lower+1, b.Upper-1, b.Upper, b.Upper+1)
	}
	for i := uint32(0); ; i++ {
		at, _, _, err := h.Threshold(i)
		if err != nil {
			break
		}
		values = append(values, at-1, at, at+1)
	}
	r := rand.New(rand.NewSource(1))
	for len(values) < n {
		v := int64(r.Uint64() >> uint(r.Intn(64)))
		if r.Intn(64) == 0 {
			v = -v
		}
		values = append(values, v)
	}
	return values
}

var shapes = []HistConfig{
	{},
	{Thresholds: []int64{300000000}},
	{Thresholds: []int64{0, 1, 100000000, 300000000, HistValueMax}, Scale: 5},
	{Scale: 3, PerUnit: 1, Lowest: 1, Highest: HistValueMax},
	{Scale: 9, PerUnit: 1000, Lowest: 7, Highest: 123456789, Thresholds: []int64{50, 60}},
	{Scale: 8, Lowest: 1000000, Highest: 1000000},
	{Scale: 7, PerUnit: 1000000, Thresholds: []int64{999999}},
}

// What Go records is what C records, cell by cell.
func TestHistCellsOfC(t *testing.T) {
	_, record := recordersOfC()
	for i, config := range shapes {
		config.Shards = 1
		ours, theirs := must(NewHist(config))(t), must(NewHist(config))(t)
		n := scaled(10000000) / len(shapes)
		if i == 1 {
			n = scaled(10000000)
		}
		values := valuesFor(ours, t, n)
		for _, v := range values {
			if err := ours.Record(v); err != nil {
				t.Fatal(err)
			}
		}
		crecord.Each(record, theirs.at, values)
		a, b := ours.Memory(), theirs.Memory()
		for k := range a {
			if a[k] != b[k] {
				at := uint64(uintptr(ours.rows.at) - uintptr(ours.at))
				t.Fatalf("shape %d: byte %d differs, rows begin at %d", i, k, at)
			}
		}
		if s := must(must(ours.Snapshot())(t).Summarize())(t); s.Count != uint64(len(values)) {
			t.Errorf("shape %d: %d of %d", i, s.Count, len(values))
		}
	}
}

func TestHistTimesAndMany(t *testing.T) {
	for i, config := range shapes {
		config.Shards = 1
		one, times, many := must(NewHist(config))(t), must(NewHist(config))(t), must(NewHist(config))(t)
		values := valuesFor(one, t, 20000)
		for _, v := range values {
			for k := 0; k < 3; k++ {
				_ = one.Record(v)
				_ = many.RecordMany([]int64{v})
			}
			_ = times.RecordTimes(v, 3)
		}
		if string(one.Memory()) != string(times.Memory()) || string(one.Memory()) != string(many.Memory()) {
			t.Errorf("shape %d", i)
		}
	}
}

func TestCounterOutcomes(t *testing.T) {
	for _, path := range []CounterConfig{{}, {Shards: 1}, {Path: PathCPU}, {Path: PathShared, Writers: 2}} {
		c := must(NewCounter(path))(t)
		for outcome, n := range map[Outcome]int{Good: 5, Bad: 3, Excluded: 2, 3: 1, -1: 1, 1 << 30: 1} {
			for i := 0; i < n; i++ {
				if err := c.Record(outcome); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = c.RecordMany(Counts{Good: 10, Excluded: 1})
		_ = c.RecordLate(4)
		tally := must(c.Read())(t)
		if tally.Counts != (Counts{15, 3, 3}) || tally.Unknown != 3 || tally.Late != 4 {
			t.Errorf("%+v", tally)
		}
	}
}

// Goroutines and a thread of C record into one monitor's block: not one event is lost.
func TestConservation(t *testing.T) {
	const goroutines = 8
	each := scaled(10000000) / goroutines / 2
	m := must(NewMonitor(MonitorConfig{SLIs: []MonitorSLI{{
		Name: "all", Latency: &HistConfig{Thresholds: []int64{500000000}}}}}))(t)
	counter, hist := must(m.Counter(0))(t), must(m.Hist(0))(t)
	recordCounter, recordHist := recordersOfC()
	wait := crecord.Thread(recordCounter, recordHist, counter.at, hist.at, int64(each))
	var all sync.WaitGroup
	for g := 0; g < goroutines; g++ {
		all.Add(1)
		go func(g int) {
			defer all.Done()
			for i := 0; i < each; i++ {
				_ = counter.Record(Outcome(i % 3))
				_ = hist.Record(int64(i % 1000 * 1000000))
				if i%10000 == 0 && g == 0 {
					runtime.GC()
				}
			}
		}(g)
	}
	all.Wait()
	if !wait() {
		t.Fatal("the thread of C did not run")
	}
	var want Counts
	for i := 0; i < each; i++ {
		*[]*uint64{&want.Good, &want.Bad, &want.Excluded}[i%3] += goroutines + 1
	}
	if tally := must(counter.Read())(t); tally.Counts != want {
		t.Errorf("%+v, want %+v", tally, want)
	}
	total := uint64(each) * (goroutines + 1)
	if s := must(must(hist.Snapshot())(t).Summarize())(t); s.Count != total {
		t.Errorf("%d of %d in buckets", s.Count, total)
	}
	_, within, beyond, err := hist.Threshold(0)
	if err != nil || within+beyond != total {
		t.Errorf("%d + %d of %d at the threshold, %v", within, beyond, total, err)
	}
}

// A monitor in a mapped file: this process and four others record.
func TestProcesses(t *testing.T) {
	const children = 4
	n := scaled(400000)
	if path := os.Getenv("SLO_TEST_BLOCK"); path != "" {
		memory := mapped(t, path, 0)
		recordSome(t, must(AttachMonitor(memory))(t), n)
		return
	}
	config := MonitorConfig{SLIs: []MonitorSLI{{Name: "all", Latency: &HistConfig{}}}}
	size := must(MonitorFootprint(config))(t)
	path := t.TempDir() + "/block"
	memory := mapped(t, path, size)
	m := must(InitMonitor(memory, config))(t)
	var all sync.WaitGroup
	for i := 0; i < children; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			child := exec.Command(os.Args[0], "-test.run=^TestProcesses$")
			child.Env = append(os.Environ(), "SLO_TEST_BLOCK="+path, "SLO_EVENTS="+strconv.Itoa(n))
			if out, err := child.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		}()
	}
	recordSome(t, m, n)
	all.Wait()
	want := uint64(n) * (children + 1)
	if tally := must(must(m.Counter(0))(t).Read())(t); tally.Counts.Good != want {
		t.Errorf("%d of %d", tally.Counts.Good, want)
	}
	s := must(must(must(m.Hist(0))(t).Snapshot())(t).Summarize())(t)
	if s.Count != want {
		t.Errorf("%d of %d", s.Count, want)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if err := syscall.Munmap(memory); err != nil {
		t.Error(err)
	}
	if _, err := m.Read(0); err != ErrClosed {
		t.Error(err)
	}
}

func recordSome(t *testing.T, m *Monitor, n int) {
	counter, hist := must(m.Counter(0))(t), must(m.Hist(0))(t)
	var all sync.WaitGroup
	for g := 0; g < 2; g++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 0; i < n/2; i++ {
				_ = counter.Record(Good)
				_ = hist.Record(int64(i))
			}
		}()
	}
	all.Wait()
}

func mapped(t *testing.T, path string, size int) []byte {
	file := must(os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600))(t)
	defer file.Close()
	if size == 0 {
		size = int(must(file.Stat())(t).Size())
	} else if err := file.Truncate(int64(size)); err != nil {
		t.Fatal(err)
	}
	return must(syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED))(t)
}

// A block of another layout is refused, not written to.
func TestLayoutIsChecked(t *testing.T) {
	c, h := must(NewCounter(CounterConfig{}))(t), must(NewHist(HistConfig{}))(t)
	*(*uint32)(unsafe.Add(c.at, blockLayoutAt))++
	*(*uint32)(unsafe.Add(h.at, blockMagicAt))++
	if _, err := counterOf(c.object); !is(err, ErrVersion) {
		t.Error(err)
	}
	if _, err := histOf(h.object); !is(err, ErrVersion) {
		t.Error(err)
	}
	if _, err := AttachCounter(c.Memory()); !is(err, ErrVersion) {
		t.Error(err)
	}
	if _, err := AttachHist(h.Memory()); !is(err, ErrCorrupt) {
		t.Error(err)
	}
}
