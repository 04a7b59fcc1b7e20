// Command customsource runs a change set of its own through attrmigrate's pipeline: a directory of
// JSON profiles, one file a user, which none of attrmigrate's decoders knows.
//
//	customsource -user-pool-id us-east-1_Ab12Cd34E profiles
//
// It brings a Source (profiles.go) and an Updater (updater.go); pace, retries, order and the
// checkpoint are the pipeline's. Credentials, Region and endpoint come from the AWS SDK's own chain.
// The same command again continues where the last one stopped.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "customsource:", err)
		os.Exit(1)
	}
}

// run is the whole command: it opens what the flags name, and has the pipeline carry the one to the other.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("customsource", flag.ContinueOnError)
	pool := flags.String("user-pool-id", "", "the user pool")
	dir := flags.String("run-dir", "profiles.run", "where the checkpoint is kept")
	limit := flags.Int64("limit", 0, "stop after so many profiles, as a canary")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *pool == "" || flags.NArg() != 1 {
		return errors.New("usage: customsource -user-pool-id ID DIRECTORY")
	}
	source, err := openProfiles(flags.Arg(0))
	if err != nil {
		return err
	}
	updater, err := newUpdater(ctx, *pool)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return err
	}
	lock, err := checkpoint.Acquire(*dir) // two runs at once would each do what the other does
	if err != nil {
		return err
	}
	defer lock.Release()
	store := checkpoint.NewFile(*dir)
	state, err := load(store, checkpoint.Fingerprint{"pool": *pool, "profiles": source.digest()})
	if err != nil {
		return fmt.Errorf("%s: %w", *dir, err)
	}
	source.resume(state.Position)
	state.Total = int64(len(source.names))
	return carry(ctx, out, pipeline.Config{
		Source: source, Updater: updater, Results: printer{out}, Store: store, Resume: state, Limit: *limit,
	})
}

// carry runs the pipeline to its end, or until a signal stops it, and prints how far it came.
func carry(ctx context.Context, out io.Writer, config pipeline.Config) error {
	runner, err := pipeline.New(config)
	if err != nil {
		return err
	}
	// A signal stops the run, but calls under way may end: they are not made under ctx.
	defer context.AfterFunc(ctx, func() { runner.Stop(pipeline.Interrupted) })()
	state, err := runner.Run(context.WithoutCancel(ctx))
	c := state.Counts
	fmt.Fprintf(out, "%d of %d profiles: %d updated, %d failed\n", c.Done(), state.Total, c.Updated, c.Failed)
	return err
}

// load returns the state that an earlier start left, or that of a fresh run. A run that does
// something else is not gone on with.
func load(store *checkpoint.File, here checkpoint.Fingerprint) (checkpoint.State, error) {
	state, err := store.Load()
	if errors.Is(err, fs.ErrNotExist) {
		return checkpoint.State{Fingerprint: here}, nil
	}
	if diff := state.Fingerprint.Diff(here); err == nil && len(diff) > 0 {
		err = fmt.Errorf("it holds a run with another %s", diff[0].Name)
	}
	return state, err
}

// printer is a ResultWriter that prints what failed. One that keeps it in a file makes the file
// durable in Sync and returns its extent, and cuts it back to State.Files when a run is resumed.
type printer struct{ out io.Writer }

// Write prints a failure.
func (p printer) Write(r pipeline.Result) error {
	if r.Err == nil {
		return nil
	}
	_, err := fmt.Fprintf(p.out, "%s: %v\n", r.Change.File, r.Err)
	return err
}

// Sync has no file to make durable.
func (p printer) Sync() (map[string]checkpoint.Extent, error) { return nil, nil }
