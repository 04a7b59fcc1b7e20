package job_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gocarina/gocsv"
	"pgregory.net/rapid"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/job"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/sandbox"
	"attrmigrate/internal/target"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// claimsTime is how long change sets are drawn; CLAIMS_TIME=10m, say, sets another time.
const claimsTime = 3 * time.Second

// TestClaims: in pools where addresses are aliases, records claim, swap and steal them, and only set flags. A plan names
// each user who loses an address, before; unasked nobody loses one; and where it was asked for, the undo file leads back to
// what was, the losers included.
func TestClaims(t *testing.T) {
	if testing.Short() {
		t.Skip("change sets are drawn for seconds")
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "none")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "none")
	limit := claimsTime
	if text := os.Getenv("CLAIMS_TIME"); text != "" {
		limit, _ = time.ParseDuration(text)
	}
	root, end, n := t.TempDir(), time.Now().Add(limit), 0
	taken, passed := 0, 0
	for failing := false; time.Now().Before(end); {
		rapid.Check(t, func(rt *rapid.T) {
			if !failing && time.Now().After(end) {
				return
			}
			n++
			c := &claimScene{T: rt, ctx: t.Context(), dir: filepath.Join(root, fmt.Sprint(n))}
			failing = true
			c.run()
			failing = false
			taken += len(c.named)
			passed += c.steps
		})
	}
	t.Logf("%d change sets: %d addresses were taken, %d records stood in an order", n, taken, passed)
	if n > 30 && (taken == 0 || passed == 0) {
		t.Error("nothing was taken, or nothing passed on")
	}
}

// claimScene is a pool of few users who share few addresses, and a change set for it.
type claimScene struct {
	*rapid.T
	ctx    context.Context
	dir    string
	server *sandbox.Server
	url    string
	text   string // of the change set
	lookup bool
	keep   bool
	folds  bool // the pool ignores case

	runs  int
	named map[string]bool // who loses which flag, as the plan says
	steps int             // records of the plan that stand in an order
}

var addresses = []string{"email", "phone_number"}

const claimPool = "us-east-1_Claims000"

var claimed = map[string][]string{
	"email":        {"", "a@example.com", "A@example.com", "b@example.com", "c@example.com"},
	"phone_number": {"", "+15550100", "+15550101"},
}

// run goes there by a plan or without one, and back.
func (c *claimScene) run() {
	c.furnish()
	defer func() { _ = c.server.Close(); _ = os.RemoveAll(c.dir) }()
	before := c.users()
	c.plan(false)
	refused := c.unasked(before)
	c.plan(true)
	input := filepath.Join(c.dir, "x.jsonl")
	if planned := filepath.Join(c.dir, "x.plan", "plan.jsonl"); refused && exists(planned) && rapid.Bool().Draw(c.T, "by plan") {
		input = planned
	}
	if !refused {
		return // it is done already, and went back
	}
	run := c.apply(input, true)
	c.checkLosers(before)
	c.back(run, before)
}

// spec is a job on the pool.
func (c *claimScene) spec(input string, allow bool) job.Spec {
	return job.Spec{
		Changes: changeset.Spec{Paths: []string{input}, Decoding: sources.Options{DeleteMarker: job.DefaultDeleteMarker}},
		Target:  target.Connection{PoolID: claimPool, EndpointURL: c.url, Timeout: time.Minute, Calls: 8},
		Rate:    pipeline.Unlimited, ReadRate: pipeline.Unlimited, ListRate: pipeline.Unlimited, Workers: 8, MaxAttempts: 3,
		Budget: pipeline.Budget{Given: true, Percent: 100}, DrainTimeout: time.Minute, AllowTakeover: allow,
		Volume: rundir.Local(), Log: slog.New(slog.DiscardHandler),
	}
}

// nobody is told how a job goes on.
type nobody struct{}

func (nobody) Started(*pipeline.Runner, job.Seen) {}
func (nobody) Reading(job.Place, []audit.Warning) {}
func (nobody) Sized(changeset.Size)               {}
func (nobody) Read(listing.Progress)              {}

// plan makes a plan, and keeps whom it names as losers.
func (c *claimScene) plan(allow bool) {
	spec := job.PlanSpec{Spec: c.spec(filepath.Join(c.dir, "x.jsonl"), allow), Read: audit.Scan}
	if c.lookup {
		spec.Read = audit.Lookup
	}
	spec.Dir = filepath.Join(c.dir, "x.plan")
	r, err := job.Plan(c.ctx, spec, nobody{})
	if err != nil {
		c.Fatalf("plan: %v\n%s", err, c.story())
	}
	if r.Withheld != (r.Takeovers > 0 && !allow) {
		c.Fatalf("%d are taken, allowed %t, and the plan is withheld: %t\n%s", r.Takeovers, allow, r.Withheld, c.story())
	}
	c.named, c.steps = map[string]bool{}, 0
	text, err := os.ReadFile(filepath.Join(spec.Dir, report.AuditCSV))
	if err != nil {
		c.Fatal(err)
	}
	var rows []report.AuditRow
	if err := gocsv.UnmarshalBytes(text, &rows); err != nil {
		c.Fatal(err)
	}
	for _, row := range rows {
		if row.Verdict == string(audit.Taken) {
			c.named[row.Username+" "+row.Attribute] = true
		}
	}
	planned, _ := os.ReadFile(filepath.Join(spec.Dir, report.PlanJSONL))
	c.steps = strings.Count(string(planned), `"order"`)
}

