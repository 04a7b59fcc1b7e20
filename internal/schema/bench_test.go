package schema

import (
	"testing"

	"attrmigrate/sources"
)

func BenchmarkCheck(b *testing.B) {
	s := tested()
	c := typicalChange()
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Check(c); err != nil {
			b.Fatal(err)
		}
	}
}

func TestCheckDoesNotAllocate(t *testing.T) {
	s := tested()
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
