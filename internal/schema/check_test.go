package schema

import (
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"attrmigrate/internal/refusal"
	"attrmigrate/sources"
)

func TestCheck(t *testing.T) {
	s := tested()
	long := strings.Repeat("x", 2049)
	tests := []struct {
		name, attribute, value string
		code                   string // empty: good
		text                   string
	}{
		{"a value", "custom:tier", "gold", "", ""},
		{"deleted by an empty value", "custom:tier", "", "", ""},
		{"the longest", "custom:tier", strings.Repeat("x", 20), "", ""},
		{"characters and not bytes", "custom:tier", strings.Repeat("é", 20), "", ""},
		{"too long", "custom:tier", strings.Repeat("x", 31), "ValueTooLong", "custom:tier: value is 31 bytes, the pool allows 20"},
		{"2,048 bytes", "nickname", long[:2048], "", ""},
		{"too long for Cognito", "nickname", long, "ValueTooLong", "nickname: value is 2049 bytes, Cognito allows 2048"},
		{"too long in bytes only", "nickname", strings.Repeat("é", 1025), "ValueTooLong", "nickname: value is 2050 bytes, Cognito allows 2048"},
		{"not UTF-8", "nickname", "\xff", "BadEncoding", "nickname: is not UTF-8"},
		{"a misspelt name", "custom:teir", "gold", "UnknownAttribute", "custom:teir: the pool has no such attribute, did you mean custom:tier?"},
		{"a forgotten prefix", "tier", "gold", "UnknownAttribute", "tier: the pool has no such attribute, did you mean custom:tier?"},
		{"a developer's attribute without its prefix", "custom:risk", "1", "UnknownAttribute", "did you mean dev:custom:risk?"},
		{"a developer's attribute", "dev:custom:risk", "1", "", ""},
		{"an unknown name", "custom:colour", "red", "UnknownAttribute", "custom:colour: the pool has no such attribute"},
		{"a name with a control character", "a\nb", "x", "UnknownAttribute", `"a\nb": the pool has no such attribute`},
		{"immutable", "custom:id", "7", "ImmutableAttribute", "custom:id: the pool allows no change of it once the user exists"},
		{"immutable, deleted", "custom:id", "", "ImmutableAttribute", ""},
		{"required, deleted", "email", "", "RequiredAttribute", "email: the pool requires it, so it can't be deleted"},
		{"sub", "sub", "x", "NotWritable", "sub: nobody can write it: the service gives it"},
		{"identities", "identities", "[]", "NotWritable", "identities: nobody can write it"},
		{"a standard attribute that is not listed", "locale", "de", "", ""},

		{"e-mail", "email", "ann@example.com", "", ""},
		{"e-mail with a plus", "email", "ann+shop@mail.example.com", "", ""},
		{"e-mail, quoted", "email", `"a@b"@example.com`, "", ""},
		{"e-mail without a sign", "email", "ann.example.com", "BadEmail", "email: value is not an e-mail address"},
		{"e-mail without a domain", "email", "ann@", "BadEmail", ""},
		{"e-mail without a name", "email", "@mail.example.com", "BadEmail", ""},
		{"e-mail with a space", "email", "ann @example.com", "BadEmail", ""},
		{"e-mail with two signs", "email", "ann@b@example.com", "BadEmail", ""},
		{"e-mail with two dots", "email", "ann@example..com", "BadEmail", ""},

		{"phone", "phone_number", "+15555550100", "", ""},
		{"phone of 15 digits", "phone_number", "+123456789012345", "", ""},
		{"phone of 16 digits", "phone_number", "+1234567890123456", "BadPhoneNumber", "phone_number: value is not a phone number: a + and 1 to 15 digits"},
		{"phone without a plus", "phone_number", "15555550100", "BadPhoneNumber", "phone_number"},
		{"phone with dashes", "phone_number", "+1-555-555-0100", "BadPhoneNumber", ""},
		{"a plus alone", "phone_number", "+", "BadPhoneNumber", ""},

		{"birthdate", "birthdate", "1988-02-29", "", ""},
		{"a day that never was", "birthdate", "1987-02-29", "BadBirthdate", "birthdate: value is not a date of the form YYYY-MM-DD"},
		{"the other order", "birthdate", "02/28/1987", "BadBirthdate", ""},

		{"verified", "email_verified", "true", "", ""},
		{"verified, capital", "email_verified", "True", "", ""},
		{"a custom boolean, in capitals", "custom:vip", "FALSE", "", ""},
		{"yes", "email_verified", "yes", "BadBoolean", "email_verified: value is neither true nor false"},
		{"1", "custom:vip", "1", "BadBoolean", ""},
		{"another language", "custom:vip", "WAHR", "BadBoolean", ""},
		{"another letter", "custom:vip", "falſe", "BadBoolean", ""},
		{"true of a text", "nickname", "True", "", ""},

		{"number", "custom:points", "42", "", ""},
		{"at the bottom", "custom:points", "-10", "", ""},
		{"below", "custom:points", "-11", "OutOfRange", "custom:points: value is under the pool's minimum of -10"},
		{"at the top", "custom:points", "99.50", "", ""},
		{"above by a hair", "custom:points", "99.5000000000000000000000001", "OutOfRange", "custom:points: value is over the pool's maximum of 99.5"},
		{"whole and above a fraction", "custom:points", "100", "OutOfRange", ""},
		{"beyond a float", "custom:huge", "100000000000000000000.6", "OutOfRange", ""},
		{"within what a float loses", "custom:huge", "100000000000000000000.4", "", ""},
		{"with zeros before", "custom:points", "007", "", ""},
		{"minus zero", "custom:points", "-0", "", ""},
		{"an exponent", "custom:points", "9e1", "NotANumber", "custom:points: value is not a number"},
		{"a spreadsheet's exponent", "custom:points", "1.2E+15", "NotANumber", ""},
		{"a plus", "custom:points", "+5", "NotANumber", ""},
		{"no digit before the point", "custom:points", ".5", "NotANumber", ""},
		{"no digit behind the point", "custom:points", "5.", "NotANumber", ""},
		{"a comma", "custom:points", "1,5", "NotANumber", ""},
		{"digits of another script", "custom:points", "٣", "NotANumber", ""},
		{"a blank", "custom:points", "1 000", "NotANumber", ""},
		{"a giant exponent", "custom:points", "1e999999999", "NotANumber", "custom:points: value is not a number"},
		{"hexadecimal", "custom:points", "0x10", "NotANumber", ""},
		{"not a number", "custom:points", "NaN", "NotANumber", ""},
		{"a fraction of two", "custom:points", "1/2", "NotANumber", ""},
		{"thousands", "custom:points", "1,000", "NotANumber", ""},
		{"a sign alone", "custom:points", "-", "NotANumber", ""},
		{"updated_at", "updated_at", "1767225600", "", ""},
		{"updated_at before 1970", "updated_at", "-1", "OutOfRange", ""},

		{"date and time", "custom:since", "2026-02-28T12:00:00Z", "", ""},
		{"with fractions and a zone", "custom:since", "2026-02-28T12:00:00.123+01:00", "", ""},
		{"a date", "custom:since", "2026-02-28", "", ""},
		{"seconds", "custom:since", "1767225600", "BadDateTime", "custom:since: value is not a date and time"},
		{"days of a spreadsheet", "custom:since", "46054.5", "BadDateTime", ""},
		{"without a zone", "custom:since", "2026-01-02T00:00:00", "BadDateTime", ""},
		{"a blank for the T", "custom:since", "2026-01-02 00:00:00", "BadDateTime", ""},
		{"slashes", "custom:since", "1/2/2026", "BadDateTime", ""},
		{"no date", "custom:since", "yesterday", "BadDateTime", "custom:since: value is not a date and time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: tt.attribute, Value: tt.value, Delete: tt.value == ""}}}
			err := s.Check(c)
			if tt.code == "" {
				if err != nil {
					t.Fatalf("got %v, want none", err)
				}
				return
			}
			var e *ValueError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a ValueError", err)
			}
			if e.Code() != tt.code || e.Class() != "schema" || e.Hint() == "" {
				t.Errorf("got %s of class %s (%v), hint %q, want %s", e.Code(), e.Class(), e, e.Hint(), tt.code)
			}
			has(t, "text", e.Error(), tt.text)
			if len(tt.value) > 11 && strings.Contains(e.Error()+e.Hint(), tt.value) {
				t.Errorf("%q repeats the value", e)
			}
		})
	}
}

