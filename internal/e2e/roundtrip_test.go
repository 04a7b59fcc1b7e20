package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/internal/sandbox"
)

// TestRoundTripOfPlan: a plan, its application and its undo, each of them killed and repeated until it
// is done, lead there and back. In the end the pool is what it was, flags included.
func TestRoundTripOfPlan(t *testing.T) { checkTrips(t, (*trip).planned) }

// TestRoundTripOfChanges is the same for changes that are applied without a plan.
func TestRoundTripOfChanges(t *testing.T) { checkTrips(t, (*trip).direct) }

// tripTime is how long each of the two is tried; ROUNDTRIP_TIME=10m, say, sets another time (and go test
// needs a -timeout over twice that).
const tripTime = 3 * time.Second

// checkTrips makes trips until the time is up. A failure is told at once and in full: the trip is then
// repeated to find the smallest that fails, and a kill may land elsewhere.
func checkTrips(t *testing.T, way func(*trip)) {
	if testing.Short() {
		t.Skip("trips are made for seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("programs are sent signals")
	}
	t.Parallel()
	limit := tripTime
	if text := os.Getenv("ROUNDTRIP_TIME"); text != "" {
		var err error
		if limit, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	root, began, failing := t.TempDir(), time.Now(), false
	var made tripCounts
	enough := func() bool { // on a busy machine the time may be up before a kill has landed
		return time.Since(began) > 10*limit || made.killed > 0 && time.Since(began) > limit
	}
	for !enough() {
		rapid.Check(t, func(rt *rapid.T) {
			if !failing && enough() {
				return
			}
			made.trips++
			v := &trip{T: rt, tell: t.Logf, counts: &made, dir: filepath.Join(root, fmt.Sprint(made.trips))}
			if failing {
				v.tell = func(string, ...any) {}
			}
			failing = true
			way(v)
			failing = false
		})
	}
	t.Logf("%d trips of %d starts, of which %d were killed and %d stopped; %d updates", made.trips, made.starts, made.killed, made.stopped, made.updates)
	if made.killed == 0 {
		t.Error("no kill has landed")
	}
}

// tripCounts are the totals of a test.
type tripCounts struct{ trips, starts, killed, stopped, updates int }

// trip is a change set on its way into a pool and back.
type trip struct {
	*rapid.T
	tell   func(format string, args ...any) // of a failure, outside of the repetitions
	counts *tripCounts
	dir    string // in which the program runs

	scene   scene
	changes string // the file
	server  *sandbox.Server
	clerk   *clerk
	url     string
	story   strings.Builder // of the commands that were given
}

// planned goes by way of a plan.
func (v *trip) planned() {
	defer v.begin(byPlan)()
	before := v.pool()
	v.plan()
	v.applyPlan()
	after := v.pool()
	v.checkTargets()
	v.planAgain()
	v.undo("x.plan.run", before)
	if rapid.Bool().Draw(v.T, "undo the undo") {
		v.undo("x.plan.undo.run", after)
	}
}

// direct goes without a plan, and so with a record at a time.
func (v *trip) direct() {
	defer v.begin(byRecord)()
	before := v.pool()
	v.apply(v.changes, "x.run", v.scene.keeping()...)
	after := v.pool()
	v.checkTargets()
	v.planAgain()
	v.undo("x.run", before)
	if rapid.Bool().Draw(v.T, "undo the undo") {
		v.undo("x.undo.run", after)
	}
}

// begin draws what the trip is about and sets it up. What it returns takes it down.
func (v *trip) begin(mode tripMode) (end func()) {
	v.scene = drawScene(v.T, mode)
	v.clerk = &clerk{calls: map[string]int{}}
	var err error
	v.server, err = sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Faults: sandbox.Faults{Hook: v.clerk.hook}})
	if err != nil {
		v.Fatal(err)
	}
	if err := v.scene.furnish(v.server); err != nil {
		_ = v.server.Close()
		v.Fatal(err)
	}
	v.clerk.forget()
	if v.url, err = v.server.Start("127.0.0.1:0"); err != nil {
		v.Fatal(err)
	}
	if err := os.Mkdir(v.dir, 0o700); err != nil {
		v.Fatal(err)
	}
	v.changes = v.scene.fileName()
	if err := os.WriteFile(filepath.Join(v.dir, v.changes), []byte(v.scene.file()), 0o600); err != nil {
		v.Fatal(err)
	}
	return func() {
		v.counts.updates += len(v.server.Log())
		_ = v.server.Close()
		_ = os.RemoveAll(v.dir)
	}
}

// plan makes the plan, and sees that it only lists.
func (v *trip) plan() {
	v.run(v.planArgs(), v.planRequests(), func() {})
	calls := v.clerk.forget()
	delete(calls, "DescribeUserPool")
	delete(calls, "ListUsers")
	if len(calls) > 0 {
		v.fail("the plan has made calls that are not of a plan", fmt.Sprint(calls))
	}
}

