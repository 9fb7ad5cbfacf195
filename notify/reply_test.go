package notify

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseReply(t *testing.T) {
	h := time.Hour
	ack := func(n int64) Command { return Command{Verb: Ack, Number: n} }
	tests := []struct {
		in   string
		want Command
	}{
		// The table of paging.md, row by row.
		{"42", ack(42)}, {"a 42", ack(42)}, {"ack 42", ack(42)}, {"42a", ack(42)},
		{"ack", Command{Verb: Ack, Newest: true}}, {"ack all", Command{Verb: Ack, All: true}},
		{"ack 42 2h", Command{Verb: Ack, Number: 42, For: 2 * h}},
		{"ack 42 morning", Command{Verb: Ack, Number: 42, Until: "morning"}},
		{"42r", Command{Verb: Resolve, Number: 42}},
		{"r 42 restarted pod", Command{Verb: Resolve, Number: 42, Text: "restarted pod"}},
		{"42e", Command{Verb: Escalate, Number: 42}}, {"e 42", Command{Verb: Escalate, Number: 42}},
		{"give 42 bo", Command{Verb: Give, Number: 42, User: "bo"}},
		{"n 42 text", Command{Verb: Note, Number: 42, Text: "text"}},
		{"hold 42 2h vendor", Command{Verb: Hold, Number: 42, For: 2 * h, Text: "vendor"}},
		{"u 42 rolling back", Command{Verb: Update, Number: 42, Text: "rolling back"}},
		{"42 update Rolled back, watching.", Command{Verb: Update, Number: 42, Text: "Rolled back, watching."}},
		{"resume 42", Command{Verb: Resume, Number: 42}}, {"report checkout: cannot pay by card!", Command{Verb: Report, Service: "checkout", Text: "checkout: cannot pay by card!"}},
		{"Report Mail is slow", Command{Verb: Report, Service: "Mail", Text: "Mail is slow"}},
		{"42?", Command{Verb: AskStatus, Number: 42}}, {"42 ❓", Command{Verb: AskStatus, Number: 42}}, {"42❔", Command{Verb: AskStatus, Number: 42}}, {"list", Command{Verb: List}}, {"who", Command{Verb: Who}},
		{"who checkout", Command{Verb: Who, Service: "checkout"}}, {"?", Command{Verb: AskHelp}},

		// Case, spaces, quotes, punctuation.
		{"ACK 42", ack(42)}, {"  Ack   42  ", ack(42)}, {"Ack 42.", ack(42)}, {`"42"`, ack(42)}, {"'ack 42'", ack(42)},
		{"\u201c42\u201d", ack(42)}, {"\u2018ack 42\u2019!", ack(42)}, {"«42»", ack(42)}, {"(42)", ack(42)}, {"*42*", ack(42)},
		{"42!", ack(42)}, {"42,", ack(42)}, {"- 42", ack(42)}, {"ack: 42", ack(42)}, {"ack\n42", ack(42)}, {"ack\u00a042", ack(42)},
		{"\u3000ack\u200942\u202f", ack(42)}, {"４２", ack(42)}, {"ａｃｋ　４２", ack(42)}, {"٤٢", ack(42)}, {"ack ४२", ack(42)},
		{"ack42", ack(42)}, {"a42", ack(42)}, {"42 a", ack(42)}, {"42 ack", ack(42)}, {"42ack", ack(42)}, {"Ack 42 please", ack(42)},
		{"42\r\nSent from my iPhone", ack(42)}, {"42\n-- \nAna Ruiz", ack(42)}, {"042", ack(42)}, {"\ufeff42", ack(42)},
		{"42\u200b", ack(42)}, {"a", Command{Verb: Ack, Newest: true}}, {"Ack.", Command{Verb: Ack, Newest: true}},

		// Ways to write a number.
		{"INC-42", ack(42)}, {"inc 42", ack(42)}, {"#42", ack(42)}, {"# 42", ack(42)}, {"ack INC 42", ack(42)},
		{"ack inc-42", ack(42)}, {"ack #42", ack(42)}, {"INC42", ack(42)}, {"incident 42", ack(42)}, {"inc#42", ack(42)},
		{"INC\u201142", ack(42)}, {"999999999999", ack(999999999999)},

		// Emoji around.
		{"👍 42", ack(42)}, {"👍🏽 ack 42", ack(42)}, {"✅42", ack(42)}, {"42 👍", ack(42)}, {"4️⃣2️⃣", ack(42)}, {"🏃‍♀️ 42", ack(42)},

		// Times.
		{"42 2h", Command{Verb: Ack, Number: 42, For: 2 * h}}, {"42a 30m", Command{Verb: Ack, Number: 42, For: 30 * time.Minute}},
		{"ack 42 for 2 hours", Command{Verb: Ack, Number: 42, For: 2 * h}}, {"ack 42 1d", Command{Verb: Ack, Number: 42, For: 24 * h}},
		{"ack 42 90 min", Command{Verb: Ack, Number: 42, For: 90 * time.Minute}},
		{"ack 42 1h30m", Command{Verb: Ack, Number: 42, For: 90 * time.Minute}},
		{"ack 42 1h 30m", Command{Verb: Ack, Number: 42, For: 90 * time.Minute}},
		{"ack 42 until morning", Command{Verb: Ack, Number: 42, Until: "morning"}}, {"ack 2h", Command{Verb: Ack, Newest: true, For: 2 * h}},
		{"ack all 2h", Command{Verb: Ack, All: true, For: 2 * h}}, {"Ack morning", Command{Verb: Ack, Newest: true, Until: "morning"}},
		{"42 ack 2H.", Command{Verb: Ack, Number: 42, For: 2 * h}}, {"ack 42 30d", Command{Verb: Ack, Number: 42, For: 30 * 24 * h}},

		// Bundles.
		{"B7", Command{Verb: Ack, Bundle: "B7"}}, {"b7", Command{Verb: Ack, Bundle: "B7"}}, {"b 7", Command{Verb: Ack, Bundle: "B7"}},
		{"ack b7 2h", Command{Verb: Ack, Bundle: "B7", For: 2 * h}}, {"B7a", Command{Verb: Ack, Bundle: "B7"}},
		{"b7 ack", Command{Verb: Ack, Bundle: "B7"}}, {"B7?", Command{Verb: AskStatus, Bundle: "B7"}}, {"ack B-7", Command{Verb: Ack, Bundle: "B7"}},

		// Resolve, note, give, hold, questions.
		{"42 r restarted pod", Command{Verb: Resolve, Number: 42, Text: "restarted pod"}},
		{"42r Restarted  the\nPod", Command{Verb: Resolve, Number: 42, Text: "Restarted the Pod"}},
		{"Resolve INC-42: was it DNS? yes 😀", Command{Verb: Resolve, Number: 42, Text: "was it DNS? yes 😀"}},
		{"r42", Command{Verb: Resolve, Number: 42}}, {"42r thanks", Command{Verb: Resolve, Number: 42}},
		{"escalate 42 please", Command{Verb: Escalate, Number: 42}}, {"42 E", Command{Verb: Escalate, Number: 42}},
		{"N 42 “Disk” is 9 m long?", Command{Verb: Note, Number: 42, Text: "“Disk” is 9 m long?"}},
		{"note 42 43 hosts", Command{Verb: Note, Number: 42, Text: "43 hosts"}}, {"42n 30 min left", Command{Verb: Note, Number: 42, Text: "30 min left"}},
		{"give 42 to Bo Lind.", Command{Verb: Give, Number: 42, User: "Bo Lind"}}, {"Give bo 42", Command{Verb: Give, Number: 42, User: "bo"}},
		{"42 give @bo", Command{Verb: Give, Number: 42, User: "bo"}}, {"assign inc 42 to “bo” thanks", Command{Verb: Give, Number: 42, User: "bo"}},
		{"give Zoë Ångström 42", Command{Verb: Give, Number: 42, User: "Zoë Ångström"}},
		{"hold 42 vendor", Command{Verb: Hold, Number: 42, Text: "vendor"}},
		{"hold 42 vendor 2h", Command{Verb: Hold, Number: 42, For: 2 * h, Text: "vendor"}},
		{"hold 42 until morning waiting for parts", Command{Verb: Hold, Number: 42, Until: "morning", Text: "waiting for parts"}},
		{"hold 42 for parts to arrive", Command{Verb: Hold, Number: 42, Text: "for parts to arrive"}},
		{"42 hold 2 hours vendor", Command{Verb: Hold, Number: 42, For: 2 * h, Text: "vendor"}},
		{"status 42", Command{Verb: AskStatus, Number: 42}}, {"? 42", Command{Verb: AskStatus, Number: 42}}, {"?42", Command{Verb: AskStatus, Number: 42}},
		{"42 ?", Command{Verb: AskStatus, Number: 42}}, {"inc 42？", Command{Verb: AskStatus, Number: 42}}, {"status", Command{Verb: List}},
		{"status 42?", Command{Verb: AskStatus, Number: 42}}, {"LIST please", Command{Verb: List}}, {"who?", Command{Verb: Who}},
		{"Who is on call for Checkout?", Command{Verb: Who, Service: "Checkout"}}, {"on call?", Command{Verb: Who}},
		{"Who’s on call", Command{Verb: Who}}, {"who's on-call for check-out please", Command{Verb: Who, Service: "check-out"}}, {"??", Command{Verb: AskHelp}},
		{"help!", Command{Verb: AskHelp}}, {"INFO", Command{Verb: AskHelp}},
	}
	for _, tt := range tests {
		got, err := ParseReply(tt.in)
		if err != nil {
			t.Errorf("ParseReply(%q) refused: %v", tt.in, err)
		} else if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("ParseReply(%q) (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestParseReplyKeywordsAreNeverCommands(t *testing.T) {
	for word, want := range keywords {
		for _, in := range []string{word, strings.ToUpper(word), " " + word + ". ", "“" + word + "”", strings.ToUpper(word[:1]) + word[1:] + "!", "🛑 " + word} {
			got, err := ParseReply(in)
			if err != nil || got != (Command{Verb: want}) {
				t.Errorf("ParseReply(%q) = %+v, %v; want %v", in, got, err, want)
			}
		}
		if word == "help" {
			continue
		}
		if got, err := ParseReply(word + " 42"); err == nil {
			t.Errorf("ParseReply(%q) = %+v; want a refusal", word+" 42", got)
		}
	}
	for _, in := range []string{"STOP ALL", "opt out", "Opt-Out", "stop\nall"} {
		if got, err := ParseReply(in); err != nil || got.Verb != Stop {
			t.Errorf("ParseReply(%q) = %+v, %v; want stop", in, got, err)
		}
	}
}

func TestParseReplyRefuses(t *testing.T) {
	tests := []struct {
		in   string
		want Hint
	}{
		{"", hintUnknown}, {" \n ", hintUnknown}, {"...", hintUnknown}, {"👍", hintUnknown}, {"ok", hintUnknown}, {"Ok 42", hintUnknown},
		{"I am on it", hintUnknown}, {"on it", hintUnknown}, {"a on it", hintExtra}, {"Ack, looking", hintExtra}, {"all", hintUnknown},
		{"all good", hintUnknown}, {"Liked “P1 INC-42 checkout: HighErrorRate”", hintUnknown}, {"👍 to “P1 INC-42 checkout”", hintUnknown},
		{"acknowledgement of 42", hintUnknown}, {"no 42", hintUnknown}, {"not 42", hintUnknown}, {"resolved in 42 minutes", hintUnknown},
		{"P1 INC-42 checkout: HighErrorRate eu-1 (3 alerts, 2m)", hintUnknown}, {"+34600000001", hintUnknown}, {"4.2", hintUnknown}, {"$42", hintUnknown},
		{"ack?", hintQuestion}, {"ack 42?", hintQuestion}, {"42 ack?", hintQuestion}, {"42r?", hintQuestion}, {"e 42?", hintQuestion}, {"give 42 bo?", hintQuestion},
		{"ack 42 ?", hintQuestion}, {"ack all?", hintQuestion}, {"42 👎", hintNo}, {"❌ 42", hintNo}, {"👎 ack", hintNo}, {"r 42 ❌", hintNo},
		{"resolve all", hintUnknown}, {"ack all 42", hintExtra}, {"r 42 30m", hintHours}, {"r 42 0", hintNumber}, {"give 42 43", hintGive},
		{"0", hintNumber}, {"INC-0", hintNumber}, {"b0", hintNumber}, {"99999999999999999999", hintNumber}, {"42x", hintNumber}, {"ack 42z", hintNumber},
		{"42h", hintHours}, {"42m", hintHours}, {"ack 2 hours", hintHours}, {"resolved 42 minutes ago", hintHours}, {"a 42 min outage", hintHours},
		{"ack 42 0h", hintTime}, {"ack 42 31d", hintTime}, {"42 10s", hintTime}, {"ack 42 for 90 seconds", hintTime}, {"ack 42 99999999999h", hintTime}, {"ack 42 for lunch", hintTime}, {"hold 42 900d vendor", hintTime}, {"hold 42 1.5h vendor", hintTime}, {"hold 42 10s vendor", hintTime},
		{"ack 42 later", hintExtra}, {"42 looking", hintExtra}, {"ack 42 tomorrow", hintExtra}, {"e 42 not needed", hintExtra}, {"ack 42 2h not mine", hintExtra},
		{"give 42", hintGive}, {"give 42 to", hintGive}, {"n 42", hintNote}, {"u 42", hintUpdate}, {"report", hintReport}, {"report checkout", hintReport}, {"report 42 down", hintReport}, {"resume 42?", hintQuestion},
		{"hold 42", hintHold}, {"hold 42 2h", hintHold}, {"hold 42 2h please", hintHold}, {"STOP 42", hintKeyword}, {"end 42", hintKeyword},
		{strings.Repeat("42 ", 2000), hintLong},
	}
	for _, tt := range tests {
		got, err := ParseReply(tt.in)
		if err == nil {
			t.Errorf("ParseReply(%q) = %+v; want a refusal", tt.in, got)
		} else if err != tt.want && err != tt.want.about(42) {
			t.Errorf("ParseReply(%q) hint = %q; want %q", tt.in, err, tt.want)
		}
	}
}

// TestHintsNameTheSendersOwn: a number in a hint is one that the text named, or one of the sender's own incidents, and never an
// example: somebody half awake types it.
func TestHintsNameTheSendersOwn(t *testing.T) {
	tests := []struct {
		in          string
		waits, open int64
		want        string
	}{
		{"ok", 7, 7, "Sorry, I did not get that; nothing was done. Reply 7 to ack INC-7, ? for help."},
		{"ok", 0, 0, "Sorry, I did not get that; nothing was done. Reply N to ack INC-N, ? for help."},
		{"resolve", 0, 7, "Which incident? Nothing was done. Put its number: resolve 7 is for INC-7. Reply list for yours."},
		{"u", 8, 7, "Which incident? Nothing was done. Put its number: u 7 is for INC-7. Reply list for yours."},
		{"e", 0, 0, "Which incident? Nothing was done. Put its number: e N is for INC-N. Reply list for yours."},
		{"1 2", 7, 7, "One incident at a time, please; nothing was done. Reply 1, then 2. Or: ack all."},
		{"ack 1 b7", 7, 7, "One incident at a time, please; nothing was done. Reply 1, then B7. Or: ack all."},
		{"b7 2", 7, 7, "One incident at a time, please; nothing was done. Reply B7, then 2. Or: ack all."},
		{"resolve inc-1 #2", 7, 7, "One incident at a time, please; nothing was done. Reply 1r, then 2r."},
		{"1e 2", 7, 7, "One incident at a time, please; nothing was done. Reply 1e, then 2e."},
		{"resume 1 2", 7, 7, "One incident at a time, please; nothing was done. Reply resume 1, then resume 2."},
		{"r 1 b9", 7, 7, "B9 is several incidents and can only be acked: reply B9. Nothing was done. Reply B9? for the number of each."},
		{"hold b9 vendor", 7, 7, "B9 is several incidents and can only be acked: reply B9. Nothing was done. Reply B9? for the number of each."},
		{"1 banana", 7, 7, "I did not get the words after that, so nothing was done. Reply 1 to ack, 1r resolve, n 1 text to note."},
		{"ack banana", 8, 7, "I did not get the words after that, so nothing was done. Reply 8 to ack, 7r resolve, n 7 text to note."},
		{"ack 1?", 7, 7, "Was that a question? Nothing was done. Reply 1 to ack INC-1, or 1? for its status."},
		{"ack 1 ❓", 7, 7, "Was that a question? Nothing was done. Reply 1 to ack INC-1, or 1? for its status."},
		{"1r ❓", 7, 7, "Was that a question? Nothing was done. Reply 1 to ack INC-1, or 1? for its status."},
		{"1r is it really fixed?", 7, 7, "Was that a question? Nothing was done. Reply 1 to ack INC-1, or 1? for its status."},
		{"give 1", 7, 7, "Give it to whom? Nothing was done. Reply give 1 and a name."},
		{"hold 1", 7, 7, "Hold needs a reason. Nothing was done. Reply hold 1 2h vendor, or hold 1 vendor."},
		{"resolved 1 minute ago", 7, 7, "Is that a number or a time? Nothing was done. Reply 7 to ack INC-7, or 7 2h to ack it for two hours."},
	}
	for _, tt := range tests {
		_, err := ParseReply(tt.in)
		h, ok := err.(Hint)
		if !ok {
			t.Errorf("ParseReply(%q): %v, want a hint", tt.in, err)
		} else if got := h.Words(tt.waits, tt.open); got != tt.want {
			t.Errorf("ParseReply(%q) says\n%s\nwant\n%s", tt.in, got, tt.want)
		}
	}
}

// TestReplyAnswers holds everything that is sent back to one plain segment, without a blank that nobody filled.
func TestReplyAnswers(t *testing.T) {
	which := hintWhich.fill(blankVerb, "acknowledged")
	two := func(h Hint) Hint { return h.fill(blankFirst, "resume 9999999").fill(blankSecond, "resume 9999999") }
	for _, h := range []Hint{hintUnknown, hintQuestion, hintNo, which, hintNumber, two(hintMany), two(hintManyAcks), hintHours, hintTime, hintExtra,
		hintBundle.fill(blankFirst, "B9999"), hintCover, hintSwap, hintDecline, hintUntilWhen, hintGive, hintNote, hintReport, hintUpdate, hintHold, hintKeyword, hintLong} {
		for _, text := range []string{h.Error(), h.Words(9999999, 9999999), h.about(9999999).Words(1, 1)} {
			onePlainSegment(t, text)
		}
	}
	for _, n := range []int64{0, 7, 42, 9999, 1e9} {
		onePlainSegment(t, Help(n))
	}
}

func onePlainSegment(t *testing.T, text string) {
	t.Helper()
	if enc, units, n := Segments(text); enc != GSM7 || n != 1 || strings.ContainsAny(text, "{}") {
		t.Errorf("%q is %d %s units in %d segments; want one plain segment", text, units, enc, n)
	}
}

func TestParseReplyIgnoresCaseAndSpace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"ack", "42", "r", "e", "give", "bo", "2h", "all", "b7", "inc", "#42", "42?", "hold",
			"morning", "for", "2", "hours", "?", "n", "list", "who", "stop", "a", "to", "please", "on", "it", "0", "-"}), 1, 6).Draw(t, "words")
		in := strings.Join(parts, " ")
		want, wantErr := ParseReply(in)
		got, gotErr := ParseReply("\t" + strings.ToUpper(strings.Join(parts, " \u00a0 ")) + "\r\n")
		want.Text, want.User, want.Service = strings.ToLower(want.Text), strings.ToLower(want.User), strings.ToLower(want.Service)
		got.Text, got.User, got.Service = strings.ToLower(got.Text), strings.ToLower(got.User), strings.ToLower(got.Service)
		if want != got || wantErr != gotErr {
			t.Fatalf("%q: %+v, %v; in capitals %+v, %v", in, want, wantErr, got, gotErr)
		}
	})
}

