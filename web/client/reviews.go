package client

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ReviewSummary is a review as lists show it.
type ReviewSummary struct {
	Incident     int64     `json:"incident"`
	Ref          string    `json:"ref"` // INC-42
	Title        string    `json:"title"`
	Service      string    `json:"service"`
	Team         string    `json:"team,omitempty"`
	Priority     string    `json:"priority"`
	State        string    `json:"state"` // draft | in_review | published
	Owner        string    `json:"owner,omitempty"`
	DueAt        time.Time `json:"dueAt,omitzero"`
	Overdue      bool      `json:"overdue"`      // due, and not published
	OpenItems    int       `json:"openItems"`    // action items
	OverdueItems int       `json:"overdueItems"` // of these, past their due date
	UpdatedAt    time.Time `json:"updatedAt"`
	PublishedAt  time.Time `json:"publishedAt,omitzero"`
}

// Review is what a team writes down after an incident. What holds text is plain text.
type Review struct {
	ReviewSummary
	Type        string    `json:"type"`
	CreatedAt   time.Time `json:"createdAt"`
	PublishedBy string    `json:"publishedBy,omitempty"`
	Previous    int64     `json:"previous,omitempty"` // the incident that it repeats

	Facilitator  string    `json:"facilitator,omitempty"`
	Participants []string  `json:"participants"`
	MeetingAt    time.Time `json:"meetingAt,omitzero"`

	Summary         string   `json:"summary,omitempty"`
	Impact          string   `json:"impact,omitempty"` // what the incident did to those who use the service
	Users           string   `json:"users,omitempty"`  // how many were affected, in words
	Contacts        string   `json:"contacts,omitempty"`
	Money           string   `json:"money,omitempty"`
	DurationSeconds int64    `json:"durationSeconds,omitempty"`
	Detection       string   `json:"detection,omitempty"`
	DetectedBy      string   `json:"detectedBy,omitempty"`
	DetectionGap    string   `json:"detectionGap,omitempty"`
	Trigger         string   `json:"trigger,omitempty"`
	Factors         []string `json:"factors"`
	Mitigation      string   `json:"mitigation,omitempty"`
	Resolution      string   `json:"resolution,omitempty"`
	Well            []string `json:"well"`
	Wrong           []string `json:"wrong"`
	Lucky           []string `json:"lucky"`
	Surprises       []string `json:"surprises"`
	External        string   `json:"external,omitempty"` // the message to those outside
	Problem         int64    `json:"problem,omitempty"`  // PRB-n, the root cause

	Facts     ReviewFacts  `json:"facts"`
	Items     []ReviewItem `json:"items"`
	Timeline  []ReviewLine `json:"timeline"` // in order of time
	Approvals []Approval   `json:"approvals"`
	Journal   []Entry      `json:"journal"` // who changed what, oldest first
	Missing   []string     `json:"missing"` // what it lacks before it can be published
	Doubts    []string     `json:"doubts"`  // where the text may blame somebody: advice
}

// ReviewFacts is what the incident's record says, in numbers.
type ReviewFacts struct {
	StartedAt            time.Time       `json:"startedAt,omitzero"`
	CreatedAt            time.Time       `json:"createdAt,omitzero"`
	FirstAckAt           time.Time       `json:"firstAckAt,omitzero"`
	FirstAckBy           string          `json:"firstAckBy,omitempty"`
	ResolvedAt           time.Time       `json:"resolvedAt,omitzero"`
	TimeToAckSeconds     int64           `json:"timeToAckSeconds,omitempty"`
	TimeToResolveSeconds int64           `json:"timeToResolveSeconds,omitempty"`
	Code                 string          `json:"code,omitempty"`
	Alerts               int             `json:"alerts"`
	Pings                int             `json:"pings"` // interruptions of people
	People               []ReviewPerson  `json:"people"`
	Escalations          int             `json:"escalations"`
	Lapses               int             `json:"lapses"`
	Reopens              int             `json:"reopens"`
	Updates              int             `json:"updates"`
	SLAs                 []ReviewPromise `json:"slas"`
}

// ReviewPerson is one person whom the incident interrupted.
type ReviewPerson struct {
	User  string    `json:"user"`
	At    time.Time `json:"at"` // the first time
	Times int       `json:"times"`
}

