// Package rehearsal is a local Cognito inside the process, filled with what a change set names, so that a command can be tried
// out before it meets the real pool.
//
// # Promise
//
// A rehearsal keeps its state in a journal in the run directory: what one command did, the next one sees, also the plan
// of an undo file after its apply ([Earlier], [Beside]). It has no quotas, for those of AWS would hold a rehearsal up for as long as the real run.
//
// # Limits
//
// The users are those that the change set names, with the values that it expects of them; nobody else is there. Its
// users are in memory, too. It listens on the loopback interface, on a port that the system chooses.
package rehearsal
