package listing

import (
	"iter"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
)

// Snapshot are the users that a [Reader] has read: sorted by the sub, and then by the username, each once, as often as one
// likes and at no further call. It is used by one goroutine.
type Snapshot struct {
	records
	runs    []run
	file    *disk.Scratch // nil: in memory
	users   int64
	twice   int64 // users that were given more than once
	chained bool
	begun   time.Time
}

// Len is how many users there are.
func (s *Snapshot) Len() int64 { return s.users }

// Chained tells whether they were read in several chains: a filter has then said who is there.
func (s *Snapshot) Chained() bool { return s.chained }

// Close drops the users.
func (s *Snapshot) Close() error {
	s.runs = nil
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// Users are the users in their order. An error is the last element.
func (s *Snapshot) Users() iter.Seq2[*cognito.User, error] {
	return func(yield func(*cognito.User, error) bool) {
		for record, err := range s.sole(func() {}) {
			var u *cognito.User
			if err == nil {
				u, err = s.user(record)
			}
			if !yield(u, err) || err != nil {
				return
			}
		}
	}
}

// count finds out how many there are.
func (s *Snapshot) count() error {
	for _, err := range s.sole(func() { s.twice++ }) {
		if err != nil {
			return err
		}
		s.users++
	}
	return nil
}

// sole are the records, one a user: of two of one user that which was changed last. Each other is told to a function.
func (s *Snapshot) sole(twice func()) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var last []byte
		for record, err := range merged(s.runs) {
			switch {
			case err != nil:
				yield(nil, err)
				return
			case last != nil && compare(last, record) == 0:
				twice()
				if s.newer(record, last) {
					last = append(last[:0], record...)
				}
				continue
			case last != nil && !yield(last, nil):
				return
			}
			last = append(last[:0], record...)
		}
		if last != nil {
			yield(last, nil)
		}
	}
}

// newer tells whether a record is of a later state of its user than another.
func (s *Snapshot) newer(a, b []byte) bool {
	one, errA := s.user(a)
	other, errB := s.user(b)
	return errA == nil && errB == nil && one.Modified.After(other.Modified)
}

// lacking are the users of another snapshot that this one has not. An error is the last element.
func (s *Snapshot) lacking(other *Snapshot) iter.Seq2[*cognito.User, error] {
	return func(yield func(*cognito.User, error) bool) {
		next, stop := iter.Pull2(s.sole(func() {}))
		defer stop()
		own, err, there := next()
		for record, failed := range other.sole(func() {}) {
			for err == nil && there && failed == nil && compare(own, record) < 0 {
				own, err, there = next()
			}
			var u *cognito.User
			switch {
			case failed == nil && err != nil:
				failed = err
			case failed == nil && there && compare(own, record) == 0:
				continue
			case failed == nil:
				u, failed = other.user(record)
			}
			if !yield(u, failed) || failed != nil {
				return
			}
		}
	}
}