// unasked applies without leave to take anything, by the plan where there is one, and tells whether that was refused. Nobody
// loses an address, and it goes back.
func (c *claimScene) unasked(before map[string]map[string]string) (refused bool) {
	input := filepath.Join(c.dir, "x.jsonl")
	if planned := filepath.Join(c.dir, "x.plan", report.PlanJSONL); exists(planned) && rapid.Bool().Draw(c.T, "unasked by plan") {
		input = planned
	}
	if job.EmptyPlan([]string{input}, nil) {
		return false
	}
	run := c.apply(input, false)
	if run == "" {
		if !maps.EqualFunc(before, c.users(), maps.Equal) {
			c.Fatalf("it was refused, and something has changed\n%s", c.story())
		}
		return true
	}
	if len(c.named) > 0 {
		c.Fatalf("%v would lose addresses, and it was applied\n%s", c.named, c.story())
	}
	c.checkLosers(before)
	c.back(run, before)
	return false
}

// apply applies a change set, in two starts perhaps, and returns its directory, or nothing if it is refused.
func (c *claimScene) apply(input string, allow bool) (dir string) {
	c.runs++
	for first := true; ; first = false {
		spec := c.spec(input, allow)
		spec.Dir = filepath.Join(c.dir, fmt.Sprint("run-", c.runs))
		if first {
			spec.Limit = int64(rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(c.T, "limit"))
		}
		j, err := job.Prepare(c.ctx, spec)
		if err != nil {
			c.Fatalf("%s: %v\n%s", input, err, c.story())
		}
		dir = j.Dir().Path
		if j.Finished() {
			_ = j.Close()
			return dir
		}
		if first && filepath.Base(input) == "x.jsonl" {
			c.named = told(j.Preview())
		}
		if err = j.Allowed(); err == nil {
			_, err = j.Start(c.ctx, nobody{})
		}
		_ = j.Close()
		_, stopped := errors.AsType[*pipeline.StopError](err)
		switch {
		case err == nil:
			return dir
		case !stopped && !allow:
			return ""
		case !stopped:
			c.Fatalf("%s: %v\n%s", input, err, c.story())
		}
	}
}

// told are the users who lose an address as the confirmation of an apply says, which names three of a kind.
func told(p job.Preview) map[string]bool {
	named := map[string]bool{}
	for _, w := range p.Warnings {
		for _, name := range w.Holders {
			named[name+" "+w.Attribute+"_verified"] = true
		}
	}
	return named
}

// back applies the undo file of a run. The pool is what it was.
func (c *claimScene) back(run string, before map[string]map[string]string) {
	after := c.users()
	undo := filepath.Join(run, report.UndoJSONL)
	if !exists(undo) {
		return
	}
	text, _ := os.ReadFile(undo)
	if c.apply(undo, false) == "" {
		c.Fatalf("going back is refused\n%s\n%s", c.story(), text)
	}
	if now := c.users(); !maps.EqualFunc(before, now, maps.Equal) {
		c.Fatalf("it was %v\nbecame %v\nand is %v\nby %s\n%s", before, after, now, text, c.story())
	}
}

// checkLosers holds that whoever signs in by an address no more was named, or says so in a record.
func (c *claimScene) checkLosers(before map[string]map[string]string) {
	for name, now := range c.users() {
		for _, address := range addresses {
			flag := address + "_verified"
			lost := before[name][flag] == "true" && now[flag] != "true" && before[name][address] == now[address]
			if lost && !c.named[name+" "+flag] && !c.gives(name, address) {
				c.Fatalf("%s has lost %s, and nobody has said so: named are %v\n%s", name, flag, c.named, c.story())
			}
		}
	}
}

// gives tells whether a record says anything of the address of a user.
func (c *claimScene) gives(name, address string) bool {
	for line := range strings.Lines(c.text) {
		if strings.Contains(line, `"`+name+`"`) && strings.Contains(line, `"`+address) {
			return true
		}
	}
	return false
}

// users are the users of the pool, with their attributes.
func (c *claimScene) users() map[string]map[string]string {
	all := map[string]map[string]string{}
	for u := range c.server.Users(claimPool) {
		all[u.Username] = u.Attributes
	}
	return all
}

// story tells of the pool and the change set.
func (c *claimScene) story() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ignores case %t, lookup %t\n%s", c.folds, c.lookup, c.text)
	users := c.users()
	for _, name := range slices.Sorted(maps.Keys(users)) {
		fmt.Fprintln(&b, name, users[name])
	}
	for _, u := range c.server.Log() {
		fmt.Fprintln(&b, "update", u.Username, u.Changes)
	}
	planned, _ := os.ReadFile(filepath.Join(c.dir, "x.plan", report.PlanJSONL))
	return b.String() + string(planned)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
