package audit

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// applied is what Cognito makes of a user's values: it sets and deletes, sets a flag to false if the
// address changes without it, and refuses a flag without an address.
func applied(values map[string]string, sent []sources.Attribute) (map[string]string, bool) {
	next := maps.Clone(values)
	for _, a := range sent {
		put(next, a)
		flag := a.Name + "_verified"
		if _, said := find(sent, flag); IsAddress(a.Name) && !said && target(a) != values[a.Name] {
			next[flag] = "false"
		}
	}
	for _, address := range addresses {
		if a, ok := find(sent, address+"_verified"); ok && target(a) != "" && next[address] == "" {
			return nil, false
		}
	}
	return next, true
}

var (
	someValues = map[string][]string{
		"custom:tier": {"", "silver", "gold"}, "locale": {"", "de"},
		"email": {"", "a@example.com", "b@example.com"}, "email_verified": {"", "true", "false"},
		"phone_number": {"", "+15555550100", "+15555550101"}, "phone_number_verified": {"", "true", "false"},
	}
	someNames = slices.Sorted(maps.Keys(someValues))
)

// liveUser draws a user as Cognito can have it.
func liveUser(t *rapid.T) *cognito.User {
	u := &cognito.User{Username: "amy", Attributes: map[string]string{"sub": "1"}, Enabled: true, Status: "CONFIRMED"}
	for _, name := range someNames {
		put(u.Attributes, attribute(name, rapid.SampledFrom(someValues[name]).Draw(t, "live "+name)))
	}
	for _, address := range addresses {
		if u.Attributes[address] == "" && u.Attributes[address+"_verified"] == "true" {
			delete(u.Attributes, address+"_verified")
		}
	}
	return u
}

// someRecord draws a record of the user.
func someRecord(t *rapid.T) *sources.Change {
	c := &sources.Change{Username: "amy"}
	for _, name := range someNames {
		values := someValues[name]
		if rapid.Bool().Draw(t, "sets "+name) {
			c.Attributes = append(c.Attributes, attribute(name, rapid.SampledFrom(values).Draw(t, name)))
		}
		if rapid.IntRange(0, 7).Draw(t, "expects "+name) == 0 {
			c.Expect = append(c.Expect, attribute(name, rapid.SampledFrom(values).Draw(t, "expected "+name)))
		}
	}
	return c
}

func someOptions(t *rapid.T) Options { return Options{KeepVerified: rapid.Bool().Draw(t, "keep")} }

// What is sent leads to what the record asks for, and its before-image leads back.
func TestDiffLeadsToTheTargetAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live, c, opts := liveUser(t), someRecord(t), someOptions(t)
		d := Compare(live, c, opts)
		if err := d.Err(); err != nil {
			if d.Send != nil {
				t.Fatalf("%v, and it sends %q", err, brief(d.Send))
			}
			return
		}
		after, accepted := applied(live.Attributes, d.Send)
		if !accepted {
			t.Fatalf("Cognito refuses what is sent: %q", brief(d.Send))
		}
		for _, a := range c.Attributes {
			if address, _ := addressOf(a.Name); after[a.Name] != target(a) && !moot(a, after[address]) {
				t.Fatalf("%s is %q, the record asks for %q; sent %q", a.Name, after[a.Name], target(a), brief(d.Send))
			}
		}
		for name, value := range live.Attributes {
			if _, set := find(c.Attributes, name); !set && after[name] != value && !resetBy(name, d.Send) {
				t.Fatalf("%s is %q, was %q, and nobody asked", name, after[name], value)
			}
		}
		again := &cognito.User{Username: "amy", Attributes: after}
		if d := Compare(again, c, opts); len(d.Send) > 0 || d.Conflict() != nil {
			t.Fatalf("applied again it sends %q, %v", brief(d.Send), d.Conflict())
		}
		if flagWithoutAddress(live, d.Send) {
			t.Skip("Cognito cannot bring this back")
		}
		undo := &sources.Change{Username: "amy", Attributes: Before(live, d.Send), Expect: d.Send}
		back := Compare(again, undo, Options{})
		if err := back.Conflict(); err != nil {
			t.Fatalf("undo: %v", err)
		}
		if restored, ok := applied(after, back.Send); !ok || !maps.Equal(restored, live.Attributes) {
			t.Fatalf("undo sends %q: %v, was %v", brief(back.Send), restored, live.Attributes)
		}
	})
}

