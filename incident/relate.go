package incident

import (
	"fmt"
	"slices"

	"github.com/rouse/rouse/alert"
)

// relate links the incident with another record. What follows from a link (a child that is resolved with its parent) is for the
// caller to do to each record by itself.
func (d *draft) relate(a Relate) error {
	if d.i.State == Closed {
		return ErrFinal
	}
	if a.To == d.i.Number && a.Kind != ToProblem {
		return ErrItself
	}
	switch a.Kind {
	case ToParent:
		return d.one(&d.i.Parent, a, "parent", Ref(a.To))
	case ToProblem:
		return d.one(&d.i.Problem, a, "problem", fmt.Sprintf("PRB-%d", a.To))
	case ToPrevious:
		return d.one(&d.i.Previous, a, "earlier incident", Ref(a.To))
	case ToChild:
		return d.child(a)
	}
	return &FieldError{"kind", string(a.Kind), "parent, child, problem or previous"}
}

// one sets or clears a link of which there is one.
func (d *draft) one(field *int64, a Relate, word, ref string) error {
	switch {
	case a.Undo && *field != a.To, !a.Undo && *field == a.To:
		return ErrNothing
	case a.Undo:
		*field = 0
		d.tell(DidLink, a.By, "", "%s is no longer its %s", ref, word)
		return nil
	}
	*field = a.To
	d.tell(DidLink, a.By, "", "%s is its %s", ref, word)
	d.entries[len(d.entries)-1].Data = map[string]string{"kind": string(a.Kind), "to": ref}
	return nil
}

const childrenMost = 1000

func (d *draft) child(a Relate) error {
	at := slices.Index(d.i.Children, a.To)
	switch {
	case a.Undo && at < 0, !a.Undo && at >= 0:
		return ErrNothing
	case a.Undo:
		d.i.Children = slices.Delete(d.i.Children, at, at+1)
		d.tell(DidLink, a.By, "", "%s is no longer its child", Ref(a.To))
		return nil
	case len(d.i.Children) >= childrenMost:
		return &FieldError{"child", Ref(a.To), fmt.Sprintf("no more: %d children are enough", childrenMost)}
	}
	d.i.Children = append(d.i.Children, a.To)
	d.tell(DidLink, a.By, "", "%s is its child and follows its resolution", Ref(a.To))
	return nil
}

// mergeInto ends the incident as a duplicate. Its timeline stays readable where it is.
func (d *draft) mergeInto(a MergeInto) error {
	switch {
	case d.i.State == Closed:
		return ErrFinal
	case d.i.DuplicateOf != 0:
		return ErrMerged
	case a.Target == d.i.Number:
		return ErrItself
	}
	d.i.DuplicateOf = a.Target
	d.i.Firing = max(0, d.i.Firing-a.Moved)
	d.tell(DidMerge, a.By, "", "Merged into %s by %s: alerts and news go there from now on", Ref(a.Target), a.By.Name)
	if d.i.State.Open() {
		d.resolve(a.By, Duplicate, "duplicate of "+Ref(a.Target))
	}
	d.i.Code, d.i.Review.Required = Duplicate, false
	return nil
}

// absorb takes over what another incident knew. Whoever has this one hears of what nobody had taken there, as of an alert that joins.
func (d *draft) absorb(a Absorb) error {
	if err := d.settled(); err != nil {
		return err
	}
	if a.Source == d.i.Number {
		return ErrItself
	}
	was := d.i
	d.i.Merged = append(d.i.Merged, a.Source)
	d.i.Review.Required = d.i.Review.Required || a.Review
	d.i.Firing += a.Firing
	d.i.Total += a.Total
	d.tell(DidMerge, a.By, "", "%s merged into this one by %s, with %s: %s", Ref(a.Source), a.By.Name, counted(a.Total, "alert"), a.Title)
	d.entries[len(d.entries)-1].Data = map[string]string{"from": Ref(a.Source)}
	if a.Firing > 0 {
		d.unpause() // what has recovered goes on resolving when nothing that fires comes over
		worse := a.Lead != nil && a.Lead.Severity.Rank() > d.i.Severity.Rank()
		d.outdo(a.Lead)
		d.reroute(&was)
		d.inherit(a, worse)
	}
	return nil
}

// inherit tells whoever works on the incident of what came over, unless it was them who brought it.
func (d *draft) inherit(a Absorb, worse bool) {
	switch {
	case !a.Unheard || d.i.State != Acknowledged && d.i.State != OnHold || d.i.AckedBy == a.By.Name:
	case worse:
		d.retrigger(Ref(a.Source) + ", merged into it, is worse")
		d.startUnless(nil)
	default:
		d.i.Joined += a.Firing
		if d.i.TellAt.IsZero() {
			d.i.TellAt = d.now.Add(gather)
		}
	}
}

// outdo takes over the worst of the alerts that came over, as of one that joined: title, severity and with it the priority.
func (d *draft) outdo(worst *alert.Alert) {
	if worst != nil {
		d.lead(worst, worst.Severity.Rank() > d.i.Severity.Rank())
	}
	d.entitle()
}
