package automation

import (
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
)

// PayloadVersion is the version of Payload. Fields are added without a new one; none is taken away or changes its meaning.
const PayloadVersion = 1

// Payload is what a webhook receives as its body, a command on its standard input, and a template as its dot. Times are UTC,
// in RFC 3339; what an incident does not have is an empty string or is left out. In JSON:
//
//	{
//	  "version": 1,
//	  "id": "INC-42/17/opened/page-vendor/0", one step of one run; the same when it is tried again: remember it, do it once
//	  "event": "opened",
//	  "rule": "page-vendor",                  the automation's name
//	  "at": "2026-03-01T09:30:00Z",           when it happened, not when this was sent
//	  "confidential": false,                  true: only its team may know of the incident; do not pass it on
//	  "incident": {"number": 42, "ref": "INC-42", "state": "triggered", "title": "...", "service": "...", "team": "...",
//	    "type": "...", "category": "...", "impact": "...", "urgency": "...", "priority": "P1", "severity": "...", "source": "...",
//	    "reporter": "...", "rule": "...", "assignee": "...", "code": "...", "labels": {"cluster": "eu"}, "firing": 2,
//	    "created_at": "...", "acknowledged_at": "...", "resolved_at": "...", "closed_at": "...", "url": "..."},
//	  "entry": {"what": "...", "why": "...", "by": "ana (sms)"}  the line of the timeline that set it off
//	}
//
// The incident is as it was just after the event, even when this is sent later. Of a confidential incident everything is
// given too: who gets it is written in the configuration, by somebody who may read the incident.
type Payload struct {
	Version      int       `json:"version"`
	ID           string    `json:"id"`
	Event        Event     `json:"event"`
	Rule         string    `json:"rule"`
	At           time.Time `json:"at"`
	Confidential bool      `json:"confidential"`
	Incident     Record    `json:"incident"`
	Entry        Line      `json:"entry"`
}

// Record is the incident in a Payload.
type Record struct {
	Number         int64             `json:"number"`
	Ref            string            `json:"ref"`
	State          string            `json:"state"`
	Title          string            `json:"title"`
	Service        string            `json:"service"`
	Team           string            `json:"team"`
	Type           string            `json:"type"`
	Category       string            `json:"category"`
	Impact         string            `json:"impact"`
	Urgency        string            `json:"urgency"`
	Priority       string            `json:"priority"`
	Severity       string            `json:"severity"`
	Source         string            `json:"source"`
	Reporter       string            `json:"reporter"`
	Rule           string            `json:"rule"` // what fired
	Assignee       string            `json:"assignee"`
	Code           string            `json:"code"` // of the resolution
	Labels         map[string]string `json:"labels,omitempty"`
	Firing         int               `json:"firing"` // alerts that fire
	CreatedAt      time.Time         `json:"created_at"`
	AcknowledgedAt time.Time         `json:"acknowledged_at,omitzero"` // first, by somebody
	ResolvedAt     time.Time         `json:"resolved_at,omitzero"`
	ClosedAt       time.Time         `json:"closed_at,omitzero"`
	URL            string            `json:"url"` // of its page; empty: rouse has no public address
}

// Line is the timeline's entry in a Payload.
type Line struct {
	What string `json:"what"`
	Why  string `json:"why"`
	By   string `json:"by"`
}

const (
	titleMost = 1024 // bytes
	whatMost  = 8192 // bytes
)

// NewPayload is the payload of a run's n-th step, from 0, for the incident as it is now. url is the address of its page.
func NewPayload(r Run, n int, i *incident.Incident, url string) Payload {
	return Payload{
		Version: PayloadVersion, ID: r.StepID(n), Event: r.Event, Rule: r.Rule.Name, At: r.Entry.At.UTC(), Confidential: i.Confidential(),
		Incident: record(i, url),
		Entry:    Line{What: bounded(r.Entry.What, whatMost), Why: bounded(r.Entry.Why, titleMost), By: bounded(r.Entry.By.String(), titleMost)},
	}
}

func record(i *incident.Incident, url string) Record {
	acked := i.FirstAckAt
	if acked.IsZero() {
		acked = i.AcknowledgedAt
	}
	return Record{
		Number: i.Number, Ref: i.Ref(), State: string(i.State), Title: bounded(i.Title, titleMost), Service: i.Service, Team: i.Team,
		Type: i.Type, Category: i.Category, Impact: string(i.Impact), Urgency: string(i.Urgency), Priority: string(i.Priority),
		Severity: string(i.Severity), Source: i.Source, Reporter: i.Reporter, Rule: bounded(i.Rule, titleMost),
		Assignee: string(i.Assignee), Code: i.Code, Labels: i.GroupLabels, Firing: i.Firing, CreatedAt: i.CreatedAt.UTC(),
		AcknowledgedAt: acked.UTC(), ResolvedAt: i.ResolvedAt.UTC(), ClosedAt: i.ClosedAt.UTC(), URL: url,
	}
}

// bounded cuts a text to at most n bytes, between two characters, and takes out what is no text.
func bounded(s string, n int) string {
	const mark = "…"
	if len(s) <= n {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(s[:n-len(mark)], "") + mark
}
