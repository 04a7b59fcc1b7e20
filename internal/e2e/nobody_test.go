//go:build unix

package e2e

import (
	"os"
	"strconv"
	"syscall"
)

func init() { // of the program under test
	id, err := strconv.Atoi(os.Getenv(userVariable))
	if err != nil {
		return
	}
	for _, become := range []func(int) error{syscall.Setgid, syscall.Setuid} {
		if err := become(id); err != nil {
			panic(err)
		}
	}
}
