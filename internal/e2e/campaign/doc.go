// Package campaign holds the program against its promises over many random histories: a change set is
// applied to a sandbox by starts that are killed, stopped and refused, until it is done; then it is
// taken back in the same way.
//
// # Promise
//
// [Check] is a pure function over what is known of a history, [Facts], and names every promise that was
// broken. It does not use the program's own code: it has a model of what a record does to a user, and
// reads the reports as anybody would. The campaign is in the tests: TestCampaign draws scenes, runs the
// program in them and has the facts checked. One seed draws one scene: change set, pool, flags, faults
// and kills. What a kill interrupts is up to the machine; what was on its way then has arrived before the next start.
//
// TestSteeredCampaign draws scenes whose starts are steered besides: by two people at once, over the socket and by commands,
// by signals, and by control.json, which is edited between starts. What was asked, what was answered and when calls
// reached the service is noted by one clock, and [CheckSteering] holds it against what steering promises. When something
// happens there is up to the machine: a seed draws what people do, not when it meets the run.
//
// TestS3Campaign draws scenes whose runs are in S3: starts are killed, lose their machine, are suspended and woken, within their
// lease or beyond it, or are two at once, and S3 is slow, failing, away, and loses answers. What they leave is read from the
// bucket without the program's own code, and held against the same promises. Leases are short there, and a machine that
// is busy may have some run out: such a start ends resumable.
//
// # Algorithm
//
// The updates of a user that the sandbox accepted are explained one after the other by the user's
// records in file order. An update may repeat the record before it, as a start after a crash does, and
// skip records that failed or find the user as they want it. What cannot be explained so is out of
// order, or was asked for by nobody; a record that is reported as done and was needed is lost. In the
// end the records reported as done make of the pool what it is. The undo file, read from its end, makes
// of the pool what it was.
//
// A record that is to be skipped is, once, and what the checkpoint counts is what applied.csv lists.
//
// Nothing reaches the service from when a run said that it is paused, or a second after it answered the order, until
// somebody sends one that lets it go on, or its time is up: whatever starts end or begin meanwhile. What a run says is asked
// of it was asked, and nothing else was and answered since.
//
// A good record may fail if the service refused it, or gave it no answer as often as a record is tried:
// the facts have every request and the fault that it met.
//
// # Limits
//
// Each user has its records under one name: order is promised by name. No two users get one address, no
// record changes the address that names its user, and where an address waits for its verification no
// record sets its flag or deletes it: an undo could not lead back from there.
package campaign
