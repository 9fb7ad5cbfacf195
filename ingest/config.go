package ingest

import "slices"

// Types of source. Each has its decoder.
const (
	TypeAlertmanager = "alertmanager"
	TypeGrafana      = "grafana"
	TypePrometheus   = "prometheus"
	TypePagerDuty    = "pagerduty"
	TypeOpsgenie     = "opsgenie"
	TypeGeneric      = "generic"
)

// Source is one integration: something that may send alerts.
type Source struct {
	Name   string
	Type   string   // alertmanager, grafana, prometheus, pagerduty, opsgenie or generic
	Tokens []string // each of them opens; more than one during rotation. Empty ones open nothing
	// HMACSecret, if set, demands Grafana's signature of the body (types grafana and generic), besides a token where
	// there are tokens.
	HMACSecret string
	// Insecure lets anyone send without a token. Without it, a source that has neither token nor secret is closed.
	Insecure bool
}

// DefaultMaxBody is the most bytes of one request, inflated: ten times the webhook of 1000 alerts.
const DefaultMaxBody = 4 << 20

// Config is what the configuration says of ingest. It is asked for on each request and must not change afterwards.
type Config struct {
	Sources    []Source
	Heartbeats []string        // names; whoever knows one can send it
	MaxBody    int64           // bytes of a body, inflated; 0: DefaultMaxBody
	Version    string          // of rouse, for /api/v2/status
	Original   func() string   // the configuration as YAML without secrets, with route and receivers, for amtool config
	Receivers  func() []string // names of receivers, for /api/v2/receivers
}

func (c *Config) maxBody() int64 {
	if c.MaxBody > 0 {
		return c.MaxBody
	}
	return DefaultMaxBody
}

func (c *Config) source(name string) (Source, bool) {
	for _, s := range c.Sources {
		if s.Name == name {
			return s, true
		}
	}
	return Source{}, false
}

// ofType returns the sources of one type, in the order of the configuration.
func (c *Config) ofType(t string) []Source {
	var out []Source
	for _, s := range c.Sources {
		if s.Type == t {
			out = append(out, s)
		}
	}
	return out
}

func (c *Config) beats(name string) bool { return slices.Contains(c.Heartbeats, name) }
