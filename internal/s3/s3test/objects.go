package s3test

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/johannesboyne/gofakes3"
)

// What follows looks at the server and sets the scene: it is not counted, and no fault touches it.

// Put writes an object.
func (s *Server) Put(bucket, key string, body []byte) error {
	s.effects.RLock()
	defer s.effects.RUnlock()
	// gofakes3 keeps the date of an object among its headers.
	_, err := s.backend.PutObject(bucket, key, map[string]string{"Last-Modified": time.Now().UTC().Format(http.TimeFormat)}, bytes.NewReader(body), int64(len(body)), nil)
	return err
}

// Get reads an object.
func (s *Server) Get(bucket, key string) ([]byte, error) {
	o, err := s.backend.GetObject(bucket, key, nil)
	if err != nil {
		return nil, err
	}
	defer o.Contents.Close()
	return io.ReadAll(o.Contents)
}

// has tells whether an object is there.
func (s *Server) has(bucket, key string) bool { return s.tagOf(bucket, key) != "" }

// Delete removes an object.
func (s *Server) Delete(bucket, key string) error {
	s.effects.RLock()
	defer s.effects.RUnlock()
	_, err := s.backend.DeleteObject(bucket, key)
	return err
}

// Keys are the keys with a prefix, in their order.
func (s *Server) Keys(bucket, prefix string) ([]string, error) {
	list, err := s.backend.ListBucket(bucket, &gofakes3.Prefix{Prefix: prefix, HasPrefix: prefix != ""}, gofakes3.ListBucketPage{})
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(list.Contents))
	for i, o := range list.Contents {
		keys[i] = o.Key
	}
	return keys, nil
}

// Version has a bucket keep the versions of its objects.
func (s *Server) Version(bucket string) error {
	return s.backend.SetVersioningConfiguration(bucket, gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled})
}

// Count is how many requests of an operation came in.
func (s *Server) Count(operation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[operation]
}

// Counts are the requests by operation.
func (s *Server) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

// Requests are all requests, in the order in which they came in.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log...)
}

// Forget begins counts and log anew.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.counts)
	s.log = nil
}
