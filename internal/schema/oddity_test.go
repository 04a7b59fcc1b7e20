package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"attrmigrate/sources"
)

// Values that nobody meant, and the nearest ones that somebody does.
func TestOddities(t *testing.T) {
	tests := []struct {
		kind   string // of each; empty: nothing is odd
		values []string
	}{
		{"placeholder", []string{
			"NULL", "null", "Null", "(null)", "<null>", "[NULL]", `\N`, "nil", "<nil>", "None", "NONE", "none", "NaN", "nan", "NAN", "-nan", "NaT", "NA", "na", "<NA>",
			"N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "#NV", "n.a.", "k.A.", "undefined", "[object Object]", "[]", "{}", `""`, "''", "[null]",
			"-", "--", "---", "?", "???", "...", "–", "—", "…", "_", "~", "1.#IND", "-1.#QNAN", "0000-00-00", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z",
			"(blank)", "<empty>", "Not available", "[object Promise]", "<delete>", "<DELETE>", "-9223372036854775808"}},
		{"spreadsheet", []string{
			"#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#BEZUG!", "#WERT!", "#SPILL!", "#GETTING_DATA", "#####", "###", "Err:502", "Err:522",
			"1.23457E+11", "4.91511E+12", "1,23457E+11", "9E-05", "-1.5E+20", "123456789012345000", "12345678901234500000",
			"1042.0", "15555550100.0", "1-Mar", "12-Sep", "01. Mrz", "2-mag", "Mrz-03", "Mar-03", "Oct-26", "=A1+B2", "=SUM(A1:A3)", `="open`, "=-1", "=B12", "@SUM(A1)", "'01234", "'=1+1", "'+15555550100"}},
		{"blanks", []string{" gold", "gold ", "gold\t", "\ngold", "gold\u00a0", "\u3000gold", "gold\u2003", " ", "\u2028gold", " gold ", "gold\r"}},
		{"control", []string{"go\tld", "go\x07ld", "a\nb", "a\r\nb", "\x1b[31mgold", "gold\x00", "go\x7fld", "go\u0085ld", "go\u009fld"}},
		{"invisible", []string{
			"gold\u200b", "\ufeffgold", "go\u00adld", "\u202dgold\u202c", "go\u200dld", "go\u200cld", "gold\ufe0f", "go\u2060ld", "New\u00a0York", "a\u202fb", "\u200egold",
			"go\u3164ld", "\u2800", "go\u034fld", "gold\U000e0041", "go\u115fld", "gold\U000e0100", "a\u180eb", "5\ufe0f"}},
		{"escaped-comma", []string{`1 Made Up Road\, Town`, `a\,b\,c`, `\,`}},
		{"replacement", []string{"M\ufffdller", "MÃ¼ller", "JosÃ©", "donâ€™t", "Ð¡Ð²ÐµÑ‚Ð»Ð°Ð½Ð°", "ï»¿gold", "Mï¿½ller", "Â©", "å±±ç”°", "ðŸ˜€"}},
		{"invisible", []string{"« café\u00a0»", "ROMÉ\u00a0»"}},
		{"", []string{
			"", "«café»", "“Müßig–Straß”", "gold", "Nullarbor", "Nan Goldin", "Na", "Nile", "nano", "naïve", "NA-17", "no", "0", "1", "false", "-1", "+15555550100", "2026-02-28", "1970-01-01", "a-b", "C++", "?ref=1",
			"2.0", "1.0", "10.05", "3. Mai 2026", "May 26", "mars", "#1", "#gold", "#blessed", "=)", "==", "=value", "@ann", "'t Hooft", "'s-Gravenhage", "'1999'", "E+1", "1e10", "1E5", "123456789012345", "1234567890123456", "100000000000000000", "46054",
			"March", "Mar-Vista", "12-Main", "4-June", "Err:ors", "{\"a\":1}", "[1]",
			"山田\u3000太郎", "❤\ufe0f", "👩\u200d💻", "👩🏽\u200d💻", "1\ufe0f\u20e3", "#\ufe0f\u20e3", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "می\u200cخواهم",
			"ക\u0d4d\u200d", "श्\u200dरी", "क्\u200cष", "葛\U000e0100城", "©\ufe0f", "‼\ufe0f", "ᠠ\u180eᠠ",
			"Ünal", "São Paulo", "IRMÃOS", "ÂNGELA", "Straße…", "“Spaß”", "Ð", "Łukasz", "Ñandú", "garçon – été", "Жанна"}},
	}
	for _, tt := range tests {
		for _, value := range tt.values {
			t.Run(tt.kind+"/"+fmt.Sprintf("%+q", value), func(t *testing.T) {
				var kinds []string
				for _, o := range Oddities("custom:note", value) {
					kinds = append(kinds, string(o.Kind))
				}
				if got := strings.Join(kinds, " "); got != tt.kind {
					t.Errorf("got %q", got)
				}
			})
		}
	}
}

