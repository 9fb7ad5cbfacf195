package incident

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Likeness says how alike other incidents are to one. It is made once and held against many, so it keeps what it compares.
type Likeness struct {
	of     Facts
	labels map[string]string
	words  []string
}

// Match is how alike two incidents are, and why in words. A Score of 0 is not alike.
type Match struct {
	Score int
	Why   []string
}

// What each thing in common is worth. A service alone makes nothing alike: it takes a label or words as well.
const (
	sameGroup   = 100
	sameRule    = 50
	sameService = 20
	eachLabel   = 8
	labelsMost  = 24
	wordsMost   = 24
	leastAlike  = 28
)

// NewLikeness prepares the comparison with one incident.
func NewLikeness(f *Facts) *Likeness {
	return &Likeness{of: *f, labels: f.Labels, words: titleWords(f.Title)}
}

// Match compares an incident. What is itself, or was merged into the one or from it, is not alike but the same.
func (l *Likeness) Match(f *Facts) Match {
	if f.Number == l.of.Number || f.DuplicateOf != 0 || l.of.DuplicateOf == f.Number {
		return Match{}
	}
	var m Match
	add := func(score int, why string) {
		m.Score += score
		m.Why = append(m.Why, why)
	}
	if f.GroupKey != "" && f.GroupKey == l.of.GroupKey && f.Service == l.of.Service {
		add(sameGroup, "the same group of alerts")
	}
	if f.Rule != "" && f.Rule == l.of.Rule {
		add(sameRule, "the same rule "+f.Rule)
	}
	if f.Service == l.of.Service {
		add(sameService, "the same service "+f.Service)
	}
	if same := l.sharedLabels(f); len(same) > 0 {
		add(min(eachLabel*len(same), labelsMost), "the same labels "+strings.Join(same, ", "))
	}
	if score, same := l.sharedWords(f); score > 0 {
		add(score, "the same words "+strings.Join(same, ", "))
	}
	if m.Score < leastAlike {
		return Match{}
	}
	return m
}

func (l *Likeness) sharedLabels(f *Facts) []string {
	var same []string
	for k, v := range l.labels {
		if is, ok := f.Labels[k]; ok && is == v {
			same = append(same, fmt.Sprintf("%s=%s", k, v))
		}
	}
	slices.Sort(same)
	return same
}

// sharedWords weighs the words that both titles have against all that either has. One word is chance.
func (l *Likeness) sharedWords(f *Facts) (score int, same []string) {
	if len(l.words) < 2 {
		return 0, nil
	}
	other := titleWords(f.Title)
	for _, w := range l.words {
		if slices.Contains(other, w) {
			same = append(same, w)
		}
	}
	if len(same) < 2 {
		return 0, nil
	}
	return wordsMost * len(same) / (len(l.words) + len(other) - len(same)), same
}

// titleWords are the words of a title that may mean something: of three letters or more, each once.
func titleWords(title string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if utf8.RuneCountInString(w) >= 3 && !fillers[w] && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// fillers are words that titles of anything have.
var fillers = map[string]bool{
	"the": true, "and": true, "for": true, "with": true, "from": true, "that": true, "this": true, "are": true, "was": true, "has": true,
	"not": true, "alert": true, "incident": true, "firing": true, "error": true, "errors": true,
}

// Ranked is an incident that is like another one.
type Ranked struct {
	Facts Facts
	Match
}

// Ranking keeps the incidents that are most alike, at most so many.
type Ranking struct {
	most int
	best []Ranked
}

// NewRanking begins a ranking of at most so many.
func NewRanking(most int) *Ranking { return &Ranking{most: most} }

// Add puts an incident in its place, if it has one. It copies the Facts.
func (r *Ranking) Add(f *Facts, m Match) {
	if m.Score == 0 || len(r.best) == r.most && r.best[len(r.best)-1].better(m.Score, f.Number) {
		return
	}
	at, _ := slices.BinarySearchFunc(r.best, Ranked{Facts: *f, Match: m}, func(a, b Ranked) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Facts.Number, a.Facts.Number))
	})
	r.best = slices.Insert(r.best, at, Ranked{Facts: *f, Match: m})
	r.best = r.best[:min(len(r.best), r.most)]
}

// better reports whether this one comes before another of such a score: the newer of two that are alike as much.
func (r *Ranked) better(score int, number int64) bool {
	return r.Score > score || r.Score == score && r.Facts.Number > number
}

// Best returns the most alike first.
func (r *Ranking) Best() []Ranked { return r.best }
