package metrics

import (
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"attrmigrate/internal/telemetry"
)

// embeddedEvery is how often metrics are a line of the log: CloudWatch keeps one point a minute.
const embeddedEvery = time.Minute

// namespace is where CloudWatch lists them.
const namespace = "attrmigrate"

// Embed writes the metrics of a command to its log in the Embedded Metric Format, of which CloudWatch makes metrics: a
// line each minute, and one of the rest by the function that it returns. Counts are those since the line before, so that
// the sum of a metric is what happened. What is not recorded yet is not written, and a line that cannot be written is
// logged once.
//
// What Prometheus has as a label is part of the name here: a metric has the dimensions pool and region alone, for
// each combination of dimensions is charged as a metric of its own.
//
// Source: Amazon CloudWatch, "Specification: Embedded metric format".
func (e *Exporter) Embed(to io.Writer, log *slog.Logger) (end func()) {
	m := &embedded{source: e.source}
	return repeat(embeddedEvery, func() time.Duration {
		line := m.line(time.Now())
		if line == nil {
			return embeddedEvery
		}
		if _, err := to.Write(line); err != nil && !m.failing {
			m.failing = true
			log.Warn("metrics are not written, and the command goes on", "error", err)
		}
		return embeddedEvery
	})
}

// embedded makes lines, each of what happened since the one before.
type embedded struct {
	source  Source
	before  telemetry.Totals
	failing bool // as the log says
}

// directive tells CloudWatch which members of a line are metrics, and by what they are told apart.
type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }

// line is one line with its end; nil, where the command is not recorded yet.
func (m *embedded) line(now time.Time) []byte {
	r := m.source.Read()
	if !r.Recorded {
		return nil
	}
	d := directive{Namespace: namespace, Dimensions: [][]string{{"pool", "region"}}}
	root := map[string]any{
		"time": now.UTC(), "level": slog.LevelInfo.String(), "msg": "metrics", // as the other lines of the log
		"pool": label(m.source.Pool), "region": region(m.source.Pool), "run": label(m.source.Run), "state": r.State,
	}
	put := func(name, unit string, value float64) {
		d.Metrics = append(d.Metrics, definition{namespace + "_" + name, unit})
		root[namespace+"_"+name] = value
	}
	m.counts(r.Totals, put)
	m.before = r.Totals
	for _, l := range []struct {
		name  string
		limit *float64
	}{{"rate_allowed", r.Allowed}, {"rate_ceiling", r.Ceiling}, {"read_rate_ceiling", r.ReadCeiling}} {
		if l.limit != nil { // 0 would say that nothing is allowed
			put(l.name, "Count/Second", *l.limit)
		}
	}
	put("records_remaining", "Count", float64(r.Remaining))
	put("paused", "None", truth(r.Paused))
	root["_aws"] = map[string]any{"Timestamp": now.UnixMilli(), "CloudWatchMetrics": []directive{d}}
	data, err := json.Marshal(root)
	if err != nil {
		return nil // there is nothing in it that could not be written
	}
	return append(data, '\n')
}

// counts are what happened since the line before.
func (m *embedded) counts(now telemetry.Totals, put func(name, unit string, value float64)) {
	for _, outcome := range slices.Sorted(maps.Keys(now.Records)) {
		put("records_"+outcome+"_total", "Count", float64(now.Records[outcome]-m.before.Records[outcome]))
	}
	for _, result := range []string{"ok", "throttled", "failed"} {
		put("calls_"+result+"_total", "Count", float64(calls(now, result)-calls(m.before, result)))
	}
	all, before := spent(now), spent(m.before)
	if n := all.Count - before.Count; n > 0 {
		put("call_duration_seconds", "Seconds", (all.Sum-before.Sum)/float64(n))
	}
}

// calls are those of all APIs that came out alike.
func calls(t telemetry.Totals, result string) (n int64) {
	for key, count := range t.Calls {
		if key.Result == result {
			n += count
		}
	}
	return n
}

// spent is how long the calls of all APIs took.
func spent(t telemetry.Totals) (sum telemetry.Histogram) {
	for _, h := range t.Durations {
		sum.Count += h.Count
		sum.Sum += h.Sum
	}
	return sum
}

// region is that of a pool, which its ID begins with.
func region(pool string) string {
	name, _, _ := strings.Cut(pool, "_")
	return label(name)
}
