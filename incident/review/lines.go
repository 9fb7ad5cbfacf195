package review

import (
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
)

func (e *editor) addLine(a AddLine) error {
	what := strings.TrimSpace(a.What)
	if what == "" {
		return ErrNeedsText
	}
	at, err := dated(a.At)
	if err != nil {
		return err
	}
	if at.IsZero() {
		return ErrDate
	}
	l := Line{ID: e.nextLine(), At: at, Who: strings.TrimSpace(a.Who), What: what, Kind: incident.DidNote}
	e.r.Timeline = append(e.r.Timeline, l)
	inOrder(e.r.Timeline)
	e.tell(incident.DidChange, a.By, "", nil, "Added line %d to the timeline: %s", l.ID, what)
	e.textChanged()
	return nil
}

func (e *editor) nextLine() int {
	id := 1
	for _, l := range e.r.Timeline { // lines are never removed, so a number is never used twice
		id = max(id, l.ID+1)
	}
	return id
}

// inOrder sorts lines by time; those of one instant stay in the order in which they came.
func inOrder(lines []Line) {
	slices.SortStableFunc(lines, func(a, b Line) int { return a.At.Compare(b.At) })
}

func (e *editor) hideLine(a HideLine) error {
	k := slices.IndexFunc(e.r.Timeline, func(l Line) bool { return l.ID == a.ID })
	if k < 0 {
		return ErrNoLine
	}
	l := &e.r.Timeline[k]
	if l.Hidden == !a.Show {
		return nil
	}
	l.Hidden = !a.Show
	word := "Hid"
	if a.Show {
		word = "Showed"
	}
	e.tell(incident.DidChange, a.By, "", nil, "%s line %d of the timeline: %s", word, l.ID, l.What)
	e.textChanged()
	return nil
}

// refresh reads the incident again. What people wrote stays; what rouse measured is measured anew.
func (e *editor) refresh(a Refresh) error {
	i := &a.Source.Incident
	if i.Number != e.r.Incident {
		return ErrOther
	}
	r := &e.r
	if r.Impact.Duration == lasted(i, r.Facts) { // nobody has corrected it
		r.Impact.Duration = lasted(i, factsOf(i))
	}
	r.Facts = factsOf(i)
	r.Service, r.Team, r.Type, r.Priority = i.Service, i.Team, i.Type, i.Priority
	if r.DueAt.IsZero() {
		r.DueAt = dueOf(a.Source)
		r.RemindAt = r.DueAt
	}
	e.mergeLines(condense(a.Source.Timeline))
	e.tell(incident.DidChange, a.By, "", nil, "Read the facts and the timeline of %s again", i.Ref())
	e.textChanged()
	return nil
}

// mergeLines takes over the lines of the incident as they are now. A line that was there keeps its number, and stays hidden.
func (e *editor) mergeLines(fresh []Line) {
	known := map[int]int{} // by Seq, where it stands
	for k, l := range e.r.Timeline {
		if l.Seq > 0 {
			known[l.Seq] = k
		}
	}
	for _, l := range fresh {
		if k, ok := known[l.Seq]; ok {
			e.r.Timeline[k].What = l.What // a level that was condensed into one line may have paged more people since
			continue
		}
		l.ID = e.nextLine()
		e.r.Timeline = append(e.r.Timeline, l)
	}
	inOrder(e.r.Timeline)
}
