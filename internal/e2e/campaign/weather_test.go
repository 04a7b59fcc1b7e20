//go:build unix

package campaign

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"attrmigrate/internal/s3/s3test"
)

// lease is how long the leases of a campaign last: what starts wait for most.
const lease = 1500 * time.Millisecond

// The ends of a start whose run is in S3, and what else happens to it.
const (
	napped    = "SIGSTOP, and woken within the lease"
	overslept = "SIGSTOP beyond the lease, and woken"
	overtaken = "SIGSTOP beyond the lease, and woken while another start is at work"
	rival     = "a second start meanwhile"
	twoAtOnce = "two starts at once"
)

// weather is what becomes of requests to S3 for a while, from the nth object that a start writes.
type weather struct {
	kind  string // "": fair
	from  int
	lasts time.Duration
}

func (w weather) String() string {
	if w.kind == "" {
		return ""
	}
	return fmt.Sprintf(", S3 %s from object %d for %s", w.kind, w.from, w.lasts.Round(time.Millisecond))
}

func (p *plot) drawWeather() (w weather) {
	if !p.chance(0.35) {
		return w
	}
	w = weather{pick(p.dice, "slow", "failing", "refusing", "losing", "late", "away"), p.between(1, 12), time.Duration(p.between(50, 1500)) * time.Millisecond}
	if w.kind == "away" && p.chance(0.3) {
		w.lasts = lease + lease/2
	}
	return w
}

// sky makes the weather of a start.
type sky struct {
	server *s3test.Server
	dice   dice
	late   chan struct{} // closed when effects come that are late

	mu      sync.Mutex
	weather weather
	puts    int
	since   time.Time // the weather is there
	timers  []*time.Timer
}

// begin begins the weather of a start. What was late comes, at some moment of it.
func (k *sky) begin(w weather) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.weather, k.puts, k.since = w, 0, time.Time{}
	if late := k.late; late != nil {
		k.timers = append(k.timers, time.AfterFunc(time.Duration(k.dice.Int64N(int64(2*lease))), func() { close(late) }))
	}
	k.late = make(chan struct{})
	k.server.Script(k.fault)
}

// clear ends it.
func (k *sky) clear() {
	k.server.Script(nil)
	k.server.Away(false)
}

// draw draws a number below n.
func (k *sky) draw(n int) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.dice.IntN(n)
}

// end has all that is late come at once.
func (k *sky) end() {
	k.clear()
	for _, t := range k.timers {
		t.Stop()
	}
}

func (k *sky) fault(r s3test.Request) s3test.Fault {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r.Operation == "PutObject" {
		k.puts++
	}
	if k.weather.kind == "" || k.puts < k.weather.from {
		return s3test.Fault{}
	}
	if k.since.IsZero() {
		k.since = time.Now()
		if k.weather.kind == "away" {
			k.server.Away(true)
			k.timers = append(k.timers, time.AfterFunc(k.weather.lasts, func() { k.server.Away(false) }))
		}
	}
	if time.Since(k.since) > k.weather.lasts {
		return s3test.Fault{}
	}
	return k.of(r)
}

// of is the fault of a request in the weather.
func (k *sky) of(r s3test.Request) s3test.Fault {
	puts := r.Operation == "PutObject"
	switch {
	case k.weather.kind == "slow":
		return s3test.Fault{Wait: time.Duration(k.dice.IntN(300)) * time.Millisecond}
	case k.dice.chance(0.5):
	case k.weather.kind == "failing":
		return pick(k.dice, s3test.SlowDown(), s3test.Fault{Status: http.StatusInternalServerError, Code: "InternalError"})
	case k.weather.kind == "refusing" && puts:
		return s3test.Fault{Status: http.StatusConflict, Code: "ConditionalRequestConflict"}
	case k.weather.kind == "losing":
		return s3test.Fault{Lost: true}
	case k.weather.kind == "late" && puts:
		return s3test.Fault{Late: k.late}
	}
	return s3test.Fault{}
}

// dreams are the exit codes that a start may have that was suspended beyond its lease.
func (c script) dreams() []int {
	if len(c.faults) > 0 || c.spell.length > 0 || c.weather.kind != "" {
		return []int{1, 4, 5} // 1: before the first write
	}
	return []int{4, 5}
}
