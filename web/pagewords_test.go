package web_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestALongTitleIsSetSmaller, so that a phone shows more than the heading.
func TestALongTitleIsSetSmaller(t *testing.T) {
	w := newWorld(t)
	b := w.browse("viewer")
	has(t, "a long one", b.get(fmt.Sprintf("/i/%d", w.fire("checkout", strings.Repeat("é", 121)))), `<h1 class="long">`)
	has(t, "one that fits", b.get(fmt.Sprintf("/i/%d", w.fire("checkout", strings.Repeat("é", 120)))), "<h1>")
}
