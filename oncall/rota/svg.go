package rota

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Picture says how a picture is made.
type Picture struct {
	Inline bool // for a page that has the styles of CSS itself; else they are in the picture, for light and for dark
}

// Sizes in a picture, in pixels of the picture.
const (
	wide   = 1120
	margin = 20
	gutter = 124 // names of lanes
	header = 30  // of a week: its days
	thin   = 22  // a lane of a layer or of overrides
	thick  = 38  // the lane of who is on call
	apart  = 26  // between weeks
)

// CSS are the styles of pictures. Colours of people lie behind white text, so they are the same in light and dark.
const CSS = `.rota text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-size:13px;fill:var(--rt)}
.rota{--rb:#fff;--rt:#14191f;--rs:#55616e;--rl:#d8dee6;--rf:#eef1f5;--rr:#b0211a;--ra:#7d5200}
@media (prefers-color-scheme:dark){.rota{--rb:#0d1117;--rt:#e9eef4;--rs:#a3b0be;--rl:#2b3541;--rf:#1b232d;--rr:#ff8a80;--ra:#f4bf5f}}
.rota .bg{fill:var(--rb)}.rota .free{fill:var(--rf)}.rota .line{stroke:var(--rl);fill:none}.rota .soft{fill:var(--rs)}.rota .head{font-size:19px;font-weight:680}
.rota .b{fill:#fff;font-weight:600}.rota .small{font-size:11.5px}.rota .today{fill:var(--ra);font-weight:680}.rota .strong{font-weight:650}
.rota .now{stroke:var(--rt);stroke-width:2;opacity:.8}.rota .clock{stroke:var(--ra);stroke-width:1.5;stroke-dasharray:3 3}.rota .clocktext{fill:var(--ra);font-size:11.5px;font-weight:600}
.rota .hole{fill:url(#rota-gap);stroke:var(--rr);stroke-dasharray:4 3}.rota .hatch{stroke:var(--rr);stroke-width:2;opacity:.5}.rota .none{fill:var(--rr);font-weight:650}
.rota .over{fill:url(#rota-over)}.rota .stripe{stroke:#fff;stroke-width:5;opacity:.2}.rota .away{fill:none;stroke:#f4bf5f;stroke-width:3;stroke-dasharray:5 3}
.rota .c0{fill:#2463c4}.rota .c1{fill:#8a4b08}.rota .c2{fill:#1d7446}.rota .c3{fill:#8438b5}.rota .c4{fill:#a12e4e}.rota .c5{fill:#0f6f7c}.rota .c6{fill:#5b5bd0}.rota .c7{fill:#5f6b18}
`

// SVG draws the rota as a picture: weeks beneath one another, text as text, gaps hatched, the changes of the clocks marked, a legend.
// Whatever people wrote is escaped. Each shift says on its own, as its title, who it is and from when to when.
func (v *Rota) SVG(p Picture) []byte {
	d := &drawing{v: v, zone: v.Location(), y: margin}
	d.title(!p.Inline)
	for _, w := range v.weeks() {
		d.week(w)
	}
	d.legend()
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" class="rota" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		wide, d.y, wide, d.y, attribute(d.words()))
	fmt.Fprintf(&out, "<title>%s</title>\n", attribute(d.words()))
	if !p.Inline {
		fmt.Fprintf(&out, "<style>\n%s</style>\n", CSS)
	}
	out.WriteString(`<defs><pattern id="rota-gap" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="4" y1="0" x2="4" y2="8"/></pattern>` +
		`<pattern id="rota-over" width="12" height="12" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="stripe" x1="3" y1="0" x2="3" y2="12"/></pattern></defs>` + "\n")
	if !p.Inline {
		fmt.Fprintf(&out, `<rect class="bg" width="%d" height="%d"/>`+"\n", wide, d.y)
	}
	out.Write(d.b.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes()
}

// drawing is a picture under way; y is where the next thing goes.
type drawing struct {
	v    *Rota
	zone *time.Location
	b    bytes.Buffer
	y    int
}

// words are the picture in one sentence, for who does not see it.
func (d *drawing) words() string {
	last := d.v.To.Add(-time.Second).In(d.zone)
	s := fmt.Sprintf("Who is on call on %s from %s to %s", d.v.Schedule, d.v.From.In(d.zone).Format("2 Jan 2006"), last.Format("2 Jan 2006"))
	if n := len(d.v.Gaps); n > 0 {
		s += fmt.Sprintf(", with %d gaps", n)
	}
	return s
}

// attribute escapes a text for any place of the picture, and drops what XML cannot have.
func attribute(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s))
}

func (d *drawing) text(class string, x float64, y int, s string) {
	fmt.Fprintf(&d.b, `<text class="%s" x="%.1f" y="%d">%s</text>`+"\n", class, x, y, attribute(s))
}

