package cognito

import (
	"testing"

	"attrmigrate/sources"
)

func BenchmarkCheck(b *testing.B) {
	s := testedPool(b).Schema
	c := typicalChange()
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Check(c); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUpdate measures client and server together, over loopback.
func BenchmarkUpdate(b *testing.B) {
	s := serve(b, accept)
	u := clientOf(b, s.URL).AdminUpdater(testPool, nil)
	c := goldChange()
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := u.Update(b.Context(), c); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func TestCheckDoesNotAllocate(t *testing.T) {
	s := testedPool(t).Schema
	c := typicalChange()
	if n := testing.AllocsPerRun(100, func() { _ = s.Check(c) }); n != 0 {
		t.Errorf("a good record costs %v allocations", n)
	}
}

func typicalChange() *sources.Change {
	return &sources.Change{Username: "ann@example.com", Attributes: []sources.Attribute{
		{Name: "custom:tier", Value: "gold"}, {Name: "email", Value: "ann@example.com"},
		{Name: "email_verified", Value: "true"}, {Name: "phone_number", Value: "+15555550100"},
		{Name: "birthdate", Value: "1988-02-29"}, {Name: "custom:points", Value: "42"},
		{Name: "nickname", Delete: true},
	}}
}
