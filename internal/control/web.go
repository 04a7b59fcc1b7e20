package control

import (
	"context"
	"log/slog"
	"net"
	"net/http"
)

// CheckServe says what is wrong with the options of the page, before there is anything to show.
func (o Options) CheckServe(ctx context.Context) error {
	if o.Serve == "" {
		return nil
	}
	if _, err := loopback(ctx, o.Serve); err != nil {
		return err
	}
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

// Web is the page of a command, which listens and does not answer yet.
type Web struct {
	l     net.Listener
	token token
	o     Options
}

// OpenWeb listens for the page, and tells its address: with the token behind a #, unless a file has it. Without an
// address in the options it is nil.
func (o Options) OpenWeb(ctx context.Context) (*Web, error) {
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
	return &Web{l, t, o}, nil
}

// Serve shows the run and lets it be steered, until ctx ends.
func (web *Web) Serve(ctx context.Context, d *Desk, log *slog.Logger) error {
	var behind routes
	if !web.o.ReadOnly {
		behind = verbs(d, byPort)
	}
	return serve(ctx, web.l, web.door(append(views(d.seen()), behind...)), log)
}

// Show shows something that cannot be steered, until ctx ends.
func (web *Web) Show(ctx context.Context, s Seen, log *slog.Logger) error {
	web.o.ReadOnly = true
	return serve(ctx, web.l, web.door(views(s)), log)
}

func (web *Web) door(behind routes) http.Handler {
	shell, csp := shellOf(web.o.ReadOnly)
	return newDoor(web.token, shell, csp, behind)
}
