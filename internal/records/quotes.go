package records

import "bytes"

// quotes follows the quotes of a CSV, and turns its line ends, whatever their shape, into what a csv.Reader knows: a
// byte for a byte, so that offsets stay what they are. Outside of quotes a carriage return becomes a line feed, of which
// a csv.Reader takes the first for the end of the row and the others for blank lines. Inside, where it would drop one
// before a line feed, it becomes keptCR.
type quotes struct {
	separator byte
	state     quoteState
}

// keptCR stands for a carriage return in quotes. No text in UTF-8 has such a byte.
const keptCR = 0xff

type quoteState int

const (
	cellBegin   quoteState = iota
	inCell                 // of a cell without quotes
	inQuotes               // of a cell
	behindQuote            // that ends the quotes, or is the first of two that are one
	inBadRow               // up to its line end, for a csv.Reader gives up the line
)

// translate turns the next bytes.
func (q *quotes) translate(b []byte) {
	if len(b) > 0 && q.state <= inCell && bytes.IndexByte(b, '"') < 0 && bytes.IndexByte(b, '\r') < 0 {
		q.state = inCell // most bytes
		if last := b[len(b)-1]; last == '\n' || last == q.separator {
			q.state = cellBegin
		}
		return
	}
	for i, c := range b {
		switch {
		case q.state != inQuotes:
			if c == '\r' {
				b[i] = '\n'
			}
			q.state = q.behind(c)
		case c == '"':
			q.state = behindQuote
		case c == '\r':
			b[i] = keptCR
		}
	}
}

// behind is the state behind a byte that does not stand in quotes.
func (q *quotes) behind(c byte) quoteState {
	switch {
	case c == '\n' || c == '\r':
		return cellBegin
	case q.state == inBadRow:
		return inBadRow
	case c == q.separator:
		return cellBegin
	case c == '"' && q.state != inCell:
		return inQuotes
	case c == '"' || q.state == behindQuote:
		return inBadRow
	default:
		return inCell
	}
}
