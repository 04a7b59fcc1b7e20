// Package metrics shows a command to a metrics system, in the form of Prometheus: for who asks over HTTP, and as a file
// for the textfile collector of node_exporter.
//
// It counts nothing. A [Source] is read whenever somebody asks, and all of an answer is of one moment.
//
// Counters are those of this start and begin with 0, as those of any process do: rate() and increase() take the drop
// for a restart. They are not those of the run, which is what the checkpoint has: a killed run goes on from a second
// before its death, and a counter that falls a little would be counted anew from 0. Where the run stands, over all its
// starts, is told by gauges (attrmigrate_run_records, attrmigrate_records_remaining).
//
// Every metric has the labels command, pool and run, so that several runs may lie in one directory of textfiles, where
// no scrape tells them apart. Labels hold nothing else than outcomes, names of APIs and states: no user, and no value of
// one. What is not there is left out and not 0, or +Inf, which a comparison would take for a number: the rate and
// the ceiling of a run without a limit, the last success before the first, the end of what goes on.
//
// A file is made whole beside its place and renamed, with mode 0644, since node_exporter runs as another user and
// nothing in it is of a user. It stays as the command left it, so that an alarm can see how it ended, or that it was
// killed: then the state is still running, and the last success grows old.
//
// Its limits: nothing here knows whether somebody scrapes. Two commands that write one file overwrite each other. What
// happened between the last scrape and the end of a process only the file shows, which is written once more at the end. Of
// the counters' growth between the last scrape of one start and the first of the next, increase() sees what that start did.
package metrics
