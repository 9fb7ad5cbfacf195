package ingest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rouse/rouse/alert"
)

// maxRemark is how many bytes of a note are kept.
const maxRemark = 4 << 10

// ogAct is the body of everything that is done to an alert of Opsgenie's.
type ogAct struct {
	User   text `json:"user"`
	Source text `json:"source"`
	Note   text `json:"note"`

	Message     text    `json:"message"`
	Description text    `json:"description"`
	Priority    text    `json:"priority"`
	Tags        words   `json:"tags"`
	Details     details `json:"details"`
}

// ogDoes says how each thing is done that can be: by method and last part of the path, which is nothing for the alert itself. The
// word is Opsgenie's for it, and is told to who asks what became of the request.
var ogDoes = map[string]struct {
	word string
	do   func(*ogCall, string, *ogAct) error
}{
	"POST close":       {"Close", (*ogCall).close},
	"DELETE ":          {"Delete", (*ogCall).close},
	"POST acknowledge": {"Acknowledge", (*ogCall).acknowledge},
	"POST notes":       {"AddNote", (*ogCall).remark},
	"PUT message":      {"UpdateMessage", (*ogCall).setMessage},
	"PUT description":  {"UpdateDescription", (*ogCall).setDescription},
	"PUT priority":     {"UpdatePriority", (*ogCall).setPriority},
	"POST tags":        {"AddTags", (*ogCall).addTags},
	"DELETE tags":      {"RemoveTags", (*ogCall).removeTags},
	"POST details":     {"AddDetails", (*ogCall).addDetails},
	"DELETE details":   {"RemoveDetails", (*ogCall).removeDetails},
}

// ogLacks says what to do instead of what would be lost if it were accepted.
var ogLacks = map[string]string{
	"unacknowledge": "Escalate the incident in rouse: on its page, by text, or with `rouse incidents escalate`.",
	"snooze":        "Acknowledge the incident in rouse for a time: `rouse incidents ack --for`.",
	"escalate":      "Escalate the incident in rouse: on its page, by text, or with `rouse incidents escalate`.",
	"assign":        "Hand the incident over in rouse: on its page or with `rouse incidents reassign`.",
	"responders":    "Routes and escalation policies say who is told; more people are paged with `rouse incidents responders`.",
	"teams":         "Routes and escalation policies say who is told; more people are paged with `rouse incidents responders`.",
	"attachments":   "Send the address of the file as a note.",
	"actions":       "Use rouse's automations.",
}

// ogVerb reports whether the last part of a path is something to do to an alert, and no part of its identifier.
func ogVerb(s string) bool {
	if ogLacks[s] != "" {
		return true
	}
	for does := range ogDoes {
		if _, verb, _ := strings.Cut(does, " "); verb != "" && verb == s {
			return true
		}
	}
	return false
}

// act does something to the alert of an identifier, which is escaped. Of what is not known nothing is done, and it is accepted all
// the same, as at Opsgenie; it never opens an incident.
func (c *ogCall) act(method, id, verb string) error {
	alias, err := c.alias(id)
	if err != nil {
		return err
	}
	if hint := ogLacks[verb]; hint != "" {
		return refuse(http.StatusUnprocessableEntity, hint, "rouse cannot do this for a sender of alerts (%s); nothing was changed", verb)
	}
	how, ok := ogDoes[method+" "+verb]
	if !ok && verb == "" {
		return refuse(http.StatusNotFound, "Offered on an alert are close, acknowledge, notes, message, description, priority, tags and details.", "rouse has no such part of Opsgenie's API")
	}
	if !ok {
		return c.choose(method, allowedOn(verb))
	}
	a, err := c.acts()
	if err != nil {
		return err
	}
	if err := how.do(c, safeKey(alias), a); err != nil {
		return err
	}
	c.accepted(how.word, alias)
	return nil
}

// allowedOn are the methods that there are for something.
func allowedOn(verb string) map[string]func() error {
	out := map[string]func() error{}
	for does := range ogDoes {
		if method, of, _ := strings.Cut(does, " "); of == verb {
			out[method] = nil
		}
	}
	return out
}

// alias is the alias that an escaped identifier says: identifiers and aliases are the same here.
func (c *ogCall) alias(id string) (string, error) {
	if kind := c.r.URL.Query().Get("identifierType"); strings.EqualFold(kind, "tiny") {
		return "", refuse(http.StatusUnprocessableEntity, "Use the alias, with identifierType=alias.", "rouse has no tiny identifiers")
	}
	alias, err := url.PathUnescape(id)
	if err != nil || strings.TrimSpace(alias) == "" {
		return "", refuse(http.StatusBadRequest, "Escape it as a part of a path.", "the identifier %q cannot be read", brief(id))
	}
	return alias, nil
}

