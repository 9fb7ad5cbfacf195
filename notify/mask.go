package notify

import (
	"strings"
	"unicode/utf8"
)

// MaskNumber hides a phone number for a log or an error: "+34600000001" becomes "+34…0001". The country code and the last
// four digits stay. What is too short for that, or is no number, loses everything but its last two digits.
func MaskNumber(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	switch {
	case len(digits) >= 9 && strings.HasPrefix(strings.TrimSpace(number), "+"):
		return "+" + digits[:countryCode(digits)] + "…" + digits[len(digits)-4:]
	case len(digits) >= 9:
		return "…" + digits[len(digits)-4:]
	case len(digits) >= 4:
		return "…" + digits[len(digits)-2:]
	}
	return "…"
}

// twoDigitCodes are the country codes of two digits (ITU-T E.164); 1 and 7 have one, all others three.
const twoDigitCodes = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66" +
	" 81 82 84 86 90 91 92 93 94 95 98 "

func countryCode(digits string) int {
	switch {
	case digits[0] == '1', digits[0] == '7':
		return 1
	case strings.Contains(twoDigitCodes, " "+digits[:2]+" "):
		return 2
	}
	return 3
}

// MaskMail hides a mail address for a log or an error: "ana@example.com" becomes "a…@example.com".
func MaskMail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "…"
	}
	first, n := utf8.DecodeRuneInString(address[:at])
	if n == 0 || first == utf8.RuneError {
		return "…" + address[at:]
	}
	return string(first) + "…" + address[at:]
}
