package report

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Account is what a pool knows of a user besides the attributes.
type Account struct {
	Status            string
	Enabled           bool
	Created, Modified time.Time
	Groups            []string
}

// Account adds a user of whom everything is told, in JSONL. The attributes that the export does not name nobody can write;
// they, and the account, stand under names that begin with _, which the decoders pass over.
func (e *Export) Account(username string, attributes map[string]string, a Account) error {
	line, err := e.appendRecord(e.line[:0], username, e.valuesOf(attributes))
	if err == nil {
		line, err = e.appendOthers(line, attributes)
	}
	if err == nil {
		line, err = appendAccount(line, a)
	}
	e.line = append(line, "}\n"...)
	if err == nil {
		_, err = e.out.Write(e.line)
	}
	return err
}

// appendOthers adds the attributes that the export does not name.
func (e *Export) appendOthers(line []byte, attributes map[string]string) (_ []byte, err error) {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		named := slices.ContainsFunc(e.attributes, func(a ExportedAttribute) bool { return a.Name == name })
		switch value := attributes[name]; {
		case named || value == "":
		case !legal(value):
			e.leftOut++
		default:
			if line, err = appendMember(line, "_"+name, value); err != nil {
				return line, err
			}
		}
	}
	return line, nil
}

// appendAccount adds what is known of the account.
func appendAccount(line []byte, a Account) (_ []byte, err error) {
	if line, err = appendMember(line, "_status", a.Status); err != nil {
		return line, err
	}
	line = strconv.AppendBool(append(line, `,"_enabled":`...), a.Enabled)
	for i, group := range a.Groups {
		line = append(line, [...]string{`,"_groups":[`, `,`}[min(i, 1)]...)
		if line, err = jsontext.AppendQuote(line, group); err != nil {
			return line, err
		}
	}
	if a.Groups != nil {
		line = append(line, ']')
	}
	for _, date := range []struct {
		key string
		at  time.Time
	}{{"_created", a.Created}, {"_modified", a.Modified}} {
		if !date.at.IsZero() {
			line, _ = appendMember(line, date.key, date.at.UTC().Format(time.RFC3339Nano))
		}
	}
	return line, nil
}

// appendMember adds a member with a text.
func appendMember(line []byte, key, value string) ([]byte, error) {
	line, err := jsontext.AppendQuote(append(line, ','), key)
	if err != nil {
		return line, err
	}
	return jsontext.AppendQuote(append(line, ':'), value)
}
