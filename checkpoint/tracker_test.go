package checkpoint

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"attrmigrate/sources"
)

// after is the position behind the record with the ordinal, in an input of 10-byte lines.
func after(ordinal int64) sources.Position {
	return sources.Position{Offset: 10 * ordinal, Line: int(ordinal) + 1}
}

func TestTrackerSnapshot(t *testing.T) {
	tests := []struct {
		name         string
		records      int64   // of the earlier start
		resumed      []int64 // finished beyond, of the earlier start
		track        int64   // records tracked in this one
		done         []int64
		wantRecords  int64
		wantFinished []int64
	}{
		{"nothing tracked", 0, nil, 0, nil, 0, []int64{}},
		{"nothing done", 0, nil, 3, nil, 0, []int64{}},
		{"in order", 0, nil, 3, []int64{1, 2}, 2, []int64{}},
		{"a gap at the front", 0, nil, 3, []int64{3, 2}, 0, []int64{2, 3}},
		{"the gap closes", 0, nil, 3, []int64{3, 2, 1}, 3, []int64{}},
		{"done twice", 0, nil, 2, []int64{1, 1}, 1, []int64{}},
		{"done before it is tracked", 0, nil, 1, []int64{2, 9, -1, 0}, 0, []int64{}},
		{"resumed, nothing tracked", 5, []int64{7, 9}, 0, nil, 5, []int64{7, 9}},
		{"resumed, half of it tracked", 5, []int64{7, 9}, 2, nil, 5, []int64{7, 9}},
		{"resumed, the gap closes", 5, []int64{7, 9}, 4, []int64{6, 8}, 9, []int64{}},
		{"resumed at a finished record", 5, []int64{6, 7}, 1, nil, 6, []int64{7}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tr := NewTracker(tt.records, after(tt.records), tt.resumed)
			for i := range tt.track {
				want := tt.records + 1 + i
				ordinal, skip, err := tr.Track(t.Context(), after(want), 10)
				if ordinal != want || skip != slices.Contains(tt.resumed, want) || err != nil {
					t.Fatalf("Track = %d, %t, %v; want ordinal %d", ordinal, skip, err, want)
				}
			}
			for _, ordinal := range tt.done {
				tr.Done(ordinal)
			}
			records, at, finished := tr.Snapshot()
			if records != tt.wantRecords || at != after(records) {
				t.Errorf("low-water mark = %d at %+v, want %d", records, at, tt.wantRecords)
			}
			if !slices.Equal(finished, tt.wantFinished) || finished == nil {
				t.Errorf("finished = %#v, want %v", finished, tt.wantFinished)
			}
		})
	}
}

// What a naive model that keeps every ordinal for ever says, the tracker says too, also over starts.
func TestTrackerAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var newest, records int64 // of this start
		done := map[int64]bool{}  // over all starts
		size := map[int64]int{}   // over all starts
		tr := NewTracker(0, after(0), nil)

		full := func(next int) bool {
			bytes := 0
			for o := records + 1; o <= newest; o++ {
				bytes += size[o]
			}
			gap := newest - records
			return gap > 0 && (gap >= MaxGapRecords || bytes+next > MaxGapBytes)
		}
		sizes := rapid.SampledFrom([]int{0, 1, 1000, MaxGapBytes / 4, MaxGapBytes, 2 * MaxGapBytes})
		t.Repeat(map[string]func(*rapid.T){
			"track": func(t *rapid.T) {
				n := sizes.Draw(t, "size")
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if full(n) {
					cancel() // a full gap would block
				}
				ordinal, skip, err := tr.Track(ctx, after(newest+1), n)
				if full(n) {
					if !errors.Is(err, context.Canceled) {
						t.Fatalf("Track = %d, %v with a full gap", ordinal, err)
					}
					return
				}
				newest++
				size[newest] = n
				if ordinal != newest || skip != done[newest] || err != nil {
					t.Fatalf("Track = %d, %t, %v; want %d, %t", ordinal, skip, err, newest, done[newest])
				}
			},
			"done": func(t *rapid.T) {
				if newest == records {
					t.Skip("nothing is tracked")
				}
				ordinal := rapid.Int64Range(records+1, newest).Draw(t, "ordinal")
				done[ordinal] = true
				tr.Done(ordinal)
			},
			"restart": func(t *rapid.T) {
				tr = NewTracker(tr.Snapshot())
				newest = records
			},
			"": func(t *rapid.T) {
				for records < newest && done[records+1] {
					records++
				}
				beyond := []int64{}
				for o := range done {
					if o > records {
						beyond = append(beyond, o)
					}
				}
				slices.Sort(beyond)
				gotRecords, at, finished := tr.Snapshot()
				if gotRecords != records || at != after(records) || !slices.Equal(finished, beyond) {
					t.Fatalf("Snapshot = %d, %+v, %v; want %d, %v", gotRecords, at, finished, records, beyond)
				}
			},
		})
	})
}

