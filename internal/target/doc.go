// Package target is the pool that a command is for: where it is, how it is reached, and in whose name calls are made.
//
// # Promise
//
// A [Target] makes no call until it is asked to. Whatever differs between calls with AWS credentials and with users' own
// access tokens stands behind one [Authority]; [Target.ByUsers] is for those who tell people what that means.
//
// # Limits
//
// A [Connection] to a rehearsal's sandbox leads nowhere until the sandbox listens ([Target.At]).
package target
