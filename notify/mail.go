package notify

import (
	_ "embed"
	"html/template"
	"net/url"
	"strings"
)

//go:embed mail.html
var mailHTML string

// mailPage is parsed once and never changed.
var mailPage = template.Must(template.New("mail").Parse(mailHTML))

// mailData is what the HTML of a mail shows. Every field is escaped by the template.
type mailData struct {
	Subject, Label, Title, Facts string
	Rows                         [][2]string
	Description                  []string
	Ack, URL, Runbook, RunbookAs string
}

// Mail renders the mail about an incident. ackURL is the signed page whose button acknowledges, or empty for none; opening
// it acknowledges nothing. The subject is one line without control characters, so no title can add a header. Addresses
// that are not http or https become plain text in the HTML.
func Mail(v View, ackURL string) (subject, text, html string) {
	d := mailData{
		Subject: mailSubject(v), Label: label(v), Title: shownTitle(v), Facts: circumstances(v),
		Rows: facts(v), Ack: webAddress(ackURL), URL: webAddress(v.URL),
	}
	if !v.Neutral {
		if t := lines(v.Description); t != "" {
			d.Description = strings.Split(cut(t, 4000, "…"), "\n")
		}
		d.RunbookAs = oneLine(v.Runbook)
		d.Runbook = webAddress(d.RunbookAs)
	}
	var b strings.Builder
	if err := mailPage.Execute(&b, d); err != nil {
		return d.Subject, plainMail(d), "" // the text says everything the HTML does
	}
	return d.Subject, plainMail(d), b.String()
}

func mailSubject(v View) string {
	s := label(v)
	if service := shownService(v); service != "" {
		s += " " + service
	}
	return cut(s+": "+shownTitle(v), 180, "…")
}

// facts are the lines of a mail that name a thing and its value.
func facts(v View) [][2]string {
	if v.Neutral {
		return nil
	}
	var out [][2]string
	for _, f := range [][2]string{
		{"Service", v.Service}, {"Team", v.Team}, {"Priority", v.Priority}, {"Severity", v.Severity},
		{"State", v.State}, {"Assignee", v.Assignee}, {"Acknowledged by", v.AckedBy},
	} {
		if f[1] = oneLine(f[1]); f[1] != "" {
			out = append(out, f)
		}
	}
	return out
}

// plainMail is the mail for readers without HTML.
func plainMail(d mailData) string {
	first := d.Subject
	if d.Facts != "" {
		first += " (" + d.Facts + ")"
	}
	out := []string{first}
	if d.Ack != "" {
		out = append(out, "", "Acknowledge: "+d.Ack)
	}
	if d.URL != "" {
		out = append(out, "Incident:    "+d.URL)
	}
	if d.RunbookAs != "" {
		out = append(out, "Runbook:     "+d.RunbookAs)
	}
	if len(d.Rows) > 0 {
		out = append(out, "")
	}
	for _, r := range d.Rows {
		out = append(out, r[0]+": "+r[1])
	}
	if len(d.Description) > 0 {
		out = append(append(out, ""), d.Description...)
	}
	return strings.Join(out, "\n") + "\n"
}

// webAddress returns s when it is an absolute http or https address, and "" otherwise.
func webAddress(s string) string {
	s = oneLine(s)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return s
}
