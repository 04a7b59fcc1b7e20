package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
)

// manyUsers is how many users the input files name, one after the other and then again from the first. They
// are more than records can be under way at once.
const manyUsers = 20_000

// narrow writes a CSV of n rows that each set custom:tier to a value which the user does not have yet.
func (b *bench) narrow(name string, n int) (string, error) {
	return b.input(name, "username,custom:tier\n", n, func(w *bufio.Writer, i int) {
		fmt.Fprintf(w, "user-%05d,tier-%d\n", i%manyUsers, i)
	})
}

// wideCSV writes rows of eight columns, every value of which the schema allows.
func (b *bench) wideCSV(n int) (string, error) {
	return b.input("wide.csv", "username,custom:tier,custom:points,given_name,family_name,locale,zoneinfo,birthdate\n", n,
		func(w *bufio.Writer, i int) {
			fmt.Fprintf(w, "user-%05d,gold,%d,Ada,\"Example, %d\",de_DE,Europe/Berlin,1990-%02d-%02d\n", i%manyUsers, i, i, i%12+1, i%28+1)
		})
}

// wideJSONL writes the same as JSON objects, one a line.
func (b *bench) wideJSONL(n int) (string, error) {
	return b.input("wide.jsonl", "", n, func(w *bufio.Writer, i int) {
		fmt.Fprintf(w, `{"username":"user-%05d","attributes":{"custom:tier":"gold","custom:points":"%d","given_name":"Ada",`+
			`"family_name":"Example, %d","locale":"de_DE","zoneinfo":"Europe/Berlin","birthdate":"1990-%02d-%02d"}}`+"\n",
			i%manyUsers, i, i, i%12+1, i%28+1)
	})
}

// input writes a file into the temporary directory.
func (b *bench) input(name, header string, n int, line func(*bufio.Writer, int)) (path string, err error) {
	path = filepath.Join(b.dir, name)
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	w := bufio.NewWriterSize(file, 1<<16)
	_, _ = w.WriteString(header) // Flush tells of errors
	for i := range n {
		line(w, i)
	}
	if err := w.Flush(); err != nil {
		_ = file.Close()
		return "", err
	}
	return path, file.Close()
}
