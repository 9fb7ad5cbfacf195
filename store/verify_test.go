package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/incident"
)

// logOf is an audit log with one act of each verb; "erase 2,5" erases those and says so, and "old" is of before the chain.
func logOf(verbs ...string) []Act {
	var log []Act
	prev := ""
	for k, v := range verbs {
		a := Act{Seq: int64(k + 1), At: time.Unix(int64(k), 0).UTC(), By: incident.Actor{Kind: incident.ByUser, Name: "ana"}, Verb: v, What: "primary", Data: map[string]string{"a": "b"}}
		if seqs, ok := strings.CutPrefix(v, "erase "); ok {
			a.Verb, a.Data = VerbErase, map[string]string{DataSeqs: seqs}
			ranges, err := ParseSeqs(seqs)
			for i := range log {
				if err == nil && slices.ContainsFunc(ranges, func(r SeqRange) bool { return r.First <= log[i].Seq && log[i].Seq <= r.Last }) {
					log[i].By.Name, log[i].What, log[i].Data, log[i].Erased = "", "erased", nil, true
				}
			}
		}
		if v != "old" {
			a.Hash = Chain(prev, a)
		}
		prev = a.Hash
		log = append(log, a)
	}
	return log
}

func verify(t interface{ Fatalf(string, ...any) }, log []Act) Verdict {
	v, err := VerifyActs(func() (a Act, ok bool, err error) {
		if len(log) == 0 {
			return a, false, nil
		}
		a, log = log[0], log[1:]
		return a, true, nil
	})
	if err != nil {
		t.Fatalf("VerifyActs: %v", err)
	}
	return v
}

// TestChainIsForEver: a hash that changes would break every audit log there is.
func TestChainIsForEver(t *testing.T) {
	a := Act{Seq: 7, At: time.Date(2026, 11, 23, 12, 0, 0, 123456000, time.UTC), By: incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "web"},
		Verb: "override.add", What: "primary", Incident: 42, Data: map[string]string{"b": "2", "a": "1"}, Hash: "ignored", Erased: true}
	const want = "573b24ff31b8041e41cdddaaf520108c53d6ce68d36d5e5b6c18c44e17a2ad8d"
	if got := Chain("00ff", a); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestChainTellsApart changes one thing after the other: each must change the hash.
func TestChainTellsApart(t *testing.T) {
	base := Act{Seq: 1, At: time.Unix(1, 0), By: incident.Actor{Kind: "k", Name: "n", Channel: "c"}, Verb: "v", What: "w", Incident: 1, Data: map[string]string{"a": "bc"}}
	seen := map[string]string{Chain("", base): "nothing", Chain("p", base): "prev"}
	for name, change := range map[string]func(a *Act){
		"seq": func(a *Act) { a.Seq = 2 }, "at": func(a *Act) { a.At = a.At.Add(time.Microsecond) }, "kind": func(a *Act) { a.By.Kind = "kn" },
		"name": func(a *Act) { a.By.Name = "" }, "channel": func(a *Act) { a.By.Channel = "cv" }, "verb": func(a *Act) { a.Verb = "vw" },
		"what": func(a *Act) { a.What = "" }, "shifted": func(a *Act) { a.Verb, a.What = "", "vw" }, "incident": func(a *Act) { a.Incident = 0 },
		"value": func(a *Act) { a.Data = map[string]string{"a": "b"} }, "key": func(a *Act) { a.Data = map[string]string{"ab": "c"} },
		"no data": func(a *Act) { a.Data = nil }, "more data": func(a *Act) { a.Data = map[string]string{"a": "bc", "": ""} },
	} {
		a := base
		change(&a)
		h := Chain("", a)
		if other, ok := seen[h]; ok {
			t.Errorf("%s gives the same hash as %s", name, other)
		}
		seen[h] = name
	}
	same := base
	same.At, same.Hash, same.Erased = base.At.Add(999).In(time.FixedZone("east", 3600)), "x", true
	if Chain("", same) != Chain("", base) {
		t.Error("the zone, parts of a microsecond, Hash or Erased change the hash")
	}
}

