package control

import (
	"cmp"
	"path/filepath"

	"attrmigrate/internal/metrics"
	"attrmigrate/internal/telemetry"
)

// newExporter has the metrics of the run: they are what the desk and the meter say, whenever somebody asks.
func (d *Desk) newExporter() *metrics.Exporter {
	return metrics.New(metrics.Source{
		Command: "apply", Pool: d.Status().Pool, Run: nameOf(d.cfg.Dir), Version: d.cfg.Version, Started: d.began,
		Read: func() metrics.Reading { return metrics.Of(d.Status(), d.totals()) },
	})
}

// totals are what the start has counted.
func (d *Desk) totals() telemetry.Totals {
	if d.cfg.Meter == nil {
		return telemetry.Totals{}
	}
	return d.cfg.Meter.Totals()
}

// nameOf is the name of a run directory, also of the one that the process is in.
func nameOf(dir string) string {
	whole, _ := filepath.Abs(dir)
	return filepath.Base(cmp.Or(whole, dir))
}

// keepMetrics keeps the file for node_exporter's textfile collector, and metrics among the lines of the log, as far as they
// are wanted, until the function that it returns is called: when the desk has ended, so that they say how the run did.
func (d *Desk) keepMetrics() (end func()) {
	var ends []func()
	if d.cfg.MetricsFile != "" {
		ends = append(ends, d.exporter.Keep(d.cfg.MetricsFile, d.cfg.Logger))
	}
	if d.cfg.Embedded != nil {
		ends = append(ends, d.exporter.Embed(d.cfg.Embedded, d.cfg.Logger))
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}