// ReviewPromise is what became of one SLA clock. Seconds are of its calendar's time.
type ReviewPromise struct {
	SLA            string `json:"sla"`
	Kind           string `json:"kind"`
	TargetSeconds  int64  `json:"targetSeconds"`
	ElapsedSeconds int64  `json:"elapsedSeconds"`
	Done           bool   `json:"done"`
	Breached       bool   `json:"breached"`
}

// ReviewItem is an action item.
type ReviewItem struct {
	ID       int       `json:"id"`
	Text     string    `json:"text"`
	Type     string    `json:"type"` // prevent | mitigate | detect | process
	Owner    string    `json:"owner,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Priority string    `json:"priority,omitempty"`
	Ticket   string    `json:"ticket,omitempty"`
	State    string    `json:"state"` // open | done | dropped
	Overdue  bool      `json:"overdue"`
	DoneAt   time.Time `json:"doneAt,omitzero"`
	DoneBy   string    `json:"doneBy,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// ReviewLine is one line of a review's timeline.
type ReviewLine struct {
	ID     int       `json:"id"`
	At     time.Time `json:"at"`
	Who    string    `json:"who,omitempty"`
	What   string    `json:"what"`
	Kind   string    `json:"kind"`
	Hidden bool      `json:"hidden"` // left out of the document
}

// Approval is somebody's word that the text of a review is right.
type Approval struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}

// ReviewEdit changes fields of a review. A nil field stays as it is; an empty one empties it.
type ReviewEdit struct {
	Title        *string    `json:"title,omitempty"`
	Owner        *string    `json:"owner,omitempty"`
	Facilitator  *string    `json:"facilitator,omitempty"`
	Participants *[]string  `json:"participants,omitempty"`
	MeetingAt    *time.Time `json:"meetingAt,omitempty"`
	DueAt        *time.Time `json:"dueAt,omitempty"`

	Summary         *string   `json:"summary,omitempty"`
	Impact          *string   `json:"impact,omitempty"`
	Users           *string   `json:"users,omitempty"`
	Contacts        *string   `json:"contacts,omitempty"`
	Money           *string   `json:"money,omitempty"`
	DurationSeconds *int64    `json:"durationSeconds,omitempty"`
	Detection       *string   `json:"detection,omitempty"`
	DetectedBy      *string   `json:"detectedBy,omitempty"`
	DetectionGap    *string   `json:"detectionGap,omitempty"`
	Trigger         *string   `json:"trigger,omitempty"`
	Factors         *[]string `json:"factors,omitempty"`
	Mitigation      *string   `json:"mitigation,omitempty"`
	Resolution      *string   `json:"resolution,omitempty"`
	Well            *[]string `json:"well,omitempty"`
	Wrong           *[]string `json:"wrong,omitempty"`
	Lucky           *[]string `json:"lucky,omitempty"`
	Surprises       *[]string `json:"surprises,omitempty"`
	External        *string   `json:"external,omitempty"`
	Problem         *int64    `json:"problem,omitempty"` // 0: none
}

// NewItem asks for an action item. An empty Type is prevent.
type NewItem struct {
	Text     string    `json:"text"`
	Type     string    `json:"type,omitempty"`
	Owner    string    `json:"owner,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Priority string    `json:"priority,omitempty"`
	Ticket   string    `json:"ticket,omitempty"`
}

// ItemEdit changes an action item. A nil field stays as it is.
type ItemEdit struct {
	Text     *string    `json:"text,omitempty"`
	Type     *string    `json:"type,omitempty"`
	Owner    *string    `json:"owner,omitempty"`
	Due      *time.Time `json:"due,omitempty"`
	Priority *string    `json:"priority,omitempty"`
	Ticket   *string    `json:"ticket,omitempty"`
}

// Comment is a note beside an act that may go without one.
type Comment struct {
	Note string `json:"note,omitempty"`
}

// NewLine asks for a line of a review's timeline, added by hand.
type NewLine struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who,omitempty"`
	What string    `json:"what"`
}

// LineEdit leaves a line out of the document, or puts it back.
type LineEdit struct {
	Hidden bool `json:"hidden"`
}

