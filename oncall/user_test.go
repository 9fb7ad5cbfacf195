package oncall

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRules(t *testing.T) {
	own := User{Notify: map[Urgency][]Rule{High: {{Via: Call}}, Low: {}}}
	high := []Rule{{SMS, 0}, {Call, time.Minute}, {Call, 3 * time.Minute}}
	low := []Rule{{Email, 0}, {SMS, 15 * time.Minute}}
	tests := []struct {
		name    string
		user    User
		urgency Urgency
		want    []Rule
	}{
		{"default high", User{}, High, high},
		{"default low", User{}, Low, low},
		{"own high", own, High, []Rule{{Via: Call}}},
		{"an empty list of one's own is none", own, Low, low},
		{"another word is high", User{}, "medium", high},
		{"another word is one's own high", own, "", []Rule{{Via: Call}}},
	}
	for _, tt := range tests {
		got := tt.user.Rules(tt.urgency)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		got[0].Via = "changed"
		if !slices.Equal(tt.user.Rules(tt.urgency), tt.want) {
			t.Errorf("%s: a change of the answer changes the user", tt.name)
		}
	}
}

func TestAddress(t *testing.T) {
	u := User{Phone: "+15550100001", Email: "a@example.com"}
	for via, want := range map[Method]string{SMS: u.Phone, Call: u.Phone, Email: u.Email, "fax": "", "": ""} {
		if got := u.Address(via); got != want {
			t.Errorf("%s: got %q, want %q", via, got, want)
		}
	}
}

func TestQuietUntil(t *testing.T) {
	tests := []struct {
		name, zone string
		quiet      *QuietHours
		at         string
		until      string // empty: not quiet
	}{
		{"none", "Europe/Madrid", nil, "2026-06-01T23:00:00+02:00", ""},
		{"before", "Europe/Madrid", &QuietHours{1320, 420}, "2026-06-01T21:59:59+02:00", ""},
		{"from is in", "Europe/Madrid", &QuietHours{1320, 420}, "2026-06-01T22:00:00+02:00", "2026-06-02T07:00:00+02:00"},
		{"after midnight", "Europe/Madrid", &QuietHours{1320, 420}, "2026-06-02T06:59:59+02:00", "2026-06-02T07:00:00+02:00"},
		{"to is out", "Europe/Madrid", &QuietHours{1320, 420}, "2026-06-02T07:00:00+02:00", ""},
		{"in the user's zone", "America/New_York", &QuietHours{1320, 420}, "2026-06-02T04:00:00Z", "2026-06-02T11:00:00Z"},
		{"by day", "UTC", &QuietHours{720, 780}, "2026-06-02T12:30:00Z", "2026-06-02T13:00:00Z"},
		{"a short night", "Europe/Madrid", &QuietHours{1320, 420}, "2026-03-29T01:00:00+01:00", "2026-03-29T07:00:00+02:00"},
		{"a long night", "Europe/Madrid", &QuietHours{1320, 420}, "2026-10-25T01:00:00+02:00", "2026-10-25T07:00:00+01:00"},
		{"an end that is skipped comes later", "Europe/Madrid", &QuietHours{1320, 150}, "2026-03-29T03:10:00+02:00", "2026-03-29T03:30:00+02:00"},
		{"an end that is repeated is the first", "Europe/Madrid", &QuietHours{1320, 150}, "2026-10-25T02:10:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"and not the second", "Europe/Madrid", &QuietHours{1320, 150}, "2026-10-25T02:10:00+01:00", ""},
		{"a beginning that is repeated is the first", "Europe/Madrid", &QuietHours{150, 420}, "2026-10-25T02:10:00+01:00", "2026-10-25T07:00:00+01:00"},
		{"until midnight, written 24:00", "UTC", &QuietHours{1320, 1440}, "2026-06-01T23:00:00Z", "2026-06-02T00:00:00Z"},
		{"from and to alike is never", "UTC", &QuietHours{1320, 1320}, "2026-06-01T23:00:00Z", ""},
		{"all day is never", "UTC", &QuietHours{0, 1440}, "2026-06-01T23:00:00Z", ""},
	}
	for _, tt := range tests {
		u := User{Zone: mustZone(t, tt.zone), Quiet: tt.quiet}
		got, ok := u.QuietUntil(at(t, tt.at))
		if ok != (tt.until != "") || ok && (!got.Equal(at(t, tt.until)) || got.Location() != u.Zone) {
			t.Errorf("%s: at %s got %v %t, want %q", tt.name, tt.at, got, ok, tt.until)
		}
	}
	if _, ok := (User{Quiet: &QuietHours{1320, 420}}).QuietUntil(at(t, "2026-06-01T23:00:00Z")); !ok {
		t.Error("without a zone it is UTC")
	}
}

func TestParseTarget(t *testing.T) {
	for in, want := range map[string]Target{
		"user/ana": {ToUser, "ana"}, "schedule/payments-primary": {ToSchedule, "payments-primary"}, "team/x": {ToTeam, "x"},
		"receiver/a/b c": {ToReceiver, "a/b c"}, " user/ana ": {ToUser, "ana"},
	} {
		if got, err := ParseTarget(in); err != nil || got != want {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "ana", "user/", "user/ ", "/ana", "User/ana", "policy/x", "user /ana"} {
		_, err := ParseTarget(in)
		if err == nil || !strings.Contains(err.Error(), "user/NAME") {
			t.Errorf("%q: error %v does not say what to write", in, err)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"user/ana", "receiver/a/b", "team/", "x", "schedule/\xff", "user/\u00a0x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		target, err := ParseTarget(s)
		if err != nil {
			return
		}
		again, err := ParseTarget(target.String())
		if err != nil || again != target {
			t.Errorf("%q reads as %v, which is written %q and reads as %v, %v", s, target, target, again, err)
		}
	})
}