// What depends on the attribute, what a value has of several kinds, and how it is told.
func TestOdditiesAreLocated(t *testing.T) {
	tests := []struct{ name, attribute, value, want string }{
		{"a blank at the beginning", "custom:tier", " gold", "begins with a blank: U+0020 SPACE at character 1"},
		{"blanks at the end", "custom:tier", "göld\u00a0\u00a0", "ends with a blank: U+00A0 NO-BREAK SPACE at character 5"},
		{"two kinds", "custom:tier", "go\u200bld ", "ends with a blank: U+0020 SPACE at character 6; has an invisible character: U+200B ZERO WIDTH SPACE at character 3"},
		{"a placeholder between blanks", "custom:tier", " NULL", "begins with a blank: U+0020 SPACE at character 1; is a placeholder for no value"},
		{"a tab", "custom:tier", "go\tld", "has a control character: U+0009 TAB at character 3"},
		{"a control character without a name", "custom:tier", "\x01gold", "has a control character: U+0001 at character 1"},
		{"lost", "custom:tier", "M\ufffdller", "has what a wrong encoding leaves: U+FFFD REPLACEMENT CHARACTER at character 2"},
		{"an address of two lines", "address", "1 Main St\nSpringfield", ""},
		{"an address of two lines of Windows", "address", "1 Main St\r\nSpringfield", ""},
		{"an address with a lone carriage return", "address", "1 Main St\rSpringfield", "has a control character: U+000D CARRIAGE RETURN at character 10"},
		{"the number of a day", "custom:join_date", "46054", "looks as if a spreadsheet had changed it"},
		{"a number that is no day", "custom:join_date", "99999", ""},
		{"a zip code", "custom:zip", "46054", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var texts []string
			for _, o := range Oddities(tt.attribute, tt.value) {
				texts = append(texts, o.String())
			}
			if got := strings.Join(texts, "; "); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// In what people sign in with, and get messages by, characters that nobody sees are refused.
func TestCharactersAreRefused(t *testing.T) {
	const blank, out = "--trim takes blanks away from the ends of values", "take this character out: it comes along where text is copied"
	tests := []struct{ name, attribute, value, want, hint string }{
		{"a zero-width space in an e-mail address", "email", "ann@example.com\u200b", "email: value has an invisible character: U+200B ZERO WIDTH SPACE at character 16", out},
		{"a no-break space behind one", "email", "ann@example.com\u00a0", "email: value ends with a blank: U+00A0 NO-BREAK SPACE at character 16", blank},
		{"a space before one", "email", " ann@example.com", "email: value begins with a blank: U+0020 SPACE at character 1", blank},
		{"a space in one", "email", "ann @example.com", "email: value has a blank in it: U+0020 SPACE at character 4", "take it out"},
		{"a tab in one", "email", "ann\t@example.com", "email: value has a control character: U+0009 TAB at character 4", out},
		{"a joiner, whatever is around it", "email", "می\u200cخواهم@example.com", "email: value has an invisible character: U+200C ZERO WIDTH NON-JOINER at character 3", out},
		{"a Hangul filler", "email", "ann\u3164@example.com", "email: value has an invisible character: U+3164 HANGUL FILLER at character 4", out},
		{"a phone number out of an address book", "phone_number", "\u202a+15555550100\u202c", "phone_number: value has an invisible character: U+202A LEFT-TO-RIGHT EMBEDDING at character 1", out},
		{"a line feed behind one", "phone_number", "+15555550100\n", "phone_number: value ends with a blank: U+000A LINE FEED at character 13", blank},
		{"a byte-order mark", "preferred_username", "\ufeffann", "preferred_username: value has an invisible character: U+FEFF ZERO WIDTH NO-BREAK SPACE at character 1", out},
		{"a preferred username of two words", "preferred_username", "ann lee", "", ""},
		{"one with a joiner", "preferred_username", "می\u200cخواهم", "", ""},
		{"one with a blank behind it", "preferred_username", "ann ", "preferred_username: value ends with a blank: U+0020 SPACE at character 4", blank},
		{"another attribute is only told", "custom:tier", "gold\u200b ", "", ""},

		{"a username", "username", "ann\u200b", "username: has an invisible character: U+200B ZERO WIDTH SPACE at character 4", out},
		{"a username with an emoji", "username", "ann❤\ufe0f", "", ""},
		{"a username with a selector of nothing", "username", "ann\ufe0f", "username: has an invisible character: U+FE0F VARIATION SELECTOR-16 at character 4", out},
		{"a username of two words", "username", "ann lee", "username: has a blank in it: U+0020 SPACE at character 4", "take it out"},
		{"a username with a control character", "username", "ann\x7f", "username: has a control character: U+007F DELETE at character 4", out},
		{"a username with a character of nobody's", "username", "ann\ue000", "username: has a character that no username has: U+E000 at character 4", "take it out"},
		{"a placeholder", "username", "NULL", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: tt.attribute, Value: tt.value}}}
			if tt.attribute == "username" {
				c.Username, c.Attributes = tt.value, nil
			}
			err := tested().Check(c)
			if got := errorText(err); got != tt.want {
				t.Fatalf("got  %q\nwant %q", got, tt.want)
			}
			if err != nil && err.(*ValueError).Hint() != tt.hint {
				t.Errorf("hint %q", err.(*ValueError).Hint())
			}
			if c.Undo = true; tt.attribute != "username" && strings.Contains(errorText(tested().Check(c)), "character ") {
				t.Errorf("what was in the pool is refused")
			}
		})
	}
}

