//go:build unix

package campaign

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// errand is what somebody does to a program that runs.
type errand struct {
	after  time.Duration // since the last
	verb   string
	value  string        // a rate, as JSON has it
	span   time.Duration // of a pause; 0: it lasts
	typed  bool          // by a command; else over the socket
	reason string
}

// The verbs of errands that are no orders.
const (
	toLook      = "look"
	toKill      = "SIGKILL"
	toTerminate = "SIGTERM"
)

// drawErrands has people steer some starts.
func (p *plot) drawErrands(starts []script) {
	for n := range starts {
		c := &starts[n]
		if !p.chance(0.6) && n < len(starts)-1 {
			continue
		}
		c.row, c.unasks, c.lingers = p.IntN(len(p.scenes)), p.chance(0.4), time.Duration(p.IntN(500))*time.Millisecond
		if n > 0 && !p.elsewhere && p.chance(0.4) {
			c.edit = p.drawEdit()
		}
		for i := range c.people {
			c.people[i] = p.errands()
		}
		if last := n == len(starts)-1; last && p.elsewhere { // which lasts long enough
			c.people[0] = append([]errand{{verb: "pause", typed: true}}, c.people[0]...)
		} else if !last && p.chance(0.4) {
			c.people[1] = append(c.people[1], errand{
				after: time.Duration(p.IntN(300)) * time.Millisecond, typed: p.elsewhere || p.chance(0.15), verb: pick(p.dice, "stop", "stop now", toKill, toTerminate),
			})
		}
	}
}

func (p *plot) errands() (all []errand) {
	for range p.between(0, map[bool]int{false: 4, true: 2}[p.elsewhere]) {
		e := errand{
			after: time.Duration(p.IntN(200)) * time.Millisecond, typed: p.elsewhere || p.chance(0.15),
			verb: pick(p.dice, "pause", "pause", "pause", "unpause", "unpause", "rate", "read_rate", toLook),
		}
		switch e.verb {
		case "rate", "read_rate":
			e.value = pick(p.dice, "10", "50", "300", "null")
		case "pause":
			e.span = time.Duration(pick(p.dice, 0, 0, 0, 100, 700)) * time.Millisecond
			e.reason = pick(p.dice, "", "support called")
		}
		all = append(all, e)
	}
	return all
}

// drawEdit draws what somebody writes into control.json.
func (p *plot) drawEdit() map[string]string {
	return map[string]string{
		"paused": pick(p.dice, "true", "false"), "rate": pick(p.dice, "10", "75.5", "null"), "read_rate": pick(p.dice, "40", "null"),
		"hold": pick(p.dice, "true", "false", "false"),
	}
}

// ends are the exit codes that an errand may give a start, beside those that it has anyway.
func (e errand) ends() []int {
	switch e.verb {
	case "stop", "stop now":
		return []int{4}
	case toKill:
		return []int{-1}
	case toTerminate:
		return []int{130, 1, -1} // also before it looks for signals, or before anything was written
	}
	return nil
}

// orders are what an errand asks for.
func (e errand) order() (o Order, asks bool) {
	switch e.verb {
	case "pause":
		o.Field, o.Value = "paused", "true"
	case "unpause":
		o.Field, o.Value = "paused", "false"
	case "rate", "read_rate":
		o.Field, o.Value = e.verb, e.value
	case "stop", "stop now":
		o.Field, o.Value = "hold", "true"
	default:
		return o, false
	}
	return o, true
}

// request is the errand over HTTP.
func (e errand) request() (method, path string, body []byte) {
	doc := map[string]any{"by": "ann@host by command", "reason": e.reason}
	switch e.verb {
	case "pause":
		method, path = "POST", "/v1/pause"
		if e.span > 0 {
			doc["for"] = e.span.String()
		}
	case "unpause":
		method, path = "POST", "/v1/unpause"
	case "rate", "read_rate":
		method, path = "PATCH", "/v1/limits"
		doc[e.verb] = json.RawMessage(e.value)
	case "stop", "stop now":
		method, path = "POST", "/v1/stop"
		doc["now"] = e.verb == "stop now"
	}
	body, _ = json.Marshal(doc) // texts and numbers alone
	return method, path, body
}

// command is the errand as it is typed; nil: it is not.
func (e errand) command(run string) []string {
	if !e.typed {
		return nil
	}
	value := strings.Replace(e.value, "null", "default", 1)
	switch {
	case e.verb == "pause" && e.span > 0:
		return []string{"pause", run, "--for", e.span.String()}
	case e.verb == "rate":
		return []string{"rate", run, value}
	case e.verb == "read_rate":
		return []string{"rate", run, "--read-rate", value}
	case e.verb == "stop now":
		return []string{"stop", run, "--now"}
	default:
		return []string{e.verb, run}
	}
}

func (e errand) String() string {
	return fmt.Sprintf("%s %s%s after %s", e.verb, e.value, map[bool]string{true: " for " + e.span.String()}[e.span > 0], e.after)
}
