package sandbox

import (
	"errors"
	"fmt"
	"slices"
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
	if checkValue("username", "UsernameType", given.Username) != nil {
		return ErrNoName
	}
	if name := p.schema().unknown(given.Attributes); name != "" {
		return &UnknownAttributeError{name}
	}
	u, state, err := s.newUser(p, given)
	if err != nil {
		return err
	}
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

// unknown returns an attribute that the schema does not have, the first by name; "" for none.
func (s schema) unknown(values map[string]string) (first string) {
	for name := range values {
		if s[name] == nil && (first == "" || name < first) {
			first = name
		}
	}
	return first
}

// ErrNoName says that no user can have the name.
var ErrNoName = errors.New("no user can have this name: it has 1 to 128 characters, and neither blanks nor control characters among them")

// UnknownAttributeError says that a pool does not have an attribute.
type UnknownAttributeError struct{ Name string }

func (e *UnknownAttributeError) Error() string {
	return fmt.Sprintf("the pool has no attribute %.40q", e.Name)
}