func FuzzParseReply(f *testing.F) {
	for _, s := range []string{"42", "ack 42 2h", "B7?", "hold 42 until morning vendor", "give 42 to bo", "r 42 ok", "«４２»", "\xff42", "on call?",
		"ack 1h 30m", "42 👎", "# 42", "incident incident 42", "a a 42", "n 42 \x00x", "who is on call for x", "give b7 42", "e e 1", "hold 42 x 2 h",
		"cover sat 09:00-18:00 bo", "cover 09:00 - 29 feb 9am bo", "swap sat with bo for sun-mon", "cover me 2h", "no ov-7", "decline", "cover until 24:00 bo on all"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		c, err := ParseReply(body)
		if (err != nil) != (c.Verb == Unknown) {
			t.Fatalf("ParseReply(%q) = %+v, %v: an error and Unknown go together", body, c, err)
		}
		if err != nil {
			h, ok := err.(Hint)
			if !ok || c != (Command{Verb: Unknown}) {
				t.Fatalf("ParseReply(%q) = %+v, %T", body, c, err)
			}
			if text := h.Words(7, 7); strings.ContainsAny(text, "{}") || strings.Contains(text, "42") && !strings.Contains(body, "4") {
				t.Fatalf("ParseReply(%q) says %q", body, text)
			}
			return
		}
		checkCommand(t, body, c)
	})
}

