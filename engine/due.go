package engine

import (
	"cmp"
	"slices"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// stack is what is due for one person by one method.
type stack struct {
	user  oncall.UserID
	via   oncall.Method
	pages []store.Page
}

// claim takes at most `most` pages that are due and turns them into at most limit jobs: what wakes people first. Whatever mail
// servers and rooms do, a quarter of the slots is never theirs.
func (b *batch) claim(limit, most int) ([]job, error) {
	pages, err := b.tx.DuePages(b.now, most)
	if err != nil {
		return nil, b.fail(err)
	}
	alone, stacks := part(pages)
	var jobs []job
	take := func(got []job, err error) error {
		jobs = append(jobs, got...)
		return err
	}
	for k := 0; k < len(alone) && len(jobs) < limit; k++ {
		if err := take(b.claimOne(alone[k])); err != nil {
			return nil, err
		}
	}
	for k := 0; k < len(stacks) && len(jobs) < limit; k++ {
		claim := b.claimStack
		if stacks[k].pages[0].Kind == incident.PageNews {
			claim = b.claimNews
		}
		if err := take(claim(stacks[k])); err != nil {
			return nil, err
		}
	}
	left := b.e.patientSlots(limit - len(jobs))
	if left <= 0 {
		return jobs, nil
	}
	if pages, err = b.tx.DuePatient(b.now, left); err != nil {
		return nil, b.fail(err)
	}
	for k := range pages {
		if err := take(b.claimOne(&pages[k])); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// patientSlots is how many of the free slots may go to pages that wake nobody; negative or 0 for none.
func (e *Engine) patientSlots(free int) int { return free - cap(e.slots)/4 }

// part parts pages into those that stand alone and stacks in order of haste.
func part(pages []store.Page) (alone []*store.Page, stacks []*stack) {
	index := map[[2]string]*stack{}
	for k := range pages {
		p := &pages[k]
		key, stacked := stackKey(p)
		switch {
		case stacked && index[key] != nil:
			index[key].pages = append(index[key].pages, *p)
		case stacked:
			index[key] = &stack{user: p.User, via: p.Via, pages: []store.Page{*p}}
			stacks = append(stacks, index[key])
		default:
			alone = append(alone, p)
		}
	}
	slices.SortStableFunc(stacks, func(x, y *stack) int { return cmp.Compare(haste(x), haste(y)) })
	return alone, stacks
}

// patient reports whether a page wakes nobody, so that it waits in a lane of its own: rooms, steps of automations, and news by
// mail or to an address.
func patient(p *store.Page) bool {
	switch p.Kind {
	case incident.PageRoom, incident.PageRun:
		return true
	case incident.PageNews:
		_, stacked := stackKey(p)
		return !stacked && (p.Via == oncall.Email || p.Address != "")
	}
	return false
}

// haste orders stacks: pages, then growth, then news.
func haste(s *stack) int {
	switch s.pages[0].Kind {
	case incident.PageAlert:
		return 0
	case incident.PageUpdate:
		return 1
	}
	return 2
}

// stackKey says which pages may be told together: alert pages that wait for one person and one kind of phone message, and
// news of growth for one person.
func stackKey(p *store.Page) ([2]string, bool) {
	switch {
	case p.State != store.Queued || (p.Via != oncall.SMS && p.Via != oncall.Call):
		return [2]string{}, false
	case p.Kind == incident.PageAlert:
		return [2]string{string(p.User), string(p.Via)}, true
	case p.Kind == incident.PageUpdate:
		return [2]string{string(p.User), "growth"}, true
	case p.Kind == incident.PageNews && p.Address == "":
		return [2]string{string(p.User), "news " + string(p.Via)}, true
	}
	return [2]string{}, false
}
