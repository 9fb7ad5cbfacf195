package oncall

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"
)

// zoneTable is what a zone's file says of its clocks, read without the standard library's code for zones: RFC 9636, the table of the
// second block and, for the years after it, the rule in the footer (POSIX TZ).
type zoneTable struct {
	name    string
	data    []byte // for the standard library
	at      []int64
	offset  []int // after at[i]
	initial int   // before at[0]
	zone    *time.Location
}

// ahead is how far the clocks are ahead of UTC at a second, in seconds.
func (z *zoneTable) ahead(second int64) int {
	i := sort.Search(len(z.at), func(i int) bool { return z.at[i] > second }) - 1
	if i < 0 {
		return z.initial
	}
	return z.offset[i]
}

// changes are the seconds of some years at which the clocks are changed.
func (z *zoneTable) changes(fromYear, toYear int) []int64 {
	var list []int64
	from, to := civil(fromYear, 1, 1)*86400, civil(toYear, 1, 1)*86400
	for i, at := range z.at {
		before := z.initial
		if i > 0 {
			before = z.offset[i-1]
		}
		if at >= from && at < to && before != z.offset[i] {
			list = append(list, at)
		}
	}
	return list
}

// allZones reads every IANA zone from the file that comes with Go.
func allZones(t testing.TB) []*zoneTable {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("the zones are read from the Go distribution, and there is none here: %v", err)
	}
	pack, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Skipf("the zones are read from the Go distribution, whose file is not here: %v", err)
	}
	defer pack.Close()
	var all []*zoneTable
	for _, f := range pack.File {
		if strings.HasSuffix(f.Name, "/") || f.Name == "Factory" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil || r.Close() != nil {
			t.Fatal(f.Name, err)
		}
		z, err := readZone(f.Name, data)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if z.zone, err = time.LoadLocationFromTZData(f.Name, data); err != nil {
			t.Fatal(err)
		}
		all = append(all, z)
	}
	return all
}

// counts are the numbers in the head of a block: UT indicators, standard indicators, leap seconds, transitions, types, characters.
type counts [6]int

func readCounts(b []byte) (c counts, err error) {
	if len(b) < 44 || string(b[:4]) != "TZif" || b[4] < '2' {
		return c, fmt.Errorf("no file of version 2 or later")
	}
	for i := range c {
		c[i] = int(binary.BigEndian.Uint32(b[20+4*i:]))
	}
	return c, nil
}

func readZone(name string, data []byte) (*zoneTable, error) {
	first, err := readCounts(data)
	if err != nil {
		return nil, err
	}
	b := data[44+first[3]*5+first[4]*6+first[5]+first[2]*8+first[1]+first[0]:]
	n, err := readCounts(b)
	if err != nil {
		return nil, err
	}
	b = b[44:]
	z := &zoneTable{name: name, data: data}
	types := b[n[3]*9:]
	utc := func(i int) int { return int(int32(binary.BigEndian.Uint32(types[6*i:]))) }
	z.initial = utc(0)
	for i := range n[3] {
		z.at = append(z.at, int64(binary.BigEndian.Uint64(b[8*i:])))
		z.offset = append(z.offset, utc(int(b[n[3]*8+i])))
	}
	rest := types[n[4]*6+n[5]+n[2]*12+n[1]+n[0]:]
	rule, _, ok := bytes.Cut(bytes.TrimPrefix(rest, []byte("\n")), []byte("\n"))
	if !ok {
		return nil, fmt.Errorf("no footer")
	}
	return z, z.follow(string(rule))
}

// follow adds the changes of the footer's rule, for those years up to 2040 that the table does not have.
func (z *zoneTable) follow(rule string) error {
	if rule == "" {
		return nil
	}
	p := &posix{s: rule}
	standard := -p.nameAndOffset(0)
	if p.s == "" {
		return p.err
	}
	summer := -p.nameAndOffset(-(standard + 3600))
	begin, end := p.date(), p.date()
	if p.err != nil || p.s != "" {
		return fmt.Errorf("the rule %q was not understood: %v, %q is left", rule, p.err, p.s)
	}
	last, found := int64(-1<<62), len(z.at)
	if found > 0 {
		last = z.at[found-1]
	}
	type change struct {
		at     int64
		offset int
	}
	var list []change
	for year := 1970; year <= 2040; year++ {
		list = append(list, change{begin.in(year) - int64(standard), summer}, change{end.in(year) - int64(summer), standard})
	}
	slices.SortStableFunc(list, func(a, b change) int { return int(min(1, max(-1, a.at-b.at))) })
	for i, c := range list {
		again := i+1 < len(list) && list[i+1].at == c.at // one summer ends where the next begins: it is always summer
		if c.at > last && !again {
			z.at, z.offset = append(z.at, c.at), append(z.offset, c.offset)
		}
	}
	return nil
}

