// Package listing reads the users of a pool.
//
// # Promise
//
// A [Reader] reads users by ListUsers and ListUsersInGroup at one pace for all its calls, with retries; nothing that it calls is
// charged or makes a user count as active. What it reads is a [Snapshot]: sorted by the sub, each user once, as often as one likes. So
// whatever is made of a pool is the same, however it was read. [Export] writes a snapshot as a change set that changes nothing until it
// is edited, or what a selection (Exporting.Choose) makes of it. A user of whom that cannot be told is an error ([UserError]) before anything
// is written. The package has no way to write to a pool.
//
// # Algorithm
//
// Pages of a chain are serial, so a chain is as fast as its round trips. Where that does not fill the pace ([Reader.Pool]) the pool is
// read in sixteen chains, each of the users whose sub begins with one digit, once the filter that splits it has proved itself by some
// users of the first page (prove). Each user must be of its chain, and all of the first page must come in one. A doubt at any moment
// has all chains thrown away and one read in their place, with a note. A snapshot says whether it is of chains: that a user is not in
// it is then to be made sure of ([Reader.Again]).
//
// Users are encoded as they come and sorted a few MiB at a time. If there are more, each such run goes into a scratch file, and reading
// merges the runs; a run has a sum, which is known to be right when its last user was given.
//
// # Concurrency
//
// A chain is read by a goroutine that ends with it; all of them have ended when a method of the Reader returns. The
// [Lister] and Config.Progress are called by them, the latter one call at a time.
//
// # Limits
//
// ListUsers is eventually consistent: what changed in the last moments may come as it was, or not at all; a user of whom two states
// come counts in the later one. A user behind the first page whom every chain loses, whom nobody asks for, and without whom the pool is
// not a twentieth smaller than by its estimate, is missed. Memory is some 6 MiB for a million users, and 80 for forty million; the
// scratch file takes some 200 bytes a user and its values. A service that leads back to a page it has given is told from one that has
// more pages ([EndlessError]).
package listing
