package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
)

const (
	reviewsShown = 200
	itemsShown   = 100
)

// reviewsView is the list of reviews, with what is owed.
type reviewsView struct {
	All     bool
	Overdue []itemView
	Open    []itemView
	More    int
	Owed    []owedView // incidents whose review is required and was not begun
	Rows    []reviewRow
}

type owedView struct {
	row
	Href string
	Due  string
	Late bool
}

type reviewRow struct {
	Ref, Href, Title string
	Service          string
	Priority, Tone   string
	State, StateWord string
	Owner, Due       string
	Late             bool
	Items, Done      int
}

// reviewsPage is GET /reviews.
func (c *call) reviewsPage() error {
	t := c.teller()
	v := reviewsView{All: c.r.URL.Query().Get("show") == "all"}
	err := c.walk(func(tx store.Tx, h *veil) error {
		all, err := tx.Reviews(nil, 0)
		if err != nil {
			return err
		}
		for k := range all {
			if err := c.listReview(tx, h, &v, &all[k], t); err != nil {
				return err
			}
		}
		return c.owedReviews(tx, h, &v, t)
	})
	if err != nil {
		return err
	}
	byDue := func(a, b itemView) int {
		return cmp.Or(onlyInt(a.Mine, 0, 1)-onlyInt(b.Mine, 0, 1), cmp.Compare(a.DueForm, b.DueForm))
	}
	slices.SortStableFunc(v.Overdue, byDue)
	slices.SortStableFunc(v.Open, byDue)
	v.More = max(0, len(v.Open)-itemsShown)
	v.Open = v.Open[:min(len(v.Open), itemsShown)]
	return c.show(http.StatusOK, "reviews", frame{Title: "Reviews", Here: "reviews", Zone: t.zone.String(), Body: v})
}

// listReview adds one review to the list, where the caller may see it and its incident.
func (c *call) listReview(tx store.Tx, h *veil, v *reviewsView, r *review.Review, t teller) error {
	if !h.seesReview(r) {
		return h.err
	}
	h.hushReview(r)
	for k := range r.Items {
		if r.Items[k].State != review.ItemOpen {
			continue
		}
		i := t.item(&r.Items[k])
		i.Ref, i.Review = r.Ref(), reviewAddress(r.Incident)
		if i.Late {
			v.Overdue = append(v.Overdue, i)
		} else {
			v.Open = append(v.Open, i)
		}
	}
	if (v.All || r.State != review.StatePublished) && len(v.Rows) < reviewsShown {
		v.Rows = append(v.Rows, t.reviewRow(r))
	}
	return h.err
}

func (t teller) reviewRow(r *review.Review) reviewRow {
	v := reviewRow{
		Ref: r.Ref(), Href: reviewAddress(r.Incident), Title: r.Title, Service: r.Service, Priority: string(r.Priority), Tone: strings.ToLower(string(r.Priority)),
		State: string(r.State), StateWord: reviewWords[r.State], Due: t.date(r.DueAt), Items: len(r.Items),
	}
	v.Late = r.State != review.StatePublished && !r.DueAt.IsZero() && !r.DueAt.After(t.now)
	if r.Owner != "" {
		v.Owner = upper(t.name(string(r.Owner)))
	}
	for k := range r.Items {
		if r.Items[k].State != review.ItemOpen {
			v.Done++
		}
	}
	return v
}

// owedReviews finds resolved incidents whose review is required and was not begun.
func (c *call) owedReviews(tx store.Tx, h *veil, v *reviewsView, t teller) error {
	var numbers []int64
	f := store.Filter{States: states["resolved"], May: c.may()}
	err := tx.EachFacts(f, func(f *incident.Facts) error {
		if f.Review.Required && f.Review.State == "" && len(numbers) < reviewsShown {
			numbers = append(numbers, f.Number)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, n := range numbers {
		i, err := h.shown(n)
		if err != nil {
			return err
		}
		o := owedView{row: t.row(&i), Href: reviewAddress(n), Due: t.date(i.Review.DueAt)}
		o.Late = !i.Review.DueAt.IsZero() && !i.Review.DueAt.After(t.now)
		v.Owed = append(v.Owed, o)
	}
	return nil
}
