package e2e

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"attrmigrate/internal/e2e/harness"
)

// tripRecord is a record of the change set. Values of "" delete, or are absent.
type tripRecord struct {
	user        *tripUser
	name        string
	set, expect map[string]string
}

var addresses = []string{"email", "phone_number"}

// plainValues are the values of attributes that have nothing to do with others. Those behind the second
// are for JSON alone.
var plainValues = map[string][]string{
	"custom:tier":   {"gold", "silver", "a,b;c", `"quoted"`, "größe", " edges ", "null", "<delete>"},
	"custom:note":   {"=1+1", "two\nlines", "\u2028", strings.Repeat("long ", 300), `back\slash`, "two\r\nlines"},
	"custom:points": {"0", "7", "12.50", "1000000", "007"},
	"custom:ratio":  {"-3", "0.25"},
	"locale":        {"de", "fr"},
	"birthdate":     {"1987-02-28", "2000-01-01"},
}

// onlyJSON tells whether CSV has no way to write a value.
func onlyJSON(value string) bool { return value == "<delete>" || strings.Contains(value, "\r") }

// drawRecords draws the records of a user. Whatever part of them is repeated after a kill, and wherever
// they stand, each of them can be applied.
func (s *scene) drawRecords(t *rapid.T, u *tripUser, mode tripMode) {
	fates := map[string]string{}
	for _, name := range addresses {
		some := []string{"changes", "goes"}
		if u.Attributes[name] != "" {
			some = append(some, "stays")
		}
		fates[name] = rapid.SampledFrom(some).Draw(t, name)
	}
	for range rapid.IntRange(0, 3).Draw(t, "records") {
		set := map[string]string{}
		for _, name := range sortedKeys(plainValues) {
			if rapid.IntRange(0, 2).Draw(t, "sets "+name) == 2 {
				set[name] = s.drawPlain(t, name)
			}
		}
		for _, name := range addresses {
			drawAddress(t, u, set, name, fates[name])
		}
		if len(set) > 0 {
			u.records = append(u.records, set)
		}
	}
	names := s.names(u, mode)
	name := rapid.SampledFrom(names).Draw(t, "name")
	for _, set := range u.records {
		if mode == byPlan { // apply keeps only records of one name in order
			name = rapid.SampledFrom(names).Draw(t, "name")
		}
		r := tripRecord{user: u, name: s.spelling(t, name), set: set}
		if len(u.records) == 1 { // repeated, a record is in conflict with what the next one does
			r.expect = s.drawExpect(t, u)
		}
		s.records = append(s.records, r)
	}
}

func (s *scene) drawPlain(t *rapid.T, name string) string {
	value := rapid.SampledFrom(append([]string{""}, plainValues[name]...)).Draw(t, name)
	if s.format != "jsonl" && onlyJSON(value) {
		return ""
	}
	return value
}

// drawAddress draws what a record says of an address and its flag. Only of an address that stays a flag
// is said alone, or the record would come to be about another address when it is repeated, or about
// none, where Cognito sets no flag; false is what every new one has. A flag that an address has left
// behind cannot be put back, so it is not deleted.
func drawAddress(t *rapid.T, u *tripUser, set map[string]string, name, fate string) {
	flag, values, flags := name+"_verified", []int{0, 1, 2, 3}, []string{"false", "true", "False", "TRUE", ""}
	says := rapid.SampledFrom([]string{"nothing", "flag", "address", "both"}).Draw(t, "says of "+name)
	switch {
	case fate == "goes":
		values = append(values, -1)
	case fate == "stays" && says != "nothing":
		says = "flag"
	}
	if says == "flag" && fate != "stays" {
		flags = flags[:1]
	}
	if says == "address" || says == "both" {
		set[name] = ""
		if version := rapid.SampledFrom(values).Draw(t, name); version >= 0 {
			set[name] = harness.Address(u.number, name, version)
		} else if flags = []string{"false", ""}; slices.Contains(u.emptied, name) {
			flags = flags[:1]
		}
	}
	if says == "flag" || says == "both" {
		set[flag] = rapid.SampledFrom(flags).Draw(t, flag)
	}
}

// names are those by which records can name a user: not by an address that a record may change. With
// renames, records may do that too: of a plan all, and else one alone, since the next would find nobody.
func (s *scene) names(u *tripUser, mode tripMode) []string {
	names := []string{u.username()}
	if sub := u.Attributes["sub"]; sub != names[0] {
		names = append(names, sub)
	}
	for _, name := range slices.Concat(s.pool.AliasAttributes, s.pool.UsernameAttributes) {
		verified := len(s.pool.UsernameAttributes) > 0 || strings.EqualFold(u.Attributes[name+"_verified"], "true")
		stays := !slices.ContainsFunc(u.records, func(set map[string]string) bool {
			_, sets := set[name]
			_, sets2 := set[name+"_verified"]
			return sets || sets2
		})
		if u.Attributes[name] != "" && verified && (stays || s.renames && (mode == byPlan || len(u.records) == 1)) {
			names = append(names, u.Attributes[name])
		}
	}
	return names
}

// spelling draws another case where the pool ignores it. A sub has only one.
func (s *scene) spelling(t *rapid.T, name string) string {
	if s.pool.UsernameConfiguration.CaseSensitive || strings.HasPrefix(name, "5a4d0b0c") || !rapid.Bool().Draw(t, "in upper case") {
		return name
	}
	return strings.ToUpper(name)
}

// drawExpect draws preconditions that hold.
func (s *scene) drawExpect(t *rapid.T, u *tripUser) map[string]string {
	expect := map[string]string{}
	for _, name := range rapid.SliceOfN(rapid.SampledFrom(append(sortedKeys(plainValues), "email", "email_verified")), 0, 2).Draw(t, "expects") {
		if slices.Contains(u.emptied, "email") && name == "email_verified" || s.format != "jsonl" && onlyJSON(u.Attributes[name]) {
			continue
		}
		expect[name] = u.Attributes[name]
	}
	return expect
}
