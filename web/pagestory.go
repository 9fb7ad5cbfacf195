package web

import (
	"net/url"
	"slices"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

const (
	entriesShown = 30 // the first of the order chosen; the others are a tap away
	entriesMost  = 300
)

type entryView struct {
	At        moment
	Kind      string
	By        string
	What, Why string
}

// storyView is a timeline as a page shows it.
type storyView struct {
	Shown   []entryView
	Further []entryView
	Left    int // entries that are not shown at all
	All     int // entries that there are, of whatever kind
	Tabs    []tab
	Oldest  bool // the oldest come first
	Turn    string
}

// tab is one of several views of the same thing, as a link.
type tab struct {
	Word, Href string
	Here       bool
}

// chapter is a kind of entry that somebody may want to read by itself.
type chapter struct {
	key, word string
	kinds     []incident.EntryKind
}

// chapters are what a timeline can be narrowed to.
var chapters = []chapter{
	{"", "Everything", nil},
	{"people", "What people did", []incident.EntryKind{
		incident.DidAck, incident.DidHold, incident.DidResume, incident.DidAssign, incident.DidNote, incident.DidDiagnose, incident.DidChange, incident.DidRole,
		incident.DidUpdate, incident.DidResolve, incident.DidClose, incident.DidConfirm, incident.DidMerge, incident.DidLink, incident.DidReview, incident.DidReopen,
	}},
	{"notes", "Notes", []incident.EntryKind{incident.DidNote, incident.DidDiagnose}},
	{"updates", "Updates", []incident.EntryKind{incident.DidUpdate}},
	{"paging", "Paging", []incident.EntryKind{
		incident.DidEscalate, incident.DidPage, incident.DidReport, incident.DidTrigger, incident.DidSuppress, incident.DidUnsuppress, incident.DidRemind,
	}},
	{"alerts", "Alerts", []incident.EntryKind{incident.DidOpen, incident.DidReopen, incident.DidJoin, incident.DidClear}},
	{"promises", "SLA", []incident.EntryKind{incident.DidWarn, incident.DidAutomate}},
}

// story narrows and orders a timeline as the query asks; a nil query is all of it, the newest first.
func (t teller) story(lines []incident.Entry, q url.Values) storyView {
	v := storyView{All: len(lines), Oldest: q.Get("order") == "oldest"}
	at := max(0, slices.IndexFunc(chapters, func(c chapter) bool { return c.key == q.Get("show") }))
	kinds := chapters[at].kinds
	for k := range lines {
		e := &lines[len(lines)-1-k]
		if v.Oldest {
			e = &lines[k]
		}
		if kinds != nil && !slices.Contains(kinds, e.Kind) {
			continue
		}
		switch {
		case len(v.Shown) < entriesShown:
			v.Shown = append(v.Shown, t.entry(e))
		case len(v.Further) < entriesMost:
			v.Further = append(v.Further, t.entry(e))
		default:
			v.Left++
		}
	}
	if q != nil {
		v.tabs(at)
	}
	return v
}

func (v *storyView) tabs(at int) {
	address := func(show string, oldest bool) string {
		q := url.Values{}
		if show != "" {
			q.Set("show", show)
		}
		if oldest {
			q.Set("order", "oldest")
		}
		return "?" + q.Encode() + "#timeline"
	}
	for k, c := range chapters {
		v.Tabs = append(v.Tabs, tab{c.word, address(c.key, v.Oldest), k == at})
	}
	v.Turn = address(chapters[at].key, !v.Oldest)
}

func (t teller) entry(e *incident.Entry) entryView {
	by := e.By
	if by.Kind == incident.ByUser {
		by.Name = person(t.book.Roster, oncall.UserID(by.Name)).Name
	}
	return entryView{At: t.moment(e.At), Kind: string(e.Kind), By: by.String(), What: e.What, Why: e.Why}
}
