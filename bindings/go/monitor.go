//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Monitor is all SLIs and SLOs of a service in one block: goroutines record into its counters and
// histograms, one owner ticks it with the time, and anybody asks where an objective stands. In shared
// or mapped memory it survives restarts and is fed by several processes.
type Monitor struct{ object }

// choose: recording from Go goes to shared rows, one for each processor unless the configuration says
// something else.
func (v *MonitorSLI) choose(c *C.slo_monitor_sli) {
	if v.Shards == 0 {
		c.shards = C.uint32_t(goShards())
	}
}

func (v *MonitorConfig) c(a *arena) *C.slo_monitor_config {
	c := new(C.slo_monitor_config)
	v.set(a, c)
	return c
}

// MonitorFootprint is how many bytes a monitor of this configuration needs. ErrRange, with the field.
func MonitorFootprint(config MonitorConfig) (int, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	return footprintOf(&a, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_monitor_footprint(c, size, e)
	})
}

// NewMonitor makes a monitor. ErrRange, ErrInvalid, with the field.
func NewMonitor(config MonitorConfig) (*Monitor, error) { return InitMonitor(nil, config) }

// InitMonitor lays a monitor out in memory, shared or mapped, aligned to Align. Also ErrSpace.
func InitMonitor(memory []byte, config MonitorConfig) (*Monitor, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	o, err := lay(&a, memory, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_monitor_footprint(c, size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_monitor_init(memory, size, c, e)
	})
	return made(&Monitor{o}, err)
}

// AttachMonitor opens a monitor that another process, or this one, laid out in memory. ErrInvalid,
// ErrSpace, ErrVersion, ErrCorrupt.
func AttachMonitor(memory []byte) (*Monitor, error) {
	o, err := attach(memory, func(at unsafe.Pointer, size C.size_t) C.slo_status {
		return C.go_monitor_attach(at, size)
	})
	return made(&Monitor{o}, err)
}

func (m *Monitor) c() *C.slo_monitor {
	at, err := m.open()
	if err != nil {
		return nil
	}
	return (*C.slo_monitor)(at)
}

// SLICount is how many SLIs there are; 0 when closed.
func (m *Monitor) SLICount() uint32 { return uint32(C.slo_monitor_sli_count(m.c())) }

// SLOCount is how many SLOs there are; 0 when closed.
func (m *Monitor) SLOCount() uint32 { return uint32(C.slo_monitor_slo_count(m.c())) }

// JourneyCount is how many journeys its definition has; 0 without one and when closed.
func (m *Monitor) JourneyCount() uint32 { return uint32(C.slo_monitor_journey_count(m.c())) }

// SLIName is the name of an SLI; "" when there is none.
func (m *Monitor) SLIName(sli uint32) string {
	c := m.c()
	if c == nil {
		return ""
	}
	return C.GoString(C.slo_monitor_sli_name(c, C.uint32_t(sli)))
}

// SLOName is the name of an SLO; "" when there is none.
func (m *Monitor) SLOName(slo uint32) string {
	c := m.c()
	if c == nil {
		return ""
	}
	return C.GoString(C.slo_monitor_slo_name(c, C.uint32_t(slo)))
}

// FindSLI is the index of an SLI. ErrNoData: there is none of that name.
func (m *Monitor) FindSLI(name string) (uint32, error) {
	return m.find(name, func(c *C.slo_monitor, name *C.char, i *C.uint32_t) C.slo_status {
		return C.slo_monitor_find_sli(c, name, i)
	})
}

// FindSLO is the index of an SLO. ErrNoData: there is none of that name.
func (m *Monitor) FindSLO(name string) (uint32, error) {
	return m.find(name, func(c *C.slo_monitor, name *C.char, i *C.uint32_t) C.slo_status {
		return C.slo_monitor_find_slo(c, name, i)
	})
}

func (m *Monitor) find(name string, look func(*C.slo_monitor, *C.char, *C.uint32_t) C.slo_status) (uint32, error) {
	var a arena
	defer a.done()
	at, err := m.open()
	if err != nil {
		return 0, err
	}
	var i C.uint32_t
	words := a.words(name)
	if a.err != nil {
		return 0, a.err
	}
	err = check(look((*C.slo_monitor)(at), words, &i))
	return uint32(i), err
}

// partAt is a part of the block; ErrRange: there is none.
func (m *Monitor) partAt(i uint32, find func(*C.slo_monitor, C.uint32_t) C.size_t) (object, error) {
	at, err := m.open()
	if err != nil {
		return object{}, err
	}
	offset := find((*C.slo_monitor)(at), C.uint32_t(i))
	if offset == 0 {
		return object{}, &Error{Status: ErrRange, Value: int64(i), Min: 1}
	}
	return m.within(offset), nil
}

// Counter is the counter of an SLI. Look parts up once and keep them: they stay where they are until
// the monitor is closed. Attempts and parts of a journey have none. ErrRange: there is none, as in the
// methods that follow.
func (m *Monitor) Counter(sli uint32) (*Counter, error) {
	o, err := m.partAt(sli, func(c *C.slo_monitor, i C.uint32_t) C.size_t { return C.go_monitor_counter(c, i) })
	if err != nil {
		return nil, err
	}
	return counterOf(o)
}

// Hist is the histogram of an SLI.
func (m *Monitor) Hist(sli uint32) (*Hist, error) {
	o, err := m.partAt(sli, func(c *C.slo_monitor, i C.uint32_t) C.size_t { return C.go_monitor_hist(c, i) })
	if err != nil {
		return nil, err
	}
	return histOf(o)
}