// resetBy tells whether a flag is reset with its address.
func resetBy(name string, sent []sources.Attribute) bool {
	address, ok := addressOf(name)
	return ok && sendsAddress(sent, address)
}

// flagWithoutAddress tells whether a flag is sent where there is no address.
func flagWithoutAddress(live *cognito.User, sent []sources.Attribute) bool {
	return slices.ContainsFunc(sent, func(a sources.Attribute) bool {
		address, ok := addressOf(a.Name)
		return ok && live.Attributes[address] == "" && live.Attributes[a.Name] != "" && !sendsAddress(sent, address)
	})
}

// The net change of several records leads where they lead one by one; only a flag whose address
// changes and changes back is spared the reset.
func TestNetChangeOfSeveralRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live, opts := liveUser(t), someOptions(t)
		m := newMerger(live, opts)
		step := &cognito.User{Username: "amy", Attributes: live.Attributes}
		rows := 0
		for range rapid.IntRange(1, 4).Draw(t, "records") {
			c := someRecord(t)
			rows += len(m.add(c))
			d := Compare(step, c, opts)
			after, accepted := applied(step.Attributes, d.Send)
			if !accepted {
				t.Skip("Cognito refuses one of the records")
			}
			step.Attributes = after
		}
		net := m.net()
		after, accepted := applied(live.Attributes, net.Send)
		if !accepted {
			t.Fatalf("Cognito refuses the net change %q", brief(net.Send))
		}
		for _, name := range someNames {
			address, flag := addressOf(name)
			spared := flag && after[address] == "" && after[name] != "true" || flag && step.Attributes[address] == live.Attributes[address] && after[name] == live.Attributes[name]
			if after[name] != step.Attributes[name] && !spared {
				t.Fatalf("%s is %q by the net change %q, and %q one by one", name, after[name], brief(net.Send), step.Attributes[name])
			}
		}
		planned := &sources.Change{Username: "amy", Attributes: net.Send, Expect: net.Expect}
		if d := Compare(live, planned, Options{}); d.Conflict() != nil || brief(d.Send) != brief(net.Send) {
			t.Fatalf("as a record it sends %q, %v, want %q", brief(d.Send), d.Conflict(), brief(net.Send))
		}
	})
}

// The net change of one record is its diff, and goes on expecting what the record does.
func TestNetChangeOfOneRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live, c, opts := liveUser(t), someRecord(t), someOptions(t)
		d, m := Compare(live, c, opts), newMerger(live, opts)
		settled := m.add(c)
		for _, h := range m.held {
			settled = append(settled, h.diff.Rows...)
		}
		net := m.net()
		for _, e := range c.Expect {
			if _, known := find(d.Expect, e.Name); !known && len(d.Send) > 0 {
				d.Expect = append(d.Expect, attribute(e.Name, valueOf(live, e.Name)))
			}
		}
		if len(c.Attributes) == 0 {
			t.Skip("it has nothing to change")
		}
		if !slices.Equal(net.Send, d.Send) || !slices.Equal(net.Expect, d.Expect) || !slices.Equal(slices.Concat(settled, net.Rows), d.Rows) {
			t.Fatalf("sends %q, expects %q, rows %v\nwant  %q, %q, %v", brief(net.Send), brief(net.Expect), net.Rows, brief(d.Send), brief(d.Expect), d.Rows)
		}
	})
}
