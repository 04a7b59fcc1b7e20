package campaign

// fatal are the exceptions that end a run, and for how many calls about one user in a row.
var fatal = map[string]int{"AccessDeniedException": 1, "ExpiredTokenException": 2}

// checkStop: once the service has refused the run, no more updates are sent than were on their way: each
// worker may have one in hand, and take another before the refusal is judged.
func (c *checker) checkStop() {
	for i, s := range c.Starts {
		stopped, sent := -1, 0
		refused := map[Request]int{}
		for n, q := range s.Requests {
			if stopped >= 0 && q.isUpdate() {
				sent++
			}
			if times := fatal[q.Fault]; times > 0 && stopped < 0 {
				if refused[q]++; refused[q] >= times {
					stopped = n
				}
			}
		}
		if limit := 2*c.Workers + 8; sent > limit {
			c.violated(AfterStop, "start %d: %d behind request %d, %+v; %d may have been on their way", i+1, sent, stopped+1, s.Requests[stopped], limit)
		}
	}
}
