// Package audit says what a change set would do to a user pool, and does none of it.
//
// # Promise
//
// [Compare] is the rule by which a record is held against a live user: what already holds is left
// out, and what is not as the record expects is a conflict. [Plan] applies it to a whole change set
// and tells, per attribute, what would change, what else happens ([Warning]) and what it would cost
// ([Cost]). The package has no way to write: the only calls that it knows are those of a [listing.Reader], which
// is free of charge and does not count a user as active.
//
// A [Preflight] tells as much as the records alone say, and makes no call: it is what is known before they
// are applied without a plan. Which of them can be, what they cost and what else happens is decided for
// both by the same code, on [Terms]; a preflight counts what may turn out to be right already, and so has
// words of its own for it. Values that nobody can have meant are among the warnings, of a plan as far as they would be
// written. Each kind of warning is a row of one table: its gravity, its words, its remedy.
//
// # Algorithm
//
// A first pass over the change set checks each record against the schema and keeps of it a hash of
// the user's name and the place in the file, 16 bytes in all. Then the users stream past this index:
// all of the pool, in the order of their subs (scan), or one by one through a filter (lookup), whichever takes
// fewer calls. A user is looked up by its username, its sub and its aliases; on a hash hit the record
// is read again from the file and the name itself is compared. The records of one user are folded, in
// file order, into their net change. What no user has claimed in the end is missing; where the pool was read in several chains that is
// made sure of first (confirm).
//
// A [Rule] takes the place of the change set where nobody wrote one: it makes one record, or none, of each user as the users
// stream by, and nothing is kept of it. What becomes of that record is the same from there on. Where it is looked at once more
// the rule makes it again.
//
// Data ([Config.Match]) says by the value of an attribute whose a row is. Of each row it keeps a hash of that value, 16 bytes with
// the place. The users stream past it twice: first it is counted how many of them each value finds, then the rule makes the record
// of each row that has one user, and of whom no other row is. Others are told; so are values that only look like one of the pool.
//
// Where addresses are sign-in names, names that several users have to do with are found in the same stream, by hashes:
// of what records give, of what users get by a flag alone, and then of what users of the pool sign in by. Behind the
// stream the users of equal hashes are looked at once more, as they were read, and held against each other ([Step], the verdict [Taken]): whose
// name is taken, and who has to come before whom. Where records are applied one by one ([Config]) they are gone
// through in their order instead.
//
// # Limits
//
// Of a long CSV both keep 16 bytes a record until they have read it: its rows of one user have to follow each other, and what
// is apart is told, or refused where one part would go out without a condition that stands in another.
//
// Of a rule, 16 bytes for each sign-in address that a user gets, and 8 for each user of the pool with one, if the rule writes
// any. Of a change set, 16 bytes a record and another 16 for each sign-in address that it gives or verifies, and where records do verify
// without giving 8 for each user of the pool with a sign-in address; 4,096 inputs, 16 TiB an
// input, 4 billion lines. ListUsers is eventually consistent: what changed in the last moments may be
// told as it was. A filter heeds case, even in a pool that does not: there a lookup tries a name as it
// is written and in lower case, and only a scan finds every spelling. Cognito has no attribute with
// an empty value, so here "" stands for absence.
//
// A preflight of other files keeps counts, and no record. Plan runs in the caller's goroutine; it calls the reader, the change set, the writer
// and the progress function from there only.
package audit
