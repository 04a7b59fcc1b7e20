package page_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"attrmigrate/internal/cli"
)

// output is what a program prints, while it does.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	line *regexp.Regexp
	seen chan string // what line finds, once
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(b)
	if found := o.line.FindString(o.text.String()); found != "" && o.seen != nil {
		o.seen <- found
		o.seen = nil
	}
	return len(b), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// steered: a run of the whole program is paused, slowed down and stopped by the buttons of its page, and its report shows
// who did that.
func (b *browser) steered(t *testing.T) {
	dir := t.TempDir()
	var csv strings.Builder
	csv.WriteString("username,custom:tier\n")
	for i := range 5000 {
		fmt.Fprintf(&csv, "user-%05d,gold\n", i)
	}
	input, run := filepath.Join(dir, "loyalty.csv"), filepath.Join(dir, "loyalty.run")
	if err := os.WriteFile(input, []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	seen := make(chan string, 1)
	out := &output{line: regexp.MustCompile(`http://127\.0\.0\.1:\d+/#\S+`), seen: seen}
	ended := make(chan int, 1)
	apply := func(more ...string) int {
		return cli.Run(append([]string{"apply", "--sandbox", "--yes", "--run-dir", run, input}, more...), cli.System{Stdin: strings.NewReader(""), Stdout: out, Stderr: out})
	}
	if code := apply("--rate", "off", "--limit", "20"); code != 4 { // whose series the page shows at once
		t.Fatalf("exit code %d\n%s", code, out)
	}
	go func() { ended <- apply("--rate", "50", "--serve", "127.0.0.1:0") }()
	var url string
	select {
	case url = <-seen:
	case code := <-ended:
		t.Fatalf("exit code %d\n%s", code, out)
	}
	tab := b.open(t, url, isDrawn, look{})
	tab.says("state", "running")
	tab.press("pause", "reason", "support called")
	tab.says("state", "paused")
	tab.says("events", "support called")
	tab.press("rate", "rate", "30")
	tab.says("e-rate", "30/s at most")
	tab.press("unpause")
	tab.says("state", "running")
	tab.quiet(url[:strings.Index(url, "#")])
	if n := tab.colours("pace", "purple", "grey"); n["purple"] < 50 || n["grey"] < 50 {
		t.Errorf("the live pictures lack marks: %v", n)
	}
	tab.press("stop", "sure", "stop", "reason", "enough")
	if code := <-ended; code != 4 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	tab.says("link", "ended")

	report := b.open(t, "file://"+filepath.ToSlash(filepath.Join(run, "report.html")), isDrawn, look{})
	text := eval[string](report, "document.body.innerText")
	for _, want := range []string{"paused", "by page", "support called", "enough"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %s: %s", want, text)
		}
	}
	report.drawn("pace", "remaining", "outcomes", "latency-AdminGetUser", "latency-AdminUpdateUserAttributes")
	if n := report.colours("pace", "purple", "grey"); n["purple"] < 50 || n["grey"] < 50 {
		t.Errorf("the report lacks marks: %v", n)
	}
}
