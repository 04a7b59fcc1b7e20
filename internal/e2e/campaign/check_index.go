package campaign

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// The rules of an index, whose rows are the runs of several pools.
const (
	WrongIndex = "an index ends otherwise than its rows did"
	WrongRow   = "a row is said to be done whose run is not finished, or that is none of the index"
)

// CheckStatus holds the table of a file of targets against which runs are finished.
func CheckStatus(table string, finished map[string]bool) (found []Violation) {
	for name, done := range finished {
		if row := regexp.MustCompile(`(?m)^0 +` + name + ` +finished `); done != row.MatchString(table) {
			found = append(found, Violation{WrongRow, fmt.Sprintf("%s is finished: %t\n%s", name, done, table)})
		}
	}
	return found
}

// gravest are the exit codes of rows; an index ends with the first that any had.
var gravest = []int{130, 5, 4, 1, 2, 3, 0}

var rowEnds = regexp.MustCompile(`(?m)^row +(\w+): (not begun$|.* \(exit code (\d+)\))`)

// CheckIndex holds the end of an index, which nobody killed, against what it says of its rows, and that against which of them
// have a finished run.
func CheckIndex(output string, code int, finished map[string]bool) (found []Violation) {
	said, listed := map[int]bool{}, 0
	for _, row := range rowEnds.FindAllStringSubmatch(output, -1) {
		end := 130
		if row[3] != "" {
			end, _ = strconv.Atoi(row[3])
		}
		listed++
		said[end] = true
		if done, ours := finished[row[1]]; !ours || (end == 0 || end == 3) && !done {
			found = append(found, Violation{WrongRow, row[0]})
		}
	}
	first := slices.IndexFunc(gravest, func(c int) bool { return said[c] })
	if listed != len(finished) || first < 0 || gravest[first] != code {
		found = append(found, Violation{WrongIndex, fmt.Sprintf("exit code %d, and %d of %d rows are told, with %v\n%s", code, listed, len(finished), said, output)})
	}
	return found
}
