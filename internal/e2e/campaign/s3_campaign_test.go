package campaign

import (
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// shortKills is how many starts are killed if CAMPAIGN_KILLS does not say otherwise.
const shortKills = 8

// TestS3Campaign plays scenes whose runs are in S3 until CAMPAIGN_KILLS starts were killed, a fifth of that many machines are
// gone and a tenth of that many starts were suspended, beginning with the seed CAMPAIGN_SEED. See doc.go, and make campaign-s3.
func TestS3Campaign(t *testing.T) {
	if testing.Short() {
		t.Skip("leases are waited for")
	}
	if runtime.GOOS == "windows" {
		t.Skip("programs are sent signals")
	}
	c := &campaigner{T: t, next: rand.Uint64N(1 << 32), totals: newTotals(), kind: elsewhere}
	kills, text, seed := shortKills, os.Getenv("CAMPAIGN_KILLS"), os.Getenv("CAMPAIGN_SEED")
	var err error
	if text != "" {
		if kills, err = strconv.Atoi(text); err != nil {
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
		c.playWhile(func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return !c.Failed() && (c.totals.ends["SIGKILL"] < kills || c.totals.gone < kills/5 || c.totals.suspended < kills/10)
		})
	}
	t.Log(c.totals)
}

// elsewhere are scenes most of whose time leases are waited for.
var elsewhere = kind{"campaign-s3", func(seed uint64, dir string) (*tale, error) {
	f, err := newFar(seed, dir)
	if err != nil {
		return nil, err
	}
	return &tale{f.history, f.run, f.close}, nil
}, 8}
