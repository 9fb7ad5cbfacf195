package notify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rouse/rouse/alert"
)

// BundleText renders the SMS that stands for several incidents:
//
//	B7: 5 incidents, worst P1 critical: checkout, database
//	42 HighErrorRate eu-1; 43 DiskFull db1; +3 more
//	Reply B7 to ack all
//	https://rouse.example.com/b/7
//
// It takes one or two segments. Titles are cut and left out before anything else, and where they all begin alike it is there that
// they are cut: "Alert number...on db-7". Each that is shown has its own number, which works as a code of its own.
func BundleText(code string, vs []View, url string) string {
	head := bundleHead(oneLine(code), vs)
	few := reducedViews(vs)
	fewHead := bundleHead(oneLine(code), few)
	hint := "Reply " + oneLine(code) + " to ack all"
	text := ""
	for _, address := range []string{oneLine(url), ""} {
		for shown := min(len(vs), 5); shown >= 0; shown-- {
			for _, width := range []int{60, 40, 24} {
				text = plainer(joinLines(head, titles(vs, shown, width), hint, address), joinLines(fewHead, titles(few, shown, width), hint, address))
				if fits(text) && (shown > 0 || address == "" || len(vs) == 0) {
					return text
				}
			}
		}
	}
	return text
}

// reducedViews are the same incidents with what others wrote reduced.
func reducedViews(vs []View) []View {
	few := slices.Clone(vs)
	for k := range few {
		few[k].Title, few[k].Service = reduce(oneLine(few[k].Title)), reduce(oneLine(few[k].Service))
	}
	return few
}

func bundleHead(code string, vs []View) string {
	head := code + ": " + plural(len(vs), "incident")
	if w := worst(vs); w != "" {
		head += ", worst " + w
	}
	if s := services(vs); s != "" {
		head += ": " + s
	}
	for _, v := range vs {
		if v.Test {
			return "TEST " + head
		}
	}
	return head
}

// worst names the worst priority and severity of a bundle: "P1 critical". Security incidents count, and stand among the
// services as such.
func worst(vs []View) string {
	priority, severity := "", alert.Unknown
	for _, v := range vs {
		if p := cut(oneLine(v.Priority), 4, "…"); p != "" && (priority == "" || p < priority) {
			priority = p
		}
		severity = alert.Worst(severity, alert.ParseSeverity(v.Severity))
	}
	return strings.TrimSpace(priority + " " + string(severity))
}

// services names up to three services of a bundle, in order, and counts the others.
func services(vs []View) string {
	var names []string
	seen := map[string]bool{}
	for _, v := range vs {
		s := shownService(v)
		if v.Neutral {
			s = "security" // else the worst of all would seem to be of the others' services
		}
		if s != "" && !seen[s] {
			seen[s] = true
			names = append(names, cut(s, 16, "…"))
		}
	}
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("+%d", len(names)-3))
	}
	return strings.Join(names, ", ")
}

// titles lists the first shown incidents of a bundle and counts the others.
func titles(vs []View, shown, width int) string {
	var all, out []string
	for _, v := range vs[:shown] {
		all = append(all, shownTitle(v))
	}
	alike := common(all)
	for k, v := range vs[:shown] {
		out = append(out, strconv.FormatInt(v.Number, 10)+" "+cutAlike(all[k], alike, width))
	}
	if rest := len(vs) - shown; rest > 0 && shown > 0 {
		out = append(out, fmt.Sprintf("+%d more", rest))
	}
	return strings.Join(out, "; ")
}

// common is how many characters all titles begin with alike, in whole words; 0 of one.
func common(all []string) int {
	if len(all) < 2 {
		return 0
	}
	first := []rune(all[0])
	n := len(first)
	for _, t := range all[1:] {
		rs := []rune(t)
		n = min(n, len(rs))
		for k := range n {
			if rs[k] != first[k] {
				n = k
				break
			}
		}
	}
	for n > 0 && first[n-1] != ' ' {
		n--
	}
	return n
}

// leastAlike is how much of the common beginning of titles is shown at least, in characters.
const leastAlike = 6

// cutAlike shortens a title to width characters where it is like others for so many: that gives way before what tells them apart.
func cutAlike(title string, alike, width int) string {
	rs := []rune(title)
	if len(rs) <= width || alike <= leastAlike {
		return cut(title, width, "…")
	}
	rest := cut(string(rs[alike:]), width-leastAlike-1, "…")
	begin := strings.TrimSuffix(cut(string(rs[:alike]), max(width-utf8.RuneCountInString(rest), leastAlike+1), "…"), "…")
	return strings.TrimRight(begin, " ") + "…" + rest
}

func joinLines(all ...string) string {
	var out []string
	for _, l := range all {
		if l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}
