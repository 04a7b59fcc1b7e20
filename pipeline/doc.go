// Package pipeline carries a change set from a source to a service, at the service's pace, and loses
// nothing on the way.
//
//	Source > reader > dispatcher > workers > dispatcher > results > collector > reports, checkpoint
//	                                  ^ pacers: one permit a call; the gate; leave, for updates
//
// A run is made of a [Config] by [New] and carried through by [Runner.Run]. A [Source] and an [Updater] are all
// that it needs; the examples show both.
//
// # Promise
//
// Every record of the source ends in exactly one [Result], or the run ends early with a [StopError] and can be
// resumed; a resumed run repeats work and never skips it. Two records of one user are never in flight together
// and land in the order of the source. The package knows nothing of AWS, of files and of command lines.
//
// # Resuming
//
// The [Store] is given a [checkpoint.State] each second and at every stop: the records finished, without a gap and
// beyond it, and what of the reports is durable. The next start has it as [Config.Resume], and a Source that
// stands at its Position. A call that was cancelled is unknown: it is not reported, and its record is done again.
//
// # Errors
//
// An error of the Updater is the record's own, is passing, or is the run's. The package asks it, through the chain
// that it wraps:
//
//   - [Throttle]: the service refused the pace. The rate is cut, and the record tried again; that counts as no
//     attempt. Nothing but throttles for [Config.ThrottleLimit] stops the run.
//   - [Transient]: it may pass. The record is tried again, so often as the error or [Config.MaxAttempts] allows.
//   - [Fatal]: every record would get it. The run stops.
//   - [SetUp]: perhaps the set-up is wrong. Twenty records in a row that end with one such error stop the run.
//   - [Skip]: the record is left as it is, and is no failure.
//   - [Answer]: whether the service has answered, and quota is spent.
//   - [Public]: what logs and the state may tell of it.
//
// An error that says nothing is reported as the end of its record, and the run goes on, until [Config.Budget] is
// exceeded.
//
// # Lanes
//
// Updates are one lane, reads (of a [Preparer]) another: each has a ceiling, a rate, and troubles of its own.
// Every attempt, a repeated one too, takes one permit of its lane, and one that waits to be repeated holds none. A
// throttle cuts the rate of its lane to nine tenths of what the service has accepted; from there it returns, and
// probes for more, up to the ceiling.
//
// # Parking
//
// A record whose attempts are exhausted may be at fault itself, or the service may be away. It is parked. When a
// later call shows that the service is there, it has one more attempt, and fails with an [ExhaustedError] if that
// fails too. Three that are parked with no such call between stop the run; they stay undone, and come last at the
// next start. [Config.Probe] asks the service before any fails.
//
// # Steering
//
// While a run goes on, [Runner.Pause] lets no call begin any more, and [Runner.SetRate] replaces the ceilings of both
// lanes, above or below those of [Config]. Every call passes one gate, behind its permit. Who pauses the run shuts it, so
// that nothing begins once Pause has returned, whatever the rate; the run is pausing until the calls under way are
// through, then paused. A call that is outside to keep what it has read is not under way. While the gate is shut the time
// of the run stands still, and by that time is judged all that is judged by how long it takes: retries, throttles, a service
// that is away, the rate. [Config.MaxDuration] alone goes by the clock, for it bounds the night. No permits are saved up
// meanwhile, and images of users that have become too old are read again. [Runner.StopFor] ends a start, paused or not, and
// [Runner.Halt] with it the calls under way, but not what is being kept.
//
// What was asked is not in the state: who starts the run again asks again, before [Runner.Run] if it is to begin paused.
//
// # Leave to send, and records ahead
//
// Where others may take a run over, [Config.Leave] says whether an update may be sent now. It is asked behind all else:
// permit, gate and the age of the image. While it says no, updates wait without permits, reads go on, and the run is told
// as waiting ([Progress]); time without leave is no silence of the service. Whoever knows that there will be none ends the
// run, as [Overtaken] or [Unleased].
//
// A [Preparer] keeps what it has read through [Keep]. Where that takes long, [Config.Ahead] has more records at work than
// calls: one that is being kept, or waits for a permit, has no place at the gate, and there are as many places as
// [Config.Workers]. Only so many records are ahead as keep updates going for twice as long as keeping takes, and a little
// more, so that images stay as young as that allows. Whoever gathers what is to be kept asks [Runner.Ready] for how long
// that may take.
//
// # Goroutines
//
// The reader owns the source. The dispatcher owns the queues, the retries and the rate. The collector
// owns the reports, the counts, the budget and the store. Workers own nothing but the call they make.
// The tracker, the pacer, the gate and the statistics are shared, each behind its own lock. All of them have
// ended when [Runner.Run] returns.
//
// # Limits
//
// One process; a few tens of thousands of updates a second. Nothing is known of a user that two
// records name in different ways. Where the last records of a run are all that is left, the service answers
// [Config.Probe] (or there is none) and refuses just these, a service that is half away cannot be told from
// poisoned users: they fail as unknown.
package pipeline

