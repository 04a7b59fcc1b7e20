package sources

import "attrmigrate/internal/records"

// Position is a place between two records of a change set, from which reading can go on. Everything before it
// is done; in an undo file, which is read from its end, everything behind it. The zero value stands for the
// start of either, where nothing is done.
//
// A source of one's own counts as it likes, so long as it finds its place again: nobody else reads anything into
// its positions but that each record has its own. Positions are kept as JSON, whose keys do not change.
type Position struct {
	Input  int   `json:"input"`  // index of the input, from 0
	Offset int64 `json:"offset"` // bytes from its (unpacked) beginning
	Line   int   `json:"line"`   // 1-based line of that byte
}

// positionOf is the position at a mark, whose input the caller knows.
func positionOf(m records.Mark) Position { return Position{Offset: m.Offset, Line: m.Line} }

// mark is the position within its input.
func (p Position) mark() records.Mark { return records.Mark{Offset: p.Offset, Line: p.Line} }
