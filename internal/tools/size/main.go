// Command size tells what the program is made of, by module. It is in the module of the tools: none of this is part of
// attrmigrate.
//
//	size DIR PAGE
//
// reads two builds of the program for Linux, DIR/stripped as it is handed out and DIR/symbols with its symbols, and puts
// a table between <!-- size --> and <!-- /size --> in a Markdown page. A function or a variable belongs to the module whose
// path begins its name. What the linker makes of all modules together has a row of its own: the tables of functions and
// lines; and types, texts and constants, which have no names in the file.
package main

import (
	"cmp"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// The rows that are no module of others.
const ours, goItself = "attrmigrate itself", "Go's standard library and runtime"

// least is the size of a module with a row of its own.
const least = 200_000

// part is what one module takes in the file, in bytes.
type part struct {
	name string
	size uint64
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "size:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("want a directory with two builds, and a page")
	}
	stripped, err := os.Stat(filepath.Join(args[0], "stripped"))
	if err != nil {
		return err
	}
	path := filepath.Join(args[0], "symbols")
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return err
	}
	file, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	parts, err := byModule(file, info)
	if err != nil {
		return err
	}
	return replace(args[1], table(parts, uint64(stripped.Size()), info.GoVersion))
}

// byModule sums the symbols of each module, and adds the tables that the linker makes.
func byModule(file *elf.File, info *debug.BuildInfo) ([]part, error) {
	symbols, err := file.Symbols()
	if err != nil {
		return nil, err
	}
	var modules []string
	for _, m := range info.Deps {
		modules = append(modules, m.Path)
	}
	slices.SortFunc(modules, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // the longest path wins
	sums := map[string]uint64{}
	for _, s := range symbols {
		if kind := elf.ST_TYPE(s.Info); kind != elf.STT_FUNC && kind != elf.STT_OBJECT || int(s.Section) >= len(file.Sections) {
			continue
		}
		section := file.Sections[s.Section]
		if section.Type == elf.SHT_NOBITS || strings.HasPrefix(section.Name, ".gopclntab") || shared(s.Name) {
			continue
		}
		sums[owner(s.Name, modules)] += s.Size
	}
	var parts []part
	for name, size := range sums {
		parts = append(parts, part{name, size})
	}
	if tables := file.Section(".gopclntab"); tables != nil {
		parts = append(parts, part{"tables of functions and lines, of all", tables.FileSize})
	}
	return parts, nil
}

// shared tells of a symbol that stands for what the linker gathered from all modules.
func shared(name string) bool {
	return strings.HasPrefix(name, "go:") || strings.HasSuffix(name, ":*") || name == "runtime.pclntab" ||
		name == "runtime.etext" || name == "runtime.types" || name == "runtime.rodata"
}

// owner is the row of a symbol.
func owner(name string, modules []string) string {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "type:.eq."), "type:.hash.")
	name = strings.ReplaceAll(name, "%2e", ".")
	if strings.HasPrefix(name, "attrmigrate/") || strings.HasPrefix(name, "main.") {
		return ours
	}
	for _, m := range modules {
		if rest, ok := strings.CutPrefix(name, m); ok && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".")) {
			return m
		}
	}
	return goItself
}

// table has the largest first; what it does not tell apart comes last, so that all rows are the file.
func table(parts []part, total uint64, version string) string {
	slices.SortFunc(parts, func(a, b part) int { return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.name, b.name)) })
	var b strings.Builder
	fmt.Fprintf(&b, "`make size`, linux/amd64, %s:\n\n| module | MB | |\n|---|--:|--:|\n", version)
	row := func(name string, size uint64) {
		fmt.Fprintf(&b, "| %s | %.1f | %.0f%% |\n", name, float64(size)/1e6, 100*float64(size)/float64(total))
	}
	others, rest := part{}, total
	count := 0
	for _, p := range parts {
		rest -= min(p.size, rest)
		if p.size < least {
			others.size += p.size
			count++
			continue
		}
		row(p.name, p.size)
	}
	row(fmt.Sprintf("%d other modules", count), others.size)
	row("types, texts and constants, of all", rest)
	row("the file", total)
	return b.String()
}

// replace puts a text between the marks of a page.
func replace(path, text string) error {
	const begin, end = "<!-- size -->", "<!-- /size -->"
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, tail, begins := strings.Cut(string(page), begin)
	_, tail, ends := strings.Cut(tail, end)
	if !begins || !ends {
		return fmt.Errorf("%s: there is no block between %s and %s", path, begin, end)
	}
	return os.WriteFile(path, []byte(head+begin+"\n"+text+end+tail), 0o644)
}
