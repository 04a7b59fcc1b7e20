package main

import "time"

// settings say how long and how much is measured.
type settings struct {
	rounds  int           // of a throughput row; the median counts
	full    time.Duration // at full speed, one round
	rate    time.Duration // a rate scenario
	settle  time.Duration // what the adaptive rate is given before it is judged
	share   time.Duration // two runs on one quota, which settle for half of settle longer
	pairs   int           // of such runs; the median counts
	change  time.Duration // how long a quota stays before it is halved
	peer    int           // rows of the runs that are compared with boto3 on a quota
	offline int           // rows of the offline pass
	base    int           // rows that memory is compared with
	applied int           // rows applied for memory
	checked int           // rows checked for memory, and resumed in
	starts  int           // starts until the first request; the median counts
	planned int           // users of the planned change
	scan    int           // users of the scans by a rule and without one
	ruled   int           // users of the rule for memory
	moving  int           // records of the run that is restored on another machine
	judged  bool          // rows are held against their figures
}

var full = settings{
	rounds: 5, full: 8 * time.Second,
	rate: 40 * time.Second, settle: 10 * time.Second, share: 60 * time.Second, pairs: 5, change: 20 * time.Second,
	peer: 500, offline: 1_000_000, base: 100_000, applied: 1_000_000, checked: 10_000_000,
	starts: 9, planned: 2_000, scan: 100_000, ruled: 1_000_000, moving: 1_000_000, judged: true,
}

var short = settings{
	rounds: 1, full: time.Second,
	rate: 5 * time.Second, settle: 2 * time.Second, share: 8 * time.Second, pairs: 1, change: 4 * time.Second,
	peer: 100, offline: 100_000, base: 10_000, applied: 20_000, checked: 200_000,
	starts: 3, planned: 300, scan: 10_000, ruled: 30_000, moving: 50_000,
}
