package cases

import "testing"

// TestAbout: news and test pages are about no incident, and no report says that they are about INC-0.
func TestAbout(t *testing.T) {
	for n, want := range map[int64]string{0: "", 7: " about INC-7"} {
		if got := about(n); got != want {
			t.Errorf("about(%d) = %q, want %q", n, got, want)
		}
	}
}
