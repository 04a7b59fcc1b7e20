package schema

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// isPlaceholder tells whether a text is one that programs write for no value. People may mean it all the same: Null is a
// family name, and NA the code of Namibia.
func isPlaceholder(text string) bool {
	if text == "" || len(text) > longestPlaceholder {
		return false
	}
	if isMark(text) || strings.HasPrefix(text, "[object ") && strings.HasSuffix(text, "]") {
		return true
	}
	if placeholderLengths[small(text[0])]&(1<<len(text)) == 0 { // as almost always, and for less than a look into a map
		return false
	}
	var lower [longestPlaceholder]byte
	for i := range len(text) {
		lower[i] = small(text[i])
	}
	return placeholders[string(lower[:len(text)])] && text != "Na" // a family name
}

// small is an ASCII letter in lower case.
func small(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// placeholderLengths has, by the first byte of such words, a bit for each of their lengths.
var placeholderLengths = func() (lengths [256]uint32) {
	for word := range placeholders {
		lengths[word[0]] |= 1 << len(word)
	}
	return lengths
}()

const longestPlaceholder = 24

// placeholders are the words, in small letters.
var placeholders = wordsOf(
	// Databases.
	`null|\n|\\n|nil|<null>|[null]|(null)|{null}|none|<none>|(none)|[none]|(nil)|<nil>|null::text|0000-00-00|0000-00-00 00:00:00`,
	// Dataframes and numbers.
	`nan|-nan|+nan|nat|na|<na>|1.#ind|-1.#ind|1.#qnan|-1.#qnan|-2147483648|-9223372036854775808`,
	// Spreadsheets and people; #NV and #N/D are #N/A of a German and a French or Italian one.
	`#n/a|#na|#n/a n/a|#n/a!|#nv|#n/d|#nd|#null!|n/a|n.a.|n.a|n / a|<n/a>|(n/a)|[n/a]|n/d|k.a.|k. a.|keine angabe|not available|not applicable|no value`,
	`(blank)|<blank>|[blank]|(empty)|<empty>|[empty]|<unset>|(unset)|(leer)|(vide)|(vuoto)|(vacío)|00.01.1900|1/0/1900|1900-01-00|1899-12-30|1899-12-31`,
	// Languages.
	`undefined|[]|{}|()|[null]|[""]|""|''|0001-01-01|0001-01-01t00:00:00z|0001-01-01 00:00:00|1/1/0001`,
	// This program's own, where it is a value.
	`<delete>|&lt;delete&gt;`)

func wordsOf(lists ...string) map[string]bool {
	m := map[string]bool{}
	for _, list := range lists {
		for word := range strings.SplitSeq(list, "|") {
			m[word] = true
		}
	}
	return m
}

// isMark tells whether a text is one mark, or the same one several times: -, --, ?, ???, …
func isMark(text string) bool {
	switch mark, _ := utf8.DecodeRuneInString(text); mark {
	case '-', '?', '.', '_', '~', '–', '—', '…', '\u2212':
		return strings.Trim(text, string(mark)) == ""
	default:
		return false
	}
}

// isOfSpreadsheet tells whether a text looks like what a spreadsheet makes of another one.
func isOfSpreadsheet(name, text string) bool {
	if text == "" {
		return false
	}
	switch c := text[0]; {
	case c == '#':
		return strings.Trim(text, "#") == "" && len(text) > 2 || isCellError(text)
	case c == '=', c == '@':
		return isFormula(text)
	case c == '\'':
		return len(text) > 1 && strings.IndexByte("0123456789+-=@", text[1]) >= 0 && !strings.HasSuffix(text, "'")
	case c == 'E':
		code, ok := strings.CutPrefix(text, "Err:") // LibreOffice
		return ok && len(code) == 3 && isDigits(code)
	case c >= '0' && c <= '9', c == '-', c == '+':
		return isScientific(text) || isRounded(text) || isWhole(text) || isDayAndMonth(text) || isSerial(name, text)
	default:
		return isMonthAndYear(text)
	}
}

// isCellError tells whether a text is the error of a cell, in any language: #REF!, #NAME?, #BEZUG!, #DIV/0!.
func isCellError(text string) bool {
	body := text[1:]
	if slices.Contains([]string{"SPILL!", "GETTING_DATA", "ERROR!"}, body) {
		return true
	}
	if body == "" || body[len(body)-1] != '!' && body[len(body)-1] != '?' {
		return false
	}
	return len(body) > 3 && strings.ToUpper(body) == body && !strings.ContainsAny(body, " ")
}

// isFormula tells whether a text is a formula: what computes, not a text that begins so.
func isFormula(text string) bool {
	body := text[1:]
	if body == "" {
		return false
	}
	if text[0] == '@' {
		return strings.HasSuffix(body, ")") && strings.Contains(body, "(")
	}
	return strings.IndexByte("\"+-(@'$", body[0]) >= 0 || strings.ContainsAny(body, "(+*/!:") || isReference(body)
}

// isReference tells whether a text is that of a cell: B12.
func isReference(text string) bool {
	letters := strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return len(letters) < len(text) && len(text)-len(letters) <= 3 && isDigits(letters)
}

// isScientific tells whether a number is written as a spreadsheet shows a long one: 1.23457E+11, or with a comma.
func isScientific(text string) bool {
	digits, power, ok := strings.Cut(withoutSign(text), "E")
	if !ok || len(power) < 3 || len(power) > 4 || power[0] != '+' && power[0] != '-' || !isDigits(power[1:]) {
		return false
	}
	digits = strings.Replace(digits, ",", ".", 1)
	whole, fraction, dotted := strings.Cut(digits, ".")
	return len(whole) == 1 && isDigits(whole) && (!dotted || isDigits(fraction))
}

// isRounded tells whether a long number has lost all but its first 15 digits, as a spreadsheet keeps them.
func isRounded(text string) bool {
	const kept, sure = 15, 18
	return len(text) >= sure && isDigits(text) && strings.Trim(text[kept:], "0") == "" && strings.Trim(text[1:], "0") != ""
}

// isSerial tells whether the value of a date is the number of days by which a spreadsheet counts.
func isSerial(name, text string) bool {
	const since1954, until2064 = "20000", "60000"
	return len(text) == 5 && isDigits(text) && text >= since1954 && text < until2064 &&
		(strings.Contains(name, "date") || strings.Contains(name, "birth"))
}

// isWhole tells whether a long whole number has become a fraction, as data frames keep it where some are missing: 1042.0.
func isWhole(text string) bool {
	digits, ok := strings.CutSuffix(text, ".0")
	return ok && len(digits) > 3 && isDigits(digits)
}

// isDayAndMonth tells whether a text is a date as a spreadsheet makes it of a name or a number: 1-Mar of MARCH1, 2-Sep,
// 01. Mrz.
func isDayAndMonth(text string) bool {
	day, month, ok := strings.Cut(text, "-")
	if !ok {
		day, month, ok = strings.Cut(text, ". ")
	}
	return ok && len(day) <= 2 && isDigits(day) && months[month]
}

// isMonthAndYear does so of Mar-03.
func isMonthAndYear(text string) bool {
	month, year, ok := strings.Cut(text, "-")
	return ok && len(year) == 2 && isDigits(year) && months[month]
}

// months as spreadsheets write them in short, in English, German, French, Spanish and Italian.
var months = wordsOf("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Sept",
	"Mrz|Mär|Mai|Okt|Dez", "janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc", "ene|feb|mar|abr|may|jun|jul|ago|sep|dic", "gen|apr|mag|giu|lug|set|ott")
