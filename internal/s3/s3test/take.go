package s3test

import (
	"encoding/hex"
	"net/http"
	"strings"
)

// take has a request take effect, under the conditions that gofakes3 does not know.
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	ignoring := s.ignoring
	s.mu.Unlock()
	if ignoring {
		r.Header.Del("If-Match")
		r.Header.Del("If-None-Match")
	}
	tag, absent := r.Header.Get("If-Match"), r.Header.Get("If-None-Match") == "*"
	switch {
	case r.Method == http.MethodPost && (tag != "" || absent), (r.Method == http.MethodGet || r.Method == http.MethodDelete) && tag != "":
		s.effects.Lock()
		defer s.effects.Unlock()
		if fault := s.unmet(r, tag, absent); fault.Status != 0 {
			answer(w, r, fault)
			return
		}
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		s.effects.RLock()
		defer s.effects.RUnlock()
	}
	s.inner.ServeHTTP(&plain{ResponseWriter: w}, r)
}

// unmet is the answer where a condition does not hold.
func (s *Server) unmet(r *http.Request, tag string, absent bool) Fault {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	now := s.tagOf(bucket, key)
	switch {
	case tag != "" && now == "":
		return Fault{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "The specified key does not exist."}
	case tag != "" && strings.Trim(tag, `"`) != now, absent && now != "":
		return Fault{Status: http.StatusPreconditionFailed, Code: "PreconditionFailed", Message: "At least one of the pre-conditions you specified did not hold"}
	default:
		return Fault{}
	}
}

// tagOf is the tag of an object that is there, without quotes.
func (s *Server) tagOf(bucket, key string) string {
	o, err := s.backend.HeadObject(bucket, key)
	if err != nil {
		return ""
	}
	_ = o.Contents.Close()
	return hex.EncodeToString(o.Hash)
}

// plain leaves out headers that gofakes3 keeps of the requests that wrote an object. A checksum may be that of an earlier content, for
// what the last request did not say is kept of the one before.
type plain struct {
	http.ResponseWriter
	begun bool
}

func (p *plain) WriteHeader(status int) {
	if p.begun {
		return
	}
	p.begun = true
	h := p.Header()
	for name := range h {
		if strings.HasPrefix(name, "X-Amz-Checksum-") || name == "X-Amz-Content-Sha256" || name == "X-Amz-Date" || name == "X-Amz-Security-Token" {
			delete(h, name)
		}
	}
	p.ResponseWriter.WriteHeader(status)
}

func (p *plain) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	return p.ResponseWriter.Write(b)
}
