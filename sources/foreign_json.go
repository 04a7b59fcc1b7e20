package sources

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/internal/sealed"
	"attrmigrate/internal/shell"
)

// member is a member of a JSON object.
type member struct {
	name  string
	value jsontext.Value
}

// membersOf are the members of an object; none of what is no object, or none that can be read.
func membersOf(text []byte) []member {
	d := jsontext.NewDecoder(bytes.NewReader(text), lenient)
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil
	}
	var list []member
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil
		}
		m := member{name: name.String()}
		value, err := d.ReadValue()
		if err != nil {
			return nil
		}
		m.value = slices.Clone(value)
		list = append(list, m)
	}
	return list
}

// foreignJSON refuses JSON whose first record is not that of a change set but of a kind that other programs write, and
// says how it becomes one. Of what is nearly a change set, each record is told what is wrong with it.
func (in *input) foreignJSON(first []byte, array bool, opts *Options) *FileError {
	members := membersOf(first)
	if refusal := foreignReport(members); refusal != nil {
		return refusal
	}
	each := ""
	if array {
		each = ".[] | "
	}
	switch kind, name := shapeOf(members, opts); kind {
	case flat:
		return in.convertible("is flat JSON, and no change set: attributes stand in \"attributes\"", recordRemedy, each+flatProgram(members))
	case dynamo:
		return in.convertible("is JSON as DynamoDB writes it, and no change set", recordRemedy, each+name+dynamoProgram+flatProgram(dynamoMembers(members, name)))
	case wrapped:
		return in.convertible("has its records in \""+shownKey(name)+"\", and is no change set", recordRemedy, each+keyPath(name)+"[] | "+flatProgram(firstElement(members, name)))
	default:
		return nil
	}
}

const recordRemedy = `a record is {"username": "NAME", "attributes": {"custom:tier": "gold"}}`

// convertible refuses JSON that a program of jq makes what is wanted of.
func (in *input) convertible(msg, want, program string) *FileError {
	command := "jq -c " + shell.Quote(program)
	switch in.packing {
	case sealed.Gzip:
		command = "gunzip -c " + shell.File(in.path) + " | " + command
	case sealed.Zstd:
		command = "zstd -dc " + shell.File(in.path) + " | " + command
	default:
		command += " " + shell.File(in.path)
	}
	return &FileError{Msg: msg, Remedy: want + "; to make such ones of these: " + command + " > " + shell.File(besideIt(in.path))}
}

// shape is what JSON of others looks like.
type shape int

const (
	ours    shape = iota
	flat          // {"username": "ann", "email": "a@example.com"}
	dynamo        // {"Item": {"username": {"S": "ann"}}}, or {"Items": […]}, or what is in them
	wrapped       // {"users": [{…}]}
)

// shapeOf tells the shape of a record, and of one that is in a member, its name or the path to it.
func shapeOf(members []member, opts *Options) (shape, string) {
	known := slices.Concat(recordKeys, listedFields, []string{"Users", "UserMFASettingList"})
	scalars, lists := 0, ""
	for _, m := range members {
		switch {
		case strings.HasPrefix(m.name, "_"), slices.Contains(known, m.name):
			if slices.Contains([]string{"attributes", "UserAttributes", "Attributes", "expect"}, m.name) {
				return ours, ""
			}
			continue
		case isToken(m.name):
			return ours, ""
		}
		switch m.value.Kind() {
		case '{', '[':
			if len(firstElement(members, m.name)) > 0 {
				lists = cmp.Or(lists, m.name)
			}
		default:
			if _, near := Suggest(m.name, recordKeys); !near {
				scalars++
			}
		}
	}
	switch {
	case isDynamo(valueOf(members, "Item")):
		return dynamo, ".Item | "
	case len(firstElement(members, "Items")) > 0 && isDynamo(firstElement(members, "Items")):
		return dynamo, ".Items[] | "
	case isDynamo(members):
		return dynamo, ""
	case lists != "" && userKey(members) == noUserKey:
		return wrapped, lists
	case scalars > 0 && !nearlyOurs(members):
		return flat, ""
	default:
		return ours, ""
	}
}

// nearlyOurs tells whether a record has attributes under a name that is misspelt.
func nearlyOurs(members []member) bool {
	return slices.ContainsFunc(members, func(m member) bool {
		near, ok := Suggest(m.name, recordKeys)
		return ok && (m.value.Kind() == '{' || m.value.Kind() == '[') && strings.Contains(strings.ToLower(near), "attributes")
	})
}

// valueOf are the members of an object in a member.
func valueOf(members []member, name string) []member {
	for _, m := range members {
		if m.name == name {
			return membersOf(m.value)
		}
	}
	return nil
}

// firstElement are the members of the first object of a list in a member.
func firstElement(members []member, name string) []member {
	for _, m := range members {
		if m.name != name || m.value.Kind() != '[' {
			continue
		}
		d := jsontext.NewDecoder(bytes.NewReader(m.value), lenient)
		if _, err := d.ReadToken(); err != nil {
			return nil
		}
		if first, err := d.ReadValue(); err == nil {
			return membersOf(first)
		}
	}
	return nil
}

// isDynamo tells whether each member is a value as DynamoDB writes it: {"S": "ann"}.
func isDynamo(members []member) bool {
	types := []string{"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"}
	for _, m := range members {
		inner := membersOf(m.value)
		if len(inner) != 1 || !slices.Contains(types, inner[0].name) {
			return false
		}
	}
	return len(members) > 0
}

// dynamoMembers are those of the first item.
func dynamoMembers(members []member, path string) []member {
	switch path {
	case ".Item | ":
		return valueOf(members, "Item")
	case ".Items[] | ":
		return firstElement(members, "Items")
	default:
		return members
	}
}

// dynamoProgram takes the values of an item out of their types.
const dynamoProgram = `map_values(to_entries[0] | if .key == "NULL" then null else .value end) | `

// flatProgram makes a record of a flat object: without what is null, empty or no single value, for here these would delete.
func flatProgram(members []member) string {
	user := userKey(members)
	path := keyPath(user)
	return "{username: " + path + ", attributes: (del(" + path + `) | with_entries(select(.value | type == "boolean" or type == "number" or (type == "string" and . != ""))))}`
}

// noUserKey stands for the key that only the reader knows.
const noUserKey = "KEY_OF_THE_USER"

// userKey is the key that seems to name the user.
func userKey(members []member) string {
	for _, name := range []string{"username", "Username", "cognito:username", "userName", "user_name", "login", "sub", "user_id", "userId",
		"uid", "localId", "user", "id", "email", "Email", "phone_number"} {
		if slices.ContainsFunc(members, func(m member) bool { return m.name == name }) {
			return name
		}
	}
	return noUserKey
}

// keyPath is a key as jq names it.
func keyPath(key string) string {
	plain := key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if plain {
		return "." + key
	}
	quoted, err := jsontext.AppendQuote(nil, key)
	if err != nil { // it is no UTF-8
		return ".KEY"
	}
	return ".[" + string(quoted) + "]"
}

// shownKey is a key in a message.
func shownKey(key string) string {
	const most = 40
	if len(key) > most {
		return strings.ToValidUTF8(key[:most], "") + "…"
	}
	return key
}
