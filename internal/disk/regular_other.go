//go:build !unix

package disk

// nonblock is nothing where opening a path waits for nobody.
const nonblock = 0