// title writes which days these are, and above it of which schedule where nothing around the picture says so.
func (d *drawing) title(named bool) {
	last := d.v.To.Add(-time.Second).In(d.zone)
	if named {
		d.text("head", margin, d.y+18, d.v.Schedule)
	} else {
		d.y -= 26
	}
	about := d.v.From.In(d.zone).Format("Mon 2 Jan 2006") + " to " + last.Format("Mon 2 Jan 2006") + " · " + d.v.Zone
	if d.v.Team != "" {
		about += " · team " + d.v.Team
	}
	d.text("soft", margin, d.y+40, about)
	d.y += 62
}

// dayWidth is the width of one day.
const dayWidth = (wide - 2*margin - gutter) / 7.0

// x is where an instant is in a week. Each day has the same width, whatever its length.
func (w week) x(t time.Time) float64 {
	at := float64(margin + gutter)
	for _, d := range w.days {
		if t.Before(d.to) {
			return at + dayWidth*max(0, t.Sub(d.from).Seconds())/d.to.Sub(d.from).Seconds()
		}
		at += dayWidth
	}
	return at
}

func (d *drawing) week(w week) {
	top := d.y
	lanes := d.v.within(w)
	bottom := top + header
	for _, l := range lanes {
		bottom += laneHeight(l.Kind)
	}
	d.days(w, top, bottom)
	y := top + header
	for _, l := range lanes {
		class := "soft small"
		if l.Kind == Final {
			class = "strong"
		}
		d.text(class, margin, y+laneHeight(l.Kind)/2+4, fit(l.Name, 19))
		d.lane(w, l, y)
		y += laneHeight(l.Kind)
	}
	if now := d.v.Now; !now.IsZero() && !now.Before(w.days[0].from) && now.Before(w.end()) {
		fmt.Fprintf(&d.b, `<line class="now" x1="%.1f" y1="%d" x2="%.1f" y2="%d"><title>now, %s</title></line>`+"\n", w.x(now), top+header-6, w.x(now), bottom, now.In(d.zone).Format("Mon 2 Jan 15:04"))
	}
	d.y = bottom + apart
}

func laneHeight(k Kind) int {
	if k == Final {
		return thick + 4
	}
	return thin + 4
}

// days draws what lies behind the lanes: the days, the changes of the clocks.
func (d *drawing) days(w week, top, bottom int) {
	for _, x := range w.days {
		at := w.x(x.from)
		if x.free() {
			fmt.Fprintf(&d.b, `<rect class="free" x="%.1f" y="%d" width="%.1f" height="%d"/>`+"\n", at, top+header-4, dayWidth, bottom-top-header+4)
		}
		fmt.Fprintf(&d.b, `<line class="line" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`+"\n", at, top+6, at, bottom)
		class := "soft"
		if x.today {
			class = "today"
		}
		d.text(class, at+6, top+20, fmt.Sprintf("%s %d %s", x.date.Weekday().String()[:3], x.date.Day, x.date.Month.String()[:3]))
		for _, c := range x.changes {
			way := "+"
			if c.Minutes < 0 {
				way = "−"
			}
			fmt.Fprintf(&d.b, `<line class="clock" x1="%.1f" y1="%d" x2="%.1f" y2="%d"><title>%s</title></line>`+"\n", w.x(c.At), top+header-4, w.x(c.At), bottom, attribute(ClockWords(c, d.zone)))
			fmt.Fprintf(&d.b, `<text class="clocktext" text-anchor="end" x="%.1f" y="%d">%s%s</text>`+"\n", at+dayWidth-6, top+20, way, hours(c.Minutes))
		}
	}
}

// ClockWords says a change of the clocks in a sentence, on the clock of a zone.
func ClockWords(c Change, zone *time.Location) string {
	way := "forward"
	if c.Minutes < 0 {
		way = "back"
	}
	return fmt.Sprintf("The clocks go %s by %s, to %s", way, hours(c.Minutes), c.At.In(zone).Format("Mon 2 Jan, 15:04 MST"))
}

// hours writes minutes without sign: 1h, 30m.
func hours(minutes int) string {
	minutes = max(minutes, -minutes)
	if minutes%60 == 0 {
		return fmt.Sprintf("%dh", minutes/60)
	}
	return fmt.Sprintf("%dm", minutes)
}

