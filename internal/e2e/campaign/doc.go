// Package campaign holds the program against its promises over many random histories: a change set, or a rule that is planned
// first, is applied to a sandbox by starts that are killed, stopped and refused, until it is done; then it is
// taken back in the same way.
//
// # Promise
//
// [Check] is a pure function over what is known of a history, [Facts], and names every promise that was
// broken; [CheckPlan], [CheckSteering] and [CheckIndex] do so for a plan, for what people ask of a run, and for the rows of a
// file of targets. They do not use the program's own code: they have a model of what a record does to a user, and
// read the reports as anybody would. The campaign is in the tests: TestCampaign draws plots, runs the
// program in them and has the facts checked.
//
// One seed draws one plot: pools, change sets or a rule, flags, faults, kills, and what people do. Its lowest bits say
// whether the runs are in S3, are steered, and are several, so that seeds in a row have it all. What a kill interrupts, and
// what is going on when somebody asks something, is up to the machine; what was on its way at a kill has arrived before the next start.
//
// In S3, starts are killed, lose their machine, are suspended and woken, within their
// lease or beyond it, or are two at once, and S3 is slow, failing, away, and loses answers. What they leave is read from the
// bucket without the program's own code. Leases are short there, and a machine that
// is busy may have some run out: such a start ends resumable.
//
// Runs are steered by two people at once, over the socket and by commands (in S3 by these alone),
// by signals, and by control.json, which is edited between starts. What was asked, what was answered and when calls
// reached the service is noted by one clock.
//
// Several pools are rows of a file of targets and one index, one after the other; the file has a row of another index, too,
// whose pool has the same people.
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
// The changes of a plan are those that a second, naive telling of its rule makes of the users; then they are records as any
// others.
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
// Rules touch no addresses: what plan says of these is tested elsewhere. Two starts at once, and one that is overtaken in
// its sleep, are of one pool that nobody steers.
//
// Each user has its records under one name: order is promised by name. No two users get one address, no
// record changes the address that names its user, and where an address waits for its verification no
// record sets its flag or deletes it: an undo could not lead back from there.
package campaign
