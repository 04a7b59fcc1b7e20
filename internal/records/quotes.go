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

// keptCR stands for a carriage return in quotes. No text in UTF-8 has such a byte; for what is none, see withCRs.
const keptCR = 0xff

type quoteState int

const (
	cellBegin   quoteState = iota
	inCell                 // of a cell without quotes
	inQuotes               // of a cell
	behindQuote            // that ends the quotes, or is the first of two that are one
	inBadRow               // up to its line end, for a csv.Reader gives up the line
)

// translate turns the next bytes. It goes from quote to quote, for most bytes are like those before them.
func (q *quotes) translate(b []byte) {
	for {
		n := bytes.IndexByte(b, '"')
		if n < 0 {
			q.between(b)
			return
		}
		q.between(b[:n])
		q.quote()
		b = b[n+1:]
	}
}

// between turns bytes that have no quote among them.
func (q *quotes) between(b []byte) {
	switch {
	case len(b) == 0:
		return
	case q.state == inQuotes:
		replace(b, '\r', keptCR)
		return
	}
	replace(b, '\r', '\n')
	last := b[len(b)-1]
	if q.state == behindQuote && b[0] != q.separator && b[0] != '\n' {
		q.state = inBadRow
	}
	switch {
	case q.state == inBadRow && bytes.IndexByte(b, '\n') < 0:
	case last == '\n' || last == q.separator:
		q.state = cellBegin
	default:
		q.state = inCell
	}
}

// quote follows a quote.
func (q *quotes) quote() {
	switch q.state {
	case inQuotes:
		q.state = behindQuote
	case cellBegin, behindQuote:
		q.state = inQuotes
	default:
		q.state = inBadRow
	}
}

func replace(b []byte, old, with byte) {
	for i := bytes.IndexByte(b, old); i >= 0; i = bytes.IndexByte(b, old) {
		b[i] = with
		b = b[i+1:]
	}
}
