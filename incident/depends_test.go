package incident_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/incident"
)

func TestDepends(t *testing.T) {
	book := &incident.Rulebook{Services: map[string]incident.Service{
		"shop":     {DependsOn: []string{"checkout", "search"}},
		"checkout": {DependsOn: []string{"database", "mail"}},
		"search":   {DependsOn: []string{"database"}},
		"database": {DependsOn: []string{"disk"}},
		"disk":     {DependsOn: []string{"database"}}, // a circle
		"mail":     {DependsOn: []string{"mail", "gone"}},
		"alone":    {},
	}}
	for _, c := range []struct {
		service  string
		up, down []string
	}{
		{"shop", []string{"checkout", "search", "database", "mail", "disk", "gone"}, nil},
		{"checkout", []string{"database", "mail", "disk", "gone"}, []string{"shop"}},
		{"database", []string{"disk"}, []string{"checkout", "disk", "search", "shop"}},
		{"mail", []string{"gone"}, []string{"checkout", "shop"}},
		{"gone", nil, []string{"mail", "checkout", "shop"}},
		{"alone", nil, nil},
		{"unknown", nil, nil},
	} {
		if diff := cmp.Diff(c.up, book.Upstream(c.service)); diff != "" {
			t.Errorf("what %s depends on (-want +got):\n%s", c.service, diff)
		}
		if diff := cmp.Diff(c.down, book.Downstream(c.service)); diff != "" {
			t.Errorf("what depends on %s (-want +got):\n%s", c.service, diff)
		}
	}
}
