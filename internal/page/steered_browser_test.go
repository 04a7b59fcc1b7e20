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
	go func() {
		ended <- cli.Run([]string{"apply", "--sandbox", "--rate", "50", "--yes", "--serve", "127.0.0.1:0", "--run-dir", run, input},
			cli.System{Stdin: strings.NewReader(""), Stdout: out, Stderr: out})
	}()
	var url string
	select {
	case url = <-seen:
	case code := <-ended:
		t.Fatalf("exit code %d\n%s", code, out)
	}
	tab := b.open(t, url, "#run:not([hidden])", look{})
	tab.says("state", "running")
	tab.press("pause", "reason", "support called")
	tab.says("state", "paused")
	tab.says("events", "support called")
	tab.press("rate", "rate", "30")
	tab.says("e-rate", "30/s at most")
	tab.press("unpause")
	tab.says("state", "running")
	tab.quiet(url[:strings.Index(url, "#")])
	tab.press("stop", "sure", "stop", "reason", "enough")
	if code := <-ended; code != 4 {
		t.Errorf("exit code %d\n%s", code, out)
	}
	tab.says("link", "the run has ended: stopped")

	report := b.open(t, "file://"+filepath.ToSlash(filepath.Join(run, "report.html")), isDrawn, look{})
	text := eval[string](report, "document.body.innerText")
	for _, want := range []string{"paused", "by page", "support called", "enough"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %s: %s", want, text)
		}
	}
	if n := report.colours("pace", "purple", "grey"); n["purple"] < 50 || n["grey"] < 5 {
		t.Errorf("the report lacks marks: %v", n)
	}
}
