package page_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	pages "attrmigrate/internal/page"
)

// What would run if it were taken for markup, or if a page that has it in it did not hold to its policy.
const injected = `</script></td><img src=x onerror="hacked=1"><svg onload="hacked=2"></svg><script>hacked=3</script><a id=inj href="javascript:hacked=4">a</a>` +
	`<iframe srcdoc="<script>parent.hacked=5</script>"></iframe><base href="https://example.com/"><form id=injf action="https://example.com/"><button></form>`

// injection: what people type, and what a run is named, is text; and should it ever become markup, the policy of the page
// has nothing of it run.
func (b *browser) injection(t *testing.T) {
	d := evening()
	d.Events[3].Reason, d.Events[3].By, d.Events[3].To = injected, injected, injected
	d.Run, d.Standing.Inputs, d.Standing.Pool, d.Standing.Endpoint = injected, []string{injected}, injected, injected
	d.Standing.Reason, d.Standing.Hint, d.Standing.LastError = injected+"\u2028", injected, injected
	const elements = `document.querySelectorAll('img, iframe, base, #inj, script:not(:last-of-type):not(#data), body svg:not(#bar)').length`
	report := b.open(t, saved(t, d), isDrawn, look{})
	report.quiet("file:")

	d.Standing.State = "running"
	c := newContract(t, d, false)
	live := b.open(t, c.URL+"/#"+aToken, isDrawn, look{})
	live.says("events", "hacked=1")
	live.quiet(c.URL)
	for name, tab := range map[string]*tab{"report": report, "live": live} {
		if n := eval[int](tab, elements); n != 0 {
			t.Errorf("%s: %d elements were typed", name, n)
		}
		if eval[bool](tab, `'hacked' in window`) {
			t.Errorf("%s: it was run", name)
		}
		if eval[string](tab, `(() => { try { document.createElement('p').innerHTML = '<b>x</b>'; return 'taken' } catch (e) { return e.name } })()`) != "TypeError" {
			t.Errorf("%s: a text becomes markup", name)
		}
	}

	for name, url := range map[string]string{"report": b.forced(t, saved(t, evening())), "live": b.forcedLive(t)} {
		tab := b.open(t, url, "#inj", look{})
		eval[any](tab, `(document.querySelector('#inj').click(), document.querySelector('#injf').requestSubmit(), new Promise(r => requestAnimationFrame(() => setTimeout(r))))`)
		if eval[bool](tab, `'hacked' in window`) {
			t.Errorf("%s: what is in it as markup was run: %v", name, eval[any](tab, `window.hacked`))
		}
		if at := eval[string](tab, `location.href`); !strings.HasPrefix(at, strings.SplitN(url, "#", 2)[0]) {
			t.Errorf("%s: the page went to %s", name, at)
		}
	}
}

// forced is a report that markup came into.
func (b *browser) forced(t *testing.T, url string) string {
	t.Helper()
	path := filepath.FromSlash(strings.TrimPrefix(url, "file://"))
	html, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(html), "<main>", "<main>"+injected[len("</script></td>"):], 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return url
}

// forcedLive is the same of the live page.
func (b *browser) forcedLive(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pages.CSP())
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(strings.Replace(string(pages.Shell(false)), "<main>", "<main>"+injected[len("</script></td>"):], 1)))
	}))
	t.Cleanup(s.Close)
	return s.URL
}
