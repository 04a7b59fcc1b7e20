package sandbox

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// modelFile is what AWS's own model of the API asks of requests: testdata/model/extract.py takes it out.
//
//go:embed model.json
var modelFile []byte

// apiModel is what the model of the API says of requests. It is not modified.
type apiModel struct {
	Source     string            `json:"source"`
	Operations map[string]string `json:"operations"` // the shape of the request
	Shapes     map[string]*shape `json:"shapes"`
}

// shape is a type of the model.
type shape struct {
	Type     string            `json:"type"` // structure, list, map, string, integer, long, boolean
	Required []string          `json:"required"`
	Members  map[string]string `json:"members"` // of a structure, with their shapes
	Member   string            `json:"member"`  // of a list
	Key      string            `json:"key"`     // of a map
	Value    string            `json:"value"`   // of a map
	Min      *int64            `json:"min"`
	Max      *int64            `json:"max"`
	Pattern  string            `json:"pattern"`
	Enum     []string          `json:"enum"`

	whole *regexp.Regexp // the pattern, which is about the whole of a value
}

// model reads the model once.
var model = sync.OnceValue(func() *apiModel {
	m := &apiModel{}
	if err := json.Unmarshal(modelFile, m); err != nil {
		panic("sandbox: model.json: " + err.Error()) // it is part of the program, and a test reads it
	}
	for _, s := range m.Shapes {
		if s.Pattern != "" {
			s.whole = regexp.MustCompile(`^(?:` + s.Pattern + `)$`)
		}
	}
	return m
})

// inspection holds one request against the model.
type inspection struct {
	*apiModel
	from   *jsontext.Decoder
	broken []string
}

// checkRequest holds the body of a request against the model of its operation.
func checkRequest(operation string, body []byte) error {
	in := inspection{apiModel: model(), from: jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))}
	name, known := in.Operations[operation]
	if !known {
		return nil
	}
	if err := in.value(name, nil); err != nil {
		return exception("SerializationException", err.Error())
	}
	return invalidRequest(in.broken)
}

// checkValue holds a text against a shape of the model, as if a request had it in a member.
func checkValue(member, name, text string) error {
	in := inspection{apiModel: model()}
	in.text(in.Shapes[name], text, &place{name: member})
	return invalidRequest(in.broken)
}

// invalidRequest is the error of a request that breaks constraints of the model; nil for none.
func invalidRequest(broken []string) error {
	switch len(broken) {
	case 0:
		return nil
	case 1:
		return invalidParameter("1 validation error detected: %s", broken[0])
	default:
		return invalidParameter("%d validation errors detected: %s", len(broken), strings.Join(broken, "; "))
	}
}

// breaks notes a constraint that a value does not meet. The value is not repeated: it may be a user's.
func (in *inspection) breaks(at *place, constraint string) {
	in.broken = append(in.broken, fmt.Sprintf("Value at '%s' failed to satisfy constraint: Member must %s", at, constraint))
}

// value inspects the next value of the request.
func (in *inspection) value(name string, at *place) error {
	s := in.Shapes[name]
	kind := in.from.PeekKind()
	switch {
	case kind == 'n':
		return in.from.SkipValue()
	case kind == 0:
		return in.end()
	case s.Type == "structure" && kind == '{':
		return in.structure(s, at)
	case s.Type == "map" && kind == '{':
		return in.entries(s, at)
	case s.Type == "list" && kind == '[':
		return in.list(s, at)
	case kind == '{' || kind == '[':
		return fmt.Errorf("%s can not be converted to %s: %s", word(kind), s.Type, at)
	}
	token, err := in.from.ReadToken()
	if err != nil {
		return err
	}
	switch {
	case s.Type == "string" && kind == '"':
		in.text(s, token.String(), at)
	case (s.Type == "integer" || s.Type == "long") && kind == '0':
		return in.number(s, token.String(), at)
	case s.Type == "boolean" && (kind == 't' || kind == 'f'):
	default:
		return fmt.Errorf("%s can not be converted to %s: %s", word(kind), s.Type, at)
	}
	return nil
}

