// Package powercut has the machine crash behind every operation of a job on its files, in each way that a power cut may
// leave them, and lets the next start go on from there.
//
// It has the machine go for good, too, with all of its files, behind every object that a run in a store writes, and lets
// another one go on (TestMachineGone).
//
// The job is the true one, from its preparation to its end, over a disk that records it (package disk/crash) and a
// pool of the test. It replays thousands of states one after the other and is therefore run without the race
// detector; what it drives has tests under it.
package powercut
