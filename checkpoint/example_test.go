package checkpoint_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"

	"attrmigrate/checkpoint"
	"attrmigrate/sources"
)

// A start takes the lock, and the state that the one before has left. It goes on only with a run that does the same.
func ExampleFile() {
	dir, err := os.MkdirTemp("", "tiers.run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	start := func(here checkpoint.Fingerprint) {
		lock, err := checkpoint.Acquire(dir)
		if err != nil {
			fmt.Println(err) // a *checkpoint.HeldError: another process is at work
			return
		}
		defer lock.Release()
		file := checkpoint.NewFile(dir)
		state, err := file.Load()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			state = checkpoint.State{Fingerprint: here, Phase: checkpoint.Running}
		case err != nil:
			fmt.Println(err) // a *checkpoint.DamagedError, say
			return
		}
		if diff := state.Fingerprint.Diff(here); len(diff) > 0 {
			fmt.Printf("another run: %s was %s, and is %s here\n", diff[0].Name, diff[0].Was, diff[0].Here)
			return
		}
		fmt.Printf("goes on behind record %d\n", state.Records)
		// Two records are done, here by pretending; a Tracker tells how far all is.
		state.Records, state.Counts.Updated = state.Records+2, state.Counts.Updated+2
		state.Position.Offset += 40
		if err := file.Save(state); err != nil {
			fmt.Println(err)
		}
	}
	start(checkpoint.Fingerprint{"pool": "us-east-1_Ab12Cd34E"})
	start(checkpoint.Fingerprint{"pool": "us-east-1_Ab12Cd34E"})
	start(checkpoint.Fingerprint{"pool": "us-east-1_Other0000"})
	// Output:
	// goes on behind record 0
	// goes on behind record 2
	// another run: pool was us-east-1_Ab12Cd34E, and is us-east-1_Other0000 here
}

// Records are read in order and end in any. The tracker knows how far all is done, and what is done beyond: a run
// that goes on from there does the second record and the fifth, and skips those between.
func ExampleTracker() {
	after := func(record int) sources.Position {
		return sources.Position{Offset: int64(20 * record), Line: record + 1}
	}
	read := func(t *checkpoint.Tracker, record int) {
		ordinal, skip, err := t.Track(context.Background(), after(record), 20)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("record %d, skip: %t\n", ordinal, skip)
	}

	tracker := checkpoint.NewTracker(0, sources.Position{}, nil)
	for record := 1; record <= 4; record++ {
		read(tracker, record)
	}
	tracker.Done(4)
	tracker.Done(1)
	tracker.Done(3)
	records, at, finished := tracker.Snapshot()
	fmt.Printf("done up to record %d, in front of byte %d; beyond it: %v\n", records, at.Offset, finished)

	tracker = checkpoint.NewTracker(records, at, finished)
	for record := 2; record <= 5; record++ {
		read(tracker, record)
	}
	tracker.Done(2)
	records, at, finished = tracker.Snapshot()
	fmt.Printf("done up to record %d, in front of byte %d; beyond it: %v\n", records, at.Offset, finished)
	// Output:
	// record 1, skip: false
	// record 2, skip: false
	// record 3, skip: false
	// record 4, skip: false
	// done up to record 1, in front of byte 20; beyond it: [3 4]
	// record 2, skip: false
	// record 3, skip: true
	// record 4, skip: true
	// record 5, skip: false
	// done up to record 4, in front of byte 80; beyond it: []
}
