package web

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// and joins names as people do: Ana, Bo and Cy. Nobody is "nobody".
func and(names []string) string {
	switch n := len(names); n {
	case 0:
		return "nobody"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// standing says in words where an incident stands, for whoever opens its page at night: who has it, who is being told, who is next.
type standing struct {
	Head string
	More []string
}

// teller words an incident for somebody.
type teller struct {
	clockIn
	book *incident.Rulebook
	me   oncall.UserID // empty: nobody in particular
}

// name is a person as others call them; whoever looks is "you".
func (t teller) name(id string) string {
	if id != "" && oncall.UserID(id) == t.me {
		return "you"
	}
	return person(t.book.Roster, oncall.UserID(id)).Name
}

func (t teller) names(ids []string) string {
	out := make([]string, len(ids))
	for k, id := range ids {
		out[k] = t.name(id)
	}
	return and(out)
}

// namesShown is how many people a line names before it counts the others.
const namesShown = 3

// few is names for a line that has to stay one: you first, and from the fourth name on the others are counted.
func (t teller) few(ids []string) string {
	if len(ids) <= namesShown {
		return t.names(ids)
	}
	ids = slices.Clone(ids)
	if at := slices.Index(ids, string(t.me)); at > 0 {
		ids = slices.Insert(slices.Delete(ids, at, at+1), 0, string(t.me))
	}
	return t.name(ids[0]) + ", " + t.name(ids[1]) + " and " + plural(len(ids)-2, "other")
}

func (t teller) standing(i *incident.Incident) standing {
	switch i.State {
	case incident.Triggered:
		return t.triggered(i)
	case incident.Acknowledged:
		return t.acknowledged(i)
	case incident.OnHold:
		return standing{Head: "On hold" + t.until(i.HoldUntil), More: nonEmpty(i.HoldReason, onlyIf(!i.HoldUntil.IsZero(), "Then it pages again."))}
	case incident.Resolved:
		return t.resolved(i)
	}
	return standing{Head: "Closed", More: nonEmpty("It is final: a recurrence will be a new incident.", i.Note)}
}

func (t teller) triggered(i *incident.Incident) standing {
	var s standing
	switch {
	case i.Suppressed != nil:
		s.Head = "Nobody is paged: " + suppressed[i.Suppressed.Kind]
		s.More = nonEmpty(onlyIf(i.Suppressed.Rule != "", "By "+string(i.Suppressed.Kind)+" "+i.Suppressed.Rule+"."), onlyIf(!i.Suppressed.Until.IsZero(), "Until "+t.short(i.Suppressed.Until)+"."))
		return s
	case !i.ClearedAt.IsZero():
		return standing{Head: "Every alert has recovered", More: []string{"It resolves by itself at " + t.short(i.ClearedAt.Add(i.ResolveDelay)) + " unless one fires again."}}
	}
	s.Head = "Nobody has it yet"
	users, _ := paging(i)
	s.More = append(s.More, t.telling(i))
	if next := nextUp(t.book, i, t.now); !i.Cursor.EndsAt.IsZero() {
		s.More = append(s.More, t.next(users, next)+" at "+t.short(i.Cursor.EndsAt)+".")
	}
	return s
}

// telling says who is being paged, and who is paged later.
func (t teller) telling(i *incident.Incident) string {
	users, held := paging(i)
	var said []string
	if len(users) > 0 {
		said = append(said, "Paging "+t.few(users)+".")
	}
	if len(held) > 0 {
		said = append(said, upper(t.held(held))+".")
	}
	switch {
	case len(said) == 0 && !i.ClearedAt.IsZero():
		return "Every alert has recovered: people are paged only if one fires again."
	case len(said) == 0:
		return "Nobody could be paged so far."
	}
	return strings.Join(said, " ")
}

// held says when those are paged who are paged later: "Bo Lee is paged at 07:00".
func (t teller) held(held []incident.Held) string {
	users, first, at := make([]string, len(held)), held[0].At, " at "
	for k, h := range held {
		users[k] = string(h.User)
		if !h.At.Equal(first) {
			at = " from "
		}
		if h.At.Before(first) {
			first = h.At
		}
	}
	return t.few(users) + " " + isAre(len(users), users, t.me) + " paged" + at + t.short(first)
}

// next says who is paged next, beside whom it is now.
func (t teller) next(now, next []string) string {
	if len(next) > 1 && slices.Equal(slices.Sorted(slices.Values(now)), slices.Sorted(slices.Values(next))) {
		return "The same people again,"
	}
	return upper(t.few(next)) + " " + isAre(len(next), next, t.me) + " next,"
}

func (t teller) acknowledged(i *incident.Incident) standing {
	who := i.AckedBy
	if i.Assignee != "" {
		who = string(i.Assignee)
	}
	name := t.name(who)
	has := " has it"
	if name == "you" {
		has = " have it"
	}
	s := standing{Head: upper(name) + has, More: []string{"Since " + t.short(i.AcknowledgedAt) + ". Paging has stopped."}}
	if !i.AckUntil.IsZero() {
		s.More = append(s.More, "At "+t.short(i.AckUntil)+" it pages again.")
	}
	return s
}

func (t teller) resolved(i *incident.Incident) standing {
	s := standing{Head: "Resolved"}
	switch {
	case i.Code == "recovered":
		s.More = append(s.More, "Every alert recovered at "+t.short(i.ResolvedAt)+".")
	case i.AckedBy != "":
		s.More = append(s.More, "By "+t.name(i.AckedBy)+" at "+t.short(i.ResolvedAt)+" ("+strings.ReplaceAll(i.Code, "_", " ")+").")
	default:
		s.More = append(s.More, "At "+t.short(i.ResolvedAt)+".")
	}
	if i.Firing > 0 {
		s.More = append(s.More, plural(i.Firing, "alert")+" still firing: it opens again unless they recover.")
	}
	return standing{Head: s.Head, More: nonEmpty(append(s.More, i.Note)...)}
}

// nextUp says whom the level after the current one means now; nobody where that cannot be said.
func nextUp(book *incident.Rulebook, i *incident.Incident, now time.Time) []string {
	r := book.Roster
	p, ok := r.Policy(i.Cursor.Policy)
	if !ok {
		p, _ = r.Policy(r.Fallback())
	}
	at := i.Cursor.Level + 1
	if at >= len(p.Levels) {
		at = 0
		if p.Repeat > 0 && i.Cursor.Round+1 >= p.Repeat {
			then, ok := r.Policy(p.Then)
			if !ok {
				then, _ = r.Policy(r.Fallback())
			}
			p = then
		}
	}
	var ids []string
	if at < len(p.Levels) {
		for _, id := range resolve(r, p.Levels[at], now) {
			ids = append(ids, string(id))
		}
	}
	return ids
}

func isAre(n int, ids []string, me oncall.UserID) string {
	if n > 1 || (n == 1 && oncall.UserID(ids[0]) == me && me != "") {
		return "are"
	}
	return "is"
}

// upper makes the first letter a capital.
func upper(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// onlyIf is s when yes, else nothing.
func onlyIf(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func nonEmpty(list ...string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
