package main

import "testing"

// After a storm memory is given back a few times, further and further apart; a trickle changes nothing.
func TestMemoryIsGivenBackAfterAStorm(t *testing.T) {
	var l looks
	allocated, given := uint64(0), []int(nil)
	for look := range 40 {
		switch {
		case look < 5:
			allocated += 200 << 20 // a storm
		default:
			allocated += 1 << 20
		}
		if l.worth(allocated) {
			given = append(given, look)
		}
	}
	want := []int{5, 6, 8, 12}
	if len(given) != len(want) {
		t.Fatalf("given back at looks %v, want %v", given, want)
	}
	for k := range want {
		if given[k] != want[k] {
			t.Fatalf("given back at looks %v, want %v", given, want)
		}
	}
	allocated += 10 << 20 // a little more than calm
	for range 20 {
		if l.worth(allocated) {
			t.Fatal("given back although hardly anything had happened")
		}
	}
}
