// Package rundir is the directory of a run, or of a plan: found, owned, locked, set aside and put back.
//
// # Promise
//
// A directory is opened ([Volume.Open]) by one process at a time, and only if what is in it was left by a run or a
// plan of the user who opens it: a stranger's files are never written to, nor followed through a link. A run that
// makes room for another is kept under its date ([Dir.SetAside]), and a start that is refused afterwards puts it back
// where it was, unless somebody has asked something of it that its next start has to know; what it has made itself, it takes
// along, unless there is something in it that people look for. A plan of which a run is unfinished is not replaced ([Dir.RunsOfPlan]).
//
// # Who reads without the lock
//
// [ReadStatus], [ReadPlan] and [Dir.Load] read what another process may be writing: each file is replaced whole, so
// they see one state or the next.
//
// control.json, what people want of a run ([Asked]), is also written without it: by whoever asks, in turns ([ChangeAsked]).
//
// # Limits
//
// What makes, moves and removes files goes through the [disk.FS] of the [Volume], so that a test can crash behind
// each step; looking goes through the os package. Modes and owners of files are those of Unix; elsewhere they are not looked at.
package rundir
