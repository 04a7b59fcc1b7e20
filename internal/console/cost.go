package console

import (
	"fmt"
	"strings"
	"time"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/prose"
)

// costText tells a cost in one line; counted is what becomes of the users who count as active.
func costText(c audit.Cost, counted string) string {
	parts := []string{"no updates"}
	if c.Updates > 0 {
		parts[0] = upTo(c.UpTo) + fmt.Sprintf("%s, %s", prose.Plural(c.Updates, "update"), pace(c.PerSecond, c.Seconds))
	}
	if c.Reads > 0 {
		parts = append(parts, upTo(c.UpTo && c.Looks > 0)+fmt.Sprintf("%s, %s", prose.Plural(c.Reads, "read"), pace(c.ReadsPerSecond, c.ReadSeconds)))
	}
	switch {
	case c.ActiveUsers > 0:
		parts = append(parts, fmt.Sprintf("up to %s %s as active this month", prose.Plural(c.ActiveUsers, "user"), counted))
	case c.Updates+c.Reads > 0:
		parts = append(parts, "nobody is counted as active for it")
	}
	for _, sent := range []struct {
		count int64
		noun  string
	}{{c.Emails, "e-mail"}, {c.SMS, "text message"}} {
		if sent.count > 0 {
			parts = append(parts, prose.Plural(sent.count, sent.noun))
		}
	}
	return strings.Join(parts, "; ")
}

// upTo begins a number that is an upper bound.
func upTo(bound bool) string {
	if bound {
		return "up to "
	}
	return ""
}

// pace is how long calls take at a rate; 0 is no limit.
func pace(perSecond, seconds float64) string {
	if perSecond == 0 {
		return "without a limit of the rate"
	}
	return fmt.Sprintf("%s at %g/s", prose.Span(inSeconds(seconds)), perSecond)
}

func inSeconds(s float64) time.Duration { return time.Duration(min(s, 1e9) * float64(time.Second)) }
