package runlog

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// bug is what is planted in the protocol: the model has to find it.
type bug string

const (
	noBug           bug = ""
	freed           bug = "a folded number freed"
	sameBeat        bug = "the beat not raised"
	generationNamed bug = "the generation in the name"
	fromAnswer      bug = "the lease counted from the answer"
	ownTaken        bug = "412 of one's own taken for a fence"
	noClaim         bug = "takeover without a claim"
)

// fold puts the log into snapshots, one for each number: as the real code does, without removing anything.
func (o *owner) fold(ctx context.Context, last int64) error {
	w := o.world
	if w.size.bug != freed {
		return nil // a snapshot next to what it holds says nothing new
	}
	for n := int64(1); n <= last; n++ {
		if body, ok := w.store.objects[Key(logPrefix, n)]; ok {
			w.store.objects[Key("snapshot/", n)] = body
			delete(w.store.objects, Key(logPrefix, n))
		}
	}
	return ctx.Err()
}

// claim takes the log over.
func (o *owner) claim(ctx context.Context, c ClaimConfig) (*Appender, error) {
	if o.world.size.bug == noClaim {
		return newAppender(c), nil
	}
	return Claim(ctx, c)
}

// holds asks whether an update may leave.
func (o *owner) holds(lease *Lease) bool {
	w := o.world
	if !lease.Holds(modelCall) {
		return false
	}
	o.checked = w.now
	if w.store.lock.Owner != o.name {
		w.fail("%s finds that its lease holds, and %s has it", o.name, w.store.lock.Owner)
	}
	return true
}

// written is what a store keeps of a body.
func (s *simulated) written(key string, body []byte) []byte {
	if s.bug != sameBeat || key != lockKey {
		return body
	}
	var f lockFile
	if json.Unmarshal(body, &f) != nil {
		return body
	}
	f.Beat = 1
	b, _ := json.Marshal(f)
	return b
}

// shown is what a store shows of a body.
func (s *simulated) shown(c *call, body []byte) []byte {
	if s.bug != ownTaken || !strings.HasPrefix(c.key, logPrefix) {
		return body
	}
	var n int64
	_, _ = fmt.Sscanf(strings.TrimPrefix(c.key, logPrefix), "%d", &n)
	seg, err := Unseal(n, body)
	if err != nil || seg.Owner != c.owner.name {
		return body
	}
	seg.Owner = "another"
	return seg.Seal()
}

// place is where an object is. With the generation in its name a number is one of each; the newest is the one that is read.
func (s *simulated) place(key string, body []byte) string {
	if s.bug != generationNamed || !strings.HasPrefix(key, logPrefix) {
		return key
	}
	name := func(generation int64) string { return fmt.Sprintf("%s-%d", key, generation) }
	if body != nil {
		var n int64
		_, _ = fmt.Sscanf(strings.TrimPrefix(key, logPrefix), "%d", &n)
		seg, _ := Unseal(n, body)
		return name(seg.Generation)
	}
	for g := int64(9); g > 0; g-- {
		if _, ok := s.objects[name(g)]; ok {
			return name(g)
		}
	}
	return key
}
