package audit

import (
	"fmt"

	"attrmigrate/internal/phone"
	"attrmigrate/sources"
)

// The kinds of phone numbers that are written otherwise than they stand in the change set.
const (
	phoneRespelled = "phone-respelled"
	phoneDoubtful  = "phone-doubtful"
)

// respelledPhone looks at a phone number that was brought into the form that is sent.
func (w *warnings) respelledPhone(c *sources.Change) {
	if !c.Respelled {
		return
	}
	w.add(phoneRespelled, "", recordPlace(c))
	if a, ok := find(c.Attributes, "phone_number"); ok && phone.Doubtful(a.Value) {
		w.add(phoneDoubtful, "", recordPlace(c))
	}
}

func isRespelled(w *Warning, t *Terms) (text, remedy string) {
	region := t.Pool.Schema.PhoneRegion()
	code := phone.CallingCode(region)
	if w.Count == 1 {
		return fmt.Sprintf("1 phone number in another spelling is written as the pool takes it, as +%s… if it is one of %s", code, region), ""
	}
	return fmt.Sprintf("%s in other spellings are written as the pool takes them, as +%s… where they are of %s",
		several(w.Count, "phone number"), code, region), ""
}

func isDoubtful(w *Warning, _ *Terms) (text, remedy string) {
	return several(w.Count, "phone number") + either(w.Count, " among these is", " among these are") + " of no range that a region has given out",
		either(w.Count, "look at it: it may be", "look at these: they may be") + " cut, made up, or of another region than --phone-region says"
}
