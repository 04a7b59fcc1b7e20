package s3

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"attrmigrate/internal/awsconn"
	"attrmigrate/internal/runlog"
)

// Bucket is a bucket as one program sees it. All its methods may be called by many goroutines.
type Bucket struct {
	name        string
	cfg         Config
	api         *s3.Client
	credentials *awsconn.Credentials
	endpoint    string // for people, if it is not AWS's own
	setBy       string // what named it
	region      atomic.Pointer[string]
	sizes       sizes
	http        *http.Client
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
	conn := cfg.connection()
	sdk, renewable, err := conn.Load(ctx)
	if err != nil {
		f := awsconn.Unusable(err)
		b.setBy = f.Setting // for the hint; there will be no bucket
		return nil, b.failure(call{}, f.Code, f.Message, err)
	}
	if sdk.Region == "" {
		sdk.Region = defaultRegion
	}
	b.region.Store(&sdk.Region)
	b.credentials = renewable
	b.http = awsconn.HTTPClient(sdk.HTTPClient, cfg.Connections)
	b.api = s3.NewFromConfig(sdk, b.options)
	if at := b.api.Options().BaseEndpoint; at != nil {
		b.endpoint, b.setBy = *at, conn.SetBy(*at)
		if why := awsconn.Unfit(*at); why != "" { // of a profile; a variable was looked at before
			return nil, b.failure(call{}, "BadEndpoint", why, nil)
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
	o.HTTPClient = b.http
	if name, version, _ := strings.Cut(b.cfg.UserAgent, "/"); name != "" {
		o.APIOptions = append(o.APIOptions, awsmiddleware.AddUserAgentKeyValue(name, version))
	}
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
	by      carrier
}

// carrier is what carries the bytes of a call, as far as it can be seen that they move.
type carrier int

const (
	unseen carrier = iota // the store has them already
	answer
	request
)

// attempt makes one attempt of a call. Where nothing was done for a reason that can be mended here, a wrong Region or
// expired credentials, it is made once more.
func (b *Bucket) attempt(ctx context.Context, c call, do func(context.Context, func(*s3.Options)) error) error {
	region, generation := b.region.Load(), b.credentials.Current()
	err := b.once(ctx, c, do)
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return err
	case e.home != "" && e.home != *region:
		b.region.Store(&e.home)
		return b.once(ctx, c, do)
	case e.verdict.renews:
		b.credentials.Renew(generation)
		return b.once(ctx, c, do)
	default:
		return err
	}
}

func (b *Bucket) once(ctx context.Context, c call, do func(context.Context, func(*s3.Options)) error) error {
	limited, cancel := context.WithTimeout(ctx, b.cfg.Timeout+lasts(c.size))
	defer cancel()
	if c.by != unseen {
		wait := b.cfg.Timeout
		if c.by == request {
			wait += lasts(min(c.size, onTheWay))
		}
		var end func()
		limited, end = withPulse(limited, wait, cancel)
		defer end()
	}
	region := *b.region.Load()
	err := do(limited, func(o *s3.Options) { o.Region = region })
	if err == nil {
		return nil
	}
	return b.classify(ctx, limited, c, err)
}

// lasts is how long bytes may take.
func lasts(size int64) time.Duration { return time.Duration(size/slowest) * time.Second }
