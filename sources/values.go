package sources

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// addCell adds what a CSV cell says of the attribute name. The field names the cell in an error.
func (o *Options) addCell(list []Attribute, field, name, cell string) ([]Attribute, *RecordError) {
	text, wrapped := textOf(cell)
	switch {
	case text == "" && o.Empty == RefuseEmpty:
		return list, &RecordError{code: codeEmptyValue, field: field, msg: "the cell is empty",
			hint: "give it a value, or " + o.DeleteMarker + " to delete the attribute"}
	case text == "" && o.Empty == KeepEmpty:
		return list, nil
	case text == "" || text == o.DeleteMarker && !wrapped:
		return append(list, Attribute{Name: name, Delete: true}), nil
	default:
		return append(list, Attribute{Name: name, Value: text}), nil
	}
}

// addExpected adds the precondition that a CSV cell states; an empty one states none.
func (o *Options) addExpected(list []Attribute, name, cell string) []Attribute {
	text, wrapped := textOf(cell)
	switch {
	case text == "":
		return list
	case text == o.DeleteMarker && !wrapped:
		return append(list, Attribute{Name: name, Delete: true})
	default:
		return append(list, Attribute{Name: name, Value: text})
	}
}

// addMetadata adds what a CSV cell says of a key of the client metadata; an empty one says nothing.
func (c *Change) addMetadata(key, cell string) {
	text, _ := textOf(cell)
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
	switch {
	case !utf8.ValidString(text):
		return &RecordError{code: codeInvalidText, field: field, msg: "not UTF-8", hint: "save the file in UTF-8"}
	case strings.IndexByte(text, 0) >= 0:
		return &RecordError{code: codeInvalidText, field: field, msg: "contains a NUL character"}
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
