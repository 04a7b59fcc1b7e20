package audit

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// rowsApart finds, in a long CSV, users whose rows do not follow each other: each part is a record of its own then, and
// one may go out without the condition that another holds. It keeps 16 bytes a record.
type rowsApart struct {
	naming naming
	long   *Long
	seed   maphash.Seed
	parts  []part
	sets   map[string]uint16 // the conditions of records, numbered
	files  []string          // by input
}

// part is what is kept of a record.
type part struct {
	user  uint64 // a hash, but for a few bits that tell how the name is written
	line  uint32
	input uint16
	holds uint16 // the number of its set of conditions, and the flags below
}

// What a part holds beside its conditions.
const (
	addressAlone uint16 = 1 << (15 - iota) // an e-mail address without its flag
	flagAlone                              // a flag without its address
	phoneAlone
	phoneFlagAlone

	conditions = phoneFlagAlone - 1 // the bits of the number; as a number: it is bad, and nobody knows them
)

// spelled are these bits: so few that hashes of many million users stay apart, and that one in sixteen names that are written
// differently is not told from the other.
const spelled = 1<<4 - 1

// name is what a part is told by: the same but for the bits of spelled, where names are those of one user.
func (r *rowsApart) name(written string) uint64 {
	fnv := uint32(2166136261) // the same at every start, so that a file is told in the same way
	for i := range len(written) {
		fnv = (fnv ^ uint32(written[i])) * 16777619
	}
	return maphash.String(r.seed, r.naming.key(strings.TrimSpace(written)))&^spelled | uint64(fnv>>28)
}

func sameUser(a, b part) bool { return a.user&^spelled == b.user&^spelled }

// newRowsApart makes one; of a change set that is no long CSV, nil, which takes no notice of records.
func newRowsApart(p *cognito.Pool, long *Long) *rowsApart {
	if long == nil {
		return nil
	}
	return &rowsApart{naming: newNaming(p), long: long, seed: maphash.MakeSeed(),
		parts: make([]part, 0, max(long.Records, 0)), sets: map[string]uint16{"": 0}}
}

// add takes the next record, which may be bad.
func (r *rowsApart) add(c *sources.Change) {
	if r == nil {
		return
	}
	if hasLineEnd(c) {
		r.long.Sort = "" // it would tear the cell
	}
	name := c.Username
	if strings.TrimSpace(name) == "" {
		name = string(c.Token)
	}
	if name == "" {
		return
	}
	for len(r.files) <= c.Begin.Input {
		r.files = append(r.files, c.File)
	}
	p := part{user: r.name(name), line: uint32(c.Line), input: uint16(c.Begin.Input), holds: conditions}
	if c.Err == nil {
		p.holds = r.set(c) | alone(c, "email", addressAlone, flagAlone) | alone(c, "phone_number", phoneAlone, phoneFlagAlone)
	}
	r.parts = append(r.parts, p)
}

// hasLineEnd tells whether a cell of a record goes over lines.
func hasLineEnd(c *sources.Change) bool {
	for _, row := range c.Rows {
		if slices.ContainsFunc(row.Cells, func(cell string) bool { return strings.Contains(cell, "\n") }) {
			return true
		}
	}
	return bytes.Contains(bytes.TrimSpace(c.Text), []byte("\n"))
}

// alone tells by one bit or the other that a record gives an address without its flag, or the flag without the address.
func alone(c *sources.Change, name string, address, flag uint16) uint16 {
	_, has := find(c.Attributes, name)
	_, flagged := find(c.Attributes, name+flagSuffix)
	switch {
	case has && !flagged:
		return address
	case flagged && !has:
		return flag
	default:
		return 0
	}
}

// set is the number of a record's conditions: what it expects, and what goes to the triggers with it.
func (r *rowsApart) set(c *sources.Change) uint16 {
	if len(c.Expect) == 0 && len(c.ClientMetadata) == 0 {
		return 0
	}
	var names []string
	for _, e := range c.Expect {
		names = append(names, "expect:"+e.Name)
	}
	for key, value := range c.ClientMetadata {
		names = append(names, "metadata:"+key+"="+value)
	}
	slices.Sort(names)
	key := strings.Join(names, "\x00")
	n, known := r.sets[key]
	if !known {
		if n = uint16(len(r.sets)); n >= conditions { // nobody has so many
			return conditions
		}
		r.sets[key] = n
	}
	return n
}

