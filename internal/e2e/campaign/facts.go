package campaign

import "attrmigrate/internal/sandbox"

// Facts are what is known of a history: of a change set and of all starts that applied it.
type Facts struct {
	Records []Record                     // in the order in which they are to be applied
	Before  map[string]map[string]string // the pool: the values of each user, by username
	After   map[string]map[string]string
	Goal    map[string]map[string]string // what After must be, whatever the records say; nil: not known
	Updates []sandbox.Update             // accepted between Before and After, in order
	Starts  []Start                      // in order; the last one has finished the run
	Files   map[string][]byte            // of the run directory at the end, by name
	Names   map[string]string            // the usernames of users whom undo entries name otherwise
	Tokens  []string                     // that nobody may be told

	VerifyFirst []string // addresses that wait for their verification (AttributesRequireVerificationBeforeUpdate)
	Keep        bool     // --verified keep
	NoRead      bool     // --no-read: there is no undo file
	Workers     int
	MaxAttempts int

	// Slipped are users whom a start changed that was suspended, overtaken and woken: no more than had a call on its way.
	// What becomes of them is not promised.
	Slipped map[string]bool
}

// Record is a record of the change set.
type Record struct {
	Line   int               // on which it begins
	Rows   []int             // the lines of its rows, if there are several
	User   string            // whom it changes; "" if there is no such user
	Set    map[string]string // "" deletes
	Expect map[string]string // "" is absent
	Bad    bool              // it has to fail
	Skip   bool              // it has to be skipped: what it expects is never so
}

// Start is one start of the program.
type Start struct {
	Requests []Request // in order of arrival
	Accepted int       // how many of Facts.Updates were accepted when it had ended
	Undo     []byte    // undo.jsonl when it had ended
	Output   string
}

// Request is a call that reached the service.
type Request struct {
	Operation string
	User      string // the username of whom it names; "" for nobody
	Fault     string // the name of an exception; or what Dropped and Hung say; "" for none
}

// The faults of a request that are no answers.
const (
	Dropped = "dropped" // the connection was closed, before or after the operation
	Hung    = "hung"    // no answer came
)

// isUpdate tells whether the request changes a user.
func (r Request) isUpdate() bool {
	return r.Operation == "AdminUpdateUserAttributes" || r.Operation == "UpdateUserAttributes"
}

// isForUser tells whether the request reads a user or changes one.
func (r Request) isForUser() bool {
	return r.isUpdate() || r.Operation == "AdminGetUser" || r.Operation == "GetUser"
}

// transient tells whether the request met a fault after which a record is tried again.
func (r Request) transient() bool {
	switch r.Fault {
	case Dropped, Hung, "InternalErrorException", "UnexpectedLambdaException", "ExpiredTokenException":
		return true
	default:
		return false
	}
}
