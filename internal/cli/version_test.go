package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	tail := ", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")"
	checkout := &debug.BuildInfo{Main: debug.Module{Version: "v1.2.4-0.20261129235600-0a0ff5a9fbe9"}, Settings: []debug.BuildSetting{
		{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: "0a0ff5a9fbe98d55a7e3b6a1e6b1d2a0c3f4e5d6"}, {Key: "vcs.time", Value: "2026-11-29T23:56:00Z"},
	}}
	for _, c := range []struct {
		name   string
		linked built
		info   *debug.BuildInfo
		want   string
	}{
		{"linked by make", built{"v1.2.3", "111122223333", "2026-11-28"}, checkout, "v1.2.3 (commit 111122223333 of 2026-11-28"},
		{"linked without a commit", built{version: "v1.2.3"}, &debug.BuildInfo{}, "v1.2.3 (commit unknown"},
		{"a version alone, in a checkout", built{version: "v1.2.3"}, checkout, "v1.2.3 (commit 0a0ff5a9fbe9 of 2026-11-29"},
		{"no day of a linked commit is that of another", built{"v1.2.3", "111122223333", ""}, checkout, "v1.2.3 (commit 111122223333"},
		{"go install in a clone", built{}, checkout, "v1.2.4-0.20261129235600-0a0ff5a9fbe9 (commit 0a0ff5a9fbe9 of 2026-11-29"},
		{"go build without a checkout", built{}, &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "(devel) (commit unknown"},
		{"a short revision", built{}, &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0a0f"}}}, "unknown (commit 0a0f"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.linked.or(recordedBy(c.info)).String(); got != c.want+tail {
				t.Errorf("got  %s\nwant %s", got, c.want+tail)
			}
		})
	}
}
