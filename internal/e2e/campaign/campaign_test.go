package campaign

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"attrmigrate/internal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// shortCampaign is how long scenes are begun if CAMPAIGN_FOR does not say otherwise.
const shortCampaign = 2 * time.Second

// TestCampaign plays scenes for CAMPAIGN_FOR, beginning with the seed CAMPAIGN_SEED; with a seed alone
// it plays that one scene. See doc.go, and make campaign.
func TestCampaign(t *testing.T) {
	if testing.Short() {
		t.Skip("scenes are played for seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("programs are sent signals")
	}
	c := &campaigner{T: t, next: rand.Uint64N(1 << 32), totals: newTotals(), kind: local}
	limit := shortCampaign
	text, seed := os.Getenv("CAMPAIGN_FOR"), os.Getenv("CAMPAIGN_SEED")
	var err error
	if text != "" {
		if limit, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	if seed != "" {
		if c.next, err = strconv.ParseUint(seed, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	if seed != "" && text == "" {
		c.play(c.next)
	} else {
		c.playFor(limit)
	}
	t.Log(c.totals)
}

// campaigner plays scenes, some at once: most of their time they wait.
type campaigner struct {
	*testing.T

	kind kind

	mu     sync.Mutex
	next   uint64 // seed
	totals totals
}

// kind is what scenes are played.
type kind struct {
	target string // of make
	begin  func(seed uint64, dir string) (*tale, error)
	atOnce int
}

var local = kind{"campaign", func(seed uint64, dir string) (*tale, error) {
	h, err := newHistory(seed, dir)
	if err != nil {
		return nil, err
	}
	return &tale{h, h.run, h.close}, nil
}, 4}

// tale is a history and what carries it through.
type tale struct {
	*history
	run   func() ([]Violation, error)
	close func()
}

func (c *campaigner) playFor(limit time.Duration) {
	end := time.Now().Add(limit)
	c.playWhile(func() bool { return time.Now().Before(end) })
}

// playMany plays so many scenes.
func (c *campaigner) playMany(scenes int) {
	var begun atomic.Int64
	c.playWhile(func() bool { return begun.Add(1) <= int64(scenes) })
}

func (c *campaigner) playWhile(more func() bool) {
	var lanes sync.WaitGroup
	for range c.kind.atOnce {
		lanes.Go(func() {
			for more() {
				c.mu.Lock()
				seed := c.next
				c.next++
				c.mu.Unlock()
				c.play(seed)
			}
		})
	}
	lanes.Wait()
}

// play plays the scene of a seed. The directory of one that fails is kept.
func (c *campaigner) play(seed uint64) {
	dir, err := os.MkdirTemp("", "campaign-")
	if err != nil {
		c.Error(err)
		return
	}
	h, err := c.kind.begin(seed, dir)
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
	c.Logf("seed %d: %s; %s", seed, h.scene, h.totals.short())
	if len(found) == 0 && err == nil {
		_ = os.RemoveAll(dir)
		return
	}
	text := fmt.Sprintf("seed %d: %s\n%s", seed, h.scene, h.story.String())
	for _, v := range found {
		text += "\n" + v.String()
	}
	_ = os.WriteFile(filepath.Join(dir, "story.txt"), []byte(text), 0o600)
	c.Errorf("%s\nreplay: make %s SEED=%d\nkept: %s", text, c.kind.target, seed, dir)
}
