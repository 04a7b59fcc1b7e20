package sealed

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// utf16Marks are the byte-order marks that text in UTF-16 begins with.
var utf16Marks = [][]byte{{0xff, 0xfe}, {0xfe, 0xff}}

// isUTF16 reports whether a file that begins with some bytes is text in UTF-16.
func isUTF16(first []byte) bool {
	for _, mark := range utf16Marks {
		if bytes.HasPrefix(first, mark) {
			return true
		}
	}
	return false
}

// readText returns the bytes of r, which begins with first, in UTF-8. What is not text in UTF-16 is returned as it is.
func readText(r io.Reader, first []byte) (_ io.Reader, wide bool) {
	if !isUTF16(first) {
		return r, false
	}
	decoder := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder() // of either byte order
	return transform.NewReader(r, decoder), true
}

// readPackedText is readText for what comes out of an unpacker.
func readPackedText(r io.Reader) (_ io.Reader, wide bool) {
	b := bufio.NewReader(r)
	first, _ := b.Peek(len(utf16Marks[0])) // an error comes again
	return readText(b, first)
}
