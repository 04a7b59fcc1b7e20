// Package checkpoint remembers where a run stands, so that a crash replays work and never skips it.
//
// # Promise
//
// A [Tracker] is told of every record in read order and of every finished record in any order; it
// knows the highest position below which nothing is missing (the low-water mark) and the few records
// finished beyond it. A [File] keeps that, with the run's fingerprint, in a file that is replaced
// atomically and durably: after a crash the file holds one whole earlier state. A [Lock] keeps two
// runs from sharing a directory.
//
// # Limits
//
// The tracker bounds how far reading may run ahead of the low-water mark ([MaxGapRecords],
// [MaxGapBytes]), which bounds the memory of a run and the work that a crash repeats.
package checkpoint
