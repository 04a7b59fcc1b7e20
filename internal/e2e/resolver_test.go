package e2e

import (
	"context"
	"encoding/binary"
	"net"
	"os"
	"sync/atomic"
	"testing"
)

const (
	// serviceName is the name of a service that only the resolver of a test knows.
	serviceName = "cognito.example.com"
	// resolverVariable has the program ask that resolver.
	resolverVariable = "ATTRMIGRATE_TEST_RESOLVER"
)

func init() {
	if addr := os.Getenv(resolverVariable); addr != "" { // only for the program under test
		net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "udp", addr)
		}}
	}
}

// resolver resolves every name to the loopback address, until that is gone.
type resolver struct {
	addr string
	gone atomic.Bool
}

// newResolver answers until the test ends.
func newResolver(t *testing.T) *resolver {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &resolver{addr: c.LocalAddr().String()}
	over := make(chan struct{})
	go func() {
		defer close(over)
		r.serve(c)
	}()
	t.Cleanup(func() {
		_ = c.Close()
		<-over
	})
	return r
}

func (r *resolver) serve(c net.PacketConn) {
	packet := make([]byte, 1500)
	for {
		length, from, err := c.ReadFrom(packet)
		if err != nil {
			return
		}
		if answer := r.answer(packet[:length]); answer != nil {
			_, _ = c.WriteTo(answer, from)
		}
	}
}

// answer is that to a query of one question (RFC 1035, section 4): the header, the question as it came, and
// for an IPv4 address the record.
func (r *resolver) answer(query []byte) []byte {
	const header, address = 12, 1
	end := header
	for end < len(query) && query[end] != 0 {
		end += 1 + int(query[end])
	}
	end += 5 // the root, type and class
	if end > len(query) {
		return nil
	}
	answer := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[header:end]...)
	switch {
	case r.gone.Load():
		answer[3] |= 3 // no such name
	case binary.BigEndian.Uint16(query[end-4:]) == address:
		answer[7] = 1
		answer = append(answer, 0xc0, header, 0, address, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
	}
	return answer
}
