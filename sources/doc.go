// Package sources decodes change sets: files that say which users of a pool get which attributes.
//
// # Promise
//
// A change set is read as a stream ([Open], [Files.Next]), one [Change] a record, in file order, whatever its
// size. Every record knows the file and the line that it began on and the byte behind it, exactly, also after
// quoted newlines, so that an error can point at it and a later run can go on behind it
// ([Files.Resume]). A record that cannot be decoded is delivered with its Err set (a [*RecordError]) and the
// stream goes on; only damage that could swallow good records (a quote or, over several lines, a bracket left
// open, a record over [MaxRecord]) ends the stream, with a [*FileError].
//
// A source of one's own needs nothing of this but [Change] and [Position]: whatever has a Next as [Files] has
// it is a source of the package pipeline.
//
// # Formats
//
// A CSV has commas, semicolons or tabs between its cells, as its header shows, or a first line sep=; in front of it.
// Line ends are line feeds, with carriage returns before them or without, and carriage returns alone; in quotes they are
// text. Rows of nothing but separators and blanks are none. Text is in UTF-8, or in UTF-16 with a byte-order mark.
//
// CSV, wide: one row a user, one column an attribute. CSV, long: username,attribute,value and no column beside them (it is
// refused), where consecutive rows of one user are one record. It is one: a row of it that is bad spoils all of it, and a row that does not say
// whose it is spoils the records on both sides, since it may hold a precondition of theirs. JSONL: the native shape, the shape of the
// AdminUpdateUserAttributes request, and the user objects that ListUsers prints. Files that end in
// .gz or .zst are read as they are.
//
// The AWS tools print JSON over several lines, and so a JSONL input may be JSON documents instead of lines:
// objects one behind the other (the input of aws … --cli-input-json, say), arrays of objects, or what
// aws cognito-idp list-users prints, {"Users": […], "NextToken": "…"}, any number of pages. It is taken for
// documents if its first line that is not blank is a { alone, begins with [, or begins such a page. A
// record's line is that of its {, and its Text may have several.
//
// A CSV cell that reads ="text", each quote in the text doubled, is that text, in the header and in
// every row; see [TextCell]. It keeps spreadsheets from taking +15550100 for a number and 2026-01-02
// for a date. Such a cell is no delete marker; ="" is an empty cell.
//
// A value is what stands there, blanks and all, unless [Options] say what stands for none (EmptyValues) or that blanks
// at the ends are none of it (Trim).
//
// A column expect:ATTRIBUTE, or a member "expect" in JSONL, is a precondition: the value for which the record was
// made. A column metadata:KEY is an entry of the client metadata. A sub beside a username is not written but
// expected. Columns, and members of a JSON object, that begin with _ are left out, as are the attributes identities
// and cognito:mfa_enabled, which Cognito does not let anyone write.
//
// A JSONL file whose first record has a number "_undo" is an undo file: its last line comes first, and
// of several such files the last, so that applying them goes back, newest change first. A last line
// that a crash has cut short is left out. Line numbers are those of the file. An undo file must not be
// packed, and its lines end in line feeds.
//
// # Data
//
// A file that is no change set can be read as data ([Options.Data]): a row of CSV, or a flat object of JSON, is a record
// that has its values by their columns, whatever these are called, and writes nothing by itself. The value of one
// column says which user it is of.
//
// # Errors
//
// A [*FileError] and a [*RecordError] are a place, a cause and a remedy (Hint). No text repeats an access token.
// Remedies speak of settings as Options.Rename, unless [Options] says how people call them.
//
// # Algorithm
//
// What is no change set is refused by what is in it, with what to do: spreadsheets, archives, pages, other JSON.
//
// [Open] looks at every input once: is it text, is it packed as its name says, do the headers
// agree. [Files.Next] then opens one input at a time. Each record is first found in the bytes, with its place, and
// cut off if it does not end: a row of CSV, a line of JSONL, or an object of JSON documents, by its brackets and
// quotes. Then it is decoded by itself. To go on at a [Position], a plain file is positioned and a packed one
// is unpacked up to there; the decoder then starts as it would behind the header.
//
// In JSON documents, what may stand around records is passed over wherever it comes, so that reading can begin
// behind any of them; only a read from the beginning notices that the last array is cut short.
//
// [Files.At] reads a single record of a plain file by a decoder of its own, which it sets to a position. An
// undo file is passed over once, to count its lines and hash it, and then read in chunks from its end; one that
// is resumed is passed over, too, unless all of it is known.
//
// Everything is read through [Seals]: the first read of a block of a file keeps a sum of it, and each later one
// must have the same before any byte is given out. A file that is written to, or truncated, in between is a
// [*FileError], whatever its time of change says; so is one that is replaced before it is opened again.
//
// # Limits
//
// All inputs of one [Files] share one format and, in CSV, one header. They are regular files, for they may be read
// again. A source is read by one goroutine, and holds a record at a time, or a few dozen short rows. The window of
// a zstd file is 128 MiB at most. The package knows no pool: whether an attribute exists or a value fits is checked
// elsewhere.
package sources
