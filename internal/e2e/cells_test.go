package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// cellsOf are cells of one kind, and what is said to the program of all of them.
type cellsOf struct {
	name      string
	attribute string // which they are of, where they do not say
	flags     string
	formats   string // "": all three
	cells     []cell
}

// cell is the text of a cell, and what must become of it: each is written as what it says, refused, or told.
type cell struct {
	name      string
	attribute string // "username": the name of the user
	text      string
	want      fate
}

// fate is what becomes of a cell.
type fate struct {
	value   string   // that is written; of a name, the user's
	refused []string // what the reason says, with its remedy; nil: it is written
	told    []string // kinds of warnings
	as      bool     // value is another than the text
}

func written() fate                 { return fate{} }
func becomes(value string) fate     { return fate{value: value, as: true} }
func refused(says ...string) fate   { return fate{refused: says} }
func told(kinds ...string) fate     { return fate{told: kinds} }
func (f fate) but(k ...string) fate { f.told = k; return f }

// TestCells gives the program one cell after the other that means what it says, or what nobody meant. Each must be
// written as it stands here, refused with a reason, or told before the first write, whatever the format of the file is.
// plan and apply always agree.
func TestCells(t *testing.T) {
	n := 0
	for _, c := range slices.Concat(characterCells, wordCells, formCells) {
		n += len(c.cells)
		t.Run(c.name, func(t *testing.T) {
			for _, format := range []string{"wide", "long", "jsonl"} {
				if c.formats == "" || strings.Contains(c.formats, format) {
					t.Run(format, func(t *testing.T) { c.check(t, format) })
				}
			}
			t.Run("strict", func(t *testing.T) { c.strictly().check(t, "wide") })
		})
	}
	if n < 150 {
		t.Errorf("there are %d cells", n)
	}
}

// check tries all cells in one file; where the warnings count wrong, each in a file of its own, to tell which.
func (c cellsOf) check(t *testing.T, format string) {
	faults := c.try(t, format, c.cells)
	miscounted := slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, "plan tells") })
	for _, fault := range faults {
		t.Error(fault)
	}
	for _, one := range c.cells {
		if miscounted {
			for _, fault := range c.try(t, format, []cell{one}) {
				t.Errorf("%s alone: %q: %s", one.name, one.text, fault)
			}
		}
	}
}

// strictly are the same cells where what would be told is refused.
func (c cellsOf) strictly() cellsOf {
	c.flags += " --strict"
	c.cells = slices.Clone(c.cells)
	for i, one := range c.cells {
		if one.want.told != nil {
			c.cells[i].want = refused("")
		}
	}
	return c
}

// try makes a user for each cell, and a file of them.
func (c cellsOf) try(t *testing.T, format string, cells []cell) []string {
	var people []sandbox.User
	for i, one := range cells {
		u := c.user(one, i)
		if one.attribute != "username" && c.attribute != "username" || one.want.refused == nil {
			people = append(people, sandbox.User{Username: u, Attributes: map[string]string{"custom:note": "as before"}})
		}
	}
	r := newTrial(t, cellPool, people)
	file, places := c.file(format, cells)
	write(t, "cells."+ending(format), file)
	r.run(append(strings.Fields(c.flags), "cells."+ending(format))...)
	kinds := map[string][]string{}
	for i, one := range cells {
		place := fmt.Sprintf("cells.%s:%d", ending(format), places[i])
		c.judge(r, one, i, place)
		for _, kind := range one.want.told {
			kinds[kind] = append(kinds[kind], place)
		}
	}
	c.judgeTold(r, kinds)
	if len(r.faults) > 0 {
		t.Log(r.planned.stderr, r.applied.stderr)
	}
	return r.faults
}

// user is the name of the user of a cell.
func (c cellsOf) user(one cell, i int) string {
	switch {
	case one.attribute != "username" && (one.attribute != "" || c.attribute != "username"):
		return fmt.Sprintf("user-%03d", i)
	case one.want.as:
		return one.want.value
	default:
		return one.text
	}
}

