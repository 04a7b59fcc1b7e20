package schema

import (
	"strings"
	"testing"

	"attrmigrate/sources"
)

// TestEmailForms: what can be no address is refused, with what is wrong; what may be one passes.
func TestEmailForms(t *testing.T) {
	const no = "email: value is not an e-mail address: "
	tests := []struct{ name, value, want string }{
		{"an address", "ann@example.com", ""},
		{"a plus, dots and signs", "o'brien+shop_a.b-c=d!#$%&*/?^`{|}~@mail.example.com", ""},
		{"another script", "анна@пример.рф", ""},
		{"an accent", "jürgen@müller.example.com", ""},
		{"a sign that is no letter", "🙂@example.com", ""},
		{"a host alone", "root@localhost", ""},
		{"an underscore in a domain", "ann@my_host.example.com", ""},
		{"a name in quotes", `"a@b"@example.com`, ""},
		{"a number of the network", "ann@[192.0.2.1]", ""},

		{"a display name", "Ann Lee <ann@example.com>", no + "it has angle brackets, as behind a name"},
		{"brackets alone", "<ann@example.com>", no + "it has angle brackets, as behind a name"},
		{"a scheme", "mailto:ann@example.com", no + "it has a colon before the address, as behind mailto"},
		{"another scheme, with a blank", "E-Mail: ann@example.com", no + "it has a colon before the address, as behind mailto"},
		{"two, with a comma", "ann@example.com,bob@example.com", no + "it is several addresses"},
		{"two, with a semicolon and a blank", "ann@example.com; bob@example.com", no + "it is several addresses"},
		{"two, with a blank", "ann@example.com bob@example.com", "email: value has a blank in it: U+0020 SPACE at character 16"},
		{"two, with a slash", "ann@example.com/bob@example.com", no + "it has more than one @"},
		{"a semicolon behind", "ann@example.com;", no + "it has U+003B SEMICOLON in its domain"},
		{"a comma for a dot", "ann@example,com", no + "it has U+002C COMMA in its domain"},
		{"quotes around it", `"ann@example.com"`, no + "it has U+0022 QUOTATION MARK before the @"},
		{"single quotes around it", "'ann@example.com'", no + "it has U+0027 APOSTROPHE in its domain"},
		{"printer's quotes around it", "“ann@example.com”", no + "it has U+201C LEFT DOUBLE QUOTATION MARK before the @"},
		{"round brackets", "ann@example.com (work)", "email: value has a blank in it: U+0020 SPACE at character 16"},
		{"a backslash", `CORP\ann@example.com`, no + "it has U+005C REVERSE SOLIDUS before the @"},
		{"two signs", "ann@@example.com", no + "it has more than one @"},
		{"no sign", "ann.example.com", strings.TrimSuffix(no, ": ")},
		{"a sign in words", "ann(at)example.com", strings.TrimSuffix(no, ": ")},
		{"nothing before", "@example.com", no + "it has nothing before the @"},
		{"nothing behind", "ann@", no + "it has nothing behind the @"},
		{"a dot at the end", "ann@example.com.", no + "it has a dot last in its domain"},
		{"a dot before the domain", "ann@.example.com", no + "it has a dot first in its domain"},
		{"two dots in the domain", "ann@example..com", no + "it has two dots together in its domain"},
		{"a dot before the sign", "ann.@example.com", no + "it has a dot last before the @"},
		{"a dot first", ".ann@example.com", no + "it has a dot first before the @"},
		{"two dots before the sign", "ann..lee@example.com", no + "it has two dots together before the @"},
		{"a hyphen at the end of a part", "ann@example-.com", no + "it has a hyphen at the end of a part of its domain"},
		{"an address of the web", "ann@https://example.com", no + "it has U+003A COLON in its domain"},
		{"empty quotes", `""@example.com`, no + "it has U+0022 QUOTATION MARK before the @"},
		{"a bracket left open", "ann@[192.0.2.1", no + "it has U+005B LEFT SQUARE BRACKET in its domain"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkForm(t, "email", tt.value, tt.want) })
	}
}

