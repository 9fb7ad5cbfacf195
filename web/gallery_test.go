package web_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web"
)

// gallery is a world in which much has happened, for pages that show much. The clock stands at night when it is made.
type gallery struct {
	*world
	fresh    int64 // P1, triggered, has happened before, with changes and a problem
	held     int64 // on hold for a vendor, its clock is paused
	told     int64 // acknowledged, the public was told
	late     int64 // acknowledged, past its promise
	reported int64 // reported by dee, a viewer, and resolved
	secret   int64 // of type security
	old      int64 // resolved long ago, with a published review
	drafted  int64 // resolved, with a draft of a review
	problem  int64
}

var person = func(name string) incident.Actor {
	return incident.Actor{Kind: incident.ByUser, Name: name, Channel: "web"}
}

// full makes the rulebook of a world ask for all that the process can ask for.
func full(w *world) {
	s := w.engine.Settings()
	book := *s.Book
	office := &sla.Calendar{Zone: zone("Europe/Madrid"), Hours: []oncall.WeeklyHours{{
		Days: [7]bool{time.Monday: true, time.Tuesday: true, time.Wednesday: true, time.Thursday: true, time.Friday: true}, From: 9 * 60, To: 18 * 60,
	}}}
	book.SLAs = []*sla.Definition{
		{Name: "gold", Match: sla.Match{Priority: []string{"P1", "P2"}}, Response: map[string]time.Duration{"P1": 5 * time.Minute, "P2": 15 * time.Minute},
			Resolution: map[string]time.Duration{"P1": 4 * time.Hour, "P2": 8 * time.Hour}, PauseOnHold: []string{"vendor"}, WarnAt: []int{50, 75}},
		{Name: "office", CalendarName: "office", Calendar: office, Match: sla.Match{Priority: []string{"P3", "P4", "P5"}},
			Resolution: map[string]time.Duration{"P3": 18 * time.Hour, "P4": 40 * time.Hour}, PauseOnHold: []string{"customer"}},
	}
	book.HoldReasons = []string{"customer", "vendor", "problem", "change"}
	book.NoteFor = map[incident.Priority]bool{"P1": true, "P2": true}
	book.Cadence = map[incident.Priority]time.Duration{"P1": 30 * time.Minute, "P2": time.Hour}
	book.Reviews = incident.Reviews{Required: map[incident.Priority]bool{"P1": true}, Due: 5 * 24 * time.Hour}
	book.Templates = map[string]string{
		"investigating": "We are looking into trouble with {{.Service}}.{{with .Next}} More by {{.}}.{{end}}", "identified": "We know what is wrong with {{.Service}} and are mending it.",
		"monitoring": "{{.Service}} is mended and we are watching it.", "resolved": "{{.Service}} works again.",
	}
	s.Book = &book
	must(w.t, w.engine.Reload(w.t.Context(), s))
}

func newGallery(t testing.TB) *gallery {
	t.Helper()
	g := &gallery{world: newWorld(t)}
	g.change(func(c *web.Config) {
		c.StatusPage = web.StatusPage{Title: "How we are doing", Services: []string{"checkout", "database", "mail"}, Public: true}
	})
	full(g.world)
	g.clock.Add(-20 * 24 * time.Hour)
	g.longAgo()
	g.clock.Add(10 * 24 * time.Hour)
	g.someDaysAgo()
	g.clock.Add(night.Add(-7 * time.Hour).Sub(g.clock.Now()))
	g.thisNight()
	return g
}

// over makes the alerts of an incident recover.
func (g *gallery) over(service, title string) {
	g.t.Helper()
	a := alert.Alert{Integration: "prometheus", State: alert.Resolved, Severity: alert.Critical, Title: title, Labels: alert.Labels{"alertname": title, "service": service, "cluster": "eu-1"}}
	must(g.t, a.Identify())
	must(g.t, g.engine.Accept(g.t.Context(), []alert.Alert{a}))
}

func (g *gallery) do(n int64, a incident.Action) {
	g.t.Helper()
	_, err := g.engine.Do(g.t.Context(), n, a)
	must(g.t, err)
}

func (g *gallery) review(n int64, list ...review.Action) {
	g.t.Helper()
	for _, a := range list {
		_, err := g.engine.DoReview(g.t.Context(), n, a, person("bo"))
		must(g.t, err)
	}
}

