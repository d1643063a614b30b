//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// Definition is the journeys of a service as one block of bytes that C, Python and Go read. It never
// changes: any goroutine may read it.
type Definition struct{ object }

func (v *DefinitionConfig) c(a *arena) *C.slo_definition_config {
	c := new(C.slo_definition_config)
	v.set(a, c)
	return c
}

// NewDefinition encodes a definition. ErrRange, ErrInvalid, with the field, such as
// "journeys[0].slos[1].period_ns".
func NewDefinition(config DefinitionConfig) (*Definition, error) {
	var a arena
	defer a.done()
	c := config.c(&a)
	o, err := lay(&a, nil, func(size *C.size_t, e *C.slo_error) C.slo_status {
		return C.slo_definition_footprint(c, size, e)
	}, func(memory unsafe.Pointer, size C.size_t, e *C.slo_error) C.slo_status {
		return C.go_definition_init(memory, size, c, e)
	})
	return made(&Definition{o}, err)
}

// OpenDefinition opens bytes that somebody encoded; copied. ErrVersion, ErrCorrupt, ErrSpace: cut off;
// ErrRange, ErrInvalid, with the field.
func OpenDefinition(encoded []byte) (*Definition, error) {
	if len(encoded) == 0 {
		return nil, &Error{Status: ErrSpace, Min: 1}
	}
	memory := aligned(uintptr(len(encoded)))
	copy(memory, encoded)
	at := unsafe.Pointer(unsafe.SliceData(memory))
	e := report()
	if err := checked(C.go_definition_attach(at, C.size_t(len(memory)), e), e); err != nil {
		return nil, err
	}
	memory = memory[:C.slo_definition_size((*C.slo_definition)(at))]
	return &Definition{object{&block{memory: memory}, at, false}}, nil
}

// Bytes is what to write to a file or send; a copy. nil when closed.
func (v *Definition) Bytes() []byte {
	at, err := v.open()
	if err != nil {
		return nil
	}
	size := C.slo_definition_size((*C.slo_definition)(at))
	return append([]byte(nil), unsafe.Slice((*byte)(at), size)...)
}

// Fingerprint is 64 bits that two different definitions hardly share; 0 when closed.
func (v *Definition) Fingerprint() uint64 {
	at, err := v.open()
	if err != nil {
		return 0
	}
	return uint64(C.slo_definition_fingerprint((*C.slo_definition)(at)))
}

// FindJourney is the index of a journey. ErrNoData: there is none of that name.
func (v *Definition) FindJourney(name string) (uint32, error) {
	return v.find(name, func(c *C.slo_definition, name *C.char, i *C.uint32_t) C.slo_status {
		return C.slo_definition_find_journey(c, name, i)
	})
}

// FindStep is the index of a step of a journey, for attempts. ErrNoData: there is none of that name.
// ErrRange: no such journey.
func (v *Definition) FindStep(journey uint32, name string) (uint32, error) {
	return v.find(name, func(c *C.slo_definition, name *C.char, i *C.uint32_t) C.slo_status {
		return C.slo_definition_find_step(c, C.uint32_t(journey), name, i)
	})
}

func (v *Definition) find(name string, look func(*C.slo_definition, *C.char, *C.uint32_t) C.slo_status) (uint32, error) {
	var a arena
	defer a.done()
	at, err := v.open()
	if err != nil {
		return 0, err
	}
	var i C.uint32_t
	words := a.words(name)
	if a.err != nil {
		return 0, a.err
	}
	err = check(look((*C.slo_definition)(at), words, &i))
	return uint32(i), err
}

// Config is the structs again.
func (v *Definition) Config() (DefinitionConfig, error) {
	var a arena
	defer a.done()
	var config DefinitionConfig
	at, err := v.open()
	if err != nil {
		return config, err
	}
	definition := (*C.slo_definition)(a.keep(at))
	var size C.size_t
	if err := check(C.slo_definition_expand_footprint(definition, &size)); err != nil {
		return config, err
	}
	// C writes pointers into it: memory of C's
	memory := C.malloc(size + Align)
	defer C.free(memory)
	from := unsafe.Add(memory, -uintptr(memory)&(Align-1))
	made := new(*C.slo_definition_config)
	if err := check(C.slo_definition_expand(definition, from, size, made)); err != nil {
		return config, err
	}
	config.get(*made)
	return config, nil
}
