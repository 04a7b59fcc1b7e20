package s3

import (
	"context"
	"io"
	"time"
)

const (
	// slowest is the rate in bytes a second at which an attempt is given up.
	slowest = 64 << 10
	// onTheWay is how much may have been sent, as far as a program can tell, and is still to leave the machine.
	onTheWay = 4 << 20
)

// pulse cancels a call that carries a part of a file once nothing of it has moved for the time that another call has altogether:
// no answer has begun, and no byte has come or gone.
type pulse struct {
	timer *time.Timer
	wait  time.Duration
}

// pulseKey is that of the pulse of a call, in its context.
type pulseKey struct{}

// withPulse gives a call a pulse, until it ends.
func withPulse(ctx context.Context, wait time.Duration, cancel func()) (_ context.Context, end func()) {
	p := &pulse{time.AfterFunc(wait, cancel), wait}
	return context.WithValue(ctx, pulseKey{}, p), func() { p.timer.Stop() }
}

// beat tells that something has moved.
func (p *pulse) beat() { p.timer.Reset(p.wait) }

// coming is the body of an answer, whose bytes are beats.
func coming(ctx context.Context, body io.Reader) io.Reader {
	p, ok := ctx.Value(pulseKey{}).(*pulse)
	if !ok {
		return body
	}
	p.beat() // the answer has begun
	return beating{body, p}
}

// going is the body of a request, whose bytes are beats. The SDK seeks in it.
func going(ctx context.Context, body io.ReadSeeker) io.ReadSeeker {
	p, ok := ctx.Value(pulseKey{}).(*pulse)
	if !ok {
		return body
	}
	return struct {
		io.Reader
		io.Seeker
	}{beating{body, p}, body}
}

// beating is a reader whose bytes are beats.
type beating struct {
	io.Reader
	*pulse
}

func (b beating) Read(to []byte) (int, error) {
	n, err := b.Reader.Read(to)
	if n > 0 {
		b.beat()
	}
	return n, err
}
