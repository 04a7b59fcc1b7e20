package sources

import "strings"

// Suggest returns the name among known that name was probably meant to be: the nearest by edit
// distance, case and the prefixes custom: and dev: counting little. It reports whether one is near.
func Suggest(name string, known []string) (string, bool) {
	best, least := "", nearEnough(name)+1
	for _, candidate := range known {
		if d := nameDistance(name, candidate); d < least && candidate != name {
			best, least = candidate, d
		}
	}
	return best, best != ""
}

// nearEnough is the largest distance at which two names may still be one name misspelt.
func nearEnough(name string) int {
	switch n := len(name); {
	case n == 0 || n > 128:
		return -1 // nothing is near
	case n <= 3:
		return 1
	default:
		return 2
	}
}

// nameDistance is the distance of two names, a missing prefix counting as one edit.
func nameDistance(name, candidate string) int {
	name, candidate = strings.ToLower(name), strings.ToLower(candidate)
	d := editDistance(name, candidate)
	for _, prefix := range []string{"custom:", "dev:", "dev:custom:"} {
		if bare, ok := strings.CutPrefix(candidate, prefix); ok {
			d = min(d, 1+editDistance(name, bare))
		}
	}
	return d
}

// editDistance counts the letters to insert, delete, replace or swap with their neighbour to make
// one name of the other. Names that differ much in length are simply far apart.
func editDistance(a, b string) int {
	const far = 1 << 10
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return far
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(replace, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// didYouMean makes a hint of the nearest known name, or of otherwise if none is near.
func didYouMean(name string, known []string, otherwise string) string {
	if near, ok := Suggest(name, known); ok {
		return `did you mean "` + near + `"?`
	}
	return otherwise
}
