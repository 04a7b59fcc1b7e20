// Package control is how a run is steered and seen while it runs: control.json, the socket beside it, and a page.
package control