// acts reads the body of something that is done, which may be missing: then the query is asked, as of a DELETE.
func (c *ogCall) acts() (*ogAct, error) {
	body, done, err := c.body()
	if err != nil {
		return nil, err
	}
	defer done()
	var a ogAct
	if len(body) > 0 {
		if err := decode(body, &a); err != nil {
			return nil, refuse(http.StatusBadRequest, "", "JSON parse error: %v", err)
		}
	}
	q := c.r.URL.Query()
	for field, name := range map[*text]string{&a.User: "user", &a.Source: "source", &a.Note: "note"} {
		*field = text(firstOf(string(*field), q.Get(name)))
	}
	return &a, nil
}

// by is who does it, as far as the sender says.
func (a *ogAct) by() string { return oneLine(firstOf(string(a.User), string(a.Source)), 100) }

func (c *ogCall) id(key string) alert.ID { return alert.ID{Integration: c.src.Name, Key: key} }

// note puts the note of an act into the timeline, if there is one.
func (c *ogCall) note(key string, a *ogAct) error {
	note := strings.TrimSpace(multiline(string(a.Note)))
	if note == "" {
		return nil
	}
	if len(note) > maxRemark {
		note = cutBytes(note, maxRemark)
	}
	return c.sink.Remark(c.r.Context(), c.id(key), firstOf(a.by(), c.src.Name), note)
}

func (c *ogCall) close(key string, a *ogAct) error {
	if err := c.note(key, a); err != nil { // first, while the incident is open
		return err
	}
	return c.store(c.r.Context(), c.src, batch{alerts: []alert.Alert{{Key: key, State: alert.Resolved}}})
}

func (c *ogCall) acknowledge(key string, a *ogAct) error {
	if err := c.store(c.r.Context(), c.src, batch{acks: []ack{{key: key, by: a.by()}}}); err != nil {
		return err
	}
	return c.note(key, a)
}

func (c *ogCall) remark(key string, a *ogAct) error {
	if strings.TrimSpace(string(a.Note)) == "" {
		return invalid("note", "'note' is missing or blank")
	}
	return c.note(key, a)
}

// amend changes the words of the alert while it fires.
func (c *ogCall) amend(key string, a *ogAct, edit func(*alert.Alert)) error {
	err := c.sink.Amend(c.r.Context(), c.id(key), func(of *alert.Alert) {
		edit(of)
		tidy(of)
	})
	if err != nil {
		return err
	}
	return c.note(key, a)
}

func (c *ogCall) setMessage(key string, a *ogAct) error {
	if firstLine(string(a.Message)) == "" {
		return invalid("message", "'message' is missing or blank")
	}
	return c.amend(key, a, func(of *alert.Alert) {
		of.Title, of.Description = ogWords(string(a.Message), of.Description)
	})
}

func (c *ogCall) setDescription(key string, a *ogAct) error {
	return c.amend(key, a, func(of *alert.Alert) { of.Description = string(a.Description) })
}

func (c *ogCall) setPriority(key string, a *ogAct) error {
	priority := strings.ToUpper(strings.TrimSpace(string(a.Priority)))
	if !isPriority(priority) {
		return invalid("priority", "'priority' must be one of P1, P2, P3, P4 and P5")
	}
	return c.amend(key, a, func(of *alert.Alert) {
		of.Severity = alert.ParseSeverity(priority)
		of.Labels = put(of.Labels, "priority", text(priority), "severity", text(of.Severity))
	})
}

func (c *ogCall) addTags(key string, a *ogAct) error {
	if len(a.Tags) == 0 {
		return invalid("tags", "'tags' is missing or empty")
	}
	return c.amend(key, a, func(of *alert.Alert) {
		tags := split(of.Annotations["tags"])
		for _, t := range a.Tags {
			if !slices.Contains(tags, t) {
				tags = append(tags, t)
			}
		}
		of.Annotations = put(of.Annotations, "tags", text(strings.Join(tags, ", ")))
	})
}

func (c *ogCall) removeTags(key string, a *ogAct) error {
	gone := split(c.r.URL.Query().Get("tags"))
	if len(gone) == 0 {
		return invalid("tags", "the parameter 'tags' is missing")
	}
	return c.amend(key, a, func(of *alert.Alert) {
		left := slices.DeleteFunc(split(of.Annotations["tags"]), func(t string) bool { return slices.Contains(gone, t) })
		delete(of.Annotations, "tags")
		of.Annotations = put(of.Annotations, "tags", text(strings.Join(left, ", ")))
	})
}

func (c *ogCall) addDetails(key string, a *ogAct) error {
	if len(a.Details.fields) == 0 {
		return invalid("details", "'details' is missing or empty")
	}
	return c.amend(key, a, func(of *alert.Alert) {
		if of.Annotations == nil {
			of.Annotations = alert.Labels{}
		}
		maps.Copy(of.Annotations, a.Details.fields)
	})
}

func (c *ogCall) removeDetails(key string, a *ogAct) error {
	gone := split(c.r.URL.Query().Get("keys"))
	if len(gone) == 0 {
		return invalid("keys", "the parameter 'keys' is missing")
	}
	return c.amend(key, a, func(of *alert.Alert) {
		for _, k := range gone {
			delete(of.Annotations, k)
		}
	})
}
