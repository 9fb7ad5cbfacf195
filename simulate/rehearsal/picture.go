package rehearsal

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// The measures of a picture, in pixels.
const (
	labelWide = 190 // left of the time line
	plotWide  = 760
	laneHigh  = 34
	barHigh   = 20
	margin    = 20
	mostBlock = 6 // incidents in one picture
)

// Picture draws a timeline as SVG: for each incident its state and the levels that were paged, over time on a zone's clock, with every
// text, call and mail. Text is text; colours follow the reader's preference for light or dark.
func Picture(t *Timeline, zone *time.Location) []byte {
	d := drawing{line: t, zone: zone, end: drawnUntil(t), y: 64}
	numbers := t.Incidents()
	for _, n := range numbers[:min(len(numbers), mostBlock)] {
		d.block(n)
	}
	if len(numbers) == 0 {
		d.text(margin, d.y, "mute", "no incident is opened")
		d.y += laneHigh
	}
	d.axis()
	d.legend()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui, sans-serif" font-size="13">`+"\n",
		labelWide+plotWide+2*margin, d.y, labelWide+plotWide+2*margin, d.y)
	first := t.Start.In(zone)
	title := first.Format("Monday 2 January 2006, 15:04 MST")
	fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n<rect class=\"ground\" width=\"100%%\" height=\"100%%\"/>\n", title, pictureStyle)
	fmt.Fprintf(&b, `<text class="title" x="%d" y="34">%s</text>`+"\n", margin, title)
	b.WriteString(d.grid.String() + d.out.String() + "</svg>\n")
	return []byte(b.String())
}

const pictureStyle = `
:root { color-scheme: light dark }
.ground { fill: #ffffff } text { fill: #1f2430 } .mute { fill: #667085 } .title { font-size: 17px; font-weight: 600 } .name { font-weight: 600 }
.rule { stroke: #e4e7ec } .triggered { fill: #d92d20 } .acknowledged { fill: #12805c } .on_hold { fill: #b54708 } .resolved, .closed { fill: #98a2b3 }
.suppressed { fill: #7a5af8 } .level { fill: #f5b8b2 } .on { fill: #ffffff; font-size: 12px } .page { fill: #912018; stroke: #ffffff; stroke-width: 1.5 }
.who { font-size: 11px; fill: #7a271a }
@media (prefers-color-scheme: dark) {
.ground { fill: #14171f } text { fill: #e6e9ef } .mute { fill: #98a2b3 } .rule { stroke: #2b3040 } .level { fill: #5c231e }
.page { fill: #fda29b; stroke: #14171f } .who { fill: #fecdca } .on { fill: #ffffff } .triggered { fill: #c4291d } .resolved, .closed { fill: #667085 }
}
`

// drawing is a picture in the making.
type drawing struct {
	line      *Timeline
	zone      *time.Location
	end       time.Time
	y         int
	out, grid strings.Builder
}

// drawnUntil is the end of what is drawn: a little later than that of the timeline where it ends with a change of state, as a night
// does that ends with an acknowledgement, so that the new state is there to be seen.
func drawnUntil(t *Timeline) time.Time {
	whole := t.End.Sub(t.Start)
	if k := len(t.Records) - 1; k >= 0 && t.End.Sub(t.Records[k].At) < whole/8 {
		return t.Records[k].At.Add(whole / 4)
	}
	return t.End
}

func (d *drawing) x(t time.Time) float64 {
	whole := max(d.end.Sub(d.line.Start), time.Second)
	return margin + labelWide + plotWide*float64(t.Sub(d.line.Start))/float64(whole)
}

func (d *drawing) text(x float64, y int, class, s string) {
	fmt.Fprintf(&d.out, `<text class="%s" x="%.1f" y="%d">%s</text>`+"\n", class, x, y, html.EscapeString(s))
}

// bar draws a stretch of time, with words on it where they fit.
func (d *drawing) bar(from, to time.Time, y int, class, words string) {
	x, wide := d.x(from), max(d.x(to)-d.x(from), 2)
	fmt.Fprintf(&d.out, `<rect class="%s" x="%.1f" y="%d" width="%.1f" height="%d" rx="3"><title>%s</title></rect>`+"\n", class, x, y, wide, barHigh, html.EscapeString(words))
	if float64(len([]rune(words)))*6.6+10 < wide && class != "level" {
		d.text(x+6, y+14, "on", words)
	}
}

// stretch is a part of an incident's life in one lane.
type stretch struct {
	from, to time.Time
	lane     string // "" is the lane of states
	class    string
	words    string
}

