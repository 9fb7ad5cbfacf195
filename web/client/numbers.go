package client

import (
	"context"
	"net/url"
	"time"
)

// ReportQuery says what a report is about. Zero fields: the last 30 days, not grouped, as JSON, in your zone.
type ReportQuery struct {
	From    string // RFC 3339, or a day 2026-10-01 in Zone
	To      string // the same; not included
	Month   string // 2026-10, instead of From and To; it is compared with the month before
	By      string // dimensions with commas between: service, team, priority, type, category, source, assignee, week, month
	Zone    string // IANA name
	Format  string // json | csv | markdown | html | table
	Section string // of a CSV: groups | weeks | causes | noise | people | incidents
	Compare bool   // with the period before
}

// NumbersReport reads the numbers of the incident process over a period, in the format asked for. As JSON they are a
// report.Report.
func (c *Client) NumbersReport(ctx context.Context, r ReportQuery) ([]byte, error) {
	q := url.Values{}
	for name, v := range map[string]string{
		"from": r.From, "to": r.To, "month": r.Month, "by": r.By, "zone": r.Zone, "format": r.Format, "section": r.Section,
	} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if r.Compare {
		q.Set("compare", "true")
	}
	return c.raw(ctx, "/api/v1/report", q)
}

// StatusPage is what people outside are shown.
type StatusPage struct {
	Title    string          `json:"title"`
	At       time.Time       `json:"at"`
	Services []ServiceStatus `json:"services"`
	Current  []Notice        `json:"current"` // the last word on each disturbance under way, newest first
	Past     []Notice        `json:"past"`    // what was said in the last 14 days, newest first; of what is over although nobody has said so, resolved without a text
}

// ServiceStatus is how a service does: operational, monitoring, identified or investigating.
type ServiceStatus struct {
	Service string `json:"service"`
	State   string `json:"state"`
}

// Notice is what was said of one disturbance.
type Notice struct {
	Ref     string    `json:"ref"` // INC-42: what belongs together
	Service string    `json:"service"`
	Phase   string    `json:"phase"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

// Status reads the status page.
func (c *Client) Status(ctx context.Context) (StatusPage, error) {
	return get[StatusPage](ctx, c, "/api/v1/status", nil)
}
