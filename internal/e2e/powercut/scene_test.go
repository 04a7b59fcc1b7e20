package powercut_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/internal/target"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// crashRecord is a record of the input, and where it must end.
type crashRecord struct {
	name        string // of the user, as the record has it
	set, expect map[string]string
	broken      bool // it cannot be decoded
	failed      bool // it ends in errors.*, else in applied.csv
	skipped     bool // its user is left alone
}

// crashRecords are those of the input: each user has up to three, in turns, and a number says of what kind.
// The tiers of a chain rely on each other: were an earlier one repeated behind a later one, it would be a
// conflict.
func crashRecords(users int) []crashRecord {
	var all []crashRecord
	for turn := range 3 {
		for i := range users {
			user, tier := fmt.Sprintf("user-%03d", i), fmt.Sprintf("tier %d", turn+1)
			chain := crashRecord{name: user, set: map[string]string{"custom:tier": tier}, expect: map[string]string{"custom:tier": fmt.Sprintf("tier %d", turn)}}
			switch i % 10 {
			case 0, 1, 2:
				all = append(all, chain)
			case 3:
				all = append(all, crashRecord{name: user, set: map[string]string{"custom:tier": tier, "locale": "fr"}})
			case 4:
				chain.expect["custom:tier"] = "none of these"
				chain.skipped = true
				all = append(all, chain)
			case 5: // the record changes the address that names its user
				if turn == 0 {
					all = append(all, crashRecord{name: user + "@example.com", set: map[string]string{"email": "new-" + user + "@example.com"}})
				}
			case 6:
				all = append(all, crashRecord{name: "nobody-" + user, set: chain.set, failed: true})
			case 7:
				all = append(all, crashRecord{name: user, set: map[string]string{"locale": "de"}})
			case 8: // the service refuses what has its undo entry already
				all = append(all, crashRecord{name: user, set: map[string]string{"custom:tier": "refused"}, failed: true})
			case 9:
				all = append(all, crashRecord{name: user, broken: turn == 1, failed: turn == 1, set: map[string]string{"locale": "en"}})
			}
		}
	}
	return all
}

// crashInput writes the records in one of the formats.
func crashInput(t *testing.T, format string, records []crashRecord) (path string) {
	t.Helper()
	var b bytes.Buffer
	if format == "csv" {
		b.WriteString("username,custom:tier,expect:custom:tier,locale,email\n")
	}
	for _, r := range records {
		switch {
		case r.broken && format == "csv":
			fmt.Fprintf(&b, "%s,a,b,c,d,one cell too many\n", r.name)
		case format == "csv":
			fmt.Fprintf(&b, "%s,%s,%s,%s,%s\n", r.name, r.set["custom:tier"], r.expect["custom:tier"], r.set["locale"], r.set["email"])
		case r.broken:
			fmt.Fprintf(&b, "{%q: nothing}\n", r.name)
		default:
			line, err := json.Marshal(map[string]any{"username": r.name, "attributes": r.set, "expect": r.expect})
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(line, '\n'))
		}
	}
	path = filepath.Join(t.TempDir(), "changes."+format)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// crashPool plays the service. It marks what it accepts in the log of the disk.
type crashPool struct {
	disk    marker        // nil: the updates are not marked
	latency time.Duration // of each call
	faults  bool          // some first attempts fail, before or after they count

	mu        sync.Mutex
	users     map[string]map[string]string // by username
	tried     map[int]bool                 // records by line
	delivered func(*sources.Change, []cognito.Delivery)
}

// marker notes what happens among the operations of a run.
type marker interface{ Mark(any) }

// accepted is the mark of an update that changed something.
type accepted struct {
	line     int
	username string
	before   map[string]string // of the attributes that changed
	wrote    map[string]string
}

func newCrashPool(users int) *crashPool {
	p := &crashPool{users: map[string]map[string]string{}}
	for i := range users {
		user := fmt.Sprintf("user-%03d", i)
		p.users[user] = map[string]string{"custom:tier": "tier 0", "locale": "de", "email": user + "@example.com"}
	}
	return p
}