func TestTrackBlocksWhileTheGapIsFull(t *testing.T) {
	tests := []struct {
		name  string
		fill  []int // sizes tracked first
		size  int   // of the record that must wait
		after int64 // what Done must be told of before it may pass
	}{
		{"records", make([]int, MaxGapRecords), 0, 1},
		{"bytes", []int{MaxGapBytes - 1, 1}, 1, 1},
		{"behind a record larger than the cap", []int{2 * MaxGapBytes}, 0, 1},
		{"a record larger than the cap waits until it is alone", []int{1, 1, 1}, 2 * MaxGapBytes, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr := NewTracker(0, sources.Position{}, nil)
				for _, size := range tt.fill {
					tr.Track(t.Context(), sources.Position{}, size)
				}
				passed := false
				go func() {
					_, _, err := tr.Track(t.Context(), sources.Position{}, tt.size)
					passed = err == nil
				}()
				for ordinal := tt.after; ordinal > 0; ordinal-- {
					synctest.Wait()
					if passed {
						t.Fatal("Track did not wait")
					}
					tr.Done(ordinal)
				}
				synctest.Wait()
				if !passed {
					t.Fatal("Track still waits")
				}
			})
		})
	}
}

func TestTrackEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := NewTracker(0, sources.Position{}, nil)
		tr.Track(t.Context(), after(1), MaxGapBytes)
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		go func() { _, _, err = tr.Track(ctx, after(2), 1) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("Track: %v, want the context's error", err)
		}

		tr.Done(1)
		if _, _, err := tr.Track(ctx, after(2), 1); !errors.Is(err, context.Canceled) {
			t.Errorf("Track with room, but after the end: %v", err)
		}
		if ordinal, _, err := tr.Track(t.Context(), after(2), 1); ordinal != 2 || err != nil {
			t.Errorf("the next record: %d, %v; a refused record must not take an ordinal", ordinal, err)
		}
	})
}

func TestTrackerConcurrently(t *testing.T) {
	const total = 3 * MaxGapRecords
	tr := NewTracker(0, sources.Position{}, nil)
	ordinals := make(chan int64, 8)
	go func() {
		defer close(ordinals)
		for i := range int64(total) {
			ordinal, _, err := tr.Track(t.Context(), after(i+1), 10)
			if err != nil {
				t.Error(err)
			}
			ordinals <- ordinal
		}
	}()
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for ordinal := range ordinals {
				tr.Done(ordinal)
				tr.Snapshot()
			}
		})
	}
	workers.Wait()
	if records, at, finished := tr.Snapshot(); records != total || at != after(total) || len(finished) != 0 {
		t.Errorf("Snapshot = %d, %+v, %v", records, at, finished)
	}
}

// A record costs tens of nanoseconds, however long the gap is.
func BenchmarkTracker(b *testing.B) {
	tr := NewTracker(0, sources.Position{}, nil)
	const behind = MaxGapRecords / 2
	b.ReportAllocs()
	for b.Loop() {
		ordinal, _, err := tr.Track(b.Context(), sources.Position{}, 100)
		if err != nil {
			b.Fatal(err)
		}
		tr.Done(ordinal - behind)
	}
}
