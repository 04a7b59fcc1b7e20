package sources

import "strconv"

// MaxRecord is the size, in bytes as it stands in the file, that a record may have.
const MaxRecord = 4 << 20

// Change is one record of a change set: the attributes that one user gets.
//
// A Change is built by a source and not modified afterwards.
type Change struct {
	// File is the input as the user named it, and Line the 1-based line that the record begins on. A record that was
	// not read from a file has no line, and File says what it is of.
	File string
	Line int
	// Column tells the record from others that begin on its line, as the elements of a JSON array in one
	// line do: its first byte, from 1. It is 0 where the line tells, and where reading began on that line.
	Column int
	// Begin is where the record itself begins; see [Files.At].
	Begin Position
	// After is where reading goes on: a run that has finished this record resumes there. It lies
	// behind the record, or, in an undo file, which is read from its end, before it.
	After Position

	// Username names the user: the username, an alias, or the sub. A decoder leaves it
	// empty where there is a Token.
	Username string
	// Token is the user's own access token, in a change set that has these; see [Options.Tokens].
	Token Secret
	// Attributes are to be set or deleted, in file order, each name once.
	Attributes []Attribute
	// Expect are preconditions: the live values that the record was made for.
	Expect []Attribute
	// ClientMetadata is passed to the pool's Lambda triggers.
	ClientMetadata map[string]string
	// Order is the name of a sequence. Records of one sequence are applied one after the other, as they stand in
	// the file, though they are of different users: one gives up what another gets. Empty: it is in none.
	Order string

	// Data are the values of data by their columns; "" stands for none. See [Options.Data].
	Data map[string]string

	// Undo says that the record is an entry of an undo file: its values are what the user had, and go back as they were.
	Undo bool
	// Respelled says that a phone number of it is written otherwise in the input: who reads the record has brought it
	// into the form that is sent.
	Respelled bool

	// Trimmed is how many of its texts had blanks at their ends that [Options.Trim] took away, and Emptied how many
	// [Options.EmptyValues] took for empty.
	Trimmed, Emptied int
	// Cut says that a CSV input ends behind the record without a line end: some of the record may be missing.
	Cut bool

	// Rows is the record as it stood in a CSV input (one row, or several of a long CSV).
	Rows []Row
	// Text is the record as it stood in a JSONL input, or what of a CSV input could not be decoded. It
	// and Rows have [Redacted] in the place of access tokens.
	Text []byte
	// Redacted says that the input has access tokens there, or may have, where it could not be decoded and Text is [Redacted] alone.
	Redacted bool
	// Err says why the record could not be decoded. If it is set, Username may still be known; the
	// other fields of the change mean nothing.
	Err error
}

// Place is where the record begins, for people: users.csv:12, or users.json:1:46.
func (c *Change) Place() string {
	if c.Line == 0 {
		return c.File
	}
	place := c.File + ":" + strconv.Itoa(c.Line)
	if c.Column > 0 {
		place += ":" + strconv.Itoa(c.Column)
	}
	return place
}

// Idle tells whether the record asks for nothing: it changes no attribute and expects none.
func (c *Change) Idle() bool { return len(c.Attributes) == 0 && len(c.Expect) == 0 }

// Attribute is a value that an attribute is to have, or its absence.
type Attribute struct {
	Name  string // as the pool has it, such as custom:tier
	Value string
	// Delete says that the attribute is to be removed (in Expect: must be absent). Value is empty.
	Delete bool
}

// Row is one row of a CSV input, its cells in the order of the header.
type Row struct {
	Line  int      // 1-based
	Cells []string // nil if they could not be told apart
	// Bad says what is wrong with this row of a long CSV; nil if nothing is, though others may spoil its record.
	Bad *BadRow
}

// BadRow is what is wrong with a row.
type BadRow struct {
	Err  error  // a *RecordError
	Text []byte // what could not be decoded; nil if the row has cells
}
