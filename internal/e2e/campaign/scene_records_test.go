//go:build unix

package campaign

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"attrmigrate/internal/e2e/harness"
)

// entry is a record as it is written.
type entry struct {
	Record
	name    string // of the user
	token   string // in its place, with --as user
	garbled bool   // it cannot be decoded
}

// plainValues are the values of attributes that have nothing to do with others.
var plainValues = map[string][]string{
	"custom:tier":   {"gold", "silver", "a,b;c", `"quoted"`, "größe", " edges ", "null"},
	"custom:note":   {"=1+1", "two\nlines", strings.Repeat("long ", 300), `back\slash`},
	"custom:points": {"0", "7", "12.50", "1000000", "007"},
	"locale":        {"de", "fr"},
	"birthdate":     {"1987-02-28", "2000-01-01"},
}

// drawRecords draws the change set: some records of each user, in turns, and bad ones among them.
func (s *scene) drawRecords() {
	most := pick(s.dice, 2, 4, 8)
	for _, p := range s.users {
		for range s.between(1, most) {
			s.records = append(s.records, s.drawRecord(p))
		}
	}
	bad := pick(s.dice, 0, 0.03, 0.1)
	for i := range s.records {
		switch {
		case s.chance(bad):
			s.spoil(&s.records[i])
		case s.skip && s.chance(0.2):
			s.estrange(&s.records[i])
		}
	}
	s.drawExpectations()
	s.Shuffle(len(s.records), func(i, j int) { s.records[i], s.records[j] = s.records[j], s.records[i] })
	good := slices.IndexFunc(s.records, func(e entry) bool { return !e.Bad })
	if good < 0 {
		s.records, good = append(s.records, s.drawRecord(s.users[0])), len(s.records)
	}
	s.records[0], s.records[good] = s.records[good], s.records[0] // the first one tells the format
	if s.format == "long" {                                       // in which all rows of a user are one record
		s.records = onePerName(s.records)
	}
}

// onePerName leaves out what a name has after its first record.
func onePerName(all []entry) (first []entry) {
	for _, e := range all {
		if !slices.ContainsFunc(first, func(f entry) bool { return sameName(e, f) }) {
			first = append(first, e)
		}
	}
	return first
}

// drawRecord draws a record that can be applied whatever part of the others was. Most have a mark that
// no other has, so that every update tells whose it is.
func (s *scene) drawRecord(p *person) entry {
	e := entry{Record: Record{User: p.username(), Set: map[string]string{}}, name: s.spelling(p.name)}
	if s.noRead || s.chance(0.85) {
		e.Set["custom:mark"] = fmt.Sprintf("m%d", len(s.records))
	}
	for _, name := range slices.Sorted(maps.Keys(plainValues)) {
		if s.chance(0.3) {
			e.Set[name] = pick(s.dice, append([]string{""}, plainValues[name]...)...)
		}
	}
	for _, name := range addresses {
		if name != p.fixed && s.chance(0.3) {
			s.drawAddress(p, e.Set, name)
		}
	}
	if len(e.Set) == 0 {
		e.Set["locale"] = "de"
	}
	if s.asUser {
		e.name = "" // the token tells
	}
	return e
}

func sameName(a, b entry) bool {
	if a.name == "" && b.name == "" {
		return a.User == b.User
	}
	return strings.EqualFold(a.name, b.name)
}

// drawAddress draws what a record says of an address and its flag. Nobody who is named by an address has
// it changed; a token sets no flags, and where an address waits the flag would end that.
func (s *scene) drawAddress(p *person, set map[string]string, name string) {
	waits := slices.Contains(s.verifyFirst(), name)
	if !waits && s.chance(0.15) && !(name == "email" && strings.Contains(p.Username, "@")) {
		set[name] = ""
		return
	}
	set[name] = harness.Address(p.number, name, s.IntN(4))
	if !waits && !s.asUser && s.chance(0.4) {
		set[name+"_verified"] = pick(s.dice, "true", "false")
	}
}

// spelling draws another case where the pool ignores it. A sub has only one.
func (s *scene) spelling(name string) string {
	if s.pool.UsernameConfiguration.CaseSensitive || strings.HasPrefix(name, "5a4d0b0c") || s.chance(0.5) {
		return name
	}
	return strings.ToUpper(name)
}

// spoil makes a record one that fails.
func (s *scene) spoil(e *entry) {
	e.Bad = true
	switch way := s.IntN(4); {
	case way == 0 && !s.asUser:
		e.name, e.User = fmt.Sprintf("nobody-%d", s.IntN(1<<30)), ""
	case way == 1 && !s.noRead:
		s.estrange(e)
	case way == 2 && !(s.format == "long" && s.asUser): // there such a row may be anybody's
		e.garbled = true
	default:
		e.Set["custom:points"] = "many"
	}
}

// estrange has a record expect what its user never has: it fails, or is skipped.
func (s *scene) estrange(e *entry) {
	e.Set["custom:mark"] = fmt.Sprintf("never %d", s.IntN(1<<30))
	delete(e.Set, "custom:note")
	e.Expect = map[string]string{"custom:note": "what nobody has"}
	e.Bad, e.Skip = !s.skip, s.skip
}

// drawExpectations draws preconditions that hold, whatever part of the others was applied: of attributes
// that no record of the user sets.
func (s *scene) drawExpectations() {
	sets := map[[2]string]bool{}
	for _, e := range s.records {
		for name := range e.Set {
			sets[[2]string{e.User, name}] = true
		}
	}
	values := map[string]map[string]string{}
	for _, p := range s.users {
		values[p.username()] = p.Attributes
	}
	for i, e := range s.records {
		if name := pick(s.dice, slices.Sorted(maps.Keys(plainValues))...); !e.Bad && !e.Skip && !s.noRead && s.chance(0.2) && !sets[[2]string{e.User, name}] {
			s.records[i].Expect = map[string]string{name: values[e.User][name]}
		}
	}
}

// failures is --max-failures.
func (s *scene) failures() string { return cmp.Or(s.budget, fmt.Sprint(s.foreseen()+1)) }

// foreseen are the records that the program can refuse without asking the service.
func (s *scene) foreseen() (n int) {
	for _, e := range s.records {
		if e.garbled || e.Set["custom:points"] == "many" {
			n++
		}
	}
	return n
}
