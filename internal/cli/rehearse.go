package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"attrmigrate/internal/prose"

	"attrmigrate/internal/refusal"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/sandbox"
	"attrmigrate/sources"
)

const (
	// sandboxEndpoint stands for the endpoint of a sandbox inside the process, whose port differs
	// each time, in the fingerprint of a run.
	sandboxEndpoint = "sandbox"
	// sandboxPool is its pool, if the command line names none.
	sandboxPool = "us-east-1_Sandbox00"
)

// rehearse starts a sandbox inside the process and makes the client of it. Its state is kept in the
// journal; a fresh one gets the users and custom attributes that the change set names, or goes on from
// the journal of an earlier rehearsal, if there is one. It has no quotas, for those of AWS would hold
// a rehearsal up for as long as the real run: --rate paces it.
func (s *service) rehearse(ctx context.Context, o options, set *changeSet, journal, earlier string, fresh bool) error {
	region, ok := cognito.RegionOf(s.poolID)
	if !ok {
		return refusal.Usagef("--user-pool-id: %s is no user pool id, such as us-east-1_Ab12Cd34E", prose.Printable(s.poolID))
	}
	copied := false
	if fresh {
		var err error
		if copied, err = copyJournal(earlier, journal); err != nil {
			return err
		}
	}
	local, err := sandbox.New(sandbox.Config{Journal: journal, Region: region, Quotas: sandbox.NoQuotas(), LogSize: 1})
	if err != nil {
		return err
	}
	s.local = local
	if fresh && !copied {
		if err := fill(ctx, local, s.poolID, set); err != nil {
			return err
		}
	}
	address, err := local.Start("127.0.0.1:0")
	if err != nil {
		return err
	}
	s.client, err = cognito.NewClient(ctx, cognito.Config{
		Region: region, EndpointURL: address, Connections: o.workers, Timeout: o.connection.timeout,
		Credentials: credentials.NewStaticCredentialsProvider("sandbox", "sandbox", ""),
	})
	return err
}

// copyJournal replaces a journal by an earlier one, and reports whether there is an earlier one. None has no
// name.
func copyJournal(earlier, journal string) (bool, error) {
	if disk.SameFile(earlier, journal) {
		return true, nil
	}
	from, err := disk.Open(earlier)
	if errors.Is(err, fs.ErrNotExist) {
		return false, disk.RemoveIfThere(disk.OS{}, journal)
	}
	if err != nil {
		return false, err
	}
	defer from.Close()
	to, err := disk.Create(disk.OS{}, journal, disk.Manner{})
	if err != nil {
		return false, err
	}
	if _, err := io.Copy(to, from); err != nil {
		return false, errors.Join(err, to.Discard())
	}
	return true, to.Commit()
}

// fill makes the pool that a change set is for: it has each custom attribute, and each user once, as
// the first record expects it.
func fill(ctx context.Context, local *sandbox.Server, poolID string, set *changeSet) error {
	users, attributes, err := namesIn(ctx, set)
	if err != nil {
		return err
	}
	if err := createPool(local, poolID, attributes.list); err != nil {
		return err
	}
	return createUsers(local, poolID, users)
}

// namesIn collects the users and attributes that a change set names.
func namesIn(ctx context.Context, set *changeSet) (users []sandbox.User, attributes *names, err error) {
	in, err := set.open()
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
			users = append(users, sandbox.User{Username: c.Username, Attributes: expected(c)})
		}
	}
}

// expected is what a record expects of its user.
func expected(c *sources.Change) map[string]string {
	if len(c.Expect) == 0 {
		return nil
	}
	values := map[string]string{}
	for _, e := range c.Expect {
		if !e.Delete {
			values[e.Name] = e.Value
		}
	}
	return values
}

func createPool(local *sandbox.Server, id string, attributes []string) error {
	type schemaAttribute struct {
		Name, AttributeDataType    string
		Mutable                    bool
		DeveloperOnlyAttribute     bool
		StringAttributeConstraints struct{ MinLength, MaxLength string }
	}
	schema := []schemaAttribute{}
	for _, name := range attributes {
		if !strings.HasPrefix(name, "custom:") && !strings.HasPrefix(name, "dev:custom:") {
			continue
		}
		a := schemaAttribute{Name: name, AttributeDataType: "String", Mutable: true}
		a.DeveloperOnlyAttribute = strings.HasPrefix(name, "dev:")
		a.StringAttributeConstraints.MinLength, a.StringAttributeConstraints.MaxLength = "0", "2048"
		schema = append(schema, a)
	}
	document, err := json.Marshal(map[string]any{
		"UserPool": map[string]any{"Id": id, "Name": "sandbox", "SchemaAttributes": schema},
	})
	if err != nil {
		return err
	}
	_, err = local.CreatePool(document)
	return err
}

// createUsers leaves out a name that no user can have, and values that the sandbox refuses: such
// records fail in the run, and that is what a rehearsal is for.
func createUsers(local *sandbox.Server, pool string, users []sandbox.User) error {
	for _, u := range users {
		if len(u.Username) > 128 {
			continue
		}
		err := local.CreateUser(pool, u)
		if err != nil && u.Attributes != nil {
			err = local.CreateUser(pool, sandbox.User{Username: u.Username})
		}
		if err != nil {
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
