package control

import (
	"context"
	"net"
	"net/http"
)

// CheckAddress says what is wrong with the address of the page, if it is to have one. It does not listen.
func (o Options) CheckAddress(ctx context.Context) error {
	if o.Serve == "" {
		return nil
	}
	_, err := loopback(ctx, o.Serve)
	return err
}

// CheckToken says what is wrong with the file of the token, if there is one.
func (o Options) CheckToken() error {
	_, err := o.token()
	return err
}

// token is that of the file, or one that is made.
func (o Options) token() (token, error) {
	if o.TokenFile == "" {
		return makeToken(), nil
	}
	return readToken(o.TokenFile)
}

// livePage is the page of a command, which listens and does not answer yet.
type livePage struct {
	l     net.Listener
	token token
	o     Options
}

// openWeb listens for the page, and tells its address: with the token behind a #, unless a file has it. Without an
// address in the options it is nil.
func (o Options) openWeb(ctx context.Context) (*livePage, error) {
	if o.Serve == "" {
		return nil, nil
	}
	t, err := o.token()
	if err != nil {
		return nil, err
	}
	l, err := listenLoopback(ctx, o.Serve)
	if err != nil {
		return nil, err
	}
	if o.Told != nil {
		url := "http://" + l.Addr().String() + "/"
		if o.TokenFile == "" {
			url += "#" + string(t)
		}
		o.Told(url)
	}
	return &livePage{l, t, o}, nil
}

// openPage serves the page of a run, if it is to have one, until ctx ends.
func (d *Desk) openPage(ctx context.Context) {
	web, err := d.cfg.openWeb(ctx)
	if err != nil {
		d.cfg.Logger.Warn("there is no page; the run goes on without", "error", err)
	}
	if web == nil {
		return
	}
	d.all.Go(func() {
		if err := serve(ctx, web.l, web.handler(d.seen(), d), d.cfg.Logger); err != nil {
			d.cfg.Logger.Warn("the page is gone; the run goes on without", "error", err)
		}
	})
}

// handler is what is served at the port. Where nothing is to be steered there, it has no means to.
func (web *livePage) handler(s Seen, d *Desk) http.Handler {
	behind, readOnly := views(s), web.o.ReadOnly || d == nil
	if !readOnly {
		behind = append(behind, verbs(d, byPort)...)
	}
	shell, csp := shellOf(readOnly)
	return newDoor(web.token, shell, csp, behind)
}
