// Package records finds records in bytes: it cuts them out and says where they stand. What they mean it does not
// know.
//
// # Promise
//
// Each finder gives a [Record] after the other, in the order of the bytes or from their end: its text, byte for byte,
// the line that it begins on, and the offsets of its begin and its end, exactly, also after quoted line ends. Reading
// can begin at any [Mark] that a record came with, and finds the same records behind it. Blank lines are no
// records.
//
//   - [Lines] are records of one line each, [Backward] the same from the last to the first, of a file whose lines end in
//     a line feed. A carriage return elsewhere in a line is damage: something else has written the file anew.
//   - [CSV] has a record a row that has anything in it. One that is no row is given with what is wrong with it
//     (Row.Bad), and the next
//     follows.
//   - [Documents] has a record for each object in JSON text over any lines.
//
// A line ends in a line feed, in carriage returns and a line feed, or in a carriage return alone, each as it comes. In
// the quotes of a CSV, line ends are text, byte for byte. Outside of them a carriage return may have been text, too: see
// [CSV.Feeds].
//
// A finder ends with io.EOF, with a [*ReadError], or with a [*Damage]: where a quote or a bracket that is left open,
// or a record that is too long, may have swallowed good records.
//
// # Algorithm
//
// Under the CSV reader stands a record reader that keeps the bytes since the record's start: it counts lines and
// offsets, gives back what could not be decoded, and cuts off a record that does not end. It follows the quotes, and
// hands out line ends of every shape as ones that the CSV reader knows, a byte for a byte.
//
// In JSON documents brackets and quotes are followed to cut out one object after the other. What may stand around
// records is passed over wherever it comes, so that reading can begin behind any of them; only a read from the
// beginning notices that a bracket is one too many, or that the last array is cut short.
//
// Backward reads chunks from the end of a file, and holds a line and what was read with it.
//
// # Limits
//
// A finder is used by one goroutine, and holds one record: its text is valid until the next one is asked for. How
// large it may be the caller says.
package records
