package oncall

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func testRoster(t *testing.T) *Roster {
	t.Helper()
	secondary := &Schedule{ID: "b-secondary", Layers: []Layer{layer(Daily, Date{2026, 1, 1}, "ana", "gone")}}
	return NewRoster(
		[]User{
			{ID: "cy", Name: "Cy Okafor", Phone: "+12025550103"},
			{ID: "ana", Name: "Ana Ruiz", Zone: mustZone(t, "Europe/Madrid"), Phone: "+34600000001", Email: "ana@example.com"},
			{ID: "bo", Name: "Bo  Ruiz", Phone: "+46700000002"},
			{ID: "dot", Name: "Bo Lind"},
		},
		[]Team{{ID: "payments", Members: []UserID{"cy", "gone", "ana", "cy"}, Manager: "bo"}, {ID: "a-team"}},
		[]*Schedule{secondary, nil, followTheSun(t)},
		[]Policy{{ID: "z"}, {ID: "everyone"}}, "everyone")
}

func TestRosterLookups(t *testing.T) {
	r := testRoster(t)
	var ids []UserID
	for _, u := range r.Users() {
		ids = append(ids, u.ID)
		if u.Zone == nil {
			t.Errorf("%s has no zone", u.ID)
		}
	}
	if !slices.Equal(ids, []UserID{"ana", "bo", "cy", "dot"}) {
		t.Errorf("Users: %v", ids)
	}
	if s := r.Schedules(); len(s) != 2 || s[0].ID != "b-secondary" || s[1].ID != "payments-primary" {
		t.Errorf("Schedules: %v", s)
	}
	if p := r.Policies(); len(p) != 2 || p[0].ID != "everyone" || p[1].ID != "z" {
		t.Errorf("Policies: %v", p)
	}
	if ts := r.Teams(); len(ts) != 2 || ts[0].ID != "a-team" {
		t.Errorf("Teams: %v", ts)
	}
	if r.Fallback() != "everyone" {
		t.Errorf("Fallback: %s", r.Fallback())
	}
	if _, ok := r.Policy("z"); !ok {
		t.Error("Policy z is missing")
	}
	if tm, ok := r.Team("payments"); !ok || tm.Manager != "bo" {
		t.Errorf("Team: %v %t", tm, ok)
	}
	if s, ok := r.Schedule("payments-primary"); !ok || s.ID != "payments-primary" {
		t.Errorf("Schedule: %v %t", s, ok)
	}
	r.Users()[0].ID = "changed"
	if r.Users()[0].ID != "ana" {
		t.Error("a change of the returned list reaches the Roster")
	}
}

func TestUserByPhone(t *testing.T) {
	r := testRoster(t)
	for number, want := range map[string]UserID{
		"+34600000001": "ana", "+12025550103": "cy", "34600000001": "", "+34 600 000 001": "", "+3460000000": "", "": "",
	} {
		if u, ok := r.UserByPhone(number); u.ID != want || ok != (want != "") {
			t.Errorf("%q: got %q %t, want %q", number, u.ID, ok, want)
		}
	}
	shared := NewRoster([]User{{ID: "b", Phone: "+1"}, {ID: "a", Phone: "+1"}}, nil, nil, nil, "")
	if u, ok := shared.UserByPhone("+1"); !ok || u.ID != "a" {
		t.Errorf("of two who share a phone: %v %t", u.ID, ok)
	}
}

func TestUserByName(t *testing.T) {
	r := testRoster(t)
	for name, want := range map[string]UserID{
		"ana": "ana", "ANA": "ana", " ana ": "ana", "Ana Ruiz": "ana", "ana  ruiz": "ana", "okafor": "cy", "Lind": "dot",
		"bo": "bo", "bo ruiz": "bo", "ruiz": "", "nobody": "", "": "", " ": "",
	} {
		if u, ok := r.UserByName(name); u.ID != want || ok != (want != "") {
			t.Errorf("%q: got %q %t, want %q", name, u.ID, ok, want)
		}
	}
	same := NewRoster([]User{{ID: "u1", Name: "Kim Lee"}, {ID: "u2", Name: "kim lee"}, {ID: "Kim"}, {ID: "kim"}}, nil, nil, nil, "")
	for name, want := range map[string]UserID{"kim lee": "", "lee": "", "Kim": "Kim", "kim": "kim", "KIM": ""} {
		if u, ok := same.UserByName(name); u.ID != want || ok != (want != "") {
			t.Errorf("%q of two alike: got %q %t, want %q", name, u.ID, ok, want)
		}
	}
}

func TestResolve(t *testing.T) {
	r := testRoster(t)
	noon := at(t, "2026-01-06T12:00:00+01:00")
	tests := []struct {
		target string
		at     time.Time
		want   []UserID
	}{
		{"user/ana", noon, []UserID{"ana"}},
		{"user/gone", noon, nil},
		{"team/payments", noon, []UserID{"cy", "ana"}},
		{"team/gone", noon, nil},
		{"schedule/payments-primary", noon, []UserID{"ana"}},
		{"schedule/payments-primary", at(t, "2026-01-01T12:00:00Z"), nil},
		{"schedule/b-secondary", at(t, "2026-01-02T12:00:00Z"), nil}, // the turn of somebody unknown
		{"schedule/b-secondary", at(t, "2026-01-03T12:00:00Z"), []UserID{"ana"}},
		{"schedule/gone", noon, nil},
		{"receiver/payments-room", noon, nil},
	}
	for _, tt := range tests {
		target, err := ParseTarget(tt.target)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Resolve(target, tt.at); !slices.Equal(got, tt.want) {
			t.Errorf("%s at %v: got %v, want %v", tt.target, tt.at, got, tt.want)
		}
	}
	if got := r.Resolve(Target{}, noon); got != nil {
		t.Errorf("the zero target: %v", got)
	}
}

