package runlog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
)

// Config says where the run of a directory in a store is kept, and how.
type Config struct {
	Store  Store
	Clock  Clock
	Prefix string // of the directory: empty, or with a slash at its end
	Shown  string // how people call it, without a slash at its end: s3://bucket/loyalty
	Work   string // a directory on this machine that is this start's alone

	TTL     time.Duration // of the lease
	Timeout time.Duration // of one attempt
	Holder  checkpoint.Info
	Names   Names

	Watching  func(holder checkpoint.Info, during time.Duration) // waits for another's lease
	Restoring func(done, total int64)                            // bytes of the run
	Log       *slog.Logger
}

// shown is how people call a key.
func (c Config) shown(key string) string { return c.Shown + "/" + strings.TrimPrefix(key, c.Prefix) }

// Names tells the files of a run directory apart.
type Names struct {
	// Ships tells whether a file means something on another machine.
	Ships func(name string) bool
	// Asked is the file that holds what people ask of the run. It is an object of its own, which others write, too.
	Asked string
	// Published tells of an object beside the runs whether a run may have published it.
	Published func(name string) bool
	// Live are files that are published while the run goes on: each time one of them is replaced, all that have changed.
	Live []string
}

// Run is a directory in a store, which this process has: its lease, its log, and the work directory in which it is
// continued.
type Run struct {
	c     Config
	fs    *FS
	lease *Lease
	ctx   context.Context // of the goroutines: ends with Close
	stop  context.CancelFunc
	all   sync.WaitGroup

	mu    sync.Mutex
	dirs  map[string]*kept // by the name of the directory in the work directory
	now   current          // as current.json has it
	ready func() time.Duration
	amiss error // why no new run could be begun in the directory

	asked *asked
	live  *publisher
}

// kept is the log of one run.
type kept struct {
	name   string // in the store
	number int64  // of the last object of its log
	// whole is the number at which all of its files were published as they are; 0: they are to be published.
	whole int64
	*log
	stop context.CancelFunc // of its folder
}

func (r *Run) runDir() string { return DirName(r.c.Shown) }

// longestDir is how long the name of a directory of a run may be, in bytes: with the date of one that is set aside, and what
// follows that, it has to be one.
const longestDir = 128

// Open takes the directory for this process: it takes the lease, restores the run that is there into the work directory,
// and claims its log. An error is a reason not to begin; a *[checkpoint.HeldError] says that another process is at work.
func Open(ctx context.Context, c Config) (*Run, error) {
	if seen, err := Look(ctx, c.Store, c.Prefix, c.Names); err != nil {
		return nil, err
	} else if seen.Inside {
		return nil, &InsideError{Shown: c.Shown}
	} else if seen.Aside {
		return nil, &AsideError{Shown: c.Shown}
	} else if err := seen.takesOver(ctx, c.Shown); err != nil {
		return nil, err
	}
	lease, err := TakeLease(ctx, LeaseConfig{
		Store: c.Store, Clock: c.Clock, Key: c.Prefix + lockName, Shown: c.shown(c.Prefix + lockName), TTL: c.TTL, Timeout: c.Timeout, Holder: c.Holder, Watching: c.Watching,
	})
	if err != nil {
		return nil, err
	}
	r := &Run{c: c, lease: lease, dirs: map[string]*kept{}}
	r.ctx, r.stop = context.WithCancel((&Patience{For: unhurried}).With(context.WithoutCancel(ctx))) // that of the start ends with it
	r.fs = newFS(disk.OS{}, c.Work, r.ships, r, r.replaced)
	r.asked = newAsked(c.Store, c.Prefix+c.Names.Asked, filepath.Join(r.Dir(), c.Names.Asked))
	r.live = newPublisher(c, lease, r.fs, r.Dir())
	if err := r.begin(ctx); err != nil {
		_ = r.end(ctx)      // nothing was written but claims
		_ = lease.part(ctx) // or the next start watches
		return nil, err
	}
	return r, nil
}

// begin finds the run of the directory, or makes it, and restores it.
func (r *Run) begin(ctx context.Context) (err error) {
	if err := r.take(ctx); err != nil {
		return err
	}
	if err := os.Mkdir(r.Dir(), 0o700); err != nil {
		return err
	}
	if err := r.resume(ctx); err != nil {
		return err
	}
	if err := r.asked.fetch(ctx); err != nil {
		return err
	}
	r.all.Go(func() { r.asked.watch(r.ctx, r.c.Log) })
	r.all.Go(func() { r.live.run(r.ctx) })
	return nil
}

// resume restores the run and claims its log.
func (r *Run) resume(ctx context.Context) error {
	prefix := runPrefix(r.c.Prefix, r.now.Run)
	there, err := survey(ctx, r.c.Store, prefix)
	if err != nil {
		return err
	}
	if err := there.restore(ctx, r.c.Store, r.Dir(), r.c.Restoring); err != nil {
		return err
	}
	if there.next <= r.now.Published {
		return &DamagedError{Key: Key(prefix+logDir, there.next), Err: fmt.Errorf("it is missing, and its files were published up to number %d", r.now.Published)}
	}
	to := newReplayer(r.Dir())
	k, err := r.claim(ctx, r.now.Run, there, func(s Segment) error { return to.replay(Key(prefix+logDir, s.Number), s.Payload) })
	to.close()
	if err != nil {
		return err
	}
	r.dirs[r.runDir()] = k
	if r.now.Published > 0 {
		on, err := goneOn(ctx, r.c.Store, prefix, r.now.Published)
		if err != nil {
			return err
		}
		if !on {
			k.whole = k.number
		}
	}
	return removeTemporary(r.Dir())
}

