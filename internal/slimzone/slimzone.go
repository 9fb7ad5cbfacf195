// Package slimzone makes time zones as Go's embedded data has them: no table, a rule for all years. Tests ask what becomes of
// time there, for the machine that they run on may have tables.
package slimzone

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Zone returns a zone that has no transition but one at the dawn of time, and a POSIX rule for all years, such as
// CET-1CEST,M3.5.0,M10.5.0/3. It is the standard library's error when the rule cannot be read.
func Zone(rule string) (*time.Location, error) {
	var b bytes.Buffer
	for _, dawn := range [][]byte{{0x80, 0, 0, 0}, {0x80, 0, 0, 0, 0, 0, 0, 0}} { // the second block is the one that is read
		b.WriteString("TZif2" + string(make([]byte, 15)))
		for _, n := range []uint32{0, 0, 0, 1, 1, 4} { // one transition, one type, four letters of names
			b.Write(binary.BigEndian.AppendUint32(nil, n))
		}
		b.Write(dawn)
		b.WriteByte(0)
		b.Write([]byte{0, 0, 0, 0, 0, 0}) // UTC offset, not summer, first name
		b.WriteString("STD\x00")
	}
	b.WriteString("\n" + rule + "\n")
	return time.LoadLocationFromTZData("Test/Slim", b.Bytes())
}
