package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The occasions on which a code is sent, by AWS's names for them.
const (
	sourceUpdate = "CustomMessage_UpdateUserAttribute"
	sourceVerify = "CustomMessage_VerifyUserAttribute"
	sourceForgot = "CustomMessage_ForgotPassword"
)

// codeLifetime is how long a verification code is good.
const codeLifetime = 24 * time.Hour

// Message is a verification code that AWS would have sent.
type Message struct {
	Pool        string    `json:"pool"`
	Username    string    `json:"username"`    // the user's own username
	Attribute   string    `json:"attribute"`   // email or phone_number
	Medium      string    `json:"medium"`      // EMAIL or SMS
	Destination string    `json:"destination"` // masked, as answers have it
	Code        string    `json:"code"`        // what VerifyUserAttribute takes
	Source      string    `json:"source"`      // CustomMessage_UpdateUserAttribute, _VerifyUserAttribute or _ForgotPassword
	Time        time.Time `json:"time"`
}

// Messages returns the messages sent, oldest first: all of them, or the last ones if there were more
// than Config.LogSize. It includes those of a replayed journal.
func (s *Server) Messages() []Message { return s.ledger.sent() }

// delivery is a message as answers have it.
type delivery struct {
	Destination    string
	DeliveryMedium string
	AttributeName  string
}

func (m Message) delivery() delivery { return delivery{m.Destination, m.Medium, m.Attribute} }

func (m Message) verification() code {
	return code{Attribute: m.Attribute, Code: m.Code, Expires: m.Time.Add(codeLifetime)}
}

// message makes a message to an address of a user, with a new code.
func (s *Server) message(p *pool, u *user, address attribute, source string) Message {
	m := Message{
		Pool: p.id, Username: u.username, Attribute: address.Name, Medium: "EMAIL", Code: s.digits(), Source: source, Time: s.now(),
	}
	if m.Destination = maskEmail(address.Value); address.Name == "phone_number" {
		m.Medium, m.Destination = "SMS", maskPhone(address.Value)
	}
	return m
}

// digits returns a random verification code.
func (s *Server) digits() string {
	s.randomMu.Lock()
	defer s.randomMu.Unlock()
	return fmt.Sprintf("%06d", s.random.IntN(1_000_000))
}

// maskEmail keeps the first letters of the name and of the domain.
func maskEmail(address string) string {
	name, domain, _ := strings.Cut(address, "@")
	return initial(name) + "***@" + initial(domain) + "***"
}

func initial(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}

// maskPhone keeps the last four digits.
func maskPhone(number string) string {
	digits := strings.TrimPrefix(number, "+")
	hidden := max(0, len(digits)-4)
	return "+" + strings.Repeat("*", hidden) + digits[hidden:]
}

// toInform returns the addresses among the attributes set to which a message goes: the new ones that
// the pool verifies, unless they are set as verified.
func (p *pool) toInform(old *userState, set []attribute) []attribute {
	var out []attribute
	for _, a := range set {
		if p.verifies(a.Name) && a.Value != "" && a.Value != value(old.attributes, a.Name) && !isTrue(value(set, a.Name+"_verified")) {
			out = append(out, a)
		}
	}
	return out
}

// verifies says whether the pool sends a code when the attribute changes.
func (p *pool) verifies(name string) bool {
	return isAddress(name) && (slices.Contains(p.autoVerified, name) || slices.Contains(p.verifyFirst, name))
}

// announce lets the Lambda function of the pool and the delivery fail, once for every message that an
// edit is about to send. No locks are held: a script of a test decides.
func (s *Server) announce(p *pool, u *user, e edit) error {
	if !slices.ContainsFunc(e.set, func(a attribute) bool { return p.verifies(a.Name) }) {
		return nil
	}
	old := u.state.Load()
	if old == nil {
		return errNoUser()
	}
	for _, address := range p.toInform(old, e.set) {
		if err := s.compose(p, u, address.Name, sourceUpdate, e.client, e.metadata); err != nil {
			return err
		}
	}
	return nil
}

// compose has a message made by the Lambda function of the pool, and delivered. Only operations with
// a user's token report that it cannot be delivered.
func (s *Server) compose(p *pool, u *user, name, source string, from *appClient, metadata map[string]string) error {
	if p.triggers.CustomMessage != "" {
		err := s.invoke(Invocation{
			Trigger: "CustomMessage", Source: source, Pool: p.id, Username: u.username, Client: from.identifier(),
			Attribute: name, ClientMetadata: metadata,
		})
		if err != nil {
			return err
		}
	}
	if from != nil && s.faults.undeliverable() {
		return exception("CodeDeliveryFailureException", texts["CodeDeliveryFailureException"])
	}
	return nil
}
