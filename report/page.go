package report

// pageStyle is the style of the page. Its colours are those of the pages of rouse, checked for contrast AA in both schemes; those
// of the pictures differ in lightness too, for eyes that do not tell red from green. It has no comments: its hash must be that
// of what the browser sees.
const pageStyle = `
:root { color-scheme: light dark;
  --bg: #f5f6f8; --card: #fff; --line: #d8dee6; --text: #14191f; --soft: #55616e; --good: #14683a; --bad: #b0211a;
  --p1: #b3261e; --p2: #e8792b; --p3: #f0c04a; --p4: #5b9bd8; --p5: #a9b5c2; --x0: #7a6bb5; --x1: #4aa39a; --x2: #8a8f98;
  --business: #3aa693; --off: #f0b04a; --sleep: #4b3fa8; --ack: #1c5fce; --resolve: #0f766e; --ignored: #c2452d; --acted: #b4bfcb; }
@media (prefers-color-scheme: dark) { :root {
  --bg: #0d1117; --card: #151b23; --line: #2b3541; --text: #e9eef4; --soft: #a3b0be; --good: #6fd69a; --bad: #ff8a80;
  --p1: #f0524a; --p2: #f59a52; --p3: #f6d479; --p4: #5b9bd8; --p5: #657385; --x0: #9a8bdb; --x1: #4aa39a; --x2: #8a8f98;
  --business: #3fb8a3; --off: #f4bf5f; --sleep: #8478f0; --ack: #8fc1ff; --resolve: #4fd0bd; --ignored: #f0705a; --acted: #4a5766; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 74rem; padding: 2rem 1.25rem 3rem; background: var(--bg); color: var(--text); overflow-wrap: anywhere;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
h1, h2, p, figure, dl, dd, ul { margin: 0; padding: 0; }
h1 { font-size: clamp(1.7rem, 5vw, 2.4rem); line-height: 1.15; letter-spacing: -.02em; font-weight: 700; text-wrap: balance; }
h2 { font-size: 1.1rem; font-weight: 650; line-height: 1.3; }
.brand { color: var(--soft); font-size: .85rem; font-weight: 600; letter-spacing: .02em; }
.lead { color: var(--soft); margin-top: .4rem; font-size: .95rem; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin-top: 1.6rem; }
.tile, figure, section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
.tile { padding: .85rem 1rem .9rem; }
.tile dt { color: var(--soft); font-size: .85rem; }
.tile .value { font-size: 1.85rem; line-height: 1.25; font-weight: 680; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.tile .was { color: var(--soft); font-size: .8rem; line-height: 1.35; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.charts, .beside { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 .9rem; }
.charts { gap: .9rem; margin-top: .9rem; }
figure { padding: 1rem 1.1rem; min-width: 0; }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .6rem; margin-bottom: .5rem; }
figcaption span, .keys { color: var(--soft); font-size: .85rem; }
.keys { display: flex; flex-wrap: wrap; gap: .1rem 1rem; list-style: none; margin-top: .5rem; }
.keys svg { width: .75rem; height: .75rem; margin-right: .4rem; vertical-align: -.08em; }
.plot { display: block; width: 100%; height: auto; overflow: visible; }
.plot text { font-size: 10.5px; fill: var(--soft); font-variant-numeric: tabular-nums; }
.plot text.name { fill: var(--text); font-weight: 600; }
.plot line { stroke: var(--line); stroke-width: 1; }
.plot rect { stroke: var(--card); stroke-width: .6; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
circle { stroke: var(--card); stroke-width: 1; }
.p1 { fill: var(--p1); } .p2 { fill: var(--p2); } .p3 { fill: var(--p3); } .p4 { fill: var(--p4); } .p5 { fill: var(--p5); }
.x0 { fill: var(--x0); } .x1 { fill: var(--x1); } .x2 { fill: var(--x2); }
.business { fill: var(--business); } .off { fill: var(--off); } .sleep { fill: var(--sleep); }
.ignored { fill: var(--ignored); } .acted { fill: var(--acted); } .ack { fill: var(--ack); } .resolve { fill: var(--resolve); }
polyline.ack { fill: none; stroke: var(--ack); } polyline.resolve { fill: none; stroke: var(--resolve); }
section { margin-top: .9rem; padding: 1rem 1.1rem; }
section > h2 { margin-bottom: .5rem; }
.scroll { overflow-x: auto; margin: 0 -1.1rem; padding: 0 1.1rem; }
.scroll:focus-visible { outline: 3px solid var(--ack); outline-offset: -3px; border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .38rem .8rem .38rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; font-size: .8rem; white-space: nowrap; border-top: 0; vertical-align: bottom; }
tbody th { font-weight: 600; min-width: 7rem; max-width: 20rem; }
td.num, th.num { text-align: right; white-space: nowrap; padding: .38rem 0 .38rem .8rem; }
td.text { min-width: 5rem; }
.beside thead th { white-space: normal; overflow-wrap: normal; }
tbody tr:hover { background: color-mix(in srgb, var(--line) 35%, transparent); }
.notes { margin: .7rem 0 0 1.1rem; font-size: .9rem; }
.notes li { margin-top: .25rem; }
.empty { color: var(--soft); }
.formulas dt { font-weight: 650; margin-top: .9rem; }
.formulas dd { font-size: .92rem; max-width: 60rem; }
.formulas .soft { color: var(--soft); }
@media (max-width: 52rem) { .charts, .beside { grid-template-columns: minmax(0, 1fr); } .tiles { grid-template-columns: repeat(2, 1fr); } }
@media (max-width: 34rem) { body { padding: 1.2rem .75rem 2rem; } figure, section { padding: .9rem; } .scroll { margin: 0 -.9rem; padding: 0 .9rem; }
  .tile .value { font-size: 1.6rem; } .plot text { font-size: 12px; } table { font-size: .85rem; } tbody th { min-width: 6rem; }
  td.num, th.num { padding-left: .55rem; } .beside td.num { white-space: normal; overflow-wrap: normal; } }
@media print { :root { --bg: #fff; --line: #c9d0d8; } body { padding: 0; max-width: none; font-size: 12px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .charts, .beside { grid-template-columns: repeat(2, minmax(0, 1fr)); } .tiles { grid-template-columns: repeat(4, 1fr); } figure, .tile, tr, .formulas div { break-inside: avoid; }
  section > h2 { break-after: avoid; } .scroll { overflow: visible; } thead th { white-space: normal; } }
`

