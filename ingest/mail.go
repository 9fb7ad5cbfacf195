package ingest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/rouse/rouse/ingest/mail"
	"github.com/rouse/rouse/ingest/tools"
)

// decodeMail reads a mail as it is. An MTA's alias sends one:
//
//	pager: "|curl -fsS -H 'Authorization: Bearer T' -H 'Content-Type: message/rfc822' --data-binary @- $URL/ingest/NAME || exit 75"
func decodeMail(body []byte) batch {
	if len(bytes.TrimSpace(body)) == 0 {
		return unreadable(errNoTitle)
	}
	return mailed([]*mail.Mail{mail.Read(body)})
}

// mailed is what mails mean. Mailgun and Postmark take nothing but 200 for an answer, and would bring the same mail for hours.
func mailed(mails []*mail.Mail) batch {
	var reports []tools.Report
	for _, m := range mails {
		reports = append(reports, m.Reports()...)
	}
	b := reported(reports)
	if b.status = http.StatusOK; len(mails) == 0 {
		b.notes = append(b.notes, "no mail is in it")
	}
	return b
}

// decodeMultipart reads the fields of a form with parts, as services that take mail in and `curl -F` send it. Files are passed over. What
// is cut short counts as far as it goes.
func decodeMultipart(contentType string, body []byte) batch {
	_, params, _ := mime.ParseMediaType(contentType)
	if params["boundary"] == "" {
		_, params, _ = mime.ParseMediaType(guessContent(body))
	}
	form := url.Values{}
	var lines []string
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for range maxFormParts {
		p, err := parts.NextPart()
		if err != nil {
			break
		}
		if p.FormName() == "" || p.FileName() != "" && p.FormName() != "email" {
			continue
		}
		value, _ := io.ReadAll(p) // of a body that has ended, what is there
		form.Add(p.FormName(), string(value))
		lines = append(lines, p.FormName()+": "+string(value))
	}
	if len(lines) == 0 {
		return unreadable(errNoField)
	}
	return formed(form, []byte(strings.Join(lines, "\n")))
}

var errNoField = errors.New("no field of the form could be read; send it as curl -F title=... does, with the boundary of its parts in the Content-Type")

// maxFormParts is how many parts a form may have; services send some twenty, and the files.
const maxFormParts = 500

// formed reads a form: a mail, or the words of the generic format.
func formed(form url.Values, body []byte) batch {
	if mails, is := mail.Form(form); is {
		return mailed(mails)
	}
	return genericForm(form, body)
}

// guessContent says what a body without a content type is.
func guessContent(body []byte) string {
	first, _, _ := bytes.Cut(body, []byte("\n"))
	boundary, is := strings.CutPrefix(strings.TrimSpace(string(first)), "--")
	switch {
	case looksJSON(body):
		return "application/json"
	case mail.Looks(body):
		return "message/rfc822"
	case is && bytes.Contains(body, []byte("form-data")):
		return mime.FormatMediaType("multipart/form-data", map[string]string{"boundary": boundary})
	}
	return "text/plain"
}

// maxMail is how much of a mail or a form with parts is taken off the line, the limit of what is read apart. No mail server lets more in.
const maxMail = 64 << 20

// shortened is a body of which only the beginning is read: texts stand before attachments, and a mail that was refused for its size
// would be a page that nobody gets.
type shortened struct {
	io.ReadCloser
	left int64
}

// shorten returns the body to read of a request.
func shorten(r *http.Request, limit int64) io.ReadCloser {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "message/rfc822", "message/global", "multipart/form-data":
		return &shortened{r.Body, limit}
	}
	return r.Body
}

// Read implements io.Reader. At the limit the rest is passed over, so that the sender gets to hear the answer.
func (s *shortened) Read(p []byte) (int, error) {
	if s.left <= 0 {
		_, err := io.CopyN(io.Discard, s.ReadCloser, maxMail)
		if err == nil {
			err = io.EOF
		}
		return 0, err
	}
	n, err := s.ReadCloser.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	return n, err
}
