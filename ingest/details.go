package ingest

import "github.com/go-json-experiment/json/jsontext"

// details is PagerDuty's custom_details: an object of anything, or, from some tools, a plain text.
type details struct {
	fields pairs
	plain  string
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (d *details) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*d = details{}
	if dec.PeekKind() == '{' {
		return d.fields.UnmarshalJSONFrom(dec)
	}
	var t text
	err := t.UnmarshalJSONFrom(dec)
	d.plain = string(t)
	return err
}
