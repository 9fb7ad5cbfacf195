package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// chart is one picture: shapes in the units of its own view box, which is as wide as a phone's screen. Only numbers and class
// names are worked out here; the template draws, and escapes every text.
type chart struct {
	Title, Note string // above the picture
	Alt         string // said instead of the picture
	Width       float64
	Height      float64
	Rules       []rule
	Bars        []rect
	Lines       []polyline
	Dots        []dot
	Labels      []label
	Keys        []legend
	Empty       string // said when there is nothing to draw
}

type rule struct{ X1, Y, X2 float64 }

type rect struct {
	X, Y, W, H float64
	Class, Tip string
}

type polyline struct{ Points, Class string }

type dot struct {
	X, Y       float64
	Class, Tip string
}

type label struct {
	X, Y         float64
	Anchor, Text string
	Class        string
}

type legend struct{ Class, Text string }

// The room of every picture, in units.
const (
	chartWidth = 380.0
	leftRoom   = 40.0
	rightRoom  = 8.0
	topRoom    = 10.0
	footRoom   = 22.0
	plotHeight = 150.0
	lineHeight = 72.0 // of each of the two trends
	lineGap    = 26.0
	rowHeight  = 38.0
	barHeight  = 12.0
)

func plotWidth() float64 { return chartWidth - leftRoom - rightRoom }

// weekChart stacks the incidents of each week by priority, the worst at the bottom, where lengths are compared best.
func (r *Report) weekChart() chart {
	c := chart{
		Title: "Incidents per week", Note: "by priority", Width: chartWidth, Height: topRoom + plotHeight + footRoom, Empty: "No incidents.",
		Alt: fmt.Sprintf("%d incidents over %d weeks; the table “Week by week” has the numbers.", r.Total.Incidents, len(r.Weeks)),
	}
	most := 0
	for i := range r.Weeks {
		most = max(most, r.Weeks[i].Numbers.Incidents)
	}
	if most == 0 {
		return c
	}
	top := niceCount(most)
	for _, v := range []int{0, top / 2, top} {
		y := topRoom + plotHeight*(1-float64(v)/float64(top))
		c.scale(y, strconv.Itoa(v))
	}
	priorities := r.priorities()
	step := plotWidth() / float64(len(r.Weeks))
	for i := range r.Weeks {
		w, y := &r.Weeks[i], topRoom+plotHeight
		x := leftRoom + step*float64(i)
		for k, p := range priorities {
			h := plotHeight * float64(w.ByPriority[p]) / float64(top)
			if h == 0 {
				continue
			}
			y -= h
			c.Bars = append(c.Bars, rect{
				X: round(x + step*0.12), Y: round(y), W: round(min(step*0.76, 44)), H: round(h), Class: priorityClass(p, k),
				Tip: fmt.Sprintf("%s: %d %s", w.Week, w.ByPriority[p], orNone(p)),
			})
		}
	}
	for k, p := range priorities {
		c.Keys = append(c.Keys, legend{priorityClass(p, k), orNone(p)})
	}
	c.weekLabels(r.Weeks, step, min(step*0.76, 44)/2+step*0.12)
	return c
}

// niceCount is an even number of at least n whose digits a person likes: 2, 4, 6, 8, 10, 20, 40 and so on.
func niceCount(n int) int {
	for unit := 1; ; unit *= 10 {
		for _, m := range []int{2, 4, 6, 8, 10} {
			if m*unit >= n {
				return m * unit
			}
		}
	}
}

func priorityClass(p string, k int) string {
	if len(p) == 2 && p[0] == 'P' && p[1] >= '1' && p[1] <= '5' {
		return "p" + p[1:]
	}
	return "x" + strconv.Itoa(k%3)
}

func (c *chart) scale(y float64, text string) {
	c.Rules = append(c.Rules, rule{leftRoom, round(y), chartWidth - rightRoom})
	c.Labels = append(c.Labels, label{X: leftRoom - 6, Y: round(y + 4), Anchor: "end", Text: text})
}

// weekLabels names as many weeks as fit, in the middle of their bars.
func (c *chart) weekLabels(weeks []Week, step, middle float64) {
	every := max(1, int(34/step+0.999))
	for i := 0; i < len(weeks); i += every {
		_, week, _ := strings.Cut(weeks[i].Week, "-")
		c.Labels = append(c.Labels, label{X: round(leftRoom + step*float64(i) + middle), Y: c.Height - 6, Anchor: "middle", Text: week})
	}
}

