// Package phone brings phone numbers into the form that Cognito takes: E.164, a + and digits.
//
// # Promise
//
// [E164] reads a number as people write it in a region: national, with blanks, dashes, dots, slashes and brackets, with the
// region's prefix for calls abroad, behind tel:, in the digits of any script. What it returns is a possible number of its
// region: of a length that the region has. What can be read in two ways, or holds more than a number (letters, an
// extension, a second number) or looks like a date, is refused with a reason that does not repeat it.
//
// # Limits
//
// Whether anybody answers is not known. Regions give out new ranges before the metadata has them, and made-up numbers are in none:
// such a number is possible, and [Doubtful] tells. A number that lost its leading zero in a spreadsheet is read as the
// national number that it was.
//
// What a region writes is known by github.com/nyaruka/phonenumbers, a port of Google's libphonenumber. Its tables are
// read once, when the program starts.
package phone
