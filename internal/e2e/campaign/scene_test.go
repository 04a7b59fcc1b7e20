//go:build unix

package campaign

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/sandbox"
)

// scene is a pool with users, a change set or a rule, and the flags with which it is applied.
type scene struct {
	dice
	kind
	number  int // among the pools of a history
	pool    poolDocument
	rule    rule              // which makes the records, if there is one
	cells   map[string]string // of the file beside it, by nickname
	users   []*person
	records []entry
	names   map[string]string // lower case: username

	format  string // wide, long or jsonl
	packing string // "", .gz or .zst
	stdin   bool
	asUser  bool
	noRead  bool
	keep    bool
	skip    bool // --on-conflict skip
	flags   []string
	workers int
	// attempts is --max-attempts. Starts that undo have so many that no record runs out of them.
	attempts int
	budget   string // --max-failures; "": so tight that it stops starts
	// poisoned are users of whom each call, or each update only, is answered with an internal error while the
	// change set is applied.
	poisoned map[string]poison
}

// poolDocument is what describe-user-pool prints.
type poolDocument struct {
	ID                     string `json:"Id"`
	Name                   string
	SchemaAttributes       []map[string]any
	AliasAttributes        []string       `json:",omitempty"`
	UsernameAttributes     []string       `json:",omitempty"`
	AutoVerifiedAttributes []string       `json:",omitempty"`
	Verify                 map[string]any `json:"UserAttributeUpdateSettings,omitempty"`
	UsernameConfiguration  struct{ CaseSensitive bool }
}

// poison is which calls for a user fail.
type poison string

const (
	poisonedUpdates poison = "updates"
	poisonedReads   poison = "reads"
	poisonedAll     poison = "all"
)

// meets says whether a request meets the poison.
func (p poison) meets(r Request) bool {
	return p == poisonedAll || p == poisonedUpdates && r.isUpdate() || p == poisonedReads && !r.isUpdate()
}

// person is a user of the pool, and the name by which its records know it.
type person struct {
	sandbox.User
	number int
	name   string
	fixed  string // the address that is the name; "" for none
}

// username is that which the pool has: where addresses are usernames it is the sub.
func (p *person) username() string {
	if strings.Contains(p.Username, "@") {
		return p.Attributes["sub"]
	}
	return p.Username
}

func drawScene(d dice, k kind) *scene {
	s := &scene{dice: d, kind: k}
	s.drawPool()
	s.drawFlags()
	s.fill()
	return s
}

// another is a scene of a pool that is set up like this one, with people of its own, for the same command.
func (s *scene) another(number int) *scene {
	next := *s
	next.number, next.users, next.records = number, nil, nil
	next.pool.ID = poolID(number)
	next.fill()
	return &next
}

// fill draws who is in the pool, and what is to become of them.
func (s *scene) fill() {
	s.names, s.poisoned = map[string]string{}, map[string]poison{}
	most := pick(s.dice, 8, 20, 40)
	if s.several || s.elsewhere || s.steered { // whose starts take longer
		most = pick(s.dice, 4, 8, 16)
	}
	for i := range s.between(3, most) {
		s.users = append(s.users, s.drawPerson(100*s.number+i))
	}
	if s.source == fromFile {
		s.drawRecords()
	} else {
		s.drawRule()
	}
	if !s.elsewhere && !s.steered { // they take their time
		s.drawPoison()
	}
}

func poolID(number int) string { return fmt.Sprintf("us-east-1_Campaign%d", number) }

func (s *scene) drawPool() {
	p := poolDocument{ID: poolID(0), Name: "campaign"}
	for name, kind := range map[string]string{"custom:mark": "String", "custom:tier": "String", "custom:note": "String", "custom:points": "Number"} {
		p.SchemaAttributes = append(p.SchemaAttributes, map[string]any{"Name": name, "AttributeDataType": kind, "Mutable": true})
	}
	some := func() []string { return pick(s.dice, []string{"email"}, []string{"email", "phone_number"}) }
	switch s.IntN(3) {
	case 1:
		p.AliasAttributes = some()
	case 2:
		p.UsernameAttributes = some()
	}
	if s.chance(0.5) {
		p.AutoVerifiedAttributes = some()
		if s.chance(0.4) {
			p.Verify = map[string]any{"AttributesRequireVerificationBeforeUpdate": p.AutoVerifiedAttributes}
		}
	}
	p.UsernameConfiguration.CaseSensitive = s.chance(0.5)
	s.pool = p
}

// verifyFirst are the addresses that wait for their verification.
func (s *scene) verifyFirst() []string {
	if s.pool.Verify == nil {
		return nil
	}
	return s.pool.AutoVerifiedAttributes
}

// unlimited is a --max-failures that no history reaches.
const unlimited = "1000"

