package campaign

import (
	"fmt"
	"time"
)

// script is what happens to one start of the program. Its moments are numbers of requests, so that they
// come in the middle of the work.
type script struct {
	end    string        // see ends; "" if it is left alone
	at     int           // the request at which it ends
	later  time.Duration // behind that request, where the end is not tied to it
	limit  int           // of records; 0: none
	faults map[int]string
	spell  spell
	noisy  uint64 // the seed of the faults of a spell that are drawn as requests come

	// Of a start whose run is in S3.
	gone    bool // with it, its machine
	weather weather
}

// spell is a fault of all requests for a while; length 0: none.
type spell struct {
	kind         string
	from, length int
}

// The ends of a start.
const (
	killBefore  = "SIGKILL before the request"
	killAnswer  = "SIGKILL before the answer"
	killLater   = "SIGKILL"
	terminate   = "SIGTERM"
	termHanging = "SIGTERM while a call hangs"
	interrupt2  = "SIGINT twice"
	limited     = "--limit"
)

// The kinds of faults of single requests, and how often each is drawn.
var singles = []string{"throttle", "throttle", "internal", "internal", "before", "after", "after", "hang"}

// spells are the kinds of faults of many requests, and how many requests they may last.
var spells = map[string]int{
	"storm": 12, "internal": 60, "away": 40, "denied": 30, "expired": 30, "quota": 40, "silence": 6,
}

// drawScripts draws how a command that sends about so many requests is started until it is done: early
// starts, and one that is left alone. With refusals records may fail.
func (s *scene) drawScripts(early, requests int, refusals bool) (scripts []script) {
	reach := max(4, requests*3/2/(early+1))
	for range early {
		c := s.drawScript(reach, refusals)
		c.end = pick(s.dice, killBefore, killBefore, killAnswer, killAnswer, killLater, killLater, killLater, killLater, terminate, termHanging, interrupt2, limited)
		c.at, c.later = s.between(1, reach), time.Duration(s.IntN(15_000))*time.Microsecond
		if c.end == limited {
			c.limit = 1 + c.at/2
		}
		scripts = append(scripts, c)
	}
	last := s.drawScript(reach, refusals)
	if s.chance(0.6) { // it outlives the timeout, as others seldom do
		last.faults[s.between(1, reach)] = "hang"
	}
	return append(scripts, last)
}

func (s *scene) drawScript(reach int, refusals bool) script {
	c := script{faults: map[int]string{}, noisy: s.Uint64()}
	for range pick(s.dice, 0, 0, 1, 2, 4) {
		c.faults[s.between(1, reach)] = pick(s.dice, singles...)
	}
	if refusals {
		for range pick(s.dice, 0, 0, 1, 2) {
			c.faults[s.between(1, reach)] = pick(s.dice, "lambda", "user lambda")
		}
	}
	if s.chance(0.25) {
		c.spell.kind = pick(s.dice, "storm", "internal", "away", "denied", "denied", "expired", "quota", "silence")
		c.spell.from, c.spell.length = s.between(1, reach), s.between(2, spells[c.spell.kind])
	}
	if c.spell.kind == "away" && (!refusals || s.attempts > 8) {
		c.spell = spell{} // a record with many attempts would sit it out
	}
	return c
}

// codes are the exit codes that the start may have, done before its end or not.
func (c script) codes(tight, poisoned bool) []int {
	codes := []int{0, 3}
	switch c.end {
	case killBefore, killAnswer, killLater:
		codes = append(codes, -1)
	case terminate, termHanging, interrupt2:
		codes = append(codes, 130)
	case limited:
		codes = append(codes, 4)
	}
	if len(c.faults) > 0 || c.spell.length > 0 {
		codes = append(codes, 4, 1) // 1: before the first write
	}
	if tight || poisoned {
		codes = append(codes, 4)
	}
	return codes
}

func (c script) String() string {
	text := "until " + c.end
	if c.end == "" {
		text = "to its end"
	} else if c.end != limited {
		text = fmt.Sprintf("%s %d", text, c.at)
	}
	if len(c.faults) > 0 {
		text += fmt.Sprintf(", faults %v", c.faults)
	}
	if c.spell.length > 0 {
		text += fmt.Sprintf(", %s from %d for %d", c.spell.kind, c.spell.from, c.spell.length)
	}
	return text
}
