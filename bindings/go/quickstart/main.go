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
	checkout, _ := m.Counter(0)
	now := slo.Now()
	_ = m.Tick(now, 0)
	for i := 0; i < 100000; i++ { // any goroutine: no lock, no allocation, no call into C
		outcome := slo.Good
		if i%2703 == 0 {
			outcome = slo.Bad
		}
		_ = checkout.Record(outcome)
	}
	_ = m.Tick(now+slo.MinuteNs, 0) // one goroutine, say every 10 s
	if s, err := m.Read(0); err == nil && s.Page != slo.AlertFiring {
		fmt.Printf("your budget is at %d %%, nothing to do\n", s.Budget.RemainingPpm/10000)
	}
}
