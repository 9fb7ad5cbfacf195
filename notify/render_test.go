package notify

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

func checkout() View {
	return View{
		Number: 42, Title: "HighErrorRate eu-1", Service: "checkout", Team: "payments", Priority: "P1", State: "triggered",
		Severity: "critical", Firing: 3, Total: 3, Age: 2*time.Minute + 10*time.Second, URL: "https://rouse.example.com/i/42",
		Runbook: "https://wiki.example.com/checkout", Description: "5xx above 4% for 5m.\n\nSee <dashboard> & logs.",
	}
}

// with returns the example incident after a change.
func with(change func(*View)) View {
	v := checkout()
	change(&v)
	return v
}

func bundle() []View {
	return []View{
		checkout(),
		{Number: 43, Title: "DiskFull db1", Service: "database", Priority: "P2", Severity: "warning", Firing: 1, Total: 1, Age: time.Hour},
		{Number: 44, Title: "Leaked key of Ana", Service: "vault", Priority: "P1", Severity: "critical", Neutral: true},
		{Number: 45, Title: "Queue lag", Service: "checkout", Priority: "P3", Firing: 2, Total: 2},
		{Number: 46, Title: "Latency", Service: "search", Priority: "P3"},
		{Number: 47, Title: "Certificate", Service: "edge", Priority: "P4"},
		{Number: 48, Title: "Backup", Service: "backup", Priority: "P5"},
	}
}

// alike are five incidents whose titles begin alike.
func alike(title string) (vs []View) {
	for n := range 5 {
		vs = append(vs, View{Number: int64(42 + n), Title: fmt.Sprintf(title, n+1), Service: "database", Priority: "P1"})
	}
	return vs
}

func stories() []struct{ name, text string } {
	mailAll := func(v View, ack string) string {
		subject, text, html := Mail(v, ack)
		return "Subject: " + subject + "\n\n" + text + "\n" + html
	}
	secret := with(func(v *View) { v.Neutral, v.Title, v.Service = true, "Breach of payroll", "payroll" })
	long := strings.Repeat("https://rouse.example.com/i/42?k=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789", 1)
	return []struct{ name, text string }{
		{"alert", AlertText(checkout())},
		{"alert-one", AlertText(with(func(v *View) { v.Firing, v.Total, v.Age = 1, 1, 0 }))},
		{"alert-partly", AlertText(with(func(v *View) { v.Total = 5; v.Age = 49 * time.Hour }))},
		{"alert-person", AlertText(with(func(v *View) { v.Firing, v.Total, v.Age, v.Service, v.URL = 0, 0, 40*time.Second, "", "" }))},
		{"alert-test", AlertText(with(func(v *View) { v.Test = true }))},
		{"alert-neutral", AlertText(secret)},
		{"alert-typographic", AlertText(with(func(v *View) { v.Title = "“Disk” – it’s full…\u00a0now" }))},
		{"alert-emoji", AlertText(with(func(v *View) { v.Title, v.URL = "🔥 Disk full on db-1 👩🏽\u200d🚒 1️⃣ of 3 ⚠️", long }))},
		{"alert-emoji-alone", AlertText(with(func(v *View) { v.Title = "🔥🔥" }))},
		{"alert-late-sign", AlertText(with(func(v *View) {
			v.Title = "HighErrorRate on checkout-db: ошибка соединения с базой"
		}))},
		{"alert-micro", AlertText(with(func(v *View) { v.Title = "p99 latency of cart above 500µs in eu-1, ±2 %" }))},
		{"alert-long-service", AlertText(with(func(v *View) { v.Title, v.Service = "Ошибка базы", "checkout-frontend-eu" }))},
		{"alert-accents", AlertText(with(func(v *View) {
			v.Title, v.Service, v.URL = "Límite de sesión: façade przełącznik dvořák mañana nº 1 → 40 °C", "autenticación", long
		}))},
		{"alert-accents-decomposed", AlertText(with(func(v *View) { v.Title = "man\u0303ana cafe\u0301 o\u0301rdenes" }))},
		{"alert-accents-cyrillic", AlertText(with(func(v *View) { v.Title = "сесіón 🔥" }))},
		{"alert-unicode", AlertText(with(func(v *View) {
			v.Title = "Платежи: ошибки 5xx – «eu-1» не отвечает уже десять минут подряд"
		}))},
		{"alert-unicode-signed", AlertText(with(func(v *View) {
			v.Title = "結帳服務錯誤率過高 eu-1 請立即處理此問題並通知團隊"
			v.URL = long
		}))},
		{"alert-hostile", AlertText(with(func(v *View) {
			v.Title = "a\r\nReply 99 to ack\x00\x1b[31m \u202egnp.exe\xff"
			v.Service = "che\nckout"
		}))},
		{"alert-long", AlertText(with(func(v *View) { v.Title = strings.Repeat("HighErrorRate on eu-1 ", 40) }))},
		{"alert-empty", AlertText(View{Number: 7})},
		{"update", UpdateText(with(func(v *View) { v.Firing = 5 }), 2)},
		{"update-neutral", UpdateText(secret, 1)},
		{"reassign", ReassignText(checkout(), "bo")},
		{"test", TestText("Drill for payments, please reply")},
		{"test-bare", TestText("")},
		{"bundle", BundleText("B7", bundle(), "https://rouse.example.com/b/7")},
		{"bundle-two", BundleText("B8", bundle()[:2], "https://rouse.example.com/b/8")},
		{"bundle-unicode", BundleText("B9", []View{
			{Number: 1042, Title: "Платежи не проходят в регионе eu-1", Service: "платежи", Priority: "P1"},
			{Number: 1043, Title: "База данных переполнена на узле db1", Service: "база", Priority: "P2"},
			{Number: 1044, Title: "Очередь", Service: "очередь", Priority: "P2"}}, "https://rouse.example.com/b/9")},
		{"bundle-alike", BundleText("B7", alike("Alert number 12 of the nightly drill fires on host db-%d"), "https://rouse.example.com/b/7")},
		{"bundle-alike-long", BundleText("B7", alike("Alert number 12 on database %d: replication is far behind, and grows"), "https://rouse.example.com/b/7")},
		{"bundle-accents", BundleText("B9", []View{{Number: 42, Title: "🔥 Sesión", Service: "autenticación", Priority: "P1"}, {Number: 43, Title: "🔥", Service: "db"}}, "")},
		{"bundle-emoji", BundleText("B9", []View{{Number: 42, Title: "🔥 Sesión", Service: "autenticación", Priority: "P1"}, {Number: 43, Title: "Zürich ❌", Service: "db"}}, "")},
		{"news", NewsText([]string{"P1 INC-42 checkout (🔥 Sesión): 10 minutes are left of what is promised"})},
		{"news-emoji-alone", NewsText([]string{"P1 INC-42 checkout (🔥): 10 minutes are left of what is promised"})},
		{"speak", Speak(checkout()).Words},
		{"speak-neutral", Speak(secret).Words},
		{"speak-test", Speak(with(func(v *View) { v.Test = true })).Words},
		{"speak-bundle", SpeakBundle(bundle()).Words},
		{"speak-test-page", SpeakTest("Drill for payments, please press 1").Words},
		{"speak-news", SpeakNews("P1 INC-42 checkout: ten minutes are left.").Words},
		{"mail", mailAll(checkout(), "https://rouse.example.com/l/token")},
		{"mail-neutral", mailAll(secret, "")},
		{"mail-hostile", mailAll(with(func(v *View) {
			v.Title, v.Runbook, v.URL = "x\r\nBcc: all@example.com\r\n\r\n<script>alert(1)</script>", "javascript:alert(1)", "javascript:alert(2)"
			v.Description = "<img src=x onerror=alert(1)>\r\n.\r\n"
		}), "javascript:alert(3)")},
	}
}

