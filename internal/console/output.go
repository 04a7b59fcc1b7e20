package console

import (
	"io"
	"log/slog"
)

// Options say what a run shows while it runs.
type Options struct {
	Progress  string // auto, bar, log, none
	LogFormat string // text, json; emf: json, among which others write metrics
	LogLevel  slog.Level
}

// Quiet tells whether nothing is wanted but the result and warnings.
func (o Options) Quiet() bool { return o.Progress == "none" }

// Notes is where a command tells people what it does.
func (o Options) Notes(stderr io.Writer) io.Writer {
	if o.Quiet() {
		return io.Discard
	}
	return stderr
}

// NewLog returns the logger of a command. It never gets a user's data: records are named by place. Where no progress is shown,
// warnings are told all the same: of a file that cannot be written nobody would hear otherwise.
func NewLog(w io.Writer, o Options) *slog.Logger {
	options := &slog.HandlerOptions{Level: o.LogLevel}
	if o.Quiet() && o.LogLevel == slog.LevelInfo {
		options.Level = slog.LevelWarn
	}
	switch {
	case o.LogFormat == "json", o.LogFormat == "emf":
		return slog.New(slog.NewJSONHandler(w, options))
	default:
		return slog.New(slog.NewTextHandler(w, options))
	}
}
