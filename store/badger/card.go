package badger

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/incident/sla"
)

// card is the facts of an incident, less its number, as bytes: short enough that all of them stay in memory, and in such an
// order that a filter reads as little of it as can be. It is immutable, so that what is read out of it may point into it.
//
// It begins with what filters look at: state, flags, CreatedAt, UpdatedAt, eleven texts, two numbers, labels and Text. A text
// is its length and its bytes; a word, one of those that the trade uses all the time, is a number. Times are microseconds
// after CreatedAt and one, 0 for none, so that most take few bytes.
type card string

// The flags of a card.
const (
	cardBreached = 1 << iota // some clock is breached
	cardUnacted              // nobody has done anything
	cardReview               // a review is required
)

// vocabulary is what is written as a number. The order is part of the layout: a new one goes to the end.
var vocabulary = []string{
	"", string(incident.Triggered), string(incident.Acknowledged), string(incident.OnHold), string(incident.Resolved), string(incident.Closed),
	"P1", "P2", "P3", "P4", "P5", string(incident.GradeHigh), string(incident.GradeMedium), string(incident.GradeLow),
	string(alert.Critical), string(alert.Error), string(alert.Warning), string(alert.Info), "technical", incident.TypeSecurity, "request",
	incident.Fixed, incident.Workaround, incident.Restored, incident.Recovered, incident.Duplicate, incident.FalseAlarm, incident.ByChange, incident.ByProblem,
	string(sla.Response), string(sla.Resolution), string(sla.Running), string(sla.Paused), string(sla.Done), "always",
	string(review.StateDraft), string(review.StateInReview), string(review.StatePublished),
}

var wordNumber = func() map[string]uint64 {
	m := make(map[string]uint64, len(vocabulary))
	for k, w := range vocabulary {
		m[w] = uint64(k)
	}
	return m
}()

// cardWriter writes a card; base is CreatedAt in microseconds.
type cardWriter struct {
	b    []byte
	base int64
}

func (w *cardWriter) size(n uint64)  { w.b = binary.AppendUvarint(w.b, n) }
func (w *cardWriter) number(n int64) { w.b = binary.AppendVarint(w.b, n) }

func (w *cardWriter) counts(list ...int) {
	for _, n := range list {
		w.number(int64(n))
	}
}

func (w *cardWriter) text(s string) {
	w.size(uint64(len(s)) << 1)
	w.b = append(w.b, s...)
}

func (w *cardWriter) word(s string) {
	if n, ok := wordNumber[s]; ok {
		w.size(n<<1 | 1)
		return
	}
	w.text(s)
}

func (w *cardWriter) times(list ...time.Time) {
	for _, t := range list {
		if t.IsZero() {
			w.number(0)
			continue
		}
		d := t.UnixMicro() - w.base
		if d >= 0 {
			d++
		}
		w.number(d)
	}
}

// spans writes durations: nanoseconds, but whole microseconds most of the time.
func (w *cardWriter) spans(list ...time.Duration) {
	for _, d := range list {
		if d%1000 == 0 {
			w.number(int64(d) / 1000 << 1)
			continue
		}
		w.number(1)
		w.number(int64(d))
	}
}

// appendCard writes the card of an incident's facts.
func appendCard(b []byte, f *incident.Facts) []byte {
	w := cardWriter{b: b, base: f.CreatedAt.UnixMicro()}
	w.word(string(f.State))
	w.b = append(w.b, cardFlags(f))
	w.number(w.base)
	w.times(f.UpdatedAt)
	w.text(f.Service)
	w.text(f.Team)
	w.word(string(f.Priority))
	w.word(f.Type)
	w.text(f.Category)
	w.word(f.Code)
	w.text(f.Source)
	w.text(f.Reporter)
	w.text(string(f.Assignee))
	w.text(f.Rule)
	w.text(f.GroupKey)
	w.number(f.Parent)
	w.number(f.Problem)
	w.size(uint64(len(f.Labels)))
	for k, v := range f.Labels {
		w.text(k)
		w.text(v)
	}
	w.text(f.Text)
	w.rest(f)
	return w.b
}

// How many bytes of the words for search are kept beside a record, and up to where they are condensed.
const (
	textMost     = 16 << 10
	condenseMost = 2 << 10
)

// caseHead writes the head of an incident's row: WakeAt in microseconds and the card.
func caseHead(b []byte, i *incident.Incident) []byte {
	f := i.Facts()
	f.Text = condense(f.Text)
	return appendCard(binary.AppendVarint(b, i.WakeAt.UnixMicro()), &f)
}

// condense leaves out words that are in the text already, alone or within others. A search looks for words wherever they
// are, so it finds the same.
func condense(text string) string {
	out := make([]byte, 0, min(len(text), textMost))
	for w := range strings.FieldsSeq(text) {
		if len(out) < condenseMost && bytes.Contains(out, []byte(w)) {
			continue
		}
		if len(out)+len(w) >= textMost {
			break
		}
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, w...)
	}
	return string(out)
}

func cardFlags(f *incident.Facts) (flags byte) {
	for k := range f.Clocks {
		if f.Clocks[k].Breached {
			flags |= cardBreached
		}
	}
	if f.Acts == 0 {
		flags |= cardUnacted
	}
	if f.Review.Required {
		flags |= cardReview
	}
	return flags
}

// rest writes what no filter looks at.
func (w *cardWriter) rest(f *incident.Facts) {
	w.text(f.Title)
	w.word(string(f.Impact))
	w.word(string(f.Urgency))
	w.word(string(f.Severity))
	w.text(f.FirstAckBy)
	w.times(f.StartedAt, f.FirstAckAt, f.MitigatedAt, f.ResolvedAt, f.ClosedAt)
	w.counts(f.Alerts, f.Acts, f.Reopens, f.Lapses, f.Escalations, f.ByHand, f.Reassigns, f.Updates, f.Satisfied)
	w.number(f.DuplicateOf)
	w.number(f.Previous)
	w.word(f.Review.State)
	w.times(f.Review.DueAt, f.Review.RemindAt)
	w.size(uint64(len(f.Clocks)))
	for k := range f.Clocks {
		w.clock(&f.Clocks[k])
	}
	w.size(uint64(len(f.Pings)))
	for k := range f.Pings {
		w.text(string(f.Pings[k].User))
		w.times(f.Pings[k].At)
	}
}

func (w *cardWriter) clock(c *incident.Clock) {
	w.text(c.SLA)
	w.word(string(c.Kind))
	w.word(c.Calendar)
	w.word(c.Priority)
	w.word(string(c.Stage))
	w.text(c.PausedBy)
	w.spans(c.Target, c.Elapsed, c.Wall, c.PausedFor, c.PausedWall)
	w.times(c.StartAt, c.DoneAt, c.BreachAt, c.OriginalBreachAt, c.NextAt)
	breached := 0
	if c.Breached {
		breached = 1
	}
	w.counts(c.Percent, breached, c.Over, c.Told)
}
