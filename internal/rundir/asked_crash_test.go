package rundir

import (
	"testing"

	"attrmigrate/internal/disk/crash"
)

// TestAskedOutlivesACrash: whatever the machine crashes behind, what was asked can be read, and is no older than what was
// answered to be kept: a run that was stopped is on hold.
func TestAskedOutlivesACrash(t *testing.T) {
	dir := t.TempDir()
	d, err := crash.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	order := &Order{By: "ann@host by command", Reason: "support called"}
	steps := []func(*Asked){
		func(a *Asked) { a.Paused, a.PauseOrder = true, order },
		func(a *Asked) { a.Hold, a.HoldOrder = true, order },
		func(a *Asked) { a.Paused, a.PauseOrder = false, nil },
	}
	stands := []Asked{{Version: askedVersion}}
	for i, step := range steps {
		_, after, err := ChangeAsked(d, dir, step)
		if err != nil {
			t.Fatal(err)
		}
		stands = append(stands, after)
		d.Mark(i)
	}
	for s := range d.States(crash.All) {
		found := t.TempDir()
		if err := s.Restore(found); err != nil {
			t.Fatal(err)
		}
		kept := len(s.Marks)
		asked, err := LoadAsked(found)
		if err != nil {
			t.Errorf("with %d changes kept: %v: %s", kept, err, s)
			continue
		}
		same := func(b Asked) bool { return asked.Paused == b.Paused && asked.Hold == b.Hold }
		if !same(stands[kept]) && !(kept < len(steps) && same(stands[kept+1])) {
			t.Errorf("with %d changes kept, %+v stands: %s", kept, asked, s)
		}
	}
}
