package engine

import (
	"strings"
	"testing"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// TestErasedFromTheReasonsOfPages: a page knows by which target it came to somebody, who may be named there.
func TestErasedFromTheReasonsOfPages(t *testing.T) {
	s := newStage(t, nil)
	s.fires("Down")
	s.does(1, incident.Note{By: incident.Actor{Kind: incident.ByUser, Name: "dee"}, Text: "dee was here"})
	for _, p := range []incident.Page{
		{ID: "own", User: "dee", Why: "user/dee; notification rule 1"},
		{ID: "another's", User: "ana", Why: "handed over by dee; notification rule 1"},
	} {
		p.Kind, p.Incident, p.At = incident.PageAlert, 1, s.now
		s.ok(s.rows.Update(t.Context(), func(tx store.Tx) error { return tx.PutPage(store.Page{Page: p, State: store.Delivered}) }))
	}
	_, err := s.Erase(t.Context(), Person{User: "dee"}, ana)
	s.ok(err)
	s.ok(s.rows.View(t.Context(), func(tx store.Tx) error {
		for _, id := range []string{"own", "another's"} {
			p, err := tx.Page(id)
			s.ok(err)
			if strings.Contains(p.Why, "dee") || !strings.Contains(p.Why, "notification rule 1") {
				t.Errorf("page %s came by %q", id, p.Why)
			}
		}
		return nil
	}))
}

// TestErasedWithTheEndOfTheirNumber: a timeline writes the ends of a number behind a name, and those of others stay.
func TestErasedWithTheEndOfTheirNumber(t *testing.T) {
	s := newStage(t, nil)
	s.fires("Down")
	s.does(1, incident.Note{By: ana, Text: "SMS to dee (+1…0103) delivered, SMS to ana (+1…0103) delivered"})
	_, err := s.Erase(t.Context(), Person{User: "dee", Also: []string{"+12025550103"}}, ana)
	s.ok(err)
	s.ok(s.rows.View(t.Context(), func(tx store.Tx) error {
		entries, err := tx.Timeline(1)
		if last := entries[len(entries)-1].What; last != "SMS to erased-1 delivered, SMS to ana (+1…0103) delivered" {
			t.Errorf("it says %q", last)
		}
		return err
	}))
}
