package main

import (
	"bufio"
	"context"
	"fmt"
	"path/filepath"
)

// The rule of the measurements changes two users of three: it is as much work as rules are, a condition and a text that is
// computed.
const (
	ruleWhere = `custom.tier == "none" and int(username[5:]) % 3 > 0`
	ruleSet   = `custom:tier:=upper(username)`
)

// changedByRule is how many of so many users the rule changes.
func changedByRule(users int) int { return users - (users+2)/3 }

// planByRule plans the rule for a pool.
func (b *bench) planByRule(ctx context.Context, s *server, dir string) (*process, error) {
	p, err := b.attrmigrate(ctx, s, s.Pools[0], "plan", "--progress", "none", "--list-rate", "off", "--run-dir", filepath.Join(b.dir, dir),
		"--where", ruleWhere, "--set", ruleSet)
	if err != nil {
		return nil, err
	}
	return p, p.wait()
}

// scanned holds users a second through a rule against the same scan for a file with one user, in turns, each by the time of
// the whole process.
func (b *bench) scanned(ctx context.Context) (result, error) {
	file, err := b.input("one.csv", "username,custom:tier\n", 1, func(w *bufio.Writer, i int) { fmt.Fprintf(w, "%s,gold\n", userName(i)) })
	if err != nil {
		return result{}, err
	}
	s, err := b.startServer(ctx, serverConfig{users: b.scan})
	if err != nil {
		return result{}, err
	}
	defer s.close()
	var ours, bare []float64
	for i := range b.rounds {
		p, err := b.planByRule(ctx, s, fmt.Sprintf("scan-rule-%d.plan", i))
		if err != nil {
			return result{}, err
		}
		ours = append(ours, float64(b.scan)/p.wall.Seconds())
		p, err = b.attrmigrate(ctx, s, s.Pools[0], "plan", "--progress", "none", "--list-rate", "off", "--read", "scan",
			"--run-dir", filepath.Join(b.dir, fmt.Sprintf("scan-%d.plan", i)), file)
		if err != nil {
			return result{}, err
		}
		if err := p.wait(); err != nil {
			return result{}, err
		}
		bare = append(bare, float64(b.scan)/p.wall.Seconds())
	}
	return result{rows: []row{{
		What: fmt.Sprintf("users through a rule, %s users, pages without latency", number(float64(b.scan))), Ours: median(ours), Unit: "/s",
		Peer: "the same scan without a rule", Bound: median(bare), Reach: atLeast(0.60),
	}}}, nil
}

const ruleMemoryBound = 96 // MiB

// ruleMemory is the memory of a rule over many users.
func (b *bench) ruleMemory(ctx context.Context) (result, error) {
	s, err := b.startServer(ctx, serverConfig{users: b.ruled})
	if err != nil {
		return result{}, err
	}
	defer s.close()
	p, err := b.planByRule(ctx, s, "memory-rule.plan")
	if err != nil {
		return result{}, err
	}
	return result{rows: []row{{
		What: fmt.Sprintf("resident memory, a rule over %s users", number(float64(b.ruled))), Ours: p.residentMiB(), Unit: " MiB",
		Peer: "the limit", Bound: ruleMemoryBound, Reach: atMost(1), Note: fmt.Sprintf("%.1f s", p.wall.Seconds()),
	}}}, nil
}

// ruleCalls plans the rule, applies the plan, and counts the updates sent.
func (b *bench) ruleCalls(ctx context.Context) (result, error) {
	s, err := b.startServer(ctx, serverConfig{users: b.planned})
	if err != nil {
		return result{}, err
	}
	defer s.close()
	if _, err := b.planByRule(ctx, s, "rule.plan"); err != nil {
		return result{}, err
	}
	return b.appliedCalls(ctx, s, "rule", row{
		What: "update calls, planned by a rule", Peer: "users that change", Bound: float64(changedByRule(b.planned)),
	})
}
