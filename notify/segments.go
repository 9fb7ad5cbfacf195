package notify

import (
	"strings"
	"unicode/utf16"
)

// Encoding is how a text travels in SMS.
type Encoding string

// The two encodings of SMS that carriers use for people's texts.
const (
	GSM7 Encoding = "GSM-7" // 3GPP TS 23.038 default alphabet: 160 septets in one segment, 153 in each of several
	UCS2 Encoding = "UCS-2" // UTF-16 units: 70 in one segment, 67 in each of several
)

// gsmBasic is the default alphabet of 3GPP TS 23.038 (GSM 03.38); each costs one septet. Escape itself is not a character.
const gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// gsmExtended is its extension table; each costs an escape and one septet.
const gsmExtended = "\f^{}\\[~]|€"

// gsmCost returns the septets that r costs in GSM-7: 1, 2, or 0 when the alphabet lacks it.
func gsmCost(r rune) int {
	if strings.ContainsRune(gsmBasic, r) {
		return 1
	}
	if strings.ContainsRune(gsmExtended, r) {
		return 2
	}
	return 0
}

// Segments says how a text would be sent as SMS: its encoding, its length in that encoding's units (septets or UTF-16
// units), and how many segments it is billed as. A character that costs two units is never split between two segments, so
// a segment may stay one unit short. The empty text has no segments.
func Segments(text string) (enc Encoding, units, segments int) {
	enc = GSM7
	for _, r := range text {
		if gsmCost(r) == 0 {
			enc = UCS2
			break
		}
	}
	single, each, cost := 160, 153, gsmCost
	if enc == UCS2 {
		single, each, cost = 70, 67, utf16Cost
	}
	used, full := 0, 0
	for _, r := range text {
		n := cost(r)
		units += n
		if used+n > each {
			full, used = full+1, 0
		}
		used += n
	}
	switch {
	case units == 0:
		return enc, 0, 0
	case units <= single:
		return enc, units, 1
	}
	return enc, units, full + 1
}

// utf16Cost returns the UTF-16 units of r; a byte that is not UTF-8 counts as the replacement character.
func utf16Cost(r rune) int { return max(1, utf16.RuneLen(r)) }
