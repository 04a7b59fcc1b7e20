package audit

import (
	"maps"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// Claim is an address by which its user is to sign in, and could not before. In a pool with aliases Cognito takes it
// from whoever has it: the former holder's becomes unverified (boto/boto3#3213).
type Claim struct{ Attribute, Value string }

// Claims are the addresses that an update claims in a pool with aliases: new ones that are sent as verified, and the
// one that the user has, if no more than its flag is set.
func Claims(p *cognito.Pool, live *cognito.User, sent []sources.Attribute) []Claim {
	if len(p.AliasAttributes) == 0 {
		return nil
	}
	var claims []Claim
	n, next := newNaming(p), after(live, sent)
	for _, name := range n.attributes {
		value := n.alias(next, name)
		if IsAddress(name) && value != "" && n.key(value) != n.key(n.alias(live, name)) {
			claims = append(claims, Claim{name, value})
		}
	}
	return claims
}

// HeldBy tells whether a user signs in by the address now.
func (c Claim) HeldBy(p *cognito.Pool, u *cognito.User) bool {
	n := newNaming(p)
	return n.key(n.alias(u, c.Attribute)) == n.key(c.Value)
}

// Loss is what becomes of a user whose address is claimed by another: what the user had, and has then.
func (c Claim) Loss(holder *cognito.User) (had, has []sources.Attribute) {
	flag, address := c.Attribute+flagSuffix, attribute(c.Attribute, valueOf(holder, c.Attribute))
	return []sources.Attribute{attribute(flag, valueOf(holder, flag))}, []sources.Attribute{attribute(flag, "false"), address}
}

// after is what an update makes of a user.
func after(live *cognito.User, sent []sources.Attribute) *cognito.User {
	next := *live
	next.Attributes = maps.Clone(live.Attributes)
	if next.Attributes == nil {
		next.Attributes = map[string]string{}
	}
	for _, a := range sent {
		put(next.Attributes, a)
	}
	for _, address := range addresses {
		a, given := find(sent, address)
		if _, said := find(sent, address+flagSuffix); given && !said && target(a) != valueOf(live, address) {
			next.Attributes[address+flagSuffix] = "false"
		}
	}
	return &next
}

// HeldError refuses a record that would take the address by which another user signs in.
type HeldError struct{ Attribute string }

func (e *HeldError) Error() string {
	return e.Attribute + ": another user signs in by this " + people(e.Attribute) + ", and would lose it"
}

// Class is that of records that the pool as it is stands against.
func (e *HeldError) Class() string { return "conflict" }

// Code is "AddressHeld".
func (e *HeldError) Code() string { return "AddressHeld" }

// Hint says what to do.
func (e *HeldError) Hint() string {
	return "plan says whose it is; --allow-takeover takes it, and the undo file gives it back"
}
