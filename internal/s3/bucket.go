package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/runlog"
)

// Bucket is a bucket as one program sees it. All its methods may be called by many goroutines.
type Bucket struct {
	name        string
	cfg         Config
	api         *s3.Client
	credentials *renewable
	endpoint    string // for people, if it is not AWS's own
	setBy       string // what named it
	region      atomic.Pointer[string]
	sizes       sizes
	http        *http.Transport
}

var _ runlog.Store = (*Bucket)(nil)

// sizes are those of what one call carries of a file, in bytes.
type sizes struct {
	whole   int64 // up to here, an object is written by one call
	part    int64 // of an upload, at least
	fetched int64 // of an object that is fetched
}

var usual = sizes{whole: 64 << 20, part: 16 << 20, fetched: 16 << 20}

// Open prepares a bucket. It makes no call; credentials are fetched by the first.
func Open(ctx context.Context, name string, cfg Config) (*Bucket, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	b := &Bucket{name: name, cfg: cfg, sizes: usual}
	sdk, err := cfg.load(ctx)
	if err != nil {
		return nil, b.failure(call{}, "BadConfiguration", err.Error(), err)
	}
	b.region.Store(&sdk.Region)
	b.credentials = newRenewable(sdk.Credentials, func(ctx context.Context) (aws.CredentialsProvider, error) {
		again, err := cfg.load(ctx)
		return again.Credentials, err
	})
	b.http = transport(sdk.HTTPClient, cfg.Connections)
	b.api = s3.NewFromConfig(sdk, b.options)
	if at := b.api.Options().BaseEndpoint; at != nil {
		b.endpoint, b.setBy = *at, cfg.setter(*at)
		if why := unfit(*at); why != "" {
			return nil, &refusal.Error{Msg: "the endpoint of S3 can't be used: " + why, Remedy: "mend it where it is set: " + b.setBy}
		}
	}
	return b, nil
}

// options are those of the client, and not of aws.Config, which credential clients share.
func (b *Bucket) options(o *s3.Options) {
	// A maximum of attempts, from AWS_MAX_ATTEMPTS or a profile, would wrap the retryer in another.
	o.Retryer = aws.NopRetryer{}
	o.RetryMaxAttempts = 0
	o.UsePathStyle = o.BaseEndpoint != nil
	o.Credentials = b.credentials
	o.HTTPClient = &http.Client{
		Transport:     plainBodies{b.http},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if name, version, _ := strings.Cut(b.cfg.UserAgent, "/"); name != "" {
		o.APIOptions = append(o.APIOptions, awsmiddleware.AddUserAgentKeyValue(name, version))
	}
}

// transport is a copy of the SDK's, so that AWS_CA_BUNDLE and the proxy variables hold.
func transport(base aws.HTTPClient, connections int) *http.Transport {
	sdk, ok := base.(*awshttp.BuildableClient)
	if !ok {
		sdk = awshttp.NewBuildableClient()
	}
	t := sdk.GetTransport()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = connections, connections
	return t
}

// plainBodies hides that the SDK's request bodies are io.WriterTo; see package cognito, whose client has the same flaw to
// avoid: a connection that is closed while its answer is read.
type plainBodies struct{ *http.Transport }

func (t plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.WithContext(r.Context()) // a copy: the caller's must stay as it is
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return t.Transport.RoundTrip(r)
}

// Close lets go of idle connections. No method may be called any more.
func (b *Bucket) Close() { b.http.CloseIdleConnections() }

// URL is the place of a key.
func (b *Bucket) URL(key string) URL { return URL{Bucket: b.name, Key: key} }

// call is what is asked of S3, for the errors of it.
type call struct {
	op      string
	key     string
	version string
	size    int64 // bytes that are carried, which have time of their own
}

// attempt makes one attempt of a call. Where nothing was done for a reason that can be mended here, a wrong Region or
// expired credentials, it is made once more.
func (b *Bucket) attempt(ctx context.Context, c call, do func(context.Context, func(*s3.Options)) error) error {
	region, generation := b.region.Load(), b.credentials.current()
	err := b.once(ctx, c, do)
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return err
	case e.home != "" && e.home != *region:
		b.region.Store(&e.home)
		return b.once(ctx, c, do)
	case e.verdict.renews:
		b.credentials.renew(generation)
		return b.once(ctx, c, do)
	default:
		return err
	}
}

func (b *Bucket) once(ctx context.Context, c call, do func(context.Context, func(*s3.Options)) error) error {
	limited, cancel := context.WithTimeout(ctx, b.cfg.Timeout+time.Duration(c.size/slowest)*time.Second)
	defer cancel()
	region := *b.region.Load()
	err := do(limited, func(o *s3.Options) { o.Region = region })
	if err == nil {
		return nil
	}
	return b.classify(ctx, limited, c, err)
}