// judge holds one cell against what should become of it.
func (c cellsOf) judge(r *trial, one cell, i int, place string) {
	attribute, text, want := c.of(one), one.text, one.text
	if one.want.as {
		want = one.want.value
	}
	if attribute == "username" {
		attribute, text, want = "custom:tier", "gold", "gold"
	}
	got := r.after[c.user(one, i)][attribute]
	reason, failed := r.failed()[place]
	switch {
	case one.want.refused != nil && (!failed || got == text):
		r.fault("%s: %.40q is not refused: it is %.40q now", one.name, one.text, got)
	case one.want.refused != nil:
		for _, says := range one.want.refused {
			if !strings.Contains(reason, says) {
				r.fault("%s: %.40q: the reason does not say %q: %s", one.name, one.text, says, reason)
			}
		}
		if strings.TrimSpace(reason) == "" {
			r.fault("%s: %.40q: no reason stands in the file of errors", one.name, one.text)
		}
	case failed:
		r.fault("%s: %.40q is refused: %s", one.name, one.text, reason)
	case got != want:
		r.fault("%s: %.40q is written as %.40q, want %.40q", one.name, one.text, got, want)
	}
}

// of is the attribute that a cell is of.
func (c cellsOf) of(one cell) string {
	if one.attribute != "" {
		return one.attribute
	}
	return c.attribute
}

// oddKinds are the warnings of what nobody meant.
var oddKinds = []string{"placeholder", "blanks", "invisible", "control", "replacement", "spreadsheet"}

// judgeTold holds the warnings against the cells that each must count, and no others.
func (c cellsOf) judgeTold(r *trial, want map[string][]string) {
	got := r.hazards()
	for _, kind := range oddKinds {
		h, places := got[kind], want[kind]
		if h.Count != len(places) {
			r.fault("plan tells %d of %s, want %d: %s %v", h.Count, kind, len(places), h.Text, h.Examples)
		}
		for _, place := range h.Examples {
			if !slices.ContainsFunc(places, func(p string) bool { return strings.HasPrefix(place+" ", p+" ") }) {
				r.fault("%s is told of %s, which is none", kind, place)
			}
		}
		if len(places) > 0 && !strings.Contains(r.early, h.Text) && !strings.Contains(r.early, places[0]) {
			r.fault("apply has not told of %s at %s before its first write, but:\n%s", kind, places[0], r.early)
		}
	}
}

// file is the change set of cells, and the line of each.
func (c cellsOf) file(format string, cells []cell) (text string, places []int) {
	rows := [][]string{{"username", "attribute", "value"}}
	attributes := []string{"username"}
	var b strings.Builder
	for i, one := range cells {
		user, attribute, value := fmt.Sprintf("user-%03d", i), c.of(one), one.text
		if attribute == "username" {
			user, attribute, value = one.text, "custom:tier", "gold"
		}
		line, _ := json.Marshal(map[string]any{"username": user, "attributes": map[string]string{attribute: value}}) // strings alone
		b.Write(append(line, '\n'))
		rows = append(rows, []string{user, attribute, value})
		if !slices.Contains(attributes, attribute) {
			attributes = append(attributes, attribute)
		}
	}
	if format == "wide" {
		rows = widen(rows, attributes)
	}
	if format != "jsonl" {
		b.Reset()
		b.WriteString(csvText(rows))
	}
	line := 1
	for i := range cells {
		if format != "jsonl" {
			line += strings.Count(csvText(rows[i:i+1]), "\n")
		}
		places = append(places, line)
		if format == "jsonl" {
			line++
		}
	}
	return b.String(), places
}

// widen makes rows of one user each of rows of one attribute each.
func widen(rows [][]string, columns []string) [][]string {
	wide := [][]string{columns}
	for _, row := range rows[1:] {
		cells := make([]string, len(columns))
		cells[0], cells[slices.Index(columns, row[1])] = row[0], row[2]
		wide = append(wide, cells)
	}
	return wide
}

func ending(format string) string {
	if format == "jsonl" {
		return "jsonl"
	}
	return "csv"
}

// cellPool has an attribute of each kind.
const cellPool = `{"UserPool":{"Id":"us-east-1_Cells0000","Name":"cells","UsernameConfiguration":{"CaseSensitive":false},"SchemaAttributes":[
{"Name":"custom:tier","AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MinLength":"0","MaxLength":"256"}},
{"Name":"custom:note","AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MinLength":"0","MaxLength":"2048"}},
{"Name":"custom:short","AttributeDataType":"String","Mutable":true,"StringAttributeConstraints":{"MinLength":"2","MaxLength":"5"}},
{"Name":"custom:points","AttributeDataType":"Number","Mutable":true},
{"Name":"custom:percent","AttributeDataType":"Number","Mutable":true,"NumberAttributeConstraints":{"MinValue":"0","MaxValue":"100"}},
{"Name":"custom:flag","AttributeDataType":"Boolean","Mutable":true},
{"Name":"custom:since","AttributeDataType":"DateTime","Mutable":true},
{"Name":"custom:fixed","AttributeDataType":"String","Mutable":false}
]}}`
