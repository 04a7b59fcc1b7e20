package control

import (
	"log/slog"
	"path/filepath"

	"attrmigrate/internal/metrics"
)

// newExporter has the metrics of the run: they are what the desk and the meter say, whenever somebody asks.
func (d *Desk) newExporter() *metrics.Exporter {
	return metrics.New(metrics.Source{
		Command: "apply", Pool: d.Status().Pool, Run: filepath.Base(d.cfg.Dir), Version: d.cfg.Version, Started: d.began,
		Read: func() metrics.Reading { return metrics.Of(d.Status(), d.cfg.Meter.Totals()) },
	})
}

// KeepMetrics keeps the file for node_exporter's textfile collector, if one is wanted, until the function that it
// returns is called: when the desk has ended, so that the file says how the run did.
func (d *Desk) KeepMetrics(log *slog.Logger) (end func()) {
	if d.cfg.MetricsFile == "" {
		return func() {}
	}
	return d.exporter.Keep(d.cfg.MetricsFile, log)
}
