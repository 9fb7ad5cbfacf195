package oncall_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/oncall"
)

func TestPaged(t *testing.T) {
	users := []oncall.User{{ID: "ana", Phone: "1"}, {ID: "bo", Email: "b@x"}, {ID: "cy"}, {ID: "di"}, {ID: "ed"}}
	s := &oncall.Schedule{ID: "s", Layers: []oncall.Layer{{Users: []oncall.UserID{"ana", "gone"}}}, Overrides: []oncall.Override{{User: "di"}}}
	to := func(all ...string) (out []oncall.Target) {
		for _, a := range all {
			target, err := oncall.ParseTarget(a)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, target)
		}
		return out
	}
	policies := []oncall.Policy{{ID: "a", Levels: []oncall.Level{{Targets: to("schedule/s", "receiver/ed")}, {Targets: to("team/t", "user/ana")}}}}
	r := oncall.NewRoster(users, []oncall.Team{{ID: "t", Members: []oncall.UserID{"cy"}}}, []*oncall.Schedule{s}, policies, "a")
	if diff := cmp.Diff([]oncall.UserID{"ana", "cy", "di"}, r.Paged()); diff != "" {
		t.Error("-want +got\n" + diff)
	}
	ana, bo := users[0], users[1]
	if !ana.Reached(oncall.High) || !ana.Reached(oncall.Low) || bo.Reached(oncall.High) || !bo.Reached(oncall.Low) {
		t.Error("a phone is reached by both, a mail address alone by low urgency")
	}
}
