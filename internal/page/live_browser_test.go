package page_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	pages "attrmigrate/internal/page"
)

// atWork is a run that goes on.
func atWork() pages.Data {
	d := evening()
	s := &d.Standing
	s.State, s.Reason, s.Asked.Hold = "running", "", false
	return d
}

// press presses a button, waits for its dialog, fills it in and confirms. It does not aim at where they are: what comes meanwhile
// moves them.
func (b *tab) press(verb string, fields ...string) {
	b.Helper()
	b.until(`!document.getElementById('b-` + verb + `').disabled`)
	b.click("#b-" + verb)
	b.do(chromedp.WaitVisible(chromedp.CSS("#d-" + verb)))
	for i := 0; i < len(fields); i += 2 {
		b.do(chromedp.SendKeys(chromedp.CSS("#d-"+verb+" [name="+fields[i]+"]"), fields[i+1]))
	}
	b.click("#d-" + verb + " button[value=do]")
}

func (b *tab) click(selector string) {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('` + selector + `').click()`))
}

// live: the page shows the run as it is, has it steered, and finds it again.
func (b *browser) live(t *testing.T) {
	c := newContract(t, atWork(), false)
	tab := b.open(t, c.URL+"/#"+aToken, isDrawn, look{})
	if at := eval[string](tab, "location.href"); at != c.URL+"/" {
		t.Errorf("the address has more than it should: %s", at)
	}
	tab.says("link", "live")
	tab.says("n-updated", "142,266")
	tab.says("events", "support called: <b>logins</b> are slow")
	tab.until(`document.querySelectorAll('#events tr').length === 10`)

	tab.press("pause", "for", "30m", "reason", `support called: "slow" </script>`)
	tab.says("state", "paused")
	tab.says("e-pause", "paused: nothing is under way")
	tab.press("unpause")
	tab.says("state", "running")
	tab.press("rate", "rate", "12.5")
	tab.says("a-rate", "12.5/s")
	tab.says("e-rate", "12.5/s at most")
	tab.press("stop", "sure", "no")
	tab.until(`document.querySelector('#d-stop').open`) // it is not confirmed by that
	want := strings.Join([]string{
		`POST /v1/pause {"for":"30m","reason":"support called: \"slow\" \u003c/script\u003e"}`,
		`POST /v1/unpause {"reason":""}`,
		`PATCH /v1/limits {"rate":12.5,"reason":""}`,
	}, "\n")
	if got := c.notes(); got != want {
		t.Errorf("it was asked\n%s\nwant\n%s", got, want)
	}
	tab.do(chromedp.Click(chromedp.CSS(`#d-stop button[value=""]`)))

	tab.quiet(c.URL)
	tab.drawn(allFigures...)
	if n := tab.colours("pace", "purple", "grey", "amber"); n["purple"] < 100 || n["grey"] < 100 || n["amber"] < 10 {
		t.Errorf("marks are missing: %v", n)
	}
	c.hangUp()
	tab.says("link", "connection lost")
	tab.until(`document.getElementById('b-pause').disabled`)
	tab.says("link", "live")
	if from := []string{<-c.streams, <-c.streams}; !slices.Equal(from, []string{"", "10"}) {
		t.Errorf("events were asked for behind %q", from)
	}
	tab.press("stop", "sure", "stop", "reason", "enough")
	tab.says("state", "stopped")
	c.hangUp()
	tab.says("link", "the run has ended: stopped")
	tab.until(`[...document.querySelectorAll('#verbs button')].every(b => b.disabled)`)
	if !strings.HasSuffix(c.notes(), "POST /v1/stop {\"now\":false,\"reason\":\"enough\"}") {
		t.Error(c.notes())
	}
	tab.accessible()
}

func (b *browser) livePhone(t *testing.T) {
	c := newContract(t, atWork(), false)
	tab := b.open(t, c.URL+"/#token=wrong", "#asks:not([hidden])", look{width: 360, height: 740, dark: true})
	tab.says("asks-why", "not that of this run")
	tab.fits()
	tab.do(chromedp.SendKeys(chromedp.CSS("#token"), aToken), chromedp.Click(chromedp.CSS("#token-form button")), chromedp.WaitReady(chromedp.CSS(isDrawn)))
	tab.drawn(allFigures...)
	tab.fits()
	tab.do(chromedp.Click(chromedp.CSS("#b-stop")), chromedp.WaitVisible(chromedp.CSS("#d-stop")))
	tab.fits()
	tab.accessible()
}

// troubled: an address that was cut short asks for a token, a run whose series cannot be read is live without pictures, and
// one that a program pauses can be paused by a person, too, and not be let go on.
func (b *browser) troubled(t *testing.T) {
	d := atWork()
	d.Standing.State, d.Standing.Effective.Paused, d.Standing.Effective.Reason = "paused", true, "the program of --pause-when: too many logins"
	c := newContract(t, d, false)
	c.noSeries = true
	tab := b.open(t, c.URL+"/#%E0%A4%A", "#asks:not([hidden])", look{})
	tab.do(chromedp.SendKeys(chromedp.CSS("#token"), aToken), chromedp.Click(chromedp.CSS("#token-form button")))
	tab.until(`document.querySelectorAll('#events tr').length === 10`)
	tab.says("link", "live")
	tab.says("why", "too many logins")
	tab.says("e-pause", "too many logins")
	if able := eval[[]bool](tab, `['b-pause', 'b-unpause', 'b-rate', 'b-stop'].map(id => !document.getElementById(id).disabled)`); !slices.Equal(able, []bool{true, false, true, true}) {
		t.Errorf("pause, go on, rate and stop can be pressed: %v", able)
	}
}

// readOnly: there is nothing to press, and all to see.
func (b *browser) readOnly(t *testing.T) {
	c := newContract(t, atWork(), true)
	tab := b.open(t, c.URL+"/#"+aToken, isDrawn, look{})
	tab.says("e-pause", "at work")
	if n := eval[int](tab, `[...document.querySelectorAll('button, [role=button], input[type=submit], dialog')].filter(e => e.checkVisibility()).length`); n != 0 {
		t.Errorf("it has %d buttons", n)
	}
	tab.quiet(c.URL)
	tab.drawn(allFigures...)
}