// checkHours holds hours to be said where they are needed and nowhere else, and to mean a time that is to come, or none.
func checkHours(t *testing.T, body string, c Command) {
	if (c.Verb == Cover || c.Verb == Swap) != (c.Hours != Hours{}) || (c.Verb == Swap) != (c.Theirs != Hours{}) {
		t.Fatalf("ParseReply(%q) = %+v", body, c)
	}
	now := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	for _, h := range []Hours{c.Hours, c.Theirs} {
		from, to := h.Between(now, time.FixedZone("", 3600))
		if !to.IsZero() && (from.Before(now) || !to.After(from) || to.Sub(from) > 370*24*time.Hour || h.Shift()) {
			t.Fatalf("ParseReply(%q) = %+v, which is from %v to %v", body, c, from, to)
		}
	}
}

func checkCommand(t *testing.T, body string, c Command) {
	ways := 0
	for _, is := range []bool{c.Number != 0, c.Bundle != "", c.All, c.Newest} {
		if is {
			ways++
		}
	}
	need := 1
	switch c.Verb {
	case List, Who, AskHelp, Report, Stop, Start, Cover, Swap:
		need = 0
	}
	checkHours(t, body, c)
	bad := ways != need || c.Number < 0 || c.For < 0 || c.For > maxLease || (c.For != 0 && c.Until != "") ||
		(c.All && c.Verb != Ack) || (c.Newest && c.Verb != Ack && c.Verb != Decline) || (c.Bundle != "" && c.Verb != Ack && c.Verb != AskStatus) ||
		(c.Verb == Give || c.Verb == Swap) != (c.User != "") || ((c.Verb == Note || c.Verb == Update || c.Verb == Report) && c.Text == "") || (c.Verb == Hold && c.Text == "") ||
		strings.ContainsAny(c.Text+c.User+c.Service, "\n\r\x00")
	if bad {
		t.Fatalf("ParseReply(%q) = %+v", body, c)
	}
	letters := strings.ToLower(strings.Map(func(r rune) rune {
		if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return r
		}
		return -1
	}, body))
	if v, ok := keywords[strings.TrimSpace(strings.ToLower(body))]; ok && c.Verb != v {
		t.Fatalf("ParseReply(%q) = %+v; it is a carrier's keyword", body, c)
	}
	if c.Verb == Ack && c.Newest && !strings.HasPrefix(letters, "a") && isASCII(body) {
		t.Fatalf("ParseReply(%q) acknowledges without being asked to", body)
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 128 {
			return false
		}
	}
	return true
}
