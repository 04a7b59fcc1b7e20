package control

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"attrmigrate/internal/prose"
)

// The most that is taken at once. It keeps a process that has a run to do from being busy with who looks at it.
const (
	mostBody    = 16 << 10 // bytes of a body
	mostReason  = 500      // characters of a reason
	mostStreams = 16       // streams of events: a tab of a browser has one
	mostSamples = 2000     // of the series
)

// route is one thing that can be asked. Its path is compared as it is: nothing is cleaned, redirected or found below it.
type route struct {
	method, path string
	serve        http.HandlerFunc
}

// routes are all that can be asked at one place. They are a table, so that a place without verbs is one whose table
// has none.
type routes []route

// ServeHTTP finds the route. HEAD is GET without the body, which net/http leaves out.
func (rs routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		refuse(w, http.StatusBadRequest, "nothing is asked by a query", "a token goes into the header Authorization, everything else into the body")
		return
	}
	var methods []string
	for _, one := range rs {
		if one.path != r.URL.Path {
			continue
		}
		if one.method == r.Method || one.method == http.MethodGet && r.Method == http.MethodHead {
			one.serve(w, r)
			return
		}
		methods = append(methods, one.method)
	}
	if methods == nil {
		refuse(w, http.StatusNotFound, "there is no such path", "there are "+strings.Join(rs.paths(), ", "))
		return
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	refuse(w, http.StatusMethodNotAllowed, "this path does not take this method", "it takes "+strings.Join(methods, ", "))
}

func (rs routes) paths() []string {
	var all []string
	for _, one := range rs {
		if !slices.Contains(all, one.path) {
			all = append(all, one.path)
		}
	}
	return all
}

// answer writes a value as JSON, indented as `status --json` is.
func answer(w http.ResponseWriter, code int, v any) {
	var b bytes.Buffer
	if err := prose.PrintJSON(&b, v); err != nil {
		code = http.StatusInternalServerError
		b.Reset()
		b.WriteString(`{"error": "the answer cannot be written"}` + "\n")
	}
	write(w, code, b.Bytes())
}

// write writes an answer that is JSON already.
func write(w http.ResponseWriter, code int, data []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(code)
	_, _ = w.Write(data)
}

// refusedBody is the answer to what is not done.
type refusedBody struct {
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
}

func refuse(w http.ResponseWriter, code int, what, hint string) {
	answer(w, code, refusedBody{what, hint})
}
