//go:build linux

package kubernetes

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
)

// transcript is what the page shows of the test: nothing in it depends on how fast the machine is. Each part has one
// goroutine that writes it.
type transcript struct {
	fates, pods, codes [][]string
	job                *jobStatus
}

func (s *transcript) fate(index int, name, happens, state string, updated, failed int) {
	s.fates = append(s.fates, []string{fmt.Sprint(index), name, happens, state, fmt.Sprint(updated), fmt.Sprint(failed)})
}

func (s *transcript) pod(index int, e ending, verdict string) {
	s.pods = append(s.pods, []string{fmt.Sprint(index), e.node, e.end, verdict})
}

func (s *transcript) code(code int, means, ends, job string) {
	s.codes = append(s.codes, []string{fmt.Sprint(code), means, ends, job})
}

func (s *transcript) engine(job *jobStatus) { s.job = job }

func (s *transcript) text() string {
	text := table([]string{"INDEX", "NODE", "POD ENDS WITH", "THE JOB"}, s.pods)
	text += "\n" + table([]string{"INDEX", "TARGET", "WHAT HAPPENS", "STATE", "UPDATED ONCE", "FAILED"}, s.fates)
	if s.job != nil {
		of := s.job.Status
		text += fmt.Sprintf("\nthe Job: %s\ncompletedIndexes %s  failedIndexes %s  succeeded %d  failed %d\n",
			s.job.over(), cmp.Or(of.CompletedIndexes, "none"), cmp.Or(of.FailedIndexes, "none"), of.Succeeded, of.Failed)
	}
	return text + "\n" + table([]string{"EXIT CODE", "A PROGRAM THAT ENDS SO", "PODS END WITH", "THE JOB"}, s.codes)
}

// table sets rows out in columns below their headings.
func table(headings []string, rows [][]string) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{headings}, rows...) {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	var lines strings.Builder
	for line := range strings.Lines(text.String()) {
		lines.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return lines.String()
}
