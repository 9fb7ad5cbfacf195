package review

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rouse/rouse/incident"
)

// kept is what of an incident's timeline belongs in the story that a review tells. Left out is what is noise by then: what
// became of each text and call, alerts that joined and recovered, silences, automations, reminders.
var kept = map[incident.EntryKind]bool{
	incident.DidOpen: true, incident.DidReopen: true, incident.DidTrigger: true, incident.DidEscalate: true,
	incident.DidAck: true, incident.DidAssign: true, incident.DidHold: true, incident.DidResume: true, incident.DidNote: true,
	incident.DidChange: true, incident.DidDiagnose: true, incident.DidRole: true, incident.DidUpdate: true,
	incident.DidMerge: true, incident.DidResolve: true, incident.DidClose: true, incident.DidConfirm: true,
}

// turning are the entries after which pages are of another level.
var turning = map[incident.EntryKind]bool{
	incident.DidEscalate: true, incident.DidTrigger: true, incident.DidReopen: true, incident.DidAssign: true, incident.DidUnsuppress: true,
}

// condense tells an incident's timeline in as few lines as tell the same story. All pages of one level are one line, at the
// time of the first. The lines have numbers from 1.
func condense(timeline []incident.Entry) []Line {
	var out []Line
	var level *pages
	for _, en := range timeline {
		if turning[en.Kind] {
			level = nil
		}
		switch {
		case en.Kind == incident.DidPage:
			p, ok := readPage(en.What)
			if !ok {
				continue
			}
			if level == nil {
				level = &pages{line: len(out)}
				out = append(out, lineOf(en))
			}
			level.add(p)
			out[level.line].What = level.String()
		case kept[en.Kind], en.Kind == incident.DidWarn && breach(en):
			out = append(out, lineOf(en))
		}
	}
	for k := range out {
		out[k].ID = k + 1
	}
	return out
}

func lineOf(en incident.Entry) Line {
	return Line{At: en.At.UTC(), Who: en.By.String(), What: en.What, Kind: en.Kind, Seq: en.Seq}
}

// breach reports whether an entry of an SLA is the one that says that its time is over; warnings before and after are noise.
func breach(en incident.Entry) bool {
	p, err := strconv.Atoi(en.Data["percent"])
	return err == nil && p >= 100 && en.Data["first"] != "false"
}

// page is one page as the timeline tells it.
type page struct{ user, via string }

// readPage reads "Paging ana by sms". News to somebody who already works on the incident is no page.
func readPage(what string) (page, bool) {
	rest, ok := strings.CutPrefix(what, "Paging ")
	if !ok {
		return page{}, false
	}
	k := strings.LastIndex(rest, " by ")
	if k < 0 {
		return page{}, false
	}
	return page{user: rest[:k], via: rest[k+len(" by "):]}, true
}

// pages are the pages of one level.
type pages struct {
	line int // where their line stands
	who  []string
	how  map[string][]string // by user, the methods in order, each once
	n    map[page]int
}

func (p *pages) add(g page) {
	if p.how == nil {
		p.how, p.n = map[string][]string{}, map[page]int{}
	}
	if _, known := p.how[g.user]; !known {
		p.who = append(p.who, g.user)
	}
	if p.n[g]++; p.n[g] == 1 {
		p.how[g.user] = append(p.how[g.user], g.via)
	}
}

// String says whom the level paged and how: "Paged ana (sms, call twice) and bo (sms)".
func (p *pages) String() string {
	people := make([]string, len(p.who))
	for k, u := range p.who {
		how := make([]string, len(p.how[u]))
		for m, via := range p.how[u] {
			how[m] = via + times(p.n[page{u, via}])
		}
		people[k] = u + " (" + strings.Join(how, ", ") + ")"
	}
	return "Paged " + and(people)
}

func times(n int) string {
	switch n {
	case 1:
		return ""
	case 2:
		return " twice"
	}
	return fmt.Sprintf(" %d times", n)
}
