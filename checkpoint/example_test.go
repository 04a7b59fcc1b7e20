package checkpoint_test

import (
	"context"
	"fmt"
	"log"

	"attrmigrate/checkpoint"
	"attrmigrate/sources"
)

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
