package ingest

import (
	"io"
	"net/http"
	"sync/atomic"
)

// What bodies may take while they are read and decoded. The first bodyFree bytes of each cost nothing, so that an ordinary alert
// is never refused for what others send; the rest is taken from a pool. Senders who have not shown a token yet have a small one of
// their own: they cannot take the others' room.
const (
	bodyFree      = 16 << 10
	knownRoom     = 96 << 20
	strangersRoom = 8 << 20
)

// room is how many bytes of bodies may still be held.
type room struct{ left atomic.Int64 }

func newRoom(bytes int64) *room {
	r := &room{}
	r.left.Store(bytes)
	return r
}

func (r *room) take(n int64) bool {
	if r.left.Add(-n) >= 0 {
		return true
	}
	r.left.Add(n)
	return false
}

// lease is what one body has taken of a room.
type lease struct {
	of   *room
	size int64 // bytes read so far
	held int64
}

// end gives it back. The body must not be used afterwards.
func (l *lease) end() {
	l.of.left.Add(l.held)
	l.held = 0
}

// grow takes room for n more bytes.
func (l *lease) grow(n int) error {
	l.size += int64(n)
	more := l.size - bodyFree - l.held
	if more <= 0 {
		return nil
	}
	more = max(more, bodyFree) // not for each packet
	if !l.of.take(more) {
		return refuse(http.StatusServiceUnavailable, "Send it again after "+retryAfter+" seconds.", "too many large bodies are being read; nothing was stored")
	}
	l.held += more
	return nil
}

// leased is a reader whose bytes are taken from a room.
type leased struct {
	from io.Reader
	l    *lease
}

// Read implements io.Reader.
func (r leased) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if full := r.l.grow(n); full != nil {
		return 0, full
	}
	return n, err
}
