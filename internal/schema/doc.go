// Package schema says what a value may be: what a user pool takes as attributes, usernames and client
// metadata.
//
// # Promise
//
// [Schema.Check] finds, without a call, the records that the pool would refuse, and names every problem with
// a remedy ([ValueError]). What passes is not refused for its form later: where the rules of the service are not
// documented, or two of its pages disagree, it is as strict as the strictest report. Numbers are decimal, a DateTime
// is RFC 3339 or a date, a value has 2,048 bytes at most; a pool's own limits count characters, as the errors of the
// service do. Of an undo file ([sources.Change].Undo) only what no request can hold is refused: its values were in the pool. No error text repeats a value; lengths and the
// pool's own limits are told. The package knows nothing of a client: who describes a pool hands over a list
// of [Attribute].
//
// In names and addresses blanks at the ends, control characters and invisible ones are refused, though the service may
// take them: what looks like another address than it is hurts whoever has to sign in by it. What is odd about any other
// value ([Oddities]) is for others to tell, and refused by [CheckStrict] alone. What an undo file has was in the pool,
// and none of this is asked of it.
//
// # Algorithm
//
// A schema is the rules of the standard attributes, over which the pool's own list is laid ([New]): an
// attribute's kind, its limits, whether it can change and whether it can go. [BuiltIn] is for a pool that
// can't be described, where every custom attribute may exist; [Schema.ForTokens] takes away what users can't
// write themselves. [Schema.Normal] gives values the form in which they are sent. A value is held against its form first, then its length. Numbers are compared with
// their bounds exactly, as rationals; whole ones of up to 18 digits, as almost all are, as integers.
//
// What is odd is told by looks: a closed list of the words that programs write for no value, the shapes that
// spreadsheets make of numbers and names, and the classes of Unicode. Characters that cannot be seen are meant where a
// script or an emoji needs them: joiners behind letters of scripts that join, selectors behind what has several forms.
//
// # Concurrency
//
// A [Schema] is not modified once it is built, and may be used by any number of goroutines.
//
// # Limits
//
// Whether a value is free (aliases, verified addresses), and which attributes the app client of a token may
// write, only the service knows. NULL may be a name, and 1-Mar an article: no list knows what somebody meant. Of an
// e-mail address only what no address can be is refused.
package schema
