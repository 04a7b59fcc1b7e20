package cli

import (
	"strings"

	"attrmigrate/checkpoint"
)

// The pipeline knows no flag: what limits a run it says in words of its own, and these tell them as the flags that
// set them.

// rateReason is why the rate is what it is.
func rateReason(reason string) string {
	if reason == "ceiling" {
		return "--rate"
	}
	return reason
}

// stopReason is why a run stopped.
func stopReason(reason string) string {
	return strings.Replace(reason, ", the failure budget allows ", ", --max-failures allows ", 1)
}

// byFlags is a state with both. One that an older program saved has them already.
func byFlags(s checkpoint.State) checkpoint.State {
	s.Reason, s.Rate.Reason = stopReason(s.Reason), rateReason(s.Rate.Reason)
	return s
}
