package report

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/sources"
)

// names lists a directory.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// open begins a plan with a change and a row in it.
func open(t *testing.T, dir string) *Plan {
	t.Helper()
	return openOn(t, disk.OS{}, dir)
}

func openOn(t *testing.T, on disk.FS, dir string) *Plan {
	t.Helper()
	p, err := OpenPlan(on, dir)
	if err != nil {
		t.Fatal(err)
	}
	err = p.Change(&sources.Change{
		Username:       "ann",
		Attributes:     []sources.Attribute{{Name: "custom:tier", Value: "gold"}, {Name: "nickname", Delete: true}},
		Expect:         []sources.Attribute{{Name: "custom:tier", Delete: true}, {Name: "nickname", Value: "<A&B>\u2028"}},
		ClientMetadata: map[string]string{"reason": "merger", "by": "job"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Row(AuditRow{"users.csv", "2", "ann", "custom:tier", "change", "", "gold, \"old\"\n", ""}); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlan(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{PlanJSONL, AuditCSV, "plan.jsonl.tmp"} { // of earlier plans
		if err := os.WriteFile(filepath.Join(dir, name), []byte("earlier\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := open(t, dir)
	if read(t, dir, PlanJSONL) != "earlier\n" || read(t, dir, AuditCSV) != "earlier\n" {
		t.Error("the earlier plan is gone before this one is whole")
	}
	if err := errors.Join(p.Close(), p.Close(), p.Discard()); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{AuditCSV, PlanJSONL}) {
		t.Errorf("left %q", got)
	}
	want := map[string]string{
		PlanJSONL: `{"username":"ann","attributes":{"custom:tier":"gold","nickname":null},"expect":{"custom:tier":null,"nickname":"<A&B>` + "\u2028" + `"},"client_metadata":{"by":"job","reason":"merger"}}` + "\n",
		AuditCSV:  "file,line,username,attribute,verdict,before,after,note\n" + "users.csv,2,ann,custom:tier,change,,\"gold, \"\"old\"\"\n\",\n",
	}
	for name, text := range want {
		if got := read(t, dir, name); got != text {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, text)
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
	if err := p.Change(&sources.Change{Username: "bob"}); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Change after Close: %v", err)
	}
}

// A plan is a change set.
func TestPlanComesBack(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	f, err := sources.Open([]string{filepath.Join(dir, PlanJSONL)}, sources.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := f.Next(context.Background())
	if err != nil || c.Err != nil {
		t.Fatal(err, c.Err)
	}
	const want = "ann [{custom:tier gold false} {nickname  true}] [{custom:tier  true} {nickname <A&B>\u2028 false}] map[by:job reason:merger]"
	if got := fmt.Sprint(c.Username, " ", c.Attributes, " ", c.Expect, " ", c.ClientMetadata); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestPlanWithheld: a plan that must not be applied leaves its verdicts, and no plan of before.
func TestPlanWithheld(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	p := open(t, dir)
	if err := errors.Join(p.Withhold(), p.Withhold(), p.Close(), p.Discard()); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{AuditCSV}) {
		t.Errorf("left %q", got)
	}
	if got := read(t, dir, AuditCSV); strings.Count(got, "\n") != 3 {
		t.Errorf("%s has\n%s", AuditCSV, got)
	}
}

func TestPlanDiscarded(t *testing.T) {
	tests := []struct {
		name string
		end  func(*Plan) error
		want string // error
	}{
		{"on purpose", func(p *Plan) error { return errors.Join(p.Discard(), p.Discard(), p.Close()) }, ""},
		{"after an error of a record", func(p *Plan) error { _ = p.Change(&sources.Change{Username: "\xff"}); return p.Close() }, "write the plan: "},
		{"on a disk that fails", func(p *Plan) error { p.on.(*crash.Disk).FailSync("plan.jsonl.tmp", 0); return p.Close() }, "write the plan: sync "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			d, err := crash.New(dir)
			if err != nil {
				t.Fatal(err)
			}
			p := openOn(t, d, dir)
			err = tt.end(p)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want)) {
				t.Errorf("got %v", err)
			}
			if got := names(t, dir); len(got) > 0 {
				t.Errorf("left %q", got)
			}
			if err := p.Row(AuditRow{}); err == nil {
				t.Error("Row afterwards succeeds")
			}
		})
	}
	if _, err := OpenPlan(disk.OS{}, filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func BenchmarkPlan(b *testing.B) {
	p, err := OpenPlan(disk.OS{}, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	set := []sources.Attribute{{Name: "custom:tier", Value: "gold"}}
	expect := []sources.Attribute{{Name: "custom:tier", Value: "silver"}}
	row := AuditRow{"users.csv", "123456", "user-123456", "custom:tier", "change", "silver", "gold", ""}
	b.Run("Change", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := p.Change(&sources.Change{Username: "user-123456", Attributes: set, Expect: expect}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Row", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := p.Row(row); err != nil {
				b.Fatal(err)
			}
		}
	})
	if err := p.Discard(); err != nil {
		b.Fatal(err)
	}
}
