package page_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlots holds the plots of docs/performance.md against what a browser makes of them, which may have other fonts than
// who drew them: each label lies within its picture, and on no other label.
func TestPlots(t *testing.T) {
	plots, err := filepath.Glob("../../docs/performance/*.svg")
	if err != nil || len(plots) == 0 {
		t.Fatalf("there are no plots: %v", err)
	}
	var all strings.Builder
	for _, path := range plots {
		svg, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("<figure id=" + filepath.Base(path) + ">" + string(svg[strings.Index(string(svg), "<svg"):]) + "</figure>\n")
	}
	file := filepath.Join(t.TempDir(), "plots.html")
	if err := os.WriteFile(file, []byte(all.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	tab := openBrowser(t).open(t, "file://"+filepath.ToSlash(file), "svg", look{})
	for _, wrong := range eval[[]string](tab, `[...document.querySelectorAll('figure')].flatMap(figure => {
		const picture = figure.querySelector('svg').getBoundingClientRect()
		const labels = [...figure.querySelectorAll('text')].map(e => ({text: e.textContent, box: e.getBoundingClientRect()}))
		const cut = labels.filter(({box}) => box.left < picture.left || box.right > picture.right || box.top < picture.top || box.bottom > picture.bottom)
			.map(l => figure.id + ': ' + l.text + ' is cut')
		const hidden = labels.flatMap((a, i) => labels.slice(i + 1).filter(b => a.box.left < b.box.right && b.box.left < a.box.right &&
			a.box.top < b.box.bottom && b.box.top < a.box.bottom).map(b => figure.id + ': ' + a.text + ' and ' + b.text + ' lie on each other'))
		return labels.length > 5 ? cut.concat(hidden) : [figure.id + ' has no labels']
	})`) {
		t.Error(wrong)
	}
}
