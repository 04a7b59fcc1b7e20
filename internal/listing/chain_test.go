package listing

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/pipeline"
)

// circle is a Lister whose pages lead back to an earlier one.
type circle struct {
	lead, length int // pages before the circle and in it; length 0: there is none
	calls        int
}

func (c *circle) ListUsers(_ context.Context, _, _, token string, _ int) ([]cognito.User, string, error) {
	c.calls++
	page := 0
	_, _ = fmt.Sscan(token, &page)
	page++
	switch {
	case c.length > 0 && page == c.lead+c.length:
		page = c.lead
	case c.length == 0 && page == c.lead:
		return nil, "", nil
	}
	return nil, fmt.Sprint(page), nil
}

// TestEndlessList: a token that comes again ends the list, whether at once or after a while.
func TestEndlessList(t *testing.T) {
	for _, test := range []struct {
		name         string
		lead, length int
		most         int // calls until it is found out; 0: it ends by itself
	}{
		{"the same token at once", 1, 1, 2},
		{"the same token later", 50, 1, 51},
		{"two in turn", 1, 2, 6},
		{"a long circle", 7, 100, 330},
		{"back to the first page", 1, 60, 190},
		{"a long list", 1000, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &circle{lead: test.lead, length: test.length}
			_, err := NewReader(Config{Lister: c, PoolID: "us-east-1_Made00000", Rate: pipeline.Unlimited, Attempts: 1}).Pool(t.Context())
			var endless *EndlessError
			if found := errors.As(err, &endless); found != (test.most > 0) || found && c.calls > test.most {
				t.Errorf("%d calls, then %v", c.calls, err)
			}
		})
	}
}
