package control

import (
	"io"
	"time"

	"attrmigrate/internal/metrics"
)

// Options are the ways by which a command is seen and steered, beside the socket. The zero value has none.
type Options struct {
	// Serve is the address of loopback at which the page and the contract are served; empty: nowhere. TokenFile holds
	// the token that is asked for; empty: one is made. ReadOnly leaves the verbs out.
	Serve     string
	TokenFile string
	ReadOnly  bool

	MetricsFile string    // is kept for node_exporter's textfile collector; empty: none is
	Embedded    io.Writer // takes metrics as lines of a log; nil: none are written
	OnEvent     string    // a program that is run at events; empty: none is
	PauseWhen   string    // a program that is asked every ten seconds whether to pause; empty: none is

	NoSocket bool // there is none; for tests in a time of their own, which stands still while a socket is waited at

	Version string // of the program, for who asks over HTTP and for metrics

	// Told is told where the page is. Nil: nobody is.
	Told func(url string)
}

// How often what is done.
const (
	lookEvery     = 2 * time.Second       // at control.json
	guardEvery    = 10 * time.Second      // the program that may pause
	stoppingEvery = 50 * time.Millisecond // whether the run is to stop, while its first answer is waited for
)

// Check refuses what could not be kept up while the command runs.
func (o *Options) Check() error {
	if o.MetricsFile != "" {
		return metrics.CheckFile(o.MetricsFile)
	}
	return nil
}
