package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/web/client"
)

func ptr[T any](v T) *T { return &v }

// TestAReviewsLife goes through everything that people do to a review.
func TestAReviewsLife(t *testing.T) {
	w := newProcessWorld(t)
	ctx, bo := t.Context(), w.api("responder")
	n := w.fire("checkout", "HighErrorRate")
	if _, err := bo.Review(ctx, n); codeOf(t, err) != "no_review" {
		t.Errorf("before the draft: got %v", err)
	}
	_, err := bo.Ack(ctx, n, client.Lease{})
	must(t, err)
	_, err = bo.Resolve(ctx, n, client.Resolution{Note: "limited the retries"})
	must(t, err)
	r, err := bo.DraftReview(ctx, n)
	must(t, err)
	if r.State != "draft" || r.Owner != "bo" || r.Facts.FirstAckBy != "bo" || len(r.Timeline) == 0 || r.DueAt.IsZero() || !slices.Equal(r.Missing, []string{"a contributing factor"}) {
		t.Errorf("the draft: got %+v", r)
	}
	if _, err := bo.PublishReview(ctx, n); codeOf(t, err) != "incomplete" {
		t.Errorf("published too soon: got %v", err)
	}
	r, err = bo.EditReview(ctx, n, client.ReviewEdit{Factors: ptr([]string{"Ana pushed the button"}), Impact: ptr("nobody paid"), Participants: ptr([]string{"Ana", "bo"}), DurationSeconds: ptr(int64(90))})
	must(t, err)
	if len(r.Doubts) != 1 || r.Impact != "nobody paid" || !slices.Equal(r.Participants, []string{"ana", "bo"}) || r.DurationSeconds != 90 {
		t.Errorf("edited: got %+v", r)
	}
	r, err = bo.AddItem(ctx, n, client.NewItem{Text: "limit retries", Owner: "Ana", Due: night.Add(-time.Hour)})
	must(t, err)
	if len(r.Items) != 1 || r.Items[0].Type != "prevent" || r.Items[0].Owner != "ana" || !r.Items[0].Overdue || r.OverdueItems != 1 {
		t.Errorf("an item: got %+v", r.Items)
	}
	r, err = bo.EditItem(ctx, n, 1, client.ItemEdit{Ticket: ptr("T-1"), Owner: ptr("bo")})
	must(t, err)
	if r.Items[0].Ticket != "T-1" || r.Items[0].Owner != "bo" {
		t.Errorf("the item edited: got %+v", r.Items)
	}
	if _, err := bo.DropItem(ctx, n, 1, ""); codeOf(t, err) != "needs_reason" {
		t.Errorf("dropped without a reason: got %v", err)
	}
	r, err = bo.DoItem(ctx, n, 1, "merged")
	must(t, err)
	if r.Items[0].State != "done" || r.Items[0].DoneBy != "bo" || r.OpenItems != 0 {
		t.Errorf("the item done: got %+v", r.Items)
	}
	_, err = bo.ReopenItem(ctx, n, 1, "")
	must(t, err)
	r, err = bo.AddLine(ctx, n, client.NewLine{At: night.Add(time.Minute), What: "the shops called"})
	must(t, err)
	lines := len(r.Timeline)
	r, err = bo.HideLine(ctx, n, 1, true)
	must(t, err)
	if len(r.Timeline) != lines || !r.Timeline[0].Hidden {
		t.Errorf("a line hidden: got %+v", r.Timeline)
	}
	_, err = bo.SubmitReview(ctx, n)
	must(t, err)
	r, err = w.api("manager").ApproveReview(ctx, n, "fine")
	must(t, err)
	if len(r.Approvals) != 1 || r.Approvals[0].By != "cy" {
		t.Errorf("approved: got %+v", r.Approvals)
	}
	_, err = w.api("manager").ReturnReview(ctx, n, "say more")
	must(t, err)
	_, err = bo.SubmitReview(ctx, n)
	must(t, err)
	r, err = bo.PublishReview(ctx, n)
	must(t, err)
	if r.State != "published" || r.PublishedBy != "bo" {
		t.Errorf("published: got %+v", r.ReviewSummary)
	}
	if _, err := bo.EditReview(ctx, n, client.ReviewEdit{Summary: ptr("x")}); codeOf(t, err) != "published" {
		t.Errorf("edited afterwards: got %v", err)
	}
	i, err := bo.Close(ctx, n, client.Closure{Confirmed: "the shops"})
	must(t, err)
	if i.State != "closed" || i.Review.State != "published" {
		t.Errorf("closed: got %+v", i)
	}
	list, err := w.api("viewer").Reviews(ctx, []string{"published"}, 0)
	must(t, err)
	if len(list) != 1 || list[0].Incident != n || list[0].OverdueItems != 1 {
		t.Errorf("the list: got %+v", list)
	}
}

