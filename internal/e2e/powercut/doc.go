// Package powercut has the machine crash behind every operation of a job on its files, in each way that a power cut may
// leave them, and lets the next start go on from there.
//
// It has the machine go for good, too, with all of its files, behind every object that a run in a store writes, and lets
// another one go on (TestMachineGone).
//
// The job is the true one, from its preparation to its end, over a disk that records it (package disk/crash) and a
// pool of the test. A run may be of a plan, and be paused and slowed down meanwhile: what was asked, and answered, must be
// asked of the next start, too.
//
// make powercut opens every state, of more users; without, one of some is opened, others each time. There are thousands, one
// after the other, and they are therefore opened without the race detector; what it drives has tests under it.
package powercut