// Reviews lists reviews in some of the states (none: all), that of the newest incident first, at most limit (0: 100; at most 500).
func (c *Client) Reviews(ctx context.Context, states []string, limit int) ([]ReviewSummary, error) {
	q := url.Values{}
	if len(states) > 0 {
		q.Set("state", strings.Join(states, ","))
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return get[[]ReviewSummary](ctx, c, "/api/v1/reviews", q)
}

// Review reads the review of an incident.
func (c *Client) Review(ctx context.Context, n int64) (Review, error) {
	return get[Review](ctx, c, incidentPath(n, "/review"), nil)
}

// ReviewMarkdown reads the review of an incident as a Markdown document. Times are in the zone (an IANA name); empty: yours.
func (c *Client) ReviewMarkdown(ctx context.Context, n int64, zone string) ([]byte, error) {
	q := url.Values{"format": {"markdown"}}
	if zone != "" {
		q.Set("zone", zone)
	}
	return c.raw(ctx, incidentPath(n, "/review"), q)
}

func (c *Client) review(ctx context.Context, n int64, rest string, in any) (Review, error) {
	return post[Review](ctx, c, incidentPath(n, "/review"+rest), in)
}

// DraftReview drafts the review of an incident, or reads the facts and the timeline again into the one that there is.
func (c *Client) DraftReview(ctx context.Context, n int64) (Review, error) {
	return c.review(ctx, n, "", nil)
}

// EditReview changes fields of a review.
func (c *Client) EditReview(ctx context.Context, n int64, e ReviewEdit) (Review, error) {
	return patch[Review](ctx, c, incidentPath(n, "/review"), e)
}

// RequireReview demands a review of one incident, whatever its priority.
func (c *Client) RequireReview(ctx context.Context, n int64) (Incident, error) {
	return c.act(ctx, n, "review/require", struct{}{})
}

// SubmitReview gives a draft to the others to review.
func (c *Client) SubmitReview(ctx context.Context, n int64) (Review, error) {
	return c.review(ctx, n, "/submit", nil)
}

// ApproveReview says that the text is right.
func (c *Client) ApproveReview(ctx context.Context, n int64, note string) (Review, error) {
	return c.review(ctx, n, "/approve", Comment{Note: note})
}

// ReturnReview puts a review back to draft.
func (c *Client) ReturnReview(ctx context.Context, n int64, reason string) (Review, error) {
	return c.review(ctx, n, "/return", Reason{Reason: reason})
}

// PublishReview makes the text final.
func (c *Client) PublishReview(ctx context.Context, n int64) (Review, error) {
	return c.review(ctx, n, "/publish", nil)
}

// AddItem adds an action item.
func (c *Client) AddItem(ctx context.Context, n int64, i NewItem) (Review, error) {
	return c.review(ctx, n, "/items", i)
}

// EditItem changes an action item.
func (c *Client) EditItem(ctx context.Context, n int64, id int, e ItemEdit) (Review, error) {
	return patch[Review](ctx, c, incidentPath(n, "/review/items/"+strconv.Itoa(id)), e)
}

// DoItem says that an action item is done.
func (c *Client) DoItem(ctx context.Context, n int64, id int, note string) (Review, error) {
	return c.review(ctx, n, "/items/"+strconv.Itoa(id)+"/done", Comment{Note: note})
}

// DropItem decides against an action item; the note says why.
func (c *Client) DropItem(ctx context.Context, n int64, id int, note string) (Review, error) {
	return c.review(ctx, n, "/items/"+strconv.Itoa(id)+"/drop", Comment{Note: note})
}

// ReopenItem opens an action item again.
func (c *Client) ReopenItem(ctx context.Context, n int64, id int, note string) (Review, error) {
	return c.review(ctx, n, "/items/"+strconv.Itoa(id)+"/reopen", Comment{Note: note})
}

// AddLine adds a line to a review's timeline by hand.
func (c *Client) AddLine(ctx context.Context, n int64, l NewLine) (Review, error) {
	return c.review(ctx, n, "/lines", l)
}

// HideLine leaves a line out of the document, or puts it back.
func (c *Client) HideLine(ctx context.Context, n int64, id int, hidden bool) (Review, error) {
	return patch[Review](ctx, c, incidentPath(n, "/review/lines/"+strconv.Itoa(id)), LineEdit{Hidden: hidden})
}
