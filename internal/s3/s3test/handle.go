package s3test

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
)

// ServeHTTP answers a request, or spoils it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		panic(http.ErrAbortHandler)
	}
	defer s.running.Done()
	body, err := bodyOf(r)
	if err != nil {
		return // who asked went away before all of it was there
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	request := s.note(r, len(body))
	fault := s.faultOf(request, r)
	if !s.pause(r.Context(), fault.Wait) || s.isAway() {
		panic(http.ErrAbortHandler)
	}
	switch {
	case fault.Status != 0:
		answer(w, r, fault)
	case fault.Late != nil:
		s.running.Go(func() { s.later(r, body, fault.Late) })
		panic(http.ErrAbortHandler)
	case fault.Lost:
		s.take(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	default:
		s.take(w, r)
	}
}

// bodyOf reads a body, at once where its length is known.
func bodyOf(r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 {
		return io.ReadAll(r.Body)
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

// later has a request take effect when it is time, unless the server ends first. Nobody is there to be answered.
func (s *Server) later(r *http.Request, body []byte, when <-chan struct{}) {
	select {
	case <-s.closing:
	case <-when:
		r = r.Clone(context.WithoutCancel(r.Context()))
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.take(httptest.NewRecorder(), r)
	}
}

// note counts and logs a request.
func (s *Server) note(r *http.Request, size int) Request {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	request := Request{Operation: operationOf(r, key), Bucket: bucket, Key: key, Size: size, Signer: signed(r, 1)}
	if key == "" {
		request.Key = r.URL.Query().Get("prefix")
	}
	for _, name := range []string{"If-Match", "If-None-Match"} {
		if r.Header.Get(name) != "" {
			request.Condition = name
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[request.Operation]++
	request.Number = s.counts[request.Operation]
	s.log = append(s.log, request)
	return request
}

// operationOf is a request's name in the API. Those of a version have names of their own, for they need another permission.
func operationOf(r *http.Request, key string) string {
	q := r.URL.Query()
	version := ""
	if q.Has("versionId") {
		version = "Version"
	}
	switch {
	case key == "" && r.Method == http.MethodHead:
		return "HeadBucket"
	case key == "" && r.Method == http.MethodGet && q.Has("list-type"):
		return "ListObjectsV2"
	case key == "":
		return r.Method + " bucket"
	case q.Has("uploads") && r.Method == http.MethodPost:
		return "CreateMultipartUpload"
	case q.Has("uploadId") && r.Method == http.MethodPut:
		return "UploadPart"
	case q.Has("uploadId") && r.Method == http.MethodPost:
		return "CompleteMultipartUpload"
	case q.Has("uploadId") && r.Method == http.MethodDelete:
		return "AbortMultipartUpload"
	case q.Has("uploadId"):
		return "ListParts"
	}
	names := map[string]string{"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
	return names[r.Method] + version
}

// faultOf is what happens to a request: the script's word first, then what is denied.
func (s *Server) faultOf(request Request, r *http.Request) Fault {
	s.mu.Lock()
	script, delay := s.script, s.delays[""]
	if d, ok := s.delays[request.Operation]; ok {
		delay = d
	}
	region, denied := s.regions[request.Bucket], s.deniedOf(request)
	s.mu.Unlock()

	var fault Fault
	if script != nil {
		s.scripting.Lock()
		fault = script(request)
		s.scripting.Unlock()
	}
	fault.Wait += delay
	if fault.Status != 0 || fault.Lost || fault.Late != nil {
		return fault
	}
	switch {
	case region != "" && signed(r, 2) != region:
		fault.Status, fault.Code = http.StatusMovedPermanently, "PermanentRedirect"
		fault.Message = "The bucket you are attempting to access must be addressed using the specified endpoint."
		fault.Header = http.Header{"X-Amz-Bucket-Region": {region}}
	case denied != "":
		fault.Status, fault.Code = http.StatusForbidden, "AccessDenied"
		fault.Message = refusalOf(denied, request)
	}
	return fault
}

// deniedOf is the permission that a request lacks; s.mu is held.
func (s *Server) deniedOf(request Request) string {
	for _, p := range permissions[request.Operation] {
		if s.denied[p] {
			return p
		}
	}
	reads := request.Operation == "GetObject" || request.Operation == "HeadObject"
	if reads && s.denied["s3:ListBucket"] && !s.has(request.Bucket, request.Key) {
		return "s3:ListBucket"
	}
	return ""
}

// refusalOf is what AWS says of a permission that is missing.
func refusalOf(permission string, request Request) string {
	resource := "arn:aws:s3:::" + request.Bucket
	switch {
	case strings.HasPrefix(permission, "kms:"):
		resource = "arn:aws:kms:us-east-1:111122223333:key/made-up"
	case permission != "s3:ListBucket":
		resource += "/" + request.Key
	}
	return fmt.Sprintf("User: arn:aws:iam::111122223333:user/example is not authorized to perform: %s on resource: %q because no identity-based policy allows the %[1]s action",
		permission, resource)
}

var credential = regexp.MustCompile(`Credential=([^/]+)/[0-9]+/([^/]+)/`)

// signed is a part of the signature of a request: 1, the access key id, or 2, the Region.
func signed(r *http.Request, part int) string {
	if m := credential.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		return m[part]
	}
	return ""
}

// answer is that of a fault, in the form of S3.
func answer(w http.ResponseWriter, r *http.Request, f Fault) {
	for name, values := range f.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("X-Amz-Request-Id", "REQUESTEXAMPLE")
	w.WriteHeader(f.Status)
	if r.Method == http.MethodHead || f.Code == "" {
		return
	}
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
		RequestID     string `xml:"RequestId"`
	}{Code: f.Code, Message: f.Message, RequestID: "REQUESTEXAMPLE"})
}
