package router

import "testing"

// TestSilenceWords: the audit log says what somebody muted.
func TestSilenceWords(t *testing.T) {
	s := Silence{Matchers: []Matcher{{Name: "alertname", Value: "Down", IsEqual: true}, {Name: "env", Value: "a|b", IsEqual: true, IsRegex: true}, {Name: "x", Value: "1"}}}
	if got, want := s.Words(), `alertname="Down",env=~"a|b",x!="1"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
