// Package disk is what the files of a run ask of the file system, and the steps that are easily got wrong:
// to make a whole file, to rename one, to make a directory.
//
// # Promise
//
// When [WriteFile], [Whole.Commit], [Rename] and [MkdirAll] return, what they did outlasts a crash of the machine. A
// file that is written through a [File] does so after Sync, its name after [FS.SyncDir] of its directory. A file
// system that cannot sync a directory (some network shares, some of macOS) is left to itself.
//
// What a sync that failed was to make durable may be read afterwards, and be gone after a crash, though the next
// sync goes well. So it is never believed: a [Whole] is dropped, and what else is to stay is written again.
//
// What Windows refuses while another process has the file open for a moment is tried again; see [Patient].
//
// # Why an interface
//
// A test that writes real files sees them whole; what a power cut leaves it never sees. So the checkpoint,
// the lock and the reports are written through [FS]: the program's is [OS], and that of a test (package
// crash) records every step and builds what a crash may leave behind each.
package disk
