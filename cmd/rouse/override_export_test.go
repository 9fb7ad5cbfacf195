package main

import (
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/oncall"
)

// TestExportedOverridesAreTheSame pastes what export writes into a configuration: each override is the same then, to the instant,
// also in the hours that a change of the clocks repeats, and those that win still do.
func TestExportedOverridesAreTheSame(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	made := []oncall.Override{
		{ID: "ov-1", User: "bo", From: at("2030-12-24T05:00:00Z"), To: at("2030-12-25T05:00:00Z"), Reason: `it is: a "quote", {x} # not a comment`},
		{ID: "ov-2", User: "cy", From: at("2030-12-24T08:00:00Z"), To: at("2030-12-24T09:00:00Z"), By: "ana"},
		{ID: "ov-3", User: "bo", From: at("2030-10-27T00:30:00Z"), To: at("2030-10-27T01:30:00Z"), Reason: "yes"}, // 02:30, and 02:30 again
		{ID: "ov-4", User: "bo", From: at("2030-01-01T00:00:00.123456Z"), To: at("2030-01-01T01:00:01Z"), Reason: "null"},
	}
	for k := range made {
		made[k].Schedule, made[k].At = "primary", at("2029-12-01T12:00:00Z")
	}
	text, err := configs.OverridesYAML(made, map[oncall.ScheduleID]*time.Location{"primary": madrid}, at("2029-12-01T12:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := strings.Cut(string(text), "    overrides:\n")
	if !ok {
		t.Fatalf("no list in\n%s", text)
	}
	const handoff = `handoff: "Mon 09:00"}]` + "\n"
	file := strings.Replace(townConfig, handoff, handoff+"    overrides:\n"+list, 1)
	c, problems := configs.Load("rouse.yaml", []byte(file), configs.Options{Literal: true})
	if err := problems.Err(); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	r := c.Roster()
	for _, o := range made {
		if !r.InFile(&o) {
			t.Errorf("%s is another in the file:\n%s", o.ID, text)
		}
	}
	s, _ := r.Schedule("primary")
	if who := s.At(at("2030-12-24T08:30:00Z")); len(who) != 1 || who[0] != "cy" {
		t.Errorf("on call when two overlap: %v, want cy, who was put there later", who)
	}
}
