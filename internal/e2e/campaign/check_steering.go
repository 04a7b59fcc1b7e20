package campaign

import (
	"fmt"
	"slices"
	"time"
)

// Steered is what is known of how a run was steered, by one clock.
type Steered struct {
	Orders    []Order
	Sights    []Sight
	Arrivals  []time.Time // of calls for users at the service, in order
	Elsewhere bool        // the run is in S3
}

// Order asks one thing of a run. Where several are under way at once nobody knows which comes last.
type Order struct {
	Field      string    // paused, rate, read_rate or hold
	Value      string    // as JSON has it
	Begin, End time.Time // when it was sent, and after when it cannot change anything any more
	Kept       bool      // it was answered that it is; else it may have come about by End, or not
	Until      time.Time // when a pause ends by itself; zero: it does not
}

// Sight is a status of a run, or its control.json.
type Sight struct {
	Begin, End time.Time // when it was asked for, and when it was there
	Asked      map[string]string
	Paused     bool // nothing is under way
}

// The rules of steering.
const (
	SentPaused = "something is sent while the run is paused"
	SentHeld   = "something is sent while the run is on hold"
	Forgotten  = "what was asked of the run is not what it says"
)

// silence are the fields that let nothing be sent, and what is violated if something is.
var silence = map[string]string{"paused": SentPaused, "hold": SentHeld}

// How long a pause or a stop may take to come about. A run in S3 looks at what is asked every two seconds; a start that begins
// while somebody asks may have looked just before, and its next look may fail once.
const (
	soon          = time.Second
	soonElsewhere = 4 * time.Second
)

func (s Steered) soon() time.Duration {
	if s.Elsewhere {
		return soonElsewhere
	}
	return soon
}

// CheckSteering returns every violation of what steering promises: from when a run says that it is paused, or soon after
// it was asked, nothing is sent until somebody lets it go on, over starts too; so it is where it is stopped and on hold; and
// what it says is asked of it is what was asked last.
func CheckSteering(s Steered) (found []Violation) {
	orders := slices.Concat(s.Orders, expiries(s.Orders))
	for field, value := range map[string]string{"paused": "false", "rate": "null", "read_rate": "null", "hold": "false"} {
		orders = append(orders, Order{Field: field, Value: value, Kept: true}) // before all others
	}
	for _, sight := range s.Sights {
		for field, value := range sight.Asked {
			if !explained(orders, field, value, sight) {
				found = append(found, Violation{Forgotten, fmt.Sprintf("%s is %s at %s", field, value, clock(sight.End))})
			}
		}
		if sight.Paused {
			found = append(found, s.silent("paused", orders, sight.Begin, sight.End)...)
		}
	}
	for _, o := range s.Orders {
		if silence[o.Field] != "" && o.Value == "true" && o.Kept {
			found = append(found, s.silent(o.Field, orders, o.Begin, o.End.Add(s.soon()))...)
		}
	}
	return found
}

// expiries are the ends of pauses that end by themselves, unless somebody orders otherwise before.
func expiries(orders []Order) (ends []Order) {
	for _, o := range orders {
		if o.Until.IsZero() {
			continue
		}
		end := Order{Field: "paused", Value: "false", Begin: o.Until, End: o.Until.Add(24 * time.Hour)}
		for _, later := range orders {
			if later.Field == "paused" && later.Kept && later.Begin.After(o.End) && later.End.Before(end.End) {
				end.End = later.End
			}
		}
		if !end.End.Before(end.Begin) {
			ends = append(ends, end)
		}
	}
	return ends
}

// explained tells whether a value that is seen is that of an order which none that is kept has replaced before.
func explained(orders []Order, field, value string, seen Sight) bool {
	return slices.ContainsFunc(orders, func(o Order) bool {
		return o.Field == field && o.Value == value && !o.Begin.After(seen.End) &&
			!slices.ContainsFunc(orders, func(later Order) bool {
				return later.Field == field && later.Kept && later.Begin.After(o.End) && later.End.Before(seen.Begin)
			})
	})
}

// silent says what was sent between a moment from which on the run is paused, or on hold, and the next order that lets it go
// on. Where one was under way since the beginning, nobody knows.
func (s Steered) silent(field string, orders []Order, begin, from time.Time) []Violation {
	until := from.Add(24 * time.Hour)
	for _, o := range orders {
		switch {
		case o.Field != field || o.Value != "false" || !o.End.After(begin):
		case o.Begin.Before(from):
			return nil
		case o.Begin.Before(until):
			until = o.Begin
		}
	}
	for _, at := range s.Arrivals {
		if at.After(from) && at.Before(until) {
			return []Violation{{silence[field], fmt.Sprintf("at %s, so since %s until %s", clock(at), clock(from), clock(until))}}
		}
	}
	return nil
}

func clock(at time.Time) string { return at.Format("04:05.000") }
