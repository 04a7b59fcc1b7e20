package sandbox

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// town is a pool with some users, who share few addresses, driven without a network.
type town struct {
	*rapid.T
	server *Server
	pool   *pool
}

var (
	someUsers     = []string{"ann", "bob", "eve"}
	someAddresses = []string{"", "a@example.com", "A@example.com", "b@example.com"}
	somePhones    = []string{"", "+15550100", "+15550101"}
)

// send posts a request and returns the name of its error, "" for none.
func (c *town) send(operation string, body map[string]any) string {
	encoded, err := json.Marshal(body)
	if err != nil {
		c.Fatal(err)
	}
	answer := post(c.server, targetPrefix+operation, "any", string(encoded))
	return answer.Header().Get("x-amzn-errortype")
}

// attributes draws a change of addresses, with or without flags.
func (c *town) attributes(flags bool) (set []map[string]string) {
	add := func(name, value string) { set = append(set, map[string]string{"Name": name, "Value": value}) }
	if rapid.Bool().Draw(c.T, "email") {
		add("email", rapid.SampledFrom(someAddresses).Draw(c.T, "address"))
	}
	if rapid.Bool().Draw(c.T, "phone") {
		add("phone_number", rapid.SampledFrom(somePhones).Draw(c.T, "number"))
	}
	if flags && rapid.Bool().Draw(c.T, "verified") {
		add("email_verified", rapid.SampledFrom([]string{"true", "false"}).Draw(c.T, "flag"))
	}
	if flags && rapid.Bool().Draw(c.T, "phone verified") {
		add("phone_number_verified", "true")
	}
	add("preferred_username", rapid.SampledFrom([]string{"x", "X", "y", ""}).Draw(c.T, "preferred"))
	return set
}

// token returns a token of some user who exists, "" if none does.
func (c *town) token() (username, token string) {
	username = rapid.SampledFrom(someUsers).Draw(c.T, "user")
	token, _ = c.server.MintToken(c.pool.id, username, TokenOptions{})
	return username, token
}

func (c *town) adminUpdate() {
	username := rapid.SampledFrom(someUsers).Draw(c.T, "user")
	set := c.attributes(true)
	before := c.holders()
	failed := c.send("AdminUpdateUserAttributes", map[string]any{"UserPoolId": c.pool.id, "Username": username, "UserAttributes": set})
	if failed == "AliasExistsException" && !c.pool.addressNames && set[len(set)-1]["Value"] == "" {
		c.Errorf("nothing but a preferred username may be in the way in a pool with aliases: %v", set)
	}
	c.checkTheft(username, before)
}

// checkTheft holds that only the user who was updated can have gained an alias, and that whoever lost
// an address by it still has it, unverified.
func (c *town) checkTheft(username string, before map[attribute]string) {
	for key, holder := range c.holders() {
		if was := before[key]; was != holder && holder != username {
			c.Errorf("%v went from %q to %s, when %s was updated", key, was, holder, username)
		} else if was != "" && was != holder {
			loser, _ := c.server.User(c.pool.id, was)
			if c.pool.addressNames || !isAddress(key.Name) {
				c.Errorf("%v was taken from %s", key, was)
			}
			if c.pool.fold(loser.Attributes[key.Name]) != key.Value || loser.Attributes[key.Name+"_verified"] != "false" {
				c.Errorf("%s lost %v and has %v", was, key, loser.Attributes)
			}
		}
	}
}

func (c *town) selfUpdate() {
	username, token := c.token()
	before := c.holders()
	c.send("UpdateUserAttributes", map[string]any{"AccessToken": token, "UserAttributes": c.attributes(false)})
	for key, was := range before {
		if now := c.holders()[key]; was != username && now != was {
			c.Errorf("an update by %s took %v from %s", username, key, was)
		}
	}
}

