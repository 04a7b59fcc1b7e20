package metrics

import (
	"runtime"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"attrmigrate/internal/telemetry"
)

// prefix is how the names of all our metrics begin.
const prefix = "attrmigrate_"

// states are those that a command at work, or one that has ended, may be in.
var states = []string{"running", "pausing", "paused", "stopping", "finished", "stopped", "interrupted"}

// collector makes metrics of a reading, whenever it is asked.
type collector struct {
	source Source

	build, started, state, finished, success, paused *prometheus.Desc
	records, calls, throttles, durations             *prometheus.Desc
	allowed, ceiling, readCeiling                    *prometheus.Desc
	runRecords, inputRecords, remaining              *prometheus.Desc
}

func newCollector(s Source) *collector {
	whose := prometheus.Labels{"command": label(s.Command), "pool": label(s.Pool), "run": label(s.Run)}
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prefix+name, help, labels, whose)
	}
	return &collector{
		source:  s,
		build:   desc("build_info", "The program: always 1.", "version", "goversion"),
		started: desc("start_timestamp_seconds", "When this start began."),
		state:   desc("state", "1 for the state that the command is in, 0 for the others.", "state"),
		finished: desc("finished_timestamp_seconds", "When the command came to its end; absent until it has. "+
			"One that is stopped has not."),
		success: desc("last_success_timestamp_seconds", "When a record of this start last was as it is to be; absent until one is."),
		paused:  desc("paused", "1 while the run is paused, 0 while it is not."),

		records:   desc("records_total", "Records that this start has finished, by outcome.", "outcome"),
		calls:     desc("calls_total", "Calls of the service in this start, by API and result.", "api", "result"),
		throttles: desc("throttles_total", "Calls in this start that were refused for their pace."),
		durations: desc("call_duration_seconds", "How long the calls in this start took that were not throttled, by API.", "api"),

		allowed: desc("rate_allowed", "Updates a second that the pace lets through now, throttles considered; absent where nothing limits it."),
		ceiling: desc("rate_ceiling", "Updates a second that are let through at most, as the command line or an operator says; absent "+
			"where nothing limits it."),
		readCeiling: desc("read_rate_ceiling", "Single reads a second that are let through at most; absent where nothing limits it."),

		runRecords:   desc("run_records", "Records that the run has finished over all its starts, by outcome.", "outcome"),
		inputRecords: desc("input_records", "Records of the whole input; 0 where that is not known."),
		remaining:    desc("records_remaining", "Records of the run that are not finished."),
	}
}

// label is a text as a label has it: one that is not UTF-8, as the name of a directory may be, would spoil the answer.
func label(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

// Describe implements [prometheus.Collector].
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.build, c.started, c.state, c.finished, c.success, c.paused, c.records, c.calls, c.throttles, c.durations,
		c.allowed, c.ceiling, c.readCeiling, c.runRecords, c.inputRecords, c.remaining,
	} {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (c *collector) Collect(to chan<- prometheus.Metric) {
	out := sink{to}
	r := c.source.Read()
	out.gauge(c.build, 1, label(c.source.Version), runtime.Version())
	out.moment(c.started, c.source.Started)
	for _, s := range states {
		out.gauge(c.state, truth(s == r.State), s)
	}
	out.moment(c.finished, r.Finished)
	out.gauge(c.paused, truth(r.Paused))

	out.limit(c.allowed, r.Allowed)
	out.limit(c.ceiling, r.Ceiling)
	out.limit(c.readCeiling, r.ReadCeiling)

	for outcome, n := range r.Records {
		out.gauge(c.runRecords, float64(n), label(outcome))
	}
	out.gauge(c.inputRecords, float64(r.Total))
	out.gauge(c.remaining, float64(r.Remaining))
	c.collectTotals(out, r.Totals)
}

func (c *collector) collectTotals(out sink, t telemetry.Totals) {
	out.moment(c.success, t.LastSuccess)
	for outcome, n := range t.Records {
		out.counter(c.records, n, label(outcome))
	}
	for key, n := range t.Calls {
		out.counter(c.calls, n, label(key.API), label(key.Result))
	}
	if t.Calls != nil {
		out.counter(c.throttles, t.Throttles)
	}
	for api, h := range t.Durations {
		out.histogram(c.durations, h, label(api))
	}
}

// sink takes the metrics of one answer.
type sink struct{ to chan<- prometheus.Metric }

func (s sink) put(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
	m, err := prometheus.NewConstMetric(d, kind, value, labels...)
	if err != nil {
		m = prometheus.NewInvalidMetric(d, err)
	}
	s.to <- m
}

func (s sink) gauge(d *prometheus.Desc, value float64, labels ...string) {
	s.put(d, prometheus.GaugeValue, value, labels...)
}

func (s sink) counter(d *prometheus.Desc, n int64, labels ...string) {
	s.put(d, prometheus.CounterValue, float64(n), labels...)
}

// moment leaves out a time that is not known.
func (s sink) moment(d *prometheus.Desc, at time.Time) {
	if !at.IsZero() {
		s.gauge(d, float64(at.UnixMilli())/1000)
	}
}

// limit leaves out a limit that there is not.
func (s sink) limit(d *prometheus.Desc, perSecond *float64) {
	if perSecond != nil {
		s.gauge(d, *perSecond)
	}
}

func (s sink) histogram(d *prometheus.Desc, h telemetry.Histogram, labels ...string) {
	buckets := make(map[float64]uint64, len(h.Buckets))
	for _, b := range h.Buckets {
		buckets[b.Upper] = uint64(b.Count)
	}
	m, err := prometheus.NewConstHistogram(d, uint64(h.Count), h.Sum, buckets, labels...)
	if err != nil {
		m = prometheus.NewInvalidMetric(d, err)
	}
	s.to <- m
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
