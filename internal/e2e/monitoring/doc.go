// Package monitoring holds the metrics of a run, and examples/monitoring, against the programs that they are for: Prometheus
// scrapes a run that is at work, node_exporter reads its file, and promtool checks answers, rules and queries. Where they are
// not installed (Debian: prometheus, prometheus-node-exporter), the tests are skipped.
package monitoring
