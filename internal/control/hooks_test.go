package control

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// hooksRig has hooks run a function in place of a program.
type hooksRig struct {
	*hooks
	events chan telemetry.Event
	paused atomic.Bool
	logged bytes.Buffer
	told   []string // the events that it was told of; those whose time ran out in brackets
}

// newHooksRig answers as a program that takes a while, or its time.
func newHooksRig(takes time.Duration, answer ran) *hooksRig {
	rig := &hooksRig{events: make(chan telemetry.Event, 64)}
	var s rundir.Standing
	s.State, s.Pool, s.Rows, s.Remaining, s.Failed = "running", "us-east-1_Ab12Cd34E", 2000, 1500, 8
	rig.hooks = &hooks{events: rig.events, unlisten: func() {}, dir: "loyalty.run"}
	rig.run = func(ctx context.Context, env []string, stdin []byte) ran {
		event, _ := strings.CutPrefix(env[slices.IndexFunc(env, func(v string) bool { return strings.HasPrefix(v, "ATTRMIGRATE_EVENT=") })], "ATTRMIGRATE_EVENT=")
		select {
		case <-time.After(takes):
			rig.told = append(rig.told, event)
			return answer
		case <-ctx.Done():
			rig.told = append(rig.told, "("+event+")")
			return ran{err: context.Cause(ctx)}
		}
	}
	rig.start(func() rundir.Standing {
		now := s
		now.Effective.Paused = rig.paused.Load()
		return now
	}, slog.New(slog.NewTextHandler(&rig.logged, nil)))
	return rig
}

func (r *hooksRig) send(kinds ...telemetry.Kind) {
	for _, k := range kinds {
		r.events <- telemetry.Event{Kind: k, At: time.Now()}
	}
}

// TestHooks tells the program of what it is to know, in order and in time.
func TestHooks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		takes  time.Duration
		answer ran
		happen func(r *hooksRig)
		told   string
		within time.Duration // that the end takes
		logged []string      // and nothing else
	}{
		{"each event in order, and the end", time.Second, ran{}, func(r *hooksRig) {
			r.send(telemetry.Started, telemetry.Paused, telemetry.Rate, telemetry.Unpaused, telemetry.Budget, telemetry.Stopping, telemetry.Stopped)
		}, "started paused unpaused stopped", 4 * time.Second, nil},
		{"throttles that pass are nobody's business", 0, ran{}, func(r *hooksRig) {
			r.send(telemetry.Throttled)
			time.Sleep(throttledLong - time.Second)
			r.send(telemetry.Unthrottled)
			time.Sleep(throttledLong)
		}, "", 0, nil},
		{"throttles that last are told once", 0, ran{}, func(r *hooksRig) {
			r.send(telemetry.Started, telemetry.Throttled)
			time.Sleep(throttledLong - time.Second)
			r.send(telemetry.Paused)
			time.Sleep(2 * throttledLong)
			r.send(telemetry.Unthrottled, telemetry.Finished)
		}, "started paused throttled finished", 0, nil},
		{"a pause is nobody's throttle", 0, ran{}, func(r *hooksRig) {
			r.send(telemetry.Throttled)
			time.Sleep(throttledLong - time.Second)
			r.paused.Store(true)
			time.Sleep(time.Hour)
			r.paused.Store(false)
			r.send(telemetry.Unpaused)
			time.Sleep(time.Minute)
			r.send(telemetry.Unthrottled)
			time.Sleep(throttledLong)
		}, "unpaused", 0, nil},
		{"a program that hangs is ended, and the last event has its time", time.Hour, ran{}, func(r *hooksRig) {
			r.send(telemetry.Started, telemetry.Paused, telemetry.Unpaused)
			time.Sleep(time.Second)
			r.send(telemetry.Finished)
		}, "(started) (finished)", programPatience, []string{"it took too long and was ended", "event=paused", "event=unpaused"}},
		{"one that is slow is told the end", 4 * time.Second, ran{}, func(r *hooksRig) {
			r.send(telemetry.Started, telemetry.Paused, telemetry.Finished)
		}, "started (paused) finished", 9 * time.Second, []string{"it took too long and was ended"}},
		{"a failure is logged once", 0, ran{code: 7, stderr: "\nno such \x1bwebhook\nand more\n"}, func(r *hooksRig) {
			r.send(telemetry.Started, telemetry.Paused, telemetry.Finished)
		}, "started paused finished", 0, []string{`exit code 7" says="no such \\x1bwebhook"`}},
		{"what does not fit is left out, the oldest first", programPatience / 4, ran{}, func(r *hooksRig) {
			for range hooksWaiting {
				r.send(telemetry.Paused)
			}
			synctest.Wait()
			r.send(telemetry.Unpaused, telemetry.Unpaused)
			synctest.Wait()
			time.Sleep((hooksWaiting + 1) * programPatience / 4)
		}, strings.Repeat("paused ", hooksWaiting-1) + "unpaused unpaused", 0, []string{"does not keep up"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newHooksRig(tt.takes, tt.answer)
				tt.happen(r)
				began := time.Now()
				r.stop(t.Context())
				if took := time.Since(began); took != tt.within {
					t.Errorf("the end took %s, want %s", took, tt.within)
				}
				if told := strings.Join(r.told, " "); told != tt.told {
					t.Errorf("told %s\nwant %s", told, tt.told)
				}
				lines := strings.Split(strings.TrimSpace(r.logged.String()), "\n")
				if r.logged.Len() == 0 {
					lines = nil
				}
				if len(lines) != len(tt.logged) {
					t.Fatalf("logged\n%s\nwant %d lines", r.logged.String(), len(tt.logged))
				}
				for i, text := range tt.logged {
					if !strings.Contains(lines[i], text) {
						t.Errorf("logged %s\nwant %s", lines[i], text)
					}
				}
			})
		})
	}
}

