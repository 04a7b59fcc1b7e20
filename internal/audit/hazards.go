package audit

import (
	"fmt"
	"slices"

	"attrmigrate/internal/cognito"
)

// Hazard is something that a change set would do besides what it says, or may fail at.
type Hazard struct {
	Kind      string   `json:"kind"`
	Attribute string   `json:"attribute,omitempty"`
	Count     int64    `json:"count"`
	Examples  []string `json:"examples"` // up to three places, file:line
	Text      string   `json:"text"`
	Remedy    string   `json:"remedy"`
}

// TakesAddress tells whether a hazard is that of a sign-in address which another user holds already, or
// which two users are given.
func TakesAddress(h Hazard) bool { return h.Kind == addressHeld || h.Kind == addressShared }

// maxExamples is how many places a hazard names.
const maxExamples = 3

// The kinds of hazards, the gravest first: the order in which they are told.
const (
	addressHeld   = "address-held"
	addressShared = "address-shared"
	ambiguousName = "ambiguous-name"
	verifiedReset = "verified-reset"
	awaiting      = "awaiting-verification"
	messages      = "messages"
	triggersRun   = "triggers"
	federated     = "federated"
	disabled      = "disabled"
	unconfirmed   = "unconfirmed"
	nameChanged   = "name-changed"
	unseen        = "metadata-unseen"
	twoNames      = "two-names"
)

var kinds = [...]string{addressHeld, addressShared, ambiguousName, verifiedReset, awaiting, messages,
	triggersRun, federated, disabled, unconfirmed, nameChanged, twoNames, unseen}

// hazards counts them.
type hazards struct {
	pool  *cognito.Pool
	found map[[2]string]*Hazard // by kind and attribute
}

func newHazards(p *cognito.Pool) *hazards { return &hazards{pool: p, found: map[[2]string]*Hazard{}} }

// add counts one, and keeps the place of the first few.
func (h *hazards) add(kind, attribute, file string, line int) {
	f := h.found[[2]string{kind, attribute}]
	if f == nil {
		f = &Hazard{Kind: kind, Attribute: attribute}
		h.found[[2]string{kind, attribute}] = f
	}
	f.Count++
	if len(f.Examples) < maxExamples {
		f.Examples = append(f.Examples, fmt.Sprintf("%s:%d", file, line))
	}
}

// count is how many there are of a kind.
func (h *hazards) count(kind, attribute string) int64 {
	if f := h.found[[2]string{kind, attribute}]; f != nil {
		return f.Count
	}
	return 0
}

// list is all that were found, the gravest first.
func (h *hazards) list() []Hazard {
	list := make([]Hazard, 0, len(h.found))
	for _, f := range h.found {
		f.Text, f.Remedy = describe(h.pool, f)
		list = append(list, *f)
	}
	slices.SortFunc(list, func(a, b Hazard) int {
		if d := slices.Index(kinds[:], a.Kind) - slices.Index(kinds[:], b.Kind); d != 0 {
			return d
		}
		return slices.Index(addresses[:], a.Attribute) - slices.Index(addresses[:], b.Attribute)
	})
	return list
}

// user looks for hazards in the net change of a user.
func (h *hazards) user(s *subject) {
	if s.renamed != nil {
		h.add(twoNames, "", s.renamed.File, s.renamed.Line)
	}
	first := slices.IndexFunc(s.net.Rows, func(r Row) bool { return r.Verdict != Unchanged })
	if first < 0 {
		return
	}
	for _, row := range s.net.Rows {
		if row.Verdict == Change && IsAddress(row.Attribute) {
			h.newAddress(s, row)
		}
		if c := s.byAddress[row.Attribute]; c != nil && row.Verdict != Unchanged {
			h.add(nameChanged, row.Attribute, c.File, c.Line)
		}
	}
	if len(s.merger.metadata) > 0 && !h.pool.SeesMetadata() {
		h.add(unseen, "", s.net.Rows[first].File, s.net.Rows[first].Line)
	}
	if s.user != nil {
		h.account(s.user, s.net.Rows[first])
	}
}

// newAddress looks at an address that changes. With its flag sent as true the address counts at once
// and no message is sent.
func (h *hazards) newAddress(s *subject, row Row) {
	address, flag := row.Attribute, row.Attribute+flagSuffix
	if sets(s.net.Send, flag, "true") {
		return
	}
	_, said := find(s.net.Send, flag)
	switch {
	case slices.Contains(h.pool.VerifyBeforeUpdate, address):
		h.add(awaiting, address, row.File, row.Line)
	case !said && (s.user == nil || s.user.Attributes[flag] == "true"):
		h.add(verifiedReset, address, row.File, row.Line)
	}
	if !slices.Contains(h.pool.AutoVerified, address) {
		return
	}
	h.add(messages, address, row.File, row.Line)
	if len(messageTriggers(h.pool, address)) > 0 {
		h.add(triggersRun, address, row.File, row.Line)
	}
}

// account looks at the state of the user's account.
func (h *hazards) account(u *cognito.User, row Row) {
	if identities := u.Attributes["identities"]; u.Status == "EXTERNAL_PROVIDER" || identities != "" && identities != "[]" {
		h.add(federated, "", row.File, row.Line)
	}
	if !u.Enabled {
		h.add(disabled, "", row.File, row.Line)
	}
	if u.Status == "UNCONFIRMED" {
		h.add(unconfirmed, "", row.File, row.Line)
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
