package client

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// Problem is the recurring cause of incidents.
type Problem struct {
	Number      int64     `json:"number"`
	Ref         string    `json:"ref"`   // PRB-7
	State       string    `json:"state"` // open | known_error | fix_in_progress | resolved | closed
	Title       string    `json:"title"`
	Service     string    `json:"service,omitempty"`
	Team        string    `json:"team,omitempty"`
	Type        string    `json:"type"`
	Owner       string    `json:"owner,omitempty"`
	Cause       string    `json:"cause,omitempty"`
	Workaround  string    `json:"workaround,omitempty"`
	Incidents   []int64   `json:"incidents"`      // that you may see
	Code        string    `json:"code,omitempty"` // fix_applied | risk_accepted | duplicate | canceled
	Note        string    `json:"note,omitempty"` // how it was resolved
	DuplicateOf int64     `json:"duplicateOf,omitempty"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
	ResolvedAt  time.Time `json:"resolvedAt,omitzero"`
	ClosedAt    time.Time `json:"closedAt,omitzero"`
	Log         []Entry   `json:"log,omitempty"` // oldest first; lists do not have it
}

// ProblemFilter chooses problems. Zero fields choose everything.
type ProblemFilter struct {
	States  []string // open, known_error, fix_in_progress, resolved, closed; or live for the first three
	Service string
	Query   string // every word must stand in title, cause or workaround
}

// NewProblem opens a problem. Title is needed.
type NewProblem struct {
	Title      string  `json:"title"`
	Service    string  `json:"service,omitempty"`
	Team       string  `json:"team,omitempty"` // empty: the service's
	Type       string  `json:"type,omitempty"` // empty: technical
	Owner      string  `json:"owner,omitempty"`
	Cause      string  `json:"cause,omitempty"`
	Workaround string  `json:"workaround,omitempty"`
	Incidents  []int64 `json:"incidents,omitempty"`
}

// ProblemEdit changes fields of a problem. A nil field stays as it is; an empty one empties it.
type ProblemEdit struct {
	Title      *string `json:"title,omitempty"`
	Service    *string `json:"service,omitempty"`
	Team       *string `json:"team,omitempty"`
	Type       *string `json:"type,omitempty"`
	Owner      *string `json:"owner,omitempty"`
	Cause      *string `json:"cause,omitempty"`
	Workaround *string `json:"workaround,omitempty"`
}

// Analysis says what is known of a problem; an empty field stays as it is.
type Analysis struct {
	Cause      string `json:"cause,omitempty"`
	Workaround string `json:"workaround,omitempty"`
}

// ProblemResolution ends a problem. Code is fix_applied, risk_accepted, duplicate or canceled; a duplicate needs DuplicateOf.
type ProblemResolution struct {
	Code        string `json:"code"`
	Note        string `json:"note"`
	DuplicateOf int64  `json:"duplicateOf,omitempty"`
}

// IncidentLink names an incident that is linked to a problem, or is to be.
type IncidentLink struct {
	Incident int64 `json:"incident"`
}

// Problems lists problems, newest first.
func (c *Client) Problems(ctx context.Context, f ProblemFilter) ([]Problem, error) {
	q := url.Values{}
	for name, v := range map[string]string{"state": strings.Join(f.States, ","), "service": f.Service, "q": f.Query} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return get[[]Problem](ctx, c, "/api/v1/problems", q)
}

// Problem reads one problem.
func (c *Client) Problem(ctx context.Context, n int64) (Problem, error) {
	return get[Problem](ctx, c, "/api/v1/problems/"+number(n), nil)
}

// OpenProblem opens a problem and links its incidents to it.
func (c *Client) OpenProblem(ctx context.Context, p NewProblem) (Problem, error) {
	return post[Problem](ctx, c, "/api/v1/problems", p)
}

// EditProblem changes fields of a problem.
func (c *Client) EditProblem(ctx context.Context, n int64, e ProblemEdit) (Problem, error) {
	return patch[Problem](ctx, c, "/api/v1/problems/"+number(n), e)
}

func (c *Client) problem(ctx context.Context, n int64, verb string, in any) (Problem, error) {
	return post[Problem](ctx, c, "/api/v1/problems/"+number(n)+"/"+verb, in)
}

// AnalyseProblem says what is known of a problem. Its workaround is told to the open incidents that are linked.
func (c *Client) AnalyseProblem(ctx context.Context, n int64, a Analysis) (Problem, error) {
	return c.problem(ctx, n, "analyse", a)
}

// FixProblem says that somebody works on a fix.
func (c *Client) FixProblem(ctx context.Context, n int64, note string) (Problem, error) {
	return c.problem(ctx, n, "fix", Comment{Note: note})
}

// ResolveProblem ends a problem. Incidents that are on hold for it are resolved, or go back to work.
func (c *Client) ResolveProblem(ctx context.Context, n int64, r ProblemResolution) (Problem, error) {
	return c.problem(ctx, n, "resolve", r)
}

// ReopenProblem puts a resolved problem back.
func (c *Client) ReopenProblem(ctx context.Context, n int64, reason string) (Problem, error) {
	return c.problem(ctx, n, "reopen", Reason{Reason: reason})
}

// CloseProblem makes a resolved problem final.
func (c *Client) CloseProblem(ctx context.Context, n int64, note string) (Problem, error) {
	return c.problem(ctx, n, "close", Comment{Note: note})
}

// NoteProblem adds a line to a problem's log.
func (c *Client) NoteProblem(ctx context.Context, n int64, text string) (Problem, error) {
	return c.problem(ctx, n, "note", Remark{Text: text})
}

// LinkProblem says that an incident is of this cause.
func (c *Client) LinkProblem(ctx context.Context, n, incident int64) (Problem, error) {
	return c.problem(ctx, n, "link", IncidentLink{Incident: incident})
}

// UnlinkProblem takes that back.
func (c *Client) UnlinkProblem(ctx context.Context, n, incident int64) (Problem, error) {
	return c.problem(ctx, n, "unlink", IncidentLink{Incident: incident})
}
