package campaign

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// voyage is a start of the program and how it is steered, by two people at once.
type voyage struct {
	script script
	people [2][]errand
	edit   map[string]string // what is written into control.json before it; nil: nothing
	unasks bool              // a run on hold is first started as a scheduler would
}

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

// drawVoyages makes of a scene one that is steered: without users who are poisoned, so slow that orders come in the middle
// of the work, and with few disturbances but those.
func (s *scene) drawVoyages() (all []voyage) {
	s.poisoned, s.attempts, s.budget = nil, 30, "1000"
	s.flags[1] = pick(s.dice, "30", "60", "120", "off")
	early := s.between(0, 3)
	reach := max(4, len(s.records)*3/2/(early+1))
	for n := range early + 1 {
		v := voyage{script: s.drawScript(reach, true), unasks: s.chance(0.4)}
		if s.chance(0.7) {
			v.script.spell = spell{}
		}
		if n > 0 && s.chance(0.4) {
			v.edit = s.drawEdit()
		}
		for i := range v.people {
			v.people[i] = s.drawErrands()
		}
		if n < early {
			end := errand{after: time.Duration(s.IntN(300)) * time.Millisecond, typed: s.chance(0.15), verb: pick(s.dice, "stop", "stop", "stop now", toKill, toKill, toTerminate)}
			v.people[1] = append(v.people[1], end)
		}
		all = append(all, v)
	}
	return all
}

func (s *scene) drawErrands() (all []errand) {
	for range s.between(0, 4) {
		e := errand{
			after: time.Duration(s.IntN(200)) * time.Millisecond, typed: s.chance(0.15),
			verb: pick(s.dice, "pause", "pause", "pause", "unpause", "unpause", "rate", "read_rate", toLook),
		}
		switch e.verb {
		case "rate", "read_rate":
			e.value = pick(s.dice, "10", "50", "300", "null")
		case "pause":
			e.span = time.Duration(pick(s.dice, 0, 0, 0, 100, 700)) * time.Millisecond
			e.reason = pick(s.dice, "", "support called")
		}
		all = append(all, e)
	}
	return all
}

// drawEdit draws what somebody writes into control.json.
func (s *scene) drawEdit() map[string]string {
	return map[string]string{
		"paused": pick(s.dice, "true", "false"), "rate": pick(s.dice, "10", "75.5", "null"), "read_rate": pick(s.dice, "40", "null"),
		"hold": pick(s.dice, "true", "false", "false"),
	}
}

// end is what exit code an errand may give a start, beside those that it has anyway.
func (e errand) ends(code int) bool {
	switch e.verb {
	case "stop", "stop now":
		return code == 4
	case toKill:
		return code == -1
	case toTerminate:
		return code == 130 || code == 1 || code == -1 // also before it looks for signals, or before anything was written
	}
	return false
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
