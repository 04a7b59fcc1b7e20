package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/page"
	"attrmigrate/internal/telemetry"
)

func reported(t *testing.T, d page.Data) string {
	t.Helper()
	var b bytes.Buffer
	if err := page.Report(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestReport: without a script, too, it reads as a page.
func TestReport(t *testing.T) {
	html := reported(t, evening())
	for _, want := range []string{
		"<title>loyalty.run: stopped · attrmigrate</title>",
		"148,280 of 180,000 records finished in 2h19m of work, paused for 15m.",
		"<strong>Why it stopped:</strong> <bdi>stopped by ann@host by command: enough for tonight</bdi>",
		`It goes on where it stands with the same command and <code class="flag">--unhold</code>.`,
		`<dt>awaiting verification</dt><dd id="n-awaiting">1,204</dd>`,
		`<time datetime="2026-11-28T18:00:00Z">2026-11-28 18:00:00 UTC</time>`,
		"<td>4</td>",
		`<td><time datetime="2026-11-28T20:00:00Z">2026-11-28 20:00:00 UTC</time></td>`,
		"Copyright (c) 2022 Leon Sorokin", // whose work is in the file
		"support called: &lt;b&gt;logins&lt;/b&gt; are slow",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if n := strings.Count(html, "<tr><th scope=\"row\"><time"); n < 40 || n > 50 {
		t.Errorf("the table of the series has %d rows", n)
	}
}

var scripts = regexp.MustCompile(`(?s)<script( type="application/json")?[^>]*>(.*?)</script>`)

// TestPolicy: it names the one script and the one style that there are, as they stand in the page, so that nothing
// else is run whatever was typed as a reason.
func TestPolicy(t *testing.T) {
	d := evening()
	d.Events[3].Reason = "</script><script>alert(1)</script><!-- \u2028 {{.}}"
	d.Standing.Inputs = []string{`"><img src=x onerror=alert(1)>.csv`}
	for _, test := range []struct {
		name, html, policy string
		scripts            int
	}{
		{"report", reported(t, d), "", 2},
		{"live", string(page.Shell(false)), page.CSP(), 1},
		{"live, read only", string(page.Shell(true)), page.CSP(), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			policy := test.policy
			if meta := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(test.html); meta != nil {
				policy = strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(meta[1])
			}
			found := scripts.FindAllStringSubmatch(test.html, -1)
			if len(found) != test.scripts || strings.Count(test.html, "</script") != test.scripts {
				t.Fatalf("%d scripts", len(found))
			}
			style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(test.html, -1)
			if len(style) != 1 {
				t.Fatalf("%d styles", len(style))
			}
			for _, text := range []string{found[len(found)-1][2], style[0][1]} {
				sum := sha256.Sum256([]byte(text))
				if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
					t.Errorf("the policy lacks %s: %s", want, policy)
				}
			}
			for _, never := range []string{"unsafe", "*", "http"} {
				if strings.Contains(policy, never) {
					t.Errorf("the policy allows %s: %s", never, policy)
				}
			}
			if handler := regexp.MustCompile(`<[^>]* (on[a-z]+|style)="`).FindString(scripts.ReplaceAllString(test.html, "")); handler != "" {
				t.Errorf("inline: %s", handler)
			}
			if data := found[0][2]; test.scripts == 2 && strings.ContainsAny(data, "<>\u2028\u2029") {
				t.Error("the data could end its element")
			}
		})
	}
}

// TestReadOnly: the page that only shows has nothing to press.
func TestReadOnly(t *testing.T) {
	html := scripts.ReplaceAllString(string(page.Shell(true)), "")
	html = html[:strings.Index(html, `id="token-form"`)] + html[strings.Index(html, `id="run"`):]
	for _, never := range []string{"<button", "<dialog", "data-verb"} {
		if strings.Contains(html, never) {
			t.Errorf("it has %s", never)
		}
	}
}

// days is a run of four and a half days.
func days() page.Data {
	s := newScene(5_000_000)
	s.event(telemetry.Started, "", "", "", "")
	for range 46 {
		s.work(140*time.Minute, false)
		s.event(telemetry.Throttled, "", "", "", "")
		s.work(3*time.Minute, true)
		s.event(telemetry.Unthrottled, "", "", "", "")
	}
	s.data.Standing = standing(s, "stopped")
	return s.data
}

// TestReportOfDays: a long run makes no long report.
func TestReportOfDays(t *testing.T) {
	d := days()
	if len(d.Series) < 39_000 {
		t.Fatalf("%d samples", len(d.Series))
	}
	if size := len(reported(t, d)); size > 1<<20 {
		t.Errorf("the report of %d samples has %d bytes", len(d.Series), size)
	}
}

// TestScripts: what the pages run is JavaScript.
func TestScripts(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node to check it")
	}
	for _, html := range []string{reported(t, page.Data{}), string(page.Shell(false))} {
		found := scripts.FindAllStringSubmatch(html, -1)
		check := exec.Command(node, "--check", "-")
		check.Stdin = strings.NewReader(found[len(found)-1][2])
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}
