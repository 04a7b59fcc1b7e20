//go:build unix

package campaign

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
)

// dice draw what a history is made of: one seed, one plot.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice {
	var key [32]byte // of a generator that makes neighbours strangers
	binary.LittleEndian.PutUint64(key[:], seed)
	return dice{rand.New(rand.NewChaCha8(key))}
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

// between draws a number from low to high.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// plot is what a seed draws: pools, what is to become of them, and what happens to the starts meanwhile.
type plot struct {
	dice
	kind
	scenes []*scene // of a pool each; several are rows of a file of targets, and one index

	planning, applying, undoing []script
}

// kind is what there is to a history.
type kind struct {
	elsewhere bool // the runs are in S3
	steered   bool // people steer them meanwhile
	several   bool // pools
	source    source
}

// source is where changes come from.
type source string

const (
	fromFile source = "a file"
	fromRule source = "a rule"
	fromBoth source = "a rule beside a file" // --match
)

// kinds in a row are all combinations but for the source, and each source at least twice.
const kinds = 8

func kindOf(seed uint64) kind {
	return kind{seed&1 != 0, seed&2 != 0, seed&4 != 0, [...]source{fromFile, fromRule, fromBoth}[seed%3]}
}

func (k kind) String() string {
	text := "from " + string(k.source)
	for _, more := range []struct {
		is   bool
		text string
	}{{k.elsewhere, ", in S3"}, {k.steered, ", steered"}, {k.several, ", of several pools"}} {
		if more.is {
			text += more.text
		}
	}
	return text
}

func drawPlot(seed uint64) *plot {
	p := &plot{dice: newDice(seed), kind: kindOf(seed)}
	first := drawScene(p.dice, p.kind)
	p.scenes = []*scene{first}
	if p.several {
		for range p.between(1, 2) {
			p.scenes = append(p.scenes, first.another(len(p.scenes)))
		}
	}
	requests := 0
	for _, s := range p.scenes {
		requests += 2 * max(len(s.records), len(s.users))
	}
	if first.source != fromFile {
		p.planning = p.drawKills(p.between(0, 3))
	}
	early := p.between(3, 12)
	if p.steered && p.elsewhere {
		early = p.between(2, 5)
	}
	p.applying = p.drawScripts(early, requests, true)
	p.undoing = p.drawScripts(p.between(2, 6), requests, false)
	if p.steered {
		p.drawErrands(p.applying)
	}
	return p
}

// who is the username of whom a request names.
func (p *plot) who(name string) string {
	for _, s := range p.scenes {
		if user := s.names[strings.ToLower(name)]; user != "" {
			return user
		}
	}
	return ""
}

// tight tells whether failures stop starts again and again.
func (p *plot) tight() bool { return p.scenes[0].budget == "" }

// poisoned are users of whom calls fail while the change set is applied.
func (p *plot) poisoned() map[string]poison {
	all := map[string]poison{}
	for _, s := range p.scenes {
		for user, how := range s.poisoned {
			all[user] = how
		}
	}
	return all
}

// String tells of the plot in a line.
func (p *plot) String() string {
	text := p.kind.String()
	for _, s := range p.scenes {
		text += "; " + s.String()
	}
	return fmt.Sprintf("%s; %s", text, strings.Join(p.scenes[0].flags, " "))
}
