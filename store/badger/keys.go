package badger

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/rouse/rouse/alert"
)

// The tables, one byte each at the head of every key. Numbers and times are big-endian, so that keys sort as they do.
const (
	tabMeta       = 0x01 // what the store keeps for itself
	tabAlert      = 'a'  // integration, key: row; the user byte says whether it fires
	tabMember     = 'm'  // incident, integration, key
	tabIncident   = 'i'  // number: row
	tabOpen       = 'o'  // number
	tabWake       = 'w'  // time, number
	tabGroup      = 'g'  // service, group key, number
	tabLatest     = 'G'  // service, group key: number. Read by exact key, so that two who open a group collide
	tabEntry      = 't'  // incident, seq: row
	tabPage       = 'p'  // id: row
	tabDue        = 'q'  // time, id
	tabPatient    = 'l'  // time, id: as tabDue, of pages that wake nobody
	tabPageOf     = 'n'  // incident, id
	tabProvider   = 'v'  // provider, provider's id: page id
	tabOverride   = 'r'  // id: row
	tabSilence    = 's'  // id: row
	tabContact    = 'c'  // address: row
	tabBeat       = 'b'  // name: row
	tabSeen       = 'x'  // key: until
	tabSeenUntil  = 'y'  // until, key
	tabChange     = 'h'  // time, running number: row
	tabCounter    = 'k'  // name: number
	tabNote       = 'N'  // name: text
	tabAct        = 'u'  // seq: row
	tabReview     = 'R'  // incident: row
	tabReviewWake = 'W'  // time, incident
	tabProblem    = 'P'  // number: row
	tabSubscriber = 'S'  // id: row
	tabLeave      = 'L'  // id: row
	tabRunning    = 'z'  // name: running number
	runIncident   = "incident"
	runAct        = "act"
	runChange     = "change"
	runProblem    = "problem"
	metaSchema    = "schema"
	metaSequence  = "sequence"
	maxKey        = 32 << 10
	maxRecord     = 1<<20 - 1 // one byte more would enter the value log
	firingByte    = 1
	queueKeyStart = 1 + 8
)

// afterAll sorts after whatever may follow a prefix in these tables.
var afterAll = bytes.Repeat([]byte{0xff}, 24)

func keySequence() []byte { return append([]byte{tabMeta}, metaSequence...) }
func keySchema() []byte   { return append([]byte{tabMeta}, metaSchema...) }

func keyText(table byte, text string) []byte {
	return append(append(make([]byte, 0, 1+len(text)), table), text...)
}

func keyNumber(table byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 17), table), uint64(n))
}

func keyNumbers(table byte, n, m int64) []byte {
	return binary.BigEndian.AppendUint64(keyNumber(table, n), uint64(m))
}

func keyNumberText(table byte, n int64, text string) []byte {
	k := append(make([]byte, 0, 9+len(text)), table)
	return append(binary.BigEndian.AppendUint64(k, uint64(n)), text...)
}

// lastNumber reads the number at the end of a key.
func lastNumber(key []byte) int64 { return int64(binary.BigEndian.Uint64(key[len(key)-8:])) }

// appendEscaped appends text so that (text, whatever follows) sorts as a pair, whatever bytes text has.
func appendEscaped(k []byte, text string) []byte {
	for i := range len(text) {
		k = append(k, text[i])
		if text[i] == 0 {
			k = append(k, 0xff)
		}
	}
	return append(k, 0, 1)
}

// cutEscaped is the reverse of appendEscaped.
func cutEscaped(k []byte) (text string, rest []byte, ok bool) {
	var b []byte
	for i := 0; i+1 < len(k); i++ {
		if k[i] != 0 {
			b = append(b, k[i])
			continue
		}
		if k[i+1] == 1 {
			return string(b), k[i+2:], true
		}
		b = append(b, 0)
		i++
	}
	return "", nil, false
}

func keyPair(table byte, first, second string) []byte {
	k := append(make([]byte, 0, 3+len(first)+len(second)), table)
	return append(appendEscaped(k, first), second...)
}

func keyAlert(id alert.ID) []byte { return keyPair(tabAlert, id.Integration, id.Key) }

func keyMember(incident int64, id alert.ID) []byte {
	k := make([]byte, 0, 11+len(id.Integration)+len(id.Key))
	k = binary.BigEndian.AppendUint64(append(k, tabMember), uint64(incident))
	return append(appendEscaped(k, id.Integration), id.Key...)
}

// pairOf reads the pair at the end of a key, after head bytes.
func pairOf(key []byte, head int) (first, second string, err error) {
	first, rest, ok := cutEscaped(key[head:])
	if !ok {
		return "", "", errRow
	}
	return first, string(rest), nil
}

func keyGroup(service, group string, n int64) []byte {
	k := append(make([]byte, 0, 13+len(service)+len(group)), tabGroup)
	k = appendEscaped(appendEscaped(k, service), group)
	return binary.BigEndian.AppendUint64(k, uint64(n))
}

// sortable turns a time into a number that sorts as times do.
func sortable(t time.Time) uint64 { return uint64(t.UnixMicro()) ^ 1<<63 }

func unsortable(n uint64) time.Time { return time.UnixMicro(int64(n ^ 1<<63)).UTC() }

// keyQueue is a key of a table that is ordered by time.
func keyQueue(table byte, at uint64, rest string) []byte {
	k := append(make([]byte, 0, queueKeyStart+len(rest)), table)
	return append(binary.BigEndian.AppendUint64(k, at), rest...)
}

func numberText(n int64) string { return string(binary.BigEndian.AppendUint64(nil, uint64(n))) }
