package engine

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/store"
)

// bundle makes others told by p.
func (b *batch) bundle(p *store.Page, others []store.Page) error {
	if len(others) == 0 {
		return nil
	}
	c, err := b.tx.Contact(p.To)
	if err != nil {
		return b.fail(err)
	}
	c.BundleNext++
	p.BundleCode = fmt.Sprintf("B%d", c.BundleNext)
	numbers := []int64{p.Incident}
	p.Members, p.Missed = p.Members[:0], false // what was missed before, others have not heard of
	for k := range others {
		m := &others[k]
		m.State, m.Parent, m.NextAt, m.To = store.Bundled, p.ID, time.Time{}, p.To
		p.Members = append(p.Members, m.ID)
		numbers = append(numbers, m.Incident)
		if err := b.put(m); err != nil {
			return err
		}
	}
	if c.Bundles == nil {
		c.Bundles = map[string][]int64{}
	}
	c.Bundles[p.BundleCode] = numbers
	delete(c.Bundles, fmt.Sprintf("B%d", c.BundleNext-bundlesKept))
	return b.fail(b.tx.PutContact(c))
}

// bundlesKept is how many bundle codes of one number can still be answered.
const bundlesKept = 20

// unpack drops what nobody wants any more, takes earlier bundles apart, and keeps one page of each incident.
func (b *batch) unpack(s *stack) ([]store.Page, error) {
	wanted, err := b.sift(s)
	if err != nil {
		return nil, err
	}
	return b.newest(wanted)
}

// sift drops what nobody wants any more, and takes earlier bundles apart.
func (b *batch) sift(s *stack) (wanted []store.Page, err error) {
	for k := range s.pages {
		p := s.pages[k]
		for _, id := range p.Members {
			m, err := b.page(id)
			if err != nil {
				return nil, err
			}
			if !b.wanted(m) {
				if err := b.end(m, store.Void, ""); err != nil {
					return nil, err
				}
				continue
			}
			m.State, m.Parent = store.Queued, ""
			wanted = append(wanted, *m)
		}
		p.Members, p.BundleCode = nil, ""
		switch {
		case b.wanted(&p):
			wanted = append(wanted, p)
		case b.waits(&p):
			p.NextAt = b.now.Add(soon)
			err = b.put(&p)
		default:
			err = b.end(&p, store.Void, "")
		}
		if err != nil {
			return nil, err
		}
	}
	return wanted, nil
}

// newest keeps one page of each incident, the latest: one message says it once.
func (b *batch) newest(pages []store.Page) ([]store.Page, error) {
	last := map[int64]int{}
	for k := range pages {
		if old, ok := last[pages[k].Incident]; !ok || !pages[k].At.Before(pages[old].At) {
			last[pages[k].Incident] = k
		}
	}
	if len(last) == len(pages) {
		return pages, nil
	}
	var keep []store.Page
	for k := range pages {
		if last[pages[k].Incident] == k {
			keep = append(keep, pages[k])
			continue
		}
		if err := b.end(&pages[k], store.Void, "told by a later page"); err != nil {
			return nil, err
		}
	}
	return keep, nil
}

// weight orders a bundle: worst priority first, then oldest.
func (b *batch) weight(p *store.Page) string {
	i, err := b.incident(p.Incident)
	if err != nil {
		return "P9"
	}
	return fmt.Sprintf("%s %012d", i.Priority, i.Number)
}

// soon is when a page that cannot go just now is looked at again.
const soon = 3 * time.Second
