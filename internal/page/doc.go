// Package page shows a run to people in a browser: report.html, a file that is written at every stop, and the live page
// that --serve serves. Both draw the same pictures with the same script.
//
// # Promise
//
// A report is one file. It asks for nothing, of nobody: script, style and data are in it, and its policy (a meta element)
// allows nothing else. Without scripts it reads as a page with numbers and tables; scripts add the pictures. It holds what
// status, series.jsonl and events.jsonl hold, and nothing of a user. Whatever is missing of these, or torn, the rest is
// shown: a killed run has a report, too.
//
// The live page is an empty shell and holds nothing of the run, so that anybody may load it. It asks for all by
// the contract of internal/control, with the token that it takes out of the fragment of its address, where no server and no log
// sees it. What it shows is written as text, never as markup, which its policy has the browser enforce (trusted types).
//
// # How it is made
//
// The files of assets/ are joined in the order of assets.go, one script in one function, and put into a template; there is no
// build step. The policy names the script and the style by their digests. A series is thinned to 2,000 samples, which is
// more than a screen has columns: a report of four days stays under a megabyte.
//
// Pictures are drawn by uPlot (uplot/, MIT), whose licence stands in every page. Tests have axe-core look at the pages
// (testdata/, MPL 2.0, as its makers publish it).
package page
