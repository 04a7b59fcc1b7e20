// Package rules computes what users of a pool are to get from what they have.
//
// # Promise
//
// [Compile] makes a program of rules: a condition, and assignments of texts and expressions. Whatever is wrong with an expression for
// every user (a name that the pool does not have, a type, a value that the schema refuses) is a usage error before anything is read, with the
// place in it ([Error]); what is wrong for one is an error of that user ([UserError]), and says no value. [Evaluator.Apply] gives the
// same for the same user, whenever and wherever it is asked: nothing reads a clock, a zone, the order of a map or chance. uuid() comes of
// a seed that the program drew when it was compiled. The result tells which live values were read on the way: while those hold, so does the result.
//
// No comparison holds for everyone because of a type. An attribute that is absent, or empty, is nil, which is compared with anything and
// passed on by functions; where a condition is wanted, a boolean that is absent is false. A number never loses a digit without an error.
//
// # Algorithm
//
// The language is that of github.com/expr-lang/expr. Its parser makes a tree; names in it become calls that read the user (bind*.go), and are
// refused if there is no such name. Then its checker sees the types that the schema tells, as if nothing were ever absent. It lets pass what
// it cannot know: that is refused, too (prove.go), so that each part of an expression has a type. With the types known, the tree is lowered: operations,
// elements and conditions become calls of functions that know nil and overflow, and types are taken away where the compiler would
// rely on them. What is left is compiled, and run by expr's machine.
//
// What expr says of a mistake is put into plain words (words.go). What looks like a mistake of quoting, or like SQL, is told as that (quoting.go, names.go).
//
// In a rule all assignments see the user as it was before; the next rule of the program sees what came of it. What a rule before has made is no live value,
// and reading it is no read.
//
// # Concurrency
//
// A [Program] and a [Selection] are not modified. An [Evaluator] and a [Selector] belong to one goroutine.
//
// # Limits
//
// When a user was created or modified, and its groups, are read without a trace: no precondition can hold them ([Program.ReadsDates],
// [Program.ReadsGroups]). A text may have 16 KiB while it is computed, and predicates are asked 10,000 times for a user. Whole numbers have 64 bits; of
// numbers with decimals 15 digits are exact, and others are refused. Times are in UTC.
package rules
