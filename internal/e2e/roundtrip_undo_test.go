package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"

	"attrmigrate/internal/sandbox"
)

// wayBack is a line of an undo file, in which null stands for none.
type wayBack struct {
	Username   string             `json:"username"`
	Attributes map[string]*string `json:"attributes"`
	Expect     map[string]*string `json:"expect"`
}

// withoutWayBack returns the updates that have no entry in an undo file.
func withoutWayBack(updates []sandbox.Update, file string) (lost []sandbox.Update) {
	text, _ := os.ReadFile(file) // there is none before the first update
	byUser := map[string][]wayBack{}
	for line := range bytes.Lines(text) {
		var w wayBack
		if json.Unmarshal(line, &w) == nil { // else a kill has cut the last line short
			byUser[w.Username] = append(byUser[w.Username], w)
		}
	}
	for _, u := range updates {
		if !leadsBack(byUser[u.Username], u.Changes) {
			lost = append(lost, u)
		}
	}
	return lost
}

// leadsBack tells whether one of the entries takes changes back.
func leadsBack(entries []wayBack, changes []sandbox.Change) bool {
	for _, w := range entries {
		all := true
		for _, c := range changes {
			all = all && w.takesBack(c)
		}
		if all {
			return true
		}
	}
	return len(changes) == 0
}

func (w *wayBack) takesBack(c sandbox.Change) bool {
	address, isFlag := strings.CutSuffix(c.Name, "_verified")
	was, kept := w.Attributes[c.Name]
	wrote, said := w.Expect[c.Name]
	_, withAddress := w.Expect[address]
	if isFlag && !said && withAddress { // Cognito has reset it
		wrote, said = &c.After, true
	}
	if old, ok := w.Attributes[address]; isFlag && !kept && ok && old == nil { // deleting the address resets it
		was, kept = &c.Before, true
	}
	return said && kept && text(wrote) == c.After && text(was) == c.Before
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
