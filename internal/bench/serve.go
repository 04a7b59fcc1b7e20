package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"attrmigrate/internal/sandbox"
)

// poolDocument is the pool of the measurements: the attributes that the input files set.
//
//go:embed pool.json
var poolDocument string

const sampleEvery = 100 * time.Millisecond

// The operations that are counted.
const (
	updateOperation   = "AdminUpdateUserAttributes"
	readOperation     = "AdminGetUser"
	describeOperation = "DescribeUserPool"
	listOperation     = "ListUsers"
)

// address is the first line that a server writes.
type address struct {
	URL   string
	Pools []string
}

// observation is what a server answers to "report". Times are in milliseconds since 1970.
type observation struct {
	Operations map[string]int64
	First      map[string]int64   // when each operation was first asked for
	Last       map[string]int64   // and last
	Samples    []sample           // every 100 ms, and one now
	Accepted   map[string][]int64 // by pool, when its updates were accepted; of servers with -log only
}

// sample is what was counted until a moment.
type sample struct {
	At                         int64
	Received, Throttled, Reads int64 // updates received and throttled; reads received
}

// serve is the server process: a sandbox that takes "quota N", "forget" and "report", a line each, and ends with
// its input. It counts by the sandbox's own counters, so it costs the machine no more than a sandbox does.
func serve(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	quota := flags.Float64("quota", sandbox.Off, "updates a second")
	users := flags.Int("users", 1000, "users a pool")
	pools := flags.Int("pools", 1, "pools")
	pageTime := flags.Duration("page-time", 0, "how long a page of users takes")
	poisoned := flags.Int("poisoned", 0, "of so many users, one has updates that fail; 0: none")
	log := flags.Bool("log", false, "report when updates were accepted")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config := sandbox.Config{Quotas: onlyUpdates(*quota), PageTime: *pageTime, LogSize: 1}
	if *log {
		config.LogSize = 0 // the default
	}
	w := &witness{first: map[string]int64{}, last: map[string]int64{}, log: *log, poisoned: map[string]bool{}}
	for i := *poisoned / 2; *poisoned > 0 && i < *users; i += *poisoned {
		w.poisoned[userName(i)] = true
	}
	config.Faults.Hook = w.sees
	server, err := sandbox.New(config)
	if err != nil {
		return err
	}
	defer server.Close()
	w.server = server
	a, err := populate(server, *pools, *users)
	if err != nil {
		return err
	}
	answer := json.NewEncoder(out)
	if err := answer.Encode(a); err != nil {
		return err
	}
	stop := w.watch()
	defer stop()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		command, argument, _ := strings.Cut(lines.Text(), " ")
		switch command {
		case "quota":
			n, err := strconv.ParseFloat(argument, 64)
			if err != nil {
				return err
			}
			server.SetQuotas(onlyUpdates(n))
		case "forget":
			w.forget()
		case "report":
			if err := answer.Encode(w.report()); err != nil {
				return err
			}
		default:
			return fmt.Errorf("there is no command %q", command)
		}
	}
	return lines.Err()
}

// onlyUpdates are quotas of which none but that of updates holds.
func onlyUpdates(perSecond float64) sandbox.Quotas {
	q := sandbox.NoQuotas()
	q.UserUpdate = perSecond
	return q
}

// populate makes the pools and their users, and starts to listen.
func populate(server *sandbox.Server, pools, users int) (address, error) {
	var a address
	for range pools {
		id, err := server.CreatePool([]byte(poolDocument))
		if err != nil {
			return a, err
		}
		a.Pools = append(a.Pools, id)
		for i := range users {
			u := sandbox.User{Username: userName(i), Attributes: map[string]string{"custom:tier": "none"}}
			if err := server.CreateUser(id, u); err != nil {
				return a, err
			}
		}
	}
	var err error
	a.URL, err = server.Start("127.0.0.1:0")
	return a, err
}

func userName(i int) string { return fmt.Sprintf("user-%05d", i) }

// witness remembers what a server has seen.
type witness struct {
	server   *sandbox.Server
	log      bool
	poisoned map[string]bool // whose updates fail

	mu      sync.Mutex
	first   map[string]int64
	last    map[string]int64
	samples []sample
}

// sees notes the first and the last request of an operation; it is called for every request, and has those fail that shall.
func (w *witness) sees(operation, username string) *sandbox.Fault {
	now := time.Now().UnixMilli()
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.first[operation]; !ok {
		w.first[operation] = now
	}
	w.last[operation] = now
	if operation == updateOperation && w.poisoned[username] {
		return &sandbox.Fault{Error: "InternalErrorException"}
	}
	return nil
}

// forget makes the next request of each operation the first again.
func (w *witness) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.first)
}

// watch samples in a goroutine of its own until it is stopped.
func (w *witness) watch() (stop func()) {
	ticker := time.NewTicker(sampleEvery)
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-ticker.C:
				w.sample()
			case <-quit:
				return
			}
		}
	})
	return func() { ticker.Stop(); close(quit); wg.Wait() }
}

func (w *witness) sample() {
	stats := w.server.Stats()
	updates := stats.Categories["UserUpdate"]
	w.mu.Lock()
	defer w.mu.Unlock()
	w.samples = append(w.samples, sample{time.Now().UnixMilli(), updates.Received, updates.Throttled, stats.Operations[readOperation]})
}

func (w *witness) report() observation {
	w.sample()
	o := observation{Operations: w.server.Stats().Operations, Accepted: map[string][]int64{}}
	if w.log {
		for _, u := range w.server.Log() {
			o.Accepted[u.Pool] = append(o.Accepted[u.Pool], u.Time.UnixMilli())
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	o.First, o.Last = maps.Clone(w.first), maps.Clone(w.last)
	o.Samples = append(o.Samples, w.samples...)
	return o
}
