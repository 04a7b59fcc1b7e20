package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
)

// prospect is what a start is about to do, as the confirmation shows it.
type prospect struct {
	opts    options
	paths   []string
	noun    string // what a record is called
	dir     *rundir.Dir
	service *service
	pool    *cognito.Pool
	terms   audit.Terms
	survey  *survey          // of a fresh run; nil when one is resumed
	state   checkpoint.State // of a resumed run
	cost    audit.Cost       // of this start
}

// show writes what will happen, a line a fact.
func (p *prospect) show(w io.Writer) {
	line := printer(w, columns(w))
	p.showInput(line)
	p.showPool(line)
	warnings := p.terms.Warnings()
	if p.survey != nil {
		line("change", "%s", changes(p.survey.Survey, p.noun))
		warnings = p.survey.Warnings()
	}
	line("costs", "%s", costText(p.cost, "counted"))
	if p.survey != nil && !p.opts.asUser && p.cost.Reads-p.cost.Looks > p.survey.Conditional {
		line("", "(plan first reads them for free and leaves out those that are already right)")
	}
	showWarnings(line, warnings)
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
func (p *prospect) known() bool { return !p.opts.terms(p.pool, p.noun).Unknown }

func (p *prospect) showInput(line func(head, format string, args ...any)) {
	name := strings.Join(p.paths, ", ")
	if p.survey == nil {
		line("resumed", "%s: %s of %s are finished, %s remain (%s)", name,
			prose.Count(p.state.Counts.Done()), prose.Plural(p.state.Total, p.noun), prose.Count(p.state.Total-p.state.Counts.Done()), p.dir.Path)
		return
	}
	s := p.survey
	if s.Bad == 0 {
		line("checked", "%s: %s, all can be applied", name, prose.Plural(s.Rows, p.noun))
		return
	}
	line("checked", "%s: %s, %s can't be applied (%s), %s can", name, prose.Plural(s.Rows, p.noun),
		prose.Count(s.Bad), p.dir.ErrorsFile(), prose.Count(s.Rows-s.Bad))
	for _, e := range s.Examples {
		line("", "%s", e)
	}
	if more := s.Bad - int64(len(s.Examples)); more > 0 {
		line("", "and %s more", prose.Count(more))
	}
}

func (p *prospect) where() string {
	if p.pool.Account == "" {
		return p.pool.Region
	}
	return fmt.Sprintf("account %s, %s", p.pool.Account, p.pool.Region)
}

// changes lists the attributes and how many records touch each: custom:tier in 48,211 rows · locale in 9,870.
func changes(s *audit.Survey, noun string) string {
	var parts []string
	for i, a := range s.Attributes() {
		records := prose.Count(a.Records)
		if i == 0 {
			records = prose.Plural(a.Records, noun)
		}
		parts = append(parts, fmt.Sprintf("%s in %s", prose.Printable(a.Name), records))
	}
	if s.Deletions == 0 {
		parts = append(parts, "nothing is deleted")
	} else {
		parts = append(parts, prose.Plural(s.Deletions, "value")+" deleted")
	}
	return strings.Join(parts, " · ")
}

// showWarnings writes what they mean and what to do. A remedy that several have stands behind the last.
func showWarnings(line func(head, format string, args ...any), list []audit.Warning) {
	for i, w := range list {
		head := "watch"
		if w.Note {
			head = ""
		}
		line(head, "%s", w.Text)
		again := slices.ContainsFunc(list[i+1:], func(later audit.Warning) bool { return later.Remedy == w.Remedy })
		if w.Remedy != "" && !again {
			line("", "hint: %s", w.Remedy)
		}
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
