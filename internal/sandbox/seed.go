package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// Seed puts a user into a pool as another pool had it. A value, a status and a date were right there, and are not
// judged: only a name that no user can have, an attribute that this pool does not know, and what must be unique and
// is not, are refused. A verified address that another user has is taken from it, as AWS does: the last has it. What is
// not given is as [Server.CreateUser] has it.
func (s *Server) Seed(poolID string, given User) error {
	p := s.pool(poolID)
	if p == nil {
		return noPool(poolID)
	}
	if given.Username == "" || utf8.RuneCountInString(given.Username) > maxUsername {
		return ErrNoName
	}
	for _, name := range slices.Sorted(maps.Keys(given.Attributes)) {
		if p.schema[name] == nil {
			return &UnknownAttributeError{name}
		}
	}
	u, state := s.newUser(given)
	state.attributes = slices.DeleteFunc(state.attributes, func(a attribute) bool { return a.Value == "" })
	if err := p.givePassword(u, state, given.Password); err != nil {
		return err
	}
	if p.addressNames {
		if err := p.nameUser(u, state); err != nil {
			return err
		}
	}
	return s.admitUser(p, u, state, true)
}

// ErrNoName says that no user can have the name: it has none, or more than 128 characters.
var ErrNoName = errors.New("no user can have this name: it has to have 1 to 128 characters")

// UnknownAttributeError says that a pool does not have an attribute.
type UnknownAttributeError struct{ Name string }

func (e *UnknownAttributeError) Error() string {
	return fmt.Sprintf("the pool has no attribute %.40q", e.Name)
}
