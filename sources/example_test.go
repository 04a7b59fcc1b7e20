package sources_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"

	"attrmigrate/sources"
)

// A CSV is read record by record. One that cannot be decoded says why, and the stream goes on.
func ExampleOpen() {
	in, err := sources.Open([]string{"testdata/tiers.csv"}, sources.Options{Rename: map[string]string{"locale": "custom:language"}})
	if err != nil {
		log.Fatal(err) // a *sources.FileError
	}
	defer in.Close()
	for {
		c, err := in.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err) // a *sources.FileError: the rest of the file can't be read
		}
		if failed, ok := errors.AsType[*sources.RecordError](c.Err); ok {
			fmt.Printf("%s: %v\n\t%s: %s\n", c.Place(), failed, failed.Code(), failed.Hint())
			continue
		}
		fmt.Printf("%s: %s\n", c.Place(), c.Username)
		for _, a := range c.Attributes {
			fmt.Printf("\t%s=%q, delete: %t\n", a.Name, a.Value, a.Delete)
		}
		for _, a := range c.Expect {
			fmt.Printf("\tif %s is %q\n", a.Name, a.Value)
		}
	}
	// Output:
	// testdata/tiers.csv:2: ann
	// 	custom:tier="gold", delete: false
	// 	custom:language="fr", delete: false
	// 	if custom:tier is "silver"
	// testdata/tiers.csv:3: bob
	// 	custom:tier="", delete: true
	// testdata/tiers.csv:4: the row has 2 cells, the header has 4
	// 	MalformedRow: put a cell that contains a comma into quotes
}

// A position is kept, as JSON say, and a later process goes on behind the record that it came with.
func ExampleFiles_Resume() {
	paths := []string{"testdata/tiers.csv"}
	in, err := sources.Open(paths, sources.Options{})
	if err != nil {
		log.Fatal(err)
	}
	first, err := in.Next(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	in.Close()
	kept, err := json.Marshal(first.After)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(first.Username, string(kept))

	var at sources.Position
	if err := json.Unmarshal(kept, &at); err != nil {
		log.Fatal(err)
	}
	again, err := sources.Open(paths, sources.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer again.Close()
	if err := again.Resume(at); err != nil {
		log.Fatal(err)
	}
	second, err := again.Next(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(second.Username)
	// Output:
	// ann {"input":0,"offset":66,"line":3}
	// bob
}

// The texts of errors name settings as the people who read them know them.
func ExampleOptions_setting() {
	opts := sources.Options{Ignore: []string{"note"}}
	_, err := sources.Open([]string{"testdata/tiers.csv"}, opts)
	fmt.Println(err)

	opts.Setting = func(field, value string) string { return "the field " + field + " of the form" }
	_, err = sources.Open([]string{"testdata/tiers.csv"}, opts)
	fmt.Println(err)
	// Output:
	// testdata/tiers.csv:1: Options.Ignore: there is no column "note"
	// testdata/tiers.csv:1: the field Ignore of the form: there is no column "note"
}
