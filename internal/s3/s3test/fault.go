package s3test

import (
	"math/rand/v2"
	"net/http"
	"time"
)

// Request is what somebody asked of the server.
type Request struct {
	Operation string // as the API names it: PutObject
	Bucket    string
	Key       string // or, of a list, its prefix
	Number    int    // of the requests of this operation, from 1
	Size      int    // of its body
	Condition string // the header that holds one, or nothing: If-None-Match
	Signer    string // the access key id
}

// Fault is what happens to a request. The zero value is nothing: it is answered.
type Fault struct {
	Wait    time.Duration // before anything else
	Status  int           // of an answer in place of the effect: 503
	Code    string        // of that answer: SlowDown
	Message string
	Header  http.Header // of that answer
	// Lost has the request take effect, and cuts the connection in place of the answer.
	Lost bool
	// Late cuts the connection, and has the request take effect once this is closed.
	Late <-chan struct{}
}

// Script has f decide what happens to each request; nil ends that. It is asked one request at a time.
func (s *Server) Script(f func(Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = f
}

// Sometimes is a script that spoils a share of the requests of some operations (none: of all), the same for each seed.
func Sometimes(seed uint64, share float64, f Fault, operations ...string) func(Request) Fault {
	random := rand.New(rand.NewPCG(seed, 0))
	return func(r Request) Fault {
		if among(r.Operation, operations) && random.Float64() < share {
			return f
		}
		return Fault{}
	}
}

// among tells whether a name is one of some; none are all.
func among(name string, names []string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return len(names) == 0
}

// SlowDown is the answer of a throttled bucket.
func SlowDown() Fault {
	return Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown", Message: "Please reduce your request rate."}
}

// Delay has each request of some operations wait so long; none are all that have no delay of their own.
func (s *Server) Delay(d time.Duration, operations ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(operations) == 0 {
		operations = []string{""}
	}
	for _, o := range operations {
		s.delays[o] = d
	}
}

// IgnoreConditions makes it a store that honours none, as there are: npm's s3rver.
func (s *Server) IgnoreConditions(ignore bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ignoring = ignore
}

// Deny takes permissions away, as IAM names them: s3:PutObject, kms:Decrypt. Without s3:ListBucket a key that is not there answers 403.
func (s *Server) Deny(permissions ...string) { s.permit(true, permissions) }

// Allow gives permissions back.
func (s *Server) Allow(permissions ...string) { s.permit(false, permissions) }

func (s *Server) permit(deny bool, permissions []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range permissions {
		s.denied[p] = deny
	}
}

// SetRegion puts a bucket into a Region; who signs for another is redirected, as AWS does it. Without, any will do.
func (s *Server) SetRegion(bucket, region string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.regions[bucket] = region
}

// permissions are what an operation asks for, those of a key of KMS behind the others.
var permissions = map[string][]string{
	"GetObject":               {"s3:GetObject", "kms:Decrypt"},
	"GetObjectVersion":        {"s3:GetObjectVersion", "kms:Decrypt"},
	"HeadObject":              {"s3:GetObject"},
	"HeadObjectVersion":       {"s3:GetObjectVersion"},
	"PutObject":               {"s3:PutObject", "kms:GenerateDataKey"},
	"CreateMultipartUpload":   {"s3:PutObject", "kms:GenerateDataKey"},
	"UploadPart":              {"s3:PutObject", "kms:Decrypt"},
	"CompleteMultipartUpload": {"s3:PutObject", "kms:Decrypt"},
	"AbortMultipartUpload":    {"s3:AbortMultipartUpload"},
	"DeleteObject":            {"s3:DeleteObject"},
	"ListObjectsV2":           {"s3:ListBucket"},
	"HeadBucket":              {"s3:ListBucket"},
}

// Permissions are those that an operation needs, as IAM names them.
func Permissions(operation string) []string { return permissions[operation] }
