package console

import "time"

// meter measures the pace of the last seconds, which a resumed run has not inherited. Its clock is the time of the run,
// which stands still while that is paused: a pause spoils neither the pace nor what it tells of the rest.
type meter struct {
	samples []sample // oldest first, over at most meterSpan
}

type sample struct {
	at   time.Time // without pauses
	done int64
}

const meterSpan = 15 * time.Second

func newMeter(g gauge) *meter { return &meter{samples: []sample{{time.Now().Add(-g.paused), g.done}}} }

func (m *meter) add(now time.Time, g gauge) {
	at := now.Add(-g.paused)
	if last := len(m.samples) - 1; last > 0 && !at.After(m.samples[last].at) {
		m.samples[last].done = g.done
		return
	}
	m.samples = append(m.samples, sample{at, g.done})
	for len(m.samples) > 2 && at.Sub(m.samples[0].at) > meterSpan {
		m.samples = m.samples[1:]
	}
}

// pace is how many are done a second.
func (m *meter) pace() float64 {
	first, last := m.samples[0], m.samples[len(m.samples)-1]
	if d := last.at.Sub(first.at).Seconds(); d > 0 {
		return float64(last.done-first.done) / d
	}
	return 0
}

// eta is the time that the others take at that pace, if one can tell: of what is paused nobody can.
func (m *meter) eta(g gauge) (time.Duration, bool) {
	pace := m.pace()
	if g.state != "" || pace <= 0 || g.total <= g.done {
		return 0, false
	}
	return time.Duration(float64(g.total-g.done) / pace * float64(time.Second)), true
}
