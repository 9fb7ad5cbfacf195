package notify

import "strings"

// NewsText renders the SMS that tells somebody something which needs no answer, such as an SLA that runs out. Several pieces
// of news become one text of at most two segments; what does not fit is counted.
func NewsText(lines []string) string {
	text := newsLine(lines[0])
	if len(lines) == 1 {
		return shorten(text)
	}
	for k := 1; k < len(lines); k++ {
		more := plural(len(lines)-k, "more piece") + " of news: reply list"
		next := text + "\n" + newsLine(lines[k])
		rest := ""
		if k+1 < len(lines) {
			rest = "\n" + plural(len(lines)-k-1, "more piece") + " of news: reply list"
		}
		if !fits(next + rest) {
			return shorten(text) + "\n" + more
		}
		text = next
	}
	return text
}

// newsLine is a piece of news in one line, in GSM-7 where that is possible.
func newsLine(s string) string {
	s = oneLine(s)
	return plainer(s, reduce(s))
}

// shorten cuts a text to what two segments hold, with room for a line of hint behind it.
func shorten(text string) string {
	r := []rune(text)
	for n := len(r); n > 0; n -= 8 {
		if t := plainest(cut(string(r), n, "…")); fits(t + "\n99 more pieces of news: reply list") {
			return t
		}
	}
	return ""
}

// NewsMail renders the mail that tells somebody, a stakeholder perhaps, how an incident stands. words are the news.
func NewsMail(v View, words string) (subject, text, html string) {
	if v.Neutral {
		words = "There is news. Sign in to read it."
	}
	d := mailData{
		Subject: mailSubject(v), Label: label(v), Title: shownTitle(v), URL: webAddress(v.URL), Description: strings.Split(cut(lines(words), 4000, "…"), "\n"),
	}
	var b strings.Builder
	if err := mailPage.Execute(&b, d); err != nil {
		return d.Subject, plainMail(d), "" // the text says everything the HTML does
	}
	return d.Subject, plainMail(d), b.String()
}
