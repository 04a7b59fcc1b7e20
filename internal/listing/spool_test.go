package listing

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
)

// spooled puts users through a spool that has room for so many bytes.
func spooled(t testing.TB, room int, users []cognito.User) (*Snapshot, error) {
	s := newSpool(func() (*disk.Scratch, error) {
		return disk.CreateScratch(disk.OS{}, filepath.Join(t.TempDir(), "users"), false)
	})
	s.room = room
	for i := range users {
		if err := s.add(&users[i]); err != nil {
			return nil, err
		}
	}
	return s.snapshot()
}

// TestSpool: users come out as they went in, sorted, each once and in its later state, from memory and from runs in a file.
func TestSpool(t *testing.T) {
	text := rapid.StringMatching(`[a-c]{0,3}|\x00é"\n|[0-9a-f]{8}`)
	rapid.Check(t, func(rt *rapid.T) {
		var users []cognito.User
		newest := map[[2]string]cognito.User{}
		for range rapid.IntRange(0, 40).Draw(rt, "users") {
			u := cognito.User{
				Username: text.Draw(rt, "username"), Status: text.Draw(rt, "status"), Enabled: rapid.Bool().Draw(rt, "enabled"),
				Created: time.Time{}, Modified: time.UnixMilli(rapid.Int64Range(-1e13, 1e13).Draw(rt, "modified")).UTC(), Attributes: map[string]string{},
			}
			for range rapid.IntRange(0, 4).Draw(rt, "attributes") {
				u.Attributes[text.Draw(rt, "name")] = text.Draw(rt, "value")
			}
			if id := text.Draw(rt, "sub"); id != "" {
				u.Attributes[sub] = id
			}
			users = append(users, u)
			key := [2]string{u.Attributes[sub], u.Username}
			if had, there := newest[key]; there && u.Modified.Equal(had.Modified) {
				users = users[:len(users)-1] // which of the two comes is open
			} else if !there || u.Modified.After(had.Modified) {
				newest[key] = u
			}
		}
		s, err := spooled(t, rapid.SampledFrom([]int{1, 100, 1 << 20}).Draw(rt, "room"), users)
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		for range 2 {
			var last [2]string
			n := 0
			for u, err := range s.Users() {
				key := [2]string{u.Attributes[sub], u.Username}
				if err != nil || !reflect.DeepEqual(*u, newest[key]) || n > 0 && slices.Compare(last[:], key[:]) >= 0 {
					rt.Fatalf("%v: %+v, want %+v", err, u, newest[key])
				}
				last = key
				n++
			}
			if n != len(newest) || s.Len() != int64(n) || s.twice != int64(len(users)-n) {
				rt.Fatalf("%d users of %d, Len %d, twice %d", n, len(newest), s.Len(), s.twice)
			}
		}
	})
}

// TestSpoolDamaged: a file that does not give what it was given is an error, and no other users.
func TestSpoolDamaged(t *testing.T) {
	for _, at := range []int64{0, 100, 5000} {
		s, err := spooled(t, 4096, town(200, 1).users)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.file.WriteAt([]byte{0xff, 0xff, 0xff, 0xff}, at); err != nil {
			t.Fatal(err)
		}
		failed := false
		for _, err := range s.Users() {
			failed = failed || err != nil
		}
		if !failed {
			t.Errorf("damage at byte %d is not noticed", at)
		}
		_ = s.Close()
	}
}

// BenchmarkSpool puts a user into a spool, and out of it twice.
func BenchmarkSpool(b *testing.B) {
	users := town(200_000, 1).users
	for b.Loop() {
		s, err := spooled(b, firstRun, users)
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range s.Users() {
			if err != nil {
				b.Fatal(err)
			}
		}
		_ = s.Close()
	}
	b.ReportMetric(float64(b.N)*float64(len(users))/b.Elapsed().Seconds(), "users/s")
}
