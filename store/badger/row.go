package badger

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/rouse/rouse/alert"
)

// A row is one byte of format, the length of its head, the head, and a JSON body. The head holds what indexes and filters
// need, so that they never decode a body. Times are whole microseconds since 1970, durations nanoseconds.
const rowFormat = 1

var errRow = errors.New("a damaged row")

var (
	encoding = json.JoinOptions(
		jsontext.AllowDuplicateNames(true), // labels are a map already, and looking costs time
		jsontext.AllowInvalidUTF8(true),    // what sources send is kept as well as JSON can
		json.WithMarshalers(json.JoinMarshalers(
			json.MarshalToFunc(func(e *jsontext.Encoder, t time.Time) error { return e.WriteToken(jsontext.Int(t.UnixMicro())) }),
			json.MarshalToFunc(func(e *jsontext.Encoder, d time.Duration) error { return e.WriteToken(jsontext.Int(int64(d))) }),
			json.MarshalToFunc(func(e *jsontext.Encoder, m alert.Labels) error { return writeMap(e, m) }),
			json.MarshalToFunc(writeMap),
		)),
	)
	decoding = json.JoinOptions(
		jsontext.AllowDuplicateNames(true),
		jsontext.AllowInvalidUTF8(true),
		json.WithUnmarshalers(json.JoinUnmarshalers(
			json.UnmarshalFromFunc(func(d *jsontext.Decoder, t *time.Time) error {
				n, err := readInt(d)
				*t = time.UnixMicro(n).UTC()
				return err
			}),
			json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *time.Duration) error {
				n, err := readInt(d)
				*v = time.Duration(n)
				return err
			}),
			json.UnmarshalFromFunc(func(d *jsontext.Decoder, m *alert.Labels) error { return readMap(d, (*map[string]string)(m)) }),
			json.UnmarshalFromFunc(readMap),
		)),
	)
)

// writeMap and readMap spare labels the way through reflection.
func writeMap(e *jsontext.Encoder, m map[string]string) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for k, v := range m {
		if err := e.WriteToken(jsontext.String(k)); err != nil {
			return err
		}
		if err := e.WriteToken(jsontext.String(v)); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndObject)
}

func readMap(d *jsontext.Decoder, m *map[string]string) error {
	if tok, err := d.ReadToken(); err != nil || tok.Kind() != jsontext.KindBeginObject {
		return cmp.Or(err, errRow)
	}
	*m = make(map[string]string, 8)
	for {
		name, err := d.ReadToken()
		if err != nil || name.Kind() == jsontext.KindEndObject {
			return err
		}
		key := name.String() // before the next token takes its place
		val, err := d.ReadToken()
		if err != nil || val.Kind() != jsontext.KindString {
			return cmp.Or(err, errRow)
		}
		(*m)[key] = val.String()
	}
}

func readInt(d *jsontext.Decoder) (int64, error) {
	tok, err := d.ReadToken()
	if err != nil {
		return 0, err
	}
	if tok.Kind() != '0' {
		return 0, errRow
	}
	return tok.Int()
}

// chunk is how much room for values a transaction takes at a time.
const chunk = 32 << 10

// chunks are those of transactions that have ended: Badger copies what is committed. drafts are where values are written first.
var (
	chunks = sync.Pool{New: func() any { return new([chunk]byte) }}
	drafts = sync.Pool{New: func() any { return new(bytes.Buffer) }}
)

// recycle lets the next transactions have the room of this one. Nobody may use a value of it any more, Badger neither: only after a
// commit that succeeded.
func (t *tx) recycle() {
	for _, c := range t.chunks {
		chunks.Put(c)
	}
	t.chunks, t.room = nil, nil
}

// keep copies a value into the transaction's room.
func (t *tx) keep(val []byte) []byte {
	if len(val) > chunk/4 {
		return bytes.Clone(val)
	}
	if len(val) > len(t.room) {
		c := chunks.Get().(*[chunk]byte)
		t.chunks, t.room = append(t.chunks, c), c[:]
	}
	n := copy(t.room, val)
	kept := t.room[:n:n]
	t.room = t.room[n:]
	return kept
}

// encode makes a row in the transaction's room; the value may be handed to Badger as it is.
func (t *tx) encode(head []byte, v any) ([]byte, error) {
	draft := drafts.Get().(*bytes.Buffer)
	defer drafts.Put(draft)
	draft.Reset()
	draft.WriteByte(rowFormat)
	draft.Write(binary.AppendUvarint(draft.AvailableBuffer(), uint64(len(head))))
	draft.Write(head)
	if err := json.MarshalWrite(draft, v, encoding); err != nil {
		return nil, fmt.Errorf("encode a row: %w", err)
	}
	return t.keep(draft.Bytes()), nil
}

// joinRow makes a row of its parts.
func joinRow(head, body []byte) []byte {
	b := append(make([]byte, 0, 1+binary.MaxVarintLen32+len(head)+len(body)), rowFormat)
	return append(append(binary.AppendUvarint(b, uint64(len(head))), head...), body...)
}

// split parts a row.
func split(val []byte) (head, body []byte, err error) {
	if len(val) < 2 {
		return nil, nil, errRow
	}
	if val[0] != rowFormat {
		return nil, nil, fmt.Errorf("%w: format %d, this rouse reads %d", errRow, val[0], rowFormat)
	}
	n, used := binary.Uvarint(val[1:])
	if used <= 0 || n > uint64(len(val)-1-used) {
		return nil, nil, errRow
	}
	rest := val[1+used:]
	return rest[:n], rest[n:], nil
}

// decode reads the body of a row into v.
func decode(val []byte, v any) error {
	_, body, err := split(val)
	if err != nil {
		return err
	}
	return decodeBody(body, v)
}

func decodeBody(body []byte, v any) error {
	if err := json.Unmarshal(body, v, decoding); err != nil {
		return fmt.Errorf("%w: %w", errRow, err)
	}
	return nil
}

// row decodes one row, or returns store.ErrNotFound.
func row[T any](t *tx, key []byte) (T, error) {
	var v, none T
	if err := t.get(key, func(val []byte) error { return decode(val, &v) }); err != nil {
		return none, err
	}
	return v, nil
}

// setRow encodes v without a head and writes it.
func (t *tx) setRow(key []byte, v any) error {
	if err := t.writable(); err != nil {
		return err
	}
	val, err := t.encode(nil, v)
	if err != nil {
		return err
	}
	return t.set(key, val)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// headReader reads a head; after the first fault everything it reads is empty and err is set.
type headReader struct {
	b   []byte
	err error
}

func (r *headReader) text() string {
	n, used := binary.Uvarint(r.b)
	if used <= 0 || n > uint64(len(r.b)-used) {
		r.b, r.err = nil, errRow
		return ""
	}
	s := string(r.b[used : used+int(n)])
	r.b = r.b[used+int(n):]
	return s
}

func (r *headReader) sum() uint64 {
	if len(r.b) < 8 {
		r.b, r.err = nil, errRow
		return 0
	}
	n := binary.BigEndian.Uint64(r.b)
	r.b = r.b[8:]
	return n
}

func (r *headReader) number() int64 {
	n, used := binary.Varint(r.b)
	if used <= 0 {
		r.b, r.err = nil, errRow
		return 0
	}
	r.b = r.b[used:]
	return n
}
