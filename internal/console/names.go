package console

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"attrmigrate/internal/shell"
)

// Names are other names for places on this machine that mean nothing to people, such as the directory in which a run is
// carried out that is kept elsewhere: what is written tells its URL. It may be used by many goroutines.
type Names struct {
	mu   sync.Mutex
	told []func() []string // pairs of a place and its name, of each the longer ones first
}

// Tell has more names told from now on: pairs of a place and its name, the longer places first.
func (n *Names) Tell(pairs func() []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, pairs)
}

// pairs are all that were told.
func (n *Names) pairs() (list []string) {
	n.mu.Lock()
	told := n.told[:len(n.told):len(n.told)]
	n.mu.Unlock()
	for _, pairs := range told {
		list = append(list, pairs()...)
	}
	return list
}

// Writer writes to another one, with the names. Each Write is one text: a place that is written in two is not found.
func (n *Names) Writer(to io.Writer) io.Writer { return &named{to, n} }

type named struct {
	to    io.Writer
	names *Names
}

// Write implements [io.Writer].
func (w *named) Write(p []byte) (int, error) {
	list := w.names.pairs()
	text := p
	for i := 0; i+1 < len(list); i += 2 {
		if place, name := list[i], list[i+1]; bytes.Contains(text, []byte(place)) {
			words := strings.NewReplacer(" "+place, " "+shell.Quote(name), place, name) // a word of a command can be pasted
			text = []byte(words.Replace(string(text)))
		}
	}
	if n, err := w.to.Write(text); err != nil {
		return min(n, len(p)), err
	}
	return len(p), nil
}
