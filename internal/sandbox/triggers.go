package sandbox

import (
	"maps"
	"sync"
	"time"
)

// triggers are the Lambda functions of a pool, by their ARNs; "" for none.
type triggers struct{ CustomMessage, PreAuthentication string }

// Triggers returns the triggers for which the LambdaConfig of a pool names a function, of those that are
// invoked here: CustomMessage, PreAuthentication.
func (s *Server) Triggers(poolID string) []string {
	p := s.pool(poolID)
	if p == nil {
		return nil
	}
	var names []string
	if p.triggers.CustomMessage != "" {
		names = append(names, "CustomMessage")
	}
	if p.triggers.PreAuthentication != "" {
		names = append(names, "PreAuthentication")
	}
	return names
}

// Invocation is a call of a Lambda function that a pool's LambdaConfig names.
type Invocation struct {
	Trigger   string // CustomMessage or PreAuthentication
	Source    string // AWS's triggerSource, such as CustomMessage_UpdateUserAttribute
	Pool      string
	Username  string // the user's own username
	Client    string // id of the app client; "" for an administrator
	Attribute string // of a CustomMessage: the address that the message is about
	// ClientMetadata is what the request gave.
	ClientMetadata map[string]string
	Time           time.Time
	// Outcome is how it ended. The zero value is well.
	Outcome Outcome
}

// Outcome is what a Lambda function makes of an invocation. The zero value is a good answer. The
// function is not waited for, whatever the outcome.
type Outcome struct {
	Throws  string // the error thrown: UserLambdaValidationException
	Timeout bool   // no answer, three times: UnexpectedLambdaException
	Garbage bool   // an answer that AWS cannot read: InvalidLambdaResponseException
}

func (o Outcome) err(trigger string) error {
	switch {
	case o.Throws != "":
		return exception("UserLambdaValidationException", trigger+" failed with error "+o.Throws+".")
	case o.Timeout:
		return exception("UnexpectedLambdaException", trigger+" invocation failed due to error Socket timeout while invoking Lambda function.")
	case o.Garbage:
		return exception("InvalidLambdaResponseException", "Unrecognizable lambda output")
	default:
		return nil
	}
}

// invocations is the log of what was invoked.
type invocations struct {
	mu  sync.Mutex
	log tail[Invocation]
}

// Invocations returns the invocations of Lambda functions since the server was made, oldest first:
// all of them, or the last ones if there were more than Config.LogSize.
func (s *Server) Invocations() []Invocation {
	s.invoked.mu.Lock()
	defer s.invoked.mu.Unlock()
	return s.invoked.log.copy()
}

// invoke calls a Lambda function, which does what the script of [Faults] or chance says.
func (s *Server) invoke(i Invocation) error {
	i.Time = s.now()
	i.ClientMetadata = maps.Clone(i.ClientMetadata)
	i.Outcome = s.faults.outcome(i)
	s.invoked.mu.Lock()
	s.invoked.log.add(i)
	s.invoked.mu.Unlock()
	return i.Outcome.err(i.Trigger)
}
