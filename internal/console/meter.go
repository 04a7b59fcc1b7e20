package console

import "time"

// meter measures the pace of the last seconds, which a resumed run has not inherited.
type meter struct {
	samples []sample // oldest first, over at most meterSpan
}

type sample struct {
	at   time.Time
	done int64
}

const meterSpan = 15 * time.Second

func newMeter(done int64) *meter { return &meter{samples: []sample{{time.Now(), done}}} }

func (m *meter) add(at time.Time, done int64) {
	m.samples = append(m.samples, sample{at, done})
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

// eta is the time that the others take at that pace, if one can tell.
func (m *meter) eta(g gauge) (time.Duration, bool) {
	pace := m.pace()
	if pace <= 0 || g.total <= g.done {
		return 0, false
	}
	return time.Duration(float64(g.total-g.done) / pace * float64(time.Second)), true
}