// stretches cuts the life of an incident into its states, and into the levels at which it was being paged.
func (d *drawing) stretches(n int64) (states, levels []stretch) {
	add := func(list []stretch, s stretch) []stretch {
		if k := len(list) - 1; k >= 0 {
			if list[k].lane == s.lane && list[k].words == s.words && list[k].to.IsZero() {
				return list
			}
			if list[k].to.IsZero() {
				list[k].to = s.from
			}
		}
		return append(list, s)
	}
	for _, r := range d.line.Records {
		i := &r.Incident
		if i.Number != n {
			continue
		}
		s := stretch{from: r.At, class: string(i.State), words: strings.ReplaceAll(string(i.State), "_", " ")}
		switch {
		case i.State == incident.Triggered && i.Suppressed != nil:
			s.class, s.words = "suppressed", fmt.Sprintf("suppressed by %s %s", i.Suppressed.Kind, i.Suppressed.Rule)
		case i.State == incident.Acknowledged && i.AckedBy != "":
			s.words += " by " + i.AckedBy
		}
		states = add(states, s)
		paging := i.State == incident.Triggered && i.Suppressed == nil && !i.Cursor.FiredAt.IsZero() && i.Cursor.Level >= 0
		switch {
		case paging:
			lane := fmt.Sprintf("level %d of %s", i.Cursor.Level+1, i.Cursor.Policy)
			levels = add(levels, stretch{from: r.At, lane: lane, class: "level", words: fmt.Sprintf("%s, round %d", lane, i.Cursor.Round+1)})
		case len(levels) > 0 && levels[len(levels)-1].to.IsZero():
			levels[len(levels)-1].to = r.At
		}
	}
	for _, list := range [][]stretch{states, levels} {
		if k := len(list) - 1; k >= 0 && list[k].to.IsZero() {
			list[k].to = d.end
		}
	}
	return states, levels
}

// block draws one incident.
func (d *drawing) block(n int64) {
	i, _ := d.line.Last(n)
	states, levels := d.stretches(n)
	d.text(margin, d.y+14, "name", fmt.Sprintf("%s %s", i.Priority, i.Ref()))
	d.text(margin+76, d.y+14, "mute", clip(i.Service, 16))
	for _, s := range states {
		d.bar(s.from, s.to, d.y, s.class, s.words)
	}
	d.y += laneHigh
	lanes := map[string]int{}
	for _, s := range levels {
		if _, known := lanes[s.lane]; !known {
			lanes[s.lane] = d.y
			d.text(margin, d.y+14, "", clip(s.lane, 26))
			d.y += laneHigh
		}
		d.bar(s.from, s.to, lanes[s.lane], "level", s.words)
	}
	d.pages(n, lanes)
	d.y += 12
}

// pages marks what woke people in the lanes of their levels.
func (d *drawing) pages(n int64, lanes map[string]int) {
	labelled := map[int]float64{} // by lane: where its last label ends
	for _, m := range d.line.Woken() {
		y, known := lanes[fmt.Sprintf("level %d of %s", m.Level, m.Policy)]
		if !known || m.Incident != n && !slices.Contains(m.Bundle, n) {
			continue
		}
		x := d.x(m.At)
		title := fmt.Sprintf("%s %s gets %s", m.At.In(d.zone).Format(time.TimeOnly), m.User, NounOf(m.Via))
		shape := fmt.Sprintf(`<circle class="page" cx="%.1f" cy="%d" r="5">`, x, y+10)
		end := "circle"
		if m.Via == oncall.Call {
			shape, end = fmt.Sprintf(`<rect class="page" x="%.1f" y="%d" width="10" height="10" transform="rotate(45 %.1f %d)">`, x-5, y+5, x, y+10), "rect"
		}
		fmt.Fprintf(&d.out, "%s<title>%s</title></%s>\n", shape, html.EscapeString(title), end)
		if x > labelled[y] {
			d.text(x-4, y+laneHigh-4, "who", string(m.User))
			labelled[y] = x + float64(len(m.User))*6.5 + 8
		}
	}
}

// steps are how far apart the lines of the axis may be.
var steps = []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}

// axis rules the picture at even times, as a clock of the zone shows them.
func (d *drawing) axis() {
	whole := d.end.Sub(d.line.Start)
	step := steps[len(steps)-1]
	for _, s := range steps {
		if whole/s <= 9 {
			step = s
			break
		}
	}
	form := "15:04"
	if step < time.Minute {
		form = "15:04:05"
	}
	for t := d.line.Start.Truncate(step); !t.After(d.end); t = t.Add(step) {
		if t.Before(d.line.Start) {
			continue
		}
		x := d.x(t)
		fmt.Fprintf(&d.grid, `<line class="rule" x1="%.1f" y1="52" x2="%.1f" y2="%d"/>`+"\n", x, x, d.y)
		fmt.Fprintf(&d.grid, `<text class="mute" x="%.1f" y="%d" text-anchor="middle" font-size="11">%s</text>`+"\n", x, d.y+16, t.In(d.zone).Format(form))
	}
	d.y += 30
}

func (d *drawing) legend() {
	x, y := float64(margin+labelWide), d.y+10
	fmt.Fprintf(&d.out, `<circle class="page" cx="%.1f" cy="%d" r="5"/>`+"\n", x+4, y-4)
	d.text(x+14, y, "mute", "text or mail")
	fmt.Fprintf(&d.out, `<rect class="page" x="%.1f" y="%d" width="10" height="10" transform="rotate(45 %.1f %d)"/>`+"\n", x+107, y-9, x+112, y-4)
	d.text(x+124, y, "mute", "call")
	d.text(x+170, y, "mute", cmp.Or(told(d.line), "nobody is woken"))
	d.y += 30
}

// told sums up who was woken.
func told(t *Timeline) string {
	var people []string
	for _, u := range t.People() {
		people = append(people, string(u))
	}
	if len(people) == 0 {
		return ""
	}
	return "woken: " + strings.Join(people, ", ")
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
