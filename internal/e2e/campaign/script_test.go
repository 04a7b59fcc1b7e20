//go:build unix

package campaign

import (
	"fmt"
	"slices"
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

	// Of a run that is steered.
	row     int // which one
	people  [2][]errand
	lingers time.Duration     // before they let it go on
	edit    map[string]string // what is written into control.json before; nil: nothing
	unasks  bool              // a run on hold is first started as a scheduler would
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
func (p *plot) drawScripts(early, requests int, refusals bool) (scripts []script) {
	reach, ends := max(4, requests*3/2/(early+1)), p.ends()
	for i := range early {
		c := p.drawScript(reach, refusals)
		c.end = pick(p.dice, ends...)
		if i > 0 && scripts[i-1].end == overtaken && slices.Contains([]string{overtaken, overslept, napped, rival}, c.end) {
			c.end = killLater // a call of the one that is woken may be the one at which it ends, before it has the run
		}
		c.at, c.later = p.between(1, reach), time.Duration(p.IntN(15_000))*time.Microsecond
		if c.end == limited {
			c.limit = 1 + c.at/2
		}
		if p.elsewhere {
			c.gone = p.chance(0.5)
			c.weather = p.drawWeather()
		}
		scripts = append(scripts, c)
	}
	last := p.drawScript(reach, refusals)
	if p.chance(0.3) { // it outlives the timeout, as others seldom do
		last.faults[p.between(1, reach)] = "hang"
	}
	return append(scripts, last)
}

// ends are those from which that of a start is drawn.
func (p *plot) ends() []string {
	ends := []string{killBefore, killBefore, killAnswer, killAnswer, killLater, killLater, killLater, killLater, terminate, limited}
	if !p.elsewhere {
		return append(ends, termHanging, interrupt2)
	}
	ends = append(ends, killLater, killLater, napped)
	if !p.steered && !p.several { // else others would go on beside a start that sleeps, or is refused
		ends = append(ends, overslept, rival, twoAtOnce)
		if !p.scenes[0].asUser { // whose calls do not tell whose they are
			ends = append(ends, overtaken, overtaken)
		}
	}
	return ends
}

// drawKills draws how a command is killed early, and started until it is done.
func (p *plot) drawKills(early int) (scripts []script) {
	for range early {
		scripts = append(scripts, script{end: pick(p.dice, killBefore, killAnswer, killLater), at: p.between(1, 3), later: time.Duration(p.IntN(15_000)) * time.Microsecond})
	}
	return append(scripts, script{})
}

func (p *plot) drawScript(reach int, refusals bool) script {
	c := script{faults: map[int]string{}, noisy: p.Uint64()}
	for range pick(p.dice, 0, 0, 1, 2, 4) {
		c.faults[p.between(1, reach)] = pick(p.dice, singles...)
	}
	if refusals {
		for range pick(p.dice, 0, 0, 1, 2) {
			c.faults[p.between(1, reach)] = pick(p.dice, "lambda", "user lambda")
		}
	}
	if p.chance(0.15) {
		c.spell.kind = pick(p.dice, "storm", "internal", "away", "denied", "denied", "expired", "quota", "silence")
		c.spell.from, c.spell.length = p.between(1, reach), p.between(2, spells[c.spell.kind])
	}
	if c.spell.kind == "away" && (!refusals || p.scenes[0].attempts > 8) {
		c.spell = spell{} // a record with many attempts would sit it out
	}
	return c
}

// codes are the exit codes that the start may have, done before its end or not.
func (p *plot) codes(c script) []int {
	codes := []int{0, 3}
	switch c.end {
	case killBefore, killAnswer, killLater:
		codes = append(codes, -1)
	case terminate, termHanging, interrupt2:
		codes = append(codes, 130)
	case limited:
		codes = append(codes, 4)
	case overtaken:
		codes = append(codes, asleep)
	}
	if len(c.faults) > 0 || c.spell.length > 0 {
		codes = append(codes, 4, 1) // 1: before the first write
	}
	if p.tight() || len(p.poisoned()) > 0 || p.elsewhere { // where a lease that is so short may run out on a machine that is busy
		codes = append(codes, 4)
	}
	if c.weather.kind != "" || c.end == twoAtOnce || c.end == rival { // 1: before the first write; 5: the other is quicker
		codes = append(codes, 1, 5)
	}
	for _, e := range slices.Concat(c.people[0], c.people[1]) {
		codes = append(codes, e.ends()...)
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
	if c.gone {
		text += ", the machine gone"
	}
	return text + c.weather.String()
}
