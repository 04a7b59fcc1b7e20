package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

const tripPool = "us-east-1_RoundTrip"

// tripMode says how the changes are applied, on which depends what comes out to the same whenever it
// is repeated.
type tripMode int

const (
	byPlan   tripMode = iota // the net change of each user at once
	byRecord                 // one record after the other
)

// scene is a pool with users, and a change set for it.
type scene struct {
	pool    poolDocument
	users   []*tripUser
	records []tripRecord
	format  string // wide, long or jsonl
	read    string // of plan; "": as it sees fit
	keep    bool   // --verified keep
	renames bool   // records may name users by addresses that change
}

// poolDocument is what describe-user-pool prints.
type poolDocument struct {
	ID                     string `json:"Id"`
	Name                   string
	SchemaAttributes       []map[string]any
	AliasAttributes        []string `json:",omitempty"`
	UsernameAttributes     []string `json:",omitempty"`
	AutoVerifiedAttributes []string `json:",omitempty"`
	UsernameConfiguration  struct{ CaseSensitive bool }
}

// tripUser is a user of the pool as it is before the trip.
type tripUser struct {
	sandbox.User
	number  int
	emptied []string // addresses that it had: their flags are left behind, at false
	records []map[string]string
}

// drawScene draws what a trip is about. No two users get one address: where addresses are names the
// pool refuses the second, or takes it away from the first, whose flag the undo of the other knows
// nothing of.
func drawScene(t *rapid.T, mode tripMode) scene {
	s := scene{
		pool:    drawPool(t),
		format:  rapid.SampledFrom([]string{"jsonl", "wide", "long"}).Draw(t, "format"),
		read:    rapid.SampledFrom([]string{"", "scan", "lookup"}).Draw(t, "read"),
		keep:    rapid.Bool().Draw(t, "keep"),
		renames: rapid.Bool().Draw(t, "renames"),
	}
	if len(s.pool.AliasAttributes) > 0 && (mode == byRecord || s.read == "lookup") {
		s.keep = false // it is refused without a plan, and with a lookup
	}
	for i := range rapid.IntRange(1, rapid.SampledFrom([]int{5, 20, 80}).Draw(t, "most users")).Draw(t, "users") {
		s.users = append(s.users, s.drawUser(t, i))
	}
	for _, u := range s.users {
		s.drawRecords(t, u, mode)
	}
	s.records = rapid.Permutation(s.records).Draw(t, "order")
	if s.format == "long" { // in which the rows of a user have to stand together: they are one record
		names := map[string]bool{}
		s.records = slices.DeleteFunc(s.records, func(r tripRecord) bool {
			name := strings.ToLower(r.name)
			again := names[name]
			names[name] = true
			return again
		})
	}
	if len(s.records) == 0 {
		s.records = []tripRecord{{user: s.users[0], name: s.users[0].username(), set: map[string]string{"custom:tier": "gold"}}}
	}
	return s
}

func drawPool(t *rapid.T) poolDocument {
	p := poolDocument{ID: tripPool, Name: "round-trip"}
	for name, kind := range map[string]string{"custom:tier": "String", "custom:note": "String", "custom:points": "Number",
		"custom:ratio": "Number"} {
		p.SchemaAttributes = append(p.SchemaAttributes, map[string]any{"Name": name, "AttributeDataType": kind, "Mutable": true})
	}
	some := rapid.SampledFrom([][]string{{"email"}, {"email", "phone_number"}})
	switch rapid.SampledFrom([]string{"no addresses", "aliases", "usernames"}).Draw(t, "sign-in names") {
	case "aliases":
		p.AliasAttributes = some.Draw(t, "aliases")
	case "usernames":
		p.UsernameAttributes = some.Draw(t, "usernames")
	}
	if rapid.Bool().Draw(t, "auto-verified") {
		p.AutoVerifiedAttributes = some.Draw(t, "auto-verified attributes")
	}
	p.UsernameConfiguration.CaseSensitive = !rapid.Bool().Draw(t, "ignores case")
	return p
}

