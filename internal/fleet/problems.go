package fleet

import (
	"fmt"
	"strings"

	"attrmigrate/internal/prose"
)

// Problem is what is wrong in one place of a file.
type Problem struct {
	File   string
	Line   int // 0: the file as a whole
	Column string
	Msg    string
	Remedy string // may be empty
}

func (p *Problem) Error() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Column != "" {
		where += ": " + p.Column
	}
	return where + ": " + p.Msg
}

// Hint is the remedy.
func (p *Problem) Hint() string { return p.Remedy }

// Problems are all that is wrong with a file, in the order of its lines.
type Problems struct {
	File string
	List []*Problem
}

func (p *Problems) Error() string {
	texts := make([]string, len(p.List))
	for i, one := range p.List {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "; ")
}

// Count is how many there are, for people.
func (p *Problems) Count() string {
	return fmt.Sprintf("%s: %s: no row was begun", p.File, prose.Plural(len(p.List), "problem"))
}
