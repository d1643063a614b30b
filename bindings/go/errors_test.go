//go:build cgo

package slo

import (
	"errors"
	"strings"
	"testing"
)

func is(err error, status Status) bool { return errors.Is(err, status) }

func TestError(t *testing.T) {
	_, err := NewHist(HistConfig{Scale: 10})
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrRange) || errors.Is(err, ErrInvalid) {
		t.Fatal(err)
	}
	if *e != (Error{ErrRange, "scale", 10, 3, 9}) {
		t.Errorf("%+v", *e)
	}
	if e.Error() != "scale: 10 is not in 3..9 (value out of range)" {
		t.Error(e.Error())
	}
	_, err = ParseRule("status>=500 || nonsense")
	if !errors.As(err, &e) || e.Status != ErrParse || e.Value != 15 {
		t.Error(err)
	}
	if got := (&Error{Status: ErrNoData}).Error(); got != "no data" {
		t.Error(got)
	}
	long := &Error{Status: ErrRange, Field: strings.Repeat("x", 200), Min: 1}
	if !strings.HasPrefix(long.Error(), "xxx") {
		t.Error(long.Error())
	}
}

// Every status has a name and a text, and there is no other.
func TestStatuses(t *testing.T) {
	known := map[Status]string{
		ErrInvalid: "SLO_EINVAL", ErrRange: "SLO_ERANGE", ErrNoMemory: "SLO_ENOMEM",
		ErrNoData: "SLO_ENODATA", ErrVersion: "SLO_EVERSION", ErrCorrupt: "SLO_ECORRUPT",
		ErrClock: "SLO_ECLOCK", ErrParse: "SLO_EPARSE", ErrSpace: "SLO_ESPACE", ErrLost: "SLO_ELOST",
		ErrBusy: "SLO_EBUSY",
	}
	for s := Status(-64); s <= 64; s++ {
		name := known[s]
		if s == 0 {
			name = "SLO_OK"
		}
		if name == "" {
			name = "SLO_UNKNOWN"
		}
		if s.Name() != name || s.Error() == "" {
			t.Errorf("%d is %s, %s", s, s.Name(), s.Error())
		}
	}
}

func TestTexts(t *testing.T) {
	zero := "a\x00b"
	for name, err := range map[string]error{
		"time":    second(ParseTime(zero)),
		"rule":    second(ParseRule(zero)),
		"name":    second(NewMonitor(MonitorConfig{SLIs: []MonitorSLI{{Name: zero}}})),
		"reason":  second(must(NewLedger(1))(t).Append(Correction{ToNs: 1, Reason: zero})),
		"find":    second(must(NewMonitor(MonitorConfig{SLIs: []MonitorSLI{{Name: "a"}}}))(t).FindSLI(zero)),
		"journey": second(NewDefinition(DefinitionConfig{Service: zero})),
	} {
		if !is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := must(NewLedger(1))(t).Append(Correction{ToNs: 1, Reason: strings.Repeat("x", 64)})
	var e *Error
	if !errors.As(err, &e) || e.Status != ErrRange || e.Max != LedgerReasonMax {
		t.Error(err)
	}
	if _, err := ParseSpan(""); !is(err, ErrParse) {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }
