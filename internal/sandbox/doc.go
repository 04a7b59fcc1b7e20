// Package sandbox is a local Amazon Cognito that any AWS client can speak to: an HTTP server with
// the AWS JSON 1.1 protocol and the operations on user pools and users that bulk changes need.
//
// # Promise
//
// What AWS enforces is enforced: request quotas by category and by user, the schema of the pool,
// required and immutable attributes, aliases, case, the reset of verified flags, the names, texts
// and shapes of errors. A request is accepted as a whole or changes nothing. With a journal, what
// was answered survives the death of the process (not of the machine: nothing is synced).
// A [Server] can also be told to misbehave, by chance ([Faults]) or by script ([Faults].Hook).
//
// # Algorithm
//
// Users hang in indexes by name, sub and alias, and in an ordered list for paging, all guarded by
// the lock of their pool. The state of a user is an immutable value that a writer replaces under the
// user's own lock, so that reads take no lock and updates of different users run in parallel; only
// an update that can move an alias locks the whole pool. Locks are taken in the order pool, user,
// ledger. The ledger numbers every update, writes the journal and keeps the log.
//
// # What is ours, not AWS's
//
// AWS does not document these, so we chose: a quota is a token bucket of capacity max(5, quota/5),
// which starts full and of which a rejected request takes nothing; its message is "Rate exceeded"
// for a category and "Too many requests" for a user. Of an attribute repeated in one request the
// last counts. Lengths are counted in bytes. Boolean values are true or false in any case, and kept
// in lower case; numbers are decimal without an exponent; a DateTime is RFC 3339 or a date. Deleting
// an address resets its verified flag too. A preferred_username taken by another confirmed user is
// an AliasExistsException. A custom attribute is mutable unless its schema says otherwise. An
// update that changes nothing leaves the date of modification. identities cannot be written.
//
// # Limits
//
// State is in memory, about 600 bytes a user with a few attributes. Signatures are not checked, but must be there.
// Messages are not sent and triggers not called. A journal belongs to one server at a time.
package sandbox
