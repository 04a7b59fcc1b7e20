package control

import "attrmigrate/internal/page"

// shellOf is the page without anything of a run, and the policy that a browser holds it to.
func shellOf(readOnly bool) (shell []byte, csp string) { return page.Shell(readOnly), page.CSP() }
