package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/s3/s3test"
)

// keptElsewhere is a run in S3 at the quota of an account, where each PUT takes so long.
func (b *bench) keptElsewhere(delay time.Duration, reach float64) func(context.Context) (result, error) {
	return func(ctx context.Context) (result, error) {
		const quota = 25
		s, err := b.startStore(ctx, delay)
		if err != nil {
			return result{}, err
		}
		defer s.close()
		c, err := b.play(ctx, scenario{
			name:  fmt.Sprintf("s3-%s", delay),
			quota: quota, rate: quota, runs: 1, length: b.rate, store: s, changes: []quotaChange{{after: b.settle}},
		})
		if err != nil {
			return result{}, err
		}
		// A run begins with some PUTs at once: its lease, its claim, and what is written until enough is read ahead.
		const long = 100_000
		perSecond := float64(c.puts[1]-c.puts[0]) / (b.rate - b.settle).Seconds()
		seconds := long / c.rate
		puts := float64(c.puts[0]) + perSecond*(seconds-b.settle.Seconds())
		return result{rows: []row{
			{
				What: fmt.Sprintf("accepted at quota %d, read and with undo, the run in S3 at %s a PUT", quota, delay), Ours: c.accepted(0, b.rate), Unit: "/s",
				Peer: "the quota", Bound: quota, Reach: atLeast(reach),
			},
			{
				What: fmt.Sprintf("PUTs of %s such records, as those of %s go on", number(long), b.rate), Ours: puts, Peer: "the seconds of the run", Bound: seconds, Reach: atMost(1.3),
				Note: fmt.Sprintf("%d in the first %s, then %.2f a second", c.puts[0], b.settle, perSecond),
			},
		}}, nil
	}
}

// fastElsewhere holds a run in S3 at full speed against one in a local directory.
func (b *bench) fastElsewhere(ctx context.Context) (result, error) {
	const delay = 8 * time.Millisecond
	input, err := b.narrow("elsewhere.csv", b.rowsForRound())
	if err != nil {
		return result{}, err
	}
	s, err := b.startStore(ctx, delay)
	if err != nil {
		return result{}, err
	}
	defer s.close()
	local := b.applyAtFullSpeed("local", input, "--read-rate", "off")
	afar := b.applyIn(s, "s3", input, "--read-rate", "off")
	if err := b.compete(ctx, []*contender{local, afar}); err != nil {
		return result{}, err
	}
	return result{rows: []row{{
		What: fmt.Sprintf("API calls with reading and undo at full speed, the run in S3 at %s a PUT", delay), Ours: median(afar.rates), Unit: "/s",
		Peer: "in a local directory", Bound: median(local.rates), Reach: atLeast(0.50), Note: spread(afar, local),
	}}}, nil
}

// moved restores a run of many records, as one at 25 updates a second leaves it, and holds that against reading the same
// objects.
func (b *bench) moved(ctx context.Context) (result, error) {
	server, err := s3test.New()
	if err != nil {
		return result{}, err
	}
	defer server.Close()
	for _, v := range server.Env() {
		name, value, _ := strings.Cut(v, "=")
		if err := os.Setenv(name, value); err != nil { // for the SDK's chain, in this process
			return result{}, err
		}
	}
	bucket, err := s3.Open(ctx, s3test.Bucket, s3.Config{})
	if err != nil {
		return result{}, err
	}
	if err := b.leave(ctx, bucket, b.moving); err != nil {
		return result{}, err
	}
	var ours, peer []float64
	var size int64
	for range b.rounds {
		began := time.Now()
		if size, err = readAll(ctx, server.URL, bucket); err != nil {
			return result{}, err
		}
		peer = append(peer, time.Since(began).Seconds())
		began = time.Now()
		if err := b.restored(ctx, bucket); err != nil {
			return result{}, err
		}
		ours = append(ours, time.Since(began).Seconds())
	}
	return result{rows: []row{{
		What: fmt.Sprintf("a run in S3 of %s records restored on another machine, %d MiB", number(float64(b.moving)), size>>20), Ours: median(ours), Unit: " s",
		Peer: "reading the same bytes by 64 connections", Bound: median(peer), Reach: atMost(2),
	}}}, nil
}

// remote is a run in a bucket.
func (b *bench) remote(bucket *s3.Bucket, work string) runlog.Config {
	return runlog.Config{
		Store: bucket, Prefix: "moved/", Shown: "s3://" + s3test.Bucket + "/moved", Work: work, TTL: time.Minute, Timeout: 20 * time.Second,
		Names: rundir.Names(), Restoring: func(int64, int64) {}, Log: slog.New(slog.DiscardHandler),
	}
}

// leave leaves a run of so many records as it is at 25 updates a second: an object a second, with their undo entries, and
// the reports and a checkpoint in each fifth.
func (b *bench) leave(ctx context.Context, bucket *s3.Bucket, records int) (err error) {
	work, err := os.MkdirTemp(b.dir, "left-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	run, err := runlog.Open(ctx, b.remote(bucket, work))
	if err != nil {
		return err
	}
	const each, entry, applied = 25, 230, 60 // records an object; bytes
	files := map[string]disk.File{}
	for _, name := range []string{"undo.jsonl", "applied.csv"} {
		if files[name], err = run.FS().OpenFile(filepath.Join(run.Dir(), name), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
			return err
		}
		defer files[name].Close()
	}
	undo, report := []byte(strings.Repeat("u", each*entry)), []byte(strings.Repeat("a", 5*each*applied))
	for i := range records / each {
		if _, err := files["undo.jsonl"].Write(undo); err != nil {
			return err
		}
		if i%5 == 4 {
			if _, err := files["applied.csv"].Write(report); err != nil {
				return err
			}
			if err := disk.WriteFile(run.FS(), filepath.Join(run.Dir(), "checkpoint.json"), []byte(strings.Repeat("c", 3000))); err != nil {
				return err
			}
		}
		if err := files["undo.jsonl"].Sync(); err != nil {
			return err
		}
	}
	return run.Close(ctx)
}

// restored restores the run.
func (b *bench) restored(ctx context.Context, bucket *s3.Bucket) error {
	work, err := os.MkdirTemp(b.dir, "moved-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	seen, err := runlog.Look(ctx, bucket, "moved/", rundir.Names())
	if err != nil {
		return err
	}
	return seen.Restore(ctx, work, func(int64, int64) {})
}

// readAll reads the objects that a restoration needs, and does nothing with them: the snapshots, and of the log what is in
// none.
func readAll(ctx context.Context, url string, bucket *s3.Bucket) (size int64, err error) {
	const connections = 64
	var keys []string
	last := ""
	err = bucket.List(ctx, "moved/runs/", "", func(e runlog.Entry) error {
		_, name, _ := strings.Cut(strings.TrimPrefix(e.Key, "moved/runs/"), "/")
		if number, found := strings.CutPrefix(name, "snapshot/"); found {
			last = max(last, number)
			keys = append(keys, e.Key)
			size += e.Size
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	err = bucket.List(ctx, "moved/runs/", "", func(e runlog.Entry) error {
		if _, number, found := strings.Cut(e.Key, "/log/"); found && number > last {
			keys = append(keys, e.Key)
			size += e.Size
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true}}
	defer client.CloseIdleConnections()
	work := make(chan string)
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			for key := range work {
				if resp, err := client.Get(url + "/" + s3test.Bucket + "/" + key); err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			}
		})
	}
	for _, key := range keys {
		work <- key
	}
	close(work)
	all.Wait()
	return size, nil
}
