// Package disk is what the files of a run ask of the file system, and the steps that are easily got wrong:
// to replace a file, to rename one, to make a directory.
//
// # Promise
//
// When [WriteFile], [Rename] and [MkdirAll] return, what they did outlasts a crash of the machine. A file that is
// written through a [File] does so after Sync, its name after [FS.SyncDir] of its directory.
//
// # Why an interface
//
// A test that writes real files sees them whole; what a power cut leaves it never sees. So the checkpoint,
// the lock and the reports are written through [FS]: the program's is [OS], and that of a test (package
// crash) records every step and builds what a crash may leave behind each.
package disk
