// Package listing reads the users of a pool.
//
// # Promise
//
// A [Pager] reads pages of ListUsers at a pace, with retries, one chain at a time; nothing that it calls is charged or
// makes a user count as active. [Export] writes what it reads as a change set that changes nothing until it is edited. Where it is to
// write everything, groups too, it first asks each group for its members, under the same pace.
// The package has no way to write to a pool.
//
// # Limits
//
// ListUsers is eventually consistent: what changed in the last moments may come as it was, or not at all. Pages of a chain
// are serial, so a chain is as fast as its round trips. A service that leads back to a page it has given is told from one that has
// more pages ([EndlessError]).
package listing
