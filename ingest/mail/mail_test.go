package mail

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rouse/rouse/ingest/tools"
)

// TestHostile: whatever is wrong with a mail, its title and text come out as far as they are there.
func TestHostile(t *testing.T) {
	const head = "From: a@example.com\nSubject: Fan failed\n"
	deep := head
	for k := range 50 {
		b := "b" + strings.Repeat("x", k)
		deep += "Content-Type: multipart/mixed; boundary=" + b + "\n\n--" + b + "\n"
	}
	for _, c := range []struct{ name, raw, subject, text string }{
		{"nothing", "", "", ""},
		{"a text", "Fan failed\nin rack 3", "", "Fan failed\nin rack 3"},
		{"a line from a mailbox", "From root Sun Feb  1 11:59:00 2026\n" + head + "\nx", "Fan failed", "x"},
		{"a text that begins with From", "From noon on the door is open", "", "From noon on the door is open"},
		{"old line ends", "From: a@example.com\rSubject: Fan failed\r\rx", "Fan failed", "x"},
		{"no blank line", head + "The fan of rack 3 has failed\nat noon", "Fan failed", "The fan of rack 3 has failed\nat noon"},
		{"a line in the header that is none", "From: a@example.com\n%%% garbage\nSubject: Fan failed\n\nx", "Fan failed", "x"},
		{"space before the colon", "From : a@example.com\nSubject : Fan failed\n\nx", "Fan failed", "x"},
		{"folded with a tab, in words", "From: a@example.com\nSubject: =?utf-8?q?Fan?=\n\t=?utf-8?q?_failed?=\n\nx", "Fan failed", "x"},
		{"words with spaces in them", "From: a@example.com\nSubject: =?utf-8?Q?Fan failed?=\n\nx", "Fan failed", "x"},
		{"words that never end", "From: a@example.com\nSubject: Fan =?utf-8?b?failed\n\nx", "Fan =?utf-8?b?failed", "x"},
		{"words in an unknown charset", "From: a@example.com\nSubject: =?klingon?q?L=FCfter?=\n\nx", "Lüfter", "x"},
		{"words in a charset that they are not in", "From: a@example.com\nSubject: =?utf-8?q?L=FCfter?=\n\nx", "Lüfter", "x"},
		{"base64 that is broken", head + "Content-Transfer-Encoding: base64\n\nRmFuI*GZhaWxl ZA=", "Fan failed", "Fan failed"},
		{"quoted-printable that is broken", head + "Content-Transfer-Encoding: quoted-printable\n\n100=25 =ZZ a=\nb=", "Fan failed", "100% =ZZ ab"},
		{"a charset of a charset", head + "Content-Type: text/plain; charset=\"charset=iso-8859-1\"\n\nL\xfcfter", "Fan failed", "Lüfter"},
		{"an unknown charset", head + "Content-Type: text/plain; charset=x-unknown\n\nL\xfcfter", "Fan failed", "Lüfter"},
		{"UTF-8 with a broken letter", head + "\nL\xc3\xbcfter Geh\xc3\xa4use \xc3", "Fan failed", "Lüfter Gehäuse \ufffd"},
		{"Korean that browsers refuse", head + "Content-Type: text/plain; charset=iso-2022-kr\n\nfan", "Fan failed", "fan"},
		{"no boundary", head + "Content-Type: multipart/mixed\n\nFan of rack 3", "Fan failed", "Fan of rack 3"},
		{"a boundary that never comes", head + "Content-Type: multipart/mixed; boundary=b\n\nFan of rack 3", "Fan failed", "Fan of rack 3"},
		{"no last boundary", head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nFan of rack 3", "Fan failed", "Fan of rack 3"},
		{"a boundary that begins another", head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bb\n--b--\n", "Fan failed", "--bb"},
		{"a parameter twice", head + "Content-Type: multipart/mixed; boundary=b; boundary=b\n\n--b\n\nx\n--b--", "Fan failed", "x"},
		{"a file alone", head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; name=log.txt\n\nx\n--b--", "Fan failed", ""},
		{"a forwarded mail alone", head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: old\n\nFan of rack 3\n--b--", "Fan failed", "Fan of rack 3"},
		{"an empty text beside a page", head + "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\nContent-Type: text/html\n\n<p>Fan<br>rack&nbsp;3</p>\n--b--", "Fan failed", "Fan\nrack 3"},
		{"a page that says that it is text", head + "\n<!DOCTYPE html><html><title>no</title><script>no()</script><p>Fan</p><ul><li>rack 3</ul>", "Fan failed", "Fan\n\n- rack 3"},
		{"a page that is broken", head + "Content-Type: text/html\n\n<p title='x>y'>Fan</b></td> <3 rack", "Fan failed", "Fan <3 rack"},
		{"nested too deep", deep + "\nx", "Fan failed", ""},
	} {
		m := Read([]byte(c.raw))
		if m.Subject != c.subject || m.Text != c.text {
			t.Errorf("%s: got %q and %q, want %q and %q", c.name, m.Subject, m.Text, c.subject, c.text)
		}
		if r := m.Report(); r.Title == "" || r.Key == "" || r.State != tools.Firing {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

// TestHuge: bounds hold, and hold quickly.
func TestHuge(t *testing.T) {
	const size = 4 << 20
	for name, raw := range map[string]string{
		"a header of one line":      "Subject: Fan " + strings.Repeat("x", size) + "\n\nx",
		"a header that is folded":   "Subject: Fan\n" + strings.Repeat(" x\n", size/3) + "\nx",
		"a million headers":         "Subject: Fan\n" + strings.Repeat("X: y\n", size/5) + "\nx",
		"encoded words":             "Subject: Fan " + strings.Repeat("=?utf-8?q?a?= ", size/14) + "\n\nx",
		"a long text":               "Subject: Fan\n\n" + strings.Repeat("ü", size/2),
		"a long page":               "Subject: Fan\nContent-Type: text/html\n\n" + strings.Repeat("<p>", size/3),
		"an open tag":               "Subject: Fan\nContent-Type: text/html\n\n<p title=\"" + strings.Repeat("x", size),
		"a million parts":           "Subject: Fan\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", size/7),
		"a million false parts":     "Subject: Fan\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--bx", size/4),
		"mails in mails":            "Subject: Fan\nContent-Type: message/rfc822\n\n" + strings.Repeat("Content-Type: message/rfc822\n\n", size/30),
		"an address that is a book": "Subject: Fan\nFrom: " + strings.Repeat("a@", size/2) + "\n\nx",
	} {
		m := Read([]byte(raw))
		m.Report()
		if !strings.HasPrefix(m.Subject, "Fan") || len(m.Subject) > maxField || len(m.Text) > maxText || len(m.From) > maxField {
			t.Errorf("%s: %d and %d bytes", name, len(m.Subject), len(m.Text))
		}
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a@b": "a@b", `"Dee, D." <Dee@Example.com>`: "dee@example.com", "Dee <dee@example.com> Bo <bo@example.com>": "dee@example.com",
		"root (Cron Daemon)": "root", "root@db1 (Cron Daemon)": "root@db1", "<root>": "root", "=?utf-8?q?K=C3=B6ln?= <u@example.com>": "u@example.com",
		`"x@evil.example" <a@example.com>`: "a@example.com", "undisclosed-recipients:;": "undisclosed-recipients:", "<>": "", "a@example.com, b@example.com": "a@example.com",
	} {
		if got := address(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestNoAlerts: what answers a mail or came back is none, and a machine that is careful is one.
func TestNoAlerts(t *testing.T) {
	for _, c := range []struct {
		header string
		note   string
	}{
		{"From: a@example.com\nSubject: Disk full\nAuto-Submitted: auto-generated\nPrecedence: bulk\nReturn-Path: <>", ""},
		{"From: a@example.com\nSubject: Disk full\nAuto-Submitted: no", ""},
		{"From: MAILER-DAEMON@mx.example.com\nSubject: Postfix SMTP server: errors from unknown\nReturn-Path: <double-bounce@mx.example.com>", ""},
		{"From: a@example.com\nSubject: Out of office calendar of team full", ""},
		{"From: a@example.com\nSubject: Re: INC-1\nAuto-Submitted: auto-replied (vacation)", "an automatic reply"},
		{"From: a@example.com\nSubject: INC-1\nAuto-Submitted: auto-replied; owner=a", "an automatic reply"},
		{"From: a@example.com\nSubject: INC-1\nPrecedence: auto_reply", "an automatic reply"},
		{"From: a@example.com\nSubject: INC-1\nX-Autoreply: yes", "an automatic reply"},
		{"From: a@example.com\nSubject: Abwesenheitsnotiz: INC-1\nPrecedence: bulk", "an automatic reply"},
		{"From: a@example.com\nSubject: Out of Office: INC-1\nReturn-Path: <>", "an automatic reply"},
		{"From: MAILER-DAEMON\nSubject: failure notice", "came back"},
		{"From: postmaster@example.com\nSubject: x\nReturn-Path: <>", "came back"},
		{"From: a@example.com\nSubject: Read: INC-1\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b", "came back"},
		{"From: rouse@example.com\nSubject: INC-1\nX-Loop: rouse", "itself"},
	} {
		r := Read([]byte(c.header + "\n\nx")).Report()
		if quiet := r.State == tools.Nothing; quiet != (c.note != "") || !strings.Contains(r.Note, c.note) {
			t.Errorf("%s: got %s %q, want %q", c.header, r.State, r.Note, c.note)
		}
	}
}

// TestHeaders: what a sender says in headers of its own goes before the subject.
func TestHeaders(t *testing.T) {
	report := func(header string) tools.Report {
		return Read([]byte("From: a@example.com\nSubject: Disk full\n" + header + "\n\nx")).Report()
	}
	if r := report("X-Rouse-Key: d1\nX-Rouse-State: resolved\nX-Rouse-Severity: critical\nImportance: low"); r.Key != "d1" || r.State != tools.Resolved || r.Severity != "critical" {
		t.Errorf("got %+v", r)
	}
	for header, want := range map[string]string{
		"X-Priority: 1 (Highest)": "high", "Importance: High": "high", "Priority: urgent": "high", "X-Priority: 3": "", "Importance: normal": "", "X-Priority: 5 (Lowest)": "low", "X-Severity: Warning": "Warning",
	} {
		if got := report(header).Severity; got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
	for header, want := range map[string]string{"X-Spam-Flag: YES": "yes", "X-Spam-Status: Yes, score=7": "yes", "X-SES-Spam-Verdict: FAIL": "yes", "X-Spam-Flag: NO": "", "X-SES-Spam-Verdict: PASS": ""} {
		if got := report(header).Labels["spam"]; got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
}

// TestKeys: the same matter has one key, another or another's has none of it.
func TestKeys(t *testing.T) {
	key := func(from, subject string) string {
		return Read([]byte("From: " + from + "\nSubject: " + subject + "\n\nx")).Report().Key
	}
	base := key("Nagios <nagios@example.com>", "** PROBLEM Host Alert: web1 is DOWN **")
	for _, same := range []string{"** RECOVERY Host Alert: web1 is UP **", "Re: Fwd: ** RECOVERY Host Alert: web1 is UP **", "** PROBLEM Host Alert: WEB1 is UNREACHABLE **"} {
		if got := key("NAGIOS@example.com", same); got != base {
			t.Errorf("%s: got %q, want %q", same, got, base)
		}
	}
	if key("nagios@example.com", "** RECOVERY Host Alert: web2 is UP **") == base || key("other@example.com", "** RECOVERY Host Alert: web1 is UP **") == base {
		t.Error("another host, or another's mail, has the same key")
	}
}

// TestGroupMails: the mails of a group of alerts are about one matter, whichever of them come and go; an end with brackets ends too what
// another sender began by the same words.
func TestGroupMails(t *testing.T) {
	keys := func(subject string) (all []string) {
		for _, r := range Read([]byte("From: am@example.com\nSubject: " + subject + "\n\nx")).Reports() {
			all = append(all, string(r.State)+" "+r.Key)
		}
		return all
	}
	const key = "mail am@example.com realmail eu"
	for subject, want := range map[string][]string{
		"[FIRING:1] RealMail eu (hosta critical)":       {"firing " + key},
		"[FIRING:2] RealMail eu (critical)":             {"firing " + key},
		"[FIRING:1, RESOLVED:1] RealMail eu (critical)": {"firing " + key},
		"[RESOLVED] RealMail eu":                        {"resolved " + key},
		"[RESOLVED] RealMail eu (hostb critical)":       {"resolved " + key, "resolved " + key + " (hostb critical)"},
		"[PROBLEM] RealMail eu (hostb critical)":        {"firing " + key + " (hostb critical)"},
	} {
		if got := keys(subject); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", subject, got, want)
		}
	}
}

// TestAppliance: TrueNAS says in the text alone that it is over.
func TestAppliance(t *testing.T) {
	for text, want := range map[string]tools.State{
		"The following alert has been cleared:\n- Pool tank is degraded":                                tools.Resolved,
		"The following alert has been cleared:\n- Pool tank is degraded\n\nCurrent alerts:\n- Disk sda": tools.Firing,
		"New alerts:\n- Pool tank is degraded":                                                          tools.Firing,
	} {
		if got := Read([]byte("From: nas@example.com\nSubject: TrueNAS nas1: Alerts\n\n" + text)).Report().State; got != want {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

func TestVirus(t *testing.T) {
	body := `{"notificationType":"Received","mail":{"source":"a@example.com","commonHeaders":{"subject":"hello"}},"receipt":{"virusVerdict":{"status":"FAIL"}}}`
	mails, known := JSON([]byte(body))
	if !known || len(mails) != 1 || mails[0].Report().State != tools.Nothing {
		t.Errorf("got %v %v", mails, known)
	}
}

// TestOtherFormsAreLeftAlone: a form or JSON of the generic format is no mail.
func TestOtherFormsAreLeftAlone(t *testing.T) {
	for _, q := range []string{"title=x&key=k", "subject=x&message=y", "email=a@example.com&title=x", "from=a&to=b&text=c", "headers=x&title=y", "message=From:%20me"} {
		form, err := url.ParseQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		if mails, is := Form(form); is {
			t.Errorf("%s was taken for %v", q, mails[0])
		}
	}
	for _, dir := range []string{"alertmanager", "grafana", "aws-sns-cloudwatch", "generic", "zabbix", "sentry", "github", "own"} {
		files, err := filepath.Glob(filepath.Join("..", "testdata", "payloads", dir, "*"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, f := range files {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if _, known := JSON(body); known || Looks(body) {
				t.Errorf("%s was taken for a mail", f)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, dir := range []string{"mail", "own-mail"} {
		files, err := filepath.Glob(filepath.Join("..", "testdata", "payloads", dir, "*"))
		if err != nil || len(files) == 0 {
			f.Fatal(dir, err)
		}
		for _, name := range files {
			body, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(body)
		}
	}
	for _, s := range []string{"", "From: \n \n\n", "Subject: =?x?b??=\n\n", "[RESOLVED", "Subject: [Shop] [🔴 Down] x\n\n", "Subject: OK -> OK\n\n", `{"TextBody":"x","From":[],"Subject":{},"Headers":[[],[1,2],{"Name":"x"},{"y":[3]}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		mails := []*Mail{Read(body)}
		if found, known := JSON(body); known {
			mails = append(mails, found...)
		}
		if form, err := url.ParseQuery(string(body)); err == nil {
			found, _ := Form(form)
			mails = append(mails, found...)
		}
		for _, m := range mails {
			r := m.Report()
			if r.State == tools.Nothing && r.Note == "" || r.State != tools.Nothing && (r.Title == "" || r.Key == "") || len(m.Text) > maxText && m == mails[0] {
				t.Errorf("%+v of %+v", r, m)
			}
		}
	})
}
