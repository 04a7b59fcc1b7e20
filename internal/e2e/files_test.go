package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// fileCase is a file as people have them, and what must become of it.
type fileCase struct {
	name, file, text string
	as               func(text string) string // the form of the text in the file; nil: as it stands here
	more             map[string]string        // further files
	flags            string
	pool             string         // "": cellPool
	people           []sandbox.User // nil: ann, bob and cat

	refuses []string          // the whole file is: what the error and its hint say; nil: it is not
	says    []string          // what plan and apply both say on standard error, before the first write
	told    map[string]int    // warnings: how many of a kind
	fails   map[int]string    // records that fail: the reason, by line
	after   map[string]string // values, by USER ATTRIBUTE; all others are as before
}

// TestFiles gives the program one file after the other that people have, and holds what it says and does against what
// is right. Nothing is written but what stands here; plan and apply always agree.
func TestFiles(t *testing.T) {
	all := slices.Concat(lineFiles, separatorFiles, recordFiles, valueFiles, foreignFiles, claimFiles)
	for _, c := range all {
		t.Run(c.name, c.check)
	}
	if len(all) < 60 {
		t.Errorf("there are %d files", len(all))
	}
}

func (c fileCase) check(t *testing.T) {
	people, pool := c.people, c.pool
	if people == nil {
		people = threePeople
	}
	if pool == "" {
		pool = cellPool
	}
	r := newTrial(t, pool, people)
	text := c.text
	if c.as != nil {
		text = c.as(text)
	}
	write(t, c.file, text)
	for name, text := range c.more {
		write(t, name, text)
	}
	r.run(append(strings.Fields(c.flags), append([]string{c.file}, sortedKeys(c.more)...)...)...)
	if c.refuses != nil {
		c.judgeRefusal(r)
	} else {
		c.judgeRecords(r)
	}
	c.judgeValues(r)
	for _, fault := range r.faults {
		t.Error(fault)
	}
	if t.Failed() {
		t.Logf("%q\n%s\n%s\n%s", c.text, r.planned.stderr, r.applied.stderr, r.applied.stdout)
	}
}

// judgeRefusal holds a refusal of the whole file against its rule: an error and a remedy, and nothing is written.
func (c fileCase) judgeRefusal(r *trial) {
	for command, s := range map[string]session{"plan": r.planned, "apply": r.applied} {
		if s.code != 1 && s.code != 2 {
			r.fault("%s does not refuse it: it ends with %d", command, s.code)
		}
		for _, says := range c.refuses {
			if !strings.Contains(s.stdout+s.stderr, says) {
				r.fault("%s does not say %q, but: %s%s", command, says, s.stdout, s.stderr)
			}
		}
		if !strings.Contains(s.stderr, "hint: ") {
			r.fault("%s has no remedy: %s", command, s.stderr)
		}
	}
}

// judgeRecords holds the records that fail and what is told against what is right.
func (c fileCase) judgeRecords(r *trial) {
	if want := min(len(c.fails), 1) * exitFailed; r.planned.code != 0 || r.applied.code != want {
		r.fault("plan ends with %d and apply with %d, want 0 and %d", r.planned.code, r.applied.code, want)
	}
	failed := r.failed()
	for line, says := range c.fails {
		place := fmt.Sprintf("%s:%d", c.file, line)
		if reason, ok := failed[place]; !ok || !strings.Contains(reason, says) {
			r.fault("%s fails with %q, want %q", place, reason, says)
		}
	}
	if len(failed) != len(c.fails) {
		r.fault("these fail: %v", failed)
	}
	told := map[string]int{}
	for kind, h := range r.hazards() {
		told[kind] = h.Count
		if !slices.Contains(ordinaryKinds, kind) && c.told[kind] == 0 {
			r.fault("plan tells of %s: %s %v", kind, h.Text, h.Examples)
		}
	}
	for kind, n := range c.told {
		if told[kind] != n {
			r.fault("plan tells %d of %s, want %d", told[kind], kind, n)
		}
		if n > 0 && !strings.Contains(r.early, c.file+":") {
			r.fault("apply has not told of %s before its first write, but: %s", kind, r.early)
		}
	}
	for _, says := range c.says {
		if !strings.Contains(r.planned.stderr+r.planned.stdout, says) {
			r.fault("plan does not say %q: %s%s", says, r.planned.stderr, r.planned.stdout)
		}
		if !strings.Contains(r.early, says) {
			r.fault("apply does not say %q before its first write: %s", says, r.early)
		}
	}
}

// ordinaryKinds are told of changes as they should be.
var ordinaryKinds = []string{"verified-reset", "messages", "preconditions", "nothing-to-change"}

// judgeValues holds every value of the pool against what should stand there.
func (c fileCase) judgeValues(r *trial) {
	want := flat(r.before)
	maps.Copy(want, c.after)
	got := flat(r.after)
	for _, name := range slices.Sorted(maps.Keys(mergedKeys(want, got))) {
		if want[name] != got[name] {
			r.fault("%s is %q, want %q", name, got[name], want[name])
		}
	}
}

// flat are values by USER ATTRIBUTE.
func flat(users map[string]map[string]string) map[string]string {
	all := map[string]string{}
	for user, values := range users {
		for name, value := range values {
			all[user+" "+name] = value
		}
	}
	return all
}

const exitFailed = 3

// person is a user with attributes: NAME VALUE...
func person(name string, attributes ...string) sandbox.User {
	u := sandbox.User{Username: name, Attributes: map[string]string{}}
	for i := 0; i+1 < len(attributes); i += 2 {
		u.Attributes[attributes[i]] = attributes[i+1]
	}
	return u
}

var threePeople = []sandbox.User{
	person("ann", "custom:tier", "tin", "email", "ann@example.com", "email_verified", "true"),
	person("bob", "custom:tier", "tin", "email", "bob@example.com", "email_verified", "true"),
	person("cat", "custom:tier", "tin"),
}

// goldAndSilver is what most files here say.
var goldAndSilver = map[string]string{"ann custom:tier": "gold", "bob custom:tier": "silver"}
