package runlog

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/refusal"
)

// LeaseState is what lock.json says. No two writings of it are alike, for the beat of an owner never stands twice: so a
// tag, which a store may make of the content, never comes again.
type LeaseState struct {
	Generation int64  // raised by each owner
	Owner      string // one start
	Beat       int64  // raised by each writing of that owner
	TTL        time.Duration
	Released   bool // its owner has ended
	Holder     checkpoint.Info
}

// lockFile is lock.json.
type lockFile struct {
	Generation int64           `json:"generation"`
	Owner      string          `json:"owner"`
	Beat       int64           `json:"beat"`
	TTL        float64         `json:"ttl"` // in seconds
	Released   bool            `json:"released,omitempty"`
	Holder     checkpoint.Info `json:"holder"`
}

// longestTTL is more than any time-out asks for; a file that says more is damaged, and nobody waits for it.
const longestTTL = 30 * 24 * time.Hour

func (s LeaseState) body() []byte {
	b, _ := json.Marshal(lockFile{s.Generation, s.Owner, s.Beat, s.TTL.Seconds(), s.Released, s.Holder}) // cannot fail
	return append(b, '\n')
}

func parseLock(key string, body []byte) (LeaseState, error) {
	var f lockFile
	err := json.Unmarshal(body, &f)
	ttl := time.Duration(min(f.TTL, 2*longestTTL.Seconds()) * float64(time.Second))
	if err == nil && (f.Generation < 1 || f.Beat < 1 || f.Owner == "" || ttl <= 0 || ttl > longestTTL) {
		err = errors.New("it is not what a start writes")
	}
	if err != nil {
		return LeaseState{}, &refusal.Error{
			Msg:    key + ": damaged: " + err.Error(),
			Remedy: "make sure that no process is at work on this run, then delete the object",
		}
	}
	return LeaseState{f.Generation, f.Owner, f.Beat, ttl, f.Released, f.Holder}, nil
}

// found is lock.json as it stands in the store; its tag is [IfAbsent] where there is none.
type found struct {
	LeaseState
	tag Condition
	age time.Duration
}

// held tells that an owner may be at work.
func (f found) held() bool { return f.tag != IfAbsent && !f.Released }

// moved tells that somebody has written since.
func (f found) moved(since found) bool {
	return f.Generation != since.Generation || f.Owner != since.Owner || f.Beat != since.Beat
}

func findLock(ctx context.Context, a attempts, key string) (found, error) {
	o, err := a.get(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return found{tag: IfAbsent}, nil
	}
	if err != nil {
		return found{}, err
	}
	state, err := parseLock(key, o.Body)
	return found{state, Condition(o.Tag), o.Age}, err
}

// ReadLease reads who holds a run, or held it last, for those who only look. It is held if the last beat is younger than
// the lease lasts.
func ReadLease(ctx context.Context, store Store, key string) (state LeaseState, held bool, err error) {
	there, err := findLock(ctx, attempts{store: store}, key)
	return there.LeaseState, err == nil && there.held() && there.age < there.TTL, err
}
