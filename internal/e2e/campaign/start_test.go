//go:build unix

package campaign

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"attrmigrate/internal/sandbox"
)

// tooLong is when a start is taken for one that hangs, and killed.
const tooLong = 3 * time.Minute

// start starts the program, does to it what the script says, and waits for its end; or until it is asleep, while another is
// to go on. That one has code asleep.
func (h *history) start(s script, args []string, runs []*run) (code int, output string, found []Violation, err error) {
	if h.sky != nil {
		h.sky.begin(s.weather)
	}
	gone, stopped := make(chan struct{}), make(chan struct{})
	if s.end == twoAtOnce {
		h.clerk.close()
	}
	p, err := h.launch(args, func(cmd *exec.Cmd) error { return h.clerk.watch(cmd, gone, s, stopped) })
	if err != nil {
		return 0, "", nil, err
	}
	var people sync.WaitGroup
	for i, r := range runs {
		if r.man != nil {
			people.Go(func() { r.man.sail(s, i, p.cmd.Process, gone) })
		}
	}
	early := h.asleep != nil && s.end == terminate // at a call of the one that is woken, it may not have come to notice signals
	woken := h.wake(p)
	if s.end == twoAtOnce {
		p, found, err = h.two(p, args)
	} else {
		select {
		case <-p.done:
		case <-stopped:
			found, err = h.whileStopped(p, s, args)
		}
	}
	if code = asleep; err == nil && h.asleep != p {
		<-p.done
		code = p.cmd.ProcessState.ExitCode()
	}
	close(gone)
	people.Wait()
	if err != nil {
		return 0, "", nil, err
	}
	found = append(found, <-woken...)
	if h.asleep == nil {
		err = h.front.settle()
	} else if h.asleep != p {
		h.settle(p.key)
	}
	if h.sky != nil {
		h.sky.clear()
	}
	h.server.SetQuotas(sandbox.NoQuotas())
	h.totals.ended(s, code)
	if s.gone && code != asleep && err == nil {
		if code == -1 {
			h.totals.gone++
		}
		err = os.RemoveAll(h.machine())
		h.machines++
	}
	fmt.Fprintf(&h.story, "attrmigrate %s\n    %s: exit code %d after %d requests\n", strings.Join(args, " "), s, code, len(h.clerk.seen()))
	if h.plot.steered {
		fmt.Fprintf(&h.story, "    %s: row %d, %v\n", clock(time.Now()), s.row, s.people)
	}
	if early && code == -1 {
		code = 130
	}
	return code, p.text(), found, err
}

// asleep stands for the exit code of a start that is suspended while others go on.
const asleep = -2

// wake wakes the start that sleeps, once another has had the time to take over, or has ended; and tells what is wrong with
// its end.
func (h *history) wake(other *process) <-chan []Violation {
	found := make(chan []Violation, 1)
	p, codes, since := h.asleep, h.dreams, h.since
	h.asleep = nil
	if p == nil {
		found <- nil
		return found
	}
	go func() {
		select {
		case <-time.After(lease + time.Duration(h.sky.draw(int(lease)))):
		case <-other.done:
			time.Sleep(time.Until(since.Add(lease * 5 / 4))) // it has lost the run, whatever became of the other
		}
		h.guests.woke(p.key)
		p.signal(syscall.SIGCONT)
		<-p.done
		h.settle(p.key)
		if code := p.cmd.ProcessState.ExitCode(); !slices.Contains(codes, code) {
			found <- []Violation{{wrongEnd, fmt.Sprintf("a start that was suspended, and overtaken: %d\n%s", code, p.out.String())}}
			return
		}
		if n := h.guests.slips(p.key); n > h.plot.scenes[0].workers {
			found <- []Violation{{AfterStop, fmt.Sprintf("a start that was overtaken has sent %d updates, and has %d workers", n, h.plot.scenes[0].workers)}}
			return
		}
		found <- nil
	}()
	return found
}

// whileStopped is what is done while a start is suspended, or held up.
func (h *history) whileStopped(p *process, s script, args []string) (found []Violation, err error) {
	switch s.end {
	case napped:
		time.Sleep(lease / 5)
		p.signal(syscall.SIGCONT)
	case overslept:
		time.Sleep(lease * 5 / 4)
		p.signal(syscall.SIGCONT)
	case overtaken:
		h.asleep, h.dreams, h.since = p, s.dreams(), time.Now()
	case rival:
		other, err := h.launch(args, (*exec.Cmd).Start)
		if err != nil {
			return nil, err
		}
		select {
		case <-other.done:
		case <-p.done:
			other.signal(syscall.SIGKILL)
			<-other.done
		}
		h.settle(other.key)
		h.clerk.openUp()
		if code := other.cmd.ProcessState.ExitCode(); code != 5 && !(s.weather.kind != "" && (code == 1 || code == 4)) && code != -1 {
			found = []Violation{{wrongEnd, fmt.Sprintf("a second start: %d\n%s", code, other.out.String())}}
		}
	}
	return found, nil
}

// two has a second start begin together with the first, and gives the one that got the run. Until one has ended, no call is
// answered.
func (h *history) two(p *process, args []string) (*process, []Violation, error) {
	q, err := h.launch(args, (*exec.Cmd).Start)
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
	h.clerk.openUp()
	h.settle(q.key)
	if code := q.cmd.ProcessState.ExitCode(); code != 5 && code != 4 && code != 1 {
		return p, []Violation{{wrongEnd, fmt.Sprintf("of two starts one: %d\n%s", code, q.out.String())}}, nil
	}
	return p, nil, nil
}
