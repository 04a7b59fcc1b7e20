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

// keepMetrics keeps the file for node_exporter's textfile collector, if one is wanted, until the function that it
// returns is called: when the desk has ended, so that the file says how the run did.
func (d *Desk) keepMetrics() (end func()) {
	if d.cfg.MetricsFile == "" {
		return func() {}
	}
	return d.exporter.Keep(d.cfg.MetricsFile, d.cfg.Logger)
}
