package runlog

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Seen is the run of a directory in a store, as those see it who do not work on it: they take no lease and claim nothing,
// and all that they ever write is what they ask of the run. It is what it was when it was looked at: a directory may hold
// another run later. It may be used by many goroutines.
type Seen struct {
	// Run is its name; empty: the directory holds none.
	Run string
	// Inside says that the directory is where the run of another one is kept, which is to be named instead.
	Inside bool
	// Aside says that the directory is that of a run which was set aside: it is finished with, and nobody works on it.
	Aside bool

	store     Store
	names     Names
	prefix    string // of the directory
	kept      string // the prefix of the run, of its log
	published int64  // up to this number its files are published; 0: they are not
}

// Look looks at what a directory holds.
func Look(ctx context.Context, store Store, prefix string, names Names) (*Seen, error) {
	s := &Seen{store: store, names: names, prefix: prefix, kept: prefix}
	now, err := loadCurrent(ctx, store, prefix)
	switch {
	case err != nil:
		return nil, err
	case now.Run != "":
		s.Run, s.kept, s.published = now.Run, runPrefix(prefix, now.Run), now.Published
		return s, nil
	}
	if s.Aside, err = isAside(ctx, store, prefix); err != nil || !s.Aside {
		return s, err
	}
	if s.Inside, err = isInside(ctx, store, prefix); err != nil {
		return nil, err
	}
	if s.Aside = !s.Inside; s.Aside {
		s.Run = path.Base(prefix)
	}
	return s, nil
}

// isInside tells of what a run is kept under whether a directory holds that run now. Who may not look there does not know.
func isInside(ctx context.Context, store Store, prefix string) (bool, error) {
	name := path.Base(prefix)
	dir, ok := strings.CutSuffix(prefix, runsDir+name+"/")
	if !ok {
		return false, nil
	}
	now, err := loadCurrent(ctx, store, dir)
	if err != nil && Passing(err) {
		return false, err
	}
	return err == nil && now.Run == name, nil
}

// isAside tells whether a directory without a current.json is what a run is kept under.
func isAside(ctx context.Context, store Store, prefix string) (bool, error) {
	if prefix == "" {
		return false, nil
	}
	return isThere(ctx, store, Key(prefix+logDir, 1))
}

// isThere tells whether there is an object, without reading it.
func isThere(ctx context.Context, store Store, key string) (there bool, err error) {
	err = again(ctx, func() error {
		there = false
		return store.List(ctx, key, "", func(e Entry) error {
			there = there || e.Key == key
			return nil
		})
	})
	return there, err
}

// Holder is who works on the run, or did last. It is held if that one's lease has been renewed lately: who was killed
// holds it until then.
func (s *Seen) Holder(ctx context.Context) (last LeaseState, held bool, err error) {
	if s.Aside {
		return LeaseState{}, false, nil
	}
	err = again(ctx, func() error {
		last, held, err = ReadLease(ctx, s.store, s.prefix+lockName)
		return err
	})
	return last, held, err
}

// Live reads what was published last of a file that is published while the run goes on. The error is an fs.ErrNotExist
// where none was.
func (s *Seen) Live(ctx context.Context, name string) ([]byte, error) {
	if s.Run == "" || !s.Aside && s.published == 0 && !slices.Contains(s.names.Live, name) {
		return nil, fs.ErrNotExist // what there is may be an earlier run's
	}
	o, err := s.get(ctx, s.prefix+name)
	return o.Body, err
}

func (s *Seen) get(ctx context.Context, key string) (o Object, err error) {
	err = again(ctx, func() error {
		o, err = s.store.Get(ctx, key)
		return err
	})
	return o, err
}

// Published tells whether what is published under the name of a file is that file as it is now, so that where there is no such
// object the run has no such file. If not, only its log tells ([Seen.Restore], [Seen.Latest]): the run has gone on since it was
// published last.
func (s *Seen) Published(ctx context.Context, name string) (bool, error) {
	switch {
	case s.Run == "":
		return false, nil
	case s.Aside: // it never goes on: what is there stays, and not all may be there
		return isThere(ctx, s.store, s.prefix+name)
	case s.published == 0:
		return false, nil
	}
	on, err := goneOn(ctx, s.store, s.kept, s.published)
	return err == nil && !on, err
}

