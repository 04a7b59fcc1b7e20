package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"attrmigrate/internal/console"
	"attrmigrate/internal/control"
	"attrmigrate/internal/refusal"
)

// registerSteering registers the flags by which a command is seen and steered while it runs.
func registerSteering(f *pflag.FlagSet, o *control.Options) {
	f.StringVar(&o.Serve, "serve", "", "`address` of loopback, such as 127.0.0.1:0, at which a page shows the run and steers it")
	f.BoolVar(&o.ReadOnly, "serve-read-only", false, "the page and its contract only show the run")
	f.StringVar(&o.TokenFile, "token-file", "", "`file` with the token that --serve asks for (default: one is made)")
	registerMetricsFile(f, &o.MetricsFile)
	f.StringVar(&o.OnEvent, "on-event", "", "`program` that is run when the run starts, pauses, is throttled, stops or ends")
	f.StringVar(&o.PauseWhen, "pause-when", "", "`program` that is asked every ten seconds: it exits with 1 to pause the run, with 0 to let it go on")
}

// registerMetricsFile registers the flag of who is not steered, but seen.
func registerMetricsFile(f *pflag.FlagSet, path *string) {
	f.StringVar(path, "metrics-file", "", "`file.prom` that is kept for node_exporter's textfile collector")
}

// serve checks the flags of the page, and has its address told where people read it.
func (o *options) serve(ctx context.Context, sys System) error {
	switch s := &o.steering; {
	case s.Serve == "" && s.ReadOnly:
		return &refusal.UsageError{Err: errors.New("--serve-read-only is for a page, and there is none"), Remedy: "--serve 127.0.0.1:0 has one"}
	case s.Serve == "" && s.TokenFile != "":
		return &refusal.UsageError{Err: errors.New("--token-file is for a page, and there is none"), Remedy: "--serve 127.0.0.1:0 has one"}
	case s.Serve == "":
		return nil
	case s.TokenFile == "" && o.output.Progress == "none":
		return &refusal.UsageError{Err: errors.New("--serve has nowhere to tell its token: --progress none says nothing"),
			Remedy: "--token-file FILE has a token that need not be told"}
	}
	if err := o.steering.CheckAddress(ctx); err != nil {
		return of("--serve", err)
	}
	if err := o.steering.CheckToken(); err != nil {
		return of("--token-file", err)
	}
	line := console.Printer(o.output.Notes(sys.Stderr), 0) // an address is never wrapped
	o.steering.Told = func(url string) {
		if o.steering.TokenFile != "" {
			url += " (its token is in " + o.steering.TokenFile + ")"
		}
		line("page", "%s", url)
	}
	return nil
}

// findPrograms finds the programs of --on-event and --pause-when: one that is not there is told before anything is written.
func findPrograms(o *control.Options) error {
	for _, p := range []struct {
		flag string
		name *string
	}{{"--on-event", &o.OnEvent}, {"--pause-when", &o.PauseWhen}} {
		if *p.name == "" {
			continue
		}
		path, err := control.FindProgram(*p.name)
		if err != nil {
			return of(p.flag, err)
		}
		*p.name = path
	}
	return nil
}

// of is a mistake in the value of a flag.
func of(flag string, err error) error {
	return &refusal.UsageError{Err: fmt.Errorf("%s: %w", flag, err), Remedy: refusal.HintOf(err)}
}
