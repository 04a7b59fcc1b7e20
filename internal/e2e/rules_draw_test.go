package e2e

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"attrmigrate/internal/sandbox"
)

const naivePoolID = "us-east-1_Naive0000"

// ruleScene is a pool with users, and rules for it.
type ruleScene struct {
	pool  poolDocument
	users []sandbox.User
	rules []naiveRule
	keep  bool // --verified keep
	file  bool // the rules stand in a file
}

// drawRuleScene draws few users of few values, so that the conditions of the rules divide them. No two users get one
// address: who takes an address from whom is the business of TestClaims.
func drawRuleScene(t *rapid.T) *ruleScene {
	s := &ruleScene{pool: poolDocument{ID: naivePoolID, Name: "naive"}, keep: rapid.Bool().Draw(t, "keep")}
	for name, kind := range map[string]string{"custom:tier": "String", "custom:note": "String", "custom:points": "Number"} {
		attribute := map[string]any{"Name": name, "AttributeDataType": kind, "Mutable": true}
		switch name {
		case "custom:tier":
			attribute["StringAttributeConstraints"] = map[string]string{"MinLength": "0", "MaxLength": "20"}
		case "custom:points":
			attribute["NumberAttributeConstraints"] = map[string]string{"MinValue": "0", "MaxValue": "1000000"}
		}
		s.pool.SchemaAttributes = append(s.pool.SchemaAttributes, attribute)
	}
	if rapid.Bool().Draw(t, "aliases") {
		s.pool.AliasAttributes = []string{"email"}
	}
	s.pool.UsernameConfiguration.CaseSensitive = rapid.Bool().Draw(t, "heeds case")
	for i := range rapid.IntRange(1, rapid.SampledFrom([]int{3, 12, 70}).Draw(t, "most users")).Draw(t, "users") {
		s.users = append(s.users, drawRuledUser(t, i))
	}
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "rules") {
		s.rules = append(s.rules, drawRule(t))
	}
	s.file = len(s.rules) > 1 || rapid.Bool().Draw(t, "a file")
	return s
}

// ruledValues are what users have: a text, or none.
var ruledValues = map[string][]string{
	"custom:tier":    {"", "", "free", "gold", "Gold", "größe", `a "quoted" one`, `back\slash`, "exactly twenty chars"},
	"custom:note":    {"", "free", "two\nlines", " edges ", "x"},
	"custom:points":  {"", "0", "5", "6", "12.50", "1000000"},
	"locale":         {"", "de", "de_DE", "fr"},
	"email":          {"", "User-%d@Example.com", "user-%d@example.com", "user-%d@old.example.com"},
	"email_verified": {"", "true", "false", "TRUE", "False"},
}

func drawRuledUser(t *rapid.T, number int) sandbox.User {
	u := sandbox.User{Username: fmt.Sprintf("user-%d", number), Attributes: map[string]string{}, Disabled: rapid.Bool().Draw(t, "is disabled")}
	u.Status = rapid.SampledFrom([]string{"CONFIRMED", "UNCONFIRMED", "FORCE_CHANGE_PASSWORD"}).Draw(t, "status")
	for _, name := range sortedKeys(ruledValues) {
		value := rapid.SampledFrom(ruledValues[name]).Draw(t, name)
		if name == "email" && value != "" {
			value = fmt.Sprintf(value, number)
		}
		if value != "" && (name != "email_verified" || u.Attributes["email"] != "") {
			u.Attributes[name] = value
		}
	}
	u.Attributes["sub"] = fmt.Sprintf("%x%x4d0b0c-0000-4000-8000-%012x", rapid.IntRange(0, 15).Draw(t, "chain"), number%16, number)
	return u
}

// drawRule draws a rule that sets up to three attributes.
func drawRule(t *rapid.T) (r naiveRule) {
	if rapid.IntRange(0, 4).Draw(t, "has a condition") > 0 {
		r.where = drawCondition(t, 2)
	}
	names := rapid.Permutation([]string{"custom:tier", "custom:note", "custom:points", "locale", "email", "email_verified"}).Draw(t, "sets")
	for _, name := range names[:rapid.SampledFrom([]int{1, 1, 2, 3}).Draw(t, "how many")] {
		r.sets = append(r.sets, naiveSet{name, drawResult(t, name)})
	}
	return r
}

// drawResult draws what an attribute is set to.
func drawResult(t *rapid.T, name string) naiveExpr {
	switch name {
	case "email":
		return drawEmail(t)
	case "email_verified":
		return rapid.SampledFrom([]naiveExpr{naiveConst(true), naiveConst(false), naiveConst("true"),
			naiveEqual(naiveAttribute("email", "email"), "!=", naiveConst(nil)), naiveAttribute("email_verified", "email_verified")}).Draw(t, "flag")
	case "custom:points":
		return drawNumber(t)
	}
	x := drawText(t, 2)
	if rapid.Bool().Draw(t, "may delete") {
		return naiveIf(drawCondition(t, 1), naiveConst(rapid.SampledFrom([]any{deletes{}, nil, ""}).Draw(t, "instead")), x)
	}
	return x
}

