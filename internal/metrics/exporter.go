package metrics

import (
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Exporter has the metrics of a command, and nothing else: the memory of a process and its goroutines are of interest
// where it serves for weeks. It is used by many goroutines.
type Exporter struct {
	source   Source
	registry *prometheus.Registry
}

// New is the exporter of a command.
func New(s Source) *Exporter {
	r := prometheus.NewRegistry()
	r.MustRegister(newCollector(s))
	return &Exporter{s, r}
}

// atOnce is how many scrapes are answered at a time; the others are told to come back.
const atOnce = 4

// Handler answers who scrapes. Who may is for the server to say.
func (e *Exporter) Handler() http.Handler {
	return promhttp.HandlerFor(e.registry, promhttp.HandlerOpts{MaxRequestsInFlight: atOnce})
}

// repeat does something after a while, again when it says so, and a last time in the function that it returns.
func repeat(after time.Duration, do func() (again time.Duration)) (end func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() { // it owns what is done until it has ended
		defer close(ended)
		timer := time.NewTimer(after)
		defer timer.Stop()
		for {
			select {
			case <-timer.C:
				timer.Reset(do())
			case <-done:
				do()
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(done)
		<-ended
	})
}
