package console

import (
	"strings"

	"attrmigrate/internal/telemetry"
)

// eventHeads are what is said of an event before anything else.
var eventHeads = map[telemetry.Kind]string{
	telemetry.ReadRate: "reads", telemetry.Throttled: "throttled", telemetry.Unthrottled: "no throttles", telemetry.Budget: "too many failed",
}

// isTold tells whether an event is told while the run goes on: what begins and ends it is told by its command.
func isTold(e telemetry.Event) bool {
	switch e.Kind {
	case telemetry.Started, telemetry.Stopped, telemetry.Finished, telemetry.Budget:
		return false
	default:
		return true
	}
}

// eventText is an event on one line: paused by ann@host: support called.
func eventText(e telemetry.Event) string {
	head, rest := eventParts(e)
	return strings.TrimRight(head+" "+rest, " ")
}

// eventParts are what happened; and what changed, by whom and why.
func eventParts(e telemetry.Event) (head, rest string) {
	head, ok := eventHeads[e.Kind]
	if !ok {
		head = string(e.Kind)
	}
	var parts []string
	switch {
	case e.From != "" && e.To != "":
		parts = append(parts, e.From+" → "+e.To)
	case e.To != "":
		parts = append(parts, e.To)
	case e.From != "":
		parts = append(parts, "(was "+e.From+")")
	}
	if e.By != "" {
		parts = append(parts, "by "+who(e.By))
	}
	rest = strings.Join(parts, " ")
	if e.Reason != "" {
		rest += because(e.Reason)
	}
	return head, rest
}