// posix reads a rule from its left end.
type posix struct {
	s   string
	err error
}

func (p *posix) fail() { p.err = fmt.Errorf("not understood at %q", p.s) }

// nameAndOffset reads a zone's name and how far it is behind UTC, in seconds; absent where that is not written.
func (p *posix) nameAndOffset(absent int) int {
	n := strings.IndexFunc(p.s, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') })
	if strings.HasPrefix(p.s, "<") {
		n = strings.Index(p.s, ">") + 1
	}
	if n < 0 {
		n = len(p.s)
	}
	p.s = p.s[n:]
	if p.s == "" || p.s[0] == ',' {
		return absent
	}
	return p.clock()
}

// number reads digits.
func (p *posix) number() int {
	n := strings.IndexFunc(p.s, func(r rune) bool { return r < '0' || r > '9' })
	if n < 0 {
		n = len(p.s)
	}
	v, err := strconv.Atoi(p.s[:n])
	if err != nil {
		p.fail()
	}
	p.s = p.s[n:]
	return v
}

func (p *posix) take(prefix string) bool {
	rest, ok := strings.CutPrefix(p.s, prefix)
	p.s = rest
	return ok
}

// clock reads hh[:mm[:ss]] with an optional sign, in seconds.
func (p *posix) clock() int {
	sign := 1
	if p.take("-") {
		sign = -1
	} else {
		p.take("+")
	}
	seconds := p.number() * 3600
	for _, unit := range []int{60, 1} {
		if p.take(":") {
			seconds += p.number() * unit
		}
	}
	return sign * seconds
}

// ruleDate is a day of each year, with a time.
type ruleDate struct {
	month, week, weekday int // month 0: day is one of the year
	day                  int
	leap                 bool // 29 February counts
	clock                int
}

// date reads ,Mm.w.d or ,Jn or ,n with an optional /time, which is 02:00 unless written.
func (p *posix) date() ruleDate {
	d := ruleDate{clock: 7200}
	if !p.take(",") {
		p.fail()
		return d
	}
	switch {
	case p.take("M"):
		d.month = p.number()
		p.take(".")
		d.week = p.number()
		p.take(".")
		d.weekday = p.number()
	case p.take("J"):
		d.day = p.number() - 1
	default:
		d.day, d.leap = p.number(), true
	}
	if p.take("/") {
		d.clock = p.clock()
	}
	return d
}

// in is the wall time of a year's day, in seconds since 1970 as if it were UTC.
func (d ruleDate) in(year int) int64 {
	if d.month == 0 {
		day := civil(year, 1, 1) + int64(d.day)
		if !d.leap && day >= civil(year, 3, 1)-leapDay(year) {
			day += leapDay(year)
		}
		return day*86400 + int64(d.clock)
	}
	day := civil(year, d.month, 1)
	for (day+4)%7 != int64(d.weekday) { // 1 January 1970 was a Thursday
		day++
	}
	day += int64(7 * (d.week - 1))
	for day >= civil(year+d.month/12, d.month%12+1, 1) {
		day -= 7
	}
	return day*86400 + int64(d.clock)
}

func leapDay(year int) int64 { return civil(year, 3, 1) - civil(year, 2, 29) }

// civil is the number of days from 1 January 1970 to a day of the calendar.
func civil(year, month, day int) int64 {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// What is read here and what the standard library reads from the same bytes is the same, at every change and in every zone.
func TestZonesReadTwice(t *testing.T) {
	zones := allZones(t)
	changes := 0
	for _, z := range zones {
		seconds := []int64{civil(2020, 1, 1) * 86400, civil(2037, 12, 31) * 86400}
		for _, at := range z.changes(2020, 2038) {
			changes++
			seconds = append(seconds, at-1, at, at+1, at+86400*17)
		}
		for _, s := range seconds {
			if _, want := time.Unix(s, 0).In(z.zone).Zone(); z.ahead(s) != want {
				t.Errorf("%s at %v: %d seconds ahead, the standard library says %d", z.name, time.Unix(s, 0).UTC(), z.ahead(s), want)
				break
			}
		}
		if got, want := len(z.changes(2020, 2038)), len(transitions(z.zone, 2020, 2038)); got != want {
			t.Errorf("%s: %d changes in 2020-2037, the standard library has %d", z.name, got, want)
		}
	}
	if len(zones) < 500 || changes < 5000 {
		t.Errorf("%d zones with %d changes cannot be all", len(zones), changes)
	}
	t.Logf("%d zones, %d changes in 2020-2037", len(zones), changes)
}