// longAgo is an incident with all that belongs to it, up to its published review.
func (g *gallery) longAgo() {
	ctx := g.t.Context()
	g.old = g.fire("checkout", "HighErrorRate")
	g.clock.Add(4 * time.Minute)
	g.do(g.old, incident.Ack{By: person("ana"), User: "ana"})
	g.do(g.old, incident.Assign{By: person("ana"), Role: incident.Commander, To: "ana"})
	g.clock.Add(12 * time.Minute)
	g.do(g.old, incident.Diagnose{By: person("ana"), Kind: incident.Hypothesis, Text: "The connection pool runs dry after a deploy"})
	g.do(g.old, incident.Publish{By: person("ana"), Audience: incident.ForPublic, Phase: incident.Identified, Text: "Some payments fail. We know why and are mending it."})
	g.clock.Add(31 * time.Minute)
	g.do(g.old, incident.Diagnose{By: person("ana"), Kind: incident.WorkaroundFound, Text: "Restart two checkout pods at a time: kubectl rollout restart deploy/checkout"})
	g.do(g.old, incident.Resolve{By: person("ana"), Code: incident.Workaround, Note: "Pool of database connections ran dry after the deploy of 2.14. Restarted the pods two at a time; errors stopped after three minutes."})
	g.over("checkout", "HighErrorRate")
	p, err := g.engine.OpenProblem(ctx, prb.Open{By: person("ana"), Title: "Connection pool runs dry after deploys", Service: "checkout", Owner: "ana"})
	must(g.t, err)
	g.problem = p.Number
	_, err = g.engine.Relate(ctx, g.old, incident.Relate{By: person("ana"), Kind: incident.ToProblem, To: p.Number})
	must(g.t, err)
	_, err = g.engine.DoProblem(ctx, p.Number, prb.Analyse{By: person("ana"), Cause: "The pool is not drained before a pod stops, so new pods find no free connection.", Workaround: "Restart two checkout pods at a time: kubectl rollout restart deploy/checkout"}, person("ana"))
	must(g.t, err)
	_, err = g.engine.DraftReview(ctx, g.old, person("bo"))
	must(g.t, err)
	summary, what, trigger := "Payments failed for 47 minutes because new pods found no free database connection.", "About one payment in twelve failed; people tried again.", "The deploy of checkout 2.14"
	factors, well, wrong := []string{"Pods stop without giving their connections back", "The pool's size is the same for one pod and for twenty"}, []string{"The first text was answered in four minutes"}, []string{"The dashboard has no line for the pool"}
	g.review(g.old,
		review.Edit{By: person("bo"), Summary: &summary, What: &what, Trigger: &trigger, Factors: &factors, Well: &well, Wrong: &wrong},
		review.AddItem{By: person("bo"), Text: "Drain connections before a pod stops", Type: review.Prevent, Owner: "ana", Due: g.clock.Now().Add(9 * 24 * time.Hour), Ticket: "https://tracker.example.com/CHK-311"},
		review.AddItem{By: person("bo"), Text: "Alert on a pool that is 90 % used", Type: review.Detect, Owner: "bo", Due: g.clock.Now().Add(40 * 24 * time.Hour)},
		review.Submit{By: person("bo")}, review.Publish{By: person("bo")})
}

func (g *gallery) someDaysAgo() {
	g.drafted = g.fire("checkout", "PaymentsStuck")
	g.clock.Add(7 * time.Minute)
	g.do(g.drafted, incident.Ack{By: person("bo"), User: "bo"})
	g.do(g.drafted, incident.Publish{By: person("bo"), Audience: incident.ForPublic, Phase: incident.Investigating, Text: "Payments take longer than usual. We are looking into it."})
	g.clock.Add(55 * time.Minute)
	g.do(g.drafted, incident.Publish{By: person("bo"), Audience: incident.ForPublic, Phase: incident.Monitoring, Text: "Payments are quick again. We keep an eye on them."})
	g.do(g.drafted, incident.Resolve{By: person("bo"), Code: incident.Fixed, Note: "The queue consumer had stopped. Started it and raised its limits."})
	g.clock.Add(2 * time.Minute)
	g.do(g.drafted, incident.Publish{By: person("bo"), Audience: incident.ForPublic, Phase: incident.PhaseResolved, Text: "Everything works as it should."})
	g.over("checkout", "PaymentsStuck")
	_, err := g.engine.DraftReview(g.t.Context(), g.drafted, person("bo"))
	must(g.t, err)
	g.review(g.drafted, review.AddItem{By: person("bo"), Text: "Watch the age of the queue", Type: review.Detect})
	for k := range 3 {
		n := g.fire("mail", fmt.Sprintf("QueueGrows-%d", k))
		g.clock.Add(20 * time.Minute)
		g.do(n, incident.Resolve{By: person("ana"), Code: incident.FalseAlarm, Note: "A newsletter went out"})
		g.over("mail", fmt.Sprintf("QueueGrows-%d", k))
		g.clock.Add(5 * time.Hour)
	}
}

