package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"
)

// The mark file has two slots, in sectors of their own, that are written in turn: a torn write spoils one at most. A slot is
// a magic word, the number of a durable commit and a checksum, big-endian.
const (
	markFile  = "mark"
	markMagic = "rouseMK1"
	slotSize  = 20
	slotEvery = 512
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errMark says that a mark file says nothing.
var errMark = errors.New("the mark file is damaged")

// mark is the number, kept beside the store, of a commit that was durable before it was written down here. It is always a
// lower bound, so a store that is short of it has lost commits.
type mark struct {
	mu   sync.Mutex
	f    *os.File
	seq  uint64
	slot int
}

// readMark reads the highest valid slot of dir's mark; 0 when there is no mark.
func readMark(dir string) (uint64, error) {
	b, err := os.ReadFile(filepath.Join(dir, markFile))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if len(b) < slotEvery+slotSize { // making it was cut short
		return 0, nil
	}
	var seq uint64
	found := false
	for at := 0; at <= slotEvery; at += slotEvery {
		s := b[at : at+slotSize]
		if string(s[:8]) != markMagic || binary.BigEndian.Uint32(s[16:]) != crc32.Checksum(s[:16], castagnoli) {
			continue
		}
		found, seq = true, max(seq, binary.BigEndian.Uint64(s[8:]))
	}
	if !found {
		return 0, fmt.Errorf("%w: %s", errMark, filepath.Join(dir, markFile))
	}
	return seq, nil
}

// newMark writes a mark for dir that names seq, in both slots, and keeps it open.
func newMark(dir string, seq uint64) (*mark, error) {
	f, err := os.OpenFile(filepath.Join(dir, markFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	m := &mark{f: f, seq: seq}
	for range 2 {
		if err := m.write(seq); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	if err := syncDir(dir); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return m, nil
}

func (m *mark) write(seq uint64) error {
	s := binary.BigEndian.AppendUint64(append(make([]byte, 0, slotSize), markMagic...), seq)
	s = binary.BigEndian.AppendUint32(s, crc32.Checksum(s, castagnoli))
	if _, err := m.f.WriteAt(s, int64(m.slot)*slotEvery); err != nil {
		return err
	}
	m.slot = 1 - m.slot
	return m.f.Sync()
}

// advance moves the mark to seq, which must be durable. A nil mark and an older number do nothing.
func (m *mark) advance(seq uint64) error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if seq <= m.seq {
		return nil
	}
	if err := m.write(seq); err != nil {
		return fmt.Errorf("write the mark: %w", err)
	}
	m.seq = seq
	return nil
}

func (m *mark) sequence() uint64 {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seq
}

func (m *mark) close() error {
	if m == nil {
		return nil
	}
	return m.f.Close()
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