// trendChart draws the medians of MTTA and MTTR by week, each on a scale of its own: minutes and hours do not share one.
func (r *Report) trendChart() chart {
	c := chart{
		Title: "Time to acknowledge and to resolve", Note: "median per week", Width: chartWidth,
		Height: topRoom + 2*lineHeight + lineGap + footRoom, Empty: "Nothing was acknowledged or resolved.",
		Alt:  "Medians of MTTA and MTTR by week; the table “Week by week” has the numbers.",
		Keys: []legend{{"ack", "MTTA"}, {"resolve", "MTTR"}},
	}
	if r.Total.MTTA.Count+r.Total.MTTR.Count == 0 {
		return c
	}
	c.trend(r.Weeks, topRoom, "ack", "MTTA", func(n *Numbers) Spread { return n.MTTA })
	c.trend(r.Weeks, topRoom+lineHeight+lineGap, "resolve", "MTTR", func(n *Numbers) Spread { return n.MTTR })
	step := plotWidth() / float64(len(r.Weeks))
	c.weekLabels(r.Weeks, step, step/2)
	return c
}

// trend draws one line from the given height down. It has a gap where nothing was measured.
func (c *chart) trend(weeks []Week, y float64, class, name string, of func(*Numbers) Spread) {
	var most time.Duration
	for i := range weeks {
		most = max(most, of(&weeks[i].Numbers).P50)
	}
	top := niceSpan(most)
	for _, d := range []time.Duration{0, top / 2, top} {
		c.scale(y+lineHeight*(1-float64(d)/float64(top)), human(d))
	}
	step := plotWidth() / float64(len(weeks))
	var points []string
	flush := func() {
		if len(points) > 1 {
			c.Lines = append(c.Lines, polyline{strings.Join(points, " "), class})
		}
		points = nil
	}
	for i := range weeks {
		s := of(&weeks[i].Numbers)
		if s.Count == 0 {
			flush()
			continue
		}
		px, py := round(leftRoom+step*(float64(i)+0.5)), round(y+lineHeight*(1-float64(s.P50)/float64(top)))
		points = append(points, fmt.Sprintf("%v,%v", px, py))
		c.Dots = append(c.Dots, dot{px, py, class, fmt.Sprintf("%s: median %s %s, p90 %s, of %d", weeks[i].Week, name, human(s.P50), human(s.P90), s.Count)})
	}
	flush()
}

// niceSpan is a duration of at least d that people say, and half of which they say too.
func niceSpan(d time.Duration) time.Duration {
	const day = 24 * time.Hour
	for _, nice := range []time.Duration{
		10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour, day, 2 * day, 4 * day, 6 * day, 10 * day, 20 * day, 30 * day,
	} {
		if nice >= d {
			return nice
		}
	}
	return d.Truncate(100*day) + 100*day
}

// part is one piece of a stacked row.
type part struct {
	class, name string
	n           int
}

// rowChart draws stacked bars across, each under its name and its numbers, so that long names fit on a phone.
func rowChart(c chart, rows []barRow) chart {
	most := 0
	for _, r := range rows {
		most = max(most, r.sum())
	}
	c.Width, c.Height = chartWidth, rowHeight*float64(len(rows))
	if most == 0 {
		return c
	}
	for i, r := range rows {
		y, x, name := rowHeight*float64(i), 0.0, plain(r.name)
		c.Labels = append(c.Labels,
			label{X: 0, Y: y + 13, Anchor: "start", Text: cut(name, nameRoom(r.value)), Class: "name"},
			label{X: chartWidth, Y: y + 13, Anchor: "end", Text: r.value})
		for _, p := range r.parts {
			w := chartWidth * float64(p.n) / float64(most)
			if p.n == 0 {
				continue
			}
			c.Bars = append(c.Bars, rect{round(x), y + 19, round(w), barHeight, p.class, fmt.Sprintf("%s: %d %s", name, p.n, p.name)})
			x += w
		}
	}
	return c
}

type barRow struct {
	name, value string
	parts       []part
}

func (r barRow) sum() int {
	n := 0
	for _, p := range r.parts {
		n += p.n
	}
	return n
}

// nameRoom is how many runes of a name fit beside a value, where 56 of them fill the picture on a phone.
func nameRoom(value string) int { return 56 - utf8.RuneCountInString(value) - 2 }

// round keeps a coordinate to a hundredth: pages stay small, and goldens the same on every machine.
func round(v float64) float64 {
	if v < 0 {
		return -round(-v)
	}
	return float64(int64(v*100+0.5)) / 100
}
