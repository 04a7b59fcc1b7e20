package console

import (
	"cmp"
	"strings"
	"time"

	"attrmigrate/internal/telemetry"
)

// isTold tells whether an event is told while the run goes on: what begins and ends it is told by its command.
func isTold(e telemetry.Event) bool {
	switch e.Kind {
	case telemetry.Started, telemetry.Stopped, telemetry.Finished, telemetry.Budget:
		return false
	default:
		return true
	}
}

// eventText is an event on one line: paused until 14:30 by ann@host: support called.
func eventText(e telemetry.Event) string {
	head, rest := eventParts(e)
	if strings.HasPrefix(rest, ": ") {
		return head + rest
	}
	return strings.TrimRight(head+" "+rest, " ")
}

// eventParts are what happened; and what changed, by whom and why.
func eventParts(e telemetry.Event) (head, rest string) {
	head, changed, reason := string(e.Kind), "", e.Reason
	switch e.Kind {
	case telemetry.Started:
		return head, startedText(e)
	case telemetry.Paused:
		if until, err := time.Parse(time.RFC3339, e.To); err == nil {
			changed = "until " + clock(until, e.At, minutes)
		}
	case telemetry.Rate, telemetry.Throttled:
		changed = rateChange(e)
	case telemetry.ReadRate:
		head, changed = "reads", rateChange(e)
	case telemetry.Unthrottled:
		head, changed = "recovered", rateChange(e)
	case telemetry.Stopped:
		if head = cmp.Or(e.To, head); head == reason {
			reason = ""
		}
		reason = StopReason(reason)
	case telemetry.Budget:
		head = "too many failed"
	}
	if e.By != "" {
		changed = strings.TrimSpace(changed + " by " + who(e.By))
	}
	return head, changed + because(reason)
}

// startedText is what a start found: 18,801 of 48,211 rows are left, at 20/s; the one before was killed.
func startedText(e telemetry.Event) string {
	text := e.Reason
	if e.To != "" {
		text += ", " + atRate(e.To)
	}
	if e.From != "" {
		text += "; the one before was " + e.From
	}
	return text
}

func atRate(perSecond string) string {
	if perSecond == "off" {
		return "without a limit"
	}
	return "at " + perSecond + "/s"
}

// rateChange is a rate that was and one that is: 20/s → 10/s.
func rateChange(e telemetry.Event) string {
	return perSecondText(e.From) + " → " + perSecondText(e.To)
}

func perSecondText(rate string) string {
	if rate == "" || rate == "off" {
		return "off"
	}
	return rate + "/s"
}
