// Package sealed reads files whose content must not change while it is read, packed or not.
//
// # Promise
//
// What [Seals] know of a file is one content: a byte that is given out is the byte that was there when it was read
// first, through whatever [Stream], forwards or at a place ([Stream.ReadAt]). A file that is written to or truncated
// in between is refused, whatever its time of change says, and so is one that is replaced before it is opened
// again. A pipe that has taken the place of a file is waited for by nobody.
//
// Files that end in .gz or .zst are read as what is packed in them, and refused if they are not what their name
// says. Text in UTF-16 with a byte-order mark is read in UTF-8; what of it is no character becomes U+FFFD. All errors but io.EOF and those of a context are a [*Refusal]: a cause and a remedy, without the file's
// name, which the caller knows.
//
// # Algorithm
//
// The first read of a block of a file, 8 KiB, keeps a sum of it; each later one must have the same before any byte
// of the block is given out. The sums have a seed of this process. Size and time of change are compared with each
// read, which finds most changes at once; the sums find the others.
//
// # Limits
//
// Files are regular, and not empty. The seals take a megabyte for each gigabyte. The window of a zstd file is
// 128 MiB at most. Nothing is known of a block before it was read: [Seals.Digest] reads all of them.
package sealed
