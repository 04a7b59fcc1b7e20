package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"attrmigrate/internal/refusal"
)

// fromElsewhere says how a page on loopback is looked at from another machine.
const fromElsewhere = "the page is on loopback only, such as 127.0.0.1:0; from another machine, ssh -L 8080:127.0.0.1:PORT HOST leads to it"

// loopback is the address that a text means, if it is one of this machine alone: a number of loopback, or localhost,
// with a port. Any other name is refused unasked, whatever it leads to today.
func loopback(ctx context.Context, text string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return netip.AddrPort{}, notLoopback(text, "is no address with a port")
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, notLoopback(text, "has no port that is a number to 65535")
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		if !isLocalhost(host) {
			return netip.AddrPort{}, notLoopback(text, "can be reached by others")
		}
		if ip, err = localhost(ctx); err != nil {
			return netip.AddrPort{}, err
		}
	}
	if ip = ip.Unmap(); !ip.IsLoopback() || ip.Zone() != "" {
		return netip.AddrPort{}, notLoopback(text, "can be reached by others")
	}
	return netip.AddrPortFrom(ip, uint16(number)), nil
}

// isLocalhost tells the one name of this machine, which is the same in capitals.
func isLocalhost(name string) bool { return strings.ToLower(name) == "localhost" }

// localhost is the first address of that name. All of them have to be of loopback: a name that leads elsewhere, too, does
// not mean what it says.
func localhost(ctx context.Context) (netip.Addr, error) {
	all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", "localhost")
	if err != nil || len(all) == 0 {
		return netip.Addr{}, notLoopback("localhost", "leads nowhere on this machine")
	}
	for _, one := range all {
		if !one.Unmap().IsLoopback() {
			return netip.Addr{}, notLoopback("localhost", "leads elsewhere on this machine")
		}
	}
	return all[0], nil
}

func notLoopback(text, what string) error {
	return &refusal.UsageError{Err: fmt.Errorf("%s %s", text, what), Remedy: fromElsewhere}
}

// listenLoopback listens at an address, and looks again at what it has got.
func listenLoopback(ctx context.Context, text string) (net.Listener, error) {
	at, err := loopback(ctx, text)
	if err != nil {
		return nil, err
	}
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return nil, err
	}
	if got, ok := l.Addr().(*net.TCPAddr); !ok || !got.IP.IsLoopback() {
		return nil, errors.Join(notLoopback(text, "is not of loopback"), l.Close())
	}
	return l, nil
}