func (g *gallery) thisNight() {
	ctx := g.t.Context()
	var err error
	g.held = g.fire("database", "ReplicaBehind")
	g.do(g.held, incident.Ack{By: person("ana"), User: "ana"})
	g.clock.Add(20 * time.Minute)
	g.do(g.held, incident.Hold{By: person("ana"), Reason: "vendor: ticket 4711 with the hoster", Until: night.Add(9 * time.Hour)})
	g.late = g.fire("database", "SlowQueries")
	g.clock.Add(30 * time.Minute)
	g.do(g.late, incident.Ack{By: person("bo"), User: "bo"})
	i, err := g.engine.Open(ctx, incident.Open{By: incident.Actor{Kind: incident.ByUser, Name: "dee", Channel: "web"}, Title: "Receipts are not sent", Text: "I paid twenty minutes ago and have no mail.", Service: "mail", Impact: incident.GradeMedium, Urgency: incident.GradeMedium})
	must(g.t, err)
	g.reported = i.Number
	g.do(g.reported, incident.Ack{By: person("bo"), User: "bo"})
	g.secret = g.fire("vault", "Somebody reads the vault at night")
	g.do(g.secret, incident.Note{By: person("ana"), Text: "The forbidden words"})
	g.clock.Add(2 * time.Hour)
	g.do(g.reported, incident.Resolve{By: person("bo"), Code: incident.Restored, Note: "Sent what was queued"})
	g.told = g.fire("checkout", "PaymentsSlow")
	g.do(g.told, incident.Ack{By: person("bo"), User: "bo"})
	g.clock.Add(10 * time.Minute)
	g.do(g.told, incident.Publish{By: person("bo"), Audience: incident.ForPublic, Phase: incident.Identified, Text: "Payments are slower than usual. We know why and are mending it."})
	g.clock.Add(night.Add(-50 * time.Minute).Sub(g.clock.Now()))
	must(g.t, g.engine.Record(ctx, alert.Change{Integration: "deploys", Source: "argo", At: g.clock.Now(), Summary: "checkout 2.15 to production", Details: map[string]string{"service": "checkout", "revision": "9f2c1a"}, Links: []alert.Link{{Href: "https://git.example.com/checkout/9f2c1a", Text: "What changed"}}}))
	must(g.t, g.engine.Record(ctx, alert.Change{Integration: "deploys", Source: "argo", At: g.clock.Now().Add(-3 * time.Hour), Summary: "search 1.9 to production"}))
	g.clock.Add(night.Add(-3 * time.Minute).Sub(g.clock.Now()))
	g.fresh = g.fire("checkout", "HighErrorRate", alert.Alert{Key: "b", Title: "HighErrorRate on checkout-7", Severity: alert.Warning, Labels: alert.Labels{"pod": "checkout-7"}})
	g.do(g.fresh, incident.Attach{By: person("ana"), Href: "https://dashboards.example.com/d/checkout", Text: "Dashboard"})
	g.do(g.fresh, incident.Assign{By: person("ana"), Role: incident.Scribe, To: "bo"})
	g.clock.Add(3 * time.Minute)
}

// TestServeTheGallery serves the gallery until it is killed, for whoever wants to look at the pages: set ROUSE_GALLERY to an
// address such as 127.0.0.1:8099, and log in with secret-viewer, secret-responder, secret-manager or secret-admin.
func TestServeTheGallery(t *testing.T) {
	at := os.Getenv("ROUSE_GALLERY")
	if at == "" {
		t.Skip("ROUSE_GALLERY is not set")
	}
	g := newGallery(t)
	srv := &http.Server{Addr: at, Handler: web.New(g.deps).Handler(), ReadHeaderTimeout: time.Minute}
	t.Log(srv.ListenAndServe())
}
