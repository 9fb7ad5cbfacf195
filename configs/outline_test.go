package configs

import (
	"maps"
	"slices"
	"testing"
)

// TestOutline: what says the same has the same outline, however it is written; what says something else differs at its path.
func TestOutline(t *testing.T) {
	base := loaded(t, "providers:\n  - {name: m, smtp: {address: \"a:465\", from: a@example.com}}\nlimits: {daily_spend: {messages: 9, calls: 3}}\n")
	same := loaded(t, "limits:\n  daily_spend: {calls: 3, messages: 9} # enough\nproviders: [{smtp: {from: a@example.com, address: 'a:465'}, name: m}]\n")
	if !maps.Equal(base, same) {
		t.Errorf("written otherwise: got %v, want %v", same, base)
	}
	other := loaded(t, "providers:\n  - {name: m, smtp: {address: \"b:465\", from: a@example.com}}\nlimits: {daily_spend: {messages: 8, calls: 3}}\n")
	var differ []string
	for path := range other {
		if other[path] != base[path] {
			differ = append(differ, path)
		}
	}
	slices.Sort(differ)
	if want := []string{"limits.daily_spend.messages", "providers.m"}; !slices.Equal(differ, want) {
		t.Errorf("got differences at %v, want %v", differ, want)
	}
}

func loaded(t *testing.T, more string) map[string]string {
	t.Helper()
	c, problems := Load("rouse.yaml", []byte("users: {ana: {email: ana@example.com}}\nescalations: {all: {levels: [{notify: [user/ana], wait: 5m}]}}\nfallback: all\n"+
		"services: {web: {escalation: all}}\nroute: {service: web}\n"+more), Options{SkipSecrets: true})
	if c == nil {
		t.Fatal(problems)
	}
	return c.Outline()
}
