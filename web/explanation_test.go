package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

// said are the lines of an explanation in short.
func said(x client.Explanation) string {
	var all []string
	for _, g := range x.Lines {
		all = append(all, strings.Join([]string{g.Kind, g.What, g.Rule, g.Place}, " | "))
	}
	return strings.Join(all, "\n")
}

// TestExplanation names, for each page and each suppression, the rule that did it.
func TestExplanation(t *testing.T) {
	w := newWorld(t)
	w.change(func(c *web.Config) {
		c.Where = func(path ...string) string { return "rouse.yaml:" + strings.Join(path, ".") }
	})
	n := w.fire("checkout", "Slow")
	got, err := w.api("viewer").Explain(t.Context(), n)
	must(t, err)
	for _, want := range []string{
		"opened | Opened as P1 for checkout: Slow | route route.routes[0] | route.routes[0]",
		"level | Level 1 of payments: ana (schedule/payments-primary) | policy payments, level 1, round 1 | rouse.yaml:escalations.payments.levels.0",
		"page | Paging ana by sms | level 1 of payments, round 1 (rouse.yaml:escalations.payments.levels.0); schedule/payments-primary, layer week; rule 1 for high urgency (rouse.yaml:users.ana.notify.high.0) | rouse.yaml:escalations.payments.levels.0",
	} {
		if !strings.Contains(said(got), want) {
			t.Errorf("it does not say %s:\n%s", want, said(got))
		}
	}

	_, err = w.engine.PutSilence(t.Context(), router.Silence{Matchers: []router.Matcher{{Name: "alertname", Value: "Loud", IsEqual: true}},
		StartsAt: w.clock.Now(), EndsAt: w.clock.Now().Add(time.Hour), CreatedBy: "ana", Comment: "a load test"}, incident.Actor{Kind: incident.ByUser, Name: "ana"})
	must(t, err)
	muted := w.fire("checkout", "Loud")
	got, err = w.api("viewer").Explain(t.Context(), muted)
	must(t, err)
	if s := said(got); !strings.Contains(s, "muted | Nobody is paged: silence ") || !strings.Contains(s, `of alertname="Loud", by ana: a load test`) || strings.Contains(s, "page |") {
		t.Errorf("the silence: %s", s)
	}
}

// TestExplanationOfSecrets: who may not know of an incident learns nothing of it here either.
func TestExplanationOfSecrets(t *testing.T) {
	w := newWorld(t)
	n := w.fire("vault", "Somebody reads the vault")
	if _, err := w.api("outsider").Explain(t.Context(), n); codeOf(t, err) != "not_found" {
		t.Errorf("an outsider: got %v", err)
	}
	if _, err := w.api("responder").Explain(t.Context(), n); err != nil {
		t.Errorf("its team: got %v", err)
	}
}

// TestExplanationOfAnOlderStore reads rows that were written before pages and routes had reasons.
func TestExplanationOfAnOlderStore(t *testing.T) {
	w := newWorld(t)
	a := alert.Alert{Integration: "prometheus", State: alert.Firing, Labels: alert.Labels{"alertname": "Old"}}
	must(t, a.Identify())
	at := w.clock.Now()
	must(t, w.store.Update(t.Context(), func(tx store.Tx) error {
		n, err := tx.NextNumber()
		must(t, err)
		i := incident.Incident{Number: n, State: incident.Resolved, Title: "Old", Service: "mail", Type: "technical", CreatedAt: at, TriggeredAt: at, ResolvedAt: at, Epoch: 1}
		by := incident.Actor{Kind: incident.ByIntegration, Name: "prometheus"}
		must(t, tx.PutIncident(i))
		must(t, tx.Append(n, []incident.Entry{
			{Seq: 1, At: at, Kind: incident.DidOpen, By: by, What: "Opened as P3 for mail: Old", Why: "rouse.yaml:7"},
			{Seq: 2, At: at, Kind: incident.DidSuppress, What: "Held for ana until 07:00 CET: quiet hours", Why: "quiet_hours"},
			{Seq: 3, At: at, Kind: incident.DidEscalate, What: "Level 1 of payments: bo", Why: "policy payments, level 1, round 1, configuration 4f"},
		}))
		return tx.PutPage(store.Page{State: store.Delivered, Page: incident.Page{ID: i.Ref() + "/e1/r0/l0/bo/0-sms", Kind: incident.PageAlert, Incident: n, Epoch: 1, User: "bo", Via: "sms", At: at}})
	}))
	got, err := w.api("viewer").Explain(t.Context(), 1)
	must(t, err)
	want := "opened | Opened as P3 for mail: Old | route rouse.yaml:7 | \nmuted | Held for ana until 07:00 CET: quiet hours | quiet_hours | \n" +
		"level | Level 1 of payments: bo | policy payments, level 1, round 1 | \npage | Paging bo by sms | level 1 of payments, round 1 | "
	if said(got) != want || got.Lines[2].Configuration != "4f" {
		t.Errorf("got\n%s\nwant\n%s", said(got), want)
	}
}