// Window is the window of an SLI; pushing is the tick's business.
func (m *Monitor) Window(sli uint32) (*Window, error) {
	o, err := m.partAt(sli, func(c *C.slo_monitor, i C.uint32_t) C.size_t { return C.go_monitor_window(c, i) })
	return made(&Window{o}, err)
}

// Alert is the alert of an SLO; stepping is the tick's business.
func (m *Monitor) Alert(slo uint32) (*Alert, error) {
	o, err := m.partAt(slo, func(c *C.slo_monitor, i C.uint32_t) C.size_t { return C.go_monitor_alert(c, i) })
	return made(&Alert{o}, err)
}

// History is the history of an SLI's latency.
func (m *Monitor) History(sli uint32) (*History, error) {
	o, err := m.partAt(sli, func(c *C.slo_monitor, i C.uint32_t) C.size_t { return C.go_monitor_history(c, i) })
	return made(&History{o}, err)
}

// Journey is a journey of the definition, for attempts.
func (m *Monitor) Journey(journey uint32) (*Journey, error) {
	o, err := m.partAt(journey, func(c *C.slo_monitor, i C.uint32_t) C.size_t { return C.go_monitor_journey(c, i) })
	return journeyOf(o, err)
}

// Ledger is what corrections there are. Write them down with Correct.
func (m *Monitor) Ledger() (*Ledger, error) {
	o, err := m.partAt(0, func(c *C.slo_monitor, _ C.uint32_t) C.size_t { return C.go_monitor_ledger(c) })
	return made(&Ledger{o}, err)
}

// Definition is what it was opened from. ErrRange: from SLIs and SLOs.
func (m *Monitor) Definition() (*Definition, error) {
	o, err := m.partAt(0, func(c *C.slo_monitor, _ C.uint32_t) C.size_t { return C.go_monitor_definition(c) })
	return made(&Definition{o}, err)
}

// Record classifies an event by the rule of a definition's indicator, counts it, and says what it was.
// Excluded also, and nothing is counted, when there is no such SLI or it has no rule. Any goroutine; a
// call into C. ErrClosed and nothing else.
func (m *Monitor) Record(sli uint32, event *Event) (Outcome, error) {
	at, err := m.open()
	if err != nil {
		return Excluded, err
	}
	return Outcome(C.slo_monitor_record((*C.slo_monitor)(at), C.uint32_t(sli), (*C.slo_event)(unsafe.Pointer(event)))), nil
}

// Tick takes a reading of every SLI and steps the alerts. flags: Push.. Owner only: one goroutine at a
// time, say every 10 s. ErrRange, ErrClock: it jumped ahead too far, nothing was taken.
func (m *Monitor) Tick(nowNs int64, flags uint32) error {
	at, err := m.open()
	if err != nil {
		return err
	}
	return check(C.slo_monitor_tick((*C.slo_monitor)(at), C.int64_t(nowNs), C.uint32_t(flags)))
}

// Correct writes a correction down, pins the readings at its edges, and gives its number. Owner only.
// Errors as Ledger.Append; ErrRange: no such SLI.
func (m *Monitor) Correct(correction Correction) (uint32, error) {
	var a arena
	at, err := m.open()
	if err != nil {
		return 0, err
	}
	c := new(C.slo_correction)
	correction.set(&a, c)
	if a.err != nil {
		return 0, a.err
	}
	var sequence C.uint32_t
	e := report()
	err = checked(C.slo_monitor_correct((*C.slo_monitor)(at), c, &sequence, e), e)
	return uint32(sequence), err
}

// Budget is the budget of an SLO as of the newest tick, for the methods of BudgetConfig with the
// window of its SLI. Any goroutine. ErrNoData: never ticked. ErrRange.
func (m *Monitor) Budget(slo uint32) (BudgetConfig, error) {
	var config BudgetConfig
	at, err := m.open()
	if err != nil {
		return config, err
	}
	c := new(C.slo_budget_config)
	if err := check(C.slo_monitor_budget((*C.slo_monitor)(at), C.uint32_t(slo), (*C.slo_budget_config)(sized(c)))); err != nil {
		return config, err
	}
	config.Method, config.ObjectivePpb = uint32(c.method), uint64(c.objective_ppb)
	config.PeriodNs, config.StartNs, config.EndNs = int64(c.period_ns), int64(c.start_ns), int64(c.end_ns)
	config.SLI = uint32(c.sli)
	config.Ledger, err = m.Ledger()
	return config, err
}

// Read is where an SLO stands as of the newest tick. Any goroutine. ErrNoData: never ticked, or
// nothing valid in the period; the numbers mean nothing. ErrRange.
func (m *Monitor) Read(slo uint32) (Standing, error) {
	var standing Standing
	at, err := m.open()
	if err == nil {
		err = check(C.slo_monitor_read((*C.slo_monitor)(at), C.uint32_t(slo), (*C.slo_standing)(sized(&standing))))
	}
	return standing, err
}

// Blame says who spent the budget of an SLO about a journey's attempts, by part. Any goroutine.
// ErrNoData: never ticked. ErrRange: one of something else.
func (m *Monitor) Blame(slo uint32) ([]Blame, error) {
	at, err := m.open()
	if err != nil {
		return nil, err
	}
	blames := make([]Blame, JourneyStepsMax+1)
	var count C.uint32_t
	err = check(C.slo_monitor_blame((*C.slo_monitor)(at), C.uint32_t(slo), (*C.slo_blame)(unsafe.Pointer(&blames[0])), counted(len(blames)), &count))
	if err != nil {
		return nil, err
	}
	return blames[:count], nil
}
