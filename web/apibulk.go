package web

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// bulkMost bounds one bulk request: each incident is a commit of its own, and the answer must come in time.
const bulkMost = 200

// verbs are the actions by the names that a bulk request has for them.
var verbs = map[string]verb{
	"ack": ackVerb, "resolve": resolveVerb, "escalate": escalateVerb, "reassign": reassignVerb, "hold": holdVerb, "resume": resumeVerb,
	"note": noteVerb, "close": closeVerb, "confirm": confirmVerb, "reopen": reopenVerb, "amend": amendVerb, "diagnose": diagnoseVerb,
	"link": linkVerb, "role": roleVerb, "update": updateVerb, "responders": respondersVerb, "merge": mergeVerb, "relate": relateVerb,
	"require-review": requireVerb,
}

// bulkRequest is client.Bulk as it is read: what With is depends on Action.
type bulkRequest struct {
	Numbers []int64         `json:"numbers"`
	Action  string          `json:"action"`
	With    json.RawMessage `json:"with"`
}

// bulk is POST /api/v1/bulk: one thing done to several incidents, each by itself.
func (c *call) bulk() error {
	var in bulkRequest
	if err := c.decode(&in); err != nil {
		return err
	}
	v, ok := verbs[in.Action]
	switch {
	case !ok:
		names := strings.Join(slices.Sorted(maps.Keys(verbs)), ", ")
		return bad("action", "Write one of "+names+".", "%q is not possible here", brief(in.Action))
	case len(in.Numbers) == 0:
		return bad("numbers", "Name the incidents by their numbers.", "there are none")
	case len(in.Numbers) > bulkMost:
		return bad("numbers", "Send several requests.", "there are %d, at most %d are possible", len(in.Numbers), bulkMost)
	}
	do, err := v(c, func(v any) error { return decodeJSON(in.With, v) })
	if err != nil {
		return err
	}
	out := client.BulkResult{Results: []client.Done{}}
	done := map[int64]bool{}
	for _, n := range in.Numbers {
		if !done[n] {
			done[n] = true
			out.Results = append(out.Results, c.bulkOne(do, n))
		}
	}
	c.write(http.StatusOK, out)
	return nil
}

// bulkOne does it to one incident, in the words of the API.
func (c *call) bulkOne(do deed, n int64) client.Done {
	out := client.Done{Number: n}
	_, after, err := c.bulkDo(do, n)
	if err == nil {
		err = c.view(func(_ store.Tx, v *veil) error {
			w := v.wireIncident(&after)
			out.Incident = &w
			return nil
		})
	}
	if err != nil {
		p := c.bulkRefusal(n, err)
		out.Error = &client.Error{Code: p.code, Message: p.message, Hint: p.hint, Correlation: c.id}
	}
	out.OK = err == nil
	return out
}

// bulkDo does it to one of several incidents, and returns it as it was and as it is then. One that the caller may not see
// answers as one that does not exist.
func (c *call) bulkDo(do deed, n int64) (before, after incident.Incident, err error) {
	if before, err = c.seen(n); err == nil {
		after, err = do(&before)
	}
	return before, after, err
}

// bulkRefusal says what an error of one of several incidents means. It keeps nothing from the others, so what is ours to repair
// is logged here.
func (c *call) bulkRefusal(n int64, err error) refusal {
	p := judge(err)
	if p.status >= http.StatusInternalServerError {
		c.s.Log.Error("part of a bulk request failed", "incident", n, "correlation", c.id, "err", err)
	}
	return p
}
