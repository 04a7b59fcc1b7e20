package rehearsal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"attrmigrate/internal/changeset"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/sandbox"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// fill makes the pool that a change set is for: it has each custom attribute, and each user once, as
// the first record expects it.
func fill(ctx context.Context, local *sandbox.Server, poolID string, set *changeset.Set) error {
	users, attributes, err := namesIn(ctx, set)
	if err != nil {
		return err
	}
	if err := createPool(local, poolID, attributes.list, nil); err != nil {
		return err
	}
	return createUsers(ctx, local, poolID, users)
}

// fillFrom makes the pool that a change set is for of an export: it has the users of the export, as they are there, and nobody
// else, and the custom attributes of both, and of what else is set. What nobody can write of the export's attributes can't be written here either.
func fillFrom(ctx context.Context, local *sandbox.Server, poolID string, from, set *changeset.Set, more []string) error {
	_, attributes, err := namesIn(ctx, set)
	if err != nil {
		return err
	}
	for _, name := range more {
		attributes.add(name)
	}
	readOnly, err := attributesIn(ctx, from, attributes)
	if err != nil {
		return err
	}
	if err := createPool(local, poolID, attributes.list, readOnly); err != nil {
		return err
	}
	s := newSeeding(local, poolID, "")
	if err := s.seed(ctx, from); err != nil || s.cut == nil {
		return err
	}
	return &refusal.UsageError{Err: s.cut, Remedy: refusal.HintOf(s.cut)} // users would be told as missing who are not
}

// attributesIn adds the attributes of an export to others, and gives those that nobody can write. What a record tells of
// its user besides is left for when the user is made: an export is large.
func attributesIn(ctx context.Context, from *changeset.Set, to *names) (readOnly map[string]bool, err error) {
	readOnly = map[string]bool{}
	err = records(ctx, from, func(c *sources.Change, format sources.Format) error {
		for _, a := range slices.Concat(c.Attributes, c.Expect) {
			to.add(a.Name)
		}
		if c.Err == nil && !bytes.Contains(c.Text, []byte(`"_custom:`)) && !bytes.Contains(c.Text, []byte(`"_dev:`)) {
			return nil
		}
		p, err := personOf(c, format)
		if err != nil {
			return err
		}
		for _, name := range p.readOnly {
			to.add(name)
			readOnly[name] = true
		}
		return nil
	})
	if _, cut := errors.AsType[*cutError](err); cut { // who makes the users tells it
		err = nil
	}
	slices.Sort(to.list)
	return readOnly, err
}

// namesIn collects the users and attributes that a change set names.
func namesIn(ctx context.Context, set *changeset.Set) (users []sandbox.User, attributes *names, err error) {
	if len(set.Paths()) == 0 {
		return nil, &names{}, nil
	}
	in, err := set.Read()
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	seen, attributes := names{}, &names{}
	for _, c := range in.Columns() {
		attributes.add(c.Attribute)
	}
	for {
		c, err := in.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return users, attributes, nil
		case err != nil:
			return nil, nil, err
		case c.Err != nil:
			continue
		}
		for _, a := range slices.Concat(c.Attributes, c.Expect) {
			attributes.add(a.Name)
		}
		if seen.add(c.Username) {
			users = append(users, expected(c))
		}
	}
}

// expected is a user as the record expects it.
func expected(c *sources.Change) sandbox.User {
	u := sandbox.User{Username: c.Username}
	for _, e := range c.Expect {
		expect(&u, e)
	}
	return u
}

// expect gives a user what a record expects of it: a value, or how the account is.
func expect(u *sandbox.User, e sources.Attribute) {
	switch e.Name {
	case schema.Status:
		u.Status = e.Value
	case schema.Enabled:
		u.Disabled = schema.IsFalse(e.Value)
	default:
		give(u, e)
	}
}

func give(u *sandbox.User, a sources.Attribute) {
	switch {
	case a.Delete:
		delete(u.Attributes, a.Name)
	default:
		if u.Attributes == nil {
			u.Attributes = map[string]string{}
		}
		u.Attributes[a.Name] = a.Value
	}
}

func createPool(local *sandbox.Server, id string, attributes []string, readOnly map[string]bool) error {
	document, err := json.Marshal(map[string]any{
		"UserPool": map[string]any{"Id": id, "Name": "sandbox", "SchemaAttributes": schemaOf(attributes, readOnly)},
	})
	if err != nil {
		return err
	}
	_, err = local.CreatePool(document)
	return err
}

// schemaAttribute is an attribute as DescribeUserPool has it.
type schemaAttribute struct {
	Name, AttributeDataType    string
	Mutable                    bool
	DeveloperOnlyAttribute     bool
	StringAttributeConstraints struct{ MinLength, MaxLength string }
}

// schemaOf describes the custom ones of attributes: texts of any length.
func schemaOf(attributes []string, readOnly map[string]bool) []schemaAttribute {
	schema := []schemaAttribute{}
	for _, name := range attributes {
		if !isCustom(name) {
			continue
		}
		a := schemaAttribute{Name: name, AttributeDataType: "String", Mutable: !readOnly[name]}
		a.DeveloperOnlyAttribute = strings.HasPrefix(name, "dev:")
		a.StringAttributeConstraints.MinLength, a.StringAttributeConstraints.MaxLength = "0", "2048"
		schema = append(schema, a)
	}
	return schema
}

// createUsers leaves out a name that no user can have, and the values of a user where the pool can't have one of them: such
// records fail in the run, and that is what a rehearsal is for.
func createUsers(ctx context.Context, local *sandbox.Server, pool string, users []sandbox.User) error {
	for _, u := range users {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := local.Seed(pool, u)
		if err != nil && u.Attributes != nil {
			u.Attributes = nil
			err = local.Seed(pool, u)
		}
		if err != nil && !errors.Is(err, sandbox.ErrNoName) {
			return fmt.Errorf("fill the sandbox: %w", err)
		}
	}
	return nil
}

// names is a set that keeps the order in which it was filled.
type names struct {
	seen map[string]bool
	list []string
}

// add reports whether the name is new.
func (n *names) add(name string) bool {
	if n.seen[name] {
		return false
	}
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	n.seen[name] = true
	n.list = append(n.list, name)
	return true
}
