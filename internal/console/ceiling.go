package console

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

// StopReason is why a run stopped.
func StopReason(reason string) string {
	return strings.Replace(reason, ", the failure budget allows ", ", --max-failures allows ", 1)
}

// ByFlags is a state with both. One that an older program saved has them already.
func ByFlags(s checkpoint.State) checkpoint.State {
	s.Reason, s.Rate.Reason = StopReason(s.Reason), rateReason(s.Rate.Reason)
	return s
}
