package campaign

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"attrmigrate/internal/s3/s3test"
	"attrmigrate/internal/sandbox"
)

// far is a history whose runs are in S3: each start has a work directory of its own machine.
type far struct {
	*history
	bucket   bucket
	sky      *sky
	guests   *guests
	machines int
	objects  int      // of the log of the run that has ended
	asleep   *process // was suspended, and another start goes on
	dreams   []int    // the exit codes that it may have
	since    time.Time
}

func newFar(seed uint64, dir string) (*far, error) {
	h, err := newHistoryOf(drawElsewhere(seed), seed, dir)
	if err != nil {
		return nil, err
	}
	server, err := s3test.New()
	if err != nil {
		h.close()
		return nil, err
	}
	f := &far{history: h, bucket: bucket{server}, sky: &sky{server: server, dice: newDice(seed + 1<<40)}, guests: newGuests(h.server, h.scene.who)}
	h.front.close()
	h.front, err = newFront(f.guests)
	return f, err
}

func (f *far) close() {
	f.sky.end()
	f.bucket.Close()
	f.history.close()
}

// run carries the scene through and returns what was violated.
func (f *far) run() ([]Violation, error) {
	facts := f.applyFacts()
	facts.Files = nil
	found, err := f.carry(&facts, f.applyArgs(), f.scene.applying, "there")
	if len(found) > 0 || err != nil {
		return found, err
	}
	undo := facts.Files["undo.jsonl"]
	if len(undo) == 0 {
		return nil, nil
	}
	input := "s3://" + s3test.Bucket + "/there/undo.jsonl"
	if _, ok, err := f.bucket.published("there", f.objects); !ok || err != nil { // S3 was away
		input = "undo.jsonl"
		if err := os.WriteFile(filepath.Join(f.dir, input), undo, 0o600); err != nil {
			return nil, err
		}
	}
	back := f.facts("")
	back.Records, back.Goal, back.Tokens, back.MaxAttempts = UndoRecords(undo, facts.Names), facts.Before, facts.Tokens, 30
	return f.carry(&back, []string{"--max-attempts", "30", "--rate", "off", "--workers", fmt.Sprint(f.scene.workers), input}, f.scene.undoing, "back")
}

// carry starts a command until it is done, and checks what came of it.
func (f *far) carry(facts *Facts, args []string, scripts []script, dir string) ([]Violation, error) {
	since := len(f.server.Log())
	f.guests.forget()
	for n := 0; ; n++ {
		s := script{}
		if n < len(scripts) {
			s = scripts[n]
		}
		code, output, found, err := f.start(s, f.args(args, s, dir))
		if err != nil || len(found) > 0 {
			return found, err
		}
		files, objects, err := f.bucket.files(dir)
		if err != nil {
			return nil, err
		}
		facts.Starts = append(facts.Starts, Start{Requests: f.clerk.seen(), Accepted: len(f.server.Log()) - since, Undo: files["undo.jsonl"], Output: output})
		switch {
		case code == 5 && n > 0 && scripts[min(n, len(scripts))-1].weather.kind == "late": // a beat of one that is gone
		case !slices.Contains(s.farCodes(), code):
			return []Violation{{wrongEnd, fmt.Sprintf("start %d: %d\n%s", n+1, code, output)}}, nil
		case code == 0 || code == 3:
			facts.Updates, facts.After, facts.Files, f.objects = f.server.Log()[since:], f.pool(), files, objects
			facts.Slipped = f.guests.forget()
			f.totals.rows += len(facts.Records)
			f.totals.updates += len(facts.Updates)
			return append(Check(*facts), f.checkPublished(files, objects, dir)...), nil
		case n > len(scripts)+10:
			return []Violation{{neverDone, fmt.Sprintf("%d starts\n%s", n+1, output)}}, nil
		}
	}
}

// stale is a violation: what is published is not what the log has.
const stale = "what is published of a run that has ended is not what its log has"

func (f *far) checkPublished(files map[string][]byte, objects int, dir string) (found []Violation) {
	published, ok, err := f.bucket.published(dir, objects)
	if err != nil {
		return []Violation{{stale, err.Error()}}
	}
	for _, name := range []string{"errors.csv", "errors.jsonl", "applied.csv", "undo.jsonl", "summary.json", "checkpoint.json"} {
		if ok && !bytes.Equal(published[name], files[name]) {
			found = append(found, Violation{stale, fmt.Sprintf("%s has %d bytes, and %d in the log", name, len(published[name]), len(files[name]))})
		}
	}
	return found
}

// args are those of a start, on the machine that is there now.
func (f *far) args(args []string, s script, dir string) []string {
	all := append([]string{"apply", "--yes", "--endpoint-url", "http://" + f.front.addr, "--user-pool-id", poolID, "--read-rate", "off",
		"--timeout", "1s", "--drain-timeout", "500ms", "--run-dir", "s3://" + s3test.Bucket + "/" + dir}, args...)
	if s.limit > 0 {
		all = append(all, "--limit", fmt.Sprint(s.limit))
	}
	return all
}

