package job

import (
	"context"
	"errors"
	"io"

	"attrmigrate/internal/changeset"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/rehearsal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/schema"
	"attrmigrate/internal/target"
)

// start is what a job and a plan begin with: the change set, the pool that it is for, and the directory. It belongs to
// one goroutine.
type start struct {
	spec  Spec
	set   *changeset.Set
	to    *target.Target
	pool  *cognito.Pool
	dir   *rundir.Dir
	local io.Closer // the sandbox of a rehearsal; nil: there is none
}

// open opens the change set and finds its target.
func (s *start) open(ctx context.Context) (err error) {
	if s.set, err = s.spec.open(ctx); err != nil {
		return err
	}
	s.to, s.set, err = s.spec.connect(ctx, s.set)
	return err
}

// meetPool asks for the pool. In a rehearsal it makes it first: anew, or as the journal of an earlier one has it.
func (s *start) meetPool(ctx context.Context, earlier string, fresh bool) (err error) {
	if s.spec.Target.Sandbox {
		if err := s.rehearse(ctx, earlier, fresh); err != nil {
			return err
		}
	}
	if s.pool, err = s.to.Describe(ctx, s.spec.MaxAttempts); err != nil {
		return err
	}
	s.pool.Schema = s.pool.Schema.WithPhoneRegion(s.spec.PhoneRegion)
	s.set = s.set.For(s.pool.Schema)
	return nil
}

func (s *start) rehearse(ctx context.Context, earlier string, fresh bool) error {
	local, address, err := rehearsal.Start(ctx, rehearsal.Config{
		PoolID: s.to.PoolID, Set: s.set.For(schema.BuiltIn().WithPhoneRegion(s.spec.PhoneRegion)), Journal: s.dir.File(rundir.Journal), Earlier: earlier, Fresh: fresh, FS: s.dir.FS,
	})
	if err != nil {
		return err
	}
	s.local = local
	s.to, err = s.to.At(ctx, address)
	return err
}

// close gives the directory back, once the journal in it is closed.
func (s *start) close() error {
	var err error
	if s.local != nil {
		err = s.local.Close()
	}
	return errors.Join(err, s.dir.Close())
}
