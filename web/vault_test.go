package web_test

import (
	"fmt"
	"testing"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web"
)

// vaultWorld is a world with ordinary records and secret ones that are tied to each other in every way there is.
type vaultWorld struct {
	*world
	open, secret, later         int64 // later was ordinary, and told the public of itself, before it became secret
	openProblem, secretProblem  int64
	openPage, secretPage, subID string
}

const gone = 9999 // the number of what does not exist

func newVaultWorld(t *testing.T) *vaultWorld {
	t.Helper()
	v := &vaultWorld{world: newProcessWorld(t)}
	v.change(func(c *web.Config) {
		c.Tokens = nil
		for _, a := range askers {
			a.token.Name = a.name
			c.Tokens = append(c.Tokens, a.token)
		}
	})
	v.secret = v.fire("vault", "Zanzibar login", alert.Alert{Key: "k", Title: "Zanzibar again", Description: "xanadu", Labels: alert.Labels{"den": "quokka"}})
	v.later = v.fire("mail", "Zanzibar of the mail")
	v.open = v.fire("checkout", "HighErrorRate")
	bo := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "web"}
	v.tell(t, bo)
	v.tie(t, bo)
	must(t, v.store.View(t.Context(), viewPages(v.open, &v.openPage)))
	must(t, v.store.View(t.Context(), viewPages(v.secret, &v.secretPage)))
	s, err := v.engine.Subscribe(t.Context(), store.Subscriber{Recipient: incident.Recipient{User: "ana"}}, bo)
	must(t, err)
	v.subID = s.ID
	return v
}

// do lets somebody act on incidents.
func (v *vaultWorld) do(t *testing.T, n int64, list ...incident.Action) {
	t.Helper()
	for _, a := range list {
		_, err := v.engine.Do(t.Context(), n, a)
		must(t, err)
	}
}

// tell writes the secrets down wherever people write.
func (v *vaultWorld) tell(t *testing.T, bo incident.Actor) {
	t.Helper()
	for _, n := range []int64{v.secret, v.later} {
		v.do(t, n,
			incident.Ack{By: bo, User: "bo"}, incident.Note{By: bo, Text: "xanadu in a note"}, incident.Diagnose{By: bo, Kind: incident.WorkaroundFound, Text: "feed the wombat"},
			incident.Diagnose{By: bo, Kind: incident.Factor, Text: "okapi"}, incident.Attach{By: bo, Href: "https://wiki.example.com/xanadu", Text: "xanadu"},
			incident.Assign{By: bo, Role: incident.Scribe, To: "ana"})
	}
	v.do(t, v.secret, incident.Publish{By: bo, Audience: incident.ForResponders, Phase: incident.Investigating, Text: "xanadu to the responders"})
	v.do(t, v.later,
		incident.Amend{By: bo, Service: "checkout"}, // which is on the status page
		incident.Publish{By: bo, Audience: incident.ForPublic, Phase: incident.Investigating, Text: "xanadu to the public"})
	v.do(t, v.open, incident.Publish{By: bo, Audience: incident.ForPublic, Phase: incident.Identified, Text: "We know what it is."})
	v.review(t, bo, v.open, "It was slow.", "load", "add a machine")
	v.review(t, bo, v.secret, "xanadu for the review", "okapi", "wombat proofing")
	v.review(t, bo, v.later, "xanadu for the review", "okapi", "wombat proofing") // still of an ordinary incident
	_, err := v.engine.Relate(t.Context(), v.open, incident.Relate{By: bo, Kind: incident.ToChild, To: v.later})
	must(t, err)
	v.do(t, v.later, incident.Amend{By: bo, Type: "security", Reason: "it was a break-in"})
}

func (v *vaultWorld) review(t *testing.T, bo incident.Actor, n int64, summary, factor, item string) {
	t.Helper()
	_, err := v.engine.DraftReview(t.Context(), n, bo)
	must(t, err)
	for _, a := range []review.Action{review.Edit{By: bo, Summary: &summary, Factors: &[]string{factor}}, review.AddItem{By: bo, Text: item}} {
		_, err := v.engine.DoReview(t.Context(), n, a, bo)
		must(t, err)
	}
}

// tie links the ordinary records with the secret ones.
func (v *vaultWorld) tie(t *testing.T, bo incident.Actor) {
	t.Helper()
	p, err := v.engine.OpenProblem(t.Context(), problem.Open{By: bo, Title: "Checkout falls over", Service: "checkout"})
	must(t, err)
	s, err := v.engine.OpenProblem(t.Context(), problem.Open{By: bo, Title: "Zanzibar returns", Service: "database", Type: "security", Cause: "okapi", Workaround: "feed the wombat"})
	must(t, err)
	v.openProblem, v.secretProblem = p.Number, s.Number
	for _, r := range []incident.Relate{
		{By: bo, Kind: incident.ToParent, To: v.secret}, {By: bo, Kind: incident.ToPrevious, To: v.later},
		{By: bo, Kind: incident.ToProblem, To: v.secretProblem},
	} {
		_, err := v.engine.Relate(t.Context(), v.open, r)
		must(t, err)
	}
	must(t, v.store.Update(t.Context(), func(tx store.Tx) error { // as an earlier rouse linked them
		p, err := tx.Problem(v.openProblem)
		if err != nil {
			return err
		}
		p.Incidents = append(p.Incidents, v.secret)
		return tx.PutProblem(p)
	}))
	said := fmt.Sprintf("see %s and prb-%d", incident.Ref(v.secret), v.secretProblem)
	v.do(t, v.open, incident.Note{By: bo, Text: said}, incident.Diagnose{By: bo, Kind: incident.Found, Text: said})
	_, err = v.engine.DoProblem(t.Context(), v.openProblem, problem.Note{By: bo, Text: said}, bo)
	must(t, err)
	_, err = v.engine.DoReview(t.Context(), v.open, review.Edit{By: bo, Trigger: &said, RootCauseProblem: &v.secretProblem}, bo)
	must(t, err)
}
