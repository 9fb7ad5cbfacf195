package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/notify/receivers"
	"github.com/rouse/rouse/notify/smtp"
	"github.com/rouse/rouse/notify/twilio"
	"github.com/rouse/rouse/web"
)

// parts is one configuration turned into what the rooms of the house take. It is swapped whole on reload.
type parts struct {
	config *configs.Config
	engine engine.Settings
	twilio []*twilio.Provider
	rooms  *receivers.Rooms
	ingest *ingest.Config
	web    *web.Config
	below  string // the path of the public address
}

// wire builds parts from a configuration; carrier is how Twilio is reached, nil for the network. Nothing runs yet; errors name what could not be built.
func wire(c *configs.Config, links *notify.Signer, carrier http.RoundTripper, log *slog.Logger) (*parts, error) {
	p := &parts{config: c, ingest: ingestConfig(c), web: webConfig(c, links), below: pathOf(c.Server.PublicURL)}
	var all []notify.Provider
	for _, pc := range c.Providers {
		prov, err := provider(c, pc, carrier, log)
		if err != nil {
			return nil, fmt.Errorf("provider %s: %w", pc.Name, err)
		}
		if t, ok := prov.(*twilio.Provider); ok {
			p.twilio = append(p.twilio, t)
		}
		all = append(all, prov)
	}
	rooms, err := loadRooms(c, log)
	if err != nil {
		return nil, err
	}
	p.rooms = rooms
	p.engine = settings(c)
	p.engine.Providers, p.engine.Links = all, links
	if rooms != nil {
		p.engine.Rooms = roomsAdapter{rooms}
	}
	if err := wireRunner(p, c); err != nil {
		return nil, err
	}
	return p, nil
}

// settings is what a configuration decides of an engine, but for what reaches the world and needs secrets: providers, rooms, the
// runner and the signer of links.
func settings(c *configs.Config) engine.Settings {
	s := engine.Settings{
		Book: c.Rulebook(), Tree: c.Tree(), Gate: c.Gate(), Inhibit: c.InhibitRules(), PublicURL: c.Server.PublicURL,
		Limits: engine.Limits{
			SMS: engine.Rate{N: c.Limits.SMS.Count, Per: c.Limits.SMS.Per}, Call: engine.Rate{N: c.Limits.Call.Count, Per: c.Limits.Call.Per},
			DailyMessages: c.Limits.DailyMessages, DailyCalls: c.Limits.DailyCalls, Incidents: c.Limits.Incidents,
		},
		Retention:   engine.Retention{Incidents: c.Retention.Incidents, Pages: c.Retention.Pages, Alerts: c.Retention.Alerts, Changes: c.Retention.Changes},
		Automations: c.Automations, Integrations: []string{},
	}
	for _, r := range c.Receivers {
		s.RoomNames = append(s.RoomNames, r.Name)
	}
	for _, i := range c.Integrations {
		s.Integrations = append(s.Integrations, i.Name)
	}
	for _, h := range c.Heartbeats {
		s.Heartbeats = append(s.Heartbeats, engine.Heartbeat{Name: h.Name, Every: h.Every, Grace: h.Grace, Service: h.Service})
	}
	for _, d := range c.Drills {
		s.Drills = append(s.Drills, engine.Drill{Name: d.Name, Weekdays: d.At.Weekdays, Minute: d.At.Minute, Zone: d.Zone, Policy: d.Policy})
	}
	return s
}

// wireRunner adds what runs the webhooks and commands of automations.
func wireRunner(p *parts, c *configs.Config) error {
	if len(c.Automations) == 0 {
		return nil
	}
	runner, err := automation.New(automation.Options{DialContext: receivers.Guard{Inside: true}.DialContext, Now: time.Now, Secrets: secretsOf(c)})
	if err != nil {
		return fmt.Errorf("automations: %w", err)
	}
	p.engine.Runner = runner
	return nil
}

// secretsOf collects what an automation must not bring into a timeline.
func secretsOf(c *configs.Config) []string {
	var all []configs.Secret
	for _, t := range c.Access.Tokens {
		all = append(all, t.Token...)
	}
	for _, i := range c.Integrations {
		all = append(append(all, i.Token...), i.HMAC)
	}
	for _, p := range c.Providers {
		if p.Twilio != nil {
			all = append(all, p.Twilio.AuthToken...)
		}
		if p.SMTP != nil {
			all = append(all, p.SMTP.Password)
		}
	}
	return reveal(append(all, c.Server.MetricsToken...))
}

func provider(c *configs.Config, pc configs.Provider, carrier http.RoundTripper, log *slog.Logger) (notify.Provider, error) {
	if t := pc.Twilio; t != nil {
		return twilio.New(twilio.Config{
			Name: pc.Name, AccountSID: t.AccountSID.Reveal(), AuthTokens: reveal(t.AuthToken), From: t.From, MessagingServiceSID: t.MessagingServiceSID,
			BaseURL: t.BaseURL, PublicURL: c.Server.PublicURL, MachineDetection: t.MachineDetection, Transport: carrier, Log: log,
		})
	}
	s := pc.SMTP
	return smtp.New(smtp.Config{
		Name: pc.Name, Address: s.Address, From: s.From, Username: s.Username, Password: s.Password.Reveal(), TLS: smtp.TLSMode(s.TLS),
	})
}