func TestReviewAsMarkdown(t *testing.T) {
	w := newProcessWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	_, err := w.api("responder").DraftReview(t.Context(), n)
	must(t, err)
	doc, err := w.api("viewer").ReviewMarkdown(t.Context(), n, "Europe/Madrid")
	must(t, err)
	if !strings.Contains(string(doc), "## Contributing factors") || !strings.Contains(string(doc), "CET") {
		t.Errorf("got %s", doc)
	}
	for accept, kind := range map[string]string{
		"text/markdown": "text/markdown; charset=utf-8", "application/json, text/markdown": "application/json", "": "application/json", "text/html, text/markdown;q=0.9": "text/markdown; charset=utf-8",
	} {
		r := w.request("GET", ref(n)+"/review", "")
		r.Header.Set("Authorization", "Bearer secret-viewer")
		r.Header.Set("Accept", accept)
		if got := w.ask(r); got.header.Get("Content-Type") != kind {
			t.Errorf("Accept %q: got %q", accept, got.header.Get("Content-Type"))
		}
	}
}

// TestAProblemsLife goes through everything that people do to a problem, and what it means for its incidents.
func TestAProblemsLife(t *testing.T) {
	w := newProcessWorld(t)
	ctx, bo := t.Context(), w.api("responder")
	a, b, closed := w.fire("checkout", "A"), w.fire("mail", "B"), w.fire("mail", "C")
	_, err := bo.Resolve(ctx, closed, client.Resolution{})
	must(t, err)
	_, err = bo.Close(ctx, closed, client.Closure{})
	must(t, err)
	p, err := bo.OpenProblem(ctx, client.NewProblem{Title: "Retries pile up", Service: "checkout", Owner: "Ana", Incidents: []int64{a, closed}})
	must(t, err)
	if p.Ref != "PRB-1" || p.Team != "payments" || p.Owner != "ana" || p.State != "open" || !slices.Equal(p.Incidents, []int64{a, closed}) {
		t.Errorf("opened: got %+v", p)
	}
	p, err = bo.LinkProblem(ctx, 1, b)
	must(t, err)
	if !slices.Contains(p.Incidents, b) {
		t.Errorf("linked: got %v", p.Incidents)
	}
	if _, err := bo.LinkProblem(ctx, 1, b); codeOf(t, err) != "linked" {
		t.Errorf("linked twice: got %v", err)
	}
	p, err = bo.AnalyseProblem(ctx, 1, client.Analysis{Cause: "no limit", Workaround: "restart the till"})
	must(t, err)
	if p.State != "known_error" {
		t.Errorf("analysed: got %s", p.State)
	}
	d, err := bo.Incident(ctx, a, 0)
	must(t, err)
	if d.Workaround != "restart the till" || d.Problem != 1 {
		t.Errorf("its incident: got %q, problem %d", d.Workaround, d.Problem)
	}
	list, err := bo.Incidents(ctx, client.Filter{Problem: 1})
	must(t, err)
	if len(list.Incidents) != 2 {
		t.Errorf("its incidents: got %d", len(list.Incidents))
	}
	_, err = bo.Ack(ctx, a, client.Lease{})
	must(t, err)
	_, err = bo.Hold(ctx, a, client.Holding{Reason: "problem is being fixed"})
	must(t, err)
	p, err = bo.UnlinkProblem(ctx, 1, b)
	must(t, err)
	if slices.Contains(p.Incidents, b) {
		t.Errorf("unlinked: got %v", p.Incidents)
	}
	if _, err := bo.UnlinkProblem(ctx, 1, b); codeOf(t, err) != "not_linked" {
		t.Errorf("unlinked twice: got %v", err)
	}
	_, err = bo.EditProblem(ctx, 1, client.ProblemEdit{Title: ptr("Retries pile up at night")})
	must(t, err)
	_, err = bo.NoteProblem(ctx, 1, "the bank knows")
	must(t, err)
	_, err = bo.FixProblem(ctx, 1, "")
	must(t, err)
	if _, err := bo.ResolveProblem(ctx, 1, client.ProblemResolution{Code: "done", Note: "x"}); codeOf(t, err) != "invalid" {
		t.Errorf("an unknown code: got %v", err)
	}
	p, err = bo.ResolveProblem(ctx, 1, client.ProblemResolution{Code: "fix_applied", Note: "limited"})
	must(t, err)
	if i := w.incident(a); i.State != incident.Resolved || i.Code != "by_problem" || p.State != "resolved" {
		t.Errorf("resolved: got %s, its incident is %s %s", p.State, i.State, i.Code)
	}
	_, err = bo.ReopenProblem(ctx, 1, "it is back")
	must(t, err)
	_, err = bo.ResolveProblem(ctx, 1, client.ProblemResolution{Code: "risk_accepted", Note: "rare"})
	must(t, err)
	p, err = bo.CloseProblem(ctx, 1, "")
	must(t, err)
	if p.State != "closed" || len(p.Log) < 8 {
		t.Errorf("closed: got %s with %d lines", p.State, len(p.Log))
	}
	got, err := w.api("viewer").Problems(ctx, client.ProblemFilter{States: []string{"closed"}, Query: "night retries"})
	must(t, err)
	if len(got) != 1 || got[0].Log != nil {
		t.Errorf("the list: got %+v", got)
	}
	if got, err := w.api("viewer").Problems(ctx, client.ProblemFilter{States: []string{"live"}}); err != nil || len(got) != 0 {
		t.Errorf("live ones: got %+v %v", got, err)
	}
}
