package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// Errors of Erase.
var (
	ErrStillThere = errors.New("this person is still in the configuration: take them out and reload first")
	ErrEraseWhom  = errors.New("say whom: the user's id, of at least two letters")
)

// Person is who is to be forgotten: the id under which rouse knew them, and what else may stand in texts.
type Person struct {
	User  oncall.UserID
	Also  []string // name, number, mail address, as they were written
	Alias string   // set by Erase: what stands there afterwards
}

// Erased is what Erase changed.
type Erased struct {
	Alias                              string
	Incidents, Entries, Acts, Contacts int
}

// eraseChunk is how many incidents one commit rewrites.
const eraseChunk = 20

// Erase replaces everything that names a person by an alias: in incidents, timelines, reviews, problems, the audit log, overrides
// and silences; what is known of their phones is forgotten, and texts that they got are emptied. Numbers stay, and so do the
// figures. It goes in small commits, oldest first; when it is cut short, calling it again goes on under a new alias.
func (e *Engine) Erase(ctx context.Context, p Person, by incident.Actor) (out Erased, err error) {
	if len(p.User) < 2 {
		return out, ErrEraseWhom
	}
	if _, ok := e.Roster().User(p.User); ok {
		return out, ErrStillThere
	}
	n, err := committed(ctx, e, func(b *batch) (int64, error) {
		n, err := b.tx.AddCounter("erased", 1)
		return n, b.fail(err)
	})
	if err != nil {
		return out, err
	}
	out.Alias = fmt.Sprintf("erased-%d", n)
	p.Alias = out.Alias
	s := newScrub(p)
	if err := e.eraseIncidents(ctx, s, &out); err != nil {
		return out, err
	}
	if out.Contacts, err = committed(ctx, e, func(b *batch) (int, error) { return b.eraseRecords(s) }); err != nil {
		return out, err
	}
	return out, e.eraseActs(ctx, s, by, &out)
}

func (e *Engine) eraseIncidents(ctx context.Context, s *scrub, out *Erased) error {
	var all []int64
	err := e.store.View(ctx, func(tx store.Tx) error {
		all = nil
		return tx.EachFacts(store.Filter{}, func(f *incident.Facts) error {
			all = append(all, f.Number)
			return nil
		})
	})
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(all, eraseChunk) {
		n, err := committed(ctx, e, func(b *batch) (n Erased, err error) {
			for _, number := range chunk {
				if err := b.eraseIncident(number, s, &n); err != nil {
					return n, err
				}
			}
			return n, nil
		})
		if err != nil {
			return err
		}
		out.Incidents += n.Incidents
		out.Entries += n.Entries
	}
	return nil
}

func (b *batch) eraseIncident(n int64, s *scrub, out *Erased) error {
	i, err := b.incident(n)
	if errors.Is(err, incident.ErrNoIncident) {
		return nil
	}
	if err != nil {
		return err
	}
	if clean, changed := scrubbed(s, *i); changed {
		b.cases[n].now, b.cases[n].dirty = clean, true
		out.Incidents++
	}
	if err := b.eraseTimeline(n, s, out); err != nil {
		return err
	}
	r, err := b.tx.Review(n)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return b.fail(err)
	}
	if clean, changed := scrubbed(s, r); changed {
		return b.fail(b.tx.PutReview(clean))
	}
	return nil
}

// eraseTimeline rewrites the timeline and the finished pages of an incident.
func (b *batch) eraseTimeline(n int64, s *scrub, out *Erased) error {
	lines, err := b.tx.Timeline(n)
	if err != nil {
		return b.fail(err)
	}
	for k := range lines {
		if clean, changed := scrubbed(s, lines[k]); changed {
			out.Entries++
			if err := b.tx.RewriteEntry(n, clean); err != nil {
				return b.fail(err)
			}
		}
	}
	pages, err := b.tx.PagesOf(n)
	if err != nil {
		return b.fail(err)
	}
	for k := range pages {
		p := &pages[k]
		if p.State.Live() {
			continue
		}
		if p.User == s.user {
			p.User, p.To, p.Address, p.Text, p.Sent, p.Detail, p.Why = oncall.UserID(s.alias), "", "", "", "", "", s.text(p.Why)
		} else if text, why, sent, detail := s.text(p.Text), s.text(p.Why), s.text(p.Sent), s.text(p.Detail); text != p.Text || why != p.Why || sent != p.Sent || detail != p.Detail {
			p.Text, p.Why, p.Sent, p.Detail = text, why, sent, detail // what others were told about them
		} else {
			continue
		}
		if err := b.tx.PutPage(*p); err != nil {
			return b.fail(err)
		}
	}
	return nil
}

// eraseRecords does the same to what belongs to no incident, and returns how many contacts were forgotten.
func (b *batch) eraseRecords(s *scrub) (contacts int, err error) {
	problems, err := b.tx.Problems()
	if err != nil {
		return 0, b.fail(err)
	}
	for _, p := range problems {
		if clean, changed := scrubbed(s, p); changed {
			if err := b.tx.PutProblem(clean); err != nil {
				return 0, b.fail(err)
			}
		}
	}
	if err := b.eraseRota(s); err != nil {
		return 0, err
	}
	for via := range methodWords {
		if err := b.tx.DeleteAlert(numberID(s.user, via)); err != nil {
			return 0, b.fail(err)
		}
	}
	all, err := b.tx.Contacts()
	if err != nil {
		return 0, b.fail(err)
	}
	for _, c := range all {
		if c.User != s.user && !s.hits(c.Address) {
			continue
		}
		contacts++
		if err := b.tx.DeleteContact(c.Address); err != nil {
			return 0, b.fail(err)
		}
	}
	return contacts, b.refresh(b.live.Settings)
}

