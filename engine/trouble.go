package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// ownIntegration is the integration under which rouse's own trouble appears as an alert: a line that is out of use, a number that
// cannot be reached. It goes the way of every alert: routes say to whom, and each trouble is one alert however often it shows.
const ownIntegration = "rouse"

func lineID(l line) alert.ID {
	return alert.ID{Integration: ownIntegration, Key: "line/" + l.provider + "/" + string(l.via)}
}

func numberID(user oncall.UserID, via oncall.Method) alert.ID {
	return alert.ID{Integration: ownIntegration, Key: "number/" + string(user) + "/" + string(via)}
}

// methodWords names methods in sentences.
var methodWords = map[oncall.Method]string{oncall.SMS: "texts", oncall.Call: "calls", oncall.Email: "mail"}

// moves has a line be as it was, if what happens to it now is not remembered: nobody would be told of it, or that it is over.
func (b *batch) moves(l line) {
	back := b.e.breaker.keep(l)
	b.undoing(func() { back(); b.e.showLine(l.provider) })
}

func (e *Engine) showLine(provider string) {
	e.metrics.ProviderUp.WithLabelValues(provider).Set(e.breaker.up(provider))
}

// judge takes from a failed send what it says about the line.
func (b *batch) judge(l line, page string, e *notify.Error, silent bool) error {
	b.moves(l)
	switch {
	case silent:
		return b.trip(l, notify.Transient, e.Code)
	case unanswered(e):
		return nil
	case e.Wide && (e.Class == notify.Account || e.Class == notify.Filtered):
		return b.trip(l, e.Class, e.Code)
	case b.e.breaker.answers(l, page):
		return b.lineUp(l)
	}
	return nil
}

// trip puts a line aside that fails everybody, and tells who looks after rouse, once.
func (b *batch) trip(l line, class notify.Class, code int) error {
	b.moves(l)
	b.e.breaker.trip(l, class, code, b.now)
	b.e.showLine(l.provider)
	why := notify.Line{Since: b.now, Class: class, Code: code}.Why()
	id := lineID(l)
	if _, told := b.e.hot.seen(id); !told {
		b.after(func() {
			b.e.log.Warn("a provider's line is out of use", "provider", l.provider, "via", l.via, "why", why)
		})
	}
	return b.troubles(&alert.Alert{
		Integration: id.Integration, Key: id.Key, State: alert.Firing, Severity: alert.Info, StartsAt: b.now,
		Title:       fmt.Sprintf("Provider %s is out of use for %s: %s", l.provider, methodWords[l.via], why),
		Description: "Other providers and methods take over meanwhile. Now and then one page tries it again; this ends when one goes through. rouse contacts shows all lines.",
		Labels:      alert.Labels{"alertname": "RouseLineDown", "provider": l.provider, "via": string(l.via), "severity": string(alert.Info)},
	})
}

// heal puts a line into use again after a success; see breakers.heal.
func (b *batch) heal(l line, arrived bool, sent time.Time) error {
	b.moves(l)
	if !b.e.breaker.heal(l, arrived, sent) {
		return nil
	}
	return b.lineUp(l)
}

func (b *batch) lineUp(l line) error {
	b.e.showLine(l.provider)
	if _, told := b.e.hot.seen(lineID(l)); told {
		b.after(func() { b.e.log.Warn("a provider's line works again", "provider", l.provider, "via", l.via) })
	}
	return b.over(lineID(l), "it works again")
}

// troubles lets a trouble of rouse's own begin.
func (b *batch) troubles(a *alert.Alert) error {
	if b.troubled == nil {
		b.troubled = map[alert.ID]bool{}
	}
	b.troubled[a.ID()] = true
	return b.fires(a)
}

// over ends a trouble of rouse's own, if there is one, of this batch too.
func (b *batch) over(id alert.ID, why string) error {
	if _, firing := b.e.hot.seen(id); !firing && !b.troubled[id] {
		return nil
	}
	return b.recovers(&alert.Alert{Integration: id.Integration, Key: id.Key, State: alert.Resolved}, why)
}

// unreachable tells who looks after rouse, and whose number it is, that the number takes a method no more.
func (b *batch) unreachable(p *store.Page, class notify.Class, code int) error {
	why := class.Words()
	if code != 0 {
		why += fmt.Sprintf(" (code %d)", code)
	}
	id := numberID(p.User, p.Via)
	what := fmt.Sprintf("the number of %s (%s) takes no %s: %s", p.User, notify.MaskNumber(p.To), methodWords[p.Via], why)
	err := b.troubles(&alert.Alert{
		Integration: id.Integration, Key: id.Key, State: alert.Firing, Severity: alert.Info, StartsAt: b.now,
		Title:       strings.ToUpper(what[:1]) + what[1:],
		Description: "The other methods of this person are used. " + notify.Undo(class, p.User, p.Via),
		Labels:      alert.Labels{"alertname": "RouseNumberUnreachable", "user": string(p.User), "via": string(p.Via), "severity": string(alert.Info)},
	})
	if err != nil {
		return err
	}
	return b.tellOwner(p, "rouse cannot reach you as before: "+what+". Your other methods are used. "+notify.Undo(class, p.User, p.Via))
}

// tellOwner writes to somebody about their number: by mail, or to a number that takes no calls by text.
func (b *batch) tellOwner(p *store.Page, words string) error {
	u, ok := b.live.book.Roster.User(p.User)
	notice := incident.Page{
		ID: "notice/" + p.ID, Kind: incident.PageReply, User: p.User, Via: oncall.Email, Address: u.Address(oncall.Email), Text: words, At: b.now,
	}
	if notice.Address == "" && p.Via == oncall.Call {
		notice.Via, notice.Address = oncall.SMS, p.To
	}
	if !ok || notice.Address == "" {
		return nil
	}
	return b.enqueue(notice)
}

// ownHolds reports whether a trouble of rouse's own can still be one, as the configuration is now: its provider is there, its user
// still has the number that is known for it.
func (s *Settings) ownHolds(tx store.Tx, key string) (bool, error) {
	kind, rest, _ := strings.Cut(key, "/")
	cut := strings.LastIndexByte(rest, '/')
	if cut < 0 {
		return false, nil
	}
	name, via := rest[:cut], oncall.Method(rest[cut+1:])
	if kind == "line" {
		return slices.ContainsFunc(s.Providers, func(p notify.Provider) bool { return p.Name() == name && p.Carries(via) }), nil
	}
	u, ok := s.Book.Roster.User(oncall.UserID(name))
	if !ok || u.Address(via) == "" {
		return false, nil
	}
	c, err := tx.Contact(u.Address(via))
	return unusable(&c, via) != "", err
}
