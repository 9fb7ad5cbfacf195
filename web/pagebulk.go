package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/rouse/rouse/incident"
)

// bulkFormMost bounds what one form may act on.
const bulkFormMost = 200

// bulkView says what became of an act on several incidents.
type bulkView struct {
	Head string
	Tone string
	Rows []bulkRow
}

type bulkRow struct {
	Ref, Href   string
	Title, What string
	Done        bool
}

// bulkVerbs are what may be done to several incidents at once, and how that reads.
var bulkVerbs = map[string]string{"ack": "acknowledged", "resolve": "resolved", "close": "closed"}

// bulkAct is POST /bulk. Each incident is acted on by itself: what one of them cannot have keeps nothing from the others.
func (c *call) bulkAct() error {
	if err := c.r.ParseForm(); err != nil {
		return formError(err)
	}
	form := c.r.PostForm
	verb, word := form.Get("do"), bulkVerbs[form.Get("do")]
	if word == "" {
		return bad("do", "Go back and use one of the buttons.", "%q is not possible here", brief(verb))
	}
	numbers, err := bulkNumbers(form)
	if err != nil {
		return err
	}
	v := bulkView{Tone: "good"}
	done := 0
	for _, n := range numbers {
		r, err := c.bulkRowOf(n, verb, word, form)
		if err != nil {
			return err
		}
		if r.Done {
			done++
		}
		v.Rows = append(v.Rows, r)
	}
	v.Head = upper(word) + " " + plural(done, "incident")
	if done < len(numbers) {
		v.Tone, v.Head = "plain", fmt.Sprintf("%s %d of %s", upper(word), done, plural(len(numbers), "incident"))
	}
	return c.show(http.StatusOK, "bulk", frame{Title: v.Head, Here: "list", Body: v})
}

// bulkNumbers reads which incidents are meant, each once.
func bulkNumbers(form url.Values) ([]int64, error) {
	var numbers []int64
	for _, s := range form["n"] {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			return nil, bad("n", "Go back and tick the incidents.", "%q is no incident", brief(s))
		}
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	switch {
	case len(numbers) == 0:
		return nil, bad("n", "Go back and tick the incidents that you mean.", "no incident was chosen")
	case len(numbers) > bulkFormMost:
		return nil, bad("n", "Do it in parts.", "%d incidents are too many for one form", len(numbers))
	}
	return numbers, nil
}

// bulkRowOf acts on one incident. Only what is no refusal of that incident is an error.
func (c *call) bulkRowOf(n int64, verb, word string, form url.Values) (bulkRow, error) {
	r := bulkRow{Ref: incident.Ref(n), Href: fmt.Sprintf("/i/%d", n)}
	st, err := c.story(n, 1)
	if errors.Is(err, incident.ErrNoIncident) {
		r.Href, r.What = "", "There is no such incident, or it is not yours to see."
		return r, nil
	}
	if err != nil {
		return r, err
	}
	r.Title = st.incident.Title
	err = c.formDo(n, verb, form)
	if p := judge(err); err != nil && p.status >= 500 {
		return r, err
	} else if err != nil {
		r.What = sentence(p.message)
		return r, nil
	}
	r.Done, r.What = true, upper(word)+"."
	return r, nil
}
