package cli

import (
	"github.com/spf13/pflag"

	"attrmigrate/internal/profiling"
)

// registerProfiles registers hidden flags, for those who work on the program.
func registerProfiles(f *pflag.FlagSet, p *profiling.Profiles) {
	for _, flag := range []struct {
		path        *string
		name, usage string
	}{
		{&p.CPU, "cpuprofile", "write a CPU profile to `FILE`"},
		{&p.Memory, "memprofile", "write a profile of the memory to `FILE`"},
		{&p.Mutex, "mutexprofile", "write a profile of contended locks to `FILE`"},
		{&p.Block, "blockprofile", "write a profile of waiting to `FILE`"},
		{&p.Trace, "trace", "write an execution trace to `FILE`"},
	} {
		f.StringVar(flag.path, flag.name, "", flag.usage)
		f.Lookup(flag.name).Hidden = true
	}
}
