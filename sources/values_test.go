package sources

import (
	"fmt"
	"testing"
)

// What Trim and EmptyValues make of values, usernames, preconditions and client metadata.
func TestMeantValues(t *testing.T) {
	null, trim := Options{EmptyValues: []string{"NULL", "n/a"}}, Options{Trim: true}
	deleting, refusing := null, null
	deleting.Empty, refusing.Empty = DeleteEmpty, RefuseEmpty
	both := null
	both.Trim = true
	tests := []struct {
		name, file, text string
		opts             Options
		want             []string
	}{
		{"as they are", "a.csv", "username,a\nann, NULL \n", Options{}, []string{`2: ann a=" NULL "`}},
		{"empty, kept", "a.csv", "username,a,b\nann,NULL,1\n", null, []string{`2: ann b="1"`}},
		{"empty, deleted", "a.csv", "username,a,b\nann,n/a,1\n", deleting, []string{`2: ann a=- b="1"`}},
		{"empty, refused", "a.csv", "username,a,b\nann,NULL,1\n", refusing, []string{`2: EmptyValue! a: the cell is empty`}},
		{"letter for letter", "a.csv", "username,a,b,c\nann,null,NULL ,N/A\n", null, []string{`2: ann a="null" b="NULL " c="N/A"`}},
		{"a cell of a spreadsheet", "a.csv", "username,a,b\nann,\"=\"\"NULL\"\"\",1\n", null, []string{`2: ann b="1"`}},
		{"no username", "a.csv", "username,a\nNULL,1\n", null, []string{`2: MissingUsername! username: the cell is empty, so the row names no user`}},
		{"no precondition", "a.csv", "username,a,expect:a\nann,1,NULL\n", deleting, []string{`2: ann a="1"`}},
		{"no metadata", "a.csv", "username,metadata:a,metadata:b\nann,NULL,1\n", null, []string{`2: ann map[b:1]`}},
		{"in long rows", "a.csv", "username,attribute,value\nann,a,NULL\nann,b,1\nann,expect:b,NULL\n", deleting, []string{`2: ann a=- b="1"`}},
		{"in JSON", "a.jsonl", `{"username":"ann","attributes":{"a":"NULL","b":"1","c":null,"d":""},"expect":{"b":"NULL","c":null},"client_metadata":{"k":"NULL","l":""}}`, null,
			[]string{`1: ann b="1" c=- d=- expect:c=- map[l:]`}},
		{"in JSON, deleted", "a.jsonl", `{"username":"ann","attributes":{"a":"NULL"}}`, deleting, []string{`1: ann a=-`}},
		{"in JSON, refused", "a.jsonl", `{"username":"ann","attributes":{"a":"NULL"}}`, refusing, []string{`1: EmptyValue! a: the value stands for none`}},
		{"in JSON, no username", "a.jsonl", `{"username":"NULL"}`, null, []string{`1: MissingUsername! the record names no user`}},
		{"in the API's shape", "a.jsonl", `{"Username":"ann","UserAttributes":[{"Name":"a","Value":"NULL"},{"Name":"b","Value":"1"}]}`, deleting, []string{`1: ann a=- b="1"`}},

		{"trimmed", "a.csv", "username,a,b,expect:c,metadata:d\n ann , gold\t,\u00a0x y\u2003, 1 ,\" 2\n\"\n", trim, []string{`2: ann a="gold" b="x y" expect:c="1" map[d:2]`}},
		{"nothing but blanks", "a.csv", "username,a,b\nann,  ,1\n", trim, []string{`2: ann b="1"`}},
		{"a marker between blanks", "a.csv", "username,a\nann, <delete> \n", trim, []string{`2: ann a=-`}},
		{"rows of one user", "a.csv", "username,attribute,value\nann,a, 1\nann ,b,2 \n", trim, []string{`2: ann a="1" b="2"`}},
		{"trimmed in JSON", "a.jsonl", `{"username":" ann","attributes":{"a":"\t1 ","b":" "},"expect":{"a":" 0","b":" "},"client_metadata":{"k":" v "}}`, trim,
			[]string{`1: ann a="1" expect:a="0" map[k:v]`}},
		{"an invisible character stays", "a.csv", "username,a\nann,gold\u200b\n", trim, []string{"2: ann a=\"gold\\u200b\""}},
		{"trimmed, then empty", "a.csv", "username,a,b\nann, NULL ,1\n", both, []string{`2: ann b="1"`}},
		{"trimmed, then empty, with the blanks that it has", "a.csv", "username,a,b\nann, NULL ,1\n", Options{Trim: true, EmptyValues: []string{" NULL "}}, []string{`2: ann b="1"`}},
		{"names in JSON are trimmed always, as in CSV", "a.jsonl", `{"username":"ann","attributes":{" a ":"1"}}`, Options{}, []string{`1: ann a="1"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, tt.file, tt.text, tt.opts, tt.want...) })
	}
}

// Each text that is another one than in the file is counted once.
func TestMeantValuesAreCounted(t *testing.T) {
	opts := Options{Trim: true, EmptyValues: []string{"NULL"}}
	tests := []struct{ name, file, text, want string }{
		{"none", "a.csv", "username,a\nann,1\n", "0 0"},
		{"a row", "a.csv", "username,a,b,c,expect:d\n ann,1 ,NULL, NULL,NULL\n", "3 3"},
		{"long rows", "a.csv", "username,attribute,value\nann ,a, 1\nann ,b,NULL\n", "2 1"},
		{"JSON", "a.jsonl", `{"username":"ann ","attributes":{"a":" 1","b":"NULL","c":null}}`, "2 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changes, err := read(t, opts, write(t, tt.file, tt.text))
			if err != nil || len(changes) != 1 {
				t.Fatalf("%v, %v", changes, err)
			}
			if got := fmt.Sprint(changes[0].Trimmed, changes[0].Emptied); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// What a user had goes back as it was, whatever the options make of values.
func TestUndoValuesGoBackAsTheyWere(t *testing.T) {
	text := `{"_undo":1,"username":"ann","attributes":{"a":" 1 ","b":"NULL","c":null},"expect":{"a":"NULL","b":" "}}` + "\n"
	path := write(t, "undo.jsonl", text)
	opts := Options{Trim: true, EmptyValues: []string{"NULL"}, Empty: DeleteEmpty}
	f, err := Open([]string{path}, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	at, err := f.At(Position{Line: 1})
	if err != nil {
		t.Fatal(err)
	}
	changes, err := rest(f)
	const want = `1: ann a=" 1 " b="NULL" c=- expect:a="NULL" expect:b=" "`
	if got := showAll(changes); err != nil || got != want {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
	if got := showAll([]*Change{at}); got != want {
		t.Errorf("alone it is %s, want %s", got, want)
	}
}

// A text cannot both delete and say nothing.
func TestEmptyValueThatDeletes(t *testing.T) {
	path := write(t, "a.csv", "username,a\nann,1\n")
	_, err := Open([]string{path}, Options{EmptyValues: []string{"-"}, DeleteMarker: "-"})
	refused(t, err, path, ": Options.EmptyValues - names what deletes", "leave it out, or name another Options.DeleteMarker")
	_, err = Open([]string{path}, Options{EmptyValues: []string{"<delete>"}})
	refused(t, err, path, ": Options.EmptyValues <delete> names what deletes", "leave it out")
	check(t, "a.jsonl", `{"username":"ann","attributes":{"a":"<delete>"}}`, Options{EmptyValues: []string{"<delete>"}, Empty: DeleteEmpty}, `1: ann a=-`)
}
