// Package rehearsal is a local Cognito inside the process, filled with what a change set names or with the users of an export, so
// that a command can be tried out before it meets the real pool.
//
// # Promise
//
// A rehearsal keeps its state in a journal in the run directory: what one command did, the next one sees, also the plan
// of an undo file after its apply ([Earlier], [Beside]). It has no quotas, for those of AWS would hold a rehearsal up for as long as the real run.
//
// The users of an export ([Config].From, [Furniture].Users) are as its records tell: with all values, unchecked, for they were in a
// pool, with sub, status, dates and groups. A record that cannot be read is an error with its place, as is a user who stands there
// twice. A listing that was cut short is no pool to rehearse on, and is told where it fills a sandbox that is served. An export has
// its own word for what no change set writes (names that begin with _); what ListUsers prints is read as well, and of a plain
// change set the values are those that it sets, or expects instead. Another export is another rehearsal.
//
// # Limits
//
// Without an export the users are those that the change set names, with the values that it expects of them. The pool has no aliases, and
// its custom attributes are texts of any length: an export does not tell more. Nobody else is there. Its users are in memory, too. It
// listens on the loopback interface, on a port that the system chooses.
package rehearsal
