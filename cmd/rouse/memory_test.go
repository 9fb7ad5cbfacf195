package main

import (
	"slices"
	"testing"
)

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
	want := []int{5, 6, 8, 12, 20}
	if !slices.Equal(given, want) {
		t.Fatalf("given back at looks %v, want %v", given, want)
	}
	allocated += 5 << 20 // a little more than calm
	for range 20 {
		if l.worth(allocated) {
			t.Fatal("given back although hardly anything had happened")
		}
	}
}

// A merge of tables in the middle of the calm does not keep what the store lets go of afterwards.
func TestMemoryIsGivenBackAfterABrokenCalm(t *testing.T) {
	var l looks
	var given []int
	allocated := uint64(100 << 20)
	for look := range 40 {
		if look == 3 {
			allocated += 5 << 20
		}
		if l.worth(allocated) {
			given = append(given, look)
		}
	}
	if want := []int{1, 2, 4, 5, 7, 11, 19}; !slices.Equal(given, want) {
		t.Fatalf("given back at looks %v, want %v", given, want)
	}
}
