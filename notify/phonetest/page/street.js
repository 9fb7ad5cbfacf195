"use strict";
// The page of the street. The server owns all state: it streams each phone whole whenever it changes, and this file shows
// it. Text of others is only ever set as text, never as markup.

const $ = (id) => document.getElementById(id);
const phones = new Map(); // number -> {view, card, ...}
let menu = [];
let inbound = false;
let first = true; // the first picture of the street is not news

const KEYS = [["1", "ack"], ["2", "escalate"], ["3", "resolve"], ["*", "repeat"]];
const HUES = [28, 205, 150, 335, 265, 60, 180, 0];

/* ---------- small helpers ---------- */

function el(tag, cls, text) {
  const n = document.createElement(tag);
  if (cls) n.className = cls;
  if (text !== undefined) n.textContent = text;
  return n;
}

function hour(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function label(v) { return v.name || v.number; }

function initials(v) {
  const words = (v.name || "").split(/\s+/).filter(Boolean);
  return words.length ? words.slice(0, 2).map((w) => w[0].toUpperCase()).join("") : v.number.slice(-2);
}

function announce(text) { $("announce").textContent = text; }

// withLinks fills a node with text whose web addresses can be followed.
function withLinks(node, text) {
  node.textContent = "";
  let rest = text;
  for (const m of text.matchAll(/https?:\/\/[^\s<>"']+/g)) {
    const at = rest.indexOf(m[0]);
    node.append(rest.slice(0, at));
    const a = el("a", "", m[0].replace(/^https?:\/\//, ""));
    a.href = m[0];
    a.target = "_blank";
    a.rel = "noopener noreferrer";
    node.append(a);
    rest = rest.slice(at + m[0].length);
  }
  node.append(rest);
}

async function act(phone, what, body) {
  let error = "";
  try {
    const r = await fetch(`street/phones/${encodeURIComponent(phone.view.number)}/${what}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body || {}),
    });
    if (!r.ok) error = (await r.json().catch(() => ({}))).error || `the street answered ${r.status}`;
  } catch {
    error = "the street does not answer: is it still running?";
  }
  toast(phone, error);
  return !error;
}

function toast(phone, text) {
  const t = phone.q(".toast");
  clearTimeout(phone.toastTimer);
  t.textContent = text;
  t.hidden = !text;
  if (text) phone.toastTimer = setTimeout(() => { t.hidden = true; }, 7000);
}

/* ---------- building a phone ---------- */

function build(v) {
  const card = $("phone").content.firstElementChild.cloneNode(true);
  const phone = { view: v, card, q: (s) => card.querySelector(s), rows: new Map(), lines: [], callSID: "" };
  const id = `p${v.number.replace(/\D/g, "")}`;
  card.id = id;
  card.style.setProperty("--hue", HUES[phones.size % HUES.length]);
  phone.q("h2").id = `${id}-name`;
  phone.q("article").setAttribute("aria-labelledby", `${id}-name`);
  phone.q(".thread").setAttribute("aria-label", `Messages of ${label(v)}`);
  phone.q(".words").setAttribute("aria-label", `What the call to ${label(v)} says`);
  phone.q(".line input").setAttribute("aria-label", `Text from ${label(v)}`);
  phone.q(".more").setAttribute("aria-label", `How ${label(v)}'s phone misbehaves`);
  for (const r of card.querySelectorAll(".often input")) r.name = `${id}-often`;
  wire(phone);
  keypad(phone);
  phones.set(v.number, phone);
  $("street").append(card);
  const chip = el("a", "chip");
  chip.href = `#${id}`;
  chip.style.setProperty("--hue", card.style.getPropertyValue("--hue"));
  chip.append(el("i"), el("span", "", label(v)), el("b"));
  chip.addEventListener("click", (e) => {
    e.preventDefault();
    card.scrollIntoView({ behavior: motion(), inline: "center", block: "nearest" });
    phone.seen();
  });
  phone.chip = chip;
  phone.unread = 0;
  phone.seen = () => { phone.unread = 0; renderChip(phone); };
  card.addEventListener("pointerenter", phone.seen);
  card.addEventListener("focusin", phone.seen);
  $("chips").append(chip);
  return phone;
}

function motion() { return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth"; }

function wire(phone) {
  const input = phone.q(".line input");
  phone.q(".compose").addEventListener("submit", async (e) => {
    e.preventDefault();
    const body = input.value.trim();
    if (!body) return;
    input.value = "";
    if (!(await act(phone, "reply", { body })) && !input.value) input.value = body;
  });
  phone.q(".answer").addEventListener("click", async () => {
    phone.answered = true;
    await act(phone, "answer", { sid: phone.callSID });
  });
  phone.q(".decline").addEventListener("click", () => act(phone, "hangup"));
  phone.q(".hang").addEventListener("click", () => act(phone, "hangup"));
  phone.q(".more").addEventListener("click", () => sheet(phone, phone.q(".sheet").hidden));
  phone.q(".close").addEventListener("click", () => sheet(phone, false));
  phone.q(".behave-well").addEventListener("click", () => act(phone, "calm"));
  phone.card.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !phone.q(".sheet").hidden) sheet(phone, false);
    const typing = e.target.tagName === "INPUT";
    if (!typing && !phone.q(".incall").hidden && /^[0-9*#]$/.test(e.key)) press(phone, e.key);
  });
}

function keypad(phone) {
  const pad = phone.q(".keys");
  for (const [key, does] of KEYS) {
    const b = el("button", "key");
    b.type = "button";
    b.append(el("b", "", key), el("span", "", does));
    b.setAttribute("aria-label", `Press ${key === "*" ? "star" : key}: ${does}`);
    b.addEventListener("click", () => press(phone, key));
    pad.append(b);
  }
}

function press(phone, key) {
  const i = KEYS.findIndex(([k]) => k === key);
  if (i >= 0) {
    const b = phone.q(".keys").children[i];
    b.classList.add("down");
    setTimeout(() => b.classList.remove("down"), 180);
  }
  act(phone, "press", { digits: key });
}

/* ---------- the misbehaviour sheet ---------- */

function sheet(phone, open) {
  const s = phone.q(".sheet");
  if (open && !phone.q(".ways").childElementCount) fillSheet(phone);
  s.hidden = !open;
  phone.q(".more").setAttribute("aria-expanded", String(open));
  (open ? phone.q(".close") : phone.q(".more")).focus({ preventScroll: true });
}

function fillSheet(phone) {
  const ways = phone.q(".ways");
  let group = "";
  for (const e of menu) {
    if (e.group !== group) ways.append(el("h4", "", e.group));
    group = e.group;
    const b = el("button", "way");
    b.type = "button";
    b.append(el("b", "", e.label), el("span", "", e.hint));
    b.addEventListener("click", async () => {
      const times = Number(phone.q(".often input:checked").value);
      if (await act(phone, "behave", { id: e.id, times })) sheet(phone, false);
    });
    ways.append(b);
  }
}

function renderMood(phone, v) {
  const mood = phone.q(".mood");
  mood.hidden = !v.behaviours.length;
  mood.textContent = v.behaviours.join(" · ");
  phone.card.classList.toggle("odd", v.behaviours.length > 0);
  phone.q(".active").hidden = !v.behaviours.length;
  phone.q(".active ul").replaceChildren(...v.behaviours.map((b) => el("li", "", b)));
}

/* ---------- messages ---------- */

function renderThread(phone, v) {
  const box = phone.q(".thread");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  let fresh = false;
  const keep = new Set();
  v.thread.forEach((e, i) => {
    const key = `${e.sid}/${e.kind}`;
    keep.add(key);
    let row = phone.rows.get(key);
    if (!row) {
      row = bubble(e);
      if (!first) row.classList.add("new");
      phone.rows.set(key, row);
      fresh = true;
      if (!first) news(phone, v, e);
    }
    if (box.children[i] !== row) box.insertBefore(row, box.children[i] || null);
  });
  for (const [key, row] of phone.rows) {
    if (!keep.has(key)) { row.remove(); phone.rows.delete(key); }
  }
  phone.q(".calm").hidden = v.thread.length > 0;
  if (fresh && (atEnd || first)) box.scrollTop = box.scrollHeight;
}

function news(phone, v, e) {
  if (e.kind === "text" || e.kind === "call") phone.unread++;
  phone.card.classList.remove("lit");
  void phone.card.offsetWidth; // starts the animation anew
  phone.card.classList.add("lit");
}

function bubble(e) {
  const row = el("div", `row ${e.kind}`);
  const b = el("div", "bubble");
  if (e.kind === "text" || e.kind === "mine") {
    withLinks(b, e.body);
  } else {
    b.append(el("span", "", e.body));
  }
  row.append(b, el("time", "", hour(e.at)));
  const lines = (e.call && e.call.lines) || [];
  if (lines.some((l) => l.kind !== "note")) {
    const d = el("details");
    d.append(el("summary", "", "What was said"));
    for (const l of lines) d.append(el("p", l.kind, l.kind === "pressed" ? `pressed ${l.text}` : l.text));
    b.append(d);
  } else {
    for (const l of lines) b.append(el("p", "note", l.text));
  }
  return row;
}

// quickReplies offers what the last text itself offers ("Reply 42 to ack, 42r resolve"), or else the general commands.
function quickReplies(v) {
  const last = [...v.thread].reverse().find((e) => e.kind === "text");
  const n = last && (/\breply\s+(\d+)\b/i.exec(last.body) || /INC-(\d+)/.exec(last.body));
  if (n) return [[n[1], "ack"], [`${n[1]}r`, "resolve"], [`${n[1]}e`, "escalate"], [`${n[1]}?`, "status"]];
  return [["ack", ""], ["list", ""], ["who", ""], ["?", "help"]];
}

function renderCompose(phone, v) {
  const can = v.canReply && inbound;
  const input = phone.q(".line input");
  input.disabled = !can;
  phone.q(".line button").disabled = !can;
  input.placeholder = can ? "Text back" : v.canReply ? "Texts go nowhere yet" : "Nobody to answer yet";
  const quick = phone.q(".quick");
  const offers = can ? quickReplies(v) : [];
  const key = JSON.stringify(offers);
  if (quick.dataset.key === key) return;
  quick.dataset.key = key;
  quick.hidden = !offers.length;
  quick.replaceChildren(...offers.map(([body, does]) => {
    const b = el("button");
    b.type = "button";
    b.append(el("b", "", body));
    if (does) b.append(el("span", "", does));
    b.setAttribute("aria-label", `Reply ${body}${does ? `: ${does}` : ""}`);
    b.addEventListener("click", () => act(phone, "reply", { body }));
    return b;
  }));
}

/* ---------- calls ---------- */

function renderCall(phone, v) {
  const call = v.call;
  const rings = Boolean(call && call.status === "ringing");
  const talks = Boolean(call && call.status === "in-progress");
  const had = phone.callSID;
  if (!call || call.sid !== had) {
    phone.callSID = call ? call.sid : "";
    phone.lines = [];
    phone.q(".words").replaceChildren();
    if (had) sound.hush();
  }
  const inFocus = phone.q(".incoming").contains(document.activeElement) || phone.q(".incall").contains(document.activeElement);
  if (rings && phone.q(".incoming").hidden) {
    announce(`${label(v)}'s phone rings.`);
    if (!first && document.activeElement === document.body) {
      phone.card.scrollIntoView({ behavior: motion(), inline: "center", block: "nearest" });
    }
    $("chips").scrollTo({ left: phone.chip.offsetLeft - 60, behavior: motion() });
  }
  phone.q(".incoming").hidden = !rings;
  phone.q(".incall").hidden = !talks;
  phone.card.classList.toggle("ringing", rings);
  phone.card.classList.toggle("talking", talks);
  phone.q(".from").textContent = call ? call.from : "";
  for (const s of [".thread", ".compose"]) phone.q(s).inert = rings || talks;
  if (rings || talks) phone.q(".sheet").hidden = true;
  if (talks) renderTalk(phone, call);
  if (talks && phone.answered) {
    phone.answered = false;
    phone.q(".key").focus({ preventScroll: true });
  }
  if (!call && inFocus) phone.q(".thread").focus({ preventScroll: true });
  sound.ringing();
}

function renderTalk(phone, call) {
  const words = phone.q(".words");
  const machine = (call.answeredBy || "").startsWith("machine");
  phone.q(".with").textContent = machine ? "answering machine" : "rouse";
  phone.since = call.since ? new Date(call.since).getTime() : Date.now();
  const ear = phone.q(".ear");
  ear.classList.toggle("open", call.listening);
  ear.querySelector("span").textContent = call.listening ? "listening for a key" : "speaking";
  for (const l of call.lines.slice(phone.lines.length)) {
    phone.lines.push(l);
    words.append(spokenLine(l));
    if (l.kind === "said" && !first) sound.say(l.text);
  }
  words.scrollTop = words.scrollHeight;
}

// spokenLine reveals words at the pace at which they are spoken.
function spokenLine(l) {
  const p = el("p", l.kind);
  if (l.kind !== "said" || first || !l.took) {
    p.textContent = l.kind === "pressed" ? `pressed ${l.text}` : l.text;
    return p;
  }
  const words = l.text.split(" ");
  words.forEach((w, i) => {
    const s = el("span", "word", w);
    s.style.animationDelay = `${Math.round((i * l.took) / words.length)}ms`;
    p.append(s, " ");
  });
  return p;
}

/* ---------- the whole ---------- */

function renderChip(phone) {
  const v = phone.view;
  const rings = v.call && v.call.status === "ringing";
  const talks = v.call && v.call.status === "in-progress";
  phone.chip.className = `chip${rings ? " ringing" : ""}${talks ? " talking" : ""}${phone.unread ? " unread" : ""}`;
  phone.chip.lastChild.textContent = rings ? "rings" : talks ? "in call" : phone.unread ? String(phone.unread) : "";
}

function render(v) {
  const phone = phones.get(v.number) || build(v);
  phone.view = v;
  phone.q("h2").textContent = label(v);
  phone.q(".number").textContent = v.name ? v.number : "phone";
  phone.q(".avatar").textContent = initials(v);
  renderMood(phone, v);
  renderThread(phone, v);
  renderCompose(phone, v);
  renderCall(phone, v);
  renderChip(phone);
  tick();
}

function renderStreet() {
  const all = [...phones.values()];
  $("chips").hidden = all.length < 2;
  $("hint").hidden = all.some((p) => p.view.thread.length || p.view.call);
  document.body.classList.toggle("empty", !all.length);
  const ringing = all.filter((p) => p.view.call && p.view.call.status === "ringing").map((p) => label(p.view));
  document.title = ringing.length ? `☎ ${ringing.join(", ")} · rouse` : "A street of phones · rouse";
}

function connect() {
  const events = new EventSource("street/events");
  const live = (state, text) => {
    $("live").className = `live ${state}`;
    $("live").lastElementChild.textContent = text;
  };
  events.addEventListener("street", (e) => {
    const s = JSON.parse(e.data);
    menu = s.menu;
    inbound = s.inbound;
    $("weather").textContent = s.street.length ? `Everywhere: ${s.street.join(" · ")}` : "";
    $("weather").hidden = !s.street.length;
    const known = new Set(s.phones.map((v) => v.number));
    for (const [number, phone] of phones) {
      if (!known.has(number)) { phone.card.remove(); phone.chip.remove(); phones.delete(number); }
    }
    s.phones.forEach(render);
    first = false;
    renderStreet();
    live("up", "live");
  });
  events.addEventListener("phone", (e) => {
    render(JSON.parse(e.data));
    renderStreet();
  });
  events.onerror = () => {
    live("down", "reconnecting");
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, 1500);
  };
}

function tick() {
  const clock = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  for (const p of phones.values()) {
    p.q(".clock").textContent = clock;
    if (p.q(".incall").hidden || !p.since) continue;
    const s = Math.max(0, Math.floor((Date.now() - p.since) / 1000));
    p.q(".timer").textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  }
}

$("base").textContent = new URL(".", location.href).href.replace(/\/$/, "");
$("sound").addEventListener("click", () => sound.set(!sound.on));
setInterval(tick, 500);
connect();
