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

	"attrmigrate/internal/cli"
	"attrmigrate/internal/sandbox"
)

// trial is a change set at a pool of its own: what plan says of it, and what apply then makes of it.
type trial struct {
	t      *testing.T
	server *sandbox.Server
	pool   string
	to     []string // the flags that lead there
	screen *transcript
	early  string // what apply had said when the first update came; "" where none did

	planned, applied session
	before, after    map[string]map[string]string // attributes by username
	faults           []string                     // what is not as it should be
}

// session is one command, and what came of it.
type session struct {
	code           int
	stdout, stderr string
}

// newTrial makes a pool of the description, in which the people are, and a directory in which the test then is.
func newTrial(t *testing.T, pool string, people []sandbox.User) *trial {
	t.Helper()
	r := &trial{t: t, screen: newTranscript()}
	var err error
	r.server, err = sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas(), Faults: sandbox.Faults{Hook: r.hook}})
	r.check(err)
	t.Cleanup(func() { r.check(r.server.Close()) })
	r.pool, err = r.server.CreatePool([]byte(pool))
	r.check(err)
	for _, u := range people {
		r.check(r.server.CreateUser(r.pool, u))
	}
	url, err := r.server.Start("127.0.0.1:0")
	r.check(err)
	r.to = []string{"--user-pool-id", r.pool, "--endpoint-url", url}
	t.Chdir(t.TempDir())
	return r
}

func (r *trial) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// hook sees each request before it is carried out.
func (r *trial) hook(op, _ string) *sandbox.Fault {
	if op == updateOperation && r.early == "" {
		r.early = r.screen.String()
	}
	return nil
}

// fault notes what is not as it should be.
func (r *trial) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// run plans and applies, and holds the one against the other.
func (r *trial) run(arguments ...string) {
	r.before = r.users()
	r.planned = r.command("plan", arguments)
	if !maps.EqualFunc(r.before, r.users(), maps.Equal) {
		r.fault("plan has changed the pool")
	}
	r.screen, r.early = newTranscript(), ""
	r.applied = r.command("apply", append([]string{"--yes", "--rate", "off", "--max-failures", "100%"}, arguments...))
	r.after = r.users()
	r.agree()
}

// apply applies a file that must go through.
func (r *trial) apply(arguments ...string) {
	r.t.Helper()
	r.screen = newTranscript()
	if s := r.command("apply", append([]string{"--yes", "--rate", "off"}, arguments...)); s.code != 0 {
		r.t.Fatalf("apply %v ends with %d: %s%s", arguments, s.code, s.stdout, s.stderr)
	}
}

func (r *trial) command(name string, arguments []string) session {
	out := newTranscript()
	if name == "plan" {
		r.screen = newTranscript()
	}
	code := cli.Run(slices.Concat([]string{name}, r.to, arguments), cli.System{Stdin: strings.NewReader(""), Stdout: out, Stderr: r.screen})
	return session{code, out.String(), r.screen.String()}
}

func (r *trial) users() map[string]map[string]string {
	all := map[string]map[string]string{}
	for u := range r.server.Users(r.pool) {
		all[u.Username] = maps.Clone(u.Attributes)
	}
	return all
}

// agree holds what apply did against what plan said: who fails, who is changed, and to what.
func (r *trial) agree() {
	if refused := r.planned.code == 1 || r.planned.code == 2; refused {
		if r.applied.code != r.planned.code {
			r.fault("plan ends with %d and apply with %d", r.planned.code, r.applied.code)
		}
		return
	}
	verdicts, failed := map[string]string{}, r.failed() // by place
	changed := map[string]string{}                      // by user and attribute
	for _, row := range r.audit() {
		switch verdict := row["verdict"]; verdict {
		case "change", "delete":
			changed[strings.ToLower(row["username"])+" "+row["attribute"]] = row["after"]
			fallthrough
		default:
			verdicts[row["place"]] = verdict
		}
	}
	_, held := r.hazards()["address-held"] // told, but not who loses it, or whom the pool refuses it
	for place, verdict := range verdicts {
		fails := slices.Contains([]string{"invalid", "conflict", "missing"}, verdict)
		if reason, did := failed[place]; did != fails && !(held && strings.Contains(reason, "AliasExists")) {
			r.fault("%s: plan says %s, and apply that it fails: %t (%s)", place, verdict, did, failed[place])
		}
	}
	r.agreeOnValues(changed, held)
}

// agreeOnValues holds the values that are others now against those that plan says are changed.
func (r *trial) agreeOnValues(changed map[string]string, held bool) {
	for name, was := range r.before {
		for attribute := range mergedKeys(was, r.after[name]) {
			value := r.after[name][attribute]
			if strings.Contains(value, "\r\n") {
				continue // which encoding/csv does not read back
			}
			address, flag := strings.CutSuffix(attribute, "_verified")
			switch planned, ok := changed[strings.ToLower(name)+" "+attribute]; {
			case ok && value != planned:
				r.fault("%s of %q is %q, planned was %q", attribute, name, value, planned)
			case ok || value == was[attribute]:
			case flag && value == "false" && (held || r.after[name][address] != was[address]): // Cognito resets it
			default:
				r.fault("%s of %q was %q and is %q, which was not planned", attribute, name, was[attribute], value)
			}
		}
	}
}

// audit are the rows of plan's audit.csv, by column, with the place of each.
func (r *trial) audit() []map[string]string {
	var all []map[string]string
	for _, path := range r.files("*.plan/audit.csv") {
		for _, row := range r.rows(path) {
			row["place"] = row["file"] + ":" + row["line"]
			all = append(all, row)
		}
	}
	return all
}

// failed are the reasons of apply's errors file, by place.
func (r *trial) failed() map[string]string {
	all := map[string]string{}
	for _, path := range r.files("*.run/errors.csv") {
		for _, row := range r.rows(path) {
			all[row["_file"]+":"+row["_line"]] += row["_message"] + " hint: " + row["_hint"]
			if strings.HasPrefix(row["_at"], "0001-") {
				r.fault("%s:%s failed in the year 1", row["_file"], row["_line"])
			}
		}
	}
	for _, path := range r.files("*.run/errors.jsonl") {
		for line := range strings.Lines(r.read(path)) {
			var record struct {
				Error struct {
					File, Message, Hint string
					Line                int
				} `json:"_error"`
			}
			r.check(json.Unmarshal([]byte(line), &record))
			all[fmt.Sprintf("%s:%d", record.Error.File, record.Error.Line)] += record.Error.Message + " hint: " + record.Error.Hint
		}
	}
	return all
}

func (r *trial) files(pattern string) []string {
	names, err := filepath.Glob(pattern)
	r.check(err)
	return names
}

func (r *trial) read(path string) string {
	text, err := os.ReadFile(path)
	r.check(err)
	return string(text)
}

// hazard is a warning as plan's summary has it.
type hazard struct {
	Kind, Attribute, Text, Remedy string
	Count                         int
	Examples                      []string
}

// hazards are the warnings of the plan, by kind: what is told of several attributes is one.
func (r *trial) hazards() map[string]hazard {
	var result struct{ Hazards []hazard }
	for _, path := range r.files("*.plan/summary.json") {
		r.check(json.Unmarshal([]byte(r.read(path)), &result))
	}
	all := map[string]hazard{}
	for _, h := range result.Hazards {
		was := all[h.Kind]
		h.Count += was.Count
		h.Examples = append(was.Examples, h.Examples...)
		all[h.Kind] = h
	}
	return all
}

// mergedKeys has the keys of both.
func mergedKeys(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
