package report

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/sources"
)

// undoMember numbers the entries of undo.jsonl; the decoders read a file that has it from its end.
const undoMember = "_undo"

// appendRecord appends a record of a change set in JSONL, with its line end: who gets which
// attributes, and which values are expected. Null stands for none. A number over 0 makes it an entry
// of an undo file.
func appendRecord(line []byte, number int64, username string, set, expect []sources.Attribute) ([]byte, error) {
	return appendChange(line, number, &sources.Change{Username: username, Attributes: set, Expect: expect})
}

// appendChange adds a change in the native shape, as a line.
func appendChange(line []byte, number int64, c *sources.Change) ([]byte, error) {
	line = append(line, '{')
	if number > 0 {
		line = append(line, `"`+undoMember+`":`...)
		line = strconv.AppendInt(line, number, 10)
		line = append(line, ',')
	}
	line, err := jsontext.AppendQuote(append(line, `"username":`...), c.Username)
	if err != nil {
		return line, err
	}
	if line, err = appendAttributes(append(line, `,"attributes":`...), c.Attributes); err != nil {
		return line, err
	}
	if line, err = appendAttributes(append(line, `,"expect":`...), c.Expect); err != nil {
		return line, err
	}
	if len(c.ClientMetadata) > 0 {
		metadata, err := json.Marshal(c.ClientMetadata, json.Deterministic(true))
		if err != nil {
			return line, err
		}
		line = append(append(line, `,"client_metadata":`...), metadata...)
	}
	return append(line, "}\n"...), nil
}

func appendAttributes(line []byte, attributes []sources.Attribute) ([]byte, error) {
	line = append(line, '{')
	for i, a := range attributes {
		if i > 0 {
			line = append(line, ',')
		}
		var err error
		if line, err = jsontext.AppendQuote(line, a.Name); err != nil {
			return line, err
		}
		line = append(line, ':')
		if a.Delete || a.Value == "" {
			line = append(line, "null"...)
		} else if line, err = jsontext.AppendQuote(line, a.Value); err != nil {
			return line, err
		}
	}
	return append(line, '}'), nil
}
