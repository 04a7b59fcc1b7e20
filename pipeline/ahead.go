package pipeline

import "time"

// readAhead is for how long a user who was read may wait for the update, as far as that can be foreseen.
const readAhead = ImageAge * 8 / 10

// room is how many records workers may have. No more users are read than can be updated before what was read is too old:
// they would be read twice. Nor are more than the reads' rate allows within that time, for a record may take a second one.
// And where records are ahead because what was read is yet to be kept, no more are than keep updates going while those that
// gather now are kept, and those before them: what was read is to be as young as that allows.
func (d *dispatcher) room() float64 {
	room := min(d.updates.rate, d.reads.rate) * readAhead.Seconds()
	if d.cfg.Ahead > 0 {
		room = min(room, max(float64(d.cfg.Workers), d.updates.rate*(2*d.keeping+spareTime).Seconds()))
	}
	return max(1, room)
}

// spareTime is for how long records are ahead beyond that: it lets writes gather for a second that would take no time, and
// reads take some.
const spareTime = 1500 * time.Millisecond

// noteKept notes how long keeping took. A longer time than others is forgotten in the course of some hundred records.
func (d *dispatcher) noteKept(took time.Duration) {
	d.keeping = max(min(took, readAhead), d.keeping-d.keeping/200)
}