// lane draws one lane of a week.
func (d *drawing) lane(w week, l *Lane, y int) {
	height := laneHeight(l.Kind) - 4
	from, to := w.days[0].from, w.end()
	for i := range l.Bars {
		if b := &l.Bars[i]; overlap(b.From, b.To, from, to) > 0 {
			d.bar(w, b, y, height)
		}
	}
	if l.Kind != Final {
		return
	}
	for _, g := range d.v.Gaps {
		if overlap(g.From, g.To, from, to) == 0 {
			continue
		}
		x, width := room(w, g.From, g.To)
		fmt.Fprintf(&d.b, `<g><title>Nobody is on call, %s</title><rect class="hole" x="%.1f" y="%d" width="%.1f" height="%d" rx="5"/>`, d.span(g.From, g.To), x, y, width, height)
		if width > 56 {
			fmt.Fprintf(&d.b, `<text class="none" x="%.1f" y="%d">nobody</text>`, x+8, y+height/2+5)
		}
		d.b.WriteString("</g>\n")
	}
}

// room is where a stretch is drawn in a week: never too narrow to be seen.
func room(w week, from, to time.Time) (x, width float64) {
	x = w.x(from) + 1
	return x, max(3, w.x(to)-x-1)
}

func (d *drawing) span(from, to time.Time) string {
	const form = "Mon 2 Jan 15:04"
	return from.In(d.zone).Format(form) + " to " + to.In(d.zone).Format(form)
}

// bar draws one shift.
func (d *drawing) bar(w week, b *Bar, y, height int) {
	p := d.v.person(b.User)
	x, width := room(w, b.From, b.To)
	tip := p.Name + ", " + d.span(b.From, b.To)
	if b.Why != "" {
		tip += " (override: " + b.Why
		if b.By != "" {
			tip += ", by " + b.By
		}
		tip += ")"
	}
	if b.Away {
		tip += ", on leave for some of it"
	}
	fmt.Fprintf(&d.b, `<g><title>%s</title><rect class="c%d" x="%.1f" y="%d" width="%.1f" height="%d" rx="5"/>`, attribute(tip), p.Colour, x, y, width, height)
	if b.Why != "" {
		fmt.Fprintf(&d.b, `<rect class="over" x="%.1f" y="%d" width="%.1f" height="%d" rx="5"/>`, x, y, width, height)
	}
	if b.Away {
		fmt.Fprintf(&d.b, `<rect class="away" x="%.1f" y="%d" width="%.1f" height="%d" rx="4"/>`, x+1.5, y+1, max(1, width-3), height-2)
	}
	class, size := "b", 7.6
	if height < thick {
		class, size = "b small", 6.8
	}
	if name := p.fitting(int((width - 12) / size)); name != "" {
		fmt.Fprintf(&d.b, `<text class="%s" x="%.1f" y="%d">%s</text>`, class, x+7, y+height/2+5, attribute(name))
	}
	d.b.WriteString("</g>\n")
}

// fitting is as much of a person's name as n characters hold: the name, the id, the initials, or nothing.
func (p Person) fitting(n int) string {
	var initials []rune
	for _, word := range strings.Fields(p.Name) {
		r, _ := utf8.DecodeRuneInString(word)
		initials = append(initials, unicode.ToUpper(r))
	}
	first, _, _ := strings.Cut(p.Name, " ")
	for _, s := range []string{p.Name, first, p.ID, string(initials[:min(2, len(initials))])} {
		if s != "" && utf8.RuneCountInString(s) <= n {
			return s
		}
	}
	return ""
}

// legend says what the colours and signs mean.
func (d *drawing) legend() {
	x := float64(margin)
	entry := func(draw, words string) {
		width := 30 + 7.4*float64(utf8.RuneCountInString(words))
		if x+width > wide-margin && x > margin {
			x, d.y = margin, d.y+26
		}
		fmt.Fprintf(&d.b, `<g transform="translate(%.1f %d)">%s</g>`+"\n", x, d.y, draw)
		d.text("", x+22, d.y+12, words)
		x += width + 8
	}
	const box = `<rect class="%s" width="16" height="16" rx="4"/>`
	for _, p := range d.v.People {
		entry(fmt.Sprintf(box, fmt.Sprintf("c%d", p.Colour)), p.Name)
	}
	if len(d.v.Gaps) > 0 {
		entry(fmt.Sprintf(box, "hole"), "nobody is on call")
	}
	if len(d.v.Changes) > 0 {
		entry(`<line class="clock" x1="8" y1="0" x2="8" y2="16"/>`, "the clocks are changed")
	}
	overridden, away := false, false
	for _, l := range d.v.Lanes {
		for _, b := range l.Bars {
			overridden, away = overridden || b.Why != "", away || b.Away
		}
	}
	if overridden {
		entry(fmt.Sprintf(box, "c0")+fmt.Sprintf(box, "over"), "override")
	}
	if away {
		entry(fmt.Sprintf(box, "c0")+`<rect class="away" x="1.5" y="1.5" width="13" height="13" rx="3"/>`, "on leave")
	}
	d.y += 16 + margin
}
