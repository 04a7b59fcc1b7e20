package pipeline

import (
	"time"

	"attrmigrate/sources"
)

// job is a record on its way. The dispatcher owns it; while a worker has it, the worker does.
type job struct {
	change  *sources.Change
	ordinal int64
	key     string
	next    *job // the same user's next record

	send *sources.Change // what is left to send, once the user was read; nil: read first
	sent *sources.Change // what was sent, if it is unknown whether it counted

	calls     int       // attempts made, throttled ones included
	attempts  int       // attempts that count against the limit
	throttles int       // in a row
	throttled time.Time // the last of them
	halfway   time.Time // when half of the attempts that it may have were made
	due       time.Time // of its next attempt; of a finished job: that of the user's next job
	number    int64     // of a finished job, in the order of the results
}

// attempt is what became of one call.
type attempt struct {
	job     *job
	asked   time.Time // when a read was sent
	read    time.Time // when it succeeded; zero: none was made, or err is its error
	reading bool      // err, or the outcome, is that of the read: no update was sent
	sent    time.Time
	ended   time.Time
	outcome Outcome
	err     error
	look    *attempt // the read after an update that may be held back; nil: there was none
	// skipped: the run was stopping, and no call was made. cancelled: the run ended the call, or it
	// failed just then, so that what it did is unknown.
	skipped, cancelled bool
}

// finished is a result on its way to the collector.
type finished struct {
	Result
	ordinal  int64
	foreseen bool // refused before any call, as the pass over the input did before

	save int64 // not a result: the state is to be saved, with the jobs up to this number
}

// jobQueue is a first-in-first-out queue.
type jobQueue struct {
	jobs []*job
	head int
}

func (q *jobQueue) push(j *job) { q.jobs = append(q.jobs, j) }
func (q *jobQueue) empty() bool { return q.head == len(q.jobs) }

func (q *jobQueue) first() *job { return q.jobs[q.head] }

func (q *jobQueue) pop() *job {
	j := q.jobs[q.head]
	q.jobs[q.head] = nil
	q.head++
	if q.head == len(q.jobs) {
		q.jobs, q.head = q.jobs[:0], 0
	} else if q.head > 1024 && q.head > len(q.jobs)/2 {
		q.jobs, q.head = append(q.jobs[:0], q.jobs[q.head:]...), 0
	}
	return j
}

// dueHeap orders waiting jobs by the time of their next attempt (container/heap).
type dueHeap []*job

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)        { *h = append(*h, x.(*job)) }

func (h *dueHeap) Pop() any {
	old := *h
	j := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return j
}
