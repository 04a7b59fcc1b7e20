// Package runlog keeps a run in an object store, such as S3, so that it outlives its machine: a log of all that the run
// writes, a fence against two owners, and a lease.
//
//	files of the run > FS > log > Appender > objects, numbered
//	                              Lease    > lock.json
//
// # Promise
//
// What was acknowledged is in the log, and whoever takes the run over has it before it works: above all, of each update that
// was sent, the undo entry. At most one start works on a run; what may slip through when its machine stood still is said
// below, and is nothing that the next owner could not know. All that is asked of a store is what S3 gives: a writing
// is seen by every later reading, and two conditions hold: If-None-Match and If-Match.
//
// # The log, and its fence
//
// Objects have numbers without a gap, from one. Each is written If-None-Match, holds its own number under a checksum, and is
// never removed or replaced while the run exists: also not once it is folded into a snapshot, for a number that is
// free again could be written again. An owner writes one number after another and passes none over. So its next
// one is either free, and what it writes there is seen by everybody who takes over, or it is another's, and the
// owner stops: [OvertakenError].
//
// Who takes over ([Claim]) replays all that is there, and writes a claim at the first free number; if that is taken
// meanwhile, it replays the object and tries the next. Once the claim stands, an owner of before has to write that
// very number next, and cannot. What it wrote before the claim, the new owner has replayed. That holds whatever clocks say,
// however long anybody stood still, and however late a writing has its effect: an attempt that was given up
// lands at its own number before the claim, and is replayed, or not at all.
//
// An answer may be lost. A 412 for one's own number says only that something stands there: the object is read,
// and if it is byte for byte what was written, it is written. What fails for the moment (409, 5xx, no answer) is tried
// again with the same bytes for as long as a lease lasts, unless it ends before: an owner whose lease is renewed, and
// whose log never answers, stops. After any other end nothing more is written by that [Appender], for
// nobody knows what stands at its number. A number says nothing of a generation: two owners have to meet in one name.
//
// Each object says in which version it is written; one of a newer program is refused, so that an older program goes
// no further than the lease. current.json and lock.json have no version: what a newer program adds to them is
// lost to it when an older one has tried, so that nothing may rest on it.
//
// # The lease
//
// The fence keeps the log whole; the lease keeps a second start from working at all, lets the next one begin when the
// owner is gone, and is the one guard where updates leave without an undo entry.
//
// lock.json names its owner (one start), its generation and a beat, which each writing raises, so that no
// content, and no tag made of it, ever comes twice. Every writing names the tag that it replaces: of several attempts, late
// ones among them, one has an effect. The owner renews it every third of its time-to-live, and sooner after
// a failure. It counts the lease from when the renewal that stands was sent, not from its answer: by then, others may have
// watched for as long as the answer was on its way. A 412 for its own renewal is told by reading, too; what
// then counts is when the beat that is found was sent.
//
// A start that finds it held watches for a whole time-to-live, from its own first look and by its own clock: no two clocks
// are compared. It saw the beat after that was sent, so that its watch ends after the lease. If anything moves, it ends
// at once with a [checkpoint.HeldError]; else it replaces the very content that it has watched. Of two watchers one does.
// A lease is released by writing, and then taken at once. It is never deleted, so that If-None-Match serves the first
// start alone.
//
// The owner sends an update only while [Lease.Holds] says that a call which takes its whole time-out ends within the
// lease. Time is the larger of what the wall's clock says and the monotonic one: a machine that was suspended wakes with
// a monotonic clock that stood still. A wall's clock that is set forward by a minute ends the lease for nothing: the run
// stops and can be resumed. A lease that has run out is over, even if nobody has taken it.
//
// When a start has the lease, it proves the store: it writes what stands there already under both conditions where they
// do not hold. A store that takes either is refused, as an [UnfitError].
//
// # What is published
//
// For people, files stand under their usual names: the checkpoint and events while the run goes on, all of them at the end of a start,
// which tries for as long as a lease lasts, and no longer than its own. What an earlier run has published, and this one has not, is removed.
// Each writing names the tag that it replaces, and each removal that of what it removes: one that was looked at while the lease held. So
// one of an owner whose machine stood still or is gone, which lands late, is refused; unless what stands there is again, byte for byte,
// what that owner found, or the store knows no condition of a removal. A copy is lost then: the log has it, and the next start
// publishes it again.
// Then current.json tells up to which number of the log that is. A start may
// end well, and not be able to publish. So whoever looks compares, and where the log is newer and nobody is at work, it is the
// log that counts ([Seen.Latest], [Seen.Restore]). Claims make it no newer: a start that was killed before it did anything leaves what is
// published, which somebody may have mended, as it is.
//
// # What may slip through
//
//   - An owner asks Holds, stands still before the call leaves, and wakes when another has taken over: that call leaves, and
//     so do others that had just asked, as many as may be under way at once. Their entries were acknowledged before, so
//     that the new owner has replayed them; it takes such a record for one that may be done or not, and does it again.
//     The late update sets once more what the input says, or, if the new owner has come to a later row of the same user
//     meanwhile, what an earlier row said. No second call follows: Holds says no, and the next entry meets the claim.
//   - A call that got no answer in its time may have its effect in the service later: so it is without a second owner, too.
//   - Clocks that run at different rates: over a lease of a minute, one in a thousand makes 60 ms, which counts only for a call
//     that takes its whole time-out.
//   - Without undo entries (--no-read) the same, and by the lease alone: nothing in the log tells which calls were about to leave.
//
// # The model
//
// TestModel runs this very code, as two and three owners, over a simulated store and clock, one step at a time, and
// follows every order in which their steps can come, with what may happen at each: a call fails, its answer is lost, its
// effect comes later or never, its answer comes slowly, an owner stands still beyond its lease and goes on, or crashes.
// It holds in each history: nothing acknowledged is missing, or another's, in what a later owner or a later replay knows;
// entries of updates are known to every later owner before it works; no lease is taken over from an owner whose beat
// moves, or while a call may be under way; who finds that its lease holds has it; who is told that it was overtaken was;
// a start to which nothing happens does its work or is told that another does; every history ends.
// Six bugs are planted, and each has to be found: a folded number freed, the beat not raised, the generation in the name,
// the lease counted from the answer, one's own 412 taken for a fence, a takeover without a claim.
//
// It is exhaustive for two owners of one record with one thing that happens, for two failures of calls, and for three owners
// to whom nothing does; make model does so for any two things, and for three owners of whom one stands still. TestModelAtRandom
// plays single histories of three owners and six things. Histories that reach the same state are followed once (states are
// told apart by 64 bits). An owner stands still, and an answer comes late, for a lease and a quarter at most. It does not
// model: clocks at different rates, more than one update under way, reading of the log as more than one step (objects
// do not change), folding that fails, current.json and published files, and a store that breaks its promise.
package runlog