func reveal(secrets []configs.Secret) []string {
	out := make([]string, len(secrets))
	for k, s := range secrets {
		out[k] = s.Reveal()
	}
	return out
}

func loadRooms(c *configs.Config, log *slog.Logger) (*receivers.Rooms, error) {
	if len(c.Receivers) == 0 {
		return nil, nil
	}
	u, err := url.Parse(c.Server.PublicURL)
	if err != nil {
		return nil, err
	}
	doc, err := receivers.Split(c.ReceiversYAML)
	if err != nil {
		return nil, fmt.Errorf("receivers: %w", err)
	}
	rooms, err := receivers.Load(doc.Receivers, receivers.Options{
		ExternalURL: u, Global: doc.Global, TemplateFiles: c.Templates, Log: log, DialContext: receivers.Guard{Inside: true}.DialContext,
	})
	if err != nil {
		return nil, fmt.Errorf("receivers: %w", err)
	}
	return rooms, nil
}

func ingestConfig(c *configs.Config) *ingest.Config {
	out := &ingest.Config{Version: buildVersion(), Original: func() string { return string(c.Redacted()) }, Receivers: func() []string { return receiverNames(c) }}
	for _, i := range c.Integrations {
		out.Sources = append(out.Sources, ingest.Source{Name: i.Name, Type: i.Type, Tokens: reveal(i.Token), HMACSecret: i.HMAC.Reveal(), Insecure: i.Insecure})
	}
	for _, h := range c.Heartbeats {
		out.Heartbeats = append(out.Heartbeats, h.Name)
	}
	return out
}

// receiverNames are, in Alertmanager's words, the receivers: escalation policies and rooms.
func receiverNames(c *configs.Config) []string {
	var names []string
	for _, p := range c.Roster().Policies() {
		names = append(names, string(p.ID))
	}
	for _, r := range c.Receivers {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}

func webConfig(c *configs.Config, links *notify.Signer) *web.Config {
	out := &web.Config{PublicURL: c.Server.PublicURL, Links: links, MetricsTokens: reveal(c.Server.MetricsToken), Version: buildVersion(), Where: c.Where}
	out.StatusPage = web.StatusPage{Title: c.StatusPage.Title, Services: c.StatusPage.Services, Public: c.StatusPage.Public}
	for _, r := range c.Receivers {
		out.Receivers = append(out.Receivers, r.Name)
	}
	out.Calendars = holidaysOf(c)
	for _, t := range c.Access.Tokens {
		out.Tokens = append(out.Tokens, web.Token{Name: t.Name, User: t.User, Role: web.Role(t.Role), Secrets: reveal(t.Token)})
	}
	return out
}

// roomsAdapter lets the engine tell Alertmanager's receivers.
type roomsAdapter struct{ rooms *receivers.Rooms }

// Tell sends one note.
func (r roomsAdapter) Tell(ctx context.Context, n engine.RoomNote) error {
	i := n.Incident
	note := receivers.Note{
		ID: n.ID, Receiver: n.Receiver, GroupKey: i.Ref(), GroupLabels: i.GroupLabels, Status: alert.Firing, Reason: reasons[n.Reason], Now: n.Now,
		Incident: receivers.Incident{
			Ref: i.Ref(), Title: i.Title, Service: i.Service, Priority: string(i.Priority), State: string(i.State), URL: n.URL, AckedBy: i.AckedBy,
		},
	}
	if n.Reason == "resolved" {
		note.Status = alert.Resolved
	}
	if n.Reason == "update" { // words of their own stand in for the alerts
		note.Alerts = []alert.Alert{words(n)}
		return r.rooms.Send(ctx, note)
	}
	for _, a := range n.Alerts {
		note.Alerts = append(note.Alerts, a.Alert)
	}
	return r.rooms.Send(ctx, note)
}

// words is what a room is told in somebody's own words, in the shape that its templates know.
func words(n engine.RoomNote) alert.Alert {
	i := n.Incident
	a := alert.Alert{
		State: alert.Firing, Title: n.Words, StartsAt: i.CreatedAt, Source: n.URL,
		Labels: alert.Labels{"alertname": i.Ref() + " " + i.Title, "service": i.Service},
	}
	if !i.State.Open() {
		a.State, a.EndsAt = alert.Resolved, n.Now
	}
	return a
}

// reasons are the engine's words for what happened, in those of the rooms.
var reasons = map[string]receivers.Reason{"triggered": receivers.Opened, "acknowledged": receivers.Acknowledged, "resolved": receivers.Resolved}

// lineAdapter lets Twilio's webhooks reach the engine.
type lineAdapter struct{ *engine.Engine }

// Text passes an inbound text on.
func (l lineAdapter) Text(ctx context.Context, in twilio.Inbound) error {
	return l.Engine.Text(ctx, in.Provider, in.SID, in.From, in.To, in.Body)
}

var (
	_ web.Engine  = (*engine.Engine)(nil)
	_ ingest.Sink = (*engine.Engine)(nil)
	_ ingest.Desk = (*engine.Engine)(nil)
)
