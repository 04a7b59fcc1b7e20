package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
)

// survey is what the one pass over the input found, before anything is written.
type survey struct {
	*audit.Survey
	digests []string
}

// terms are those on which a start with these options takes records.
func (o *options) terms(pool *cognito.Pool, noun string) audit.Terms {
	return audit.Terms{
		Pool: pool, Unknown: o.asUser && pool.Name == "", KeepVerified: o.keep, NoRead: o.noRead, AsUser: o.asUser,
		Metadata: len(o.metadata) > 0, Rate: o.rate, ReadRate: o.reads(), Limit: o.limit, Noun: noun,
	}
}

// surveyInput decodes and checks the whole input, and lists what is bad in the directory's errors file.
func surveyInput(ctx context.Context, in *input, terms audit.Terms, dir string) (*survey, error) {
	if err := checkColumns(in, terms); err != nil {
		return nil, err
	}
	preview, err := report.Preview(report.Config{Dir: dir, Header: in.Header(), Raw: true})
	if err != nil {
		return nil, err
	}
	s := &survey{Survey: audit.NewSurvey(terms)}
	err = s.read(ctx, in, preview)
	if err == nil {
		_, err = preview.Sync()
	}
	return s, errors.Join(err, preview.Close())
}

func (s *survey) read(ctx context.Context, in *input, preview *report.Files) error {
	for c, err := range readAhead(ctx, in.Next) {
		if err != nil {
			return err
		}
		bad := s.Add(c)
		switch {
		case bad == nil:
			continue
		case errors.Is(bad, audit.ErrExpect):
			return &refusal.UsageError{Err: fmt.Errorf("%s: %w", c.Place(), bad), Remedy: refusal.HintOf(bad)}
		}
		if err := preview.Write(pipeline.Result{Change: c, Outcome: pipeline.Failed, Err: bad, At: time.Now()}); err != nil {
			return err
		}
	}
	s.digests = in.Digests()
	return nil
}

// checkColumns refuses columns that the pool does not know, before any row is read.
func checkColumns(in *input, terms audit.Terms) error {
	for _, column := range in.Columns() {
		if terms.NoRead && column.Expect && column.Attribute != "sub" {
			return &refusal.UsageError{Err: fmt.Errorf("%s: column %s: %w", in.first, prose.Printable(column.Cell), audit.ErrExpect), Remedy: refusal.HintOf(audit.ErrExpect)}
		}
		if err := terms.Pool.Schema.CheckColumn(column.Attribute, column.Cell, column.Expect); err != nil {
			return &refusal.UsageError{Err: fmt.Errorf("%s: column %w", in.first, err), Remedy: refusal.HintOf(err)}
		}
	}
	return nil
}
