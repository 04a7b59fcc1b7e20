package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/internal/cli"
	"attrmigrate/internal/sandbox"
)

// rulesTime is how long rules are drawn; RULES_TIME=10m, say, sets another time.
const rulesTime = 3 * time.Second

// TestRulesNaively: for random pools and rules, applying the plan gives what evaluating the rules by a second, naive
// implementation on an export gives. A plan after it has just what they give then, mostly nothing; and the undo file leads
// back. The plan is the same in one chain and in many.
func TestRulesNaively(t *testing.T) {
	if testing.Short() {
		t.Skip("rules are drawn for seconds")
	}
	limit := rulesTime
	if text := os.Getenv("RULES_TIME"); text != "" {
		var err error
		if limit, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(t.TempDir())
	var made ruleCounts
	for end, failing := time.Now().Add(limit), false; time.Now().Before(end); {
		rapid.Check(t, func(rt *rapid.T) {
			if !failing && time.Now().After(end) {
				return
			}
			made.scenes++
			failing = true
			play := &rulePlay{T: rt, ruleScene: drawRuleScene(rt), made: &made}
			play.there()
			failing = false
		})
	}
	t.Logf("%+v", made)
	if made.scenes > 30 && (made.updates == 0 || made.failing == 0 || made.again == 0 || made.settled == 0) {
		t.Error("the rules that were drawn change nobody, fail for nobody, or are all of one kind")
	}
}

// ruleCounts are the totals of the test.
type ruleCounts struct {
	scenes, updates, failing int
	settled, again           int // plans after the first one: empty, and not
}

// rulePlay is a scene that is played.
type rulePlay struct {
	*rapid.T
	*ruleScene
	made *ruleCounts
	to   []string // the flags that lead to the pool
}

// there plans, applies, plans again and goes back.
func (p *rulePlay) there() {
	defer p.furnish()()
	before := p.export()
	want, failing := p.predict(before)
	planned := p.plan(failing)
	p.same("the plan", planned, want, before)
	p.made.updates += len(want)
	p.made.failing += failing
	p.apply(naivePoolID + ".plan/plan.jsonl")
	after := p.export()
	for name, u := range before {
		expected := u.attributes
		if has, ok := want[name]; ok {
			expected = has
		}
		if !sameUser(after[name].attributes, expected) {
			p.Fatalf("%s has\n%q\nwant\n%q\nbefore\n%q", name, after[name].attributes, expected, u.attributes)
		}
	}
	more, failing := p.predict(after)
	p.same("the plan after it", p.plan(failing), more, after)
	if len(more) == 0 {
		p.made.settled++
	} else {
		p.made.again++
	}
	p.undo(before)
}

func (p *rulePlay) undo(before map[string]*naiveUser) {
	undo := naivePoolID + ".plan.run/undo.jsonl"
	if _, err := os.Stat(undo); err != nil {
		return // nothing was changed
	}
	p.apply(undo)
	for name, u := range p.export() {
		if !maps.Equal(u.attributes, before[name].attributes) {
			p.Fatalf("%s has after the undo\n%q\nbefore all\n%q", name, u.attributes, before[name].attributes)
		}
	}
}

// furnish makes the pool. What it returns takes it down.
func (p *rulePlay) furnish() (end func()) {
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	p.check(err)
	document, err := json.Marshal(map[string]any{"UserPool": p.pool})
	p.check(err)
	_, err = server.CreatePool(document)
	p.check(err)
	for _, u := range p.users {
		p.check(server.CreateUser(naivePoolID, u))
	}
	url, err := server.Start("127.0.0.1:0")
	p.check(err)
	p.to = []string{"--user-pool-id", naivePoolID, "--endpoint-url", url, "--progress", "none"}
	return func() {
		_ = server.Close()
		left, _ := filepath.Glob("*")
		for _, name := range left {
			_ = os.RemoveAll(name)
		}
	}
}

// predict is what users will have whom the rules change, by name, and for how many users they fail.
func (p *rulePlay) predict(users map[string]*naiveUser) (want map[string]map[string]string, failing int) {
	want = map[string]map[string]string{}
	for name, u := range users {
		assigned, err := naively(p.rules, u)
		if err == nil {
			var updated bool
			var has map[string]string
			if has, updated, err = (naivePool{p.keep}).after(u, assigned); updated {
				want[name] = has
			}
		}
		if err != nil {
			failing++
		}
	}
	return want, failing
}

// plan plans twice, the pool read in one chain and in many, and returns whom it changes.
func (p *rulePlay) plan(failing int) (users []string) {
	var texts [2]string
	for i, chains := range []string{"1", "16"} {
		args := append([]string{"--list-rate", "off", "--json", "--chains", chains}, p.flags()...)
		out := p.command("plan", args...)
		var told struct{ Failing int }
		p.check(json.Unmarshal([]byte(out), &told))
		if told.Failing != failing {
			p.Fatalf("the plan tells of %d that fail, want %d\n%s", told.Failing, failing, out)
		}
		for _, name := range []string{"plan.jsonl", "audit.csv"} {
			texts[i] += p.read(naivePoolID + ".plan/" + name)
		}
	}
	if texts[0] != texts[1] {
		p.Fatalf("the plan of one chain\n%s\nand of many\n%s", texts[0], texts[1])
	}
	for _, u := range p.records(naivePoolID + ".plan/plan.jsonl") {
		users = append(users, u.Username)
	}
	slices.Sort(users)
	return users
}

// flags are the rules as flags of plan.
func (p *rulePlay) flags() (flags []string) {
	if p.keep {
		flags = append(flags, "--verified", "keep")
	}
	if p.file {
		p.check(os.WriteFile("rules.yaml", []byte(p.yaml()), 0o600))
		return append(flags, "--rules", "rules.yaml")
	}
	r := p.rules[0]
	if r.where.text != "" {
		flags = append(flags, "--where", r.where.text)
	}
	for _, s := range r.sets {
		flags = append(flags, "--set", s.name+":="+s.value.text)
	}
	return flags
}

// yaml writes the rules as a file.
func (p *rulePlay) yaml() string {
	quoted := func(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
	var b strings.Builder
	fmt.Fprintln(&b, "rules:")
	for _, r := range p.rules {
		at := "  - "
		if r.where.text != "" {
			fmt.Fprintf(&b, "%swhere: %s\n", at, quoted(r.where.text))
			at = "    "
		}
		fmt.Fprintf(&b, "%sset:\n", at)
		for _, s := range r.sets {
			fmt.Fprintf(&b, "      - %s\n", quoted(s.name+":="+s.value.text))
		}
	}
	return b.String()
}

func (p *rulePlay) apply(file string) {
	p.command("apply", "--yes", "--rate", "off", "--read-rate", "off", file)
}

// export reads the pool as people do.
func (p *rulePlay) export() map[string]*naiveUser {
	p.command("export", "--list-rate", "off", "--all", "--format", "jsonl", "--force", "-o", "all.jsonl")
	users := map[string]*naiveUser{}
	for _, r := range p.records("all.jsonl") {
		users[r.Username] = &naiveUser{username: r.Username, sub: r.Expect["sub"], status: r.Status, enabled: r.Enabled, attributes: r.Attributes}
	}
	if len(users) != len(p.users) {
		p.Fatalf("an export of %d users, want %d", len(users), len(p.users))
	}
	return users
}

// ruledRecord is a line of an export, or of a plan.
type ruledRecord struct {
	Username           string
	Attributes, Expect map[string]string
	Status             string `json:"_status"`
	Enabled            bool   `json:"_enabled"`
}

func (p *rulePlay) records(path string) (all []ruledRecord) {
	for line := range strings.Lines(p.read(path)) {
		var r ruledRecord
		p.check(json.Unmarshal([]byte(line), &r))
		all = append(all, r)
	}
	return all
}

func (p *rulePlay) read(path string) string {
	text, err := os.ReadFile(path)
	p.check(err)
	return string(text)
}

func (p *rulePlay) command(name string, args ...string) (stdout string) {
	out, errs := newTranscript(), newTranscript()
	args = slices.Concat([]string{name}, p.to, args)
	if code := cli.Run(args, cli.System{Stdin: strings.NewReader(""), Stdout: out, Stderr: errs}); code != 0 {
		p.Fatalf("attrmigrate %q ends with %d\n%s%s", args, code, out.String(), errs.String())
	}
	return out.String()
}

// same wants a plan to have just the users whom the rules change.
func (p *rulePlay) same(what string, planned []string, want map[string]map[string]string, users map[string]*naiveUser) {
	for _, name := range slices.Sorted(maps.Keys(users)) {
		if has, changes := want[name]; changes != slices.Contains(planned, name) {
			p.Fatalf("%s has %s: %t. It has\n%q\nand would have\n%q\nby %s", what, name, !changes, users[name].attributes, has, p.yaml())
		}
	}
}

func (p *rulePlay) check(err error) {
	if err != nil {
		p.Fatal(err)
	}
}
