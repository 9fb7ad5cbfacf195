package badger

import (
	"encoding/binary"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// The head of an alert's row: UpdatedAt, SeenAt and EndsAt in microseconds (0: never), the sum of its words, its severity, and
// how many incidents follow. The first stores wrote UpdatedAt alone.

func briefHead(b []byte, a *store.Alert) []byte {
	b = binary.AppendVarint(b, a.UpdatedAt.UnixMicro())
	b = binary.AppendVarint(b, microsOrZero(a.SeenAt))
	b = binary.AppendVarint(b, microsOrZero(a.EndsAt))
	b = binary.BigEndian.AppendUint64(b, a.Words)
	b = appendText(b, string(a.Severity))
	b = binary.AppendVarint(b, int64(len(a.Incidents)))
	for _, n := range a.Incidents {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func microsOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func timeOrZero(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// readBrief reads a row into b, whose ID is set already, and reads the body only of a row with an old head.
func readBrief(val []byte, b *store.Brief) error {
	head, body, err := split(val)
	if err != nil {
		return err
	}
	r := headReader{b: head}
	b.UpdatedAt = time.UnixMicro(r.number()).UTC()
	if len(r.b) == 0 {
		var a store.Alert
		if err := decodeBody(body, &a); err != nil {
			return err
		}
		b.Severity, b.Words, b.SeenAt, b.EndsAt, b.Incidents = a.Severity, a.Words, a.SeenAt, a.EndsAt, a.Incidents
		return nil
	}
	b.SeenAt, b.EndsAt = timeOrZero(r.number()), timeOrZero(r.number())
	b.Words = r.sum()
	b.Severity = severityOf(r.text())
	b.Incidents = b.Incidents[:0]
	for range r.number() {
		if b.Incidents = append(b.Incidents, r.number()); r.err != nil {
			break
		}
	}
	return r.err
}

// severityOf spares the known severities a string of their own.
func severityOf(s string) alert.Severity {
	for _, known := range []alert.Severity{alert.Critical, alert.Error, alert.Warning, alert.Info} {
		if string(known) == s {
			return known
		}
	}
	return alert.Severity(s)
}

// EachBrief calls fn for every alert in state firing. fn must not use the Tx.
func (t *tx) EachBrief(fn func(*store.Brief) error) error {
	var b store.Brief
	return t.scan(span{prefix: []byte{tabAlert}}, func(key []byte, item *badger.Item) error {
		if item.UserMeta() != firingByte {
			return nil
		}
		integration, k, err := pairOf(key, 1)
		if err != nil {
			return err
		}
		if b.Integration != integration {
			b.Integration = integration
		}
		b.Key = k
		if err := item.Value(func(val []byte) error { return readBrief(val, &b) }); err != nil {
			return err
		}
		return fn(&b)
	})
}
