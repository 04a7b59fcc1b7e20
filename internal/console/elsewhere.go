package console

import (
	"io"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/prose"
)

// ShowWatching writes that another process may be at work on the run, and for how long it is watched.
func ShowWatching(w io.Writer, holder checkpoint.Info, during time.Duration) {
	Printer(w, Columns(w))("waiting", "the run was not given back by process %d on %s (since %s): if it is not heard of for %s, this start takes the run over",
		holder.PID, holder.Host, holder.Since.Local().Format(time.DateTime), prose.Span(during))
}

// ShowUnanswered writes that S3 does not answer, and for how long it is asked.
func ShowUnanswered(w io.Writer, err error, during time.Duration) {
	Printer(w, Columns(w))("waiting", "%s: it is tried for %s", err, prose.Span(during))
}

// restoreEach is how often people are told how much of a run is restored.
const restoreEach = 5 * time.Second

// Restoring tells people how much of a run is restored, now and then where it takes long. It is called by one goroutine.
func Restoring(w io.Writer) func(done, total int64) {
	var next time.Time // zero: nothing is restored yet
	return func(done, total int64) {
		switch now := time.Now(); {
		case next.IsZero():
			next = now.Add(restoreEach)
		case now.After(next):
			next = now.Add(restoreEach)
			Printer(w, Columns(w))("restore", "%d of %d MiB of the run are here", done>>20, total>>20)
		}
	}
}
