package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/ingest/mail"
	"github.com/rouse/rouse/ingest/tools"
)

// The words of the generic format. Of each list the first that is present counts; case and the difference between
// dedup_key, dedupKey and dedup-key do not matter.
var (
	keyFields      = []string{"key", "dedupkey", "deduplicationkey", "dedup", "uniquekey", "alertuid", "alertid", "incidentkey", "incidentid", "problemid", "aggregationkey", "alias", "fingerprint"}
	stateFields    = []string{"eventaction", "eventtype", "action", "state", "status"}
	titleFields    = []string{"title", "summary", "subject", "message", "name", "text"}
	bodyFields     = []string{"description", "details", "body", "message", "text", "output"}
	severityFields = []string{"severity", "level", "priority"}
	sourceFields   = []string{"url", "link", "linktoupstreamdetails", "sourceurl", "generatorurl", "source"}
	imageFields    = []string{"imageurl", "image"}
	startFields    = []string{"startsat", "timestamp", "receivedat", "time"}
	labelFields    = []string{"service", "team", "environment", "cluster", "region", "namespace", "host", "instance", "component", "source", "check", "job"}
	testFields     = []string{"test"}
	failureFields  = []string{"failure"}
)

var (
	errNoTitle = errors.New(`there is no title; send at least {"title": "what is wrong"} (or summary, or message)`)
	errNoKey   = errors.New(`there is neither a key nor a title; send the key, or the title and labels, of the alert that is meant`)
)

// message is one generic alert: every field, by its name in small letters without _ and -, beside what has a form of its own.
type message struct {
	fields      map[string]string
	sent        map[string]string // the names as they were sent
	labels      pairs
	tags        pairs  // labels by another name
	identity    string // in place of a title that was not sent
	annotations pairs
	links       list[genericLink]
	images      list[genericLink]
	alerts      list[message] // only of the outermost object
}

