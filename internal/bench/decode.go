package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// plainRecord is what a line of the JSONL input says, as a struct of strings.
type plainRecord struct {
	Username   string            `json:"username"`
	Attributes map[string]string `json:"attributes"`
}

// decode is the bare decoder that the offline pass is held against: the standard library reads the file, and
// nothing is made of it.
func decode(args []string) error {
	if len(args) != 1 {
		return errors.New("decode: want a file")
	}
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer file.Close()
	rows := 0
	if filepath.Ext(args[0]) == ".csv" {
		rows, err = decodeCSV(file)
	} else {
		rows, err = decodeJSONL(file)
	}
	fmt.Println(rows)
	return err
}

func decodeCSV(r io.Reader) (rows int, err error) {
	reader := csv.NewReader(r)
	reader.ReuseRecord = true
	for {
		if _, err := reader.Read(); errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
		rows++
	}
}

func decodeJSONL(r io.Reader) (rows int, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var record plainRecord
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, lines.Err()
}
