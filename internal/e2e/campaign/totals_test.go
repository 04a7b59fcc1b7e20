//go:build unix

package campaign

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// totals are what a campaign has gone through.
type totals struct {
	seeds, starts, rows, updates, violations int
	ends, faults, kinds                      map[string]int // by kind
	orders, answered, sights, paused         int            // of scenes that are steered
	gone, suspended, rivals                  int            // of runs in S3: machines, starts, starts at once
}

func newTotals() totals {
	return totals{ends: map[string]int{}, faults: map[string]int{}, kinds: map[string]int{}}
}

// drawn counts what a history is about.
func (t *totals) drawn(k kind) {
	place := map[bool]string{false: "here", true: "in S3"}[k.elsewhere]
	t.kinds[place]++
	t.kinds["from "+string(k.source)]++
	if k.steered {
		t.kinds["steered"]++
	}
	if k.several {
		t.kinds["of several pools"]++
	}
}

// ended counts a start, by what ended it.
func (t *totals) ended(s script, code int) {
	t.starts++
	switch {
	case code == asleep, s.end == overslept, s.end == napped:
		t.suspended++
	case s.end == rival, s.end == twoAtOnce:
		t.rivals++
	}
	if s.weather.kind != "" {
		t.faults["S3 "+s.weather.kind]++
	}
	switch {
	case code == asleep:
		t.ends["overtaken"]++
	case code == -1:
		t.ends["SIGKILL"]++
	case code == 130 && s.end == interrupt2:
		t.ends["SIGINT twice"]++
	case code == 130:
		t.ends["SIGTERM"]++
	case code == 4 || code == 1 || code == 5:
		t.ends["stopped"]++
	default:
		t.ends["done"]++
	}
}

func (t *totals) add(o totals) {
	t.seeds += o.seeds
	t.starts += o.starts
	t.rows += o.rows
	t.updates += o.updates
	t.violations += o.violations
	t.orders += o.orders
	t.answered += o.answered
	t.sights += o.sights
	t.paused += o.paused
	t.gone += o.gone
	t.suspended += o.suspended
	t.rivals += o.rivals
	for _, by := range [][2]map[string]int{{t.ends, o.ends}, {t.faults, o.faults}, {t.kinds, o.kinds}} {
		for kind, n := range by[1] {
			by[0][kind] += n
		}
	}
}

// steered counts what was ordered and seen.
func (t *totals) steered(m *steersman) {
	t.orders += len(m.steered.Orders)
	t.answered += m.answered
	t.sights += len(m.steered.Sights)
	for _, sight := range m.steered.Sights {
		if sight.Paused {
			t.paused++
		}
	}
}

// short is what a line has room for.
func (t totals) short() string {
	return fmt.Sprintf("%d starts (%s), %d updates accepted, %d violations", t.starts, counts(t.ends), t.updates, t.violations)
}

func (t totals) String() string {
	text := fmt.Sprintf("%d seeds, %d starts: %s\n%d rows, %d updates accepted\nfaults injected: %s\ndrawn: %s",
		t.seeds, t.starts, counts(t.ends), t.rows, t.updates, counts(t.faults), counts(t.kinds))
	if t.orders > 0 {
		text += fmt.Sprintf("\n%d orders, %d answered, the status seen %d times, %d of these paused", t.orders, t.answered, t.sights, t.paused)
	}
	if t.gone+t.suspended+t.rivals > 0 {
		text += fmt.Sprintf("\n%d machines gone, %d starts suspended, %d times two starts at once", t.gone, t.suspended, t.rivals)
	}
	return fmt.Sprintf("%s\n%d violations", text, t.violations)
}

func counts(by map[string]int) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%d %s", by[kind], kind))
	}
	return strings.Join(parts, ", ")
}
