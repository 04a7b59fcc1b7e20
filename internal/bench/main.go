package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is the harness, or one of the processes that it starts of itself.
func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "serve":
			return serve(args[1:], os.Stdin, os.Stdout)
		case "loop":
			return loop(ctx, args[1:])
		case "store":
			return serveStore(args[1:], os.Stdin, os.Stdout)
		case "decode":
			return decode(args[1:])
		}
	}
	return measure(ctx, args)
}

// bench is what the steps share; nothing of it changes once they run.
type bench struct {
	settings
	program string // attrmigrate
	self    string // this executable
	python  string // an interpreter that has boto3; empty: none
	boto3   string // its version
	awsCLI  string // the version of the AWS CLI; empty: there is none
	dir     string // temporary
}

func measure(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	program := flags.String("program", "bin/attrmigrate", "the program to measure")
	out := flags.String("out", "dist/bench", "directory for bench.json and table.md")
	quick := flags.Bool("quick", false, "shorter and smaller, without pass marks")
	only := flags.String("only", "", "measure only the steps whose names contain this")
	embed := flags.String("embed", "", "Markdown page that shows the table")
	brief := flags.String("brief", "", "Markdown page that shows few of its rows")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b := &bench{settings: full}
	b.python, b.boto3 = findBoto3(ctx)
	b.awsCLI = findAWSCLI(ctx)
	if *quick {
		b.settings = short
	}
	if b.program, err = filepath.Abs(*program); err != nil {
		return err
	}
	if _, err := os.Stat(b.program); err != nil {
		return fmt.Errorf("%w (make build makes it)", err)
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "attrmigrate-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)

	began := time.Now()
	results, failed := b.runAll(ctx, *only)
	r := newReport(describeMachine(b), began, *quick, results)
	fmt.Print(r.text())
	if err := r.write(*out); err != nil {
		return err
	}
	for page, text := range map[string]string{*embed: r.markdown(), *brief: r.brief()} {
		if page != "" && failed == nil {
			if err := replaceBlock(page, text); err != nil {
				return err
			}
		}
	}
	return failed
}
