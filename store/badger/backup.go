package badger

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// A backup is, with big-endian numbers: the magic word; version of this format and layout of the store (4 bytes each); time
// in microseconds since 1970 or 0 and number of the last commit (8 each); CRC-32C of all that. Then records: length of the
// key and of the value (4 each), user byte, key, value. Then a record with an empty key whose value is the count of records
// (8), and SHA-256 of everything before.
const (
	backupMagic   = "rouseBK1"
	backupVersion = 1
	backupHead    = 8 + 4 + 4 + 8 + 8 + 4
	recordHead    = 4 + 4 + 1
)

// ErrBackup says that what was read is not a whole, undamaged backup.
var ErrBackup = errors.New("not a whole backup")

// Header says what a backup is of.
type Header struct {
	Schema   uint32    // layout of the store
	At       time.Time // UTC; zero when the store had no clock
	Sequence uint64    // number of the last commit in it
}

func (h Header) bytes() []byte {
	b := append(make([]byte, 0, backupHead), backupMagic...)
	b = binary.BigEndian.AppendUint32(b, backupVersion)
	b = binary.BigEndian.AppendUint32(b, h.Schema)
	at := int64(0)
	if !h.At.IsZero() {
		at = h.At.UnixMicro()
	}
	b = binary.BigEndian.AppendUint64(b, uint64(at))
	b = binary.BigEndian.AppendUint64(b, h.Sequence)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// String says it for a person.
func (h Header) String() string {
	if h.At.IsZero() {
		return fmt.Sprintf("a backup at commit %d", h.Sequence)
	}
	return fmt.Sprintf("a backup of %s at commit %d", h.At.Format(time.RFC3339), h.Sequence)
}

// writeBackup writes everything that txn sees.
func writeBackup(ctx context.Context, w io.Writer, h Header, txn *badger.Txn) error {
	sum := sha256.New()
	buf := bufio.NewWriterSize(w, 64<<10)
	out := &recorder{w: io.MultiWriter(buf, sum)}
	if _, err := out.w.Write(h.bytes()); err != nil {
		return err
	}
	it := txn.NewIterator(badger.IteratorOptions{})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if out.count%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		item := it.Item()
		if string(item.Key()) == string(keySequence()) {
			continue // every commit writes its own
		}
		err := item.Value(func(val []byte) error { return out.record(item.Key(), val, item.UserMeta()) })
		if err != nil {
			return err
		}
	}
	count := binary.BigEndian.AppendUint64(nil, out.count)
	if err := out.record(nil, count, 0); err != nil {
		return err
	}
	if _, err := buf.Write(sum.Sum(nil)); err != nil {
		return err
	}
	return buf.Flush()
}

type recorder struct {
	w     io.Writer
	count uint64
	head  [recordHead]byte
}

func (r *recorder) record(key, val []byte, meta byte) error {
	r.count++
	binary.BigEndian.PutUint32(r.head[:4], uint32(len(key)))
	binary.BigEndian.PutUint32(r.head[4:8], uint32(len(val)))
	r.head[8] = meta
	for _, b := range [][]byte{r.head[:], key, val} {
		if _, err := r.w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// ReadHeader reads the beginning of a backup.
func ReadHeader(r io.Reader) (Header, error) {
	b := make([]byte, backupHead)
	if _, err := io.ReadFull(r, b); err != nil {
		return Header{}, fmt.Errorf("%w: %w", ErrBackup, err)
	}
	n := len(b) - 4
	switch {
	case string(b[:8]) != backupMagic:
		return Header{}, fmt.Errorf("%w: it does not begin as one", ErrBackup)
	case binary.BigEndian.Uint32(b[n:]) != crc32.Checksum(b[:n], castagnoli):
		return Header{}, fmt.Errorf("%w: its header is damaged", ErrBackup)
	case binary.BigEndian.Uint32(b[8:]) != backupVersion:
		return Header{}, fmt.Errorf("%w: format %d, this rouse reads %d", ErrBackup, binary.BigEndian.Uint32(b[8:]), backupVersion)
	}
	h := Header{Schema: binary.BigEndian.Uint32(b[12:]), Sequence: binary.BigEndian.Uint64(b[24:])}
	if at := int64(binary.BigEndian.Uint64(b[16:])); at != 0 {
		h.At = time.UnixMicro(at).UTC()
	}
	return h, nil
}

// Verify reads a whole backup and checks it as Restore would, without writing anything.
func Verify(r io.Reader) (Header, error) {
	return readBackup(r, func(Header) error { return nil }, func(key, val []byte, meta byte) error { return nil })
}

// readBackup calls begin with the header, each with every record, and returns nil only when the checksum fits. The slices
// are each's to keep.
func readBackup(r io.Reader, begin func(Header) error, each func(key, val []byte, meta byte) error) (Header, error) {
	in := &hashed{r: bufio.NewReaderSize(r, 64<<10), sum: sha256.New()}
	h, err := ReadHeader(in)
	if err != nil {
		return h, err
	}
	if err := begin(h); err != nil {
		return h, err
	}
	for count := uint64(0); ; count++ {
		key, val, meta, err := in.record()
		if err != nil {
			return h, fmt.Errorf("%w: after %d records: %w", ErrBackup, count, err)
		}
		if len(key) == 0 {
			return h, in.finish(val, count)
		}
		if err := each(key, val, meta); err != nil {
			return h, err
		}
	}
}

// hashed is a reader that sums what it read.
type hashed struct {
	r   *bufio.Reader
	sum hash.Hash
}

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.sum.Write(p[:n])
	return n, err
}

var errRecord = errors.New("a damaged record")

func (h *hashed) record() (key, val []byte, meta byte, err error) {
	var head [recordHead]byte
	if _, err := io.ReadFull(h, head[:]); err != nil {
		return nil, nil, 0, err
	}
	k, v := binary.BigEndian.Uint32(head[:4]), binary.BigEndian.Uint32(head[4:8])
	if k > maxKey || v > maxRecord {
		return nil, nil, 0, errRecord
	}
	b := make([]byte, k+v)
	if _, err := io.ReadFull(h, b); err != nil {
		return nil, nil, 0, err
	}
	return b[:k:k], b[k:], head[8], nil
}

// finish checks the last record and the checksum, and that nothing follows.
func (h *hashed) finish(last []byte, count uint64) error {
	if len(last) != 8 || binary.BigEndian.Uint64(last) != count {
		return fmt.Errorf("%w: %d records read, another number was written", ErrBackup, count)
	}
	want := h.sum.Sum(nil)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(h.r, got); err != nil {
		return fmt.Errorf("%w: its checksum is missing: %w", ErrBackup, err)
	}
	if string(got) != string(want) {
		return fmt.Errorf("%w: its checksum does not fit", ErrBackup)
	}
	if _, err := h.r.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows its end", ErrBackup)
	}
	return nil
}
