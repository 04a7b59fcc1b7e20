package sources

import "testing"

// TestListingCut finds a token for a next page that does not come.
func TestListingCut(t *testing.T) {
	const user = `{"Username":"ann","Attributes":[]}`
	for _, tt := range []struct {
		name  string
		files []string
		line  int // of the token; 0: whole
	}{
		{"a whole listing", []string{`{"Users":[` + user + `]}`}, 0},
		{"a token that is null", []string{`{"Users":[` + user + `],"NextToken":null}`}, 0},
		{"a token that is empty", []string{`{"Users":[` + user + `],"PaginationToken":""}`}, 0},
		{"cut short, by the AWS CLI", []string{"{\n\"Users\":[\n" + user + "\n],\n\"NextToken\": \"eyJ\"\n}\n"}, 5},
		{"cut short, by the API", []string{`{"PaginationToken":"x","Users":[` + user + `]}`}, 1},
		{"two pages", []string{`{"Users":[` + user + `],"NextToken":"x"}` + "\n" + `{"Users":[` + user + `]}`}, 0},
		{"two pages of three", []string{`{"Users":[` + user + `],"NextToken":"x"}` + "\n" + `{"Users":[` + user + `],"NextToken":"y"}`}, 2},
		{"an array of pages", []string{`[{"Users":[` + user + `],"NextToken":"x"},` + "\n" + `{"Users":[` + user + `],"NextToken":"y"}]`}, 2},
		{"pages in two files", []string{`{"Users":[` + user + `],"NextToken":"x"}`, `{"Users":[` + user + `]}`}, 0},
		{"pages in two files of three", []string{`{"Users":[` + user + `]}`, `{"Users":[` + user + `],"NextToken":"x"}`}, 1},
		{"no listing", []string{user + "\n"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var paths []string
			for _, text := range tt.files {
				paths = append(paths, write(t, "users.json", text))
			}
			f, err := Open(paths, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if _, err := rest(f); err != nil {
				t.Fatal(err)
			}
			file, line, cut := f.ListingCut()
			if line != tt.line || cut != (tt.line > 0) || file != paths[len(paths)-1] {
				t.Errorf("%s:%d %t, want line %d", file, line, cut, tt.line)
			}
		})
	}
}
