package ingest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/go-openapi/strfmt"
	"github.com/prometheus/alertmanager/api/v2/models"
	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/router"
)

// shownEnd is when an open alert without an end to come is shown to end: Alertmanager's default resolve_timeout. Its clients
// take a past or zero end for a recovery. The end that we hold may be past, for a repeat that only moves it is not written down.
const shownEnd = 5 * time.Minute

// query is what GET /alerts and /alerts/groups can be asked for. The flags are true unless said otherwise.
type query struct {
	active, silenced, inhibited, unprocessed, muted bool
	filter                                          []*labels.Matcher
	receiver                                        *regexp.Regexp
	owners                                          []*labels.Matcher // receiver_matchers
}

func parseQuery(v url.Values) (query, error) {
	var q query
	for name, flag := range map[string]*bool{
		"active": &q.active, "silenced": &q.silenced, "inhibited": &q.inhibited, "unprocessed": &q.unprocessed, "muted": &q.muted,
	} {
		b, err := flagOf(v, name)
		if err != nil {
			return q, err
		}
		*flag = b
	}
	var err error
	if q.filter, err = parseMatchers(v["filter"]); err != nil {
		return q, err
	}
	if q.owners, err = parseMatchers(v["receiver_matchers"]); err != nil {
		return q, err
	}
	if r := v.Get("receiver"); r != "" {
		if q.receiver, err = regexp.Compile("^(?:" + r + ")$"); err != nil {
			return q, refuse(http.StatusBadRequest, "", "failed to parse receiver param: %v", err)
		}
	}
	return q, nil
}

func flagOf(v url.Values, name string) (bool, error) {
	s := v.Get(name)
	if s == "" {
		return true, nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		return false, refuse(http.StatusBadRequest, "Use true or false.", "%s=%q is no boolean", name, brief(s))
	}
	return b, nil
}

// parseMatchers reads each as a matcher: first by the UTF-8 rules, then by the classic ones, as Alertmanager does.
func parseMatchers(exprs []string) ([]*labels.Matcher, error) {
	var out []*labels.Matcher
	for _, e := range exprs {
		m, err := parse.Matcher(e)
		if err != nil {
			if m, err = labels.ParseMatcher(e); err != nil {
				return nil, refuse(http.StatusBadRequest, `A matcher looks like alertname="DiskFull" or severity=~"warning|critical".`, "bad matcher %q: %v", brief(e), err)
			}
		}
		out = append(out, m)
	}
	return out, nil
}

// matches reports whether a label set fulfils all; an absent label is the empty value.
func matches(matchers []*labels.Matcher, set map[string]string) bool {
	for _, m := range matchers {
		if !m.Matches(set[m.Name]) {
			return false
		}
	}
	return true
}

// suppressors names what suppresses an alert, by kind. Maintenance windows and mute intervals both mute.
func suppressors(h *Held) (silenced, inhibited, muted []string) {
	silenced, inhibited, muted = []string{}, []string{}, []string{}
	for _, s := range h.Suppressed {
		switch s.Kind {
		case router.BySilence:
			silenced = append(silenced, s.Rule)
		case router.ByInhibition:
			inhibited = append(inhibited, s.Rule)
		default:
			muted = append(muted, s.Rule)
		}
	}
	return silenced, inhibited, muted
}

// wants reports whether an alert is asked for. Nothing here is ever unprocessed.
func (q *query) wants(h *Held) bool {
	silenced, inhibited, _ := suppressors(h)
	switch {
	case !q.active && len(h.Suppressed) == 0,
		!q.silenced && len(silenced) > 0,
		!q.inhibited && len(inhibited) > 0,
		!matches(q.filter, h.Alert.Labels),
		!matches(q.owners, nil):
		return false
	}
	return q.receiver == nil || slices.ContainsFunc(h.Receivers, q.receiver.MatchString)
}