// with is the pool as it was after some updates.
func (p *crashPool) with(updates []accepted) *crashPool {
	q := &crashPool{users: map[string]map[string]string{}}
	for user, attributes := range p.users {
		q.users[user] = maps.Clone(attributes)
	}
	for _, a := range updates {
		maps.Copy(q.users[a.username], a.wrote)
	}
	return q
}

var _ target.Authority = (*crashPool)(nil)

// Describe implements [target.Authority].
func (p *crashPool) Describe(context.Context, int) (*cognito.Pool, error) {
	return &cognito.Pool{ID: "us-east-1_Made00000", Name: "made up", CaseSensitive: true,
		Schema: schema.New([]schema.Attribute{{Name: "custom:tier"}})}, nil
}

// Probe implements [target.Authority].
func (p *crashPool) Probe(context.Context) error { return nil }

// Ready implements [target.Authority].
func (p *crashPool) Ready(*sources.Change) error { return nil }

// Updater implements [target.Authority].
func (p *crashPool) Updater(u target.Updates) pipeline.Updater {
	p.delivered = u.Delivered
	return p
}

// User implements [target.Authority].
func (p *crashPool) User(_ context.Context, _ *sources.Change, name string) (*cognito.User, error) {
	time.Sleep(p.latency)
	p.mu.Lock()
	defer p.mu.Unlock()
	if attributes, ok := p.users[name]; ok {
		return &cognito.User{Username: name, Attributes: maps.Clone(attributes)}, nil
	}
	for user, attributes := range p.users {
		if strings.Contains(name, "@") && attributes["email"] == name {
			return &cognito.User{Username: user, Attributes: maps.Clone(attributes)}, nil
		}
	}
	return nil, nobody{}
}

// nobody is what a read says of a user who is not there.
type nobody struct{}

func (nobody) Error() string { return "no such user" }
func (nobody) Code() string  { return "UserNotFoundException" }

// noAnswer is the error of a call of which it is unknown whether it counted.
type noAnswer struct{}

func (noAnswer) Error() string  { return "no answer" }
func (noAnswer) Transient() int { return -1 }

// Update implements [pipeline.Updater].
func (p *crashPool) Update(_ context.Context, c *sources.Change) (pipeline.Outcome, error) {
	time.Sleep(p.latency)
	p.mu.Lock()
	defer p.mu.Unlock()
	first := p.faults && !p.tried[c.Line]
	if first {
		p.tried[c.Line] = true
	}
	switch {
	case strings.Contains(fmt.Sprint(c.Attributes), "refused"):
		return 0, fmt.Errorf("InvalidParameterException: refused")
	case first && c.Line%13 == 0:
		return 0, noAnswer{}
	}
	p.accept(c)
	if first && c.Line%11 == 0 {
		return 0, noAnswer{}
	}
	return pipeline.Updated, nil
}

// accept does an update and marks it.
func (p *crashPool) accept(c *sources.Change) {
	a := accepted{line: c.Line, username: c.Username, before: map[string]string{}, wrote: map[string]string{}}
	for _, attribute := range c.Attributes {
		a.before[attribute.Name] = p.users[c.Username][attribute.Name]
		a.wrote[attribute.Name] = attribute.Value
	}
	if maps.Equal(a.before, a.wrote) {
		return
	}
	p.set(c.Username, c.Attributes)
	if p.disk != nil {
		p.disk.Mark(a)
	}
	if p.delivered != nil {
		p.delivered(c, []cognito.Delivery{{Attribute: "email", Medium: "EMAIL", Destination: "u***@e***"}})
	}
}

// set gives a user attributes, or takes them.
func (p *crashPool) set(username string, attributes []sources.Attribute) {
	for _, a := range attributes {
		if a.Delete {
			delete(p.users[username], a.Name)
		} else {
			p.users[username][a.Name] = a.Value
		}
	}
}
