package s3

import "net/http"

// InSmallParts has files carried in parts that are as small as S3 allows, so that a test needs no large ones.
func (b *Bucket) InSmallParts() *Bucket {
	b.sizes = sizes{whole: 6 << 20, part: 5 << 20, fetched: 1 << 20}
	return b
}

// Over has its calls go over another transport.
func (b *Bucket) Over(t http.RoundTripper) *Bucket {
	b.http.Transport = t
	return b
}
