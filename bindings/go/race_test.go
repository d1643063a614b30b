//go:build cgo && race

package slo

const raceEnabled = true
