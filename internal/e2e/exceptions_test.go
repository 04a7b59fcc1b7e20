package e2e

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// judged is an exception of an operation, with what TestExceptionMatrix in internal/cognito has found
// out about it.
type judged struct{ op, code, message, class, oneEnds, allEnd string }

func (j judged) String() string { return strings.TrimSuffix(j.code+": "+j.message, ": ") }

// judgedExceptions reads what TestExceptionMatrix has found out: what is added there is raised here.
func judgedExceptions(t *testing.T) []judged {
	t.Helper()
	text, err := os.ReadFile("../cognito/testdata/exceptions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []judged
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		cells := regexp.MustCompile(` {2,}`).Split(line, -1)
		code, message, _ := strings.Cut(cells[1], ": ")
		all = append(all, judged{cells[0], code, message, cells[2], cells[4], cells[5]})
	}
	return all
}

const (
	raisedLine = "%-25s  %-74s  %-6s  %-9s  %-40s  %8v  %4v  %-7s  %4v  %5v  %6v  %s\n"
	remedyLine = "%-25s  %-74s  %s\n"
)

// Each exception of both operations, raised by the sandbox for one record among good ones and for all,
// end to end: what the report says of it, whether the run stops and why, that the same command goes on
// once it is gone, and what failed is mended by one more, with no user changed twice.
//
// testdata/exceptions.txt is to be read by people: class and code as in errors.csv, the attempts that one
// record had at most, the rows in errors.csv, whether the run stopped, the exit code; that of the same
// command once the exception is gone, and that of what failed applied once more; and what was said of it.
// testdata/exceptions_remedies.txt has what people are told to do.
func TestExceptionsEndToEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("each exception has runs of its own")
	}
	t.Parallel()
	all := judgedExceptions(t)
	lines, remedies := make([]string, 2*len(all)), make([]string, len(all))
	var running sync.WaitGroup
	atOnce := make(chan struct{}, 8) // more than processors: some of them wait before they try again
	for i, x := range all {
		for n, often := range []string{"once", "always"} {
			running.Go(func() {
				atOnce <- struct{}{}
				defer func() { <-atOnce }()
				t.Run(fmt.Sprintf("%s/%s/%s", x.op, x, often), func(t *testing.T) {
					o := newOrdeal(t, x, often == "once")
					lines[2*i+n] = raisedRow(t, o, often)
					if !o.one {
						remedies[i] = fmt.Sprintf(remedyLine, x.op, x, o.remedy)
					}
				})
			})
		}
	}
	running.Wait()
	if t.Failed() || slices.Contains(lines, "") { // -run may choose some of them
		return
	}
	compareTable(t, "testdata/exceptions.txt", fmt.Sprintf(raisedLine, "operation", "exception", "raised", "class", "code",
		"attempts", "rows", "run", "exit", "again", "mended", "what is said")+strings.Join(lines, ""))
	compareTable(t, "testdata/exceptions_remedies.txt",
		fmt.Sprintf(remedyLine, "operation", "exception", "remedy")+strings.Join(remedies, ""))
}

// compareTable prints a table, and compares it with the one that people have read.
func compareTable(t *testing.T, path, got string) {
	t.Helper()
	t.Log(path + "\n" + got)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	have, want := strings.Split(got, "\n"), strings.Split(string(text), "\n")
	for i := range min(len(have), len(want)) {
		if have[i] != want[i] {
			t.Fatalf("%s:%d is\n%s\nand not\n%s", path, i+1, want[i], have[i])
		}
	}
	if len(have) != len(want) {
		t.Errorf("%s has %d lines and not %d", path, len(want), len(have))
	}
}

