package engine

import (
	"context"
	"errors"
	"testing"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/store"
)

// reported opens an incident of a type by hand, for service s of team ops.
func (s *stage) reported(title, kind string) int64 {
	s.t.Helper()
	i, err := s.Open(context.Background(), incident.Open{By: ana, Title: title, Service: "s", Type: kind})
	s.ok(err)
	return i.Number
}

func (s *stage) problem(n int64) (p problem.Problem) {
	s.t.Helper()
	s.ok(s.rows.View(context.Background(), func(tx store.Tx) (err error) {
		p, err = tx.Problem(n)
		return err
	}))
	return p
}

// TestSecretsKeepTheirOwnCompany: a security incident is linked with nothing that others see, for they would end it with theirs, or
// read of it there.
func TestSecretsKeepTheirOwnCompany(t *testing.T) {
	s := newStage(t, nil)
	ctx := context.Background()
	open, secret := s.reported("Down", "technical"), s.reported("Breach", incident.TypeSecurity)
	public, err := s.OpenProblem(ctx, problem.Open{By: ana, Title: "Old pumps", Service: "s"})
	s.ok(err)
	for name, err := range map[string]error{
		"a public parent":    second(s.Relate(ctx, secret, incident.Relate{By: ana, Kind: incident.ToParent, To: open})),
		"as its child":       second(s.Relate(ctx, open, incident.Relate{By: ana, Kind: incident.ToChild, To: secret})),
		"a public problem":   second(s.Relate(ctx, secret, incident.Relate{By: ana, Kind: incident.ToProblem, To: public.Number})),
		"from its side":      second(s.DoProblem(ctx, public.Number, problem.LinkIncident{By: ana, Incident: secret}, ana)),
		"a new one of it":    second(s.OpenProblem(ctx, problem.Open{By: ana, Title: "x", Service: "s", Incidents: []int64{secret}})),
		"another team's":     second(s.OpenProblem(ctx, problem.Open{By: ana, Title: "x", Service: "t", Type: incident.TypeSecurity, Incidents: []int64{secret}})),
		"merged into public": third(s.Merge(ctx, secret, open, ana)),
	} {
		if !errors.Is(err, incident.ErrMixed) {
			t.Errorf("%s: got %v, want %v", name, err, incident.ErrMixed)
		}
	}
	_, err = s.OpenProblem(ctx, problem.Open{By: ana, Title: "Weak keys", Service: "s", Type: incident.TypeSecurity, Incidents: []int64{secret}})
	s.ok(err)
	_, err = s.Relate(ctx, s.reported("More of it", incident.TypeSecurity), incident.Relate{By: ana, Kind: incident.ToParent, To: secret})
	s.ok(err)
}

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }

// TestBecomesSecret: what was linked before somebody saw that it is an attack goes on without those who may not know.
func TestBecomesSecret(t *testing.T) {
	s := newStage(t, nil)
	ctx := context.Background()
	parent, child, other := s.reported("Down", ""), s.reported("Odd logins", ""), s.reported("Slow", "")
	_, err := s.Relate(ctx, child, incident.Relate{By: ana, Kind: incident.ToParent, To: parent})
	s.ok(err)
	alone, err := s.OpenProblem(ctx, problem.Open{By: ana, Title: "Odd logins again", Service: "t", Incidents: []int64{child}})
	s.ok(err)
	s.does(child, incident.Amend{By: ana, Type: incident.TypeSecurity, Reason: "an attack"})
	if p := s.problem(alone.Number); !p.Confidential() || p.Team != "ops" || p.Service != "s" {
		t.Errorf("its problem is of type %s, team %s, service %s", p.Type, p.Team, p.Service)
	}
	s.does(parent, incident.Resolve{By: bo})
	if i := s.incident(child); !i.State.Open() {
		t.Errorf("it was ended with its parent by somebody who may not see it")
	}
	shared, err := s.OpenProblem(ctx, problem.Open{By: ana, Title: "Old pumps", Service: "s", Incidents: []int64{other, s.reported("Slower", "")}})
	s.ok(err)
	s.does(other, incident.Amend{By: ana, Type: incident.TypeSecurity, Reason: "an attack"})
	if p, i := s.problem(shared.Number), s.incident(other); p.Confidential() || p.Linked(other) || i.Problem != 0 {
		t.Errorf("the problem that it shared has it still: %t, %v, and it has %d", p.Confidential(), p.Incidents, i.Problem)
	}
}
