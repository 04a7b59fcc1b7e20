// Package profiling measures the program itself, for those who work on it: what hidden flags ask for is written to files
// for go tool pprof and go tool trace.
package profiling

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// How much of what happens the profiles of waiting see: one contended lock in so many, and one wait a
// so many nanoseconds. More would slow down what is measured.
const (
	mutexFraction = 10
	blockRate     = 10_000
)

// Profiles are the files to write, each of what its name says; an empty one is not wanted. It belongs to one goroutine.
type Profiles struct {
	CPU, Memory, Mutex, Block, Trace string

	made []string       // the files
	ends []func() error // of what was started, in that order
}

// Start begins what was asked for. If that fails, nothing goes on, and what it made is gone.
func (p *Profiles) Start() error {
	if p.Mutex != "" {
		runtime.SetMutexProfileFraction(mutexFraction)
	}
	if p.Block != "" {
		runtime.SetBlockProfileRate(blockRate)
	}
	err := cmp.Or(
		p.open("trace", p.Trace, trace.Start, stopped(trace.Stop)),
		p.open("memprofile", p.Memory, nil, func(w io.Writer) error {
			runtime.GC() // the profile is as old as the last collection
			return pprof.Lookup("allocs").WriteTo(w, 0)
		}),
		p.open("mutexprofile", p.Mutex, nil, lookup("mutex")),
		p.open("blockprofile", p.Block, nil, lookup("block")),
		p.open("cpuprofile", p.CPU, pprof.StartCPUProfile, stopped(pprof.StopCPUProfile)),
	)
	if err != nil {
		err = errors.Join(err, p.Stop())
		for _, file := range p.made {
			_ = os.Remove(file)
		}
	}
	return err
}

// open creates a file now, so that a wrong path is told before the work, and writes to it at the end. What
// is there already may be anybody's.
func (p *Profiles) open(flag, path string, begin, end func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return &refusal.UsageError{Err: fmt.Errorf("--%s: %s: is there already", flag, prose.Printable(path)), Remedy: "name another file, or remove it"}
	}
	if err != nil {
		return &refusal.UsageError{Err: fmt.Errorf("profile: %w", err)}
	}
	p.made = append(p.made, path)
	if begin != nil {
		if err := begin(f); err != nil {
			return fmt.Errorf("profile %s: %w", path, errors.Join(err, f.Close()))
		}
	}
	p.ends = append(p.ends, func() error {
		if err := errors.Join(end(f), f.Close()); err != nil {
			return fmt.Errorf("profile %s: %w", path, err)
		}
		return nil
	})
	return nil
}

// Stop writes the profiles, the one that was started last first: it sees nothing of the others.
func (p *Profiles) Stop() error {
	var errs []error
	for i := len(p.ends) - 1; i >= 0; i-- {
		errs = append(errs, p.ends[i]())
	}
	p.ends = nil
	return errors.Join(errs...)
}

// stopped is an end that writes nothing itself.
func stopped(stop func()) func(io.Writer) error {
	return func(io.Writer) error {
		stop()
		return nil
	}
}

// lookup writes a profile that the runtime keeps by itself.
func lookup(name string) func(io.Writer) error {
	return func(w io.Writer) error { return pprof.Lookup(name).WriteTo(w, 0) }
}