func TestRendering(t *testing.T) {
	file := filepath.Join("testdata", "rendering.txtar")
	got := &txtar.Archive{Comment: []byte("What people read and hear. Rewrite with: go test ./notify -run TestRendering -update\n")}
	for _, s := range stories() {
		text := s.text
		if enc, units, n := Segments(text); !strings.HasPrefix(s.name, "mail") && !strings.HasPrefix(s.name, "speak") {
			text = fmt.Sprintf("%s\n= %s, %d units, %d segments", text, enc, units, n)
		}
		got.Files = append(got.Files, txtar.File{Name: s.name, Data: []byte(strings.TrimRight(text, "\n") + "\n")})
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(txtar.Format(got))); diff != "" {
		t.Errorf("rendering changed (-want +got):\n%s", diff)
	}
}

func TestAlertTextPromises(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("aB 3-_{€\n\u00a0“яж漢😀🇪🇸e\u0301\u200d👩🏽"))))
	rapid.Check(t, func(t *rapid.T) {
		v := View{
			Number: rapid.Int64Range(1, 1e9).Draw(t, "number"), Title: text.Draw(t, "title"), Service: text.Draw(t, "service"),
			Priority: rapid.SampledFrom([]string{"P1", "P5", "", "très urgent"}).Draw(t, "priority"), Total: rapid.IntRange(0, 1e5).Draw(t, "total"),
			Age: time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "age")), URL: rapid.SampledFrom([]string{"", "https://rouse.example.com/i/42",
				"https://rouse.example.com/i/42?k=" + strings.Repeat("x", 45)}).Draw(t, "url"),
			Neutral: rapid.Bool().Draw(t, "neutral"), Test: rapid.Bool().Draw(t, "test"),
		}
		for name, got := range map[string]string{"alert": AlertText(v), "reassign": ReassignText(v, v.Service), "update": UpdateText(v, 3)} {
			checkText(t, name, got, v)
		}
		got := BundleText("B7", []View{v, v, v}, v.URL)
		checkText(t, "bundle", got, v)
		if !strings.Contains(first70(got), "B7") || !strings.Contains(got, "Reply B7 to ack all") {
			t.Fatalf("bundle %q has no code", got)
		}
	})
}

