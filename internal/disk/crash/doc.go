// Package crash records what a program asks of the file system and builds every state that a crash may
// leave, for tests: a program whose files survive all of them survives a power cut.
//
// A [Disk] is a [disk.FS] that does what it is asked, in one directory, and logs it. [Disk.States] goes
// through the log: for each prefix of it, the crash comes behind its last operation.
//
// # The model
//
// It is that of the crash tests of SQLite and etcd, and of what was found of file systems (Pillai et al.,
// "All File Systems Are Not Created Equal", OSDI 2014), made a little worse.
//
//   - What was synced is there: the content of a file after Sync, the names in a directory after SyncDir.
//     To sync a file does not sync its name.
//   - What was written to a file since its last sync is there, lost, or in part: of the last write only
//     the beginning, or the length without the bytes (zeros), or zeros on one side of its middle; or the
//     last operation without those before it. Where it goes over bytes that are there, the zeros are these.
//   - What was written before a sync that failed ([Disk.FailSync]) is lost, whatever is synced later: it must be
//     written again. It can be read all the same, until the crash.
//   - Of the names that were made, changed or removed since the last sync of their directory, each change
//     happened or did not, whatever became of the others. A rename happens whole or not at all.
//   - Files and names do not wait for each other: a file may have its name without its content.
//
// Not modelled: bytes that nobody has written (file systems do not hand out what other files had), damage
// to what was synced, and a disk that lies about syncing.
//
// # Bounds
//
// Where many things are unsynced at once, their combinations are too many. [Some] takes all files in one
// way, or one file in each way while the others are whole or lost; and of the names each prefix, each
// alone and all but each. [All] takes every combination.
package crash
