package web

import (
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

func amendVerb(c *call, in read) (deed, error) {
	var m client.Amendment
	if err := in(&m); err != nil {
		return nil, err
	}
	a := incident.Amend{
		By: c.who.actor(), Service: m.Service, Type: m.Type, Category: m.Category, Impact: incident.Grade(m.Impact),
		Urgency: incident.Grade(m.Urgency), Priority: incident.Priority(strings.ToUpper(m.Priority)), Matrix: m.Matrix,
	}
	var errs [4]error
	a.Title, errs[0] = line("title", m.Title)
	a.Reason, errs[1] = text("reason", m.Reason, longestText)
	if m.UpdateEvery != "" {
		a.UpdateEvery, errs[2] = duration("updateEvery", m.UpdateEvery)
	}
	if m.StartedAt != "" {
		a.StartedAt, errs[3] = when("startedAt", m.StartedAt, c.user().Zone)
	}
	return c.does(a), first(errs[:])
}

func diagnoseVerb(c *call, in read) (deed, error) {
	var d client.Diagnosis
	if err := in(&d); err != nil {
		return nil, err
	}
	what, err := text("text", d.Text, longestText)
	return c.does(incident.Diagnose{By: c.who.actor(), Kind: incident.Finding(d.Kind), Text: what}), err
}

func linkVerb(c *call, in read) (deed, error) {
	var at client.Attachment
	if err := in(&at); err != nil {
		return nil, err
	}
	words, err := line("text", at.Text)
	href, err2 := text("href", at.Href, longestLink)
	return c.does(incident.Attach{By: c.who.actor(), Href: href, Text: words}), first([]error{err, err2})
}

func roleVerb(c *call, in read) (deed, error) {
	var ap client.Appointment
	if err := in(&ap); err != nil {
		return nil, err
	}
	a := incident.Assign{By: c.who.actor(), Role: incident.Role(ap.Role)}
	if ap.To == "" {
		return c.does(a), nil
	}
	to, err := c.somebody(ap.To)
	a.To = to
	return c.does(a), err
}

// updateVerb publishes a status update. Without a text the engine takes the template of the phase.
func updateVerb(c *call, in read) (deed, error) {
	var p client.Publication
	if err := in(&p); err != nil {
		return nil, err
	}
	words, err := text("text", p.Text, longestText)
	if err != nil {
		return nil, err
	}
	next, err := c.next(p.Next)
	return func(i *incident.Incident) (incident.Incident, error) {
		a := incident.Publish{By: c.who.actor(), Audience: incident.Audience(p.Audience), Phase: incident.Phase(p.Phase), Text: words, Next: next}
		if a.Audience == "" {
			a.Audience = usualAudience(i)
		}
		if a.Phase == "" {
			a.Phase = usualPhase(i)
		}
		return c.s.Engine.Do(c.r.Context(), i.Number, a)
	}, err
}

// next reads when the next update is owed: after a duration, or at a time.
func (c *call) next(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := duration("next", s); err == nil {
		return c.now.Add(d).UTC(), nil
	}
	t, err := when("next", s, c.user().Zone)
	if err != nil {
		return t, bad("next", "Write a duration such as 30m, or a time such as 2026-11-23T09:00:00Z.", "%q is neither a duration nor a time", brief(s))
	}
	if !t.After(c.now) {
		return t, bad("next", "Name a time to come.", "%s has passed", t.Format(time.RFC3339))
	}
	return t, nil
}

func usualAudience(i *incident.Incident) incident.Audience {
	if i.Confidential() {
		return incident.ForResponders
	}
	return incident.ForStakeholders
}

// usualPhase is the phase of an update whose writer does not say: the last one's, as far as it fits the state.
func usualPhase(i *incident.Incident) incident.Phase {
	switch {
	case !i.State.Open():
		return incident.PhaseResolved
	case i.Status != nil && i.Status.Phase != incident.PhaseResolved:
		return i.Status.Phase
	}
	return incident.Investigating
}

func respondersVerb(c *call, in read) (deed, error) {
	var h client.Help
	if err := in(&h); err != nil {
		return nil, err
	}
	why, err := text("why", h.Why, longestTitle)
	if err != nil {
		return nil, err
	}
	if len(h.Users) > respondersMost {
		return nil, bad("users", "Ask those who can help.", "there are more than %d", respondersMost)
	}
	var who []oncall.UserID
	for _, name := range h.Users {
		some, err := c.meant(name)
		if err != nil {
			return nil, err
		}
		who = append(who, some...)
	}
	return c.does(incident.Inform{By: c.who.actor(), Who: who, Why: why}), nil
}

// meant says whom a name means now: a user, or with the words of an escalation level (schedule/x, team/x) whoever that is.
func (c *call) meant(name string) ([]oncall.UserID, error) {
	if !strings.Contains(name, "/") {
		u, err := c.somebody(name)
		return []oncall.UserID{u}, err
	}
	t, err := oncall.ParseTarget(name)
	if err != nil || t.Kind == oncall.ToReceiver {
		return nil, bad("users", "Write a user, schedule/NAME or team/NAME.", "%q names nobody", brief(name))
	}
	who := c.s.Engine.Book().Roster.Resolve(t, c.now)
	if len(who) == 0 {
		return nil, bad("users", "Name somebody else.", "%s has nobody now", brief(name))
	}
	return who, nil
}

// requireVerb demands a review of one incident, whatever its priority.
func requireVerb(c *call, in read) (deed, error) {
	return c.does(incident.Reviewed{By: c.who.actor()}), in(&struct{}{})
}

const (
	respondersMost = 50
	mergeMost      = 2000 // alerts: what the engine moves in one commit
)

// mergeVerb ends an incident as a duplicate. The timeline of the other will have its title, so a security incident is merged
// only with one that the same people see.
func mergeVerb(c *call, in read) (deed, error) {
	var m client.Merging
	if err := in(&m); err != nil {
		return nil, err
	}
	return func(i *incident.Incident) (incident.Incident, error) {
		into, err := c.seen(m.Into)
		switch {
		case err != nil:
			return into, err
		case (i.Confidential() || into.Confidential()) && (i.Type != into.Type || i.Team != into.Team):
			return into, incident.ErrMixed
		case i.Total > mergeMost && i.DuplicateOf == 0:
			return into, errManyAlerts
		}
		_, after, err := c.s.Engine.Merge(c.r.Context(), i.Number, m.Into, c.who.actor())
		return after, err
	}, nil
}

// relateVerb links records. Both have to be the caller's to see.
func relateVerb(c *call, in read) (deed, error) {
	var r client.Relation
	if err := in(&r); err != nil {
		return nil, err
	}
	kinds := []string{string(incident.ToParent), string(incident.ToChild), string(incident.ToPrevious), string(incident.ToProblem)}
	if r.Kind == "" {
		return nil, bad("kind", "Write one of "+strings.Join(kinds, ", ")+".", "it is missing")
	}
	a := incident.Relate{By: c.who.actor(), Kind: incident.Relation(r.Kind), To: r.To, Undo: r.Undo}
	return func(i *incident.Incident) (incident.Incident, error) {
		if err := c.mustSeeOther(a); err != nil {
			return incident.Incident{}, err
		}
		return c.s.Engine.Relate(c.r.Context(), i.Number, a)
	}, among("kind", r.Kind, kinds...)
}

// mustSeeOther refuses a relation with what the caller may not see.
func (c *call) mustSeeOther(a incident.Relate) error {
	if a.Kind == incident.ToProblem {
		return c.mustSeeProblem(a.To)
	}
	return c.mustSee(a.To)
}
