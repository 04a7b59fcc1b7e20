package cli

import (
	"io"
	"log/slog"
)

// notes is where a command tells people what it does.
func (o outputOptions) notes(stderr io.Writer) io.Writer {
	if o.progress == "none" {
		return io.Discard
	}
	return stderr
}

// newLog returns the logger of a command. It never gets a user's data: records are named by place.
func newLog(w io.Writer, o outputOptions) *slog.Logger {
	options := &slog.HandlerOptions{Level: o.logLevel}
	switch {
	case o.progress == "none" && o.logLevel >= slog.LevelInfo:
		return slog.New(slog.DiscardHandler)
	case o.logFormat == "json":
		return slog.New(slog.NewJSONHandler(w, options))
	default:
		return slog.New(slog.NewTextHandler(w, options))
	}
}
