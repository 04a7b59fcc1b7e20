package cli

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

	"github.com/spf13/pflag"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// How much of what happens the profiles of waiting see: one contended lock in so many, and one wait a
// so many nanoseconds. More would slow down what is measured.
const (
	mutexFraction = 10
	blockRate     = 10_000
)

// profiles are the measurements of the program itself that hidden flags ask for. Each flag names a file,
// for go tool pprof or go tool trace. It belongs to the goroutine of Run.
type profiles struct {
	cpu, memory, mutex, block, trace string
	made                             []string       // the files
	ends                             []func() error // of what was started, in that order
}

func (p *profiles) register(f *pflag.FlagSet) {
	for _, flag := range []struct {
		path        *string
		name, usage string
	}{
		{&p.cpu, "cpuprofile", "write a CPU profile to `FILE`"},
		{&p.memory, "memprofile", "write a profile of the memory to `FILE`"},
		{&p.mutex, "mutexprofile", "write a profile of contended locks to `FILE`"},
		{&p.block, "blockprofile", "write a profile of waiting to `FILE`"},
		{&p.trace, "trace", "write an execution trace to `FILE`"},
	} {
		f.StringVar(flag.path, flag.name, "", flag.usage)
		f.Lookup(flag.name).Hidden = true
	}
}

// start begins what was asked for. If that fails, nothing goes on, and what it made is gone.
func (p *profiles) start() error {
	if p.mutex != "" {
		runtime.SetMutexProfileFraction(mutexFraction)
	}
	if p.block != "" {
		runtime.SetBlockProfileRate(blockRate)
	}
	err := cmp.Or(
		p.open("trace", p.trace, trace.Start, stopped(trace.Stop)),
		p.open("memprofile", p.memory, nil, func(w io.Writer) error {
			runtime.GC() // the profile is as old as the last collection
			return pprof.Lookup("allocs").WriteTo(w, 0)
		}),
		p.open("mutexprofile", p.mutex, nil, lookup("mutex")),
		p.open("blockprofile", p.block, nil, lookup("block")),
		p.open("cpuprofile", p.cpu, pprof.StartCPUProfile, stopped(pprof.StopCPUProfile)),
	)
	if err != nil {
		err = errors.Join(err, p.stop())
		for _, file := range p.made {
			_ = os.Remove(file)
		}
	}
	return err
}

// open creates a file now, so that a wrong path is told before the work, and writes to it at the end. What
// is there already may be anybody's.
func (p *profiles) open(flag, path string, begin, end func(io.Writer) error) error {
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

// stop writes the profiles, the one that was started last first: it sees nothing of the others.
func (p *profiles) stop() error {
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
