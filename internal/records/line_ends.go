package records

import "bytes"

// A line end is a line feed with carriage returns before it, several where programs have translated line ends twice,
// and with one behind it, as some have it; or a carriage return alone, as on an old Macintosh.

// maxReturns is how many carriage returns may stand before a line feed. Those before them are line ends of their own.
const maxReturns = 64

// lineEnd returns the length of the line end that b begins with, 0 if there is none. A byte that is none of a line
// end stands behind it in b, or nothing does in the input.
func lineEnd(b []byte) int {
	n := 0
	for n < min(len(b), maxReturns) && b[n] == '\r' {
		n++
	}
	switch {
	case n == len(b) || b[n] != '\n':
		return min(n, 1)
	case startsAlone(b[n+1:]):
		return n + 2
	default:
		return n + 1
	}
}

// startsAlone reports whether b begins with a carriage return that belongs to no line end behind it.
func startsAlone(b []byte) bool {
	return len(b) > 0 && b[0] == '\r' && (len(b) == 1 || !endsLine(b[1]))
}

// endsLine reports whether a byte is one of a line end.
func endsLine(b byte) bool { return b == '\r' || b == '\n' }

// indexLineEnd returns where the first line end begins, len(b) if there is none. It looks at pieces, the first of them
// small, for b may have many lines and one of the two bytes nowhere.
func indexLineEnd(b []byte) int {
	begin := 0
	for size := firstPiece; begin < len(b); size *= 2 {
		piece := b[begin:min(begin+size, len(b))]
		n := len(piece)
		if i := bytes.IndexByte(piece, '\n'); i >= 0 {
			n = i
		}
		if i := bytes.IndexByte(piece[:n], '\r'); i >= 0 {
			n = i
		}
		begin += n
		if n < len(piece) {
			break
		}
	}
	return begin
}

const firstPiece = 256

// withoutOpenEnd returns the length of b without those bytes at its end that may be of a line end which goes on
// behind b.
func withoutOpenEnd(b []byte) int {
	n, enough := len(b), max(0, len(b)-maxReturns-2)
	for n > enough && endsLine(b[n-1]) {
		n--
	}
	return n
}

func trimLineEnd(text []byte) []byte { return bytes.TrimRight(text, "\r\n") }

// lines counts the lines that a row ends: those of the line ends in its quotes, too. A carriage return alone there is
// a line end only where the row itself ends in one; elsewhere it is a character among others.
func lines(row []byte) int {
	text := trimLineEnd(row)
	end := row[len(text):]
	if len(end) == 0 || bytes.IndexByte(end, '\n') >= 0 {
		return bytes.Count(row, []byte{'\n'})
	}
	n := 0
	for i := 0; i < len(row); n++ {
		if i += indexLineEnd(row[i:]); i == len(row) {
			break
		}
		i += lineEnd(row[i:])
	}
	return n
}