func (s *scene) drawUser(t *rapid.T, number int) *tripUser {
	u := &tripUser{number: number, User: sandbox.User{Username: fmt.Sprintf("User-%d", number), Attributes: map[string]string{}}}
	for _, name := range sortedKeys(plainValues) {
		if rapid.Bool().Draw(t, "has "+name) {
			u.Attributes[name] = rapid.SampledFrom(plainValues[name]).Draw(t, name)
		}
	}
	for _, name := range addresses {
		switch rapid.SampledFrom([]string{"never", "not any more", "now"}).Draw(t, name) {
		case "not any more":
			u.emptied = append(u.emptied, name)
		case "now":
			u.Attributes[name] = harness.Address(u.number, name, rapid.IntRange(0, 1).Draw(t, "spelling"))
			if flag := rapid.SampledFrom([]string{"true", "false", "True", "FALSE", ""}).Draw(t, name+"_verified"); flag != "" {
				u.Attributes[name+"_verified"] = flag
			}
		}
	}
	u.Attributes["sub"] = fmt.Sprintf("5a4d0b0c-0000-4000-8000-%012x", number)
	if s.lowerCase() {
		lower(u.Attributes, "email")
	}
	if email := u.Attributes["email"]; email != "" && len(s.pool.UsernameAttributes) > 0 && rapid.Bool().Draw(t, "is named by e-mail") {
		u.Username = email // the pool makes the sub the username
	}
	return u
}

// lowerCase tells whether addresses have to be in lower case: a lookup finds no other spelling.
func (s *scene) lowerCase() bool {
	return s.read == "lookup" && !s.pool.UsernameConfiguration.CaseSensitive
}

func lower(values map[string]string, name string) {
	if v, ok := values[name]; ok {
		values[name] = strings.ToLower(v)
	}
}

// username is that which the pool has.
func (u *tripUser) username() string {
	if strings.Contains(u.Username, "@") {
		return u.Attributes["sub"]
	}
	return u.Username
}

// keeping are the flags that plan, or an apply of the change set itself, has for flags.
func (s *scene) keeping() []string {
	if s.keep {
		return []string{"--verified", "keep"}
	}
	return nil
}

// furnish makes the pool and its users.
func (s *scene) furnish(server *sandbox.Server) error {
	document, err := json.Marshal(map[string]any{"UserPool": s.pool})
	if err != nil {
		return err
	}
	if _, err := server.CreatePool(document); err != nil {
		return err
	}
	for _, u := range s.users {
		if err := server.CreateUser(tripPool, u.User); err != nil {
			return err
		}
		for _, name := range u.emptied {
			for _, value := range []string{harness.Address(u.number, name, 9), ""} {
				if err := harness.SetAttribute(server, tripPool, u.username(), name, value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// targets are the values that users have in the end, "" for none, flags aside.
func (s *scene) targets() map[string]map[string]string {
	targets := map[string]map[string]string{}
	for _, u := range s.users {
		values := map[string]string{}
		for _, name := range append(sortedKeys(plainValues), addresses...) {
			values[name] = u.Attributes[name]
		}
		targets[u.username()] = values
	}
	for _, r := range s.records {
		for name, value := range r.set {
			if !strings.HasSuffix(name, "_verified") {
				targets[r.user.username()][name] = value
			}
		}
	}
	return targets
}

// String tells of the pool and its users.
func (s scene) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "pool: aliases %v usernames %v auto-verified %v case-sensitive %t; read %q keep %t renames %t\n", s.pool.AliasAttributes,
		s.pool.UsernameAttributes, s.pool.AutoVerifiedAttributes, s.pool.UsernameConfiguration.CaseSensitive, s.read, s.keep, s.renames)
	for _, u := range s.users {
		fmt.Fprintf(&b, "%s: %.300q, emptied %v\n", u.username(), fmt.Sprint(u.Attributes), u.emptied)
	}
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