// start starts the program, does to it what the script says, and waits for its end; or until it is asleep, while another is
// to go on. That one has code asleep.
func (f *far) start(s script, args []string) (code int, output string, found []Violation, err error) {
	f.sky.begin(s.weather)
	gone, stopped := make(chan struct{}), make(chan struct{})
	if s.end == twoAtOnce {
		f.clerk.close()
	}
	p, err := f.launch(args, func(cmd *exec.Cmd) error {
		return f.clerk.watchStops(cmd, gone, s, stopped)
	})
	if err != nil {
		return 0, "", nil, err
	}
	early := f.asleep != nil && s.end == terminate // at a call of the one that is woken, it may not have come to notice signals
	woken := f.wake(p)
	if s.end == twoAtOnce {
		p, found, err = f.two(p, args)
	} else {
		select {
		case <-p.done:
		case <-stopped:
			found, err = f.whileStopped(p, s, args)
		}
	}
	if err != nil {
		return 0, "", nil, err
	}
	if code = asleep; f.asleep != p {
		<-p.done
	}
	close(gone)
	if f.asleep != p {
		code = p.cmd.ProcessState.ExitCode()
		f.settle(p.key)
	}
	found = append(found, <-woken...)
	f.sky.clear()
	f.server.SetQuotas(sandbox.NoQuotas())
	f.count(s, code)
	if early && code == -1 {
		code = 130
	}
	if s.gone && code != asleep {
		if code == -1 {
			f.totals.gone++
		}
		err = os.RemoveAll(f.machine())
		f.machines++
	}
	fmt.Fprintf(&f.story, "attrmigrate %s\n    %s, machine gone %t%s: exit code %d after %d requests\n", strings.Join(args, " "), s, s.gone, s.weather, code, len(f.clerk.seen()))
	return code, p.text(), found, err
}

// asleep stands for the exit code of a start that is suspended while others go on.
const asleep = -2

// wake wakes the start that sleeps, once another has had the time to take over, or has ended; and tells what is wrong with
// its end.
func (f *far) wake(other *process) <-chan []Violation {
	found := make(chan []Violation, 1)
	p, codes, since := f.asleep, f.dreams, f.since
	f.asleep = nil
	if p == nil {
		found <- nil
		return found
	}
	go func() {
		select {
		case <-time.After(lease + time.Duration(f.sky.draw(int(lease)))):
		case <-other.done:
			time.Sleep(time.Until(since.Add(lease * 5 / 4))) // it has lost the run, whatever became of the other
		}
		f.guests.woke(p.key)
		p.signal(syscall.SIGCONT)
		<-p.done
		f.settle(p.key)
		if code := p.cmd.ProcessState.ExitCode(); !slices.Contains(codes, code) {
			found <- []Violation{{wrongEnd, fmt.Sprintf("a start that was suspended, and overtaken: %d\n%s", code, p.out.String())}}
			return
		}
		if n := f.guests.slips(p.key); n > f.scene.workers {
			found <- []Violation{{AfterStop, fmt.Sprintf("a start that was overtaken has sent %d updates, and has %d workers", n, f.scene.workers)}}
			return
		}
		found <- nil
	}()
	return found
}

// whileStopped is what is done while a start is suspended, or held up.
func (f *far) whileStopped(p *process, s script, args []string) (found []Violation, err error) {
	switch s.end {
	case napped:
		time.Sleep(lease / 5)
		p.signal(syscall.SIGCONT)
	case overslept:
		time.Sleep(lease * 5 / 4)
		p.signal(syscall.SIGCONT)
	case overtaken:
		f.asleep, f.dreams, f.since = p, s.dreams(), time.Now()
	case rival:
		other, err := f.launch(args, (*exec.Cmd).Start)
		if err != nil {
			return nil, err
		}
		select {
		case <-other.done:
		case <-p.done:
			other.signal(syscall.SIGKILL)
			<-other.done
		}
		f.settle(other.key)
		f.clerk.openUp()
		if code := other.cmd.ProcessState.ExitCode(); code != 5 && !(s.weather.kind != "" && (code == 1 || code == 4)) && code != -1 {
			found = []Violation{{wrongEnd, fmt.Sprintf("a second start: %d\n%s", code, other.out.String())}}
		}
	}
	return found, nil
}

// two has a second start begin together with the first, and gives the one that got the run. Until one has ended, no call is
// answered.
func (f *far) two(p *process, args []string) (*process, []Violation, error) {
	q, err := f.launch(args, (*exec.Cmd).Start)
	if err != nil {
		return p, nil, err
	}
	select {
	case <-p.done:
		p, q = q, p
	case <-q.done:
	case <-time.After(20 * lease):
		return p, []Violation{{wrongEnd, "two starts are at work on one run"}}, errors.Join(q.cmd.Process.Kill())
	}
	f.clerk.openUp()
	f.settle(q.key)
	if code := q.cmd.ProcessState.ExitCode(); code != 5 && code != 4 && code != 1 {
		return p, []Violation{{wrongEnd, fmt.Sprintf("of two starts one: %d\n%s", code, q.out.String())}}, nil
	}
	return p, nil, nil
}

func (f *far) count(s script, code int) {
	f.totals.ended(s, code)
	switch {
	case code == asleep, s.end == overslept, s.end == napped:
		f.totals.suspended++
	case s.end == rival, s.end == twoAtOnce:
		f.totals.rivals++
	}
	if s.weather.kind != "" {
		f.totals.faults["S3 "+s.weather.kind]++
	}
}
