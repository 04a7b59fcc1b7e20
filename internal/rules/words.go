package rules

import (
	"regexp"
	"strconv"
	"strings"

	"attrmigrate/internal/prose"
)

// phrases are what expr says of an expression, as patterns, and what we say. A type stands in the text as %t, anything else
// as %s, in their order. They are compiled when something is wrong: most starts of the program need none.
var phrases = []struct{ said, say, hint string }{
	{`^invalid operation: (?:==|!=|<|>|<=|>=) \(mismatched types (.+) and (.+)\)$`, "%t is compared with %t", typesHint},
	{`^invalid operation: (or|and|\|\||&&) \(mismatched types (.+) and (.+)\)$`, "%s joins two conditions, here are %t and %t", ""},
	{`^invalid operation: (.+) \(mismatched types (.+) and (.+)\)$`, "%s does not go with %t and %t", "string(…) makes a text of a number, int(…) a number of a text"},
	{`^invalid operation: (.+) \(mismatched type (.+)\)$`, "%s does not go with %t", ""},
	{`^cannot use (.+) as argument \(type (.+)\) to call (\w+) ?$`, "it is given %t where %t is wanted, by %s()", ""},
	{`^not enough arguments to call (\w+)$`, "%s() is given too little", ""},
	{`^too many arguments to call (\w+)$`, "%s() is given too much", ""},
	{`^cannot use (.+) as type (.+) in array$`, "%t is looked for in a list that has %t", typesHint},
	{`^predicate should return boolean \(got (.+)\)$`, "a condition stands inside of such a function, not %t", ""},
	{`^builtin (\w+) takes only array \(got (.+)\)$`, "%s() goes through a list, not %t", ""},
	{`^invalid argument for (\w+) \(type (.+)\)$`, "%s() does not take %t", ""},
	{`^invalid number of arguments \(expected (.+), got (\d+)\)$`, "it takes so many values: %s, and is given %s", ""},
	{`^type (.+) has no (?:field|method) (\w+)$`, "%t has no %s", "a function stands before its value, or behind a |: lower(email), email | lower()"},
	{`^type (.+)\[.+\] is undefined$`, "%t has no elements", "a part of a text is TEXT[0:3]"},
	{`^array elements can only be selected using an integer \(got (.+)\)$`, "an element of a list is chosen by its number, from 0, not by %t", ""},
	{`^cannot slice (.+)$`, "%t has no parts", ""},
	{`^non-integer slice index (.+)$`, "a part is chosen by numbers, not by %t", ""},
	{`^non-bool expression \(type (.+)\) used as condition$`, "a condition is true or false, this is %t", ""},
	{`^cannot redeclare (?:function |builtin |variable )?(\w+)$`, "%s has a meaning already", "let wants another name"},
	{`^error parsing regexp: (.+)$`, "the pattern of matches is wrong: %s", ""},
	{`^cannot use pointer accessor outside predicate$`, "# stands only inside of any(), filter() and the like", ""},
	{`^Operator \((.+)\) and coalesce expressions`, "?? and %s stand side by side", "write (A ?? B) in parentheses"},
	{`exceeds maximum allowed nodes$`, "the expression is too long", "make several rules of it, in a file (--rules)"},
	{`^unexpected (?:token EOF|end of expression)$`, tooEarly, ""},
	{`^unexpected token \w+\("(.*)"\)$`, "%s is not expected here", ""},
	{`^unrecognized character: U\+\w+ '(.+)'$`, "%s is no part of an expression", ""},
	{`^literal not terminated$`, "a text has no end: its quotation mark is missing", ""},
	{`^bad number syntax: (.+)$`, "%s is no number", "a text stands in quotation marks"},
	{`^(?:invalid char escape|unable to unescape string)`, "a \\ stands before what needs none", `write \\ for a \ in a text`},
	{`literal is too large$`, "the number is too large", ""},
	{`^expected at least \d+ arguments$`, "too little stands in the parentheses", "write any(LIST, CONDITION); # is the element"},
	{`^wrap predicate with brackets`, "; stands in a condition", "put the condition in { }"},
	{`^expected name$`, "a name is missing behind the dot", `a name with other characters: attr["custom:my-name"]`},
}

const tooEarly = "it ends too early"

const typesHint = "numbers, true, false and nil stand without quotation marks, texts with them"

// plainly says what expr says.
func plainly(theirs string, at int) *mistake {
	var said strings.Builder
	for _, p := range phrases {
		found := regexp.MustCompile(p.said).FindStringSubmatch(theirs)
		if found == nil {
			continue
		}
		say := p.say
		for _, s := range found[1:] {
			before, rest, _ := strings.Cut(say, "%")
			if strings.HasPrefix(rest, "t") {
				s = theirType(s)
			} else if plain, err := strconv.Unquote(`"` + s + `"`); err == nil { // expr has escaped it
				s = plain
			}
			if s = prose.Cut(prose.Printable(s), 60); s == "" {
				s = "an empty text"
			}
			said.WriteString(before + s)
			say = rest[1:]
		}
		return &mistake{at, said.String() + say, p.hint}
	}
	return &mistake{at, theirs, ""}
}

// theirType is what people call a type of expr.
func theirType(name string) string {
	switch name {
	case "string":
		return "a text"
	case "int", "float64":
		return "a number"
	case "bool":
		return "true or false"
	case "time.Time":
		return "a time"
	case "time.Duration":
		return "a duration"
	case "unknown", "nil", "interface {}":
		return "nil"
	}
	if strings.HasPrefix(name, "[]") {
		return "a list"
	}
	return "something else"
}
