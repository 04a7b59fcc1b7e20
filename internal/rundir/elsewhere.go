package rundir

import (
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/telemetry"
)

// Names tell the files of a run directory apart that is kept elsewhere. Locks and a socket are of a process, and copies that
// are made anew at each start stay where they are. So does standard input until it has its final name, with which it is shipped
// whole: before, nobody knows whether there are access tokens in it, and what a log has, it keeps.
func Names() runlog.Names {
	return runlog.Names{Ships: ships, Published: ownFile, Asked: AskedJSON, Live: []string{checkpoint.FileName, telemetry.EventsJSONL}}
}

func ships(name string) bool {
	switch name {
	case checkpoint.LockName, askedLock, Socket:
		return false
	default:
		return !strings.HasPrefix(name, Incoming) && !strings.HasPrefix(name, Unpacked) && !strings.HasPrefix(name, Spooled)
	}
}
