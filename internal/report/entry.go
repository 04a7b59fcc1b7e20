package report

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/sources"
)

// undoMember numbers the entries of undo.jsonl; the decoders read a file that has it from its end.
const undoMember = "_undo"

// origin is where an entry of an undo file comes from.
type origin struct {
	number int64  // of the entry, from 1; 0: it is no entry of an undo file
	input  int    // of the record, from 0
	line   int    // on which the record begins
	name   string // of the user in the record; "": the username
}

// appendChange appends a change in the native shape, as a line of JSONL: who gets which attributes, and
// which values are expected. Null stands for none.
func appendChange(line []byte, from origin, c *sources.Change) ([]byte, error) {
	line = append(line, '{')
	if from.number > 0 {
		line = append(line, `"`+undoMember+`":`...)
		line = strconv.AppendInt(line, from.number, 10)
		if from.input > 0 {
			line = strconv.AppendInt(append(line, `,"_input":`...), int64(from.input), 10)
		}
		line = strconv.AppendInt(append(line, `,"_line":`...), int64(from.line), 10)
		line = append(line, ',')
	}
	var err error
	if from.name != "" {
		if line, err = jsontext.AppendQuote(append(line, `"_name":`...), from.name); err != nil {
			return line, err
		}
		line = append(line, ',')
	}
	if line, err = jsontext.AppendQuote(append(line, `"username":`...), c.Username); err != nil {
		return line, err
	}
	if line, err = appendAttributes(append(line, `,"attributes":`...), c.Attributes); err != nil {
		return line, err
	}
	if line, err = appendAttributes(append(line, `,"expect":`...), c.Expect); err != nil {
		return line, err
	}
	if c.Order != "" {
		if line, err = jsontext.AppendQuote(append(line, `,"order":`...), c.Order); err != nil {
			return line, err
		}
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
