//go:build race

package runlog

// racing tells that the race detector watches: ten times as slow, and with nothing to see where goroutines go on one at a time.
const racing = true
