//go:build !race

package runlog

// racing tells that the race detector watches.
const racing = false