// TestHooksInterrupted: who interrupts twice waits for no program.
func TestHooksInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newHooksRig(time.Hour, ran{})
		r.send(telemetry.Started)
		synctest.Wait()
		r.send(telemetry.Stopped)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		r.stop(ctx)
		if took := time.Since(began); took != time.Second || !strings.Contains(r.logged.String(), "event=stopped") {
			t.Errorf("it took %s\n%s", took, r.logged.String())
		}
	})
}

// TestHooksTell: what the program is told of an event.
func TestHooksTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newHooksRig(0, ran{})
		var env []string
		var stdin []byte
		r.run = func(_ context.Context, e []string, in []byte) ran { env, stdin = e, in; return ran{} }
		r.events <- telemetry.Event{Kind: telemetry.Paused, At: time.Now(), By: "ann@host by command", Reason: "support\ncalled"}
		r.stop(t.Context())

		for _, want := range []string{"ATTRMIGRATE_EVENT=paused", "ATTRMIGRATE_AT=2000-01-01T00:00:00Z", "ATTRMIGRATE_BY=ann@host by command", `ATTRMIGRATE_REASON=support\ncalled`,
			"ATTRMIGRATE_POOL=us-east-1_Ab12Cd34E", "ATTRMIGRATE_STATE=running", "ATTRMIGRATE_TOTAL=2000", "ATTRMIGRATE_DONE=500", "ATTRMIGRATE_FAILED=8"} {
			if !slices.Contains(env, want) {
				t.Errorf("%s is not in\n%q", want, env)
			}
		}
		var event struct {
			Event, By, Reason string
			Status            struct {
				State string
				Rows  int
			}
		}
		if err := json.Unmarshal(stdin, &event); err != nil || !bytes.HasSuffix(stdin, []byte("}\n")) {
			t.Fatalf("%v: %s", err, stdin)
		}
		if event.Event != "paused" || event.By != "ann@host by command" || event.Reason != "support\ncalled" || event.Status.State != "running" || event.Status.Rows != 2000 {
			t.Errorf("got %+v", event)
		}
	})
}
