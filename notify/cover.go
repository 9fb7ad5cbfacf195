package notify

// cover reads "cover sat 09:00-18:00 bo": the sender's own hours then are another's. Who takes them, on which schedule and why
// comes last, and is for who knows the people to read: Text.
func (p *parser) cover(i int) (Command, error) {
	if p.no {
		return refuse(hintNo)
	}
	for _, skip := range []string{"me", "my", "mine"} {
		if p.wordAt(i) == skip {
			i++
		}
	}
	hours, next, h := p.hours(i)
	switch {
	case h != "":
		return refuse(h)
	case hours == (Hours{}):
		return refuse(hintCover)
	}
	if w := p.wordAt(next); w == "by" || w == "to" || w == "with" {
		next++
	}
	p.dropCourtesies(next)
	if p.asksFrom(0) {
		return refuse(hintQuestion)
	}
	return Command{Verb: Cover, Hours: hours, Text: p.text(next)}, nil
}

// nameWords is how many words a name has at most.
const nameWords = 4

// swap reads "swap sat bo sun" and "swap with bo": the sender's hours for another's. Without times each gives the next shift.
func (p *parser) swap(i int) (Command, error) {
	if p.no {
		return refuse(hintNo)
	}
	if p.wordAt(i) == "my" {
		i++
	}
	mine, next, h := p.hours(i)
	if h != "" {
		return refuse(h)
	}
	with := p.wordAt(next) == "with"
	if with {
		next++
	}
	p.dropCourtesies(next)
	if p.asksFrom(0) {
		return refuse(hintQuestion)
	}
	c := Command{Verb: Swap, Hours: mine}
	if mine == (Hours{}) {
		c.Hours.Day, c.Theirs.Day = dayShift, dayShift
		if c.User = name(p.text(next)); c.User == "" || !with {
			return refuse(hintSwap)
		}
		return c, nil
	}
	for j := next + 1; j <= min(next+nameWords, len(p.words)-1); j++ {
		from := j
		if p.wordAt(j) == "for" {
			from++
		}
		theirs, end, h := p.hours(from)
		if h != "" || theirs == (Hours{}) || theirs.Length > 0 || end != len(p.words) {
			continue
		}
		c.Theirs, c.User = theirs, name(p.body[p.words[next].from:p.words[j].from])
		if c.User != "" {
			return c, nil
		}
	}
	return refuse(hintSwap)
}

// decline reads "decline 7" or "no ov-7": a shift that somebody gave this person is not taken.
func (p *parser) decline(i int) (Command, error) {
	p.dropCourtesies(i)
	switch {
	case p.asksFrom(0):
		return refuse(hintQuestion)
	case i == len(p.words):
		return Command{Verb: Decline, Newest: true}, nil
	}
	n, ok := coverNumber(p.wordAt(i))
	if !ok || i+1 != len(p.words) {
		return refuse(hintDecline)
	}
	return Command{Verb: Decline, Number: n}, nil
}

// coverNumber reads 7, ov7 and ov-7.
func coverNumber(s string) (int64, bool) {
	m := coverWord.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	var n int64
	for _, d := range m[2] {
		n = n*10 + int64(d-'0') // nine digits at most
	}
	return n, n > 0
}

// refusesCover reads "no ov-7", where the word behind no is a cover's number and cannot be an incident's.
func (p *parser) refusesCover() bool {
	if len(p.words) < 2 || p.words[0].clean != "no" {
		return false
	}
	m := coverWord.FindStringSubmatch(p.words[1].clean)
	return m != nil && m[1] != ""
}

// dropCourtesies forgets the courtesies at the end, from word i on.
func (p *parser) dropCourtesies(i int) {
	for n := len(p.words); n > i && courtesies[p.words[n-1].clean]; n-- {
		p.body, p.words = p.body[:p.words[n-1].from], p.words[:n-1]
	}
}