// verify sends the code of the last message, whoever got it.
func (c *town) verify() {
	sent := c.server.Messages()
	if len(sent) == 0 {
		return
	}
	m := sent[len(sent)-1]
	before := c.holders()
	token, _ := c.server.MintToken(c.pool.id, m.Username, TokenOptions{})
	c.send("VerifyUserAttribute", map[string]any{"AccessToken": token, "AttributeName": m.Attribute, "Code": m.Code})
	for key, was := range before {
		if now := c.holders()[key]; was != m.Username && now != was {
			c.Errorf("a verification by %s took %v from %s", m.Username, key, was)
		}
	}
}

func (c *town) comeOrGo() {
	username := rapid.SampledFrom(someUsers).Draw(c.T, "user")
	if rapid.Bool().Draw(c.T, "goes") {
		c.send("AdminDeleteUser", map[string]any{"UserPoolId": c.pool.id, "Username": username})
		return
	}
	status := rapid.SampledFrom([]string{"CONFIRMED", "UNCONFIRMED"}).Draw(c.T, "status")
	_ = c.server.CreateUser(c.pool.id, User{Username: username, Status: status}) // or is there already
}

func (c *town) confirm() {
	username := rapid.SampledFrom(someUsers).Draw(c.T, "user")
	c.send("AdminSetUserPassword", map[string]any{"UserPoolId": c.pool.id, "Username": username, "Password": password, "Permanent": true})
}

// holders returns who holds which alias, by what the users' attributes say, and fails if two do.
func (c *town) holders() map[attribute]string {
	all := map[attribute]string{}
	for u := range c.pool.present(0) {
		for _, key := range c.pool.aliasesOf(u.state.Load()) {
			if other := all[key]; other != "" {
				c.Fatalf("%v belongs to %s and to %s", key, other, u.username)
			}
			all[key] = u.username
		}
	}
	return all
}

// check holds that every alias finds the one user who has it, and that nothing else does.
func (c *town) check() {
	holders := c.holders()
	for key, username := range holders {
		if found := c.pool.lookup(key.Value); found == nil || found.username != username {
			c.Errorf("%v of %s finds %v", key, username, found)
		}
	}
	if len(holders) != len(c.pool.byAlias) {
		c.Errorf("%d aliases are indexed, and %d there: %v", len(c.pool.byAlias), len(holders), holders)
	}
}

// TestAliases holds for any sequence of requests that no two users have one alias, that the alias goes
// with a verified address, and that only an administrator's email_verified=true takes one from another.
func TestAliases(t *testing.T) {
	const verify = `"AutoVerifiedAttributes":["email","phone_number"],
		"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}`
	for name, document := range map[string]string{
		"aliases":                 aliasPool,
		"aliases, verified first": `{"PoolName":"x","AliasAttributes":["email","phone_number","preferred_username"],` + verify + `}`,
		"addresses":               `{"PoolName":"x","UsernameAttributes":["email","phone_number"],"AutoVerifiedAttributes":["email"]}`,
		"addresses, verified":     `{"PoolName":"x","UsernameAttributes":["email","phone_number"],` + verify + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s, err := New(Config{Quotas: NoQuotas()})
				if err != nil {
					t.Fatal(err)
				}
				id, err := s.CreatePool([]byte(document))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.CreateClient(id, []byte(passwordClient)); err != nil {
					t.Fatal(err)
				}
				c := &town{T: t, server: s, pool: s.pool(id)}
				for _, username := range someUsers {
					if err := s.CreateUser(id, User{Username: username}); err != nil {
						t.Fatal(err)
					}
				}
				t.Repeat(map[string]func(*rapid.T){
					"":                   func(*rapid.T) { c.check() },
					"update":             func(t *rapid.T) { c.T = t; c.adminUpdate() },
					"update by the user": func(t *rapid.T) { c.T = t; c.selfUpdate() },
					"verify":             func(t *rapid.T) { c.T = t; c.verify() },
					"come or go":         func(t *rapid.T) { c.T = t; c.comeOrGo() },
					"confirm":            func(t *rapid.T) { c.T = t; c.confirm() },
				})
			})
		})
	}
}

