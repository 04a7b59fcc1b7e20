package audit

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Render writes a result for people, in lines of at most width characters where words allow; 0 is no
// limit. What comes from files or users is written so that a terminal takes nothing for a command.
func (r *Result) Render(w io.Writer, width int) error {
	s := sheet{width: width}
	s.text.WriteString("this was a dry run: nothing was written\n\n")
	s.line("read", r.reading())
	s.line("found", r.verdicts())
	if r.Repeated > 0 {
		s.line("", amount(r.Repeated, "user is", "users are")+" named more than once: the net change stands")
	}
	s.attributes(r.Attributes)
	for _, h := range r.Hazards {
		s.hazard(h)
	}
	s.line("costs", r.Estimates.String())
	_, err := io.WriteString(w, s.text.String())
	return err
}

func (r *Result) reading() string {
	records := amount(r.Records, "record", "records")
	if r.Read == None {
		return records + ", held against the schema only: no user was read"
	}
	return fmt.Sprintf("%s, for %s of the pool (%s: %s of ListUsers, %s, free of charge)", records,
		amount(r.Users, "user", "users"), r.Read, amount(r.Calls, "call", "calls"), span(r.Elapsed))
}

// verdicts lists the verdicts that occur: 43,201 change · 4,992 unchanged · 3 invalid.
func (r *Result) verdicts() string {
	v := r.Verdicts
	parts := []string{}
	for _, p := range []struct {
		count int64
		name  Verdict
	}{
		{v.Change, Change}, {v.Delete, Delete}, {v.Unchanged, Unchanged}, {v.Missing, "missing user"},
		{v.Invalid, Invalid}, {v.Conflict, Conflict}, {v.Duplicate, Duplicate},
	} {
		if p.count > 0 {
			parts = append(parts, number(p.count)+" "+string(p.name))
		}
	}
	if len(parts) == 0 {
		return "nothing to change"
	}
	return strings.Join(parts, " · ")
}

// String is the estimates in one line.
func (e Estimates) String() string {
	if e.Updates == 0 {
		return "no updates"
	}
	pace := "without a limit of the rate"
	if e.PerSecond > 0 {
		pace = fmt.Sprintf("%s at %g/s", span(e.Seconds), e.PerSecond)
	}
	text := fmt.Sprintf("%s, %s; up to %s newly counted as active this month",
		amount(e.Updates, "update", "updates"), pace, amount(e.ActiveUsers, "user", "users"))
	if e.Emails > 0 {
		text += "; " + amount(e.Emails, "e-mail", "e-mails")
	}
	if e.SMS > 0 {
		text += "; " + amount(e.SMS, "text message", "text messages")
	}
	return text
}

// sheet is a text in the making: a head and a text in each line.
type sheet struct {
	text  strings.Builder
	width int
}

// indent is the width of the heads, and of the lines that go on.
const indent = 9

// line writes a head and its text, which goes on in further lines if it is long.
func (s *sheet) line(head, text string) {
	column := indent
	fmt.Fprintf(&s.text, "%-*s", indent, head)
	for i, word := range strings.Fields(printable(text)) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case s.width > 0 && column+1+n > s.width:
			s.text.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			s.text.WriteByte(' ')
			column++
		}
		s.text.WriteString(word)
		column += n
	}
	s.text.WriteByte('\n')
}

// attributes writes the counts of each attribute, and its commonest transitions.
func (s *sheet) attributes(list []AttributeResult) {
	wide := len("attribute")
	for _, a := range list {
		wide = max(wide, utf8.RuneCountInString(shown(a.Name)))
	}
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(&s.text, "\n%-*s %11s %11s %11s %11s\n", wide, "attribute", "change", "delete", "unchanged", "other")
	for _, a := range list {
		other := a.Missing + a.Invalid + a.Conflict + a.Duplicate
		fmt.Fprintf(&s.text, "%-*s %11s %11s %11s %11s\n", wide, shown(a.Name),
			number(a.Change), number(a.Delete), number(a.Unchanged), number(other))
		for _, t := range a.Transitions {
			s.transition(wide, t)
		}
	}
	s.text.WriteByte('\n')
}

func (s *sheet) transition(wide int, t Transition) {
	count := number(t.Count)
	if t.AtLeast {
		count = "at least " + count
	}
	fmt.Fprintf(&s.text, "  %-*s  %s\n", wide+20, valueOrNone(t.Before)+" > "+valueOrNone(t.After), count)
}

func valueOrNone(value string) string {
	if value == "" {
		return "(none)"
	}
	return printable(value)
}

// hazard writes what it means, where it is, and what to do.
func (s *sheet) hazard(h Hazard) {
	s.line("watch", h.Text)
	places := strings.Join(h.Examples, ", ")
	if h.Count > int64(len(h.Examples)) {
		places += ", ..."
	}
	s.line("", places)
	s.line("", "hint: "+h.Remedy)
}
