package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// bulkView says what became of an act on several incidents.
type bulkView struct {
	Head  string
	Tone  string
	Rows  []bulkRow
	Again *bulkAgain // nil: nothing can be done again
}

// bulkAgain is the form once more, for the incidents that the act was refused for.
type bulkAgain struct {
	Do, Word string
	Numbers  []int64
	Code     string
	Codes    []option
	Text     string
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
	form, err := c.form()
	if err != nil {
		return err
	}
	word, ok := bulkVerbs[form.Get("do")]
	if !ok {
		return noButton(form.Get("do"))
	}
	numbers, err := bulkNumbers(form)
	if err != nil {
		return err
	}
	do, err := c.formDeed(form.Get("do"), form)
	if err != nil {
		return err
	}
	v := bulkView{Tone: "good"}
	done := 0
	again := bulkAgain{Do: form.Get("do"), Code: form.Get("code"), Codes: codeOptions(), Text: form.Get("text")}
	for _, n := range numbers {
		r := c.bulkRow(do, n, upper(word)+".")
		if r.Done {
			done++
		} else if r.Href != "" {
			again.Numbers = append(again.Numbers, n)
		}
		v.Rows = append(v.Rows, r)
	}
	v.Head = upper(word) + " " + plural(done, "incident")
	if done < len(numbers) {
		v.Tone, v.Head = "plain", fmt.Sprintf("%s %d of %s", upper(word), done, plural(len(numbers), "incident"))
	}
	if len(again.Numbers) > 0 && again.Do != "ack" {
		again.Word = upper(again.Do) + " " + plural(len(again.Numbers), "incident")
		v.Again = &again
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
	case len(numbers) > bulkMost:
		return nil, bad("n", "Do it in parts.", "%d incidents are too many for one form", len(numbers))
	}
	return numbers, nil
}

// bulkRow acts on one incident and says what became of it; done is what is said of a success.
func (c *call) bulkRow(do deed, n int64, done string) bulkRow {
	r := bulkRow{Ref: incident.Ref(n), What: done, Done: true}
	before, _, err := c.bulkDo(do, n)
	if err != nil {
		r.Done, r.What = false, sentence(c.bulkRefusal(n, err).message)
	}
	if before.Number == 0 {
		return r // not there, or not theirs to see
	}
	r.Href = incidentAddress(n)
	err = c.view(func(_ store.Tx, h *veil) error {
		h.hush(&before.Title)
		r.Title = before.Title
		return nil
	})
	if err != nil {
		r.Title = ""
	}
	return r
}