// TestAliasConflicts says, pool by pool, what happens to an address that another user has.
func TestAliasConflicts(t *testing.T) {
	const (
		taken  = "AliasExistsException: An account with the email already exists."
		verify = `"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}`
		auto   = `"AutoVerifiedAttributes":["email"]`
	)
	for _, tt := range []struct {
		name, document           string
		self, byCode, admin      string // errors: of the user's update, of the code for it, of an administrator's verified one
		afterSelf, afterVerified string // who answers to the address after the first and after the last
	}{
		{"aliases", `"AliasAttributes":["email"],` + auto, "", taken, "", "ann", "bob"},
		{"aliases, verified first", `"AliasAttributes":["email"],` + verify, "", taken, "", "ann", "bob"},
		{"usernames", `"UsernameAttributes":["email"],` + auto, taken, "", taken, "ann", "ann"},
		{"usernames, verified first", `"UsernameAttributes":["email"],` + verify, taken, "", taken, "ann", "ann"},
		{"neither", auto, "", "", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, `{"PoolName":"x",`+tt.document+`}`, Config{})
			w.app(passwordClient)
			w.user("ann", "email=shared@example.com", "email_verified=true")
			w.user("bob", "email=bob@example.com", "email_verified=true")
			holder := func() string { u, _ := w.server.User(w.pool, "shared@example.com"); return u.Username }
			if _, err := w.self("bob", "email=shared@example.com"); text(err) != tt.self || holder() != tt.afterSelf {
				t.Errorf("by the user: %q, and %s answers to it, want %q and %s", text(err), holder(), tt.self, tt.afterSelf)
			}
			if sent := w.server.Messages(); len(sent) > 0 {
				if got := text(w.verify("bob", "email", sent[0].Code)); got != tt.byCode || holder() != tt.afterSelf {
					t.Errorf("by the code: %q, and %s answers to it, want %q and %s", got, holder(), tt.byCode, tt.afterSelf)
				}
			}
			if got := text(w.update("bob", "email=shared@example.com", "email_verified=true")); got != tt.admin || holder() != tt.afterVerified {
				t.Errorf("by an administrator: %q, and %s answers to it, want %q and %s", got, holder(), tt.admin, tt.afterVerified)
			}
			if got, want := w.got("ann", "email_verified"), fmt.Sprint(tt.afterVerified != "bob"); got != want {
				t.Errorf("email_verified of the former holder is %s, want %s", got, want)
			}
		})
	}
}

// TestSignInAroundChanges says by which address a user can sign in, before and after verifying a new one.
func TestSignInAroundChanges(t *testing.T) {
	const verify = `,"UserAttributeUpdateSettings":{"AttributesRequireVerificationBeforeUpdate":["email"]}`
	for _, tt := range []struct{ name, document, before, after string }{
		{"aliases", `"AliasAttributes":["email"]`, "", "new@example.com"},
		{"aliases, verified first", `"AliasAttributes":["email"]` + verify, "old@example.com", "new@example.com"},
		{"usernames", `"UsernameAttributes":["email"]`, "new@example.com", "new@example.com"},
		{"usernames, verified first", `"UsernameAttributes":["email"]` + verify, "old@example.com", "new@example.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, `{"PoolName":"x","AutoVerifiedAttributes":["email"],`+tt.document+`}`, Config{})
			client := w.app(passwordClient)
			if err := w.server.CreateUser(w.pool, User{Username: "ann", Password: password,
				Attributes: map[string]string{"email": "old@example.com", "email_verified": "true"}}); err != nil {
				t.Fatal(err)
			}
			signsIn := func() (by string) {
				for _, address := range []string{"old@example.com", "new@example.com"} {
					if _, err := w.signIn(client, address, password); err == nil {
						by += address
					}
				}
				return by
			}
			if _, err := w.self("ann", "email=new@example.com"); err != nil {
				t.Fatal(err)
			}
			if got := signsIn(); got != tt.before {
				t.Errorf("before verifying: %q, want %q", got, tt.before)
			}
			if err := w.verify("ann", "email", w.server.Messages()[0].Code); err != nil {
				t.Fatal(err)
			}
			if got := signsIn(); got != tt.after {
				t.Errorf("after verifying: %q, want %q", got, tt.after)
			}
		})
	}
}