func (s *scene) drawFlags() {
	s.format = pick(s.dice, "wide", "long", "jsonl")
	s.packing = pick(s.dice, "", "", "", ".gz", ".zst")
	file := s.source == fromFile
	s.asUser = file && s.chance(0.2)
	s.stdin = file && !s.several && !s.asUser && s.chance(0.2)
	s.noRead = file && s.chance(0.15)
	s.keep = file && !s.asUser && !s.noRead && len(s.pool.AliasAttributes) == 0 && s.verifyFirst() == nil && s.chance(0.4)
	s.skip = !s.noRead && s.chance(0.5)
	s.workers, s.attempts = pick(s.dice, 1, 4, 16), pick(s.dice, 1, 3, 4, 30)
	rate := pick(s.dice, "off", "off", "off", "200")
	s.budget = pick(s.dice, "", "50%", unlimited, unlimited)
	if s.several || s.elsewhere || s.steered {
		s.attempts, s.budget = max(s.attempts, 4), unlimited
	}
	if s.steered { // so slow that orders come in the middle of the work
		rate, s.attempts = pick(s.dice, "30", "60", "120"), 30
	}
	if s.steered && s.elsewhere { // where they take seconds to come
		rate = "4"
	}
	s.flags = []string{"--rate", rate, "--workers", fmt.Sprint(s.workers)}
	for flag, given := range map[string]bool{"--no-read": s.noRead, "--allow-takeover": s.noRead && len(s.pool.AliasAttributes) > 0, "--verified=keep": s.keep, "--on-conflict=skip": s.skip, "--as=user": s.asUser, "--log-level=debug": s.asUser} {
		if given {
			s.flags = append(s.flags, flag)
		}
	}
	slices.Sort(s.flags[4:])
}

// drawPoison poisons some users, where records are tried seldom, or a history would wait for minutes. A rule may choose none
// but poisoned users, and a run of which nobody can even be read is one whose service is away, however often it is started:
// there, reads succeed.
func (s *scene) drawPoison() {
	if s.attempts > 4 || !s.chance(0.7) {
		return
	}
	calls := []poison{poisonedUpdates, poisonedUpdates, poisonedReads, poisonedAll}
	if s.source != fromFile {
		calls = calls[:2]
	}
	for range s.between(1, pick(s.dice, 1, 4, len(s.users))) {
		s.poisoned[pick(s.dice, s.users...).username()] = pick(s.dice, calls...)
	}
}

func (s *scene) drawPerson(number int) *person {
	p := &person{number: number, User: sandbox.User{Username: fmt.Sprintf("User-%d", number), Attributes: map[string]string{}}}
	for _, name := range slices.Sorted(maps.Keys(plainValues)) {
		if s.chance(0.5) {
			p.Attributes[name] = pick(s.dice, plainValues[name]...)
		}
	}
	for _, name := range addresses {
		if !s.chance(0.6) {
			continue
		}
		p.Attributes[name] = harness.Address(p.number, name, s.IntN(2))
		if flag := pick(s.dice, "true", "true", "false", ""); flag != "" {
			p.Attributes[name+"_verified"] = flag
		}
	}
	if s.source == fromBoth {
		p.Attributes["nickname"] = fmt.Sprintf("nick-%d", number)
	}
	p.Attributes["sub"] = fmt.Sprintf("5a4d0b0c-0000-4000-8000-%012x", number)
	if email := p.Attributes["email"]; email != "" && slices.Contains(s.pool.UsernameAttributes, "email") && s.chance(0.5) {
		p.Username = email // the pool makes the sub the username
	}
	s.drawName(p)
	return p
}

// drawName draws the name by which records know a person: the username, the sub, or an address that
// signs the person in, which they then leave alone.
func (s *scene) drawName(p *person) {
	p.name = p.username()
	names := []string{p.name, p.Attributes["sub"]}
	for _, address := range slices.Concat(s.pool.AliasAttributes, s.pool.UsernameAttributes) {
		if len(s.pool.UsernameAttributes) > 0 || p.Attributes[address+"_verified"] == "true" {
			names = append(names, p.Attributes[address])
		}
	}
	if name := pick(s.dice, names...); name != "" && s.chance(0.5) {
		p.name = name
	}
	for _, address := range addresses {
		if p.name == p.Attributes[address] {
			p.fixed = address
		}
	}
	for _, name := range names {
		s.names[strings.ToLower(name)] = p.username()
	}
	delete(s.names, "")
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
	client, err := server.CreateClient(s.pool.ID, []byte(`{"ClientName":"campaign"}`))
	if err != nil {
		return err
	}
	for _, p := range s.users {
		if err := server.CreateUser(s.pool.ID, p.User); err != nil {
			return err
		}
		if !s.asUser {
			continue
		}
		token, err := server.MintToken(s.pool.ID, p.username(), sandbox.TokenOptions{Client: client})
		if err != nil {
			return err
		}
		for i := range s.records {
			if s.records[i].User == p.username() {
				s.records[i].token = token
			}
		}
	}
	return nil
}

// String tells of the scene in a line.
func (s *scene) String() string {
	what := fmt.Sprintf("%d records of %d users, %s%s", len(s.records), len(s.users), s.format, s.packing)
	if s.source != fromFile {
		what = fmt.Sprintf("%s for %d users", s.rule, len(s.users))
	}
	return fmt.Sprintf("%s, stdin %t, aliases %v, usernames %v, verified first %v, case-sensitive %t, attempts %d, budget %q, poisoned %v",
		what, s.stdin, s.pool.AliasAttributes, s.pool.UsernameAttributes, s.verifyFirst(),
		s.pool.UsernameConfiguration.CaseSensitive, s.attempts, s.budget, s.poisoned)
}
