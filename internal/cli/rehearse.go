package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/sandbox"
	"attrmigrate/sources"
)

const (
	// sandboxEndpoint stands for the endpoint of a sandbox inside the process, whose port differs
	// each time, in the identity of a run.
	sandboxEndpoint = "sandbox"
	// sandboxPool is its pool, if the command line names none.
	sandboxPool = "us-east-1_Sandbox00"
	// sandboxJournal keeps its state in the run directory.
	sandboxJournal = "sandbox.jsonl"
)

// rehearse starts a sandbox inside the process and makes the client of it. Its state is kept in the
// journal; a fresh one gets the users and custom attributes that the change set names. It has no
// quotas, for those of AWS would hold a rehearsal up for as long as the real run: --rate paces it.
func (s *service) rehearse(ctx context.Context, o applyOptions, journal string, paths []string, fresh bool) error {
	region, ok := cognito.RegionOf(s.poolID)
	if !ok {
		return usagef("--user-pool-id: %s is no user pool id, such as us-east-1_Ab12Cd34E", printable(s.poolID))
	}
	if fresh {
		if err := os.Remove(journal); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	local, err := sandbox.New(sandbox.Config{Journal: journal, Region: region, Quotas: sandbox.NoQuotas(), LogSize: 1})
	if err != nil {
		return err
	}
	s.local = local
	if fresh {
		if err := fill(ctx, local, s.poolID, o.decoding, paths); err != nil {
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

// fill makes the pool that a change set is for: it has each custom attribute and each user once.
func fill(ctx context.Context, local *sandbox.Server, poolID string, o sources.Options, paths []string) error {
	users, attributes, err := namesIn(ctx, paths, o)
	if err != nil {
		return err
	}
	if err := createPool(local, poolID, attributes.list); err != nil {
		return err
	}
	return createUsers(local, poolID, users.list)
}

// namesIn collects the users and attributes that a change set names.
func namesIn(ctx context.Context, paths []string, o sources.Options) (users, attributes *names, err error) {
	files, err := sources.Open(paths, o)
	if err != nil {
		return nil, nil, err
	}
	defer files.Close()
	users, attributes = &names{}, &names{}
	for _, c := range files.Columns() {
		attributes.add(c.Attribute)
	}
	for {
		c, err := files.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return users, attributes, nil
		case err != nil:
			return nil, nil, err
		case c.Err != nil:
			continue
		}
		users.add(c.Username)
		for _, a := range c.Attributes {
			attributes.add(a.Name)
		}
	}
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

// createUsers leaves out a name that no user can have: its record is refused by the check.
func createUsers(local *sandbox.Server, pool string, usernames []string) error {
	for _, name := range usernames {
		if len(name) > 128 {
			continue
		}
		if err := local.CreateUser(pool, sandbox.User{Username: name}); err != nil {
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

func (n *names) add(name string) {
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	if !n.seen[name] {
		n.seen[name] = true
		n.list = append(n.list, name)
	}
}