// The invariants. Each has a test that fails when it is broken.
//
//  1. Records are tracked in read order before they are dispatched. The checkpoint keeps the highest
//     gap-free position and the few records finished beyond it; the gap is capped, so memory is too
//     (TestCrash here, and the tests of checkpoint.Tracker).
//  2. A result is durable before the checkpoint passes its record, and the checkpoint records the
//     extents of the reports, so that a resumed run can cut them back: each record stands there once
//     (TestCrash, TestLastSaveFails).
//  3. Two records of one user are never in flight together and land in file order (TestOrder). A user's
//     next record is sent once the checkpoint knows of the one before, so that a crash has no more
//     repeated than the last record of a user, which finds the user as it left it (TestCrash). A slow or
//     throttled user holds back its own later records and nobody else's (TestNeighbours, TestHotUser).
//  4. Every attempt, a repeated one too, takes one permit of its lane's pacer: updates and reads are two lanes,
//     each with a pacer, a governor and a judgement of its own. Backing off holds no permit and no worker
//     (TestPermits, TestReadRate). A new rate or a stop takes effect within one interval (TestPacerChanges,
//     TestPacerStops).
//  5. There is one retry policy. Throttles do not count against the attempts of a record (TestVerdicts).
//  6. An error is transient (try again), of the record (report it, go on) or of the run (stop,
//     resumable). Five minutes of nothing but throttles stop it, and so do twenty records in a row with one
//     set-up error (TestVerdicts, TestNothingToSend). Lanes are judged apart (TestReadsHideNothing).
//     A record whose attempts are exhausted is parked: a later answer in its lane gives it one more attempt,
//     with which it fails as unknown, and three parked with no answer between stop the run, since the service
//     is away. What is parked then is named by the state and comes last at the next start. So no poisoned
//     user keeps a run from its end (TestPoison), and a service that is away or comes back fails no good record
//     (TestOutage, TestPoisonAndOutages, TestHistories; parking.go says how).
//  7. A cancelled call is unknown: it is not reported, and its record is done again (TestDrain). Where
//     users are read first, one is read again before an update of which nothing is known is repeated
//     (TestPrepare), and where its image is older than ImageAge when the permit for the update is
//     there (TestImageAge), by the clock too, since a machine may sleep (TestIsOld). Where reads are too slow or too few
//     for that, the run goes on nevertheless (TestSlowImages). A record that asks for nothing is not read (TestIdleRecords).
//     An update that was accepted and may be held back is followed by one read, and counts as awaiting
//     verification if that does not find it (TestUnconfirmed).
//  8. A run is recorded before its first update; one that stops before leaves nothing that binds
//     (TestBegin).
//  9. A throttle of an attempt that was sent under the rate in force cuts the rate to nine tenths of what
//     was accepted since the last cut. It returns along a cubic curve that is flat at that value, and
//     probes faster and faster beyond it, up to the ceiling (TestAdaptiveRate; governor.go says why). Single
//     ones that come also while the rate is low are tolerated for ten seconds (TestStrays). Every
//     answer that is no throttle counts as accepted, for it has spent quota. The wall clock counts for nothing
//     (TestGovernorClock).
//  10. From when Pause returns until Unpause is called no call begins, be it an update, a read or a probe: at every rate
//     and whatever the run is about (TestPause), in whatever order pauses come with stops, crashes and starts
//     (TestSteering), and among goroutines as fast as they go (TestGateRaces). The run is paused once the calls under way
//     are through; who waits for a permit, for a second one too, is not under way (TestPause, TestPauseBetweenReads). A stop ends it all the
//     same (TestPauseStops).
//  11. Time that is paused counts for nothing but MaxDuration: it stops no run (TestPausedTimeStopsNobody), lets nothing come
//     due (TestPausedBackoff), and leaves the rate where it was (TestPausedRate); afterwards nothing comes faster
//     than that (TestPause). The state adds it up beside the time at work, over starts (TestPausedOverStarts).
//  12. A ceiling that is set live holds within a second, above Config's or below it, for updates and for reads
//     (TestCeiling), also where it was set in a pause (TestCeilingWhilePaused). Whatever was set before, once it is
//     lifted the rate returns to what the quota gives (TestCeilingsNeverStick).
//  13. No update begins without leave, which is asked last (TestLeave, TestSteering). Who waits for it is stopped at once
//     (TestLeaveStops); afterwards nothing comes faster than the rate, and with images that are young (TestLeave,
//     TestLeaveAndImages). It is no silence of the service (TestLeaveIsNoSilence). What ended a run for good is what is
//     told, also where nothing could be kept any more because of it (TestStoppedForGood).
//  14. However many records are ahead, no more calls are under way than there are workers (TestPlaces, TestAhead); who waits
//     for a permit has no place, and only one permit of a lane waits for a place. While what was read is kept, its record
//     is not under way: the run can be paused (TestPauseWhileKept), and updates go on at the rate (TestAhead). An image
//     that is kept again does not use the permit that it was read under, which is another's at once, or is lost once the
//     next is there: so a run whose images became old catches up (TestStoreIsAway, TestKeptInStorms), and nothing that was
//     kept together is sent together. Where keeping takes longer than an image may be old, the run goes on nevertheless
//     (TestSlowStore).
