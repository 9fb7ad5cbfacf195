package phonetest

import (
	"strings"
	"unicode/utf16"
)

// The GSM 03.38 alphabet and its extension table, whose characters take two septets.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtra = "\f^{}\\[~]|€"
)

// Segments counts the SMS segments of a body: 160 septets, or 153 each when there are several; 70 and 67 UTF-16 units
// for a body that the GSM alphabet cannot write. A character is never split over two segments.
func Segments(body string) int {
	widths := make([]int, 0, len(body))
	single, several := 160, 153
	for _, r := range body {
		switch {
		case strings.ContainsRune(gsmBasic, r):
			widths = append(widths, 1)
		case strings.ContainsRune(gsmExtra, r):
			widths = append(widths, 2)
		default:
			single, several = 70, 67
		}
	}
	if single == 70 {
		widths = widths[:0]
		for _, r := range body {
			widths = append(widths, max(utf16.RuneLen(r), 1))
		}
	}
	return pack(widths, single, several)
}

func pack(widths []int, single, several int) int {
	total := 0
	for _, w := range widths {
		total += w
	}
	if total <= single {
		return 1
	}
	n, used := 1, 0
	for _, w := range widths {
		if used+w > several {
			n, used = n+1, 0
		}
		used += w
	}
	return n
}
