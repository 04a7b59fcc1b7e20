package campaign

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"attrmigrate/internal/sandbox"
)

// wayBack is an entry of an undo file, in which null stands for none.
type wayBack struct {
	Username   string             `json:"username"`
	Attributes map[string]*string `json:"attributes"`
	Expect     map[string]*string `json:"expect"`
}

// readUndo reads an undo file. A line that a kill has cut short is no entry.
func readUndo(file []byte, names map[string]string) (entries []wayBack) {
	for line := range bytes.Lines(file) {
		var w wayBack
		if json.Unmarshal(line, &w) == nil {
			w.Username = cmp.Or(names[w.Username], w.Username)
			entries = append(entries, w)
		}
	}
	return entries
}

// UndoRecords are the records of an undo file as a change set: its last line comes first.
func UndoRecords(file []byte, names map[string]string) (records []Record) {
	for i, w := range slices.Backward(readUndo(file, names)) {
		records = append(records, Record{Line: i + 1, User: w.Username, Set: plain(w.Attributes), Expect: plain(w.Expect)})
	}
	return records
}

// plain writes null as "".
func plain(values map[string]*string) map[string]string {
	all := map[string]string{}
	for name, value := range values {
		all[name] = ""
		if value != nil {
			all[name] = *value
		}
	}
	return all
}

// checkUndo: at the end of each start, every update that was accepted has an entry; no start takes
// entries away; and read from its end, the file leads back to the images before the first updates.
func (c *checker) checkUndo() {
	if c.NoRead {
		return
	}
	known, checked := []byte(nil), 0
	for i, s := range c.Starts {
		if whole := known[:bytes.LastIndexByte(known, '\n')+1]; !bytes.HasPrefix(s.Undo, whole) {
			c.violated(UndoCut, "start %d has left %d bytes, of which the %d of before are not the first", i+1, len(s.Undo), len(whole))
		}
		c.checkCovered(i+1, c.Updates[checked:s.Accepted], readUndo(s.Undo, c.Names))
		known, checked = s.Undo, s.Accepted
	}
	c.checkLeadsBack()
}

func (c *checker) checkCovered(start int, updates []sandbox.Update, entries []wayBack) {
	for _, u := range updates {
		if !slices.ContainsFunc(entries, func(w wayBack) bool { return w.takesBack(u) }) {
			c.violated(NoWayBack, "start %d: %s: update %d, %+v", start, u.Username, u.Sequence, u.Changes)
		}
	}
}

// takesBack tells whether the entry is the way back of an update.
func (w wayBack) takesBack(u sandbox.Update) bool {
	set, expect := plain(w.Attributes), plain(w.Expect)
	for _, change := range u.Changes {
		address, isFlag := strings.CutSuffix(change.Name, "_verified")
		wrote, said := expect[change.Name]
		if _, withAddress := expect[address]; isFlag && !said && withAddress { // Cognito has reset it
			wrote, said = change.After, true
		}
		was, kept := set[change.Name]
		if old, ok := set[address]; isFlag && !kept && ok && old == "" { // deleting the address resets it
			was, kept = change.Before, true
		}
		if !said || !kept || wrote != change.After || was != change.Before {
			return false
		}
	}
	return w.Username == u.Username || len(u.Changes) == 0
}

// checkLeadsBack applies the entries from the last to the first.
func (c *checker) checkLeadsBack() {
	pool, back := maps.Clone(c.After), model{verifyFirst: c.VerifyFirst}
	for _, r := range UndoRecords(c.Files["undo.jsonl"], c.Names) {
		if values := pool[r.User]; values != nil && back.holds(values, r) {
			pool[r.User] = back.apply(values, r)
		}
	}
	for _, user := range c.users() {
		if d := difference(pool[user], c.Before[user]); d != "" {
			c.violated(ImageLost, "%s: %s", user, d)
		}
	}
}