func (b *batch) eraseRota(s *scrub) error {
	overrides, err := b.tx.Overrides()
	if err != nil {
		return b.fail(err)
	}
	for _, o := range overrides {
		if clean, changed := scrubbed(s, o); changed {
			if err := b.tx.PutOverride(clean); err != nil {
				return b.fail(err)
			}
		}
	}
	if err := errors.Join(b.eraseLeave(s), b.eraseSubscribers(s)); err != nil {
		return err
	}
	silences, err := b.tx.Silences()
	if err != nil {
		return b.fail(err)
	}
	for _, x := range silences {
		if by, comment := s.text(x.CreatedBy), s.text(x.Comment); by != x.CreatedBy || comment != x.Comment {
			x.CreatedBy, x.Comment = by, comment
			if err := b.tx.PutSilence(x); err != nil {
				return b.fail(err)
			}
		}
	}
	return nil
}

// eraseSubscribers ends the subscriptions of the person, and of their addresses, and takes their name from those that they made.
func (b *batch) eraseSubscribers(s *scrub) error {
	all, err := b.tx.Subscribers()
	if err != nil {
		return b.fail(err)
	}
	for _, x := range all {
		switch {
		case x.User == s.user || s.hits(x.Address):
			err = b.tx.DeleteSubscriber(x.ID)
		case s.hits(x.By):
			x.By = s.text(x.By)
			err = b.tx.PutSubscriber(x)
		}
		if err != nil {
			return b.fail(err)
		}
	}
	return nil
}

// eraseActs rewrites the audit log, in parts. Each part is signed in its own commit: the chain stays whole, for an act keeps its
// hash, and the part's last act names those whose words are gone.
func (e *Engine) eraseActs(ctx context.Context, s *scrub, by incident.Actor, out *Erased) error {
	for part := (actsErased{more: true}); part.more; {
		after := part.last
		var err error
		if part, err = committed(ctx, e, func(b *batch) (actsErased, error) { return b.erasePart(after, s, by) }); err != nil {
			return err
		}
		out.Acts += part.erased
	}
	return e.commit(ctx, func(b *batch) error { return b.audit(by, "erase.done", "a person was erased and is "+s.alias+" now") })
}

// actsPart is how many acts one commit looks at.
const actsPart = 500

// actsErased is how far one part went.
type actsErased struct {
	erased int
	last   int64 // the last act that was looked at
	more   bool
}

// erasePart looks at the acts behind one.
func (b *batch) erasePart(after int64, s *scrub, by incident.Actor) (part actsErased, err error) {
	acts, err := b.tx.Acts(after, actsPart)
	if err != nil {
		return part, b.fail(err)
	}
	var seqs []int64
	part.more = len(acts) == actsPart
	for _, a := range acts {
		part.last = a.Seq
		clean, changed := scrubbed(s, a)
		if !changed {
			continue
		}
		seqs = append(seqs, a.Seq)
		if err := b.tx.EraseAct(a.Seq, clean); err != nil {
			return part, b.fail(err)
		}
	}
	if part.erased = len(seqs); part.erased > 0 {
		what := fmt.Sprintf("words of %d acts about %s erased", len(seqs), s.alias)
		_, err = b.tx.PutAct(store.Act{At: b.now, By: by, Verb: store.VerbErase, What: what, Data: map[string]string{store.DataSeqs: store.FormatSeqs(seqs)}})
	}
	return part, b.fail(err)
}

// scrub finds the words that name one person.
type scrub struct {
	user  oncall.UserID
	alias string
	find  *regexp.Regexp
}

func newScrub(p Person) *scrub {
	words := []string{regexp.QuoteMeta(string(p.User))}
	for _, w := range p.Also {
		if w = strings.TrimSpace(w); len(w) > 2 {
			words = append(words, regexp.QuoteMeta(w))
		}
		if strings.HasPrefix(w, "+") { // as timelines write it, and with the name alone, for its end may be another's too
			words = append(words, regexp.QuoteMeta(string(p.User)+" ("+notify.MaskNumber(w)+")"))
		}
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	return &scrub{user: p.User, alias: p.Alias, find: regexp.MustCompile(`(?i)(^|[^\pL\pN_])(` + strings.Join(words, "|") + `)($|[^\pL\pN_])`)}
}

func (s *scrub) hits(text string) bool { return s.find.MatchString(text) }

// text replaces the person in a text; twice, for two names may share the blank between them.
func (s *scrub) text(t string) string {
	for range 2 {
		t = s.find.ReplaceAllString(t, "${1}"+s.alias+"${3}")
	}
	return t
}

// scrubbed replaces the person in every text of a record.
func scrubbed[T any](s *scrub, v T) (T, bool) {
	raw, err := plainJSON(v)
	if err != nil || !s.hits(string(raw)) {
		return v, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return v, false
	}
	clean, err := json.Marshal(s.walk(tree))
	if err != nil {
		return v, false
	}
	var out T
	if err := json.Unmarshal(clean, &out); err != nil {
		return v, false
	}
	return out, true
}

// plainJSON writes & and < as they are, for names have them.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

func (s *scrub) walk(v any) any {
	switch v := v.(type) {
	case string:
		return s.text(v)
	case []any:
		for k := range v {
			v[k] = s.walk(v[k])
		}
	case map[string]any:
		for k := range v {
			v[k] = s.walk(v[k])
		}
	}
	return v
}
