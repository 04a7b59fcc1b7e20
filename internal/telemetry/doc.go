// Package telemetry keeps what happened to a run while it went on: events.jsonl and series.jsonl, and the numbers that
// metrics are made of.
package telemetry

// The files of a run directory.
const (
	EventsJSONL = "events.jsonl"
	SeriesJSONL = "series.jsonl"
)
