package postgres

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/rouse/rouse/store"
)

// A body is JSON that PostgreSQL takes whatever a source has sent: what is no UTF-8 has become U+FFFD, a NUL is an escape. Times
// are whole microseconds since 1970, durations nanoseconds, so that every instant is read as it was written.
var (
	errRow = errors.New("a damaged row")

	common = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	coding = json.JoinOptions(common, json.WithMarshalers(json.JoinMarshalers(
		json.MarshalToFunc(func(e *jsontext.Encoder, t time.Time) error { return e.WriteToken(jsontext.Int(t.UnixMicro())) }),
		json.MarshalToFunc(func(e *jsontext.Encoder, d time.Duration) error { return e.WriteToken(jsontext.Int(int64(d))) }),
	)))
	sparing  = json.JoinOptions(coding, json.OmitZeroStructFields(true)) // for records whose fields carry no omitempty
	decoding = json.JoinOptions(common, json.WithUnmarshalers(json.JoinUnmarshalers(
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
	)))
)

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

// maxBody is the size in bytes above which a record is refused. PostgreSQL would take more; no record that means anything has it.
const maxBody = 16 << 20

// encode makes a body, or refuses with store.ErrRecord.
func encode(v any) (string, error) { return encodeBy(v, coding) }

func encodeBy(v any, options json.Options) (string, error) {
	b, err := json.Marshal(v, options)
	if err != nil {
		return "", fmt.Errorf("encode a row: %w", err)
	}
	if len(b) > maxBody {
		return "", tooLarge(len(b))
	}
	return string(b), nil
}

func tooLarge(n int) error {
	return fmt.Errorf("%w: %d bytes (at most %d)", store.ErrRecord, n, maxBody)
}

func decode(body []byte, v any) error {
	if err := json.Unmarshal(body, v, decoding); err != nil {
		return fmt.Errorf("%w: %w", errRow, err)
	}
	return nil
}

// longKey is how many bytes of a text an index takes as they are.
const longKey = 1000

// key is a text as an index has it: its bytes; of one that is too long for an index the beginning and a hash, so that it is still
// told from every other, and sorts by its beginning.
func key[T ~string](s T) []byte {
	if len(s) <= longKey {
		return []byte(s)
	}
	sum := sha256.Sum256([]byte(s))
	return append([]byte(s[:longKey]), sum[:]...)
}

func keys[T ~string](list []T) [][]byte {
	all := make([][]byte, len(list))
	for k, s := range list {
		all[k] = key(s)
	}
	return all
}

// text is the text of a key, unless it was too long; then kept has it as the body could keep it.
func text(k []byte, kept string) string {
	if len(k) > longKey {
		return kept
	}
	return string(k)
}

// family is the hash by which the incidents of a service and group are found, however long the group key is.
func family(service, group string) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(len(service)))
	sum := sha256.Sum256(append(append(b, service...), group...))
	return sum[:16]
}

// searched is a text that PostgreSQL can search: what it cannot hold has become U+FFFD.
func searched(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// The times that a column takes. The body has the time itself.
var (
	firstTime = time.Date(-4000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime  = time.Date(290000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// instant is a time as a column has it, to the microsecond.
func instant(t time.Time) time.Time {
	t = t.UTC().Truncate(time.Microsecond)
	switch {
	case t.Before(firstTime):
		return firstTime
	case t.After(lastTime):
		return lastTime
	}
	return t
}

// moment is instant, and nil for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = instant(t)
	return &t
}
