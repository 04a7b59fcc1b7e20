package rules

import (
	"regexp"
	"strconv"
	"strings"

	"attrmigrate/internal/prose"
)

// phrases are what expr says of an expression, and what we say. A type stands in the text as %t, anything else as %s, in their order.
var phrases = []struct {
	said      *regexp.Regexp
	say, hint string
}{
	{regexp.MustCompile(`^invalid operation: (?:==|!=|<|>|<=|>=) \(mismatched types (.+) and (.+)\)$`), "%t is compared with %t", typesHint},
	{regexp.MustCompile(`^invalid operation: (or|and|\|\||&&) \(mismatched types (.+) and (.+)\)$`), "%s joins two conditions, here are %t and %t", ""},
	{regexp.MustCompile(`^invalid operation: (.+) \(mismatched types (.+) and (.+)\)$`), "%s does not go with %t and %t", "string(…) makes a text of a number, int(…) a number of a text"},
	{regexp.MustCompile(`^invalid operation: (.+) \(mismatched type (.+)\)$`), "%s does not go with %t", ""},
	{regexp.MustCompile(`^cannot use (.+) as argument \(type (.+)\) to call (\w+) ?$`), "it is given %t where %t is wanted, by %s()", ""},
	{regexp.MustCompile(`^not enough arguments to call (\w+)$`), "%s() is given too little", ""},
	{regexp.MustCompile(`^too many arguments to call (\w+)$`), "%s() is given too much", ""},
	{regexp.MustCompile(`^cannot use (.+) as type (.+) in array$`), "%t is looked for in a list that has %t", typesHint},
	{regexp.MustCompile(`^predicate should return boolean \(got (.+)\)$`), "a condition stands inside of such a function, not %t", ""},
	{regexp.MustCompile(`^builtin (\w+) takes only array \(got (.+)\)$`), "%s() goes through a list, not %t", ""},
	{regexp.MustCompile(`^invalid argument for (\w+) \(type (.+)\)$`), "%s() does not take %t", ""},
	{regexp.MustCompile(`^invalid number of arguments \(expected (.+), got (\d+)\)$`), "it takes so many values: %s, and is given %s", ""},
	{regexp.MustCompile(`^type (.+) has no (?:field|method) (\w+)$`), "%t has no %s", "a function stands before its value, or behind a |: lower(email), email | lower()"},
	{regexp.MustCompile(`^type (.+)\[.+\] is undefined$`), "%t has no elements", "a part of a text is TEXT[0:3]"},
	{regexp.MustCompile(`^array elements can only be selected using an integer \(got (.+)\)$`), "an element of a list is chosen by its number, from 0, not by %t", ""},
	{regexp.MustCompile(`^cannot slice (.+)$`), "%t has no parts", ""},
	{regexp.MustCompile(`^non-integer slice index (.+)$`), "a part is chosen by numbers, not by %t", ""},
	{regexp.MustCompile(`^non-bool expression \(type (.+)\) used as condition$`), "a condition is true or false, this is %t", ""},
	{regexp.MustCompile(`^cannot redeclare (?:function |builtin |variable )?(\w+)$`), "%s has a meaning already", "let wants another name"},
	{regexp.MustCompile(`^error parsing regexp: (.+)$`), "the pattern of matches is wrong: %s", ""},
	{regexp.MustCompile(`^cannot use pointer accessor outside predicate$`), "# stands only inside of any(), filter() and the like", ""},
	{regexp.MustCompile(`^Operator \((.+)\) and coalesce expressions`), "?? and %s stand side by side", "write (A ?? B) in parentheses"},
	{regexp.MustCompile(`exceeds maximum allowed nodes$`), "the expression is too long", "make several rules of it, in a file (--rules)"},
	{regexp.MustCompile(`^unexpected (?:token EOF|end of expression)$`), tooEarly, ""},
	{regexp.MustCompile(`^unexpected token \w+\("(.*)"\)$`), "%s is not expected here", ""},
	{regexp.MustCompile(`^unrecognized character: U\+\w+ '(.+)'$`), "%s is no part of an expression", ""},
	{regexp.MustCompile(`^literal not terminated$`), "a text has no end: its quotation mark is missing", ""},
	{regexp.MustCompile(`^bad number syntax: (.+)$`), "%s is no number", "a text stands in quotation marks"},
	{regexp.MustCompile(`^(?:invalid char escape|unable to unescape string)`), "a \\ stands before what needs none", `write \\ for a \ in a text`},
	{regexp.MustCompile(`literal is too large$`), "the number is too large", ""},
	{regexp.MustCompile(`^expected at least \d+ arguments$`), "too little stands in the parentheses", "write any(LIST, CONDITION); # is the element"},
	{regexp.MustCompile(`^wrap predicate with brackets`), "; stands in a condition", "put the condition in { }"},
	{regexp.MustCompile(`^expected name$`), "a name is missing behind the dot", `a name with other characters: attr["custom:my-name"]`},
}

const tooEarly = "it ends too early"

const typesHint = "numbers, true, false and nil stand without quotation marks, texts with them"

// plainly says what expr says.
func plainly(theirs string, at int) *mistake {
	var said strings.Builder
	for _, p := range phrases {
		found := p.said.FindStringSubmatch(theirs)
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
