// News without a reload. Each element with data-live is replaced by its newest self when that differs, unless somebody is
// using it; what is open stays open, what is ticked stays ticked and the page stays where it is. Without this script everything
// works but that.
(() => {
  "use strict";
  const pause = Number(document.body.dataset.refresh || 0) * 1000;
  const fresh = document.getElementById("fresh");
  const patience = 6000; // ms; a tap that has no answer by then may be lost
  let failed = 0;

  const say = (words) => { if (fresh.textContent !== words) fresh.textContent = words; };

  // written tells whether a field holds words that are nowhere else.
  const written = () => [...document.querySelectorAll("textarea, input")].some((f) => /^(textarea|text|search|url|email)$/.test(f.type) && f.value !== f.defaultValue);

  const busy = (el) => {
    const at = document.activeElement;
    return at && el.contains(at) && /^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(at.tagName) && at.type !== "checkbox";
  };

  const keep = (el, next) => {
    for (const d of el.querySelectorAll("details[open]")) {
      const same = d.id && next.querySelector("#" + CSS.escape(d.id));
      if (same) same.open = true;
    }
  };

  const ticks = (el) => new Set([...el.querySelectorAll("input[type=checkbox]:checked")].map((b) => b.value));

  const take = (page) => {
    for (const el of document.querySelectorAll("[data-live]")) {
      const next = page.getElementById(el.id);
      if (!next || busy(el)) continue;
      keep(el, next);
      if (next.outerHTML === el.outerHTML) continue;
      const at = el.contains(document.activeElement) ? document.activeElement : null;
      const href = at?.getAttribute("href"), value = at?.getAttribute("value"), ticked = ticks(el);
      const now = document.importNode(next, true);
      el.replaceWith(now);
      for (const box of now.querySelectorAll("input[type=checkbox]")) box.checked = ticked.has(box.value);
      if (href) now.querySelector('[href="' + CSS.escape(href) + '"]')?.focus({ preventScroll: true });
      else if (value) now.querySelector('[value="' + CSS.escape(value) + '"]')?.focus({ preventScroll: true });
    }
    document.title = page.title;
  };

  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(document.body.dataset.from || location.pathname + location.search, { credentials: "same-origin", cache: "no-store" });
      if (answer.redirected && written()) { say("Your login has ended. Send what you wrote: you are asked to log in, and it is kept."); return; }
      if (answer.redirected) { location.reload(); return; } // the login has ended
      if (!answer.ok) throw new Error(String(answer.status));
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (failed) say("");
      failed = 0;
    } catch {
      failed++;
      say("No news could be fetched. What you see may be old; rouse is asked again every few seconds.");
    }
  };

  if (pause > 0) {
    setInterval(look, pause);
    document.addEventListener("visibilitychange", look);
  }

  // One tap is one act, until no answer to it has come for so long that it may be lost. A page that comes back from the browser's
  // memory can act again too.
  let waiting;
  const release = (form, button) => {
    delete form.dataset.sent;
    button?.removeAttribute("aria-busy");
    button?.blur(); // what has the focus is not replaced by news
  };
  document.addEventListener("submit", (e) => {
    const form = e.target, button = e.submitter;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "yes";
    button?.setAttribute("aria-busy", "true");
    waiting = setTimeout(() => {
      release(form, button);
      say("rouse has not answered yet. If nothing moves, tap again.");
      failed = 1; // the next news takes the words away
    }, patience);
  });
  addEventListener("pagehide", () => clearTimeout(waiting));
  addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    for (const form of document.forms) release(form);
    for (const b of document.querySelectorAll("[aria-busy]")) b.removeAttribute("aria-busy");
  });

  // The words of a status update follow its phase, until somebody writes their own. The server does the same for who has no script.
  document.addEventListener("change", (e) => {
    const words = e.target.selectedOptions?.[0]?.dataset.words;
    const box = words !== undefined && e.target.form?.elements.text;
    if (!box) return;
    const usual = [...e.target.options].map((o) => o.dataset.words);
    if (!box.value.trim() || usual.includes(box.value)) box.value = words;
  });
  document.getElementById("all")?.addEventListener("change", (e) => {
    for (const box of document.querySelectorAll('.pick input[type="checkbox"]')) box.checked = e.target.checked;
  });
})();
