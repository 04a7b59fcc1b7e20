package job

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/control"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/target"
	"attrmigrate/pipeline"
)

// DefaultDeleteMarker is the cell that deletes its attribute, unless the options name another one.
const DefaultDeleteMarker = "<delete>"

// defaultReadRate is two thirds of what AWS allows to an account, in reads a second.
const defaultReadRate = 80

// Spec says what a job is.
type Spec struct {
	Changes changeset.Spec
	Target  target.Connection
	AsUser  bool // users' own access tokens write

	NoRead       bool              // users are not read before they are changed
	PhoneRegion  string            // whose national phone numbers are read, of ISO 3166; empty: none are
	KeepVerified bool              // verified flags stay, with an address that changes
	Strict       bool              // values that nobody meant are refused
	Metadata     map[string]string // for the pool's Lambda triggers
	// AllowTakeover lets records take the sign-in addresses of other users. It only permits, so it makes no other run.
	AllowTakeover bool

	// SkipConflicts has records skipped whose preconditions do not hold. It only says what becomes of a conflict, and
	// changes nothing that is sent, so it makes no other run.
	SkipConflicts bool

	Rate         float64 // of updates, in attempts a second, or pipeline.Unlimited
	ReadRate     float64 // of single reads; 0: 80 a second, or Rate if that is higher
	ListRate     float64 // of ListUsers, in calls a second; 0: 20
	Chains       int     // of pages, in which a pool is read at once; 0: as it pays
	Workers      int     // calls under way at once
	MaxAttempts  int     // that a record has, throttled ones aside
	Budget       pipeline.Budget
	Limit        int64         // of records in this start; 0: none
	MaxDuration  time.Duration // of this start; 0: any
	DrainTimeout time.Duration // for calls under way to end

	Dir     string // of the run; empty: by the name of the first input
	Planned string // where a plan of the same changes is; empty: by the name of the first input
	Restart bool   // an earlier run in the directory is set aside, whatever it is

	Steering control.Options // how it is seen and steered
	Unhold   bool            // a run that somebody holds goes on
	// Asks says that a person is shown the preview, with the hold of a run, and asked, before the job is started.
	Asks bool

	Volume rundir.Volume // what the directory lies on
	Remote Remote        // a run that is kept elsewhere; nil: this machine's disk is all that it needs
	Stdin  io.Reader
	Log    *slog.Logger
	// Kept is told where an earlier run of the directory was set aside, once this one is about to begin, and that it is back
	// where it was, if nothing came of that. Nil: nobody is told.
	Kept func(dir string, back bool)
	// Looking is told, before users are listed, of how many addresses it is looked for who of how many users signs in
	// by them, and how many records are held against these. Nil: nobody is told.
	Looking func(addresses, records, users int64)
	// Sized is told about how many records there are where something is kept of each until the first write: of a long
	// CSV. Nil: nobody is told.
	Sized func(changeset.Size)
	// Told gives a state the words of the caller, for files that people read. Nil: it has those of the libraries.
	Told func(checkpoint.State) checkpoint.State
	// Connect finds the target of a change set. Nil: by Target and AsUser.
	Connect func(context.Context, *changeset.Set) (*target.Target, error)
}

// Remote is the keeper of a run that is kept elsewhere: a *[runlog.Run].
type Remote interface {
	// Holds tells whether a call that begins now and takes so long ends within the lease.
	Holds(call time.Duration) bool
	// Ended is closed when the lease has; then Err says why.
	Ended() <-chan struct{}
	Err() error
	// Gather tells for how long what is durable keeps the run busy: so long, writes may wait for others.
	Gather(ready func() time.Duration)
}

// reads is the rate of single reads: they must not hold up updates that are allowed to be faster.
func (s *Spec) reads() float64 { return s.readsAt(s.Rate) }

// readsAt is that rate where updates have another ceiling.
func (s *Spec) readsAt(updates float64) float64 {
	return cmp.Or(s.ReadRate, max(updates, defaultReadRate))
}

// operation is the one that writes.
func (s *Spec) operation() string {
	if s.AsUser {
		return target.UpdateAsUser
	}
	return target.UpdateAsAdmin
}

// reading is the operation that reads a user before.
func (s *Spec) reading() string {
	if s.AsUser {
		return target.ReadAsUser
	}
	return target.ReadAsAdmin
}

// runDir is where the run is kept.
func (s *Spec) runDir() string {
	ending := ".run"
	if s.Target.Sandbox {
		ending = ".sandbox.run"
	}
	return s.dirName(ending)
}

// planDir is where a plan of these changes is kept unless it is told otherwise.
func (s *Spec) planDir() string {
	plan := *s
	plan.Dir = s.Planned
	return plan.dirName(".plan")
}

