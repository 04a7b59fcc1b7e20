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
	rules *RuleSpec // of a plan of rules; nil: the changes are those of the inputs
	set   *changeset.Set
	to    *target.Target
	pool  *cognito.Pool
	dir   *rundir.Dir
	local io.Closer // the sandbox of a rehearsal; nil: there is none
	from  *export   // whose users are in it; nil: those of the change set
}

// open opens the change set and finds its target.
func (s *start) open(ctx context.Context) (err error) {
	if s.set, err = s.spec.open(ctx); err != nil {
		return err
	}
	if s.to, s.set, err = s.spec.connect(ctx, s.set); err != nil || s.spec.Target.From == "" {
		return err
	}
	s.from, err = openExport(ctx, s.spec.Target.From, s.spec.Changes.Stands)
	return err
}

// export is what a rehearsal's pool is filled from.
type export struct {
	set    *changeset.Set
	digest string
}

func openExport(ctx context.Context, path string, stands map[string]string) (*export, error) {
	set, err := rehearsal.OpenUsers(ctx, path, stands)
	if err != nil {
		return nil, err
	}
	digests, err := set.Digests(ctx)
	if err != nil {
		return nil, err
	}
	return &export{set: set, digest: digests[0]}, nil
}

// fromDigest is what the pool of a rehearsal is filled from; empty: the change set.
func (s *start) fromDigest() string {
	if s.from == nil {
		return ""
	}
	return s.from.digest
}

// traits are those of the run, whose inputs have these digests.
func (s *start) traits(digests []string) traits {
	return traits{spec: &s.spec, poolID: s.to.PoolID, address: s.to.Endpoint, digests: digests, from: s.fromDigest(),
		decoding: s.set.Decoding(), only: s.set.Selection()}
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
	cfg := rehearsal.Config{PoolID: s.to.PoolID, Set: s.set.For(schema.BuiltIn().WithPhoneRegion(s.spec.PhoneRegion)), Journal: s.dir.File(rundir.Journal),
		Earlier: earlier, Fresh: fresh, FS: s.dir.FS, Attributes: s.rules.attributes()}
	if s.from != nil {
		cfg.From = s.from.set
	}
	if s.spec.Volume.Private { // the rehearsal goes on elsewhere, too
		cfg.Service = s.dir.FS
	}
	local, address, err := rehearsal.Start(ctx, cfg)
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
