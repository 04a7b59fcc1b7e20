//go:build !windows

package console

import (
	"io"
	"os"
)

// draws tells whether the terminal that w is knows how it is drawn on.
func draws(io.Writer) bool {
	name := os.Getenv("TERM")
	return name != "" && name != "dumb"
}
