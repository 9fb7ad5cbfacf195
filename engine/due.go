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
	d, err := b.due(most)
	if err != nil {
		return nil, err
	}
	var jobs []job
	take := func(got []job, err error) error {
		jobs = append(jobs, got...)
		return err
	}
	for k := 0; k < len(d.alone) && len(jobs) < limit; k++ {
		if err := take(b.claimOne(d.alone[k])); err != nil {
			return nil, err
		}
	}
	for k := 0; k < len(d.stacks) && len(jobs) < limit; k++ {
		claim := b.claimStack
		if d.stacks[k].pages[0].Kind == incident.PageNews {
			claim = b.claimNews
		}
		if err := take(claim(d.stacks[k])); err != nil {
			return nil, err
		}
	}
	for k := 0; k < len(d.patient) && len(jobs) < limit-cap(b.e.slots)/4; k++ {
		if err := take(b.claimOne(d.patient[k])); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// dues is what is due: pages that stand alone, stacks in order of haste, and what wakes nobody.
type dues struct {
	alone   []*store.Page
	stacks  []*stack
	patient []*store.Page
}

// deeper is how much further it is looked when all that was looked at wakes nobody: a page may be due behind it.
const deeper = 20

func (b *batch) due(most int) (dues, error) {
	pages, err := b.tx.DuePages(b.now, most)
	if err != nil {
		return dues{}, b.fail(err)
	}
	d := part(pages)
	if len(pages) < most || len(d.alone)+len(d.stacks) > 0 {
		return d, nil
	}
	if pages, err = b.tx.DuePages(b.now, deeper*most); err != nil {
		return dues{}, b.fail(err)
	}
	return part(pages), nil
}

func part(pages []store.Page) (d dues) {
	index := map[[2]string]*stack{}
	for k := range pages {
		p := &pages[k]
		key, stacked := stackKey(p)
		switch {
		case stacked && index[key] != nil:
			index[key].pages = append(index[key].pages, *p)
		case stacked:
			index[key] = &stack{user: p.User, via: p.Via, pages: []store.Page{*p}}
			d.stacks = append(d.stacks, index[key])
		case patient(p):
			d.patient = append(d.patient, p)
		default:
			d.alone = append(d.alone, p)
		}
	}
	slices.SortStableFunc(d.stacks, func(x, y *stack) int { return cmp.Compare(haste(x), haste(y)) })
	return d
}

// patient reports whether a page wakes nobody, so that those which do go first: news by mail, rooms, steps of automations.
func patient(p *store.Page) bool {
	return p.Kind == incident.PageNews || p.Kind == incident.PageRoom || p.Kind == incident.PageRun
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