// getAlerts lists open alerts by fingerprint.
func (c *call) getAlerts() error {
	q, err := parseQuery(c.r.URL.Query())
	if err != nil {
		return err
	}
	held, err := c.desk.Alerts(c.r.Context())
	if err != nil {
		return err
	}
	out := models.GettableAlerts{}
	for i := range held {
		_, _, muted := suppressors(&held[i])
		if q.wants(&held[i]) && (q.muted || len(muted) == 0) {
			out = append(out, gettable(&held[i], c.now()))
		}
	}
	sortAlerts(out)
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

func sortAlerts(list models.GettableAlerts) {
	slices.SortFunc(list, func(a, b *models.GettableAlert) int { return cmp.Compare(*a.Fingerprint, *b.Fingerprint) })
}

// gettable is an open alert as Alertmanager's API shows it.
func gettable(h *Held, now time.Time) *models.GettableAlert {
	state := models.AlertStatusStateActive
	if len(h.Suppressed) > 0 {
		state = models.AlertStatusStateSuppressed
	}
	silenced, inhibited, muted := suppressors(h)
	ends := h.Alert.EndsAt
	if !ends.After(now) {
		ends = now.Add(shownEnd)
	}
	starts := h.Alert.StartsAt
	if starts.IsZero() {
		starts = h.UpdatedAt
	}
	print := fingerprint(&h.Alert)
	out := &models.GettableAlert{
		Annotations: labelSet(h.Alert.Annotations),
		EndsAt:      dateTime(ends),
		Fingerprint: &print,
		Receivers:   []*models.ReceiverReference{},
		StartsAt:    dateTime(starts),
		Status:      &models.AlertStatus{State: &state, SilencedBy: silenced, InhibitedBy: inhibited, MutedBy: muted},
		UpdatedAt:   dateTime(h.UpdatedAt),
		Alert:       models.Alert{GeneratorURL: strfmt.URI(h.Alert.Source), Labels: labelSet(h.Alert.Labels)},
	}
	for _, n := range h.Receivers {
		out.Receivers = append(out.Receivers, &models.ReceiverReference{Name: &n})
	}
	return out
}

func labelSet(l alert.Labels) models.LabelSet {
	if l == nil {
		return models.LabelSet{}
	}
	return models.LabelSet(l)
}

func dateTime(t time.Time) *strfmt.DateTime {
	d := strfmt.DateTime(t.UTC())
	return &d
}

// fingerprint is 16 hexadecimal digits: the key where it is that already, as it is for alerts by Prometheus.
func fingerprint(a *alert.Alert) string {
	if _, err := hex.DecodeString(a.Key); err == nil && len(a.Key) == 16 {
		return a.Key
	}
	sum := sha256.Sum256([]byte(a.Integration + "\x00" + a.Key))
	return hex.EncodeToString(sum[:8])
}

// getGroups lists open alerts by group and receiver. muted=false leaves out groups of which every alert is suppressed.
func (c *call) getGroups() error {
	q, err := parseQuery(c.r.URL.Query())
	if err != nil {
		return err
	}
	held, err := c.desk.Alerts(c.r.Context())
	if err != nil {
		return err
	}
	groups := map[groupKey]*models.AlertGroup{}
	open := map[groupKey]bool{} // groups in which somebody is told
	for i := range held {
		h := &held[i]
		for _, k := range groupKeys(h, q.receiver) {
			open[k.key] = open[k.key] || len(h.Suppressed) == 0
			if q.wants(h) {
				k.add(groups, gettable(h, c.now()))
			}
		}
	}
	out := []*models.AlertGroup{}
	keys := make([]groupKey, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b groupKey) int {
		return cmp.Or(cmp.Compare(a.labels, b.labels), cmp.Compare(a.receiver, b.receiver), cmp.Compare(a.incident, b.incident))
	})
	for _, k := range keys {
		if q.muted || open[k] {
			sortAlerts(groups[k].Alerts)
			out = append(out, groups[k])
		}
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

// groupKey tells groups apart.
type groupKey struct {
	labels, service, receiver string
	incident                  int64
}

// grouped is one group that an alert belongs to, for one receiver.
type grouped struct {
	key   groupKey
	group Group
}

// groupKeys returns every group and receiver of an alert; an alert without a receiver stands under its service.
func groupKeys(h *Held, only *regexp.Regexp) []grouped {
	var out []grouped
	for _, g := range h.GroupKeys {
		receivers := h.Receivers
		if len(receivers) == 0 {
			receivers = []string{g.Service}
		}
		for _, n := range receivers {
			if only == nil || only.MatchString(n) {
				out = append(out, grouped{groupKey{alert.Labels(g.Labels).String(), g.Service, n, g.Incident}, g})
			}
		}
	}
	return out
}

func (k grouped) add(groups map[groupKey]*models.AlertGroup, a *models.GettableAlert) {
	g := groups[k.key]
	if g == nil {
		g = &models.AlertGroup{
			Labels:      labelSet(k.group.Labels),
			Receiver:    &models.ReceiverReference{Name: &k.key.receiver},
			RouteLabels: models.LabelSet{},
		}
		groups[k.key] = g
	}
	g.Alerts = append(g.Alerts, a)
}
