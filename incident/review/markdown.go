package review

import (
	"fmt"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
)

// Markdown prints the review as one whole document, in CommonMark with tables as GitHub has them. Times are in the zone, UTC
// when it is nil; people have their names when the roster (which may be nil) knows them. Whatever anybody wrote is text in
// it: no Markdown, no HTML. Hidden lines of the timeline are left out, and counted.
func Markdown(r Review, roster *oncall.Roster, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	d := &document{r: &r, roster: roster, zone: zone}
	d.head()
	d.facts()
	d.section("Summary", prose(r.Summary))
	d.section("Impact", d.impact())
	d.section("Detection", d.detection())
	d.section("Trigger", prose(r.Trigger))
	d.section("Contributing factors", numbered(r.Factors))
	d.section("Mitigation", prose(r.Mitigation))
	d.section("Resolution", prose(r.Resolution))
	d.lessons()
	d.section("Action items", d.items())
	if r.External != "" {
		d.section("What was said outside", quoted(r.External))
	}
	d.promises()
	d.people()
	d.timeline()
	d.section("Approvals", d.approvals())
	return strings.TrimRight(d.String(), "\n") + "\n"
}

// document is a Markdown document in the making.
type document struct {
	strings.Builder
	r      *Review
	roster *oncall.Roster
	zone   *time.Location
}

func (d *document) printf(format string, args ...any) { fmt.Fprintf(&d.Builder, format, args...) }

const nothing = "_Nothing noted._"

// section writes a heading and what stands below it. A part that nobody wrote is seen to be missing.
func (d *document) section(title, body string) {
	if body == "" {
		body = nothing
	}
	d.printf("## %s\n\n%s\n\n", title, body)
}

func (d *document) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(d.zone).Format("2 January 2006, 15:04 MST")
}

func (d *document) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return day(t.In(d.zone))
}

// name is a person's name, and their id where no name is known.
func (d *document) name(id oncall.UserID) string {
	if d.roster != nil {
		if u, ok := d.roster.User(id); ok && u.Name != "" {
			return inline(u.Name)
		}
	}
	return inline(string(id))
}

func (d *document) names(ids []oncall.UserID) string {
	out := make([]string, len(ids))
	for k, u := range ids {
		out[k] = d.name(u)
	}
	return strings.Join(out, ", ")
}

var stateWords = map[State]string{StateDraft: "draft", StateInReview: "in review", StatePublished: "published"}

func (d *document) head() {
	r := d.r
	d.printf("# %s: %s\n\n", r.Ref(), inline(r.Title))
	state := "Post-incident review, " + stateWords[r.State] + "."
	if r.State == StatePublished {
		state = "Post-incident review, published on " + d.day(r.PublishedAt)
		if r.PublishedBy != "" {
			state += " by " + d.name(oncall.UserID(r.PublishedBy))
		}
		state += "."
	}
	d.printf("%s It asks what made the incident possible, never who.\n\n", state)
	if r.Confidential() {
		d.printf("**Confidential: a security incident. Only for its team.**\n\n")
	}
}

// table writes a table with a heading row; rows are of cells that are Markdown already. Nothing when there are no rows.
func (d *document) table(head []string, rows [][]string) string {
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	row := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(head)
	b.WriteString(strings.Repeat("| --- ", len(head)) + "|\n")
	for _, r := range rows {
		row(r)
	}
	return strings.TrimRight(b.String(), "\n")
}

func (d *document) facts() {
	var rows [][]string
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []string{name, value})
		}
	}
	r, f := d.r, &d.r.Facts
	add("Service", inline(r.Service))
	add("Team", inline(r.Team))
	add("Type", inline(r.Type))
	add("Priority", inline(string(r.Priority)))
	add("Began", d.when(f.StartedAt))
	add("Detected", d.when(f.CreatedAt))
	add("Acknowledged", d.took(f.FirstAckAt, f.TimeToAck))
	add("Resolved", d.took(f.ResolvedAt, f.TimeToResolve))
	add("Alerts", count(f.Alerts))
	add("Interruptions of people", count(f.Pings))
	add("Escalations", count(f.Escalations))
	add("Acknowledgements that lapsed", count(f.Lapses))
	add("Came back", count(f.Reopens))
	add("Status updates", count(f.Updates))
	if r.RootCauseProblem > 0 {
		add("Problem", problemRef(r.RootCauseProblem))
	}
	if r.Previous > 0 {
		add("Repeats", incident.Ref(r.Previous))
	}
	add("Owner", d.name(r.Owner))
	add("Facilitator", d.name(r.Facilitator))
	add("Participants", d.names(r.Participants))
	add("Meeting", d.when(r.MeetingAt))
	if r.State != StatePublished {
		add("Due", d.day(r.DueAt))
	}
	d.printf("%s\n\n", d.table([]string{"Fact", ""}, rows))
}