func TestCheckShortValue(t *testing.T) {
	s := New([]Attribute{{Name: "custom:code", Kind: String, MinLength: "3"}})
	c := &sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: "custom:code", Value: "ab"}}}
	if err := s.Check(c); err == nil || err.Error() != "custom:code: value is 2 bytes, the pool asks for 3" {
		t.Errorf("got %v", err)
	}
	c.Attributes[0].Value = "éé"
	if err := s.Check(c); err == nil || err.Error() != "custom:code: value is 2 characters (4 bytes), the pool asks for 3" {
		t.Errorf("got %v", err)
	}
}

func TestCheckUsername(t *testing.T) {
	tests := []struct{ name, username, want string }{
		{"a name", "ann", ""},
		{"an address", "ann@example.com", ""},
		{"accents, signs and emoji", "Ünal-№5+🙂", ""},
		{"128 characters", strings.Repeat("é", 128), ""},
		{"129", strings.Repeat("é", 129), "username: is 129 characters, Cognito allows 128"},
		{"none", "", "username: is empty"},
		{"a space behind", "ann ", "username: ends with a blank: U+0020 SPACE at character 4"},
		{"a no-break space", "ann\u00a0", "username: ends with a blank: U+00A0 NO-BREAK SPACE at character 4"},
		{"a byte-order mark", "\ufeffann", "username: has an invisible character: U+FEFF ZERO WIDTH NO-BREAK SPACE at character 1"},
		{"not UTF-8", "ann\xff", "username: is not UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Standard().Check(&sources.Change{Username: tt.username, Attributes: []sources.Attribute{{Name: "locale", Value: "de"}}})
			if got := errorText(err); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCheckJoinsProblems(t *testing.T) {
	err := tested().Check(&sources.Change{Username: "ann",
		Attributes: []sources.Attribute{{Name: "custom:tier", Value: strings.Repeat("x", 31)}, {Name: "email", Value: "ann"}, {Name: "locale", Value: "de"}},
		Expect:     []sources.Attribute{{Name: "sub", Value: "x"}, {Name: "custom:tir", Value: "x"}},
	})
	want := "custom:tier: value is 31 bytes, the pool allows 20; email: value is not an e-mail address; " +
		"custom:tir: the pool has no such attribute, did you mean custom:tier?"
	if errorText(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	coded, ok := err.(interface {
		Code() string
		Class() string
		Hint() string
	})
	if !ok || coded.Code() != "ValueTooLong" || coded.Class() != "schema" || coded.Hint() == "" {
		t.Errorf("%T does not tell its code, class and hint", err)
	}
	var first *ValueError
	if !errors.As(err, &first) || first.Attribute != "custom:tier" {
		t.Errorf("the first problem is %v", first)
	}
}

func TestUnknownAttributeHints(t *testing.T) {
	const flags = "--user-pool-id us-east-1_Ab12Cd34E --region us-east-1"
	s := tested().WithFlags(flags)
	const deletes, expects = 1, 2
	tests := []struct {
		name, attribute, column, want string
		how                           int
	}{
		{"near", "custom:teir", "custom:teir", "rename it (--map custom:teir=custom:tier) or leave it out (--ignore custom:teir)", 0},
		{"renamed", "custom:teir", "The Tier", "rename it (--map 'The Tier=custom:tier') or leave it out (--ignore 'The Tier')", 0},
		{"expected", "custom:teir", "expect:custom:teir", "rename it (--map custom:teir=custom:tier) or leave it out (--ignore expect:custom:teir)", expects},
		{"new", "custom:colour", "custom:colour", "leave it out (--ignore custom:colour), or add it to the pool, for good, as AWS takes no custom attribute back: " +
			"aws cognito-idp add-custom-attributes " + flags + " --custom-attributes Name=colour,AttributeDataType=String,Mutable=true", 0},
		{"new, deleted", "custom:colour", "custom:colour", "leave it out (--ignore custom:colour)", deletes},
		{"new, expected", "custom:colour", "expect:custom:colour", "leave it out (--ignore expect:custom:colour)", expects},
		{"not custom", "remarks", "remarks", "custom attributes are written custom:NAME; leave it out (--ignore remarks)", 0},
		{"a blank in a name", "Account Name", "Account Name", "custom attributes are written custom:NAME; leave it out (--ignore 'Account Name')", 0},
		{"a command in a name", "custom:a;reboot", "custom:a;reboot", "custom attributes are written custom:NAME; leave it out (--ignore 'custom:a;reboot')", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := s.CheckColumn(tt.attribute, tt.column, tt.how == expects)
			if tt.how == deletes {
				err = s.Check(&sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: tt.attribute, Delete: true}}})
			}
			if got := refusal.HintOf(err); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestStandardSchema(t *testing.T) {
	s := Standard()
	names := s.Names()
	if !s.Known("email_verified") || !s.Known("phone_number_verified") || s.Known("custom:tier") || !slices.IsSorted(names) || len(names) != 21 {
		t.Errorf("%d names: %v", len(names), names)
	}
	names[0] = "changed"
	if s.Names()[0] == "changed" {
		t.Error("the schema's own names were handed out")
	}
}

// The bounds of numbers are compared as exact rationals would be.
func TestBoundComparesExactly(t *testing.T) {
	number := rapid.StringMatching(`[-+]?[0-9]{1,25}(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "number"), number.Draw(t, "bound")
		x, ok1 := new(big.Rat).SetString(a)
		y, ok2 := new(big.Rat).SetString(b)
		if !isNumber(a) || !ok1 || !ok2 {
			t.Fatalf("%s is no number", a)
		}
		if got, want := limit(b, nil).compare(a), x.Cmp(y); got != want {
			t.Fatalf("%s against %s: %d, want %d", a, b, got, want)
		}
	})
}

func FuzzSchemaCheck(f *testing.F) {
	s := tested()
	for _, name := range s.names {
		f.Add("ann", name, "gold")
	}
	f.Add("", "tier", "")
	f.Add("ann ", "custom:points", "-1e-999")
	f.Add("ann", "email", "\xff@example.com")
	f.Add("ann", "custom:"+strings.Repeat("x", 40), "+15555550100")
	f.Fuzz(func(t *testing.T, username, name, value string) {
		err := s.Check(&sources.Change{Username: username, Attributes: []sources.Attribute{{Name: name, Value: value}}})
		if err != nil {
			var e *ValueError
			if !errors.As(err, &e) || e.Code() == "" || e.Hint() == "" || strings.ContainsRune(err.Error(), '\n') {
				t.Fatalf("bad error %T %q", err, err)
			}
			return
		}
		if !s.Known(name) || len(value) > maxValue || !utf8.ValidString(value) || username == "" || utf8.RuneCountInString(username) > maxUsername {
			t.Fatalf("accepted %q, %q, %q", username, name, value)
		}
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCheckForTokens(t *testing.T) {
	pool := tested().ForTokens()
	unseen := BuiltIn().ForTokens()
	const verified = ": users can't write it: it becomes true when they enter the code that Cognito sends"
	const admins = "dev:custom:risk: users can't write it: it is for administrators"
	tests := []struct{ name, attribute, value, pool, unseen string }{
		{"a value", "custom:tier", "gold", "", ""},
		{"deleted", "nickname", "", "", ""},
		{"an address", "email", "ann@example.com", "", ""},
		{"verified", "email_verified", "true", "email_verified" + verified, "email_verified" + verified},
		{"not verified", "phone_number_verified", "false", "phone_number_verified" + verified, "phone_number_verified" + verified},
		{"verified, deleted", "email_verified", "", "email_verified" + verified, "email_verified" + verified},
		{"a developer's", "dev:custom:risk", "1", admins, admins},
		{"a developer's, deleted", "dev:custom:risk", "", admins, admins},
		{"a developer's that nobody knows", "dev:custom:other", "1", "dev:custom:other: users can't write it: it is for administrators", "dev:custom:other: users can't write it: it is for administrators"},
		{"sub", "sub", "x", "sub: nobody can write it: the service gives it", "sub: nobody can write it: the service gives it"},
		{"identities", "identities", "[]", "identities: nobody can write it: the service keeps it, for users of identity providers", "identities: nobody can write it: the service keeps it, for users of identity providers"},
		{"a custom attribute of another pool", "custom:colour", "red", "custom:colour: the pool has no such attribute", ""},
		{"a number in one", "custom:colour", "7", "custom:colour: the pool has no such attribute", ""},
		{"immutable", "custom:id", "7", "custom:id: the pool allows no change of it once the user exists", ""},
		{"required, deleted", "email", "", "email: the pool requires it, so it can't be deleted", ""},
		{"too long for the pool", "custom:tier", strings.Repeat("x", 31), "custom:tier: value is 31 bytes, the pool allows 20", ""},
		{"too long for Cognito", "custom:tier", strings.Repeat("x", 2049), "custom:tier: value is 2049 bytes, Cognito allows 2048", "custom:tier: value is 2049 bytes, Cognito allows 2048"},
		{"no text", "custom:tier", "\xff", "custom:tier: is not UTF-8", "custom:tier: is not UTF-8"},
		{"no address", "email", "ann", "email: value is not an e-mail address", "email: value is not an e-mail address"},
		{"a name that nobody has", "remarks", "x", "remarks: the pool has no such attribute", "remarks: the pool has no such attribute"},
		{"a prefix alone", "custom:", "x", "custom:: the pool has no such attribute, did you mean custom:id?", "custom:: the pool has no such attribute"},
		{"a name with a space", "custom:a b", "x", "custom:a b: the pool has no such attribute", "custom:a b: the pool has no such attribute"},
		{"a name of 32 characters", "custom:" + strings.Repeat("é", 25), "x", "custom:" + strings.Repeat("é", 25) + ": the pool has no such attribute", ""},
		{"a name of 33", "custom:" + strings.Repeat("é", 26), "x", "custom:" + strings.Repeat("é", 26) + ": the pool has no such attribute", "custom:" + strings.Repeat("é", 26) + ": the pool has no such attribute"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &sources.Change{Attributes: []sources.Attribute{{Name: tt.attribute, Value: tt.value, Delete: tt.value == ""}}}
			for _, s := range []struct {
				schema *Schema
				want   string
			}{{pool, tt.pool}, {unseen, tt.unseen}} {
				err := s.schema.Check(c)
				if got := errorText(err); got != s.want {
					t.Errorf("got %q, want %q", got, s.want)
				}
				if strings.Contains(s.want, "users can't") {
					has(t, "hint", err.(*ValueError).Hint(), "leave it out (--ignore "+tt.attribute+"), or change these users with --as admin")
				}
			}
		})
	}
}

// What holds for tokens holds for them alone, and a username that is there is still looked at.
func TestForTokensIsACopy(t *testing.T) {
	s := tested()
	own := s.ForTokens()
	verified := &sources.Change{Attributes: []sources.Attribute{{Name: "email_verified", Value: "true"}, {Name: "dev:custom:risk", Value: "1"}}}
	if got := errorText(s.Check(verified)); got != "username: is empty" {
		t.Errorf("got %q for an administrator", got)
	}
	if got := errorText(own.Check(&sources.Change{Username: "ann "})); got != "username: ends with a blank: U+0020 SPACE at character 4" {
		t.Errorf("got %q for a bad name", got)
	}
	if slices.Contains(own.Names(), "dev:custom:risk") || !slices.Contains(s.Names(), "dev:custom:risk") || len(own.Names()) != len(s.Names())-1 {
		t.Errorf("names %v of %v", own.Names(), s.Names())
	}
	for _, name := range []string{"email_verified", "dev:custom:risk"} { // to expect, not to write
		if err := own.CheckName(name); err != nil {
			t.Errorf("%v", err)
		}
	}
	if BuiltIn().CheckName("dev:custom:x") != nil || Standard().CheckName("custom:x") == nil {
		t.Error("the built-in rules are those of the standard schema")
	}
}
