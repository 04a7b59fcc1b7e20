package audit

import (
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// signIn is a value of an attribute by which a user signs in, in the form in which names are compared.
type signIn struct{ attribute, key string }

// text is the name as a key of an index.
func (n signIn) text() string { return n.attribute + "\x00" + n.key }

func (n naming) name(attribute, value string) signIn { return signIn{attribute, n.key(value)} }

// claims tells whether an attribute is an address that is claimed when it becomes verified.
func (n naming) claims(attribute string) bool {
	return IsAddress(attribute) && n.names(attribute) && !n.unverified
}

// held are the names by which a user signs in, besides the username.
func (n naming) held(u *cognito.User) (names []signIn) {
	for _, attribute := range n.attributes {
		if value := n.alias(u, attribute); value != "" {
			names = append(names, n.name(attribute, value))
		}
	}
	return names
}

// get is a name that a user gets by the change set.
type get struct {
	signIn
	value string // as it is written
	// firm says that the user signs in by it at once. Else it is an address to be verified first, or a preferred
	// username of one who is not confirmed.
	firm bool
	row  Row // that gives it
}

// party is a user of the change set, or one who has to do with its names.
type party struct {
	user   *cognito.User // nil if it was not read
	places []sources.Position
	rows   []Row           // of the net change
	change *sources.Change // of the user; nil if it was not read
	had    []signIn        // by which the user signs in now
	has    []signIn        // and will, when the change set is applied
	gets   []get
}

// party says what a net change does to the names of its user.
func (n naming) party(s *subject) *party {
	p := &party{user: s.user, places: s.places, rows: s.net.Rows}
	if s.user == nil {
		p.gets = n.gets(s, &cognito.User{Status: "CONFIRMED"}, s.net.Send)
		return p
	}
	p.change = s.change()
	p.had, p.has = n.held(s.user), n.held(after(s.user, s.net.Send))
	p.gets = n.gets(s, s.user, s.net.Send)
	for _, g := range s.passed {
		known := slices.ContainsFunc(p.gets, func(other get) bool { return other.signIn == g.signIn && other.firm })
		if !known && !slices.Contains(p.had, g.signIn) {
			p.gets = append(p.gets, g)
		}
	}
	return p
}

// gets are the names that a user gets by what is sent.
func (n naming) gets(s *subject, live *cognito.User, sent []sources.Attribute) (gets []get) {
	next := after(live, sent)
	for _, attribute := range n.attributes {
		value, alias := next.Attributes[attribute], n.alias(next, attribute)
		row, ok := s.rowOf(attribute)
		switch {
		case value == "" || !ok:
			continue
		case alias != "" && n.key(alias) != n.key(n.alias(live, attribute)):
		case alias == "" && row.Verdict == Change && row.Attribute == attribute:
		default:
			continue
		}
		gets = append(gets, get{n.name(attribute, value), value, alias != "", row})
	}
	return gets
}

// rowOf is the row that says what becomes of a name: that of its attribute, or of its flag.
func (s *subject) rowOf(attribute string) (Row, bool) {
	for _, name := range []string{attribute, attribute + flagSuffix} {
		if i := s.net.row(name); i >= 0 {
			return s.net.Rows[i], true
		}
	}
	return Row{}, false
}

// rowsOf are the rows that say what becomes of a name: that of its attribute, and that of its flag.
func (p *party) rowsOf(attribute string) (rows []Row) {
	for _, row := range p.rows {
		if row.Attribute == attribute || row.Attribute == attribute+flagSuffix {
			rows = append(rows, row)
		}
	}
	return rows
}

// gives tells whether a user gives a name up.
func (p *party) gives(n signIn) bool { return slices.Contains(p.had, n) && !slices.Contains(p.has, n) }

// moves tells whether a user gets a name, or gives one up.
func (p *party) moves() bool {
	return slices.ContainsFunc(p.gets, func(g get) bool { return g.firm }) || slices.ContainsFunc(p.had, p.gives)
}

// minds tells whether a record of a user is to come before another takes a name from it: it says the name anew, or expects it
// to be as it is.
func (p *party) minds(n signIn) bool {
	_, expects := find(p.change.Expect, n.attribute+flagSuffix)
	return expects || len(p.rowsOf(n.attribute)) > 0
}

// username of a party, as the pool has it.
func (p *party) username() string { return p.user.Username }