// took is a moment, and how long it took from the detection.
func (d *document) took(at time.Time, after time.Duration) string {
	if at.IsZero() {
		return ""
	}
	return d.when(at) + " (after " + span(after) + ")"
}

// count is a number of the facts; a zero says nothing.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func (d *document) impact() string {
	i := d.r.Impact
	var list []string
	add := func(name, value string) {
		if value != "" {
			list = append(list, fmt.Sprintf("- %s: %s", name, value))
		}
	}
	if i.Duration > 0 {
		add("Duration", span(i.Duration))
	}
	add("Users affected", inline(i.Users))
	add("Support contacts", inline(i.Contacts))
	add("Cost", inline(i.Money))
	return paragraphs(prose(i.What), strings.Join(list, "\n"))
}

func (d *document) detection() string {
	t := d.r.Detection
	by := ""
	if t.By != "" {
		by = "Detected by " + d.name(oncall.UserID(t.By)) + "."
	}
	gap := ""
	if t.Gap != "" {
		gap = "**Gap.** " + prose(t.Gap)
	}
	return paragraphs(prose(t.How), by, gap)
}

func paragraphs(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n\n")
}

func numbered(list []string) string {
	out := make([]string, len(list))
	for k, s := range list {
		out[k] = fmt.Sprintf("%d. %s", k+1, inline(s))
	}
	return strings.Join(out, "\n")
}

func bullets(list []string) string {
	out := make([]string, len(list))
	for k, s := range list {
		out[k] = "- " + inline(s)
	}
	return strings.Join(out, "\n")
}

func quoted(text string) string {
	return "> " + strings.ReplaceAll(prose(text), "\n", "\n> ")
}

func (d *document) lessons() {
	d.printf("## Lessons\n\n")
	for _, part := range []struct {
		title string
		list  []string
	}{
		{"What went well", d.r.Well}, {"What went wrong", d.r.Wrong}, {"Where we were lucky", d.r.Lucky}, {"What surprised us", d.r.Surprises},
	} {
		body := bullets(part.list)
		if body == "" {
			body = nothing
		}
		d.printf("### %s\n\n%s\n\n", part.title, body)
	}
}

func (d *document) items() string {
	var rows [][]string
	for _, it := range d.r.Items {
		state := string(it.State)
		if it.State != ItemOpen && !it.DoneAt.IsZero() {
			state += " on " + d.day(it.DoneAt)
		}
		if it.Note != "" {
			state += ": " + inline(it.Note)
		}
		rows = append(rows, []string{
			fmt.Sprint(it.ID), inline(it.Text), inline(string(it.Type)), d.name(it.Owner), d.day(it.Due), inline(it.Priority), inline(it.Ticket), state,
		})
	}
	return d.table([]string{"No.", "What", "Type", "Owner", "Due", "Priority", "Ticket", "State"}, rows)
}

var promiseWords = map[sla.Kind]string{sla.Response: "first acknowledgement", sla.Resolution: "resolution"}

func (d *document) promises() {
	var rows [][]string
	for _, p := range d.r.Facts.SLAs {
		outcome := "kept"
		switch {
		case p.Breached:
			outcome = "**breached**"
		case !p.Done:
			outcome = "still running"
		}
		rows = append(rows, []string{inline(p.SLA), promiseWords[p.Kind], span(p.Target), span(p.Elapsed), outcome})
	}
	if len(rows) > 0 {
		d.section("Service levels", d.table([]string{"SLA", "Promise", "Target", "Took", "Outcome"}, rows))
	}
}
