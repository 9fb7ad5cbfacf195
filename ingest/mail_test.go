package ingest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/rouse/rouse/alert"
)

const nagiosMail = "From: nagios@example.com\nTo: pager@example.com\nSubject: ** PROBLEM Host Alert: web1 is DOWN **\n\nNo answer to ping.\n"

// TestMailAtTheDoor: what an MTA's alias sends, by whatever content type, and what stays what it was.
func TestMailAtTheDoor(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, contentType, body string
		status                  int
		title, key              string
	}{
		{"as it is", "message/rfc822", nagiosMail, 200, "** PROBLEM Host Alert: web1 is DOWN **", "mail nagios@example.com host web1"},
		{"with a parameter", "Message/RFC822; charset=x", nagiosMail, 200, "** PROBLEM Host Alert: web1 is DOWN **", "mail nagios@example.com host web1"},
		{"as curl --data-binary says by itself", form, nagiosMail, 200, "** PROBLEM Host Alert: web1 is DOWN **", "mail nagios@example.com host web1"},
		{"without a content type", "", nagiosMail, 200, "** PROBLEM Host Alert: web1 is DOWN **", "mail nagios@example.com host web1"},
		{"as bytes", "application/octet-stream", nagiosMail, 200, "** PROBLEM Host Alert: web1 is DOWN **", "mail nagios@example.com host web1"},
		{"who says text means text", "text/plain", nagiosMail, 202, "From: nagios@example.com", ""},
		{"a text with one name", form, "Subject: the door is open\n\nsince noon", 202, "Subject: the door is open", ""},
		{"a form", form, "title=From: me&key=k", 202, "From: me", "k"},
		{"no header at all", "message/rfc822", "The door is open\nsince noon", 200, "The door is open", "mail the door is open"},
		{"a form with parts", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=title\r\n\r\nDoor\r\n--b\r\nContent-Disposition: form-data; name=key\r\n\r\nk\r\n--b--\r\n", 202, "Door", "k"},
		{"parts without a boundary in the header", "multipart/form-data", "--b\r\nContent-Disposition: form-data; name=title\r\n\r\nDoor\r\n--b--\r\n", 202, "Door", ""},
		{"parts that are cut", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=title\r\n\r\nDoo", 202, "Doo", ""},
		{"parts that say nothing known", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=door\r\n\r\nopen\r\n--b--\r\n", 202, "door: open", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			w := b.do("POST", "/ingest/gen", c.body, "Authorization", "Bearer gen-token", "Content-Type", c.contentType)
			if w.Code != c.status {
				t.Fatalf("got %d %s", w.Code, w.Body)
			}
			a := only(t, b)
			if a.Title != c.title || c.key != "" && a.Key != c.key || a.State != alert.Firing {
				t.Errorf("got %+v", a)
			}
		})
	}
	if w := newBench(t).do("POST", "/ingest/am", nagiosMail, "Authorization", "Bearer am-token", "Content-Type", "message/rfc822"); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a mail to an integration of another type: got %d %s", w.Code, w.Body)
	}
}

// TestMailWithoutAlert: what is no alert is answered with 200 and a note, so that nobody brings it again.
func TestMailWithoutAlert(t *testing.T) {
	for body, note := range map[string]string{
		"From: a@example.com\nTo: b@example.com\nSubject: Automatic reply: INC-1\nAuto-Submitted: auto-replied\n\nAway.": "an automatic reply of a@example.com",
		"From: a@example.com\nTo: b@example.com\nSubject: INC-1 Disk full\nX-Loop: rouse\n\nDisk.":                       "rouse has sent itself",
		"mandrill_events=%5B%5D": "no mail is in it",
	} {
		b := newBench(t)
		w := b.do("POST", "/ingest/gen", body, "Authorization", "Bearer gen-token", "Content-Type", "application/x-www-form-urlencoded")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), note) || len(b.alerts) > 0 {
			t.Errorf("got %d %s and %v, want a note with %q", w.Code, w.Body, b.alerts, note)
		}
	}
}

// TestBigMail: a scan of forty pages at the end costs no page.
func TestBigMail(t *testing.T) {
	big := "From: scan@example.com\nTo: pager@example.com\nSubject: Paper jam\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nTray 2\n--b\n" +
		"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("QUFB", DefaultMaxBody/3) + "\n--b--\n"
	parts := "--f\r\nContent-Disposition: form-data; name=\"headers\"\r\n\r\nFrom: scan@example.com\nSubject: Paper jam\n\r\n--f\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nTray 2\r\n--f\r\n" +
		"Content-Disposition: form-data; name=\"attachment1\"; filename=\"scan.pdf\"\r\n\r\n" + strings.Repeat("x", DefaultMaxBody) + "\r\n--f--\r\n"
	for contentType, body := range map[string]string{"message/rfc822": big, "multipart/form-data; boundary=f": parts} {
		b := newBench(t)
		w := b.do("POST", "/ingest/gen", body, "Authorization", "Bearer gen-token", "Content-Type", contentType)
		if a := only(t, b); w.Code != http.StatusOK || a.Title != "Paper jam" || a.Description != "Tray 2" {
			t.Errorf("%s: got %d %s, %+v", contentType, w.Code, w.Body, a)
		}
	}
}
