// Package changeset is the input of a run: what a command is given to carry out, and nothing else.
//
// # Promise
//
// A [Set] does not change once it is open; what becomes of it on its way (standard input that was kept in a
// file, a packed file that was unpacked, names under which a run knows its inputs, the pool that it is for) is another Set. It can be read any number of times, and each
// [Reader] gives the same records: the content is sealed by a digest at the first reading (see [sources.Seals]), and
// what has changed since is refused ([Set.Unchanged]) or told as an error of that place.
//
// Data ([sources.Options.Data]) is a Set like any: of JSONL, the names of its columns are known once it was read ([Set.Columns]), and
// of all columns only those are read that are wanted ([Set.Wanting]).
//
// # Limits
//
// Standard input has to be kept ([Set.Spool]) before it is read. Records with access tokens are read from files only: what
// standard input brings is looked through, and goes again if it has any, or is no change set. What is damaged behind its header stays, to be mended.
package changeset
