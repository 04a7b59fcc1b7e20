package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"strings"
	"sync"
)

//go:embed assets uplot
var files embed.FS

// assets are what the pages are made of.
type assets struct {
	style           string
	onPaper, onLine string // scripts
	*template.Template
}

// made are the assets, joined when a page is made first: most starts of the program make none. A part uses what stands before it.
var made = sync.OnceValue(func() *assets {
	library := "/*!\n" + joined("uplot/LICENSE") + "*/\n" + joined("uplot/uPlot.iife.min.js") // its licence goes where it goes
	pictures := joined("assets/words.js", "assets/series.js", "assets/marks.js", "assets/figures.js", "assets/pictures.js")
	return &assets{
		style:    joined("uplot/uPlot.min.css", "assets/page.css", "assets/pictures.css", "assets/fleet.css"),
		onPaper:  library + function(pictures+joined("assets/report.js")),
		onLine:   library + function(pictures+joined("assets/client.js", "assets/standing.js", "assets/verbs.js", "assets/live.js")),
		Template: template.Must(template.New("").ParseFS(files, "assets/*.tmpl")),
	}
})

// CSP is the policy that the live page is served with.
func CSP() string { return policy(made().onLine, "connect-src 'self'; frame-ancestors 'none'; ") }

// policy is what a page may do: run its own script, and nothing else. No text becomes markup.
func policy(script, more string) string {
	return "default-src 'none'; script-src " + digest(script) + "; style-src " + digest(made().style) + "; img-src data:; " + more +
		"base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// function keeps the names of a script to itself.
func function(script string) string { return "(function () {\n'use strict';\n" + script + "})();\n" }

// joined is the text of several files.
func joined(names ...string) string {
	var all strings.Builder
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic("page: " + err.Error()) // it is part of the program, and a test reads it
		}
		all.Write(text)
		all.WriteByte('\n')
	}
	return all.String()
}
