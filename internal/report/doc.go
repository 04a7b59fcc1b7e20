// Package report writes what people read of a run: errors.csv or errors.jsonl, applied.csv,
// deliveries.csv, undo.jsonl and summary.json; and of a plan: plan.jsonl and audit.csv.
//
// # Promise
//
// Every finished record stands exactly once: a failed one in errors.*, any other in applied.csv, with the reason if it was
// skipped.
// [Files.Sync] makes the files durable and returns their lengths and checksums; the checkpoint keeps
// both. A resumed run cuts the files back to the lengths, durably, so a record that is done again is not listed
// twice, and refuses one that does not begin as the run wrote it.
//
// An errors file is a change set. It holds the records as they stood in the input and says in
// columns (or, in JSONL, a member) of its own what was wrong; the decoders ignore those. Mend it and
// apply it as it is.
//
// [Files.Undo] returns once the entry is durable, so an update that is sent after it has a way back,
// whatever crashes. Entries that arrive together share one write and one fsync. The file is never cut
// but for what a crash tore at its end, which no update was sent for; a replay may add an entry a second
// time. It is held against the checkpoint before anything else: a file that has lost or changed entries is
// refused. Entries that the checkpoint does not know of are written again by the next start, for the sync of the
// one that wrote them may have failed.
//
// The files of a [Plan] get their names when it is closed: a plan that can be seen is whole, and the audit beside
// it is its own.
//
// # Forms
//
// errors.csv: _line and _message, the columns of the input, then _file, _class, _code, _attempts,
// _request_id and _at, in the dialect of the input, behind a byte-order mark. Cells that a spreadsheet would turn into
// something else are wrapped as those of an export; see [sources.TextCell]. If the input is itself an errors.csv, its report columns are replaced. A
// record of several rows is listed with all of them. A row that could not be decoded has empty
// cells, and its text in a last column, _raw, which is there if [Config.Raw] asks for it. A file of an earlier
// version, all of whose columns stand at the right, is gone on with as it is.
//
// The other CSVs have commas, whatever the input has: programs read them.
//
// errors.jsonl: the object of the input, its members byte for byte and in order, with the report as
// its last member, "_error". A line that is no JSON object is {"_raw": its text, "_error": …}. The
// "_undo" of an entry that failed is left out: errors.jsonl is in the order of the run.
//
// deliveries.csv: a row for each code that the service has sent because of a record. It is written, and
// cut back, with the result of the record: of a record that a crash has done again, the codes of the
// first time may not be listed.
//
// undo.jsonl and plan.jsonl: the native shape. An undo entry sets what the user had, expects what was
// written, and has a number, "_undo", that grows by one; the decoders read the file from its end.
//
// _message is the error in one line, without the place, which _file and _line tell, with its hint at the end. Times are
// RFC 3339, in UTC.
//
// # Limits
//
// Members of the input are kept byte for byte, whatever they hold; cells mean the same when they are read again, but for
// control characters that a spreadsheet drops, where one has saved the file. In _message and _raw,
// bytes that are no UTF-8 and NULs become U+FFFD; a text over [MaxText] is cut. [Files.Undo] and [Files.Delivered] may be
// called by many goroutines, everything else by one.
package report
