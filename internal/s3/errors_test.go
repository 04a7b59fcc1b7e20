package s3_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/s3/s3test"
)

// answering has the server answer as AWS does.
func answering(status int, code, message string) func(*s3test.Server) {
	return func(s *s3test.Server) {
		s.Script(func(s3test.Request) s3test.Fault {
			return s3test.Fault{Status: status, Code: code, Message: message}
		})
	}
}

func denying(permissions ...string) func(*s3test.Server) {
	return func(s *s3test.Server) { s.Deny(permissions...) }
}

func get(ctx context.Context, b *s3.Bucket) error { _, err := b.Get(ctx, "run/a"); return err }
func put(ctx context.Context, b *s3.Bucket) error {
	_, err := b.Put(ctx, "run/a", []byte("x"), runlog.Always)
	return err
}
func putLog(ctx context.Context, b *s3.Bucket) error {
	_, err := b.Put(ctx, "run/runs/a/log/000000002", []byte("x"), runlog.IfAbsent)
	return err
}
func list(ctx context.Context, b *s3.Bucket) error {
	return b.List(ctx, "run/", "", func(runlog.Entry) error { return nil })
}
func remove(ctx context.Context, b *s3.Bucket) error { return b.Delete(ctx, "run/a", runlog.Always) }

func TestErrors(t *testing.T) {
	tests := []struct {
		name    string
		set     func(*s3test.Server)
		call    func(context.Context, *s3.Bucket) error
		text    string // ends may be left out
		hint    string
		passing bool
		is      error
		timeout time.Duration
		run     string
	}{
		{name: "nothing there", call: get, text: "s3://runs/run/a: there is no such object: NoSuchKey", hint: "aws s3 ls s3://runs", is: fs.ErrNotExist},
		{name: "no leave to read", set: denying("s3:GetObject"), call: get,
			text: "s3://runs/run/a: s3:GetObject is not allowed: AccessDenied: User: arn:aws:iam::111122223333:user/example is not authorized to perform: s3:GetObject",
			hint: "allow s3:GetObject on arn:aws:s3:::runs/run/* to whoever runs this"},
		{name: "no leave to list, and nothing there", set: denying("s3:ListBucket"), call: get,
			text: "s3://runs/run/a: it is not there, or may not be read: s3:ListBucket is not allowed: AccessDenied", hint: "allow s3:ListBucket on arn:aws:s3:::runs to"},
		{name: "no leave to read or to list, in few words", set: answering(403, "AccessDenied", "Access Denied"), call: get,
			text: "s3://runs/run/a: it may not be read, or is not there: s3:GetObject or s3:ListBucket is not allowed: AccessDenied: Access Denied",
			hint: "allow s3:GetObject on arn:aws:s3:::runs/run/* and s3:ListBucket on arn:aws:s3:::runs"},
		{name: "no leave to write", set: denying("s3:PutObject"), call: put, text: "s3:PutObject is not allowed", hint: "allow s3:PutObject on arn:aws:s3:::runs/run/*"},
		{name: "no leave to write, in few words", set: answering(403, "AccessDenied", "Access Denied"), call: put, text: "s3://runs/run/a: s3:PutObject is not allowed: AccessDenied: Access Denied", hint: "allow s3:PutObject"},
		{name: "no leave to write into a run", set: denying("s3:PutObject"), call: put, run: "run/", text: "s3:PutObject is not allowed", hint: "allow s3:PutObject on arn:aws:s3:::runs/run/* to"},
		{name: "no leave to write the log of a run", set: denying("s3:PutObject"), call: putLog, run: "run/", text: "s3:PutObject is not allowed", hint: "allow s3:PutObject on arn:aws:s3:::runs/run/* to"},
		{name: "no leave to write beside a run", set: denying("s3:PutObject"), call: putLog, run: "run/runs/b/", text: "s3:PutObject is not allowed", hint: "allow s3:PutObject on arn:aws:s3:::runs/run/runs/a/log/* to"},
		{name: "no leave to list", set: denying("s3:ListBucket"), call: list, text: "s3://runs/run/: s3:ListBucket is not allowed", hint: "allow s3:ListBucket on arn:aws:s3:::runs to"},
		{name: "no leave to delete", set: denying("s3:DeleteObject"), call: remove, text: "s3:DeleteObject is not allowed", hint: "allow s3:DeleteObject on arn:aws:s3:::runs/run/*"},
		{name: "no leave to use the key for writing", set: denying("kms:GenerateDataKey"), call: put, text: "kms:GenerateDataKey is not allowed on the key that encrypts the bucket", hint: "allow kms:GenerateDataKey and kms:Decrypt on the key"},
		{name: "no leave to use the key for reading", set: denying("kms:Decrypt"), call: get, text: "kms:Decrypt is not allowed on the key that encrypts the bucket", hint: "allow kms:GenerateDataKey and kms:Decrypt"},
		{name: "no bucket", set: answering(404, "NoSuchBucket", "The specified bucket does not exist"), call: get,
			text: "s3://runs/run/a: there is no bucket of this name, at http://127.0.0.1", hint: "to see the buckets: aws s3 ls"},
		{name: "no S3, but a server of something else, to be written to", set: answering(404, "", ""), call: put, text: "s3://runs/run/a: no S3 answers, at http://127.0.0.1", hint: "look at AWS_ENDPOINT_URL_S3; an S3 alone"},
		{name: "no S3, but a server of something else, to be listed", set: answering(404, "", ""), call: list, text: "s3://runs/run/: no S3 answers, at http://127.0.0.1", hint: "an S3 alone is named by AWS_ENDPOINT_URL_S3"},
		{name: "a throttle", set: answering(503, "SlowDown", "Please reduce your request rate."), call: put, text: "s3://runs/run/a: S3 is in trouble: SlowDown: Please reduce your request rate", hint: "run the same command again", passing: true},
		{name: "an error within", set: answering(500, "InternalError", "We encountered an internal error. Please try again."), call: put, text: "S3 is in trouble: InternalError", passing: true},
		{name: "an error that nobody knows", set: answering(503, "Confused", "I am"), call: put, text: "S3 is in trouble: Confused: I am", passing: true},
		{name: "a proxy in trouble", set: answering(502, "", ""), call: put, text: "S3 is in trouble", passing: true},
		{name: "too slow a body", set: answering(400, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period."), call: put, text: "RequestTimeout", passing: true},
		{name: "a conflict", set: answering(409, "ConditionalRequestConflict", "The conditional request cannot succeed due to a conflicting operation against this resource."), call: put, text: "somebody else writes the object: ConditionalRequestConflict", passing: true},
		{name: "expired credentials", set: answering(400, "ExpiredToken", "The provided token has expired."), call: put, text: "the AWS credentials have expired: ExpiredToken", hint: "sign in again, such as by: aws sso login"},
		{name: "unknown credentials", set: answering(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."), call: put, text: "S3 does not know the AWS credentials", hint: "aws sts get-caller-identity"},
		{name: "a wrong secret", set: answering(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method."), call: put, text: "the secret access key is not that of the access key id", hint: "the AWS_* variables"},
		{name: "a wrong clock", set: answering(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."), call: put, text: "the clock of this machine is wrong by more than S3 allows", hint: "set the clock"},
		{name: "an archive", set: answering(403, "InvalidObjectState", "The operation is not valid for the object's storage class"), call: get, text: "the object is archived", hint: "restore it first"},
		{name: "a key that is disabled", set: answering(400, "KMS.DisabledException", "arn:aws:kms:us-east-1:111122223333:key/made-up is disabled."), call: put, text: "the key that encrypts the bucket can't be used: KMS.DisabledException", hint: "look at the key in KMS"},
		{name: "a Region that nobody tells", set: answering(301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint."), call: put, text: "the bucket lies in another Region than us-east-1: PermanentRedirect", hint: "name its Region by AWS_REGION; to learn it: aws s3api get-bucket-location --bucket runs"},
		{name: "a store that lacks it", set: answering(501, "NotImplemented", "A header you provided implies functionality that is not implemented"), call: put, text: "the store does not know what is asked of it", hint: "a store that honours conditional writes"},
		{name: "what the table lacks", set: answering(400, "MalformedACLError", "whatever\nsecond line"), call: put, text: "s3://runs/run/a: S3 refuses it: MalformedACLError: whatever", hint: "look the code up"},
		{name: "away", set: func(s *s3test.Server) { s.Away(true) }, call: put, text: "s3://runs/run/a: ", passing: true},
		{name: "the answer is lost", set: func(s *s3test.Server) {
			s.Script(func(s3test.Request) s3test.Fault { return s3test.Fault{Lost: true} })
		}, call: put,
			text: "s3://runs/run/a: the connection was lost, to http://127.0.0.1", passing: true},
		{name: "no answer", set: func(s *s3test.Server) { s.Delay(time.Hour) }, call: put, text: "s3://runs/run/a: no answer within 500ms, from http://127.0.0.1", hint: "raise --timeout", passing: true, timeout: 500 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := s3test.Start(t)
			if tt.set != nil {
				tt.set(server)
			}
			s3test.Setenv(t, server.Env())
			err := tt.call(t.Context(), open(t, s3test.Bucket, s3.Config{Timeout: tt.timeout, Run: tt.run}))
			if err == nil || !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got  %v\nwant %s", err, tt.text)
			}
			if hint := refusal.HintOf(err); !strings.Contains(hint, tt.hint) || hint == "" || strings.Contains(hint, "{") {
				t.Errorf("the hint is %q, want %q", hint, tt.hint)
			}
			if runlog.Passing(err) != tt.passing {
				t.Errorf("passing is %t", !tt.passing)
			}
			if errors.Is(err, fs.ErrNotExist) != (tt.is == fs.ErrNotExist) {
				t.Errorf("it is taken for a missing object, or not: %v", err)
			}
		})
	}
}

// What the SDK finds, or does not, is told before anything is sent.
func TestNothingIsThere(t *testing.T) {
	none := s3test.Start(t)
	away := "http://127.0.0.1:1"
	tests := []struct {
		name    string
		env     []string
		text    string
		hint    string
		passing bool
	}{
		{"no credentials", append(none.Env(), "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="), "there are no AWS credentials for S3 (looked at the AWS_* variables, the default profile and the machine's role)", "aws sso login", false},
		{"no server", append(none.Env(), "AWS_ENDPOINT_URL_S3="+away), "S3 can't be reached, at " + away + " (AWS_ENDPOINT_URL_S3)", "look at the network and at AWS_ENDPOINT_URL_S3", true},
		{"another variable", append(none.Env(), "AWS_ENDPOINT_URL_S3=", "AWS_ENDPOINT_URL="+away), "S3 can't be reached, at " + away + " (AWS_ENDPOINT_URL)", "AWS_ENDPOINT_URL", true},
		{"no TLS", append(none.Env(), "AWS_ENDPOINT_URL_S3="+strings.Replace(none.URL, "http:", "https:", 1)), "it does not speak TLS, at https://127.0.0.1", "write http:// in AWS_ENDPOINT_URL_S3", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s3test.Setenv(t, tt.env)
			err := get(t.Context(), open(t, s3test.Bucket, s3.Config{}))
			if err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got  %v\nwant %s", err, tt.text)
			}
			if hint := refusal.HintOf(err); !strings.Contains(hint, tt.hint) {
				t.Errorf("the hint is %q, want %q", hint, tt.hint)
			}
			if runlog.Passing(err) != tt.passing {
				t.Errorf("passing is %t", !tt.passing)
			}
		})
	}
}

// What gives the credentials, and has no answer or none but that it is in trouble, is not told as having none; it is asked anew when
// the call is made again, and not waited for.
func TestCredentialsAway(t *testing.T) {
	for _, hangs := range []bool{true, false} {
		var well atomic.Bool
		giver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case well.Load():
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `{"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"made-up","Token":"made-up","Expiration":"2099-01-01T00:00:00Z"}`)
			case hangs:
				<-r.Context().Done()
			default:
				w.WriteHeader(http.StatusInternalServerError)
			}
		}))
		server := s3test.Start(t)
		s3test.Setenv(t, append(server.Env(), "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_CONTAINER_CREDENTIALS_FULL_URI="+giver.URL))
		b := open(t, s3test.Bucket, s3.Config{Timeout: 300 * time.Millisecond})
		for range 2 {
			err := get(t.Context(), b)
			if !runlog.Passing(err) || !strings.Contains(err.Error(), "s3://runs/run/a: what gives the AWS credentials is in trouble (the AWS_* variables") {
				t.Errorf("hangs %t: %v", hangs, err)
			}
			if hint := refusal.HintOf(err); !strings.HasPrefix(hint, "run the same command again") {
				t.Errorf("the hint is %q", hint)
			}
		}
		well.Store(true)
		err := get(t.Context(), b)
		for n := 0; n < 20 && runlog.Passing(err); n++ { // the SDK pauses, and the machine may be busy
			err = get(t.Context(), b)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("hangs %t: once it is well: %v", hangs, err)
		}
		giver.CloseClientConnections()
		giver.Close()
	}
}

// A bucket in another Region is found by what the first answer says, and asked there from then on.
func TestAnotherRegion(t *testing.T) {
	server := s3test.Start(t)
	server.SetRegion(s3test.Bucket, "eu-west-1")
	s3test.Setenv(t, server.Env())
	b := open(t, s3test.Bucket, s3.Config{})
	for range 3 {
		if err := put(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if got := server.Count("PutObject"); got != 4 {
		t.Errorf("it took %d requests for three calls, want one more", got)
	}
}

// Credentials that have expired are read anew from where they come from, and the call, which did nothing, is made again.
func TestExpiredCredentialsAreReadAnew(t *testing.T) {
	server := s3test.Start(t)
	keys := filepath.Join(t.TempDir(), "credentials")
	write := func(id string) {
		if err := os.WriteFile(keys, []byte("[default]\naws_access_key_id = "+id+"\naws_secret_access_key = made-up\n"), 0o600); err != nil {
			t.Error(err)
		}
	}
	write("AKIDOLD")
	server.Script(func(r s3test.Request) s3test.Fault {
		if r.Signer == "AKIDOLD" {
			write("AKIDNEW") // by another program
			return s3test.Fault{Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."}
		}
		return s3test.Fault{}
	})
	s3test.Setenv(t, append(server.Env(), "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_SHARED_CREDENTIALS_FILE="+keys))
	b := open(t, s3test.Bucket, s3.Config{})
	for range 2 {
		if err := put(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if got := server.Count("PutObject"); got != 3 {
		t.Errorf("it took %d requests for two calls, want one more", got)
	}
}

// Each call makes one attempt, whatever the environment says about attempts.
func TestOneAttempt(t *testing.T) {
	for _, fault := range []s3test.Fault{s3test.SlowDown(), {Lost: true}, {Status: http.StatusInternalServerError, Code: "InternalError"}} {
		server := s3test.Start(t)
		server.Script(func(s3test.Request) s3test.Fault { return fault })
		s3test.Setenv(t, append(server.Env(), "AWS_MAX_ATTEMPTS=7"))
		b := open(t, s3test.Bucket, s3.Config{})
		for operation, call := range map[string]func(context.Context, *s3.Bucket) error{"GetObject": get, "PutObject": put, "ListObjectsV2": list, "DeleteObject": remove} {
			if err := call(t.Context(), b); !runlog.Passing(err) {
				t.Errorf("%s: %v", operation, err)
			}
			if got := server.Count(operation); got != 1 {
				t.Errorf("%s: %d attempts", operation, got)
			}
		}
	}
}

// What is cancelled by its caller is no error of S3.
func TestCancelled(t *testing.T) {
	server := s3test.Start(t)
	server.Delay(time.Hour)
	s3test.Setenv(t, server.Env())
	ctx, cancel := context.WithCancel(t.Context())
	b := open(t, s3test.Bucket, s3.Config{})
	failed := make(chan error)
	go func() { failed <- put(ctx, b) }()
	for server.Count("PutObject") == 0 {
		runtime.Gosched() // the request is on its way
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) || runlog.Passing(err) {
		t.Errorf("got %v", err)
	}
}

// A caller whose own time is up before that of the call has got no answer, and has cancelled nothing. One that says why it ends has.
func TestNoAnswerInTheTimeOfTheCaller(t *testing.T) {
	server := s3test.Start(t)
	server.Delay(time.Hour)
	s3test.Setenv(t, server.Env())
	b := open(t, s3test.Bucket, s3.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := put(ctx, b)
	if refusal.CodeOf(err) != "Timeout" || !runlog.Passing(err) || !strings.Contains(err.Error(), "s3://runs/run/a: no answer within ") || !strings.Contains(refusal.HintOf(err), "raise --timeout") {
		t.Errorf("got %v, hint: %s", err, refusal.HintOf(err))
	}
	enough := errors.New("enough")
	ctx, cancel = context.WithTimeoutCause(t.Context(), 100*time.Millisecond, enough)
	defer cancel()
	if err := put(ctx, b); refusal.CodeOf(err) != "" || runlog.Passing(err) {
		t.Errorf("got %v", err)
	}
}

// Files are carried through trouble, and an upload knows its own object where the answer was lost.
func TestFilesThroughTrouble(t *testing.T) {
	for _, size := range []int{100, 7 << 20} {
		server := s3test.Start(t)
		s3test.Setenv(t, server.Env())
		b := open(t, s3test.Bucket, s3.Config{}).InSmallParts()
		body := string(content(size))
		server.Script(func(r s3test.Request) s3test.Fault {
			switch {
			case r.Number == 1 && (r.Operation == "PutObject" || r.Operation == "CompleteMultipartUpload"):
				return s3test.Fault{Lost: true}
			case r.Number == 1:
				return s3test.SlowDown()
			default:
				return s3test.Fault{}
			}
		})
		if err := b.Upload(t.Context(), "a", strings.NewReader(body), int64(size), runlog.IfAbsent); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if got, err := fetch(t, b, "a", ""); err != nil || string(got) != body {
			t.Errorf("%d bytes: %d came back, %v", size, len(got), err)
		}
	}
}

// An upload in parts that has met another writing, or that somebody has removed, is begun anew, and leaves no parts behind.
// Where it meets others all the time, that is told.
func TestBegunAnew(t *testing.T) {
	conflict := s3test.Fault{Status: 409, Code: "ConditionalRequestConflict"}
	removed := s3test.Fault{Status: 404, Code: "NoSuchUpload"}
	for _, tt := range []struct {
		name, operation string
		fault           s3test.Fault
		times           int
		begun           int
	}{
		{"a conflict", "CompleteMultipartUpload", conflict, 1, 2},
		{"it is removed before it is put together", "CompleteMultipartUpload", removed, 1, 2},
		{"it is removed before all parts are there", "UploadPart", removed, 1, 2},
		{"conflicts", "CompleteMultipartUpload", conflict, 100, 6},
	} {
		server := s3test.Start(t)
		s3test.Setenv(t, server.Env())
		server.Script(func(r s3test.Request) s3test.Fault {
			if r.Operation == tt.operation && r.Number <= tt.times {
				return tt.fault
			}
			return s3test.Fault{}
		})
		body := string(content(7 << 20))
		b := open(t, s3test.Bucket, s3.Config{}).InSmallParts()
		err := b.Upload(t.Context(), "a", strings.NewReader(body), int64(len(body)), runlog.IfAbsent)
		if tt.times > 1 {
			if !runlog.Passing(err) {
				t.Errorf("%s: %v", tt.name, err)
			}
		} else if got, failed := fetch(t, b, "a", ""); err != nil || failed != nil || string(got) != body {
			t.Errorf("%s: %v, %d bytes, %v", tt.name, err, len(got), failed)
		}
		if begun := server.Count("CreateMultipartUpload"); begun != tt.begun {
			t.Errorf("%s: it is begun %d times: %v", tt.name, begun, server.Counts())
		}
	}
}

// An upload that fails leaves no parts behind, which cost money.
func TestAborted(t *testing.T) {
	server := s3test.Start(t)
	s3test.Setenv(t, server.Env())
	server.Deny("kms:Decrypt")
	size := int64(7 << 20)
	err := open(t, s3test.Bucket, s3.Config{}).InSmallParts().Upload(t.Context(), "a", strings.NewReader(string(content(int(size)))), size, runlog.Always)
	if err == nil || !strings.Contains(err.Error(), "kms:Decrypt is not allowed") || server.Count("AbortMultipartUpload") != 1 {
		t.Errorf("%v, %v", err, server.Counts())
	}
}

// An object that changes while it is fetched is refused; one whose bucket keeps versions is read as it was.
func TestChangedMeanwhile(t *testing.T) {
	for _, versions := range []bool{false, true} {
		server := s3test.Start(t)
		s3test.Setenv(t, server.Env())
		if versions {
			if err := server.Version(s3test.Bucket); err != nil {
				t.Fatal(err)
			}
		}
		before := content(2 << 20)
		if err := server.Put(s3test.Bucket, "users.csv", before); err != nil {
			t.Fatal(err)
		}
		b := open(t, s3test.Bucket, s3.Config{}).InSmallParts()
		var to buffer
		err := b.Fetch(t.Context(), "users.csv", "", s3.Fetching{Make: func(size int64) (io.WriterAt, error) {
			to.body = make([]byte, size)
			return &to, server.Put(s3test.Bucket, "users.csv", content(3<<20))
		}})
		switch {
		case versions && (err != nil || string(to.body) != string(before)):
			t.Errorf("with versions: %v", err)
		case !versions && (err == nil || err.Error() != "s3://runs/users.csv: the object has changed while it was read" || runlog.Passing(err)):
			t.Errorf("without: %v", err)
		}
	}
}
