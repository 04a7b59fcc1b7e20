package sandbox

import (
	"iter"
	"strings"
)

// ListFault is what ListUsers makes of filters by the beginning of a sub (sub ^= "a"), so that a client which parts a
// pool by them meets a service that does not know them, or answers them badly. Lists without one are right.
type ListFault string

const (
	RefusedPrefix ListFault = "refuse" // an InvalidParameterException
	IgnoredPrefix ListFault = "ignore" // everyone comes
	LostUser      ListFault = "lose"   // one user never comes
	RepeatedUser  ListFault = "twice"  // one user comes again, behind the last of those who are found
	StrayUser     ListFault = "stray"  // one user comes, too, behind the last of those whose sub begins with the digit after its own
)

// listed returns the users behind an ordinal that a filter lets through, or what a fault makes of them. A user who comes
// where there is no place for it comes last, and so ends the chain of pages.
func (f Faults) listed(p *pool, by filter, after int64) (iter.Seq2[*user, *userState], error) {
	users := p.matching(by, after)
	if f.List == "" || by.attribute != subAttribute || !by.prefix {
		return users, nil
	}
	switch f.List {
	case RefusedPrefix:
		return nil, invalidParameter("Invalid search attribute: %s", by.attribute)
	case IgnoredPrefix:
		return p.matching(filter{}, after), nil
	}
	one, state := p.one(f.ListUser)
	switch {
	case one == nil:
		return users, nil
	case f.List == LostUser:
		return without(users, one), nil
	case f.List == RepeatedUser && by.matches(one, state), f.List == StrayUser && by.value != "" && by.value[0] == digitAfter(one.sub):
		return and(users, one, state), nil
	default:
		return users, nil
	}
}

// one returns a user of the pool by name, the first if there is no name, and nil if there is no such user.
func (p *pool) one(name string) (*user, *userState) {
	var by filter
	if name != "" {
		by = filter{attribute: "username", value: name}
	}
	for u, state := range p.matching(by, 0) {
		return u, state
	}
	return nil, nil
}

// without leaves a user out.
func without(users iter.Seq2[*user, *userState], lost *user) iter.Seq2[*user, *userState] {
	return func(yield func(*user, *userState) bool) {
		for u, state := range users {
			if u != lost && !yield(u, state) {
				return
			}
		}
	}
}

// and has a user come behind the others.
func and(users iter.Seq2[*user, *userState], last *user, state *userState) iter.Seq2[*user, *userState] {
	return func(yield func(*user, *userState) bool) {
		for u, s := range users {
			if !yield(u, s) {
				return
			}
		}
		yield(last, state)
	}
}

// digitAfter is the hexadecimal digit after the first of a sub, 0 after f and where there is none.
func digitAfter(sub string) byte {
	const digits = "0123456789abcdef"
	if sub == "" {
		return digits[0]
	}
	return digits[(strings.IndexByte(digits, sub[0])+1)%len(digits)]
}