// An address at the end of a row without a line end is refused if people have none so short.
func TestCutAddresses(t *testing.T) {
	const cut = ": value looks cut short, as the row does, which has no line end"
	tests := []struct {
		name, attribute, value string
		whole                  bool
		want                   string
	}{
		{"a domain without a dot", "email", "ann@exam", false, "email" + cut},
		{"in a row that ends", "email", "ann@exam", true, ""},
		{"a domain", "email", "ann@example.co", false, ""},
		{"a domain that is an address", "email", "ann@[::1]", false, ""},
		{"half a number", "phone_number", "+155555", false, "phone_number" + cut},
		{"a short number", "phone_number", "+2901234", false, ""},
		{"a text", "nickname", "an", false, ""},
		{"a deletion", "email", "", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &sources.Change{Username: "ann", Cut: !tt.whole, Attributes: []sources.Attribute{{Name: "locale", Value: "de"}, {Name: tt.attribute, Value: tt.value, Delete: tt.value == ""}}}
			if got := errorText(Standard().Check(c)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			c.Attributes = append(c.Attributes, sources.Attribute{Name: "zoneinfo", Value: "CET"})
			if err := Standard().Check(c); err != nil {
				t.Errorf("it is not the last: %v", err)
			}
		})
	}
}

// A placeholder that does not fit is refused with its own remedy.
func TestPlaceholdersThatDoNotFit(t *testing.T) {
	tests := []struct{ attribute, value, hint string }{
		{"custom:points", "NaN", "if it means no value: --empty-value NaN"},
		{"email", "n/a", "if it means no value: --empty-value n/a"},
		{"birthdate", "#N/A", "if it means no value: --empty-value '#N/A'"},
	}
	for _, tt := range tests {
		err := tested().Check(&sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: tt.attribute, Value: tt.value}}})
		if e, ok := err.(*ValueError); !ok || e.Hint() != tt.hint {
			t.Errorf("%s: %v, want the hint %q", tt.attribute, err, tt.hint)
		}
	}
}