// pageSource is the page. A table that is wider than the screen scrolls by itself, and with the keys.
const pageSource = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{.Policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Incidents: {{.Title}} · rouse</title>
<style>{{.Style}}</style>
</head>
<body>
<header>
<p class="brand">rouse · incident report</p>
<h1>{{.Title}}</h1>
<p class="lead">{{.Headline}}.{{if .Against}} Compared with {{.Against}}.{{end}}</p>
</header>
<main>
<dl class="tiles">
{{- range .Tiles}}
<div class="tile"><dt>{{.Title}}</dt><dd class="value">{{.Value}}</dd>
{{- if .Change}}<dd class="was">{{if .Mood}}<span class="{{.Mood}}">{{.Change}}</span>{{else}}{{.Change}}{{end}}<br>was {{.Was}}</dd>{{end}}</div>
{{- end}}
</dl>
<div class="charts">
{{- range .Charts}}
<figure>
<figcaption><h2>{{.Title}}</h2><span>{{.Note}}</span></figcaption>
{{- if or .Bars .Dots}}
<svg class="plot" viewBox="0 0 {{.Width}} {{.Height}}" role="img" aria-label="{{.Alt}}">
{{- range .Rules}}
<line x1="{{.X1}}" y1="{{.Y}}" x2="{{.X2}}" y2="{{.Y}}"/>
{{- end}}
{{- range .Bars}}
<rect class="{{.Class}}" x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}" rx="1.5"><title>{{.Tip}}</title></rect>
{{- end}}
{{- range .Lines}}
<polyline class="{{.Class}}" points="{{.Points}}"/>
{{- end}}
{{- range .Dots}}
<circle class="{{.Class}}" cx="{{.X}}" cy="{{.Y}}" r="3.2"><title>{{.Tip}}</title></circle>
{{- end}}
{{- range .Labels}}
<text x="{{.X}}" y="{{.Y}}" text-anchor="{{.Anchor}}"{{if .Class}} class="{{.Class}}"{{end}}>{{.Text}}</text>
{{- end}}
</svg>
<ul class="keys">
{{- range .Keys}}<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="{{.Class}}" width="10" height="10" rx="2"/></svg>{{.Text}}</li>{{end -}}
</ul>
{{- else}}
<p class="empty">{{.Empty}}</p>
{{- end}}
</figure>
{{- end}}
</div>
<div class="beside">
<div>{{range .First}}{{template "table" .}}{{end}}</div>
<div>{{range .Beside}}{{template "table" .}}{{end}}</div>
</div>
{{- range .Tables}}{{template "table" .}}{{end}}
<section class="formulas">
<h2>How the numbers are worked out</h2>
<dl>
{{- range .Formulas}}
<div><dt>{{.Name}}</dt>
<dd>{{.Formula}}.</dd>
<dd class="soft">Why: {{.Why}}. It does not say {{.Silent}}.</dd></div>
{{- end}}
</dl>
</section>
</main>
</body>
</html>
{{define "table"}}
<section id="{{.ID}}">
<h2>{{.Title}}</h2>
{{- if .Rows}}
<div class="scroll" tabindex="0" role="region" aria-label="{{.Title}}">
<table>
<thead><tr>{{range .Head}}<th scope="col"{{if .Num}} class="num"{{end}}>{{.Text}}</th>{{end}}</tr></thead>
<tbody>
{{- range .Rows}}
<tr>{{range $i, $c := .}}{{if eq $i 0}}<th scope="row">{{$c.Text}}</th>{{else}}<td class="{{if $c.Num}}num{{else}}text{{end}}">{{if $c.Mood}}<span class="{{$c.Mood}}">{{$c.Text}}</span>{{else}}{{$c.Text}}{{end}}</td>{{end}}{{end}}</tr>
{{- end}}
</tbody>
</table>
</div>
{{- else}}
<p class="empty">{{.Empty}}</p>
{{- end}}
{{- if .Notes}}
<ul class="notes">{{range .Notes}}<li>{{.}}</li>{{end}}</ul>
{{- end}}
</section>
{{- end}}
`
