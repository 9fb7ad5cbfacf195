package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/incident/sla"
)

// reviewFacts are the numbers of a review, which nobody edits.
func (t teller) reviewFacts(v *reviewView, r *review.Review) {
	f := &r.Facts
	add := func(name, value string) {
		if value != "" {
			v.Facts = append(v.Facts, fact{name, value})
		}
	}
	whenSet := func(at time.Time) string { return onlyIf(!at.IsZero(), t.day(at)) }
	add("Began", whenSet(f.StartedAt))
	add("Detected", whenSet(f.CreatedAt))
	add("Acknowledged", onlyIf(!f.FirstAckAt.IsZero(), whenSet(f.FirstAckAt)+" by "+t.name(f.FirstAckBy)))
	add("Resolved", onlyIf(!f.ResolvedAt.IsZero(), whenSet(f.ResolvedAt)+onlyIf(f.Code != "", " ("+codeWord(f.Code)+")")))
	add("Time to acknowledge", onlyIf(!f.FirstAckAt.IsZero(), age(f.TimeToAck)))
	add("Time to resolve", onlyIf(!f.ResolvedAt.IsZero(), age(f.TimeToResolve)))
	for _, n := range []struct {
		name string
		n    int
	}{{"Alerts", f.Alerts}, {"Interruptions", f.Pings}, {"Escalations", f.Escalations}, {"Lapsed acknowledgements", f.Lapses}, {"Reopened", f.Reopens}, {"Status updates", f.Updates}} {
		add(n.name, onlyIf(n.n > 0, fmt.Sprint(n.n)))
	}
	for _, p := range f.SLAs {
		v.Promises = append(v.Promises, promise(&p))
	}
	for _, p := range f.People {
		v.Paged = append(v.Paged, fact{upper(t.name(string(p.User))), plural(p.Times, "time") + ", first at " + t.short(p.At)})
	}
}

func promise(p *review.Promise) promiseView {
	v := promiseView{Name: upper(string(p.Kind)) + " · " + p.SLA, Detail: age(p.Elapsed) + " of " + age(p.Target)}
	switch {
	case p.Breached:
		v.Word, v.Tone = "Missed", "bad"
	case p.Done:
		v.Word, v.Tone = "Kept", "good"
	default:
		v.Word, v.Tone = "Still running", "warn"
	}
	if p.Kind == sla.Response && !p.Done && !p.Breached {
		v.Word = "Not acknowledged yet"
	}
	return v
}

// reviewParts are the text of a review, for reading and for the form.
func (t teller) reviewParts(v *reviewView, r *review.Review) {
	for _, f := range reviewFields {
		value := f.get(r)
		rows := 4
		if f.list {
			rows = 5
		}
		v.Fields = append(v.Fields, fieldView{f.name, f.label, f.hint, value, f.short, rows})
		if len(v.Parts) == 0 || v.Parts[len(v.Parts)-1].Title != f.part {
			v.Parts = append(v.Parts, partView{Title: f.part})
		}
		p := &v.Parts[len(v.Parts)-1]
		switch {
		case value == "":
		case f.list:
			p.List = strings.Split(value, "\n")
		case f.label == f.part:
			p.Texts = append(p.Texts, fact{"", value})
		default:
			p.Texts = append(p.Texts, fact{f.label, value})
		}
		if f.name == "money" && r.Impact.Duration > 0 {
			p.Texts = append(p.Texts, fact{"Duration", age(r.Impact.Duration)})
		}
	}
}

// item words an action item.
func (t teller) item(i *review.Item) itemView {
	v := itemView{
		ID: i.ID, Text: i.Text, Type: string(i.Type), TypeWord: upper(string(i.Type)), Owner: string(i.Owner), Due: t.date(i.Due), DueForm: t.formTime(i.Due, dayForm),
		Late: i.Overdue(t.now), State: string(i.State), Priority: i.Priority, Ticket: i.Ticket, TicketForm: i.Ticket, Href: webLink(i.Ticket), Mine: i.Owner != "" && i.Owner == t.me,
	}
	if i.Owner != "" {
		v.OwnerName = upper(t.name(string(i.Owner)))
	}
	if v.Href != "" {
		v.Ticket = hostOf(v.Href)
	}
	if i.State != review.ItemOpen {
		v.End = upper(string(i.State)) + " " + t.date(i.DoneAt)
		if i.DoneBy != "" {
			v.End += " by " + t.name(i.DoneBy)
		}
		if i.Note != "" {
			v.End += ": " + i.Note
		}
	}
	return v
}

// itemForms are the forms of one action item.
type itemForms struct {
	View reviewView
	Item itemView
	Bad  *fault
}

// Form is the forms of an action item, with why one of them was refused.
func (v reviewView) Form(i itemView) itemForms {
	f := itemForms{View: v, Item: i}
	if v.Fault != nil && slices.Contains([]string{"item", "done", "drop", "open"}, v.Fault.Do) && v.Fault.kept.Get("id") == fmt.Sprint(i.ID) {
		f.Bad = v.Fault
	}
	return f
}
