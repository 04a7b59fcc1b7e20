package telemetry

import (
	"context"
	"time"

	"attrmigrate/pipeline"
)

// How often a start is looked at, and how often a sample is written.
const (
	lookEvery   = time.Second
	sampleEvery = 10 * time.Second
)

// Record writes what a start does, until ctx ends: a sample every ten seconds and one at the end, and when throttles come
// and go. It is a goroutine of its own.
func Record(ctx context.Context, l *Log, m *Meter, progress func() pipeline.Progress) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	sampled := time.Now()
	begun := progress().Rate
	throttling := episodes{rate: begun.PerSecond, ceiling: begun.Ceiling}
	for {
		select {
		case <-tick.C:
			now, p := time.Now(), progress()
			if e, ok := throttling.look(now, m.throttles(), p); ok {
				_, _ = l.Event(e) // the log tells itself what it cannot keep
			}
			if now.Sub(sampled) >= sampleEvery {
				_ = l.Sample(m.Sample(now, p))
				sampled = now
			}
		case <-ctx.Done():
			_ = l.Sample(m.Sample(time.Now(), progress()))
			return
		}
	}
}