// raisedRow lets the exception happen, ends it, and goes on. It tells what came of it in one line.
func raisedRow(t *testing.T, o *ordeal, often string) string {
	t.Helper()
	first := o.apply("changes.csv", "changes.run")
	attempts := o.attempts()
	failed := readCSV(t, o.path("changes.run/errors.csv"))
	o.remedy = o.callForRemedy(t)
	checkFirst(t, o, first)
	checkFailed(t, o, failed)

	o.end()
	again := o.apply("changes.csv", "changes.run")
	if want := 3 * min(1, len(failed)); again.code != want {
		t.Errorf("the same command again: exit code %d, want %d\n%s", again.code, want, again.said)
	}
	class, code, said, mended := "-", "-", "-", "-"
	if len(failed) > 0 {
		class, code, said, mended = failed[0]["_class"], failed[0]["_code"], withoutRemedy(failed[0]["_message"]), fmt.Sprint(o.mend(t))
	}
	for name, n := range o.changed() {
		if n != 1 {
			t.Errorf("%s was changed %d times", name, n)
		}
	}
	end := "ended"
	if first.error() != "" {
		end, said = "stopped", regexp.MustCompile(`for \d+s`).ReplaceAllString(first.error(), "for Ns")
	}
	rows := len(failed)
	if strings.HasPrefix(said, "the same error over and over: 20 ") && rows == 21 {
		rows-- // the next one may be on its way when the streak is judged
	}
	return fmt.Sprintf(raisedLine, o.op, o.judged, often, class, code, attempts, rows, end, first.code, again.code, mended, said)
}

// checkFirst holds the end of the first start against what TestExceptionMatrix says of it.
func checkFirst(t *testing.T, o *ordeal, first ended) {
	t.Helper()
	ends, want, why := o.allEnd, 3, ""
	if o.one {
		ends = o.oneEnds
	}
	switch end, reason, _ := strings.Cut(ends, ": "); {
	case end == "updated":
		want = 0
	case o.class == "throttled":
		want, why = 130, "interrupted"
	case end == "run stops":
		want, why = 4, reason
	}
	if first.code != want || !strings.HasPrefix(first.error(), why) {
		t.Errorf("exit code %d, want %d, because %q\n%s", first.code, want, why, first.said)
	}
	if want == 4 {
		checkSentence(t, o, strings.TrimPrefix(first.error(), why+": "))
		if hint := o.plain(first.hint()); hint != o.remedy {
			t.Errorf("the hint of the stop is %q, the error's %q", hint, o.remedy)
		}
	}
	if why != "" {
		checkStopped(t, o, first)
	}
}

// checkStopped fails unless the run says that it can go on, and its status why it stopped.
func checkStopped(t *testing.T, o *ordeal, first ended) {
	t.Helper()
	status := o.start("status", o.path("changes.run")).said
	for _, want := range []string{"why      " + first.error(), first.hint(), "next     the same command again continues", o.code} {
		if !strings.Contains(status, want) {
			t.Errorf("the status lacks %q:\n%s", want, status)
		}
	}
	if !strings.Contains(first.said, "the same command continues") {
		t.Errorf("nothing is said of going on:\n%s", first.said)
	}
}

// checkFailed holds the rows of errors.csv against the exception.
func checkFailed(t *testing.T, o *ordeal, failed []map[string]string) {
	t.Helper()
	class := o.class
	if class == "transient" { // others succeed, and of this record it is not known
		class = "unknown"
	}
	for _, row := range failed {
		if row["_class"] != class || row["_code"] != o.code {
			t.Errorf("line %s: class %s, code %s, want %s and %s", row["_line"], row["_class"], row["_code"], class, o.code)
		}
		checkSentence(t, o, withoutRemedy(row["_message"]))
		if !strings.HasSuffix(o.plain(row["_message"]), " (hint: "+o.remedy+")") && row["_class"] != "unknown" {
			t.Errorf("the report does not tell the remedy %q: %s", o.remedy, row["_message"])
		}
	}
}

// inPlainWords is what is said before the name of an exception. A streak begins with its length.
var inPlainWords = regexp.MustCompile(`^(\d+ records in a row: )?[A-Za-z]\S*( \S+){2,}: $`)

// checkSentence fails if a text does not say in a few plain words what happened, and then name the
// exception, or if there is no remedy.
func checkSentence(t *testing.T, o *ordeal, text string) {
	t.Helper()
	before, after, found := strings.Cut(text, o.code)
	if !found || !inPlainWords.MatchString(before) || strings.HasSuffix(after, ".") || strings.ContainsAny(text, "\n{}") {
		t.Errorf("%q is no sentence with the name of %s in it", text, o.code)
	}
	if len(strings.Fields(o.remedy)) < 2 || strings.HasSuffix(o.remedy, ".") || strings.ContainsAny(o.remedy, "\n{}") {
		t.Errorf("%q is no remedy", o.remedy)
	}
}

// withoutRemedy is the message of a report without the hint at its end, which the other table has.
func withoutRemedy(message string) string {
	sentence, _, _ := strings.Cut(message, " (hint: ")
	return sentence
}
