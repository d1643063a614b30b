package main

import (
	"fmt"

	slo "github.com/libslo/libslo/bindings/go"
)

func main() {
	m, _ := slo.NewMonitor(slo.MonitorConfig{ // 99.9 % over 28 days, with the Workbook's alerts
		SLIs: []slo.MonitorSLI{{Name: "checkout"}},
		SLOs: []slo.MonitorSLO{{Name: "checkout", ObjectivePpb: 999000000, PeriodNs: 28 * slo.DayNs}},
	})
	checkout, _ := m.Counter(0) // look it up once
	now := slo.Now()
	_ = m.Tick(now, 0)
	_ = checkout.Record(slo.Good) // any goroutine: no lock, no allocation, no call into C
	_ = checkout.RecordMany(slo.Counts{Good: 99962, Bad: 37})
	_ = m.Tick(now+slo.MinuteNs, 0) // one goroutine, say every 10 s
	if s, err := m.Read(0); err == nil && s.Page != slo.AlertFiring {
		fmt.Printf("your budget is at %d %%, nothing to do\n", s.Budget.RemainingPpm/10000)
	}
}