func TestCheckStrict(t *testing.T) {
	c := &sources.Change{Username: "NULL", Attributes: []sources.Attribute{{Name: "custom:tier", Value: " gold"}, {Name: "locale", Value: "de"}, {Name: "nickname", Delete: true}}}
	err := CheckStrict(c)
	want := "username: value is a placeholder for no value; custom:tier: value begins with a blank: U+0020 SPACE at character 1"
	if errorText(err) != want {
		t.Fatalf("got  %v\nwant %s", err, want)
	}
	if p := err.(problems); p.Code() != "Suspicious" || p.Class() != "schema" || !strings.HasPrefix(p.Hint(), "--empty-value TEXT ") {
		t.Errorf("%s, %s, %s", p.Code(), p.Class(), p.Hint())
	}
	c.Username = "ann"
	c.Attributes = c.Attributes[1:]
	if err := CheckStrict(c); err != nil {
		t.Errorf("%v", err)
	}
	if err := CheckStrict(&sources.Change{Username: "ann", Undo: true, Attributes: []sources.Attribute{{Name: "custom:tier", Value: "NULL"}}}); err != nil {
		t.Errorf("what was in the pool: %v", err)
	}
}

func TestOdditiesOfPlainTextDoNotAllocate(t *testing.T) {
	for _, value := range []string{"gold", "ann@example.com", "+15555550100", "2026-02-28", "1 Main St, Springfield", "true"} {
		if n := testing.AllocsPerRun(100, func() { _ = Oddities("custom:tier", value) }); n != 0 {
			t.Errorf("%q costs %v allocations", value, n)
		}
	}
}

func BenchmarkOddities(b *testing.B) {
	for _, value := range []string{"gold", "ann@example.com", "+15555550100", "2026-02-28", "1 Main St, Springfield", "Łukasz Żuk", "NULL"} {
		b.Run(value, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = Oddities("custom:tier", value)
			}
		})
	}
}

// Each oddity has a place within the value, and is gone once what it names is gone.
func FuzzOddities(f *testing.F) {
	for _, value := range []string{"gold", " gold\u200b", "NULL", "a\r\nb", "\x00", "\xff", "M\ufffdller", "\u00a0", "👩\u200d💻", "=A1", "MÃ¼ller"} {
		f.Add("custom:note", value)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		found := Oddities(name, value)
		characters := []rune(value)
		for i, o := range found {
			if o.At == 0 && o.Char != 0 || o.At > len(characters) || o.At > 0 && characters[o.At-1] != o.Char {
				t.Fatalf("%q: %+v", value, o)
			}
			if o.String() == "" || o.hint() == "" || !utf8.ValidString(o.String()) || strings.ContainsFunc(o.String(), unicode.IsControl) {
				t.Fatalf("%q: says %q", value, o)
			}
			if slices.ContainsFunc(found[:i], func(b Oddity) bool { return b.Kind == o.Kind }) {
				t.Fatalf("%q: %s twice", value, o.Kind)
			}
		}
		trimmed := strings.TrimFunc(value, unicode.IsSpace)
		if slices.ContainsFunc(Oddities(name, trimmed), func(o Oddity) bool { return o.Kind == Blanks }) {
			t.Fatalf("%q: blanks, though they are trimmed", value)
		}
		_ = checkCharacters(&sources.Attribute{Name: "email", Value: value})
		_ = checkUsername(value)
	})
}
