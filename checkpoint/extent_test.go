package checkpoint

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestReadExtent(t *testing.T) {
	long := strings.Repeat("0123456789", 60_000) // more than a read
	for _, tt := range []struct {
		name, text string
		length     int64
		err        error
	}{
		{"nothing", "abc", 0, nil},
		{"the beginning", "123456789", 4, nil},
		{"all of it", "123456789", 9, nil},
		{"several reads", long, 555_555, nil},
		{"more than there is", "abc", 4, io.EOF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadExtent(strings.NewReader(tt.text), tt.length)
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			text := tt.text[:min(int(tt.length), len(tt.text))]
			half := len(text) / 2
			if want := (Extent{}).With([]byte(text[:half])).With([]byte(text[half:])); got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
	// The check value of the polynomial, as its catalogues have it.
	if got := (Extent{}).With([]byte("123456789")); got != (Extent{9, 0xe3069283}) {
		t.Errorf("the checksum of 123456789 is %x", got.CRC)
	}
}
