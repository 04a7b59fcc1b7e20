package console

import (
	"log/slog"
	"strings"
	"testing"
)

// TestNewLog: a warning is told whatever shows the progress, unless only errors are wanted.
func TestNewLog(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
		want string // the messages
	}{
		{"usual", Options{Progress: "auto"}, "info warn"},
		{"no progress", Options{Progress: "none"}, "warn"},
		{"no progress, in JSON", Options{Progress: "none", LogFormat: "json"}, "warn"},
		{"no progress, but everything", Options{Progress: "none", LogLevel: slog.LevelDebug}, "debug info warn"},
		{"no progress, and errors alone", Options{Progress: "none", LogLevel: slog.LevelError}, ""},
		{"errors alone", Options{Progress: "log", LogLevel: slog.LevelError}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			log := NewLog(&b, tt.o)
			log.Debug("debug")
			log.Info("info")
			log.Warn("warn")
			var got []string
			for _, word := range []string{"debug", "info", "warn"} {
				if strings.Contains(b.String(), "msg="+word) || strings.Contains(b.String(), `"msg":"`+word) {
					got = append(got, word)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("it tells %q:\n%s", got, b.String())
			}
		})
	}
}
