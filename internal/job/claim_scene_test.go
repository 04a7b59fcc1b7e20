package job_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pgregory.net/rapid"

	"attrmigrate/internal/sandbox"
)

// furnish draws the pool and the change set.
func (c *claimScene) furnish() {
	var err error
	if err = os.Mkdir(c.dir, 0o700); err != nil {
		c.Fatal(err)
	}
	if c.server, err = sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()}); err != nil {
		c.Fatal(err)
	}
	c.folds = rapid.Bool().Draw(c.T, "ignores case")
	document := fmt.Sprintf(`{"UserPool":{"Id":%q,"Name":"claims","AliasAttributes":["email","phone_number"],
		"UsernameConfiguration":{"CaseSensitive":%t},"SchemaAttributes":[]}}`, claimPool, !c.folds)
	if _, err := c.server.CreatePool([]byte(document)); err != nil {
		c.Fatal(err)
	}
	c.lookup, c.keep = !c.folds && rapid.Bool().Draw(c.T, "lookup"), false
	var text strings.Builder
	for i := range rapid.IntRange(2, 5).Draw(c.T, "users") {
		name := fmt.Sprint("user-", i)
		c.create(name)
		for range rapid.SampledFrom([]int{0, 1, 1, 1, 2}).Draw(c.T, "records") {
			c.record(&text, name)
		}
	}
	if text.Len() == 0 {
		text.WriteString(`{"username":"user-0","attributes":{"email_verified":"true"}}` + "\n")
	}
	c.text = text.String()
	if err := os.WriteFile(filepath.Join(c.dir, "x.jsonl"), []byte(c.text), 0o600); err != nil {
		c.Fatal(err)
	}
	if c.url, err = c.server.Start("127.0.0.1:0"); err != nil {
		c.Fatal(err)
	}
}

// create draws a user. An address that another has verified it has unverified.
func (c *claimScene) create(name string) {
	u := sandbox.User{Username: name, Status: "CONFIRMED", Attributes: map[string]string{}}
	for _, address := range addresses {
		value := rapid.SampledFrom(claimed[address]).Draw(c.T, address)
		if value == "" {
			continue
		}
		u.Attributes[address] = value
		if flag := rapid.SampledFrom([]string{"true", "true", "false", ""}).Draw(c.T, "flag"); flag != "" {
			u.Attributes[address+"_verified"] = flag
		}
	}
	if c.server.CreateUser(claimPool, u) == nil {
		return
	}
	for _, address := range addresses {
		if u.Attributes[address] != "" {
			u.Attributes[address+"_verified"] = "false"
		}
	}
	if err := c.server.CreateUser(claimPool, u); err != nil {
		c.Fatal(err)
	}
}

// record draws a record of a user.
func (c *claimScene) record(text *strings.Builder, name string) {
	set := map[string]any{}
	for _, address := range addresses {
		switch rapid.SampledFrom([]string{"nothing", "flag", "address", "both", "both"}).Draw(c.T, "says of "+address) {
		case "flag":
			set[address+"_verified"] = rapid.SampledFrom([]string{"true", "true", "false"}).Draw(c.T, "flag")
		case "address":
			set[address] = rapid.SampledFrom(claimed[address][1:]).Draw(c.T, address)
		case "both":
			set[address] = rapid.SampledFrom(claimed[address][1:]).Draw(c.T, address)
			set[address+"_verified"] = "true"
		}
	}
	if rapid.Bool().Draw(c.T, "says of name") {
		set["name"] = rapid.SampledFrom([]string{"Ann", "Bob"}).Draw(c.T, "name")
	}
	line, err := json.Marshal(map[string]any{"username": name, "attributes": set})
	if err != nil {
		c.Fatal(err)
	}
	fmt.Fprintf(text, "%s\n", line)
}
