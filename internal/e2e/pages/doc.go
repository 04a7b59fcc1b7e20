// Package pages plays what README.md, docs and examples show: each command behind "$ ", and what it prints.
//
// # Promise
//
// What a page shows as printed is what the program prints. `make docs` writes into the pages what is printed today; without that the
// test fails where they differ, with the difference. Every such block is played: one that is in no scene fails the test.
//
// # Algorithm
//
// A comment that the page does not show begins a scene, which goes on to the next one:
//
//	<!-- scene loyalty unpaced
//	attrmigrate apply --user-pool-id us-east-1_Loyalty00 --yes loyalty.csv
//	-->
//
// It names the pool, its users and the files that are at hand (the table of scenes); the lines are typed before the first block, and
// nobody sees what they print. All commands of a scene are typed into sh, one after the other, in a directory of its own beside a
// sandbox of its own. A command that the page shows to ask is typed at a terminal, and gets the answer that stands in the page. A
// sandbox is ended once it has said where it is. An exit code other than 0 stands in brackets below the output.
//
// In a page a line of "..." stands for any lines. Page and output are aligned line by line (merge), so that what is written into a page
// leaves out what was left out before. What depends on the machine and the hour is no difference: how long something took and how
// fast it was, ports, dates, processes. The page keeps those of the day when the line was written.
//
// # Limits
//
// A run of AWS's pace takes minutes. In a scene that is unpaced, apply is given --rate off and --read-rate off besides, and the
// page has the times of a run without them. What takes minutes anyway is made by others, each named in the table of makers. Lines
// that tell of an endpoint are left out: nobody sees them who calls AWS.
package pages
