package sources

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// meant is a text as the options have it: without blanks at its ends, and empty where it stands for no value, with its
// blanks or without. Both are counted.
func (o *Options) meant(text string, trimmed, emptied *int) string {
	bare := text
	if o.Trim {
		if bare = strings.TrimSpace(text); bare != text {
			*trimmed++
		}
	}
	if slices.Contains(o.EmptyValues, bare) || slices.Contains(o.EmptyValues, text) {
		bare = ""
		*emptied++
	}
	return bare
}

// meantCell is the text of a CSV cell as the options have it, and whether it was wrapped by TextCell.
func (o *Options) meantCell(c *Change, cell string) (text string, wrapped bool) {
	text, wrapped = textOf(cell)
	return o.meant(text, &c.Trimmed, &c.Emptied), wrapped
}

// addCell adds what a CSV cell says of the attribute name. The field names the cell in an error.
func (o *Options) addCell(c *Change, field, name, cell string) *RecordError {
	text, wrapped := o.meantCell(c, cell)
	switch {
	case text == "":
		return o.addEmpty(c, field, name)
	case text == o.DeleteMarker && !wrapped:
		c.Attributes = append(c.Attributes, Attribute{Name: name, Delete: true})
	default:
		c.Attributes = append(c.Attributes, Attribute{Name: name, Value: text})
	}
	return nil
}

// addEmpty adds what an empty cell says, or a value that is meant as one.
func (o *Options) addEmpty(c *Change, field, name string) *RecordError {
	switch o.Empty {
	case RefuseEmpty:
		return &RecordError{code: codeEmptyValue, field: field, msg: "the cell is empty",
			hint: "give it a value, or " + o.DeleteMarker + " to delete the attribute"}
	case DeleteEmpty:
		c.Attributes = append(c.Attributes, Attribute{Name: name, Delete: true})
	}
	return nil
}

// addExpected adds the precondition that a CSV cell states; an empty one states none.
func (o *Options) addExpected(c *Change, name, cell string) {
	text, wrapped := o.meantCell(c, cell)
	switch {
	case text == "":
	case text == o.DeleteMarker && !wrapped:
		c.Expect = append(c.Expect, Attribute{Name: name, Delete: true})
	default:
		c.Expect = append(c.Expect, Attribute{Name: name, Value: text})
	}
}

// addMetadata adds what a value says of a key of the client metadata; an empty one says nothing.
func (o *Options) addMetadata(c *Change, key, value string) {
	text, _ := o.meantCell(c, value)
	if text == "" {
		return
	}
	if c.ClientMetadata == nil {
		c.ClientMetadata = map[string]string{}
	}
	c.ClientMetadata[key] = text
}

// checkText refuses what Cognito cannot store.
func checkText(field, text string) *RecordError {
	if !utf8.ValidString(text) {
		return &RecordError{code: codeInvalidText, field: field, msg: "not UTF-8", hint: "save the file in UTF-8"}
	}
	if before, _, ok := strings.Cut(text, "\x00"); ok {
		return &RecordError{code: codeInvalidText, field: field, hint: "take it out",
			msg: fmt.Sprintf("contains a NUL character: U+0000 at character %d", utf8.RuneCountInString(before)+1)}
	}
	return nil
}

// duplicate refuses a record that sets or expects an attribute twice.
func duplicate(c *Change) *RecordError {
	for _, list := range [][]Attribute{c.Attributes, c.Expect} {
		if name, ok := repeated(list); ok {
			return &RecordError{code: codeDuplicateAttribute, field: name, msg: "the attribute stands twice in one record",
				hint: "leave one of them out"}
		}
	}
	return nil
}

// repeated returns a name that stands twice in a list.
func repeated(list []Attribute) (string, bool) {
	const few = 16 // comparing each with each is quicker
	if len(list) <= few {
		for i, a := range list {
			if slices.ContainsFunc(list[:i], func(b Attribute) bool { return a.Name == b.Name }) {
				return a.Name, true
			}
		}
		return "", false
	}
	seen := make(map[string]bool, len(list))
	for _, a := range list {
		if seen[a.Name] {
			return a.Name, true
		}
		seen[a.Name] = true
	}
	return "", false
}
