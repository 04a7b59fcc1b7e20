//go:build unix

package campaign

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"attrmigrate/internal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// TestCampaign plays histories, beginning with the seed CAMPAIGN_SEED: for CAMPAIGN_FOR, or until CAMPAIGN_KILLS starts were
// killed; with a seed alone, that one; else one of each kind. See doc.go, and make campaign.
func TestCampaign(t *testing.T) {
	if testing.Short() {
		t.Skip("histories are played for seconds")
	}
	c := &campaigner{T: t, next: rand.Uint64N(1 << 32), totals: newTotals()}
	first := c.next
	more := func() bool { return c.next-first < kinds }
	if text := os.Getenv("CAMPAIGN_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		c.next, more = seed, func() bool { return c.next == seed }
	}
	if text := os.Getenv("CAMPAIGN_FOR"); text != "" {
		limit, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		end := time.Now().Add(limit)
		more = func() bool { return time.Now().Before(end) }
	}
	if text := os.Getenv("CAMPAIGN_KILLS"); text != "" {
		kills, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		more = func() bool { return c.totals.ends["SIGKILL"] < kills }
	}
	c.playWhile(more)
	t.Log(c.totals)
}

// campaigner plays histories, some at once: most of their time they wait.
type campaigner struct {
	*testing.T

	mu     sync.Mutex
	next   uint64 // seed
	totals totals
}

const atOnce = 12

// enough violations tell what is wrong.
const enough = 5

// playWhile plays histories while more of them are wanted, which is asked with mu held.
func (c *campaigner) playWhile(more func() bool) {
	var lanes sync.WaitGroup
	for range atOnce {
		lanes.Go(func() {
			for {
				c.mu.Lock()
				seed, wanted := c.next, more() && c.totals.violations < enough
				c.next++
				c.mu.Unlock()
				if !wanted {
					return
				}
				c.play(seed)
			}
		})
	}
	lanes.Wait()
}

// play plays the history of a seed. The directory of one that fails is kept.
func (c *campaigner) play(seed uint64) {
	dir, err := os.MkdirTemp("", "campaign-")
	if err != nil {
		c.Error(err)
		return
	}
	h, err := newHistory(seed, dir)
	if err != nil {
		c.Errorf("seed %d: %v", seed, err)
		return
	}
	defer h.close()
	found, err := h.run()
	if err != nil {
		c.Errorf("seed %d: %v", seed, err)
	}
	h.totals.seeds, h.totals.violations = 1, len(found)
	c.mu.Lock()
	c.totals.add(h.totals)
	c.mu.Unlock()
	c.Logf("seed %d: %s; %s", seed, h.plot, h.totals.short())
	if len(found) == 0 && err == nil {
		_ = os.RemoveAll(dir)
		return
	}
	text := fmt.Sprintf("seed %d: %s\n%s", seed, h.plot, h.story.String())
	for _, v := range found {
		text += "\n" + v.String()
	}
	_ = os.WriteFile(filepath.Join(dir, "story.txt"), []byte(text), 0o600)
	c.Errorf("%s\nreplay: make campaign SEED=%d\nkept: %s", text, seed, dir)
}
