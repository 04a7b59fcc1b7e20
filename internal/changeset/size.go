package changeset

import (
	"context"
	"slices"
	"strings"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// Size is about how large a change set is.
type Size struct {
	Records   int64
	Addresses int64 // that they give as sign-in names, or verify
	Holders   int64 // users of the pool whose sign-in names have to be known: those that records verify are
}

// Guess takes the size from the first records; it is zero where that cannot be told.
func (s *Set) Guess(ctx context.Context, pool *cognito.Pool) (g Size) {
	const sample = 1000
	in, err := s.Read()
	if err != nil {
		return Size{}
	}
	defer in.Close()
	for {
		c, err := in.Files.Next(ctx)
		if err != nil {
			return g
		}
		g.Records++
		for _, a := range c.Attributes {
			address, isFlag := strings.CutSuffix(a.Name, "_verified")
			switch {
			case slices.Contains(pool.AliasAttributes, a.Name) || slices.Contains(pool.UsernameAttributes, a.Name):
				g.Addresses++
			case isFlag && slices.Contains(pool.AliasAttributes, address):
				g.Addresses++
				g.Holders = pool.EstimatedUsers
			}
		}
		if g.Records == sample {
			return g.scaled(s.bytes(), c)
		}
	}
}

// scaled is the size of so many bytes, of which the records up to the last one are a sample. There is
// some room in it, for growing later takes twice as much.
func (g Size) scaled(bytes int64, last *sources.Change) Size {
	read := last.After.Offset
	if last.After.Input > 0 || read <= last.Begin.Offset { // read from the end
		return Size{}
	}
	scale := func(n int64) int64 { return n * (bytes + bytes/50) / read }
	return Size{Records: scale(g.Records), Addresses: scale(g.Addresses), Holders: g.Holders}
}

// bytes is the length of all inputs as they are read.
func (s *Set) bytes() (n int64) {
	paths := s.paths
	if s.copies != nil {
		paths = s.copies
	}
	stamps, _ := s.stampsOf(paths) // an input that is gone is told when it is read
	for _, info := range stamps {
		n += info.Size()
	}
	return n
}
