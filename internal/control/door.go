package control

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// door is what stands before the routes where they are served at a port, which every process of this machine can reach,
// and through a browser every page that it shows. Each check is for an attack of its own; see the package comment.
type door struct {
	token  token
	shell  []byte // of the page; it has nothing of the run
	csp    string
	behind http.Handler
	origin *http.CrossOriginProtection
}

func newDoor(t token, shell []byte, csp string, behind http.Handler) *door {
	return &door{token: t, shell: shell, csp: csp, behind: behind, origin: http.NewCrossOriginProtection()}
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	harden(w.Header())
	switch {
	case !local(r.Host):
		refuse(w, http.StatusForbidden, "the request is for another host", fromElsewhere)
	case r.URL.Path == "/" && r.URL.RawQuery == "" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		d.page(w)
	case d.foreign(r):
		refuse(w, http.StatusForbidden, "the request comes from another page", "")
	case !d.token.is(r.Header.Get("Authorization")):
		w.Header().Set("WWW-Authenticate", `Bearer realm="attrmigrate"`)
		refuse(w, http.StatusUnauthorized, "the token is missing, or is another run's", "the header Authorization: Bearer TOKEN has it")
	case r.ContentLength != 0 && !isJSON(r):
		refuse(w, http.StatusUnsupportedMediaType, "the body has to be JSON, and say so", "curl does so by --json")
	default:
		d.behind.ServeHTTP(w, r)
	}
}

// isJSON tells whether a body says that it is JSON, which what a form of another page sends cannot. At the socket, where no
// browser comes, it may say anything: curl -d calls JSON a form.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// page answers with the page. It asks for all that it shows by the token, which is behind the # of its address: no
// browser sends that.
func (d *door) page(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", d.csp)
	_, _ = w.Write(d.shell)
}

// harden has a browser do nothing with an answer but to give it to the page that has asked.
func harden(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// local tells whether the host of a request is this machine, by a number of loopback or by the one name of it. The
// name of somebody else's page that was made to lead here (DNS rebinding) is not. The port may be any: behind ssh -L it
// is the one that the user has chosen there.
func local(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil { // without a port, as browsers leave out 80
		name, port = host, "80"
		if inner, ok := strings.CutPrefix(host, "["); ok {
			name = strings.TrimSuffix(inner, "]")
		}
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return false
	}
	ip, err := netip.ParseAddr(name)
	return isLocalhost(name) || err == nil && ip.IsLoopback() && ip.Zone() == ""
}

// foreign tells whether another page has a browser ask. What is looked at is as private as what is done, so that GET is
// checked as POST is.
func (d *door) foreign(r *http.Request) bool {
	asVerb := *r
	asVerb.Method = http.MethodPost
	return d.origin.Check(&asVerb) != nil
}

// byPort names who asks at the port: whoever has the token, by the page or by a program. A browser says where its request is
// from, and no page can have it say something else.
func byPort(r *http.Request, _ string) string {
	if r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != "" {
		return Operator() + " by page"
	}
	return Operator() + " by api"
}