// TestDateForms: a date of another form is refused with what it looks like.
func TestDateForms(t *testing.T) {
	const no = "birthdate: value is not a date of the form YYYY-MM-DD: "
	const none = "custom:since: value is not a date and time: "
	tests := []struct{ name, attribute, value, want string }{
		{"a date", "birthdate", "1988-02-29", ""},
		{"a year that is left out", "birthdate", "0000-02-28", ""},
		{"no such day", "birthdate", "1987-02-29", no + "there is no such day"},
		{"month and day, as an import has them", "birthdate", "02/28/1987", no + "it looks like MM/DD/YYYY, or DD/MM/YYYY"},
		{"of one digit", "birthdate", "2/8/1987", no + "it looks like MM/DD/YYYY, or DD/MM/YYYY"},
		{"points", "birthdate", "28.2.1987", no + "it looks like DD.MM.YYYY"},
		{"year first, slashes", "birthdate", "1987/02/28", no + "it looks like YYYY/MM/DD"},
		{"year first, points", "birthdate", "1987.02.28", no + "it looks like YYYY.MM.DD"},
		{"nothing between", "birthdate", "19870228", no + "it looks like YYYYMMDD"},
		{"day first, hyphens", "birthdate", "28-02-1987", no + "it looks like DD-MM-YYYY, or MM-DD-YYYY"},
		{"without zeros", "birthdate", "1987-2-28", no + "its month and day have not two digits each"},
		{"two digits of a year", "birthdate", "28.02.87", no + "its year has two digits"},
		{"a day number", "birthdate", "31836", no + "it looks like a spreadsheet's number of a day"},
		{"a year", "birthdate", "1987", no + "it is a year alone"},
		{"with a time", "birthdate", "1987-02-28T00:00:00Z", no + "something else stands behind the day"},
		{"in words", "birthdate", "28 February 1987", strings.TrimSuffix(no, ": ")},
		{"digits of another script", "birthdate", "١٩٨٧-٠٢-٢٨", strings.TrimSuffix(no, ": ")},

		{"a time", "custom:since", "2026-02-28T12:00:00Z", ""},
		{"no such time", "custom:since", "2026-02-28T25:00:00Z", none + "there is no such day, or time"},
		{"an hour of one digit", "custom:since", "2026-02-28T1:00:00Z", none + "something else stands behind the day"},
		{"a comma before a fraction", "custom:since", "2026-03-28T12:00:00,5Z", none + "something else stands behind the day"},
		{"a small z", "custom:since", "2026-03-28t12:00:00z", none + "something else stands behind the day"},
		{"a blank between", "custom:since", "2026-02-28 12:00:00", none + "it has a blank for the T between day and time"},
		{"without a zone", "custom:since", "2026-03-28T12:00:00.5", none + "it has no zone, as Z or +01:00"},
		{"seconds", "custom:since", "1767225600", none + "it looks like seconds since 1970"},
		{"milliseconds", "custom:since", "1767225600000", none + "it looks like milliseconds since 1970"},
		{"a day number with a fraction", "custom:since", "46054.5", none + "it looks like a spreadsheet's number of a day"},
		{"slashes", "custom:since", "1/2/2026", none + "it looks like MM/DD/YYYY, or DD/MM/YYYY"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkForm(t, tt.attribute, tt.value, tt.want) })
	}
}

func TestNumberForms(t *testing.T) {
	const no = "custom:points: value is not a number: "
	tests := []struct{ name, value, want string }{
		{"a number", "-4.5", ""},
		{"an exponent", "1e3", no + "it has an exponent"},
		{"an exponent with a plus", "+1E+3", no + "it has an exponent"},
		{"a plus", "+5", no + "it has a plus before it"},
		{"no digit before the point", ".5", no + "its signs and points do not stand as in a number"},
		{"thousands", "1,000", no + "it has a comma, or something between thousands"},
		{"Swiss thousands", "1'000", no + "it has a comma, or something between thousands"},
		{"a unit", "5 EUR", strings.TrimSuffix(no, ": ")},
		{"infinity", "inf", strings.TrimSuffix(no, ": ")},
		{"hexadecimal", "0x1F", strings.TrimSuffix(no, ": ")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkForm(t, "custom:points", tt.value, tt.want) })
	}
}

func TestPhoneForms(t *testing.T) {
	const plain = "write it with the country code and nothing between the digits, as +15555550100"
	const led = plain + "; or give the region that these numbers are of, such as --phone-region DE"
	tests := []struct{ name, region, value, want, hint, sent string }{
		{"as it is sent", "", "+4915112345678", "", "", "+4915112345678"},
		{"national, without a region", "", "0151 12345678", "phone_number: value is not a phone number: a + and 1 to 15 digits", led, ""},
		{"dashes, without a region", "", "+1-555-555-0100", "phone_number: value is not a phone number: a + and 1 to 15 digits", led, ""},
		{"a word", "", "unknown", "phone_number: value is not a phone number: a + and 1 to 15 digits", plain, ""},
		{"national", "DE", "0151 12345678", "", "", "+4915112345678"},
		{"of another region, with its code", "DE", "+1 (555) 555-0100", "", "", "+15555550100"},
		{"too short", "DE", "+49 1", "phone_number: value is not a phone number of DE: it is too short", plain, ""},
		{"an extension", "DE", "030 123456 ext. 5", "phone_number: value is not a phone number of DE: it has letters: a number alone is wanted, without an extension", plain, ""},
		{"an invisible character", "DE", "0151 12345678\u200b", "phone_number: value has an invisible character: U+200B ZERO WIDTH SPACE at character 14", "take this character out: it comes along where text is copied", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tested().WithPhoneRegion(tt.region)
			c := s.Normal(&sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: "phone_number", Value: tt.value}},
				Expect: []sources.Attribute{{Name: "phone_number", Value: tt.value}}})
			err := s.Check(c)
			if got := errorText(err); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if err != nil && err.(*ValueError).Hint() != tt.hint {
				t.Errorf("hint %q, want %q", err.(*ValueError).Hint(), tt.hint)
			}
			if err == nil && (c.Attributes[0].Value != tt.sent || c.Expect[0].Value != tt.sent || c.Respelled != (tt.sent != tt.value)) {
				t.Errorf("%+v is sent", c)
			}
		})
	}
}

// checkForm holds a value against the schema that the tests have; a message has a remedy and no value.
func checkForm(t *testing.T, attribute, value, want string) {
	t.Helper()
	err := tested().Check(&sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: attribute, Value: value}}})
	if got := errorText(err); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if e, ok := err.(*ValueError); ok && (e.Hint() == "" || len(value) > 12 && strings.Contains(e.Error()+e.Hint(), value)) {
		t.Errorf("%v, hint %q", e, e.Hint())
	}
}
