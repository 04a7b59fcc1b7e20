package pipeline

import (
	"context"
	"errors"
	"time"

	"attrmigrate/sources"
)

// The chains in which a job can be.
const (
	ofUser  = iota // of the records of one user
	inOrder        // of the records of one sequence; see [sources.Change]
	chains         // their number
)

// job is a record on its way. The dispatcher owns it; while a worker has it, the worker does.
type job struct {
	change  *sources.Change
	ordinal int64
	keys    [chains]string // of its user, and of its sequence if it is in one
	next    [chains]*job   // the next records of these
	behind  int            // of so many others, which come first

	prepared *sources.Change // what is left to send, by the last read; nil: none was made
	asked    time.Time       // when that read was sent; zero: the user is to be read before anything is sent
	further  int             // reads that took, behind the first
	unclear  bool            // it was sent, and it is unknown whether that counted

	tries     int         // attempts made, throttled ones included
	attempts  int         // attempts that count against the limit
	failing   time.Time   // when the first of these was sent
	throttles int         // in a row
	throttled time.Time   // the last of them
	due       time.Time   // of its next attempt; of a finished job: that of the user's next job
	parked    [lanes]bool // it was parked in that lane before
	last      bool        // it is not parked again in any
	number    int64       // of a finished job, in the order of the results

	probe bool // no record: a worker is to ask whether the service is there
}

// skips tells whether an error is why the record is left as it is.
func (j *job) skips(err error) bool {
	s, ok := errors.AsType[Skip](err)
	return ok && s.Skip() && !j.unclear
}

// call is one call to the service.
type call struct {
	lane        *lane
	sent, ended time.Time     // by the clock until the dispatcher has them, then in the time of the run
	at          time.Time     // when it ended, by the clock
	took        time.Duration // without what it spent on others than the service
	kept        time.Duration // how long keeping took afterwards what was read
	err         error
}

// Call is a call that was made, as [Config.Called] is told of it.
type Call struct {
	Reading   bool // the user was read; else updated
	Took      time.Duration
	Err       error // nil: it succeeded
	Throttled bool  // refused for its pace
}

// told is what others may know of a call.
func (c call) told(reads *lane) Call {
	return Call{Reading: c.lane == reads, Took: c.took, Err: c.err, Throttled: isThrottle(c.err)}
}

// attempt is the calls that a worker made for a job, and what came of them.
type attempt struct {
	job     *job
	calls   []call
	ongoing bool    // the worker goes on with it: these calls are told before the rest
	kept    bool    // what was read last was kept, and took its time
	unused  *permit // for the update, which is another's while what is read again is kept
	looked  bool    // the last call is a look at what an accepted update did: its error is none of the job's
	outcome Outcome // if the decisive call has no error
	// skipped: the run was stopping before the attempt was complete. cancelled: the run ended the decisive
	// call, or it failed just then, so that what it did is unknown.
	skipped, cancelled bool
}

// call makes a call now, for which the gate was passed, and says what came of it. It ends when it leaves the gate for the
// last time; the time that it was outside is not the service's.
func (a *attempt) call(ctx context.Context, v *visit, l *lane, make func(context.Context) error) error {
	c := call{lane: l, sent: time.Now()}
	c.err = make(context.WithValue(ctx, visitKey{}, v))
	v.leave()
	c.at, c.kept = v.left, time.Since(v.left)
	c.ended, c.took = c.at, c.at.Sub(c.sent)-v.spent
	a.calls = append(a.calls, c)
	return c.err
}

// decisive is the call that says what becomes of the job.
func (a *attempt) decisive() call {
	n := len(a.calls) - 1
	if a.looked {
		n--
	}
	return a.calls[n]
}

// finished is a result on its way to the collector, or word of another kind.
type finished struct {
	Result
	ordinal  int64
	foreseen bool // refused before any call, as the pass over the input did before

	parked bool  // not a result: the record is parked
	save   bool  // not a result: the state is to be saved,
	number int64 // with the jobs up to this number
}
