package console

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Terminal is a screen that is drawn again and again, beside what the terminal shows otherwise: what it was drawn last
// stays in the end. It is used by one goroutine, but for the keys.
type Terminal struct {
	out   io.Writer
	size  func() (columns, rows int)
	keys  <-chan byte
	reset func() // of the keys
}

// The commands to a terminal: a screen of its own without a cursor, back from there, and the parts of a frame.
const (
	screenOn  = "\x1b[?1049h\x1b[?25l\x1b[?7l"
	screenOff = "\x1b[?7h\x1b[?25h\x1b[?1049l"
	home      = "\x1b[H"
	clearLine = "\x1b[K"
	clearRest = "\x1b[J"
)

// OpenTerminal takes the terminal that a command writes to, and the keys of the one that it reads from. It is nil where
// there is none that knows the commands to draw by.
func OpenTerminal(out io.Writer, in io.Reader) *Terminal {
	if Columns(out) == 0 || !draws(out) {
		return nil
	}
	t := &Terminal{out: out, size: func() (int, int) { return terminalSize(out) }, reset: func() {}}
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if state, err := term.MakeRaw(int(f.Fd())); err == nil {
			t.reset = func() { _ = term.Restore(int(f.Fd()), state) }
			t.keys = keysOf(f)
		}
	}
	_, _ = io.WriteString(out, screenOn)
	return t
}

// keysOf has the keys that are pressed, from a goroutine that ends with the process.
func keysOf(f io.Reader) <-chan byte {
	keys := make(chan byte)
	go func() {
		var b [1]byte
		for {
			if _, err := f.Read(b[:]); err != nil {
				return
			}
			keys <- b[0]
		}
	}()
	return keys
}

// draw replaces what the screen shows, by one write, so that nobody sees half a frame. The last column stays free: what is
// cleared behind a line that fills it, is its last letter.
func (t *Terminal) draw(v View) {
	columns, rows := t.size()
	lines := append(frame(v, columns-1, rows-2), "", footer(v, columns-1))
	lines = lines[:min(len(lines), max(rows, 1))]
	_, _ = io.WriteString(t.out, home+strings.Join(lines, clearLine+"\r\n")+clearLine+clearRest)
}

// Close gives the terminal back, and leaves there what was seen last.
func (t *Terminal) Close(last View) {
	columns, rows := t.size()
	lines := frame(last, columns-1, rows-1)
	_, _ = io.WriteString(t.out, screenOff)
	t.reset()
	_, _ = io.WriteString(t.out, strings.Join(lines, "\n")+"\n")
}
