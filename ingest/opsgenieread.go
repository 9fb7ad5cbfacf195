package ingest

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
)

// ogSaid is what became of a request, by Opsgenie's word for it.
var ogSaid = map[string]string{
	"Create": "Created alert", "Close": "Closed alert", "Delete": "Closed alert", "Acknowledge": "Acknowledged alert", "AddNote": "Added note",
	"UpdateMessage": "Updated message", "UpdateDescription": "Updated description", "UpdatePriority": "Updated priority",
	"AddTags": "Added tags", "RemoveTags": "Removed tags", "AddDetails": "Added details", "RemoveDetails": "Removed details",
}

// read answers a GET below /v2/alerts/.
func (c *ogCall) read(path string) error {
	if id, ok := strings.CutPrefix(path, "requests/"); ok {
		return c.request(id)
	}
	if path == "count" {
		return c.count()
	}
	if k := strings.LastIndexByte(path, '/'); k > 0 && slices.Contains([]string{"logs", "notes", "recipients", "attachments"}, path[k+1:]) || strings.HasPrefix(path, "saved-searches") {
		return refuse(http.StatusUnprocessableEntity, "Ask rouse's own API: see /api/v1/openapi.yaml.", "rouse does not answer this part of Opsgenie's API")
	}
	alias, err := c.alias(path)
	if err != nil {
		return err
	}
	found, err := c.held(func(h *Held) bool { return h.Alert.Key == safeKey(alias) })
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return refuse(http.StatusNotFound, "Only what fires can be asked for.", "Alert does not exist")
	}
	c.say(http.StatusOK, mintUUID(), map[string]any{"data": c.shown(&found[0])})
	return nil
}

// request says what became of a request by its identifier, in which it stands: all was durable when it was answered.
func (c *ogCall) request(id string) error {
	part := strings.Split(id, ".")
	if len(part) == 4 && ogSaid[part[0]] != "" {
		at, timeFault := strconv.ParseInt(part[1], 10, 64)
		alias, aliasFault := base64.RawURLEncoding.DecodeString(part[3])
		if timeFault == nil && aliasFault == nil && at > 0 && at < 1e14 {
			c.say(http.StatusOK, id, map[string]any{"data": map[string]any{
				"success": true, "isSuccess": true, "action": part[0], "status": ogSaid[part[0]], "processedAt": time.UnixMilli(at).UTC(),
				"integrationId": c.src.Name, "alertId": string(alias), "alias": string(alias),
			}})
			return nil
		}
	}
	return refuse(http.StatusNotFound, "", "Request not found")
}

// held are the alerts of the integration that fire and are wanted, the latest first.
func (c *ogCall) held(wanted func(*Held) bool) ([]Held, error) {
	all, err := c.desk.Alerts(c.r.Context())
	if err != nil {
		return nil, err
	}
	var out []Held
	for k := range all {
		if all[k].Alert.Integration == c.src.Name && wanted(&all[k]) {
			out = append(out, all[k])
		}
	}
	slices.SortFunc(out, func(a, b Held) int {
		if d := b.UpdatedAt.Compare(a.UpdatedAt); d != 0 {
			return d
		}
		return strings.Compare(a.Alert.Key, b.Alert.Key)
	})
	return out, nil
}

// queryTerm is a term of a query that is understood.
var queryTerm = regexp.MustCompile(`(?i)^\s*(alias|status)\s*[:=]\s*(?:"([^"]*)"|(\S+))\s*$`)

var queryAnd = regexp.MustCompile(`(?i)\s+and\s+`)

// wanted reads a query: terms of alias and status, joined by AND.
func (c *ogCall) wanted() (func(*Held) bool, error) {
	q := c.r.URL.Query()
	if q.Get("searchIdentifier") != "" {
		return nil, refuse(http.StatusUnprocessableEntity, "Send the query itself.", "rouse has no saved searches")
	}
	alias, none := "", false
	if query := strings.TrimSpace(q.Get("query")); query != "" {
		for _, term := range queryAnd.Split(query, -1) {
			m := queryTerm.FindStringSubmatch(term)
			if m == nil {
				return nil, refuse(http.StatusUnprocessableEntity, "Understood are alias: and status:, joined by AND.", "the query %q cannot be answered", brief(query))
			}
			value := firstOf(m[2], m[3])
			if strings.EqualFold(m[1], "status") {
				none = none || !strings.EqualFold(value, "open")
			} else {
				none, alias = none || alias != "" && alias != value, value
			}
		}
	}
	return func(h *Held) bool { return !none && (alias == "" || h.Alert.Key == safeKey(alias)) }, nil
}

func (c *ogCall) count() error {
	wanted, err := c.wanted()
	if err != nil {
		return err
	}
	found, err := c.held(wanted)
	if err != nil {
		return err
	}
	c.say(http.StatusOK, mintUUID(), map[string]any{"data": map[string]int{"count": len(found)}})
	return nil
}

// list answers GET /v2/alerts, page by page as Opsgenie does: 20 alerts unless asked for more, 100 at most.
func (c *ogCall) list() error {
	wanted, err := c.wanted()
	if err != nil {
		return err
	}
	found, err := c.held(wanted)
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	found = found[min(text(q.Get("offset")).count(), len(found)):]
	most := text(q.Get("limit")).count()
	if most == 0 {
		most = 20
	}
	shown := []map[string]any{}
	for k := range found[:min(most, 100, len(found))] {
		shown = append(shown, c.shown(&found[k]))
	}
	c.say(http.StatusOK, mintUUID(), map[string]any{"data": shown, "paging": map[string]string{}})
	return nil
}

// shown is an alert as Opsgenie shows one. Who acknowledged it is the incident's business, and not said.
func (c *ogCall) shown(h *Held) map[string]any {
	a := &h.Alert
	tags := split(a.Annotations["tags"])
	if tags == nil {
		tags = []string{}
	}
	out := map[string]any{
		"id": a.Key, "alias": a.Key, "message": a.Title, "description": a.Description, "status": "open", "tags": tags,
		"priority": firstOf(a.Labels["priority"], ogPriority), "entity": a.Labels["entity"], "source": a.Labels["source"],
		"details": detailsOf(a), "updatedAt": h.UpdatedAt, "responders": []any{},
		"integration": map[string]string{"id": c.src.Name, "name": c.src.Name, "type": "API"},
	}
	return out
}

// detailsOf are an alert's annotations but for those that have a place of their own.
func detailsOf(a *alert.Alert) alert.Labels {
	out := alert.Labels{}
	for n, v := range a.Annotations {
		if n != "tags" {
			out[n] = v
		}
	}
	return out
}
