package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// The version, the commit and its day may be set when the program is linked, as the Makefile does; else they are those
// that the Go command recorded.
var buildVersion, buildCommit, buildDate string

// built is what a program was built from.
type built struct{ version, commit, date string }

// thisBuild is what this one was built from.
func thisBuild() built {
	recorded := built{}
	if info, ok := debug.ReadBuildInfo(); ok {
		recorded = recordedBy(info)
	}
	return built{buildVersion, buildCommit, buildDate}.or(recorded)
}

// or has what was recorded where nothing was linked in. A commit and its day go together.
func (b built) or(recorded built) built {
	b.version = cmp.Or(b.version, recorded.version)
	if b.commit == "" {
		b.commit, b.date = recorded.commit, recorded.date
	}
	return b
}

// recordedBy is what the Go command knew: nothing but a version without a checkout.
func recordedBy(info *debug.BuildInfo) built {
	b := built{version: info.Main.Version}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.commit = s.Value[:min(12, len(s.Value))]
		case "vcs.time":
			b.date, _, _ = strings.Cut(s.Value, "T")
		}
	}
	return b
}

// String is what --version says, on one line: the version, the commit and its day, Go's version and the platform.
func (b built) String() string {
	commit := "commit " + cmp.Or(b.commit, "unknown")
	if b.date != "" {
		commit += " of " + b.date
	}
	return fmt.Sprintf("%s (%s, %s, %s/%s)", cmp.Or(b.version, "unknown"), commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// release is the version alone.
func release() string { return thisBuild().version }
