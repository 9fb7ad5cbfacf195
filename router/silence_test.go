package router

import (
	"strings"
	"testing"
	"time"
)

func TestSilenceState(t *testing.T) {
	s := Silence{StartsAt: at(t, "2026-01-01T10:00:00Z"), EndsAt: at(t, "2026-01-01T11:00:00Z")}
	tests := []struct {
		now, want string
	}{
		{"2026-01-01T09:59:59Z", SilencePending},
		{"2026-01-01T10:00:00Z", SilenceActive},
		{"2026-01-01T10:59:59Z", SilenceActive},
		{"2026-01-01T11:00:00Z", SilenceExpired},
		{"2026-01-01T12:00:00Z", SilenceExpired},
	}
	for _, tt := range tests {
		now := at(t, tt.now)
		if got := s.State(now); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.now, got, tt.want)
		}
		if got := s.Active(now); got != (tt.want == SilenceActive) {
			t.Errorf("%s: active %v", tt.now, got)
		}
	}
}

func TestSilenceValidate(t *testing.T) {
	now := at(t, "2026-01-01T10:00:00Z")
	good := func() Silence {
		return Silence{Matchers: []Matcher{equals("a", "1")}, StartsAt: now, EndsAt: now.Add(time.Hour)}
	}
	with := func(m ...Matcher) func(*Silence) { return func(s *Silence) { s.Matchers = m } }
	tests := []struct {
		name   string
		change func(*Silence)
		want   string
	}{
		{"good", func(*Silence) {}, ""},
		{"started long ago", func(s *Silence) { s.StartsAt = now.Add(-time.Hour) }, ""},
		{"in the future", func(s *Silence) { s.StartsAt = now.Add(time.Minute) }, ""},
		{"one of two matches the empty string", with(like("a", ".*"), equals("b", "2")), ""},
		{"a negative matcher alone", with(Matcher{Name: "a", Value: "1"}), ""},
		{"a UTF-8 name", with(equals("odd name", "1")), ""},
		{"no matchers", with(), "at least one"},
		{"empty value", with(equals("a", "")), "must not match the empty string"},
		{"all match the empty string", with(like("a", ".*"), like("b", "x?"), equals("c", "")), "must not match the empty string"},
		{"bad expression", with(equals("a", "1"), like("b", "(")), "matcher 2 of the silence: the regular expression for label b"},
		{"an expression that closes the anchors", with(like("a", "x)(y")), "the regular expression for label a"},
		{"no name", with(equals("", "1")), "label name is empty"},
		{"broken name", with(equals("\xff", "1")), "not valid UTF-8"},
		{"broken value", with(equals("a", "\xff")), "not valid UTF-8"},
		{"no start", func(s *Silence) { s.StartsAt = time.Time{} }, "no start time"},
		{"no end", func(s *Silence) { s.EndsAt = time.Time{} }, "no end time"},
		{"empty", func(s *Silence) { s.EndsAt = s.StartsAt }, "not before its end"},
		{"backwards", func(s *Silence) { s.EndsAt = now.Add(-time.Hour) }, "not before its end"},
		{"over", func(s *Silence) { s.StartsAt, s.EndsAt = now.Add(-2*time.Hour), now.Add(-time.Hour) }, "in the past"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := good()
			tt.change(&s)
			err := s.Validate(now)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
