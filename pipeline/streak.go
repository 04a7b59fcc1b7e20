package pipeline

import "fmt"

// setUpStreak is how many records may end with one and the same set-up error, with no success
// between, before it is taken for what it is.
const setUpStreak = 20

// streak counts records that ended with one set-up error, with no success between.
type streak struct {
	code string
	err  error // the last
	n    int
}

func (s *streak) add(err error) {
	if !isSetUp(err) {
		return
	}
	if code := codeOf(err); code != s.code {
		*s = streak{code: code}
	}
	s.n++
	s.err = err
}

func (s *streak) broken() bool { return s.n >= setUpStreak }

func (s *streak) stop() *StopError {
	return &StopError{Reason: Streak, Err: fmt.Errorf("%d records in a row: %w", s.n, s.err)}
}
