// Package checkpoint remembers where a run stands, so that a crash replays work and never skips it.
//
// # Promise
//
// A [Tracker] is told of every record in read order and of every finished record in any order; it
// knows the highest position below which nothing is missing (the low-water mark) and the few records
// finished beyond it. A [File] keeps that, with the run's [Fingerprint], in a file that is replaced
// atomically and durably: after a crash the file holds one whole earlier [State]. A [Lock] keeps two
// runs from sharing a directory.
//
// A program that goes on with a run takes the lock ([Acquire]), loads the state ([File.Load]), compares its
// fingerprint with its own ([Fingerprint.Diff]), cuts its reports back to State.Files ([ReadExtent] says whether
// they are what they were), takes its input to State.Position, and begins the tracker with State.Records,
// State.Position and State.Finished. From then on it saves what [Tracker.Snapshot] gives, after it has made durable
// what it reports of these records.
//
// # Algorithm
//
// The tracker holds the records between the low-water mark and the newest in a ring. The mark moves over the
// finished ones that follow it, so a call costs a constant time, spread over calls.
//
// A save writes a file beside checkpoint.json, makes it durable, renames it, and makes the directory durable. The
// file ends with the checksum of all that stands before it: one that was cut short, edited, or written by a newer
// program is a [DamagedError] and is never guessed at. A read of a state needs no lock.
//
// The kernel holds the lock and gives it up when the process ends, however that is. What stands in the lock's
// file, [Info], only tells people who holds it, or how the last holder ended if it could not save that ([End]).
//
// # Limits
//
// The tracker bounds how far reading may run ahead of the low-water mark ([MaxGapRecords],
// [MaxGapBytes]), which bounds the memory of a run and the work that a crash repeats.
//
// The directory must be on a file system that can lock files, rename them atomically, and keep what was synced. The
// errors name no flag or key: [DamagedError.Hint] and [HeldError.Hint] end with what the user may do, and the program
// adds how.
package checkpoint