func TestEmptyRoster(t *testing.T) {
	for _, r := range []*Roster{{}, NewRoster(nil, nil, nil, nil, ""), NewRoster(nil, nil, nil, nil, "").WithOverrides([]Override{{Schedule: "x", User: "y"}})} {
		_, user := r.User("x")
		_, phone := r.UserByPhone("")
		_, name := r.UserByName("x")
		_, team := r.Team("x")
		_, policy := r.Policy("x")
		_, schedule := r.Schedule("x")
		if user || phone || name || team || policy || schedule {
			t.Error("somebody or something is known")
		}
		n := len(r.Users()) + len(r.Teams()) + len(r.Policies()) + len(r.Schedules()) + len(r.OnCallNow(time.Time{})) + len(r.Fallback())
		if n != 0 {
			t.Error("a list is not empty")
		}
		for _, kind := range []TargetKind{ToUser, ToSchedule, ToTeam, ToReceiver, ""} {
			if got := r.Resolve(Target{kind, "x"}, time.Time{}); got != nil {
				t.Errorf("%s: %v", kind, got)
			}
		}
	}
}

func TestWithOverrides(t *testing.T) {
	r := testRoster(t)
	on := func(r *Roster, hour int) UserID {
		s, _ := r.Schedule("payments-primary")
		return append(s.At(time.Date(2026, 12, 24, hour, 30, 0, 0, time.UTC)), "")[0]
	}
	h := func(n int) time.Time { return time.Date(2026, 12, 24, n, 0, 0, 0, time.UTC) }
	late := Override{ID: "1", Schedule: "payments-primary", User: "dot", From: h(10), To: h(12), At: h(5)}
	early := Override{ID: "2", Schedule: "payments-primary", User: "bo", From: h(9), To: h(13), At: h(4)}
	gone := Override{ID: "3", Schedule: "payments-primary", User: "gone", From: h(9), To: h(13), At: h(6)}
	elsewhere := Override{ID: "4", Schedule: "nowhere", User: "bo", From: h(9), To: h(13), At: h(6)}

	one := r.WithOverrides([]Override{late, early, gone, elsewhere})
	for hour, want := range map[int]UserID{8: "cy", 9: "bo", 10: "dot", 11: "dot", 12: "bo", 13: "cy"} {
		if got := on(one, hour); got != want {
			t.Errorf("at %d: got %s, want %s", hour, got, want)
		}
		if got := on(one.WithOverrides(nil), hour); got != "cy" {
			t.Errorf("at %d, overrides taken back: got %s", hour, got)
		}
		if got := on(r, hour); got != "cy" {
			t.Errorf("at %d, before: got %s", hour, got)
		}
	}
	if a, b := on(one.WithOverrides([]Override{early}), 10), on(r.WithOverrides([]Override{early, late}), 10); a != "bo" || b != "dot" {
		t.Errorf("replaced: %s, in another order: %s", a, b)
	}
	before, _ := r.Schedule("b-secondary")
	after, _ := one.Schedule("b-secondary")
	if before != after {
		t.Error("a schedule without overrides was copied")
	}
	s, _ := one.Schedule("payments-primary")
	var ids []string
	for _, o := range s.Overrides {
		ids = append(ids, o.ID)
	}
	if got := strings.Join(ids, " "); got != " 2 1" {
		t.Errorf("overrides of the schedule: %q", got)
	}
}

// What the caller does with its schedule afterwards does not reach the Roster.
func TestNewRosterCopiesSchedules(t *testing.T) {
	mine := followTheSun(t)
	r := NewRoster(nil, nil, []*Schedule{mine}, nil, "")
	mine.Layers, mine.Overrides = nil, nil
	if s, _ := r.Schedule("payments-primary"); len(s.At(at(t, "2026-01-06T12:00:00Z"))) != 1 {
		t.Error("the schedule is empty now")
	}
}

func TestOnCallNow(t *testing.T) {
	duties := testRoster(t).OnCallNow(at(t, "2026-01-06T12:00:00Z"))
	if len(duties) != 2 || duties[0].Schedule != "b-secondary" || duties[1].Schedule != "payments-primary" || duties[1].Team != "payments" {
		t.Fatalf("got %v", duties)
	}
	d := duties[1]
	if !slices.Equal(d.Now.Users, []UserID{"ana"}) || !d.Now.To.Equal(at(t, "2026-01-06T18:00:00+01:00")) {
		t.Errorf("now: %v", d.Now)
	}
	if !slices.Equal(d.Next.Users, []UserID{"cy"}) || !d.Next.From.Equal(d.Now.To) || !d.Next.To.Equal(at(t, "2026-01-07T06:00:00+01:00")) {
		t.Errorf("next: %v", d.Next)
	}
	empty := NewRoster(nil, nil, []*Schedule{{ID: "x"}}, nil, "").OnCallNow(time.Unix(0, 0))
	if len(empty) != 1 || !empty[0].Now.To.IsZero() || !empty[0].Next.From.IsZero() {
		t.Errorf("of a schedule with nobody: %v", empty)
	}
}
