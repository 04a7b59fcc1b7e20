package cli

import (
	"errors"
	"slices"
	"strings"

	"attrmigrate/internal/rundir"
	"attrmigrate/internal/shell"
	"attrmigrate/pipeline"
)

// heldBack is an error of a run that somebody has stopped by hand, or that has no room, with how it goes on.
type heldBack struct {
	error
	remedy string
}

func (e *heldBack) Unwrap() error { return e.error }

// Hint is the remedy.
func (e *heldBack) Hint() string { return e.remedy }

// orUnhold gives an error of a run that is on hold its remedy; others stay as they are.
func (a *applyRun) orUnhold(err error, paths []string) error {
	hold, onHold := errors.AsType[*rundir.HoldError](err)
	stop, stopped := errors.AsType[*pipeline.StopError](err)
	switch {
	case onHold:
		return &heldBack{hold, "to continue it nevertheless: " + a.unholding(paths)}
	case stopped && stop.Reason == pipeline.ByHand:
		return &heldBack{stop, "the run is on hold; to continue it: " + a.unholding(paths)}
	default:
		return err
	}
}

// unholding is the command that was given, with --unhold, and without --restart, which would begin another run. Where it
// has what is nothing for a screen, or an input that is gone, words say it.
func (a *applyRun) unholding(paths []string) string {
	words := a.sys.words
	if len(a.opts.metadata) > 0 || slices.Contains(paths, rundir.Stdin) || len(words) == 0 || words[0] != "apply" || a.opts.unhold {
		if a.opts.restart {
			return "the same command with --unhold, and without --restart"
		}
		return "the same command with --unhold"
	}
	return shell.Join(slices.Concat([]string{"attrmigrate", "apply", "--unhold"}, withoutRestart(words[1:]))...)
}

func withoutRestart(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "--restart" || strings.HasPrefix(word, "--restart=") })
}
