package job

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/runlog"
	"attrmigrate/pipeline"
)

const (
	// remoteAhead is how many records more than calls may be under way where each waits for its undo entry for as long
	// as a PUT takes, and up to a second longer.
	remoteAhead = 256
	// remoteSaves is how often the checkpoint of such a run is saved: each costs a PUT.
	remoteSaves = 5 * time.Second
)

// withRemote adds to the configuration of a pipeline what a run needs that is kept elsewhere. An update is sent only where
// it would end within the lease, even if it took as long as it may.
func (j *Job) withRemote(cfg pipeline.Config) pipeline.Config {
	if j.spec.Remote == nil {
		return cfg
	}
	cfg.Ahead, cfg.SaveInterval = remoteAhead, remoteSaves
	cfg.Leave = func() bool { return j.spec.Remote.Holds(j.spec.Target.Timeout) }
	return cfg
}

// whileHeld carries something through with a runner that is stopped when the lease ends.
func (j *Job) whileHeld(ctx context.Context, runner *pipeline.Runner, do func()) {
	remote := j.spec.Remote
	if remote == nil {
		do()
		return
	}
	remote.Gather(runner.Ready)
	defer remote.Gather(nil)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-remote.Ended():
			runner.StopFor(leaseStop(remote.Err()))
		case <-done:
		case <-ctx.Done():
		}
	}()
	do()
	close(done)
	<-ended
}

// leaseStop is why a run stops whose lease has ended.
func leaseStop(err error) *pipeline.StopError {
	reason := pipeline.Unleased
	if _, overtaken := errors.AsType[*runlog.OvertakenError](err); overtaken {
		reason = pipeline.Overtaken
	}
	return &pipeline.StopError{Reason: reason, Err: err}
}

// endsRun tells of what could not be kept of a run elsewhere that nothing more of it can be, so that the run ends: what this machine
// has no room for is another thing.
func (j *Job) endsRun(err error) bool {
	_, local := errors.AsType[*fs.PathError](err)
	_, full := errors.AsType[*disk.RoomError](err)
	return j.spec.Remote != nil && !local && !full
}

// unleased tells of an error whether the lease has ended, of whatever was done just then.
func unleased(err error) bool {
	_, overtaken := errors.AsType[*runlog.OvertakenError](err)
	return overtaken || runlog.Lapsed(err)
}
