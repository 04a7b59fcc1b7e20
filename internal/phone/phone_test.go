package phone

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nyaruka/phonenumbers"
)

func TestE164(t *testing.T) {
	tests := []struct{ name, text, region, want, err string }{
		{"as it is to be", "+4915112345678", "DE", "+4915112345678", ""},
		{"of another country", "+12125550100", "DE", "+12125550100", ""},
		{"national", "0151 12345678", "DE", "+4915112345678", ""},
		{"with a slash", "0151/12345678", "DE", "+4915112345678", ""},
		{"dots", "030.123.456", "DE", "+4930123456", ""},
		{"a zero in brackets", "+49 (0)151 12345678", "DE", "+4915112345678", ""},
		{"a zero that is too many", "+49 0151 12345678", "DE", "+4915112345678", ""},
		{"called from abroad", "0049 151 12345678", "DE", "+4915112345678", ""},
		{"called from abroad, American", "011 49 151 12345678", "US", "+4915112345678", ""},
		{"a scheme", "tel:+49-151-12345678", "DE", "+4915112345678", ""},
		{"a scheme in capitals", "TEL:0151-12345678", "DE", "+4915112345678", ""},
		{"a zero that a spreadsheet took", "15112345678", "DE", "+4915112345678", ""},
		{"American", "(212) 555-0100", "US", "+12125550100", ""},
		{"American, with the 1", "1-212-555-0100", "US", "+12125550100", ""},
		{"made up", "(555) 555-0100", "US", "+15555550100", ""},
		{"made up, British", "07700 900123", "GB", "+447700900123", ""},
		{"Italian, which keeps its zero", "06 1234 5678", "IT", "+390612345678", ""},
		{"Russian", "8 912 345-67-89", "RU", "+79123456789", ""},
		{"no-break spaces and a long dash", "+49\u00a0151\u201312345678", "DE", "+4915112345678", ""},
		{"wide digits", "０１５１　１２３４５６７８", "DE", "+4915112345678", ""},
		{"Arabic digits", "٠١٥١ ١٢٣٤٥٦٧٨", "DE", "+4915112345678", ""},
		{"a country code without its +, which is no national number", "44 7400 123456", "GB", "+447400123456", ""},

		{"a country code or an area code", "49 151 12345678", "DE", "", "the country code 49 without a +"},
		{"nothing", "", "DE", "", "no digits"},
		{"a plus alone", "+", "DE", "", "no digits"},
		{"words", "call me", "DE", "", "letters"},
		{"dialled letters", "1-800-FLOWERS", "US", "", "letters"},
		{"an extension", "030 123456 ext. 5", "DE", "", "without an extension"},
		{"an extension of a scheme", "tel:0151-12345678;ext=5", "DE", "", "U+003B"},
		{"an invisible character", "0151 12345678\u200b", "DE", "", "U+200B"},
		{"a direction of a contact", "\u202a+49 151 12345678\u202c", "DE", "", "U+202A"},
		{"a line feed behind", "0151 12345678\n", "DE", "", "U+000A"},
		{"two plusses", "++49 151 12345678", "DE", "", "not its first character"},
		{"a plus within", "0151+12345678", "DE", "", "not its first character"},
		{"two numbers", "0151 12345678 / 0171 1234567", "DE", "", "two numbers"},
		{"two short numbers", "030 1234 / 030 1235", "DE", "", "two numbers"},
		{"two numbers of one area", "030 123456/78", "DE", "", "two numbers"},
		{"two slashes", "030/1234/5678", "DE", "", "two numbers"},
		{"a slash behind the country code", "+49/30/123456", "DE", "+4930123456", ""},
		{"a slash behind the area code, abroad", "0049 30/123456", "DE", "+4930123456", ""},
		{"a zero in brackets behind a slash", "+49/(0)30/123456", "DE", "+4930123456", ""},
		{"a date", "2020-01-02", "DE", "", "looks like a date"},
		{"a date, German", "02.01.2020", "DE", "", "looks like a date"},
		{"a date, American", "12/05/2020", "DE", "", "looks like a date"},
		{"too long", "+49 151 1234567890123", "DE", "", "too long"},
		{"longer than any", "10000000000000", "DE", "", "too long"},
		{"too short", "+49 1", "DE", "", "too short"},
		{"without its area code", "555-0100", "US", "", "area code is missing"},
		{"no such country", "+999 1234567", "DE", "", "no country code"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := E164(tt.text, tt.region)
			switch {
			case tt.err == "" && err != nil:
				t.Errorf("got %v, want %s", err, tt.want)
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("got %q, %v, want %q in an error", got, err, tt.err)
			case got != tt.want:
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestDoubtful(t *testing.T) {
	for number, want := range map[string]bool{"+4915112345678": false, "+15555550100": true, "+49000000000": true, "+": true} {
		if got := Doubtful(number); got != want {
			t.Errorf("%s: got %v, want %v", number, got, want)
		}
	}
}

func TestRegion(t *testing.T) {
	tests := []struct{ name, text, want, err string }{
		{"as it is", "DE", "DE", ""},
		{"small", "us", "US", ""},
		{"the common name", "UK", "", `"UK" is no region, did you mean GB?`},
		{"a calling code", "+49", "", `"+49" is no region, did you mean DE?`},
		{"a calling code as it is dialled", "0043", "", `"0043" is no region, did you mean AT?`},
		{"of no region", "+800", "", `"+800" is no region, want two letters of ISO 3166, such as DE or US`},
		{"three letters", "DEU", "", `"DEU" is no region, want two letters of ISO 3166, such as DE or US`},
		{"a name", "Germany", "", `"Germany" is no region, want two letters of ISO 3166, such as DE or US`},
		{"nothing", "", "", `"" is no region, want two letters of ISO 3166, such as DE or US`},
		{"no text", "\xff\xff", "", `"\xff\xff" is no region, want two letters of ISO 3166, such as DE or US`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Region(tt.text)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if got != tt.want || text != tt.err {
				t.Errorf("got %q, %s", got, text)
			}
		})
	}
	if got := CallingCode("AT"); got != "43" {
		t.Errorf("got %s", got)
	}
}

// What is returned has the form, and stays what it is. A number that the region writes itself comes back.
func TestE164RoundTrip(t *testing.T) {
	regions := []string{"DE", "AT", "CH", "US", "GB", "FR", "IT", "IN", "BR", "JP", "AU"}
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom(regions).Draw(t, "region")
		example := phonenumbers.GetExampleNumberForType(region, rapid.SampledFrom([]phonenumbers.PhoneNumberType{phonenumbers.MOBILE, phonenumbers.FIXED_LINE}).Draw(t, "type"))
		format := rapid.SampledFrom([]phonenumbers.PhoneNumberFormat{phonenumbers.NATIONAL, phonenumbers.INTERNATIONAL, phonenumbers.E164}).Draw(t, "format")
		want := phonenumbers.Format(example, phonenumbers.E164)
		got, err := E164(phonenumbers.Format(example, format), region)
		if err != nil || got != want || !isE164(got) || Doubtful(got) {
			t.Fatalf("%s of %s: got %q, %v", want, region, got, err)
		}
		if again, err := E164(got, region); again != got || err != nil {
			t.Fatalf("again: %q, %v", again, err)
		}
	})
}

// The reading never panics, and what it returns is a number in the form.
func FuzzE164(f *testing.F) {
	f.Add("0151 12345678", "DE")
	f.Add("tel:+1 (212) 555-0100", "US")
	f.Fuzz(func(t *testing.T, text, region string) {
		region, err := Region(region)
		if err != nil {
			region = "DE"
		}
		if number, err := E164(text, region); err == nil && !isE164(number) {
			t.Errorf("%q of %s: %q", text, region, number)
		} else if err != nil && len(text) > 8 && strings.Contains(err.Error(), text) {
			t.Errorf("%v repeats the number", err)
		}
	})
}
