// Package job is one start of an apply, or one plan: from the inputs to the reports. It prints nothing, and knows neither
// a command line nor a terminal.
//
// # Promise
//
// [Prepare] takes a [Spec] and finds out what the start would do, in the order in which people can still mend what is
// wrong: the inputs, the directory, an earlier run in it, the pool, and then every record (the preflight). Nothing binds
// until [Job.Start]: a job that is closed before that leaves the directory as it was. [Job.Preview] is what a person says yes to, and
// what is sent is what was looked through: inputs that have changed since are refused.
//
// Two starts with the same fingerprint are the same run, and the later one goes on where the earlier one stopped. Each user is
// read before it is changed, and has an entry in the undo file first. Nobody loses a sign-in address to a record unasked:
// who would is looked for before the first write and again before each, and has an entry of its own where it was
// asked for.
//
// [Plan] is the same way up to the records, which it then holds against the live users; it cannot write to the pool. Rules
// ([RuleSpec]) may compute the records, of the users alone or of the rows of inputs, too; what they find is applied by the plan.jsonl
// that they leave, and by nothing else.
//
// # Algorithm
//
// A record goes from [changeset.Reader] through the preflight's check into [pipeline.Runner], whose workers read its user (the
// preparer: what holds already is left out, what is not as expected is a conflict, what is left gets its undo entry) and hand it to the
// updater of the [target.Authority]; its result goes to [report.Files]. The caller owns the Job; the goroutines are the pipeline's.
//
// # Limits
//
// All that a start writes goes through the [rundir.Volume] of its Spec, so that a test can crash behind each operation; but
// for the journal of a rehearsal's sandbox, which is not a report of the run but the service that it talks to.
package job