func TestVerifyActs(t *testing.T) {
	for _, c := range []struct {
		name   string
		log    []Act
		harm   func(log []Act) []Act
		broken int64
		want   Verdict // its counts
	}{
		{name: "empty"},
		{name: "whole", log: logOf("a", "b", "c"), want: Verdict{Acts: 3}},
		{name: "old ones first", log: logOf("old", "old", "a", "b"), want: Verdict{Acts: 4, Unchained: 2}},
		{name: "only old ones", log: logOf("old", "old"), want: Verdict{Acts: 2, Unchained: 2}},
		{name: "erased", log: logOf("a", "b", "c", "erase 1-2", "d"), want: Verdict{Acts: 5, Erased: 2}},
		{name: "an old one erased", log: logOf("old", "a", "erase 1"), want: Verdict{Acts: 3, Unchained: 1, Erased: 1}},
		{name: "erased twice", log: logOf("a", "erase 1", "erase 1"), want: Verdict{Acts: 3, Erased: 1}},
		{name: "an old one in the middle", log: logOf("a", "old", "b"), broken: 2, want: Verdict{Acts: 3}},
		{name: "changed", log: logOf("a", "b", "c"), harm: func(l []Act) []Act { l[1].What = "x"; return l }, broken: 2, want: Verdict{Acts: 3}},
		{name: "the first changed", log: logOf("a", "b"), harm: func(l []Act) []Act { l[0].By.Name = "bo"; return l }, broken: 1, want: Verdict{Acts: 2}},
		{name: "another hash", log: logOf("a", "b", "c"), harm: func(l []Act) []Act { l[1].Hash = l[0].Hash; return l }, broken: 2, want: Verdict{Acts: 3}},
		{name: "hash taken away", log: logOf("a", "b", "c"), harm: func(l []Act) []Act { l[1].Hash = ""; return l }, broken: 2, want: Verdict{Acts: 3}},
		{name: "one missing", log: logOf("a", "b", "c"), harm: func(l []Act) []Act { return slices.Delete(l, 1, 2) }, broken: 2, want: Verdict{Acts: 2}},
		{name: "the first missing", log: logOf("a", "b", "c"), harm: func(l []Act) []Act { return l[1:] }, broken: 1, want: Verdict{Acts: 2}},
		{name: "one twice", log: logOf("a", "b"), harm: func(l []Act) []Act { return []Act{l[0], l[0], l[1]} }, broken: 1, want: Verdict{Acts: 3}},
		{name: "erased without a word", log: logOf("a", "b", "c"), harm: func(l []Act) []Act { l[1].Erased = true; return l }, broken: 2, want: Verdict{Acts: 3, Erased: 1}},
		{name: "another one erased", log: logOf("a", "b", "erase 2"), harm: func(l []Act) []Act { l[0].Erased = true; return l }, broken: 1, want: Verdict{Acts: 3, Erased: 2}},
		{name: "erased after the word", log: logOf("a", "erase 3", "c"), harm: func(l []Act) []Act { l[2].Erased = true; return l }, broken: 3, want: Verdict{Acts: 3, Erased: 1}},
		{name: "a word that is made up", log: logOf("a", "b", "c"), harm: func(l []Act) []Act {
			l[0].Erased = true
			l[2].Verb, l[2].Data = VerbErase, map[string]string{DataSeqs: "1"}
			return l
		}, broken: 1, want: Verdict{Acts: 3, Erased: 1}},
		{name: "a word that was erased itself", log: logOf("a", "erase 1", "erase 2"), broken: 1, want: Verdict{Acts: 3, Erased: 2}},
		{name: "a hash changed under an erased one", log: logOf("a", "b", "c", "erase 2"), harm: func(l []Act) []Act { l[1].Hash = l[0].Hash; return l }, broken: 3, want: Verdict{Acts: 4, Erased: 1}},
		{name: "a word that says nothing", log: logOf("a", "erase x"), broken: 2, want: Verdict{Acts: 2}},
	} {
		log := c.log
		if c.harm != nil {
			log = c.harm(log)
		}
		v := verify(t, log)
		if v.Broken != c.broken || v.Whole() != (c.broken == 0) || (v.Why == "") != (c.broken == 0) {
			t.Errorf("%s: broken at %d (%s), want %d", c.name, v.Broken, v.Why, c.broken)
		}
		got := Verdict{Acts: v.Acts, Unchained: v.Unchained, Erased: v.Erased}
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
		if n := len(log); n > 0 && (v.LastHash != log[n-1].Hash || v.LastSeq != log[n-1].Seq) {
			t.Errorf("%s: the last act is told as %d, %s", c.name, v.LastSeq, v.LastHash)
		}
	}
}

func TestVerifyStopsWithItsReader(t *testing.T) {
	broken := errors.New("wanted by the test")
	if _, err := VerifyActs(func() (Act, bool, error) { return Act{}, false, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

// TestAnyHarmIsFound changes, removes or swaps one act of a log.
func TestAnyHarmIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := logOf("a", "b", "c", "d", "erase 2", "e")
		k := rapid.IntRange(0, len(log)-2).Draw(t, "act") // of the end somebody else must know
		switch rapid.IntRange(0, 3).Draw(t, "harm") {
		case 0:
			if log[k].Erased {
				return // its words may be anything
			}
			log[k].What += "x"
		case 1:
			log = slices.Delete(log, k, k+1)
		case 2:
			log[k], log[k+1] = log[k+1], log[k]
		case 3:
			log[k].Hash = strings.Repeat("0", 64)
		}
		if v := verify(t, log); v.Whole() {
			t.Fatal("nothing was found")
		}
	})
}

func TestSeqs(t *testing.T) {
	for _, c := range []struct {
		seqs []int64
		text string
	}{{nil, ""}, {[]int64{9}, "9"}, {[]int64{5, 3, 4, 9}, "3-5,9"}, {[]int64{1, 2, 2, 1}, "1-2"}, {[]int64{1, 3, 5}, "1,3,5"}} {
		if got := FormatSeqs(c.seqs); got != c.text {
			t.Errorf("FormatSeqs(%v): got %q, want %q", c.seqs, got, c.text)
		}
	}
	for _, text := range []string{"0", "-1", "1-", "-", "2-1", "1,,2", "1 ,2", "a", "1-2-3", "99999999999999999999"} {
		if got, err := ParseSeqs(text); err == nil {
			t.Errorf("ParseSeqs(%q): got %v, want an error", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		seqs := rapid.SliceOf(rapid.Int64Range(1, 30)).Draw(t, "seqs")
		ranges, err := ParseSeqs(FormatSeqs(seqs))
		if err != nil {
			t.Fatal(err)
		}
		for n := range int64(32) {
			in := slices.ContainsFunc(ranges, func(r SeqRange) bool { return r.First <= n && n <= r.Last })
			if in != slices.Contains(seqs, n) {
				t.Fatalf("%d of %v: in %v is %t", n, seqs, ranges, in)
			}
		}
	})
}

// FuzzParseSeqs reads anything: an error or ranges in which Last is not before First.
func FuzzParseSeqs(f *testing.F) {
	for _, text := range []string{"", "1", "3-5,9", "0", "1-", ",", "9223372036854775807"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ranges, err := ParseSeqs(text)
		for _, r := range ranges {
			if err != nil || r.First < 1 || r.Last < r.First {
				t.Errorf("got %v with error %v", ranges, err)
			}
		}
	})
}
