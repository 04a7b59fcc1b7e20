package sources

import (
	"bufio"
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"attrmigrate/internal/records"
	"attrmigrate/internal/sealed"
)

// knownSeparators are looked for in a header. Of two that part it into as many cells the first is taken.
var knownSeparators = []rune{',', ';', '\t'}

// separatorNames are what people call them, one and many.
var separatorNames = map[rune][2]string{',': {"comma", "commas"}, ';': {"semicolon", "semicolons"}, '\t': {"tab", "tabs"}}

// Dialect says in which way the inputs are written that not all are: "UTF-16, separated by tabs". It is empty for JSONL and
// CSV as most programs write them.
func (f *Files) Dialect() string {
	var ways []string
	if f.inputs[0].wide {
		ways = append(ways, "UTF-16")
	}
	if s := f.Separator(); s != 0 && s != ',' {
		ways = append(ways, "separated by "+separatorNames[s][1])
	}
	return strings.Join(ways, ", ")
}

// Separator is what stands between the cells of the CSV inputs, and 0 for JSONL.
func (f *Files) Separator() rune { return f.inputs[0].separator }

// sepLine is a first line that some spreadsheets write and read: it says what the separator is.
var sepLine = regexp.MustCompile(`^(?i:"?sep=([^\r\n])"?)(\r*\n|\r|$)`)

// findSeparator finds out what stands between the cells, and passes over a line that only says so.
func (in *input) findSeparator(text *bufio.Reader, opts *Options) *FileError {
	head, _ := text.Peek(text.Size()) // an error comes again
	if said := sepLine.FindSubmatch(head); said != nil {
		in.separator = rune(said[1][0])
		in.start.Offset += int64(len(said[0]))
		in.start.Line++
		text.Discard(len(said[0])) // peeked, so it cannot fail
	} else {
		in.separator = in.guessSeparator(head, opts)
	}
	if opts.Separator != 0 {
		in.separator = opts.Separator
	}
	if !slices.Contains(knownSeparators, in.separator) {
		return &FileError{Line: 1, Msg: fmt.Sprintf("its cells are separated by %q", in.separator), Remedy: "separate them by commas, semicolons or tabs"}
	}
	return nil
}

// guessSeparator takes the separator that parts the header into most cells, of which one names the user: the cell that
// names it tells a separator from a character in another name.
func (in *input) guessSeparator(head []byte, opts *Options) rune {
	found, most := ',', 0
	for _, s := range knownSeparators {
		cells := cellsOf(head, s)
		n := len(cells) - 1
		if n > 0 && slices.ContainsFunc(cells, opts.namesUser) {
			n += len(head)
		}
		if n > 0 && s == '\t' && Tabbed(in.path) {
			n += 2 * len(head)
		}
		if n > most {
			found, most = s, n
		}
	}
	return found
}

// cellsOf parts the first row of a text; of a header that is longer than the text, as far as it goes.
func cellsOf(head []byte, separator rune) []string {
	rows := records.NewCSV(byte(separator), 0, len(head))
	rows.Begin(bytes.NewReader(head), records.Mark{Line: 1})
	row, err := rows.Next()
	if err != nil {
		return nil
	}
	return row.Cells
}

// namesUser reports whether a cell of a header names the column of the users, or of their access tokens.
func (o *Options) namesUser(cell string) bool {
	name, _ := textOf(strings.TrimSpace(cell))
	name = strings.TrimSpace(name)
	return name != "" && name == o.UsernameColumn || isUserName(o.renamed(name)) || isTokenName(o.renamed(name))
}

// isUserName reports whether a column of that name names the users, if no other is said to; a sub does where no other
// column does.
func isUserName(name string) bool {
	return slices.Contains([]string{"username", "cognito:username", "Username", "sub"}, name)
}

// Tabbed reports whether a file's name says that tabs separate its cells: it ends in .tsv or .tab.
func Tabbed(path string) bool {
	_, name := sealed.PackingOf(path)
	ending := strings.ToLower(filepath.Ext(name))
	return ending == ".tsv" || ending == ".tab"
}

// otherSeparator reports what seems to separate the cells of a header that was taken for one.
func otherSeparator(cell string) (rune, bool) {
	i := strings.IndexAny(cell, ",;\t|")
	if i < 0 {
		return 0, false
	}
	return rune(cell[i]), true
}
