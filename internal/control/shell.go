package control

// shellOf is the page without anything of a run, and the policy that a browser holds it to.
func shellOf(readOnly bool) (shell []byte, csp string) {
	return []byte("<!doctype html><html lang=\"en\"><title>attrmigrate</title><p>The page is not here yet; the contract is.\n"),
		"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}
