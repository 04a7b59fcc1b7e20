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

// KeepMetrics keeps the file for node_exporter's textfile collector, and metrics among the lines of the log, as far as they
// are wanted, until the function that it returns is called: when the desk has ended, so that they say how the run did.
func (d *Desk) KeepMetrics(log *slog.Logger) (end func()) {
	var ends []func()
	if d.cfg.MetricsFile != "" {
		ends = append(ends, d.exporter.Keep(d.cfg.MetricsFile, log))
	}
	if d.cfg.Embedded != nil {
		ends = append(ends, d.exporter.Embed(d.cfg.Embedded, log))
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}
