package automation_test

import (
	"slices"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/router"
)

func TestEvents(t *testing.T) {
	ana := incident.Actor{Kind: incident.ByUser, Name: "ana"}
	rouse := incident.Actor{Kind: incident.BySystem}
	monitor := incident.Actor{Kind: incident.ByIntegration, Name: "prometheus"}
	warn := func(percent string) incident.Entry {
		return incident.Entry{Kind: incident.DidWarn, By: rouse, Data: map[string]string{"sla": "gold", "kind": "response", "percent": percent}}
	}
	told := func(i *incident.Incident, percent int) {
		i.Clocks = []incident.Clock{{Reading: sla.Reading{SLA: "gold", Kind: sla.Response}, Told: percent}}
	}
	tests := []struct {
		name   string
		entry  incident.Entry
		change func(before, after *incident.Incident)
		want   []automation.Event
	}{
		{"reopened", incident.Entry{Kind: incident.DidReopen, By: rouse}, nil, []automation.Event{automation.Reopened}},
		{"a lapse", incident.Entry{Kind: incident.DidTrigger, By: rouse}, nil, []automation.Event{automation.Triggered}},
		{"acknowledged", incident.Entry{Kind: incident.DidAck, By: ana}, func(_, a *incident.Incident) { a.State = incident.Acknowledged }, []automation.Event{automation.Acknowledged}},
		{"renewed", incident.Entry{Kind: incident.DidAck, By: ana}, func(b, a *incident.Incident) { b.State, a.State = incident.Acknowledged, incident.Acknowledged }, nil},
		{"handed over", incident.Entry{Kind: incident.DidAssign, By: ana}, func(_, a *incident.Incident) { a.Epoch++ }, []automation.Event{automation.Assigned}},
		{"more people", incident.Entry{Kind: incident.DidAssign, By: ana}, nil, []automation.Event{automation.RespondersAdded}},
		{"a person's note", incident.Entry{Kind: incident.DidNote, By: ana}, nil, []automation.Event{automation.Noted}},
		{"rouse's note", incident.Entry{Kind: incident.DidNote, By: rouse}, nil, nil},
		{"paged", incident.Entry{Kind: incident.DidPage, By: rouse}, nil, nil},
		{"escalated by hand", incident.Entry{Kind: incident.DidEscalate, By: ana}, nil, []automation.Event{automation.Escalated}},
		{"escalated by itself", incident.Entry{Kind: incident.DidEscalate, By: rouse}, func(b, a *incident.Incident) { a.Escalations = b.Escalations + 1 }, []automation.Event{automation.Escalated}},
		{"the first level", incident.Entry{Kind: incident.DidEscalate, By: rouse}, nil, nil},
		{"quiet hours", incident.Entry{Kind: incident.DidSuppress, By: rouse}, nil, nil},
		{"silenced", incident.Entry{Kind: incident.DidSuppress, By: rouse}, func(_, a *incident.Incident) { a.Suppressed = &router.Suppression{} }, []automation.Event{automation.Suppressed}},
		{"an alert joins", incident.Entry{Kind: incident.DidJoin, By: monitor}, func(_, a *incident.Incident) { a.Firing, a.Total = 2, 2 }, []automation.Event{automation.AlertJoined}},
		{"a worse alert joins", incident.Entry{Kind: incident.DidJoin, By: monitor}, func(b, a *incident.Incident) {
			a.Firing, b.Severity, a.Severity = 2, alert.Warning, alert.Critical
		}, []automation.Event{automation.AlertJoined, automation.SeverityRaised}},
		{"an alert gets worse", incident.Entry{Kind: incident.DidJoin, By: monitor}, func(b, a *incident.Incident) { b.Severity, a.Severity = alert.Unknown, alert.Info }, []automation.Event{automation.SeverityRaised}},
		{"an alert changes", incident.Entry{Kind: incident.DidJoin, By: monitor}, nil, nil},
		{"priority", incident.Entry{Kind: incident.DidChange, By: ana}, func(_, a *incident.Incident) { a.Priority = "P3" }, []automation.Event{automation.PriorityChanged}},
		{"everything", incident.Entry{Kind: incident.DidChange, By: ana}, func(_, a *incident.Incident) {
			a.Priority, a.Type, a.Category, a.Service = "P3", "security", "theft", "office"
		}, []automation.Event{automation.PriorityChanged, automation.TypeChanged, automation.CategoryChanged, automation.ServiceChanged}},
		{"the title alone", incident.Entry{Kind: incident.DidChange, By: ana}, func(_, a *incident.Incident) { a.Title = "x" }, nil},
		{"an update is owed", incident.Entry{Kind: incident.DidRemind, By: rouse}, func(_, a *incident.Incident) { a.OwesTold = noon }, []automation.Event{automation.UpdateOverdue}},
		{"a review is owed", incident.Entry{Kind: incident.DidRemind, By: rouse}, func(b, a *incident.Incident) {
			b.Review = incident.ReviewStub{Required: true, RemindAt: noon}
			a.Review = incident.ReviewStub{Required: true, RemindAt: noon.Add(time.Hour)}
		}, []automation.Event{automation.ReviewOverdue}},
		{"a note is owed", incident.Entry{Kind: incident.DidRemind, By: rouse}, func(_, a *incident.Incident) { a.Review.RemindAt = noon }, nil},
		{"80 % of an SLA", warn("80"), nil, []automation.Event{automation.SLAWarning}},
		{"its end", warn("100"), func(b, _ *incident.Incident) { told(b, 80) }, []automation.Event{automation.SLABreached}},
		{"past its end at once", warn("150"), nil, []automation.Event{automation.SLABreached}},
		{"long past its end", warn("150"), func(b, _ *incident.Incident) { told(b, 100) }, []automation.Event{automation.SLAWarning}},
		{"a clock without a number", incident.Entry{Kind: incident.DidWarn, By: rouse}, nil, nil},
		{"resolved", incident.Entry{Kind: incident.DidResolve, By: ana}, nil, []automation.Event{automation.Resolved}},
		{"resolved, with a review to write", incident.Entry{Kind: incident.DidResolve, By: ana}, func(_, a *incident.Incident) { a.Review.Required = true }, []automation.Event{automation.Resolved, automation.ReviewRequired}},
		{"a review asked for", incident.Entry{Kind: incident.DidReview, By: ana}, func(_, a *incident.Incident) { a.Review.Required = true }, []automation.Event{automation.ReviewRequired}},
		{"a review published", incident.Entry{Kind: incident.DidReview, By: ana}, func(_, a *incident.Incident) { a.Review.State = incident.ReviewPublished }, []automation.Event{automation.ReviewPublished}},
		{"a review drafted", incident.Entry{Kind: incident.DidReview, By: ana}, func(_, a *incident.Incident) { a.Review.State = incident.ReviewDraft }, nil},
		{"by an automation", incident.Entry{Kind: incident.DidResolve, By: incident.Actor{Kind: incident.ByAutomation}}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, after := disk(), disk()
			if tt.change != nil {
				tt.change(before, after)
			}
			if got := automation.Events(tt.entry, before, after); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAnIncidentThatOpensHasNotChanged(t *testing.T) {
	after := disk()
	after.Firing, after.Total = 1, 1
	by := incident.Actor{Kind: incident.ByIntegration}
	for _, before := range []*incident.Incident{nil, {}} {
		var got []automation.Event
		for _, k := range []incident.EntryKind{incident.DidOpen, incident.DidChange, incident.DidJoin} {
			got = append(got, automation.Events(incident.Entry{Kind: k, By: by}, before, after)...)
		}
		if want := []automation.Event{automation.Opened}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestParseEventReadsAll(t *testing.T) {
	for _, ev := range automation.AllEvents() {
		if got, err := automation.ParseEvent(" " + string(ev) + " "); err != nil || got != ev {
			t.Errorf("%s: got %q, %v", ev, got, err)
		}
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add("opened")
	f.Add(" SLA_Breached\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		ev, err := automation.ParseEvent(s)
		if (err == nil) != slices.Contains(automation.AllEvents(), ev) {
			t.Errorf("%q: got %q, %v", s, ev, err)
		}
	})
}
