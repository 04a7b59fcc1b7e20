package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"attrmigrate/internal/rundir"

	"attrmigrate/internal/prose"

	"attrmigrate/internal/refusal"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
)

// prospect is what a start is about to do, as the confirmation shows it.
type prospect struct {
	opts    options
	paths   []string
	noun    string // what a record is called
	dir     *rundir.Dir
	service *service
	pool    *cognito.Pool
	survey  *survey          // of a fresh run; nil when one is resumed
	state   checkpoint.State // of a resumed run
	cost    cost             // of this start
}

// show writes what will happen, a line a fact.
func (p *prospect) show(w io.Writer) {
	line := printer(w, columns(w))
	p.showInput(line)
	p.showPool(line)
	if p.survey != nil {
		line("change", "%s", p.survey.changes(p.noun))
	}
	line("costs", "%s", p.cost)
	if len(p.opts.metadata) > 0 {
		p.showMetadata(line)
	}
	if p.survey != nil {
		if !p.opts.asUser && p.cost.reads > p.survey.expecting {
			line("", "(plan first reads them for free and leaves out those that are already right)")
		}
		p.showHazards(line)
	}
	if p.opts.noRead {
		line("undo", "none: users are not read before they are changed (--no-read)")
	} else {
		line("undo", "%s", p.dir.File(report.UndoJSONL))
	}
}

// printer writes lines of a heading and a text, in so many columns; 0 is no limit.
func printer(w io.Writer, width int) func(head, format string, args ...any) {
	return func(head, format string, args ...any) {
		text := prose.Printable(fmt.Sprintf(format, args...))
		fmt.Fprintln(w, prose.Wrap(fmt.Sprintf("%-8s %s", head, text), width))
	}
}

func (p *prospect) showPool(line func(head, format string, args ...any)) {
	if p.known() {
		line("pool", "%s (%s), %s, about %s", p.pool.Name, p.pool.ID, p.where(), prose.Plural(p.pool.EstimatedUsers, "user"))
	} else {
		line("pool", "%s, as the access tokens say; its own rules are not known, only those of every pool are checked", p.pool.ID)
		line("", "hint: --user-pool-id %s, with AWS credentials, checks them", p.pool.ID)
	}
	if place := p.service.place(); place != "" {
		line("endpoint", "%s", place)
	}
	if p.opts.asUser && inTheClear(p.service.endpoint) {
		line("watch", "access tokens go to this endpoint unencrypted (http)")
	}
}

// known tells whether the pool was described: with users' own tokens that need not be.
func (p *prospect) known() bool { return p.pool.Name != "" || !p.opts.asUser }

func (p *prospect) showInput(line func(head, format string, args ...any)) {
	name := strings.Join(p.paths, ", ")
	if p.survey == nil {
		line("resumed", "%s: %s of %s are finished, %s remain (%s)", name,
			prose.Count(p.state.Counts.Done()), prose.Plural(p.state.Total, p.noun), prose.Count(p.state.Total-p.state.Counts.Done()), p.dir.Path)
		return
	}
	s := p.survey
	if s.bad == 0 {
		line("checked", "%s: %s, all can be applied", name, prose.Plural(s.rows, p.noun))
		return
	}
	line("checked", "%s: %s, %s can't be applied (%s), %s can", name, prose.Plural(s.rows, p.noun),
		prose.Count(s.bad), p.dir.ErrorsFile(), prose.Count(s.rows-s.bad))
	for _, e := range s.examples {
		line("", "%s", e)
	}
	if more := s.bad - int64(len(s.examples)); more > 0 {
		line("", "and %s more", prose.Count(more))
	}
}

func (p *prospect) where() string {
	if p.pool.Account == "" {
		return p.pool.Region
	}
	return fmt.Sprintf("account %s, %s", p.pool.Account, p.pool.Region)
}

func (p *prospect) showHazards(line func(head, format string, args ...any)) {
	for _, a := range []struct{ name, people string }{{"email", "e-mail"}, {"phone_number", "phone number"}} {
		if n := p.survey.unverified[a.name]; n > 0 {
			p.showAddresses(line, a.name, a.people, n)
		}
		if n := p.survey.verified[a.name]; n > 0 && slices.Contains(p.pool.AliasAttributes, a.name) {
			line("watch", "up to %s sent as verified (%s_verified): if another user signs in by one of them, that user can't any more",
				prose.Plural(n, "new "+a.people), a.name)
			line("", "hint: plan finds them")
		}
	}
	if n := p.survey.expiring; n > 0 {
		line("watch", "%s will have expired when it is their turn, and fail then", prose.Plural(n, "access token"))
		line("", "hint: --rate off, if the account's quota allows it; or apply in parts, each with fresh tokens")
	}
	if n := p.survey.expecting; n > 0 {
		line("", "%s with preconditions: where a value is another by now, nothing is sent", prose.Plural(n, p.noun))
	}
	if p.survey.metadata > 0 && len(p.opts.metadata) == 0 {
		p.showMetadata(line)
	}
	if p.survey.emptied > 0 {
		line("watch", "%s with nothing to change: %s", prose.Plural(p.survey.emptied, p.noun), noCall(p.survey.emptied))
	}
}

// showMetadata warns of client metadata that nobody would see.
func (p *prospect) showMetadata(line func(head, format string, args ...any)) {
	if p.known() && !p.pool.SeesMetadata() {
		line("watch", "nobody sees the client metadata: it goes to Lambda triggers for messages, of which the pool has none, and Cognito does not store it")
	}
}

// showAddresses tells of n addresses that change without their verified flag.
func (p *prospect) showAddresses(line func(head, format string, args ...any), name, people string, n int64) {
	changes := prose.Plural(n, people+" change")
	signsIn := slices.Contains(p.pool.AliasAttributes, name)
	switch {
	case !p.known():
		line("watch", "%s: what becomes of them is the pool's affair; it may send up to %s, with a code to verify them",
			changes, prose.Plural(n, "message"))
		return
	case p.opts.keep:
		line("watch", "%s keep %s_verified where it is true; elsewhere it is reset", changes, name)
	case slices.Contains(p.pool.VerifyBeforeUpdate, name):
		line("watch", "%s will wait until the user verifies: until then the old one stays", changes)
	case signsIn:
		line("watch", "%s reset %s_verified: those users can't sign in by %s until they verify", changes, name, people)
	default:
		line("watch", "%s reset %s_verified: those users can't recover a password by it until they verify", changes, name)
	}
	if slices.Contains(p.pool.AutoVerified, name) {
		line("watch", "up to %s will go out, with a code to verify the %s", prose.Plural(n, "message"), people)
	}
	switch {
	case p.opts.keep, p.opts.asUser:
	case p.opts.noRead:
		line("", "hint: if you have verified these addresses yourself, add a column %s_verified with true", name)
	default:
		line("", "hint: if you have verified these addresses yourself, --verified keep")
	}
}

// ask lets only the word "yes" go on.
func ask(ctx context.Context, w io.Writer, r io.Reader) error {
	fmt.Fprint(w, `Apply? Only "yes" goes on: `)
	answer := make(chan string, 1)
	go func() { // it ends with the answer, or with the process
		line, err := bufio.NewReader(r).ReadString('\n')
		if err != nil {
			fmt.Fprintln(w) // the end of the input (Ctrl-D) has shown no line end
		}
		answer <- strings.TrimSpace(line)
	}()
	select {
	case a := <-answer:
		if a != "yes" {
			return &refusal.Error{Msg: "not confirmed: nothing was written"}
		}
		return nil
	case <-ctx.Done():
		fmt.Fprintln(w)
		return refusal.ErrNotStarted
	}
}
