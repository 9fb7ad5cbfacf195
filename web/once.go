package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/rouse/rouse/incident"
)

// Bounds of what is remembered of reports, so that one that is sent twice opens one incident.
const (
	onceFor  = 24 * time.Hour
	onceMost = 10_000
	onceKey  = 255 // characters of a key
)

// once remembers what was reported under which key: a hurried thumb, a browser that goes back, and a script that got no answer send
// the same again. It is memory alone, of this process.
type once struct {
	mu    sync.Mutex
	tries map[onceID]*try
}

// onceID is who sent a key, and the key.
type onceID struct{ who, key string }

// try is one report.
type try struct {
	at   time.Time
	sum  [sha256.Size]byte // of what was reported
	done chan struct{}     // closed when n or err is set
	n    incident.Incident
	err  error
}

// do opens an incident, or returns what was opened under this key before; one that is being opened is waited for. What failed may be
// tried again. A key that stands for another report is errKeyUsed. No key: nothing is remembered.
func (o *once) do(id onceID, said [sha256.Size]byte, now time.Time, open func() (incident.Incident, error)) (incident.Incident, error) {
	if id.key == "" {
		return open()
	}
	t, first := o.take(id, said, now)
	if !first {
		<-t.done
		if t.err == nil && t.sum != said {
			return incident.Incident{}, errKeyUsed
		}
		return t.n, t.err
	}
	defer close(t.done)
	t.err = errNoAnswer // of one that panics
	t.n, t.err = open()
	if t.err != nil {
		o.forget(id)
	}
	return t.n, t.err
}

// take returns the try under a key, and whether it is new.
func (o *once) take(id onceID, said [sha256.Size]byte, now time.Time) (t *try, first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if t = o.tries[id]; t != nil && now.Sub(t.at) < onceFor {
		return t, false
	}
	if len(o.tries) >= onceMost {
		o.thin(now)
	}
	if o.tries == nil {
		o.tries = map[onceID]*try{}
	}
	t = &try{at: now, sum: said, done: make(chan struct{})}
	o.tries[id] = t
	return t, true
}

// thin forgets what is old; half of all when that is not enough.
func (o *once) thin(now time.Time) {
	for _, age := range []time.Duration{onceFor, time.Hour, time.Minute, 0} {
		for id, t := range o.tries {
			if now.Sub(t.at) >= age {
				delete(o.tries, id)
			}
			if age == 0 && len(o.tries) <= onceMost/2 {
				return
			}
		}
		if len(o.tries) <= onceMost/2 {
			return
		}
	}
}

func (o *once) forget(id onceID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.tries, id)
}

// openOnce opens what somebody reports under a key of theirs. A sender that hangs up does not leave its outcome open.
func (c *call) openOnce(key string, o incident.Open) (incident.Incident, error) {
	if len(key) > onceKey {
		return incident.Incident{}, bad("", "A UUID is enough.", "a key has at most %d characters", onceKey)
	}
	ctx := c.r.Context()
	if key != "" {
		ctx = context.WithoutCancel(ctx)
	}
	id := onceID{who: string(o.By.Kind) + "/" + o.By.Name, key: key}
	return c.s.once.do(id, sumOf(o), c.now, func() (incident.Incident, error) {
		return c.s.Engine.Open(ctx, o)
	})
}

func sumOf(o incident.Open) [sha256.Size]byte { return sha256.Sum256(fmt.Appendf(nil, "%+v", o)) }

// newKey is a key for a form.
func newKey() string { return rand.Text() }

// formKey is the key of what a form says now: who goes back and reports something else with it has reported two things.
func formKey(key string, o incident.Open) string {
	if key == "" || len(key) > onceKey/2 {
		return ""
	}
	sum := sumOf(o)
	return key + "/" + hex.EncodeToString(sum[:16])
}
