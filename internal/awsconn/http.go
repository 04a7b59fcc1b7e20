package awsconn

import (
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// HTTPClient is a client that keeps so many idle connections, and follows no redirect: that would send what is sent, once
// more, to a host that nobody named. Its transport is a [Transport], a copy of the SDK's, so that AWS_CA_BUNDLE and the proxy
// variables hold.
func HTTPClient(base aws.HTTPClient, connections int) *http.Client {
	sdk, ok := base.(*awshttp.BuildableClient)
	if !ok {
		sdk = awshttp.NewBuildableClient()
	}
	t := sdk.GetTransport()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = connections, connections
	// Shorter than the minute or so after which load balancers hang up: a request on a connection
	// that the other side has just closed is an error.
	t.IdleConnTimeout = 30 * time.Second
	return &http.Client{
		Transport:     Transport{t},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Transport hides that the SDK's request bodies are io.WriterTo. Once the answer has come, the SDK
// closes the body; if net/http asks it just then whether it has more, WriteTo says io.EOF, which is no
// end but an error there, and the connection is closed while the answer is being read (smithy-go
// 1.28.8, safeWriteToReadCloser). Read has no such flaw.
type Transport struct{ *http.Transport }

// RoundTrip implements [http.RoundTripper].
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.WithContext(r.Context()) // a copy: the caller's must stay as it is
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return t.Transport.RoundTrip(r)
}
