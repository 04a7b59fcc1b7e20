// Systems type-checks a program for other systems: all that is linked in, from its source. The compiler would say the same, and
// takes ten times as long on a machine that has never compiled for such a system; what only a linker finds, make cross does.
//
//	systems PACKAGE GOOS/GOARCH...
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: systems PACKAGE GOOS/GOARCH...")
		os.Exit(2)
	}
	for _, system := range os.Args[2:] {
		if err := check(os.Args[1], system); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", system, err)
			os.Exit(1)
		}
	}
}

// check type-checks a package and all that it imports. The error has every finding, each with its place.
func check(name, system string) error {
	goos, goarch, _ := strings.Cut(system, "/")
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.LoadAllSyntax,
		Env:  append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0"),
	}, name)
	if err != nil {
		return err
	}
	var found []error
	packages.Visit(loaded, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			found = append(found, e)
		}
	})
	return errors.Join(found...)
}
