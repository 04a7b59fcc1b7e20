package cli

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/control"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

const steeringCodes = `Exit codes:
  0    done: what is printed is where the run stands now
  1    no process is at work on the run, or it has ended
  2    wrong flags, or no run directory
`

const whoeverRuns = `
It reaches the process by the socket in the run directory and, where there is none or
from another machine, by control.json there, which the process looks at every two
seconds; of a run in S3 (s3://BUCKET/PREFIX) by that alone. Where no process is at work
on the run, what is asked is kept for its next start.

`

func newPause(sys System) *cobra.Command {
	var span time.Duration
	o := order{method: http.MethodPost, path: "/v1/pause", kept: "it will be paused when it is started again"}
	cmd := &cobra.Command{
		Use:   "pause RUN_DIR",
		Short: "Pause a run, now and when it is started again",
		Long: `pause has a run send nothing more: no update and no read. Calls under way come to their
end, and the process waits until unpause, or until the time is up. A run that is killed
and started again is still paused, and says so.
` + whoeverRuns + steeringCodes,
		Example: `  attrmigrate pause loyalty.run
  attrmigrate pause --for 30m --reason "support called" loyalty.run`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: inTurn(completeDirectories),
		RunE: func(cmd *cobra.Command, args []string) error {
			body := map[string]any{}
			var until time.Time
			if cmd.Flags().Changed("for") {
				if err := rundir.CheckPause(span); err != nil {
					return err
				}
				body["for"], until = span.String(), time.Now().Add(span).UTC()
			}
			o.asks = func(a *rundir.Asked, by *rundir.Order) { a.Paused, a.PausedUntil, a.PauseOrder = true, until, by }
			o.shows = func(h heard) bool {
				over := !until.IsZero() && !time.Now().Before(until) && h.told(telemetry.Paused)
				if over && h.State != "paused" {
					o.note = "the time of this pause is over"
				}
				return over || h.State == "paused"
			}
			return o.give(cmd.Context(), sys, args[0], body)
		},
	}
	cmd.Flags().DurationVar(&span, "for", 0, "`duration` of the pause, such as 30m (default: until unpause)")
	o.register(cmd)
	return cmd
}

func newUnpause(sys System) *cobra.Command {
	o := order{method: http.MethodPost, path: "/v1/unpause", kept: "it will not be paused when it is started again"}
	cmd := &cobra.Command{
		Use:   "unpause RUN_DIR",
		Short: "Let a paused run go on",
		Long: `unpause lets a paused run go on. Where a program (apply --pause-when) keeps it paused, it
stays so as long as the program says, and that is told.
` + whoeverRuns + steeringCodes,
		Example:           `  attrmigrate unpause loyalty.run`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: inTurn(completeDirectories),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.asks = func(a *rundir.Asked, by *rundir.Order) {
				a.Paused, a.PausedUntil, a.PauseOrder = false, time.Time{}, by
			}
			o.shows = func(h heard) bool { return h.State == "running" || !h.before.Paused || h.told(telemetry.Unpaused) }
			return o.give(cmd.Context(), sys, args[0], map[string]any{})
		},
	}
	o.register(cmd)
	return cmd
}

func newRate(sys System) *cobra.Command {
	var reads string
	o := order{method: http.MethodPatch, path: "/v1/limits", kept: "it has this rate when it is started again"}
	cmd := &cobra.Command{
		Use:   "rate RUN_DIR [N|default]",
		Short: "Change how fast a run goes, while it goes on",
		Long: `rate sets how many updates a second a run may send at most, above or below the --rate
that it was started with, until it is changed again: default is that of the command line.
Throttles slow the run down below it, as ever. Reads follow (80 a second, or as many as
updates if these are more), unless --read-rate says otherwise, here or at the start.
` + whoeverRuns + steeringCodes,
		Example: `  attrmigrate rate loyalty.run 10
  attrmigrate rate --reason "migration of the other pool" loyalty.run 5
  attrmigrate rate --read-rate 40 loyalty.run
  attrmigrate rate loyalty.run default`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: inTurn(completeDirectories, cobra.FixedCompletions([]string{lifted}, cobra.ShellCompDirectiveNoFileComp)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var l control.Limits
			body := map[string]any{}
			if len(args) == 2 {
				if err := ceiling(args[1], &l.SetRate, &l.Rate); err != nil {
					return err
				}
				body["rate"] = l.Rate
			}
			if cmd.Flags().Changed("read-rate") {
				if err := ceiling(reads, &l.SetReadRate, &l.ReadRate); err != nil {
					return fmt.Errorf("--read-rate: %w", err)
				}
				body["read_rate"] = l.ReadRate
			}
			if len(body) == 0 {
				return &refusal.UsageError{Err: errors.New("neither a rate nor --read-rate is given"), Remedy: cmd.CommandPath() + " --help shows how"}
			}
			o.asks = func(a *rundir.Asked, by *rundir.Order) { l.Set(a, *by) }
			o.shows = showsLimits(l)
			if l.Rate != nil && *l.Rate > quotaOfUpdates {
				o.note = fmt.Sprintf("AWS allows %d updates a second to the whole account and Region, sign-ups and changes of others included", quotaOfUpdates)
			}
			return o.give(cmd.Context(), sys, args[0], body)
		},
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return cmd.Root().FlagErrorFunc()(cmd, negative(err)) })
	readRate := choice{[]string{lifted}, func(text string) error { reads = text; return nil }}
	cmd.Flags().Var(readRate, "read-rate", "reads of single users a second at most: `N|default`")
	o.register(cmd)
	return cmd
}

