package pipeline

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
