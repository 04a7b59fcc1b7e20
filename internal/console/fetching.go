package console

import (
	"io"
	"sync"
	"time"

	"attrmigrate/internal/prose"
)

// Fetching tells people how much of a file is here that comes from elsewhere, now and then where it takes long. It may be called
// by many goroutines.
func Fetching(w io.Writer, name string) func(done, total int64) {
	var mu sync.Mutex
	next := time.Now().Add(restoreEach)
	return func(done, total int64) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.After(next) {
			next = now.Add(restoreEach)
			Printer(w, Columns(w))("fetch", "%d of %d MiB of %s are here", done>>20, total>>20, prose.Printable(name))
		}
	}
}