// quotaOfUpdates is what AWS allows to an account in a Region, a second; it cannot be raised.
const quotaOfUpdates = 25

// lifted is the word for the rate of the command line, again.
const lifted = "default"

// ceiling reads a rate, or the word that lifts it.
func ceiling(text string, set *bool, perSecond **float64) error {
	*set = true
	if text == lifted {
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) {
		return &refusal.UsageError{Err: fmt.Errorf("a rate of %q, want a number of calls a second, or default", text), Remedy: ""}
	}
	*perSecond = &n
	if err := rundir.CheckRate(n); err != nil {
		return &refusal.UsageError{Err: fmt.Errorf("%w, or %s", err, lifted), Remedy: refusal.HintOf(err)}
	}
	return nil
}

// negative tells of a rate that is taken for a flag what a rate is, and leaves other errors of flags as they are.
func negative(err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return err
	}
	text := "-" + unknown.GetSpecifiedShortnames()
	if _, none := strconv.ParseFloat(text, 64); none != nil {
		return err
	}
	var limits control.Limits
	return ceiling(text, &limits.SetRate, &limits.Rate)
}

// showsLimits tells whether limits are in force. Of one that was lifted the events tell what it is now; where they tell nothing of
// the order for long enough, it is what it was.
func showsLimits(l control.Limits) func(heard) bool {
	return func(h heard) bool {
		in := func(set bool, wanted, before, now *float64, kind telemetry.Kind) bool {
			switch {
			case !set:
				return true
			case wanted != nil:
				return now != nil && *now == *wanted
			default:
				return before == nil || h.toldCeiling(kind, now) || h.waited >= h.longest
			}
		}
		return in(l.SetRate, l.Rate, h.before.Rate, h.Effective.Rate, telemetry.Rate) &&
			in(l.SetReadRate, l.ReadRate, h.before.ReadRate, h.Effective.ReadRate, telemetry.ReadRate)
	}
}

func newStop(sys System) *cobra.Command {
	var now bool
	o := order{method: http.MethodPost, path: "/v1/stop"}
	cmd := &cobra.Command{
		Use:   "stop RUN_DIR",
		Short: "Stop a run, and keep others from starting it again",
		Long: `stop ends the process that is at work on a run, with exit code 4, and puts the run on
hold: whoever starts it again, a scheduler say, is told who stopped it and why, and ends
with 4, too, until apply --unhold, or a person who is asked says yes. Calls under way
come to their end first (apply --drain-timeout), or are cancelled with --now: what they
did is unknown then, and they are made again when the run is continued.

` + steeringCodes,
		Example: `  attrmigrate stop loyalty.run
  attrmigrate stop --now --reason "wrong tiers" loyalty.run`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: inTurn(completeDirectories),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.asks = func(a *rundir.Asked, by *rundir.Order) { a.Hold, a.HoldOrder = true, by }
			o.shows = func(h heard) bool { return h.HeldBy == nil }
			if now {
				o.unsaid = "without the socket calls under way come to their end before it stops: --now is not told"
			}
			return o.give(cmd.Context(), sys, args[0], map[string]any{"now": now})
		},
	}
	cmd.Flags().BoolVar(&now, "now", false, "cancel calls under way")
	o.register(cmd)
	return cmd
}

// register registers the flags that all of these commands have.
func (o *order) register(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&o.reason, "reason", "", "`text` that tells others why")
	cmd.Flags().BoolVar(&o.json, "json", false, "print the status for programs")
	o.store.registerWriting(cmd.Flags())
}

// mostReason is how long a reason may be, in characters.
const mostReason = 500

func checkReason(text string) error {
	if n := utf8.RuneCountInString(text); n > mostReason {
		return refusal.Usagef("--reason has %s characters, %d at most are kept", prose.Count(n), mostReason)
	}
	return nil
}
