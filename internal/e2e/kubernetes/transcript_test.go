//go:build linux

package kubernetes

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// transcript is what the page shows of the test: nothing in it depends on how fast the machine is. Each part has one
// goroutine that writes it.
type transcript struct {
	codes [][]string
}

func (s *transcript) code(code int, means, ends, state string) {
	s.codes = append(s.codes, []string{fmt.Sprint(code), means, ends, state})
}

func (s *transcript) text() string {
	return table("EXIT CODE", "OF A POD THAT", "THE PODS OF THE INDEX END WITH", "THE INDEX IS")(s.codes)
}

// table sets rows out in columns below their headings.
func table(headings ...string) func(rows [][]string) string {
	return func(rows [][]string) string {
		var text strings.Builder
		w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		for _, row := range append([][]string{headings}, rows...) {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
		w.Flush()
		var lines []string
		for line := range strings.Lines(text.String()) {
			lines = append(lines, strings.TrimRight(line, " \n"))
		}
		return strings.Join(lines, "\n") + "\n"
	}
}
