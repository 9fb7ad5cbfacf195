package ingest

import (
	"maps"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/rouse/rouse/alert"
)

// ogPriority is what an alert without a priority has at Opsgenie (docs.opsgenie.com, Alert API, Create Alert).
const ogPriority = "P3"

// ogAlert is the body of a create of Opsgenie's Alert API v2. Its limits of length are not ours: what is longer is taken as well.
type ogAlert struct {
	Message     text              `json:"message"`
	Alias       text              `json:"alias"`
	Description text              `json:"description"`
	Responders  list[ogResponder] `json:"responders"`
	Teams       list[ogResponder] `json:"teams"` // what older clients call responders
	Tags        words             `json:"tags"`
	Details     details           `json:"details"`
	Actions     words             `json:"actions"`
	Entity      text              `json:"entity"`
	Source      text              `json:"source"`
	Priority    text              `json:"priority"`
	User        text              `json:"user"`
	Note        text              `json:"note"`
}

// ogResponder is a team, user, escalation or schedule, by whichever name it has.
type ogResponder struct {
	Type     text `json:"type"`
	Name     text `json:"name"`
	Username text `json:"username"`
	ID       text `json:"id"`
}

// words is a JSON array taken as texts, or one text with commas. Empty ones are left out.
type words []string

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (ws *words) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*ws = nil
	if dec.PeekKind() != '[' {
		var t text
		err := t.UnmarshalJSONFrom(dec)
		*ws = split(string(t))
		return err
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		var t text
		if err := t.UnmarshalJSONFrom(dec); err != nil {
			return err
		}
		if one := strings.TrimSpace(string(t)); one != "" {
			*ws = append(*ws, one)
		}
	}
	_, err := dec.ReadToken()
	return err
}

// split is the texts between commas, without empty ones.
func split(s string) []string {
	var out []string
	for one := range strings.SplitSeq(s, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// decodeOpsgenie reads a create. mint makes an alias where there is none. The second result is the alias.
func decodeOpsgenie(body []byte, mint func() string) (batch, string) {
	var o ogAlert
	if err := decode(body, &o); err != nil {
		return unreadable(err), ""
	}
	if firstLine(string(o.Message)) == "" {
		return batch{problems: []problem{{-1, "'message' is missing or blank"}}}, ""
	}
	alias := string(o.Alias)
	if strings.TrimSpace(alias) == "" {
		alias = mint()
	}
	a := o.fires(alias)
	tidy(&a)
	named(&a)
	return batch{alerts: []alert.Alert{a}}, alias
}

// fires turns a create into an alert. Each is an event: after somebody resolved the incident by hand, the next create with the same
// alias opens another, as it does at Opsgenie.
func (o *ogAlert) fires(alias string) alert.Alert {
	a := alert.Alert{Key: alias, State: alert.Firing, Event: true}
	a.Title, a.Description = ogWords(string(o.Message), firstOf(string(o.Description), o.Details.plain))
	a.Annotations = maps.Clone(alert.Labels(o.Details.fields))
	for name, value := range map[string]string{
		"tags": strings.Join(o.Tags, ", "), "actions": strings.Join(o.Actions, ", "), "responders": o.responders(),
		"note": string(o.Note), "user": string(o.User),
	} {
		if a.Annotations[name] == "" {
			a.Annotations = put(a.Annotations, text(name), text(value))
		}
	}
	if a.Description == "" {
		a.Description = describe(a.Annotations, a.Title)
	}
	var tags alert.Labels
	for _, t := range o.Tags {
		name, value, _ := strings.Cut(t, ":")
		tags = lend(tags, strings.TrimSpace(name), strings.TrimSpace(value))
	}
	priority, severity := o.urgency(tags)
	a.Severity = severity
	a.Labels = put(nil, "priority", text(priority), "severity", text(severity), "entity", o.Entity, "source", o.Source)
	a.Labels = routed(a.Labels, o.Details.fields)
	for _, set := range []alert.Labels{alert.Labels(o.Details.fields), tags, {"team": o.team()}} {
		for _, name := range set.Names() {
			a.Labels = lend(a.Labels, name, set[name])
		}
	}
	a.Source = firstOf(webAddress(o.Details.fields["url"]), webAddress(string(o.Source)))
	a.Links = append(annotationLinks(a.Annotations), alert.Link{Href: o.Details.fields["url"], Text: "Source"})
	a.Test = isTest(a.Labels)
	return a
}

// ogWords are title and description of a message, which is kept whole where it is no title.
func ogWords(message, description string) (title, longer string) {
	title = firstLine(message)
	if strings.TrimSpace(message) == title && utf8.RuneCountInString(title) <= maxTitle {
		return title, description
	}
	return title, strings.TrimSpace(message + "\n\n" + description)
}

// urgency is the priority by which an alert is shown and routed, P3 where none is said, and its severity: of the priority where one
// was sent, else of what details and tags say, else of P3. A priority that Opsgenie would refuse costs no page.
func (o *ogAlert) urgency(tags alert.Labels) (priority string, s alert.Severity) {
	priority, sent := ogPriority, strings.ToUpper(strings.TrimSpace(string(o.Priority)))
	if isPriority(sent) {
		priority = sent
	}
	s = firstSeverity(alert.ParseSeverity(sent), severityOf(alert.Labels(o.Details.fields), tags))
	return priority, firstSeverity(s, alert.ParseSeverity(priority))
}

func isPriority(s string) bool { return len(s) == 2 && s[0] == 'P' && s[1] >= '1' && s[1] <= '5' }

// lendable are names that matchers can be written for without quotes.
var lendable = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// lend adds a detail or tag as a label, so that routes can match it, where that is harmless: it is named and as short as a label
// is, no address, and there is no such label yet.
func lend(set alert.Labels, name, value string) alert.Labels {
	const longest = 256 // bytes
	if set[name] != "" || !lendable.MatchString(name) || len(name) > maxName || len(value) > longest || !plain(value) || strings.Contains(value, "//") {
		return set
	}
	return put(set, text(name), text(value))
}

// responders names whom the sender would have told, as words: rouse's routes say who is told.
func (o *ogAlert) responders() string {
	var out []string
	for _, r := range append(o.Responders.items, o.Teams.items...) {
		if r == nil {
			continue
		}
		if name := firstOf(string(r.Name), string(r.Username), string(r.ID)); name != "" {
			out = append(out, strings.TrimSpace(string(r.Type)+" "+name))
		}
	}
	return strings.Join(out, ", ")
}

// team is the first team among the responders, by its name.
func (o *ogAlert) team() string {
	for _, r := range o.Responders.items {
		if r != nil && strings.EqualFold(string(r.Type), "team") && r.Name != "" {
			return string(r.Name)
		}
	}
	for _, r := range o.Teams.items {
		if r != nil && r.Name != "" {
			return string(r.Name)
		}
	}
	return ""
}
