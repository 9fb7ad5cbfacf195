package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Verdict is what checking an audit log came to.
type Verdict struct {
	Acts      int64  // that were read
	Unchained int64  // of these, from before the chain, at the very beginning: nothing vouches for what they say
	Erased    int64  // whose words were erased
	Broken    int64  // Seq of the first act that is missing, changed or erased without a word; 0: none is
	Why       string // what is wrong with it, for a person
	LastSeq   int64  // of the last act
	LastHash  string // of the last act. Who can write the store can also write a new chain, or leave out its end: compare this with a copy kept elsewhere
}

// Whole reports whether nothing was found to be wrong.
func (v *Verdict) Whole() bool { return v.Broken == 0 }

// VerifyActs checks an audit log from its first act on. next gives the acts by Seq, ok being false after the last one; an
// error from it stops and is returned. An act from before the chain is accepted at the beginning alone. An erased act is
// believed only if a later act that fits the chain itself, with VerbErase, names it.
func VerifyActs(next func() (a Act, ok bool, err error)) (Verdict, error) {
	c := checker{erased: map[int64]bool{}}
	for {
		a, ok, err := next()
		if err != nil {
			return c.v, fmt.Errorf("read act %d: %w", c.v.LastSeq+1, err)
		}
		if !ok {
			c.finish()
			return c.v, nil
		}
		c.check(&a)
	}
}

// checker is a check under way. After a fault it goes on from the act at hand, to count and to find who erased what.
type checker struct {
	v      Verdict
	erased map[int64]bool // acts that nobody has yet said to have erased
}

func (c *checker) fault(seq int64, why string) {
	if c.v.Broken == 0 || seq < c.v.Broken {
		c.v.Broken, c.v.Why = seq, why
	}
}

func (c *checker) check(a *Act) {
	prev, begun := c.v.LastHash, c.v.Acts > c.v.Unchained
	c.v.Acts++
	whole := true
	switch {
	case a.Seq > c.v.LastSeq+1:
		c.fault(c.v.LastSeq+1, "it is missing")
		whole = false
	case a.Seq <= c.v.LastSeq:
		c.fault(a.Seq, "it is out of order")
		whole = false
	}
	switch {
	case a.Hash == "" && !begun:
		c.v.Unchained++
		whole = false
	case a.Hash == "":
		c.fault(a.Seq, "its hash is gone")
		whole = false
	case !a.Erased && Chain(prev, *a) != a.Hash:
		c.fault(a.Seq, "it, or what was before it, is not what was written")
		whole = false
	}
	switch {
	case a.Erased:
		c.v.Erased++
		c.erased[a.Seq] = true
	case whole && a.Verb == VerbErase:
		c.name(a)
	}
	c.v.LastSeq, c.v.LastHash = a.Seq, a.Hash
}

// name takes the word of an act for those that it erased.
func (c *checker) name(a *Act) {
	ranges, err := ParseSeqs(a.Data[DataSeqs])
	if err != nil {
		c.fault(a.Seq, err.Error())
		return
	}
	for seq := range c.erased {
		if slices.ContainsFunc(ranges, func(r SeqRange) bool { return r.First <= seq && seq <= r.Last }) {
			delete(c.erased, seq)
		}
	}
}

func (c *checker) finish() {
	for seq := range c.erased {
		c.fault(seq, "it was erased, and no later act says so")
	}
}

// SeqRange is the Seqs of acts from First to Last, both included.
type SeqRange struct{ First, Last int64 }

// FormatSeqs writes Seqs, in any order, as ranges for Data[DataSeqs]: "3-5,9".
func FormatSeqs(seqs []int64) string {
	list := slices.Compact(slices.Sorted(slices.Values(seqs)))
	var b strings.Builder
	for k := 0; k < len(list); {
		end := k
		for end+1 < len(list) && list[end+1] == list[end]+1 {
			end++
		}
		if k > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(list[k], 10))
		if end > k {
			b.WriteString("-" + strconv.FormatInt(list[end], 10))
		}
		k = end + 1
	}
	return b.String()
}

// ParseSeqs reads what FormatSeqs has written. Seqs are above 0; no text is no range.
func ParseSeqs(text string) ([]SeqRange, error) {
	if text == "" {
		return nil, nil
	}
	var all []SeqRange
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		a, err1 := strconv.ParseInt(first, 10, 64)
		b, err2 := strconv.ParseInt(last, 10, 64)
		if err1 != nil || err2 != nil || a < 1 || b < a {
			return nil, fmt.Errorf("%q names no acts: want numbers and ranges, such as 3-5,9", text)
		}
		all = append(all, SeqRange{a, b})
	}
	return all, nil
}