// drawEmail draws an address that no other user gets.
func drawEmail(t *rapid.T) naiveExpr {
	email := naiveAttribute("email", "email")
	replaced := naiveFunction("replace", func(s string) string { return strings.ReplaceAll(s, "@old.", "@") }, email, "@old.", "@")
	return rapid.SampledFrom([]naiveExpr{
		naiveFunction("lower", strings.ToLower, email),
		replaced,
		naiveFunction("lower", strings.ToLower, replaced),
		naivePlus(naiveFact("username", func(u *naiveUser) any { return u.username }), naiveConst("@example.org")),
	}).Draw(t, "address")
}

func drawNumber(t *rapid.T) naiveExpr {
	points := naiveAttribute("custom:points", "custom.points")
	return rapid.SampledFrom([]naiveExpr{
		naiveConst(5.0), naiveConst("7"), naiveConst(2000000.0), naiveConst(deletes{}),
		naivePlus(points, naiveConst(1.0)),
		naivePlus(naiveOr(points, naiveConst(0.0)), naiveConst(1.0)),
	}).Draw(t, "number")
}

// textNames are the texts of a user, under each name that they have.
var textNames = map[string]string{"custom.tier": "custom:tier", `attr["custom:tier"]`: "custom:tier", "custom.note": "custom:note",
	`attr["custom:note"]`: "custom:note", "locale": "locale", `attr["locale"]`: "locale", "email": "email"}

// drawText draws a text, or nil.
func drawText(t *rapid.T, depth int) naiveExpr {
	kind := rapid.IntRange(0, 8).Draw(t, "text")
	if depth == 0 {
		kind %= 4
	}
	switch kind {
	case 0:
		return naiveConst(rapid.SampledFrom([]string{"free", "gold", "größe", `a "quoted" one`, `back\slash`, "more than twenty characters"}).Draw(t, "constant"))
	case 1:
		return naiveFact("sub", func(u *naiveUser) any { return u.sub })
	case 2, 3:
		text := rapid.SampledFrom(sortedKeys(textNames)).Draw(t, "attribute")
		return naiveAttribute(textNames[text], text)
	case 4:
		name := rapid.SampledFrom([]string{"lower", "upper", "trim"}).Draw(t, "function")
		of := map[string]func(string) string{"lower": strings.ToLower, "upper": strings.ToUpper, "trim": strings.TrimSpace}[name]
		return naiveFunction(name, of, drawText(t, depth-1))
	case 5:
		return naiveFunction("replace", func(s string) string { return strings.ReplaceAll(s, "e", "ee") }, drawText(t, depth-1), "e", "ee")
	case 6:
		return naivePlus(drawText(t, depth-1), drawText(t, depth-1))
	case 7:
		return naiveOr(drawText(t, depth-1), drawText(t, depth-1))
	default:
		return naiveIf(drawCondition(t, depth-1), drawText(t, depth-1), drawText(t, depth-1))
	}
}

// drawCondition draws what is true or false.
func drawCondition(t *rapid.T, depth int) naiveExpr {
	kind := rapid.IntRange(0, 9).Draw(t, "condition")
	if depth == 0 {
		kind %= 7
	}
	equal := rapid.SampledFrom([]string{"==", "!="})
	switch kind {
	case 0, 1:
		return naiveEqual(drawText(t, max(depth-1, 0)), equal.Draw(t, "equal"), naiveConst(rapid.SampledFrom([]any{nil, nil, "free", "gold"}).Draw(t, "to")))
	case 2:
		return naiveEqual(naiveAttribute("email_verified", "email_verified"), equal.Draw(t, "equal"), naiveConst(rapid.SampledFrom([]any{true, false, nil}).Draw(t, "flag")))
	case 3:
		status := naiveFact("status", func(u *naiveUser) any { return u.status })
		if rapid.Bool().Draw(t, "enabled") {
			return naiveEqual(naiveFact("enabled", func(u *naiveUser) any { return u.enabled }), equal.Draw(t, "equal"), naiveConst(true))
		}
		return naiveEqual(status, equal.Draw(t, "equal"), naiveConst("CONFIRMED"))
	case 4:
		points := naiveAttribute("custom:points", "custom.points")
		if rapid.Bool().Draw(t, "or 0") {
			points = naiveOr(points, naiveConst(0.0))
		}
		return naiveMore(points, naiveConst(5.0))
	case 5:
		op := rapid.SampledFrom([]string{"contains", "startsWith", "endsWith"}).Draw(t, "finds")
		return naiveFind(drawText(t, 0), op, rapid.SampledFrom([]string{"e", "example.com", "U"}).Draw(t, "part"))
	case 6:
		return naiveIn(drawText(t, 0), []string{"free", "de", "größe"})
	case 7:
		return naiveNot(drawCondition(t, depth-1))
	default:
		return naiveLogic(drawCondition(t, depth-1), rapid.SampledFrom([]string{"&&", "||"}).Draw(t, "logic"), drawCondition(t, depth-1))
	}
}
