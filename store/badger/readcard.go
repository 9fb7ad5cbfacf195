package badger

import (
	"encoding/binary"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
)

// cardReader reads a card; after the first fault everything it reads is empty and bad is set.
type cardReader struct {
	s    string
	base int64
	bad  bool
}

func (r *cardReader) fail() { r.s, r.bad = "", true }

func (r *cardReader) size() uint64 {
	if len(r.s) > 0 && r.s[0] < 0x80 {
		n := r.s[0]
		r.s = r.s[1:]
		return uint64(n)
	}
	return r.long()
}

// long reads a number of several bytes.
func (r *cardReader) long() uint64 {
	var n uint64
	for k := 0; k < len(r.s) && k < binary.MaxVarintLen64; k++ {
		c := r.s[k]
		n |= uint64(c&0x7f) << (7 * k)
		if c < 0x80 {
			r.s = r.s[k+1:]
			return n
		}
	}
	r.fail()
	return 0
}

func (r *cardReader) number() int64 {
	n := r.size()
	return int64(n>>1) ^ -int64(n&1)
}

func (r *cardReader) count() int { return int(r.number()) }

// many reads how many things follow, each of so many bytes at least.
func (r *cardReader) many(bytes uint64) int {
	n := r.size()
	if n > uint64(len(r.s))/bytes {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *cardReader) flags() byte {
	if r.s == "" {
		r.fail()
		return 0
	}
	b := r.s[0]
	r.s = r.s[1:]
	return b
}

// text reads a text or a word.
func (r *cardReader) text() string {
	n := r.size()
	if n&1 != 0 {
		return r.wordOf(n >> 1)
	}
	if n >>= 1; n > uint64(len(r.s)) {
		r.fail()
		return ""
	}
	s := r.s[:n]
	r.s = r.s[n:]
	return s
}

// skip passes over texts and words.
func (r *cardReader) skip(n int) {
	for range n {
		size := r.size()
		if size&1 != 0 {
			continue
		}
		if size >>= 1; size > uint64(len(r.s)) {
			r.fail()
			return
		}
		r.s = r.s[size:]
	}
}

func (r *cardReader) wordOf(n uint64) string {
	if n >= uint64(len(vocabulary)) {
		r.fail()
		return ""
	}
	return vocabulary[n]
}

func (r *cardReader) time() time.Time {
	d := r.number()
	if d == 0 {
		return time.Time{}
	}
	if d > 0 {
		d--
	}
	return time.UnixMicro(r.base + d).UTC()
}

func (r *cardReader) span() time.Duration {
	n := r.number()
	if n&1 != 0 {
		return time.Duration(r.number())
	}
	return time.Duration(n / 2 * 1000)
}

// facts reads the whole card into f. Its texts point into the card; labels, clocks and pings are new.
func (c card) facts(number int64, f *incident.Facts) error {
	r := cardReader{s: string(c)}
	*f = incident.Facts{Number: number, State: incident.State(r.text())}
	f.Review.Required = r.flags()&cardReview != 0
	r.base = r.number()
	f.CreatedAt, f.UpdatedAt = time.UnixMicro(r.base).UTC(), r.time()
	f.Service, f.Team, f.Priority, f.Type = r.text(), r.text(), incident.Priority(r.text()), r.text()
	f.Category, f.Code, f.Source, f.Reporter = r.text(), r.text(), r.text(), r.text()
	f.Assignee, f.Rule, f.GroupKey = oncall.UserID(r.text()), r.text(), r.text()
	f.Parent, f.Problem = r.number(), r.number()
	if n := r.many(2); n > 0 {
		f.Labels = make(map[string]string, n)
		for range n {
			k := r.text()
			f.Labels[k] = r.text()
		}
	}
	f.Text = r.text()
	r.rest(f)
	if r.bad || r.s != "" {
		return errRow
	}
	return nil
}

func (r *cardReader) rest(f *incident.Facts) {
	f.Title, f.Impact, f.Urgency = r.text(), incident.Grade(r.text()), incident.Grade(r.text())
	f.Severity, f.FirstAckBy = alert.Severity(r.text()), r.text()
	f.StartedAt, f.FirstAckAt, f.MitigatedAt, f.ResolvedAt, f.ClosedAt = r.time(), r.time(), r.time(), r.time(), r.time()
	f.Alerts, f.Acts, f.Reopens, f.Lapses = r.count(), r.count(), r.count(), r.count()
	f.Escalations, f.ByHand, f.Reassigns, f.Updates, f.Satisfied = r.count(), r.count(), r.count(), r.count(), r.count()
	f.DuplicateOf, f.Previous = r.number(), r.number()
	f.Review.State, f.Review.DueAt, f.Review.RemindAt = r.text(), r.time(), r.time()
	if n := r.many(20); n > 0 {
		f.Clocks = make([]incident.Clock, n)
		for k := range f.Clocks {
			r.clock(&f.Clocks[k])
		}
	}
	if n := r.many(2); n > 0 {
		f.Pings = make([]incident.Ping, n)
		for k := range f.Pings {
			f.Pings[k] = incident.Ping{User: oncall.UserID(r.text()), At: r.time()}
		}
	}
}

func (r *cardReader) clock(c *incident.Clock) {
	c.SLA, c.Kind, c.Calendar, c.Priority = r.text(), sla.Kind(r.text()), r.text(), r.text()
	c.Stage, c.PausedBy = sla.Stage(r.text()), r.text()
	c.Target, c.Elapsed, c.Wall, c.PausedFor, c.PausedWall = r.span(), r.span(), r.span(), r.span(), r.span()
	c.StartAt, c.DoneAt, c.BreachAt, c.OriginalBreachAt, c.NextAt = r.time(), r.time(), r.time(), r.time(), r.time()
	c.Percent, c.Breached, c.Over, c.Told = r.count(), r.number() != 0, r.count(), r.count()
}

// index reads what the indexes look at.
func (c card) index(x *caseIndex) error {
	r := cardReader{s: string(c)}
	x.State = incident.State(r.text())
	r.flags()
	r.number() // CreatedAt
	r.number() // UpdatedAt
	x.Service = r.text()
	r.skip(9) // from Team to Rule
	x.Group = r.text()
	if r.bad {
		return errRow
	}
	return nil
}
