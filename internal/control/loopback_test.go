package control

import (
	"net"
	"strings"
	"testing"

	"attrmigrate/internal/refusal"
)

// TestLoopback: nothing else is listened at.
func TestLoopback(t *testing.T) {
	for _, test := range []struct{ text, says string }{
		{"127.0.0.1:0", ""},
		{"127.0.0.1:8080", ""},
		{"127.200.3.4:0", ""},
		{"[::1]:0", ""},
		{"[::ffff:127.0.0.1]:0", ""},
		{"localhost:0", ""},
		{"LocalHost:0", ""},
		{"localhost.:0", "can be reached by others"},
		{"0.0.0.0:0", "can be reached by others"},
		{":8080", "can be reached by others"},
		{"[::]:8080", "can be reached by others"},
		{"192.0.2.1:0", "can be reached by others"},
		{"10.0.0.1:0", "can be reached by others"},
		{"[fe80::1%lo]:0", "can be reached by others"},
		{"[::1%lo]:0", "can be reached by others"},
		{"example.com:80", "can be reached by others"},
		{"localhost.example.com:80", "can be reached by others"},
		{"127.1:80", "can be reached by others"},
		{"2130706433:80", "can be reached by others"},
		{"8080", "is no address with a port"},
		{"127.0.0.1", "is no address with a port"},
		{"::1", "is no address with a port"},
		{"http://127.0.0.1:80", "is no address with a port"},
		{"127.0.0.1:http", "has no port that is a number"},
		{"127.0.0.1:65536", "has no port that is a number"},
		{"127.0.0.1:-1", "has no port that is a number"},
		{"127.0.0.1:", "has no port that is a number"},
	} {
		_, err := loopback(t.Context(), test.text)
		if test.says == "" {
			if err != nil {
				t.Errorf("%s: %v", test.text, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(refusal.HintOf(err), "ssh -L") {
			t.Errorf("%s: %v, hint %q; want %s", test.text, err, refusal.HintOf(err), test.says)
		}
	}
}

// TestListenLoopback: the port that the system chooses is one of loopback.
func TestListenLoopback(t *testing.T) {
	l, err := listenLoopback(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if at := l.Addr().(*net.TCPAddr); !at.IP.IsLoopback() || at.Port == 0 {
		t.Errorf("it listens at %s", at)
	}
	if _, err := listenLoopback(t.Context(), l.Addr().String()); err == nil || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("an address that is taken: %v", err)
	}
}
