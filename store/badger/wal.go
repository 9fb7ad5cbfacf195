package badger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Badger keeps a log (NNNNN.mem) for each table in memory. When it opens one it reads commits until the first thing that it
// cannot read, cuts the file there and goes on, whatever came after. That is right for a torn last commit and wrong for
// anything else. This file reads the logs first and tells the two apart:
//
//   - commits are numbered without gaps, so a log must go on where the one before it, or the tables, ended;
//   - a commit is written after the one before it was synced, so a whole entry of a later commit behind the first damage
//     proves that the damage is not a torn end;
//   - and the mark proves what is missing at the very end.

// Badger's log format, version 4: a head of 20 bytes, then entries of
// meta, user meta, key length, value length, expiry (uvarints), key with version, value, CRC-32C.
const (
	walHead   = 20
	walTxn    = 1 << 6
	walFin    = 1 << 7
	walDelete = 1 << 0
)

// logFile is what reading one log gave.
type logFile struct {
	Path        string
	First, Last uint64 // numbers of its first and last whole commit; 0: it has none
	End         int64  // where the last whole commit ends
	Beyond      uint64 // highest number of a whole entry behind End; 0: none
}

// readLogs reads the logs in data, oldest first, and makes what they hold durable: after a kill the last commits may be in
// the system's cache alone, and from now on they are going to be seen.
func readLogs(data string) ([]logFile, error) {
	names, err := filesIn(data, ".mem")
	if err != nil {
		return nil, err
	}
	slices.SortFunc(names, func(a, b string) int { return logNumber(a) - logNumber(b) })
	var logs []logFile
	for _, name := range names {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return nil, err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		l := parseLog(b)
		l.Path = name
		logs = append(logs, l)
	}
	return logs, nil
}

// filesIn returns the files of a directory whose names end so. A path may hold what a pattern takes for its own.
func filesIn(dir, end string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), end) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, err
}

func logNumber(path string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(path), ".mem"))
	if err != nil {
		return math.MaxInt32
	}
	return n
}

// logEntry is one entry of a log.
type logEntry struct {
	meta    byte
	version uint64
	fin     []byte // value of the entry that ends a commit: its number in decimal
	size    int
}

// parseEntry reads the entry at the head of b; ok is false for anything that is not a whole one.
func parseEntry(b []byte) (e logEntry, ok bool) {
	if len(b) < 2 {
		return e, false
	}
	e.meta = b[0]
	at := 2
	var n [3]uint64 // lengths of key and value, expiry
	for i := range n {
		v, used := binary.Uvarint(b[at:])
		if used <= 0 {
			return e, false
		}
		n[i], at = v, at+used
	}
	if n[0] < 8 || n[0] > 1<<16 || n[1] > 2*maxRecord || at+int(n[0]+n[1])+4 > len(b) {
		return e, false
	}
	key, end := b[at:at+int(n[0])], at+int(n[0]+n[1])
	if crc32.Checksum(b[:end], castagnoli) != binary.BigEndian.Uint32(b[end:]) {
		return e, false
	}
	e.version = math.MaxUint64 - binary.BigEndian.Uint64(key[len(key)-8:])
	e.fin, e.size = b[end-int(n[1]):end], end+4
	return e, true
}

// parseLog reads a log as Badger would, and then looks behind the place where Badger would cut it.
func parseLog(b []byte) logFile {
	l := logFile{End: walHead}
	open := uint64(0) // number of the commit being read
	for at := walHead; at < len(b); {
		e, ok := parseEntry(b[at:])
		if !ok {
			break
		}
		at += e.size
		if e.meta&walTxn != 0 && (open == 0 || open == e.version) {
			open = e.version
			continue
		}
		if n, err := strconv.ParseUint(string(e.fin), 10, 64); e.meta&walFin == 0 || err != nil || n != open {
			break
		}
		if l.First == 0 {
			l.First = open
		}
		l.Last, l.End, open = open, int64(at), 0
	}
	l.lookBehind(b)
	return l
}

// lookBehind searches everything behind End for whole entries.
func (l *logFile) lookBehind(b []byte) {
	if l.End > int64(len(b)) {
		return
	}
	for at, end := int(l.End), written(b); at < end; {
		e, ok := logEntry{}, false
		if m := b[at]; m == walTxn || m == walTxn|walDelete || m == walFin {
			e, ok = parseEntry(b[at:])
		}
		if !ok {
			at++
			continue
		}
		l.Beyond = max(l.Beyond, e.version)
		at += e.size
	}
}

// written is the length of b without the zeros at its end, which are most of a log.
func written(b []byte) int {
	var zeros [4096]byte
	for len(b) >= len(zeros) && bytes.Equal(b[len(b)-len(zeros):], zeros[:]) {
		b = b[:len(b)-len(zeros)]
	}
	return len(bytes.TrimRight(b, "\x00"))
}

// LossError says that a store has lost commits that had been answered as durable. Nothing was changed.
type LossError struct {
	Dir  string // of the store
	File string // that is damaged; empty when only the mark tells
	At   int64  // where in File its readable part ends
	Have uint64 // number of the last commit that can be read in order
	Want uint64 // number of a later commit that was durable
	Mark bool   // Want is the mark's
}

// Error says what happened, where, and what to do.
func (e *LossError) Error() string {
	where, proof := "", "but a later part of its log holds commit"
	if e.File != "" {
		where = fmt.Sprintf(" (%s is damaged at byte %d)", e.File, e.At)
	}
	if e.Mark {
		proof = "but " + filepath.Join(e.Dir, markFile) + " says that it had reached commit"
	}
	return fmt.Sprintf("the store in %s has lost data: it can be read up to commit %d, %s %d%s. "+
		"Nothing was changed. Restore a backup into an empty directory, or go on without the missing commits: rouse serve --accept-data-loss",
		e.Dir, e.Have, proof, e.Want, where)
}

// judge compares the logs with each other, with the last commit in the tables beneath them, and with the mark; nil when
// nothing is proven to be missing.
func judge(dir string, tables uint64, logs []logFile, marked uint64) *LossError {
	have := tables // last commit that can be read in order
	var last logFile
	for _, l := range logs {
		if l.First > have+1 {
			return &LossError{Dir: dir, File: last.Path, At: last.End, Have: have, Want: l.First}
		}
		have = max(have, l.Last)
		if l.Beyond > have+1 {
			return &LossError{Dir: dir, File: l.Path, At: l.End, Have: have, Want: l.Beyond}
		}
		last = l
	}
	if have < marked {
		return &LossError{Dir: dir, File: last.Path, At: last.End, Have: have, Want: marked, Mark: true}
	}
	return nil
}
