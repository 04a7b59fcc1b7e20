package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// slice is a Source over changes in memory. Each change says where reading goes on behind it.
type slice []*sources.Change

func (s *slice) Next(context.Context) (*sources.Change, error) {
	if len(*s) == 0 {
		return nil, io.EOF
	}
	next := (*s)[0]
	*s = (*s)[1:]
	return next, nil
}

// tiers makes a change for each user.
func tiers(users ...string) *slice {
	var s slice
	for i, user := range users {
		s = append(s, &sources.Change{
			File: "made.csv", Line: i + 1, After: sources.Position{Offset: int64(i + 1)},
			Username: user, Attributes: []sources.Attribute{{Name: "custom:tier", Value: "gold"}},
		})
	}
	return &s
}

// directory is an Updater: a service of one's own, which many goroutines call.
type directory struct {
	mu    sync.Mutex
	users map[string]string // name -> tier
	calls int
}

var errNobody = errors.New("no such user")

func (d *directory) Update(_ context.Context, c *sources.Change) (pipeline.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls++
	switch _, known := d.users[c.Username]; {
	case d.calls == 2:
		return 0, busy{} // the record is tried again
	case !known:
		return 0, errNobody // says nothing of itself: the end of this record
	}
	d.users[c.Username] = c.Attributes[0].Value
	return pipeline.Updated, nil
}

// busy is an error of the service that refuses the pace.
type busy struct{}

func (busy) Error() string  { return "too many requests" }
func (busy) Throttle() bool { return true }

// memory is a Store and a ResultWriter that keeps nothing beyond the process.
type memory struct {
	state    checkpoint.State
	failures []string
}

func (m *memory) Save(s checkpoint.State) error {
	m.state = s
	return nil
}

func (m *memory) Write(r pipeline.Result) error {
	if r.Outcome == pipeline.Failed {
		m.failures = append(m.failures, fmt.Sprintf("%s: %s: %v", r.Change.Place(), r.Change.Username, r.Err))
	}
	return nil
}

func (m *memory) Sync() (map[string]checkpoint.Extent, error) { return nil, nil }

// A run without AWS: changes from a slice, a service in memory, and a state that is kept there too. The second call
// is throttled, one user is unknown, and a limit stops the first start, which the second one continues.
func Example() {
	d := &directory{users: map[string]string{"ann": "", "bob": "", "cleo": ""}}
	kept := &memory{}
	changes := tiers("ann", "bob", "nobody", "cleo")
	cfg := pipeline.Config{
		Source: changes, Updater: d, Results: kept, Store: kept,
		Rate: pipeline.Unlimited, Backoff: pipeline.Backoff{Base: time.Millisecond}, Limit: 3,
	}
	for {
		r, err := pipeline.New(cfg)
		if err != nil {
			fmt.Println(err)
			return
		}
		state, err := r.Run(context.Background())
		fmt.Printf("%s: %d updated, %d failed\n", state.Phase, state.Counts.Updated, state.Counts.Failed)
		var stop *pipeline.StopError
		if !errors.As(err, &stop) {
			break
		}
		fmt.Println(stop)
		// The next start goes on from the state, with a source that stands at its position.
		rest := (*tiers("ann", "bob", "nobody", "cleo"))[state.Position.Offset:]
		cfg.Source, cfg.Resume = &rest, kept.state
	}
	fmt.Println(kept.failures[0])
	fmt.Println(d.users)
	// Output:
	// stopped: 2 updated, 1 failed
	// the limit is reached
	// finished: 3 updated, 1 failed
	// made.csv:3: nobody: no such user
	// map[ann:gold bob:gold cleo:gold]
}

// A run that keeps out of office hours, and goes as fast as the service allows at night. Here three hours pass at once;
// else a ticker would tell of them.
func ExampleRunner_Pause() {
	r, err := pipeline.New(pipeline.Config{Source: tiers("ann", "bob", "cleo"), Updater: &directory{users: map[string]string{"ann": "", "bob": "", "cleo": ""}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := func(hour int) {
		if hour >= 9 && hour < 17 {
			r.Pause()
			fmt.Printf("%d:00 %s, %d done\n", hour, r.Progress().Pause, r.Progress().Done)
			return
		}
		fmt.Printf("%d:00 goes on\n", hour)
		if err := r.SetRate(pipeline.Unlimited, 0); err != nil { // 0: reads keep the ceiling of Config
			fmt.Println(err)
		}
		r.Unpause()
	}
	at(15) // the run begins paused
	go func() {
		at(16)
		at(17)
	}()
	state, err := r.Run(context.Background())
	fmt.Println(state.Counts.Updated, "updated", err)
	// Output:
	// 15:00 paused, 0 done
	// 16:00 paused, 0 done
	// 17:00 goes on
	// 3 updated <nil>
}

// A rate that is set live replaces the ceiling: one update a minute would take an hour and a half, so it is lifted
// as soon as the first one is through.
func ExampleRunner_SetRate() {
	var users []string
	for i := range 100 {
		users = append(users, fmt.Sprintf("user-%d", i))
	}
	service := &steered{first: make(chan struct{})}
	r, err := pipeline.New(pipeline.Config{Source: tiers(users...), Updater: service, Rate: 1. / 60})
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		<-service.first
		fmt.Println("the first is through; now as fast as the service allows")
		if err := r.SetRate(pipeline.Unlimited, 0); err != nil { // 0: reads keep the ceiling of Config
			fmt.Println(err)
		}
	}()
	state, err := r.Run(context.Background())
	fmt.Println(state.Counts.Updated, "updated:", state.Rate.Reason, err)
	// Output:
	// the first is through; now as fast as the service allows
	// 100 updated: unlimited <nil>
}

// steered is an Updater that tells of its first call.
type steered struct {
	once  sync.Once
	first chan struct{}
}

func (s *steered) Update(context.Context, *sources.Change) (pipeline.Outcome, error) {
	s.once.Do(func() { close(s.first) })
	return pipeline.Updated, nil
}
