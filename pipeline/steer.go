package pipeline

import (
	"errors"
	"fmt"
	"math"
)

// PauseState says whether a run is paused.
type PauseState string

// The states of a pause.
const (
	Going   PauseState = ""        // it is not paused
	Pausing PauseState = "pausing" // nothing more is sent; calls are under way
	Paused  PauseState = "paused"  // nothing is under way
)

// Pause lets no call begin until [Runner.Unpause], be it an update, a read or a probe: once it returns, none does,
// whatever the rate. Those under way come to their end. Time that is paused counts for nothing but
// [Config.MaxDuration]: no retry comes due, no limit runs out, and the rate stays where it was. Nor are permits saved
// up: what goes on afterwards goes on at the rate.
//
// Both may be called at any time, from any goroutine, as often as one likes, before [Runner.Run] too: then the run
// begins paused. The state of the run does not keep that it is to be paused.
func (r *Runner) Pause() { r.gate.turn(true) }

// Unpause lets calls begin again.
func (r *Runner) Unpause() { r.gate.turn(false) }

// SetRate replaces the ceilings of updates and reads while the run goes on, in attempts a second, above or below
// those of [Config]; [Unlimited] sets none, and 0 lifts the one that was set, so that Config's holds again. It
// takes effect within a second. The rate stays below the new ceiling as it does below any: what throttles have
// told of the quota is kept.
//
// It may be called at any time, from any goroutine. The state of the run does not keep it: a run that goes on in
// another start begins with Config's. A number that is no rate changes nothing and is an error.
func (r *Runner) SetRate(updates, reads float64) error {
	if err := errors.Join(validLiveRate("rate", updates), validLiveRate("read rate", reads)); err != nil {
		return err
	}
	r.updates.live.Store(math.Float64bits(updates))
	r.reads.live.Store(math.Float64bits(reads))
	return nil
}

func validLiveRate(name string, perSecond float64) error {
	if !(perSecond >= 0 && perSecond <= Unlimited) {
		return fmt.Errorf("pipeline: %s is %v, want more than 0, or 0 for the one of the configuration", name, perSecond)
	}
	return nil
}