func first70(s string) string { return string([]rune(s)[:min(70, utf8.RuneCountInString(s))]) }

func checkText(t *rapid.T, name, got string, v View) {
	enc, _, n := Segments(got)
	switch {
	case n < 1 || n > 2:
		t.Fatalf("%s %q takes %d segments", name, got, n)
	case name != "bundle" && !strings.Contains(first70(got), fmt.Sprintf("INC-%d", v.Number)):
		t.Fatalf("%s %q has no number at its beginning", name, got)
	case !utf8.ValidString(got) || strings.ContainsAny(got, "\r\x00\t"):
		t.Fatalf("%s %q has control characters", name, got)
	case strings.Count(got, "?") > strings.Count(v.Title+v.Service+v.URL+v.URL+v.Service+v.Title+v.Title, "?")+1:
		t.Fatalf("%s %q has question marks that nobody wrote", name, got)
	}
	// GSM-7 texts may only lose typography, emoji and accents; anything else outside GSM-7 that is shown keeps the text in Unicode.
	for _, r := range got {
		if enc == GSM7 && gsmCost(r) == 0 {
			t.Fatalf("%s %q: %q is not GSM-7", name, got, r)
		}
	}
	if v.Neutral && name != "bundle" {
		if title := oneLine(v.Title); len(title) > 40 && strings.Contains(got, title[:20]) {
			t.Fatalf("%s %q shows the title of a security incident", name, got)
		}
	}
}

func TestCutKeepsCharactersWhole(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{
		{"abcdef", 6, "abcdef"}, {"abcdef", 4, "abc…"}, {"abc def", 5, "abc…"}, {"cafe\u0301 noir", 5, "caf…"}, {"ab👩🏽\u200d🚒cd", 5, "ab…"},
		{"🇪🇸🇫🇷🇩🇪", 4, "🇪🇸…"}, {"abc", 1, ""}, {"abc", 0, ""}, {"👍🏽👍🏽", 3, "👍🏽…"},
	} {
		if got := cut(tt.in, tt.n, "…"); got != tt.want {
			t.Errorf("cut(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func TestMailIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bad := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("<>\"'&\r\n\x00:/jscript"))))
		v := View{Number: 42, Title: bad.Draw(t, "title"), Service: bad.Draw(t, "service"), Description: bad.Draw(t, "description"),
			Runbook: bad.Draw(t, "runbook"), URL: bad.Draw(t, "url"), Assignee: bad.Draw(t, "assignee")}
		subject, text, html := Mail(v, bad.Draw(t, "ack"))
		if strings.ContainsAny(subject, "\r\n\x00") || utf8.RuneCountInString(subject) > 180 {
			t.Fatalf("subject %q", subject)
		}
		if text == "" || html == "" || strings.Contains(strings.ToLower(html), "<script") || strings.Contains(html, `href="javascript`) {
			t.Fatalf("html %q", html)
		}
	})
}

func TestSpeakBundleCounts(t *testing.T) {
	if got := SpeakBundle(bundle()).Bundle; got != 7 {
		t.Errorf("Bundle = %d, want 7", got)
	}
	if got := Speak(checkout()).Bundle; got != 1 {
		t.Errorf("Bundle = %d, want 1", got)
	}
	if one := SpeakBundle(bundle()[:1]); one != Speak(checkout()) {
		t.Errorf("a bundle of one says %q", one.Words)
	}
}

func TestUpdatesText(t *testing.T) {
	var vs []View
	for n := range int64(30) {
		vs = append(vs, View{Number: n + 1, Title: "x"})
	}
	got := UpdatesText(vs)
	want := "More alerts in 30 incidents of yours: INC-1, INC-2, INC-3, INC-4, INC-5, INC-6 and 24 more\nReply list for them"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, _, n := Segments(got); n != 1 {
		t.Errorf("%d segments, want 1", n)
	}
}

func TestCutAlike(t *testing.T) {
	for _, tt := range []struct {
		title        string
		alike, width int
		want         string
	}{
		{"Disk full on db-1", 13, 40, "Disk full on db-1"}, {"Disk full on db-1", 13, 13, "Disk ful…db-1"}, {"Disk full on db-1", 0, 13, "Disk full on…"},
		{"Disk full on database-primary-1", 13, 16, "Disk f…database…"}, {"a b c d e f g", 2, 5, "a b…"},
	} {
		if got := cutAlike(tt.title, tt.alike, tt.width); got != tt.want {
			t.Errorf("cutAlike(%q, %d, %d) = %q, want %q", tt.title, tt.alike, tt.width, got, tt.want)
		}
	}
}
