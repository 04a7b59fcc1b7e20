package job

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

// killed is how a start ended that left no word of it.
const killed = "killed"

// begins is the event of a start that begins. It says how the one before ended: a start that is killed cannot.
func (j *Job) begins(p pipeline.Progress, earlier telemetry.Event) telemetry.Event {
	from := string(j.state.Phase)
	if j.state.Phase == checkpoint.Running {
		from = killed
		if earlier.Kind == telemetry.Stopped { // its last state could not be saved
			from = string(checkpoint.Stopped)
		}
	}
	reason := prose.Plural(p.Total, j.set.Noun())
	if p.Done > 0 {
		left := max(0, p.Total-p.Done)
		reason = fmt.Sprintf("%s of %s %s left", prose.Count(left), reason, prose.Either(left, "is", "are"))
	}
	e := telemetry.Event{At: time.Now(), Kind: telemetry.Started, From: from, To: telemetry.RateText(j.terms.Rate), Reason: reason}
	if command := telemetry.RateText(j.spec.Rate); command != e.To {
		e.CommandRate = command
	}
	return e
}

// ends are the events of its end; hold is the order by which it was held, nil: none was.
func ends(s checkpoint.State, err error, hold *rundir.Order) []telemetry.Event {
	now := time.Now()
	if err == nil {
		return []telemetry.Event{{At: now, Kind: telemetry.Finished, Reason: sums(s.Counts)}}
	}
	e := telemetry.Event{At: now, Kind: telemetry.Stopped, To: string(phaseOf(err)), Reason: publicly(err)}
	stop, ok := errors.AsType[*pipeline.StopError](err)
	switch {
	case !ok:
	case stop.Reason == pipeline.ByHand && hold != nil:
		e.By, e.Reason = hold.By, hold.Reason
	case stop.Reason == pipeline.OverBudget:
		return []telemetry.Event{{At: now, Kind: telemetry.Budget, Reason: stop.Detail}, e}
	}
	return []telemetry.Event{e}
}

// phaseOf is that of a run whose start ended so, before its end.
func phaseOf(err error) checkpoint.Phase {
	if stop, ok := errors.AsType[*pipeline.StopError](err); ok && stop.Reason == pipeline.Interrupted {
		return checkpoint.Interrupted
	}
	return checkpoint.Stopped
}

// publicly is what may be told of an error outside of the reports.
func publicly(err error) string {
	if stop, ok := errors.AsType[*pipeline.StopError](err); ok && stop.Err != nil {
		return fmt.Sprintf("%s: %s", stop.Reason, publicly(stop.Err))
	}
	if p, ok := errors.AsType[pipeline.Public](err); ok {
		return p.Public()
	}
	return err.Error()
}

// sums are the numbers of what became of the records, without those that are zero.
func sums(c checkpoint.Counts) string {
	var parts []string
	for _, n := range []struct {
		count int64
		what  string
	}{{c.Updated, "updated"}, {c.Unchanged, "unchanged"}, {c.Awaiting, "awaiting verification"}, {c.Skipped, "skipped"}, {c.Failed, "failed"}} {
		if n.count > 0 {
			parts = append(parts, prose.Count(n.count)+" "+n.what)
		}
	}
	return strings.Join(parts, ", ")
}
