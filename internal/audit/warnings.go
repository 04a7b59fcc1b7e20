package audit

import (
	"cmp"
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// Warning is something that a change set would do besides what it says, or may fail at.
type Warning struct {
	Kind      string   `json:"kind"`
	Attribute string   `json:"attribute,omitempty"`
	Count     int64    `json:"count"`
	Examples  []string `json:"examples"` // up to three places, file:line
	Text      string   `json:"text"`
	Remedy    string   `json:"remedy"` // "" where there is none
	// Holders are the users whom the examples concern: who signs in by the address now.
	Holders []string `json:"holders,omitempty"`
	Taken   int64    `json:"taken,omitempty"` // of Count, so many addresses are taken from other users at once
	Note    bool     `json:"-"`               // it is nothing to worry about
	Located bool     `json:"-"`               // where it is belongs to what it says, and is shown wherever it is told

	first firsts // what Examples and Holders tell

	// Of values that nobody meant: what was found, in which attributes, and whether blanks are around it.
	unknown      []string // attributes that the pool does not have
	which, where few
	blank        bool

	respelled bool // of rows apart: a user's name is written in several ways
}

// OfHolders tells whether a warning is of names that several users have to do with.
func OfHolders(w Warning) bool {
	return slices.Contains([]string{addressHeld, addressShared, addressCircle, addressPassed}, w.Kind)
}

// Concerns tells whether what a record says of an attribute concerns the names by which users sign in.
func Concerns(attribute string, names []string) bool {
	address, ok := addressOf(attribute)
	return slices.Contains(names, attribute) || ok && slices.Contains(names, address)
}

// WithHolders puts what was found of the holders of claimed addresses in the place of what records alone tell: so many of
// these addresses are taken from them.
func WithHolders(list, found []Warning, taken int64) []Warning {
	all := slices.Clone(found)
	for _, w := range list {
		if w.Kind == addressClaimed {
			w.Text, w.Remedy, w.Note = claimed(&w, taken)
		}
		all = append(all, w)
	}
	return all
}

// warnings counts them, for a plan, which knows the users, or for a preflight of the records alone.
type warnings struct {
	terms    Terms
	foreseen bool                   // of the records alone
	found    map[[2]string]*Warning // by kind and attribute
}

func newWarnings(t Terms, foreseen bool) *warnings {
	w := &warnings{terms: t, foreseen: foreseen, found: map[[2]string]*Warning{}}
	if t.Metadata && w.metadataUnseen() {
		w.found[[2]string{unseen, ""}] = &Warning{Kind: unseen}
	}
	return w
}

// add counts one, and keeps the place of the first few.
func (w *warnings) add(kind, attribute string, at place) *Warning {
	return w.addOf(kind, attribute, spot{at: at})
}

func (w *warnings) addOf(kind, attribute string, s spot) *Warning {
	f := w.found[[2]string{kind, attribute}]
	if f == nil {
		f = &Warning{Kind: kind, Attribute: attribute}
		w.found[[2]string{kind, attribute}] = f
	}
	f.Count++
	f.first.keep(s)
	return f
}

// addHeld counts an address that another user signs in by, or gets too, and keeps whose it is.
func (w *warnings) addHeld(kind, attribute string, row Row, holder string, taken bool) {
	if f := w.addOf(kind, attribute, spot{row.place(), holder}); taken {
		f.Taken++
	}
}

// count is how many there are of a kind.
func (w *warnings) count(kind, attribute string) int64 {
	if f := w.found[[2]string{kind, attribute}]; f != nil {
		return f.Count
	}
	return 0
}

// list is all that were found and that there are words for, the gravest first.
func (w *warnings) list() []Warning {
	list := make([]Warning, 0, len(w.found))
	for _, f := range w.found {
		k := kinds[gravity(f.Kind)]
		say := k.planned
		if w.foreseen {
			say = k.foreseen
		}
		if say == nil {
			continue
		}
		f.Text, f.Remedy = say(f, &w.terms)
		f.Note, f.Located = k.note, k.located
		f.Examples, f.Holders = nil, nil
		for _, s := range f.first {
			f.Examples = append(f.Examples, s.at.String())
			if s.told != "" {
				f.Holders = append(f.Holders, s.told)
			}
		}
		list = append(list, *f)
	}
	slices.SortFunc(list, func(a, b Warning) int {
		return cmp.Or(gravity(a.Kind)-gravity(b.Kind),
			slices.Index(addresses[:], a.Attribute)-slices.Index(addresses[:], b.Attribute))
	})
	return list
}

// user looks at the net change of a user.
func (w *warnings) user(s *subject) {
	if s.renamed != nil {
		w.add(twoNames, "", recordPlace(s.renamed))
	}
	first := slices.IndexFunc(s.net.Rows, func(r Row) bool { return r.Verdict != Unchanged })
	if first < 0 {
		return
	}
	for i, row := range s.net.Rows {
		w.oddRow(&s.net.Rows[i])
		if row.Verdict == Change && IsAddress(row.Attribute) {
			w.newAddress(row.Attribute, s.net.Send, s.user, row.place())
		}
		if c := s.byAddress[row.Attribute]; c != nil && row.Verdict != Unchanged {
			w.add(nameChanged, row.Attribute, recordPlace(c))
		}
	}
	w.metadata(s.merger.metadata, s.net.Rows[first].place())
	if s.user != nil {
		w.account(s.user, s.net.Rows[first])
	}
}

// record looks at a record whose user is not known.
func (w *warnings) record(c *sources.Change) {
	w.oddName(c)
	for _, a := range c.Attributes {
		if !c.Undo {
			w.odd(a.Name, a.Value, recordPlace(c))
		}
		if IsAddress(a.Name) && !a.Delete {
			w.newAddress(a.Name, c.Attributes, nil, recordPlace(c))
		}
		address, ok := addressOf(a.Name)
		if ok && schema.IsTrue(target(a)) && !sendsAddress(c.Attributes, address) && slices.Contains(w.terms.Pool.AliasAttributes, address) {
			w.add(addressClaimed, address, recordPlace(c))
		}
	}
	w.metadata(c.ClientMetadata, recordPlace(c))
	if conditional(c) {
		w.add(expecting, "", recordPlace(c))
	}
	if c.Idle() {
		w.add(idle, "", recordPlace(c))
	}
}

// newAddress looks at an address that changes, with what else is sent to the user, who is nil if not
// read. With its flag sent as true the address counts at once and no message goes out. What a record says
// of the flag itself is nothing that happens besides.
func (w *warnings) newAddress(address string, sent []sources.Attribute, live *cognito.User, at place) {
	pool, flag := w.terms.Pool, address+flagSuffix
	if verifies(sent, flag) {
		if live == nil && slices.Contains(pool.AliasAttributes, address) {
			w.add(addressClaimed, address, at)
		}
		return
	}
	_, said := find(sent, flag)
	switch {
	case w.terms.Unknown:
		w.add(poolUnknown, address, at)
	case !said && live == nil && w.terms.KeepVerified:
		w.add(verifiedKept, address, at)
	case slices.Contains(pool.VerifyBeforeUpdate, address):
		w.add(awaiting, address, at)
	case !said && (live == nil || schema.IsTrue(live.Attributes[flag])):
		w.add(verifiedReset, address, at)
	}
	if !pool.SendsCode(address) {
		return
	}
	w.add(messages, address, at)
	if len(messageTriggers(pool, address)) > 0 {
		w.add(triggersRun, address, at)
	}
}

// maxUnknown is how many attributes that the pool does not have are told of.
const maxUnknown = 100

// refused looks at a record that cannot be applied, for what it has in common with others and is mended for all of
// them: attributes that the pool does not have, and commas as files for Cognito's own import have them.
func (w *warnings) refused(c *sources.Change, err error) {
	if c.Err != nil {
		return
	}
	for _, a := range c.Attributes {
		if slices.ContainsFunc(schema.Oddities(a.Name, a.Value), func(o schema.Oddity) bool { return o.Kind == schema.EscapedComma }) {
			w.add(escapedComma, "", recordPlace(c)).where.add(shown(a.Name))
		}
	}
	var strange []string
	for _, e := range valueErrors(err) {
		if _, given := find(c.Attributes, e.Attribute); given && e.Code() == "UnknownAttribute" {
			strange = append(strange, e.Attribute)
		}
	}
	if len(strange) == 0 {
		return
	}
	f := w.add(unknownAttributes, "", recordPlace(c))
	for _, name := range strange {
		if len(f.unknown) < maxUnknown && !slices.Contains(f.unknown, name) {
			f.unknown = append(f.unknown, name)
		}
	}
}

// ending looks at the end of a change set.
func (w *warnings) ending(e Ending) {
	if file, line, cut := e.ListingCut(); cut {
		w.add(listingCut, "", place{file: file, line: line})
	}
}

// metadata looks at the client metadata of an update.
func (w *warnings) metadata(values map[string]string, at place) {
	w.oddMetadata(values, at)
	if len(values) > 0 && w.metadataUnseen() {
		w.add(unseen, "", at)
	}
}

// metadataUnseen tells whether it is known that nothing in the pool looks at client metadata.
func (w *warnings) metadataUnseen() bool { return !w.terms.Unknown && !w.terms.Pool.SeesMetadata() }

// account looks at the state of the user's account.
func (w *warnings) account(u *cognito.User, row Row) {
	if identities := u.Attributes["identities"]; u.Status == "EXTERNAL_PROVIDER" || identities != "" && identities != "[]" {
		w.add(federated, "", row.place())
	}
	if !u.Enabled {
		w.add(disabled, "", row.place())
	}
	if u.Status == "UNCONFIRMED" {
		w.add(unconfirmed, "", row.place())
	}
}

// messageTriggers are the Lambda triggers that a message about a new address runs.
func messageTriggers(p *cognito.Pool, address string) []string {
	sender := "CustomEmailSender"
	if address == "phone_number" {
		sender = "CustomSMSSender"
	}
	var run []string
	for _, name := range []string{"CustomMessage", sender} {
		if slices.Contains(p.Triggers, name) {
			run = append(run, name)
		}
	}
	return run
}