func (s *Spec) dirName(ending string) string {
	if s.Dir != "" {
		return filepath.Clean(s.Dir)
	}
	if s.Changes.OnlyFailed != "" {
		ending = ".failed" + ending
	}
	return rundir.Name(s.Changes.Paths, ending)
}

// terms are those on which a start takes the records of a pool.
func (s *Spec) terms(pool *cognito.Pool, noun string) audit.Terms {
	return audit.Terms{
		Pool: pool, Unknown: s.AsUser && pool.Name == "", KeepVerified: s.KeepVerified, NoRead: s.NoRead, AsUser: s.AsUser, Strict: s.Strict, AllowTakeover: s.AllowTakeover,
		Metadata: len(s.Metadata) > 0, Rate: s.Rate, ReadRate: s.reads(), Limit: s.Limit, Noun: noun,
	}
}

// compared are the choices by which records are held against users.
func (s *Spec) compared(pool *cognito.Pool) audit.Options {
	return audit.Options{KeepVerified: s.KeepVerified, SkipConflicts: s.SkipConflicts, Schema: pool.Schema}
}

// open opens the change set. Undo files of another pool are told.
func (s *Spec) open(ctx context.Context) (*changeset.Set, error) {
	changes := s.Changes
	changes.Decoding.UserPoolID, changes.Decoding.Tokens = s.Target.PoolID, s.AsUser
	return changeset.Open(ctx, changes)
}

// connect finds the target, and gives the records of a change set with access tokens their users.
func (s *Spec) connect(ctx context.Context, set *changeset.Set) (*target.Target, *changeset.Set, error) {
	if s.Connect != nil {
		to, err := s.Connect(ctx, set)
		return to, set, err
	}
	if !s.AsUser {
		to, err := target.Connect(ctx, s.Target)
		return to, set, err
	}
	token, err := set.FirstToken(ctx)
	if err != nil {
		return nil, nil, err
	}
	to, err := target.ConnectUsers(ctx, s.Target, token)
	if err != nil {
		return nil, nil, err
	}
	return to, set.WithTokens(to.PoolID, time.Now()), nil
}

// inputs are all files that a start reads and must not move.
func (s *Spec) inputs(set *changeset.Set) []string {
	paths := set.Paths()
	if s.Changes.OnlyFailed != "" {
		paths = append(paths, filepath.Join(s.Changes.OnlyFailed, report.ErrorsCSV))
	}
	return paths
}

// EmptyPlan tells whether inputs are a plan that found nothing to change. Files may stand for them ([changeset.Spec]).
func EmptyPlan(paths []string, stands map[string]string) bool {
	if len(paths) != 1 || filepath.Base(disk.Unpinned(paths[0])) != report.PlanJSONL {
		return false
	}
	info, err := os.Stat(cmp.Or(stands[paths[0]], paths[0]))
	return err == nil && info.Mode().IsRegular() && info.Size() == 0
}

// PlanBeside is what the summary beside a plan says of it; nil: there is none that could be read. Files may stand for both.
func PlanBeside(path string, stands map[string]string) *rundir.PlanFacts {
	if filepath.Base(disk.Unpinned(path)) != report.PlanJSONL {
		return nil
	}
	facts, err := rundir.ReadPlan(filepath.Dir(cmp.Or(stands[path], path)))
	if err != nil {
		return nil
	}
	return facts
}

// Altered are those of some inputs that are not as their run, or their plan, has left them. Files may stand for them.
func Altered(paths []string, stands map[string]string) (altered []string) {
	for _, path := range paths {
		called := disk.Unpinned(path)
		if !disk.Remote(path) {
			called = disk.Resolved(path)
		}
		if rundir.Altered(filepath.Base(called), cmp.Or(stands[path], called)) {
			altered = append(altered, path)
		}
	}
	return altered
}

// Place is which pool a job is for, and where calls to it go.
type Place struct {
	ID, Name, Region string
	Account          string // empty: not known
	Users            int64  // about so many
	Known            bool   // else only what holds for every pool is
	Endpoint         string // for people; empty: AWS's own
	InTheClear       bool   // access tokens would go there unencrypted
}

func (s *Spec) place(to *target.Target, pool *cognito.Pool) Place {
	return Place{
		ID: pool.ID, Name: pool.Name, Region: pool.Region, Account: pool.Account, Users: pool.EstimatedUsers,
		Known: !s.terms(pool, "").Unknown, Endpoint: to.Place(), InTheClear: to.InTheClear(),
	}
}

// String is the place as people name it: account 111122223333, us-east-1.
func (p Place) String() string {
	if p.Account == "" {
		return p.Region
	}
	return fmt.Sprintf("account %s, %s", p.Account, p.Region)
}
