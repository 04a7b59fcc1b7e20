package control

import (
	"cmp"
	"os"
	"os/user"
)

// Operator is who runs this process, as ann@host.
func Operator() string {
	name, host := "", ""
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	return cmp.Or(name, "somebody") + "@" + cmp.Or(host, "somewhere")
}
