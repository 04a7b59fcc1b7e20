package control

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/rundir"
)

// TestGuard plays the answers of a program, one each ten seconds.
func TestGuard(t *testing.T) {
	const going = "goes on"
	away := ran{err: errors.New("signal: killed")}
	for _, tt := range []struct {
		name    string
		answers []ran
		want    []string // what the desk was told
		logged  int      // lines
	}{
		{"it goes on", []ran{{}, {}}, []string{going, going}, 0},
		{"it pauses, and flaps", []ran{{code: 1, stdout: "\n office hours \nmore\n"}, {}, {code: 1, stdout: "alarm"}}, []string{"office hours", going, "alarm"}, 0},
		{"it says no reason", []ran{{code: 1, stderr: "x"}}, []string{"it gives no reason"}, 0},
		{"a reason is one line that a screen can show", []ran{{code: 1, stdout: "\x1b[31m" + strings.Repeat("a", 500)}},
			[]string{`\x1b[31m` + strings.Repeat("a", 191) + "…"}, 0},
		{"what is no answer changes nothing", []ran{{code: 1, stdout: "alarm"}, {code: 2}, away}, []string{"alarm"}, 2},
		{"and is logged once", []ran{away, away, away, {code: 127}, {code: 127}, {}, {code: 127}}, []string{going}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var logged bytes.Buffer
				var told []string
				ctx, end := context.WithCancel(t.Context())
				next := 0
				g := &guardian{env: func() []string { return nil }, mute: func(string) {}, log: slog.New(slog.NewTextHandler(&logged, nil)),
					pause: func(paused bool, reason string) {
						if !paused {
							reason = going
						}
						told = append(told, reason)
					},
					run: func(context.Context, []string, []byte) ran {
						if next++; next > len(tt.answers) {
							end()
							return ran{code: 1} // an answer that comes as the run ends is nobody's
						}
						return tt.answers[next-1]
					}}
				began := time.Now()
				g.ask(ctx)
				g.watch(ctx)
				if took, want := time.Since(began), time.Duration(len(tt.answers))*guardEvery; took != want {
					t.Errorf("it was asked for %s, want %s", took, want)
				}
				if !slices.Equal(told, tt.want) {
					t.Errorf("told %q, want %q", told, tt.want)
				}
				if lines := bytes.Count(logged.Bytes(), []byte("\n")); lines != tt.logged {
					t.Errorf("logged\n%s\nwant %d lines", logged.String(), tt.logged)
				}
			})
		})
	}
}

// TestAdmit: a first answer that does not come keeps nobody who wants the run to stop.
func TestAdmit(t *testing.T) {
	t.Setenv(playing, "sleeps")
	s := newScene(t)
	s.cfg.PauseWhen = os.Args[0]
	admitted := make(chan struct{})
	go func() {
		defer close(admitted)
		s.Admit(t.Context())
	}()
	if _, err := s.Stop(rundir.Order{At: time.Now()}, false); err != nil {
		t.Fatal(err)
	}
	select {
	case <-admitted:
	case <-time.After(programPatience / 2):
		t.Error("it waits for the program, although the run is to stop")
		<-admitted
	}
}

// TestGuardIsMute: a run that stays paused since its program gives no answer says so.
func TestGuardIsMute(t *testing.T) {
	s := newScene(t)
	s.Guard(true, "support called")
	s.guardIsMute("exit code 127")
	want := GuardBy + ": support called (it gives no answer any more: exit code 127)"
	if got := s.Status().Effective.Reason; got != want {
		t.Errorf("paused by %s, want %s", got, want)
	}
	s.Guard(true, "support called")
	if got := s.Status().Effective.Reason; got != GuardBy+": support called" {
		t.Errorf("once it answers again: paused by %s", got)
	}
}