// Stands is the condition under which what is published under a name is replaced.
func (s *Seen) Stands(ctx context.Context, name string) (when Condition, err error) {
	err = again(ctx, func() error {
		when, err = attempts{store: s.store}.stands(ctx, s.prefix+name)
		return err
	})
	return when, err
}

// Files are the names of what is published in the directory, by this run or an earlier one.
func (s *Seen) Files(ctx context.Context) ([]string, error) { return files(ctx, s.store, s.prefix) }

// goneOn tells whether the log of the run under a prefix has more than claims behind a number: who takes a run over, and does nothing
// then, has changed none of its files. What is missing, or cannot be read, is no claim.
func goneOn(ctx context.Context, store Store, prefix string, number int64) (on bool, err error) {
	prefix += logDir
	err = again(ctx, func() error {
		last := number
		on = false
		return store.List(ctx, prefix, Key(prefix, number), func(Entry) error {
			last++
			o, err := store.Get(ctx, Key(prefix, last))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			if s, err := Unseal(last, o.Body); err == nil && s.Claim {
				return nil
			}
			on = true
			return errEnough
		})
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return on, err
}

// errEnough ends a list of which no more is wanted.
var errEnough = errors.New("enough")

// Restore makes the files of the run in a directory that is the caller's alone, as they are in the store at the moment,
// with what is asked of it. It tells how many of all bytes are there.
func (s *Seen) Restore(ctx context.Context, dir string, told func(done, total int64)) error {
	if s.Run == "" {
		return fs.ErrNotExist
	}
	there, err := survey(ctx, s.store, s.kept)
	if err != nil {
		return err
	}
	if err := there.restore(ctx, s.store, dir, told); err != nil {
		return err
	}
	return newAsked(s.store, s.prefix+s.names.Asked, path.Join(dir, s.names.Asked)).fetch(ctx)
}

// Asked is what people ask of the run, nil if they ask nothing, and the condition under which it is replaced.
func (s *Seen) Asked(ctx context.Context) (body []byte, stands Condition, err error) {
	o, err := s.get(ctx, s.prefix+s.names.Asked)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, IfAbsent, nil
	}
	return o.Body, Condition(o.Tag), err
}

// Ask replaces what people ask of the run, if what stands is what was known. If not, the error is an [ErrRaced].
func (s *Seen) Ask(ctx context.Context, body []byte, stands Condition) error {
	err := again(ctx, func() error {
		_, err := s.store.Put(ctx, s.prefix+s.names.Asked, body, stands)
		return err
	})
	if !taken(err) {
		return err
	}
	if now, _, failed := s.Asked(ctx); failed != nil || string(now) == string(body) {
		return failed // an answer was lost
	}
	return ErrRaced
}

// takesOver refuses a directory that holds no run yet, and has files that one would replace, or remove, as its own.
func (s *Seen) takesOver(ctx context.Context, shown string) error {
	if s.Run != "" {
		return nil
	}
	names, err := s.Files(ctx)
	for _, name := range names {
		if s.names.Ships(name) && s.names.Published(name) && name != s.names.Asked {
			return &ForeignError{Shown: shown, Name: name}
		}
	}
	return err
}

// files gives the names of the objects of a directory. What lies deeper is passed over, a directory at a time: a log is long.
func files(ctx context.Context, store Store, prefix string) (names []string, err error) {
	for behind, more := "", true; more; {
		var some []string
		err := again(ctx, func() error {
			some, more = nil, false
			return store.List(ctx, prefix, behind, func(e Entry) error {
				name, _, deeper := strings.Cut(strings.TrimPrefix(e.Key, prefix), "/")
				if deeper {
					behind, more = prefix+name+"0", true // the character behind the slash
					return errEnough
				}
				some = append(some, name)
				return nil
			})
		})
		if err != nil && !errors.Is(err, errEnough) {
			return nil, err
		}
		names = append(names, some...)
	}
	return names, nil
}
