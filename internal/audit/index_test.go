package audit

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/sources"
)

// Every place is found by its key, and comes back as it went in; equal keys in file order.
func TestIndexFindsEveryPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		positions := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sources.Position {
			return sources.Position{
				Input:  rapid.IntRange(0, maxInputs-1).Draw(t, "input"),
				Offset: rapid.Int64Range(0, maxOffset-1).Draw(t, "offset"),
				Line:   int(rapid.Int64Range(0, maxLines-1).Draw(t, "line")),
			}
		}), 1, 50).Draw(t, "positions")
		slices.SortFunc(positions, comparePositions)
		x := newIndex(0)
		byKey := map[string][]sources.Position{}
		for i, m := range positions {
			key := fmt.Sprint(i % 7)
			byKey[key] = append(byKey[key], m)
			if err := x.add(key, m); err != nil {
				t.Fatal(err)
			}
		}
		x.sort()
		for key, want := range byKey {
			first, end := x.find(key)
			var got []sources.Position
			for i := first; i < end; i++ {
				got = append(got, x.at(i))
			}
			if !slices.EqualFunc(got, want, func(a, b sources.Position) bool { return comparePositions(a, b) == 0 }) {
				t.Fatalf("%s: got %v, want %v", key, got, want)
			}
		}
		if n := x.keys(); n != int64(len(byKey)) {
			t.Fatalf("%d keys, want %d", n, len(byKey))
		}
		if first, end := x.find("another"); first != end {
			t.Fatalf("found what was never added")
		}
	})
}

func TestIndexRefusesWhatItCannotHold(t *testing.T) {
	tests := []struct {
		name string
		at   sources.Position
	}{
		{"too many inputs", sources.Position{Input: maxInputs}},
		{"too large an input", sources.Position{Offset: maxOffset}},
		{"too many lines", sources.Position{Line: maxLines}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := newIndex(0)
			if err := x.add("amy", tt.at); err == nil {
				t.Error("taken")
			}
		})
	}
}

func TestIndexMemory(t *testing.T) {
	const records = 500_000
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	x := newIndex(records)
	for i := range records {
		if err := x.add(fmt.Sprint("user-", i), sources.Position{Offset: int64(i) * 50, Line: i + 2}); err != nil {
			t.Fatal(err)
		}
	}
	x.sort()
	seen := newBitmap(records)
	per := float64(heap()-before) / records
	if per > 16.5 {
		t.Errorf("%.1f bytes a record, want 16 and a bit", per)
	}
	runtime.KeepAlive(x)
	runtime.KeepAlive(seen)
}
