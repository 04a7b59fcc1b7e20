// Package e2e tests the whole program, as people run it, against a sandbox in the test's own process.
//
//   - Scripts (testdata/script) tell what people type and read.
//   - What docs/rules.md says of quoting is held against the shells. (Package pages, below, plays what all pages show.)
//   - Rules are drawn, and what they come to is compared with a second, naive evaluation of an export.
//   - Faults meet a run in its middle, and the next start goes on; docs/reliability.md lists them.
//   - Kills end the program at random moments of one run.
//   - Round trips draw a pool and changes, go there by plan and apply, and back by undo, killed on the way.
//   - Cells and files of all kinds are given to plan and apply: each is written, refused or told, and both agree.
//   - Scenarios of the emulator are played against cognito-local, too: a second opinion on the sandbox.
//   - Exceptions of AWS are raised for one record, and for all.
//   - Earlier programs have left runs (testdata/earlier), with which this one goes on; what a newer one would leave is refused.
//   - Damage is done to each bit of the files of a run.
//
// Package campaign, below, plays random histories of all of this, and checks them. Package harness runs the program
// for both.
//
// All of it runs without the race detector, but for make campaign WATCHED=-race: what runs at once in
// the program has tests where it does, and starts of a program that the detector watches take longer than everything else.
package e2e
