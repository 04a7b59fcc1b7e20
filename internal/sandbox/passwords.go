package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxPassword = 256 // characters

// passwordPolicy is the PasswordPolicy of a pool, in the API's own shape.
type passwordPolicy struct {
	MinimumLength                                                      int
	RequireUppercase, RequireLowercase, RequireNumbers, RequireSymbols bool
}

// orDefault returns the policy, or AWS's default where the pool's document has none.
func (p *passwordPolicy) orDefault() passwordPolicy {
	if p != nil {
		return *p
	}
	return passwordPolicy{8, true, true, true, true}
}

// check holds a password against the API's model and the policy of the pool.
func (p passwordPolicy) check(password string) error {
	if password == "" || strings.ContainsFunc(password, unicode.IsSpace) {
		return invalidMember("password", `satisfy regular expression pattern: [\S]+`)
	}
	if utf8.RuneCountInString(password) > maxPassword {
		return invalidMember("password", "have length less than or equal to 256")
	}
	problem := ""
	switch {
	case utf8.RuneCountInString(password) < p.MinimumLength:
		problem = "Password not long enough"
	case p.RequireUppercase && !strings.ContainsAny(password, capitals):
		problem = "Password must have uppercase characters"
	case p.RequireLowercase && !strings.ContainsAny(password, small):
		problem = "Password must have lowercase characters"
	case p.RequireNumbers && !strings.ContainsAny(password, figures):
		problem = "Password must have numeric characters"
	case p.RequireSymbols && !strings.ContainsAny(password, "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-"):
		problem = "Password must have symbol characters"
	default:
		return nil
	}
	return exception("InvalidPasswordException", "Password did not conform with policy: "+problem)
}

// CheckPassword says why a password is refused in a pool, nil if it meets the pool's policy.
func (s *Server) CheckPassword(poolID, password string) error {
	p := s.pool(poolID)
	if p == nil {
		return noPool(poolID)
	}
	return p.passwords.check(password)
}

// hashPassword returns what is kept of a password: enough to compare, too little to show.
func hashPassword(sub, password string) string {
	sum := sha256.Sum256([]byte(sub + "\x00" + password))
	return hex.EncodeToString(sum[:])
}

// accepts says whether a password is the user's. Users without a password cannot sign in.
func (s *userState) accepts(sub, password string) bool {
	return s.secret != nil && s.secret.password != "" && s.secret.password == hashPassword(sub, password)
}

type setPasswordRequest struct {
	userRequest
	Password  string
	Permanent bool
}

func (s *Server) adminSetUserPassword(c *call, r *setPasswordRequest) (any, error) {
	if err := r.checkUser(c); err != nil {
		return nil, err
	}
	if err := c.pool.passwords.check(r.Password); err != nil {
		return nil, err
	}
	// A user who becomes confirmed gets a preferred username as an alias.
	return nil, s.change(c.pool, c.user, len(c.pool.aliases) > 0, func(old *userState) (transition, error) {
		next := *old
		next.secret = old.secret.withPassword(hashPassword(c.user.sub, r.Password))
		if next.status = statusForced; r.Permanent {
			next.status = statusConfirmed
		}
		next.modified = s.now()
		return transition{next: &next}, nil
	})
}

type resetPasswordRequest struct {
	userRequest
	metadata
}

// adminResetUserPassword has a user choose a new password, by a code that is sent to a verified address. Nothing here takes
// that code: AdminSetUserPassword ends the state.
func (s *Server) adminResetUserPassword(c *call, r *resetPasswordRequest) (any, error) {
	if err := r.checkUser(c); err != nil {
		return nil, err
	}
	state := c.user.state.Load()
	if state == nil {
		return nil, errNoUser()
	}
	if _, err := state.toRecover(); err != nil {
		return nil, err
	}
	if err := s.compose(c.pool, c.user, "", sourceForgot, nil, r.ClientMetadata); err != nil {
		return nil, err
	}
	return nil, s.change(c.pool, c.user, len(c.pool.aliases) > 0, func(old *userState) (transition, error) {
		address, err := old.toRecover()
		if err != nil {
			return transition{}, err
		}
		next := *old
		next.status, next.modified = statusReset, s.now()
		return transition{next: &next, messages: []Message{s.message(c.pool, c.user, address, sourceForgot)}}, nil
	})
}

// toRecover returns the verified address to which a user gets a code for a new password.
func (s *userState) toRecover() (attribute, error) {
	if s.status != statusConfirmed && s.status != statusReset {
		return attribute{}, exception("NotAuthorizedException", "User password cannot be reset in the current state.")
	}
	for _, name := range []string{"phone_number", "email"} {
		if address := value(s.attributes, name); address != "" && strings.EqualFold(value(s.attributes, name+"_verified"), "true") {
			return attribute{name, address}, nil
		}
	}
	return attribute{}, invalidParameter("Cannot reset password for the user as there is no registered/verified email or phone_number")
}
