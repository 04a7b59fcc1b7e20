package audit

import "slices"

// maxExamples is how many places are named where many have something in common.
const maxExamples = 3

// firsts are the first few places of a change set that have something in common, in its order. A pool is read in another one.
type firsts []spot

// spot is such a place, with what is told of it: who has the address now, or why the record fails.
type spot struct {
	at   place
	told string
}

// keep takes one that is among the first few so far. Those of one place stay as they came.
func (f *firsts) keep(s spot) {
	i := len(*f)
	for i > 0 && comparePositions(s.at.begin, (*f)[i-1].at.begin) < 0 {
		i--
	}
	if i == maxExamples {
		return
	}
	*f = slices.Insert(*f, i, s)
	*f = (*f)[:min(len(*f), maxExamples)]
}