// end tells why there is no value.
func (in *inspection) end() error {
	_, err := in.from.ReadToken()
	if errors.Is(err, io.EOF) {
		return errors.New("the request has no body")
	}
	return err
}

// word names a kind of JSON as AWS does.
func word(kind jsontext.Kind) string {
	switch kind {
	case '"':
		return "STRING_VALUE"
	case '0':
		return "NUMBER_VALUE"
	case 't':
		return "TRUE_VALUE"
	case 'f':
		return "FALSE_VALUE"
	case '[':
		return "START_ARRAY"
	default:
		return "START_OBJECT"
	}
}

func (in *inspection) structure(s *shape, at *place) error {
	var there []string
	err := in.members(func(name string) error {
		shapeOf, known := s.Members[name]
		if !known {
			return in.from.SkipValue()
		}
		if in.from.PeekKind() != 'n' {
			there = append(there, name)
		}
		return in.value(shapeOf, &place{up: at, name: name})
	})
	for _, name := range s.Required {
		if !slices.Contains(there, name) {
			in.breaks(&place{up: at, name: name}, "not be null")
		}
	}
	return err
}

func (in *inspection) entries(s *shape, at *place) error {
	n := int64(0)
	err := in.members(func(key string) error {
		n++
		in.text(in.Shapes[s.Key], key, at)
		return in.value(s.Value, at)
	})
	in.length(s, n, at)
	return err
}

// members calls visit for each member of an object, which reads its value.
func (in *inspection) members(visit func(name string) error) error {
	if _, err := in.from.ReadToken(); err != nil {
		return err
	}
	for in.from.PeekKind() == '"' {
		name, err := in.from.ReadToken()
		if err != nil {
			return err
		}
		if err := visit(name.String()); err != nil {
			return err
		}
	}
	_, err := in.from.ReadToken()
	return err
}

func (in *inspection) list(s *shape, at *place) error {
	if _, err := in.from.ReadToken(); err != nil {
		return err
	}
	n := int64(0)
	for kind := in.from.PeekKind(); kind != ']' && kind != 0; kind = in.from.PeekKind() {
		n++
		if err := in.value(s.Member, &place{up: at, index: n}); err != nil {
			return err
		}
	}
	in.length(s, n, at)
	_, err := in.from.ReadToken()
	return err
}

// text inspects a string, and notes the first constraint that it breaks. Lengths are in characters.
func (in *inspection) text(s *shape, text string, at *place) {
	switch {
	case !in.length(s, int64(utf8.RuneCountInString(text)), at):
	case s.whole != nil && !s.whole.MatchString(text):
		in.breaks(at, "satisfy regular expression pattern: "+s.Pattern)
	case s.Enum != nil && !slices.Contains(s.Enum, text):
		in.breaks(at, "satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
	}
}

// length holds a length against the bounds of a shape, and says whether it is within.
func (in *inspection) length(s *shape, n int64, at *place) bool {
	return in.bounds(s, n, at, "have length")
}

func (in *inspection) number(s *shape, text string, at *place) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("NUMBER_VALUE can not be converted to %s: %s", s.Type, at)
	}
	in.bounds(s, n, at, "have value")
	return nil
}

func (in *inspection) bounds(s *shape, n int64, at *place, what string) bool {
	switch {
	case s.Min != nil && n < *s.Min:
		in.breaks(at, fmt.Sprintf("%s greater than or equal to %d", what, *s.Min))
	case s.Max != nil && n > *s.Max:
		in.breaks(at, fmt.Sprintf("%s less than or equal to %d", what, *s.Max))
	default:
		return true
	}
	return false
}

// place is where a value stands in a request; nil is the request. It becomes text in errors only.
type place struct {
	up    *place
	name  string // of a member
	index int64  // of an item of a list, from 1
}

// String names the place as AWS does: members begin in lower case.
func (p *place) String() string {
	name := ""
	switch {
	case p == nil:
		return ""
	case p.index > 0:
		name = strconv.FormatInt(p.index, 10) + ".member"
	case p.name != "":
		name = strings.ToLower(p.name[:1]) + p.name[1:]
	}
	if p.up == nil {
		return name
	}
	return p.up.String() + "." + name
}
