package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/schema"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// preflight passes over the whole input once, and lists what cannot be applied in the errors file. A run that begins needs it, one that
// goes on does not.
func (j *Job) preflight(ctx context.Context) (err error) {
	if j.set, err = j.set.Stamped(); err != nil {
		return err
	}
	in, err := j.set.Read()
	if err != nil {
		return err
	}
	defer in.Close()
	if err := checkColumns(in, j.terms); err != nil {
		return err
	}
	list, err := report.OpenErrors(report.Config{Dir: j.dir.Path, Header: in.Header(), Separator: in.Separator(), DeleteMarker: j.set.Decoding().DeleteMarker, Raw: true, Disk: j.dir.FS})
	if err != nil {
		return err
	}
	terms := j.terms
	terms.Long = j.spec.long(ctx, j.set, in, j.pool)
	j.checked = audit.NewPreflight(terms)
	err = checkAll(ctx, in, j.checked, list, j.tokens)
	if err == nil {
		err = j.checked.Finish(in)
	}
	if err == nil {
		_, err = list.Sync()
	}
	if err := errors.Join(err, list.Close()); err != nil {
		return err
	}
	j.cost = j.checked.Cost()
	j.state = checkpoint.State{
		Fingerprint: j.traits(in.Digests()).fingerprint(), Inputs: j.set.Paths(),
		Total: j.checked.Rows, Foreseen: j.checked.Bad,
	}
	if planned := planOfInputs(j.set.Paths()); planned != nil {
		j.state.RulesDigest = planned.RulesDigest
	}
	return nil
}

// long tells what a pass keeps of the records of a long CSV, before it begins; nil of another change set.
func (s *Spec) long(ctx context.Context, set *changeset.Set, in *changeset.Reader, pool *cognito.Pool) *audit.Long {
	if _, long := in.UserColumn(); !long {
		return nil
	}
	size := set.Guess(ctx, pool)
	if s.Sized != nil {
		s.Sized(size)
	}
	return &audit.Long{Records: size.Records, Sort: in.SortCommand()}
}

// checkAll decodes and checks every record.
func checkAll(ctx context.Context, in *changeset.Reader, s *audit.Preflight, list *report.Files, tokens *expiries) error {
	for c, err := range changeset.ReadAhead(ctx, in.Next) {
		if err != nil {
			return err
		}
		bad := s.Add(c)
		tokens.add(c)
		switch {
		case bad == nil:
			continue
		case errors.Is(bad, audit.ErrExpect):
			return &refusal.UsageError{Err: fmt.Errorf("%s: %w", c.Place(), bad), Remedy: refusal.HintOf(bad)}
		}
		if err := list.Write(pipeline.Result{Change: c, Outcome: pipeline.Failed, Err: bad, At: time.Now()}); err != nil {
			return err
		}
	}
	return nil
}

// checkColumns refuses columns that the pool does not know, before any row is read.
func checkColumns(in *changeset.Reader, terms audit.Terms) error {
	columns := in.Columns()
	for _, column := range columns {
		if terms.NoRead && column.Expect && column.Attribute != "sub" {
			return &refusal.UsageError{Err: fmt.Errorf("%s: column %s: %w", in.First(), prose.Printable(column.Cell), audit.ErrExpect), Remedy: refusal.HintOf(audit.ErrExpect)}
		}
	}
	err := terms.Pool.Schema.CheckColumns(columns)
	switch _, several := errors.AsType[*schema.UnknownColumnsError](err); {
	case err == nil:
		return nil
	case several:
		return &refusal.UsageError{Err: fmt.Errorf("%s: %w", in.First(), err), Remedy: refusal.HintOf(err)}
	default:
		return &refusal.UsageError{Err: fmt.Errorf("%s: column %w", in.First(), err), Remedy: refusal.HintOf(err)}
	}
}

// rest passes over what a run that goes on has left.
func (j *Job) rest(ctx context.Context) (*audit.Preflight, error) {
	rest := audit.NewPreflight(j.terms)
	in, err := j.set.Read()
	if err != nil {
		return rest, err
	}
	defer in.Close()
	if err := in.Resume(j.state.Position); err != nil {
		return rest, err
	}
	number := j.state.Records
	for c, err := range changeset.ReadAhead(ctx, in.Next) {
		if err != nil {
			return rest, err
		}
		number++
		if _, finished := slices.BinarySearch(j.state.Finished, number); finished {
			continue
		}
		if rest.Full() {
			break
		}
		now := j.asOfNow(c)
		_ = rest.Add(now) // what is bad costs nothing
		j.tokens.add(now)
	}
	return rest, nil
}

// asOfNow is a record as it is in a start that goes on: its token may have expired since the first one.
func (j *Job) asOfNow(c *sources.Change) *sources.Change {
	if c.Err != nil {
		return c
	}
	err := j.to.Ready(c)
	if err == nil {
		return c
	}
	now := *c
	now.Err = err
	return &now
}