// removeTemporary removes files that were yet to get their name when the run was cut short.
func removeTemporary(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "*"+temporary))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// claim claims the log of a run, behind what is there of it.
func (r *Run) claim(ctx context.Context, name string, there *restoration, replay func(Segment) error) (*kept, error) {
	prefix := runPrefix(r.c.Prefix, name)
	a, err := Claim(ctx, ClaimConfig{Store: r.c.Store, Clock: r.c.Clock, Run: name, Prefix: prefix + logDir, Shown: r.c.shown(prefix + logDir), Next: there.next, Lease: r.lease, Timeout: r.c.Timeout, Replay: replay})
	if err != nil {
		return nil, err
	}
	folder := newFolder(r.c.Store, there, r.c.Log)
	folding, stop := context.WithCancel(r.ctx)
	r.all.Go(func() { folder.run(folding) })
	k := &kept{name: name, stop: stop, number: a.Next() - 1}
	k.log = newLog(r.ctx, a, r.busy, func(number int64) {
		k.number = number // read once the log is closed
		folder.reached(number)
	})
	return k, nil
}

// Dir is the directory of the run on this machine.
func (r *Run) Dir() string { return filepath.Join(r.c.Work, r.runDir()) }

// FS is the file system that the run is written to.
func (r *Run) FS() disk.FS { return r.fs }

// Holds tells whether a call that begins now and takes so long ends within the lease.
func (r *Run) Holds(call time.Duration) bool { return r.lease.Holds(call) }

// Ended is closed when the lease is another's, or has run out; then Err says why.
func (r *Run) Ended() <-chan struct{} { return r.lease.Ended() }

// Err says why the lease has ended.
func (r *Run) Err() error { return r.lease.Err() }

// Overtaken looks who has the lease, once it has run out here: where another process does, the error says so.
func (r *Run) Overtaken(ctx context.Context) error {
	if r.lease.Holds(0) || r.lease.Err() == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.c.Timeout)
	defer cancel()
	there, _, err := ReadLease(ctx, r.c.Store, r.c.Prefix+lockName)
	if err != nil || there.Owner == r.lease.Owner() {
		return nil // nobody, as far as can be told
	}
	return &OvertakenError{Key: r.c.Shown, Holder: there.Holder}
}

// Gather tells how to find out for how long what is durable keeps the run busy: so long, writes may wait for others.
func (r *Run) Gather(ready func() time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ready = ready
}

func (r *Run) busy() time.Duration {
	r.mu.Lock()
	ready := r.ready
	r.mu.Unlock()
	if ready == nil {
		return 0
	}
	return ready()
}

func (r *Run) ships(name string) bool { return name != r.c.Names.Asked && r.c.Names.Ships(name) }

// log implements [runs]. A directory that is not known is that of a new run.
func (r *Run) log(dir string) (*log, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.dirs[dir]; k != nil {
		return k.log, nil
	}
	if dir != r.runDir() {
		return nil, nil
	}
	if r.amiss == nil {
		r.amiss = r.beginAnew()
	}
	if r.amiss != nil {
		return nil, r.amiss
	}
	return r.dirs[dir].log, nil
}

// beginAnew has the directory hold a new run. The caller holds mu.
func (r *Run) beginAnew() error {
	name := r.newName()
	nothing := &restoration{prefix: runPrefix(r.c.Prefix, name), next: 1}
	k, err := r.claim(r.ctx, name, nothing, func(Segment) error {
		return fmt.Errorf("%s: another process has begun it", runPrefix(r.c.Prefix, name))
	})
	if err != nil {
		return err
	}
	if err = r.live.withdraw(r.ctx); err == nil {
		err = r.setCurrent(r.ctx, name)
	}
	if err == nil {
		err = r.asked.replaced(r.ctx) // nothing is asked of it yet
	}
	if err != nil {
		return errors.Join(err, k.end())
	}
	r.dirs[r.runDir()] = k
	return nil
}

// moved implements [runs]: the directory holds the run again that gets its name back.
func (r *Run) moved(from, to string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.dirs[from]
	if k == nil {
		return nil
	}
	delete(r.dirs, from)
	r.dirs[to] = k
	k.whole = 0   // of the directory's files some are withdrawn, and this one's are in another place
	r.amiss = nil // what is begun now is another one
	if to != r.runDir() {
		return nil
	}
	if err := r.setCurrent(r.ctx, k.name); err != nil {
		return err
	}
	return r.asked.replaced(r.ctx)
}

// newName is one that no run of the directory has had.
func (r *Run) newName() string {
	return r.c.Clock.now().UTC().Format("2006-01-02T150405Z") + "-" + r.lease.Owner()[:min(8, len(r.lease.Owner()))]
}

// Abandon gives up what is not durable yet: who waits for it is told so. What can be done yet is to close the run.
func (r *Run) Abandon() { r.stop() }

// Close ships what is left, publishes the files of the run, and releases the lease; of what ctx cuts short, the next start has
// what was durable. An error says that not all is published. The work directory stays for the caller to remove. It is called
// once the run has ended.
func (r *Run) Close(ctx context.Context) error {
	err := r.end(ctx)
	if err == nil {
		err = r.lease.Err()
	}
	if err == nil {
		err = r.lease.during(ctx, r.publishPatiently)
	}
	return cmp.Or(err, r.lease.part(ctx)) // what has kept the files from being published may keep the lease, too
}

// end ends the logs, once what they have is durable, ctx ends or it can't be, and with them all goroutines but that of the
// lease.
func (r *Run) end(ctx context.Context) error {
	defer context.AfterFunc(ctx, r.stop)()
	var err error
	for _, k := range r.dirs {
		err = cmp.Or(err, k.end()) // all have one lease
	}
	r.stop()
	r.all.Wait()
	return err
}

// end ends the log with its folder.
func (k *kept) end() error {
	defer k.stop()
	return k.close()
}