func (v *trip) planArgs(flags ...string) []string {
	args := slices.Concat([]string{"plan", "--list-rate", "off"}, flags, v.scene.keeping())
	if v.scene.read != "" {
		args = append(args, "--read", v.scene.read)
	}
	return append(args, v.changes)
}

// planRequests is about how many requests a plan sends.
func (v *trip) planRequests() int {
	if v.scene.read == "lookup" {
		return 1 + 2*len(v.scene.records)
	}
	return 2 + len(v.scene.users)/60
}

// planAgain finds that there is nothing left to change, nor anything that fails.
func (v *trip) planAgain() {
	if v.scene.renames { // whoever lost the name by which a record knows it is missing by now
		return
	}
	v.run(v.planArgs("--check"), v.planRequests(), func() {})
}

// applyPlan applies plan.jsonl, which has one record a user, of one update.
func (v *trip) applyPlan() {
	since, killed := len(v.server.Log()), v.counts.killed
	v.apply(filepath.Join("x.plan", "plan.jsonl"), "x.plan.run")
	updates := map[string]int{}
	for _, u := range v.server.Log()[since:] {
		// A request of a program that was killed may have come through, and its record may then have been
		// sent again: that update changes nothing.
		if len(u.Changes) > 0 || v.counts.killed == killed {
			updates[u.Username]++
		}
		if updates[u.Username] > 1 {
			v.fail("a user was updated twice by a plan", u.Username)
		}
	}
}

// apply applies a change set; every update that is accepted has its way back in the run directory.
func (v *trip) apply(changes, dir string, flags ...string) {
	since := len(v.server.Log())
	args := []string{"apply", "--yes", "--read-rate", "off", "--max-attempts", "30",
		"--rate", rapid.SampledFrom([]string{"off", "off", "off", "40"}).Draw(v.T, "rate"), // the slow ones are saved on the way
		"--workers", rapid.SampledFrom([]string{"1", "4", "16"}).Draw(v.T, "workers")}
	v.run(append(append(args, flags...), changes), 1+2*len(v.scene.records), func() {
		for _, lost := range withoutWayBack(v.server.Log()[since:], filepath.Join(v.dir, dir, "undo.jsonl")) {
			v.fail("an update has no way back in the undo file", fmt.Sprint(lost))
		}
	})
}

// undo applies the undo file of a run directory, which brings the pool back to what it was.
func (v *trip) undo(dir string, was map[string]string) {
	file := filepath.Join(dir, "undo.jsonl")
	if _, err := os.Stat(filepath.Join(v.dir, file)); err == nil { // else nothing was changed
		v.apply(file, strings.TrimSuffix(dir, ".run")+".undo.run")
	}
	is := v.pool()
	for _, name := range sortedKeys(was) {
		if is[name] != was[name] {
			v.fail("the pool is not what it was", fmt.Sprintf("%s\nis   %s\nwas  %s", name, is[name], was[name]))
		}
	}
	if !maps.Equal(is, was) {
		v.fail("the pool has other users than before", "")
	}
}

// pool is all that is kept of each user, by username.
func (v *trip) pool() map[string]string {
	users := map[string]string{}
	for u := range v.server.Users(tripPool) {
		users[u.Username] = fmt.Sprintf("%q pending %q %s disabled %t", u.Attributes, u.Pending, u.Status, u.Disabled)
	}
	return users
}

// checkTargets finds every user with the values that the records give one after the other. Flags are
// left to what the next plan says: by a net change they may be spared a reset.
func (v *trip) checkTargets() {
	for username, want := range v.scene.targets() {
		u, _ := v.server.User(tripPool, username)
		for name, value := range want {
			if u.Attributes[name] != value {
				v.fail("a value has not landed", fmt.Sprintf("%s: %s is %q, want %q", username, name, u.Attributes[name], value))
			}
		}
	}
}

// fail ends the trip. The text is always the same for the same failure, or no smaller trip is found.
func (v *trip) fail(what, details string) {
	all := fmt.Sprintf("%s\n%s\n%s\n%s\n%s", what, details, v.scene, v.changes+":\n"+v.scene.file(), v.story.String())
	for _, pattern := range []string{"x.plan/plan.jsonl", "*/undo.jsonl", "*/errors.*"} {
		files, _ := filepath.Glob(filepath.Join(v.dir, pattern))
		for _, file := range files {
			text, _ := os.ReadFile(file)
			all += fmt.Sprintf("%s:\n%s", strings.TrimPrefix(file, v.dir+"/"), text)
		}
	}
	v.tell("%s", all)
	v.Log(all)
	v.Fatal(what)
}
