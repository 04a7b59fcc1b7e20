// Package telemetry keeps what happens to a run while it goes on: events.jsonl and series.jsonl in its directory, and the
// numbers that metrics are made of.
//
// # Promise
//
// A run never fails because it cannot be seen: what cannot be written is told once, and the run goes on. Nothing of a user
// is in any of it, neither a name nor a value nor a token; the reasons that operators give are kept as they are.
//
// An [Event] is something that happened to the run, or was done to it; its ID is the number of its line, and stays so.
// A [Sample] is what came of ten seconds. Both files go on over the starts of a run. Nothing is written before a run is
// recorded ([Log.Begin]), so a start that is refused leaves the directory as it was.
//
// # Algorithm
//
// The pipeline tells a [Meter] of each call and of each record: numbers behind a lock, without an allocation. A
// [Recorder] has a goroutine that looks at it each second, finds out when throttles come and go, and every ten seconds
// has a [Log] write what came of them. A line is written by one write, behind the lines of earlier starts, and is not
// synced: the files are, when the log is closed. What a crash tore off at the end is cut off when they are opened.
//
// Latencies are kept by a histogram with two significant digits (HdrHistogram), which is emptied with each sample, and
// in fixed buckets from 10 ms to 20 s over the whole start, for metrics.
//
// [ReadEvents] and [ReadSeries] pass over a line that is none of ours, that is damaged, or longer than any of ours. They
// hold no more than a bounded number in memory: of events the last ones, of samples all, in longer spans. [Resample]
// does that: it sums up what is a sum exactly, keeps the worst of quantiles and the last of what is a state, and sees that
// pauses and the gaps between starts can still be told.
//
// # Limits
//
// A power cut takes the lines that the system had not written yet: up to half a minute of them. A sample that could not be
// written is missing in the sums. Time is the clock's: where that was set back, samples stand in the order of their times,
// events in that of their lines.
package telemetry

// The files of a run directory.
const (
	EventsJSONL = "events.jsonl"
	SeriesJSONL = "series.jsonl"
)
