package report

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attrmigrate/sources"
)

// deleteMarker is the cell that deletes an attribute, unless apply is told of another.
const deleteMarker = "<delete>"

// cellOf writes a text as a cell of a CSV that a spreadsheet may open and save: wrapped, if it would
// take it for something else. What deletes is wrapped twice, since a spreadsheet that evaluates saves
// the text in the cell.
func cellOf(text string) string {
	switch {
	case text == deleteMarker:
		return sources.TextCell(sources.TextCell(text))
	case text == "" || staysText(text):
		return text
	default:
		return sources.TextCell(text)
	}
}

// harmless writes a text as a cell of a report: wrapped, if a spreadsheet would take it for a formula. Whoever may write an attribute of a user would else have a say
// in the spreadsheet of whoever looks at the report.
func harmless(text string) string {
	first, _ := utf8.DecodeRuneInString(text)
	if strings.ContainsRune("=+-@\t\r＝＋－＠", first) && text != "" && !number.MatchString(text) {
		return sources.TextCell(text)
	}
	return text
}

// number is a phone number, masked or not, or another that a spreadsheet does not calculate with.
var number = regexp.MustCompile(`^([+-][0-9][0-9 .,]*|\+\*+[0-9]+)$`)

// fitsCSV reports whether a text comes back from a cell, also after a spreadsheet has opened and saved
// it. A carriage return may become a newline, spreadsheets drop other control characters, and what
// reads as a wrapped cell would be unwrapped.
func fitsCSV(text string) bool {
	return legal(text) && !strings.ContainsFunc(text, dropped) &&
		!(strings.HasPrefix(text, `="`) && strings.HasSuffix(text, `"`))
}

// dropped reports whether spreadsheets drop a character: their file formats are XML, which has none.
func dropped(r rune) bool {
	return unicode.IsControl(r) && r != '\n' || r == '\ufffe' || r == '\uffff'
}

// legal reports whether the decoders take a text.
func legal(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

// staysText reports whether spreadsheets leave a text as it is, in whatever language and country. It
// would rather say no: a cell that is wrapped needlessly does no harm.
//
// A whole number of few digits stays as it is written, and can be counted with.
// Without a digit there are formulas, errors, truth values and what is trimmed or split. With one there
// are numbers, amounts, dates and times; of these, none has an @, a _ or the form of a UUID, and none
// has a word, unless it is short (kr, CHF, pm, T) or a month.
func staysText(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	switch {
	case strings.ContainsRune("=+-@'#＝＋－＠", first), strings.TrimSpace(text) != text, strings.Contains(text, ";"),
		slices.Contains(truthValues, strings.ToLower(text)):
		return false
	case !strings.ContainsFunc(text, unicode.IsNumber), strings.ContainsAny(text, "@_"), uuidForm.MatchString(text),
		wholeNumber.MatchString(text):
		return true
	default:
		return !numericDate.MatchString(text) && hasWord(text)
	}
}

var (
	uuidForm    = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	wholeNumber = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})$`) // from 12 digits on it would get an exponent
	numericDate = regexp.MustCompile(`\pN[-/.:]\pN`)          // or a time; a day of the week may stand before it
)

// hasWord reports whether a text has a word of at least four letters, and no month. A word with other
// letters than a to z does not count: it may be a month of a language that is not listed.
func hasWord(text string) bool {
	found := false
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if beginsMonth(word) {
			return false
		}
		plain := !strings.ContainsFunc(word, func(r rune) bool { return r > unicode.MaxASCII })
		found = found || plain && len(word) > 3
	}
	return found
}

// beginsMonth reports whether a word is a month or its beginning: Excel takes MARC1 for a day in March.
func beginsMonth(word string) bool {
	return len(word) > 2 && slices.ContainsFunc(months, func(month string) bool { return strings.HasPrefix(month, word) })
}

// months are the names of months as dates have them, in languages written in Latin letters. Names of
// three letters, and those with other letters than a to z, need not be listed; see hasWord.
var months = strings.Fields(`
	january february march april june july august september october november december
	januar februar marts juni juli oktober desember dezember januari februari maart mars augusti augustus maret agustus
	janvier avril juin juillet septembre octobre novembre
	enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
	gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
	janeiro fevereiro maio junho julho setembro outubro novembro dezembro
	ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie
	stycznia lutego marca kwietnia maja czerwca lipca sierpnia listopada grudnia
	ledna dubna srpna listopadu prosince
	augusztus szeptember
	tammikuu helmikuu maaliskuu huhtikuu toukokuu elokuu syyskuu lokakuu marraskuu joulukuu
	ocak nisan haziran temmuz ekim`)

// truthValues are what spreadsheets in those and other languages write in capitals.
var truthValues = strings.Fields(`
	true false wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar sant falskt sann usann sand falsk
	tosi epätosi prawda fałsz pravda nepravda igaz hamis adevărat fals doğru yanlış benar salah истина ложь істина хибність`)