// genericLink is {href|url|src, text|alt|title}, or a plain address.
type genericLink struct {
	Href text `json:"href"`
	URL  text `json:"url"`
	Src  text `json:"src"`
	Text text `json:"text"`
	Alt  text `json:"alt"`
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (m *message) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if k := dec.PeekKind(); k != '{' && k != 0 {
		return &json.SemanticError{JSONKind: k, JSONPointer: dec.StackPointer()}
	}
	*m = message{fields: map[string]string{}, sent: map[string]string{}}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name := tok.String()
		if err := json.UnmarshalDecode(dec, m.place(name)); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// place returns where the value of a field is to be read to.
func (m *message) place(name string) any {
	switch shortName(name) {
	case "labels":
		return &set{m, name, &m.labels}
	case "tags":
		return &set{m, name, &m.tags}
	case "annotations":
		return &m.annotations
	case "links":
		return &m.links
	case "images":
		return &m.images
	case "alerts":
		return &m.alerts
	default:
		return &field{m, name}
	}
}

// field reads one value as text into its message.
type field struct {
	m    *message
	name string
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (f *field) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var t text
	if err := t.UnmarshalJSONFrom(dec); err != nil {
		return err
	}
	f.m.set(f.name, string(t))
	return nil
}

// set reads an object into a label set of its message; anything else is kept as a field like any other, an annotation in the end.
type set struct {
	m    *message
	name string
	to   *pairs
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (s *set) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == '{' {
		return s.to.UnmarshalJSONFrom(dec)
	}
	return (&field{s.m, s.name}).UnmarshalJSONFrom(dec)
}

func (m *message) set(name, value string) {
	short := shortName(name)
	if value == "" && m.fields[short] != "" {
		return // "dedup_key": "k", "dedupKey": null
	}
	m.fields[short], m.sent[short] = value, name
}

func shortName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// take returns the first of the fields that says something, and uses it up.
func (m *message) take(names []string) string {
	for _, n := range names {
		if v := strings.TrimSpace(m.fields[n]); v != "" {
			delete(m.fields, n)
			return v
		}
	}
	return ""
}

// decodeGeneric reads the generic format in JSON: one object, an array of them, or {"alerts": [...]}. To trigger,
// acknowledge and resolve:
//
//	curl -H "X-Rouse-Token: $T" $URL/ingest/NAME -d '{"key": "db1-disk", "title": "Disk of db1 is full", "severity": "critical"}'
//	curl -H "X-Rouse-Token: $T" $URL/ingest/NAME -d '{"key": "db1-disk", "status": "acknowledged"}'
//	curl -H "X-Rouse-Token: $T" $URL/ingest/NAME -d '{"key": "db1-disk", "status": "resolved"}'
//
// Without a key, the title and labels are the key: repeat them to resolve. What comes from a tool with words of its own is read by
// those (ingest/tools).
func decodeGeneric(body []byte, now time.Time) batch {
	if bound(body) == nil {
		if mails, known := mail.JSON(body); known {
			return mailed(mails)
		}
		if reports, known := tools.Read(body); known {
			return reported(reports)
		}
		if b, known := decodeKin(body, now); known {
			return b
		}
	}
	if bytes.HasPrefix(bytes.TrimLeft(body, "\ufeff \t\r\n"), []byte("[")) {
		var l list[message]
		if err := decode(body, &l); err != nil {
			return unreadable(err)
		}
		return messages(l.items)
	}
	var m message
	if err := decode(body, &m); err != nil {
		return unreadable(err)
	}
	if m.alerts.seen && (len(m.alerts.items) > 0 || !m.known()) {
		return messages(m.alerts.items)
	}
	return messages([]*message{&m})
}

// known reports whether anything says what the message is about.
func (m *message) known() bool {
	return slices.ContainsFunc(slices.Concat(titleFields, keyFields, stateFields), func(n string) bool { return m.fields[n] != "" })
}

func messages(items []*message) batch {
	var b batch
	for i, m := range items {
		if m == nil {
			b.fail(i, errNotObject)
			continue
		}
		if err := m.into(&b); err != nil {
			b.fail(i, "%v", err)
		}
	}
	return b
}

// into adds what the message means to the batch.
func (m *message) into(b *batch) error {
	state, acked, err := m.state()
	if err != nil {
		return err
	}
	key := m.take(keyFields)
	a := m.alert(state)
	if a.Title == "" && key == "" {
		if state == alert.Firing {
			return errNoTitle
		}
		return errNoKey
	}
	a.Key = firstOf(key, derivedKey(firstOf(m.identity, a.Title), a.Labels))
	a.Title = firstOf(a.Title, key)
	if acked {
		b.acks = append(b.acks, ack{key: safeKey(a.Key)})
		return nil
	}
	tidy(&a)
	named(&a)
	b.alerts = append(b.alerts, a)
	return nil
}

func (m *message) state() (s alert.State, acked bool, err error) {
	if failed, err := strconv.ParseBool(strings.ToLower(m.take(failureFields))); err == nil {
		if failed {
			return alert.Firing, false, nil
		}
		return alert.Resolved, false, nil
	}
	odd := ""
	for _, n := range stateFields {
		word := strings.TrimSpace(m.fields[n])
		if s, known := tools.Word(word); known {
			delete(m.fields, n)
			return alert.State(s), s == tools.Acknowledged, nil
		}
		odd = firstOf(odd, word)
	}
	if odd != "" {
		return s, false, fmt.Errorf("status %q is not known; use firing, acknowledged or resolved", brief(odd))
	}
	return alert.Firing, false, nil
}

// alert reads everything but state and key. What has no place of its own is kept among the annotations.
func (m *message) alert(state alert.State) alert.Alert {
	a := alert.Alert{State: state, Event: state == alert.Firing, Labels: fill(alert.Labels(m.labels), m.tags), Annotations: alert.Labels(m.annotations)}
	title := m.take(titleFields)
	a.Title = firstLine(title)
	a.Severity = firstSeverity(alert.ParseSeverity(m.take(severityFields)), severityOf(a.Labels, a.Annotations))
	if a.Severity != alert.Unknown && a.Labels["severity"] == "" {
		a.Labels = put(a.Labels, "severity", text(a.Severity)) // routes and inhibition read labels
	}
	a.StartsAt = parseTime(m.take(startFields))
	a.Test, _ = strconv.ParseBool(strings.ToLower(m.take(testFields))) // what is no boolean is no test
	for _, n := range labelFields {
		if v := m.fields[n]; v != "" && a.Labels[n] == "" && webAddress(v) == "" {
			a.Labels = put(a.Labels, text(n), text(v))
			delete(m.fields, n)
		}
	}
	a.Description = m.take(bodyFields)
	if a.Title == "" {
		m.untitled(&a)
	}
	if long := title != a.Title && title != "" || len(title) > maxTitle; long && a.Description == "" {
		a.Description = title
	}
	a.Description = firstOf(a.Description, describe(a.Annotations, a.Title))
	a.Links = append(m.allLinks(), annotationLinks(a.Annotations)...)
	a.Source = m.take(sourceFields)
	a.Links = append(a.Links, alert.Link{Href: a.Source, Text: "Source"})
	for n, v := range m.fields {
		a.Annotations = fill(a.Annotations, pairs{firstOf(m.sent[n], n): v})
	}
	return a
}

// untitled gives an alert without a title the first line of its description, which says more than its labels. Who it is they say
// all the same, for a description changes with every value that it tells.
func (m *message) untitled(a *alert.Alert) {
	if len(a.Labels) > 0 || len(a.Annotations) > 0 {
		a.Title = titleOf(a.Labels, a.Annotations)
		m.identity = a.Title
	}
	if len(a.Labels) > 0 {
		who := maps.Clone(a.Labels)
		delete(who, "severity")
		m.identity = titleOf(who, nil)
	}
	if line := firstLine(a.Description); line != "" && !looksJSON([]byte(line)) {
		a.Title = line
		if line == a.Description {
			a.Description = ""
		}
	}
}

func (m *message) allLinks() []alert.Link {
	var out []alert.Link
	for _, set := range [][]*genericLink{m.links.items, m.images.items} {
		for _, l := range set {
			if l != nil {
				href := firstOf(string(l.Href), string(l.URL), string(l.Src))
				out = append(out, alert.Link{Href: href, Text: firstOf(string(l.Text), string(l.Alt))})
			}
		}
	}
	return append(out, alert.Link{Href: m.take(imageFields), Text: "Image"})
}

// derivedKey is the identity of an alert that was sent without one: its title and labels, but for the severity, so that the
// same words with another status mean the same alert.
func derivedKey(title string, labels alert.Labels) string {
	h := sha256.New()
	_, _ = io.WriteString(h, title) // a hash does not fail
	for _, n := range labels.Names() {
		if n != "severity" {
			_, _ = fmt.Fprintf(h, "\x00%s\x00%s", n, labels[n])
		}
	}
	return "title-" + hex.EncodeToString(h.Sum(nil)[:12])
}