// report tells of the users whose rows are apart. Where a change would go out without a condition that stands in another
// part, the change set is refused. Nothing can be added afterwards.
func (r *rowsApart) report(found *warnings) error {
	if r == nil {
		return nil
	}
	slices.SortFunc(r.parts, func(a, b part) int { return cmp.Or(cmp.Compare(a.user&^spelled, b.user&^spelled), inOrder(a, b)) })
	apart := r.parts[:0] // where the rows of users go on; it never overtakes what is read
	respelled := false   // somebody's name is written in several ways
	var torn [2]part     // the first place where they are torn
	users := int64(0)    // whose are
	for first := 0; first < len(r.parts); {
		end := first + 1
		for end < len(r.parts) && sameUser(r.parts[end], r.parts[first]) {
			end++
		}
		parts := r.parts[first:end]
		first = end
		if len(parts) == 1 {
			continue
		}
		if i := tornAt(parts); i > 0 {
			if users++; users == 1 || inOrder(parts[i], torn[1]) < 0 {
				torn = [2]part{parts[0], parts[i]}
			}
		}
		respelled = respelled || slices.ContainsFunc(parts, func(p part) bool { return p.user != parts[0].user })
		apart = append(apart, parts[1])
	}
	if users > 0 {
		return r.refuse(torn, users)
	}
	slices.SortFunc(apart, inOrder)
	for _, p := range apart {
		w := found.add(partsApart, "", place{file: r.files[p.input], line: int(p.line)}) // already in order
		w.respelled = respelled
	}
	return nil
}

func inOrder(a, b part) int {
	return cmp.Or(cmp.Compare(a.input, b.input), cmp.Compare(a.line, b.line))
}

// tornAt returns the first of a user's parts that has other conditions than those before it, or one half of an address
// and its flag of which they have the other; 0 if there is none.
func tornAt(parts []part) int {
	all := parts[0].holds
	for i, p := range parts[1:] {
		all |= p.holds
		number := p.holds & conditions
		if number != parts[0].holds&conditions || number == conditions ||
			all&addressAlone > 0 && all&flagAlone > 0 || all&phoneAlone > 0 && all&phoneFlagAlone > 0 {
			return i + 1
		}
	}
	return 0
}

// refuse refuses a change set in which the rows of users are torn: the first of them are those of two parts.
func (r *rowsApart) refuse(torn [2]part, users int64) error {
	why := "one part would be sent without the precondition, client metadata or verified flag of the other"
	if torn[0].holds&conditions == conditions || torn[1].holds&conditions == conditions {
		why = "one part is bad, and may hold a precondition of the other"
	}
	if users > 1 {
		why += fmt.Sprintf(" (so it is with %s)", several(users, "user"))
	}
	told, remedy := "the rows of this user are apart from those at %s:%d: %s", sorted(r.long.Sort)
	if torn[0].user != torn[1].user {
		told, remedy = "this is the user of %s:%d, whose name is written otherwise there: %s", oneSpelling
	}
	return &sources.FileError{
		File: r.files[torn[1].input], Line: int(torn[1].line), Remedy: remedy,
		Msg: fmt.Sprintf(told, r.files[torn[0].input], torn[0].line, why),
	}
}

// oneSpelling is the remedy where sorting alone brings nothing together.
const oneSpelling = "write the name of a user in one way in all its rows, and these one after the other"

// sorted is the remedy, with the command that does it if there is one.
func sorted(command string) string {
	if command == "" {
		return "sort the rows by their users"
	}
	return "sort the rows by their users: " + command
}

func areApart(w *Warning, t *Terms) (text, remedy string) {
	how, remedy := "are apart from each other", sorted(t.Long.Sort)
	if w.respelled {
		how, remedy = "are apart from each other, or write its name otherwise", oneSpelling
	}
	return fmt.Sprintf("the rows of %s %s: each part is a record of its own", several(w.Count, "user"), how), remedy
}
